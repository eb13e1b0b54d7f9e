#pragma once
// The catalogue file: JSON text -> tables. The layout is shown by pricing/data/, which build_catalogue.py writes: one
// block per source and date, one row per line. Pinned by tests/pricing/catalogue_json_test.cpp.
#include <string_view>

#include "pricing/catalogue_tables.hpp"

namespace pricing {

// All problems at once as InputError; `origin` names the file in them. `padded` promises that 64 readable bytes follow
// the text, which saves a copy.
enum class Padding { None, Present };
CatalogueTables readCatalogue(std::string_view text, std::string_view origin, Padding padding = Padding::None);

// The text of the embedded default, followed by padding.
std::string_view embeddedCatalogueText();

} // namespace pricing
