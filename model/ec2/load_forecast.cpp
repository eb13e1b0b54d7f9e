#include "model/ec2/load_forecast.hpp"

#include <algorithm>

namespace model::ec2 {

namespace {
constexpr std::size_t kHoursOfDay = 24, kHoursAhead = 48, kRefreshHours = 6, kDays = 14;
} // namespace

LoadForecast::LoadForecast(const PredictiveScaling& plan, std::int64_t cores, std::int64_t hourNs)
    : m_plan(plan), m_cores(cores), m_hourNs(hourNs) {}

std::int64_t LoadForecast::nextEvent() const {
  const std::int64_t end = static_cast<std::int64_t>(m_loads.size() + 1) * m_hourNs;
  return m_early ? end : end - m_plan.buffer.count();
}

void LoadForecast::advance(std::int64_t t, Int128 busy) {
  m_early = true;
  if (t == static_cast<std::int64_t>(m_loads.size() + 1) * m_hourNs) {
    m_loads.push_back(busy - m_busy);
    m_busy = busy;
    m_early = m_plan.buffer.count() == m_hourNs;
    const auto history = static_cast<std::int64_t>(m_loads.size()) * m_hourNs;
    if (m_loads.size() % kRefreshHours == 0 && history >= m_plan.history.count()) forecast();
  }
  m_floor = instancesIn(m_loads.size());
  if (m_early) m_floor = std::max(m_floor, instancesIn(m_loads.size() + 1));
}

// The mean of the same hour of the day over the days that are known, the latest fourteen.
void LoadForecast::forecast() {
  m_madeAt = m_loads.size();
  m_instances.clear();
  for (std::size_t hour = m_madeAt; hour < m_madeAt + kHoursAhead; ++hour) {
    Int128 sum = 0;
    std::int64_t days = 0;
    for (std::size_t back = kHoursOfDay; back <= hour && days < static_cast<std::int64_t>(kDays); back += kHoursOfDay) {
      if (hour - back >= m_madeAt) continue;
      sum += m_loads[hour - back];
      ++days;
    }
    const double ofInstance = static_cast<double>(m_cores) * static_cast<double>(m_hourNs);
    const double mean = static_cast<double>(sum) / (static_cast<double>(days) * ofInstance);
    m_instances.push_back(targetTrackingDesired(1, mean, m_plan.target));
  }
}

std::int64_t LoadForecast::instancesIn(std::size_t hour) const {
  const std::size_t ahead = hour - m_madeAt;
  return ahead < m_instances.size() ? m_instances[ahead] : 0;
}

} // namespace model::ec2
