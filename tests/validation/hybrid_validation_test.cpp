// The hybrid simulator against closed forms, each figure a mean over independent replications within four standard
// errors of its formula. Seeds are fixed.
#include <cmath>
#include <functional>

#include "model/hybrid/hybrid_simulator.hpp"
#include "model/queueing.hpp"
#include "tests/support/catch.hpp"

using model::Discipline;
using model::HybridFleet;
using model::HybridTally;
using model::InFlightOverflow;
using model::WeightedOverflow;
using workloads::DurationDistribution;

namespace {

constexpr std::uint64_t kReplications = 12;
constexpr double kServiceS = 0.1;
constexpr std::chrono::milliseconds kService{100};

// `instances` of two vCPUs with two workers each behind least outstanding routing, and a function without limits.
HybridFleet hybrid(std::int64_t instances, model::OverflowRule rule) {
  HybridFleet fleet{{}, {}, std::move(rule)};
  fleet.base.vcpus = 2;
  fleet.base.discipline = Discipline::Fcfs;
  fleet.base.workers = 2;
  fleet.base.queueLimit = 1'000'000;
  fleet.base.requestTimeout = std::chrono::hours(10'000);
  fleet.base.routing = model::Routing::LeastOutstanding;
  fleet.base.zones = 1;
  fleet.base.min = fleet.base.max = fleet.base.initial = instances;
  fleet.function.concurrencyLimit = 1'000'000;
  fleet.function.growth.reset();
  fleet.function.requestRateCap = false;
  return fleet;
}

HybridTally replication(const HybridFleet& fleet, const DurationDistribution& work, double ratePerS,
                        std::uint64_t number) {
  constexpr double kRequests = 40'000;
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(ratePerS)};
  workload.work.duration = work;
  model::ObservationPlan plan;
  plan.warmup = pricing::fromSeconds(0.25 * kRequests / ratePerS);
  plan.horizon = plan.warmup + pricing::fromSeconds(kRequests / ratePerS);
  plan.timelinePoints = 0;
  model::HybridSimulator simulator(fleet, plan, 2026, number);
  workloads::RequestStream stream(workload, 2026, number, plan.horizon);
  workloads::RequestBatch batch;
  while (stream.next(batch)) simulator.feed(batch);
  return simulator.finish().windows.at(0);
}

void check(const HybridFleet& fleet, const DurationDistribution& work, double ratePerS, double expected,
           const std::function<double(const HybridTally&)>& figure) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < kReplications; ++i) values.push_back(figure(replication(fleet, work, ratePerS, i)));
  const auto found = model::estimate(values);
  const double standardError = found.halfWidth / model::studentT975(values.size() - 1);
  INFO("found " << found.value << " expected " << expected << " standard error " << standardError);
  CHECK(std::abs(found.value - expected) <= 4 * standardError);
  CHECK(standardError < 0.03 * expected);
}

double overflowShare(const HybridTally& tally) {
  return static_cast<double>(tally.overflow.outcomes.attempts) / static_cast<double>(tally.outcomes().attempts);
}
double observedNs(double ratePerS) { return 40'000 / ratePerS * 1e9; }

} // namespace

TEST_CASE("A limit of the workers overflows as Erlang B says, whatever the service law", "[hybrid][validation]") {
  for (const std::int64_t instances : {1, 4})
    for (const double rho : {0.6, 1.0, 1.5})
      for (const DurationDistribution& work :
           {DurationDistribution(workloads::Exponential{kService}), DurationDistribution(workloads::Constant{kService}),
            DurationDistribution(workloads::Lognormal{kService, 1.5})}) {
        const std::int64_t servers = 2 * instances;
        const double load = rho * static_cast<double>(servers);
        INFO(instances << " instances at a load of " << rho);
        check(hybrid(instances, InFlightOverflow{2}), work, load / kServiceS, model::erlangB(servers, load),
              overflowShare);
      }
}

TEST_CASE("A limit on a shared processor overflows as M/G/c/K sharing loses, whatever the service law",
          "[hybrid][validation]") {
  constexpr double kLoad = 1.8;
  auto fleet = hybrid(1, InFlightOverflow{6});
  fleet.base.discipline = Discipline::ProcessorSharing;
  fleet.base.workers = 1'000;
  for (const DurationDistribution& work : {DurationDistribution(workloads::Exponential{kService}),
                                           DurationDistribution(workloads::Lognormal{kService, 1.5})})
    check(fleet, work, kLoad / kServiceS, model::sharingLoss(2, 6, kLoad), overflowShare);
}

TEST_CASE("Weights split a Poisson stream: M/M/c on the instances, M/G/infinity on the function",
          "[hybrid][validation]") {
  constexpr double kShare = 0.3, kRate = 20;
  auto fleet = hybrid(1, WeightedOverflow{kShare});
  const DurationDistribution work = workloads::Exponential{kService};
  check(fleet, work, kRate, kShare, overflowShare);
  check(fleet, work, kRate, model::mmc(2, (1 - kShare) * kRate, kServiceS)->meanResponseS,
        [](const HybridTally& t) { return t.base.outcomes.latency.meanSeconds(); });
  const double busy = kShare * kRate * kServiceS;
  check(fleet, work, kRate, busy,
        [](const HybridTally& t) { return static_cast<double>(t.overflow.busyNs) / observedNs(kRate); });
  check(fleet, workloads::Lognormal{kService, 1.5}, kRate, busy,
        [](const HybridTally& t) { return static_cast<double>(t.overflow.busyNs) / observedNs(kRate); });
}
