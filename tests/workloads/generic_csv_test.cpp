#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/import/csv_columns.hpp"

using namespace trace_test;

namespace {

using Values = std::vector<std::int64_t>;
constexpr std::int64_t kMs = 1'000'000;

Requests requestsIn(std::string_view content, const workloads::TraceOptions& options = {}) {
  const FileWith file(content);
  return requestsOf(*open(file.path(), options));
}

} // namespace

TEST_CASE("Column names lose case, punctuation and their unit") {
  using workloads::importing::columnName, workloads::importing::TimeUnit;
  CHECK(columnName("Duration (ms)").plain == "duration");
  CHECK(columnName("Duration (ms)").unit == TimeUnit::Milliseconds);
  CHECK(columnName("@billedDuration").plain == "billedduration");
  CHECK(columnName("responseTimeMs").plain == "responsetime");
  CHECK(columnName("responseTimeMs").unit == TimeUnit::Milliseconds);
  CHECK(columnName("s").plain == "s");
  CHECK_FALSE(columnName("timestamp").unit);
}

TEST_CASE("Times in every unit and notation give the same requests") {
  const Requests expected{{0, 500 * kMs, 2'000 * kMs}, {120 * kMs, 80 * kMs, 0}};
  CHECK(requestsIn("timestamp,duration_ms\n1795488609.0,120\n1795488609.5,80\n1795488611.0,0\n") == expected);
  CHECK(requestsIn("ts;dauer;latency_us\n1795488609000;x;120000\n1795488609500;x;80000\n1795488611000;x;0\n") ==
        expected);
  CHECK(requestsIn("Start Time\tDuration "
                   "[s]\n2026-11-24T02:50:09Z\t0.12\n2026-11-24T02:50:09.5Z\t0.08\n2026-11-24T02:50:11Z\t0\n") ==
        expected);
  CHECK(requestsIn("1795488609000000,120\n1795488609500000,80\n1795488611000000,0\n") == expected);
  CHECK(requestsIn("id,time,took\na,24/Nov/2026:02:50:09 +0000,120ms\nb,24/Nov/2026:02:50:09.5 "
                   "+0000,0.08s\nc,24/Nov/2026:02:50:11 +0000,0ms\n") == expected);
  CHECK(requestsIn("arrival_s,duration_ms\n0,120\n0.5,80\n2,0\n") == expected);
  CHECK(requestsIn("zeit;arrival;duration_s\nx;\"0,0\";\"0,12\"\nx;0,5;0,08\nx;2,0;0,0\n") == expected);
  CHECK(requestsIn("a,b,c\n1795488609000,x,120\n1795488609500,x,80\n1795488611000,x,0\n",
                   {.timeColumn = "1", .durationColumn = "C", .durationUnit = "ms"}) == expected);
}

TEST_CASE("The order of rows does not matter; ends become starts") {
  const Requests expected{{0, 500 * kMs}, {120 * kMs, 80 * kMs}};
  CHECK(requestsIn("arrival_s,duration_ms\n0.5,80\n0,120\n") == expected);
  CHECK(requestsIn("end_time_ms,duration_ms\n1795488609580,80\n1795488609120,120\n") == expected);
  CHECK(requestsIn("timestamp_ms,duration_ms\n1795488609580,80\n1795488609120,120\n", {.timeIs = "end"}) == expected);
}

TEST_CASE("One column of times is a trace of arrivals") {
  CHECK(requestsIn("1795488609.25\n1795488609.75\n1795488612.5\n").arrivals == Values{0, 500 * kMs, 3'250 * kMs});
  CHECK(requestsIn("timestamp\n2026-11-24 02:50:09\n2026-11-24 02:50:12\n").arrivals == Values{0, 3'000 * kMs});
}

TEST_CASE("A duration without a unit is guessed from its size and the note says so") {
  const FileWith seconds("offset,response-time\n0.1,0.0123\n0.2,0.5\n");
  CHECK(open(seconds.path())->summary().notes[1] ==
        "duration is column \"response-time\" in s (guessed from the size of the numbers)");
  CHECK(requestsOf(*open(seconds.path())).durations == Values{12'300'000, 500 * kMs});
  const FileWith milliseconds("timeStamp,elapsed,label\n1795488609000,120,a\n1795488609001,80,b\n");
  CHECK(open(milliseconds.path())->summary().notes[1] ==
        "duration is column \"elapsed\" in ms (guessed from the size of the numbers)");
}

TEST_CASE("Relative times keep their zero unless the silence before is longer than the trace") {
  CHECK(requestsIn("start_s,duration_s\n10,1\n100,1\n").arrivals == Values{10'000 * kMs, 100'000 * kMs});
  CHECK(requestsIn("start_s,duration_s\n172800,1\n172900,1\n").arrivals == Values{0, 100'000 * kMs});
  CHECK(requestsIn("start_s,duration_s\n-5,1\n95,1\n").arrivals == Values{0, 100'000 * kMs});
}

TEST_CASE("Counts per interval are drawn inside their interval, exactly as many as counted") {
  const FileWith file("datetime,requests\n2026-11-24 00:00:00,3\n2026-11-24 00:01:00,0\n2026-11-24 "
                      "00:02:00,5000\n2026-11-24 00:05:00,2\n");
  const auto trace = open(file.path());
  const auto& summary = trace->summary();
  CHECK(summary.requests == 5'005);
  CHECK(summary.span == std::chrono::minutes(6));
  CHECK(summary.peakInterval == std::chrono::minutes(1));
  CHECK(summary.peakRatePerSecond == Approx(5'000 / 60.0));
  CHECK_FALSE(trace->isDeterministic());
  const auto all = requestsOf(*trace, 3, 0).arrivals;
  CHECK(all == requestsOf(*trace, 3, 0, 11).arrivals);
  CHECK(all != requestsOf(*trace, 4, 0).arrivals);
  CHECK(all != requestsOf(*trace, 3, 1).arrivals);
  CHECK(std::is_sorted(all.begin(), all.end()));
  const std::int64_t minute = 60'000 * kMs;
  const auto within = [&](std::int64_t from) {
    return std::count_if(all.begin(), all.end(), [&](auto t) { return t >= from && t < from + minute; });
  };
  CHECK(within(0) == 3);
  CHECK(within(2 * minute) == 5'000);
  CHECK(within(5 * minute) == 2);
  // Uniform inside: the largest distance to the uniform law (Kolmogorov) stays below its 1e-4 point, 2.23 / sqrt(n).
  double distance = 0;
  for (int i = 0; i < 5'000; ++i) {
    const double u =
        static_cast<double>(all[static_cast<std::size_t>(3 + i)] - 2 * minute) / static_cast<double>(minute);
    distance = std::max({distance, std::abs(u - i / 5'000.0), std::abs(u - (i + 1) / 5'000.0)});
  }
  CHECK(distance < 2.23 / std::sqrt(5'000.0));
}

TEST_CASE("Very large counts need no memory and no loop over them to start") {
  const FileWith file("timestamp,count\n1795488600,10000000000\n1795488660,1\n");
  const auto trace = open(file.path());
  CHECK(trace->summary().requests == 10'000'000'001);
  std::vector<std::int64_t> arrivals(1'000), durations(1'000);
  CHECK(trace->cursor(1, 0)->fill(arrivals, durations) == 1'000);
  CHECK(std::is_sorted(arrivals.begin(), arrivals.end()));
}

TEST_CASE("Unusable rows are counted; columns that are not there are named with the nearest") {
  const FileWith file(
      "timestamp,duration_ms\n1795488609,1\nnoon,1\n1795488610,-3\n1795488611,soon\n1795488612,5\n1795488613,6\n"
      "1795488614,1e400\n1795488615,nan\n12,7\n1795488616,3\n1795488617,\n");
  const auto summary = open(file.path())->summary();
  CHECK(summary.requests == 4);
  CHECK(skippedFor(summary, "unreadable time stamp") == 2);
  CHECK(skippedFor(summary, "negative duration") == 1);
  CHECK(skippedFor(summary, "unreadable duration") == 2);
  CHECK(skippedFor(summary, "no duration") == 2);
  CHECK(sentenceFor(file.path(), {.timeColumn = "timestmap"}) ==
        "workload.arrivals.time_column: found \"timestmap\", expected one of the columns timestamp, duration_ms; did "
        "you mean "
        "\"timestamp\"?");
  CHECK(sentenceFor(file.path(), {.timeUnit = "minutes"}) ==
        "workload.arrivals.time_unit: found \"minutes\", expected s, ms, us, ns or iso");
  CHECK(sentenceFor(file.path(), {.timeIs = "middle"}) ==
        "workload.arrivals.time_is: found \"middle\", expected start or end");
  CHECK(sentenceFor(file.path(), {.function = "busiest"}) ==
        "workload.arrivals.function: found \"busiest\", expected no function, because the format csv records none");
}

TEST_CASE("What only begins with a time, and JSON, is no table") {
  for (const auto content : {"2026-11-24T02:50:09.1Z lb 10.0.0.1:80 0.001 0.002\n", "{\"time\":1795488609,\"a\":1}\n",
                             "[{\"x\":1}, 2, 3]\n"}) {
    const FileWith file(content);
    CHECK_THAT(sentenceFor(file.path()), Catch::Contains("found no known format"));
  }
}

TEST_CASE("Counts that are none, and counts without an interval, are refused") {
  const FileWith decimals("timestamp,value\n1795488600,1.5\n1795488660,2.25\n");
  CHECK(sentenceFor(decimals.path()) ==
        decimals.path() + ": found 0 usable rows and 2 unusable ones (no whole count: 2, first "
                          "in line 2, \"1.5\"), expected mostly rows with a time stamp and a whole count");
  const FileWith single("timestamp,count\n1795488600,5\n");
  CHECK(sentenceFor(single.path()) ==
        single.path() + ": found counts of a single time, expected counts of requests at two times or more");
}
