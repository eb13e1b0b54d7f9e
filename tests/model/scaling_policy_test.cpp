// Scaling policies as functions of points and capacities: AWS's worked examples of rounding, alarms, warm-up, cooldown;
// forecasts and the size of warm pools. Rules: EC2 Auto Scaling user guide (target tracking, step and simple scaling,
// default instance warmup, predictive scaling, warm pools; copies of Apr 2023 and Sep-Oct 2026).
#include "model/ec2/scaling_policy.hpp"

#include "model/ec2/load_forecast.hpp"
#include "model/ec2/tally_recorder.hpp"
#include "tests/support/catch.hpp"

using model::adjustedCapacity;
using model::AdjustmentType;
using model::AlarmState;
using model::Duration;
using model::PredictiveScaling;
using model::ScalingMetric;
using model::SimpleScaling;
using model::StepScaling;
using model::TargetTracking;
using model::targetTrackingDesired;
using model::warmPoolSize;
using model::ec2::FleetCapacity;
using model::ec2::LoadForecast;
using model::ec2::MetricPoint;
using model::ec2::ScalingPolicy;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// A policy between its bounds, told one point after the other.
class Tracker {
 public:
  Tracker(const model::Scaling& scaling, std::int64_t min, std::int64_t max)
      : m_policy(scaling), m_min(min), m_max(max) {}
  std::int64_t react(const MetricPoint& point, const FleetCapacity& capacity) {
    return m_policy.react(point, capacity, {m_min, m_max});
  }
  std::int64_t react(double cpu, FleetCapacity capacity) { return react({0, capacity.inService, cpu, 0}, capacity); }
  AlarmState alarm() const { return m_policy.alarm(); }

 private:
  ScalingPolicy m_policy;
  std::int64_t m_min, m_max;
};

FleetCapacity settled(std::int64_t instances) {
  FleetCapacity capacity{instances, 0, false};
  capacity.warm = instances;
  return capacity;
}

// The guide's table: thresholds at 50, nothing within 10 of it, 10 % within 20, 30 % beyond.
StepScaling guideSteps() {
  StepScaling policy;
  policy.metric = ScalingMetric::RequestsPerTarget;
  policy.outThreshold = policy.inThreshold = 50;
  policy.adjustment = AdjustmentType::PercentChangeInCapacity;
  policy.out = {{0.0, 10.0, 0}, {10.0, 20.0, 10}, {20.0, std::nullopt, 30}};
  policy.in = {{std::nullopt, -20.0, -30}, {-20.0, -10.0, -10}, {-10.0, 0.0, 0}};
  policy.outPoints = policy.inPoints = 1;
  return policy;
}

std::int64_t after(Tracker& tracker, std::int64_t instances, double value) {
  return instances + tracker.react({0, instances, 0, value}, settled(instances));
}

} // namespace

// ---- rounding ----

TEST_CASE("Target tracking rounds up and never removes too much", "[ec2][scaling]") {
  CHECK(targetTrackingDesired(3, 0.75, 0.5) == 5);    // needs 4.5: +1.5 becomes +2
  CHECK(targetTrackingDesired(10, 0.475, 0.5) == 10); // needs 9.5: -0.5 becomes no removal
  CHECK(targetTrackingDesired(10, 0.425, 0.5) == 9);  // needs 8.5: -1.5 becomes -1
  CHECK(targetTrackingDesired(10, 150, 100) == 15);   // backlog per instance of the guide's queue example
  CHECK(targetTrackingDesired(10, 0.15, 0.1) == 15);  // 15.000000000000002 in doubles
  CHECK(targetTrackingDesired(4, 0, 0.5) == 0);
}

TEST_CASE("Changes in per cent round as the guide's examples do", "[ec2][scaling]") {
  constexpr auto kPercent = AdjustmentType::PercentChangeInCapacity;
  CHECK(adjustedCapacity(100, kPercent, 12.7, 1) == 112); // 12.7 -> 12
  CHECK(adjustedCapacity(100, kPercent, 0.67, 1) == 101); // 0.67 -> 1
  CHECK(adjustedCapacity(100, kPercent, -0.58, 1) == 99); // -0.58 -> -1
  CHECK(adjustedCapacity(100, kPercent, -6.67, 1) == 94); // -6.67 -> -6
  CHECK(adjustedCapacity(4, kPercent, 25, 2) == 6);       // 1, but two at least
  CHECK(adjustedCapacity(4, kPercent, -25, 2) == 2);
  CHECK(adjustedCapacity(4, kPercent, 0, 2) == 4);      // nothing is nothing
  CHECK(adjustedCapacity(100, kPercent, 29, 1) == 129); // 29, not 28.999999999999996
  CHECK(adjustedCapacity(3, AdjustmentType::ChangeInCapacity, 5, 9) == 8);
  CHECK(adjustedCapacity(3, AdjustmentType::ExactCapacity, 5, 9) == 5);
  CHECK(adjustedCapacity(3, AdjustmentType::ChangeInCapacity, -5, 1) == 0);
}

