// `breakeven prices` as a user meets it: catalogues side by side, an import onto the shelf, a difference with a
// verdict.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "app/commands.hpp"
#include "model/scenario.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using Catch::Contains;

namespace {

const std::string kData = BREAKEVEN_SOURCE_DIR "/tests/data/prices/";

// A home with an empty shelf for one test.
struct Home {
  fs::path path = fs::temp_directory_path() / ("breakeven-prices-" + std::to_string(::getpid()));
  Home() {
    fs::create_directories(path);
    ::setenv("XDG_DATA_HOME", path.c_str(), 1);
  }
  ~Home() {
    ::unsetenv("XDG_DATA_HOME");
    fs::remove_all(path);
  }
  std::string shelf(const std::string& name) const { return (path / "breakeven/catalogues" / name).string(); }
};

struct Ran {
  int code = 0;
  std::string out, err;
};

Ran command(const std::vector<std::string>& arguments, std::stop_token stop = {}) {
  const auto parsed = app::parseOptions(arguments);
  if (parsed.exit) return {parsed.exit->code, "", parsed.exit->text};
  std::istringstream in;
  std::ostringstream out, err;
  app::Console console{in, out, err, false, false};
  const int code = app::runGuarded(parsed.options, console, stop);
  return {code, out.str(), err.str()};
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

} // namespace

TEST_CASE("an import stands on the shelf under its id and can be used by it", "[commands]") {
  const Home home;
  const auto ran = command({"prices", "import", kData + "ec2.json", "--id", "mine"});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("Catalogue mine as of 2026-01-02, on the base aws-2026-11-23\n") &&
                          Contains("  AmazonEC2 offer, JSON, version 20260102030405 of 2026-01-02; ") &&
                          Contains("         4  on_demand\n") &&
                          Contains("         1  tenancy \"Dedicated\" (first: FFFF)\n"));
  CHECK(ran.err == "written: " + home.shelf("mine.json") + "\n");
  CHECK_THAT(command({"prices", "list", "--catalogues"}).out,
             Contains("aws-2026-11-23  2026-11-23  built in\n") &&
                 Contains("mine            2026-01-02  " + home.shelf("mine.json") + "\n"));
  CHECK_THAT(
      command({"prices", "list", "alb.lcu"}).out,
      Contains(
          "Catalogue aws-2026-11-23 as of 2026-11-23, us-east-1\nOthers with --catalogue ID: mine (2026-01-02)\n"));
  CHECK_THAT(command({"prices", "show", "ec2.on_demand.m5.large", "--catalogue", "mine"}).out,
             Contains("$0.5 per hour  [AWS Price List AmazonEC2 (version 20260102030405), 2026-01-02]"));
  CHECK_THAT(command({"prices", "list", "--catalogues", "--format", "json"}).out, Contains("\"id\": \"mine\""));
  const auto next =
      command({"prices", "import", kData + "lambda.json", "--base", "mine", "--id", "both", "--format", "json"});
  CHECK_THAT(next.out, Contains("\"base\": \"mine\"") && Contains("\"lambda\": 2"));
  CHECK_THAT(command({"prices", "show", "ec2.on_demand.m5.large", "--catalogue", "both"}).out,
             Contains("$0.5 per hour"));
}

TEST_CASE("a broken or interrupted import leaves the old file", "[commands]") {
  const Home home;
  REQUIRE(command({"prices", "import", kData + "ec2.json", "--id", "mine", "--quiet"}).code == 0);
  const auto old = content(home.shelf("mine.json"));
  const auto broken =
      command({"prices", "import", BREAKEVEN_SOURCE_DIR "/tests/broken/prices/truncated.json", "--id", "mine"});
  CHECK(broken.code == 2);
  CHECK_THAT(broken.err, Contains("found the end of the file"));
  CHECK(broken.out.empty());
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = command({"prices", "import", kData + "lambda.json", "--id", "mine"}, stop.get_token());
  CHECK(stopped.code == 130);
  CHECK(stopped.err == "breakeven: interrupted; nothing was written\n");
  CHECK(content(home.shelf("mine.json")) == old);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(home.shelf("")).parent_path()))
    files += entry.exists() ? 1 : 0;
  CHECK(files == 1);
}

