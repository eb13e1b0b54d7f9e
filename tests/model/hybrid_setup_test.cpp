// What a hybrid setup comes to, its limits sentence by sentence, what a search tries, its one bill.
#include "model/hybrid/hybrid_setup.hpp"

#include <algorithm>
#include <numeric>

#include "model/evaluation/assessment.hpp"
#include "model/evaluation/attribution.hpp"
#include "model/evaluation/search.hpp"
#include "model/queueing.hpp"
#include "pricing/billing_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::complaints;
using tests::shortScenario;

// The contract's example with one instance and four in flight.
Scenario withLane(const tests::Settings& settings = {}) {
  tests::Settings all{"hybrid.overflow.kind=in_flight", "hybrid.overflow.limit=4", "hybrid.min=1"};
  all.insert(all.end(), settings.begin(), settings.end());
  return shortScenario(all);
}

tests::Sentences problemsWith(const tests::Settings& settings) {
  return complaints(std::string(tests::kContractExample), settings);
}

// An hour in which 3,000 of 4,000 requests stay on one instance: 100 ms each, here and there.
constexpr std::int64_t kMs = 1'000'000, kHourNs = 3600 * 1000 * kMs;
HybridTally hourOfTraffic() {
  HybridTally tally;
  tally.base.outcomes.attempts = tally.base.outcomes.completed = 3000;
  tally.overflow.outcomes.attempts = tally.overflow.outcomes.completed = tally.overflow.started = 1000;
  for (int i = 0; i < 3000; ++i) tally.base.outcomes.latency.record(100 * kMs);
  for (int i = 0; i < 1000; ++i) tally.overflow.outcomes.latency.record(100 * kMs);
  tally.base.instanceNs = tally.base.inServiceNs = kHourNs;
  tally.base.inService.busyNs = kHourNs / 4;
  tally.base.inService.headroomNs = kHourNs - kHourNs / 4;
  tally.overflow.billedMs = 100'000;
  tally.overflow.cpuNs = Int128{100'000} * kMs;
  return tally;
}

const std::vector<std::uint64_t> kRequests{4000}, kOverflow{1000};
Metered anHour() { return {3600, kRequests, std::chrono::hours(1), kOverflow}; }

double sum(const std::vector<MoneyPart>& parts) {
  return std::accumulate(parts.begin(), parts.end(), 0.0, [](double all, const auto& part) { return all + part.usd; });
}

} // namespace

TEST_CASE("The base is the scenario's fleet with the hybrid's own size", "[hybrid]") {
  const auto fixed = withBase(withLane({"hybrid.min=3"}));
  CHECK(fixed.ec2->min == 3);
  CHECK(fixed.ec2->max == 3);
  CHECK(*fixed.ec2->initial == 3);
  CHECK(std::holds_alternative<NoScaling>(fixed.ec2->scaling));
  CHECK(*fixed.ec2->instanceType == "c7g.large");
  const auto scaled = withBase(withLane({"hybrid.min=2", "hybrid.max=6", "hybrid.initial=4",
                                         "hybrid.instance_type=c7g.xlarge", "hybrid.purchase=standard_1y"}));
  CHECK(scaled.ec2->max == 6);
  CHECK(*scaled.ec2->initial == 4);
  CHECK(std::get<TargetTracking>(scaled.ec2->scaling).target == 0.5); // the fleet's own policy
  CHECK(*scaled.ec2->instanceType == "c7g.xlarge");
  const auto own =
      withBase(withLane({"hybrid.max=6", "hybrid.scaling.kind=target_tracking", "hybrid.scaling.target=0.8"}));
  CHECK(std::get<TargetTracking>(own.ec2->scaling).target == 0.8);
}

TEST_CASE("A hybrid is named by its base, its rule and its function", "[hybrid]") {
  CHECK(hybridLabel(withLane()) == "c7g.large x 1, over 4 in flight to 1769 MB x86_64");
  CHECK(hybridLabel(shortScenario({"hybrid.min=1", "hybrid.max=3", "hybrid.overflow.kind=weight",
                                   "hybrid.overflow.share=0.25"})) == "c7g.large x 1 to 3, 25 % to 1769 MB x86_64");
}

TEST_CASE("Without a hybrid nothing is there, and an empty one is searched", "[hybrid]") {
  CHECK_FALSE(shortScenario().hybrid);
  const auto empty = shortScenario({"hybrid.min=auto"});
  REQUIRE(empty.hybrid);
  CHECK_FALSE(isConfigured(*empty.hybrid));
  CHECK(isConfigured(*withLane().hybrid));
  CHECK_FALSE(isConfigured(*withLane({"hybrid.overflow.limit=auto"}).hybrid));
  CHECK(readScenario(writeScenario(withLane()), "again") == withLane());
}

