#include "model/evaluation/commitment_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace model {

namespace {

using pricing::Purchase;
using pricing::UseKind;

constexpr double kNsPerMs = 1e6, kMsPerHour = 3.6e6;
constexpr auto kNone = std::nullopt;
constexpr std::array<pricing::CommitmentKind, 2> kLambdaKinds{
    {{kNone, Purchase::ComputeSp1y}, {kNone, Purchase::ComputeSp3y}}};
constexpr std::array<pricing::CommitmentKind, 12> kEc2Kinds{{{Purchase::Standard1y, kNone},
                                                             {Purchase::Standard3y, kNone},
                                                             {Purchase::Convertible1y, kNone},
                                                             {Purchase::Convertible3y, kNone},
                                                             {Purchase::Ec2Sp1y, kNone},
                                                             {Purchase::Ec2Sp3y, kNone},
                                                             {kNone, Purchase::ComputeSp1y},
                                                             {kNone, Purchase::ComputeSp3y},
                                                             {Purchase::Standard1y, Purchase::ComputeSp1y},
                                                             {Purchase::Standard3y, Purchase::ComputeSp3y},
                                                             {Purchase::Ec2Sp1y, Purchase::ComputeSp1y},
                                                             {Purchase::Ec2Sp3y, Purchase::ComputeSp3y}}};

// The clock hours that are observed at least in part.
struct ClockHour {
  std::size_t index = 0;
  double simulated = 0, observed = 0; // hours, up to 1
};

std::vector<ClockHour> observedHours(const RunShape& shape) {
  const double warmup = pricing::inSeconds(shape.warmup) / pricing::kSecondsPerHour;
  const double horizon = pricing::inSeconds(shape.horizon) / pricing::kSecondsPerHour;
  std::vector<ClockHour> hours;
  for (std::size_t index = 0; static_cast<double>(index) < horizon; ++index) {
    const auto begin = static_cast<double>(index);
    const double end = std::min(horizon, begin + 1), observed = end - std::max(begin, warmup);
    if (observed > 0) hours.push_back({index, end - begin, observed});
  }
  return hours;
}

// Appends one replication's hours to a use; `unitsEach` makes whole units of what was counted.
void append(const std::vector<std::int64_t>& counted, std::span<const ClockHour> hours, double unitsEach,
            pricing::HourlyUse& use) {
  for (const auto& hour : hours) {
    const double count = hour.index < counted.size() ? static_cast<double>(counted[hour.index]) : 0;
    use.hours.push_back(std::llround(count * unitsEach / hour.simulated));
  }
}

void appendWeights(std::span<const ClockHour> hours, pricing::HourlyUsage& usage) {
  for (const auto& hour : hours) usage.weights.push_back(hour.observed);
}

bool isUsed(const pricing::HourlyUse& use) {
  return std::ranges::any_of(use.hours, [](std::int64_t units) { return units > 0; });
}

// "3 x c7g.large + $0.412/h"
std::string describe(const pricing::Commitments& commitments) {
  std::string text;
  for (const auto& each : commitments.reservations)
    text += fmt::format("{}{} x {}", text.empty() ? "" : " + ", each.count, each.instanceType);
  for (const auto& each : commitments.plans) {
    const double rounded = std::stod(fmt::format("{:.4g}", each.usdPerHour));
    text +=
        fmt::format("{}{}/h", text.empty() ? "" : " + ", pricing::display(pricing::UnitPrice::dollarsPerUnit(rounded)));
  }
  return text;
}

// Prices commitments on the present hours and on those after a drop, both as a month.
class MonthlyCosts {
 public:
  MonthlyCosts(const pricing::HourlyUsage& usage, const std::optional<pricing::HourlyUsage>& afterDrop,
               const pricing::PriceCatalogue& catalogue, const Scenario& scenario)
      : m_usage(usage), m_afterDrop(afterDrop), m_catalogue(catalogue), m_scenario(scenario) {}

