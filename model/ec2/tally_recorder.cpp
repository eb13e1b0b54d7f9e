#include "model/ec2/tally_recorder.hpp"

#include <algorithm>

namespace model::ec2 {

std::vector<std::int64_t> windowEdges(const ObservationPlan& plan) {
  const std::int64_t warmup = plan.warmup.count();
  const Int128 observed = plan.horizon.count() - warmup;
  std::vector<std::int64_t> edges{0};
  for (int i = 0; i <= plan.windows; ++i)
    edges.push_back(warmup + static_cast<std::int64_t>(observed * i / plan.windows));
  return edges;
}

TallyRecorder::TallyRecorder(const ObservationPlan& plan, Duration timeout, Duration overhead,
                             std::vector<BadDeployment> deployments)
    : m_timeout(timeout.count()), m_overhead(overhead.count()), m_deployments(std::move(deployments)), m_edges(windowEdges(plan)),
      m_hourNs(plan.hour.count()) {
  m_windows.resize(m_edges.size()); // one spare: what happens after the horizon
  m_open = m_windows.data();
  m_windowTo = m_edges[1];
  m_hours.instanceNs.resize(plan.hours());
  m_hours.inFlightNs.resize(plan.hours());
  openSpan();
  if (m_windowTo == 0) closeWindow(0, 0);
}

std::size_t TallyRecorder::windowAt(std::int64_t t) const {
  return static_cast<std::size_t>(std::upper_bound(m_edges.begin(), m_edges.end(), t) - m_edges.begin()) - 1;
}

// The span's part in each window, cut at the horizon.
template <class Add> void TallyRecorder::forEachPart(std::int64_t from, std::int64_t to, const Add& add) {
  for (std::size_t i = windowAt(from); i + 1 < m_edges.size() && from < to; ++i) {
    const std::int64_t end = std::min(to, m_edges[i + 1]);
    add(m_windows[i], end - from);
    from = end;
  }
}

void TallyRecorder::addSpan(Int128 Ec2Tally::*member, std::int64_t from, std::int64_t to) {
  forEachPart(from, to, [&](Ec2Tally& window, std::int64_t ns) { window.*member += ns; });
}

void TallyRecorder::addHours(std::vector<std::int64_t>& series, std::int64_t from, std::int64_t to) {
  to = std::min(to, horizon());
  while (from < to) {
    const std::int64_t hour = from / m_hourNs, end = std::min(to, (hour + 1) * m_hourNs);
    series[static_cast<std::size_t>(hour)] += end - from;
    from = end;
  }
}

void TallyRecorder::addInFlight(std::int64_t arrival, std::int64_t at) {
  m_departed += at - arrival;
  addSpan(&Ec2Tally::inFlightNs, arrival, at);
  addHours(m_hours.inFlightNs, arrival, at);
}

// What came and went inside the open span, to the window and the hour it lies in.
void TallyRecorder::bookInFlight() {
  if (m_inFlight == 0) return;
  m_open->inFlightNs += m_inFlight;
  m_hours.inFlightNs[m_hour] += static_cast<std::int64_t>(m_inFlight);
  m_departed += m_inFlight;
  m_inFlight = 0;
}

void TallyRecorder::openSpan() {
  const bool past = m_windowTo == kNever;
  const auto hourFrom = static_cast<std::int64_t>(m_hour) * m_hourNs;
  m_from = past ? kNever : std::max(m_edges[m_index], hourFrom);
  m_to = past ? kNever : std::min(m_windowTo, hourFrom + m_hourNs);
}

std::int64_t TallyRecorder::nextHour() const {
  const auto next = static_cast<std::int64_t>(m_hour + 1) * m_hourNs;
  return next < horizon() ? next : kNever;
}

void TallyRecorder::closeHour() {
  bookInFlight();
  ++m_hour;
  openSpan();
}

// What of a request answered by a bad deployment counts as an error, in 1e-9: its probability.
std::uint64_t TallyRecorder::deploymentErrors(std::int64_t arrival) const {
  double passes = 1;
  for (const auto& deployment : m_deployments)
    if (deployment.serves(arrival)) passes *= 1 - deployment.errorRate;
  return static_cast<std::uint64_t>(std::llround((1 - passes) * 1e9));
}

void TallyRecorder::recordOutcome(Ec2Tally& tally, std::int64_t arrival, std::int64_t latency) {
  if (latency > m_timeout) {
    ++tally.outcomes.timedOut;
    return;
  }
  ++tally.outcomes.completed;
  tally.outcomes.deploymentErrorsPpb += deploymentErrors(arrival);
  tally.outcomes.latency.record(latency + m_overhead);
}

void TallyRecorder::servedAcrossEdge(std::int64_t arrival, std::int64_t at) {
  addInFlight(arrival, at);
  recordOutcome(m_windows[windowAt(arrival)], arrival, at - arrival);
}

void TallyRecorder::gaveUp(std::int64_t arrival, std::int64_t at) {
  addInFlight(arrival, at);
  ++m_windows[windowAt(arrival)].outcomes.timedOut;
}

void TallyRecorder::lost(std::int64_t arrival, std::int64_t at) {
  addInFlight(arrival, at);
  ++m_windows[windowAt(arrival)].outcomes.errored;
}

void TallyRecorder::alive(std::int64_t instances) {
  m_open->peakInstances = std::max(m_open->peakInstances, instances);
}

void TallyRecorder::lived(const Life& life) {
  addSpan(&Ec2Tally::instanceNs, life.launched, life.end);
  addSpan(&Ec2Tally::inServiceNs, std::min(life.inService, life.end), life.end);
  if (life.spotKind)
    livedOnSpot(life);
  else
    addHours(m_hours.instanceNs, life.launched, life.end);
  if (!life.terminated) return;
  ++m_windows[windowAt(life.end)].terminations;
  if (life.interrupted)
    ++m_windows[windowAt(life.end)].interruptions;
  else if (!life.runsOn)
    topUp(&Ec2Tally::minimumTopUpNs, life.runsSince.value_or(life.launched), life.end, life.spotKind);
}

void TallyRecorder::livedOnSpot(const Life& life) {
  const std::size_t kind = *life.spotKind;
  forEachPart(life.launched, life.end, [&](Ec2Tally& window, std::int64_t ns) {
    window.spot[kind].instanceNs += ns;
    if (life.free) window.spot[kind].freeNs += ns;
  });
  forEachPart(std::min(life.inService, life.end), life.end,
              [&](Ec2Tally& window, std::int64_t ns) { window.spot[kind].inServiceNs += ns; });
}

// Of a run that ended, to the window and the hour of its end; the hours are of what is on demand.
void TallyRecorder::topUp(Int128 Ec2Tally::*member, std::int64_t from, std::int64_t end,
                          std::optional<std::size_t> spotKind) {
  const std::int64_t missing = std::max<std::int64_t>(0, kMinimumBilledNs - (end - from));
  Ec2Tally& last = m_windows[windowAt(end)];
  last.*member += missing;
  if (spotKind)
    last.spot[*spotKind].minimumTopUpNs += missing;
  else
    m_hours.instanceNs[static_cast<std::size_t>(end / m_hourNs)] += missing;
}

void TallyRecorder::pooled(const Stay& stay) {
  addSpan(&Ec2Tally::warmPoolNs, stay.entered, stay.left);
  addSpan(&Ec2Tally::warmPoolRunningNs, stay.entered, stay.runsUntil);
  addHours(m_hours.instanceNs, stay.entered, stay.runsUntil);
  if (stay.runEnded) topUp(&Ec2Tally::warmPoolTopUpNs, stay.runsSince, stay.runsUntil);
}

void TallyRecorder::expectSpot(std::size_t kinds) {
  for (auto& window : m_windows) window.spot.resize(kinds);
  m_spotSurplus.resize(kinds, 0);
}

void TallyRecorder::lostToInterruption(std::int64_t arrival, std::int64_t at) {
  if (at - arrival <= m_timeout) ++m_windows[windowAt(arrival)].lostToInterruptions;
}

void TallyRecorder::surplusCredits(double sinceStart, const std::vector<double>& spot) {
  m_open->surplusCredits += sinceStart - m_surplusCredits;
  m_surplusCredits = sinceStart;
  for (std::size_t kind = 0; kind < spot.size(); ++kind)
    m_open->spot[kind].surplusCredits += spot[kind] - m_spotSurplus[kind];
  if (!spot.empty()) m_spotSurplus = spot;
}

void TallyRecorder::flush() {
  m_open->outcomes.completed += m_buffered;
  m_open->outcomes.latency.record(std::span<const std::int64_t>(m_latencies.data(), m_buffered));
  m_buffered = 0;
}

void TallyRecorder::closeWindow(Int128 cpuBusy, std::int64_t instancesAlive) {
  flush();
  bookInFlight();
  m_open->outcomes.timedOut += m_timedOut;
  // Whole vCPU-ns of the total, so that the windows of a run add up to the single window of the same run.
  const Int128 busyNs = cpuBusy / kCore;
  m_open->cpuBusyNs += busyNs - m_cpuBusyNs;
  m_cpuBusyNs = busyNs;
  m_timedOut = 0;
  m_open = &m_windows[++m_index];
  m_windowTo = m_index + 1 == m_edges.size() ? kNever : m_edges[m_index + 1];
  openSpan();
  alive(instancesAlive);
}

std::vector<Ec2Tally> TallyRecorder::takeWindows() { return {m_windows.begin() + 1, m_windows.end() - 1}; }

} // namespace model::ec2
