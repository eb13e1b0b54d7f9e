// AWS's files into a catalogue: invented files with every kind of row, a synthetic offer against its generator, real
// excerpts when they are there, and what broken files are told.
#include <filesystem>
#include <sstream>

#include "pricing/catalogue_json.hpp"
#include "pricing/import/offer_formats.hpp"
#include "pricing/import/price_import.hpp"
#include "pricing/import/price_regions.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_with.hpp"
#include "tests/support/price_list_generator.hpp"

using namespace pricing;
using namespace pricing::importing;
using test_files::FileWith;
namespace fs = std::filesystem;

namespace {

const std::string kData = BREAKEVEN_SOURCE_DIR "/tests/data/prices/";
const std::string kSamples = BREAKEVEN_SHARED_DIR "/pricing/samples/";

std::string fileText(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

PriceImport imported(const std::vector<std::string>& files, const std::string& id = {}) {
  return importPriceLists(files, *PriceCatalogue::embedded(), id);
}

std::string sentencesFor(const std::string& path) {
  try {
    imported({path});
  } catch (const InputError& error) {
    return error.what();
  }
  return "imported";
}

double usd(const PriceCatalogue& catalogue, std::string_view region, std::string_view name) {
  return catalogue.require(region, name).firstPrice().inDollarsPerUnit();
}

std::uint64_t passed(const PriceImport& result, const std::string& reason) {
  const auto& entries = result.files.front().passedOver.entries();
  const auto entry = entries.find(reason);
  return entry == entries.end() ? 0 : entry->second.count;
}

using Rows = std::map<std::string, std::uint64_t>;

} // namespace

TEST_CASE("An EC2 offer gives the Linux hours of every purchase option, and counts the rest", "[prices]") {
  const auto result = imported({kData + "ec2.json"});
  const auto& catalogue = *result.catalogue;
  CHECK(catalogue.id() == "aws-2026-01-02-import");
  CHECK(catalogue.asOf() == "2026-01-02");
  CHECK(usd(catalogue, "us-east-1", "ec2.on_demand.m5.large") == 0.5);
  CHECK(usd(catalogue, "us-east-1", "ec2.standard_1y.m5.large") == 0.31); // not the 0.39 in force before
  CHECK(usd(catalogue, "us-east-1", "ec2.standard_3y.m5.large") == 0.21);
  CHECK(usd(catalogue, "us-east-1", "ec2.convertible_1y.m5.large") == 0.34);
  CHECK(usd(catalogue, "us-east-1", "ec2.convertible_3y.m5.large") == 0.24);
  CHECK(usd(catalogue, "us-east-1", "ec2.standard_1y_all_upfront.m5.large") == Approx(0.3).margin(1e-15)); // 2628/8760
  CHECK(usd(catalogue, "eu-west-1", "ec2.on_demand.m5.large") == 0.6); // by the location's name
  CHECK(usd(catalogue, "us-east-1", "ec2.on_demand.c5.metal") == 4.5);
  const auto tariff = catalogue.require("us-east-1", "ec2.on_demand.m5.large");
  CHECK(tariff.source == "AWS Price List AmazonEC2 (version 20260102030405)");
  CHECK(tariff.asOf == "2026-01-02");
  CHECK_FALSE(tariff.estimated);
  CHECK(result.files.front().rows == Rows{{"on_demand", 4},
                                          {"standard_1y", 1},
                                          {"standard_3y", 1},
                                          {"convertible_1y", 1},
                                          {"convertible_3y", 1},
                                          {"new types", 1},
                                          {"standard_1y_all_upfront", 1}});
  for (const auto& [reason, count] : Rows{{"operating system \"Windows\"", 1},
                                          {"tenancy \"Dedicated\"", 1},
                                          {"market option \"CapacityBlock\"", 1},
                                          {"installed software \"SQL Std\"", 1},
                                          {"license \"Bring your own license\"", 1},
                                          {"capacity status \"UnusedCapacityReservation\"", 1},
                                          {"location type \"AWS Local Zone\"", 1},
                                          {"unknown location \"Moon (Tycho)\"", 1},
                                          {"product family \"Storage\"", 1},
                                          {"a new type without readable vCPUs, memory and processor", 1},
                                          {"a term that a later one replaced", 1},
                                          {"a price reserved standard 3yr Partial Upfront", 2}}) {
    INFO(reason);
    CHECK(passed(result, reason) == count);
  }
}

TEST_CASE("Only the rows of the file are replaced", "[prices]") {
  const auto base = PriceCatalogue::embedded();
  const auto catalogue = imported({kData + "ec2.json"}).catalogue;
  for (const auto name : {"ec2.on_demand.m5.xlarge", "ec2.on_demand.c7g.large", "lambda.duration.x86_64",
                          "ec2.standard_1y.m5.xlarge", "ec2.spot.c7g.large", "ec2.on_demand.x1.32xlarge"}) {
    INFO(name);
    CHECK(usd(*catalogue, "us-east-1", name) == usd(*base, "us-east-1", name));
    CHECK(catalogue->require("us-east-1", name).source == base->require("us-east-1", name).source);
  }
  CHECK(catalogue->regions().size() == base->regions().size());
  CHECK(catalogue->types().size() == base->types().size() + 1);
}

TEST_CASE("A type that the catalogue does not know comes with the offer", "[prices]") {
  const auto catalogue = imported({kData + "ec2.json"}).catalogue;
  const auto* type = catalogue->findType("x99g.large");
  REQUIRE(type != nullptr);
  CHECK(type->vcpus == 96);
  CHECK(type->memory == Memory::mebibytes(1952 * 1024));
  CHECK(type->architecture == Architecture::Arm64);
  CHECK(type->family == "x99g");
  CHECK(type->asOf == "2026-01-02");
  CHECK(usd(*catalogue, "us-east-1", "ec2.on_demand.x99g.large") == 7.25);
}

TEST_CASE("CSV gives what JSON gives", "[prices]") {
  auto json = imported({kData + "ec2.json"}).catalogue->tables(),
       csv = imported({kData + "ec2.csv"}).catalogue->tables();
  CHECK(writeCatalogue(csv) == writeCatalogue(json));
}

TEST_CASE("A Lambda offer gives rates with sorted tiers", "[prices]") {
  const auto result = imported({kData + "lambda.json"});
  CHECK(usd(*result.catalogue, "eu-west-1", "lambda.requests.x86_64") == 0.0000003);
  const auto duration = result.catalogue->require("eu-west-1", "lambda.duration.arm64");
  REQUIRE(duration.tiers.size() == 3);
  CHECK(duration.tiers[1].from == 100);
  CHECK(duration.tiers[1].price.inDollarsPerUnit() == 0.000004);
  CHECK(duration.tiers[2].from == 200);
  CHECK(result.files.front().rows == Rows{{"lambda", 2}});
  CHECK(passed(result, "the free tier, which is a rule of the catalogue") == 1);
  CHECK(passed(result, "the fee of Managed Instances, which follows from the on-demand price") == 1);
  CHECK(passed(result, "group \"AWS-Lambda-Teleport\"") == 1);
}

TEST_CASE("Savings Plans give rates that are no proxy any more", "[prices]") {
  const auto result = imported({kData + "savings_plan.csv"});
  const auto& catalogue = *result.catalogue;
  CHECK(PriceCatalogue::embedded()->require("us-east-1", "ec2.compute_sp_1y.m5.large").estimated);
  CHECK_FALSE(catalogue.require("us-east-1", "ec2.compute_sp_1y.m5.large").estimated);
  CHECK(usd(catalogue, "us-east-1", "ec2.compute_sp_1y.m5.large") == 0.41);
  CHECK(usd(catalogue, "us-east-1", "ec2.compute_sp_3y.m5.large") == 0.28);
  CHECK(usd(catalogue, "us-east-1", "ec2.ec2_sp_1y.m5.large") == 0.32);
  CHECK(usd(catalogue, "us-east-1", "ec2.ec2_sp_3y.m5.large") == 0.22);
  CHECK(usd(catalogue, "eu-west-1", "lambda.duration_compute_sp_1y.x86_64") == 0.000014);
  CHECK(usd(catalogue, "eu-west-1", "lambda.duration_compute_sp_all_upfront.x86_64") == 0.000013);
  CHECK(usd(catalogue, "eu-west-1", "lambda.provisioned_concurrency_compute_sp.arm64") == 0.000003);
  CHECK(passed(result, "an operating system other than Linux") == 1);
  CHECK(passed(result, "Lambda duration behind the first volume tier") == 1);
  CHECK(passed(result, "service \"AmazonECS\"") == 1);
  CHECK(passed(result, "a type that the catalogue does not know, \"q1.large\"") == 1);
}

TEST_CASE("The Spot Advisor gives savings, never below zero", "[prices]") {
  const auto result = imported({kData + "spot.json"}, "spot-only");
  CHECK(result.catalogue->id() == "spot-only");
  CHECK(result.catalogue->asOf() == PriceCatalogue::embedded()->asOf()); // the feed names no day
  CHECK(result.catalogue->spot("us-east-1", "m5.large")->savingFraction == 0.61);
  CHECK(result.catalogue->spot("us-east-1", "m5.large")->interruptionBand == 2);
  CHECK(result.catalogue->spot("us-east-1", "t3.micro")->savingFraction == 0);
  CHECK(passed(result, "a type that the catalogue does not know") == 1);
  CHECK(passed(result, "operating system \"Windows\"") == 1);
}

TEST_CASE("Several files make one catalogue, the later publication wins, one day must agree", "[prices]") {
  const auto all =
      imported({kData + "spot.json", kData + "ec2.json", kData + "savings_plan.csv", kData + "lambda.json"});
  CHECK(all.files.size() == 4);
  CHECK(usd(*all.catalogue, "us-east-1", "ec2.on_demand.m5.large") == 0.5);
  CHECK(usd(*all.catalogue, "us-east-1", "ec2.ec2_sp_3y.m5.large") == 0.22);
  CHECK(all.catalogue->require("eu-west-1", "lambda.requests.x86_64").source ==
        "AWS Price List AWSLambda (version 20260102030405 AWSLambda)");
  auto text = fileText(kData + "ec2.json");
  text.replace(text.find("0.5000000000"), 12, "0.5500000000");
  const FileWith other(text);
  CHECK_THROWS_WITH(imported({kData + "ec2.json", other.path()}),
                    other.path() + ": m5.large on_demand in us-east-1: found 0.55, and 0.5 in " + kData +
                        "ec2.json of the same day, expected one price");
  text.replace(text.find("2026-01-02T"), 11, "2025-01-02T");
  const FileWith older(text);
  CHECK(usd(*imported({kData + "ec2.json", older.path()}).catalogue, "us-east-1", "ec2.on_demand.m5.large") == 0.5);
}

TEST_CASE("A file of unknown products only is counted beside others", "[prices]") {
  const auto yuan = BREAKEVEN_SOURCE_DIR "/tests/broken/prices/yuan.json";
  const auto result = imported({kData + "ec2.json", yuan});
  CHECK(usd(*result.catalogue, "us-east-1", "ec2.on_demand.m5.large") == 0.5);
  CHECK(result.files.back().rows.empty());
  CHECK(result.files.back().passedOver.total() == 1);
  CHECK_THROWS_WITH(imported({yuan, yuan}),
                    Catch::Contains("yuan.json: found no price that a catalogue holds among 1"));
}

TEST_CASE("The same comes out wherever a block of the file ends", "[prices]") {
  // Blocks are 256 KiB less the padding; blanks in front move every byte of the content across the border.
  const auto content = fileText(kData + "lambda.json");
  const auto types = PriceCatalogue::embedded()->tables().types;
  const auto pricesOf = [&](std::size_t blanks) {
    const FileWith file(std::string(blanks, ' ') + content);
    const ImportProgress quiet;
    ProgressMeter meter(quiet, 1);
    const auto prices = readOfferJson({file.path(), {"AWSLambda", "1", "2026-01-02"}, types}, meter);
    std::ostringstream out;
    for (const auto& rate : prices.rates)
      for (const auto& tier : rate.tiers)
        out << rate.region << rate.name << tier.from << ':' << tier.price.inDollarsPerUnit() << ' ';
    return out.str() + std::to_string(prices.passedOver.total());
  };
  const auto wanted = pricesOf(0);
  for (std::size_t cut = 0; cut <= content.size(); ++cut) {
    INFO("border at byte " << cut);
    REQUIRE(pricesOf(256 * 1024 - TextWindow::kPadding - cut) == wanted);
  }
}

TEST_CASE("A synthetic offer of some megabytes gives the generator's own numbers, in JSON and CSV", "[prices]") {
  const auto base = PriceCatalogue::embedded();
  std::vector<std::string> types;
  for (const auto& type : base->types().subspan(0, 200)) types.push_back(type.name);
  const price_lists::Ec2Offer offer(4 << 20, {"us-east-1", "eu-west-1", "ap-south-1"}, types);
  const FileWith json("", "offer.json"), csv("", "offer.csv");
  offer.writeJson(json.path());
  offer.writeCsv(csv.path());
  CHECK(fs::file_size(json.path()) > (3U << 20U));
  const auto fromJson = imported({json.path()}), fromCsv = imported({csv.path()});
  const auto expected = offer.expected();
  REQUIRE(expected.size() > 100);
  for (const auto& each : expected) {
    INFO(each.region << ' ' << each.type << ' ' << name(each.purchase));
    REQUIRE(fromJson.catalogue->instanceHour(each.region, each.type, each.purchase)->firstPrice().inDollarsPerUnit() ==
            each.usd);
  }
  CHECK(fromJson.files.front().rows == fromCsv.files.front().rows);
  CHECK(fromJson.files.front().rows.at("on_demand") == offer.kept());
  CHECK(writeCatalogue(fromCsv.catalogue->tables()) == writeCatalogue(fromJson.catalogue->tables()));
}

TEST_CASE("A stop ends an import with nothing", "[prices]") {
  std::stop_source stop;
  const ImportProgress progress{[&](std::uint64_t, std::uint64_t) { stop.request_stop(); }, stop.get_token()};
  CHECK_THROWS_AS(importPriceLists(std::vector{kData + "ec2.json"}, *PriceCatalogue::embedded(), {}, progress),
                  ImportCancelled);
}

TEST_CASE("Every broken price list gets its exact sentences", "[prices]") {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(BREAKEVEN_SOURCE_DIR "/tests/broken/prices")) {
    if (entry.path().extension() == ".txt") continue;
    ++files;
    auto sentences = entry.path();
    sentences.replace_extension(".txt");
    auto got = sentencesFor(entry.path().string());
    const auto folder = entry.path().parent_path().string() + "/";
    for (auto at = got.find(folder); at != std::string::npos; at = got.find(folder)) got.erase(at, folder.size());
    INFO(entry.path());
    CHECK(got + '\n' == fileText(sentences));
  }
  CHECK(files >= 20);
}

