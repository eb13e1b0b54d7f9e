// The one door: scenario in, decision out. Here the parts are put in order; what they do is in search, replication,
// assessment, break_even, findings and analytic.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <mutex>

#include "model/decision.hpp"
#include "model/evaluation/analytic.hpp"
#include "model/evaluation/break_even.hpp"
#include "model/evaluation/commitment_plan.hpp"
#include "model/evaluation/findings.hpp"
#include "model/evaluation/idle_sensitivity.hpp"
#include "model/evaluation/memory_choice.hpp"
#include "model/evaluation/replay.hpp"
#include "model/evaluation/search.hpp"
#include "model/evaluation/static_comparison.hpp"
#include "model/evaluation/stress.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"
#include "workloads/import/trace.hpp"

namespace model {

namespace {

// Shares of the progress bar.
constexpr ProgressSpan kSearchLambda{"searching", 0.0, 0.08};
constexpr ProgressSpan kSearchEc2{"searching", 0.08, 0.17};
constexpr ProgressSpan kSearchManaged{"searching", 0.17, 0.185};
constexpr ProgressSpan kSearchHybrid{"searching", 0.185, 0.2};
constexpr ProgressSpan kSimulate{"simulating", 0.2, 0.7};
constexpr ProgressSpan kSimulateOnly{"simulating", 0.0, 0.8};
constexpr ProgressSpan kStressOnly{"stress", 0.8, 0.84};
constexpr ProgressSpan kIdleOnly{"sensitivity", 0.84, 0.88};
constexpr ProgressSpan kMemoryOnly{"memory", 0.88, 0.9};
constexpr ProgressSpan kBreakEven{"break-even", 0.7, 0.86};
constexpr ProgressSpan kDrivers{"sensitivity", 0.86, 0.92};
constexpr ProgressSpan kStress{"stress", 0.92, 0.93};
constexpr ProgressSpan kIdle{"sensitivity", 0.93, 0.94};
constexpr ProgressSpan kMemory{"memory", 0.94, 0.96};
constexpr ProgressSpan kCommitments{"commitments", 0.96, 0.99};
constexpr ProgressSpan kCommitmentsOnly{"commitments", 0.9, 0.96};
constexpr ProgressSpan kReplay{"replaying", 0.99, 1.0};
constexpr ProgressSpan kReplayOnly{"replaying", 0.96, 1.0};
constexpr std::size_t kRetries = 2; // runners-up tried when the full run of the chosen one misses the objective

// Thrown inside this file only, where a cancelled part ends the whole; becomes the Cancelled outcome at the door.
struct Stop {};

template <class T> T valueOrStop(std::variant<T, Cancelled> outcome) {
  if (std::holds_alternative<Cancelled>(outcome)) throw Stop{};
  return std::move(std::get<T>(outcome));
}

bool isDefault(const Scenario& scenario, std::string_view path) {
  return std::none_of(scenario.origins.begin(), scenario.origins.end(), [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(std::string(path) + ".");
  });
}

// What a log knows about where it was taken fills fields that nobody set: durations of a Lambda log were measured at
// its memory size, and its recorded cold starts tell how long init takes.
void learnFromTrace(const workloads::TraceSummary& summary, Scenario& scenario) {
  if (summary.durations && summary.format.starts_with("lambda") && summary.memoryMb &&
      isDefault(scenario, "workload.work.measured_at")) {
    scenario.workload.work.measuredAt = pricing::Memory::mebibytes(static_cast<std::int64_t>(*summary.memoryMb));
    scenario.origins["workload.work.measured_at.memory"] = Origin::Trace;
  }
  if (summary.maxMemoryUsedMb && isDefault(scenario, "workload.memory")) {
    scenario.workload.memory =
        pricing::Memory::mebibytes(std::max<std::int64_t>(1, static_cast<std::int64_t>(*summary.maxMemoryUsedMb)));
    scenario.origins["workload.memory"] = Origin::Trace;
  }
  if (scenario.lambda && summary.meanInitMs && isDefault(scenario, "lambda.init")) {
    scenario.lambda->init = workloads::Constant{pricing::fromSeconds(*summary.meanInitMs / 1e3)};
    scenario.origins["lambda.init"] = Origin::Trace;
  }
}

void openTraceOf(Scenario& scenario, const RunControl& control) {
  auto* arrivals = std::get_if<workloads::TraceArrivals>(&scenario.workload.arrivals);
  if (arrivals == nullptr) return;
  if (!arrivals->trace) {
    workloads::TraceOptions options;
    options.format = arrivals->format;
    options.timeColumn = arrivals->timeColumn;
    options.durationColumn = arrivals->durationColumn;
    options.function = arrivals->function;
    workloads::ImportProgress progress;
    progress.stop = control.stop;
    if (control.progress) progress.report = [&](std::uint64_t, std::uint64_t) { control.progress({"reading", 0, 0}); };
    try {
      arrivals->trace = workloads::openTrace(arrivals->files, options, progress);
    } catch (const workloads::ImportCancelled&) {
      throw Stop{};
    }
  }
  if (!arrivals->trace->hasDurations() && !scenario.workload.work.duration)
    throw pricing::InputError(
        {"scenario: /workload/work", "a trace without durations",
         "a work distribution such as {\"kind\": \"lognormal\", \"mean\": \"120ms\", \"p99\": \"900ms\"} "
         "(--set workload.work.kind=exponential --set workload.work.mean=120ms)"});
  learnFromTrace(arrivals->trace->summary(), scenario);
}

// A measured curve also tells how much of the work is CPU, which EC2 needs to know.
void learnFromCurve(Scenario& scenario) {
  const auto& curve = scenario.lambda ? scenario.lambda->powerTuning : std::nullopt;
  if (!curve || !isDefault(scenario, "workload.work.cpu_fraction")) return;
  auto& work = scenario.workload.work;
  const auto fit = workloads::fitCpu(*curve, work.threads);
  if (!fit) return;
  constexpr double kDigits = 1e4; // nobody measured more
  work.cpuFraction = std::round(fit->cpuFractionAt(work.measuredAt, work.threads) * kDigits) / kDigits;
  scenario.origins["workload.work.cpu_fraction"] = Origin::PowerTuning;
}

// A stream has the shards that are paid for.
void takeShardsOfSource(Scenario& scenario) {
  const auto* source = scenario.source ? std::get_if<KinesisSource>(&*scenario.source) : nullptr;
  if (!source || !scenario.lambda || !isDefault(scenario, "lambda.stream.shards")) return;
  scenario.lambda->stream.shards = source->shards;
  scenario.origins["lambda.stream.shards"] = Origin::Scenario;
}

Scenario prepared(const Scenario& asked, const pricing::PriceCatalogue& catalogue, const RunControl& control) {
  auto found = problems(asked, catalogue);
  if (!found.empty()) throw pricing::InputError(std::move(found));
  Scenario scenario = asked;
  takeShardsOfSource(scenario);
  openTraceOf(scenario, control);
  learnFromCurve(scenario);
  return scenario;
}

// A decision searches what nobody fixed.
void searchWhatIsUnset(Scenario& scenario) {
  if (scenario.lambda && isDefault(scenario, "lambda.memory")) scenario.lambda->memory.reset();
  if (scenario.lambda && isDefault(scenario, "lambda.architecture")) scenario.lambda->architecture.reset();
}

// The third lane is there when somebody asks for it; a type that nobody gave is not asked for.
void leaveOutUnasked(Scenario& scenario) {
  if (scenario.managed && !scenario.managed->instanceType && isDefault(scenario, "managed_instances.instance_type"))
    scenario.managed.reset();
}

// A decision looks at the third lane wherever it can: not beyond Lambda's limits, which are its own, and not where no
// type that can be searched holds the work.
void leaveOutImpossible(Scenario& scenario, bool hardLimits, const pricing::PriceCatalogue& catalogue) {
  if (hardLimits) scenario.hybrid.reset(); // its function would meet them
  if (!scenario.managed) return;
  if (hardLimits || (isDefault(scenario, "managed_instances") && managedCandidates(scenario, catalogue).empty()))
    scenario.managed.reset();
}

void requireConfigured(const Scenario& scenario) {
  pricing::ProblemList problems;
  const auto refuse = [&](const char* path, const char* example) {
    problems.add({std::string("scenario: ") + path,
                  "\"auto\"",
                  std::string("a value such as \"") + example + "\" (simulate runs one configuration; decide searches)",
                  {}});
  };
  if (scenario.lambda && !scenario.lambda->memory) refuse("/lambda/memory", "1769MB");
  if (scenario.lambda && !scenario.lambda->architecture) refuse("/lambda/architecture", "arm64");
  if (scenario.ec2 && !scenario.ec2->instanceType) refuse("/ec2/instance_type", "c7g.large");
  if (scenario.managed && !scenario.managed->instanceType) refuse("/managed_instances/instance_type", "m8g.xlarge");
  if (!scenario.hybrid || isConfigured(*scenario.hybrid)) return problems.throwIfAny();
  if (!scenario.hybrid->min) refuse("/hybrid/min", "2");
  if (const auto* rule = std::get_if<InFlightOverflow>(&scenario.hybrid->overflow); rule && !rule->limit)
    refuse("/hybrid/overflow/limit", "8");
  problems.throwIfAny();
}

struct Simulated {
  std::vector<double> saving; // of each observation; empty unless both platforms are there
  ObservedCosts costs;
  PlatformHours hours;
  KnownRuns searched{}; // of Lambda
};

// What is simulated, Lambda first and EC2 last.
std::vector<Configuration> configurationsOf(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  std::vector<Configuration> configurations;
  if (scenario.lambda) configurations.emplace_back(lambdaFunction(scenario));
  if (scenario.managed) configurations.emplace_back(managedFleet(scenario, catalogue));
  if (scenario.hybrid) configurations.emplace_back(hybridFleet(scenario, catalogue));
  if (scenario.ec2) configurations.emplace_back(ec2Fleet(scenario, catalogue));
  return configurations;
}

// Simulates the configured platforms together and fills the results and the run record.
Simulated simulateInto(Decision& decision, const pricing::PriceCatalogue& catalogue, const RunControl& control,
                       const ProgressSpan& progress) {
  const auto& scenario = decision.scenario;
  const auto configurations = configurationsOf(scenario, catalogue);
  const auto shape = runShape(scenario);
  const auto started = std::chrono::steady_clock::now();
  const auto runs = valueOrStop(replicate(scenario.workload, configurations, shape, control, progress));
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started;

  if (scenario.lambda)
    decision.lambda = assessLambda(scenario, catalogue, runs.configurations.front(), shape, runs.hourlyRequests);
  if (scenario.ec2)
    decision.ec2 = assessEc2(scenario, catalogue, runs.configurations.back(), shape, runs.hourlyRequests);
  const std::size_t third = scenario.lambda ? 1 : 0;
  if (scenario.managed)
    decision.managed = assessManaged(scenario, catalogue, runs.configurations[third], shape, runs.hourlyRequests);
  const std::size_t both = runs.configurations.size() < 2 ? 0 : runs.configurations.size() - 2; // before EC2
  if (scenario.hybrid)
    decision.hybrid = assessHybrid(scenario, catalogue, runs.configurations[both], shape, runs.hourlyRequests);
  decision.run.replications = shape.replications;
  decision.run.windows = shape.windows;
  decision.run.horizonS = pricing::inSeconds(shape.horizon);
  decision.run.requests = runs.requests;
  decision.run.requestsPerSecond =
      static_cast<double>(runs.requests * configurations.size()) / std::max(spent.count(), 1e-9);
  decision.meanRequestsPerSecond = static_cast<double>(runs.requests) / shape.replications / decision.run.horizonS;
  const auto costs = [&](bool present, std::size_t index) {
    return present ? monthlyCosts(scenario, catalogue, runs.configurations[index], shape, runs.hourlyRequests)
                   : std::vector<double>();
  };
  Simulated out{{}, {}, platformHours(scenario, runs, shape)};
  out.costs = {costs(scenario.lambda.has_value(), 0), costs(scenario.ec2.has_value(), runs.configurations.size() - 1),
               costs(scenario.managed.has_value(), third), costs(scenario.hybrid.has_value(), both)};
  if (!scenario.lambda || !scenario.ec2) return out;
  out.saving = out.costs.ec2;
  for (std::size_t i = 0; i < out.saving.size(); ++i) out.saving[i] -= out.costs.lambda[i];
  return out;
}

void updateCandidate(const PlatformResult& result, std::vector<Candidate>& candidates) {
  for (auto& candidate : candidates) {
    if (candidate.platform != result.platform || candidate.configuration != result.configuration) continue;
    candidate.simulated = true;
    candidate.requests = result.requests;
    candidate.monthlyCostUsd = result.monthlyCostUsd.value;
    candidate.p99Ms = result.latency.p99.value;
    candidate.failedFraction = result.failedFraction.value;
    candidate.meetsObjective = result.meetsObjective;
    candidate.why.clear();
    for (const auto& miss : result.missed) candidate.why += (candidate.why.empty() ? "" : "; ") + miss;
  }
}

// The search's choice, and its runner-up when the full run disappoints.
class Choice {
 public:
  Choice(Platform platform, SearchResult found) : m_platform(platform), m_found(std::move(found)) {}

