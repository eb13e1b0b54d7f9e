#include "model/report/report.hpp"

#include "model/evaluation/static_comparison.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace model {

namespace {

// A half width below 0.05 % of the value would print digits nobody can use; JSON and CSV keep it.
bool isShown(const Estimate& e) { return e.halfWidth > 5e-4 * std::abs(e.value); }

} // namespace

std::string dollars(double usd) { return pricing::display(pricing::Money::dollars(usd)); }
std::string dollars(const Estimate& e) {
  return isShown(e) ? fmt::format("{} ± {}", dollars(e.value), dollars(e.halfWidth)) : dollars(e.value);
}

std::string p99Text(const StressEffect::Figures& figures) {
  return figures.p99Ms ? pricing::displaySeconds(*figures.p99Ms / 1e3) : "unknown (nothing completed)";
}

std::string platformTitle(Platform platform) {
  switch (platform) {
  case Platform::Lambda: return "Lambda";
  case Platform::Ec2: return "EC2";
  case Platform::Hybrid: return "Hybrid";
  case Platform::ManagedInstances: break;
  }
  return "Managed Instances";
}

std::vector<const PlatformResult*> present(const Decision& decision) {
  std::vector<const PlatformResult*> results;
  if (decision.lambda) results.push_back(&*decision.lambda);
  if (decision.ec2) results.push_back(&*decision.ec2);
  if (decision.hybrid) results.push_back(&*decision.hybrid);
  if (decision.managed) results.push_back(&*decision.managed);
  return results;
}

