#include "pricing/catalogue_json.hpp"

#include <algorithm>
#include <unordered_map>

#include "pricing/json_cursor.hpp"
#include "pricing/json_reader.hpp"

namespace pricing {

namespace {

struct Reading : JsonReading {
  CatalogueTables tables;
  std::unordered_map<std::string_view, std::uint32_t> typeIndex; // views into the parsed text
};

template <class T> using Field = JsonField<Reading, T>;
template <class T> using Fields = std::span<const Field<T>>;

// --- single values: each notes what is wrong and returns nothing then

std::optional<UnitPrice> usd(Reading& reading, const JsonNode& node) {
  const auto price = reading.number(node, 0, 1e9, "a price in USD, 0 or more");
  if (!price) return std::nullopt;
  return UnitPrice::dollarsPerUnit(*price);
}

// "2026-11-23", as coarse as the source: "2026-04", "2024", "undated".
bool isDate(std::string_view text) {
  if (text == "undated") return true;
  constexpr std::string_view kPattern = "0000-00-00";
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  return std::ranges::equal(text, kPattern.substr(0, text.size()),
                            [](char c, char p) { return p == '-' ? c == '-' : c >= '0' && c <= '9'; });
}

std::optional<std::string_view> date(Reading& reading, const JsonNode& node) {
  if (node.value.is_string() && isDate(node.value)) return std::string_view(node.value);
  reading.refuse(node, "a day such as 2026-11-23, or \"undated\"");
  return std::nullopt;
}

// "S3+S4" -> "Infracost test outputs (S3); ... (S4)"
std::optional<std::string> sourceLabel(Reading& reading, const JsonNode& node) {
  auto codes = reading.text(node, "the code of a source");
  std::string label;
  while (codes) {
    const auto code = codes->substr(0, codes->find('+'));
    const auto& sources = reading.tables.sources;
    const auto source = std::ranges::find(sources, code, &PriceSource::code);
    if (source == sources.end()) {
      std::vector<std::string> known;
      for (const auto& each : sources) known.push_back(each.code);
      reading.note(node, quoted(code), "a code of \"sources\"", nearestName(code, std::span<const std::string>(known)));
      return std::nullopt;
    }
    label += fmt::format("{}{} ({})", label.empty() ? "" : "; ", source->title, source->code);
    if (code.size() == codes->size()) return label;
    codes->remove_prefix(code.size() + 1);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> typeNamed(Reading& reading, const JsonNode& row) {
  const auto entry = reading.typeIndex.find(row.key);
  if (entry != reading.typeIndex.end()) return entry->second;
  std::vector<std::string_view> names;
  for (const auto& type : reading.tables.types) names.emplace_back(type.name);
  reading.note(row, fmt::format("an unknown type {}", quoted(row.key)), "one of the keys of \"types\"",
               nearestName(row.key, std::span<const std::string_view>(names)));
  return std::nullopt;
}

// Rows come sorted from our own files; others are put in place. False when the type stands there already.
template <class Row> bool insertByType(std::vector<Row>& rows, Row row) {
  if (rows.empty() || rows.back().type < row.type) {
    rows.push_back(row);
    return true;
  }
  const auto place = std::ranges::lower_bound(rows, row.type, {}, &Row::type);
  if (place->type == row.type) return false;
  rows.insert(place, row);
  return true;
}

std::uint32_t originOf(Reading& reading, Origin origin) {
  auto& origins = reading.tables.origins;
  // Neighbouring rows share their origin; a handful are in use at a time.
  const auto known = std::find(origins.rbegin(), origins.rend(), origin);
  if (known != origins.rend()) return static_cast<std::uint32_t>(origins.rend() - known - 1);
  origins.push_back(std::move(origin));
  return static_cast<std::uint32_t>(origins.size() - 1);
}

template <class T, std::string T::*member> void readText(Reading& reading, const JsonNode& node, T& target) {
  target.*member = reading.text(node).value_or("");
}
template <class T, bool T::*member> void readFlag(Reading& reading, const JsonNode& node, T& target) {
  target.*member = reading.boolean(node).value_or(false);
}
template <class T, std::string T::*member> void readDate(Reading& reading, const JsonNode& node, T& target) {
  target.*member = date(reading, node).value_or("");
}
template <class T, std::string T::*member> void readSource(Reading& reading, const JsonNode& node, T& target) {
  target.*member = sourceLabel(reading, node).value_or("");
}
// --- sources and rules

void readSources(Reading& reading, const JsonNode& node) {
  static constexpr std::array fields{Field<PriceSource>{"title", readText<PriceSource, &PriceSource::title>, true},
                                     Field<PriceSource>{"date", readDate<PriceSource, &PriceSource::date>, true},
                                     Field<PriceSource>{"where", readText<PriceSource, &PriceSource::where>}};
  forEachMember(reading, node, [&](const JsonNode& row) {
    PriceSource source;
    source.code = row.key;
    auto& sources = reading.tables.sources;
    if (std::ranges::find(sources, row.key, &PriceSource::code) != sources.end()) return reading.noteTwice(row);
    readObject<Reading, PriceSource>(reading, row, source, fields, "a source");
    sources.push_back(std::move(source));
  });
}

void readRules(Reading& reading, const JsonNode& node) {
  static constexpr std::array fields{Field<Rule>{"name", readText<Rule, &Rule::name>, true},
                                     Field<Rule>{"value",
                                                 [](Reading& r, const JsonNode& n, Rule& rule) {
                                                   rule.value = r.number(n, 0, 1e18, "a number, 0 or more").value_or(0);
                                                 },
                                                 true},
                                     Field<Rule>{"unit", readText<Rule, &Rule::unit>, true},
                                     Field<Rule>{"effective", readDate<Rule, &Rule::effective>},
                                     Field<Rule>{"source", readSource<Rule, &Rule::source>, true},
                                     Field<Rule>{"as_of", readDate<Rule, &Rule::asOf>, true}};
  auto& rules = reading.tables.rules;
  forEachElement(reading, node, [&](const JsonNode& row) {
    Rule rule;
    readObject<Reading, Rule>(reading, row, rule, fields, "a rule");
    if (!rule.name.empty() && std::ranges::find(rules, rule.name, &Rule::name) != rules.end())
      reading.note(row, fmt::format("a second rule {}", pricing::quoted(rule.name)), "each rule once");
    rules.push_back(std::move(rule));
  });
  std::ranges::sort(rules, {}, &Rule::name);
}

// --- instance types

void readArchitecture(Reading& reading, const JsonNode& node, InstanceType& type) {
  static constexpr std::array<std::string_view, 2> names{"x86_64", "arm64"};
  const std::string_view found = node.value.is_string() ? std::string_view(node.value) : std::string_view();
  if (found == names[0] || found == names[1])
    type.architecture = found == names[0] ? Architecture::X86_64 : Architecture::Arm64;
  else
    reading.refuse(node, "one of x86_64, arm64", nearestName(found, std::span<const std::string_view>(names)));
}

constexpr std::string_view kGbps = "a bandwidth in Gbps, 0 or more";
template <std::optional<double> InstanceType::*member>
void readGbps(Reading& reading, const JsonNode& node, InstanceType& type) {
  type.*member = reading.number(node, 0, 1e6, kGbps);
}
template <int InstanceType::*member, int min>
void readWhole(Reading& reading, const JsonNode& node, InstanceType& type) {
  type.*member = reading.whole(node, min).value_or(min);
}
template <double CpuCredits::*member> void readCredit(Reading& reading, const JsonNode& node, CpuCredits& credits) {
  credits.*member = reading.number(node, 0, 1e9, "a number, 0 or more").value_or(0);
}

void readCredits(Reading& reading, const JsonNode& node, InstanceType& type) {
  static constexpr std::array fields{
      Field<CpuCredits>{"baseline_percent_per_vcpu", readCredit<&CpuCredits::baselinePercentPerVcpu>, true},
      Field<CpuCredits>{"earned_per_hour", readCredit<&CpuCredits::earnedPerHour>, true},
      Field<CpuCredits>{"max_accrued", readCredit<&CpuCredits::maxAccrued>, true},
      Field<CpuCredits>{
          "surplus_usd_per_vcpu_hour",
          [](Reading& r, const JsonNode& n, CpuCredits& c) { c.surplus = usd(r, n).value_or(UnitPrice()); }, true},
      Field<CpuCredits>{"unlimited_by_default", readFlag<CpuCredits, &CpuCredits::unlimitedByDefault>},
      Field<CpuCredits>{"launch_credits", readFlag<CpuCredits, &CpuCredits::launchCredits>},
      Field<CpuCredits>{"kept_days_after_stop", readCredit<&CpuCredits::keptDaysAfterStop>},
      Field<CpuCredits>{"source", readSource<CpuCredits, &CpuCredits::source>, true},
      Field<CpuCredits>{"as_of", readDate<CpuCredits, &CpuCredits::asOf>, true}};
  CpuCredits credits;
  readObject<Reading, CpuCredits>(reading, node, credits, fields, "credits");
  type.baselinePercentPerVcpu = credits.baselinePercentPerVcpu;
  type.credits = std::move(credits);
}

constexpr std::array kTypeFields{
    Field<InstanceType>{"vcpus", readWhole<&InstanceType::vcpus, 1>, true},
    Field<InstanceType>{
        "memory_mib",
        [](Reading& r, const JsonNode& n, InstanceType& t) { t.memory = Memory::mebibytes(r.whole(n, 1).value_or(1)); },
        true},
    Field<InstanceType>{"architecture", readArchitecture, true},
    Field<InstanceType>{"vendor", readText<InstanceType, &InstanceType::vendor>},
    Field<InstanceType>{"processor", readText<InstanceType, &InstanceType::processor>},
    Field<InstanceType>{"gpu", readText<InstanceType, &InstanceType::gpu>},
    Field<InstanceType>{"threads_per_core", readWhole<&InstanceType::threadsPerCore, 1>},
    Field<InstanceType>{"network_gbps", readGbps<&InstanceType::networkGbps>},
    Field<InstanceType>{"network_baseline_gbps", readGbps<&InstanceType::networkBaselineGbps>},
    Field<InstanceType>{"ebs_gbps", readGbps<&InstanceType::ebsGbps>},
    Field<InstanceType>{"ebs_baseline_gbps", readGbps<&InstanceType::ebsBaselineGbps>},
    Field<InstanceType>{"gpus", readWhole<&InstanceType::gpus, 0>},
    Field<InstanceType>{"accelerators", readWhole<&InstanceType::accelerators, 0>},
    Field<InstanceType>{"burstable", readFlag<InstanceType, &InstanceType::burstable>},
    Field<InstanceType>{"flex", readFlag<InstanceType, &InstanceType::flex>},
    Field<InstanceType>{"bare_metal", readFlag<InstanceType, &InstanceType::bareMetal>},
    Field<InstanceType>{"current_generation", readFlag<InstanceType, &InstanceType::currentGeneration>},
    Field<InstanceType>{"credits", readCredits},
    Field<InstanceType>{"source", readSource<InstanceType, &InstanceType::source>, true},
    Field<InstanceType>{"as_of", readDate<InstanceType, &InstanceType::asOf>, true}};

void indexTypes(Reading& reading, const std::unordered_map<std::string_view, std::uint32_t>& asRead) {
  auto& types = reading.tables.types;
  if (!std::ranges::is_sorted(types, {}, &InstanceType::name)) std::ranges::sort(types, {}, &InstanceType::name);
  for (const auto& [name, position] : asRead) {
    const auto place = std::ranges::lower_bound(types, name, {}, &InstanceType::name);
    reading.typeIndex[name] = static_cast<std::uint32_t>(place - types.begin());
  }
}

void readTypes(Reading& reading, const JsonNode& node) {
  std::unordered_map<std::string_view, std::uint32_t> asRead;
  forEachMember(reading, node, [&](const JsonNode& row) {
    const auto dot = row.key.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == row.key.size())
      return reading.note(row, quoted(row.key), "the name of an instance type such as c7g.large");
    if (!asRead.emplace(row.key, 0).second) return reading.noteTwice(row);
    InstanceType type;
    type.name = row.key;
    type.family = row.key.substr(0, dot);
    type.size = row.key.substr(dot + 1);
    readObject<Reading, InstanceType>(reading, row, type, kTypeFields, "a type");
    reading.tables.types.push_back(std::move(type));
  });
  indexTypes(reading, asRead);
}

// --- blocks: rows that share source and date

struct Block {
  std::optional<std::string_view> region, name, unit, source;
  Origin origin;
  std::vector<std::optional<Purchase>> purchases;
  std::optional<JsonNode> rows;
};

template <std::optional<std::string_view> Block::*member>
void readHeader(Reading& reading, const JsonNode& node, Block& block) {
  block.*member = reading.text(node);
}
void readBlockSource(Reading& reading, const JsonNode& node, Block& block) {
  block.origin.source = sourceLabel(reading, node).value_or("");
}
void readBlockDate(Reading& reading, const JsonNode& node, Block& block) {
  block.origin.asOf = date(reading, node).value_or("");
}
void readEstimated(Reading& reading, const JsonNode& node, Block& block) {
  block.origin.estimated = reading.boolean(node).value_or(false);
}
void keepRows(Reading&, const JsonNode& node, Block& block) { block.rows = node; }

constexpr Field<Block> kRegion{"region", readHeader<&Block::region>, true};
constexpr Field<Block> kSource{"source", readBlockSource, true};
constexpr Field<Block> kAsOf{"as_of", readBlockDate, true};
constexpr Field<Block> kEstimated{"estimated", readEstimated};

// The header, then `read` for every row when header and rows are there.
template <class F> void readBlock(Reading& reading, const JsonNode& node, Fields<Block> fields, F read) {
  Block block;
  readObject<Reading, Block>(reading, node, block, fields, "a block of prices");
  if (!block.rows) return;
  const auto origin = originOf(reading, block.origin);
  forEachMember(reading, *block.rows, [&](const JsonNode& row) { read(block, origin, row); });
}

RegionTables* regionOf(Reading& reading, const Block& block) {
  return block.region ? &reading.tables.regions[std::string(*block.region)] : nullptr;
}

void noteSecondPrice(Reading& reading, const Block& block, const JsonNode& row) {
  reading.note(row, fmt::format("a second price of {} in {}", row.key, *block.region), "each price once");
}

void insertHour(Reading& reading, const Block& block, const JsonNode& row, Purchase purchase, HourRate rate) {
  auto& hours = regionOf(reading, block)->hours[static_cast<std::size_t>(purchase)];
  if (!insertByType(hours, rate)) noteSecondPrice(reading, block, row);
}

void readOnDemand(Reading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion, kSource, kAsOf, kEstimated, Field<Block>{"usd_per_hour", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    const auto type = typeNamed(reading, row);
    const auto price = usd(reading, row);
    if (type && price && block.region)
      insertHour(reading, block, row, Purchase::OnDemand, {*type, origin, price->inDollarsPerUnit()});
  });
}

void readPurchases(Reading& reading, const JsonNode& node, Block& block) {
  forEachElement(reading, node, [&](const JsonNode& each) {
    const auto name = reading.text(each, "a purchase option");
    const auto purchase = name ? purchaseNamed(*name) : std::nullopt;
    // A commitment has a term; on demand and spot have sections of their own.
    const bool committed = purchase && *purchase != Purchase::OnDemand && *purchase != Purchase::Spot;
    if (name && !committed)
      reading.refuse(each, "a purchase option with a commitment", nearestName(*name, purchaseNames().subspan(2)));
    block.purchases.push_back(committed ? purchase : std::nullopt);
  });
}

// One row: a rate per purchase option of the block, null where it is not sold.
void readCommitted(Reading& reading, const Block& block, std::uint32_t origin, const JsonNode& row) {
  const auto type = typeNamed(reading, row);
  std::size_t count = 0;
  forEachElement(reading, row, [&](const JsonNode& each) {
    const std::size_t column = count++;
    if (column >= block.purchases.size() || each.value.is_null()) return;
    const auto price = usd(reading, each);
    if (type && price && block.region && block.purchases[column])
      insertHour(reading, block, each, *block.purchases[column], {*type, origin, price->inDollarsPerUnit()});
  });
  if (row.value.is_array() && count != block.purchases.size())
    reading.note(row, fmt::format("{} rates", count), fmt::format("{}, one per purchase", block.purchases.size()));
}

void readCommitments(Reading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion,
                                     kSource,
                                     kAsOf,
                                     kEstimated,
                                     Field<Block>{"purchases", readPurchases, true},
                                     Field<Block>{"usd_per_hour", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    readCommitted(reading, block, origin, row);
  });
}

// [87, 4]: percent off on demand, band of the monthly interruptions. A price cut can leave the feed below zero; spot
// never costs more than on demand unless one asks for it.
std::optional<Spot> savingAndBand(Reading& reading, const JsonNode& row) {
  constexpr std::string_view kExpected = "a list of two: percent saved, and band 0 to 4 of interruptions";
  std::array<std::optional<double>, 2> pair;
  std::size_t count = 0;
  forEachElement(reading, row, [&](const JsonNode& each) {
    const bool band = count == 1;
    if (count < 2)
      pair[count] = band ? reading.number(each, 0, 4, "a band from 0 to 4")
                         : reading.number(each, -1000, 100, "a percentage, 100 or less");
    ++count;
  });
  if (row.value.is_array() && count != 2) reading.refuse(row, std::string(kExpected));
  if (count != 2 || !pair[0] || !pair[1]) return std::nullopt;
  return Spot{std::max(0.0, *pair[0] / 100), static_cast<int>(*pair[1])};
}

void readSpot(Reading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion, kSource, kAsOf, Field<Block>{"saving_percent_and_band", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    const auto type = typeNamed(reading, row);
    const auto spot = savingAndBand(reading, row);
    if (!type || !spot || !block.region) return;
    if (!insertByType(regionOf(reading, block)->spot, {*type, origin, *spot})) noteSecondPrice(reading, block, row);
  });
}

