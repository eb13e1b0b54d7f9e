#pragma once
// What changed from one catalogue to another: rates as they are listed, with tiers, and rules. Derived rates (proxies,
// discounts of a family) follow from these and are left out; spot is compared as its saving.
// Pinned by tests/pricing/catalogue_diff_test.cpp.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalogue.hpp"

namespace pricing {

enum class ChangeKind { Changed, Added, Removed };
std::string_view name(ChangeKind kind); // "changed", "added", "removed"

struct RateChange {
  ChangeKind kind = ChangeKind::Changed;
  std::string region, name, unit; // as Tariff; of spot: "ec2.spot.TYPE" in "percent saved"
  std::vector<Tier> before, after;
  double percent = 0; // of the tier that moved most, where both have the same tiers; else of the first
};

struct RuleChange {
  ChangeKind kind = ChangeKind::Changed;
  std::string name, effective, unit;
  double before = 0, after = 0;
};

// What a scenario makes of both: filled by whoever can evaluate one.
struct VerdictChange {
  struct Platform {
    std::string name;                    // "lambda", "ec2"
    std::optional<double> before, after; // USD a month; nothing: not part of the scenario
  };
  std::string scenario, before, after; // verdicts as in result JSON
  std::string headlineBefore, headlineAfter;
  std::vector<Platform> platforms;
};

struct CatalogueDiff {
  std::string beforeId, beforeAsOf, afterId, afterAsOf;
  std::vector<RateChange> rates; // largest change first, then added, then removed
  std::vector<RuleChange> rules; // by name
  std::optional<VerdictChange> verdict;
};

// Of one region, or of all when it is empty. InputError when neither knows the region.
CatalogueDiff diffCatalogues(const PriceCatalogue& before, const PriceCatalogue& after, std::string_view region = {});

std::string diffText(const CatalogueDiff& diff); // the first changes of each kind, and how many there are
std::string diffJson(const CatalogueDiff& diff); // all
std::string diffCsv(const CatalogueDiff& diff);  // all rates: change,region,name,unit,from,before_usd,after_usd,percent

} // namespace pricing
