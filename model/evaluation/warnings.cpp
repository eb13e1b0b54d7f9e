// The half of findings.hpp that says what to be careful about; each warning quotes the figure it rests on.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "model/evaluation/capacity.hpp"
#include "model/evaluation/findings.hpp"
#include "model/evaluation/memory_choice.hpp"
#include "model/evaluation/metering.hpp"
#include "model/evaluation/replication.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/report/report.hpp"
#include "workloads/import/trace.hpp"

namespace model {

namespace {

// The highest maximum that is ever in force.
std::int64_t largestFleet(const Ec2Fleet& fleet) {
  std::int64_t most = fleet.max;
  for (const auto& action : fleet.scheduled.actions) most = std::max(most, action.max.value_or(most));
  return most;
}

class WarningList {
 public:
  explicit WarningList(const Decision& decision) : m_decision(decision) {}

  void add(const char* code, std::string message, std::string advice) {
    m_list.push_back({code, std::move(message), std::move(advice)});
  }
  std::vector<Warning> take() { return std::move(m_list); }

  void aboutTrace() {
    const auto* arrivals = std::get_if<workloads::TraceArrivals>(&m_decision.scenario.workload.arrivals);
    if (arrivals == nullptr || !arrivals->trace) return;
    const auto& summary = arrivals->trace->summary();
    const double span = pricing::inSeconds(summary.span);
    if (span < 86400)
      add("short_trace",
          fmt::format("The log covers {}; a month is made of repetitions of it.", pricing::displaySeconds(span)),
          "The intervals say how steady the simulation is, not how typical this log is. Give a log of a whole week.");
    if (summary.functions > 1 && arrivals->function.empty())
      add("functions_merged", fmt::format("{} functions of the trace run as one.", summary.functions),
          "Every function has environments of its own, so there would be more cold starts. Choose one with "
          "--set workload.arrivals.function=busiest (or its name).");
    std::uint64_t skipped = 0;
    for (const auto& row : summary.skipped) skipped += row.count;
    if (skipped > 0 && summary.rows > 0)
      add("rows_skipped",
          fmt::format("{} of {} rows were skipped, most of them: {} (first in line {}).", skipped, summary.rows,
                      mostFrequent(summary.skipped).reason, mostFrequent(summary.skipped).firstLine),
          "breakeven trace inspect lists every reason.");
  }

  // A short call needs a limit above its concurrency (AWS Lambda developer guide, lambda-concurrency, Oct 2026).
  void aboutRequestRate(double ratePerSecond) {
    if (!m_decision.lambda) return;
    constexpr double kPerConcurrency = 10;
    const auto function = lambdaFunction(m_decision.scenario);
    const double cap = kPerConcurrency * static_cast<double>(function.concurrencyLimit);
    if (!function.requestRateCap || ratePerSecond <= cap) return;
    if (busyOnAverage(ratePerSecond, function) > static_cast<double>(function.concurrencyLimit)) return; // Little's law
    add("request_rate_cap",
        fmt::format("A concurrency limit of {} serves {}, 10 for each unit of it; {} arrive on average.",
                    function.concurrencyLimit, pricing::displayRate(cap), pricing::displayRate(ratePerSecond)),
        fmt::format("The rate needs a concurrency limit of {:.0f}, however short the requests are.",
                    std::ceil(ratePerSecond / kPerConcurrency - 1e-9)));
  }

