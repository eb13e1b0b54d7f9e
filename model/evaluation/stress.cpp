#include "model/evaluation/stress.hpp"

#include <fmt/format.h>

#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"
#include "model/report/report.hpp"

namespace model {

namespace {

StressEffect effectOf(const PlatformResult& calm, const PlatformResult& struck) {
  const auto figures = [](const PlatformResult& result) {
    const auto p99 = result.completed > 0 ? std::optional(result.latency.p99.value) : std::nullopt;
    return StressEffect::Figures{p99, result.failedFraction.value, result.monthlyCostUsd.value, result.meetsObjective};
  };
  return {calm.platform, figures(calm), figures(struck)};
}

} // namespace

std::variant<std::vector<StressEffect>, Cancelled> stressEffects(const Decision& decision,
                                                                 const pricing::PriceCatalogue& catalogue,
                                                                 const RunControl& control,
                                                                 const ProgressSpan& progress) {
  std::vector<StressEffect> effects;
  if (!decision.scenario.failures.any()) return effects;
  auto calm = decision.scenario;
  calm.failures = {};
  std::vector<Configuration> configurations;
  if (decision.lambda) configurations.emplace_back(lambdaFunction(calm));
  if (decision.ec2) configurations.emplace_back(ec2Fleet(calm, catalogue));
  if (decision.managed) configurations.emplace_back(managedFleet(calm, catalogue));
  if (decision.hybrid) configurations.emplace_back(hybridFleet(calm, catalogue));
  const auto shape = runShape(calm);
  auto outcome = replicate(calm.workload, configurations, shape, control, progress);
  if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
  const auto& runs = std::get<Replications>(outcome);
  std::size_t next = 0;
  const auto compare = [&](const std::optional<PlatformResult>& struck, auto assess) {
    if (struck)
      effects.push_back(
          effectOf(assess(calm, catalogue, runs.configurations[next++], shape, runs.hourlyRequests), *struck));
  };
  compare(decision.lambda, assessLambda);
  compare(decision.ec2, assessEc2);
  compare(decision.managed, assessManaged);
  compare(decision.hybrid, assessHybrid);
  return effects;
}

std::vector<std::string> stressSentences(const std::vector<StressEffect>& effects) {
  std::vector<std::string> sentences;
  for (const auto& e : effects)
    sentences.push_back(fmt::format(
        "Under the stress of the scenario {}'s p99 is {} instead of {}, {} fail instead of {}, and a month costs "
        "${:.2f} "
        "instead of ${:.2f}{}.",
        platformTitle(e.platform), p99Text(e.struck), p99Text(e.calm), pricing::displayPercent(e.struck.failedFraction),
        pricing::displayPercent(e.calm.failedFraction), e.struck.monthlyUsd, e.calm.monthlyUsd,
        e.calm.meetsObjective && !e.struck.meetsObjective ? "; without it, it meets the objective" : ""));
  return sentences;
}

} // namespace model
