// Recorded runs replayed: a log of our own, always, and the real runs when they are there. The figures of the real ones
// stand in docs/reliability.md.
#include "model/evaluation/replay.hpp"

#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/support/file_with.hpp"

namespace {

model::Scenario scenarioOf(const std::string& trace, const tests::Settings& settings = {}) {
  return model::readScenario(
      R"({"schema_version": 1, "ec2": null, "workload": {"arrivals": {"kind": "trace", "files": [")" + trace +
          R"("]}}, "lambda": {"memory": "1769MB"}})",
      "replay", settings);
}

std::vector<std::string> codes(const model::Replay& replay) {
  std::vector<std::string> out;
  for (const auto& why : replay.differences) out.push_back(why.code);
  return out;
}

// Calls of one second each: at 0 and 0.5 s on two new environments, alone at 100 s, at 300 s on a new one after 199 s
// of idleness, alone at 400 s. 2020: 10 min, unless said otherwise.
constexpr const char* kCalls = "is_cold,exist_id,aws_duration,aws_billed_duration,client_start_time\n"
                               "True,a,1000,1000,1590000000\n"
                               "True,b,950,1000,1590000000.5\n"
                               "False,b,1000,1000,1590000100\n"
                               "True,c,1000,1000,1590000300\n"
                               "False,c,1000,1000,1590000400\n";

} // namespace

TEST_CASE("A recorded run is replayed by the rules of its day beside what it recorded", "[replay]") {
  const test_files::FileWith file(kCalls);
  const auto decision =
      tests::simulated(scenarioOf(file.path(), {"lambda.init.kind=constant", "lambda.init.value=0s"}));
  REQUIRE(decision->replay);
  const auto& replay = *decision->replay;
  CHECK(replay.requests == 5);
  CHECK(replay.recordedEnvironments == 3u);
  CHECK(replay.recordedColdStarts == 3u);
  CHECK(replay.idleLifetime == "constant, 10 min");
  CHECK(replay.coldStarts == 2); // ten minutes keep b until 300 s
  CHECK(replay.peakBusy == 2);
  CHECK(replay.billedMs == 5000); // steps of 100 ms: 950 ms are billed as 1,000
  // Idle times are 98.55, 199 and 99 s, and a lifetime that ends with the arrival is too short: from 100 to 199 whole
  // seconds only the second is too long.
  REQUIRE(replay.calibration);
  CHECK(replay.calibration->fromS == 100);
  CHECK(replay.calibration->toS == 199);
  CHECK_FALSE(replay.calibration->open);
  CHECK(codes(replay) == std::vector<std::string>{"more_than_busy"});
}

TEST_CASE("The replay is in every report, and advises to set what it found", "[replay]") {
  const test_files::FileWith file(kCalls);
  const auto decision =
      tests::simulated(scenarioOf(file.path(), {"lambda.init.kind=constant", "lambda.init.value=0s"}));
  for (const auto& text :
       {model::reportText(*decision), model::reportMarkdown(*decision), model::reportHtml(*decision)}) {
    CHECK_THAT(text,
               Catch::Contains("The log recorded 3 environments and 3 cold starts; replaying its own 5 arrivals and "
                               "durations with an idle lifetime of constant, 10 min"));
    CHECK_THAT(text, Catch::Contains("lambda.idle_lifetime.value=149s"));
  }
  const auto json = model::reportJson(*decision);
  CHECK_THAT(json, Catch::Contains("\"replay\": {"));
  CHECK_THAT(json, Catch::Contains("\"idle_lifetime_from_s\": 100"));
}

TEST_CASE("What the scenario sets is replayed, and calibration makes the recorded number", "[replay]") {
  const test_files::FileWith file(kCalls);
  const auto replay = *tests::simulated(scenarioOf(file.path(), {"lambda.init.kind=constant", "lambda.init.value=0s",
                                                                 "lambda.idle_lifetime.kind=constant",
                                                                 "lambda.idle_lifetime.value=149s"}))
                           ->replay;
  CHECK(replay.coldStarts == 3);
  CHECK(replay.idleLifetimeSource == "scenario");
  CHECK(replay.differences.empty());
}

TEST_CASE("The day of a log chooses the idle lifetime that was measured then", "[replay]") {
  const auto meanS = [](const char* day) { return workloads::meanSeconds(model::idleLifetimeOfDay(day).distribution); };
  CHECK(meanS("2018-05-01") == 27 * 60);
  CHECK(meanS("2019-07-01") == 600);
  CHECK(meanS("2020-06-18") == 600);
  CHECK(meanS("2022-01-01") == 360);
  CHECK(meanS("2025-05-12") == Approx(workloads::meanSeconds(model::defaultIdleLifetime().distribution)));
  CHECK(meanS("") == meanS("2025-05-12"));
}

TEST_CASE("Traces that recorded no cold starts are not replayed", "[replay]") {
  const test_files::FileWith file("arrival_s,duration_ms\n0,10\n1,10\n");
  CHECK_FALSE(tests::simulated(scenarioOf(file.path()))->replay);
}

TEST_CASE("Real runs: billed time exactly, environments within the bounds that the documentation explains",
          "[replay][validation]") {
  const std::string folder = std::string(BREAKEVEN_SHARED_DIR) + "/traces/";
  if (!std::filesystem::exists(folder)) return;
  struct Row {
    const char* file;
    std::uint64_t recorded, replayed;
    double billedTolerance; // durations are printed to 0.01 ms: some whole milliseconds were rounded up in the bill
    std::vector<std::string> why;
  };
  const std::vector<std::string> began{"there_before", "init_occupies"};
  const std::vector<Row> rows = {{"lambda_logs/filter_log_events_1rps.json", 1, 1, 0, {"there_before"}},
                                 {"lambda_logs/filter_log_events_10rps.json", 2, 3, 2e-5, began},
                                 {"lambda_logs/filter_log_events_30rps.json.gz", 7, 8, 5e-5, began},
                                 {"cold_starts/pacslab_lambda_poisson_2020-05-26.csv.gz",
                                  30,
                                  34,
                                  0,
                                  {"there_before", "idle_longer", "recycled", "more_than_busy"}},
                                 {"cold_starts/pacslab_lambda_poisson_2020-06-18.csv",
                                  29,
                                  26,
                                  0,
                                  {"there_before", "idle_longer", "recycled", "more_than_busy"}}};
  for (const Row& row : rows) {
    INFO(row.file);
    const auto replay = *tests::simulated(scenarioOf(folder + row.file))->replay;
    CHECK(replay.recordedEnvironments == row.recorded);
    CHECK(replay.coldStarts == row.replayed);
    CHECK(std::fabs(static_cast<double>(replay.billedMs) - *replay.recordedBilledMs) <=
          row.billedTolerance * *replay.recordedBilledMs);
    CHECK(codes(replay) == row.why);
  }
}
