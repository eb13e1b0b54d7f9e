// Defaults with their sources, limits, the assumption list, and what the simulators get.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace model;
using pricing::Architecture;
using pricing::Memory;
using pricing::RequestRate;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using tests::Sentences;
using tests::Settings;

const pricing::PriceCatalogue& catalogue() { return *pricing::PriceCatalogue::embedded(); }

// The contract's example with settings on top.
Scenario with(const Settings& settings) { return readScenario(tests::kContractExample, "contract", settings); }

// What the contract's example earns with these settings.
Sentences complaintsWith(const Settings& settings) {
  return tests::complaints(std::string(tests::kContractExample), settings);
}

} // namespace

// ---- limits ----

TEST_CASE("each limit has a sentence", "[scenario]") {
  struct Case {
    std::string setting, expected; // without "--set PATH: "
  };
  const std::vector<Case> cases{
      {"region=eu-centarl-1", R"(found "eu-centarl-1", expected a region of the price catalogue such as us-east-1; )"
                              R"(did you mean "eu-central-1"?)"},
      {"workload.arrivals.rate=0", "found 0/s at the peak, expected a rate above 0, at most 10M/s at the peak"},
      {"workload.arrivals.rate=11M/s",
       "found 11000000/s at the peak, expected a rate above 0, at most 10M/s at the peak"},
      {"workload.work.cpu_fraction=-0.1", "found -0.1, expected a fraction from 0 to 1"},
      {"workload.work.threads=0.9", "found 0.9, expected a number of vCPUs from 1 to 448"},
      {"workload.work.measured_at.memory=64", "found 64MB, expected a memory size from 128MB to 10GB"},
      {"workload.memory=0", "found 0MB, expected a memory size from 1MB to 24576GB"},
      {"lambda.memory=10241", "found 10241MB, expected a memory size from 128MB to 10GB"},
      {"lambda.memory=127", "found 127MB, expected a memory size from 128MB to 10GB"},
      {"lambda.ephemeral_storage=511", "found 511MB, expected a memory size from 512MB to 10GB"},
      {"lambda.timeout=901", "found 901s, expected a time from 1s to 900s"},
      {"lambda.timeout=999ms", "found 999ms, expected a time from 1s to 900s"},
      {"lambda.overhead=61", "found 61s, expected a time from 0s to 60s"},
      {"lambda.speed=1000", "found 1000, expected a speed relative to a Lambda x86 vCPU from 0.01 to 100"},
      {"lambda.growth_per_10s=0", "found 0, expected a whole number from 1 to 1000000"},
      {"lambda.account_concurrency=0", "found 0, expected a whole number from 1 to 1000000"},
      {"lambda.reserved_concurrency=901",
       "found 901, expected a whole number from 1 to 900, because 100 of the account's 1000 stay unreserved"},
      {"lambda.reserved_concurrency=0",
       "found 0, expected a whole number from 1 to 900, because 100 of the account's 1000 stay unreserved"},
      {"lambda.provisioned_concurrency=901",
       "found 901, expected a whole number from 0 to 900, because 100 of the account's 1000 stay unreserved"},
      {"lambda.idle_lifetime=1001h", "found 3603600s, expected a time from 0 to 1000 h"},
      {"lambda.init_ahead=1.1", "found 1.1, expected a fraction from 0 to 1"},
      {"lambda.extensions.after=901s", "found 901s, expected a time from 0s to 900s"},
      {"ec2.workers=0", "found 0, expected a whole number from 1 to 100000"},
      {"ec2.queue_limit=-1", "found -1, expected a whole number from 0 to 1000000"},
      {"ec2.request_timeout=0", "found 0s, expected a time from 1ms to 1d"},
      {"ec2.availability_zones=7", "found 7, expected a whole number from 1 to 6"},
      {"ec2.min=0", "found 0, expected a whole number from 1 to 10000"},
      {"ec2.max=1", "found 1, expected at least min (2)"},
      {"ec2.initial=21", "found 21, expected a whole number from 2 to 20"},
      {"ec2.scaling.target=0.05", "found 0.05, expected a CPU utilisation from 0.1 to 1"},
      {"ec2.scaling.out_points=0", "found 0, expected a whole number from 1 to 100"},
      {"ec2.deregistration_delay=3601", "found 3601s, expected a time from 0s to 3600s"},
      {"ec2.instance_type=c7g.lage",
       R"(found "c7g.lage", expected an EC2 instance type such as c7g.large; did you mean "c7g.large"?)"},
      {"objective.max_failed=1.01", "found 1.01, expected a fraction from 0 to 1"},
      {"objective.p99=0", "found 0s, expected a time above 0"},
      {"run.horizon=0.5", "found 500ms, expected a time from 1s to 3650d"},
      {"run.horizon=3651d", "found 3651d, expected a time from 1s to 3650d"},
      {"run.warmup=8d", "found 8d, expected a time below the horizon (7d)"},
      {"run.replications=1001", "found 1001, expected a whole number from 1 to 1000"},
      {"assumptions.hours_per_month=745", "found 745, expected a number of hours from 1 to 744"},
  };
  for (const auto& limit : cases) {
    INFO(limit.setting);
    auto path = limit.setting.substr(0, limit.setting.find('='));
    if (path == "lambda.idle_lifetime") path += ".value";
    CHECK(complaintsWith({limit.setting}) == Sentences{"--set " + path + ": " + limit.expected});
  }
}