namespace {

std::string milliseconds(const Estimate& e) {
  const auto value = pricing::displaySeconds(e.value / 1e3);
  return isShown(e) ? fmt::format("{} ± {}", value, pricing::displaySeconds(e.halfWidth / 1e3)) : value;
}
std::string count(const Estimate& e) {
  const auto value = pricing::displayCount(e.value);
  return isShown(e) ? fmt::format("{} ± {:.2g}", value, e.halfWidth) : value;
}
std::string percent(const Estimate& e) {
  const auto value = pricing::displayPercent(e.value);
  return isShown(e) ? fmt::format("{} ± {:.2g} %", value, 100 * e.halfWidth) : value;
}
std::string whole(std::uint64_t n) { return pricing::displayCount(static_cast<double>(n)); }

void addRow(Table& table, const char* title, const std::vector<const PlatformResult*>& results, auto&& cell) {
  std::vector<std::string> row{title};
  for (const auto* result : results) row.push_back(cell(*result));
  table.rows.push_back(std::move(row));
}

void addSpotRows(Table& table, const std::vector<const PlatformResult*>& results) {
  const auto onSpot = [&](const char* title, auto&& text) {
    addRow(table, title, results, [&](const auto& r) { return r.spot ? text(*r.spot) : std::string("–"); });
  };
  onSpot("instances: on spot", [](const SpotSummary& spot) { return count(spot.instancesMean); });
  onSpot("spot interruptions a month (expected)", [](const SpotSummary& spot) {
    return fmt::format("{} ({})", pricing::displayCount(spot.interruptionsPerMonth),
                       pricing::displayCount(spot.expectedPerMonth));
  });
  onSpot("requests lost to them", [](const SpotSummary& spot) { return whole(spot.lostRequests); });
}

Table comparison(const Decision& decision) {
  const auto results = present(decision);
  Table table{{{"", false}}, {}};
  for (const auto* result : results) table.columns.push_back({platformTitle(result->platform), true});
  const auto lambdaOnly = [](const PlatformResult& r, auto&& text) {
    return r.platform == Platform::Lambda || r.platform == Platform::Hybrid ? text() : "–";
  };
  const auto withEnvironments = [](const PlatformResult& r, auto&& text) {
    return r.platform != Platform::Ec2 ? text() : "–";
  };
  const auto withInstances = [](const PlatformResult& r, auto&& text) {
    return r.platform != Platform::Lambda ? text() : "–";
  };
  addRow(table, "configuration", results, [](const auto& r) { return r.configuration; });
  addRow(table, "cost a month", results, [](const auto& r) { return dollars(r.monthlyCostUsd); });
  const auto latency = [&](const char* title, auto&& figure) {
    addRow(table, title, results,
           [&](const auto& r) { return r.completed > 0 ? milliseconds(figure(r.latency)) : "–"; });
  };
  latency("mean latency", [](const auto& l) { return l.mean; });
  latency("p50", [](const auto& l) { return l.p50; });
  latency("p95", [](const auto& l) { return l.p95; });
  latency("p99", [](const auto& l) { return l.p99; });
  latency("p99.9", [](const auto& l) { return l.p999; });
  latency("slowest", [](const auto& l) { return Estimate{l.max.value, 0}; });
  addRow(table, "failed (of attempts)", results, [](const auto& r) { return percent(r.failedFraction); });
  addRow(table, "  throttled, timed out, rejected", results, [](const auto& r) {
    return fmt::format("{}, {}, {}", whole(r.throttled), whole(r.timedOut), whole(r.rejected));
  });
  const bool lost =
      std::ranges::any_of(results, [](const auto* r) { return r->errored + r->expired + r->unfinished > 0; });
  if (lost)
    addRow(table, "  errored, expired, unfinished", results, [](const auto& r) {
      return fmt::format("{}, {}, {}", whole(r.errored), whole(r.expired), whole(r.unfinished));
    });
  if (decision.lambda)
    addRow(table, "cold starts (of started)", results,
           [&](const auto& r) { return lambdaOnly(r, [&] { return percent(r.coldFraction); }); });
  if (decision.lambda && decision.lambda->initAhead + decision.lambda->initRestarts + decision.lambda->resetInits > 0)
    addRow(table, "  ready ahead, init restarted, after a reset", results, [&](const auto& r) {
      return lambdaOnly(
          r, [&] { return fmt::format("{}, {}, {}", whole(r.initAhead), whole(r.initRestarts), whole(r.resetInits)); });
    });
  if (decision.lambda || decision.managed)
    addRow(table, "environments: mean", results,
           [&](const auto& r) { return withEnvironments(r, [&] { return count(r.environmentsMean); }); });
  if (decision.lambda)
    addRow(table, "environments: busy", results,
           [&](const auto& r) { return lambdaOnly(r, [&] { return count(r.environmentsBusy); }); });
  if (decision.lambda || decision.managed)
    addRow(table, "environments: peak", results, [&](const auto& r) {
      return withEnvironments(r, [&] { return whole(static_cast<std::uint64_t>(r.peakEnvironments)); });
    });
  if (decision.ec2 || decision.managed) {
    addRow(table, "instances: mean", results,
           [&](const auto& r) { return withInstances(r, [&] { return count(r.instancesMean); }); });
    addRow(table, "instances: peak", results, [&](const auto& r) {
      return withInstances(r, [&] { return whole(static_cast<std::uint64_t>(r.peakInstances)); });
    });
    addRow(table, "CPU utilisation", results,
           [&](const auto& r) { return withInstances(r, [&] { return percent(r.utilisation); }); });
  }
  if (decision.hybrid)
    addRow(table, "handed over to Lambda", results,
           [](const auto& r) { return r.overflow ? percent(r.overflow->fraction) : "–"; });
  if (decision.ec2 && decision.ec2->spot) addSpotRows(table, results);
  addRow(table, "meets the objective", results, [](const auto& r) { return r.meetsObjective ? "yes" : "no"; });
  return table;
}

Table candidateTable(const Decision& decision) {
  Table table{{{"platform", false},
               {"configuration", false},
               {"cost a month", true},
               {"p99", true},
               {"found by", false},
               {"objective", false}},
              {}};
  constexpr std::size_t kShown = 14;
  for (const auto& c : decision.candidates) {
    if (table.rows.size() == kShown) break;
    if (!c.simulated && !c.onFrontier) continue;
    table.rows.push_back({platformTitle(c.platform), c.configuration + (c.onFrontier ? " *" : ""),
                          dollars(c.monthlyCostUsd), c.p99Ms ? pricing::displaySeconds(*c.p99Ms / 1e3) : "–",
                          c.simulated ? "simulation" : "screening", c.meetsObjective ? "met" : c.why});
  }
  return table;
}

// "214 cost too much, 31 cannot meet the objective": what became of those that were not simulated.
std::string leftOutSummary(const std::vector<Candidate>& candidates) {
  constexpr std::array<std::pair<LeftOut, std::string_view>, 5> kWords{
      {{LeftOut::Capacity, "too small for the load"},
       {LeftOut::Objective, "cannot meet the objective"},
       {LeftOut::Cost, "cannot cost as little as what was found"},
       {LeftOut::Latency, "cannot be as fast at that cost"},
       {LeftOut::NotNeeded, "less promising"}}};
  std::string text;
  for (const auto& [reason, words] : kWords)
    if (const auto count = std::ranges::count(candidates, reason, &Candidate::leftOut); count > 0)
      text += fmt::format("{}{} {}", text.empty() ? " Of the others: " : ", ", count, words);
  return text.empty() ? "" : text + ".";
}

void addCandidates(const Decision& decision, std::vector<Block>& blocks) {
  if (decision.candidates.size() < 2) return;
  blocks.push_back(Heading{"Configurations looked at"});
  const auto simulated = std::ranges::count(decision.candidates, true, &Candidate::simulated);
  blocks.push_back(
      Paragraph{fmt::format("{} were priced, {} of them simulated.{} * no other is both cheaper and faster.",
                            decision.candidates.size(), simulated, leftOutSummary(decision.candidates))});
  blocks.push_back(candidateTable(decision));
}

void addDrivers(const Decision& decision, std::vector<Block>& blocks) {
  if (decision.drivers.empty()) return;
  blocks.push_back(Heading{"What would change the answer"});
  Table table{{{"input", false},
               {"from", false},
               {"to", false},
               {"cheaper then", false},
               {"by, a month", true},
               {"flips the cheaper side", false}},
              {}};
  for (const auto& d : decision.drivers)
    table.rows.push_back({d.path, d.from, d.to, d.savingUsd >= 0 ? "Lambda" : "EC2", dollars(std::abs(d.savingUsd)),
                          d.flips ? "yes" : "no"});
  blocks.push_back(std::move(table));
}

// The table when it matters, else only the sentence that says so.
void addIdleSensitivity(const Decision& decision, std::vector<Block>& blocks) {
  if (!decision.idleSensitivity) return;
  const auto& found = *decision.idleSensitivity;
  blocks.push_back(Heading{"If idle environments were kept longer or shorter"});
  blocks.push_back(Paragraph{idleLifetimeSummary(decision)});
  if (!found.matters()) return;
  Table table{{{"kept idle", false},
               {"cost a month", true},
               {"cold starts", true},
               {"p99", true},
               {"meets the objective", false}},
              {}};
  for (const auto& c : found.cases)
    table.rows.push_back({c.idleLifetime, dollars(c.monthlyUsd), pricing::displayPercent(c.coldFraction),
                          pricing::displaySeconds(c.p99Ms / 1e3), c.meetsObjective ? "yes" : "no"});
  blocks.push_back(std::move(table));
}

void addStress(const Decision& decision, std::vector<Block>& blocks) {
  if (decision.stress.empty()) return;
  blocks.push_back(Heading{"What the stress did"});
  Table table{{{"platform", false},
               {"stress", false},
               {"p99", true},
               {"failed", true},
               {"cost a month", true},
               {"meets the objective", false}},
              {}};
  const auto addRow = [&](Platform platform, const char* stress, const StressEffect::Figures& f) {
    table.rows.push_back({platformTitle(platform), stress, p99Text(f), pricing::displayPercent(f.failedFraction),
                          dollars(f.monthlyUsd), f.meetsObjective ? "yes" : "no"});
  };
  for (const auto& effect : decision.stress) {
    addRow(effect.platform, "without", effect.calm);
    addRow(effect.platform, "with", effect.struck);
  }
  blocks.push_back(std::move(table));
}

void addAnalytic(const Decision& decision, std::vector<Block>& blocks) {
  if (decision.analytic.empty()) return;
  blocks.push_back(Heading{"Closed forms beside the simulation"});
  Table table{{{"platform", false},
               {"figure", false},
               {"method", false},
               {"closed form", true},
               {"simulated", true},
               {"unit", false}},
              {}};
  for (const auto& f : decision.analytic)
    table.rows.push_back({platformTitle(f.platform), f.quantity, f.method, fmt::format("{:.4g}", f.closedForm),
                          f.simulated.halfWidth > 0
                              ? fmt::format("{:.4g} ± {:.2g}", f.simulated.value, f.simulated.halfWidth)
                              : fmt::format("{:.4g}", f.simulated.value),
                          f.unit});
  blocks.push_back(std::move(table));
}

// What the simulation of Managed Instances adds to AWS's own sizing.
void addStaticSizing(const Decision& decision, std::vector<Block>& blocks) {
  if (!decision.staticSizing) return;
  blocks.push_back(Heading{"AWS's static sizing of Managed Instances beside the simulation"});
  blocks.push_back(Paragraph{explain(*decision.staticSizing, decision.scenario)});
}

void addWarnings(const Decision& decision, std::vector<Block>& blocks) {
  if (decision.warnings.empty()) return;
  blocks.push_back(Heading{"Warnings"});
  BulletList list;
  for (const auto& w : decision.warnings) list.items.push_back(w.message + " " + w.advice);
  blocks.push_back(std::move(list));
}

void addAssumptions(const Decision& decision, Detail detail, std::vector<Block>& blocks) {
  blocks.push_back(Heading{"Assumptions"});
  Table table{{{"input", false}, {"value", false}, {"origin", false}, {"source", false}}, {}};
  std::size_t defaults = 0;
  for (const auto& a : decision.assumptions) {
    if (detail == Detail::Short && a.origin == Origin::Default) {
      ++defaults;
      continue;
    }
    table.rows.push_back({a.path, a.value, std::string(name(a.origin)), a.source});
  }
  if (!table.rows.empty()) blocks.push_back(std::move(table));
  if (defaults > 0)
    blocks.push_back(Paragraph{
        fmt::format("{} more are defaults, each with its source: --verbose or -o report.html shows them.", defaults)});
}

void addRun(const Decision& decision, std::vector<Block>& blocks) {
  const auto& run = decision.run;
  blocks.push_back(Heading{"To repeat this"});
  const auto observations = run.windows > 1 ? fmt::format("{} windows of one run", run.windows)
                                            : fmt::format("{} replications", run.replications);
  blocks.push_back(Paragraph{fmt::format(
      "breakeven {}, seed {}, {} of {}, {} requests ({:.2g} requests/s simulated), prices {} as of {}{}{}, scenario "
      "{}.",
      run.version, run.seed, observations, pricing::displaySeconds(run.horizonS),
      pricing::displayCount(static_cast<double>(run.requests)), run.requestsPerSecond, run.catalogueId,
      run.catalogueAsOf, run.rulesDay.empty() ? "" : ", rules of " + run.rulesDay,
      run.privatePrices.empty() ? "" : ", own prices from " + run.privatePrices, run.scenarioSha256.substr(0, 12))});
}

Chart costChart(const Decision& decision) {
  Chart chart{"Cost against request rate", "requests per second", "USD a month", true, true, false, {}, {}};
  ChartSeries lambda{"Lambda", Platform::Lambda, false, false, {}}, ec2{"EC2", Platform::Ec2, false, false, {}};
  for (const auto& point : decision.costCurve) {
    if (point.lambdaUsd) lambda.points.emplace_back(point.requestsPerSecond, *point.lambdaUsd);
    if (point.ec2Usd) ec2.points.emplace_back(point.requestsPerSecond, *point.ec2Usd);
  }
  chart.series = {lambda, ec2};
  chart.marks.push_back({"you are here", decision.meanRequestsPerSecond});
  if (decision.breakEven) chart.marks.push_back({"break-even", decision.breakEven->requestsPerSecond});
  return chart;
}

Chart latencyChart(const Decision& decision) {
  Chart chart{"Latency distribution", "latency in ms", "share of completed requests", true, false, true, {}, {}};
  for (const auto* result : present(decision)) {
    ChartSeries series{platformTitle(result->platform), result->platform, false, false, {}};
    // The fastest thousandth would stretch a logarithmic axis over empty decades.
    for (const auto& step : result->histogram.cumulative(240))
      if (step.seconds > 0 && step.cumulative >= 1e-3) series.points.emplace_back(step.seconds * 1e3, step.cumulative);
    chart.series.push_back(std::move(series));
  }
  if (decision.scenario.objective.p99)
    chart.marks.push_back({"objective p99", pricing::inMilliseconds(*decision.scenario.objective.p99)});
  return chart;
}

double hoursAt(const TimelinePoint& point) { return pricing::inSeconds(point.at) / pricing::kSecondsPerHour; }

ChartSeries overflowSeries(const PlatformResult& result) {
  ChartSeries series{platformTitle(result.platform) + " requests on Lambda", result.platform, true, true, {}};
  for (const auto& point : result.timeline) series.points.emplace_back(hoursAt(point), point.overflow);
  return series;
}

Chart timelineChart(const Decision& decision) {
  Chart chart{
      "Environments, instances and requests in flight over time", "hours", "count", false, false, false, {}, {}};
  for (const auto* result : present(decision)) {
    const bool lambda = result->platform == Platform::Lambda;
    const auto title = platformTitle(result->platform);
    ChartSeries capacity{title + (lambda ? " environments" : " instances"), result->platform, false, true, {}};
    ChartSeries inFlight{title + " requests in flight", result->platform, true, true, {}};
    for (const auto& point : result->timeline) {
      capacity.points.emplace_back(hoursAt(point), point.capacity);
      inFlight.points.emplace_back(hoursAt(point), point.inFlight);
    }
    chart.series.push_back(std::move(capacity));
    chart.series.push_back(std::move(inFlight));
    if (result->overflow) chart.series.push_back(overflowSeries(*result));
  }
  return chart;
}

void addCharts(const Decision& decision, std::vector<Block>& blocks) {
  if (!decision.costCurve.empty()) blocks.push_back(costChart(decision));
  blocks.push_back(latencyChart(decision));
  blocks.push_back(timelineChart(decision));
}

std::string hybridSentence(const Decision& d) {
  const auto start = fmt::format("Run this on both, {} with {} of the requests on Lambda", d.hybrid->configuration,
                                 pricing::displayPercent(d.hybrid->overflow->fraction.value));
  const auto saving = dollars(d.monthlySavingUsd.value);
  const bool lambda = d.lambda->meetsObjective, ec2 = d.ec2->meetsObjective;
  if (lambda && ec2) return fmt::format("{}: it saves {} a month over the cheaper of them alone.", start, saving);
  if (lambda || ec2)
    return fmt::format("{}: it saves {} a month over {} alone, and {} alone misses the objective.", start, saving,
                       lambda ? "Lambda" : "EC2", lambda ? "EC2" : "Lambda");
  return fmt::format("{}: only that meets the objective, at {} a month.", start,
                     dollars(d.hybrid->monthlyCostUsd.value));
}

std::string verdictSentence(const Decision& d) {
  const auto saving = dollars(std::abs(d.monthlySavingUsd.value));
  const auto of = [](const PlatformResult& r) {
    return fmt::format("{} ({})", platformTitle(r.platform), r.configuration);
  };
  switch (d.verdict) {
  case Verdict::Lambda:
  case Verdict::Ec2: {
    const auto& winner = d.verdict == Verdict::Lambda ? *d.lambda : *d.ec2;
    const auto& loser = d.verdict == Verdict::Lambda ? d.ec2 : d.lambda;
    if (!loser)
      return fmt::format("Run this on {}: it meets the objective at {} a month.", of(winner),
                         dollars(winner.monthlyCostUsd.value));
    if (!loser->meetsObjective && winner.monthlyCostUsd.value > loser->monthlyCostUsd.value)
      return fmt::format("Run this on {}: it costs {} a month more than {}, but only it meets the objective.",
                         of(winner), saving, of(*loser));
    if (!loser->meetsObjective)
      return fmt::format("Run this on {}: only it meets the objective, and it saves {} a month over {}.", of(winner),
                         saving, of(*loser));
    return fmt::format("Run this on {}: it saves {} a month over {}.", of(winner), saving, of(*loser));
  }
  case Verdict::Hybrid: return hybridSentence(d);
  case Verdict::TooCloseToCall:
    return fmt::format(
        "Too close to call: {} at {} and {} at {} a month differ by {}; choose by what your team runs best.",
        of(*d.lambda), dollars(d.lambda->monthlyCostUsd.value), of(*d.ec2), dollars(d.ec2->monthlyCostUsd.value),
        saving);
  case Verdict::NeitherMeetsObjective: return "Nothing that was looked at meets the objective.";
  }
  return {};
}

} // namespace

