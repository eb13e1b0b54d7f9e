// Every dollar of a bill in exactly one part: hand-made tallies with hand-computed dollars, and sums on many scenarios.
#include "model/evaluation/attribution.hpp"

#include <map>

#include "model/evaluation/assessment.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "workloads/random.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::shortScenario;

constexpr Int128 kSecond = 1'000'000'000;
constexpr Int128 kHour = 3600 * kSecond;

std::map<std::string, double> byCode(const std::vector<MoneyPart>& parts) {
  std::map<std::string, double> dollars;
  for (const auto& part : parts) {
    CHECK_FALSE(part.meaning.empty());
    CHECK(dollars.emplace(part.code, part.usd).second); // each code once
  }
  return dollars;
}

// What a bill has on the lines of one item, whatever is billed apart.
double lineUsd(const pricing::Bill& bill, const std::string& service, const std::string& item) {
  double usd = 0;
  for (const auto& line : bill.lines)
    if (line.service == service && line.item.rfind(item, 0) == 0) usd += line.amount.inDollars();
  return usd;
}

double sum(const std::vector<MoneyPart>& parts) {
  double usd = 0;
  for (const auto& part : parts) usd += part.usd;
  return usd;
}

// A run of one hour.
Metered oneHour() {
  static const std::vector<std::uint64_t> requests{1000};
  return {3600, requests, std::chrono::hours(1)};
}

struct Priced {
  pricing::Bill bill;
  std::map<std::string, double> parts;
};
Priced priced(const Scenario& scenario, const LambdaTally& tally) {
  auto bill = pricing::price(lambdaUsage(scenario, tally, oneHour()), catalogue());
  auto parts = byCode(moneyParts(scenario, tally, oneHour(), bill));
  return {std::move(bill), std::move(parts)};
}
Priced priced(const Scenario& scenario, const Ec2Tally& tally) {
  auto bill = pricing::price(ec2Usage(scenario, tally, oneHour()), catalogue());
  auto parts = byCode(moneyParts(scenario, tally, oneHour(), bill));
  return {std::move(bill), std::move(parts)};
}

// 100 s billed: 60 of computing, 25 of waiting, 10 of init, 5 of round-up.
LambdaTally hundredSeconds() {
  LambdaTally tally;
  tally.outcomes.attempts = tally.outcomes.completed = tally.started = 1000;
  tally.billedMs = 100'000;
  tally.cpuNs = 60 * kSecond;
  tally.ioNs = 25 * kSecond;
  tally.billedInitNs = 10 * kSecond;
  return tally;
}

// Ten instance-hours: one of everything but two busy, two idle nights; 36 s of top-up.
Ec2Tally tenHours() {
  Ec2Tally tally;
  tally.instanceNs = 10 * kHour;
  tally.inServiceNs = 9 * kHour;
  tally.inService = {2 * kHour, kHour, kHour, 3 * kHour, 0, kHour, kHour};
  tally.minimumTopUpNs = 36 * kSecond;
  return tally;
}

} // namespace

