#pragma once
// Simulated figures against exact ones, in standard errors of the mean over independent replications.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <boost/math/special_functions/beta.hpp>

#include "model/statistics.hpp"
#include "tests/support/catch.hpp"

namespace errors {

inline double standardError(const model::Estimate& found, std::size_t replications) {
  return found.halfWidth / model::studentT975(replications - 1);
}

// |mean - expected| <= 4 standard errors, and a standard error below 3 % of what is expected. With twelve replications
// a correct program fails one check in 480 (t distribution), so this is for single figures; grids are below.
inline void checkAgainst(std::span<const double> values, double expected) {
  const auto found = model::estimate(values);
  const double error = standardError(found, values.size());
  INFO("found " << found.value << " expected " << expected << " standard error " << error);
  CHECK(std::abs(found.value - expected) <= 4 * error);
  CHECK(error < 0.03 * expected);
}

// P(|t| > k) of Student's t, by the incomplete beta function (Abramowitz & Stegun 1964, 26.7.1).
inline double beyondT(double k, double degrees) {
  return boost::math::ibeta(degrees / 2, 0.5, degrees / (degrees + k * k));
}

// P(at least m of n) of the binomial law, likewise (ibid. 26.5.24).
inline double atLeast(std::size_t m, std::size_t n, double p) {
  if (m == 0) return 1;
  return m > n ? 0 : boost::math::ibeta(static_cast<double>(m), static_cast<double>(n - m + 1), p);
}

// How far the figures of a grid lie off. Each comes from its own seed, so they are independent, and what hundreds of
// them may do by chance is known: t distribution with one degree less than there are replications.
class Deviations {
 public:
  explicit Deviations(std::size_t replications) : m_degrees(static_cast<double>(replications - 1)) {}

  // The figure is a ratio of means over the replications: what is counted / what it is counted over. Response times are
  // skewed, so the mean's t is too. Hall (1992) takes that out to first order, monotonically: with g the skewness of
  // the replications and a = g / (3 sqrt(n)), t becomes t + a t^2 + a^2 t^3 / 3 + a / 2.
  void add(std::string place, std::span<const double> counted, std::span<const double> over, double expected) {
    const auto n = static_cast<double>(counted.size());
    const double mean = std::accumulate(over.begin(), over.end(), 0.0) / n;
    const double found = std::accumulate(counted.begin(), counted.end(), 0.0) / n / mean;
    double squares = 0, cubes = 0;
    for (std::size_t i = 0; i < counted.size(); ++i) {
      const double residual = (counted[i] - found * over[i]) / mean;
      squares += residual * residual;
      cubes += residual * residual * residual;
    }
    const double error = std::sqrt(squares / (n - 1) / n), t = (found - expected) / error;
    const double a = cubes / n / std::pow(squares / n, 1.5) / (3 * std::sqrt(n));
    m_points.push_back({std::move(place), found, expected, error, t + a * t * t + a * a * t * t * t / 3 + a / 2});
  }
  void add(const Deviations& other) { m_points.insert(m_points.end(), other.m_points.begin(), other.m_points.end()); }

  std::size_t size() const { return m_points.size(); }
  std::size_t beyond(double k) const {
    return static_cast<std::size_t>(
        std::count_if(m_points.begin(), m_points.end(), [&](const Point& p) { return !(std::abs(p.errors) <= k); }));
  }
  double expectedBeyond(double k) const { return static_cast<double>(size()) * beyondT(k, m_degrees); }
  // Of the mean deviation: sees a bias of the same sign in many points, each of which would pass. About normal.
  double meanInItsErrors() const {
    double sum = 0;
    for (const Point& p : m_points) sum += p.errors;
    return sum / std::sqrt(static_cast<double>(size()) * m_degrees / (m_degrees - 2));
  }
  // No point beyond five standard errors, which one in 50,000 correct points is with 32 replications; as many beyond
  // two and three as chance makes, to one in a thousand either way; and no bias, to as much (3.29).
  void check(const std::string& name) const {
    constexpr double kRare = 1e-3;
    for (const Point& p : m_points) {
      INFO(name << ", " << p.place << ": found " << p.found << " expected " << p.expected << " standard error "
                << p.error);
      CHECK(std::abs(p.errors) <= 5);
      CHECK(p.error < 0.1 * p.expected); // five of these still tell a formula from its neighbours
    }
    for (const double k : {2.0, 3.0}) {
      INFO(name << ": " << beyond(k) << " of " << size() << " beyond " << k << " standard errors, by chance "
                << expectedBeyond(k));
      CHECK(atLeast(beyond(k), size(), beyondT(k, m_degrees)) > kRare);
      CHECK(1 - atLeast(beyond(k) + 1, size(), beyondT(k, m_degrees)) > kRare);
    }
    INFO(name << ": mean deviation in its standard errors");
    CHECK(std::abs(meanInItsErrors()) < 3.29);
  }

 private:
  struct Point {
    std::string place;
    double found, expected, error, errors; // errors: (found - expected) / error, less its skewness
  };
  double m_degrees;
  std::vector<Point> m_points;
};

} // namespace errors
