#pragma once
// What committing to the simulated usage would cost: every kind of commitment at its cheapest, priced on the simulated
// clock hours, and the same commitment after a drop in traffic. All hours of all replications are equally likely hours
// of the year: nothing carries over between hours, so their order does not matter. Pinned by
// tests/model/commitment_plan_test.cpp.
#include "model/evaluation/replication.hpp"
#include "model/scenario.hpp"
#include "pricing/commitments.hpp"

namespace model {

// One platform's clock hours over all replications, in what commitments are counted in. An hour that the horizon cuts
// is scaled to a full one and counts by its length; hours of the warm-up do not count.
struct PlatformHours {
  std::optional<pricing::HourlyUsage> lambda, ec2;
};
PlatformHours platformHours(const Scenario& scenario, const Replications& runs, const RunShape& shape);

// `requests` on demand and provisioned that started, for the price on demand that a Compute Savings Plan pays for them;
// spread over the hours as the billed time is.
pricing::HourlyUsage lambdaHourlyUsage(const LambdaSetup& setup, std::span<const LambdaHours> replications,
                                       double requests, const RunShape& shape);
pricing::HourlyUsage ec2HourlyUsage(const std::string& instanceType, std::span<const Ec2Hours> replications,
                                    const RunShape& shape);

// Without `afterDrop` the figures after a drop stay 0.
CommitmentPlan planFor(const pricing::HourlyUsage& usage, const std::optional<pricing::HourlyUsage>& afterDrop,
                       const pricing::PriceCatalogue& catalogue, const Scenario& scenario, double trafficDrop);

struct CommitmentPlans {
  std::optional<CommitmentPlan> lambda,
      ec2; // nothing: the platform is absent, or all on spot, which nobody commits to; of a mixed fleet the rest
};
// Simulates the configured scenario again at 1 - trafficDrop of its rate, about kDropRequests requests at most, and
// prices both. `scenario` is fully configured (no "auto"); 0 <= trafficDrop <= 1.
inline constexpr double kDropRequests = 1e6;
std::variant<CommitmentPlans, Cancelled> planCommitments(const Scenario& scenario, const PlatformHours& hours,
                                                         const pricing::PriceCatalogue& catalogue, double trafficDrop,
                                                         const RunControl& control, const ProgressSpan& progress);

} // namespace model
