#include "app/commands.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>
#include <sys/stat.h>

#include "app/output_file.hpp"
#include "model/decision.hpp"
#include "pricing/billing.hpp"
#include "pricing/usage_schema.hpp"
#include "workloads/import/trace.hpp"

namespace app {

namespace {

constexpr int kDone = 0, kBadInput = 2, kUnmet = 3, kInternal = 1, kInterrupted = 130;
// A scenario or usage file is small; a log given in its place must not be swallowed whole.
constexpr std::streamsize kLargestInput = 64 << 20;

std::string readAll(std::istream& in, const std::string& where) {
  std::string text;
  std::array<char, 1 << 16> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (static_cast<std::streamsize>(text.size()) > kLargestInput)
      throw pricing::InputError({where, "more than 64 MB", "a JSON file; a log is given with --trace"});
  }
  if (in.bad()) throw pricing::InputError({where, "a file that cannot be read", "a file that can be read"});
  return text;
}

// The reports go there anyway; as an output it says so.
bool isStandardOutput(const std::string& path) { return path == "-" || path == "/dev/stdout"; }

struct Input {
  std::string text, origin, directory = ".";
};

Input readInput(const std::string& path, Console& console) {
  if (path == "-") return {readAll(console.in, "standard input"), "standard input", "."};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw pricing::InputError({path, "no such file", "a file that can be read, or - for standard input"});
  if (S_ISDIR(status.st_mode)) throw pricing::InputError({path, "a directory", "a JSON file"});
  std::ifstream file(path, std::ios::binary);
  if (!file) throw pricing::InputError({path, "a file that cannot be opened", "a file that can be read"});
  const auto slash = path.rfind('/');
  return {readAll(file, path), path, slash == std::string::npos ? "." : path.substr(0, slash)};
}
Input readInput(const Options& options, Console& console) { return readInput(options.input, console); }

// A log in the scenario's place is the commonest slip of a newcomer.
void refuseLog(const Input& input) {
  const auto first = input.text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string::npos)
    throw pricing::InputError(
        {input.origin, "an empty file", "a scenario in JSON (breakeven example web-api prints one)"});
  if (input.text[first] == '{') return;
  throw pricing::InputError(
      {input.origin, pricing::quoted(std::string_view(input.text).substr(first, 24)),
       "a scenario in JSON, which starts with {; a log of requests is given as --trace " + input.origin});
}

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

// --trace and --seed are settings with shorter names; --set comes after them and wins.
std::vector<std::string> settingsOf(const Options& options) {
  std::vector<std::string> settings;
  if (!options.traces.empty()) {
    std::string files;
    for (const auto& file : options.traces) files += (files.empty() ? "" : ",") + jsonString(file);
    settings.push_back("workload.arrivals={\"kind\":\"trace\",\"files\":[" + files + "]}");
  }
  if (options.seed) settings.push_back(fmt::format("run.seed={}", *options.seed));
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
  const auto input = readInput(options, console);
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

// Results in every format asked for: the files opened before the run, then standard output.
class Outputs {
 public:
  Outputs(const Options& options, Console& console) : m_options(options), m_console(console) {
    for (const auto& path : options.outputs)
      if (!isStandardOutput(path)) m_files.emplace_back(path);
  }

  // `forConsole` may differ from `render(Format::Text)` by colour only.
  void write(auto&& render, auto&& forConsole) {
    for (auto& file : m_files) file.commit(render(formatOf(m_options, file.path())));
    const auto format = m_options.format.value_or(Format::Text);
    m_console.out << (format == Format::Text ? forConsole() : render(format)) << std::flush;
    if (m_options.quiet) return;
    for (const auto& file : m_files) m_console.err << "written: " << file.path() << "\n";
  }
  void write(auto&& render) {
    write(render, [&] { return render(Format::Text); });
  }

 private:
  const Options& m_options;
  Console& m_console;
  std::vector<OutputFile> m_files;
};

// One line on a terminal, rewritten in place.
class ProgressLine {
 public:
  explicit ProgressLine(Console& console, bool on)
      : m_console(console), m_on(on), m_start(std::chrono::steady_clock::now()) {}
  ~ProgressLine() { clear(); }

  void show(const model::Progress& progress) {
    if (!m_on) return;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - m_start;
    auto line = fmt::format("{:>3.0f} %  {}", 100 * progress.done, progress.stage);
    if (progress.requestsPerSecond > 0)
      line += fmt::format("  {} requests/s", pricing::displayCount(progress.requestsPerSecond));
    if (progress.done > 0.02 && spent.count() > 1)
      line +=
          fmt::format("  about {} left", pricing::displaySeconds(spent.count() * (1 - progress.done) / progress.done));
    m_console.err << "\r\x1b[K" << line << std::flush;
  }
  void clear() {
    if (m_on) m_console.err << "\r\x1b[K" << std::flush;
  }

 private:
  Console& m_console;
  bool m_on;
  std::chrono::steady_clock::time_point m_start;
};

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
  auto catalogue = pricing::PriceCatalogue::embedded();
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
  const auto input = readInput(options, console);
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
  workloads::ImportProgress progress;
  progress.stop = stop;
  progress.report = [&](std::uint64_t done, std::uint64_t total) {
    line.show({"reading", total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0, 0});
  };
  return workloads::openTrace(options.traces, how, progress);
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

int pricesVerb(const Options& options, Console& console) {
  const auto catalogue = pricing::PriceCatalogue::embedded();
  if (!catalogue->hasRegion(options.region))
    throw pricing::InputError({"--region", pricing::quoted(options.region), "a region of the price catalogue",
                               pricing::nearestName(options.region, catalogue->regions())});
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
    return fmt::format("Catalogue {} as of {}, {}\n", catalogue->id(), catalogue->asOf(), options.region) +
           pricesText(tariffs);
  });
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
  case Verb::PricesShow: return pricesVerb(options, console);
  case Verb::Example: return exampleVerb(options, console);
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
