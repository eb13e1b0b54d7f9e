// One stream for all configurations, independent of threads and company; the shapes of runs.
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

#include "model/evaluation/replication.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/workloads/trace_support.hpp"

namespace {

using namespace model;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using tests::shortScenario;
using tests::threads;

RunShape shape(int replications, int windows = 1) {
  RunShape s;
  s.horizon = minutes(150);
  s.warmup = minutes(10);
  s.replications = replications;
  s.windows = windows;
  s.seed = 5;
  s.timelinePoints = 20;
  return s;
}

std::vector<Configuration> fourConfigurations() {
  std::vector<Configuration> out;
  for (const auto* memory : {"lambda.memory=512MB", "lambda.memory=1769MB"})
    out.emplace_back(lambdaFunction(shortScenario({memory, "lambda.account_concurrency=3"})));
  for (const auto* type : {"ec2.instance_type=c7g.large", "ec2.instance_type=m7i.xlarge"})
    out.emplace_back(ec2Fleet(shortScenario({type, "ec2.routing=random"}), tests::catalogue()));
  return out;
}

Replications run(std::span<const Configuration> configurations, const RunShape& s, int threadCount = 1) {
  auto outcome = replicate(shortScenario().workload, configurations, s, threads(threadCount), {});
  REQUIRE(std::holds_alternative<Replications>(outcome));
  return std::get<Replications>(std::move(outcome));
}

bool same(const Observations& a, const Observations& b) {
  return a.lambda == b.lambda && a.ec2 == b.ec2 && a.lambdaHours == b.lambdaHours && a.ec2Hours == b.ec2Hours;
}

std::shared_ptr<const workloads::Trace> traceOf(int rows, int everySeconds, const std::string& duration) {
  std::string log = "timestamp,duration\n";
  for (int i = 0; i < rows; ++i) log += std::to_string(1'780'000'000 + i * everySeconds) + "," + duration + "\n";
  const trace_test::FileWith file(log, "plain.csv");
  return trace_test::open(file.path());
}

double rate(double perSecond, const tests::Settings& more = {}) {
  auto scenario = shortScenario(more);
  scenario.run.horizon.reset();
  scenario.workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(perSecond)};
  return pricing::inSeconds(runShape(scenario).horizon);
}

} // namespace

TEST_CASE("configurations in one call do what each does alone", "[replication]") {
  const auto all = fourConfigurations();
  const auto together = run(all, shape(2));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    const auto alone = run(std::span(all).subspan(i, 1), shape(2));
    CHECK(same(alone.configurations.front(), together.configurations[i]));
    CHECK(alone.hourlyRequests == together.hourlyRequests);
    CHECK(alone.requests == together.requests);
  }
}

TEST_CASE("the number of threads changes nothing", "[replication]") {
  const auto all = fourConfigurations();
  for (const int replications : {1, 2, 5}) {
    const auto one = run(all, shape(replications));
    for (const int count : {2, 3, 7}) {
      CAPTURE(replications, count);
      const auto many = run(all, shape(replications), count);
      CHECK(many.requests == one.requests);
      CHECK(many.hourlyRequests == one.hourlyRequests);
      for (std::size_t i = 0; i < all.size(); ++i) CHECK(same(many.configurations[i], one.configurations[i]));
    }
  }
}

TEST_CASE("each observation has a tally; replications differ, every platform sees the same requests", "[replication]") {
  const auto all = fourConfigurations();
  const auto replicated = run(all, shape(3));
  const auto& lambda = replicated.configurations[0].lambda;
  const auto& ec2 = replicated.configurations[2].ec2;
  REQUIRE(lambda.size() == 3);
  REQUIRE(ec2.size() == 3);
  CHECK(replicated.configurations[0].ec2.empty());
  CHECK(replicated.configurations[2].lambda.empty());
  CHECK_FALSE(lambda[0] == lambda[1]);
  for (int r = 0; r < 3; ++r) CHECK(lambda[r].outcomes.attempts == ec2[r].outcomes.attempts);
  CHECK(replicated.configurations[0].timeline.size() == 20);

  REQUIRE(replicated.configurations[0].lambdaHours.size() == 3);
  REQUIRE(replicated.configurations[2].ec2Hours.size() == 3);
  CHECK(replicated.configurations[0].lambdaHours[1].billedMs.size() == 3); // 2.5 h
  CHECK(replicated.configurations[2].ec2Hours[1].instanceNs.size() == 3);
  CHECK_FALSE(replicated.configurations[0].lambdaHours[0] == replicated.configurations[0].lambdaHours[1]);

  const auto windows = run(all, shape(1, 4));
  REQUIRE(windows.configurations[0].lambda.size() == 4);
  // The first replication is the same run, cut in four.
  std::uint64_t attempts = 0;
  for (const auto& window : windows.configurations[0].lambda) attempts += window.outcomes.attempts;
  CHECK(attempts == lambda[0].outcomes.attempts);
}

