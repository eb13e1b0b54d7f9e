#include "app/prices_commands.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <ostream>

#include "app/verb_io.hpp"
#include "pricing/catalogue_diff.hpp"
#include "pricing/catalogue_shelf.hpp"
#include "pricing/import/price_import.hpp"

namespace app {

namespace {

// --- list and show

std::string tiersOf(const pricing::Tariff& tariff) {
  std::string out;
  for (const auto& tier : tariff.tiers)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", pricing::display(tier.price),
                       tier.from > 0 ? fmt::format(" from {}", pricing::displayCount(tier.from)) : "");
  return out;
}

std::string pricesCsv(const std::vector<pricing::Tariff>& tariffs) {
  std::string out = "name,unit,from,usd,estimated,as_of,source\n";
  for (const auto& t : tariffs)
    for (const auto& tier : t.tiers)
      out += fmt::format("{},{},{},{},{},{},\"{}\"\n", t.name, t.unit, tier.from, tier.price.inDollarsPerUnit(),
                         t.estimated, t.asOf, t.source);
  return out;
}

std::string pricesText(const std::vector<pricing::Tariff>& tariffs) {
  std::string out;
  for (const auto& t : tariffs)
    out += fmt::format("{:<44} {}{} per {}  [{}, {}]\n", t.name, t.estimated ? "~" : "", tiersOf(t), t.unit, t.source,
                       t.asOf);
  return out;
}

std::string placeOf(const pricing::ShelvedCatalogue& each) { return each.where.empty() ? "built in" : each.where; }

std::string cataloguesText(const std::vector<pricing::ShelvedCatalogue>& all) {
  std::string out;
  std::size_t width = 0;
  for (const auto& each : all) width = std::max(width, each.id.size());
  for (const auto& each : all)
    out += fmt::format("{:<{}}  {:<10}  {}\n", each.id, width, each.asOf.empty() ? "-" : each.asOf,
                       each.problem.empty() ? placeOf(each) : "broken: " + each.problem);
  return out;
}

std::string cataloguesCsv(const std::vector<pricing::ShelvedCatalogue>& all) {
  std::string out = "id,as_of,file,problem\n";
  const auto quoted = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, 1, '"');
    return text.empty() ? text : fmt::format("\"{}\"", text);
  };
  for (const auto& each : all)
    out += fmt::format("{},{},{},{}\n", quoted(each.id), each.asOf, quoted(each.where), quoted(each.problem));
  return out;
}

int cataloguesVerb(const Options& options, Console& console) {
  Outputs outputs(options, console);
  const auto all = pricing::shelvedCatalogues();
  outputs.write([&](Format format) {
    if (format == Format::Json) return pricing::cataloguesJson(all);
    return format == Format::Csv ? cataloguesCsv(all) : cataloguesText(all);
  });
  return kDone;
}

// The catalogue that is used, and the others by id, so that nobody misses that there are several.
std::string headOf(const pricing::PriceCatalogue& used, const Options& options) {
  auto head = fmt::format("Catalogue {} as of {}, {}\n", used.id(), used.asOf(), options.region);
  std::string others;
  for (const auto& each : pricing::shelvedCatalogues())
    if (each.id != used.id())
      others += fmt::format("{}{} ({})", others.empty() ? "" : ", ", each.id, each.asOf.empty() ? "broken" : each.asOf);
  if (!others.empty()) head += fmt::format("Others with --catalogue ID: {}\n", others);
  return head;
}

void checkRegion(const pricing::PriceCatalogue& catalogue, const std::string& region) {
  if (catalogue.hasRegion(region)) return;
  throw pricing::InputError({"--region", pricing::quoted(region), "a region of the price catalogue",
                             pricing::nearestName(region, catalogue.regions())});
}

int listVerb(const Options& options, Console& console) {
  const auto catalogue = pricing::openCatalogue(options.catalogue);
  checkRegion(*catalogue, options.region);
  Outputs outputs(options, console);
  std::vector<pricing::Tariff> tariffs;
  if (options.verb == Verb::PricesShow) {
    tariffs.push_back(catalogue->require(options.region, options.input));
  } else {
    for (auto& tariff : catalogue->list(options.region))
      if (tariff.name.find(options.input) != std::string::npos) tariffs.push_back(std::move(tariff));
  }
  outputs.write([&](Format format) {
    if (format == Format::Csv) return pricesCsv(tariffs);
    if (format == Format::Json) return pricing::tariffsJson(tariffs);
    return headOf(*catalogue, options) + pricesText(tariffs);
  });
  return kDone;
}

// --- import

// The folder is made now, so that a place that cannot be written fails before gigabytes are read.
std::string shelfForWriting() {
  const auto folder = pricing::shelfFolder();
  if (folder.empty())
    throw pricing::InputError(
        {"HOME", "nothing", "a home for the shelf of catalogues, BREAKEVEN_CATALOGUES or -o FILE"});
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw pricing::InputError({folder, error.message(), "a folder for catalogues that can be made"});
  return folder;
}

