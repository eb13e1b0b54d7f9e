// The hybrid simulator against the plain reference loops in a row: the fleet's loop with the same rule, then the
// function's loop with what the fleet handed over.
#include "model/hybrid/hybrid_simulator.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"
#include "tests/support/lambda_runs.hpp"

using model::Duration;
using model::HybridFleet;
using model::HybridRun;
using model::HybridTally;
using model::InFlightOverflow;
using model::WeightedOverflow;

namespace {

// A small fleet with a small function behind it: everything from one number.
struct Small {
  HybridFleet fleet;
  model::ObservationPlan plan;
  std::vector<reference::Request> requests;
};

Small small(std::uint64_t number, bool scaling) {
  auto base = scenarios::small(number, scaling);
  base.fleet.linkPerRequest = {}; // ties at the network are settled in any order
  if (base.fleet.routing == model::Routing::Queue) base.fleet.routing = model::Routing::Random; // nothing routes there
  workloads::RandomStream random(number, "test.hybrid", scaling ? 1 : 0);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random.below(n)); };
  Small s{{base.fleet, {}, InFlightOverflow{1 + below(8)}}, base.plan, std::move(base.requests)};
  auto& function = s.fleet.function;
  function.init = workloads::Exponential{Duration(1 + below(20))};
  function.idleLifetime = workloads::Constant{Duration(below(200))};
  function.concurrencyLimit = 1 + below(8);
  function.growth.reset();
  function.requestRateCap = false;
  function.timeout = Duration(1 + below(60));
  function.overhead = Duration(below(5));
  if (below(4) == 0) s.fleet.overflow = WeightedOverflow{0.25 * static_cast<double>(below(5))};
  return s;
}

HybridRun simulate(const Small& s, std::uint64_t seed, std::size_t batch) {
  std::vector<support::Request> same;
  for (const auto& request : s.requests) same.push_back({request.arrival, request.cpu, request.io});
  const support::RequestColumns columns(same);
  model::HybridSimulator simulator(s.fleet, s.plan, seed, 0);
  for (std::size_t from = 0; from < columns.size(); from += batch)
    simulator.feed(columns.batch(from, std::min(batch, columns.size() - from)));
  return simulator.finish();
}

struct Split {
  std::vector<reference::Request> kept, handedOver;
};
Split splitByWeight(const Small& s, double share, std::uint64_t seed) {
  workloads::RandomStream random(seed, "hybrid.weight", 0);
  Split split;
  for (const auto& request : s.requests) (random.uniform() < share ? split.handedOver : split.kept).push_back(request);
  return split;
}

HybridRun inARow(const Small& s, std::uint64_t seed) {
  auto fleet = s.fleet.base;
  Split split{s.requests, {}};
  const auto* inFlight = std::get_if<InFlightOverflow>(&s.fleet.overflow);
  if (inFlight != nullptr)
    fleet.overflowLimit = inFlight->limit;
  else
    split = splitByWeight(s, std::get<WeightedOverflow>(s.fleet.overflow).share, seed);
  reference::Ec2 instances(fleet, s.plan, seed, 0);
  auto base = instances.run(split.kept);
  if (inFlight != nullptr) split.handedOver = instances.handedOver();
  std::vector<support::Request> rest;
  HybridRun run;
  for (std::size_t h = 0; h < s.plan.hours(); ++h) run.hours.handedOver.push_back(0);
  for (const auto& request : split.handedOver) {
    rest.push_back({request.arrival, request.cpu, request.io});
    ++run.hours.handedOver[static_cast<std::size_t>(request.arrival / s.plan.hour.count())];
  }
  auto function = support::ReferenceLambda(s.fleet.function, s.plan, seed, 0).simulate(rest);
  for (std::size_t i = 0; i < base.windows.size(); ++i) run.windows.push_back({base.windows[i], function.windows[i]});
  run.timeline = base.timeline;
  for (std::size_t i = 0; i < run.timeline.size(); ++i) run.timeline[i].overflow = function.timeline[i].inFlight;
  run.hours.base = base.hours;
  run.hours.overflow = function.hours;
  return run;
}

