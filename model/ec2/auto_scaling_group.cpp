#include "model/ec2/auto_scaling_group.hpp"

#include <algorithm>

namespace model::ec2 {

AutoScalingGroup::AutoScalingGroup(const Ec2Fleet& fleet, std::int64_t hourNs, InstanceFleet& instances)
    : m_instances(instances), m_policy(fleet.scaling), m_schedule(fleet.scheduled), m_zones(std::max(1, fleet.zones)),
      m_min(fleet.min), m_max(fleet.max), m_desired(fleet.initial) {
  if (fleet.predictive) m_forecast.emplace(*fleet.predictive, coresOf(fleet), hourNs);
  m_instances.wantPool(m_max, m_desired);
  m_instances.fillPool();
}

// ---- the clock ----

std::int64_t AutoScalingGroup::nextAction() const {
  const auto count = static_cast<std::int64_t>(m_schedule.actions.size());
  if (count == 0) return kNever;
  const auto& action = m_schedule.actions[static_cast<std::size_t>(m_actionsDone % count)];
  return m_actionsDone / count * m_schedule.period.count() + action.at.count();
}

std::int64_t AutoScalingGroup::nextEvent() const {
  return std::min(nextAction(), m_forecast ? m_forecast->nextEvent() : kNever);
}

std::int64_t AutoScalingGroup::least() const {
  return std::min(m_max, m_forecast ? std::max(m_min, m_forecast->floor()) : m_min);
}

void AutoScalingGroup::followClock(std::int64_t t) {
  if (nextEvent() != t) return;
  m_floors = floors(t);
  m_floorsAt = t;
  if (m_forecast && m_forecast->nextEvent() == t) m_forecast->advance(t, m_instances.cpuBusyAt(t));
  std::int64_t desired = m_desired;
  for (; nextAction() == t; ++m_actionsDone) {
    const auto& actions = m_schedule.actions;
    const auto& action = actions[static_cast<std::size_t>(m_actionsDone) % actions.size()];
    m_min = action.min.value_or(m_min);
    m_max = action.max.value_or(m_max);
    desired = action.desired.value_or(desired);
  }
  setDesired(std::clamp(desired, least(), m_max), t);
}

FloorTotals AutoScalingGroup::floors(std::int64_t t) const {
  const Int128 span = t - m_floorsAt;
  return {m_floors.zoneNs + span * std::min(m_zones, m_min), m_floors.minNs + span * m_min,
          m_floors.forecastNs + span * least()};
}

// ---- the policy ----

FleetCapacity AutoScalingGroup::capacity(std::int64_t t) const {
  FleetCapacity now{m_instances.inService(), m_instances.onOrder(), m_instances.warming(t)};
  now.warm = m_instances.warm(t);
  now.draining = m_instances.draining();
  now.settledAt = m_instances.settledAt();
  return now;
}

void AutoScalingGroup::react(const MetricPoint& point, std::int64_t t) {
  const FleetCapacity now = capacity(t);
  const std::int64_t change = m_policy.react(point, now, {least(), m_max});
  if (change != 0) setDesired(now.capacity() + change, t);
}

// EC2 Auto Scaling user guide, health check replacement: at any size and with any policy, up to the desired capacity.
void AutoScalingGroup::replace(std::int64_t lost, std::int64_t t) {
  const std::int64_t missing = m_desired - m_instances.inService() - m_instances.onOrder();
  m_instances.launch(std::min(lost, std::max<std::int64_t>(0, missing)), t);
}

// The pool's size follows first, so that what drains knows whether there is room for it.
void AutoScalingGroup::setDesired(std::int64_t desired, std::int64_t t) {
  m_desired = desired;
  m_instances.wantPool(m_max, desired);
  const std::int64_t change = desired - m_instances.inService() - m_instances.onOrder();
  if (change > 0) m_instances.launch(change, t);
  if (change < 0) m_instances.drain(-change, t);
  m_instances.keepPool(t);
}

} // namespace model::ec2
