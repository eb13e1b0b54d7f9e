#include "model/lambda/lambda_simulator.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <type_traits>
#include <utility>

#include "model/lambda/busy_queue.hpp"
#include "model/lambda/idle_pool.hpp"
#include "model/lambda/observation_marks.hpp"
#include "model/lambda/token_bucket.hpp"

namespace model {
namespace {

using lambda::BusyEntry;
using lambda::BusyQueue;
using lambda::IdleEntry;
using lambda::ObservationMarks;
using lambda::TokenBucket;
using workloads::DurationSampler;
using workloads::RandomStream;

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
// A life that outlasts every run: 73 years. Longer ones are cut to it, so that no sum of instants overflows.
constexpr std::int64_t kForeverNs = std::int64_t{1} << 61;
// Requests per second for one unit of concurrency, synchronous calls (AWS Lambda quotas, read Oct 2026).
constexpr std::int64_t kRequestsPerSecondPerConcurrency = 10;

double nsPerCpuNs(const LambdaFunction& function) {
  return 1.0 / (function.speed * workloads::lambdaVcpuShare(function.memory, function.threads));
}

// Nearest ns; spans are >= 0, so cutting off after adding a half rounds.
std::int64_t durationNs(std::int64_t cpuNs, std::int64_t ioNs, double perCpuNs) {
  return ioNs + static_cast<std::int64_t>(static_cast<double>(cpuNs) * perCpuNs + 0.5);
}

// Dividing by a constant and testing for the usual step is cheaper than dividing by the step.
std::int64_t billedMilliseconds(std::int64_t ns, std::int64_t stepMs) {
  const std::int64_t ms = (ns + kNsPerMs - 1) / kNsPerMs;
  return stepMs == 1 ? ms : (ms + stepMs - 1) / stepMs * stepMs;
}

// Waiting within a request that the timeout cut.
std::int64_t cutInProportion(std::int64_t ioNs, std::int64_t lastsNs, std::int64_t wantedNs) {
  return static_cast<std::int64_t>(static_cast<Int128>(ioNs) * lastsNs / wantedNs);
}

struct Environment {
  std::int64_t createdNs = 0, initEndNs = 0;
  std::int64_t idleLifetimeNs = 0, maxLifetimeNs = 0;
};

enum class Refusal { Concurrency, Growth };

// Exact for perIo = 1 up to 2^52 ns (52 days).
std::int64_t waitingNs(std::int64_t ioNs, double perIo) {
  return static_cast<std::int64_t>(static_cast<double>(ioNs) * perIo + 0.5);
}

// What a stretch of requests adds up to, kept in registers until the stretch ends.
struct Sums {
  std::uint64_t timedOut = 0, throttledRate = 0, throttledConcurrency = 0, throttledGrowth = 0;
  std::uint64_t cold = 0, provisionedStarted = 0;
  std::int64_t billedMs = 0, provisionedBilledMs = 0;
  std::int64_t ioNs = 0, provisionedIoNs = 0; // at most the duration, so a batch stays far below 63 bits
  std::int64_t peakBusy = 0, peakEnvironments = 0;
  Int128 busyNs = 0, idleNs = 0, initNs = 0, provisionedBusyNs = 0;
};

// One virtual call per batch, none per request.
class AnyEngine {
 public:
  virtual ~AnyEngine() = default;
  virtual void feed(const workloads::RequestBatch& batch) = 0;
  virtual LambdaRun finish() = 0;
};

template <class Pool> class Engine final : public AnyEngine {
 public:
  Engine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication);
  void feed(const workloads::RequestBatch& batch) override;
  LambdaRun finish() override;

 private:
  using Serve = void (Engine::*)(const workloads::RequestBatch&, std::size_t, std::size_t);
  static constexpr std::uint32_t kProvisioned = BusyEntry::kEnvironmentMask; // no environment has this number

  template <bool drawnLives, bool provisioned, bool rateCap>
  void serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to);
  static Serve chooseServe(const LambdaFunction& function);

