// Mean-value arithmetic against figures worked by hand.
#include <cmath>

#include "model/evaluation/capacity.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/workloads/trace_support.hpp"

namespace {

using namespace model;
using tests::shortScenario;

Ec2Fleet fleet(const tests::Settings& settings = {}) { return ec2Fleet(shortScenario(settings), tests::catalogue()); }

} // namespace

TEST_CASE("work is described by its distribution or its trace", "[capacity]") {
  const auto exponential = workOf(shortScenario().workload);
  CHECK(exponential.meanSeconds == Approx(0.1));
  CHECK(exponential.p99Seconds == Approx(0.1 * std::log(100.0)));
  CHECK(exponential.squaredCv == Approx(1));

  auto workload = shortScenario().workload;
  workload.work.duration.reset();
  workloads::TraceArrivals arrivals;
  const trace_test::FileWith file("timestamp,duration\n1780000000,0.1\n1780000001,0.3\n", "two.csv");
  arrivals.trace = trace_test::open(file.path());
  workload.arrivals = arrivals;
  CHECK(workOf(workload).meanSeconds == Approx(0.2).epsilon(0.005));
  CHECK(workOf(workload).p99Seconds == Approx(0.3).epsilon(0.005));
}

TEST_CASE("cpu stretches with the share of a vCPU, waiting does not", "[capacity]") {
  auto scenario = shortScenario({"workload.work.cpu_fraction=0.6", "lambda.memory=884MB"});
  const double share = 884.0 / 1769; // measured on a whole vCPU
  CHECK(lambdaStretch(lambdaFunction(scenario), scenario.workload.work) == Approx(0.4 + 0.6 / share));
  scenario = shortScenario({"workload.work.cpu_fraction=0.6", "lambda.memory=3538MB"});
  CHECK(lambdaStretch(lambdaFunction(scenario), scenario.workload.work) == Approx(1)); // one thread cannot use two
  scenario = shortScenario({"workload.work.cpu_fraction=0.6", "lambda.memory=3538MB", "workload.work.threads=2"});
  CHECK(lambdaStretch(lambdaFunction(scenario), scenario.workload.work) == Approx(0.4 + 0.6 / 2));
  scenario = shortScenario({"workload.work.cpu_fraction=0.5", "ec2.speed=1.25"});
  CHECK(ec2Stretch(fleet({"ec2.speed=1.25"}), scenario.workload.work) == Approx(0.5 + 0.5 / 1.25));
  scenario = shortScenario({"workload.work.cpu_fraction=0"});
  CHECK(ec2Stretch(fleet({"ec2.speed=1.25"}), scenario.workload.work) == 1);
}

TEST_CASE("instances follow the scaling target, the workers and at least one", "[capacity]") {
  const auto workload = shortScenario().workload; // 100 ms of one vCPU
  CHECK(coreSeconds(fleet(), workload) == Approx(0.1));
  CHECK(coreSeconds(fleet({"ec2.speed=2"}), workload) == Approx(0.05));
  CHECK(instancesNeeded(fleet(), 0, workload) == 1);
  // 85/s x 0.1 s = 8.5 vCPUs = 4.25 instances of two; at a target of a half 8.5.
  CHECK(instancesNeeded(fleet({R"(ec2.scaling={"kind": "none"})"}), 85, workload) == 5);
  CHECK(instancesNeeded(fleet(), 85, workload) == 9);
  CHECK(instancesNeeded(fleet(), 80, workload) == 8); // exactly eight
  // 1,000 requests per target and minute: 85/s are 5,100 a minute.
  CHECK(instancesNeeded(
            fleet({R"(ec2.scaling={"kind": "target_tracking", "metric": "requests_per_target", "target": 1000})"}), 85,
            workload) == 6);
  // A step policy leaves an instance its upper threshold: 8.5 vCPUs / (2 x 0.6) = 7.08.
  CHECK(instancesNeeded(fleet({R"(ec2.scaling={"kind": "step", "out_threshold": 0.6, "in_threshold": 0.3})"}), 85,
                        workload) == 8);
  // Waiting work uses workers only: 100/s x 1 s = 100 in flight, 16 on each.
  const auto waiting = shortScenario({"workload.work.cpu_fraction=0", "workload.work.mean=1s"}).workload;
  CHECK(instancesNeeded(fleet(), 100, waiting) == 7);
}
