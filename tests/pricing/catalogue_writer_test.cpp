// The writer against the file that build_catalogue.py wrote, and against the reader.
#include <regex>
#include <sstream>

#include "pricing/catalogue_json.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

// "54.18000" -> "54.18": the one place where the script keeps zeros is a price it derived.
std::string withoutTrailingZeros(const std::string& line) {
  static const std::regex zeros(R"((\.\d*[1-9])0+\b)");
  return std::regex_replace(line, zeros, "$1");
}

std::string embeddedAgain() { return writeCatalogue(PriceCatalogue::embedded()->tables()); }

} // namespace

TEST_CASE("The embedded catalogue is written line for line as the script wrote it", "[prices]") {
  std::istringstream script{std::string(embeddedCatalogueText())}, ours(embeddedAgain());
  std::string wanted, got;
  std::size_t line = 0, belowZero = 0, rounded = 0;
  while (std::getline(script, wanted)) {
    ++line;
    REQUIRE(std::getline(ours, got));
    // Spot savings below zero are the one thing that reading rounds.
    if (const auto minus = wanted.find(":[-"); minus != std::string::npos) {
      ++belowZero;
      wanted = wanted.substr(0, minus + 2) + "0" + wanted.substr(wanted.find(',', minus));
    }
    if (got == wanted) continue;
    ++rounded;
    INFO("line " << line);
    REQUIRE(got == withoutTrailingZeros(wanted));
  }
  CHECK_FALSE(std::getline(ours, got));
  CHECK(belowZero < 20);
  CHECK(rounded < 100);
}

TEST_CASE("What was written reads back to the same tariffs in every region", "[prices]") {
  const auto original = PriceCatalogue::embedded();
  const auto again = PriceCatalogue::fromJson(embeddedAgain(), "again");
  CHECK(again->id() == original->id());
  REQUIRE(again->regions().size() == original->regions().size());
  for (const auto& region : original->regions()) {
    const auto wanted = original->list(region), got = again->list(region);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO(region << ' ' << wanted[i].name);
      REQUIRE(got[i].name == wanted[i].name);
      REQUIRE(got[i].source == wanted[i].source);
      REQUIRE(got[i].asOf == wanted[i].asOf);
      REQUIRE(got[i].estimated == wanted[i].estimated);
      REQUIRE(got[i].tiers.size() == wanted[i].tiers.size());
      for (std::size_t tier = 0; tier < got[i].tiers.size(); ++tier) {
        REQUIRE(got[i].tiers[tier].from == wanted[i].tiers[tier].from);
        REQUIRE(got[i].tiers[tier].price.inDollarsPerUnit() == wanted[i].tiers[tier].price.inDollarsPerUnit());
      }
    }
  }
  CHECK(writeCatalogue(again->tables()) == embeddedAgain());
}