TEST_CASE("A warm pool fills what the group leaves of its maximum", "[ec2][scaling]") {
  model::WarmPool pool;
  CHECK(warmPoolSize(pool, 10, 6) == 4);
  CHECK(warmPoolSize(pool, 10, 10) == 0);
  pool.maxPrepared = 8;
  CHECK(warmPoolSize(pool, 20, 6) == 2);
  CHECK(warmPoolSize(pool, 20, 12) == 0);
  pool.min = 3;
  CHECK(warmPoolSize(pool, 20, 6) == 3);
  CHECK(warmPoolSize(pool, 20, 12) == 3);
}

// ---- target tracking ----

TEST_CASE("Three points in a row above target scale out", "[ec2][scaling]") {
  Tracker tracker(TargetTracking{}, 1, 10);
  CHECK(tracker.react(0.9, {2, 0, false}) == 0);
  CHECK(tracker.react(0.9, {2, 0, false}) == 0);
  CHECK(tracker.react(0.5, {2, 0, false}) == 0); // at target is not above it: the run is broken
  CHECK(tracker.react(0.9, {2, 0, false}) == 0);
  CHECK(tracker.react(0.9, {2, 0, false}) == 0);
  CHECK(tracker.alarm() == AlarmState::None);
  CHECK(tracker.react(0.9, {2, 0, false}) == 2); // 3.6 needed
  CHECK(tracker.alarm() == AlarmState::Out);
  CHECK(tracker.react(0.9, {2, 2, true}) == 0);            // two are on their way
  CHECK(tracker.react({0, 2, 1.3, 0}, {2, 2, true}) == 2); // 5.2 needed now: the difference
}

TEST_CASE("Fifteen points in a row below the lower threshold scale in", "[ec2][scaling]") {
  Tracker tracker(TargetTracking{}, 1, 10);
  for (int i = 0; i < 14; ++i) CHECK(tracker.react(0.2, {3, 0, false}) == 0);
  CHECK(tracker.alarm() == AlarmState::None);
  CHECK(tracker.react(0.2, {3, 0, true}) == 0); // the fifteenth, but one is warming up
  CHECK(tracker.alarm() == AlarmState::In);
  CHECK(tracker.react(0.2, {3, 0, false}) == -1); // 1.2 needed: two stay
  CHECK(tracker.react(0.34, {2, 0, false}) == 0); // 1.36 needed: removing one would overshoot
  CHECK(tracker.react(0.35, {2, 0, false}) == 0); // 0.7 x 0.5 is not below it: the run is broken
  CHECK(tracker.react(0.1, {2, 0, false}) == 0);
}

TEST_CASE("Scaling stays between min and max and does nothing on missing data", "[ec2][scaling]") {
  TargetTracking policy;
  policy.outPoints = policy.inPoints = 2;
  Tracker tracker(policy, 3, 6);
  CHECK(tracker.react(1.0, {4, 0, false}) == 0);
  CHECK(tracker.react(1.0, {4, 0, false}) == 2); // 8 needed, 6 allowed
  CHECK(tracker.react(1.0, {6, 0, false}) == 0);
  CHECK(tracker.react(0.0, {6, 0, false}) == 0);
  CHECK(tracker.react({0, 0, 0.0, 0}, {6, 0, false}) == 0); // no instance in the metric
  CHECK(tracker.react(0.0, {6, 0, false}) == 0);            // the run began anew
  CHECK(tracker.react(0.0, {6, 0, false}) == -3);
}

TEST_CASE("A point about another fleet size does not make scaling overshoot", "[ec2][scaling]") {
  TargetTracking policy;
  policy.outPoints = policy.inPoints = 1;
  Tracker tracker(policy, 1, 100);
  // The point is about the 2 that served before 2 more came: 3.6 are needed, 4 are there.
  CHECK(tracker.react({0, 2, 0.9, 0}, {4, 0, true}) == 0);
  // The point is about the 10 that served before 8 left: 2 are needed, 2 are there.
  CHECK(tracker.react({0, 10, 0.1, 0}, {2, 0, false}) == 0);
}

