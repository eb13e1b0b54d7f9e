// The rules that AWS's worked bills (worked_bills_test.cpp) leave open. "A" marks answers printed by AWS, "C" those
// computed from its rules.
#include "pricing/billing.hpp"

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <sstream>

#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

const PriceCatalogue& today() { return *PriceCatalogue::embedded(); }

std::string fileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Bill billOf(std::string_view json) {
  const auto file = readUsage(json, "usage.json", &today());
  return price(file.usage, *today().with(file.prices));
}

double amountOf(const Bill& bill, std::string_view item) {
  double sum = 0;
  for (const auto& line : bill.lines)
    if (line.item == item) sum += line.amount.inDollars();
  return sum;
}

double quantityOf(const Bill& bill, std::string_view item) {
  double sum = 0;
  for (const auto& line : bill.lines)
    if (line.item == item) sum += line.quantity;
  return sum;
}

Tariff tariff(std::vector<std::pair<double, double>> tiers) {
  Tariff result;
  for (const auto& [from, usd] : tiers) result.tiers.push_back({from, UnitPrice::dollarsPerUnit(usd)});
  return result;
}

LambdaUsage function(double requests, double milliseconds, std::int64_t mebibytes,
                     Architecture architecture = Architecture::X86_64) {
  LambdaUsage usage;
  usage.requests = requests;
  usage.billedMilliseconds = requests * milliseconds;
  usage.memory = Memory::mebibytes(mebibytes);
  usage.architecture = architecture;
  return usage;
}

} // namespace

