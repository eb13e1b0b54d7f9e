#pragma once
// Our own random numbers: the standard library leaves its distributions' algorithms open, and "same seed, same bytes"
// needs them closed. Each consumer has its own named stream, so a new consumer leaves all others unchanged.
// Pinned by exact first values and by moments and chi-square in tests/workloads/random_test.cpp.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace workloads {

// xoshiro256++ (Blackman & Vigna 2019), seeded by SplitMix64 from (seed, stream name, replication).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t replication);
  std::uint64_t next();                 // 64 uniform bits
  double uniform();                     // open interval (0, 1): safe under a logarithm
  std::uint64_t below(std::uint64_t n); // uniform in 0 .. n-1 (Lemire 2019); n > 0
  double exponential();                 // mean 1, finite, > 0; ziggurat (Marsaglia & Tsang 2000)
  double normal();                      // mean 0, variance 1, finite; ziggurat
  double gamma(double shape);           // scale 1, shape > 0; Marsaglia & Tsang 2000, boosted below 1
  std::uint64_t poisson(double mean);   // exact for every mean >= 0 (inversion, then PTRS, Hoermann 1993)
  void fillExponential(std::span<double> out);
  // The same draws, and besides each the sum of `start` and all up to it times `scale`; in one loop, which costs no
  // more than the draws. sums: as long as out.
  void fillExponential(std::span<double> out, double start, double scale, double* sums);
  void fillNormal(std::span<double> out);
  friend bool operator==(const RandomStream&, const RandomStream&) = default;

 private:
  std::array<std::uint64_t, 4> m_state;
};

} // namespace workloads
