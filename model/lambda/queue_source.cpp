#include <algorithm>
#include <cmath>

#include "model/lambda/event_sources.hpp"

namespace model::lambda {

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000, kMinuteNs = 60 * kNsPerSecond;
// Of a provisioned poller (guide, SQS scaling, Sep-Oct 2026).
constexpr double kBatchesPerPoller = 10, kPollsPerSecond = 10, kBytesPerSecond = 1024 * 1024;
constexpr double kPollerGrowthPerMinute = 1000;

} // namespace

QueueSource::QueueSource(InvokeService& service, const QueueMapping& mapping, std::uint64_t seed,
                         std::uint64_t replication)
    : m_service(service), m_mapping(mapping), m_batchLimit(batchLimit(mapping.batchSize, mapping.messageSize)),
      m_grouping(seed, "lambda.groups", replication),
      m_groups(static_cast<std::size_t>(std::max<std::int64_t>(mapping.groups, 1))) {
  const auto advised = 6 * service.function().timeout + mapping.window;
  m_visibilityNs = mapping.visibilityTimeout.value_or(advised).count();
  const double perMinute = mapping.provisioned ? kPollerGrowthPerMinute / kBatchesPerPoller : mapping.growthPerMinute;
  m_growEveryNs = std::llround(static_cast<double>(kMinuteNs) / perMinute);
  allow(least());
}

// ---- messages ----

void QueueSource::arrived(RequestId id) {
  if (m_groupOf.size() <= id) m_groupOf.resize(id + 1);
  const std::uint32_t group = isFifo() ? static_cast<std::uint32_t>(m_grouping.below(m_groups.size())) : 0;
  m_groupOf[id] = group;
  m_service.request(id).sourceNs = m_service.nowNs();
  m_groups[group].visible.append(m_service, id);
  makeReady(group);
  pump();
}

void QueueSource::makeReady(std::uint32_t group) {
  Group& g = m_groups[group];
  if (g.listed || g.blocked || g.visible.empty()) return;
  g.listed = true;
  m_ready.push_back(group);
}

void QueueSource::timerRang(std::uint32_t who) {
  if (who < kAlarms) {
    m_alarmNs[who] = 0;
    if (who == kGrow) grow();
    if (who == kShrink) shrink();
  } else if (isFifo()) {
    m_groups[who - kAlarms].blocked = false;
    makeReady(who - kAlarms);
  } else {
    const RequestId id = who - kAlarms;
    m_service.request(id).sourceNs = m_service.nowNs();
    m_groups.front().visible.append(m_service, id);
    makeReady(0);
  }
  pump();
}

void QueueSource::ended(const Call& call) {
  const auto& batch = m_batches[call.payload];
  --m_active;
  if (isFifo())
    returnToGroup(batch, call);
  else
    returnToQueue(batch, call);
  m_batches.close(call.payload);
}

bool QueueSource::isSpent(RequestId id) { return m_service.request(id).deliveries >= m_mapping.maxReceives; }

// After its last receive a message goes to the dead-letter queue, else it is seen again when it is visible again.
void QueueSource::returnToQueue(const BatchTable::Batch& batch, const Call& call) {
  const std::int64_t visibleNs = std::max(batch.receivedNs + m_visibilityNs, m_service.nowNs());
  for (const RequestId id : batch.ids) {
    if (!m_service.request(id).failing) {
      m_service.complete(id, call.respondedNs);
      continue;
    }
    m_service.backToSource(id);
    if (isSpent(id))
      m_service.lose(id, lossOf(call.fate));
    else
      m_service.setTimer(visibleNs, kAlarms + id);
  }
}

// Order within a group: what follows the first failed message returns with it, and the group waits for its visibility.
void QueueSource::returnToGroup(const BatchTable::Batch& batch, const Call& call) {
  Group& group = m_groups[batch.lane];
  const std::size_t done = completeLeading(m_service, batch, call);
  group.blocked = false;
  for (std::size_t i = batch.ids.size(); i-- > done;) {
    const RequestId id = batch.ids[i];
    m_service.backToSource(id);
    if (m_service.request(id).failing && isSpent(id)) {
      m_service.lose(id, lossOf(call.fate));
      continue;
    }
    group.visible.prepend(m_service, id);
    group.blocked = true;
  }
  if (group.blocked)
    m_service.setTimer(std::max(batch.receivedNs + m_visibilityNs, m_service.nowNs()), kAlarms + batch.lane);
  makeReady(batch.lane);
}

// ---- polling ----

