#pragma once
// What an EC2 or Lambda offer means, whatever its layout: which products are ours, which terms of theirs, and what they
// cost. JSON gives products first and then terms, CSV a line with both; each tells what it sees to an OfferReading.
//
// Ours are, by the attributes of the price list (samples read in 2026-11):
//   EC2     Linux, shared tenancy, nothing installed, no licence, used capacity, on-demand market (not capacity
//   blocks),
//           in a region of AWS: the on-demand hour, reserved hours without upfront (standard and convertible, 1 and 3
//           years), and standard for 1 year all upfront as its effective hour: upfront / 8,760 + hourly.
//   Lambda  the groups of kLambdaGroups with their tiers. Managed Instances fees are known and follow from on demand.
// Everything else is counted by reason. Two prices for one thing, tiers that do not tile, and numbers that are none are
// problems. Of terms that differ in their effective date the latest holds.
// Pinned by tests/pricing/price_import_test.cpp.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pricing/import/imported_prices.hpp"

namespace pricing::importing {

// Attributes of a product; empty when the file has none.
struct ProductFacts {
  std::string_view sku, family, locationType, location, regionCode, instanceType, operatingSystem, tenancy,
      preInstalled, capacityStatus, license, marketOption, usageType, group, managedInstanceType, vcpu, memory,
      processor, architecture, currentGeneration, gpus;
};

struct TermFacts {
  std::string_view type; // "OnDemand", "Reserved"
  std::string_view id;   // "SKU.OFFERTERMCODE"
  std::string_view effective, lease, offeringClass, option;
};

// One price dimension of a term.
struct PriceFacts {
  std::string_view begin, end, unit; // no range: empty
  std::string_view usd;              // empty: not in US dollars
};

class OfferReading {
 public:
  // `types` are those of the base catalogue, sorted by name.
  OfferReading(std::string file, OfferHead head, const std::vector<InstanceType>& types);

  using Product = std::uint32_t;
  // A product that is ours; nothing after counting the reason why it is not.
  std::optional<Product> keep(const ProductFacts& facts);
  // Counts a term or price that is not ours, notes a price that is none.
  void price(Product product, const TermFacts& term, const PriceFacts& price);

  ImportProblems& problems() { return m_problems; }
  PassedOver& passedOver() { return m_result.passedOver; }
  // Checks what only the whole file shows. InputError with all problems; the reading is over.
  ImportedPrices finish();

 private:
  struct Step {
    double from = 0, to = 0, usd = 0; // to: infinity behind the last
    friend bool operator==(const Step&, const Step&) = default;
  };
  // The prices of one term of one SKU.
  struct Term {
    std::string id, effective;
    std::optional<double> hourly, upfront;
    std::vector<Step> steps;
  };
  struct Kept {
    std::string region, name; // of the type, or of the rate
    std::string_view unit;    // Lambda; EC2: empty
  };
  using Sold = std::pair<Product, Purchase>;

  std::optional<Product> keepInstance(const ProductFacts& facts);
  std::optional<Product> keepLambda(const ProductFacts& facts);
  std::optional<std::string> regionOf(const ProductFacts& facts);
  bool knowsType(const ProductFacts& facts);
  Product add(Kept kept);
  std::optional<Purchase> purchaseOf(const TermFacts& term);
  Term& termOf(const Sold& sold, const TermFacts& facts);
  void addHour(const Sold& sold, const TermFacts& facts, std::string_view unit, double usd);
  void addStep(const Sold& sold, const TermFacts& facts, const PriceFacts& price, double usd);
  void setOnce(const Sold& sold, std::optional<double>& target, double usd, const std::string& term);
  std::string place(const Sold& sold) const;
  static std::string amount(const Term& term);
  const Term& chosen(const Sold& sold, std::vector<Term>& terms);
  void finishHour(const Sold& sold, const Term& term);
  void finishRate(const Sold& sold, const Term& term);

  std::string m_file;
  bool m_isLambda;
  const std::vector<InstanceType>& m_types;
  std::vector<Kept> m_kept;
  std::unordered_map<std::string, Product> m_products; // by "REGION NAME"
  std::map<Sold, std::vector<Term>> m_sold;
  ImportedPrices m_result;
  ImportProblems m_problems;
};

} // namespace pricing::importing
