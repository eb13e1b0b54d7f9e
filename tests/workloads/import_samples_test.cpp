// Every real sample of the formats that are read, against the reference quantities counted by plain scripts
// (traces/EXPECTED.tsv of the shared material). Runs when the samples are there.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"

using namespace trace_test;

namespace {

// file -> quantity -> value
std::map<std::string, std::map<std::string, std::string>> expectedQuantities() {
  std::map<std::string, std::map<std::string, std::string>> table;
  std::ifstream in(sharedTrace("EXPECTED.tsv"));
  std::string line, file, quantity, value;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::getline(cells, file, '\t');
    std::getline(cells, quantity, '\t');
    std::getline(cells, value, '\t');
    table[file][quantity] = value;
  }
  return table;
}

double sumMs(const Requests& requests) {
  return static_cast<double>(std::accumulate(requests.durations.begin(), requests.durations.end(), std::int64_t{0})) *
         1e-6;
}

// A request that ends when another starts does not overlap it.
int largestConcurrency(const Requests& requests) {
  std::vector<std::pair<std::int64_t, int>> changes;
  for (std::size_t i = 0; i < requests.arrivals.size(); ++i) {
    changes.emplace_back(requests.arrivals[i], 1);
    changes.emplace_back(requests.arrivals[i] + requests.durations[i], -1);
  }
  std::sort(changes.begin(), changes.end());
  int now = 0, most = 0;
  for (const auto& change : changes) most = std::max(most, now += change.second);
  return most;
}

} // namespace

#define NEEDS_SAMPLES                                                                                                  \
  if (!haveSharedTraces()) {                                                                                           \
    WARN("no shared traces: skipped");                                                                                 \
    return;                                                                                                            \
  }

TEST_CASE("Lambda logs as users have them give the reference counts and sums") {
  NEEDS_SAMPLES
  for (const auto& [file, expected] : expectedQuantities()) {
    if (!file.starts_with("lambda_logs/")) continue;
    INFO(file);
    const auto trace = open(sharedTrace(file));
    const auto& summary = trace->summary();
    const auto requests = requestsOf(*trace);
    CHECK(summary.format == "lambda_report");
    CHECK(summary.requests == requests.arrivals.size());
    const auto has = [&](const char* quantity) { return expected.contains(quantity); };
    const auto number = [&](const char* quantity) { return std::stod(expected.at(quantity)); };
    if (has("reports")) CHECK(static_cast<double>(summary.requests) == number("reports"));
    if (has("rows")) CHECK(static_cast<double>(summary.requests) == number("rows"));
    if (has("platform.report")) CHECK(static_cast<double>(summary.requests) == number("platform.report"));
    if (has("sum_duration_ms")) CHECK(sumMs(requests) == Approx(number("sum_duration_ms")).epsilon(1e-12));
    if (has("sum_billed_ms")) CHECK(summary.billedMs.value() == number("sum_billed_ms"));
    if (has("cold_starts")) CHECK(static_cast<double>(summary.coldStarts.value()) == number("cold_starts"));
    if (has("reports_with_init"))
      CHECK(static_cast<double>(summary.coldStarts.value()) ==
            number("reports_with_init") + number("reports_with_restore"));
    if (has("start_lines"))
      CHECK(static_cast<double>(summary.requests + skippedFor(summary, "START without REPORT")) ==
            number("start_lines"));
    CHECK(std::is_sorted(requests.arrivals.begin(), requests.arrivals.end()));
  }
}

TEST_CASE("The 30 rps load test shows its rate, environments and Little's law") {
  NEEDS_SAMPLES
  const auto trace = open(sharedTrace("lambda_logs/filter_log_events_30rps.json.gz"));
  const auto& summary = trace->summary();
  CHECK(summary.environments == 7U);
  CHECK(summary.memoryMb == 1769.0);
  CHECK(summary.meanRatePerSecond == Approx(30).epsilon(0.01));
  // Little: rate x mean duration = mean busy environments, below the seven there are.
  const double busy = summary.meanRatePerSecond * summary.durations->meanMs / 1e3;
  CHECK(busy == Approx(sumMs(requestsOf(*trace)) / 1e3 / pricing::inSeconds(summary.span)).epsilon(1e-9));
  CHECK(busy == Approx(4.6).margin(0.05));
}

TEST_CASE("Azure 2021 excerpts give invocations, functions, sums and the largest concurrency") {
  NEEDS_SAMPLES
  for (const auto& [file, expected] : expectedQuantities()) {
    if (!file.starts_with("azure2021/")) continue;
    INFO(file);
    const auto trace = open(sharedTrace(file));
    const auto requests = requestsOf(*trace);
    CHECK(trace->isDeterministic());
    CHECK(std::to_string(requests.arrivals.size()) == expected.at("invocations"));
    CHECK(std::to_string(trace->summary().functions) == expected.at("functions(app+func)"));
    CHECK(sumMs(requests) / 1e3 == Approx(std::stod(expected.at("sum_duration_s"))).epsilon(1e-12));
    CHECK(static_cast<double>(requests.arrivals.front()) * 1e-9 ==
          Approx(std::stod(expected.at("first_start_s"))).margin(1e-6));
    CHECK(pricing::inSeconds(trace->summary().span) == Approx(std::stod(expected.at("last_end_s"))).margin(1e-6));
    CHECK(std::to_string(std::count(requests.durations.begin(), requests.durations.end(), 0)) ==
          expected.at("zero_durations"));
    CHECK(std::to_string(largestConcurrency(requests)) == expected.at("max_concurrency(end before start at ties)"));
  }
}

