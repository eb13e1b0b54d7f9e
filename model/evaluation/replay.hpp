#pragma once
// A recorded run played once through the Lambda simulator: the trace's own arrivals and durations, by the rules of the
// day it was taken, from no environment, at a fixed rate of one and with every limit lifted (what was recorded did run).
// What comes out stands beside the cold starts, environments and billed time that the log recorded.
// Pinned by tests/validation/replay_test.cpp.
#include <optional>
#include <variant>

#include "model/evaluation/replication.hpp"

namespace model {

// Beyond this many requests no idle lifetime is looked for: some 35 passes over the trace.
inline constexpr std::uint64_t kMostCalibrated = 500'000;

// Idle lifetime that was measured closest to the day, for replays of that day: facts of 2018, 2019, 2021 and 2025.
DefaultInit idleLifetimeOfDay(std::string_view isoDay); // empty: today's default

// Nothing without Lambda, or for a trace that recorded no durations or neither cold starts nor environments.
std::variant<std::optional<Replay>, Cancelled> replayTrace(const Scenario& scenario, const RunControl& control,
                                                           const ProgressSpan& progress);

} // namespace model