TEST_CASE("What a hybrid cannot be is said at its place", "[hybrid]") {
  CHECK(problemsWith({"hybrid.min=2"}).empty());
  CHECK(problemsWith({"hybrid.min=2", "lambda=null"}) ==
        tests::Sentences{
            "scenario.json: /hybrid: found a hybrid beside lambda null, expected null, or both platforms: the "
            "hybrid is made of them"});
  CHECK(problemsWith({"hybrid.min=2", "workload.trigger=async"}) ==
        tests::Sentences{
            "scenario.json: /hybrid: found a hybrid of a workload that is not called over HTTP, expected null, or "
            "workload.trigger http: a gateway hands requests over"});
  CHECK(
      problemsWith({"hybrid.min=2", "ec2.load_balancer=nlb"}) ==
      tests::Sentences{"scenario.json: /hybrid: found a hybrid without an Application Load Balancer, expected null, or "
                       "ec2.load_balancer alb, which has instances and functions as targets"});
  CHECK(problemsWith({"hybrid.min=4", "hybrid.max=2"}) ==
        tests::Sentences{"--set hybrid.max: found 2, expected at least min (4)"});
  CHECK(problemsWith({"hybrid.min=2", "hybrid.initial=5"}) ==
        tests::Sentences{"--set hybrid.initial: found 5, expected a whole number from 2 to 2"});
  CHECK(problemsWith({"hybrid.min=1", "hybrid.overflow.kind=weight", "hybrid.overflow.share=2"}) ==
        tests::Sentences{"--set hybrid.overflow.share: found 2, expected a fraction from 0 to 1"});
  CHECK(problemsWith({"hybrid.min=1", "hybrid.overflow.kind=in_flight", "hybrid.overflow.limit=0"}) ==
        tests::Sentences{"--set hybrid.overflow.limit: found 0, expected a whole number from 1 to 1000000"});
  CHECK(problemsWith({"hybrid.min=1", "hybrid.instance_type=c7g.larg"}) ==
        tests::Sentences{"--set hybrid.instance_type: found \"c7g.larg\", expected an EC2 instance type such as "
                         "c7g.large; did you mean \"c7g.large\"?"});
  // What is wrong with the fleet itself is said once, there.
  CHECK(problemsWith({"hybrid.min=1", "ec2.workers=0"}).size() == 1);
  CHECK(problemsWith(
            {"hybrid.min=1", "hybrid.max=3", "hybrid.scaling.kind=target_tracking", "hybrid.scaling.target=7"}) ==
        tests::Sentences{"--set hybrid.scaling.target: found 7, expected a CPU utilisation from 0.1 to 1"});
}