  void aboutLambda(double ratePerSecond) {
    if (!m_decision.lambda) return;
    const auto& result = *m_decision.lambda;
    const auto function = lambdaFunction(m_decision.scenario);
    const auto& setup = *m_decision.scenario.lambda;
    const double busy = busyOnAverage(ratePerSecond, function);
    if (busy > static_cast<double>(function.concurrencyLimit))
      add("little_law",
          fmt::format("By Little's law {} x the mean duration needs {:.1f} environments at once, the limit is {}.",
                      pricing::displayRate(ratePerSecond), busy, function.concurrencyLimit),
          "Raise lambda.account_concurrency (a quota request) or lambda.reserved_concurrency, or shorten the work.");
    else if (static_cast<double>(result.peakEnvironments) > 0.8 * static_cast<double>(function.concurrencyLimit))
      add("concurrency_near_limit",
          fmt::format("{} environments were busy at the peak, the limit is {}.", result.peakEnvironments,
                      function.concurrencyLimit),
          "Ask for a higher concurrency quota before the traffic grows.");
    if (result.throttled > 0)
      add("throttled",
          fmt::format("{} of {} requests to Lambda were throttled.",
                      pricing::displayCount(static_cast<double>(result.throttled)),
                      pricing::displayCount(static_cast<double>(result.requests))),
          "They count as failed; clients that retry bring them back as load. See the concurrency limit, the growth "
          "limit and 10 x "
          "concurrency requests/s.");
    const double timeoutMs = pricing::inMilliseconds(setup.timeout);
    if (result.deliveries) {
      if (const auto cut = result.deliveries->counts.timedOut; cut > 0)
        add("near_timeout",
            fmt::format("{} deliveries to Lambda were cut at the timeout of {}.",
                        pricing::displayCount(static_cast<double>(cut)), pricing::toText(setup.timeout)),
            "Raise lambda.timeout (15 minutes at most), give the function more memory or make batches smaller.");
    } else if (result.timedOut > 0 || (result.completed > 0 && result.latency.max.value > 0.8 * timeoutMs)) {
      const auto slowest = result.completed == 0 ? std::string("No Lambda request completed")
                                                 : fmt::format("The slowest Lambda request took {}, init included",
                                                               pricing::displaySeconds(result.latency.max.value / 1e3));
      add("near_timeout",
          fmt::format("{}; the timeout is {} without the init before the call; {} timed out.", slowest,
                      pricing::toText(setup.timeout), pricing::displayCount(static_cast<double>(result.timedOut))),
          "Raise lambda.timeout (15 minutes at most) or give the function more memory.");
    }
    if (result.resetInits > 0)
      add("resets",
          fmt::format("{} Lambda requests ran init inside their duration: the timeout had cut the call before them.",
                      pricing::displayCount(static_cast<double>(result.resetInits))),
          "A cut call resets its environment and costs the next one an init; raise lambda.timeout.");
    if (result.initRestarts > 0)
      add("init_over_limit",
          fmt::format("{} cold starts did not finish init within {} and began it anew inside the call.",
                      pricing::displayCount(static_cast<double>(result.initRestarts)),
                      pricing::toText(function.initLimit)),
          "Shorten init; SnapStart and provisioned concurrency give it 130 s.");
  }

  // What came too late or not at all at a source that holds back or tries again.
  void aboutSource() {
    if (!m_decision.lambda || !m_decision.lambda->deliveries) return;
    const auto& result = *m_decision.lambda;
    const auto& counts = result.deliveries->counts;
    const auto of = [](std::uint64_t n) { return pricing::displayCount(static_cast<double>(n)); };
    if (result.expired + result.unfinished > 0)
      add("source_backlog",
          fmt::format("{} requests grew too old at the source and {} were still there when the run ended.",
                      of(result.expired), of(result.unfinished)),
          "The function does not keep up or a failing batch blocks its lane: raise the limit that binds, or limit "
          "retries and age.");
    if (const double growth = result.deliveries->backlogGrowthShare; growth > kGrowingBacklogShare)
      add("backlog_grows",
          fmt::format("The source's backlog grew by {} of what arrived: the function does not keep up, or a burst came "
                      "at the very end.",
                      pricing::displayPercent(growth)),
          "All of it is paid for, but latency has no steady state: raise the limit that binds, or give run.horizon "
          "time for the last burst to pass.");
    if (counts.redeliveries > counts.firstDeliveries)
      add("retry_storm",
          fmt::format("{} deliveries were repeats, {} were first ones: more load by trying again than by requests; {} "
                      "of all were refused, which costs nothing.",
                      of(counts.redeliveries), of(counts.firstDeliveries), of(counts.throttled)),
          m_decision.scenario.workload.trigger == workloads::Trigger::Http
              ? "Fewer attempts, a longer backoff with jitter, or more patience; attempts that start are billed."
              : "Raise the concurrency limit if most were refused; else mend what fails, or limit retries and age. "
                "Attempts that start are billed.");
    if (result.errored > 0)
      add("lost_after_retries",
          fmt::format("{} of {} requests failed in their last attempt.", of(result.errored), of(result.requests)),
          "They end as an error, in a dead-letter queue or discarded; see workload.failures.");
  }

