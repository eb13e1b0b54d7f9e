#pragma once
// The inside of one instance: requests being worked on and requests waiting. Both disciplines are one engine in virtual
// time V: every request in work progresses at the same rate dV/dt, so the one with the smallest virtual finish leaves
// first and a heap finds it without touching the others.
//   Fcfs              rate 1: each worker runs its request at full speed
//   ProcessorSharing  rate min(1, C / F), C the instance's vCPUs, F the sum of the cores its requests want; egalitarian
//                     sharing with at most one's own need, M/G/1-PS for C = 1 (Kleinrock 1976, vol. 2, section 4.4)
// A burstable instance in standard mode has C fall to its baseline, under either discipline, while its balance of CPU
// credits is empty and its requests want more than that (credit_balance.hpp).
// Integers throughout: C and F in 2^-32 vCPU (adding and taking away leaves no drift), V in 2^-10 ns under sharing and
// ns otherwise. V is rounded down each time the set of requests changes, the finish up to the next whole ns, so a
// request that never met contention lasts exactly its duration and each change costs at most 2^-10 ns.
// Pinned by tests/model/ec2_simulator_test.cpp (reference loop without virtual time) and tests/validation; the shorter
// ways of serve() by tests/model/request_engine_test.cpp.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "model/ec2/credit_balance.hpp"
#include "model/ec2/ec2_simulator.hpp"
#include "model/ec2/requests_in_work.hpp"
#include "model/ec2/shared_pace.hpp"
#include "model/ec2/tally_recorder.hpp"

namespace model::ec2 {

class WorkerTurns;

// What all instances of a type have in common.
struct EngineLimits {
  std::int64_t cores = 0; // vCPUs in kCore units
  std::int64_t workers = 0, queueLimit = 0;
  std::int64_t timeout = 0;       // ns
  SharedPace shared = kNever;     // what requests share, kCore units: cores, or kNever where nobody slows anybody
  std::int64_t link = 0;          // ns of the network or the volume that a request takes; 0: it cannot bind
  std::int64_t overflow = kNever; // requests here from which on further ones are handed over
  bool coresForAll = false;       // when every worker is busy, they do not want more than the vCPUs
};

struct Demand {
  std::int64_t arrival = 0;  // ns
  std::int64_t duration = 0; // ns, uncontended; <= kLongestNs
  std::int64_t cores = 0;    // wanted while it runs, kCore units
};
inline constexpr std::int64_t kLongestNs = (std::int64_t{1} << 52) - 1; // 52 days; longer work is cut here

// The requests of one instance among those of a fleet, in order of arrival.
struct Share {
  const Demand* first = nullptr;
  std::size_t stride = 1, count = 0;
  const Demand& operator[](std::size_t i) const { return first[i * stride]; }
};

// First in, first out, growing to what was needed once.
template <class Waiting> class WaitingLine {
 public:
  bool empty() const { return m_size == 0; }
  std::int64_t size() const { return static_cast<std::int64_t>(m_size); }
  const Waiting& front() const { return m_ring[m_head]; }
  const Waiting& at(std::size_t place) const { return m_ring[(m_head + place) & (m_ring.size() - 1)]; }
  void pop() {
    m_head = (m_head + 1) & (m_ring.size() - 1);
    --m_size;
  }
  Waiting take() {
    const Waiting first = front();
    pop();
    return first;
  }
  void push(const Waiting& waiting) {
    if (m_size == m_ring.size()) grow();
    m_ring[(m_head + m_size++) & (m_ring.size() - 1)] = waiting;
  }

 private:
  void grow() {
    std::vector<Waiting> larger(std::max<std::size_t>(16, 2 * m_ring.size()));
    for (std::size_t i = 0; i < m_size; ++i) larger[i] = m_ring[(m_head + i) & (m_ring.size() - 1)];
    m_ring.swap(larger);
    m_head = 0;
  }
  std::vector<Waiting> m_ring; // a power of two long
  std::size_t m_head = 0, m_size = 0;
};

class alignas(64) RequestEngine {
 public:
  enum class Admission { Started, Queued, Rejected };

  // Before the first request: the instance slows down when this balance is empty.
  void slowDownWith(const CreditBalance& credits) { m_credits = std::make_unique<CreditBalance>(credits); }

