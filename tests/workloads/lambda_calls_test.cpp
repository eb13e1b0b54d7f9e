// Calls of a Lambda function as their client recorded them, and what a recording says about its environments.
#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"

using namespace trace_test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kHeader = ",is_cold,exist_id,aws_duration,aws_billed_duration,aws_max_mem,client_start_time\n";

} // namespace

TEST_CASE("Calls seen by their client are read with their environments", "[trace]") {
  const FileWith file(std::string(kHeader) + "0,False,a,1851.22,1900.0,53.0,1592422574.0180707\n"
                                             "1,True,b,1971.35,2000.0,54.0,1592422575.0\n"
                                             "2,False,b,1836.75,1900.0,53.0,1592422684.25\n"
                                             "3,perhaps,b,1,100.0,53.0,1592422685\n");
  const auto trace = open(file.path());
  const auto& summary = trace->summary();
  CHECK(summary.format == "lambda_calls");
  CHECK(summary.requests == 3);
  CHECK(skippedFor(summary, "is_cold is neither True nor False") == 1);
  CHECK(summary.coldStarts == 1u);
  CHECK(summary.environments == 2u);
  CHECK(summary.environmentsWarmAtFirst == 1u);
  CHECK(summary.billedMs == 5800.0);
  CHECK(summary.maxMemoryUsedMb == 54.0);
  CHECK(summary.longestIdle == workloads::Duration(107'278'650'000)); // 109.25 s - 1,971.35 ms
  CHECK(summary.oldestEnvironment == workloads::Duration(111'086'750'000));
  const auto requests = requestsOf(*trace);
  CHECK(requests.arrivals == std::vector<std::int64_t>{0, 981'929'300, 110'231'929'300});
  CHECK(requests.durations.front() == 1'851'220'000);
}

TEST_CASE("Newest first gives the same environments, and rows without order no idle time", "[trace]") {
  const std::string first = "0,True,a,1000,1000,1,1592422574\n", second = "1,False,a,1000,1000,1,1592422634\n",
                    third = "2,False,a,1000,1000,1,1592422644\n";
  const auto summaryOf = [&](const std::string& rows) {
    const FileWith file(kHeader + rows);
    return open(file.path())->summary();
  };
  const auto ascending = summaryOf(first + second + third), descending = summaryOf(third + second + first);
  CHECK(ascending.environmentsWarmAtFirst == 0u);
  CHECK(descending.environmentsWarmAtFirst == 0u);
  CHECK(ascending.longestIdle == 59s);
  CHECK(descending.longestIdle == 59s);
  CHECK(ascending.oldestEnvironment == 71s);
  CHECK(descending.oldestEnvironment == 71s);
  CHECK_FALSE(summaryOf(first + third + second).longestIdle);
}

TEST_CASE("The real Poisson runs give the reference counts", "[trace]") {
  if (!haveSharedTraces()) return;
  struct Expected {
    const char* name;
    std::uint64_t requests, cold, environments;
    double billedMs;
  };
  for (const Expected& e : {Expected{"2020-05-26.csv.gz", 1648, 29, 30, 3136600}, Expected{"2020-06-18.csv", 791, 28, 29, 1512400}}) {
    const auto trace = open(sharedTrace("cold_starts/pacslab_lambda_poisson_" + std::string(e.name)));
    const auto& summary = trace->summary();
    CHECK(summary.format == "lambda_calls");
    CHECK(summary.requests == e.requests);
    CHECK(summary.coldStarts == e.cold);
    CHECK(summary.environments == e.environments);
    CHECK(summary.environmentsWarmAtFirst == 1u);
    CHECK(summary.billedMs == e.billedMs);
  }
}

TEST_CASE("The real constant-rate logs: environments are log streams, some older than the log", "[trace]") {
  if (!haveSharedTraces()) return;
  struct Expected {
    const char* name;
    std::uint64_t cold, environments;
  };
  for (const Expected& e : {Expected{"1rps.json", 0, 1}, Expected{"10rps.json", 0, 2}, Expected{"30rps.json.gz", 3, 7}}) {
    const auto summary = open(sharedTrace("lambda_logs/filter_log_events_" + std::string(e.name)))->summary();
    CHECK(summary.coldStarts == e.cold);
    CHECK(summary.environments == e.environments);
    CHECK(summary.environmentsWarmAtFirst == e.environments - e.cold);
  }
}