  template <bool drawnLives, bool provisioned> void releaseUntil(std::int64_t ns);
  template <bool drawnLives, bool provisioned> void release(const BusyEntry& entry);
  void releaseAnyUntil(std::int64_t ns) { releaseUntil<true, true>(ns); }
  bool takeIdle(std::int64_t ns, IdleEntry& taken, Int128& idleNs);
  void dropLapsed(const IdleEntry& entry, Int128& idleNs);
  void end(std::uint32_t environment, std::int64_t ns);
  bool mayGrow(std::int64_t ns, Refusal& refusal);
  std::uint32_t create(std::int64_t ns);

  void passMark();
  void samplePoint(std::int64_t ns);
  void settle(std::int64_t edgeNs);
  void openWindow(std::int64_t edgeNs);
  void add(const Sums& sums, std::size_t requests, std::size_t completed);
  void addToHour(const Sums& sums);

  std::int64_t busyOnDemand() const { return static_cast<std::int64_t>(m_busy.size()) - m_provisionedBusy; }
  LambdaTally& tally() { return m_tallies[m_window]; }

  LambdaFunction m_function;
  ObservationMarks m_marks;
  Serve m_serve;
  double m_perCpuNs;
  std::int64_t m_room; // on-demand environments the limit leaves
  std::int64_t m_idleLifetimeNs = 0;
  DurationSampler m_init, m_idleLifetime, m_maxLifetime;
  bool m_constantIdle;

  Pool m_idle;
  BusyQueue m_busy;
  std::vector<Environment> m_environments;
  std::vector<std::uint32_t> m_freeNumbers;
  std::int64_t m_provisionedBusy = 0;
  std::uint64_t m_request = 0;
  TokenBucket m_growth, m_rate;

  std::vector<std::int64_t> m_latency;
  std::vector<LambdaTally> m_tallies; // the warm-up, the windows, and what is beyond the horizon
  std::size_t m_window = 0;
  std::vector<TimelinePoint> m_timeline;
  LambdaHours m_hours;
  std::size_t m_hour = 0;
};

std::int64_t constantNs(const workloads::DurationDistribution& d) {
  const auto* constant = std::get_if<workloads::Constant>(&d);
  return constant ? std::min(constant->value.count(), kForeverNs) : 0;
}

TokenBucket growthBucket(const LambdaFunction& function) {
  const GrowthLimit limit = function.growth.value_or(GrowthLimit{0, 0});
  return {limit.burst, limit.refill, limit.every.count()};
}

TokenBucket rateBucket(const LambdaFunction& function) {
  const std::int64_t perSecond =
      kRequestsPerSecondPerConcurrency * std::min(function.concurrencyLimit, LambdaFunction::kMaxConcurrency);
  return {perSecond, perSecond, kNsPerSecond};
}

template <class Pool>
Engine<Pool>::Engine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                     std::uint64_t replication)
    : m_function(function), m_marks(plan), m_serve(chooseServe(function)), m_perCpuNs(nsPerCpuNs(function)),
      m_room(std::min(function.concurrencyLimit, LambdaFunction::kMaxConcurrency) - function.provisioned),
      m_idleLifetimeNs(constantNs(function.idleLifetime)),
      m_init(function.init, RandomStream(seed, "lambda.init", replication)),
      m_idleLifetime(function.idleLifetime, RandomStream(seed, "lambda.idle_lifetime", replication)),
      m_maxLifetime(function.maxLifetime.value_or(workloads::Constant{Duration(kForeverNs)}),
                    RandomStream(seed, "lambda.max_lifetime", replication)),
      m_constantIdle(std::holds_alternative<workloads::Constant>(function.idleLifetime)),
      m_idle(RandomStream(seed, "lambda.reuse", replication)), m_growth(growthBucket(function)),
      m_rate(rateBucket(function)), m_tallies(static_cast<std::size_t>(m_marks.windows()) + 2) {
  assert(function.provisioned >= 0 && m_room >= 0);
  m_timeline.reserve(static_cast<std::size_t>(m_marks.points()));
  for (auto* series : {&m_hours.billedMs, &m_hours.provisionedBilledMs, &m_hours.busyNs}) series->resize(plan.hours());
}

