#include "pricing/money.hpp"

#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"

using namespace pricing;

TEST_CASE("Amounts add up, prices times quantities are amounts", "[money]") {
  constexpr Money three = UnitPrice::dollarsPerUnit(0.5) * 4.0 + Money::dollars(1);
  static_assert(three.inDollars() == 3);
  static_assert((three - Money::dollars(1)) * 2.0 == Money::dollars(4));
  static_assert(three / Money::dollars(2) == 1.5);
  static_assert(Money() == Money::dollars(0) && Money::dollars(1) < Money::dollars(2));
  Money sum;
  for (int i = 0; i < 10; ++i) sum += Money::dollars(0.1);
  CHECK(sum.inDollars() == Approx(1).epsilon(1e-15));
  CHECK(display(sum) == "$1.00");
}

TEST_CASE("Amounts are shown in cents, half away from zero", "[money]") {
  for (const auto& [usd, text] : std::initializer_list<std::pair<double, const char*>>{
           {0, "$0.00"},
           {-0.0, "$0.00"},
           {0.4, "$0.40"},
           {-0.4, "-$0.40"},
           {1234.565, "$1,234.57"},
           {1234567.891, "$1,234,567.89"},
           {-1234567.891, "-$1,234,567.89"},
           {999.995, "$1,000.00"},
           {100, "$100.00"},
           {2.675, "$2.68"},
           {-2.675, "-$2.68"},
           {1.005, "$1.01"},
           {2.665, "$2.67"},
           {8.345, "$8.35"},
           {0.005, "$0.01"},
           {0.0149, "$0.01"},
           {0.00123, "$0.00123"},
           {-0.000456, "-$0.000456"},
           {0.0000002, "$0.000000200"},
           {1e-14, "$1e-14"},
           // Rounding up halves must not move the cents of what is large: 1e10 dollars and 0.4 cents.
           {10000000000.004, "$10,000,000,000.00"},
           {1e15, "$1,000,000,000,000,000.00"}})
    CHECK(display(Money::dollars(usd)) == text);
  CHECK(display(Money::dollars(std::nan(""))) == "not a finite amount");
  CHECK(display(Money::dollars(-std::numeric_limits<double>::infinity())) == "not a finite amount");
}

TEST_CASE("Unit prices are shown with all their digits", "[money]") {
  for (const auto& [usd, text] :
       std::initializer_list<std::pair<double, const char*>>{{0, "$0"},
                                                             {0.0000166667, "$0.0000166667"},
                                                             {0.0000000309, "$0.0000000309"},
                                                             {0.0000002, "$0.0000002"},
                                                             {0.096, "$0.096"},
                                                             {55.04, "$55.04"},
                                                             {100, "$100"},
                                                             {0.1 + 0.2, "$0.3"},
                                                             {-0.5, "-$0.5"},
                                                             {0.0000156789123456, "$0.0000156789123456"},
                                                             {1.0 / 3, "$0.333333333333"},
                                                             {218.45, "$218.45"}})
    CHECK(display(UnitPrice::dollarsPerUnit(usd)) == text);
  CHECK(display(UnitPrice::dollarsPerUnit(std::numeric_limits<double>::infinity())) == "not a finite price");
}
