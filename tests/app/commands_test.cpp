// The verbs as a user meets them: exit codes, sentences and files of contract sections 1 and 2.
#include <algorithm>
#include <clocale>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <locale>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "app/commands.hpp"
#include "app/output_file.hpp"
#include "model/scenario.hpp"
#include "pricing/catalogue.hpp"
#include "tests/support/catch.hpp"
#include "workloads/import/trace.hpp"

namespace fs = std::filesystem;
using Catch::Contains;

namespace {

// A scratch folder that is there before and gone after a test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("breakeven-commands-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::string with(const std::string& name, const std::string& content) const {
    std::ofstream(path / name, std::ios::binary) << content;
    return *this / name;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(path)) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Ran {
  int code = 0;
  std::string out, err;
};

Ran command(const std::vector<std::string>& arguments, const std::string& input = {}, std::stop_token stop = {},
            bool colour = false) {
  const auto parsed = app::parseOptions(arguments);
  if (parsed.exit) return {parsed.exit->code, "", parsed.exit->text};
  std::istringstream in(input);
  std::ostringstream out, err;
  app::Console console{in, out, err, false, colour};
  const int code = app::runGuarded(parsed.options, console, stop);
  return {code, out.str(), err.str()};
}

// Bad input: exit code 2, nothing on standard output, exactly this sentence.
void refuses(const std::vector<std::string>& arguments, const std::string& sentence, const std::string& input = {}) {
  INFO(sentence);
  const auto ran = command(arguments, input);
  CHECK(ran.code == 2);
  CHECK(ran.out.empty());
  CHECK(ran.err == "breakeven: " + sentence + "\n");
}

std::vector<std::string> brief(std::vector<std::string> arguments) {
  for (const auto* word : {"--set", "run.horizon=10min", "--set", "run.replications=1"}) arguments.emplace_back(word);
  return arguments;
}

std::string exampleText(const std::string& name) { return command({"example", name}).out; }

const std::string kSample = BREAKEVEN_SOURCE_DIR "/docs/sample/access.log.gz";
const std::string kBroken = BREAKEVEN_SOURCE_DIR "/tests/broken/";

} // namespace

TEST_CASE("a scenario that cannot be one is refused with a sentence", "[commands]") {
  const Folder folder;
  const auto file = [&](const std::string& text) { return folder.with("s.json", text); };
  const auto path = folder / "s.json";
  refuses({"decide", file("")},
          path + ": found an empty file, expected a scenario in JSON (breakeven example web-api prints one)");
  refuses({"simulate", "-"},
          "standard input: found an empty file, expected a scenario in JSON (breakeven example web-api prints one)");
  refuses({"decide", file("{\"lambda\": {\"memory\": true}}")},
          path + ": /lambda/memory: found true, expected a memory size in whole megabytes such as 512MB or 2GB, "
                 "or \"auto\"");
  refuses({"decide", file("{\"run\": {\"horizon\": NaN}}")}, path + ":1:21: found \"NaN\", expected valid JSON");
  refuses({"decide", file("{\"lambda\": {\"memory\": -5}}")},
          path + ": /lambda/memory: found -5, expected a memory size in whole megabytes such as 512MB or 2GB, "
                 "or \"auto\"");
  refuses({"decide", file("{\"lambda\": {\"memory\": 1e400}}")},
          path + ":1:23: found \"1e400\", expected a number below 1.8e308");
  refuses({"decide", file("{\"lambda\": {\"memroy\": 1}}")},
          path + ": /lambda/memroy: found an unknown key \"memroy\", expected one of the keys of lambda; did you mean "
                 "\"memory\"?");
  refuses({"decide", folder / "none.json"},
          folder / "none.json: found no such file, expected a file that can be read, or - for standard input");
  refuses({"decide", folder.path.string()}, folder.path.string() + ": found a directory, expected a JSON file");
  refuses({"decide"}, "command line: found neither a scenario nor a trace, expected SCENARIO, - or --trace FILE "
                      "(breakeven example lists scenarios to start from)");
  refuses({"simulate", "--set", "nonsense"},
          "--set: found \"nonsense\", expected PATH=VALUE such as lambda.memory=1024MB");
}

