#include "model/evaluation/idle_sensitivity.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>

#include "model/evaluation/search.hpp"

namespace model {

namespace {

constexpr std::array kMinutes{5, 45};

IdleCase caseOf(std::string name, const PlatformResult& lambda, const std::optional<PlatformResult>& ec2) {
  const double usd = lambda.monthlyCostUsd.value;
  return {std::move(name),           usd,
          lambda.coldFraction.value, lambda.latency.p99.value,
          lambda.meetsObjective,     !ec2 || usd < ec2->monthlyCostUsd.value};
}

std::string kept(const IdleCase& c) { return "If idle environments were kept " + c.idleLifetime; }

} // namespace

std::vector<std::string> whatChanges(const std::vector<IdleCase>& cases) {
  std::vector<std::string> changes;
  const auto& base = cases.front();
  for (const auto& c : cases) {
    if (std::fabs(c.coldFraction - base.coldFraction) >= kColdMatters)
      changes.push_back(fmt::format("{}, {} of started requests would be cold instead of {}; p99 {} instead of {}.",
                                    kept(c), pricing::displayPercent(c.coldFraction),
                                    pricing::displayPercent(base.coldFraction), pricing::displaySeconds(c.p99Ms / 1e3),
                                    pricing::displaySeconds(base.p99Ms / 1e3)));
    if (c.meetsObjective != base.meetsObjective)
      changes.push_back(fmt::format("{}, Lambda would {} the objective.", kept(c), c.meetsObjective ? "meet" : "miss"));
    if (c.cheaper != base.cheaper)
      changes.push_back(fmt::format("{}, {} would be the cheaper side.", kept(c), c.cheaper ? "Lambda" : "EC2"));
  }
  return changes;
}

std::variant<IdleSensitivity, Cancelled> idleSensitivity(const Decision& decision,
                                                         const pricing::PriceCatalogue& catalogue,
                                                         const RunControl& control, const ProgressSpan& progress,
                                                         const KnownRuns* known) {
  const auto& scenario = decision.scenario;
  const auto shape = shortened(runShape(scenario), scenario.workload, kRequestsPerLife);
  const auto base = lambdaFunction(scenario);
  const auto* asAssumed = known != nullptr && known->meet(scenario.workload, shape) ? known->of(base) : nullptr;
  std::vector<Configuration> configurations;
  std::vector<std::string> names{"as assumed"};
  if (asAssumed == nullptr) configurations.emplace_back(base);
  for (const auto minutes : kMinutes) {
    auto function = base;
    function.idleLifetime = workloads::Constant{std::chrono::minutes(minutes)};
    configurations.emplace_back(std::move(function));
    names.push_back(fmt::format("{} min", minutes));
  }
  auto outcome = replicate(scenario.workload, configurations, shape, control, progress);
  if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
  auto& runs = std::get<Replications>(outcome);
  if (asAssumed != nullptr) runs.configurations.insert(runs.configurations.begin(), *asAssumed);
  IdleSensitivity found;
  found.spanS = pricing::inSeconds(shape.horizon);
  for (std::size_t i = 0; i < names.size(); ++i)
    found.cases.push_back(caseOf(
        names[i], assessLambda(scenario, catalogue, runs.configurations[i], shape, runs.hourlyRequests), decision.ec2));
  found.why = whatChanges(found.cases);
  return found;
}

} // namespace model
