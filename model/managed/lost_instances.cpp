// What becomes of a provider's instances whose machines are lost. No source says how AWS notices and replaces them; the
// rules are ours: docs/managed.md, "Lost machines".
#include <algorithm>
#include <utility>

#include "model/managed/environment_fleet.hpp"

namespace model::managed {

// What was draining would have gone anyway. Who has waited for longer than the timeout has had that answer already.
void EnvironmentFleet::die(const Instance& instance, std::int64_t t) {
  if (instance.drainsSince == kNever) {
    ++m_lostInstances;
    m_lostEnvironments += instance.environments;
  }
  const auto here = [&](const auto& environment) { return environment->instance == &instance; };
  std::erase_if(m_starting, here);
  takeFromRouter(instance);
  for (auto& environment : m_draining) {
    if (!here(environment)) continue;
    environment->engine.vacate(t, m_limits, [&](const ec2::Demand& request) {
      if (t - request.arrival > m_timeout)
        m_recorder.gaveUp(request.arrival, t);
      else
        m_recorder.lost(request.arrival, t);
    });
  }
  end(instance, t);
}

void EnvironmentFleet::lose(std::int64_t count, std::int64_t t) {
  for (; count > 0; --count) {
    const auto oldest = std::ranges::find_if(m_instances, [&](const auto& instance) {
      return instance->drainsSince == kNever && instance->inServiceAt <= t;
    });
    if (oldest == m_instances.end()) return;
    die(**oldest, t);
    m_instances.erase(oldest);
  }
}

// The first zone: they are alike.
void EnvironmentFleet::loseZone(std::int64_t t, std::int64_t until) {
  m_zoneBackAt = std::max(m_zoneBackAt, until);
  std::erase_if(m_instances, [&](const auto& instance) {
    if (instance->zone != 0) return false;
    die(*instance, t);
    return true;
  });
}

// Nothing else has been launched since they were lost, so there is room for them below the maximum.
void EnvironmentFleet::replaceLost(std::int64_t t) {
  if (!anyZoneUp(t)) return;
  for (; m_lostInstances > 0; --m_lostInstances) launch(t, t + m_boot.next());
  growTo(environments() + std::exchange(m_lostEnvironments, 0), t);
}

} // namespace model::managed
