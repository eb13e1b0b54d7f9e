// EC2 and Lambda offers in CSV: a record has a product, a term and a price.
#include <array>
#include <fmt/format.h>
#include <unordered_map>

#include "pricing/import/csv_offer.hpp"
#include "pricing/import/offer_formats.hpp"
#include "pricing/import/offer_reading.hpp"

namespace pricing::importing {

namespace {

template <class Facts> struct NamedColumn {
  std::string_view name;
  std::string_view Facts::*fact;
};
constexpr std::array kProduct{
    NamedColumn<ProductFacts>{"SKU", &ProductFacts::sku},
    NamedColumn<ProductFacts>{"Product Family", &ProductFacts::family},
    NamedColumn<ProductFacts>{"Location", &ProductFacts::location},
    NamedColumn<ProductFacts>{"Location Type", &ProductFacts::locationType},
    NamedColumn<ProductFacts>{"Region Code", &ProductFacts::regionCode},
    NamedColumn<ProductFacts>{"Instance Type", &ProductFacts::instanceType},
    NamedColumn<ProductFacts>{"Operating System", &ProductFacts::operatingSystem},
    NamedColumn<ProductFacts>{"Tenancy", &ProductFacts::tenancy},
    NamedColumn<ProductFacts>{"Pre Installed S/W", &ProductFacts::preInstalled},
    NamedColumn<ProductFacts>{"CapacityStatus", &ProductFacts::capacityStatus},
    NamedColumn<ProductFacts>{"License Model", &ProductFacts::license},
    NamedColumn<ProductFacts>{"MarketOption", &ProductFacts::marketOption},
    NamedColumn<ProductFacts>{"usageType", &ProductFacts::usageType},
    NamedColumn<ProductFacts>{"Group", &ProductFacts::group},
    NamedColumn<ProductFacts>{"Lambda Managed Instance Type", &ProductFacts::managedInstanceType},
    NamedColumn<ProductFacts>{"vCPU", &ProductFacts::vcpu},
    NamedColumn<ProductFacts>{"Memory", &ProductFacts::memory},
    NamedColumn<ProductFacts>{"Physical Processor", &ProductFacts::processor},
    NamedColumn<ProductFacts>{"Current Generation", &ProductFacts::currentGeneration},
    NamedColumn<ProductFacts>{"GPU", &ProductFacts::gpus},
};
constexpr std::array kTerm{
    NamedColumn<TermFacts>{"TermType", &TermFacts::type},
    NamedColumn<TermFacts>{"EffectiveDate", &TermFacts::effective},
    NamedColumn<TermFacts>{"LeaseContractLength", &TermFacts::lease},
    NamedColumn<TermFacts>{"OfferingClass", &TermFacts::offeringClass},
    NamedColumn<TermFacts>{"PurchaseOption", &TermFacts::option},
};
constexpr std::array kPrice{
    NamedColumn<PriceFacts>{"StartingRange", &PriceFacts::begin},
    NamedColumn<PriceFacts>{"EndingRange", &PriceFacts::end},
    NamedColumn<PriceFacts>{"Unit", &PriceFacts::unit},
};
// Without these a record says nothing.
constexpr std::array<std::string_view, 5> kRequired{"SKU", "OfferTermCode", "TermType", "PricePerUnit", "Currency"};

template <class Facts> class Columns {
 public:
  template <std::size_t N> Columns(const CsvOffer& offer, const std::array<NamedColumn<Facts>, N>& names) {
    for (const auto& each : names)
      if (const auto column = offer.column(each.name)) m_columns.emplace_back(each.fact, column);
  }
  Facts read(const CsvOffer& offer) const {
    Facts facts;
    for (const auto& [fact, column] : m_columns) facts.*fact = offer.cell(column);
    return facts;
  }

 private:
  std::vector<std::pair<std::string_view Facts::*, CsvOffer::Column>> m_columns;
};

class OfferCsvReader {
 public:
  OfferCsvReader(const OfferFile& file, ProgressMeter& meter)
      : m_offer(file.path, meter), m_reading(file.path, file.head, file.types), m_product(m_offer, kProduct),
        m_term(m_offer, kTerm), m_price(m_offer, kPrice) {}

  ImportedPrices read() {
    for (const auto name : kRequired) m_offer.required(name, m_reading.problems());
    m_reading.problems().throwIfAny();
    const auto sku = m_offer.column("SKU"), term = m_offer.column("OfferTermCode");
    const auto usd = m_offer.column("PricePerUnit"), currency = m_offer.column("Currency");
    while (m_offer.next(m_reading.problems())) {
      const auto product = productOf(m_offer.cell(sku));
      if (!product) continue;
      auto facts = m_term.read(m_offer);
      m_id = fmt::format("{}.{}", m_offer.cell(sku), m_offer.cell(term));
      facts.id = m_id;
      auto price = m_price.read(m_offer);
      if (m_offer.cell(currency) == "USD") price.usd = m_offer.cell(usd);
      m_reading.price(*product, facts, price);
    }
    return m_reading.finish();
  }

 private:
  // The records of a SKU stand together in AWS's files: it is judged once. One that is ours is known for good.
  std::optional<OfferReading::Product> productOf(std::string_view sku) {
    if (sku == m_sku) return m_last;
    m_sku = sku;
    if (const auto known = m_products.find(m_sku); known != m_products.end()) return m_last = known->second;
    m_last = m_reading.keep(m_product.read(m_offer));
    if (m_last) m_products.emplace(m_sku, *m_last);
    return m_last;
  }

  CsvOffer m_offer;
  OfferReading m_reading;
  Columns<ProductFacts> m_product;
  Columns<TermFacts> m_term;
  Columns<PriceFacts> m_price;
  std::unordered_map<std::string, OfferReading::Product> m_products; // ours, by SKU
  std::string m_sku, m_id;
  std::optional<OfferReading::Product> m_last;
};

} // namespace

ImportedPrices readOfferCsv(const OfferFile& file, ProgressMeter& meter) { return OfferCsvReader(file, meter).read(); }

} // namespace pricing::importing
