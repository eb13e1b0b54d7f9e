// One fleet run: requests go to instances in a tight loop between control events; control events are rare and take
// their time. Sources of the rules are named where each is applied: request_engine.hpp, least_outstanding.hpp,
// instance_fleet.cpp, scaling_policy.cpp, auto_scaling_group.cpp; all of them together in docs/ec2.md.
#include "model/ec2/ec2_simulator.hpp"

#include <algorithm>
#include <deque>
#include <numeric>

#include "model/ec2/auto_scaling_group.hpp"
#include "model/ec2/demand_rule.hpp"
#include "model/ec2/health_checks.hpp"
#include "model/ec2/instance_fleet.hpp"
#include "model/ec2/least_outstanding.hpp"
#include "model/ec2/loss_schedule.hpp"
#include "model/ec2/service_ledger.hpp"
#include "model/ec2/shared_queue.hpp"

namespace model {

using namespace ec2;

std::int64_t ec2DurationNs(const Ec2Fleet& fleet, std::int64_t cpuNs, std::int64_t ioNs) {
  return DemandRule(fleet.vcpus, fleet.speed, fleet.threads).duration(cpuNs, ioNs);
}

namespace {

// Behind the counts of those who can take, as near as their workers allow: the search for the lowest passes it.
std::int64_t levelOfFull(const Ec2Fleet& fleet) {
  constexpr std::int64_t kMost = 1 << 12;
  std::int64_t workers = 0;
  for (const auto& kind : kindsOf(fleet)) workers = std::max(workers, kind.workers);
  return std::min(workers, kMost);
}

} // namespace

struct Ec2Simulator::State {
  State(const Ec2Fleet& fleet, const ObservationPlan& observation, std::uint64_t seed, std::uint64_t replication)
      : plan(observation), watch(metricPlan(fleet.scaling)), discipline(fleet.discipline), routing(fleet.routing),
        recorder(observation, fleet.requestTimeout, fleet.overhead, fleet.badDeployments), ledger(fleet, observation),
        instances(fleet, watch.warmup, recorder, seed, replication), group(fleet, observation.hour.count(), instances),
        random(seed, "ec2.routing", replication), periodEnd(watch.period.count()),
        checksByWorker(fleet.healthCheck.byWorker), fullLevel(levelOfFull(fleet)),
        queue(std::min(fleet.requestTimeout.count(), kNever / 2), fleet.visibilityTimeout.count(),
              instances.kinds().front().demand),
        slowStart(fleet.slowStart.count()), losses(fleet), checks(fleet.healthCheck, recorder) {
    if (routing == Routing::Queue) instances.returnTo(queue);
    controlDone();
  }

  void feed(const workloads::RequestBatch& batch);
  Ec2Run finish();

