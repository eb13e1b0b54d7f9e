#pragma once
// Loops over columns of nanoseconds that a compiler turns into vector instructions: what it takes to let them have the
// widest ones of the machine, and conversions for which those before AVX-512 have no instruction. The bits are the same
// with and without.
#include <bit>
#include <cstdint>

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

} // namespace workloads::widest
