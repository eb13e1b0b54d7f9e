#pragma once
// What AWS charges this customer only: a percentage off a service, or single rates. A small JSON file, or "prices" and
// "discounts" of a usage file. PriceCatalogue::with() applies them; every line they touch says so.
// Pinned by tests/pricing/private_prices_test.cpp.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalogue.hpp"

namespace pricing {

// Of one service as bill lines name it ("ec2", "data_transfer") or of the rates whose names start so, whole words only
// ("lambda.duration", "ec2.on_demand.c7g"). Where several fit, the longest counts. A service as a whole leaves the
// rates of commitments alone (reserved, Savings Plans): their price is agreed already. "ec2.compute_sp_3y" takes one
// in.
struct PrivateDiscount {
  std::string scope;
  double fraction = 0; // taken off, 0..1
};

// Replaces a rate in every region; no discount applies on top. Tiers as in Tariff.
struct PrivateRate {
  std::string name;
  std::vector<Tier> tiers;
};

struct PrivatePrices {
  std::string name; // stands in the source of each line: "EDP 2026"; empty: rates are called "override"
  std::vector<PrivateDiscount> discounts;
  std::vector<PrivateRate> rates;
  bool empty() const { return discounts.empty() && rates.empty(); }
};

// {"name": ..., "discounts": {"ec2": "12%", ...}, "rates": {"lambda.requests.x86_64": 1.9e-7,
// "data_transfer.internet_out":
// [{"from": 0, "usd": 0.08}, {"from": 10240, "usd": 0.07}]}}; all problems at once as InputError, nearest names from
// the catalogue.
PrivatePrices readPrivatePrices(std::string_view json, std::string_view origin, const PriceCatalogue& catalogue);

bool covers(std::string_view scope, std::string_view rateName);
// How much of the rate names starts with the scope: the larger of two is the more specific.
std::size_t specificity(std::string_view scope);
// The services a discount may name, as on a bill.
std::vector<std::string_view> discountedServices();

} // namespace pricing
