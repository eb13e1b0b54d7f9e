#pragma once
// What one file of AWS gives a catalogue, and what of it was passed over. Plain values between the readers of the
// formats and the merge into a catalogue.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalogue.hpp"
#include "pricing/problem.hpp"

namespace pricing::importing {

// The head of an offer: what it is of and when AWS published it.
struct OfferHead {
  std::string offerCode;       // "AmazonEC2"
  std::string version;         // "20250912225308"
  std::string publicationDate; // "2025-09-12T22:53:08Z"
};

struct ImportedHour {
  std::string region, type;
  Purchase purchase = Purchase::OnDemand;
  double usd = 0.0; // per instance hour
};
struct ImportedRate {
  std::string name, region, unit; // as Tariff
  std::vector<Tier> tiers;
};
struct ImportedSpot {
  std::string region, type;
  Spot spot;
};

// Reasons for which products, terms or rows were passed over: counted, never fatal. A damaged file cannot make the list
// grow without end.
class PassedOver {
 public:
  struct Entry {
    std::uint64_t count = 0;
    std::string first; // where it occurred first: a SKU, a type, a line
  };
  void add(const std::string& reason, std::string_view where);
  const std::map<std::string, Entry>& entries() const { return m_entries; }
  std::uint64_t total() const;

 private:
  static constexpr std::size_t kMostReasons = 100;
  std::map<std::string, Entry> m_entries;
};

// Problems of one file: the first ones as sentences, the rest as a number.
class ImportProblems {
 public:
  explicit ImportProblems(std::string file) : m_file(std::move(file)) {}
  void add(Problem problem);
  void throwIfAny();

 private:
  static constexpr std::size_t kMostSentences = 20;
  std::string m_file;
  ProblemList m_list;
  std::uint64_t m_more = 0;
};

struct ImportedPrices {
  PriceSource source; // title and code make the label of every row
  std::string asOf;   // the day of publication
  std::vector<ImportedHour> hours;
  std::vector<ImportedRate> rates;
  std::vector<ImportedSpot> spot;
  std::vector<InstanceType> newTypes; // not in the base; source and date are set by the merge
  PassedOver passedOver;
  bool empty() const { return hours.empty() && rates.empty() && spot.empty(); }
};

} // namespace pricing::importing
