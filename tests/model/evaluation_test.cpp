// The door: determinism, cancelling, verdicts, refusals, the run record, and that no request is lost.
#include <fmt/format.h>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/random.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::decisionOf;
using tests::evaluated;
using tests::shortScenario;
using tests::simulated;
using tests::threads;
using tests::timelessJson;

// The durations of the log itself.
const std::string kTraceWork = R"(workload.work={"kind": "trace"})";

// REPORT lines of a function of 512 MB: about one call a second for ten minutes, every 40th one cold.
std::string lambdaLog() {
  workloads::RandomStream random(7, "test.log", 0);
  std::string log;
  std::int64_t ms = 1'780'000'000'000;
  for (int i = 0; i < 600; ++i) {
    ms += static_cast<std::int64_t>(1000 * random.exponential());
    const double duration = 20 + 100 * random.exponential();
    const auto id = fmt::format("{:08x}-0000-4000-8000-{:012x}", i, i);
    const std::string init = i % 40 == 0 ? "\tInit Duration: 180.25 ms" : "";
    log += fmt::format("{}\tREPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: 512 MB\t"
                       "Max Memory Used: 90 MB{}\t\n",
                       ms, id, duration, static_cast<int>(duration) + 1, init);
  }
  return log;
}

// A generic table without durations.
std::string arrivalLog() {
  std::string log = "timestamp\n";
  for (int i = 0; i < 200; ++i) log += fmt::format("2026-11-01T00:{:02}:{:02}Z\n", i / 60, i % 60);
  return log;
}

Scenario traceScenario(const std::string& path, const tests::Settings& settings = {}) {
  tests::Settings all{R"(workload.arrivals={"kind": "trace", "file": ")" + path + "\"}", "run.horizon=auto"};
  all.insert(all.end(), settings.begin(), settings.end());
  return shortScenario(all);
}

std::string refusal(auto&& run) {
  try {
    run();
  } catch (const pricing::InputError& error) {
    return error.what();
  }
  return "accepted";
}

void checkConservation(const std::optional<PlatformResult>& result) {
  REQUIRE(result);
  CAPTURE(result->configuration);
  CHECK(result->requests == result->completed + result->throttled + result->timedOut + result->rejected);
  CHECK(result->histogram.count() == result->completed);
}

const Warning* warningOf(const Decision& decision, std::string_view code) {
  const auto found = std::ranges::find(decision.warnings, code, &Warning::code);
  return found == decision.warnings.end() ? nullptr : &*found;
}

} // namespace

// ---- same seed, same bytes ----

TEST_CASE("Poisson traffic gives the same bytes on any number of threads", "[evaluation]") {
  const auto scenario = shortScenario({"lambda.memory=auto", "lambda.architecture=auto", "run.horizon=900s"});
  const auto fixed = shortScenario();
  const auto decided = timelessJson(*evaluated(scenario));
  const auto single = timelessJson(*simulated(fixed));
  for (const int count : {2, 3}) {
    CAPTURE(count);
    CHECK(timelessJson(*decisionOf(evaluate(scenario, catalogue(), threads(count)))) == decided);
    CHECK(timelessJson(*decisionOf(simulate(fixed, catalogue(), threads(count)))) == single);
  }
  CHECK(timelessJson(*simulated(shortScenario({"run.seed=2"}))) != single);
}

TEST_CASE("a Lambda log gives the same bytes on any number of threads", "[evaluation]") {
  const trace_test::FileWith log(lambdaLog(), "lambda.log");
  const auto scenario = traceScenario(log.path(), {kTraceWork, "run.horizon=600s"});
  const auto decided = timelessJson(*evaluated(scenario));
  const auto single = timelessJson(*simulated(scenario));
  for (const int count : {2, 3}) {
    CAPTURE(count);
    CHECK(timelessJson(*decisionOf(evaluate(scenario, catalogue(), threads(count)))) == decided);
    CHECK(timelessJson(*decisionOf(simulate(scenario, catalogue(), threads(count)))) == single);
  }
}

// ---- cancelling ----

// The run would draw 2.6 thousand million requests: it ends only because it is stopped.
TEST_CASE("a run that is stopped ends as Cancelled", "[evaluation]") {
  const auto endless = shortScenario({"workload.arrivals.rate=1000/s", "run.horizon=30d"});
  for (const int count : {1, 2}) {
    CAPTURE(count);
    std::stop_source before;
    before.request_stop();
    auto control = threads(count);
    control.stop = before.get_token();
    CHECK(std::holds_alternative<Cancelled>(simulate(endless, catalogue(), control)));
    CHECK(std::holds_alternative<Cancelled>(evaluate(endless, catalogue(), control)));

    std::stop_source during;
    control.stop = during.get_token();
    control.progress = [&](const Progress&) { during.request_stop(); };
    CHECK(std::holds_alternative<Cancelled>(simulate(endless, catalogue(), control)));
  }
}

