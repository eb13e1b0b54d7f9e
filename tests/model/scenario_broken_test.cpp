// Every file under tests/broken/scenario and the exact sentences it earns.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"
#include "workloads/random.hpp"

namespace {

using tests::complaints;
using tests::Sentences;

const auto kFolder = std::filesystem::path(BREAKEVEN_SOURCE_DIR) / "tests/broken/scenario";

std::string brokenFile(const std::string& name) {
  std::ifstream file(kFolder / name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("every broken file earns its sentences", "[scenario]") {
  struct Case {
    std::string file;
    Sentences expected;
  };
  const std::vector<Case> cases{
      {"binary.json", {R"(scenario.json:1:1: found "\x7f", expected valid JSON)"}},
      {"duplicate_key.json", {R"(scenario.json: /run: found the key "run" twice, expected each key once)"}},
      {"empty.json", {R"(scenario.json: found an empty text, expected a JSON object)"}},
      {"kind_keys.json",
       {R"(scenario.json: /workload/arrivals/cv: found nothing, expected a number)",
        R"(scenario.json: /workload/arrivals/cvv: found an unknown key "cvv", expected one of the )"
        R"(keys of renewal arrivals; did you mean "cv"?)",
        R"(scenario.json: /workload/work/cv: found 1, expected either cv or p99, not both)",
        R"(scenario.json: /workload/work/cpu_fractoin: found an unknown key "cpu_fractoin", )"
        R"(expected one of the keys of lognormal work; did you mean "cpu_fraction"?)",
        R"(scenario.json: /lambda/init/p99: found "2s", expected a 99 % quantile that a lognormal )"
        R"(of mean 100ms can have (at most 14.97 times the mean))",
        R"(scenario.json: /ec2/boot/points/1: found a list of 1, expected a time and a probability)"}},
      {"later_kind.json",
       {R"(scenario.json: /workload/arrivals/kind: found "flash", expected one of the arrival )"
        R"(kinds of this version: constant, poisson, renewal, bursty, profile, trace)"}},
      {"list.json", {R"(scenario.json: found a list, expected an object)"}},
      {"nan.json", {R"(scenario.json:2:22: found "NaN", expected valid JSON)"}},
      {"negative.json",
       {R"(scenario.json: /workload/arrivals/rate: found "-5/s", expected a rate such as 100/s, )"
        R"(30/min or 1.5M/day)",
        R"(scenario.json: /workload/work: found "-1s", expected a time such as 250ms or an object )"
        R"(with a kind)",
        R"(scenario.json: /workload/memory: found "-128MB", expected a memory size in whole )"
        R"(megabytes such as 512MB or 2GB)",
        R"(scenario.json: /run/horizon: found -1, expected a time such as 250ms, 1.5s, 10min or )"
        R"(7d, or "auto")"}},
      {"no_platform.json",
       {R"(scenario.json: /ec2: found null beside lambda null, expected at least one of the )"
        R"(platforms)"}},
      {"no_work.json",
       {R"(scenario.json: /workload/work: expected a distribution of durations, because these )"
        R"(arrivals bring none)"}},
      {"out_of_range.json",
       {R"(scenario.json: /region: found "us-eest-1", expected a region of the price catalogue )"
        R"(such as us-east-1; did you mean "us-east-1"?)",
        R"(scenario.json: /workload/arrivals/rate: found 1000000000/s at the peak, expected a rate )"
        R"(above 0, at most 10M/s at the peak)",
        R"(scenario.json: /workload/work/cpu_fraction: found 1.5, expected a fraction from 0 to 1)",
        R"(scenario.json: /workload/work/threads: found 0.5, expected a number of vCPUs from 1 to )"
        R"(448)",
        R"(scenario.json: /workload/log_size: found 2097152KB, expected a size from 0KB to 1GB)",
        R"(scenario.json: /lambda/memory: found 64MB, expected a memory size from 128MB to 10GB)",
        R"(scenario.json: /lambda/runtime: found "pyhton3.13", expected one of python3.9, )"
        R"(python3.10, python3.11, python3.12, python3.13, python3.14, nodejs20.x, nodejs22.x, )"
        R"(nodejs24.x, java8.al2, java11, java17, java21, java25, dotnet8, dotnet10, ruby3.2, )"
        R"(ruby3.3, ruby3.4, provided.al2, provided.al2023, go, rust, cpp, swift, bun, llrt, )"
        R"(shell, dotnet8-aot, dotnet10-aot, graalvm-java21, graalvm-java23; did you mean )"
        R"("python3.13"?)",
        R"(scenario.json: /lambda/reserved_concurrency: found 950, expected a whole number from 1 )"
        R"(to 900, because 100 of the account's 1000 stay unreserved)",
        R"(scenario.json: /lambda/provisioned_concurrency: found 951, expected a whole number from )"
        R"(0 to 950, because provisioned concurrency is part of the reserved)",
        R"(scenario.json: /lambda/timeout: found 1200s, expected a time from 1s to 900s)",
        R"(scenario.json: /lambda/ephemeral_storage: found 256MB, expected a memory size from )"
        R"(512MB to 10GB)",
        R"(scenario.json: /lambda/overhead: found 120s, expected a time from 0s to 60s)",
        R"(scenario.json: /lambda/speed: found 0, expected a speed relative to a Lambda x86 vCPU )"
        R"(from 0.01 to 100)",
        R"(scenario.json: /ec2/instance_type: found "c7g.lrage", expected an EC2 instance type )"
        R"(such as c7g.large; did you mean "c7g.large"?)",
        R"(scenario.json: /ec2/workers: found 0, expected a whole number from 1 to 100000)",
        R"(scenario.json: /ec2/availability_zones: found 9, expected a whole number from 1 to 6)",
        R"(scenario.json: /ec2/max: found 2, expected at least min (5))",
        R"(scenario.json: /ec2/scaling/target: found 50, expected a CPU utilisation from 0.1 to 1)",
        R"(scenario.json: /ec2/deregistration_delay: found 7200s, expected a time from 0s to 3600s)",
        R"(scenario.json: /ec2/ebs_gib: found -1, expected a whole number from 0 to 65536)",
        R"(scenario.json: /objective/mean: found 0s, expected a time above 0)",
        R"(scenario.json: /objective/p99: found 1s, expected at least p90 (2s))",
        R"(scenario.json: /objective/max_failed: found 2, expected a fraction from 0 to 1)",
        R"(scenario.json: /run/horizon: found 500ms, expected a time from 1s to 3650d)",
        R"(scenario.json: /run/replications: found 0, expected a whole number from 1 to 1000)",
        R"(scenario.json: /assumptions/hours_per_month: found 800, expected a number of hours from )"
        R"(1 to 744)"}},
      {"profile_lists.json",
       {R"(scenario.json: /workload/arrivals/hour_of_day: found a list of 3, expected a list of 24 )"
        R"(numbers)",
        R"(scenario.json: /workload/arrivals/day_of_week/5: found "a lot", expected a number)",
        R"(scenario.json: /workload/work/mean: found nothing, expected a time such as 250ms, 1.5s, )"
        R"(10min or 7d)"}},
      {"schema_version.json",
       {R"(scenario.json: /schema_version: found 2, expected 1, the version of the scenario file )"
        R"(that this program reads)"}},
      {"too_large_number.json", {R"(scenario.json:2:22: found "1e400", expected a number below 1.8e308)"}},
      {"trace_file.json",
       {R"(scenario.json: /workload/arrivals/file: found "b.log", expected either file or files, )"
        R"(not both)",
        R"(scenario.json: /workload/arrivals/files/1: found 7, expected a file name)",
        R"(scenario.json: /workload/arrivals/time_column: found true, expected a text, a number or )"
        R"(null)",
        R"(scenario.json: /workload/work/mean: found an unknown key "mean", expected one of the )"
        R"(keys of trace work (kind, cpu_fraction, threads, measured_at))"}},
      {"truncated.json", {R"(scenario.json:4:1: found the end of the text, expected a key in double quotes)"}},
      {"unknown_key.json",
       {R"(scenario.json: /lambda/memroy: found an unknown key "memroy", expected one of the keys )"
        R"(of lambda; did you mean "memory"?)",
        R"(scenario.json: /ec2/minimum: found an unknown key "minimum", expected one of the keys )"
        R"(of ec2 (instance_type, discipline, workers, queue_limit, request_timeout, routing, )"
        R"(availability_zones, min, max, initial, scaling, boot, deregistration_delay, purchase, )"
        R"(load_balancer, ebs_gib, public_ipv4, detailed_monitoring, overhead, speed))",
        R"(scenario.json: /colour: found an unknown key "colour", expected one of the keys of a )"
        R"(scenario (schema_version, name, region, workload, lambda, ec2, objective, run, )"
        R"(assumptions))"}},
      {"unknown_kind.json",
       {R"(scenario.json: /workload/arrivals/kind: found "poison", expected one of constant, )"
        R"(poisson, renewal, bursty, profile, trace; did you mean "poisson"?)",
        R"(scenario.json: /workload/work/kind: found "uniform", expected one of constant, )"
        R"(exponential, lognormal, gamma, weibull, quantiles, tabulated, empirical, trace)",
        R"(scenario.json: /lambda/init/kind: found nothing, expected one of constant, exponential, )"
        R"(lognormal, gamma, weibull, quantiles, tabulated, empirical)",
        R"(scenario.json: /lambda/reuse: found "mru", expected one of lifo, fifo, random)",
        R"(scenario.json: /ec2/scaling/kind: found "step", expected one of none, target_tracking)",
        R"(scenario.json: /ec2/purchase: found "standart_1y", expected one of on_demand, spot, )"
        R"(standard_1y, standard_3y, convertible_1y, convertible_3y, standard_1y_all_upfront, )"
        R"(compute_sp_1y, compute_sp_3y, ec2_sp_1y, ec2_sp_3y; did you mean "standard_1y"?)"}},
      {"wrong_type.json",
       {R"(scenario.json: /name: found 7, expected a text)",
        R"(scenario.json: /lambda/memory: found true, expected a memory size in whole megabytes )"
        R"(such as 512MB or 2GB, or "auto")",
        R"(scenario.json: /lambda/init: found "soon", expected a time such as 250ms or an object )"
        R"(with a kind, or "auto")",
        R"(scenario.json: /lambda/idle_lifetime: found "atuo", expected a time such as 250ms or an )"
        R"(object with a kind, or "auto"; did you mean "auto"?)",
        R"(scenario.json: /lambda/provisioned_concurrency: found 1.5, expected a whole number)",
        R"(scenario.json: /ec2/min: found "two", expected a whole number)",
        R"(scenario.json: /ec2/boot: found a list, expected a time such as 250ms or an object with )"
        R"(a kind)",
        R"(scenario.json: /ec2/public_ipv4: found "yes", expected true or false)",
        R"(scenario.json: /ec2/speed: found "fast", expected a number, or "auto")",
        R"(scenario.json: /objective/p99: found "500 parsecs", expected a time such as 250ms, )"
        R"(1.5s, 10min or 7d, or null)",
        R"(scenario.json: /run/replications: found null, expected a whole number)",
        R"(scenario.json: /run/seed: found -1, expected a whole number from 0 to )"
        R"(18446744073709551615)"}},
  };
  for (const auto& broken : cases) {
    INFO(broken.file);
    CHECK(complaints(brokenFile(broken.file)) == broken.expected);
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == cases.size());
}

TEST_CASE("cutting a scenario anywhere never crashes the reader", "[scenario]") {
  const std::string whole(tests::kContractExample);
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_FALSE(complaints(whole.substr(0, length)).empty());
}

TEST_CASE("damaged scenarios are read or refused, never worse", "[scenario]") {
  const std::string whole(tests::kContractExample);
  workloads::RandomStream random(1, "damage", 0);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    auto text = whole;
    for (std::uint64_t bytes = 1 + random.below(4); bytes > 0; --bytes)
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    refused += complaints(text).empty() ? 0 : 1;
  }
  CHECK(refused > 1000); // most bytes matter
  CHECK(refused < 2000); // some are blanks or digits
}

TEST_CASE("deep nesting is refused like any other value", "[scenario]") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(complaints(R"({"lambda": {"memory": )" + deep + "}}") ==
        Sentences{R"(scenario.json: /lambda/memory: found a list, expected a memory size in whole megabytes such as )"
                  R"(512MB or 2GB, or "auto")"});
}
