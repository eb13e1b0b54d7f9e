#include "workloads/distribution.hpp"

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <functional>
#include <numbers>

#include "tests/support/catch.hpp"
#include "tests/workloads/goodness_of_fit.hpp"
#include "workloads/distribution_shape.hpp"

using namespace workloads;
using namespace workloads::testing;
using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kMany = 200'000;

Empirical empirical(std::vector<Duration> values) {
  return {std::make_shared<const std::vector<Duration>>(std::move(values))};
}
const Quantiles kApi{100ms, 300ms, 450ms, 1200ms, 5s};
const Tabulated kProbe{{{60s, 0.0}, {300s, 0.25}, {360s, 0.75}, {900s, 1.0}}};

std::vector<std::int64_t> draws(const DurationDistribution& d, std::size_t n, std::uint64_t replication = 0) {
  std::vector<std::int64_t> x(n);
  DurationSampler(d, RandomStream(7, "test", replication)).fill(x);
  return x;
}

std::vector<double> drawnSeconds(const DurationDistribution& d, std::size_t n = kMany) {
  std::vector<double> x;
  for (const auto ns : draws(d, n)) x.push_back(static_cast<double>(ns) * 1e-9);
  return x;
}

double normalCdf(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

// Piecewise linear through (x, F), x in seconds or its logarithm.
double interpolated(double x, const std::vector<std::pair<double, double>>& points) {
  if (x <= points.front().first) return 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    if (x <= points[i].first) {
      const auto& [x0, f0] = points[i - 1];
      const auto& [x1, f1] = points[i];
      return f0 + (f1 - f0) * (x - x0) / (x1 - x0);
    }
  return 1;
}

struct Law {
  DurationDistribution distribution;
  std::function<double(double)> cdf; // of seconds
};

// Every continuous kind with its cumulative distribution written down independently.
std::vector<Law> laws() {
  const double sigma = std::sqrt(std::log(1 + 1.5 * 1.5)), mu = std::log(0.2) - sigma * sigma / 2;
  const double rayleighCv = std::sqrt(4 / std::numbers::pi - 1); // Weibull of shape 2, scale 2 mean / sqrt(pi)
  return {{Exponential{100ms}, [](double x) { return -std::expm1(-x / 0.1); }},
          {Lognormal{200ms, 1.5}, [=](double x) { return normalCdf((std::log(x) - mu) / sigma); }},
          {Gamma{50ms, 0.5}, [](double x) { return boost::math::gamma_p(4.0, x / 0.05 * 4); }},
          {Gamma{50ms, 2}, [](double x) { return boost::math::gamma_p(0.25, x / 0.05 / 4); }},
          {Weibull{1s, rayleighCv}, [](double x) { return -std::expm1(-x * x * std::numbers::pi / 4); }},
          {kApi,
           [](double x) {
             return interpolated(std::log(x), {{std::log(0.1 * 0.1 / 0.3), 0},
                                               {std::log(0.1), 0.5},
                                               {std::log(0.3), 0.9},
                                               {std::log(0.45), 0.95},
                                               {std::log(1.2), 0.99},
                                               {std::log(5), 1}});
           }},
          {kProbe, [](double x) {
             return interpolated(x, {{60, 0}, {300, 0.25}, {360, 0.75}, {900, 1}});
           }}};
}

std::vector<std::string> sentences(const DurationDistribution& d) {
  std::vector<std::string> texts;
  for (const auto& problem : problems(d, "/w")) texts.push_back(sentence(problem));
  return texts;
}
using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("draws follow the law: Kolmogorov, mean and variance", "[distribution]") {
  for (const auto& [d, cdf] : laws()) {
    CAPTURE(describe(d));
    const auto x = drawnSeconds(d);
    const double mean = meanSeconds(d);
    CHECK(kolmogorovAbove(1e-6, x, cdf) < 2.4);
    CHECK(meanError(x, mean) < 4);
    CHECK(varianceError(x, mean, squaredCv(d) * mean * mean) < 4);
  }
}

TEST_CASE("quantiles invert the cumulative distribution", "[distribution]") {
  for (const auto& [d, cdf] : laws()) {
    CAPTURE(describe(d));
    for (const double p : {0.001, 0.01, 0.3, 0.5, 0.77, 0.9, 0.93, 0.97, 0.99, 0.9999})
      CHECK(cdf(quantileSeconds(d, p)) == Approx(p).epsilon(1e-9));
  }
}

TEST_CASE("mean and squared cv are the integrals of the quantile function", "[distribution]") {
  // Midpoint rule over the probability; the tail beyond 5e-5 matters less than the tolerance for these laws.
  constexpr int kCells = 20'000;
  for (const auto& [d, cdf] : laws()) {
    CAPTURE(describe(d));
    double mean = 0, square = 0;
    for (int i = 0; i < kCells; ++i) {
      const double x = quantileSeconds(d, (i + 0.5) / kCells);
      mean += x / kCells;
      square += x * x / kCells;
    }
    CHECK(meanSeconds(d) == Approx(mean).epsilon(1e-3));
    CHECK(squaredCv(d) == Approx(square / (mean * mean) - 1).epsilon(0.03));
  }
}

TEST_CASE("closed forms of the parameters", "[distribution]") {
  CHECK(quantileSeconds(Exponential{100ms}, 0.5) == Approx(0.1 * std::numbers::ln2).epsilon(1e-14));
  CHECK(quantileSeconds(Lognormal{1s, 2}, 0.5) == Approx(1 / std::sqrt(5.0)).epsilon(1e-14));
  // With cv 1 gamma and Weibull are the exponential law.
  for (const double p : {0.1, 0.5, 0.99}) {
    const double exponential = quantileSeconds(Exponential{100ms}, p);
    CHECK(quantileSeconds(Gamma{100ms, 1}, p) == Approx(exponential).epsilon(1e-12));
    CHECK(quantileSeconds(Weibull{100ms, 1}, p) == Approx(exponential).epsilon(1e-12));
  }
  // Uniform on 0 .. 12 s: mean 6, variance 12.
  const Tabulated uniform{{{0s, 0.0}, {12s, 1.0}}};
  CHECK(meanSeconds(uniform) == Approx(6).epsilon(1e-15));
  CHECK(squaredCv(uniform) == Approx(12.0 / 36).epsilon(1e-14));
  CHECK(squaredCv(Constant{5s}) == 0);
  CHECK(squaredCv(Quantiles{1s, 1s, 1s, 1s, 1s}) == Approx(0).margin(1e-14));
}

TEST_CASE("the Weibull shape solves for its cv over the whole range", "[distribution]") {
  // cv^2 = Gamma(1 + 2x) / Gamma(1 + x)^2 - 1, x = 1 / shape; 0.02 is where the series takes over.
  for (const double x : {0.003, 0.0199, 0.0201, 0.1, 0.5, 1.0, 3.0, 10.0}) {
    const double ratio = std::exp(std::lgamma(1 + 2 * x) - 2 * std::lgamma(1 + x));
    CHECK(weibullInverseShape(std::sqrt(ratio - 1)) == Approx(x).epsilon(1e-9));
  }
  // Close to constant: cv -> pi x / sqrt 6.
  CHECK(weibullInverseShape(1e-6) == Approx(1e-6 * std::sqrt(6.0) / std::numbers::pi).epsilon(1e-5));
}

TEST_CASE("published quantiles are met and mirrored below the median", "[distribution]") {
  for (const auto& [p, value] : {std::pair{0.5, 0.1}, {0.9, 0.3}, {0.95, 0.45}, {0.99, 1.2}})
    CHECK(quantileSeconds(kApi, p) == Approx(value).epsilon(1e-12));
  CHECK(quantileSeconds(kApi, 1e-12) == Approx(0.1 * 0.1 / 0.3).epsilon(1e-9));
  CHECK(quantileSeconds(kApi, 0.7) == Approx(std::sqrt(0.1 * 0.3)).epsilon(1e-12)); // geometric mean half-way
  for (const auto ns : draws(kApi, kMany)) REQUIRE((ns >= 33'333'333 && ns <= 5'000'000'000));
}

TEST_CASE("a table may start with an atom and hold jumps and gaps", "[distribution]") {
  // A quarter at 1 s sharp, a quarter uniform on 1 .. 2 s, nothing to 3 s, half at 3 s sharp.
  const Tabulated table{{{1s, 0.25}, {2s, 0.5}, {3s, 0.5}, {3s, 1.0}}};
  CHECK(problems(table, "").empty());
  CHECK(meanSeconds(table) == Approx(0.25 * 1 + 0.25 * 1.5 + 0.5 * 3).epsilon(1e-15));
  const auto x = draws(table, kMany);
  double first = 0, last = 0;
  for (const auto ns : x) {
    first += ns == 1'000'000'000;
    last += ns == 3'000'000'000;
    REQUIRE((ns <= 2'000'000'000 || ns == 3'000'000'000));
  }
  const double n = kMany;
  CHECK(std::fabs(first - n / 4) < 4 * std::sqrt(n * 3 / 16));
  CHECK(std::fabs(last - n / 2) < 4 * std::sqrt(n / 4));
  CHECK(quantileSeconds(table, 0.25) == 1);
  CHECK(quantileSeconds(table, 0.75) == 3);
}

TEST_CASE("empirical values are equally likely", "[distribution]") {
  std::vector<Duration> values;
  for (int i = 0; i < 150; ++i) values.push_back(milliseconds(1000 - i));
  const auto d = empirical(values);
  std::vector<double> observed(values.size()), expected(values.size(), static_cast<double>(kMany) / 150);
  for (const auto ns : draws(d, kMany)) observed.at(static_cast<std::size_t>(1000 - ns / 1'000'000)) += 1;
  CHECK(std::fabs(chiSquareError(observed, expected)) < 4);
  CHECK(meanSeconds(d) == Approx(0.9255).epsilon(1e-12));
  // n equally spaced values: variance (n^2 - 1) / 12 steps^2.
  CHECK(squaredCv(d) == Approx((150.0 * 150 - 1) / 12 * 1e-6 / (0.9255 * 0.9255)).epsilon(1e-9));
  CHECK(quantileSeconds(d, 0.5) == Approx(0.925));
  CHECK(quantileSeconds(d, 0.99) == Approx(0.999));
  CHECK(quantileSeconds(d, 1e-9) == Approx(0.851));
}

TEST_CASE("first draws of every kind are pinned", "[distribution]") {
  const auto first = [](const DurationDistribution& d) { return draws(d, 2); };
  using Ns = std::vector<std::int64_t>;
  CHECK(first(Constant{500ms}) == Ns{500'000'000, 500'000'000});
  CHECK(first(Exponential{100ms}) == Ns{167'529'060, 388'185'357});
  CHECK(first(Lognormal{100ms, 2}) == Ns{7'638'056, 933'769'297});
  CHECK(first(Gamma{100ms, 2}) == Ns{2'780'668, 8'509'675});
  CHECK(first(Weibull{100ms, 2}) == Ns{148'860'381, 700'257'028});
  CHECK(first(kApi) == Ns{220'272'261, 324'515'906});
  CHECK(first(kProbe) == Ns{441'052'349'716, 704'923'191'692});
  CHECK(first(empirical({1ms, 2ms, 3ms, 4ms})) == Ns{4'000'000, 4'000'000});
}

TEST_CASE("single draws, batches of any size and copies agree", "[distribution]") {
  for (const auto& [d, cdf] : laws()) {
    CAPTURE(describe(d));
    const auto whole = draws(d, 2000);
    DurationSampler single(d, RandomStream(7, "test", 0));
    for (std::size_t i = 0; i < 700; ++i) REQUIRE(single.next() == whole[i]);
    auto copy = single;
    std::vector<std::int64_t> rest(1300);
    copy.fill(rest);
    CHECK(std::equal(rest.begin(), rest.end(), whole.begin() + 700));
    CHECK(single.next() == whole[700]);
  }
}

TEST_CASE("draws are never negative nor above 1,000 h", "[distribution]") {
  const auto longest = DurationSampler::kLongestDraw.count();
  bool capped = false;
  for (const DurationDistribution& d :
       {DurationDistribution(Lognormal{hours(1000), 1000}), DurationDistribution(Gamma{hours(1000), 1000}),
        DurationDistribution(Weibull{hours(1000), 1000}), DurationDistribution(Exponential{hours(1000)})})
    for (const auto ns : draws(d, 20'000)) {
      REQUIRE((ns >= 0 && ns <= longest));
      capped = capped || ns == longest;
    }
  CHECK(capped);
  for (const DurationDistribution& d : {DurationDistribution(Exponential{}), DurationDistribution(Lognormal{}),
                                        DurationDistribution(Gamma{}), DurationDistribution(Weibull{})}) {
    CHECK(draws(d, 100) == std::vector<std::int64_t>(100, 0));
    CHECK(squaredCv(d) == 0);
  }
  CHECK(draws(Exponential{1ns}, 10'000).size() == 10'000);
}

TEST_CASE("a lognormal is found from its mean and 99 % quantile", "[distribution]") {
  for (const double cv : {0.01, 0.5, 1.0, 3.0, 10.0}) {
    const Lognormal law{1000s, cv};
    const auto p99 = pricing::fromSeconds(quantileSeconds(law, 0.99));
    const auto found = lognormalFromP99(law.mean, p99);
    REQUIRE(found);
    CHECK(quantileSeconds(*found, 0.99) == Approx(pricing::inSeconds(p99)).epsilon(1e-9));
    // The p99 of a given mean is largest at sigma = z = 2.326, cv = 14.9: up to there the smaller root is the law
    // itself.
    CHECK(found->cv == Approx(cv).epsilon(1e-6));
  }
  CHECK_FALSE(lognormalFromP99(100ms, 100ms));
  CHECK_FALSE(lognormalFromP99(100ms, 50ms));
  CHECK_FALSE(lognormalFromP99(0ms, 50ms));
  CHECK(lognormalFromP99(100ms, 1496ms)); // exp(z^2 / 2) = 14.97
  CHECK_FALSE(lognormalFromP99(100ms, 1498ms));
}

TEST_CASE("stretching multiplies every duration and keeps the shape", "[distribution]") {
  auto all = laws();
  all.push_back({Constant{300ms}, {}});
  all.push_back({empirical({1s, 2s, 4s}), {}});
  for (const auto& [d, cdf] : all) {
    CAPTURE(describe(d));
    const auto longer = stretched(d, 2.5);
    CHECK(meanSeconds(longer) == Approx(2.5 * meanSeconds(d)));
    CHECK(squaredCv(longer) == Approx(squaredCv(d)));
    CHECK(quantileSeconds(longer, 0.97) == Approx(2.5 * quantileSeconds(d, 0.97)));
    CHECK(stretched(d, 1).index() == d.index());
  }
}

TEST_CASE("distributions are described in words", "[distribution]") {
  CHECK(describe(Constant{500ms}) == "constant, 500 ms");
  CHECK(describe(Exponential{100ms}) == "exponential, mean 100 ms");
  CHECK(describe(Lognormal{100ms, 1.5}) == "lognormal, mean 100 ms, cv 1.5");
  CHECK(describe(Gamma{100ms, 0.5}) == "gamma, mean 100 ms, cv 0.5");
  CHECK(describe(Weibull{2s, 2}) == "weibull, mean 2 s, cv 2");
  CHECK(describe(kApi) == "quantiles, p50 100 ms, p90 300 ms, p95 450 ms, p99 1.2 s, max 5 s");
  CHECK(describe(Tabulated{{{0s, 0.0}, {12s, 1.0}}}) == "tabulated, 2 points, mean 6 s");
  CHECK(describe(empirical({1s, 2s, 3s})) == "empirical, 3 values, mean 2 s");
  CHECK(kind(Weibull{}) == "weibull");
  CHECK(kind(Empirical{}) == "empirical");
}

TEST_CASE("parameters that make no distribution are all named", "[distribution]") {
  CHECK(sentences(Constant{0s}).empty());
  CHECK(sentences(Lognormal{100ms, 2}).empty());
  CHECK(sentences(kApi).empty());
  CHECK(sentences(kProbe).empty());
  CHECK(sentences(Constant{-5ms}) == Texts{"/w/value: found -5ms, expected a time from 0 to 1000 h"});
  CHECK(sentences(Exponential{hours(1001)}).size() == 1);
  CHECK(sentences(Gamma{-1s, 0}) == Texts{"/w/mean: found -1s, expected a time from 0 to 1000 h",
                                          "/w/cv: found 0, expected a coefficient of variation from 0.000001 to 1000"});
  CHECK(sentences(Weibull{1s, std::nan("")}) ==
        Texts{"/w/cv: found nan, expected a coefficient of variation from 0.000001 to 1000"});
  CHECK(sentences(Quantiles{100ms, 80ms, 90ms, 85ms, hours(2000)}) ==
        Texts{"/w/p90: found 80ms, expected at least p50 (100ms)", "/w/p99: found 85ms, expected at least p95 (90ms)",
              "/w/max: found 7200000s, expected a time from 0 to 1000 h"});
  CHECK(sentences(Quantiles{0s, 1s, 1s, 1s, 1s}) == Texts{"/w/p50: found 0s, expected a time above 0"});
  CHECK(sentences(Tabulated{}) == Texts{"/w/points: found no point, expected at least one point that ends at "
                                        "probability 1"});
  CHECK(sentences(Tabulated{{{2s, 0.5}, {1s, 0.4}}}) ==
        Texts{"/w/points/1/duration: found 1s, expected a time not below that of the point before",
              "/w/points/1/probability: found 0.4, expected a probability not below that of the point before",
              "/w/points/1/probability: found 0.4, expected 1 at the last point"});
  CHECK(sentences(Tabulated{{{2s, 1.5}}}) == Texts{"/w/points/0/probability: found 1.5, expected a probability from 0 "
                                                   "to 1",
                                                   "/w/points/0/probability: found 1.5, expected 1 at the last point"});
  CHECK(sentences(Empirical{}) == Texts{"/w/values: found no value, expected at least one time"});
  CHECK(sentences(empirical({1s, -2s})) == Texts{"/w/values/1: found -2s, expected a time from 0 to 1000 h"});
}
