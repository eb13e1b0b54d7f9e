#pragma once
// AWS's own price files -> the next catalogue: offers of EC2 and Lambda in JSON and CSV, Savings Plan offers in CSV,
// the feed of the Spot Advisor. A stream of any length in a few megabytes beside the rows that are kept; what a file
// is, its head says. The result is whole or there is none: InputError with every problem, ImportCancelled, and nothing
// has changed. Pinned by tests/pricing/price_import_test.cpp; speed and memory by tests/bench/price_import_bench.cpp.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pricing/catalogue.hpp"
#include "pricing/import/byte_source.hpp"
#include "pricing/import/imported_prices.hpp"

namespace pricing::importing {

struct ImportedFile {
  std::string file, format; // "AmazonEC2 offer, JSON"
  std::string version, publicationDate;
  std::uint64_t bytes = 0; // on the disk
  double seconds = 0;
  std::map<std::string, std::uint64_t> rows; // by kind: "on_demand", ..., "spot", "lambda", "new types"
  PassedOver passedOver;
};

struct PriceImport {
  std::shared_ptr<const PriceCatalogue> catalogue;
  std::string json; // the catalogue's file
  std::string baseId;
  std::vector<ImportedFile> files;
};

// The base with the imported rows in place of its own, for the regions, types and options that they cover. Of two files
// with the same row the one published later wins; on the same day they must agree. An empty id becomes
// "aws-2025-09-12-import", by the latest publication.
PriceImport importPriceLists(std::span<const std::string> files, const PriceCatalogue& base, const std::string& id = {},
                             const ImportProgress& progress = {});

// What was imported and passed over, for a terminal and for scripts.
std::string importText(const PriceImport& result);
std::string importJson(const PriceImport& result);

} // namespace pricing::importing
