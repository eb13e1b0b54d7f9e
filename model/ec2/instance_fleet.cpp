#include "model/ec2/instance_fleet.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace model::ec2 {

namespace {

EngineLimits limitsOf(const Ec2Fleet& fleet) {
  const std::int64_t cores = coresOf(fleet);
  EngineLimits limits{cores,
                      fleet.workers,
                      fleet.routing == Routing::Queue ? 0 : fleet.queueLimit,
                      std::min(fleet.requestTimeout.count(), kNever / 2),
                      cores,
                      fleet.linkPerRequest.count()};
  if (fleet.overflowLimit) limits.overflow = std::min(*fleet.overflowLimit, fleet.workers + fleet.queueLimit);
  return limits;
}

double surplusOf(const Instance& instance) {
  return instance.credits ? instance.credits->tally().charged + instance.credits->surplus() : 0;
}

} // namespace

// Initial instances are a fleet that has been running: in service and past their warm-up at time 0, billed from there.
InstanceFleet::InstanceFleet(const Ec2Fleet& fleet, Duration warmup, TallyRecorder& recorder, std::uint64_t seed,
                             std::uint64_t replication)
    : m_discipline(fleet.discipline), m_limits(limitsOf(fleet)), m_zones(std::max(1, fleet.zones)),
      m_warmup(warmup.count()), m_deregistrationDelay(fleet.deregistrationDelay.count()), m_recorder(recorder),
      m_boot(fleet.boot, workloads::RandomStream(seed, "ec2.boot", replication)), m_credits(fleet.credits),
      m_detection(fleet.healthCheck.detection().count()), m_slowStart(fleet.slowStart.count()),
      m_zoneBackAt(static_cast<std::size_t>(m_zones), 0) {
  for (std::int64_t i = 0; i < fleet.initial; ++i) m_serving.push_back(create(*emptiestZone(0), 0));
  m_recorder.launched(fleet.initial);
  m_recorder.alive(fleet.initial);
}

std::vector<std::int64_t> InstanceFleet::servingByZone() const {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(m_zones), 0);
  for (const auto& instance : m_serving) ++counts[static_cast<std::size_t>(instance->zone)];
  return counts;
}

std::vector<std::int64_t> InstanceFleet::comingByZone() const {
  auto counts = servingByZone();
  for (const auto& instance : m_booting) ++counts[static_cast<std::size_t>(instance->zone)];
  return counts;
}

// Auto Scaling user guide, "Availability Zone distribution": launches go to the zone with the fewest instances, of those
// that are up.
std::optional<int> InstanceFleet::emptiestZone(std::int64_t t) const {
  const auto counts = comingByZone();
  std::optional<std::size_t> best;
  for (std::size_t zone = 0; zone < counts.size(); ++zone)
    if (m_zoneBackAt[zone] <= t && (!best || counts[zone] < counts[*best])) best = zone;
  return best;
}

// "Default termination policy": first the zone with the most instances; the later criteria (launch template, billing
// hour) do not tell equal instances apart, the oldest stands in for them.
std::size_t InstanceFleet::oldestOfFullestZone() const {
  const auto counts = servingByZone();
  const int zone = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  std::size_t oldest = m_serving.size();
  for (std::size_t i = 0; i < m_serving.size(); ++i) {
    if (m_serving[i]->zone != zone) continue;
    if (oldest == m_serving.size() || m_serving[i]->number < m_serving[oldest]->number) oldest = i;
  }
  return oldest;
}

std::unique_ptr<Instance> InstanceFleet::create(int zone, std::int64_t t) {
  auto instance = std::make_unique<Instance>();
  instance->number = m_launched++;
  instance->zone = zone;
  instance->launchedAt = instance->creditsAt = t;
  if (m_credits && m_credits->mode == pricing::CreditMode::Unlimited)
    instance->credits.emplace(*m_credits, m_credits->atLaunch);
  else if (m_credits)
    instance->engine.slowDownWith(CreditBalance(*m_credits, t));
  return instance;
}

// While no zone is up launches fail and are tried again.
void InstanceFleet::launch(std::int64_t count, std::int64_t t) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto zone = emptiestZone(t);
    if (!zone) {
      m_unlaunched += count;
      return;
    }
    auto instance = create(*zone, t);
    instance->inServiceAt = instance->launchedAt + m_boot.next();
    instance->slowUntil = instance->inServiceAt + m_slowStart;
    instance->warmAt = instance->inServiceAt + m_warmup;
    m_booting.push_back(std::move(instance));
  }
  m_recorder.launched(count);
  m_recorder.alive(alive());
}

