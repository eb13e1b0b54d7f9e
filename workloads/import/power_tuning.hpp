#pragma once
// Results of AWS Lambda Power Tuning (alexcasalboni/aws-lambda-power-tuning): the output of its state machine, also
// wrapped in {"results": ...}, or only the address of its visualization, whose fragment holds the whole curve as base64
// of little-endian arrays: uint16 memory in MB; float32 milliseconds; float32 USD. A duration is the mean of the
// successful runs without their slowest and fastest fifth, cold starts included. Hand-written curves
// {"points": [{"memory": "128MB", "duration": "472ms"}, ...]} are taken as well. Pinned by
// tests/workloads/power_tuning_test.cpp.
#include <string>
#include <string_view>
#include <vector>

#include "workloads/memory_curve.hpp"

namespace workloads {

struct PowerTuning {
  MemoryCurve curve;               // sorted by memory, whatever the order was
  std::vector<double> meanCostUsd; // of one invocation, as curve.points; empty where none is stated
};

bool isAddress(std::string_view text); // of a page, not the name of a file
// A file, or the address itself. Everything that is wrong with it at once as InputError.
PowerTuning readPowerTuning(const std::string& fileOrAddress);
// The text of such a file; `origin` names it in sentences.
PowerTuning parsePowerTuning(std::string_view text, std::string_view origin);

namespace importing {

// What was measured, before anybody looked at it.
struct MeasuredSizes {
  std::vector<double> memoryMb, milliseconds, usd; // usd: as many, or none
};
// The fragment of a visualization address; `where` names it in sentences. Nothing after noting why.
std::optional<PowerTuning> visualizedCurve(std::string_view address, const std::string& where,
                                           pricing::ProblemList& problems);
std::optional<PowerTuning> checkedCurve(const MeasuredSizes& measured, const std::string& where,
                                        pricing::ProblemList& problems);

} // namespace importing

} // namespace workloads
