// The usage file of `breakeven bill` as a whole: the month, the user's own prices, the accounts of an organisation. Its
// entries are read by usage_*_json.cpp; usage_schema.cpp describes all keys. Sentences are pinned by
// tests/pricing/usage_json_test.cpp and tests/broken/usage/.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "pricing/commitments_json.hpp"
#include "pricing/private_prices_json.hpp"
#include "pricing/usage_entries_json.hpp"

namespace pricing {

namespace {

std::optional<std::chrono::year_month_day> dayIn(std::string_view text) {
  const auto digits = [&](std::size_t at, std::size_t count) {
    int number = 0;
    for (const char c : text.substr(at, count)) {
      if (c < '0' || c > '9') return -1;
      number = number * 10 + (c - '0');
    }
    return number;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

void readDate(JsonObject& object, std::string& date) {
  const auto value = object.find("date");
  if (!value) return;
  if (value->raw().is_string() && dayIn(value->raw().get_ref<const std::string&>()))
    date = value->raw().get<std::string>();
  else
    value->refuse("a day such as 2026-11-01");
}

// `catalogue` knows the instance types and the rules of the day.
UsageMonth readMonth(JsonObject& root, MonthlyUsage& usage, const PriceCatalogue& catalogue) {
  if (const auto version = root.find("schema_version")) version->integer(1, 1);
  root.read("region", usage.region, "an AWS region such as us-east-1");
  readDate(root, usage.date);
  root.read("free_tier", usage.freeTier);
  root.read("hours_per_month", usage.hoursPerMonth, {.min = 1, .max = 744, .expected = "a number of hours, 1 to 744"});
  return {usage.hoursPerMonth, billingRules(catalogue, usage.date, usage.region), &catalogue};
}

void readPrices(JsonObject& root, PrivatePrices& prices, const PriceCatalogue* catalogue) {
  if (const auto rates = root.find("prices")) readPrivateRates(*rates, prices, catalogue);
  if (const auto discounts = root.find("discounts")) readPrivateDiscounts(*discounts, prices, catalogue);
}

// Each account holds what the file itself may hold of services; region, day and hours are the file's.
void readAccounts(JsonObject& root, MonthlyUsage& usage, const UsageMonth& month) {
  root.read("pooled", usage.pooled);
  const auto list = root.find("accounts");
  if (!list) return;
  for (const auto& element : list->array()) {
    auto& account = usage.accounts.emplace_back();
    account.account = fmt::format("account {}", usage.accounts.size());
    auto object = element.object("an account");
    if (!object) continue;
    object->read("name", account.account);
    readServices(*object, account, month);
    object->finish();
  }
}

UsageFile readFile(JsonObject& root, const PriceCatalogue* catalogue) {
  UsageFile file;
  const auto month = readMonth(root, file.usage, catalogue ? *catalogue : *PriceCatalogue::embedded());
  readPrices(root, file.prices, catalogue);
  readServices(root, file.usage, month);
  file.usage.committed = readCommitments(root, month.hours);
  readAccounts(root, file.usage, month);
  root.finish();
  return file;
}

// Whether the reader refused this place or something around it, so that its default must not be judged.
bool isRefused(const std::string& where, const ProblemList& problems) {
  return std::ranges::any_of(problems.all(), [&](const Problem& known) {
    return where == known.where || where.starts_with(known.where + '/');
  });
}

// The prices that could be read; what was refused is noted already and would only be refused again.
std::shared_ptr<const PriceCatalogue> withSound(const PrivatePrices& prices, const PriceCatalogue& catalogue) {
  try {
    return catalogue.with(prices);
  } catch (const InputError&) {
    return catalogue.with(PrivatePrices{});
  }
}

// What pricing the usage would refuse.
void addPricingProblems(const UsageFile& file, std::string_view origin, const PriceCatalogue& catalogue,
                        ProblemList& problems) {
  std::vector<Problem> more;
  try {
    price(file.usage, *withSound(file.prices, catalogue), origin);
  } catch (const InputError& error) {
    for (const auto& problem : error.problems())
      if (!isRefused(problem.where, problems)) more.push_back(problem);
  }
  for (auto& problem : more) problems.add(std::move(problem));
}

} // namespace

UsageFile readUsage(std::string_view json, std::string_view origin, const PriceCatalogue* catalogue) {
  ProblemList problems;
  const JsonSource source{std::string(origin), problems};
  const auto value = parseJson(json, source);
  UsageFile file;
  if (auto root = JsonValue(value, "", source).object("a usage file")) {
    file = readFile(*root, catalogue);
    if (catalogue) addPricingProblems(file, origin, *catalogue, problems);
  }
  problems.throwIfAny();
  return file;
}

} // namespace pricing
