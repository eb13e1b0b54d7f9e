#pragma once
// The clock and the counter between a source and its function: keeps the requests that are in the system, hands them to
// the function's environments, ends invocations in order, and counts every delivery and every outcome. Sources
// (event_sources.hpp) decide what to hand over when; they never count.
// Pinned by tests/model/event_engine_test.cpp (against the fast engine) and event_sources_test.cpp.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/lambda/earliest_first.hpp"
#include "model/lambda/function_environments.hpp"
#include "model/lambda/neighbours.hpp"
#include "model/lambda/observation_marks.hpp"
#include "model/lambda/provisioned_allocation.hpp"

namespace model::lambda {

using RequestId = std::uint32_t;
inline constexpr RequestId kNoRequest = UINT32_MAX;

// A request in the system, at the source or in the function.
struct PendingRequest {
  std::int64_t arrivalNs = 0, cpuNs = 0, ioNs = 0;
  std::int64_t sourceNs = 0; // the source's own
  RequestId next = kNoRequest; // the source's own list
  std::uint32_t deliveries = 0;
  bool poisonous = false;
  bool failing = false; // in the delivery in progress
  bool waiting = false; // at the source
  bool live = false;
  bool waited = false; // its wait is over and booked
};

// How a request ends that is not completed.
enum class Loss : std::uint8_t { Throttled, TimedOut, Errored, Expired, Unfinished };

enum class EventKind : std::uint8_t { Finish, Allocation, Timer, Neighbour };

// Soonest first. At one instant: ends of invocations in the order in which they began, then allocations of provisioned
// concurrency, then timers in the order in which they were set; arrivals come after all of them.
struct TimedEvent {
  std::int64_t ns = 0;
  std::uint64_t order = 0; // kind, then a running number
  std::uint32_t who = 0;   // call, the source's own subject, neighbour
  EventKind kind() const { return static_cast<EventKind>(order >> 60); }
  friend bool operator<(const TimedEvent& a, const TimedEvent& b) {
    return a.ns < b.ns || (a.ns == b.ns && a.order < b.order);
  }
};

class InvokeService {
 public:
  // Streams "lambda.failures" and "lambda.poison" beside those of the environments.
  InvokeService(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                std::uint64_t replication);

  // ---- for sources ----

  std::int64_t nowNs() const { return m_nowNs; }
  const LambdaFunction& function() const { return m_function; }
  PendingRequest& request(RequestId id) { return m_requests[id]; }

  // Hands waiting requests to the function as one invocation whose work is theirs added up; a failing one fails all,
  // with `partialFailures` only itself. Refused ones go on waiting; for a caller that does not hold back it was an
  // attempt.
  enum class OnRefusal { Count, HoldBack };
  std::optional<Refusal> invoke(std::span<const RequestId> ids, std::uint32_t payload, bool partialFailures,
                                OnRefusal onRefusal);
  const Call& lastCall() { return m_environments.call(m_lastSlot); } // what invoke() began last
  std::int64_t nextGrowthNs() { return m_environments.nextGrowthNs(m_nowNs); }
  void setTimer(std::int64_t ns, std::uint32_t who) { push(ns, EventKind::Timer, who); }
  void backToSource(RequestId id); // from the function
  void complete(RequestId id, std::int64_t respondedNs);
  void lose(RequestId id, Loss how);
  void abandonLastCall(); // nobody waits for it; its payload is kNoRequest
  void setPollers(std::int64_t pollers); // provisioned ones, for the bill

  // ---- for the engine ----

  RequestId arrive(std::int64_t arrivalNs, std::int64_t cpuNs, std::int64_t ioNs); // waits at the source
  std::int64_t nextEventNs() const { return m_events.empty() ? INT64_MAX : m_events.top().ns; }
  bool nextIsFinish() const { return m_events.top().kind() == EventKind::Finish; }
  TimedEvent takeEvent(); // and it is that time now
  // A call of the source's function that ended; nothing when it was a neighbour's.
  std::optional<Call> end(std::uint32_t who);
  void allocate();
  void neighbourArrives(std::uint32_t neighbour);

  std::int64_t nextMarkNs() const { return m_marks.nextNs(); }
  bool passMark(); // true: a window was opened, and what ends at its edge should end before notePeaks
  void notePeaks() { m_environments.notePeaks(); }
  bool hasRequests() const { return m_live > 0; }
  LambdaRun finish(); // whatever is still here is unfinished

 private:
  SourceTally& tally() { return m_environments.tally().source; }
  LambdaTally& tallyOf(RequestId id) { return m_environments.tallyOfArrival(m_requests[id].arrivalNs); }
  void push(std::int64_t ns, EventKind kind, std::uint32_t who) {
    m_events.push({ns, static_cast<std::uint64_t>(kind) << 60 | m_nextOrder++, who});
  }
  InvocationWork workOf(std::span<const RequestId> ids) const;
  void drawFate(std::span<const RequestId> ids, Call& call, bool partialFailures);
  void countDeliveries(std::span<const RequestId> ids);
  void bookBacklog(std::int64_t ns);
  void leaveSource(RequestId id);
  void free(RequestId id);
  void applyAllocation();
  void bookWait(RequestId id);
  void samplePoint(std::int64_t ns);
  static constexpr int kCallBits = 24; // below: the call; above: whose

  LambdaFunction m_function;
  ObservationMarks m_marks;
  std::int64_t m_horizonNs;
  std::int64_t m_nowNs = 0;
  Ceiling m_ceiling;
  FunctionEnvironments m_environments;
  Neighbours m_neighbours;
  std::optional<ProvisionedAllocation> m_allocation;
  workloads::RandomStream m_failures, m_poison;

  EarliestFirst<TimedEvent> m_events;
  std::uint64_t m_nextOrder = 0;
  std::vector<PendingRequest> m_requests;
  std::vector<RequestId> m_freeRequests;
  std::int64_t m_live = 0, m_waiting = 0;
  std::int64_t m_backlogBookedNs = 0;
  std::int64_t m_pollers = 0;
  std::uint32_t m_lastSlot = 0;

  std::int64_t m_waitingAtEdge = 0; // of the window under way
  std::vector<TimelinePoint> m_timeline;
};

} // namespace model::lambda
