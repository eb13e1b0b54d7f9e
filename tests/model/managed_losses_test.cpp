// Machines that a capacity provider loses: traces worked by hand. Rules: docs/managed.md, "Lost machines".
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/managed_runs.hpp"

using managed_runs::simulate;
using model::Duration;
using model::Int128;
using model::ManagedFleet;
using reference::Request;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Three instances in three zones, an environment of 16 slots on each. A launch is ready for requests after 62 s.
ManagedFleet three() {
  ManagedFleet fleet;
  fleet.boot = workloads::Constant{60s};
  fleet.init = workloads::Constant{2s};
  return fleet;
}

ManagedFleet threeWithoutPolicy() {
  auto fleet = three();
  fleet.scaling.reset();
  return fleet;
}

std::vector<Request> everySecond(Duration from, Duration until, Duration io) {
  std::vector<Request> requests;
  for (Duration t = from; t < until; t += 1s) requests.push_back({t.count(), 0, io.count()});
  return requests;
}

// A timeline point every ten seconds, showing what was before its instant.
model::ObservationPlan upTo(Duration horizon) {
  model::ObservationPlan plan;
  plan.horizon = horizon;
  plan.timelinePoints = static_cast<int>(horizon / 10s);
  return plan;
}

} // namespace

// Nine requests of 100 s, in turn: 1, 4 and 7 s to the first environment. At 50 s its instance dies, with three.
TEST_CASE("An instance that is lost fails the requests in it, and is billed to its loss, a minute at least",
          "[managed][losses]") {
  auto fleet = threeWithoutPolicy();
  fleet.lostInstances = {{50s, 1}};
  const auto run = simulate(fleet, upTo(300s), everySecond(1s, 10s, 100s));
  const auto& window = run.windows.at(0);
  CHECK(window.outcomes.attempts == 9);
  CHECK(window.outcomes.errored == 3);
  CHECK(window.outcomes.completed == 6);
  CHECK(window.outcomes.latency.maxSeconds() == Approx(100));
  CHECK(window.inFlightNs == Int128{kSecond} * (6 * 100 + 49 + 46 + 43));
  CHECK(window.launches == 4);
  CHECK(window.terminations == 1);
  CHECK(window.instanceNs == Int128{kSecond} * (2 * 300 + 50 + 250)); // without a policy replaced at once
  CHECK(window.inServiceNs == Int128{kSecond} * (2 * 300 + 50 + 190));
  CHECK(window.environmentNs == Int128{kSecond} * (2 * 300 + 50 + 188));
  CHECK(window.minimumTopUpNs == Int128{10 * kSecond});
  CHECK(std::accumulate(run.hours.instanceNs.begin(), run.hours.instanceNs.end(), std::int64_t{0}) == 910 * kSecond);
}

// Lost at 70 s, missed at 120 s, in service at 180 s, ready at 182 s. Nothing is in it at 70 s, and the router does not
// go there again: nothing fails.
TEST_CASE("A policy replaces a lost instance when it next looks", "[managed][losses]") {
  auto fleet = three();
  fleet.lostInstances = {{70s, 1}};
  const auto run = simulate(fleet, upTo(300s), everySecond(0s, 300s, 500ms));
  const auto& window = run.windows.at(0);
  CHECK(window.outcomes.completed == 300);
  CHECK(window.launches == 4);
  CHECK(window.instanceNs == Int128{kSecond} * (2 * 300 + 70 + 180));
  CHECK(run.timeline.at(7).capacity == 3);
  CHECK(run.timeline.at(8).capacity == 2);
  CHECK(run.timeline.at(12).capacity == 2);
  CHECK(run.timeline.at(13).capacity == 3);
  CHECK(run.timeline.at(18).inService == 2);
  CHECK(run.timeline.at(19).inService == 3);
}

// Whoever has waited for longer than the timeout has had his error; a response at exactly the timeout would be in time.
TEST_CASE("A handler that nobody waits for any more is lost as a timeout", "[managed][losses]") {
  auto fleet = threeWithoutPolicy();
  fleet.min = fleet.initial = fleet.minInstances = fleet.maxInstances = 1;
  fleet.timeout = 10s;
  fleet.lostInstances = {{50s, 1}};
  const auto run = simulate(fleet, upTo(300s),
                            {{0, 0, 100 * kSecond},
                             {40 * kSecond, 0, 100 * kSecond},
                             {45 * kSecond, 0, 100 * kSecond},
                             {46 * kSecond, 0, kSecond}});
  const auto& outcomes = run.windows.at(0).outcomes;
  CHECK(outcomes.timedOut == 1);
  CHECK(outcomes.errored == 2);
  CHECK(outcomes.completed == 1);
  CHECK(run.windows.at(0).launches == 2); // also at the maximum
}

