#include "model/evaluation/assessment.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "model/evaluation/attribution.hpp"
#include "model/evaluation/overflow_summary.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

constexpr double kNsPerSecond = 1e9;
double asDouble(Int128 n) { return static_cast<double>(n); }

Metered meteredBy(const RunShape& shape, std::span<const std::uint64_t> hourlyRequests) {
  return {shape.observedSeconds(), hourlyRequests, shape.horizon};
}

// The value is of all completed requests together; the half width says how much it moved between observations.
Estimate latencyEstimate(double pooledSeconds, const std::vector<const Outcomes*>& observations, auto&& figure) {
  std::vector<double> values;
  for (const auto* outcome : observations)
    if (outcome->latency.count() > 0) values.push_back(1e3 * figure(outcome->latency));
  return {1e3 * pooledSeconds, values.size() < 2 ? 0.0 : estimate(values).halfWidth};
}

LatencySummary summarise(const LatencyHistogram& pooled, const std::vector<const Outcomes*>& observations) {
  const auto quantile = [&](double p) {
    return latencyEstimate(pooled.quantileSeconds(p), observations,
                           [p](const auto& h) { return h.quantileSeconds(p); });
  };
  LatencySummary summary;
  summary.mean = latencyEstimate(pooled.meanSeconds(), observations, [](const auto& h) { return h.meanSeconds(); });
  summary.p50 = quantile(0.5);
  summary.p90 = quantile(0.9);
  summary.p95 = quantile(0.95);
  summary.p99 = quantile(0.99);
  summary.p999 = quantile(0.999);
  summary.max = latencyEstimate(pooled.maxSeconds(), observations, [](const auto& h) { return h.maxSeconds(); });
  return summary;
}

template <class Tally> std::vector<const Outcomes*> outcomesOf(const std::vector<Tally>& tallies) {
  std::vector<const Outcomes*> outcomes;
  for (const auto& tally : tallies) outcomes.push_back(&tally.outcomes);
  return outcomes;
}

// Once all that the objective asks of is known.
void judge(const Objective& objective, PlatformResult& result) {
  result.missed = missedObjectives(objective, result.latency, result.failedFraction.value);
  if (result.requests > 0 && result.completed == 0) result.missed.push_back("no request completed");
  if (const double growth = result.deliveries ? result.deliveries->backlogGrowthShare : 0;
      growth > kGrowingBacklogShare)
    result.missed.push_back(
        fmt::format("the source's backlog grows by {} of what arrives", pricing::displayPercent(growth)));
  result.meetsObjective = result.missed.empty();
}

void describeOutcomes(const std::vector<const Outcomes*>& observations, PlatformResult& result) {
  std::vector<double> failed, attempts;
  for (const auto* outcome : observations) {
    result.requests += outcome->attempts;
    result.completed += outcome->completed;
    result.throttled += outcome->throttled;
    result.timedOut += outcome->timedOut;
    result.rejected += outcome->rejected;
    result.errored += outcome->errored;
    result.expired += outcome->expired;
    result.unfinished += outcome->unfinished;
    result.histogram.merge(outcome->latency);
    failed.push_back(static_cast<double>(outcome->failed()));
    attempts.push_back(static_cast<double>(outcome->attempts));
  }
  result.failedFraction = ratioEstimate(failed, attempts);
  result.latency = summarise(result.histogram, observations);
}

