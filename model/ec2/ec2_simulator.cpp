// One fleet run: requests go to instances in a tight loop between control events; control events are rare and take
// their time. Sources of the rules are named where each is applied: request_engine.hpp, least_outstanding.hpp,
// instance_fleet.cpp, scaling_policy.cpp, auto_scaling_group.cpp; all of them together in docs/ec2.md.
#include "model/ec2/ec2_simulator.hpp"

#include <algorithm>
#include <deque>

#include "model/ec2/auto_scaling_group.hpp"
#include "model/ec2/demand_rule.hpp"
#include "model/ec2/instance_fleet.hpp"
#include "model/ec2/least_outstanding.hpp"
#include "model/ec2/service_ledger.hpp"

namespace model {

using namespace ec2;

std::int64_t ec2DurationNs(const Ec2Fleet& fleet, std::int64_t cpuNs, std::int64_t ioNs) {
  return DemandRule(fleet.vcpus, fleet.speed, fleet.threads).duration(cpuNs, ioNs);
}

struct Ec2Simulator::State {
  State(const Ec2Fleet& fleet, const ObservationPlan& observation, std::uint64_t seed, std::uint64_t replication)
      : plan(observation), watch(metricPlan(fleet.scaling)), discipline(fleet.discipline), routing(fleet.routing),
        recorder(observation, fleet.requestTimeout, fleet.overhead), ledger(fleet, observation),
        instances(fleet, watch.warmup, recorder, seed, replication), group(fleet, observation.hour.count(), instances),
        random(seed, "ec2.routing", replication), periodEnd(watch.period.count()) {
    controlDone();
  }

  void feed(const workloads::RequestBatch& batch);
  Ec2Run finish();

