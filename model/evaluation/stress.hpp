#pragma once
// What workload.failures did: the configured platforms simulated once more on the same requests without it. Pinned by
// tests/model/stress_test.cpp.
#include "model/evaluation/assessment.hpp"

namespace model {

// Of every platform in the decision; empty when nothing fails.
std::variant<std::vector<StressEffect>, Cancelled> stressEffects(const Decision& decision,
                                                                 const pricing::PriceCatalogue& catalogue,
                                                                 const RunControl& control,
                                                                 const ProgressSpan& progress);

// "Under stress EC2's p99 is 2 s instead of 200 ms, ...": one sentence for each platform.
std::vector<std::string> stressSentences(const std::vector<StressEffect>& effects);

} // namespace model
