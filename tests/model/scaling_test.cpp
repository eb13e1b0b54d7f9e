// Scaling step by step against traces worked by hand. Rules: EC2 Auto Scaling user guide (target tracking, instance
// warmup, termination policies), Elastic Load Balancing user guide (deregistration delay), EC2 user guide (60 s
// minimum); copies of Apr and Sep-Oct 2026.
#include <map>

#include "model/ec2/instance_fleet.hpp"
#include "model/evaluation/metering.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::AlarmState;
using model::Duration;
using model::Ec2Fleet;
using model::Ec2Run;
using model::ObservationPlan;
using model::TargetTracking;
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

const model::TimelinePoint& pointAt(const Ec2Run& run, std::int64_t second) {
  return run.timeline.at(static_cast<std::size_t>(second / 30));
}

std::int64_t wholeSeconds(model::Int128 ns) {
  REQUIRE(static_cast<std::int64_t>(ns % kSecond) == 0);
  return static_cast<std::int64_t>(ns / kSecond);
}

} // namespace

TEST_CASE("A fleet scales on requests per target", "[ec2][scaling]") {
  // 2 requests/s over 2 instances: 60 each a minute, target 25: 4.8 needed after the third point.
  auto fleet = tracked(2, 2, 10);
  TargetTracking policy;
  policy.metric = TargetTracking::Metric::RequestsPerTarget;
  policy.target = 25;
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

TEST_CASE("Zones stay balanced when several leave at once", "[ec2][scaling]") {
  Ec2Fleet fleet = tracked(8, 0, 10);
  fleet.zones = 3;
  ObservationPlan plan;
  plan.horizon = std::chrono::hours(1);
  model::ec2::TallyRecorder recorder(plan, fleet.requestTimeout, fleet.overhead);
  model::ec2::InstanceFleet instances(fleet, Duration{}, recorder, 1, 0);
  const auto counts = [&] {
    std::vector<int> zones(3, 0);
    for (const auto& instance : instances.serving()) ++zones[static_cast<std::size_t>(instance->zone)];
    return zones;
  };
  CHECK(counts() == std::vector<int>{3, 3, 2});
  instances.drain(4, 0);
  CHECK(counts() == std::vector<int>{1, 1, 2});
  instances.drain(2, 0);
  CHECK(counts() == std::vector<int>{0, 1, 1});
}

// ---- step and simple scaling ----

// Load 1.8 on two instances, CPU 0.9, from 0 to 1,200 s; out from 0.6: one more, from 0.8: three more.
//   240 s    third point: 0.9 is 0.3 above the threshold, 2 + 3 = 5; billed from here, in service at 300, warm at 600
//   300 s    0.9 of the two again: 2 warm + 3 = 5 is what there is
//   420 s    the point 300-360 of the two says 0.36: the alarm is off
//   1,320 s  first point of the idle fleet, at or below 0.3; the fifteenth at 2,160 s
//   2,160 s  0 is 0.3 below the threshold: two leave; 2,220 s: the alarm rings on, and one leaves to the minimum
TEST_CASE("A trace of step scaling, step by step", "[ec2][scaling]") {
  auto fleet = tracked(2, 2, 10);
  model::StepScaling policy;
  policy.outThreshold = 0.6;
  policy.inThreshold = 0.3;
  policy.out = {{0.0, 0.2, 1}, {0.2, std::nullopt, 3}};
  policy.in = {{std::nullopt, -0.2, -2}, {-0.2, 0.0, -1}};
  fleet.scaling = policy;
  const auto run = simulate(fleet, halfMinutes(3000), everySecond(1200, 1.8));
  CHECK(at(run, 240) == Seen{2, 2});
  CHECK(at(run, 270) == Seen{5, 2});
  for (std::int64_t t = 330; t <= 2160; t += 30) CHECK(at(run, t) == Seen{5, 5});
  CHECK(at(run, 2190) == Seen{3, 3});
  for (std::int64_t t = 2250; t < 3000; t += 30) CHECK(at(run, t) == Seen{2, 2});
  CHECK(pointAt(run, 240).alarm == AlarmState::None);
  CHECK(pointAt(run, 270).alarm == AlarmState::Out);
  CHECK(pointAt(run, 270).desired == 5);
  CHECK(pointAt(run, 270).booting == 3);
  CHECK(pointAt(run, 390).alarm == AlarmState::Out);
  CHECK(pointAt(run, 450).alarm == AlarmState::None);
  CHECK(pointAt(run, 2160).alarm == AlarmState::None);
  CHECK(pointAt(run, 2190).alarm == AlarmState::In);
  CHECK(wholeSeconds(run.windows.at(0).instanceNs) == 2 * 3000 + 2 * (2160 - 240) + (2220 - 240));
}

// The same load, one instance each time, thresholds 0.5 and 0.3, cooldown 300 s, no warm-up.
//   240 s    third point: 2 + 1, in service at 300, so the cooldown ends at 600
//   420 s    the point 300-360 of three says 0.6: the alarm rings on
//   600 s    3 + 1, in service at 660: 0.45 from there on, and the alarm is off
//   2,160 s  fifteenth idle point: one leaves at once, and the next after its cooldown at 2,460
TEST_CASE("A trace of simple scaling with its cooldown, step by step", "[ec2][scaling]") {
  auto fleet = tracked(2, 2, 10);
  model::SimpleScaling policy;
  policy.outThreshold = 0.5;
  policy.inThreshold = 0.3;
  fleet.scaling = policy;
  const auto run = simulate(fleet, halfMinutes(3000), everySecond(1200, 1.8));
  CHECK(at(run, 240) == Seen{2, 2});
  CHECK(at(run, 270) == Seen{3, 2});
  for (std::int64_t t = 330; t <= 600; t += 30) CHECK(at(run, t) == Seen{3, 3});
  CHECK(pointAt(run, 600).alarm == AlarmState::Out);
  CHECK(at(run, 630) == Seen{4, 3});
  for (std::int64_t t = 690; t <= 2160; t += 30) CHECK(at(run, t) == Seen{4, 4});
  for (std::int64_t t = 2190; t <= 2460; t += 30) CHECK(at(run, t) == Seen{3, 3});
  for (std::int64_t t = 2490; t < 3000; t += 30) CHECK(at(run, t) == Seen{2, 2});
  CHECK(wholeSeconds(run.windows.at(0).instanceNs) == 2 * 3000 + (2460 - 240) + (2160 - 600));
}

// ---- the clock ----

TEST_CASE("Scheduled actions move the minimum, the maximum and the desired capacity", "[ec2][scaling]") {
  auto fleet = tracked(2, 2, 4);
  fleet.scaling = model::NoScaling{};
  fleet.scheduled.actions = {{std::chrono::seconds(600), 4, std::nullopt, std::nullopt},
                             {std::chrono::seconds(1800), 1, 3, std::nullopt},
                             {std::chrono::seconds(2400), std::nullopt, std::nullopt, 1},
                             {std::chrono::seconds(2700), std::nullopt, std::nullopt, 3},
                             {std::chrono::seconds(2730), std::nullopt, 2, std::nullopt}};
  const auto run = simulate(fleet, halfMinutes(3000), {});
  CHECK(at(run, 600) == Seen{2, 2});
  CHECK(at(run, 630) == Seen{4, 2}); // a raised minimum launches
  CHECK(at(run, 690) == Seen{4, 4});
  CHECK(at(run, 1830) == Seen{3, 3}); // a lowered maximum removes, a lowered minimum does not
  CHECK(at(run, 2400) == Seen{3, 3});
  CHECK(at(run, 2430) == Seen{1, 1});
  CHECK(at(run, 2730) == Seen{3, 1});
  CHECK(at(run, 2760) == Seen{2, 1}); // one that still boots goes first
  CHECK(at(run, 2790) == Seen{2, 2});
  const auto& tally = run.windows.at(0);
  CHECK(wholeSeconds(tally.instanceNs) ==
        2 * 600 + 4 * (1800 - 600) + 3 * (2400 - 1800) + (2700 - 2400) + 3 * 30 + 2 * (3000 - 2730));
  CHECK(wholeSeconds(tally.minimumTopUpNs) == 30); // the one that never served
  CHECK(pointAt(run, 630).desired == 4);
}

TEST_CASE("Scheduled actions come again every period", "[ec2][scaling]") {
  auto fleet = tracked(1, 1, 5);
  fleet.scaling = model::NoScaling{};
  fleet.scheduled.period = std::chrono::seconds(600);
  fleet.scheduled.actions = {{Duration{}, std::nullopt, std::nullopt, 3},
                             {std::chrono::seconds(300), std::nullopt, std::nullopt, 1}};
  const auto run = simulate(fleet, halfMinutes(1500), {});
  for (const std::int64_t round : {0, 600, 1200}) {
    CHECK(at(run, round + 30) == Seen{3, 1});
    CHECK(at(run, round + 90) == Seen{3, 3});
  }
  for (const std::int64_t round : {0, 600}) CHECK(at(run, round + 330) == Seen{1, 1});
}

// Target tracking wants 3.6 at 240 s; the maximum is 3 from 100 s to 1,000 s. CPU is 0.6 then, the alarm rings on.
TEST_CASE("A maximum in force binds the policy, and it goes on when the maximum is raised", "[ec2][scaling]") {
  auto fleet = tracked(2, 2, 10);
  fleet.scheduled.actions = {{std::chrono::seconds(100), std::nullopt, 3, std::nullopt},
                             {std::chrono::seconds(1000), std::nullopt, 10, std::nullopt}};
  const auto run = simulate(fleet, halfMinutes(1200), everySecond(1200, 1.8));
  CHECK(at(run, 270) == Seen{3, 2});
  for (std::int64_t t = 330; t <= 1020; t += 30) CHECK(at(run, t) == Seen{3, 3});
  CHECK(at(run, 1050) == Seen{4, 3});
}

// Load 1.8 in the eighth hour of the first day only: 6,479.2 vCPU-s in it are 1.79978 vCPUs, at a half 3.6 instances.
TEST_CASE("A forecast launches before the hour, holds the fleet in it and never removes", "[ec2][scaling]") {
  constexpr std::int64_t kHour = 3600;
  auto fleet = tracked(2, 2, 10);
  fleet.predictive = model::PredictiveScaling{};
  fleet.predictive->buffer = std::chrono::minutes(5);
  std::vector<Request> requests;
  for (std::int64_t s = 7 * kHour; s < 8 * kHour; ++s) requests.push_back({s * kSecond, 1'800'000'000, 0});
  const std::int64_t early = 31 * kHour - 300;

  SECTION("alone") {
    fleet.scaling = model::NoScaling{};
    const auto run = simulate(fleet, halfMinutes(33 * kHour), requests);
    for (std::int64_t t = 0; t <= early; t += 30) REQUIRE(at(run, t) == Seen{2, 2});
    CHECK(at(run, early + 30) == Seen{4, 2});
    for (std::int64_t t = early + 90; t < 33 * kHour; t += 30) REQUIRE(at(run, t) == Seen{4, 4});
    const auto& tally = run.windows.at(0);
    CHECK(wholeSeconds(tally.instanceNs) == 2 * 33 * kHour + 2 * (2 * kHour + 300));
  }
  SECTION("beside target tracking, whose alarm asks for less all the second day") {
    const auto run = simulate(fleet, halfMinutes(33 * kHour), requests);
    CHECK(at(run, 7 * kHour + 330) == Seen{4, 4}); // the first day it follows the load by itself
    CHECK(at(run, early) == Seen{2, 2});
    CHECK(at(run, early + 30) == Seen{4, 2});
    CHECK(pointAt(run, early + 30).alarm == AlarmState::In);
    for (std::int64_t t = early + 90; t <= 32 * kHour; t += 30) REQUIRE(at(run, t) == Seen{4, 4});
    CHECK(at(run, 32 * kHour + 30) == Seen{2, 2});
  }
  SECTION("what it keeps has a name") {
    const auto run = simulate(fleet, halfMinutes(33 * kHour), requests);
    const auto& time = run.windows.at(0).inService;
    // In the hour and the buffer before it, less the boot: the two above the minimum, without load.
    CHECK(wholeSeconds(time.forecastNs) == 2 * (kHour + 300 - 60));
    CHECK(time.sum() == run.windows.at(0).inServiceNs);
  }
}

TEST_CASE("A lifecycle hook delays an instance and is billed", "[ec2][scaling]") {
  auto fleet = tracked(2, 2, 10);
  fleet.lifecycleHook = std::chrono::seconds(120);
  const auto run = simulate(fleet, halfMinutes(600), everySecond(600, 1.8));
  CHECK(at(run, 420) == Seen{4, 2}); // 240 + 60 + 120
  CHECK(at(run, 450) == Seen{4, 4});
  CHECK(wholeSeconds(run.windows.at(0).instanceNs) == 2 * 600 + 2 * (600 - 240));
}

// ---- draining ----

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
    std::int64_t capacity = 0, inFlight = 0, pool = 0;
    const auto watched = simulate(s.fleet, s.plan, s.requests, number);
    for (std::size_t k = 1; k < watched.timeline.size(); ++k) {
      capacity += static_cast<std::int64_t>(watched.timeline[k].capacity);
      inFlight += static_cast<std::int64_t>(watched.timeline[k].inFlight);
      pool += static_cast<std::int64_t>(watched.timeline[k].warmPool);
    }
    s.plan.horizon -= Duration(1); // up to the last point
    const auto billed = simulate(s.fleet, s.plan, s.requests, number).windows.at(0);
    REQUIRE(capacity == static_cast<std::int64_t>(billed.instanceNs));
    REQUIRE(inFlight == static_cast<std::int64_t>(billed.inFlightNs));
    REQUIRE(pool == static_cast<std::int64_t>(billed.warmPoolNs));
  }
}

namespace {

model::StepScaling stepsOfTwo() {
  model::StepScaling policy;
  policy.outThreshold = 0.6;
  policy.inThreshold = 0.3;
  policy.out = {{0.0, std::nullopt, 2}};
  policy.in = {{std::nullopt, 0.0, -1}};
  return policy;
}
model::SimpleScaling oneAtATime() {
  model::SimpleScaling policy;
  policy.outThreshold = 0.5;
  policy.inThreshold = 0.3;
  return policy;
}
// By the clock: up for a minute, so that what is launched ends young, and down.
Ec2Fleet byTheClock(Ec2Fleet fleet) {
  fleet.scaling = model::NoScaling{};
  fleet.scheduled.period = std::chrono::seconds(600);
  fleet.scheduled.actions = {{std::chrono::seconds(100), std::nullopt, std::nullopt, 6},
                             {std::chrono::seconds(130), std::nullopt, std::nullopt, 2}};
  return fleet;
}

} // namespace

// Everything that happens here falls on whole seconds, so a timeline of seconds misses nothing: a point says what was
// there in the second that ends at it. What ended young is topped up to its minute besides.
TEST_CASE("The seconds on the bill are the timeline's seconds", "[ec2][scaling][metering]") {
  constexpr std::int64_t kUntil = 3600;
  auto base = tracked(2, 2, 10);
  base.boot = workloads::Constant{std::chrono::seconds(45)};
  auto steps = base, simple = base, struck = base, hooked = base;
  steps.scaling = stepsOfTwo();
  simple.scaling = oneAtATime();
  struck.lostInstances = {{std::chrono::seconds(500), 2}};
  struck.lostZones = {{std::chrono::seconds(900), std::chrono::seconds(300)}};
  hooked.lifecycleHook = std::chrono::seconds(90);
  std::uint64_t topUps = 0;
  for (const Ec2Fleet& fleet : {base, steps, simple, struck, hooked, byTheClock(base)}) {
    ObservationPlan plan;
    plan.horizon = std::chrono::seconds(kUntil + 1);
    plan.timelinePoints = kUntil + 1;
    const auto requests = everySecond(1200, 2.0);
    std::int64_t seconds = 0;
    for (const auto& point : simulate(fleet, plan, requests).timeline)
      if (point.at > Duration{}) seconds += static_cast<std::int64_t>(point.capacity);

    plan.horizon = std::chrono::seconds(kUntil);
    const auto tally = simulate(fleet, plan, requests).windows.at(0);
    CHECK(tally.launches > 2);
    CHECK(tally.terminations > 0);
    CHECK(wholeSeconds(tally.instanceNs) == seconds);
    const auto usage = model::ec2Usage(tests::shortScenario(), tally, {kUntil, {}, plan.horizon});
    REQUIRE(usage.ec2.size() == 1);
    // A month of 730 such hours.
    CHECK(usage.ec2[0].hours * 3600 / 730 ==
          Approx(static_cast<double>(seconds + wholeSeconds(tally.minimumTopUpNs))).epsilon(1e-13));
    CHECK(usage.ebs.at(0).hours * 3600 / 730 == Approx(static_cast<double>(seconds)).epsilon(1e-13));
    topUps += tally.minimumTopUpNs > 0 ? 1 : 0;
  }
  CHECK(topUps > 0);
}