TEST_CASE("every stage can be cancelled and leaves nothing behind", "[evaluation]") {
  const auto scenario = shortScenario({"lambda.memory=auto", "run.horizon=900s"});
  const auto undisturbed = timelessJson(*evaluated(scenario));
  for (const std::string stage : {"searching", "simulating", "break-even", "sensitivity"}) {
    CAPTURE(stage);
    std::stop_source source;
    auto control = threads(2);
    control.stop = source.get_token();
    control.progress = [&](const Progress& progress) {
      if (progress.stage == stage) source.request_stop();
    };
    CHECK(std::holds_alternative<Cancelled>(evaluate(scenario, catalogue(), control)));
    CHECK(source.stop_requested());
  }
  CHECK(timelessJson(*evaluated(scenario)) == undisturbed);
}

TEST_CASE("progress rises to the end, at most once per percent", "[evaluation]") {
  for (const bool decides : {true, false}) {
    std::vector<double> seen;
    auto control = threads(2);
    control.progress = [&](const Progress& progress) { seen.push_back(progress.done); };
    const auto scenario = shortScenario({"lambda.memory=auto", "workload.arrivals.rate=20/s"});
    if (decides)
      decisionOf(evaluate(scenario, catalogue(), control));
    else
      decisionOf(simulate(shortScenario({"workload.arrivals.rate=20/s"}), catalogue(), control));
    REQUIRE(seen.size() > 10);
    CHECK(seen.front() >= 0);
    CHECK(seen.back() <= 1);
    CHECK(seen.back() >= 0.95);
    std::set<int> percents;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (i > 0) CHECK(seen[i] > seen[i - 1]);
      CHECK(percents.insert(static_cast<int>(100 * seen[i] + 1e-9)).second);
    }
  }
}

// ---- verdicts ----

TEST_CASE("few requests belong on Lambda", "[evaluation]") {
  const auto decision = evaluated(shortScenario({"workload.arrivals.rate=1/s"}));
  CHECK(decision->verdict == Verdict::Lambda);
  CHECK(decision->monthlySavingUsd.value > 0);
  REQUIRE(decision->breakEven);
  CHECK(decision->breakEven->cheaperBelow == Platform::Lambda);
  CHECK(decision->breakEven->requestsPerSecond > 1);
  CHECK(tests::hasReason(*decision, "break_even"));
}

// 90 % of the time waits: Lambda bills it, an instance serves others meanwhile.
TEST_CASE("many requests that wait belong on EC2", "[evaluation]") {
  const auto decision =
      evaluated(shortScenario({"workload.arrivals.rate=150/s", "workload.work.cpu_fraction=0.1", "run.horizon=300s"}));
  CHECK(decision->verdict == Verdict::Ec2);
  CHECK(decision->monthlySavingUsd.value > 0);
  REQUIRE(decision->breakEven);
  CHECK(decision->breakEven->requestsPerSecond < 150);
}

TEST_CASE("an objective that nothing can meet is said to be unmet", "[evaluation]") {
  const auto decision = evaluated(shortScenario({"objective.p99=1ms"}));
  CHECK(decision->verdict == Verdict::NeitherMeetsObjective);
  CHECK_FALSE(decision->lambda->meetsObjective);
  CHECK_FALSE(decision->ec2->meetsObjective);
  CHECK(headline(*decision) == "Nothing that was looked at meets the objective.");
}

TEST_CASE("a platform set to null is left out", "[evaluation]") {
  for (const bool lambda : {true, false}) {
    CAPTURE(lambda);
    const auto scenario = shortScenario({lambda ? "ec2=null" : "lambda=null"});
    for (const auto& decision : {evaluated(scenario), simulated(scenario)}) {
      CHECK(decision->lambda.has_value() == lambda);
      CHECK(decision->ec2.has_value() == !lambda);
      CHECK(decision->verdict == (lambda ? Verdict::Lambda : Verdict::Ec2));
      CHECK_FALSE(decision->breakEven);
      CHECK_FALSE(tests::hasReason(*decision, "cost_gap"));
    }
  }
}

