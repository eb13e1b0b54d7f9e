// Costs over the rate and the rate at which both cost the same, held against fresh simulations at that rate.
#include <cmath>

#include "model/evaluation/break_even.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::shortScenario;
using tests::threads;

CostPoint cost(const Scenario& scenario, double factor) {
  const auto outcome = costAt(scenario, catalogue(), factor, threads(1));
  REQUIRE(std::holds_alternative<CostPoint>(outcome));
  return std::get<CostPoint>(outcome);
}

BreakEvenResult found(const Scenario& scenario) {
  auto outcome = findBreakEven(scenario, catalogue(), threads(1), {});
  REQUIRE(std::holds_alternative<BreakEvenResult>(outcome));
  return std::get<BreakEvenResult>(std::move(outcome));
}

double rateOf(const Scenario& scenario) {
  return workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon);
}

// No request-driven item on the EC2 side.
const tests::Settings kFixedFleet{R"(ec2.scaling={"kind": "none"})", "ec2.load_balancer=none", "workload.trigger=queue",
                                  "ec2.initial=3", "ec2.min=1"};

} // namespace

TEST_CASE("both platforms cost the same at the break-even and change places there", "[break_even]") {
  const std::vector<tests::Settings> cases{
      {},
      {"workload.arrivals.rate=60/s", "run.horizon=300s", "workload.work.cpu_fraction=0.2"},
      {"workload.work.mean=400ms", "lambda.memory=512MB", "ec2.instance_type=m7g.large", "ec2.min=1"},
      {"ec2.purchase=compute_sp_3y", "workload.trigger=queue", "ec2.load_balancer=none"}};
  for (const auto& settings : cases) {
    const auto scenario = shortScenario(settings);
    const auto result = found(scenario);
    REQUIRE(result.breakEven);
    const auto& even = *result.breakEven;
    const double factor = even.requestsPerSecond / rateOf(scenario);
    CAPTURE(even.requestsPerSecond);
    CHECK(even.requestsPerMonth == Approx(even.requestsPerSecond * 730 * 3600));

    const auto here = cost(scenario, factor), below = cost(scenario, factor / 1.5),
               above = cost(scenario, factor * 1.5);
    CHECK(std::fabs(*here.lambdaUsd - *here.ec2Usd) < 0.02 * std::min(*here.lambdaUsd, *here.ec2Usd));
    CHECK((*below.lambdaUsd < *below.ec2Usd) == (even.cheaperBelow == Platform::Lambda));
    CHECK((*above.lambdaUsd < *above.ec2Usd) == (even.cheaperBelow == Platform::Ec2));
  }
}

// At 2/s two instances serve and two more run in the pool; without its ceiling the group may grow to a million.
TEST_CASE("a warm pool keeps its size where a fleet has no ceiling", "[break_even]") {
  const tests::Settings pool{"ec2.warm_pool.state=running", "ec2.max=4", "workload.trigger=queue",
                             "ec2.load_balancer=none"};
  const double withPool = *cost(shortScenario(pool), 1).ec2Usd;
  auto without = pool;
  without.front() = "ec2.warm_pool=null";
  const double alone = *cost(shortScenario(without), 1).ec2Usd;
  const double perInstance = 730 * 0.0725; // c7g.large in us-east-1; its volume, address and metrics come on top
  CHECK(withPool - alone > 2 * perInstance);
  CHECK(withPool - alone < 2.3 * perInstance);
}

TEST_CASE("the curve ascends, holds both bills and is refined around the crossing", "[break_even]") {
  const auto scenario = shortScenario();
  const auto result = found(scenario);
  REQUIRE(result.curve.size() > 17);
  REQUIRE(result.breakEven);
  CHECK(result.curve.front().requestsPerSecond <= Approx(rateOf(scenario) / 100));
  CHECK(result.curve.back().requestsPerSecond >= Approx(rateOf(scenario) * 100));
  double nearest = 1e300;
  for (std::size_t i = 0; i < result.curve.size(); ++i) {
    const auto& point = result.curve[i];
    REQUIRE((point.lambdaUsd && point.ec2Usd));
    if (i > 0) CHECK(point.requestsPerSecond > result.curve[i - 1].requestsPerSecond);
    nearest = std::min(nearest, std::fabs(point.requestsPerSecond / result.breakEven->requestsPerSecond - 1));
  }
  CHECK(nearest < 0.01);
}