  // Everything up to and including t: finishes first, then waiting requests whose time is over at t.
  template <Discipline D> void advance(std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder);
  // Precondition: advanced to demand.arrival.
  template <Discipline D> Admission admit(const Demand& demand, const EngineLimits& limits, TallyRecorder& recorder) {
    return admit<D>(demand, demand.arrival, limits, recorder);
  }
  // One that arrived earlier and comes at t, from a queue of the fleet.
  template <Discipline D>
  Admission admit(const Demand& demand, std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder);
  // All requests that come here up to `until`, the last of them included: the same as to advance to and admit each, and
  // to advance to `until`. Only reached() knows nothing of it. Returns how many were rejected; `line` is room to work
  // in, of any length. Where nothing speaks against it the way is shorter: worker_turns.cpp, few_in_work.cpp.
  template <Discipline D>
  std::uint64_t serve(const Share& share, std::int64_t until, const EngineLimits& limits, TallyRecorder& recorder,
                      std::vector<std::int64_t>& line);
  // Whether serve() would begin on the shorter way now.
  template <Discipline D> bool takesShorterWay(std::int64_t until, const EngineLimits& limits) const {
    return D == Discipline::Fcfs ? servesInTurns(limits) : servesFew(until, limits);
  }
  // When advance() would next change anything; kNever when nothing is in flight.
  template <Discipline D> std::int64_t nextEvent(const EngineLimits& limits) const;

  // The instance is empty from t on; `left` is handed each request that was here. Precondition: advanced to t.
  template <class Left> void vacate(std::int64_t t, const EngineLimits& limits, Left left);
  // The same; they have failed.
  void abandon(std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder) {
    vacate(t, limits, [&](const Demand& demand) { recorder.gaveUp(demand.arrival, t); });
  }

  bool empty() const { return m_running.empty(); } // nothing waits while a worker is free
  std::int64_t inFlight() const { return m_running.size() + m_waiting.size(); }
  std::int64_t inFlight(const EngineLimits& limits) const { // the same, without a look at a line that is empty
    return hasFreeWorker(limits) ? m_running.size() : inFlight();
  }
  std::int64_t lastChange() const { return m_time; }   // of the set of requests in work, or a later look at it
  std::int64_t lastSent() const { return m_linkFree; } // when the last response has left, where the link binds
  std::int64_t coresWanted() const { return m_cores; }
  bool hasFreeWorker(const EngineLimits& limits) const { return m_running.size() < limits.workers; }
  // A worker came free for whatever was first in line at `since` or had come before. Precondition: none was free then.
  bool reached(std::int64_t since) const { return m_turn >= since; }
  // Time that the requests in work have been here, summed. Precondition: advanced to t.
  Int128 ages(std::int64_t t) const {
    Int128 sum = 0;
    for (const auto& request : m_running) sum += t - request.arrival;
    return sum;
  }
  // `each(arrival)` of every request here, running or waiting.
  template <class Each> void forEachArrival(const Each& each) const {
    for (const auto& request : m_running) each(request.arrival);
    for (std::size_t i = 0; i < static_cast<std::size_t>(m_waiting.size()); ++i) each(m_waiting.at(i).arrival);
  }
  // vCPU time used up to t in kCore x ns: all of the cores when more are wanted. Precondition: advanced to t.
  Int128 cpuBusyAt(std::int64_t t, const EngineLimits& limits) const {
    return m_busy + static_cast<Int128>(std::min(m_cores, pace(limits, limits.shared).cores)) * (t - m_time);
  }

 private:
  static constexpr int kTickBits = SharedPace::kTickBits;
  static constexpr std::int64_t kNoDeparture = std::numeric_limits<std::int64_t>::max(); // not even at kNever

