// A published simulation of serverless platforms: Mahmoudi & Khazaei, "SimFaaS: A Performance Simulator for Serverless
// Computing Platforms" (2021), its example run: Poisson 0.9/s, mean warm service 1.991 s, cold 2.244 s (so init 253
// ms), expiry 600 s, horizon 1e6 s. Published: 7.66 to 7.69 environments, 1.79 busy, cold fraction 0.0013 to 0.0014.
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

TEST_CASE("the published example comes out through the door", "[evaluation]") {
  const auto scenario = model::readScenario(R"({
    "schema_version": 1, "ec2": null,
    "workload": {"arrivals": {"kind": "poisson", "rate": "0.9/s"}, "work": {"kind": "exponential", "mean": "1.991s"}},
    "lambda": {"memory": "1769MB", "init": {"kind": "constant", "value": "253ms"},
               "idle_lifetime": {"kind": "constant", "value": "600s"}, "max_lifetime": "none"},
    "run": {"horizon": "1000000s", "replications": 1}})",
                                            "published");
  const auto decision = tests::simulated(scenario);
  REQUIRE(decision->lambda);
  const auto& lambda = *decision->lambda;
  CHECK(lambda.environmentsMean.value > 7.6);
  CHECK(lambda.environmentsMean.value < 7.75);
  CHECK(lambda.environmentsBusy.value > 1.78);
  CHECK(lambda.environmentsBusy.value < 1.80);
  CHECK(lambda.coldFraction.value > 0.0012);
  CHECK(lambda.coldFraction.value < 0.0015);
}
