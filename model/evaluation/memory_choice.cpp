#include "model/evaluation/memory_choice.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <span>

#include "model/evaluation/assessment.hpp"
#include "model/evaluation/findings.hpp"
#include "model/evaluation/search.hpp"

namespace model {

// ---- the curve ----

namespace {

constexpr double kCurveRequests = 2e5; // that each size meets, where the workload has no longer rhythm
// Requests x sizes: at least this, and this share of the requests x replications of the main run.
constexpr double kLeastBudget = 6e6, kBudgetShare = 0.1;
constexpr std::size_t kFewestSizes = 3;

double expectedRequests(const workloads::Workload& workload, const RunShape& shape) {
  return workloads::meanRatePerSecond(workload.arrivals, shape.horizon) * pricing::inSeconds(shape.horizon) *
         shape.replications;
}

// Ascending; the chosen size and those nearest to it in the order of sizes.
std::vector<pricing::Memory> sizesAround(const Scenario& chosen, std::size_t most) {
  const auto memory = *chosen.lambda->memory;
  auto sizes = memoriesToTry(chosen);
  const auto place = std::ranges::lower_bound(sizes, memory);
  if (place == sizes.end() || *place != memory) sizes.insert(place, memory);
  const auto at = static_cast<std::size_t>(std::ranges::find(sizes, memory) - sizes.begin());
  if (sizes.size() <= most) return sizes;
  const auto first = std::min(at - std::min(at, most / 2), sizes.size() - most);
  return {sizes.begin() + static_cast<std::ptrdiff_t>(first),
          sizes.begin() + static_cast<std::ptrdiff_t>(first + most)};
}

MemoryPoint pointOf(const PlatformResult& result, pricing::Memory memory) {
  MemoryPoint point;
  point.memory = memory;
  point.monthlyCostUsd = result.monthlyCostUsd.value;
  point.meanMs = result.latency.mean.value;
  point.p50Ms = result.latency.p50.value;
  point.p99Ms = result.latency.p99.value;
  point.coldFraction = result.coldFraction.value;
  point.failedFraction = result.failedFraction.value;
  point.meetsObjective = result.meetsObjective;
  return point;
}

// ---- marks ----

// Of the points that count, the one with the least key; of equals the first.
template <class Key> MemoryPoint* leastOf(std::vector<MemoryPoint>& points, Key key) {
  const bool some = std::ranges::any_of(points, &MemoryPoint::meetsObjective);
  MemoryPoint* least = nullptr;
  for (auto& point : points)
    if ((point.meetsObjective || !some) && (least == nullptr || key(point) < key(*least))) least = &point;
  return least;
}

void markKnee(std::vector<MemoryPoint>& points) {
  constexpr double kClear = 0.05; // of the span of log latency; less is a straight line
  const auto x = [](const MemoryPoint& p) { return std::log(static_cast<double>(p.memory.inMebibytes())); };
  const auto y = [](const MemoryPoint& p) { return std::log(std::max(p.meanMs, 1e-6)); };
  const auto& first = points.front();
  const auto& last = points.back();
  const double fall = y(first) - y(last);
  if (points.size() < kFewestSizes || fall < 0.01) return;
  MemoryPoint* knee = nullptr;
  double deepest = kClear * fall;
  for (auto& point : points) {
    const double depth = y(first) - fall * (x(point) - x(first)) / (x(last) - x(first)) - y(point);
    if (depth <= deepest) continue;
    deepest = depth;
    knee = &point;
  }
  if (knee != nullptr) knee->knee = true;
}

// ---- the sentence ----

std::string sizeText(const MemoryPoint& point) {
  return pricing::displayCount(static_cast<double>(point.memory.inMebibytes())) + " MB";
}
std::string usd(double dollars) { return pricing::display(pricing::Money::dollars(std::fabs(dollars))); }

std::string leadSentence(const MemoryPoint& chosen, const MemoryPoint& cheapest, bool searched, bool allMeet) {
  const auto size = sizeText(chosen);
  if (!searched) return size + " was given";
  if (!chosen.meetsObjective) return size + " comes nearest to the objective, which no size meets";
  if (&chosen == &cheapest)
    return size + (allMeet ? " is the cheapest size" : " is the cheapest that meets the objective");
  if (chosen.monthlyCostUsd <= cheapest.monthlyCostUsd * (1 + kTooCloseShare))
    return fmt::format("{} costs within {:.0f} % of the cheapest, {}, and answers sooner", size, 100 * kTooCloseShare,
                       sizeText(cheapest));
  return size + " was found best by the search";
}

std::string sentenceOf(const std::vector<MemoryPoint>& points, const MemoryPoint& chosen, const MemoryPoint& cheapest,
                       const MemoryPoint& fastest, bool searched) {
  constexpr double kWorthSaying = 0.01; // of latency or cost
  const bool allMeet = std::ranges::all_of(points, &MemoryPoint::meetsObjective);
  auto text = leadSentence(chosen, cheapest, searched, allMeet);
  const double dearer = fastest.monthlyCostUsd - chosen.monthlyCostUsd;
  if (fastest.meanMs < chosen.meanMs * (1 - kWorthSaying))
    text += fmt::format("; {} would be {:.0f} % faster for {} {} a month", sizeText(fastest),
                        100 * (1 - fastest.meanMs / chosen.meanMs), usd(dearer), dearer >= 0 ? "more" : "less");
  const double saving = chosen.monthlyCostUsd - cheapest.monthlyCostUsd;
  if (&cheapest != &fastest && saving > kWorthSaying * chosen.monthlyCostUsd) {
    const double slower = cheapest.meanMs / chosen.meanMs - 1;
    text += fmt::format("; {} would save {} a month and be {:.0f} % {}", sizeText(cheapest), usd(saving),
                        100 * std::fabs(slower), slower >= 0 ? "slower" : "faster");
  }
  return text + ".";
}

} // namespace

void explain(MemoryChoice& choice, bool searched) {
  auto& points = choice.points;
  const auto chosen = std::ranges::find(points, true, &MemoryPoint::chosen);
  if (points.empty() || chosen == points.end()) return;
  auto* cheapest = leastOf(points, [](const MemoryPoint& p) { return p.monthlyCostUsd; });
  // Equally fast sizes differ by what their cost is: memory that buys nothing is not "the fastest".
  auto* fastest = leastOf(points, [](const MemoryPoint& p) { return p.meanMs; });
  fastest = leastOf(points, [limit = fastest->meanMs * 1.001](const MemoryPoint& p) {
    return std::pair{p.meanMs > limit, p.monthlyCostUsd};
  });
  cheapest->cheapest = fastest->fastest = true;
  markKnee(points);
  choice.why = sentenceOf(points, *chosen, *cheapest, *fastest, searched);
}

std::variant<std::optional<MemoryChoice>, Cancelled> memoryCurve(const Scenario& chosen, bool searched,
                                                                 const pricing::PriceCatalogue& catalogue,
                                                                 const RunControl& control,
                                                                 const ProgressSpan& progress, const KnownRuns* known) {
  const auto whole = runShape(chosen);
  const auto shape = shortened(whole, chosen.workload, kCurveRequests);
  const double each = std::max(expectedRequests(chosen.workload, shape), 1.0);
  const double budget = std::max(kLeastBudget, kBudgetShare * expectedRequests(chosen.workload, whole));
  const auto most = static_cast<std::size_t>(std::min(budget / each, 100.0));
  const auto sizes = most < kFewestSizes ? std::vector<pricing::Memory>{} : sizesAround(chosen, most);
  if (sizes.size() < kFewestSizes) return std::nullopt;
  std::vector<Scenario> scenarios;
  std::vector<Configuration> configurations;
  for (const auto memory : sizes) {
    scenarios.push_back(withLambda(chosen, memory, *chosen.lambda->architecture));
    configurations.emplace_back(lambdaFunction(scenarios.back()));
  }
  const auto outcome = replicateUnknown(chosen.workload, configurations, shape, known, control, progress);
  if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
  const auto& runs = std::get<Replications>(outcome);
  MemoryChoice choice{*chosen.lambda->architecture, {}, runs.requests, pricing::inSeconds(shape.horizon), {}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto result = assessLambda(scenarios[i], catalogue, runs.configurations[i], shape, runs.hourlyRequests);
    choice.points.push_back(pointOf(result, sizes[i]));
    choice.points.back().chosen = sizes[i] == *chosen.lambda->memory;
  }
  explain(choice, searched);
  return choice;
}

// ---- a measured curve ----

namespace {

using pricing::Memory;
using workloads::MemoryCurve;

constexpr double kContradiction = 0.25; // of the duration, between a stated and a fitted cpu_fraction

class CurveWarnings {
 public:
  CurveWarnings(const Decision& decision, const MemoryCurve& curve)
      : m_decision(decision), m_curve(curve),
        m_range(fmt::format("{} to {}", pricing::toText(curve.smallest()), pricing::toText(curve.largest()))) {}

