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
  std::int64_t createdNs = 0;
  std::int64_t initEndNs = 0; // of its latest init, the part inside a call included
  std::int64_t idleLifetimeNs = 0, maxLifetimeNs = 0;
  bool reset = false; // its last call was cut: the next one begins with init
};

// How a new environment starts for the request that made it.
struct Birth {
  Environment environment;
  std::int64_t initNs = 0;    // before the call, at most function.initLimit
  std::int64_t restartNs = 0; // inside the call and under its timeout: the whole init once more, when the first was cut
  bool ahead = false;         // initNs was over when the request came
  std::int64_t waitNs() const { return ahead ? 0 : initNs; }
  bool nobodyWaits() const { return ahead && restartNs == 0; }
};

// Streams "lambda.init", "lambda.init_inside" (where that differs), "lambda.extension_init", "lambda.init_ahead",
// "lambda.idle_lifetime", "lambda.max_lifetime" of a seed and replication. Environments take their values in the order
// of their creation, one init for each time that init runs; what is constant or absent takes none.
class EnvironmentBirths {
 public:
  EnvironmentBirths(const LambdaFunction& function, std::uint64_t seed, std::uint64_t replication);
  Birth next(std::int64_t ns); // created at ns; the clock of its age starts there
  std::int64_t initInsideNs(); // inside a call: restarted, or after a reset
  std::int64_t idleLifetimeNs() { return m_constantIdle ? m_idleLifetimeNs : m_idleLifetime.next(); }
  // Of the init before a call; billed with the call, rounded up together, or by itself when it ran ahead.
  std::int64_t billedNs(std::int64_t initNs) const;

  // Lives that are the same for all: an engine need not look them up.
  bool drawsLives() const { return !m_constantIdle || m_mortal; }

 private:
  workloads::DurationSampler m_init, m_initInside, m_extensionInit, m_idleLifetime, m_maxLifetime;
  workloads::RandomStream m_ahead;
  std::int64_t m_initLimitNs, m_idleLifetimeNs;
  double m_aheadShare, m_billedShare;
  bool m_insideDiffers, m_constantIdle, m_mortal;
};

std::int64_t constantIdleLifetimeNs(const LambdaFunction& function); // 0: drawn

// ---- a call ----

double nsPerCpuNs(const LambdaFunction& function);

// Nearest ns; spans are >= 0, so cutting off after adding a half rounds.
inline std::int64_t durationNs(std::int64_t cpuNs, std::int64_t ioNs, double perCpuNs) {
  return ioNs + static_cast<std::int64_t>(static_cast<double>(cpuNs) * perCpuNs + 0.5);
}

// Waiting on this function. Exact for perIo = 1 up to 2^52 ns (52 days).
inline std::int64_t waitingNs(std::int64_t ioNs, double perIo) {
  return static_cast<std::int64_t>(static_cast<double>(ioNs) * perIo + 0.5);
}

// Dividing by a constant and testing for the usual step is cheaper than dividing by the step.
inline std::int64_t billedMilliseconds(std::int64_t ns, std::int64_t stepMs) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  const std::int64_t ms = (ns + kNsPerMs - 1) / kNsPerMs;
  return stepMs == 1 ? ms : (ms + stepMs - 1) / stepMs * stepMs;
}

// A call from its start in an environment to its end: init inside it (restarted or after a reset), work, extensions
// after the response.
struct Invocation {
  std::int64_t initNs = 0, workNs = 0, ioNs = 0, extensionNs = 0; // ioNs is part of workNs
  std::int64_t ns() const { return initNs + workNs + extensionNs; }
};

// What the timeout leaves of one that would last longer. The work is cut in proportion: io x left / wanted, rounded
// down. The call has failed when its work was cut; the environment is reset in any case.
Invocation cutAt(std::int64_t timeoutNs, const Invocation& wanted);

// ---- limits ----

// On-demand and provisioned environments that the limit allows, at most as many as there are numbers for.
inline std::int64_t concurrencyLimit(const LambdaFunction& function) {
  return std::min(function.concurrencyLimit, LambdaFunction::kMaxConcurrency);
}
TokenBucket growthBucket(const LambdaFunction& function); // meaningless without function.growth
TokenBucket rateBucket(const LambdaFunction& function);

} // namespace model::lambda
