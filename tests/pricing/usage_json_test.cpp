#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "pricing/billing.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

std::string fileText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string sentencesOf(std::string_view json) {
  try {
    readUsage(json, "usage.json", PriceCatalogue::embedded().get());
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("every broken usage file gets its exact sentences", "[usage_json]") {
  const std::filesystem::path folder = BREAKEVEN_SOURCE_DIR "/tests/broken/usage";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    auto sentencesPath = entry.path();
    sentencesPath.replace_extension(".txt");
    INFO(entry.path());
    CHECK(sentencesOf(fileText(entry.path())) + '\n' == fileText(sentencesPath));
  }
  CHECK(files >= 24);
}

TEST_CASE("the usage of the contract is read key by key", "[usage_json]") {
  const auto file = readUsage(fileText(BREAKEVEN_SOURCE_DIR "/tests/golden/bill/contract.json"), "usage.json",
                              PriceCatalogue::embedded().get());
  REQUIRE(file.prices.rates.size() == 1);
  CHECK(file.prices.rates[0].name == "lambda.duration.x86_64");
  REQUIRE(file.prices.rates[0].tiers.size() == 1);
  CHECK(file.prices.rates[0].tiers[0].price.inDollarsPerUnit() == 0.00001667);
  const auto& usage = file.usage;
  CHECK(usage.region == "us-east-1");
  CHECK(usage.date == "2026-11-01");
  CHECK(usage.freeTier);
  CHECK(usage.hoursPerMonth == 730);

  REQUIRE(usage.lambda.size() == 1);
  const auto& lambda = usage.lambda[0];
  CHECK(lambda.requests == 3e6);
  CHECK(lambda.billedMilliseconds == 3e6 * 120);
  CHECK(lambda.memory == Memory::mebibytes(1536));
  CHECK(lambda.architecture == Architecture::X86_64);
  CHECK(lambda.ephemeralStorage == Memory::mebibytes(512));
  REQUIRE(lambda.provisioned);
  CHECK(lambda.provisioned->count == 100);
  CHECK(lambda.provisioned->hours == 8);
  CHECK(lambda.provisioned->requests == 5e5);
  CHECK(lambda.provisioned->billedMilliseconds == 5e7);
  REQUIRE(lambda.snapStart);
  CHECK(lambda.snapStart->versions == 1);
  CHECK(lambda.snapStart->hours == 744);
  CHECK(lambda.snapStart->restores == 74'400);
  REQUIRE(lambda.streaming);
  CHECK(lambda.streaming->responses == 1e6);
  CHECK(lambda.streaming->size == ByteCount::bytes(7 << 20));
  REQUIRE(lambda.pollers);
  CHECK(lambda.pollers->source == PollerUsage::Source::Kafka);
  CHECK(lambda.pollers->unitHours == 800);
  CHECK(lambda.tenantEnvironments == 2e5);
  REQUIRE(lambda.durable);
  CHECK(lambda.durable->operations == 4e6);
  CHECK(lambda.durable->writtenGb == 104);
  CHECK(lambda.durable->storedGbMonths == 72.8);

  REQUIRE(usage.managedInstances.size() == 1);
  CHECK(usage.managedInstances[0].instanceType == "m7g.xlarge");
  CHECK(usage.managedInstances[0].hours == 2000);
  CHECK(usage.managedInstances[0].purchase == Purchase::ComputeSp3y);
  CHECK(usage.managedInstances[0].requests == 1e8);
  REQUIRE(usage.ec2.size() == 1);
  CHECK(usage.ec2[0].instanceType == "t3.micro");
  CHECK(usage.ec2[0].hours == 2 * 730);
  CHECK(usage.ec2[0].purchase == Purchase::OnDemand);
  CHECK(usage.ec2[0].surplusVcpuHours == 5.0667);
  REQUIRE(usage.alb.size() == 1);
  CHECK(usage.alb[0].hours == 730);
  CHECK(usage.alb[0].lcuHours == Approx(730 * 1.08));
  REQUIRE(usage.apiGateway.size() == 1);
  CHECK(usage.apiGateway[0].kind == ApiGatewayUsage::Kind::Rest);
  CHECK(usage.apiGateway[0].requests == 5e6);
  REQUIRE(usage.kinesis.size() == 1);
  CHECK(usage.kinesis[0].mode == KinesisUsage::Mode::Provisioned);
  CHECK(usage.kinesis[0].hours == 730);
  CHECK(usage.kinesis[0].shards == 4);
  CHECK(usage.kinesis[0].recordsPerSecond == 100);
  CHECK(usage.kinesis[0].recordSize == ByteCount::bytes(35 * 1024));
  REQUIRE(usage.ebs.size() == 1);
  CHECK(usage.ebs[0].gib == 16);
  CHECK(usage.ebs[0].hours == 730);
  REQUIRE(usage.publicIpv4.size() == 1);
  CHECK(usage.publicIpv4[0].hours == 1460);
  CHECK(usage.egressGb == 14.3);
  CHECK(usage.logsGb == 10);
}

TEST_CASE("what the contract leaves open can be said too; hours default to the month", "[usage_json]") {
  const auto usage = readUsage(R"({"hours_per_month": 720,
      "lambda": [{"name": "resize", "requests": "2M", "duration": 0.25, "memory": 256, "architecture": "arm64"}],
      "ec2": [{"instance_type": "c7g.large", "count": 3, "purchase": "standard_1y"}],
      "nat_gateway": [{"count": 2, "gb": 5}], "cross_zone": {"gb": 6}, "detailed_monitoring": {"instances": 3},
      "kinesis": [{"mode": "on_demand", "records_per_s": 1, "record_size": 100, "consumers": 2}]})",
                               "usage.json")
                         .usage;
  CHECK(usage.lambda[0].label == "resize");
  CHECK(usage.lambda[0].billedMilliseconds == 2e6 * 250); // numbers are in the base unit: seconds
  CHECK(usage.lambda[0].architecture == Architecture::Arm64);
  CHECK(usage.ec2[0].hours == 3 * 720);
  CHECK(usage.ec2[0].purchase == Purchase::Standard1y);
  CHECK(usage.nat[0].hours == 2 * 720);
  CHECK(usage.nat[0].gb == 5);
  CHECK(usage.crossZoneGb == 6);
  CHECK(usage.detailedMonitoringInstances == 3);
  CHECK(usage.kinesis[0].mode == KinesisUsage::Mode::OnDemand);
  CHECK(usage.kinesis[0].hours == 720);
  CHECK(usage.kinesis[0].consumers == 2);
}

TEST_CASE("an empty object is an empty month", "[usage_json]") {
  const auto file = readUsage("{}", "usage.json", PriceCatalogue::embedded().get());
  CHECK(price(file.usage, *PriceCatalogue::embedded()).lines.empty());
}
