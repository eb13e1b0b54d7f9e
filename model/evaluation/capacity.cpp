#include "model/evaluation/capacity.hpp"

#include <algorithm>
#include <cmath>

#include "workloads/import/trace.hpp"

namespace model {

WorkFigures workOf(const workloads::Workload& workload) {
  if (workload.work.duration)
    return {workloads::meanSeconds(*workload.work.duration), workloads::quantileSeconds(*workload.work.duration, 0.99),
            workloads::squaredCv(*workload.work.duration)};
  const auto* arrivals = std::get_if<workloads::TraceArrivals>(&workload.arrivals);
  if (arrivals == nullptr || !arrivals->trace || !arrivals->trace->summary().durations) return {};
  const auto& durations = *arrivals->trace->summary().durations;
  return {durations.meanMs / 1e3, durations.p99Ms / 1e3, 1.0};
}

double lambdaStretch(const LambdaFunction& function, const workloads::Work& work) {
  const double measured = workloads::lambdaVcpuShare(work.measuredAt, work.threads);
  const double here = function.speed * workloads::lambdaVcpuShare(function.memory, function.threads);
  return (1 - work.cpuFraction) * function.perIo + work.cpuFraction * measured / here;
}

namespace {

double stretch(const workloads::Work& work, double speed, double parallel) {
  const double measured = workloads::lambdaVcpuShare(work.measuredAt, work.threads);
  return 1 - work.cpuFraction + work.cpuFraction * measured / (speed * parallel);
}

double coreSeconds(double speed, const workloads::Workload& workload) {
  const auto& work = workload.work;
  return workOf(workload).meanSeconds * work.cpuFraction * workloads::lambdaVcpuShare(work.measuredAt, work.threads) /
         speed;
}

} // namespace

double ec2Stretch(const Ec2Fleet& fleet, const workloads::Work& work) {
  return stretch(work, fleet.speed, std::min(fleet.threads, fleet.vcpus));
}

double managedStretch(const ManagedFleet& fleet, const workloads::Work& work) {
  return stretch(work, fleet.speed, std::min(fleet.threads, fleet.environmentVcpus));
}

double coreSeconds(const Ec2Fleet& fleet, const workloads::Workload& workload) {
  return coreSeconds(fleet.speed, workload);
}

double coreSeconds(const ManagedFleet& fleet, const workloads::Workload& workload) {
  return coreSeconds(fleet.speed, workload);
}

double instancesNeeded(const Ec2Fleet& fleet, double ratePerSecond, const workloads::Workload& workload) {
  const auto target = scalingTarget(fleet.scaling);
  double byLoad = ratePerSecond * coreSeconds(fleet, workload) / fleet.vcpus;
  if (target && target->metric == ScalingMetric::Cpu) byLoad /= target->value;
  if (target && target->metric == ScalingMetric::RequestsPerTarget)
    byLoad = ratePerSecond * pricing::inSeconds(target->period) / target->value;
  // Work that waits uses no core but a worker: the workers must hold the requests in flight (Little's law).
  const double inFlight = ratePerSecond * workOf(workload).meanSeconds * ec2Stretch(fleet, workload.work);
  const double byWorkers = inFlight / static_cast<double>(fleet.workers);
  return std::max(1.0, std::ceil(std::max(byLoad, byWorkers) - 1e-9));
}

} // namespace model
