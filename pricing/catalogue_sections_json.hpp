#pragma once
// What the sections of a catalogue file have in common: values with their problems, rows in order. Private to
// catalogue_json.cpp and catalogue_prices_json.cpp.
#include <algorithm>

#include "pricing/catalogue_tables.hpp"
#include "pricing/json_cursor.hpp"

namespace pricing {

struct CatalogueReading : JsonReading {
  CatalogueTables tables;
  std::uint32_t nextType = 0; // behind the type found last: rows mostly come in the order of types
};

template <class T> using CatalogueField = JsonField<CatalogueReading, T>;

// Each notes what is wrong and returns nothing then.
std::optional<UnitPrice> usd(CatalogueReading& reading, const JsonNode& node);
std::optional<std::string_view> date(CatalogueReading& reading, const JsonNode& node);
// "S3+S4" -> "Infracost test outputs (S3); ... (S4)"
std::optional<std::string> sourceLabel(CatalogueReading& reading, const JsonNode& node);
// The position of the type that the key of the row names.
std::optional<std::uint32_t> typeNamed(CatalogueReading& reading, const JsonNode& row);

// Rows come sorted from our own files; others are put in place. False when the key stands there already.
template <class Row, class Key> bool insertSorted(std::vector<Row>& rows, Row row, Key Row::*key) {
  if (rows.empty() || rows.back().*key < row.*key) {
    rows.push_back(std::move(row));
    return true;
  }
  const auto place = std::ranges::lower_bound(rows, row.*key, {}, key);
  if ((*place).*key == row.*key) return false;
  rows.insert(place, std::move(row));
  return true;
}

// Growing step by step would touch twice the memory, and fresh pages are a third of the time it takes to load.
template <class Row> void makeRoom(std::vector<Row>& rows, std::size_t more) {
  if (rows.capacity() - rows.size() < more) rows.reserve(rows.size() + more);
}

template <class T, std::string T::*member> void readText(CatalogueReading& reading, const JsonNode& node, T& target) {
  target.*member = reading.text(node).value_or("");
}
template <class T, bool T::*member> void readFlag(CatalogueReading& reading, const JsonNode& node, T& target) {
  target.*member = reading.boolean(node).value_or(false);
}
template <class T, std::string T::*member> void readDate(CatalogueReading& reading, const JsonNode& node, T& target) {
  target.*member = date(reading, node).value_or("");
}
template <class T, std::string T::*member> void readSource(CatalogueReading& reading, const JsonNode& node, T& target) {
  target.*member = sourceLabel(reading, node).value_or("");
}

// The sections that hold prices; catalogue_json.cpp reads sources and types before.
void readDiscounts(CatalogueReading& reading, const JsonNode& section);
void readRates(CatalogueReading& reading, const JsonNode& section);
void readOnDemand(CatalogueReading& reading, const JsonNode& section);
void readCommitments(CatalogueReading& reading, const JsonNode& section);
void readSpot(CatalogueReading& reading, const JsonNode& section);

} // namespace pricing
