#pragma once
// Target tracking as a function from metric points to instances to add or remove; knows no fleet and no requests.
// Sources: Amazon EC2 Auto Scaling user guide, "Target tracking scaling policies" and "Set the default instance warmup"
// (copies of Apr and Sep-Oct 2026); three points out, fifteen in and the 0.7 are what public lab notes observe.
// Pinned by tests/model/scaling_test.cpp.
#include <cstdint>

#include "model/ec2/ec2_simulator.hpp"

namespace model::ec2 {

// One CloudWatch period of the group, averaged over the instances that were past their warm-up for all of it.
struct MetricPoint {
  std::int64_t visibleAt = 0; // ns: period end + metric delay
  std::int64_t instances = 0; // averaged over; 0: missing data
  double cpu = 0.0;           // 0..1
  double requestsPerTarget = 0.0;
};

struct FleetCapacity {
  std::int64_t inService = 0; // not draining
  std::int64_t booting = 0;   // and what else is on its way
  bool warming = false;       // an instance boots or is in its warm-up
};

class TargetTracker {
 public:
  TargetTracker(const TargetTracking& policy, std::int64_t min, std::int64_t max)
      : m_policy(policy), m_min(min), m_max(max) {}
  // Instances to launch (> 0) or to drain (< 0) when this point becomes visible.
  std::int64_t react(const MetricPoint& point, const FleetCapacity& capacity);

 private:
  void count(double value);
  std::int64_t growth(const MetricPoint& point, double value, const FleetCapacity& capacity) const;
  std::int64_t shrinkage(const MetricPoint& point, double value, const FleetCapacity& capacity) const;

  TargetTracking m_policy;
  std::int64_t m_min, m_max;
  int m_above = 0, m_below = 0; // points in a row
};

} // namespace model::ec2
