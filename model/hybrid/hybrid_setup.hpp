#pragma once
// What a hybrid setup comes to: the base fleet as an EC2 setup, what the simulator runs, the sizes and limits that a
// search tries, and what can be wrong with it. Rules: docs/hybrid.md. Pinned by tests/model/hybrid_setup_test.cpp.
#include "model/scenario_review.hpp"

namespace model {

// The scenario whose ec2 is the base: min, max, initial, scaling, type and purchase of the hybrid where it has them; a
// base of one size has no policy. An "auto" size counts as 1. Preconditions: a hybrid and ec2.
Scenario withBase(const Scenario& scenario);
// Preconditions: problems() empty, no "auto" left.
HybridFleet hybridFleet(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
bool isConfigured(const HybridSetup& setup);       // no "auto" left
std::string hybridLabel(const Scenario& scenario); // "c7g.large x 2, over 8 in flight to 1769 MB x86_64"

// Sizes from one instance to what the busiest hour keeps busy, about kMostSizes of them at most; limits of a full CPU,
// twice that, as much more as the p99 of the objective allows the work to be slowed, and all workers. Preconditions:
// lambda and ec2 configured.
inline constexpr std::int64_t kMostSizes = 12;
std::vector<Scenario> hybridCandidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
// Requests per second of each hour of the run, at most a week of them.
std::vector<double> hourlyRates(const Scenario& scenario);
// Requests that run at once on an instance before any of them slows another.
double fullSpeedRequests(const Ec2Fleet& fleet, const workloads::Workload& workload);
// Hour by hour in closed form: Poisson arrivals at the hour's rate on a base that does not scale, its instances one
// station (queueing.hpp, sharingLoss). A weight is its own share and forecasts no queue.
struct OverflowForecast {
  double share = 0;    // of all requests, to the function
  double slowed = 0;   // of all requests, kept in hours that ask for more than the base carries
  double slowdown = 1; // of these, at the limit
};
OverflowForecast forecast(const HybridFleet& fleet, const workloads::Workload& workload, std::span<const double> rates);

void reviewHybrid(Review& review, const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

} // namespace model
