#pragma once
// The entries of a usage file: JSON object -> usage. Private to usage_json.cpp and the files that define them; the keys
// stand in usage_schema.cpp too, and a test holds both together.
#include "pricing/billing_rules.hpp"
#include "pricing/json_reader.hpp"

namespace pricing {

// What the month as a whole sets for its entries.
struct UsageMonth {
  double hours = 730;
  BillingRules rules;
  const PriceCatalogue* catalogue = nullptr; // knows the types
};

// No account has more: a longer month, an exabyte, thirty million requests a second for a year.
inline constexpr NumberRange kHoursEach{.max = 744, .expected = "a number of hours, 0 to 744, the longest month"};
inline constexpr NumberRange kCounts{.max = 1e15};
inline constexpr NumberRange kGigabytes{.max = 1e9};

// An object under `key`, if there is one, read by `read` and checked for unknown keys.
template <class Read> bool readSection(JsonObject& parent, std::string_view key, Read read) {
  const auto value = parent.find(key);
  if (!value) return false;
  auto section = value->object(key);
  if (!section) return false;
  read(*section);
  section->finish();
  return true;
}

// Hours of each of `count` things, a month each unless said; in total.
double readTotalHours(JsonObject& object, const UsageMonth& month);
void readArchitecture(JsonObject& object, Architecture& architecture);

// usage_lambda_json.cpp
void readEntry(JsonObject& object, LambdaUsage& function, const UsageMonth& month);
// usage_instances_json.cpp
void readEntry(JsonObject& object, ManagedInstancesUsage& instances, const UsageMonth& month);
void readEntry(JsonObject& object, Ec2Usage& instances, const UsageMonth& month);
// usage_services_json.cpp: everything else
void readServices(JsonObject& object, MonthlyUsage& usage, const UsageMonth& month);

} // namespace pricing
