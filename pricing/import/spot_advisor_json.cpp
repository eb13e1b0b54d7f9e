// The Spot Advisor's feed: spot_advisor.REGION.Linux.TYPE = {"s": percent saved, "r": band of interruptions}.
#include <algorithm>
#include <fmt/format.h>

#include "pricing/import/offer_formats.hpp"
#include "pricing/json_cursor.hpp"
#include "pricing/json_reader.hpp"

namespace pricing::importing {

namespace {

struct FeedReading : JsonReading {
  const std::vector<InstanceType>* types = nullptr;
  std::string_view region;
  ImportedPrices result;
};

struct Entry {
  std::optional<double> percent;
  std::optional<int> band;
};

void readSaving(FeedReading& reading, const JsonNode& node, Entry& entry) {
  entry.percent = reading.number(node, -1000, 100, "a percentage, 100 or less");
}
void readBand(FeedReading& reading, const JsonNode& node, Entry& entry) { entry.band = reading.whole(node, 0, 4); }

void readType(FeedReading& reading, const JsonNode& node) {
  using Field = JsonField<FeedReading, Entry>;
  static constexpr std::array fields{Field{"s", readSaving, true}, Field{"r", readBand, true}};
  if (!std::ranges::binary_search(*reading.types, node.key, {}, &InstanceType::name))
    return reading.result.passedOver.add("a type that the catalogue does not know", node.key);
  Entry entry;
  readObject<FeedReading, Entry>(reading, node, entry, fields, "an entry");
  if (entry.percent && entry.band) // a price cut can leave the feed below zero
    reading.result.spot.push_back(
        {std::string(reading.region), std::string(node.key), {std::max(0.0, *entry.percent / 100), *entry.band}});
}

void readRegion(FeedReading& reading, const JsonNode& region) {
  reading.region = region.key;
  forEachMember(reading, region, [&](const JsonNode& system) {
    if (system.key != "Linux")
      return reading.result.passedOver.add(fmt::format("operating system {}", quoted(system.key)), region.key);
    forEachMember(reading, system, [&](const JsonNode& type) { readType(reading, type); });
  });
}

} // namespace

ImportedPrices readSpotAdvisor(const OfferFile& file, ProgressMeter& meter) {
  constexpr std::size_t kLargest = 64 << 20; // the feed of 2025 has 2 MB
  const auto text = wholeText(file.path, kLargest, &meter);
  FeedReading reading;
  reading.origin = file.path;
  reading.types = &file.types;
  reading.result.source = {"SA", "AWS Spot Advisor feed", "undated", "spot-bid-advisor.s3.amazonaws.com"};
  reading.result.asOf = "undated"; // the feed names no day
  simdjson::dom::parser parser;
  JsonNode root;
  if (parser.parse(text).get(root.value)) {
    parseJson(text, JsonSource{reading.origin, reading.problems}); // says where
    throw InputError({file.path, "broken JSON", "the feed of the Spot Advisor"});
  }
  JsonNode advisor{{}, &root, "spot_advisor"};
  if (root.value["spot_advisor"].get(advisor.value))
    throw InputError({file.path, "no key \"spot_advisor\"", "the feed of the Spot Advisor"});
  forEachMember(reading, advisor, [&](const JsonNode& region) { readRegion(reading, region); });
  reading.problems.throwIfAny();
  return std::move(reading.result);
}

} // namespace pricing::importing
