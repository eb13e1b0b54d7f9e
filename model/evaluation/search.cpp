#include "model/evaluation/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <tuple>

#include "model/evaluation/capacity.hpp"
#include "model/evaluation/findings.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

// Steps of memory that change something: the vCPU steps of 1,769 MB and the sizes people use.
constexpr std::array kMemories{128, 256, 512, 768, 1024, 1536, 1769, 2048, 3008, 3538, 5307, 7076, 8845, 10240};
// Current general-purpose, compute and memory families of three makers. Burstable ones only by name: what they cost
// hangs on how long a load stays above their baseline, which a screening by means does not see.
constexpr std::array<std::string_view, 11> kFamilies{"c7g", "c8g", "c7i", "c7a", "m7g", "m8g",
                                                     "m7i", "m7a", "r7g", "r8g", "r7i"};
constexpr std::array<std::string_view, 6> kSizes{"medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge"};
constexpr double kScreeningRequests = 3e5;
constexpr std::size_t kMostMeasured = 32; // sizes of a curve that are tried beside the usual ones

template <class Range> bool contains(const Range& range, std::string_view name) {
  return std::find(range.begin(), range.end(), name) != range.end();
}

struct Priced {
  Scenario scenario;
  Screened screened;
  Candidate candidate;
};

bool mayMeet(const Objective& objective, const Screened& screened) {
  return screened.feasible && (!objective.p99 || screened.p99Ms <= pricing::inMilliseconds(*objective.p99));
}

// Prices and speeds are not known to better than kTooCloseShare: costs are compared in bands of that width above the
// cheapest, and within a band the faster configuration is worth more. 128 MB that saves 85 cents a month and takes 2 s
// instead of 0.2 s is nobody's choice.
std::tuple<double, double, double> worth(const Candidate& candidate, double cheapest) {
  const double band =
      std::floor(std::log(std::max(candidate.monthlyCostUsd / cheapest, 1.0)) / std::log1p(kTooCloseShare));
  return {band, candidate.p99Ms.value_or(0), candidate.monthlyCostUsd};
}

// Where the objective is out of reach: the faster one, of equally fast ones the cheaper one.
std::pair<double, double> speed(const Candidate& candidate) {
  return {candidate.p99Ms.value_or(std::numeric_limits<double>::infinity()), candidate.monthlyCostUsd};
}

// What the search asks about a platform.
struct Lane {
  std::vector<Scenario> candidates;
  Screened (*screen)(const Scenario&, const pricing::PriceCatalogue&);
  std::string (*label)(const Scenario&);
  Configuration (*configuration)(const Scenario&, const pricing::PriceCatalogue&);
  decltype(&assessLambda) assess;
  std::size_t simulated;
};

Lane laneOf(Platform platform, const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  switch (platform) {
  case Platform::Lambda:
    return {lambdaCandidates(scenario),
            screenLambda,
            lambdaLabel,
            [](const Scenario& s, const pricing::PriceCatalogue&) { return Configuration(lambdaFunction(s)); },
            assessLambda,
            kSimulatedPerPlatform};
  case Platform::Ec2:
    return {ec2Candidates(scenario, catalogue),
            screenEc2,
            ec2Label,
            [](const Scenario& s, const pricing::PriceCatalogue& c) { return Configuration(ec2Fleet(s, c)); },
            assessEc2,
            kSimulatedPerPlatform};
  case Platform::Hybrid:
    return {hybridCandidates(scenario, catalogue),
            screenHybrid,
            hybridLabel,
            [](const Scenario& s, const pricing::PriceCatalogue& c) { return Configuration(hybridFleet(s, c)); },
            assessHybrid,
            kSimulatedHybrid};
  case Platform::ManagedInstances: break;
  }
  return {managedCandidates(scenario, catalogue),
          screenManaged,
          managedLabel,
          [](const Scenario& s, const pricing::PriceCatalogue& c) { return Configuration(managedFleet(s, c)); },
          assessManaged,
          kSimulatedManaged};
}

