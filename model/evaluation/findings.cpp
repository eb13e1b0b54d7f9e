#include "model/evaluation/findings.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "model/evaluation/capacity.hpp"
#include "model/report/report.hpp"

namespace model {

namespace {

constexpr double kLambdaLongestS = 900;
constexpr std::int64_t kLambdaLargestMib = 10'240;
constexpr std::int64_t kSyncPayload = 6 << 20;  // request and response of a synchronous call
constexpr std::int64_t kAsyncPayload = 1 << 20; // event of an asynchronous call (256 KB until 2025)

// "7.5 months", "3.2 years".
std::string monthsText(double months) {
  constexpr double kShownInYears = 36;
  return months < kShownInYears ? fmt::format("{:.1f} months", months) : fmt::format("{:.1f} years", months / 12);
}

void addObjectiveReason(const std::optional<PlatformResult>& result, std::vector<Reason>& reasons) {
  if (!result) return;
  const auto who = fmt::format("{} ({})", platformTitle(result->platform), result->configuration);
  if (result->meetsObjective && result->requests == 0)
    reasons.push_back({"objective_met", fmt::format("{} meets the objective: no request arrived.", who)});
  else if (result->meetsObjective)
    reasons.push_back({"objective_met", fmt::format("{} meets the objective: p99 {}, failed {}.", who,
                                                    pricing::displaySeconds(result->latency.p99.value / 1e3),
                                                    pricing::displayPercent(result->failedFraction.value))});
  else
    reasons.push_back(
        {"objective_missed", fmt::format("{} misses the objective: {}.", who, fmt::join(result->missed, "; "))});
}

void addCostReason(const Decision& decision, std::vector<Reason>& reasons) {
  const auto& lambda = decision.lambda->monthlyCostUsd;
  const auto& ec2 = decision.ec2->monthlyCostUsd;
  const bool lambdaCheaper = lambda.value <= ec2.value;
  const double cheaper = std::min(lambda.value, ec2.value), dearer = std::max(lambda.value, ec2.value);
  reasons.push_back(
      {"cost_gap", fmt::format("Lambda costs {} a month, EC2 {}: {} is {} ({}) cheaper.", dollars(lambda),
                               dollars(ec2), lambdaCheaper ? "Lambda" : "EC2", dollars(dearer - cheaper),
                               pricing::displayPercent(dearer > 0 ? (dearer - cheaper) / dearer : 0))});
}

void addColdStartReason(const PlatformResult& lambda, std::vector<Reason>& reasons) {
  if (lambda.coldStarts == 0) return;
  const auto started = lambda.deliveries ? lambda.deliveries->invocations : lambda.requests - lambda.throttled;
  reasons.push_back({"cold_starts", fmt::format("{} of Lambda's {} meet a cold start ({} of {}).",
                                                pricing::displayPercent(lambda.coldFraction.value),
                                                lambda.deliveries ? "invocations" : "started requests",
                                                pricing::displayCount(static_cast<double>(lambda.coldStarts)),
                                                pricing::displayCount(static_cast<double>(started)))});
}

void addUtilisationReason(const PlatformResult& ec2, std::vector<Reason>& reasons) {
  reasons.push_back(
      {"utilisation", fmt::format("The EC2 fleet runs {:.1f} instances on average at {} of their CPU.",
                                  ec2.instancesMean.value, pricing::displayPercent(ec2.utilisation.value))});
}

bool tooClose(const Decision& decision, const Estimate& saving) {
  const double cheaper = std::min(decision.lambda->monthlyCostUsd.value, decision.ec2->monthlyCostUsd.value);
  return std::fabs(saving.value) <= std::max(saving.halfWidth, kTooCloseShare * cheaper);
}

Verdict verdictOfOne(const PlatformResult& result) {
  if (!result.meetsObjective) return Verdict::NeitherMeetsObjective;
  return result.platform == Platform::Lambda ? Verdict::Lambda : Verdict::Ec2;
}

Verdict verdictOfTwo(const Decision& decision, const Estimate& ec2MinusLambda) {
  const bool lambda = decision.lambda->meetsObjective, ec2 = decision.ec2->meetsObjective;
  if (!lambda && !ec2) return Verdict::NeitherMeetsObjective;
  if (lambda != ec2) return lambda ? Verdict::Lambda : Verdict::Ec2;
  if (tooClose(decision, ec2MinusLambda)) return Verdict::TooCloseToCall;
  return ec2MinusLambda.value > 0 ? Verdict::Lambda : Verdict::Ec2;
}

// The side that the verdict names; the cheaper one when it names none. Precondition: one of them meets the objective.
const PlatformResult* winnerOf(const Decision& decision) {
  if (decision.verdict == Verdict::Lambda) return &*decision.lambda;
  if (decision.verdict == Verdict::Ec2) return &*decision.ec2;
  return decision.lambda->monthlyCostUsd.value <= decision.ec2->monthlyCostUsd.value ? &*decision.lambda
                                                                                     : &*decision.ec2;
}

// Moving to the winner costs something once; the other side stays where it is.
void addPayback(Decision& decision) {
  if (decision.verdict != Verdict::Lambda && decision.verdict != Verdict::Ec2) return;
  const bool lambda = decision.verdict == Verdict::Lambda;
  const double cost = (lambda ? decision.scenario.costs.lambda : decision.scenario.costs.ec2).migrationUsd;
  if (cost <= 0) return;
  const auto& saving = decision.monthlySavingUsd;
  const auto moving = fmt::format("Moving to {} costs {} once", lambda ? "Lambda" : "EC2", dollars(cost));
  decision.payback = {cost, std::nullopt};
  if (saving.value <= 0) {
    decision.reasons.push_back({"payback", moving + " and saves nothing a month: money does not pay it back."});
    return;
  }
  decision.payback->months = cost / saving.value;
  decision.reasons.push_back({"payback", fmt::format("{} and is paid back in {} at {} a month.", moving,
                                                     monthsText(*decision.payback->months), dollars(saving))});
}

double largestSaving(const PlatformResult& result) {
  double saving = 0;
  if (result.commitments)
    for (const auto& option : result.commitments->options) saving = std::max(saving, option.savingUsd);
  return saving;
}

// Duration with all the CPU of the largest function, or at the fastest measured size, / duration as measured.
double leastStretch(const Scenario& scenario) {
  const auto& work = scenario.workload.work;
  if (scenario.lambda && scenario.lambda->powerTuning) {
    const auto& curve = *scenario.lambda->powerTuning;
    const auto fastest = std::ranges::min(curve.points, {}, &workloads::MemoryCurve::Point::meanDuration);
    return pricing::inSeconds(fastest.meanDuration) / curve.secondsAt(work.measuredAt);
  }
  const double share = workloads::lambdaVcpuShare(work.measuredAt, work.threads) /
                       workloads::lambdaVcpuShare(pricing::Memory::mebibytes(kLambdaLargestMib), work.threads);
  return 1 - work.cpuFraction + work.cpuFraction * share;
}

} // namespace

std::vector<Reason> lambdaHardLimits(const Scenario& scenario) {
  std::vector<Reason> limits;
  const auto& workload = scenario.workload;
  const auto add = [&](std::string message) { limits.push_back({"hard_limit", std::move(message)}); };
  if (workload.memory.inMebibytes() > kLambdaLargestMib)
    add(fmt::format("A request needs {} MB; a Lambda function has {} MB at most.", workload.memory.inMebibytes(),
                    kLambdaLargestMib));
  const bool sync = workload.trigger == workloads::Trigger::Http;
  const auto largest = sync ? std::max(workload.requestSize, workload.responseSize) : workload.requestSize;
  if (largest.inBytes() > (sync ? kSyncPayload : kAsyncPayload))
    add(fmt::format("A payload of {} exceeds Lambda's {} for {} calls.", pricing::toText(largest), sync ? "6MB" : "1MB",
                    sync ? "synchronous" : "asynchronous"));
  const double p99 = workOf(workload).p99Seconds * leastStretch(scenario);
  if (p99 > kLambdaLongestS)
    add(fmt::format("The 99th percentile of the work takes {}; a Lambda invocation ends after 15 minutes.",
                    pricing::displaySeconds(p99)));
  return limits;
}

void decide(Decision& decision, std::span<const double> savingPerObservation) {
  const bool both = decision.lambda && decision.ec2;
  if (both) {
    const double gap = decision.ec2->monthlyCostUsd.value - decision.lambda->monthlyCostUsd.value;
    const double halfWidth = savingPerObservation.empty() ? 0 : estimate(savingPerObservation).halfWidth;
    decision.verdict = verdictOfTwo(decision, {gap, halfWidth});
    // The saving belongs to the winner; negative when the winner is the dearer one that alone meets the objective.
    const double sign = decision.verdict == Verdict::Ec2      ? -1
                        : decision.verdict == Verdict::Lambda ? 1
                                                              : (gap < 0 ? -1 : 1);
    decision.monthlySavingUsd = {sign * gap, halfWidth};
    addCostReason(decision, decision.reasons);
  } else if (decision.lambda || decision.ec2) {
    decision.verdict = verdictOfOne(decision.lambda ? *decision.lambda : *decision.ec2);
  } else {
    decision.verdict = Verdict::NeitherMeetsObjective;
  }
  addObjectiveReason(decision.lambda, decision.reasons);
  addObjectiveReason(decision.ec2, decision.reasons);
  if (decision.lambda) addColdStartReason(*decision.lambda, decision.reasons);
  if (decision.ec2) addUtilisationReason(*decision.ec2, decision.reasons);
  if (both && decision.verdict == Verdict::TooCloseToCall)
    decision.reasons.push_back(
        {"too_close",
         fmt::format("The difference of {} a month is within {} of the bill or within its interval of ± {}.",
                     dollars(std::fabs(decision.monthlySavingUsd.value)), pricing::displayPercent(kTooCloseShare),
                     dollars(decision.monthlySavingUsd.halfWidth))});
  if (both) addPayback(decision);
}

void weighManaged(Decision& decision, const ObservedCosts& costs) {
  if (!decision.managed || !decision.managed->meetsObjective) return;
  const auto& managed = *decision.managed;
  const auto who = fmt::format("Lambda Managed Instances ({})", managed.configuration);
  addObjectiveReason(decision.managed, decision.reasons);
  if (decision.verdict == Verdict::NeitherMeetsObjective) {
    decision.reasons.push_back(
        {"managed_instances_meets_objective",
         fmt::format("{} would meet the objective at {} a month.", who, dollars(managed.monthlyCostUsd))});
    return;
  }
  const auto* winner = winnerOf(decision);
  const auto& other = winner->platform == Platform::Lambda ? costs.lambda : costs.ec2;
  const double saving = winner->monthlyCostUsd.value - managed.monthlyCostUsd.value;
  const Estimate paired{saving, other.empty() ? 0 : pairedDifference(other, costs.managed).halfWidth};
  if (saving <= std::max(paired.halfWidth, kTooCloseShare * managed.monthlyCostUsd.value)) return;
  decision.managedSavingUsd = paired;
  decision.reasons.push_back(
      {"managed_instances_cheaper",
       fmt::format("{} would cost {} a month, {} less than {} at {}.", who, dollars(managed.monthlyCostUsd),
                   dollars(paired), platformTitle(winner->platform), dollars(winner->monthlyCostUsd))});
}

void markShared(pricing::Bill& one, pricing::Bill& other) {
  const auto same = [](double a, double b) { return std::fabs(a - b) <= 1e-9 * std::max(std::fabs(a), std::fabs(b)); };
  for (auto& line : one.lines) {
    const auto twin = std::ranges::find_if(other.lines, [&](const pricing::BillLine& candidate) {
      return candidate.service == line.service && candidate.item == line.item &&
             same(candidate.quantity, line.quantity) &&
             same(candidate.unitPrice.inDollarsPerUnit(), line.unitPrice.inDollarsPerUnit());
    });
    if (twin != other.lines.end()) line.shared = twin->shared = true;
  }
}

void weighCommitments(Decision& decision) {
  if (!decision.lambda || !decision.ec2) return;
  if (decision.scenario.ec2->purchase != pricing::Purchase::OnDemand) return; // its bill is no longer on demand
  const double lambdaSaving = largestSaving(*decision.lambda), ec2Saving = largestSaving(*decision.ec2);
  if (lambdaSaving <= 0 && ec2Saving <= 0) return;
  const double lambdaNow = decision.lambda->bill.total().inDollars(), ec2Now = decision.ec2->bill.total().inDollars();
  const double lambda = lambdaNow - lambdaSaving, ec2 = ec2Now - ec2Saving;
  const bool flips = (lambda < ec2) != (lambdaNow < ec2Now);
  decision.reasons.push_back(
      {flips ? "commitments_flip" : "commitments_agree",
       fmt::format("If both sides committed at their cheapest, Lambda would cost {} a month and EC2 {}: {} {}.",
                   dollars(lambda), dollars(ec2), lambda < ec2 ? "Lambda" : "EC2",
                   flips ? "would be the cheaper side then, not as now" : "would stay the cheaper side")});
}

} // namespace model