TEST_CASE("a log in a scenario's place is told where it belongs", "[commands]") {
  const Folder folder;
  const auto path = folder.with("a.log", "1.2.3.4 - - [x] \"GET /\"\n");
  refuses({"decide", path}, path +
                                ": found \"1.2.3.4 - - [x] \"GET /\"\\x0a\", expected a scenario in JSON, which starts "
                                "with {; a log of requests is given as --trace " +
                                path);
  const auto binary = command({"decide", kSample});
  CHECK(binary.code == 2);
  CHECK(binary.out.empty());
  CHECK_THAT(binary.err,
             Contains("found \"\\x1f\\x8b") && Contains("a log of requests is given as --trace " + kSample));
}

TEST_CASE("a trace that cannot be read is refused with a sentence", "[commands]") {
  const Folder folder;
  const auto empty = folder.with("e.log", ""), cut = folder.with("cut.log.gz", content(kSample).substr(0, 300));
  const auto missing = folder / "none.log";
  for (const std::vector<std::string>& verb :
       {std::vector<std::string>{"decide", "--trace"}, {"simulate", "--trace"}, {"trace", "inspect"}}) {
    const auto of = [&](const std::string& file) {
      auto arguments = verb;
      arguments.push_back(file);
      return arguments;
    };
    refuses(of(empty), empty + ": found an empty file, expected a file with requests");
    refuses(of(cut), cut + ": found the end of the file at byte 300 inside gzip data, expected a complete gzip file");
    refuses(of(missing), missing + ": found No such file or directory, expected a file that can be read");
    refuses(of(folder.path.string()),
            folder.path.string() + ": found a directory, expected a file; give the files of a trace one by one");
    CHECK_THAT(command(of(kBroken + "traces/binary.bin")).err,
               Contains("binary.bin: found no known format, expected one of lambda_report "));
  }
}

TEST_CASE("what may not be read is said so", "[commands]") {
  // Opens, but address 0 of this process cannot be read: an unreadable file even for root.
  for (const auto* verb : {"decide", "simulate", "bill"})
    refuses({verb, "/proc/self/mem"}, "/proc/self/mem: found a file that cannot be read, expected a file that can be "
                                      "read");
  if (::geteuid() == 0) return;
  const Folder folder;
  const auto path = folder.with("s.json", "{}");
  fs::permissions(path, fs::perms::none);
  refuses({"decide", path}, path + ": found a file that cannot be opened, expected a file that can be read");
}

TEST_CASE("wrong usage and wrong names are refused with the nearest right one", "[commands]") {
  refuses({"example", "web-appi"},
          "example: found \"web-appi\", expected one of web-api, thumbnails, hashtags, backup, checkout, nightly, "
          "back-office, partner-api, orders, ticket-office, transcodes, tickets; did you mean \"web-api\"?");
  refuses({"prices", "show", "alb.lcuu"},
          "prices of us-east-1: found \"alb.lcuu\", expected the name of a rate as `breakeven prices list` shows them; "
          "did you mean \"alb.lcu\"?");
  refuses({"prices", "list", "--region", "us-eest-1"},
          "--region: found \"us-eest-1\", expected a region of the price catalogue; did you mean \"us-east-1\"?");
  refuses(
      {"trace", "inspect", "--trace-format", "cvs", kSample},
      "workload.arrivals.format: found \"cvs\", expected one of lambda_report, lambda_calls, azure_2019, azure_2021, "
      "access_log, csv; did you mean \"csv\"?");
  const auto verb = command({"decid"});
  CHECK(verb.code == 2);
  CHECK_THAT(verb.err, Contains("did you mean decide?"));
}

TEST_CASE("an output that cannot be made is refused before the run", "[commands]") {
  const Folder folder;
  const auto input = exampleText("web-api");
  const auto refusesOut = [&](const std::string& out, const std::string& why) {
    refuses({"decide", "-", "-o", out}, "--out " + out + ": " + why, input);
  };
  refusesOut(folder / "r.pdf",
             "found a name whose extension names no format, expected one of .txt .json .csv .md .html");
  refusesOut(folder / "none/r.html", "found No such file or directory, expected a file that can be written");
  fs::create_directory(folder / "d.html");
  refusesOut(folder / "d.html", "found a directory, expected a file that can be written");
  refuses({"trace", "inspect", "none.log", "--format", "md", "-o", "y.html"},
          "--format: found \"md\", expected text or json for trace inspect\n"
          "breakeven: --out y.html: found a name for html, expected one of .txt .json for trace inspect");
  refuses({"trace", "convert", "none.log", "-o", "y.json"},
          "--out y.json: found a name for json, expected .csv for trace convert");
  refuses({"prices", "list", "--format", "html"}, "--format: found \"html\", expected text or json or csv for prices");
  CHECK(folder.names() == std::vector<std::string>{"d.html"});
}

