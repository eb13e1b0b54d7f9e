// Health checks that a worker has to answer: traces worked by hand. Rules: docs/ec2.md.
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::Duration;
using model::Ec2Fleet;
using reference::Request;
using scenarios::simulate;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Instances of one worker each that never rejects; checks at 10 s, 20 s ..., judged 5 s later, 2 failed and 2 passed.
Ec2Fleet checked(std::int64_t instances) {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.workers = 1;
  fleet.discipline = model::Discipline::Fcfs;
  fleet.requestTimeout = 1h;
  fleet.zones = 1;
  fleet.initial = fleet.min = fleet.max = instances;
  fleet.boot = workloads::Constant{20s};
  fleet.healthCheck = {10s, 2, true, 5s, 2, false, 0s};
  return fleet;
}

model::ObservationPlan upTo(Duration horizon) {
  model::ObservationPlan plan;
  plan.horizon = horizon;
  plan.timelinePoints = static_cast<int>(horizon / 1s);
  return plan;
}

Request at(double s, double lasts) { return {std::llround(s * kSecond), 0, std::llround(lasts * kSecond)}; }

// Seconds at which the timeline shows so many out of rotation, first and last.
std::pair<double, double> span(const model::Ec2Run& run, double unhealthy) {
  std::vector<double> seconds;
  for (const auto& point : run.timeline)
    if (point.unhealthy == unhealthy) seconds.push_back(pricing::inSeconds(point.at));
  return seconds.empty() ? std::pair(-1.0, -1.0) : std::pair(seconds.front(), seconds.back());
}

double slowest(const model::Ec2Run& run) { return run.windows.at(0).outcomes.latency.quantileSeconds(1); }

} // namespace

// The first instance works on one request from 9 s to 49 s. Its checks of 10 s and 20 s fail at 15 s and 25 s: out of
// rotation. Those of 50 s and 60 s are answered at once: back at 60 s. Meanwhile the second has all requests.
TEST_CASE("An instance that answers its checks late is out of rotation until it answers again", "[ec2][checks]") {
  std::vector<Request> requests{at(9, 40), at(9.5, 0.1)};
  for (int s = 26; s < 60; ++s) requests.push_back(at(s, 0.1));
  const auto run = simulate(checked(2), upTo(80s), requests);
  CHECK(run.windows.at(0).wentUnhealthy == 1);
  CHECK(run.windows.at(0).failedOpen == 0);
  const auto [from, to] = span(run, 1);
  CHECK(from == Approx(26));
  CHECK(to == Approx(60)); // a point shows the state before its instant
  CHECK(run.windows.at(0).outcomes.latency.quantileSeconds(35.0 / 36) < 0.2); // nobody waited behind the long one

  auto blind = checked(2);
  blind.healthCheck.byWorker = false;
  const auto unseen = simulate(blind, upTo(80s), requests);
  CHECK(unseen.windows.at(0).wentUnhealthy == 0);
  CHECK(unseen.windows.at(0).outcomes.latency.quantileSeconds(26.0 / 36) > 0.2); // one of two waited until 49 s
}

TEST_CASE("A check is answered when a worker comes free behind what came before it", "[ec2][checks]") {
  // Until 14.9 s, 15 s and 15.1 s: the check of 10 s is judged at 15 s, after what ends at that instant.
  for (const auto& [until, fails] : {std::pair(14.9, false), std::pair(15.0, false), std::pair(15.1, true)}) {
    auto fleet = checked(1);
    fleet.healthCheck.unhealthy = 1;
    const auto alone = simulate(fleet, upTo(19s), {at(9, until - 9)});
    CHECK((alone.windows.at(0).wentUnhealthy == 1) == fails);
    // The same in a line: what came before the check has to start, and to end, first; what came after it does not
    // count.
    const auto behind = simulate(fleet, upTo(19s), {at(9, 2), at(9.5, until - 11), at(10.5, 30)});
    CHECK((behind.windows.at(0).wentUnhealthy == 1) == fails);
  }
}

TEST_CASE("A check passes when what waited before it gives up", "[ec2][checks]") {
  auto fleet = checked(1);
  fleet.healthCheck.unhealthy = 1;
  fleet.requestTimeout = 3s;
  // One runs from 9 s to 13 s; the next waits from 9.5 s and leaves at 12.5 s; the check is next at 13 s.
  CHECK(simulate(fleet, upTo(19s), {at(9, 4), at(9.5, 30)}).windows.at(0).wentUnhealthy == 0);
  fleet.requestTimeout = 10s;
  CHECK(simulate(fleet, upTo(19s), {at(9, 4), at(9.5, 30)}).windows.at(0).wentUnhealthy == 1);
}

// Both fail from 25 s on: requests go to both in turn, as if both were well, and the count says so once.
TEST_CASE("When no instance passes requests go to all of them", "[ec2][checks]") {
  std::vector<Request> requests{at(9, 60), at(9.5, 70)};
  for (int s = 30; s < 50; ++s) requests.push_back(at(s, 0.1));
  const auto run = simulate(checked(2), upTo(200s), requests);
  const auto& window = run.windows.at(0);
  CHECK(window.wentUnhealthy == 2);
  CHECK(window.failedOpen == 1);
  CHECK(window.outcomes.completed == 22);
  CHECK(window.outcomes.rejected == 0);
  // The first is free at 69 s, the second at 79.5 s; ten waited at each: 0.1 s apart.
  CHECK(slowest(run) == Approx(70));
  CHECK(window.outcomes.latency.meanSeconds() ==
        Approx((60 + 70 + 10 * (69 - 39 + 0.55) + 10 * (79.5 - 40 + 0.55)) / 22).epsilon(1e-3));
  CHECK(run.timeline.at(100).unhealthy == 0); // 70 s and 80 s; 80 s and 90 s
}

// Out of rotation at 25 s and past its grace at 20 s: it drains to 69 s, and another serves from 45 s on.
TEST_CASE("The group replaces an instance that fails its checks, after the grace period", "[ec2][checks]") {
  auto fleet = checked(2);
  fleet.healthCheck.replaces = true;
  fleet.healthCheck.grace = 20s;
  const auto run = simulate(fleet, upTo(100s), {at(9, 60), at(9.5, 0.1)});
  CHECK(run.windows.at(0).terminations == 1);
  CHECK(run.windows.at(0).launches == 3);
  CHECK(run.windows.at(0).outcomes.completed == 2); // within the deregistration delay of 5 min
  CHECK(run.timeline.at(26).draining == 1);
  CHECK(run.timeline.at(26).booting == 1);
  CHECK(run.timeline.at(46).inService == 2);
  CHECK(run.timeline.at(70).capacity == 2);

  fleet.healthCheck.grace = 90s; // it answers again before that
  const auto patient = simulate(fleet, upTo(100s), {at(9, 60), at(9.5, 0.1)});
  CHECK(patient.windows.at(0).terminations == 0);
  CHECK(patient.windows.at(0).wentUnhealthy == 1);
}
