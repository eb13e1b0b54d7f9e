#include "model/ec2/target_tracking.hpp"

#include <algorithm>
#include <cmath>

namespace model {

// The guide rounds up when capacity is added, and removes only what keeps the metric at or below target: both are the
// smallest whole number that holds the load. A load that is a whole number but for the last bits of a double is that.
std::int64_t targetTrackingDesired(std::int64_t inService, double value, double target) {
  constexpr double kRoundingSlack = 1e-9;
  const double needed = static_cast<double>(inService) * value / target;
  return static_cast<std::int64_t>(std::ceil(std::min(needed * (1.0 - kRoundingSlack), 1e15)));
}

} // namespace model

namespace model::ec2 {

std::int64_t TargetTracker::react(const MetricPoint& point, const FleetCapacity& capacity) {
  // "Missing data": no action; the gap also ends a run of points.
  if (point.instances == 0) {
    m_above = m_below = 0;
    return 0;
  }
  const double value = m_policy.metric == TargetTracking::Metric::Cpu ? point.cpu : point.requestsPerTarget;
  count(value);
  if (m_above >= m_policy.outPoints) return growth(point, value, capacity);
  if (m_below >= m_policy.inPoints) return shrinkage(point, value, capacity);
  return 0;
}

void TargetTracker::count(double value) {
  m_above = value > m_policy.target ? m_above + 1 : 0;
  m_below = value < m_policy.inFraction * m_policy.target ? m_below + 1 : 0;
}

// Instances on their way already count as capacity, so a second breach before they help adds only what is missing.
// The load is counted over the instances the point speaks of: a point that is still about the smaller fleet must not
// be multiplied by the larger one.
std::int64_t TargetTracker::growth(const MetricPoint& point, double value, const FleetCapacity& capacity) const {
  const std::int64_t desired = std::min(m_max, targetTrackingDesired(point.instances, value, m_policy.target));
  return std::max<std::int64_t>(0, desired - capacity.inService - capacity.booting);
}

// Counted over the larger of the point's instances and those in service now: neither a point about a larger fleet nor
// an instance that joined during the period may make a removal overshoot.
std::int64_t TargetTracker::shrinkage(const MetricPoint& point, double value, const FleetCapacity& capacity) const {
  if (capacity.warming) return 0;
  const std::int64_t instances = std::max(point.instances, capacity.inService);
  const std::int64_t desired = std::max(m_min, targetTrackingDesired(instances, value, m_policy.target));
  return std::min<std::int64_t>(0, desired - capacity.inService);
}

} // namespace model::ec2
