#include "pricing/billing_rules.hpp"

#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

const PriceCatalogue& today() { return *PriceCatalogue::embedded(); }

} // namespace

TEST_CASE("a rule's version is the one in force on the day", "[billing_rules]") {
  CHECK(today().rule("lambda.billing_step", "2020-11-30") == 100);
  CHECK(today().rule("lambda.billing_step", "2020-12-01") == 1);
  CHECK(today().rule("lambda.billing_step") == 1);
  CHECK(today().rule("lambda.growth", "2023-10-31") == 500);
  CHECK(today().rule("lambda.growth", "2023-11-01") == 6000); // the source names the month only
  REQUIRE(today().findRule("lambda.init_billed_fraction", "2025-07-31"));
  CHECK(today().findRule("lambda.init_billed_fraction", "2025-07-31")->value == 0);
  CHECK(today().findRule("lambda.init_billed_fraction", "2025-08-01")->effective == "2025-08-01");
  CHECK_FALSE(today().findRule("lambda.free_lunch", "2025-08-01"));
}

TEST_CASE("versions of one rule are sorted by their first day and differ in it", "[billing_rules]") {
  const auto rules = today().rules();
  for (std::size_t i = 1; i < rules.size(); ++i) {
    INFO(rules[i].name);
    CHECK((rules[i - 1].name < rules[i].name ||
           (rules[i - 1].name == rules[i].name && rules[i - 1].effective < rules[i].effective)));
    if (rules[i - 1].name == rules[i].name) CHECK(rules[i - 1].unit == rules[i].unit);
  }
  const auto text = [](std::string_view more) {
    return std::string(R"({"schema_version": 1, "id": "x", "as_of": "2026", "sources": {"M": {"title": "m", "date":
      "2026"}}, "rules": [{"name": "r", "value": 2, "unit": "h", "effective": "2024-02-01", "source": "M", "as_of":
      "2026"}, {"name": "r", "value": 1, "unit": "h", "effective": ")") +
           std::string(more) + R"(", "source": "M", "as_of": "2026"}]})";
  };
  const auto catalogue = PriceCatalogue::fromJson(text("2023-02-01"), "x.json");
  CHECK(catalogue->rule("r") == 2);
  CHECK(catalogue->rule("r", "2024-01-31") == 1);
  CHECK_FALSE(catalogue->rule("r", "2023-01-31")); // before the first version
  CHECK_THROWS_WITH(PriceCatalogue::fromJson(text("2024-02-01"), "x.json"),
                    "x.json: /rules/1: found a second rule \"r\", expected each rule once for each first day");
  CHECK_THROWS_WITH(PriceCatalogue::fromJson(text("undated"), "x.json"),
                    "x.json: /rules/1/effective: found \"undated\", expected the first day the rule holds, such as "
                    "2025-08-01");
}

TEST_CASE("Lambda's rules by day", "[billing_rules]") {
  // 1 ms steps: AWS News blog, 1 Dec 2020. INIT: AWS Compute Blog, Apr 2025. Streams: quotas page, Sep 2026.
  const auto old = billingRules(today(), "2020-11-30"), now = billingRules(today());
  CHECK(old.durationStepMs == 100);
  CHECK(billingRules(today(), "2020-12-01").durationStepMs == 1);
  CHECK_FALSE(billingRules(today(), "2025-07-31").initAlwaysBilled);
  CHECK(billingRules(today(), "2025-08-01").initAlwaysBilled);
  CHECK(billingRules(today(), "2025-06-30").streamingLimitMib == 20);
  CHECK(now.streamingLimitMib == 200);
  CHECK(now.durationStepMs == 1);
  CHECK(now.initAlwaysBilled);
  CHECK(now.provisionedStepMinutes == 5);
  CHECK(now.snapStartCacheHours == 3);
  CHECK(now.sqsGrowthPerMinute == 300); // SQS scaling page, Sep 2026; 60 a minute in the copy of Dec 2022
  CHECK(now.sqsConcurrency == 1250);
  CHECK(old.sqsGrowthPerMinute == 60);
  CHECK(old.sqsConcurrency == 1000);
}

TEST_CASE("growth: a burst of the region, then 1,000 per 10 s for each function", "[billing_rules]") {
  // Lambda developer guide, Dec 2022 and 2026
  const auto before = [](std::string_view region) { return billingRules(today(), "2023-10-31", region).growth; };
  CHECK(before("us-east-1").burst == 3000);
  CHECK(before("eu-central-1").burst == 1000);
  CHECK(before("sa-east-1").burst == 500);
  CHECK(before("sa-east-1").refillPer10s == Approx(500.0 / 6));
  CHECK_FALSE(before("us-east-1").perFunction);
  for (const auto* region : {"us-east-1", "eu-central-1", "sa-east-1"}) {
    const auto since = billingRules(today(), "2023-11-01", region).growth;
    CHECK(since.burst == 1000);
    CHECK(since.refillPer10s == Approx(1000));
    CHECK(since.perFunction);
  }
}

TEST_CASE("a catalogue without rules takes those of the embedded one", "[billing_rules]") {
  const auto bare =
      PriceCatalogue::fromJson(R"({"schema_version": 1, "id": "x", "as_of": "2026", "sources": {}})", "x");
  CHECK(billingRules(*bare).alb.newConnectionsPerSecond == 25);
  CHECK(billingRules(*bare, "2019-01-01").durationStepMs == 100);
}

TEST_CASE("network load balancer: the largest dimension, by protocol", "[billing_rules]") {
  // capacity units as the Vantage handbook lists them
  CHECK(nlcuOfHour({1600, 50'000, 1, NlbProtocol::Tcp}) == Approx(2));
  CHECK(nlcuOfHour({1600, 50'000, 1, NlbProtocol::Udp}) == Approx(4));
  CHECK(nlcuOfHour({1600, 50'000, 1, NlbProtocol::Tls}) == Approx(32));
  CHECK(nlcuOfHour({0, 300'000, 1, NlbProtocol::Tcp}) == Approx(3));
  CHECK(nlcuOfHour({0, 300'000, 1, NlbProtocol::Tls}) == Approx(100));
  CHECK(nlcuOfHour({8, 100, 5, NlbProtocol::Tcp}) == Approx(5));
  CHECK(nlcuOfHour({}) == 0);
}

TEST_CASE("asynchronous events are billed by size", "[billing_rules]") {
  // AWS Lambda pricing page, mid-2026: 256 KB in the first request, 64 KB in each further one
  const auto requests = [](std::int64_t kilobytes) {
    return asyncRequests(ByteCount::bytes(kilobytes * 1024), todaysRules());
  };
  CHECK(requests(0) == 1);
  CHECK(requests(256) == 1);
  CHECK(requests(257) == 2);
  CHECK(requests(320) == 2);
  CHECK(requests(1024) == 13);
}
