#include "model/ec2/instance_fleet.hpp"

#include <algorithm>
#include <iterator>

namespace model::ec2 {

namespace {

EngineLimits limitsOf(const Ec2Fleet& fleet) {
  return {coresOf(fleet), fleet.workers, fleet.queueLimit, std::min(fleet.requestTimeout.count(), kNever / 2)};
}

double surplusOf(const Instance& instance) {
  return instance.credits ? instance.credits->tally().charged + instance.credits->surplus() : 0;
}

} // namespace

// Initial instances are a fleet that has been running: in service and past their warm-up at time 0, billed from there.
InstanceFleet::InstanceFleet(const Ec2Fleet& fleet, Duration warmup, TallyRecorder& recorder, std::uint64_t seed,
                             std::uint64_t replication)
    : m_discipline(fleet.discipline), m_limits(limitsOf(fleet)), m_zones(std::max(1, fleet.zones)),
      m_warmup(warmup.count()), m_deregistrationDelay(fleet.deregistrationDelay.count()),
      m_lifecycleHook(fleet.lifecycleHook.count()), m_recorder(recorder),
      m_boot(fleet.boot, workloads::RandomStream(seed, "ec2.boot", replication)), m_credits(fleet.credits) {
  for (std::int64_t i = 0; i < fleet.initial; ++i) m_serving.push_back(create(m_launched++, emptiestZone()));
  if (fleet.warmPool) m_pool.emplace(*fleet.warmPool, recorder, seed, replication);
  m_recorder.launched(fleet.initial);
  m_recorder.alive(fleet.initial);
}

std::vector<std::int64_t> InstanceFleet::servingByZone() const {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(m_zones), 0);
  for (const auto& instance : m_serving) ++counts[static_cast<std::size_t>(instance->zone)];
  return counts;
}

// Auto Scaling user guide, "Availability Zone distribution": launches go to the zone with the fewest instances.
std::vector<std::int64_t> InstanceFleet::groupByZone() const {
  auto counts = servingByZone();
  for (const auto& instance : m_booting) ++counts[static_cast<std::size_t>(instance->zone)];
  return counts;
}

int InstanceFleet::emptiestZone() const {
  const auto counts = groupByZone();
  return static_cast<int>(std::min_element(counts.begin(), counts.end()) - counts.begin());
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

std::unique_ptr<Instance> InstanceFleet::create(std::uint64_t number, int zone) const {
  auto instance = std::make_unique<Instance>();
  instance->number = number;
  instance->zone = zone;
  if (m_credits) instance->credits.emplace(*m_credits);
  return instance;
}

// Auto Scaling user guide, warm pools: a depleted pool means a cold start. Lifecycle hooks: the wait lies between the
// boot and in service; an instance of the pool had it when it was prepared.
std::unique_ptr<Instance> InstanceFleet::newcomer(std::int64_t t) {
  const auto prepared = m_pool ? m_pool->take(t, groupByZone()) : std::nullopt;
  auto instance = prepared ? create(prepared->number, prepared->zone) : create(m_launched++, emptiestZone());
  instance->runsSince = prepared && m_pool->keepsRunning() ? prepared->runsSince : t;
  instance->inServiceAt = t + (prepared ? m_pool->bootNs() : coldBootNs());
  return instance;
}

void InstanceFleet::launch(std::int64_t count, std::int64_t t) {
  for (std::int64_t i = 0; i < count; ++i) {
    auto instance = newcomer(t);
    instance->launchedAt = instance->creditsAt = t;
    instance->warmAt = instance->inServiceAt + m_warmup;
    m_booting.push_back(std::move(instance));
  }
  m_recorder.launched(count);
  m_recorder.alive(alive());
}

// Waiting and running requests stay; only new ones go elsewhere. Precondition: advanced to t.
void InstanceFleet::drain(std::int64_t count, std::int64_t t) {
  for (; count > 0 && !m_booting.empty(); --count) endBooting(t);
  for (; count > 0 && !m_serving.empty(); --count) {
    const std::size_t i = oldestOfFullestZone();
    m_serving[i]->drainsSince = t;
    m_serving[i]->busyAtDrain = m_serving[i]->engine.cpuBusyAt(t, m_limits);
    m_serving[i]->drainDeadline = t + m_deregistrationDelay;
    m_serving[i]->returnsToPool = m_pool && m_pool->takesBack() && expectedInPool() < m_poolSize;
    if (m_serving[i]->returnsToPool) ++m_returning;
    m_draining.push_back(std::move(m_serving[i]));
    m_serving.erase(m_serving.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < nextInTurn) --nextInTurn;
  }
  if (nextInTurn >= m_serving.size()) nextInTurn = 0;
  reapDrained(t);
}

// It serves nobody yet.
void InstanceFleet::endBooting(std::int64_t t) {
  const Instance& last = *m_booting.back();
  m_recorder.lived({last.launchedAt, last.inServiceAt, t, true, false, last.runsSince});
  m_settledAt = t;
  m_booting.pop_back();
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
    if (!engine.empty() && t < instance->drainDeadline) return false;
    if (!engine.empty()) engine.abandon(instance->drainDeadline, m_limits, m_recorder);
    const std::int64_t end = std::max(instance->drainsSince, engine.lastChange());
    const bool runsOn = instance->returnsToPool && m_pool->keepsRunning();
    m_recorder.lived({instance->launchedAt, instance->inServiceAt, end, true, runsOn, instance->runsSince});
    m_settledAt = std::max(m_settledAt, end);
    spendCredits(*instance, end);
    m_goneSurplus += surplusOf(*instance);
    m_gone.servingNs += instance->drainsSince - instance->inServiceAt;
    m_gone.drainingNs += end - instance->drainsSince;
    m_gone.servingBusy += instance->busyAtDrain;
    m_gone.drainingBusy += engine.cpuBusyAt(end, m_limits) - instance->busyAtDrain;
    if (instance->returnsToPool) intoPool(*instance, end);
    return true;
  });
}

