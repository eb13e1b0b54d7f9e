#pragma once
// A bill while it is written: looks up rates, applies tiers, notes what cannot be priced. Private to pricing.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/billing.hpp"
#include "pricing/billing_rules.hpp"
#include "pricing/problem.hpp"

namespace pricing {

// What is free each month, taken from every user of the pool in proportion to its use.
struct Allowance {
  double free = 0, used = 0;
  std::string source{};
  double taken() const { return free < used ? free : used; }
  double billable(double part) const { return used <= free ? 0 : part - free * (part / used); }
};

class BillDraft {
 public:
  BillDraft(const PriceCatalogue& catalogue, const MonthlyUsage& usage, std::string_view origin)
      : m_catalogue(catalogue), m_region(usage.region), m_day(usage.date), m_origin(origin) {}

  // Where a line stands on the bill and, as JSON pointer, in the usage.
  struct Position {
    std::string_view service;
    std::string item;
    std::string place;
  };

  // What follows belongs to this account: its name stands behind each item, `pointer` before each place. Empty: none.
  void startAccount(std::string name, std::string pointer);
  // Drops the lines, keeps what was noted.
  void dropLines() { m_bill.lines.clear(); }
  bool anythingNoted() const { return !m_problems.empty(); }

  // Writes one line: `quantity` at the named rate. With volume tiers, the price is that of the whole `pool`, of which
  // the line takes its share. A quantity of zero writes nothing.
  void charge(Position position, double quantity, std::string_view rate) { charge(position, quantity, rate, quantity); }
  void charge(const Position& position, double quantity, std::string_view rate, double pool);
  void charge(const Position& position, double quantity, const Tariff& tariff, double pool);
  void chargeInstanceHours(const Position& position, double hours, std::string_view type, Purchase purchase);
  // A line as the user gave it. A quantity or price of zero writes nothing.
  void add(const OwnLine& own);
  // Writes what is taken from an allowance at price 0, so that the reader sees where the billed quantity comes from.
  void showFree(std::string_view service, std::string_view item, const Allowance& allowance, std::string_view unit);

  // Nothing after noting the problem.
  std::optional<Tariff> rate(std::string_view name, std::string_view place);
  std::optional<Tariff> instanceHour(std::string_view type, Purchase purchase, std::string_view place);
  void note(std::string_view place, std::string found, std::string expected,
            std::optional<std::string> suggestion = {});

  // The free quantity of that rule on the usage's date; none when `freeTier` is off.
  Allowance allowance(std::string_view rule, bool freeTier) const;

  const PriceCatalogue& catalogue() const { return m_catalogue; }
  // Of the usage's date. Looked up when first asked for: a search prices thousands of usages that need none.
  const BillingRules& rules();
  const std::string& region() const { return m_region; }
  // InputError when anything was noted.
  Bill finish() &&;

 private:
  std::string itemOf(std::string_view item) const;

  const PriceCatalogue& m_catalogue;
  std::string m_region, m_day, m_origin;
  std::optional<BillingRules> m_rules;
  std::string m_account, m_pointer;
  ProblemList m_problems;
  Bill m_bill;
};

// billing_problems.cpp: quantities that no month can have, unknown types; of the month as a whole, unknown regions.
void checkMonth(const MonthlyUsage& usage, BillDraft& draft);
void checkUsage(const MonthlyUsage& usage, BillDraft& draft);
// billing_lambda.cpp
void billLambda(const MonthlyUsage& usage, BillDraft& draft);
void billManagedInstances(const MonthlyUsage& usage, BillDraft& draft);
// commitments_bill.cpp
void billCommitments(const MonthlyUsage& usage, BillDraft& draft);

} // namespace pricing
