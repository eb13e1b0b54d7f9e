#include "pricing/catalogue.hpp"

#include <algorithm>

#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

double usd(std::string_view region, std::string_view rate) {
  return PriceCatalogue::embedded()->require(region, rate).firstPrice().inDollarsPerUnit();
}

} // namespace

// AWS's public list prices, read by several people from several feeds (EC2 on-demand page, 2025-04 to 2026-09).
TEST_CASE("Prices that everybody knows are in the embedded catalogue", "[catalogue]") {
  CHECK(usd("us-east-1", "ec2.on_demand.m5.large") == 0.096);
  CHECK(usd("us-east-1", "ec2.on_demand.t3.micro") == 0.0104);
  CHECK(usd("us-east-1", "ec2.on_demand.c7g.large") == 0.0725);
  CHECK(usd("us-east-1", "ec2.on_demand.m7i.large") == 0.1008);
  CHECK(usd("us-east-1", "ec2.on_demand.c7i.xlarge") == 0.1785);
  CHECK(usd("us-east-1", "lambda.requests.x86_64") == 0.0000002);
  CHECK(usd("us-east-1", "alb.load_balancer") == 0.0225);
  CHECK(usd("us-east-1", "vpc.public_ipv4_in_use") == 0.005);
}

TEST_CASE("Lambda duration has three tiers per architecture", "[catalogue]") {
  const auto x86 = PriceCatalogue::embedded()->require("us-east-1", "lambda.duration.x86_64");
  REQUIRE(x86.tiers.size() == 3);
  CHECK(x86.unit == "GB-s");
  CHECK(x86.tiers[0].from == 0);
  CHECK(x86.tiers[1].from == 6e9);
  CHECK(x86.tiers[2].from == 15e9);
  CHECK(x86.tiers[0].price.inDollarsPerUnit() == 0.0000166667);
  CHECK(x86.tiers[1].price.inDollarsPerUnit() == 0.000015);
  CHECK(x86.tiers[2].price.inDollarsPerUnit() == 0.0000133334);
  const auto arm = PriceCatalogue::embedded()->require("us-east-1", "lambda.duration.arm64");
  REQUIRE(arm.tiers.size() == 3);
  CHECK(arm.tiers[1].from == 7.5e9);
  CHECK(arm.tiers[2].from == 18.75e9);
  CHECK(arm.tiers[2].price.inDollarsPerUnit() == 0.0000106667);
}

TEST_CASE("Every rate of every region has tiers from zero, a source and a date", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  for (const auto& region : catalogue->regions()) {
    const auto rates = catalogue->list(region);
    CHECK(rates.size() > 500);
    CHECK(std::ranges::is_sorted(rates, {}, &Tariff::name));
    const auto faulty = std::ranges::find_if(rates, [](const Tariff& rate) {
      const auto price = [](const Tier& tier) { return tier.price.inDollarsPerUnit(); };
      const bool rising =
          std::ranges::adjacent_find(rate.tiers, std::ranges::greater_equal(), &Tier::from) == rate.tiers.end();
      return rate.tiers.empty() || rate.tiers.front().from != 0 || !rising ||
             !std::ranges::all_of(rate.tiers,
                                  [&](const Tier& tier) { return price(tier) >= 0 && price(tier) < 1e4; }) ||
             rate.source.empty() || rate.asOf.empty() || rate.unit.empty();
    });
    INFO(region << " " << (faulty == rates.end() ? "" : faulty->name));
    CHECK(faulty == rates.end());
  }
}
