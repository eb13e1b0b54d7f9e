#pragma once
// The same fleet as a plain textbook event loop: one event at a time, every instance looked at each time, remaining
// work instead of virtual time, integrals of the state over time instead of spans per request. Slow and short; shares
// no code with the simulator but its random streams and targetTrackingDesired.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
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
        m_routing(seed, "ec2.routing", replication), m_cores(std::llround(fleet.vcpus * kUnit)) {
    if (const auto* tracking = std::get_if<model::TargetTracking>(&fleet.scaling))
      m_policy = *tracking;
    else
      m_policy.warmup = {};
    m_windows.resize(static_cast<std::size_t>(plan.windows));
    for (std::int64_t from = 0; from < plan.horizon.count(); from += plan.hour.count()) {
      m_hours.instanceNs.push_back(0);
      m_hours.inFlightNs.push_back(0);
    }
    m_periodEnd = m_policy.period.count();
    layOutSlots();
    for (std::int64_t i = 0; i < fleet.initial; ++i) add(State::Serving, 0, 0);
  }

  model::Ec2Run run(const std::vector<Request>& requests) {
    m_requests = &requests;
    while (step()) {
    }
    for (const auto& host : m_hosts) {
      topUp(host);
      addHours(m_hours.instanceNs, host.launched, host.ended);
    }
    splitService();
    for (std::size_t w = 0; w < m_windows.size(); ++w)
      m_windows[w].cpuBusyNs = m_busyAtEdge[w + 1] / kUnit - m_busyAtEdge[w] / kUnit;
    return {m_windows, m_timeline, m_hours};
  }
  const std::vector<Request>& handedOver() const { return m_handedOver; }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kUnit = std::int64_t{1} << 32;
  enum class State { Booting, Serving, Draining, Gone };
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
  };
  // In the order in which things at the same instant happen.
  enum What { Tick, Departure, Timeout, Gone, Edge, Slot, Boot, Deadline, Period, Point, Arrival, Nothing };
  struct Service { // of one slot
    std::int64_t end = 0, length = 0;
    int window = -1;                                                     // -1: warm-up
    Int128 serving = 0, draining = 0, servingBusy = 0, drainingBusy = 0; // busy since the start, in kUnit
    std::int64_t routed = 0;
  };

  void add(State state, std::int64_t inService, std::int64_t warm) {
    std::vector<int> perZone(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Booting || host.state == State::Serving) ++perZone[static_cast<std::size_t>(host.zone)];
    const auto zone = std::min_element(perZone.begin(), perZone.end()) - perZone.begin();
    if (state == State::Serving) m_ring.push_back(m_hosts.size());
    m_hosts.push_back({state, zone, m_now, inService, warm, kNever, kNever, {}, {}, 0, 0, 0});
    if (auto* window = at(m_now)) ++window->launches;
    notePeak();
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
      const Int128 serving = slot.servingBusy / m_cores, draining = slot.drainingBusy / m_cores;
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
    for (const auto& host : m_hosts) alive += host.state != State::Gone ? 1 : 0;
    if (auto* window = at(m_now)) window->peakInstances = std::max(window->peakInstances, alive);
  }

  std::int64_t wanted(const Host& host) const {
    std::int64_t sum = 0;
    for (const auto& job : host.running) sum += job.cores;
    return sum;
  }
  bool shared(const Host& host) const {
    return m_fleet.discipline == model::Discipline::ProcessorSharing && wanted(host) > m_cores;
  }
  std::int64_t finish(const Host& host, const Job& job) const {
    Int128 work = std::max<std::int64_t>(0, job.left), perNs = 1024;
    if (shared(host)) {
      work *= wanted(host);
      perNs *= m_cores;
    }
    return host.since + static_cast<std::int64_t>((work + perNs - 1) / perNs);
  }
  void progress(Host& host) {
    Int128 done = static_cast<Int128>(m_now - host.since) * 1024;
    if (shared(host)) done = done * m_cores / wanted(host);
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
      const Int128 busy = std::min(wanted(host), m_cores) * dt;
      if (m_now < m_plan.horizon.count()) {
        m_busy += busy;
        serve(host.state, dt, busy);
      }
      host.busyInPeriod += busy;
      if (window == nullptr) continue;
      window->instanceNs += dt;
      if (host.state != State::Booting) window->inServiceNs += dt;
      window->inFlightNs += dt * static_cast<Int128>(host.running.size() + host.waiting.size());
    }
    m_now = to;
  }

  void serve(State state, Int128 dt, Int128 busy) {
    if (state == State::Serving) {
      m_slots[m_slot].serving += dt;
      m_servingBusy += busy;
    }
    if (state == State::Draining) {
      m_slots[m_slot].draining += dt;
      m_drainingBusy += busy;
    }
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
      if (host.state == State::Draining && host.running.empty()) consider(Gone, m_now, i);
    }
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
      m_slots[m_slot].servingBusy = m_servingBusy;
      m_slots[m_slot].drainingBusy = m_drainingBusy;
      ++m_slot;
      break;
    case Boot:
      m_hosts[who].state = State::Serving;
      m_ring.push_back(who);
      break;
    case Deadline: end(m_hosts[who]); break;
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
    for (const auto& job : host.running) record(job.arrival, false);
    for (const auto& job : host.waiting) record(job.arrival, false);
    host.running.clear();
    host.waiting.clear();
    host.state = State::Gone;
    host.ended = m_now;
    if (auto* window = m_now < m_plan.horizon.count() ? at(m_now) : nullptr) ++window->terminations;
  }
  void topUp(const Host& host) {
    if (host.ended >= m_plan.horizon.count()) return;
    const std::int64_t missing = std::max<std::int64_t>(0, 60'000'000'000 - (host.ended - host.launched));
    if (auto* window = at(host.ended)) window->minimumTopUpNs += missing;
    m_hours.instanceNs[static_cast<std::size_t>(host.ended / m_plan.hour.count())] += missing;
  }

  static std::int64_t outstanding(const Host& host) {
    return static_cast<std::int64_t>(host.running.size() + host.waiting.size());
  }
  std::size_t choose() {
    std::size_t index = m_turn;
    if (m_fleet.routing == model::Routing::Random)
      return m_ring[static_cast<std::size_t>(m_routing.below(m_ring.size()))];
    if (m_fleet.routing == model::Routing::LeastOutstanding) {
      for (std::size_t k = 1; k < m_ring.size(); ++k) {
        const std::size_t other = (m_turn + k) % m_ring.size();
        if (outstanding(m_hosts[m_ring[other]]) < outstanding(m_hosts[m_ring[index]])) index = other;
      }
    }
    m_turn = (index + 1) % m_ring.size();
    return m_ring[index];
  }
  void arrive() {
    const Request& request = (*m_requests)[m_next++];
    Host* chosen = m_ring.empty() ? nullptr : &m_hosts[choose()];
    const auto most = std::min(m_fleet.overflowLimit.value_or(0), m_fleet.workers + m_fleet.queueLimit);
    if (m_fleet.overflowLimit && (chosen == nullptr || outstanding(*chosen) >= most))
      return m_handedOver.push_back(request);
    auto* window = at(m_now);
    if (window != nullptr) ++window->outcomes.attempts;
    const auto reject = [&] {
      if (window != nullptr) ++window->outcomes.rejected;
    };
    if (chosen == nullptr) return reject();
    Host& host = *chosen;
    ++host.receivedInPeriod;
    ++m_slots[m_slot].routed;
    const double parallel = std::min(m_fleet.threads, m_fleet.vcpus);
    const std::int64_t lasts =
        std::llround(static_cast<double>(request.io) + static_cast<double>(request.cpu) / (m_fleet.speed * parallel));
    const double cores =
        lasts == 0
            ? 0.0
            : std::min(parallel, static_cast<double>(request.cpu) / (m_fleet.speed * static_cast<double>(lasts)));
    const Job job{m_now, lasts * 1024, std::llround(cores * static_cast<double>(kUnit))};
    if (static_cast<std::int64_t>(host.running.size()) < m_fleet.workers) {
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
    Int128 busy = 0;
    std::int64_t received = 0;
    for (auto& host : m_hosts) {
      if (host.state == State::Serving && host.warm + length <= m_now) {
        ++point.instances;
        busy += host.busyInPeriod;
        received += host.receivedInPeriod;
      }
      host.busyInPeriod = 0;
      host.receivedInPeriod = 0;
    }
    if (point.instances > 0) {
      const auto n = static_cast<double>(point.instances);
      point.cpu = static_cast<double>(busy) / (static_cast<double>(m_cores) * static_cast<double>(length) * n);
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
    std::int64_t serving = 0, booting = 0;
    bool warming = false;
    for (const auto& host : m_hosts) {
      serving += host.state == State::Serving ? 1 : 0;
      booting += host.state == State::Booting ? 1 : 0;
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
  void boot() {
    const std::int64_t inService = m_now + m_boot.next();
    add(State::Booting, inService, inService + m_policy.warmup.count());
  }
  void drainOne() {
    std::vector<int> perZone(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Serving) ++perZone[static_cast<std::size_t>(host.zone)];
    const auto zone = std::max_element(perZone.begin(), perZone.end()) - perZone.begin();
    // Hosts stand in launch order, so the first of the zone is the oldest.
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      Host& host = m_hosts[i];
      if (host.state != State::Serving || host.zone != zone) continue;
      host.state = State::Draining;
      host.deadline = m_now + m_fleet.deregistrationDelay.count();
      const auto position = std::find(m_ring.begin(), m_ring.end(), i) - m_ring.begin();
      m_ring.erase(m_ring.begin() + position);
      if (static_cast<std::size_t>(position) < m_turn) --m_turn;
      if (m_turn >= m_ring.size()) m_turn = 0;
      return;
    }
  }

  model::Ec2Fleet m_fleet;
  model::ObservationPlan m_plan;
  model::TargetTracking m_policy;
  workloads::DurationSampler m_boot;
  workloads::RandomStream m_routing;
  std::int64_t m_cores;
  const std::vector<Request>* m_requests = nullptr;
  std::vector<Request> m_handedOver; // by the overflow limit
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
  Int128 m_servingBusy = 0, m_drainingBusy = 0;
};

} // namespace reference
