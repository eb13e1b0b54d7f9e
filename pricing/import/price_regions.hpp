#pragma once
// Regions as AWS price lists write them. Offers before 2020 have no regionCode, only the location's name.
// Pinned by tests/pricing/price_import_test.cpp against the regions of the embedded catalogue.
#include <optional>
#include <string_view>

namespace pricing::importing {

// "US East (Ohio)" -> "us-east-2"; "EU (Ireland)" and "Europe (Ireland)" are the same place. Nothing: unknown.
std::optional<std::string_view> regionAt(std::string_view location);

} // namespace pricing::importing
