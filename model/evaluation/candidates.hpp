#pragma once
// The configurations that a search may choose from, one platform at a time: the scenario with what it leaves open
// filled in. Pinned by tests/model/search_test.cpp.
#include "model/evaluation/assessment.hpp"

namespace model {

// Every 64 MB from the smallest function that holds the work to the largest, and whole vCPUs of 1,769 MB; on the
// architectures that the scenario leaves open. With a measured curve the sizes of memoriesToTry instead.
std::vector<Scenario> lambdaCandidates(const Scenario& scenario);
// Every type of the current generation that holds the work and is sold in the region as the scenario buys. Not bare
// metal; neither burstable nor flex types, which slow down in ways that a search would take for a lower price.
std::vector<Scenario> ec2Candidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
std::vector<Scenario> managedCandidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

// The memories of a curve over memory: steps that change something. With a measured curve only those inside it, its own
// sizes among them: below its smallest size nothing is known, and "as fast as there" would win.
std::vector<pricing::Memory> memoriesToTry(const Scenario& scenario);

} // namespace model
