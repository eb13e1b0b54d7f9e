#include "app/commands.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <ostream>

#include "app/benchmark.hpp"
#include "app/prices_commands.hpp"
#include "app/verb_io.hpp"
#include "model/decision.hpp"
#include "pricing/billing.hpp"
#include "pricing/catalogue_shelf.hpp"
#include "pricing/usage_schema.hpp"
#include "workloads/import/trace.hpp"

namespace app {

namespace {

std::string jsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

// --trace, --seed, --catalogue and --prices are settings with shorter names; --set comes after them and wins.
std::vector<std::string> settingsOf(const Options& options) {
  std::vector<std::string> settings;
  if (!options.traces.empty()) {
    std::string files;
    for (const auto& file : options.traces) files += (files.empty() ? "" : ",") + jsonString(file);
    settings.push_back("workload.arrivals={\"kind\":\"trace\",\"files\":[" + files + "]}");
  }
  if (options.seed) settings.push_back(fmt::format("run.seed={}", *options.seed));
  if (!options.catalogue.empty()) settings.push_back("prices.catalogue=" + jsonString(options.catalogue));
  if (!options.prices.empty()) settings.push_back("prices.private=" + jsonString(options.prices.front()));
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  return settings;
}

model::Scenario scenarioOf(const Options& options, Console& console) {
  if (options.input.empty() && options.traces.empty() && options.settings.empty())
    throw pricing::InputError({"command line", "neither a scenario nor a trace",
                               "SCENARIO, - or --trace FILE (breakeven example lists scenarios to start from)"});
  const auto settings = settingsOf(options);
  if (options.input.empty()) {
    auto name = options.traces.empty() ? std::string("command line") : options.traces.front();
    return model::readScenario("{\"name\": " + jsonString(name.substr(name.rfind('/') + 1)) + "}", "command line",
                               settings);
  }
  const auto input = readInput(options.input, console);
  refuseLog(input);
  // A trace named on the command line is relative to where the user is, one named in the file to the file.
  auto scenario = model::readScenario(input.text, input.origin, settings, input.directory);
  const bool namedAgain = std::any_of(options.settings.begin(), options.settings.end(), [](const std::string& text) {
    return text.starts_with("workload.arrivals=") || text.starts_with("workload.arrivals.file");
  });
  if (auto* arrivals = std::get_if<workloads::TraceArrivals>(&scenario.workload.arrivals);
      arrivals && !options.traces.empty() && !namedAgain)
    arrivals->files = options.traces;
  return scenario;
}

std::string rendered(const model::Decision& decision, Format format) {
  switch (format) {
  case Format::Json: return model::reportJson(decision);
  case Format::Csv: return model::reportCsv(decision);
  case Format::Markdown: return model::reportMarkdown(decision);
  case Format::Html: return model::reportHtml(decision);
  case Format::Text: return model::reportText(decision);
  }
  return {};
}

// The headline in bold: green for an answer, yellow for a draw, red when nothing is good enough.
std::string coloured(std::string report, const model::Decision& decision) {
  const auto headline = model::headline(decision);
  const auto at = report.find(headline);
  if (at == std::string::npos) return report;
  const bool unmet = decision.verdict == model::Verdict::NeitherMeetsObjective;
  const bool draw = decision.verdict == model::Verdict::TooCloseToCall;
  report.insert(at + headline.size(), "\x1b[0m");
  report.insert(at, fmt::format("\x1b[1;{}m", unmet ? 31 : draw ? 33 : 32));
  return report;
}

int evaluateVerb(const Options& options, Console& console, const std::stop_token& stop) {
  if (options.prices.size() > 1)
    throw pricing::InputError({"--prices", fmt::format("{} files", options.prices.size()), "one file"});
  const auto scenario = scenarioOf(options, console);
  Outputs outputs(options, console);
  ProgressLine line(console, console.progress && !options.quiet);
  model::RunControl control;
  control.stop = stop;
  control.threads = options.threads;
  control.progress = [&](const model::Progress& progress) { line.show(progress); };
  const auto catalogue = model::catalogueOf(scenario, pricing::PriceCatalogue::embedded());
  const auto evaluate = options.verb == Verb::Decide ? model::evaluate : model::simulate;
  const auto outcome = evaluate(scenario, *catalogue, control);
  line.clear();
  if (std::holds_alternative<model::Cancelled>(outcome)) {
    console.err << "breakeven: interrupted; nothing was written\n";
    return kInterrupted;
  }
  const auto& decision = *std::get<std::shared_ptr<const model::Decision>>(outcome);
  const auto render = [&](Format format) {
    if (format == Format::Text && options.verbose) return model::reportText(decision, model::Detail::Everything);
    return rendered(decision, format);
  };
  outputs.write(render,
                [&] { return console.colour ? coloured(render(Format::Text), decision) : render(Format::Text); });
  const bool unmet = decision.verdict == model::Verdict::NeitherMeetsObjective;
  return unmet && options.failOnUnmet ? kUnmet : kDone;
}

// The catalogue with the user's private prices, file by file.
std::shared_ptr<const pricing::PriceCatalogue> catalogueOf(const Options& options, Console& console) {
  auto catalogue = pricing::openCatalogue(options.catalogue);
  for (const auto& path : options.prices) {
    const auto input = readInput(path, console);
    catalogue = catalogue->with(pricing::readPrivatePrices(input.text, input.origin, *catalogue));
  }
  return catalogue;
}

int billVerb(const Options& options, Console& console) {
  if (!options.usageExample.empty()) {
    console.out << pricing::usageExample(options.usageExample);
    return kDone;
  }
  if (options.input.empty())
    throw pricing::InputError({"command line", "no usage", "USAGE or - (breakeven bill --example ec2 prints one)"});
  const auto input = readInput(options.input, console);
  Outputs outputs(options, console);
  auto catalogue = catalogueOf(options, console);
  const auto file = pricing::readUsage(input.text, input.origin, catalogue.get());
  if (!file.prices.empty()) catalogue = catalogue->with(file.prices);
  const auto bill = pricing::price(file.usage, *catalogue, input.origin);
  outputs.write([&](Format format) {
    switch (format) {
    case Format::Json: return pricing::billJson(bill);
    case Format::Csv: return pricing::billCsv(bill);
    case Format::Markdown: return pricing::billMarkdown(bill);
    case Format::Html: return pricing::billHtml(bill);
    case Format::Text: break;
    }
    return pricing::billText(bill);
  });
  return kDone;
}

std::shared_ptr<const workloads::Trace> openedTrace(const Options& options, Console& console,
                                                    const std::stop_token& stop) {
  workloads::TraceOptions how;
  how.format = options.traceFormat;
  ProgressLine line(console, console.progress && !options.quiet);
  return workloads::openTrace(options.traces, how, line.importing("reading", stop));
}

int inspectVerb(const Options& options, Console& console, const std::stop_token& stop) {
  Outputs outputs(options, console);
  const auto trace = openedTrace(options, console, stop);
  outputs.write([&](Format format) {
    return format == Format::Json ? workloads::traceSummaryJson(trace->summary())
                                  : workloads::traceSummaryText(trace->summary());
  });
  return kDone;
}

int convertVerb(const Options& options, Console& console, const std::stop_token& stop) {
  if (options.outputs.size() != 1)
    throw pricing::InputError({"--out", fmt::format("{} files", options.outputs.size()), "one CSV file"});
  const auto& path = options.outputs.front();
  std::optional<OutputFile> file; // opened before the log is read
  if (!isStandardOutput(path)) file.emplace(path);
  const auto trace = openedTrace(options, console, stop);
  workloads::writeTraceCsv(
      *trace, options.seed.value_or(1),
      [&](std::string_view text) {
        if (file)
          file->write(text);
        else
          console.out << text;
      },
      stop);
  if (!file) return kDone;
  file->commit();
  if (!options.quiet) console.err << "written: " << path << "\n";
  return kDone;
}

int exampleVerb(const Options& options, Console& console) {
  if (options.input.empty()) {
    for (const auto& example : model::examples())
      console.out << fmt::format("{:<16} {}\n", example.name, example.title);
    return kDone;
  }
  std::vector<std::string_view> names;
  for (const auto& example : model::examples()) {
    if (example.name == options.input) {
      console.out << example.json << (example.json.ends_with('\n') ? "" : "\n");
      return kDone;
    }
    names.push_back(example.name);
  }
  throw pricing::InputError({"example", pricing::quoted(options.input),
                             fmt::format("one of {}", fmt::join(names, ", ")),
                             pricing::nearestName(options.input, std::span<const std::string_view>(names))});
}

int benchVerb(const Options& options, Console& console, const std::stop_token& stop) {
  const auto groups = benchmarkGroups();
  if (!options.input.empty() && std::ranges::find(groups, options.input) == groups.end())
    throw pricing::InputError({"bench", pricing::quoted(options.input),
                               fmt::format("one of {}", fmt::join(groups, ", ")),
                               pricing::nearestName(options.input, groups)});
  ProgressLine line(console, console.progress && !options.quiet);
  const auto cases = benchmarkCases(options.input, options.benchRequests);
  std::vector<BenchmarkRow> rows;
  for (const auto& each : cases) {
    if (stop.stop_requested()) break;
    line.show({"measuring", static_cast<double>(rows.size()) / static_cast<double>(cases.size()), 0});
    rows.push_back(measure(each));
  }
  const bool wholeRuns = options.input.empty() || options.input == kRunGroup;
  const auto runs = wholeRuns ? measureRuns(stop) : std::vector<RunMeasure>();
  line.clear();
  console.out << (options.format == Format::Json ? benchmarkJson(rows, runs) : benchmarkText(rows, runs));
  return stop.stop_requested() ? kInterrupted : kDone;
}

} // namespace

int run(const Options& options, Console& console, std::stop_token stop) {
  if (!options.generate.empty()) {
    console.out << generated(options.generate);
    return kDone;
  }
  if (auto problems = formatProblems(options); !problems.empty()) throw pricing::InputError(std::move(problems));
  switch (options.verb) {
  case Verb::Decide:
  case Verb::Simulate: return evaluateVerb(options, console, stop);
  case Verb::Bill: return billVerb(options, console);
  case Verb::TraceInspect: return inspectVerb(options, console, stop);
  case Verb::TraceConvert: return convertVerb(options, console, stop);
  case Verb::PricesList:
  case Verb::PricesShow:
  case Verb::PricesImport:
  case Verb::PricesDiff: return pricesVerb(options, console, stop);
  case Verb::Example: return exampleVerb(options, console);
  case Verb::Bench: return benchVerb(options, console, stop);
  case Verb::None: break;
  }
  return kBadInput;
}

int runGuarded(const Options& options, Console& console, std::stop_token stop) {
  try {
    const int code = run(options, console, stop);
    if (console.out.flush()) return code;
    console.err << "breakeven: standard output was closed before everything was written\n";
    return kInternal;
  } catch (const workloads::ImportCancelled&) {
    console.err << "breakeven: interrupted; nothing was written\n";
    return kInterrupted;
  } catch (const pricing::InputError& error) {
    for (const auto& problem : error.problems()) console.err << "breakeven: " << pricing::sentence(problem) << "\n";
    return kBadInput;
  } catch (const std::exception& error) {
    console.err << "breakeven: internal failure: " << error.what() << "\n";
    return kInternal;
  }
}

} // namespace app
