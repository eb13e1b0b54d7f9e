// Figures of one configuration from made-up observations; the sentences of an objective that is missed.
#include <cmath>

#include "model/evaluation/assessment.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::shortScenario;

constexpr Int128 kSecond = 1'000'000'000;
constexpr std::int64_t kMs = 1'000'000;

RunShape hour() {
  RunShape shape;
  shape.horizon = std::chrono::hours(1);
  shape.replications = 2;
  return shape;
}
const std::vector<std::uint64_t> kHours{100, 0};

// `slow` of 100 requests take a second, the others 10 ms.
void fill(Outcomes& outcomes, int slow) {
  outcomes.attempts = outcomes.completed = 100;
  for (int i = 0; i < 100; ++i) outcomes.latency.record(i < slow ? 1000 * kMs : 10 * kMs);
}

Observations lambdaObservations() {
  Observations two;
  two.lambda.resize(2);
  for (int i = 0; i < 2; ++i) {
    auto& tally = two.lambda[static_cast<std::size_t>(i)];
    fill(tally.outcomes, i == 0 ? 0 : 2);
    tally.started = 100;
    tally.cold = i == 0 ? 1 : 3;
    tally.billedMs = i == 0 ? 1000 : 3000;
    tally.busyNs = (i == 0 ? 360 : 1080) * kSecond;
    tally.idleNs = 1800 * kSecond;
    tally.environmentsEnded = 2;
    tally.peakEnvironments = 4 + i;
  }
  return two;
}

Estimate ofTwo(double a, double b) { return {(a + b) / 2, 12.7062047 * std::fabs(a - b) / 2}; }

void checkEstimate(const Estimate& e, const Estimate& expected) {
  CHECK(e.value == Approx(expected.value));
  CHECK(e.halfWidth == Approx(expected.halfWidth).margin(1e-12));
}

} // namespace

TEST_CASE("quantiles are of all observations together, their half widths of each", "[assessment]") {
  const auto result = assessLambda(shortScenario(), catalogue(), lambdaObservations(), hour(), kHours);
  CHECK(result.requests == 200);
  CHECK(result.completed == 200);
  CHECK(result.histogram.count() == 200);
  CHECK(result.latency.p50.value == Approx(10));
  CHECK(result.latency.p99.value == Approx(10)); // the 198th of 200: two are slow
  CHECK(result.latency.p999.value == Approx(1000));
  CHECK(result.latency.max.value == Approx(1000));
  CHECK(result.latency.mean.value == Approx((198 * 10 + 2 * 1000) / 200.0));
  // 10 and 29.8 ms; 99th of a hundred: 10 and 1,000 ms.
  CHECK(result.latency.mean.halfWidth == Approx(ofTwo(10, 29.8).halfWidth));
  CHECK(result.latency.p99.halfWidth == Approx(ofTwo(10, 1000).halfWidth));
}

TEST_CASE("environments, cold starts and lifetimes have their own populations", "[assessment]") {
  const auto result = assessLambda(shortScenario(), catalogue(), lambdaObservations(), hour(), kHours);
  CHECK(result.coldStarts == 4);
  CHECK(result.coldFraction.value == Approx(4 / 200.0));
  checkEstimate(result.environmentsBusy, ofTwo(0.1, 0.3));
  checkEstimate(result.environmentsMean, ofTwo(0.6, 0.8));
  checkEstimate(result.environmentsIdle, {0.5, 0});
  CHECK(result.peakEnvironments == 5);
  REQUIRE(result.meanLifetimeS);
  CHECK(*result.meanLifetimeS == Approx((360 + 1080 + 2 * 1800) / 4.0)); // all environment time over four ended ones

  auto kept = lambdaObservations();
  for (auto& tally : kept.lambda) {
    tally.environmentsEnded = 0;
    tally.provisionedBusyNs = 720 * kSecond;
  }
  const auto provisioned =
      assessLambda(shortScenario({"lambda.provisioned_concurrency=5"}), catalogue(), kept, hour(), kHours);
  CHECK_FALSE(provisioned.meanLifetimeS);
  CHECK(provisioned.environmentsMean.value == Approx(5 + 0.7));
  CHECK(provisioned.environmentsBusy.value == Approx(0.2 + 0.2));
  CHECK(provisioned.configuration == "1769 MB x86_64, 5 provisioned");
}

