#include "pricing/catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pricing/catalogue_json.hpp"
#include "pricing/catalogue_tables.hpp"
#include "pricing/instance_hours.hpp"
#include "pricing/private_prices.hpp"
#include "pricing/problem.hpp"

namespace pricing {

namespace {

constexpr std::array<std::string_view, kPurchases> kPurchaseNames{"on_demand",
                                                                  "spot",
                                                                  "standard_1y",
                                                                  "standard_3y",
                                                                  "convertible_1y",
                                                                  "convertible_3y",
                                                                  "standard_1y_all_upfront",
                                                                  "compute_sp_1y",
                                                                  "compute_sp_3y",
                                                                  "ec2_sp_1y",
                                                                  "ec2_sp_3y"};

constexpr std::string_view kEc2 = "ec2.";
constexpr std::string_view kSurplusCredit = "surplus_credit";
constexpr std::string_view kReferenceRegion = "us-east-1";
constexpr std::string_view kRateNoun = "the name of a rate as `breakeven prices list` shows them";

// What Lambda compute is made of: a region without such a price is a region without Lambda.
constexpr std::array<std::string_view, 4> kNeverFromElsewhere{"lambda.requests.", "lambda.duration",
                                                              "lambda.provisioned_", "lambda.ephemeral_storage."};

// Rates that bills are made of although the catalogue holds no price of them: the user sets one.
struct UnpricedRate {
  std::string_view name, unit;
};
constexpr std::array<UnpricedRate, 12> kUnpriced{{{"fargate.memory.arm64", "GB-hour"},
                                                  {"fargate.memory.x86_64", "GB-hour"},
                                                  {"fargate.vcpu.arm64", "vCPU-hour"},
                                                  {"fargate.vcpu.x86_64", "vCPU-hour"},
                                                  {"fargate.memory_compute_sp_1y.arm64", "GB-hour"},
                                                  {"fargate.memory_compute_sp_1y.x86_64", "GB-hour"},
                                                  {"fargate.memory_compute_sp_3y.arm64", "GB-hour"},
                                                  {"fargate.memory_compute_sp_3y.x86_64", "GB-hour"},
                                                  {"fargate.vcpu_compute_sp_1y.arm64", "vCPU-hour"},
                                                  {"fargate.vcpu_compute_sp_1y.x86_64", "vCPU-hour"},
                                                  {"fargate.vcpu_compute_sp_3y.arm64", "vCPU-hour"},
                                                  {"fargate.vcpu_compute_sp_3y.x86_64", "vCPU-hour"}}};

const UnpricedRate* unpriced(std::string_view name) {
  const auto rate = std::ranges::find(kUnpriced, name, &UnpricedRate::name);
  return rate == kUnpriced.end() ? nullptr : &*rate;
}

bool mayFallBack(std::string_view name) {
  return std::ranges::none_of(kNeverFromElsewhere, [&](auto prefix) { return name.starts_with(prefix); });
}

std::size_t index(Purchase purchase) { return static_cast<std::size_t>(purchase); }

// --- names of EC2 rates

struct Ec2Name {
  std::string_view purchase, type; // "on_demand" or "surplus_credit", "c7g.large"
};

std::optional<Ec2Name> splitEc2Name(std::string_view name) {
  if (!name.starts_with(kEc2)) return std::nullopt;
  name.remove_prefix(kEc2.size());
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  return Ec2Name{name.substr(0, dot), name.substr(dot + 1)};
}

std::string hourName(Purchase purchase, std::string_view type) {
  return fmt::format("{}{}.{}", kEc2, kPurchaseNames[index(purchase)], type);
}

} // namespace

// --- the catalogue

namespace {

struct OwnRate {
  std::vector<Tier> tiers;
  std::string source;
};
struct OwnDiscount {
  std::string scope, name;
  double fraction = 0;
};

} // namespace

struct PriceCatalogue::Data {
  std::shared_ptr<const CatalogueTables> tables;
  ByName<OwnRate> ownRates;
  std::vector<OwnDiscount> discounts;

