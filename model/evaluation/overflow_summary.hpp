#pragma once
// How much a hybrid hands over to its function, and when. Pinned by tests/model/hybrid_evaluation_test.cpp.
#include "model/evaluation/replication.hpp"

namespace model {

// Precondition: a hybrid was observed.
OverflowSummary overflowSummary(const Observations& observations);
// Requests to the function per clock hour, mean over replications, rounded; as Replications::hourlyRequests.
std::vector<std::uint64_t> hourlyOverflow(const Observations& observations);

} // namespace model
