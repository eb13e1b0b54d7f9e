#pragma once
// Estimates with error bars, and quantiles from a mergeable log-linear histogram. Every statistic names its population
// where it is used. Pinned by tests/model/statistics_test.cpp (hand-sorted lists, known t quantiles, coverage).
#include <cstdint>
#include <span>
#include <vector>

namespace model {

// Exact sums of nanoseconds over a month of ten thousand environments do not fit 64 bits.
__extension__ using Int128 = __int128;

// A mean over independent observations and the half width of its 95 % confidence interval (Student t).
struct Estimate {
  double value = 0.0;
  double halfWidth = 0.0; // 0 when there is one observation only
  friend bool operator==(const Estimate&, const Estimate&) = default;
};
Estimate estimate(std::span<const double> observations); // not empty
// A ratio of sums (cold / started) with the delta method over paired observations (Cochran 1977, eq. 6.13).
Estimate ratioEstimate(std::span<const double> numerators, std::span<const double> denominators);
Estimate pairedDifference(std::span<const double> a, std::span<const double> b); // a - b, equal length
double studentT975(std::size_t degreesOfFreedom);                                // two-sided 95 %; >= 1 degree

// Spans of nanoseconds, 0 .. 2^62. Exact up to kExact values; from then on counted in buckets of relative width 2^-7,
// so a quantile is off by at most 0.4 % of its value (spans below 128 ns are exact). Count, sum and max stay exact.
class LatencyHistogram {
 public:
  static constexpr std::size_t kExact = 10'000;
  static constexpr double kRelativeError = 0.004;
  void record(std::int64_t nanoseconds);
  void record(std::span<const std::int64_t> nanoseconds);
  void merge(const LatencyHistogram& other);
  std::uint64_t count() const { return m_count; }
  double meanSeconds() const; // 0 when empty
  double maxSeconds() const;
  // Smallest value v such that at least ceil(p * count) values are <= v (inverted CDF, R type 1); 0 when empty.
  double quantileSeconds(double p) const;
  double fractionAtMost(double seconds) const;
  struct Step {
    double seconds;
    double cumulative;
  };
  std::vector<Step> cumulative(std::size_t points) const; // thinned for a chart
  friend bool operator==(const LatencyHistogram& a, const LatencyHistogram& b); // the same values in any order

 private:
  void fold();                       // exact values into buckets
  std::vector<std::int64_t> m_exact; // unsorted; empty once folded
  std::vector<std::uint64_t> m_buckets;
  std::uint64_t m_count = 0;
  std::int64_t m_max = 0;
  Int128 m_sum = 0;
};
bool operator==(const LatencyHistogram& a, const LatencyHistogram& b);

} // namespace model
