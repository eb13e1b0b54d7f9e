#include "app/report_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "app/benchmark.hpp"
#include "app/output_file.hpp"
#include "pricing/usage_schema.hpp"

namespace app {

namespace {

constexpr std::string_view kAbout =
    "AWS Lambda or EC2 (or both): simulates the same requests on both, prices them and gives a verdict. Works offline.";
constexpr std::string_view kFooter =
    "Start:  breakeven decide --trace access.log.gz -o report.html\n"
    "        breakeven example web-api | breakeven decide -\n"
    "Exit:   0 done, 1 internal failure, 2 bad input or usage, 3 objective not met (--fail-on-unmet), 130 interrupted.";

const std::vector<std::pair<std::string, Format>> kFormats{{"text", Format::Text},
                                                           {"json", Format::Json},
                                                           {"csv", Format::Csv},
                                                           {"md", Format::Markdown},
                                                           {"html", Format::Html}};

struct Parser {
  CLI::App app{std::string(kAbout), "breakeven"};
  Options options;
  std::uint64_t seed = 1;
  std::string format, colour = "auto";
  std::vector<std::pair<CLI::App*, Verb>> verbs;
  std::vector<CLI::Option*> seeds;

  Parser() {
    app.footer(std::string(kFooter));
    app.set_version_flag("--version", "breakeven " BREAKEVEN_VERSION);
    app.set_help_all_flag("--help-all", "Help of every verb");
    app.add_option("--generate", options.generate, "Print a man page or shell completion")
        ->check(CLI::IsMember({"man", "complete-bash", "complete-zsh", "complete-fish"}));
    app.require_subcommand(0, 1);
    addVerbs();
  }

  CLI::App* add(CLI::App& parent, const char* verb, Verb meaning, const char* help) {
    auto* sub = parent.add_subcommand(verb, help);
    verbs.emplace_back(sub, meaning);
    return sub;
  }

  // One value each time, so that a scenario may follow.
  CLI::Option* addEach(CLI::App& verb, const char* names, std::vector<std::string>& to, const char* help) {
    return verb.add_option(names, to, help)->type_name("FILE")->allow_extra_args(false);
  }

  void addOutput(CLI::App& verb) {
    verb.add_option("--format", format, "text, json, csv, md or html on standard output")
        ->check(CLI::IsMember({"text", "json", "csv", "md", "html"}));
    addEach(verb, "-o,--out", options.outputs, "Also write FILE, format from its extension (repeatable)");
    verb.add_flag("--quiet", options.quiet, "No progress");
    verb.add_flag("--verbose", options.verbose, "Every assumption in the text report");
    verb.add_option("--color", colour, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}));
  }

  void addScenario(CLI::App& verb) {
    verb.add_option("SCENARIO", options.input, "Scenario file (JSON), or - for standard input");
    addEach(verb, "--trace", options.traces, "A log or other record of requests (repeatable for its parts)");
    addEach(verb, "--set", options.settings, "Set one field, e.g. --set lambda.memory=1024MB (repeatable)")
        ->type_name("PATH=VALUE");
    seeds.push_back(verb.add_option("--seed", seed, "Seed of all random streams")->check(CLI::NonNegativeNumber));
    verb.add_option("--threads", options.threads, "0: all cores; the result does not depend on it")
        ->check(CLI::Range(0, 1024));
    addCatalogue(verb);
    addEach(verb, "--prices", options.prices, "Private prices and discounts (JSON)");
    verb.add_flag("--fail-on-unmet", options.failOnUnmet, "Exit with 3 when nothing meets the objective");
    addOutput(verb);
  }

  void addCatalogue(CLI::App& verb) {
    verb.add_option("--catalogue", options.catalogue,
                    "Prices of this catalogue: its id (prices list --catalogues) or file")
        ->type_name("ID|FILE");
  }

