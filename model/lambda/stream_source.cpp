#include <algorithm>

#include "model/lambda/event_sources.hpp"

namespace model::lambda {

StreamSource::StreamSource(InvokeService& service, const StreamMapping& mapping, std::uint64_t seed,
                           std::uint64_t replication)
    : m_service(service), m_mapping(mapping), m_batchLimit(batchLimit(mapping.batchSize, mapping.recordSize)), m_dealing(seed, "lambda.lanes", replication),
      m_lanes(static_cast<std::size_t>(mapping.shards * mapping.factor)) {
  workloads::RandomStream polls(seed, "lambda.polls", replication);
  std::int64_t firstNs = 0;
  for (std::size_t i = 0; i < m_lanes.size(); ++i) {
    if (i % static_cast<std::size_t>(mapping.factor) == 0)
      firstNs = static_cast<std::int64_t>(polls.below(static_cast<std::uint64_t>(mapping.pollEvery.count())));
    m_lanes[i].firstPollNs = firstNs;
  }
}

// The first poll of the lane's shard not before `ns`.
std::int64_t StreamSource::nextPollNs(const Lane& lane, std::int64_t ns) const {
  const std::int64_t everyNs = m_mapping.pollEvery.count();
  const std::int64_t polls = std::max<std::int64_t>(ns - lane.firstPollNs + everyNs - 1, 0) / everyNs;
  return lane.firstPollNs + polls * everyNs;
}

void StreamSource::arrived(RequestId id) {
  const auto lane = static_cast<std::uint32_t>(m_dealing.below(m_lanes.size()));
  m_service.request(id).sourceNs = nextPollNs(m_lanes[lane], m_service.nowNs());
  m_lanes[lane].records.append(m_service, id);
  pump(lane);
}

void StreamSource::timerRang(std::uint32_t who) {
  m_lanes[who].alarmNs = 0;
  pump(who);
}

// Those that were refused, the longest waiting first, until one is refused again.
void StreamSource::capacityFreed() {
  while (!m_refused.empty()) {
    const std::uint32_t lane = m_refused.front();
    m_refused.pop_front();
    if (pump(lane)) continue;
    m_refused.pop_back(); // pump put it last; it keeps its turn
    m_refused.push_front(lane);
    return;
  }
}

bool StreamSource::pump(std::uint32_t number) {
  Lane& lane = m_lanes[number];
  if (lane.busy) return true;
  while (m_mapping.maxAge && !lane.records.empty() &&
         m_service.nowNs() - m_service.request(lane.records.first()).arrivalNs > m_mapping.maxAge->count())
    dropFirst(lane, Loss::Expired);
  if (lane.records.empty()) return true;
  const std::size_t count = batchSize(lane);
  if (!isDue(number, count)) return true;
  const std::uint32_t batchNumber = m_batches.open();
  auto& batch = m_batches[batchNumber];
  batch.lane = number;
  lane.records.copyFirst(m_service, count, batch.ids);
  const auto refusal =
      m_service.invoke(batch.ids, batchNumber, m_mapping.partialFailures, InvokeService::OnRefusal::HoldBack);
  if (!refusal) {
    for (std::size_t i = 0; i < count; ++i) lane.records.takeFirst(m_service);
    lane.busy = true;
    return true;
  }
  m_batches.close(batchNumber);
  if (*refusal == Refusal::Growth) {
    wakeAt(number, m_service.nextGrowthNs());
    return true;
  }
  m_refused.push_back(number);
  return false;
}

// What the next batch takes: the rest of a failed one, else what polls have brought so far.
std::size_t StreamSource::batchSize(const Lane& lane) {
  if (lane.failedLeft > 0) return lane.nextSize;
  std::size_t count = 0;
  for (RequestId id = lane.records.first(); id != kNoRequest && count < m_batchLimit;
       id = m_service.request(id).next) {
    if (m_service.request(id).sourceNs > m_service.nowNs()) break;
    ++count;
  }
  return count;
}

bool StreamSource::isDue(std::uint32_t number, std::size_t records) {
  const Lane& lane = m_lanes[number];
  const std::int64_t nowNs = m_service.nowNs(), firstNs = m_service.request(lane.records.first()).sourceNs;
  if (lane.failedLeft > 0 && lane.notBeforeNs > nowNs) {
    wakeAt(number, lane.notBeforeNs);
    return false;
  }
  if (records == 0) {
    wakeAt(number, firstNs);
    return false;
  }
  if (lane.failedLeft > 0 || records >= m_batchLimit) return true;
  const std::int64_t endsNs = firstNs + m_mapping.window.count();
  if (endsNs <= nowNs) return true;
  wakeAt(number, std::min(endsNs, nextPollNs(lane, nowNs + 1)));
  return false;
}

void StreamSource::wakeAt(std::uint32_t number, std::int64_t ns) {
  Lane& lane = m_lanes[number];
  if (ns == INT64_MAX || (lane.alarmNs != 0 && lane.alarmNs <= ns)) return;
  lane.alarmNs = ns;
  m_service.setTimer(ns, number);
}

void StreamSource::dropFirst(Lane& lane, Loss how) {
  m_service.lose(lane.records.takeFirst(m_service), how);
  if (lane.failedLeft == 0) return;
  --lane.failedLeft;
  lane.nextSize = std::min(lane.nextSize, lane.failedLeft);
}

void StreamSource::ended(const Call& call) {
  auto& batch = m_batches[call.payload];
  const std::uint32_t number = batch.lane;
  Lane& lane = m_lanes[number];
  lane.busy = false;
  const std::size_t done = completeLeading(m_service, batch, call);
  if (lane.failedLeft > 0) lane.nextSize = lane.failedLeft -= std::min(done, lane.failedLeft);
  if (done < batch.ids.size()) {
    batch.ids.erase(batch.ids.begin(), batch.ids.begin() + static_cast<std::ptrdiff_t>(done));
    failed(number, batch, call.fate);
  }
  m_batches.close(call.payload);
  pump(number);
}

// The failed records go back to the head of their lane. Tried often enough they are given up; a batch that can still be
// halved is not (splitting does not count as a retry).
void StreamSource::failed(std::uint32_t number, const BatchTable::Batch& batch, Fate fate) {
  Lane& lane = m_lanes[number];
  const std::size_t count = batch.ids.size();
  for (std::size_t i = count; i-- > 0;) {
    m_service.backToSource(batch.ids[i]);
    lane.records.prepend(m_service, batch.ids[i]);
  }
  if (lane.failedLeft == 0) lane.failedLeft = count;
  const bool halves = m_mapping.bisect && count > 1;
  lane.nextSize = halves ? count / 2 : count;
  lane.notBeforeNs = m_service.nowNs() + m_mapping.pollEvery.count();
  const auto tries = static_cast<std::int64_t>(m_service.request(batch.ids.front()).deliveries);
  if (!m_mapping.retries || tries <= *m_mapping.retries || halves) return;
  for (std::size_t i = 0; i < count; ++i) dropFirst(lane, lossOf(fate));
  lane.nextSize = lane.failedLeft;
}

} // namespace model::lambda
