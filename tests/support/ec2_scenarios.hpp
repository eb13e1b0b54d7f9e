#pragma once
// Hand-made requests and small random fleets for tests of the EC2 simulator. Times are tiny on purpose: ties at the
// same nanosecond are frequent, and every rule about them is met.
#include <cstdint>
#include <vector>

#include "tests/support/reference_ec2.hpp"

namespace scenarios {

using model::Duration;

template <class Simulator>
auto fed(Simulator simulator, const std::vector<reference::Request>& requests, std::size_t batch) {
  std::vector<std::int64_t> arrival, cpu, io;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    arrival.push_back(requests[i].arrival);
    cpu.push_back(requests[i].cpu);
    io.push_back(requests[i].io);
    if (arrival.size() < batch && i + 1 < requests.size()) continue;
    simulator.feed({arrival, cpu, io});
    arrival.clear();
    cpu.clear();
    io.clear();
  }
  return simulator.finish();
}
inline model::Ec2Run simulate(const model::Ec2Fleet& fleet, const model::ObservationPlan& plan,
                              const std::vector<reference::Request>& requests, std::uint64_t seed = 1,
                              std::size_t batch = 1000) {
  return fed(model::Ec2Simulator(fleet, plan, seed, 0), requests, batch);
}

// Further types, some of the instances on the spot market, and a market that takes them back soon.
template <class Between, class OneOf>
void buyOnSpot(model::Ec2Fleet& fleet, const Between& between, const OneOf& oneOf) {
  const auto perHour = [&] { return 3.6e12 / oneOf({1e9, 300, 80, 25}); };
  fleet.interruptionsPerHour = perHour();
  for (std::int64_t i = between(0, 2); i > 0; --i)
    fleet.furtherKinds.push_back({oneOf({0.5, 1, 2, 3}), oneOf({0.7, 1, 1.5}), between(1, 6), perHour(), {}});
  fleet.mix.baseOnDemand = between(0, 2);
  fleet.mix.onDemandPercent = oneOf({0, 0, 20, 50, 100});
  fleet.mix.spread = between(0, 1) == 0;
  if (between(0, 1) == 0)
    for (std::size_t k = fleet.furtherKinds.size() + 1; k > 0; --k) fleet.mix.spotOrder.push_back(k - 1);
  fleet.spot.notice = Duration(between(1, 12));
  fleet.spot.rebalance = between(0, 1) == 0;
  fleet.spot.unavailable = oneOf({0, 0, 0.3, 0.7});
  fleet.spot.retry = Duration(between(1, 25));
  fleet.spot.fallbackOnDemand = between(0, 3) == 0;
}

// Lost machines beside spot are one rule after the other, which nobody needs to know to the nanosecond.
template <class Between> void drawLosses(model::Ec2Fleet& fleet, const Between& between) {
  for (std::int64_t k = between(-4, 2); k > 0; --k)
    fleet.lostInstances.push_back({Duration(between(0, 1500)), between(1, 3)});
  for (std::int64_t k = between(-4, 2); k > 0; --k)
    fleet.lostZones.push_back({Duration(between(0, 1500)), Duration(between(0, 300))});
}

template <class Between> void drawChecks(model::HealthCheck& check, const Between& between) {
  check.byWorker = true;
  check.timeout = Duration(between(1, check.interval.count()));
  check.healthy = static_cast<int>(between(1, 3));
  check.replaces = between(0, 2) == 0;
  check.grace = Duration(between(0, 60));
}

// One random scenario: everything from one number.
struct Small {
  model::Ec2Fleet fleet;
  model::ObservationPlan plan;
  std::vector<reference::Request> requests;
};

// ---- random ways to scale ----

class Draw {
 public:
  explicit Draw(workloads::RandomStream& random) : m_random(random) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool once(std::int64_t in) { return between(1, in) == 1; }
  double oneOf(std::initializer_list<double> values) {
    return *(values.begin() + between(0, static_cast<std::int64_t>(values.size()) - 1));
  }
  // Of any size up to 2^bits - 1; every fourth is next to a power of two.
  std::int64_t upTo(int bits) {
    const std::int64_t power = std::int64_t{1} << between(0, bits);
    return once(4) ? std::max<std::int64_t>(0, power - between(1, 2)) : between(0, power - 1);
  }
  workloads::DurationDistribution time(std::int64_t most) {
    if (once(2)) return workloads::Constant{Duration(between(0, most))};
    return workloads::Exponential{Duration(between(1, most))};
  }

 private:
  workloads::RandomStream& m_random;
};

