#pragma once
// Lambda Managed Instances as a plain textbook event loop: one event at a time, every environment looked at each time,
// remaining work instead of virtual time, integrals of the state over time instead of spans per request. Slow and
// short; shares no code with the simulator but its random streams, environmentsWanted and instancesFor.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <vector>

#include "model/managed/managed_simulator.hpp"
#include "tests/support/reference_ec2.hpp"

namespace reference {

class Managed {
 public:
  Managed(const model::ManagedFleet& fleet, const model::ObservationPlan& plan, std::uint64_t seed,
          std::uint64_t replication)
      : m_fleet(fleet), m_plan(plan), m_policy(fleet.scaling.value_or(model::ManagedScaling{})),
        m_boot(fleet.boot, workloads::RandomStream(seed, "managed.boot", replication)),
        m_init(fleet.init, workloads::RandomStream(seed, "managed.init", replication)),
        m_cores(std::llround(fleet.environmentVcpus * kUnit)),
        m_hot(fleet.cpuSaturation ? std::llround(*fleet.cpuSaturation * fleet.environmentVcpus * kUnit) : kNever),
        m_windows(static_cast<std::size_t>(plan.windows)), m_periodEnd(m_policy.period.count()) {
    for (std::int64_t from = 0; from < plan.horizon.count(); from += plan.hour.count()) {
      m_hours.instanceNs.push_back(0);
      m_hours.inFlightNs.push_back(0);
    }
    for (std::int64_t i = model::instancesFor(fleet, fleet.initial); i > 0; --i) launch(0);
    for (std::int64_t i = 0; i < fleet.initial; ++i) {
      if (!start(0)) break;
      m_ring.push_back(m_rooms.size() - 1);
      m_rooms.back().ready = 0;
    }
    for (const auto& loss : fleet.lostInstances) m_strikes.push_back({loss.at.count(), 0, loss.count});
    for (const auto& loss : fleet.lostZones) {
      m_strikes.push_back({loss.at.count(), 1, (loss.at + loss.lasts).count()});
      m_strikes.push_back({(loss.at + loss.lasts).count(), 2, 0}); // who waits for the zone launches
    }
    std::stable_sort(m_strikes.begin(), m_strikes.end(), [](const Strike& a, const Strike& b) {
      return std::pair(a.at, a.kind) < std::pair(b.at, b.kind);
    });
  }

