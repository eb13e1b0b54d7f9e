#include "model/evaluation/candidate_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pricing/quantities.hpp"

namespace model {

namespace {

constexpr double kNsPerMs = 1e6, kNsPerSecond = 1e9;
constexpr double kRounding = 1 - 1e-9; // of sums in floating point

// What the work becomes on a platform; at least, to the nanosecond.
struct Stretch : WorkStretch {
  double least(const WorkClass& work) const {
    return std::max(0.0,
                    static_cast<double>(work.leastCpuNs) * perCpu + static_cast<double>(work.leastIoNs) * perIo - 2);
  }
  double sum(const WorkClass& work) const {
    const double whole = static_cast<double>(work.cpuNs) * perCpu + static_cast<double>(work.ioNs) * perIo;
    return std::max(0.0, whole - 2 * static_cast<double>(work.requests));
  }
};

double totalNs(const StreamSample& sample, const Stretch& stretch) {
  double ns = 0;
  for (const auto& each : sample.work()) ns += stretch.sum(each);
  return ns * kRounding;
}

// Rank p of the requests that complete is at least rank p of the fastest that may be all that do. A histogram shows it
// to its relative error.
double quantileMs(const StreamSample& completed, const Stretch& stretch, double p) {
  const double rank = std::floor(p * static_cast<double>(completed.requests()));
  double below = 0;
  for (const auto& each : completed.work()) {
    below += static_cast<double>(each.requests);
    if (below >= rank) return stretch.least(each) / kNsPerMs * (1 - LatencyHistogram::kRelativeError);
  }
  return 0;
}

CandidateBounds latencyBounds(const StreamSample& completed, const Stretch& stretch, Duration overhead) {
  const double more = pricing::inMilliseconds(overhead) * (1 - LatencyHistogram::kRelativeError);
  const auto at = [&](double p) { return quantileMs(completed, stretch, p) + more; };
  CandidateBounds bounds;
  if (completed.requests() == 0) return bounds;
  bounds.meanMs = totalNs(completed, stretch) / static_cast<double>(completed.requests()) / kNsPerMs + more;
  bounds.p50Ms = at(0.5);
  bounds.p90Ms = at(0.9);
  bounds.p95Ms = at(0.95);
  bounds.p99Ms = at(0.99);
  bounds.p999Ms = at(0.999);
  return bounds;
}

// Requests and latency for the lines around compute: hours of load balancers, gateways, transfer.
Outcomes leastOutcomes(const StreamSample& all, const StreamSample& completed, double meanMs) {
  Outcomes outcomes;
  outcomes.attempts = all.requests();
  outcomes.completed = completed.requests();
  outcomes.rejected = all.requests() - completed.requests();
  if (meanMs > 0) outcomes.latency.record(static_cast<std::int64_t>(meanMs * kNsPerMs));
  return outcomes;
}

// ---- Lambda ----

bool isProvisioned(const LambdaSetup& setup) {
  return setup.provisionedConcurrency > 0 || !std::holds_alternative<std::monostate>(setup.provisionedPlan);
}

std::optional<std::int64_t> batchSize(const Scenario& scenario) {
  if (scenario.workload.trigger == workloads::Trigger::Queue) return scenario.lambda->queue.batchSize;
  if (scenario.workload.trigger == workloads::Trigger::Stream) return scenario.lambda->stream.batchSize;
  return std::nullopt;
}

// A call is billed in whole steps, a batch as one call of all its work.
double billedMs(const StreamSample& completed, const Stretch& stretch, std::int64_t stepMs, bool batches) {
  double sum = 0;
  const auto step = static_cast<double>(stepMs);
  for (const auto& each : completed.work()) {
    const double exact = stretch.sum(each) / kNsPerMs;
    const double stepped = std::ceil(stretch.least(each) / kNsPerMs / step) * step * static_cast<double>(each.requests);
    sum += batches ? exact : std::max(exact, stepped);
  }
  return sum * kRounding;
}

// What the completed requests are billed. A batch is booked where its first request arrived: with a warm-up before the
// window that may be outside.
LambdaTally leastLambda(const Scenario& scenario, const LambdaFunction& function, const StreamSample& completed,
                        const Stretch& stretch) {
  LambdaTally tally;
  const auto batch = batchSize(scenario);
  if (batch && scenario.run.warmup > Duration{}) return tally;
  const auto requests = completed.requests();
  const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(1, batch.value_or(1)));
  tally.started = (requests + size - 1) / size;
  tally.billedMs = static_cast<std::int64_t>(billedMs(completed, stretch, function.billingStepMs, batch.has_value()));
  return tally;
}

// All of it in provisioned environments.
LambdaTally provisionedInstead(LambdaTally tally) {
  tally.provisionedStarted = tally.started;
  tally.provisionedBilledMs = tally.billedMs;
  tally.billedMs = 0;
  return tally;
}

// How a platform polls a queue changes what a poll costs, and in either direction.
Scenario withoutPolls(Scenario scenario) {
  if (scenario.workload.trigger == workloads::Trigger::Queue) scenario.source.reset();
  return scenario;
}

// ---- EC2 ----

// `min` holds at every moment unless machines are lost, replaced or wanted by the clock.
std::int64_t instancesAtAllTimes(const Scenario& scenario, const Ec2Fleet& fleet) {
  const auto& setup = *scenario.ec2;
  if (usesSpot(setup) || scenario.failures.losesMachines() || fleet.healthCheck.replaces ||
      !fleet.scheduled.actions.empty() || fleet.warmPool)
    return 0;
  return isFixedFleet(fleet) ? fleet.initial : std::min(fleet.min, fleet.initial);
}

// CPU time that completed requests took before the end: they answer within the timeout, so those that arrive earlier
// than that are done.
double cpuNsBeforeEnd(const StreamSample& all, const StreamSample& completed) {
  return std::max(0.0, totalNs(completed, {{1, 0}}) - static_cast<double>(all.lateCpuNs()));
}

bool sameButForWorkers(const InstanceKind& a, const InstanceKind& b) {
  return a.vcpus == b.vcpus && a.speed == b.speed && a.interruptionsPerHour == b.interruptionsPerHour &&
         a.linkPerRequest == b.linkPerRequest && !a.credits && !b.credits;
}

bool sameButForWorkers(const Ec2Fleet& a, const Ec2Fleet& b) {
  const InstanceKind &one = a, &other = b;
  return sameButForWorkers(one, other) && a.furtherKinds.empty() && b.furtherKinds.empty() && a.initial == b.initial;
}

bool runsAlike(const Ec2Fleet& a, const Ec2Fleet& b) { return sameButForWorkers(a, b) && a.workers == b.workers; }

// Where workers are asked about by an arrival that wants one, and by nobody else.
bool workersOnlyAdmit(const Ec2Fleet& fleet) {
  return fleet.discipline == Discipline::ProcessorSharing && fleet.routing != Routing::Queue &&
         !fleet.healthCheck.byWorker && !fleet.overflowLimit;
}

bool runsAlike(const LambdaFunction& a, const LambdaFunction& b) {
  return workloads::lambdaVcpuShare(a.memory, a.threads) == workloads::lambdaVcpuShare(b.memory, b.threads) &&
         a.speed == b.speed && a.perIo == b.perIo && a.init == b.init && a.initInside == b.initInside;
}

bool runsAlike(const auto&, const auto&) { return false; }

} // namespace

