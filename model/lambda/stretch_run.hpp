#pragma once
// A run cut into stretches of time, each of which is served at once: requests come in columns, finishes lie in a
// calendar of slices, sums are made a batch at a time. How the requests of a stretch find their environments is the
// engine's matter: counting_engine.hpp, numbered_engine.hpp. Latency, bill and durations of a request that starts in a
// warm environment and is not cut are those of the request alone; every other one is left out of the columns and booked
// by itself.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "model/lambda/call_columns.hpp"
#include "model/lambda/call_sums.hpp"
#include "model/lambda/counting_engine.hpp"
#include "model/lambda/environment_births.hpp"
#include "model/lambda/finish_cells.hpp"
#include "model/lambda/watched_run.hpp"

namespace model::lambda {

static_assert(kMostAtOnce <= StretchKey::kMostRequests);

template <class End> class StretchRun : public WatchedRun {
 public:
  std::uint64_t servedTogether() const final { return m_servedTogether; }

 protected:
  // A stretch is at most a quarter of `idleLifetimeNs`, where that leaves it requests enough.
  StretchRun(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication,
             CountingGrain grain, std::int64_t idleLifetimeNs);

  // ---- what an engine does ----
  // Everything in m_stretch. Afterwards m_busy is the number in flight, and m_slices holds what finishes later.
  virtual void serveStretch() = 0;
  // Ends before the next arrival, in order; m_busy is booked already.
  virtual void release(std::span<const End> ends) = 0;
  // Idle environments but for those that have lapsed before `ns`.
  virtual std::int64_t idleFrom(std::int64_t ns) const = 0;
  // A window ends at `edgeNs`; what ends at the edge itself belongs to the next one.
  virtual void settleIdle(std::int64_t edgeNs, Int128& idleNs, std::uint64_t& ended) = 0;

  // ---- one request ----
  enum class Growth { Allowed, Concurrency, Rate };
  Growth mayGrow(std::int64_t ns);
  void refuse(std::size_t request, std::uint64_t& reason);
  Birth beBorn(std::int64_t ns, CallStart& start);
  CallStart initAfterReset();
  // In a new environment, after a reset, or until the timeout.
  struct OtherCall {
    std::int64_t finishNs = 0;
    bool cut = false;
  };
  OtherCall startOtherwise(std::size_t request, CallStart start);
  void leaveOut(std::size_t request) { m_leftOut.push_back(m_first + request); }
  void notePeak() { m_sums.peakBusy = std::max(m_sums.peakBusy, m_busy); }
  // Some call of the stretch lasts longer than the timeout.
  bool someAreCut() const {
    return m_longestNs + m_afterNs > m_timeoutNs && std::ranges::max(m_stretch.call) > m_timeoutNs;
  }

  LambdaFunction m_function;
  CountingGrain m_grain;
  EnvironmentBirths m_births;
  std::int64_t m_timeoutNs, m_afterNs;
  TokenBucket m_growth, m_rate;
  std::int64_t m_busy = 0;
  FinishSlices<End> m_slices; // of the busy ones
  CallSums m_sums;

  // The requests being served, and the stretch of them that is under way; requests are numbered from its first one.
  std::span<const std::int64_t> m_call;
  StretchContent<End> m_stretch;
  std::size_t m_first = 0; // of the requests being served, the stretch's first
  bool m_askRate = false;  // each request has to ask for its token
  std::uint64_t m_servedTogether = 0;

 private:
  void serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) final;
  std::size_t endOfService(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) const final;
  void releaseBefore(std::int64_t ns) final;
  std::int64_t inFlight() const final { return m_busy; }
  std::int64_t environmentsAt(std::int64_t ns) final { return m_busy + idleFrom(ns); }
  void settle(std::int64_t edgeNs, LambdaTally& now, LambdaTally& next) final;

  void chooseSlices();
  void pass(std::size_t from, std::size_t to, std::int64_t untilNs);
  void payForRequests();
  void takeDue(std::int64_t slice, std::int64_t untilNs);
  void bookAll();
  std::size_t closeRanks();

  CallColumns m_columns;
  std::int64_t m_room, m_idleLifetimeNs;
  std::int64_t m_slice = 0;  // under way
  std::int64_t m_fromNs = 0; // what finishes before it has been released
  std::size_t m_sinceChoice = 0;
  std::int64_t m_chosenNs = 0;
  bool m_chosen = false;

