#include "pricing/catalogue_json.hpp"

#include <tuple>

#include "pricing/catalogue_sections_json.hpp"
#include "pricing/json_reader.hpp"

namespace pricing {

namespace {

// "2026-11-23", as coarse as the source: "2026-04", "2024", "undated".
bool isDate(std::string_view text) {
  if (text == "undated") return true;
  constexpr std::string_view kPattern = "0000-00-00";
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  return std::ranges::equal(text, kPattern.substr(0, text.size()),
                            [](char c, char p) { return p == '-' ? c == '-' : c >= '0' && c <= '9'; });
}

void noteUnknownType(CatalogueReading& reading, const JsonNode& row) {
  std::vector<std::string_view> names;
  for (const auto& type : reading.tables.types) names.emplace_back(type.name);
  reading.note(row, fmt::format("an unknown type {}", quoted(row.key)), "one of the keys of \"types\"",
               nearestName(row.key, std::span<const std::string_view>(names)));
}

} // namespace

std::optional<UnitPrice> usd(CatalogueReading& reading, const JsonNode& node) {
  const auto price = reading.number(node, 0, 1e9, "a price in USD, 0 or more");
  if (!price) return std::nullopt;
  return UnitPrice::dollarsPerUnit(*price);
}

std::optional<std::string_view> date(CatalogueReading& reading, const JsonNode& node) {
  if (node.value.is_string() && isDate(node.value)) return std::string_view(node.value);
  reading.refuse(node, "a day such as 2026-11-23, or \"undated\"");
  return std::nullopt;
}

std::optional<std::string> sourceLabel(CatalogueReading& reading, const JsonNode& node) {
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

std::optional<std::uint32_t> typeNamed(CatalogueReading& reading, const JsonNode& row) {
  constexpr std::size_t kNear = 8;
  const auto& types = reading.tables.types;
  const std::size_t near = std::min(types.size(), reading.nextType + kNear);
  std::size_t i = std::min<std::size_t>(reading.nextType, types.size());
  while (i < near && types[i].name != row.key) ++i;
  if (i == near)
    i = static_cast<std::size_t>(std::ranges::lower_bound(types, row.key, {}, &InstanceType::name) - types.begin());
  if (i == types.size() || types[i].name != row.key) {
    noteUnknownType(reading, row);
    return std::nullopt;
  }
  reading.nextType = static_cast<std::uint32_t>(i + 1);
  return static_cast<std::uint32_t>(i);
}

namespace {

// --- sources and rules

void readSources(CatalogueReading& reading, const JsonNode& node) {
  using Field = CatalogueField<PriceSource>;
  static constexpr std::array fields{Field{"title", readText<PriceSource, &PriceSource::title>, true},
                                     Field{"date", readDate<PriceSource, &PriceSource::date>, true},
                                     Field{"where", readText<PriceSource, &PriceSource::where>}};
  forEachMember(reading, node, [&](const JsonNode& row) {
    PriceSource source;
    source.code = row.key;
    auto& sources = reading.tables.sources;
    if (std::ranges::find(sources, row.key, &PriceSource::code) != sources.end()) return reading.noteTwice(row);
    readObject<CatalogueReading, PriceSource>(reading, row, source, fields, "a source");
    sources.push_back(std::move(source));
  });
}

void readRuleValue(CatalogueReading& reading, const JsonNode& node, Rule& rule) {
  rule.value = reading.number(node, 0, 1e18, "a number, 0 or more").value_or(0);
}

// The first day of a version orders the versions, so "undated" will not do.
void readEffective(CatalogueReading& reading, const JsonNode& node, Rule& rule) {
  rule.effective = date(reading, node).value_or("");
  if (rule.effective == "undated") reading.refuse(node, "the first day the rule holds, such as 2025-08-01");
}

void readRules(CatalogueReading& reading, const JsonNode& node) {
  using Field = CatalogueField<Rule>;
  static constexpr std::array fields{
      Field{"name", readText<Rule, &Rule::name>, true},       Field{"value", readRuleValue, true},
      Field{"unit", readText<Rule, &Rule::unit>, true},       Field{"effective", readEffective},
      Field{"source", readSource<Rule, &Rule::source>, true}, Field{"as_of", readDate<Rule, &Rule::asOf>, true}};
  auto& rules = reading.tables.rules;
  forEachElement(reading, node, [&](const JsonNode& row) {
    Rule rule;
    readObject<CatalogueReading, Rule>(reading, row, rule, fields, "a rule");
    const auto version = [](const Rule& each) { return std::tie(each.name, each.effective); };
    if (!rule.name.empty() && std::ranges::find(rules, version(rule), version) != rules.end())
      reading.note(row, fmt::format("a second rule {}", pricing::quoted(rule.name)),
                   "each rule once for each first day");
    rules.push_back(std::move(rule));
  });
  std::ranges::sort(rules, [](const Rule& a, const Rule& b) {
    return std::tie(a.name, a.effective) < std::tie(b.name, b.effective);
  });
}

// --- instance types

void readArchitecture(CatalogueReading& reading, const JsonNode& node, InstanceType& type) {
  static constexpr std::array<std::string_view, 2> names{"x86_64", "arm64"};
  const std::string_view found = node.value.is_string() ? std::string_view(node.value) : std::string_view();
  if (found == names[0] || found == names[1])
    type.architecture = found == names[0] ? Architecture::X86_64 : Architecture::Arm64;
  else
    reading.refuse(node, "one of x86_64, arm64", nearestName(found, std::span<const std::string_view>(names)));
}

constexpr std::string_view kGbps = "a bandwidth in Gbps, 0 or more";
template <std::optional<double> InstanceType::*member>
void readGbps(CatalogueReading& reading, const JsonNode& node, InstanceType& type) {
  type.*member = reading.number(node, 0, 1e6, kGbps);
}
template <int InstanceType::*member, int min>
void readWhole(CatalogueReading& reading, const JsonNode& node, InstanceType& type) {
  type.*member = reading.whole(node, min).value_or(min);
}
template <double CpuCredits::*member>
void readCredit(CatalogueReading& reading, const JsonNode& node, CpuCredits& credits) {
  credits.*member = reading.number(node, 0, 1e9, "a number, 0 or more").value_or(0);
}

void readSurplus(CatalogueReading& reading, const JsonNode& node, CpuCredits& credits) {
  credits.surplus = usd(reading, node).value_or(UnitPrice());
}

void readCredits(CatalogueReading& reading, const JsonNode& node, InstanceType& type) {
  using Field = CatalogueField<CpuCredits>;
  static constexpr std::array fields{
      Field{"baseline_percent_per_vcpu", readCredit<&CpuCredits::baselinePercentPerVcpu>, true},
      Field{"earned_per_hour", readCredit<&CpuCredits::earnedPerHour>, true},
      Field{"max_accrued", readCredit<&CpuCredits::maxAccrued>, true},
      Field{"surplus_usd_per_vcpu_hour", readSurplus, true},
      Field{"unlimited_by_default", readFlag<CpuCredits, &CpuCredits::unlimitedByDefault>},
      Field{"launch_credits", readFlag<CpuCredits, &CpuCredits::launchCredits>},
      Field{"kept_days_after_stop", readCredit<&CpuCredits::keptDaysAfterStop>},
      Field{"source", readSource<CpuCredits, &CpuCredits::source>, true},
      Field{"as_of", readDate<CpuCredits, &CpuCredits::asOf>, true}};
  CpuCredits credits;
  readObject<CatalogueReading, CpuCredits>(reading, node, credits, fields, "credits");
  type.baselinePercentPerVcpu = credits.baselinePercentPerVcpu;
  type.credits = std::move(credits);
}

void readMemory(CatalogueReading& reading, const JsonNode& node, InstanceType& type) {
  type.memory = Memory::mebibytes(reading.whole(node, 1).value_or(1));
}

using TypeField = CatalogueField<InstanceType>;
constexpr std::array kTypeFields{
    TypeField{"vcpus", readWhole<&InstanceType::vcpus, 1>, true},
    TypeField{"memory_mib", readMemory, true},
    TypeField{"architecture", readArchitecture, true},
    TypeField{"vendor", readText<InstanceType, &InstanceType::vendor>},
    TypeField{"processor", readText<InstanceType, &InstanceType::processor>},
    TypeField{"gpu", readText<InstanceType, &InstanceType::gpu>},
    TypeField{"threads_per_core", readWhole<&InstanceType::threadsPerCore, 1>},
    TypeField{"network_gbps", readGbps<&InstanceType::networkGbps>},
    TypeField{"network_baseline_gbps", readGbps<&InstanceType::networkBaselineGbps>},
    TypeField{"ebs_gbps", readGbps<&InstanceType::ebsGbps>},
    TypeField{"ebs_baseline_gbps", readGbps<&InstanceType::ebsBaselineGbps>},
    TypeField{"gpus", readWhole<&InstanceType::gpus, 0>},
    TypeField{"accelerators", readWhole<&InstanceType::accelerators, 0>},
    TypeField{"burstable", readFlag<InstanceType, &InstanceType::burstable>},
    TypeField{"flex", readFlag<InstanceType, &InstanceType::flex>},
    TypeField{"bare_metal", readFlag<InstanceType, &InstanceType::bareMetal>},
    TypeField{"current_generation", readFlag<InstanceType, &InstanceType::currentGeneration>},
    TypeField{"credits", readCredits},
    TypeField{"source", readSource<InstanceType, &InstanceType::source>, true},
    TypeField{"as_of", readDate<InstanceType, &InstanceType::asOf>, true}};

void readTypes(CatalogueReading& reading, const JsonNode& section) {
  makeRoom(reading.tables.types, countOf(section));
  forEachMember(reading, section, [&](const JsonNode& row) {
    const auto dot = row.key.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == row.key.size())
      return reading.note(row, quoted(row.key), "the name of an instance type such as c7g.large");
    InstanceType type;
    type.name = row.key;
    type.family = row.key.substr(0, dot);
    type.size = row.key.substr(dot + 1);
    readObject<CatalogueReading, InstanceType>(reading, row, type, kTypeFields, "a type");
    if (!insertSorted(reading.tables.types, std::move(type), &InstanceType::name)) reading.noteTwice(row);
  });
}

// --- the file

struct Sections {
  std::optional<JsonNode> sources, rules, rates, types, discounts, onDemand, commitments, spot;
};

template <std::optional<JsonNode> Sections::*member>
void keep(CatalogueReading&, const JsonNode& node, Sections& sections) {
  sections.*member = node;
}

void readVersion(CatalogueReading& reading, const JsonNode& node, Sections&) {
  reading.number(node, 1, 1, "1, the version of the layout that this program reads");
}

void readId(CatalogueReading& reading, const JsonNode& node, Sections&) {
  reading.tables.id = reading.text(node).value_or("");
}

void readAsOf(CatalogueReading& reading, const JsonNode& node, Sections&) {
  reading.tables.asOf = date(reading, node).value_or("");
}

// Sections name each other's rows: sources first, then types, then prices, whatever their order in the file.
void readSections(CatalogueReading& reading, const Sections& sections) {
  if (sections.sources) readSources(reading, *sections.sources);
  if (sections.rules) readRules(reading, *sections.rules);
  if (sections.types) readTypes(reading, *sections.types);
  if (sections.discounts) readDiscounts(reading, *sections.discounts);
  if (sections.rates) readRates(reading, *sections.rates);
  if (sections.onDemand) readOnDemand(reading, *sections.onDemand);
  if (sections.commitments) readCommitments(reading, *sections.commitments);
  if (sections.spot) readSpot(reading, *sections.spot);
}

using SectionField = CatalogueField<Sections>;
constexpr std::array kSections{SectionField{"schema_version", readVersion, true},
                               SectionField{"id", readId, true},
                               SectionField{"as_of", readAsOf, true},
                               SectionField{"sources", keep<&Sections::sources>, true},
                               SectionField{"rules", keep<&Sections::rules>},
                               SectionField{"rates", keep<&Sections::rates>},
                               SectionField{"types", keep<&Sections::types>},
                               SectionField{"commitment_discounts", keep<&Sections::discounts>},
                               SectionField{"on_demand", keep<&Sections::onDemand>},
                               SectionField{"commitments", keep<&Sections::commitments>},
                               SectionField{"spot", keep<&Sections::spot>}};

// simdjson says little about where a text stops being JSON; the slower parser is asked only then.
[[noreturn]] void refuseText(std::string_view text, CatalogueReading& reading, simdjson::error_code error) {
  parseJson(text, JsonSource{reading.origin, reading.problems});
  throw InputError({reading.origin, simdjson::error_message(error), "JSON"});
}

} // namespace

CatalogueTables readCatalogue(std::string_view text, std::string_view origin, Padding padding) {
  CatalogueReading reading;
  reading.origin = origin;
  simdjson::dom::parser parser;
  JsonNode root;
  const auto error = parser.parse(text.data(), text.size(), padding == Padding::None).get(root.value);
  if (error) refuseText(text, reading, error);
  Sections sections;
  readObject<CatalogueReading, Sections>(reading, root, sections, kSections, "a price catalogue");
  readSections(reading, sections);
  reading.problems.throwIfAny();
  for (const auto& [region, unused] : reading.tables.regions) reading.tables.regionNames.push_back(region);
  return std::move(reading.tables);
}

} // namespace pricing
