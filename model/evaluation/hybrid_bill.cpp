// A hybrid's month: the two platforms' own metering, put together so that what both would pay for is paid once.
#include "model/evaluation/metering.hpp"
#include "model/hybrid/hybrid_setup.hpp"

namespace model {

namespace {

// The parts behind one balancer, without what both would pay for.
pricing::MonthlyUsage functionOfHybrid(const Scenario& scenario, const LambdaTally& tally, const Metered& metered) {
  Scenario behind = scenario;
  behind.lambda->frontDoor = FrontDoor::None;
  behind.source.reset();
  return lambdaUsage(behind, tally, metered);
}
pricing::MonthlyUsage baseOfHybrid(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered) {
  Scenario base = withBase(scenario);
  base.source.reset();
  return ec2Usage(base, tally, metered);
}

// Gateways stand there once; bytes are those of both.
void addGatewayBytes(const std::vector<pricing::NatUsage>& more, std::vector<pricing::NatUsage>& gateways) {
  for (std::size_t i = 0; i < more.size(); ++i) gateways[i].gb += more[i].gb;
}

} // namespace

pricing::MonthlyUsage hybridUsage(const Scenario& scenario, const HybridTally& tally, const Metered& metered) {
  auto usage = baseOfHybrid(scenario, tally.base, metered);
  const auto function = functionOfHybrid(scenario, tally.overflow, metered);
  usage.lambda = function.lambda;
  const auto outcomes = tally.outcomes();
  const double lcu = meanLcu(scenario, metered, pricing::TargetKind::Ec2, outcomes.latency.meanSeconds());
  usage.alb = {{scenario.hoursPerMonth, scenario.hoursPerMonth * lcu}};
  addGatewayBytes(function.nat, usage.nat);
  usage.crossZoneGb += function.crossZoneGb;
  usage.egressGb += function.egressGb;
  usage.logsGb += function.logsGb;
  usage.alarms += function.alarms;
  const double factor = monthFactor(scenario, metered);
  const auto runs = static_cast<double>(tally.base.outcomes.attempts + tally.overflow.started);
  addSource(scenario, {static_cast<double>(outcomes.attempts) * factor, runs * factor, std::nullopt}, usage);
  return usage;
}

} // namespace model
