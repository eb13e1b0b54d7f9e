#include "model/managed/managed_setup.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "model/evaluation/capacity.hpp"
#include "pricing/billing_rules.hpp"
#include "pricing/static_sizing.hpp"

namespace model {

namespace {

using pricing::Memory;

constexpr std::int64_t kZones = 3;

std::int64_t perVcpuMib(const ManagedSetup& setup, const pricing::InstanceType& type) {
  if (setup.memoryPerVcpu) return setup.memoryPerVcpu->inMebibytes();
  const std::int64_t has = type.memory.inMebibytes() / std::max(1, type.vcpus);
  return has >= 8192 ? 8192 : has >= 4096 ? 4096 : 2048;
}

// As AWS's calculator sizes memory: for as many executions as are resident at once.
std::int64_t environmentMib(const ManagedSetup& setup, const workloads::Workload& workload, std::int64_t perVcpu) {
  if (setup.memory) return setup.memory->inMebibytes();
  const double resident =
      pricing::StaticSizing{}.residentExecutions * static_cast<double>(workload.memory.inMebibytes());
  std::int64_t mib = perVcpu;
  while (static_cast<double>(mib) < resident) mib *= 2;
  return mib;
}

std::int64_t slotsOf(const Scenario& scenario, const EnvironmentRoom& room) {
  const auto& setup = *scenario.managed;
  const auto perVcpu = setup.concurrencyPerVcpu.value_or(defaultConcurrencyPerVcpu(managedRuntime(scenario)));
  auto slots = static_cast<std::int64_t>(static_cast<double>(perVcpu) * room.vcpus);
  if (!setup.concurrencyPerVcpu)
    slots =
        std::min(slots, room.memory.inMebibytes() / std::max<std::int64_t>(1, scenario.workload.memory.inMebibytes()));
  return std::max<std::int64_t>(1, slots);
}

std::int64_t fittingOn(const pricing::InstanceType& type, const EnvironmentRoom& room) {
  pricing::StaticSizing sizing;
  sizing.memoryPerExecution = room.memory;
  sizing.residentExecutions = 1;
  sizing.environmentVcpus = room.vcpus;
  return static_cast<std::int64_t>(pricing::environmentsPerInstance(sizing, type, pricing::todaysRules()));
}

std::int64_t initialEnvironments(const Scenario& scenario, const ManagedFleet& fleet) {
  constexpr Duration kWeek = std::chrono::hours(168);
  const auto& workload = scenario.workload;
  const double rate = workloads::meanRatePerSecond(workload.arrivals, scenario.run.horizon.value_or(kWeek));
  return environmentsWanted(fleet, rate * coreSeconds(fleet, workload),
                            rate * workOf(workload).meanSeconds * managedStretch(fleet, workload.work));
}

} // namespace

std::int64_t defaultConcurrencyPerVcpu(std::string_view runtime) {
  if (runtime.starts_with("nodejs")) return 64;
  if (runtime.starts_with("java") || runtime.starts_with("dotnet")) return 32;
  return 16;
}

std::string managedRuntime(const Scenario& scenario) {
  return scenario.lambda ? scenario.lambda->runtime : LambdaSetup{}.runtime;
}

DefaultInit defaultManagedInit(const Scenario& scenario, pricing::Architecture architecture) {
  const auto memory = scenario.managed ? scenario.managed->memory.value_or(EnvironmentRoom{}.memory) : Memory{};
  return defaultInit(managedRuntime(scenario), architecture, Package::Zip, memory);
}

EnvironmentRoom environmentRoom(const Scenario& scenario, const pricing::InstanceType& type) {
  const auto& setup = *scenario.managed;
  const auto perVcpu = perVcpuMib(setup, type);
  EnvironmentRoom room;
  room.memory = Memory::mebibytes(environmentMib(setup, scenario.workload, perVcpu));
  room.vcpus = static_cast<double>(room.memory.inMebibytes()) / static_cast<double>(perVcpu);
  room.slotCount = slotsOf(scenario, room);
  room.perInstance = fittingOn(type, room);
  return room;
}

std::int64_t managedFloor(const ManagedSetup& setup) { return std::min(setup.min, kZones); }

ManagedFleet managedFleet(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  assert(scenario.managed && scenario.managed->instanceType);
  const auto& setup = *scenario.managed;
  const auto* type = catalogue.findType(*setup.instanceType);
  assert(type);
  const auto room = environmentRoom(scenario, *type);
  ManagedFleet fleet;
  fleet.vcpus = type->vcpus;
  fleet.environmentVcpus = room.vcpus;
  fleet.environmentsPerInstance = room.perInstance;
  fleet.slotCount = room.slotCount;
  fleet.cpuSaturation = setup.cpuSaturation;
  fleet.speed = setup.speed.value_or(defaultEc2Speed(*type).speed);
  fleet.threads = scenario.workload.work.threads;
  fleet.timeout = setup.timeout;
  fleet.zones = static_cast<int>(kZones);
  fleet.min = setup.min;
  fleet.minInstances = managedFloor(setup);
  fleet.maxInstances = setup.maxVcpus / std::max(1, type->vcpus);
  fleet.scaling = setup.scaling;
  fleet.boot = setup.boot;
  fleet.init = setup.init ? *setup.init : defaultManagedInit(scenario, type->architecture).distribution;
  fleet.overhead = setup.overhead;
  fleet.lostInstances = scenario.failures.lostInstances;
  fleet.lostZones = scenario.failures.lostZones;
  fleet.badDeployments = scenario.failures.badDeployments;
  fleet.initial = setup.initial.value_or(initialEnvironments(scenario, fleet));
  return fleet;
}

} // namespace model
