#pragma once
// What a new execution environment draws, and the arithmetic of one call: every engine that runs a LambdaFunction
// takes them from here, so that they make the same environments and the same bill from the same random streams. Pinned
// by tests/model/lambda_simulator_test.cpp and lambda_reference_test.cpp.
#include <algorithm>
#include <cstdint>

#include "model/lambda/lambda_simulator.hpp"
#include "model/lambda/token_bucket.hpp"

namespace model::lambda {

// A life that outlasts every run: 73 years. Longer ones are cut to it, so that no sum of instants overflows.
inline constexpr std::int64_t kForeverNs = std::int64_t{1} << 61;

struct Environment {
  std::int64_t createdNs = 0, initEndNs = 0;
  std::int64_t idleLifetimeNs = 0, maxLifetimeNs = 0;
};

// Streams "lambda.init", "lambda.idle_lifetime", "lambda.max_lifetime" of a seed and replication. Each environment
// takes one value of each, in the order of their creation; what is constant takes none.
class EnvironmentBirths {
 public:
  EnvironmentBirths(const LambdaFunction& function, std::uint64_t seed, std::uint64_t replication);
  Environment next(std::int64_t ns);

  // Lives that are the same for all: an engine need not look them up.
  bool drawsLives() const { return !m_constantIdle || m_mortal; }
  std::int64_t constantIdleLifetimeNs() const { return m_idleLifetimeNs; } // 0: drawn

 private:
  workloads::DurationSampler m_init, m_idleLifetime, m_maxLifetime;
  std::int64_t m_idleLifetimeNs;
  bool m_constantIdle, m_mortal;
};

// ---- a call ----

double nsPerCpuNs(const LambdaFunction& function);

// Nearest ns; spans are >= 0, so cutting off after adding a half rounds.
inline std::int64_t durationNs(std::int64_t cpuNs, std::int64_t ioNs, double perCpuNs) {
  return ioNs + static_cast<std::int64_t>(static_cast<double>(cpuNs) * perCpuNs + 0.5);
}

// Dividing by a constant and testing for the usual step is cheaper than dividing by the step.
inline std::int64_t billedMilliseconds(std::int64_t ns, std::int64_t stepMs) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  const std::int64_t ms = (ns + kNsPerMs - 1) / kNsPerMs;
  return stepMs == 1 ? ms : (ms + stepMs - 1) / stepMs * stepMs;
}

// Waiting within a request that the timeout cut.
inline std::int64_t cutInProportion(std::int64_t ioNs, std::int64_t lastsNs, std::int64_t wantedNs) {
  return static_cast<std::int64_t>(static_cast<Int128>(ioNs) * lastsNs / wantedNs);
}

// ---- limits ----

// On-demand and provisioned environments that the limit allows, at most as many as there are numbers for.
inline std::int64_t concurrencyLimit(const LambdaFunction& function) {
  return std::min(function.concurrencyLimit, LambdaFunction::kMaxConcurrency);
}
TokenBucket growthBucket(const LambdaFunction& function); // meaningless without function.growth
TokenBucket rateBucket(const LambdaFunction& function);

} // namespace model::lambda
