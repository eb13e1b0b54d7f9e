#pragma once
// Small scenarios for tests of the evaluation: the contract's example with a short run, and decisions made from it.
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/decision.hpp"
#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"

namespace tests {

inline const pricing::PriceCatalogue& catalogue() { return *pricing::PriceCatalogue::embedded(); }

// The contract's example over half an hour at 2 requests/s, with settings on top.
inline model::Scenario shortScenario(const Settings& settings = {}) {
  Settings all{"run.horizon=1800s", "run.replications=3", "workload.arrivals.rate=2/s", "objective.p99=null"};
  all.insert(all.end(), settings.begin(), settings.end());
  return model::readScenario(kContractExample, "contract", all);
}

inline model::RunControl threads(int count) {
  model::RunControl control;
  control.threads = count;
  return control;
}

inline std::shared_ptr<const model::Decision> decisionOf(const model::EvaluationOutcome& outcome) {
  REQUIRE(std::holds_alternative<std::shared_ptr<const model::Decision>>(outcome));
  return std::get<std::shared_ptr<const model::Decision>>(outcome);
}
inline std::shared_ptr<const model::Decision> simulated(const model::Scenario& scenario) {
  return decisionOf(model::simulate(scenario, catalogue(), threads(1)));
}
inline std::shared_ptr<const model::Decision> evaluated(const model::Scenario& scenario) {
  return decisionOf(model::evaluate(scenario, catalogue(), threads(1)));
}

// The JSON report without the two figures that are read from a clock.
inline std::string timelessJson(model::Decision decision) {
  decision.run.wallS = 0;
  decision.run.requestsPerSecond = 0;
  return model::reportJson(decision);
}

inline bool hasReason(const model::Decision& decision, const std::string& code) {
  for (const auto& reason : decision.reasons)
    if (reason.code == code) return true;
  return false;
}

} // namespace tests
