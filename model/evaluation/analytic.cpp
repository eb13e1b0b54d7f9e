#include "model/evaluation/analytic.hpp"

#include <algorithm>
#include <cmath>

#include "model/evaluation/capacity.hpp"
#include "model/evaluation/replication.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"
#include "model/queueing.hpp"

namespace model {

namespace {

bool isPoisson(const workloads::Workload& workload) {
  return std::holds_alternative<workloads::PoissonArrivals>(workload.arrivals);
}

bool isExponential(const workloads::Workload& workload) {
  return workload.work.duration && std::holds_alternative<workloads::Exponential>(*workload.work.duration);
}

// Every n-th request of a Poisson stream: gaps of n exponential stages.
bool takesTurnsExactly(const Ec2Fleet& fleet, const workloads::Workload& workload) {
  return fleet.routing == Routing::RoundRobin && fleet.discipline == Discipline::Fcfs && fleet.workers == 1 &&
         isExponential(workload);
}

// Requests one instance sees, when each sees an equal share: exact for random routing, close for the other two. Workers
// that take from one queue at full speed are one station.
std::optional<QueueFigures> stationQueue(const Ec2Fleet& fleet, const workloads::Workload& workload, double ratePerS) {
  const auto work = workOf(workload);
  const double serviceS = work.meanSeconds * ec2Stretch(fleet, workload.work);
  if (fleet.routing == Routing::Queue) {
    const auto workers = fleet.initial * fleet.workers;
    if (fleet.discipline == Discipline::ProcessorSharing &&
        static_cast<double>(fleet.workers) > fullSpeedRequests(fleet, workload))
      return std::nullopt;
    if (isExponential(workload)) return mmc(workers, ratePerS, serviceS);
    return workers == 1 ? mg1(ratePerS, serviceS, work.squaredCv)
                        : mgcAllenCunneen(workers, ratePerS, serviceS, 1.0, work.squaredCv);
  }
  const double rate = ratePerS / static_cast<double>(fleet.initial);
  if (takesTurnsExactly(fleet, workload)) return erlangM1(fleet.initial, rate, serviceS);
  if (fleet.discipline == Discipline::ProcessorSharing)
    return mgcProcessorSharing(fleet.vcpus, rate, coreSeconds(fleet, workload), serviceS);
  if (isExponential(workload)) return mmc(fleet.workers, rate, serviceS);
  if (fleet.workers == 1) return mg1(rate, serviceS, work.squaredCv);
  return mgcAllenCunneen(fleet.workers, rate, serviceS, 1.0, work.squaredCv);
}

std::string queueMethod(const Ec2Fleet& fleet, const workloads::Workload& workload) {
  if (takesTurnsExactly(fleet, workload)) return fleet.initial == 1 ? "M/M/1" : "E_n/M/1 (every n-th request)";
  const bool oneQueue = fleet.routing == Routing::Queue;
  const bool oneWorker = fleet.workers == 1 && (!oneQueue || fleet.initial == 1);
  std::string method = fleet.discipline == Discipline::ProcessorSharing && !oneQueue ? "M/G/c processor sharing"
                       : isExponential(workload)                                     ? "M/M/c"
                       : oneWorker                                                   ? "M/G/1 (Pollaczek-Khinchine)"
                                                                                     : "M/G/c (Allen-Cunneen)";
  if (fleet.initial > 1 && fleet.routing != Routing::Random && !oneQueue) method += ", routing taken as random";
  return method;
}

// With newest-first reuse and a (nearly) constant idle lifetime the environments at t are the most that were busy at
// once during the last lifetime; other orders and wide lifetimes have no usable closed form (docs/lambda.md).
bool poolFormHolds(const LambdaFunction& function) {
  return function.reuse == Reuse::Lifo && function.initAhead == 0 && function.extensionAfter == Duration{} &&
         workloads::squaredCv(function.idleLifetime) < 0.02;
}

// Recycled environments come back as cold starts, one each at most, which no closed form counts closely; how many
// there are hardly changes once lives no longer end together and are long beside the idle lifetime.
enum class Recycling { Never, Steady, Starting };
Recycling recycling(const LambdaFunction& function, double horizonS) {
  constexpr double kManyLives = 20, kIdleLifetimes = 20; // shorter lives than these empty the pool's upper levels
  if (!function.maxLifetime || workloads::quantileSeconds(*function.maxLifetime, 1e-9) >= horizonS)
    return Recycling::Never;
  const double lifeS = workloads::meanSeconds(*function.maxLifetime);
  const bool steady =
      kManyLives * lifeS <= horizonS && kIdleLifetimes * workloads::meanSeconds(function.idleLifetime) <= lifeS;
  return steady ? Recycling::Steady : Recycling::Starting;
}

} // namespace

std::vector<AnalyticFigure> lambdaFigures(const Scenario& scenario, const PlatformResult& simulated,
                                          double ratePerSecond) {
  std::vector<AnalyticFigure> figures;
  if (!isPoisson(scenario.workload) || ratePerSecond <= 0) return figures;
  const auto function = lambdaFunction(scenario);
  // A source that tries again or batches, other functions and failures break the assumptions of all three forms.
  if (function.needsEvents()) return figures;
  const double serviceS = workOf(scenario.workload).meanSeconds * lambdaStretch(function, scenario.workload.work);
  const double initS = workloads::meanSeconds(function.init);
  const auto add = [&](const char* quantity, const char* method, double closedForm, Estimate estimate,
                       const char* unit) {
    figures.push_back({Platform::Lambda, quantity, method, closedForm, estimate, unit});
  };
  const auto limit = function.concurrencyLimit;
  const double offered = busyEnvironmentsMean(ratePerSecond, serviceS + simulated.coldFraction.value * initS);
  if (simulated.throttled == 0)
    add("busy environments", "M/G/infinity", offered, simulated.environmentsBusy, "environments");
  else
    add("failed fraction", "Erlang B", erlangB(limit, offered), simulated.failedFraction, "of attempts");
  const auto recycled = recycling(function, pricing::inSeconds(runShape(scenario).horizon));
  if (function.provisioned > 0 || !poolFormHolds(function) || recycled == Recycling::Starting) return figures;

  PoolQuestion question;
  question.rate = ratePerSecond;
  question.serviceS = serviceS;
  question.initS = initS;
  question.idleLifetimeS = workloads::meanSeconds(function.idleLifetime);
  // Beyond this many nobody is ever busy at once, and the work grows with the limit.
  question.limit = std::min(limit, poissonQuantile(offered, 1 - 1e-12) + 1);
  question.idleIsConstant = true;
  if (const auto pool = environmentPool(question)) {
    const char* method = "sliding maximum of M/M/c/c";
    add("environments", method, pool->environmentsMean, simulated.environmentsMean, "environments");
    if (recycled == Recycling::Never)
      add("cold fraction", method, pool->coldFraction, simulated.coldFraction, "of started");
  }
  return figures;
}

namespace {

// The laws are about equal instances that nothing but their vCPUs and workers slows down.
bool lawsHold(const Ec2Fleet& fleet) {
  const bool slows = fleet.credits && fleet.credits->mode == pricing::CreditMode::Standard;
  return fleet.furtherKinds.empty() && fleet.linkPerRequest == Duration{} && !slows;
}

// A request whose caller has gone may have worked before, to the end, or not at all: its load is not known.
bool loadIsKnown(const PlatformResult& simulated) {
  constexpr double kFew = 1e-3;
  return static_cast<double>(simulated.timedOut) <= kFew * static_cast<double>(simulated.requests);
}

} // namespace

std::vector<AnalyticFigure> ec2Figures(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                       const PlatformResult& simulated, double ratePerSecond) {
  std::vector<AnalyticFigure> figures;
  if (ratePerSecond <= 0 || simulated.instancesMean.value <= 0) return figures;
  const auto fleet = ec2Fleet(scenario, catalogue);
  if (!lawsHold(fleet)) return figures;
  const double servedShare = 1 - simulated.failedFraction.value;
  const double load = ratePerSecond * servedShare * coreSeconds(fleet, scenario.workload);
  if (loadIsKnown(simulated))
    figures.push_back({Platform::Ec2, "utilisation", "utilisation law",
                       load / (simulated.instancesMean.value * fleet.vcpus), simulated.utilisation, "of vCPU time"});
  if (!isPoisson(scenario.workload) || !isFixedFleet(fleet)) return figures;
  if (fleet.mix.usesSpot()) return figures; // nor do interruptions belong to a queue's formula
  const auto queue = stationQueue(fleet, scenario.workload, ratePerSecond);
  if (!queue) return figures;
  figures.push_back({Platform::Ec2, "mean latency", queueMethod(fleet, scenario.workload),
                     1e3 * queue->meanResponseS + pricing::inMilliseconds(fleet.overhead), simulated.latency.mean,
                     "ms"});
  return figures;
}

std::vector<AnalyticFigure> managedFigures(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                           const PlatformResult& simulated, double ratePerSecond) {
  if (ratePerSecond <= 0 || simulated.instancesMean.value <= 0) return {};
  const auto fleet = managedFleet(scenario, catalogue);
  const double taken = ratePerSecond * (1 - static_cast<double>(simulated.throttled) /
                                                static_cast<double>(std::max<std::uint64_t>(1, simulated.requests)));
  return {{Platform::ManagedInstances, "utilisation", "utilisation law",
           taken * coreSeconds(fleet, scenario.workload) / (simulated.instancesMean.value * fleet.vcpus),
           simulated.utilisation, "of vCPU time"}};
}

namespace {

// The overflow of a fixed base is a loss that has a closed form where its instances are one station: a single one, or
// several behind least outstanding routing of which none shares its CPU; and where no request waits for a worker, or
// waiting and work are memoryless.
bool overflowFormHolds(const HybridFleet& fleet, const workloads::Workload& workload) {
  const auto& base = fleet.base;
  const auto* rule = std::get_if<InFlightOverflow>(&fleet.overflow);
  if (!isPoisson(workload) || !std::holds_alternative<NoScaling>(base.scaling) || rule == nullptr) return false;
  const auto limit = std::min(*rule->limit, base.workers + base.queueLimit);
  const bool alone = base.initial == 1;
  const bool uncontended = static_cast<double>(limit) <= fullSpeedRequests(base, workload);
  if (!alone && (base.routing != Routing::LeastOutstanding || !uncontended)) return false;
  return limit <= base.workers || (base.discipline == Discipline::Fcfs && isExponential(workload));
}

} // namespace

std::vector<AnalyticFigure> hybridFigures(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                          const PlatformResult& simulated, double ratePerSecond) {
  if (ratePerSecond <= 0 || simulated.instancesMean.value <= 0) return {};
  const auto fleet = hybridFleet(scenario, catalogue);
  const auto& workload = scenario.workload;
  const double share = simulated.overflow->fraction.value;
  std::vector<AnalyticFigure> figures;
  const auto add = [&](const char* quantity, const char* method, double closedForm, Estimate estimate,
                       const char* unit) {
    figures.push_back({Platform::Hybrid, quantity, method, closedForm, estimate, unit});
  };
  if (!lawsHold(fleet.base)) return figures;
  if (loadIsKnown(simulated))
    add("utilisation", "utilisation law",
        ratePerSecond * (1 - share) * coreSeconds(fleet.base, workload) /
            (simulated.instancesMean.value * fleet.base.vcpus),
        simulated.utilisation, "of vCPU time");
  if (overflowFormHolds(fleet, workload)) {
    const std::vector<double> rates{ratePerSecond};
    add("overflow", "Erlang B, sharing", forecast(fleet, workload, rates).share, simulated.overflow->fraction,
        "of requests");
  }
  if (!isPoisson(workload) || !std::holds_alternative<WeightedOverflow>(fleet.overflow)) return figures;
  if (simulated.throttled > 0 || fleet.function.needsEvents()) return figures;
  const double held = workOf(workload).meanSeconds * lambdaStretch(fleet.function, workload.work) +
                      simulated.coldFraction.value * workloads::meanSeconds(fleet.function.init);
  add("busy environments", "M/G/infinity", busyEnvironmentsMean(share * ratePerSecond, held),
      simulated.environmentsBusy, "environments");
  return figures;
}

} // namespace model
