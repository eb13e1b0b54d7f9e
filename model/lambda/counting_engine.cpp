#include "model/lambda/counting_engine.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "model/lambda/call_columns.hpp"
#include "model/lambda/call_sums.hpp"
#include "model/lambda/earliest_first.hpp"
#include "model/lambda/environment_births.hpp"
#include "model/lambda/finish_slices.hpp"
#include "model/lambda/idle_stack.hpp"
#include "model/lambda/observation_marks.hpp"
#include "model/lambda/stretch_cells.hpp"

namespace model::lambda {
namespace {

constexpr std::size_t kMostAtOnce = 4096;
static_assert(kMostAtOnce <= StretchCells::kMostRequests);

// The finish, inside the stretch under way, of a call that was followed by itself.
struct OwnFinish {
  std::int64_t offsetNs = 0;
  std::size_t request = 0;
  bool cut = false;
  friend bool operator<(const OwnFinish& a, const OwnFinish& b) {
    return a.offsetNs < b.offsetNs || (a.offsetNs == b.offsetNs && a.request < b.request);
  }
};

// How a request found its environment.
struct Start {
  std::int64_t waitNs = 0;       // for init before the call
  std::int64_t innerInitNs = 0;  // init inside the call
  std::int64_t billedInitNs = 0; // of waitNs
};

class CountingEngine final : public AnyEngine {
 public:
  CountingEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                 std::uint64_t replication, CountingGrain grain);
  void feed(const workloads::RequestBatch& batch) override;
  LambdaRun finish() override;

 private:
  // ---- many requests ----
  void serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to);
  void chooseSlices();
  void pass(std::size_t from, std::size_t to, std::int64_t untilNs);
  bool mayCount() const;
  void countAll();
  void countUpTo(std::size_t from, std::size_t to);
  void keepFinishes();
  void payForRequests();
  void releaseBefore(std::int64_t ns);
  void takeDue(std::int64_t slice, std::int64_t untilNs);

  // ---- one request ----
  void follow(std::size_t cell);
  void releaseUpTo(std::int64_t offsetNs, std::size_t started);
  void serveOne(std::size_t request);
  Start create(std::int64_t ns);
  void startOtherwise(std::size_t request, Start start);
  void refuse(std::size_t request, std::uint64_t& reason);
  void leaveOut(std::size_t request);
  void notePeak() { m_sums.peakBusy = std::max(m_sums.peakBusy, m_busy); }

  // ---- looking at the run ----
  void book();
  void passMark();
  void samplePoint(std::int64_t ns);
  void settle(std::int64_t edgeNs);
  void openWindow(std::int64_t edgeNs);
  LambdaTally& tally() { return m_tallies[m_window]; }

  LambdaFunction m_function;
  CountingGrain m_grain;
  ObservationMarks m_marks;
  EnvironmentBirths m_births;
  CallColumns m_columns;
  std::int64_t m_room, m_idleLifetimeNs, m_timeoutNs, m_afterNs;
  TokenBucket m_growth, m_rate;

  IdleStack m_idle;
  std::int64_t m_busy = 0;
  FinishSlices m_slices; // of the busy ones
  std::int64_t m_slice = 0;  // under way
  std::int64_t m_fromNs = 0; // what finishes before it has been released
  std::size_t m_sinceChoice = 0;
  std::int64_t m_chosenNs = 0;
  bool m_chosen = false;

  // The requests being served: their columns, and those whose sums were made one by one.
  std::span<const std::int64_t> m_arrival, m_call;
  std::vector<std::int64_t> m_work, m_waiting, m_calls, m_latency;
  std::vector<std::size_t> m_leftOut;
  std::int64_t m_longestNs = 0;
  CallSums m_sums;

  // The stretch under way; requests are numbered from its first one.
  StretchCells m_cells;
  StretchCells::Content m_stretch;
  std::size_t m_first = 0;    // of the requests being served, the stretch's first
  std::size_t m_followed = 0; // from this request on finishes are known one by one
  std::size_t m_nextFinish = 0;
  std::span<const StretchFinish> m_cellFinishes;
  EarliestFirst<OwnFinish> m_own;
  std::vector<CallEnd> m_due, m_later;
  std::vector<std::size_t> m_refused;
  bool m_askRate = false; // each request has to ask for its token
  std::vector<std::int64_t> m_fell;

