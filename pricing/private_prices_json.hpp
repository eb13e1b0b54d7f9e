#pragma once
// The rates and discounts of a private price file and of a usage file are written alike. Private to the *_json.cpp that
// read them. A catalogue tells known names from unknown ones; without one, PriceCatalogue::with() will.
#include "pricing/json_reader.hpp"
#include "pricing/private_prices.hpp"

namespace pricing {

void readPrivateRates(const JsonValue& rates, PrivatePrices& prices, const PriceCatalogue* catalogue);
void readPrivateDiscounts(const JsonValue& discounts, PrivatePrices& prices, const PriceCatalogue* catalogue);

} // namespace pricing
