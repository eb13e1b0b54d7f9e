#pragma once
// Loops over columns of nanoseconds that a compiler turns into vector instructions: what it takes to let them have the
// widest ones of the machine, conversions for which those before AVX-512 have no instruction, and an exponential that
// is no call. The bits are the same with and without. Pinned by tests/workloads/widest_test.cpp.
#include <bit>
#include <cstdint>
#include <limits>

// Before a function: one source, three machine codes: the loader takes the widest that the processor has (AVX-512 of
// x86-64-v4, AVX2, neither). No floating-point operation is fused (CMakeLists.txt) or reordered in any of them, so all
// give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define BREAKEVEN_WIDEST __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define BREAKEVEN_WIDEST
#endif

namespace workloads::widest {

// Between 0 and 2^52 an integer and 2^52 plus a double of its value have the same low bits (Warren, Hacker's Delight,
// 17-4).
inline constexpr std::int64_t kSmall = std::int64_t{1} << 50; // leaves room for rounding and carries
inline constexpr std::int64_t kBitsOf2To52 = 0x4330000000000000;
inline constexpr double k2To52 = 4503599627370496.0;

inline double toDouble(std::int64_t small) { return std::bit_cast<double>(small | kBitsOf2To52) - k2To52; }
// Of 0 .. 2^52; cut off, as a cast does: the nearest whole number, less one where that is above.
inline std::int64_t cutOff(double small) {
  const double shifted = small + k2To52, whole = shifted - k2To52;
  return (std::bit_cast<std::int64_t>(shifted) & ~kBitsOf2To52) - (whole > small ? 1 : 0);
}

// e^x within 1 unit in the last place where the nearest whole number to x / ln 2 is -1021 .. 1023 (x in -708 .. 709);
// 0 below that and of what is no number, the largest double above. By the reduction of Cody & Waite 1980 (Software
// Manual for the Elementary Functions, chapter 6): x = n ln 2 + r, ln 2 in two parts of which the first has so few bits
// that n times it is exact; then the Taylor series of e^r, |r| <= ln(2) / 2, whose remainder after r^13 / 13! is below
// 2^-57. Nothing is fused, and where the result lies is asked at the end by masks: both branches and calls would keep a
// compiler from doing several at once.
inline double exponential(double x) {
  constexpr double kLog2OfE = 1.4426950408889634074, kLn2High = 6.93147180369123816490e-01,
                   kLn2Low = 1.90821492927058770002e-10, kWhole = 1.5 * k2To52; // of either sign
  const double shifted = x * kLog2OfE + kWhole, n = shifted - kWhole;
  const double high = x - n * kLn2High, low = n * kLn2Low, r = high - low, lost = (high - r) - low;
  const double r2 = r * r;
  const double even =
      1.0 / 2 + r2 * (1.0 / 24 + r2 * (1.0 / 720 + r2 * (1.0 / 40320 + r2 * (1.0 / 3628800 + r2 * (1.0 / 479001600)))));
  const double odd =
      1.0 / 6 +
      r2 * (1.0 / 120 + r2 * (1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 + r2 * (1.0 / 6227020800)))));
  const double ofRest = 1 + (r + (r2 * (even + r * odd) + lost));
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  constexpr auto kLargest = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::max());
  const std::uint64_t power = std::bit_cast<std::uint64_t>(shifted) << 52; // n, where a double has its exponent
  const std::uint64_t seen = n > -1022 ? kAll : 0, tooLarge = n > 1023 ? kAll : 0;
  return std::bit_cast<double>(((std::bit_cast<std::uint64_t>(ofRest) + power) & seen & ~tooLarge) |
                               (kLargest & tooLarge));
}

} // namespace workloads::widest