  void applyTo(Scenario& scenario) const {
    const auto& chosen = m_found.ranked[m_next];
    if (m_platform == Platform::Lambda) scenario.lambda = chosen.lambda;
    if (m_platform == Platform::Ec2) scenario.ec2 = chosen.ec2;
    if (m_platform == Platform::ManagedInstances) scenario.managed = chosen.managed;
    if (m_platform == Platform::Hybrid) scenario.hybrid = chosen.hybrid;
  }
  // True when there is another one to try.
  bool advance() {
    if (m_next + 1 >= m_found.ranked.size() || m_next >= kRetries) return false;
    ++m_next;
    return true;
  }
  std::vector<Candidate> takeCandidates() { return std::move(m_found.candidates); }
  KnownRuns takeRuns() { return std::move(m_found.runs); }

 private:
  Platform m_platform;
  SearchResult m_found;
  std::size_t m_next = 0;
};

bool has(const Scenario& scenario, Platform platform) {
  switch (platform) {
  case Platform::Lambda: return scenario.lambda.has_value();
  case Platform::Ec2: return scenario.ec2.has_value();
  case Platform::Hybrid: return scenario.hybrid.has_value();
  case Platform::ManagedInstances: break;
  }
  return scenario.managed.has_value();
}

std::optional<Choice> searched(Platform platform, const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                               const RunControl& control, const ProgressSpan& progress,
                               SharedSample* sample = nullptr) {
  if (!has(scenario, platform)) return std::nullopt;
  return Choice(platform, valueOrStop(search(platform, scenario, catalogue, control, progress, sample)));
}

// Those that know nothing of each other, on the same requests; each may use all threads, since one of them goes on when
// the others are done.
std::array<std::optional<Choice>, 3>
searchedSideBySide(const Scenario& scenario, const pricing::PriceCatalogue& catalogue, const RunControl& control) {
  constexpr std::array kPlatforms{Platform::Lambda, Platform::Ec2, Platform::ManagedInstances};
  constexpr std::array kSpans{kSearchLambda, kSearchEc2, kSearchManaged};
  std::array<std::optional<Choice>, 3> choices;
  std::vector<std::function<void()>> searches;
  SharedSample sample;
  for (std::size_t i = 0; i < kPlatforms.size(); ++i)
    if (has(scenario, kPlatforms[i]))
      searches.emplace_back(
          [&, i] { choices[i] = searched(kPlatforms[i], scenario, catalogue, control, kSpans[i], &sample); });
  inParallel(searches.size(), control, [&](std::size_t i) { searches[i](); });
  return choices;
}

Simulated searchAndSimulate(Decision& decision, const pricing::PriceCatalogue& catalogue, const RunControl& control) {
  auto [lambda, ec2, managed] = searchedSideBySide(decision.scenario, catalogue, control);
  for (auto* choice : {&lambda, &ec2, &managed}) {
    if (!*choice) continue;
    (*choice)->applyTo(decision.scenario);
  }
  // Made of what the other two came to.
  auto hybrid = searched(Platform::Hybrid, decision.scenario, catalogue, control, kSearchHybrid);
  if (hybrid) hybrid->applyTo(decision.scenario);
  Simulated simulated;
  for (bool settled = false; !settled;) {
    simulated = simulateInto(decision, catalogue, control, kSimulate);
    settled = true;
    if (lambda && !decision.lambda->meetsObjective && lambda->advance()) settled = false;
    if (ec2 && !decision.ec2->meetsObjective && ec2->advance()) settled = false;
    if (hybrid && !decision.hybrid->meetsObjective && hybrid->advance()) settled = false;
    if (!settled && lambda) lambda->applyTo(decision.scenario);
    if (!settled && ec2) ec2->applyTo(decision.scenario);
    if (!settled && hybrid) hybrid->applyTo(decision.scenario);
  }
  for (auto* choice : {&lambda, &ec2, &managed, &hybrid}) {
    if (!*choice) continue;
    auto candidates = (*choice)->takeCandidates();
    decision.candidates.insert(decision.candidates.end(), candidates.begin(), candidates.end());
  }
  if (decision.lambda) updateCandidate(*decision.lambda, decision.candidates);
  if (decision.ec2) updateCandidate(*decision.ec2, decision.candidates);
  if (decision.managed) updateCandidate(*decision.managed, decision.candidates);
  if (decision.hybrid) updateCandidate(*decision.hybrid, decision.candidates);
  markFrontier(decision.candidates);
  if (lambda) simulated.searched = lambda->takeRuns();
  return simulated;
}

void addNoBreakEvenReason(Decision& decision) {
  if (decision.costCurve.empty()) return;
  const auto& first = decision.costCurve.front();
  const auto& last = decision.costCurve.back();
  const bool lambda = *last.lambdaUsd < *last.ec2Usd;
  decision.reasons.push_back({"no_break_even", std::string(lambda ? "Lambda" : "EC2") +
                                                   " stays cheaper at every rate looked at, from " +
                                                   pricing::displayRate(first.requestsPerSecond) + " to " +
                                                   pricing::displayRate(last.requestsPerSecond) + "."});
}

void addBreakEvenReason(Decision& decision) {
  if (!decision.breakEven) return addNoBreakEvenReason(decision);
  const auto& even = *decision.breakEven;
  const bool lambdaBelow = even.cheaperBelow == Platform::Lambda;
  decision.reasons.push_back({"break_even", std::string(lambdaBelow ? "Lambda" : "EC2") + " is cheaper below " +
                                                pricing::displayRate(even.requestsPerSecond) + " (" +
                                                pricing::displayCount(even.requestsPerMonth) + " requests a month), " +
                                                (lambdaBelow ? "EC2" : "Lambda") + " above; this workload has " +
                                                pricing::displayRate(decision.meanRequestsPerSecond) + "."});
}

void compareOverRates(Decision& decision, const pricing::PriceCatalogue& catalogue, const RunControl& control) {
  if (!decision.lambda || !decision.ec2 || decision.meanRequestsPerSecond <= 0) return;
  auto even = valueOrStop(findBreakEven(decision.scenario, catalogue, control, kBreakEven));
  decision.costCurve = std::move(even.curve);
  decision.breakEven = even.breakEven;
  addBreakEvenReason(decision);
  decision.drivers = valueOrStop(drivers(decision.scenario, catalogue, control, kDrivers));
}

// What is asked about a decision besides. None of it knows of the others, so they go on side by side; what they found
// is added in one order.
struct Besides {
  ProgressSpan stress, idle, memory, commitments;
};

void askBesides(Decision& decision, const Simulated& simulated, bool memorySearched,
                const pricing::PriceCatalogue& catalogue, const RunControl& control, const Besides& spans) {
  const auto& scenario = decision.scenario;
  std::vector<StressEffect> stress;
  std::optional<IdleSensitivity> idle;
  std::optional<MemoryChoice> memory;
  CommitmentPlans plans;
  const std::array<std::function<void()>, 4> questions{
      [&] { stress = valueOrStop(stressEffects(decision, catalogue, control, spans.stress)); },
      [&] {
        if (decision.lambda && decision.meanRequestsPerSecond > 0)
          idle = valueOrStop(idleSensitivity(decision, catalogue, control, spans.idle, &simulated.searched));
      },
      [&] {
        if (decision.lambda)
          memory =
              valueOrStop(memoryCurve(scenario, memorySearched, catalogue, control, spans.memory, &simulated.searched));
      },
      [&] {
        plans = valueOrStop(
            planCommitments(scenario, simulated.hours, catalogue, scenario.trafficDrop, control, spans.commitments));
      }};
  inParallel(questions.size(), control, [&](std::size_t i) { questions[i](); });

  decision.stress = std::move(stress);
  for (auto& sentence : stressSentences(decision.stress)) decision.reasons.push_back({"stress", std::move(sentence)});
  decision.idleSensitivity = std::move(idle);
  if (decision.idleSensitivity)
    for (const auto& change : decision.idleSensitivity->why) decision.reasons.push_back({"idle_lifetime", change});
  decision.memoryCurve = std::move(memory);
  if (decision.lambda) decision.lambda->commitments = std::move(plans.lambda);
  if (decision.ec2) decision.ec2->commitments = std::move(plans.ec2);
}

void addAnalytic(Decision& decision, const pricing::PriceCatalogue& catalogue) {
  const double rate =
      workloads::meanRatePerSecond(decision.scenario.workload.arrivals, runShape(decision.scenario).horizon);
  if (decision.lambda) decision.analytic = lambdaFigures(decision.scenario, *decision.lambda, rate);
  const auto add = [&](const std::vector<AnalyticFigure>& figures) {
    decision.analytic.insert(decision.analytic.end(), figures.begin(), figures.end());
  };
  if (decision.ec2) add(ec2Figures(decision.scenario, catalogue, *decision.ec2, rate));
  if (decision.managed) add(managedFigures(decision.scenario, catalogue, *decision.managed, rate));
  if (decision.hybrid) add(hybridFigures(decision.scenario, catalogue, *decision.hybrid, rate));
}

// What both verbs add at the end.
void complete(Decision& decision, const pricing::PriceCatalogue& catalogue, const Scenario& asked,
              std::chrono::steady_clock::time_point started) {
  addAnalytic(decision, catalogue);
  if (decision.managed) decision.staticSizing = compareStatic(decision.scenario, *decision.managed, catalogue);
  if (decision.lambda && decision.ec2) markShared(decision.lambda->bill, decision.ec2->bill);
  weighCommitments(decision);
  decision.assumptions = assumptions(decision.scenario);
  decision.warnings = warnings(decision, catalogue);
  decision.run.seed = asked.run.seed;
  decision.run.catalogueId = catalogue.id();
  decision.run.catalogueAsOf = catalogue.asOf();
  decision.run.rulesDay = asked.prices.date;
  decision.run.privatePrices = asked.prices.isInline() ? "the scenario" : asked.prices.privatePrices;
  decision.run.scenarioSha256 = scenarioSha256(asked);
  decision.run.version = BREAKEVEN_VERSION;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  decision.run.wallS = wall.count();
}

// The parts report as they see fit, from several threads; outside, the bar only rises, at most once per percent.
RunControl steadied(const RunControl& control) {
  RunControl steady = control;
  if (!control.progress) return steady;
  struct Bar {
    std::mutex mutex;
    int percent = -1;
  };
  steady.progress = [report = control.progress, bar = std::make_shared<Bar>()](const Progress& progress) {
    const std::lock_guard lock(bar->mutex);
    const int percent = static_cast<int>(100 * progress.done + 1e-9);
    if (percent <= bar->percent) return;
    bar->percent = percent;
    report(progress);
  };
  return steady;
}

EvaluationOutcome guarded(const RunControl& control, auto&& body) {
  try {
    return body(steadied(control));
  } catch (const Stop&) {
    return Cancelled{};
  }
}

} // namespace

EvaluationOutcome simulate(const Scenario& asked, const pricing::PriceCatalogue& catalogue, const RunControl& outside) {
  return guarded(outside, [&](const RunControl& control) -> EvaluationOutcome {
    const auto started = std::chrono::steady_clock::now();
    auto decision = std::make_shared<Decision>();
    decision->scenario = prepared(asked, catalogue, control);
    decision->compared = false;
    leaveOutUnasked(decision->scenario);
    requireConfigured(decision->scenario);
    const auto simulated = simulateInto(*decision, catalogue, control, kSimulateOnly);
    decide(*decision, simulated.saving, simulated.costs);
    weighManaged(*decision, simulated.costs);
    askBesides(*decision, simulated, false, catalogue, control,
               {kStressOnly, kIdleOnly, kMemoryOnly, kCommitmentsOnly});
    decision->replay = valueOrStop(replayTrace(decision->scenario, control, kReplayOnly));
    complete(*decision, catalogue, asked, started);
    return std::shared_ptr<const Decision>(std::move(decision));
  });
}

EvaluationOutcome evaluate(const Scenario& asked, const pricing::PriceCatalogue& catalogue, const RunControl& outside) {
  return guarded(outside, [&](const RunControl& control) -> EvaluationOutcome {
    const auto started = std::chrono::steady_clock::now();
    auto decision = std::make_shared<Decision>();
    decision->scenario = prepared(asked, catalogue, control);
    searchWhatIsUnset(decision->scenario);
    if (decision->scenario.lambda) decision->reasons = lambdaHardLimits(decision->scenario);
    leaveOutImpossible(decision->scenario, !decision->reasons.empty(), catalogue);
    if (!decision->reasons.empty()) decision->scenario.lambda.reset();
    const bool memorySearched = decision->scenario.lambda && !decision->scenario.lambda->memory;
    const auto simulated = searchAndSimulate(*decision, catalogue, control);
    decide(*decision, simulated.saving, simulated.costs);
    weighManaged(*decision, simulated.costs);
    compareOverRates(*decision, catalogue, control);
    askBesides(*decision, simulated, memorySearched, catalogue, control, {kStress, kIdle, kMemory, kCommitments});
    decision->replay = valueOrStop(replayTrace(decision->scenario, control, kReplay));
    complete(*decision, catalogue, asked, started);
    return std::shared_ptr<const Decision>(std::move(decision));
  });
}

} // namespace model
