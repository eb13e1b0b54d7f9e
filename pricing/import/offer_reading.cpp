#include "pricing/import/offer_reading.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "pricing/import/price_regions.hpp"

namespace pricing::importing {

namespace {

constexpr double kHoursOfAYear = 8'760; // 365 days: the term of a reservation for one year
constexpr double kNoEnd = std::numeric_limits<double>::infinity();

struct LambdaGroup {
  std::string_view group, usage; // `usage` behind the region's prefix; empty: any
  std::string_view name, unit;
};
// Groups and usage types: AWSLambda offers of 2016 and 2025.
constexpr std::array kLambdaGroups{
    LambdaGroup{"AWS-Lambda-Requests", "Request", "lambda.requests.x86_64", "request"},
    LambdaGroup{"AWS-Lambda-Requests-ARM", "Request-ARM", "lambda.requests.arm64", "request"},
    LambdaGroup{"AWS-Lambda-Duration", "Lambda-GB-Second", "lambda.duration.x86_64", "GB-s"},
    LambdaGroup{"AWS-Lambda-Duration-ARM", "Lambda-GB-Second-ARM", "lambda.duration.arm64", "GB-s"},
    LambdaGroup{"AWS-Lambda-Provisioned-Concurrency", "Lambda-Provisioned-Concurrency",
                "lambda.provisioned_concurrency.x86_64", "GB-s"},
    LambdaGroup{"AWS-Lambda-Provisioned-Concurrency-ARM", "Lambda-Provisioned-Concurrency-ARM",
                "lambda.provisioned_concurrency.arm64", "GB-s"},
    LambdaGroup{"AWS-Lambda-Duration-Provisioned", "Lambda-Provisioned-GB-Second", "lambda.provisioned_duration.x86_64",
                "GB-s"},
    LambdaGroup{"AWS-Lambda-Duration-Provisioned-ARM", "Lambda-Provisioned-GB-Second-ARM",
                "lambda.provisioned_duration.arm64", "GB-s"},
    LambdaGroup{"AWS-Lambda-Storage-Duration", "Lambda-Storage-GB-Second", "lambda.ephemeral_storage.x86_64", "GB-s"},
    LambdaGroup{"AWS-Lambda-Storage-Duration-ARM", "Lambda-Storage-GB-Second-ARM", "lambda.ephemeral_storage.arm64",
                "GB-s"},
    LambdaGroup{"AWS-Lambda-Edge-Requests", "", "lambda.edge_requests", "request"},
    LambdaGroup{"AWS-Lambda-Edge-Duration", "", "lambda.edge_duration", "GB-s"},
};

bool matches(std::string_view usageType, std::string_view usage) {
  if (usage.empty() || usageType.empty() || usageType == usage) return true;
  if (!usageType.ends_with(usage)) return false;
  return usageType[usageType.size() - usage.size() - 1] == '-';
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> texts) {
  return std::ranges::find(texts, text) != texts.end();
}

// Why a product of EC2 is not the Linux hour of a type; empty when it is. Attributes that old offers lack do not speak
// against it.
std::string whyNotOurs(const ProductFacts& facts) {
  if (!isOneOf(facts.family, {"Compute Instance", "Compute Instance (bare metal)"}))
    return fmt::format("product family {}", quoted(facts.family));
  if (!isOneOf(facts.locationType, {"AWS Region", ""}))
    return fmt::format("location type {}", quoted(facts.locationType));
  if (facts.operatingSystem != "Linux") return fmt::format("operating system {}", quoted(facts.operatingSystem));
  if (facts.tenancy != "Shared") return fmt::format("tenancy {}", quoted(facts.tenancy));
  if (!isOneOf(facts.preInstalled, {"NA", ""})) return fmt::format("installed software {}", quoted(facts.preInstalled));
  if (!isOneOf(facts.capacityStatus, {"Used", ""}))
    return fmt::format("capacity status {}", quoted(facts.capacityStatus));
  if (!isOneOf(facts.marketOption, {"OnDemand", ""}))
    return fmt::format("market option {}", quoted(facts.marketOption));
  if (!isOneOf(facts.license, {"No License required", "NA", ""}))
    return fmt::format("license {}", quoted(facts.license));
  if (!facts.usageType.empty() && facts.usageType.find("BoxUsage") == std::string_view::npos)
    return "a usage type other than BoxUsage";
  return {};
}

// "8 GiB", "1,952 GiB"
std::optional<Memory> memoryOf(std::string_view text) {
  constexpr std::string_view kUnit = " GiB";
  if (!text.ends_with(kUnit)) return std::nullopt;
  std::string digits(text.substr(0, text.size() - kUnit.size()));
  std::erase(digits, ',');
  const auto gib = number(digits);
  if (!gib || *gib <= 0 || *gib > 1e6) return std::nullopt;
  return Memory::mebibytes(static_cast<int>(std::lround(*gib * 1024)));
}

struct Processor {
  std::string_view word, vendor;
  Architecture architecture;
};
// Offers call both architectures "64-bit": only the processor's name tells them apart.
constexpr std::array kProcessors{
    Processor{"Graviton", "aws", Architecture::Arm64}, Processor{"Apple", "apple", Architecture::Arm64},
    Processor{"Intel", "intel", Architecture::X86_64}, Processor{"Xeon", "intel", Architecture::X86_64},
    Processor{"AMD", "amd", Architecture::X86_64}};

std::optional<InstanceType> typeOf(const ProductFacts& facts) {
  const auto dot = facts.instanceType.find('.');
  const auto vcpus = number(facts.vcpu);
  const auto memory = memoryOf(facts.memory);
  const auto processor = std::ranges::find_if(
      kProcessors, [&](const Processor& each) { return facts.processor.find(each.word) != std::string_view::npos; });
  const bool named = dot != 0 && dot != std::string_view::npos && dot + 1 < facts.instanceType.size();
  const bool counted = vcpus && *vcpus >= 1 && *vcpus <= 1e5 && *vcpus == std::floor(*vcpus);
  if (!named || !counted || !memory || processor == kProcessors.end()) return std::nullopt;
  InstanceType type;
  type.name = facts.instanceType;
  type.family = facts.instanceType.substr(0, dot);
  type.size = facts.instanceType.substr(dot + 1);
  type.vcpus = static_cast<int>(*vcpus);
  type.memory = *memory;
  type.architecture = processor->architecture;
  type.vendor = processor->vendor;
  type.processor = facts.processor;
  type.burstable = type.family.front() == 't' && type.family.find_first_of("0123456789") == 1;
  type.flex = type.family.ends_with("-flex");
  type.bareMetal = type.size.starts_with("metal");
  type.currentGeneration = facts.currentGeneration != "No";
  type.gpus = static_cast<int>(std::clamp(number(facts.gpus).value_or(0), 0.0, 1e3));
  return type;
}

} // namespace

OfferReading::OfferReading(std::string file, OfferHead head, const std::vector<InstanceType>& types)
    : m_file(std::move(file)), m_isLambda(head.offerCode == "AWSLambda"), m_types(types), m_problems(m_file) {
  m_result.source = {"version " + head.version, "AWS Price List " + head.offerCode, head.publicationDate.substr(0, 10),
                     "pricing.us-east-1.amazonaws.com"};
  m_result.asOf = m_result.source.date;
}

// --- products

std::optional<OfferReading::Product> OfferReading::keep(const ProductFacts& facts) {
  return m_isLambda ? keepLambda(facts) : keepInstance(facts);
}

std::optional<std::string> OfferReading::regionOf(const ProductFacts& facts) {
  if (!facts.regionCode.empty()) return std::string(facts.regionCode);
  if (const auto region = regionAt(facts.location)) return std::string(*region);
  passedOver().add(fmt::format("unknown location {}", quoted(facts.location)), facts.sku);
  return std::nullopt;
}

bool OfferReading::knowsType(const ProductFacts& facts) {
  if (std::ranges::binary_search(m_types, facts.instanceType, {}, &InstanceType::name)) return true;
  if (std::ranges::find(m_result.newTypes, facts.instanceType, &InstanceType::name) != m_result.newTypes.end())
    return true;
  auto type = typeOf(facts);
  if (type) m_result.newTypes.push_back(std::move(*type));
  return type.has_value();
}

OfferReading::Product OfferReading::add(Kept kept) {
  const auto [place, isNew] = m_products.try_emplace(kept.region + ' ' + kept.name, m_kept.size());
  if (isNew) m_kept.push_back(std::move(kept));
  return place->second;
}

std::optional<OfferReading::Product> OfferReading::keepInstance(const ProductFacts& facts) {
  if (auto reason = whyNotOurs(facts); !reason.empty()) {
    passedOver().add(reason, facts.sku);
    return std::nullopt;
  }
  auto region = regionOf(facts);
  if (!region) return std::nullopt;
  if (!knowsType(facts)) {
    passedOver().add("a new type without readable vCPUs, memory and processor", facts.instanceType);
    return std::nullopt;
  }
  return add({std::move(*region), std::string(facts.instanceType), {}});
}

std::optional<OfferReading::Product> OfferReading::keepLambda(const ProductFacts& facts) {
  if (!facts.managedInstanceType.empty()) {
    passedOver().add("the fee of Managed Instances, which follows from the on-demand price", facts.sku);
    return std::nullopt;
  }
  if (facts.location == "Any") {
    passedOver().add("the free tier, which is a rule of the catalogue", facts.sku);
    return std::nullopt;
  }
  const auto group = std::ranges::find_if(kLambdaGroups, [&](const LambdaGroup& each) {
    return each.group == facts.group && matches(facts.usageType, each.usage);
  });
  if (group == kLambdaGroups.end()) {
    const bool grouped = !facts.group.empty();
    passedOver().add(grouped ? fmt::format("group {}", quoted(facts.group))
                             : fmt::format("product family {}", quoted(facts.family)),
                     facts.sku);
    return std::nullopt;
  }
  auto region = regionOf(facts);
  if (!region) return std::nullopt;
  return add({std::move(*region), std::string(group->name), group->unit});
}

// --- prices

std::optional<Purchase> OfferReading::purchaseOf(const TermFacts& term) {
  // Some tools file all terms under OnDemand; a reservation shows by its attributes.
  if (term.type == "OnDemand" && term.option.empty()) return Purchase::OnDemand;
  const bool standard = isOneOf(term.offeringClass, {"standard", ""}),
             convertible = term.offeringClass == "convertible";
  const bool one = term.lease == "1yr", three = term.lease == "3yr";
  if (!m_isLambda && term.option == "No Upfront" && (one || three)) {
    if (standard) return one ? Purchase::Standard1y : Purchase::Standard3y;
    if (convertible) return one ? Purchase::Convertible1y : Purchase::Convertible3y;
  }
  if (!m_isLambda && term.option == "All Upfront" && one && standard) return Purchase::Standard1yAllUpfront;
  passedOver().add(!term.option.empty()
                       ? fmt::format("a price reserved {} {} {}", term.offeringClass, term.lease, term.option)
                       : fmt::format("a price of term {}", quoted(term.type)),
                   term.id);
  return std::nullopt;
}

OfferReading::Term& OfferReading::termOf(const Sold& sold, const TermFacts& facts) {
  auto& terms = m_sold[sold];
  const auto known = std::ranges::find(terms, facts.id, &Term::id);
  if (known != terms.end()) return *known;
  terms.push_back({std::string(facts.id), std::string(facts.effective), {}, {}, {}});
  return terms.back();
}

std::string OfferReading::place(const Sold& sold) const {
  const auto& kept = m_kept[sold.first];
  if (m_isLambda) return fmt::format("{}: {} in {}", m_file, kept.name, kept.region);
  return fmt::format("{}: {} {} in {}", m_file, kept.name, name(sold.second), kept.region);
}

void OfferReading::setOnce(const Sold& sold, std::optional<double>& target, double usd, const std::string& term) {
  if (target && *target != usd)
    m_problems.add({place(sold), fmt::format("{} behind {} in term {}", usd, *target, term), "one price"});
  target = usd;
}

void OfferReading::addHour(const Sold& sold, const TermFacts& facts, std::string_view unit, double usd) {
  const bool upfront = unit == "Quantity", hourly = isOneOf(unit, {"Hrs", "Hours"});
  if (!upfront && !hourly) return passedOver().add(fmt::format("a price per {}", quoted(unit)), facts.id);
  // Types that a region lists before it sells them.
  if (sold.second == Purchase::OnDemand && usd == 0) return passedOver().add("an on-demand price of 0", facts.id);
  auto& term = termOf(sold, facts);
  setOnce(sold, upfront ? term.upfront : term.hourly, usd, term.id);
}

void OfferReading::addStep(const Sold& sold, const TermFacts& facts, const PriceFacts& price, double usd) {
  const auto from = price.begin.empty() ? std::optional(0.0) : number(price.begin);
  const auto to = isOneOf(price.end, {"", "Inf"}) ? std::optional(kNoEnd) : number(price.end);
  if (!from || !to || *from < 0 || *to <= *from)
    return m_problems.add({place(sold), fmt::format("a tier from {} to {}", quoted(price.begin), quoted(price.end)),
                           "a tier that starts at 0 or more and ends behind its start"});
  const Step step{*from, *to, usd};
  auto& steps = termOf(sold, facts).steps;
  if (std::ranges::find(steps, step) == steps.end()) steps.push_back(step);
}

void OfferReading::price(Product product, const TermFacts& term, const PriceFacts& price) {
  const auto purchase = purchaseOf(term);
  if (!purchase) return;
  if (price.usd.empty()) return passedOver().add("a price in another currency than US dollars", term.id);
  const Sold sold{product, *purchase};
  const auto usd = number(price.usd);
  if (!usd || *usd < 0)
    return m_problems.add(
        {place(sold), quoted(price.usd), fmt::format("a price in USD, 0 or more, in term {}", term.id)});
  if (m_isLambda)
    addStep(sold, term, price, *usd);
  else
    addHour(sold, term, price.unit, *usd);
}

// --- the whole file

std::string OfferReading::amount(const Term& term) {
  if (!term.steps.empty()) return fmt::format("{} for the first tier ({})", term.steps.front().usd, term.id);
  if (!term.upfront) return fmt::format("{} ({})", term.hourly.value_or(0), term.id);
  return fmt::format("{} upfront and {} an hour ({})", *term.upfront, term.hourly.value_or(0), term.id);
}

// The term in force last. Two of the same day must agree.
const OfferReading::Term& OfferReading::chosen(const Sold& sold, std::vector<Term>& terms) {
  for (auto& term : terms) std::ranges::sort(term.steps, {}, &Step::from); // AWS lists tiers in no order
  const auto& latest = *std::ranges::max_element(terms, {}, &Term::effective);
  for (const auto& each : terms) {
    const bool same = each.hourly == latest.hourly && each.upfront == latest.upfront && each.steps == latest.steps;
    if (each.effective == latest.effective && !same)
      m_problems.add({place(sold), fmt::format("{} and {}", amount(latest), amount(each)), "one price"});
    if (each.effective != latest.effective) passedOver().add("a term that a later one replaced", each.id);
  }
  return latest;
}

void OfferReading::finishHour(const Sold& sold, const Term& term) {
  const bool upfront = sold.second == Purchase::Standard1yAllUpfront;
  if (upfront ? !term.upfront : !term.hourly)
    return m_problems.add({place(sold),
                           fmt::format("no {} in term {}", upfront ? "upfront fee" : "hourly price", term.id),
                           upfront ? "the fee, in unit Quantity" : "the price of an hour, in unit Hrs"});
  const double usd = (upfront ? *term.upfront / kHoursOfAYear : 0) + term.hourly.value_or(0);
  const auto& kept = m_kept[sold.first];
  m_result.hours.push_back({kept.region, kept.name, sold.second, usd});
}

void OfferReading::finishRate(const Sold& sold, const Term& term) {
  const auto& kept = m_kept[sold.first];
  std::vector<Tier> tiers;
  double end = 0;
  for (const auto& step : term.steps) {
    if (step.from != end)
      return m_problems.add({place(sold),
                             tiers.empty() ? fmt::format("a first tier from {}", step.from)
                                           : fmt::format("a tier from {} behind one to {}", step.from, end),
                             tiers.empty()     ? "a first tier from 0"
                             : step.from > end ? "tiers without a gap"
                                               : "tiers that do not overlap"});
    tiers.push_back({step.from, UnitPrice::dollarsPerUnit(step.usd)});
    end = step.to;
  }
  if (end != kNoEnd)
    return m_problems.add({place(sold), fmt::format("an end of the last tier at {}", end), "a last tier to Inf"});
  m_result.rates.push_back({kept.name, kept.region, std::string(kept.unit), std::move(tiers)});
}

ImportedPrices OfferReading::finish() {
  for (auto& [sold, terms] : m_sold) {
    const auto& term = chosen(sold, terms);
    m_isLambda ? finishRate(sold, term) : finishHour(sold, term);
  }
  m_problems.throwIfAny();
  // A type that no price of the file names would be known and never sold.
  std::erase_if(m_result.newTypes, [&](const InstanceType& type) {
    return std::ranges::find(m_result.hours, type.name, &ImportedHour::type) == m_result.hours.end();
  });
  return std::move(m_result);
}

} // namespace pricing::importing
