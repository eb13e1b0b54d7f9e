// Commitments for simulated hours: against hand-made hours, against the bill, and through the door.
#include "model/evaluation/commitment_plan.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::shortScenario;
using tests::threads;

constexpr std::int64_t kHourNs = 3'600'000'000'000;

Scenario configured(const tests::Settings& more = {}) {
  tests::Settings all{"lambda.memory=1024MB", "lambda.architecture=arm64", "ec2.instance_type=c7g.large",
                      "run.horizon=90min"};
  all.insert(all.end(), more.begin(), more.end());
  return shortScenario(all);
}

double rateOf(std::string_view name) {
  const auto tariff = catalogue().find("us-east-1", name);
  REQUIRE(tariff);
  return tariff->firstPrice().inDollarsPerUnit();
}

const CommitmentOption* optionOf(const CommitmentPlan& plan, std::string_view name) {
  const auto place = std::find_if(plan.options.begin(), plan.options.end(), [&](auto& o) { return o.name == name; });
  return place == plan.options.end() ? nullptr : &*place;
}

// Lines of a bill that a commitment can replace.
double committable(const pricing::Bill& bill) {
  double sum = 0;
  for (const auto& line : bill.lines)
    if (line.item == "duration" || line.item == "requests" || line.item.starts_with("instance_hours"))
      sum += line.amount.inDollars();
  return sum;
}

std::shared_ptr<const Decision> simulatedOn(int count, const Scenario& scenario) {
  return tests::decisionOf(simulate(scenario, catalogue(), threads(count)));
}

void checkOrder(const CommitmentPlan& plan) {
  REQUIRE_FALSE(plan.options.empty());
  CHECK(plan.options.front().name == "on_demand");
  CHECK(plan.options.front().commitment.empty());
  for (std::size_t i = 1; i < plan.options.size(); ++i) {
    const auto& option = plan.options[i];
    CAPTURE(option.name, option.commitment, option.monthlyUsd);
    CHECK_FALSE(option.commitment.empty());
    CHECK(option.savingUsd >= 0);
    CHECK(option.monthlyUsd + option.savingUsd == Approx(plan.options.front().monthlyUsd).epsilon(1e-12));
    if (i > 1) CHECK(option.monthlyUsd >= plan.options[i - 1].monthlyUsd);
  }
}

} // namespace

TEST_CASE("a cut hour is scaled and counts by its length, the warm-up does not count", "[commitment_plan]") {
  RunShape shape;
  shape.horizon = std::chrono::minutes(150);
  shape.warmup = std::chrono::minutes(75);
  // Two replications of three hours: the first is warm-up, a quarter of the second too, the third is half an hour.
  const std::vector<Ec2Hours> runs{{{9 * kHourNs, 2 * kHourNs, kHourNs}, {}}, {{0, 4 * kHourNs, 2 * kHourNs}, {}}};
  const auto usage = ec2HourlyUsage("c7g.large", runs, shape);
  CHECK(usage.weights == std::vector<double>{0.75, 0.5, 0.75, 0.5});
  REQUIRE(usage.uses.size() == 1);
  CHECK(usage.uses[0].hours == std::vector<std::int64_t>{7'200'000, 7'200'000, 14'400'000, 14'400'000});
}