  std::span<const std::int64_t> m_arrival;
  std::vector<std::int64_t> m_work, m_waiting, m_calls, m_latency;
  std::vector<std::size_t> m_leftOut; // ascending: their sums are made one by one
  std::int64_t m_longestNs = 0;
  std::vector<End> m_due, m_rest; // of a slice that is served in parts, those that end later
  std::vector<std::size_t> m_refused;

  std::vector<std::int64_t> m_initEnds; // of inits that may outlast a window
  std::size_t m_initEndsToPrune = kMostAtOnce;
};

template <class End>
StretchRun<End>::StretchRun(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                            std::uint64_t replication, CountingGrain grain, std::int64_t idleLifetimeNs)
    : WatchedRun(plan), m_function(function), m_grain(grain), m_births(function, seed, replication),
      m_timeoutNs(function.timeout.count()), m_afterNs(function.extensionAfter.count()),
      m_growth(growthBucket(function)), m_rate(rateBucket(function)), m_columns(function),
      m_room(concurrencyLimit(function)), m_idleLifetimeNs(idleLifetimeNs) {}

// ---- many requests at once ----

template <class End>
void StretchRun<End>::serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) {
  const std::size_t count = to - from;
  for (auto* column : {&m_work, &m_waiting, &m_calls})
    if (column->size() < count) column->resize(count);
  m_arrival = batch.arrival.subspan(from, count);
  const std::span work(m_work.data(), count), waiting(m_waiting.data(), count);
  m_longestNs = m_columns.durations(batch.cpu.subspan(from, count), batch.io.subspan(from, count), work, waiting);
  m_call = work;
  if (m_afterNs > 0) {
    for (std::size_t i = 0; i < count; ++i) m_calls[i] = m_work[i] + m_afterNs;
    m_call = std::span(m_calls).first(count);
  }
  chooseSlices();
  m_sums.peakBusy = tally().peakBusy;
  for (std::size_t first = 0; first < count;) {
    const std::int64_t slice = std::max(m_slices.sliceOf(m_arrival[first]), m_slice);
    if (slice > m_slice) releaseBefore(m_slices.startNs(slice));
    const std::int64_t endNs = m_slices.startNs(slice + 1);
    const auto next = std::lower_bound(m_arrival.begin() + static_cast<std::ptrdiff_t>(first), m_arrival.end(), endNs);
    const auto end = static_cast<std::size_t>(next - m_arrival.begin());
    pass(first, end, end < count ? endNs : m_arrival.back() + 1);
    first = end;
  }
  bookAll();
}

// Before a slice that would be served in two parts, unless there is nothing else.
template <class End>
std::size_t StretchRun<End>::endOfService(const workloads::RequestBatch& batch, std::size_t from,
                                          std::size_t to) const {
  const auto requests = batch.arrival.subspan(from, to - from);
  const std::int64_t slice = m_slices.sliceOf(batch.arrival[to]);
  const auto cut = std::ranges::lower_bound(requests, m_slices.startNs(slice)) - requests.begin();
  return cut > 0 ? from + static_cast<std::size_t>(cut) : to;
}

// A slice has about a thousand requests, or a 64th of those in flight, so that a few hundred slices hold them all; and
// it is so short that what becomes idle in it does not lapse in it.
template <class End> void StretchRun<End>::chooseSlices() {
  constexpr std::size_t kRequestsPerChoice = 2048;
  constexpr std::int64_t kSlicesInFlight = 64, kMostRequests = 4096, kSlicesPerLife = 4;
  m_sinceChoice += m_arrival.size();
  if (m_chosen && m_sinceChoice < kRequestsPerChoice) return;
  const std::int64_t gapNs = (m_arrival.back() - m_chosenNs) / static_cast<std::int64_t>(m_sinceChoice) + 1;
  const std::int64_t least = static_cast<std::int64_t>(m_grain.requests);
  const std::int64_t requests = std::clamp(m_busy / kSlicesInFlight, least, std::max(least, kMostRequests));
  std::int64_t lengthNs = std::min(gapNs, StretchKey::kLongestNs / 2 / requests) * requests;
  const std::int64_t mostNs = m_idleLifetimeNs / kSlicesPerLife;
  if (mostNs / gapNs >= static_cast<std::int64_t>(m_grain.leastToCount)) lengthNs = std::min(lengthNs, mostNs);
  const int shift =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(lengthNs, 1)))) - 1;
  m_sinceChoice = 0;
  m_chosenNs = m_arrival.back();
  if (m_chosen && std::abs(shift - m_slices.shift()) <= 1) return;
  m_chosen = true;
  m_slices.resize(shift, m_fromNs);
  m_slice = m_slices.sliceOf(m_fromNs);
}

