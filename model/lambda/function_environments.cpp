#include "model/lambda/function_environments.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace model::lambda {

namespace {

std::variant<LifoPool, FifoPool, RandomPool> poolFor(Reuse reuse, const workloads::RandomStream& random) {
  switch (reuse) {
  case Reuse::Lifo: return LifoPool(random);
  case Reuse::Fifo: return FifoPool(random);
  case Reuse::Random: break;
  }
  return RandomPool(random);
}

} // namespace

FunctionEnvironments::FunctionEnvironments(const LambdaFunction& function, Ceiling& ceiling,
                                           const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication)
    : m_function(function), m_ceiling(ceiling), m_perCpuNs(nsPerCpuNs(function)), m_births(function, seed, replication),
      m_idle(poolFor(function.reuse, {seed, "lambda.reuse", replication})), m_growth(growthBucket(function)),
      m_rate(rateBucket(function)), m_provisioned(function.provisioned),
      m_tallies(static_cast<std::size_t>(std::max(plan.windows, 1)) + 2), m_hourNs(plan.hour.count()) {
  for (auto* series : {&m_hours.billedMs, &m_hours.provisionedBilledMs, &m_hours.busyNs}) series->resize(plan.hours());
}

// ---- life of an environment ----

std::uint32_t FunctionEnvironments::create(std::int64_t ns) {
  auto number = static_cast<std::uint32_t>(m_environments.size());
  if (m_freeNumbers.empty()) {
    m_environments.emplace_back();
  } else {
    number = m_freeNumbers.back();
    m_freeNumbers.pop_back();
  }
  m_environments[number] = m_births.next(ns);
  return number;
}

void FunctionEnvironments::endLife(std::uint32_t environment, std::int64_t ns) {
  tally().environmentsEnded++;
  tally().endedLifetimeNs += ns - m_environments[environment].createdNs;
}

// The next live idle environment in reuse order; those that lapsed by now are dropped on the way.
bool FunctionEnvironments::takeIdle(std::int64_t ns, IdleEntry& taken) {
  return std::visit(
      [&](auto& pool) {
        while (!pool.empty()) {
          taken = pool.take();
          if (taken.expiryNs > ns) return true;
          if (taken.sinceNs != IdleEntry::kSettled) {
            tally().idleNs += taken.expiryNs - taken.sinceNs;
            endLife(taken.environment, taken.expiryNs);
          }
          m_freeNumbers.push_back(taken.environment);
        }
        return false;
      },
      m_idle);
}

// ---- invocations ----

std::variant<std::uint32_t, Refusal> FunctionEnvironments::begin(std::int64_t ns, const InvocationWork& work,
                                                                 bool rateCap) {
  LambdaTally& t = tally();
  if (rateCap && !m_rate.hasTokenAt(ns)) {
    ++t.throttledRate;
    return Refusal::Rate;
  }
  Call call;
  call.startNs = call.bookedNs = call.initEndNs = ns;
  if (const auto refusal = seat(call)) {
    ++(*refusal == Refusal::Growth ? t.throttledGrowth : t.throttledConcurrency);
    return *refusal;
  }
  if (rateCap) m_rate.take();
  run(call, work);
  t.peakBusy = std::max(t.peakBusy, busy());
  return slotFor(call);
}

// Provisioned environments first, then an idle one, then a new one.
std::optional<Refusal> FunctionEnvironments::seat(Call& call) {
  LambdaTally& t = tally();
  const std::int64_t ns = call.startNs;
  if (m_provisionedBusy < m_provisioned) {
    bookProvisioned(ns);
    m_metricInvoked = true;
    call.provisioned = true;
    ++m_provisionedBusy;
    ++t.provisionedStarted;
    return std::nullopt;
  }
  if (m_ceiling.moves && m_ceiling.busy >= m_ceiling.room) return Refusal::Concurrency;
  IdleEntry idle;
  if (takeIdle(ns, idle)) {
    call.environment = idle.environment;
    t.idleNs += ns - idle.sinceNs;
  } else {
    if (m_ceiling.busy >= m_ceiling.room) return Refusal::Concurrency;
    if (m_function.growth && !m_growth.hasTokenAt(ns)) return Refusal::Growth;
    if (m_function.growth) m_growth.take();
    call.environment = create(ns);
    call.initEndNs = m_environments[call.environment].initEndNs;
    ++t.cold;
    t.billedInitNs += m_function.initBilled ? call.initEndNs - ns : 0;
    // Nothing was idle: every on-demand environment is busy, this one included.
    t.peakEnvironments = std::max(t.peakEnvironments, m_busyOnDemand + 1 + m_provisioned);
  }
  ++m_ceiling.busy;
  ++m_busyOnDemand;
  return std::nullopt;
}

void FunctionEnvironments::run(Call& call, const InvocationWork& work) {
  const std::int64_t wantedNs = durationNs(work.cpuNs, work.ioNs, m_perCpuNs);
  const std::int64_t lastsNs = std::min(wantedNs, m_function.timeout.count());
  const std::int64_t ioNs = wantedNs > lastsNs ? cutInProportion(work.ioNs, lastsNs, wantedNs) : work.ioNs;
  call.finishNs = call.initEndNs + lastsNs;
  if (wantedNs > lastsNs) call.fate = Fate::Timeout;
  ++tally().started;
  bill(call, call.initEndNs - call.startNs, lastsNs, ioNs);
}

