// What instances in service were good for: fleets small enough to work each part by hand, and a busy share that a
// closed form knows. The reference loop checks the same parts on thousands of random fleets (ec2_simulator_test.cpp).
#include "model/ec2/service_ledger.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

namespace {

using namespace model;
using std::chrono::seconds;

constexpr std::int64_t kSecond = 1'000'000'000;

// One vCPU each, one zone, nothing times out.
Ec2Fleet fleetOf(std::int64_t instances) {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.zones = 1;
  fleet.min = fleet.initial = fleet.max = instances;
  fleet.requestTimeout = std::chrono::hours(10);
  return fleet;
}

// Acts on the first point, at once.
TargetTracking prompt() {
  TargetTracking policy;
  policy.outPoints = policy.inPoints = 1;
  policy.metricDelay = policy.warmup = Duration{};
  return policy;
}

ObservationPlan upTo(std::int64_t horizonS) {
  ObservationPlan plan;
  plan.horizon = seconds(horizonS);
  plan.timelinePoints = 0;
  return plan;
}

reference::Request request(std::int64_t atS, std::int64_t cpuS, std::int64_t ioS = 0) {
  return {atS * kSecond, cpuS * kSecond, ioS * kSecond};
}

// Whole seconds, with nothing lost on the way.
struct Parts {
  std::int64_t busy, headroom, zoneFloor, idleNight, scaleInLag, draining;
};

void check(const Ec2Tally& tally, const Parts& expected) {
  const auto whole = [](Int128 ns) { return static_cast<double>(ns) / static_cast<double>(kSecond); };
  const auto& time = tally.inService;
  CHECK(whole(time.busyNs) == static_cast<double>(expected.busy));
  CHECK(whole(time.headroomNs) == static_cast<double>(expected.headroom));
  CHECK(whole(time.zoneFloorNs) == static_cast<double>(expected.zoneFloor));
  CHECK(whole(time.idleNightNs) == static_cast<double>(expected.idleNight));
  CHECK(whole(time.scaleInLagNs) == static_cast<double>(expected.scaleInLag));
  CHECK(whole(time.drainingNs) == static_cast<double>(expected.draining));
  CHECK(whole(time.sum()) == whole(tally.inServiceNs));
}

Ec2Tally tallyOf(const Ec2Fleet& fleet, std::int64_t horizonS, const std::vector<reference::Request>& requests) {
  return scenarios::simulate(fleet, upTo(horizonS), requests).windows.at(0);
}

} // namespace

TEST_CASE("idle instances go to the load's headroom, the zones, the minimum, and what is above", "[service_ledger]") {
  auto fleet = fleetOf(5);
  fleet.zones = 2;
  fleet.min = 3;
  auto never = prompt();
  never.inPoints = never.outPoints = 1000;
  fleet.scaling = never;
  // Busy 60 of 300 s: 0.2 instances, 0.4 at target, so one of five: 240 free on it; 1 more for the second zone, 1 for
  // the minimum of three, 2 above.
  check(tallyOf(fleet, 300, {request(10, 60)}), {60, 240, 300, 300, 600, 0});
  // Busy 400: 1.33 instances, 2.67 at target, so three: 500 free on them, and nothing left for zones or minimum.
  check(tallyOf(fleet, 300, {request(0, 100), request(0, 100), request(0, 100), request(0, 100)}),
        {400, 500, 0, 0, 600, 0});
  // Without load nothing is needed for it.
  check(tallyOf(fleet, 300, {}), {0, 0, 600, 300, 600, 0});
  // Above the target's reach there is no headroom left to have.
  std::vector<reference::Request> full;
  for (int i = 0; i < 5; ++i) full.push_back(request(0, 1000));
  check(tallyOf(fleet, 300, full), {1500, 0, 0, 0, 0, 0});
}

TEST_CASE("a target in requests counts requests, not processor time", "[service_ledger]") {
  auto fleet = fleetOf(4);
  auto policy = prompt();
  policy.metric = TargetTracking::Metric::RequestsPerTarget;
  policy.target = 2; // a minute
  policy.inPoints = policy.outPoints = 1000;
  fleet.scaling = policy;
  fleet.min = 1;
  // 15 in five minutes are 3 a minute: two instances.
  std::vector<reference::Request> requests;
  for (int i = 0; i < 15; ++i) requests.push_back(request(20 * i, 1));
  check(tallyOf(fleet, 300, requests), {15, 585, 0, 0, 600, 0});
}

