#pragma once
// Runs of Lambda Managed Instances on requests written down one by one.
#include <vector>

#include "model/managed/managed_simulator.hpp"
#include "tests/support/ec2_scenarios.hpp"
#include "tests/support/reference_managed.hpp"

namespace managed_runs {

inline model::ManagedRun simulate(const model::ManagedFleet& fleet, const model::ObservationPlan& plan,
                                  const std::vector<reference::Request>& requests, std::uint64_t seed = 1,
                                  std::size_t batch = 1000) {
  return scenarios::fed(model::ManagedSimulator(fleet, plan, seed, 0), requests, batch);
}

} // namespace managed_runs