// Requests [from, to) of those being served, all of one slice; afterwards everything before `untilNs` has happened.
template <class End> void StretchRun<End>::pass(std::size_t from, std::size_t to, std::int64_t untilNs) {
  m_first = from;
  m_stretch = {std::min(m_fromNs, m_arrival[from]),
               untilNs,
               m_arrival.subspan(from, to - from),
               m_call.subspan(from, to - from),
               {}};
  takeDue(m_slice, untilNs);
  m_stretch.due = m_due;
  m_refused.clear();
  m_askRate = m_function.requestRateCap && !m_rate.hasForAll(to - from, m_arrival[from]);
  serveStretch();
  payForRequests();
  m_fromNs = untilNs;
  if (untilNs == m_slices.startNs(m_slice + 1)) ++m_slice;
}

// Those that started take a token each.
template <class End> void StretchRun<End>::payForRequests() {
  if (!m_function.requestRateCap || m_askRate) return;
  std::size_t from = 0;
  for (const std::size_t refused : m_refused) {
    m_rate.takeAll(m_stretch.arrival.subspan(from, refused - from));
    from = refused + 1;
  }
  m_rate.takeAll(m_stretch.arrival.subspan(from));
}

template <class End> void StretchRun<End>::takeDue(std::int64_t slice, std::int64_t untilNs) {
  m_due.clear();
  m_slices.take(slice, m_due);
  if (untilNs >= m_slices.startNs(slice + 1)) return;
  m_rest.resize(m_due.size() + 1);
  std::size_t due = 0, rest = 0;
  for (const End end : m_due) { // without a branch: it is a coin toss
    m_due[due] = m_rest[rest] = end;
    const bool isDue = end.ns() < untilNs;
    due += isDue;
    rest += !isDue;
  }
  m_due.resize(due);
  m_slices.pushAll(rest, [this](std::size_t i) { return m_rest[i]; });
}

// Without arrivals.
template <class End> void StretchRun<End>::releaseBefore(std::int64_t ns) {
  if (ns <= m_fromNs) return;
  while (m_busy > 0) {
    const std::int64_t slice = m_slices.firstOccupied(m_slice);
    if (slice == INT64_MAX || m_slices.startNs(slice) >= ns) break;
    m_slice = slice;
    takeDue(slice, ns);
    std::ranges::stable_sort(m_due, {}, &End::ns);
    m_busy -= static_cast<std::int64_t>(m_due.size());
    release(m_due);
    tally().environmentsEnded += std::exchange(m_sums.environmentsEnded, 0);
    if (m_slices.startNs(slice + 1) >= ns) break;
    ++m_slice;
  }
  m_fromNs = ns;
  m_slice = m_slices.sliceOf(ns);
}

// ---- one request ----

template <class End> typename StretchRun<End>::Growth StretchRun<End>::mayGrow(std::int64_t ns) {
  if (m_busy >= m_room) return Growth::Concurrency;
  if (!m_function.growth) return Growth::Allowed;
  if (!m_growth.hasTokenAt(ns)) return Growth::Rate;
  m_growth.take();
  return Growth::Allowed;
}

template <class End> void StretchRun<End>::refuse(std::size_t request, std::uint64_t& reason) {
  ++reason;
  m_refused.push_back(request);
  leaveOut(request);
}

template <class End> Birth StretchRun<End>::beBorn(std::int64_t ns, CallStart& start) {
  const Birth birth = m_births.next(ns);
  // Nothing was idle: every environment is busy, this one included.
  m_sums.peakEnvironments = std::max(m_sums.peakEnvironments, m_busy + 1);
  start = m_sums.create(birth, m_births.billedNs(birth.initNs), m_function.billingStepMs);
  return birth;
}

template <class End> CallStart StretchRun<End>::initAfterReset() {
  CallStart start;
  start.innerInitNs = m_births.initInsideNs();
  m_sums.initNs += start.innerInitNs;
  m_sums.billedInitNs += start.innerInitNs;
  ++m_sums.resetInits;
  return start;
}