TEST_CASE("requests of the hours sum to the requests", "[replication]") {
  const auto all = fourConfigurations();
  const auto one = run(std::span(all).first(1), shape(1));
  REQUIRE(one.hourlyRequests.size() == 3); // 2.5 h
  CHECK(std::accumulate(one.hourlyRequests.begin(), one.hourlyRequests.end(), std::uint64_t{0}) == one.requests);
  CHECK(one.hourlyRequests[2] < one.hourlyRequests[1]);
  // Warm-up requests are in no tally, but a load balancer has carried them.
  CHECK(one.requests > one.configurations[0].lambda[0].outcomes.attempts);

  const auto three = run(std::span(all).first(1), shape(3));
  const auto mean = std::accumulate(three.hourlyRequests.begin(), three.hourlyRequests.end(), std::uint64_t{0});
  CHECK(std::abs(static_cast<double>(3 * mean) - static_cast<double>(three.requests)) <= 3 * 0.5 * 3); // rounded
}

TEST_CASE("a failure in one thread is the caller's", "[replication]") {
  workloads::Workload workload; // neither a distribution nor a trace says how long work takes
  workload.work.duration.reset();
  workload.arrivals = workloads::TraceArrivals{};
  std::get<workloads::TraceArrivals>(workload.arrivals).trace = [] {
    const trace_test::FileWith file("timestamp\n1780000000\n1780000001\n", "bare.csv");
    return trace_test::open(file.path());
  }();
  const auto all = fourConfigurations();
  CHECK_THROWS_AS(replicate(workload, all, shape(2), threads(2), {}), pricing::InputError);
}

// ---- how long and how often ----

