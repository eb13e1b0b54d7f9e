#pragma once
// Auto Scaling of the plain event loop: policies, actions at fixed times and forecasts as their rules read, without the
// simulator's bookkeeping. Shares targetTrackingDesired with it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "tests/support/reference_host.hpp"

namespace reference {

// The fleet as a policy sees it, and the point that has just become visible.
struct Sight {
  std::int64_t now = 0, serving = 0, booting = 0, draining = 0, warm = 0, settled = 0;
  bool warming = false;
  std::int64_t pointInstances = 0;
  double value = 0;
};

// The guide's table: change, per cent with its rounding, exact.
inline std::int64_t adjusted(std::int64_t from, model::AdjustmentType type, double change, std::int64_t least) {
  if (type == model::AdjustmentType::ExactCapacity) return static_cast<std::int64_t>(change);
  auto by = static_cast<std::int64_t>(change);
  if (type == model::AdjustmentType::PercentChangeInCapacity) {
    const double exact = static_cast<double>(from) * change / 100;
    by = static_cast<std::int64_t>(exact);
    if (by == 0 && exact > 0) by = 1;
    if (by == 0 && exact < 0) by = -1;
    if (by > 0 && by < least) by = least;
    if (by < 0 && -by < least) by = -least;
  }
  return std::max<std::int64_t>(0, from + by);
}

class Policy {
 public:
  explicit Policy(const model::Scaling& scaling) : m_scaling(scaling) {}

  model::AlarmState alarm() const {
    if (m_outPoints > 0 && m_above >= m_outPoints) return model::AlarmState::Out;
    return m_inPoints > 0 && m_below >= m_inPoints ? model::AlarmState::In : model::AlarmState::None;
  }

  // Desired capacity, before any bound; what there is when nothing is to be done.
  std::int64_t desired(const Sight& s) {
    const std::int64_t there = s.serving + s.booting;
    if (const auto* p = std::get_if<model::TargetTracking>(&m_scaling)) {
      note(s, p->outPoints, p->inPoints, s.value > p->target, s.value < p->inFraction * p->target);
      if (alarm() == model::AlarmState::Out)
        return std::max(there, model::targetTrackingDesired(s.pointInstances, s.value, p->target));
      if (alarm() == model::AlarmState::None || s.warming) return there;
      return std::min(there, model::targetTrackingDesired(std::max(s.pointInstances, s.serving), s.value, p->target));
    }
    if (const auto* p = std::get_if<model::StepScaling>(&m_scaling)) return stepped(*p, s);
    if (const auto* p = std::get_if<model::SimpleScaling>(&m_scaling)) return simple(*p, s);
    return there;
  }
  void acted(std::int64_t now) { m_actedAt = now; }

 private:
  static constexpr double kHair = 1e-9;

  void note(const Sight& s, int outPoints, int inPoints, bool out, bool in) {
    m_outPoints = outPoints;
    m_inPoints = inPoints;
    const bool data = s.pointInstances > 0;
    m_above = data && out ? m_above + 1 : 0;
    m_below = data && in ? m_below + 1 : 0;
  }
  std::int64_t stepped(const model::StepScaling& p, const Sight& s) {
    note(s, p.outPoints, p.inPoints, s.value > p.outThreshold - kHair, s.value < p.inThreshold + kHair);
    const std::int64_t there = s.serving + s.booting;
    const auto limit = [](const std::optional<double>& bound, double otherwise) { return bound.value_or(otherwise); };
    constexpr double kFar = std::numeric_limits<double>::infinity();
    if (alarm() == model::AlarmState::Out)
      for (const auto& step : p.out)
        if (s.value - p.outThreshold > limit(step.from, -kFar) - kHair &&
            s.value - p.outThreshold <= limit(step.to, kFar) - kHair)
          return std::max(there, adjusted(s.warm, p.adjustment, step.change, p.minAdjustmentMagnitude));
    if (alarm() == model::AlarmState::In && !s.warming)
      for (const auto& step : p.in)
        if (s.value - p.inThreshold < limit(step.to, kFar) + kHair &&
            s.value - p.inThreshold >= limit(step.from, -kFar) + kHair)
          return std::min(there, adjusted(s.serving, p.adjustment, step.change, p.minAdjustmentMagnitude));
    return there;
  }
  std::int64_t simple(const model::SimpleScaling& p, const Sight& s) {
    note(s, p.outPoints, p.inPoints, s.value > p.outThreshold - kHair, s.value < p.inThreshold + kHair);
    const std::int64_t there = s.serving + s.booting;
    const bool busy = s.booting + s.draining > 0 || s.now < std::max(m_actedAt, s.settled) + p.cooldown.count();
    if (alarm() == model::AlarmState::None || (m_actedAt >= 0 && busy)) return there;
    const bool out = alarm() == model::AlarmState::Out;
    const auto wanted = adjusted(there, p.adjustment, out ? p.outChange : p.inChange, p.minAdjustmentMagnitude);
    return out ? std::max(there, wanted) : std::min(there, wanted);
  }

