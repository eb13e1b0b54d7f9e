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
      m_losses(function.failures, function.zones), m_idle(poolFor(function.reuse, {seed, "lambda.reuse", replication})),
      m_growth(growthBucket(function)), m_rate(rateBucket(function)), m_provisioned(function.provisioned),
      m_tallies(static_cast<std::size_t>(std::max(plan.windows, 1)) + 2), m_hourNs(plan.hour.count()) {
  for (auto* series : {&m_hours.billedMs, &m_hours.provisionedBilledMs, &m_hours.busyNs}) series->resize(plan.hours());
}

// ---- life of an environment ----

// What ran ahead is billed by itself and lies before the environment's time; its clock starts with the request.
void FunctionEnvironments::create(Call& call, Start& start) {
  LambdaTally& t = tallyOfArrival(call.arrivedNs);
  const Birth birth = m_births.next(call.startNs);
  call.environment = static_cast<std::uint32_t>(m_environments.size());
  if (m_freeNumbers.empty()) {
    m_environments.emplace_back();
  } else {
    call.environment = m_freeNumbers.back();
    m_freeNumbers.pop_back();
  }
  m_environments[call.environment] = birth.environment;
  start = {birth.waitNs(), birth.restartNs, m_births.billedNs(birth.initNs)};
  ++t.cold;
  t.initAhead += birth.nobodyWaits();
  t.initRestarts += birth.restartNs > 0;
  t.billedInitNs += start.billedInitNs + start.innerInitNs;
  if (!birth.ahead) return;
  t.billedMs += billedMilliseconds(start.billedInitNs, m_function.billingStepMs);
  bookHour(m_hours.billedMs, call.arrivedNs, billedMilliseconds(start.billedInitNs, m_function.billingStepMs));
  start.billedInitNs = 0;
}

// Of the provisioned ones those that await init serve first, as the most recently used do.
void FunctionEnvironments::initAfterReset(const Call& call, Start& start) {
  LambdaTally& t = tallyOfArrival(call.arrivedNs);
  if (call.provisioned) {
    if (m_provisionedResets == 0) return;
    --m_provisionedResets;
    start.innerInitNs = m_births.initInsideNs();
    t.provisionedInitNs += start.innerInitNs;
  } else {
    Environment& environment = m_environments[call.environment];
    if (!environment.reset) return;
    environment.reset = false;
    start.innerInitNs = m_births.initInsideNs();
    t.billedInitNs += start.innerInitNs;
  }
  ++t.resetInits;
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
            ++tally().environmentsEnded;
          }
          m_freeNumbers.push_back(taken.environment);
        }
        return false;
      },
      m_idle);
}

// ---- invocations ----

std::variant<std::uint32_t, Refusal> FunctionEnvironments::begin(std::int64_t ns, std::int64_t arrivedNs,
                                                                 const InvocationWork& work, bool rateCap) {
  LambdaTally& t = tally();
  if (rateCap && !m_rate.hasTokenAt(ns)) {
    ++t.throttledRate;
    return Refusal::Rate;
  }
  Call call;
  Start start;
  call.arrivedNs = arrivedNs;
  call.startNs = call.bookedNs = ns;
  if (const auto refusal = seat(call, start)) {
    ++(*refusal == Refusal::Growth ? t.throttledGrowth : t.throttledConcurrency);
    return *refusal;
  }
  if (rateCap) m_rate.take();
  run(call, start, work);
  t.peakBusy = std::max(t.peakBusy, busy());
  return slotFor(call);
}

// Provisioned environments first, then an idle one, then a new one.
std::optional<Refusal> FunctionEnvironments::seat(Call& call, Start& start) {
  LambdaTally& t = tally();
  const std::int64_t ns = call.startNs;
  if (m_provisionedBusy < m_provisioned) {
    bookProvisioned(ns);
    m_metricInvoked = true;
    call.provisioned = true;
    ++m_provisionedBusy;
    ++tallyOfArrival(call.arrivedNs).provisionedStarted;
    initAfterReset(call, start);
    return std::nullopt;
  }
  if (m_ceiling.moves && m_ceiling.busy >= m_ceiling.room) return Refusal::Concurrency;
  IdleEntry idle;
  if (takeIdle(ns, idle)) {
    call.environment = idle.environment;
    t.idleNs += ns - idle.sinceNs;
    initAfterReset(call, start);
  } else {
    if (m_ceiling.busy >= m_ceiling.room) return Refusal::Concurrency;
    if (m_function.growth && !m_growth.hasTokenAt(ns)) return Refusal::Growth;
    if (m_function.growth) m_growth.take();
    create(call, start);
    // Nothing was idle: every on-demand environment is busy, this one included.
    t.peakEnvironments = std::max(t.peakEnvironments, m_busyOnDemand + 1 + m_provisioned);
  }
  ++m_ceiling.busy;
  ++m_busyOnDemand;
  return std::nullopt;
}