  model::ManagedRun run(const std::vector<Request>& requests) {
    m_requests = &requests;
    while (step()) {
    }
    for (const auto& host : m_hosts) {
      addHours(m_hours.instanceNs, host.launched, host.ended);
      topUp(host);
    }
    for (std::size_t w = 0; w < m_windows.size(); ++w)
      m_windows[w].cpuBusyNs = m_busyAtEdge[w + 1] / kUnit - m_busyAtEdge[w] / kUnit;
    return {m_windows, m_timeline, m_hours};
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kUnit = std::int64_t{1} << 32;
  struct Job {
    std::int64_t arrival, left, cores; // left: of the work, in 2^-10 ns
  };
  struct Host {
    std::int64_t zone, launched, inService;
    std::int64_t drained = kNever, ended = kNever;
  };
  struct Room { // an environment
    std::size_t host;
    std::int64_t ready;
    std::vector<Job> jobs;
    std::int64_t since = 0; // last change of `jobs`
  };
  struct Strike {
    std::int64_t at;
    int kind; // 0: instances, 1: the zone, 2: nothing by itself
    std::int64_t amount;
  };
  // In the order in which things at the same instant happen.
  enum What { Tick, Departure, Gone, Edge, Loss, Ready, Period, Arrival, Nothing };

  std::int64_t horizon() const { return m_plan.horizon.count(); }
  std::int64_t edge(int i) const { // i = 0: warm-up ends
    return m_plan.warmup.count() +
           static_cast<std::int64_t>(static_cast<Int128>(horizon() - m_plan.warmup.count()) * i / m_plan.windows);
  }
  model::ManagedTally* at(std::int64_t t) {
    for (int i = m_plan.windows - 1; i >= 0; --i)
      if (t >= edge(i) && t < edge(i + 1)) return &m_windows[static_cast<std::size_t>(i)];
    return nullptr;
  }
  bool alive(const Host& host) const { return host.ended == kNever; }
  bool stays(const Host& host) const { return host.drained == kNever; }
  std::int64_t instances() const {
    return std::count_if(m_hosts.begin(), m_hosts.end(), [&](const Host& h) { return alive(h); });
  }
  std::int64_t staying() const {
    return std::count_if(m_hosts.begin(), m_hosts.end(), [&](const Host& h) { return stays(h); });
  }
  std::int64_t roomsOn(std::size_t host) const {
    return std::count_if(m_rooms.begin(), m_rooms.end(), [&](const Room& r) { return r.host == host; });
  }
  std::int64_t environments() const { // on hosts that stay
    return std::count_if(m_rooms.begin(), m_rooms.end(), [&](const Room& r) { return stays(m_hosts[r.host]); });
  }
  std::vector<int> perZone() const {
    std::vector<int> counts(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (stays(host)) ++counts[static_cast<std::size_t>(host.zone)];
    return counts;
  }
  void noteInstances() {
    if (auto* window = at(m_now)) window->peakInstances = std::max(window->peakInstances, instances());
  }
  void noteEnvironments() {
    const auto ready = static_cast<std::int64_t>(m_ring.size());
    if (auto* window = at(m_now)) window->peakEnvironments = std::max(window->peakEnvironments, ready);
  }

  // ---- capacity ----

  bool isUp(std::int64_t zone) const { return zone > 0 || m_now >= m_zoneBack; }
  bool anyZoneUp() const { return isUp(m_fleet.zones - 1); }
  void launch(std::int64_t bootNs) {
    const auto counts = perZone();
    std::int64_t best = m_fleet.zones - 1;
    for (std::int64_t zone = best; zone >= 0; --zone)
      if (isUp(zone) && counts[static_cast<std::size_t>(zone)] <= counts[static_cast<std::size_t>(best)]) best = zone;
    m_hosts.push_back({best, m_now, m_now + bootNs});
    if (auto* window = at(m_now)) ++window->launches;
    noteInstances();
  }
  // An environment on the host with the fewest, the first of equals; false when no host has a place for it.
  bool start(std::int64_t initNs) {
    std::size_t best = m_hosts.size();
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      if (!stays(m_hosts[i]) || roomsOn(i) >= m_fleet.environmentsPerInstance) continue;
      if (best == m_hosts.size() || roomsOn(i) < roomsOn(best)) best = i;
    }
    if (best == m_hosts.size()) return false;
    m_rooms.push_back({best, std::max(m_now, m_hosts[best].inService) + initNs, {}});
    return true;
  }
  bool hasPlace() const {
    for (std::size_t i = 0; i < m_hosts.size(); ++i)
      if (stays(m_hosts[i]) && roomsOn(i) < m_fleet.environmentsPerInstance) return true;
    return false;
  }
  void growTo(std::int64_t count) {
    while (environments() < count) {
      if (!hasPlace() && (instances() >= m_fleet.maxInstances || !anyZoneUp())) return;
      if (!hasPlace()) launch(m_boot.next());
      start(m_init.next());
      m_waiting.push_back(m_rooms.size() - 1);
    }
  }
  void drainOne() {
    const auto counts = perZone();
    const auto zone = std::max_element(counts.begin(), counts.end()) - counts.begin();
    std::size_t chosen = m_hosts.size();
    for (std::size_t i = 0; i < m_hosts.size(); ++i)
      if (stays(m_hosts[i]) && m_hosts[i].zone == zone && (chosen == m_hosts.size() || roomsOn(i) <= roomsOn(chosen)))
        chosen = i;
    m_hosts[chosen].drained = m_now;
    leaveRing(chosen);
    if (isIdle(chosen)) end(chosen);
  }
  void leaveRing(std::size_t host) {
    for (std::size_t k = m_ring.size(); k-- > 0;) {
      if (m_rooms[m_ring[k]].host != host) continue;
      m_ring.erase(m_ring.begin() + static_cast<std::ptrdiff_t>(k));
      if (k < m_turn) --m_turn;
    }
    if (m_turn >= m_ring.size()) m_turn = 0;
  }
  bool isIdle(std::size_t host) const {
    return std::all_of(m_rooms.begin(), m_rooms.end(),
                       [&](const Room& room) { return room.host != host || room.jobs.empty(); });
  }
  void end(std::size_t host) {
    for (auto& room : m_rooms) {
      if (room.host != host) continue;
      for (const auto& job : room.jobs) record(job.arrival, false);
      room.jobs.clear();
    }
    m_hosts[host].ended = m_now;
    if (auto* window = m_now < horizon() ? at(m_now) : nullptr) ++window->terminations;
  }
  // The machine is gone at once, with everything on it.
  void die(std::size_t host) {
    if (stays(m_hosts[host])) {
      ++m_missingHosts;
      m_missingRooms += roomsOn(host);
      m_hosts[host].drained = m_now;
    }
    leaveRing(host);
    std::erase_if(m_waiting, [&](std::size_t room) { return m_rooms[room].host == host; });
    for (auto& room : m_rooms) {
      if (room.host != host) continue;
      for (const auto& job : room.jobs) recordLost(job.arrival);
      room.jobs.clear();
    }
    end(host);
  }
  void strike() {
    for (; m_struck < m_strikes.size() && m_strikes[m_struck].at == m_now; ++m_struck) {
      const Strike& loss = m_strikes[m_struck];
      if (loss.kind == 1) m_zoneBack = std::max(m_zoneBack, loss.amount);
      std::int64_t left = loss.kind == 0 ? loss.amount : 0;
      for (std::size_t i = 0; i < m_hosts.size(); ++i) {
        const Host& host = m_hosts[i];
        const bool oldest = left > 0 && stays(host) && host.inService <= m_now;
        if (oldest) --left;
        if (oldest || (loss.kind == 1 && alive(host) && host.zone == 0)) die(i);
      }
    }
    if (!m_fleet.scaling) replaceMissing();
  }
  void replaceMissing() {
    if (!anyZoneUp()) return;
    for (; m_missingHosts > 0; --m_missingHosts) launch(m_boot.next());
    const std::int64_t missing = m_missingRooms;
    m_missingRooms = 0;
    growTo(environments() + missing);
  }
  void topUp(const Host& host) {
    if (host.ended >= horizon()) return;
    const std::int64_t missing = std::max<std::int64_t>(0, 60'000'000'000 - (host.ended - host.launched));
    if (auto* window = at(host.ended)) window->minimumTopUpNs += missing;
    m_hours.instanceNs[static_cast<std::size_t>(host.ended / m_plan.hour.count())] += missing;
  }

  // ---- requests ----

  std::int64_t wanted(const Room& room) const {
    std::int64_t sum = 0;
    for (const auto& job : room.jobs) sum += job.cores;
    return sum;
  }
  std::size_t firstOut(const Room& room) const {
    const auto first = std::min_element(room.jobs.begin(), room.jobs.end(),
                                        [](const Job& a, const Job& b) { return a.left < b.left; });
    return static_cast<std::size_t>(first - room.jobs.begin());
  }
  std::int64_t finish(const Room& room) const {
    const Int128 demand = std::max(wanted(room), m_cores), perNs = Int128{1024} * m_cores;
    const Int128 work = std::max<std::int64_t>(0, room.jobs[firstOut(room)].left) * demand;
    return room.since + static_cast<std::int64_t>((work + perNs - 1) / perNs);
  }
  void progress(Room& room) {
    const Int128 done = Int128{1024} * (m_now - room.since) * m_cores / std::max(wanted(room), m_cores);
    for (auto& job : room.jobs) job.left -= static_cast<std::int64_t>(done);
    room.since = m_now;
  }
  void addHours(std::vector<std::int64_t>& series, std::int64_t from, std::int64_t to) const {
    to = std::min(to, horizon());
    for (std::size_t h = 0; h < series.size(); ++h) {
      const std::int64_t begin = static_cast<std::int64_t>(h) * m_plan.hour.count(), last = begin + m_plan.hour.count();
      series[h] += std::max<std::int64_t>(0, std::min(to, last) - std::max(from, begin));
    }
  }
  void record(std::int64_t arrival, bool served) {
    addHours(m_hours.inFlightNs, arrival, m_now);
    auto* window = at(arrival);
    if (window == nullptr) return;
    const bool inTime = served && m_now - arrival <= m_fleet.timeout.count();
    ++(inTime ? window->outcomes.completed : window->outcomes.timedOut);
    if (inTime) window->outcomes.latency.record(m_now - arrival + m_fleet.overhead.count());
  }
  void recordLost(std::int64_t arrival) {
    if (m_now - arrival > m_fleet.timeout.count()) return record(arrival, false); // the caller knows by now
    addHours(m_hours.inFlightNs, arrival, m_now);
    if (auto* window = at(arrival)) ++window->outcomes.errored;
  }
  void arrive() {
    const Request& request = (*m_requests)[m_next++];
    auto* window = at(m_now);
    if (window != nullptr) ++window->outcomes.attempts;
    for (std::size_t k = 0; k < m_ring.size(); ++k) {
      const std::size_t index = (m_turn + k) % m_ring.size();
      Room& room = m_rooms[m_ring[index]];
      if (static_cast<std::int64_t>(room.jobs.size()) >= m_fleet.slotCount || wanted(room) >= m_hot) continue;
      m_turn = (index + 1) % m_ring.size();
      progress(room);
      room.jobs.push_back(jobOf(request));
      return;
    }
    if (window != nullptr) ++window->outcomes.throttled;
  }
  Job jobOf(const Request& request) const {
    const double parallel = std::min(m_fleet.threads, m_fleet.environmentVcpus);
    const double cpu = static_cast<double>(request.cpu) / m_fleet.speed;
    const std::int64_t lasts = std::llround(static_cast<double>(request.io) + cpu / parallel);
    const double cores = lasts == 0 ? 0.0 : std::min(parallel, cpu / static_cast<double>(lasts));
    return {m_now, lasts * 1024, std::llround(cores * static_cast<double>(kUnit))};
  }

  // ---- events ----

  void integrate(std::int64_t to) {
    const Int128 dt = to - m_now;
    if (dt > 0) noteEnvironments();
    auto* window = m_now < horizon() ? at(m_now) : nullptr;
    for (const auto& room : m_rooms) {
      if (!alive(m_hosts[room.host])) continue;
      if (m_now < horizon()) m_busy += std::min(wanted(room), m_cores) * dt;
      m_inFlight += dt * static_cast<Int128>(room.jobs.size());
      if (window == nullptr) continue;
      window->inFlightNs += dt * static_cast<Int128>(room.jobs.size());
      if (room.ready <= m_now) window->environmentNs += dt;
    }
    for (const auto& host : m_hosts) {
      if (!alive(host) || window == nullptr) continue;
      window->instanceNs += dt;
      if (host.inService <= m_now) window->inServiceNs += dt;
    }
    m_now = to;
  }

  bool step() {
    std::int64_t when = kNever;
    What what = Nothing;
    std::size_t who = 0;
    const auto consider = [&](What kind, std::int64_t t, std::size_t index = 0) {
      if (t > when || (t == when && kind >= what)) return;
      when = t;
      what = kind;
      who = index;
    };
    if (m_now < horizon()) {
      if (m_timeline.size() < static_cast<std::size_t>(m_plan.timelinePoints))
        consider(Tick, static_cast<std::int64_t>(m_timeline.size()) * horizon() / m_plan.timelinePoints);
      if (m_struck < m_strikes.size() && m_strikes[m_struck].at < horizon()) consider(Loss, m_strikes[m_struck].at);
      if (m_periodEnd < horizon()) consider(Period, m_periodEnd);
      if (m_next < m_requests->size()) consider(Arrival, (*m_requests)[m_next].arrival);
      for (std::size_t i = 0; i < m_waiting.size(); ++i)
        if (m_rooms[m_waiting[i]].ready < horizon()) consider(Ready, m_rooms[m_waiting[i]].ready, i);
      for (const auto& host : m_hosts) // the state changes there
        if (host.inService > m_now && host.inService < horizon()) consider(Nothing, host.inService);
    }
    if (m_edge <= m_plan.windows) consider(Edge, edge(m_edge));
    for (std::size_t i = 0; i < m_rooms.size(); ++i)
      if (!m_rooms[i].jobs.empty()) consider(Departure, finish(m_rooms[i]), i);
    for (std::size_t i = 0; i < m_hosts.size(); ++i)
      if (alive(m_hosts[i]) && !stays(m_hosts[i]))
        consider(Gone, isIdle(i) ? m_now : m_hosts[i].drained + m_fleet.timeout.count(), i);
    if (when == kNever) return false;
    integrate(when);
    apply(what, who);
    return true;
  }

  void apply(What what, std::size_t who) {
    switch (what) {
    case Tick: tick(); break;
    case Departure: depart(m_rooms[who]); break;
    case Gone: end(who); break;
    case Edge:
      m_busyAtEdge.push_back(m_busy);
      ++m_edge;
      noteInstances();
      noteEnvironments();
      break;
    case Loss: strike(); break;
    case Ready:
      m_ring.push_back(m_waiting[who]);
      m_waiting.erase(m_waiting.begin() + static_cast<std::ptrdiff_t>(who));
      break;
    case Period: period(); break;
    case Arrival: arrive(); break;
    case Nothing: break;
    }
  }
  void tick() {
    model::TimelinePoint point{model::Duration(m_now), static_cast<double>(instances()),
                               static_cast<double>(m_ring.size()), 0, m_cpu};
    for (const auto& room : m_rooms) point.inFlight += static_cast<double>(room.jobs.size());
    m_timeline.push_back(point);
  }
  void depart(Room& room) {
    progress(room);
    const std::size_t i = firstOut(room);
    record(room.jobs[i].arrival, true);
    room.jobs.erase(room.jobs.begin() + static_cast<std::ptrdiff_t>(i));
  }
  void period() {
    const auto length = static_cast<double>(m_policy.period.count());
    const double vcpus = static_cast<double>(m_busy - m_busyBefore) / (static_cast<double>(kUnit) * length);
    const double inFlight = static_cast<double>(m_inFlight - m_inFlightBefore) / length;
    m_busyBefore = m_busy;
    m_inFlightBefore = m_inFlight;
    m_periodEnd += m_policy.period.count();
    const double offered = static_cast<double>(m_ring.size()) * m_fleet.environmentVcpus;
    m_cpu = offered > 0 ? vcpus / offered : 0;
    if (!m_fleet.scaling) return;
    const std::int64_t need = model::environmentsWanted(m_fleet, vcpus, inFlight);
    m_needs.push_back(need);
    replaceMissing();
    growTo(need);
    const auto points = static_cast<std::size_t>(m_policy.inPoints);
    if (m_needs.size() < points || !m_waiting.empty()) return;
    const std::int64_t enough = *std::max_element(m_needs.end() - m_policy.inPoints, m_needs.end());
    while (staying() > model::instancesFor(m_fleet, enough)) drainOne();
    growTo(enough);
  }

  model::ManagedFleet m_fleet;
  model::ObservationPlan m_plan;
  model::ManagedScaling m_policy;
  workloads::DurationSampler m_boot, m_init;
  std::int64_t m_cores, m_hot;
  const std::vector<Request>* m_requests = nullptr;
  std::size_t m_next = 0, m_turn = 0;
  std::vector<model::ManagedTally> m_windows;
  std::int64_t m_now = 0, m_periodEnd;
  int m_edge = 0;
  double m_cpu = 0;
  Int128 m_busy = 0, m_inFlight = 0, m_busyBefore = 0, m_inFlightBefore = 0;
  std::vector<Int128> m_busyAtEdge;
  std::vector<Strike> m_strikes;
  std::size_t m_struck = 0; // of these, how many are behind
  std::int64_t m_zoneBack = 0, m_missingHosts = 0, m_missingRooms = 0;
  std::vector<std::int64_t> m_needs;  // of every period so far
  std::vector<Host> m_hosts;          // every one there ever was, in launch order
  std::vector<Room> m_rooms;          // the same
  std::vector<std::size_t> m_waiting; // not ready yet, in the order asked for
  std::vector<std::size_t> m_ring;    // ready, in the order they became so
  std::vector<model::TimelinePoint> m_timeline;
  model::Ec2Hours m_hours;
};

} // namespace reference