// --- rates of services and their tiers

struct Step {
  double from = 0;
  std::optional<double> to;
  UnitPrice price;
};

std::optional<Step> readStep(Reading& reading, const JsonNode& node) {
  static constexpr std::string_view kQuantity = "a quantity, 0 or more";
  static constexpr std::array fields{
      Field<Step>{"from",
                  [](Reading& r, const JsonNode& n, Step& s) { s.from = r.number(n, 0, 1e18, kQuantity).value_or(-1); },
                  true},
      Field<Step>{"to", [](Reading& r, const JsonNode& n, Step& s) { s.to = r.number(n, 0, 1e18, kQuantity); }},
      Field<Step>{"usd", [](Reading& r, const JsonNode& n, Step& s) { s.price = usd(r, n).value_or(UnitPrice()); },
                  true}};
  const auto before = reading.problems.all().size();
  Step step;
  readObject<Reading, Step>(reading, node, step, fields, "a tier");
  if (reading.problems.all().size() != before) return std::nullopt;
  return step;
}

// Whether `step` may follow `previous` (nothing: it is the first). Steps tile the quantities from 0 on.
void checkStep(Reading& reading, const JsonNode& node, const std::optional<Step>& previous, const Step& step) {
  const auto from = [&](std::string expected) {
    reading.note(JsonNode{{}, &node, "from"}, fmt::format("{}", step.from), std::move(expected));
  };
  if (!previous && step.from != 0) from("0, where the first tier starts");
  if (previous && !previous->to)
    reading.note(node, "a tier behind one without \"to\"", "no tier behind the last");
  else if (previous && step.from < previous->from)
    from(fmt::format("tiers in rising order, so {} or more", previous->from));
  else if (previous && step.from != *previous->to)
    from(fmt::format("{}, the end of the tier before ({})", *previous->to,
                     step.from > *previous->to ? "this leaves a gap" : "this overlaps"));
  if (step.to && *step.to <= step.from)
    reading.note(JsonNode{{}, &node, "to"}, fmt::format("{}", *step.to), fmt::format("more than {}", step.from));
}

