#include "pricing/import/price_import.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>

#include "pricing/catalogue_json.hpp"
#include "pricing/catalogue_shelf.hpp"
#include "pricing/import/catalogue_merge.hpp"
#include "pricing/import/line_reader.hpp"
#include "pricing/import/offer_formats.hpp"

namespace pricing::importing {

namespace {

constexpr FilesOf kFiles{"price list", "prices"};
constexpr std::size_t kHead = 64 << 10; // offerCode, version and date stand before the products
constexpr std::string_view kExpected = "an AWS price list: an offer of EC2 or Lambda (JSON, CSV), of Compute Savings "
                                       "Plans (CSV), or the feed of the Spot Advisor";

struct Format {
  std::string_view title; // "AmazonEC2 offer, JSON"
  ImportedPrices (*read)(const OfferFile&, ProgressMeter&);
};

struct Recognised {
  Format format;
  OfferHead head;
};

// The text of a key of the outermost object, from the start of a file: "offerCode" : "AmazonEC2".
std::string textOfKey(std::string_view head, std::string_view key) {
  const auto place = head.find(fmt::format("\"{}\"", key));
  if (place == std::string_view::npos) return {};
  auto rest = trimmed(head.substr(place + key.size() + 2));
  if (!rest.starts_with(':')) return {};
  rest = trimmed(rest.substr(1));
  if (!rest.starts_with('"')) return {};
  return std::string(rest.substr(1, rest.find('"', 1) - 1));
}

[[noreturn]] void refuse(const std::string& path, std::string found, std::string_view expected = kExpected) {
  throw InputError({path, std::move(found), std::string(expected)});
}

Recognised recognisedJson(const std::string& path, std::string_view text) {
  const auto has = [&](std::string_view key) {
    return text.find(fmt::format("\"{}\"", key)) != std::string_view::npos;
  };
  OfferHead head{textOfKey(text, "offerCode"), textOfKey(text, "version"), textOfKey(text, "publicationDate")};
  if (has("spot_advisor") || has("global_rate")) return {{"Spot Advisor feed, JSON", readSpotAdvisor}, {}};
  if (has("versionIndexUrl") || has("offerVersionUrl") || has("currentVersionUrl") || has("versionUrl"))
    refuse(path, "an index of price lists", "a price list itself, which the index names by its address");
  if (has("hawkFilePublicationDate")) refuse(path, "a feed of AWS's pricing pages");
  if (has("savingsPlanCode") || head.offerCode.ends_with("SavingsPlan"))
    refuse(path, "a Savings Plan offer in JSON", "its CSV: the same address with .csv at the end");
  if (head.offerCode == "AmazonEC2") return {{"AmazonEC2 offer, JSON", readOfferJson}, std::move(head)};
  if (head.offerCode == "AWSLambda") return {{"AWSLambda offer, JSON", readOfferJson}, std::move(head)};
  if (!head.offerCode.empty()) refuse(path, fmt::format("an offer of {}", pricing::quoted(head.offerCode)));
  refuse(path, "JSON without an \"offerCode\" at its start");
}

Recognised recognisedCsv(const std::string& path, std::string_view text) {
  auto head = csvHead(text);
  if (head.offerCode == "AmazonEC2") return {{"AmazonEC2 offer, CSV", readOfferCsv}, std::move(head)};
  if (head.offerCode == "AWSLambda") return {{"AWSLambda offer, CSV", readOfferCsv}, std::move(head)};
  if (head.offerCode.find("ComputeSavingsPlan") != std::string::npos)
    return {{"Savings Plan offer, CSV", readSavingsPlanCsv}, std::move(head)};
  refuse(path, fmt::format("an offer of {}", pricing::quoted(head.offerCode)));
}

Recognised recognised(const std::string& path) {
  const auto text = firstBytes(path, kHead);
  auto found = trimmed(text).starts_with('{') ? recognisedJson(path, text)
               : isCsvOffer(text)             ? recognisedCsv(path, text)
                                              : Recognised{};
  if (!found.format.read) refuse(path, pricing::quoted(std::string_view(text).substr(0, 24)));
  const bool dated = found.head.publicationDate.size() >= 10 && found.head.publicationDate[4] == '-';
  if (!found.head.offerCode.empty() && (!dated || found.head.version.empty()))
    refuse(path, "no publication date or no version", "both, in the head of the offer");
  return found;
}

std::vector<Recognised> recognisedAll(std::span<const std::string> files) {
  ProblemList problems;
  std::vector<Recognised> all;
  for (const auto& path : files) try {
      all.push_back(recognised(path));
    } catch (const InputError& error) {
      for (const auto& problem : error.problems()) problems.add(problem);
    }
  problems.throwIfAny();
  return all;
}

Problem nothingKept(const std::string& path, const ImportedPrices& prices) {
  const auto& reasons = prices.passedOver.entries();
  const auto most = std::ranges::max_element(reasons, {}, [](const auto& each) { return each.second.count; });
  std::string found = "no price that a catalogue holds";
  if (most != reasons.end())
    found += fmt::format(" among {} passed over, most of them for {}", prices.passedOver.total(), most->first);
  return {path, std::move(found), "prices in USD of Linux instances or of Lambda", {}};
}

// What is unknown is counted, also when it is a whole file; but an import of which nothing is kept would be a slip:
// another product, another currency, another operating system.
void refuseEmpty(std::span<const std::string> files, std::span<const ImportedPrices> all) {
  if (!std::ranges::all_of(all, &ImportedPrices::empty)) return;
  ProblemList problems;
  for (std::size_t i = 0; i < all.size(); ++i) problems.add(nothingKept(files[i], all[i]));
  problems.throwIfAny();
}

std::map<std::string, std::uint64_t> rowsOf(const ImportedPrices& prices) {
  std::map<std::string, std::uint64_t> rows;
  for (const auto& hour : prices.hours) ++rows[std::string(name(hour.purchase))];
  if (!prices.rates.empty()) rows["lambda"] = prices.rates.size();
  if (!prices.spot.empty()) rows["spot"] = prices.spot.size();
  if (!prices.newTypes.empty()) rows["new types"] = prices.newTypes.size();
  return rows;
}

// Two files of one day that disagree: nobody could say which holds.
void noteDisagreements(std::span<const ImportedPrices> files, std::span<const std::string> names) {
  struct Seen {
    double usd;
    std::string asOf;
    std::size_t file;
  };
  ImportProblems problems(names.empty() ? std::string() : names.front());
  std::map<std::tuple<std::string_view, std::string_view, Purchase>, Seen> seen;
  for (std::size_t i = 0; files.size() > 1 && i < files.size(); ++i)
    for (const auto& hour : files[i].hours) {
      const auto [place, isNew] =
          seen.try_emplace({hour.region, hour.type, hour.purchase}, Seen{hour.usd, files[i].asOf, i});
      if (!isNew && place->second.asOf == files[i].asOf && place->second.usd != hour.usd)
        problems.add(
            {fmt::format("{}: {} {} in {}", names[i], hour.type, name(hour.purchase), hour.region),
             fmt::format("{}, and {} in {} of the same day", hour.usd, place->second.usd, names[place->second.file]),
             "one price"});
      place->second = {hour.usd, files[i].asOf, i};
    }
  problems.throwIfAny();
}

std::vector<std::size_t> byPublication(std::span<const ImportedPrices> files) {
  std::vector<std::size_t> order(files.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return files[i].asOf == "undated" ? "" : files[i].asOf; });
  return order;
}

ImportedFile summaryOf(const std::string& path, const Recognised& what, const ImportedPrices& prices, double seconds) {
  return {path,
          std::string(what.format.title),
          what.head.version,
          what.head.publicationDate,
          std::filesystem::file_size(path),
          seconds,
          rowsOf(prices),
          prices.passedOver};
}

} // namespace

