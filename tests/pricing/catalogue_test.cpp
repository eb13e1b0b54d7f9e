#include "pricing/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

double usd(std::string_view region, std::string_view rate) {
  return PriceCatalogue::embedded()->require(region, rate).firstPrice().inDollarsPerUnit();
}

std::string sentenceOf(std::string_view region, std::string_view rate) {
  try {
    PriceCatalogue::embedded()->require(region, rate);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

using Row = std::map<std::string, std::string>;

// A facts file beside the repository: none of them has a quote before the columns read here, or a comma inside.
std::vector<Row> factsOf(const std::string& file) {
  std::ifstream in(std::filesystem::path(BREAKEVEN_SHARED_DIR) / "pricing" / file);
  const auto cells = [](const std::string& line) {
    std::vector<std::string> out(1);
    for (const char c : line)
      if (c == ',')
        out.emplace_back();
      else if (c != '\r')
        out.back() += c;
    return out;
  };
  std::string line;
  std::getline(in, line);
  const auto head = cells(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const auto values = cells(line);
    Row row;
    for (std::size_t i = 0; i < std::min(head.size(), values.size()); ++i) row[head[i]] = values[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

bool factsAreThere() {
  if (std::filesystem::exists(std::filesystem::path(BREAKEVEN_SHARED_DIR) / "pricing/ec2_ondemand.csv")) return true;
  WARN("the price facts are not beside the repository: not compared");
  return false;
}

// Why the rate is not as every rate should be; empty: it is.
std::string faultOf(const Tariff& rate, const std::string& region) {
  const auto inRange = [](const Tier& tier) {
    return tier.price.inDollarsPerUnit() >= 0 && tier.price.inDollarsPerUnit() < 1e4;
  };
  const bool rises =
      std::ranges::adjacent_find(rate.tiers, std::ranges::greater_equal(), &Tier::from) == rate.tiers.end();
  if (rate.tiers.empty() || rate.tiers.front().from != 0 || !rises) return "tiers";
  if (!std::ranges::all_of(rate.tiers, inRange)) return "price";
  if (rate.source.empty() || rate.asOf.empty() || rate.unit.empty()) return "provenance";
  if (rate.region == region || rate.region == "global") return "";
  const bool compute = rate.name.starts_with("lambda.duration") || rate.name.starts_with("lambda.requests") ||
                       (rate.name.starts_with("ec2.") && rate.name != "ec2.detailed_monitoring_7_metrics");
  return compute || !rate.estimated || rate.region != "us-east-1" ? "from elsewhere" : "";
}

} // namespace

// AWS's public list prices, read by several people from several feeds (EC2 on-demand page, 2025-04 to 2026-09).
TEST_CASE("Prices that everybody knows are in the embedded catalogue", "[catalogue]") {
  CHECK(PriceCatalogue::embedded()->id() == "aws-2026-11-23");
  CHECK(PriceCatalogue::embedded()->asOf() == "2026-11-23");
  CHECK(usd("us-east-1", "ec2.on_demand.m5.large") == 0.096);
  CHECK(usd("us-east-1", "ec2.on_demand.t3.micro") == 0.0104);
  CHECK(usd("us-east-1", "ec2.on_demand.c7g.large") == 0.0725);
  CHECK(usd("us-east-1", "ec2.on_demand.m7i.large") == 0.1008);
  CHECK(usd("us-east-1", "ec2.on_demand.c7i.xlarge") == 0.1785);
  CHECK(usd("us-east-1", "ec2.surplus_credit.t3.micro") == 0.05);
  CHECK(usd("us-east-1", "lambda.requests.x86_64") == 0.0000002);
  CHECK(usd("us-east-1", "lambda.ephemeral_storage.arm64") == 0.0000000309);
  CHECK(usd("us-east-1", "lambda.provisioned_concurrency.x86_64") == 0.0000041667);
  CHECK(usd("us-east-1", "lambda.event_poller.kafka") == 0.185);
  CHECK(usd("us-east-1", "lambda.event_poller.sqs") == 0.00925);
  CHECK(usd("us-east-1", "alb.load_balancer") == 0.0225);
  CHECK(usd("us-east-1", "alb.lcu") == 0.008);
  CHECK(usd("us-east-1", "ebs.gp3_storage") == 0.08);
  CHECK(usd("us-east-1", "vpc.public_ipv4_in_use") == 0.005);
  CHECK(usd("us-east-1", "apigateway.http_request") == 0.000001);
  CHECK(usd("us-east-1", "apigateway.rest_request") == 0.0000035);
  CHECK(usd("us-east-1", "data_transfer.internet_out") == 0.09);
  CHECK(usd("us-east-1", "data_transfer.cross_zone_each_direction") == 0.01);
  CHECK(usd("us-east-1", "cloudwatch.logs_ingest_vended_lambda") == 0.5);
  CHECK(usd("us-east-1", "nat_gateway.gateway") == 0.045);
  CHECK(usd("us-east-1", "kinesis_data_streams.put_payload_unit") == 0.000000014);
}

TEST_CASE("Lambda duration has three tiers per architecture", "[catalogue]") {
  const auto x86 = PriceCatalogue::embedded()->require("us-east-1", "lambda.duration.x86_64");
  REQUIRE(x86.tiers.size() == 3);
  CHECK(x86.unit == "GB-s");
  CHECK(x86.source == "AWS pricing page feed for Lambda (L1)");
  CHECK(x86.asOf == "2025-10-30");
  CHECK_FALSE(x86.estimated);
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

TEST_CASE("What is free or a minimum is a rule, not a price", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  CHECK(catalogue->freeLambdaRequests() == 1e6);
  CHECK(catalogue->freeLambdaGbSeconds() == 4e5);
  CHECK(catalogue->rule("data_transfer.free_internet_out") == 100);
  CHECK(catalogue->rule("alb.lcu.processed_bytes_lambda_targets") == 0.4);
  CHECK(catalogue->rule("lambda.snapstart_cache_minimum") == 3);
  CHECK_FALSE(catalogue->rule("lambda.free_lunch"));
  for (const auto& rule : catalogue->rules()) CHECK((!rule.unit.empty() && !rule.source.empty() && !rule.asOf.empty()));
}

// AWS price list rows of 2026-09-19: the fee of c7i.xlarge and c7g.xlarge on Lambda Managed Instances.
TEST_CASE("The Managed Instances fee is a fraction of on demand", "[catalogue]") {
  const double fee = usd("us-east-1", "lambda.managed_instances_fee");
  CHECK(fee * usd("us-east-1", "ec2.on_demand.c7i.xlarge") == Approx(0.026775).epsilon(1e-12));
  CHECK(fee * usd("us-east-1", "ec2.on_demand.c7g.xlarge") == Approx(0.02175).epsilon(1e-12));
  CHECK(PriceCatalogue::embedded()->require("eu-west-1", "lambda.managed_instances_fee").region == "global");
}

TEST_CASE("Every rate of every region has tiers from zero, a source and a date", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  for (const auto& region : catalogue->regions()) {
    const auto rates = catalogue->list(region);
    CHECK(rates.size() > 2000);
    CHECK(std::ranges::adjacent_find(rates, std::ranges::greater_equal(), &Tariff::name) == rates.end());
    for (const auto& rate : rates)
      if (const auto fault = faultOf(rate, region); !fault.empty())
        FAIL_CHECK(region << " " << rate.name << ": " << fault);
  }
}

TEST_CASE("A commitment never costs more than on demand", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  for (const auto& region : catalogue->regions())
    for (const auto& type : catalogue->types()) {
      const auto onDemand = catalogue->instanceHour(region, type.name, Purchase::OnDemand);
      for (const auto& option : purchaseNames()) {
        const auto rate = catalogue->instanceHour(region, type.name, *purchaseNamed(option));
        if (!rate) continue;
        INFO(region << " " << type.name << " " << option);
        if (!onDemand || rate->firstPrice() > onDemand->firstPrice()) FAIL_CHECK(rate->source);
      }
    }
}

TEST_CASE("A service rate of elsewhere is marked, Lambda and EC2 never come from elsewhere", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  const auto lcu = catalogue->require("eu-west-1", "alb.lcu");
  CHECK(lcu.region == "us-east-1");
  CHECK(lcu.estimated);
  CHECK_FALSE(catalogue->require("ap-northeast-1", "alb.lcu").estimated);
  CHECK_FALSE(catalogue->find("eu-west-1", "lambda.duration_compute_sp_1y.x86_64"));
  CHECK_FALSE(catalogue->find("ap-east-2", "ec2.on_demand.x1.32xlarge"));
}

TEST_CASE("Derived hours say how they were derived", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  const auto hour = [&](std::string_view region, std::string_view type, Purchase purchase) {
    return catalogue->instanceHour(region, type, purchase).value();
  };
  const auto price = [](const Tariff& rate) { return rate.firstPrice().inDollarsPerUnit(); };
  SECTION("spot: on demand less the median saving") {
    const auto spot = hour("us-east-1", "c7g.large", Purchase::Spot);
    CHECK(price(spot) == Approx(0.0725 * (1 - catalogue->spot("us-east-1", "c7g.large")->savingFraction)));
    CHECK(spot.estimated);
    CHECK(spot.source == "on demand less the median saving of 49 %; AWS Spot Advisor feed (P1)");
  }
  SECTION("Savings Plans: the reserved rate that comes closest") {
    const auto plan = hour("us-east-1", "m5.large", Purchase::ComputeSp1y);
    CHECK(price(plan) == price(hour("us-east-1", "m5.large", Purchase::Convertible1y)));
    CHECK(price(hour("us-east-1", "m5.large", Purchase::Ec2Sp3y)) ==
          price(hour("us-east-1", "m5.large", Purchase::Standard3y)));
    CHECK(plan.estimated);
    CHECK(plan.name == "ec2.compute_sp_1y.m5.large");
    CHECK(plan.source == "convertible_1y as a proxy: AWS pricing page feed for EC2, on demand and reserved (E3)");
    CHECK_FALSE(hour("us-east-1", "m5.large", Purchase::Convertible1y).estimated);
  }
  SECTION("young types: the discount of the predecessor family, 26.5 % for m7i") {
    const auto reserved = hour("us-east-1", "m8i.large", Purchase::Convertible1y);
    CHECK(price(reserved) == Approx(usd("us-east-1", "ec2.on_demand.m8i.large") * (1 - 0.265)));
    CHECK(reserved.estimated);
    CHECK(reserved.source.starts_with("on demand less the median convertible_1y discount of family m7i, 26.5 %; "));
  }
  SECTION("all upfront outside the region it is known in: the family's step, 38.3 % against 33.8 % for m7g") {
    CHECK_FALSE(hour("us-east-1", "m7g.large", Purchase::Standard1yAllUpfront).estimated);
    const auto upfront = hour("eu-west-1", "m7g.large", Purchase::Standard1yAllUpfront);
    CHECK(upfront.estimated);
    CHECK(price(upfront) ==
          Approx(price(hour("eu-west-1", "m7g.large", Purchase::Standard1y)) * (1 - 0.383) / (1 - 0.338)));
  }
  SECTION("an option that the region does not sell is not invented") {
    CHECK(catalogue->instanceHour("us-east-1", "p5.48xlarge", Purchase::Standard3y));
    CHECK_FALSE(catalogue->instanceHour("us-east-1", "p5.48xlarge", Purchase::Standard1y));
    CHECK_FALSE(catalogue->instanceHour("us-east-1", "p5.48xlarge", Purchase::Ec2Sp1y));
    CHECK_FALSE(catalogue->instanceHour("us-east-1", "c7g.large.", Purchase::OnDemand));
    CHECK_FALSE(catalogue->instanceHour("mars-1", "c7g.large", Purchase::OnDemand));
  }
}

TEST_CASE("Instance types carry what the simulators need", "[catalogue]") {
  const auto catalogue = PriceCatalogue::embedded();
  CHECK(std::ranges::is_sorted(catalogue->types(), {}, &InstanceType::name));
  const auto* c7g = catalogue->findType("c7g.large");
  REQUIRE(c7g);
  CHECK(c7g->vcpus == 2);
  CHECK(c7g->memory == Memory::mebibytes(4096));
  CHECK(c7g->architecture == Architecture::Arm64);
  CHECK(c7g->family == "c7g");
  CHECK(c7g->size == "large");
  CHECK(c7g->currentGeneration);
  CHECK_FALSE(c7g->burstable);
  const auto* t3 = catalogue->findType("t3.micro");
  REQUIRE((t3 && t3->credits));
  CHECK(t3->burstable);
  CHECK(t3->baselinePercentPerVcpu == 10);
  CHECK(t3->credits->earnedPerHour == 12);
  CHECK(t3->credits->maxAccrued == 288);
  CHECK(t3->credits->unlimitedByDefault);
  CHECK(t3->networkGbps == 5);
  CHECK(t3->networkBaselineGbps == 0.064);
  CHECK(catalogue->findType("p5.48xlarge")->gpus == 8);
  CHECK(catalogue->findType("p5.48xlarge")->gpu == "h100");
  CHECK(catalogue->findType("inf2.xlarge")->accelerators == 1);
  CHECK(catalogue->findType("m7i-flex.large")->flex);
  CHECK(catalogue->findType("m5.metal")->bareMetal);
  CHECK_FALSE(catalogue->findType("m5"));
}

TEST_CASE("Unknown names are answered with the nearest", "[catalogue]") {
  CHECK(sentenceOf("eu-centrl-1", "alb.lcu") ==
        "region: found \"eu-centrl-1\", expected a region of the price catalogue aws-2026-11-23; did you mean "
        "\"eu-central-1\"?");
  CHECK(sentenceOf("us-east-1", "lambda.durations.x86_64") ==
        "prices of us-east-1: found \"lambda.durations.x86_64\", expected the name of a rate as `breakeven prices "
        "list` shows them; did you mean \"lambda.duration.x86_64\"?");
  CHECK(sentenceOf("us-east-1", "ec2.ondemand.c7g.lage") ==
        "prices of us-east-1: found \"ec2.ondemand.c7g.lage\", expected the name of a rate as `breakeven prices list` "
        "shows them; did you mean \"ec2.on_demand.c7g.large\"?");
  CHECK(sentenceOf("ap-east-2", "ec2.on_demand.x1.32xlarge") ==
        "prices of ap-east-2: found \"ec2.on_demand.x1.32xlarge\", expected a rate that is sold in this region");
  CHECK(sentenceOf("us-east-1", "") ==
        "prices of us-east-1: found \"\", expected the name of a rate as `breakeven prices list` shows them");
}

TEST_CASE("Purchase options and architectures have names", "[catalogue]") {
  for (const auto& option : purchaseNames()) CHECK(name(*purchaseNamed(option)) == option);
  CHECK(purchaseNames().size() == 11);
  CHECK(name(Purchase::Ec2Sp3y) == "ec2_sp_3y");
  CHECK_FALSE(purchaseNamed("on demand"));
  CHECK(name(Architecture::X86_64) == "x86_64");
  CHECK(name(Architecture::Arm64) == "arm64");
}

TEST_CASE("Single rates can be replaced", "[catalogue]") {
  using Override = PriceCatalogue::Override;
  const auto listed = PriceCatalogue::embedded();
  const std::array changes{Override{"lambda.duration.x86_64", 0.00001667}, Override{"ec2.on_demand.c7g.large", 0.05},
                           Override{"ec2.surplus_credit.t3.micro", 0.06}};
  const auto mine = listed->with(changes);
  const auto duration = mine->require("us-east-1", "lambda.duration.x86_64");
  CHECK(duration.tiers.size() == 1);
  CHECK(duration.firstPrice().inDollarsPerUnit() == 0.00001667);
  CHECK(duration.source == "override");
  CHECK(duration.unit == "GB-s");
  CHECK(mine->instanceHour("us-east-1", "c7g.large", Purchase::OnDemand)->firstPrice().inDollarsPerUnit() == 0.05);
  CHECK(mine->require("eu-west-1", "ec2.on_demand.c7g.large").unit == "hour");
  CHECK(mine->require("eu-west-1", "ec2.surplus_credit.t3.micro").unit == "vCPU-hour");
  CHECK(mine->id() == listed->id());
  CHECK(std::ranges::count(mine->list("us-east-1"), "override", &Tariff::source) == 3);
  // The rest, and the catalogue it came from, stay.
  CHECK(mine->require("us-east-1", "lambda.duration.arm64").tiers.size() == 3);
  CHECK(listed->require("us-east-1", "lambda.duration.x86_64").tiers.size() == 3);
  const std::array again{Override{"lambda.duration.x86_64", 1}, Override{"lambda.duration.x86_64", 2}};
  const auto later = mine->with(again);
  CHECK(later->require("us-east-1", "lambda.duration.x86_64").firstPrice().inDollarsPerUnit() == 2);
  CHECK(later->require("us-east-1", "ec2.on_demand.c7g.large").firstPrice().inDollarsPerUnit() == 0.05);
}

TEST_CASE("Overrides that cannot be are refused together", "[catalogue]") {
  using Override = PriceCatalogue::Override;
  const std::array changes{Override{"lambda.duratoin.x86_64", 1}, Override{"alb.lcu", -1},
                           Override{"ec2.on_demand.c7g.large", std::nan("")},
                           Override{"ec2.surplus_credit.m5.large", 1}};
  try {
    PriceCatalogue::embedded()->with(changes);
    FAIL("no problem");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()) ==
          "prices: found \"lambda.duratoin.x86_64\", expected the name of a rate as `breakeven prices list` shows "
          "them; did you mean \"lambda.duration.x86_64\"?\n"
          "prices: alb.lcu: found -1, expected a price in USD, 0 or more\n"
          "prices: ec2.on_demand.c7g.large: found nan, expected a price in USD, 0 or more\n"
          "prices: found \"ec2.surplus_credit.m5.large\", expected the name of a rate as `breakeven prices list` shows "
          "them; did you mean \"ec2.surplus_credit.t2.large\"?");
  }
}

TEST_CASE("The embedded catalogue holds every row of the price facts", "[catalogue]") {
  if (!factsAreThere()) return;
  const auto catalogue = PriceCatalogue::embedded();
  const auto same = [](const std::optional<Tariff>& rate, const std::string& usd, bool estimated) {
    return rate && rate->firstPrice().inDollarsPerUnit() == std::stod(usd) && rate->estimated == estimated;
  };
  CHECK(catalogue->regions().size() == 36);
  CHECK(catalogue->types().size() == factsOf("ec2_types.csv").size());
  SECTION("on demand") {
    const auto rows = factsOf("ec2_ondemand.csv");
    CHECK(rows.size() == 17538);
    CHECK(std::ranges::all_of(rows, [&](Row row) {
      const auto rate = catalogue->instanceHour(row["region"], row["type"], Purchase::OnDemand);
      return same(rate, row["usd_per_hour"], false) && rate->asOf == row["as_of"] &&
             rate->source.ends_with("(" + row["source"] + ")");
    }));
    const auto estimated = factsOf("ec2_ondemand_estimated.csv");
    CHECK(estimated.size() == 2083);
    CHECK(std::ranges::all_of(estimated, [&](Row row) {
      return same(catalogue->instanceHour(row["region"], row["type"], Purchase::OnDemand),
                  row["estimated_usd_per_hour"], true);
    }));
  }
  SECTION("reserved: as listed, or rescaled where on demand has moved since") {
    const std::array<std::pair<std::string, Purchase>, 5> columns{
        {{"standard_1yr_no_upfront", Purchase::Standard1y},
         {"standard_3yr_no_upfront", Purchase::Standard3y},
         {"convertible_1yr_no_upfront", Purchase::Convertible1y},
         {"convertible_3yr_no_upfront", Purchase::Convertible3y},
         {"standard_1yr_all_upfront_effective", Purchase::Standard1yAllUpfront}}};
    int rescaled = 0, different = 0;
    for (auto& row : factsOf("ec2_reserved.csv"))
      for (const auto& [column, purchase] : columns) {
        if (row[column].empty()) continue;
        const auto rate = catalogue->instanceHour(row["region"], row["type"], purchase);
        if (same(rate, row[column], false)) continue;
        const double now = usd(row["region"], "ec2.on_demand." + row["type"]);
        const double scaled = std::stod(row[column]) * now / std::stod(row["on_demand_usd_per_hour"]);
        const bool fits = rate && rate->estimated && std::abs(rate->firstPrice().inDollarsPerUnit() - scaled) < 1e-5;
        ++(fits ? rescaled : different);
      }
    CHECK(different == 0);
    CHECK(rescaled > 300); // 83 types of regions, four or five columns each
    CHECK(rescaled < 420);
  }
  SECTION("spot") {
    const auto rows = factsOf("spot_advisor.csv");
    CHECK(rows.size() == 14962);
    CHECK(std::ranges::all_of(rows, [&](Row row) {
      const auto spot = catalogue->spot(row["region"], row["type"]);
      return spot && spot->savingFraction == std::max(0.0, std::stod(row["savings_vs_on_demand_pct"]) / 100) &&
             spot->interruptionBand == std::stoi(row["interruption_band"]);
    }));
  }
  SECTION("every tier of Lambda and of the services around it") {
    std::set<std::string> names;
    for (const auto* region : {"us-east-1", "us-east-2"}) // between them they have all
      for (const auto& rate : catalogue->list(region))
        if (!rate.name.starts_with("ec2.")) names.insert(rate.name);
    const std::set<std::string> fromRules{"2026-09-19", "2026-09-20", "2026-09-25", "2026-06-29"};
    std::size_t steps = 0;
    for (const auto& region : catalogue->regions())
      for (const auto& name : names)
        if (const auto rate = catalogue->find(region, name);
            rate && rate->region == region && !fromRules.contains(rate->asOf))
          steps += rate->tiers.size();
    // Left out: two allowances, which are rules; two rows of ec2, one of them stated per type.
    CHECK(steps == factsOf("lambda.csv").size() + factsOf("services.csv").size() - 2 - 2);
  }
}
