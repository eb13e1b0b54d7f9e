#include "pricing/import/catalogue_merge.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace pricing::importing {

namespace {

// Codes are unique: two offers may carry the same version.
std::string addSource(CatalogueTables& tables, PriceSource source) {
  const auto label = [&] { return fmt::format("{} ({})", source.title, source.code); };
  const auto taken = [&] { return std::ranges::find(tables.sources, source.code, &PriceSource::code); };
  if (const auto known = taken(); known != tables.sources.end()) {
    if (known->title == source.title) return label();
    source.code += ' ' + source.title.substr(source.title.rfind(' ') + 1);
    if (taken() != tables.sources.end()) return label();
  }
  tables.sources.push_back(source);
  return label();
}

std::uint32_t addOrigin(CatalogueTables& tables, Origin origin) {
  const auto known = std::ranges::find(tables.origins, origin);
  if (known != tables.origins.end()) return static_cast<std::uint32_t>(known - tables.origins.begin());
  tables.origins.push_back(std::move(origin));
  return static_cast<std::uint32_t>(tables.origins.size() - 1);
}

std::uint32_t indexOf(const std::vector<InstanceType>& types, std::string_view name) {
  return static_cast<std::uint32_t>(std::ranges::lower_bound(types, name, {}, &InstanceType::name) - types.begin());
}

// Rows name types by their place: new types move the places of those behind them.
void addTypes(CatalogueTables& tables, std::vector<InstanceType> added) {
  std::vector<std::string> names;
  for (const auto& type : tables.types) names.push_back(type.name);
  std::ranges::move(added, std::back_inserter(tables.types));
  std::ranges::sort(tables.types, {}, &InstanceType::name);
  std::vector<std::uint32_t> moved;
  for (const auto& name : names) moved.push_back(indexOf(tables.types, name));
  for (auto& [region, here] : tables.regions) {
    for (auto& rates : here.hours)
      for (auto& rate : rates) rate.type = moved[rate.type];
    for (auto& rate : here.spot) rate.type = moved[rate.type];
  }
}

// Both sorted by type; a fresh row replaces the one there.
template <class Row> void putAll(std::vector<Row>& rows, std::vector<Row> fresh) {
  std::ranges::stable_sort(fresh, {}, &Row::type);
  std::vector<Row> all;
  all.reserve(rows.size() + fresh.size());
  auto old = rows.begin();
  for (auto& row : fresh) {
    while (old != rows.end() && old->type < row.type) all.push_back(std::move(*old++));
    if (old != rows.end() && old->type == row.type) ++old;
    all.push_back(std::move(row));
  }
  std::move(old, rows.end(), std::back_inserter(all));
  rows = std::move(all);
}

void putHours(CatalogueTables& tables, const ImportedPrices& file, std::uint32_t origin) {
  std::map<std::pair<std::string_view, Purchase>, std::vector<HourRate>> fresh;
  for (const auto& hour : file.hours)
    fresh[{hour.region, hour.purchase}].push_back({indexOf(tables.types, hour.type), origin, hour.usd});
  for (auto& [key, rows] : fresh)
    putAll(tables.regions[std::string(key.first)].hours[static_cast<std::size_t>(key.second)], std::move(rows));
}

void putSpot(CatalogueTables& tables, const ImportedPrices& file, std::uint32_t origin) {
  std::map<std::string_view, std::vector<SpotRate>> fresh;
  for (const auto& each : file.spot)
    fresh[each.region].push_back({indexOf(tables.types, each.type), origin, each.spot});
  for (auto& [region, rows] : fresh) putAll(tables.regions[std::string(region)].spot, std::move(rows));
}

void putTypes(CatalogueTables& tables, const ImportedPrices& file) {
  auto types = file.newTypes;
  std::erase_if(types, [&](const InstanceType& type) {
    return std::ranges::binary_search(tables.types, type.name, {}, &InstanceType::name);
  });
  if (types.empty()) return;
  const auto label = addSource(tables, file.source);
  for (auto& type : types) {
    type.source = label;
    type.asOf = file.asOf;
  }
  addTypes(tables, std::move(types));
}

void put(CatalogueTables& tables, const ImportedPrices& file) {
  const auto label = addSource(tables, file.source);
  const auto origin = addOrigin(tables, {label, file.asOf, false});
  putHours(tables, file, origin);
  putSpot(tables, file, origin);
  for (const auto& rate : file.rates) {
    auto& table = tables.rates[rate.name];
    if (table.unit.empty()) table.unit = rate.unit;
    table.byRegion.insert_or_assign(rate.region, RegionalRate{origin, rate.tiers});
    tables.regions.try_emplace(rate.region);
  }
}

} // namespace

CatalogueTables merged(CatalogueTables base, std::span<const ImportedPrices> files) {
  for (const auto& file : files) putTypes(base, file); // rows of one file may name types of another
  for (const auto& file : files) put(base, file);
  base.regionNames.clear();
  for (const auto& [region, unused] : base.regions) base.regionNames.push_back(region);
  return base;
}

} // namespace pricing::importing
