// Scaling step by step against traces worked by hand. Rules: EC2 Auto Scaling user guide (target tracking, instance
// warmup, termination policies), Elastic Load Balancing user guide (deregistration delay), EC2 user guide (60 s
// minimum); copies of Apr and Sep-Oct 2026.
#include <map>

#include "model/ec2/instance_fleet.hpp"
#include "model/ec2/target_tracking.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::Duration;
using model::Ec2Fleet;
using model::Ec2Run;
using model::ObservationPlan;
using model::TargetTracking;
using model::targetTrackingDesired;
using model::ec2::FleetCapacity;
using model::ec2::MetricPoint;
using model::ec2::TargetTracker;
using reference::Request;
using scenarios::simulate;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// One vCPU an instance and workers enough: CPU is the offered load, without queues to think of.
Ec2Fleet tracked(std::int64_t initial, std::int64_t min, std::int64_t max) {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.discipline = model::Discipline::Fcfs;
  fleet.workers = 1000;
  fleet.initial = initial;
  fleet.min = min;
  fleet.max = max;
  fleet.requestTimeout = std::chrono::hours(1);
  fleet.scaling = TargetTracking{};
  return fleet;
}

// A request each second from 0 to `until`, of `work` seconds.
std::vector<Request> everySecond(std::int64_t until, double work) {
  std::vector<Request> requests;
  for (std::int64_t s = 0; s < until; ++s) requests.push_back({s * kSecond, std::llround(work * 1e9), 0});
  return requests;
}

// A timeline point each half minute, between the instants at which metrics arrive.
ObservationPlan halfMinutes(std::int64_t seconds) {
  ObservationPlan plan;
  plan.horizon = std::chrono::seconds(seconds);
  plan.timelinePoints = static_cast<int>(seconds / 30);
  return plan;
}

struct Seen {
  std::int64_t capacity, inService;
  friend bool operator==(const Seen&, const Seen&) = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& s) { return out << s.capacity << '/' << s.inService; }

Seen at(const Ec2Run& run, std::int64_t second) {
  const auto& point = run.timeline.at(static_cast<std::size_t>(second / 30));
  return {static_cast<std::int64_t>(point.capacity), static_cast<std::int64_t>(point.inService)};
}

double metricAt(const Ec2Run& run, std::int64_t second) {
  return run.timeline.at(static_cast<std::size_t>(second / 30)).metric;
}

std::int64_t wholeSeconds(model::Int128 ns) {
  REQUIRE(static_cast<std::int64_t>(ns % kSecond) == 0);
  return static_cast<std::int64_t>(ns / kSecond);
}

std::int64_t react(TargetTracker& tracker, double cpu, FleetCapacity capacity) {
  return tracker.react({0, capacity.inService, cpu, 0}, capacity);
}

} // namespace

TEST_CASE("Target tracking rounds up and never removes too much", "[ec2][scaling]") {
  CHECK(targetTrackingDesired(3, 0.75, 0.5) == 5);    // needs 4.5: +1.5 becomes +2
  CHECK(targetTrackingDesired(10, 0.475, 0.5) == 10); // needs 9.5: -0.5 becomes no removal
  CHECK(targetTrackingDesired(10, 0.425, 0.5) == 9);  // needs 8.5: -1.5 becomes -1
  CHECK(targetTrackingDesired(10, 150, 100) == 15);   // backlog per instance of the guide's queue example
  CHECK(targetTrackingDesired(10, 0.15, 0.1) == 15);  // 15.000000000000002 in doubles
  CHECK(targetTrackingDesired(4, 0, 0.5) == 0);
}

TEST_CASE("Three points in a row above target scale out", "[ec2][scaling]") {
  TargetTracker tracker(TargetTracking{}, 1, 10);
  CHECK(react(tracker, 0.9, {2, 0, false}) == 0);
  CHECK(react(tracker, 0.9, {2, 0, false}) == 0);
  CHECK(react(tracker, 0.5, {2, 0, false}) == 0); // at target is not above it: the run is broken
  CHECK(react(tracker, 0.9, {2, 0, false}) == 0);
  CHECK(react(tracker, 0.9, {2, 0, false}) == 0);
  CHECK(react(tracker, 0.9, {2, 0, false}) == 2);          // 3.6 needed
  CHECK(react(tracker, 0.9, {2, 2, true}) == 0);           // two are on their way
  CHECK(tracker.react({0, 2, 1.3, 0}, {2, 2, true}) == 2); // 5.2 needed now: the difference
}

