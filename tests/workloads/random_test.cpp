#include "workloads/random.hpp"

#include <array>
#include <bit>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numbers>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/workloads/goodness_of_fit.hpp"

using namespace workloads;
using namespace workloads::testing;

namespace {

// The published C code once more (Blackman & Vigna, xoshiro256plusplus.c; Vigna, splitmix64.c), apart from ours.
struct ReferenceXoshiro {
  std::array<std::uint64_t, 4> s;
  std::uint64_t next() {
    const auto rotl = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    const std::uint64_t result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
  }
};
struct ReferenceSplitMix {
  std::uint64_t x;
  std::uint64_t next() {
    std::uint64_t z = (x += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
};
std::uint64_t reference64BitFnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<std::uint64_t>(c)) * 1099511628211u;
  return hash;
}
// SplitMix64's output function alone: the state before the golden ratio is added.
std::uint64_t finalised(std::uint64_t z) { return ReferenceSplitMix{z - 0x9e3779b97f4a7c15}.next(); }

constexpr std::size_t kMany = 400'000;

template <class Draw> std::vector<double> drawn(std::size_t n, Draw draw) {
  std::vector<double> x(n);
  for (double& value : x) value = draw();
  return x;
}

double normalCdf(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

// 128 cells of a law: 64 equal ones in the middle and, on each side, cells that each halve what is left.
template <class Cdf> double chiSquareWithTails(std::span<const double> x, const Cdf& cdf) {
  std::vector<double> edges;
  for (double tail = 0x1p-16; tail < 0x1p-5; tail *= std::numbers::sqrt2) edges.push_back(tail);
  const std::size_t tails = edges.size();
  for (int i = 1; i <= 127; ++i) edges.push_back(0.03125 + i * (0.9375 / 128));
  for (std::size_t i = tails; i-- > 0;) edges.push_back(1 - edges[i]);
  std::sort(edges.begin(), edges.end());
  std::vector<double> observed(edges.size() + 1), expected;
  for (const double value : x) {
    const auto cell = std::upper_bound(edges.begin(), edges.end(), cdf(value)) - edges.begin();
    observed[static_cast<std::size_t>(cell)] += 1;
  }
  double last = 0;
  for (const double edge : edges) {
    expected.push_back((edge - last) * static_cast<double>(x.size()));
    last = edge;
  }
  expected.push_back((1 - last) * static_cast<double>(x.size()));
  return chiSquareError(observed, expected);
}

} // namespace

TEST_CASE("the reference generators give their published values", "[random]") {
  ReferenceXoshiro xoshiro{{1, 2, 3, 4}};
  for (const std::uint64_t value : {41943041u, 58720359u}) CHECK(xoshiro.next() == value);
  CHECK(xoshiro.next() == 3588806011781223u);
  CHECK(xoshiro.next() == 3591011842654386u);
  ReferenceSplitMix splitMix{1234567};
  CHECK(splitMix.next() == 6457827717110365317u);
  CHECK(splitMix.next() == 3203168211198807973u);
  CHECK(reference64BitFnv1a("foobar") == 0x85944171f73967e8u);
}

TEST_CASE("a stream is xoshiro256++ seeded from seed, name and replication", "[random]") {
  const std::uint64_t seed = 42, replication = 3;
  ReferenceSplitMix key{
      finalised(finalised(ReferenceSplitMix{seed}.next() ^ reference64BitFnv1a("work")) ^ replication)};
  ReferenceXoshiro reference{{key.next(), key.next(), key.next(), key.next()}};
  RandomStream stream(seed, "work", replication);
  for (int i = 0; i < 10'000; ++i) REQUIRE(stream.next() == reference.next());
}

TEST_CASE("first draws are pinned", "[random]") {
  const RandomStream fresh(1, "arrivals", 0);
  auto a = fresh, b = fresh, c = fresh, d = fresh, e = fresh, f = fresh, g = fresh;
  for (const auto value : {12161284468848146100u, 13010588499577963598u, 17249131795732903511u})
    CHECK(a.next() == value);
  for (const double value : {0.65926455206696921, 0.70530541582786743, 0.93507730832112024})
    CHECK(b.uniform() == value);
  for (const double value : {0.71080004762324778, 1.7014765371153422, 2.1093789737551658})
    CHECK(c.exponential() == Approx(value).epsilon(1e-15));
  for (const double value : {0.77995554841236236, 1.3420778621009195, 1.7114625715422738})
    CHECK(d.normal() == Approx(value).epsilon(1e-15));
  for (const double value : {0.79627386294727343, 0.0034282892363521351, 3.4246664746225246})
    CHECK(e.gamma(0.5) == Approx(value).epsilon(1e-14));
  for (const std::uint64_t value : {105u, 119u, 98u}) CHECK(f.poisson(100) == value);
  for (const std::uint64_t value : {659u, 705u, 935u}) CHECK(g.below(1000) == value);
}

TEST_CASE("seed, name and replication each give another stream", "[random]") {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const auto* name : {"", "arrivals", "work", "init"})
      for (std::uint64_t replication = 0; replication < 20; ++replication)
        first.insert(RandomStream(seed, name, replication).next());
  CHECK(first.size() == 20 * 4 * 20);
}

TEST_CASE("uniform draws lie inside (0, 1) and are uniform", "[random]") {
  RandomStream stream(1, "uniform", 0);
  const auto x = drawn(kMany, [&] { return stream.uniform(); });
  for (const double value : x) REQUIRE((value > 0 && value < 1));
  CHECK(meanError(x, 0.5) < 4);
  CHECK(varianceError(x, 0.5, 1.0 / 12) < 4);
  CHECK(kolmogorov(x, [](double value) { return value; }) < 2.4);
  CHECK(std::fabs(chiSquareWithTails(x, [](double value) { return value; })) < 4);
}

TEST_CASE("below(n) is uniform over 0 .. n-1", "[random]") {
  RandomStream stream(1, "below", 0);
  for (const std::uint64_t n : {2u, 7u, 200u}) {
    std::vector<double> observed(n), expected(n, static_cast<double>(kMany) / static_cast<double>(n));
    for (std::size_t i = 0; i < kMany; ++i) observed.at(stream.below(n)) += 1;
    CHECK(std::fabs(chiSquareError(observed, expected)) < 5);
  }
  CHECK(stream.below(1) == 0);
  // Where a plain remainder would be wrong by half: 3 * 2^62 of 2^64.
  const std::uint64_t large = 3ull << 62;
  double inFirstThird = 0;
  for (std::size_t i = 0; i < kMany; ++i) inFirstThird += stream.below(large) < large / 3 ? 1 : 0;
  const double n = kMany;
  CHECK(std::fabs(inFirstThird - n / 3) < 4 * std::sqrt(n * 2 / 9));
}

TEST_CASE("exponential draws follow 1 - exp(-x) into the tails", "[random]") {
  RandomStream stream(1, "exponential", 0);
  const auto cdf = [](double x) { return -std::expm1(-x); };
  const auto x = drawn(kMany, [&] { return stream.exponential(); });
  for (const double value : x) REQUIRE((value > 0 && std::isfinite(value)));
  CHECK(meanError(x, 1) < 4);
  CHECK(varianceError(x, 1, 1) < 4);
  CHECK(kolmogorov(x, cdf) < 2.4);
  CHECK(std::fabs(chiSquareWithTails(x, cdf)) < 4);
}

TEST_CASE("the base layer's tail is drawn with its probability", "[random]") {
  RandomStream stream(3, "tail", 0);
  const double n = 4'000'000;
  double beyond = 0, excess = 0;
  std::vector<double> chunk(4000);
  for (int i = 0; i < 1000; ++i) {
    stream.fillExponential(chunk);
    for (const double x : chunk)
      if (x > 7.69711747013105) ++beyond, excess += x - 7.69711747013105;
  }
  const double expected = n * std::exp(-7.69711747013105); // about 1,816
  CHECK(std::fabs(beyond - expected) < 4 * std::sqrt(expected));
  CHECK(std::fabs(excess / beyond - 1) < 4 / std::sqrt(beyond)); // memoryless: mean excess 1, deviation 1
  double outside = 0;
  for (int i = 0; i < 1000; ++i) {
    stream.fillNormal(chunk);
    for (const double x : chunk) outside += std::fabs(x) > 3.6541528853610088 ? 1 : 0;
  }
  const double both = n * 2 * normalCdf(-3.6541528853610088); // about 1,032
  CHECK(std::fabs(outside - both) < 4 * std::sqrt(both));
}

TEST_CASE("normal draws follow the normal law into the tails", "[random]") {
  RandomStream stream(1, "normal", 0);
  const auto x = drawn(kMany, [&] { return stream.normal(); });
  for (const double value : x) REQUIRE(std::isfinite(value));
  CHECK(meanError(x, 0) < 4);
  CHECK(varianceError(x, 0, 1) < 4);
  CHECK(kolmogorov(x, normalCdf) < 2.4);
  CHECK(std::fabs(chiSquareWithTails(x, normalCdf)) < 4);
}

TEST_CASE("a batch is the same as single draws", "[random]") {
  RandomStream batch(5, "batch", 0), single(5, "batch", 0);
  std::vector<double> x(10'000);
  batch.fillExponential(x);
  for (const double value : x) REQUIRE(single.exponential() == value);
  batch.fillNormal(x);
  for (const double value : x) REQUIRE(single.normal() == value);
  std::vector<double> sums(x.size());
  batch.fillExponential(x, 7, 3, sums.data());
  double sum = 7;
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(single.exponential() == x[i]);
    REQUIRE(sums[i] == (sum += 3 * x[i]));
  }
  CHECK(batch == single);
}

TEST_CASE("gamma draws have mean and variance = shape and follow the law", "[random]") {
  RandomStream stream(1, "gamma", 0);
  for (const double shape : {0.04, 0.3, 1.0, 2.5, 400.0}) {
    CAPTURE(shape);
    const auto x = drawn(kMany / 4, [&] { return stream.gamma(shape); });
    const auto cdf = [shape](double value) { return boost::math::gamma_p(shape, value); };
    CHECK(meanError(x, shape) < 4);
    CHECK(varianceError(x, shape, shape) < 4);
    CHECK(kolmogorov(x, cdf) < 2.4);
    CHECK(std::fabs(chiSquareWithTails(x, cdf)) < 4);
  }
}

TEST_CASE("Poisson draws have the exact probabilities", "[random]") {
  RandomStream stream(1, "poisson", 0);
  // Both methods, either side of their border at 10.
  for (const double mean : {0.2, 3.0, 9.99, 10.0, 47.5, 1234.5}) {
    CAPTURE(mean);
    const auto x = drawn(kMany / 2, [&] { return static_cast<double>(stream.poisson(mean)); });
    CHECK(meanError(x, mean) < 4);
    CHECK(varianceError(x, mean, mean) < 4);
    // P(N <= k) = Q(k + 1, mean); cells of the counts within 3.5 deviations, the rest in the first and last.
    const auto low = static_cast<int>(std::max(0.0, mean - 3.5 * std::sqrt(mean)));
    const auto high = static_cast<int>(mean + 3.5 * std::sqrt(mean)) + 1;
    std::vector<double> observed(static_cast<std::size_t>(high - low + 1)), expected(observed.size());
    for (const double value : x)
      observed[static_cast<std::size_t>(std::clamp(static_cast<int>(value), low, high) - low)] += 1;
    for (int k = low; k <= high; ++k) {
      const double above = k == high ? 1 : boost::math::gamma_q(k + 1.0, mean);
      const double below = k == low ? 0 : boost::math::gamma_q(static_cast<double>(k), mean);
      expected[static_cast<std::size_t>(k - low)] = (above - below) * static_cast<double>(x.size());
    }
    CHECK(std::fabs(chiSquareError(observed, expected)) < 5);
  }
  CHECK(stream.poisson(0) == 0);
}

TEST_CASE("Poisson draws stay right for enormous means", "[random]") {
  RandomStream stream(1, "poisson", 1);
  for (const double mean : {1e6, 1e12}) {
    const auto x = drawn(20'000, [&] { return (static_cast<double>(stream.poisson(mean)) - mean) / std::sqrt(mean); });
    CHECK(meanError(x, 0) < 4);
    CHECK(varianceError(x, 0, 1) < 4);
    CHECK(kolmogorov(x, normalCdf) < 2.4); // the lattice and the skewness 1/sqrt(mean) are far below the resolution
  }
}