  std::vector<std::int64_t> m_initEnds; // of inits that may outlast a window
  std::vector<LambdaTally> m_tallies;   // the warm-up, the windows, and what is beyond the horizon
  std::size_t m_window = 0;
  std::vector<TimelinePoint> m_timeline;
  LambdaHours m_hours;
  std::size_t m_hour = 0;
};

CountingEngine::CountingEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                               std::uint64_t replication, CountingGrain grain)
    : m_function(function), m_grain(grain), m_marks(plan), m_births(function, seed, replication),
      m_columns(function), m_room(concurrencyLimit(function)), m_idleLifetimeNs(m_births.constantIdleLifetimeNs()),
      m_timeoutNs(function.timeout.count()), m_afterNs(function.extensionAfter.count()),
      m_growth(growthBucket(function)), m_rate(rateBucket(function)), m_idle(m_idleLifetimeNs),
      m_tallies(static_cast<std::size_t>(m_marks.windows()) + 2) {
  m_timeline.reserve(static_cast<std::size_t>(m_marks.points()));
  for (auto* series : {&m_hours.billedMs, &m_hours.provisionedBilledMs, &m_hours.busyNs}) series->resize(plan.hours());
}

void CountingEngine::feed(const workloads::RequestBatch& batch) {
  const std::size_t count = batch.size();
  for (std::size_t from = 0; from < count;) {
    const std::int64_t mark = m_marks.nextNs();
    if (mark == ObservationMarks::kNever) return; // at or past the horizon
    const auto rest = batch.arrival.subspan(from, std::min(count - from, kMostAtOnce));
    const auto reached = rest.back() < mark ? rest.end() : std::lower_bound(rest.begin(), rest.end(), mark);
    const std::size_t to = from + static_cast<std::size_t>(reached - rest.begin());
    if (to > from) serve(batch, from, to);
    if (to < count && batch.arrival[to] >= mark) passMark();
    from = to;
  }
}

// ---- many requests at once ----

void CountingEngine::serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) {
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
  for (std::size_t first = 0; first < count;) {
    const std::int64_t slice = std::max(m_slices.sliceOf(m_arrival[first]), m_slice);
    if (slice > m_slice) releaseBefore(m_slices.startNs(slice));
    const std::int64_t endNs = m_slices.startNs(slice + 1);
    const auto next = std::lower_bound(m_arrival.begin() + static_cast<std::ptrdiff_t>(first), m_arrival.end(), endNs);
    const auto end = static_cast<std::size_t>(next - m_arrival.begin());
    pass(first, end, end < count ? endNs : m_arrival.back() + 1);
    first = end;
  }
  book();
}

// A slice has some hundred requests, or a 64th of those in flight, so that a few hundred slices hold them all; and it
// is so short that what becomes idle in it does not lapse in it.
void CountingEngine::chooseSlices() {
  constexpr std::size_t kRequestsPerChoice = 2048;
  constexpr std::int64_t kSlicesInFlight = 64, kMostRequests = 4096, kSlicesPerLife = 4;
  m_sinceChoice += m_arrival.size();
  if (m_chosen && m_sinceChoice < kRequestsPerChoice) return;
  const std::int64_t gapNs = (m_arrival.back() - m_chosenNs) / static_cast<std::int64_t>(m_sinceChoice) + 1;
  const std::int64_t least = static_cast<std::int64_t>(m_grain.requests);
  const std::int64_t requests = std::clamp(m_busy / kSlicesInFlight, least, std::max(least, kMostRequests));
  std::int64_t lengthNs = std::min(gapNs, StretchCells::kLongestNs / 2 / requests) * requests;
  const std::int64_t mostNs = m_idleLifetimeNs / kSlicesPerLife;
  if (mostNs / gapNs >= static_cast<std::int64_t>(m_grain.leastToCount)) lengthNs = std::min(lengthNs, mostNs);
  const int shift = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(lengthNs, 1)))) - 1;
  m_sinceChoice = 0;
  m_chosenNs = m_arrival.back();
  if (m_chosen && std::abs(shift - m_slices.shift()) <= 1) return;
  m_chosen = true;
  m_slices.resize(shift, m_fromNs);
  m_slice = m_slices.sliceOf(m_fromNs);
}