// Tries of a request until it is given up.
double triesOf(const Scenario& scenario) {
  const LambdaSetup setup = scenario.lambda.value_or(LambdaSetup{});
  switch (scenario.workload.trigger) {
  case workloads::Trigger::Http: return static_cast<double>(setup.client.attempts);
  case workloads::Trigger::Async:
  case workloads::Trigger::Schedule: return static_cast<double>(setup.async.errorRetries + 1);
  case workloads::Trigger::Queue: return static_cast<double>(setup.queue.maxReceives);
  case workloads::Trigger::Stream: break;
  }
  return static_cast<double>(setup.stream.retries.value_or(10'000) + 1);
}

// Instances are simulated without failures of the code. So that these are not held against one platform only, requests
// that are poisonous or fail in every try count as failed here too; what retries add to the load is not simulated.
// `onInstances`: share of the completed requests.
void sufferFailures(const Scenario& scenario, const std::vector<const Outcomes*>& observations, PlatformResult& result,
                    double onInstances = 1) {
  const auto& failures = scenario.failures;
  const double once = 1 - (1 - failures.errorRate) * (1 - failures.crashRate);
  const double always = onInstances * (1 - (1 - failures.poisonRate) * (1 - std::pow(once, triesOf(scenario))));
  double deployed = 0; // of the completed ones, to a bad deployment
  for (const auto* outcome : observations) deployed += static_cast<double>(outcome->deploymentErrorsPpb) * 1e-9;
  if (result.completed > 0) deployed /= static_cast<double>(result.completed);
  const double lost = 1 - (1 - always) * (1 - deployed);
  if (lost <= 0) return;
  const auto errored = static_cast<std::uint64_t>(std::llround(lost * static_cast<double>(result.completed)));
  result.errored += errored;
  result.completed -= errored;
  result.failedFraction.value += (1 - result.failedFraction.value) * lost;
}

template <class Tally> Estimate meanOver(const std::vector<Tally>& tallies, auto&& figure) {
  std::vector<double> values;
  for (const auto& tally : tallies) values.push_back(figure(tally));
  return estimate(values);
}

// The tally of all observations together, for a bill whose lines are means over observations.
LambdaTally pooled(const std::vector<LambdaTally>& tallies) {
  LambdaTally all;
  for (const auto& t : tallies) {
    all.outcomes.attempts += t.outcomes.attempts;
    all.outcomes.completed += t.outcomes.completed;
    all.outcomes.latency.merge(t.outcomes.latency);
    all.started += t.started;
    all.cold += t.cold;
    all.provisionedStarted += t.provisionedStarted;
    all.billedMs += t.billedMs;
    all.provisionedBilledMs += t.provisionedBilledMs;
    all.provisionedBusyNs += t.provisionedBusyNs;
    all.cpuNs += t.cpuNs;
    all.ioNs += t.ioNs;
    all.billedInitNs += t.billedInitNs;
    all.extensionNs += t.extensionNs;
    all.provisionedInitNs += t.provisionedInitNs;
    all.provisionedExtensionNs += t.provisionedExtensionNs;
    all.provisionedCpuNs += t.provisionedCpuNs;
    all.provisionedIoNs += t.provisionedIoNs;
    all.provisionedAllocatedNs += t.provisionedAllocatedNs;
    all.source += t.source;
  }
  return all;
}

Ec2Tally pooled(const std::vector<Ec2Tally>& tallies) {
  Ec2Tally all;
  for (const auto& t : tallies) {
    all.outcomes.attempts += t.outcomes.attempts;
    all.outcomes.completed += t.outcomes.completed;
    all.outcomes.rejected += t.outcomes.rejected;
    all.outcomes.latency.merge(t.outcomes.latency);
    all.instanceNs += t.instanceNs;
    all.inServiceNs += t.inServiceNs;
    all.inService += t.inService;
    all.surplusCredits += t.surplusCredits;
    all.minimumTopUpNs += t.minimumTopUpNs;
    all.spot.resize(t.spot.size());
    for (std::size_t kind = 0; kind < t.spot.size(); ++kind) all.spot[kind] += t.spot[kind];
    all.warmPoolNs += t.warmPoolNs;
    all.warmPoolRunningNs += t.warmPoolRunningNs;
    all.warmPoolTopUpNs += t.warmPoolTopUpNs;
  }
  return all;
}

ManagedTally pooled(const std::vector<ManagedTally>& tallies) {
  ManagedTally all;
  for (const auto& t : tallies) {
    all.outcomes.attempts += t.outcomes.attempts;
    all.outcomes.completed += t.outcomes.completed;
    all.outcomes.throttled += t.outcomes.throttled;
    all.outcomes.latency.merge(t.outcomes.latency);
    all.instanceNs += t.instanceNs;
    all.inServiceNs += t.inServiceNs;
    all.minimumTopUpNs += t.minimumTopUpNs;
    all.cpuBusyNs += t.cpuBusyNs;
    all.environmentNs += t.environmentNs;
  }
  return all;
}

// A hybrid's parts, each by itself.
struct HybridParts {
  explicit HybridParts(const std::vector<HybridTally>& tallies) {
    for (const auto& tally : tallies) {
      base.push_back(tally.base);
      function.push_back(tally.overflow);
      outcomes.push_back(tally.outcomes());
    }
  }
  std::vector<Ec2Tally> base;
  std::vector<LambdaTally> function;
  std::vector<Outcomes> outcomes; // of both
};

HybridTally pooled(const std::vector<HybridTally>& tallies) {
  const HybridParts parts(tallies);
  return {pooled(parts.base), pooled(parts.function)};
}

pricing::MonthlyUsage usageOf(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                              const LambdaTally& tally, const Metered& metered) {
  return withOwnCosts(scenario, Platform::Lambda, lambdaUsage(scenario, tally, metered), catalogue);
}
pricing::MonthlyUsage usageOf(const Scenario& scenario, const pricing::PriceCatalogue& catalogue, const Ec2Tally& tally,
                              const Metered& metered) {
  return withOwnCosts(scenario, Platform::Ec2, ec2Usage(scenario, tally, metered, instanceGib(scenario, catalogue)),
                      catalogue);
}
pricing::MonthlyUsage usageOf(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                              const ManagedTally& tally, const Metered& metered) {
  return withOwnCosts(scenario, Platform::ManagedInstances, managedUsage(scenario, tally, metered), catalogue);
}

pricing::MonthlyUsage usageOf(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                              const HybridTally& tally, const Metered& metered) {
  return withOwnCosts(scenario, Platform::Hybrid, hybridUsage(scenario, tally, metered), catalogue);
}

template <class Tally>
std::vector<double> costs(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                          const std::vector<Tally>& tallies, const Metered& metered) {
  std::vector<double> dollars;
  for (const auto& tally : tallies)
    dollars.push_back(pricing::price(usageOf(scenario, catalogue, tally, metered), catalogue).total().inDollars());
  return dollars;
}

template <class Tally>
void addBill(const Scenario& scenario, const pricing::PriceCatalogue& catalogue, const std::vector<Tally>& tallies,
             Metered metered, PlatformResult& result) {
  const auto each = costs(scenario, catalogue, tallies, metered);
  metered.observedSeconds *= static_cast<double>(tallies.size());
  const auto all = pooled(tallies);
  result.usage = usageOf(scenario, catalogue, all, metered);
  result.bill = pricing::price(result.usage, catalogue);
  if constexpr (std::is_same_v<Tally, ManagedTally>)
    result.moneyParts = moneyParts(managedFleet(scenario, catalogue), all, result.bill);
  else
    result.moneyParts = moneyParts(scenario, all, metered, result.bill);
  result.monthlyCostUsd = {result.bill.total().inDollars(), estimate(each).halfWidth};
}

// Provisioned environments exist all the time, or as long as a plan pays for them; when they serve nothing they are
// idle.
void describeEnvironments(const std::vector<LambdaTally>& tallies, double seconds, double provisioned,
                          PlatformResult& result) {
  std::vector<double> cold, started;
  Int128 environmentNs = 0;
  std::uint64_t ended = 0;
  for (const auto& t : tallies) {
    cold.push_back(static_cast<double>(t.cold));
    started.push_back(static_cast<double>(t.started));
    result.coldStarts += t.cold;
    result.initAhead += t.initAhead;
    result.initRestarts += t.initRestarts;
    result.resetInits += t.resetInits;
    result.peakEnvironments = std::max(result.peakEnvironments, t.peakEnvironments);
    environmentNs += t.busyNs + t.idleNs;
    ended += t.environmentsEnded;
  }
  const double observedNs = seconds * kNsPerSecond;
  const auto busy = [&](const auto& t) { return asDouble(t.busyNs + t.provisionedBusyNs) / observedNs; };
  const auto all = [&](const auto& t) {
    return provisioned + asDouble(t.busyNs + t.idleNs + t.provisionedAllocatedNs) / observedNs;
  };
  result.coldFraction = ratioEstimate(cold, started);
  result.environmentsBusy = meanOver(tallies, busy);
  result.environmentsMean = meanOver(tallies, all);
  result.environmentsIdle = meanOver(tallies, [&](const auto& t) { return all(t) - busy(t); });
  // Total time on test over deaths: the estimator of a mean life when some lives are seen in part only (Epstein & Sobel
  // 1953, "Life testing"). Whole lives of those that ended would leave out the long ones that outlast the windows.
  if (ended > 0) result.meanLifetimeS = asDouble(environmentNs) / kNsPerSecond / static_cast<double>(ended);
}

// What happened between the source and the function; nothing when every request was tried once as it came.
void describeDeliveries(const std::vector<LambdaTally>& tallies, double seconds, PlatformResult& result) {
  SourceTally all;
  for (const auto& t : tallies) all += t.source;
  if (all == SourceTally{}) return;
  const double observedNs = seconds * kNsPerSecond;
  DeliverySummary summary;
  summary.counts = all;
  for (const auto& t : tallies) summary.invocations += t.started;
  const auto requests = static_cast<double>(std::max<std::uint64_t>(result.requests, 1));
  summary.meanWaitS = asDouble(all.waitedNs) / kNsPerSecond / requests;
  summary.backlogGrowthShare = static_cast<double>(all.backlogGrowth) / requests;
  summary.backlogMean = meanOver(tallies, [&](const auto& t) { return asDouble(t.source.backlogNs) / observedNs; });
  result.deliveries = summary;
}

std::vector<NeighbourResult> neighbourResults(const LambdaSetup& setup, const std::vector<Outcomes>& outcomes) {
  std::vector<NeighbourResult> results;
  for (std::size_t k = 0; k < std::min(outcomes.size(), setup.neighbours.size()); ++k)
    results.push_back({setup.neighbours[k].name, outcomes[k].attempts, outcomes[k].throttled, outcomes[k].timedOut});
  return results;
}

// Instances and how busy their vCPUs were while they were in service: `vcpuNs` of a tally.
template <class Tally, class VcpuNs>
void describeInstances(const std::vector<Tally>& tallies, double seconds, const VcpuNs& vcpuNs,
                       PlatformResult& result) {
  const double observedNs = seconds * kNsPerSecond;
  result.instancesMean = meanOver(tallies, [&](const auto& t) { return asDouble(t.instanceNs) / observedNs; });
  result.utilisation =
      meanOver(tallies, [&](const auto& t) { return t.inServiceNs == 0 ? 0.0 : asDouble(t.cpuBusyNs) / vcpuNs(t); });
  for (const auto& t : tallies) result.peakInstances = std::max(result.peakInstances, t.peakInstances);
}

double vcpuNs(const std::vector<InstanceKind>& kinds, const Ec2Tally& tally) {
  double sum = kinds.front().vcpus * asDouble(tally.inServiceNs - tally.spotTotal().inServiceNs);
  for (std::size_t k = 0; k < tally.spot.size(); ++k) sum += kinds[k].vcpus * asDouble(tally.spot[k].inServiceNs);
  return sum;
}

SpotSummary spotSummary(const Scenario& scenario, const std::vector<InstanceKind>& kinds,
                        const std::vector<Ec2Tally>& tallies, double seconds) {
  SpotSummary summary;
  double expected = 0;
  SpotTime all;
  for (const auto& t : tallies) {
    all += t.spotTotal();
    for (std::size_t k = 0; k < t.spot.size(); ++k)
      expected +=
          kinds[k].interruptionsPerHour * asDouble(t.spot[k].instanceNs) / kNsPerSecond / pricing::kSecondsPerHour;
    summary.interruptions += t.interruptions;
    summary.lostRequests += t.lostToInterruptions;
    summary.launchesWithoutCapacity += t.launchesWithoutCapacity;
  }
  summary.instancesMean =
      meanOver(tallies, [&](const auto& t) { return asDouble(t.spotTotal().instanceNs) / (seconds * kNsPerSecond); });
  if (all.instanceNs > 0) summary.freeShare = asDouble(all.freeNs) / asDouble(all.instanceNs);
  const double observed = seconds * static_cast<double>(tallies.size());
  const double months = observed / (scenario.hoursPerMonth * pricing::kSecondsPerHour);
  summary.interruptionsPerMonth = static_cast<double>(summary.interruptions) / months;
  summary.expectedPerMonth = expected / months;
  return summary;
}

// `fleet`: the scenario with its EC2 setup, or with a hybrid's base in its place.
void describeFleet(const Scenario& fleet, const pricing::PriceCatalogue& catalogue,
                   const std::vector<Ec2Tally>& tallies, double seconds, PlatformResult& result) {
  const auto kinds = kindsOf(ec2Fleet(fleet, catalogue));
  describeInstances(
      tallies, seconds, [&](const auto& t) { return vcpuNs(kinds, t); }, result);
  for (const auto& tally : tallies) {
    result.wentUnhealthy += tally.wentUnhealthy;
    result.failedOpen += tally.failedOpen;
  }
  if (usesSpot(*fleet.ec2)) result.spot = spotSummary(fleet, kinds, tallies, seconds);
}

struct Part {
  const char* name;
  std::optional<Duration> limit;
  double milliseconds;
};

} // namespace

double constantProvisioned(const LambdaSetup& setup) {
  const bool constant = std::holds_alternative<std::monostate>(setup.provisionedPlan);
  return constant ? static_cast<double>(setup.provisionedConcurrency) : 0;
}

std::vector<std::string> missedObjectives(const Objective& objective, const LatencySummary& latency,
                                          double failedFraction) {
  std::vector<std::string> missed;
  for (const auto& part :
       {Part{"mean", objective.mean, latency.mean.value}, Part{"p50", objective.p50, latency.p50.value},
        Part{"p90", objective.p90, latency.p90.value}, Part{"p95", objective.p95, latency.p95.value},
        Part{"p99", objective.p99, latency.p99.value}, Part{"p99.9", objective.p999, latency.p999.value}}) {
    if (!part.limit || part.milliseconds <= pricing::inMilliseconds(*part.limit)) continue;
    missed.push_back(fmt::format("{} {} > {}", part.name, pricing::displaySeconds(part.milliseconds / 1e3),
                                 pricing::displaySeconds(pricing::inSeconds(*part.limit))));
  }
  if (failedFraction > objective.maxFailed)
    missed.push_back(fmt::format("failed {} > {}", pricing::displayPercent(failedFraction),
                                 pricing::displayPercent(objective.maxFailed)));
  return missed;
}

std::vector<double> monthlyCosts(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                 const Observations& observations, const RunShape& shape,
                                 std::span<const std::uint64_t> hourlyRequests) {
  auto metered = meteredBy(shape, hourlyRequests);
  const auto overflow = hourlyOverflow(observations);
  metered.hourlyOverflow = overflow;
  if (!observations.hybrid.empty()) return costs(scenario, catalogue, observations.hybrid, metered);
  if (!observations.lambda.empty()) return costs(scenario, catalogue, observations.lambda, metered);
  if (!observations.managed.empty()) return costs(scenario, catalogue, observations.managed, metered);
  return costs(scenario, catalogue, observations.ec2, metered);
}

PlatformResult assessLambda(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                            const Observations& observations, const RunShape& shape,
                            std::span<const std::uint64_t> hourlyRequests) {
  PlatformResult result;
  result.platform = Platform::Lambda;
  result.configuration = lambdaLabel(scenario);
  describeOutcomes(outcomesOf(observations.lambda), result);
  describeEnvironments(observations.lambda, shape.observedSeconds(), constantProvisioned(*scenario.lambda), result);
  describeDeliveries(observations.lambda, shape.observedSeconds(), result);
  judge(scenario.objective, result);
  result.neighbours = neighbourResults(*scenario.lambda, observations.neighbours);
  addBill(scenario, catalogue, observations.lambda, meteredBy(shape, hourlyRequests), result);
  result.timeline = observations.timeline;
  return result;
}

PlatformResult assessEc2(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                         const Observations& observations, const RunShape& shape,
                         std::span<const std::uint64_t> hourlyRequests) {
  PlatformResult result;
  result.platform = Platform::Ec2;
  result.configuration = ec2Label(scenario);
  describeOutcomes(outcomesOf(observations.ec2), result);
  sufferFailures(scenario, outcomesOf(observations.ec2), result);
  judge(scenario.objective, result);
  describeFleet(scenario, catalogue, observations.ec2, shape.observedSeconds(), result);
  addBill(scenario, catalogue, observations.ec2, meteredBy(shape, hourlyRequests), result);
  result.timeline = observations.timeline;
  return result;
}

PlatformResult assessManaged(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                             const Observations& observations, const RunShape& shape,
                             std::span<const std::uint64_t> hourlyRequests) {
  const auto& tallies = observations.managed;
  PlatformResult result;
  result.platform = Platform::ManagedInstances;
  result.configuration = managedLabel(scenario);
  describeOutcomes(outcomesOf(tallies), result);
  sufferFailures(scenario, outcomesOf(tallies), result);
  judge(scenario.objective, result);
  const double observedNs = shape.observedSeconds() * kNsPerSecond;
  const double vcpus = managedFleet(scenario, catalogue).vcpus;
  describeInstances(
      tallies, shape.observedSeconds(), [&](const auto& t) { return vcpus * asDouble(t.inServiceNs); }, result);
  result.environmentsMean = meanOver(tallies, [&](const auto& t) { return asDouble(t.environmentNs) / observedNs; });
  result.inFlightMean = meanOver(tallies, [&](const auto& t) { return asDouble(t.inFlightNs) / observedNs; });
  for (const auto& t : tallies) result.peakEnvironments = std::max(result.peakEnvironments, t.peakEnvironments);
  addBill(scenario, catalogue, tallies, meteredBy(shape, hourlyRequests), result);
  result.timeline = observations.timeline;
  return result;
}

PlatformResult assessHybrid(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                            const Observations& observations, const RunShape& shape,
                            std::span<const std::uint64_t> hourlyRequests) {
  const HybridParts parts(observations.hybrid);
  PlatformResult result;
  result.platform = Platform::Hybrid;
  result.configuration = hybridLabel(scenario);
  std::vector<const Outcomes*> outcomes;
  for (const auto& each : parts.outcomes) outcomes.push_back(&each);
  describeOutcomes(outcomes, result);
  double onInstances = 0;
  for (const auto& tally : parts.base) onInstances += static_cast<double>(tally.outcomes.completed);
  sufferFailures(scenario, outcomes, result,
                 result.completed > 0 ? onInstances / static_cast<double>(result.completed) : 0);
  judge(scenario.objective, result);
  describeFleet(withBase(scenario), catalogue, parts.base, shape.observedSeconds(), result);
  describeEnvironments(parts.function, shape.observedSeconds(), constantProvisioned(*scenario.lambda), result);
  result.overflow = overflowSummary(observations);
  auto metered = meteredBy(shape, hourlyRequests);
  const auto overflow = hourlyOverflow(observations);
  metered.hourlyOverflow = overflow;
  addBill(scenario, catalogue, observations.hybrid, metered, result);
  result.timeline = observations.timeline;
  return result;
}

} // namespace model