std::vector<Tier> readTiers(Reading& reading, const JsonNode& node) {
  std::vector<Tier> tiers;
  std::optional<Step> previous;
  bool sound = true;
  forEachElement(reading, node, [&](const JsonNode& each) {
    const auto step = readStep(reading, each);
    sound = sound && step;
    // Behind a tier that could not be read, the next ones cannot be judged.
    if (!sound) return;
    checkStep(reading, each, previous, *step);
    tiers.push_back({step->from, step->price});
    previous = step;
  });
  if (node.value.is_array() && sound && !previous) reading.note(node, "an empty list", "at least one tier");
  if (sound && previous && previous->to)
    reading.note(node, fmt::format("an end at {}", *previous->to), "a last tier without \"to\"");
  return tiers;
}

void readRate(Reading& reading, const Block& block, std::uint32_t origin, const JsonNode& row) {
  RegionalRate rate{origin, {}};
  if (row.value.is_array())
    rate.tiers = readTiers(reading, row);
  else
    rate.tiers = {{0, usd(reading, row).value_or(UnitPrice())}};
  if (!block.name || !block.unit) return;
  auto& table = reading.tables.rates[std::string(*block.name)];
  if (!table.byRegion.emplace(row.key, std::move(rate)).second)
    reading.note(row, fmt::format("a second rate {} in {}", *block.name, row.key), "each rate once");
  if (row.key != kGlobal) reading.tables.regions.try_emplace(std::string(row.key));
}