TEST_CASE("Fifteen points in a row below the lower threshold scale in", "[ec2][scaling]") {
  TargetTracker tracker(TargetTracking{}, 1, 10);
  for (int i = 0; i < 14; ++i) CHECK(react(tracker, 0.2, {3, 0, false}) == 0);
  CHECK(react(tracker, 0.2, {3, 0, true}) == 0);   // the fifteenth, but one is warming up
  CHECK(react(tracker, 0.2, {3, 0, false}) == -1); // 1.2 needed: two stay
  CHECK(react(tracker, 0.34, {2, 0, false}) == 0); // 1.36 needed: removing one would overshoot
  CHECK(react(tracker, 0.35, {2, 0, false}) == 0); // 0.7 x 0.5 is not below it: the run is broken
  CHECK(react(tracker, 0.1, {2, 0, false}) == 0);
}

TEST_CASE("Scaling stays between min and max and does nothing on missing data", "[ec2][scaling]") {
  TargetTracking policy;
  policy.outPoints = policy.inPoints = 2;
  TargetTracker tracker(policy, 3, 6);
  CHECK(react(tracker, 1.0, {4, 0, false}) == 0);
  CHECK(react(tracker, 1.0, {4, 0, false}) == 2); // 8 needed, 6 allowed
  CHECK(react(tracker, 1.0, {6, 0, false}) == 0);
  CHECK(react(tracker, 0.0, {6, 0, false}) == 0);
  CHECK(tracker.react({0, 0, 0.0, 0}, {6, 0, false}) == 0); // no instance in the metric
  CHECK(react(tracker, 0.0, {6, 0, false}) == 0);           // the run began anew
  CHECK(react(tracker, 0.0, {6, 0, false}) == -3);
}

TEST_CASE("A point about another fleet size does not make scaling overshoot", "[ec2][scaling]") {
  TargetTracking policy;
  policy.outPoints = policy.inPoints = 1;
  TargetTracker tracker(policy, 1, 100);
  // The point is about the 2 that served before 2 more came: 3.6 are needed, 4 are there.
  CHECK(tracker.react({0, 2, 0.9, 0}, {4, 0, true}) == 0);
  // The point is about the 10 that served before 8 left: 2 are needed, 2 are there.
  CHECK(tracker.react({0, 10, 0.1, 0}, {2, 0, false}) == 0);
}

TEST_CASE("Requests per target drive scaling like CPU does", "[ec2][scaling]") {
  TargetTracking policy;
  policy.metric = TargetTracking::Metric::RequestsPerTarget;
  policy.target = 100;
  policy.outPoints = 1;
  TargetTracker tracker(policy, 1, 100);
  CHECK(tracker.react({0, 10, 0.1, 150}, {10, 0, false}) == 5);

  // 2 requests/s over 2 instances: 60 each a minute, target 25: 4.8 needed after the third point.
  auto fleet = tracked(2, 2, 10);
  policy.target = 25;
  policy.outPoints = 3;
  fleet.scaling = policy;
  std::vector<Request> requests;
  for (std::int64_t i = 0; i < 600; ++i) requests.push_back({i * kSecond / 2, 0, 1});
  const auto run = simulate(fleet, halfMinutes(300), requests);
  CHECK(at(run, 240) == Seen{2, 2});
  CHECK(at(run, 270) == Seen{5, 2});
}