TEST_CASE("a failed run leaves the old file and nothing else", "[commands]") {
  const Folder folder;
  const auto out = folder.with("r.json", "old"), csv = folder.with("r.csv", "old");
  const auto cut = folder.with("cut.log.gz", content(kSample).substr(0, 5000));
  const std::vector<std::string> before = folder.names();
  CHECK(command({"decide", "--trace", cut, "-o", out, "-o", folder / "new.html"}).code == 2);
  CHECK(command({"trace", "convert", cut, "-o", csv}).code == 2);
  CHECK(command({"decide", folder / "none.json", "-o", out}).code == 2);
  CHECK(command({"bill", kBroken + "usage/negative.json", "-o", out}).code == 2);
  CHECK(folder.names() == before);
  CHECK(content(out) == "old");
  CHECK(content(csv) == "old");
}

TEST_CASE("an interrupted run says so, ends with 130 and writes nothing", "[commands]") {
  const Folder folder;
  std::stop_source stopped;
  stopped.request_stop();
  const auto out = folder.with("r.json", "old");
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"decide", "-", "-o", out},
                                                    {"simulate", "-", "-o", out},
                                                    {"trace", "convert", kSample, "-o", folder / "r.csv"},
                                                    {"trace", "inspect", kSample}}) {
    const auto ran = command(arguments, exampleText("web-api"), stopped.get_token());
    CHECK(ran.code == 130);
    CHECK(ran.out.empty());
    CHECK(ran.err == "breakeven: interrupted; nothing was written\n");
  }
  std::stop_source later;
  std::jthread interrupt([&later] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    later.request_stop();
  });
  // Ten thousand days: it ends because it is asked to.
  const auto ran =
      command({"simulate", "-", "-o", out, "--set", "run.horizon=365d"}, exampleText("web-api"), later.get_token());
  CHECK(ran.code == 130);
  CHECK(content(out) == "old");
  CHECK(folder.names() == std::vector<std::string>{"r.json"});
}

TEST_CASE("an unmet objective is exit code 3 when asked for, after the report", "[commands]") {
  const Folder folder;
  const auto out = folder / "r.json";
  auto arguments = brief({"decide", "-", "--set", "objective.p99=1ms", "-o", out});
  CHECK(command(arguments, exampleText("web-api")).code == 0);
  fs::remove(out);
  arguments.emplace_back("--fail-on-unmet");
  const auto ran = command(arguments, exampleText("web-api"));
  CHECK(ran.code == 3);
  CHECK(!ran.out.empty());
  CHECK_THAT(content(out), Contains("\"verdict\": \"neither_meets_objective\""));
}

TEST_CASE("every built-in example takes both roads", "[commands]") {
  for (const auto& example : model::examples())
    for (const auto* verb : {"simulate", "decide"}) {
      INFO(example.name << " " << verb);
      const auto ran = command(brief({verb, "-", "--format", "json"}), exampleText(std::string(example.name)));
      CHECK(ran.code == 0);
      CHECK(ran.err.empty());
      CHECK_THAT(ran.out, Contains("\"platforms\"") && Contains("\"lambda\"") && Contains("\"ec2\""));
    }
}

TEST_CASE("every worked bill is printed in every format", "[commands]") {
  std::size_t bills = 0;
  for (const auto& entry : fs::directory_iterator(BREAKEVEN_SOURCE_DIR "/tests/golden/bill")) {
    if (entry.path().extension() != ".json") continue;
    ++bills;
    const std::vector<std::pair<std::string, std::string>> wanted{{"text", "total"},
                                                                  {"json", "\"total_usd\": "},
                                                                  {"csv", "service,item,quantity,unit,"},
                                                                  {"md", "| **total** |"},
                                                                  {"html", "<h1>Monthly bill: "}};
    for (const auto& [format, part] : wanted) {
      INFO(entry.path() << " " << format);
      const auto ran = command({"bill", entry.path().string(), "--format", format});
      CHECK(ran.code == 0);
      CHECK_THAT(ran.out, Contains(part));
    }
  }
  CHECK(bills >= 20);
}