  void addPrices() {
    auto* prices = app.add_subcommand("prices", "Look at price catalogues, import and compare them");
    prices->require_subcommand(1);
    auto* list = add(*prices, "list", Verb::PricesList, "Every rate of a region with its source");
    list->add_option("--region", options.region, "AWS region");
    list->add_option("FILTER", options.input, "Only names that contain this");
    list->add_flag("--catalogues", options.catalogues, "The catalogues side by side instead of rates");
    addCatalogue(*list);
    addOutput(*list);
    auto* show = add(*prices, "show", Verb::PricesShow, "One rate with all its tiers");
    show->add_option("NAME", options.input, "As `prices list` names it")->required();
    show->add_option("--region", options.region, "AWS region");
    addCatalogue(*show);
    addOutput(*show);
    addPricesImport(
        *add(*prices, "import", Verb::PricesImport, "AWS's price lists, of any size, into a new catalogue"));
    auto* diff =
        add(*prices, "diff", Verb::PricesDiff, "What changed between two catalogues, and what that does to a verdict");
    diff->add_option("CATALOGUE", options.files, "Two catalogues, the older first: ids or files")
        ->required()
        ->expected(2);
    diff->add_option("--region", options.onlyRegion, "This AWS region only");
    diff->add_option("--scenario", options.input, "Also decide this scenario under both")->type_name("FILE");
    addEach(*diff, "--set", options.settings, "Set one field of the scenario (repeatable)")->type_name("PATH=VALUE");
    addOutput(*diff);
  }

  void addPricesImport(CLI::App& verb) {
    verb.add_option("FILE", options.files,
                    "Offers of EC2 or Lambda (JSON, CSV), Savings Plans (CSV), the Spot Advisor feed")
        ->required();
    verb.add_option("--base", options.catalogue, "The catalogue that the rest comes from (default: the built-in one)")
        ->type_name("ID|FILE");
    verb.add_option("--id", options.catalogueId, "Name of the new catalogue (default: aws-DAY-import)")
        ->type_name("NAME");
    addEach(verb, "-o,--out", options.outputs,
            "Write the catalogue here and not onto the shelf; - for standard output");
    verb.add_option("--format", format, "Summary as text or json")->check(CLI::IsMember({"text", "json"}));
    verb.add_flag("--quiet", options.quiet, "No progress");
  }

  void addVerbs() {
    addScenario(*add(app, "decide", Verb::Decide, "Search both platforms, give the verdict and why"));
    addScenario(
        *add(app, "simulate", Verb::Simulate, "The one Lambda and the one EC2 configuration given, full statistics"));
    auto* bill = add(app, "bill", Verb::Bill, "Itemised bill for given usage; no simulation");
    bill->add_option("USAGE", options.input, "Usage file (JSON), or - for standard input");
    addCatalogue(*bill);
    addEach(*bill, "--prices", options.prices, "Private prices and discounts (JSON, repeatable; the later wins)");
    bill->add_option("--example", options.usageExample, "Print a usage file for one service, such as ec2, and stop")
        ->type_name("SERVICE");
    bill->footer(pricing::usageSchemaText());
    addOutput(*bill);
    auto* trace = app.add_subcommand("trace", "Look at a log or convert it")->require_subcommand(1);
    auto* inspect =
        add(*trace, "inspect", Verb::TraceInspect, "What is in it: format, requests, rates, durations, skipped rows");
    inspect->add_option("FILE", options.traces, "The log, or the files that belong together")->required();
    inspect->add_option("--trace-format", options.traceFormat, "Do not guess the format");
    addOutput(*inspect);
    auto* convert = add(*trace, "convert", Verb::TraceConvert, "To the tool's own CSV: arrival_s,duration_ms");
    convert->add_option("FILE", options.traces, "The log, or the files that belong together")->required();
    convert->add_option("--trace-format", options.traceFormat, "Do not guess the format");
    addEach(*convert, "-o,--out", options.outputs, "The CSV file to write, or - for standard output")->required();
    seeds.push_back(convert->add_option("--seed", seed, "Seed of what the log leaves open, such as times in a minute")
                        ->check(CLI::NonNegativeNumber));
    convert->add_flag("--quiet", options.quiet, "No progress");
    addPrices();
    auto* example = add(app, "example", Verb::Example, "List the built-in scenarios, or print one");
    example->add_option("NAME", options.input, "The scenario to print");
    auto* bench = add(app, "bench", Verb::Bench, "How fast this program is here, beside the limit of each case");
    bench->add_option("GROUP", options.input,
                      "Only this group of cases: " + fmt::format("{}", fmt::join(benchmarkGroups(), ", ")));
    bench->add_option("--requests", options.benchRequests, "Requests in each case")->check(CLI::Range(1e3, 1e10));
    bench->add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
    bench->add_flag("--quiet", options.quiet, "No progress");
  }

