#pragma once
// What a Managed Instances setup comes to: the size of an environment, how many fit on an instance, how many requests
// each takes, and the fleet the simulator runs. Sources: AWS Lambda developer guide, Managed Instances (copies of
// Sep-Oct 2026); AWS's sample calculator (aws-samples/sample-aws-lambda-managed-instances, 19 Mar 2026) for what the
// system keeps of an instance, executions resident at once and concurrency by runtime.
// Pinned by tests/model/managed_setup_test.cpp.
#include "model/scenario.hpp"

namespace model {

// An environment and its place. memory = vcpus x memory per vCPU (2:1, 4:1 or 8:1), 2 GB and 1 vCPU at least.
struct EnvironmentRoom {
  double vcpus = 1;
  pricing::Memory memory = pricing::Memory::mebibytes(2048);
  std::int64_t slotCount = 16;      // requests at once
  std::int64_t perInstance = 3; // 0: not even one fits beside what the system keeps
};
EnvironmentRoom environmentRoom(const Scenario& scenario, const pricing::InstanceType& type);

// Requests at once per vCPU of a runtime, 64 at most: Node.js 64, Java and .NET 32, Python and all others 16.
std::int64_t defaultConcurrencyPerVcpu(std::string_view runtime);
// That of the Lambda setup, the default one when Lambda is left out.
std::string managedRuntime(const Scenario& scenario);
DefaultInit defaultManagedInit(const Scenario& scenario, pricing::Architecture architecture);

// Instances that stay whatever the load: one in each of three zones while there are that many environments.
std::int64_t managedFloor(const ManagedSetup& setup);

// Preconditions: problems() empty, an instance type given.
ManagedFleet managedFleet(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

} // namespace model