TEST_CASE("bill takes private prices, prints examples and asks for usage", "[commands]") {
  const Folder folder;
  const auto path = folder.with("edp.json", R"({"name": "EDP 2026", "discounts": {"ec2": "12%"}})");
  const auto example = command({"bill", "--example", "ec2"}).out;
  const auto ran = command({"bill", "-", "--prices", path}, example);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("12 % private discount (EDP 2026) on ") && Contains("* own price: "));
  CHECK_THAT(command({"bill", "-", "--prices", path, "--format", "csv"}, example).out,
             Contains(",false,true,\"12 % private discount (EDP 2026) on "));
  const auto wrong = folder.with("wrong.json", R"({"name": "EDP 2026", "discounts": {"ec3": "12%"}})");
  const auto refused = command({"bill", "-", "--prices", wrong}, example);
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Contains(wrong + ": /discounts/ec3: found \"ec3\", ") && Contains("did you mean \"ec2\"?"));
  CHECK(refused.out.empty());
  CHECK_THAT(command({"bill"}).err, Contains("command line: found no usage, expected USAGE or -"));
  CHECK_THAT(command({"bill", "--example", "ec3"}).err, Contains("did you mean \"ec2\"?"));
  CHECK_THAT(app::parseOptions({"bill", "--help"}).exit->text,
             Contains("concurrency_per_vcpu") && Contains("\"nat_gateway\""));
}

TEST_CASE("a bill's page escapes names and numbers its sources", "[commands]") {
  const auto ran = command({"bill", "-", "--format", "html"},
                           R"({"lambda": [{"name": "a<b>", "requests": 1000, "duration": "1s", "memory": "1GB"}]})");
  CHECK_THAT(ran.out, Contains("a&lt;b>") && !Contains("a<b>"));
}

TEST_CASE("rates are printed for people and for scripts", "[commands]") {
  CHECK_THAT(command({"prices", "list", "alb."}).out, Contains("alb.lcu") && Contains("$0.008 per LCU-hour"));
  CHECK_THAT(command({"prices", "list", "alb.", "--format", "csv"}).out,
             Catch::StartsWith("name,unit,from,usd,estimated,as_of,source\nalb.lcu,LCU-hour,0,0.008,false,"));
  const auto json = command({"prices", "show", "alb.lcu", "--format", "json"}).out;
  CHECK_THAT(json,
             Catch::StartsWith("[\n  {\n    \"name\": \"alb.lcu\",\n    \"region\": \"us-east-1\",\n    \"unit\": "
                               "\"LCU-hour\",\n    \"tiers\": [\n      {\n        \"from\": 0.0,\n        "
                               "\"price_usd\": 0.008\n"));
  CHECK(json.ends_with("]\n"));
  CHECK(command({"prices", "list", "no such rate", "--format", "json"}).out == "[]\n");
}

TEST_CASE("what is in a log is told with the contract's keys", "[commands]") {
  const auto ran = command({"trace", "inspect", kSample, "--format", "json"});
  CHECK(ran.code == 0);
  for (const auto* key : {"format", "requests", "skipped", "rows", "reasons", "first", "last", "mean_rate_per_s",
                          "peak_rate_per_s", "duration_ms", "mean", "p50", "p99", "functions"})
    CHECK_THAT(ran.out, Contains('"' + std::string(key) + "\":"));
  CHECK_THAT(command({"trace", "inspect", kSample}).out, Catch::StartsWith("format"));
}

TEST_CASE("a converted log is the same requests", "[commands]") {
  const Folder folder;
  const auto csv = folder / "requests.csv";
  const auto ran = command({"trace", "convert", kSample, "-o", csv});
  CHECK(ran.code == 0);
  CHECK(ran.err == "written: " + csv + "\n");
  CHECK(command({"trace", "convert", kSample, "-o", "-"}).out == content(csv));
  const std::vector<std::string> original{kSample}, converted{csv};
  const auto before = workloads::openTrace(original, {})->summary(),
             after = workloads::openTrace(converted, {})->summary();
  CHECK(after.requests == before.requests);
  CHECK(command({"trace", "convert", csv, "-o", "-"}).out == content(csv));
  REQUIRE(after.durations);
  CHECK(after.durations->meanMs == Approx(before.durations->meanMs).epsilon(1e-12));
  CHECK(after.durations->p99Ms == before.durations->p99Ms);
  CHECK(folder.names() == std::vector<std::string>{"requests.csv"});
}

