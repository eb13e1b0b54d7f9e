// The EC2 simulator against a plain event loop on thousands of small random fleets, and its rules one by one by hand.
#include "model/ec2/ec2_simulator.hpp"

#include <cmath>
#include <numeric>
#include <sstream>
#include <tuple>

#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"
#include "tests/support/shrink.hpp"

using model::Discipline;
using model::Duration;
using model::Ec2Fleet;
using model::Ec2Run;
using model::Ec2Tally;
using model::Int128;
using model::ObservationPlan;
using model::Routing;
using reference::Request;
using scenarios::simulate;

namespace {

// Every value a histogram holds, in order; it is exact at these counts.
std::vector<double> sorted(const model::LatencyHistogram& histogram) {
  std::vector<double> values;
  const auto n = histogram.count();
  for (std::uint64_t i = 1; i <= n; ++i)
    values.push_back(histogram.quantileSeconds(static_cast<double>(i) / static_cast<double>(n)));
  return values;
}

std::int64_t small(Int128 value) { return static_cast<std::int64_t>(value); }

void requireSameSpot(const Ec2Tally& a, const Ec2Tally& b) {
  REQUIRE(a.interruptions == b.interruptions);
  REQUIRE(a.lostToInterruptions == b.lostToInterruptions);
  REQUIRE(a.launchesWithoutCapacity == b.launchesWithoutCapacity);
  REQUIRE(a.spot.size() == b.spot.size());
  for (std::size_t kind = 0; kind < a.spot.size(); ++kind) {
    INFO("type " << kind);
    REQUIRE(small(a.spot[kind].instanceNs) == small(b.spot[kind].instanceNs));
    REQUIRE(small(a.spot[kind].inServiceNs) == small(b.spot[kind].inServiceNs));
    REQUIRE(small(a.spot[kind].minimumTopUpNs) == small(b.spot[kind].minimumTopUpNs));
    REQUIRE(small(a.spot[kind].freeNs) == small(b.spot[kind].freeNs));
  }
}

void requireSame(const Ec2Tally& a, const Ec2Tally& b) {
  REQUIRE(a.outcomes.attempts == b.outcomes.attempts);
  REQUIRE(a.outcomes.completed == b.outcomes.completed);
  REQUIRE(a.outcomes.rejected == b.outcomes.rejected);
  REQUIRE(a.outcomes.timedOut == b.outcomes.timedOut);
  REQUIRE(sorted(a.outcomes.latency) == sorted(b.outcomes.latency));
  REQUIRE(small(a.instanceNs) == small(b.instanceNs));
  REQUIRE(small(a.inServiceNs) == small(b.inServiceNs));
  REQUIRE(small(a.minimumTopUpNs) == small(b.minimumTopUpNs));
  REQUIRE(small(a.warmPoolNs) == small(b.warmPoolNs));
  REQUIRE(small(a.warmPoolRunningNs) == small(b.warmPoolRunningNs));
  REQUIRE(small(a.warmPoolTopUpNs) == small(b.warmPoolTopUpNs));
  REQUIRE(small(a.inService.busyNs) == small(b.inService.busyNs));
  REQUIRE(small(a.inService.drainingNs) == small(b.inService.drainingNs));
  REQUIRE(small(a.cpuBusyNs) == small(b.cpuBusyNs));
  REQUIRE(small(a.inFlightNs) == small(b.inFlightNs));
  REQUIRE(a.launches == b.launches);
  REQUIRE(a.terminations == b.terminations);
  REQUIRE(a.peakInstances == b.peakInstances);
  REQUIRE(a.wentUnhealthy == b.wentUnhealthy);
  REQUIRE(a.failedOpen == b.failedOpen);
  requireSameSpot(a, b);
}

// What idle instances were kept for depends on the slots, and these on the windows.
void requireSameReasons(const model::InServiceTime& a, const model::InServiceTime& b) {
  REQUIRE(small(a.headroomNs) == small(b.headroomNs));
  REQUIRE(small(a.zoneFloorNs) == small(b.zoneFloorNs));
  REQUIRE(small(a.idleNightNs) == small(b.idleNightNs));
  REQUIRE(small(a.forecastNs) == small(b.forecastNs));
  REQUIRE(small(a.scaleInLagNs) == small(b.scaleInLagNs));
}

void requireSame(const Ec2Run& a, const Ec2Run& b) {
  REQUIRE(a.windows.size() == b.windows.size());
  for (std::size_t i = 0; i < a.windows.size(); ++i) {
    INFO("window " << i);
    requireSame(a.windows[i], b.windows[i]);
    requireSameReasons(a.windows[i].inService, b.windows[i].inService);
  }
  REQUIRE(a.timeline.size() == b.timeline.size());
  for (std::size_t i = 0; i < a.timeline.size(); ++i) {
    INFO("timeline point " << i << " at " << a.timeline[i].at.count());
    REQUIRE(a.timeline[i].at == b.timeline[i].at);
    REQUIRE(a.timeline[i].capacity == b.timeline[i].capacity);
    REQUIRE(a.timeline[i].inService == b.timeline[i].inService);
    REQUIRE(a.timeline[i].inFlight == b.timeline[i].inFlight);
    REQUIRE(a.timeline[i].metric == b.timeline[i].metric);
    REQUIRE(a.timeline[i].desired == b.timeline[i].desired);
    REQUIRE(a.timeline[i].booting == b.timeline[i].booting);
    REQUIRE(a.timeline[i].draining == b.timeline[i].draining);
    REQUIRE(a.timeline[i].warmPool == b.timeline[i].warmPool);
    REQUIRE(a.timeline[i].unhealthy == b.timeline[i].unhealthy);
    REQUIRE(a.timeline[i].alarm == b.timeline[i].alarm);
  }
  REQUIRE(a.hours.instanceNs == b.hours.instanceNs);
  REQUIRE(a.hours.inFlightNs == b.hours.inFlightNs);
}

// Requests that end at the same instant may leave in either order: where they then wait for the network, this decides
// who of them is late, but not how long they wait together.
Ec2Run withoutTies(Ec2Run run, const Ec2Fleet& fleet) {
  if (fleet.linkPerRequest == Duration{}) return run;
  for (auto& window : run.windows) {
    window.outcomes.completed += std::exchange(window.outcomes.timedOut, 0);
    window.outcomes.latency = {};
  }
  return run;
}

bool samePoint(const model::TimelinePoint& a, const model::TimelinePoint& b) {
  const auto counts = [](const model::TimelinePoint& p) {
    return std::tuple(p.at, p.capacity, p.inService, p.inFlight, p.metric, p.desired, p.booting, p.draining, p.warmPool,
                      p.unhealthy, p.alarm);
  };
  return counts(a) == counts(b);
}

// The simulator's run, and that it is the plain event loop's. Of a scenario where it is not, the fewest requests that
// still tell them apart are printed, and what is different then.
struct Pair {
  Pair(const scenarios::Small& s, std::uint64_t number, std::size_t batch)
      : fast(simulate(s.fleet, s.plan, s.requests, number, batch)),
        plain(withoutTies(reference::Ec2(s.fleet, s.plan, number, 0).run(s.requests), s.fleet)),
        compared(withoutTies(fast, s.fleet)) {}
  bool agree() const {
    return compared.windows == plain.windows && compared.hours == plain.hours &&
           std::ranges::equal(compared.timeline, plain.timeline, samePoint);
  }
  Ec2Run fast, plain, compared;
};
Ec2Run runAsThePlainLoop(const scenarios::Small& s, std::uint64_t number, std::size_t batch) {
  const Pair pair(s, number, batch);
  if (pair.agree()) return pair.fast;
  const auto few =
      support::shrunk(s, [&](const scenarios::Small& fewer) { return !Pair(fewer, number, batch).agree(); }).requests;
  std::ostringstream text;
  text << "scenario " << number << ", " << few.size() << " of " << s.requests.size() << " requests:\n";
  for (const Request& r : few) text << "  {" << r.arrival << ", " << r.cpu << ", " << r.io << "},\n";
  INFO(text.str());
  const Pair left({s.fleet, s.plan, few}, number, batch);
  requireSame(left.compared, left.plain);
  FAIL("they differ in what no requirement names");
  return pair.fast;
}

void requireConserved(const Ec2Run& run) {
  for (const auto& window : run.windows) {
    const auto& o = window.outcomes;
    REQUIRE(o.attempts == o.completed + o.failed());
    REQUIRE(o.completed == o.latency.count());
    const auto& time = window.inService;
    REQUIRE(small(time.sum()) == small(window.inServiceNs));
    REQUIRE(small(std::min({time.busyNs, time.headroomNs, time.zoneFloorNs, time.idleNightNs, time.forecastNs,
                            time.scaleInLagNs, time.drainingNs})) >= 0);
  }
}

// One instance of one vCPU, one window, no timeout in reach.
Ec2Fleet single() {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.zones = 1;
  fleet.initial = fleet.min = fleet.max = 1;
  fleet.requestTimeout = std::chrono::hours(1);
  return fleet;
}

ObservationPlan upTo(std::int64_t horizon) {
  ObservationPlan plan;
  plan.horizon = Duration(horizon);
  plan.timelinePoints = 0;
  return plan;
}

std::vector<std::int64_t> latencies(const Ec2Run& run) {
  std::vector<std::int64_t> ns;
  for (const double s : sorted(run.windows.at(0).outcomes.latency)) ns.push_back(std::llround(s * 1e9));
  return ns;
}

} // namespace

