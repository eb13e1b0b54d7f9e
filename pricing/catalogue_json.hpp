#pragma once
// The catalogue file: JSON text -> tables, and back. The layout is shown by pricing/data/, which build_catalogue.py
// writes: one block per source and date, one row per line. Pinned by tests/pricing/catalogue_json_test.cpp.
#include <string>
#include <string_view>

#include "pricing/catalogue_tables.hpp"

namespace pricing {

// All problems at once as InputError; `origin` names the file in them. `padded` promises that 64 readable bytes follow
// the text, which saves a copy.
enum class Padding { None, Present };
CatalogueTables readCatalogue(std::string_view text, std::string_view origin, Padding padding = Padding::None);

// The same layout, digits included: read(write(tables)) is tables, and the embedded catalogue comes out byte for byte,
// but for spot savings below zero, which reading takes for zero, and zeros behind the last digit.
std::string writeCatalogue(const CatalogueTables& tables);

// The text of the embedded default, followed by padding.
std::string_view embeddedCatalogueText();

} // namespace pricing