// Waiting and running requests stay; only new ones go elsewhere. Precondition: advanced to t.
void InstanceFleet::drain(std::int64_t count, std::int64_t t) {
  for (; count > 0 && !m_serving.empty(); --count) {
    const std::size_t i = oldestOfFullestZone();
    m_serving[i]->drainsSince = t;
    m_serving[i]->busyAtDrain = m_serving[i]->engine.cpuBusyAt(t, m_limits);
    m_serving[i]->drainDeadline = t + m_deregistrationDelay;
    m_draining.push_back(std::move(m_serving[i]));
    leaveRotation(i);
  }
  reapDrained(t);
}

void InstanceFleet::leaveRotation(std::size_t index) {
  m_serving.erase(m_serving.begin() + static_cast<std::ptrdiff_t>(index));
  if (index < nextInTurn) --nextInTurn;
  if (nextInTurn >= m_serving.size()) nextInTurn = 0;
}

void InstanceFleet::advance(Instance& instance, std::int64_t t) {
  if (m_discipline == Discipline::Fcfs)
    instance.engine.advance<Discipline::Fcfs>(t, m_limits, m_recorder);
  else
    instance.engine.advance<Discipline::ProcessorSharing>(t, m_limits, m_recorder);
}

void InstanceFleet::advance(std::int64_t t) {
  for (auto& instance : m_serving) advance(*instance, t);
  for (auto& instance : m_draining) advance(*instance, t);
  reapDrained(t);
}

void InstanceFleet::reapDrained(std::int64_t t) {
  std::erase_if(m_draining, [&](const std::unique_ptr<Instance>& instance) {
    auto& engine = instance->engine;
    const std::int64_t deadline = instance->drainDeadline;
    if ((!engine.empty() || engine.lastSent() > t) && t < deadline) return false;
    if (!engine.empty() && m_queue)
      engine.vacate(deadline, m_limits, [&](const Demand& message) { m_queue->hide(message, deadline); });
    else if (!engine.empty())
      engine.abandon(deadline, m_limits, m_recorder);
    retire(*instance, std::min(deadline, std::max({instance->drainsSince, engine.lastChange(), engine.lastSent()})));
    return true;
  });
}

// Its life is over. Precondition: advanced to `end`.
void InstanceFleet::retire(Instance& instance, std::int64_t end) {
  const Int128 busy = instance.engine.cpuBusyAt(end, m_limits);
  if (instance.drainsSince == kNever) {
    instance.drainsSince = end;
    instance.busyAtDrain = busy;
  }
  m_recorder.lived({instance.launchedAt, instance.inServiceAt, end, true});
  spendCredits(instance, end);
  m_goneSurplus += surplusOf(instance);
  m_gone.servingNs += instance.drainsSince - instance.inServiceAt;
  m_gone.drainingNs += end - instance.drainsSince;
  m_gone.servingBusy += instance.busyAtDrain;
  m_gone.drainingBusy += busy - instance.busyAtDrain;
}

// ---- lost machines ------------------------------------------------------------------------------------------------

void InstanceFleet::die(Instance& instance, std::int64_t t) {
  instance.engine.vacate(t, m_limits, [&](const Demand& request) {
    if (m_queue)
      m_queue->hide(request, t);
    else
      m_recorder.lost(request.arrival, t);
  });
  instance.missedAt = t + m_detection;
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
  m_zoneBackAt[0] = std::max(m_zoneBackAt[0], until);
  for (auto* instances : {&m_serving, &m_draining})
    for (auto& instance : *instances)
      if (instance->zone == 0 && !instance->dead()) die(*instance, t);
  std::erase_if(m_booting, [&](const auto& instance) {
    if (instance->zone != 0) return false;
    m_recorder.lived({instance->launchedAt, t, t, true});
    m_missedBoots.push_back(t + m_detection);
    return true;
  });
  reapDrained(t);
}

std::int64_t InstanceFleet::nextReplacement() const {
  std::int64_t next = m_missedBoots.empty() ? kNever : m_missedBoots.front();
  for (const auto& instance : m_serving) next = std::min(next, instance->missedAt);
  return next;
}

// EC2 Auto Scaling user guide, health checks: an unhealthy instance is terminated and replaced, at any size of the fleet.
void InstanceFleet::replaceLost(std::int64_t t) {
  const auto due = std::ranges::upper_bound(m_missedBoots, t);
  std::int64_t count = due - m_missedBoots.begin();
  m_missedBoots.erase(m_missedBoots.begin(), due);
  for (std::size_t i = 0; i < m_serving.size();) {
    if (m_serving[i]->missedAt > t) {
      ++i;
      continue;
    }
    retire(*m_serving[i], t);
    leaveRotation(i);
    ++count;
  }
  launch(count, t);
}