TEST_CASE("A small random fleet gives what the plain event loop gives", "[ec2]") {
  std::uint64_t attempts = 0, rejected = 0, timedOut = 0, errored = 0, unhealthy = 0, failedOpen = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const auto s = scenarios::small(number, false);
    const auto run = runAsThePlainLoop(s, number, 1 + number % 97);
    INFO("scenario " << number);
    requireConserved(run);
    for (const auto& window : run.windows) {
      attempts += window.outcomes.attempts;
      rejected += window.outcomes.rejected;
      timedOut += window.outcomes.timedOut;
      errored += window.outcomes.errored;
      unhealthy += window.wentUnhealthy;
      failedOpen += window.failedOpen;
    }
  }
  // The scenarios do reach the rules they are for.
  CHECK(errored > 1'000);
  CHECK(unhealthy > 1'000);
  CHECK(failedOpen > 300);
  CHECK(attempts > 100'000);
  CHECK(rejected > 10'000);
  CHECK(timedOut > 10'000);
}

TEST_CASE("A small random fleet that scales gives what the plain event loop gives", "[ec2]") {
  std::uint64_t launches = 0, terminations = 0, interruptions = 0, lost = 0, inVain = 0;
  Int128 pooled = 0, poolRunning = 0, forecast = 0;
  std::size_t out = 0, in = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const auto s = scenarios::small(number, true);
    const auto run = runAsThePlainLoop(s, number, 1 + number % 97);
    INFO("scenario " << number);
    requireConserved(run);
    for (const auto& window : run.windows) {
      launches += window.launches;
      terminations += window.terminations;
      interruptions += window.interruptions;
      lost += window.lostToInterruptions;
      inVain += window.launchesWithoutCapacity;
      pooled += window.warmPoolNs;
      poolRunning += window.warmPoolRunningNs;
      forecast += window.inService.forecastNs;
    }
    for (const auto& point : run.timeline) {
      out += point.alarm == model::AlarmState::Out ? 1 : 0;
      in += point.alarm == model::AlarmState::In ? 1 : 0;
    }
  }
  // The scenarios do reach the rules they are for.
  CHECK(launches > 10'000);
  CHECK(terminations > 10'000);
  CHECK(interruptions > 3'000);
  CHECK(lost > 200);
  CHECK(inVain > 1'000);
  CHECK(small(pooled) > 100'000);
  CHECK(small(poolRunning) > 100'000);
  CHECK(small(forecast) > 100'000);
  CHECK(out > 1'000);
  CHECK(in > 1'000);
}

TEST_CASE("Instances that each work off their share give what the plain event loop gives", "[ec2]") {
  std::uint64_t completed = 0, rejected = 0, timedOut = 0, errored = 0;
  for (std::uint64_t number = 0; number < 1500; ++number) {
    auto s = scenarios::small(number, false);
    // Few control events, so that shares are long; whole types, so that under fcfs all workers can compute.
    s.fleet.routing = number % 2 == 0 ? Routing::RoundRobin : Routing::Random;
    s.fleet.healthCheck.byWorker = false;
    s.fleet.slowStart = s.fleet.linkPerRequest = Duration(0);
    if (number % 3 != 0) s.fleet.credits.reset();
    if (number % 2 == 0) s.fleet.vcpus = static_cast<double>(s.fleet.workers);
    s.plan.timelinePoints = static_cast<int>(number % 3);
    s.plan.windows = 1 + static_cast<int>(number % 2);
    s.plan.hour = s.plan.slot = s.plan.horizon;
    const auto run = runAsThePlainLoop(s, number, 1 + number % 397);
    INFO("scenario " << number);
    requireConserved(run);
    for (const auto& window : run.windows) {
      completed += window.outcomes.completed;
      rejected += window.outcomes.rejected;
      timedOut += window.outcomes.timedOut;
      errored += window.outcomes.errored;
    }
  }
  // The scenarios do reach the rules they are for.
  CHECK(completed > 100'000);
  CHECK(rejected > 5'000);
  CHECK(timedOut > 5'000);
  CHECK(errored > 500);
}

TEST_CASE("Sharing slows everyone alike, and nobody without contention", "[ec2]") {
  auto fleet = single();
  // Alone to 5, two at half speed to 15 (5 left of each 10: the first is done), the second alone again to 20.
  CHECK(latencies(simulate(fleet, upTo(1000), {{0, 10, 0}, {5, 10, 0}})) == std::vector<std::int64_t>{15, 15});
  // Half a core each: both fit, the duration is exact.
  CHECK(latencies(simulate(fleet, upTo(1000), {{0, 5, 5}, {5, 5, 5}})) == std::vector<std::int64_t>{10, 10});
  // Three that want one core each share two cores at two thirds: 10 / (2/3) = 15.
  fleet.vcpus = 2;
  CHECK(latencies(simulate(fleet, upTo(1000), {{0, 10, 0}, {0, 10, 0}, {0, 10, 0}})) ==
        std::vector<std::int64_t>{15, 15, 15});
  // One that can use both cores takes half the time alone, and all of it beside its equal.
  fleet.threads = 2;
  CHECK(latencies(simulate(fleet, upTo(1000), {{0, 10, 0}, {100, 10, 0}, {100, 10, 0}})) ==
        std::vector<std::int64_t>{5, 10, 10});
}

TEST_CASE("A finish that falls between two nanoseconds counts at the next", "[ec2]") {
  const auto run = simulate(single(), upTo(1000), {{0, 7, 0}, {0, 7, 0}, {1, 7, 0}});
  // Two at rate 1/2 up to 1 (0.5 done each), then three at 1/3: the 6.5 left take 19.5, done at 20.5, counted at 21.
  // The third has 7 - 20/3 = 1/3 left at 21 and is alone: done at 21.33, counted at 22, 21 after it came.
  CHECK(latencies(run) == std::vector<std::int64_t>{21, 21, 21});
}

TEST_CASE("Workers take requests in order of arrival at full speed", "[ec2]") {
  auto fleet = single();
  fleet.discipline = Discipline::Fcfs;
  fleet.workers = 2;
  const auto run = simulate(fleet, upTo(1000), {{0, 10, 0}, {1, 10, 0}, {2, 10, 0}, {3, 10, 0}});
  CHECK(latencies(run) == std::vector<std::int64_t>{10, 10, 18, 18});
  // One vCPU cannot be more than busy, however many workers want it: 0 to 21 without a pause.
  CHECK(small(run.windows[0].cpuBusyNs) == 21);
  CHECK(small(run.windows[0].inFlightNs) == 10 + 10 + 18 + 18);
}

TEST_CASE("At the same instant finishes come before timeouts, and timeouts before arrivals", "[ec2]") {
  auto fleet = single();
  fleet.discipline = Discipline::Fcfs;
  fleet.workers = 1;
  fleet.queueLimit = 0;
  auto run = simulate(fleet, upTo(1000), {{0, 10, 0}, {9, 10, 0}, {10, 10, 0}});
  CHECK(run.windows[0].outcomes.rejected == 1); // at 9, not at 10
  CHECK(latencies(run) == std::vector<std::int64_t>{10, 10});

  fleet.queueLimit = 1;
  fleet.requestTimeout = Duration(10);
  // The worker is free at 11, the last instant of the second's patience: it starts, and with no work it is in time.
  run = simulate(fleet, upTo(1000), {{0, 11, 0}, {1, 0, 0}});
  CHECK(run.windows[0].outcomes.timedOut == 1); // the first
  CHECK(latencies(run) == std::vector<std::int64_t>{10});
  // The waiting place of the second is free at 11, when its patience ends, for a request of that instant.
  run = simulate(fleet, upTo(1000), {{0, 30, 0}, {1, 5, 0}, {11, 0, 0}});
  CHECK(run.windows[0].outcomes.rejected == 0);
  CHECK(run.windows[0].outcomes.timedOut == 3);
  run = simulate(fleet, upTo(1000), {{0, 30, 0}, {1, 5, 0}, {10, 0, 0}});
  CHECK(run.windows[0].outcomes.rejected == 1);
}

TEST_CASE("Over the timeout a waiting request leaves and a running one keeps its worker", "[ec2]") {
  auto fleet = single();
  fleet.discipline = Discipline::Fcfs;
  fleet.workers = 1;
  fleet.requestTimeout = Duration(10);
  fleet.overhead = Duration(3);
  const auto run = simulate(fleet, upTo(1000), {{0, 15, 0}, {1, 5, 0}, {12, 5, 0}, {100, 10, 0}});
  const auto& tally = run.windows[0];
  CHECK(tally.outcomes.timedOut == 2);                               // the first at 15, the second left at 11
  CHECK(latencies(run) == std::vector<std::int64_t>{8 + 3, 10 + 3}); // 15 to 20; a full 10 is still in time
  CHECK(small(tally.inFlightNs) == 15 + 10 + 8 + 10);
  CHECK(small(tally.cpuBusyNs) == 15 + 5 + 10);
}

TEST_CASE("Without an instance in service requests are rejected", "[ec2]") {
  auto fleet = single();
  fleet.initial = fleet.min = 0;
  for (const auto routing : {Routing::RoundRobin, Routing::LeastOutstanding, Routing::Random}) {
    fleet.routing = routing;
    const auto run = simulate(fleet, upTo(1000), {{0, 1, 0}, {5, 1, 0}});
    CHECK(run.windows[0].outcomes.rejected == 2);
    CHECK(small(run.windows[0].instanceNs) == 0);
  }
}

TEST_CASE("Routing sends requests where it says", "[ec2]") {
  auto fleet = single();
  fleet.discipline = Discipline::Fcfs;
  fleet.workers = 1;
  fleet.initial = 2;
  // Round robin: the third goes to the busy first instance. Least outstanding: to the second, idle again at 3.
  const std::vector<Request> requests{{0, 100, 0}, {1, 2, 0}, {3, 2, 0}};
  CHECK(latencies(simulate(fleet, upTo(1000), requests)) == std::vector<std::int64_t>{2, 99, 100});
  fleet.routing = Routing::LeastOutstanding;
  CHECK(latencies(simulate(fleet, upTo(1000), requests)) == std::vector<std::int64_t>{2, 2, 100});
}

TEST_CASE("A waiting request that gave up no longer counts as outstanding", "[ec2]") {
  auto fleet = single();
  fleet.discipline = Discipline::Fcfs;
  fleet.workers = 1;
  fleet.initial = 2;
  fleet.requestTimeout = Duration(20);
  fleet.routing = Routing::LeastOutstanding;
  // Both run from 0; the third and fourth wait at one each and leave at 21 and 22; at 21 the first instance is the
  // only one with a single request, so the fifth waits there to 30 and ends at 31, the sixth at the other to 40.
  const auto run = simulate(fleet, upTo(1000), {{0, 30, 0}, {0, 40, 0}, {1, 1, 0}, {2, 1, 0}, {21, 1, 0}, {22, 1, 0}});
  CHECK(latencies(run) == std::vector<std::int64_t>{10, 19});
}

TEST_CASE("Windows add up to the run of one window", "[ec2]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    auto s = scenarios::small(number, number % 2 == 1);
    INFO("scenario " << number);
    s.plan.windows = 1;
    const auto whole = simulate(s.fleet, s.plan, s.requests, number).windows.at(0);
    s.plan.windows = 2 + static_cast<int>(number % 9);
    Ec2Tally sum;
    for (const auto& part : simulate(s.fleet, s.plan, s.requests, number).windows) {
      sum.outcomes.attempts += part.outcomes.attempts;
      sum.outcomes.completed += part.outcomes.completed;
      sum.outcomes.rejected += part.outcomes.rejected;
      sum.outcomes.timedOut += part.outcomes.timedOut;
      sum.outcomes.latency.merge(part.outcomes.latency);
      sum.instanceNs += part.instanceNs;
      sum.inServiceNs += part.inServiceNs;
      sum.minimumTopUpNs += part.minimumTopUpNs;
      sum.warmPoolNs += part.warmPoolNs;
      sum.warmPoolRunningNs += part.warmPoolRunningNs;
      sum.warmPoolTopUpNs += part.warmPoolTopUpNs;
      sum.inService.busyNs += part.inService.busyNs;
      sum.inService.drainingNs += part.inService.drainingNs;
      sum.cpuBusyNs += part.cpuBusyNs;
      sum.inFlightNs += part.inFlightNs;
      sum.launches += part.launches;
      sum.terminations += part.terminations;
      sum.peakInstances = std::max(sum.peakInstances, part.peakInstances);
      sum.interruptions += part.interruptions;
      sum.lostToInterruptions += part.lostToInterruptions;
      sum.launchesWithoutCapacity += part.launchesWithoutCapacity;
      sum.wentUnhealthy += part.wentUnhealthy;
      sum.failedOpen += part.failedOpen;
      sum.spot.resize(part.spot.size());
      for (std::size_t kind = 0; kind < part.spot.size(); ++kind) sum.spot[kind] += part.spot[kind];
    }
    requireSame(sum, whole);
  }
}

TEST_CASE("The clock hours of a fleet add up to its windows without warm-up and change nothing", "[ec2]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    auto s = scenarios::small(number, true);
    INFO("scenario " << number);
    s.plan.warmup = Duration{};
    s.fleet.predictive.reset(); // its hours are these
    const auto run = simulate(s.fleet, s.plan, s.requests, number);
    Int128 billed = 0, inFlight = 0;
    for (const auto& window : run.windows) {
      const auto spot = window.spotTotal();
      billed += window.instanceNs + window.minimumTopUpNs - spot.instanceNs - spot.minimumTopUpNs +
                window.warmPoolRunningNs + window.warmPoolTopUpNs;
      inFlight += window.inFlightNs;
    }
    REQUIRE(std::accumulate(run.hours.instanceNs.begin(), run.hours.instanceNs.end(), std::int64_t{0}) ==
            small(billed));
    REQUIRE(std::accumulate(run.hours.inFlightNs.begin(), run.hours.inFlightNs.end(), std::int64_t{0}) ==
            small(inFlight));
    s.plan.hour = std::chrono::hours(1);
    const auto oneHour = simulate(s.fleet, s.plan, s.requests, number);
    REQUIRE(oneHour.hours.instanceNs.size() == 1);
    for (std::size_t w = 0; w < run.windows.size(); ++w) requireSame(oneHour.windows[w], run.windows[w]);
  }
}

TEST_CASE("The last clock hour is cut by the horizon", "[ec2]") {
  auto fleet = single();
  fleet.initial = 2;
  const std::int64_t minute = 60'000'000'000;
  // One request over the first full hour, one beyond the horizon; the series has no fourth hour.
  const auto run = simulate(fleet, upTo(150 * minute), {{50 * minute, 20 * minute, 0}, {140 * minute, 30 * minute, 0}});
  CHECK(run.hours.instanceNs == std::vector<std::int64_t>{120 * minute, 120 * minute, 60 * minute});
  CHECK(run.hours.inFlightNs == std::vector<std::int64_t>{10 * minute, 10 * minute, 10 * minute});
}

TEST_CASE("The timeline and the size of batches change nothing", "[ec2]") {
  for (std::uint64_t number = 0; number < 200; ++number) {
    auto s = scenarios::small(number, true);
    INFO("scenario " << number);
    s.plan.timelinePoints = 0;
    const auto without = simulate(s.fleet, s.plan, s.requests, number, 1);
    s.plan.timelinePoints = static_cast<int>(s.plan.horizon.count());
    const auto with = simulate(s.fleet, s.plan, s.requests, number, 64);
    for (std::size_t i = 0; i < with.windows.size(); ++i) requireSame(with.windows[i], without.windows[i]);
  }
}

TEST_CASE("Requests from the horizon on are not part of the run", "[ec2]") {
  const auto run = simulate(single(), upTo(100), {{90, 50, 0}, {100, 1, 0}, {120, 1, 0}});
  CHECK(run.windows[0].outcomes.attempts == 1);
  CHECK(latencies(run) == std::vector<std::int64_t>{50}); // runs to its end
  CHECK(small(run.windows[0].inFlightNs) == 10);          // but time stops
  CHECK(small(run.windows[0].cpuBusyNs) == 10);
  CHECK(small(run.windows[0].instanceNs) == 100);
}

TEST_CASE("A busy period of months keeps every nanosecond", "[ec2]") {
  auto fleet = single();
  fleet.requestTimeout = std::chrono::hours(24 * 365);
  const std::int64_t day = 86'400'000'000'000;
  const ObservationPlan plan = upTo(200 * day);
  std::vector<Request> requests;
  for (std::int64_t i = 0; i < 300; ++i) requests.push_back({i * day / 2 + i, day / 3 + 7 * i, day / 5});
  requireSame(simulate(fleet, plan, requests), reference::Ec2(fleet, plan, 1, 0).run(requests));
}

namespace {

// EC2 user guide, burstable performance instances, Apr 2026: t3.nano, 2 vCPUs, 5 % each, so 6 credits an hour.
Ec2Fleet oneNano() {
  Ec2Fleet fleet;
  fleet.vcpus = 2;
  fleet.min = fleet.max = fleet.initial = 1;
  fleet.zones = 1;
  fleet.credits = pricing::CreditPlan{2, 6, 144, pricing::CreditMode::Unlimited};
  return fleet;
}

// Every second of hours [from, to) `requests` of `cpu` each.
void load(std::vector<Request>& requests, int from, int to, int perSecond, Duration cpu) {
  for (std::int64_t s = from * 3600L; s < to * 3600L; ++s)
    for (int i = 0; i < perSecond; ++i) requests.push_back({s * 1'000'000'000, cpu.count(), 0});
}

double surplus(const Ec2Run& run) {
  double sum = 0;
  for (const auto& window : run.windows) sum += window.surplusCredits;
  return sum;
}

} // namespace

TEST_CASE("A burstable fleet is billed what it uses beyond its baseline", "[ec2][credits]") {
  using namespace std::chrono_literals;
  std::vector<Request> requests;
  load(requests, 0, 10, 1, 500ms); // half a vCPU: 30 credits an hour against 6
  for (const int windows : {1, 5}) {
    ObservationPlan plan;
    plan.horizon = 10h;
    plan.windows = windows;
    const auto run = simulate(oneNano(), plan, requests);
    for (const auto& window : run.windows) CHECK(window.surplusCredits == Approx(240.0 / windows).epsilon(1e-6));
  }
  ObservationPlan plan;
  plan.horizon = 10h;
  plan.warmup = 4h;
  CHECK(surplus(simulate(oneNano(), plan, requests)) == Approx(144));
  auto fixed = oneNano();
  fixed.credits.reset();
  CHECK(surplus(simulate(fixed, plan, requests)) == 0);
}

// As T-02 of the guide: a balance of 144 and what is earned meanwhile go first; what is owed is paid back when idle.
TEST_CASE("Saved credits are used before surplus, and idle hours pay back what is not yet charged", "[ec2][credits]") {
  using namespace std::chrono_literals;
  std::vector<Request> requests;
  load(requests, 24, 29, 2, 1s); // 5 h at 100 %: 600 credits
  ObservationPlan plan;
  plan.horizon = 29h;
  CHECK(surplus(simulate(oneNano(), plan, requests)) == Approx(570 - 144).margin(0.1));
  plan.horizon = 53h; // 24 idle hours earn the 144 that were owed; the 282 beyond the cap were charged
  CHECK(surplus(simulate(oneNano(), plan, requests)) == Approx(282).margin(0.1));
}

TEST_CASE("An instance that ends owes what it borrowed", "[ec2][credits]") {
  using namespace std::chrono_literals;
  auto fleet = oneNano();
  fleet.initial = fleet.max = 2;
  model::TargetTracking policy;
  policy.target = 0.9;
  policy.inPoints = 10;
  fleet.scaling = policy;
  std::vector<Request> requests;
  load(requests, 0, 1, 1, 500ms); // 25 % of one: the second instance goes after some minutes
  ObservationPlan plan;
  plan.horizon = 1h;
  const auto run = simulate(fleet, plan, requests);
  CHECK(run.windows[0].terminations == 1);
  // 30 credits are used; the instances that are there earn 6 an hour each, and what one earns does not help the other.
  const double lived = static_cast<double>(run.windows[0].instanceNs) / 3.6e12;
  CHECK(surplus(run) == Approx(30 - 6 * lived).epsilon(0.02));
  CHECK(surplus(run) > 30 - 6 * 2);
}

// T2.nano of the guide: one vCPU, 5 % baseline, 3 credits an hour, 30 at launch, at most 72.
TEST_CASE("In standard mode an instance falls to its baseline when its credits are used up", "[ec2][credits]") {
  using namespace std::chrono_literals;
  Ec2Fleet fleet = single();
  fleet.requestTimeout = 100h;
  fleet.credits = pricing::CreditPlan{1, 3, 72, pricing::CreditMode::Standard, 30};
  for (const auto discipline : {model::Discipline::Fcfs, model::Discipline::ProcessorSharing}) {
    fleet.discipline = discipline;
    // One request of an hour of CPU. 30 credits last 30 / 0.95 minutes; what is left of the hour runs at 5 %.
    const double full = 30 / 0.95, slow = (60 - full) / 0.05;
    CHECK(static_cast<double>(latencies(simulate(fleet, upTo(3'600'000'000'000), {{0, 3'600'000'000'000, 0}})).at(0)) ==
          Approx((full + slow) * 60e9).epsilon(1e-9));
    // 12 idle hours later there are 66: a request of 40 minutes never meets the end of them.
    const std::int64_t noon = 12 * 3'600'000'000'000;
    CHECK(latencies(simulate(fleet, upTo(noon + 1), {{noon, 2'400'000'000'000, 0}})).at(0) == 2'400'000'000'000);
    // 48 idle hours save no more than 72: three hours of CPU run 72 / 0.95 minutes at full speed.
    const std::int64_t days = 48 * 3'600'000'000'000;
    const double saved = 72 / 0.95;
    CHECK(static_cast<double>(latencies(simulate(fleet, upTo(days + 1), {{days, 3 * 3'600'000'000'000, 0}})).at(0)) ==
          Approx((saved + (180 - saved) / 0.05) * 60e9).epsilon(1e-9));
  }
}

TEST_CASE("What an instance in standard mode computes is what its account of credits allows", "[ec2][credits]") {
  using namespace std::chrono_literals;
  Ec2Fleet fleet = single();
  fleet.requestTimeout = 1000h;
  fleet.credits = pricing::CreditPlan{1, 3, 72, pricing::CreditMode::Standard, 30};
  std::vector<Request> requests;
  load(requests, 0, 10, 1, 300ms); // 30 % for ten hours: 180 credits, of which there are 30 and 30 are earned
  ObservationPlan plan = upTo(10 * 3'600'000'000'000);
  pricing::CpuCreditAccount account(*fleet.credits, 30);
  account.run(10, 0.3);
  CHECK(static_cast<double>(simulate(fleet, plan, requests).windows[0].cpuBusyNs) / 60e9 ==
        Approx(account.tally().spent).epsilon(1e-3));
  CHECK(account.tally().spent == Approx(60));
}

TEST_CASE("Work becomes time by speed and the vCPUs a request can use", "[ec2]") {
  Ec2Fleet fleet;
  CHECK(model::ec2DurationNs(fleet, 100, 50) == 150);
  fleet.threads = 8; // of 2 vCPUs
  CHECK(model::ec2DurationNs(fleet, 100, 50) == 100);
  fleet.speed = 1.25;
  CHECK(model::ec2DurationNs(fleet, 100, 50) == 90);
  CHECK(model::ec2DurationNs(fleet, 1, 0) == 0);
  CHECK(model::ec2DurationNs(fleet, 2, 0) == 1); // 0.8
}
