// The JSON of `breakeven trace inspect` (contract section 4). What does not apply is absent.
#include <nlohmann/json.hpp>

#include "workloads/import/time_stamps.hpp"
#include "workloads/import/trace.hpp"

namespace workloads {

namespace {

using Json = nlohmann::ordered_json;

Json skippedJson(const std::vector<SkippedRows>& skipped) {
  std::uint64_t rows = 0;
  Json reasons = Json::array();
  for (const auto& row : skipped) {
    rows += row.count;
    reasons.push_back({{"reason", row.reason}, {"count", row.count}, {"first_line", row.firstLine}});
  }
  return {{"rows", rows}, {"reasons", std::move(reasons)}};
}

Json durationsJson(const TraceSummary::Durations& d) {
  return {{"mean", d.meanMs}, {"p50", d.p50Ms}, {"p90", d.p90Ms}, {"p95", d.p95Ms}, {"p99", d.p99Ms}, {"max", d.maxMs}};
}

template <class T> void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

} // namespace

std::string traceSummaryJson(const TraceSummary& s) {
  Json json{{"format", s.format}, {"format_title", s.formatTitle}, {"files", s.files},
            {"rows", s.rows},     {"requests", s.requests},        {"skipped", skippedJson(s.skipped)}};
  if (s.firstEpochMs) json["first"] = importing::isoText(*s.firstEpochMs);
  if (s.lastEpochMs) json["last"] = importing::isoText(*s.lastEpochMs);
  json["span_s"] = pricing::inSeconds(s.span);
  json["mean_rate_per_s"] = s.meanRatePerSecond;
  json["peak_rate_per_s"] = s.peakRatePerSecond;
  json["peak_interval_s"] = pricing::inSeconds(s.peakInterval);
  if (s.durations) json["duration_ms"] = durationsJson(*s.durations);
  put(json, "memory_mb", s.memoryMb);
  put(json, "max_memory_used_mb", s.maxMemoryUsedMb);
  put(json, "cold_starts", s.coldStarts);
  put(json, "environments", s.environments);
  put(json, "environments_warm_at_first", s.environmentsWarmAtFirst);
  if (s.oldestEnvironment) json["oldest_environment_s"] = pricing::inSeconds(*s.oldestEnvironment);
  if (s.longestIdle) json["longest_idle_s"] = pricing::inSeconds(*s.longestIdle);
  put(json, "mean_init_ms", s.meanInitMs);
  put(json, "billed_ms", s.billedMs);
  json["functions"] = s.functions;
  json["notes"] = s.notes;
  // Names and notes may carry bytes that are no UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace workloads
