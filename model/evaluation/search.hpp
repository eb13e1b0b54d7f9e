#pragma once
// Which configurations are worth simulating, and which of them wins. Screening is closed-form (cost from mean billed
// time and mean load, latency from the work's own quantiles); the cheapest that may meet the objective are simulated
// together on one shortened stream, so that they meet identical requests. Screened-out candidates stay in the list with
// the reason. Pinned by tests/model/search_test.cpp (whenever some candidate meets the objective, the same winner as
// simulating every one).
#include "model/evaluation/assessment.hpp"

namespace model {

struct SearchResult {
  Scenario chosen;                   // every "auto" replaced
  std::vector<Candidate> candidates; // all that were priced, cheapest first, frontier marked
  std::vector<Scenario> ranked;      // runners-up: chosen first, then what to take should its full run disappoint
};

// Per platform at most this many candidates are simulated; of the third lane, which is no verdict, fewer.
inline constexpr std::size_t kSimulatedPerPlatform = 6, kSimulatedManaged = 3, kSimulatedHybrid = 8;

// The memories and instance types that are looked at where the scenario says auto. With a measured curve only memories
// inside it, its own sizes among them: below its smallest size nothing is known, and "as fast as there" would win.
std::vector<pricing::Memory> memoriesToTry(const Scenario& scenario);
std::vector<Scenario> lambdaCandidates(const Scenario& scenario);
std::vector<Scenario> ec2Candidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
std::vector<Scenario> managedCandidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

// Closed-form monthly cost and p99 (no cold start, no queue) of one configured platform.
struct Screened {
  double monthlyCostUsd = 0;
  double p99Ms = 0;
  bool feasible = true; // enough capacity under its own limits
};
Screened screenLambda(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
Screened screenEc2(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
Screened screenManaged(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
Screened screenHybrid(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

// One platform at a time; `platform` is present in the scenario, and for a hybrid Lambda and EC2 are configured.
std::variant<SearchResult, Cancelled> search(Platform platform, const Scenario& scenario,
                                             const pricing::PriceCatalogue& catalogue, const RunControl& control,
                                             const ProgressSpan& progress);

// Marks those that no other beats on both cost and p99.
void markFrontier(std::vector<Candidate>& candidates);

} // namespace model
