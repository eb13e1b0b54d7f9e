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
  reasons.push_back({"cost_gap", fmt::format("Lambda costs {} a month, EC2 {}: {} is {} ({}) cheaper.", dollars(lambda),
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
  if (decision.verdict == Verdict::Hybrid) return &*decision.hybrid;
  return decision.lambda->monthlyCostUsd.value <= decision.ec2->monthlyCostUsd.value ? &*decision.lambda
                                                                                     : &*decision.ec2;
}

// Moving to the winner costs something once; the other side stays where it is.
double migrationUsd(const Decision& decision) {
  const auto& costs = decision.scenario.costs;
  switch (decision.verdict) {
  case Verdict::Lambda: return costs.lambda.migrationUsd;
  case Verdict::Ec2: return costs.ec2.migrationUsd;
  case Verdict::Hybrid: return costs.lambda.migrationUsd + costs.ec2.migrationUsd;
  case Verdict::TooCloseToCall:
  case Verdict::NeitherMeetsObjective: break;
  }
  return 0;
}

void addPayback(Decision& decision) {
  const double cost = migrationUsd(decision);
  if (cost <= 0) return;
  const auto& saving = decision.monthlySavingUsd;
  const auto moving =
      fmt::format("Moving to {} costs {} once", platformTitle(winnerOf(decision)->platform), dollars(cost));
  decision.payback = {cost, std::nullopt};
  if (saving.value <= 0) {
    decision.reasons.push_back({"payback", moving + " and saves nothing a month: money does not pay it back."});
    return;
  }
  decision.payback->months = cost / saving.value;
  decision.reasons.push_back({"payback", fmt::format("{} and is paid back in {} at {} a month.", moving,
                                                     monthsText(*decision.payback->months), dollars(saving))});
}

// ---- the hybrid ----

std::string hourText(int hour) { return fmt::format("{:02}:00", hour); }

void addOverflowReason(const PlatformResult& hybrid, std::vector<Reason>& reasons) {
  const auto& overflow = *hybrid.overflow;
  if (overflow.count == 0) return;
  auto message = fmt::format(
      "Of the hybrid's requests {} go to Lambda ({} of {}), nine tenths of these in {} of the {} hours of all runs",
      pricing::displayPercent(overflow.fraction.value), pricing::displayCount(static_cast<double>(overflow.count)),
      pricing::displayCount(static_cast<double>(hybrid.requests)), overflow.hoursOfMost, overflow.hours);
  if (overflow.busiestHourOfDay)
    message += fmt::format("; most in the hour from {} ({} of them)", hourText(*overflow.busiestHourOfDay),
                           pricing::displayPercent(overflow.busiestShare));
  message += '.';
  if (overflow.baseP99Ms && overflow.functionP99Ms)
    message +=
        fmt::format(" p99 is {} on its instances and {} on Lambda.", pricing::displaySeconds(*overflow.baseP99Ms / 1e3),
                    pricing::displaySeconds(*overflow.functionP99Ms / 1e3));
  reasons.push_back({"overflow", std::move(message)});
}

// What it saves against one of the two, paired.
Estimate hybridSaving(const Decision& decision, const PlatformResult& other, const ObservedCosts& costs) {
  const auto& theirs = other.platform == Platform::Lambda ? costs.lambda : costs.ec2;
  const double saving = other.monthlyCostUsd.value - decision.hybrid->monthlyCostUsd.value;
  return {saving, theirs.empty() || costs.hybrid.empty() ? 0 : pairedDifference(theirs, costs.hybrid).halfWidth};
}

// Of the two those that meet the objective, or both where none does.
std::vector<const PlatformResult*> rivals(const Decision& decision) {
  std::vector<const PlatformResult*> all{&*decision.lambda, &*decision.ec2}, meeting;
  for (const auto* rival : all)
    if (rival->meetsObjective) meeting.push_back(rival);
  return meeting.empty() ? all : meeting;
}

// How the hybrid stands to the nearest of the other two: the one against which it saves least.
struct HybridStanding {
  const PlatformResult* nearest = nullptr;
  Estimate saving;
  bool tooClose = false;
};
HybridStanding standing(const Decision& decision, const ObservedCosts& costs) {
  HybridStanding least;
  for (const auto* rival : rivals(decision)) {
    const auto saving = hybridSaving(decision, *rival, costs);
    if (least.nearest && least.saving.value <= saving.value) continue;
    const double cheaper = std::min(rival->monthlyCostUsd.value, decision.hybrid->monthlyCostUsd.value);
    least = {rival, saving, std::fabs(saving.value) <= std::max(saving.halfWidth, kTooCloseShare * cheaper)};
  }
  return least;
}

std::string hybridSentence(const Decision& decision, const HybridStanding& stands) {
  const auto start = fmt::format("The hybrid ({}) costs {} a month", decision.hybrid->configuration,
                                 dollars(decision.hybrid->monthlyCostUsd));
  const auto difference = dollars(Estimate{std::fabs(stands.saving.value), stands.saving.halfWidth});
  const auto than = fmt::format("{} ({})", platformTitle(stands.nearest->platform), stands.nearest->configuration);
  if (stands.tooClose) return fmt::format("{}, too close to {}: they differ by {}.", start, than, difference);
  return fmt::format("{}, {} {} than {}.", start, difference, stands.saving.value > 0 ? "less" : "more", than);
}

// The verdict of the two, overruled where the hybrid beats both.
void weighHybrid(Decision& decision, const ObservedCosts& costs) {
  if (!decision.hybrid || !decision.hybrid->meetsObjective) return;
  const auto stands = standing(decision, costs);
  const bool alone = decision.verdict == Verdict::NeitherMeetsObjective;
  const bool cheaper = stands.saving.value > 0 && !stands.tooClose;
  const auto* code = alone             ? "hybrid_meets_objective"
                     : cheaper         ? "hybrid_cheaper"
                     : stands.tooClose ? "hybrid_close"
                                       : "hybrid_dearer";
  decision.reasons.push_back({code, hybridSentence(decision, stands)});
  if (!alone && !cheaper) return;
  decision.verdict = Verdict::Hybrid;
  decision.monthlySavingUsd = stands.saving;
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

void decide(Decision& decision, std::span<const double> savingPerObservation, const ObservedCosts& costs) {
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
    weighHybrid(decision, costs);
  } else if (decision.lambda || decision.ec2) {
    decision.verdict = verdictOfOne(decision.lambda ? *decision.lambda : *decision.ec2);
  } else {
    decision.verdict = Verdict::NeitherMeetsObjective;
  }
  addObjectiveReason(decision.lambda, decision.reasons);
  addObjectiveReason(decision.ec2, decision.reasons);
  addObjectiveReason(decision.hybrid, decision.reasons);
  if (decision.hybrid) addOverflowReason(*decision.hybrid, decision.reasons);
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
  const auto& other = winner->platform == Platform::Lambda ? costs.lambda
                      : winner->platform == Platform::Ec2  ? costs.ec2
                                                           : costs.hybrid;
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
