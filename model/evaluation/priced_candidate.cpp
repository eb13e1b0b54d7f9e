#include "model/evaluation/priced_candidate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <tuple>

namespace model {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

bool mayMeet(const Objective& objective, const Screened& screened) {
  return screened.feasible && (!objective.p99 || screened.p99Ms <= pricing::inMilliseconds(*objective.p99));
}

std::tuple<int, double, double> worth(const Candidate& candidate, double cheapest) {
  return {costBand(candidate.monthlyCostUsd, cheapest), candidate.p99Ms.value_or(0), candidate.monthlyCostUsd};
}

// Where the objective is out of reach: the faster one, of equally fast ones the cheaper one.
std::pair<double, double> speed(const Candidate& candidate) {
  return {candidate.p99Ms.value_or(kNever), candidate.monthlyCostUsd};
}

bool nearlyMeets(const Objective& objective, const PlatformResult& result) {
  Objective wider = objective;
  for (auto* limit : {&wider.mean, &wider.p50, &wider.p90, &wider.p95, &wider.p99, &wider.p999})
    if (*limit) *limit = pricing::fromSeconds(pricing::inSeconds(**limit) * kNearlyMet);
  wider.maxFailed *= kNearlyMet;
  return missedObjectives(wider, result.latency, result.failedFraction.value).empty();
}

bool better(const Priced& one, const Priced& other, double cheapest) {
  const auto &a = one.candidate, &b = other.candidate;
  if (a.simulated != b.simulated) return a.simulated;
  if (a.meetsObjective != b.meetsObjective) return a.meetsObjective;
  const std::pair longer(one.survived, one.met), others(other.survived, other.met);
  if (longer != others) return longer > others;
  if (a.simulated && !a.meetsObjective)
    return std::tuple(a.failedFraction, speed(a)) < std::tuple(b.failedFraction, speed(b));
  if (one.screened.feasible != other.screened.feasible) return one.screened.feasible;
  return a.meetsObjective ? worth(a, cheapest) < worth(b, cheapest) : speed(a) < speed(b);
}

template <class Each, class Of> void sortAs(std::vector<Each>& some, Of of) {
  const bool simulated = std::ranges::any_of(some, [&](const Each& each) { return of(each).candidate.simulated; });
  double cheapest = kNever;
  for (const Each& each : some)
    if (const auto& candidate = of(each).candidate; candidate.simulated == simulated && candidate.meetsObjective)
      cheapest = std::min(cheapest, candidate.monthlyCostUsd);
  std::stable_sort(some.begin(), some.end(),
                   [&](const Each& a, const Each& b) { return better(of(a), of(b), cheapest); });
}

} // namespace

Priced priced(Platform platform, const Scenario& scenario, const Screened& screened, std::string label) {
  Priced result{scenario, screened, {}, 0, 0, 0, false, {}};
  auto& candidate = result.candidate;
  candidate.platform = platform;
  candidate.configuration = std::move(label);
  candidate.monthlyCostUsd = screened.monthlyCostUsd;
  candidate.p99Ms = screened.p99Ms;
  candidate.meetsObjective = mayMeet(scenario.objective, screened);
  result.entrant.feasible = screened.feasible;
  result.entrant.hopeful = candidate.meetsObjective;
  if (candidate.meetsObjective) return result;
  candidate.leftOut = screened.feasible ? LeftOut::Objective : LeftOut::Capacity;
  candidate.why = screened.feasible ? fmt::format("p99 {} {}", pricing::displaySeconds(screened.p99Ms / 1e3),
                                                  platform == Platform::Hybrid ? "by its closed form"
                                                                               : "without any queue or cold start")
                                    : "capacity below the load";
  return result;
}

void show(const PlatformResult& result, bool hopeful, Priced& priced) {
  auto& candidate = priced.candidate;
  candidate.simulated = true;
  candidate.leftOut = LeftOut::No;
  candidate.monthlyCostUsd = result.monthlyCostUsd.value;
  candidate.p99Ms = result.latency.p99.value;
  candidate.failedFraction = result.failedFraction.value;
  candidate.meetsObjective = result.meetsObjective && hopeful;
  candidate.requests = result.requests;
  if (!result.missed.empty() || hopeful) candidate.why = fmt::format("{}", fmt::join(result.missed, "; "));
}

void record(const PlatformResult& result, bool hopeful, Priced& priced) {
  show(result, hopeful, priced);
  auto& entrant = priced.entrant;
  entrant.simulated = true;
  entrant.meets = priced.candidate.meetsObjective;
  entrant.nearlyMeets = hopeful && !entrant.meets && nearlyMeets(priced.scenario.objective, result);
  entrant.usd = priced.candidate.monthlyCostUsd;
  entrant.p99Ms = result.latency.p99.value;
  entrant.failedFraction = result.failedFraction.value;
}

void sortByWorth(std::vector<Priced>& all) { sortAs(all, std::identity{}); }

void sortByWorth(std::vector<std::size_t>& some, const std::vector<Priced>& all) {
  sortAs(some, [&](std::size_t i) -> const Priced& { return all[i]; });
}

std::vector<std::size_t> mostPromising(const std::vector<Priced>& all, std::size_t most) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) chosen.push_back(i);
  const auto fastest = std::ranges::min_element(
      all, {}, [](const auto& p) { return std::pair(!p.screened.feasible, p.screened.p99Ms); });
  const auto index = static_cast<std::size_t>(fastest - all.begin());
  if (!all.empty() && index >= chosen.size()) chosen.back() = index;
  return chosen;
}

} // namespace model
