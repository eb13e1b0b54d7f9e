#include "workloads/distribution.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <numbers>

#include "workloads/distribution_shape.hpp"
#include "workloads/overloaded.hpp"

namespace workloads {

namespace {

using pricing::inSeconds;
using pricing::Problem;

double normalQuantile(double p) { return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p); }

// ln(1 + cv^2) of a Weibull law with shape 1/x: ln Gamma(1+2x) - 2 ln Gamma(1+x). Near 0 the two cancel; there the
// series of ln Gamma(1+x) (DLMF 5.7.3) gives sum over n >= 2 of (-1)^n zeta(n) (2^n - 2) x^n / n.
double weibullLogMomentRatio(double x) {
  if (x >= 0.02) return boost::math::lgamma(1 + 2 * x) - 2 * boost::math::lgamma(1 + x);
  constexpr std::array kZeta{1.6449340668482264, 1.2020569031595943, 1.0823232337111382, 1.0369277551433699,
                             1.0173430619844491, 1.0083492773819228, 1.0040773561979443, 1.0020083928260822,
                             1.0009945751278181, 1.0004941886041195};
  double sum = 0, power = x, twoPower = 2;
  for (std::size_t i = 0; i < kZeta.size(); ++i) {
    power *= -x;
    twoPower *= 2;
    sum -= kZeta[i] * (twoPower - 2) * power / static_cast<double>(i + 2);
  }
  return sum;
}

// Moments of a law whose quantile function is linear (of the value or of its logarithm) on pieces.
struct Moments {
  double mean = 0, variance = 0;
};

Moments moments(const Quantiles& q) {
  Moments m;
  const auto k = knots(q);
  for (std::size_t i = 1; i < k.size(); ++i) {
    const double weight = k[i].probability - k[i - 1].probability, slope = k[i].logSeconds - k[i - 1].logSeconds;
    const double from = std::exp(k[i - 1].logSeconds);
    // Integral of from * e^(slope t) and of its square over t in 0..1.
    m.mean += weight * from * (slope == 0 ? 1 : std::expm1(slope) / slope);
    m.variance += weight * from * from * (slope == 0 ? 1 : std::expm1(2 * slope) / (2 * slope));
  }
  m.variance = std::max(0.0, m.variance - m.mean * m.mean);
  return m;
}

template <class Visit> void eachPiece(const Tabulated& t, Visit visit) {
  double probability = 0;
  Duration from = t.points.front().duration;
  for (const auto& point : t.points) {
    visit(point.probability - probability, inSeconds(from), inSeconds(point.duration));
    probability = point.probability;
    from = point.duration;
  }
}

Moments moments(const Tabulated& t) {
  Moments m;
  eachPiece(t, [&](double weight, double a, double b) { m.mean += weight * (a + b) / 2; });
  eachPiece(t, [&](double weight, double a, double b) {
    const double offset = (a + b) / 2 - m.mean;
    m.variance += weight * (offset * offset + (b - a) * (b - a) / 12);
  });
  return m;
}

Moments moments(const Empirical& e) {
  const double share = 1 / static_cast<double>(e.values->size());
  Moments m;
  for (const auto value : *e.values) m.mean += share * inSeconds(value);
  for (const auto value : *e.values) m.variance += share * std::pow(inSeconds(value) - m.mean, 2);
  return m;
}

double quantile(const Quantiles& q, double p) {
  const auto k = knots(q);
  std::size_t i = 1;
  while (i + 1 < k.size() && p > k[i].probability) ++i;
  const double t = (p - k[i - 1].probability) / (k[i].probability - k[i - 1].probability);
  return std::exp(k[i - 1].logSeconds + t * (k[i].logSeconds - k[i - 1].logSeconds));
}

double quantile(const Tabulated& t, double p) {
  const auto above = std::find_if(t.points.begin(), t.points.end(), [p](const auto& x) { return x.probability >= p; });
  if (above == t.points.end()) return inSeconds(t.points.back().duration);
  if (above == t.points.begin()) return inSeconds(above->duration);
  const auto below = std::prev(above);
  const double share = (p - below->probability) / (above->probability - below->probability);
  return inSeconds(below->duration) + share * inSeconds(above->duration - below->duration);
}

// The smallest value that a share of at least p does not exceed.
double quantile(const Empirical& e, double p) {
  auto values = *e.values;
  const double rank = std::ceil(p * static_cast<double>(values.size()));
  const auto index = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(rank) - 1, 0, std::ssize(values) - 1);
  std::nth_element(values.begin(), values.begin() + index, values.end());
  return inSeconds(values[static_cast<std::size_t>(index)]);
}

double weibullScale(const Weibull& w, double inverseShape) {
  return inSeconds(w.mean) / weibullMeanOverScale(inverseShape);
}

std::string meanAndCv(std::string_view name, Duration mean, double cv) {
  return fmt::format("{}, mean {}, cv {}", name, pricing::displaySeconds(inSeconds(mean)), cv);
}