// Load 1.8 on two instances (CPU 0.9, target 0.5), from 0 to 1,200 s:
//   period ends   60   120   180 ...   each visible a minute later
//   240 s  third point above target is visible: 2 x 0.9 / 0.5 = 3.6 -> 4, two launched, billed from here
//   300 s  in service; CPU falls to 0.45; points of 180-240 and 240-300 still say 0.9 of two instances: 4 is enough
//   600 s  past the warm-up
//   1,260 s  end of the first period below 0.35, visible at 1,320 s; the fifteenth at 1,320 + 14 x 60 = 2,160 s
//   2,160 s  CPU 0, min 2: two drain and, idle, end at once
TEST_CASE("A trace of scaling out and in, step by step", "[ec2][scaling]") {
  const auto run = simulate(tracked(2, 2, 10), halfMinutes(3000), everySecond(1200, 1.8));
  CHECK(metricAt(run, 120) == 0);                         // not yet visible just before
  CHECK(metricAt(run, 150) == Approx((54 + 53.2) / 120)); // the second instance has 0.8 s of its last one left
  CHECK(metricAt(run, 210) == Approx(0.9));
  CHECK(at(run, 240) == Seen{2, 2});
  CHECK(at(run, 270) == Seen{4, 2});
  CHECK(at(run, 300) == Seen{4, 2});
  CHECK(at(run, 330) == Seen{4, 4});
  CHECK(metricAt(run, 390) == Approx(0.9));
  CHECK(metricAt(run, 510) == Approx(0.45));
  for (std::int64_t t = 330; t <= 2160; t += 30) CHECK(at(run, t) == Seen{4, 4});
  for (std::int64_t t = 2190; t < 3000; t += 30) CHECK(at(run, t) == Seen{2, 2});
  const auto& tally = run.windows.at(0);
  CHECK(wholeSeconds(tally.instanceNs) == 2 * 3000 + 2 * (2160 - 240));
  CHECK(wholeSeconds(tally.inServiceNs) == 2 * 3000 + 2 * (2160 - 300));
  CHECK(wholeSeconds(tally.cpuBusyNs) == 2160); // 1,200 requests of 1.8 s; and two at once on one vCPU never
  CHECK(tally.launches == 4);
  CHECK(tally.terminations == 2);
  CHECK(tally.peakInstances == 4);
  CHECK(wholeSeconds(tally.minimumTopUpNs) == 0);
}

TEST_CASE("The maximum caps a launch", "[ec2][scaling]") {
  const auto run = simulate(tracked(2, 2, 3), halfMinutes(900), everySecond(900, 1.8));
  CHECK(at(run, 270) == Seen{3, 2});
  for (std::int64_t t = 330; t < 900; t += 30) CHECK(at(run, t) == Seen{3, 3});
}

// Load 3.6: CPU is full at first, so four looks enough at 240 s (2 x 1.0 / 0.5). Served by four it is 0.9, but the two
// new ones count only after their warm-up at 600 s: the period 600-660, visible at 720 s, says 4 x 0.9 / 0.5 = 7.2.
TEST_CASE("A fleet still above target grows again when its new instances are warm", "[ec2][scaling]") {
  const auto run = simulate(tracked(2, 2, 20), halfMinutes(1200), everySecond(1200, 3.6));
  CHECK(at(run, 270) == Seen{4, 2});
  for (std::int64_t t = 330; t <= 720; t += 30) CHECK(at(run, t) == Seen{4, 4});
  CHECK(at(run, 750) == Seen{8, 4});
  for (std::int64_t t = 810; t < 1200; t += 30) CHECK(at(run, t) == Seen{8, 8});
}

TEST_CASE("Instances go where there are fewest and leave where there are most, oldest first", "[ec2][scaling]") {
  Ec2Fleet fleet = tracked(4, 0, 10);
  fleet.zones = 3;
  fleet.boot = workloads::Constant{std::chrono::seconds(60)};
  ObservationPlan plan;
  plan.horizon = std::chrono::hours(1);
  model::ec2::TallyRecorder recorder(plan, fleet.requestTimeout, fleet.overhead);
  model::ec2::InstanceFleet instances(fleet, Duration{}, recorder, 1, 0);
  const auto serving = [&] { // number: zone
    std::map<std::uint64_t, int> zones;
    for (const auto& instance : instances.serving()) zones[instance->number] = instance->zone;
    return zones;
  };
  using Zones = std::map<std::uint64_t, int>;
  CHECK(serving() == Zones{{0, 0}, {1, 1}, {2, 2}, {3, 0}});
  instances.launch(3, 10 * kSecond); // zones 1 and 2 have one less; booting ones count for the third
  CHECK(instances.nextBoot() == 70 * kSecond);
  instances.enterService(70 * kSecond);
  CHECK(serving() == Zones{{0, 0}, {1, 1}, {2, 2}, {3, 0}, {4, 1}, {5, 2}, {6, 0}});
  instances.drain(1, 80 * kSecond); // zone 0 has three
  CHECK(serving() == Zones{{1, 1}, {2, 2}, {3, 0}, {4, 1}, {5, 2}, {6, 0}});
  instances.drain(3, 80 * kSecond); // one of each, the oldest
  CHECK(serving() == Zones{{4, 1}, {5, 2}, {6, 0}});
}

