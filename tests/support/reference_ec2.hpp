#pragma once
// The same fleet as a plain textbook event loop: one event at a time, every instance looked at each time, remaining
// work instead of virtual time, integrals of the state over time instead of spans per request. Slow and short; shares
// no code with the simulator but its random streams and targetTrackingDesired.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"

namespace reference {

using model::Int128;

struct Request {
  std::int64_t arrival = 0, cpu = 0, io = 0;
};

class Ec2 {
 public:
  Ec2(const model::Ec2Fleet& fleet, const model::ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication)
      : m_fleet(fleet), m_plan(plan), m_boot(fleet.boot, workloads::RandomStream(seed, "ec2.boot", replication)),
        m_routing(seed, "ec2.routing", replication), m_market(seed, "ec2.spot", replication),
        m_kinds(fleet.furtherKinds) {
    m_kinds.insert(m_kinds.begin(), fleet);
    for (const auto& kind : m_kinds) m_cores.push_back(std::llround(kind.vcpus * kUnit));
    for (std::size_t k = 0; k < m_kinds.size(); ++k) m_order.push_back(k);
    if (!fleet.mix.spotOrder.empty()) m_order = fleet.mix.spotOrder;
    if (const auto* tracking = std::get_if<model::TargetTracking>(&fleet.scaling))
      m_policy = *tracking;
    else
      m_policy.warmup = {};
    m_windows.resize(static_cast<std::size_t>(plan.windows));
    if (usesSpot())
      for (auto& window : m_windows) window.spot.resize(m_kinds.size());
    for (std::int64_t from = 0; from < plan.horizon.count(); from += plan.hour.count()) {
      m_hours.instanceNs.push_back(0);
      m_hours.inFlightNs.push_back(0);
    }
    m_periodEnd = m_policy.period.count();
    layOutSlots();
    for (std::int64_t i = 0; i < fleet.initial; ++i) addInitial();
  }

