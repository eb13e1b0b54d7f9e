// Usage of a month from made-up tallies, each figure worked by hand beside its check.
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
  workloads::Workload workload;
  workload.requestSize = pricing::ByteCount::bytes(2048);
  workload.responseSize = pricing::ByteCount::bytes(20'480);
  const std::vector<std::uint64_t> hours{3600, 900}; // 1/s, then 0.5/s for half an hour
  const Metered metered{5400, hours, std::chrono::minutes(90)};
  const auto lcu = [&](double latencyS, pricing::TargetKind targets) {
    return meanLcu(workload, metered, targets, latencyS);
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
  workloads::Workload workload;
  workload.requestSize = workload.responseSize = pricing::ByteCount::bytes(1);
  const std::vector<std::uint64_t> quiet{9000, 0, 0}; // 2.5/s = 0.1 LCU, nothing, and the end of the horizon
  CHECK(meanLcu(workload, {7200, quiet, std::chrono::hours(2)}, pricing::TargetKind::Ec2, 0.1) == Approx(0.1 / 2));
  CHECK(meanLcu(workload, {}, pricing::TargetKind::Ec2, 0.1) == 0);
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
  CHECK(usage.egressGb == Approx(1000 * kFactor * 20 * 1024 / kGib));
  CHECK(usage.logsGb == 0);
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
  const auto more = extrapolated(usage, 3, 2);
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
