// Scenario -> what the simulators run: defaults looked up, words replaced by numbers.
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "model/scenario.hpp"
#include "pricing/billing_rules.hpp"
#include "workloads/import/trace.hpp"

namespace model {

namespace {

// Without a target the fleet starts at a load that leaves as much again for peaks.
constexpr double kUntargetedUtilisation = 0.5;

double meanWorkSeconds(const workloads::Workload& workload) {
  if (workload.work.duration) return workloads::meanSeconds(*workload.work.duration);
  const auto* arrivals = std::get_if<workloads::TraceArrivals>(&workload.arrivals);
  const bool known = arrivals && arrivals->trace && arrivals->trace->summary().durations;
  return known ? arrivals->trace->summary().durations->meanMs * 1e-3 : 0.0;
}

double targetUtilisation(const std::optional<ScalingTarget>& target) {
  return target && target->metric == ScalingMetric::Cpu ? target->value : kUntargetedUtilisation;
}

// Instances of that kind that the mean load keeps at the target: by vCPUs, by workers (Little's law) and, when the
// policy counts requests, by those.
double instancesForMeanLoad(const Scenario& scenario, const Ec2Fleet& fleet, const InstanceKind& kind) {
  constexpr Duration kWeek = std::chrono::hours(168);
  const auto& work = scenario.workload.work;
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, scenario.run.horizon.value_or(kWeek));
  const double measured = meanWorkSeconds(scenario.workload);
  const double cpu = measured * work.cpuFraction * workloads::lambdaVcpuShare(work.measuredAt, work.threads);
  const double duration = measured * (1 - work.cpuFraction) + cpu / (kind.speed * std::min(fleet.threads, kind.vcpus));
  const auto policy = scalingTarget(fleet.scaling);
  const double target = targetUtilisation(policy);
  double needed = std::max(rate * cpu / (kind.speed * kind.vcpus * target),
                           rate * duration / (static_cast<double>(kind.workers) * target));
  if (policy && policy->metric == ScalingMetric::RequestsPerTarget)
    needed = std::max(needed, rate * pricing::inSeconds(policy->period) / policy->value);
  return needed;
}

// Requests are spread over instances, not over vCPUs, so what a mixed fleet needs is the mean of what fleets of each
// type would, over its spot launches; on demand above the base takes the first type.
double instancesForMeanLoad(const Scenario& scenario, const Ec2Fleet& fleet) {
  const auto kinds = kindsOf(fleet);
  double sum = 0;
  for (const auto& kind : kinds) sum += instancesForMeanLoad(scenario, fleet, kind);
  const double onDemand = fleet.mix.onDemandPercent / 100, mean = sum / static_cast<double>(kinds.size());
  return onDemand * instancesForMeanLoad(scenario, fleet, kinds.front()) + (1 - onDemand) * mean;
}

// EC2 user guide, basic monitoring: CPU comes every five minutes; a balancer's counts stay at one (Elastic Load
// Balancing user guide, CloudWatch metrics).
Scaling asMonitored(const Ec2Setup& setup) {
  constexpr Duration kBasic = std::chrono::minutes(5);
  Scaling scaling = setup.scaling;
  const auto plan = metricPlan(scaling);
  if (!setup.detailedMonitoring && plan.metric == ScalingMetric::Cpu) setPeriod(scaling, std::max(plan.period, kBasic));
  return scaling;
}

std::int64_t initialInstances(const Scenario& scenario, const Ec2Fleet& fleet) {
  // A hair below, so that a load of exactly n instances asks for n in spite of rounding.
  const double needed = std::ceil(instancesForMeanLoad(scenario, fleet) - 1e-9);
  const double bounded = std::clamp(needed, static_cast<double>(fleet.min), static_cast<double>(fleet.max));
  return static_cast<std::int64_t>(bounded);
}

// Others bring their own runtime with the code.
bool isManagedRuntime(std::string_view runtime) {
  constexpr std::array<std::string_view, 5> kManaged{"python", "nodejs", "java", "dotnet", "ruby"};
  return !runtime.ends_with("-aot") &&
         std::ranges::any_of(kManaged, [&](std::string_view family) { return runtime.starts_with(family); });
}

// What nobody set follows the day that prices.date names.
GrowthLimit growthLimit(const Scenario& scenario, const pricing::GrowthLimit& ofDay) {
  const auto chosen = scenario.lambda->growthPer10s;
  const bool isChosen = chosen != LambdaSetup{}.growthPer10s || scenario.origins.contains("lambda.growth_per_10s");
  if (isChosen) return {chosen, chosen};
  return {std::llround(ofDay.burst), std::llround(6 * ofDay.refillPer10s), std::chrono::minutes(1)};
}

void applyQueueRules(const pricing::BillingRules& rules, QueueMapping& queue) {
  queue.growthPerMinute = rules.sqsGrowthPerMinute;
  queue.mostConcurrency = rules.sqsConcurrency;
}

EventSource eventSource(const Scenario& scenario) {
  const auto& setup = *scenario.lambda;
  switch (scenario.workload.trigger) {
  case workloads::Trigger::Http: return setup.client;
  case workloads::Trigger::Async:
  case workloads::Trigger::Schedule: return setup.async;
  case workloads::Trigger::Stream: {
    auto stream = setup.stream;
    stream.recordSize = scenario.workload.requestSize;
    return stream;
  }
  case workloads::Trigger::Queue: break;
  }
  auto queue = setup.queue;
  queue.messageSize = scenario.workload.requestSize;
  applyQueueRules(pricing::todaysRules(), queue);
  return queue;
}

// What is left of the account to functions that reserve nothing, and to the main function if it is one of them.
void shareAccount(const LambdaSetup& setup, LambdaFunction& function) {
  function.neighbours = setup.neighbours;
  std::int64_t left = setup.accountConcurrency;
  for (const auto& neighbour : setup.neighbours) left -= neighbour.reserved.value_or(0);
  if (!setup.reservedConcurrency)
    function.concurrencyLimit = left;
  else if (!setup.neighbours.empty())
    function.neighboursRoom = left - *setup.reservedConcurrency;
}

// The catalogue of this program knows every version of the rules, whichever catalogue the rates come from. Until August
// 2025 the init of a zip package on a managed runtime was free.
void applyRulesOfDay(const Scenario& scenario, LambdaFunction& function) {
  if (scenario.prices.date.empty()) return;
  const auto rules = pricing::billingRules(*pricing::PriceCatalogue::embedded(), scenario.prices.date, scenario.region);
  const auto& setup = *scenario.lambda;
  function.billingStepMs = rules.durationStepMs;
  if (auto* queue = std::get_if<QueueMapping>(&function.source)) applyQueueRules(rules, *queue);
  function.initBilled = rules.initAlwaysBilled || setup.package == Package::Image || !isManagedRuntime(setup.runtime) ||
                        setup.snapStart.has_value();
  function.growth = growthLimit(scenario, rules.growth);
}

// A measured curve replaces the law of memory: d(m) = d(m0) x curve(m) / curve(m0). The waiting stays as stated and
// computing takes the rest, as if the vCPU had the speed that this asks for; only where the curve leaves less than the
// waiting (or all of the work waits) does the waiting itself follow the curve.
void applyMeasuredCurve(const workloads::MemoryCurve& curve, const workloads::Work& work, LambdaFunction& function) {
  const double ratio = curve.secondsAt(function.memory) / curve.secondsAt(work.measuredAt);
  const double waiting = 1 - work.cpuFraction;
  if (work.cpuFraction == 0 || ratio < waiting) function.perIo = ratio / waiting;
  const double computing = std::max(0.0, ratio - waiting * function.perIo);
  const double asStated = work.cpuFraction * workloads::lambdaVcpuShare(work.measuredAt, work.threads) /
                          workloads::lambdaVcpuShare(function.memory, work.threads);
  function.speed *= computing > 1e-12 ? asStated / computing : std::numeric_limits<double>::infinity();
}

// A restore takes the place of init, and a part of it is billed. After a reset the whole init runs: a console export of
// July 2023 (java17) shows INIT_START, not RESTORE_START, behind a timeout. Init may take 130 s or the timeout (AWS
// Lambda developer guide, execution environment).
void applySnapStart(const LambdaSetup& setup, LambdaFunction& function) {
  if (!setup.snapStart) return;
  const auto& snapStart = *setup.snapStart;
  function.initInside = function.init;
  function.init = snapStart.restore ? *snapStart.restore : defaultRestore(*setup.memory).distribution;
  function.initBilledShare = snapStart.billedShare;
  function.initLimit = std::max<Duration>(std::chrono::seconds(130), setup.timeout);
}

} // namespace

