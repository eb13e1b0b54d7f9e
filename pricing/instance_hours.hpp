#pragma once
// What an hour of an instance costs under each purchase option: as listed, or derived and marked as such. Private to
// catalogue.cpp. Pinned by tests/pricing/catalogue_test.cpp.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/catalogue_tables.hpp"

namespace pricing {

template <class Row> const Row* rowOf(const std::vector<Row>& rows, std::uint32_t type) {
  const auto row = std::ranges::lower_bound(rows, type, {}, &Row::type);
  return row != rows.end() && row->type == type ? &*row : nullptr;
}

// The tables of one region beside the whole.
struct Shop {
  const CatalogueTables& all;
  const RegionTables& here;
  std::string_view region;
};

struct Quote {
  double usd = 0.0;
  std::string source, asOf;
  bool estimated = false;
};

// Nothing when the type is not sold so in the region. `type` indexes CatalogueTables::types.
std::optional<Quote> quoteHour(const Shop& shop, std::uint32_t type, Purchase purchase);

} // namespace pricing
