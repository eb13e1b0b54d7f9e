#include "model/hybrid/hybrid_simulator.hpp"

#include <cassert>

namespace model {

namespace {

Ec2Fleet baseOf(const HybridFleet& fleet) {
  Ec2Fleet base = fleet.base;
  base.overflowLimit.reset();
  if (const auto* inFlight = std::get_if<InFlightOverflow>(&fleet.overflow)) {
    assert(inFlight->limit);
    base.overflowLimit = inFlight->limit;
  }
  return base;
}

std::optional<double> shareOf(const OverflowRule& rule) {
  const auto* weighted = std::get_if<WeightedOverflow>(&rule);
  return weighted ? std::optional(weighted->share) : std::nullopt;
}

} // namespace

workloads::RequestBatch RequestSelection::of(const workloads::RequestBatch& batch,
                                             std::span<const std::size_t> positions) {
  m_arrival.clear();
  m_cpu.clear();
  m_io.clear();
  for (const std::size_t i : positions) {
    m_arrival.push_back(batch.arrival[i]);
    m_cpu.push_back(batch.cpu[i]);
    m_io.push_back(batch.io[i]);
  }
  return {m_arrival, m_cpu, m_io};
}

HybridSimulator::HybridSimulator(const HybridFleet& fleet, const ObservationPlan& plan, std::uint64_t seed,
                                 std::uint64_t replication)
    : m_share(shareOf(fleet.overflow)), m_base(baseOf(fleet), plan, seed, replication),
      m_function(fleet.function, plan, seed, replication), m_weight(seed, "hybrid.weight", replication),
      m_horizonNs(plan.horizon.count()), m_hourNs(plan.hour.count()), m_hours(plan.hours(), 0) {}

// The base takes its part; positions of the other.
std::span<const std::size_t> HybridSimulator::split(const workloads::RequestBatch& atInstances) {
  if (!m_share) return m_base.feed(atInstances);
  m_keptAt.clear();
  m_handedOverAt.clear();
  for (std::size_t i = 0; i < atInstances.size(); ++i)
    (m_weight.uniform() < *m_share ? m_handedOverAt : m_keptAt).push_back(i);
  m_base.feed(m_kept.of(atInstances, m_keptAt));
  return m_handedOverAt;
}

void HybridSimulator::feed(const workloads::RequestBatch& batch, const workloads::RequestBatch& atInstances) {
  const auto handedOver = split(atInstances);
  if (handedOver.empty()) return;
  const auto toFunction = m_handedOver.of(batch, handedOver);
  countHours(toFunction.arrival);
  m_function.feed(toFunction);
}

void HybridSimulator::countHours(std::span<const std::int64_t> arrivals) {
  for (const std::int64_t arrival : arrivals)
    if (arrival < m_horizonNs) ++m_hours[static_cast<std::size_t>(arrival / m_hourNs)];
}

HybridRun HybridSimulator::finish() {
  auto base = m_base.finish();
  auto function = m_function.finish();
  assert(base.windows.size() == function.windows.size() && base.timeline.size() == function.timeline.size());
  HybridRun run;
  for (std::size_t i = 0; i < base.windows.size(); ++i)
    run.windows.push_back({std::move(base.windows[i]), std::move(function.windows[i])});
  run.timeline = std::move(base.timeline);
  for (std::size_t i = 0; i < run.timeline.size(); ++i) run.timeline[i].overflow = function.timeline[i].inFlight;
  run.hours = {std::move(base.hours), std::move(function.hours), std::move(m_hours)};
  return run;
}

} // namespace model