TEST_CASE("each slot is asked by itself", "[service_ledger]") {
  auto fleet = fleetOf(2);
  auto policy = prompt();
  policy.inPoints = policy.outPoints = 1000;
  fleet.scaling = policy;
  fleet.min = 1;
  // Busy 300 in the first five minutes (two needed at target), nothing in the second.
  check(tallyOf(fleet, 600, {request(0, 300)}), {300, 300, 300, 0, 300, 0});
}

// From 100 to 200 s the minimum is 3; what it asks for is counted as long as it is in force.
TEST_CASE("a minimum counts while it is in force", "[service_ledger]") {
  auto fleet = fleetOf(3);
  auto policy = prompt();
  policy.inPoints = policy.outPoints = 1000;
  fleet.scaling = policy;
  fleet.min = 1;
  fleet.zones = 2;
  fleet.scheduled.actions = {{seconds(100), 3, std::nullopt, std::nullopt},
                             {seconds(200), 1, std::nullopt, std::nullopt}};
  check(tallyOf(fleet, 300, {}), {0, 0, 100 + 2 * 100 + 100, 100, 400, 0});
}

TEST_CASE("draining is what passes until the last request, boot what passes before service", "[service_ledger]") {
  auto fleet = fleetOf(2);
  fleet.min = 1;
  fleet.scaling = prompt();
  // The first of two is drained at 60 and waits for its request until 150.
  const auto in = tallyOf(fleet, 300, {request(0, 0, 150), request(60, 0, 0), request(120, 0, 0)});
  check(in, {0, 0, 300, 0, 60, 90});
  // At 60 the load of one instance needs two: one boots until 160.
  auto growing = fleetOf(1);
  growing.max = 2;
  growing.scaling = prompt();
  growing.boot = workloads::Constant{seconds(100)};
  const auto out = tallyOf(growing, 300, {request(0, 1000)});
  check(out, {300, 140, 0, 0, 0, 0});
  CHECK(static_cast<double>(out.instanceNs - out.inServiceNs) == 100e9);
}

TEST_CASE("a fixed fleet has headroom in its busiest slot and idle nights in the others", "[service_ledger]") {
  // 120 s busy, then 300: the busiest slot uses one instance of three.
  check(tallyOf(fleetOf(3), 600, {request(0, 120), request(300, 150), request(300, 150)}), {420, 1200, 0, 180, 0, 0});
  // Two windows of one slot each: the busiest is that of the run.
  auto plan = upTo(600);
  plan.windows = 2;
  const auto windows =
      scenarios::simulate(fleetOf(3), plan, {request(0, 120), request(300, 150), request(300, 150)}).windows;
  check(windows[0], {120, 600, 0, 180, 0, 0});
  check(windows[1], {300, 600, 0, 0, 0, 0});
  // A busy warm-up is not observed, and cannot be the busiest slot.
  plan = upTo(600);
  plan.warmup = seconds(300);
  check(scenarios::simulate(fleetOf(3), plan, {request(0, 290), request(1, 290), request(300, 30)}).windows.at(0),
        {30, 870, 0, 0, 0, 0});
}

// M/G/infinity on many workers: the vCPUs at work are rate x computing time on average, whatever its law.
TEST_CASE("the busy share of a constant load is its offered load", "[service_ledger]") {
  Ec2Fleet fleet;
  fleet.vcpus = 4;
  fleet.min = fleet.initial = fleet.max = 10;
  fleet.workers = 1000;
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(200)};
  workload.work.duration = workloads::Exponential{std::chrono::milliseconds(50)};
  const auto plan = upTo(2000);
  Ec2Simulator simulator(fleet, plan, 7, 0);
  workloads::RequestStream stream(workload, 7, 0, plan.horizon);
  workloads::RequestBatch batch;
  while (stream.next(batch)) simulator.feed(batch);
  const auto tally = simulator.finish().windows.at(0);
  const double share = static_cast<double>(tally.inService.busyNs) / static_cast<double>(tally.inServiceNs);
  CHECK(share == Approx(200 * 0.05 / 40).epsilon(0.01)); // four standard errors of 400,000 exponential requests
}
