// Azure traces with made ids: joins, variants of columns, functions. The real excerpts are in import_samples_test.cpp.
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"

using namespace trace_test;

namespace {

const std::string kCounts = "HashOwner,HashApp,HashFunction,Trigger,1,2,3\n"
                            "o1,a1,f1,http,5,0,1\n"
                            "o1,a1,f2,timer,0,40,0\n"
                            "o2,a2,f1,queue,2,0,2\n"; // the same HashFunction in another app
const std::string kDurations =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,"
    "percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n"
    "o1,a1,f1,10,6,10,10,10,10,10,10,10,10,10\n"
    "o1,a1,f2,200,40,100,300,100,102,150,200,250,298,300\n";
const std::string kMemory =
    "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct50\no1,a1,9,100,100\no2,a2,9,50,50\n";

std::shared_ptr<const workloads::Trace> openAll(std::initializer_list<const FileWith*> files,
                                                const workloads::TraceOptions& options = {}) {
  std::vector<std::string> paths;
  for (const auto* file : files) paths.push_back(file->path());
  return workloads::openTrace(paths, options);
}

} // namespace

TEST_CASE("Minute counts: exact numbers per minute, whatever the columns are called") {
  const FileWith usual(kCounts);
  const FileWith cut("HashFunction,HashApp,HashOwner,482,480,481\nf1,a1,o1,1,5,0\nf2,a1,o1,0,0,40\nf1,a2,o2,2,2,0\n");
  const FileWith named("\"HashFunction\",\"HashApp\",\"HashOwner\",\"minute_1\",\"minute_2\",\"minute_3\"\nf1,a1,o1,5,"
                       "0,1\nf2,a1,o1,0,40,0\nf1,a2,o2,2,,2.0\n");
  for (const auto* file : {&usual, &cut, &named}) {
    const auto trace = open(file->path());
    const auto& summary = trace->summary();
    CHECK(summary.format == "azure_2019");
    CHECK(summary.functions == 3);
    CHECK(summary.requests == 50);
    CHECK(summary.span == std::chrono::minutes(3));
    CHECK(summary.peakRatePerSecond == Approx(40 / 60.0));
    CHECK_FALSE(summary.firstEpochMs);
    std::array<int, 3> perMinute{};
    for (const auto t : requestsOf(*trace).arrivals) ++perMinute.at(static_cast<std::size_t>(t / 60'000'000'000));
    CHECK(perMinute == std::array{7, 40, 3});
  }
}

TEST_CASE("Days follow one another") {
  const FileWith first(kCounts), second(kCounts);
  const auto trace = openAll({&first, &second});
  CHECK(trace->summary().requests == 100);
  CHECK(trace->summary().span == std::chrono::minutes(6));
  CHECK(trace->summary().functions == 3);
}

TEST_CASE("Durations are drawn from the table of each request's function") {
  const FileWith counts(kCounts), durations(kDurations), memory(kMemory);
  const auto trace = openAll({&memory, &durations, &counts});
  const auto& summary = trace->summary();
  CHECK(summary.memoryMb.value() == Approx((46 * 100 + 4 * 50) / 50.0));
  // f1: always 10 ms; f2 linear between its percentiles: mean 0.01*101 + 0.24*126 + 0.25*175 + 0.25*225 + 0.24*274 +
  // 0.01*299.
  const double meanOfF2 = 0.01 * 101 + 0.24 * 126 + 0.25 * 175 + 0.25 * 225 + 0.24 * 274 + 0.01 * 299;
  CHECK(summary.durations->meanMs == Approx((6 * 10 + 40 * meanOfF2) / 46));
  CHECK(summary.durations->maxMs == 300);
  CHECK(summary.durations->p50Ms == Approx(100 + 0 + (0.5 * 46 - 6) / 40 * 200).epsilon(0.03)); // f2 is near linear
  const auto notes = summary.notes;
  CHECK(std::count(notes.begin(), notes.end(),
                   "1 of 3 functions (4 requests) have no row of durations; theirs are drawn from the others") == 1);
  const auto requests = requestsOf(*trace);
  REQUIRE(requests.durations.size() == 50);
  for (std::size_t i = 0; i < requests.arrivals.size(); ++i)
    if (requests.arrivals[i] / 60'000'000'000 == 1)
      CHECK(requests.durations[i] >= 100'000'000); // the minute of f2 alone
  CHECK(std::count(requests.durations.begin(), requests.durations.end(), 10'000'000) >= 6);
  CHECK(requests == requestsOf(*trace, 1, 0, 3));
  const auto bare = open(counts.path());
  CHECK(requestsOf(*bare).arrivals == requests.arrivals); // durations have their own random stream
}

TEST_CASE("One function: the busiest, or the start of its name") {
  const FileWith counts(kCounts);
  CHECK(open(counts.path(), {.function = "busiest"})->summary().requests == 40);
  CHECK(open(counts.path(), {.function = "f2"})->summary().requests == 40);
  CHECK(sentenceFor(counts.path(), {.function = "f1"}) == "workload.arrivals.function: found \"f1\", which begins the "
                                                          "names of 2 functions, expected busiest, or the start of the "
                                                          "name of one function");
  CHECK(sentenceFor(counts.path(), {.function = "g"}) ==
        "workload.arrivals.function: found \"g\", expected busiest, or the start of the name of one function");
}

TEST_CASE("Rows that are no counts are skipped whole; a file without counts is refused") {
  const FileWith some(kCounts + "o3,a3,f3,http,1,x,3\no4,a4,f4,http,1\no5,a5,f5,http,-1,0,0\n");
  const auto summary = open(some.path())->summary();
  CHECK(summary.requests == 50);
  CHECK(skippedFor(summary, "unreadable count") == 2);
  CHECK(skippedFor(summary, "too few cells") == 1);
  const FileWith zeros("HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,0,0\n");
  CHECK(sentenceFor(zeros.path()) == zeros.path() + ": found only zeros, expected counts of requests");
  const FileWith alone(kDurations);
  CHECK(sentenceFor(alone.path()) ==
        alone.path() +
            ": found no invocation counts, expected the file with counts per minute beside durations and memory");
}

TEST_CASE("Azure 2021: start = end - duration, zero durations stay, starts before zero shift the trace") {
  const FileWith file("app,func,end_timestamp,duration\na,f,0.5,0.7\na,g,2.0,0\nb,f,1.0,0.25\nb,f,3.5,-1\nb,f,x,1\n");
  const auto trace = open(file.path());
  const auto& summary = trace->summary();
  CHECK(summary.format == "azure_2021");
  CHECK(summary.functions == 3);
  CHECK(skippedFor(summary, "negative duration") == 1);
  CHECK(skippedFor(summary, "unreadable end_timestamp") == 1);
  CHECK(requestsOf(*trace) == Requests{{0, 950'000'000, 2'200'000'000}, {700'000'000, 250'000'000, 0}});
  CHECK(open(file.path(), {.function = "g"})->summary().requests == 1);
}
