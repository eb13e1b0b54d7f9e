// What a Managed Instances setup comes to, its limits sentence by sentence, its bill, AWS's static sizing beside it.
#include "model/managed/managed_setup.hpp"

#include "model/evaluation/assessment.hpp"
#include "model/evaluation/attribution.hpp"
#include "model/evaluation/capacity.hpp"
#include "model/evaluation/search.hpp"
#include "model/evaluation/static_comparison.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using pricing::Memory;
using std::chrono::hours;
using std::chrono::seconds;
using tests::catalogue;
using tests::shortScenario;

EnvironmentRoom roomOn(std::string_view type, const tests::Settings& settings = {}) {
  return environmentRoom(shortScenario(settings), *catalogue().findType(type));
}

Scenario withLane(const tests::Settings& settings = {}) {
  tests::Settings all{"managed_instances.instance_type=c7g.xlarge"};
  all.insert(all.end(), settings.begin(), settings.end());
  return shortScenario(all);
}

} // namespace

TEST_CASE("An environment follows the instance's memory per vCPU and holds four requests", "[managed]") {
  const auto c7g = roomOn("c7g.xlarge"); // 4 vCPUs, 8 GB; 128 MB a request
  CHECK(c7g.vcpus == 1);
  CHECK(c7g.memory == Memory::mebibytes(2048));
  CHECK(c7g.slotCount == 16);
  CHECK(c7g.perInstance == 3); // one vCPU is the system's
  CHECK(roomOn("m7g.xlarge").memory == Memory::mebibytes(4096));
  CHECK(roomOn("r7g.xlarge").memory == Memory::mebibytes(8192));
  CHECK(roomOn("r7g.xlarge").perInstance == 3); // 31 GB hold three of 8 GB
  CHECK(roomOn("c7g.medium").perInstance == 0); // its only vCPU is the system's
  // Four requests of 1 GB need two vCPUs' worth of memory; three usable vCPUs hold one such environment.
  const auto large = roomOn("c7g.xlarge", {"workload.memory=1GB"});
  CHECK(large.vcpus == 2);
  CHECK(large.slotCount == 4); // what fits into memory
  CHECK(large.perInstance == 1);
  const auto chosen =
      roomOn("m7g.2xlarge", {"workload.memory=1GB", "managed_instances.memory=8GB",
                             "managed_instances.memory_per_vcpu=2GB", "managed_instances.concurrency_per_vcpu=10"});
  CHECK(chosen.vcpus == 4);
  CHECK(chosen.slotCount == 40); // as asked, memory or not
  CHECK(chosen.perInstance == 1);
}

TEST_CASE("Requests at once per vCPU follow the runtime", "[managed]") {
  CHECK(defaultConcurrencyPerVcpu("nodejs22.x") == 64);
  CHECK(defaultConcurrencyPerVcpu("java21") == 32);
  CHECK(defaultConcurrencyPerVcpu("dotnet8") == 32);
  CHECK(defaultConcurrencyPerVcpu("python3.13") == 16);
  CHECK(roomOn("c7g.xlarge", {"lambda.runtime=nodejs22.x", "workload.memory=16MB"}).slotCount == 64);
}

TEST_CASE("A Managed Instances setup resolves to a fleet", "[managed]") {
  auto fleet = managedFleet(withLane(), catalogue());
  CHECK(fleet.vcpus == 4);
  CHECK(fleet.min == 3);
  CHECK(fleet.minInstances == 3);
  CHECK(fleet.maxInstances == 100); // 400 vCPUs
  CHECK(fleet.zones == 3);
  CHECK(fleet.initial == 3); // 2/s of 100 ms need a fifth of a vCPU
  CHECK(fleet.scaling == ManagedScaling{});
  CHECK(managedFleet(withLane({"workload.arrivals.rate=100/s"}), catalogue()).initial == 25); // 10 x 2 / 0.8
  fleet = managedFleet(withLane({"managed_instances.min=1", "managed_instances.max_vcpus=10",
                                 "managed_instances.initial=2", "managed_instances.cpu_saturation=3"}),
                       catalogue());
  CHECK(fleet.minInstances == 1);
  CHECK(fleet.maxInstances == 2);
  CHECK(fleet.initial == 2);
  CHECK(fleet.cpuSaturation == 3);
  fleet = managedFleet(withLane({R"(workload.failures.lost_instances=[{"at":"10min","count":2}])",
                                 R"(workload.failures.lost_zones=[{"at":"20min","lasts":"5min"}])"}),
                       catalogue());
  CHECK(fleet.lostInstances == std::vector<LostInstances>{{std::chrono::minutes(10), 2}});
  CHECK(fleet.lostZones == std::vector<LostZone>{{std::chrono::minutes(20), std::chrono::minutes(5)}});
  CHECK(managedStretch(fleet, withLane().workload.work) == Approx(1));
}

