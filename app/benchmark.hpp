#pragma once
// What the program's speed is measured by, one list for `breakeven bench` and for tests/bench (Google Benchmark): whole
// simulations with every statistic on, imports of whole files, a whole decision. Each case stands beside its limit,
// what drawing the same requests, or reading the same bytes, takes in the same run. Pinned by
// tests/app/benchmark_test.cpp (that cases do what they say; no times).
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace app {

struct BenchmarkCase {
  std::string group, name, unit;        // "lambda", "1,000 at once", "requests" or "bytes"
  std::function<std::uint64_t()> run;   // how many of the unit it did
  std::function<std::uint64_t()> limit; // the same, drawn or read and nothing else
};
std::span<const std::string_view> benchmarkGroups();
// Of one group, or of all when it is empty; about `requests` in each case. Files that are read lie in the temporary
// folder and are gone with the last case.
std::vector<BenchmarkCase> benchmarkCases(std::string_view group, double requests);
// One platform each: `run` with a time series of 600 points, `limit` without.
std::vector<BenchmarkCase> timelineCases(double requests);

// Processor time of the whole program, the best of several runs: other work on the machine disturbs it little.
struct BenchmarkRow {
  std::string group, name, unit;
  std::uint64_t count = 0;
  double perSecond = 0, limitPerSecond = 0;
  double ratio() const { return limitPerSecond / perSecond; } // how many times as long as its limit
};
inline constexpr int kBenchmarkRuns = 3;
BenchmarkRow measure(const BenchmarkCase& measured, int runs = kBenchmarkRuns);

// What is not a speed beside a limit: how a run behaves as a whole.
struct RunMeasure {
  std::string name;
  double value = 0;
  std::string unit; // "times as fast", "ms", "s", "MB"
};
// Two threads beside one (by the clock: it needs two idle cores), a time series beside none, progress beside none, the
// longest that anybody who cancels has to wait, a whole decision over a month, the most memory this process ever had.
// About a minute. Ends early when it is stopped.
inline constexpr std::string_view kRunGroup = "run";
std::vector<RunMeasure> measureRuns(const std::stop_token& stop);

std::string benchmarkText(const std::vector<BenchmarkRow>& rows, const std::vector<RunMeasure>& runs);
std::string benchmarkJson(const std::vector<BenchmarkRow>& rows, const std::vector<RunMeasure>& runs);

} // namespace app
