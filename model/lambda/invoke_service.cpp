#include "model/lambda/invoke_service.hpp"

#include <algorithm>
#include <utility>

namespace model::lambda {

namespace {

bool isPlanned(const LambdaFunction& function) {
  return !std::holds_alternative<std::monostate>(function.provisionedPlan);
}

Ceiling ceilingOf(const LambdaFunction& function) {
  const bool moves = isPlanned(function) || !function.neighbours.empty();
  return {concurrencyLimit(function) - function.provisioned, 0, moves};
}

} // namespace

InvokeService::InvokeService(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                             std::uint64_t replication)
    : m_function(function), m_marks(plan), m_horizonNs(plan.horizon.count()), m_ceiling(ceilingOf(function)),
      m_environments(function, m_ceiling, plan, seed, replication),
      m_neighbours(function, m_ceiling, plan, seed, replication), m_failures(seed, "lambda.failures", replication),
      m_poison(seed, "lambda.poison", replication) {
  m_timeline.reserve(static_cast<std::size_t>(m_marks.points()));
  for (std::uint32_t k = 0; k < m_neighbours.count(); ++k)
    if (const auto ns = m_neighbours.nextArrivalNs(k); ns != Neighbours::kNever) push(ns, EventKind::Neighbour, k);
  if (!isPlanned(function)) return;
  m_allocation.emplace(function);
  applyAllocation();
}

// ---- requests ----

RequestId InvokeService::arrive(std::int64_t arrivalNs, std::int64_t cpuNs, std::int64_t ioNs) {
  m_nowNs = arrivalNs;
  auto id = static_cast<RequestId>(m_requests.size());
  if (m_freeRequests.empty()) {
    m_requests.emplace_back();
  } else {
    id = m_freeRequests.back();
    m_freeRequests.pop_back();
  }
  PendingRequest& request = m_requests[id] = {};
  request.arrivalNs = arrivalNs;
  request.cpuNs = cpuNs;
  request.ioNs = ioNs;
  request.poisonous = m_function.failures.poisonRate > 0 && m_poison.uniform() < m_function.failures.poisonRate;
  request.live = true;
  ++m_live;
  ++tallyOf(id).outcomes.attempts;
  backToSource(id);
  return id;
}

void InvokeService::backToSource(RequestId id) {
  bookBacklog(m_nowNs);
  m_requests[id].waiting = true;
  ++m_waiting;
}

void InvokeService::leaveSource(RequestId id) {
  bookBacklog(m_nowNs);
  m_requests[id].waiting = false;
  --m_waiting;
}

void InvokeService::free(RequestId id) {
  if (m_requests[id].waiting) leaveSource(id);
  m_requests[id].live = false;
  m_freeRequests.push_back(id);
  --m_live;
}

void InvokeService::complete(RequestId id, std::int64_t respondedNs) {
  Outcomes& outcomes = tallyOf(id).outcomes;
  ++outcomes.completed;
  outcomes.latency.record(respondedNs - m_requests[id].arrivalNs);
  free(id);
}

void InvokeService::lose(RequestId id, Loss how) {
  Outcomes& outcomes = tallyOf(id).outcomes;
  bookWait(id);
  switch (how) {
  case Loss::Throttled: ++outcomes.throttled; break;
  case Loss::TimedOut: ++outcomes.timedOut; break;
  case Loss::Errored: ++outcomes.errored; break;
  case Loss::Expired: ++outcomes.expired; break;
  case Loss::Unfinished: ++outcomes.unfinished; break;
  }
  free(id);
}

// ---- invocations ----

InvocationWork InvokeService::workOf(std::span<const RequestId> ids) const {
  InvocationWork work;
  for (const RequestId id : ids) {
    work.cpuNs += m_requests[id].cpuNs;
    work.ioNs += m_requests[id].ioNs;
  }
  if (const auto& slowdowns = m_function.failures.slowdowns; !slowdowns.empty())
    work.ioNs = waitingNs(work.ioNs, ioFactorAt(slowdowns, m_nowNs));
  return work;
}

std::optional<Refusal> InvokeService::invoke(std::span<const RequestId> ids, std::uint32_t payload,
                                             bool partialFailures, OnRefusal onRefusal) {
  const bool synchronous = std::holds_alternative<ClientRetries>(m_function.source);
  const auto begun = m_environments.begin(m_nowNs, m_requests[ids.front()].arrivalNs, workOf(ids),
                                          synchronous && m_function.requestRateCap);
  if (const auto* refusal = std::get_if<Refusal>(&begun)) {
    if (onRefusal == OnRefusal::HoldBack) return *refusal;
    countDeliveries(ids);
    for (const RequestId id : ids) ++tallyOf(id).source.throttled;
    return *refusal;
  }
  const auto slot = std::get<std::uint32_t>(begun);
  Call& call = m_environments.call(slot);
  call.payload = payload;
  countDeliveries(ids);
  for (const RequestId id : ids) {
    bookWait(id);
    leaveSource(id);
  }
  drawFate(ids, call, partialFailures);
  push(call.finishNs, EventKind::Finish, slot);
  m_lastSlot = slot;
  return std::nullopt;
}

void InvokeService::abandonLastCall() {
  Call& call = m_environments.call(m_lastSlot);
  ++tallyOf(call.payload).source.abandoned;
  call.payload = kNoRequest;
}

// A request fails by itself or with the environment; what is drawn does not depend on the timeout.
void InvokeService::drawFate(std::span<const RequestId> ids, Call& call, bool partialFailures) {
  const Failures& failures = m_function.failures;
  const bool crashes = failures.crashRate > 0 && m_failures.uniform() < failures.crashRate;
  const double errorRate = failures.errorRateAt(m_nowNs);
  std::uint64_t failing = 0;
  for (const RequestId id : ids) {
    PendingRequest& request = m_requests[id];
    const bool errs = errorRate > 0 && m_failures.uniform() < errorRate;
    request.failing = errs || request.poisonous;
    failing += request.failing;
  }
  if (call.fate == Fate::Success && crashes) call.fate = Fate::Crash;
  if (call.fate == Fate::Success && failing > 0 && !partialFailures) call.fate = Fate::Error;
  for (const RequestId id : ids) {
    SourceTally& t = tallyOf(id).source;
    bool& fails = m_requests[id].failing;
    fails |= call.fate != Fate::Success;
    if (!fails)
      ++t.succeeded;
    else
      ++(call.fate == Fate::Crash ? t.crashed : call.fate == Fate::Timeout ? t.timedOut : t.errored);
  }
}

void InvokeService::countDeliveries(std::span<const RequestId> ids) {
  for (const RequestId id : ids) {
    SourceTally& t = tallyOf(id).source;
    ++(m_requests[id].deliveries++ > 0 ? t.redeliveries : t.firstDeliveries);
  }
}

void InvokeService::bookWait(RequestId id) {
  PendingRequest& request = m_requests[id];
  if (std::exchange(request.waited, true)) return;
  SourceTally& t = tallyOf(id).source;
  const std::int64_t waitedNs = m_nowNs - request.arrivalNs;
  t.waitedNs += waitedNs;
  t.longestWaitNs = std::max(t.longestWaitNs, waitedNs);
}

TimedEvent InvokeService::takeEvent() {
  const TimedEvent event = m_events.top();
  m_events.pop();
  m_nowNs = event.ns;
  return event;
}

std::optional<Call> InvokeService::end(std::uint32_t who) {
  const std::uint32_t owner = who >> kCallBits, slot = who & ((1U << kCallBits) - 1);
  if (owner > 0) {
    m_neighbours.end(owner - 1, slot);
    return std::nullopt;
  }
  const Call call = m_environments.call(slot);
  m_environments.end(slot);
  return call;
}

void InvokeService::neighbourArrives(std::uint32_t k) {
  if (const auto slot = m_neighbours.serve(k))
    push(m_neighbours.call(k, *slot).finishNs, EventKind::Finish, (k + 1) << kCallBits | *slot);
  if (const auto ns = m_neighbours.nextArrivalNs(k); ns != Neighbours::kNever) push(ns, EventKind::Neighbour, k);
}

// ---- provisioned concurrency and pollers ----

void InvokeService::allocate() {
  std::optional<double> utilisation;
  if (m_allocation->isMetricDue(m_nowNs)) utilisation = m_environments.takeProvisionedUtilisation(m_nowNs);
  m_environments.tally().provisionedAllocatedNs += m_allocation->takePaidNs(m_nowNs);
  m_allocation->act(m_nowNs, utilisation);
  applyAllocation();
}

void InvokeService::applyAllocation() {
  m_environments.setProvisioned(m_allocation->usable(), m_nowNs);
  m_ceiling.room = concurrencyLimit(m_function) - m_allocation->paid();
  const std::int64_t next = m_allocation->nextNs();
  if (next < m_horizonNs) push(next, EventKind::Allocation, 0);
}

void InvokeService::setPollers(std::int64_t pollers) {
  bookBacklog(m_nowNs);
  m_pollers = pollers;
}

// ---- observation ----

void InvokeService::bookBacklog(std::int64_t ns) {
  const std::int64_t passed = ns - m_backlogBookedNs;
  if (passed == 0) return;
  SourceTally& t = tally();
  t.backlogNs += static_cast<Int128>(m_waiting) * passed;
  t.pollerNs += static_cast<Int128>(m_pollers) * passed;
  t.peakBacklog = std::max(t.peakBacklog, m_waiting);
  m_backlogBookedNs = ns;
}

bool InvokeService::passMark() {
  const std::int64_t ns = m_marks.nextNs();
  for (; m_marks.nextTickNs() == ns; m_marks.passTick()) samplePoint(ns);
  if (m_marks.nextHourNs() == ns) m_marks.passHour();
  if (m_marks.nextEdgeNs() != ns) return false;
  m_marks.passEdge(); // one at a time: an empty window has peaks too
  bookBacklog(ns);
  if (m_allocation) m_environments.tally().provisionedAllocatedNs += m_allocation->takePaidNs(ns);
  tally().backlogGrowth = m_waiting - std::exchange(m_waitingAtEdge, m_waiting);
  m_environments.openWindow(ns);
  return true;
}

void InvokeService::samplePoint(std::int64_t ns) {
  TimelinePoint point = m_environments.pointBefore(ns);
  std::int64_t oldestNs = ns;
  point.backlog = static_cast<double>(m_waiting);
  if (m_waiting > 0)
    for (const PendingRequest& request : m_requests)
      if (request.live && request.waiting) oldestNs = std::min(oldestNs, request.arrivalNs);
  point.oldestS = static_cast<double>(ns - oldestNs) * 1e-9;
  m_timeline.push_back(point);
}

LambdaRun InvokeService::finish() {
  for (RequestId id = 0; id < m_requests.size(); ++id)
    if (m_requests[id].live) lose(id, Loss::Unfinished);
  LambdaRun run;
  run.windows = m_environments.takeWindows();
  run.neighbours = m_neighbours.outcomes();
  run.timeline = std::move(m_timeline);
  run.hours = std::move(m_environments.hours());
  return run;
}

} // namespace model::lambda