TEST_CASE("Each limit of Managed Instances has a sentence", "[managed]") {
  const auto complaint = [](const std::string& setting) {
    const auto all = tests::complaints(std::string(tests::kContractExample),
                                       {"managed_instances.instance_type=c7g.xlarge", setting});
    REQUIRE(all.size() == 1);
    return all.front();
  };
  CHECK(complaint("managed_instances.memory_per_vcpu=3GB") ==
        "--set managed_instances.memory_per_vcpu: found 3GB, expected 2GB, 4GB or 8GB");
  CHECK(complaint("managed_instances.concurrency_per_vcpu=65") ==
        "--set managed_instances.concurrency_per_vcpu: found 65, expected a whole number from 1 to 64");
  CHECK(complaint("managed_instances.min=0") ==
        "--set managed_instances.min: found 0, expected a whole number from 1 to 15000");
  CHECK(complaint("managed_instances.headroom=0.5") ==
        "--set managed_instances.headroom: found 0.5, expected a factor from 1 to 100");
  CHECK(complaint("managed_instances.max_vcpus=11") ==
        "--set managed_instances.max_vcpus: found 11, expected at least 12, the vCPUs of the first 3 instances");
  CHECK(complaint("managed_instances.instance_type=c7g.medium") ==
        "--set managed_instances.instance_type: found \"c7g.medium\", expected an instance type that holds an "
        "environment of 2GB and 1 vCPUs beside the system's 1GB and 1 vCPU");
}

TEST_CASE("The bill: hours at the purchase option, 15 % of on demand, requests", "[managed]") {
  // LAM-20, AWS Lambda pricing page: 2,000 hours of m7g.xlarge on a 3-year Compute Savings Plan, 100 million requests.
  const auto scenario = shortScenario({"managed_instances.instance_type=m7g.xlarge", "workload.response_size=0B",
                                       "managed_instances.purchase=compute_sp_3y", "managed_instances.min=1"});
  ManagedTally month;
  month.outcomes.attempts = 110'000'000;
  month.outcomes.throttled = 10'000'000; // are not billed
  month.outcomes.completed = 100'000'000;
  month.instanceNs = static_cast<Int128>(2000.0 * 3600e9);
  const Metered metered{730 * 3600.0, {}, {}};
  const auto usage = managedUsage(scenario, month, metered);
  REQUIRE(usage.managedInstances.size() == 2); // the floor of one instance all month, the rest on demand
  CHECK(usage.managedInstances[0].hours == Approx(730));
  CHECK(usage.managedInstances[0].requests == Approx(1e8));
  CHECK(usage.managedInstances[1].hours == Approx(1270));
  CHECK(usage.managedInstances[1].purchase == pricing::Purchase::OnDemand);
  CHECK(usage.managedInstances[1].requests == 0);
  const double onDemand =
      catalogue().instanceHour("us-east-1", "m7g.xlarge", pricing::Purchase::OnDemand)->firstPrice().inDollarsPerUnit();
  const double plan = catalogue()
                          .instanceHour("us-east-1", "m7g.xlarge", pricing::Purchase::ComputeSp3y)
                          ->firstPrice()
                          .inDollarsPerUnit();
  CHECK(monthlyUsd(scenario, Platform::ManagedInstances, usage, catalogue()) ==
        Approx(730 * plan + 1270 * onDemand + 2000 * 0.15 * onDemand + 20));
}

TEST_CASE("Money of Managed Instances: work, system, headroom, boot add up to the bill", "[managed]") {
  const auto scenario = withLane({"workload.response_size=0B"});
  ManagedTally month;
  month.outcomes.attempts = month.outcomes.completed = 1'000'000;
  month.instanceNs = static_cast<Int128>(2200.0 * 3600e9);
  month.inServiceNs = static_cast<Int128>(2000.0 * 3600e9);
  month.cpuBusyNs = static_cast<Int128>(2000.0 * 3600e9); // a quarter of four vCPUs
  const Metered metered{730 * 3600.0, {}, {}};
  const auto bill = pricing::price(managedUsage(scenario, month, metered), catalogue());
  const auto parts = moneyParts(managedFleet(scenario, catalogue()), month, bill);
  double sum = 0, hoursUsd = 0;
  for (const auto& part : parts) sum += part.usd;
  CHECK(sum == Approx(bill.total().inDollars()));
  for (const auto& line : bill.lines)
    if (line.item.starts_with("instance_hours")) hoursUsd += line.amount.inDollars();
  const auto part = [&](std::string_view code) {
    for (const auto& p : parts)
      if (p.code == code) return p.usd / hoursUsd;
    return 0.0;
  };
  CHECK(part("busy") == Approx(500 / 2200.0));
  CHECK(part("system") == Approx(500 / 2200.0)); // one of four vCPUs
  CHECK(part("headroom") == Approx(1000 / 2200.0));
  CHECK(part("boot") == Approx(200 / 2200.0));
}