// An id names one catalogue of the shelf: the built-in one and files under other names keep theirs. The same file is
// replaced.
void refuseTakenId(const std::string& id, const std::string& path, bool onShelf) {
  for (const auto& each : pricing::shelvedCatalogues()) {
    std::error_code none;
    const bool rival = each.where.empty() || (onShelf && !std::filesystem::equivalent(each.where, path, none));
    if (each.id != id || !rival) continue;
    throw pricing::InputError({"--id",
                               fmt::format("{}, the id of {}", pricing::quoted(id),
                                           each.where.empty() ? "the built-in catalogue" : each.where),
                               "an id of its own"});
  }
}

void checkImportOutputs(const Options& options) {
  if (options.outputs.size() > 1)
    throw pricing::InputError({"--out", fmt::format("{} files", options.outputs.size()), "one catalogue file"});
  if (options.catalogueId.empty()) return;
  pricing::checkCatalogueId(options.catalogueId);
}

int importVerb(const Options& options, Console& console, const std::stop_token& stop) {
  checkImportOutputs(options);
  const auto base = pricing::openCatalogue(options.catalogue);
  const bool toConsole = !options.outputs.empty() && isStandardOutput(options.outputs.front());
  std::optional<OutputFile> file; // opened before the run where its name is known
  if (!options.outputs.empty() && !toConsole) file.emplace(options.outputs.front());
  const auto folder = options.outputs.empty() ? shelfForWriting() : std::string();
  ProgressLine line(console, console.progress && !options.quiet);
  const auto result =
      pricing::importing::importPriceLists(options.files, *base, options.catalogueId, line.importing("reading", stop));
  line.clear();
  const auto summary = options.format == Format::Json ? importJson(result) : importText(result);
  if (toConsole) {
    console.out << result.json << std::flush;
    console.err << summary;
    return kDone;
  }
  if (!file) file.emplace(fmt::format("{}/{}.json", folder, result.catalogue->id()));
  refuseTakenId(result.catalogue->id(), file->path(), !folder.empty());
  file->commit(result.json);
  console.out << summary << std::flush;
  if (!options.quiet) console.err << "written: " << file->path() << "\n";
  return kDone;
}

// --- diff

using Prices = std::shared_ptr<const pricing::PriceCatalogue>;

// Nothing: interrupted.
std::shared_ptr<const model::Decision> evaluated(const model::Scenario& scenario,
                                                 const pricing::PriceCatalogue& catalogue, ProgressLine& line,
                                                 const Options& options, const std::stop_token& stop) {
  model::RunControl control;
  control.stop = stop;
  control.threads = options.threads;
  control.progress = [&](const model::Progress& progress) { line.show(progress); };
  const auto outcome = model::evaluate(scenario, catalogue, control);
  const auto* decision = std::get_if<std::shared_ptr<const model::Decision>>(&outcome);
  return decision ? *decision : nullptr;
}

pricing::VerdictChange verdictChange(const model::Scenario& scenario, const model::Decision& before,
                                     const model::Decision& after) {
  pricing::VerdictChange change;
  change.scenario = scenario.name;
  change.before = name(before.verdict);
  change.after = name(after.verdict);
  change.headlineBefore = model::headline(before);
  change.headlineAfter = model::headline(after);
  const auto cost = [](const std::optional<model::PlatformResult>& platform) {
    return platform ? std::optional(platform->monthlyCostUsd.value) : std::nullopt;
  };
  change.platforms.push_back({"lambda", cost(before.lambda), cost(after.lambda)});
  change.platforms.push_back({"ec2", cost(before.ec2), cost(after.ec2)});
  return change;
}

// False: interrupted.
bool addVerdict(pricing::CatalogueDiff& diff, const Prices& before, const Prices& after, const Options& options,
                Console& console, const std::stop_token& stop) {
  const auto input = readInput(options.input, console);
  refuseLog(input);
  auto scenario = model::readScenario(input.text, input.origin, options.settings, input.directory);
  scenario.prices.catalogue.clear(); // the two that are compared take its place; private prices stay
  ProgressLine line(console, console.progress && !options.quiet);
  const auto under = [&](const Prices& prices) {
    return evaluated(scenario, *model::catalogueOf(scenario, prices), line, options, stop);
  };
  const auto old = under(before);
  const auto now = old ? under(after) : nullptr;
  if (!now) return false;
  diff.verdict = verdictChange(scenario, *old, *now);
  return true;
}

int diffVerb(const Options& options, Console& console, const std::stop_token& stop) {
  const auto before = pricing::openCatalogue(options.files.at(0)), after = pricing::openCatalogue(options.files.at(1));
  Outputs outputs(options, console);
  auto diff = pricing::diffCatalogues(*before, *after, options.onlyRegion);
  if (!options.input.empty() && !addVerdict(diff, before, after, options, console, stop)) {
    console.err << "breakeven: interrupted; nothing was written\n";
    return kInterrupted;
  }
  outputs.write([&](Format format) {
    if (format == Format::Json) return pricing::diffJson(diff);
    return format == Format::Csv ? pricing::diffCsv(diff) : pricing::diffText(diff);
  });
  return kDone;
}

} // namespace

int pricesVerb(const Options& options, Console& console, const std::stop_token& stop) {
  switch (options.verb) {
  case Verb::PricesImport: return importVerb(options, console, stop);
  case Verb::PricesDiff: return diffVerb(options, console, stop);
  default: return options.catalogues ? cataloguesVerb(options, console) : listVerb(options, console);
  }
}

} // namespace app
