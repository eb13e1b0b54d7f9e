#pragma once
// What Auto Scaling of a fleet is told: dynamic policies, actions at fixed times, forecasts, a warm pool; and the rules
// of rounding as pure functions. Sources: Amazon EC2 Auto Scaling user guide, pages on target tracking, step and simple
// scaling, default instance warmup, scheduled scaling, predictive scaling and warm pools (copies of Apr 2023 and
// Sep-Oct 2026); alarms of target tracking: five public lab notes. Pinned by tests/model/scaling_policy_test.cpp, its
// worked examples among them.
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "workloads/distribution.hpp"

namespace model {

using pricing::Duration;

// CPU 0..1; requests per target and period; messages that wait in the queue per instance in service.
enum class ScalingMetric { Cpu, RequestsPerTarget, BacklogPerInstance };

struct NoScaling {
  friend bool operator==(const NoScaling&, const NoScaling&) = default;
};

// CloudWatch alarms of a target-tracking policy: out after `outPoints` points in a row above target, in after
// `inPoints` below inFraction * target (EC2 Auto Scaling on CPU: 3, 15, 0.7). Points are averages over `period` and
// arrive `metricDelay` after the period's end.
struct TargetTracking {
  using Metric = ScalingMetric;
  Metric metric = Metric::Cpu;
  double target = 0.5; // of the metric, in its unit
  Duration period = std::chrono::minutes(1);
  Duration metricDelay = std::chrono::minutes(1);
  int outPoints = 3, inPoints = 15;
  double inFraction = 0.7;
  Duration warmup = std::chrono::minutes(5); // after InService: not in the metric, and no scale-in while any warms up
  friend bool operator==(const TargetTracking&, const TargetTracking&) = default;
};

enum class AdjustmentType { ChangeInCapacity, PercentChangeInCapacity, ExactCapacity };

// `change` is instances, per cent or a capacity, as the adjustment type has it. Bounds are relative to the threshold of
// the alarm; nothing: without end. The bound nearer to the threshold belongs to the step, the other to the next one.
struct StepAdjustment {
  std::optional<double> from, to;
  double change = 0;
  friend bool operator==(const StepAdjustment&, const StepAdjustment&) = default;
};

// Two alarms, out at or above `outThreshold`, in at or below `inThreshold`; how far beyond decides about the step.
struct StepScaling {
  ScalingMetric metric = ScalingMetric::Cpu;
  double outThreshold = 0.6, inThreshold = 0.3; // of the metric, in its unit
  AdjustmentType adjustment = AdjustmentType::ChangeInCapacity;
  std::int64_t minAdjustmentMagnitude = 1; // instances; of changes in per cent
  std::vector<StepAdjustment> out{{0.0, std::nullopt, 1}}, in{{std::nullopt, 0.0, -1}};
  Duration period = std::chrono::minutes(1);
  Duration metricDelay = std::chrono::minutes(1);
  int outPoints = 3, inPoints = 15;
  Duration warmup = std::chrono::minutes(5); // as with target tracking
  friend bool operator==(const StepScaling&, const StepScaling&) = default;
};

// One adjustment each way; after an activity the next one waits until its instances are in service or gone, and for the
// cooldown.
struct SimpleScaling {
  ScalingMetric metric = ScalingMetric::Cpu;
  double outThreshold = 0.6, inThreshold = 0.3;
  AdjustmentType adjustment = AdjustmentType::ChangeInCapacity;
  std::int64_t minAdjustmentMagnitude = 1;
  double outChange = 1, inChange = -1;
  Duration cooldown = std::chrono::seconds(300);
  Duration period = std::chrono::minutes(1);
  Duration metricDelay = std::chrono::minutes(1);
  int outPoints = 3, inPoints = 15;
  friend bool operator==(const SimpleScaling&, const SimpleScaling&) = default;
};

using Scaling = std::variant<NoScaling, TargetTracking, StepScaling, SimpleScaling>;

// Beside any policy, at `at` of every period: what is given replaces the minimum, maximum or desired capacity.
struct ScheduledAction {
  Duration at{}; // in [0, period)
  std::optional<std::int64_t> min, max, desired;
  friend bool operator==(const ScheduledAction&, const ScheduledAction&) = default;
};
struct ScheduledActions {
  Duration period = std::chrono::hours(24);
  std::vector<ScheduledAction> actions; // in order of time
  friend bool operator==(const ScheduledActions&, const ScheduledActions&) = default;
};

// Forecast and scale-out only: model/ec2/load_forecast.hpp.
struct PredictiveScaling {
  double target = 0.5;                       // CPU 0..1
  Duration buffer{};                         // launches so long before the hour, at most an hour
  Duration history = std::chrono::hours(24); // before the first forecast, at least 24 h
  friend bool operator==(const PredictiveScaling&, const PredictiveScaling&) = default;
};

// Instances that have booted once and wait beside the group: model/ec2/prepared_instances.hpp.
struct WarmPool {
  enum class State { Stopped, Hibernated, Running } state = State::Stopped;
  std::int64_t min = 0;                    // instances, however large the group is
  std::optional<std::int64_t> maxPrepared; // group and pool together; nothing: the maximum of the group
  bool reuseOnScaleIn = false;             // drained instances go back to the pool
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::seconds(30)}; // pool to in service; billed
  friend bool operator==(const WarmPool&, const WarmPool&) = default;
};

// What the points of a policy are; without one CPU is still watched each minute.
struct MetricPlan {
  ScalingMetric metric = ScalingMetric::Cpu;
  Duration period = std::chrono::minutes(1), delay = std::chrono::minutes(1), warmup{};
};
MetricPlan metricPlan(const Scaling& scaling);
void setPeriod(Scaling& scaling, Duration period);

// The load that a policy leaves on an instance: its target, or the threshold above which it adds. A backlog says
// nothing about the instances, whose vCPUs it keeps busy: CPU of 1. Nothing: no policy.
struct ScalingTarget {
  ScalingMetric metric = ScalingMetric::Cpu; // never the backlog
  double value = 1;
  Duration period{};
};
std::optional<ScalingTarget> scalingTarget(const Scaling& scaling);

// Desired instances of a target-tracking policy for a metric at `value` (AWS: rounds up when adding, refuses to remove
// when that would overshoot): the integer n' such that n * value / target needs it; SC-12: +1.5 -> +2, -0.5 -> 0.
std::int64_t targetTrackingDesired(std::int64_t inService, double value, double target);

// Capacity after an adjustment. Per cent: beyond 1 rounds towards zero, between 0 and 1 away from it, and is at least
// `minMagnitude` instances unless it is none; 12.7 -> 12, 0.67 -> 1, -0.58 -> -1, -6.67 -> -6. Never below 0.
std::int64_t adjustedCapacity(std::int64_t capacity, AdjustmentType type, double change, std::int64_t minMagnitude);

// Instances that belong into the pool: what `max` or `maxPrepared` leave above `desired`, at least `min`.
std::int64_t warmPoolSize(const WarmPool& pool, std::int64_t max, std::int64_t desired);

} // namespace model
