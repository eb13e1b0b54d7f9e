#pragma once
// Mean, quantiles and largest of very many durations in bounded memory: exact (nearest rank) up to kExact values, then
// from a log-linear histogram with 256 steps per octave, whose midpoints are within 0.2 % of every value in the step.
// Pinned by tests/workloads/sorted_records_test.cpp against a sorted list.
#include <cstdint>
#include <vector>

#include "workloads/import/trace.hpp"

namespace workloads::importing {

class DurationStatistics {
 public:
  static constexpr std::size_t kExact = 100'000;
  void add(std::int64_t nanoseconds, std::uint64_t times = 1); // >= 0
  std::uint64_t count() const { return m_count; }
  TraceSummary::Durations summary(); // count() > 0

 private:
  double quantileMs(double p) const; // m_exact sorted
  void addToHistogram(std::int64_t nanoseconds, std::uint64_t times);
  std::vector<std::int64_t> m_exact;
  std::vector<std::uint64_t> m_histogram; // empty while all values are exact
  std::uint64_t m_count = 0;
  double m_sumMs = 0;
  std::int64_t m_max = 0;
};

} // namespace workloads::importing
