#pragma once
// A trace played over a horizon: repeated end to end, and scaled by thinning or by superposing shifted copies as
// workload.hpp says. Memory: one small buffer per copy. Private to workloads; pinned by workload_test.cpp.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "workloads/arrivals.hpp"
#include "workloads/import/trace.hpp"
#include "workloads/random.hpp"

namespace workloads {

struct ReplaySeed {
  std::uint64_t seed, replication;
};

struct Recorded {
  std::int64_t arrival, duration;
};

// One copy: the recording from `shift` on, again and again; time 0 is `shift` into the recording.
class TraceCopy {
 public:
  struct Plan {
    std::uint64_t copy = 0; // 0: the recording itself
    Duration shift{};
    double keep = 1; // probability to keep a request
    Duration horizon{};
  };
  TraceCopy(const Trace& trace, ReplaySeed seed, const Plan& plan);
  bool next(Recorded& out); // false: none before the horizon, and none to come

 private:
  bool refill();

  static constexpr std::size_t kBuffer = 256;
  const Trace* m_trace;
  ReplaySeed m_seed;
  Plan m_plan;
  std::uint64_t m_pass = 0;
  std::int64_t m_begin; // where this pass begins on the clock of the replay
  RandomStream m_thin;
  std::unique_ptr<TraceCursor> m_cursor;
  std::vector<std::int64_t> m_arrivals, m_durations;
  std::size_t m_next = 0, m_filled = 0;
};

class TraceReplay {
 public:
  TraceReplay(const TraceArrivals& arrivals, ReplaySeed seed, Duration horizon);
  // Fills both (equal length) in order of arrival; 0 at the horizon. Durations are 0 where the trace has none.
  std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations);

 private:
  struct Head {
    Recorded request;
    std::size_t copy;
  };
  static bool later(const Head& a, const Head& b);
  void push(std::size_t copy);

  std::shared_ptr<const Trace> m_trace;
  std::vector<TraceCopy> m_copies;
  std::vector<Head> m_heads; // heap, earliest first, then lowest copy
};

} // namespace workloads