TEST_CASE("an import may go to a file or to standard output, but not under a taken id", "[commands]") {
  const Home home;
  const auto file = (home.path / "c.json").string();
  CHECK(command({"prices", "import", kData + "ec2.csv", "-o", file}).code == 0);
  CHECK_THAT(command({"prices", "show", "ec2.standard_1y.m5.large", "--catalogue", file}).out,
             Contains("$0.31 per hour"));
  const auto piped = command({"prices", "import", kData + "ec2.csv", "-o", "-"});
  CHECK(piped.out == content(file));
  CHECK_THAT(piped.err, Contains("on_demand"));
  CHECK_FALSE(fs::exists(home.shelf("")));
  CHECK(command({"prices", "import", kData + "ec2.csv", "--id", "aws-2026-11-23"}).err ==
        "breakeven: --id: found \"aws-2026-11-23\", the id of the built-in catalogue, expected an id of its own\n");
  CHECK(command({"prices", "import", kData + "ec2.csv", "-o", "c.csv"}).err ==
        "breakeven: --out c.csv: found a name for csv, expected .json for a catalogue\n");
}

TEST_CASE("a difference says what changed and what that does to a verdict", "[commands]") {
  const Home home;
  REQUIRE(command({"prices", "import", kData + "ec2.json", "--id", "mine", "--quiet"}).code == 0);
  const auto ran = command({"prices", "diff", "aws-2026-11-23", "mine", "--region", "us-east-1"});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("ec2.on_demand.m5.large") && Contains("$0.096 -> $0.5\n") &&
                          Contains("Rates added: 1\n  us-east-1        ec2.on_demand.x99g.large"));
  const auto scenario = (home.path / "s.json").string();
  std::ofstream(scenario)
      << R"({"name":"shop","workload":{"arrivals":{"kind":"poisson","rate":"5/s"},"work":{"kind":"exponential","mean":"80ms"}},
    "lambda":{"memory":"1769MB"},"ec2":{"instance_type":"m5.large","min":2,"max":4},
    "run":{"horizon":"10min","replications":2}})";
  const auto both = command({"prices", "diff", "aws-2026-11-23", "mine", "--scenario", scenario, "--format", "json"});
  CHECK(both.code == 0);
  CHECK_THAT(both.out, Contains("\"name\": \"shop\"") && Contains("\"monthly_cost_usd\""));
  CHECK_THAT(command({"prices", "diff", "aws-2026-11-23", "mine", "--scenario", scenario}).out,
             Contains("Scenario shop: the verdict ") && Contains("  ec2      $"));
  CHECK(command({"prices", "diff", "aws-2026-11-23", "mein"}).err ==
        "breakeven: catalogue: found \"mein\", expected the path of a file or one of aws-2026-11-23, mine\n");
}

TEST_CASE("a bill and a run can be asked for with another catalogue", "[commands]") {
  const Home home;
  REQUIRE(command({"prices", "import", kData + "ec2.json", "--id", "mine", "--quiet"}).code == 0);
  const auto usage = (home.path / "u.json").string();
  std::ofstream(usage) << R"({"region":"us-east-1","ec2":[{"instance_type":"m5.large","count":1,"hours":100}]})";
  CHECK_THAT(command({"bill", usage, "--catalogue", "mine"}).out, Contains("$50.00"));
  CHECK_THAT(command({"bill", usage}).out, Contains("$9.60"));
  const auto scenario = (home.path / "s.json").string();
  std::ofstream(scenario)
      << R"({"workload":{"arrivals":{"kind":"poisson","rate":"5/s"},"work":{"kind":"exponential","mean":"80ms"}},"lambda":{"memory":"1769MB"},
    "ec2":{"instance_type":"m5.large"},"run":{"horizon":"10min","replications":1}})";
  CHECK_THAT(command({"simulate", scenario, "--catalogue", "mine", "--format", "json"}).out,
             Contains("\"id\": \"mine\""));
}
