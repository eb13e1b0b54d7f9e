// What a scenario says about money beside its platforms: read, written, limited, named with its origin.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "pricing/billing_rules.hpp"
#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using pricing::ByteCount;
using std::chrono::seconds;
using tests::Sentences;
using tests::Settings;

Scenario with(const Settings& settings) { return readScenario(tests::kContractExample, "contract", settings); }
const pricing::PriceCatalogue& catalogue() { return *pricing::PriceCatalogue::embedded(); }
Sentences complaintsWith(const Settings& settings) {
  return tests::complaints(std::string(tests::kContractExample), settings);
}
template <class T> T sourceOf(const std::string& json) {
  return std::get<T>(*with({"workload.source=" + json}).source);
}

// Every field away from its default.
const std::string kRich = R"({
  "prices": {"catalogue": "aws-2026-11-23", "date": "2025-07-01", "private": {"name": "EDP", "discounts": {"ec2": "12%"}}},
  "workload": {"source": {"kind": "sqs_fifo", "records_per_request": 4, "record_size": "3KB", "batch_size": 5,
                          "send_batch_size": 2}},
  "network": {"nat_gateways": 2, "nat_bytes_per_request": "3KB", "cross_zone_bytes_per_request": "1KB",
              "requests_per_connection": 12.5, "connection_idle": "30s", "listener_rules": 15},
  "lambda": {"vpc": true, "alarms": 4},
  "ec2": {"ebs_iops": 4000, "ebs_throughput": 250, "alarms": 3, "load_balancer": "nlb"},
  "costs": {"engineering_rate": 95.5,
            "lambda": {"engineering_hours": 2, "non_production_copies": 2, "non_production_share": 0.05, "migration": 9000},
            "ec2": {"engineering_hours": 8, "non_production_copies": 1, "non_production_share": 0.2, "migration": 400}},
  "assumptions": {"traffic_drop": 0.45}
})";

} // namespace

TEST_CASE("each price, network and cost field is read and written again", "[scenario]") {
  const auto s = readScenario(kRich, "s");
  CHECK(s.prices.catalogue == "aws-2026-11-23");
  CHECK(s.prices.date == "2025-07-01");
  CHECK(s.prices.isInline());
  CHECK(s.prices.privatePrices == R"({"discounts":{"ec2":"12%"},"name":"EDP"})");
  CHECK(s.network == Network{2, ByteCount::bytes(3072), ByteCount::bytes(1024), 12.5, seconds(30), 15});
  const auto queue = std::get<SqsFifoSource>(*s.source);
  CHECK(queue.recordsPerRequest == 4);
  CHECK(queue.recordSize == ByteCount::bytes(3072));
  CHECK(queue.batchSize == 5);
  CHECK(queue.sendBatchSize == 2);
  CHECK(s.lambda->vpc);
  CHECK(s.lambda->alarms == 4);
  CHECK(s.ec2->ebsIops == 4000);
  CHECK(s.ec2->ebsThroughput == 250);
  CHECK(s.ec2->alarms == 3);
  CHECK(s.ec2->loadBalancer == LoadBalancer::Nlb);
  CHECK(s.costs == OwnCosts{95.5, {2, 2, 0.05, 9000}, {8, 1, 0.2, 400}});
  CHECK(s.trafficDrop == 0.45);
  CHECK(readScenario(writeScenario(s), "again") == s);
  CHECK(scenarioSha256(s) == scenarioSha256(readScenario(writeScenario(s), "again")));
}

TEST_CASE("two scenarios that differ in money only are different", "[scenario]") {
  for (const auto* setting :
       {"prices.catalogue=x", "prices.date=2025-07-01", "prices.private=mine.json", R"(workload.source={"kind": "s3"})",
        "network.nat_gateways=1", "costs.engineering_rate=1", "costs.ec2.migration=1", "assumptions.traffic_drop=0.2",
        "lambda.vpc=true", "lambda.alarms=1", "ec2.alarms=1", "ec2.ebs_iops=3001", "ec2.ebs_throughput=126"}) {
    INFO(setting);
    CHECK_FALSE(with({setting}) == with({}));
    CHECK(scenarioSha256(with({setting})) != scenarioSha256(with({})));
  }
}

