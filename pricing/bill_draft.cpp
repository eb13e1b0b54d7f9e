#include "pricing/bill_draft.hpp"

#include <fmt/format.h>

namespace pricing {

namespace {

// "title (code), date"; a rate borrowed from another region says so, an override has neither date nor region.
std::string sourceOf(const Tariff& tariff, std::string_view region) {
  std::string text = tariff.source;
  if (text == "override") return text;
  if (!tariff.asOf.empty()) text += ", " + tariff.asOf;
  if (!tariff.region.empty() && tariff.region != region && tariff.region != "global")
    text += fmt::format(", price of {}", tariff.region);
  return text;
}

} // namespace

Money tieredAmount(const Tariff& tariff, double quantity) {
  Money amount;
  for (std::size_t i = 0; i < tariff.tiers.size() && quantity > tariff.tiers[i].from; ++i) {
    const bool last = i + 1 == tariff.tiers.size();
    const double to = last || quantity < tariff.tiers[i + 1].from ? quantity : tariff.tiers[i + 1].from;
    amount += tariff.tiers[i].price * (to - tariff.tiers[i].from);
  }
  return amount;
}

Money Bill::total() const {
  Money sum;
  for (const auto& line : lines) sum += line.amount;
  return sum;
}

const BillingRules& BillDraft::rules() {
  if (!m_rules) m_rules = billingRules(m_catalogue, m_day, m_region);
  return *m_rules;
}

void BillDraft::startAccount(std::string name, std::string pointer) {
  m_account = std::move(name);
  m_pointer = std::move(pointer);
}

std::string BillDraft::itemOf(std::string_view item) const {
  return m_account.empty() ? std::string(item) : fmt::format("{} ({})", item, m_account);
}

void BillDraft::charge(const Position& position, double quantity, std::string_view rateName, double pool) {
  if (quantity == 0) return;
  if (const auto tariff = rate(rateName, position.place)) charge(position, quantity, *tariff, pool);
}

void BillDraft::charge(const Position& position, double quantity, const Tariff& tariff, double pool) {
  if (quantity == 0) return;
  BillLine line;
  line.service = position.service;
  line.item = itemOf(position.item);
  line.quantity = quantity;
  line.unit = tariff.unit;
  const bool flat = tariff.tiers.size() == 1;
  line.amount = flat ? tariff.firstPrice() * quantity : tieredAmount(tariff, pool) * (quantity / pool);
  line.unitPrice = flat ? tariff.firstPrice() : UnitPrice::dollarsPerUnit(line.amount.inDollars() / quantity);
  line.source = sourceOf(tariff, m_region);
  line.estimated = tariff.estimated;
  line.ownPrice = tariff.own;
  m_bill.lines.push_back(std::move(line));
}

void BillDraft::chargeInstanceHours(const Position& position, double hours, std::string_view type, Purchase purchase) {
  if (hours == 0) return;
  if (const auto tariff = instanceHour(type, purchase, position.place)) charge(position, hours, *tariff, hours);
}

void BillDraft::add(const OwnLine& own) {
  if (own.quantity == 0 || own.usd.inDollarsPerUnit() == 0) return;
  BillLine line;
  line.service = own.service;
  line.item = itemOf(own.item);
  line.quantity = own.quantity;
  line.unit = own.unit;
  line.unitPrice = own.usd;
  line.amount = own.usd * own.quantity;
  line.source = own.source.empty() ? "own entry" : own.source;
  line.ownPrice = true;
  m_bill.lines.push_back(std::move(line));
}

void BillDraft::showFree(std::string_view service, std::string_view item, const Allowance& allowance,
                         std::string_view unit) {
  if (allowance.taken() == 0) return;
  BillLine line;
  line.service = service;
  line.item = itemOf(item);
  line.quantity = allowance.taken();
  line.unit = unit;
  line.source = allowance.source;
  m_bill.lines.push_back(std::move(line));
}

Allowance BillDraft::allowance(std::string_view name, bool freeTier) const {
  if (!freeTier) return {};
  const auto* rule = m_catalogue.findRule(name, m_day);
  return rule ? Allowance{rule->value, 0, fmt::format("{}, {}", rule->source, rule->asOf)} : Allowance{};
}

std::optional<Tariff> BillDraft::rate(std::string_view name, std::string_view place) {
  auto tariff = m_catalogue.find(m_region, name);
  // A rate in no region of the catalogue is the user's to state.
  const bool priced = m_catalogue.isPriced(name);
  if (!tariff)
    note(place, fmt::format("no price {} {}", pricing::quoted(name), priced ? "for " + m_region : "in the catalogue"),
         priced ? "a service sold there, or its price under \"prices\"" : "its price under \"prices\"");
  return tariff;
}

std::optional<Tariff> BillDraft::instanceHour(std::string_view type, Purchase purchase, std::string_view place) {
  auto tariff = m_catalogue.instanceHour(m_region, type, purchase);
  if (!tariff && m_catalogue.findType(type)) // an unknown type was noted by checkUsage
    note(place, fmt::format("no {} price of {} for {}", name(purchase), type, m_region),
         "a purchase option and region in which the type is sold");
  return tariff;
}

void BillDraft::note(std::string_view place, std::string found, std::string expected,
                     std::optional<std::string> suggestion) {
  m_problems.add({fmt::format("{}: {}{}", m_origin, m_pointer, place), std::move(found), std::move(expected),
                  std::move(suggestion)});
}

Bill BillDraft::finish() && {
  m_problems.throwIfAny();
  return std::move(m_bill);
}

} // namespace pricing
