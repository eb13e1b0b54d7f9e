// Interpolation and the split into computing and waiting, against closed forms.
#include <cmath>

#include "tests/support/catch.hpp"
#include "workloads/memory_curve.hpp"
#include "workloads/random.hpp"
#include "workloads/workload.hpp"

using pricing::Memory;
using std::chrono::milliseconds;
using workloads::MemoryCurve;

namespace {

Memory mb(std::int64_t mib) { return Memory::mebibytes(mib); }

// d(m) = io + cpu / min(threads, m / 1769 MB), as the curve of these sizes.
MemoryCurve lawOf(double ioSeconds, double cpuSeconds, double threads, std::initializer_list<int> sizes) {
  MemoryCurve curve;
  for (const int size : sizes)
    curve.points.push_back({mb(size), pricing::fromSeconds(ioSeconds + cpuSeconds / std::min(threads, size / 1769.0))});
  return curve;
}

} // namespace

TEST_CASE("between two sizes the curve is a power of memory, beyond the ends it is flat", "[memory_curve]") {
  const MemoryCurve curve{{{mb(128), milliseconds(1600)}, {mb(512), milliseconds(400)}, {mb(1024), milliseconds(300)}}};
  CHECK(curve.secondsAt(mb(128)) == 1.6);
  CHECK(curve.secondsAt(mb(256)) == Approx(0.8)); // a quarter of the time for four times the memory: power -1
  CHECK(curve.secondsAt(mb(512)) == 0.4);
  CHECK(curve.secondsAt(mb(724)) == Approx(0.4 * std::pow(0.75, std::log2(724.0 / 512))));
  CHECK(curve.secondsAt(mb(1024)) == pricing::inSeconds(milliseconds(300)));
  CHECK(curve.secondsAt(mb(10'240)) == pricing::inSeconds(milliseconds(300)));
  CHECK(curve.covers(mb(128)));
  CHECK_FALSE(curve.covers(mb(1025)));
}

TEST_CASE("work that scales as a power of memory is met everywhere", "[memory_curve]") {
  MemoryCurve curve;
  for (const int size : {128, 300, 1000, 4000})
    curve.points.push_back({mb(size), pricing::fromSeconds(100 * std::pow(size, -0.7))});
  for (int size = 128; size <= 4000; size += 97)
    CHECK(curve.secondsAt(mb(size)) == Approx(100 * std::pow(size, -0.7)).epsilon(1e-7));
}

TEST_CASE("the fit finds the law that made the curve", "[memory_curve]") {
  for (const double threads : {1.0, 2.0, 6.0})
    for (const double cpu : {0.0, 0.05, 0.4}) {
      INFO(threads << " threads, cpu " << cpu);
      const double io = 0.1;
      const auto curve = lawOf(io, cpu, threads, {128, 192, 512, 1024, 1769, 3008, 10'240});
      const auto fit = workloads::fitCpu(curve, threads);
      REQUIRE(fit);
      CHECK(fit->ioSeconds == Approx(io).epsilon(1e-6));
      CHECK(fit->cpuSeconds == Approx(cpu).margin(1e-8));
      CHECK(fit->deviation < 1e-6);
      CHECK(fit->points == 7);
      // One vCPU at 1,769 MB: the seconds are the shares.
      CHECK(fit->cpuFractionAt(mb(1769), threads) == Approx(cpu / (io + cpu)).margin(1e-8));
      CHECK(fit->cpuFractionAt(mb(128), threads) == Approx(13.8203 * cpu / (io + 13.8203 * cpu)).margin(1e-6));
    }
}

TEST_CASE("no part of the fit is negative, and it is the best of those", "[memory_curve]") {
  // Faster than in proportion to memory: a free fit would want negative waiting. Slower with memory: negative cpu.
  const MemoryCurve steep{{{mb(128), milliseconds(4000)}, {mb(256), milliseconds(1500)}, {mb(512), milliseconds(500)}}};
  const MemoryCurve rising{{{mb(128), milliseconds(100)}, {mb(256), milliseconds(110)}, {mb(512), milliseconds(125)}}};
  workloads::RandomStream random(1, "fit", 0);
  for (const auto& curve : {steep, rising}) {
    const auto fit = workloads::fitCpu(curve, 1);
    REQUIRE(fit);
    CHECK(std::min(fit->ioSeconds, fit->cpuSeconds) == 0);
    for (int i = 0; i < 2000; ++i) { // plain search
      const double io = random.uniform() * 0.3, cpu = random.uniform() * 0.6;
      double sum = 0;
      for (const auto& point : curve.points) {
        const double d = pricing::inSeconds(point.meanDuration);
        sum += std::pow((d - io - cpu / workloads::lambdaVcpuShare(point.memory, 1)) / d, 2);
      }
      CHECK(std::sqrt(sum / 3) >= fit->deviation - 1e-12);
    }
  }
  CHECK(workloads::fitCpu(steep, 1)->deviation > workloads::kPoorDeviation);
}

TEST_CASE("sizes with the same share of a vCPU tell nothing", "[memory_curve]") {
  CHECK_FALSE(workloads::fitCpu(lawOf(0.1, 0.2, 1, {1769, 3008, 10'240}), 1));
  CHECK(workloads::fitCpu(lawOf(0.1, 0.2, 2, {1769, 3008, 10'240}), 2));
}

TEST_CASE("what breaks a curve is said by place", "[memory_curve]") {
  const auto sentences = [](const MemoryCurve& curve) {
    std::vector<std::string> out;
    for (const auto& problem : workloads::problems(curve, "/lambda/power_tuning")) out.push_back(sentence(problem));
    return out;
  };
  CHECK(sentences({{{mb(128), milliseconds(2)}, {mb(256), milliseconds(1)}}}).empty());
  CHECK(sentences({{{mb(512), milliseconds(2)},
                    {mb(256), milliseconds(0)},
                    {mb(256), milliseconds(900'001)},
                    {mb(20'480), milliseconds(1)}}}) ==
        std::vector<std::string>{
            "/lambda/power_tuning/points/1/memory: found 256MB, expected ascending memory sizes",
            "/lambda/power_tuning/points/1/duration: found 0s, expected a mean duration above 0s, at most 900s",
            "/lambda/power_tuning/points/2/memory: found 256MB again, expected each memory size once",
            "/lambda/power_tuning/points/2/duration: found 900.001s, expected a mean duration above 0s, at most 900s",
            "/lambda/power_tuning/points/3/memory: found 20GB, expected a memory size from 128MB to 10GB"});
  CHECK(sentences({{{mb(512), milliseconds(2)}}}) ==
        std::vector<std::string>{
            "/lambda/power_tuning/points: found a list of 1, expected durations at two memory sizes or more"});
}
