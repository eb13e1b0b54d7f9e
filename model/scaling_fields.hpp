#pragma once
// The part of the scenario's schema that tells a fleet how to scale; see scenario_fields.hpp, which includes this.
#include <array>
#include <span>
#include <string_view>

#include "model/ec2/scaling.hpp"

namespace model::schema {

inline std::span<const std::string_view> namesOf(ScalingMetric) {
  static constexpr std::array<std::string_view, 3> names{"cpu", "requests_per_target", "backlog_per_instance"};
  return names;
}
inline std::span<const std::string_view> namesOf(AdjustmentType) {
  static constexpr std::array<std::string_view, 3> names{"change_in_capacity", "percent_change_in_capacity",
                                                         "exact_capacity"};
  return names;
}
inline std::span<const std::string_view> namesOf(WarmPool::State) {
  static constexpr std::array<std::string_view, 3> names{"stopped", "hibernated", "running"};
  return names;
}
inline std::span<const std::string_view> kindsOf(const Scaling&) {
  static constexpr std::array<std::string_view, 4> kinds{"none", "target_tracking", "step", "simple"};
  static_assert(kinds.size() == std::variant_size_v<Scaling>);
  return kinds;
}

template <class Door> void fields(Door&, NoScaling&) {}
template <class Door> void fields(Door& door, TargetTracking& policy) {
  door.field("metric", policy.metric);
  door.required("target", policy.target);
  door.field("period", policy.period);
  door.field("metric_delay", policy.metricDelay);
  door.field("out_points", policy.outPoints);
  door.field("in_points", policy.inPoints);
  door.field("in_fraction", policy.inFraction);
  door.field("warmup", policy.warmup);
}
template <class Door> void fields(Door& door, StepAdjustment& step) {
  door.orNull("from", step.from);
  door.orNull("to", step.to);
  door.required("change", step.change);
}
// The two alarms of a policy and what its changes are counted in.
template <class Door, class Policy> void alarmFields(Door& door, Policy& policy) {
  door.field("metric", policy.metric);
  door.required("out_threshold", policy.outThreshold);
  door.required("in_threshold", policy.inThreshold);
  door.field("period", policy.period);
  door.field("metric_delay", policy.metricDelay);
  door.field("out_points", policy.outPoints);
  door.field("in_points", policy.inPoints);
  door.field("adjustment", policy.adjustment);
  door.field("min_adjustment_magnitude", policy.minAdjustmentMagnitude);
}
template <class Door> void fields(Door& door, StepScaling& policy) {
  alarmFields(door, policy);
  door.list("out", policy.out);
  door.list("in", policy.in);
  door.field("warmup", policy.warmup);
}
template <class Door> void fields(Door& door, SimpleScaling& policy) {
  alarmFields(door, policy);
  door.field("out_change", policy.outChange);
  door.field("in_change", policy.inChange);
  door.field("cooldown", policy.cooldown);
}
template <class Door> void fields(Door& door, ScheduledAction& action) {
  door.required("at", action.at);
  door.orNull("min", action.min);
  door.orNull("max", action.max);
  door.orNull("desired", action.desired);
}
template <class Door> void fields(Door& door, ScheduledActions& schedule) {
  door.field("period", schedule.period);
  door.list("actions", schedule.actions);
}
template <class Door> void fields(Door& door, PredictiveScaling& predictive) {
  door.field("target", predictive.target);
  door.field("buffer", predictive.buffer);
  door.field("history", predictive.history);
}
template <class Door> void fields(Door& door, WarmPool& pool) {
  door.field("state", pool.state);
  door.field("min", pool.min);
  door.orNull("max_prepared", pool.maxPrepared);
  door.field("reuse_on_scale_in", pool.reuseOnScaleIn);
  door.field("boot", pool.boot);
}

} // namespace model::schema
