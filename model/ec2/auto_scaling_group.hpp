#pragma once
// How many instances a fleet shall have: its minimum, maximum and desired capacity over time, as the policy, the
// actions at fixed times and the forecast have it. Out takes the largest of them; minimum and maximum in force bind
// everything; a forecast never removes. Auto Scaling user guide, scheduled and predictive scaling, "Multiple dynamic
// scaling policies" (copies of Apr 2023 and Sep-Oct 2026). Pinned by tests/model/scaling_test.cpp and the reference
// loop.
#include <cstdint>
#include <optional>

#include "model/ec2/instance_fleet.hpp"
#include "model/ec2/load_forecast.hpp"
#include "model/ec2/scaling_policy.hpp"

namespace model::ec2 {

class AutoScalingGroup {
 public:
  // `hourNs` is the forecast's hour. Fills the warm pool: at time 0 it has what belongs into it, ready.
  AutoScalingGroup(const Ec2Fleet& fleet, std::int64_t hourNs, InstanceFleet& instances);

  std::int64_t nextEvent() const;   // of the clock: an action, a forecast; kNever when there is none
  void replace(std::int64_t lost, std::int64_t t); // instances whose machines were lost
  void followClock(std::int64_t t); // Precondition: the fleet is advanced to t
  void react(const MetricPoint& point, std::int64_t t);

  std::int64_t desired() const { return m_desired; }
  AlarmState alarm() const { return m_policy.alarm(); }
  FloorTotals floors(std::int64_t t) const; // since the start

 private:
  FleetCapacity capacity(std::int64_t t) const;
  std::int64_t nextAction() const;
  std::int64_t least() const; // the minimum in force, the forecast included
  void setDesired(std::int64_t desired, std::int64_t t);

  InstanceFleet& m_instances;
  ScalingPolicy m_policy;
  ScheduledActions m_schedule;
  std::optional<LoadForecast> m_forecast;
  std::int64_t m_zones, m_min, m_max, m_desired;
  std::int64_t m_actionsDone = 0;
  FloorTotals m_floors; // up to m_floorsAt
  std::int64_t m_floorsAt = 0;
};

} // namespace model::ec2