template <class End>
typename StretchRun<End>::OtherCall StretchRun<End>::startOtherwise(std::size_t request, CallStart start) {
  leaveOut(request);
  const std::int64_t now = m_stretch.arrival[request], workNs = m_work[m_first + request];
  std::int64_t ioNs = m_waiting[m_first + request];
  const std::int64_t responseNs = start.innerInitNs + workNs;
  std::int64_t callNs = responseNs + m_afterNs, initNs = start.innerInitNs;
  const bool cut = callNs > m_timeoutNs;
  if (cut) {
    const Invocation left = cutAt(m_timeoutNs, {initNs, workNs, ioNs, m_afterNs});
    m_sums.initNs -= initNs - left.initNs;
    m_sums.billedInitNs -= initNs - left.initNs;
    m_sums.extensionCutNs += m_afterNs - left.extensionNs;
    initNs = left.initNs;
    ioNs = left.ioNs;
    callNs = m_timeoutNs;
  }
  m_sums.billedMs += billedMilliseconds(start.billedInitNs + callNs, m_function.billingStepMs);
  m_sums.ioNs += ioNs;
  m_sums.busyNs += start.waitNs + callNs;
  if (start.waitNs + initNs > 0) m_initEnds.push_back(now + start.waitNs + initNs);
  if (responseNs <= m_timeoutNs) {
    ++m_sums.completed;
    m_latency.push_back(m_function.overhead.count() + start.waitNs + responseNs);
  } else {
    ++m_sums.timedOut;
  }
  if (m_askRate) m_rate.take();
  ++m_busy;
  notePeak();
  return {now + start.waitNs + callNs, cut};
}

// ---- looking at the run ----

// Moves the columns of the requests that were left out away from between the others; how many others.
template <class End> std::size_t StretchRun<End>::closeRanks() {
  const std::size_t count = m_arrival.size();
  if (m_leftOut.empty()) return count;
  for (auto* column : {&m_work, &m_waiting, &m_calls}) {
    std::size_t out = 0, next = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (next < m_leftOut.size() && m_leftOut[next] == i)
        ++next;
      else
        (*column)[out++] = (*column)[i];
  }
  const std::size_t left = count - m_leftOut.size();
  m_leftOut.clear();
  return left;
}

// The sums of the requests that were served; those that were not left out had a warm environment to themselves.
template <class End> void StretchRun<End>::bookAll() {
  const std::size_t count = closeRanks();
  const std::span work = std::span(m_work).first(count), waiting = std::span(m_waiting).first(count);
  const std::span call = m_afterNs > 0 ? std::span(m_calls).first(count) : work;
  m_sums.completed += count;
  m_sums.busyNs += sumOf(call);
  m_sums.ioNs += static_cast<std::int64_t>(sumOf(waiting));
  m_sums.billedMs += m_columns.billedMs(call, m_longestNs + m_afterNs);
  book(m_sums, m_afterNs);
  if (const std::int64_t overheadNs = m_function.overhead.count(); overheadNs > 0)
    for (std::int64_t& ns : work) ns += overheadNs;
  tally().outcomes.latency.record(work);
  tally().outcomes.latency.record(m_latency);
  m_latency.clear();
  m_sums = {};
  if (m_initEnds.size() <= m_initEndsToPrune) return;
  std::erase_if(m_initEnds, [this](std::int64_t ns) { return ns < m_fromNs; });
  m_initEndsToPrune = std::max(kMostAtOnce, 2 * m_initEnds.size());
}

template <class End> void StretchRun<End>::settle(std::int64_t edgeNs, LambdaTally& now, LambdaTally& next) {
  settleIdle(edgeNs, now.idleNs, now.environmentsEnded);
  Int128 busyNs = 0, initNs = 0;
  m_slices.forEach([&](const End& end) { busyNs += end.ns() - edgeNs; });
  for (const std::int64_t ns : m_initEnds) initNs += std::max<std::int64_t>(ns - edgeNs, 0);
  std::erase_if(m_initEnds, [&](std::int64_t ns) { return ns <= edgeNs; });
  now.busyNs -= busyNs;
  next.busyNs += busyNs;
  now.initNs -= initNs;
  next.initNs += initNs;
}

} // namespace model::lambda