void readUnit(Reading& reading, const Block& block, const JsonNode& entry) {
  auto& unit = reading.tables.rates[std::string(*block.name)].unit;
  if (unit.empty()) unit = *block.unit;
  if (unit != *block.unit)
    reading.note(JsonNode{{}, &entry, "unit"}, quoted(*block.unit),
                 fmt::format("{}, as in the block of {} before", pricing::quoted(unit), *block.name));
}

void readRates(Reading& reading, const JsonNode& entry) {
  static constexpr std::array fields{Field<Block>{"name", readHeader<&Block::name>, true},
                                     Field<Block>{"unit", readHeader<&Block::unit>, true},
                                     kSource,
                                     kAsOf,
                                     kEstimated,
                                     Field<Block>{"usd", keepRows, true}};
  const Block* checked = nullptr;
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    if (!checked && block.name && block.unit) readUnit(reading, block, entry);
    checked = &block;
    readRate(reading, block, origin, row);
  });
}

// --- commitment discounts

template <Purchase purchase, bool home>
void readDiscount(Reading& reading, const JsonNode& node, FamilyDiscount& family) {
  (home ? family.home : family.elsewhere)[static_cast<std::size_t>(purchase)] =
      reading.number(node, 0, 100, "a percentage from 0 to 100");
}