// "Rebalancing activities" after a zone is back: launches first, and ends others once those serve.
void InstanceFleet::rebalance(std::int64_t t) {
  launch(std::exchange(m_unlaunched, 0), t);
  auto counts = comingByZone();
  std::int64_t moves = 0;
  for (;; ++moves) {
    const auto [least, most] = std::ranges::minmax_element(counts);
    if (*most - *least < 2) break;
    ++*least;
    --*most;
  }
  for (; moves > 0; --moves) {
    launch(1, t);
    m_booting.back()->takesOver = true;
  }
}

void InstanceFleet::enterService(std::int64_t t) {
  // Those that come into service together do so in launch order.
  const auto ready = std::stable_partition(m_booting.begin(), m_booting.end(),
                                           [&](const auto& instance) { return instance->inServiceAt > t; });
  const auto over = std::count_if(ready, m_booting.end(), [](const auto& instance) { return instance->takesOver; });
  std::move(ready, m_booting.end(), std::back_inserter(m_serving));
  m_booting.erase(ready, m_booting.end());
  if (over > 0) drain(over, t);
}

std::int64_t InstanceFleet::nextBoot() const {
  std::int64_t next = kNever;
  for (const auto& instance : m_booting) next = std::min(next, instance->inServiceAt);
  return next;
}

std::int64_t InstanceFleet::nextDrainDeadline() const {
  std::int64_t next = kNever;
  for (const auto& instance : m_draining) next = std::min(next, instance->drainDeadline);
  return next;
}

bool InstanceFleet::warming(std::int64_t t) const {
  return booting() > 0 ||
         std::any_of(m_serving.begin(), m_serving.end(), [&](const auto& instance) { return instance->warmAt > t; });
}

std::int64_t InstanceFleet::requestsInFlight() const {
  std::int64_t total = 0;
  for (const auto& instance : m_serving) total += instance->engine.inFlight();
  for (const auto& instance : m_draining) total += instance->engine.inFlight();
  return total;
}

ServiceTotals InstanceFleet::serviceTotals(std::int64_t t) const {
  ServiceTotals totals = m_gone;
  for (const auto& instance : m_serving) {
    totals.servingNs += t - instance->inServiceAt;
    totals.servingBusy += instance->engine.cpuBusyAt(t, m_limits);
  }
  for (const auto& instance : m_draining) {
    totals.servingNs += instance->drainsSince - instance->inServiceAt;
    totals.drainingNs += t - instance->drainsSince;
    totals.servingBusy += instance->busyAtDrain;
    totals.drainingBusy += instance->engine.cpuBusyAt(t, m_limits) - instance->busyAtDrain;
  }
  return totals;
}

void InstanceFleet::spendCredits(Instance& instance, std::int64_t t) const {
  if (!instance.credits || t <= instance.creditsAt) return;
  constexpr double kNsPerHour = 3.6e12;
  const Int128 busy = instance.engine.cpuBusyAt(t, m_limits);
  const auto passed = static_cast<double>(t - instance.creditsAt);
  const double used = static_cast<double>(busy - instance.busyAtCredits) / (static_cast<double>(m_limits.cores) * passed);
  instance.credits->run(passed / kNsPerHour, std::min(used, 1.0));
  instance.creditsAt = t;
  instance.busyAtCredits = busy;
}

void InstanceFleet::spendCredits(std::int64_t t) {
  if (!m_credits) return;
  for (auto* instances : {&m_booting, &m_serving, &m_draining})
    for (auto& instance : *instances) spendCredits(*instance, t);
}

double InstanceFleet::surplusCredits() const {
  double sum = m_goneSurplus;
  for (const auto* instances : {&m_booting, &m_serving, &m_draining})
    for (const auto& instance : *instances) sum += surplusOf(*instance);
  return sum;
}

Int128 InstanceFleet::cpuBusyAt(std::int64_t t) const {
  const ServiceTotals totals = serviceTotals(t);
  return totals.servingBusy + totals.drainingBusy;
}

void InstanceFleet::close(std::int64_t horizon) {
  for (const auto* instances : {&m_booting, &m_serving, &m_draining})
    for (const auto& instance : *instances)
      m_recorder.lived({instance->launchedAt, instance->inServiceAt, horizon, false});
  // A drain under way at the horizon still ends at its deadline.
  for (auto& instance : m_draining) {
    advance(*instance, instance->drainDeadline);
    instance->engine.abandon(instance->drainDeadline, m_limits, m_recorder);
  }
  for (auto& instance : m_serving) {
    advance(*instance, kNever);
    instance->engine.abandon(kNever, m_limits, m_recorder);
  }
}

} // namespace model::ec2
