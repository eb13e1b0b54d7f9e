// The command line as values: names of contract section 2, usage errors with the nearest name.
#include "app/report_options.hpp"
#include "tests/support/catch.hpp"

using namespace app;

TEST_CASE("decide takes a scenario, traces, settings and outputs", "[options]") {
  const auto parsed = parseOptions(
      {"decide",   "s.json", "--trace",         "a.log",  "--trace", "b.log",  "--set", "lambda.memory=1024MB",
       "--seed",   "7",      "--threads",       "2",      "-o",      "r.html", "--out", "r.json",
       "--format", "json",   "--fail-on-unmet", "--quiet"});
  REQUIRE(!parsed.exit);
  const auto& o = parsed.options;
  CHECK(o.verb == Verb::Decide);
  CHECK(o.input == "s.json");
  CHECK(o.traces == std::vector<std::string>{"a.log", "b.log"});
  CHECK(o.settings == std::vector<std::string>{"lambda.memory=1024MB"});
  CHECK(o.seed == 7u);
  CHECK(o.threads == 2);
  CHECK(o.outputs == std::vector<std::string>{"r.html", "r.json"});
  CHECK(o.format == Format::Json);
  CHECK(o.failOnUnmet);
  CHECK(o.quiet);
}

TEST_CASE("a dash is standard input and no seed is no seed", "[options]") {
  const auto parsed = parseOptions({"simulate", "-"});
  REQUIRE(!parsed.exit);
  CHECK(parsed.options.verb == Verb::Simulate);
  CHECK(parsed.options.input == "-");
  CHECK(!parsed.options.seed);
}

TEST_CASE("nested verbs are found", "[options]") {
  CHECK(parseOptions({"trace", "inspect", "x.log"}).options.verb == Verb::TraceInspect);
  CHECK(parseOptions({"trace", "convert", "x.log", "-o", "y.csv"}).options.verb == Verb::TraceConvert);
  CHECK(parseOptions({"prices", "list"}).options.verb == Verb::PricesList);
  CHECK(parseOptions({"prices", "show", "alb.lcu"}).options.verb == Verb::PricesShow);
  CHECK(parseOptions({"example"}).options.verb == Verb::Example);
}

TEST_CASE("help and version are answers, not errors", "[options]") {
  for (const auto& word : {"--help", "--version"}) {
    const auto parsed = parseOptions({word});
    REQUIRE(parsed.exit);
    CHECK(parsed.exit->code == 0);
    CHECK(parsed.exit->text.find("breakeven") != std::string::npos);
  }
  const auto verb = parseOptions({"decide", "--help"});
  REQUIRE(verb.exit);
  CHECK(verb.exit->text.find("--fail-on-unmet") != std::string::npos);
}

TEST_CASE("a wrong word is refused with the nearest right one", "[options]") {
  const auto text = [](std::vector<std::string> arguments) {
    const auto parsed = parseOptions(arguments);
    REQUIRE(parsed.exit);
    CHECK(parsed.exit->code == 2);
    return parsed.exit->text;
  };
  CHECK(text({"decide", "s.json", "--sede", "3"}).find("did you mean --seed?") != std::string::npos);
  CHECK(text({"decid"}).find("did you mean decide?") != std::string::npos);
  CHECK(text({"decide", "--format", "xml"}).find("xml") != std::string::npos);
  CHECK(text({"decide", "--seed", "minus"}).find("--seed") != std::string::npos);
  CHECK(text({"decide", "--seed", "-1"}).find("--seed") != std::string::npos);
  CHECK(text({}).find("breakeven") != std::string::npos);
}

TEST_CASE("a format follows from a file's extension", "[options]") {
  CHECK(formatOfFile("a/report.html") == Format::Html);
  CHECK(formatOfFile("report.json") == Format::Json);
  CHECK(formatOfFile("report.md") == Format::Markdown);
  CHECK(formatOfFile("report.csv") == Format::Csv);
  CHECK(formatOfFile("report.txt") == Format::Text);
  CHECK(!formatOfFile("report.pdf"));
  CHECK(!formatOfFile("report"));
}

TEST_CASE("man page and completions name every verb", "[options]") {
  for (const auto* kind : {"man", "complete-bash", "complete-zsh", "complete-fish"})
    for (const auto* verb : {"decide", "simulate", "bill", "inspect", "example"}) {
      INFO(kind << " " << verb);
      CHECK(generated(kind).find(verb) != std::string::npos);
    }
}