  // Finishes up to t, then waiting requests whose time is over, at one pace.
  template <Discipline D> void settle(std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder);
  template <Discipline D> static SharedPace sharedUnder(const EngineLimits& limits) {
    return D == Discipline::Fcfs ? SharedPace(kNever) : limits.shared;
  }
  // With credits: the limits that hold from the last change on; `shared` with a balance that is not empty.
  EngineLimits pace(const EngineLimits& limits, const SharedPace& shared) const;
  template <Discipline D> EngineLimits pace(const EngineLimits& limits) const {
    return pace(limits, sharedUnder<D>(limits));
  }
  void settleOnCredits(std::int64_t t, const EngineLimits& limits, const SharedPace& shared, TallyRecorder& recorder);
  std::int64_t paceChange(const EngineLimits& pace) const { return m_credits->emptyAt(std::min(m_cores, pace.cores)); }
  // Whoever waits gets the worker that came free.
  template <Discipline D> void passOn(std::int64_t now, const EngineLimits& limits, TallyRecorder& recorder);
  template <Discipline D> std::int64_t departureTime(const EngineLimits& limits) const;
  template <Discipline D> void dueAnew(const EngineLimits& limits) { m_due = departureTime<D>(limits); }
  template <Discipline D> void progressTo(std::int64_t t, const EngineLimits& limits);
  template <Discipline D> void start(const Demand& demand, std::int64_t t);
  template <Discipline D> bool serveOne(const Demand& demand, const EngineLimits& limits, TallyRecorder& recorder) {
    advance<D>(demand.arrival, limits, recorder);
    return admit<D>(demand, limits, recorder) != Admission::Rejected;
  }
  bool servesInTurns(const EngineLimits& limits) const;
  void bringForward(std::int64_t until, TallyRecorder& recorder);
  std::int64_t serveInTurn(const Demand& demand, WorkerTurns& turns, std::int64_t until, const EngineLimits& limits,
                           TallyRecorder& recorder);
  std::uint64_t serveInTurns(const Share& share, std::int64_t until, const EngineLimits& limits,
                             TallyRecorder& recorder, std::vector<std::int64_t>& line);
  bool servesFew(std::int64_t until, const EngineLimits& limits) const;
  std::size_t serveFew(const Share& share, std::size_t from, std::int64_t until, const EngineLimits& limits,
                       TallyRecorder& recorder, std::uint64_t& rejected);
  // Waiting requests whose time was over before t.
  void dropLate(std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder) {
    for (; !m_waiting.empty() && m_waiting.front().arrival + limits.timeout < t; m_waiting.pop())
      recorder.gaveUp(m_waiting.front().arrival, m_waiting.front().arrival + limits.timeout);
  }
  // All workers are busy. False: there is no room to wait either.
  bool waitsInLine(const Demand& demand, const EngineLimits& limits, TallyRecorder& recorder) {
    recorder.foundFull();
    if (m_waiting.size() >= limits.queueLimit) return false;
    m_waiting.push(demand);
    return true;
  }
  std::int64_t send(std::int64_t now, std::int64_t link);

