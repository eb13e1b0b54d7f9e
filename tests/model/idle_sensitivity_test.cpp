// What the idle lifetime changes: the rule sentence by sentence from hand-made cases, and runs in which it matters and
// in which it does not.
#include "model/evaluation/idle_sensitivity.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::shortScenario;
using Sentences = std::vector<std::string>;

std::vector<IdleCase> cases(IdleCase five, IdleCase fortyFive) {
  return {{"as assumed", 100, 0.010, 200, true, true}, std::move(five), std::move(fortyFive)};
}

} // namespace

TEST_CASE(
    "the idle lifetime matters from one cold start in a thousand, or when the objective or the cheaper side change",
    "[idle_sensitivity]") {
  CHECK(whatChanges(cases({"5 min", 101, 0.0109, 300, true, true}, {"45 min", 99, 0.0091, 100, true, true})).empty());
  CHECK(whatChanges(cases({"5 min", 101, 0.012, 650, true, true}, {"45 min", 99, 0.0, 150, true, true})) ==
        Sentences{"If idle environments were kept 5 min, 1.2 % of started requests would be cold instead of 1 %; p99 "
                  "650 ms instead of 200 ms.",
                  "If idle environments were kept 45 min, 0 % of started requests would be cold instead of 1 %; p99 "
                  "150 ms instead of 200 ms."});
  CHECK(whatChanges(cases({"5 min", 101, 0.0105, 300, false, true}, {"45 min", 99, 0.0095, 100, true, false})) ==
        Sentences{"If idle environments were kept 5 min, Lambda would miss the objective.",
                  "If idle environments were kept 45 min, EC2 would be the cheaper side."});
}

TEST_CASE("sparse requests feel the idle lifetime, and the report shows it", "[idle_sensitivity]") {
  // One request each 10 min on average: after 5 min most are cold, after 45 min hardly any (e^-0.5, e^-4.5).
  const auto decision =
      tests::simulated(shortScenario({"workload.arrivals.rate=6/h", "run.horizon=60d", "run.replications=2"}));
  REQUIRE(decision->idleSensitivity);
  const auto& found = *decision->idleSensitivity;
  REQUIRE(found.cases.size() == 3);
  CHECK(found.spanS == 60 * 86400);
  const double n = 6 * 24 * 60; // binomial: standard error below 0.5 / sqrt(n)
  CHECK(found.cases[1].coldFraction == Approx(std::exp(-0.5)).margin(4 * 0.5 / std::sqrt(n)));
  CHECK(found.cases[2].coldFraction == Approx(std::exp(-4.5)).margin(4 * 0.5 / std::sqrt(n)));
  CHECK(found.cases[1].p99Ms > 500); // init is in the tail
  CHECK(found.matters());
  CHECK(tests::hasReason(*decision, "idle_lifetime"));
  const auto text = reportText(*decision);
  CHECK(text.find("If idle environments were kept longer or shorter") != std::string::npos);
  CHECK(text.find("AWS documents no idle lifetime.") != std::string::npos);
  CHECK(text.find("  45 min ") != std::string::npos);
}

TEST_CASE("steady requests do not feel it, and the report says so in one sentence", "[idle_sensitivity]") {
  const auto decision = tests::simulated(
      shortScenario({"workload.arrivals.rate=20/s", "ec2=null", "run.horizon=2h", "run.replications=2"}));
  REQUIRE(decision->idleSensitivity);
  CHECK_FALSE(decision->idleSensitivity->matters());
  CHECK_FALSE(tests::hasReason(*decision, "idle_lifetime"));
  CHECK(reportText(*decision).find("Kept 5 or 45 min instead, over 2 h of the same requests, cold starts move by less "
                                   "than one request in a thousand") != std::string::npos);
}

TEST_CASE("without Lambda there is no idle lifetime to vary", "[idle_sensitivity]") {
  CHECK_FALSE(tests::simulated(shortScenario({"lambda=null"}))->idleSensitivity);
}
