#pragma once
// The rules of design section 4 as a plain event loop: every environment keeps its whole history, every question is
// answered by looking at all of them. Slow and obvious; the simulator must agree with it to the last count.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/lambda/lambda_simulator.hpp"

namespace support {

struct Request {
  std::int64_t arrival = 0, cpu = 0, io = 0; // ns
};

// Hand-made requests in the form in which a stream deals them out.
class RequestColumns {
 public:
  explicit RequestColumns(const std::vector<Request>& requests) {
    for (const Request& request : requests) {
      m_arrival.push_back(request.arrival);
      m_cpu.push_back(request.cpu);
      m_io.push_back(request.io);
    }
  }
  workloads::RequestBatch batch(std::size_t from, std::size_t count) const {
    return {std::span(m_arrival).subspan(from, count), std::span(m_cpu).subspan(from, count),
            std::span(m_io).subspan(from, count)};
  }
  std::size_t size() const { return m_arrival.size(); }

 private:
  std::vector<std::int64_t> m_arrival, m_cpu, m_io;
};

class ReferenceLambda {
 public:
  ReferenceLambda(const model::LambdaFunction& function, const model::ObservationPlan& plan, std::uint64_t seed,
                  std::uint64_t replication)
      : m_function(function), m_plan(plan),
        m_init(function.init, workloads::RandomStream(seed, "lambda.init", replication)),
        m_initInside(function.initInside.value_or(workloads::Constant{}),
                     workloads::RandomStream(seed, "lambda.init_inside", replication)),
        m_extensionInit(function.extensionInit, workloads::RandomStream(seed, "lambda.extension_init", replication)),
        m_idleLifetime(function.idleLifetime, workloads::RandomStream(seed, "lambda.idle_lifetime", replication)),
        m_maxLifetime(function.maxLifetime.value_or(workloads::Constant{}),
                      workloads::RandomStream(seed, "lambda.max_lifetime", replication)),
        m_ahead(seed, "lambda.init_ahead", replication), m_reuse(seed, "lambda.reuse", replication) {
    m_run.windows.resize(static_cast<std::size_t>(plan.windows));
    for (auto* series : {&m_run.hours.billedMs, &m_run.hours.provisionedBilledMs, &m_run.hours.busyNs})
      for (std::int64_t from = 0; from < plan.horizon.count(); from += plan.hour.count()) series->push_back(0);
    m_growth = function.growth.value_or(model::GrowthLimit{0, 0});
    m_growthLevel = growthToken() * m_growth.burst;
    m_rateLevel = second() * 10 * function.concurrencyLimit;
  }

  model::LambdaRun simulate(const std::vector<Request>& requests) {
    for (const Request& request : requests)
      if (request.arrival < m_plan.horizon.count()) arrive(request);
    while (finishOne(INT64_MAX)) {
    }
    expire(INT64_MAX);
    for (int w = 0; w < m_plan.windows; ++w) closeWindow(w);
    for (int k = 0; k < m_plan.timelinePoints; ++k)
      m_run.timeline.push_back(pointBefore(part(m_plan.horizon.count(), k, m_plan.timelinePoints)));
    return m_run;
  }

 private:
  struct Interval {
    std::int64_t from = 0, to = 0;
  };
  struct Environment {
    bool provisioned = false, busy = false;
    bool mustInit = false; // its last call was cut
    std::int64_t created = 0, idleLifetime = 0, maxLifetime = 0;
    std::int64_t finish = 0, idleSince = 0;
    std::uint64_t request = 0;
    std::optional<std::int64_t> end;
    std::vector<Interval> inits, served, idled;
  };

