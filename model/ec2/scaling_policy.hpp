#pragma once
// The dynamic policies as functions from metric points and capacities to instances to add or remove; they know no fleet
// and no requests. Rules and sources: scaling.hpp and docs/ec2.md. Pinned by tests/model/scaling_policy_test.cpp and
// the traces of scaling_test.cpp.
#include <cstdint>
#include <optional>

#include "model/ec2/scaling.hpp"
#include "model/observation.hpp"

namespace model::ec2 {

// One CloudWatch period of the group, averaged over the instances that were past their warm-up for all of it.
struct MetricPoint {
  std::int64_t visibleAt = 0; // ns: period end + metric delay
  std::int64_t instances = 0; // averaged over; 0: missing data
  double cpu = 0.0;           // 0..1
  double requestsPerTarget = 0.0;
  double backlogPerInstance = 0.0; // of a fleet that a queue feeds: messages waiting / instances in service
  double value(ScalingMetric metric) const;
};

struct FleetCapacity {
  std::int64_t inService = 0; // not draining
  std::int64_t booting = 0;   // and what else is on its way: launches that wait for spot capacity
  bool warming = false;       // an instance boots or is in its warm-up
  std::int64_t warm = 0;      // in service and past the warm-up
  std::int64_t draining = 0;
  std::int64_t settledAt = 0; // ns: when the last instance came into service or ended
  std::int64_t capacity() const { return inService + booting; }
};

struct CapacityBounds {
  std::int64_t min = 0, max = 0;
};

class ScalingPolicy {
 public:
  explicit ScalingPolicy(const Scaling& scaling);
  // Instances to launch (> 0) or to drain (< 0) when this point becomes visible.
  std::int64_t react(const MetricPoint& point, const FleetCapacity& capacity, const CapacityBounds& bounds);
  AlarmState alarm() const; // as of the last point; out when both ring

 private:
  void count(double value);

  Scaling m_scaling;
  ScalingMetric m_metric;
  int m_outPoints = 0, m_inPoints = 0;        // 0: no such alarm
  int m_above = 0, m_below = 0;               // points in a row
  std::optional<std::int64_t> m_actedAt = {}; // simple scaling: the last activity
};

} // namespace model::ec2