std::string outOfReach(const Objective& objective, const CandidateBounds& bounds) {
  struct Part {
    const char* name;
    std::optional<Duration> limit;
    double leastMs;
  };
  for (const auto& part : {Part{"mean", objective.mean, bounds.meanMs}, Part{"p50", objective.p50, bounds.p50Ms},
                           Part{"p90", objective.p90, bounds.p90Ms}, Part{"p95", objective.p95, bounds.p95Ms},
                           Part{"p99", objective.p99, bounds.p99Ms}, Part{"p99.9", objective.p999, bounds.p999Ms}})
    if (part.limit && part.leastMs > pricing::inMilliseconds(*part.limit))
      return fmt::format("{} at least {}", part.name, pricing::displaySeconds(part.leastMs / 1e3));
  return "";
}

StreamBounds::StreamBounds(const StreamSample& sample, const Scenario& scenario)
    : m_all(sample), m_completed(sample.withoutSlowest(static_cast<std::uint64_t>(
                         std::floor(std::clamp(scenario.objective.maxFailed, 0.0, 1.0) *
                                    static_cast<double>(sample.requests()) * (1 + 1e-12))))) {
  for (const auto& slow : scenario.failures.slowdowns) m_ioFactor *= std::min(1.0, slow.ioFactor);
  m_cpuNs = cpuNsBeforeEnd(m_all, m_completed);
}

