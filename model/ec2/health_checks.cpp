#include "model/ec2/health_checks.hpp"

namespace model::ec2 {

HealthChecks::HealthChecks(const HealthCheck& check, TallyRecorder& recorder) : m_check(check), m_recorder(recorder) {
  if (check.byWorker) m_sent = check.interval.count();
}

std::int64_t HealthChecks::follow(std::int64_t t, InstanceFleet& fleet) {
  if (next() > t) return 0;
  if (m_due == t) judge(fleet, t);
  if (m_sent == t) send(fleet, t);
  const std::int64_t ended = m_check.replaces ? fleet.endFailing(t, m_check.grace.count()) : 0;
  fleet.retarget();
  return ended;
}

void HealthChecks::judge(InstanceFleet& fleet, std::int64_t t) {
  for (auto& instance : fleet.serving()) {
    if (!instance->health.asked || instance->dead()) continue;
    instance->health.asked = false;
    settle(*instance, instance->engine.reached(t - m_check.timeout.count()));
  }
  m_due = kNever;
}

void HealthChecks::send(InstanceFleet& fleet, std::int64_t t) {
  for (auto& instance : fleet.serving()) {
    if (instance->dead()) continue;
    instance->health.asked = !instance->engine.hasFreeWorker(instance->kind->limits);
    if (!instance->health.asked) settle(*instance, true);
  }
  m_due = t + m_check.timeout.count();
  m_sent += m_check.interval.count();
}

void HealthChecks::settle(Instance& instance, bool answered) const {
  auto& health = instance.health;
  const bool speaksAgainst = health.fails == answered;
  health.inARow = speaksAgainst ? health.inARow + 1 : 0;
  if (health.inARow < (health.fails ? m_check.healthy : m_check.unhealthy)) return;
  health.fails = !health.fails;
  health.inARow = 0;
  if (health.fails) m_recorder.wentUnhealthy();
}

} // namespace model::ec2