// 1,500 messages wait for 10 instances; each takes 0.1 s and may wait 10 s: a hundred per instance are well.
TEST_CASE("The backlog of a queue per instance scales out by five", "[ec2][scaling]") {
  TargetTracking policy;
  policy.metric = ScalingMetric::BacklogPerInstance;
  policy.target = 10 / 0.1;
  policy.outPoints = 1;
  Tracker tracker(policy, 1, 100);
  MetricPoint point{0, 10, 0.9, 0};
  point.backlogPerInstance = 1500.0 / 10;
  CHECK(tracker.react(point, settled(10)) == 5);
}

TEST_CASE("Requests per target drive scaling like CPU does", "[ec2][scaling]") {
  TargetTracking policy;
  policy.metric = ScalingMetric::RequestsPerTarget;
  policy.target = 100;
  policy.outPoints = 1;
  Tracker tracker(policy, 1, 100);
  CHECK(tracker.react({0, 10, 0.1, 150}, {10, 0, false}) == 5);
}

// ---- step scaling ----

TEST_CASE("Step scaling follows the guide's table", "[ec2][scaling]") {
  Tracker tracker(guideSteps(), 1, 100);
  CHECK(after(tracker, 10, 60) == 11); // 10 % of 10
  CHECK(after(tracker, 11, 70) == 14); // 30 % of 11 = 3.3
  CHECK(after(tracker, 14, 40) == 13); // 10 % of 14 = 1.4
  CHECK(after(tracker, 13, 30) == 10); // 30 % of 13 = 3.9
  CHECK(after(tracker, 10, 55) == 10); // the step next to the threshold changes nothing
  CHECK(tracker.alarm() == AlarmState::Out);
  CHECK(after(tracker, 10, 41) == 10);
  CHECK(tracker.alarm() == AlarmState::In);
}

TEST_CASE("A bound belongs to one step, in doubles too", "[ec2][scaling]") {
  StepScaling policy;
  policy.outThreshold = 0.6;
  policy.inThreshold = 0.3;
  policy.out = {{0.0, 0.1, 1}, {0.1, std::nullopt, 4}};
  policy.in = {{std::nullopt, -0.1, -4}, {-0.1, 0.0, -1}};
  policy.outPoints = policy.inPoints = 1;
  Tracker tracker(policy, 1, 100);
  CHECK(tracker.react(0.599, settled(10)) == 0);
  CHECK(tracker.react(0.6, settled(10)) == 1);
  CHECK(tracker.react(0.699, settled(10)) == 1);
  CHECK(tracker.react(0.7, settled(10)) == 4); // 0.7 - 0.6 is below 0.1 in doubles
  CHECK(tracker.react(0.3, settled(10)) == -1);
  CHECK(tracker.react(0.2, settled(10)) == -4);
  CHECK(tracker.react(0.1, settled(3)) == -2); // one stays
}

// The step is taken of the ten that are warm; what warms up counts towards it.
TEST_CASE("Instances that warm up count towards a step and keep the fleet from shrinking", "[ec2][scaling]") {
  Tracker tracker(guideSteps(), 1, 100);
  FleetCapacity warming{10, 1, true};
  warming.warm = 10;
  CHECK(tracker.react({0, 10, 0, 62}, warming) == 0); // 10 % of 10 is the one that boots
  CHECK(tracker.react({0, 10, 0, 70}, warming) == 2); // 30 % of 10 less that one
  CHECK(tracker.react({0, 10, 0, 30}, warming) == 0);
  CHECK(tracker.react({0, 11, 0, 30}, settled(11)) == -3); // the alarm rang on
}

TEST_CASE("A step policy waits for its points and needs no alarm for scaling in", "[ec2][scaling]") {
  auto policy = guideSteps();
  policy.outPoints = 2;
  policy.in.clear();
  Tracker tracker(policy, 1, 12);
  CHECK(after(tracker, 10, 80) == 10);
  CHECK(after(tracker, 10, 80) == 12); // 13, but for the maximum
  CHECK(after(tracker, 12, 0) == 12);
}

// ---- simple scaling ----

