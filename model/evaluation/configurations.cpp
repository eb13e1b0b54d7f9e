// The part of assessment.hpp that names and varies a scenario's configurations.
#include <fmt/format.h>

#include "model/evaluation/assessment.hpp"
#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

std::string scalingLabel(const Ec2Setup& setup) {
  std::string label;
  if (!setup.scheduledActions.actions.empty()) label += ", scheduled";
  if (setup.predictive) label += ", predictive";
  if (setup.warmPool) label += ", warm pool";
  return label;
}

std::string provisionedLabel(const LambdaSetup& setup) {
  if (std::holds_alternative<ProvisionedSchedule>(setup.provisionedPlan)) return ", provisioned by schedule";
  if (const auto* plan = std::get_if<ProvisionedTracking>(&setup.provisionedPlan))
    return fmt::format(", {} to {} provisioned", plan->min, plan->max);
  return setup.provisionedConcurrency > 0 ? fmt::format(", {} provisioned", setup.provisionedConcurrency) : "";
}

} // namespace

Scenario withLambda(const Scenario& scenario, pricing::Memory memory, pricing::Architecture architecture) {
  Scenario changed = scenario;
  changed.lambda->memory = memory;
  changed.lambda->architecture = architecture;
  return changed;
}

Scenario withInstance(const Scenario& scenario, std::string_view instanceType) {
  Scenario changed = scenario;
  changed.ec2->instanceType = std::string(instanceType);
  return changed;
}

std::string lambdaLabel(const Scenario& scenario) {
  const auto& setup = *scenario.lambda;
  std::string label = fmt::format("{} MB {}", setup.memory->inMebibytes(), pricing::name(*setup.architecture));
  label += provisionedLabel(setup);
  return label;
}

std::string ec2Label(const Scenario& scenario) {
  const auto& setup = *scenario.ec2;
  std::string label = *setup.instanceType;
  if (const auto more = setup.mixed ? setup.mixed->types.size() : 0; more > 0)
    label += fmt::format(" + {} type{}", more, more == 1 ? "" : "s");
  if (isFixedFleet(setup) || (setup.min == setup.max && setup.scheduledActions.actions.empty()))
    label += fmt::format(" x {}", setup.initial.value_or(setup.min));
  else
    label += fmt::format(" x {} to {}", setup.min, setup.max);
  label += scalingLabel(setup);
  if (setup.purchase != pricing::Purchase::OnDemand) label += fmt::format(", {}", pricing::name(setup.purchase));
  if (setup.mixed)
    label += fmt::format(", {} on demand + {} % above", setup.mixed->baseOnDemand, setup.mixed->onDemandPercent);
  return label;
}

Scenario withManagedInstance(const Scenario& scenario, std::string_view instanceType) {
  Scenario changed = scenario;
  changed.managed->instanceType = std::string(instanceType);
  return changed;
}

std::string managedLabel(const Scenario& scenario) {
  const auto& setup = *scenario.managed;
  auto label = fmt::format("{}, at least {}", *setup.instanceType, managedFloor(setup));
  if (setup.purchase != pricing::Purchase::OnDemand) label += fmt::format(", {}", pricing::name(setup.purchase));
  return label;
}

} // namespace model