double cheapestOf(const std::vector<Priced>& all, auto&& counts) {
  double cheapest = std::numeric_limits<double>::infinity();
  for (const auto& priced : all)
    if (counts(priced)) cheapest = std::min(cheapest, priced.candidate.monthlyCostUsd);
  return std::max(cheapest, 1e-9);
}

std::vector<Priced> priceAll(Platform platform, const Lane& lane, const Scenario& scenario,
                             const pricing::PriceCatalogue& catalogue) {
  std::vector<Priced> all;
  for (const auto& candidate : lane.candidates) {
    const auto screened = lane.screen(candidate, catalogue);
    Priced priced{candidate, screened, {}};
    priced.candidate.platform = platform;
    priced.candidate.configuration = lane.label(candidate);
    priced.candidate.monthlyCostUsd = screened.monthlyCostUsd;
    priced.candidate.p99Ms = screened.p99Ms;
    priced.candidate.meetsObjective = mayMeet(scenario.objective, screened);
    if (!screened.feasible)
      priced.candidate.why = "capacity below the load";
    else if (!priced.candidate.meetsObjective)
      priced.candidate.why =
          fmt::format("p99 {} {}", pricing::displaySeconds(screened.p99Ms / 1e3),
                      platform == Platform::Hybrid ? "by its closed form" : "without any queue or cold start");
    all.push_back(std::move(priced));
  }
  // Hopeful ones first, in order of worth; among hopeless ones the fastest first, of equally fast ones the cheapest.
  const double cheapest = cheapestOf(all, [](const auto& p) { return p.candidate.meetsObjective; });
  std::stable_sort(all.begin(), all.end(), [cheapest](const auto& a, const auto& b) {
    if (a.candidate.meetsObjective != b.candidate.meetsObjective) return a.candidate.meetsObjective;
    if (a.screened.feasible != b.screened.feasible) return a.screened.feasible;
    return a.candidate.meetsObjective ? worth(a.candidate, cheapest) < worth(b.candidate, cheapest)
                                      : speed(a.candidate) < speed(b.candidate);
  });
  return all;
}

// The cheapest few, and always the fastest one: an objective on the tail may be met by nothing else.
std::vector<std::size_t> chosenForSimulation(const std::vector<Priced>& all, std::size_t most) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) chosen.push_back(i);
  const auto fastest = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    if (a.screened.feasible != b.screened.feasible) return a.screened.feasible;
    return a.screened.p99Ms < b.screened.p99Ms;
  });
  const auto index = static_cast<std::size_t>(fastest - all.begin());
  if (!all.empty() && index >= chosen.size()) chosen.back() = index;
  return chosen;
}

void record(const PlatformResult& result, Candidate& candidate) {
  candidate.simulated = true;
  candidate.monthlyCostUsd = result.monthlyCostUsd.value;
  candidate.p99Ms = result.latency.p99.value;
  candidate.failedFraction = result.failedFraction.value;
  candidate.meetsObjective = result.meetsObjective;
  candidate.why = fmt::format("{}", fmt::join(result.missed, "; "));
}

// Simulated ones that meet the objective, in order of worth; then simulated ones that miss it, fewest failures and then
// fastest and cheapest first; then those that were only screened.
bool better(const Candidate& a, const Candidate& b, double cheapest) {
  if (a.simulated != b.simulated) return a.simulated;
  if (a.meetsObjective != b.meetsObjective) return a.meetsObjective;
  if (a.meetsObjective || !a.simulated) return worth(a, cheapest) < worth(b, cheapest);
  if (a.failedFraction != b.failedFraction) return a.failedFraction < b.failedFraction;
  return speed(a) < speed(b);
}

} // namespace