  void finish() {
    for (const auto& [sub, verb] : verbs)
      if (sub->parsed()) options.verb = verb;
    for (const auto* option : seeds)
      if (option->count() > 0) options.seed = seed;
    for (const auto& [text, value] : kFormats)
      if (text == format) options.format = value;
    options.colour = colour == "always" ? Colour::Always : colour == "never" ? Colour::Never : Colour::Auto;
  }

  // Every option and verb name, for "did you mean".
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    const auto collect = [&](const CLI::App& of, auto&& self) -> void {
      for (const auto* option : of.get_options())
        for (const auto& longName : option->get_lnames()) out.push_back("--" + longName);
      for (const auto* sub : of.get_subcommands([](const CLI::App*) { return true; })) {
        out.push_back(sub->get_name());
        self(*sub, self);
      }
    };
    collect(app, collect);
    return out;
  }
};

Exit usageError(const Parser& parser, const std::string& message, const std::vector<std::string>& arguments) {
  std::string text = "breakeven: " + message;
  const auto names = parser.names();
  for (const auto& argument : arguments) {
    const auto word = argument.substr(0, argument.find('='));
    if (message.find(word) == std::string::npos || std::find(names.begin(), names.end(), word) != names.end()) continue;
    if (const auto nearest = pricing::nearestName(word, std::span<const std::string>(names)))
      text += fmt::format("; did you mean {}?", *nearest);
  }
  return {2, text + "\nRun breakeven --help for what it takes.\n"};
}

std::string optionLines(const CLI::App& verb) {
  std::string out;
  for (const auto* option : verb.get_options())
    out += fmt::format(".TP\n.B {}\n{}\n", option->get_name(false, true), option->get_description());
  return out;
}

std::string escapedRoff(std::string text) {
  for (std::size_t i = 0; (i = text.find('-', i)) != std::string::npos; i += 2) text.replace(i, 1, "\\-");
  return text;
}

std::string manPage(const Parser& parser) {
  std::string out = fmt::format(
      ".TH BREAKEVEN 1 \"\" \"breakeven {}\"\n.SH NAME\nbreakeven \\- AWS Lambda or EC2, decided by simulation\n"
      ".SH SYNOPSIS\n.B breakeven\nVERB [ARGUMENTS] [OPTIONS]\n.SH DESCRIPTION\n{}\n",
      BREAKEVEN_VERSION, kAbout);
  for (const auto& [verb, meaning] : parser.verbs) {
    const auto* parent = verb->get_parent();
    const auto path = parent == &parser.app ? verb->get_name() : parent->get_name() + " " + verb->get_name();
    out += fmt::format(".SH \"{}\"\n{}\n{}", path, verb->get_description(), escapedRoff(optionLines(*verb)));
  }
  return out +
         ".SH EXIT STATUS\n0 done, 1 internal failure, 2 bad input or usage, 3 objective not met, 130 interrupted.\n";
}

std::string words(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, " ")); }

std::vector<std::string> uniqueNames(const Parser& parser) {
  auto names = parser.names();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

} // namespace

std::optional<Format> formatOfFile(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto extension = path.substr(dot + 1);
  if (extension == "txt") return Format::Text;
  if (extension == "htm") return Format::Html;
  for (const auto& [text, value] : kFormats)
    if (extension == text && value != Format::Text) return value;
  return std::nullopt;
}

