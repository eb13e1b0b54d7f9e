#pragma once
// The four ways in which events reach a function, each a policy over InvokeService: what to deliver when, what to do
// when a delivery is refused or fails. Rules and their sources: event_source.hpp. All have
//   arrived(id)           a request came to the source
//   ended(call)           an invocation of the function is over
//   timerRang(who)        a timer that the source set
//   capacityFreed()       an environment ended, or provisioned ones were added
// Pinned by tests/model/event_sources_test.cpp, each against hand-computed runs, and by its conservation properties.
#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "model/lambda/invoke_service.hpp"

namespace model::lambda {

// A refused or failed attempt comes back after a backoff as long as attempts are left. Stream "lambda.backoff".
class ClientSource {
 public:
  ClientSource(InvokeService& service, const ClientRetries& retries, std::uint64_t seed, std::uint64_t replication);
  void arrived(RequestId id) { attempt(id); }
  void ended(const Call& call);
  void timerRang(std::uint32_t who);
  void capacityFreed() {}

 private:
  void attempt(RequestId id);
  void tryAgain(RequestId id, std::int64_t knownNs, Loss last); // knownNs: when the client learns of it
  std::int64_t backoffNs(std::uint32_t attempt);

  InvokeService& m_service;
  ClientRetries m_retries;
  workloads::RandomStream m_backoff;
};

class AsyncSource {
 public:
  AsyncSource(InvokeService& service, const AsyncRetries& retries, std::uint64_t seed, std::uint64_t replication)
      : m_service(service), m_retries(retries), m_backoff(seed, "lambda.async_backoff", replication) {}
  void arrived(RequestId id) { attempt(id); }
  void ended(const Call& call);
  void timerRang(std::uint32_t who) { attempt(who); }
  void capacityFreed() {}

 private:
  // Of PendingRequest::sourceNs: refusals so far in the low half, failures in the high half.
  static constexpr std::int64_t kFailure = std::int64_t{1} << 32;
  void attempt(RequestId id);
  void tryAgainAfter(RequestId id, std::int64_t delayNs);

  InvokeService& m_service;
  AsyncRetries m_retries;
  workloads::RandomStream m_backoff;
};

// What a request is lost to whose last delivery ended so.
inline Loss lossOf(Fate fate) { return fate == Fate::Timeout ? Loss::TimedOut : Loss::Errored; }

// A first-in-first-out list threaded through the requests.
class RequestList {
 public:
  bool empty() const { return m_first == kNoRequest; }
  std::size_t size() const { return m_size; }
  RequestId first() const { return m_first; }
  void append(InvokeService& service, RequestId id);
  void prepend(InvokeService& service, RequestId id);
  RequestId takeFirst(InvokeService& service);
  void copyFirst(InvokeService& service, std::size_t count, std::vector<RequestId>& ids) const;

 private:
  RequestId m_first = kNoRequest, m_last = kNoRequest;
  std::size_t m_size = 0;
};

// Batches in flight, numbered for Call::payload; their vectors are used again.
class BatchTable {
 public:
  struct Batch {
    std::vector<RequestId> ids;
    std::int64_t receivedNs = 0;
    std::uint32_t lane = 0; // group or shard lane
  };
  std::uint32_t open(); // an empty batch
  Batch& operator[](std::uint32_t number) { return m_batches[number]; }
  void close(std::uint32_t number);

 private:
  std::vector<Batch> m_batches;
  std::vector<std::uint32_t> m_free;
};

// Requests of this size that one invocation carries, at least one.
std::size_t batchLimit(std::int64_t batchSize, pricing::ByteCount each);
// Completes a batch's requests up to the first that failed; how many.
std::size_t completeLeading(InvokeService& service, const BatchTable::Batch& batch, const Call& call);

// SQS. Stream "lambda.groups" deals messages to groups.
class QueueSource {
 public:
  QueueSource(InvokeService& service, const QueueMapping& mapping, std::uint64_t seed, std::uint64_t replication);
  void arrived(RequestId id);
  void ended(const Call& call);
  void timerRang(std::uint32_t who);
  void capacityFreed() { pump(); }

 private:
  // A standard queue is one group that is never blocked.
  struct Group {
    RequestList visible;
    bool blocked = false; // FIFO: a batch of it is in the function, or its first message is not visible yet
    bool listed = false;  // in m_ready
  };
  enum Alarm : std::uint32_t { kGrow, kShrink, kWindow, kRetry, kAlarms }; // other timers: kAlarms + request or group

  bool isFifo() const { return m_mapping.groups > 0; }
  void pump();
  bool deliverNext();
  bool isDue(const Group& group);
  bool deliver(std::uint32_t group, std::size_t count);
  void makeReady(std::uint32_t group);
  bool isSpent(RequestId id); // received as often as it may be
  void returnToQueue(const BatchTable::Batch& batch, const Call& call);
  void returnToGroup(const BatchTable::Batch& batch, const Call& call);
  bool mayPoll();
  void paceNextPoll(std::size_t messages);
  void setAlarm(Alarm alarm, std::int64_t ns);
  bool isSaturated() const;
  void grow();
  void shrink();
  std::int64_t mostBatches() const; // at once, by now
  double least() const;
  double most() const;
  void allow(double pollersOrBatches);

  InvokeService& m_service;
  QueueMapping m_mapping;
  std::int64_t m_visibilityNs, m_growEveryNs;
  std::size_t m_batchLimit;
  workloads::RandomStream m_grouping;
  std::vector<Group> m_groups;
  std::deque<std::uint32_t> m_ready; // groups with something visible, the longest first
  std::vector<std::uint32_t> m_groupOf; // by request
  BatchTable m_batches;

  double m_allowed = 0; // batches at once; pollers when they are provisioned
  std::int64_t m_active = 0, m_mostActive = 0; // batches in the function; most since the last shrink()
  std::int64_t m_nextPollNs = 0;
  std::array<std::int64_t, kAlarms> m_alarmNs{}; // when it rings; 0: not set
};

// Kinesis. Streams "lambda.lanes" deals records to lanes, "lambda.polls" the shards' first polls.
class StreamSource {
 public:
  StreamSource(InvokeService& service, const StreamMapping& mapping, std::uint64_t seed, std::uint64_t replication);
  void arrived(RequestId id);
  void ended(const Call& call);
  void timerRang(std::uint32_t who);
  void capacityFreed();

 private:
  struct Lane {
    RequestList records;
    std::int64_t firstPollNs = 0; // of its shard
    std::int64_t notBeforeNs = 0; // a failed batch is tried again then
    std::int64_t alarmNs = 0;     // 0: not set
    std::size_t failedLeft = 0;   // records of a failed batch that are still to be done; 0: none
    std::size_t nextSize = 0;     // of these, in the next try
    bool busy = false;
  };
  bool pump(std::uint32_t lane); // false: refused for want of concurrency
  std::size_t batchSize(const Lane& lane);
  bool isDue(std::uint32_t lane, std::size_t records);
  void wakeAt(std::uint32_t lane, std::int64_t ns);
  void failed(std::uint32_t lane, const BatchTable::Batch& batch, Fate fate);
  void dropFirst(Lane& lane, Loss how);
  std::int64_t nextPollNs(const Lane& lane, std::int64_t ns) const;

  InvokeService& m_service;
  StreamMapping m_mapping;
  std::size_t m_batchLimit;
  workloads::RandomStream m_dealing;
  std::vector<Lane> m_lanes;
  std::deque<std::uint32_t> m_refused; // lanes that wait for concurrency
  BatchTable m_batches;
};

} // namespace model::lambda
