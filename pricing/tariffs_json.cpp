// Rates as JSON for scripts. Pinned by tests/app/commands_test.cpp.
#include <nlohmann/json.hpp>

#include "pricing/catalogue.hpp"

namespace pricing {

std::string tariffsJson(std::span<const Tariff> tariffs) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& tariff : tariffs) {
    auto tiers = nlohmann::ordered_json::array();
    for (const auto& tier : tariff.tiers)
      tiers.push_back({{"from", tier.from}, {"price_usd", tier.price.inDollarsPerUnit()}});
    list.push_back({{"name", tariff.name},
                    {"region", tariff.region},
                    {"unit", tariff.unit},
                    {"tiers", std::move(tiers)},
                    {"estimated", tariff.estimated},
                    {"as_of", tariff.asOf},
                    {"source", tariff.source}});
  }
  return list.dump(2) + "\n";
}

} // namespace pricing
