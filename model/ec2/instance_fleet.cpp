#include "model/ec2/instance_fleet.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace model::ec2 {

namespace {

KindRules rulesOf(const Ec2Fleet& fleet, const InstanceKind& kind, std::size_t index) {
  const std::int64_t cores = coresOf(kind), places = fleet.routing == Routing::Queue ? 0 : fleet.queueLimit;
  EngineLimits limits{cores,  kind.workers,
                      places, std::min(fleet.requestTimeout.count(), kNever / 2),
                      cores,  kind.linkPerRequest.count()};
  if (fleet.overflowLimit) limits.overflow = std::min(*fleet.overflowLimit, kind.workers + places);
  const DemandRule demand(kind.vcpus, kind.speed, fleet.threads);
  limits.coresForAll = kind.workers <= cores / std::max<std::int64_t>(1, demand.mostCores());
  return {index, limits, demand, kind.credits};
}

std::vector<KindRules> kindRules(const Ec2Fleet& fleet) {
  std::vector<KindRules> rules;
  for (const auto& kind : kindsOf(fleet)) rules.push_back(rulesOf(fleet, kind, rules.size()));
  return rules;
}

double surplusOf(const Instance& instance) {
  return instance.credits ? instance.credits->tally().charged + instance.credits->surplus() : 0;
}

// EC2 user guide, "Billing for interrupted Spot Instances": free when AWS interrupts in the first hour.
bool isFree(const Instance& instance, std::int64_t takenAt) {
  constexpr std::int64_t kFirstHour = 3'600'000'000'000;
  return !instance.spot->pastFirstHour && takenAt - instance.launchedAt < kFirstHour;
}

bool isUnlimited(const std::optional<pricing::CreditPlan>& plan) {
  return plan && plan->mode == pricing::CreditMode::Unlimited;
}

} // namespace

TallyRecorder::Life lifeOf(const Instance& instance, std::int64_t end, bool terminated) {
  TallyRecorder::Life life{instance.launchedAt, instance.inServiceAt, end, terminated};
  life.runsSince = instance.runsSince;
  if (instance.spot) life.spotKind = instance.kind->index;
  return life;
}

TallyRecorder::Life lifeTakenByAws(const Instance& instance) {
  auto life = lifeOf(instance, instance.spot->takenAt, true);
  life.interrupted = true;
  life.free = isFree(instance, life.end);
  return life;
}

InstanceFleet::InstanceFleet(const Ec2Fleet& fleet, Duration warmup, TallyRecorder& recorder, std::uint64_t seed,
                             std::uint64_t replication)
    : m_discipline(fleet.discipline), m_kinds(kindRules(fleet)), m_mix(fleet.mix), m_terms(fleet.spot),
      m_zones(std::max(1, fleet.zones)), m_warmup(warmup.count()),
      m_deregistrationDelay(fleet.deregistrationDelay.count()), m_lifecycleHook(fleet.lifecycleHook.count()),
      m_recorder(recorder), m_boot(fleet.boot, workloads::RandomStream(seed, "ec2.boot", replication)),
      m_detection(fleet.healthCheck.detection().count()), m_slowStart(fleet.slowStart.count()),
      m_zoneUp(static_cast<std::size_t>(m_zones), true) {
  m_gone.busy.resize(m_kinds.size());
  m_credits = std::any_of(m_kinds.begin(), m_kinds.end(), [](const auto& kind) { return isUnlimited(kind.credits); });
  if (m_mix.usesSpot()) {
    m_market.emplace(fleet, seed, replication);
    m_recorder.expectSpot(m_kinds.size());
    m_goneSpotSurplus.resize(m_kinds.size(), 0);
  }
  for (std::int64_t i = 0; i < fleet.initial; ++i) createInitial();
  retarget();
  if (fleet.warmPool) m_pool.emplace(*fleet.warmPool, recorder, seed, replication);
  m_recorder.launched(fleet.initial);
  m_recorder.alive(fleet.initial);
}