TEST_CASE("Azure 2019 excerpts give functions, invocations and the busiest minute") {
  NEEDS_SAMPLES
  for (const auto& [file, expected] : expectedQuantities()) {
    if (!file.starts_with("azure2019/")) continue;
    INFO(file);
    const auto trace = open(sharedTrace(file));
    const auto& summary = trace->summary();
    CHECK(std::to_string(summary.functions) == expected.at("functions"));
    CHECK(std::to_string(summary.requests) == expected.at("invocations"));
    CHECK(summary.span == std::chrono::minutes(std::stoi(expected.at("minutes"))));
    CHECK(summary.peakRatePerSecond * 60 ==
          Approx(std::stod(expected.at("busiest_minute_invocations"))).epsilon(1e-12));
  }
}

TEST_CASE("Azure 2019 durations and memory join by their three ids") {
  NEEDS_SAMPLES
  const std::string folder = sharedTrace("azure2019/sample400_min480-959/");
  const std::vector<std::string> files = {folder + "durations.csv", folder + "memory.csv", folder + "invocations.csv"};
  const auto trace = workloads::openTrace(files, {.function = "busiest"});
  const auto& summary = trace->summary();
  CHECK(summary.functions == 1);
  REQUIRE(summary.durations);
  CHECK(summary.memoryMb.value() > 0);
  const auto requests = requestsOf(*trace);
  CHECK(requests.arrivals.size() == summary.requests);
  // The drawn mean is that of the table; the standard error from the draws themselves, k = 4.
  const auto n = static_cast<double>(requests.durations.size());
  double squares = 0;
  const double mean = sumMs(requests) / n;
  for (const auto d : requests.durations) squares += std::pow(static_cast<double>(d) * 1e-6 - mean, 2);
  CHECK(std::abs(mean - summary.durations->meanMs) < 4 * std::sqrt(squares / n / n));
}

TEST_CASE("Access logs keep every line") {
  NEEDS_SAMPLES
  const auto count = [](const char* file) {
    const auto summary = open(sharedTrace(file))->summary();
    CHECK(summary.format == "access_log");
    return std::pair(summary.requests, skippedFor(summary, "no duration"));
  };
  using Counts = std::pair<std::uint64_t, std::uint64_t>;
  CHECK(count("nginx_apache/apache_combined_first6000.log") == Counts(6'000, 0));
  // Three of the 14 lines have "-" for the request time.
  CHECK(count("nginx_apache/alp_combined_access.log") == Counts(11, 3));
  CHECK(count("web_traces/nasa_jul95_first5000_clf.log") == Counts(5'000, 0));
  // EXPECTED.tsv says 10,003: its script also broke lines at the three control bytes inside requests. wc -l: 10,000.
  CHECK(count("web_traces/epa_http_lines1-10000.log") == Counts(10'000, 0));
}

TEST_CASE("Generic tables: epoch seconds in a TSV, and counts per interval") {
  NEEDS_SAMPLES
  const auto nasa = open(sharedTrace("web_traces/nasa_19950801_oneday_30969.tsv.gz"));
  CHECK(nasa->summary().requests == 30'969);
  CHECK(nasa->summary().firstEpochMs == 807'256'800'000);
  const auto clarknet = open(sharedTrace("web_traces/clarknet_per_minute_2weeks.csv"));
  CHECK(clarknet->summary().rows == 20'160);
  CHECK(clarknet->summary().requests == 3'347'424);
  CHECK(clarknet->summary().peakRatePerSecond * 60 == Approx(472));
  const auto elb = open(sharedTrace("cloudwatch_metrics/nab_elb_request_count_8c0756.csv"));
  CHECK(elb->summary().requests == 249'327);
  CHECK(elb->summary().peakInterval == std::chrono::minutes(5));
  const auto hey = open(sharedTrace("loadgen/hey/hey_rate_limited.csv"));
  CHECK(hey->summary().requests == 1'888);
  CHECK(sumMs(requestsOf(*hey)) == Approx(71'127.1));
  const auto jmeter = open(sharedTrace("loadgen/jmeter/results_1200.jtl"));
  CHECK(jmeter->summary().requests == 1'200);
  CHECK(sumMs(requestsOf(*jmeter)) == Approx(4'261'586));
  CHECK(sentenceFor(sharedTrace("cloudwatch_metrics/nab_ec2_cpu_utilization_5f5533.csv")).find("no whole count") !=
        std::string::npos);
}
