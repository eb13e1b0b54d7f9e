// Limits and contradictions of what a scenario says about the size of its fleet. Limits of AWS: Auto Scaling user
// guide, step, scheduled and predictive scaling, warm pools, lifecycle hooks (copies of Apr 2023 and Sep-Oct 2026); the
// others are ours and only keep a slip of the keyboard from running for a year.
#include <cmath>

#include "model/scenario_review.hpp"

namespace model {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t kMostInstances = 10'000;

void reviewSize(Review& review, const Ec2Setup& ec2) {
  const bool min = review.within("/ec2/min", ec2.min, std::int64_t{1}, kMostInstances, "a whole number");
  const bool max = review.within("/ec2/max", ec2.max, std::int64_t{1}, kMostInstances, "a whole number");
  if (!min || !max) return;
  if (ec2.min > ec2.max)
    review.add("/ec2/max", shown(ec2.max), fmt::format("at least min ({})", ec2.min));
  else if (ec2.initial)
    review.within("/ec2/initial", *ec2.initial, ec2.min, ec2.max, "a whole number");
}

// ---- dynamic policies ----

bool reviewMetric(Review& review, ScalingMetric metric, Routing routing) {
  if (metric != ScalingMetric::BacklogPerInstance || routing == Routing::Queue) return true;
  review.add("/ec2/scaling/metric", "\"backlog_per_instance\"",
             "cpu or requests_per_target, because no queue feeds this fleet (ec2.routing)");
  return false;
}

void reviewThreshold(Review& review, const std::string& at, ScalingMetric metric, double value, double leastCpu) {
  if (metric == ScalingMetric::Cpu)
    review.within(at, value, leastCpu, 1.0, "a CPU utilisation");
  else if (metric == ScalingMetric::RequestsPerTarget)
    review.within(at, value, 0.001, 1e9, "a number of requests per target and period");
  else
    review.within(at, value, 0.001, 1e9, "a number of messages per instance");
}

template <class Policy> void reviewPoints(Review& review, const Policy& policy) {
  review.within<Duration>("/ec2/scaling/period", policy.period, seconds(10), hours(1), "a time");
  review.within<Duration>("/ec2/scaling/metric_delay", policy.metricDelay, {}, hours(1), "a time");
  review.within("/ec2/scaling/out_points", policy.outPoints, 1, 100, "a whole number");
  review.within("/ec2/scaling/in_points", policy.inPoints, 1, 100, "a whole number");
}

template <class Policy> void reviewAlarms(Review& review, const Policy& policy, Routing routing) {
  constexpr double kLeastCpu = 0.01;
  reviewPoints(review, policy);
  if (!reviewMetric(review, policy.metric, routing)) return;
  reviewThreshold(review, "/ec2/scaling/out_threshold", policy.metric, policy.outThreshold, kLeastCpu);
  reviewThreshold(review, "/ec2/scaling/in_threshold", policy.metric, policy.inThreshold, kLeastCpu);
  if (policy.inThreshold > policy.outThreshold)
    review.add("/ec2/scaling/in_threshold", shown(policy.inThreshold),
               fmt::format("at most out_threshold ({})", policy.outThreshold));
  review.within("/ec2/scaling/min_adjustment_magnitude", policy.minAdjustmentMagnitude, std::int64_t{1}, kMostInstances,
                "a whole number");
}

// Out adds, in removes; an exact capacity is what it is.
void reviewChange(Review& review, const std::string& at, double change, AdjustmentType type, bool out) {
  constexpr double kMost = kMostInstances;
  const bool exact = type == AdjustmentType::ExactCapacity;
  const bool percent = type == AdjustmentType::PercentChangeInCapacity;
  const double low = out || exact ? 0 : percent ? -100 : -kMost;
  const double high = out || exact ? kMost : 0;
  const bool fits = review.within(at, change, low, high, percent ? "per cent" : "a number of instances");
  if (fits && !percent && std::floor(change) != change) review.add(at, shown(change), "a whole number of instances");
}

// Steps follow each other without a gap, from the threshold away; only the farthest has no end.
void reviewBounds(Review& review, const std::string& at, const std::vector<StepAdjustment>& steps, bool out) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& [from, to, change] = steps[i];
    const auto place = fmt::format("{}/{}", at, i);
    if (!from && (out || i > 0))
      review.add(place + "/from", "null", "a number; without a lower end is only the first step of \"in\"");
    if (!to && (!out || i + 1 < steps.size()))
      review.add(place + "/to", "null", "a number; without an upper end is only the last step of \"out\"");
    if (from && to && *from >= *to) review.add(place + "/to", shown(*to), fmt::format("more than from ({})", *from));
    if (i > 0 && from && steps[i - 1].to && *from != *steps[i - 1].to)
      review.add(place + "/from", shown(*from), fmt::format("{}, where the step before ends", *steps[i - 1].to));
    if (out && from && *from < 0)
      review.add(place + "/from", shown(*from), "0 or more, counted from out_threshold upwards");
    if (!out && to && *to > 0) review.add(place + "/to", shown(*to), "0 or less, counted from in_threshold downwards");
  }
}

void reviewSteps(Review& review, const StepScaling& policy, bool out) {
  const auto& steps = out ? policy.out : policy.in;
  const std::string at = out ? "/ec2/scaling/out" : "/ec2/scaling/in";
  reviewBounds(review, at, steps, out);
  for (std::size_t i = 0; i < steps.size(); ++i)
    reviewChange(review, fmt::format("{}/{}/change", at, i), steps[i].change, policy.adjustment, out);
}

struct PolicyReview {
  Review& review;
  Routing routing;

