#pragma once
// What a catalogue file holds, in memory: filled by catalogue_json.cpp, asked by catalogue.cpp, seen by nobody else.
#include <array>
#include <map>
#include <string>
#include <vector>

#include "pricing/catalogue.hpp"

namespace pricing {

template <class T> using ByName = std::map<std::string, T, std::less<>>;

inline constexpr std::size_t kPurchases = 11;
inline constexpr std::string_view kGlobal = "global"; // the region of prices that hold everywhere

// Where and when rows were read, shared by all rows of a block.
struct Origin {
  std::string source, asOf;
  bool estimated = false;
  friend bool operator==(const Origin&, const Origin&) = default;
};

// `type` and `origin` index CatalogueTables::types and ::origins.
struct HourRate {
  std::uint32_t type = 0, origin = 0;
  double usd = 0.0;
};
struct SpotRate {
  std::uint32_t type = 0, origin = 0;
  Spot spot;
};
struct RegionTables {
  std::array<std::vector<HourRate>, kPurchases> hours; // by Purchase; each sorted by type
  std::vector<SpotRate> spot;                          // sorted by type
};

struct RegionalRate {
  std::uint32_t origin = 0;
  std::vector<Tier> tiers;
};
struct RateTable {
  std::string unit;
  ByName<RegionalRate> byRegion;
};

// Median percent off on demand of one family: by Purchase, in the region the medians were taken in and elsewhere.
struct FamilyDiscount {
  std::array<std::optional<double>, kPurchases> home, elsewhere;
};
struct CommitmentDiscounts {
  std::string region;
  std::uint32_t origin = 0;
  ByName<FamilyDiscount> families;
};

struct CatalogueTables {
  std::string id, asOf;
  std::vector<PriceSource> sources;
  std::vector<Origin> origins;
  std::vector<Rule> rules;         // sorted by name
  std::vector<InstanceType> types; // sorted by name
  ByName<RegionTables> regions;    // without kGlobal
  std::vector<std::string> regionNames;
  ByName<RateTable> rates;
  CommitmentDiscounts discounts;
};

} // namespace pricing