void FunctionEnvironments::bill(const Call& call, std::int64_t initNs, std::int64_t lastsNs, std::int64_t ioNs) {
  LambdaTally& t = tally();
  const std::int64_t billedMs =
      billedMilliseconds(lastsNs + (m_function.initBilled ? initNs : 0), m_function.billingStepMs);
  (call.provisioned ? t.provisionedBilledMs : t.billedMs) += billedMs;
  (call.provisioned ? t.provisionedIoNs : t.ioNs) += ioNs;
  (call.provisioned ? t.provisionedCpuNs : t.cpuNs) += lastsNs - ioNs;
  const auto hour = static_cast<std::size_t>(call.startNs / m_hourNs);
  if (hour >= m_hours.billedMs.size()) return; // after the horizon
  (call.provisioned ? m_hours.provisionedBilledMs : m_hours.billedMs)[hour] += billedMs;
  m_hours.busyNs[hour] += initNs + lastsNs;
}

std::uint32_t FunctionEnvironments::slotFor(const Call& call) {
  auto slot = static_cast<std::uint32_t>(m_calls.size());
  if (m_freeSlots.empty()) {
    m_calls.push_back(call);
  } else {
    slot = m_freeSlots.back();
    m_freeSlots.pop_back();
    m_calls[slot] = call;
  }
  m_calls[slot].live = true;
  return slot;
}

void FunctionEnvironments::end(std::uint32_t slot) {
  Call& call = m_calls[slot];
  bookBusy(call, call.finishNs);
  call.live = false;
  m_freeSlots.push_back(slot);
  if (call.provisioned) {
    bookProvisioned(call.finishNs);
    --m_provisionedBusy;
    return;
  }
  --m_busyOnDemand;
  --m_ceiling.busy;
  const Environment& environment = m_environments[call.environment];
  if (call.finishNs - environment.createdNs > environment.maxLifetimeNs) {
    endLife(call.environment, call.finishNs);
    m_freeNumbers.push_back(call.environment);
    return;
  }
  const IdleEntry idle{call.finishNs, call.finishNs + environment.idleLifetimeNs, call.environment};
  std::visit([&](auto& pool) { pool.push(idle); }, m_idle);
}

// ---- accounting ----

void FunctionEnvironments::bookBusy(Call& call, std::int64_t untilNs) {
  LambdaTally& t = tally();
  (call.provisioned ? t.provisionedBusyNs : t.busyNs) += untilNs - call.bookedNs;
  t.initNs += std::max<std::int64_t>(std::min(call.initEndNs, untilNs) - call.bookedNs, 0);
  call.bookedNs = untilNs;
}

void FunctionEnvironments::bookProvisioned(std::int64_t ns) {
  const std::int64_t passed = ns - m_metricBookedNs;
  m_metricBusyNs += static_cast<Int128>(passed) * std::min(m_provisionedBusy, m_provisioned);
  m_metricReadyNs += static_cast<Int128>(passed) * m_provisioned;
  m_metricBookedNs = ns;
  m_metricInvoked |= m_provisionedBusy > 0;
}

void FunctionEnvironments::setProvisioned(std::int64_t usable, std::int64_t ns) {
  bookProvisioned(ns);
  m_provisioned = usable;
}

std::optional<double> FunctionEnvironments::takeProvisionedUtilisation(std::int64_t ns) {
  bookProvisioned(ns);
  const bool invoked = std::exchange(m_metricInvoked, m_provisionedBusy > 0);
  const auto busyNs = static_cast<double>(std::exchange(m_metricBusyNs, 0));
  const auto readyNs = static_cast<double>(std::exchange(m_metricReadyNs, 0));
  if (!invoked || readyNs <= 0) return std::nullopt;
  return busyNs / readyNs;
}

// ---- observation ----

void FunctionEnvironments::openWindow(std::int64_t edgeNs) {
  forEachIdle([&](IdleEntry& entry) {
    if (entry.sinceNs == IdleEntry::kSettled) return;
    tally().idleNs += std::min(entry.expiryNs, edgeNs) - entry.sinceNs;
    const bool over = entry.expiryNs < edgeNs;
    if (over) endLife(entry.environment, entry.expiryNs);
    entry.sinceNs = over ? IdleEntry::kSettled : edgeNs;
  });
  for (Call& call : m_calls)
    if (call.live) bookBusy(call, edgeNs);
  ++m_window;
}

void FunctionEnvironments::notePeaks(std::int64_t edgeNs) {
  std::int64_t idle = 0;
  forEachIdle([&](const IdleEntry& entry) { idle += entry.expiryNs > edgeNs; });
  tally().peakBusy = std::max(tally().peakBusy, busy());
  tally().peakEnvironments = std::max(tally().peakEnvironments, m_busyOnDemand + idle + m_provisioned);
}

TimelinePoint FunctionEnvironments::pointBefore(std::int64_t ns) {
  std::int64_t idle = 0;
  forEachIdle([&](const IdleEntry& entry) { idle += entry.expiryNs >= ns; });
  TimelinePoint point;
  point.at = Duration(ns);
  point.capacity = point.inService = static_cast<double>(m_busyOnDemand + idle + m_provisioned);
  point.inFlight = static_cast<double>(busy());
  return point;
}

std::vector<LambdaTally> FunctionEnvironments::takeWindows() {
  return {std::make_move_iterator(m_tallies.begin() + 1), std::make_move_iterator(m_tallies.end() - 1)};
}

} // namespace model::lambda
