#pragma once
// What both platforms cost at other request rates, and the rate at which they cost the same. Every point is a
// simulation of the chosen configurations under the same arrivals thinned or multiplied, with limits that only protect
// the account (concurrency, fleet maximum) lifted, so that cost alone decides. Pinned by
// tests/model/break_even_test.cpp.
#include "model/evaluation/assessment.hpp"

namespace model {

// Requests simulated per point at most; a rate that would need more is simulated at the largest that fits and scaled:
// Lambda by its cost per request, EC2 by the instances the mean load needs.
inline constexpr double kRequestsPerPoint = 4e5;

// `scenario` is fully configured (no "auto"). `factor` multiplies every arrival rate, > 0. Nothing for the platform
// that is not asked for.
enum class Asked { Both, Lambda, Ec2 };
std::variant<CostPoint, Cancelled> costAt(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                          double factor, const RunControl& control, Asked asked = Asked::Both);

struct BreakEvenResult {
  std::vector<CostPoint> curve;       // ascending rate, a factor 100 each way or to the crossing, refined around it
  std::optional<BreakEven> breakEven; // the crossing nearest to the present rate, bisected to 1 %
};
// Both platforms present and configured.
std::variant<BreakEvenResult, Cancelled> findBreakEven(const Scenario& scenario,
                                                       const pricing::PriceCatalogue& catalogue,
                                                       const RunControl& control, const ProgressSpan& progress);

} // namespace model
