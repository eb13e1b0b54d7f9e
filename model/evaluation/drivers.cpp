// Inputs varied one at a time, and what becomes of the gap between the platforms. The door is in findings.hpp.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/format.h>

#include "model/evaluation/break_even.hpp"
#include "model/evaluation/findings.hpp"

namespace model {

namespace {

struct Variation {
  std::string path, from, to;
  Scenario scenario;
  double factor = 1;           // of the arrival rate
  Asked changes = Asked::Both; // the platform that it makes a difference to
};

void addWorkloadVariations(const Scenario& base, std::vector<Variation>& out) {
  for (const double factor : {0.5, 2.0}) {
    const auto times = fmt::format("{} x", factor);
    out.push_back({"workload.arrivals", "1 x", times, base, factor});
    if (!base.workload.work.duration) continue;
    Scenario changed = base;
    changed.workload.work.duration = workloads::stretched(*base.workload.work.duration, factor);
    out.push_back({"workload.work", "1 x", times, changed, 1});
  }
}

void addLambdaVariations(const Scenario& base, std::vector<Variation>& out) {
  const auto& setup = *base.lambda;
  const auto now = setup.idleLifetime ? workloads::describe(*setup.idleLifetime) : std::string("2025 probes");
  // Measured idle lifetimes range from 5 to 60 minutes over the years (facts section 12), so it is always varied.
  for (const auto minutes : {5, 45}) {
    Scenario changed = base;
    changed.lambda->idleLifetime = workloads::Constant{std::chrono::minutes(minutes)};
    out.push_back({"lambda.idle_lifetime", now, fmt::format("{} min", minutes), changed, 1, Asked::Lambda});
  }
  const bool arm = setup.architecture == pricing::Architecture::Arm64;
  const auto other = arm ? pricing::Architecture::X86_64 : pricing::Architecture::Arm64;
  out.push_back({"lambda.architecture", std::string(pricing::name(*setup.architecture)),
                 std::string(pricing::name(other)), withLambda(base, *setup.memory, other), 1, Asked::Lambda});
  if (base.workload.trigger == workloads::Trigger::Http && setup.frontDoor == FrontDoor::FunctionUrl) {
    Scenario changed = base;
    changed.lambda->frontDoor = FrontDoor::HttpApi;
    out.push_back({"lambda.front_door", "function_url", "http_api", changed, 1, Asked::Lambda});
  }
}

void addMixedVariations(const Scenario& base, std::vector<Variation>& out) {
  for (const double percent : {0.0, 100.0}) {
    if (!base.ec2->mixed || base.ec2->mixed->onDemandPercent == percent) continue;
    Scenario changed = base;
    changed.ec2->mixed->onDemandPercent = percent;
    out.push_back({"ec2.mixed.on_demand_percent_above_base", fmt::format("{}", base.ec2->mixed->onDemandPercent),
                   fmt::format("{}", percent), changed, 1, Asked::Ec2});
  }
}

void addEc2Variations(const Scenario& base, const pricing::PriceCatalogue& catalogue, std::vector<Variation>& out) {
  const auto& setup = *base.ec2;
  if (setup.min > 1) {
    Scenario changed = base;
    changed.ec2->min = 1;
    changed.ec2->initial.reset();
    out.push_back({"ec2.min", fmt::format("{}", setup.min), "1", changed, 1, Asked::Ec2});
  }
  for (const auto purchase : {pricing::Purchase::ComputeSp3y, pricing::Purchase::Spot}) {
    if (setup.mixed && purchase == pricing::Purchase::Spot) continue;    // its own share is varied
    if (setup.warmPool && purchase == pricing::Purchase::Spot) continue; // which has none on spot
    if (purchase == setup.purchase || !catalogue.instanceHour(base.region, *setup.instanceType, purchase)) continue;
    Scenario changed = base;
    changed.ec2->purchase = purchase;
    out.push_back({"ec2.purchase", std::string(pricing::name(setup.purchase)), std::string(pricing::name(purchase)),
                   changed, 1, Asked::Ec2});
  }
  if (const auto* tracking = std::get_if<TargetTracking>(&setup.scaling);
      tracking != nullptr && tracking->metric == TargetTracking::Metric::Cpu && tracking->target < 0.7) {
    Scenario changed = base;
    std::get<TargetTracking>(changed.ec2->scaling).target = 0.7;
    changed.ec2->initial.reset();
    out.push_back({"ec2.scaling.target", fmt::format("{}", tracking->target), "0.7", changed, 1, Asked::Ec2});
  }
}

} // namespace

std::variant<std::vector<Driver>, Cancelled> drivers(const Scenario& chosen, const pricing::PriceCatalogue& catalogue,
                                                     const RunControl& control, const ProgressSpan& progress) {
  std::vector<Variation> variations{{"", "", "", chosen, 1}}; // the base case, by the same road
  addWorkloadVariations(chosen, variations);
  addLambdaVariations(chosen, variations);
  addEc2Variations(chosen, catalogue, variations);
  addMixedVariations(chosen, variations);
  std::vector<std::variant<CostPoint, Cancelled>> outcomes(variations.size(), Cancelled{});
  std::atomic<std::size_t> done{0};
  inParallel(variations.size(), control, [&](std::size_t i) {
    const auto& variation = variations[i];
    outcomes[i] = costAt(variation.scenario, catalogue, variation.factor, byItself(control), variation.changes);
    if (!control.progress) return;
    const double share = static_cast<double>(++done) / static_cast<double>(variations.size());
    control.progress({progress.stage, progress.from + (progress.to - progress.from) * share, 0});
  });
  if (std::ranges::any_of(outcomes, [](const auto& o) { return std::holds_alternative<Cancelled>(o); }))
    return Cancelled{};
  const auto& unchanged = std::get<CostPoint>(outcomes.front());
  const double base = *unchanged.ec2Usd - *unchanged.lambdaUsd;
  std::vector<Driver> found;
  for (std::size_t i = 1; i < variations.size(); ++i) {
    const auto& variation = variations[i];
    const auto& point = std::get<CostPoint>(outcomes[i]);
    const double saving = point.ec2Usd.value_or(*unchanged.ec2Usd) - point.lambdaUsd.value_or(*unchanged.lambdaUsd);
    found.push_back({variation.path, variation.from, variation.to, saving, base, (saving < 0) != (base < 0)});
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    if (a.flips != b.flips) return a.flips;
    return std::fabs(a.savingUsd - a.baseSavingUsd) > std::fabs(b.savingUsd - b.baseSavingUsd);
  });
  return found;
}

} // namespace model
