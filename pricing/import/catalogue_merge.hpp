#pragma once
// Imported rows into the tables of a catalogue. Private to pricing/import.
// Pinned by tests/pricing/price_import_test.cpp.
#include <span>

#include "pricing/catalogue_tables.hpp"
#include "pricing/import/imported_prices.hpp"

namespace pricing::importing {

// Later files replace rows of earlier ones.
CatalogueTables merged(CatalogueTables base, std::span<const ImportedPrices> files);

} // namespace pricing::importing
