// Sources that deliver one request at a time: a client that waits, and Lambda's own queue.
#include <algorithm>
#include <cmath>

#include "model/lambda/event_sources.hpp"

namespace model::lambda {

namespace {

// first x 2^k, at most `longest`.
std::int64_t doubled(Duration first, Duration longest, std::uint64_t k) {
  const double ns = std::ldexp(static_cast<double>(first.count()), static_cast<int>(std::min<std::uint64_t>(k, 60)));
  return ns < static_cast<double>(longest.count()) ? static_cast<std::int64_t>(ns) : longest.count();
}

std::int64_t halfToWhole(std::int64_t ns, workloads::RandomStream& random) {
  return ns - static_cast<std::int64_t>(random.uniform() * static_cast<double>(ns) / 2);
}

} // namespace

// ---- a client that waits ----

ClientSource::ClientSource(InvokeService& service, const ClientRetries& retries, std::uint64_t seed,
                           std::uint64_t replication)
    : m_service(service), m_retries(retries), m_backoff(seed, "lambda.backoff", replication) {}

void ClientSource::attempt(RequestId id) {
  const std::int64_t overheadNs = m_service.function().overhead.count();
  if (m_service.invoke({&id, 1}, id, false, InvokeService::OnRefusal::Count))
    return tryAgain(id, m_service.nowNs() + overheadNs, Loss::Throttled);
  if (!m_retries.patience) return;
  const Call call = m_service.lastCall();
  const std::int64_t leavesNs = call.startNs + m_retries.patience->count();
  if (call.respondedNs + overheadNs <= leavesNs) return;
  m_service.abandonLastCall();
  m_service.setTimer(leavesNs, id);
}

// Either a backoff is over, or the client leaves an attempt that is still running.
void ClientSource::timerRang(std::uint32_t who) {
  if (m_service.request(who).waiting) return attempt(who);
  m_service.backToSource(who);
  tryAgain(who, m_service.nowNs(), Loss::TimedOut);
}

void ClientSource::ended(const Call& call) {
  const RequestId id = call.payload;
  if (id == kNoRequest) return; // nobody waits for it any more
  const std::int64_t answeredNs = call.respondedNs + m_service.function().overhead.count();
  if (call.fate == Fate::Success) return m_service.complete(id, answeredNs);
  m_service.backToSource(id);
  tryAgain(id, std::max(answeredNs, m_service.nowNs()), lossOf(call.fate));
}

void ClientSource::tryAgain(RequestId id, std::int64_t knownNs, Loss last) {
  const auto made = m_service.request(id).deliveries;
  if (made >= m_retries.attempts) return m_service.lose(id, last);
  m_service.setTimer(knownNs + backoffNs(made - 1), id);
}

std::int64_t ClientSource::backoffNs(std::uint32_t retry) {
  const std::int64_t whole = doubled(m_retries.backoff, m_retries.longestBackoff, retry);
  switch (m_retries.jitter) {
  case Jitter::None: return whole;
  case Jitter::Equal: return halfToWhole(whole, m_backoff);
  case Jitter::Full: break;
  }
  return static_cast<std::int64_t>(m_backoff.uniform() * static_cast<double>(whole));
}

// ---- Lambda's own queue ----

void AsyncSource::attempt(RequestId id) {
  if (!m_service.invoke({&id, 1}, id, false, InvokeService::OnRefusal::Count)) return;
  auto& refusals = m_service.request(id).sourceNs;
  const auto before = static_cast<std::uint64_t>(refusals++ % kFailure);
  // Drawn, so that what was refused together does not come back together (convention).
  tryAgainAfter(id, halfToWhole(doubled(m_retries.backoff, m_retries.longestBackoff, before), m_backoff));
}

void AsyncSource::ended(const Call& call) {
  const RequestId id = call.payload;
  if (call.fate == Fate::Success) return m_service.complete(id, call.respondedNs);
  m_service.backToSource(id);
  auto& state = m_service.request(id).sourceNs;
  const std::int64_t failures = state / kFailure + 1;
  state += kFailure;
  if (failures > m_retries.errorRetries) return m_service.lose(id, lossOf(call.fate));
  tryAgainAfter(id, failures * m_retries.errorDelay.count());
}

void AsyncSource::tryAgainAfter(RequestId id, std::int64_t delayNs) {
  const std::int64_t againNs = m_service.nowNs() + delayNs;
  if (againNs - m_service.request(id).arrivalNs > m_retries.maxAge.count()) return m_service.lose(id, Loss::Expired);
  m_service.setTimer(againNs, id);
}

// ---- lists and batches ----

void RequestList::append(InvokeService& service, RequestId id) {
  service.request(id).next = kNoRequest;
  if (empty())
    m_first = id;
  else
    service.request(m_last).next = id;
  m_last = id;
  ++m_size;
}

void RequestList::prepend(InvokeService& service, RequestId id) {
  service.request(id).next = m_first;
  if (empty()) m_last = id;
  m_first = id;
  ++m_size;
}

RequestId RequestList::takeFirst(InvokeService& service) {
  const RequestId id = m_first;
  m_first = service.request(id).next;
  if (m_first == kNoRequest) m_last = kNoRequest;
  --m_size;
  return id;
}

void RequestList::copyFirst(InvokeService& service, std::size_t count, std::vector<RequestId>& ids) const {
  ids.clear();
  for (RequestId id = m_first; ids.size() < count; id = service.request(id).next) ids.push_back(id);
}

std::size_t completeLeading(InvokeService& service, const BatchTable::Batch& batch, const Call& call) {
  std::size_t done = 0;
  while (done < batch.ids.size() && !service.request(batch.ids[done]).failing)
    service.complete(batch.ids[done++], call.respondedNs);
  return done;
}

std::size_t batchLimit(std::int64_t batchSize, pricing::ByteCount each) {
  constexpr std::int64_t kLargestPayload = 6 * 1024 * 1024; // of a synchronous invocation (quotas, 2026)
  const std::int64_t bytes = std::max<std::int64_t>(each.inBytes(), 1);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(kLargestPayload / bytes, 1, batchSize));
}

std::uint32_t BatchTable::open() {
  if (m_free.empty()) {
    m_batches.emplace_back();
    return static_cast<std::uint32_t>(m_batches.size() - 1);
  }
  const auto number = m_free.back();
  m_free.pop_back();
  return number;
}

void BatchTable::close(std::uint32_t number) {
  m_batches[number].ids.clear();
  m_free.push_back(number);
}

} // namespace model::lambda
