// The services around compute, read from a usage file and held against arithmetic by hand. Prices are injected, so that
// a newer catalogue changes nothing here.
#include <fmt/format.h>

#include "pricing/billing.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

Bill billOf(std::string_view json) {
  const auto& today = *PriceCatalogue::embedded();
  const auto file = readUsage(json, "usage.json", &today);
  return price(file.usage, *today.with(file.prices));
}

const BillLine& line(const Bill& bill, std::string_view service, std::string_view item) {
  for (const auto& each : bill.lines)
    if (each.service == service && each.item == item) return each;
  FAIL("no line " << service << " " << item << " in\n" << billText(bill));
  return bill.lines.front();
}

double amount(const Bill& bill, std::string_view service, std::string_view item) {
  return line(bill, service, item).amount.inDollars();
}

} // namespace

TEST_CASE("network load balancers: begun hours and the largest dimension", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"nlb.load_balancer": 0.0225, "nlb.nlcu": 0.006}, "nlb": [
    {"hours": 99.5, "protocol": "tls", "new_connections_per_s": 100, "active_connections": 3000, "bytes_per_hour": "1GB"}]})");
  CHECK(amount(bill, "nlb", "load_balancer") == Approx(100 * 0.0225));
  CHECK(amount(bill, "nlb", "nlcu") == Approx(99.5 * 2 * 0.006)); // 100 new TLS connections of 50 in an NLCU
  CHECK(bill.lines.size() == 2);
}

TEST_CASE("buckets: requests and storage with its tiers", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"s3.put_copy_post_list": 5e-6, "s3.get_and_other": 4e-7,
      "s3.standard_storage": [{"from": 0, "usd": 0.023}, {"from": 51200, "usd": 0.022}]},
    "s3": {"put_requests": "2M", "get_requests": 1e7, "storage_gb_months": 60000}})");
  CHECK(amount(bill, "s3", "put_requests") == Approx(10));
  CHECK(amount(bill, "s3", "get_requests") == Approx(4));
  CHECK(amount(bill, "s3", "storage") == Approx(51'200 * 0.023 + 8'800 * 0.022));
}

TEST_CASE("queues: each 64 KB begun is a request, a million of both kinds together is free", "[billing_services]") {
  const auto usage = [](bool freeTier, std::string_view size) {
    return billOf(
        fmt::format(R"({{"free_tier": {}, "prices": {{"sqs.standard_request": 4e-7, "sqs.fifo_request": 5e-7}},
      "sqs": {{"standard_requests": 3e6, "fifo_requests": 1e6, "message_size": "{}"}}}})",
                    freeTier, size));
  };
  const auto paid = usage(false, "64KB");
  CHECK(amount(paid, "sqs", "standard_requests") == Approx(3e6 * 4e-7));
  CHECK(amount(paid, "sqs", "fifo_requests") == Approx(1e6 * 5e-7));
  CHECK(line(usage(false, "65KB"), "sqs", "fifo_requests").quantity == 2e6);
  CHECK(line(usage(false, "256KB"), "sqs", "fifo_requests").quantity == 4e6);
  const auto free = usage(true, "1KB"); // the free million is shared 3 to 1
  CHECK(line(free, "sqs", "requests_free_tier").quantity == 1e6);
  CHECK(line(free, "sqs", "standard_requests").quantity == Approx(2.25e6));
  CHECK(line(free, "sqs", "fifo_requests").quantity == Approx(0.75e6));
}

TEST_CASE("gp3 volumes: what exceeds 3,000 IOPS and 125 MiB/s of each", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"ebs.gp3_storage": 0.08, "ebs.gp3_iops_above_3000": 0.005,
      "ebs.gp3_throughput_above_125": 0.04},
    "ebs": [{"gib": 100, "count": 3, "hours": 365, "iops": 5000, "mib_per_s": 225}, {"gib": 1, "iops": 100, "mib_per_s": 5}]})");
  CHECK(amount(bill, "ebs", "gp3_storage") == Approx(0.5 * 300 * 0.08)); // half a month
  CHECK(amount(bill, "ebs", "gp3_iops") == Approx(0.5 * 3 * 2000 * 0.005));
  CHECK(amount(bill, "ebs", "gp3_throughput") == Approx(0.5 * 3 * 100 * 0.04));
  CHECK(bill.lines.size() == 4); // the second volume stays within what comes with it
}

