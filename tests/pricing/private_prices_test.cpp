#include "pricing/private_prices.hpp"

#include <fmt/format.h>

#include "pricing/billing.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

const PriceCatalogue& today() { return *PriceCatalogue::embedded(); }

PrivatePrices prices(std::string_view json) { return readPrivatePrices(json, "edp.json", today()); }

std::string sentencesOf(std::string_view json) {
  try {
    prices(json);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

double usd(const PriceCatalogue& catalogue, std::string_view rate) {
  return catalogue.require("us-east-1", rate).firstPrice().inDollarsPerUnit();
}

Bill billUnder(const PriceCatalogue& catalogue, std::string_view usage) {
  const auto file = readUsage(usage, "usage.json", &catalogue);
  return price(file.usage, *catalogue.with(file.prices));
}

} // namespace

TEST_CASE("a discount takes its share of a service and says so on each line", "[private_prices]") {
  const auto own = today().with(prices(R"({"name": "EDP 2026", "discounts": {"ec2": "12%", "data_transfer": 0.3}})"));
  const auto bill = billUnder(*own, R"({"ec2": [{"instance_type": "m5.large", "hours": 100}], "egress": {"gb": 20000},
                                        "logs": {"gb": 10}})");
  REQUIRE(bill.lines.size() == 3);
  const auto& hours = bill.lines[0];
  CHECK(hours.amount.inDollars() == Approx(100 * usd(today(), "ec2.on_demand.m5.large") * 0.88));
  CHECK(hours.ownPrice);
  CHECK(hours.source.starts_with("12 % private discount (EDP 2026) on "));
  CHECK(hours.source.ends_with(today().require("us-east-1", "ec2.on_demand.m5.large").asOf));
  // every tier: 10,240 GB at 0.09, the rest at 0.085
  CHECK(bill.lines[1].amount.inDollars() == Approx(0.7 * (10'240 * 0.09 + 9'760 * 0.085)));
  CHECK(bill.lines[1].source.starts_with("30 % private discount (EDP 2026) on "));
  CHECK_FALSE(bill.lines[2].ownPrice);
  CHECK(bill.lines[2].source.find("private") == std::string::npos);
}

TEST_CASE("the most specific discount counts; commitments keep their agreed rates", "[private_prices]") {
  const auto own = today().with(prices(R"({"name": "x", "discounts":
    {"ec2": "10%", "ec2.on_demand.c7g": "20%", "ec2.on_demand.c7g.large": "30%", "lambda": "5%"}})"));
  const auto ratio = [&](std::string_view rate) { return usd(*own, rate) / usd(today(), rate); };
  CHECK(ratio("ec2.on_demand.m5.large") == Approx(0.9));
  CHECK(ratio("ec2.on_demand.c7g.xlarge") == Approx(0.8));
  CHECK(ratio("ec2.on_demand.c7g.large") == Approx(0.7));
  CHECK(ratio("ec2.on_demand.c7gn.large") == Approx(0.9)); // another family
  CHECK(ratio("ec2.spot.m5.large") == Approx(0.9));
  CHECK(ratio("ec2.standard_1y.m5.large") == 1);
  CHECK(ratio("ec2.compute_sp_3y.m5.large") == 1);
  CHECK(ratio("lambda.duration.x86_64") == Approx(0.95));
  CHECK(ratio("lambda.duration_compute_sp_1y.x86_64") == 1);
  CHECK(ratio("ebs.gp3_storage") == 1);
  const auto stated = today().with(prices(R"({"name": "x", "discounts": {"ec2.compute_sp_3y": "2%"}})"));
  CHECK(usd(*stated, "ec2.compute_sp_3y.m5.large") == Approx(0.98 * usd(today(), "ec2.compute_sp_3y.m5.large")));
  CHECK(stated->instanceHour("us-east-1", "m5.large", Purchase::ComputeSp3y)->own);
}

TEST_CASE("single rates, with tiers, replace the catalogue's and take no discount", "[private_prices]") {
  const auto own = today().with(prices(R"({"name": "EDP", "discounts": {"lambda": "50%"}, "rates": {
    "lambda.requests.x86_64": 1.5e-7,
    "lambda.duration.x86_64": [{"from": 0, "to": 1000, "usd": 0.01}, {"from": 1000, "usd": 0.005}]}})"));
  CHECK(usd(*own, "lambda.requests.x86_64") == 1.5e-7);
  CHECK(usd(*own, "lambda.requests.arm64") == Approx(1e-7)); // list price less half
  const auto bill = billUnder(*own, R"({"lambda": [{"requests": 1500, "duration": "1s", "memory": "1024MB"}]})");
  REQUIRE(bill.lines.size() == 2);
  CHECK(bill.lines[1].amount.inDollars() == Approx(1000 * 0.01 + 500 * 0.005));
  CHECK(bill.lines[1].source == "private price (EDP)");
  CHECK(bill.lines[1].ownPrice);
  CHECK(own->withoutDiscounts()->require("us-east-1", "lambda.requests.arm64").own == false);
}

TEST_CASE("of two price files the later wins; the usage file's own prices win over both", "[private_prices]") {
  const auto both = today()
                        .with(prices(R"({"name": "a", "rates": {"alb.lcu": 1}, "discounts": {"ebs": "10%"}})"))
                        ->with(prices(R"({"name": "b", "rates": {"alb.lcu": 2}, "discounts": {"ebs": "20%"}})"));
  CHECK(usd(*both, "alb.lcu") == 2);
  CHECK(usd(*both, "ebs.gp3_storage") == Approx(0.8 * usd(today(), "ebs.gp3_storage")));
  const auto bill =
      billUnder(*both, R"({"prices": {"alb.lcu": 3}, "alb": [{"hours": 1, "new_connections_per_s": 25}]})");
  CHECK(bill.lines.at(1).amount.inDollars() == 3);
  CHECK(bill.lines.at(1).source == "override");
}