  const RegionTables* region(std::string_view name) const {
    const auto entry = tables->regions.find(name);
    return entry == tables->regions.end() ? nullptr : &entry->second;
  }
  std::optional<std::uint32_t> type(std::string_view name) const {
    const auto& types = tables->types;
    const auto place = std::ranges::lower_bound(types, name, {}, &InstanceType::name);
    if (place == types.end() || place->name != name) return std::nullopt;
    return static_cast<std::uint32_t>(place - types.begin());
  }

  std::optional<Tariff> hour(std::string_view regionName, const RegionTables& here, std::uint32_t type,
                             Purchase purchase) const;
  std::optional<Tariff> surplusCredit(const RegionTables& here, std::uint32_t type) const;
  std::optional<Tariff> ec2(std::string_view regionName, const RegionTables& here, const Ec2Name& name) const;
  std::optional<Tariff> service(std::string_view regionName, std::string_view name) const;
  std::optional<Tariff> find(std::string_view regionName, std::string_view name) const;
  std::string unitOf(std::string_view name) const;
  Tariff replaced(std::string_view regionName, std::string_view name, const OwnRate& own) const;
  std::optional<Tariff> discounted(std::optional<Tariff> tariff) const;
  bool isKnown(std::string_view name) const;
  std::optional<std::string> nearestRate(std::string_view name) const;
};

std::optional<Tariff> PriceCatalogue::Data::hour(std::string_view regionName, const RegionTables& here,
                                                 std::uint32_t type, Purchase purchase) const {
  const auto quote = quoteHour({*tables, here, regionName}, type, purchase);
  if (!quote) return std::nullopt;
  return Tariff{hourName(purchase, tables->types[type].name),
                std::string(regionName),
                "hour",
                {{0, UnitPrice::dollarsPerUnit(quote->usd)}},
                quote->source,
                quote->asOf,
                quote->estimated};
}

// The surcharge is stated for every region; it exists where the type is sold.
std::optional<Tariff> PriceCatalogue::Data::surplusCredit(const RegionTables& here, std::uint32_t type) const {
  const auto& credits = tables->types[type].credits;
  if (!credits || !rowOf(here.hours[index(Purchase::OnDemand)], type)) return std::nullopt;
  return Tariff{fmt::format("{}{}.{}", kEc2, kSurplusCredit, tables->types[type].name),
                std::string(kGlobal),
                "vCPU-hour",
                {{0, credits->surplus}},
                credits->source,
                credits->asOf,
                false};
}

std::optional<Tariff> PriceCatalogue::Data::ec2(std::string_view regionName, const RegionTables& here,
                                                const Ec2Name& name) const {
  const auto typeIndex = type(name.type);
  if (!typeIndex) return std::nullopt;
  if (name.purchase == kSurplusCredit) return surplusCredit(here, *typeIndex);
  const auto purchase = purchaseNamed(name.purchase);
  return purchase ? hour(regionName, here, *typeIndex, *purchase) : std::nullopt;
}

std::optional<Tariff> PriceCatalogue::Data::service(std::string_view regionName, std::string_view name) const {
  const auto table = tables->rates.find(name);
  if (table == tables->rates.end()) return std::nullopt;
  const auto& byRegion = table->second.byRegion;
  auto rate = byRegion.find(regionName);
  if (rate == byRegion.end()) rate = byRegion.find(kGlobal);
  const bool elsewhere = rate == byRegion.end();
  if (elsewhere && mayFallBack(name)) rate = byRegion.find(kReferenceRegion);
  if (rate == byRegion.end()) return std::nullopt;
  const auto& origin = tables->origins[rate->second.origin];
  return Tariff{table->first,  rate->first, table->second.unit,           rate->second.tiers,
                origin.source, origin.asOf, origin.estimated || elsewhere};
}

std::optional<Tariff> PriceCatalogue::Data::find(std::string_view regionName, std::string_view name) const {
  const auto* here = region(regionName);
  if (!here) return std::nullopt;
  if (const auto own = ownRates.find(name); own != ownRates.end()) return replaced(regionName, name, own->second);
  const auto ec2Name = splitEc2Name(name);
  return discounted(ec2Name ? ec2(regionName, *here, *ec2Name) : service(regionName, name));
}

Tariff PriceCatalogue::Data::replaced(std::string_view regionName, std::string_view name, const OwnRate& own) const {
  return Tariff{std::string(name), std::string(regionName), unitOf(name), own.tiers, own.source, {}, false, true};
}

// The most specific discount that covers the rate; of equals the later one.
std::optional<Tariff> PriceCatalogue::Data::discounted(std::optional<Tariff> tariff) const {
  const OwnDiscount* best = nullptr;
  for (const auto& each : discounts)
    if (tariff && covers(each.scope, tariff->name) && (!best || specificity(each.scope) >= specificity(best->scope)))
      best = &each;
  if (!best || best->fraction == 0) return tariff;
  for (auto& tier : tariff->tiers)
    tier.price = UnitPrice::dollarsPerUnit(tier.price.inDollarsPerUnit() * (1 - best->fraction));
  tariff->source = fmt::format("{:g} % private discount{} on {}", best->fraction * 100,
                               best->name.empty() ? "" : fmt::format(" ({})", best->name), tariff->source);
  tariff->own = true;
  return tariff;
}

std::string PriceCatalogue::Data::unitOf(std::string_view name) const {
  if (const auto table = tables->rates.find(name); table != tables->rates.end()) return table->second.unit;
  if (const auto* rate = unpriced(name)) return std::string(rate->unit);
  const auto ec2Name = splitEc2Name(name);
  return ec2Name && ec2Name->purchase == kSurplusCredit ? "vCPU-hour" : "hour";
}

bool PriceCatalogue::Data::isKnown(std::string_view name) const {
  if (tables->rates.contains(name) || unpriced(name)) return true;
  const auto ec2Name = splitEc2Name(name);
  const auto typeIndex = ec2Name ? type(ec2Name->type) : std::nullopt;
  if (!typeIndex) return false;
  if (ec2Name->purchase == kSurplusCredit) return tables->types[*typeIndex].credits.has_value();
  return purchaseNamed(ec2Name->purchase).has_value();
}

// EC2 names are compared part by part: against 15,000 whole names, "ec2.on_demand." alone would make all of them near.
std::optional<std::string> PriceCatalogue::Data::nearestRate(std::string_view name) const {
  if (const auto ec2Name = splitEc2Name(name)) {
    std::vector<std::string_view> purchases(kPurchaseNames.begin(), kPurchaseNames.end());
    purchases.push_back(kSurplusCredit);
    const auto purchase = nearestName(ec2Name->purchase, std::span<const std::string_view>(purchases));
    std::vector<std::string_view> types;
    for (const auto& each : tables->types)
      if (purchase != kSurplusCredit || each.credits) types.emplace_back(each.name);
    const auto type = nearestName(ec2Name->type, std::span<const std::string_view>(types));
    if (type && purchase) return fmt::format("{}{}.{}", kEc2, *purchase, *type);
  }
  std::vector<std::string_view> names;
  for (const auto& [each, unused] : tables->rates) names.emplace_back(each);
  for (const auto& rate : kUnpriced) names.push_back(rate.name);
  return nearestName(name, std::span<const std::string_view>(names));
}

std::string_view name(Architecture architecture) { return architecture == Architecture::Arm64 ? "arm64" : "x86_64"; }

std::string_view name(Purchase purchase) { return kPurchaseNames[index(purchase)]; }

std::optional<Purchase> purchaseNamed(std::string_view name) {
  const auto place = std::ranges::find(kPurchaseNames, name);
  if (place == kPurchaseNames.end()) return std::nullopt;
  return static_cast<Purchase>(place - kPurchaseNames.begin());
}

std::span<const std::string_view> purchaseNames() { return kPurchaseNames; }

PriceCatalogue::PriceCatalogue(std::shared_ptr<const Data> data) : m_data(std::move(data)) {}

std::shared_ptr<const PriceCatalogue> PriceCatalogue::of(CatalogueTables tables) {
  auto data = std::make_shared<Data>();
  data->tables = std::make_shared<const CatalogueTables>(std::move(tables));
  return std::make_shared<const PriceCatalogue>(std::move(data));
}

std::shared_ptr<const PriceCatalogue> PriceCatalogue::embedded() {
  static const auto catalogue = of(readCatalogue(embeddedCatalogueText(), "the embedded catalogue", Padding::Present));
  return catalogue;
}

std::shared_ptr<const PriceCatalogue> PriceCatalogue::fromJson(std::string_view text, std::string_view origin) {
  return of(readCatalogue(text, origin));
}

const CatalogueTables& PriceCatalogue::tables() const { return *m_data->tables; }
const std::string& PriceCatalogue::id() const { return m_data->tables->id; }
const std::string& PriceCatalogue::asOf() const { return m_data->tables->asOf; }
std::span<const std::string> PriceCatalogue::regions() const { return m_data->tables->regionNames; }
bool PriceCatalogue::hasRegion(std::string_view region) const { return m_data->region(region) != nullptr; }
std::span<const InstanceType> PriceCatalogue::types() const { return m_data->tables->types; }
std::span<const Rule> PriceCatalogue::rules() const { return m_data->tables->rules; }
std::span<const PriceSource> PriceCatalogue::sources() const { return m_data->tables->sources; }

const InstanceType* PriceCatalogue::findType(std::string_view name) const {
  const auto type = m_data->type(name);
  return type ? &m_data->tables->types[*type] : nullptr;
}

std::optional<Tariff> PriceCatalogue::find(std::string_view region, std::string_view name) const {
  return m_data->find(region, name);
}

Tariff PriceCatalogue::require(std::string_view region, std::string_view name) const {
  if (auto tariff = m_data->find(region, name)) return std::move(*tariff);
  if (!hasRegion(region))
    throw InputError({"region", quoted(region), fmt::format("a region of the price catalogue {}", id()),
                      nearestName(region, regions())});
  const auto where = fmt::format("prices of {}", region);
  if (m_data->isKnown(name)) throw InputError({where, quoted(name), "a rate that is sold in this region"});
  throw InputError({where, quoted(name), std::string(kRateNoun), m_data->nearestRate(name)});
}

std::optional<Tariff> PriceCatalogue::instanceHour(std::string_view region, std::string_view type,
                                                   Purchase purchase) const {
  const auto* here = m_data->region(region);
  const auto typeIndex = m_data->type(type);
  if (!here || !typeIndex) return std::nullopt;
  if (!m_data->ownRates.empty()) return m_data->find(region, hourName(purchase, type));
  return m_data->discounted(m_data->hour(region, *here, *typeIndex, purchase));
}

std::optional<Spot> PriceCatalogue::spot(std::string_view region, std::string_view type) const {
  const auto* here = m_data->region(region);
  const auto typeIndex = m_data->type(type);
  const auto* row = here && typeIndex ? rowOf(here->spot, *typeIndex) : nullptr;
  return row ? std::optional(row->spot) : std::nullopt;
}

std::vector<Tariff> PriceCatalogue::list(std::string_view region) const {
  std::vector<Tariff> tariffs;
  const auto add = [&](std::optional<Tariff> tariff) {
    if (tariff) tariffs.push_back(std::move(*tariff));
  };
  for (const auto& [name, unused] : m_data->tables->rates) add(find(region, name));
  for (const auto& type : types()) {
    for (std::size_t i = 0; i < kPurchases; ++i) add(instanceHour(region, type.name, static_cast<Purchase>(i)));
    if (type.credits) add(find(region, fmt::format("{}{}.{}", kEc2, kSurplusCredit, type.name)));
  }
  std::ranges::sort(tariffs, {}, &Tariff::name);
  return tariffs;
}

// ISO days compare as text, and a coarser one ("2023-11") comes before the days in it.
const Rule* PriceCatalogue::findRule(std::string_view name, std::string_view isoDay) const {
  const auto versions = std::ranges::equal_range(rules(), name, {}, &Rule::name);
  const Rule* inForce = nullptr;
  for (const auto& version : versions)
    if (isoDay.empty() || version.effective <= isoDay) inForce = &version;
  return inForce;
}

std::optional<double> PriceCatalogue::rule(std::string_view name, std::string_view isoDay) const {
  const auto* inForce = findRule(name, isoDay);
  return inForce ? std::optional(inForce->value) : std::nullopt;
}

double PriceCatalogue::freeLambdaRequests() const { return rule("lambda.free_requests").value_or(0); }
double PriceCatalogue::freeLambdaGbSeconds() const { return rule("lambda.free_duration").value_or(0); }

bool PriceCatalogue::knowsRate(std::string_view name) const { return m_data->isKnown(name); }
bool PriceCatalogue::isPriced(std::string_view name) const { return !unpriced(name); }
std::optional<std::string> PriceCatalogue::nearestRate(std::string_view name) const {
  return m_data->nearestRate(name);
}

bool PriceCatalogue::knowsDiscountScope(std::string_view scope) const {
  const auto services = discountedServices();
  if (std::ranges::find(services, scope) != services.end() || knowsRate(scope)) return true;
  const auto dotted = fmt::format("{}.", scope);
  if (const auto ec2Name = splitEc2Name(dotted)) { // a purchase option, or a family behind one
    const bool option = ec2Name->purchase == kSurplusCredit || purchaseNamed(ec2Name->purchase);
    const auto isFamily = [&](const InstanceType& type) { return fmt::format("{}.", type.family) == ec2Name->type; };
    return option && (ec2Name->type.empty() || std::ranges::any_of(types(), isFamily));
  }
  const auto begins = [&](std::string_view name) { return covers(scope, name); };
  return std::ranges::any_of(m_data->tables->rates, [&](const auto& rate) { return begins(rate.first); }) ||
         std::ranges::any_of(kUnpriced, [&](const auto& rate) { return begins(rate.name); });
}

namespace {

void checkTiers(const PrivateRate& rate, ProblemList& problems) {
  const auto where = fmt::format("prices: {}", rate.name);
  if (rate.tiers.empty() || rate.tiers.front().from != 0)
    problems.add({where, "no tier from 0", "tiers that start at 0"});
  for (std::size_t i = 0; i < rate.tiers.size(); ++i) {
    const double usd = rate.tiers[i].price.inDollarsPerUnit();
    if (!std::isfinite(usd) || usd < 0) problems.add({where, fmt::format("{}", usd), "a price in USD, 0 or more"});
    if (i > 0 && !(rate.tiers[i].from > rate.tiers[i - 1].from))
      problems.add({where, fmt::format("a tier from {}", rate.tiers[i].from),
                    fmt::format("more than {}", rate.tiers[i - 1].from)});
  }
}

} // namespace

std::shared_ptr<const PriceCatalogue> PriceCatalogue::with(const PrivatePrices& prices) const {
  auto data = std::make_shared<Data>(*m_data);
  ProblemList problems;
  for (const auto& each : prices.rates) {
    if (!knowsRate(each.name))
      problems.add({"prices", quoted(each.name), std::string(kRateNoun), m_data->nearestRate(each.name)});
    checkTiers(each, problems);
    data->ownRates.insert_or_assign(
        each.name,
        OwnRate{each.tiers, prices.name.empty() ? "override" : fmt::format("private price ({})", prices.name)});
  }
  for (const auto& each : prices.discounts) {
    if (!knowsDiscountScope(each.scope)) problems.add({"discounts", quoted(each.scope), "a service or a rate"});
    if (!(each.fraction >= 0 && each.fraction <= 1))
      problems.add({fmt::format("discounts: {}", each.scope), fmt::format("{}", each.fraction), "a fraction, 0 to 1"});
    data->discounts.push_back({each.scope, prices.name, each.fraction});
  }
  problems.throwIfAny();
  return std::make_shared<const PriceCatalogue>(std::move(data));
}

std::shared_ptr<const PriceCatalogue> PriceCatalogue::with(std::span<const Override> overrides) const {
  PrivatePrices prices;
  for (const auto& each : overrides) prices.rates.push_back({each.name, {{0, UnitPrice::dollarsPerUnit(each.usd)}}});
  return with(prices);
}

std::shared_ptr<const PriceCatalogue> PriceCatalogue::withoutDiscounts() const {
  auto data = std::make_shared<Data>(*m_data);
  data->discounts.clear();
  return std::make_shared<const PriceCatalogue>(std::move(data));
}

} // namespace pricing
