#include "model/scenario_costs.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "model/scenario.hpp"
#include "pricing/private_prices.hpp"

namespace model {

namespace {

using pricing::PriceCatalogue;

// Where a problem with this setting is to be mended.
std::string placeOf(const Scenario& scenario, const std::string& key) {
  const auto origin = scenario.origins.find("prices." + key);
  const bool typed = origin != scenario.origins.end() && origin->second == Origin::CommandLine;
  return typed ? "--set prices." + key : "scenario: /prices/" + key;
}

std::string contentOf(const std::string& path, const std::string& place, std::string_view expected) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || file.bad())
    throw pricing::InputError(
        {place, fmt::format("{}, which cannot be read", pricing::quoted(path)), std::string(expected)});
  return text;
}

std::shared_ptr<const PriceCatalogue> named(const Scenario& scenario, std::shared_ptr<const PriceCatalogue> fallback) {
  const auto& wanted = scenario.prices.catalogue;
  if (wanted.empty() || wanted == fallback->id()) return fallback;
  if (wanted == PriceCatalogue::embedded()->id()) return PriceCatalogue::embedded();
  return PriceCatalogue::fromJson(
      contentOf(wanted, placeOf(scenario, "catalogue"),
                fmt::format("the id of a catalogue such as {}, or a file with one", PriceCatalogue::embedded()->id())),
      wanted);
}

} // namespace

std::shared_ptr<const PriceCatalogue> catalogueOf(const Scenario& scenario,
                                                  std::shared_ptr<const PriceCatalogue> fallback) {
  const auto chosen = named(scenario, std::move(fallback));
  const auto& own = scenario.prices.privatePrices;
  if (own.empty()) return chosen;
  const auto place = placeOf(scenario, "private");
  if (scenario.prices.isInline()) return chosen->with(pricing::readPrivatePrices(own, place, *chosen));
  return chosen->with(pricing::readPrivatePrices(contentOf(own, place, "a file of private prices"), own, *chosen));
}

} // namespace model
