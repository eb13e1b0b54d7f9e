// AWS's own worked bills. Each is a usage file of tests/golden/bill with the prices printed beside the example, priced
// as `breakeven bill` prices it; a failure prints inputs, expected and got. "A" marks answers printed by AWS, "B" those
// seen through a third party, "C" those computed from its rules.
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sstream>

#include "pricing/billing.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

const std::filesystem::path kGolden = BREAKEVEN_SOURCE_DIR "/tests/golden/bill";

std::string fileText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Bill billOf(std::string_view json) {
  const auto& today = *PriceCatalogue::embedded();
  const auto file = readUsage(json, "usage.json", &today);
  return price(file.usage, *today.with(file.prices));
}

double amountOf(const Bill& bill, std::string_view item) {
  double sum = 0;
  for (const auto& line : bill.lines)
    if (line.item == item) sum += line.amount.inDollars();
  return sum;
}

// What the page prints, to the cent: half a cent either way unless the page itself rounds otherwise.
struct WorkedBill {
  const char* file;
  std::map<std::string, double> lines; // item -> printed amount
  double total;
  double tolerance = 0.005 + 1e-9;
};

Bill checkWorkedBill(const WorkedBill& worked) {
  const std::string usage = fileText(kGolden / fmt::format("{}.json", worked.file));
  const Bill bill = billOf(usage);
  INFO(worked.file << "\ninputs:\n" << usage << "\ngot:\n" << billText(bill));
  for (const auto& [item, expected] : worked.lines) {
    INFO("expected " << item << " $" << expected << ", got $" << amountOf(bill, item));
    CHECK(std::fabs(amountOf(bill, item) - expected) <= worked.tolerance);
  }
  INFO("expected total $" << worked.total << ", got $" << bill.total().inDollars());
  CHECK(std::fabs(bill.total().inDollars() - worked.total) <= worked.tolerance);
  for (const auto& line : bill.lines) {
    INFO("no printed amount for " << line.item);
    CHECK((line.amount.inDollars() == 0 || worked.lines.contains(line.item)));
  }
  return bill;
}

double quantityOf(const Bill& bill, std::string_view item) {
  double sum = 0;
  for (const auto& line : bill.lines)
    if (line.item == item) sum += line.quantity;
  return sum;
}

} // namespace

TEST_CASE("Lambda on demand: AWS's worked bills", "[billing]") {
  // aws.amazon.com/lambda/pricing, copy of mid-2026 (A)
  checkWorkedBill({"lam-01", {{"duration", 2.33}, {"requests", 0.40}}, 2.73});
  // the same page in the days of 100 ms steps, about 2018 (A)
  checkWorkedBill({"lam-04", {{"duration", 18.34}, {"requests", 0.40}}, 18.74});
  checkWorkedBill({"lam-05", {{"duration", 5.83}, {"requests", 5.80}}, 11.63});
  // AWS News blog, 1 Dec 2020: one bill before and after the change to 1 ms (A)
  checkWorkedBill({"lam-07-before", {{"duration", 100.00}, {"requests", 12.00}}, 112.00});
  checkWorkedBill({"lam-07-after", {{"duration", 28.00}, {"requests", 12.00}}, 40.00});
  // Lambda@Edge on the pricing page (A); no free tier although it is switched on
  checkWorkedBill({"lam-08", {{"edge_duration", 0.63}, {"edge_requests", 6.00}}, 6.63});
}

TEST_CASE("Lambda options: AWS's worked bills", "[billing]") {
  // Pricing page, mid-2026 (A). The page rounds single lines up: a cent of tolerance for LAM-18.
  checkWorkedBill(
      {"lam-11",
       {{"provisioned_concurrency", 18.00}, {"requests", 0.40}, {"provisioned_duration", 0.73}, {"duration", 0.83}},
       19.96});
  checkWorkedBill({"lam-16", {{"duration", 500.00}, {"requests", 6.00}, {"event_pollers", 74.00}}, 580.00});
  checkWorkedBill({"lam-18", {{"requests", 2.00}, {"duration", 333.34}, {"tenant_isolation", 33.40}}, 368.74, 0.01});
  checkWorkedBill({"lam-20",
                   {{"requests", 20.00},
                    {"instance_hours (m7g.xlarge, compute_sp_3y)", 91.40},
                    {"management_fee (m7g.xlarge)", 48.96}},
                   160.36});
}