TEST_CASE("hours of a function are memory times billed time, provisioned apart", "[commitment_plan]") {
  RunShape shape;
  shape.horizon = std::chrono::hours(2);
  LambdaSetup setup;
  setup.memory = pricing::Memory::mebibytes(512);
  setup.architecture = pricing::Architecture::Arm64;
  setup.provisionedConcurrency = 3;
  const std::vector<LambdaHours> runs{{{1000, 3000}, {0, 1000}, {}}};
  const auto usage = lambdaHourlyUsage(setup, runs, 50, shape);
  REQUIRE(usage.uses.size() == 4);
  CHECK(usage.uses[0].hours == std::vector<std::int64_t>{512'000, 1'536'000});
  CHECK(usage.uses[1].hours == std::vector<std::int64_t>{0, 512'000});
  CHECK(usage.uses[2].hours == std::vector<std::int64_t>{3LL * 512 * 3'600'000, 3LL * 512 * 3'600'000});
  CHECK(usage.uses[3].hours == std::vector<std::int64_t>{10, 40}); // 50 requests, one for each 100 ms
}

TEST_CASE("a steady fleet commits in full and pays on when traffic drops", "[commitment_plan]") {
  const auto fleet = [](std::int64_t instances) {
    RunShape shape;
    shape.horizon = std::chrono::hours(3);
    const std::vector<Ec2Hours> runs{{std::vector<std::int64_t>(3, instances * kHourNs), {}}};
    return ec2HourlyUsage("c7g.large", runs, shape);
  };
  const auto plan = planFor(fleet(4), fleet(2), catalogue(), configured(), 0.5);
  checkOrder(plan);
  CHECK(plan.trafficDrop == 0.5);
  CHECK(plan.options.front().monthlyUsd == Approx(4 * 730 * rateOf("ec2.on_demand.c7g.large")).epsilon(1e-12));
  CHECK(plan.onDemandUsdAfterDrop == Approx(2 * 730 * rateOf("ec2.on_demand.c7g.large")).epsilon(1e-12));
  const auto* reserved = optionOf(plan, "standard_3y");
  REQUIRE(reserved);
  CHECK(reserved->commitment == "4 x c7g.large");
  CHECK(reserved->monthlyUsd == Approx(4 * 730 * rateOf("ec2.standard_3y.c7g.large")).epsilon(1e-12));
  CHECK(reserved->monthlyUsdAfterDrop == Approx(reserved->monthlyUsd).epsilon(1e-12));
  const auto* saving = optionOf(plan, "compute_sp_1y");
  REQUIRE(saving);
  CHECK(saving->estimated); // a proxy
  CHECK(saving->monthlyUsd == Approx(4 * 730 * rateOf("ec2.compute_sp_1y.c7g.large")).epsilon(1e-12));
  CHECK_FALSE(optionOf(plan, "ec2_sp_1y + compute_sp_1y")); // the base covers everything: no mix
}

TEST_CASE("reservations for the whole instances, a plan for the rest", "[commitment_plan]") {
  RunShape shape;
  shape.horizon = std::chrono::hours(1);
  const std::vector<Ec2Hours> runs{{{5 * kHourNs / 2}, {}}}; // 2.5 instances
  const auto plan = planFor(ec2HourlyUsage("c7g.large", runs, shape), {}, catalogue(), configured(), 0.3);
  const auto* mix = optionOf(plan, "standard_1y + compute_sp_1y");
  REQUIRE(mix);
  CHECK(mix->commitment.starts_with("2 x c7g.large + $"));
  CHECK(mix->monthlyUsd ==
        Approx(730 * (2 * rateOf("ec2.standard_1y.c7g.large") + 0.5 * rateOf("ec2.compute_sp_1y.c7g.large")))
            .epsilon(1e-12));
  CHECK(mix->monthlyUsdAfterDrop == 0); // nothing was simulated after a drop
}

TEST_CASE("on demand the plan is the bill", "[commitment_plan]") {
  // 90 minutes: the second hour is cut
  const auto decision = simulatedOn(2, configured());
  for (const auto* result : {&*decision->lambda, &*decision->ec2}) {
    CAPTURE(result->configuration);
    REQUIRE(result->commitments);
    checkOrder(*result->commitments);
    CHECK(result->commitments->options.front().monthlyUsd == Approx(committable(result->bill)).epsilon(2e-6));
    CHECK(result->commitments->trafficDrop == 0.3);
  }
  // Poisson arrivals: what a function bills follows the rate.
  const auto& lambda = *decision->lambda->commitments;
  CHECK(lambda.onDemandUsdAfterDrop / lambda.options.front().monthlyUsd == Approx(0.7).margin(0.03));
  for (const auto& option : decision->ec2->commitments->options)
    CHECK(option.monthlyUsdAfterDrop <= option.monthlyUsd * 1.05);
}

TEST_CASE("the plan is the same on any number of threads", "[commitment_plan]") {
  const auto one = simulatedOn(1, configured({"run.horizon=30min"}));
  const auto three = simulatedOn(3, configured({"run.horizon=30min"}));
  const auto same = [](const CommitmentPlan& a, const CommitmentPlan& b) {
    REQUIRE(a.options.size() == b.options.size());
    CHECK(a.onDemandUsdAfterDrop == b.onDemandUsdAfterDrop);
    for (std::size_t i = 0; i < a.options.size(); ++i) {
      CHECK(a.options[i].name == b.options[i].name);
      CHECK(a.options[i].commitment == b.options[i].commitment);
      CHECK(a.options[i].monthlyUsd == b.options[i].monthlyUsd);
      CHECK(a.options[i].monthlyUsdAfterDrop == b.options[i].monthlyUsdAfterDrop);
    }
  };
  same(*one->lambda->commitments, *three->lambda->commitments);
  same(*one->ec2->commitments, *three->ec2->commitments);
}

TEST_CASE("a stopped run ends in no plan, spot has none", "[commitment_plan]") {
  std::stop_source source;
  source.request_stop();
  auto control = threads(1);
  control.stop = source.get_token();
  CHECK(std::holds_alternative<Cancelled>(planCommitments(configured(), {}, catalogue(), 0.3, control, {})));
  const auto spot = simulatedOn(2, configured({"ec2.purchase=spot", "run.horizon=10min"}));
  CHECK(spot->lambda->commitments);
  CHECK_FALSE(spot->ec2->commitments);
}

TEST_CASE("traffic may fall away altogether", "[commitment_plan]") {
  const auto outcome = planCommitments(configured(), {}, catalogue(), 1, threads(1), {});
  CHECK(std::holds_alternative<CommitmentPlans>(outcome));
}
