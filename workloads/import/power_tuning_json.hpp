#pragma once
// The JSON spellings of a memory curve, also where one stands inside another document (a scenario).
#include "pricing/json_reader.hpp"
#include "workloads/import/power_tuning.hpp"

namespace workloads {

// {"points": [...], "source": text or null}, or an output of Power Tuning. Nothing after noting why.
std::optional<PowerTuning> powerTuningOf(const pricing::JsonValue& value);

} // namespace workloads
