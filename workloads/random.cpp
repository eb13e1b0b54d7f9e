#include "workloads/random.hpp"

#include <bit>
#include <cmath>
#include <numbers>

#include "workloads/ziggurat.hpp"

namespace workloads {

namespace {

using State = std::array<std::uint64_t, 4>;
__extension__ using Uint128 = unsigned __int128;

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

// SplitMix64's output function (Steele, Lea & Flood 2014): a bijection of 64 bits.
constexpr std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// FNV-1a, 64 bits.
constexpr std::uint64_t hashed(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

inline std::uint64_t step(State& s) {
  const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
  const std::uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = std::rotl(s[3], 45);
  return result;
}

// Midpoints of 2^52 equal cells: never 0, never 1.
inline double toUnit(std::uint64_t bits) {
  return (static_cast<double>(bits >> (64 - ziggurat::kFractionBits)) + 0.5) * ziggurat::kFractionUnit;
}

// Low 8 bits choose the layer, bit 8 the sign (normal), the top 52 the place inside: no bit serves twice.
struct Candidate {
  std::uint64_t bits;
  std::size_t layer() const { return bits % ziggurat::kLayers; }
  std::uint64_t fraction() const { return bits >> (64 - ziggurat::kFractionBits); }
  // Without a branch: the sign is a coin toss that no predictor learns.
  double withSign(double x) const { return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) ^ (bits >> 8 << 63)); }
};

template <class Shape> inline double placed(const ziggurat::Tables<Shape>& tables, Candidate c) {
  return (static_cast<double>(c.fraction()) + 0.5) * tables.layers[c.layer()].width;
}

template <class Shape> inline bool certainlyInside(const ziggurat::Tables<Shape>& tables, Candidate c) {
  return c.fraction() < tables.layers[c.layer()].inside;
}

template <class Shape> double randomHeight(const ziggurat::Tables<Shape>& tables, std::size_t layer, State& s) {
  return tables.height[layer] + toUnit(step(s)) * (tables.height[layer + 1] - tables.height[layer]);
}

// The one draw in about fifty that the layer alone does not settle. Not inlined, so that the loops around it keep the
// state in registers.
[[gnu::noinline]] double settleExponential(State& s, Candidate c) {
  using Shape = ziggurat::ExponentialShape;
  const auto& tables = ziggurat::kExponential;
  for (double beyond = 0;;) {
    const double x = placed(tables, c);
    if (certainlyInside(tables, c)) return beyond + x;
    // The tail of an exponential is an exponential again.
    if (c.layer() == 0)
      beyond += Shape::kTail;
    else if (randomHeight(tables, c.layer(), s) < std::exp(-x))
      return beyond + x;
    c = {step(s)};
  }
}

// Marsaglia 1964: a normal variate given that it exceeds kTail.
double normalTail(State& s) {
  constexpr double kTail = ziggurat::NormalShape::kTail;
  for (;;) {
    const double x = -std::log(toUnit(step(s))) / kTail;
    if (-2 * std::log(toUnit(step(s))) > x * x) return kTail + x;
  }
}

[[gnu::noinline]] double settleNormal(State& s, Candidate c) {
  const auto& tables = ziggurat::kNormal;
  for (;; c = {step(s)}) {
    const double x = placed(tables, c);
    if (certainlyInside(tables, c)) return c.withSign(x);
    if (c.layer() == 0) return c.withSign(normalTail(s));
    if (randomHeight(tables, c.layer(), s) < std::exp(-x * x / 2)) return c.withSign(x);
  }
}

inline double drawExponential(State& s) {
  const Candidate c{step(s)};
  if (certainlyInside(ziggurat::kExponential, c)) [[likely]]
    return placed(ziggurat::kExponential, c);
  State copy = s;
  const double x = settleExponential(copy, c);
  s = copy;
  return x;
}

inline double drawNormal(State& s) {
  const Candidate c{step(s)};
  if (certainlyInside(ziggurat::kNormal, c)) [[likely]]
    return c.withSign(placed(ziggurat::kNormal, c));
  State copy = s;
  const double x = settleNormal(copy, c);
  s = copy;
  return x;
}

// Loader 2000, "Fast and accurate computation of binomial probabilities": the Poisson probability without the
// cancellation of k ln(mean) - mean - ln k!. First ln k! less Stirling's formula ...
double stirlingError(double k) {
  if (k < 16) {
    double factorial = 1;
    for (double i = 2; i <= k; ++i) factorial *= i;
    return std::log(factorial) - ((k + 0.5) * std::log(k) - k + 0.5 * std::log(2 * std::numbers::pi));
  }
  const double k2 = k * k;
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / k2) / k2) / k2) / k2) / k;
}

