#pragma once
// The readers of AWS's files, one door each: a path that was recognised, a stream, and what the prices of it are.
// Private to pricing/import; the door for everybody else is price_import.hpp.
#include <functional>
#include <string>
#include <vector>

#include "pricing/import/byte_source.hpp"
#include "pricing/import/imported_prices.hpp"

namespace pricing::importing {

struct OfferFile {
  std::string path;
  OfferHead head;
  const std::vector<InstanceType>& types; // of the base catalogue
};

// EC2 and Lambda. InputError with all problems; ImportCancelled.
ImportedPrices readOfferJson(const OfferFile& file, ProgressMeter& meter);
ImportedPrices readOfferCsv(const OfferFile& file, ProgressMeter& meter);
// Compute and EC2 Instance Savings Plans.
ImportedPrices readSavingsPlanCsv(const OfferFile& file, ProgressMeter& meter);
// The feed of the Spot Advisor: small, so parsed as a whole. It states no date.
ImportedPrices readSpotAdvisor(const OfferFile& file, ProgressMeter& meter);

// The head lines of a CSV offer; nothing when `text`, the start of a file, is none.
bool isCsvOffer(std::string_view text);
OfferHead csvHead(std::string_view text);

} // namespace pricing::importing