// Requests [from, to) of those being served, all of one slice; afterwards everything before `untilNs` has happened.
void CountingEngine::pass(std::size_t from, std::size_t to, std::int64_t untilNs) {
  m_first = from;
  m_stretch = {std::min(m_fromNs, m_arrival[from]), untilNs, m_arrival.subspan(from, to - from),
               m_call.subspan(from, to - from), {}};
  takeDue(m_slice, untilNs);
  m_stretch.due = m_due;
  m_refused.clear();
  m_later.clear();
  m_askRate = m_function.requestRateCap && !m_rate.hasForAll(to - from, m_arrival[from]);
  if (mayCount()) {
    m_followed = to - from;
    m_cells.deal(m_stretch, m_busy, m_grain.perCell);
    countAll();
  } else {
    m_followed = 0;
    m_stretch.call = {};
    m_cells.deal(m_stretch, m_busy, m_grain.perCell);
    for (std::size_t cell = 0; cell < m_cells.cells(); ++cell) follow(cell);
  }
  keepFinishes();
  payForRequests();
  m_fromNs = untilNs;
  if (untilNs == m_slices.startNs(m_slice + 1)) ++m_slice;
}

// Environments are alike as long as no call is cut; what becomes idle must not lapse before the stretch ends.
bool CountingEngine::mayCount() const {
  if (m_askRate || m_stretch.arrival.size() < m_grain.leastToCount) return false;
  if (m_stretch.toNs - 1 - m_idleLifetimeNs >= m_stretch.fromNs) return false;
  if (m_longestNs + m_afterNs > m_timeoutNs && std::ranges::max(m_stretch.call) > m_timeoutNs) return false;
  return std::ranges::none_of(m_due, [](CallEnd end) { return end.cut(); });
}

// A cell may need a new environment if more could be in flight in it than there are, busy or surely idle to the
// stretch's end. Such cells are followed, the others counted; once something happens that counting did not expect, the
// rest of the stretch is followed too.
void CountingEngine::countAll() {
  const std::size_t cells = m_cells.cells();
  for (std::size_t from = 0;;) {
    const std::int64_t there = m_busy + static_cast<std::int64_t>(m_idle.certainTo(m_stretch.toNs - 1));
    std::size_t to = cells;
    if (m_cells.highestBound(cells - 1) > there)
      for (to = from; to < cells && m_cells.bound(to) <= there;) ++to;
    countUpTo(from, to);
    if (to == cells) return;
    for (from = to; from < cells; ++from) {
      follow(from);
      if (m_followed == m_stretch.arrival.size()) break;
    }
    if (++from >= cells) return;
  }
}

// Cells [from, to) without looking into them, but for those that may hold the window's peak and those in which the
// number in flight fell below what it did not reach again: there the environments that are idle at the end became idle.
void CountingEngine::countUpTo(std::size_t from, std::size_t to) {
  if (from == to) return;
  std::int64_t& peak = m_sums.peakBusy;
  if (m_cells.highestBound(to - 1) > peak) {
    for (std::size_t cell = from; cell < to; ++cell) peak = std::max(peak, m_cells.busyAt(cell + 1));
    for (std::size_t cell = from; cell < to; ++cell)
      if (m_cells.bound(cell) > peak) peak = std::max(peak, m_cells.peakIn(cell));
  }
  std::int64_t reached = m_cells.busyAt(to);
  m_fell.clear();
  for (std::size_t cell = to; cell-- > from && m_cells.highestBound(cell) > reached;)
    if (m_cells.bound(cell) > reached)
      reached = m_cells.backwards(cell, reached, [this](std::int64_t offsetNs) { m_fell.push_back(offsetNs); });
  // Every arrival ends an idle time: those of the environments that were idle before and of those that became idle
  // inside, less what began inside and goes on.
  m_sums.idleNs += m_cells.arrivalsLessFinishesNs(from, to);
  m_sums.idleNs += m_idle.takeOff(static_cast<std::size_t>(reached - m_busy), m_stretch.fromNs);
  for (auto fell = m_fell.rbegin(); fell != m_fell.rend(); ++fell) {
    m_sums.idleNs += *fell;
    m_idle.push(m_stretch.fromNs + *fell, false);
  }
  m_busy = m_cells.busyAt(to);
}