// Collects what is wrong with one distribution at one place.
class Judge {
 public:
  explicit Judge(std::string_view where) : m_where(where) {}

  void span(std::string_view key, Duration d) {
    if (d < Duration{} || d > DurationSampler::kLongestDraw) add(key, pricing::toText(d), "a time from 0 to 1000 h");
  }
  void cv(double cv) {
    if (!(cv >= kSmallestCv && cv <= kLargestCv))
      add("cv", fmt::format("{}", cv), "a coefficient of variation from 0.000001 to 1000");
  }
  void add(std::string_view key, std::string found, std::string expected) {
    m_problems.push_back({fmt::format("{}/{}", m_where, key), std::move(found), std::move(expected)});
  }
  std::vector<Problem> take() { return std::move(m_problems); }

 private:
  std::string m_where;
  std::vector<Problem> m_problems;
};

void judge(Judge& j, const Constant& d) { j.span("value", d.value); }
void judge(Judge& j, const Exponential& d) { j.span("mean", d.mean); }
template <class MeanAndCv> void judge(Judge& j, const MeanAndCv& d) {
  j.span("mean", d.mean);
  j.cv(d.cv);
}

void judge(Judge& j, const Quantiles& q) {
  struct Entry {
    std::string_view key;
    Duration value;
  };
  const std::array entries{Entry{"p50", q.p50}, Entry{"p90", q.p90}, Entry{"p95", q.p95}, Entry{"p99", q.p99},
                           Entry{"max", q.max}};
  if (q.p50 <= Duration{}) j.add("p50", pricing::toText(q.p50), "a time above 0");
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (entries[i].value < entries[i - 1].value)
      j.add(entries[i].key, pricing::toText(entries[i].value),
            fmt::format("at least {} ({})", entries[i - 1].key, pricing::toText(entries[i - 1].value)));
  if (q.max > DurationSampler::kLongestDraw) j.add("max", pricing::toText(q.max), "a time from 0 to 1000 h");
}

void judge(Judge& j, const Tabulated& t) {
  if (t.points.empty()) return j.add("points", "no point", "at least one point that ends at probability 1");
  for (std::size_t i = 0; i < t.points.size(); ++i) {
    const auto& point = t.points[i];
    const auto durationKey = fmt::format("points/{}/duration", i), key = fmt::format("points/{}/probability", i);
    j.span(durationKey, point.duration);
    if (!(point.probability >= 0 && point.probability <= 1))
      j.add(key, fmt::format("{}", point.probability), "a probability from 0 to 1");
    if (i == 0) continue;
    if (point.duration < t.points[i - 1].duration)
      j.add(durationKey, pricing::toText(point.duration), "a time not below that of the point before");
    if (point.probability < t.points[i - 1].probability)
      j.add(key, fmt::format("{}", point.probability), "a probability not below that of the point before");
  }
  if (t.points.back().probability != 1)
    j.add(fmt::format("points/{}/probability", t.points.size() - 1), fmt::format("{}", t.points.back().probability),
          "1 at the last point");
}

void judge(Judge& j, const Empirical& e) {
  if (!e.values || e.values->empty()) return j.add("values", "no value", "at least one time");
  const auto outside = [](Duration d) { return d < Duration{} || d > DurationSampler::kLongestDraw; };
  const auto bad = std::find_if(e.values->begin(), e.values->end(), outside);
  if (bad != e.values->end()) j.span(fmt::format("values/{}", bad - e.values->begin()), *bad);
}

} // namespace

double lognormalSigma(double cv) { return std::sqrt(std::log1p(cv * cv)); }

double gammaShape(double cv) { return 1 / (cv * cv); }

double weibullInverseShape(double cv) {
  const double target = std::log1p(cv * cv);
  double low = 1e-8, high = 64; // cv about 1e-8 and 1e19
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = std::sqrt(low * high);
    if (middle <= low || middle >= high) break;
    (weibullLogMomentRatio(middle) < target ? low : high) = middle;
  }
  return low;
}

double weibullMeanOverScale(double inverseShape) { return boost::math::tgamma(1 + inverseShape); }

std::array<Knot, 6> knots(const Quantiles& q) {
  const auto log = [](Duration d) { return std::log(inSeconds(d)); };
  return {Knot{0, 2 * log(q.p50) - log(q.p90)},
          {0.5, log(q.p50)},
          {0.9, log(q.p90)},
          {0.95, log(q.p95)},
          {0.99, log(q.p99)},
          {1, log(q.max)}};
}

std::string_view kind(const DurationDistribution& d) {
  static constexpr std::array<std::string_view, std::variant_size_v<DurationDistribution>> kKinds{
      "constant", "exponential", "lognormal", "gamma", "weibull", "quantiles", "tabulated", "empirical"};
  return kKinds[d.index()];
}