const CandidateBounds& StreamBounds::latency(const WorkStretch& stretch, Duration overhead) const {
  if (!m_latency || m_latency->stretch != stretch || m_latency->overhead != overhead)
    m_latency = {stretch, overhead, latencyBounds(m_completed, Stretch{stretch}, overhead)};
  return m_latency->bounds;
}

Metered StreamBounds::metered() const { return {m_all.observedSeconds(), m_all.hourlyRequests(), m_all.horizon(), {}}; }

CandidateBounds StreamBounds::ofLambda(const Scenario& candidate, const pricing::PriceCatalogue& catalogue) const {
  const auto function = lambdaFunction(candidate);
  const double share = function.speed * workloads::lambdaVcpuShare(function.memory, function.threads);
  const Stretch stretch{{1 / share, function.perIo * m_ioFactor}};
  const bool waits = candidate.workload.trigger == workloads::Trigger::Http; // somebody does, at the front door
  auto bounds = latency(stretch, waits ? function.overhead : Duration{});
  const auto scenario = withoutPolls(candidate);
  auto tally = leastLambda(candidate, function, m_completed, stretch);
  tally.outcomes = leastOutcomes(m_all, m_completed, bounds.meanMs);
  const auto usd = [&](const LambdaTally& month) {
    return monthlyUsd(scenario, Platform::Lambda, lambdaUsage(scenario, month, metered()), catalogue) * kRounding;
  };
  bounds.monthlyCostUsd = usd(tally);
  if (!isProvisioned(*candidate.lambda)) return bounds;
  // Any mix of both costs at least what the cheaper of the two would; not with a free tier, which only one of them has.
  bounds.monthlyCostUsd = std::min(bounds.monthlyCostUsd, usd(provisionedInstead(tally)));
  if (!candidate.freeTier) return bounds;
  LambdaTally nothing;
  nothing.outcomes = tally.outcomes;
  bounds.monthlyCostUsd = usd(nothing);
  return bounds;
}

CandidateBounds StreamBounds::ofEc2AsKin(const Scenario& candidate, const pricing::PriceCatalogue& catalogue,
                                         std::span<const Ec2Tally> fewerWorkers) const {
  double instanceNs = 0;
  for (const auto& window : fewerWorkers) instanceNs += static_cast<double>(window.instanceNs);
  return ofEc2(candidate, catalogue, usesSpot(*candidate.ec2) ? 0 : kLeastOfKin * instanceNs);
}

CandidateBounds StreamBounds::ofEc2(const Scenario& candidate, const pricing::PriceCatalogue& catalogue,
                                    double leastInstanceNs) const {
  const auto fleet = ec2Fleet(candidate, catalogue);
  auto bounds = latency({1 / (fleet.speed * std::min(fleet.threads, fleet.vcpus)), m_ioFactor}, fleet.overhead);
  Ec2Tally tally;
  tally.outcomes = leastOutcomes(m_all, m_completed, bounds.meanMs);
  double instanceNs = m_cpuNs / fleet.speed / fleet.vcpus;
  if (!fleet.furtherKinds.empty()) instanceNs = 0;
  if (usesSpot(*candidate.ec2)) instanceNs *= 1 - kMostFreeOfSpot;
  instanceNs = std::max(instanceNs, static_cast<double>(instancesAtAllTimes(candidate, fleet)) *
                                        m_all.observedSeconds() * kNsPerSecond);
  instanceNs = std::max(instanceNs, leastInstanceNs);
  tally.instanceNs = static_cast<Int128>(instanceNs);
  // A copy's hours fall and rise with the share that production keeps at its minimum.
  Scenario scenario = candidate;
  scenario.costs.ec2.nonProductionCopies = 0;
  const auto usage = ec2Usage(scenario, tally, metered(), instanceGib(scenario, catalogue));
  bounds.monthlyCostUsd = monthlyUsd(scenario, Platform::Ec2, usage, catalogue) * kRounding;
  return bounds;
}

bool runAlike(const Configuration& one, const Configuration& other) {
  return std::visit([](const auto& a, const auto& b) { return runsAlike(a, b); }, one, other);
}

bool hasFewerWorkersOnly(const Configuration& one, const Configuration& other) {
  const auto *few = std::get_if<Ec2Fleet>(&one), *more = std::get_if<Ec2Fleet>(&other);
  return few != nullptr && more != nullptr && few->workers < more->workers && workersOnlyAdmit(*few) &&
         sameButForWorkers(*few, *more);
}

} // namespace model