  // AWS's advice for provisioned concurrency is the peak and a tenth more (Lambda developer guide, lambda-concurrency,
  // 2026): 220 for a peak of 200. Something spilled over, so all environments were busy at the peak.
  void aboutProvisionedRoom() {
    if (!m_decision.lambda || m_decision.lambda->usage.lambda.empty()) return;
    const auto& function = m_decision.lambda->usage.lambda.front();
    if (!function.provisioned) return;
    const double spilled = function.requests, all = spilled + function.provisioned->requests;
    if (spilled <= 0.01 * all) return;
    const auto peak = m_decision.lambda->peakEnvironments;
    add("provisioned_spill",
        fmt::format("{} of the calls found no provisioned environment and ran on demand, {} environments at the peak.",
                    pricing::displayPercent(spilled / all), peak),
        fmt::format("Without spill-over it takes the peak and a tenth more: {} provisioned environments. Whether that "
                    "pays is in the bill.",
                    (11 * peak + 9) / 10));
  }

  // No metric comes while nothing is invoked, so the alarm that would take environments away never rings (AWS Lambda
  // developer guide, provisioned concurrency, Oct 2026).
  void aboutProvisionedPlan() {
    if (!m_decision.lambda || !std::holds_alternative<ProvisionedTracking>(m_decision.scenario.lambda->provisionedPlan))
      return;
    double busy = 0, idle = 0;
    for (const auto& part : m_decision.lambda->moneyParts) {
      if (part.code == "busy_provisioned") busy += part.usd;
      if (part.code == "idle_provisioned") idle += part.usd;
    }
    if (idle <= busy) return;
    add("provisioned_stays",
        fmt::format("{} of the money for provisioned environments keeps them ready, {} is for those that serve.",
                    pricing::displayPercent(idle / (idle + busy)), pricing::displayPercent(busy / (idle + busy))),
        "Target tracking does not scale in while nothing is invoked, because no metric comes: a schedule for the quiet "
        "hours does, and a smaller lambda.provisioned_plan.min keeps less.");
  }

  // What is asked to happen after the end of the run does not.
  void aboutFailures() {
    const auto horizon = runShape(m_decision.scenario).horizon;
    const auto& failures = m_decision.scenario.failures;
    std::size_t late = 0;
    const auto count = [&](const auto& events) {
      for (const auto& event : events) late += event.at >= horizon ? 1 : 0;
    };
    count(failures.slowdowns);
    count(failures.lostInstances);
    count(failures.lostZones);
    count(failures.badDeployments);
    if (late == 0) return;
    add("failures_after_end",
        fmt::format("{} of the events in workload.failures begin{} when the run of {} is over: they strike nobody.",
                    late, late == 1 ? "s" : "", pricing::displaySeconds(pricing::inSeconds(horizon))),
        "Raise run.horizon, or let them happen earlier.");
  }

  void aboutEc2(double ratePerSecond, const pricing::PriceCatalogue& catalogue) {
    if (!m_decision.ec2) return;
    const auto& result = *m_decision.ec2;
    const auto fleet = ec2Fleet(m_decision.scenario, catalogue);
    const double needed = ratePerSecond * coreSeconds(fleet, m_decision.scenario.workload);
    const auto most = largestFleet(fleet);
    const double cores = static_cast<double>(most) * fleet.vcpus;
    if (needed > cores)
      add("cpu_overload",
          fmt::format("The work needs {:.1f} vCPUs on average, the largest fleet has {:.0f}: above 100 % CPU.", needed,
                      cores),
          "Raise ec2.max or choose a larger instance type.");
    else if (result.utilisation.value > 0.85)
      add("cpu_high",
          fmt::format("The fleet runs at {} CPU on average.", pricing::displayPercent(result.utilisation.value)),
          std::holds_alternative<NoScaling>(fleet.scaling)
              ? "There is little room for a burst or a lost instance; raise ec2.initial or let a policy scale."
              : "There is little room for a burst or a lost instance; lower ec2.scaling.target or raise ec2.max.");
    if (result.peakInstances >= most && !std::holds_alternative<NoScaling>(fleet.scaling) && most > fleet.min)
      add("fleet_at_max", fmt::format("The fleet reached its maximum of {} instances.", most),
          "Beyond it requests queue and fail; raise ec2.max.");
    aboutScaling(*m_decision.scenario.ec2, fleet, runShape(m_decision.scenario).horizon);
    aboutInstances(m_decision.scenario, result, ratePerSecond, catalogue);
  }

