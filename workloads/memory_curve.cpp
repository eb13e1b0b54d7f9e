#include "workloads/memory_curve.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "workloads/workload.hpp"

namespace workloads {

namespace {

using pricing::inSeconds;
using pricing::Memory;

double mebibytes(Memory memory) { return static_cast<double>(memory.inMebibytes()); }

// The law divided by the measured duration: 1 = io * a + cpu * b + deviation.
struct Equation {
  double a = 0, b = 0;
};

std::vector<Equation> equationsOf(const MemoryCurve& curve, double threads) {
  std::vector<Equation> equations;
  for (const auto& point : curve.points) {
    const double seconds = inSeconds(point.meanDuration);
    equations.push_back({1 / seconds, 1 / (seconds * lambdaVcpuShare(point.memory, threads))});
  }
  return equations;
}

struct Parts {
  double io = 0, cpu = 0;
};

double deviationOf(const std::vector<Equation>& equations, Parts parts) {
  double sum = 0;
  for (const auto& e : equations) sum += std::pow(1 - parts.io * e.a - parts.cpu * e.b, 2);
  return std::sqrt(sum / static_cast<double>(equations.size()));
}

// Least squares with both parts at least 0: the free minimum if it is allowed, else the better edge.
Parts solved(const std::vector<Equation>& equations) {
  double aa = 0, ab = 0, bb = 0, a = 0, b = 0;
  for (const auto& e : equations) {
    aa += e.a * e.a;
    ab += e.a * e.b;
    bb += e.b * e.b;
    a += e.a;
    b += e.b;
  }
  const double determinant = aa * bb - ab * ab;
  const Parts free{(a * bb - b * ab) / determinant, (b * aa - a * ab) / determinant};
  if (free.io >= 0 && free.cpu >= 0) return free;
  const Parts waiting{a / aa, 0}, computing{0, b / bb};
  return deviationOf(equations, waiting) < deviationOf(equations, computing) ? waiting : computing;
}

} // namespace

double MemoryCurve::secondsAt(Memory memory) const {
  const auto above = std::ranges::lower_bound(points, memory, {}, &Point::memory);
  if (above == points.begin()) return inSeconds(above->meanDuration);
  const auto& below = *(above - 1);
  if (above == points.end()) return inSeconds(below.meanDuration);
  if (above->memory == memory) return inSeconds(above->meanDuration);
  const double share = std::log(mebibytes(memory) / mebibytes(below.memory)) /
                       std::log(mebibytes(above->memory) / mebibytes(below.memory));
  const double low = inSeconds(below.meanDuration);
  return low * std::pow(inSeconds(above->meanDuration) / low, share);
}

std::vector<pricing::Problem> problems(const MemoryCurve& curve, std::string_view where) {
  constexpr auto kLongest = std::chrono::seconds(900);
  std::vector<pricing::Problem> found;
  const auto add = [&](std::string place, std::string what, std::string expected) {
    found.push_back({fmt::format("{}/points{}", where, place), std::move(what), std::move(expected)});
  };
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const auto& [memory, duration] = curve.points[i];
    if (memory < kSmallestLambdaMemory || memory > kLargestLambdaMemory)
      add(fmt::format("/{}/memory", i), pricing::toText(memory), "a memory size from 128MB to 10GB");
    else if (i > 0 && memory == curve.points[i - 1].memory)
      add(fmt::format("/{}/memory", i), pricing::toText(memory) + " again", "each memory size once");
    else if (i > 0 && memory < curve.points[i - 1].memory)
      add(fmt::format("/{}/memory", i), pricing::toText(memory), "ascending memory sizes");
    if (duration <= pricing::Duration{} || duration > kLongest)
      add(fmt::format("/{}/duration", i), pricing::toText(duration), "a mean duration above 0s, at most 900s");
  }
  if (curve.points.size() < 2)
    add("", fmt::format("a list of {}", curve.points.size()), "durations at two memory sizes or more");
  return found;
}

double CpuFit::cpuFractionAt(Memory memory, double threads) const {
  const double computing = cpuSeconds / lambdaVcpuShare(memory, threads);
  return computing / (ioSeconds + computing);
}

std::optional<CpuFit> fitCpu(const MemoryCurve& curve, double threads) {
  if (lambdaVcpuShare(curve.smallest(), threads) == lambdaVcpuShare(curve.largest(), threads)) return std::nullopt;
  const auto equations = equationsOf(curve, threads);
  const auto parts = solved(equations);
  return CpuFit{parts.io, parts.cpu, deviationOf(equations, parts), equations.size()};
}

std::string describe(const CpuFit& fit) {
  return fmt::format("waiting {} + cpu {} of one vCPU, within {:.1f} % of {} sizes (rms)",
                     pricing::displaySeconds(fit.ioSeconds), pricing::displaySeconds(fit.cpuSeconds),
                     100 * fit.deviation, fit.points);
}

} // namespace workloads
