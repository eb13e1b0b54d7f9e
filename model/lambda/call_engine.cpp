#include "model/lambda/call_engine.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <span>
#include <utility>

#include "model/lambda/busy_queue.hpp"
#include "model/lambda/environment_births.hpp"
#include "model/lambda/idle_pool.hpp"
#include "model/lambda/watched_run.hpp"

namespace model::lambda {
namespace {

using workloads::RandomStream;

enum class Refusal { Concurrency, Growth };

struct Start : CallStart {
  std::uint32_t number = 0; // of the environment
};

template <class Pool> class Engine final : public WatchedRun {
 public:
  Engine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication);

 private:
  using Serve = void (Engine::*)(const workloads::RequestBatch&, std::size_t, std::size_t);
  // No environment has these numbers: provisioned ones, and those of them whose call is cut.
  static constexpr std::uint32_t kProvisioned = BusyEntry::kEnvironmentMask, kProvisionedCut = kProvisioned - 1;

  template <bool drawnLives, bool provisioned, bool rateCap>
  void serveAs(const workloads::RequestBatch& batch, std::size_t from, std::size_t to);
  static Serve chooseServe(const LambdaFunction& function, bool drawn);

  template <bool drawnLives, bool provisioned> void releaseUntil(std::int64_t ns);
  template <bool drawnLives, bool provisioned> void release(const BusyEntry& entry);
  bool takeIdle(std::int64_t ns, IdleEntry& taken, Int128& idleNs);
  void dropLapsed(const IdleEntry& entry, Int128& idleNs);
  void forget(std::uint32_t environment);
  bool mayGrow(std::int64_t ns, Refusal& refusal);
  Start create(std::int64_t ns, CallSums& sums);
  std::uint32_t freeNumber();
  void initAfterReset(Start& start, std::int64_t ns, CallSums& sums);
  Invocation cut(Start& start, const Invocation& wanted, CallSums& sums);

  void serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) override {
    (this->*m_serve)(batch, from, to);
  }
  void releaseBefore(std::int64_t ns) override {
    if (ns > 0) releaseUntil<true, true>(ns - 1);
  }
  std::int64_t inFlight() const override { return static_cast<std::int64_t>(m_busy.size()); }
  std::int64_t environmentsAt(std::int64_t ns) override;
  void settle(std::int64_t edgeNs, LambdaTally& now, LambdaTally& next) override;

  std::int64_t busyOnDemand() const { return static_cast<std::int64_t>(m_busy.size()) - m_provisionedBusy; }

  LambdaFunction m_function;
  EnvironmentBirths m_births;
  Serve m_serve;
  double m_perCpuNs;
  std::int64_t m_room;           // on-demand environments the limit leaves
  std::int64_t m_idleLifetimeNs; // where it is the same for all

  Pool m_idle;
  BusyQueue m_busy;
  std::vector<Environment> m_environments;
  std::vector<std::uint32_t> m_freeNumbers;
  std::int64_t m_provisionedBusy = 0;
  std::int64_t m_resets = 0, m_provisionedResets = 0; // environments that await init after a cut; free ones
  std::uint64_t m_request = 0;
  TokenBucket m_growth, m_rate;

  std::vector<std::int64_t> m_latency;
};

template <class Pool>
Engine<Pool>::Engine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                     std::uint64_t replication)
    : WatchedRun(plan), m_function(function), m_births(function, seed, replication),
      m_serve(chooseServe(function, m_births.drawsLives())), m_perCpuNs(nsPerCpuNs(function)),
      m_room(concurrencyLimit(function) - function.provisioned), m_idleLifetimeNs(constantIdleLifetimeNs(function)),
      m_idle(RandomStream(seed, "lambda.reuse", replication)), m_growth(growthBucket(function)),
      m_rate(rateBucket(function)), m_latency(kMostAtOnce) {
  assert(function.provisioned >= 0 && m_room >= 0);
}

template <class Pool> typename Engine<Pool>::Serve Engine<Pool>::chooseServe(const LambdaFunction& f, bool drawn) {
  static constexpr std::array kServe{&Engine::serveAs<false, false, false>, &Engine::serveAs<false, false, true>,
                                     &Engine::serveAs<false, true, false>,  &Engine::serveAs<false, true, true>,
                                     &Engine::serveAs<true, false, false>,  &Engine::serveAs<true, false, true>,
                                     &Engine::serveAs<true, true, false>,   &Engine::serveAs<true, true, true>};
  return kServe[4U * drawn + 2U * (f.provisioned > 0) + f.requestRateCap];
}

// ---- life of an environment ----

template <class Pool> bool Engine<Pool>::mayGrow(std::int64_t ns, Refusal& refusal) {
  refusal = Refusal::Concurrency;
  if (busyOnDemand() >= m_room) return false;
  refusal = Refusal::Growth;
  if (!m_function.growth) return true;
  if (!m_growth.hasTokenAt(ns)) return false;
  m_growth.take();
  return true;
}

