#include "model/lambda/counting_engine.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <variant>

#include "model/lambda/counting_run.hpp"

namespace model::lambda {

CountingEngine::CountingEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                               std::uint64_t replication, CountingGrain grain)
    : m_function(function), m_grain(grain), m_marks(plan), m_births(function, seed, replication), m_columns(function),
      m_room(concurrencyLimit(function)), m_idleLifetimeNs(m_births.constantIdleLifetimeNs()),
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
void CountingEngine::pass(std::size_t from, std::size_t to, std::int64_t untilNs) {
  m_first = from;
  m_stretch = {std::min(m_fromNs, m_arrival[from]),
               untilNs,
               m_arrival.subspan(from, to - from),
               m_call.subspan(from, to - from),
               {}};
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
  std::int64_t bits = 0;
  for (const CallEnd end : m_due) bits |= end.value;
  return !CallEnd::fromValue(bits).cut();
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
    if (end.ns() >= untilNs)
      m_slices.push(end);
    else
      m_due[due++] = end;
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

bool canCount(const LambdaFunction& function) {
  return !function.needsEvents() && function.reuse == Reuse::Lifo && function.provisioned == 0 &&
         !function.maxLifetime && std::holds_alternative<workloads::Constant>(function.idleLifetime);
}

std::unique_ptr<AnyEngine> countingEngine(const LambdaFunction& function, const ObservationPlan& plan,
                                          std::uint64_t seed, std::uint64_t replication, CountingGrain grain) {
  return std::make_unique<CountingEngine>(function, plan, seed, replication, grain);
}

} // namespace model::lambda
