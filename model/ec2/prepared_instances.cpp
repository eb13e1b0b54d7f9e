#include "model/ec2/prepared_instances.hpp"

#include <algorithm>
#include <tuple>

namespace model::ec2 {

PreparedInstances::PreparedInstances(const WarmPool& settings, TallyRecorder& recorder, std::uint64_t seed,
                                     std::uint64_t replication)
    : m_settings(settings), m_recorder(recorder),
      m_boot(settings.boot, workloads::RandomStream(seed, "ec2.warm_pool", replication)) {}

void PreparedInstances::countZones(std::vector<std::int64_t>& counts) const {
  for (const auto& instance : m_instances) ++counts[static_cast<std::size_t>(instance.zone)];
}

void PreparedInstances::prepare(std::uint64_t number, int zone, std::int64_t t, std::int64_t readyAt) {
  m_instances.push_back({number, zone, t, readyAt, t, true});
}

std::optional<PreparedInstance> PreparedInstances::take(std::int64_t t, const std::vector<std::int64_t>& inGroup) {
  const auto zoneOf = [](const PreparedInstance& instance) { return static_cast<std::size_t>(instance.zone); };
  const auto key = [&](const PreparedInstance& i) { return std::tuple(inGroup[zoneOf(i)], i.zone, i.number); };
  auto chosen = m_instances.end();
  for (auto i = m_instances.begin(); i != m_instances.end(); ++i)
    if (i->readyAt <= t && (chosen == m_instances.end() || key(*i) < key(*chosen))) chosen = i;
  if (chosen == m_instances.end()) return std::nullopt;
  const PreparedInstance taken = *chosen;
  m_instances.erase(chosen);
  book(taken, t, Leaves::Taken);
  return taken;
}

void PreparedInstances::endNewest(std::int64_t t) {
  const auto newest = std::max_element(m_instances.begin(), m_instances.end(),
                                       [](const auto& a, const auto& b) { return a.number < b.number; });
  book(*newest, t, Leaves::Ended);
  m_instances.erase(newest);
}

void PreparedInstances::endZone(int zone, std::int64_t t) {
  std::erase_if(m_instances, [&](const PreparedInstance& instance) {
    if (instance.zone != zone) return false;
    book(instance, t, Leaves::Ended);
    return true;
  });
}

void PreparedInstances::close(std::int64_t horizon) {
  for (const auto& instance : m_instances) book(instance, horizon, Leaves::AtHorizon);
}

// A run ends when a stopped or hibernated one is ready, and else with the instance; one that is taken running runs on.
void PreparedInstances::book(const PreparedInstance& instance, std::int64_t t, Leaves how) {
  const bool stops = !keepsRunning() && instance.readyAt <= t;
  const std::int64_t runsUntil = stops ? instance.readyAt : t;
  const bool runEnds =
      instance.wasRun && (stops ? t > instance.readyAt || how != Leaves::AtHorizon : how == Leaves::Ended);
  m_recorder.pooled({instance.enteredAt, runsUntil, t, instance.runsSince, runEnds});
}

} // namespace model::ec2
