#pragma once
// How many instances a stated concurrency needs, by the arithmetic of AWS's sample calculator for Lambda Managed
// Instances (aws-samples/sample-aws-lambda-managed-instances, 19 Mar 2026): no arrivals, no queueing. Breakeven's own
// answer is the simulation; this states AWS's, so that both can be compared.
// Pinned by the calculator's test vectors (tests/pricing/static_sizing_test.cpp).
#include "pricing/billing_rules.hpp"

namespace pricing {

struct StaticSizing {
  double concurrency = 0;
  double concurrencyPerVcpu = 4; // AWS: 8 when mostly waiting, 4 balanced, 2 when mostly computing
  Memory memoryPerExecution = Memory::mebibytes(512);
  double residentExecutions = 4; // an environment's memory is sized for so many at once
  double environmentVcpus = 1;
  double reservedVcpus = 1; // of each instance, for the system
  Memory reservedMemory = Memory::mebibytes(1024);
  double buffer = 1.5;                        // spare instances: 1.5 is half as many again
  double packing = 0.6, managedPacking = 0.8; // how full an EC2 fleet, and Lambda, pack the same instances
};

// Environments that fit on one instance; 0 when not even one does.
double environmentsPerInstance(const StaticSizing& sizing, const InstanceType& type, const BillingRules& rules);
// Whole instances; 0 when no environment fits.
double managedInstances(const StaticSizing& sizing, const InstanceType& type, const BillingRules& rules);
double ec2Instances(const StaticSizing& sizing, const InstanceType& type, const BillingRules& rules);

} // namespace pricing
