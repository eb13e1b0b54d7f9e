// Tables -> the catalogue file, in the layout and with the digits of pricing/data/: one block per source and date, one
// row a line, so that a changed price is one changed line.
#include <charconv>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <tuple>

#include "pricing/catalogue_json.hpp"

namespace pricing {

namespace {

using Rows = std::vector<std::string>; // "key":value

std::string text(std::string_view value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The shortest digits that read back as the same number, never with an exponent.
std::string digits(double value) {
  std::array<char, 400> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
  return {buffer.data(), end};
}

std::string flag(bool value) { return value ? "true" : "false"; }

std::string row(std::string_view key, std::string_view value) { return fmt::format("{}:{}", text(key), value); }

// Members of an object on one line; absent values leave no trace.
class Members {
 public:
  Members& add(std::string_view key, std::string_view value) {
    m_members.push_back(row(key, value));
    return *this;
  }
  Members& addText(std::string_view key, std::string_view value) {
    return value.empty() ? *this : add(key, text(value));
  }
  Members& addNumber(std::string_view key, const std::optional<double>& value) {
    return value ? add(key, digits(*value)) : *this;
  }
  Members& addCount(std::string_view key, int value) { return value == 0 ? *this : add(key, fmt::format("{}", value)); }
  Members& addIf(bool condition, std::string_view key, bool value) { return condition ? add(key, flag(value)) : *this; }
  std::string object() const { return fmt::format("{{{}}}", fmt::join(m_members, ",")); }
  // The object with a table as its last member.
  std::string block(std::string_view key, const Rows& rows) const {
    return fmt::format("{{{},{}:{{{}{}}}}}", fmt::join(m_members, ","), text(key), rows.size() > 1 ? "\n" : "",
                       fmt::join(rows, ",\n"));
  }

 private:
  Rows m_members;
};

class CatalogueWriter {
 public:
  explicit CatalogueWriter(const CatalogueTables& tables) : m_tables(tables) {}
  std::string write();

 private:
  // What the rows of a block share. Blocks stand in this order.
  struct Header {
    std::string region, codes, asOf;
    std::vector<std::string_view> purchases; // none: not a block of commitments
    bool estimated = false;
    auto operator<=>(const Header&) const = default;
  };
  using Blocks = std::map<Header, Rows>;

  std::string codesOf(const std::string& label);
  Header headerOf(std::string_view region, std::uint32_t origin) {
    const auto& from = m_tables.origins[origin];
    return {std::string(region), codesOf(from.source), from.asOf, {}, from.estimated};
  }
  Members shared(const Header& header) const;
  void addCommitments(Blocks& blocks, const std::string& region, const RegionTables& here,
                      std::span<const Purchase> purchases);
  std::string sources() const;
  std::string rules();
  std::string rates();
  std::string types();
  std::string credits(const CpuCredits& credits);
  std::string discounts();
  Rows onDemand();
  Rows commitments();
  Rows spot();

  const CatalogueTables& m_tables;
  ByName<std::string> m_codes; // by label
};

std::string list(const Rows& blocks) { return fmt::format("[\n{}]", fmt::join(blocks, ",\n")); }
std::string lines(const Rows& rows) { return fmt::format("{{\n{}}}", fmt::join(rows, ",\n")); }

// "Infracost test outputs (S3); ... (S4)" -> "S3+S4"; a title may hold anything, so the label is taken apart by what
// sources there are.
std::string CatalogueWriter::codesOf(const std::string& label) {
  if (const auto known = m_codes.find(label); known != m_codes.end()) return known->second;
  std::string codes;
  std::string_view rest = label;
  while (!rest.empty()) {
    const auto source = std::ranges::find_if(m_tables.sources, [&](const PriceSource& each) {
      const auto piece = fmt::format("{} ({})", each.title, each.code);
      return rest.starts_with(piece) && (rest.size() == piece.size() || rest.substr(piece.size()).starts_with("; "));
    });
    if (source == m_tables.sources.end()) throw std::logic_error("a row of the catalogue names no source: " + label);
    codes += (codes.empty() ? "" : "+") + source->code;
    rest.remove_prefix(source->title.size() + source->code.size() + 3); // " (" and ")"
    if (!rest.empty()) rest.remove_prefix(2);
  }
  return m_codes.emplace(label, std::move(codes)).first->second;
}

std::string CatalogueWriter::sources() const {
  Rows rows;
  for (const auto& each : m_tables.sources)
    rows.push_back(
        row(each.code,
            Members().addText("title", each.title).addText("date", each.date).addText("where", each.where).object()));
  return lines(rows);
}

std::string CatalogueWriter::rules() {
  Rows rows;
  for (const auto& each : m_tables.rules)
    rows.push_back(Members()
                       .addText("name", each.name)
                       .addNumber("value", each.value)
                       .addText("unit", each.unit)
                       .addText("effective", each.effective)
                       .addText("source", codesOf(each.source))
                       .addText("as_of", each.asOf)
                       .object());
  return list(rows);
}

std::string tiersOf(const std::vector<Tier>& tiers) {
  if (tiers.size() == 1) return digits(tiers.front().price.inDollarsPerUnit());
  Rows steps;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    Members step;
    step.addNumber("from", tiers[i].from);
    if (i + 1 < tiers.size()) step.addNumber("to", tiers[i + 1].from);
    steps.push_back(step.addNumber("usd", tiers[i].price.inDollarsPerUnit()).object());
  }
  return fmt::format("[{}]", fmt::join(steps, ","));
}

std::string CatalogueWriter::rates() {
  Rows all;
  for (const auto& [name, table] : m_tables.rates) {
    Blocks blocks;
    for (const auto& [region, rate] : table.byRegion)
      blocks[headerOf({}, rate.origin)].push_back(row(region, tiersOf(rate.tiers)));
    for (const auto& [header, rows] : blocks)
      all.push_back(Members()
                        .addText("name", name)
                        .addText("unit", table.unit)
                        .addText("source", header.codes)
                        .addText("as_of", header.asOf)
                        .addIf(header.estimated, "estimated", true)
                        .block("usd", rows));
  }
  return list(all);
}

std::string CatalogueWriter::credits(const CpuCredits& credits) {
  return Members()
      .addNumber("baseline_percent_per_vcpu", credits.baselinePercentPerVcpu)
      .addNumber("earned_per_hour", credits.earnedPerHour)
      .addNumber("max_accrued", credits.maxAccrued)
      .addNumber("surplus_usd_per_vcpu_hour", credits.surplus.inDollarsPerUnit())
      .addIf(true, "unlimited_by_default", credits.unlimitedByDefault)
      .addIf(true, "launch_credits", credits.launchCredits)
      .addNumber("kept_days_after_stop", credits.keptDaysAfterStop)
      .addText("source", codesOf(credits.source))
      .addText("as_of", credits.asOf)
      .object();
}

std::string CatalogueWriter::types() {
  Rows rows;
  for (const auto& type : m_tables.types) {
    Members members;
    members.addCount("vcpus", type.vcpus)
        .addCount("memory_mib", static_cast<int>(type.memory.inMebibytes()))
        .addText("architecture", name(type.architecture))
        .addText("vendor", type.vendor)
        .addText("processor", type.processor)
        .addText("gpu", type.gpu)
        .addCount("threads_per_core", type.threadsPerCore)
        .addNumber("network_gbps", type.networkGbps)
        .addNumber("network_baseline_gbps", type.networkBaselineGbps)
        .addNumber("ebs_gbps", type.ebsGbps)
        .addNumber("ebs_baseline_gbps", type.ebsBaselineGbps)
        .addCount("gpus", type.gpus)
        .addCount("accelerators", type.accelerators)
        .addIf(type.burstable, "burstable", true)
        .addIf(type.flex, "flex", true)
        .addIf(type.bareMetal, "bare_metal", true)
        .addIf(!type.currentGeneration, "current_generation", false);
    if (type.credits) members.add("credits", credits(*type.credits));
    members.addText("source", codesOf(type.source)).addText("as_of", type.asOf);
    rows.push_back(row(type.name, members.object()));
  }
  return lines(rows);
}

Members CatalogueWriter::shared(const Header& header) const {
  return Members()
      .addText("region", header.region)
      .addText("source", header.codes)
      .addText("as_of", header.asOf)
      .addIf(header.estimated, "estimated", true);
}

std::string CatalogueWriter::discounts() {
  constexpr std::array kHome{Purchase::Standard1y, Purchase::Standard3y, Purchase::Convertible1y,
                             Purchase::Convertible3y, Purchase::Standard1yAllUpfront};
  constexpr std::array kElsewhere{Purchase::Standard1y, Purchase::Standard3y};
  const auto at = [](const auto& percents, Purchase purchase) { return percents[static_cast<std::size_t>(purchase)]; };
  Rows rows;
  for (const auto& [family, discount] : m_tables.discounts.families) {
    Members members;
    for (const auto purchase : kHome) members.addNumber(name(purchase), at(discount.home, purchase));
    for (const auto purchase : kElsewhere)
      members.addNumber(fmt::format("elsewhere_{}", name(purchase)), at(discount.elsewhere, purchase));
    rows.push_back(row(family, members.object()));
  }
  return shared(headerOf(m_tables.discounts.region, m_tables.discounts.origin)).block("percent_off", rows);
}

Rows CatalogueWriter::onDemand() {
  Blocks blocks;
  for (const auto& [region, here] : m_tables.regions)
    for (const auto& rate : here.hours[static_cast<std::size_t>(Purchase::OnDemand)])
      blocks[headerOf(region, rate.origin)].push_back(row(m_tables.types[rate.type].name, digits(rate.usd)));
  Rows out;
  for (const auto& [header, rows] : blocks) out.push_back(shared(header).block("usd_per_hour", rows));
  return out;
}

// Options that sources give together share a block: a rate each, null where it is not sold.
void CatalogueWriter::addCommitments(Blocks& blocks, const std::string& region, const RegionTables& here,
                                     std::span<const Purchase> purchases) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::string>> rates; // by origin and type
  for (std::size_t column = 0; column < purchases.size(); ++column)
    for (const auto& rate : here.hours[static_cast<std::size_t>(purchases[column])])
      rates.try_emplace({rate.origin, rate.type}, purchases.size(), "null").first->second[column] = digits(rate.usd);
  std::vector<std::string_view> names;
  for (const auto purchase : purchases) names.push_back(name(purchase));
  for (const auto& [key, values] : rates) {
    auto header = headerOf(region, key.first);
    header.purchases = names;
    blocks[std::move(header)].push_back(
        row(m_tables.types[key.second].name, fmt::format("[{}]", fmt::join(values, ","))));
  }
}

Rows CatalogueWriter::commitments() {
  constexpr std::array kReserved{Purchase::Standard1y, Purchase::Standard3y, Purchase::Convertible1y,
                                 Purchase::Convertible3y};
  constexpr std::array kAllUpfront{Purchase::Standard1yAllUpfront};
  constexpr std::array kPlans{Purchase::ComputeSp1y, Purchase::ComputeSp3y, Purchase::Ec2Sp1y, Purchase::Ec2Sp3y};
  Blocks blocks;
  for (const auto& [region, here] : m_tables.regions) {
    addCommitments(blocks, region, here, kReserved);
    addCommitments(blocks, region, here, kAllUpfront);
    addCommitments(blocks, region, here, kPlans);
  }
  Rows out;
  for (const auto& [header, rows] : blocks) {
    std::vector<std::string> names;
    for (const auto each : header.purchases) names.push_back(text(each));
    out.push_back(
        shared(header).add("purchases", fmt::format("[{}]", fmt::join(names, ","))).block("usd_per_hour", rows));
  }
  return out;
}

Rows CatalogueWriter::spot() {
  Blocks blocks;
  for (const auto& [region, here] : m_tables.regions)
    for (const auto& rate : here.spot) {
      const double percent = std::round(rate.spot.savingFraction * 1e8) / 1e6; // feeds give whole percents
      blocks[headerOf(region, rate.origin)].push_back(
          row(m_tables.types[rate.type].name, fmt::format("[{},{}]", digits(percent), rate.spot.interruptionBand)));
    }
  Rows out;
  for (const auto& [header, rows] : blocks) out.push_back(shared(header).block("saving_percent_and_band", rows));
  return out;
}

std::string CatalogueWriter::write() {
  const auto section = [](std::string_view key, std::string_view value) {
    return fmt::format("{}: {}", text(key), value);
  };
  Rows sections{section("schema_version", "1"), section("id", text(m_tables.id)), section("as_of", text(m_tables.asOf)),
                section("sources", sources()),  section("rules", rules()),        section("rates", rates()),
                section("types", types())};
  if (!m_tables.discounts.region.empty()) sections.push_back(section("commitment_discounts", discounts()));
  sections.push_back(section("on_demand", list(onDemand())));
  sections.push_back(section("commitments", list(commitments())));
  sections.push_back(section("spot", list(spot())));
  return fmt::format("{{\n{}\n}}\n", fmt::join(sections, ",\n"));
}

} // namespace

std::string writeCatalogue(const CatalogueTables& tables) { return CatalogueWriter(tables).write(); }

} // namespace pricing
