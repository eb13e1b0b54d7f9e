// The spot market by hand: notices at known times, what becomes of requests, and every billed second.
#include <cmath>

#include "model/ec2/spot_market.hpp"
#include "model/ec2/tally_recorder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::Duration;
using model::Ec2Fleet;
using model::Ec2Run;
using model::Ec2Tally;
using model::Int128;
using model::ObservationPlan;
using reference::Request;
using scenarios::simulate;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
std::int64_t seconds(Int128 ns) { return static_cast<std::int64_t>(ns / kSecond); }
Int128 billed(const model::SpotTime& time) { return time.instanceNs + time.minimumTopUpNs - time.freeNs; }

// One type of one vCPU, all on the spot market, interrupted at `perHour`.
Ec2Fleet onSpot(std::int64_t instances, double perHour) {
  Ec2Fleet fleet;
  fleet.vcpus = 1;
  fleet.zones = 1;
  fleet.initial = fleet.min = fleet.max = instances;
  fleet.mix.onDemandPercent = 0;
  fleet.interruptionsPerHour = perHour;
  fleet.requestTimeout = std::chrono::hours(1);
  fleet.boot = workloads::Constant{std::chrono::seconds(60)};
  return fleet;
}

ObservationPlan upTo(Duration horizon) {
  ObservationPlan plan;
  plan.horizon = horizon;
  plan.timelinePoints = 0;
  return plan;
}

// When the market of that seed asks back what it sells, ns after each launch in turn.
std::vector<std::int64_t> noticesOf(const Ec2Fleet& fleet, std::uint64_t seed, int launches) {
  model::ec2::SpotMarket market(fleet, seed, 0);
  std::vector<std::int64_t> notices;
  for (int i = 0; i < launches; ++i) notices.push_back(market.untilNotice(0));
  return notices;
}

// The first seed whose notices satisfy the test: a trace made by hand needs interruptions at the right time.
template <class Test> std::uint64_t seedWith(const Ec2Fleet& fleet, int launches, const Test& test) {
  std::uint64_t seed = 1;
  while (!test(noticesOf(fleet, seed, launches))) ++seed;
  return seed;
}

bool isBetween(std::int64_t ns, std::int64_t lowSeconds, std::int64_t highSeconds) {
  return ns > lowSeconds * kSecond && ns < highSeconds * kSecond;
}

Ec2Tally tallyOf(const Ec2Fleet& fleet, Duration horizon, std::uint64_t seed,
                 const std::vector<Request>& requests = {}) {
  return simulate(fleet, upTo(horizon), requests, seed).windows.at(0);
}

} // namespace

TEST_CASE("Times to a notice have the exponential's mean and spread", "[spot]") {
  const auto fleet = onSpot(1, 0.5); // two hours on average
  model::ec2::SpotMarket market(fleet, 3, 0);
  constexpr int kDraws = 20'000;
  double sum = 0, squares = 0;
  int beyondMean = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double hours = static_cast<double>(market.untilNotice(0)) / 3.6e12;
    sum += hours;
    squares += hours * hours;
    beyondMean += hours > 2 ? 1 : 0;
  }
  const double mean = sum / kDraws, variance = squares / kDraws - mean * mean;
  // Standard errors of a sample of exponentials: mean / sqrt(n); of its variance sqrt(8) mean^2 / sqrt(n).
  CHECK(std::fabs(mean - 2) < 4 * 2 / std::sqrt(kDraws));
  CHECK(std::fabs(variance - 4) < 4 * std::sqrt(8.0) * 4 / std::sqrt(kDraws));
  CHECK(std::fabs(beyondMean / static_cast<double>(kDraws) - std::exp(-1)) < 4 * 0.5 / std::sqrt(kDraws));
}

TEST_CASE("A fleet is interrupted as often as its instance-hours ask for", "[spot]") {
  // 20 instances for 1,000 h at 0.02/h; each is gone for 60 s of boot and comes back with a clock of its own.
  auto fleet = onSpot(20, 0.02);
  fleet.spot.rebalance = true;
  const auto tally = tallyOf(fleet, std::chrono::hours(1000), 5);
  const double instanceHours = static_cast<double>(tally.instanceNs) / 3.6e12;
  // In its two minutes of notice an instance is asked for no second time.
  const double exposed = instanceHours - static_cast<double>(tally.interruptions) * 120 / 3600;
  const double expected = 0.02 * exposed;
  CHECK(std::fabs(static_cast<double>(tally.interruptions) - expected) < 4 * std::sqrt(expected));
  CHECK(tally.launches == 20 + tally.interruptions);
}

