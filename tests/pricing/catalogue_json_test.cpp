#include "pricing/catalogue_json.hpp"

#include <fmt/format.h>

#include "pricing/catalogue.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

// A small but complete catalogue, into which the tests put one section of theirs.
std::string catalogueWith(std::string_view sections) {
  return fmt::format(R"({{"schema_version": 1, "id": "mine", "as_of": "2026-01-01",
    "sources": {{"M": {{"title": "my contract", "date": "2026-01"}}, "N": {{"title": "a note", "date": "undated"}}}},
    "types": {{
      "c7g.large": {{"vcpus": 2, "memory_mib": 4096, "architecture": "arm64", "source": "M", "as_of": "2026-01-01"}},
      "c7i.large": {{"vcpus": 2, "memory_mib": 4096, "architecture": "x86_64", "source": "M+N", "as_of": "undated"}}}}
    {}{}}})",
                     sections.empty() ? "" : ", ", sections);
}

std::string sentencesOf(std::string_view json) {
  try {
    readCatalogue(json, "prices.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

std::string onDemand(std::string_view rows) {
  return catalogueWith(fmt::format(
      R"("on_demand": [{{"region": "us-east-1", "source": "M", "as_of": "2026-01-01", "usd_per_hour": {{{}}}}}])",
      rows));
}

std::string rate(std::string_view price) {
  return catalogueWith(fmt::format(R"("rates": [{{"name": "sqs.standard_request", "unit": "request", "source": "M",
    "as_of": "2026-01-01", "usd": {{"us-east-1": {}}}}}])",
                                   price));
}

} // namespace

TEST_CASE("A catalogue of a user is read whole", "[catalogue]") {
  const auto catalogue = PriceCatalogue::fromJson(
      catalogueWith(R"("on_demand": [{"region": "us-east-1", "source": "M", "as_of": "2026-01-01",
                                      "usd_per_hour": {"c7i.large": 0.08, "c7g.large": 0.07}}],
                       "commitments": [{"region": "us-east-1", "source": "N", "as_of": "undated",
                                        "purchases": ["standard_1y", "compute_sp_3y"],
                                        "usd_per_hour": {"c7g.large": [null, 0.03]}}],
                       "spot": [{"region": "us-east-1", "source": "N", "as_of": "2026-01-01",
                                 "saving_percent_and_band": {"c7g.large": [50, 2], "c7i.large": [-62, 0]}}],
                       "rules": [{"name": "lambda.free_requests", "value": 5, "unit": "requests a month",
                                  "source": "N", "as_of": "undated"}],
                       "rates": [{"name": "alb.lcu", "unit": "LCU-hour", "source": "M", "as_of": "2026-01-01",
                                  "usd": {"us-east-1": [{"from": 0, "to": 10, "usd": 2}, {"from": 10, "usd": 1}]}}])"),
      "prices.json");
  CHECK(catalogue->id() == "mine");
  CHECK(catalogue->asOf() == "2026-01-01");
  REQUIRE(catalogue->regions().size() == 1);
  CHECK(catalogue->findType("c7i.large")->source == "my contract (M); a note (N)");
  CHECK(catalogue->require("us-east-1", "ec2.on_demand.c7i.large").firstPrice().inDollarsPerUnit() == 0.08);
  CHECK(catalogue->require("us-east-1", "alb.lcu").tiers[1].from == 10);
  CHECK(catalogue->freeLambdaRequests() == 5);
  CHECK(catalogue->freeLambdaGbSeconds() == 0);
  SECTION("a Savings Plan rate that is known needs no proxy") {
    const auto plan = catalogue->require("us-east-1", "ec2.compute_sp_3y.c7g.large");
    CHECK(plan.firstPrice().inDollarsPerUnit() == 0.03);
    CHECK_FALSE(plan.estimated);
    CHECK(plan.source == "a note (N)");
  }
  SECTION("spot never costs more than on demand") {
    CHECK(catalogue->require("us-east-1", "ec2.spot.c7g.large").firstPrice().inDollarsPerUnit() == Approx(0.035));
    CHECK(catalogue->require("us-east-1", "ec2.spot.c7i.large").firstPrice().inDollarsPerUnit() == 0.08);
    CHECK(catalogue->spot("us-east-1", "c7g.large")->interruptionBand == 2);
  }
  SECTION("without discounts nothing is derived") {
    CHECK_FALSE(catalogue->instanceHour("us-east-1", "c7i.large", Purchase::Standard1y));
    CHECK_FALSE(catalogue->instanceHour("us-east-1", "c7i.large", Purchase::Standard1yAllUpfront));
  }
}

