#include "model/lambda/counting_run.hpp"

#include <algorithm>
#include <iterator>

namespace model::lambda {

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
    const bool expected = m_nextFinish < m_cellFinishes.size() && m_cellFinishes[m_nextFinish].offsetNs() <= offsetNs &&
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
  CallStart start;
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

CallStart CountingEngine::create(std::int64_t ns) {
  const Birth birth = m_births.next(ns);
  // Nothing was idle: every environment is busy, this one included.
  m_sums.peakEnvironments = std::max(m_sums.peakEnvironments, m_busy + 1);
  return m_sums.create(birth, m_births.billedNs(birth.initNs), m_function.billingStepMs);
}

// In a new environment, after a reset, or until the timeout.
void CountingEngine::startOtherwise(std::size_t request, CallStart start) {
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
  if (m_initEnds.size() <= m_initEndsToPrune) return;
  std::erase_if(m_initEnds, [this](std::int64_t ns) { return ns < m_fromNs; });
  m_initEndsToPrune = std::max(kMostAtOnce, 2 * m_initEnds.size());
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

} // namespace model::lambda