  model::Ec2Run run(const std::vector<Request>& requests) {
    m_requests = &requests;
    while (step()) {
    }
    for (const auto& host : m_hosts) {
      topUp(host);
      if (!host.spot) addHours(m_hours.instanceNs, host.launched, host.ended);
      if (host.interrupted) settleInterrupted(host);
    }
    splitService();
    for (std::size_t w = 0; w < m_windows.size(); ++w)
      m_windows[w].cpuBusyNs = m_busyAtEdge[w + 1] / kUnit - m_busyAtEdge[w] / kUnit;
    return {m_windows, m_timeline, m_hours};
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kUnit = std::int64_t{1} << 32;
  // Condemned: asked back by AWS before it came into service.
  enum class State { Booting, Condemned, Serving, Draining, Gone };
  struct Job {
    std::int64_t arrival, left, cores; // left: of the work, in 2^-10 ns
  };
  struct Host {
    State state;
    std::int64_t zone, launched, inService, warm, ended = kNever, deadline = kNever;
    std::vector<Job> running;
    std::deque<Job> waiting;
    std::int64_t since = 0; // last change of `running`
    Int128 busyInPeriod = 0;
    std::int64_t receivedInPeriod = 0;
    std::size_t kind = 0;
    bool spot = false, old = false; // old: past its first hour from the start
    std::int64_t notice = kNever, taken = kNever;
    bool held = false, replace = false, interrupted = false;
  };
  // In the order in which things at the same instant happen.
  enum What {
    Tick,
    Departure,
    Timeout,
    Gone,
    Edge,
    Slot,
    Boot,
    Deadline,
    Replace,
    Notice,
    Retry,
    Period,
    Point,
    Arrival,
    Nothing
  };
  struct Service { // of one slot
    std::int64_t end = 0, length = 0;
    int window = -1;                                                     // -1: warm-up
    Int128 serving = 0, draining = 0, servingBusy = 0, drainingBusy = 0; // busy since the start, instance-ns
    std::int64_t routed = 0;
  };

  void add(State state, std::int64_t inService, std::int64_t warm, std::size_t kind, bool spot) {
    std::vector<int> perZone(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Booting || host.state == State::Serving) ++perZone[static_cast<std::size_t>(host.zone)];
    const auto zone = std::min_element(perZone.begin(), perZone.end()) - perZone.begin();
    if (state == State::Serving) m_ring.push_back(m_hosts.size());
    Host host{state, zone, m_now, inService, warm, kNever, kNever, {}, {}, 0, 0, 0};
    host.kind = kind;
    host.spot = spot;
    if (spot) host.notice = noticeAfter(kind);
    m_hosts.push_back(host);
    if (auto* window = at(m_now)) ++window->launches;
    notePeak();
  }

  // -- what is bought how --
  bool usesSpot() const { return m_fleet.mix.onDemandPercent < 100; }
  std::int64_t count(State state, bool spot) const {
    return std::count_if(m_hosts.begin(), m_hosts.end(),
                         [&](const Host& host) { return host.state == state && host.spot == spot; });
  }
  std::int64_t bought(bool spot) const { return count(State::Booting, spot) + count(State::Serving, spot); }
  std::int64_t wantedOnDemand(std::int64_t all) const {
    const auto above = static_cast<double>(std::max<std::int64_t>(0, all - m_fleet.mix.baseOnDemand));
    return std::min(all, m_fleet.mix.baseOnDemand) +
           static_cast<std::int64_t>(std::ceil(above * m_fleet.mix.onDemandPercent / 100 - 1e-9));
  }
  bool nextOnDemand() const {
    const auto waiting = static_cast<std::int64_t>(m_retries.size());
    return !usesSpot() || bought(false) < wantedOnDemand(bought(false) + bought(true) + waiting + 1);
  }
  std::int64_t noticeAfter(std::size_t kind) {
    const double perHour = m_kinds[kind].interruptionsPerHour;
    if (perHour <= 0) return kNever;
    return m_now + static_cast<std::int64_t>(std::ceil(m_market.exponential() / perHour * 3.6e12));
  }
  // The place in the order of the type that is asked after `asked` others.
  std::size_t kindAsked(std::size_t asked) {
    const std::size_t place = (m_marketTurn + asked) % m_order.size();
    if (m_fleet.mix.spread) m_marketTurn = (place + 1) % m_order.size();
    return m_order[place];
  }
  void addInitial() {
    const bool spot = !nextOnDemand();
    add(State::Serving, 0, 0, spot ? kindAsked(0) : 0, spot);
    m_hosts.back().old = true;
  }
  void bootAs(std::size_t kind, bool spot) {
    const std::int64_t inService = m_now + m_boot.next();
    add(State::Booting, inService, inService + m_policy.warmup.count(), kind, spot);
  }
  void boot() {
    if (nextOnDemand()) return bootAs(0, false);
    for (std::size_t asked = 0; asked < m_order.size(); ++asked) {
      if (m_fleet.spot.unavailable > 0 && m_market.uniform() < m_fleet.spot.unavailable) continue;
      return bootAs(kindAsked(asked), true);
    }
    if (auto* window = at(m_now)) ++window->launchesWithoutCapacity;
    if (m_fleet.spot.fallbackOnDemand) return bootAs(0, false);
    m_retries.push_back(m_now + m_fleet.spot.retry.count());
  }
  void leaveRing(std::size_t host) {
    const auto position = std::find(m_ring.begin(), m_ring.end(), host) - m_ring.begin();
    m_ring.erase(m_ring.begin() + position);
    if (static_cast<std::size_t>(position) < m_turn) --m_turn;
    if (m_turn >= m_ring.size()) m_turn = 0;
  }
  void notice(std::size_t who) {
    Host& host = m_hosts[who];
    host.notice = kNever;
    host.taken = m_now + m_fleet.spot.notice.count();
    if (host.state == State::Draining) { // on its way out already
      host.deadline = std::min(host.deadline, host.taken);
      if (host.deadline < host.taken) host.taken = kNever;
      return;
    }
    if (host.state == State::Serving) leaveRing(who);
    host.held = true;
    host.state = host.state == State::Serving ? State::Draining : State::Condemned;
    host.deadline = host.taken;
    host.replace = !m_fleet.spot.rebalance;
    if (m_fleet.spot.rebalance) boot();
  }
  void settleInterrupted(const Host& host) {
    if (host.ended >= m_plan.horizon.count()) return;
    ++windowOrNone(host.ended).interruptions;
    if (host.old || host.ended - host.launched >= 3'600'000'000'000) return;
    for (int w = 0; w < m_plan.windows; ++w) {
      const std::int64_t free = std::min(host.ended, edge(w + 1)) - std::max(host.launched, edge(w));
      m_windows[static_cast<std::size_t>(w)].spot[host.kind].freeNs += std::max<std::int64_t>(0, free);
    }
  }
  model::Ec2Tally& windowOrNone(std::int64_t t) {
    auto* window = at(t);
    return window != nullptr ? *window : m_unobserved;
  }

  std::int64_t edge(int i) const { // i = 0: warm-up ends
    return m_plan.warmup.count() +
           static_cast<std::int64_t>(static_cast<Int128>((m_plan.horizon - m_plan.warmup).count()) * i /
                                     m_plan.windows);
  }
  // Slots of equal length in each window, as near to the plan's as whole numbers allow; one for the warm-up.
  void layOutSlots() {
    if (m_plan.warmup.count() > 0) m_slots.push_back({m_plan.warmup.count(), m_plan.warmup.count(), -1});
    for (int w = 0; w < m_plan.windows; ++w) {
      const std::int64_t from = edge(w), length = edge(w + 1) - from;
      const auto count = std::max<std::int64_t>(
          1, std::llround(static_cast<double>(length) / static_cast<double>(m_plan.slot.count())));
      const auto upTo = [&](std::int64_t k) { return static_cast<std::int64_t>(Int128{length} * k / count); };
      for (std::int64_t k = 1; k <= count; ++k) m_slots.push_back({from + upTo(k), upTo(k) - upTo(k - 1), w});
    }
  }
  // The share of serving time between two numbers of instances, or what there is of it.
  static Int128 between(const Service& slot, Int128 from, Int128 to) {
    return std::max<Int128>(0, std::min(slot.serving, to) - std::min(slot.serving, from));
  }
  void splitService() {
    Int128 peakBusy = 0, peakLength = 1, servingBusy = 0, drainingBusy = 0;
    for (Service& slot : m_slots) {
      const Int128 serving = slot.servingBusy, draining = slot.drainingBusy;
      slot.servingBusy = serving - servingBusy;
      slot.drainingBusy = draining - drainingBusy;
      servingBusy = serving;
      drainingBusy = draining;
      if (slot.window < 0 || slot.servingBusy * peakLength <= peakBusy * slot.length) continue;
      peakBusy = slot.servingBusy;
      peakLength = slot.length;
    }
    std::vector<Service> whole(m_windows.size());
    for (const Service& slot : m_slots) {
      if (slot.window < 0) continue;
      const auto w = static_cast<std::size_t>(slot.window);
      auto& time = m_windows[w].inService;
      time.busyNs += slot.servingBusy + slot.drainingBusy;
      time.drainingNs += slot.draining - slot.drainingBusy;
      whole[w].serving += slot.serving;
      whole[w].servingBusy += slot.servingBusy;
      whole[w].length += slot.length;
      if (std::holds_alternative<model::TargetTracking>(m_fleet.scaling)) splitByTarget(slot, time);
    }
    if (std::holds_alternative<model::TargetTracking>(m_fleet.scaling)) return;
    for (std::size_t w = 0; w < whole.size(); ++w) {
      const Int128 peak = whole[w].length * peakBusy / peakLength;
      m_windows[w].inService.idleNightNs = between(whole[w], whole[w].servingBusy, peak);
      m_windows[w].inService.headroomNs = between(whole[w], peak, whole[w].serving);
    }
  }
  void splitByTarget(const Service& slot, model::InServiceTime& time) const {
    const auto length = static_cast<double>(slot.length);
    const double load = m_policy.metric == model::TargetTracking::Metric::Cpu
                            ? static_cast<double>(slot.servingBusy) / length
                            : static_cast<double>(slot.routed) * static_cast<double>(m_policy.period.count()) / length;
    if (slot.length == 0) return;
    const Int128 busy = slot.servingBusy;
    const Int128 target = std::max(busy, Int128{slot.length} * model::targetTrackingDesired(1, load, m_policy.target));
    const Int128 zones = std::max(target, Int128{slot.length} * std::min<std::int64_t>(m_fleet.zones, m_fleet.min));
    const Int128 least = std::max(zones, Int128{slot.length} * m_fleet.min);
    time.headroomNs += between(slot, busy, target);
    time.zoneFloorNs += between(slot, target, zones);
    time.idleNightNs += between(slot, zones, least);
    time.scaleInLagNs += between(slot, least, slot.serving);
  }
  model::Ec2Tally* at(std::int64_t t) {
    for (int i = m_plan.windows - 1; i >= 0; --i)
      if (t >= edge(i) && t < edge(i + 1)) return &m_windows[static_cast<std::size_t>(i)];
    return nullptr;
  }
  void notePeak() {
    std::int64_t alive = 0;
    // One that ends at this instant is not there in the window that begins.
    for (const auto& host : m_hosts) alive += host.state != State::Gone && host.deadline > m_now ? 1 : 0;
    if (auto* window = at(m_now)) window->peakInstances = std::max(window->peakInstances, alive);
  }

  std::int64_t wanted(const Host& host) const {
    std::int64_t sum = 0;
    for (const auto& job : host.running) sum += job.cores;
    return sum;
  }
  std::int64_t cores(const Host& host) const { return m_cores[host.kind]; }
  bool shared(const Host& host) const {
    return m_fleet.discipline == model::Discipline::ProcessorSharing && wanted(host) > cores(host);
  }
  std::int64_t finish(const Host& host, const Job& job) const {
    Int128 work = std::max<std::int64_t>(0, job.left), perNs = 1024;
    if (shared(host)) {
      work *= wanted(host);
      perNs *= cores(host);
    }
    return host.since + static_cast<std::int64_t>((work + perNs - 1) / perNs);
  }
  void progress(Host& host) {
    Int128 done = static_cast<Int128>(m_now - host.since) * 1024;
    if (shared(host)) done = done * cores(host) / wanted(host);
    for (auto& job : host.running) job.left -= static_cast<std::int64_t>(done);
    host.since = m_now;
  }
  std::size_t firstOut(const Host& host) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < host.running.size(); ++i)
      if (host.running[i].left < host.running[best].left) best = i;
    return best;
  }

