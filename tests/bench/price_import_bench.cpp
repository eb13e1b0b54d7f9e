// How fast a price list is read, and in how much memory: writes a synthetic EC2 offer of the stated size in JSON and
// CSV, imports both, compares every price with the generator's own, and reads the same bytes only for comparison.
//   price_import_bench [MEGABYTES of JSON, default 1000] [FOLDER, default the temporary one]
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pricing/catalogue_tables.hpp"
#include "pricing/import/offer_formats.hpp"
#include "pricing/import/price_import.hpp"
#include "tests/support/price_list_generator.hpp"

using namespace pricing;
using namespace pricing::importing;
namespace fs = std::filesystem;

namespace {

// Processor time of this one-threaded program, so that a busy machine distorts less.
double secondsOf(auto&& work) {
  const auto start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

double peakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void report(const std::string& what, const std::string& path, double seconds) {
  const auto megabytes = static_cast<double>(fs::file_size(path)) / 1e6;
  fmt::print("{:<22} {:>8.0f} MB  {:>7.2f} s  {:>6.0f} MB/s  peak memory so far {:.0f} MB\n", what, megabytes, seconds,
             megabytes / seconds, peakMegabytes());
}

void readOnly(const std::string& path) {
  ByteSource source(path, nullptr);
  std::vector<char> block(256 << 10);
  while (source.read(block) > 0) {
  }
}

// The price list into rows, without the merge and the writing of a catalogue, which do not depend on its size.
ImportedPrices rowsOf(const std::string& path, const PriceCatalogue& base, auto&& read) {
  const ImportProgress quiet;
  ProgressMeter meter(quiet, 1);
  return read(OfferFile{path, {"AmazonEC2", "1", "2026-01-02"}, base.tables().types}, meter);
}

std::size_t wrong(const PriceCatalogue& catalogue, const price_lists::Ec2Offer& offer) {
  std::size_t count = 0;
  for (const auto& each : offer.expected()) {
    const auto hour = catalogue.instanceHour(each.region, each.type, each.purchase);
    count += hour && hour->firstPrice().inDollarsPerUnit() == each.usd ? 0 : 1;
  }
  return count;
}

} // namespace

int main(int argc, char** argv) {
  const auto megabytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
  const fs::path folder = (argc > 2 ? fs::path(argv[2]) : fs::temp_directory_path()) /
                          ("breakeven-import-bench-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const auto base = PriceCatalogue::embedded();
  std::vector<std::string> types;
  for (const auto& type : base->types()) types.push_back(type.name);
  const price_lists::Ec2Offer offer(megabytes * 1'000'000, {base->regions().begin(), base->regions().end()}, types);
  const std::array files{(folder / "offer.json").string(), (folder / "offer.csv").string()};
  offer.writeJson(files[0]);
  offer.writeCsv(files[1]);
  fmt::print("{} products, {} of them ours\n", offer.products(), offer.kept());
  std::size_t mistakes = 0;
  for (const auto& path : files) {
    const bool json = path.ends_with("json");
    readOnly(path); // into the page cache
    report(json ? "JSON, bytes only" : "CSV, bytes only", path, secondsOf([&] { readOnly(path); }));
    report(json ? "JSON, rows" : "CSV, rows", path,
           secondsOf([&] { json ? rowsOf(path, *base, readOfferJson) : rowsOf(path, *base, readOfferCsv); }));
    std::optional<PriceImport> result;
    report(json ? "JSON, whole import" : "CSV, whole import", path,
           secondsOf([&] { result = importPriceLists(std::span(&path, 1), *base); }));
    mistakes += wrong(*result->catalogue, offer);
  }
  fmt::print("{} prices compared, {} wrong\n", 2 * offer.expected().size(), mistakes);
  fs::remove_all(folder);
  return mistakes == 0 ? 0 : 1;
}
