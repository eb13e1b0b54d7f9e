#pragma once
// Fleets in front of a Poisson stream, as queueing theory has them: nobody is rejected and nobody gives up.
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"

namespace stations {

using model::Discipline;
using model::Ec2Run;
using workloads::DurationDistribution;

inline constexpr double kServiceS = 0.1;
inline constexpr std::chrono::milliseconds kService{100};
inline const DurationDistribution kExponential = workloads::Exponential{kService};
inline const DurationDistribution kConstant = workloads::Constant{kService};

struct Station {
  model::Ec2Fleet fleet;
  DurationDistribution work = kExponential;
  double ratePerS = 1;
  double requests = 40'000, warmup = 10'000; // of a replication, in mean numbers of requests
  double cpuFraction = 1;
  // Requests go on for a quarter as long again, unobserved: when they stop, shared ones finish sooner than they would.
  bool goesOn = false;
  int timelinePoints = 0;
  std::uint64_t seed = 2026;
};

// `instances` of `cores` vCPUs each, with as many workers when first come is first served; rho: load of each core.
inline Station station(Discipline discipline, std::int64_t cores, double rho, DurationDistribution work = kExponential,
                       std::int64_t instances = 1) {
  Station s;
  s.fleet.vcpus = static_cast<double>(cores);
  s.fleet.discipline = discipline;
  s.fleet.workers = discipline == Discipline::Fcfs ? cores : 1'000'000;
  s.fleet.queueLimit = 1'000'000;
  s.fleet.requestTimeout = std::chrono::hours(10'000);
  s.fleet.initial = s.fleet.min = s.fleet.max = instances;
  s.work = std::move(work);
  s.ratePerS = rho * static_cast<double>(cores * instances) / kServiceS;
  return s;
}

inline Ec2Run replication(const Station& s, std::uint64_t number) {
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(s.ratePerS)};
  workload.work.duration = s.work;
  workload.work.cpuFraction = s.cpuFraction;
  model::ObservationPlan plan;
  plan.warmup = pricing::fromSeconds(s.warmup / s.ratePerS);
  plan.windows = s.goesOn ? 5 : 1;
  plan.horizon = plan.warmup + pricing::fromSeconds((s.goesOn ? 1.25 : 1) * s.requests / s.ratePerS);
  plan.timelinePoints = s.timelinePoints;
  model::Ec2Simulator simulator(s.fleet, plan, s.seed, number);
  workloads::RequestStream stream(workload, s.seed, number, plan.horizon);
  workloads::RequestBatch batch;
  while (stream.next(batch)) simulator.feed(batch);
  return simulator.finish();
}

using Figure = std::function<double(const Ec2Run&)>;

// All windows but the one in which requests only go on.
inline model::Outcomes observed(const Ec2Run& run) {
  model::Outcomes sum = run.windows.at(0).outcomes;
  for (std::size_t i = 1; i + 1 < run.windows.size(); ++i) sum += run.windows[i].outcomes;
  return sum;
}
inline double meanResponse(const Ec2Run& run) { return observed(run).latency.meanSeconds(); }
inline std::vector<double> observe(const Station& s, const Figure& figure, std::uint64_t replications = 12) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < replications; ++i) values.push_back(figure(replication(s, i)));
  return values;
}

} // namespace stations