TEST_CASE("Simple scaling waits for its activity to end and for the cooldown", "[ec2][scaling]") {
  SimpleScaling policy;
  policy.outPoints = policy.inPoints = 1;
  policy.outChange = 2;
  policy.inChange = -1;
  Tracker tracker(policy, 1, 100);
  const auto at = [&](std::int64_t second, double cpu, FleetCapacity capacity, std::int64_t settledAt) {
    capacity.settledAt = settledAt * kSecond;
    return tracker.react({second * kSecond, capacity.inService, cpu, 0}, capacity);
  };
  CHECK(at(60, 0.9, {4, 0, false}, 0) == 2);
  CHECK(at(120, 0.9, {4, 2, true}, 0) == 0);    // they boot
  CHECK(at(180, 0.9, {6, 0, false}, 150) == 0); // in service at 150: 300 s from there
  CHECK(at(449, 0.9, {6, 0, false}, 150) == 0);
  CHECK(at(450, 0.9, {6, 0, false}, 150) == 2);
  CHECK(at(900, 0.1, {8, 0, false}, 500) == -1);
  FleetCapacity draining{7, 0, false};
  draining.draining = 1;
  CHECK(at(1500, 0.1, draining, 500) == 0); // not gone yet
  CHECK(at(1799, 0.1, {7, 0, false}, 1500) == 0);
  CHECK(at(1800, 0.1, {7, 0, false}, 1500) == -1);
}

TEST_CASE("An adjustment that changes nothing starts no cooldown", "[ec2][scaling]") {
  SimpleScaling policy;
  policy.outPoints = 1;
  policy.adjustment = AdjustmentType::ExactCapacity;
  policy.outChange = 4;
  policy.inChange = 2;
  Tracker tracker(policy, 1, 100);
  CHECK(tracker.react({60 * kSecond, 4, 0.9, 0}, settled(4)) == 0);
  CHECK(tracker.react({120 * kSecond, 3, 0.9, 0}, settled(3)) == 1);
  CHECK(tracker.react({180 * kSecond, 5, 0.9, 0}, settled(5)) == 0); // and in the cooldown nothing
}

// ---- predictive scaling ----

// Hour h of day d uses 10 h + d vCPUs of one each: an instance at a target of a half carries half a vCPU.
TEST_CASE("A forecast is the mean of the hour over the days that are known", "[ec2][scaling]") {
  constexpr std::int64_t kHour = 1000;
  PredictiveScaling plan;
  plan.target = 0.5;
  plan.history = Duration(24 * kHour);
  LoadForecast forecast(plan, model::ec2::kCore, kHour);
  model::Int128 busy = 0;
  for (std::int64_t hour = 1; hour <= 15 * 24 + 6; ++hour) {
    REQUIRE(forecast.nextEvent() == hour * kHour);
    const std::int64_t day = (hour - 1) / 24, ofDay = (hour - 1) % 24;
    busy += static_cast<model::Int128>(10 * ofDay + day) * model::ec2::kCore * kHour;
    forecast.advance(hour * kHour, busy);
    if (hour < 24) REQUIRE(forecast.floor() == 0);                              // no history
    if (hour >= 24 && hour < 48) REQUIRE(forecast.floor() == 20 * (hour % 24)); // day 0 alone
    if (hour == 48) CHECK(forecast.floor() == 1);                               // (0 + 1) / 2
    if (hour == 53) CHECK(forecast.floor() == 2 * 50 + 1);                      // (50 + 51) / 2 vCPUs
    if (hour == 15 * 24 + 1) CHECK(forecast.floor() == 2 * 10 + 15);            // days 1 to 14 of 0 to 14: mean 7.5
    if (hour == 15 * 24 + 5) CHECK(forecast.floor() == 2 * 50 + 15);
  }
}

TEST_CASE("A forecast is refreshed every six hours and launches the buffer early", "[ec2][scaling]") {
  constexpr std::int64_t kHour = 1000;
  PredictiveScaling plan;
  plan.target = 1;
  plan.history = Duration(25 * kHour); // so the first forecast is made at 30
  plan.buffer = Duration(300);
  LoadForecast forecast(plan, model::ec2::kCore, kHour);
  model::Int128 busy = 0;
  const auto load = [](std::int64_t hour) { return hour % 24 == 7 ? 9 : 2; };
  for (std::int64_t hour = 1; hour <= 32; ++hour) {
    REQUIRE(forecast.nextEvent() == hour * kHour - 300);
    forecast.advance(hour * kHour - 300, 0);
    CHECK(forecast.floor() == (hour <= 30 ? 0 : hour % 24 == 7 ? 9 : hour % 24 == 8 ? 9 : 2));
    REQUIRE(forecast.nextEvent() == hour * kHour);
    busy += static_cast<model::Int128>(load(hour - 1)) * model::ec2::kCore * kHour;
    forecast.advance(hour * kHour, busy);
    CHECK(forecast.floor() == (hour < 30 ? 0 : hour % 24 == 7 ? 9 : 2));
  }
}
