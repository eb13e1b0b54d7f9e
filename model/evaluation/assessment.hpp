#pragma once
// One configuration's observations -> everything a report says about it: latency with half widths, fractions with their
// populations, the bill, the objective. Also the configurations themselves: a candidate is the scenario with its
// platform fields replaced. Pinned by tests/model/assessment_test.cpp.
#include "model/evaluation/metering.hpp"
#include "model/evaluation/replication.hpp"

namespace model {

// The scenario with one platform configured; everything else unchanged.
Scenario withLambda(const Scenario& scenario, pricing::Memory memory, pricing::Architecture architecture);
Scenario withInstance(const Scenario& scenario, std::string_view instanceType);
std::string lambdaLabel(const Scenario& scenario); // "1769 MB x86_64"
std::string ec2Label(const Scenario& scenario);    // "c7g.large x 2 to 20"
Scenario withManagedInstance(const Scenario& scenario, std::string_view instanceType);
std::string managedLabel(const Scenario& scenario); // "m8g.large, at least 3"

PlatformResult assessLambda(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                            const Observations& observations, const RunShape& shape,
                            std::span<const std::uint64_t> hourlyRequests);
PlatformResult assessEc2(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                         const Observations& observations, const RunShape& shape,
                         std::span<const std::uint64_t> hourlyRequests);

PlatformResult assessManaged(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                             const Observations& observations, const RunShape& shape,
                             std::span<const std::uint64_t> hourlyRequests);

// Both parts of the hybrid together: a request's latency is its own part's, failures likewise.
PlatformResult assessHybrid(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                            const Observations& observations, const RunShape& shape,
                            std::span<const std::uint64_t> hourlyRequests);

// Monthly cost of each observation, for paired differences between platforms.
std::vector<double> monthlyCosts(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                 const Observations& observations, const RunShape& shape,
                                 std::span<const std::uint64_t> hourlyRequests);

// "p99 612 ms > 500 ms" for each part of the objective that is not met.
std::vector<std::string> missedObjectives(const Objective& objective, const LatencySummary& latency,
                                          double failedFraction);

} // namespace model
