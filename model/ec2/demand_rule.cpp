#include "model/ec2/demand_rule.hpp"

#include <array>

#include "workloads/widest.hpp"

namespace model::ec2 {

namespace {

using workloads::widest::cutOff;
using workloads::widest::kSmall;
using workloads::widest::toDouble;

constexpr std::size_t kBlock = 256;

// Durations and cores below 2^50, whatever the work in the block.
bool staysSmall(const std::int64_t* cpu, const std::int64_t* io, std::size_t count, double speed, double parallel) {
  std::int64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits |= cpu[i] | io[i];
  constexpr auto kLimit = static_cast<double>(kSmall);
  return bits >= 0 && static_cast<double>(bits) * (1 + 1 / (speed * parallel)) < kLimit / 2 &&
         parallel * static_cast<double>(kCore) < kLimit / 2;
}

// DemandRule::demand of a block, in the same operations. Precondition: it stays small.
BREAKEVEN_WIDEST void work(const std::int64_t* cpu, const std::int64_t* io, std::size_t count, double speed,
                           double parallel, std::int64_t* durations, std::int64_t* cores) {
  for (std::size_t i = 0; i < count; ++i) {
    const double cpuNs = toDouble(cpu[i]), total = toDouble(io[i]) + cpuNs / (speed * parallel);
    const std::int64_t lasts = cutOff(total + 0.5);
    const double wanted = cpuNs / (speed * toDouble(lasts)), used = parallel < wanted ? parallel : wanted;
    const std::int64_t inUnits = cutOff(used * static_cast<double>(kCore) + 0.5);
    durations[i] = lasts;
    cores[i] = inUnits & ((0 - lasts) >> 63); // nothing of what takes no time
  }
}

BREAKEVEN_WIDEST void bring(const std::int64_t* arrival, const std::int64_t* durations, const std::int64_t* cores,
                            std::size_t count, std::int64_t mostCores, Demand* demands) {
  for (std::size_t i = 0; i < count; ++i)
    demands[i] = {arrival[i], durations[i], cores[i] < mostCores ? cores[i] : mostCores};
}

} // namespace

void DemandRule::operator()(const workloads::RequestBatch& batch, Demand* demands) const {
  std::array<std::int64_t, kBlock> durations, cores;
  for (std::size_t from = 0; from < batch.size(); from += kBlock) {
    const std::size_t count = std::min(kBlock, batch.size() - from);
    const std::int64_t *cpu = &batch.cpu[from], *io = &batch.io[from];
    if (staysSmall(cpu, io, count, m_speed, m_parallel)) {
      work(cpu, io, count, m_speed, m_parallel, durations.data(), cores.data());
      bring(&batch.arrival[from], durations.data(), cores.data(), count, m_mostCores, &demands[from]);
      continue;
    }
    for (std::size_t i = 0; i < count; ++i) demands[from + i] = (*this)(batch.arrival[from + i], cpu[i], io[i]);
  }
}

} // namespace model::ec2