TEST_CASE("every kind of source is read with its own keys", "[scenario]") {
  CHECK_FALSE(with({}).source);
  CHECK_FALSE(with({"workload.source=null"}).source);
  CHECK(sourceOf<S3Source>(R"({"kind": "s3", "puts_per_request": 0, "gets_per_request": 3})") == S3Source{0, 3});
  CHECK(sourceOf<SqsSource>(R"({"kind": "sqs"})") == SqsSource{});
  CHECK(sourceOf<KinesisSource>(R"({"kind": "kinesis", "shards": 9})").shards == 9);
  CHECK(sourceOf<KinesisOnDemandSource>(R"({"kind": "kinesis_on_demand", "consumers": 2})").consumers == 2);
  const auto changed = with({"workload.source.kind=kinesis", "workload.source.shards=7"});
  CHECK(std::get<KinesisSource>(*changed.source).shards == 7);
}

TEST_CASE("keys of another source are refused, and so is what is no source", "[scenario]") {
  CHECK(complaintsWith({R"(workload.source={"kind": "s3", "shards": 2})"}) ==
        Sentences{R"(--set workload.source.shards: found an unknown key "shards", expected one of the keys of s3 )"
                  "source (kind, puts_per_request, gets_per_request)"});
  CHECK(complaintsWith({"workload.source=sqs"}) ==
        Sentences{R"(--set workload.source: found "sqs", expected an object with a kind, or null)"});
  CHECK(complaintsWith({"workload.source.kind=sqz"}) ==
        Sentences{R"(--set workload.source.kind: found "sqz", expected one of s3, sqs, sqs_fifo, kinesis, )"
                  R"(kinesis_on_demand; did you mean "sqs"?)"});
}

TEST_CASE("each limit of money has a sentence", "[scenario]") {
  struct Case {
    std::string setting, expected;
  };
  const std::vector<Case> cases{
      {"prices.date=2025-02-30", R"(found "2025-02-30", expected a day such as 2025-07-01)"},
      {"prices.date=July", R"(found "July", expected a day such as 2025-07-01)"},
      {"prices.date=2013-01-01", R"(found "2013-01-01", expected a day such as 2025-07-01)"},
      {"network.nat_gateways=-1", "found -1, expected a whole number from 0 to 100"},
      {"network.nat_bytes_per_request=1KB",
       "found 1KB, expected 0B, because there are no NAT gateways (network.nat_gateways)"},
      {"network.requests_per_connection=0.5", "found 0.5, expected a number of requests from 1 to 1000000"},
      {"network.connection_idle=25h", "found 90000s, expected a time from 0s to 1d"},
      {"network.listener_rules=1001", "found 1001, expected a whole number from 0 to 1000"},
      {"lambda.alarms=-1", "found -1, expected a whole number from 0 to 10000"},
      {"ec2.alarms=10001", "found 10001, expected a whole number from 0 to 10000"},
      {"ec2.ebs_iops=2999", "found 2999, expected a whole number from 3000 to 100000"},
      {"ec2.ebs_throughput=124", "found 124, expected a number of MiB/s from 125 to 10000"},
      {"costs.engineering_rate=-1", "found -1, expected USD per hour from 0 to 1000000"},
      {"costs.lambda.engineering_hours=-1", "found -1, expected a number of hours a month from 0 to 1000000"},
      {"costs.ec2.non_production_copies=1001", "found 1001, expected a whole number from 0 to 1000"},
      {"costs.ec2.non_production_share=1.5", "found 1.5, expected a fraction from 0 to 1"},
      {"costs.lambda.migration=-1", "found -1, expected USD from 0 to 1000000000000"},
      {"assumptions.traffic_drop=1.1", "found 1.1, expected a fraction from 0 to 1"},
  };
  for (const auto& limit : cases) {
    INFO(limit.setting);
    const auto path = limit.setting.substr(0, limit.setting.find('='));
    CHECK(complaintsWith({limit.setting}) == Sentences{"--set " + path + ": " + limit.expected});
  }
  CHECK(complaintsWith({R"(workload.source={"kind": "sqs", "batch_size": 11})"}) ==
        Sentences{"--set workload.source.batch_size: found 11, expected a whole number from 1 to 10"});
  CHECK(complaintsWith({R"(workload.source={"kind": "kinesis", "records_per_request": 0, "shards": 0})"}) ==
        Sentences{
            "--set workload.source.records_per_request: found 0, expected a number of records from 0.001 to 1000000",
            "--set workload.source.shards: found 0, expected a whole number from 1 to 100000"});
  CHECK(complaintsWith({"ec2.ebs_gib=0", "ec2.ebs_iops=4000", "ec2.ebs_throughput=200"}) ==
        Sentences{"--set ec2.ebs_iops: found 4000, expected 3000, because there is no volume (ec2.ebs_gib)",
                  "--set ec2.ebs_throughput: found 200, expected 125, because there is no volume (ec2.ebs_gib)"});
}

