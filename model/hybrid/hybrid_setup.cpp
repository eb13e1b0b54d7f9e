#include "model/hybrid/hybrid_setup.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <set>

#include "model/evaluation/assessment.hpp"
#include "model/evaluation/capacity.hpp"
#include "model/queueing.hpp"

namespace model {

namespace {

const InFlightOverflow* inFlightOf(const HybridSetup& setup) { return std::get_if<InFlightOverflow>(&setup.overflow); }

// ---- candidates ----

std::vector<std::int64_t> sizesToTry(const Scenario& scenario, const Ec2Fleet& fleet) {
  if (scenario.hybrid->min) return {*scenario.hybrid->min};
  const auto rates = hourlyRates(scenario);
  const double busiest = *std::ranges::max_element(rates);
  Ec2Fleet atFullLoad = fleet;
  atFullLoad.scaling = NoScaling{};
  const double most = std::min(static_cast<double>(scenario.hybrid->max.value_or(scenario.ec2->max)),
                               std::ceil(instancesNeeded(atFullLoad, busiest, scenario.workload)));
  std::set<std::int64_t> sizes;
  for (std::int64_t i = 0; i < kMostSizes; ++i)
    sizes.insert(std::llround(std::pow(most, static_cast<double>(i) / (kMostSizes - 1))));
  for (std::int64_t size = 1; size <= std::min<std::int64_t>(kMostSizes / 2, std::llround(most)); ++size)
    sizes.insert(size);
  return {sizes.begin(), sizes.end()};
}

// Requests at once that stretch the work's p99 to the objective's; a full CPU without one.
std::int64_t slowestAllowed(const Scenario& scenario, const Ec2Fleet& fleet, double atFullSpeed) {
  const auto& objective = scenario.objective.p99;
  const double p99 = workOf(scenario.workload).p99Seconds * ec2Stretch(fleet, scenario.workload.work);
  const double stretch = objective && p99 > 0 ? std::max(1.0, pricing::inSeconds(*objective) / p99) : 1;
  return static_cast<std::int64_t>(std::min(1e6, std::ceil(atFullSpeed - 1e-9) * stretch));
}

std::vector<OverflowRule> rulesToTry(const Scenario& scenario, const Ec2Fleet& fleet) {
  const auto* inFlight = inFlightOf(*scenario.hybrid);
  if (inFlight == nullptr || inFlight->limit) return {scenario.hybrid->overflow};
  const double atFullSpeed = fullSpeedRequests(fleet, scenario.workload);
  const auto full = static_cast<std::int64_t>(std::ceil(atFullSpeed - 1e-9));
  std::set<std::int64_t> limits;
  for (const std::int64_t limit : {full, 2 * full, slowestAllowed(scenario, fleet, atFullSpeed), fleet.workers})
    limits.insert(std::clamp<std::int64_t>(limit, 1, fleet.workers));
  std::vector<OverflowRule> rules;
  for (const std::int64_t limit : limits) rules.emplace_back(InFlightOverflow{limit});
  return rules;
}

// ---- problems ----

std::vector<Problem> fleetProblems(Scenario scenario, const pricing::PriceCatalogue& catalogue) {
  scenario.origins.clear(); // places as pointers
  Review review(scenario, "fleet");
  reviewEc2(review, scenario, catalogue);
  return review.take();
}

// What is wrong with the base and not with the fleet it is made of, at the hybrid's own fields.
void reviewBase(Review& review, const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  constexpr std::string_view kPlace = "fleet: /ec2";
  const auto own = fleetProblems(scenario, catalogue);
  for (const auto& problem : fleetProblems(withBase(scenario), catalogue)) {
    if (std::ranges::find(own, problem) != own.end()) continue;
    review.add("/hybrid" + problem.where.substr(kPlace.size()), problem.found, problem.expected, problem.suggestion);
  }
}

void reviewOverflow(Review& review, const HybridSetup& setup) {
  if (const auto* inFlight = inFlightOf(setup); inFlight && inFlight->limit)
    review.within("/hybrid/overflow/limit", *inFlight->limit, std::int64_t{1}, std::int64_t{1'000'000},
                  "a whole number");
  if (const auto* weighted = std::get_if<WeightedOverflow>(&setup.overflow))
    review.within("/hybrid/overflow/share", weighted->share, 0.0, 1.0, "a fraction");
}

} // namespace

Scenario withBase(const Scenario& scenario) {
  assert(scenario.hybrid && scenario.ec2);
  const auto& setup = *scenario.hybrid;
  Scenario changed = scenario;
  auto& base = *changed.ec2;
  // What follows the clock or keeps instances ready belongs to the whole fleet, not to a base.
  base.scheduledActions = {};
  base.predictive.reset();
  base.warmPool.reset();
  if (setup.instanceType || setup.purchase) base.mixed.reset();
  if (setup.instanceType) base.instanceType = setup.instanceType;
  if (setup.purchase) base.purchase = *setup.purchase;
  base.min = setup.min.value_or(1);
  base.max = setup.max.value_or(base.min);
  base.initial = setup.initial.value_or(base.min);
  if (setup.scaling) base.scaling = *setup.scaling;
  if (base.max == base.min) base.scaling = NoScaling{};
  return changed;
}

HybridFleet hybridFleet(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  return {ec2Fleet(withBase(scenario), catalogue), lambdaFunction(scenario), scenario.hybrid->overflow};
}

bool isConfigured(const HybridSetup& setup) {
  const auto* inFlight = inFlightOf(setup);
  return setup.min && (inFlight == nullptr || inFlight->limit);
}

std::string hybridLabel(const Scenario& scenario) {
  const auto* inFlight = inFlightOf(*scenario.hybrid);
  const auto rule = inFlight ? fmt::format("over {} in flight", *inFlight->limit)
                             : pricing::displayPercent(std::get<WeightedOverflow>(scenario.hybrid->overflow).share);
  return fmt::format("{}, {} to {}", ec2Label(withBase(scenario)), rule, lambdaLabel(scenario));
}

std::vector<Scenario> hybridCandidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = ec2Fleet(withBase(scenario), catalogue);
  const auto rules = rulesToTry(scenario, fleet);
  std::vector<Scenario> candidates;
  for (const std::int64_t size : sizesToTry(scenario, fleet))
    for (const auto& rule : rules) {
      Scenario candidate = scenario;
      candidate.hybrid->min = size;
      candidate.hybrid->overflow = rule;
      candidates.push_back(std::move(candidate));
    }
  return candidates;
}