template <class Policy> void drawPoints(Draw& draw, Policy& policy) {
  policy.metric = draw.once(3) ? model::ScalingMetric::RequestsPerTarget : model::ScalingMetric::Cpu;
  policy.period = Duration(draw.between(5, 40));
  policy.metricDelay = Duration(draw.between(0, 60));
  policy.outPoints = static_cast<int>(draw.between(1, 3));
  policy.inPoints = static_cast<int>(draw.between(1, 5));
}
template <class Policy> void drawAlarms(Draw& draw, Policy& policy) {
  drawPoints(draw, policy);
  const bool cpu = policy.metric == model::ScalingMetric::Cpu;
  policy.outThreshold = cpu ? draw.oneOf({0.25, 0.5, 0.75}) : draw.oneOf({1, 2.5, 5});
  policy.inThreshold = policy.outThreshold * draw.oneOf({0.25, 0.5, 1});
  policy.adjustment = static_cast<model::AdjustmentType>(draw.between(0, 2));
  policy.minAdjustmentMagnitude = draw.between(1, 3);
}
inline double drawChange(Draw& draw, model::AdjustmentType type, double sign) {
  if (type == model::AdjustmentType::ExactCapacity) return static_cast<double>(draw.between(0, 8));
  if (type == model::AdjustmentType::ChangeInCapacity) return sign * static_cast<double>(draw.between(0, 3));
  return sign * static_cast<double>(draw.between(0, 100));
}
inline model::Scaling drawPolicy(Draw& draw) {
  const auto kind = draw.between(0, 9);
  if (kind < 4) {
    model::TargetTracking policy;
    drawPoints(draw, policy);
    policy.target = policy.metric == model::ScalingMetric::Cpu ? draw.oneOf({0.2, 0.5, 0.8}) : draw.oneOf({1, 2.5, 5});
    policy.inFraction = draw.oneOf({0.7, 0.9, 1.0});
    policy.warmup = Duration(draw.between(0, 60));
    return policy;
  }
  if (kind < 7) {
    model::StepScaling policy;
    drawAlarms(draw, policy);
    const double middle = policy.outThreshold * draw.oneOf({0.25, 0.5});
    policy.out = {{0.0, middle, drawChange(draw, policy.adjustment, 1)},
                  {middle, std::nullopt, drawChange(draw, policy.adjustment, 1)}};
    policy.in = {{std::nullopt, -policy.inThreshold * 0.5, drawChange(draw, policy.adjustment, -1)},
                 {-policy.inThreshold * 0.5, 0.0, drawChange(draw, policy.adjustment, -1)}};
    if (draw.once(4)) policy.in.clear();
    policy.warmup = Duration(draw.between(0, 60));
    return policy;
  }
  if (kind == 9) return model::NoScaling{};
  model::SimpleScaling policy;
  drawAlarms(draw, policy);
  policy.outChange = drawChange(draw, policy.adjustment, 1);
  policy.inChange = drawChange(draw, policy.adjustment, -1);
  policy.cooldown = Duration(draw.between(0, 100));
  return policy;
}
// What counts requests counts messages where they wait in a queue.
inline void scaleOnBacklog(model::Scaling& scaling) {
  const auto change = [](auto& policy) {
    if constexpr (requires { policy.metric; })
      if (policy.metric == model::ScalingMetric::RequestsPerTarget)
        policy.metric = model::ScalingMetric::BacklogPerInstance;
  };
  std::visit(change, scaling);
}
inline model::ScheduledActions drawActions(Draw& draw, const model::Ec2Fleet& fleet) {
  model::ScheduledActions schedule;
  schedule.period = Duration(draw.between(60, 500));
  std::int64_t min = fleet.min, max = fleet.max;
  for (std::int64_t at = draw.between(0, 80); at < schedule.period.count(); at += draw.between(1, 200)) {
    model::ScheduledAction action{Duration(at), {}, {}, {}};
    if (schedule.actions.empty() || draw.once(2)) {
      action.min = min = draw.between(0, 4);
      action.max = max = min + draw.between(0, 6);
    }
    if (draw.once(2)) action.desired = draw.between(min, max);
    schedule.actions.push_back(action);
  }
  return schedule;
}
inline void drawScaling(workloads::RandomStream& random, model::Ec2Fleet& fleet) {
  Draw draw(random);
  fleet.scaling = drawPolicy(draw);
  if (draw.once(3)) fleet.scheduled = drawActions(draw, fleet);
  if (draw.once(3)) {
    model::WarmPool pool;
    pool.state = static_cast<model::WarmPool::State>(draw.between(0, 2));
    pool.min = draw.between(0, 2);
    if (draw.once(2)) pool.maxPrepared = draw.between(0, 8);
    pool.reuseOnScaleIn = draw.once(2);
    pool.boot = draw.time(20);
    fleet.warmPool = pool;
  }
  if (draw.once(4)) fleet.lifecycleHook = Duration(draw.between(0, 30));
}
// Forecasts need days: their hours are short.
inline void drawClock(workloads::RandomStream& random, Small& s) {
  Draw draw(random);
  if (!draw.once(3)) return;
  s.plan.hour = Duration(draw.between(4, 20));
  const std::int64_t hour = s.plan.hour.count();
  s.fleet.predictive = model::PredictiveScaling{draw.oneOf({0.2, 0.5, 0.8}), Duration(draw.between(0, hour)),
                                                Duration(24 * hour + draw.between(0, 12 * hour))};
}