  // Of EC2, and of a hybrid's base in its place in `scenario`.
  void aboutInstances(const Scenario& scenario, const PlatformResult& result, double ratePerSecond,
                      const pricing::PriceCatalogue& catalogue) {
    const auto fleet = ec2Fleet(scenario, catalogue);
    const auto* type = catalogue.findType(*scenario.ec2->instanceType);
    if (type != nullptr && type->burstable) aboutCredits(*type, fleet, result);
    aboutLink(fleet, result, ratePerSecond);
    aboutSpot(scenario, result);
    aboutHealthChecks(scenario, result);
  }

  void aboutLink(const Ec2Fleet& fleet, const PlatformResult& result, double ratePerSecond) {
    constexpr double kNearlyFull = 0.8;
    if (fleet.linkPerRequest == Duration{} || result.instancesMean.value <= 0) return;
    const double kept = result.overflow ? 1 - result.overflow->fraction.value : 1;
    const double full = kept * ratePerSecond * pricing::inSeconds(fleet.linkPerRequest) / result.instancesMean.value;
    if (full < kNearlyFull) return;
    add("link_full",
        fmt::format("Network or volume is the narrowest place of {}: what arrives would keep that of each instance {} "
                    "busy on average.",
                    onInstancesOf(result), pricing::displayPercent(full)),
        "Responses wait for it while CPU is free: more instances, a type with a wider network or volume, smaller "
        "payloads, a faster volume (ec2.ebs_throughput) or less of it (ec2.disk_per_request).");
  }

  void aboutScaling(const Ec2Setup& setup, const Ec2Fleet& fleet, Duration horizon) {
    const auto plan = metricPlan(fleet.scaling);
    const bool scales = !std::holds_alternative<NoScaling>(fleet.scaling);
    if (scales && plan.metric == ScalingMetric::Cpu && plan.period > metricPlan(setup.scaling).period)
      add("coarse_metrics",
          fmt::format("The fleet scales on CPU points that come every {}, because ec2.detailed_monitoring is off.",
                      pricing::toText(plan.period)),
          "A rise in load is seen minutes later; detailed monitoring is cheap beside the instances it saves.");
    if (fleet.predictive && horizon <= fleet.predictive->history)
      add("no_forecast",
          fmt::format("Predictive scaling makes its first forecast after {}, the run ends at {}.",
                      pricing::toText(fleet.predictive->history), pricing::toText(horizon)),
          "Raise run.horizon: until then only the policy and the schedule scale.");
    if (!fleet.scheduled.actions.empty()) return;
    if (fleet.predictive && !scales)
      add("only_grows", "Predictive scaling never removes an instance, and no policy does: the fleet only grows.",
          "Set ec2.scaling to a policy; AWS's advice is to use both.");
    if (const auto* step = std::get_if<StepScaling>(&fleet.scaling); step && step->in.empty())
      add("only_grows", "Step scaling has no step in: the fleet only grows.", "Give ec2.scaling.in a step.");
  }

  void aboutCredits(const pricing::InstanceType& type, const Ec2Fleet& fleet, const PlatformResult& result) {
    const auto cpu = pricing::displayPercent(result.utilisation.value);
    if (!fleet.credits) return;
    if (fleet.credits->mode == pricing::CreditMode::Standard) return aboutStandardMode(type, result);
    const double surplus = surplusVcpuHours(result.usage);
    if (surplus <= 0) return;
    add("surplus_credits",
        fmt::format("{} uses more CPU than its baseline of {} % of a vCPU earns, {} on average: {:.3g} vCPU-hours of "
                    "surplus credits a month are on the bill.",
                    type.name, type.baselinePercentPerVcpu.value_or(0), cpu, surplus),
        "Where that is the rule, a type without credits of the same size is often cheaper; compare it.");
  }

