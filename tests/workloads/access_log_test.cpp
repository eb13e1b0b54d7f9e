#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"

using namespace trace_test;

namespace {

// Four requests, one every two seconds, with `tail(i)` behind size; all times are invented.
template <class Tail> std::string logWith(const Tail& tail) {
  std::string log;
  for (int i = 0; i < 4; ++i)
    log += fmt::format("192.0.2.{} - - [24/Nov/2026:02:50:{:02} +0100] \"GET /a/{} HTTP/1.1\" 200 5{}{}\n", i + 1,
                       10 + 2 * i, i, i, tail(i));
  return log;
}

const std::string kCombined = R"( "-" "curl/8.0 a \"quoted\" word")";

std::vector<std::int64_t> durationsMs(const workloads::Trace& trace) {
  auto durations = requestsOf(trace).durations;
  for (auto& d : durations) d /= 1'000'000;
  return durations;
}

using Values = std::vector<std::int64_t>;

} // namespace

TEST_CASE("Common and Combined logs: stamps are starts when no request time follows") {
  for (const auto& tail : {std::string{}, kCombined}) {
    const FileWith file(logWith([&](int) { return tail; }));
    const auto trace = open(file.path());
    CHECK(trace->summary().format == "access_log");
    CHECK(trace->isDeterministic()); // no two requests share a second
    CHECK_FALSE(trace->hasDurations());
    CHECK(requestsOf(*trace).arrivals == Values{0, 2'000'000'000, 4'000'000'000, 6'000'000'000});
    CHECK(trace->summary().firstEpochMs == 1'795'485'010'000); // 01:50:10 UTC
    CHECK(trace->summary().span == std::chrono::seconds(7));
  }
}

TEST_CASE("NGINX request times are seconds and end at the stamp") {
  const FileWith file(logWith([](int i) { return kCombined + fmt::format(" 0.{}50", i + 1); }));
  const auto trace = open(file.path());
  CHECK(durationsMs(*trace) == Values{150, 250, 350, 450});
  CHECK(requestsOf(*trace).arrivals == Values{0, 1'900'000'000, 3'800'000'000, 5'700'000'000});
  CHECK(trace->summary().notes[0] ==
        "durations are field 3 behind the size, in seconds (NGINX request time); time stamps "
        "are the end of a request, start = end - duration");
  const auto starts = open(file.path(), {.timeIs = "start"});
  CHECK(requestsOf(*starts).arrivals == Values{0, 2'000'000'000, 4'000'000'000, 6'000'000'000});
}

TEST_CASE("Request times are found by name, behind other fields, and in lists") {
  const FileWith named(
      logWith([](int i) { return kCombined + fmt::format(" cs=hit rt=0.0{}0 urt=\"0.001\"", i + 1); }));
  CHECK(durationsMs(*open(named.path())) == Values{10, 20, 30, 40});
  const FileWith ingress(logWith([](int i) {
    return kCombined + fmt::format(" 34{} 0.00{} [svc-80] [] 10.0.0.1:80 5 0.001 200 abcd", i, i + 1);
  }));
  CHECK(durationsMs(*open(ingress.path())) == Values{1, 2, 3, 4});
  const FileWith list(logWith([](int i) { return kCombined + fmt::format(" 0.{}00, 0.5", i + 1); }));
  CHECK(durationsMs(*open(list.path())) == Values{100, 200, 300, 400});
}

TEST_CASE("Apache: %D is microseconds, %T seconds, %I %O are no times; stamps are the receipt") {
  const FileWith micros(logWith([](int i) { return kCombined + fmt::format(" {}", 12'000 * (i + 1)); }));
  CHECK(durationsMs(*open(micros.path())) == Values{12, 24, 36, 48});
  CHECK(requestsOf(*open(micros.path())).arrivals.back() == 6'000'000'000);
  const FileWith seconds(logWith([](int i) { return kCombined + fmt::format(" {}", i); }));
  CHECK(durationsMs(*open(seconds.path())) == Values{0, 1'000, 2'000, 3'000});
  const FileWith sizes(logWith([](int) { return kCombined + " 312 499"; }));
  CHECK_FALSE(open(sizes.path())->hasDurations());
  CHECK(durationsMs(*open(micros.path(), {.durationColumn = "3", .durationUnit = "ms"})) ==
        Values{12'000, 24'000, 36'000, 48'000});
  CHECK(sentenceFor(micros.path(), {.durationColumn = "time"}) ==
        "workload.arrivals.duration_column: found \"time\", expected the number of a field behind the size (1 is the "
        "referrer)");
}

TEST_CASE("Odd lines of old logs: no version, quotes and blanks in the request, Latin-1, EPA's day and time") {
  const FileWith file("a.example - - [01/Jul/1995:00:00:01 -0400] \"GET /x.html\" 200 -\n"
                      "b.example - - [01/Jul/1995:00:00:02 -0400] \"GET /a \"b\" c HTTP/1.0\" 404 7\n"
                      "c.example - - [01/Jul/1995:00:00:03 -0400] \"GET /\xe9\x01 HTTP/1.0\" 200 9\n"
                      "d.example - - [01/Jul/1995:00:00:04 -0400] \"\" 400 0\n");
  CHECK(open(file.path())->summary().requests == 4);
  const FileWith epa("h1 [29:23:59:58] \"GET / HTTP/1.0\" 200 1\nh2 [30:00:00:03] \"GET / HTTP/1.0\" 200 1\n"
                     "h3 [01:00:00:04] \"GET / HTTP/1.0\" 200 1\n");
  const auto trace = open(epa.path());
  CHECK_FALSE(trace->summary().firstEpochMs);
  const std::int64_t twoDays = 2 * 86'400; // 30th to 1st, over a 31st
  CHECK(requestsOf(*trace).arrivals == Values{0, 5'000'000'000, (5 + twoDays + 1) * 1'000'000'000});
}

TEST_CASE("A host between time and request is tolerated, S3's five fields are not") {
  const FileWith hosts("h - - [24/Nov/2026:02:50:10 +0000] www.example \"GET / HTTP/1.1\" 200 5\n");
  CHECK(open(hosts.path())->summary().format == "access_log");
  const FileWith s3("owner bucket [24/Nov/2026:02:50:10 +0000] 192.0.2.3 arn id REST.GET.OBJECT key \"GET / HTTP/1.1\" "
                    "200 - 7 7 21 20\n");
  CHECK_THAT(sentenceFor(s3.path()), Catch::Contains("found no known format"));
}

TEST_CASE("Lines without the request time are skipped by reason, up to half of them") {
  const FileWith some(logWith([](int i) { return kCombined + (i == 2 ? " -" : " 0.100"); }));
  const auto summary = open(some.path())->summary();
  CHECK(summary.requests == 3);
  REQUIRE(summary.skipped.size() == 1);
  CHECK(summary.skipped[0].reason == "no duration");
  CHECK(summary.skipped[0].firstLine == 3);
}

TEST_CASE("A log that is mostly something else is refused with counts and an example") {
  const FileWith file(logWith([](int) { return kCombined; }) + "x\ny\nz\nno bracket\nstill not\n");
  CHECK(sentenceFor(file.path(), {.format = "access_log"}) ==
        file.path() +
            ": found 4 usable rows and 5 unusable ones (no time stamp in brackets: 5, first in line 5, \"x\"), "
            "expected mostly access log lines (Common or Combined format)");
}

TEST_CASE("Shuffled lines give the same trace") {
  std::vector<std::string> lines;
  std::string ascending, descending;
  for (int i = 0; i < 50; ++i)
    lines.push_back(fmt::format(
        "192.0.2.1 - - [24/Nov/2026:02:{:02}:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"a\" 0.{:03}\n", i, i + 1));
  for (std::size_t i = 0; i < lines.size(); ++i) ascending += lines[i], descending += lines[lines.size() - 1 - i];
  const FileWith a(ascending), b(descending);
  CHECK(requestsOf(*open(a.path())) == requestsOf(*open(b.path())));
}

TEST_CASE("The bundled sample log is a day with request times") {
  const auto trace = open(std::string(BREAKEVEN_SOURCE_DIR) + "/docs/sample/access.log.gz");
  const auto& summary = trace->summary();
  CHECK(summary.format == "access_log");
  CHECK(summary.requests > 19'000);
  CHECK(summary.skipped.empty());
  CHECK(summary.durations.has_value());
  CHECK(summary.span > std::chrono::hours(23));
  CHECK(summary.peakRatePerSecond > 5 * summary.meanRatePerSecond);
}
