// The closed form of every figure within the simulation's interval, and none where its assumptions do not hold.
#include <cmath>
#include <map>

#include "model/evaluation/analytic.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::shortScenario;
using tests::simulated;

using Figures = std::map<std::string, AnalyticFigure>;
Figures figures(const Decision& decision, Platform platform) {
  Figures out;
  for (const auto& figure : decision.analytic)
    if (figure.platform == platform) out[figure.quantity] = figure;
  return out;
}

// 95 % half widths of few replications miss now and then: three of them.
void checkAgrees(const AnalyticFigure& figure) {
  CAPTURE(figure.quantity, figure.method, figure.closedForm, figure.simulated.value, figure.simulated.halfWidth);
  REQUIRE(figure.simulated.halfWidth > 0);
  CHECK(std::fabs(figure.closedForm - figure.simulated.value) <= 3 * figure.simulated.halfWidth);
}

tests::Settings fixedFleet(const tests::Settings& more) {
  tests::Settings settings{
      R"(ec2.scaling={"kind": "none"})", "ec2.initial=1", "ec2.min=1",      "ec2.max=1",       "ec2.queue_limit=100000",
      "ec2.request_timeout=900s",        "lambda=null",   "run.horizon=2h", "run.warmup=2min", "run.replications=5"};
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

} // namespace

TEST_CASE("busy environments are M/G/infinity, the pool is the sliding maximum", "[analytic]") {
  const auto decision = simulated(shortScenario(
      {"ec2=null", "run.horizon=6h", "run.warmup=30min", "run.replications=5", "workload.work.mean=800ms"}));
  const auto found = figures(*decision, Platform::Lambda);
  REQUIRE(found.size() == 3);
  CHECK(found.at("busy environments").method == "M/G/infinity");
  CHECK(found.at("busy environments").closedForm == Approx(2 * 0.8).epsilon(0.01));
  for (const auto& [quantity, figure] : found) checkAgrees(figure);
}

TEST_CASE("recycling leaves the number of environments near its closed form and cold starts without one",
          "[analytic]") {
  const auto with = [](const char* life, const char* horizon) {
    return figures(*simulated(shortScenario({"ec2=null", std::string("run.horizon=") + horizon, "run.replications=5",
                                             "workload.work.mean=800ms", std::string("lambda.max_lifetime=") + life})),
                   Platform::Lambda);
  };
  const auto steady = with(R"({"kind": "tabulated", "points": [["2h", 0], ["8h", 1]]})", "120h");
  REQUIRE(steady.count("environments") == 1);
  CHECK(steady.at("environments").closedForm == Approx(steady.at("environments").simulated.value).epsilon(0.05));
  CHECK(steady.count("cold fraction") == 0);
  CHECK(with("10h", "3h").count("cold fraction") == 1); // nobody gets that old
  CHECK(with("4h", "6h").count("environments") == 0);   // lives end together
  CHECK(with("1h", "120h").count("environments") == 0); // too short beside the 10 min of idling
}

TEST_CASE("no closed form stands beside a source, a plan or a neighbour that breaks its assumptions", "[analytic]") {
  const auto found = [](const tests::Settings& more) {
    tests::Settings settings{"ec2=null", "run.horizon=30min", "run.replications=2"};
    settings.insert(settings.end(), more.begin(), more.end());
    return figures(*simulated(shortScenario(settings)), Platform::Lambda).size();
  };
  CHECK(found({}) == 3);
  CHECK(found({"lambda.client.attempts=3"}) == 0);
  CHECK(found({"workload.trigger=async"}) == 0);
  CHECK(found({"workload.trigger=queue", R"(workload.source={"kind": "sqs"})"}) == 0);
  CHECK(found({"workload.trigger=stream", R"(workload.source={"kind": "kinesis", "shards": 1})"}) == 0);
  CHECK(found({"workload.failures.error_rate=0.1"}) == 0);
  CHECK(found({R"(lambda.provisioned_plan={"kind": "target_tracking", "min": 1, "max": 2})"}) == 0);
  CHECK(found({R"(lambda.neighbours=[{"name": "other", "arrivals": {"kind": "poisson", "rate": "1/s"},
                  "work": {"kind": "constant", "value": "1s"}}])"}) == 0);
}

TEST_CASE("a full function loses what Erlang B says", "[analytic]") {
  const auto decision =
      simulated(shortScenario({"ec2=null", "lambda.account_concurrency=4", "workload.work.mean=1s",
                               "lambda.init.value=0ms", "run.horizon=2h", "run.warmup=5min", "run.replications=5"}));
  const auto found = figures(*decision, Platform::Lambda);
  REQUIRE(found.count("failed fraction") == 1);
  CHECK(found.at("failed fraction").method == "Erlang B");
  // B(4, 2) = (2^4/4!) / (1 + 2 + 2 + 4/3 + 2/3) = 2/21.
  CHECK(found.at("failed fraction").closedForm == Approx(2.0 / 21));
  checkAgrees(found.at("failed fraction"));
}

