// EC2 and Lambda offers in JSON, of any size: product by product and term by term, each small object parsed by itself.
#include <array>
#include <fmt/format.h>
#include <simdjson.h>
#include <unordered_map>

#include "pricing/import/json_stream.hpp"
#include "pricing/import/offer_formats.hpp"
#include "pricing/import/offer_reading.hpp"

namespace pricing::importing {

namespace {

using simdjson::dom::element;

struct Attribute {
  std::string_view key;
  std::string_view ProductFacts::*fact;
};
constexpr std::array kAttributes{
    Attribute{"location", &ProductFacts::location},
    Attribute{"locationType", &ProductFacts::locationType},
    Attribute{"regionCode", &ProductFacts::regionCode},
    Attribute{"instanceType", &ProductFacts::instanceType},
    Attribute{"operatingSystem", &ProductFacts::operatingSystem},
    Attribute{"tenancy", &ProductFacts::tenancy},
    Attribute{"preInstalledSw", &ProductFacts::preInstalled},
    Attribute{"capacitystatus", &ProductFacts::capacityStatus},
    Attribute{"licenseModel", &ProductFacts::license},
    Attribute{"marketoption", &ProductFacts::marketOption},
    Attribute{"usagetype", &ProductFacts::usageType},
    Attribute{"group", &ProductFacts::group},
    Attribute{"lambdaManagedInstanceType", &ProductFacts::managedInstanceType},
    Attribute{"vcpu", &ProductFacts::vcpu},
    Attribute{"memory", &ProductFacts::memory},
    Attribute{"physicalProcessor", &ProductFacts::processor},
    Attribute{"processorArchitecture", &ProductFacts::architecture},
    Attribute{"currentGeneration", &ProductFacts::currentGeneration},
    Attribute{"gpu", &ProductFacts::gpus},
};

// Empty when the key is not there or no text.
std::string_view textAt(const element& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

class OfferJsonReader {
 public:
  OfferJsonReader(const OfferFile& file, ProgressMeter& meter)
      : m_path(file.path), m_source(file.path, &meter), m_stream(m_source, file.path),
        m_reading(file.path, file.head, file.types) {}

  ImportedPrices read();

 private:
  element parsed(std::string_view value);
  void readProducts();
  void readTerms();
  void readTermsOf(std::string_view type, OfferReading::Product product, const element& terms);
  void readPrices(const TermFacts& term, OfferReading::Product product, const element& prices);

  std::string m_path;
  ByteSource m_source;
  JsonStream m_stream;
  OfferReading m_reading;
  simdjson::dom::parser m_parser;
  std::unordered_map<std::string, OfferReading::Product> m_products; // ours, by SKU
  std::string m_sku;
};

element OfferJsonReader::parsed(std::string_view value) {
  element root;
  if (const auto error = m_parser.parse(value.data(), value.size(), false).get(root))
    throw InputError({m_stream.here(),
                      fmt::format("broken JSON in the object that ends here ({})", simdjson::error_message(error)),
                      "a complete JSON file"});
  return root;
}

void OfferJsonReader::readProducts() {
  m_stream.enter();
  while (const auto sku = m_stream.nextKey()) {
    m_sku = *sku;
    const auto product = parsed(m_stream.value());
    ProductFacts facts;
    facts.sku = m_sku;
    facts.family = textAt(product, "productFamily");
    simdjson::dom::object attributes;
    if (product["attributes"].get(attributes) == simdjson::SUCCESS)
      for (const auto [key, value] : attributes)
        for (const auto& attribute : kAttributes)
          if (attribute.key == key && value.is_string()) facts.*attribute.fact = value;
    if (const auto kept = m_reading.keep(facts)) m_products.emplace(m_sku, *kept);
  }
}

void OfferJsonReader::readPrices(const TermFacts& term, OfferReading::Product product, const element& prices) {
  simdjson::dom::object dimensions;
  if (prices.get(dimensions) != simdjson::SUCCESS) return;
  for (const auto [code, dimension] : dimensions) {
    const element& each = dimension;
    PriceFacts price;
    price.begin = textAt(each, "beginRange");
    price.end = textAt(each, "endRange");
    price.unit = textAt(each, "unit");
    if (element perUnit; each["pricePerUnit"].get(perUnit) == simdjson::SUCCESS) price.usd = textAt(perUnit, "USD");
    m_reading.price(product, term, price);
  }
}

void OfferJsonReader::readTermsOf(std::string_view type, OfferReading::Product product, const element& terms) {
  simdjson::dom::object byId;
  if (terms.get(byId) != simdjson::SUCCESS) return;
  for (const auto [id, each] : byId) {
    TermFacts term;
    term.type = type;
    term.id = id;
    term.effective = textAt(each, "effectiveDate");
    if (element attributes; each["termAttributes"].get(attributes) == simdjson::SUCCESS) {
      term.lease = textAt(attributes, "LeaseContractLength");
      term.offeringClass = textAt(attributes, "OfferingClass");
      term.option = textAt(attributes, "PurchaseOption");
    }
    if (element prices; each["priceDimensions"].get(prices) == simdjson::SUCCESS) readPrices(term, product, prices);
  }
}

void OfferJsonReader::readTerms() {
  m_stream.enter();
  while (const auto key = m_stream.nextKey()) {
    const std::string type(*key);
    m_stream.enter();
    while (const auto sku = m_stream.nextKey()) {
      m_sku = *sku;
      const auto product = m_products.find(m_sku);
      if (product == m_products.end())
        m_stream.skip();
      else
        readTermsOf(type, product->second, parsed(m_stream.value()));
    }
  }
}

ImportedPrices OfferJsonReader::read() {
  bool products = false, terms = false;
  m_stream.enter();
  while (const auto key = m_stream.nextKey()) {
    if (*key == "products") {
      products = true;
      readProducts();
    } else if (*key == "terms" && !products) {
      throw InputError({m_stream.here(), "\"terms\" before \"products\"",
                        "products first, as AWS writes its offers: a term says nothing without its product"});
    } else if (*key == "terms") {
      terms = true;
      readTerms();
    } else {
      m_stream.skip();
    }
  }
  m_stream.finish();
  if (!products || !terms)
    m_reading.problems().add(
        {m_path, products ? "no \"terms\"" : "no \"products\"", "an offer with products and terms"});
  return m_reading.finish();
}

} // namespace

ImportedPrices readOfferJson(const OfferFile& file, ProgressMeter& meter) {
  return OfferJsonReader(file, meter).read();
}

} // namespace pricing::importing
