#include "model/managed/environment_fleet.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

namespace model::managed {

namespace {

constexpr auto kSharing = Discipline::ProcessorSharing;

std::int64_t inCores(double vcpus) { return std::llround(vcpus * static_cast<double>(ec2::kCore)); }

} // namespace

// Initial environments belong to a provider that has been running: ready at time 0, their instances billed from there.
EnvironmentFleet::EnvironmentFleet(const ManagedFleet& fleet, ec2::TallyRecorder& recorder, std::uint64_t seed,
                                   std::uint64_t replication)
    : m_limits{inCores(fleet.environmentVcpus), fleet.slotCount, 0, kNever / 2, inCores(fleet.environmentVcpus)},
      m_hotCores(fleet.cpuSaturation ? inCores(*fleet.cpuSaturation * fleet.environmentVcpus) : kNever),
      m_perInstance(fleet.environmentsPerInstance), m_maxInstances(fleet.maxInstances),
      m_timeout(std::min(fleet.timeout.count(), kNever / 2)), m_zones(std::max(1, fleet.zones)), m_recorder(recorder),
      m_boot(fleet.boot, workloads::RandomStream(seed, "managed.boot", replication)),
      m_init(fleet.init, workloads::RandomStream(seed, "managed.init", replication)) {
  for (std::int64_t i = 0; i < instancesFor(fleet, fleet.initial); ++i) launch(0, 0);
  for (std::int64_t i = 0; i < fleet.initial; ++i) {
    Instance* host = emptiestWithRoom();
    if (host == nullptr) break;
    ++host->environments;
    m_ready.push_back(std::make_unique<Environment>());
    m_ready.back()->instance = host;
  }
  m_fullUntil.assign(m_ready.size(), 0);
}

// ---- requests ----

// Round robin over what is ready; who has no room is passed over.
bool EnvironmentFleet::route(const ec2::Demand& demand) {
  const std::size_t n = m_ready.size();
  std::size_t i = m_turn;
  for (std::size_t looked = 0; looked < n; ++looked, i = i + 1 == n ? 0 : i + 1) {
    if (m_fullUntil[i] > demand.arrival) continue;
    auto& engine = m_ready[i]->engine;
    engine.advance<kSharing>(demand.arrival, m_limits, m_recorder);
    if (engine.coresWanted() < m_hotCores &&
        engine.admit<kSharing>(demand, m_limits, m_recorder) == ec2::RequestEngine::Admission::Started) {
      m_turn = i + 1 == n ? 0 : i + 1;
      return true;
    }
    m_fullUntil[i] = engine.nextEvent<kSharing>(m_limits); // only a departure makes room
  }
  return false;
}

void EnvironmentFleet::advance(std::int64_t t) {
  for (auto& environment : m_ready) environment->engine.advance<kSharing>(t, m_limits, m_recorder);
  for (auto& environment : m_draining) environment->engine.advance<kSharing>(t, m_limits, m_recorder);
  reap(t);
}

// ---- growing ----

std::vector<std::int64_t> EnvironmentFleet::stayingByZone() const {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(m_zones), 0);
  for (const auto& instance : m_instances)
    counts[static_cast<std::size_t>(instance->zone)] += instance->drainsSince == kNever ? 1 : 0;
  return counts;
}

int EnvironmentFleet::emptiestZone(std::int64_t t) const {
  const auto counts = stayingByZone();
  const auto firstUp = counts.begin() + (t < m_zoneBackAt ? 1 : 0);
  return static_cast<int>(std::min_element(firstUp, counts.end()) - counts.begin());
}

Instance& EnvironmentFleet::launch(std::int64_t t, std::int64_t inServiceAt) {
  auto instance = std::make_unique<Instance>();
  instance->number = m_launched++;
  instance->zone = emptiestZone(t);
  instance->launchedAt = t;
  instance->inServiceAt = inServiceAt;
  m_instances.push_back(std::move(instance));
  m_recorder.launched(1);
  m_recorder.alive(instances());
  return *m_instances.back();
}

Instance* EnvironmentFleet::emptiestWithRoom() const {
  Instance* best = nullptr;
  for (const auto& instance : m_instances) {
    if (instance->drainsSince != kNever || instance->environments >= m_perInstance) continue;
    if (best == nullptr || instance->environments < best->environments) best = instance.get();
  }
  return best;
}

void EnvironmentFleet::growTo(std::int64_t count, std::int64_t t) {
  while (environments() < count) {
    Instance* host = emptiestWithRoom();
    if (host == nullptr && (instances() >= m_maxInstances || !anyZoneUp(t))) return;
    if (host == nullptr) host = &launch(t, t + m_boot.next());
    ++host->environments;
    m_starting.push_back(std::make_unique<Environment>());
    m_starting.back()->instance = host;
    m_starting.back()->readyAt = std::max(t, host->inServiceAt) + m_init.next();
  }
}

void EnvironmentFleet::makeReady(std::int64_t t) {
  // Those that become ready together do so in the order they were asked for.
  const auto ready = std::stable_partition(m_starting.begin(), m_starting.end(),
                                           [&](const auto& environment) { return environment->readyAt > t; });
  std::move(ready, m_starting.end(), std::back_inserter(m_ready));
  m_starting.erase(ready, m_starting.end());
  m_fullUntil.resize(m_ready.size(), 0);
}

std::int64_t EnvironmentFleet::nextReady() const {
  std::int64_t next = kNever;
  for (const auto& environment : m_starting) next = std::min(next, environment->readyAt);
  return next;
}