TEST_CASE("a fixed fleet waits as its queue says", "[analytic]") {
  struct Case {
    tests::Settings settings;
    std::string method;
    double closedFormMs;
  };
  const double rho = 0.7, service = 100;
  // Erlang C for two servers: C = 2 rho^2 / (1 + rho); Pollaczek-Khinchine for one with constant work.
  const double erlangC = 2 * rho * rho / (1 + rho);
  const std::vector<Case> cases{{{"ec2.discipline=fcfs", "ec2.workers=2", "workload.arrivals.rate=14/s"},
                                 "M/M/c",
                                 service + erlangC * service / (2 * (1 - rho))},
                                {{"ec2.discipline=fcfs", "ec2.workers=1", "workload.arrivals.rate=7/s",
                                  R"(workload.work={"kind": "constant", "value": "100ms"})"},
                                 "M/G/1 (Pollaczek-Khinchine)",
                                 service + rho * service / (2 * (1 - rho))},
                                {{"ec2.discipline=ps", "ec2.workers=1000", "workload.arrivals.rate=14/s",
                                  R"(workload.work={"kind": "lognormal", "mean": "100ms", "cv": 1.5})"},
                                 "M/G/c processor sharing",
                                 service + erlangC * service / (2 * (1 - rho))}};
  for (const auto& [settings, method, closedFormMs] : cases) {
    const auto decision = simulated(shortScenario(fixedFleet(settings)));
    const auto found = figures(*decision, Platform::Ec2);
    REQUIRE(found.count("mean latency") == 1);
    const auto& latency = found.at("mean latency");
    CHECK(latency.method == method);
    CHECK(latency.closedForm == Approx(closedFormMs).epsilon(1e-6));
    checkAgrees(latency);
    checkAgrees(found.at("utilisation"));
    CHECK(found.at("utilisation").closedForm == Approx(method.find("M/G/1") == 0 ? 0.35 : 0.7).epsilon(1e-6));
  }
}

TEST_CASE("where the assumptions do not hold there is no figure", "[analytic]") {
  const auto constant = simulated(shortScenario({R"(workload.arrivals={"kind": "constant", "rate": "2/s"})"}));
  CHECK(figures(*constant, Platform::Lambda).empty());
  CHECK(figures(*constant, Platform::Ec2).size() == 1); // the utilisation law needs no Poisson
  const auto scaled = simulated(shortScenario());
  CHECK(figures(*scaled, Platform::Ec2).count("mean latency") == 0);
  const auto fifo = simulated(shortScenario({"lambda.reuse=fifo"}));
  CHECK(figures(*fifo, Platform::Lambda).size() == 1);
  const auto provisioned = simulated(shortScenario({"lambda.provisioned_concurrency=2"}));
  CHECK(figures(*provisioned, Platform::Lambda).size() == 1);
  const auto overloaded = simulated(
      shortScenario(fixedFleet({"workload.arrivals.rate=21/s", "run.horizon=600s", "ec2.request_timeout=5s"})));
  CHECK(figures(*overloaded, Platform::Ec2).count("mean latency") == 0); // no steady state
}

// ---- where the laws do not hold ----

TEST_CASE("workers that take from one queue are one station", "[analytic]") {
  const auto decision = simulated(shortScenario(
      fixedFleet({"workload.trigger=queue", "ec2.routing=queue", "ec2.load_balancer=none", "ec2.discipline=fcfs",
                  "ec2.workers=2", "ec2.min=4", "ec2.max=4", "ec2.initial=4", "workload.work.kind=exponential",
                  "workload.work.mean=100ms", "workload.work.cpu_fraction=1", "workload.arrivals.rate=55/s"})));
  const auto found = figures(*decision, Platform::Ec2);
  REQUIRE(found.count("mean latency") == 1);
  CHECK(found.at("mean latency").method == "M/M/c");
  checkAgrees(found.at("mean latency"));
}

TEST_CASE("instances that take turns see every n-th request", "[analytic]") {
  const auto decision =
      simulated(shortScenario(fixedFleet({"ec2.discipline=fcfs", "ec2.workers=1", "ec2.min=4", "ec2.max=4",
                                          "ec2.initial=4", "workload.work.kind=exponential", "workload.work.mean=100ms",
                                          "workload.work.cpu_fraction=1", "workload.arrivals.rate=32/s"})));
  const auto found = figures(*decision, Platform::Ec2);
  REQUIRE(found.count("mean latency") == 1);
  CHECK(found.at("mean latency").method == "E_n/M/1 (every n-th request)");
  checkAgrees(found.at("mean latency"));
}

TEST_CASE("no law of a processor stands beside a fleet that something else slows down", "[analytic]") {
  const auto of = [](const tests::Settings& more) {
    return figures(*simulated(shortScenario(fixedFleet(more))), Platform::Ec2);
  };
  CHECK(of({}).count("utilisation") == 1);
  CHECK(of({"ec2.disk_per_request=5MB", "workload.work.mean=10ms", "workload.arrivals.rate=10/s"}).empty());
  CHECK(of({"ec2.instance_type=t3.micro", "ec2.credit_mode=standard", "ec2.workers=50"}).empty());
  // Callers that have gone: nobody knows what was computed for them.
  CHECK(of({"ec2.request_timeout=200ms", "workload.arrivals.rate=30/s", "run.horizon=600s"}).count("utilisation") == 0);
}