LambdaFunction lambdaFunction(const Scenario& scenario) {
  assert(scenario.lambda && scenario.lambda->memory && scenario.lambda->architecture);
  const auto& setup = *scenario.lambda;
  const bool synchronous = scenario.workload.trigger == workloads::Trigger::Http;
  LambdaFunction function;
  function.memory = *setup.memory;
  function.threads = scenario.workload.work.threads;
  function.speed = setup.speed.value_or(defaultLambdaSpeed(*setup.architecture).speed);
  if (setup.powerTuning) applyMeasuredCurve(*setup.powerTuning, scenario.workload.work, function);
  function.init = setup.init
                      ? *setup.init
                      : defaultInit(setup.runtime, *setup.architecture, setup.package, *setup.memory).distribution;
  function.idleLifetime = setup.idleLifetime ? *setup.idleLifetime : defaultIdleLifetime().distribution;
  function.maxLifetime = setup.maxLifetime;
  function.initAhead = setup.initAhead;
  function.extensionInit = setup.extensions.init;
  function.extensionAfter = setup.extensions.after;
  applySnapStart(setup, function);
  function.reuse = setup.reuse;
  function.provisioned = setup.provisionedConcurrency;
  function.concurrencyLimit = setup.reservedConcurrency.value_or(setup.accountConcurrency);
  shareAccount(setup, function);
  function.growth = GrowthLimit{setup.growthPer10s, setup.growthPer10s};
  function.requestRateCap = synchronous;
  function.timeout = setup.timeout;
  function.overhead = setup.overhead;
  function.source = eventSource(scenario);
  function.failures = scenario.failures;
  if (scenario.ec2) function.zones = scenario.ec2->availabilityZones;
  function.provisionedPlan = setup.provisionedPlan;
  if (std::holds_alternative<ProvisionedSchedule>(setup.provisionedPlan)) function.provisioned = 0;
  applyRulesOfDay(scenario, function);
  return function;
}