// What is still in flight after the stretch, in the order of the requests.
void CountingEngine::keepFinishes() {
  for (const std::uint32_t request : m_cells.after()) {
    if (request >= m_followed) break;
    m_slices.push({m_stretch.arrival[request] + m_stretch.call[request], false});
  }
  for (const CallEnd end : m_later) m_slices.push(end);
}

// Those that started take a token each.
void CountingEngine::payForRequests() {
  if (!m_function.requestRateCap || m_askRate) return;
  std::size_t from = 0;
  for (const std::size_t refused : m_refused) {
    m_rate.takeAll(m_stretch.arrival.subspan(from, refused - from));
    from = refused + 1;
  }
  m_rate.takeAll(m_stretch.arrival.subspan(from));
}

void CountingEngine::takeDue(std::int64_t slice, std::int64_t untilNs) {
  m_due.clear();
  m_slices.take(slice, m_due);
  if (untilNs >= m_slices.startNs(slice + 1)) return;
  std::size_t due = 0;
  for (const CallEnd end : m_due) {
    if (end.ns() >= untilNs) m_slices.push(end);
    else m_due[due++] = end;
  }
  m_due.resize(due);
}

// Without arrivals.
void CountingEngine::releaseBefore(std::int64_t ns) {
  if (ns <= m_fromNs) return;
  while (m_busy > 0) {
    const std::int64_t slice = m_slices.firstOccupied(m_slice);
    if (slice == INT64_MAX || m_slices.startNs(slice) >= ns) break;
    m_slice = slice;
    takeDue(slice, ns);
    std::ranges::stable_sort(m_due, {}, &CallEnd::ns);
    for (const CallEnd end : m_due) m_idle.push(end.ns(), end.cut());
    m_busy -= static_cast<std::int64_t>(m_due.size());
    if (m_slices.startNs(slice + 1) >= ns) break;
    ++m_slice;
  }
  m_fromNs = ns;
  m_slice = m_slices.sliceOf(ns);
}

// ---- one request ----

// A cell, event by event.
void CountingEngine::follow(std::size_t cell) {
  m_cellFinishes = m_cells.finishes(cell);
  m_nextFinish = 0;
  for (std::size_t request = m_cells.firstArrival(cell); request < m_cells.firstArrival(cell + 1); ++request) {
    releaseUpTo(m_cells.arrivalOffsetNs(request), request);
    serveOne(request);
  }
  releaseUpTo(m_cells.endOffsetNs(cell) - 1, m_stretch.arrival.size());
}

// Of the cell's finishes those count that were expected and came so; the others are among m_own. `started`: requests of
// the stretch that have come.
void CountingEngine::releaseUpTo(std::int64_t offsetNs, std::size_t started) {
  for (;;) {
    while (m_nextFinish < m_cellFinishes.size() && m_cellFinishes[m_nextFinish].order() > m_followed) ++m_nextFinish;
    const bool expected = m_nextFinish < m_cellFinishes.size() &&
                          m_cellFinishes[m_nextFinish].offsetNs() <= offsetNs &&
                          m_cellFinishes[m_nextFinish].order() <= started;
    const bool own = !m_own.empty() && m_own.top().offsetNs <= offsetNs;
    if (!expected && !own) return;
    --m_busy;
    if (expected && (!own || m_cellFinishes[m_nextFinish].offsetNs() <= m_own.top().offsetNs)) {
      const StretchFinish finish = m_cellFinishes[m_nextFinish++];
      m_idle.push(m_stretch.fromNs + finish.offsetNs(), finish.cut());
    } else {
      m_idle.push(m_stretch.fromNs + m_own.top().offsetNs, m_own.top().cut);
      m_own.pop();
    }
  }
}

