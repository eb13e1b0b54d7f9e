#pragma once
// AWS documents no idle lifetime, and measurements of ten years lie between 5 and 60 minutes. So wherever Lambda is
// simulated the run is made again with 5 and with 45 minutes, on the same requests, and the report says whether that
// matters: when at least one started request in a thousand is cold or warm instead (kColdMatters), when Lambda meets
// the objective in one case and not in another, or when the cheaper side changes. Pinned by
// tests/model/idle_sensitivity_test.cpp.
#include "model/evaluation/assessment.hpp"

namespace model {

struct KnownRuns;

inline constexpr double kColdMatters = 0.001; // of started requests
// Requests simulated at most: enough for the longer lifetime to pass several times at up to some 400 requests/s; a
// shorter span says so in its sentence.
inline constexpr double kRequestsPerLife = 4e6;

// Lambda simulated and configured in `decision`. Compared with EC2's cost where that is there. As assumed it may have
// run already in the search of its configuration.
std::variant<IdleSensitivity, Cancelled> idleSensitivity(const Decision& decision,
                                                         const pricing::PriceCatalogue& catalogue,
                                                         const RunControl& control, const ProgressSpan& progress,
                                                         const KnownRuns* known = nullptr);

// Sentences on what differs between the first case and the others; empty: nothing that matters.
std::vector<std::string> whatChanges(const std::vector<IdleCase>& cases);

} // namespace model
