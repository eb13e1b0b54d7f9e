#pragma once
// Work -> uncontended duration and cores wanted, where vCPUs are shared: design section 2. Instances of EC2 and
// environments of Managed Instances have the same rule. Pinned by tests/model/ec2_simulator_test.cpp.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "model/ec2/request_engine.hpp"
#include "workloads/workload.hpp"

namespace model::ec2 {

class DemandRule {
 public:
  // `vcpus` that are shared, `speed` of each, `threads` of them that one request can use.
  DemandRule(double vcpus, double speed, double threads)
      : m_speed(speed), m_parallel(std::min(threads, vcpus)),
        m_mostCores(std::llround(m_parallel * static_cast<double>(kCore))) {}
  std::int64_t duration(std::int64_t cpuNs, std::int64_t ioNs) const {
    return duration(static_cast<double>(cpuNs), static_cast<double>(ioNs));
  }
  Demand operator()(std::int64_t arrival, std::int64_t cpuNs, std::int64_t ioNs) const {
    return demand(arrival, static_cast<double>(cpuNs), static_cast<double>(ioNs));
  }
  // The same of many at once: columns of one length.
  void operator()(const workloads::RequestBatch& batch, Demand* demands) const;
  std::int64_t mostCores() const { return m_mostCores; } // that one request wants, kCore units
  // What `taken` is under this rule, when it was made by another: its work is known to 2^-32 of it from there.
  Demand restated(const Demand& taken, const DemandRule& by) const {
    if (this == &by) return taken;
    const auto lasts = static_cast<double>(taken.duration);
    const double cpu = static_cast<double>(taken.cores) / static_cast<double>(kCore) * by.m_speed * lasts;
    return demand(taken.arrival, cpu, std::max(0.0, lasts - cpu / (by.m_speed * by.m_parallel)));
  }

 private:
  std::int64_t duration(double cpuNs, double ioNs) const {
    const double total = ioNs + cpuNs / (m_speed * m_parallel);
    return total < static_cast<double>(kLongestNs) ? static_cast<std::int64_t>(total + 0.5) : kLongestNs;
  }
  Demand demand(std::int64_t arrival, double cpuNs, double ioNs) const {
    const std::int64_t lasts = duration(cpuNs, ioNs);
    if (lasts == 0) return {arrival, 0, 0};
    // Rounding the duration to whole ns must not make a request want more than it can use.
    const double wanted = cpuNs / (m_speed * static_cast<double>(lasts));
    const auto cores = static_cast<std::int64_t>(std::min(wanted, m_parallel) * static_cast<double>(kCore) + 0.5);
    return {arrival, lasts, std::min(cores, m_mostCores)};
  }

  double m_speed, m_parallel;
  std::int64_t m_mostCores;
};

} // namespace model::ec2