// Zones 0, 1, 2. At 70 s the first dies; its successor of 120 s goes to zone 1, for the loss of zone 0 at 200 s strikes
// nothing. At 400 s the oldest, in zone 1, dies; zone 0 is back since 300 s and has the fewest, so the successor of
// 420 s is there and dies with it at 500 s.
TEST_CASE("A zone that is down takes no launches; when it is back the next ones go there", "[managed][losses]") {
  auto fleet = three();
  fleet.lostZones = {{70s, 230s}, {200s, 1s}, {500s, 1s}};
  fleet.lostInstances = {{400s, 1}};
  const auto window = simulate(fleet, upTo(700s), {}).windows.at(0);
  CHECK(window.terminations == 3);
  CHECK(window.launches == 3 + 3);
  CHECK(window.instanceNs == Int128{kSecond} * (70 + 400 + 700 + (700 - 120) + (500 - 420) + (700 - 540)));
}

// Lost at 50 s; the successor boots in zone 0 and dies with it at 80 s; the next is in zone 1, in service at 140 s.
TEST_CASE("What boots in a zone dies with it and is replaced too", "[managed][losses]") {
  auto fleet = threeWithoutPolicy();
  fleet.lostInstances = {{50s, 1}};
  fleet.lostZones = {{80s, 1h}};
  const auto window = simulate(fleet, upTo(300s), {}).windows.at(0);
  CHECK(window.terminations == 2);
  CHECK(window.launches == 5);
  CHECK(window.instanceNs == Int128{kSecond} * (50 + 2 * 300 + 30 + 220));
  CHECK(window.inServiceNs == Int128{kSecond} * (50 + 2 * 300 + 160));
  CHECK(window.minimumTopUpNs == Int128{kSecond} * (10 + 30));
}

// The only zone is down from 100 s to 290 s. Launched again at 300 s, when the policy looks, or at 290 s without one.
TEST_CASE("With its only zone down a provider throttles everything until it has launched again", "[managed][losses]") {
  for (const bool policy : {true, false}) {
    auto fleet = policy ? three() : threeWithoutPolicy();
    fleet.zones = 1;
    fleet.lostZones = {{100s, 190s}};
    const auto window = simulate(fleet, upTo(600s), everySecond(0s, 600s, 500ms)).windows.at(0);
    const std::int64_t again = policy ? 300 : 290;
    CHECK(window.outcomes.throttled == static_cast<std::uint64_t>(again + 62 - 100));
    CHECK(window.outcomes.completed == 600 - window.outcomes.throttled);
    CHECK(window.outcomes.errored == 0);
    CHECK(window.instanceNs == Int128{3 * kSecond} * (100 + 600 - again));
  }
}

// 13 environments, 3, 3, 3, 2 and 2 on instances in zones 0, 1, 2, 0, 1. Five are lost at 70 s and replaced at 120 s:
// two on each of two new instances, when the fifth finds two on the last old one as well, where it is ready at 122 s.
// Nobody calls: three would do, but that is for the policy to decide after fifteen looks.
TEST_CASE("What is lost is replaced as it was, whatever the load", "[managed][losses]") {
  auto fleet = three();
  fleet.initial = 13;
  fleet.lostZones = {{70s, 1h}};
  const auto run = simulate(fleet, upTo(1000s), {});
  CHECK(run.timeline.at(7).capacity == 5);
  CHECK(run.timeline.at(8).capacity == 3);
  CHECK(run.timeline.at(8).inService == 13 - 3 - 2);
  CHECK(run.timeline.at(13).capacity == 5);
  CHECK(run.timeline.at(12).inService == 8);
  CHECK(run.timeline.at(13).inService == 9);
  CHECK(run.timeline.at(18).inService == 9);
  CHECK(run.timeline.at(19).inService == 13);
  CHECK(run.timeline.at(90).capacity == 5);
  CHECK(run.timeline.at(91).capacity == 3);
}
