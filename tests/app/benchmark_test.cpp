// That the benchmark's cases do what they say. No times: those are for the program to print.
#include <set>
#include <sstream>

#include "app/benchmark.hpp"
#include "app/commands.hpp"
#include "tests/support/catch.hpp"

using namespace app;

TEST_CASE("every case does what its limit draws or reads", "[benchmark]") {
  std::set<std::string> groups, names;
  for (const auto& each : benchmarkCases("", 3e3)) {
    INFO(each.group << ": " << each.name);
    groups.insert(each.group);
    CHECK(names.insert(each.group + each.name).second);
    // Large fleets are measured over tens of millions of requests.
    if (each.name == "100000 at once" || each.name == "10000 at once") continue;
    if (each.group == "ec2" && (each.name.ends_with(", 1000") || each.name.ends_with(", 100"))) continue;
    const auto count = each.run();
    CHECK(count > 0);
    CHECK(count == each.limit());
  }
  CHECK(groups.size() + 1 == benchmarkGroups().size()); // but for the one that has no limits
  CHECK_FALSE(groups.contains(std::string(kRunGroup)));
}

TEST_CASE("a time series is measured beside the same run without one", "[benchmark]") {
  std::set<std::string> names;
  for (const auto& each : timelineCases(3e4)) {
    names.insert(each.name);
    CHECK(each.run() == each.limit());
  }
  CHECK(names == std::set<std::string>{"EC2", "Lambda"});
}

TEST_CASE("runs that are stopped before they begin are not measured", "[benchmark]") {
  std::stop_source stop;
  stop.request_stop();
  CHECK(measureRuns(stop.get_token()).empty());
}

TEST_CASE("a group is measured alone, and its rows say how far from the limit", "[benchmark]") {
  Options options;
  options.verb = Verb::Bench;
  options.input = "work";
  options.benchRequests = 2e3;
  std::istringstream in;
  std::ostringstream out, err;
  Console console{in, out, err};
  CHECK(runGuarded(options, console, {}) == 0);
  CHECK(out.str().find("lognormal") != std::string::npos);
  CHECK(out.str().find("round robin") == std::string::npos);
  options.format = Format::Json;
  CHECK(runGuarded(options, console, {}) == 0);
  CHECK(out.str().find("\"limit_per_second\": ") != std::string::npos);
  options.input = "works";
  CHECK(runGuarded(options, console, {}) == 2);
  CHECK(err.str() ==
        "breakeven: bench: found \"works\", expected one of lambda, ec2, arrivals, work, import, decide, run; did you "
        "mean \"work\"?\n");
  std::stop_source stop;
  stop.request_stop();
  options.input = "work";
  CHECK(runGuarded(options, console, stop.get_token()) == 130);
}

TEST_CASE("a row's ratio is its time over that of its limit", "[benchmark]") {
  const BenchmarkRow row{"lambda", "10 at once", "requests", 1000, 2e7, 1.5e8};
  CHECK(row.ratio() == Approx(7.5));
  CHECK(benchmarkText({row}, {}).find(
            "lambda     10 at once                                    20.00 M/s     150.00 M/s     7.50") !=
        std::string::npos);
  CHECK(benchmarkText({}, {{"two threads beside one", 1.93, "times as fast"}}) ==
        "run        two threads beside one                                           1.930 times as fast\n");
  CHECK(benchmarkJson({}, {{"cancelled", 12.5, "ms"}})
            .find("{\"name\": \"cancelled\", \"value\": 12.5, \"unit\": \"ms\"}") != std::string::npos);
}
