#include "pricing/static_sizing.hpp"

#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

const InstanceType& typeOf(std::string_view name) { return *PriceCatalogue::embedded()->findType(name); }

} // namespace

TEST_CASE("the test vectors of AWS's sample calculator", "[static_sizing]") {
  // aws-samples/sample-aws-lambda-managed-instances, pricing calculator, 19 Mar 2026: c7g.xlarge, 512 MB, buffer 1.5
  struct Vector {
    double concurrency, perVcpu, managed, ec2;
  };
  for (const auto& [concurrency, perVcpu, managed, ec2] :
       {Vector{100, 4, 14, 19}, Vector{100, 8, 8, 11}, Vector{50, 4, 8, 11}}) {
    StaticSizing sizing;
    sizing.concurrency = concurrency;
    sizing.concurrencyPerVcpu = perVcpu;
    CHECK(environmentsPerInstance(sizing, typeOf("c7g.xlarge"), todaysRules()) == 3);
    CHECK(managedInstances(sizing, typeOf("c7g.xlarge"), todaysRules()) == managed);
    CHECK(ec2Instances(sizing, typeOf("c7g.xlarge"), todaysRules()) == ec2);
  }
}

TEST_CASE("static sizing: memory, the least number of instances, types that are too small", "[static_sizing]") {
  StaticSizing sizing;
  sizing.concurrency = 1;
  CHECK(managedInstances(sizing, typeOf("c7g.xlarge"), todaysRules()) == 5); // 1.5 x the three zones
  sizing.memoryPerExecution = Memory::mebibytes(1024);                       // 4 GB an environment, 7 GB to share
  CHECK(environmentsPerInstance(sizing, typeOf("c7g.xlarge"), todaysRules()) == 1);
  CHECK(environmentsPerInstance(sizing, typeOf("c7g.medium"), todaysRules()) == 0); // its only vCPU is reserved
  CHECK(managedInstances(sizing, typeOf("c7g.medium"), todaysRules()) == 0);
}