std::vector<pricing::Memory> memoriesToTry(const Scenario& scenario) {
  const auto& curve = scenario.lambda->powerTuning;
  std::vector<pricing::Memory> memories;
  for (const int mib : kMemories) memories.push_back(pricing::Memory::mebibytes(mib));
  if (curve) {
    std::erase_if(memories, [&](pricing::Memory memory) { return !curve->covers(memory); });
    if (curve->points.size() <= kMostMeasured)
      for (const auto& point : curve->points) memories.push_back(point.memory);
  }
  std::erase_if(memories, [&](pricing::Memory memory) { return memory < scenario.workload.memory; });
  if (curve && memories.empty() && scenario.workload.memory <= workloads::kLargestLambdaMemory)
    memories.push_back(scenario.workload.memory);
  std::ranges::sort(memories);
  memories.erase(std::unique(memories.begin(), memories.end()), memories.end());
  return memories;
}

std::vector<Scenario> lambdaCandidates(const Scenario& scenario) {
  const auto& setup = *scenario.lambda;
  const auto memories = setup.memory ? std::vector{*setup.memory} : memoriesToTry(scenario);
  std::vector<pricing::Architecture> architectures{pricing::Architecture::X86_64, pricing::Architecture::Arm64};
  if (setup.architecture) architectures = {*setup.architecture};
  std::vector<Scenario> candidates;
  for (const auto memory : memories)
    for (const auto architecture : architectures) candidates.push_back(withLambda(scenario, memory, architecture));
  return candidates;
}

std::vector<Scenario> ec2Candidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto& setup = *scenario.ec2;
  if (setup.instanceType) return {scenario};
  std::vector<Scenario> candidates;
  for (const auto& type : catalogue.types()) {
    if (!contains(kFamilies, type.family) || !contains(kSizes, type.size)) continue;
    if (type.memory < scenario.workload.memory) continue;
    if (!catalogue.instanceHour(scenario.region, type.name, setup.purchase)) continue;
    candidates.push_back(withInstance(scenario, type.name));
  }
  return candidates;
}

std::vector<Scenario> managedCandidates(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto& setup = *scenario.managed;
  if (setup.instanceType) return {scenario};
  std::vector<Scenario> candidates;
  for (const auto& type : catalogue.types()) {
    if (!contains(kFamilies, type.family) || !contains(kSizes, type.size)) continue;
    if (environmentRoom(scenario, type).perInstance < 1 || type.memory < scenario.workload.memory) continue;
    if (setup.maxVcpus < managedFloor(setup) * type.vcpus) continue;
    if (!catalogue.instanceHour(scenario.region, type.name, setup.purchase)) continue;
    candidates.push_back(withManagedInstance(scenario, type.name));
  }
  return candidates;
}

Screened screenLambda(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto function = lambdaFunction(scenario);
  const auto work = workOf(scenario.workload);
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon);
  const double factor = lambdaStretch(function, scenario.workload.work);
  LambdaTally month; // a month's counts without cold starts, priced like a simulated one
  const double requests = rate * scenario.hoursPerMonth * pricing::kSecondsPerHour;
  month.started = month.outcomes.attempts = month.outcomes.completed =
      static_cast<std::uint64_t>(std::llround(requests));
  // Rounding up to whole milliseconds adds half a millisecond on average, none where all durations are whole.
  const double meanS = std::min(work.meanSeconds * factor, pricing::inSeconds(function.timeout));
  const double billedMs =
      std::max(std::ceil(meanS * 1e3 - 1e-9) - meanS * 1e3 > 0 ? meanS * 1e3 + 0.5 : meanS * 1e3, 1.0);
  month.billedMs = static_cast<std::int64_t>(std::llround(requests * billedMs));
  Screened screened;
  const Metered metered{scenario.hoursPerMonth * pricing::kSecondsPerHour, {}, {}};
  screened.monthlyCostUsd = monthlyUsd(scenario, Platform::Lambda, lambdaUsage(scenario, month, metered), catalogue);
  screened.p99Ms = 1e3 * work.p99Seconds * factor + pricing::inMilliseconds(function.overhead);
  screened.feasible = rate * meanS <= static_cast<double>(function.concurrencyLimit);
  return screened;
}

