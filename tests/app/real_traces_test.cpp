// The whole road on real logs: from the file to a verdict. Runs when the logs are at hand (README, "From a log to a
// verdict").
#include <filesystem>
#include <sstream>

#include "app/commands.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;

namespace {

struct Road {
  const char* what;
  std::vector<std::string> files;      // below the folder of traces
  std::vector<std::string> settings{}; // what the log does not know
};

// A log without durations is told how long the work takes.
const std::vector<std::string> kWork{"workload.work.kind=lognormal", "workload.work.mean=120ms",
                                     "workload.work.p99=900ms"};

} // namespace

TEST_CASE("real logs end with a verdict", "[real_traces]") {
  const fs::path traces = fs::path(BREAKEVEN_SHARED_DIR) / "traces";
  if (!fs::exists(traces)) {
    WARN("no real traces at " << traces << "; nothing was checked");
    return;
  }
  const Road road = GENERATE(
      Road{"Lambda load test", {"lambda_logs/filter_log_events_30rps.json.gz"}},
      Road{"Apache log", {"nginx_apache/apache_combined_first6000.log"}, kWork},
      Road{"EPA server", {"web_traces/epa_http_lines1-10000.log"}, kWork},
      Road{"Azure 2019, 400 functions",
           {"azure2019/sample400_min480-959/invocations.csv", "azure2019/sample400_min480-959/durations.csv",
            "azure2019/sample400_min480-959/memory.csv"}},
      Road{"Azure 2019, tiny", {"azure2019/tiny_example/invocations.csv", "azure2019/tiny_example/durations.csv"}},
      Road{"Azure 2021", {"azure2021/first600.csv"}, {"lambda.timeout=900s", "objective.max_failed=0.2"}});
  app::Options options;
  options.verb = app::Verb::Decide;
  options.format = app::Format::Json;
  for (const auto& file : road.files) options.traces.push_back((traces / file).string());
  options.settings = road.settings;
  options.settings.push_back("run.horizon=1h");
  options.settings.push_back("run.replications=1");
  std::istringstream in;
  std::ostringstream out, err;
  app::Console console{in, out, err};
  INFO(road.what);
  const int code = app::runGuarded(options, console, {});
  INFO(err.str());
  CHECK(code == 0);
  const auto text = out.str();
  const auto verdict = text.find("\"verdict\": \"");
  REQUIRE(verdict != std::string::npos);
  const auto word = text.substr(verdict + 12, text.find('"', verdict + 12) - verdict - 12);
  CHECK((word == "lambda" || word == "ec2" || word == "too_close_to_call" || word == "neither_meets_objective"));
  CHECK(text.find("\"candidates\": [") != std::string::npos);
}