// ... then k ln(k / mean) + mean - k, by series where the two are close.
double deviance(double k, double mean) {
  if (std::fabs(k - mean) >= 0.1 * (k + mean)) return k * std::log(k / mean) + mean - k;
  const double v = (k - mean) / (k + mean);
  double sum = (k - mean) * v, term = 2 * k * v;
  for (double j = 3;; j += 2) {
    term *= v * v;
    const double next = sum + term / j;
    if (next == sum) return sum;
    sum = next;
  }
}

double logPoissonProbability(double k, double mean) {
  if (k == 0) return -mean;
  return -stirlingError(k) - deviance(k, mean) - 0.5 * std::log(2 * std::numbers::pi * k);
}

// Inversion by sequential search; the sum may stop a rounding short of the uniform, hence the end (P < 1e-200).
std::uint64_t poissonByInversion(State& s, double mean) {
  constexpr std::uint64_t kEnd = 250;
  const double u = toUnit(step(s));
  double probability = std::exp(-mean), sum = probability;
  std::uint64_t k = 0;
  for (; u > sum && k < kEnd; sum += probability) probability *= mean / static_cast<double>(++k);
  return k;
}

// PTRS: Hoermann 1993, "The transformed rejection method for generating Poisson random variables", mean >= 10.
std::uint64_t poissonByRejection(State& s, double mean) {
  const double b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
  const double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4), alwaysBelow = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = toUnit(step(s)) - 0.5, v = toUnit(step(s));
    const double distance = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / distance + b) * u + mean + 0.43);
    if (distance >= 0.07 && v <= alwaysBelow) return static_cast<std::uint64_t>(k);
    if (k < 0 || (distance < 0.013 && v > distance)) continue;
    const double hat = std::log(v * inverseAlpha / (a / (distance * distance) + b));
    if (hat <= logPoissonProbability(k, mean)) return static_cast<std::uint64_t>(k);
  }
}

} // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t replication) {
  std::uint64_t key = mixed(mixed(mixed(seed + kGolden) ^ hashed(name)) ^ replication);
  for (auto& word : m_state) word = mixed(key += kGolden);
}

std::uint64_t RandomStream::next() { return step(m_state); }

double RandomStream::uniform() { return toUnit(step(m_state)); }

std::uint64_t RandomStream::below(std::uint64_t n) {
  Uint128 product = static_cast<Uint128>(step(m_state)) * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t biased = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < biased) product = static_cast<Uint128>(step(m_state)) * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::exponential() { return drawExponential(m_state); }

double RandomStream::normal() { return drawNormal(m_state); }

// Marsaglia & Tsang 2000, "A simple method for generating gamma variables"; below 1 by gamma(a) = gamma(a+1) U^(1/a).
double RandomStream::gamma(double shape) {
  if (shape < 1) {
    const double boost = std::exp(-exponential() / shape);
    return gamma(shape + 1) * boost;
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root, u = uniform(), x2 = x * x;
    if (u < 1 - 0.0331 * x2 * x2) return d * v;
    if (std::log(u) < x2 / 2 + d * (1 - v + std::log(v))) return d * v;
  }
}

std::uint64_t RandomStream::poisson(double mean) {
  constexpr double kRejectionFrom = 10;
  if (mean <= 0) return 0;
  return mean < kRejectionFrom ? poissonByInversion(m_state, mean) : poissonByRejection(m_state, mean);
}

void RandomStream::fillExponential(std::span<double> out) {
  State s = m_state;
  for (double& x : out) x = drawExponential(s);
  m_state = s;
}

void RandomStream::fillExponential(std::span<double> out, double start, double scale, double* sums) {
  State s = m_state;
  for (double& x : out) {
    x = drawExponential(s);
    *sums++ = start += x * scale;
  }
  m_state = s;
}

void RandomStream::fillNormal(std::span<double> out) {
  State s = m_state;
  for (double& x : out) x = drawNormal(s);
  m_state = s;
}

} // namespace workloads
