#pragma once
// The rate of a profile by hour, for the questions (arrivals.cpp) and the draws (arrival_sampler.cpp) alike.
// Private to workloads.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "workloads/arrivals.hpp"

namespace workloads {

class ProfileRate {
 public:
  explicit ProfileRate(const ProfileArrivals& a)
      : m_mean(a.mean.inPerSecond()), m_growthPerHour(std::log1p(a.growthPerMonth) / kHoursPerMonth),
        m_hour(normalised(a.hourOfDay)), m_day(normalised(a.dayOfWeek)) {}

  // Expected requests/s in this hour, counted from Monday 00:00.
  double perSecond(std::int64_t hour) const {
    const auto h = static_cast<std::size_t>(hour);
    const double steady = m_mean * m_hour[h % 24] * m_day[h / 24 % 7];
    return m_growthPerHour == 0 ? steady : steady * std::exp(m_growthPerHour * static_cast<double>(hour));
  }

 private:
  static constexpr double kHoursPerMonth = 730; // design section 7
  template <std::size_t n> static std::array<double, n> normalised(std::array<double, n> weights) {
    const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / n;
    for (auto& weight : weights) weight = mean > 0 ? weight / mean : 0;
    return weights;
  }

  double m_mean, m_growthPerHour;
  std::array<double, 24> m_hour;
  std::array<double, 7> m_day;
};

} // namespace workloads
