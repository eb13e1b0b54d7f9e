// What becomes of instances whose machines are lost. EC2 Auto Scaling user guide, health checks and rebalancing
// activities; what is ours: docs/ec2.md.
#include <algorithm>
#include <utility>

#include "model/ec2/instance_fleet.hpp"

namespace model::ec2 {

bool InstanceFleet::anyZoneUp() const { return std::ranges::find(m_zoneUp, true) != m_zoneUp.end(); }

void InstanceFleet::die(Instance& instance, std::int64_t t) {
  instance.engine.vacate(t, instance.kind->limits, [&](const Demand& request) {
    if (m_queue)
      m_queue->hide(request, instance.kind->demand, t);
    else
      m_recorder.lost(request.arrival, t);
  });
  instance.missedAt = t + m_detection;
  if (std::exchange(instance.returnsToPool, false)) --m_returning;
}

void InstanceFleet::lose(std::int64_t count, std::int64_t t) {
  for (; count > 0; --count) {
    Instance* oldest = nullptr;
    for (auto& instance : m_serving)
      if (!instance->dead() && (oldest == nullptr || instance->number < oldest->number)) oldest = instance.get();
    if (oldest == nullptr) return;
    die(*oldest, t);
  }
}

// The first zone: they are alike.
void InstanceFleet::loseZone(std::int64_t t, std::int64_t until) {
  m_zoneBackAt = std::max(m_zoneBackAt, until);
  m_zoneUp.front() = m_zoneBackAt <= t;
  for (auto* instances : {&m_serving, &m_draining})
    for (auto& instance : *instances)
      if (instance->zone == 0 && !instance->dead()) die(*instance, t);
  std::erase_if(m_booting, [&](const auto& instance) {
    if (instance->zone != 0) return false;
    m_recorder.lived(lifeOf(*instance, t, true));
    m_settledAt = t;
    m_missedBoots.push_back(t + m_detection);
    return true;
  });
  reapDrained(t);
  if (!m_pool) return;
  m_pool->endZone(0, t);
  keepPool(t);
}

std::int64_t InstanceFleet::nextReplacement() const {
  std::int64_t next = m_missedBoots.empty() ? kNever : m_missedBoots.front();
  for (const auto& instance : m_serving) next = std::min(next, instance->missedAt);
  return next;
}

// An unhealthy instance is terminated; the group replaces it.
std::int64_t InstanceFleet::endLost(std::int64_t t) {
  const auto due = std::ranges::upper_bound(m_missedBoots, t);
  std::int64_t count = due - m_missedBoots.begin();
  m_missedBoots.erase(m_missedBoots.begin(), due);
  for (std::size_t i = 0; i < m_serving.size();) {
    if (m_serving[i]->missedAt > t) {
      ++i;
      continue;
    }
    retire(i, t, t);
    ++count;
  }
  if (count > 0) reapDrained(t);
  return count;
}

// ---- health checks by worker ----

std::int64_t InstanceFleet::unhealthy() const {
  return std::ranges::count_if(m_serving, [](const auto& instance) { return instance->health.fails; });
}

// Elastic Load Balancing user guide, target groups: with too few healthy targets requests go to all (fail-open). The
// turn stays with the target that has it, or goes to the next one.
void InstanceFleet::retarget() {
  const std::uint64_t turn = nextInTurn < m_targets.size() ? m_targets[nextInTurn]->entered : 0;
  const bool failsOpen = !m_serving.empty() && unhealthy() == inService();
  if (failsOpen && !m_failsOpen) m_recorder.failedOpen();
  m_failsOpen = failsOpen;
  m_targets.clear();
  for (const auto& instance : m_serving)
    if (failsOpen || !instance->health.fails) m_targets.push_back(instance.get());
  const auto before = [&](const Instance* target) { return target->entered < turn; };
  nextInTurn = static_cast<std::size_t>(std::ranges::count_if(m_targets, before));
  if (nextInTurn >= m_targets.size()) nextInTurn = 0;
}

// EC2 Auto Scaling user guide, Elastic Load Balancing health checks and grace period.
std::int64_t InstanceFleet::endFailing(std::int64_t t, std::int64_t grace) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < m_serving.size();) {
    const Instance& instance = *m_serving[i];
    if (!instance.health.fails || instance.dead() || t < instance.inServiceAt + grace) {
      ++i;
      continue;
    }
    retire(i, t, t + m_deregistrationDelay);
    ++count;
  }
  if (count > 0) reapDrained(t);
  return count;
}

// "Rebalancing activities" after a zone is back: launches first, and ends others once those serve.
void InstanceFleet::rebalance(std::int64_t t) {
  m_zoneUp.front() = m_zoneBackAt <= t;
  launch(std::exchange(m_unlaunched, 0), t);
  if (!anyZoneUp()) return;
  keepPool(t);
  auto counts = groupByZone();
  std::int64_t moves = 0;
  for (;; ++moves) {
    const auto [least, most] = std::ranges::minmax_element(counts);
    if (*most - *least < 2) break;
    ++*least;
    --*most;
  }
  for (; moves > 0; --moves) launchToTakeOver(t);
}

// One for which the spot market has no capacity is not asked for again: the group lacks nothing.
void InstanceFleet::launchToTakeOver(std::int64_t t) {
  const std::size_t asking = m_retries.size();
  launch(1, t);
  if (m_retries.size() > asking)
    m_retries.pop_back();
  else
    m_booting.back()->takesOver = true;
}

} // namespace model::ec2
