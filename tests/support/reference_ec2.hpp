#pragma once
// The same fleet as a plain textbook event loop: one event at a time, every instance looked at each time, remaining
// work instead of virtual time, integrals of the state over time instead of spans per request. Slow and short; shares
// no code with the simulator but its random streams, metricPlan, scalingTarget and targetTrackingDesired.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "tests/support/reference_host.hpp"
#include "tests/support/reference_scaling.hpp"
#include "tests/support/reference_service.hpp"

namespace reference {

struct Request {
  std::int64_t arrival = 0, cpu = 0, io = 0;
};

class Ec2 {
 public:
  Ec2(const model::Ec2Fleet& fleet, const model::ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication)
      : m_fleet(fleet), m_plan(plan), m_metric(model::metricPlan(fleet.scaling)),
        m_boot(fleet.boot, workloads::RandomStream(seed, "ec2.boot", replication)),
        m_poolBoot(fleet.warmPool ? fleet.warmPool->boot : fleet.boot,
                   workloads::RandomStream(seed, "ec2.warm_pool", replication)),
        m_routing(seed, "ec2.routing", replication), m_cores(std::llround(fleet.vcpus * kUnit)),
        m_policy(fleet.scaling), m_clock(fleet, plan.hour.count(), m_cores), m_slots(layOutSlots(plan)),
        m_desired(fleet.initial) {
    m_windows.resize(static_cast<std::size_t>(plan.windows));
    for (std::int64_t from = 0; from < plan.horizon.count(); from += plan.hour.count()) {
      m_hours.instanceNs.push_back(0);
      m_hours.inFlightNs.push_back(0);
    }
    m_periodEnd = m_metric.period.count();
    for (std::int64_t i = 0; i < fleet.initial; ++i) add(State::Serving, m_numbers++, emptiest(false), {0, 0, 0});
    if (m_fleet.warmPool)
      while (poolCount() < poolWanted()) m_pool.push_back({m_numbers++, emptiest(true), 0, 0, running()});
  }

  model::Ec2Run run(const std::vector<Request>& requests) {
    m_requests = &requests;
    while (step()) {
    }
    for (const auto& host : m_hosts) addHours(m_hours.instanceNs, host.launched, host.ended);
    splitService(m_slots, m_fleet, m_cores, m_windows);
    for (std::size_t w = 0; w < m_windows.size(); ++w)
      m_windows[w].cpuBusyNs = m_busyAtEdge[w + 1] / kUnit - m_busyAtEdge[w] / kUnit;
    return {m_windows, m_timeline, m_hours};
  }

 private:
  bool isSharing() const { return m_fleet.discipline == model::Discipline::ProcessorSharing; }
  static constexpr std::int64_t kUnit = std::int64_t{1} << 32;
  // In the order in which things at the same instant happen.
  enum What { Tick, Departure, Timeout, Gone, Edge, Slot, Boot, Deadline, Period, Tock, Point, Arrival, Nothing };
  struct Times {
    std::int64_t inService, warm, runsSince;
  };
  void add(State state, std::int64_t number, std::int64_t zone, const Times& times) {
    if (state == State::Serving) m_ring.push_back(m_hosts.size());
    m_hosts.push_back({state, number, zone, m_now, times.inService, times.warm, times.runsSince});
    if (auto* window = at(m_now)) ++window->launches;
    notePeak();
  }
  std::vector<int> zoneCounts(bool withPool) const {
    std::vector<int> counts(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Booting || host.state == State::Serving) ++counts[static_cast<std::size_t>(host.zone)];
    if (!withPool) return counts;
    for (const auto& prepared : m_pool) ++counts[static_cast<std::size_t>(prepared.zone)];
    for (const auto& host : m_hosts)
      if (host.state == State::Draining && host.returns) ++counts[static_cast<std::size_t>(host.zone)];
    return counts;
  }
  std::int64_t emptiest(bool withPool) const {
    const auto counts = zoneCounts(withPool);
    return std::min_element(counts.begin(), counts.end()) - counts.begin();
  }
  model::Ec2Tally* at(std::int64_t t) {
    for (int i = m_plan.windows - 1; i >= 0; --i)
      if (t >= edge(m_plan, i) && t < edge(m_plan, i + 1)) return &m_windows[static_cast<std::size_t>(i)];
    return nullptr;
  }
  void notePeak() {
    std::int64_t alive = 0;
    for (const auto& host : m_hosts) alive += host.state != State::Gone ? 1 : 0;
    if (auto* window = at(m_now)) window->peakInstances = std::max(window->peakInstances, alive);
  }

