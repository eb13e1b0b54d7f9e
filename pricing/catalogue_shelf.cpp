#include "pricing/catalogue_shelf.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pricing/catalogue_json.hpp"
#include "pricing/import/byte_source.hpp"
#include "pricing/problem.hpp"

namespace pricing {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 256 << 20; // a hundred times the embedded one
constexpr std::string_view kExtension = ".json";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::vector<std::string> shelfFolders() {
  std::vector<std::string> folders;
  std::string named = variable("BREAKEVEN_CATALOGUES");
  for (std::string_view rest = named; !rest.empty();) {
    const auto end = std::min(rest.find(':'), rest.size());
    if (end > 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!folders.empty()) return folders;
  if (const auto data = variable("XDG_DATA_HOME"); !data.empty()) return {data + "/breakeven/catalogues"};
  if (const auto home = variable("HOME"); !home.empty()) return {home + "/.local/share/breakeven/catalogues"};
  return {};
}

// "KEY": "text" of the outermost object, which stands before all sections in files of ours.
std::string textOfKey(std::string_view head, std::string_view key) {
  auto rest = head.substr(std::min(head.find(fmt::format("\n\"{}\"", key)), head.size()));
  rest = rest.substr(std::min(rest.find(':'), rest.size()));
  const auto open = rest.find('"'), close = rest.find('"', open + 1);
  if (open == std::string_view::npos || close == std::string_view::npos || rest.find('\n') < close) return {};
  return std::string(rest.substr(open + 1, close - open - 1));
}

ShelvedCatalogue lookedAt(const std::string& path) {
  constexpr std::size_t kHead = 4096;
  ShelvedCatalogue found{fs::path(path).stem().string(), {}, path, {}};
  try {
    const auto head = importing::firstBytes(path, kHead);
    auto id = textOfKey(head, "id"), asOf = textOfKey(head, "as_of");
    if (id.empty() || asOf.empty()) { // not in our layout
      const auto tables = readCatalogue(importing::wholeText(path, kLargestFile), path);
      id = tables.id, asOf = tables.asOf;
    }
    found.id = std::move(id), found.asOf = std::move(asOf);
  } catch (const InputError& error) {
    found.problem = sentence(error.problems().front());
  }
  return found;
}

std::vector<std::string> filesOf(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == kExtension && !entry.is_directory(none)) files.push_back(entry.path().string());
  return files;
}

bool isPath(std::string_view text) { return text.find('/') != std::string_view::npos || text.ends_with(kExtension); }

std::shared_ptr<const PriceCatalogue> fromFile(const std::string& path) {
  return PriceCatalogue::fromJson(importing::wholeText(path, kLargestFile), path);
}

std::string placeOf(const ShelvedCatalogue& each) { return each.where.empty() ? "the built-in one" : each.where; }

} // namespace

std::string shelfFolder() {
  const auto folders = shelfFolders();
  return folders.empty() ? std::string() : folders.front();
}

void checkCatalogueId(const std::string& id) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; };
  if (id.empty() || id.size() > 100 || id.front() == '.' || !std::ranges::all_of(id, fits))
    throw InputError(
        {"the id of a catalogue", pricing::quoted(id), "letters, digits, '.', '_' and '-', such as aws-2026-11-23"});
}

std::vector<ShelvedCatalogue> shelvedCatalogues() {
  const auto builtIn = PriceCatalogue::embedded();
  std::vector<ShelvedCatalogue> all{{builtIn->id(), builtIn->asOf(), {}, {}}};
  for (const auto& folder : shelfFolders())
    for (const auto& path : filesOf(folder)) all.push_back(lookedAt(path));
  std::ranges::sort(all.begin() + 1, all.end(), {},
                    [](const ShelvedCatalogue& each) { return std::tie(each.asOf, each.id, each.where); });
  for (auto& each : all) {
    const auto twin = std::ranges::find_if(
        all, [&](const ShelvedCatalogue& other) { return &other != &each && other.id == each.id; });
    if (twin != all.end() && each.problem.empty() && !each.where.empty())
      each.problem = fmt::format("{}: found the id {} of {}, expected an id of its own", each.where,
                                 pricing::quoted(each.id), placeOf(*twin));
  }
  return all;
}

std::shared_ptr<const PriceCatalogue> openCatalogue(std::string_view idOrFile) {
  const auto builtIn = PriceCatalogue::embedded();
  if (idOrFile.empty()) return builtIn;
  if (isPath(idOrFile)) return fromFile(std::string(idOrFile));
  const auto all = shelvedCatalogues();
  std::vector<std::string> places, ids;
  for (const auto& each : all) {
    ids.push_back(each.id);
    if (each.id == idOrFile) places.push_back(placeOf(each));
  }
  if (places.empty())
    throw InputError({"catalogue", pricing::quoted(idOrFile),
                      fmt::format("the path of a file or one of {}", fmt::join(ids, ", ")),
                      nearestName(idOrFile, std::span<const std::string>(ids))});
  if (places.size() > 1)
    throw InputError({"catalogue", fmt::format("{} twice: {}", pricing::quoted(idOrFile), fmt::join(places, " and ")),
                      "each id once, or the path of a file"});
  return idOrFile == builtIn->id() ? builtIn : fromFile(places.front());
}

} // namespace pricing
