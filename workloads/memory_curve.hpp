#pragma once
// How long a Lambda function takes at each memory size, as somebody measured it; what holds between the sizes, and how
// much of the time is CPU. Pinned by tests/workloads/memory_curve_test.cpp.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/problem.hpp"
#include "pricing/quantities.hpp"

namespace workloads {

struct MemoryCurve {
  struct Point {
    pricing::Memory memory;
    pricing::Duration meanDuration{}; // above 0
    friend bool operator==(const Point&, const Point&) = default;
  };
  std::vector<Point> points; // ascending memory, each once, at least two
  std::string source{};      // where it was read: a file's name; empty: it was written out

  pricing::Memory smallest() const { return points.front().memory; }
  pricing::Memory largest() const { return points.back().memory; }
  bool covers(pricing::Memory memory) const { return memory >= smallest() && memory <= largest(); }
  // The logarithm of the duration is linear in the logarithm of memory between two sizes: exact at them and for work
  // that scales as a power of memory; constant beyond the ends.
  double secondsAt(pricing::Memory memory) const;
  friend bool operator==(const MemoryCurve&, const MemoryCurve&) = default;
};

// Lambda quotas (AWS Lambda developer guide, copy of Sep-Oct 2026).
inline constexpr auto kSmallestLambdaMemory = pricing::Memory::mebibytes(128);
inline constexpr auto kLargestLambdaMemory = pricing::Memory::mebibytes(10'240);

// What breaks the invariants above, at "WHERE/points/3/memory" and the like.
std::vector<pricing::Problem> problems(const MemoryCurve& curve, std::string_view where);

// d(m) = io + cpu / min(threads, m / 1769 MB), io and cpu >= 0, with the smallest sum of squared relative deviations:
// every size counts alike, however slow the small ones are. Nothing when all sizes give the same vCPU share, because
// then the curve does not tell the two apart.
struct CpuFit {
  double ioSeconds = 0, cpuSeconds = 0; // of one whole vCPU
  double deviation = 0;                 // root mean square of (d - fit) / d; 0 for two sizes that the law can meet
  std::size_t points = 0;
  // Share of the duration at this memory that is CPU, 0..1: what `cpu_fraction` means.
  double cpuFractionAt(pricing::Memory memory, double threads) const;
};
inline constexpr double kPoorDeviation = 0.2; // above: the law does not describe the curve
std::optional<CpuFit> fitCpu(const MemoryCurve& curve, double threads);
std::string describe(const CpuFit& fit); // "waiting 65.2 ms + cpu 412 ms of one vCPU, within 3.4 % of 6 sizes (rms)"

} // namespace workloads