  // Requests [first, last) of the batch; no control event lies between them.
  using Segment = void (State::*)(const workloads::RequestBatch&, std::size_t, std::size_t);
  Segment segment(std::int64_t t, std::size_t requests);
  void prepare(const workloads::RequestBatch& batch);
  Demand demandOf(const KindRules& kind, const workloads::RequestBatch& batch, std::size_t i) const;
  template <Discipline D> bool reach(Instance& instance, const workloads::RequestBatch& batch, std::size_t i);
  template <Discipline D, Routing R>
  void run(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  template <Discipline D>
  void runLeastOutstanding(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  bool servesByInstance(std::size_t requests) const;
  void dealInTurn(std::size_t first, std::size_t last);
  void dealOut(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  template <Discipline D> void runByInstance(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  template <Discipline D> void runSlowStart(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  template <Discipline D> void runFromQueue(const workloads::RequestBatch& batch, std::size_t first, std::size_t last);
  Instance& takeTurn(std::int64_t t);
  std::size_t pick();
  template <Discipline D> void changed(std::size_t index);
  template <Discipline D> void bring(std::size_t index, std::int64_t t);
  template <Discipline D> void workUntil(std::int64_t t);
  template <Discipline D> void take(std::int64_t t);
  template <Discipline D> void start(std::size_t index, const Demand& demand, std::int64_t t);
  void workFromQueue(std::int64_t t);
  void takeFromQueue(std::int64_t t);
  void drainQueue();
  bool hasFreeWorker() const;
  auto tooLate() {
    return [this](std::int64_t arrival, std::int64_t t) { recorder.gaveUp(arrival, t); };
  }

  void turnAway(std::size_t first, std::size_t last); // no instance is in service

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
  std::vector<std::size_t> handedOver; // of the batch
  std::vector<Demand> prepared;        // the batch, as the first type has it to do
  bool checksByWorker;
  // By instance: what each target gets, and room for it.
  std::vector<Share> shares;
  std::vector<std::size_t> receivers;
  std::vector<Demand> dealt;
  std::vector<std::int64_t> line;
  // Least outstanding, and with a queue of the fleet: by index into targets(). There, who cannot take counts as full.
  std::int64_t fullLevel;
  CountLevels outstanding;
  NextEvents events;
  SharedQueue queue;
  std::int64_t slowStart;
  LossSchedule losses;
  HealthChecks checks;
};

// -- requests -------------------------------------------------------------------------------------------------------

// What a batch asks of the first type of the fleet, away from the chain of events; of further ones when it is routed.
// As many requests leave as come.
void Ec2Simulator::State::prepare(const workloads::RequestBatch& batch) {
  if (batch.size() > 1)
    events.expectGap((batch.arrival.back() - batch.arrival.front()) / static_cast<std::int64_t>(batch.size() - 1));
  if (prepared.size() < batch.size()) prepared.resize(batch.size());
  instances.kinds().front().demand(batch, prepared.data());
}

Demand Ec2Simulator::State::demandOf(const KindRules& kind, const workloads::RequestBatch& batch, std::size_t i) const {
  return kind.index == 0 ? prepared[i] : kind.demand(batch.arrival[i], batch.cpu[i], batch.io[i]);
}

// Request i reaches the instance that routing chose. False: nothing changed there. Precondition: advanced to its
// arrival.
template <Discipline D>
bool Ec2Simulator::State::reach(Instance& instance, const workloads::RequestBatch& batch, std::size_t i) {
  if (instance.dead()) [[unlikely]] {
    recorder.errored(1);
    return false;
  }
  const KindRules& kind = *instance.kind;
  if (kind.limits.overflow != kNever && instance.engine.inFlight() >= kind.limits.overflow) [[unlikely]] {
    handedOver.push_back(i);
    return false;
  }
  ++instance.received;
  if (instance.engine.admit<D>(demandOf(kind, batch, i), kind.limits, recorder) != RequestEngine::Admission::Rejected)
    return true;
  recorder.rejected(1);
  return false;
}

template <Discipline D, Routing R>
void Ec2Simulator::State::run(const workloads::RequestBatch& batch, std::size_t first, std::size_t last) {
  const auto& targets = instances.targets();
  const std::size_t n = targets.size();
  std::size_t turn = instances.nextInTurn;
  for (std::size_t i = first; i < last; ++i) {
    std::size_t chosen = turn;
    if constexpr (R == Routing::Random)
      chosen = static_cast<std::size_t>(random.below(n));
    else
      turn = turn + 1 == n ? 0 : turn + 1;
    Instance& instance = *targets[chosen];
    instance.engine.advance<D>(batch.arrival[i], instance.kind->limits, recorder);
    reach<D>(instance, batch, i);
  }
  instances.nextInTurn = turn;
}

// ---- by instance ----

// Between two control events the instances of these routings know nothing of each other, so each can work off its share
// before the next: what it has stays in the cache, and its engine may take a shorter way. Not with an overflow limit,
// since what is handed over is in order of arrival, and not when a check asks who came free last.
bool Ec2Simulator::State::servesByInstance(std::size_t requests) const {
  const std::size_t least = discipline == Discipline::Fcfs ? 4 : 12; // a share of fewer is not worth the beginning
  return (routing == Routing::RoundRobin || routing == Routing::Random) && !checksByWorker &&
         instances.kinds().front().limits.overflow == kNever && requests >= least * instances.targets().size();
}

// Every n-th request, where they lie.
void Ec2Simulator::State::dealInTurn(std::size_t first, std::size_t last) {
  const std::size_t n = shares.size();
  for (std::size_t place = 0; place < n; ++place) {
    shares[instances.nextInTurn] = {&prepared[first + place], n, (last - first - place + n - 1) / n};
    instances.nextInTurn = instances.nextInTurn + 1 == n ? 0 : instances.nextInTurn + 1;
  }
  instances.nextInTurn = (instances.nextInTurn + last - first) % n;
}

// Who gets which, in the order in which it is drawn; then the requests of each are brought together.
void Ec2Simulator::State::dealOut(const workloads::RequestBatch& batch, std::size_t first, std::size_t last) {
  const auto& targets = instances.targets();
  const std::size_t n = targets.size();
  std::vector<std::size_t> ends(n + 1, 0);
  receivers.clear();
  for (std::size_t i = first; i < last; ++i) {
    std::size_t receiver = instances.nextInTurn;
    if (routing == Routing::Random)
      receiver = static_cast<std::size_t>(random.below(n));
    else
      instances.nextInTurn = instances.nextInTurn + 1 == n ? 0 : instances.nextInTurn + 1;
    receivers.push_back(receiver);
    ++ends[receiver + 1];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  dealt.resize(last - first);
  for (std::size_t k = 0; k < n; ++k) shares[k] = {dealt.data() + ends[k], 1, ends[k + 1] - ends[k]};
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t receiver = receivers[i - first];
    dealt[ends[receiver]++] = demandOf(*targets[receiver]->kind, batch, i);
  }
}

template <Discipline D>
void Ec2Simulator::State::runByInstance(const workloads::RequestBatch& batch, std::size_t first, std::size_t last) {
  const auto& targets = instances.targets();
  shares.resize(targets.size());
  if (routing == Routing::RoundRobin && instances.kinds().size() == 1)
    dealInTurn(first, last);
  else
    dealOut(batch, first, last);
  for (std::size_t k = 0; k < targets.size(); ++k) {
    Instance& instance = *targets[k];
    if (instance.dead()) {
      recorder.errored(shares[k].count);
      continue;
    }
    instance.received += shares[k].count;
    recorder.rejected(
        instance.engine.serve<D>(shares[k], batch.arrival[last - 1], instance.kind->limits, recorder, line));
  }
}

// Of those with the fewest outstanding the next in turn.
std::size_t Ec2Simulator::State::pick() {
  const std::size_t chosen = outstanding.pick(instances.nextInTurn);
  instances.nextInTurn = chosen + 1 == outstanding.size() ? 0 : chosen + 1;
  return chosen;
}

template <Discipline D> void Ec2Simulator::State::changed(std::size_t index) {
  const auto& instance = *instances.targets()[index];
  const auto& limits = instance.kind->limits;
  const std::int64_t count = instance.engine.inFlight(limits);
  const bool full = routing == Routing::Queue && (instance.dead() || count >= limits.workers);
  outstanding.set(index, full ? fullLevel : routing == Routing::Queue ? std::min(count, fullLevel - 1) : count);
  events.set(index, instance.engine.nextEvent<D>(limits));
}

template <Discipline D> void Ec2Simulator::State::bring(std::size_t index, std::int64_t t) {
  Instance& instance = *instances.targets()[index];
  instance.engine.advance<D>(t, instance.kind->limits, recorder);
  changed<D>(index);
}

// Flat, and so is the queue's: calls in the chain of events cost a sixth of the whole.
template <Discipline D>
[[gnu::flatten]] void Ec2Simulator::State::runLeastOutstanding(const workloads::RequestBatch& batch, std::size_t first,
                                                               std::size_t last) {
  const auto& targets = instances.targets();
  for (std::size_t i = first; i < last; ++i) {
    const std::int64_t t = batch.arrival[i];
    events.eachUntil(t, [&](std::size_t index) { bring<D>(index, t); });
    const std::size_t chosen = pick();
    if (reach<D>(*targets[chosen], batch, i)) changed<D>(chosen);
  }
}

// Elastic Load Balancing user guide, slow start: a new target's share grows evenly; it saves up parts of a turn until
// they are a whole one (ours). When nobody has, the one that saved most takes the request.
Instance& Ec2Simulator::State::takeTurn(std::int64_t t) {
  const auto& targets = instances.targets();
  Instance* most = nullptr;
  for (std::size_t looked = 0; looked < targets.size(); ++looked) {
    Instance& instance = *targets[instances.nextInTurn];
    instances.nextInTurn = instances.nextInTurn + 1 == targets.size() ? 0 : instances.nextInTurn + 1;
    if (t >= instance.slowUntil) return instance;
    instance.turns += 1 - static_cast<double>(instance.slowUntil - t) / static_cast<double>(slowStart);
    if (most == nullptr || instance.turns > most->turns) most = &instance;
    if (instance.turns < 1) continue;
    instance.turns -= 1;
    return instance;
  }
  most->turns = 0;
  return *most;
}

template <Discipline D>
void Ec2Simulator::State::runSlowStart(const workloads::RequestBatch& batch, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    Instance& instance = takeTurn(batch.arrival[i]);
    instance.engine.advance<D>(batch.arrival[i], instance.kind->limits, recorder);
    reach<D>(instance, batch, i);
  }
}

// ---- a queue of the fleet ----

bool Ec2Simulator::State::hasFreeWorker() const {
  return outstanding.size() > 0 && static_cast<std::int64_t>(outstanding.lowest()) < fullLevel;
}

template <Discipline D> void Ec2Simulator::State::start(std::size_t index, const Demand& demand, std::int64_t t) {
  Instance& instance = *instances.targets()[index];
  ++instance.received;
  instance.engine.advance<D>(t, instance.kind->limits, recorder);
  instance.engine.admit<D>(demand, t, instance.kind->limits, recorder);
  changed<D>(index);
}

// Messages go to the instance with the fewest in work, as its idle workers ask most often. Whatever ends at t ends
// before another is taken.
template <Discipline D> void Ec2Simulator::State::take(std::int64_t t) {
  for (queue.dropLate(t, tooLate()); !queue.empty() && hasFreeWorker() && events.firstUntil(t) == outstanding.size();
       queue.dropLate(t, tooLate())) {
    const std::size_t chosen = pick();
    start<D>(chosen, queue.take(instances.targets()[chosen]->kind->demand), t);
  }
}

// All that ends up to t, and what is taken in its place. Where nothing waits the order is nothing to anybody.
template <Discipline D> void Ec2Simulator::State::workUntil(std::int64_t t) {
  if (queue.empty()) return events.eachUntil(t, [&](std::size_t index) { bring<D>(index, t); });
  for (std::size_t index; (index = events.firstUntil(t)) < outstanding.size();) {
    const std::int64_t now = events.time(index);
    bring<D>(index, now);
    take<D>(now);
  }
}

template <Discipline D>
[[gnu::flatten]] void Ec2Simulator::State::runFromQueue(const workloads::RequestBatch& batch, std::size_t first,
                                                        std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const std::int64_t t = batch.arrival[i];
    workUntil<D>(t);
    if (queue.empty() && hasFreeWorker()) { // it need not pass through the queue
      const std::size_t chosen = pick();
      start<D>(chosen, demandOf(*instances.targets()[chosen]->kind, batch, i), t);
    } else {
      queue.push({prepared[i], batch.cpu[i], batch.io[i]});
      take<D>(t);
    }
  }
}

void Ec2Simulator::State::workFromQueue(std::int64_t t) {
  if (routing != Routing::Queue) return;
  discipline == Discipline::Fcfs ? workUntil<Discipline::Fcfs>(t) : workUntil<Discipline::ProcessorSharing>(t);
}

void Ec2Simulator::State::takeFromQueue(std::int64_t t) {
  if (routing != Routing::Queue) return;
  queue.reveal(t, tooLate());
  refreshOutstanding();
  discipline == Discipline::Fcfs ? take<Discipline::Fcfs>(t) : take<Discipline::ProcessorSharing>(t);
  workFromQueue(t);
}

// After the horizon: who serves goes on until nothing is left that can be taken.
void Ec2Simulator::State::drainQueue() {
  if (routing != Routing::Queue) return;
  for (std::int64_t t; (t = queue.nextVisible()) < kNever;) {
    workFromQueue(t);
    takeFromQueue(t);
  }
  workFromQueue(kNever - 1);
  queue.dropLate(kNever, tooLate());
}

Ec2Simulator::State::Segment Ec2Simulator::State::segment(std::int64_t t, std::size_t requests) {
  const bool fcfs = discipline == Discipline::Fcfs;
  constexpr auto kSharing = Discipline::ProcessorSharing;
  const auto slow = [&](const auto& instance) { return instance->slowUntil > t; };
  if (routing == Routing::RoundRobin && slowStart > 0 && std::ranges::any_of(instances.targets(), slow))
    return fcfs ? &State::runSlowStart<Discipline::Fcfs> : &State::runSlowStart<kSharing>;
  if (servesByInstance(requests))
    return fcfs ? &State::runByInstance<Discipline::Fcfs> : &State::runByInstance<kSharing>;
  switch (routing) {
  case Routing::Queue: return fcfs ? &State::runFromQueue<Discipline::Fcfs> : &State::runFromQueue<kSharing>;
  case Routing::RoundRobin:
    return fcfs ? &State::run<Discipline::Fcfs, Routing::RoundRobin> : &State::run<kSharing, Routing::RoundRobin>;
  case Routing::Random:
    return fcfs ? &State::run<Discipline::Fcfs, Routing::Random> : &State::run<kSharing, Routing::Random>;
  case Routing::LeastOutstanding: break;
  }
  return fcfs ? &State::runLeastOutstanding<Discipline::Fcfs> : &State::runLeastOutstanding<kSharing>;
}

void Ec2Simulator::State::turnAway(std::size_t first, std::size_t last) {
  if (instances.kinds().front().limits.overflow == kNever)
    recorder.rejected(last - first); // 503: the balancer has no target
  else
    for (std::size_t i = first; i < last; ++i) handedOver.push_back(i);
}

void Ec2Simulator::State::feed(const workloads::RequestBatch& batch) {
  handedOver.clear();
  prepare(batch);
  const auto arrivals = batch.arrival;
  const auto end = static_cast<std::size_t>(std::lower_bound(arrivals.begin(), arrivals.end(), recorder.horizon()) -
                                            arrivals.begin());
  for (std::size_t first = 0; first < end;) {
    while (nextControl <= arrivals[first]) control(nextControl);
    const auto begin = arrivals.begin() + static_cast<std::ptrdiff_t>(first);
    const auto last = static_cast<std::size_t>(
        std::lower_bound(begin, arrivals.begin() + static_cast<std::ptrdiff_t>(end), nextControl) - arrivals.begin());
    const std::size_t handedOverBefore = handedOver.size();
    const bool served = !instances.targets().empty() || routing == Routing::Queue;
    if (served)
      (this->*segment(arrivals[first], last - first))(batch, first, last);
    else
      turnAway(first, last);
    const std::uint64_t taken = last - first - (handedOver.size() - handedOverBefore);
    recorder.attempted(taken);
    routed += served ? taken : 0;
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
                          visible, losses.next(), instances.nextReplacement(), checks.next(), queue.nextVisible()});
}

// Everything at t, after the finishes and before the arrivals of that instant.
void Ec2Simulator::State::control(std::int64_t t) {
  while (tick() == t) sampleTimeline(t);
  workFromQueue(t);
  instances.advance(t);
  closeSpans(t);
  losses.strike(t, instances);
  group.replace(instances.endLost(t), t);
  group.replace(checks.follow(t, instances), t);
  takeFromQueue(t);
  instances.enterService(t);
  takeFromQueue(t);
  instances.followMarket(t);
  takeFromQueue(t);
  if (periodEnd == t) closePeriod(t);
  group.followClock(t);
  instances.enterService(t); // what boots in no time
  takeFromQueue(t);
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
  workFromQueue(t - 1);
  queue.dropLate(t, tooLate());
  instances.advance(t - 1);
  const std::int64_t backlog = queue.size() + queue.hidden();
  TimelinePoint point{Duration(t),
                      static_cast<double>(instances.alive()),
                      static_cast<double>(instances.inService()),
                      static_cast<double>(instances.requestsInFlight() + backlog),
                      visibleMetric,
                      static_cast<double>(backlog)};
  point.desired = static_cast<double>(group.desired());
  point.booting = static_cast<double>(instances.booting());
  point.draining = static_cast<double>(instances.draining());
  point.warmPool = static_cast<double>(instances.pooled());
  point.unhealthy = static_cast<double>(instances.unhealthy());
  point.alarm = group.alarm();
  timeline.push_back(point);
}

void Ec2Simulator::State::closePeriod(std::int64_t t) {
  const std::int64_t period = watch.period.count();
  queue.dropLate(t + 1, tooLate()); // whose time is over now is no backlog
  instances.spendCredits(t);
  MetricPoint point;
  point.visibleAt = t + watch.delay.count();
  std::vector<Int128> busy(instances.kinds().size(), 0);
  std::uint64_t received = 0;
  for (auto& instance : instances.serving()) {
    const Int128 busyNow = instance->cpuBusyAt(t);
    if (instance->warmAt <= t - period && !instance->dead()) {
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
    point.backlogPerInstance = static_cast<double>(queue.size()) / static_cast<double>(instances.inService());
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
  if (routing != Routing::LeastOutstanding && routing != Routing::Queue) return;
  const std::size_t count = instances.targets().size();
  outstanding.reset(count);
  events.reset(count);
  for (std::size_t i = 0; i < count; ++i)
    discipline == Discipline::Fcfs ? changed<Discipline::Fcfs>(i) : changed<Discipline::ProcessorSharing>(i);
}

Ec2Run Ec2Simulator::State::finish() {
  const std::int64_t horizon = recorder.horizon();
  while (nextControl < horizon) control(nextControl);
  workFromQueue(horizon - 1);
  instances.advance(horizon - 1);
  closeSpans(horizon);
  drainQueue();
  instances.close(horizon);
  Ec2Run run{recorder.takeWindows(), std::move(timeline), recorder.takeHours(),
             discipline == Discipline::ProcessorSharing && recorder.someFoundFull()};
  ledger.fill(run.windows);
  return run;
}

// -- the door -------------------------------------------------------------------------------------------------------

Ec2Simulator::Ec2Simulator(const Ec2Fleet& fleet, const ObservationPlan& plan, std::uint64_t seed,
                           std::uint64_t replication)
    : m_state(std::make_unique<State>(fleet, plan, seed, replication)) {}
Ec2Simulator::~Ec2Simulator() = default;
Ec2Simulator::Ec2Simulator(Ec2Simulator&&) noexcept = default;
std::span<const std::size_t> Ec2Simulator::feed(const workloads::RequestBatch& batch) {
  m_state->feed(batch);
  return m_state->handedOver;
}
Ec2Run Ec2Simulator::finish() { return m_state->finish(); }

} // namespace model
