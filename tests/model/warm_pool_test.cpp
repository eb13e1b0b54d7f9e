// Warm pools by hand: where instances come from, what each state pays, what comes back. Rules: EC2 Auto Scaling user
// guide, warm pools (copies of Apr 2023 and Sep-Oct 2026); EC2 user guide, 60 s minimum of each start.
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::Ec2Fleet;
using model::Ec2Run;
using model::ObservationPlan;
using model::WarmPool;
using reference::Request;
using scenarios::simulate;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// One vCPU an instance and workers enough; cold boots take a minute, those from the pool ten seconds.
Ec2Fleet pooled(std::int64_t initial, std::int64_t max, WarmPool::State state) {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.discipline = model::Discipline::Fcfs;
  fleet.workers = 1000;
  fleet.initial = fleet.min = initial;
  fleet.max = max;
  fleet.requestTimeout = std::chrono::hours(1);
  fleet.warmPool = WarmPool{};
  fleet.warmPool->state = state;
  fleet.warmPool->boot = workloads::Constant{seconds(10)};
  return fleet;
}

Ec2Run run(const Ec2Fleet& fleet, std::int64_t horizon, const std::vector<Request>& requests = {}) {
  ObservationPlan plan;
  plan.horizon = seconds(horizon);
  plan.timelinePoints = static_cast<int>(horizon / 5);
  return simulate(fleet, plan, requests);
}

struct Seen {
  std::int64_t capacity, inService, pool;
  friend bool operator==(const Seen&, const Seen&) = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& s) {
  return out << s.capacity << '/' << s.inService << '/' << s.pool;
}
Seen at(const Ec2Run& run, std::int64_t second) { // just before
  const auto& point = run.timeline.at(static_cast<std::size_t>(second / 5));
  return {static_cast<std::int64_t>(point.capacity), static_cast<std::int64_t>(point.inService),
          static_cast<std::int64_t>(point.warmPool)};
}

struct Paid { // whole seconds
  std::int64_t group, pool, poolRunning, topUp, poolTopUp;
  friend bool operator==(const Paid&, const Paid&) = default;
};
std::ostream& operator<<(std::ostream& out, const Paid& p) {
  return out << p.group << '/' << p.pool << '/' << p.poolRunning << '/' << p.topUp << '/' << p.poolTopUp;
}
Paid paid(const Ec2Run& run) {
  const auto whole = [](model::Int128 ns) {
    REQUIRE(static_cast<std::int64_t>(ns % kSecond) == 0);
    return static_cast<std::int64_t>(ns / kSecond);
  };
  const auto& tally = run.windows.at(0);
  std::int64_t hours = 0;
  for (const auto ns : run.hours.instanceNs) hours += ns;
  CHECK(hours == static_cast<std::int64_t>(tally.instanceNs + tally.minimumTopUpNs + tally.warmPoolRunningNs +
                                           tally.warmPoolTopUpNs));
  return {whole(tally.instanceNs), whole(tally.warmPoolNs), whole(tally.warmPoolRunningNs), whole(tally.minimumTopUpNs),
          whole(tally.warmPoolTopUpNs)};
}

std::vector<Request> everySecond(std::int64_t until, double work) {
  std::vector<Request> requests;
  for (std::int64_t s = 0; s < until; ++s) requests.push_back({s * kSecond, std::llround(work * 1e9), 0});
  return requests;
}

model::ScheduledAction desire(std::int64_t at, std::int64_t instances) {
  return {seconds(at), std::nullopt, std::nullopt, instances};
}

} // namespace

// The trace of scaling_test.cpp: two more at 240 s, two less at 2,160 s. Three are prepared, so the pool holds one.
TEST_CASE("A pool gives what it has and the rest boots from cold", "[ec2][scaling][warm_pool]") {
  auto fleet = pooled(2, 10, WarmPool::State::Stopped);
  fleet.scaling = model::TargetTracking{};
  fleet.warmPool->maxPrepared = 3;
  const auto load = everySecond(1200, 1.8);

  SECTION("a new one is prepared after scaling in") {
    const auto r = run(fleet, 3000, load);
    CHECK(at(r, 240) == Seen{2, 2, 1});
    CHECK(at(r, 245) == Seen{4, 2, 0});
    CHECK(at(r, 255) == Seen{4, 3, 0}); // 240 + 10
    CHECK(at(r, 305) == Seen{4, 4, 0}); // 240 + 60
    CHECK(at(r, 2160) == Seen{4, 4, 0});
    CHECK(at(r, 2165) == Seen{2, 2, 1});
    CHECK(paid(r) == Paid{2 * 3000 + 2 * (2160 - 240), 240 + (3000 - 2160), 60, 0, 0});
  }
  SECTION("or the drained one comes back") {
    fleet.warmPool->reuseOnScaleIn = true;
    const auto r = run(fleet, 3000, load);
    CHECK(at(r, 2165) == Seen{2, 2, 1});
    CHECK(paid(r) == Paid{2 * 3000 + 2 * (2160 - 240), 240 + (3000 - 2160), 0, 0, 0});
  }
  SECTION("running, it pays all the time") {
    fleet.warmPool->state = WarmPool::State::Running;
    CHECK(paid(run(fleet, 3000, load)) == Paid{2 * 3000 + 2 * (2160 - 240), 1080, 1080, 0, 0});
  }
  SECTION("hibernated, it pays as a stopped one does: for its preparation") {
    fleet.warmPool->state = WarmPool::State::Hibernated;
    CHECK(paid(run(fleet, 3000, load)) == Paid{2 * 3000 + 2 * (2160 - 240), 1080, 60, 0, 0});
  }
}