TEST_CASE("a whole discount is free, and a file may hold nothing", "[private_prices]") {
  const auto free = today().with(prices(R"({"name": "x", "discounts": {"lambda": "100%"}})"));
  CHECK(usd(*free, "lambda.duration.x86_64") == 0);
  CHECK(prices(R"({"name": "x"})").empty());
}

TEST_CASE("private prices that cannot be are refused in full sentences, all at once", "[private_prices]") {
  CHECK(
      sentencesOf(
          R"({"name": "x", "discounts": {"ec3": "12%", "lambda": "-5%", "alb": 1.2, "s3": "twelve", "sqs": "110%"}})") ==
      "edp.json: /discounts/alb: found 1.2, expected a percentage from 0% to 100%, such as 12%, or a fraction such as "
      "0.12\n"
      "edp.json: /discounts/ec3: found \"ec3\", expected a service as bill lines name it, or the beginning of the name "
      "of a "
      "rate; did you mean \"ec2\"?\n"
      "edp.json: /discounts/lambda: found \"-5%\", expected a percentage from 0% to 100%, such as 12%, or a fraction "
      "such as "
      "0.12\n"
      "edp.json: /discounts/s3: found \"twelve\", expected a percentage from 0% to 100%, such as 12%, or a fraction "
      "such as "
      "0.12\n"
      "edp.json: /discounts/sqs: found \"110%\", expected a percentage from 0% to 100%, such as 12%, or a fraction "
      "such as "
      "0.12");
  CHECK(
      sentencesOf(R"({"rates": {"alb.lcv": 1, "alb.lcu": -1}, "colour": "red"})") ==
      "edp.json: /name: found nothing, expected what these prices are called, such as EDP 2026\n"
      "edp.json: /rates/alb.lcu: found -1, expected a price in USD, 0 or more\n"
      "edp.json: /rates/alb.lcv: found \"alb.lcv\", expected the name of a rate as `breakeven prices list` shows them; "
      "did you mean \"alb.lcu\"?\n"
      "edp.json: /colour: found an unknown key \"colour\", expected one of the keys of private prices (name, "
      "discounts, "
      "rates)");
  CHECK(sentencesOf(R"({"name": "x", "rates": {"alb.lcu": 1, "alb.lcu": 2}})") ==
        "edp.json: /rates/alb.lcu: found the key \"alb.lcu\" twice, expected each key once");
  CHECK(sentencesOf("[]") == "edp.json: found a list, expected an object");
  CHECK(sentencesOf("{") != "");
}

TEST_CASE("tiers with gaps, overlapping, unsorted or twice are refused", "[private_prices]") {
  const auto tiers = [](std::string_view list) {
    return sentencesOf(fmt::format(R"({{"name": "x", "rates": {{"alb.lcu": {}}}}})", list));
  };
  CHECK(tiers(R"([])") == "edp.json: /rates/alb.lcu: found a list, expected at least one tier");
  CHECK(tiers(R"([{"from": 5, "usd": 1}])") ==
        "edp.json: /rates/alb.lcu/0: found a tier from 5, expected a first tier from 0");
  CHECK(tiers(R"([{"from": 0, "to": 5, "usd": 1}, {"from": 6, "usd": 1}])") ==
        "edp.json: /rates/alb.lcu/1: found a tier from 6, expected 5, the end of the tier before (this leaves a gap)");
  CHECK(tiers(R"([{"from": 0, "to": 5, "usd": 1}, {"from": 4, "usd": 1}])") ==
        "edp.json: /rates/alb.lcu/1: found a tier from 4, expected 5, the end of the tier before (this overlaps)");
  CHECK(tiers(R"([{"from": 0, "usd": 1}, {"from": 9, "usd": 1}, {"from": 4, "usd": 1}])") ==
        "edp.json: /rates/alb.lcu/2: found a tier from 4, expected tiers in rising order, so more than 9");
  CHECK(tiers(R"([{"from": 0, "usd": 1}, {"from": 0, "usd": 2}])") ==
        "edp.json: /rates/alb.lcu/1: found a tier from 0, expected each tier once");
  CHECK(tiers(R"([{"from": 0, "to": 5, "usd": 1}])") ==
        "edp.json: /rates/alb.lcu: found an end at 5, expected a last tier without \"to\"");
  CHECK(tiers(R"([{"from": 0, "to": 0, "usd": 1}, {"from": 0, "usd": 1}])") != "");
  CHECK(tiers(R"([{"usd": 1}])") ==
        "edp.json: /rates/alb.lcu/0/from: found nothing, expected the quantity from which the price holds");
  CHECK(tiers(R"([{"from": 0, "usd": -1}])") ==
        "edp.json: /rates/alb.lcu/0/usd: found -1, expected a price in USD, 0 or more");
}

TEST_CASE("what a program hands over is checked like a file", "[private_prices]") {
  PrivatePrices wrong;
  wrong.rates = {{"alb.lcu", {}}, {"alb.lcu", {{0, UnitPrice::dollarsPerUnit(1)}, {0, UnitPrice::dollarsPerUnit(1)}}}};
  wrong.discounts = {{"ec3", 0.5}, {"ec2", 1.5}};
  CHECK_THROWS_WITH(today().with(wrong), "prices: alb.lcu: found no tier from 0, expected tiers that start at 0\n"
                                         "prices: alb.lcu: found a tier from 0, expected more than 0\n"
                                         "discounts: found \"ec3\", expected a service or a rate\n"
                                         "discounts: ec2: found 1.5, expected a fraction, 0 to 1");
}