// ---- shrinking ----

// Of the zone with the most instances the one with the fewest environments, the youngest of equals.
Instance& EnvironmentFleet::nextToDrain() const {
  const auto counts = stayingByZone();
  const int zone = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  Instance* best = nullptr;
  for (const auto& instance : m_instances) {
    if (instance->drainsSince != kNever || instance->zone != zone) continue;
    if (best == nullptr || instance->environments <= best->environments) best = instance.get();
  }
  return *best;
}

void EnvironmentFleet::shrinkTo(std::int64_t count, std::int64_t t) {
  for (std::int64_t left = stayingInstances(); left > count; --left) drain(nextToDrain(), t);
  reap(t);
}

void EnvironmentFleet::drain(Instance& instance, std::int64_t t) {
  instance.drainsSince = t;
  instance.drainDeadline = t + m_timeout;
  takeFromRouter(instance);
}

void EnvironmentFleet::takeFromRouter(const Instance& instance) {
  for (std::size_t i = 0; i < m_ready.size();) {
    if (m_ready[i]->instance != &instance) {
      ++i;
      continue;
    }
    m_draining.push_back(std::move(m_ready[i]));
    m_ready.erase(m_ready.begin() + static_cast<std::ptrdiff_t>(i));
    m_fullUntil.erase(m_fullUntil.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < m_turn) --m_turn;
  }
  if (m_turn >= m_ready.size()) m_turn = 0;
}

void EnvironmentFleet::reap(std::int64_t t) {
  if (m_draining.empty() && stayingInstances() == instances()) return;
  std::erase_if(m_instances, [&](const auto& instance) { return reap(*instance, t); });
}

// True when a draining instance is done and its life is recorded. Precondition: its environments are advanced to t.
bool EnvironmentFleet::reap(const Instance& instance, std::int64_t t) {
  if (instance.drainsSince == kNever) return false;
  const auto here = [&](const auto& environment) { return environment->instance == &instance; };
  const bool idle = std::ranges::all_of(
      m_draining, [&](const auto& environment) { return !here(environment) || environment->engine.empty(); });
  if (!idle && t < instance.drainDeadline) return false;
  std::int64_t last = instance.drainsSince;
  for (auto& environment : m_draining) {
    if (!here(environment)) continue;
    if (!environment->engine.empty()) environment->engine.abandon(instance.drainDeadline, m_limits, m_recorder);
    last = std::max(last, environment->engine.lastChange());
  }
  end(instance, last);
  return true;
}

// Its life and what its environments did up to `at`. Precondition: they are out of the router, and empty from there on.
void EnvironmentFleet::end(const Instance& instance, std::int64_t at) {
  std::erase_if(m_draining, [&](const auto& environment) {
    if (environment->instance != &instance) return false;
    m_goneBusy += environment->engine.cpuBusyAt(at, m_limits);
    m_goneEnvironmentNs += at - environment->readyAt;
    return true;
  });
  m_recorder.lived({instance.launchedAt, instance.inServiceAt, at, true});
}

std::int64_t EnvironmentFleet::nextDrainDeadline() const {
  std::int64_t next = kNever;
  for (const auto& instance : m_instances) next = std::min(next, instance->drainDeadline);
  return next;
}

// ---- what there is ----

std::int64_t EnvironmentFleet::stayingInstances() const {
  return std::ranges::count_if(m_instances, [](const auto& instance) { return instance->drainsSince == kNever; });
}

std::int64_t EnvironmentFleet::environments() const {
  return static_cast<std::int64_t>(m_starting.size() + m_ready.size());
}

std::int64_t EnvironmentFleet::requestsInFlight() const {
  std::int64_t total = 0;
  for (const auto* list : {&m_ready, &m_draining})
    for (const auto& environment : *list) total += environment->engine.inFlight();
  return total;
}

Int128 EnvironmentFleet::cpuBusyAt(std::int64_t t) const {
  Int128 busy = m_goneBusy;
  for (const auto* list : {&m_ready, &m_draining})
    for (const auto& environment : *list) busy += environment->engine.cpuBusyAt(t, m_limits);
  return busy;
}

Int128 EnvironmentFleet::inFlightAt(std::int64_t t) const {
  Int128 sum = m_recorder.departedNs();
  for (const auto* list : {&m_ready, &m_draining})
    for (const auto& environment : *list) sum += environment->engine.ages(t);
  return sum;
}

Int128 EnvironmentFleet::environmentsAt(std::int64_t t) const {
  Int128 sum = m_goneEnvironmentNs;
  for (const auto* list : {&m_ready, &m_draining})
    for (const auto& environment : *list) sum += t - environment->readyAt;
  return sum;
}

void EnvironmentFleet::close(std::int64_t horizon) {
  for (const auto& instance : m_instances)
    m_recorder.lived({instance->launchedAt, instance->inServiceAt, horizon, false});
  // A drain under way at the horizon still ends at its deadline.
  for (auto& environment : m_draining) {
    environment->engine.advance<kSharing>(environment->instance->drainDeadline, m_limits, m_recorder);
    environment->engine.abandon(environment->instance->drainDeadline, m_limits, m_recorder);
  }
  for (auto& environment : m_ready) {
    environment->engine.advance<kSharing>(kNever, m_limits, m_recorder);
    environment->engine.abandon(kNever, m_limits, m_recorder);
  }
}

} // namespace model::managed
