// Machines that are lost, a zone that is down, a bad deployment, and what else decides which instance serves whom:
// traces worked by hand. Rules: docs/ec2.md.
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"
#include "tests/support/standard_errors.hpp"

#include "model/queueing.hpp"
#include "workloads/random.hpp"

using model::Duration;
using model::Ec2Fleet;
using model::Int128;
using model::ObservationPlan;
using reference::Request;
using scenarios::simulate;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Ec2Fleet fixed(std::int64_t instances, int zones) {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.zones = zones;
  fleet.initial = fleet.min = fleet.max = instances;
  fleet.boot = workloads::Constant{60s};
  return fleet;
}

std::vector<Request> every(Duration gap, Duration until, Duration io) {
  std::vector<Request> requests;
  for (Duration t{}; t < until; t += gap) requests.push_back({t.count(), 0, io.count()});
  return requests;
}

ObservationPlan upTo(Duration horizon) {
  ObservationPlan plan;
  plan.horizon = horizon;
  plan.timelinePoints = static_cast<int>(horizon / 10s);
  return plan;
}

// After a warm-up of a fifth, up to the last arrival; s.
double meanResponse(const Ec2Fleet& fleet, const std::vector<Request>& requests, std::uint64_t seed) {
  ObservationPlan plan;
  plan.horizon = Duration(requests.back().arrival + 1);
  plan.warmup = plan.horizon / 5;
  return simulate(fleet, plan, requests, seed).windows.at(0).outcomes.latency.meanSeconds();
}

} // namespace