void readFamily(Reading& reading, const JsonNode& row) {
  static constexpr std::array fields{
      Field<FamilyDiscount>{"standard_1y", readDiscount<Purchase::Standard1y, true>},
      Field<FamilyDiscount>{"standard_3y", readDiscount<Purchase::Standard3y, true>},
      Field<FamilyDiscount>{"convertible_1y", readDiscount<Purchase::Convertible1y, true>},
      Field<FamilyDiscount>{"convertible_3y", readDiscount<Purchase::Convertible3y, true>},
      Field<FamilyDiscount>{"standard_1y_all_upfront", readDiscount<Purchase::Standard1yAllUpfront, true>},
      Field<FamilyDiscount>{"elsewhere_standard_1y", readDiscount<Purchase::Standard1y, false>},
      Field<FamilyDiscount>{"elsewhere_standard_3y", readDiscount<Purchase::Standard3y, false>}};
  FamilyDiscount family;
  readObject<Reading, FamilyDiscount>(reading, row, family, fields, "a family");
  if (!reading.tables.discounts.families.emplace(row.key, family).second) reading.noteTwice(row);
}

void readDiscounts(Reading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion, kSource, kAsOf, Field<Block>{"percent_off", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    reading.tables.discounts.region = block.region.value_or("");
    reading.tables.discounts.origin = origin;
    readFamily(reading, row);
  });
}