  void aboutPlace(const char* what, Memory memory) {
    if (m_curve.covers(memory)) return;
    add("memory_outside_curve",
        fmt::format("{} {} lies outside the measured {}; the duration of the nearest size is taken.", what,
                    pricing::toText(memory), m_range),
        "Measure that size too, or set a memory inside.");
  }
  // A search that ends where the curve does might have gone on.
  void aboutEnd(Memory chosen) {
    const auto tried = std::ranges::count(m_decision.candidates, Platform::Lambda, &Candidate::platform);
    const bool low = chosen == m_curve.smallest() && chosen > workloads::kSmallestLambdaMemory &&
                     chosen > m_decision.scenario.workload.memory;
    const bool high = chosen == m_curve.largest() && chosen < workloads::kLargestLambdaMemory;
    if (tried <= 2 || !(low || high)) return; // two architectures are no search for memory
    add("memory_at_curve_end",
        fmt::format("The chosen {} is the {} of the measured {}.", pricing::toText(chosen),
                    low ? "smallest" : "largest", m_range),
        fmt::format("A {} size may be better: run Power Tuning with one.", low ? "smaller" : "larger"));
  }
  void aboutFit(const workloads::Work& work) {
    const auto fit = workloads::fitCpu(m_curve, work.threads);
    if (!fit) return;
    const auto origin = m_decision.scenario.origins.find("workload.work.cpu_fraction");
    const bool fitted = origin != m_decision.scenario.origins.end() && origin->second == Origin::PowerTuning;
    const bool poor = fit->deviation > workloads::kPoorDeviation;
    const double share = fit->cpuFractionAt(work.measuredAt, work.threads);
    if (fitted && poor)
      add("poor_cpu_fit",
          fmt::format("No split into CPU and waiting fits the measured curve well: {}.", workloads::describe(*fit)),
          "Lambda follows the curve itself; EC2's durations rest on the split. Measure workload.work.cpu_fraction.");
    if (!fitted && !poor && std::fabs(share - work.cpuFraction) > kContradiction)
      add("cpu_fraction_contradicted",
          fmt::format("workload.work.cpu_fraction is {}, the measured curve says {:.2f} ({}).", work.cpuFraction, share,
                      workloads::describe(*fit)),
          "Leave cpu_fraction out to take it from the curve, or check at which memory the work was measured.");
  }
  std::vector<Warning> take() { return std::move(m_list); }

 private:
  void add(const char* code, std::string message, std::string advice) {
    m_list.push_back({code, std::move(message), std::move(advice)});
  }
  const Decision& m_decision;
  const MemoryCurve& m_curve;
  std::string m_range;
  std::vector<Warning> m_list;
};

} // namespace

std::vector<Warning> powerTuningWarnings(const Decision& decision) {
  const auto& setup = decision.scenario.lambda;
  if (!setup || !setup->powerTuning || !setup->memory) return {};
  const auto& work = decision.scenario.workload.work;
  CurveWarnings warnings(decision, *setup->powerTuning);
  warnings.aboutPlace("The function's memory of", *setup->memory);
  warnings.aboutPlace("The work's place of measurement,", work.measuredAt);
  warnings.aboutEnd(*setup->memory);
  warnings.aboutFit(work);
  return warnings.take();
}

} // namespace model
