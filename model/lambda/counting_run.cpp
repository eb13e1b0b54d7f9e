#include "model/lambda/counting_run.hpp"

namespace model::lambda {

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
      becomeIdle(m_stretch.fromNs + finish.offsetNs(), finish.cut());
    } else {
      becomeIdle(m_stretch.fromNs + m_own.top().offsetNs, m_own.top().cut);
      m_own.pop();
    }
  }
}

void CountingEngine::serveOne(std::size_t request) {
  const std::int64_t now = m_stretch.arrival[request], callNs = m_call[m_first + request];
  if (m_askRate && !m_rate.hasTokenAt(now)) {
    refuse(request, m_sums.throttledRate);
    return notAsCounted(request);
  }
  CallStart start;
  if (m_idle.offers(now)) {
    if (m_idle.take(now, m_sums.idleNs)) return startByItself(request, initAfterReset());
    if (callNs > m_timeoutNs) return startByItself(request, start);
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
  const Growth growth = mayGrow(now);
  if (growth != Growth::Allowed) {
    refuse(request, growth == Growth::Rate ? m_sums.throttledGrowth : m_sums.throttledConcurrency);
    return notAsCounted(request);
  }
  beBorn(now, start);
  startByItself(request, start);
}

void CountingEngine::startByItself(std::size_t request, CallStart start) {
  const OtherCall call = startOtherwise(request, start);
  notAsCounted(request);
  m_cutInFlight += call.cut;
  if (call.finishNs < m_stretch.toNs)
    m_own.push({call.finishNs - m_stretch.fromNs, request, call.cut});
  else
    m_later.push_back({call.finishNs, call.cut});
}

} // namespace model::lambda