// --- the file

struct Sections {
  std::optional<JsonNode> sources, rules, rates, types, discounts, onDemand, commitments, spot;
};

template <std::optional<JsonNode> Sections::*member> void keep(Reading&, const JsonNode& node, Sections& sections) {
  sections.*member = node;
}

void readVersion(Reading& reading, const JsonNode& node, Sections&) {
  reading.number(node, 1, 1, "1, the version of the layout that this program reads");
}

// Sections name each other's rows: sources first, then types, then prices, whatever their order in the file.
void readSections(Reading& reading, const Sections& sections) {
  const auto each = [&](const std::optional<JsonNode>& list, auto read) {
    if (list) forEachElement(reading, *list, [&](const JsonNode& entry) { read(reading, entry); });
  };
  if (sections.sources) readSources(reading, *sections.sources);
  if (sections.rules) readRules(reading, *sections.rules);
  if (sections.types) readTypes(reading, *sections.types);
  if (sections.discounts) readDiscounts(reading, *sections.discounts);
  each(sections.rates, readRates);
  each(sections.onDemand, readOnDemand);
  each(sections.commitments, readCommitments);
  each(sections.spot, readSpot);
}

constexpr std::array kSections{
    Field<Sections>{"schema_version", readVersion, true},
    Field<Sections>{"id", [](Reading& r, const JsonNode& n, Sections&) { r.tables.id = r.text(n).value_or(""); }, true},
    Field<Sections>{"as_of", [](Reading& r, const JsonNode& n, Sections&) { r.tables.asOf = date(r, n).value_or(""); },
                    true},
    Field<Sections>{"sources", keep<&Sections::sources>, true},
    Field<Sections>{"rules", keep<&Sections::rules>},
    Field<Sections>{"rates", keep<&Sections::rates>},
    Field<Sections>{"types", keep<&Sections::types>},
    Field<Sections>{"commitment_discounts", keep<&Sections::discounts>},
    Field<Sections>{"on_demand", keep<&Sections::onDemand>},
    Field<Sections>{"commitments", keep<&Sections::commitments>},
    Field<Sections>{"spot", keep<&Sections::spot>}};

// simdjson says little about where a text stops being JSON; the slower parser is asked only then.
[[noreturn]] void refuseText(std::string_view text, Reading& reading, simdjson::error_code error) {
  parseJson(text, JsonSource{reading.origin, reading.problems});
  throw InputError({reading.origin, simdjson::error_message(error), "JSON"});
}

} // namespace

CatalogueTables readCatalogue(std::string_view text, std::string_view origin, Padding padding) {
  Reading reading;
  reading.origin = origin;
  simdjson::dom::parser parser;
  JsonNode root;
  const auto error = parser.parse(text.data(), text.size(), padding == Padding::None).get(root.value);
  if (error) refuseText(text, reading, error);
  Sections sections;
  readObject<Reading, Sections>(reading, root, sections, kSections, "a price catalogue");
  readSections(reading, sections);
  reading.problems.throwIfAny();
  for (const auto& [region, unused] : reading.tables.regions) reading.tables.regionNames.push_back(region);
  return std::move(reading.tables);
}

} // namespace pricing