TEST_CASE("An instance that is taken is replaced while the pool is below its minimum", "[ec2][scaling][warm_pool]") {
  auto fleet = pooled(1, 4, WarmPool::State::Stopped);
  fleet.warmPool->maxPrepared = 0;
  fleet.warmPool->min = 2;
  fleet.scheduled.actions = {desire(100, 2), desire(130, 3), desire(135, 4)};
  const auto r = run(fleet, 600);
  CHECK(at(r, 100) == Seen{1, 1, 2});
  CHECK(at(r, 105) == Seen{2, 1, 2}); // one taken, one in preparation until 160
  CHECK(at(r, 135) == Seen{3, 2, 2}); // the other one taken
  CHECK(at(r, 140) == Seen{4, 2, 2}); // none is ready: boots from cold until 195
  CHECK(at(r, 145) == Seen{4, 3, 2});
  CHECK(at(r, 195) == Seen{4, 3, 2});
  CHECK(at(r, 200) == Seen{4, 4, 2});
  CHECK(paid(r) == Paid{600 + 500 + 470 + 465, 2 * 600, 60 + 60, 0, 0});
}

TEST_CASE("A pool that became too large ends its newest, also while they are prepared", "[ec2][scaling][warm_pool]") {
  auto fleet = pooled(2, 4, WarmPool::State::Stopped);
  fleet.scheduled.actions = {{seconds(100), std::nullopt, 6, std::nullopt},
                             {seconds(130), std::nullopt, 4, std::nullopt},
                             {seconds(200), std::nullopt, 3, std::nullopt}};
  const auto r = run(fleet, 300);
  CHECK(at(r, 5) == Seen{2, 2, 2});
  CHECK(at(r, 105) == Seen{2, 2, 4});
  CHECK(at(r, 135) == Seen{2, 2, 2});
  CHECK(at(r, 205) == Seen{2, 2, 1});
  CHECK(paid(r) == Paid{600, 300 + 200 + 2 * 30, 2 * 30, 0, 2 * 30}); // each paid its first minute
}

// From stopped, taking one is a start of its own, with its minimum; running, it is the run it was in.
TEST_CASE("Every start of a pooled instance pays its minute", "[ec2][scaling][warm_pool]") {
  auto fleet = pooled(1, 2, WarmPool::State::Stopped);
  fleet.warmPool->reuseOnScaleIn = true;
  fleet.scheduled.actions = {desire(10, 2), desire(30, 1), desire(40, 2), desire(60, 1)};
  // The first one leaves at 30 s after as many, and again at 60 s after 20 s: zones are equal, it is the oldest.
  CHECK(paid(run(fleet, 100)) == Paid{100 + 20 + 20, 10 + 10 + 40, 0, 30 + 40, 0});
  fleet.warmPool->state = WarmPool::State::Running;
  CHECK(paid(run(fleet, 100)) == Paid{100 + 20 + 20, 60, 60, 0, 0});
}

TEST_CASE("A pool without a place for it lets a drained instance go", "[ec2][scaling][warm_pool]") {
  auto fleet = pooled(2, 3, WarmPool::State::Stopped);
  fleet.warmPool->reuseOnScaleIn = true;
  fleet.warmPool->maxPrepared = 2;
  fleet.min = 1;
  // At 10 s one of the two drains with a request that runs to 105; at 20 s the group wants it back, and no more is
  // prepared: a cold one boots, and the drained one ends.
  fleet.zones = 1;
  fleet.scheduled.actions = {desire(10, 1), desire(20, 2)};
  const auto r = run(fleet, 200, {{5 * kSecond, 0, 100 * kSecond}});
  CHECK(at(r, 15) == Seen{2, 1, 0});
  CHECK(at(r, 25) == Seen{3, 1, 0});
  CHECK(at(r, 110) == Seen{2, 2, 0});
  CHECK(paid(r) == Paid{200 + 105 + 180, 0, 0, 0, 0});
}
