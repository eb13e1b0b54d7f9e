// What the failures of a scenario did: the same run without them stands beside it, and the same events strike all.
#include "model/evaluation/stress.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

using namespace model;

TEST_CASE("the stress of a scenario stands beside the calm run", "[stress]") {
  const std::vector<std::string> settings{"workload.arrivals.rate=5/s", "run.horizon=2h", "run.replications=1",
                                          "objective.max_failed=0.001", "managed_instances.instance_type=c7g.2xlarge"};
  auto struck = settings;
  struck.push_back(R"(workload.failures.lost_instances=[{"at":"1h","count":1}])");
  struck.push_back(R"(workload.failures.bad_deployments=[{"at":"30min","lasts":"6min","error_rate":0.5}])");
  const auto decision = tests::simulated(tests::shortScenario(struck));
  const auto calm = tests::simulated(tests::shortScenario(settings));
  REQUIRE(decision->stress.size() == 3);
  CHECK(calm->stress.empty());
  for (const auto& effect : decision->stress) {
    // A twentieth of the requests meets the bad version, and half of those fail. For a minute one of EC2's two
    // instances is dead and nobody has noticed: half of 300 of 36,000 requests.
    const double refused = effect.platform == Platform::Ec2 ? 150 / 36'000.0 : 0;
    CHECK(effect.struck.failedFraction == Approx(0.025 + refused).epsilon(0.1));
    CHECK(effect.calm.failedFraction < 0.001);
    CHECK(effect.calm.meetsObjective);
    CHECK_FALSE(effect.struck.meetsObjective);
  }
  CHECK(decision->stress[1].platform == Platform::Ec2);
  CHECK(decision->stress[1].calm.monthlyUsd == Approx(calm->ec2->monthlyCostUsd.value));
  CHECK(decision->stress[1].struck.monthlyUsd == Approx(decision->ec2->monthlyCostUsd.value));
  CHECK(tests::hasReason(*decision, "stress"));
  CHECK(reportText(*decision).find("What the stress did") != std::string::npos);
  CHECK(reportJson(*decision).find("\"stress\"") != std::string::npos);
}

// 100 requests of 2 s are in flight, in 10 environments of 16 slots on three instances. Four die with their zone: six
// have 96 slots until the others have started.
TEST_CASE("A lost zone strikes Managed Instances too", "[stress][managed]") {
  const auto decision = tests::simulated(tests::shortScenario(
      {"workload.arrivals.rate=50/s", "workload.work.mean=2s", "workload.work.cpu_fraction=0.05", "run.replications=1",
       "managed_instances.instance_type=c7g.2xlarge", "managed_instances.headroom=1.2",
       R"(workload.failures.lost_zones=[{"at":"15min","lasts":"10min"}])"}));
  const auto managed = std::ranges::find(decision->stress, Platform::ManagedInstances, &StressEffect::platform);
  REQUIRE(managed != decision->stress.end());
  CHECK(managed->calm.failedFraction == 0);
  CHECK(managed->struck.failedFraction > 0);
  const auto& lane = *decision->managed;
  CHECK(lane.errored > 20);
  CHECK(lane.errored < 60);
  CHECK(lane.throttled > 0);
  const auto warning = std::ranges::find(decision->warnings, "managed_throttled", &Warning::code);
  REQUIRE(warning != decision->warnings.end());
  CHECK(warning->advice.starts_with("Lost machines"));
  CHECK(lane.completed + lane.throttled + lane.timedOut + lane.errored == lane.requests);
  CHECK(managed->struck.monthlyUsd < managed->calm.monthlyUsd); // nobody pays for what is not yet replaced
}

TEST_CASE("the sentence about the stress says what changed", "[stress]") {
  StressEffect effect{Platform::Ec2, {200, 0, 100, true}, {2500, 0.01, 101.5, false}};
  CHECK(stressSentences({effect}) ==
        std::vector<std::string>{
            "Under the stress of the scenario EC2's p99 is 2.5 s instead of 200 ms, 1 % fail instead of 0 "
            "%, and a month costs $101.50 instead of $100.00; without it, it meets the objective."});
}