std::string_view name(Platform platform) {
  switch (platform) {
  case Platform::Lambda: return "lambda";
  case Platform::Ec2: return "ec2";
  case Platform::Hybrid: return "hybrid";
  case Platform::ManagedInstances: break;
  }
  return "managed_instances";
}

std::string_view name(LeftOut leftOut) {
  constexpr std::array<std::string_view, 6> kNames{"no", "capacity", "objective", "cost", "latency", "not_needed"};
  return kNames[static_cast<std::size_t>(leftOut)];
}

std::string_view name(Verdict verdict) {
  switch (verdict) {
  case Verdict::Lambda: return "lambda";
  case Verdict::Ec2: return "ec2";
  case Verdict::Hybrid: return "hybrid";
  case Verdict::TooCloseToCall: return "too_close_to_call";
  case Verdict::NeitherMeetsObjective: return "neither_meets_objective";
  }
  return {};
}

std::string headline(const Decision& decision) {
  auto sentence = verdictSentence(decision);
  if (!decision.managedSavingUsd) return sentence;
  sentence.pop_back();
  return fmt::format("{}; Lambda Managed Instances on {} would cost {} less.", sentence,
                     *decision.scenario.managed->instanceType, dollars(decision.managedSavingUsd->value));
}

std::string idleLifetimeSummary(const Decision& decision) {
  if (!decision.idleSensitivity) return {};
  const auto span = pricing::displaySeconds(decision.idleSensitivity->spanS);
  if (decision.idleSensitivity->matters())
    return fmt::format("AWS documents no idle lifetime. Simulated over {} of the same requests:", span);
  return fmt::format(
      "Kept 5 or 45 min instead, over {} of the same requests, cold starts move by less than one request "
      "in a thousand, and neither the objective nor the cheaper side changes.",
      span);
}

std::vector<Block> reportBlocks(const Decision& decision, Detail detail) {
  std::vector<Block> blocks{Heading{decision.scenario.name}, Paragraph{headline(decision)}, comparison(decision)};
  BulletList why;
  for (const auto& reason : decision.reasons)
    if (!isAboutCommitments(reason)) why.items.push_back(reason.message);
  blocks.push_back(Heading{"Why"});
  blocks.push_back(std::move(why));
  addWarnings(decision, blocks);
  addCharts(decision, blocks);
  addDeliveries(decision, blocks);
  addMemoryChoice(decision, detail, blocks);
  addDrivers(decision, blocks);
  addStress(decision, blocks);
  addIdleSensitivity(decision, blocks);
  addMoneyParts(decision, blocks);
  addCommitments(decision, blocks);
  addBills(decision, blocks);
  addCandidates(decision, blocks);
  addAnalytic(decision, blocks);
  addStaticSizing(decision, blocks);
  addReplay(decision, blocks);
  addAssumptions(decision, detail, blocks);
  addRun(decision, blocks);
  return blocks;
}

} // namespace model
