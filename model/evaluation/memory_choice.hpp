#pragma once
// What is to be said about a function's memory: whether a measured curve carries the choice. Pinned by
// tests/model/memory_choice_test.cpp.
#include <vector>

#include "model/decision.hpp"

namespace model {

// Only with a measured curve: a memory outside it, a search that ended at its end, a split into CPU and waiting that
// does not describe it or that it contradicts.
std::vector<Warning> powerTuningWarnings(const Decision& decision);

} // namespace model