TEST_CASE("HTTP APIs count each 512 KB begun, REST APIs calls; answers leave AWS", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"apigateway.http_request": 1e-6, "apigateway.rest_request": 3.5e-6,
      "data_transfer.internet_out": 0.09},
    "api_gateway": [{"kind": "http", "requests": 1e6, "request_size": "513KB", "response_size": "1KB"},
                    {"kind": "http", "requests": 1e6, "request_size": "2KB"},
                    {"kind": "rest", "requests": 1e6, "request_size": "5MB", "response_size": "1MB"}],
    "egress": {"gb": 1}})");
  CHECK(line(bill, "api_gateway", "http_requests").quantity == 3e6);
  CHECK(line(bill, "api_gateway", "rest_requests").quantity == 1e6);
  CHECK(amount(bill, "data_transfer", "internet_out") ==
        Approx((1 + 1e6 / (1024.0 * 1024) + 1e6 / 1024) * 0.09)); // 1 KB and 1 MB, a million each
}

TEST_CASE("NAT gateways: one in each zone", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"nat_gateway.gateway": 0.045, "nat_gateway.data_processed": 0.045},
    "nat_gateway": [{"zones": 3, "hours": 100, "gb": 50}]})");
  CHECK(amount(bill, "nat_gateway", "gateway") == Approx(300 * 0.045));
  CHECK(amount(bill, "nat_gateway", "data_processed") == Approx(50 * 0.045));
}

TEST_CASE("alarms, and lines of the user's own", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"cloudwatch.alarm_standard": 0.10}, "alarms": {"count": 12}, "own": [
    {"service": "engineering", "item": "on_call", "quantity": 8, "unit": "hour", "usd": 95, "source": "HR, 2026"},
    {"service": "support", "item": "plan", "usd": 100}, {"service": "support", "item": "nothing", "usd": 0}]})");
  CHECK(amount(bill, "cloudwatch", "alarms") == Approx(1.2));
  const auto& onCall = line(bill, "engineering", "on_call");
  CHECK(onCall.amount.inDollars() == 760);
  CHECK(onCall.unit == "hour");
  CHECK(onCall.source == "HR, 2026");
  CHECK(onCall.ownPrice);
  CHECK(line(bill, "support", "plan").source == "own entry");
  CHECK(line(bill, "support", "plan").unit == "month");
  CHECK(bill.lines.size() == 3); // zero is no line
}

TEST_CASE("Fargate takes its rates from the usage file", "[billing_services]") {
  const auto bill = billOf(R"({"prices": {"fargate.vcpu.arm64": 0.03, "fargate.memory.arm64": 0.003},
    "fargate": [{"vcpu_hours": 10, "gb_hours": 20, "architecture": "arm64"}]})");
  CHECK(amount(bill, "fargate", "vcpu (arm64)") == Approx(0.3));
  CHECK(amount(bill, "fargate", "memory (arm64)") == Approx(0.06));
  CHECK(line(bill, "fargate", "vcpu (arm64)").unit == "vCPU-hour");
}