  CommitmentOption option(std::string name, const pricing::Commitments& commitments) const {
    CommitmentOption option;
    option.name = std::move(name);
    option.commitment = describe(commitments);
    option.monthlyUsd = monthly(m_usage, commitments, option.estimated);
    if (m_afterDrop) option.monthlyUsdAfterDrop = monthly(*m_afterDrop, commitments, option.estimated);
    return option;
  }

 private:
  double monthly(const pricing::HourlyUsage& usage, const pricing::Commitments& commitments, bool& estimated) const {
    const auto rates = pricing::ratesFor(usage, commitments, m_catalogue, m_scenario.region);
    estimated |= rates.estimated;
    const double hours = usage.totalWeight();
    return hours > 0 ? pricing::settle(usage, commitments, rates).totalUsd() / hours * m_scenario.hoursPerMonth : 0;
  }

  const pricing::HourlyUsage& m_usage;
  const std::optional<pricing::HourlyUsage>& m_afterDrop;
  const pricing::PriceCatalogue& m_catalogue;
  const Scenario& m_scenario;
};

// A mix of which only one part is bought is that part's own option.
bool isWhole(const pricing::CommitmentKind& kind, const pricing::Commitments& commitments) {
  const auto parts = static_cast<std::size_t>(kind.base.has_value()) + (kind.compute ? 1U : 0U);
  return commitments.reservations.size() + commitments.plans.size() == parts;
}

// The run may be shorter than the scenario's and see other hours of a profile: the factor makes up for their mean rate.
std::variant<PlatformHours, Cancelled> hoursAt(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                               double factor, const RunControl& control, const ProgressSpan& progress) {
  const auto full = runShape(scenario);
  const auto shape = shortened(full, scenario.workload, kDropRequests);
  const auto& arrivals = scenario.workload.arrivals;
  const double mean = workloads::meanRatePerSecond(arrivals, full.horizon);
  const double seen = workloads::meanRatePerSecond(arrivals, shape.horizon);
  constexpr double kHardlyAny = 1e-6;
  Scenario fewer = scenario;
  fewer.workload.arrivals =
      workloads::scaled(arrivals, std::max(factor, kHardlyAny) * (seen > 0 && mean > 0 ? mean / seen : 1));
  std::vector<Configuration> configurations;
  if (fewer.lambda) configurations.emplace_back(lambdaFunction(fewer));
  if (fewer.ec2) configurations.emplace_back(ec2Fleet(fewer, catalogue));
  const auto runs = replicate(fewer.workload, configurations, shape, control, progress);
  if (std::holds_alternative<Cancelled>(runs)) return Cancelled{};
  return platformHours(fewer, std::get<Replications>(runs), shape);
}

} // namespace

pricing::HourlyUsage lambdaHourlyUsage(const LambdaSetup& setup, std::span<const LambdaHours> replications,
                                       double requests, const RunShape& shape) {
  const auto hours = observedHours(shape);
  const auto mebibytes = static_cast<double>(setup.memory->inMebibytes());
  const auto use = [&](UseKind kind) { return pricing::HourlyUse{kind, "", *setup.architecture, {}}; };
  auto duration = use(UseKind::LambdaDuration), provisioned = use(UseKind::LambdaProvisionedDuration),
       ready = use(UseKind::LambdaProvisionedConcurrency), calls = use(UseKind::LambdaRequests);
  pricing::HourlyUsage usage;
  double billed = 0;
  for (const auto& replication : replications) {
    append(replication.billedMs, hours, mebibytes, duration);
    append(replication.provisionedBilledMs, hours, mebibytes, provisioned);
    appendWeights(hours, usage);
  }
  for (std::size_t h = 0; h < duration.hours.size(); ++h)
    billed += usage.weight(h) * static_cast<double>(duration.hours[h] + provisioned.hours[h]);
  const double requestsPerUnit = billed > 0 ? requests / billed : 0;
  for (std::size_t h = 0; h < duration.hours.size(); ++h) {
    calls.hours.push_back(
        std::llround(requestsPerUnit * static_cast<double>(duration.hours[h] + provisioned.hours[h])));
    ready.hours.push_back(std::llround(static_cast<double>(setup.provisionedConcurrency) * mebibytes * kMsPerHour));
  }
  for (auto* each : {&duration, &provisioned, &ready, &calls})
    if (each == &duration || isUsed(*each)) usage.uses.push_back(std::move(*each));
  return usage;
}

