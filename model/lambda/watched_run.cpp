#include "model/lambda/watched_run.hpp"

#include <algorithm>
#include <iterator>

namespace model::lambda {

WatchedRun::WatchedRun(const ObservationPlan& plan)
    : m_marks(plan), m_tallies(static_cast<std::size_t>(m_marks.windows()) + 2) {
  m_timeline.reserve(static_cast<std::size_t>(m_marks.points()));
  for (auto* series : {&m_hours.billedMs, &m_hours.provisionedBilledMs, &m_hours.busyNs}) series->resize(plan.hours());
}

void WatchedRun::feed(const workloads::RequestBatch& batch) {
  const std::size_t count = batch.size();
  for (std::size_t from = 0; from < count;) {
    const std::int64_t mark = m_marks.nextNs();
    if (mark == ObservationMarks::kNever) return; // at or past the horizon
    const auto rest = batch.arrival.subspan(from, std::min(count - from, kMostAtOnce));
    const auto reached = rest.back() < mark ? rest.end() : std::lower_bound(rest.begin(), rest.end(), mark);
    std::size_t to = from + static_cast<std::size_t>(reached - rest.begin());
    if (reached == rest.end() && to < count) to = endOfService(batch, from, to);
    if (to > from) serve(batch, from, to);
    if (to < count && batch.arrival[to] >= mark) passMark();
    from = to;
  }
}

std::size_t WatchedRun::endOfService(const workloads::RequestBatch&, std::size_t, std::size_t to) const { return to; }

LambdaRun WatchedRun::finish() {
  while (m_marks.nextNs() != ObservationMarks::kNever) passMark();
  LambdaRun run;
  run.windows.assign(std::make_move_iterator(m_tallies.begin() + 1), std::make_move_iterator(m_tallies.end() - 1));
  run.timeline = std::move(m_timeline);
  run.hours = std::move(m_hours);
  return run;
}

void WatchedRun::book(const CallSums& sums, std::int64_t extensionNs) {
  sums.book(extensionNs, tally());
  m_hours.billedMs[m_hour] += sums.billedMs;
  m_hours.provisionedBilledMs[m_hour] += sums.provisionedBilledMs;
  m_hours.busyNs[m_hour] += static_cast<std::int64_t>(sums.busyNs + sums.provisionedBusyNs);
}

void WatchedRun::passMark() {
  const std::int64_t ns = m_marks.nextNs();
  releaseBefore(ns);
  for (; m_marks.nextTickNs() == ns; m_marks.passTick()) samplePoint(ns);
  for (; m_marks.nextEdgeNs() == ns; m_marks.passEdge()) passEdge(ns);
  if (m_marks.nextHourNs() != ns) return;
  m_marks.passHour();
  ++m_hour;
}

// Just before `ns`: what expires at it is still there.
void WatchedRun::samplePoint(std::int64_t ns) {
  TimelinePoint point;
  point.at = Duration(ns);
  point.capacity = static_cast<double>(environmentsAt(ns));
  point.inService = point.capacity;
  point.inFlight = static_cast<double>(inFlight());
  m_timeline.push_back(point);
}

void WatchedRun::passEdge(std::int64_t ns) {
  settle(ns, m_tallies[m_window], m_tallies[m_window + 1]);
  ++m_window;
  releaseBefore(ns + 1);
  tally().peakBusy = inFlight();
  tally().peakEnvironments = environmentsAt(ns + 1);
}

} // namespace model::lambda