TEST_CASE("INIT is billed for cold starts only, and its rule depends on the day", "[billing_services]") {
  const auto billedMs = [](std::string_view more) {
    const auto json =
        fmt::format(R"({{"lambda": [{{"requests": 100, "duration": "10.2ms", "memory": "128MB", {}}}]}})", more);
    return readUsage(json, "usage.json").usage.lambda.at(0).billedMilliseconds;
  };
  CHECK(billedMs(R"("init": "100.9ms", "cold_starts": 4)") == 96 * 11 + 4 * 112);
  CHECK(billedMs(R"("init": "100.9ms")") == 100 * 112);
  CHECK(billedMs(R"("init": "0ms")") == 100 * 11);
  const auto old = [](std::string_view more) {
    const auto json = fmt::format(R"({{"date": "2020-06-01", "lambda": [{{"requests": 10, "duration": "10.2ms",
      "memory": "128MB", "init": "100.9ms", {}}}]}})",
                                  more);
    return readUsage(json, "usage.json").usage.lambda.at(0).billedMilliseconds;
  };
  CHECK(old(R"("package": "zip")") == 10 * 100);
  CHECK(old(R"("package": "image")") == 10 * 200); // 111.1 ms in steps of 100
  CHECK(old(R"("runtime": "provided.al2")") == 10 * 200);
  CHECK(old(R"("snap_start": {"versions": 1})") == 10 * 200);
}

TEST_CASE("large asynchronous events count as several requests", "[billing_services]") {
  const auto usage = readUsage(
      R"({"lambda": [{"requests": 1000, "duration": "1ms", "memory": "128MB", "async_event_size": "400KB"}]})",
      "usage.json");
  CHECK(usage.usage.lambda.at(0).requests == 4000);           // 256 + 64 + 64 + 16 KB
  CHECK(usage.usage.lambda.at(0).billedMilliseconds == 1000); // each runs once
}

TEST_CASE("the credits of several instances, in standard mode and with launch credits", "[billing_services]") {
  const auto surplus = [](std::string_view entry) {
    return readUsage(fmt::format(R"({{"ec2": [{{{}}}]}})", entry), "usage.json").usage.ec2.at(0);
  };
  const std::string_view busy = R"("cpu": [{"hours": 10, "utilisation": 1}])";
  // t3.micro: 120 spent and 12 earned an hour; the cap of 288 is owed until the end
  const auto unlimited = surplus(fmt::format(R"("instance_type": "t3.micro", "count": 3, {})", busy));
  CHECK(unlimited.hours == 30);
  CHECK(unlimited.surplusVcpuHours == Approx(3 * (1080 - 288) / 60.0));
  const auto ended = surplus(fmt::format(R"("instance_type": "t3.micro", "end": "terminated", {})", busy));
  CHECK(ended.surplusVcpuHours == Approx(1080 / 60.0));
  const auto saved =
      surplus(fmt::format(R"("instance_type": "t3.micro", "end": "terminated", "start_credits": 80, {})", busy));
  CHECK(saved.surplusVcpuHours == Approx(1000 / 60.0));
  CHECK(surplus(fmt::format(R"("instance_type": "t3.micro", "credit_mode": "standard", {})", busy)).surplusVcpuHours ==
        0);
  CHECK(surplus(fmt::format(R"("instance_type": "t2.micro", {})", busy)).surplusVcpuHours == 0);
  CHECK(surplus(R"("instance_type": "t2.nano", "surplus_credits": 90, "surplus_vcpu_hours": 1)").surplusVcpuHours ==
        2.5);
}

TEST_CASE("accounts: pooled as one bill, or each with its own tiers, free tier and name", "[billing_services]") {
  const auto usage = [](bool pooled) {
    return billOf(fmt::format(R"({{"pooled": {}, "free_tier": true, "prices": {{"data_transfer.internet_out": 0.10}},
      "egress": {{"gb": 150}}, "accounts": [{{"name": "staging", "egress": {{"gb": 150}}}}, {{"egress": {{"gb": 50}}}}]}})",
                              pooled));
  };
  CHECK(usage(true).total().inDollars() == Approx(25)); // 350 GB less the 100 that are free
  const auto apart = usage(false);
  CHECK(apart.total().inDollars() == Approx(10));
  CHECK(amount(apart, "data_transfer", "internet_out") == Approx(5));
  CHECK(amount(apart, "data_transfer", "internet_out (staging)") == Approx(5));
  CHECK(line(apart, "data_transfer", "internet_out_free_tier (account 2)").quantity == 50);
}