PriceImport importPriceLists(std::span<const std::string> files, const PriceCatalogue& base, const std::string& id,
                             const ImportProgress& progress) {
  if (!id.empty()) checkCatalogueId(id);
  ProgressMeter meter(progress, totalSizeOf(files, kFiles));
  const auto recognisedFiles = recognisedAll(files);
  PriceImport result;
  result.baseId = base.id();
  std::vector<ImportedPrices> all;
  std::vector<InstanceType> types(base.types().begin(), base.types().end()); // and those of the files before
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto start = std::chrono::steady_clock::now();
    auto prices = recognisedFiles[i].format.read({files[i], recognisedFiles[i].head, types}, meter);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    result.files.push_back(summaryOf(files[i], recognisedFiles[i], prices, spent.count()));
    types.insert(types.end(), prices.newTypes.begin(), prices.newTypes.end());
    std::ranges::sort(types, {}, &InstanceType::name);
    all.push_back(std::move(prices));
  }
  refuseEmpty(files, all);
  std::vector<ImportedPrices> ordered;
  std::vector<std::string> names;
  for (const auto i : byPublication(all)) {
    ordered.push_back(std::move(all[i]));
    names.push_back(files[i]);
  }
  noteDisagreements(ordered, names);
  auto tables = merged(base.tables(), ordered);
  if (ordered.back().asOf != "undated") tables.asOf = ordered.back().asOf;
  tables.id = id.empty() ? fmt::format("aws-{}-import", tables.asOf) : id;
  meter.throwIfStopped();
  result.json = writeCatalogue(tables);
  result.catalogue = PriceCatalogue::fromJson(result.json, tables.id); // what is written is what was checked
  return result;
}

} // namespace pricing::importing
