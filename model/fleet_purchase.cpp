// How a scenario buys its fleet: the types, the mix of on demand and spot, and how often AWS asks spot instances back.
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>

#include "model/evaluation/capacity.hpp"
#include "model/scenario_review.hpp"
#include "pricing/billing_rules.hpp"

namespace model {

namespace {

using pricing::PriceCatalogue;
using pricing::Purchase;

constexpr double kHoursOfMonth = 730;

// Middle of each band of the Spot Advisor: below 5 %, 5 to 10, 10 to 15, 15 to 20, above 20. The last has no end; as
// wide again as the others together is ours.
constexpr std::array kMonthlyInterruptions{0.025, 0.075, 0.125, 0.175, 0.30};

std::optional<pricing::CreditPlan> creditsOf(const pricing::InstanceType& type, const Ec2Setup& setup) {
  auto plan = pricing::creditPlan(type, setup.creditMode);
  if (plan && type.credits->launchCredits && plan->mode == pricing::CreditMode::Standard)
    plan->atLaunch = pricing::todaysRules().launchCreditsPerVcpu * type.vcpus;
  return plan;
}

// How long a request keeps the slower of network and volume busy, at what the type has for good (its baseline); the
// network carries requests and responses at the same time.
double linkSeconds(const Scenario& scenario, const pricing::InstanceType& type) {
  const auto& workload = scenario.workload;
  const auto& setup = *scenario.ec2;
  constexpr double kBytesPerGigabit = 1e9 / 8, kMebibyte = 1 << 20;
  double network = 0, disk = 0;
  if (type.networkBaselineGbps)
    network = static_cast<double>(std::max(workload.requestSize, workload.responseSize).inBytes()) /
              (*type.networkBaselineGbps * kBytesPerGigabit);
  double perSecond = static_cast<double>(setup.ebsThroughput) * kMebibyte;
  if (type.ebsBaselineGbps) perSecond = std::min(perSecond, *type.ebsBaselineGbps * kBytesPerGigabit);
  if (setup.ebsGib > 0) disk = static_cast<double>(setup.diskPerRequest.inBytes()) / perSecond;
  return std::max(network, disk);
}

// Nothing where the processor or the workers are the narrower place even when they are full: then it cannot bind.
Duration bindingLink(const Scenario& scenario, const pricing::InstanceType& type, const InstanceKind& kind) {
  const double link = linkSeconds(scenario, type);
  const auto& work = scenario.workload.work;
  const double measured = workOf(scenario.workload).meanSeconds;
  const double cpu = measured * work.cpuFraction * workloads::lambdaVcpuShare(work.measuredAt, work.threads);
  const double duration =
      measured * (1 - work.cpuFraction) + cpu / (kind.speed * std::min(work.threads, kind.vcpus));
  const double narrowest =
      std::max(cpu / (kind.speed * kind.vcpus), duration / static_cast<double>(kind.workers));
  return link > narrowest ? pricing::fromSeconds(link) : Duration{};
}

InstanceKind kindOf(const Scenario& scenario, const PriceCatalogue& catalogue, const std::string& name) {
  const auto& setup = *scenario.ec2;
  const auto* type = catalogue.findType(name);
  assert(type);
  InstanceKind kind;
  kind.vcpus = type->vcpus;
  kind.speed = setup.speed.value_or(defaultEc2Speed(*type).speed);
  kind.workers = setup.workers.value_or(defaultWorkers(*type, scenario.workload, setup.discipline));
  if (usesSpot(setup))
    kind.interruptionsPerHour = interruptionsPerHour(setup.spot, catalogue.spot(scenario.region, name));
  kind.credits = creditsOf(*type, setup);
  kind.linkPerRequest = bindingLink(scenario, *type, kind);
  return kind;
}

PurchaseMix mixOf(const Ec2Setup& setup) {
  PurchaseMix mix;
  mix.onDemandPercent = setup.purchase == Purchase::Spot ? 0 : 100;
  if (!setup.mixed) return mix;
  mix.baseOnDemand = setup.mixed->baseOnDemand;
  mix.onDemandPercent = setup.mixed->onDemandPercent;
  mix.spread = setup.mixed->allocation == SpotAllocation::Spread;
  return mix;
}

// The types of a fleet, cheapest on the spot market first.
std::vector<std::size_t> byPrice(const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto types = instanceTypesOf(*scenario.ec2);
  std::vector<double> usd;
  for (const auto& type : types) {
    const auto tariff = catalogue.instanceHour(scenario.region, type, Purchase::Spot);
    usd.push_back(tariff ? tariff->firstPrice().inDollarsPerUnit() : 0);
  }
  std::vector<std::size_t> order(types.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t kind) { return usd[kind]; });
  return order;
}

// ---- review ----

void reviewTypes(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& setup = *scenario.ec2;
  const auto types = instanceTypesOf(setup);
  const auto* first = catalogue.findType(types.front());
  const bool sold = catalogue.instanceHour(scenario.region, types.front(), Purchase::Spot).has_value();
  if (usesSpot(setup) && first && !sold && catalogue.hasRegion(scenario.region))
    review.add(
        "/ec2/instance_type", pricing::quoted(types.front()),
        fmt::format("an instance type with a price for spot in {}, because ec2.mixed buys there", scenario.region));
  for (std::size_t i = 1; i < types.size(); ++i) {
    const auto pointer = fmt::format("/ec2/mixed/types/{}", i - 1);
    const auto* type = reviewType(review, pointer, types[i], Purchase::Spot, scenario, catalogue);
    if (std::find(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(i), types[i]) !=
        types.begin() + static_cast<std::ptrdiff_t>(i))
      review.add(pointer, pricing::quoted(types[i]), "a type that the fleet does not have yet");
    if (first && type && type->architecture != first->architecture)
      review.add(pointer, pricing::quoted(types[i]),
                 fmt::format("a type of {}, as ec2.instance_type", pricing::name(first->architecture)));
  }
}

void reviewMixed(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& setup = *scenario.ec2;
  if (!setup.instanceType)
    return review.add("/ec2/instance_type", "\"auto\"",
                      "an instance type such as c7g.large, because ec2.mixed names others beside it");
  if (setup.purchase == Purchase::Spot)
    review.add("/ec2/purchase", "\"spot\"", "on_demand or a commitment, because ec2.mixed says what is spot");
  review.within("/ec2/mixed/base_on_demand", setup.mixed->baseOnDemand, std::int64_t{0}, std::int64_t{10'000},
                "a whole number");
  review.within("/ec2/mixed/on_demand_percent_above_base", setup.mixed->onDemandPercent, 0.0, 100.0, "a percentage");
  reviewTypes(review, scenario, catalogue);
}

} // namespace

std::vector<std::string> instanceTypesOf(const Ec2Setup& setup) {
  std::vector<std::string> types{*setup.instanceType};
  if (setup.mixed) types.insert(types.end(), setup.mixed->types.begin(), setup.mixed->types.end());
  return types;
}

std::int64_t onDemandOf(const Ec2Setup& setup, std::int64_t instances) { return onDemandOf(mixOf(setup), instances); }
bool usesSpot(const Ec2Setup& setup) { return mixOf(setup).usesSpot(); }

double interruptionsPerHour(const SpotSetup& setup, const std::optional<pricing::Spot>& advisor) {
  const auto band = static_cast<std::size_t>(std::clamp(advisor ? advisor->interruptionBand : 0, 0, 4));
  const double monthly = setup.interruptions.value_or(advisor ? kMonthlyInterruptions[band] : 0);
  return -std::log1p(-monthly) / kHoursOfMonth;
}

void buyAsAsked(const Scenario& scenario, const PriceCatalogue& catalogue, Ec2Fleet& fleet) {
  const auto& setup = *scenario.ec2;
  const auto types = instanceTypesOf(setup);
  static_cast<InstanceKind&>(fleet) = kindOf(scenario, catalogue, types.front());
  for (std::size_t i = 1; i < types.size(); ++i) fleet.furtherKinds.push_back(kindOf(scenario, catalogue, types[i]));
  fleet.mix = mixOf(setup);
  if (!fleet.mix.spread) fleet.mix.spotOrder = byPrice(scenario, catalogue);
  fleet.spot = setup.spot;
}

void reviewFleetPurchase(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& spot = scenario.ec2->spot;
  if (scenario.ec2->mixed) reviewMixed(review, scenario, catalogue);
  if (spot.interruptions)
    review.within("/ec2/spot/interruptions", *spot.interruptions, 0.0, 0.999, "a probability in a month");
  using std::chrono::hours;
  using std::chrono::seconds;
  review.within<Duration>("/ec2/spot/notice", spot.notice, seconds(1), hours(1), "a time");
  review.within("/ec2/spot/unavailable", spot.unavailable, 0.0, 1.0, "a probability");
  review.within<Duration>("/ec2/spot/retry", spot.retry, seconds(1), hours(24), "a time");
}

} // namespace model
