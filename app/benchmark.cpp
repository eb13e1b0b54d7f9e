#include "app/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <limits>

#include "model/decision.hpp"
#include "pricing/quantities.hpp"

namespace app {

namespace {

double processorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The count and its best time.
std::pair<std::uint64_t, double> best(const std::function<std::uint64_t()>& run, int runs) {
  std::uint64_t count = 0;
  double seconds = std::numeric_limits<double>::infinity();
  for (int i = 0; i < runs; ++i) {
    const double since = processorSeconds();
    count = run();
    seconds = std::min(seconds, processorSeconds() - since);
  }
  return {count, std::max(seconds, 1.0 / CLOCKS_PER_SEC)};
}

double wallSeconds(const model::Scenario& scenario, int threads) {
  model::RunControl control;
  control.threads = threads;
  const auto since = std::chrono::steady_clock::now();
  (void)model::simulate(scenario, *pricing::PriceCatalogue::embedded(), control);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - since;
  return spent.count();
}

std::string rate(double perSecond, const std::string& unit) {
  return fmt::format("{:9.2f} M{}/s", perSecond * 1e-6, unit == "bytes" ? "B" : "");
}

} // namespace

BenchmarkRow measure(const BenchmarkCase& measured, int runs) {
  const auto [limitCount, limitSeconds] = best(measured.limit, runs);
  const auto [count, seconds] = best(measured.run, runs);
  return {measured.group,
          measured.name,
          measured.unit,
          count,
          static_cast<double>(count) / seconds,
          static_cast<double>(limitCount) / limitSeconds};
}

double threadSpeedup() {
  const std::vector<std::string> settings{
      "run.horizon=24h",           "run.replications=8",          "lambda.memory=1769MB",
      "lambda.architecture=arm64", "ec2.instance_type=c7g.large", "managed_instances=null"};
  const auto scenario = model::readScenario(model::examples().front().json, "example", settings);
  double one = std::numeric_limits<double>::infinity(), two = one;
  for (int i = 0; i < kBenchmarkRuns; ++i) {
    one = std::min(one, wallSeconds(scenario, 1));
    two = std::min(two, wallSeconds(scenario, 2));
  }
  return one / two;
}

std::string benchmarkText(const std::vector<BenchmarkRow>& rows, std::optional<double> speedup) {
  std::string out = fmt::format("{:<10} {:<40} {:>14} {:>14} {:>8}\n", "", "", "whole", "limit", "ratio");
  for (const auto& row : rows)
    out += fmt::format("{:<10} {:<40} {:>14} {:>14} {:8.2f}\n", row.group, row.name, rate(row.perSecond, row.unit),
                       rate(row.limitPerSecond, row.unit), row.ratio());
  if (speedup) out += fmt::format("{:<10} {:<40} {:>14.2f}\n", "threads", "two beside one, by the clock", *speedup);
  return out + "Limit: drawing the same requests, or reading the same bytes. Processor time, the best of " +
         fmt::format("{} runs; ratio: how many times as long as the limit.\n", kBenchmarkRuns);
}

std::string benchmarkJson(const std::vector<BenchmarkRow>& rows, std::optional<double> speedup) {
  std::string out = "{\n  \"schema_version\": 1,\n  \"rows\": [";
  for (const auto& row : rows)
    out += fmt::format(
        "{}\n    {{\"group\": \"{}\", \"name\": \"{}\", \"unit\": \"{}\", \"count\": {}, \"per_second\": {:.6g}, "
        "\"limit_per_second\": {:.6g}, \"ratio\": {:.6g}}}",
        &row == &rows.front() ? "" : ",", row.group, row.name, row.unit, row.count, row.perSecond, row.limitPerSecond,
        row.ratio());
  out += "\n  ]";
  if (speedup) out += fmt::format(",\n  \"two_threads_beside_one\": {:.4g}", *speedup);
  return out + "\n}\n";
}

} // namespace app
