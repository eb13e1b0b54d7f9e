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
  std::span<const std::uint64_t> hourlyOverflow{}; // of these, to a hybrid's function
};

// Counts of the observation -> counts of a month.
double monthFactor(const Scenario& scenario, const Metered& metered);

// Requests that started are billed, throttled ones are not (AWS Lambda pricing page: requests that start executing).
pricing::MonthlyUsage lambdaUsage(const Scenario& scenario, const LambdaTally& tally, const Metered& metered);

// With a commitment (reserved, Savings Plan) the first `min` instances are paid all month at the committed rate, used
// or not, and hours above them on demand; on demand and spot pay the hours used. Of a mixed fleet the commitment is to
// what of `min` is on demand. What the simulator bought on the spot market has a line for each type, less what is free.
// `instanceGib` is an instance's memory, for which the volumes of a fleet with a hibernated warm pool have room.
pricing::MonthlyUsage ec2Usage(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered,
                               double instanceGib = 0);
double instanceGib(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

// vCPU-hours that burstable instances are billed beyond their credits.
double surplusVcpuHours(const pricing::MonthlyUsage& usage);

// Instance hours and requests that were taken, with the same rule for commitments; the 15 % fee is the bill's. Front
// door and transfer as for Lambda, NAT gateways and zones as for EC2: the instances are in the owner's VPC.
pricing::MonthlyUsage managedUsage(const Scenario& scenario, const ManagedTally& tally, const Metered& metered);

// One month of both parts: instances and function as each is metered by itself, what stands around them once. The
// function is a target of the fleet's load balancer, whose hours are paid once and whose capacity units hold 1 GB an
// hour to instances and 0.4 GB to the function (Elastic Load Balancing pricing); its own front door is not billed.
pricing::MonthlyUsage hybridUsage(const Scenario& scenario, const HybridTally& tally, const Metered& metered);

// Mean LCU and NLCU (TCP) per hour: the largest dimension of each hour. Connections are opened once for
// network.requests_per_connection requests and stay open for each response and the idle time after it: by Little's law
// rate x (latency + idle) of them are active. By default a request is one connection without keep-alive: the dearest
// reading, so a load balancer is never flattered.
double meanLcu(const Scenario& scenario, const Metered& metered, pricing::TargetKind targets, double meanLatencyS);
double meanNlcu(const Scenario& scenario, const Metered& metered, double meanLatencyS);

// What a platform does at the source with the requests that arrive.
struct SourceTraffic {
  double requests = 0; // that arrive
  double runs = 0;     // of the code, repeated ones included
  // Where Lambda polls the queue: requests received and deleted, and how many a call takes. Otherwise each once, in the
  // source's own batches.
  struct Polls {
    double received = 0, deleted = 0, batch = 1;
  };
  std::optional<Polls> polls;
};

// Lines of scenario.source for a month's traffic: what is stored, sent or put to bring the requests and what is
// fetched, received or read to get them. Of EC2 and Managed Instances every request counts once: nothing is delivered again.
void addSource(const Scenario& scenario, const SourceTraffic& traffic, pricing::MonthlyUsage& usage);

// The same month at `requestRatio` times the requests on `instanceRatio` times the instances: what follows requests
// (requests, duration, transfer, logs, LCU, source) and what follows instances (hours, volumes, addresses, monitoring)
// are multiplied; what is there anyway (load balancer and shard hours, provisioned environments, NAT gateways, alarms,
// commitments) is not.
pricing::MonthlyUsage extrapolated(pricing::MonthlyUsage usage, double requestRatio, double instanceRatio);

// What one copy for tests or staging uses: production's month at `non_production_share` times the requests. On EC2 it
// keeps at least `min` instances all month; on Lambda it keeps the provisioned environments. A hybrid has the hours of
// both platforms, and as many copies, as large, as the one with more.
pricing::MonthlyUsage copyOf(const Scenario& scenario, Platform platform, const pricing::MonthlyUsage& production);

// The month with what the owner adds (scenario.costs): engineering hours, and copies at what the catalogue bills for
// one. Unchanged when the scenario adds nothing.
pricing::MonthlyUsage withOwnCosts(const Scenario& scenario, Platform platform, pricing::MonthlyUsage usage,
                                   const pricing::PriceCatalogue& catalogue);

// What that month costs with the owner's costs, USD.
double monthlyUsd(const Scenario& scenario, Platform platform, pricing::MonthlyUsage usage,
                  const pricing::PriceCatalogue& catalogue);

} // namespace model