TEST_CASE("A setting wins over the seed and trace options, and these over the file", "[commands]") {
  const auto report = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = brief({"simulate", "-", "--format", "json", "--set", "lambda=null"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto ran = command(arguments, exampleText("web-api"));
    INFO(ran.err);
    CHECK(ran.code == 0);
    return ran.out;
  };
  CHECK_THAT(report({}), Contains("\"seed\": 1,"));
  CHECK_THAT(report({"--seed", "7"}), Contains("\"seed\": 7,"));
  CHECK_THAT(report({"--set", "run.seed=9", "--seed", "7"}), Contains("\"seed\": 9,"));
  CHECK_THAT(report({"--trace", kSample}), Contains("access.log.gz"));
  const auto poisson = R"(workload.arrivals={"kind":"poisson","rate":"1/s"})";
  CHECK_THAT(report({"--trace", kSample, "--set", poisson}), !Contains("access.log.gz"));
  const auto other = "workload.arrivals={\"kind\":\"trace\",\"file\":\"" + kSample + "\"}";
  CHECK_THAT(report({"--trace", "no-such.log", "--set", other}), Contains("access.log.gz"));
}

TEST_CASE("a scenario may stand behind options that can be repeated", "[commands]") {
  const auto options =
      app::parseOptions({"decide", "--trace", "a", "--trace", "b", "--set", "x=1", "-o", "r.md", "s.json"});
  REQUIRE(!options.exit);
  CHECK(options.options.input == "s.json");
  CHECK(options.options.traces == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the headline is coloured on a terminal, files stay plain", "[commands]") {
  const Folder folder;
  const auto file = folder / "r.txt";
  const auto report = [&](const std::string& setting) {
    return command(brief({"decide", "-", "--set", setting, "-o", file}), exampleText("web-api"), {}, true).out;
  };
  CHECK_THAT(report("ec2.min=2"), Contains("\x1b[1;32mRun this on ") && Contains(".\x1b[0m\n"));
  CHECK_THAT(content(file), Contains("Run this on ") && !Contains("\x1b"));
  CHECK_THAT(report("objective.p99=1ms"), Contains("\x1b[1;31m"));
  CHECK_THAT(command(brief({"decide", "-"}), exampleText("web-api")).out, !Contains("\x1b"));
}

TEST_CASE("a device is written, not replaced", "[commands]") {
  REQUIRE(fs::is_character_file("/dev/null"));
  const auto ran = command(brief({"simulate", "-", "-o", "/dev/null", "-o", "-", "--quiet"}), exampleText("web-api"));
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  CHECK(fs::is_character_file("/dev/null"));
  const auto full = command(brief({"simulate", "-", "-o", "/dev/full"}), exampleText("web-api"));
  CHECK(full.code == 1);
  CHECK(full.err == "breakeven: internal failure: writing /dev/full: No space left on device\n");
}

TEST_CASE("an output that is a link replaces what the link names", "[output]") {
  const Folder folder;
  const auto target = folder.with("real.json", "old");
  fs::create_symlink("real.json", folder / "link.json");
  app::OutputFile(folder / "link.json").commit("new");
  CHECK(fs::is_symlink(folder / "link.json"));
  CHECK(content(target) == "new");
}

TEST_CASE("a decimal comma of the user's locale changes no byte", "[commands]") {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  // The wall time and the rate of a run differ each time.
  const auto steady = [](const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);)
      if (line.find("wall_s") == std::string::npos && line.find("requests_per_s\"") == std::string::npos)
        out += line + "\n";
    return out;
  };
  const auto everything = [&] {
    const auto example = exampleText("web-api");
    return steady(command(brief({"decide", "-", "--format", "json"}), example).out) +
           command(brief({"decide", "-", "--format", "csv"}), example).out +
           command({"bill", BREAKEVEN_SOURCE_DIR "/tests/golden/bill/contract.json"}).out +
           command({"prices", "list", "lambda.", "--format", "csv"}).out + command({"trace", "inspect", kSample}).out;
  };
  const auto plain = everything();
  const auto before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string c = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8"); // where it is installed; the facet above does not reach strtod and printf
  const auto german = everything();
  std::setlocale(LC_ALL, c.c_str());
  std::locale::global(before);
  CHECK(german == plain);
}
