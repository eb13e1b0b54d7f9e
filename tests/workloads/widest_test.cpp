// The exponential of vectors against the long double one of the math library, and every way of compiling it against
// the others, byte for byte.
#include "workloads/widest.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.hpp"
#include "workloads/distribution.hpp"
#include "workloads/random.hpp"

namespace {

using workloads::RandomStream;
using workloads::widest::exponential;

// The ends of what is exact: nearest to -1021.5 and 1023.5 times ln 2.
constexpr double kLowest = -708.04, kHighest = 709.43;

std::vector<double> uniforms(double low, double high, std::size_t count) {
  RandomStream random(1, "test.exponential", 0);
  std::vector<double> x(count);
  for (double& each : x) each = low + (high - low) * random.uniform();
  return x;
}

// Where the whole part changes the rest is the largest, and errors with it.
std::vector<double> edges() {
  std::vector<double> x{0.0, -0.0, 1e-300, -1e-300, 1e-17, -1e-17, 1.0, -1.0, kLowest, kHighest};
  for (int n = -1021; n <= 1023; ++n)
    for (const double half : {-0.5, 0.0, 0.5}) {
      const double at = (n + half) * std::log(2.0);
      if (at > kLowest && at < kHighest) x.insert(x.end(), {std::nextafter(at, -1e3), at, std::nextafter(at, 1e3)});
    }
  return x;
}

double worstUlps(const std::vector<double>& arguments) {
  double worst = 0;
  for (const double x : arguments) {
    const long double exact = std::exp(static_cast<long double>(x));
    const long double ulp = std::ldexp(1.0L, std::ilogb(exact) - 52);
    worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(exponential(x)) - exact) / ulp));
  }
  return worst;
}

// One after the other; as every processor can; with the widest instructions that this one has.
__attribute__((noinline, optimize("no-tree-vectorize"))) void singly(const double* x, std::size_t n, double* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exponential(x[i]);
}
__attribute__((noinline)) void plainly(const double* x, std::size_t n, double* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exponential(x[i]);
}
BREAKEVEN_WIDEST void widely(const double* x, std::size_t n, double* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exponential(x[i]);
}

} // namespace

TEST_CASE("the exponential of vectors is right to one unit in the last place", "[widest]") {
  CHECK(worstUlps(uniforms(kLowest, kHighest, 300'000)) < 1);
  CHECK(worstUlps(uniforms(0, 37, 300'000)) < 1); // a nanosecond to two months
  CHECK(worstUlps(uniforms(-1, 1, 300'000)) < 1);
  CHECK(worstUlps(edges()) < 1);
  CHECK(exponential(0) == 1);
}

TEST_CASE("beyond what a double holds the exponential is nothing or the most, and always a number", "[widest]") {
  constexpr double kMost = std::numeric_limits<double>::max(), kInfinite = std::numeric_limits<double>::infinity();
  for (const double x : {-709.0, -745.2, -1e4, -1e15, -1e300, -kInfinite}) CHECK(exponential(x) == 0);
  for (const double x : {709.5, 710.0, 1e4, 1e15, 1e300, kInfinite}) CHECK(exponential(x) == kMost);
  CHECK(exponential(std::numeric_limits<double>::quiet_NaN()) == 0);
}

TEST_CASE("the exponential has the same bits however it is compiled", "[widest]") {
  auto x = uniforms(-800, 800, 100'003); // no multiple of a vector
  for (const auto& more : {uniforms(-2, 40, 100'003), edges()}) x.insert(x.end(), more.begin(), more.end());
  std::vector<double> one(x.size()), other(x.size());
  singly(x.data(), x.size(), one.data());
  plainly(x.data(), x.size(), other.data());
  CHECK(one == other);
  widely(x.data(), x.size(), other.data());
  CHECK(one == other);
}

TEST_CASE("a lognormal draw is the exponential of its normal", "[widest]") {
  using namespace std::chrono_literals;
  const double sigma = std::sqrt(std::log1p(4.0)), mu = std::log(120e6) - sigma * sigma / 2;
  std::vector<std::int64_t> drawn(10'007);
  workloads::DurationSampler(workloads::Lognormal{120ms, 2}, RandomStream(3, "work", 0)).fill(drawn);
  RandomStream normals(3, "work", 0);
  for (const auto ns : drawn) {
    const long double exact = std::exp(static_cast<long double>(mu + sigma * normals.normal()));
    REQUIRE(std::fabs(static_cast<double>(static_cast<long double>(ns) - exact)) <=
            0.5 + 4e-15 * static_cast<double>(exact));
  }
}
