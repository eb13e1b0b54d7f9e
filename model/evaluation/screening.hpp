#pragma once
// Closed forms for one configured platform, as if nothing ever queued or started cold: what a candidate is shown with
// until it is simulated, and whether its mean load is within its capacity at all. Pinned by
// tests/model/search_test.cpp.
#include "model/scenario.hpp"

namespace model {

// Monthly cost and p99 (no cold start, no queue).
struct Screened {
  double monthlyCostUsd = 0;
  double p99Ms = 0;
  bool feasible = true; // enough capacity under its own limits
};
Screened screenLambda(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
Screened screenEc2(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
Screened screenManaged(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
Screened screenHybrid(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

} // namespace model