TEST_CASE("SnapStart is held against what AWS allows", "[scenario]") {
  const auto refusals = [](Settings settings) {
    settings.push_back("lambda.snap_start.versions=1");
    return complaintsWith(settings);
  };
  const std::string place = "scenario.json: /lambda/snap_start: found SnapStart with ";
  CHECK(refusals({"lambda.runtime=python3.11"}) ==
        Sentences{place + "python3.11, expected null, or a lambda.runtime of Java 11, Python 3.12, .NET 8 or later, on "
                          "its managed runtime"});
  for (const auto* runtime : {"java8.al2", "nodejs22.x", "graalvm-java21", "dotnet8-aot", "ruby3.4", "go"})
    CHECK(refusals({std::string("lambda.runtime=") + runtime}).size() == 1);
  for (const auto* runtime : {"java11", "java25", "python3.12", "python3.14", "dotnet8", "dotnet10"})
    CHECK(refusals({std::string("lambda.runtime=") + runtime}).empty());
  CHECK(refusals({"lambda.package=image"}).empty());
  CHECK(refusals({"lambda.provisioned_concurrency=3", "lambda.ephemeral_storage=1GB"}) ==
        Sentences{place + "3 provisioned environments, expected null, or lambda.provisioned_concurrency 0, because a "
                          "function has one or the other",
                  place + "1GB of ephemeral storage, expected null, or lambda.ephemeral_storage 512MB, the most that "
                          "a snapshot keeps"});
  CHECK(complaintsWith({"lambda.snap_start.versions=0"}) ==
        Sentences{"--set lambda.snap_start.versions: found 0, expected a whole number from 1 to 10000"});
  CHECK(refusals({"lambda.snap_start.billed_share=2"}) ==
        Sentences{"--set lambda.snap_start.billed_share: found 2, expected a fraction from 0 to 1"});
}

TEST_CASE("limits themselves are allowed", "[scenario]") {
  for (const auto& setting :
       {"lambda.memory=128MB", "lambda.memory=10240MB", "lambda.timeout=1s", "lambda.ephemeral_storage=10240MB",
        "lambda.reserved_concurrency=900", "lambda.provisioned_concurrency=900", "ec2.availability_zones=6",
        "ec2.scaling.target=0.1", "ec2.scaling.target=1", "run.replications=1000", "run.horizon=3650d",
        "workload.arrivals.rate=10M/s", "workload.work.cpu_fraction=0", "objective.max_failed=0", "lambda=null",
        "ec2=null", "ec2.instance_type=auto", "lambda.memory=auto"}) {
    INFO(setting);
    CHECK(complaintsWith({setting}) == Sentences{});
  }
}

