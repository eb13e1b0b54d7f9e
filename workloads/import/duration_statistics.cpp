#include "workloads/import/duration_statistics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace workloads::importing {

namespace {

constexpr int kStepBits = 8; // 2^8 steps per octave

std::size_t stepOf(std::int64_t nanoseconds) {
  const auto v = static_cast<std::uint64_t>(nanoseconds);
  const int shift = std::max(static_cast<int>(std::bit_width(v)) - kStepBits - 1, 0);
  return (static_cast<std::size_t>(shift) << kStepBits) + static_cast<std::size_t>(v >> shift);
}

// The middle of the values that share a step.
double middleOf(std::size_t step) {
  const std::size_t octave = step >> kStepBits;
  if (octave <= 1) return static_cast<double>(step);
  const auto shift = static_cast<int>(octave - 1);
  const auto mantissa = static_cast<double>(step - (static_cast<std::size_t>(shift) << kStepBits));
  return std::ldexp(mantissa + 0.5, shift) - 0.5;
}

} // namespace

void DurationStatistics::add(std::int64_t nanoseconds, std::uint64_t times) {
  m_count += times;
  m_sumMs += static_cast<double>(nanoseconds) * 1e-6 * static_cast<double>(times);
  m_max = std::max(m_max, nanoseconds);
  if (m_histogram.empty() && times == 1 && m_exact.size() < kExact) {
    m_exact.push_back(nanoseconds);
    return;
  }
  if (m_histogram.empty()) {
    m_histogram.resize(stepOf(std::numeric_limits<std::int64_t>::max()) + 1);
    for (const std::int64_t value : m_exact) addToHistogram(value, 1);
    m_exact = {};
  }
  addToHistogram(nanoseconds, times);
}

void DurationStatistics::addToHistogram(std::int64_t nanoseconds, std::uint64_t times) {
  m_histogram[stepOf(nanoseconds)] += times;
}

double DurationStatistics::quantileMs(double p) const {
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(m_count))));
  if (m_histogram.empty()) return static_cast<double>(m_exact[static_cast<std::size_t>(rank - 1)]) * 1e-6;
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < m_histogram.size(); ++step) {
    seen += m_histogram[step];
    if (seen >= rank) return std::min(middleOf(step), static_cast<double>(m_max)) * 1e-6;
  }
  return static_cast<double>(m_max) * 1e-6;
}

TraceSummary::Durations DurationStatistics::summary() {
  std::sort(m_exact.begin(), m_exact.end());
  return {m_sumMs / static_cast<double>(m_count), quantileMs(0.5), quantileMs(0.9), quantileMs(0.95), quantileMs(0.99),
          static_cast<double>(m_max) * 1e-6};
}

} // namespace workloads::importing
