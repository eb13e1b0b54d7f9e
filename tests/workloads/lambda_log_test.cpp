// REPORT lines in every container, with tiny made logs; ids, streams and times are invented.
#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/import/lambda_invocations.hpp"

using namespace trace_test;
using namespace workloads::importing;

namespace {

const std::string kData = std::string(BREAKEVEN_SOURCE_DIR) + "/tests/data/traces/";
const std::string kId = "11111111-2222-4333-8444-555555555555";

std::string report(const std::string& id, const std::string& fields) {
  return "REPORT RequestId: " + id + "\t" + fields;
}

} // namespace

TEST_CASE("REPORT fields are read by name, in any order, with tabs or blanks") {
  const auto tabs = parseLambdaLine(report(kId, "Duration: 62.48 ms\tBilled Duration: 2591 ms\tMemory Size: 512 MB\t"
                                                "Max Memory Used: 120 MB\tInit Duration: 2528.39 ms\t"));
  CHECK(tabs.kind == LambdaLine::Report);
  CHECK(tabs.report.duration == 62'480'000);
  CHECK(tabs.report.billedMs == 2591);
  CHECK(tabs.report.init == 2'528'390'000);
  CHECK(tabs.report.memoryMb == 512.0);
  CHECK(tabs.report.maxMemoryUsedMb == 120.0);
  const auto blanks =
      parseLambdaLine("prefix REPORT RequestId: " + kId +
                      "  Status: timeout  New Field: 7 KB Billed Duration: 3 ms Duration: 2.15 ms  Init "
                      "Duration: 9.5 ms Error Type: Runtime.Unknown");
  CHECK(blanks.kind == LambdaLine::Report);
  CHECK(blanks.report.duration == 2'150'000);
  CHECK(blanks.report.billedMs == 3);
  CHECK(blanks.report.init == 9'500'000);
  CHECK(blanks.id == tabs.id);
}

TEST_CASE("SnapStart's restore counts as init; the XRAY line behind it is not read") {
  const auto line =
      parseLambdaLine(report(kId, "Duration: 2019.16 ms\tBilled Duration: 2187 ms\tRestore Duration: 244.38 "
                                  "ms\tBilled Restore Duration: 167 ms\t\nXRAY TraceId: 1\tDuration: 1 ms"));
  CHECK(line.report.duration == 2'019'160'000);
  CHECK(line.report.init == 244'380'000);
  CHECK(line.report.billedMs == 2187);
}

TEST_CASE("Lines that only look like reports") {
  CHECK(parseLambdaLine("END RequestId: " + kId).kind == LambdaLine::Other);
  CHECK(parseLambdaLine("the REPORT RequestId is missing").kind == LambdaLine::Other);
  CHECK(parseLambdaLine(report(kId, "Duration: nan ms")).kind == LambdaLine::MalformedReport);
  CHECK(parseLambdaLine(report(kId, "Duration: -1 ms")).kind == LambdaLine::MalformedReport);
  CHECK(parseLambdaLine(report(kId, "Billed Duration: 7 ms")).kind == LambdaLine::MalformedReport);
  CHECK(parseLambdaLine("START RequestId: " + kId + " Version: $LATEST").kind == LambdaLine::Start);
  CHECK(findLogStream("2026-02-14T22:46:53+00:00 2026/02/14/[$LATEST]d4d758d0872b4fff9546e5acf5b3dfd3 REPORT") ==
        "2026/02/14/[$LATEST]d4d758d0872b4fff9546e5acf5b3dfd3");
  CHECK(findLogStream("GET /[id]/x").empty());
}

TEST_CASE("The same invocations in five containers are the same trace") {
  // Three invocations of two environments: cold at 0 ms (100 ms, init 200 ms), at 500 ms (20.5 ms), and one whose START
  // is not in the file: REPORT at 2,000 ms after 250 ms. A fourth START has no REPORT.
  const Requests expected{{0, 500'000'000, 1'750'000'000}, {100'000'000, 20'500'000, 250'000'000}};
  for (const auto name : {"lambda_tail.txt", "lambda_events.json", "lambda_firehose.json", "lambda_console.csv",
                          "lambda_insights_newest_first.csv", "lambda_platform.ndjson"}) {
    INFO(name);
    const auto trace = open(kData + name);
    const auto& summary = trace->summary();
    CHECK(summary.format == "lambda_report");
    CHECK(trace->isDeterministic());
    CHECK(requestsOf(*trace) == expected);
    CHECK(summary.coldStarts == 1U);
    CHECK(summary.meanInitMs == 200.0);
    CHECK(summary.billedMs == 571.0);
    CHECK(summary.memoryMb == 512.0);
    CHECK(summary.maxMemoryUsedMb == 90.0);
    CHECK(summary.firstEpochMs == 1'795'488'609'000);
    CHECK(summary.lastEpochMs == 1'795'488'610'750);
    REQUIRE(summary.skipped.size() == 1);
    CHECK(summary.skipped[0].reason == "START without REPORT");
    CHECK(summary.skipped[0].count == 1);
    CHECK(summary.span == std::chrono::milliseconds(2'000));
    const bool namesStreams =
        std::string_view(name) != "lambda_console.csv" && std::string_view(name) != "lambda_platform.ndjson";
    CHECK(summary.environments.has_value() == namesStreams);
    if (namesStreams) CHECK(summary.environments == 2U);
  }
}

TEST_CASE("Retries of one request id are invocations of their own, in both directions") {
  const auto line = [](int second, const std::string& what) {
    return fmt::format("2026-11-24T02:50:{:02}.000Z {}\n", second, what);
  };
  const std::string start = "START RequestId: " + kId + " Version: 1", end = report(kId, "Duration: 2000 ms\t");
  const std::array lines = {line(1, start), line(3, end), line(10, start), line(12, end)};
  const FileWith ascending(lines[0] + lines[1] + lines[2] + lines[3]);
  const FileWith descending(lines[3] + lines[2] + lines[1] + lines[0]);
  const Requests expected{{0, 9'000'000'000}, {2'000'000'000, 2'000'000'000}};
  CHECK(requestsOf(*open(ascending.path())) == expected);
  CHECK(requestsOf(*open(descending.path())) == expected);
  // Cut at the front: the first REPORT must not take the START of the retry.
  const FileWith cut(lines[1] + lines[2] + lines[3]);
  CHECK(requestsOf(*open(cut.path())) == expected);
}

TEST_CASE("Reports without a time stamp and malformed ones are counted with their first line") {
  std::string log = "hello\n" + report(kId, "Duration: 1 ms") + "\n";
  for (int i = 0; i < 3; ++i)
    log += fmt::format("2026-11-24T02:50:0{}Z {}\n", i, report(kId, "Duration: 5 ms\tBilled Duration: 5 ms"));
  log += "2026-11-24T02:50:09Z " + report(kId, "Duration: soon") + "\n";
  const FileWith file(log);
  const auto summary = open(file.path())->summary();
  CHECK(summary.requests == 3);
  CHECK(summary.rows == 6);
  REQUIRE(summary.skipped.size() == 2);
  CHECK(summary.skipped[0].reason == "no time stamp");
  CHECK(summary.skipped[0].firstLine == 2);
  CHECK(summary.skipped[1].reason == "unreadable REPORT");
  CHECK(summary.skipped[1].firstLine == 6);
}

TEST_CASE("What waits for its other half is bounded: the oldest goes first, and nothing is counted twice") {
  const std::vector<std::string> files;
  const workloads::TraceOptions options;
  const workloads::TraceFormat format{"lambda_report", "AWS Lambda REPORT lines"};
  const workloads::ImportProgress progress;
  ProgressMeter meter(progress, 0);
  const ImportJob job{files, options, format, meter};
  RequestCollector collector(job);
  LambdaInvocations invocations(collector, 4);
  const auto id = [](int i) { return requestId(fmt::format("{:08x}-0000-4000-8000-000000000000", i)); };
  LambdaReport oneSecond;
  oneSecond.duration = 1'000'000'000;
  for (int i = 0; i < 100; ++i) invocations.addReport(id(i), (10 + i) * 1'000'000'000LL, oneSecond, {}, 1); // no START
  for (int i = 0; i < 100; ++i) invocations.addStart(id(1'000 + i), (200 + i) * 1'000'000'000LL, 2);        // no REPORT
  for (int i = 0; i < 40; ++i) { // whole ones in between
    invocations.addStart(id(2'000 + i), (400 + i) * 1'000'000'000LL, 3);
    invocations.addReport(id(2'000 + i), (402 + i) * 1'000'000'000LL, oneSecond, {}, 3);
  }
  invocations.finish();
  const auto trace = collector.finish(TimeBase::WallClock, "lines");
  CHECK(trace->summary().requests == 140);
  CHECK(skippedFor(trace->summary(), "START without REPORT") == 100);
  const auto requests = requestsOf(*trace);
  CHECK(requests.arrivals[1] - requests.arrivals[0] == 1'000'000'000);
  CHECK(requests.arrivals[100] - requests.arrivals[0] ==
        (400 - 9) * 1'000'000'000LL); // from START, not REPORT - duration
}

TEST_CASE("The JSON log format as plain lines, beside the application's own") {
  const FileWith file(R"({"timestamp":"2026-11-24T02:50:09Z","level":"INFO","message":"hello","requestId":"a"}
{"time":"2026-11-24T02:50:09.000Z","type":"platform.start","record":{"requestId":"11111111-2222-4333-8444-555555555555"}}
{"time":"2026-11-24T02:50:10.000Z","type":"platform.report","record":{"requestId":"11111111-2222-4333-8444-555555555555","metrics":{"durationMs":250.5,"billedDurationMs":251}}}
)");
  const auto trace = open(file.path());
  CHECK(trace->summary().requests == 1);
  CHECK(trace->summary().billedMs == 251.0);
  CHECK(requestsOf(*trace).durations == std::vector<std::int64_t>{250'500'000});
}

TEST_CASE("A log without usable REPORT lines says what it found") {
  const FileWith noTimes(report(kId, "Duration: 1 ms") + "\n" + report(kId, "Duration: 2 ms") + "\n");
  CHECK(sentenceFor(noTimes.path()) ==
        noTimes.path() +
            ": found 0 usable rows and 2 unusable ones (no time stamp: 2, first in line 1, \"REPORT RequestId: " + kId +
            "\\x09Durat...\"), expected mostly AWS Lambda REPORT lines with a time stamp");
  const FileWith other("timestamp,message\n1747082264652,hello\n");
  CHECK(sentenceFor(other.path(), {.format = "lambda_report"}) ==
        other.path() + ": found none in 1 rows, expected AWS Lambda REPORT lines with a time stamp");
}

TEST_CASE("Stamps of whole seconds are spread inside the second, seeded, and the requests stay") {
  std::string log;
  for (int i = 0; i < 300; ++i)
    log += fmt::format("2026-11-24T02:50:{:02} REPORT RequestId: {:08x}-0000-4000-8000-000000000000\tDuration: {} ms\n",
                       i / 10, i, i);
  const FileWith file(log);
  const auto trace = open(file.path());
  CHECK_FALSE(trace->isDeterministic());
  const auto a = requestsOf(*trace, 1, 0), b = requestsOf(*trace, 1, 1);
  CHECK(a == requestsOf(*trace, 1, 0, 7)); // the batch size changes nothing
  CHECK(a.arrivals != b.arrivals);
  for (const auto& run : {a, b}) {
    CHECK(std::is_sorted(run.arrivals.begin(), run.arrivals.end()));
    CHECK(run.arrivals.back() < trace->summary().span.count());
    auto durations = run.durations;
    std::sort(durations.begin(), durations.end());
    for (std::size_t i = 0; i < durations.size(); ++i)
      REQUIRE(durations[i] == static_cast<std::int64_t>(i) * 1'000'000);
  }
}
