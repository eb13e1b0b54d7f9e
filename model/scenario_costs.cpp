#include "model/scenario_costs.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "model/scenario.hpp"
#include "pricing/catalogue_shelf.hpp"
#include "pricing/private_prices.hpp"

namespace model {

namespace {

using pricing::PriceCatalogue;

// Where a problem with the private prices is to be mended.
std::string placeOfPrivate(const Scenario& scenario) {
  const auto origin = scenario.origins.find("prices.private");
  const bool typed = origin != scenario.origins.end() && origin->second == Origin::CommandLine;
  return typed ? "--set prices.private" : "scenario: /prices/private";
}

std::string contentOf(const std::string& path, const std::string& place) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || file.bad())
    throw pricing::InputError(
        {place, fmt::format("{}, which cannot be read", pricing::quoted(path)), "a file of private prices"});
  return text;
}

} // namespace

std::shared_ptr<const PriceCatalogue> catalogueOf(const Scenario& scenario,
                                                  std::shared_ptr<const PriceCatalogue> fallback) {
  const auto& wanted = scenario.prices.catalogue;
  const auto chosen = wanted.empty() || wanted == fallback->id() ? fallback : pricing::openCatalogue(wanted);
  const auto& own = scenario.prices.privatePrices;
  if (own.empty()) return chosen;
  const auto place = placeOfPrivate(scenario);
  if (scenario.prices.isInline()) return chosen->with(pricing::readPrivatePrices(own, place, *chosen));
  return chosen->with(pricing::readPrivatePrices(contentOf(own, place), own, *chosen));
}

} // namespace model
