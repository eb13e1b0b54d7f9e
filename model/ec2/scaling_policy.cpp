#include "model/ec2/scaling_policy.hpp"

#include <algorithm>
#include <cmath>

namespace model {

namespace {

constexpr double kRoundingSlack = 1e-9;

// A metric that is at a bound but for the last bits of a double is at it: 0.6 + 0.1 is not 0.7 in every sum.
bool isAtLeast(double value, double bound) { return value >= bound - kRoundingSlack * std::max(1.0, std::fabs(bound)); }
bool isAtMost(double value, double bound) { return value <= bound + kRoundingSlack * std::max(1.0, std::fabs(bound)); }

struct MetricPlanOf {
  MetricPlan operator()(const NoScaling&) const { return {}; }
  MetricPlan operator()(const SimpleScaling& p) const { return {p.metric, p.period, p.metricDelay, Duration{}}; }
  template <class Policy> MetricPlan operator()(const Policy& p) const {
    return {p.metric, p.period, p.metricDelay, p.warmup};
  }
};

struct TargetOf {
  std::optional<ScalingTarget> operator()(const NoScaling&) const { return std::nullopt; }
  std::optional<ScalingTarget> operator()(const TargetTracking& p) const { return of(p, p.target); }
  template <class Policy> std::optional<ScalingTarget> operator()(const Policy& p) const {
    return of(p, p.outThreshold);
  }
  template <class Policy> static ScalingTarget of(const Policy& policy, double value) {
    if (policy.metric == ScalingMetric::BacklogPerInstance) return {ScalingMetric::Cpu, 1.0, policy.period};
    return {policy.metric, value, policy.period};
  }
};

} // namespace

MetricPlan metricPlan(const Scaling& scaling) { return std::visit(MetricPlanOf{}, scaling); }
std::optional<ScalingTarget> scalingTarget(const Scaling& scaling) { return std::visit(TargetOf{}, scaling); }

void setPeriod(Scaling& scaling, Duration period) {
  std::visit(
      [&](auto& policy) {
        if constexpr (requires { policy.period; }) policy.period = period;
      },
      scaling);
}

// The guide rounds up when capacity is added, and removes only what keeps the metric at or below target: both are the
// smallest whole number that holds the load. A load that is a whole number but for the last bits of a double is that.
std::int64_t targetTrackingDesired(std::int64_t inService, double value, double target) {
  const double needed = static_cast<double>(inService) * value / target;
  return static_cast<std::int64_t>(std::ceil(std::min(needed * (1.0 - kRoundingSlack), 1e15)));
}

std::int64_t adjustedCapacity(std::int64_t capacity, AdjustmentType type, double change, std::int64_t minMagnitude) {
  if (type == AdjustmentType::ExactCapacity) return std::max<std::int64_t>(0, std::llround(change));
  double by = change;
  if (type == AdjustmentType::PercentChangeInCapacity) {
    const double exact = static_cast<double>(capacity) * change / 100;
    by = std::fabs(exact) < 1 ? std::ceil(std::fabs(exact)) : std::floor(std::fabs(exact));
    if (by > 0) by = std::copysign(std::max(by, static_cast<double>(minMagnitude)), exact);
  }
  return std::max<std::int64_t>(0, capacity + std::llround(by));
}

std::int64_t warmPoolSize(const WarmPool& pool, std::int64_t max, std::int64_t desired) {
  return std::max(pool.min, pool.maxPrepared.value_or(max) - desired);
}

} // namespace model