TEST_CASE("Text that is no catalogue is refused with line and column", "[catalogue]") {
  CHECK(sentencesOf("") == "prices.json: found an empty text, expected a JSON object");
  CHECK(sentencesOf("[1, 2]") == "prices.json: found a list, expected an object");
  // The sentences behind the place are those of json_reader_test.cpp.
  CHECK(sentencesOf("{\"id\": \n  NaN}").starts_with("prices.json:2:3: found \"N"));
  CHECK(sentencesOf("{\"id\": 1e400}").starts_with("prices.json:1:8: found "));
  CHECK(sentencesOf("{\"id\": \"x\"").starts_with("prices.json:1:11: found the end of the text"));
  CHECK_THROWS_AS(readCatalogue(std::string_view("\x1f\x8b\x00\x00\xff", 5), "prices.json"), InputError);
  CHECK_THROWS_AS(readCatalogue(std::string(5000, '['), "prices.json"), InputError);
}

TEST_CASE("All problems of a catalogue are reported at once", "[catalogue]") {
  CHECK(sentencesOf(R"({"schema_version": 2, "ids": "x", "sources": {}, "spott": [], "colour": 1})") ==
        "prices.json: /schema_version: found 2, expected 1, the version of the layout that this program reads\n"
        "prices.json: /ids: found an unknown key \"ids\", expected one of the keys of a price catalogue; did you mean "
        "\"id\"?\n"
        "prices.json: /spott: found an unknown key \"spott\", expected one of the keys of a price catalogue; did you "
        "mean \"spot\"?\n"
        "prices.json: /colour: found an unknown key \"colour\", expected one of the keys of a price catalogue "
        "(schema_version, id, as_of, sources, rules, rates, types, commitment_discounts, on_demand, commitments, "
        "spot)\n"
        "prices.json: /id: found nothing, expected a value, which a price catalogue needs\n"
        "prices.json: /as_of: found nothing, expected a value, which a price catalogue needs");
}

TEST_CASE("A block says which row is wrong", "[catalogue]") {
  CHECK(sentencesOf(onDemand(R"("c7g.large": -0.07, "c7i.larg": 0.08, "c7i.large": "NaN")")) ==
        "prices.json: /on_demand/0/usd_per_hour/c7g.large: found -0.07, expected a price in USD, 0 or more\n"
        "prices.json: /on_demand/0/usd_per_hour/c7i.larg: found an unknown type \"c7i.larg\", expected one of the keys "
        "of \"types\"; did you mean \"c7i.large\"?\n"
        "prices.json: /on_demand/0/usd_per_hour/c7i.large: found \"NaN\", expected a price in USD, 0 or more");
  CHECK(sentencesOf(onDemand(R"("c7g.large": 0.07, "c7g.large": 0.08)")) ==
        "prices.json: /on_demand/0/usd_per_hour/c7g.large: found a second price of c7g.large in us-east-1, expected "
        "each price once");
  CHECK(sentencesOf(catalogueWith(
            R"("on_demand": [{"region": "global", "source": "MM", "as_of": "last week", "estimated": 1,
                              "usd_per_hour": {}}])")) ==
        "prices.json: /on_demand/0/region: found \"global\", expected the name of a region\n"
        "prices.json: /on_demand/0/source: found \"MM\", expected a code of \"sources\"\n"
        "prices.json: /on_demand/0/as_of: found \"last week\", expected a day such as 2026-11-23, or \"undated\"\n"
        "prices.json: /on_demand/0/estimated: found 1, expected true or false");
}