  // Before what happens at `to`: an instance that is ready stops.
  void integratePool(std::int64_t to, model::Ec2Tally* window) {
    for (auto& prepared : m_pool) {
      const std::int64_t until = running() ? to : std::clamp(prepared.ready, m_now, to);
      if (prepared.runs) addHours(m_hours.instanceNs, m_now, until);
      if (window != nullptr) {
        window->warmPoolNs += to - m_now;
        if (prepared.runs) window->warmPoolRunningNs += until - m_now;
      }
      if (!running() && prepared.runs && prepared.ready < std::min(to, m_plan.horizon.count()))
        stopRun(prepared, prepared.ready);
    }
  }
  void integrate(std::int64_t to) {
    // The windows of the pool are cut at every event, and every edge is one.
    if (m_now < m_plan.horizon.count()) integratePool(to, at(m_now));
    if (m_now < m_plan.horizon.count()) {
      Service& slot = m_slots[m_slot];
      slot.zones += Int128{to - m_now} * std::min<std::int64_t>(m_fleet.zones, m_clock.min());
      slot.least += Int128{to - m_now} * m_clock.min();
      slot.forecast += Int128{to - m_now} * m_clock.least();
    }
    auto* window = m_now < m_plan.horizon.count() ? at(m_now) : nullptr;
    const Int128 dt = to - m_now;
    for (auto& host : m_hosts) {
      if (host.state == State::Gone) continue;
      const Int128 busy = std::min(host.wanted(), m_cores) * dt;
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
      if (m_clock.next() < m_plan.horizon.count()) consider(Tock, m_clock.next());
      if (!m_points.empty() && m_points.front().visible < m_plan.horizon.count())
        consider(Point, m_points.front().visible);
      if (m_next < m_requests->size()) consider(Arrival, (*m_requests)[m_next].arrival);
    }
    if (m_edge <= m_plan.windows) consider(Edge, edge(m_plan, m_edge));
    if (m_slot < m_slots.size()) consider(Slot, m_slots[m_slot].end);
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      const Host& host = m_hosts[i];
      if (!host.running.empty()) consider(Departure, host.finish(m_cores, isSharing()), i);
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
      m_settled = m_now;
      m_ring.push_back(who);
      break;
    case Deadline: end(m_hosts[who]); break;
    case Period: period(); break;
    case Tock: become(m_clock.act(m_now, m_busy, m_desired)); break;
    case Point: point(); break;
    case Arrival: arrive(); break;
    case Nothing: break;
    }
  }

