#include "model/lambda/provisioned_allocation.hpp"

#include <algorithm>
#include <cmath>

#include "model/ec2/ec2_simulator.hpp"

namespace model::lambda {

namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
// AWS Lambda pricing page (copy of 2026): provisioned concurrency is rounded up to five minutes.
constexpr std::int64_t kPaidStepNs = 5 * kMinuteNs;

} // namespace

ProvisionedAllocation::ProvisionedAllocation(const LambdaFunction& function) : m_plan(function.provisionedPlan) {
  std::int64_t first = function.provisioned;
  if (const auto* schedule = std::get_if<ProvisionedSchedule>(&m_plan)) {
    const auto& steps = schedule->steps;
    if (steps.empty()) return;
    const bool atOnce = steps.front().at.count() == 0;
    first = atOnce ? steps.front().count : steps.back().count; // what yesterday's last step left
    m_step = atOnce ? 1 : 0;
    m_nextStepNs = m_step < steps.size() ? steps[m_step].at.count() : schedule->period.count();
    if (m_step == steps.size()) m_step = 0;
  } else if (const auto* tracking = std::get_if<ProvisionedTracking>(&m_plan)) {
    first = std::clamp(first, tracking->min, tracking->max);
    m_nextMetricNs = kMinuteNs;
  }
  m_paidSince.assign(static_cast<std::size_t>(first), 0);
  m_usable = first;
}

std::int64_t ProvisionedAllocation::nextNs() const {
  const std::int64_t readyNs = m_pending.empty() ? kNever : m_pending.front().readyNs;
  return std::min({readyNs, m_nextStepNs, m_nextMetricNs});
}

void ProvisionedAllocation::act(std::int64_t ns, std::optional<double> utilisation) {
  while (!m_pending.empty() && m_pending.front().readyNs <= ns) {
    m_usable += m_pending.front().count;
    m_pending.erase(m_pending.begin());
  }
  if (ns == m_nextStepNs) takeStep(ns);
  if (ns == m_nextMetricNs) react(ns, utilisation);
}

void ProvisionedAllocation::takeStep(std::int64_t ns) {
  const auto& schedule = std::get<ProvisionedSchedule>(m_plan);
  const auto& now = schedule.steps[m_step];
  const std::int64_t dayNs = ns - now.at.count();
  want(ns, now.count);
  if (++m_step == schedule.steps.size()) m_step = 0;
  m_nextStepNs = dayNs + (m_step == 0 ? schedule.period.count() : 0) + schedule.steps[m_step].at.count();
}

// While an allocation is under way nothing more is asked for; a minute without a point leaves both alarms without data.
void ProvisionedAllocation::react(std::int64_t ns, std::optional<double> utilisation) {
  const auto& policy = std::get<ProvisionedTracking>(m_plan);
  m_nextMetricNs = ns + kMinuteNs;
  m_above = utilisation && *utilisation > policy.target ? m_above + 1 : 0;
  m_below = utilisation && *utilisation < policy.inFraction * policy.target ? m_below + 1 : 0;
  if (m_above < policy.outPoints && m_below < policy.inPoints) return;
  if (!m_pending.empty()) return;
  const std::int64_t desired =
      std::clamp(targetTrackingDesired(m_usable, *utilisation, policy.target), policy.min, policy.max);
  if (m_above >= policy.outPoints ? desired > paid() : desired < paid()) want(ns, desired);
}

void ProvisionedAllocation::want(std::int64_t ns, std::int64_t count) {
  m_paidNs += takePaidNs(ns);
  const std::int64_t more = count - paid();
  if (more > 0) {
    m_paidSince.insert(m_paidSince.end(), static_cast<std::size_t>(more), ns);
    const double minutes = static_cast<double>(more) / m_pace.perMinute;
    const auto lastsNs = m_pace.delay.count() + std::llround(minutes * static_cast<double>(kMinuteNs));
    m_pending.push_back({ns + lastsNs, more});
    std::ranges::sort(m_pending, {}, &Pending::readyNs);
  }
  for (std::int64_t fewer = -more; fewer > 0; --fewer) release(ns);
}

// The latest goes first: one that is still on its way before a usable one.
void ProvisionedAllocation::release(std::int64_t ns) {
  const std::int64_t stayNs = ns - m_paidSince.back();
  m_paidNs += (kPaidStepNs - stayNs % kPaidStepNs) % kPaidStepNs;
  m_paidSince.pop_back();
  if (m_pending.empty()) {
    --m_usable;
  } else if (--m_pending.back().count == 0) {
    m_pending.pop_back();
  }
}

Int128 ProvisionedAllocation::takePaidNs(std::int64_t ns) {
  const Int128 paidNs = m_paidNs + static_cast<Int128>(paid()) * (ns - m_bookedNs);
  m_paidNs = 0;
  m_bookedNs = ns;
  return paidNs;
}

} // namespace model::lambda
