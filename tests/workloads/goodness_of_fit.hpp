#pragma once
// Statistics of samples against an exact law, in units in which a fixed bound can be stated.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace workloads::testing {

struct Sample {
  double mean = 0, variance = 0, standardError = 0; // of the mean
};

inline Sample summarised(std::span<const double> x) {
  const auto n = static_cast<double>(x.size());
  Sample s;
  for (const double value : x) s.mean += value / n;
  for (const double value : x) s.variance += (value - s.mean) * (value - s.mean) / (n - 1);
  s.standardError = std::sqrt(s.variance / n);
  return s;
}

// How many standard errors of its mean the sample lies off.
inline double meanError(std::span<const double> x, double expected) {
  const auto s = summarised(x);
  return std::fabs(s.mean - expected) / s.standardError;
}

// The same for the variance: the mean of the squared deviations from the exact mean.
inline double varianceError(std::span<const double> x, double mean, double variance) {
  std::vector<double> squares;
  for (const double value : x) squares.push_back((value - mean) * (value - mean));
  return meanError(squares, variance);
}

// Pearson's statistic, standardised: (X^2 - df) / sqrt(2 df); about normal for 100 cells and more.
inline double chiSquareError(std::span<const double> observed, std::span<const double> expected) {
  double sum = 0;
  for (std::size_t i = 0; i < observed.size(); ++i)
    sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  const auto df = static_cast<double>(observed.size() - 1);
  return (sum - df) / std::sqrt(2 * df);
}

// Kolmogorov's sqrt(n) D; above 2.4 with probability 2 exp(-2 * 2.4^2) = 2e-5.
template <class Cdf> double kolmogorov(std::vector<double> x, const Cdf& cdf) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = cdf(x[i]), rank = static_cast<double>(i);
    distance = std::max({distance, f - rank / n, (rank + 1) / n - f});
  }
  return distance * std::sqrt(n);
}

// The same for the values above `from` alone: laws with a pole at 0 put much of their mass below one nanosecond, where
// the clock's whole nanoseconds are no longer that law.
template <class Cdf> double kolmogorovAbove(double from, std::vector<double> x, const Cdf& cdf) {
  std::erase_if(x, [from](double value) { return value <= from; });
  const double below = cdf(from);
  return kolmogorov(std::move(x), [&](double value) { return (cdf(value) - below) / (1 - below); });
}

} // namespace workloads::testing