Screened screenEc2(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = ec2Fleet(scenario, catalogue);
  const auto work = workOf(scenario.workload);
  const auto shape = runShape(scenario);
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, shape.horizon);
  const double factor = ec2Stretch(fleet, scenario.workload.work);
  const double needed = instancesNeeded(fleet, rate, scenario.workload);
  const double count = std::clamp(needed, static_cast<double>(fleet.min), static_cast<double>(fleet.max));
  Ec2Tally month;
  const double seconds = scenario.hoursPerMonth * pricing::kSecondsPerHour;
  month.outcomes.attempts = month.outcomes.completed = static_cast<std::uint64_t>(std::llround(rate * seconds));
  month.instanceNs = static_cast<Int128>(count * seconds * 1e9);
  Screened screened;
  screened.monthlyCostUsd =
      monthlyUsd(scenario, Platform::Ec2,
                 ec2Usage(scenario, month, {seconds, {}, {}}, instanceGib(scenario, catalogue)), catalogue);
  screened.p99Ms = 1e3 * work.p99Seconds * factor + pricing::inMilliseconds(fleet.overhead);
  screened.feasible = rate * coreSeconds(fleet, scenario.workload) < static_cast<double>(fleet.max) * fleet.vcpus;
  return screened;
}

Screened screenManaged(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = managedFleet(scenario, catalogue);
  const auto work = workOf(scenario.workload);
  const double rate = workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon);
  const double factor = managedStretch(fleet, scenario.workload.work);
  const double vcpus = rate * coreSeconds(fleet, scenario.workload), inFlight = rate * work.meanSeconds * factor;
  const auto environments = environmentsWanted(fleet, vcpus, inFlight);
  const double seconds = scenario.hoursPerMonth * pricing::kSecondsPerHour;
  ManagedTally month;
  month.outcomes.attempts = month.outcomes.completed = static_cast<std::uint64_t>(std::llround(rate * seconds));
  month.instanceNs = static_cast<Int128>(static_cast<double>(instancesFor(fleet, environments)) * seconds * 1e9);
  Screened screened;
  screened.monthlyCostUsd =
      monthlyUsd(scenario, Platform::ManagedInstances, managedUsage(scenario, month, {seconds, {}, {}}), catalogue);
  screened.p99Ms = 1e3 * work.p99Seconds * factor + pricing::inMilliseconds(fleet.overhead);
  const auto most = static_cast<double>(fleet.maxInstances * fleet.environmentsPerInstance);
  screened.feasible = vcpus < most * fleet.environmentVcpus && inFlight < most * static_cast<double>(fleet.slotCount);
  return screened;
}

// The p99 lies between those of the parts, or behind what the hours above the base's capacity slow down: of these, at
// the limit, the requests whose work alone puts them among the slowest hundredth of all.
double hybridP99Seconds(const HybridFleet& fleet, const workloads::Workload& workload,
                        const OverflowForecast& expected) {
  constexpr double kSlowest = 0.01;
  const double onInstances = ec2Stretch(fleet.base, workload.work);
  const double between = workOf(workload).p99Seconds * ((1 - expected.share) * onInstances +
                                                        expected.share * lambdaStretch(fleet.function, workload.work));
  if (expected.slowed <= kSlowest || !workload.work.duration) return between;
  const double work = workloads::quantileSeconds(*workload.work.duration, 1 - kSlowest / expected.slowed);
  return std::max(between, work * onInstances * expected.slowdown);
}

// By weight nothing is handed over when the base is full: it must carry its share of the busiest hour itself.
bool carriesItsShare(const HybridFleet& fleet, const workloads::Workload& workload, std::span<const double> rates) {
  const auto* weighted = std::get_if<WeightedOverflow>(&fleet.overflow);
  if (weighted == nullptr) return true;
  const double busiest = *std::ranges::max_element(rates) * (1 - weighted->share);
  return busiest * coreSeconds(fleet.base, workload) < static_cast<double>(fleet.base.max) * fleet.base.vcpus;
}

