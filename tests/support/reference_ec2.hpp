#pragma once
// The same fleet as a plain textbook event loop: one event at a time, every instance looked at each time, remaining
// work instead of virtual time, integrals of the state over time instead of spans per request. Slow and short; shares
// no code with the simulator but its random streams, metricPlan, scalingTarget and targetTrackingDesired.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
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
        m_routing(seed, "ec2.routing", replication), m_market(seed, "ec2.spot", replication), m_policy(fleet.scaling),
        m_clock(fleet, plan.hour.count(), std::llround(fleet.vcpus * kUnit)), m_slots(layOutSlots(plan)),
        m_desired(fleet.initial), m_kinds(fleet.furtherKinds) {
    m_kinds.insert(m_kinds.begin(), fleet);
    for (const auto& kind : m_kinds) m_cores.push_back(std::llround(kind.vcpus * kUnit));
    for (std::size_t k = 0; k < m_kinds.size(); ++k) m_order.push_back(k);
    if (!fleet.mix.spotOrder.empty()) m_order = fleet.mix.spotOrder;
    m_windows.resize(static_cast<std::size_t>(plan.windows));
    if (usesSpot())
      for (auto& window : m_windows) window.spot.resize(m_kinds.size());
    for (std::int64_t from = 0; from < plan.horizon.count(); from += plan.hour.count()) {
      m_hours.instanceNs.push_back(0);
      m_hours.inFlightNs.push_back(0);
    }
    m_periodEnd = m_metric.period.count();
    m_zoneBack.assign(static_cast<std::size_t>(fleet.zones), 0);
    drawStrikes();
    for (std::int64_t i = 0; i < fleet.initial; ++i) addInitial();
    retarget();
    if (fleet.healthCheck.byWorker) m_check = fleet.healthCheck.interval.count();
    if (m_fleet.warmPool)
      while (poolCount() < poolWanted()) m_pool.push_back({m_numbers++, emptiest(true), 0, 0, running()});
  }

  model::Ec2Run run(const std::vector<Request>& requests) {
    m_requests = &requests;
    while (step()) {
    }
    for (const auto& host : m_hosts) {
      if (!host.spot) addHours(m_hours.instanceNs, host.launched, host.ended);
      if (host.interrupted) settleInterrupted(host);
    }
    splitService(m_slots, m_fleet, m_windows);
    for (std::size_t w = 0; w < m_windows.size(); ++w)
      m_windows[w].cpuBusyNs = m_busyAtEdge[w + 1] / kUnit - m_busyAtEdge[w] / kUnit;
    return {m_windows, m_timeline, m_hours};
  }

  const std::vector<Request>& handedOver() const { return m_handedOver; }

 private:
  bool isSharing() const { return m_fleet.discipline == model::Discipline::ProcessorSharing; }
  bool isSharing(const Host& host) const { return host.slow || isSharing(); }
  static constexpr std::int64_t kUnit = std::int64_t{1} << 32;
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
    Miss,
    Check,
    Reveal,
    Boot,
    Late,
    Replace,
    Notice,
    Retry,
    Period,
    Tock,
    Point,
    Arrival,
    Nothing
  };
  struct Times {
    std::int64_t inService, warm, runsSince;
  };
  struct Bought {
    std::size_t kind;
    bool spot;
  };
  void add(State state, std::int64_t number, std::int64_t zone, const Times& times, const Bought& bought) {
    if (state == State::Serving) enter(m_hosts.size());
    m_hosts.push_back({state, number, zone, m_now, times.inService, times.warm, times.runsSince});
    m_hosts.back().kind = bought.kind;
    m_hosts.back().spot = bought.spot;
    if (state == State::Booting) m_hosts.back().slowUntil = times.inService + m_fleet.slowStart.count();
    if (onCredits(m_hosts.back())) m_hosts.back().credits = creditNs(m_kinds[bought.kind].credits->atLaunch);
    if (bought.spot) m_hosts.back().notice = noticeAfter(bought.kind);
    if (auto* window = at(m_now)) ++window->launches;
    notePeak();
  }
  void enter(std::size_t host) {
    m_ring.push_back(host);
    m_everServed.push_back(host);
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
  // Of those in that state, the option of which there would be too many, if there are any.
  bool shedsSpot(State state) const {
    const bool spot = bought(false) <= wantedOnDemand(bought(false) + bought(true) - 1);
    return count(state, spot) == 0 ? !spot : spot;
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
    add(State::Serving, m_numbers++, emptiest(false), {0, 0, 0}, {spot ? kindAsked(0) : 0, spot});
    m_hosts.back().old = true;
  }
  void bootAs(std::size_t kind, bool spot) {
    const std::int64_t zone = emptiest(false), inService = m_now + m_boot.next() + m_fleet.lifecycleHook.count();
    add(State::Booting, m_numbers++, zone, {inService, inService + m_metric.warmup.count(), m_now}, {kind, spot});
  }
  void boot() {
    if (!anyZoneUp()) {
      ++m_unlaunched;
      return;
    }
    if (nextOnDemand()) return bootOnDemand();
    for (std::size_t asked = 0; asked < m_order.size(); ++asked) {
      if (m_fleet.spot.unavailable > 0 && m_market.uniform() < m_fleet.spot.unavailable) continue;
      return bootAs(kindAsked(asked), true);
    }
    if (auto* window = at(m_now)) ++window->launchesWithoutCapacity;
    if (m_fleet.spot.fallbackOnDemand) return bootOnDemand();
    m_retries.push_back(m_now + m_fleet.spot.retry.count());
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
    if (host.takesOver) return; // the group has the one it was to relieve
    host.replace = !m_fleet.spot.rebalance;
    if (m_fleet.spot.rebalance) boot();
  }
  void settleInterrupted(const Host& host) {
    if (host.ended >= m_plan.horizon.count()) return;
    ++windowOrNone(host.ended).interruptions;
    if (host.old || host.ended - host.launched >= 3'600'000'000'000) return;
    for (int w = 0; w < m_plan.windows; ++w) {
      const std::int64_t free = std::min(host.ended, edge(m_plan, w + 1)) - std::max(host.launched, edge(m_plan, w));
      m_windows[static_cast<std::size_t>(w)].spot[host.kind].freeNs += std::max<std::int64_t>(0, free);
    }
  }
  model::Ec2Tally& windowOrNone(std::int64_t t) {
    auto* window = at(t);
    return window != nullptr ? *window : m_unobserved;
  }
  std::int64_t cores(const Host& host) const { return host.slow ? earned(host) : m_cores[host.kind]; }

  // -- credits in standard mode --
  bool onCredits(const Host& host) const {
    const auto& plan = m_kinds[host.kind].credits;
    return plan && plan->mode == pricing::CreditMode::Standard;
  }
  static Int128 creditNs(double credits) { return static_cast<Int128>(credits * 6e10 * static_cast<double>(kUnit)); }
  std::int64_t earned(const Host& host) const {
    return std::llround(m_kinds[host.kind].credits->earnedPerHour / 60 * kUnit);
  }
  // After every change of the set of requests.
  void judgeCredits(Host& host) const {
    if (onCredits(host)) host.slow = host.credits == 0 && std::min(host.wanted(), m_cores[host.kind]) > earned(host);
  }
  std::int64_t creditsEnd(const Host& host) const {
    if (!onCredits(host) || host.slow) return kNever;
    const std::int64_t wants = std::min(host.wanted(), m_cores[host.kind]);
    if (wants <= earned(host)) return kNever;
    const Int128 rate = wants - earned(host);
    const Int128 left = (host.credits + rate - 1) / rate;
    return left < kNever - m_now ? m_now + static_cast<std::int64_t>(left) : kNever;
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
    std::size_t zone = counts.size();
    for (std::size_t z = 0; z < counts.size(); ++z)
      if (m_zoneBack[z] <= m_now && (zone == counts.size() || counts[z] < counts[zone])) zone = z;
    return static_cast<std::int64_t>(zone);
  }
  model::Ec2Tally* at(std::int64_t t) {
    for (int i = m_plan.windows - 1; i >= 0; --i)
      if (t >= edge(m_plan, i) && t < edge(m_plan, i + 1)) return &m_windows[static_cast<std::size_t>(i)];
    return nullptr;
  }
  void notePeak() {
    std::int64_t alive = 0;
    // One that ends at this instant is not there in the window that begins.
    for (const auto& host : m_hosts) alive += host.isAlive() && host.deadline > m_now ? 1 : 0;
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
      if (window != nullptr) window->inFlightNs += dt * static_cast<Int128>(host.sending.size());
      if (host.state == State::Gone) continue;
      const Int128 busy = std::min(host.wanted(), cores(host)) * dt;
      if (onCredits(host))
        host.credits = std::clamp<Int128>(host.credits + earned(host) * dt - busy, 0,
                                          creditNs(m_kinds[host.kind].credits->maxAccrued));
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
    if (window != nullptr) window->inFlightNs += dt * static_cast<Int128>(waitingMessages() + m_hidden.size());
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
      if (m_clock.next() < m_plan.horizon.count()) consider(Tock, m_clock.next());
      if (!m_points.empty() && m_points.front().visible < m_plan.horizon.count())
        consider(Point, m_points.front().visible);
      if (m_next < m_requests->size()) consider(Arrival, (*m_requests)[m_next].arrival);
      if (m_strike < m_strikes.size() && m_strikes[m_strike].at < m_plan.horizon.count())
        consider(Strike, m_strikes[m_strike].at);
      std::int64_t missed = m_missedBoots.empty() ? kNever : m_missedBoots.front();
      for (const auto& host : m_hosts)
        if (host.state == State::Serving) missed = std::min(missed, host.missed);
      if (missed < m_plan.horizon.count()) consider(Miss, missed);
    }
    if (open)
      consider(Check, std::min(m_check, m_checkDue) < m_plan.horizon.count() ? std::min(m_check, m_checkDue) : kNever);
    if (waitingMessages() > 0) consider(Late, oldest().arrival + m_fleet.requestTimeout.count());
    if (!m_hidden.empty()) consider(Reveal, m_hidden.begin()->first.first);
    if (waitingMessages() > 0 && canTake()) consider(Take, m_now);
    if (m_edge <= m_plan.windows) consider(Edge, edge(m_plan, m_edge));
    if (m_slot < m_slots.size()) consider(Slot, m_slots[m_slot].end);
    for (const std::size_t i : lookOrder()) {
      const Host& host = m_hosts[i];
      if (!host.sending.empty()) consider(Sent, host.sending.front(), i);
      if (!host.running.empty()) consider(Departure, host.finish(cores(host), isSharing(host)), i);
      if (host.state != State::Gone) consider(Credits, creditsEnd(host), i);
      if (!host.waiting.empty()) consider(Timeout, host.waiting.front().arrival + m_fleet.requestTimeout.count(), i);
      if (host.state == State::Booting && open && host.inService < m_plan.horizon.count())
        consider(Boot, host.inService, i);
      if (host.state == State::Draining) consider(Deadline, host.deadline, i);
      if (host.state == State::Condemned && open && host.deadline < m_plan.horizon.count())
        consider(Deadline, host.deadline, i);
      if (host.state == State::Draining && host.running.empty() && !host.held)
        consider(Gone, std::max(m_now, host.linkFree), i);
      if (host.isAlive() && open && host.notice < m_plan.horizon.count()) consider(Notice, host.notice, i);
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
    case Sent: m_hosts[who].sending.pop_front(); break;
    case Late:
      record(oldest().arrival, false);
      popOldest();
      break;
    case Strike: strike(m_strikes[m_strike++]); break;
    case Miss: replaceLost(); break;
    case Check: check(); break;
    case Reveal: reveal(); break;
    case Take: take(); break;
    case Timeout: timeout(m_hosts[who]); break;
    case Credits:
      m_hosts[who].progress(m_now, cores(m_hosts[who]), isSharing(m_hosts[who]));
      judgeCredits(m_hosts[who]);
      break;
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
    case Boot: bootAll(); break;
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
    point.unhealthy = static_cast<double>(failing());
    point.alarm = m_policy.alarm();
    for (const auto& host : m_hosts) {
      point.booting += host.state == State::Booting ? 1 : 0;
      point.draining += host.leaves() ? 1 : 0;
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
    host.progress(m_now, cores(host), isSharing(host));
    const std::size_t i = host.firstOut();
    const std::int64_t sent = std::max(m_now, host.linkFree), link = m_kinds[host.kind].linkPerRequest.count();
    if (link > 0) host.linkFree = sent + link;
    if (link > 0 && sent > m_now) host.sending.push_back(sent);
    record(host.running[i].arrival, link > 0 ? sent : m_now, true, false);
    host.running.erase(host.running.begin() + static_cast<std::ptrdiff_t>(i));
    if (host.asked && host.beforeCheck-- == 0) {
      host.asked = false;
      host.late = true;
    }
    if (!host.waiting.empty()) {
      host.running.push_back(host.waiting.front());
      host.waiting.pop_front();
    }
    judgeCredits(host);
  }
  void timeout(Host& host) {
    if (host.beforeCheck > 0) --host.beforeCheck;
    record(host.waiting.front().arrival, false);
    host.waiting.pop_front();
  }
  void end(Host& host) {
    const bool hides = queued() && m_now < m_plan.horizon.count();
    const auto lose = [&](const Job& job) {
      if (!hides && host.interrupted && m_now - job.arrival <= m_fleet.requestTimeout.count())
        ++windowOrNone(job.arrival).lostToInterruptions;
    };
    std::for_each(host.running.begin(), host.running.end(), lose);
    std::for_each(host.waiting.begin(), host.waiting.end(), lose);
    m_toReplace += host.replace ? 1 : 0;
    host.replace = false;
    for (const auto& job : host.running) hides ? hide(job) : record(job.arrival, false);
    for (const auto& job : host.waiting) record(job.arrival, false);
    host.running.clear();
    host.waiting.clear();
    host.state = State::Gone;
    host.ended = m_now;
    m_settled = m_now;
    if (m_now >= m_plan.horizon.count()) return;
    if (auto* window = at(m_now)) ++window->terminations;
    if (!host.interrupted && (!host.returns || !running()))
      topUp(&model::Ec2Tally::minimumTopUpNs, host.runsSince, m_now, host.spot ? &host : nullptr);
    if (host.returns) m_pool.push_back({host.number, host.zone, m_now, host.runsSince, running()});
  }
  void topUp(Int128 model::Ec2Tally::*member, std::int64_t from, std::int64_t to, const Host* onSpot = nullptr) {
    const std::int64_t missing = std::max<std::int64_t>(0, 60'000'000'000 - (to - from));
    if (auto* window = at(to)) window->*member += missing;
    if (auto* window = at(to); window != nullptr && onSpot) window->spot[onSpot->kind].minimumTopUpNs += missing;
    if (onSpot) return;
    m_hours.instanceNs[static_cast<std::size_t>(to / m_plan.hour.count())] += missing;
  }

  static std::int64_t outstanding(const Host& host) {
    return static_cast<std::int64_t>(host.running.size() + host.waiting.size());
  }
  std::size_t choose() {
    if (const auto slow = slowTurn()) return *slow;
    std::size_t index = m_turn;
    if (m_fleet.routing == model::Routing::Random)
      return m_targets[static_cast<std::size_t>(m_routing.below(m_targets.size()))];
    if (m_fleet.routing == model::Routing::LeastOutstanding) {
      for (std::size_t k = 1; k < m_targets.size(); ++k) {
        const std::size_t other = (m_turn + k) % m_targets.size();
        if (outstanding(m_hosts[m_targets[other]]) < outstanding(m_hosts[m_targets[index]])) index = other;
      }
    }
    m_turn = (index + 1) % m_targets.size();
    return m_targets[index];
  }
  void arrive() {
    const Request& request = (*m_requests)[m_next++];
    Host* chosen = m_ring.empty() || queued() ? nullptr : &m_hosts[choose()];
    if (m_fleet.overflowLimit && isHandedOver(chosen)) return m_handedOver.push_back(request);
    auto* window = at(m_now);
    if (window != nullptr) ++window->outcomes.attempts;
    const auto reject = [&] {
      if (window != nullptr) ++window->outcomes.rejected;
    };
    if (chosen == nullptr && !queued()) return reject();
    ++m_slots[m_slot].routed;
    const auto& kind = m_kinds[chosen == nullptr ? 0 : chosen->kind];
    const auto cpu = static_cast<double>(request.cpu), io = static_cast<double>(request.io);
    if (queued()) return m_fresh.push_back({m_now, 0, 0, 0, cpu, io, 0});
    const Job job = jobFor(chosen->kind, {m_now, 0, 0, 0, cpu, io, 0});
    Host& host = *chosen;
    if (host.dead()) {
      if (window != nullptr) ++window->outcomes.errored;
      return;
    }
    ++host.receivedInPeriod;
    if (static_cast<std::int64_t>(host.running.size()) < kind.workers) {
      host.progress(m_now, cores(host), isSharing(host));
      host.running.push_back(job);
      judgeCredits(host);
    } else if (static_cast<std::int64_t>(host.waiting.size()) < m_fleet.queueLimit) {
      host.waiting.push_back(job);
    } else {
      reject();
    }
  }

  // The same work where another type does it.
  Job jobFor(std::size_t k, Job job) const {
    const auto& kind = m_kinds[k];
    const double parallel = std::min(m_fleet.threads, kind.vcpus);
    job.kind = k;
    job.lasts = std::llround(job.io + job.cpu / (kind.speed * parallel));
    const double used =
        job.lasts == 0 ? 0.0 : std::min(parallel, job.cpu / (kind.speed * static_cast<double>(job.lasts)));
    job.cores = std::llround(used * static_cast<double>(kUnit));
    job.left = job.lasts * 1024;
    return job;
  }
  // Of one that comes back only what its type made of it is known, unless that type takes it again.
  Job takenBy(std::size_t k, Job job, bool again) const {
    if (again && job.kind != k) {
      const auto& old = m_kinds[job.kind];
      const auto lasts = static_cast<double>(job.lasts);
      job.cpu = static_cast<double>(job.cores) / static_cast<double>(kUnit) * old.speed * lasts;
      job.io = std::max(0.0, lasts - job.cpu / (old.speed * std::min(m_fleet.threads, old.vcpus)));
    }
    return again && job.kind == k ? job : jobFor(k, job);
  }

  bool isHandedOver(const Host* chosen) const {
    if (chosen == nullptr) return true;
    const auto most = std::min(*m_fleet.overflowLimit, m_kinds[chosen->kind].workers + m_fleet.queueLimit);
    return !chosen->dead() && outstanding(*chosen) >= most;
  }

  bool anyZoneUp() const {
    return std::any_of(m_zoneBack.begin(), m_zoneBack.end(), [&](std::int64_t back) { return back <= m_now; });
  }
  void drawStrikes() {
    for (const auto& loss : m_fleet.lostInstances) m_strikes.push_back({loss.at.count(), 0, loss.count});
    for (const auto& loss : m_fleet.lostZones) {
      m_strikes.push_back({loss.at.count(), 1, (loss.at + loss.lasts).count()});
      m_strikes.push_back({(loss.at + loss.lasts).count(), 2, 0});
    }
    std::stable_sort(m_strikes.begin(), m_strikes.end(),
                     [](const auto& a, const auto& b) { return std::pair(a.at, a.kind) < std::pair(b.at, b.kind); });
  }
  void bootAll() { // those that come into service together
    std::int64_t over = 0;
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      Host& host = m_hosts[i];
      if (host.state != State::Booting || host.inService > m_now) continue;
      host.state = State::Serving;
      m_settled = m_now;
      enter(i);
      over += std::exchange(host.takesOver, false) ? 1 : 0;
    }
    retarget();
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
    return !host.dead() && static_cast<std::int64_t>(host.running.size()) < m_kinds[host.kind].workers;
  }
  bool canTake() const {
    return std::any_of(m_targets.begin(), m_targets.end(), [&](std::size_t i) { return mayTake(m_hosts[i]); });
  }
  void take() {
    std::size_t best = m_targets.size();
    for (std::size_t k = 0; k < m_targets.size(); ++k) {
      const std::size_t other = (m_turn + k) % m_targets.size();
      if (!mayTake(m_hosts[m_targets[other]])) continue;
      if (best == m_targets.size() ||
          m_hosts[m_targets[other]].running.size() < m_hosts[m_targets[best]].running.size())
        best = other;
    }
    m_turn = (best + 1) % m_targets.size();
    Host& host = m_hosts[m_targets[best]];
    ++host.receivedInPeriod;
    host.progress(m_now, cores(host), isSharing(host));
    host.running.push_back(takenBy(host.kind, oldest(), !m_again.empty()));
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
    host.returns = false;
  }
  void strike(const StrikeAt& strike) {
    if (strike.kind == 2) return rebalance();
    std::int64_t left = strike.kind == 0 ? strike.amount : kNever;
    if (strike.kind == 1) m_zoneBack[0] = std::max(m_zoneBack[0], strike.amount);
    std::vector<std::size_t> byAge(m_hosts.size()); // an instance of the pool is older than when it was taken
    std::iota(byAge.begin(), byAge.end(), 0);
    std::stable_sort(byAge.begin(), byAge.end(), [&](auto a, auto b) { return m_hosts[a].number < m_hosts[b].number; });
    for (const std::size_t i : byAge) {
      Host& host = m_hosts[i];
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
    if (strike.kind == 1) losePool();
  }
  void losePool() {
    std::erase_if(m_pool, [&](Prepared& prepared) {
      if (prepared.zone == 0) stopRun(prepared, m_now);
      return prepared.zone == 0;
    });
    keepPool();
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
    for (; count > 0 && look().serving + look().booting < m_desired; --count) boot();
  }
  void rebalance() {
    for (std::int64_t wanted = std::exchange(m_unlaunched, 0); wanted > 0; --wanted) boot();
    if (!anyZoneUp()) return;
    keepPool();
    auto count = zoneCounts(false);
    std::int64_t moves = 0;
    for (;; ++moves) {
      const auto least = std::min_element(count.begin(), count.end()),
                 most = std::max_element(count.begin(), count.end());
      if (*most < *least + 2) break;
      ++*least;
      --*most;
    }
    for (; moves > 0; --moves) {
      const std::size_t asking = m_retries.size();
      boot();
      if (m_retries.size() > asking)
        m_retries.pop_back();
      else
        m_hosts.back().takesOver = true;
    }
  }
  // ---- health checks by worker ----
  std::int64_t failing() const {
    return std::count_if(m_ring.begin(), m_ring.end(), [&](std::size_t i) { return m_hosts[i].fails; });
  }
  void retarget() {
    const std::size_t old = m_turn < m_targets.size() ? m_targets[m_turn] : m_hosts.size();
    const bool open = !m_ring.empty() && failing() == static_cast<std::int64_t>(m_ring.size());
    if (open && !m_open) ++windowOrNone(m_now).failedOpen;
    m_open = open;
    m_targets.clear();
    for (const std::size_t i : m_ring)
      if (open || !m_hosts[i].fails) m_targets.push_back(i);
    m_turn = 0;
    bool passed = old == m_hosts.size();
    for (const std::size_t i : m_everServed) {
      passed |= i == old;
      const auto target = std::find(m_targets.begin(), m_targets.end(), i);
      if (!passed || target == m_targets.end()) continue;
      m_turn = static_cast<std::size_t>(target - m_targets.begin());
      return;
    }
  }
  void result(Host& host, bool passes) {
    host.late = false;
    host.against = passes == host.fails ? host.against + 1 : 0;
    if (host.against < (host.fails ? m_fleet.healthCheck.healthy : m_fleet.healthCheck.unhealthy)) return;
    host.against = 0;
    host.fails = !host.fails;
    if (host.fails) ++windowOrNone(m_now).wentUnhealthy;
  }
  // Judged when the time for an answer is over; then the next are sent.
  void check() {
    const auto alive = [&](std::size_t i) { return !m_hosts[i].dead(); };
    if (m_checkDue == m_now) {
      for (const std::size_t i : m_ring)
        if (alive(i) && (m_hosts[i].late || m_hosts[i].asked)) {
          m_hosts[i].asked = false;
          result(m_hosts[i], m_hosts[i].late);
        }
      m_checkDue = kNever;
    }
    if (m_check == m_now) {
      for (const std::size_t i : m_ring) {
        Host& host = m_hosts[i];
        if (!alive(i)) continue;
        host.asked = static_cast<std::int64_t>(host.running.size()) >= m_kinds[host.kind].workers;
        host.beforeCheck = static_cast<std::int64_t>(host.waiting.size());
        if (!host.asked) result(host, true);
      }
      m_check += m_fleet.healthCheck.interval.count();
      m_checkDue = m_now + m_fleet.healthCheck.timeout.count();
    }
    std::int64_t ended = 0;
    const std::vector<std::size_t> ring = m_ring;
    for (const std::size_t i : ring) {
      Host& host = m_hosts[i];
      if (!m_fleet.healthCheck.replaces || !host.fails || host.dead()) continue;
      if (m_now < host.inService + m_fleet.healthCheck.grace.count()) continue;
      host.state = State::Draining;
      host.drained = m_drains++;
      host.deadline = m_now + m_fleet.deregistrationDelay.count();
      leaveRing(i);
      ++ended;
    }
    retarget();
    for (; ended > 0 && look().serving + look().booting < m_desired; --ended) boot();
  }
  // ---- slow start ----
  std::optional<std::size_t> slowTurn() {
    const auto slow = [&](std::size_t i) { return m_hosts[i].slowUntil > m_now; };
    if (m_fleet.routing != model::Routing::RoundRobin || std::none_of(m_targets.begin(), m_targets.end(), slow))
      return {};
    std::size_t most = m_hosts.size();
    for (std::size_t k = 0; k < m_targets.size(); ++k) {
      const std::size_t i = m_targets[m_turn];
      m_turn = (m_turn + 1) % m_targets.size();
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

  struct MetricPoint {
    std::int64_t visible = 0, instances = 0;
    double cpu = 0, requests = 0, backlog = 0;
  };
  void period() {
    const std::int64_t length = m_metric.period.count();
    MetricPoint point{m_now + m_metric.delay.count(), 0, 0, 0, 0};
    std::map<std::size_t, Int128> busy; // by type
    std::int64_t received = 0;
    for (auto& host : m_hosts) {
      if (host.state == State::Serving && !host.dead() && host.warm + length <= m_now) {
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
      point.backlog = static_cast<double>(waitingMessages()) / static_cast<double>(m_ring.size());
    }
    m_points.push_back(point);
    m_periodEnd += length;
  }

  void point() {
    const MetricPoint point = m_points.front();
    m_points.pop_front();
    Sight sight = look();
    sight.pointInstances = point.instances;
    sight.value = m_metric.metric == model::ScalingMetric::Cpu                  ? point.cpu
                  : m_metric.metric == model::ScalingMetric::BacklogPerInstance ? point.backlog
                                                                                : point.requests;
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
    sight.booting = m_unlaunched + static_cast<std::int64_t>(m_retries.size()); // on order counts as booting
    sight.warming = m_unlaunched > 0;
    for (const auto& host : m_hosts) {
      sight.serving += host.state == State::Serving ? 1 : 0;
      sight.booting += (host.state == State::Booting && !host.takesOver) || host.replace ? 1 : 0;
      sight.draining += host.leaves() ? 1 : 0;
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
      if (!dropOrder() && !cancelOne()) drainOne();
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
    while (poolCount() < poolWanted() && anyZoneUp()) {
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
  void bootOnDemand() {
    const std::size_t chosen = firstReady(m_pool, m_now, zoneCounts(false));
    if (chosen == m_pool.size()) return bootAs(0, false);
    Prepared taken = m_pool[chosen];
    m_pool.erase(m_pool.begin() + static_cast<std::ptrdiff_t>(chosen));
    if (!running()) stopRun(taken, m_now);
    const std::int64_t inService = m_now + m_poolBoot.next();
    add(State::Booting, taken.number, taken.zone,
        {inService, inService + m_metric.warmup.count(), running() ? taken.runsSince : m_now}, {0, false});
  }
  // What the market is still asked for: the last to ask again, then the replacement for the newest.
  bool dropOrder() {
    if (m_unlaunched > 0) {
      --m_unlaunched;
      return true;
    }
    if (!m_retries.empty()) {
      m_retries.pop_back();
      return true;
    }
    for (std::size_t i = m_hosts.size(); i-- > 0;) {
      if (!m_hosts[i].replace) continue;
      m_hosts[i].replace = false;
      return true;
    }
    return false;
  }
  bool cancelOne() {
    const bool spot = shedsSpot(State::Booting);
    for (std::size_t i = m_hosts.size(); i-- > 0;) {
      if (m_hosts[i].state != State::Booting || m_hosts[i].spot != spot || m_hosts[i].takesOver) continue;
      end(m_hosts[i]);
      return true;
    }
    return false;
  }
  // What leaves keeps to the mix, then the zones; the oldest goes.
  void drainOne() {
    const bool spot = shedsSpot(State::Serving);
    std::vector<int> perZone(static_cast<std::size_t>(m_fleet.zones), 0);
    for (const auto& host : m_hosts)
      if (host.state == State::Serving) ++perZone[static_cast<std::size_t>(host.zone)];
    const auto before = [&](const Host& a, const Host& b) {
      const int inA = perZone[static_cast<std::size_t>(a.zone)], inB = perZone[static_cast<std::size_t>(b.zone)];
      return inA != inB ? inA > inB : a.zone != b.zone ? a.zone < b.zone : a.number < b.number;
    };
    std::size_t leaves = m_hosts.size();
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
      if (m_hosts[i].state != State::Serving || m_hosts[i].spot != spot) continue;
      if (leaves == m_hosts.size() || before(m_hosts[i], m_hosts[leaves])) leaves = i;
    }
    Host& host = m_hosts[leaves];
    host.returns = m_fleet.warmPool && m_fleet.warmPool->reuseOnScaleIn && poolCount() < poolWanted();
    host.state = State::Draining;
    host.drained = m_drains++;
    host.deadline = m_now + m_fleet.deregistrationDelay.count();
    leaveRing(leaves);
  }
  void leaveRing(std::size_t host) {
    m_ring.erase(std::find(m_ring.begin(), m_ring.end(), host));
    retarget();
  }

  model::Ec2Fleet m_fleet;
  model::ObservationPlan m_plan;
  model::MetricPlan m_metric;
  workloads::DurationSampler m_boot, m_poolBoot;
  workloads::RandomStream m_routing, m_market;
  Policy m_policy;
  Clock m_clock;
  std::vector<Service> m_slots;
  std::int64_t m_desired;
  std::vector<model::InstanceKind> m_kinds;
  std::vector<std::int64_t> m_cores; // by type
  std::vector<std::size_t> m_order;  // of types, for spot launches
  std::size_t m_marketTurn = 0;
  std::int64_t m_toReplace = 0;
  std::deque<std::int64_t> m_retries;
  model::Ec2Tally m_unobserved; // takes what happens in the warm-up
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
  std::vector<std::size_t> m_targets, m_everServed;
  std::int64_t m_check = kNever, m_checkDue = kNever;
  bool m_open = false;
  std::vector<model::Ec2Tally> m_windows;
  std::vector<model::TimelinePoint> m_timeline;
  model::Ec2Hours m_hours;
  std::size_t m_slot = 0;
  Line m_again; // came back from a lost instance
  std::deque<Job> m_fresh;
  std::multimap<std::pair<std::int64_t, std::tuple<std::int64_t, std::int64_t, std::int64_t>>, Job> m_hidden;
  std::vector<StrikeAt> m_strikes;
  std::size_t m_strike = 0;
  std::int64_t m_unlaunched = 0;
  std::vector<std::int64_t> m_zoneBack, m_missedBoots;
  std::vector<Request> m_handedOver;
  std::map<std::size_t, Int128> m_servingBusy, m_drainingBusy; // by type
};

} // namespace reference
