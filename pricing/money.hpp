#pragma once
// Dollars. Money is an amount, UnitPrice an amount per something: a price cannot be added to an amount, and the one
// rounding happens in display(). Doubles, because every simulated amount carries percent-level error bars.
#include <compare>
#include <string>

namespace pricing {

class Money {
 public:
  constexpr Money() = default;
  static constexpr Money dollars(double usd) { return Money(usd); }
  constexpr double inDollars() const { return m_usd; }
  constexpr Money& operator+=(Money other) {
    m_usd += other.m_usd;
    return *this;
  }
  friend constexpr Money operator+(Money a, Money b) { return Money(a.m_usd + b.m_usd); }
  friend constexpr Money operator-(Money a, Money b) { return Money(a.m_usd - b.m_usd); }
  friend constexpr Money operator*(Money a, double factor) { return Money(a.m_usd * factor); }
  friend constexpr double operator/(Money a, Money b) { return a.m_usd / b.m_usd; }
  friend constexpr auto operator<=>(Money, Money) = default;

 private:
  constexpr explicit Money(double usd) : m_usd(usd) {}
  double m_usd = 0.0;
};

// Dollars for one unit of whatever the tariff names (request, GB-s, hour).
class UnitPrice {
 public:
  constexpr UnitPrice() = default;
  static constexpr UnitPrice dollarsPerUnit(double usd) { return UnitPrice(usd); }
  constexpr double inDollarsPerUnit() const { return m_usd; }
  friend constexpr Money operator*(UnitPrice price, double quantity) { return Money::dollars(price.m_usd * quantity); }
  friend constexpr auto operator<=>(UnitPrice, UnitPrice) = default;

 private:
  constexpr explicit UnitPrice(double usd) : m_usd(usd) {}
  double m_usd = 0.0;
};

// Half away from zero to cents, thousands separated: "$1,234.57", "-$0.40"; below one cent, but not zero, three
// significant digits: "$0.00123". Locale is never asked.
std::string display(Money amount);
// Twelve significant digits at most, no exponent: "$0.0000166667". Neither says more than "not a finite amount" (price)
// of what is infinite or not a number.
std::string display(UnitPrice price);

} // namespace pricing