template <class Pool> std::uint32_t Engine<Pool>::freeNumber() {
  const std::uint32_t number = static_cast<std::uint32_t>(m_environments.size());
  if (m_freeNumbers.empty()) {
    m_environments.emplace_back();
    return number;
  }
  const std::uint32_t again = m_freeNumbers.back();
  m_freeNumbers.pop_back();
  return again;
}

template <class Pool> Start Engine<Pool>::create(std::int64_t ns, CallSums& sums) {
  const Birth birth = m_births.next(ns);
  const std::uint32_t number = freeNumber();
  m_environments[number] = birth.environment;
  return {sums.create(birth, m_births.billedNs(birth.initNs), m_function.billingStepMs), number};
}

// Of the provisioned ones those that await init serve first, as the most recently used do.
template <class Pool> void Engine<Pool>::initAfterReset(Start& start, std::int64_t ns, CallSums& sums) {
  if (start.number == kProvisioned) {
    --m_provisionedResets;
    start.innerInitNs = m_births.initInsideNs();
    sums.provisionedInitNs += start.innerInitNs;
  } else {
    auto& environment = m_environments[start.number];
    if (!environment.reset) return;
    environment.reset = false;
    --m_resets;
    start.innerInitNs = m_births.initInsideNs();
    environment.initEndNs = ns + start.innerInitNs;
    sums.initNs += start.innerInitNs;
    sums.billedInitNs += start.innerInitNs;
  }
  ++sums.resetInits;
}

// A call that would last longer than the timeout: what is left of it, what was booked for it too much taken back.
template <class Pool> Invocation Engine<Pool>::cut(Start& start, const Invocation& wanted, CallSums& sums) {
  const Invocation left = cutAt(m_function.timeout.count(), wanted);
  const std::int64_t initCutNs = wanted.initNs - left.initNs, extensionCutNs = wanted.extensionNs - left.extensionNs;
  if (start.number == kProvisioned) {
    start.number = kProvisionedCut;
    sums.provisionedInitNs -= initCutNs;
    sums.provisionedExtensionCutNs += extensionCutNs;
    return left;
  }
  auto& environment = m_environments[start.number];
  environment.reset = true;
  environment.initEndNs -= initCutNs;
  ++m_resets;
  sums.initNs -= initCutNs;
  sums.billedInitNs -= initCutNs;
  sums.extensionCutNs += extensionCutNs;
  return left;
}

template <class Pool> void Engine<Pool>::forget(std::uint32_t environment) {
  if (m_resets > 0 && m_environments[environment].reset) --m_resets;
  m_freeNumbers.push_back(environment);
}

template <class Pool> void Engine<Pool>::dropLapsed(const IdleEntry& entry, Int128& idleNs) {
  if (entry.sinceNs != IdleEntry::kSettled) {
    idleNs += entry.expiryNs - entry.sinceNs;
    ++tally().environmentsEnded;
  }
  forget(entry.environment);
}

// The next live idle environment in reuse order; those that lapsed by now are dropped on the way.
template <class Pool> inline bool Engine<Pool>::takeIdle(std::int64_t ns, IdleEntry& taken, Int128& idleNs) {
  while (!m_idle.empty()) {
    taken = m_idle.take();
    if (taken.expiryNs > ns) [[likely]]
      return true;
    dropLapsed(taken, idleNs);
  }
  return false;
}

template <class Pool>
template <bool drawnLives, bool provisioned>
inline void Engine<Pool>::release(const BusyEntry& entry) {
  const std::uint32_t number = entry.environment();
  if (provisioned && number >= kProvisionedCut) {
    --m_provisionedBusy;
    m_provisionedResets += number == kProvisionedCut;
    return;
  }
  std::int64_t idleLifetimeNs = m_idleLifetimeNs;
  if constexpr (drawnLives) {
    const auto& environment = m_environments[number];
    if (entry.finishNs - environment.createdNs > environment.maxLifetimeNs) {
      ++tally().environmentsEnded;
      forget(number);
      return;
    }
    idleLifetimeNs = environment.idleLifetimeNs;
  }
  m_idle.push({entry.finishNs, entry.finishNs + idleLifetimeNs, number});
}

template <class Pool>
template <bool drawnLives, bool provisioned>
inline void Engine<Pool>::releaseUntil(std::int64_t ns) {
  m_busy.popUntil(ns, [this](const BusyEntry& entry) { release<drawnLives, provisioned>(entry); });
}

// ---- the hot loop ----