void requireSame(const HybridRun& a, const HybridRun& b) {
  REQUIRE(a.windows.size() == b.windows.size());
  for (std::size_t i = 0; i < a.windows.size(); ++i) {
    INFO("window " << i);
    REQUIRE(a.windows[i].base.outcomes == b.windows[i].base.outcomes);
    REQUIRE(a.windows[i].base == b.windows[i].base);
    REQUIRE(a.windows[i].overflow.outcomes == b.windows[i].overflow.outcomes);
    REQUIRE(a.windows[i].overflow == b.windows[i].overflow);
  }
  REQUIRE(a.hours == b.hours);
  REQUIRE(a.timeline.size() == b.timeline.size());
  for (std::size_t i = 0; i < a.timeline.size(); ++i) {
    INFO("timeline point " << i);
    REQUIRE(a.timeline[i].at == b.timeline[i].at);
    REQUIRE(a.timeline[i].capacity == b.timeline[i].capacity);
    REQUIRE(a.timeline[i].inFlight == b.timeline[i].inFlight);
    REQUIRE(a.timeline[i].overflow == b.timeline[i].overflow);
  }
}

// Arrivals of each window, counted from the requests themselves.
void requireConserved(const Small& s, const HybridRun& run) {
  const Duration observed = s.plan.horizon - s.plan.warmup;
  for (std::size_t w = 0; w < run.windows.size(); ++w) {
    INFO("window " << w);
    const auto edge = [&](std::size_t i) {
      return s.plan.warmup.count() + observed.count() * static_cast<std::int64_t>(i) / s.plan.windows;
    };
    std::uint64_t arrived = 0;
    for (const auto& request : s.requests)
      arrived += request.arrival >= edge(w) && request.arrival < edge(w + 1) ? 1 : 0;
    const auto all = run.windows[w].outcomes();
    REQUIRE(all.attempts == arrived);
    REQUIRE(all.attempts == all.completed + all.failed());
    REQUIRE(all.completed == all.latency.count());
    if (std::holds_alternative<InFlightOverflow>(s.fleet.overflow)) REQUIRE(all.rejected == 0);
  }
}

