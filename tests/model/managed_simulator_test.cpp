// Lambda Managed Instances: the simulator against a plain event loop on random scenarios, closed forms, the published
// promise about doubling, and rules worked by hand. The promise and the floor: AWS Lambda developer guide, Managed
// Instances, scaling (copy of Sep-Oct 2026).
#include "model/managed/managed_simulator.hpp"

#include <cmath>

#include "model/queueing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/managed_runs.hpp"

using managed_runs::simulate;
using model::Duration;
using model::Int128;
using model::ManagedFleet;
using model::ManagedRun;
using model::ManagedTally;
using reference::Request;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Small {
  ManagedFleet fleet;
  model::ObservationPlan plan;
  std::vector<Request> requests;
};

// Everything from one number; times are tiny on purpose, so that ties at the same nanosecond are frequent.
Small small(std::uint64_t number) {
  workloads::RandomStream random(number, "test.managed", 0);
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const auto oneOf = [&](std::initializer_list<double> values) {
    return *(values.begin() + between(0, static_cast<std::int64_t>(values.size()) - 1));
  };
  const auto time = [&]() -> workloads::DurationDistribution {
    if (between(0, 1) == 0) return workloads::Constant{Duration(between(0, 40))};
    return workloads::Exponential{Duration(between(1, 40))};
  };
  Small s;
  auto& fleet = s.fleet;
  fleet.environmentVcpus = oneOf({0.5, 1, 2});
  fleet.environmentsPerInstance = between(1, 4);
  fleet.slotCount = between(1, 5);
  if (between(0, 2) == 0) fleet.cpuSaturation = oneOf({0.5, 1, 2});
  fleet.speed = oneOf({0.7, 1, 2});
  fleet.threads = oneOf({1, 1, 2});
  fleet.timeout = Duration(between(1, 60));
  fleet.zones = static_cast<int>(between(1, 3));
  fleet.min = between(1, 3);
  fleet.minInstances = between(1, fleet.min);
  fleet.maxInstances = fleet.minInstances + between(0, 5);
  fleet.initial = between(fleet.min, fleet.min + 3);
  fleet.overhead = Duration(between(0, 5));
  fleet.boot = time();
  fleet.init = time();
  if (between(0, 4) == 0)
    fleet.scaling.reset();
  else
    fleet.scaling = model::ManagedScaling{oneOf({1, 1.5, 2, 4}), oneOf({0.5, 0.8, 1}), Duration(between(5, 60)),
                                          static_cast<int>(between(1, 5))};
  s.plan.warmup = Duration(between(0, 1) == 0 ? 0 : between(1, 200));
  s.plan.horizon = Duration(between(400, 1500));
  s.plan.windows = static_cast<int>(between(1, 4));
  s.plan.timelinePoints = static_cast<int>(between(0, 60));
  s.plan.hour = Duration(between(30, 900));
  const std::int64_t gap = between(0, 12), work = between(0, 20), wait = between(0, 20);
  std::int64_t t = 0;
  for (bool busy = true;;) {
    if (between(0, 39) == 0) busy = !busy;
    t += between(0, busy ? gap : 10 * gap + 10);
    if (t >= s.plan.horizon.count() || s.requests.size() > 1500) break;
    s.requests.push_back({t, between(0, work), between(0, 1) == 0 ? 0 : between(0, wait)});
  }
  if (number % 2 == 0) return s;
  // Also from the horizon on, where they have no effect.
  const std::int64_t last = s.plan.horizon.count() + 20;
  for (std::int64_t left = between(0, 8); left > 0; --left)
    fleet.lostInstances.push_back({Duration(between(0, last)), between(1, 3)});
  for (std::int64_t left = between(0, 3); left > 0; --left)
    fleet.lostZones.push_back({Duration(between(0, last)), Duration(between(0, 300))});
  return s;
}

bool isSame(const model::TimelinePoint& a, const model::TimelinePoint& b) {
  return a.at == b.at && a.capacity == b.capacity && a.inService == b.inService && a.inFlight == b.inFlight &&
         a.metric == b.metric;
}

