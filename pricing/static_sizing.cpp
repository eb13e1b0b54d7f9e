#include "pricing/static_sizing.hpp"

#include <algorithm>
#include <cmath>

namespace pricing {

double environmentsPerInstance(const StaticSizing& sizing, const InstanceType& type, const BillingRules& rules) {
  const double resident = sizing.residentExecutions * static_cast<double>(sizing.memoryPerExecution.inMebibytes());
  const double environmentMib = std::max(rules.managedEnvironmentMib, resident);
  const double mib = static_cast<double>((type.memory.inMebibytes() - sizing.reservedMemory.inMebibytes()));
  const double byCpu = (type.vcpus - sizing.reservedVcpus) / sizing.environmentVcpus;
  return std::max(0.0, std::floor(std::min(byCpu, mib / environmentMib)));
}

double managedInstances(const StaticSizing& sizing, const InstanceType& type, const BillingRules& rules) {
  const double each = environmentsPerInstance(sizing, type, rules);
  if (each == 0) return 0;
  const double environments = std::ceil(sizing.concurrency / (sizing.concurrencyPerVcpu * sizing.environmentVcpus));
  const double base = std::max(rules.managedInstancesMinimum, std::ceil(environments / each));
  return std::ceil(sizing.buffer * base);
}

double ec2Instances(const StaticSizing& sizing, const InstanceType& type, const BillingRules& rules) {
  // The slack keeps 12 x 0.8 / 0.6 at 16.
  constexpr double kSlack = 1e-9;
  return std::ceil(managedInstances(sizing, type, rules) * sizing.managedPacking / sizing.packing - kSlack);
}

} // namespace pricing