// Each part priced with its share of the requests.
Screened screenHybrid(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto fleet = hybridFleet(scenario, catalogue);
  const auto work = workOf(scenario.workload);
  const auto rates = hourlyRates(scenario);
  const auto expected = forecast(fleet, scenario.workload, rates);
  const double share = expected.share;
  const double onFunction = lambdaStretch(fleet.function, scenario.workload.work);
  const double seconds = scenario.hoursPerMonth * pricing::kSecondsPerHour;
  const double requests =
      workloads::meanRatePerSecond(scenario.workload.arrivals, runShape(scenario).horizon) * seconds;
  HybridTally month;
  auto& kept = month.base.outcomes;
  auto& overflow = month.overflow;
  kept.attempts = kept.completed = static_cast<std::uint64_t>(std::llround((1 - share) * requests));
  month.base.instanceNs = static_cast<Int128>(static_cast<double>(fleet.base.initial) * seconds * 1e9);
  overflow.started = overflow.outcomes.attempts = overflow.outcomes.completed =
      static_cast<std::uint64_t>(std::llround(share * requests));
  overflow.billedMs = std::llround(share * requests * (work.meanSeconds * onFunction * 1e3 + 0.5));
  Screened screened;
  screened.monthlyCostUsd =
      monthlyUsd(scenario, Platform::Hybrid, hybridUsage(scenario, month, {seconds, {}, {}}), catalogue);
  screened.p99Ms = 1e3 * hybridP99Seconds(fleet, scenario.workload, expected);
  screened.feasible = carriesItsShare(fleet, scenario.workload, rates);
  return screened;
}

void markFrontier(std::vector<Candidate>& candidates) {
  for (auto& candidate : candidates) {
    candidate.onFrontier =
        candidate.p99Ms.has_value() && std::none_of(candidates.begin(), candidates.end(), [&](const auto& other) {
          return other.p99Ms && other.monthlyCostUsd <= candidate.monthlyCostUsd && *other.p99Ms <= *candidate.p99Ms &&
                 (other.monthlyCostUsd < candidate.monthlyCostUsd || *other.p99Ms < *candidate.p99Ms);
        });
  }
}

std::variant<SearchResult, Cancelled> search(Platform platform, const Scenario& scenario,
                                             const pricing::PriceCatalogue& catalogue, const RunControl& control,
                                             const ProgressSpan& progress) {
  const auto lane = laneOf(platform, scenario, catalogue);
  auto all = priceAll(platform, lane, scenario, catalogue);
  if (all.empty())
    throw pricing::InputError({fmt::format("scenario: /workload/memory"),
                               pricing::quoted(pricing::toText(scenario.workload.memory)),
                               "a size that some configuration of " + std::string(name(platform)) + " can hold"});
  if (all.size() > 1) {
    const auto chosen = chosenForSimulation(all, lane.simulated);
    std::vector<Configuration> configurations;
    for (const auto i : chosen) configurations.push_back(lane.configuration(all[i].scenario, catalogue));
    const auto shape = shortened(runShape(scenario), scenario.workload, kScreeningRequests);
    auto outcome = replicate(scenario.workload, configurations, shape, control, progress);
    if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
    const auto& runs = std::get<Replications>(outcome);
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      auto& priced = all[chosen[k]];
      record(lane.assess(priced.scenario, catalogue, runs.configurations[k], shape, runs.hourlyRequests),
             priced.candidate);
    }
    const double cheapest =
        cheapestOf(all, [](const auto& p) { return p.candidate.simulated && p.candidate.meetsObjective; });
    std::stable_sort(all.begin(), all.end(),
                     [cheapest](const auto& a, const auto& b) { return better(a.candidate, b.candidate, cheapest); });
  }
  SearchResult result;
  for (auto& priced : all) {
    if (priced.candidate.simulated || all.size() == 1) result.ranked.push_back(priced.scenario);
    result.candidates.push_back(std::move(priced.candidate));
  }
  result.chosen = result.ranked.front();
  return result;
}

} // namespace model