// Latencies may be recorded in another order; everything else is compared as it is.
void requireSame(ManagedTally a, ManagedTally b) {
  REQUIRE(a.outcomes.attempts == b.outcomes.attempts);
  REQUIRE(a.outcomes.throttled == b.outcomes.throttled);
  REQUIRE(a.outcomes.timedOut == b.outcomes.timedOut);
  REQUIRE(a.outcomes.errored == b.outcomes.errored);
  REQUIRE(a.outcomes.completed == b.outcomes.completed);
  for (std::uint64_t i = 1; i <= a.outcomes.completed; ++i) {
    const double p = static_cast<double>(i) / static_cast<double>(a.outcomes.completed);
    REQUIRE(a.outcomes.latency.quantileSeconds(p) == b.outcomes.latency.quantileSeconds(p));
  }
  const auto whole = [](Int128 value) { return static_cast<std::int64_t>(value); };
  REQUIRE(whole(a.instanceNs) == whole(b.instanceNs));
  REQUIRE(whole(a.inServiceNs) == whole(b.inServiceNs));
  REQUIRE(whole(a.cpuBusyNs) == whole(b.cpuBusyNs));
  REQUIRE(whole(a.inFlightNs) == whole(b.inFlightNs));
  REQUIRE(whole(a.environmentNs) == whole(b.environmentNs));
  REQUIRE(a.peakInstances == b.peakInstances);
  REQUIRE(a.peakEnvironments == b.peakEnvironments);
  a.outcomes.latency = b.outcomes.latency = {};
  REQUIRE(a == b);
}

void requireSame(const ManagedRun& a, const ManagedRun& b) {
  REQUIRE(a.windows.size() == b.windows.size());
  for (std::size_t w = 0; w < a.windows.size(); ++w) requireSame(a.windows[w], b.windows[w]);
  REQUIRE(std::equal(a.timeline.begin(), a.timeline.end(), b.timeline.begin(), b.timeline.end(), isSame));
  REQUIRE(a.hours.instanceNs == b.hours.instanceNs);
  REQUIRE(a.hours.inFlightNs == b.hours.inFlightNs);
}

void requireConserved(const ManagedRun& run, const ManagedFleet& fleet) {
  for (const auto& tally : run.windows) {
    const auto& outcomes = tally.outcomes;
    REQUIRE(outcomes.attempts == outcomes.completed + outcomes.throttled + outcomes.timedOut + outcomes.errored);
    REQUIRE(outcomes.rejected == 0);
    REQUIRE(outcomes.latency.count() == outcomes.completed);
    REQUIRE(tally.inServiceNs <= tally.instanceNs);
    REQUIRE(tally.environmentNs <= tally.inServiceNs * fleet.environmentsPerInstance);
    REQUIRE(tally.inFlightNs <= tally.environmentNs * fleet.slotCount);
    REQUIRE(static_cast<double>(tally.cpuBusyNs) <=
            fleet.environmentVcpus * static_cast<double>(tally.environmentNs) + 1);
    REQUIRE(tally.peakInstances <= fleet.maxInstances);
  }
}

// A fleet of fixed size whose requests never slow each other down: a pure loss system.
ManagedFleet lossSystem(std::int64_t environments, std::int64_t slots) {
  ManagedFleet fleet;
  fleet.scaling.reset();
  fleet.min = fleet.initial = environments;
  fleet.environmentsPerInstance = environments;
  fleet.minInstances = fleet.maxInstances = 1;
  fleet.slotCount = slots;
  return fleet;
}

ManagedTally observed(const ManagedFleet& fleet, const workloads::Arrivals& arrivals,
                      const workloads::DurationDistribution& work, double cpuFraction, Duration warmup,
                      Duration horizon, std::uint64_t replication = 0) {
  workloads::Workload workload;
  workload.arrivals = arrivals;
  workload.work.duration = work;
  workload.work.cpuFraction = cpuFraction;
  model::ObservationPlan plan{warmup, horizon};
  plan.timelinePoints = 0;
  model::ManagedSimulator simulator(fleet, plan, 2026, replication);
  workloads::RequestStream stream(workload, 2026, replication, horizon);
  workloads::RequestBatch batch;
  while (stream.next(batch)) simulator.feed(batch);
  return simulator.finish().windows.front();
}