  // Requests [first, last) of the batch; no control event lies between them.
  using Segment = void (State::*)(const workloads::RequestBatch&, std::size_t, std::size_t);
  Segment segment() const;
  template <Discipline D, Routing R>
  void run(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  template <Discipline D>
  void runLeastOutstanding(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);

  void control(std::int64_t t);
  void controlDone();
  void sampleTimeline(std::int64_t t);
  void closePeriod(std::int64_t t);
  void closeSpans(std::int64_t t);
  void reactToPoints(std::int64_t t);
  void refreshOutstanding();
  std::int64_t tick() const;

  ObservationPlan plan;
  MetricPlan watch;
  Discipline discipline;
  Routing routing;
  TallyRecorder recorder;
  ServiceLedger ledger;
  InstanceFleet instances;
  AutoScalingGroup group;
  workloads::RandomStream random;

  std::int64_t nextControl = 0;
  std::uint64_t routed = 0;
  std::int64_t periodEnd;
  std::deque<MetricPoint> points; // measured, not yet visible
  double visibleMetric = 0;
  std::vector<TimelinePoint> timeline;
  CountLevels outstanding; // least outstanding only, by index into serving()
  EarliestEvent events;
};

// -- requests -------------------------------------------------------------------------------------------------------

template <Discipline D, Routing R>
void Ec2Simulator::State::run(const workloads::RequestBatch& batch, std::size_t first, std::size_t last) {
  auto& serving = instances.serving();
  const std::size_t n = serving.size();
  std::size_t turn = instances.nextInTurn;
  std::uint64_t rejected = 0;
  for (std::size_t i = first; i < last; ++i) {
    std::size_t chosen = turn;
    if constexpr (R == Routing::Random)
      chosen = static_cast<std::size_t>(random.below(n));
    else
      turn = turn + 1 == n ? 0 : turn + 1;
    Instance& instance = *serving[chosen];
    const KindRules& kind = *instance.kind;
    ++instance.received;
    instance.engine.advance<D>(batch.arrival[i], kind.limits, recorder);
    const auto admission =
        instance.engine.admit<D>(kind.demand(batch.arrival[i], batch.cpu[i], batch.io[i]), kind.limits);
    rejected += admission == RequestEngine::Admission::Rejected ? 1 : 0;
  }
  instances.nextInTurn = turn;
  recorder.rejected(rejected);
}

template <Discipline D>
void Ec2Simulator::State::runLeastOutstanding(const workloads::RequestBatch& batch, std::size_t first,
                                              std::size_t last) {
  auto& serving = instances.serving();
  const auto changed = [&](std::size_t index) {
    const Instance& instance = *serving[index];
    outstanding.set(index, instance.engine.inFlight());
    events.set(index, instance.engine.nextEvent<D>(instance.kind->limits));
  };
  std::uint64_t rejected = 0;
  for (std::size_t i = first; i < last; ++i) {
    const std::int64_t t = batch.arrival[i];
    while (events.time() <= t) {
      const std::size_t index = events.index();
      serving[index]->engine.advance<D>(t, serving[index]->kind->limits, recorder);
      changed(index);
    }
    const std::size_t chosen = outstanding.pick(instances.nextInTurn);
    instances.nextInTurn = chosen + 1 == serving.size() ? 0 : chosen + 1;
    Instance& instance = *serving[chosen];
    const KindRules& kind = *instance.kind;
    ++instance.received;
    const auto admission = instance.engine.admit<D>(kind.demand(t, batch.cpu[i], batch.io[i]), kind.limits);
    rejected += admission == RequestEngine::Admission::Rejected ? 1 : 0;
    changed(chosen);
  }
  recorder.rejected(rejected);
}

Ec2Simulator::State::Segment Ec2Simulator::State::segment() const {
  const bool fcfs = discipline == Discipline::Fcfs;
  constexpr auto kSharing = Discipline::ProcessorSharing;
  switch (routing) {
  case Routing::RoundRobin:
    return fcfs ? &State::run<Discipline::Fcfs, Routing::RoundRobin> : &State::run<kSharing, Routing::RoundRobin>;
  case Routing::Random:
    return fcfs ? &State::run<Discipline::Fcfs, Routing::Random> : &State::run<kSharing, Routing::Random>;
  case Routing::LeastOutstanding: break;
  }
  return fcfs ? &State::runLeastOutstanding<Discipline::Fcfs> : &State::runLeastOutstanding<kSharing>;
}

void Ec2Simulator::State::feed(const workloads::RequestBatch& batch) {
  const auto runSegment = segment();
  const auto arrivals = batch.arrival;
  const auto end = static_cast<std::size_t>(std::lower_bound(arrivals.begin(), arrivals.end(), recorder.horizon()) -
                                            arrivals.begin());
  for (std::size_t first = 0; first < end;) {
    while (nextControl <= arrivals[first]) control(nextControl);
    const auto begin = arrivals.begin() + static_cast<std::ptrdiff_t>(first);
    const auto last = static_cast<std::size_t>(
        std::lower_bound(begin, arrivals.begin() + static_cast<std::ptrdiff_t>(end), nextControl) - arrivals.begin());
    recorder.attempted(last - first);
    if (instances.serving().empty()) {
      recorder.rejected(last - first); // 503: the balancer has no target
    } else {
      routed += last - first;
      (this->*runSegment)(batch, first, last);
    }
    first = last;
  }
}

// -- control --------------------------------------------------------------------------------------------------------

std::int64_t Ec2Simulator::State::tick() const {
  if (timeline.size() >= static_cast<std::size_t>(std::max(0, plan.timelinePoints))) return kNever;
  return static_cast<std::int64_t>(static_cast<Int128>(plan.horizon.count()) *
                                   static_cast<std::int64_t>(timeline.size()) / plan.timelinePoints);
}

void Ec2Simulator::State::controlDone() {
  refreshOutstanding();
  const std::int64_t visible = points.empty() ? kNever : points.front().visibleAt;
  nextControl = std::min({tick(), recorder.nextEdge(), recorder.nextHour(), ledger.nextSlot(), instances.nextBoot(),
                          instances.nextDrainDeadline(), instances.nextMarketEvent(), group.nextEvent(), periodEnd,
                          visible});
}

// Everything at t, after the finishes and before the arrivals of that instant.
void Ec2Simulator::State::control(std::int64_t t) {
  while (tick() == t) sampleTimeline(t);
  instances.advance(t);
  closeSpans(t);
  instances.enterService(t);
  instances.followMarket(t);
  if (periodEnd == t) closePeriod(t);
  group.followClock(t);
  instances.enterService(t); // what boots in no time
  reactToPoints(t);
  controlDone();
}

// Hours, slots and windows that end at t.
void Ec2Simulator::State::closeSpans(std::int64_t t) {
  if (recorder.nextHour() == t) recorder.closeHour();
  while (ledger.nextSlot() == t) {
    ServiceTotals totals = instances.serviceTotals(t);
    totals.routed = routed;
    totals.floors = group.floors(t);
    ledger.closeSlot(totals);
  }
  if (recorder.nextEdge() == t) {
    instances.spendCredits(t);
    recorder.surplusCredits(instances.surplusCredits(), instances.spotSurplusCredits());
  }
  while (recorder.nextEdge() == t) recorder.closeWindow(instances.cpuBusyAt(t), instances.alive());
}

void Ec2Simulator::State::sampleTimeline(std::int64_t t) {
  instances.advance(t - 1);
  TimelinePoint point{Duration(t), static_cast<double>(instances.alive()), static_cast<double>(instances.inService()),
                      static_cast<double>(instances.requestsInFlight()), visibleMetric};
  point.desired = static_cast<double>(group.desired());
  point.booting = static_cast<double>(instances.booting());
  point.draining = static_cast<double>(instances.draining());
  point.warmPool = static_cast<double>(instances.pooled());
  point.alarm = group.alarm();
  timeline.push_back(point);
}

void Ec2Simulator::State::closePeriod(std::int64_t t) {
  const std::int64_t period = watch.period.count();
  instances.spendCredits(t);
  MetricPoint point;
  point.visibleAt = t + watch.delay.count();
  std::vector<Int128> busy(instances.kinds().size(), 0);
  std::uint64_t received = 0;
  for (auto& instance : instances.serving()) {
    const Int128 busyNow = instance->cpuBusyAt(t);
    if (instance->warmAt <= t - period) {
      ++point.instances;
      busy[instance->kind->index] += busyNow - instance->busyAtPeriodStart;
      received += instance->received - instance->receivedAtPeriodStart;
    }
    instance->busyAtPeriodStart = busyNow;
    instance->receivedAtPeriodStart = instance->received;
  }
  if (point.instances > 0) {
    const auto over = static_cast<double>(point.instances);
    for (const KindRules& kind : instances.kinds())
      point.cpu += static_cast<double>(busy[kind.index]) /
                   (static_cast<double>(kind.limits.cores) * static_cast<double>(period) * over);
    point.requestsPerTarget = static_cast<double>(received) / over;
  }
  points.push_back(point);
  periodEnd += period;
}

void Ec2Simulator::State::reactToPoints(std::int64_t t) {
  for (; !points.empty() && points.front().visibleAt <= t; points.pop_front()) {
    const MetricPoint& point = points.front();
    if (point.instances > 0) visibleMetric = point.value(watch.metric);
    group.react(point, t);
  }
}

void Ec2Simulator::State::refreshOutstanding() {
  if (routing != Routing::LeastOutstanding) return;
  auto& serving = instances.serving();
  outstanding.reset(serving.size());
  events.reset(serving.size());
  for (std::size_t i = 0; i < serving.size(); ++i) {
    const auto& engine = serving[i]->engine;
    outstanding.set(i, engine.inFlight());
    const auto& limits = serving[i]->kind->limits;
    events.set(i, discipline == Discipline::Fcfs ? engine.nextEvent<Discipline::Fcfs>(limits)
                                                 : engine.nextEvent<Discipline::ProcessorSharing>(limits));
  }
}

Ec2Run Ec2Simulator::State::finish() {
  const std::int64_t horizon = recorder.horizon();
  while (nextControl < horizon) control(nextControl);
  instances.advance(horizon - 1);
  closeSpans(horizon);
  instances.close(horizon);
  Ec2Run run{recorder.takeWindows(), std::move(timeline), recorder.takeHours()};
  ledger.fill(run.windows);
  return run;
}

// -- the door -------------------------------------------------------------------------------------------------------

Ec2Simulator::Ec2Simulator(const Ec2Fleet& fleet, const ObservationPlan& plan, std::uint64_t seed,
                           std::uint64_t replication)
    : m_state(std::make_unique<State>(fleet, plan, seed, replication)) {}
Ec2Simulator::~Ec2Simulator() = default;
Ec2Simulator::Ec2Simulator(Ec2Simulator&&) noexcept = default;
void Ec2Simulator::feed(const workloads::RequestBatch& batch) { m_state->feed(batch); }
Ec2Run Ec2Simulator::finish() { return m_state->finish(); }

} // namespace model