TEST_CASE("price files lie beside the scenario, catalogue ids nowhere", "[scenario]") {
  const auto text = R"({"prices": {"catalogue": "mine.json", "private": "deals/edp.json"}})";
  const auto s = readScenario(text, "s", {}, "cases/one");
  CHECK(s.prices.catalogue == "cases/one/mine.json");
  CHECK(s.prices.privatePrices == "cases/one/deals/edp.json");
  CHECK_FALSE(s.prices.isInline());
  CHECK(readScenario(R"({"prices": {"catalogue": "aws-2026-11-23"}})", "s", {}, "cases/one").prices.catalogue ==
        "aws-2026-11-23");
  CHECK(readScenario(text, "s", Settings{"prices.catalogue=here.json"}, "cases/one").prices.catalogue == "here.json");
}

TEST_CASE("money fields are in the assumption list with origin and source", "[scenario]") {
  std::map<std::string, Assumption> byPath;
  for (const auto& line : assumptions(readScenario(kRich, "s", Settings{"costs.ec2.migration=500"})))
    byPath[line.path] = line;
  CHECK(byPath.at("costs.ec2.migration").origin == Origin::CommandLine);
  CHECK(byPath.at("costs.lambda.migration").origin == Origin::Scenario);
  CHECK(byPath.at("workload.source.kind").value == "sqs_fifo");
  CHECK(byPath.at("prices.private.discounts.ec2").origin == Origin::Scenario);
  for (const auto& line : assumptions(with({R"(workload.source={"kind": "sqs"})"}))) {
    INFO(line.path);
    if (line.origin == Origin::Default) CHECK_FALSE(line.source.empty());
  }
}

// ---- the rules of a day ----

TEST_CASE("an older day bills and scales as it did then", "[scenario]") {
  const auto on = [](const std::string& day, Settings more = {}) {
    more.push_back("prices.date=" + day);
    return lambdaFunction(with(more));
  };
  const auto today = lambdaFunction(readScenario("{}", "s"));
  CHECK(today.billingStepMs == 1);
  CHECK(today.initBilled);
  CHECK(today.growth == GrowthLimit{});
  // The contract's example sets the growth limit, which holds whatever the day.
  CHECK(on("2020-11-30").billingStepMs == 100); // 1 ms since December 2020
  CHECK(on("2020-12-01").billingStepMs == 1);
  CHECK(on("2020-12-01").growth == GrowthLimit{});
  CHECK_FALSE(on("2025-07-31").initBilled); // billed since 1 August 2025
  CHECK(on("2025-08-01").initBilled);
  CHECK(on("2025-07-31", {"lambda.package=image"}).initBilled);
  CHECK(on("2025-07-31", {"lambda.runtime=provided.al2023"}).initBilled);
  CHECK(on("2025-07-31", {"lambda.runtime=dotnet8-aot"}).initBilled);
  CHECK_FALSE(on("2025-07-31", {"lambda.runtime=java21"}).initBilled);
  const auto old = lambdaFunction(readScenario(R"({"prices": {"date": "2022-05-01"}})", "s"));
  const auto rules = pricing::billingRules(catalogue(), "2022-05-01", "us-east-1");
  CHECK(old.growth == GrowthLimit{std::llround(rules.growth.burst), 500, std::chrono::minutes(1)});
  CHECK(old.growth->burst == 3000);
  const auto now = lambdaFunction(readScenario(R"({"prices": {"date": "2026-01-01"}})", "s"));
  CHECK(now.growth == GrowthLimit{1000, 6000, std::chrono::minutes(1)});
}

