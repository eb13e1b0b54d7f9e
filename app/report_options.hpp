#pragma once
// Command line -> plain struct, so that commands are functions of a value and are tested without a process. Names and
// meanings: contract section 2. Pinned by tests/app/report_options_test.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/problem.hpp"

namespace app {

enum class Verb {
  None,
  Decide,
  Simulate,
  Bill,
  TraceInspect,
  TraceConvert,
  PricesList,
  PricesShow,
  PricesImport,
  PricesDiff,
  Example,
  Bench
};
enum class Format { Text, Json, Csv, Markdown, Html };
enum class Colour { Auto, Always, Never };

struct Options {
  Verb verb = Verb::None;
  std::string input;                 // SCENARIO, USAGE, NAME or rate name; "-" is standard input; may be empty
  std::vector<std::string> traces;   // --trace, or the files of `trace inspect`
  std::string traceFormat;           // --trace-format
  std::optional<Format> format;      // --format; default text (bill, example: their own)
  std::vector<std::string> outputs;  // -o, format from the extension; "-" is standard output, written anyway
  std::vector<std::string> settings; // --set path=value
  std::optional<std::uint64_t> seed;
  int threads = 0;
  bool quiet = false, verbose = false, failOnUnmet = false;
  Colour colour = Colour::Auto;
  std::string region = "us-east-1"; // prices list
  std::vector<std::string> prices;  // --prices: files of private prices, the later wins
  std::string usageExample;         // bill --example SERVICE
  std::string onlyRegion;           // prices diff --region; empty: all
  std::string catalogue;            // --catalogue (import: --base): an id or a file; empty: the built-in one
  bool catalogues = false;          // prices list --catalogues
  std::vector<std::string> files;   // the files of `prices import`, both catalogues of `prices diff`
  std::string catalogueId;          // prices import --id
  double benchRequests = 2e6;       // bench --requests: in each case
  std::string generate;             // man, complete-bash, complete-zsh, complete-fish
};

// What to do instead of running: print `text` and exit with `code` (help, version: 0 on standard output; usage: 2).
struct Exit {
  int code = 0;
  std::string text;
};
struct ParsedOptions {
  std::optional<Exit> exit; // set: nothing to run
  Options options;
};
ParsedOptions parseOptions(const std::vector<std::string>& arguments); // without the program's name

// "report.html" -> Html; nothing when the extension names no format.
std::optional<Format> formatOfFile(std::string_view path);
std::string_view name(Format format);

// --format and --out that the verb cannot serve, to be refused before anything runs.
std::vector<pricing::Problem> formatProblems(const Options& options);
// The format of one of options.outputs: by extension, and for a device or pipe as on standard output.
Format formatOf(const Options& options, const std::string& output);

// Man page, shell completion; `kind` as Options::generate.
std::string generated(std::string_view kind);

} // namespace app