void InstanceFleet::enterService(std::int64_t t) {
  // Those that come into service together do so in launch order.
  const auto ready = std::stable_partition(m_booting.begin(), m_booting.end(),
                                           [&](const auto& instance) { return instance->inServiceAt > t; });
  for (auto i = ready; i != m_booting.end(); ++i) m_settledAt = std::max(m_settledAt, (*i)->inServiceAt);
  std::move(ready, m_booting.end(), std::back_inserter(m_serving));
  m_booting.erase(ready, m_booting.end());
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
  return !m_booting.empty() ||
         std::any_of(m_serving.begin(), m_serving.end(), [&](const auto& instance) { return instance->warmAt > t; });
}

std::int64_t InstanceFleet::warm(std::int64_t t) const {
  return std::count_if(m_serving.begin(), m_serving.end(), [&](const auto& instance) { return instance->warmAt <= t; });
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
  const double used =
      static_cast<double>(busy - instance.busyAtCredits) / (static_cast<double>(m_limits.cores) * passed);
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

// ---- warm pool ----

void InstanceFleet::wantPool(std::int64_t max, std::int64_t desired) {
  if (m_pool) m_poolSize = m_pool->sizeFor(max, desired);
}

int InstanceFleet::emptiestZoneWithPool() const {
  auto counts = groupByZone();
  m_pool->countZones(counts);
  for (const auto& instance : m_draining) counts[static_cast<std::size_t>(instance->zone)] += instance->returnsToPool;
  return static_cast<int>(std::min_element(counts.begin(), counts.end()) - counts.begin());
}

// Instances that drain towards the pool count as in it; when there are too many, those that are not there yet stay out.
void InstanceFleet::keepPool(std::int64_t t) {
  if (!m_pool) return;
  while (expectedInPool() < m_poolSize) {
    const int zone = emptiestZoneWithPool();
    m_pool->prepare(m_launched++, zone, t, t + coldBootNs());
  }
  while (expectedInPool() > m_poolSize && m_pool->size() > 0) m_pool->endNewest(t);
  for (auto i = m_draining.rbegin(); i != m_draining.rend() && expectedInPool() > m_poolSize; ++i) {
    if (!(*i)->returnsToPool) continue;
    (*i)->returnsToPool = false;
    --m_returning;
  }
}

void InstanceFleet::fillPool() {
  if (!m_pool) return;
  while (m_pool->size() < m_poolSize) {
    const int zone = emptiestZoneWithPool();
    m_pool->hold({m_launched++, zone, 0, 0, 0, m_pool->keepsRunning()});
  }
}

// Its requests are gone and its credits settled, so that only the machine goes on.
void InstanceFleet::intoPool(const Instance& instance, std::int64_t t) {
  --m_returning;
  m_pool->hold({instance.number, instance.zone, t, t, instance.runsSince, m_pool->keepsRunning()});
}

void InstanceFleet::close(std::int64_t horizon) {
  if (m_pool) m_pool->close(horizon);
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