TEST_CASE("A search tries sizes up to the busiest hour and limits from a full CPU to all workers", "[hybrid]") {
  const auto sizes = [](const Scenario& scenario) {
    std::vector<std::int64_t> found;
    for (const auto& candidate : hybridCandidates(scenario, catalogue()))
      if (found.empty() || found.back() != *candidate.hybrid->min) found.push_back(*candidate.hybrid->min);
    return found;
  };
  // 100 ms of CPU on two vCPUs: 20 requests/s an instance.
  const auto busy = shortScenario({"hybrid.min=auto", "workload.arrivals.rate=75/s"});
  CHECK(sizes(busy) == std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(sizes(shortScenario({"hybrid.min=2", "workload.arrivals.rate=75/s"})) == std::vector<std::int64_t>{2});
  const auto many = sizes(shortScenario({"hybrid.min=auto", "workload.arrivals.rate=4000/s", "ec2.max=100"}));
  CHECK(many.front() == 1);
  CHECK(many.back() == 100); // no more than the fleet may have
  CHECK(many.size() < 2 * static_cast<std::size_t>(kMostSizes));
  std::vector<std::int64_t> limits;
  // The work's p99 is 461 ms: three at once on two vCPUs make 691 ms of it.
  for (const auto& candidate : hybridCandidates(shortScenario({"hybrid.min=1", "objective.p99=700ms"}), catalogue()))
    limits.push_back(*std::get<InFlightOverflow>(candidate.hybrid->overflow).limit);
  CHECK(limits == std::vector<std::int64_t>{2, 3, 4, 16}); // two vCPUs, the objective's, twice the vCPUs, the workers
}

TEST_CASE("The screened overflow is the loss of each hour", "[hybrid]") {
  auto scenario = withLane({"workload.arrivals.rate=20/s"});
  const auto fleet = hybridFleet(scenario, catalogue());
  const std::vector<double> rates{10, 30};
  const double expected = (10 * sharingLoss(2, 4, 1) + 30 * sharingLoss(2, 4, 3)) / 40;
  const auto found = forecast(fleet, scenario.workload, rates);
  CHECK(found.share == Approx(expected));
  CHECK(found.slowed == Approx(30 * (1 - sharingLoss(2, 4, 3)) / 40)); // the second hour asks for three vCPUs of two
  CHECK(found.slowdown == 2);
  CHECK(sharingLoss(4, 4, 3) == Approx(erlangB(4, 3)));
  CHECK(sharingLoss(1, 3, 0.5) == Approx(0.125 / 1.875)); // M/M/1/3
  scenario.hybrid->overflow = WeightedOverflow{0.3};
  CHECK(forecast(hybridFleet(scenario, catalogue()), scenario.workload, rates).share == 0.3);
}

TEST_CASE("By weight a base must carry its share of the busiest hour, by limit it need not", "[hybrid]") {
  // 75 requests/s of 100 ms of CPU: three quarters of them keep 5.6 vCPUs busy.
  const auto by = [](const char* min, const tests::Settings& rule) {
    tests::Settings all{"workload.arrivals.rate=75/s", std::string("hybrid.min=") + min};
    all.insert(all.end(), rule.begin(), rule.end());
    return screenHybrid(shortScenario(all), catalogue()).feasible;
  };
  const tests::Settings weight{"hybrid.overflow.kind=weight", "hybrid.overflow.share=0.25"};
  CHECK_FALSE(by("2", weight));
  CHECK(by("3", weight));
  CHECK(by("1", {"hybrid.overflow.limit=4", "hybrid.overflow.kind=in_flight"}));
}

TEST_CASE("Hours of the run add up to its mean rate", "[hybrid]") {
  auto scenario = shortScenario({"run.horizon=24h"});
  scenario.workload.arrivals = workloads::FlashArrivals{pricing::RequestRate::perSecond(10),
                                                        pricing::RequestRate::perSecond(100),
                                                        std::chrono::hours(3),
                                                        {},
                                                        std::chrono::hours(1),
                                                        {}};
  const auto rates = hourlyRates(scenario);
  REQUIRE(rates.size() == 24);
  CHECK(rates[0] == Approx(10));
  CHECK(*std::ranges::max_element(rates) > 90);
  CHECK(std::accumulate(rates.begin(), rates.end(), 0.0) / 24 ==
        Approx(workloads::meanRatePerSecond(scenario.workload.arrivals, std::chrono::hours(24))));
}

TEST_CASE("One bill: instances and function as they are used, the balancer once", "[hybrid]") {
  const auto scenario = withLane();
  const auto tally = hourOfTraffic();
  const auto usage = hybridUsage(scenario, tally, anHour());
  REQUIRE(usage.ec2.size() == 1);
  CHECK(usage.ec2[0].hours == Approx(730));
  REQUIRE(usage.lambda.size() == 1);
  CHECK(usage.lambda[0].requests == Approx(1000 * 730.0));
  CHECK(usage.lambda[0].billedMilliseconds == Approx(100'000 * 730.0));
  REQUIRE(usage.alb.size() == 1);
  CHECK(usage.alb[0].hours == 730);
  CHECK(usage.apiGateway.empty());
  // What stands around is of all requests: 20 KB each to the internet.
  CHECK(usage.egressGb == Approx(4000 * 730.0 * 20 * 1024 / (1024.0 * 1024 * 1024)));
  const auto bill = pricing::price(usage, catalogue());
  CHECK(sum(moneyParts(scenario, tally, anHour(), bill)) == Approx(bill.total().inDollars()).epsilon(1e-12));
  for (const char* code : {"cpu", "busy", "headroom", "requests", "load_balancer", "egress"})
    CHECK(std::ranges::any_of(moneyParts(scenario, tally, anHour(), bill),
                              [&](const auto& p) { return p.code == code; }));
}

TEST_CASE("Bytes to the function fill a capacity unit at 0.4 GB, those to instances at 1 GB", "[hybrid]") {
  pricing::AlbHour hour;
  hour.gibibytes = 3;
  hour.lambdaGibibytes = 1;
  CHECK(pricing::lcuOfHour(hour) == Approx(3 + 2.5));
  const auto scenario = withLane({"workload.response_size=1MB", "workload.request_size=0KB"});
  // 4,000 responses of 1 MB in an hour: 2.93 GB to instances, 0.977 GB from the function.
  const double lcu = 3000 / 1024.0 + 1000 / 1024.0 / 0.4;
  CHECK(meanLcu(scenario, anHour(), pricing::TargetKind::Ec2, 0.1) == Approx(lcu));
}

TEST_CASE("A hybrid is kept with the hours of both and has the copies of the one with more", "[hybrid]") {
  const auto scenario = withLane({"costs.engineering_rate=100", "costs.lambda.engineering_hours=2",
                                  "costs.ec2.engineering_hours=10", "costs.ec2.non_production_copies=1"});
  const auto usage =
      withOwnCosts(scenario, Platform::Hybrid, hybridUsage(scenario, hourOfTraffic(), anHour()), catalogue());
  REQUIRE(usage.own.size() == 2);
  CHECK(usage.own[0].item == "non_production");
  CHECK(usage.own[1].item == "engineering");
  CHECK(usage.own[1].quantity == 12);
  // The copy keeps the base all month and a tenth of the rest.
  const auto copy = copyOf(scenario, Platform::Hybrid, hybridUsage(scenario, hourOfTraffic(), anHour()));
  CHECK(copy.ec2[0].hours == Approx(730));
  CHECK(copy.lambda[0].requests == Approx(100 * 730.0));
}
