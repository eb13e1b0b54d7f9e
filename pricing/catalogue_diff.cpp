#include "pricing/catalogue_diff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <tuple>

#include "pricing/catalogue_tables.hpp"
#include "pricing/problem.hpp"

namespace pricing {

namespace {

struct Listed {
  std::string_view unit;
  std::vector<Tier> tiers;
};
using Rates = std::map<std::string, Listed>; // by name

Tier flat(double amount) { return {0, UnitPrice::dollarsPerUnit(amount)}; }

Rates ratesOf(const CatalogueTables& tables, const std::string& region) {
  Rates rates;
  for (const auto& [name, table] : tables.rates)
    if (const auto rate = table.byRegion.find(region); rate != table.byRegion.end())
      rates.emplace(name, Listed{table.unit, rate->second.tiers});
  const auto here = tables.regions.find(region);
  if (here == tables.regions.end()) return rates;
  for (std::size_t i = 0; i < kPurchases; ++i)
    for (const auto& rate : here->second.hours[i])
      rates.emplace(fmt::format("ec2.{}.{}", name(static_cast<Purchase>(i)), tables.types[rate.type].name),
                    Listed{"hour", {flat(rate.usd)}});
  for (const auto& rate : here->second.spot)
    rates.emplace(fmt::format("ec2.spot.{}", tables.types[rate.type].name),
                  Listed{"percent saved", {flat(std::round(rate.spot.savingFraction * 1e8) / 1e6)}});
  return rates;
}

double percentOf(double before, double after) {
  if (before == after) return 0;
  return before == 0 ? std::copysign(std::numeric_limits<double>::infinity(), after) : (after / before - 1) * 100;
}

bool sameBounds(const std::vector<Tier>& a, const std::vector<Tier>& b) {
  return std::ranges::equal(a, b, {}, &Tier::from, &Tier::from);
}

double largestPercent(const std::vector<Tier>& before, const std::vector<Tier>& after) {
  double largest = 0;
  const std::size_t compared = sameBounds(before, after) ? before.size() : 1;
  for (std::size_t i = 0; i < compared; ++i) {
    const double percent = percentOf(before[i].price.inDollarsPerUnit(), after[i].price.inDollarsPerUnit());
    if (std::abs(percent) > std::abs(largest)) largest = percent;
  }
  return largest;
}

bool equal(const std::vector<Tier>& a, const std::vector<Tier>& b) {
  return sameBounds(a, b) && std::ranges::equal(
                                 a, b, {}, [](const Tier& t) { return t.price.inDollarsPerUnit(); },
                                 [](const Tier& t) { return t.price.inDollarsPerUnit(); });
}

void addRegion(CatalogueDiff& diff, const std::string& region, const Rates& before, const Rates& after) {
  for (const auto& [name, old] : before) {
    const auto now = after.find(name);
    if (now == after.end())
      diff.rates.push_back({ChangeKind::Removed, region, name, std::string(old.unit), old.tiers, {}, 0});
    else if (!equal(old.tiers, now->second.tiers))
      diff.rates.push_back({ChangeKind::Changed, region, name, std::string(old.unit), old.tiers, now->second.tiers,
                            largestPercent(old.tiers, now->second.tiers)});
  }
  for (const auto& [name, now] : after)
    if (!before.contains(name))
      diff.rates.push_back({ChangeKind::Added, region, name, std::string(now.unit), {}, now.tiers, 0});
}

void addRules(CatalogueDiff& diff, const PriceCatalogue& before, const PriceCatalogue& after) {
  const auto keyed = [](const PriceCatalogue& of) {
    std::map<std::pair<std::string, std::string>, Rule> rules;
    for (const auto& rule : of.rules()) rules.emplace(std::pair(rule.name, rule.effective), rule);
    return rules;
  };
  const auto old = keyed(before), now = keyed(after);
  for (const auto& [key, rule] : old) {
    const auto same = now.find(key);
    if (same == now.end())
      diff.rules.push_back({ChangeKind::Removed, key.first, key.second, rule.unit, rule.value, 0});
    else if (same->second.value != rule.value)
      diff.rules.push_back({ChangeKind::Changed, key.first, key.second, rule.unit, rule.value, same->second.value});
  }
  for (const auto& [key, rule] : now)
    if (!old.contains(key)) diff.rules.push_back({ChangeKind::Added, key.first, key.second, rule.unit, 0, rule.value});
  std::ranges::stable_sort(diff.rules, {}, &RuleChange::name);
}

std::set<std::string> regionsOf(const PriceCatalogue& before, const PriceCatalogue& after, std::string_view region) {
  std::set<std::string> regions(before.regions().begin(), before.regions().end());
  regions.insert(after.regions().begin(), after.regions().end());
  if (region.empty()) {
    regions.insert(std::string(kGlobal)); // rates that hold everywhere
    return regions;
  }
  if (!regions.contains(std::string(region))) {
    const std::vector<std::string> known(regions.begin(), regions.end());
    throw InputError({"--region", quoted(region), "a region of one of the price catalogues",
                      nearestName(region, std::span<const std::string>(known))});
  }
  return {std::string(region), std::string(kGlobal)};
}

} // namespace

std::string_view name(ChangeKind kind) {
  constexpr std::array<std::string_view, 3> kNames{"changed", "added", "removed"};
  return kNames[static_cast<std::size_t>(kind)];
}

CatalogueDiff diffCatalogues(const PriceCatalogue& before, const PriceCatalogue& after, std::string_view region) {
  CatalogueDiff diff{before.id(), before.asOf(), after.id(), after.asOf(), {}, {}, {}};
  for (const auto& each : regionsOf(before, after, region))
    addRegion(diff, each, ratesOf(before.tables(), each), ratesOf(after.tables(), each));
  std::ranges::stable_sort(diff.rates, [](const RateChange& a, const RateChange& b) {
    return std::tuple(a.kind, -std::abs(a.percent)) < std::tuple(b.kind, -std::abs(b.percent));
  });
  addRules(diff, before, after);
  return diff;
}

namespace {

std::string amountOf(const RateChange& change, const std::vector<Tier>& tiers) {
  if (tiers.empty()) return "-";
  const auto& first = tiers.front();
  if (change.unit == "percent saved") return fmt::format("{} %", first.price.inDollarsPerUnit());
  return display(first.price) + (tiers.size() > 1 ? fmt::format(" (first of {} tiers)", tiers.size()) : "");
}

std::string lineOf(const RateChange& change) {
  auto line = fmt::format("  {:<16} {:<44} ", change.region, change.name);
  switch (change.kind) {
  case ChangeKind::Added: return line + amountOf(change, change.after) + "\n";
  case ChangeKind::Removed: return line + amountOf(change, change.before) + "\n";
  case ChangeKind::Changed: break;
  }
  return line + fmt::format("{:>+8.2f} %  {} -> {}\n", change.percent, amountOf(change, change.before),
                            amountOf(change, change.after));
}

std::string ratesText(const CatalogueDiff& diff, ChangeKind kind) {
  constexpr std::size_t kShown = 25;
  std::size_t count = 0;
  std::string lines;
  for (const auto& change : diff.rates)
    if (change.kind == kind && ++count <= kShown) lines += lineOf(change);
  if (count > kShown) lines += fmt::format("  and {} more (--format csv lists all)\n", count - kShown);
  return fmt::format("Rates {}: {}\n{}", name(kind), count, lines);
}

std::string monthly(const std::optional<double>& usd) { return usd ? display(Money::dollars(*usd)) : std::string("-"); }

std::string verdictText(const VerdictChange& change) {
  auto out = fmt::format("\nScenario {}: {}\n", change.scenario,
                         change.before == change.after
                             ? fmt::format("the verdict stays {}", change.before)
                             : fmt::format("the verdict turns from {} to {}", change.before, change.after));
  for (const auto& each : change.platforms) {
    out += fmt::format("  {:<8} {} a month -> {} a month", each.name, monthly(each.before), monthly(each.after));
    if (each.before && each.after) out += fmt::format(" ({:+.2f} %)", percentOf(*each.before, *each.after));
    out += '\n';
  }
  return out + fmt::format("  before: {}\n  after:  {}\n", change.headlineBefore, change.headlineAfter);
}

} // namespace

std::string diffText(const CatalogueDiff& diff) {
  auto out =
      fmt::format("From {} as of {} to {} as of {}\n", diff.beforeId, diff.beforeAsOf, diff.afterId, diff.afterAsOf);
  for (const auto kind : {ChangeKind::Changed, ChangeKind::Added, ChangeKind::Removed}) out += ratesText(diff, kind);
  out += fmt::format("Rules that differ: {}\n", diff.rules.size());
  for (const auto& rule : diff.rules)
    out += fmt::format("  {} {}{}: {} -> {} {}\n", name(rule.kind), rule.name,
                       rule.effective.empty() ? "" : " from " + rule.effective, rule.before, rule.after, rule.unit);
  return diff.verdict ? out + verdictText(*diff.verdict) : out;
}

std::string diffCsv(const CatalogueDiff& diff) {
  std::string out = "change,region,name,unit,from,before_usd,after_usd,percent\n";
  const auto cell = [](const std::vector<Tier>& tiers, std::size_t i) {
    return i < tiers.size() ? fmt::format("{}", tiers[i].price.inDollarsPerUnit()) : std::string();
  };
  for (const auto& change : diff.rates)
    for (std::size_t i = 0; i < std::max(change.before.size(), change.after.size()); ++i) {
      const auto& bounds = i < change.after.size() ? change.after : change.before;
      out += fmt::format("{},{},{},\"{}\",{},{},{},{}\n", name(change.kind), change.region, change.name, change.unit,
                         bounds[i].from, cell(change.before, i), cell(change.after, i),
                         change.kind == ChangeKind::Changed ? fmt::format("{:.4f}", change.percent) : std::string());
    }
  return out;
}

} // namespace pricing
