#pragma once
// How long things take: work of a request, init of an environment, boot of an instance, life of an idle environment.
// Spans are >= 0 and finite; a draw never exceeds 1,000 h. Pinned by tests/workloads/distribution_test.cpp.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pricing/problem.hpp"
#include "pricing/quantities.hpp"
#include "workloads/random.hpp"

namespace workloads {

using pricing::Duration;

struct Constant {
  Duration value{};
  friend bool operator==(const Constant&, const Constant&) = default;
};
struct Exponential {
  Duration mean{};
  friend bool operator==(const Exponential&, const Exponential&) = default;
};
// cv: standard deviation / mean, kSmallestCv .. kLargestCv (0 is what Constant is for).
inline constexpr double kSmallestCv = 1e-6, kLargestCv = 1000;
struct Lognormal {
  Duration mean{};
  double cv = 1;
  friend bool operator==(const Lognormal&, const Lognormal&) = default;
};
struct Gamma {
  Duration mean{};
  double cv = 1;
  friend bool operator==(const Gamma&, const Gamma&) = default;
};
struct Weibull {
  Duration mean{};
  double cv = 1;
  friend bool operator==(const Weibull&, const Weibull&) = default;
};
// Five published quantiles, ascending, above 0; between them log duration is linear in the probability (exact moments,
// no overshoot), below p50 it falls to p50^2 / p90 at probability 0: p90 mirrored, never below zero.
struct Quantiles {
  Duration p50{}, p90{}, p95{}, p99{}, max{};
  friend bool operator==(const Quantiles&, const Quantiles&) = default;
};
// A measured cumulative distribution, linear between its points: (duration, probability <= it), both ascending,
// the first probability >= 0 is reached at the first duration, the last is 1.
struct Tabulated {
  struct Point {
    Duration duration{};
    double probability = 0;
    friend bool operator==(const Point&, const Point&) = default;
  };
  std::vector<Point> points;
  friend bool operator==(const Tabulated&, const Tabulated&) = default;
};
// Every value equally likely; not empty. Shared because traces are large.
struct Empirical {
  std::shared_ptr<const std::vector<Duration>> values;
  friend bool operator==(const Empirical&, const Empirical&) = default;
};

using DurationDistribution =
    std::variant<Constant, Exponential, Lognormal, Gamma, Weibull, Quantiles, Tabulated, Empirical>;

std::string_view kind(const DurationDistribution& d);            // "constant", "exponential", ...
double meanSeconds(const DurationDistribution& d);               // exact where a closed form exists, else quadrature
double squaredCv(const DurationDistribution& d);                 // variance / mean^2; 0 for mean 0
double quantileSeconds(const DurationDistribution& d, double p); // p in (0, 1)
std::string describe(const DurationDistribution& d);             // "exponential, mean 100 ms"
// Parameters that make no distribution, each with the place `where` + "/p90" and so on.
std::vector<pricing::Problem> problems(const DurationDistribution& d, std::string_view where);
// The lognormal with this mean whose 99 % quantile is p99 (the smaller of the two cv that do); nothing when there is
// none: p99 <= mean, or above exp(z^2/2) = 14.97 means, z the normal 99 % quantile.
std::optional<Lognormal> lognormalFromP99(Duration mean, Duration p99);

// Every duration multiplied by the factor (> 0) and rounded to nanoseconds; the shape stays.
DurationDistribution stretched(const DurationDistribution& d, double factor);

// Draws; cheap to copy. Dispatch on the kind happens once per batch; n calls of next() and one fill of n give the same.
// Nearest nanosecond, at most kLongestDraw. Precondition: problems() is empty.
class DurationSampler {
 public:
  static constexpr Duration kLongestDraw = std::chrono::hours(1000);
  DurationSampler(const DurationDistribution& distribution, RandomStream random);
  void fill(std::span<std::int64_t> nanoseconds);
  std::int64_t next();

 private:
  struct Law; // the distribution with its tables, shared by copies
  std::shared_ptr<const Law> m_law;
  RandomStream m_random;
};

} // namespace workloads
