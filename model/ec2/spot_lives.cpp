// What the spot market does to the instances of a fleet. EC2 user guide, "Spot Instance interruptions": a notice two
// minutes before the end; EC2 Auto Scaling user guide, "Capacity Rebalancing". What is ours: docs/ec2.md.
#include <algorithm>

#include "model/ec2/instance_fleet.hpp"

namespace model::ec2 {

void InstanceFleet::launchOne(std::int64_t t) {
  if (!anyZoneUp()) { // the launch fails and is tried again when one is back
    ++m_unlaunched;
    return;
  }
  if (m_market && !nextIsOnDemand())
    launchSpot(t);
  else if (!launchPrepared(t))
    bootCold(create(0, false), t);
}

void InstanceFleet::launchSpot(std::int64_t t) {
  if (const auto kind = m_market->launchKind()) return bootCold(create(*kind, true), t);
  m_recorder.withoutCapacity();
  if (m_terms.fallbackOnDemand)
    bootCold(create(0, false), t);
  else
    m_retries.push_back(t + m_terms.retry.count());
}

// In service before anything else of that instant happens, if it boots in no time.
void InstanceFleet::launchAgain(std::int64_t t) {
  launchOne(t);
  m_recorder.alive(alive());
  enterService(t);
}

std::int64_t InstanceFleet::onOrder() const {
  const auto toReplace = [](const auto& instance) { return instance->spot && instance->spot->replaceWhenGone; };
  const auto over = std::ranges::count_if(m_booting, [](const auto& instance) { return instance->takesOver; });
  return booting() - over + m_unlaunched + static_cast<std::int64_t>(m_retries.size()) +
         std::count_if(m_draining.begin(), m_draining.end(), toReplace) +
         std::count_if(m_stillborn.begin(), m_stillborn.end(), toReplace);
}

Instance* InstanceFleet::lastToReplace() {
  Instance* last = nullptr;
  for (auto* instances : {&m_draining, &m_stillborn})
    for (auto& instance : *instances)
      if (instance->spot && instance->spot->replaceWhenGone && (!last || instance->number > last->number))
        last = instance.get();
  return last;
}

// A fleet that is to be smaller takes back first what it still asks the market for, the newest of it first.
std::int64_t InstanceFleet::dropOrders(std::int64_t most) {
  std::int64_t dropped = std::min(most, m_unlaunched);
  m_unlaunched -= dropped;
  for (; dropped < most && !m_retries.empty(); ++dropped) m_retries.pop_back();
  for (; dropped < most; ++dropped) {
    Instance* last = lastToReplace();
    if (!last) break;
    last->spot->replaceWhenGone = false;
  }
  return dropped;
}

void InstanceFleet::followMarket(std::int64_t t) {
  if (!m_market) return;
  for (; m_replacements > 0; --m_replacements) launchAgain(t);
  while (Instance* instance = nextNoticed(t)) giveNotice(*instance, t);
  while (!m_retries.empty() && m_retries.front() <= t) {
    m_retries.pop_front();
    launchAgain(t);
  }
}

std::int64_t InstanceFleet::nextMarketEvent() const {
  std::int64_t next = m_retries.empty() ? kNever : m_retries.front();
  if (!m_market) return next;
  for (const auto* instances : {&m_booting, &m_serving, &m_draining})
    for (const auto& instance : *instances)
      if (instance->spot) next = std::min(next, instance->spot->noticeAt);
  for (const auto& instance : m_stillborn) next = std::min(next, instance->spot->takenAt);
  return next;
}

// Of several at the same instant the one that was launched first.
Instance* InstanceFleet::nextNoticed(std::int64_t t) const {
  Instance* first = nullptr;
  for (const auto* instances : {&m_booting, &m_serving, &m_draining})
    for (const auto& instance : *instances)
      if (instance->spot && instance->spot->noticeAt <= t && (!first || instance->number < first->number))
        first = instance.get();
  return first;
}

void InstanceFleet::giveNotice(Instance& instance, std::int64_t t) {
  auto& spot = *instance.spot;
  const std::int64_t takenAt = t + m_terms.notice.count();
  spot.noticeAt = kNever;
  // It leaves anyway, perhaps sooner than its requests would like, and nobody replaces it.
  if (instance.drainsSince != kNever) {
    if (takenAt < instance.drainDeadline) spot.takenAt = instance.drainDeadline = takenAt;
    return;
  }
  spot.takenAt = takenAt;
  const auto isIt = [&](const auto& each) { return each.get() == &instance; };
  if (const auto booting = std::find_if(m_booting.begin(), m_booting.end(), isIt); booting != m_booting.end()) {
    instance.inServiceAt = kNever;
    m_stillborn.push_back(std::move(*booting));
    m_booting.erase(booting);
  } else {
    spot.held = true;
    const auto serving = std::find_if(m_serving.begin(), m_serving.end(), isIt);
    retire(static_cast<std::size_t>(serving - m_serving.begin()), t, takenAt);
  }
  if (instance.takesOver) return; // the group has the one it was to relieve
  if (m_terms.rebalance)
    launchAgain(t);
  else
    spot.replaceWhenGone = true;
}

void InstanceFleet::reapStillborn(std::int64_t t) {
  std::erase_if(m_stillborn, [&](const std::unique_ptr<Instance>& instance) {
    if (t < instance->spot->takenAt) return false;
    m_recorder.lived(lifeTakenByAws(*instance));
    m_settledAt = std::max(m_settledAt, instance->spot->takenAt);
    if (instance->spot->replaceWhenGone) ++m_replacements;
    return true;
  });
}

} // namespace model::ec2