TEST_CASE("Types are checked field by field", "[catalogue]") {
  CHECK(
      sentencesOf(R"({"schema_version": 1, "id": "a", "as_of": "2026", "sources": {"M": {"title": "t", "date": "2026"}},
      "types": {"large": {}, "c7g.large": {"vcpus": 0, "memory_mib": 4096.5, "architecture": "arm46", "source": "M",
                "as_of": "2026", "vcpus": 2, "credits": {}}}})") ==
      "prices.json: /types/large: found \"large\", expected the name of an instance type such as c7g.large\n"
      "prices.json: /types/c7g.large/vcpus: found 0, expected a whole number, 1 or more\n"
      "prices.json: /types/c7g.large/memory_mib: found 4096.5, expected a whole number, 1 or more\n"
      "prices.json: /types/c7g.large/architecture: found \"arm46\", expected one of x86_64, arm64; did you mean "
      "\"arm64\"?\n"
      "prices.json: /types/c7g.large/vcpus: found the key \"vcpus\" twice, expected each key once\n"
      "prices.json: /types/c7g.large/credits/baseline_percent_per_vcpu: found nothing, expected a value, which "
      "credits needs\n"
      "prices.json: /types/c7g.large/credits/earned_per_hour: found nothing, expected a value, which credits needs\n"
      "prices.json: /types/c7g.large/credits/max_accrued: found nothing, expected a value, which credits needs\n"
      "prices.json: /types/c7g.large/credits/surplus_usd_per_vcpu_hour: found nothing, expected a value, which "
      "credits needs\n"
      "prices.json: /types/c7g.large/credits/source: found nothing, expected a value, which credits needs\n"
      "prices.json: /types/c7g.large/credits/as_of: found nothing, expected a value, which credits needs");
}

TEST_CASE("Tiers must tile all quantities from zero on", "[catalogue]") {
  const std::string place = "prices.json: /rates/0/usd/us-east-1";
  const auto tiers = [](std::string_view list) { return sentencesOf(rate(list)); };
  CHECK(tiers(R"([{"from": 0, "to": 10, "usd": 2}, {"from": 10, "usd": 1}])") == "no problem");
  CHECK(tiers("[]") == place + ": found an empty list, expected at least one tier");
  CHECK(tiers(R"([{"from": 5, "usd": 2}])") == place + "/0/from: found 5, expected 0, where the first tier starts");
  CHECK(tiers(R"([{"from": 0, "to": 10, "usd": 2}, {"from": 20, "usd": 1}])") ==
        place + "/1/from: found 20, expected 10, the end of the tier before (this leaves a gap)");
  CHECK(tiers(R"([{"from": 0, "to": 10, "usd": 2}, {"from": 5, "usd": 1}])") ==
        place + "/1/from: found 5, expected 10, the end of the tier before (this overlaps)");
  CHECK(tiers(R"([{"from": 0, "to": 10, "usd": 3}, {"from": 10, "to": 20, "usd": 2}, {"from": 0, "usd": 1}])") ==
        place + "/2/from: found 0, expected tiers in rising order, so 10 or more");
  CHECK(tiers(R"([{"from": 0, "to": 0, "usd": 2}, {"from": 0, "usd": 1}])") ==
        place + "/0/to: found 0, expected more than 0");
  CHECK(tiers(R"([{"from": 0, "usd": 2}, {"from": 10, "usd": 1}])") ==
        place + "/1: found a tier behind one without \"to\", expected no tier behind the last");
  CHECK(tiers(R"([{"from": 0, "to": 10, "usd": 2}])") ==
        place + ": found an end at 10, expected a last tier without \"to\"");
  CHECK(tiers(R"([{"from": -1, "uds": 2}])") ==
        place + "/0/from: found -1, expected a quantity, 0 or more\n" + place +
            "/0/uds: found an unknown key \"uds\", expected one of the keys of a tier; did you mean \"usd\"?\n" +
            place + "/0/usd: found nothing, expected a value, which a tier needs");
}

