// Usage of a month from made-up tallies, each figure worked by hand beside its check.
#include <fmt/format.h>

#include "model/evaluation/metering.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::shortScenario;

constexpr double kGib = 1024.0 * 1024 * 1024;
constexpr double kFactor = 730 * 3600.0 / 7200; // two hours observed -> a month: 365
constexpr Int128 kSecond = 1'000'000'000;

LambdaTally lambdaTally() {
  LambdaTally tally;
  tally.outcomes.attempts = 1100;
  tally.outcomes.throttled = 100;
  tally.outcomes.timedOut = 10;
  tally.outcomes.completed = 990;
  for (int i = 0; i < 990; ++i) tally.outcomes.latency.record(100'000'000); // 100 ms
  tally.started = 1000;
  tally.billedMs = 150'000;
  return tally;
}

Ec2Tally ec2Tally() {
  Ec2Tally tally;
  tally.outcomes.attempts = 1100;
  tally.outcomes.rejected = 100;
  tally.outcomes.completed = 1000;
  for (int i = 0; i < 1000; ++i) tally.outcomes.latency.record(100'000'000);
  tally.instanceNs = 2 * 7200 * kSecond;
  tally.minimumTopUpNs = 40 * kSecond; // one that ended after 20 s
  return tally;
}

const std::vector<std::uint64_t> kHours{600, 500, 0};
Metered twoHours() { return {7200, kHours, std::chrono::hours(2)}; }

} // namespace