TEST_CASE("a break-even far away is followed, and none is invented", "[break_even]") {
  // A call every 100 s: three powers of ten below the crossing.
  const auto far = found(shortScenario({"workload.arrivals.rate=0.01/s"}));
  REQUIRE(far.breakEven);
  CHECK(far.breakEven->requestsPerSecond > 1);
  // 900 environments kept ready cost more than any fleet, at every rate.
  const auto never = found(shortScenario({"lambda.provisioned_concurrency=900", "workload.arrivals.rate=0.001/s"}));
  CHECK_FALSE(never.breakEven);
  CHECK(never.curve.size() > 17);
}

TEST_CASE("the cost at the present rate is the evaluation's", "[break_even]") {
  for (const tests::Settings& settings :
       {tests::Settings{}, tests::Settings{"workload.work.mean=1s"}, tests::Settings{"lambda.front_door=http_api"}}) {
    const auto scenario = shortScenario(settings);
    const auto decision = tests::simulated(scenario);
    const auto point = cost(scenario, 1);
    const auto agrees = [](double usd, const Estimate& full) {
      return std::fabs(usd - full.value) <= full.halfWidth + 0.01 * full.value;
    };
    CAPTURE(*point.lambdaUsd, decision->lambda->monthlyCostUsd.value, decision->lambda->monthlyCostUsd.halfWidth);
    CHECK(agrees(*point.lambdaUsd, decision->lambda->monthlyCostUsd));
    CAPTURE(*point.ec2Usd, decision->ec2->monthlyCostUsd.value, decision->ec2->monthlyCostUsd.halfWidth);
    CHECK(agrees(*point.ec2Usd, decision->ec2->monthlyCostUsd));
  }
}

TEST_CASE("twice the traffic never costs less", "[break_even]") {
  for (const auto& settings : {tests::Settings{}, kFixedFleet, tests::Settings{"ec2.purchase=compute_sp_1y"}}) {
    const auto scenario = shortScenario(settings);
    auto last = cost(scenario, 0.125);
    for (double factor = 0.25; factor <= 64; factor *= 2) {
      CAPTURE(factor);
      const auto point = cost(scenario, factor);
      CHECK(*point.lambdaUsd >= *last.lambdaUsd);
      CHECK(*point.ec2Usd >= *last.ec2Usd);
      last = point;
    }
  }
}

TEST_CASE("a fleet that does not scale costs the same at every rate", "[break_even]") {
  const auto scenario = shortScenario(kFixedFleet);
  const double base = *cost(scenario, 1).ec2Usd;
  for (const double factor : {0.01, 0.3, 3.0, 30.0})
    CHECK(*cost(scenario, factor).ec2Usd == Approx(base).epsilon(1e-12));
}

TEST_CASE("limits of the account do not bend the curve", "[break_even]") {
  const auto open = cost(shortScenario(), 50);
  const auto capped = cost(shortScenario({"lambda.account_concurrency=1", "ec2.max=2"}), 50);
  CHECK(*capped.lambdaUsd == *open.lambdaUsd);
  CHECK(*capped.ec2Usd == *open.ec2Usd);
}

// Factor 40 asks for 1.8 M requests: simulated at 0.8 M and scaled by requests and by the instances the mean load
// needs.
TEST_CASE("beyond what is simulated, cost follows requests and instances", "[break_even]") {
  const auto scenario = shortScenario({"workload.arrivals.rate=50/s", "run.horizon=900s", "workload.work.mean=10ms",
                                       "lambda.memory=128MB",
                                       "workload.trigger=queue", "lambda.queue.batch_size=1"}); // no egress, whose tiers make large months cheaper
  const double needed = 50.0 * 40 * 900;
  REQUIRE(needed > 2 * kRequestsPerPoint);
  const auto small = cost(scenario, 4), large = cost(scenario, 40);
  CHECK(*large.lambdaUsd == Approx(10 * *small.lambdaUsd).epsilon(0.02));
  CHECK(*large.ec2Usd > 2 * *small.ec2Usd);
  CHECK(*large.ec2Usd < 10 * *small.ec2Usd);
}

TEST_CASE("a search that is stopped finds nothing", "[break_even]") {
  std::stop_source source;
  source.request_stop();
  auto control = threads(1);
  control.stop = source.get_token();
  CHECK(std::holds_alternative<Cancelled>(costAt(shortScenario(), catalogue(), 1, control)));
  CHECK(std::holds_alternative<Cancelled>(findBreakEven(shortScenario(), catalogue(), control, {})));
}