  // What every request touches, then what fewer do.
  Int128 m_busy = 0;                 // up to m_time
  std::int64_t m_due = kNoDeparture; // the next departure, at the pace since m_time; with credits only in settle()
  std::int64_t m_time = 0;           // when `m_running` last changed, or later
  std::int64_t m_virtual = 0;        // at m_time
  std::int64_t m_cores = 0;          // wanted by m_running
  std::unique_ptr<CreditBalance> m_credits; // nothing: it never slows down
  RequestsInWork m_running;
  WaitingLine<Demand> m_waiting; // empty while a worker is free
  std::int64_t m_turn = 0;       // the last worker that came free when none was took what came then
  std::int64_t m_linkFree = 0;
};

// -- hot path -------------------------------------------------------------------------------------------------------

// Until the first finish; finishes fall on whole ns, so another request may already be a fraction of one past its own.
template <Discipline D> std::int64_t RequestEngine::departureTime(const EngineLimits& limits) const {
  if (m_running.empty()) return kNoDeparture;
  if constexpr (D == Discipline::Fcfs) return m_running.first().finish;
  const std::int64_t wait =
      limits.shared.wait(std::max<std::int64_t>(0, m_running.first().finish - m_virtual), m_cores);
  return wait <= kNever - m_time ? m_time + wait : kNoDeparture;
}

template <Discipline D> void RequestEngine::progressTo(std::int64_t t, const EngineLimits& limits) {
  const std::int64_t elapsed = t - m_time;
  m_busy += static_cast<Int128>(std::min(m_cores, limits.cores)) * elapsed;
  m_time = t;
  if constexpr (D == Discipline::ProcessorSharing) m_virtual += limits.shared.progress(elapsed, m_cores);
}

// V starts anew with every busy period; one that never ends is moved back to zero every 26 days.
template <Discipline D> void RequestEngine::start(const Demand& demand, std::int64_t t) {
  if constexpr (D == Discipline::Fcfs) {
    m_running.push({t + demand.duration, demand.arrival, demand.cores, demand.duration});
  } else {
    if (m_running.empty()) m_virtual = 0;
    if (m_virtual > (std::int64_t{1} << 61)) {
      m_running.moveFinishesBack(m_virtual);
      m_virtual = 0;
    }
    m_running.push({m_virtual + (demand.duration << kTickBits), demand.arrival, demand.cores, demand.duration});
  }
  m_cores += demand.cores;
}

template <Discipline D>
void RequestEngine::advance(std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder) {
  if (m_credits) [[unlikely]]
    settleOnCredits(t, limits, sharedUnder<D>(limits), recorder);
  else
    settle<D>(t, limits, recorder);
}

template <Discipline D>
void RequestEngine::settle(std::int64_t t, const EngineLimits& limits, TallyRecorder& recorder) {
  while (m_due <= t) {
    const std::int64_t now = m_due;
    const bool allBusy = !hasFreeWorker(limits);
    progressTo<D>(now, limits);
    const auto& done = m_running.first();
    m_cores -= done.cores;
    recorder.served(done.arrival, limits.link == 0 ? now : send(now, limits.link));
    m_running.pop();
    if (allBusy) passOn<D>(now, limits, recorder);
    dueAnew<D>(limits);
  }
  if (!hasFreeWorker(limits)) dropLate(t + 1, limits, recorder);
}

// A request whose time is over exactly now still gets it: finishes come before timeouts.
template <Discipline D>
void RequestEngine::passOn(std::int64_t now, const EngineLimits& limits, TallyRecorder& recorder) {
  dropLate(now, limits, recorder);
  m_turn = now;
  if (m_waiting.empty()) return;
  m_turn = m_waiting.front().arrival;
  start<D>(m_waiting.take(), now);
}

template <Discipline D>
RequestEngine::Admission RequestEngine::admit(const Demand& demand, std::int64_t t, const EngineLimits& limits,
                                              TallyRecorder& recorder) {
  if (hasFreeWorker(limits)) {
    if (m_credits) [[unlikely]] {
      const auto now = pace<D>(limits);
      m_credits->run(t, std::min(m_cores, now.cores));
      progressTo<Discipline::ProcessorSharing>(t, now);
      start<Discipline::ProcessorSharing>(demand, t);
    } else {
      progressTo<D>(t, limits);
      start<D>(demand, t);
      dueAnew<D>(limits);
    }
    return Admission::Started;
  }
  return waitsInLine(demand, limits, recorder) ? Admission::Queued : Admission::Rejected;
}

template <Discipline D> std::int64_t RequestEngine::nextEvent(const EngineLimits& limits) const {
  std::int64_t next = std::min(m_due, kNever);
  if (m_credits) [[unlikely]] {
    const auto now = pace<D>(limits);
    next = std::min({departureTime<Discipline::ProcessorSharing>(now), paceChange(now), kNever});
  }
  return hasFreeWorker(limits) || m_waiting.empty() ? next : std::min(next, m_waiting.front().arrival + limits.timeout);
}

inline EngineLimits RequestEngine::pace(const EngineLimits& limits, const SharedPace& shared) const {
  EngineLimits now = limits;
  now.shared = shared;
  if (m_credits && m_credits->slows(std::min(m_cores, limits.cores))) now.shared = now.cores = m_credits->earned();
  return now;
}

// The time a response waits for those before it; its own transfer is part of the request's work as it was measured.
inline std::int64_t RequestEngine::send(std::int64_t now, std::int64_t link) {
  const std::int64_t leaves = std::max(now, m_linkFree);
  m_linkFree = leaves + link;
  return leaves;
}

template <>
std::uint64_t RequestEngine::serve<Discipline::Fcfs>(const Share& share, std::int64_t until, const EngineLimits& limits,
                                                     TallyRecorder& recorder, std::vector<std::int64_t>& line);
template <>
std::uint64_t RequestEngine::serve<Discipline::ProcessorSharing>(const Share& share, std::int64_t until,
                                                                 const EngineLimits& limits, TallyRecorder& recorder,
                                                                 std::vector<std::int64_t>& line);

template <class Left> void RequestEngine::vacate(std::int64_t t, const EngineLimits& limits, Left left) {
  m_busy = cpuBusyAt(t, limits);
  m_time = t;
  for (const auto& request : m_running) left(Demand{request.arrival, request.duration, request.cores});
  for (; !m_waiting.empty(); m_waiting.pop()) left(m_waiting.front());
  m_running.clear();
  m_due = kNoDeparture;
  m_cores = 0;
}

} // namespace model::ec2