TEST_CASE("a month of Lambda from two hours", "[metering]") {
  auto scenario = shortScenario({"lambda.memory=1024MB", "lambda.architecture=arm64", "lambda.ephemeral_storage=2GB",
                                 "assumptions.free_tier=true", "region=eu-west-1"});
  scenario.perRequestLogKb = 2;
  const auto usage = lambdaUsage(scenario, lambdaTally(), twoHours());
  CHECK(usage.region == "eu-west-1");
  CHECK(usage.freeTier);
  CHECK(usage.hoursPerMonth == 730);
  REQUIRE(usage.lambda.size() == 1);
  const auto& function = usage.lambda.front();
  CHECK(function.requests == Approx(1000 * kFactor)); // started, not throttled
  CHECK(function.billedMilliseconds == Approx(150'000 * kFactor));
  CHECK(function.memory.inMebibytes() == 1024);
  CHECK(function.architecture == pricing::Architecture::Arm64);
  CHECK(function.ephemeralStorage.inMebibytes() == 2048);
  CHECK_FALSE(function.provisioned);
  CHECK(usage.egressGb == Approx(990 * kFactor * 20 * 1024 / kGib)); // responses of 20 KB
  CHECK(usage.logsGb == Approx(1000 * kFactor * 2 * 1024 / kGib));
  CHECK(usage.apiGateway.empty()); // a function URL costs nothing
  CHECK(usage.alb.empty());
  CHECK(usage.ec2.empty());
}

TEST_CASE("provisioned environments are paid all month, their requests apart", "[metering]") {
  auto tally = lambdaTally();
  tally.provisionedStarted = 300;
  tally.provisionedBilledMs = 40'000;
  const auto usage = lambdaUsage(shortScenario({"lambda.provisioned_concurrency=5"}), tally, twoHours());
  const auto& function = usage.lambda.front();
  CHECK(function.requests == Approx(700 * kFactor));
  CHECK(function.billedMilliseconds == Approx(150'000 * kFactor));
  REQUIRE(function.provisioned);
  CHECK(function.provisioned->count == 5);
  CHECK(function.provisioned->hours == 730);
  CHECK(function.provisioned->requests == Approx(300 * kFactor));
  CHECK(function.provisioned->billedMilliseconds == Approx(40'000 * kFactor));
}

TEST_CASE("SnapStart pays its cache all month and a restore for each new environment; Java pays neither",
          "[metering]") {
  auto tally = lambdaTally();
  tally.cold = 40;
  const auto usageOf = [&](const char* runtime) {
    return lambdaUsage(shortScenario({std::string("lambda.runtime=") + runtime, "lambda.memory=1024MB",
                                      "lambda.snap_start.versions=3"}),
                       tally, twoHours());
  };
  const auto usage = usageOf("python3.13");
  REQUIRE(usage.lambda.front().snapStart);
  const auto& snapStart = *usage.lambda.front().snapStart;
  CHECK(snapStart.versions == 3);
  CHECK(snapStart.hours == 730);
  CHECK(snapStart.restores == Approx(40 * kFactor));
  CHECK(extrapolated(usage, 2, 1).lambda.front().snapStart->restores == Approx(80 * kFactor));
  CHECK(extrapolated(usage, 2, 1).lambda.front().snapStart->hours == 730);
  // 1 GB: 3 versions x 730 h x 3,600 s at $0.0000015046, restores at $0.0001397998 (AWS Lambda pricing page, mid-2026).
  const auto bill = pricing::price(usage, tests::catalogue());
  double usd = 0;
  for (const auto& line : bill.lines)
    if (line.item.starts_with("snapstart")) usd += line.amount.inDollars();
  CHECK(usd == Approx(3 * 730 * 3600 * 0.0000015046 + 40 * kFactor * 0.0001397998));
  CHECK_FALSE(usageOf("java21").lambda.front().snapStart);
  CHECK_FALSE(lambdaUsage(shortScenario(), tally, twoHours()).lambda.front().snapStart);
}

TEST_CASE("each front door is metered its own way, and only for HTTP", "[metering]") {
  const auto usageWith = [](const tests::Settings& settings) {
    return lambdaUsage(shortScenario(settings), lambdaTally(), twoHours());
  };
  const auto http = usageWith({"lambda.front_door=http_api", "workload.response_size=1200KB"});
  REQUIRE(http.apiGateway.size() == 1);
  CHECK(http.apiGateway.front().kind == pricing::ApiGatewayUsage::Kind::Http);
  CHECK(http.apiGateway.front().requests == Approx(1100 * kFactor * 3)); // 1,200 KB are three steps of 512 KB
  const auto exact = usageWith({"lambda.front_door=http_api", "workload.response_size=512KB"});
  CHECK(exact.apiGateway.front().requests == Approx(1100 * kFactor));

  const auto rest = usageWith({"lambda.front_door=rest_api", "workload.response_size=1200KB"});
  REQUIRE(rest.apiGateway.size() == 1);
  CHECK(rest.apiGateway.front().kind == pricing::ApiGatewayUsage::Kind::Rest);
  CHECK(rest.apiGateway.front().requests == Approx(1100 * kFactor));

  const auto alb = usageWith({"lambda.front_door=alb"});
  REQUIRE(alb.alb.size() == 1);
  CHECK(alb.alb.front().hours == 730);
  CHECK(alb.alb.front().lcuHours > 0);

  const auto queue = usageWith({"lambda.front_door=http_api", "workload.trigger=queue"});
  CHECK(queue.apiGateway.empty());
  CHECK(queue.egressGb == 0);
}

// ---- load balancer capacity units ----

TEST_CASE("an LCU is the largest dimension of each hour, a partial hour by its rate", "[metering]") {
  Scenario scenario;
  auto& workload = scenario.workload;
  workload.requestSize = pricing::ByteCount::bytes(2048);
  workload.responseSize = pricing::ByteCount::bytes(20'480);
  const std::vector<std::uint64_t> hours{3600, 900}; // 1/s, then 0.5/s for half an hour
  const Metered metered{5400, hours, std::chrono::minutes(90)};
  const auto lcu = [&](double latencyS, pricing::TargetKind targets) {
    return meanLcu(scenario, metered, targets, latencyS);
  };
  const double gibPerHour = 3600 * 22'528 / kGib; // 0.0755 at 1/s: more than 1/25 new connections
  CHECK(lcu(0.1, pricing::TargetKind::Ec2) == Approx((1 * gibPerHour + 0.5 * 0.5 * gibPerHour) / 1.5));
  CHECK(lcu(0.1, pricing::TargetKind::Lambda) == Approx((1 * gibPerHour + 0.5 * 0.5 * gibPerHour) / 0.4 / 1.5));
  // 600 s each: 600 active connections of 3,000 in the first hour, 300 in the second.
  CHECK(lcu(600, pricing::TargetKind::Ec2) == Approx((1 * 0.2 + 0.5 * 0.1) / 1.5));
  workload.requestSize = workload.responseSize = pricing::ByteCount::bytes(1);
  CHECK(lcu(0.1, pricing::TargetKind::Ec2) == Approx((1 / 25.0 + 0.5 * 0.5 / 25.0) / 1.5));
}

TEST_CASE("hours without requests count in the mean, hours beyond the horizon do not", "[metering]") {
  Scenario scenario;
  scenario.workload.requestSize = scenario.workload.responseSize = pricing::ByteCount::bytes(1);
  const std::vector<std::uint64_t> quiet{9000, 0, 0}; // 2.5/s = 0.1 LCU, nothing, and the end of the horizon
  CHECK(meanLcu(scenario, {7200, quiet, std::chrono::hours(2)}, pricing::TargetKind::Ec2, 0.1) == Approx(0.1 / 2));
  CHECK(meanLcu(scenario, {}, pricing::TargetKind::Ec2, 0.1) == 0);
}

TEST_CASE("connections that are kept alive are opened seldom and stay open longer", "[metering]") {
  auto scenario = shortScenario({"network.requests_per_connection=50", "network.connection_idle=10s",
                                 "workload.request_size=1B", "workload.response_size=1B"});
  const std::vector<std::uint64_t> hour{360'000}; // 100/s
  const Metered metered{3600, hour, std::chrono::hours(1)};
  // 100/s x (0.1 s + 10 s) = 1,010 open connections of 3,000; 2 new ones a second of 25 would be 0.08.
  CHECK(meanLcu(scenario, metered, pricing::TargetKind::Ec2, 0.1) == Approx(1010.0 / 3000));
  CHECK(meanNlcu(scenario, metered, 0.1) == Approx(1010.0 / 100'000));
  scenario.network.connectionIdle = {};
  CHECK(meanLcu(scenario, metered, pricing::TargetKind::Ec2, 0.1) == Approx(2.0 / 25));
  CHECK(meanNlcu(scenario, metered, 0.1) == Approx(2.0 / 800));
  scenario.network.listenerRules = 60; // (60 - 10) x 100/s of 1,000 evaluations a second; a network balancer has none
  CHECK(meanLcu(scenario, metered, pricing::TargetKind::Ec2, 0.1) == Approx(5.0));
  CHECK(meanNlcu(scenario, metered, 0.1) == Approx(2.0 / 800));
}

// AWS's example of an LCU (facts: one new connection a second that lasts two minutes, 300 KB/s, five requests a second
// against 60 rules): bytes lead with 1.08 GB in decimal steps.
TEST_CASE("AWS's own LCU example", "[metering]") {
  auto scenario = shortScenario({"network.requests_per_connection=5", "network.listener_rules=60",
                                 "workload.request_size=0B", "workload.response_size=64424B"}); // 1.08 GiB an hour
  const std::vector<std::uint64_t> hour{18'000};
  CHECK(meanLcu(scenario, {3600, hour, std::chrono::hours(1)}, pricing::TargetKind::Ec2, 24) ==
        Approx(1.08).epsilon(1e-4));
}

// ---- what the requests come out of ----

namespace {

pricing::MonthlyUsage sourced(const std::string& source, double requests) {
  auto scenario = shortScenario({"workload.source=" + source, "workload.request_size=100KB"});
  pricing::MonthlyUsage usage;
  addSource(scenario, {requests, requests, std::nullopt}, usage);
  return usage;
}

} // namespace

TEST_CASE("objects are stored and fetched", "[metering]") {
  const auto usage = sourced(R"({"kind": "s3", "gets_per_request": 2})", 1000);
  CHECK(usage.s3.putRequests == 1000);
  CHECK(usage.s3.getRequests == 2000);
}

TEST_CASE("messages are sent, received and deleted in calls of 64 KB chunks", "[metering]") {
  // 100 KB each: a send is 2 chunks; a receive of ten is 1,000 KB = 16 chunks; a delete of ten is one call.
  const auto single = sourced(R"({"kind": "sqs"})", 1000);
  CHECK(single.sqs.standardRequests == Approx(1000 * 2 + 100 * 16 + 100));
  CHECK(single.sqs.fifoRequests == 0);
  // Three messages of 1 KB a request, all in batches of five: 600 sends, 600 receives, 600 deletes.
  const auto batched = sourced(R"({"kind": "sqs_fifo", "batch_size": 5, "send_batch_size": 5, "record_size": "1KB",
                                   "records_per_request": 3})",
                               1000);
  CHECK(batched.sqs.fifoRequests == Approx(1800));
  CHECK(batched.sqs.standardRequests == 0);
}

TEST_CASE("a stream is metered by shards and records or by volume", "[metering]") {
  const auto provisioned = sourced(R"({"kind": "kinesis", "shards": 3, "records_per_request": 50})", 730 * 3600);
  REQUIRE(provisioned.kinesis.size() == 1);
  const auto& stream = provisioned.kinesis.front();
  CHECK(stream.mode == pricing::KinesisUsage::Mode::Provisioned);
  CHECK(stream.shards == 3);
  CHECK(stream.hours == 730);
  CHECK(stream.recordsPerSecond == Approx(50));
  CHECK(stream.recordSize.inBytes() == 2048); // 100 KB shared by 50 records
  const auto onDemand = sourced(R"({"kind": "kinesis_on_demand", "consumers": 2, "record_size": "3KB"})", 730 * 3600);
  CHECK(onDemand.kinesis.front().mode == pricing::KinesisUsage::Mode::OnDemand);
  CHECK(onDemand.kinesis.front().consumers == 2);
  CHECK(onDemand.kinesis.front().recordsPerSecond == Approx(1));
  CHECK(onDemand.kinesis.front().recordSize.inBytes() == 3072);
}

// Two instances in the pool for two hours, running for half an hour together, 20 s short of a minute once.
TEST_CASE("a warm pool pays its volumes, and its instances while they run", "[metering]") {
  auto tally = ec2Tally();
  tally.warmPoolNs = 2 * 7200 * kSecond;
  tally.warmPoolRunningNs = 1800 * kSecond;
  tally.warmPoolTopUpNs = 20 * kSecond;
  constexpr double kPoolHours = 4;
  const auto with = [&](std::string_view state, double memoryGib) {
    const auto setting = fmt::format(R"(ec2.warm_pool={{"state": "{}"}})", state);
    return ec2Usage(shortScenario({setting}), tally, twoHours(), memoryGib);
  };
  const auto without = ec2Usage(shortScenario(), ec2Tally(), twoHours());
  const auto stopped = with("stopped", 4);
  CHECK(stopped.ec2.front().hours == Approx(without.ec2.front().hours + kFactor * (1820.0 / 3600)));
  CHECK(stopped.ebs.front().hours == Approx(without.ebs.front().hours + kFactor * kPoolHours));
  CHECK(stopped.ebs.front().gib == without.ebs.front().gib);
  CHECK(stopped.publicIpv4.front().hours == Approx(without.publicIpv4.front().hours + kFactor * 0.5));
  CHECK(stopped.detailedMonitoringInstances ==
        Approx(without.detailedMonitoringInstances + kFactor * 0.5 / 730)); // stopped ones send no metrics
  CHECK(with("hibernated", 4).ebs.front().gib == without.ebs.front().gib + 4);
  CHECK(with("running", 4).ebs.front().gib == without.ebs.front().gib);
}

TEST_CASE("both platforms pay the same source for the same attempts", "[metering]") {
  const auto scenario = shortScenario({R"(workload.source={"kind": "sqs"})"});
  const auto lambda = lambdaUsage(scenario, lambdaTally(), twoHours());
  const auto ec2 = ec2Usage(scenario, ec2Tally(), twoHours());
  CHECK(lambda.sqs.standardRequests == Approx(1100 * kFactor * (1 + 0.1 + 0.1)));
  CHECK(ec2.sqs.standardRequests == lambda.sqs.standardRequests);
}

TEST_CASE("a queue that Lambda polls is billed by the batches that it took", "[metering]") {
  const auto scenario = shortScenario(
      {"workload.trigger=queue", R"(workload.source={"kind": "sqs", "record_size": "1KB"})", "lambda.front_door=none"});
  auto tally = lambdaTally();
  tally.outcomes.attempts = 1100;
  tally.outcomes.completed = 990;
  tally.started = 550; // 1,100 messages in batches of two, ten of them delivered twice, ten more refused
  tally.source.firstDeliveries = 1100;
  tally.source.redeliveries = 20;
  tally.source.throttled = 20;
  // Sent one by one; two messages a receive and a delete.
  const auto month = lambdaUsage(scenario, tally, twoHours());
  CHECK(month.sqs.standardRequests == Approx(kFactor * (1100 + 1100 / 2.0 + 990 / 2.0)));

  tally.started = 11; // a hundred to a batch: ten receives each, of ten messages of 1 KB
  CHECK(lambdaUsage(scenario, tally, twoHours()).sqs.standardRequests == Approx(kFactor * (1100 + 110 + 99)));
}

TEST_CASE("objects are read by every run of the code", "[metering]") {
  const auto scenario =
      shortScenario({"workload.trigger=async", "lambda.front_door=none",
                     R"(workload.source={"kind": "s3", "puts_per_request": 1, "gets_per_request": 1})"});
  auto tally = lambdaTally();
  tally.outcomes.attempts = 1000;
  tally.started = 1300;
  const auto month = lambdaUsage(scenario, tally, twoHours());
  CHECK(month.s3.putRequests == Approx(1000 * kFactor));
  CHECK(month.s3.getRequests == Approx(1300 * kFactor));
}

// ---- NAT gateways, zones ----

TEST_CASE("NAT gateways and zones belong to what is in the VPC", "[metering]") {
  const tests::Settings network{"network.nat_gateways=2", "network.nat_bytes_per_request=1MB",
                                "network.cross_zone_bytes_per_request=512KB"};
  auto inside = network;
  inside.push_back("lambda.vpc=true");
  const auto lambda = lambdaUsage(shortScenario(inside), lambdaTally(), twoHours());
  REQUIRE(lambda.nat.size() == 1);
  CHECK(lambda.nat.front().hours == 2 * 730);
  CHECK(lambda.nat.front().gb == Approx(1000 * kFactor / 1024)); // started
  CHECK(lambda.crossZoneGb == Approx(1000 * kFactor / 2048));
  const auto outside = lambdaUsage(shortScenario(network), lambdaTally(), twoHours());
  CHECK(outside.nat.empty());
  CHECK(outside.crossZoneGb == 0);
  const auto ec2 = ec2Usage(shortScenario(network), ec2Tally(), twoHours());
  REQUIRE(ec2.nat.size() == 1);
  CHECK(ec2.nat.front().gb == Approx(1000 * kFactor / 1024)); // the rejected 100 were not worked on
  CHECK(ec2.crossZoneGb == Approx(1000 * kFactor / 2048));
}

// ---- EC2 ----

TEST_CASE("a month of EC2 from two hours", "[metering]") {
  const auto usage = ec2Usage(shortScenario(), ec2Tally(), twoHours());
  CHECK(usage.lambda.empty());
  REQUIRE(usage.ec2.size() == 1);
  CHECK(usage.ec2.front().instanceType == "c7g.large");
  CHECK(usage.ec2.front().purchase == pricing::Purchase::OnDemand);
  CHECK(usage.ec2.front().hours == Approx((4 + 40 / 3600.0) * kFactor)); // 60 s minimum
  const double ran = 4 * kFactor;                                        // volumes and addresses have no minimum
  REQUIRE(usage.ebs.size() == 1);
  CHECK(usage.ebs.front().gib == 8);
  CHECK(usage.ebs.front().hours == Approx(ran));
  REQUIRE(usage.alb.size() == 1);
  CHECK(usage.alb.front().hours == 730);
  // 600 and 500 requests in an hour: bytes lead with 600 x 22 KB and 500 x 22 KB against 1 GB.
  CHECK(usage.alb.front().lcuHours == Approx(730.0 * 550 * 22 * 1024.0 / kGib));
  REQUIRE(usage.publicIpv4.size() == 1);
  CHECK(usage.publicIpv4.front().hours == Approx(ran + 2 * 730)); // the load balancer has one in each of two zones
  CHECK(usage.detailedMonitoringInstances == Approx(ran / 730));
  CHECK(usage.alarms == 2); // target tracking: one for scaling out, one for scaling in
  CHECK(usage.ebs.front().iopsAbove3000 == 0);
  CHECK(usage.ebs.front().mibPerSecondAbove125 == 0);
  CHECK(usage.nat.empty());
  CHECK(usage.own.empty());
  CHECK(usage.date.empty());
  CHECK(usage.egressGb == Approx(1000 * kFactor * 20 * 1024 / kGib));
  CHECK(usage.logsGb == 0);
}

TEST_CASE("surplus credits are vCPU-hours on the bill, and none are owed where more was paid back", "[metering]") {
  const auto scenario = shortScenario({"ec2.instance_type=t4g.medium"});
  auto tally = ec2Tally();
  tally.surplusCredits = 120;
  CHECK(ec2Usage(scenario, tally, twoHours()).ec2.front().surplusVcpuHours == Approx(2 * kFactor));
  tally.surplusCredits = -5;
  CHECK(ec2Usage(scenario, tally, twoHours()).ec2.front().surplusVcpuHours == 0);
}

TEST_CASE("what a fleet does without is not metered", "[metering]") {
  const auto usage = ec2Usage(shortScenario({"ec2.load_balancer=none", "ec2.ebs_gib=0", "ec2.public_ipv4=false",
                                             "ec2.detailed_monitoring=false", "workload.trigger=queue"}),
                              ec2Tally(), twoHours());
  CHECK(usage.alb.empty());
  CHECK(usage.ebs.empty());
  CHECK(usage.publicIpv4.empty());
  CHECK(usage.detailedMonitoringInstances == 0);
  CHECK(usage.egressGb == 0);
}

TEST_CASE("a commitment is paid whether used or not, the rest on demand", "[metering]") {
  const double used = (4 + 40 / 3600.0) * kFactor; // 1,464 h
  const auto part = ec2Usage(shortScenario({"ec2.purchase=compute_sp_3y", "ec2.min=1"}), ec2Tally(), twoHours());
  REQUIRE(part.ec2.size() == 2);
  CHECK(part.ec2[0].purchase == pricing::Purchase::ComputeSp3y);
  CHECK(part.ec2[0].hours == 730);
  CHECK(part.ec2[1].purchase == pricing::Purchase::OnDemand);
  CHECK(part.ec2[1].hours == Approx(used - 730));
  const auto idle =
      ec2Usage(shortScenario({"ec2.purchase=compute_sp_3y", "ec2.min=3", "ec2.initial=3"}), ec2Tally(), twoHours());
  REQUIRE(idle.ec2.size() == 1);
  CHECK(idle.ec2[0].hours == 3 * 730);
  const auto spot = ec2Usage(shortScenario({"ec2.purchase=spot"}), ec2Tally(), twoHours());
  REQUIRE(spot.ec2.size() == 1);
  CHECK(spot.ec2[0].purchase == pricing::Purchase::Spot);
  CHECK(spot.ec2[0].hours == Approx(used));
}

TEST_CASE("volumes, alarms and network balancers as they were ordered", "[metering]") {
  const auto usage = ec2Usage(shortScenario({"ec2.ebs_iops=4000", "ec2.ebs_throughput=250", "ec2.alarms=3",
                                             "ec2.load_balancer=nlb", "prices.date=2025-07-01"}),
                              ec2Tally(), twoHours());
  CHECK(usage.ebs.front().iopsAbove3000 == 1000);
  CHECK(usage.ebs.front().mibPerSecondAbove125 == 125);
  CHECK(usage.alarms == 5);
  CHECK(usage.alb.empty());
  REQUIRE(usage.nlb.size() == 1);
  CHECK(usage.nlb.front().hours == 730);
  CHECK(usage.nlb.front().nlcuHours == Approx(730.0 * 550 * 22 * 1024.0 / kGib)); // bytes lead
  CHECK(usage.publicIpv4.front().hours == Approx(4 * kFactor + 2 * 730));
  CHECK(usage.date == "2025-07-01");
  const auto step =
      ec2Usage(shortScenario({R"(ec2.scaling={"kind": "step", "out_threshold": 0.6, "in_threshold": 0.3})"}),
               ec2Tally(), twoHours());
  CHECK(step.alarms == 2);
  const auto fixed = ec2Usage(shortScenario({R"(ec2.scaling={"kind": "none"})"}), ec2Tally(), twoHours());
  CHECK(fixed.alarms == 0);
  CHECK(lambdaUsage(shortScenario({"lambda.alarms=4"}), lambdaTally(), twoHours()).alarms == 4);
}

// ---- what the owner adds ----

namespace {

double usd(const pricing::MonthlyUsage& usage) { return pricing::price(usage, tests::catalogue()).total().inDollars(); }

} // namespace

TEST_CASE("engineering hours and copies stand on the bill as own lines", "[metering]") {
  const auto scenario =
      shortScenario({"costs.engineering_rate=80", "costs.lambda.engineering_hours=2", "costs.ec2.engineering_hours=5",
                     "costs.ec2.non_production_copies=2", "costs.ec2.non_production_share=0.25"});
  const auto lambda = lambdaUsage(scenario, lambdaTally(), twoHours());
  const auto people = withOwnCosts(scenario, Platform::Lambda, lambda, tests::catalogue());
  REQUIRE(people.own.size() == 1);
  CHECK(people.own.front().item == "engineering");
  CHECK(usd(people) == Approx(usd(lambda) + 2 * 80));

  const auto ec2 = ec2Usage(scenario, ec2Tally(), twoHours());
  const auto copy = copyOf(scenario, Platform::Ec2, ec2);
  // Production runs 2.0055 instances, the minimum is 2: a copy keeps the minimum, a quarter of the requests.
  CHECK(copy.ec2.front().hours == Approx(2 * 730));
  CHECK(copy.alb.front().hours == 730);
  CHECK(copy.alb.front().lcuHours == Approx(ec2.alb.front().lcuHours / 4));
  CHECK(copy.egressGb == Approx(ec2.egressGb / 4));
  CHECK(copy.alarms == ec2.alarms);
  const auto owned = withOwnCosts(scenario, Platform::Ec2, ec2, tests::catalogue());
  CHECK(usd(owned) == Approx(usd(ec2) + 2 * usd(copy) + 5 * 80));
  CHECK(monthlyUsd(scenario, Platform::Ec2, ec2, tests::catalogue()) == Approx(usd(owned)));
}

TEST_CASE("a copy of Lambda pays per use and keeps what is provisioned", "[metering]") {
  const auto scenario = shortScenario({"lambda.provisioned_concurrency=5", "costs.lambda.non_production_copies=1",
                                       "costs.lambda.non_production_share=0.1"});
  const auto copy = copyOf(scenario, Platform::Lambda, lambdaUsage(scenario, lambdaTally(), twoHours()));
  CHECK(copy.lambda.front().requests == Approx(100 * kFactor));
  CHECK(copy.lambda.front().billedMilliseconds == Approx(15'000 * kFactor));
  CHECK(copy.lambda.front().provisioned->count == 5);
  CHECK(copy.lambda.front().provisioned->hours == 730);
}

TEST_CASE("a fleet that shrinks to its share does not fall below its minimum", "[metering]") {
  auto scenario = shortScenario({"ec2.min=1", "costs.ec2.non_production_share=0.8"});
  const auto production = ec2Usage(scenario, ec2Tally(), twoHours());
  const double used = production.ec2.front().hours;
  CHECK(copyOf(scenario, Platform::Ec2, production).ec2.front().hours == Approx(0.8 * used));
  scenario.costs.ec2.nonProductionShare = 0.1;
  CHECK(copyOf(scenario, Platform::Ec2, production).ec2.front().hours == Approx(730));
}

TEST_CASE("a scenario that adds nothing leaves the month alone", "[metering]") {
  const auto scenario = shortScenario({"costs.lambda.engineering_hours=2", "costs.ec2.migration=5000"}); // no rate
  const auto usage = lambdaUsage(scenario, lambdaTally(), twoHours());
  CHECK(withOwnCosts(scenario, Platform::Lambda, usage, tests::catalogue()).own.empty());
}

// ---- the same month, larger ----

TEST_CASE("extrapolation multiplies what follows requests and what follows instances", "[metering]") {
  pricing::MonthlyUsage usage;
  pricing::LambdaUsage function;
  function.requests = 100;
  function.billedMilliseconds = 1000;
  function.provisioned = {5, 730, 10, 200};
  usage.lambda.push_back(function);
  usage.apiGateway.push_back({pricing::ApiGatewayUsage::Kind::Http, 7});
  usage.alb.push_back({730, 20});
  usage.ec2 = {{"c7g.large", 1460, pricing::Purchase::ComputeSp3y, 0},
               {"c7g.large", 10, pricing::Purchase::OnDemand, 0},
               {"c7g.large", 20, pricing::Purchase::Spot, 0}};
  usage.ebs.push_back({8, 30});
  usage.publicIpv4.push_back({40});
  usage.egressGb = 1;
  usage.crossZoneGb = 2;
  usage.logsGb = 3;
  usage.detailedMonitoringInstances = 4;
  usage.nlb.push_back({730, 21});
  usage.nat.push_back({730, 22});
  usage.kinesis.push_back({pricing::KinesisUsage::Mode::Provisioned, 730, 4, 23, {}, 0});
  usage.s3 = {24, 25, 26};
  usage.sqs = {27, 28};
  usage.alarms = 2;
  const auto more = extrapolated(usage, 3, 2);
  CHECK(more.nlb[0].hours == 730);
  CHECK(more.nlb[0].nlcuHours == 63);
  CHECK(more.nat[0].hours == 730);
  CHECK(more.nat[0].gb == 66);
  CHECK(more.kinesis[0].shards == 4);
  CHECK(more.kinesis[0].recordsPerSecond == 69);
  CHECK(more.s3.putRequests == 72);
  CHECK(more.s3.getRequests == 75);
  CHECK(more.sqs.standardRequests == 81);
  CHECK(more.sqs.fifoRequests == 84);
  CHECK(more.alarms == 2);
  CHECK(more.lambda[0].requests == 300);
  CHECK(more.lambda[0].billedMilliseconds == 3000);
  CHECK(more.lambda[0].provisioned->count == 5);
  CHECK(more.lambda[0].provisioned->hours == 730);
  CHECK(more.lambda[0].provisioned->requests == 30);
  CHECK(more.lambda[0].provisioned->billedMilliseconds == 600);
  CHECK(more.apiGateway[0].requests == 21);
  CHECK(more.alb[0].hours == 730);
  CHECK(more.alb[0].lcuHours == 60);
  CHECK(more.ec2[0].hours == 1460); // committed
  CHECK(more.ec2[1].hours == 20);
  CHECK(more.ec2[2].hours == 40);
  CHECK(more.ebs[0].gib == 8);
  CHECK(more.ebs[0].hours == 60);
  CHECK(more.publicIpv4[0].hours == 80);
  CHECK(more.egressGb == 3);
  CHECK(more.crossZoneGb == 6);
  CHECK(more.logsGb == 9);
  CHECK(more.detailedMonitoringInstances == 8);
}
