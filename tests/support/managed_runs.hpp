#pragma once
// Runs of Lambda Managed Instances on requests written down one by one.
#include <vector>

#include "model/managed/managed_simulator.hpp"
#include "tests/support/reference_managed.hpp"

namespace managed_runs {

inline model::ManagedRun simulate(const model::ManagedFleet& fleet, const model::ObservationPlan& plan,
                                  const std::vector<reference::Request>& requests, std::uint64_t seed = 1,
                                  std::size_t batch = 1000) {
  model::ManagedSimulator simulator(fleet, plan, seed, 0);
  std::vector<std::int64_t> arrival, cpu, io;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    arrival.push_back(requests[i].arrival);
    cpu.push_back(requests[i].cpu);
    io.push_back(requests[i].io);
    if (arrival.size() < batch && i + 1 < requests.size()) continue;
    simulator.feed({arrival, cpu, io});
    arrival.clear();
    cpu.clear();
    io.clear();
  }
  return simulator.finish();
}

} // namespace managed_runs