double meanSeconds(const DurationDistribution& d) {
  return std::visit(
      Overloaded{[](const Constant& x) { return inSeconds(x.value); },
                 [](const Quantiles& x) { return moments(x).mean; }, [](const Tabulated& x) { return moments(x).mean; },
                 [](const Empirical& x) { return moments(x).mean; }, [](const auto& x) { return inSeconds(x.mean); }},
      d);
}

double squaredCv(const DurationDistribution& d) {
  if (meanSeconds(d) == 0) return 0;
  const auto fromMoments = [](const Moments& m) { return m.variance / (m.mean * m.mean); };
  return std::visit(Overloaded{[](const Constant&) { return 0.0; }, [](const Exponential&) { return 1.0; },
                               [&](const Quantiles& x) { return fromMoments(moments(x)); },
                               [&](const Tabulated& x) { return fromMoments(moments(x)); },
                               [&](const Empirical& x) { return fromMoments(moments(x)); },
                               [](const auto& x) { return x.cv * x.cv; }},
                    d);
}

double quantileSeconds(const DurationDistribution& d, double p) {
  return std::visit(Overloaded{[](const Constant& x) { return inSeconds(x.value); },
                               [p](const Exponential& x) { return -std::log1p(-p) * inSeconds(x.mean); },
                               [p](const Lognormal& x) {
                                 const double sigma = lognormalSigma(x.cv);
                                 return inSeconds(x.mean) * std::exp(sigma * normalQuantile(p) - sigma * sigma / 2);
                               },
                               [p](const Gamma& x) {
                                 const double shape = gammaShape(x.cv);
                                 return inSeconds(x.mean) * boost::math::gamma_p_inv(shape, p) / shape;
                               },
                               [p](const Weibull& x) {
                                 const double inverse = weibullInverseShape(x.cv);
                                 return weibullScale(x, inverse) * std::pow(-std::log1p(-p), inverse);
                               },
                               [p](const auto& x) { return quantile(x, p); }},
                    d);
}

std::string describe(const DurationDistribution& d) {
  const auto shown = [](Duration x) { return pricing::displaySeconds(inSeconds(x)); };
  const auto counted = [&](std::size_t n, std::string_view what) {
    return fmt::format("{}, {} {}, mean {}", kind(d), pricing::displayCount(static_cast<double>(n)), what,
                       pricing::displaySeconds(meanSeconds(d)));
  };
  return std::visit(Overloaded{[&](const Constant& x) { return fmt::format("constant, {}", shown(x.value)); },
                               [&](const Exponential& x) { return fmt::format("exponential, mean {}", shown(x.mean)); },
                               [&](const Quantiles& x) {
                                 return fmt::format("quantiles, p50 {}, p90 {}, p95 {}, p99 {}, max {}", shown(x.p50),
                                                    shown(x.p90), shown(x.p95), shown(x.p99), shown(x.max));
                               },
                               [&](const Tabulated& x) { return counted(x.points.size(), "points"); },
                               [&](const Empirical& x) { return counted(x.values->size(), "values"); },
                               [&](const auto& x) { return meanAndCv(kind(d), x.mean, x.cv); }},
                    d);
}

std::vector<Problem> problems(const DurationDistribution& d, std::string_view where) {
  Judge j(where);
  std::visit([&j](const auto& x) { judge(j, x); }, d);
  return j.take();
}

// p99 / mean = exp(z sigma - sigma^2 / 2) is a quadratic in sigma.
std::optional<Lognormal> lognormalFromP99(Duration mean, Duration p99) {
  if (mean <= Duration{} || p99 <= mean) return std::nullopt;
  const double z = normalQuantile(0.99), logRatio = std::log(inSeconds(p99) / inSeconds(mean));
  const double discriminant = z * z - 2 * logRatio;
  if (discriminant < 0) return std::nullopt;
  const double sigma = 2 * logRatio / (z + std::sqrt(discriminant));
  const double cv = std::sqrt(std::expm1(sigma * sigma));
  if (cv < kSmallestCv) return std::nullopt;
  return Lognormal{mean, cv};
}

DurationDistribution stretched(const DurationDistribution& d, double factor) {
  const auto times = [factor](Duration span) {
    return Duration(std::llround(static_cast<double>(span.count()) * factor));
  };
  return std::visit(Overloaded{[&](Constant c) -> DurationDistribution { return Constant{times(c.value)}; },
                               [&](Quantiles q) -> DurationDistribution {
                                 return Quantiles{times(q.p50), times(q.p90), times(q.p95), times(q.p99), times(q.max)};
                               },
                               [&](Tabulated t) -> DurationDistribution {
                                 for (auto& point : t.points) point.duration = times(point.duration);
                                 return t;
                               },
                               [&](const Empirical& e) -> DurationDistribution {
                                 auto values = *e.values;
                                 for (auto& value : values) value = times(value);
                                 return Empirical{std::make_shared<const std::vector<Duration>>(std::move(values))};
                               },
                               [&](auto other) -> DurationDistribution {
                                 other.mean = times(other.mean);
                                 return other;
                               }},
                    d);
}

} // namespace workloads