TEST_CASE("Rates, commitments, spot and discounts are checked as well", "[catalogue]") {
  CHECK(sentencesOf(catalogueWith(
            R"("rates": [{"name": "a.b", "unit": "GB", "source": "M", "as_of": "2026", "usd": {"us-east-1": 1}},
                         {"name": "a.b", "unit": "MB", "source": "M", "as_of": "2026", "usd": {"us-east-1": 1}}])")) ==
        "prices.json: /rates/1/unit: found \"MB\", expected \"GB\", as in the block of a.b before\n"
        "prices.json: /rates/1/usd/us-east-1: found a second rate a.b in us-east-1, expected each rate once");
  CHECK(sentencesOf(catalogueWith(
            R"("commitments": [{"region": "us-east-1", "source": "M", "as_of": "2026",
                                "purchases": ["standard1y", "spot", "ec2_sp_1y"],
                                "usd_per_hour": {"c7g.large": [1, 2], "c7i.large": [1, 2, true]}}])")) ==
        "prices.json: /commitments/0/purchases/0: found \"standard1y\", expected a purchase option with a commitment; "
        "did you mean \"standard_1y\"?\n"
        "prices.json: /commitments/0/purchases/1: found \"spot\", expected a purchase option with a commitment\n"
        "prices.json: /commitments/0/usd_per_hour/c7g.large: found 2 rates, expected 3, one per purchase\n"
        "prices.json: /commitments/0/usd_per_hour/c7i.large/2: found true, expected a price in USD, 0 or more");
  CHECK(sentencesOf(catalogueWith(
            R"("spot": [{"region": "us-east-1", "source": "M", "as_of": "2026", "saving_percent_and_band":
                        {"c7g.large": [50], "c7i.large": [120, 5]}}])")) ==
        "prices.json: /spot/0/saving_percent_and_band/c7g.large: found a list of 1, expected a list of two: percent "
        "saved, band 0 to 4 of interruptions\n"
        "prices.json: /spot/0/saving_percent_and_band/c7i.large/0: found 120, expected a percentage, 100 or less\n"
        "prices.json: /spot/0/saving_percent_and_band/c7i.large/1: found 5, expected a whole number from 0 to 4");
  CHECK(sentencesOf(catalogueWith(
            R"("commitment_discounts": {"region": "us-east-1", "source": "M", "as_of": "2026",
                                        "percent_off": {"c7g": {"standard_1y": 101}}})")) ==
        "prices.json: /commitment_discounts/percent_off/c7g/standard_1y: found 101, expected a percentage from 0 to "
        "100");
  CHECK(sentencesOf(catalogueWith(
            R"("rules": [{"name": "r", "value": -1, "unit": "h", "source": "M", "as_of": "2026"},
                         {"name": "r", "value": 1, "unit": "h", "source": "M", "as_of": "2026"}])")) ==
        "prices.json: /rules/0/value: found -1, expected a number, 0 or more\n"
        "prices.json: /rules/1: found a second rule \"r\", expected each rule once for each first day");
}

TEST_CASE("The order of sections and rows does not matter", "[catalogue]") {
  const auto catalogue = PriceCatalogue::fromJson(
      R"({"spot": [{"saving_percent_and_band": {"z9.large": [50, 2], "a1.large": [40, 1]}, "as_of": "2026",
                    "source": "M", "region": "us-east-1"}],
          "on_demand": [{"usd_per_hour": {"z9.large": 2, "m5.large": 3, "a1.large": 1}, "region": "us-east-1",
                         "source": "M", "as_of": "2026"}],
          "types": {"z9.large": {"vcpus": 2, "memory_mib": 1, "architecture": "arm64", "source": "M", "as_of": "2026"},
                    "a1.large": {"vcpus": 1, "memory_mib": 1, "architecture": "arm64", "source": "M", "as_of": "2026"},
                    "m5.large": {"vcpus": 3, "memory_mib": 1, "architecture": "arm64", "source": "M", "as_of": "2026"}},
          "sources": {"M": {"title": "t", "date": "2026"}}, "as_of": "2026", "id": "x", "schema_version": 1})",
      "x");
  for (const auto& [type, usd, vcpus] : {std::tuple{"a1.large", 1.0, 1}, {"m5.large", 3.0, 3}, {"z9.large", 2.0, 2}}) {
    CHECK(catalogue->findType(type)->vcpus == vcpus);
    CHECK(catalogue->instanceHour("us-east-1", type, Purchase::OnDemand)->firstPrice().inDollarsPerUnit() == usd);
  }
  CHECK(catalogue->spot("us-east-1", "a1.large")->savingFraction == 0.4);
  CHECK_FALSE(catalogue->spot("us-east-1", "m5.large"));
}