TEST_CASE("contradictions between fields are found", "[scenario]") {
  CHECK(complaintsWith({"lambda.reserved_concurrency=5", "lambda.provisioned_concurrency=6"}) ==
        Sentences{"--set lambda.provisioned_concurrency: found 6, expected a whole number from 0 to 5, because "
                  "provisioned concurrency is part of the reserved"});
  CHECK(complaintsWith({"lambda.account_concurrency=100", "lambda.reserved_concurrency=5"}) ==
        Sentences{"--set lambda.reserved_concurrency: found 5, expected null, because 100 of the account's 100 stay "
                  "unreserved"});
  CHECK(complaintsWith({"objective.p50=600ms"}) ==
        Sentences{"scenario.json: /objective/p99: found 500ms, expected at least p50 (600ms)"});
  CHECK(complaintsWith({"objective.mean=600ms"}).empty()); // a mean may lie beyond a quantile
  CHECK(complaintsWith({"lambda=null", "ec2=null"}) ==
        Sentences{"--set ec2: found null beside lambda null, expected at least one of the platforms"});
  CHECK(complaintsWith({"workload.memory=2GB"}) ==
        Sentences{"scenario.json: /lambda/memory: found 1769MB, expected at least workload.memory (2GB)"});
  // 20 GB rules Lambda out, which is for the verdict to say; this instance is a choice that can be changed.
  CHECK(complaintsWith({"workload.memory=20GB"}) ==
        Sentences{R"(scenario.json: /ec2/instance_type: found "c7g.large", expected an instance type with at least )"
                  "workload.memory (20GB)"});
  CHECK(complaintsWith({R"(ec2.scaling={"kind": "target_tracking", "metric": "requests_per_target", "target": 600})"})
            .empty());
}

TEST_CASE("a type that a region does not sell is refused", "[scenario]") {
  const pricing::InstanceType* unsold = nullptr;
  for (const auto& type : catalogue().types())
    if (!unsold && !catalogue().instanceHour("af-south-1", type.name, pricing::Purchase::OnDemand)) unsold = &type;
  if (!unsold) {
    WARN("the catalogue has a price for every type in af-south-1");
    return;
  }
  CHECK(complaintsWith({"region=af-south-1", "ec2.instance_type=" + unsold->name}) ==
        Sentences{"--set ec2.instance_type: found \"" + unsold->name +
                  "\", expected an instance type with a price for on_demand in af-south-1"});
}

TEST_CASE("both platforms' distributions are checked at their place", "[scenario]") {
  auto scenario = with({});
  scenario.lambda->init = workloads::Lognormal{seconds(1), -1};
  scenario.ec2->boot = workloads::Tabulated{};
  const auto found = problems(scenario, catalogue(), "form");
  REQUIRE(found.size() == 2);
  CHECK(found[0].where == "form: /lambda/init/cv");
  CHECK(found[1].where == "form: /ec2/boot/points");
}

// ---- assumptions ----

TEST_CASE("every default has a source, every leaf a line, in file order", "[scenario]") {
  std::vector<Scenario> scenarios{Scenario{}};
  for (const auto& example : examples()) scenarios.push_back(readScenario(example.json, example.name));
  for (const auto& scenario : scenarios) {
    std::set<std::string> paths;
    for (const auto& line : assumptions(scenario)) {
      INFO(line.path);
      CHECK_FALSE(line.value.empty());
      if (line.origin == Origin::Default) CHECK_FALSE(line.source.empty());
      CHECK(paths.insert(line.path).second);
    }
    CHECK(paths.contains("run.seed"));
  }
  const auto lines = assumptions(Scenario{});
  CHECK(lines.front().path == "schema_version");
  CHECK(lines.back().path == "assumptions.traffic_drop");
}

TEST_CASE("an assumption says what was set, by whom, and what a word stands for", "[scenario]") {
  const auto lines =
      assumptions(readScenario(R"({"workload": {"work": "1s"}, "lambda": {"idle_lifetime": "600s", "init": "auto"}})",
                               "s", Settings{"ec2.min=3"}));
  const auto line = [&](std::string_view path) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.path == path; });
    REQUIRE(found != lines.end());
    return *found;
  };
  CHECK(line("lambda.idle_lifetime.value").value == "600s");
  CHECK(line("lambda.idle_lifetime.value").origin == Origin::Scenario);
  CHECK(line("ec2.min").value == "3");
  CHECK(line("ec2.min").origin == Origin::CommandLine);
  CHECK(line("workload.work.value").origin == Origin::Scenario);
  CHECK(line("workload.work.cpu_fraction").origin == Origin::Default);
  CHECK(line("lambda.account_concurrency").source == "AWS Lambda developer guide, Lambda quotas: 1,000 by default");
  CHECK(line("lambda.init").origin == Origin::Scenario);
  CHECK(line("lambda.init").value.substr(0, 17) == "auto (tabulated, ");
  CHECK(line("lambda.init").source ==
        "maxday/lambda-perf, Jul-Aug 2026, Apache-2.0: python3.13 zip x86_64, hello-world "
        "function; own code adds to it");
  // A whole object that came from elsewhere passes its origin on.
  Scenario traced;
  traced.origins["workload.work"] = Origin::Trace;
  for (const auto& assumption : assumptions(traced))
    if (assumption.path == "workload.work.kind") CHECK(assumption.origin == Origin::Trace);
  CHECK(name(Origin::CommandLine) == "command line");
}

