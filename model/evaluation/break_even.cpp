#include "model/evaluation/break_even.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "model/evaluation/capacity.hpp"

namespace model {

namespace {

constexpr double kReach = 100; // the curve spans rate / kReach .. rate * kReach
constexpr int kCoarsePoints = 17;
constexpr double kFarReach = 1e5; // how far the search follows it when the sides do not cross in there
constexpr double kStep = 3.1622776601683795;
constexpr double kTolerance = 1.01; // bracket of the break-even: high / low

Scenario atFactor(const Scenario& scenario, double factor) {
  Scenario scaled = scenario;
  scaled.workload.arrivals = workloads::scaled(scenario.workload.arrivals, factor);
  return scaled;
}

// Limits of an account and of a fleet are raised with a click; they must not bend a cost curve.
Scenario withoutCeilings(const Scenario& scenario) {
  Scenario open = scenario;
  constexpr std::int64_t kUnbounded = 1'000'000;
  if (open.lambda) {
    open.lambda->accountConcurrency = kUnbounded;
    open.lambda->reservedConcurrency.reset();
    open.lambda->growthPer10s = kUnbounded;
  }
  if (open.ec2) {
    // The pool is as large as it was; without a maximum of its own it would fill what the group leaves of the new one.
    if (open.ec2->warmPool) open.ec2->warmPool->maxPrepared = open.ec2->warmPool->maxPrepared.value_or(open.ec2->max);
    open.ec2->max = kUnbounded;
    for (auto& action : open.ec2->scheduledActions.actions) action.max.reset();
    open.ec2->initial.reset();
  }
  return open;
}

double fluidInstances(const Scenario& scenario, const pricing::PriceCatalogue& catalogue, double rate) {
  const auto fleet = ec2Fleet(scenario, catalogue);
  if (!scalingTarget(fleet.scaling)) return static_cast<double>(fleet.initial);
  return std::max(static_cast<double>(fleet.min), instancesNeeded(fleet, rate, scenario.workload));
}

// A fleet that does not scale is the one configured, at every rate; one that scales starts at what the rate needs.
Scenario sized(const Scenario& scenario) {
  Scenario out = withoutCeilings(scenario);
  if (out.ec2 && std::holds_alternative<NoScaling>(out.ec2->scaling)) out.ec2->initial = scenario.ec2->initial;
  return out;
}

struct Probe {
  const Scenario& scenario;
  const pricing::PriceCatalogue& catalogue;
  const RunControl& control;
  const ProgressSpan& progress;
  double baseRate;
  std::vector<CostPoint> points;
  bool cancelled = false;

  // Simulates one more point; false when cancelled.
  bool add(double factor) { return take(costAt(scenario, catalogue, factor, control)); }
  // Several, which know nothing of each other.
  bool add(std::span<const double> factors) {
    std::vector<std::variant<CostPoint, Cancelled>> outcomes(factors.size(), Cancelled{});
    inParallel(factors.size(), control,
               [&](std::size_t i) { outcomes[i] = costAt(scenario, catalogue, factors[i], byItself(control)); });
    return std::ranges::all_of(outcomes, [this](const auto& outcome) { return take(outcome); });
  }
  // Progress creeps towards the end of the span.
  bool take(const std::variant<CostPoint, Cancelled>& outcome) {
    if (std::holds_alternative<Cancelled>(outcome)) return !(cancelled = true);
    points.push_back(std::get<CostPoint>(outcome));
    if (control.progress) {
      const double share = 1 - std::pow(0.9, static_cast<double>(points.size()));
      control.progress({progress.stage, progress.from + share * (progress.to - progress.from), 0});
    }
    return true;
  }
};

double gap(const CostPoint& point) { return *point.lambdaUsd - *point.ec2Usd; }

void sortByRate(std::vector<CostPoint>& points) {
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& a, const auto& b) { return a.requestsPerSecond < b.requestsPerSecond; });
}

// The pair of neighbours with opposite signs that is nearest to the base rate; size() when there is none.
std::size_t nearestCrossing(const std::vector<CostPoint>& points, double baseRate) {
  std::size_t best = points.size();
  double bestDistance = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    if ((gap(points[i]) < 0) == (gap(points[i + 1]) < 0)) continue;
    const double middle = std::sqrt(points[i].requestsPerSecond * points[i + 1].requestsPerSecond);
    const double distance = std::fabs(std::log(middle / baseRate));
    if (distance < bestDistance) {
      bestDistance = distance;
      best = i;
    }
  }
  return best;
}

