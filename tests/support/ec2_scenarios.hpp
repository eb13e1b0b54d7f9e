#pragma once
// Hand-made requests and small random fleets for tests of the EC2 simulator. Times are tiny on purpose: ties at the
// same nanosecond are frequent, and every rule about them is met.
#include <cstdint>
#include <vector>

#include "tests/support/reference_ec2.hpp"

namespace scenarios {

using model::Duration;

inline model::Ec2Run simulate(const model::Ec2Fleet& fleet, const model::ObservationPlan& plan,
                              const std::vector<reference::Request>& requests, std::uint64_t seed = 1,
                              std::size_t batch = 1000) {
  model::Ec2Simulator simulator(fleet, plan, seed, 0);
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

// One random scenario: everything from one number.
struct Small {
  model::Ec2Fleet fleet;
  model::ObservationPlan plan;
  std::vector<reference::Request> requests;
};

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
  fleet.routing = static_cast<model::Routing>(between(0, 2));
  fleet.zones = static_cast<int>(between(1, 3));
  fleet.initial = between(scaling ? 0 : 1, 5);
  fleet.min = between(0, fleet.initial);
  fleet.max = fleet.initial + between(0, 6);
  fleet.overhead = Duration(between(0, 5));
  fleet.deregistrationDelay = Duration(between(0, 40));
  if (between(0, 1) == 0)
    fleet.boot = workloads::Constant{Duration(between(0, 40))};
  else
    fleet.boot = workloads::Exponential{Duration(between(1, 40))};
  if (scaling) {
    model::TargetTracking policy;
    policy.metric =
        between(0, 2) == 0 ? model::TargetTracking::Metric::RequestsPerTarget : model::TargetTracking::Metric::Cpu;
    policy.period = Duration(between(5, 40));
    policy.target = policy.metric == model::TargetTracking::Metric::Cpu ? oneOf({0.2, 0.5, 0.8}) : oneOf({1, 2.5, 5});
    policy.metricDelay = Duration(between(0, 60));
    policy.outPoints = static_cast<int>(between(1, 3));
    policy.inPoints = static_cast<int>(between(1, 5));
    policy.inFraction = oneOf({0.7, 0.9, 1.0});
    policy.warmup = Duration(between(0, 60));
    fleet.scaling = policy;
  }
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
  s.plan.hour = Duration(between(30, 900));
  s.plan.slot = Duration(between(20, 400));
  if (between(0, 1) == 0) buyOnSpot(fleet, between, oneOf);
  return s;
}

} // namespace scenarios