std::string_view name(Format format) {
  for (const auto& [text, value] : kFormats)
    if (value == format) return text;
  return {};
}

namespace {

struct VerbFormats {
  std::vector<Format> formats;
  std::string_view noun;
};

VerbFormats formatsOf(Verb verb) {
  using enum Format;
  switch (verb) {
  case Verb::TraceInspect: return {{Text, Json}, "trace inspect"};
  case Verb::TraceConvert: return {{Csv}, "trace convert"};
  case Verb::PricesList:
  case Verb::PricesShow:
  case Verb::PricesDiff: return {{Text, Json, Csv}, "prices"};
  case Verb::PricesImport: return {{Json}, "a catalogue"};
  default: return {{Text, Json, Csv, Markdown, Html}, {}};
  }
}

std::string extensions(const std::vector<Format>& formats) {
  std::vector<std::string> names;
  for (const auto format : formats) names.push_back(format == Format::Text ? ".txt" : fmt::format(".{}", name(format)));
  return fmt::format("{}", fmt::join(names, " "));
}

bool contains(const std::vector<Format>& formats, Format format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

} // namespace

std::vector<pricing::Problem> formatProblems(const Options& options) {
  const auto [formats, noun] = formatsOf(options.verb);
  std::vector<pricing::Problem> problems;
  const bool summary = options.verb == Verb::PricesImport; // --format is of the summary, FILE is the catalogue
  if (options.format && !summary && !contains(formats, *options.format)) {
    std::vector<std::string_view> names;
    for (const auto format : formats) names.push_back(name(format));
    problems.push_back(
        {"--format", pricing::quoted(name(*options.format)), fmt::format("{} for {}", fmt::join(names, " or "), noun)});
  }
  for (const auto& output : options.outputs) {
    if (output == "-" || isSpecialFile(output)) continue;
    const auto format = formatOfFile(output);
    if (!format)
      problems.push_back({"--out " + output, "a name whose extension names no format",
                          (formats.size() > 1 ? "one of " : "") + extensions(formats)});
    else if (!contains(formats, *format))
      problems.push_back({"--out " + output, fmt::format("a name for {}", name(*format)),
                          fmt::format("{}{} for {}", formats.size() > 1 ? "one of " : "", extensions(formats), noun)});
  }
  return problems;
}

Format formatOf(const Options& options, const std::string& output) {
  return formatOfFile(output).value_or(options.format.value_or(Format::Text));
}

std::string generated(std::string_view kind) {
  const Parser parser;
  const auto names = uniqueNames(parser);
  if (kind == "man") return manPage(parser);
  if (kind == "complete-bash") return fmt::format("complete -o default -W \"{}\" breakeven\n", words(names));
  if (kind == "complete-zsh")
    return fmt::format("#compdef breakeven\n_arguments '*: :({})' '*:file:_files'\n", words(names));
  std::string out;
  for (const auto& word : names)
    out += word.starts_with("--") ? fmt::format("complete -c breakeven -l {}\n", word.substr(2))
                                  : fmt::format("complete -c breakeven -a {}\n", word);
  return out;
}

ParsedOptions parseOptions(const std::vector<std::string>& arguments) {
  Parser parser;
  try {
    auto reversed = std::vector<std::string>(arguments.rbegin(), arguments.rend());
    parser.app.parse(reversed);
  } catch (const CLI::Success& asked) { // --help, --version
    std::ostringstream out, err;
    parser.app.exit(asked, out, err);
    return {Exit{0, out.str()}, {}};
  } catch (const CLI::ParseError& error) {
    return {usageError(parser, error.what(), arguments), {}};
  }
  parser.finish();
  if (parser.options.verb == Verb::None && parser.options.generate.empty()) return {Exit{2, parser.app.help()}, {}};
  return {std::nullopt, std::move(parser.options)};
}

} // namespace app
