#pragma once
// Predictive scaling: what a fleet will need in each of the next 48 hours, from what the same hours of the last days
// needed. The guide fixes the frame (a forecast by the hour for 48 h, made anew every 6 h, from at least 24 h and at
// most 14 days of history, scale-out only; Auto Scaling user guide, predictive scaling, Sep-Oct 2026). AWS's own model
// is not public: here an hour's forecast is the mean of the vCPU time used in that hour of day. Pinned by
// tests/model/scaling_policy_test.cpp and the reference loop.
#include <cstdint>
#include <vector>

#include "model/ec2/scaling.hpp"
#include "model/statistics.hpp"

namespace model::ec2 {

class LoadForecast {
 public:
  // `cores` of an instance (of a mixed fleet: of its first type) in the units of `busy`; `hourNs` is an hour but in
  // tests.
  LoadForecast(const PredictiveScaling& plan, std::int64_t cores, std::int64_t hourNs);
  // The instants at which the floor can change: an hour's end, and the buffer before it.
  std::int64_t nextEvent() const;
  // At nextEvent(); `busy` is vCPU time used since the start, cores x ns.
  void advance(std::int64_t t, Int128 busy);
  std::int64_t floor() const { return m_floor; } // instances; 0 while there is no forecast

 private:
  void forecast();
  std::int64_t instancesIn(std::size_t hour) const;

  PredictiveScaling m_plan;
  std::int64_t m_cores, m_hourNs;
  std::vector<Int128> m_loads; // of every hour that is over
  Int128 m_busy = 0;
  std::size_t m_madeAt = 0;              // hour of the forecast
  std::vector<std::int64_t> m_instances; // of the hours from then on; empty: none yet
  bool m_early = false;                  // the buffer before the next hour has begun
  std::int64_t m_floor = 0;
};

} // namespace model::ec2