pricing::HourlyUsage ec2HourlyUsage(const std::string& instanceType, std::span<const Ec2Hours> replications,
                                    const RunShape& shape) {
  const auto hours = observedHours(shape);
  pricing::HourlyUsage usage;
  pricing::HourlyUse running{UseKind::Instance, instanceType, pricing::Architecture::X86_64, {}};
  for (const auto& replication : replications) {
    append(replication.instanceNs, hours, 1 / kNsPerMs, running);
    appendWeights(hours, usage);
  }
  usage.uses.push_back(std::move(running));
  return usage;
}

PlatformHours platformHours(const Scenario& scenario, const Replications& runs, const RunShape& shape) {
  PlatformHours hours;
  if (scenario.lambda) {
    const auto& observed = runs.configurations.front();
    double requests = 0;
    for (const auto& tally : observed.lambda) requests += static_cast<double>(tally.started);
    hours.lambda = lambdaHourlyUsage(*scenario.lambda, observed.lambdaHours, requests, shape);
  }
  if (scenario.ec2) hours.ec2 = ec2HourlyUsage(*scenario.ec2->instanceType, runs.configurations.back().ec2Hours, shape);
  return hours;
}

CommitmentPlan planFor(const pricing::HourlyUsage& usage, const std::optional<pricing::HourlyUsage>& afterDrop,
                       const pricing::PriceCatalogue& catalogue, const Scenario& scenario, double trafficDrop) {
  const MonthlyCosts costs(usage, afterDrop, catalogue, scenario);
  CommitmentPlan plan;
  plan.trafficDrop = trafficDrop;
  plan.options.push_back(costs.option("on_demand", {}));
  plan.onDemandUsdAfterDrop = plan.options.front().monthlyUsdAfterDrop;
  const bool instances = std::ranges::any_of(usage.uses, pricing::isInstance);
  const auto kinds = instances ? std::span<const pricing::CommitmentKind>(kEc2Kinds) : kLambdaKinds;
  for (const auto& kind : kinds) {
    const auto found = pricing::cheapestCommitment(usage, kind, catalogue, scenario.region);
    if (found && isWhole(kind, *found)) plan.options.push_back(costs.option(name(kind), *found));
  }
  for (auto& option : plan.options) option.savingUsd = plan.options.front().monthlyUsd - option.monthlyUsd;
  std::stable_sort(plan.options.begin() + 1, plan.options.end(),
                   [](const auto& a, const auto& b) { return a.monthlyUsd < b.monthlyUsd; });
  return plan;
}

std::variant<CommitmentPlans, Cancelled> planCommitments(const Scenario& scenario, const PlatformHours& hours,
                                                         const pricing::PriceCatalogue& catalogue, double trafficDrop,
                                                         const RunControl& control, const ProgressSpan& progress) {
  const auto outcome = hoursAt(scenario, catalogue, 1 - trafficDrop, control, progress);
  if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
  const auto& after = std::get<PlatformHours>(outcome);
  CommitmentPlans plans;
  if (hours.lambda) plans.lambda = planFor(*hours.lambda, after.lambda, catalogue, scenario, trafficDrop);
  if (hours.ec2 && onDemandOf(*scenario.ec2, scenario.ec2->max) > 0)
    plans.ec2 = planFor(*hours.ec2, after.ec2, catalogue, scenario, trafficDrop);
  return plans;
}

} // namespace model
