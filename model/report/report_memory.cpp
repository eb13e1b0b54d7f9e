// The part of the report about the function's memory.
#include <fmt/format.h>

#include "model/report/report.hpp"

namespace model {

namespace {

std::string marksOf(const MemoryPoint& point) {
  std::string marks;
  const auto add = [&](bool is, const char* mark) {
    if (is) marks += fmt::format("{}{}", marks.empty() ? "" : ", ", mark);
  };
  add(point.chosen, "chosen");
  add(point.cheapest, "cheapest");
  add(point.fastest, "fastest");
  add(point.knee, "knee");
  add(!point.meetsObjective, "misses the objective");
  return marks;
}

// A terminal shows what is marked and the neighbours of the chosen size.
bool isShown(const std::vector<MemoryPoint>& points, std::size_t i, Detail detail) {
  const auto& p = points[i];
  const bool beside = (i > 0 && points[i - 1].chosen) || (i + 1 < points.size() && points[i + 1].chosen);
  return detail == Detail::Everything || p.chosen || p.cheapest || p.fastest || p.knee || beside;
}

Table memoryTable(const MemoryChoice& choice, Detail detail) {
  Table table{{{"memory", true},
               {"cost a month", true},
               {"mean", true},
               {"p50", true},
               {"p99", true},
               {"cold starts", true},
               {"", false}},
              {}};
  const auto time = [](double ms) { return pricing::displaySeconds(ms / 1e3); };
  for (std::size_t i = 0; i < choice.points.size(); ++i) {
    const auto& p = choice.points[i];
    if (!isShown(choice.points, i, detail)) continue;
    table.rows.push_back({pricing::displayCount(static_cast<double>(p.memory.inMebibytes())) + " MB",
                          dollars(p.monthlyCostUsd), time(p.meanMs), time(p.p50Ms), time(p.p99Ms),
                          pricing::displayPercent(p.coldFraction), marksOf(p)});
  }
  return table;
}

ChartSeries seriesOf(const MemoryChoice& choice, const char* name, bool dashed, double MemoryPoint::*figure) {
  ChartSeries series{name, Platform::Lambda, dashed, false, {}};
  for (const auto& point : choice.points)
    series.points.emplace_back(static_cast<double>(point.memory.inMebibytes()), point.*figure);
  return series;
}

// Marks that fall on one size share a line.
void addMarks(const MemoryChoice& choice, Chart& chart) {
  for (const auto& point : choice.points)
    if (point.chosen || point.cheapest || point.fastest || point.knee)
      chart.marks.push_back({marksOf(point), static_cast<double>(point.memory.inMebibytes())});
}

} // namespace

void addMemoryChoice(const Decision& decision, Detail detail, std::vector<Block>& blocks) {
  if (!decision.memoryCurve || decision.memoryCurve->points.empty()) return;
  const auto& choice = *decision.memoryCurve;
  blocks.push_back(Heading{"Memory of the function"});
  blocks.push_back(Paragraph{choice.why});
  blocks.push_back(memoryTable(choice, detail));
  Chart cost{"Lambda's cost over memory", "memory in MB", "USD a month", true, false, false, {}, {}};
  cost.series = {seriesOf(choice, "Lambda", false, &MemoryPoint::monthlyCostUsd)};
  addMarks(choice, cost);
  Chart latency{"Lambda's latency over memory", "memory in MB", "latency in ms", true, true, false, {}, {}};
  latency.series = {seriesOf(choice, "mean", false, &MemoryPoint::meanMs),
                    seriesOf(choice, "p99", true, &MemoryPoint::p99Ms)};
  addMarks(choice, latency);
  blocks.push_back(std::move(cost));
  blocks.push_back(std::move(latency));
  blocks.push_back(Paragraph{
      fmt::format("{}, each size with the same {} requests of a run over {}; the figures carry no interval.",
                  pricing::name(choice.architecture), pricing::displayCount(static_cast<double>(choice.requests)),
                  pricing::displaySeconds(choice.horizonS))});
}

} // namespace model