  // What runs above its baseline on average spends what it earns, and slows down whenever nothing is saved.
  void aboutStandardMode(const pricing::InstanceType& type, const PlatformResult& result) {
    constexpr double kNearBaseline = 0.9;
    const double baseline = type.baselinePercentPerVcpu.value_or(0);
    if (result.utilisation.value * 100 < kNearBaseline * baseline) return;
    add("burst_credits",
        fmt::format("{} in standard mode uses {} of its CPU on average, near its baseline of {} %: it spends the CPU "
                    "credits it earns and slows down to the baseline.",
                    type.name, pricing::displayPercent(result.utilisation.value), baseline),
        "Its latency is that of a slower machine: choose a larger type, one without credits, or ec2.credit_mode "
        "unlimited.");
  }

  // What AWS takes back, and what it does not give.
  void aboutSpot(const Scenario& scenario, const PlatformResult& result) {
    if (!result.spot) return;
    const auto& spot = *result.spot;
    const auto requests = static_cast<double>(std::max<std::uint64_t>(1, result.requests));
    const double lost = static_cast<double>(spot.lostRequests) / requests, failed = result.failedFraction.value;
    const double allowed = m_decision.scenario.objective.maxFailed;
    if (failed > allowed && failed - lost <= allowed)
      add("spot_interruptions",
          fmt::format("{} of the requests were lost when AWS took back {} spot instances a month; without them the "
                      "fleet would fail {}, within the objective of {}.",
                      pricing::displayPercent(lost), pricing::displayCount(spot.interruptionsPerMonth),
                      pricing::displayPercent(std::max(0.0, failed - lost)), pricing::displayPercent(allowed)),
          "Requests longer than the notice need a retry or a checkpoint; or keep more on demand "
          "(ec2.mixed.base_on_demand).");
    if (spot.launchesWithoutCapacity > 0)
      add("spot_capacity",
          fmt::format("No type of {} had spot capacity {} times that a launch asked, each asking again counted.",
                      onInstancesOf(result), pricing::displayCount(static_cast<double>(spot.launchesWithoutCapacity))),
          scenario.ec2->spot.fallbackOnDemand
              ? "These went on demand; more types in ec2.mixed.types find capacity more often."
              : "More types in ec2.mixed.types find it more often; EC2 Auto Scaling does not go on demand by itself.");
  }

  // Overload that the balancer sees.
  void aboutHealthChecks(const Scenario& scenario, const PlatformResult& result) {
    if (result.wentUnhealthy == 0) return;
    const auto shown = [](std::uint64_t count) { return pricing::displayCount(static_cast<double>(count)); };
    add("health_checks",
        fmt::format("Overloaded instances of {} failed their health checks and went out of rotation {} times{}.",
                    onInstancesOf(result), shown(result.wentUnhealthy),
                    result.failedOpen == 0 ? std::string()
                                           : fmt::format("; {} times none was left and requests went to all of them "
                                                         "(fail-open)",
                                                         shown(result.failedOpen))),
        scenario.ec2->healthCheck.replaces ? "Each leaves its load to the others and is replaced: more instances, a "
                                             "lower scaling target, or a check that "
                                             "no worker has to answer."
                                           : "Each leaves its load to the others: more instances, a lower scaling "
                                             "target, or a check that no worker has "
                                             "to answer.");
  }

  void aboutManaged() {
    if (!m_decision.managed) return;
    const auto& result = *m_decision.managed;
    if (result.throttled > 0)
      add("managed_throttled",
          fmt::format("{} of {} requests to Managed Instances were throttled.",
                      pricing::displayCount(static_cast<double>(result.throttled)),
                      pricing::displayCount(static_cast<double>(result.requests))),
          m_decision.scenario.workload.trigger != workloads::Trigger::Http
              ? "An event source would deliver them again later, which is not simulated for this lane: read its failed "
                "requests as late ones, or raise managed_instances.min until none are."
          : m_decision.scenario.failures.losesMachines()
              ? "Lost machines took their room with them until others had started, or the load more than doubled "
                "before capacity could follow: raise managed_instances.headroom, min or max_vcpus."
              : "The load more than doubled before capacity could follow, or the environments are small: raise "
                "managed_instances.headroom, min or max_vcpus.");
  }

