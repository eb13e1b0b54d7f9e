#pragma once
// What the figures mean: hard limits, verdict, reasons, warnings with advice, and the inputs that would flip the
// verdict. Every message quotes the numbers it rests on. Pinned by tests/model/findings_test.cpp, sentence by sentence.
#include "model/evaluation/assessment.hpp"

namespace model {

// A gap below this share of the cheaper bill is no gap: list prices, speeds and logs are not known that well.
inline constexpr double kTooCloseShare = 0.02;

// Limits that rule Lambda out whatever it would cost (Lambda quotas page, Sep-Oct 2026): 15 minutes, 10,240 MB,
// payload.
std::vector<Reason> lambdaHardLimits(const Scenario& scenario);

// Monthly costs of each observation, paired; a platform that is not there has none.
struct ObservedCosts {
  std::vector<double> lambda, ec2, managed;
  std::vector<double> hybrid{};
};

// Fills verdict, saving and reasons from the platform results already in the decision. `savingPerObservation` is
// EC2's cost minus Lambda's in each observation; empty when one platform is missing. A hybrid is the verdict when it
// meets the objective and neither of the two does, or when it is cheaper than each of them that does by more than
// kTooCloseShare of its bill and the interval of `costs`; what else it is, a reason says.
void decide(Decision& decision, std::span<const double> savingPerObservation, const ObservedCosts& costs = {});

// What the third lane is beside the verdict: cheaper than the side that it names ("managed_instances_cheaper", and the
// saving), or alone in meeting the objective ("managed_instances_meets_objective").
void weighManaged(Decision& decision, const ObservedCosts& costs);

// Marks the lines that stand on both bills with the same price and, to 1e-9, the same quantity.
void markShared(pricing::Bill& one, pricing::Bill& other);

// Adds the reason whether the cheaper side would change if both committed at their cheapest: "commitments_agree" or
// "commitments_flip". Nothing unless both platforms are there, on demand, and one of them would save by committing.
void weighCommitments(Decision& decision);

std::vector<Warning> warnings(const Decision& decision, const pricing::PriceCatalogue& catalogue);

// One input varied at a time on the chosen configurations, most influential first.
std::variant<std::vector<Driver>, Cancelled> drivers(const Scenario& chosen, const pricing::PriceCatalogue& catalogue,
                                                     const RunControl& control, const ProgressSpan& progress);

} // namespace model