  void tick() {
    model::TimelinePoint point{model::Duration(m_now), 0, 0, 0, m_seen};
    point.desired = static_cast<double>(m_desired);
    point.warmPool = static_cast<double>(m_pool.size());
    point.alarm = m_policy.alarm();
    for (const auto& host : m_hosts) {
      point.booting += host.state == State::Booting ? 1 : 0;
      point.draining += host.state == State::Draining ? 1 : 0;
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
    host.progress(m_now, m_cores, isSharing());
    const std::size_t i = host.firstOut();
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
    m_settled = m_now;
    if (m_now >= m_plan.horizon.count()) return;
    if (auto* window = at(m_now)) ++window->terminations;
    if (!host.returns || !running()) topUp(&model::Ec2Tally::minimumTopUpNs, host.runsSince, m_now);
    if (host.returns) m_pool.push_back({host.number, host.zone, m_now, host.runsSince, running()});
  }
  void topUp(Int128 model::Ec2Tally::*member, std::int64_t from, std::int64_t to) {
    const std::int64_t missing = std::max<std::int64_t>(0, 60'000'000'000 - (to - from));
    if (auto* window = at(to)) window->*member += missing;
    m_hours.instanceNs[static_cast<std::size_t>(to / m_plan.hour.count())] += missing;
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
    const double parallel = std::min(m_fleet.threads, m_fleet.vcpus);
    const std::int64_t lasts =
        std::llround(static_cast<double>(request.io) + static_cast<double>(request.cpu) / (m_fleet.speed * parallel));
    const double cores =
        lasts == 0
            ? 0.0
            : std::min(parallel, static_cast<double>(request.cpu) / (m_fleet.speed * static_cast<double>(lasts)));
    const Job job{m_now, lasts * 1024, std::llround(cores * static_cast<double>(kUnit))};
    if (static_cast<std::int64_t>(host.running.size()) < m_fleet.workers) {
      host.progress(m_now, m_cores, isSharing());
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
    const std::int64_t length = m_metric.period.count();
    MetricPoint point{m_now + m_metric.delay.count(), 0, 0, 0};
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
    Sight sight = look();
    sight.pointInstances = point.instances;
    sight.value = m_metric.metric == model::ScalingMetric::Cpu ? point.cpu : point.requests;
    if (point.instances > 0) m_seen = sight.value;
    const std::int64_t there = sight.serving + sight.booting, wanted = m_policy.desired(sight);
    if (wanted == there || point.instances == 0) return;
    const std::int64_t bounded = std::clamp(wanted, m_clock.least(), m_clock.max());
    if (bounded == there || (bounded > there) != (wanted > there)) return;
    m_policy.acted(m_now);
    become(bounded);
  }
  Sight look() const {
    Sight sight;
    sight.now = m_now;
    sight.settled = m_settled;
    for (const auto& host : m_hosts) {
      sight.serving += host.state == State::Serving ? 1 : 0;
      sight.booting += host.state == State::Booting ? 1 : 0;
      sight.draining += host.state == State::Draining ? 1 : 0;
      sight.warm += host.state == State::Serving && host.warm <= m_now ? 1 : 0;
      sight.warming |= host.state == State::Booting || (host.state == State::Serving && host.warm > m_now);
    }
    return sight;
  }

  void become(std::int64_t desired) {
    m_desired = desired;
    std::int64_t there = look().serving + look().booting;
    for (; there < desired; ++there) boot();
    for (; there > desired; --there)
      if (!cancelOne()) drainOne();
    keepPool();
  }
  bool running() const { return m_fleet.warmPool->state == model::WarmPool::State::Running; }
  std::int64_t poolWanted() const {
    return std::max(m_fleet.warmPool->min, m_fleet.warmPool->maxPrepared.value_or(m_clock.max()) - m_desired);
  }
  std::int64_t poolCount() const { // with those that drain towards it
    auto count = static_cast<std::int64_t>(m_pool.size());
    for (const auto& host : m_hosts) count += host.state == State::Draining && host.returns ? 1 : 0;
    return count;
  }
  void stopRun(Prepared& prepared, std::int64_t t) {
    if (prepared.runs) topUp(&model::Ec2Tally::warmPoolTopUpNs, prepared.runsSince, t);
    prepared.runs = false;
  }
  void keepPool() {
    if (!m_fleet.warmPool) return;
    while (poolCount() < poolWanted()) {
      const std::int64_t zone = emptiest(true), number = m_numbers++;
      m_pool.push_back({number, zone, m_now + m_boot.next() + m_fleet.lifecycleHook.count(), m_now, true});
    }
    while (poolCount() > poolWanted() && !m_pool.empty()) {
      std::size_t newest = 0;
      for (std::size_t i = 1; i < m_pool.size(); ++i)
        if (m_pool[i].number > m_pool[newest].number) newest = i;
      stopRun(m_pool[newest], m_now);
      m_pool.erase(m_pool.begin() + static_cast<std::ptrdiff_t>(newest));
    }
    while (poolCount() > poolWanted()) lastReturning().returns = false;
  }
  Host& lastReturning() {
    Host* last = nullptr;
    for (auto& host : m_hosts)
      if (host.state == State::Draining && host.returns && (last == nullptr || host.drained > last->drained))
        last = &host;
    return *last;
  }
  void boot() {
    const std::size_t chosen = firstReady(m_pool, m_now, zoneCounts(false));
    if (chosen == m_pool.size()) {
      const std::int64_t zone = emptiest(false), inService = m_now + m_boot.next() + m_fleet.lifecycleHook.count();
      return add(State::Booting, m_numbers++, zone, {inService, inService + m_metric.warmup.count(), m_now});
    }
    Prepared taken = m_pool[chosen];
    m_pool.erase(m_pool.begin() + static_cast<std::ptrdiff_t>(chosen));
    if (!running()) stopRun(taken, m_now);
    const std::int64_t inService = m_now + m_poolBoot.next();
    add(State::Booting, taken.number, taken.zone,
        {inService, inService + m_metric.warmup.count(), running() ? taken.runsSince : m_now});
  }
  bool cancelOne() {
    for (std::size_t i = m_hosts.size(); i-- > 0;) {
      if (m_hosts[i].state != State::Booting) continue;
      end(m_hosts[i]);
      return true;
    }
    return false;
  }
  void drainOne() {
    std::vector<int> perZone(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Serving) ++perZone[static_cast<std::size_t>(host.zone)];
    const auto zone = std::max_element(perZone.begin(), perZone.end()) - perZone.begin();
    std::size_t oldest = m_hosts.size();
    for (std::size_t i = 0; i < m_hosts.size(); ++i)
      if (m_hosts[i].state == State::Serving && m_hosts[i].zone == zone)
        if (oldest == m_hosts.size() || m_hosts[i].number < m_hosts[oldest].number) oldest = i;
    Host& host = m_hosts[oldest];
    host.returns = m_fleet.warmPool && m_fleet.warmPool->reuseOnScaleIn && poolCount() < poolWanted();
    host.state = State::Draining;
    host.drained = m_drains++;
    host.deadline = m_now + m_fleet.deregistrationDelay.count();
    const auto position = std::find(m_ring.begin(), m_ring.end(), oldest) - m_ring.begin();
    m_ring.erase(m_ring.begin() + position);
    if (static_cast<std::size_t>(position) < m_turn) --m_turn;
    if (m_turn >= m_ring.size()) m_turn = 0;
  }

  model::Ec2Fleet m_fleet;
  model::ObservationPlan m_plan;
  model::MetricPlan m_metric;
  workloads::DurationSampler m_boot, m_poolBoot;
  workloads::RandomStream m_routing;
  std::int64_t m_cores;
  Policy m_policy;
  Clock m_clock;
  std::vector<Service> m_slots;
  std::int64_t m_desired;
  std::int64_t m_settled = 0, m_numbers = 0, m_drains = 0;
  std::vector<Prepared> m_pool;
  const std::vector<Request>* m_requests = nullptr;
  std::size_t m_next = 0, m_turn = 0;
  std::int64_t m_now = 0, m_periodEnd = 0;
  int m_edge = 0;
  double m_seen = 0;
  Int128 m_busy = 0;
  std::vector<Int128> m_busyAtEdge;
  std::deque<MetricPoint> m_points;
  std::vector<Host> m_hosts;       // every one there ever was, in launch order
  std::vector<std::size_t> m_ring; // serving, in the order they came into service
  std::vector<model::Ec2Tally> m_windows;
  std::vector<model::TimelinePoint> m_timeline;
  model::Ec2Hours m_hours;
  std::size_t m_slot = 0;
  Int128 m_servingBusy = 0, m_drainingBusy = 0;
};

} // namespace reference