Ec2Fleet ec2Fleet(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  assert(scenario.ec2 && scenario.ec2->instanceType);
  const auto& setup = *scenario.ec2;
  Ec2Fleet fleet;
  buyAsAsked(scenario, catalogue, fleet);
  fleet.threads = scenario.workload.work.threads;
  fleet.discipline = setup.discipline;
  fleet.queueLimit = setup.queueLimit;
  fleet.requestTimeout = setup.requestTimeout;
  fleet.routing = setup.routing;
  fleet.zones = setup.availabilityZones;
  fleet.min = setup.min;
  fleet.max = setup.max;
  fleet.scaling = asMonitored(setup);
  fleet.scheduled = setup.scheduledActions;
  fleet.predictive = setup.predictive;
  fleet.warmPool = setup.warmPool;
  fleet.boot = setup.boot;
  fleet.lifecycleHook = setup.lifecycleHook;
  fleet.deregistrationDelay = setup.deregistrationDelay;
  fleet.overhead = setup.overhead;
  fleet.slowStart = setup.slowStart;
  fleet.healthCheck = setup.healthCheck;
  fleet.visibilityTimeout = setup.visibilityTimeout;
  fleet.lostInstances = scenario.failures.lostInstances;
  fleet.lostZones = scenario.failures.lostZones;
  fleet.badDeployments = scenario.failures.badDeployments;
  fleet.initial = setup.initial.value_or(initialInstances(scenario, fleet));
  return fleet;
}

} // namespace model