TEST_CASE("An id is checked before anything is read", "[prices]") {
  CHECK_THROWS_WITH(imported({kData + "ec2.json"}, "../evil"),
                    "the id of a catalogue: found \"../evil\", expected letters, digits, '.', '_' and '-', such as "
                    "aws-2026-11-23");
}

TEST_CASE("Every region of the catalogue has a location's name", "[prices]") {
  CHECK(regionAt("US East (Ohio)") == "us-east-2");
  CHECK(regionAt("Europe (Ireland)") == "eu-west-1");
  CHECK(regionAt("EU (Ireland)") == "eu-west-1");
  CHECK_FALSE(regionAt("US East (New York City)"));
}

TEST_CASE("Real excerpts of AWS's files import, or are refused for what they are", "[prices]") {
  if (!fs::exists(kSamples)) return;
  // Prices and SKUs printed in the files.
  const auto capacityBlock = imported({kSamples + "ec2_offer_2024_us-east-1_capacity_block_excerpt.json"});
  CHECK(usd(*capacityBlock.catalogue, "us-east-1", "ec2.on_demand.p4d.24xlarge") == 32.7726);
  CHECK(passed(capacityBlock, "market option \"CapacityBlock\"") == 1);
  const auto lambda2016 = imported({kSamples + "lambda_offer_2016_excerpt.json"});
  CHECK(usd(*lambda2016.catalogue, "eu-west-1", "lambda.requests.x86_64") == 0.0000002);
  CHECK(usd(*lambda2016.catalogue, "us-east-1", "lambda.duration.x86_64") == 0.0000166667);
  CHECK(lambda2016.files.front().rows == Rows{{"lambda", 4}});
  CHECK(passed(lambda2016, "the free tier, which is a rule of the catalogue") == 2);
  const auto spot = imported({kSamples + "spot_advisor_2025-06-28_excerpt.json"});
  CHECK(spot.files.front().rows == Rows{{"spot", 10}});
  CHECK(spot.catalogue->spot("us-east-1", "m7i.large")->savingFraction == 0.68);
  // The second road: the pricing page feed of the same day, which is in the embedded catalogue.
  const auto lambda = imported({kSamples + "lambda_offer_us-east-1_constructed.json"});
  CHECK(lambda.files.front().rows == Rows{{"lambda", 9}});
  for (const auto name :
       {"lambda.requests.x86_64", "lambda.requests.arm64", "lambda.duration.x86_64", "lambda.duration.arm64",
        "lambda.provisioned_concurrency.x86_64", "lambda.provisioned_concurrency.arm64",
        "lambda.provisioned_duration.x86_64", "lambda.provisioned_duration.arm64", "lambda.ephemeral_storage.x86_64"}) {
    INFO(name);
    const auto ours = lambda.catalogue->require("us-east-1", name);
    const auto feed = PriceCatalogue::embedded()->require("us-east-1", name);
    CHECK(ours.source == "AWS Price List AWSLambda (version 20251030182801)");
    REQUIRE(ours.tiers.size() == feed.tiers.size());
    for (std::size_t i = 0; i < ours.tiers.size(); ++i) {
      CHECK(ours.tiers[i].from == feed.tiers[i].from);
      CHECK(ours.tiers[i].price.inDollarsPerUnit() == feed.tiers[i].price.inDollarsPerUnit());
    }
  }
  const auto refused = [&](const std::string& name, const std::string& sentence) {
    CHECK(sentencesFor(kSamples + name) == kSamples + name + ": found " + sentence);
  };
  const std::string ours = "expected prices in USD of Linux instances or of Lambda";
  const std::string known = "expected an AWS price list: an offer of EC2 or Lambda (JSON, CSV), of Compute Savings "
                            "Plans (CSV), or the feed of the Spot Advisor";
  const std::string itself = "expected a price list itself, which the index names by its address";
  refused("ec2_offer_2023_us-east-2_excerpt.json",
          "no price that a catalogue holds among 3 passed over, most of them for a price reserved convertible 3yr All "
          "Upfront, " +
              ours);
  refused("comprehend_offer_2026_ap-south-1.csv", "an offer of \"comprehend\", " + known);
  refused("database_savings_plan_2026_ap-south-2_excerpt.csv", "an offer of \"AmazonDatabaseSavingsPlans\", " + known);
  refused("ec2_page_ondemand_2025-04-04_excerpt.json", "a feed of AWS's pricing pages, " + known);
  for (const auto name : {"ec2_version_index_2025_excerpt.json", "region_index_2026_excerpt.json",
                          "savings_plan_region_index_2025_excerpt.json", "service_index_2026_excerpt.json"})
    refused(name, "an index of price lists, " + itself);
  CHECK_THAT(sentencesFor(kSamples + "ec2_offer_2025_global_excerpt.csv"),
             Catch::Contains("found no price that a catalogue holds among"));
  CHECK_THAT(sentencesFor(kSamples + "compute_savings_plan_2025_ap-east-2_excerpt.csv"),
             Catch::Contains("found no price that a catalogue holds among 44 passed over"));
}
