// The door: finding the format, what a summary says, and our own CSV.
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/random.hpp"

using namespace trace_test;

namespace {

const std::string kData = std::string(BREAKEVEN_SOURCE_DIR) + "/tests/data/traces/";

std::string contentOf(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

} // namespace

TEST_CASE("Formats are listed and named") {
  std::vector<std::string> names;
  for (const auto& format : workloads::traceFormats()) names.emplace_back(format.name);
  CHECK(names ==
        std::vector<std::string>{"lambda_report", "lambda_calls", "azure_2019", "azure_2021", "access_log", "csv"});
  CHECK(sentenceFor(kData + "lambda_tail.txt", {.format = "lambda_reports"}) ==
        "workload.arrivals.format: found \"lambda_reports\", expected one of lambda_report, lambda_calls, azure_2019, "
        "azure_2021, "
        "access_log, "
        "csv; did you mean \"lambda_report\"?");
}

TEST_CASE("Every broken file gets a sentence with its name") {
  // file -> what the sentence must hold behind the file's name
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"binary.bin", "found no known format, expected one of lambda_report (AWS Lambda REPORT lines), lambda_calls "},
      {"prose.txt", "--set workload.arrivals.format=NAME names it"},
      {"header_only.csv", "expected"},
      {"cut.log.gz", "found the end of the file at byte "},
      {"json_without_reports.json", ": found none in 2 rows, expected AWS Lambda REPORT lines with a time stamp"},
      {"reports_without_times.txt", ": found 0 usable rows and 3 unusable ones (no time stamp: 3, first in line 1, "},
      {"mostly_garbage.log", "found 2 usable rows and 3 unusable ones (unreadable time stamp: 2, first in line 2, "},
      {"azure_only_zeros.csv", ": found only zeros, expected counts of requests"},
      {"nan_durations.csv",
       ": found 1 usable rows and 4 unusable ones (unreadable duration: 2, first in line 2, \"1e400\"; "},
  };
  const std::string folder = std::string(BREAKEVEN_SOURCE_DIR) + "/tests/broken/traces/";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == broken.size());
  for (const auto& [name, part] : broken) {
    INFO(name);
    const workloads::TraceOptions options{.format = name.starts_with("mostly") ? "access_log" : ""};
    const std::string sentence = sentenceFor(folder + name, options);
    CHECK(sentence.starts_with(folder + name + ":"));
    CHECK_THAT(sentence, Catch::Contains(part));
  }
}

TEST_CASE("Files of one trace must have one format") {
  const std::vector<std::string> files = {kData + "lambda_tail.txt",
                                          std::string(BREAKEVEN_SOURCE_DIR) + "/docs/sample/access.log.gz"};
  CHECK_THROWS_WITH(workloads::openTrace(files, {}),
                    files[1] + ": found access_log, expected lambda_report as in " + files[0]);
  const std::vector<std::string> parts = {kData + "lambda_tail.txt", kData + "lambda_events.json"};
  CHECK(workloads::openTrace(parts, {})->summary().requests == 6);
}

namespace {
void convert(const workloads::Trace& trace, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  workloads::writeTraceCsv(trace, 9, [&](std::string_view text) { out << text; });
}
} // namespace

