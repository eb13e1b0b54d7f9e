#pragma once
// The same fleet as a plain textbook event loop: one event at a time, every instance looked at each time, remaining
// work instead of virtual time, integrals of the state over time instead of spans per request. Slow and short; shares
// no code with the simulator but its random streams and targetTrackingDesired.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
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
    m_zoneBack.assign(static_cast<std::size_t>(fleet.zones), 0);
    for (const auto& loss : fleet.lostInstances) m_strikes.push_back({loss.at.count(), 0, loss.count});
    for (const auto& loss : fleet.lostZones) {
      m_strikes.push_back({loss.at.count(), 1, (loss.at + loss.lasts).count()});
      m_strikes.push_back({(loss.at + loss.lasts).count(), 2, 0});
    }
    std::stable_sort(m_strikes.begin(), m_strikes.end(),
                     [](const auto& a, const auto& b) { return std::pair(a.at, a.kind) < std::pair(b.at, b.kind); });
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
    std::int64_t arrival, left, cores, lasts; // left: of the work, in 2^-10 ns
  };
  struct Host {
    State state;
    std::int64_t zone, launched, inService, warm, ended = kNever, deadline = kNever;
    std::vector<Job> running;
    std::deque<Job> waiting;
    std::int64_t since = 0; // last change of `running`
    Int128 busyInPeriod = 0;
    std::int64_t receivedInPeriod = 0;
    Int128 credits = 0; // standard mode, kUnit x ns
    bool slow = false;  // has none, and wants more than it earns
    std::int64_t missed = kNever, slowUntil = 0, linkFree = 0;
    double turns = 0;
    bool takesOver = false;
    std::deque<std::int64_t> sending{}; // when responses leave that wait for the link
    bool dead() const { return missed != kNever; }
  };
  // In the order in which things at the same instant happen.
  enum What {
    Tick,
    Departure,
    Sent,
    Credits,
    Take,
    Timeout,
    Gone,
    Edge,
    Slot,
    Deadline,
    Strike,
    Replace,
    Reveal,
    Boot,
    Late,
    Period,
    Point,
    Arrival,
    Nothing
  };
  struct Service { // of one slot
    std::int64_t end = 0, length = 0;
    int window = -1;                                                     // -1: warm-up
    Int128 serving = 0, draining = 0, servingBusy = 0, drainingBusy = 0; // busy since the start, in kUnit
    std::int64_t routed = 0;
  };

  std::vector<std::int64_t> perZone() const {
    std::vector<std::int64_t> count(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Booting || host.state == State::Serving) ++count[static_cast<std::size_t>(host.zone)];
    return count;
  }
  bool anyZoneUp() const {
    return std::any_of(m_zoneBack.begin(), m_zoneBack.end(), [&](std::int64_t back) { return back <= m_now; });
  }
  void add(State state, std::int64_t boot, std::int64_t warmup) {
    const auto count = perZone();
    std::size_t zone = count.size();
    for (std::size_t z = 0; z < count.size(); ++z)
      if (m_zoneBack[z] <= m_now && (zone == count.size() || count[z] < count[zone])) zone = z;
    if (state == State::Serving) m_ring.push_back(m_hosts.size());
    const std::int64_t inService = m_now + boot;
    m_hosts.push_back({state, static_cast<std::int64_t>(zone), m_now, inService, inService + warmup, kNever, kNever, {}, {},
                       0, 0, 0, 0, false});
    if (state == State::Booting) m_hosts.back().slowUntil = inService + m_fleet.slowStart.count();
    if (onCredits()) m_hosts.back().credits = creditNs(m_fleet.credits->atLaunch);
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
  bool onCredits() const { return m_fleet.credits && m_fleet.credits->mode == pricing::CreditMode::Standard; }
  static Int128 creditNs(double credits) { return static_cast<Int128>(credits * 6e10 * static_cast<double>(kUnit)); }
  std::int64_t earned() const { return std::llround(m_fleet.credits->earnedPerHour / 60 * kUnit); }
  // What its requests share, and what they use of it.
  std::int64_t speed(const Host& host) const { return host.slow ? earned() : m_cores; }
  std::int64_t used(const Host& host) const { return std::min(wanted(host), speed(host)); }
  bool shared(const Host& host) const {
    return (host.slow || m_fleet.discipline == model::Discipline::ProcessorSharing) && wanted(host) > speed(host);
  }
  // After every change of the set of requests.
  void judgeCredits(Host& host) const {
    if (onCredits()) host.slow = host.credits == 0 && std::min(wanted(host), m_cores) > earned();
  }
  std::int64_t creditsEnd(const Host& host) const {
    const std::int64_t wants = std::min(wanted(host), m_cores);
    if (!onCredits() || host.slow || wants <= earned()) return kNever;
    const Int128 rate = wants - earned();
    const Int128 left = (host.credits + rate - 1) / rate;
    return left < kNever - m_now ? m_now + static_cast<std::int64_t>(left) : kNever;
  }
  std::int64_t finish(const Host& host, const Job& job) const {
    Int128 work = std::max<std::int64_t>(0, job.left), perNs = 1024;
    if (shared(host)) {
      work *= wanted(host);
      perNs *= speed(host);
    }
    return host.since + static_cast<std::int64_t>((work + perNs - 1) / perNs);
  }
  void progress(Host& host) {
    Int128 done = static_cast<Int128>(m_now - host.since) * 1024;
    if (shared(host)) done = done * speed(host) / wanted(host);
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
      if (window != nullptr) window->inFlightNs += dt * static_cast<Int128>(host.sending.size());
      if (host.state == State::Gone) continue;
      const Int128 busy = used(host) * dt;
      if (onCredits())
        host.credits =
            std::clamp<Int128>(host.credits + earned() * dt - busy, 0, creditNs(m_fleet.credits->maxAccrued));
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
    if (window != nullptr) window->inFlightNs += dt * static_cast<Int128>(waitingMessages() + m_hidden.size());
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
      if (t < when || (t == when && t != kNever && kind < what)) {
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
      if (m_strike < m_strikes.size() && m_strikes[m_strike].at < m_plan.horizon.count())
        consider(Strike, m_strikes[m_strike].at);
      std::int64_t missed = m_missedBoots.empty() ? kNever : m_missedBoots.front();
      for (const auto& host : m_hosts)
        if (host.state == State::Serving) missed = std::min(missed, host.missed);
      if (missed < m_plan.horizon.count()) consider(Replace, missed);
    }
    if (waitingMessages() > 0) consider(Late, oldest().arrival + m_fleet.requestTimeout.count());
    if (!m_hidden.empty()) consider(Reveal, m_hidden.begin()->first.first);
    if (waitingMessages() > 0 && canTake()) consider(Take, m_now);
    if (m_edge <= m_plan.windows) consider(Edge, edge(m_edge));
    if (m_slot < m_slots.size()) consider(Slot, m_slots[m_slot].end);
    for (const std::size_t i : lookOrder()) {
      const Host& host = m_hosts[i];
      if (!host.sending.empty()) consider(Sent, host.sending.front(), i);
      if (!host.running.empty()) consider(Departure, finish(host, host.running[firstOut(host)]), i);
      if (host.state != State::Gone) consider(Credits, creditsEnd(host), i);
      if (!host.waiting.empty()) consider(Timeout, host.waiting.front().arrival + m_fleet.requestTimeout.count(), i);
      if (host.state == State::Booting && open && host.inService < m_plan.horizon.count())
        consider(Boot, host.inService, i);
      if (host.state == State::Draining) consider(Deadline, host.deadline, i);
      if (host.state == State::Draining && host.running.empty()) consider(Gone, std::max(m_now, host.linkFree), i);
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
    case Sent: m_hosts[who].sending.pop_front(); break;
    case Late:
      record(oldest().arrival, false);
      popOldest();
      break;
    case Strike: strike(m_strikes[m_strike++]); break;
    case Replace: replaceLost(); break;
    case Reveal: reveal(); break;
    case Take: take(); break;
    case Timeout: timeout(m_hosts[who]); break;
    case Credits:
      progress(m_hosts[who]);
      judgeCredits(m_hosts[who]);
      break;
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
    case Boot: bootAll(); break;
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
    point.backlog = static_cast<double>(waitingMessages() + m_hidden.size());
    point.inFlight += point.backlog;
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

  // Left at `sent`; `died`: with its machine.
  void record(std::int64_t arrival, bool served, bool died = false) { record(arrival, m_now, served, died); }
  void record(std::int64_t arrival, std::int64_t sent, bool served, bool died) {
    addHours(m_hours.inFlightNs, arrival, sent);
    auto* window = at(arrival);
    if (window == nullptr) return;
    const std::int64_t latency = sent - arrival;
    if (died) {
      ++window->outcomes.errored;
    } else if (served && latency <= m_fleet.requestTimeout.count()) {
      ++window->outcomes.completed;
      window->outcomes.latency.record(latency + m_fleet.overhead.count());
    } else {
      ++window->outcomes.timedOut;
    }
  }

  void depart(Host& host) {
    progress(host);
    const std::size_t i = firstOut(host);
    const std::int64_t sent = std::max(m_now, host.linkFree), link = m_fleet.linkPerRequest.count();
    if (link > 0) host.linkFree = sent + link;
    if (link > 0 && sent > m_now) host.sending.push_back(sent);
    record(host.running[i].arrival, link > 0 ? sent : m_now, true, false);
    host.running.erase(host.running.begin() + static_cast<std::ptrdiff_t>(i));
    if (!host.waiting.empty()) {
      host.running.push_back(host.waiting.front());
      host.waiting.pop_front();
    }
    judgeCredits(host);
  }
  void timeout(Host& host) {
    record(host.waiting.front().arrival, false);
    host.waiting.pop_front();
  }
  void end(Host& host) {
    const bool hides = queued() && m_now < m_plan.horizon.count();
    for (const auto& job : host.running) hides ? hide(job) : record(job.arrival, false);
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
    if (const auto slow = slowTurn()) return *slow;
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
    Host* chosen = m_ring.empty() || queued() ? nullptr : &m_hosts[choose()];
    const auto most = std::min(m_fleet.overflowLimit.value_or(0), m_fleet.workers + m_fleet.queueLimit);
    if (m_fleet.overflowLimit && (chosen == nullptr || (!chosen->dead() && outstanding(*chosen) >= most)))
      return m_handedOver.push_back(request);
    auto* window = at(m_now);
    if (window != nullptr) ++window->outcomes.attempts;
    const auto reject = [&] {
      if (window != nullptr) ++window->outcomes.rejected;
    };
    if (chosen == nullptr && !queued()) return reject();
    ++m_slots[m_slot].routed;
    const double parallel = std::min(m_fleet.threads, m_fleet.vcpus);
    const std::int64_t lasts =
        std::llround(static_cast<double>(request.io) + static_cast<double>(request.cpu) / (m_fleet.speed * parallel));
    const double cores =
        lasts == 0
            ? 0.0
            : std::min(parallel, static_cast<double>(request.cpu) / (m_fleet.speed * static_cast<double>(lasts)));
    const Job job{m_now, lasts * 1024, std::llround(cores * static_cast<double>(kUnit)), lasts};
    if (queued()) return m_fresh.push_back(job);
    Host& host = *chosen;
    if (host.dead()) {
      if (window != nullptr) ++window->outcomes.errored;
      return;
    }
    ++host.receivedInPeriod;
    if (static_cast<std::int64_t>(host.running.size()) < m_fleet.workers) {
      progress(host);
      host.running.push_back(job);
      judgeCredits(host);
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
      if (host.state == State::Serving && !host.dead() && host.warm + length <= m_now) {
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
    std::int64_t serving = 0, booting = m_unlaunched;
    bool warming = m_unlaunched > 0;
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
    if (!anyZoneUp())
      ++m_unlaunched;
    else
      add(State::Booting, m_boot.next(), m_policy.warmup.count());
  }
  void bootAll() { // those that come into service together
    std::int64_t over = 0;
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      Host& host = m_hosts[i];
      if (host.state != State::Booting || host.inService > m_now) continue;
      host.state = State::Serving;
      m_ring.push_back(i);
      over += host.takesOver ? 1 : 0;
    }
    for (; over > 0; --over) drainOne();
  }

  // ---- a queue of the fleet: oldest first ----
  using Line = std::multimap<std::tuple<std::int64_t, std::int64_t, std::int64_t>, Job>;
  static std::tuple<std::int64_t, std::int64_t, std::int64_t> key(const Job& job) {
    return {job.arrival, job.lasts, job.cores};
  }
  bool queued() const { return m_fleet.routing == model::Routing::Queue; }
  std::size_t waitingMessages() const { return m_again.size() + m_fresh.size(); }
  const Job& oldest() const { return m_again.empty() ? m_fresh.front() : m_again.begin()->second; }
  void popOldest() {
    if (m_again.empty())
      m_fresh.pop_front();
    else
      m_again.erase(m_again.begin());
  }
  bool mayTake(const Host& host) const {
    return !host.dead() && static_cast<std::int64_t>(host.running.size()) < m_fleet.workers;
  }
  bool canTake() const {
    return std::any_of(m_ring.begin(), m_ring.end(), [&](std::size_t i) { return mayTake(m_hosts[i]); });
  }
  void take() {
    std::size_t best = m_ring.size();
    for (std::size_t k = 0; k < m_ring.size(); ++k) {
      const std::size_t other = (m_turn + k) % m_ring.size();
      if (!mayTake(m_hosts[m_ring[other]])) continue;
      if (best == m_ring.size() || m_hosts[m_ring[other]].running.size() < m_hosts[m_ring[best]].running.size())
        best = other;
    }
    m_turn = (best + 1) % m_ring.size();
    Host& host = m_hosts[m_ring[best]];
    ++host.receivedInPeriod;
    progress(host);
    host.running.push_back(oldest());
    popOldest();
    judgeCredits(host);
  }
  void hide(Job job) {
    job.left = job.lasts * 1024;
    m_hidden.insert({{m_now + m_fleet.visibilityTimeout.count(), key(job)}, job});
  }
  void reveal() {
    while (!m_hidden.empty() && m_hidden.begin()->first.first <= m_now) {
      const Job job = m_hidden.begin()->second;
      m_hidden.erase(m_hidden.begin());
      if (job.arrival + m_fleet.requestTimeout.count() < m_now)
        record(job.arrival, false);
      else
        m_again.insert({key(job), job});
    }
  }
  // In a tie between instances of a queue's fleet the first in the ring ends first.
  std::vector<std::size_t> lookOrder() const {
    std::vector<std::size_t> order = queued() ? m_ring : std::vector<std::size_t>{};
    for (std::size_t i = 0; i < m_hosts.size(); ++i)
      if (!queued() || m_hosts[i].state != State::Serving) order.push_back(i);
    return order;
  }

  // ---- lost machines ----
  struct StrikeAt {
    std::int64_t at;
    int kind; // 0 instances, 1 zone down, 2 zone back
    std::int64_t amount;
  };
  void die(Host& host) {
    for (const auto& job : host.running) queued() ? hide(job) : record(job.arrival, false, true);
    for (const auto& job : host.waiting) record(job.arrival, false, true);
    host.running.clear();
    host.waiting.clear();
    host.since = m_now;
    judgeCredits(host);
    host.missed = m_now + m_fleet.healthCheck.detection().count();
  }
  void strike(const StrikeAt& strike) {
    if (strike.kind == 2) return rebalance();
    std::int64_t left = strike.kind == 0 ? strike.amount : std::numeric_limits<std::int64_t>::max();
    if (strike.kind == 1) m_zoneBack[0] = std::max(m_zoneBack[0], strike.amount);
    for (auto& host : m_hosts) {
      if (host.state == State::Gone || host.dead() || left == 0) continue;
      if (strike.kind == 0 ? host.state != State::Serving : host.zone != 0) continue;
      --left;
      if (host.state == State::Booting) {
        end(host);
        m_missedBoots.push_back(m_now + m_fleet.healthCheck.detection().count());
      } else {
        die(host);
      }
    }
  }
  void replaceLost() {
    std::int64_t count = 0;
    while (!m_missedBoots.empty() && m_missedBoots.front() <= m_now) {
      m_missedBoots.erase(m_missedBoots.begin());
      ++count;
    }
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      if (m_hosts[i].state != State::Serving || m_hosts[i].missed > m_now) continue;
      end(m_hosts[i]);
      leaveRing(i);
      ++count;
    }
    for (; count > 0; --count) boot();
  }
  void rebalance() {
    for (std::int64_t wanted = std::exchange(m_unlaunched, 0); wanted > 0; --wanted) boot();
    auto count = perZone();
    std::int64_t moves = 0;
    for (;; ++moves) {
      const auto least = std::min_element(count.begin(), count.end()), most = std::max_element(count.begin(), count.end());
      if (*most < *least + 2) break;
      ++*least;
      --*most;
    }
    for (; moves > 0; --moves) {
      boot();
      m_hosts.back().takesOver = true;
    }
  }
  void leaveRing(std::size_t host) {
    const auto position = std::find(m_ring.begin(), m_ring.end(), host) - m_ring.begin();
    m_ring.erase(m_ring.begin() + position);
    if (static_cast<std::size_t>(position) < m_turn) --m_turn;
    if (m_turn >= m_ring.size()) m_turn = 0;
  }

  // ---- slow start ----
  std::optional<std::size_t> slowTurn() {
    const auto slow = [&](std::size_t i) { return m_hosts[i].slowUntil > m_now; };
    if (m_fleet.routing != model::Routing::RoundRobin || std::none_of(m_ring.begin(), m_ring.end(), slow)) return {};
    std::size_t most = m_hosts.size();
    for (std::size_t k = 0; k < m_ring.size(); ++k) {
      const std::size_t i = m_ring[m_turn];
      m_turn = (m_turn + 1) % m_ring.size();
      Host& host = m_hosts[i];
      if (!slow(i)) return i;
      host.turns += 1 - static_cast<double>(host.slowUntil - m_now) / static_cast<double>(m_fleet.slowStart.count());
      if (most == m_hosts.size() || host.turns > m_hosts[most].turns) most = i;
      if (host.turns >= 1) {
        host.turns -= 1;
        return i;
      }
    }
    m_hosts[most].turns = 0;
    return most;
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
      return leaveRing(i);
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
  Line m_again; // came back from a lost instance
  std::deque<Job> m_fresh;
  std::multimap<std::pair<std::int64_t, std::tuple<std::int64_t, std::int64_t, std::int64_t>>, Job> m_hidden;
  std::vector<StrikeAt> m_strikes;
  std::size_t m_strike = 0;
  std::int64_t m_unlaunched = 0;
  std::vector<std::int64_t> m_zoneBack, m_missedBoots;
};

} // namespace reference