  model::Scaling m_scaling;
  int m_above = 0, m_below = 0, m_outPoints = 0, m_inPoints = 0;
  std::int64_t m_actedAt = -1;
};

// Hour by hour of the past; an hour's forecast is looked up afresh each time it is asked for.
class Forecast {
 public:
  Forecast(const model::Ec2Fleet& fleet, std::int64_t hour, std::int64_t cores)
      : m_plan(fleet.predictive), m_hour(hour), m_cores(cores) {}
  bool exists() const { return m_plan.has_value(); }
  std::int64_t nextEnd() const { return (static_cast<std::int64_t>(m_loads.size()) + 1) * m_hour; }
  void hourEnds(Int128 busy) {
    m_loads.push_back(busy - m_before);
    m_before = busy;
    if (m_loads.size() % 6 == 0 && static_cast<std::int64_t>(m_loads.size()) * m_hour >= m_plan->history.count())
      m_made = m_loads.size();
  }
  std::int64_t floorAt(std::int64_t now) const {
    const auto hour = static_cast<std::size_t>(now / m_hour);
    const bool early = now >= static_cast<std::int64_t>(hour + 1) * m_hour - m_plan->buffer.count();
    return std::max(needed(hour), early && m_plan->buffer.count() > 0 ? needed(hour + 1) : 0);
  }
  std::int64_t buffer() const { return m_plan->buffer.count(); }

 private:
  std::int64_t needed(std::size_t hour) const {
    if (m_made == 0 || hour < m_made || hour >= m_made + 48) return 0;
    Int128 sum = 0;
    int days = 0;
    for (std::size_t past = m_made; past-- > 0 && days < 14;) {
      if (past % 24 != hour % 24) continue;
      sum += m_loads[past];
      ++days;
    }
    const double ofInstance = static_cast<double>(m_cores) * static_cast<double>(m_hour);
    return model::targetTrackingDesired(1, static_cast<double>(sum) / (static_cast<double>(days) * ofInstance),
                                        m_plan->target);
  }

  std::optional<model::PredictiveScaling> m_plan;
  std::int64_t m_hour, m_cores;
  std::vector<Int128> m_loads;
  Int128 m_before = 0;
  std::size_t m_made = 0; // hour of the last forecast
};

// Actions, ends of hours and the buffers before them; minimum and maximum as they leave them.
class Clock {
 public:
  Clock(const model::Ec2Fleet& fleet, std::int64_t hour, std::int64_t cores)
      : m_schedule(fleet.scheduled), m_forecast(fleet, hour, cores), m_min(fleet.min), m_max(fleet.max) {}
  std::int64_t min() const { return m_min; }
  std::int64_t max() const { return m_max; }
  std::int64_t least() const { return std::min(m_max, std::max(m_min, m_floor)); }
  std::int64_t next() const {
    const std::int64_t action = m_schedule.actions.empty() ? kNever : actionAt(m_done);
    if (!m_forecast.exists()) return action;
    const std::int64_t early = m_forecast.nextEnd() - m_forecast.buffer();
    return std::min(action, early > m_looked ? early : m_forecast.nextEnd());
  }
  // What is desired after it; `busy` is vCPU time since the start.
  std::int64_t act(std::int64_t now, Int128 busy, std::int64_t desired) {
    if (m_forecast.exists()) {
      if (now == m_forecast.nextEnd()) m_forecast.hourEnds(busy);
      m_floor = m_forecast.floorAt(now);
      m_looked = now;
    }
    while (!m_schedule.actions.empty() && actionAt(m_done) == now) {
      const auto& action = m_schedule.actions[m_done++ % m_schedule.actions.size()];
      m_min = action.min.value_or(m_min);
      m_max = action.max.value_or(m_max);
      desired = action.desired.value_or(desired);
    }
    return std::clamp(desired, least(), m_max);
  }

 private:
  std::int64_t actionAt(std::size_t i) const {
    const auto& all = m_schedule.actions;
    return static_cast<std::int64_t>(i / all.size()) * m_schedule.period.count() + all[i % all.size()].at.count();
  }

  model::ScheduledActions m_schedule;
  Forecast m_forecast;
  std::int64_t m_min, m_max, m_floor = 0, m_looked = -1;
  std::size_t m_done = 0;
};

} // namespace reference
