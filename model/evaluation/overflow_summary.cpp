#include "model/evaluation/overflow_summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

namespace model {

namespace {

constexpr double kMostOfIt = 0.9;
constexpr std::size_t kHoursPerDay = 24;

std::vector<std::uint64_t> allHours(const Observations& observations) {
  std::vector<std::uint64_t> all;
  for (const auto& run : observations.hybridHours) all.insert(all.end(), run.handedOver.begin(), run.handedOver.end());
  return all;
}

std::int64_t hoursOfMost(std::vector<std::uint64_t> hours, std::uint64_t total) {
  std::ranges::sort(hours, std::greater{});
  std::uint64_t held = 0;
  std::int64_t count = 0;
  for (; static_cast<double>(held) < kMostOfIt * static_cast<double>(total); ++count)
    held += hours[static_cast<std::size_t>(count)];
  return count;
}

void describeDay(const Observations& observations, std::uint64_t total, OverflowSummary& summary) {
  std::array<std::uint64_t, kHoursPerDay> day{};
  for (const auto& run : observations.hybridHours) {
    if (run.handedOver.size() < kHoursPerDay) return;
    for (std::size_t h = 0; h < run.handedOver.size(); ++h) day[h % kHoursPerDay] += run.handedOver[h];
  }
  if (total == 0) return;
  const auto busiest = std::ranges::max_element(day);
  summary.busiestHourOfDay = static_cast<int>(busiest - day.begin());
  summary.busiestShare = static_cast<double>(*busiest) / static_cast<double>(total);
}

std::optional<double> p99Ms(const std::vector<HybridTally>& tallies, auto&& part) {
  LatencyHistogram all;
  for (const auto& tally : tallies) all.merge(part(tally).outcomes.latency);
  if (all.count() == 0) return std::nullopt;
  return 1e3 * all.quantileSeconds(0.99);
}

} // namespace

OverflowSummary overflowSummary(const Observations& observations) {
  OverflowSummary summary;
  std::vector<double> handedOver, all;
  for (const auto& tally : observations.hybrid) {
    summary.count += tally.overflow.outcomes.attempts;
    handedOver.push_back(static_cast<double>(tally.overflow.outcomes.attempts));
    all.push_back(static_cast<double>(tally.base.outcomes.attempts + tally.overflow.outcomes.attempts));
  }
  summary.fraction = ratioEstimate(handedOver, all);
  summary.baseP99Ms = p99Ms(
      observations.hybrid, [](const auto& t) -> const auto& { return t.base; });
  summary.functionP99Ms = p99Ms(
      observations.hybrid, [](const auto& t) -> const auto& { return t.overflow; });
  const auto hours = allHours(observations);
  const auto total = std::accumulate(hours.begin(), hours.end(), std::uint64_t{0});
  summary.hours = static_cast<std::int64_t>(hours.size());
  summary.hoursOfMost = hoursOfMost(hours, total);
  describeDay(observations, total, summary);
  return summary;
}

std::vector<std::uint64_t> hourlyOverflow(const Observations& observations) {
  std::vector<std::uint64_t> mean;
  for (const auto& run : observations.hybridHours) {
    mean.resize(run.handedOver.size());
    for (std::size_t h = 0; h < mean.size(); ++h) mean[h] += run.handedOver[h];
  }
  const auto runs = std::max<std::uint64_t>(1, observations.hybridHours.size());
  for (auto& hour : mean) hour = (hour + runs / 2) / runs;
  return mean;
}

} // namespace model