void CountingEngine::serveOne(std::size_t request) {
  const std::int64_t now = m_stretch.arrival[request], callNs = m_call[m_first + request];
  if (m_askRate && !m_rate.hasTokenAt(now)) return refuse(request, m_sums.throttledRate);
  Start start;
  if (m_idle.offers(now)) {
    if (m_idle.take(now, m_sums.idleNs)) {
      start.innerInitNs = m_births.initInsideNs();
      m_sums.initNs += start.innerInitNs;
      m_sums.billedInitNs += start.innerInitNs;
      ++m_sums.resetInits;
      return startOtherwise(request, start);
    }
    if (callNs > m_timeoutNs) return startOtherwise(request, start);
    ++m_busy;
    notePeak();
    if (m_askRate) m_rate.take();
    if (request < m_followed) return; // as counted
    if (now + callNs < m_stretch.toNs)
      m_own.push({now + callNs - m_stretch.fromNs, request, false});
    else
      m_later.push_back({now + callNs, false});
    return;
  }
  m_idle.dropAll(m_sums.idleNs, m_sums.environmentsEnded);
  if (m_busy >= m_room) return refuse(request, m_sums.throttledConcurrency);
  if (m_function.growth) {
    if (!m_growth.hasTokenAt(now)) return refuse(request, m_sums.throttledGrowth);
    m_growth.take();
  }
  startOtherwise(request, create(now));
}

// What ran ahead is billed by itself and lies before the environment's time; its clock starts with the request.
Start CountingEngine::create(std::int64_t ns) {
  const Birth birth = m_births.next(ns);
  Start start{birth.waitNs(), birth.restartNs, m_births.billedNs(birth.initNs)};
  ++m_sums.cold;
  m_sums.initAhead += birth.nobodyWaits();
  m_sums.initRestarts += birth.restartNs > 0;
  m_sums.initNs += start.waitNs + start.innerInitNs;
  m_sums.billedInitNs += start.billedInitNs + start.innerInitNs;
  if (birth.ahead) {
    m_sums.billedMs += billedMilliseconds(start.billedInitNs, m_function.billingStepMs);
    start.billedInitNs = 0;
  }
  // Nothing was idle: every environment is busy, this one included.
  m_sums.peakEnvironments = std::max(m_sums.peakEnvironments, m_busy + 1);
  return start;
}

// In a new environment, after a reset, or until the timeout.
void CountingEngine::startOtherwise(std::size_t request, Start start) {
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
  const std::int64_t finishNs = now + start.waitNs + callNs;
  if (finishNs < m_stretch.toNs)
    m_own.push({finishNs - m_stretch.fromNs, request, cut});
  else
    m_later.push_back({finishNs, cut});
}

void CountingEngine::refuse(std::size_t request, std::uint64_t& reason) {
  ++reason;
  m_refused.push_back(request);
  leaveOut(request);
}

// Its sums are made by itself, and from here on the stretch is not as it was counted.
void CountingEngine::leaveOut(std::size_t request) {
  m_leftOut.push_back(m_first + request);
  m_followed = std::min(m_followed, request);
}

// ---- looking at the run ----