TEST_CASE("the reference names every key, default and source", "[scenario]") {
  std::ifstream file(std::filesystem::path(BREAKEVEN_SOURCE_DIR) / "docs/scenario.md");
  std::set<std::string> rows; // path, default, source
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    if (cells.size() == 6) rows.insert(cells[1] + cells[4] + cells[5]);
  }
  for (const auto& line : assumptions(Scenario{})) {
    const auto expected = " `" + line.path + "`  `" + line.value + "`  " + line.source + " ";
    INFO(expected);
    CHECK(rows.count(expected) == 1);
  }
}

// ---- default tables ----

TEST_CASE("the init table is the published one", "[scenario]") {
  const auto median = [](std::string_view runtime, Architecture architecture, Package package, int mb) {
    return workloads::quantileSeconds(defaultInit(runtime, architecture, package, Memory::mebibytes(mb)).distribution,
                                      0.5);
  };
  // Medians of maxday/lambda-perf, 30 days to 2026-08-22, zip at 512 MB.
  CHECK(median("python3.13", Architecture::X86_64, Package::Zip, 512) == Approx(0.08375));
  CHECK(median("python3.13", Architecture::Arm64, Package::Zip, 512) == Approx(0.07985));
  CHECK(median("nodejs22.x", Architecture::X86_64, Package::Zip, 512) == Approx(0.14025));
  CHECK(median("python3.13", Architecture::X86_64, Package::Image, 1024) == Approx(0.15575));
  CHECK(knownRuntimes().size() == 32);
  for (const auto runtime : knownRuntimes())
    for (const auto architecture : {Architecture::X86_64, Architecture::Arm64})
      for (const auto package : {Package::Zip, Package::Image}) {
        const auto found = defaultInit(runtime, architecture, package, Memory::mebibytes(512));
        CHECK(workloads::problems(found.distribution, "init").empty());
        CHECK(workloads::meanSeconds(found.distribution) > 0.01);
      }
}

TEST_CASE("an init that nobody measured is said to count as nothing", "[scenario]") {
  const auto unknown = defaultInit("python2.7", Architecture::Arm64, Package::Image, Memory::mebibytes(512));
  CHECK(unknown.distribution == workloads::DurationDistribution(workloads::Constant{}));
  CHECK(unknown.source ==
        "python2.7 was not measured as image on arm64: init counts as 0 s until lambda.init says more");
}