TEST_CASE("An instance interrupted in its first hour is free, one after it pays the seconds used", "[spot]") {
  // The first has been running: its notice comes at some t0 and it ends 120 s later, billed t0 + 120. The replacement
  // is launched then and lives its own time to the notice, t1, plus 120 s.
  const auto fleet = onSpot(1, 0.5);
  for (const bool early : {true, false}) {
    const auto seed = seedWith(fleet, 3, [&](const auto& t) {
      return isBetween(t[0], 600, 6000) && (early ? isBetween(t[1], 100, 3400) : isBetween(t[1], 3700, 9000)) &&
             isBetween(t[2], 20'000, 90'000);
    });
    const auto t = noticesOf(fleet, seed, 3);
    const auto tally = tallyOf(fleet, std::chrono::seconds(20'000), seed);
    CHECK(tally.interruptions == 2);
    CHECK(tally.launches == 3);
    CHECK(tally.terminations == 2);
    const std::int64_t notice = 120 * kSecond, first = t[0] + notice, second = t[1] + notice;
    const std::int64_t third = 20'000 * kSecond - first - second;
    CHECK(static_cast<std::int64_t>(tally.instanceNs) == first + second + third);
    CHECK(static_cast<std::int64_t>(tally.spot.at(0).freeNs) == (early ? second : 0));
    CHECK(static_cast<std::int64_t>(billed(tally.spot[0])) == first + third + (early ? 0 : second));
    CHECK(tally.minimumTopUpNs == 0); // what AWS ends has no minimum
    // Two boots of a minute each; in service the rest, the notices included.
    CHECK(seconds(tally.instanceNs - tally.inServiceNs) == 120);
  }
}

TEST_CASE("The last nanosecond of the first hour is free and the next is not", "[spot]") {
  const auto fleet = onSpot(1, 0.5);
  const auto seed =
      seedWith(fleet, 2, [&](const auto& t) { return isBetween(t[0], 600, 6000) && isBetween(t[1], 600, 3400); });
  const auto t = noticesOf(fleet, seed, 2);
  auto exactly = fleet;
  const std::int64_t hour = 3600 * kSecond;
  for (const std::int64_t short_ : {std::int64_t{1}, std::int64_t{0}}) {
    exactly.spot.notice = Duration(hour - t[1] - short_);
    const auto tally = tallyOf(exactly, Duration(t[0] + 2 * hour), seed);
    REQUIRE(tally.interruptions >= 2);
    CHECK(static_cast<std::int64_t>(tally.spot.at(0).freeNs) == (short_ == 1 ? hour - 1 : 0));
  }
}

TEST_CASE("An instance that is asked back while it boots never serves and is free", "[spot]") {
  auto fleet = onSpot(1, 0.5);
  fleet.boot = workloads::Constant{std::chrono::seconds(600)};
  for (const bool rebalance : {true, false}) {
    fleet.spot.rebalance = rebalance;
    const auto seed = seedWith(fleet, 3, [](const auto& t) {
      return isBetween(t[0], 600, 3000) && isBetween(t[1], 100, 500) && isBetween(t[2], 9000, 90'000);
    });
    const auto t = noticesOf(fleet, seed, 3);
    const std::int64_t notice = 120 * kSecond, lag = rebalance ? 0 : notice, boot = 600 * kSecond;
    const auto tally = tallyOf(fleet, std::chrono::seconds(8000), seed);
    CHECK(tally.interruptions == 2);
    // It lives from its launch to two minutes after its notice, all of it boot; the third is launched at the notice or
    // at that end, and boots in 600 s.
    CHECK(static_cast<std::int64_t>(tally.spot.at(0).freeNs) == t[1] + notice);
    CHECK(static_cast<std::int64_t>(tally.instanceNs - tally.inServiceNs) == t[1] + notice + boot);
    const std::int64_t thirdAt = t[0] + lag + t[1] + lag;
    CHECK(static_cast<std::int64_t>(billed(tally.spot[0])) == t[0] + notice + 8000 * kSecond - thirdAt);
  }
}

TEST_CASE("At a notice new requests go elsewhere, and what is left at its end fails", "[spot]") {
  auto fleet = onSpot(1, 0.5);
  fleet.discipline = model::Discipline::Fcfs;
  fleet.workers = 8;
  fleet.spot.rebalance = false;
  const auto seed =
      seedWith(fleet, 2, [](const auto& t) { return isBetween(t[0], 600, 3000) && isBetween(t[1], 9000, 90'000); });
  const std::int64_t notice = noticesOf(fleet, seed, 1)[0];
  const std::int64_t gone = notice + 120 * kSecond, back = gone + 60 * kSecond;
  const std::vector<Request> requests{{notice - kSecond, 100 * kSecond, 0}, // done within the notice
                                      {notice - 1, 121 * kSecond, 0},       // not done
                                      {notice + kSecond, kSecond, 0},       // nobody in service
                                      {back, kSecond, 0}};                  // the replacement
  const auto tally = tallyOf(fleet, std::chrono::seconds(8000), seed, requests);
  CHECK(tally.outcomes.attempts == 4);
  CHECK(tally.outcomes.completed == 2);
  CHECK(tally.outcomes.timedOut == 1);
  CHECK(tally.lostToInterruptions == 1);
  CHECK(tally.outcomes.rejected == 1);
  // With a replacement at the notice, in service 60 s later, the last two minutes overlap.
  fleet.spot.rebalance = true;
  const auto overlapping = tallyOf(fleet, std::chrono::seconds(8000), seed, requests);
  CHECK(static_cast<std::int64_t>(overlapping.instanceNs) == 8000 * kSecond + 120 * kSecond);
  CHECK(overlapping.lostToInterruptions == 1);
}

TEST_CASE("An instance that drains already is taken earlier if AWS asks for it, and not replaced", "[spot]") {
  // Two instances without load until the policy removes one, whose request of 300 s keeps it.
  auto fleet = onSpot(2, 1.2);
  fleet.discipline = model::Discipline::Fcfs;
  fleet.workers = 4;
  fleet.min = 1;
  fleet.deregistrationDelay = std::chrono::seconds(1000);
  model::TargetTracking policy;
  policy.inPoints = 1;
  policy.warmup = Duration{};
  fleet.scaling = policy; // the first point, at 60 s, is seen at 120 s: the older one, number 0, drains
  const auto seed =
      seedWith(fleet, 2, [](const auto& t) { return isBetween(t[0], 130, 200) && isBetween(t[1], 4000, 90'000); });
  const std::int64_t taken = noticesOf(fleet, seed, 1)[0] + 120 * kSecond;
  const Request keeps{100 * kSecond, 10 * kSecond, 990 * kSecond};
  const auto tally = tallyOf(fleet, std::chrono::seconds(3600), seed, {keeps});
  CHECK(tally.interruptions == 1);
  CHECK(tally.lostToInterruptions == 1);
  CHECK(tally.launches == 2);
  CHECK(static_cast<std::int64_t>(tally.instanceNs) == taken + 3600 * kSecond);
  // Done in time it ends by the scale-in, which is no interruption.
  const auto inTime = tallyOf(fleet, std::chrono::seconds(3600), seed, {{100 * kSecond, kSecond, 29 * kSecond}});
  CHECK(inTime.interruptions == 0);
  CHECK(inTime.terminations == 1);
  CHECK(static_cast<std::int64_t>(inTime.instanceNs) == 130 * kSecond + 3600 * kSecond);
}

TEST_CASE("A launch that finds no capacity asks again, or goes on demand where it may", "[spot]") {
  auto fleet = onSpot(1, 0.5);
  fleet.spot.unavailable = 1;
  const auto notice = noticesOf(fleet, 1, 1)[0];
  const auto horizon = Duration(notice + (120 + 10 * 60 + 30) * kSecond);
  const auto waiting = tallyOf(fleet, horizon, 1);
  CHECK(waiting.launches == 1);
  CHECK(waiting.launchesWithoutCapacity == 11); // at its end and in each of ten minutes after
  fleet.spot.fallbackOnDemand = true;
  const auto fallen = tallyOf(fleet, horizon, 1);
  CHECK(fallen.launches == 2);
  CHECK(fallen.launchesWithoutCapacity == 1);
  CHECK(seconds(fallen.instanceNs - fallen.spotTotal().instanceNs) == 630); // on demand to the horizon
}

TEST_CASE("Orders that wait for capacity are desired but do not boot, and go first when the fleet shrinks",
          "[spot][scaling]") {
  auto fleet = onSpot(2, 0);
  fleet.min = 1;
  fleet.max = 5;
  fleet.spot.unavailable = 1;
  fleet.scheduled.actions = {{std::chrono::seconds(100), {}, {}, 5},
                             {std::chrono::seconds(230), {}, {}, 4},
                             {std::chrono::seconds(400), {}, {}, 1}};
  auto plan = upTo(std::chrono::seconds(600));
  plan.timelinePoints = 6; // just before 0, 100, ... 500 s
  const auto run = simulate(fleet, plan, {});
  std::vector<std::int64_t> desired, inService;
  for (const auto& point : run.timeline) {
    desired.push_back(std::llround(point.desired));
    inService.push_back(std::llround(point.inService));
    CHECK(point.booting == 0);
  }
  CHECK(desired == std::vector<std::int64_t>{2, 2, 5, 4, 4, 1});
  CHECK(inService == std::vector<std::int64_t>{2, 2, 2, 2, 2, 1});
  // Three ask at 100, 160 and 220 s; one is taken back, two ask at 280, 340 and 400 s.
  CHECK(run.windows[0].launchesWithoutCapacity == 15);
  CHECK(seconds(run.windows[0].instanceNs) == 600 + 400);
}

TEST_CASE("What boots leaves before what serves, of the option of which there would be too many", "[spot][scaling]") {
  // One on demand and one on spot; of the three more two are on demand (half of five, rounded up).
  auto fleet = onSpot(2, 0);
  fleet.min = 1;
  fleet.max = 5;
  fleet.mix.onDemandPercent = 50;
  fleet.scheduled.actions = {{std::chrono::seconds(100), {}, {}, 5}, {std::chrono::seconds(130), {}, {}, 3}};
  const auto tally = tallyOf(fleet, std::chrono::seconds(600), 1);
  CHECK(tally.launches == 5);
  CHECK(tally.terminations == 2);
  // Of four two are on demand, so one of these leaves; of three two are, so the one on spot does.
  CHECK(seconds(tally.spot[0].instanceNs) == 600 + 30);
  CHECK(seconds(tally.spot[0].minimumTopUpNs) == 30);
  CHECK(seconds(tally.instanceNs) == 2 * 600 + 500 + 2 * 30);
  CHECK(seconds(tally.minimumTopUpNs) == 2 * 30);
}

TEST_CASE("The base is on demand, and above it the percentage rounded up", "[spot]") {
  model::PurchaseMix mix{2, 25, {}, true};
  std::vector<std::int64_t> onDemand;
  for (std::int64_t n = 0; n <= 8; ++n) onDemand.push_back(onDemandOf(mix, n));
  CHECK(onDemand == std::vector<std::int64_t>{0, 1, 2, 3, 3, 3, 3, 4, 4});
  mix = {0, 70, {}, true};
  CHECK(onDemandOf(mix, 10) == 7); // exactly, in spite of 0.7 x 10 in doubles
  // The initial fleet keeps to it, and spot launches take the types in turn.
  auto fleet = onSpot(8, 0);
  fleet.mix = {2, 25, {}, true};
  fleet.furtherKinds = {{4, 1, 16, 0, {}}};
  const auto tally = tallyOf(fleet, std::chrono::hours(1), 1);
  REQUIRE(tally.spot.size() == 2);
  CHECK(seconds(tally.spot[0].instanceNs) == 2 * 3600);
  CHECK(seconds(tally.spot[1].instanceNs) == 2 * 3600);
  CHECK(seconds(tally.instanceNs) == 8 * 3600);
  fleet.mix.spread = false;
  fleet.mix.spotOrder = {1, 0};
  CHECK(seconds(tallyOf(fleet, std::chrono::hours(1), 1).spot[1].instanceNs) == 4 * 3600);
}

TEST_CASE("Types differ in speed, workers and their share of the metric", "[spot]") {
  // One instance each of one and of four vCPUs, two seconds of CPU for each in turn, for one of them at half speed.
  auto fleet = onSpot(2, 0);
  fleet.mix = {1, 0, {1}, false}; // on demand the first type, on spot the second
  fleet.furtherKinds = {{4, 0.5, 16, 0, {}}};
  model::ObservationPlan plan = upTo(std::chrono::seconds(200));
  plan.timelinePoints = 4; // at 0, 50, 100, 150 s
  const auto run = simulate(fleet, plan, {{0, 20 * kSecond, 0}, {kSecond, 20 * kSecond, 0}});
  CHECK(run.windows[0].outcomes.latency.maxSeconds() == Approx(40).epsilon(0.005));
  CHECK(seconds(run.windows[0].cpuBusyNs) == 20 + 40);
  // CPU of the first minute: 20/60 of one vCPU and 40/60 of one of four, the mean of both shares.
  CHECK(run.timeline[3].metric == Approx((20.0 / 60 + 40.0 / 60 / 4) / 2));
}

TEST_CASE("A fleet that buys on demand draws nothing from the market", "[spot]") {
  auto fleet = onSpot(3, 5);
  fleet.mix.onDemandPercent = 100;
  const auto tally = tallyOf(fleet, std::chrono::hours(10), 1);
  CHECK(tally.spot.empty());
  CHECK(tally.interruptions == 0);
  CHECK(seconds(tally.instanceNs) == 3 * 36'000);
}

TEST_CASE("Credits are kept by each instance of a burstable type beside one that has none", "[spot][credits]") {
  // One on demand without credits, one t3.nano on spot (6 credits an hour); a second of CPU each second, in turn.
  auto fleet = onSpot(2, 0);
  fleet.mix = {1, 0, {1}, false};
  fleet.furtherKinds = {{2, 1, 16, 0, pricing::CreditPlan{2, 6, 144, pricing::CreditMode::Unlimited}}};
  std::vector<Request> requests;
  for (std::int64_t s = 0; s < 10 * 3600; ++s) requests.push_back({s * kSecond, kSecond, 0});
  for (const int windows : {1, 5}) {
    auto plan = upTo(std::chrono::hours(10));
    plan.windows = windows;
    // Half a vCPU for 10 h: 300 credits used, 60 earned.
    for (const auto& window : simulate(fleet, plan, requests).windows) {
      CHECK(window.spot.at(1).surplusCredits == Approx(240.0 / windows).epsilon(1e-3));
      CHECK(window.spot[0].surplusCredits == 0);
      CHECK(window.surplusCredits == Approx(window.spot[1].surplusCredits));
    }
  }
}

TEST_CASE("Requests are conserved through any number of interruptions", "[spot]") {
  auto fleet = onSpot(6, 3);
  fleet.spot.rebalance = true;
  fleet.spot.unavailable = 0.3;
  fleet.requestTimeout = std::chrono::seconds(200);
  std::vector<Request> requests;
  for (std::int64_t i = 0; i < 20'000; ++i)
    requests.push_back({i * 7 * kSecond / 10, (i * 37 % 11) * kSecond / 2, i % 170 * kSecond});
  for (const auto routing : {model::Routing::RoundRobin, model::Routing::LeastOutstanding, model::Routing::Random}) {
    fleet.routing = routing;
    const auto tally = tallyOf(fleet, std::chrono::hours(4), 2, requests);
    CHECK(tally.outcomes.attempts == requests.size());
    CHECK(tally.outcomes.attempts == tally.outcomes.completed + tally.outcomes.timedOut + tally.outcomes.rejected);
    CHECK(tally.interruptions > 20);
    CHECK(tally.lostToInterruptions > 0);
    CHECK(tally.lostToInterruptions <= tally.outcomes.timedOut);
  }
}