void QueueSource::pump() {
  while (deliverNext()) {
  }
  if (isSaturated() && m_allowed < most()) setAlarm(kGrow, m_service.nowNs() + m_growEveryNs);
}

bool QueueSource::deliverNext() {
  if (m_ready.empty() || m_active >= mostBatches()) return false;
  const std::uint32_t group = m_ready.front();
  if (!isDue(m_groups[group]) || !mayPoll()) return false;
  return deliver(group, std::min(m_groups[group].visible.size(), m_batchLimit));
}

// A batch is full, or its window is over.
bool QueueSource::isDue(const Group& group) {
  if (m_mapping.window.count() == 0 || group.visible.size() >= m_batchLimit) return true;
  const std::int64_t endsNs = m_service.request(group.visible.first()).sourceNs + m_mapping.window.count();
  if (endsNs <= m_service.nowNs()) return true;
  setAlarm(kWindow, endsNs);
  return false;
}

bool QueueSource::deliver(std::uint32_t group, std::size_t count) {
  Group& g = m_groups[group];
  const std::uint32_t number = m_batches.open();
  auto& batch = m_batches[number];
  batch.lane = group;
  batch.receivedNs = m_service.nowNs();
  g.visible.copyFirst(m_service, count, batch.ids);
  const auto refusal =
      m_service.invoke(batch.ids, number, m_mapping.partialFailures, InvokeService::OnRefusal::HoldBack);
  if (refusal) { // want of concurrency ends when some call does
    m_batches.close(number);
    if (*refusal == Refusal::Growth) setAlarm(kRetry, m_service.nextGrowthNs());
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) g.visible.takeFirst(m_service);
  ++m_active;
  m_mostActive = std::max(m_mostActive, m_active);
  paceNextPoll(count);
  g.blocked = isFifo();
  if (!g.blocked && !g.visible.empty()) return true;
  g.listed = false;
  m_ready.pop_front();
  return true;
}

bool QueueSource::mayPoll() {
  if (!m_mapping.provisioned || m_nextPollNs <= m_service.nowNs()) return true;
  setAlarm(kRetry, m_nextPollNs);
  return false;
}

// All pollers together; what one second of them allows is not saved up.
void QueueSource::paceNextPoll(std::size_t messages) {
  if (!m_mapping.provisioned) return;
  const double bytes = static_cast<double>(messages) * static_cast<double>(m_mapping.messageSize.inBytes());
  const double seconds = std::max(1 / kPollsPerSecond, bytes / kBytesPerSecond) / m_allowed;
  m_nextPollNs = std::max(m_nextPollNs, m_service.nowNs()) + std::llround(seconds * kNsPerSecond);
}

void QueueSource::setAlarm(Alarm alarm, std::int64_t ns) {
  if (ns == INT64_MAX || (m_alarmNs[alarm] != 0 && m_alarmNs[alarm] <= ns)) return;
  m_alarmNs[alarm] = ns;
  m_service.setTimer(ns, alarm);
}

// ---- how many batches at once ----

double QueueSource::least() const {
  return m_mapping.provisioned ? static_cast<double>(m_mapping.provisioned->min)
                               : std::min(m_mapping.firstConcurrency, most());
}
double QueueSource::most() const {
  if (m_mapping.provisioned) return static_cast<double>(m_mapping.provisioned->max);
  return m_mapping.maxConcurrency ? static_cast<double>(*m_mapping.maxConcurrency) : m_mapping.mostConcurrency;
}
std::int64_t QueueSource::mostBatches() const {
  return static_cast<std::int64_t>(m_mapping.provisioned ? m_allowed * kBatchesPerPoller : m_allowed);
}
bool QueueSource::isSaturated() const { return !m_ready.empty() && m_active >= mostBatches(); }

void QueueSource::allow(double pollersOrBatches) {
  m_allowed = pollersOrBatches;
  if (m_mapping.provisioned) m_service.setPollers(std::llround(m_allowed));
}

void QueueSource::grow() {
  if (!isSaturated()) return;
  allow(std::min(m_allowed + 1, most()));
  setAlarm(kShrink, m_service.nowNs() + kMinuteNs);
}

// The pace of scaling in is not documented: what a minute did not use is given up.
void QueueSource::shrink() {
  const double perPoller = m_mapping.provisioned ? kBatchesPerPoller : 1;
  const double used = std::ceil(static_cast<double>(m_mostActive) / perPoller);
  m_mostActive = m_active;
  allow(std::clamp(used, least(), m_allowed));
  if (m_allowed > least()) setAlarm(kShrink, m_service.nowNs() + kMinuteNs);
}

} // namespace model::lambda