std::vector<double> hourlyRates(const Scenario& scenario) {
  constexpr std::int64_t kWeek = 168;
  const Duration horizon = runShape(scenario).horizon;
  const auto hours = std::clamp<std::int64_t>(horizon / std::chrono::hours(1), 1, kWeek);
  std::vector<double> rates;
  double before = 0; // requests per second x hours up to the hour
  for (std::int64_t h = 1; h <= hours; ++h) {
    const double upTo =
        workloads::meanRatePerSecond(scenario.workload.arrivals, std::chrono::hours(h)) * static_cast<double>(h);
    rates.push_back(std::max(0.0, upTo - before));
    before = upTo;
  }
  return rates;
}

double fullSpeedRequests(const Ec2Fleet& fleet, const workloads::Workload& workload) {
  if (fleet.discipline == Discipline::Fcfs) return static_cast<double>(fleet.workers);
  const double seconds = workOf(workload).meanSeconds * ec2Stretch(fleet, workload.work);
  const double cores = coreSeconds(fleet, workload);
  return cores > 0 ? std::max(1.0, fleet.vcpus * seconds / cores) : static_cast<double>(fleet.workers);
}

OverflowForecast forecast(const HybridFleet& fleet, const workloads::Workload& workload,
                          std::span<const double> rates) {
  if (const auto* weighted = std::get_if<WeightedOverflow>(&fleet.overflow)) return {weighted->share};
  const auto& base = fleet.base;
  const auto places =
      base.initial * std::min(*std::get<InFlightOverflow>(fleet.overflow).limit, base.workers + base.queueLimit);
  const double seconds = workOf(workload).meanSeconds * ec2Stretch(base, workload.work);
  const double atFullSpeed = static_cast<double>(base.initial) * fullSpeedRequests(base, workload);
  double all = 0, handedOver = 0, slowed = 0;
  for (const double rate : rates) {
    const double over = rate * sharingLoss(atFullSpeed, places, rate * seconds);
    all += rate;
    handedOver += over;
    if (rate * seconds > atFullSpeed) slowed += rate - over;
  }
  if (all <= 0) return {};
  return {handedOver / all, slowed / all, std::max(1.0, static_cast<double>(places) / atFullSpeed)};
}

void reviewHybrid(Review& review, const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  if (!scenario.lambda || !scenario.ec2)
    return review.add("/hybrid", fmt::format("a hybrid beside {} null", scenario.lambda ? "ec2" : "lambda"),
                      "null, or both platforms: the hybrid is made of them");
  if (scenario.workload.trigger != workloads::Trigger::Http)
    review.add("/hybrid", "a hybrid of a workload that is not called over HTTP",
               "null, or workload.trigger http: a gateway hands requests over");
  if (scenario.ec2->loadBalancer != LoadBalancer::Alb)
    review.add("/hybrid", "a hybrid without an Application Load Balancer",
               "null, or ec2.load_balancer alb, which has instances and functions as targets");
  reviewOverflow(review, *scenario.hybrid);
  reviewBase(review, scenario, catalogue);
}

} // namespace model