  static model::Int128 second() { return 1'000'000'000; }
  model::Int128 growthToken() const { return m_growth.every.count(); }
  static std::int64_t part(std::int64_t ns, int k, int parts) {
    return static_cast<std::int64_t>(static_cast<model::Int128>(ns) * k / parts);
  }
  std::int64_t edge(int w) const {
    return m_plan.warmup.count() + part((m_plan.horizon - m_plan.warmup).count(), w, m_plan.windows);
  }
  model::LambdaTally* windowOf(std::int64_t ns) {
    for (int w = 0; w < m_plan.windows; ++w)
      if (edge(w) <= ns && ns < edge(w + 1)) return &m_run.windows[static_cast<std::size_t>(w)];
    return nullptr; // warm-up
  }

  // Rule 1: the earliest finish not after `now`, the earlier request first.
  bool finishOne(std::int64_t now) {
    Environment* first = nullptr;
    for (Environment& e : m_environments)
      if (e.busy && e.finish <= now &&
          (!first || e.finish < first->finish || (e.finish == first->finish && e.request < first->request)))
        first = &e;
    if (!first) return false;
    first->busy = false;
    first->idleSince = first->finish;
    const bool tooOld = m_function.maxLifetime && first->finish - first->created > first->maxLifetime;
    if (!first->provisioned && tooOld) first->end = first->finish;
    if (!first->provisioned && !tooOld) m_idle.push_back(static_cast<std::size_t>(first - m_environments.data()));
    return true;
  }
  void expire(std::int64_t now) {
    for (std::size_t index : m_idle) {
      Environment& e = m_environments[index];
      if (e.end || e.idleSince + e.idleLifetime > now) continue;
      e.end = e.idleSince + e.idleLifetime;
      e.idled.push_back({e.idleSince, *e.end});
    }
    if (m_function.reuse != model::Reuse::Random)
      std::erase_if(m_idle, [&](std::size_t index) { return m_environments[index].end.has_value(); });
  }

  // Rule 2. Idle ones are listed in the order in which they became idle. Random: a place of the list is drawn; an
  // expired one met there leaves it and the draw is repeated; the last of the list moves into the place.
  std::optional<std::size_t> pickIdle() {
    while (!m_idle.empty()) {
      std::size_t place = 0;
      if (m_function.reuse == model::Reuse::Lifo) place = m_idle.size() - 1;
      if (m_function.reuse == model::Reuse::Random) place = m_reuse.below(m_idle.size());
      const std::size_t index = m_idle[place];
      if (m_function.reuse == model::Reuse::Fifo) {
        m_idle.erase(m_idle.begin());
      } else {
        m_idle[place] = m_idle.back();
        m_idle.pop_back();
      }
      if (!m_environments[index].end) return index;
    }
    return std::nullopt;
  }

  std::int64_t count(bool busyOnly, bool provisionedOnes) const {
    return std::count_if(m_environments.begin(), m_environments.end(), [&](const Environment& e) {
      return e.provisioned == provisionedOnes && !e.end && (e.busy || !busyOnly);
    });
  }

  void arrive(const Request& request) {
    const std::int64_t now = request.arrival;
    while (finishOne(now)) {
    }
    expire(now);
    refill(now);
    model::LambdaTally* tally = windowOf(now);
    model::LambdaTally unobserved;
    model::LambdaTally& t = tally ? *tally : unobserved;
    t.outcomes.attempts++;
    if (m_function.requestRateCap && m_rateLevel < second()) return throttle(t, t.throttledRate);
    std::size_t index = 0;
    bool cold = false;
    if (count(true, true) < m_function.provisioned) {
      index = freeProvisioned();
    } else if (const auto idle = pickIdle()) {
      index = *idle;
      m_environments[index].idled.push_back({m_environments[index].idleSince, now});
    } else {
      if (count(true, false) >= m_function.concurrencyLimit - m_function.provisioned)
        return throttle(t, t.throttledConcurrency);
      if (m_function.growth && m_growthLevel < growthToken()) return throttle(t, t.throttledGrowth);
      m_growthLevel -= growthToken();
      cold = true;
      index = m_environments.size();
      m_environments.push_back(fresh(now));
    }
    m_rateLevel -= second();
    start(m_environments[index], request, cold, t);
  }

  static void throttle(model::LambdaTally& t, std::uint64_t& reason) {
    t.outcomes.throttled++;
    reason++;
  }

  void refill(std::int64_t now) {
    const model::Int128 passed = now - m_lastRefill;
    m_lastRefill = now;
    const std::int64_t rate = 10 * m_function.concurrencyLimit;
    m_growthLevel = std::min(m_growthLevel + passed * m_growth.refill, growthToken() * m_growth.burst);
    m_rateLevel = std::min(m_rateLevel + passed * rate, second() * rate);
  }

  std::int64_t drawInit() { return m_init.next() + m_extensionInit.next(); }
  std::int64_t drawInitInside() {
    return m_function.initInside ? m_initInside.next() + m_extensionInit.next() : drawInit();
  }

  Environment fresh(std::int64_t now) {
    Environment e;
    e.created = now;
    e.idleLifetime = m_idleLifetime.next();
    e.maxLifetime = m_maxLifetime.next();
    return e;
  }
  std::size_t freeProvisioned() {
    std::optional<std::size_t> free;
    for (std::size_t i = 0; i < m_environments.size(); ++i) {
      const Environment& e = m_environments[i];
      if (e.provisioned && !e.busy && (!free || e.mustInit)) free = i;
    }
    if (free) return *free;
    m_environments.emplace_back().provisioned = true;
    return m_environments.size() - 1;
  }

  std::int64_t billedMilliseconds(std::int64_t ns) const {
    std::int64_t ms = pricing::ceilMilliseconds(pricing::Duration(ns));
    while (ms % m_function.billingStepMs != 0) ++ms;
    return ms;
  }

  // Init before the call of a new environment, and whether it runs again inside the call.
  struct FirstInit {
    std::int64_t lasts = 0, again = 0, billed = 0;
    bool ahead = false;
  };
  FirstInit firstInit() {
    FirstInit init;
    init.lasts = drawInit();
    if (init.lasts > m_function.initLimit.count()) {
      init.lasts = m_function.initLimit.count();
      init.again = drawInitInside();
    }
    if (m_function.initAhead > 0) init.ahead = m_ahead.uniform() < m_function.initAhead;
    if (m_function.initBilled) init.billed = std::llround(static_cast<double>(init.lasts) * m_function.initBilledShare);
    return init;
  }

  void start(Environment& e, const Request& request, bool cold, model::LambdaTally& t) {
    const FirstInit first = cold ? firstInit() : FirstInit{};
    const std::int64_t waits = first.ahead ? 0 : first.lasts;
    std::int64_t again = first.again;
    if (e.mustInit) again = drawInitInside();
    t.resetInits += e.mustInit;
    t.initRestarts += first.again > 0;
    t.initAhead += first.ahead && first.again == 0;

    // The timeline of the call: init, work, extensions, all within the timeout.
    const std::int64_t wanted = model::lambdaDurationNs(m_function, request.cpu, request.io);
    const std::int64_t timeout = m_function.timeout.count();
    const std::int64_t initEnd = std::min(again, timeout), workEnd = std::min(again + wanted, timeout);
    const std::int64_t callEnd = std::min(again + wanted + m_function.extensionAfter.count(), timeout);
    const std::int64_t worked = workEnd - initEnd;
    e.mustInit = again + wanted + m_function.extensionAfter.count() > timeout;
    const bool failed = again + wanted > timeout;

    const std::int64_t callStart = request.arrival + waits;
    e.inits.push_back({request.arrival, callStart + initEnd});
    e.busy = true;
    e.finish = callStart + callEnd;
    e.request = m_request++;
    e.served.push_back({request.arrival, e.finish});
    t.started++;
    t.cold += cold;
    t.provisionedStarted += e.provisioned;
    const std::int64_t billedMs = first.ahead ? billedMilliseconds(first.billed) + billedMilliseconds(callEnd)
                                              : billedMilliseconds(first.billed + callEnd);
    const std::int64_t waiting = model::lambdaWaitingNs(m_function, request.io);
    const std::int64_t waited =
        worked == wanted ? waiting : static_cast<std::int64_t>(model::Int128{waiting} * worked / wanted);
    (e.provisioned ? t.provisionedIoNs : t.ioNs) += waited;
    (e.provisioned ? t.provisionedCpuNs : t.cpuNs) += worked - waited;
    (e.provisioned ? t.provisionedExtensionNs : t.extensionNs) += callEnd - workEnd;
    (e.provisioned ? t.provisionedInitNs : t.billedInitNs) += first.billed + initEnd;
    (e.provisioned ? t.provisionedBilledMs : t.billedMs) += billedMs;
    const auto hour = static_cast<std::size_t>(request.arrival / m_plan.hour.count());
    (e.provisioned ? m_run.hours.provisionedBilledMs : m_run.hours.billedMs)[hour] += billedMs;
    m_run.hours.busyNs[hour] += waits + callEnd;
    (failed ? t.outcomes.timedOut : t.outcomes.completed)++;
    if (!failed) t.outcomes.latency.record(m_function.overhead.count() + waits + workEnd);
    t.peakBusy = std::max(t.peakBusy, count(true, false) + count(true, true));
    t.peakEnvironments = std::max(t.peakEnvironments, count(false, false) + m_function.provisioned);
  }

  // ---- what an observer sees ----

  static model::Int128 overlap(const Interval& i, std::int64_t from, std::int64_t to) {
    return std::max<std::int64_t>(0, std::min(i.to, to) - std::max(i.from, from));
  }

  void closeWindow(int w) {
    const std::int64_t from = edge(w), to = edge(w + 1);
    model::LambdaTally& t = m_run.windows[static_cast<std::size_t>(w)];
    std::int64_t busyAtStart = 0, thereAtStart = m_function.provisioned;
    for (const Environment& e : m_environments) {
      for (const Interval& i : e.served) {
        (e.provisioned ? t.provisionedBusyNs : t.busyNs) += overlap(i, from, to);
        busyAtStart += i.from < from && i.to > from;
      }
      if (e.provisioned) continue;
      for (const Interval& i : e.idled) t.idleNs += overlap(i, from, to);
      for (const Interval& i : e.inits) t.initNs += overlap(i, from, to);
      thereAtStart += e.created<from&& * e.end> from;
      t.environmentsEnded += from <= *e.end && *e.end < to;
    }
    t.peakBusy = std::max(t.peakBusy, busyAtStart);
    t.peakEnvironments = std::max(t.peakEnvironments, thereAtStart);
  }

  model::TimelinePoint pointBefore(std::int64_t ns) const {
    std::int64_t busy = 0, there = m_function.provisioned;
    for (const Environment& e : m_environments) {
      for (const Interval& i : e.served) busy += i.from < ns && i.to >= ns;
      there += !e.provisioned && e.created < ns && *e.end >= ns;
    }
    model::TimelinePoint point;
    point.at = pricing::Duration(ns);
    point.capacity = point.inService = static_cast<double>(there);
    point.inFlight = static_cast<double>(busy);
    return point;
  }

  model::LambdaFunction m_function;
  model::ObservationPlan m_plan;
  workloads::DurationSampler m_init, m_initInside, m_extensionInit, m_idleLifetime, m_maxLifetime;
  workloads::RandomStream m_ahead, m_reuse;
  std::vector<Environment> m_environments;
  std::vector<std::size_t> m_idle;
  std::uint64_t m_request = 0;
  std::int64_t m_lastRefill = 0;
  model::GrowthLimit m_growth;
  model::Int128 m_growthLevel = 0, m_rateLevel = 0; // parts of a token: a period's worth of ns makes one
  model::LambdaRun m_run;
};

} // namespace support