workloads::PoissonArrivals poisson(double perSecond) {
  return workloads::PoissonArrivals{pricing::RequestRate::perSecond(perSecond)};
}

} // namespace

TEST_CASE("A small random provider gives what the plain event loop gives, and loses no request", "[managed]") {
  std::uint64_t attempts = 0, throttled = 0, timedOut = 0, errored = 0, launches = 0, terminations = 0;
  for (std::uint64_t number = 0; number < 4000; ++number) {
    const auto s = small(number);
    INFO("scenario " << number);
    const auto run = simulate(s.fleet, s.plan, s.requests, number, 1 + number % 97);
    requireSame(run, reference::Managed(s.fleet, s.plan, number, 0).run(s.requests));
    requireConserved(run, s.fleet);
    for (const auto& window : run.windows) {
      attempts += window.outcomes.attempts;
      throttled += window.outcomes.throttled;
      timedOut += window.outcomes.timedOut;
      errored += window.outcomes.errored;
      launches += window.launches;
      terminations += window.terminations;
    }
  }
  // The scenarios do reach the rules they are for.
  CAPTURE(attempts, throttled, timedOut, errored, launches, terminations);
  CHECK(attempts > 300'000);
  CHECK(throttled > 30'000);
  CHECK(timedOut > 30'000);
  CHECK(errored > 3'000);
  CHECK(launches > 6'000);
  CHECK(terminations > 3'000);
}

TEST_CASE("A timeout ends the caller's wait, not the handler: its slot stays taken", "[managed]") {
  auto fleet = lossSystem(1, 1);
  fleet.timeout = Duration(10);
  const auto run = simulate(fleet, {Duration{}, Duration(1000)}, {{0, 100, 0}, {50, 5, 0}, {100, 5, 0}});
  const auto& outcomes = run.windows.front().outcomes;
  CHECK(outcomes.timedOut == 1);
  CHECK(outcomes.throttled == 1); // at 50 the handler still runs
  CHECK(outcomes.completed == 1);
  CHECK(static_cast<std::int64_t>(run.windows.front().cpuBusyNs) == 105);
}

TEST_CASE("The router passes over full environments, and over those whose CPU is wanted enough", "[managed]") {
  const std::vector<Request> three{{0, 100, 0}, {1, 100, 0}, {2, 100, 0}};
  CHECK(simulate(lossSystem(2, 1), {Duration{}, Duration(1000)}, three).windows.front().outcomes.throttled == 1);
  CHECK(simulate(lossSystem(2, 2), {Duration{}, Duration(1000)}, three).windows.front().outcomes.throttled == 0);
  auto hot = lossSystem(2, 2);
  hot.cpuSaturation = 1;
  CHECK(simulate(hot, {Duration{}, Duration(1000)}, three).windows.front().outcomes.throttled == 1);
  // Who only waits never makes an environment hot.
  const std::vector<Request> waiting{{0, 0, 100}, {1, 0, 100}, {2, 0, 100}};
  CHECK(simulate(hot, {Duration{}, Duration(1000)}, waiting).windows.front().outcomes.throttled == 0);
}

TEST_CASE("How many environments a load asks for", "[managed]") {
  ManagedFleet fleet; // 1 vCPU, 16 slots, 3 an instance, headroom 2, packing 0.8
  CHECK(model::environmentsWanted(fleet, 0, 0) == 3);
  CHECK(model::environmentsWanted(fleet, 4, 0) == 10); // 4 x 2 / 0.8
  CHECK(model::environmentsWanted(fleet, 4.01, 0) == 11);
  CHECK(model::environmentsWanted(fleet, 1, 96) == 15);   // 96 / 16 x 2 / 0.8
  CHECK(model::environmentsWanted(fleet, 1e6, 0) == 300); // what 100 instances hold
  CHECK(model::instancesFor(fleet, 3) == 3);
  CHECK(model::instancesFor(fleet, 10) == 4);
  CHECK(model::instancesFor(fleet, 9) == 3);
  CHECK(model::instancesFor(fleet, 1000) == 100);
}

TEST_CASE("Three instances stay although nobody calls", "[managed]") {
  const auto run = simulate(ManagedFleet{}, {Duration{}, std::chrono::hours(2)}, {});
  const auto& tally = run.windows.front();
  CHECK(static_cast<std::int64_t>(tally.instanceNs) == 3 * Duration(std::chrono::hours(2)).count());
  CHECK(static_cast<std::int64_t>(tally.environmentNs) == 3 * Duration(std::chrono::hours(2)).count());
  CHECK(tally.peakInstances == 3);
  CHECK(tally.launches == 3);
  CHECK(tally.terminations == 0);
}

// Mean over replications within four standard errors of the closed form, and those small enough to mean something.
namespace {

void requireNear(const ManagedFleet& fleet, double rate, const workloads::DurationDistribution& work,
                 double cpuFraction, auto&& figure, double expected, double tolerance) {
  std::vector<double> values;
  for (std::uint64_t replication = 0; replication < 12; ++replication)
    values.push_back(
        figure(observed(fleet, poisson(rate), work, cpuFraction, seconds(100), seconds(500), replication)));
  const auto estimate = model::estimate(values);
  const double standardError = estimate.halfWidth / model::studentT975(values.size() - 1);
  INFO("simulated " << estimate.value << ", closed form " << expected << ", standard error " << standardError);
  CHECK(std::fabs(estimate.value - expected) <= 4 * standardError);
  CHECK(4 * standardError <= tolerance * expected);
}

double throttledFraction(const ManagedTally& tally) {
  return static_cast<double>(tally.outcomes.throttled) / static_cast<double>(tally.outcomes.attempts);
}

} // namespace

TEST_CASE("A fixed fleet whose requests only wait is a loss system: Erlang B", "[managed]") {
  const workloads::DurationDistribution exponential = workloads::Exponential{std::chrono::milliseconds(100)};
  const workloads::DurationDistribution spread = workloads::Lognormal{std::chrono::milliseconds(100), 1.5};
  requireNear(lossSystem(3, 4), 100, exponential, 0, throttledFraction, model::erlangB(12, 10), 0.05);
  requireNear(lossSystem(3, 4), 100, spread, 0, throttledFraction, model::erlangB(12, 10), 0.05);
  requireNear(lossSystem(1, 16), 320, exponential, 0, throttledFraction, model::erlangB(16, 32), 0.01);
}

TEST_CASE("A fleet that has lost a third of its machines is the smaller loss system", "[managed][losses]") {
  auto fleet = lossSystem(3, 4);
  fleet.environmentsPerInstance = 1;
  fleet.minInstances = fleet.maxInstances = 3;
  fleet.boot = workloads::Constant{std::chrono::hours(1)}; // whose replacement comes after the end
  const workloads::DurationDistribution exponential = workloads::Exponential{std::chrono::milliseconds(100)};
  auto struck = fleet;
  struck.lostInstances = {{seconds(50), 1}};
  requireNear(struck, 100, exponential, 0, throttledFraction, model::erlangB(8, 10), 0.05);
  struck = fleet;
  struck.lostZones = {{seconds(50), seconds(1)}};
  requireNear(struck, 100, exponential, 0, throttledFraction, model::erlangB(8, 10), 0.05);
}

TEST_CASE("Requests at once while none is refused: M/G/infinity", "[managed]") {
  const workloads::DurationDistribution spread = workloads::Lognormal{std::chrono::milliseconds(100), 1.5};
  requireNear(
      lossSystem(3, 64), 200, spread, 0, [](const auto& t) { return static_cast<double>(t.inFlightNs) / 400e9; }, 20,
      0.03);
}

TEST_CASE("Requests share their environment's vCPU: M/G/1 processor sharing", "[managed]") {
  const workloads::DurationDistribution exponential = workloads::Exponential{std::chrono::milliseconds(10)};
  requireNear(
      lossSystem(1, 100'000), 60, exponential, 1, [](const auto& t) { return t.outcomes.latency.meanSeconds(); }, 0.025,
      0.05); // 10 ms / (1 - 0.6)
}

// The load is 100/s of 50 ms computing for 20 minutes, then a multiple of it for as long. At first 5 vCPUs are busy:
// 5 x 2 / 0.8 = 12.5, 13 environments.
namespace {

ManagedRun afterGrowth(double factor, model::ManagedFleet fleet, std::int64_t overNs) {
  constexpr double kRate = 100, kChange = 1200e9, kEnd = 2400e9;
  fleet.initial = 13;
  fleet.init = workloads::Constant{seconds(2)};
  workloads::RandomStream random(7, "test.growth", 0);
  std::vector<Request> requests;
  const double thinning = kRate * std::max(1.0, factor) * 1e-9;
  for (double t = 0;;) {
    t -= std::log(1 - random.uniform()) / thinning;
    if (t >= kEnd) break;
    const double progress = std::clamp((t - kChange) / std::max(1.0, static_cast<double>(overNs)), 0.0, 1.0);
    if (random.uniform() * std::max(1.0, factor) > 1 + (factor - 1) * progress) continue;
    requests.push_back({static_cast<std::int64_t>(t), 50'000'000, 0});
  }
  model::ObservationPlan plan{Duration{}, std::chrono::nanoseconds(static_cast<std::int64_t>(kEnd))};
  plan.windows = 4; // the change is at the start of the third
  return simulate(fleet, plan, requests);
}

} // namespace

TEST_CASE("A load that doubles is served without throttles, at once or within five minutes", "[managed]") {
  for (const Duration over : {Duration{}, Duration(minutes(5))})
    for (const auto& window : afterGrowth(2, ManagedFleet{}, over.count()).windows)
      CHECK(window.outcomes.throttled == 0);
}

TEST_CASE("A load that triples at once is throttled until capacity has followed", "[managed]") {
  const auto run = afterGrowth(3, ManagedFleet{}, 0);
  CHECK(run.windows[0].outcomes.throttled == 0);
  CHECK(run.windows[1].outcomes.throttled == 0);
  CHECK(run.windows[2].outcomes.throttled > 100);
  CHECK(run.windows[3].outcomes.throttled == 0);
  CHECK(run.windows[3].peakEnvironments >= 38); // 15 x 2 / 0.8 = 37.5
}

TEST_CASE("Less headroom is cheaper and throttles earlier", "[managed]") {
  ManagedFleet tight;
  tight.scaling->headroom = 1;
  const auto tightRun = afterGrowth(1, tight, 0), ampleRun = afterGrowth(1, ManagedFleet{}, 0);
  CHECK(tightRun.windows[3].instanceNs < ampleRun.windows[3].instanceNs);
  CHECK(afterGrowth(2, tight, 0).windows[2].outcomes.throttled > 0);
}

TEST_CASE("Instances go when nothing has needed them for fifteen periods", "[managed]") {
  const auto run = afterGrowth(0.2, ManagedFleet{}, 0); // 1 vCPU busy: three environments are enough
  CHECK(run.windows[2].terminations == 0);
  CHECK(run.windows[3].terminations == 2); // 13 environments were on 5 instances
  CHECK(run.windows[3].outcomes.throttled == 0);
}

TEST_CASE("Batches are a matter of convenience: the same requests give the same tallies", "[managed]") {
  const auto s = small(11);
  const auto whole = simulate(s.fleet, s.plan, s.requests, 3);
  for (const std::size_t batch : {1, 7, 100}) requireSame(simulate(s.fleet, s.plan, s.requests, 3, batch), whole);
}