// Two instances, a request each second in turn, half a second long. At 100.25 s the first dies with the request of
// 100 s. Until the second failed check at 160.25 s every other request (102, ... 160: 30) finds it dead. The
// replacement serves from 220.25 s on. Billed: the dead one to 160.25 s.
TEST_CASE("A lost instance fails what it has, refuses until it is noticed, and is replaced", "[ec2][losses]") {
  auto fleet = fixed(2, 2);
  fleet.lostInstances = {{Duration(100'250'000'000), 1}};
  const auto run = simulate(fleet, upTo(300s), every(1s, 300s, 500ms));
  const auto& window = run.windows.at(0);
  CHECK(window.outcomes.attempts == 300);
  CHECK(window.outcomes.errored == 1 + 30);
  CHECK(window.outcomes.completed == 269);
  CHECK(window.terminations == 1);
  CHECK(window.launches == 3);
  CHECK(window.instanceNs == Int128{300 * kSecond} + 160'250'000'000 + (300 * kSecond - 160'250'000'000));
  CHECK(run.timeline.at(16).inService == 2); // at 160 s nobody has noticed
  CHECK(run.timeline.at(17).inService == 1);
  CHECK(run.timeline.at(22).inService == 1);
  CHECK(run.timeline.at(23).inService == 2);
}

// The dead instance has nothing outstanding, so the balancer sends it everything.
TEST_CASE("To least outstanding requests a dead instance looks idle", "[ec2][losses]") {
  auto fleet = fixed(2, 2);
  fleet.lostInstances = {{Duration(100'250'000'000), 1}};
  const auto requests = every(1s, 300s, 10s); // the other one has some nearly always
  const auto even = simulate(fleet, upTo(300s), requests).windows.at(0).outcomes.errored;
  fleet.routing = model::Routing::LeastOutstanding;
  const auto all = simulate(fleet, upTo(300s), requests).windows.at(0).outcomes.errored;
  CHECK(even < 30 + 7);
  CHECK(all > 50); // of the 60 in the minute
}

// Four instances in two zones. Zone 0 is down from 100 s to 400 s: both of it are noticed at 160 s, replaced in zone 1,
// serve from 220 s. At 400 s one more than needed is launched in zone 0 for each that moves back: two, in service at
// 460 s, when two of zone 1 end.
TEST_CASE("A zone that is down is replaced in the others, and the balance restored when it is back", "[ec2][losses]") {
  auto fleet = fixed(4, 2);
  fleet.lostZones = {{100s, 300s}};
  const auto run = simulate(fleet, upTo(600s), every(1s, 600s, 500ms));
  const auto& window = run.windows.at(0);
  CHECK(window.launches == 4 + 2 + 2);
  CHECK(window.terminations == 2 + 2);
  CHECK(window.outcomes.errored == 30); // half of a minute
  CHECK(window.instanceNs ==
        Int128{kSecond} * (2 * 600 + 2 * 160 + (600 - 160) * 2 + (600 - 400) * 2 - (600 - 460) * 2));
  CHECK(run.timeline.at(45).capacity == 6);
  CHECK(run.timeline.at(50).capacity == 4);
}

TEST_CASE("With its only zone down a fleet launches again when it is back", "[ec2][losses]") {
  auto fleet = fixed(2, 1);
  fleet.lostZones = {{100s, 300s}};
  const auto run = simulate(fleet, upTo(600s), every(1s, 600s, 500ms));
  const auto& o = run.windows.at(0).outcomes;
  CHECK(o.errored == 60);         // to dead instances until 160 s
  CHECK(o.rejected == 460 - 160); // to none, until those launched at 400 s serve
  CHECK(o.completed == 600 - 60 - 300);
  CHECK(run.windows.at(0).instanceNs == Int128{kSecond} * (2 * 160 + 2 * 200));
}

TEST_CASE("A bad deployment fails its share of what arrives while it serves", "[ec2][losses]") {
  auto fleet = fixed(2, 2);
  fleet.badDeployments = {{100s, 50s, 0.2}, {120s, 10s, 0.5}};
  const auto window = simulate(fleet, upTo(300s), every(1s, 300s, 500ms)).windows.at(0);
  // 40 requests at 0.2, ten at 1 - 0.8 x 0.5.
  CHECK(window.outcomes.deploymentErrorsPpb == 40 * 200'000'000ULL + 10 * 600'000'000ULL);
  CHECK(window.outcomes.completed == 300);
}

// One worker. The message of 0 s is lost with the instance at 5 s, hidden for 30 s, taken again at 125 s by the
// replacement (noticed at 65 s, 60 s of boot): done at 135 s. That of 50 s is younger and comes after it.
TEST_CASE("What a lost instance had taken from the queue comes back and is done", "[ec2][losses][queue]") {
  auto fleet = fixed(1, 1);
  fleet.routing = model::Routing::Queue;
  fleet.workers = 1;
  fleet.requestTimeout = 1h;
  fleet.lostInstances = {{5s, 1}};
  const std::int64_t ten = 10 * kSecond;
  const auto run = simulate(fleet, upTo(300s), {{0, 0, ten}, {50 * kSecond, 0, ten}});
  const auto& o = run.windows.at(0).outcomes;
  CHECK(o.completed == 2);
  CHECK(o.errored == 0);
  CHECK(o.latency.maxSeconds() == Approx(135));
  CHECK(o.latency.meanSeconds() == Approx((135 + 145 - 50) / 2.0));
  CHECK(run.timeline.at(1).backlog == 1);
  CHECK(run.timeline.at(6).backlog == 2);
}

// Erlang C: free workers of any instance take the oldest message, so the fleet is one station of 3 x 2 servers.
TEST_CASE("A fleet fed from a queue is M/M/c whatever its instances", "[ec2][queue][validation]") {
  auto fleet = fixed(3, 1);
  fleet.routing = model::Routing::Queue;
  fleet.discipline = model::Discipline::Fcfs;
  fleet.workers = 2;
  fleet.requestTimeout = 10h;
  constexpr double kService = 0.1, kLoad = 0.8;
  std::vector<double> means;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    workloads::RandomStream random(seed, "test.queue", 0);
    std::vector<Request> requests;
    double t = 0;
    for (int i = 0; i < 40'000; ++i) {
      t += random.exponential() * kService / (6 * kLoad);
      requests.push_back({std::llround(t * 1e9), std::llround(random.exponential() * kService * 1e9), 0});
    }
    means.push_back(meanResponse(fleet, requests, seed));
  }
  errors::checkAgainst(means, model::mmc(6, kLoad * 6 / kService, kService)->meanResponseS);
}

// M/D/1 in front of the wire: i/o of any length is no station, the network takes 10 ms a response.
TEST_CASE("Responses wait for the network like M/D/1 where it binds", "[ec2][network][validation]") {
  auto fleet = fixed(1, 1);
  fleet.workers = 100'000;
  fleet.requestTimeout = 10h;
  fleet.linkPerRequest = 10ms;
  std::vector<double> waits;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    workloads::RandomStream random(seed, "test.network", 0);
    std::vector<Request> requests;
    double t = 0;
    for (int i = 0; i < 40'000; ++i) {
      t += random.exponential() * 0.010 / 0.7;
      requests.push_back({std::llround(t * 1e9), 0, 50'000'000});
    }
    waits.push_back(meanResponse(fleet, requests, seed) - 0.05);
  }
  errors::checkAgainst(waits, 0.7 * 0.010 / (2 * 0.3));
}

// The instance that replaces the first serves from 690 s on, at f = 10 % of a turn at 700 s and 89 % at 779 s, beside
// one that is dead and fails whatever it gets. Weights f to 1: 100 times the integral of f / (1 + f) from 0.1 to 0.9 is
// 100 (0.8 - ln(1.9 / 1.1)) = 25.3 requests of 80.
TEST_CASE("A new instance gets a growing share in slow start", "[ec2]") {
  auto fleet = fixed(2, 1);
  fleet.slowStart = 100s;
  fleet.boot = workloads::Constant{90s};
  fleet.healthCheck = {300s, 2};
  fleet.lostInstances = {{Duration(0), 1}, {699s, 1}};
  std::vector<Request> requests;
  for (std::int64_t s = 700; s < 780; ++s) requests.push_back({s * kSecond, 0, kSecond / 10});
  const auto o = simulate(fleet, upTo(1000s), requests).windows.at(0).outcomes;
  CHECK(o.completed + o.errored == 80);
  CHECK(std::abs(static_cast<double>(o.completed) - 25.3) <= 1.5);
  fleet.slowStart = {};
  CHECK(simulate(fleet, upTo(1000s), requests).windows.at(0).outcomes.completed == 40);
}

// 100 ms of CPU for up to eight threads: 12.5 ms on the first type's eight vCPUs, 50 ms on the two of the second, which
// is all that this fleet has of the spot market.
TEST_CASE("A message takes as long as the type of instance needs that takes it", "[ec2][queue]") {
  auto fleet = fixed(2, 1);
  fleet.vcpus = 8;
  fleet.threads = 8;
  fleet.workers = 1;
  fleet.routing = model::Routing::Queue;
  fleet.furtherKinds = {{2, 1, 1, 0, {}}};
  fleet.mix.onDemandPercent = 0;
  fleet.mix.spotOrder = {1};
  const std::vector<Request> requests{{0, 100'000'000, 0}, {kSecond, 100'000'000, 0}};
  CHECK(simulate(fleet, upTo(60s), requests).windows.at(0).outcomes.latency.meanSeconds() == Approx(0.05));
  fleet.mix.onDemandPercent = 100;
  CHECK(simulate(fleet, upTo(60s), requests).windows.at(0).outcomes.latency.meanSeconds() == Approx(0.0125));
  // One that comes back from a lost instance of the second type keeps its work.
  fleet.mix.onDemandPercent = 50;
  fleet.lostInstances = {{10ms, 1}};
  fleet.visibilityTimeout = 5s;
  const auto again = simulate(fleet, upTo(60s), {{0, 100'000'000, 0}});
  CHECK(again.windows.at(0).outcomes.latency.meanSeconds() == Approx(5.01 + 0.05));
}

// ---- conservation ----

namespace {

// Something that goes wrong, and how many requests it cost, to see that it did.
struct Trouble {
  const char* name;
  void (*strike)(Ec2Fleet&);
  std::uint64_t (*cost)(const model::Ec2Tally&);
};

std::uint64_t errored(const model::Ec2Tally& tally) { return tally.outcomes.errored; }
std::uint64_t rejected(const model::Ec2Tally& tally) { return tally.outcomes.rejected; }
std::uint64_t timedOut(const model::Ec2Tally& tally) { return tally.outcomes.timedOut; }
std::uint64_t failed(const model::Ec2Tally& tally) { return tally.outcomes.failed(); }

void buySpot(Ec2Fleet& fleet) {
  fleet.mix = {1, 0, {}, true};
  fleet.interruptionsPerHour = 30;
  fleet.spot.notice = 2s; // less than some requests take
  fleet.spot.unavailable = 0.3;
}
void shrinkAndGrow(Ec2Fleet& fleet) {
  fleet.min = 0;
  fleet.deregistrationDelay = 1s;
  fleet.scheduled.period = 100s;
  fleet.scheduled.actions = {{Duration{}, {}, {}, 4}, {50s, {}, {}, 1}};
}

const Trouble kTroubles[] = {
    {"nothing", [](Ec2Fleet&) {}, [](const model::Ec2Tally& tally) { return tally.outcomes.completed; }},
    {"instances lost",
     [](Ec2Fleet& fleet) {
       fleet.lostInstances = {{100250ms, 1}, {200s, 3}, {350s, 4}};
     },
     failed},
    {"a zone lost",
     [](Ec2Fleet& fleet) {
       fleet.lostZones = {{100250ms, 120s}, {400s, 30s}};
     },
     failed},
    {"the only zone lost",
     [](Ec2Fleet& fleet) {
       fleet.zones = 1;
       fleet.lostZones = {{100250ms, 120s}};
     },
     failed},
    {"lost to the end",
     [](Ec2Fleet& fleet) {
       fleet.lostZones = {{100s, 1000s}, {200s, 1000s}};
     },
     errored},
    {"a bad deployment",
     [](Ec2Fleet& fleet) {
       fleet.badDeployments = {{100s, 200s, 0.4}};
     },
     [](const model::Ec2Tally& tally) { return tally.outcomes.deploymentErrorsPpb; }},
    {"spot interruptions", buySpot, [](const model::Ec2Tally& tally) { return tally.lostToInterruptions; }},
    {"spot interruptions with rebalancing",
     [](Ec2Fleet& fleet) {
       buySpot(fleet);
       fleet.spot.rebalance = true;
     },
     [](const model::Ec2Tally& tally) { return tally.interruptions; }},
    {"checks answered too late",
     [](Ec2Fleet& fleet) {
       fleet.workers = 2; // of half as many as the requests would keep busy
       fleet.healthCheck = {10s, 1, true, 500ms, 2, true, 0s};
     },
     [](const model::Ec2Tally& tally) { return tally.wentUnhealthy; }},
    {"a full queue", [](Ec2Fleet& fleet) { fleet.queueLimit = 0; }, rejected},
    {"impatience", [](Ec2Fleet& fleet) { fleet.requestTimeout = 1500ms; }, timedOut},
    {"drained too fast", shrinkAndGrow, timedOut},
    {"no instance",
     [](Ec2Fleet& fleet) {
       fleet.min = fleet.initial = 0;
       fleet.scheduled.actions = {{300s, 2, {}, {}}};
     },
     failed},
    {"no credits",
     [](Ec2Fleet& fleet) {
       fleet.credits = pricing::CreditPlan{1, 3, 1, pricing::CreditMode::Standard, 0};
     },
     timedOut},
    {"a slow network", [](Ec2Fleet& fleet) { fleet.linkPerRequest = 420ms; }, timedOut},
    {"everything",
     [](Ec2Fleet& fleet) {
       fleet.lostInstances = {{100250ms, 1}, {350s, 4}};
       fleet.lostZones = {{200s, 60s}};
       fleet.badDeployments = {{100s, 200s, 0.4}};
       fleet.linkPerRequest = 200ms;
       shrinkAndGrow(fleet);
     },
     failed},
};

} // namespace

// Ten requests a second, 0.4 vCPU-s in the mean and up to two seconds of i/o, on four vCPUs and rooms for eight each.
// Each request is in exactly one count, in the window of its arrival, whatever goes wrong.
TEST_CASE("Requests are conserved under every failure, routing and discipline", "[ec2][losses]") {
  std::vector<Request> requests;
  for (std::int64_t i = 0; i < 6000; ++i)
    requests.push_back({i * kSecond / 10, (i * 37 % 9) * kSecond / 12, (i * 53 % 21) * kSecond / 10});
  for (const Trouble& trouble : kTroubles) {
    std::uint64_t cost = 0;
    for (const auto routing :
         {model::Routing::RoundRobin, model::Routing::LeastOutstanding, model::Routing::Random, model::Routing::Queue})
      for (const auto discipline : {model::Discipline::Fcfs, model::Discipline::ProcessorSharing}) {
        INFO(trouble.name << ", routing " << static_cast<int>(routing) << ", discipline "
                          << static_cast<int>(discipline));
        auto fleet = fixed(4, 2);
        fleet.boot = workloads::Constant{30s};
        fleet.workers = 4;
        fleet.queueLimit = 4;
        fleet.requestTimeout = 20s;
        fleet.routing = routing;
        fleet.discipline = discipline;
        trouble.strike(fleet);
        auto plan = upTo(600s);
        plan.windows = 4;
        for (const auto& window : simulate(fleet, plan, requests).windows) {
          const auto& o = window.outcomes;
          CHECK(o.attempts == requests.size() / 4);
          CHECK(o.attempts == o.completed + o.rejected + o.timedOut + o.errored);
          CHECK(o.completed == o.latency.count());
          CHECK(o.throttled + o.expired + o.unfinished == 0);
          CHECK(window.lostToInterruptions <= o.timedOut);
          CHECK(o.deploymentErrorsPpb <= o.completed * 1'000'000'000);
          cost += trouble.cost(window);
        }
      }
    INFO(trouble.name);
    CHECK(cost > 0);
  }
}