// From the cold starts of meex28/aws-lambda-performance-master-thesis, restores of Java and Kotlin pooled.
TEST_CASE("restores are the measured ones, by memory", "[scenario]") {
  const auto seconds = [](int mb, double p) {
    return workloads::quantileSeconds(defaultRestore(Memory::mebibytes(mb)).distribution, p);
  };
  CHECK(seconds(128, 0.5) == Approx(0.9069));
  CHECK(seconds(1024, 0.5) == Approx(0.5603));
  CHECK(seconds(1024, 0.99) == Approx(0.7067));
  CHECK(seconds(362, 0.5) == Approx((seconds(256, 0.5) + seconds(512, 0.5)) / 2).epsilon(1e-4));
  CHECK(seconds(10'240, 0.5) == seconds(2048, 0.5));
  const auto path = std::filesystem::path(BREAKEVEN_SHARED_DIR) / "traces/lambda_logs/parsed_report_table_cold.csv";
  std::ifstream file(path);
  if (!file) {
    WARN("the source file is not here: " << path.string());
    return;
  }
  std::map<int, std::vector<double>> restores;
  double restored = 0, billed = 0;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    if (cells.at(5).empty()) continue;
    restores[std::stoi(cells[3])].push_back(std::stod(cells[5]));
    restored += std::stod(cells[5]);
    billed += std::stod(cells[6]);
  }
  REQUIRE(restores.size() == 5);
  for (auto& [mb, values] : restores) {
    std::sort(values.begin(), values.end());
    const double place = 0.5 * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    const double median = values[low] + (place - std::floor(place)) * (values[low + 1] - values[low]);
    CHECK(seconds(mb, 0.5) * 1e3 == Approx(median).margin(0.06));
  }
  CHECK(billed / restored == Approx(SnapStart{}.billedShare).margin(0.005));
}

TEST_CASE("init between measured memory sizes is interpolated, beyond them constant", "[scenario]") {
  const auto median = [](int mb) {
    return workloads::quantileSeconds(
        defaultInit("java21", Architecture::X86_64, Package::Zip, Memory::mebibytes(mb)).distribution, 0.5);
  };
  // 362 MB is the geometric mean of 256 and 512 MB.
  CHECK(median(362) == Approx((median(256) + median(512)) / 2).epsilon(1e-4));
  CHECK(median(10'240) == median(1024));
}

TEST_CASE("the init table holds what the source file holds", "[scenario]") {
  const auto path =
      std::filesystem::path(BREAKEVEN_SHARED_DIR) / "traces/cold_starts/cold_start_init_by_runtime_memory_arch.csv";
  std::ifstream file(path);
  if (!file) {
    WARN("the source file is not here: " << path.string());
    return;
  }
  std::string line;
  std::getline(file, line);
  int compared = 0;
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    if (cells.at(1) != "python313" && cells.at(1) != "java21" && cells.at(1) != "dotnet8") continue;
    const auto runtime = cells[1] == "python313" ? "python3.13" : cells[1];
    const auto distribution =
        defaultInit(runtime, cells[4] == "arm64" ? Architecture::Arm64 : Architecture::X86_64,
                    cells[2] == "zip" ? Package::Zip : Package::Image, Memory::mebibytes(std::stoi(cells[3])))
            .distribution;
    INFO(line);
    // Runtime, package, architecture and memory reach the function that is simulated.
    const auto function =
        lambdaFunction(with({"lambda.init=auto", "lambda.runtime=" + runtime, "lambda.package=" + cells[2],
                             "lambda.architecture=" + cells[4], "lambda.memory=" + cells[3] + "MB"}));
    CHECK(function.init == distribution);
    CHECK(workloads::quantileSeconds(distribution, 0.9) * 1e3 == Approx(std::stod(cells[9])).epsilon(1e-6));
    CHECK(workloads::quantileSeconds(distribution, 0.99) * 1e3 == Approx(std::stod(cells[10])).epsilon(1e-6));
    // Straight lines between six quantiles put a little too much weight into the tails.
    CHECK(workloads::meanSeconds(distribution) * 1e3 == Approx(std::stod(cells[12])).epsilon(0.15));
    ++compared;
  }
  CHECK(compared == 48); // 3 runtimes x 2 packages x 4 sizes x 2 architectures
}

TEST_CASE("the default idle lifetime is the probes' distribution", "[scenario]") {
  const auto lifetime = defaultIdleLifetime().distribution;
  CHECK(workloads::problems(lifetime, "idle").empty());
  CHECK(workloads::quantileSeconds(lifetime, 0.43) == Approx(315));
  CHECK(workloads::quantileSeconds(lifetime, 0.08) == Approx(300));
  // By trapezoids over the probes: sum of (p2 - p1) (t1 + t2) / 2.
  const double mean = 0.01 * 210 + 0.02 * 255 + 0.05 * 285 + 0.35 * 307.5 + 0.25 * 322.5 + 0.26 * 337.5 + 0.06 * 352.5;
  CHECK(workloads::meanSeconds(lifetime) == Approx(mean));
}

TEST_CASE("default workers follow memory and vCPUs", "[scenario]") {
  pricing::InstanceType type;
  type.vcpus = 4;
  type.memory = Memory::mebibytes(8192);
  workloads::Workload workload;
  const auto workers = [&](Discipline discipline) { return defaultWorkers(type, workload, discipline); };
  CHECK(workers(Discipline::Fcfs) == 4);
  CHECK(workers(Discipline::ProcessorSharing) == 32); // 8 x 4 vCPUs / 1 vCPU a request
  workload.memory = Memory::mebibytes(1024);
  CHECK(workers(Discipline::ProcessorSharing) == 7); // (8,192 - 1,024) / 1,024
  workload.memory = Memory::mebibytes(1);
  workload.work.cpuFraction = 0.1;
  CHECK(workers(Discipline::ProcessorSharing) == 320); // 8 x 4 / 0.1
  workload.work.cpuFraction = 0;
  CHECK(workers(Discipline::ProcessorSharing) == 4000); // waits only: 1,000 a vCPU
  workload.work.cpuFraction = 1;
  workload.work.threads = 2;
  CHECK(workers(Discipline::Fcfs) == 2);
  workload.work.threads = 64;
  CHECK(workers(Discipline::Fcfs) == 1);
  type.memory = Memory::mebibytes(512); // a small instance keeps half for the system
  workload.memory = Memory::mebibytes(128);
  CHECK(workers(Discipline::ProcessorSharing) == 2);
}

// ---- what the simulators get ----

TEST_CASE("a Lambda setup resolves to a function", "[scenario]") {
  const auto function = lambdaFunction(with({"lambda.overhead=8ms", "lambda.reuse=fifo", "workload.work.threads=2"}));
  CHECK(function.memory == Memory::mebibytes(1769));
  CHECK(function.threads == 2);
  CHECK(function.init == workloads::DurationDistribution(workloads::Constant{milliseconds(500)}));
  CHECK(function.idleLifetime == workloads::DurationDistribution(workloads::Constant{minutes(10)}));
  CHECK_FALSE(function.maxLifetime);
  CHECK(function.reuse == Reuse::Fifo);
  CHECK(function.concurrencyLimit == 1000);
  CHECK(function.growth == GrowthLimit{1000, 1000, seconds(10)});
  CHECK(function.timeout == minutes(15));
  CHECK(function.overhead == milliseconds(8));
  CHECK(function.requestRateCap);
  CHECK(function.initBilled);

  CHECK(lambdaFunction(with({"lambda.reserved_concurrency=50"})).concurrencyLimit == 50);
  CHECK_FALSE(lambdaFunction(with({"workload.trigger=async"})).requestRateCap); // 10 x concurrency is for sync calls
  const auto looked = lambdaFunction(with({"lambda.init=auto", "lambda.idle_lifetime=auto", "lambda.speed=auto"}));
  CHECK(looked.idleLifetime == defaultIdleLifetime().distribution);
  CHECK(looked.init ==
        defaultInit("python3.13", Architecture::X86_64, Package::Zip, Memory::mebibytes(1769)).distribution);
  CHECK(looked.speed == 1.0);
}

TEST_CASE("environments are recycled after 2 to 8 h unless the scenario says none", "[scenario]") {
  const auto function = lambdaFunction(readScenario(R"({"workload": {"work": "1s"}})", "test"));
  REQUIRE(function.maxLifetime);
  CHECK(workloads::quantileSeconds(*function.maxLifetime, 0.5) == Approx(5 * 3600));
  CHECK(workloads::quantileSeconds(*function.maxLifetime, 1e-9) == Approx(2 * 3600));
  CHECK_FALSE(lambdaFunction(with({"lambda.max_lifetime=none"})).maxLifetime);
}

TEST_CASE("init ahead, extensions and SnapStart reach the function", "[scenario]") {
  const auto plain = lambdaFunction(with({}));
  CHECK(plain.initAhead == 0);
  CHECK(plain.initLimit == seconds(10));
  CHECK_FALSE(plain.initInside);
  const auto given =
      lambdaFunction(with({"lambda.init_ahead=0.3", "lambda.extensions.init=80ms", "lambda.extensions.after=20ms"}));
  CHECK(given.initAhead == 0.3);
  CHECK(given.extensionInit == workloads::DurationDistribution(workloads::Constant{milliseconds(80)}));
  CHECK(given.extensionAfter == milliseconds(20));

  const auto restored = lambdaFunction(with({"lambda.snap_start.versions=2", "lambda.memory=1024MB"}));
  CHECK(restored.init == defaultRestore(Memory::mebibytes(1024)).distribution);
  CHECK(restored.initInside == plain.init); // after a reset the whole init runs
  CHECK(restored.initBilledShare == 0.18);
  CHECK(restored.initLimit == minutes(15)); // the timeout, above 130 s
  CHECK(lambdaFunction(with({"lambda.snap_start.versions=2", "lambda.timeout=5s"})).initLimit == seconds(130));
  const auto own = lambdaFunction(with({"lambda.snap_start.restore=400ms", "lambda.snap_start.billed_share=0.5"}));
  CHECK(own.init == workloads::DurationDistribution(workloads::Constant{milliseconds(400)}));
  CHECK(own.initBilledShare == 0.5);
  // Before August 2025 a managed runtime's init was free, a restore was not.
  CHECK_FALSE(lambdaFunction(with({"prices.date=2025-07-01"})).initBilled);
  CHECK(lambdaFunction(with({"prices.date=2025-07-01", "lambda.snap_start.versions=1"})).initBilled);
}

TEST_CASE("an EC2 setup resolves to a fleet", "[scenario]") {
  const auto fleet = [](const Settings& settings) { return ec2Fleet(with(settings), catalogue()); };
  const auto given = fleet({"ec2.overhead=2ms", "ec2.routing=least_outstanding"});
  CHECK(given.vcpus == 2);
  CHECK(given.workers == 16);
  CHECK(given.initial == 2);
  CHECK(given.overhead == milliseconds(2));
  CHECK(given.routing == Routing::LeastOutstanding);
  CHECK(std::get<TargetTracking>(given.scaling).target == 0.5);
  CHECK(fleet({"ec2.speed=1.25"}).speed == 1.25);

  // 100/s x 0.1 s = 10 vCPUs busy; at 50 % of 2 vCPUs that takes 10 instances.
  CHECK(fleet({"ec2.initial=auto"}).initial == 10);
  CHECK(fleet({"ec2.initial=auto", "ec2.scaling.target=0.6"}).initial == 9); // 8.33
  CHECK(fleet({"ec2.initial=auto", "ec2.speed=2"}).initial == 5);
  CHECK(fleet({"ec2.initial=auto", "ec2.max=7"}).initial == 7);
  CHECK(fleet({"ec2.initial=auto", "workload.arrivals.rate=1/s"}).initial == 2); // min
  CHECK(fleet({"ec2.initial=auto", "ec2.scaling.kind=none", "ec2.scaling={\"kind\": \"none\"}"}).initial == 10);
  // Waiting only: 10 requests in flight (Little's law) on 4 workers at 50 %.
  CHECK(fleet({"ec2.initial=auto", "workload.work.cpu_fraction=0", "ec2.workers=4"}).initial == 5);
  // 100/s x 60 s a minute over 1,000 requests a target.
  CHECK(fleet({"ec2.initial=auto", "workload.work.cpu_fraction=0", "ec2.workers=1000",
               R"(ec2.scaling={"kind": "target_tracking", "metric": "requests_per_target", "target": 1000})"})
            .initial == 6);
}

// ---- examples ----

TEST_CASE("each built-in example reads, holds, and survives writing", "[scenario]") {
  std::set<std::string_view> names;
  for (const auto& example : examples()) {
    INFO(example.name);
    CHECK(names.insert(example.name).second);
    CHECK_FALSE(example.title.empty());
    CHECK(tests::complaints(std::string(example.json)).empty());
    const auto scenario = readScenario(example.json, example.name);
    CHECK(readScenario(writeScenario(scenario), "written") == scenario);
    CHECK(lambdaFunction(scenario).memory == scenario.lambda->memory);
    const auto fleet = ec2Fleet(scenario, catalogue());
    CHECK(fleet.initial < scenario.ec2->max); // the mean load leaves room to grow
    CHECK(fleet.workers >= 1);
  }
  CHECK(names == std::set<std::string_view>{"web-api", "thumbnails", "hashtags", "backup", "checkout", "nightly",
                                            "back-office", "partner-api", "orders", "ticket-office", "transcodes", "tickets"});
}
