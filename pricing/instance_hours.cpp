#include "pricing/instance_hours.hpp"

#include <cctype>
#include <cmath>
#include <fmt/format.h>

namespace pricing {

namespace {

std::size_t index(Purchase purchase) { return static_cast<std::size_t>(purchase); }

const Origin& discountOrigin(const Shop& shop) { return shop.all.origins[shop.all.discounts.origin]; }

std::optional<Quote> listed(const Shop& shop, std::uint32_t type, Purchase purchase) {
  const auto* row = rowOf(shop.here.hours[index(purchase)], type);
  if (!row) return std::nullopt;
  const auto& origin = shop.all.origins[row->origin];
  return Quote{row->usd, origin.source, origin.asOf, origin.estimated};
}

std::optional<double> percentOff(const Shop& shop, const FamilyDiscount& family, Purchase purchase) {
  const auto& elsewhere = family.elsewhere[index(purchase)];
  return shop.region != shop.all.discounts.region && elsewhere ? elsewhere : family.home[index(purchase)];
}

struct FamilyName {
  std::string_view kind; // "m"
  int generation = 0;    // 8
  std::string_view rest; // "i-flex"
};

FamilyName splitFamily(std::string_view family) {
  const auto isDigit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto digit = static_cast<std::size_t>(std::ranges::find_if(family, isDigit) - family.begin());
  if (digit == family.size()) return {family, 0, {}};
  return {family.substr(0, digit), family[digit] - '0', family.substr(digit + 1)};
}

struct Discount {
  double percent = 0.0;
  std::string basis; // "family m7i"
};

// The family's own median, else that of its predecessor (same letters, latest earlier generation).
std::optional<Discount> relatedDiscount(const Shop& shop, std::string_view family, Purchase purchase) {
  const auto wanted = splitFamily(family);
  std::optional<Discount> best;
  int bestGeneration = -1;
  for (const auto& [name, discounts] : shop.all.discounts.families) {
    const auto each = splitFamily(name);
    if (each.kind != wanted.kind || each.rest != wanted.rest || each.generation > wanted.generation) continue;
    const auto percent = percentOff(shop, discounts, purchase);
    if (!percent || each.generation <= bestGeneration) continue;
    best = Discount{*percent, "family " + name};
    bestGeneration = each.generation;
  }
  return best;
}

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Median over the families of one kind ("m"), or over all.
std::optional<Discount> medianDiscount(const Shop& shop, std::string_view kind, Purchase purchase) {
  std::vector<double> percents;
  for (const auto& [name, discounts] : shop.all.discounts.families)
    if (kind.empty() || splitFamily(name).kind == kind)
      if (const auto percent = percentOff(shop, discounts, purchase)) percents.push_back(*percent);
  const auto percent = median(std::move(percents));
  if (!percent) return std::nullopt;
  return Discount{*percent, kind.empty() ? "all families" : fmt::format("families {}", kind)};
}

std::optional<Discount> discountOf(const Shop& shop, std::string_view family, Purchase purchase) {
  if (auto discount = relatedDiscount(shop, family, purchase)) return discount;
  if (auto discount = medianDiscount(shop, splitFamily(family).kind, purchase)) return discount;
  return medianDiscount(shop, {}, purchase);
}

// The region sells the type reserved, so an option that is not listed is not sold.
bool isSoldReserved(const Shop& shop, std::uint32_t type) {
  return std::ranges::any_of(
      std::array{Purchase::Standard1y, Purchase::Standard3y, Purchase::Convertible1y, Purchase::Convertible3y},
      [&](Purchase purchase) { return rowOf(shop.here.hours[index(purchase)], type) != nullptr; });
}

// Reserved, a year, all upfront: known in one region only. Elsewhere the discounts of the family give the step from
// no upfront to all upfront.
std::optional<Quote> allUpfront(const Shop& shop, std::uint32_t type);

std::optional<Quote> reserved(const Shop& shop, std::uint32_t type, Purchase purchase) {
  if (auto quote = listed(shop, type, purchase)) return quote;
  if (purchase == Purchase::Standard1yAllUpfront) return allUpfront(shop, type);
  const auto onDemand = listed(shop, type, Purchase::OnDemand);
  if (!onDemand || isSoldReserved(shop, type)) return std::nullopt;
  const auto discount = discountOf(shop, shop.all.types[type].family, purchase);
  if (!discount) return std::nullopt;
  return Quote{onDemand->usd * (1 - discount->percent / 100),
               fmt::format("on demand less the median {} discount of {}, {} %; {}", name(purchase), discount->basis,
                           discount->percent, discountOrigin(shop).source),
               discountOrigin(shop).asOf, true};
}

std::optional<Quote> allUpfront(const Shop& shop, std::uint32_t type) {
  const auto noUpfront = reserved(shop, type, Purchase::Standard1y);
  const auto& family = shop.all.types[type].family;
  // Both from the home region of the medians, where both are known.
  const Shop home{shop.all, shop.here, shop.all.discounts.region};
  const auto all = discountOf(home, family, Purchase::Standard1yAllUpfront);
  const auto none = discountOf(home, family, Purchase::Standard1y);
  if (!noUpfront || !all || !none) return std::nullopt;
  const double ratio = (1 - all->percent / 100) / (1 - none->percent / 100);
  return Quote{noUpfront->usd * ratio,
               fmt::format("standard_1y times {:.3f}, the step to all upfront of {}; {}", ratio, all->basis,
                           discountOrigin(shop).source),
               discountOrigin(shop).asOf, true};
}

std::optional<Quote> spotQuote(const Shop& shop, std::uint32_t type) {
  const auto* spot = rowOf(shop.here.spot, type);
  const auto onDemand = listed(shop, type, Purchase::OnDemand);
  if (!spot || !onDemand) return std::nullopt;
  const auto& origin = shop.all.origins[spot->origin];
  return Quote{onDemand->usd * (1 - spot->spot.savingFraction),
               fmt::format("on demand less the median saving of {} %; {}",
                           std::round(spot->spot.savingFraction * 1000) / 10, origin.source),
               origin.asOf, true};
}

// A Savings Plan rate, or the reserved rate that comes closest (source of the rule: the header of instanceHour).
std::optional<Quote> savingsPlan(const Shop& shop, std::uint32_t type, Purchase purchase, Purchase proxy) {
  if (auto quote = listed(shop, type, purchase)) return quote;
  auto quote = reserved(shop, type, proxy);
  if (!quote) return std::nullopt;
  quote->source = fmt::format("{} as a proxy: {}", name(proxy), quote->source);
  quote->estimated = true;
  return quote;
}

} // namespace

std::optional<Quote> quoteHour(const Shop& shop, std::uint32_t type, Purchase purchase) {
  switch (purchase) {
  case Purchase::OnDemand: return listed(shop, type, purchase);
  case Purchase::Spot: return spotQuote(shop, type);
  case Purchase::ComputeSp1y: return savingsPlan(shop, type, purchase, Purchase::Convertible1y);
  case Purchase::ComputeSp3y: return savingsPlan(shop, type, purchase, Purchase::Convertible3y);
  case Purchase::Ec2Sp1y: return savingsPlan(shop, type, purchase, Purchase::Standard1y);
  case Purchase::Ec2Sp3y: return savingsPlan(shop, type, purchase, Purchase::Standard3y);
  default: return reserved(shop, type, purchase);
  }
}

} // namespace pricing
