#pragma once
// Mean-value arithmetic on a workload and a platform: how long work takes there, how many cores and instances the load
// needs. No randomness, no time. Pinned by tests/model/capacity_test.cpp.
#include "model/scenario.hpp"

namespace model {

// The duration law at the place it was measured; a trace that carries durations answers from its summary.
struct WorkFigures {
  double meanSeconds = 0, p99Seconds = 0, squaredCv = 1;
};
WorkFigures workOf(const workloads::Workload& workload);

// Duration here / duration as measured; the same for every request, since cpu and io keep their proportion.
double lambdaStretch(const LambdaFunction& function, const workloads::Work& work);
double ec2Stretch(const Ec2Fleet& fleet, const workloads::Work& work);

double managedStretch(const ManagedFleet& fleet, const workloads::Work& work);

// vCPU-seconds of this fleet's instances that a mean request uses.
double coreSeconds(const Ec2Fleet& fleet, const workloads::Workload& workload);
double coreSeconds(const ManagedFleet& fleet, const workloads::Workload& workload);
// Instances that carry the rate at the scaling target (without scaling: at full load); >= 1.
double instancesNeeded(const Ec2Fleet& fleet, double ratePerSecond, const workloads::Workload& workload);

} // namespace model
