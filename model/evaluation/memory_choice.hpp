#pragma once
// What is to be said about a function's memory: cost and latency of the sizes around the chosen one, why it was chosen,
// and whether a measured curve carries the choice. Pinned by tests/model/memory_choice_test.cpp.
#include <vector>

#include "model/evaluation/replication.hpp"

namespace model {

struct KnownRuns;

// The sizes that a search would try and the chosen one, on its architecture, simulated together on one shortened
// stream. As many as a small share of the whole evaluation pays for, those nearest to the chosen one first; nothing
// when fewer than three are left. What the search knows of them already is taken from there. Precondition: the scenario
// has a configured Lambda.
std::variant<std::optional<MemoryChoice>, Cancelled>
memoryCurve(const Scenario& chosen, bool searched, const pricing::PriceCatalogue& catalogue, const RunControl& control,
            const ProgressSpan& progress, const KnownRuns* known = nullptr);
// Fills the marks and the sentence; of the points only `chosen` is set.
void explain(MemoryChoice& choice, bool searched);

// Only with a measured curve: a memory outside it, a search that ended at its end, a split into CPU and waiting that
// does not describe it or that it contradicts.
std::vector<Warning> powerTuningWarnings(const Decision& decision);

} // namespace model
