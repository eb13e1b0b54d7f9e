#include "model/evaluation/screening.hpp"

#include <algorithm>
#include <cmath>

#include "model/evaluation/capacity.hpp"
#include "model/evaluation/metering.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"

namespace model {

Screened screenLambda(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto function = lambdaFunction(scenario);
  const auto work = workOf(scenario.workload);
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon);
  const double factor = lambdaStretch(function, scenario.workload.work);
  LambdaTally month; // a month's counts without cold starts, priced like a simulated one
  const double requests = rate * scenario.hoursPerMonth * pricing::kSecondsPerHour;
  month.started = month.outcomes.attempts = month.outcomes.completed =
      static_cast<std::uint64_t>(std::llround(requests));
  // Rounding up to whole milliseconds adds half a millisecond on average, none where all durations are whole.
  const double meanS = std::min(work.meanSeconds * factor, pricing::inSeconds(function.timeout));
  const double billedMs =
      std::max(std::ceil(meanS * 1e3 - 1e-9) - meanS * 1e3 > 0 ? meanS * 1e3 + 0.5 : meanS * 1e3, 1.0);
  month.billedMs = static_cast<std::int64_t>(std::llround(requests * billedMs));
  Screened screened;
  const Metered metered{scenario.hoursPerMonth * pricing::kSecondsPerHour, {}, {}};
  screened.monthlyCostUsd = monthlyUsd(scenario, Platform::Lambda, lambdaUsage(scenario, month, metered), catalogue);
  screened.p99Ms = 1e3 * work.p99Seconds * factor + pricing::inMilliseconds(function.overhead);
  screened.feasible = rate * meanS <= static_cast<double>(function.concurrencyLimit);
  return screened;
}

Screened screenEc2(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = ec2Fleet(scenario, catalogue);
  const auto work = workOf(scenario.workload);
  const auto shape = runShape(scenario);
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, shape.horizon);
  const double factor = ec2Stretch(fleet, scenario.workload.work);
  const double needed = instancesNeeded(fleet, rate, scenario.workload);
  const double count = std::clamp(needed, static_cast<double>(fleet.min), static_cast<double>(fleet.max));
  Ec2Tally month;
  const double seconds = scenario.hoursPerMonth * pricing::kSecondsPerHour;
  month.outcomes.attempts = month.outcomes.completed = static_cast<std::uint64_t>(std::llround(rate * seconds));
  month.instanceNs = static_cast<Int128>(count * seconds * 1e9);
  Screened screened;
  screened.monthlyCostUsd =
      monthlyUsd(scenario, Platform::Ec2,
                 ec2Usage(scenario, month, {seconds, {}, {}}, instanceGib(scenario, catalogue)), catalogue);
  screened.p99Ms = 1e3 * work.p99Seconds * factor + pricing::inMilliseconds(fleet.overhead);
  screened.feasible = rate * coreSeconds(fleet, scenario.workload) < static_cast<double>(fleet.max) * fleet.vcpus;
  return screened;
}

Screened screenManaged(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = managedFleet(scenario, catalogue);
  const auto work = workOf(scenario.workload);
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon);
  const double factor = managedStretch(fleet, scenario.workload.work);
  const double vcpus = rate * coreSeconds(fleet, scenario.workload), inFlight = rate * work.meanSeconds * factor;
  const auto environments = environmentsWanted(fleet, vcpus, inFlight);
  const double seconds = scenario.hoursPerMonth * pricing::kSecondsPerHour;
  ManagedTally month;
  month.outcomes.attempts = month.outcomes.completed = static_cast<std::uint64_t>(std::llround(rate * seconds));
  month.instanceNs = static_cast<Int128>(static_cast<double>(instancesFor(fleet, environments)) * seconds * 1e9);
  Screened screened;
  screened.monthlyCostUsd =
      monthlyUsd(scenario, Platform::ManagedInstances, managedUsage(scenario, month, {seconds, {}, {}}), catalogue);
  screened.p99Ms = 1e3 * work.p99Seconds * factor + pricing::inMilliseconds(fleet.overhead);
  const auto most = static_cast<double>(fleet.maxInstances * fleet.environmentsPerInstance);
  screened.feasible = vcpus < most * fleet.environmentVcpus && inFlight < most * static_cast<double>(fleet.slotCount);
  return screened;
}

namespace {

// The p99 lies between those of the parts, or behind what the hours above the base's capacity slow down: of these, at
// the limit, the requests whose work alone puts them among the slowest hundredth of all.
double hybridP99Seconds(const HybridFleet& fleet, const workloads::Workload& workload,
                        const OverflowForecast& expected) {
  constexpr double kSlowest = 0.01;
  const double onInstances = ec2Stretch(fleet.base, workload.work);
  const double between = workOf(workload).p99Seconds * ((1 - expected.share) * onInstances +
                                                        expected.share * lambdaStretch(fleet.function, workload.work));
  if (expected.slowed <= kSlowest || !workload.work.duration) return between;
  const double work = workloads::quantileSeconds(*workload.work.duration, 1 - kSlowest / expected.slowed);
  return std::max(between, work * onInstances * expected.slowdown);
}

// By weight nothing is handed over when the base is full: it must carry its share of the busiest hour itself.
bool carriesItsShare(const HybridFleet& fleet, const workloads::Workload& workload, std::span<const double> rates) {
  const auto* weighted = std::get_if<WeightedOverflow>(&fleet.overflow);
  if (weighted == nullptr) return true;
  const double busiest = *std::ranges::max_element(rates) * (1 - weighted->share);
  return busiest * coreSeconds(fleet.base, workload) < static_cast<double>(fleet.base.max) * fleet.base.vcpus;
}

} // namespace

// Each part priced with its share of the requests.
Screened screenHybrid(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = hybridFleet(scenario, catalogue);
  const auto work = workOf(scenario.workload);
  const auto rates = hourlyRates(scenario);
  const auto expected = forecast(fleet, scenario.workload, rates);
  const double share = expected.share;
  const double onFunction = lambdaStretch(fleet.function, scenario.workload.work);
  const double seconds = scenario.hoursPerMonth * pricing::kSecondsPerHour;
  const double requests =
      workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon) * seconds;
  HybridTally month;
  auto& kept = month.base.outcomes;
  auto& overflow = month.overflow;
  kept.attempts = kept.completed = static_cast<std::uint64_t>(std::llround((1 - share) * requests));
  month.base.instanceNs = static_cast<Int128>(static_cast<double>(fleet.base.initial) * seconds * 1e9);
  overflow.started = overflow.outcomes.attempts = overflow.outcomes.completed =
      static_cast<std::uint64_t>(std::llround(share * requests));
  overflow.billedMs = std::llround(share * requests * (work.meanSeconds * onFunction * 1e3 + 0.5));
  Screened screened;
  screened.monthlyCostUsd =
      monthlyUsd(scenario, Platform::Hybrid, hybridUsage(scenario, month, {seconds, {}, {}}), catalogue);
  screened.p99Ms = 1e3 * hybridP99Seconds(fleet, scenario.workload, expected);
  screened.feasible = carriesItsShare(fleet, scenario.workload, rates);
  return screened;
}

} // namespace model