TEST_CASE("Our CSV reads back to the same requests") {
  std::string csv = "timestamp_ns,duration_ns\n";
  workloads::RandomStream random(5, "test", 0);
  for (int i = 0; i < 5'000; ++i)
    csv += fmt::format("{},{}\n", 1'795'488'609'000'000'000 + random.below(1'000'000'000'000),
                       random.below(1'000'000'000));
  const FileWith recorded(csv), counted("timestamp,count\n1795488600,500\n1795488660,20\n"), target("");
  for (const auto& path : {recorded.path(), counted.path(), std::string(kData + "lambda_events.json")}) {
    const auto trace = open(path);
    convert(*trace, target.path());
    const auto again = open(target.path());
    CHECK(requestsOf(*again) == requestsOf(*trace, 9));
    CHECK(again->isDeterministic());
    CHECK(again->hasDurations() == trace->hasDurations());
  }
  CHECK(contentOf(target.path()) ==
        "arrival_s,duration_ms\n0.000000000,100.000000\n0.500000000,20.500000\n1.750000000,250.000000\n");
}

TEST_CASE("Writing our CSV stops when asked to") {
  std::stop_source source;
  std::size_t pieces = 0;
  const auto write = [&](std::string_view) {
    ++pieces;
    source.request_stop();
  };
  const FileWith recorded("arrival_s\n0\n1\n");
  CHECK_THROWS_AS(workloads::writeTraceCsv(*open(recorded.path()), 1, write, source.get_token()),
                  workloads::ImportCancelled);
  CHECK(pieces == 1); // the header
}

TEST_CASE("A summary as JSON has the contract's keys, and only those that apply") {
  const auto json = workloads::traceSummaryJson(open(kData + "lambda_events.json")->summary());
  for (const auto part :
       {R"("format": "lambda_report")", R"("requests": 3)", R"("reason": "START without REPORT",)", R"("count": 1)",
        R"("first_line": 76)", R"("first": "2026-11-24T02:50:09.000Z")", R"("last": "2026-11-24T02:50:10.750Z")",
        R"("mean_rate_per_s": 1.5)", R"("peak_rate_per_s": 2.0)", R"("p99": 250.0)", R"("memory_mb": 512.0)",
        R"("cold_starts": 1)", R"("environments": 2)", R"("billed_ms": 571.0)", R"("functions": 1)"})
    CHECK_THAT(json, Catch::Contains(part));
  const FileWith arrivals("arrival_s\n0\n1\n");
  const auto bare = workloads::traceSummaryJson(open(arrivals.path())->summary());
  for (const auto key : {"duration_ms", "memory_mb", "first\"", "cold_starts", "billed_ms"})
    CHECK_THAT(bare, !Catch::Contains(key));
  CHECK_THAT(bare, Catch::Contains(R"("skipped": {)"));
}

TEST_CASE("A summary as text, word for word") {
  const FileWith file("timestamp_ms,duration_ms\n1795488609000,120\n1795488610000,80\nnever,1\n", "a.csv");
  CHECK(workloads::traceSummaryText(open(file.path())->summary()) ==
        "format        table with times (csv)\nfile          " + file.path() +
            "\nrequests      2 of 3 rows\n"
            "skipped       unreadable time stamp: 1 (first in line 4)\n"
            "time          2026-11-24T02:50:09.000Z to 2026-11-24T02:50:10.000Z\n"
            "length        2 s\n"
            "rate          mean 1/s, peak 1/s over 1 s\n"
            "durations     mean 100 ms, p50 80 ms, p90 120 ms, p95 120 ms, p99 120 ms, max 120 ms\n"
            "note          time is column \"timestamp_ms\" in ms since 1970\n"
            "note          duration is column \"duration_ms\" in ms\n"
            "note          time stamps are the start of a request\n");
}

TEST_CASE("Files of a trace are checked all at once, and a stop leaves the import") {
  CHECK_THROWS_WITH(workloads::openTrace({}, {}), "trace: expected the name of a file");
  CHECK(sentenceFor("-") == "-: found standard input, expected the name of a file (a trace is read more than once)");
  std::string log = "arrival_s\n";
  for (int i = 0; i < 200'000; ++i) log += std::to_string(i) + "\n";
  const FileWith file(log);
  std::stop_source stop;
  const auto stopAtOnce = [&](std::uint64_t, std::uint64_t) { stop.request_stop(); };
  CHECK_THROWS_AS(workloads::openTrace(std::array{file.path()}, {}, {stopAtOnce, stop.get_token()}),
                  workloads::ImportCancelled);
}