  void integrate(std::int64_t to) {
    auto* window = m_now < m_plan.horizon.count() ? at(m_now) : nullptr;
    const Int128 dt = to - m_now;
    for (auto& host : m_hosts) {
      if (host.state == State::Gone) continue;
      const Int128 busy = std::min(wanted(host), cores(host)) * dt;
      if (m_now < m_plan.horizon.count()) {
        m_busy += busy;
        serve(host, dt, busy);
      }
      host.busyInPeriod += busy;
      if (window == nullptr) continue;
      const bool inService = host.state == State::Serving || host.state == State::Draining;
      window->instanceNs += dt;
      if (inService) window->inServiceNs += dt;
      if (host.spot) window->spot[host.kind].instanceNs += dt;
      if (host.spot && inService) window->spot[host.kind].inServiceNs += dt;
      window->inFlightNs += dt * static_cast<Int128>(host.running.size() + host.waiting.size());
    }
    m_now = to;
  }

  void serve(const Host& host, Int128 dt, Int128 busy) {
    if (host.state == State::Serving) {
      m_slots[m_slot].serving += dt;
      m_servingBusy[host.kind] += busy;
    }
    if (host.state == State::Draining) {
      m_slots[m_slot].draining += dt;
      m_drainingBusy[host.kind] += busy;
    }
  }
  // Whole ns of every type, added up.
  Int128 instanceNs(const std::map<std::size_t, Int128>& busy) const {
    Int128 sum = 0;
    for (const auto& [kind, used] : busy) sum += used / m_cores[kind];
    return sum;
  }

