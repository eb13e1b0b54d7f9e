#pragma once
// Values that come in kinds (distributions, arrivals, scaling, sources) <-> a kind and the texts of its parameters.
// Names of kinds and parameters are those of the scenario file. Pinned by tests/ui/kind_texts_test.cpp.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "model/scenario.hpp"
#include "model/scenario_costs.hpp"
#include "pricing/problem.hpp"
#include "workloads/arrivals.hpp"
#include "workloads/distribution.hpp"

namespace ui {

struct Parameter {
  enum class Input { Text, Files, Choice };
  std::string key, label, fallback, tip; // `fallback` fills the field when the kind is newly chosen
  Input input = Input::Text;
  std::vector<std::string> choices{}; // of Input::Choice
};
struct KindSpec {
  std::string name, title;
  std::vector<Parameter> parameters;
  bool offered = true; // false: appears only while such a value is shown (measured data has no parameters to type)
};
struct KindTexts {
  std::string kind;
  std::vector<std::string> values; // one per parameter of the kind
  friend bool operator==(const KindTexts&, const KindTexts&) = default;
};

const KindSpec* findKind(std::span<const KindSpec> kinds, std::string_view name);

std::span<const KindSpec> distributionKinds();
KindTexts kindTexts(const workloads::DurationDistribution& distribution);
// Parameters that cannot be read are added to `problems` with `where` + "/" + key; then nothing is returned.
std::optional<workloads::DurationDistribution> readDistribution(const KindTexts& texts, std::string_view where,
                                                                std::vector<pricing::Problem>& problems);

std::span<const KindSpec> arrivalKinds();
KindTexts kindTexts(const workloads::Arrivals& arrivals);
std::optional<workloads::Arrivals> readArrivals(const KindTexts& texts, std::string_view where,
                                                std::vector<pricing::Problem>& problems);

std::span<const KindSpec> scalingKinds();
KindTexts kindTexts(const model::Scaling& scaling);
std::optional<model::Scaling> readScaling(const KindTexts& texts, std::string_view where,
                                          std::vector<pricing::Problem>& problems);

std::span<const KindSpec> sourceKinds();
KindTexts kindTexts(const model::RequestSource& source);
std::optional<model::RequestSource> readSource(const KindTexts& texts, std::string_view where,
                                               std::vector<pricing::Problem>& problems);

// One kind, "on". A restore that is neither "auto" nor a constant has no text of its own: it shows as "as given" and
// stays what `given` is.
std::span<const KindSpec> snapStartKinds();
KindTexts kindTexts(const model::SnapStart& snapStart);
std::optional<model::SnapStart> readSnapStart(const KindTexts& texts,
                                              const std::optional<workloads::DurationDistribution>& given,
                                              std::string_view where, std::vector<pricing::Problem>& problems);

// Several file names in one field, separated by " ; ".
std::string joinFiles(std::span<const std::string> files);
std::vector<std::string> splitFiles(std::string_view text);

} // namespace ui
