#pragma once
// The instants at which a run is looked at: the timeline's ticks, the edges of the observation windows and the clock
// hours. The hot loop only ever knows the next one.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/observation.hpp"

namespace model::lambda {

class ObservationMarks {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  explicit ObservationMarks(const ObservationPlan& plan)
      : m_warmupNs(plan.warmup.count()), m_horizonNs(plan.horizon.count()), m_windows(std::max(plan.windows, 1)),
        m_points(std::max(plan.timelinePoints, 0)), m_hourNs(plan.hour.count()), m_nextHourNs(m_hourNs) {}

  int windows() const { return m_windows; }
  int points() const { return m_points; }
  std::int64_t nextNs() const { return std::min({nextTickNs(), nextEdgeNs(), nextHourNs()}); }
  std::int64_t nextTickNs() const { return m_tick < m_points ? share(m_horizonNs, m_tick, m_points) : kNever; }
  // The warm-up's end, then the end of each window; the last is the horizon.
  std::int64_t nextEdgeNs() const {
    return m_edge <= m_windows ? m_warmupNs + share(m_horizonNs - m_warmupNs, m_edge, m_windows) : kNever;
  }
  // Hours that begin inside the run.
  std::int64_t nextHourNs() const { return m_nextHourNs < m_horizonNs ? m_nextHourNs : kNever; }
  void passHour() { m_nextHourNs += m_hourNs; }
  void passTick() { ++m_tick; }
  void passEdge() { ++m_edge; }

 private:
  static std::int64_t share(std::int64_t ns, int part, int parts) {
    return static_cast<std::int64_t>(static_cast<Int128>(ns) * part / parts);
  }
  std::int64_t m_warmupNs, m_horizonNs;
  int m_windows, m_points;
  int m_tick = 0, m_edge = 0;
  std::int64_t m_hourNs, m_nextHourNs;
};

} // namespace model::lambda