TEST_CASE("volume tiers: each step's price for the part within it", "[billing]") {
  // AWS billing guide, consolidated bills (A): 1 TB at 0.10, next 49 TB at 0.08, next 450 TB at 0.06; TB of 1,000 GB
  const auto transfer = tariff({{0, 0.10}, {1'000, 0.08}, {50'000, 0.06}});
  CHECK(tieredAmount(transfer, 95'000).inDollars() == Approx(6'720).epsilon(1e-12));
  CHECK(tieredAmount(transfer, 95'000).inDollars() / 95'000 ==
        Approx(0.070737).margin(5e-7)); // the page's blended rate
  const double apart =
      (tieredAmount(transfer, 30'000) + tieredAmount(transfer, 35'000) + tieredAmount(transfer, 30'000)).inDollars();
  CHECK(apart == Approx(7'660).epsilon(1e-12)); // three accounts billed apart

  CHECK(tieredAmount(transfer, 0).inDollars() == 0);
  CHECK(tieredAmount(transfer, 1'000).inDollars() == Approx(100).epsilon(1e-12));
  for (double quantity = 0; quantity < 60'000; quantity += 500) // more never costs less
    CHECK(tieredAmount(transfer, quantity) < tieredAmount(transfer, quantity + 500));
}

TEST_CASE("load balancer: the largest of four dimensions each hour", "[billing]") {
  const AlbHour hour{1, 120, 1.08, 5, 60, TargetKind::Ec2};
  CHECK(lcuOfHour(hour) == Approx(1.08));
  CHECK(lcuOfHour({1, 120, 1.08, 5, 60, TargetKind::Lambda}) == Approx(2.7)); // 0.4 GB an hour to Lambda targets
  CHECK(lcuOfHour({50, 120, 1.08, 5, 60, TargetKind::Ec2}) == Approx(2));
  CHECK(lcuOfHour({1, 9'000, 1.08, 5, 60, TargetKind::Ec2}) == Approx(3));
  CHECK(lcuOfHour({1, 120, 1.08, 80, 60, TargetKind::Ec2}) == Approx(4)); // (60 - 10) x 80 / 1,000
  CHECK(lcuOfHour({1, 120, 0, 80, 10, TargetKind::Ec2}) == Approx(0.04)); // ten rules are free

  const auto partial = billOf(R"({"alb": [{"hours": 1.5}], "nat_gateway": [{"hours": 0.1}]})");
  CHECK(quantityOf(partial, "load_balancer") == 2); // a begun hour is a full one
  CHECK(quantityOf(partial, "gateway") == 1);
}

TEST_CASE("Kinesis put payload units", "[billing]") {
  const auto units = [](std::string_view size) {
    const auto bill = billOf(fmt::format(
        R"({{"kinesis": [{{"mode": "provisioned", "hours": 1, "records_per_s": 1, "record_size": "{}"}}]}})", size));
    return quantityOf(bill, "put_payload_units") / 3600;
  };
  CHECK(units("5KB") == 1); // Kinesis pricing page (A), also the next two
  CHECK(units("45KB") == 2);
  CHECK(units("1MB") == 40);
  CHECK(units("25KB") == 1);
  CHECK(units("25601B") == 2);
  CHECK(units("2.5MB") == 2 * 40 + 21); // 512 KB begin 21 units
}

TEST_CASE("the free tier is pooled over functions and architectures and shown", "[billing]") {
  MonthlyUsage usage;
  usage.freeTier = true;
  usage.lambda = {function(1.5e6, 400, 1024), function(0.5e6, 400, 1024, Architecture::Arm64)};
  const auto bill = price(usage, today());
  INFO(billText(bill));
  CHECK(quantityOf(bill, "requests_free_tier") == 1e6);
  CHECK(amountOf(bill, "requests_free_tier") == 0);
  CHECK(quantityOf(bill, "duration_free_tier") == 400'000);
  // 600,000 and 200,000 GB-s share 400,000 in proportion
  CHECK(quantityOf(bill, "duration (function 1)") == Approx(300'000));
  CHECK(quantityOf(bill, "duration (function 2)") == Approx(100'000));
  CHECK(quantityOf(bill, "requests (function 1)") == Approx(750'000));
  CHECK(quantityOf(bill, "requests (function 2)") == Approx(250'000));

  usage.lambda = {function(1e6, 400, 1024)};
  CHECK(price(usage, today()).total().inDollars() == 0);
  usage.freeTier = false;
  CHECK(price(usage, today()).total().inDollars() == Approx(0.20 + 400'000 * 0.0000166667));
}

TEST_CASE("provisioned requests take nothing from the free tier", "[billing]") {
  MonthlyUsage usage;
  usage.freeTier = true;
  usage.lambda = {function(0, 0, 1024)};
  usage.lambda[0].provisioned = ProvisionedUsage{.count = 1, .hours = 1, .requests = 2e6, .billedMilliseconds = 2e8};
  const auto bill = price(usage, today());
  CHECK(quantityOf(bill, "requests") == 2e6);
  CHECK(quantityOf(bill, "requests_free_tier") == 0);
  CHECK(quantityOf(bill, "provisioned_duration") == Approx(200'000));
}

TEST_CASE("provisioned time is rounded up to five minutes", "[billing]") {
  const auto allocated = [](double hours) {
    MonthlyUsage usage;
    usage.lambda = {function(0, 0, 1024)};
    usage.lambda[0].provisioned = ProvisionedUsage{.count = 10, .hours = hours};
    return quantityOf(price(usage, today()), "provisioned_concurrency") / 10; // seconds
  };
  CHECK(allocated(8) == Approx(28'800));
  CHECK(allocated(1.0 / 60) == Approx(300));
  CHECK(allocated(0.4167) == Approx(1'500)); // 25 min, written with four digits
  CHECK(allocated(0.42) == Approx(1'800));
  CHECK(allocated(0) == 0);
}

TEST_CASE("duration tiers are pooled over the functions of one architecture", "[billing]") {
  MonthlyUsage whole, split, mixed;
  // us-east-1, x86: 6 billion GB-s at 0.0000166667, the next 9 billion at 0.000015 (feed of 2025-10-30)
  whole.lambda = {function(1e10, 1000, 1024)};
  split.lambda = {function(3e9, 1000, 1024), function(7e9, 1000, 1024)};
  mixed.lambda = {function(5e9, 1000, 1024), function(5e9, 1000, 1024, Architecture::Arm64)};
  const double requests = 1e10 * 0.0000002;
  const double tiered = 6e9 * 0.0000166667 + 4e9 * 0.000015;
  CHECK(price(whole, today()).total().inDollars() == Approx(requests + tiered).epsilon(1e-12));
  CHECK(price(split, today()).total().inDollars() == Approx(requests + tiered).epsilon(1e-12));
  // Each architecture stays within its first step: 6 billion for x86, 7.5 billion for Arm.
  CHECK(price(mixed, today()).total().inDollars() ==
        Approx(requests + 5e9 * 0.0000166667 + 5e9 * 0.0000133334).epsilon(1e-12));
  const auto bill = price(split, today());
  CHECK(amountOf(bill, "duration (function 2)") == Approx(0.7 * tiered).epsilon(1e-12));
  CHECK(bill.lines[1].unitPrice.inDollarsPerUnit() == Approx(tiered / 1e10).epsilon(1e-12));
}

TEST_CASE("ephemeral storage above 512 MB is charged for as long as functions run", "[billing]") {
  MonthlyUsage usage;
  usage.lambda = {function(1000, 2000, 1024)};
  CHECK(quantityOf(price(usage, today()), "ephemeral_storage") == 0);
  usage.lambda[0].ephemeralStorage = Memory::mebibytes(2560);
  usage.lambda[0].provisioned = ProvisionedUsage{.count = 1, .hours = 1, .requests = 500, .billedMilliseconds = 1e6};
  CHECK(quantityOf(price(usage, today()), "ephemeral_storage") == Approx(2.0 * (2000 + 1000)));
}

TEST_CASE("SnapStart caches at least three hours; streaming is free up to 6 MB and 100 GB", "[billing]") {
  MonthlyUsage usage;
  usage.lambda = {function(0, 0, 2048)};
  usage.lambda[0].snapStart = SnapStartUsage{.versions = 2, .hours = 1, .restores = 10};
  usage.lambda[0].streaming = StreamingUsage{.responses = 1024 * 1024, .size = ByteCount::bytes(7 << 20)};
  CHECK(quantityOf(price(usage, today()), "snapstart_cache") == Approx(2.0 * 2 * 3 * 3600));
  CHECK(quantityOf(price(usage, today()), "snapstart_restore") == Approx(20));
  CHECK(quantityOf(price(usage, today()), "streaming") == Approx(1024)); // 1 MB each of 7
  usage.freeTier = true;
  CHECK(quantityOf(price(usage, today()), "streaming") == Approx(924));
  usage.lambda[0].streaming->size = ByteCount::bytes(6 << 20);
  CHECK(quantityOf(price(usage, today()), "streaming") == 0);
}

TEST_CASE("the other services of a month", "[billing]") {
  MonthlyUsage usage;
  usage.ebs = {{.gib = 16, .hours = 365}};
  usage.publicIpv4 = {{.hours = 1460}};
  usage.nat = {{.hours = 730, .gb = 100}};
  usage.egressGb = 150;
  usage.crossZoneGb = 10;
  usage.logsGb = 10;
  usage.detailedMonitoringInstances = 3;
  usage.apiGateway = {{ApiGatewayUsage::Kind::Http, 4e8}};
  usage.kinesis = {{KinesisUsage::Mode::OnDemand, 1, 0, 1024.0 * 1024 / 3600, ByteCount::bytes(1024), 2}};
  const auto bill = price(usage, today());
  INFO(billText(bill));
  CHECK(quantityOf(bill, "gp3_storage") == Approx(8)); // half a month
  CHECK(quantityOf(bill, "public_ipv4") == 1460);
  CHECK(amountOf(bill, "data_processed") == Approx(4.5));
  CHECK(amountOf(bill, "internet_out") == Approx(150 * 0.09));
  CHECK(amountOf(bill, "cross_zone") == Approx(10 * 2 * 0.01)); // out of one zone, into the other
  CHECK(amountOf(bill, "logs_ingest") == Approx(5));
  CHECK(quantityOf(bill, "detailed_monitoring") == 21);                      // seven metrics an instance
  CHECK(amountOf(bill, "http_requests") == Approx(300 * 1.00 + 100 * 0.90)); // second step from 300 million on
  CHECK(quantityOf(bill, "ingest") == Approx(1));
  CHECK(quantityOf(bill, "retrieval") == Approx(2)); // two readers

  usage.freeTier = true;
  CHECK(quantityOf(price(usage, today()), "internet_out") == Approx(50));
  CHECK(quantityOf(price(usage, today()), "internet_out_free_tier") == Approx(100));
}

TEST_CASE("every line has a source; overrides and estimates say what they are", "[billing]") {
  const auto bill = billOf(fileText(BREAKEVEN_SOURCE_DIR "/tests/golden/bill/contract.json"));
  INFO(billText(bill));
  CHECK(bill.lines.size() >= 27);
  for (const auto& line : bill.lines) {
    INFO(line.item);
    CHECK_FALSE(line.source.empty());
    CHECK_FALSE(line.unit.empty());
    CHECK(line.quantity > 0);
    CHECK(line.amount.inDollars() == Approx(line.unitPrice.inDollarsPerUnit() * line.quantity).epsilon(1e-12));
    if (line.item == "duration") CHECK(line.source == "override");
    if (line.item == "instance_hours (m7g.xlarge, compute_sp_3y)") CHECK(line.estimated); // a proxy, not AWS's rate
    if (line.item == "instance_hours (t3.micro, on_demand)") CHECK_FALSE(line.estimated);
  }
  double sum = 0;
  for (const auto& line : bill.lines) sum += line.amount.inDollars();
  CHECK(bill.total().inDollars() == Approx(sum).epsilon(1e-12));
}

TEST_CASE("twice the usage never costs less, nothing costs nothing", "[billing]") {
  const auto file = readUsage(fileText(BREAKEVEN_SOURCE_DIR "/tests/golden/bill/contract.json"), "usage.json");
  auto doubled = file.usage;
  for (auto& lambda : doubled.lambda) {
    lambda.requests *= 2;
    lambda.billedMilliseconds *= 2;
  }
  for (auto& instances : doubled.ec2) instances.hours *= 2;
  doubled.egressGb *= 2;
  CHECK(price(doubled, today()).total() > price(file.usage, today()).total());
  CHECK(price(MonthlyUsage{}, today()).lines.empty());
  CHECK(price(MonthlyUsage{}, today()).total().inDollars() == 0);
}

TEST_CASE("what no month can have is refused, all of it at once", "[billing]") {
  MonthlyUsage usage;
  usage.lambda = {function(-1, 100, 64)};
  usage.lambda[0].ephemeralStorage = Memory::mebibytes(20'480);
  usage.ec2 = {{"t3.mirco", 730, Purchase::OnDemand, 0}, {"m5.large", 730, Purchase::OnDemand, 5}};
  usage.egressGb = std::numeric_limits<double>::infinity();
  usage.crossZoneGb = std::nan("");
  CHECK_THROWS_WITH(price(usage, today()),
                    "usage: /lambda/0/requests: found -1, expected a number, 0 or more\n"
                    "usage: /lambda/0/duration: found -100, expected a number, 0 or more\n"
                    "usage: /lambda/0/memory: found 64MB, expected 128 to 10240 MB\n"
                    "usage: /lambda/0/ephemeral_storage: found 20GB, expected 512 to 10240 MB\n"
                    "usage: /ec2/0/instance_type: found \"t3.mirco\", expected an instance type; did you mean "
                    "\"t3.micro\"?\n"
                    "usage: /ec2/1/surplus_vcpu_hours: found 5, expected 0, because m5.large is not a burstable type\n"
                    "usage: /egress/gb: found inf, expected a number, 0 or more\n"
                    "usage: /cross_zone/gb: found nan, expected a number, 0 or more");

  MonthlyUsage elsewhere;
  elsewhere.region = "eu-west-11";
  CHECK_THROWS_WITH(price(elsewhere, today()),
                    "usage: /region: found \"eu-west-11\", expected an AWS region; did you mean \"eu-west-1\"?");
}
