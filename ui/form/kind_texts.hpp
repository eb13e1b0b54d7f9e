#pragma once
// Values that come in kinds (distributions, arrivals, scaling, sources) <-> a kind and the texts of its parameters.
// Pinned by tests/ui/field_text_test.cpp.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "model/scenario.hpp"
#include "model/scenario_costs.hpp"
#include "pricing/problem.hpp"
#include "ui/form/kinds.hpp"
#include "workloads/arrivals.hpp"
#include "workloads/distribution.hpp"

namespace ui {

struct KindTexts {
  std::string kind;
  std::vector<std::string> values; // one per parameter of the kind
  friend bool operator==(const KindTexts&, const KindTexts&) = default;
};

KindTexts kindTexts(const workloads::DurationDistribution& distribution);
// Parameters that cannot be read are added to `problems` with `where` + "/" + key; then nothing is returned.
std::optional<workloads::DurationDistribution> readDistribution(const KindTexts& texts, std::string_view where,
                                                                std::vector<pricing::Problem>& problems);

KindTexts kindTexts(const workloads::Arrivals& arrivals);
std::optional<workloads::Arrivals> readArrivals(const KindTexts& texts, std::string_view where,
                                                std::vector<pricing::Problem>& problems);

KindTexts kindTexts(const model::Scaling& scaling);
std::optional<model::Scaling> readScaling(const KindTexts& texts, std::string_view where,
                                          std::vector<pricing::Problem>& problems);

KindTexts kindTexts(const model::RequestSource& source);
std::optional<model::RequestSource> readSource(const KindTexts& texts, std::string_view where,
                                               std::vector<pricing::Problem>& problems);

KindTexts kindTexts(const model::OverflowRule& rule);
std::optional<model::OverflowRule> readOverflow(const KindTexts& texts, std::string_view where,
                                                std::vector<pricing::Problem>& problems);

// A restore that is neither "auto" nor a constant has no text of its own: it shows as "as given" and stays what `given`
// is.
KindTexts kindTexts(const model::SnapStart& snapStart);
std::optional<model::SnapStart> readSnapStart(const KindTexts& texts,
                                              const std::optional<workloads::DurationDistribution>& given,
                                              std::string_view where, std::vector<pricing::Problem>& problems);

// Several file names in one field, separated by " ; ".
std::string joinFiles(std::span<const std::string> files);
std::vector<std::string> splitFiles(std::string_view text);

} // namespace ui
