#include "model/evaluation/candidates.hpp"

#include <algorithm>
#include <array>

#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

// Steps of memory that change something: the vCPU steps of 1,769 MB and the sizes people use.
constexpr std::array kMemories{128, 256, 512, 768, 1024, 1536, 1769, 2048, 3008, 3538, 5307, 7076, 8845, 10240};
constexpr int kMemoryStep = 64, kVcpuStep = 1769; // MB
constexpr std::size_t kMostMeasured = 32;         // sizes of a curve that are tried beside the usual ones
// For Managed Instances: current general-purpose, compute and memory families of three makers.
constexpr std::array<std::string_view, 11> kFamilies{"c7g", "c8g", "c7i", "c7a", "m7g", "m8g",
                                                     "m7i", "m7a", "r7g", "r8g", "r7i"};
constexpr std::array<std::string_view, 6> kSizes{"medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge"};

template <class Range> bool contains(const Range& range, std::string_view name) {
  return std::find(range.begin(), range.end(), name) != range.end();
}

void sortOut(const Scenario& scenario, std::vector<pricing::Memory>& memories) {
  std::erase_if(memories, [&](pricing::Memory memory) { return memory < scenario.workload.memory; });
  std::ranges::sort(memories);
  memories.erase(std::unique(memories.begin(), memories.end()), memories.end());
}

std::vector<pricing::Memory> memoriesToSearch(const Scenario& scenario) {
  if (scenario.lambda->powerTuning) return memoriesToTry(scenario);
  std::vector<pricing::Memory> memories;
  const auto largest = workloads::kLargestLambdaMemory.inMebibytes();
  for (auto mib = workloads::kSmallestLambdaMemory.inMebibytes(); mib <= largest; mib += kMemoryStep)
    memories.push_back(pricing::Memory::mebibytes(mib));
  for (int mib = kVcpuStep; mib <= largest; mib += kVcpuStep) memories.push_back(pricing::Memory::mebibytes(mib));
  sortOut(scenario, memories);
  return memories;
}

bool isSearched(const pricing::InstanceType& type) {
  return type.currentGeneration && !type.bareMetal && !type.burstable && !type.flex;
}

} // namespace

std::vector<pricing::Memory> memoriesToTry(const Scenario& scenario) {
  const auto& curve = scenario.lambda->powerTuning;
  std::vector<pricing::Memory> memories;
  for (const int mib : kMemories) memories.push_back(pricing::Memory::mebibytes(mib));
  if (curve) {
    std::erase_if(memories, [&](pricing::Memory memory) { return !curve->covers(memory); });
    if (curve->points.size() <= kMostMeasured)
      for (const auto& point : curve->points) memories.push_back(point.memory);
  }
  sortOut(scenario, memories);
  if (curve && memories.empty() && scenario.workload.memory <= workloads::kLargestLambdaMemory)
    memories.push_back(scenario.workload.memory);
  return memories;
}

std::vector<Scenario> lambdaCandidates(const Scenario& scenario) {
  const auto& setup = *scenario.lambda;
  const auto memories = setup.memory ? std::vector{*setup.memory} : memoriesToSearch(scenario);
  std::vector<pricing::Architecture> architectures{pricing::Architecture::X86_64, pricing::Architecture::Arm64};
  if (setup.architecture) architectures = {*setup.architecture};
  std::vector<Scenario> candidates;
  for (const auto memory : memories)
    for (const auto architecture : architectures) candidates.push_back(withLambda(scenario, memory, architecture));
  return candidates;
}

std::vector<Scenario> ec2Candidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto& setup = *scenario.ec2;
  if (setup.instanceType) return {scenario};
  std::vector<Scenario> candidates;
  for (const auto& type : catalogue.types()) {
    if (!isSearched(type) || type.memory < scenario.workload.memory) continue;
    if (!catalogue.instanceHour(scenario.region, type.name, setup.purchase)) continue;
    candidates.push_back(withInstance(scenario, type.name));
  }
  return candidates;
}

std::vector<Scenario> managedCandidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto& setup = *scenario.managed;
  if (setup.instanceType) return {scenario};
  std::vector<Scenario> candidates;
  for (const auto& type : catalogue.types()) {
    if (!contains(kFamilies, type.family) || !contains(kSizes, type.size)) continue;
    if (environmentRoom(scenario, type).perInstance < 1 || type.memory < scenario.workload.memory) continue;
    if (setup.maxVcpus < managedFloor(setup) * type.vcpus) continue;
    if (!catalogue.instanceHour(scenario.region, type.name, setup.purchase)) continue;
    candidates.push_back(withManagedInstance(scenario, type.name));
  }
  return candidates;
}

} // namespace model