void FunctionEnvironments::run(Call& call, const Start& start, const InvocationWork& work) {
  const std::int64_t ioNs = waitingNs(work.ioNs, m_function.perIo);
  const Invocation wanted{start.innerInitNs, durationNs(work.cpuNs, ioNs, m_perCpuNs), ioNs,
                          m_function.extensionAfter.count()};
  const std::int64_t timeoutNs = m_function.timeout.count(), lostNs = machineLostNs(call);
  const std::int64_t left = lostNs == EnvironmentLosses::kNever
                                ? EnvironmentLosses::kNever
                                : std::max<std::int64_t>(0, lostNs - call.startNs - start.waitNs);
  call.lost = left < std::min(wanted.ns(), timeoutNs);
  call.cut = call.lost || wanted.ns() > timeoutNs;
  const Invocation lasts = call.cut ? cutAt(std::min(left, timeoutNs), wanted) : wanted;
  if (lasts.workNs < wanted.workNs || lasts.initNs < wanted.initNs) call.fate = call.lost ? Fate::Crash : Fate::Timeout;
  call.initEndNs = call.startNs + (call.provisioned ? 0 : start.waitNs + lasts.initNs);
  call.respondedNs = call.startNs + start.waitNs + lasts.initNs + lasts.workNs;
  call.finishNs = call.respondedNs + lasts.extensionNs;
  LambdaTally& t = tallyOfArrival(call.arrivedNs);
  (call.provisioned ? t.provisionedInitNs : t.billedInitNs) -= wanted.initNs - lasts.initNs;
  ++t.started;
  bill(call, start, lasts);
}

// When the machine of this call's environment dies. One that dies while it boots is as lost.
std::int64_t FunctionEnvironments::machineLostNs(const Call& call) {
  return m_losses.machineLostAfter(call.provisioned ? m_nextProvisioned++ : call.environment, call.startNs);
}

void FunctionEnvironments::bill(const Call& call, const Start& start, const Invocation& lasts) {
  LambdaTally& t = tallyOfArrival(call.arrivedNs);
  const std::int64_t billedMs = billedMilliseconds(start.billedInitNs + lasts.ns(), m_function.billingStepMs);
  (call.provisioned ? t.provisionedBilledMs : t.billedMs) += billedMs;
  (call.provisioned ? t.provisionedIoNs : t.ioNs) += lasts.ioNs;
  (call.provisioned ? t.provisionedCpuNs : t.cpuNs) += lasts.workNs - lasts.ioNs;
  (call.provisioned ? t.provisionedExtensionNs : t.extensionNs) += lasts.extensionNs;
  bookHour(call.provisioned ? m_hours.provisionedBilledMs : m_hours.billedMs, call.arrivedNs, billedMs);
  bookHour(m_hours.busyNs, call.arrivedNs, start.waitNs + lasts.ns());
}

// Nothing after the horizon.
void FunctionEnvironments::bookHour(std::vector<std::int64_t>& series, std::int64_t ns, std::int64_t amount) const {
  if (const auto hour = static_cast<std::size_t>(ns / m_hourNs); hour < series.size()) series[hour] += amount;
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
  const bool resets = call.cut || call.fate == Fate::Crash;
  if (call.provisioned) {
    bookProvisioned(call.finishNs);
    --m_provisionedBusy;
    m_provisionedResets += resets;
    return;
  }
  --m_busyOnDemand;
  --m_ceiling.busy;
  Environment& environment = m_environments[call.environment];
  environment.reset = resets;
  if (call.lost || m_losses.replacedAfter(environment.createdNs) <= call.finishNs ||
      call.finishNs - environment.createdNs > environment.maxLifetimeNs) {
    ++tally().environmentsEnded;
    m_freeNumbers.push_back(call.environment);
    return;
  }
  if (m_function.idleDrawnAnew) environment.idleLifetimeNs = m_births.idleLifetimeNs();
  const std::int64_t expiresNs =
      std::min({call.finishNs + environment.idleLifetimeNs, m_losses.replacedAfter(call.finishNs),
                m_losses.machineLostAfter(call.environment, call.finishNs)});
  const IdleEntry idle{call.finishNs, expiresNs, call.environment};
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
    if (over) ++tally().environmentsEnded;
    entry.sinceNs = over ? IdleEntry::kSettled : edgeNs;
  });
  for (Call& call : m_calls)
    if (call.live) bookBusy(call, edgeNs);
  ++m_window;
  m_edges.push_back(edgeNs);
}

LambdaTally& FunctionEnvironments::tallyOfArrival(std::int64_t arrivedNs) {
  if (m_edges.empty() || arrivedNs >= m_edges.back()) return m_tallies[m_window];
  return m_tallies[static_cast<std::size_t>(std::ranges::upper_bound(m_edges, arrivedNs) - m_edges.begin())];
}

void FunctionEnvironments::notePeaks() {
  std::int64_t idle = 0;
  forEachIdle([&](const IdleEntry& entry) { idle += entry.expiryNs > m_edges.back(); });
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
