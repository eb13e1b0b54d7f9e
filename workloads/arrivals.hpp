#pragma once
// When requests come. Each kind is drawn exactly (no step error). Pinned by tests/workloads/arrivals_test.cpp:
// rates, index of dispersion, first values per seed, integrated profile against counts.
#include <array>
#include <cstdint>
#include <memory>
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
using pricing::RequestRate;

class Trace; // workloads/import/trace.hpp

// The fastest process we take: one request per nanosecond of the clock.
inline constexpr double kLargestRatePerSecond = 1e9;

// Request k (from 0) at (k + 1/2) / rate, exact to the nanosecond: over a span of N periods exactly N, however the
// rate was rounded.
struct ConstantArrivals {
  RequestRate rate;
  friend bool operator==(const ConstantArrivals&, const ConstantArrivals&) = default;
};
struct PoissonArrivals {
  RequestRate rate;
  friend bool operator==(const PoissonArrivals&, const PoissonArrivals&) = default;
};
// Gamma-distributed gaps with coefficient of variation cv, kSmallestCv .. kLargestCv; starts in equilibrium (the first
// gap is a residual life), so that every span has its expected count.
struct RenewalArrivals {
  RequestRate rate;
  double cv = 1;
  friend bool operator==(const RenewalArrivals&, const RenewalArrivals&) = default;
};
// Two-state Markov-modulated Poisson process; exponential stays with means `on` and `off`, each at least 1 ms; starts
// in steady state.
struct BurstyArrivals {
  RequestRate rateOn, rateOff;
  Duration on{}, off{};
  friend bool operator==(const BurstyArrivals&, const BurstyArrivals&) = default;
};
// Non-homogeneous Poisson, piecewise constant by hour: mean x hourOfDay x dayOfWeek (each normalised to mean 1),
// growing by growthPerMonth (0.05 = 5 % per 730 h, compounded by hour). Time 0 is Monday 00:00. `dispersion` >= 1 is
// the index of dispersion of the counts per minute at the mean rate; above 1 each minute's rate is multiplied by a
// gamma variate.
struct ProfileArrivals {
  RequestRate mean;
  std::array<double, 24> hourOfDay;
  std::array<double, 7> dayOfWeek;
  double growthPerMonth = 0;
  double dispersion = 1;
  friend bool operator==(const ProfileArrivals&, const ProfileArrivals&) = default;
};
// More copies of a trace than this are no longer that trace.
inline constexpr double kLargestTraceScale = 1e4;

// A log or other record. `format` empty: found by looking. `function` empty: all functions as one. The trace itself is
// opened by whoever evaluates (openTrace) and is null in a scenario that was only read.
struct TraceArrivals {
  std::vector<std::string> files;
  std::string format, timeColumn, durationColumn, function;
  double scale = 1; // thins (< 1) or superposes (> 1) the recorded arrivals
  std::shared_ptr<const Trace> trace{};
  friend bool operator==(const TraceArrivals&, const TraceArrivals&) = default;
};

// Poisson batches of always `size` requests that come at the same instant; `rate` is that of the batches.
struct BatchArrivals {
  RequestRate rate;
  std::int64_t size = 1; // 1..1,000,000
  friend bool operator==(const BatchArrivals&, const BatchArrivals&) = default;
};
// Non-homogeneous Poisson with a piecewise linear rate: `base`, from `at` on rising to `peak`, held, falling back.
struct FlashArrivals {
  RequestRate base, peak;
  Duration at{}, rise{}, hold{}, fall{};
  friend bool operator==(const FlashArrivals&, const FlashArrivals&) = default;
};
// A schedule in the words of Amazon EventBridge (workloads/schedule.hpp). Each firing brings `requests` at once; of a
// fractional number the last one with that probability. Time 0 is Monday, 1 January 2024, 00:00 UTC.
struct CronArrivals {
  std::string expression;
  double requests = 1; // above 0
  friend bool operator==(const CronArrivals&, const CronArrivals&) = default;
};

using Arrivals = std::variant<ConstantArrivals, PoissonArrivals, RenewalArrivals, BurstyArrivals, ProfileArrivals,
                              TraceArrivals, BatchArrivals, FlashArrivals, CronArrivals>;

std::string_view kind(const Arrivals& a);                      // "constant", "poisson", ...
double meanRatePerSecond(const Arrivals& a, Duration horizon); // expected over [0, horizon)
// The highest rate to be ready for: of any hour (profile), of the faster state (bursty), of the crowd (flash), of the
// busiest interval (trace), of a minute with a firing (cron).
double peakRatePerSecond(const Arrivals& a, Duration horizon);
// The shortest span that shows all of the process: a day of a profile, a crowd to its end, a schedule's week or year.
// Zero where any span is as good as another, and for a trace, which knows its own.
Duration naturalSpan(const Arrivals& a);
std::string describe(const Arrivals& a); // "Poisson, 100/s"
std::vector<pricing::Problem> problems(const Arrivals& a, std::string_view where);
// The same process with every rate multiplied (traces: thinned or superposed); factor > 0. A profile keeps the law of
// its minutes' multipliers, so its dispersion becomes 1 + factor (dispersion - 1).
Arrivals scaled(const Arrivals& a, double factor);

// Nondecreasing arrival times in [0, horizon), in batches; the times do not depend on the sizes of the batches. Traces
// go through RequestStream instead. Precondition: problems() is empty.
class ArrivalSampler {
 public:
  ArrivalSampler(const Arrivals& arrivals, RandomStream random, Duration horizon);
  ~ArrivalSampler();
  ArrivalSampler(ArrivalSampler&&) noexcept;
  ArrivalSampler& operator=(ArrivalSampler&&) noexcept;
  std::size_t fill(std::span<std::int64_t> nanoseconds); // 0: no more before the horizon

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace workloads