TEST_CASE("limits of Lambda rule it out before anything is simulated", "[evaluation]") {
  struct Case {
    tests::Settings settings;
    std::string message;
  };
  const std::vector<Case> cases{
      {{"workload.response_size=7MB"}, "A payload of 7MB exceeds Lambda's 6MB for synchronous calls."},
      {{"workload.memory=11GB", "ec2.instance_type=r7g.xlarge", "lambda.memory=auto"},
       "A request needs 11264 MB; a Lambda function has 10240 MB at most."},
      {{R"(workload.work={"kind": "constant", "value": "20min", "cpu_fraction": 0})", "workload.arrivals.rate=0.01/s",
        "ec2.request_timeout=1h"},
       "The 99th percentile of the work takes 20 min; a Lambda invocation ends after 15 minutes."}};
  for (const auto& [settings, message] : cases) {
    CAPTURE(message);
    const auto decision = evaluated(shortScenario(settings));
    CHECK(decision->verdict == Verdict::Ec2);
    CHECK_FALSE(decision->lambda);
    REQUIRE_FALSE(decision->reasons.empty());
    CHECK(decision->reasons.front().code == "hard_limit");
    CHECK(decision->reasons.front().message == message);
  }
}

// ---- refusals ----

TEST_CASE("simulate refuses auto and names every field", "[evaluation]") {
  const auto scenario = shortScenario({"lambda.memory=auto", "lambda.architecture=auto", "ec2.instance_type=auto"});
  CHECK(refusal([&] { simulate(scenario, catalogue(), threads(1)); }) ==
        "scenario: /lambda/memory: found \"auto\", expected a value such as \"1769MB\" (simulate runs one "
        "configuration; decide searches)\n"
        "scenario: /lambda/architecture: found \"auto\", expected a value such as \"arm64\" (simulate runs one "
        "configuration; decide searches)\n"
        "scenario: /ec2/instance_type: found \"auto\", expected a value such as \"c7g.large\" (simulate runs one "
        "configuration; decide searches)");
}

TEST_CASE("a trace without durations needs a work distribution", "[evaluation]") {
  const trace_test::FileWith log(arrivalLog(), "arrivals.csv");
  const auto scenario = traceScenario(log.path(), {kTraceWork});
  for (const bool decides : {true, false})
    CHECK(refusal([&] { decides ? evaluate(scenario, catalogue(), {}) : simulate(scenario, catalogue(), {}); }) ==
          "scenario: /workload/work: found a trace without durations, expected a work distribution such as {\"kind\": "
          "\"lognormal\", \"mean\": \"120ms\", \"p99\": \"900ms\"} (--set workload.work.kind=exponential --set "
          "workload.work.mean=120ms)");
}

TEST_CASE("the door refuses what problems() refuses", "[evaluation]") {
  auto scenario = shortScenario();
  scenario.region = "us-east-0";
  scenario.ec2->min = 5;
  scenario.ec2->max = 4;
  const auto sentences = tests::sentencesOf(problems(scenario, catalogue()));
  REQUIRE(sentences.size() >= 2);
  CHECK(refusal([&] { simulate(scenario, catalogue(), {}); }) == fmt::format("{}", fmt::join(sentences, "\n")));
}

// ---- what a log teaches ----

TEST_CASE("a Lambda log fills what nobody set", "[evaluation]") {
  const trace_test::FileWith log(lambdaLog(), "lambda.log");
  const auto text =
      R"({"schema_version": 1, "workload": {"arrivals": {"kind": "trace", "file": ")" + log.path() +
      R"("}, "work": {"kind": "trace"}}, "run": {"horizon": "600s"}, "lambda": {"memory": "1024MB"}, "ec2": null})";
  const auto decision = simulated(readScenario(text, "scenario"));
  const auto& scenario = decision->scenario;
  CHECK(scenario.workload.work.measuredAt == pricing::Memory::mebibytes(512));
  CHECK(scenario.workload.memory == pricing::Memory::mebibytes(90));
  REQUIRE(scenario.lambda->init);
  CHECK(workloads::meanSeconds(*scenario.lambda->init) == Approx(0.18025));
  std::set<std::string> fromTrace;
  for (const auto& assumption : decision->assumptions)
    if (assumption.origin == Origin::Trace) fromTrace.insert(assumption.path);
  CHECK(fromTrace.count("workload.memory") == 1);
  CHECK(fromTrace.count("workload.work.measured_at.memory") == 1);
}

// ---- the record and the sums ----

TEST_CASE("the run record says how to repeat the run", "[evaluation]") {
  const auto scenario = shortScenario({"run.seed=77"});
  const auto decision = simulated(scenario);
  const auto& run = decision->run;
  CHECK(run.seed == 77);
  CHECK(run.replications == 3);
  CHECK(run.windows == 1);
  CHECK(run.horizonS == 1800);
  CHECK(run.requests == decision->lambda->requests);
  CHECK(run.requests == decision->ec2->requests);
  CHECK(run.catalogueId == catalogue().id());
  CHECK(run.catalogueAsOf == catalogue().asOf());
  CHECK(run.scenarioSha256 == scenarioSha256(scenario));
  CHECK(run.scenarioSha256.size() == 64);
  CHECK(run.wallS > 0);
  CHECK(run.requestsPerSecond > 0);
  // 2/s over 3 x 1800 s; Poisson, so within 4 standard deviations of the count.
  CHECK(std::abs(decision->meanRequestsPerSecond - 2) < 4 * std::sqrt(2.0 / (3 * 1800)));
}