template <class Pool>
template <bool drawnLives, bool provisioned, bool rateCap>
void Engine<Pool>::serveAs(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) {
  CallSums sums;
  std::size_t completed = 0;
  const std::int64_t timeoutNs = m_function.timeout.count(), overheadNs = m_function.overhead.count();
  const std::int64_t stepMs = m_function.billingStepMs, afterNs = m_function.extensionAfter.count();
  const double perIo = m_function.perIo;
  for (std::size_t i = from; i < to; ++i) {
    const std::int64_t now = batch.arrival[i];
    releaseUntil<drawnLives, provisioned>(now);
    if constexpr (rateCap) {
      if (!m_rate.hasTokenAt(now)) {
        ++sums.throttledRate;
        continue;
      }
    }
    Start start;
    IdleEntry idle;
    const bool ready = provisioned && m_provisionedBusy < m_function.provisioned;
    if (ready) {
      start.number = kProvisioned;
      ++m_provisionedBusy;
      ++sums.provisionedStarted;
      if (m_provisionedResets > 0) [[unlikely]]
        initAfterReset(start, now, sums);
    } else if (takeIdle(now, idle, sums.idleNs)) {
      start.number = idle.environment;
      sums.idleNs += now - idle.sinceNs;
      if (m_resets > 0) [[unlikely]]
        initAfterReset(start, now, sums);
    } else {
      Refusal refusal;
      if (!mayGrow(now, refusal)) {
        ++(refusal == Refusal::Growth ? sums.throttledGrowth : sums.throttledConcurrency);
        continue;
      }
      start = create(now, sums);
      // Nothing was idle: every on-demand environment is busy, this one included.
      sums.peakEnvironments = std::max(sums.peakEnvironments, busyOnDemand() + 1 + m_function.provisioned);
    }
    std::int64_t ioNs = waitingNs(batch.io[i], perIo);
    const std::int64_t workNs = durationNs(batch.cpu[i], ioNs, m_perCpuNs);
    const std::int64_t responseNs = start.innerInitNs + workNs;
    std::int64_t callNs = responseNs + afterNs;
    if (callNs > timeoutNs) [[unlikely]] {
      ioNs = cut(start, {start.innerInitNs, workNs, ioNs, afterNs}, sums).ioNs;
      callNs = timeoutNs;
    }
    if (ready) {
      sums.provisionedBilledMs += billedMilliseconds(callNs, stepMs);
      sums.provisionedIoNs += ioNs;
      sums.provisionedBusyNs += callNs;
    } else {
      sums.billedMs += billedMilliseconds(start.billedInitNs + callNs, stepMs);
      sums.ioNs += ioNs;
      sums.busyNs += start.waitNs + callNs;
    }
    if constexpr (rateCap) m_rate.take();
    m_busy.push(BusyEntry(now + start.waitNs + callNs, m_request++, start.number));
    sums.peakBusy = std::max(sums.peakBusy, static_cast<std::int64_t>(m_busy.size()));
    m_latency[completed] = overheadNs + start.waitNs + responseNs;
    completed += responseNs <= timeoutNs;
    sums.timedOut += responseNs > timeoutNs;
  }
  sums.completed = completed;
  book(sums, afterNs);
  tally().outcomes.latency.record(std::span<const std::int64_t>(m_latency.data(), completed));
}

// ---- looking at the run ----

template <class Pool> std::int64_t Engine<Pool>::environmentsAt(std::int64_t ns) {
  std::int64_t idle = 0;
  m_idle.forEach([&](const IdleEntry& entry) { idle += entry.expiryNs >= ns; });
  return busyOnDemand() + idle + m_function.provisioned;
}

template <class Pool> void Engine<Pool>::settle(std::int64_t edgeNs, LambdaTally& now, LambdaTally& next) {
  m_idle.forEach([&](IdleEntry& entry) {
    if (entry.sinceNs == IdleEntry::kSettled) return;
    now.idleNs += std::min(entry.expiryNs, edgeNs) - entry.sinceNs;
    const bool over = entry.expiryNs < edgeNs;
    now.environmentsEnded += over;
    entry.sinceNs = over ? IdleEntry::kSettled : edgeNs;
  });
  const auto carry = [](std::int64_t beyondNs, Int128& from, Int128& to) {
    from -= beyondNs;
    to += beyondNs;
  };
  m_busy.forEach([&](const BusyEntry& entry) {
    const std::int64_t beyondNs = entry.finishNs - edgeNs;
    if (entry.environment() >= kProvisionedCut) return carry(beyondNs, now.provisionedBusyNs, next.provisionedBusyNs);
    carry(beyondNs, now.busyNs, next.busyNs);
    const std::int64_t initEndNs = m_environments[entry.environment()].initEndNs;
    carry(std::max<std::int64_t>(initEndNs - edgeNs, 0), now.initNs, next.initNs);
  });
}

} // namespace

std::unique_ptr<AnyEngine> callEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                                      std::uint64_t replication) {
  switch (function.reuse) {
  case Reuse::Fifo: return std::make_unique<Engine<FifoPool>>(function, plan, seed, replication);
  case Reuse::Random: return std::make_unique<Engine<RandomPool>>(function, plan, seed, replication);
  case Reuse::Lifo: break;
  }
  return std::make_unique<Engine<LifoPool>>(function, plan, seed, replication);
}

} // namespace model::lambda