// ---- the catalogue that the scenario asks for ----

namespace {

std::shared_ptr<const pricing::PriceCatalogue> embedded() { return pricing::PriceCatalogue::embedded(); }
double hourly(const pricing::PriceCatalogue& catalogue) {
  return catalogue.instanceHour("us-east-1", "c7g.large", pricing::Purchase::OnDemand)->firstPrice().inDollarsPerUnit();
}
Sentences refusal(const Settings& settings) {
  try {
    catalogueOf(with(settings), embedded());
  } catch (const pricing::InputError& error) {
    return tests::sentencesOf(error.problems());
  }
  return {};
}

} // namespace

TEST_CASE("without a choice the caller's catalogue holds", "[scenario]") {
  CHECK(catalogueOf(with({}), embedded()) == embedded());
  CHECK(catalogueOf(with({"prices.catalogue=" + embedded()->id()}), embedded()) == embedded());
}

TEST_CASE("private prices of a scenario are applied to the catalogue", "[scenario]") {
  const auto own = catalogueOf(with({R"(prices.private={"name": "EDP", "discounts": {"ec2": "12%"}})"}), embedded());
  CHECK(hourly(*own) == Approx(0.88 * hourly(*embedded())));
  const auto path = (std::filesystem::temp_directory_path() / "breakeven_private_prices.json").string();
  std::ofstream(path) << R"({"name": "EDP", "rates": {"ec2.on_demand.c7g.large": 0.05}})";
  CHECK(hourly(*catalogueOf(with({"prices.private=" + path}), embedded())) == Approx(0.05));
  std::filesystem::remove(path);
}

TEST_CASE("a catalogue or price file that is not there is refused by name", "[scenario]") {
  CHECK(refusal({"prices.private=nowhere.json"}) ==
        Sentences{
            R"(--set prices.private: found "nowhere.json", which cannot be read, expected a file of private prices)"});
  REQUIRE(refusal({"prices.catalogue=aws-1999-01-01"}).size() == 1);
  CHECK(refusal({"prices.catalogue=aws-1999-01-01"}).front().find(R"(found "aws-1999-01-01")") != std::string::npos);
  CHECK(refusal({"prices.catalogue=nowhere/prices.json"}).size() == 1);
  CHECK(refusal({R"(prices.private={"name": "EDP", "discounts": {"ec3": "12%"}})"}).size() == 1);
}

TEST_CASE("a run by the rules of an older day is billed as then, and says so", "[scenario]") {
  const auto billedMs = [](const Decision& decision) {
    return decision.lambda->usage.lambda.front().billedMilliseconds / decision.lambda->usage.lambda.front().requests;
  };
  const auto today = tests::simulated(tests::shortScenario());
  const auto then = tests::simulated(tests::shortScenario({"prices.date=2020-06-01"}));
  CHECK(then->lambda->completed == today->lambda->completed);
  // Exponential work of 100 ms: rounded up to whole 100 ms its mean is 100 / (1 - 1/e) = 158.2, and init is free.
  CHECK(billedMs(*then) == Approx(158.2).epsilon(0.03));
  CHECK(billedMs(*today) == Approx(100.5).epsilon(0.05));
  CHECK(then->run.rulesDay == "2020-06-01");
  CHECK(reportText(*then).find(", rules of 2020-06-01") != std::string::npos);
}