TEST_CASE("a Lambda dollar goes to what the billed milliseconds were made of", "[attribution]") {
  const auto scenario = shortScenario({"lambda.memory=1024MB", "lambda.architecture=x86_64"});
  const auto [bill, parts] = priced(scenario, hundredSeconds());
  // 100 s x 1 GB x 730 = 73,000 GB-s at $0.0000166667.
  const double duration = lineUsd(bill, "lambda", "duration");
  CHECK(duration == Approx(73'000 * 0.0000166667));
  CHECK(parts.at("cpu") == Approx(0.60 * duration));
  CHECK(parts.at("io_wait") == Approx(0.25 * duration));
  CHECK(parts.at("init") == Approx(0.10 * duration));
  CHECK(parts.at("round_up") == Approx(0.05 * duration));
  CHECK(parts.at("requests") == Approx(730'000 * 0.2e-6));
  CHECK(parts.count("idle_provisioned") == 0); // nothing of it, so no part
}

TEST_CASE("extensions and SnapStart are parts of their own; init inside provisioned calls is init", "[attribution]") {
  auto tally = hundredSeconds();
  tally.cpuNs -= 20 * kSecond;
  tally.extensionNs = 20 * kSecond;
  tally.cold = 10;
  const auto [bill, parts] = priced(
      shortScenario({"lambda.memory=1024MB", "lambda.architecture=x86_64", "lambda.snap_start.versions=1"}), tally);
  const double duration = lineUsd(bill, "lambda", "duration");
  CHECK(parts.at("cpu") == Approx(0.40 * duration));
  CHECK(parts.at("extensions") == Approx(0.20 * duration));
  CHECK(parts.at("snap_start") ==
        Approx(lineUsd(bill, "lambda", "snapstart_cache") + lineUsd(bill, "lambda", "snapstart_restore")));

  tally.provisionedStarted = 400;
  tally.provisionedBilledMs = 20'000;
  tally.provisionedCpuNs = 10 * kSecond;
  tally.provisionedInitNs = 6 * kSecond;
  tally.provisionedExtensionNs = 3 * kSecond;
  const auto [provisionedBill, provisionedParts] = priced(
      shortScenario({"lambda.memory=1024MB", "lambda.architecture=x86_64", "lambda.provisioned_concurrency=5"}), tally);
  const double calls = lineUsd(provisionedBill, "lambda", "provisioned_duration");
  const double onDemand = lineUsd(provisionedBill, "lambda", "duration");
  CHECK(provisionedParts.at("init") == Approx(0.10 * onDemand + 0.30 * calls));
  CHECK(provisionedParts.at("extensions") == Approx(0.20 * onDemand + 0.15 * calls));
}

TEST_CASE("the free tier thins every part of the duration alike", "[attribution]") {
  auto tally = hundredSeconds();
  for (auto* ns : {&tally.cpuNs, &tally.ioNs, &tally.billedInitNs}) *ns *= 10;
  tally.billedMs *= 10;
  const auto scenario =
      shortScenario({"lambda.memory=1024MB", "lambda.architecture=x86_64", "assumptions.free_tier=true"});
  const auto [bill, parts] = priced(scenario, tally);
  CHECK(parts.at("cpu") == Approx(0.60 * 330'000 * 0.0000166667)); // 730,000 - 400,000 GB-s
  CHECK(parts.count("requests") == 0);                             // 730,000 are free
}

TEST_CASE("provisioned environments are busy or idle, their calls are split like others", "[attribution]") {
  auto tally = hundredSeconds();
  tally.provisionedStarted = 400;
  tally.provisionedBilledMs = 20'000;
  tally.provisionedCpuNs = 15 * kSecond;
  tally.provisionedIoNs = 4 * kSecond;
  tally.provisionedBusyNs = 1800 * kSecond; // of 5 x 3,600 s
  const auto scenario =
      shortScenario({"lambda.memory=1024MB", "lambda.architecture=x86_64", "lambda.provisioned_concurrency=5"});
  const auto [bill, parts] = priced(scenario, tally);
  const double ready = lineUsd(bill, "lambda", "provisioned_concurrency");
  const double calls = lineUsd(bill, "lambda", "provisioned_duration");
  REQUIRE(ready > 0);
  REQUIRE(calls > 0);
  CHECK(parts.at("busy_provisioned") == Approx(0.1 * ready));
  CHECK(parts.at("idle_provisioned") == Approx(0.9 * ready));
  const double duration = lineUsd(bill, "lambda", "duration");
  CHECK(parts.at("cpu") == Approx(0.60 * duration + 0.75 * calls));
  CHECK(parts.at("io_wait") == Approx(0.25 * duration + 0.20 * calls));
  CHECK(parts.at("round_up") == Approx(0.05 * duration + 0.05 * calls));
}

TEST_CASE("of a plan the environments are idle for as long as it paid and they did not serve", "[attribution]") {
  const auto scenario =
      shortScenario({"ec2=null", R"(lambda.provisioned_plan={"kind": "target_tracking", "min": 2, "max": 8})"});
  LambdaTally tally; // two environments ready for an hour, 1,800 s of which they served
  tally.provisionedAllocatedNs = 2 * kHour;
  tally.provisionedBusyNs = 1800 * kSecond;
  const auto [bill, parts] = priced(scenario, tally);
  const double usd = bill.total().inDollars();
  CHECK(usd > 0);
  CHECK(parts.at("busy_provisioned") == Approx(usd / 4));
  CHECK(parts.at("idle_provisioned") == Approx(usd * 3 / 4));
}

// An hour more kept by a forecast and one in a running warm pool, 36 s of it the minimum of a start.
TEST_CASE("forecasts and warm pools have their part of an EC2 dollar", "[attribution]") {
  auto tally = tenHours();
  tally.instanceNs += kHour;
  tally.inServiceNs += kHour;
  tally.inService.forecastNs = kHour;
  tally.warmPoolNs = tally.warmPoolRunningNs = kHour - 36 * kSecond;
  tally.warmPoolTopUpNs = 36 * kSecond;
  const auto [bill, parts] = priced(shortScenario({"ec2.instance_type=c7g.large"}), tally);
  const double perHour = lineUsd(bill, "ec2", "instance_hours") / 12.01;
  CHECK(perHour == Approx(730 * 0.0725));
  CHECK(parts.at("forecast") == Approx(perHour));
  CHECK(parts.at("warm_pool") == Approx(perHour));
  CHECK(parts.at("idle_night") == Approx(3 * perHour));
  CHECK(parts.at("minimum") == Approx(0.01 * perHour));
}

TEST_CASE("an EC2 dollar goes to what instance time was good for", "[attribution]") {
  const auto [bill, parts] = priced(shortScenario({"ec2.instance_type=c7g.large"}), tenHours());
  const double perHour = lineUsd(bill, "ec2", "instance_hours") / 10.01;
  CHECK(perHour == Approx(730 * 0.0725)); // c7g.large in us-east-1
  CHECK(parts.at("busy") == Approx(2 * perHour));
  CHECK(parts.at("headroom") == Approx(perHour));
  CHECK(parts.at("zone_floor") == Approx(perHour));
  CHECK(parts.at("idle_night") == Approx(3 * perHour));
  CHECK(parts.at("scale_in_lag") == Approx(perHour));
  CHECK(parts.at("draining") == Approx(perHour));
  CHECK(parts.at("boot") == Approx(perHour));
  CHECK(parts.at("minimum") == Approx(0.01 * perHour));
  CHECK(parts.at("load_balancer") == Approx(lineUsd(bill, "alb", "")));
  CHECK(parts.at("ebs") == Approx(lineUsd(bill, "ebs", "")));
  CHECK(parts.at("public_ipv4") == Approx(lineUsd(bill, "vpc", "")));
  CHECK(parts.count("unused_commitment") == 0);
}

TEST_CASE("committed hours without an instance are a part of their own", "[attribution]") {
  // Twenty instances are paid all month, 10.01 are there.
  const auto settings = tests::Settings{"ec2.instance_type=c7g.large", "ec2.purchase=standard_1y", "ec2.min=20",
                                        "ec2.initial=20", "ec2.max=20"};
  const auto [bill, parts] = priced(shortScenario(settings), tenHours());
  const double hours = lineUsd(bill, "ec2", "instance_hours");
  CHECK(parts.at("unused_commitment") == Approx(hours * 9.99 / 20));
  CHECK(parts.at("busy") == Approx(hours * 2 / 20));
  // With five committed all are used; the rest is on demand, at one price on average.
  auto fewer = settings;
  fewer[2] = "ec2.min=5";
  fewer[3] = "ec2.initial=5";
  const auto mixed = priced(shortScenario(fewer), tenHours());
  CHECK(mixed.parts.count("unused_commitment") == 0);
  CHECK(mixed.parts.at("busy") == Approx(lineUsd(mixed.bill, "ec2", "instance_hours") * 2 / 10.01));
}

TEST_CASE("a line that nobody has named is a part by itself", "[attribution]") {
  pricing::Bill bill;
  bill.lines.push_back({"quantum", "entangled_pairs (blue)", 1, "pair", {}, pricing::Money::dollars(3), "", false});
  const auto parts = byCode(moneyParts(shortScenario(), LambdaTally{}, oneHour(), bill));
  CHECK(parts == std::map<std::string, double>{{"quantum_entangled_pairs", 3.0}});
}

TEST_CASE("the parts of simulated bills add up to them, largest first", "[attribution]") {
  workloads::RandomStream random(2026, "test.attribution", 0);
  const auto pick = [&](std::initializer_list<const char*> values) {
    return std::string(*(values.begin() + static_cast<std::ptrdiff_t>(random.below(values.size()))));
  };
  for (int i = 0; i < 40; ++i) {
    const tests::Settings settings{
        "ec2.purchase=" + pick({"on_demand", "spot", "standard_1y", "compute_sp_3y", "on_demand"}),
        "ec2.min=" + pick({"1", "2", "6"}),
        "ec2.initial=6",
        "ec2.scaling=" +
            pick({R"({"kind": "none"})", R"({"kind": "target_tracking", "metric": "cpu", "target": 0.3})"}),
        "ec2.availability_zones=" + pick({"1", "3"}),
        "ec2.load_balancer=" + pick({"alb", "none"}),
        "ec2.instance_type=" + pick({"c7g.large", "t3.micro"}),
        "assumptions.free_tier=" + pick({"true", "false"}),
        "lambda.provisioned_concurrency=" + pick({"0", "3"}),
        "lambda.front_door=" + pick({"function_url", "http_api", "rest_api", "alb"}),
        "lambda.ephemeral_storage=" + pick({"512MB", "2GB"}),
        "workload.arrivals.rate=" + pick({"0.05/s", "3/s", "20/s"}),
        "workload.work.cpu_fraction=" + pick({"0.2", "1"}),
        "lambda.timeout=" + pick({"1s", "900s"}),
        "workload.work.mean=" + pick({"100ms", "900ms"}),
        "run.horizon=" + pick({"900s", "5000s"}),
        "run.replications=" + pick({"1", "2"})};
    std::string all;
    for (const auto& setting : settings) all += setting + "\n";
    INFO(all);
    const auto decision = tests::simulated(shortScenario(settings));
    for (const auto* result : {&*decision->lambda, &*decision->ec2}) {
      byCode(result->moneyParts);
      REQUIRE(sum(result->moneyParts) == Approx(result->bill.total().inDollars()).margin(1e-9).epsilon(1e-12));
      for (const auto& part : result->moneyParts) REQUIRE(part.usd > 0);
      for (std::size_t k = 1; k < result->moneyParts.size(); ++k)
        REQUIRE(result->moneyParts[k - 1].usd >= result->moneyParts[k].usd);
    }
  }
}
