// Functions in a usage file. Sentences are pinned by tests/broken/usage/, meanings by
// tests/pricing/usage_json_test.cpp.
#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>

#include "pricing/usage_entries_json.hpp"

namespace pricing {

namespace {

constexpr std::array<std::string_view, 2> kPollerSources{"kafka", "sqs"};
enum class Package { Zip, Image };
constexpr std::array<std::string_view, 2> kPackages{"zip", "image"};

std::int64_t billedMilliseconds(Duration duration, const BillingRules& rules) {
  const std::int64_t step = rules.durationStepMs;
  return (ceilMilliseconds(duration) + step - 1) / step * step;
}

// No function runs longer than 15 minutes.
std::optional<Duration> runTime(const std::optional<JsonValue>& value) {
  const auto duration = value ? value->duration() : std::nullopt;
  if (!duration || *duration <= std::chrono::minutes(15)) return duration;
  value->refuse("a time up to 900s, the longest a function may run");
  return std::nullopt;
}

std::optional<Duration> readDuration(JsonObject& object, double requests) {
  return runTime(requests > 0 ? object.require("duration", "the billed time of one request, such as 120ms")
                              : object.find("duration"));
}

// INIT of the requests that started cold. Until 1 Aug 2025 it was free for zip packages on managed runtimes on demand
// (AWS Compute Blog, Apr 2025); custom runtimes, images and SnapStart paid already.
struct ColdStarts {
  double count = 0;
  Duration init{};
  bool billed = false;
};

bool isCustomRuntime(const std::string& runtime) { return runtime == "custom" || runtime.starts_with("provided"); }

ColdStarts readColdStarts(JsonObject& object, double requests, const UsageMonth& month) {
  ColdStarts cold;
  std::string runtime;
  Package package = Package::Zip;
  object.read("runtime", runtime, "a runtime such as python3.13, or custom");
  object.readOneOf("package", package, kPackages);
  const auto init = runTime(object.find("init"));
  cold.init = init.value_or(Duration{});
  cold.count = init ? requests : 0;
  if (const auto count = object.find("cold_starts")) {
    cold.count = count->count({.max = requests, .expected = "a number, 0 up to requests"}).value_or(0);
    object.require("init", "the time one cold start takes, such as 100.77ms");
  }
  cold.billed =
      month.rules.initAlwaysBilled || package == Package::Image || isCustomRuntime(runtime) || object.has("snap_start");
  return cold;
}

// A failed call is billed like any other: it is among `requests`.
double readOnDemandTime(JsonObject& object, double requests, const UsageMonth& month) {
  const auto duration = readDuration(object, requests);
  const auto cold = readColdStarts(object, requests, month);
  if (!duration) return 0;
  const auto warmMs = static_cast<double>(billedMilliseconds(*duration, month.rules));
  const auto coldMs = static_cast<double>(billedMilliseconds(*duration + cold.init, month.rules));
  return requests * warmMs + (cold.billed ? cold.count * (coldMs - warmMs) : 0);
}

// Large asynchronous events count as several requests.
void readEventSize(JsonObject& object, double& requests, const UsageMonth& month) {
  const auto value = object.find("async_event_size");
  const auto size = value ? value->byteCount() : std::nullopt;
  if (!size) return;
  if (static_cast<double>(size->inBytes()) > month.rules.asyncLimitKb * 1024)
    return value->refuse(fmt::format("up to {:g} KB, the largest asynchronous event", month.rules.asyncLimitKb));
  requests *= asyncRequests(*size, month.rules);
}

void readProvisioned(JsonObject& object, LambdaUsage& function, const UsageMonth& month) {
  readSection(object, "provisioned", [&](JsonObject& section) {
    auto& provisioned = function.provisioned.emplace();
    provisioned.hours = month.hours;
    section.require("count", "the number of environments kept ready");
    section.readCount("count", provisioned.count, kCounts);
    section.read("hours", provisioned.hours, kHoursEach);
    section.readCount("requests", provisioned.requests, kCounts);
    if (const auto duration = readDuration(section, provisioned.requests))
      provisioned.billedMilliseconds =
          provisioned.requests * static_cast<double>(billedMilliseconds(*duration, month.rules));
  });
}

void readStreaming(JsonObject& object, LambdaUsage& function, const UsageMonth& month) {
  readSection(object, "streaming", [&](JsonObject& section) {
    auto& streaming = function.streaming.emplace();
    section.readCount("responses", streaming.responses, kCounts);
    const auto value = section.find("size");
    const auto size = value ? value->byteCount() : std::nullopt;
    if (!size) return;
    if (size->inGibibytes() * 1024 > month.rules.streamingLimitMib)
      return value->refuse(
          fmt::format("up to {:g}MB, the longest response that can be streamed", month.rules.streamingLimitMib));
    streaming.size = *size;
  });
}

void readFunctionOptions(JsonObject& object, LambdaUsage& function, const UsageMonth& month) {
  readSection(object, "snap_start", [&](JsonObject& section) {
    auto& snapStart = function.snapStart.emplace();
    snapStart.hours = month.hours;
    section.readCount("versions", snapStart.versions, kCounts);
    section.read("hours", snapStart.hours, kHoursEach);
    section.readCount("restores", snapStart.restores, kCounts);
  });
  readStreaming(object, function, month);
  readSection(object, "pollers", [&](JsonObject& section) {
    auto& pollers = function.pollers.emplace();
    section.require("source", "one of kafka, sqs");
    section.readOneOf("source", pollers.source, kPollerSources);
    section.read("unit_hours", pollers.unitHours, kGigabytes);
  });
  readSection(object, "tenant_isolation",
              [&](JsonObject& section) { section.readCount("environments", function.tenantEnvironments, kCounts); });
  readSection(object, "durable", [&](JsonObject& section) {
    auto& durable = function.durable.emplace();
    section.readCount("operations", durable.operations, kCounts);
    section.read("written_gb", durable.writtenGb, kGigabytes);
    section.read("stored_gb_months", durable.storedGbMonths, kGigabytes);
  });
}

// The memory decides about every GB-s, so a default would be a guess; only usage without GB-s may leave it out.
void readFunctionMemory(JsonObject& object, LambdaUsage& function) {
  const bool needed =
      function.requests > 0 || function.provisioned || function.snapStart || function.tenantEnvironments > 0;
  if (needed) object.require("memory", "the function's memory, such as 1536MB");
  object.read("memory", function.memory);
}

} // namespace

void readEntry(JsonObject& object, LambdaUsage& function, const UsageMonth& month) {
  object.read("name", function.label);
  object.readCount("requests", function.requests, kCounts);
  function.billedMilliseconds = readOnDemandTime(object, function.requests, month);
  readEventSize(object, function.requests, month);
  readProvisioned(object, function, month);
  readArchitecture(object, function.architecture);
  object.read("ephemeral_storage", function.ephemeralStorage);
  object.read("edge", function.edge);
  readFunctionOptions(object, function, month);
  readFunctionMemory(object, function);
}

} // namespace pricing
