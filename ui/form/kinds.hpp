#pragma once
// The kinds that a value can come in (distributions, arrivals, scaling, sources) and the parameters of each, as the
// form offers them. Names of kinds and parameters are those of the scenario file. Pinned by
// tests/ui/field_text_test.cpp.
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

const KindSpec* findKind(std::span<const KindSpec> kinds, std::string_view name);

std::span<const KindSpec> distributionKinds();
std::span<const KindSpec> arrivalKinds();
std::span<const KindSpec> scalingKinds();
std::span<const KindSpec> sourceKinds();
std::span<const KindSpec> overflowKinds();
std::span<const KindSpec> snapStartKinds(); // one kind, "on"

} // namespace ui