TEST_CASE("the bill is of the mean month, its half width of the observations' months", "[assessment]") {
  const auto scenario = shortScenario();
  const auto observations = lambdaObservations();
  const auto result = assessLambda(scenario, catalogue(), observations, hour(), kHours);
  CHECK(result.usage.lambda.front().billedMilliseconds == Approx(2000 * 730));
  CHECK(result.usage.lambda.front().requests == Approx(100 * 730));
  CHECK(result.monthlyCostUsd.value == Approx(result.bill.total().inDollars()));
  const auto each = monthlyCosts(scenario, catalogue(), observations, hour(), kHours);
  REQUIRE(each.size() == 2);
  checkEstimate(result.monthlyCostUsd, ofTwo(each[0], each[1]));
  CHECK(each[1] > each[0]);
}

TEST_CASE("a fleet's instances and utilisation", "[assessment]") {
  Observations two;
  two.ec2.resize(2);
  for (int i = 0; i < 2; ++i) {
    auto& tally = two.ec2[static_cast<std::size_t>(i)];
    fill(tally.outcomes, 0);
    tally.outcomes.attempts += 25;
    tally.outcomes.rejected = 20;
    tally.outcomes.timedOut = 5;
    tally.instanceNs = (i == 0 ? 7200 : 10800) * kSecond;
    tally.inServiceNs = tally.instanceNs / 2;
    tally.cpuBusyNs = 1800 * kSecond;
    tally.peakInstances = 3 - i;
  }
  const auto result = assessEc2(shortScenario(), catalogue(), two, hour(), kHours);
  checkEstimate(result.instancesMean, ofTwo(2, 3));
  checkEstimate(result.utilisation, ofTwo(1800 / (2 * 3600.0), 1800 / (2 * 5400.0))); // two vCPUs
  CHECK(result.peakInstances == 3);
  CHECK(result.rejected == 40);
  CHECK(result.timedOut == 10);
  CHECK(result.failedFraction.value == Approx(0.2));
  CHECK_FALSE(result.meetsObjective);
  CHECK(result.missed == std::vector<std::string>{"failed 20 % > 0.1 %"});
}

TEST_CASE("each part of an objective that is missed has a sentence", "[assessment]") {
  LatencySummary latency;
  latency.mean.value = 120;
  latency.p50.value = 100;
  latency.p90.value = 300;
  latency.p95.value = 450;
  latency.p99.value = 612;
  latency.p999.value = 2500;
  Objective objective;
  CHECK(missedObjectives(objective, latency, 0.001).empty()); // the limit itself is allowed
  objective.mean = objective.p50 = std::chrono::milliseconds(100);
  objective.p90 = std::chrono::milliseconds(299);
  objective.p95 = std::chrono::milliseconds(450);
  objective.p99 = std::chrono::milliseconds(500);
  objective.p999 = std::chrono::seconds(2);
  CHECK(missedObjectives(objective, latency, 0.02) ==
        std::vector<std::string>{"mean 120 ms > 100 ms", "p90 300 ms > 299 ms", "p99 612 ms > 500 ms",
                                 "p99.9 2.5 s > 2 s", "failed 2 % > 0.1 %"});
}

TEST_CASE("requests of which none completes meet no objective", "[assessment]") {
  Observations none;
  none.lambda.resize(1);
  none.lambda[0].outcomes.attempts = none.lambda[0].outcomes.throttled = 10;
  const auto result = assessLambda(shortScenario({"objective.max_failed=1"}), catalogue(), none, hour(), kHours);
  CHECK_FALSE(result.meetsObjective);
  CHECK(result.missed == std::vector<std::string>{"no request completed"});
  CHECK(result.latency.p99.value == 0);
  CHECK(std::isfinite(result.monthlyCostUsd.value));
}

TEST_CASE("configurations are named as people name them", "[assessment]") {
  auto scenario = shortScenario();
  CHECK(lambdaLabel(withLambda(scenario, pricing::Memory::mebibytes(512), pricing::Architecture::Arm64)) ==
        "512 MB arm64");
  CHECK(ec2Label(withInstance(scenario, "m7g.xlarge")) == "m7g.xlarge x 2 to 20");
  CHECK(ec2Label(shortScenario({R"(ec2.scaling={"kind": "none"})", "ec2.initial=4"})) == "c7g.large x 4");
  CHECK(ec2Label(shortScenario({"ec2.purchase=spot"})) == "c7g.large x 2 to 20, spot");
  CHECK(ec2Label(shortScenario({R"(ec2.scheduled_actions.actions=[{"at": "8h", "min": 4}])", "ec2.warm_pool.min=1",
                                "ec2.predictive.target=0.6"})) ==
        "c7g.large x 2 to 20, scheduled, predictive, warm pool");
}