TEST_CASE("an open horizon draws about two million requests, four hours to thirty days", "[replication]") {
  CHECK(rate(100) == Approx(20'000));
  CHECK(rate(1e5) == 4 * 3600);
  CHECK(rate(1e-3) == 30 * 86'400);
  auto profile = shortScenario();
  profile.run.horizon.reset();
  workloads::ProfileArrivals arrivals;
  arrivals.mean = pricing::RequestRate::perSecond(1000);
  arrivals.hourOfDay.fill(1);
  arrivals.dayOfWeek.fill(1);
  profile.workload.arrivals = arrivals;
  CHECK(runShape(profile).horizon == hours(168)); // whole weeks
  CHECK(shortened(runShape(profile), profile.workload, 1000).horizon == hours(24));
}

TEST_CASE("of several tasks that fail the first in their order is heard", "[replication]") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> otherFailed{false};
    std::string heard;
    try {
      inParallel(8, threads(3), [&](std::size_t i) {
        if (i == 2) {
          otherFailed = true;
          throw std::runtime_error("two");
        }
        if (i != 1) return;
        while (!otherFailed) std::this_thread::yield(); // so that it fails last
        throw std::runtime_error("one");
      });
    } catch (const std::runtime_error& failure) {
      heard = failure.what();
    }
    CHECK(heard == "one");
  }
}

TEST_CASE("a shortened run grows to the whole by doubling", "[replication]") {
  RunShape whole;
  whole.horizon = std::chrono::hours(7 * 24);
  whole.warmup = std::chrono::hours(13);
  whole.replications = 5;
  RunShape shape = whole;
  shape.horizon = std::chrono::hours(24);
  shape.warmup = std::chrono::hours(12);
  shape.replications = 1;
  std::vector<std::tuple<std::int64_t, std::int64_t, int>> days; // horizon, warm-up in hours, replications
  for (std::optional<RunShape> next = shape; next; next = lengthened(*next, whole))
    days.emplace_back(next->horizon / std::chrono::hours(1), next->warmup / std::chrono::hours(1), next->replications);
  CHECK(days ==
        decltype(days){{24, 12, 1}, {48, 13, 1}, {96, 13, 1}, {168, 13, 1}, {168, 13, 2}, {168, 13, 4}, {168, 13, 5}});
}

TEST_CASE("the plan's horizon, warm-up, replications and seed are kept", "[replication]") {
  const auto s = runShape(shortScenario({"run.warmup=5min", "run.seed=9"}));
  CHECK(s.horizon == seconds(1800));
  CHECK(s.warmup == minutes(5));
  CHECK(s.replications == 3);
  CHECK(s.windows == 1);
  CHECK(s.seed == 9);
  CHECK(s.observedSeconds() == 1500);
  auto late = shortScenario();
  late.run.warmup = hours(1);
  CHECK(runShape(late).warmup == minutes(15)); // at most half of the run
  CHECK(runShape(shortScenario({"run.replications=1"})).windows == kTraceWindows);
}

TEST_CASE("what cannot vary runs once and is observed in windows", "[replication]") {
  const auto constant = runShape(shortScenario({R"(workload.arrivals={"kind": "constant", "rate": "1/s"})",
                                                R"(workload.work={"kind": "constant", "value": "100ms"})"}));
  CHECK(constant.replications == 1);
  CHECK(constant.windows == kTraceWindows);
  CHECK(constant.observedSeconds() == 180);
  // Constant arrivals with random work do vary.
  CHECK(runShape(shortScenario({R"(workload.arrivals={"kind": "constant", "rate": "1/s"})"})).replications == 3);
}

TEST_CASE("a short trace is repeated a whole number of times", "[replication]") {
  auto scenario = shortScenario();
  scenario.run.horizon.reset();
  workloads::TraceArrivals arrivals;
  arrivals.trace = traceOf(1000, 1, "0.2");
  scenario.workload.arrivals = arrivals;
  const double span = pricing::inSeconds(arrivals.trace->summary().span);
  const double horizon = pricing::inSeconds(runShape(scenario).horizon);
  CHECK(horizon / span == Approx(std::round(horizon / span)));
  CHECK(std::abs(horizon - 86'400) <= span / 2 + 1e-6); // 1/s: two million are more than a day

  const auto shorter = shortened(runShape(scenario), scenario.workload, 3000);
  CHECK(pricing::inSeconds(shorter.horizon) == Approx(3 * span));
  CHECK(shortened(runShape(scenario), scenario.workload, 10).horizon == arrivals.trace->summary().span);
}

TEST_CASE("a fleet that follows the clock is run for as long as it needs to show it", "[replication]") {
  const tests::Settings schedule{R"(ec2.scheduled_actions.actions=[{"at": "8h", "min": 4}])", "run.horizon=7d"};
  CHECK(shortened(runShape(shortScenario(schedule)), shortScenario().workload, 10).horizon == hours(24));
  const tests::Settings forecast{"ec2.predictive.history=30h", "run.horizon=7d"};
  CHECK(shortened(runShape(shortScenario(forecast)), shortScenario().workload, 10).horizon == hours(54));
  auto busy = shortScenario({"workload.arrivals.rate=1M/s", "ec2.predictive.target=0.5"});
  busy.run.horizon.reset();
  CHECK(runShape(busy).horizon == hours(48));
}

TEST_CASE("a shortened run has about the requests asked for in one replication", "[replication]") {
  const auto full = runShape(shortScenario({"run.horizon=10h", "run.warmup=4h"}));
  const auto workload = shortScenario().workload; // 2/s
  const auto shorter = shortened(full, workload, 7200);
  CHECK(shorter.horizon == hours(1));
  CHECK(shorter.warmup == minutes(30));
  CHECK(shorter.replications == 1);
  CHECK(shorter.windows == 1);
  CHECK(shorter.timelinePoints == 0);
  CHECK(shorter.seed == full.seed);
  CHECK(shortened(full, workload, 10).horizon == minutes(10)); // ten minutes at least
  CHECK(shortened(full, workload, 1e9).horizon == hours(10));
  const auto brief = runShape(shortScenario({"run.horizon=60s"}));
  CHECK(shortened(brief, workload, 10).horizon == seconds(60)); // never longer than what was asked
}