  void aboutHybrid(double ratePerSecond, const pricing::PriceCatalogue& catalogue) {
    if (!m_decision.hybrid) return;
    const auto& result = *m_decision.hybrid;
    aboutInstances(withBase(m_decision.scenario), result, ratePerSecond, catalogue);
    constexpr double kManyCold = 0.1;
    if (result.overflow->count == 0)
      return add("hybrid_never_overflows", "The hybrid's instances took every request; its function never ran.",
                 "Read it as EC2 alone, or lower hybrid.min or the limit of hybrid.overflow.");
    if (result.coldFraction.value > kManyCold)
      add("hybrid_cold_overflow",
          fmt::format("{} of what the hybrid hands over meets a cold start: overflow comes in bursts, and environments "
                      "are gone before the next one.",
                      pricing::displayPercent(result.coldFraction.value)),
          "A lower limit or a small weight keeps the function warm; provisioned concurrency does at a price.");
    if (result.throttled > 0)
      add("hybrid_throttled",
          fmt::format("{} of the requests that the hybrid handed over were throttled.",
                      pricing::displayCount(static_cast<double>(result.throttled))),
          "Bursts meet the limits of concurrency and growth all at once: raise the limits or hybrid.min.");
  }

  void aboutCertainty(const PlatformResult& result) {
    const auto who = platformTitle(result.platform);
    const auto& cost = result.monthlyCostUsd;
    if (cost.halfWidth > 0.1 * cost.value)
      add("wide_interval",
          fmt::format("{}'s monthly cost is known only to ± {}.", who,
                      pricing::displayPercent(cost.halfWidth / cost.value)),
          "Raise run.replications or run.horizon.");
    const auto& objective = m_decision.scenario.objective;
    const auto& p99 = result.latency.p99;
    if (objective.p99 && std::fabs(p99.value - pricing::inMilliseconds(*objective.p99)) <= p99.halfWidth)
      add("objective_uncertain",
          fmt::format("{}'s p99 of {} ± {} straddles the objective of {}.", who,
                      pricing::displaySeconds(p99.value / 1e3), pricing::displaySeconds(p99.halfWidth / 1e3),
                      pricing::displaySeconds(pricing::inSeconds(*objective.p99))),
          "Raise run.replications or run.horizon before you rely on it.");
    std::string estimated;
    for (const auto& line : result.bill.lines)
      if (line.estimated && line.amount.inDollars() > 0.01 * cost.value)
        estimated += fmt::format("{}{} {}", estimated.empty() ? "" : ", ", line.service, line.item);
    if (!estimated.empty())
      add("estimated_price", fmt::format("{}'s bill rests on estimated prices: {}.", who, estimated),
          "The bill marks them with ~ and says what they were derived from.");
  }

 private:
  static const char* onInstancesOf(const PlatformResult& result) {
    return result.platform == Platform::Hybrid ? "the hybrid's instances" : "the fleet";
  }
  // Environments, by Little's law.
  double busyOnAverage(double ratePerSecond, const LambdaFunction& function) const {
    const auto& workload = m_decision.scenario.workload;
    return ratePerSecond * workOf(workload).meanSeconds * lambdaStretch(function, workload.work);
  }
  static const workloads::SkippedRows& mostFrequent(const std::vector<workloads::SkippedRows>& skipped) {
    return *std::max_element(skipped.begin(), skipped.end(),
                             [](const auto& a, const auto& b) { return a.count < b.count; });
  }

  const Decision& m_decision;
  std::vector<Warning> m_list;
};

} // namespace

std::vector<Warning> warnings(const Decision& decision, const pricing::PriceCatalogue& catalogue) {
  WarningList list(decision);
  list.aboutTrace();
  list.aboutLambda(decision.meanRequestsPerSecond);
  list.aboutRequestRate(decision.meanRequestsPerSecond);
  list.aboutSource();
  list.aboutProvisionedPlan();
  list.aboutProvisionedRoom();
  list.aboutEc2(decision.meanRequestsPerSecond, catalogue);
  list.aboutFailures();
  if (decision.lambda) list.aboutCertainty(*decision.lambda);
  if (decision.ec2) list.aboutCertainty(*decision.ec2);
  list.aboutManaged();
  if (decision.managed) list.aboutCertainty(*decision.managed);
  list.aboutHybrid(decision.meanRequestsPerSecond, catalogue);
  if (decision.hybrid) list.aboutCertainty(*decision.hybrid);
  auto found = list.take();
  for (auto& warning : powerTuningWarnings(decision)) found.push_back(std::move(warning));
  return found;
}

} // namespace model