void checkManyFleets(bool scaling) {
  std::uint64_t kept = 0, handedOver = 0, throttled = 0, cold = 0, byWeight = 0;
  for (std::uint64_t number = 0; number < 1500; ++number) {
    INFO("scenario " << number);
    const auto s = small(number, scaling);
    const auto run = simulate(s, number, 1 + number % 97);
    requireSame(run, inARow(s, number));
    requireConserved(s, run);
    for (const auto& window : run.windows) {
      kept += window.base.outcomes.attempts;
      handedOver += window.overflow.outcomes.attempts;
      throttled += window.overflow.outcomes.throttled;
      cold += window.overflow.cold;
      if (std::holds_alternative<WeightedOverflow>(s.fleet.overflow)) byWeight += window.overflow.outcomes.attempts;
    }
  }
  // The scenarios do reach the rules they are for.
  CHECK(kept > 50'000);
  CHECK(handedOver > 20'000);
  CHECK(throttled > 2'000);
  CHECK(cold > 2'000);
  CHECK(byWeight > 5'000);
}

// One instance with one worker and one place to wait, one nanosecond of work a request.
HybridFleet lone(std::int64_t limit) {
  HybridFleet fleet{{}, lambda_runs::plain(), InFlightOverflow{limit}};
  fleet.base.vcpus = 1;
  fleet.base.zones = 1;
  fleet.base.min = fleet.base.max = fleet.base.initial = 1;
  fleet.base.workers = 1;
  fleet.base.queueLimit = 1;
  return fleet;
}

HybridTally tallyOf(const HybridFleet& fleet, const std::vector<reference::Request>& requests) {
  model::ObservationPlan plan;
  plan.horizon = Duration(1000);
  return simulate({fleet, plan, requests}, 1, 100).windows.at(0);
}

} // namespace

TEST_CASE("A small hybrid with a fixed base gives what the plain loops give in a row", "[hybrid]") {
  checkManyFleets(false);
}

TEST_CASE("A small hybrid whose base scales gives what the plain loops give in a row", "[hybrid]") {
  checkManyFleets(true);
}

TEST_CASE("At its limit an instance gets nothing more until a request leaves", "[hybrid]") {
  const std::vector<reference::Request> requests{{0, 10, 0}, {1, 10, 0}, {2, 10, 0}, {10, 10, 0}};
  // One in work; the second and third find it at its limit; the fourth arrives as the first leaves.
  const auto one = tallyOf(lone(1), requests);
  CHECK(one.base.outcomes.completed == 2);
  CHECK(one.overflow.outcomes.completed == 2);
  // One in work and one waiting: the third is too many.
  const auto two = tallyOf(lone(2), requests);
  CHECK(two.base.outcomes.completed == 3);
  CHECK(two.overflow.outcomes.completed == 1);
}

TEST_CASE("A full instance hands over although the limit is far", "[hybrid]") {
  const auto tally = tallyOf(lone(100), {{0, 10, 0}, {1, 10, 0}, {2, 10, 0}});
  CHECK(tally.base.outcomes.attempts == 2);
  CHECK(tally.base.outcomes.rejected == 0);
  CHECK(tally.overflow.outcomes.attempts == 1);
}

TEST_CASE("Without an instance in service everything goes to the function by limit, and fails by weight", "[hybrid]") {
  auto fleet = lone(5);
  fleet.base.initial = 0;
  CHECK(tallyOf(fleet, {{0, 10, 0}, {1, 10, 0}}).overflow.outcomes.completed == 2);
  fleet.overflow = WeightedOverflow{0};
  CHECK(tallyOf(fleet, {{0, 10, 0}, {1, 10, 0}}).base.outcomes.rejected == 2);
}

TEST_CASE("Handed over requests are no requests of the fleet: its policy and its ledger do not count them",
          "[hybrid]") {
  auto fleet = lone(1);
  model::TargetTracking policy;
  policy.metric = model::TargetTracking::Metric::RequestsPerTarget;
  policy.target = 1.5;
  policy.period = Duration(20);
  policy.metricDelay = {};
  policy.outPoints = 1;
  fleet.base.max = 5;
  fleet.base.scaling = policy;
  // Three requests in each period, of which the instance takes one: no reason to grow.
  std::vector<reference::Request> requests;
  for (std::int64_t t = 0; t < 1000; t += 20)
    requests.insert(requests.end(), {{t, 15, 0}, {t + 1, 15, 0}, {t + 2, 15, 0}});
  const auto tally = tallyOf(fleet, requests);
  CHECK(tally.base.launches == 1); // the one that was there
  CHECK(tally.base.outcomes.attempts == 50);
  CHECK(tally.overflow.outcomes.attempts == 100);
}

TEST_CASE("Least outstanding routing makes the limit one on the whole fleet", "[hybrid]") {
  auto fleet = lone(2);
  fleet.base.min = fleet.base.max = fleet.base.initial = 3;
  fleet.base.routing = model::Routing::LeastOutstanding;
  std::vector<reference::Request> together;
  for (int i = 0; i < 9; ++i) together.push_back({0, 10, 0});
  CHECK(tallyOf(fleet, together).overflow.outcomes.attempts == 3);
}

TEST_CASE("The function meets the requests as they arrive, the instances as a slow downstream makes them", "[hybrid]") {
  const auto fleet = lone(1);
  model::ObservationPlan plan;
  plan.horizon = Duration(1000);
  const support::RequestColumns asTheyAre({{0, 0, 10}, {1, 0, 10}}), slowed({{0, 0, 30}, {1, 0, 30}});
  model::HybridSimulator simulator(fleet, plan, 1, 0);
  simulator.feed(asTheyAre.batch(0, 2), slowed.batch(0, 2));
  const auto tally = simulator.finish().windows.at(0);
  CHECK(tally.base.outcomes.latency.maxSeconds() == Approx(30e-9));
  CHECK(tally.overflow.outcomes.latency.maxSeconds() == Approx(10e-9));
}
