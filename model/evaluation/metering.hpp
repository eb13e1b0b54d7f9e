#pragma once
// From what a simulator counted to what a bill is made of: usage scaled to a month, before tiers and free tier apply.
// Every line is driven by simulated quantities. Pinned by tests/model/metering_test.cpp.
#include "model/evaluation/replication.hpp"
#include "model/scenario.hpp"
#include "pricing/billing.hpp"

namespace model {

// Observed seconds and the traffic of the run they belong to.
struct Metered {
  double observedSeconds = 0;
  std::span<const std::uint64_t> hourlyRequests{}; // of the whole run, for load balancer hours
  Duration horizon{};
};

// Counts of the observation -> counts of a month.
double monthFactor(const Scenario& scenario, const Metered& metered);

// Requests that started are billed, throttled ones are not (AWS Lambda pricing page: requests that start executing).
pricing::MonthlyUsage lambdaUsage(const Scenario& scenario, const LambdaTally& tally, const Metered& metered);

// With a commitment (reserved, Savings Plan) the first `min` instances are paid all month at the committed rate, used
// or not, and hours above them on demand; on demand and spot pay the hours used.
pricing::MonthlyUsage ec2Usage(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered);

// Mean LCU per hour: the largest dimension of each hour. A request is taken as one new connection that lives as long as
// its response takes (no keep-alive): the dearest reading, so a load balancer is never flattered.
double meanLcu(const workloads::Workload& workload, const Metered& metered, pricing::TargetKind targets,
               double meanLatencyS);

// The same month at `requestRatio` times the requests on `instanceRatio` times the instances: what follows requests
// (requests, duration, transfer, logs, LCU) and what follows instances (hours, volumes, addresses, monitoring) are
// multiplied; what is there anyway (load balancer hours, provisioned environments, commitments) is not.
pricing::MonthlyUsage extrapolated(pricing::MonthlyUsage usage, double requestRatio, double instanceRatio);

} // namespace model