  void operator()(const NoScaling&) const {}
  void operator()(const TargetTracking& policy) const {
    constexpr double kLeastCpu = 0.1;
    if (reviewMetric(review, policy.metric, routing))
      reviewThreshold(review, "/ec2/scaling/target", policy.metric, policy.target, kLeastCpu);
    reviewPoints(review, policy);
    review.within("/ec2/scaling/in_fraction", policy.inFraction, 0.0, 1.0, "a fraction");
    review.within<Duration>("/ec2/scaling/warmup", policy.warmup, {}, hours(24), "a time");
  }
  void operator()(const StepScaling& policy) const {
    reviewAlarms(review, policy, routing);
    reviewSteps(review, policy, true);
    reviewSteps(review, policy, false);
    review.within<Duration>("/ec2/scaling/warmup", policy.warmup, {}, hours(24), "a time");
  }
  void operator()(const SimpleScaling& policy) const {
    reviewAlarms(review, policy, routing);
    reviewChange(review, "/ec2/scaling/out_change", policy.outChange, policy.adjustment, true);
    reviewChange(review, "/ec2/scaling/in_change", policy.inChange, policy.adjustment, false);
    review.within<Duration>("/ec2/scaling/cooldown", policy.cooldown, {}, hours(24), "a time");
  }
};

// ---- at fixed times ----

// Minimum, maximum and desired capacity as they are after an action, in the first round and in every later one.
void reviewOrder(Review& review, const Ec2Setup& ec2) {
  const auto& actions = ec2.scheduledActions.actions;
  std::int64_t min = ec2.min, max = ec2.max;
  for (std::size_t i = 0; i < 2 * actions.size(); ++i) {
    const std::size_t index = i % actions.size();
    const auto& action = actions[index];
    const auto place = fmt::format("/ec2/scheduled_actions/actions/{}", index);
    min = action.min.value_or(min);
    max = action.max.value_or(max);
    if (min > max)
      return review.add(place, fmt::format("min {} and max {}", min, max), "a minimum that is not above the maximum");
    if (action.desired && (*action.desired < min || *action.desired > max))
      return review.add(place + "/desired", shown(*action.desired),
                        fmt::format("a whole number from {} to {}, the minimum and maximum in force", min, max));
  }
}

void reviewSchedule(Review& review, const Ec2Setup& ec2) {
  const std::string at = "/ec2/scheduled_actions";
  const auto& schedule = ec2.scheduledActions;
  if (schedule.period != hours(24) && schedule.period != hours(168))
    review.add(at + "/period", shown(schedule.period), "24h or 168h");
  Duration last{-1};
  for (std::size_t i = 0; i < schedule.actions.size(); ++i) {
    const auto& action = schedule.actions[i];
    const auto place = fmt::format("{}/actions/{}", at, i);
    if (action.at <= last || action.at >= schedule.period)
      review.add(place + "/at", shown(action.at), "a time after the action before and within the period");
    last = std::max(last, action.at);
    const std::pair<std::string_view, const std::optional<std::int64_t>&> sizes[]{
        {"min", action.min}, {"max", action.max}, {"desired", action.desired}};
    for (const auto& [name, size] : sizes)
      if (size)
        review.within(fmt::format("{}/{}", place, name), *size, std::int64_t{0}, kMostInstances, "a whole number");
    if (!action.min && !action.max && !action.desired)
      review.add(place, "no change", "at least one of min, max and desired");
  }
  reviewOrder(review, ec2);
}

void reviewPredictive(Review& review, const PredictiveScaling& predictive) {
  const std::string at = "/ec2/predictive";
  review.within(at + "/target", predictive.target, 0.1, 1.0, "a CPU utilisation");
  review.within<Duration>(at + "/buffer", predictive.buffer, {}, hours(1), "a time");
  review.within<Duration>(at + "/history", predictive.history, hours(24), hours(14 * 24), "a time");
}

void reviewPool(Review& review, const Ec2Setup& ec2) {
  const std::string at = "/ec2/warm_pool";
  const auto& pool = *ec2.warmPool;
  review.within(at + "/min", pool.min, std::int64_t{0}, kMostInstances, "a whole number");
  if (pool.maxPrepared)
    review.within(at + "/max_prepared", *pool.maxPrepared, std::int64_t{0}, kMostInstances, "a whole number");
  review.adopt(workloads::problems(pool.boot, at + "/boot"));
  if (pool.state == WarmPool::State::Hibernated && ec2.ebsGib == 0)
    review.add(at + "/state", "\"hibernated\"", "stopped or running, because there is no volume (ec2.ebs_gib)");
  if (ec2.purchase == pricing::Purchase::Spot)
    review.add("/ec2/purchase", "\"spot\"", "on_demand or a commitment, because a warm pool has no Spot instances");
  if (ec2.mixed)
    review.add(at, "a warm pool beside ec2.mixed", "one of the two, because a warm pool is of one type on demand");
}

} // namespace

void reviewFleet(Review& review, const Ec2Setup& ec2) {
  reviewSize(review, ec2);
  std::visit(PolicyReview{review, ec2.routing}, ec2.scaling);
  reviewSchedule(review, ec2);
  if (ec2.predictive) reviewPredictive(review, *ec2.predictive);
  if (ec2.warmPool) reviewPool(review, ec2);
  review.adopt(workloads::problems(ec2.boot, "/ec2/boot"));
  review.within<Duration>("/ec2/lifecycle_hook", ec2.lifecycleHook, {}, hours(48), "a time");
  review.within<Duration>("/ec2/deregistration_delay", ec2.deregistrationDelay, {}, hours(1), "a time");
}

} // namespace model