TEST_CASE("every request is completed, throttled, timed out or rejected", "[evaluation]") {
  const std::vector<tests::Settings> cases{
      {},
      {"lambda.account_concurrency=3", "workload.arrivals.rate=60/s", "run.horizon=300s"},
      {"lambda.timeout=1s", "workload.work.mean=800ms", "ec2.request_timeout=1s"},
      {R"(ec2.scaling={"kind": "none"})", "ec2.initial=1", "ec2.min=1", "ec2.max=1", "ec2.workers=1",
       "ec2.queue_limit=2", "workload.arrivals.rate=40/s", "run.horizon=300s"}};
  std::uint64_t throttled = 0, timedOut = 0, rejected = 0;
  for (const auto& settings : cases) {
    const auto decision = simulated(shortScenario(settings));
    checkConservation(decision->lambda);
    checkConservation(decision->ec2);
    CHECK(decision->lambda->requests == decision->ec2->requests);
    throttled += decision->lambda->throttled;
    timedOut += std::min(decision->lambda->timedOut, decision->ec2->timedOut);
    rejected += decision->ec2->rejected;
  }
  CHECK(throttled > 0);
  CHECK(timedOut > 0);
  CHECK(rejected > 0);
}

// Two workers at five requests/s of 800 ms: twice what they do, so that a check waits far longer than its five seconds.
TEST_CASE("instances that fail their health checks are counted and warned of", "[evaluation]") {
  tests::Settings settings{R"(ec2.scaling={"kind": "none"})",
                           "ec2.initial=2",
                           "ec2.workers=1",
                           "ec2.discipline=fcfs",
                           "workload.arrivals.rate=5/s",
                           "workload.work.mean=800ms",
                           "run.horizon=600s"};
  const auto unseen = simulated(shortScenario(settings));
  settings.push_back("ec2.health_check.by_worker=true");
  const auto decision = simulated(shortScenario(settings));
  CHECK(unseen->ec2->wentUnhealthy == 0);
  CHECK(decision->ec2->wentUnhealthy == 3 * 2); // both, once, in each replication
  CHECK(decision->ec2->failedOpen == 3);
  CHECK(decision->ec2->completed == unseen->ec2->completed); // fail-open: nothing changed
  const auto* found = warningOf(*decision, "health_checks");
  REQUIRE(found);
  CHECK(found->message ==
        "Overloaded instances of the fleet failed their health checks and went out of rotation 6 times; 3 "
        "times none was left and requests went to all of them (fail-open).");
  CHECK(reportJson(*decision).find(R"("went_unhealthy": 6)") != std::string::npos);
}

// A response of 20 MB from a volume of 125 MiB/s takes 160 ms of it: 2/s over two instances are well, 14/s are not.
TEST_CASE("a network or volume that is the narrowest place is warned of", "[evaluation]") {
  const tests::Settings settings{R"(ec2.scaling={"kind": "none"})", "ec2.initial=2", "ec2.disk_per_request=20MB",
                                 "run.horizon=600s"};
  CHECK(warningOf(*simulated(shortScenario(settings)), "link_full") == nullptr);
  auto full = settings;
  full.push_back("workload.arrivals.rate=14/s");
  const auto decision = simulated(shortScenario(full));
  const auto* warning = warningOf(*decision, "link_full");
  REQUIRE(warning);
  CHECK(warning->message.starts_with(
      "Network or volume is the narrowest place of the fleet: what arrives would keep that "
      "of each instance 1"));
}

TEST_CASE("a failure after the end of the run is warned of", "[evaluation]") {
  const auto decision = simulated(shortScenario({R"(workload.failures.lost_instances=[{"at": "10h", "count": 1}])"}));
  const auto* warning = warningOf(*decision, "failures_after_end");
  REQUIRE(warning);
  CHECK(warning->message == "1 of the events in workload.failures begins when the run of 30 min is over: they strike "
                            "nobody.");
}

TEST_CASE("latency of which nothing is known is absent", "[evaluation]") {
  const auto decision = simulated(shortScenario({"lambda=null", "ec2.availability_zones=1", "run.horizon=600s",
                                                 R"(workload.failures.lost_zones=[{"at": "0s", "lasts": "1h"}])"}));
  REQUIRE(decision->ec2->completed == 0);
  CHECK_FALSE(decision->stress.at(0).struck.p99Ms.has_value());
  CHECK(decision->stress.at(0).calm.p99Ms.has_value());
  CHECK(reportJson(*decision).find("latency_ms") == std::string::npos);
  CHECK(reportText(*decision).find("EC2's p99 is unknown (nothing completed) instead of") != std::string::npos);
}
