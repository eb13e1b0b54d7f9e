#pragma once
// What a stretch of requests adds up to, kept apart until the stretch ends and is booked into its window and hour.
#include <algorithm>
#include <cstdint>

#include "model/lambda/environment_births.hpp"
#include "model/observation.hpp"

namespace model::lambda {

// How a request found its environment.
struct CallStart {
  std::int64_t waitNs = 0;       // for init before the call
  std::int64_t innerInitNs = 0;  // init inside the call
  std::int64_t billedInitNs = 0; // of waitNs
};

struct CallSums {
  std::uint64_t completed = 0, timedOut = 0, throttledRate = 0, throttledConcurrency = 0, throttledGrowth = 0;
  std::uint64_t cold = 0, provisionedStarted = 0;
  std::uint64_t initAhead = 0, initRestarts = 0, resetInits = 0;
  std::uint64_t environmentsEnded = 0;
  std::int64_t billedMs = 0, provisionedBilledMs = 0;
  std::int64_t ioNs = 0, provisionedIoNs = 0; // at most the duration, so a batch stays far below 63 bits
  std::int64_t peakBusy = 0, peakEnvironments = 0;
  Int128 busyNs = 0, idleNs = 0, initNs = 0, provisionedBusyNs = 0;
  Int128 billedInitNs = 0, provisionedInitNs = 0;
  std::int64_t extensionCutNs = 0, provisionedExtensionCutNs = 0; // of one extension a call

  std::uint64_t throttled() const { return throttledRate + throttledConcurrency + throttledGrowth; }
  std::uint64_t started() const { return completed + timedOut; }
  // A new environment's part of the sums, and how its first request starts. `billedBeforeNs` of the init before the
  // call is billed, in steps of `stepMs`.
  CallStart create(const Birth& birth, std::int64_t billedBeforeNs, std::int64_t stepMs);
  // All but latencies; `extensionNs` is what each call has before cuts.
  void book(std::int64_t extensionNs, LambdaTally& tally) const;
};

// What ran ahead is billed by itself and lies before the environment's time; its clock starts with the request.
inline CallStart CallSums::create(const Birth& birth, std::int64_t billedBeforeNs, std::int64_t stepMs) {
  const CallStart start{birth.waitNs(), birth.restartNs, birth.ahead ? 0 : billedBeforeNs};
  ++cold;
  initAhead += birth.nobodyWaits();
  initRestarts += birth.restartNs > 0;
  initNs += start.waitNs + start.innerInitNs;
  billedInitNs += billedBeforeNs + start.innerInitNs;
  if (birth.ahead) billedMs += billedMilliseconds(billedBeforeNs, stepMs);
  return start;
}

inline void CallSums::book(std::int64_t extensionNs, LambdaTally& t) const {
  t.outcomes.attempts += started() + throttled();
  t.outcomes.completed += completed;
  t.outcomes.timedOut += timedOut;
  t.outcomes.throttled += throttled();
  t.started += started();
  t.cold += cold;
  t.initAhead += initAhead;
  t.initRestarts += initRestarts;
  t.resetInits += resetInits;
  t.provisionedStarted += provisionedStarted;
  t.throttledRate += throttledRate;
  t.throttledConcurrency += throttledConcurrency;
  t.throttledGrowth += throttledGrowth;
  t.environmentsEnded += environmentsEnded;
  t.billedMs += billedMs;
  t.provisionedBilledMs += provisionedBilledMs;
  t.busyNs += busyNs;
  t.idleNs += idleNs;
  t.initNs += initNs;
  t.provisionedBusyNs += provisionedBusyNs;
  t.billedInitNs += billedInitNs;
  t.provisionedInitNs += provisionedInitNs;
  const Int128 onDemandExtensionNs = Int128{extensionNs} * (started() - provisionedStarted) - extensionCutNs;
  const Int128 provisionedExtensionNs = Int128{extensionNs} * provisionedStarted - provisionedExtensionCutNs;
  t.extensionNs += onDemandExtensionNs;
  t.provisionedExtensionNs += provisionedExtensionNs;
  t.cpuNs += busyNs - initNs - ioNs - onDemandExtensionNs;
  t.ioNs += ioNs;
  t.provisionedCpuNs += provisionedBusyNs - provisionedInitNs - provisionedIoNs - provisionedExtensionNs;
  t.provisionedIoNs += provisionedIoNs;
  t.peakBusy = std::max(t.peakBusy, peakBusy);
  t.peakEnvironments = std::max(t.peakEnvironments, peakEnvironments);
}

} // namespace model::lambda
