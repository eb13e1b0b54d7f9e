#pragma once
// What goes wrong, the same on every platform: failing code, a slow downstream, lost machines, a bad deployment. What
// each platform makes of it: docs/methods.md, "The same stress". Pinned by tests/model/event_sources_test.cpp (Lambda)
// and tests/model/losses_test.cpp (EC2, and both side by side), managed_losses_test.cpp (Managed Instances).
#include <cstdint>
#include <vector>

#include "pricing/quantities.hpp"

namespace model {

using pricing::Duration;

// Waiting on something outside takes `ioFactor` times as long during [at, at + lasts).
struct Slowdown {
  Duration at{}, lasts{};
  double ioFactor = 1; // > 0
  friend bool operator==(const Slowdown&, const Slowdown&) = default;
};

// What waiting that begins at `ns` is multiplied by.
inline double ioFactorAt(const std::vector<Slowdown>& slowdowns, std::int64_t ns) {
  double factor = 1;
  for (const Slowdown& slow : slowdowns)
    if (ns >= slow.at.count() && ns < (slow.at + slow.lasts).count()) factor *= slow.ioFactor;
  return factor;
}

// `count` machines die at once: the oldest instances in service, the oldest environments of a function.
struct LostInstances {
  Duration at{};
  std::int64_t count = 1;
  friend bool operator==(const LostInstances&, const LostInstances&) = default;
};
// All machines of one zone die, and it takes no new ones during [at, at + lasts).
struct LostZone {
  Duration at{}, lasts{};
  friend bool operator==(const LostZone&, const LostZone&) = default;
};
// A version of the code that fails with this probability serves during [at, at + lasts); then the old one is back.
struct BadDeployment {
  Duration at{}, lasts{};
  double errorRate = 1;
  bool serves(std::int64_t ns) const { return ns >= at.count() && ns < (at + lasts).count(); }
  friend bool operator==(const BadDeployment&, const BadDeployment&) = default;
};

// Rates are probabilities. An error ends an attempt at its full duration; a crash does too and costs the environment
// its initialised state; a poisonous event fails in every attempt.
struct Failures {
  double errorRate = 0, crashRate = 0, poisonRate = 0;
  std::vector<Slowdown> slowdowns; // where several overlap their factors multiply
  std::vector<LostInstances> lostInstances;
  std::vector<LostZone> lostZones;
  std::vector<BadDeployment> badDeployments;
  bool any() const {
    return errorRate > 0 || crashRate > 0 || poisonRate > 0 || !slowdowns.empty() || losesMachines() ||
           !badDeployments.empty();
  }
  bool losesMachines() const { return !lostInstances.empty() || !lostZones.empty(); }
  // That an attempt which begins at `ns` ends in an error, the rate of all times included.
  double errorRateAt(std::int64_t ns) const {
    double passes = 1 - errorRate;
    for (const auto& deployment : badDeployments)
      if (deployment.serves(ns)) passes *= 1 - deployment.errorRate;
    return 1 - passes;
  }
  friend bool operator==(const Failures&, const Failures&) = default;
};

} // namespace model