TEST_CASE("AWS's calculator to the cent: LAM-21, LAM-22, LAM-28", "[managed]") {
  // aws-samples/sample-aws-lambda-managed-instances, 19 Mar 2026: Python, 512 MB an execution, c7g.xlarge at $0.1450 an
  // hour, 730 h, 1 million requests. Our catalogue's price of the type differs from that of March.
  struct Vector {
    double concurrency, cpuFraction, instances, usd;
  };
  for (const auto& [concurrency, cpuFraction, instances, usd] :
       {Vector{100, 0.5, 14, 1704.385}, Vector{100, 0.1, 8, 974.02}, Vector{50, 0.5, 8, 974.02}}) {
    auto scenario = withLane({"workload.memory=512MB"});
    scenario.workload.work.cpuFraction = cpuFraction;
    const auto answer = staticAnswer(scenario, concurrency, 1e6, catalogue());
    CHECK(answer.instances == instances);
    const double hour = catalogue()
                            .instanceHour("us-east-1", "c7g.xlarge", pricing::Purchase::OnDemand)
                            ->firstPrice()
                            .inDollarsPerUnit();
    CHECK((answer.monthlyUsd - 0.2) * 0.1450 / hour + 0.2 == Approx(usd).margin(0.005));
  }
  CHECK(sustainableConcurrency(1) == 2);
  CHECK(sustainableConcurrency(0.5) == 4);
  CHECK(sustainableConcurrency(0) == 8);
}

TEST_CASE("The lane says what the simulation adds to AWS's sizing", "[managed]") {
  StaticComparison comparison;
  comparison.concurrency = 10;
  comparison.concurrencyPerVcpu = 2;
  comparison.instances = 5;
  comparison.monthlyUsd = 600;
  comparison.simulatedInstances = 9;
  comparison.simulatedPeak = 12;
  comparison.simulatedUsd = 1080;
  comparison.throttledFraction = 0.01;
  comparison.p99Ms = 480;
  CHECK(explain(comparison, withLane()) ==
        "AWS's static sizing says 5 x c7g.xlarge and $600.00 a month for 10 requests at once at 2 per vCPU; the "
        "simulation finds 9.0 on average and 12 at the peak for $1,080.00, 1 % throttled, p99 480 ms, because capacity "
        "follows the load minute by minute and keeps room for it to double, peaks included, while the calculator adds "
        "half as much again to the mean. It knows no arrivals: throttles and latency are not among its answers.");
  comparison.simulatedInstances = 3;
  CHECK(explain(comparison, withLane()).find("lets instances go when the load falls") != std::string::npos);
  comparison.instances = 0;
  CHECK(explain(comparison, withLane()).starts_with("AWS's static sizing finds no room for an environment on c7g.xl"));
}

TEST_CASE("Simulate runs the third lane when its type is given, decide searches one", "[managed]") {
  CHECK_FALSE(tests::simulated(shortScenario())->managed.has_value());
  const auto given = tests::simulated(withLane());
  REQUIRE(given->managed.has_value());
  CHECK(given->managed->platform == Platform::ManagedInstances);
  CHECK(given->managed->configuration == "c7g.xlarge, at least 3");
  CHECK(given->managed->requests == given->lambda->requests); // the same stream
  CHECK(given->managed->requests == given->managed->completed + given->managed->throttled + given->managed->timedOut);
  CHECK(given->managed->instancesMean.value == Approx(3));
  CHECK(given->managed->bill.total().inDollars() == Approx(given->managed->monthlyCostUsd.value));
  REQUIRE(given->staticSizing.has_value());
  CHECK(given->staticSizing->concurrency == Approx(given->managed->inFlightMean.value));
  try {
    tests::simulated(shortScenario({"managed_instances.instance_type=auto"}));
    FAIL("auto was taken");
  } catch (const pricing::InputError& error) {
    CHECK(std::string(error.what()).find("/managed_instances/instance_type") != std::string::npos);
  }
  const auto found = tests::evaluated(shortScenario({"run.horizon=600s"}));
  REQUIRE(found->managed.has_value());
  CHECK(found->scenario.managed->instanceType.has_value());
  std::size_t priced = 0, simulated = 0;
  for (const auto& candidate : found->candidates) {
    if (candidate.platform != Platform::ManagedInstances) continue;
    ++priced;
    simulated += candidate.simulated ? 1 : 0;
  }
  CHECK(priced > 20);
  CHECK(simulated == kSimulatedManaged);
  CHECK_FALSE(tests::evaluated(shortScenario({"managed_instances=null", "run.horizon=600s"}))->managed.has_value());
}

TEST_CASE("Lambda's hard limits rule the third lane out too", "[managed]") {
  const auto decision = tests::evaluated(shortScenario({"workload.response_size=7MB", "run.horizon=600s"}));
  CHECK_FALSE(decision->lambda.has_value());
  CHECK_FALSE(decision->managed.has_value());
}
