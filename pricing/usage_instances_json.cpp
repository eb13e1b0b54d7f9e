// Instances in a usage file: EC2 and Lambda Managed Instances, by hours, by the work of burstable types over time, or
// by static sizing.
#include <array>
#include <fmt/format.h>

#include "pricing/cpu_credits.hpp"
#include "pricing/static_sizing.hpp"
#include "pricing/usage_entries_json.hpp"

namespace pricing {

namespace {

constexpr std::array<std::string_view, 2> kCreditModes{"standard", "unlimited"};
enum class End { Running, Terminated };
constexpr std::array<std::string_view, 2> kEnds{"running", "terminated"};

// Nothing for an unknown type, which pricing refuses.
const InstanceType* readInstanceType(JsonObject& object, std::string& type, const UsageMonth& month) {
  if (const auto value = object.require("instance_type", "an instance type such as c7g.large"))
    type = value->text("an instance type such as c7g.large").value_or("");
  return month.catalogue->findType(type);
}

void readPurchase(JsonObject& object, Purchase& purchase) {
  const auto value = object.find("purchase");
  if (!value) return;
  if (const auto index = value->oneOf(purchaseNames())) purchase = *purchaseNamed(purchaseNames()[*index]);
}

void refuse(const JsonObject& object, std::string_view key, std::string found, std::string expected) {
  const JsonValue member(object.value().raw().at(std::string(key)), pointerTo(object.value().pointer(), key),
                         object.value().source());
  object.value().source().problems.add({member.where(), std::move(found), std::move(expected)});
}

constexpr NumberRange kAboveZero{.min = 1e-6, .max = 1e6, .expected = "a number above 0"};

StaticSizing readSizing(JsonObject& section) {
  StaticSizing sizing;
  section.require("concurrency", "the number of requests in flight");
  section.readCount("concurrency", sizing.concurrency, {.max = 1e9});
  section.read("concurrency_per_vcpu", sizing.concurrencyPerVcpu, kAboveZero);
  section.read("memory_per_execution", sizing.memoryPerExecution);
  section.read("resident_executions", sizing.residentExecutions, kAboveZero);
  section.read("environment_vcpus", sizing.environmentVcpus, kAboveZero);
  section.read("reserved_vcpus", sizing.reservedVcpus);
  section.read("reserved_memory", sizing.reservedMemory);
  section.read("buffer", sizing.buffer, kAboveZero);
  section.read("packing", sizing.packing, kAboveZero);
  section.read("managed_packing", sizing.managedPacking, kAboveZero);
  return sizing;
}

using CountOfSizing = double (*)(const StaticSizing&, const InstanceType&, const BillingRules&);

// Instance hours in total; the number of instances stands in "count" or follows from "sizing".
double readInstanceHours(JsonObject& object, const InstanceType* type, const UsageMonth& month, CountOfSizing count) {
  std::optional<double> sized;
  readSection(object, "sizing", [&](JsonObject& section) {
    const auto sizing = readSizing(section);
    if (!type) return;
    sized = count(sizing, *type, month.rules);
    if (*sized == 0 && sizing.concurrency > 0)
      refuse(object, "sizing", fmt::format("environments too large for one {}", type->name),
             "a larger type, or less memory or fewer vCPUs for an environment");
  });
  if (sized && object.has("count")) refuse(object, "count", "a count beside sizing", "one of both");
  double hours = month.hours;
  if (!sized) return readTotalHours(object, month);
  object.allow("count");
  object.read("hours", hours, kHoursEach);
  return *sized * hours;
}

// A stretch of constant use.
struct CpuPeriod {
  double hours = 0, utilisation = 0;
};

std::vector<CpuPeriod> readPeriods(const JsonValue& list) {
  std::vector<CpuPeriod> periods;
  for (const auto& element : list.array("a list of {\"hours\", \"utilisation\"}")) {
    auto object = element.object("cpu");
    if (!object) continue;
    auto& period = periods.emplace_back();
    object->require("hours", "how long it lasts");
    object->require("utilisation", "the mean over all vCPUs, 0 to 1");
    object->read("hours", period.hours, kHoursEach);
    object->read("utilisation", period.utilisation, {.max = 1, .expected = "the mean over all vCPUs, 0 to 1"});
    object->finish();
  }
  return periods;
}

struct CreditSettings {
  std::optional<CreditMode> mode;
  std::optional<double> start;
  End end = End::Running;
};

CreditSettings readCreditSettings(JsonObject& object) {
  CreditSettings settings;
  if (const auto value = object.find("credit_mode"))
    if (const auto index = value->oneOf(kCreditModes)) settings.mode = static_cast<CreditMode>(*index);
  if (const auto value = object.find("start_credits")) settings.start = value->number({.max = 1e6});
  object.readOneOf("end", settings.end, kEnds);
  return settings;
}

// The credits of one instance that went through the periods; a T2 in standard mode starts with its launch credits.
CreditTally tallyOf(const std::vector<CpuPeriod>& periods, const CreditSettings& settings, const InstanceType& type,
                    const UsageMonth& month) {
  const auto plan = *creditPlan(type, settings.mode);
  const bool launched = type.credits->launchCredits && plan.mode == CreditMode::Standard;
  CpuCreditAccount account(plan, settings.start.value_or(launched ? month.rules.launchCreditsPerVcpu * type.vcpus : 0));
  for (const auto& period : periods) account.run(period.hours, period.utilisation);
  if (settings.end == End::Terminated) account.settle();
  return account.tally();
}

// "cpu" gives hours and surplus of each instance.
void readCpu(JsonObject& object, const JsonValue& list, Ec2Usage& instances, const InstanceType* type,
             const UsageMonth& month) {
  double count = 1, hours = 0;
  const auto periods = readPeriods(list);
  const auto settings = readCreditSettings(object);
  for (const auto& period : periods) hours += period.hours;
  object.readCount("count", count, kCounts);
  for (const auto* key : {"hours", "surplus_credits", "surplus_vcpu_hours", "sizing"})
    if (object.has(key)) refuse(object, key, fmt::format("{} beside cpu", key), "one of both");
  if (hours > kHoursEach.max)
    refuse(object, "cpu", fmt::format("{} hours in all", hours), std::string(kHoursEach.expected));
  instances.hours = count * hours;
  if (type && !type->credits)
    refuse(object, "cpu", fmt::format("cpu of {}", type->name), "a burstable type, which has CPU credits");
  if (type && type->credits)
    instances.surplusVcpuHours = count * tallyOf(periods, settings, *type, month).chargedVcpuHours();
}

} // namespace

void readEntry(JsonObject& object, ManagedInstancesUsage& instances, const UsageMonth& month) {
  const auto* type = readInstanceType(object, instances.instanceType, month);
  // Without a count, hours are those of all instances together.
  if (object.has("count") || object.has("sizing") || !object.has("hours")) {
    instances.hours = readInstanceHours(object, type, month, managedInstances);
  } else {
    object.allow("count");
    object.allow("sizing");
    object.read("hours", instances.hours, kGigabytes);
  }
  object.readCount("requests", instances.requests, kCounts);
  readPurchase(object, instances.purchase);
}

void readEntry(JsonObject& object, Ec2Usage& instances, const UsageMonth& month) {
  const auto* type = readInstanceType(object, instances.instanceType, month);
  readPurchase(object, instances.purchase);
  if (const auto cpu = object.find("cpu")) {
    readCpu(object, *cpu, instances, type, month);
    for (const auto* key : {"hours", "surplus_credits", "surplus_vcpu_hours", "sizing"}) object.allow(key);
    return;
  }
  instances.hours = readInstanceHours(object, type, month, ec2Instances);
  double credits = 0;
  object.read("surplus_vcpu_hours", instances.surplusVcpuHours, kGigabytes);
  object.read("surplus_credits", credits, kCounts);
  constexpr double kCreditsPerVcpuHour = 60;
  instances.surplusVcpuHours += credits / kCreditsPerVcpuHour;
  for (const auto* key : {"credit_mode", "start_credits", "end"})
    if (object.find(key)) refuse(object, key, fmt::format("{} without cpu", key), "\"cpu\", the use over time");
}

} // namespace pricing