namespace model::ec2 {

namespace {

// ---- whether an alarm rings ----

// Beyond the threshold of the alarm; target tracking keeps the metric at its target, so at it nothing rings.
struct Breach {
  double value;
  bool out(const NoScaling&) const { return false; }
  bool out(const TargetTracking& p) const { return value > p.target; }
  template <class Policy> bool out(const Policy& p) const { return isAtLeast(value, p.outThreshold); }
  bool in(const NoScaling&) const { return false; }
  bool in(const TargetTracking& p) const { return value < p.inFraction * p.target; }
  template <class Policy> bool in(const Policy& p) const { return isAtMost(value, p.inThreshold); }
};

// ---- what a ringing alarm asks for ----

struct Situation {
  const MetricPoint& point;
  const FleetCapacity& capacity;
};

// Instances on their way already count as capacity, so a second breach before they help adds only what is missing.
// The load is counted over the instances the point speaks of: a point that is still about the smaller fleet must not
// be multiplied by the larger one.
std::int64_t grown(const TargetTracking& policy, const Situation& now) {
  return targetTrackingDesired(now.point.instances, now.point.value(policy.metric), policy.target);
}

// Counted over the larger of the point's instances and those in service now: neither a point about a larger fleet nor
// an instance that joined during the period may make a removal overshoot.
std::int64_t shrunk(const TargetTracking& policy, const Situation& now) {
  if (now.capacity.warming) return now.capacity.capacity();
  const std::int64_t instances = std::max(now.point.instances, now.capacity.inService);
  return targetTrackingDesired(instances, now.point.value(policy.metric), policy.target);
}

// Guide, instance warm-up: the step is taken of the capacity without those that warm up, and they count towards it.
std::int64_t grown(const StepScaling& policy, const Situation& now) {
  const double value = now.point.value(policy.metric);
  for (const auto& step : policy.out) {
    const double threshold = policy.outThreshold;
    if ((step.from && !isAtLeast(value, threshold + *step.from)) || (step.to && isAtLeast(value, threshold + *step.to)))
      continue;
    return adjustedCapacity(now.capacity.warm, policy.adjustment, step.change, policy.minAdjustmentMagnitude);
  }
  return now.capacity.capacity();
}

std::int64_t shrunk(const StepScaling& policy, const Situation& now) {
  if (now.capacity.warming) return now.capacity.capacity();
  const double value = now.point.value(policy.metric);
  for (const auto& step : policy.in) {
    const double threshold = policy.inThreshold;
    if ((step.to && !isAtMost(value, threshold + *step.to)) || (step.from && isAtMost(value, threshold + *step.from)))
      continue;
    return adjustedCapacity(now.capacity.inService, policy.adjustment, step.change, policy.minAdjustmentMagnitude);
  }
  return now.capacity.capacity();
}

std::int64_t grown(const SimpleScaling& policy, const Situation& now) {
  return adjustedCapacity(now.capacity.capacity(), policy.adjustment, policy.outChange, policy.minAdjustmentMagnitude);
}
std::int64_t shrunk(const SimpleScaling& policy, const Situation& now) {
  return adjustedCapacity(now.capacity.capacity(), policy.adjustment, policy.inChange, policy.minAdjustmentMagnitude);
}

std::int64_t grown(const NoScaling&, const Situation& now) { return now.capacity.capacity(); }
std::int64_t shrunk(const NoScaling&, const Situation& now) { return now.capacity.capacity(); }

// Guide, scaling cooldowns: counted from the end of the activity, which is when its last instance serves or is gone.
bool isCooling(const SimpleScaling& policy, std::int64_t actedAt, const FleetCapacity& capacity, std::int64_t now) {
  if (capacity.booting > 0 || capacity.draining > 0) return true;
  return now < std::max(actedAt, capacity.settledAt) + policy.cooldown.count();
}

} // namespace

double MetricPoint::value(ScalingMetric metric) const {
  if (metric == ScalingMetric::Cpu) return cpu;
  return metric == ScalingMetric::RequestsPerTarget ? requestsPerTarget : backlogPerInstance;
}

ScalingPolicy::ScalingPolicy(const Scaling& scaling) : m_scaling(scaling), m_metric(metricPlan(scaling).metric) {
  std::visit(
      [&](const auto& policy) {
        if constexpr (requires { policy.outPoints; }) {
          m_outPoints = policy.outPoints;
          m_inPoints = policy.inPoints;
        }
      },
      scaling);
}

void ScalingPolicy::count(double value) {
  const Breach breach{value};
  m_above = std::visit([&](const auto& policy) { return breach.out(policy); }, m_scaling) ? m_above + 1 : 0;
  m_below = std::visit([&](const auto& policy) { return breach.in(policy); }, m_scaling) ? m_below + 1 : 0;
}

AlarmState ScalingPolicy::alarm() const {
  if (m_above > 0 && m_above >= m_outPoints) return AlarmState::Out;
  return m_below > 0 && m_below >= m_inPoints ? AlarmState::In : AlarmState::None;
}

std::int64_t ScalingPolicy::react(const MetricPoint& point, const FleetCapacity& capacity,
                                  const CapacityBounds& bounds) {
  // "Missing data": no action; the gap also ends a run of points.
  if (point.instances == 0) {
    m_above = m_below = 0;
    return 0;
  }
  count(point.value(m_metric));
  const AlarmState ringing = alarm();
  if (ringing == AlarmState::None) return 0;
  const auto* simple = std::get_if<SimpleScaling>(&m_scaling);
  if (simple && m_actedAt && isCooling(*simple, *m_actedAt, capacity, point.visibleAt)) return 0;
  const Situation now{point, capacity};
  const bool out = ringing == AlarmState::Out;
  const std::int64_t wanted =
      std::visit([&](const auto& policy) { return out ? grown(policy, now) : shrunk(policy, now); }, m_scaling);
  const std::int64_t change = std::clamp(wanted, bounds.min, bounds.max) - capacity.capacity();
  const std::int64_t allowed = out ? std::max<std::int64_t>(0, change) : std::min<std::int64_t>(0, change);
  if (allowed != 0) m_actedAt = point.visibleAt;
  return allowed;
}

} // namespace model::ec2
