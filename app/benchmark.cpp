#include "app/benchmark.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <future>
#include <limits>
#include <sys/resource.h>

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

double wallSecondsSince(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

// ---- runs ----

model::Scenario webApi(const std::string& horizon) {
  const std::vector<std::string> settings{"run.horizon=" + horizon,      "run.replications=8",
                                          "lambda.memory=1769MB",        "lambda.architecture=arm64",
                                          "ec2.instance_type=c7g.large", "managed_instances=null"};
  return model::readScenario(model::examples().front().json, "example", settings);
}

void simulateWith(const model::Scenario& scenario, const model::RunControl& control) {
  (void)model::simulate(scenario, *pricing::PriceCatalogue::embedded(), control);
}

// The best of both ways, taken by turns, one beside the other.
double beside(const std::function<void()>& first, const std::function<void()>& other,
              const std::function<double()>& clock) {
  double one = std::numeric_limits<double>::infinity(), two = one;
  const auto time = [&clock](const std::function<void()>& what) {
    const double since = clock();
    what();
    return clock() - since;
  };
  for (int i = 0; i < kBenchmarkRuns; ++i) {
    one = std::min(one, time(first));
    two = std::min(two, time(other));
  }
  return one / std::max(two, 1.0 / CLOCKS_PER_SEC);
}

double threadSpeedup() {
  const auto scenario = webApi("24h");
  const auto started = std::chrono::steady_clock::now();
  const auto with = [&scenario](int threads) {
    return [&scenario, threads] {
      model::RunControl control;
      control.threads = threads;
      simulateWith(scenario, control);
    };
  };
  return beside(with(1), with(2), [started] { return wallSecondsSince(started); });
}

double progressCost() {
  const auto scenario = webApi("24h");
  const auto plain = [&scenario] { simulateWith(scenario, {}); };
  const auto reported = [&scenario] {
    std::atomic<int> reports{0};
    model::RunControl control;
    control.progress = [&reports](const model::Progress&) { ++reports; };
    simulateWith(scenario, control);
  };
  return beside(reported, plain, processorSeconds);
}

// Of decisions that are cancelled one after the other, each a little later than the one before, until one is done
// first.
double longestCancelMs(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLater{170};
  const auto scenario = model::readScenario(model::examples().front().json, "example", {});
  double longest = 0;
  for (auto after = kLater; !stop.stop_requested(); after += kLater) {
    std::stop_source cancel;
    auto outcome = std::async(std::launch::async, [&] {
      model::RunControl control;
      control.stop = cancel.get_token();
      return model::evaluate(scenario, *pricing::PriceCatalogue::embedded(), control);
    });
    if (outcome.wait_for(after) == std::future_status::ready) break;
    const auto since = std::chrono::steady_clock::now();
    cancel.request_stop();
    outcome.wait();
    longest = std::max(longest, 1e3 * wallSecondsSince(since));
  }
  return longest;
}

// Five replications of six days: all types of one region, all sizes of memory in steps of 64 MB on two architectures.
constexpr std::string_view kMonth = R"({
  "schema_version": 1, "region": "us-east-1", "managed_instances": null, "objective": {"p99": "1500ms"},
  "workload": {
    "arrivals": {"kind": "profile", "mean": "100/s", "hour_of_day": [0.3, 0.25, 0.2, 0.2, 0.25, 0.4, 0.7, 1.1, 1.4, 1.6,
      1.7, 1.6, 1.5, 1.5, 1.5, 1.5, 1.4, 1.3, 1.3, 1.2, 1.0, 0.8, 0.6, 0.4]},
    "work": {"kind": "lognormal", "mean": "120ms", "cv": 1, "cpu_fraction": 0.7}, "memory": "256MB"},
  "run": {"horizon": "6d", "replications": 5}})";

double monthSeconds(const std::stop_token& stop) {
  const auto scenario = model::readScenario(kMonth, "month", {});
  const auto since = std::chrono::steady_clock::now();
  model::RunControl control;
  control.stop = stop;
  (void)model::evaluate(scenario, *pricing::PriceCatalogue::embedded(), control);
  return wallSecondsSince(since);
}

double peakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
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

std::vector<RunMeasure> measureRuns(const std::stop_token& stop) {
  std::vector<RunMeasure> runs;
  const auto add = [&](std::string name, const std::function<double()>& value, std::string unit) {
    if (stop.stop_requested()) return;
    const double measured = value();
    if (!stop.stop_requested()) runs.push_back({std::move(name), measured, std::move(unit)}); // else it is half of one
  };
  add("two threads beside one, by the clock", threadSpeedup, "times as fast");
  for (const auto& each : timelineCases(4e6))
    add(
        each.name + ": 600 points in time beside none",
        [&] { return beside([&] { each.run(); }, [&] { each.limit(); }, processorSeconds); }, "times as long");
  add("progress reported beside not", progressCost, "times as long");
  add(
      "longest wait for a decision that is cancelled", [&] { return longestCancelMs(stop); }, "ms");
  add(
      "decision over a month of a daily profile at 100/s", [&] { return monthSeconds(stop); }, "s");
  add("most memory of this process so far", peakMegabytes, "MB");
  return runs;
}

std::string benchmarkText(const std::vector<BenchmarkRow>& rows, const std::vector<RunMeasure>& runs) {
  std::string out;
  if (!rows.empty()) out = fmt::format("{:<10} {:<40} {:>14} {:>14} {:>8}\n", "", "", "whole", "limit", "ratio");
  for (const auto& row : rows)
    out += fmt::format("{:<10} {:<40} {:>14} {:>14} {:8.2f}\n", row.group, row.name, rate(row.perSecond, row.unit),
                       rate(row.limitPerSecond, row.unit), row.ratio());
  if (!rows.empty())
    out += fmt::format("Limit: drawing the same requests, or reading the same bytes. Processor time, the best of {} "
                       "runs; ratio: how many times as long as the limit.\n",
                       kBenchmarkRuns);
  for (const auto& run : runs)
    out += fmt::format("{:<10} {:<60} {:>9.3f} {}\n", kRunGroup, run.name, run.value, run.unit);
  return out;
}

std::string benchmarkJson(const std::vector<BenchmarkRow>& rows, const std::vector<RunMeasure>& runs) {
  std::string out = "{\n  \"schema_version\": 1,\n  \"rows\": [";
  for (const auto& row : rows)
    out += fmt::format(
        "{}\n    {{\"group\": \"{}\", \"name\": \"{}\", \"unit\": \"{}\", \"count\": {}, \"per_second\": {:.6g}, "
        "\"limit_per_second\": {:.6g}, \"ratio\": {:.6g}}}",
        &row == &rows.front() ? "" : ",", row.group, row.name, row.unit, row.count, row.perSecond, row.limitPerSecond,
        row.ratio());
  out += "\n  ],\n  \"runs\": [";
  for (const auto& run : runs)
    out += fmt::format("{}\n    {{\"name\": \"{}\", \"value\": {:.6g}, \"unit\": \"{}\"}}",
                       &run == &runs.front() ? "" : ",", run.name, run.value, run.unit);
  return out + "\n  ]\n}\n";
}

} // namespace app
