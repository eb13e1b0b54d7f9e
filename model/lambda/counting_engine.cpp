#include "model/lambda/counting_engine.hpp"

#include <algorithm>
#include <variant>

#include "model/lambda/counting_run.hpp"

namespace model::lambda {

CountingEngine::CountingEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                               std::uint64_t replication, CountingGrain grain)
    : StretchRun(function, plan, seed, replication, grain, constantIdleLifetimeNs(function)),
      m_idle(constantIdleLifetimeNs(function)) {}

// ---- many requests at once ----

void CountingEngine::serveStretch() {
  m_later.clear();
  if (mayCount()) {
    m_followed = m_stretch.arrival.size();
    m_cells.deal(m_stretch, m_busy, m_grain.perCell);
    countAll();
  } else {
    m_followed = 0;
    m_stretch.call = {};
    m_cells.deal(m_stretch, m_busy, m_grain.perCell);
    for (std::size_t cell = 0; cell < m_cells.cells(); ++cell) follow(cell);
  }
  keepFinishes();
}

// Environments are alike as long as no call is cut; what becomes idle must not lapse before the stretch ends.
bool CountingEngine::mayCount() const {
  if (m_askRate || m_stretch.arrival.size() < m_grain.leastToCount) return false;
  if (m_stretch.toNs - 1 - m_idle.lifetimeNs() >= m_stretch.fromNs || someAreCut()) return false;
  return m_cutInFlight == 0 || std::ranges::none_of(m_stretch.due, &CallEnd::cut);
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
  m_servedTogether += m_cells.firstArrival(to) - m_cells.firstArrival(from);
}

// What is still in flight after the stretch, in the order of the requests.
void CountingEngine::keepFinishes() {
  const auto after = m_cells.after();
  const auto counted = std::ranges::lower_bound(after, m_followed) - after.begin();
  const std::int64_t *const arrivals = m_stretch.arrival.data(), *const calls = m_stretch.call.data();
  m_slices.pushAll(static_cast<std::size_t>(counted),
                   [=](std::size_t i) { return CallEnd(arrivals[after[i]] + calls[after[i]], false); });
  for (const CallEnd end : m_later) m_slices.push(end);
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
