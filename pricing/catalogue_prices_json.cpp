#include "pricing/catalogue_sections_json.hpp"

namespace pricing {

namespace {

std::uint32_t originOf(CatalogueReading& reading, Origin origin) {
  auto& origins = reading.tables.origins;
  // Neighbouring rows share their origin; a handful are in use at a time.
  const auto known = std::find(origins.rbegin(), origins.rend(), origin);
  if (known != origins.rend()) return static_cast<std::uint32_t>(origins.rend() - known - 1);
  origins.push_back(std::move(origin));
  return static_cast<std::uint32_t>(origins.size() - 1);
}

// --- blocks: rows that share source and date

struct Block {
  std::optional<std::string_view> region, name, unit;
  Origin origin;
  std::vector<std::optional<Purchase>> purchases;
  std::optional<JsonNode> rows;
  RegionTables* prices = nullptr; // of the region; nothing when the header lacks one
};

void readRegion(CatalogueReading& reading, const JsonNode& node, Block& block) {
  block.region = reading.text(node, "the name of a region");
  // Prices of instances are regional; only rates of services may be global.
  if (block.region == kGlobal) reading.refuse(node, "the name of a region");
  if (block.region) block.prices = &reading.tables.regions[std::string(*block.region)];
}
template <std::optional<std::string_view> Block::*member>
void readHeader(CatalogueReading& reading, const JsonNode& node, Block& block) {
  block.*member = reading.text(node);
}
void readBlockSource(CatalogueReading& reading, const JsonNode& node, Block& block) {
  block.origin.source = sourceLabel(reading, node).value_or("");
}
void readBlockDate(CatalogueReading& reading, const JsonNode& node, Block& block) {
  block.origin.asOf = date(reading, node).value_or("");
}
void readEstimated(CatalogueReading& reading, const JsonNode& node, Block& block) {
  block.origin.estimated = reading.boolean(node).value_or(false);
}
void keepRows(CatalogueReading&, const JsonNode& node, Block& block) { block.rows = node; }

using BlockField = CatalogueField<Block>;
constexpr BlockField kRegion{"region", readRegion, true};
constexpr BlockField kSource{"source", readBlockSource, true};
constexpr BlockField kAsOf{"as_of", readBlockDate, true};
constexpr BlockField kEstimated{"estimated", readEstimated};

void makeRoom(Block& block, std::size_t more) {
  if (!block.prices) return;
  for (const auto& purchase : block.purchases)
    if (purchase) makeRoom(block.prices->hours[static_cast<std::size_t>(*purchase)], more);
}

// The header, then `read` for every row when header and rows are there.
template <class F>
void readBlock(CatalogueReading& reading, const JsonNode& node, std::span<const CatalogueField<Block>> fields, F read) {
  Block block;
  readObject<CatalogueReading, Block>(reading, node, block, fields, "a block of prices");
  if (!block.rows) return;
  const auto origin = originOf(reading, block.origin);
  makeRoom(block, countOf(*block.rows));
  forEachMember(reading, *block.rows, [&](const JsonNode& row) { read(block, origin, row); });
}

void noteSecondPrice(CatalogueReading& reading, const Block& block, const JsonNode& row) {
  reading.note(row, fmt::format("a second price of {} in {}", row.key, *block.region), "each price once");
}

void insertHour(CatalogueReading& reading, const Block& block, const JsonNode& row, Purchase purchase, HourRate rate) {
  auto& hours = block.prices->hours[static_cast<std::size_t>(purchase)];
  if (!insertSorted(hours, rate, &HourRate::type)) noteSecondPrice(reading, block, row);
}

void keepOnDemandRows(CatalogueReading&, const JsonNode& node, Block& block) {
  block.purchases = {Purchase::OnDemand};
  block.rows = node;
}

void readOnDemandBlock(CatalogueReading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion, kSource, kAsOf, kEstimated,
                                     BlockField{"usd_per_hour", keepOnDemandRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    const auto type = typeNamed(reading, row);
    const auto price = usd(reading, row);
    if (type && price && block.prices)
      insertHour(reading, block, row, Purchase::OnDemand, {*type, origin, price->inDollarsPerUnit()});
  });
}

void readPurchases(CatalogueReading& reading, const JsonNode& node, Block& block) {
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
void readCommitted(CatalogueReading& reading, const Block& block, std::uint32_t origin, const JsonNode& row) {
  const auto type = typeNamed(reading, row);
  std::size_t count = 0;
  forEachElement(reading, row, [&](const JsonNode& each) {
    const std::size_t column = count++;
    if (column >= block.purchases.size() || each.value.is_null()) return;
    const auto price = usd(reading, each);
    if (type && price && block.prices && block.purchases[column])
      insertHour(reading, block, each, *block.purchases[column], {*type, origin, price->inDollarsPerUnit()});
  });
  if (row.value.is_array() && count != block.purchases.size())
    reading.note(row, fmt::format("{} rates", count), fmt::format("{}, one per purchase", block.purchases.size()));
}

void readCommitmentsBlock(CatalogueReading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion,
                                     kSource,
                                     kAsOf,
                                     kEstimated,
                                     BlockField{"purchases", readPurchases, true},
                                     BlockField{"usd_per_hour", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    readCommitted(reading, block, origin, row);
  });
}

// [87, 4]: percent off on demand, band of the monthly interruptions. A price cut can leave the feed below zero; spot
// never costs more than on demand unless one asks for it.
std::optional<Spot> savingAndBand(CatalogueReading& reading, const JsonNode& row) {
  std::optional<double> percent;
  std::optional<int> band;
  std::size_t count = 0;
  forEachElement(reading, row, [&](const JsonNode& each) {
    if (count == 0) percent = reading.number(each, -1000, 100, "a percentage, 100 or less");
    if (count == 1) band = reading.whole(each, 0, 4);
    ++count;
  });
  if (row.value.is_array() && count != 2)
    reading.note(row, fmt::format("a list of {}", count), "a list of two: percent saved, band 0 to 4 of interruptions");
  if (count != 2 || !percent || !band) return std::nullopt;
  return Spot{std::max(0.0, *percent / 100), *band};
}

void readSpotBlock(CatalogueReading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion, kSource, kAsOf, BlockField{"saving_percent_and_band", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    const auto type = typeNamed(reading, row);
    const auto spot = savingAndBand(reading, row);
    if (!type || !spot || !block.prices) return;
    if (!insertSorted(block.prices->spot, {*type, origin, *spot}, &SpotRate::type))
      noteSecondPrice(reading, block, row);
  });
}

