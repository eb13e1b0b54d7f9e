#include "pricing/private_prices_json.hpp"

#include <charconv>
#include <fmt/format.h>

namespace pricing {

namespace {

constexpr NumberRange kUsd{.max = 1e9, .expected = "a price in USD, 0 or more"};
constexpr NumberRange kQuantity{.expected = "a quantity, 0 or more"};

struct Step {
  double from = 0;
  std::optional<double> to;
  UnitPrice price;
};

std::optional<Step> readStep(const JsonValue& value) {
  auto object = value.object("a tier");
  if (!object) return std::nullopt;
  const auto numberAt = [&](std::string_view key, const NumberRange& range) {
    const auto member = object->find(key);
    return member ? member->number(range) : std::nullopt;
  };
  const auto before = value.source().problems.all().size();
  Step step;
  object->require("from", "the quantity from which the price holds");
  object->require("usd", "a price in USD");
  step.from = numberAt("from", kQuantity).value_or(0);
  step.price = UnitPrice::dollarsPerUnit(numberAt("usd", kUsd).value_or(0));
  step.to = numberAt("to", kQuantity);
  object->finish();
  return value.source().problems.all().size() == before ? std::optional(step) : std::nullopt;
}

// Whether `step` may follow `previous` (nothing: it is the first). Steps tile the quantities from 0 on.
void checkStep(const JsonValue& value, const std::optional<Step>& previous, const Step& step) {
  const auto refuse = [&](double found, std::string expected) {
    value.source().problems.add(
        {fmt::format("{}", value.where()), fmt::format("a tier from {}", found), std::move(expected)});
  };
  if (!previous && step.from != 0) refuse(step.from, "a first tier from 0");
  if (previous && step.from == previous->from)
    refuse(step.from, "each tier once");
  else if (previous && step.from < previous->from)
    refuse(step.from, fmt::format("tiers in rising order, so more than {}", previous->from));
  else if (previous && previous->to && step.from != *previous->to)
    refuse(step.from, fmt::format("{}, the end of the tier before ({})", *previous->to,
                                  step.from > *previous->to ? "this leaves a gap" : "this overlaps"));
  if (step.to && *step.to <= step.from)
    value.source().problems.add({value.where(), fmt::format("a tier that ends at {}", *step.to),
                                 fmt::format("an end above its beginning, {}", step.from)});
}

std::vector<Tier> readTiers(const JsonValue& list) {
  std::vector<Tier> tiers;
  std::optional<Step> previous;
  for (const auto& value : list.array()) {
    const auto step = readStep(value);
    if (!step) return {}; // behind a tier that could not be read, the next ones cannot be judged
    checkStep(value, previous, *step);
    tiers.push_back({step->from, step->price});
    previous = step;
  }
  if (!previous) list.refuse("at least one tier");
  if (previous && previous->to)
    list.source().problems.add(
        {list.where(), fmt::format("an end at {}", *previous->to), "a last tier without \"to\""});
  return tiers;
}

// "12%", "12.5 %", 0.12
std::optional<double> readFraction(const JsonValue& value) {
  std::optional<double> fraction;
  if (value.raw().is_number()) fraction = value.raw().get<double>();
  if (value.isText()) {
    const auto& text = value.raw().get_ref<const std::string&>();
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto rest = std::string_view(text).substr(static_cast<std::size_t>(end - text.data()));
    if (error == std::errc() && (rest == "%" || rest == " %")) fraction = number / 100;
    if (error == std::errc() && rest.empty()) fraction = number;
  }
  if (fraction && *fraction >= 0 && *fraction <= 1) return fraction;
  value.refuse("a percentage from 0% to 100%, such as 12%, or a fraction such as 0.12");
  return std::nullopt;
}

bool isKnownRate(const JsonValue& value, const std::string& name, const PriceCatalogue* catalogue) {
  if (!catalogue || catalogue->knowsRate(name)) return true;
  value.source().problems.add({value.where(), pricing::quoted(name),
                               "the name of a rate as `breakeven prices list` shows them",
                               catalogue->nearestRate(name)});
  return false;
}

bool isKnownScope(const JsonValue& value, const std::string& scope, const PriceCatalogue* catalogue) {
  if (!catalogue || catalogue->knowsDiscountScope(scope)) return true;
  const auto services = discountedServices();
  auto nearest = nearestName(scope, std::span<const std::string_view>(services));
  if (!nearest) nearest = catalogue->nearestRate(scope);
  value.source().problems.add({value.where(), pricing::quoted(scope),
                               "a service as bill lines name it, or the beginning of the name of a rate", nearest});
  return false;
}

} // namespace

void readPrivateRates(const JsonValue& rates, PrivatePrices& prices, const PriceCatalogue* catalogue) {
  if (!rates.object()) return;
  for (const auto& [name, raw] : rates.raw().items()) {
    const JsonValue value(raw, pointerTo(rates.pointer(), name), rates.source());
    PrivateRate rate{name, {}};
    if (raw.is_array())
      rate.tiers = readTiers(value);
    else if (const auto usd = value.number(kUsd))
      rate.tiers = {{0, UnitPrice::dollarsPerUnit(*usd)}};
    if (isKnownRate(value, name, catalogue) && !rate.tiers.empty()) prices.rates.push_back(std::move(rate));
  }
}

void readPrivateDiscounts(const JsonValue& discounts, PrivatePrices& prices, const PriceCatalogue* catalogue) {
  if (!discounts.object()) return;
  for (const auto& [scope, raw] : discounts.raw().items()) {
    const JsonValue value(raw, pointerTo(discounts.pointer(), scope), discounts.source());
    const auto fraction = readFraction(value);
    if (isKnownScope(value, scope, catalogue) && fraction) prices.discounts.push_back({scope, *fraction});
  }
}

PrivatePrices readPrivatePrices(std::string_view json, std::string_view origin, const PriceCatalogue& catalogue) {
  ProblemList problems;
  const JsonSource source{std::string(origin), problems};
  const auto value = parseJson(json, source);
  PrivatePrices prices;
  if (auto root = JsonValue(value, "", source).object("private prices")) {
    if (const auto name = root->require("name", "what these prices are called, such as EDP 2026"))
      prices.name = name->text("what these prices are called, such as EDP 2026").value_or("");
    if (prices.name.empty() && problems.empty())
      problems.add({fmt::format("{}: /name", origin), "an empty text", "what these prices are called"});
    if (const auto discounts = root->find("discounts")) readPrivateDiscounts(*discounts, prices, &catalogue);
    if (const auto rates = root->find("rates")) readPrivateRates(*rates, prices, &catalogue);
    root->finish();
  }
  problems.throwIfAny();
  return prices;
}

} // namespace pricing