template <class Pool> typename Engine<Pool>::Serve Engine<Pool>::chooseServe(const LambdaFunction& f) {
  const bool drawn = f.maxLifetime || !std::holds_alternative<workloads::Constant>(f.idleLifetime);
  const bool provisioned = f.provisioned > 0;
  if (drawn && provisioned)
    return f.requestRateCap ? &Engine::serve<true, true, true> : &Engine::serve<true, true, false>;
  if (drawn) return f.requestRateCap ? &Engine::serve<true, false, true> : &Engine::serve<true, false, false>;
  if (provisioned) return f.requestRateCap ? &Engine::serve<false, true, true> : &Engine::serve<false, true, false>;
  return f.requestRateCap ? &Engine::serve<false, false, true> : &Engine::serve<false, false, false>;
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

template <class Pool> std::uint32_t Engine<Pool>::create(std::int64_t ns) {
  std::uint32_t number = static_cast<std::uint32_t>(m_environments.size());
  if (m_freeNumbers.empty()) {
    m_environments.emplace_back();
  } else {
    number = m_freeNumbers.back();
    m_freeNumbers.pop_back();
  }
  Environment& fresh = m_environments[number];
  fresh.createdNs = ns;
  fresh.initEndNs = ns + m_init.next();
  fresh.idleLifetimeNs = m_constantIdle ? m_idleLifetimeNs : m_idleLifetime.next();
  fresh.maxLifetimeNs = m_function.maxLifetime ? m_maxLifetime.next() : kForeverNs;
  return number;
}

template <class Pool> void Engine<Pool>::end(std::uint32_t environment, std::int64_t ns) {
  tally().environmentsEnded++;
  tally().endedLifetimeNs += ns - m_environments[environment].createdNs;
}

template <class Pool> void Engine<Pool>::dropLapsed(const IdleEntry& entry, Int128& idleNs) {
  if (entry.sinceNs != IdleEntry::kSettled) {
    idleNs += entry.expiryNs - entry.sinceNs;
    end(entry.environment, entry.expiryNs);
  }
  m_freeNumbers.push_back(entry.environment);
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
  if (provisioned && number == kProvisioned) {
    --m_provisionedBusy;
    return;
  }
  std::int64_t idleLifetimeNs = m_idleLifetimeNs;
  if constexpr (drawnLives) {
    const Environment& environment = m_environments[number];
    if (entry.finishNs - environment.createdNs > environment.maxLifetimeNs) {
      end(number, entry.finishNs);
      m_freeNumbers.push_back(number);
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
void Engine<Pool>::serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) {
  Sums sums;
  std::size_t completed = 0;
  const std::int64_t timeoutNs = m_function.timeout.count(), overheadNs = m_function.overhead.count();
  const std::int64_t stepMs = m_function.billingStepMs;
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
    std::int64_t ioNs = waitingNs(batch.io[i], perIo);
    const std::int64_t wantedNs = durationNs(batch.cpu[i], ioNs, m_perCpuNs);
    const std::int64_t lastsNs = std::min(wantedNs, timeoutNs);
    if (wantedNs > timeoutNs) [[unlikely]]
      ioNs = cutInProportion(ioNs, lastsNs, wantedNs);
    std::int64_t initNs = 0, billedInitNs = 0;
    std::uint32_t number = kProvisioned;
    IdleEntry idle;
    if (provisioned && m_provisionedBusy < m_function.provisioned) {
      ++m_provisionedBusy;
      ++sums.provisionedStarted;
      sums.provisionedBilledMs += billedMilliseconds(lastsNs, stepMs);
      sums.provisionedIoNs += ioNs;
      sums.provisionedBusyNs += lastsNs;
    } else {
      if (takeIdle(now, idle, sums.idleNs)) {
        number = idle.environment;
        sums.idleNs += now - idle.sinceNs;
      } else {
        Refusal refusal;
        if (!mayGrow(now, refusal)) {
          ++(refusal == Refusal::Growth ? sums.throttledGrowth : sums.throttledConcurrency);
          continue;
        }
        number = create(now);
        initNs = m_environments[number].initEndNs - now;
        billedInitNs = m_function.initBilled ? initNs : 0;
        sums.initNs += initNs;
        ++sums.cold;
        // Nothing was idle: every on-demand environment is busy, this one included.
        sums.peakEnvironments = std::max(sums.peakEnvironments, busyOnDemand() + 1 + m_function.provisioned);
      }
      sums.billedMs += billedMilliseconds(billedInitNs + lastsNs, stepMs);
      sums.ioNs += ioNs;
      sums.busyNs += initNs + lastsNs;
    }
    if constexpr (rateCap) m_rate.take();
    m_busy.push(BusyEntry(now + initNs + lastsNs, m_request++, number));
    sums.peakBusy = std::max(sums.peakBusy, static_cast<std::int64_t>(m_busy.size()));
    m_latency[completed] = overheadNs + initNs + lastsNs;
    completed += wantedNs <= timeoutNs;
    sums.timedOut += wantedNs > timeoutNs;
  }
  add(sums, to - from, completed);
}

template <class Pool> void Engine<Pool>::add(const Sums& sums, std::size_t requests, std::size_t completed) {
  LambdaTally& t = tally();
  t.outcomes.attempts += requests;
  t.outcomes.completed += completed;
  t.outcomes.timedOut += sums.timedOut;
  t.outcomes.throttled += sums.throttledRate + sums.throttledConcurrency + sums.throttledGrowth;
  t.outcomes.latency.record(std::span<const std::int64_t>(m_latency.data(), completed));
  t.started += completed + sums.timedOut;
  t.cold += sums.cold;
  t.provisionedStarted += sums.provisionedStarted;
  t.throttledRate += sums.throttledRate;
  t.throttledConcurrency += sums.throttledConcurrency;
  t.throttledGrowth += sums.throttledGrowth;
  t.billedMs += sums.billedMs;
  t.provisionedBilledMs += sums.provisionedBilledMs;
  t.busyNs += sums.busyNs;
  t.idleNs += sums.idleNs;
  t.initNs += sums.initNs;
  t.provisionedBusyNs += sums.provisionedBusyNs;
  t.cpuNs += sums.busyNs - sums.initNs - sums.ioNs;
  t.ioNs += sums.ioNs;
  t.billedInitNs += m_function.initBilled ? sums.initNs : 0;
  t.provisionedCpuNs += sums.provisionedBusyNs - sums.provisionedIoNs;
  t.provisionedIoNs += sums.provisionedIoNs;
  t.peakBusy = std::max(t.peakBusy, sums.peakBusy);
  t.peakEnvironments = std::max(t.peakEnvironments, sums.peakEnvironments);
  addToHour(sums);
}

template <class Pool> void Engine<Pool>::addToHour(const Sums& sums) {
  m_hours.billedMs[m_hour] += sums.billedMs;
  m_hours.provisionedBilledMs[m_hour] += sums.provisionedBilledMs;
  m_hours.busyNs[m_hour] += static_cast<std::int64_t>(sums.busyNs + sums.provisionedBusyNs);
}

template <class Pool> void Engine<Pool>::feed(const workloads::RequestBatch& batch) {
  const std::size_t count = batch.size();
  if (m_latency.size() < count) m_latency.resize(count);
  for (std::size_t from = 0; from < count;) {
    const std::int64_t mark = m_marks.nextNs();
    if (mark == ObservationMarks::kNever) return; // at or past the horizon
    const auto rest = batch.arrival.subspan(from);
    const auto reached = rest.back() < mark ? rest.end() : std::lower_bound(rest.begin(), rest.end(), mark);
    const std::size_t to = from + static_cast<std::size_t>(reached - rest.begin());
    if (to > from) (this->*m_serve)(batch, from, to);
    if (to < count) passMark();
    from = to;
  }
}

// ---- looking at the run ----

template <class Pool> void Engine<Pool>::passMark() {
  const std::int64_t ns = m_marks.nextNs();
  if (ns > 0) releaseAnyUntil(ns - 1);
  for (; m_marks.nextTickNs() == ns; m_marks.passTick()) samplePoint(ns);
  for (; m_marks.nextEdgeNs() == ns; m_marks.passEdge()) {
    settle(ns);
    openWindow(ns);
  }
  if (m_marks.nextHourNs() != ns) return;
  m_marks.passHour();
  ++m_hour;
}

// Just before `ns`: what expires at it is still there.
template <class Pool> void Engine<Pool>::samplePoint(std::int64_t ns) {
  std::int64_t idle = 0;
  m_idle.forEach([&](const IdleEntry& entry) { idle += entry.expiryNs >= ns; });
  TimelinePoint point;
  point.at = Duration(ns);
  point.capacity = static_cast<double>(busyOnDemand() + idle + m_function.provisioned);
  point.inService = point.capacity;
  point.inFlight = static_cast<double>(m_busy.size());
  m_timeline.push_back(point);
}

// A request's whole time was booked when it started, idle time is booked when it ends: at an edge move what lies beyond
// it into the next window, and book what lies before it. Ends at the edge itself belong to the next window.
template <class Pool> void Engine<Pool>::settle(std::int64_t edgeNs) {
  LambdaTally& now = m_tallies[m_window];
  LambdaTally& next = m_tallies[m_window + 1];
  m_idle.forEach([&](IdleEntry& entry) {
    if (entry.sinceNs == IdleEntry::kSettled) return;
    now.idleNs += std::min(entry.expiryNs, edgeNs) - entry.sinceNs;
    const bool over = entry.expiryNs < edgeNs;
    if (over) end(entry.environment, entry.expiryNs);
    entry.sinceNs = over ? IdleEntry::kSettled : edgeNs;
  });
  const auto carry = [](std::int64_t beyondNs, Int128& from, Int128& to) {
    from -= beyondNs;
    to += beyondNs;
  };
  m_busy.forEach([&](const BusyEntry& entry) {
    const std::int64_t beyondNs = entry.finishNs - edgeNs;
    if (entry.environment() == kProvisioned) return carry(beyondNs, now.provisionedBusyNs, next.provisionedBusyNs);
    carry(beyondNs, now.busyNs, next.busyNs);
    const std::int64_t initEndNs = m_environments[entry.environment()].initEndNs;
    carry(std::max<std::int64_t>(initEndNs - edgeNs, 0), now.initNs, next.initNs);
  });
}

template <class Pool> void Engine<Pool>::openWindow(std::int64_t edgeNs) {
  ++m_window;
  releaseAnyUntil(edgeNs);
  std::int64_t idle = 0;
  m_idle.forEach([&](const IdleEntry& entry) { idle += entry.expiryNs > edgeNs; });
  tally().peakBusy = static_cast<std::int64_t>(m_busy.size());
  tally().peakEnvironments = busyOnDemand() + idle + m_function.provisioned;
}

template <class Pool> LambdaRun Engine<Pool>::finish() {
  while (m_marks.nextNs() != ObservationMarks::kNever) passMark();
  LambdaRun run;
  run.windows.assign(std::make_move_iterator(m_tallies.begin() + 1), std::make_move_iterator(m_tallies.end() - 1));
  run.timeline = std::move(m_timeline);
  run.hours = std::move(m_hours);
  return run;
}

} // namespace

std::int64_t lambdaWaitingNs(const LambdaFunction& function, std::int64_t ioNs) {
  return waitingNs(ioNs, function.perIo);
}
std::int64_t lambdaDurationNs(const LambdaFunction& function, std::int64_t cpuNs, std::int64_t ioNs) {
  return durationNs(cpuNs, lambdaWaitingNs(function, ioNs), nsPerCpuNs(function));
}

struct LambdaSimulator::State {
  std::unique_ptr<AnyEngine> engine;
};

LambdaSimulator::LambdaSimulator(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                                 std::uint64_t replication)
    : m_state(std::make_unique<State>()) {
  const auto start = [&]<class Pool>(std::type_identity<Pool>) {
    m_state->engine = std::make_unique<Engine<Pool>>(function, plan, seed, replication);
  };
  switch (function.reuse) {
  case Reuse::Lifo: start(std::type_identity<lambda::LifoPool>{}); break;
  case Reuse::Fifo: start(std::type_identity<lambda::FifoPool>{}); break;
  case Reuse::Random: start(std::type_identity<lambda::RandomPool>{}); break;
  }
}
LambdaSimulator::~LambdaSimulator() = default;
LambdaSimulator::LambdaSimulator(LambdaSimulator&&) noexcept = default;
void LambdaSimulator::feed(const workloads::RequestBatch& batch) { m_state->engine->feed(batch); }
LambdaRun LambdaSimulator::finish() { return m_state->engine->finish(); }

} // namespace model
