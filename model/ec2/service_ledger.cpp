#include "model/ec2/service_ledger.hpp"

#include <algorithm>
#include <cmath>

namespace model::ec2 {

namespace {

// Serving time in the order in which reasons lay claim to it: each takes what lies between the level reached and its
// own.
class Claims {
 public:
  Claims(Int128 serving, Int128 busy) : m_serving(serving), m_claimed(busy) {}
  Int128 upTo(Int128 level) {
    const Int128 reached = std::clamp(level, m_claimed, m_serving);
    const Int128 part = reached - m_claimed;
    m_claimed = reached;
    return part;
  }
  Int128 rest() { return upTo(m_serving); }

 private:
  Int128 m_serving, m_claimed;
};

} // namespace

ServiceLedger::ServiceLedger(const Ec2Fleet& fleet, const ObservationPlan& plan)
    : m_target(scalingTarget(fleet.scaling)), m_slotNs(plan.slot.count()), m_edges(windowEdges(plan)),
      m_times(m_edges.size() - 1), m_serving(m_edges.size() - 1) {
  if (!m_target && fleet.predictive) m_target = ScalingTarget{ScalingMetric::Cpu, fleet.predictive->target, Duration{}};
  if (m_edges[1] == 0) m_window = 1; // no warm-up
}

// A window has equal slots, as near to the wished length as whole numbers allow: a short one at its end could be the
// busiest by chance. The warm-up is one slot that nobody looks at.
std::int64_t ServiceLedger::slotsOfWindow() const {
  if (m_window == 0) return 1;
  const std::int64_t length = m_edges[m_window + 1] - m_edges[m_window];
  return std::max<std::int64_t>(1, (length + m_slotNs / 2) / m_slotNs);
}

std::int64_t ServiceLedger::nextSlot() const {
  if (m_window + 1 == m_edges.size()) return kNever;
  const std::int64_t from = m_edges[m_window], to = m_edges[m_window + 1];
  return from + static_cast<std::int64_t>(static_cast<Int128>(to - from) * (m_slot + 1) / slotsOfWindow());
}

void ServiceLedger::closeSlot(const ServiceTotals& totals) {
  const std::int64_t to = nextSlot();
  const auto floorSince = [&](Int128 FloorTotals::*floor) { return totals.floors.*floor - m_totals.floors.*floor; };
  const FloorTotals floors{floorSince(&FloorTotals::zoneNs), floorSince(&FloorTotals::minNs),
                           floorSince(&FloorTotals::forecastNs)};
  const Slot slot{to - m_from, totals.servingNs - m_totals.servingNs, totals.servingBusyNs - m_totals.servingBusyNs,
                  totals.routed - m_totals.routed, floors};
  const Int128 drainingBusy = totals.drainingBusyNs - m_totals.drainingBusyNs;
  InServiceTime& time = m_times[m_window];
  time.busyNs += slot.busy + drainingBusy;
  time.drainingNs += totals.drainingNs - m_totals.drainingNs - drainingBusy;
  split(slot, time);
  m_serving[m_window].serving += slot.serving;
  m_serving[m_window].busy += slot.busy;
  if (m_window > 0 && slot.busy * m_busiest.length >= m_busiest.busy * slot.length) m_busiest = slot;
  m_totals = totals;
  m_from = to;
  if (++m_slot < slotsOfWindow()) return;
  m_slot = 0;
  ++m_window;
}

// The rounding is target tracking's own: whole instances, as many as keep the metric at its target.
std::int64_t ServiceLedger::neededInstances(const Slot& slot) const {
  const auto length = static_cast<double>(slot.length);
  const double load = m_target->metric == ScalingMetric::Cpu
                          ? static_cast<double>(slot.busy) / length
                          : static_cast<double>(slot.routed) * static_cast<double>(m_target->period.count()) / length;
  return targetTrackingDesired(1, load, m_target->value);
}

void ServiceLedger::split(const Slot& slot, InServiceTime& time) const {
  if (!m_target || slot.length == 0) return;
  Claims claims(slot.serving, slot.busy);
  time.headroomNs += claims.upTo(static_cast<Int128>(neededInstances(slot)) * slot.length);
  time.zoneFloorNs += claims.upTo(slot.floors.zoneNs);
  time.idleNightNs += claims.upTo(slot.floors.minNs);
  time.forecastNs += claims.upTo(slot.floors.forecastNs);
  time.scaleInLagNs += claims.rest();
}

// A fleet that no load changes is as large as its busiest slot was thought to need: what even that one left free is
// headroom, what the others left free below it is idle night.
void ServiceLedger::splitFixed(std::size_t window, InServiceTime& time) const {
  const std::int64_t length = m_edges[window + 1] - m_edges[window];
  const Int128 peak = m_busiest.length == 0 ? 0 : m_busiest.busy * length / m_busiest.length;
  Claims claims(m_serving[window].serving, m_serving[window].busy);
  time.idleNightNs = claims.upTo(peak);
  time.headroomNs = claims.rest();
}

void ServiceLedger::fill(std::vector<Ec2Tally>& windows) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    InServiceTime& time = m_times[i + 1];
    if (!m_target) splitFixed(i + 1, time);
    windows[i].inService = time;
  }
}

} // namespace model::ec2