// A fleet that has been running: in service and past its warm-up at time 0, billed from there.
void InstanceFleet::createInitial() {
  const bool spot = m_market && !nextIsOnDemand();
  m_serving.push_back(create(spot ? m_market->initialKind() : 0, spot));
  m_serving.back()->entered = m_entered++;
  saveCreditsFrom(*m_serving.back(), 0);
  if (spot) m_serving.back()->spot->pastFirstHour = true;
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

int InstanceFleet::emptiestZone() const { return firstOfFewest(groupByZone()); }

int InstanceFleet::firstOfFewest(const std::vector<std::int64_t>& counts) const {
  std::size_t best = counts.size();
  for (std::size_t zone = 0; zone < counts.size(); ++zone)
    if (m_zoneUp[zone] && (best == counts.size() || counts[zone] < counts[best])) best = zone;
  return static_cast<int>(best);
}

// EC2 Auto Scaling user guide, mixed instances groups: the base first, then the percentage.
bool InstanceFleet::nextIsOnDemand() const {
  const auto count = [](const Instances& instances) {
    return std::count_if(instances.begin(), instances.end(), [](const auto& each) { return !each->spot; });
  };
  const std::int64_t all = booting() + inService() + static_cast<std::int64_t>(m_retries.size());
  return count(m_booting) + count(m_serving) < onDemandOf(m_mix, all + 1);
}

// "Termination policies": the purchase option of which there would be too many leaves first, if any of `among` is of
// it.
bool InstanceFleet::shedsSpot(const Instances& among) const {
  const auto isSpot = [](const auto& instance) { return instance->spot.has_value(); };
  const auto spot = std::count_if(m_serving.begin(), m_serving.end(), isSpot) +
                    std::count_if(m_booting.begin(), m_booting.end(), isSpot);
  const std::int64_t all = booting() + inService(), onDemand = all - spot;
  const bool wanted = onDemand <= onDemandOf(m_mix, all - 1);
  const bool anySpot = std::any_of(among.begin(), among.end(), isSpot);
  return anySpot && (wanted || std::all_of(among.begin(), among.end(), isSpot));
}

// "Default termination policy": first the zone with the most instances; the later criteria (launch template, billing
// hour) do not tell equal instances apart, the oldest stands in for them.
std::size_t InstanceFleet::nextToLeave() const {
  const auto counts = servingByZone();
  const bool spot = shedsSpot(m_serving);
  const auto rank = [&](std::size_t i) {
    const Instance& each = *m_serving[i];
    return std::tuple(-counts[static_cast<std::size_t>(each.zone)], each.zone, each.number);
  };
  std::size_t first = m_serving.size();
  for (std::size_t i = 0; i < m_serving.size(); ++i) {
    if (m_serving[i]->spot.has_value() != spot) continue;
    if (first == m_serving.size() || rank(i) < rank(first)) first = i;
  }
  return first;
}

std::unique_ptr<Instance> InstanceFleet::create(std::size_t kind, bool spot, std::uint64_t number, int zone) {
  auto instance = std::make_unique<Instance>();
  instance->kind = &m_kinds[kind];
  instance->number = number;
  instance->zone = zone;
  if (const auto& plan = instance->kind->credits; isUnlimited(plan)) instance->credits.emplace(*plan, plan->atLaunch);
  if (spot) instance->spot.emplace().noticeAt = m_market->untilNotice(kind);
  return instance;
}

// In standard mode the engine keeps the balance, which begins with what a launch gives.
void InstanceFleet::saveCreditsFrom(Instance& instance, std::int64_t t) const {
  const auto& plan = instance.kind->credits;
  if (plan && !isUnlimited(plan)) instance.engine.slowDownWith(CreditBalance(*plan, t));
}

// Auto Scaling user guide, warm pools: a depleted pool means a cold start.
bool InstanceFleet::launchPrepared(std::int64_t t) {
  const auto prepared = m_pool ? m_pool->take(t, groupByZone()) : std::nullopt;
  if (!prepared) return false;
  auto instance = create(0, false, prepared->number, prepared->zone);
  instance->runsSince = m_pool->keepsRunning() ? prepared->runsSince : t;
  boot(std::move(instance), t, m_pool->bootNs());
  return true;
}

// Lifecycle hooks: the wait lies between the boot and in service; an instance of the pool had it when it was prepared.
void InstanceFleet::bootCold(std::unique_ptr<Instance> instance, std::int64_t t) {
  instance->runsSince = t;
  boot(std::move(instance), t, coldBootNs());
}

void InstanceFleet::launch(std::int64_t count, std::int64_t t) {
  for (std::int64_t i = 0; i < count; ++i) launchOne(t);
  m_recorder.alive(alive());
}

void InstanceFleet::boot(std::unique_ptr<Instance> instance, std::int64_t t, std::int64_t bootNs) {
  instance->launchedAt = instance->creditsAt = t;
  instance->inServiceAt = t + bootNs;
  instance->warmAt = instance->inServiceAt + m_warmup;
  instance->slowUntil = instance->inServiceAt + m_slowStart;
  saveCreditsFrom(*instance, t);
  if (instance->spot) instance->spot->noticeAt = std::min(kNever, t + instance->spot->noticeAt);
  m_booting.push_back(std::move(instance));
  m_recorder.launched(1);
}

// Waiting and running requests stay; only new ones go elsewhere. Precondition: advanced to t.
void InstanceFleet::drain(std::int64_t count, std::int64_t t) {
  count -= dropOrders(count);
  while (count > 0 && endBooting(t)) --count;
  for (; count > 0 && !m_serving.empty(); --count) drainServing(t);
  reapDrained(t);
}

void InstanceFleet::drainServing(std::int64_t t) {
  const std::size_t leaves = nextToLeave();
  m_serving[leaves]->returnsToPool = m_pool && m_pool->takesBack() && expectedInPool() < m_poolSize;
  if (m_serving[leaves]->returnsToPool) ++m_returning;
  retire(leaves, t, t + m_deregistrationDelay);
}

// It serves nobody yet.
bool InstanceFleet::endBooting(std::int64_t t) {
  const bool spot = shedsSpot(m_booting);
  const auto last = std::find_if(m_booting.rbegin(), m_booting.rend(), [&](const auto& instance) {
    return instance->spot.has_value() == spot && !instance->takesOver;
  });
  if (last == m_booting.rend()) return false;
  m_recorder.lived(lifeOf(**last, t, true));
  m_settledAt = t;
  m_booting.erase(std::next(last).base());
  return true;
}

void InstanceFleet::retire(std::size_t index, std::int64_t t, std::int64_t deadline) {
  Instance& instance = *m_serving[index];
  instance.drainsSince = t;
  instance.busyAtDrain = instance.cpuBusyAt(t);
  instance.drainDeadline = deadline;
  m_draining.push_back(std::move(m_serving[index]));
  m_serving.erase(m_serving.begin() + static_cast<std::ptrdiff_t>(index));
  retarget();
}

void InstanceFleet::advance(Instance& instance, std::int64_t t) {
  if (m_discipline == Discipline::Fcfs)
    instance.engine.advance<Discipline::Fcfs>(t, instance.kind->limits, m_recorder);
  else
    instance.engine.advance<Discipline::ProcessorSharing>(t, instance.kind->limits, m_recorder);
}

void InstanceFleet::advance(std::int64_t t) {
  for (auto& instance : m_serving) advance(*instance, t);
  for (auto& instance : m_draining) advance(*instance, t);
  reapDrained(t);
  reapStillborn(t);
}

void InstanceFleet::reapDrained(std::int64_t t) {
  std::erase_if(m_draining, [&](const std::unique_ptr<Instance>& instance) { return ended(*instance, t); });
}

bool InstanceFleet::ended(Instance& instance, std::int64_t t) {
  const auto& engine = instance.engine;
  const bool held = instance.spot && instance.spot->held;
  if (engine.empty() && engine.lastSent() <= t && !held) {
    bury(instance, std::max({instance.drainsSince, engine.lastChange(), engine.lastSent()}), false);
    return true;
  }
  if (t < instance.drainDeadline) return false;
  abandonAtDeadline(instance);
  bury(instance, instance.drainDeadline, instance.takenAtDeadline());
  return true;
}

void InstanceFleet::abandonAtDeadline(Instance& instance) {
  const std::int64_t at = instance.drainDeadline;
  if (m_queue)
    return instance.engine.vacate(at, instance.kind->limits,
                                  [&](const Demand& demand) { m_queue->hide(demand, instance.kind->demand, at); });
  if (instance.takenAtDeadline())
    instance.engine.forEachArrival([&](std::int64_t arrival) { m_recorder.lostToInterruption(arrival, at); });
  instance.engine.abandon(at, instance.kind->limits, m_recorder);
}

void InstanceFleet::bury(Instance& instance, std::int64_t end, bool taken) {
  auto life = taken ? lifeTakenByAws(instance) : lifeOf(instance, end, true);
  life.runsOn = instance.returnsToPool && m_pool->keepsRunning();
  m_recorder.lived(life);
  m_settledAt = std::max(m_settledAt, end);
  if (instance.spot && instance.spot->replaceWhenGone) ++m_replacements;
  spendCredits(instance, end);
  m_goneSurplus += surplusOf(instance);
  if (instance.spot) m_goneSpotSurplus[instance.kind->index] += surplusOf(instance);
  m_gone.servingNs += instance.drainsSince - instance.inServiceAt;
  m_gone.drainingNs += end - instance.drainsSince;
  KindBusy& busy = m_gone.busy[instance.kind->index];
  busy.serving += instance.busyAtDrain;
  busy.draining += instance.cpuBusyAt(end) - instance.busyAtDrain;
  if (instance.returnsToPool) intoPool(instance, end);
}

void InstanceFleet::enterService(std::int64_t t) {
  // Those that come into service together do so in launch order.
  const auto ready = std::stable_partition(m_booting.begin(), m_booting.end(),
                                           [&](const auto& instance) { return instance->inServiceAt > t; });
  if (ready == m_booting.end()) return;
  for (auto i = ready; i != m_booting.end(); ++i) {
    m_settledAt = std::max(m_settledAt, (*i)->inServiceAt);
    (*i)->entered = m_entered++;
  }
  std::int64_t over = 0;
  for (auto i = ready; i != m_booting.end(); ++i) over += std::exchange((*i)->takesOver, false) ? 1 : 0;
  std::move(ready, m_booting.end(), std::back_inserter(m_serving));
  m_booting.erase(ready, m_booting.end());
  retarget();
  if (over == 0) return;
  for (; over > 0; --over) drainServing(t);
  reapDrained(t);
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
  return !m_booting.empty() || m_unlaunched > 0 ||
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

InstanceFleet::Totals InstanceFleet::totals(std::int64_t t) const {
  Totals sum = m_gone;
  for (const auto& instance : m_serving) {
    sum.servingNs += t - instance->inServiceAt;
    sum.busy[instance->kind->index].serving += instance->cpuBusyAt(t);
  }
  for (const auto& instance : m_draining) {
    sum.servingNs += instance->drainsSince - instance->inServiceAt;
    sum.drainingNs += t - instance->drainsSince;
    KindBusy& busy = sum.busy[instance->kind->index];
    busy.serving += instance->busyAtDrain;
    busy.draining += instance->cpuBusyAt(t) - instance->busyAtDrain;
  }
  return sum;
}

ServiceTotals InstanceFleet::serviceTotals(std::int64_t t) const {
  const Totals sum = totals(t);
  ServiceTotals service;
  service.servingNs = sum.servingNs;
  service.drainingNs = sum.drainingNs;
  // Whole instance-ns of a total, so that slots add up to it.
  for (const KindRules& kind : m_kinds) {
    service.servingBusyNs += sum.busy[kind.index].serving / kind.limits.cores;
    service.drainingBusyNs += sum.busy[kind.index].draining / kind.limits.cores;
  }
  return service;
}

void InstanceFleet::spendCredits(Instance& instance, std::int64_t t) const {
  if (!instance.credits || t <= instance.creditsAt) return;
  constexpr double kNsPerHour = 3.6e12;
  const Int128 busy = instance.cpuBusyAt(t);
  const auto passed = static_cast<double>(t - instance.creditsAt);
  const auto cores = static_cast<double>(instance.kind->limits.cores);
  const double used = static_cast<double>(busy - instance.busyAtCredits) / (cores * passed);
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

std::vector<double> InstanceFleet::spotSurplusCredits() const {
  auto sums = m_goneSpotSurplus;
  for (const auto* instances : {&m_booting, &m_serving, &m_draining})
    for (const auto& instance : *instances)
      if (instance->spot) sums[instance->kind->index] += surplusOf(*instance);
  return sums;
}

Int128 InstanceFleet::cpuBusyAt(std::int64_t t) const {
  Int128 sum = 0;
  for (const KindBusy& busy : totals(t).busy) sum += busy.serving + busy.draining;
  return sum;
}

// ---- warm pool ----

void InstanceFleet::wantPool(std::int64_t max, std::int64_t desired) {
  if (m_pool) m_poolSize = m_pool->sizeFor(max, desired);
}

int InstanceFleet::emptiestZoneWithPool() const {
  auto counts = groupByZone();
  m_pool->countZones(counts);
  for (const auto& instance : m_draining) counts[static_cast<std::size_t>(instance->zone)] += instance->returnsToPool;
  return firstOfFewest(counts);
}

// Instances that drain towards the pool count as in it; when there are too many, those that are not there yet stay out.
void InstanceFleet::keepPool(std::int64_t t) {
  if (!m_pool) return;
  while (expectedInPool() < m_poolSize && anyZoneUp()) {
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
  m_queue = nullptr; // nothing comes back any more
  for (const auto* instances : {&m_booting, &m_serving, &m_draining, &m_stillborn})
    for (const auto& instance : *instances) m_recorder.lived(lifeOf(*instance, horizon, false));
  if (m_pool) m_pool->close(horizon);
  // A drain under way at the horizon still ends at its deadline.
  for (auto& instance : m_draining) {
    advance(*instance, instance->drainDeadline);
    abandonAtDeadline(*instance);
  }
  for (auto& instance : m_serving) {
    advance(*instance, kNever);
    instance->engine.abandon(kNever, instance->kind->limits, m_recorder);
  }
}

} // namespace model::ec2