// Bisects the bracket in log rate; returns the crossing, every probe kept for the curve.
std::optional<BreakEven> bisect(Probe& probe, CostPoint low, CostPoint high, double hoursPerMonth) {
  while (high.requestsPerSecond / low.requestsPerSecond > kTolerance) {
    const double rate = std::sqrt(low.requestsPerSecond * high.requestsPerSecond);
    if (!probe.add(rate / probe.baseRate)) return std::nullopt;
    const auto& middle = probe.points.back();
    ((gap(middle) < 0) == (gap(low) < 0) ? low : high) = middle;
  }
  BreakEven found;
  found.requestsPerSecond = std::sqrt(low.requestsPerSecond * high.requestsPerSecond);
  found.requestsPerMonth = found.requestsPerSecond * hoursPerMonth * pricing::kSecondsPerHour;
  found.cheaperBelow = gap(low) < 0 ? Platform::Lambda : Platform::Ec2;
  return found;
}

} // namespace

std::variant<CostPoint, Cancelled> costAt(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                          double factor, const RunControl& control, Asked wanted) {
  const auto shape = runShape(scenario);
  const double baseRate = workloads::meanRatePerSecond(scenario.workload.arrivals, shape.horizon);
  const double rate = baseRate * factor;
  Scenario asked = sized(atFactor(scenario, factor));
  auto shorter = shortened(shape, asked.workload, kRequestsPerPoint);
  const double needed = rate * pricing::inSeconds(shorter.horizon);
  const double simulatedFactor = factor * std::min(1.0, 2 * kRequestsPerPoint / std::max(needed, 1e-9));
  Scenario simulated = simulatedFactor < factor ? sized(atFactor(scenario, simulatedFactor)) : asked;

  const bool lambda = simulated.lambda && wanted != Asked::Ec2, ec2 = simulated.ec2 && wanted != Asked::Lambda;
  std::vector<Configuration> configurations;
  if (lambda) configurations.emplace_back(lambdaFunction(simulated));
  if (ec2) configurations.emplace_back(ec2Fleet(simulated, catalogue));
  RunControl quiet = control;
  quiet.progress = nullptr;
  auto outcome = replicate(simulated.workload, configurations, shorter, quiet, {});
  if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
  const auto& runs = std::get<Replications>(outcome);

  const Metered metered{shorter.observedSeconds(), runs.hourlyRequests, shorter.horizon};
  const double requestRatio = factor / simulatedFactor;
  const auto dollars = [&](Platform platform, const pricing::MonthlyUsage& usage, double instanceRatio) {
    return monthlyUsd(scenario, platform, extrapolated(usage, requestRatio, instanceRatio), catalogue);
  };
  CostPoint point;
  point.requestsPerSecond = rate;
  if (lambda)
    point.lambdaUsd =
        dollars(Platform::Lambda, lambdaUsage(simulated, runs.configurations.front().lambda.front(), metered), 1);
  if (ec2)
    point.ec2Usd = dollars(Platform::Ec2, ec2Usage(simulated, runs.configurations.back().ec2.front(), metered),
                           fluidInstances(asked, catalogue, rate) /
                               fluidInstances(simulated, catalogue, baseRate * simulatedFactor));
  return point;
}

std::variant<BreakEvenResult, Cancelled> findBreakEven(const Scenario& scenario,
                                                       const pricing::PriceCatalogue& catalogue,
                                                       const RunControl& control, const ProgressSpan& progress) {
  const double baseRate = workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon);
  BreakEvenResult result;
  if (baseRate <= 0) return result;
  Probe probe{scenario, catalogue, control, progress, baseRate, {}, false};
  std::array<double, kCoarsePoints> factors;
  for (int i = 0; i < kCoarsePoints; ++i)
    factors[static_cast<std::size_t>(i)] = std::pow(kReach, 2.0 * i / (kCoarsePoints - 1) - 1);
  if (!probe.add(factors)) return Cancelled{};
  // A small log may be far from its break-even: follow the curve outwards until the sides cross, within reason.
  for (double reach = kReach * kStep;
       nearestCrossing(probe.points, baseRate) == probe.points.size() && reach <= kFarReach; reach *= kStep) {
    if (!probe.add(reach) || !probe.add(1 / reach)) return Cancelled{};
    sortByRate(probe.points);
  }
  const auto crossing = nearestCrossing(probe.points, baseRate);
  if (crossing < probe.points.size())
    result.breakEven = bisect(probe, probe.points[crossing], probe.points[crossing + 1], scenario.hoursPerMonth);
  if (probe.cancelled) return Cancelled{};
  sortByRate(probe.points);
  result.curve = std::move(probe.points);
  return result;
}

} // namespace model