  bool step() {
    std::int64_t when = kNever;
    What what = Nothing;
    std::size_t who = 0;
    const auto consider = [&](What kind, std::int64_t t, std::size_t index = 0) {
      if (t < when || (t == when && kind < what)) {
        when = t;
        what = kind;
        who = index;
      }
    };
    const bool open = m_now < m_plan.horizon.count();
    if (open) {
      if (m_timeline.size() < static_cast<std::size_t>(m_plan.timelinePoints))
        consider(Tick, static_cast<std::int64_t>(m_timeline.size()) * m_plan.horizon.count() / m_plan.timelinePoints);
      if (m_periodEnd < m_plan.horizon.count()) consider(Period, m_periodEnd);
      if (!m_points.empty() && m_points.front().visible < m_plan.horizon.count())
        consider(Point, m_points.front().visible);
      if (m_next < m_requests->size()) consider(Arrival, (*m_requests)[m_next].arrival);
    }
    if (m_edge <= m_plan.windows) consider(Edge, edge(m_edge));
    if (m_slot < m_slots.size()) consider(Slot, m_slots[m_slot].end);
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      const Host& host = m_hosts[i];
      if (!host.running.empty()) consider(Departure, finish(host, host.running[firstOut(host)]), i);
      if (!host.waiting.empty()) consider(Timeout, host.waiting.front().arrival + m_fleet.requestTimeout.count(), i);
      if (host.state == State::Booting && open && host.inService < m_plan.horizon.count())
        consider(Boot, host.inService, i);
      if (host.state == State::Draining) consider(Deadline, host.deadline, i);
      if (host.state == State::Condemned && open && host.deadline < m_plan.horizon.count())
        consider(Deadline, host.deadline, i);
      if (host.state == State::Draining && host.running.empty() && !host.held) consider(Gone, m_now, i);
      if (host.state != State::Gone && open && host.notice < m_plan.horizon.count()) consider(Notice, host.notice, i);
    }
    if (open && m_toReplace > 0) consider(Replace, m_now);
    if (open && !m_retries.empty() && m_retries.front() < m_plan.horizon.count()) consider(Retry, m_retries.front());
    if (what == Nothing) return false;
    integrate(when);
    apply(what, who);
    return true;
  }

  void apply(What what, std::size_t who) {
    switch (what) {
    case Tick: tick(); break;
    case Departure: depart(m_hosts[who]); break;
    case Timeout: timeout(m_hosts[who]); break;
    case Gone: end(m_hosts[who]); break;
    case Edge:
      m_busyAtEdge.push_back(m_busy);
      ++m_edge;
      notePeak();
      break;
    case Slot:
      m_slots[m_slot].servingBusy = instanceNs(m_servingBusy);
      m_slots[m_slot].drainingBusy = instanceNs(m_drainingBusy);
      ++m_slot;
      break;
    case Boot:
      m_hosts[who].state = State::Serving;
      m_ring.push_back(who);
      break;
    case Deadline:
      m_hosts[who].interrupted = m_hosts[who].deadline == m_hosts[who].taken;
      end(m_hosts[who]);
      break;
    case Replace:
      --m_toReplace;
      boot();
      break;
    case Notice: notice(who); break;
    case Retry:
      m_retries.pop_front();
      boot();
      break;
    case Period: period(); break;
    case Point: point(); break;
    case Arrival: arrive(); break;
    case Nothing: break;
    }
  }

  void tick() {
    model::TimelinePoint point{model::Duration(m_now), 0, 0, 0, m_cpu};
    for (const auto& host : m_hosts) {
      point.capacity += host.state != State::Gone ? 1 : 0;
      point.inService += host.state == State::Serving ? 1 : 0;
      point.inFlight += static_cast<double>(host.running.size() + host.waiting.size());
    }
    m_timeline.push_back(point);
  }

  // A span's part in each hour, hour by hour.
  void addHours(std::vector<std::int64_t>& series, std::int64_t from, std::int64_t to) const {
    to = std::min(to, m_plan.horizon.count());
    for (std::size_t h = 0; h < series.size(); ++h) {
      const std::int64_t begin = static_cast<std::int64_t>(h) * m_plan.hour.count(), end = begin + m_plan.hour.count();
      series[h] += std::max<std::int64_t>(0, std::min(to, end) - std::max(from, begin));
    }
  }

  void record(std::int64_t arrival, bool served) {
    addHours(m_hours.inFlightNs, arrival, m_now);
    auto* window = at(arrival);
    if (window == nullptr) return;
    const std::int64_t latency = m_now - arrival;
    if (served && latency <= m_fleet.requestTimeout.count()) {
      ++window->outcomes.completed;
      window->outcomes.latency.record(latency + m_fleet.overhead.count());
    } else {
      ++window->outcomes.timedOut;
    }
  }

  void depart(Host& host) {
    progress(host);
    const std::size_t i = firstOut(host);
    record(host.running[i].arrival, true);
    host.running.erase(host.running.begin() + static_cast<std::ptrdiff_t>(i));
    if (host.waiting.empty()) return;
    host.running.push_back(host.waiting.front());
    host.waiting.pop_front();
  }
  void timeout(Host& host) {
    record(host.waiting.front().arrival, false);
    host.waiting.pop_front();
  }
  void end(Host& host) {
    const auto lose = [&](const Job& job) {
      if (host.interrupted && m_now - job.arrival <= m_fleet.requestTimeout.count())
        ++windowOrNone(job.arrival).lostToInterruptions;
    };
    std::for_each(host.running.begin(), host.running.end(), lose);
    std::for_each(host.waiting.begin(), host.waiting.end(), lose);
    m_toReplace += host.replace ? 1 : 0;
    for (const auto& job : host.running) record(job.arrival, false);
    for (const auto& job : host.waiting) record(job.arrival, false);
    host.running.clear();
    host.waiting.clear();
    host.state = State::Gone;
    host.ended = m_now;
    if (auto* window = m_now < m_plan.horizon.count() ? at(m_now) : nullptr) ++window->terminations;
  }
  void topUp(const Host& host) {
    if (host.ended >= m_plan.horizon.count() || host.interrupted) return;
    const std::int64_t missing = std::max<std::int64_t>(0, 60'000'000'000 - (host.ended - host.launched));
    if (auto* window = at(host.ended)) window->minimumTopUpNs += missing;
    if (auto* window = at(host.ended); window != nullptr && host.spot)
      window->spot[host.kind].minimumTopUpNs += missing;
    if (host.spot) return;
    m_hours.instanceNs[static_cast<std::size_t>(host.ended / m_plan.hour.count())] += missing;
  }

  std::size_t choose() {
    std::size_t index = m_turn;
    if (m_fleet.routing == model::Routing::Random)
      return m_ring[static_cast<std::size_t>(m_routing.below(m_ring.size()))];
    if (m_fleet.routing == model::Routing::LeastOutstanding) {
      const auto count = [&](std::size_t i) {
        return m_hosts[m_ring[i]].running.size() + m_hosts[m_ring[i]].waiting.size();
      };
      for (std::size_t k = 1; k < m_ring.size(); ++k) {
        const std::size_t other = (m_turn + k) % m_ring.size();
        if (count(other) < count(index)) index = other;
      }
    }
    m_turn = (index + 1) % m_ring.size();
    return m_ring[index];
  }
  void arrive() {
    const Request& request = (*m_requests)[m_next++];
    auto* window = at(m_now);
    if (window != nullptr) ++window->outcomes.attempts;
    const auto reject = [&] {
      if (window != nullptr) ++window->outcomes.rejected;
    };
    if (m_ring.empty()) return reject();
    Host& host = m_hosts[choose()];
    ++host.receivedInPeriod;
    ++m_slots[m_slot].routed;
    const auto& kind = m_kinds[host.kind];
    const double parallel = std::min(m_fleet.threads, kind.vcpus);
    const std::int64_t lasts =
        std::llround(static_cast<double>(request.io) + static_cast<double>(request.cpu) / (kind.speed * parallel));
    const double cores =
        lasts == 0 ? 0.0
                   : std::min(parallel, static_cast<double>(request.cpu) / (kind.speed * static_cast<double>(lasts)));
    const Job job{m_now, lasts * 1024, std::llround(cores * static_cast<double>(kUnit))};
    if (static_cast<std::int64_t>(host.running.size()) < kind.workers) {
      progress(host);
      host.running.push_back(job);
    } else if (static_cast<std::int64_t>(host.waiting.size()) < m_fleet.queueLimit) {
      host.waiting.push_back(job);
    } else {
      reject();
    }
  }

  struct MetricPoint {
    std::int64_t visible = 0, instances = 0;
    double cpu = 0, requests = 0;
  };
  void period() {
    const std::int64_t length = m_policy.period.count();
    MetricPoint point{m_now + m_policy.metricDelay.count(), 0, 0, 0};
    std::map<std::size_t, Int128> busy; // by type
    std::int64_t received = 0;
    for (auto& host : m_hosts) {
      if (host.state == State::Serving && host.warm + length <= m_now) {
        ++point.instances;
        busy[host.kind] += host.busyInPeriod;
        received += host.receivedInPeriod;
      }
      host.busyInPeriod = 0;
      host.receivedInPeriod = 0;
    }
    if (point.instances > 0) {
      const auto n = static_cast<double>(point.instances);
      for (const auto& [k, used] : busy)
        point.cpu += static_cast<double>(used) / (static_cast<double>(m_cores[k]) * static_cast<double>(length) * n);
      point.requests = static_cast<double>(received) / n;
    }
    m_points.push_back(point);
    m_periodEnd += length;
  }

  void point() {
    const MetricPoint point = m_points.front();
    m_points.pop_front();
    if (point.instances > 0) m_cpu = point.cpu;
    if (!std::holds_alternative<model::TargetTracking>(m_fleet.scaling)) return;
    const double value = m_policy.metric == model::TargetTracking::Metric::Cpu ? point.cpu : point.requests;
    m_above = point.instances > 0 && value > m_policy.target ? m_above + 1 : 0;
    m_below = point.instances > 0 && value < m_policy.inFraction * m_policy.target ? m_below + 1 : 0;
    std::int64_t serving = 0, booting = static_cast<std::int64_t>(m_retries.size());
    bool warming = false;
    for (const auto& host : m_hosts) {
      serving += host.state == State::Serving ? 1 : 0;
      booting += host.state == State::Booting || (host.state != State::Gone && host.replace) ? 1 : 0;
      warming |= host.state == State::Booting || (host.state == State::Serving && host.warm > m_now);
    }
    if (m_above >= m_policy.outPoints) {
      std::int64_t desired = model::targetTrackingDesired(point.instances, value, m_policy.target);
      for (desired = std::min(desired, m_fleet.max); serving + booting < desired; ++booting) boot();
    } else if (m_below >= m_policy.inPoints && !warming) {
      std::int64_t desired = model::targetTrackingDesired(std::max(point.instances, serving), value, m_policy.target);
      for (desired = std::max(desired, m_fleet.min); serving > desired; --serving) drainOne();
    }
  }
  // What the market was still asked for is beyond a smaller fleet; what leaves keeps to the mix, then the zones.
  void drainOne() {
    m_retries.clear();
    for (Host& host : m_hosts) host.replace = false;
    const std::int64_t all = bought(false) + bought(true);
    bool spot = bought(false) <= wantedOnDemand(all - 1);
    if (count(State::Serving, spot) == 0) spot = !spot;
    std::vector<int> perZone(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Serving) ++perZone[static_cast<std::size_t>(host.zone)];
    // Hosts stand in launch order, so the first of the fullest zone is the oldest.
    std::size_t leaves = m_hosts.size();
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      if (m_hosts[i].state != State::Serving || m_hosts[i].spot != spot) continue;
      const auto here = m_hosts[i].zone;
      const auto inZone = [&](std::int64_t zone) { return perZone[static_cast<std::size_t>(zone)]; };
      if (leaves == m_hosts.size() || inZone(here) > inZone(m_hosts[leaves].zone) ||
          (inZone(here) == inZone(m_hosts[leaves].zone) && here < m_hosts[leaves].zone))
        leaves = i;
    }
    m_hosts[leaves].state = State::Draining;
    m_hosts[leaves].deadline = m_now + m_fleet.deregistrationDelay.count();
    leaveRing(leaves);
  }

  model::Ec2Fleet m_fleet;
  model::ObservationPlan m_plan;
  model::TargetTracking m_policy;
  workloads::DurationSampler m_boot;
  workloads::RandomStream m_routing, m_market;
  std::vector<model::InstanceKind> m_kinds;
  std::vector<std::int64_t> m_cores; // by type
  std::vector<std::size_t> m_order;  // of types, for spot launches
  std::size_t m_marketTurn = 0;
  std::int64_t m_toReplace = 0;
  std::deque<std::int64_t> m_retries;
  model::Ec2Tally m_unobserved; // takes what happens in the warm-up
  const std::vector<Request>* m_requests = nullptr;
  std::size_t m_next = 0, m_turn = 0;
  std::int64_t m_now = 0, m_periodEnd = 0;
  int m_edge = 0, m_above = 0, m_below = 0;
  double m_cpu = 0;
  Int128 m_busy = 0;
  std::vector<Int128> m_busyAtEdge;
  std::deque<MetricPoint> m_points;
  std::vector<Host> m_hosts;       // every one there ever was, in launch order
  std::vector<std::size_t> m_ring; // serving, in the order they came into service
  std::vector<model::Ec2Tally> m_windows;
  std::vector<model::TimelinePoint> m_timeline;
  model::Ec2Hours m_hours;
  std::vector<Service> m_slots;
  std::size_t m_slot = 0;
  std::map<std::size_t, Int128> m_servingBusy, m_drainingBusy; // by type
};

} // namespace reference