// The sums of the requests that were served; those that were not left out had a warm environment to themselves.
void CountingEngine::book() {
  std::size_t count = m_arrival.size();
  if (!m_leftOut.empty()) {
    for (auto* column : {&m_work, &m_waiting, &m_calls}) {
      std::size_t out = 0, next = 0;
      for (std::size_t i = 0; i < count; ++i)
        if (next < m_leftOut.size() && m_leftOut[next] == i)
          ++next;
        else
          (*column)[out++] = (*column)[i];
    }
    count -= m_leftOut.size();
    m_leftOut.clear();
  }
  const std::span work = std::span(m_work).first(count), waiting = std::span(m_waiting).first(count);
  const std::span call = m_afterNs > 0 ? std::span(m_calls).first(count) : work;
  m_sums.completed += count;
  m_sums.busyNs += sumOf(call);
  m_sums.ioNs += static_cast<std::int64_t>(sumOf(waiting));
  m_sums.billedMs += m_columns.billedMs(call, m_longestNs + m_afterNs);
  m_sums.book(m_afterNs, tally());
  m_hours.billedMs[m_hour] += m_sums.billedMs;
  m_hours.busyNs[m_hour] += static_cast<std::int64_t>(m_sums.busyNs);
  if (const std::int64_t overheadNs = m_function.overhead.count(); overheadNs > 0)
    for (std::int64_t& ns : work) ns += overheadNs;
  tally().outcomes.latency.record(work);
  tally().outcomes.latency.record(m_latency);
  m_latency.clear();
  m_sums = {};
  m_sums.peakBusy = tally().peakBusy;
  if (m_initEnds.size() > kMostAtOnce) std::erase_if(m_initEnds, [this](std::int64_t ns) { return ns < m_fromNs; });
}

void CountingEngine::passMark() {
  const std::int64_t ns = m_marks.nextNs();
  releaseBefore(ns);
  for (; m_marks.nextTickNs() == ns; m_marks.passTick()) samplePoint(ns);
  for (; m_marks.nextEdgeNs() == ns; m_marks.passEdge()) {
    settle(ns);
    openWindow(ns);
  }
  if (m_marks.nextHourNs() != ns) return;
  m_marks.passHour();
  ++m_hour;
}

// Just before `ns`: what expires at it is still there.
void CountingEngine::samplePoint(std::int64_t ns) {
  TimelinePoint point;
  point.at = Duration(ns);
  point.capacity = static_cast<double>(m_busy + m_idle.aliveBefore(ns));
  point.inService = point.capacity;
  point.inFlight = static_cast<double>(m_busy);
  m_timeline.push_back(point);
}

// A request's whole time was booked when it started, idle time is booked when it ends: at an edge move what lies beyond
// it into the next window, and book what lies before it. Ends at the edge itself belong to the next window.
void CountingEngine::settle(std::int64_t edgeNs) {
  LambdaTally& now = m_tallies[m_window];
  LambdaTally& next = m_tallies[m_window + 1];
  m_idle.settle(edgeNs, now.idleNs, now.environmentsEnded);
  Int128 busyNs = 0, initNs = 0;
  m_slices.forEach([&](CallEnd end) { busyNs += end.ns() - edgeNs; });
  for (const std::int64_t ns : m_initEnds) initNs += std::max<std::int64_t>(ns - edgeNs, 0);
  std::erase_if(m_initEnds, [&](std::int64_t ns) { return ns <= edgeNs; });
  now.busyNs -= busyNs;
  next.busyNs += busyNs;
  now.initNs -= initNs;
  next.initNs += initNs;
}

void CountingEngine::openWindow(std::int64_t edgeNs) {
  ++m_window;
  releaseBefore(edgeNs + 1);
  tally().peakBusy = m_busy;
  tally().peakEnvironments = m_busy + m_idle.aliveAfter(edgeNs);
  m_sums.peakBusy = m_busy;
}

LambdaRun CountingEngine::finish() {
  while (m_marks.nextNs() != ObservationMarks::kNever) passMark();
  LambdaRun run;
  run.windows.assign(std::make_move_iterator(m_tallies.begin() + 1), std::make_move_iterator(m_tallies.end() - 1));
  run.timeline = std::move(m_timeline);
  run.hours = std::move(m_hours);
  return run;
}

} // namespace

bool canCount(const LambdaFunction& function) {
  return !function.needsEvents() && function.reuse == Reuse::Lifo && function.provisioned == 0 &&
         !function.maxLifetime && std::holds_alternative<workloads::Constant>(function.idleLifetime);
}

std::unique_ptr<AnyEngine> countingEngine(const LambdaFunction& function, const ObservationPlan& plan,
                                          std::uint64_t seed, std::uint64_t replication, CountingGrain grain) {
  return std::make_unique<CountingEngine>(function, plan, seed, replication, grain);
}

} // namespace model::lambda