TEST_CASE("log lines before and after 1 Dec 2020", "[billing]") {
  // AWS News blog (A): 27.40 ms was billed 100 ms, 27.55 ms is billed 28; a million of each at 1 GB (C)
  const auto before =
      checkWorkedBill({"lam-07-log-before", {{"duration", 100'000 * 0.0000166667}, {"requests", 0.20}}, 1.87});
  const auto after =
      checkWorkedBill({"lam-07-log-after", {{"duration", 28'000 * 0.0000166667}, {"requests", 0.20}}, 0.67});
  CHECK(quantityOf(before, "duration") == 100'000);
  CHECK(quantityOf(after, "duration") == 28'000);
}

TEST_CASE("INIT billing: the sum of init and duration is rounded up once", "[billing]") {
  // A million of each call at 1 GB: GB-s are billed ms times 1,000. AWS Compute Blog, Apr 2025 (A): 250.06 ms after an
  // INIT of 100.77 ms; developer guide (A): 133.61 after 80.00, a failed call, and a warm one of 933.59.
  const auto check = [](const char* file, double billedMs) {
    const double duration = billedMs * 1000 * 0.0000166667;
    const auto bill = checkWorkedBill({file, {{"duration", duration}, {"requests", 0.20}}, duration + 0.20});
    CHECK(quantityOf(bill, "duration") == Approx(billedMs * 1000).epsilon(1e-12));
  };
  check("init-0-before", 251); // until 31 Jul 2025, zip on a managed runtime
  check("init-0-after", 351);
  check("init-0-image", 351); // images and custom runtimes paid for INIT before that day
  check("init-0-custom", 351);
  check("init-1", 214);
  check("init-4", 934);
}

TEST_CASE("static sizing: the vectors of AWS's sample calculator", "[billing]") {
  // aws-samples/sample-aws-lambda-managed-instances, 19 Mar 2026 (A): c7g.xlarge at 0.1450
  const auto managed = [](const char* file, double count, double total) {
    const double hours = count * 730 * 0.1450;
    checkWorkedBill({file,
                     {{"requests", 0.20},
                      {"instance_hours (c7g.xlarge, on_demand)", hours},
                      {"management_fee (c7g.xlarge)", 0.15 * hours}},
                     total});
  };
  managed("lam-21-managed", 14, 1704.385);
  managed("lam-22-managed", 8, 974.02);
  managed("lam-28-managed", 8, 974.02);
  checkWorkedBill({"lam-21-ec2", {{"instance_hours (c7g.xlarge, on_demand)", 2011.15}}, 2011.15}); // 19 instances
  checkWorkedBill({"lam-22-ec2", {{"instance_hours (c7g.xlarge, on_demand)", 1164.35}}, 1164.35}); // 11
  checkWorkedBill({"lam-28-ec2", {{"instance_hours (c7g.xlarge, on_demand)", 1164.35}}, 1164.35});
  // Its Lambda side scales the page's rounded price of 128 MB, 1.7e-9 a millisecond.
  checkWorkedBill({"lam-21-lambda", {{"duration", 408.00}, {"requests", 0.20}}, 408.20});
}

TEST_CASE("the management fee stays on the list price when the hours are discounted", "[billing]") {
  // The pricing page rounds 0.1632 less 72 % to 0.0457 before it multiplies: a cent more than the exact 91.392.
  checkWorkedBill(
      {"lam-20-discount",
       {{"requests", 20.00}, {"instance_hours (m7g.xlarge, on_demand)", 91.40}, {"management_fee (m7g.xlarge)", 48.96}},
       160.36,
       0.01});
}

TEST_CASE("CPU credits of burstable types", "[billing]") {
  // EC2 user guide, unlimited mode examples, Apr 2026. Surplus of a t3.nano: 304 credits after rounding on the way (A),
  // 303.6 exactly; 304 credits are 0.2533 (C).
  checkWorkedBill({"t-01", {{"instance_hours (t3.nano, on_demand)", 0.0052}}, 0.0052, 1e-9});
  const auto t02 =
      checkWorkedBill({"t-02",
                       {{"instance_hours (t3.nano, on_demand)", 114 * 0.0052}, {"surplus_credits (t3.nano)", 0.2533}},
                       114 * 0.0052 + 0.2533,
                       0.001});
  CHECK(quantityOf(t02, "surplus_credits (t3.nano)") * 60 >= 303.5);
  CHECK(quantityOf(t02, "surplus_credits (t3.nano)") * 60 <= 304.5);
  // 25 credits of a t2.nano (A): 0.021 rounded to 0.02, Windows 0.04
  checkWorkedBill({"t-03-linux", {{"surplus_credits (t2.nano)", 0.02}}, 0.02});
  checkWorkedBill({"t-03-windows", {{"surplus_credits (t2.nano)", 0.04}}, 0.04});
}

TEST_CASE("T3 unlimited costs as much as M5 at 42.5 % and 52.5 %", "[billing]") {
  // The same guide (A), with its prices of the day: two bills that meet
  const auto meet = [](const char* burstable, const char* fixed, const std::string& size, double usd) {
    const double base = usd / 0.096 * 0.0835 * 730, total = usd * 730;
    const auto t3 = "t3." + size, m5 = "m5." + size;
    const auto left = checkWorkedBill({burstable,
                                       {{fmt::format("instance_hours ({}, on_demand)", t3), base},
                                        {fmt::format("surplus_credits ({})", t3), total - base}},
                                       total});
    const auto right = checkWorkedBill({fixed, {{fmt::format("instance_hours ({}, on_demand)", m5), total}}, total});
    CHECK(left.total().inDollars() == Approx(right.total().inDollars()).epsilon(1e-9));
  };
  meet("t-06-t3-large", "t-06-m5-large", "large", 0.096);
  meet("t-06-t3-xlarge", "t-06-m5-xlarge", "xlarge", 0.192);
  meet("t-06-t3-2xlarge", "t-06-m5-2xlarge", "2xlarge", 0.384);
}

TEST_CASE("an hour of the Savings Plans guide at on-demand and at plan rates", "[billing]") {
  // Savings Plans guide, Sep 2026 (A). How a commitment is spent is no part of usage.
  checkWorkedBill({"sp-00",
                   {{"instance_hours (r5.4xlarge, on_demand)", 4.00},
                    {"instance_hours (m5.24xlarge, on_demand)", 10.00},
                    {"vcpu (x86_64)", 16.00},
                    {"memory (x86_64)", 6.40},
                    {"duration", 22.50},
                    {"requests", 0.20}},
                   59.10});
  checkWorkedBill({"sp-01",
                   {{"instance_hours (r5.4xlarge, compute_sp_1y)", 2.80},
                    {"instance_hours (m5.24xlarge, compute_sp_1y)", 8.20},
                    {"vcpu (x86_64)", 12.00},
                    {"memory (x86_64)", 4.80},
                    {"duration", 19.125},
                    {"requests", 0.20}},
                   47.125});
}

TEST_CASE("volume tiers over the accounts of an organisation, and apart", "[billing]") {
  // AWS billing guide, consolidated bills (A): 1 TB at 0.10, next 49 TB at 0.08, next 450 TB at 0.06; TB of 1,000 GB
  const auto pooled = checkWorkedBill({"cb-01-pooled", {{"internet_out", 6720.00}}, 6720.00});
  CHECK(pooled.lines.at(0).unitPrice.inDollarsPerUnit() == Approx(0.070737).margin(5e-7)); // the blended rate
  checkWorkedBill({"cb-01-apart",
                   {{"internet_out (a)", 2420.00}, {"internet_out (b)", 2820.00}, {"internet_out (c)", 2420.00}},
                   7660.00});
}

TEST_CASE("load balancer, API Gateway and Kinesis: AWS's worked bills", "[billing]") {
  // Elastic Load Balancing pricing example as retold by study notes (B): 0.03114 an hour, 720 h (C)
  checkWorkedBill({"alb-01", {{"load_balancer", 16.20}, {"lcu", 6.22}}, 22.42});
  // API Gateway pricing page as quoted 2016 to 2018 (B): 5 million answers of 3 KB are 14.305 GB
  const auto api = checkWorkedBill({"apigw-01", {{"rest_requests", 17.50}, {"internet_out", 1.29}}, 18.79});
  CHECK(quantityOf(api, "internet_out") == Approx(14.305).margin(0.0005));
  // Kinesis pricing page, older: records of 5 KB, 45 KB, 1 MB are 1, 2, 40 units (A); 3.6 million of each (C)
  for (const auto& [file, units] :
       {std::pair{"kin-01-5KB", 1}, std::pair{"kin-01-45KB", 2}, std::pair{"kin-01-1MB", 40}}) {
    const auto stream = checkWorkedBill({file, {{"put_payload_units", 50.40 * units}}, 50.40 * units});
    CHECK(quantityOf(stream, "put_payload_units") == 3.6e6 * units);
  }
  // the same page: a record of 35 KB is two units (A); 4 shards and 100 records/s for 744 h (C)
  checkWorkedBill({"kin-01", {{"shard_hours", 44.64}, {"put_payload_units", 7.50}}, 52.14});
  // Kinesis pricing page: a record of 4.5 KB is metered as 5 KB (A); 1,000 of them a second for 730 h (C)
  checkWorkedBill({"kin-03", {{"stream_hours", 29.20}, {"ingest", 1002.50}}, 1031.70});
}

TEST_CASE("no worked bill is left unchecked", "[billing]") {
  const auto tests = fileText(BREAKEVEN_SOURCE_DIR "/tests/pricing/worked_bills_test.cpp") +
                     fileText(BREAKEVEN_SOURCE_DIR "/tests/pricing/commitments_test.cpp");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() != ".json" || name == "contract") continue; // the contract's is no worked bill
    ++files;
    INFO(name);
    CHECK(tests.find(fmt::format("\"{}\"", name)) != std::string::npos);
  }
  CHECK(files >= 45);
}
