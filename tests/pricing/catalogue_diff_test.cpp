#include "pricing/catalogue_diff.hpp"

#include <sstream>

#include "pricing/catalogue_tables.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

// The embedded catalogue, with a change of every kind.
std::shared_ptr<const PriceCatalogue> changed() {
  auto tables = PriceCatalogue::embedded()->tables();
  tables.id = "later", tables.asOf = "2027-01-01";
  auto& here = tables.regions.find("us-east-1")->second;
  auto& onDemand = here.hours[static_cast<std::size_t>(Purchase::OnDemand)];
  onDemand[0].usd *= 2;                     // a1.2xlarge: +100 %
  onDemand.erase(onDemand.begin() + 1);     // a1.4xlarge: gone
  here.spot[0].spot.savingFraction += 0.05; // from 0 %
  auto& duration = tables.rates.find("lambda.duration.x86_64")->second.byRegion.find("us-east-1")->second;
  duration.tiers[2].price = UnitPrice::dollarsPerUnit(duration.tiers[2].price.inDollarsPerUnit() * 0.9);
  tables.rates["alb.new_thing"] = {"hour", {{"us-east-1", {0, {{0, UnitPrice::dollarsPerUnit(1)}}}}}};
  tables.rules.front().value += 1;
  tables.rules.pop_back();
  return PriceCatalogue::of(std::move(tables));
}

} // namespace

TEST_CASE("Two equal catalogues differ in nothing", "[prices]") {
  const auto diff = diffCatalogues(*PriceCatalogue::embedded(), *PriceCatalogue::embedded());
  CHECK(diff.rates.empty());
  CHECK(diff.rules.empty());
}

TEST_CASE("Every kind of change is found, the largest first", "[prices]") {
  const auto before = PriceCatalogue::embedded();
  const auto diff = diffCatalogues(*before, *changed());
  REQUIRE(diff.rates.size() == 5);
  CHECK(diff.rates[0].name == "ec2.spot.a1.2xlarge"); // from nothing
  CHECK(diff.rates[1].name == "ec2.on_demand.a1.2xlarge");
  CHECK(diff.rates[1].percent == Approx(100));
  CHECK(diff.rates[1].region == "us-east-1");
  CHECK(diff.rates[2].name == "lambda.duration.x86_64"); // of the third tier
  CHECK(diff.rates[2].percent == Approx(-10));
  CHECK(diff.rates[3].kind == ChangeKind::Added);
  CHECK(diff.rates[3].name == "alb.new_thing");
  CHECK(diff.rates[4].kind == ChangeKind::Removed);
  CHECK(diff.rates[4].name == "ec2.on_demand.a1.4xlarge");
  REQUIRE(diff.rules.size() == 2);
  CHECK(diff.rules[0].after == diff.rules[0].before + 1);
  CHECK(diff.rules[1].kind == ChangeKind::Removed);
  // The other way round, what came has gone.
  const auto back = diffCatalogues(*changed(), *before);
  REQUIRE(back.rates.size() == 5);
  CHECK(back.rates[0].percent == Approx(-100)); // the saving, back to 0
  CHECK(back.rates[4].name == "alb.new_thing");
}

TEST_CASE("A region confines the difference, an unknown one is refused", "[prices]") {
  CHECK(diffCatalogues(*PriceCatalogue::embedded(), *changed(), "eu-west-1").rates.empty());
  CHECK_THROWS_WITH(diffCatalogues(*PriceCatalogue::embedded(), *changed(), "us-eest-1"),
                    "--region: found \"us-eest-1\", expected a region of one of the price catalogues; did you mean "
                    "\"us-east-1\"?");
}

TEST_CASE("A difference prints for people and for spreadsheets", "[prices]") {
  auto diff = diffCatalogues(*PriceCatalogue::embedded(), *changed());
  diff.verdict = VerdictChange{"shop",
                               "lambda",
                               "ec2",
                               "Run this on Lambda.",
                               "Run this on EC2.",
                               {{"lambda", 100.0, 110.0}, {"ec2", 105.0, std::nullopt}}};
  const auto text = diffText(diff);
  for (const auto part : {"From aws-2026-11-23 as of 2026-11-23 to later as of 2027-01-01\nRates changed: 3\n",
                          "+100.00 %  $0.204 -> $0.408\n", "Rates added: 1\n", "Rates removed: 1\n",
                          "Rules that differ: 2\n", "the verdict turns from lambda to ec2",
                          "$100.00 a month -> $110.00 a month (+10.00 %)\n", "$105.00 a month -> - a month\n"})
    CHECK_THAT(text, Catch::Contains(part));
  std::istringstream csv(diffCsv(diff));
  std::size_t lines = 0;
  for (std::string line; std::getline(csv, line);) ++lines;
  CHECK(lines == 1 + 5 + 2); // a line per tier
  CHECK_THAT(diffCsv(diff),
             Catch::Contains("changed,us-east-1,ec2.on_demand.a1.2xlarge,\"hour\",0,0.204,0.408,100.0000\n"));
  CHECK_THAT(diffJson(diff), Catch::Contains("\"monthly_cost_usd\"") && Catch::Contains("\"percent\": -"));
}
