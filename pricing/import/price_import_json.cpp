// The summary of an import, as text and as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pricing/import/price_import.hpp"
#include "pricing/quantities.hpp"

namespace pricing::importing {

namespace {

double megabytesPerSecond(const ImportedFile& file) {
  return file.seconds > 0 ? static_cast<double>(file.bytes) / 1e6 / file.seconds : 0;
}

std::string textOf(const ImportedFile& file) {
  std::string out = fmt::format("{}\n  {}", file.file, file.format);
  if (!file.version.empty()) out += fmt::format(", version {} of {}", file.version, file.publicationDate.substr(0, 10));
  out += fmt::format("; {:.1f} MB, {:.0f} MB/s\n", static_cast<double>(file.bytes) / 1e6, megabytesPerSecond(file));
  for (const auto& [kind, count] : file.rows) out += fmt::format("  {:>9}  {}\n", count, kind);
  if (file.passedOver.entries().empty()) return out;
  out += fmt::format("  passed over {}:\n", file.passedOver.total());
  for (const auto& [reason, entry] : file.passedOver.entries())
    out += fmt::format("  {:>9}  {} (first: {})\n", entry.count, reason, entry.first);
  return out;
}

} // namespace

std::string importText(const PriceImport& result) {
  std::string out = fmt::format("Catalogue {} as of {}, on the base {}\n", result.catalogue->id(),
                                result.catalogue->asOf(), result.baseId);
  for (const auto& file : result.files) out += textOf(file);
  return out;
}

std::string importJson(const PriceImport& result) {
  nlohmann::ordered_json json{
      {"catalogue", {{"id", result.catalogue->id()}, {"as_of", result.catalogue->asOf()}, {"base", result.baseId}}},
      {"files", nlohmann::ordered_json::array()}};
  for (const auto& file : result.files) {
    auto passed = nlohmann::ordered_json::array();
    for (const auto& [reason, entry] : file.passedOver.entries())
      passed.push_back({{"reason", reason}, {"count", entry.count}, {"first", entry.first}});
    json["files"].push_back({{"file", file.file},
                             {"format", file.format},
                             {"version", file.version},
                             {"published", file.publicationDate},
                             {"bytes", file.bytes},
                             {"seconds", file.seconds},
                             {"mb_per_s", megabytesPerSecond(file)},
                             {"rows", file.rows},
                             {"passed_over", std::move(passed)}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace pricing::importing