// --- rates of services and their tiers

struct Step {
  double from = 0;
  std::optional<double> to;
  UnitPrice price;
};

std::optional<double> quantity(CatalogueReading& reading, const JsonNode& node) {
  return reading.number(node, 0, 1e18, "a quantity, 0 or more");
}
void readFrom(CatalogueReading& reading, const JsonNode& node, Step& step) {
  step.from = quantity(reading, node).value_or(0);
}
void readTo(CatalogueReading& reading, const JsonNode& node, Step& step) { step.to = quantity(reading, node); }
void readPrice(CatalogueReading& reading, const JsonNode& node, Step& step) {
  step.price = usd(reading, node).value_or(UnitPrice());
}

std::optional<Step> readStep(CatalogueReading& reading, const JsonNode& node) {
  using Field = CatalogueField<Step>;
  static constexpr std::array fields{Field{"from", readFrom, true}, Field{"to", readTo}, Field{"usd", readPrice, true}};
  const auto before = reading.problems.all().size();
  Step step;
  readObject<CatalogueReading, Step>(reading, node, step, fields, "a tier");
  if (reading.problems.all().size() != before) return std::nullopt;
  return step;
}

// Whether `step` may follow `previous` (nothing: it is the first). Steps tile the quantities from 0 on.
void checkStep(CatalogueReading& reading, const JsonNode& node, const std::optional<Step>& previous, const Step& step) {
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

std::vector<Tier> readTiers(CatalogueReading& reading, const JsonNode& node) {
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

void readRate(CatalogueReading& reading, const Block& block, std::uint32_t origin, const JsonNode& row) {
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

void readUnit(CatalogueReading& reading, const Block& block, const JsonNode& entry) {
  auto& unit = reading.tables.rates[std::string(*block.name)].unit;
  if (unit.empty()) unit = *block.unit;
  if (unit != *block.unit)
    reading.note(JsonNode{{}, &entry, "unit"}, quoted(*block.unit),
                 fmt::format("{}, as in the block of {} before", pricing::quoted(unit), *block.name));
}

void readRatesBlock(CatalogueReading& reading, const JsonNode& entry) {
  static constexpr std::array fields{BlockField{"name", readHeader<&Block::name>, true},
                                     BlockField{"unit", readHeader<&Block::unit>, true},
                                     kSource,
                                     kAsOf,
                                     kEstimated,
                                     BlockField{"usd", keepRows, true}};
  const Block* checked = nullptr;
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    if (!checked && block.name && block.unit) readUnit(reading, block, entry);
    checked = &block;
    readRate(reading, block, origin, row);
  });
}

// --- commitment discounts

template <Purchase purchase, bool home>
void readDiscount(CatalogueReading& reading, const JsonNode& node, FamilyDiscount& family) {
  (home ? family.home : family.elsewhere)[static_cast<std::size_t>(purchase)] =
      reading.number(node, 0, 100, "a percentage from 0 to 100");
}

void readFamily(CatalogueReading& reading, const JsonNode& row) {
  using Field = CatalogueField<FamilyDiscount>;
  static constexpr std::array fields{
      Field{"standard_1y", readDiscount<Purchase::Standard1y, true>},
      Field{"standard_3y", readDiscount<Purchase::Standard3y, true>},
      Field{"convertible_1y", readDiscount<Purchase::Convertible1y, true>},
      Field{"convertible_3y", readDiscount<Purchase::Convertible3y, true>},
      Field{"standard_1y_all_upfront", readDiscount<Purchase::Standard1yAllUpfront, true>},
      Field{"elsewhere_standard_1y", readDiscount<Purchase::Standard1y, false>},
      Field{"elsewhere_standard_3y", readDiscount<Purchase::Standard3y, false>}};
  FamilyDiscount family;
  readObject<CatalogueReading, FamilyDiscount>(reading, row, family, fields, "a family");
  if (!reading.tables.discounts.families.emplace(row.key, family).second) reading.noteTwice(row);
}

template <class F> void forEachBlock(CatalogueReading& reading, const JsonNode& section, F read) {
  forEachElement(reading, section, [&](const JsonNode& entry) { read(reading, entry); });
}

} // namespace

void readDiscounts(CatalogueReading& reading, const JsonNode& entry) {
  static constexpr std::array fields{kRegion, kSource, kAsOf, BlockField{"percent_off", keepRows, true}};
  readBlock(reading, entry, fields, [&](const Block& block, std::uint32_t origin, const JsonNode& row) {
    reading.tables.discounts.region = block.region.value_or("");
    reading.tables.discounts.origin = origin;
    readFamily(reading, row);
  });
}

void readRates(CatalogueReading& reading, const JsonNode& section) { forEachBlock(reading, section, readRatesBlock); }
void readOnDemand(CatalogueReading& reading, const JsonNode& section) {
  forEachBlock(reading, section, readOnDemandBlock);
}
void readCommitments(CatalogueReading& reading, const JsonNode& section) {
  forEachBlock(reading, section, readCommitmentsBlock);
}
void readSpot(CatalogueReading& reading, const JsonNode& section) { forEachBlock(reading, section, readSpotBlock); }

} // namespace pricing