// Two instances without load, min 1, one point enough: at 10 s the older drains. Its request of 12 s runs from 5 s.
TEST_CASE("A draining instance finishes its requests or fails them at the deadline", "[ec2][scaling]") {
  auto fleet = tracked(2, 1, 2);
  fleet.zones = 1;
  TargetTracking policy;
  policy.period = std::chrono::seconds(10);
  policy.metricDelay = Duration{};
  policy.inPoints = 1;
  fleet.scaling = policy;
  const std::vector<Request> requests{
      {5 * kSecond, 0, 12 * kSecond}, {11 * kSecond, 0, kSecond}, {12 * kSecond, 0, kSecond}};
  ObservationPlan plan;
  plan.horizon = std::chrono::seconds(100);
  plan.timelinePoints = 100;

  SECTION("in time") {
    const auto run = simulate(fleet, plan, requests);
    const auto& tally = run.windows.at(0);
    CHECK(tally.outcomes.completed == 3);
    CHECK(wholeSeconds(tally.instanceNs) == 100 + 17);
    CHECK(wholeSeconds(tally.minimumTopUpNs) == 60 - 17);
    CHECK(run.timeline[10].inService == 2);
    CHECK(run.timeline[11].inService == 1);
    CHECK(run.timeline[17].capacity == 2);
    CHECK(run.timeline[18].capacity == 1);
  }
  SECTION("too late") {
    fleet.deregistrationDelay = std::chrono::seconds(5);
    const auto run = simulate(fleet, plan, requests);
    const auto& tally = run.windows.at(0);
    CHECK(tally.outcomes.completed == 2);
    CHECK(tally.outcomes.timedOut == 1);
    CHECK(wholeSeconds(tally.instanceNs) == 100 + 15);
    CHECK(wholeSeconds(tally.minimumTopUpNs) == 60 - 15);
    CHECK(wholeSeconds(tally.inFlightNs) == 10 + 1 + 1);
  }
  SECTION("past the minimum") {
    policy.period = std::chrono::seconds(60);
    fleet.scaling = policy;
    CHECK(wholeSeconds(simulate(fleet, plan, requests).windows.at(0).instanceNs) == 100 + 60);
    CHECK(wholeSeconds(simulate(fleet, plan, requests).windows.at(0).minimumTopUpNs) == 0);
  }
}

TEST_CASE("The billed time is the area under the timeline", "[ec2][scaling]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    auto s = scenarios::small(number, true);
    INFO("scenario " << number);
    s.plan.warmup = Duration{};
    s.plan.windows = 1;
    s.plan.timelinePoints = static_cast<int>(s.plan.horizon.count()); // point k: the ns that ends at k
    s.fleet.linkPerRequest = {}; // a response that waits for the network is in no timeline
    std::int64_t capacity = 0, inFlight = 0;
    const auto watched = simulate(s.fleet, s.plan, s.requests, number);
    for (std::size_t k = 1; k < watched.timeline.size(); ++k) {
      capacity += static_cast<std::int64_t>(watched.timeline[k].capacity);
      inFlight += static_cast<std::int64_t>(watched.timeline[k].inFlight);
    }
    s.plan.horizon -= Duration(1); // up to the last point
    const auto billed = simulate(s.fleet, s.plan, s.requests, number).windows.at(0);
    REQUIRE(capacity == static_cast<std::int64_t>(billed.instanceNs));
    REQUIRE(inFlight == static_cast<std::int64_t>(billed.inFlightNs));
  }
}