inline Small small(std::uint64_t number, bool scaling) {
  workloads::RandomStream random(number, "test.small", scaling ? 1 : 0);
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const auto oneOf = [&](std::initializer_list<double> values) {
    return *(values.begin() + between(0, static_cast<std::int64_t>(values.size()) - 1));
  };
  Small s;
  auto& fleet = s.fleet;
  fleet.vcpus = oneOf({0.5, 1, 2, 3});
  fleet.speed = oneOf({0.7, 1, 1, 2});
  fleet.threads = oneOf({1, 1, 2});
  fleet.discipline = between(0, 1) == 0 ? model::Discipline::Fcfs : model::Discipline::ProcessorSharing;
  fleet.workers = between(1, 6);
  fleet.queueLimit = between(0, 4);
  fleet.requestTimeout = Duration(between(1, 60));
  fleet.routing = static_cast<model::Routing>(between(0, 3));
  fleet.zones = static_cast<int>(between(1, 3));
  fleet.initial = between(scaling ? 0 : 1, 5);
  fleet.min = between(0, fleet.initial);
  fleet.max = fleet.initial + between(0, 6);
  fleet.overhead = Duration(between(0, 5));
  fleet.deregistrationDelay = Duration(between(0, 40));
  if (between(0, 2) == 0) {
    const double nsPerCredit = 6e10; // of one vCPU
    fleet.credits = pricing::CreditPlan{1, 60 * fleet.vcpus * oneOf({0.05, 0.2, 0.5}), oneOf({0, 3, 50}) / nsPerCredit,
                                        pricing::CreditMode::Standard, oneOf({0, 3, 40}) / nsPerCredit};
  }
  if (between(0, 1) == 0)
    fleet.boot = workloads::Constant{Duration(between(0, 40))};
  else
    fleet.boot = workloads::Exponential{Duration(between(1, 40))};
  if (scaling) drawScaling(random, fleet);
  if (fleet.routing == model::Routing::Queue) scaleOnBacklog(fleet.scaling);
  s.plan.warmup = Duration(between(0, 1) == 0 ? 0 : between(1, 200));
  s.plan.horizon = Duration(between(400, 1500));
  s.plan.windows = static_cast<int>(between(1, 4));
  s.plan.timelinePoints = static_cast<int>(between(0, 60));
  const std::int64_t gap = between(0, 12), work = between(0, 20), wait = between(0, 20);
  std::int64_t t = 0;
  for (bool busy = true;;) {
    if (between(0, 39) == 0) busy = !busy;
    t += between(0, busy ? gap : 10 * gap + 10);
    if (t >= s.plan.horizon.count()) break;
    s.requests.push_back({t, between(0, work), between(0, 1) == 0 ? 0 : between(0, wait)});
    if (s.requests.size() > 1500) break;
  }
  if (between(0, 3) == 0) fleet.slowStart = Duration(between(1, 200));
  if (between(0, 3) == 0) fleet.linkPerRequest = Duration(between(1, 4));
  fleet.healthCheck = {Duration(between(1, 30)), static_cast<int>(between(1, 3))};
  if (fleet.routing != model::Routing::Queue && between(0, 2) == 0) drawChecks(fleet.healthCheck, between);
  fleet.visibilityTimeout = Duration(between(0, 40));
  s.plan.hour = Duration(between(30, 900));
  s.plan.slot = Duration(between(20, 400));
  if (scaling) drawClock(random, s);
  // Workers of an instance that boots in no time take messages before or after what else happens in that instant.
  if (fleet.routing == model::Routing::Queue) fleet.boot = workloads::Constant{Duration(between(1, 40))};
  if (fleet.routing == model::Routing::Queue && fleet.warmPool)
    fleet.warmPool->boot = workloads::Constant{Duration(between(1, 20))};
  // A warm pool is of instances on demand.
  if (!fleet.warmPool && between(0, 1) == 0) buyOnSpot(fleet, between, oneOf);
  drawLosses(fleet, between);
  return s;
}

} // namespace scenarios
