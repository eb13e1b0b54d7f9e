// Hard limits, verdict, reasons and warnings from hand-made results, sentence by sentence; drivers from small runs.
#include <algorithm>
#include <cmath>
#include <set>

#include "model/evaluation/break_even.hpp"
#include "model/evaluation/findings.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/workloads/trace_support.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::shortScenario;
using tests::threads;

PlatformResult result(Platform platform, double usd) {
  PlatformResult r;
  r.platform = platform;
  r.configuration = platform == Platform::Lambda ? "1769 MB x86_64" : "c7g.large x 2 to 20";
  r.requests = r.completed = 1000;
  r.latency.p99.value = 200;
  r.latency.max.value = 300;
  r.monthlyCostUsd.value = usd;
  if (platform == Platform::Ec2) {
    r.instancesMean.value = 2;
    r.utilisation.value = 0.25;
    r.peakInstances = 2;
  }
  return r;
}

Decision decision(double lambdaUsd, double ec2Usd, const tests::Settings& settings = {}) {
  Decision d;
  d.scenario = shortScenario(settings);
  d.lambda = result(Platform::Lambda, lambdaUsd);
  d.ec2 = result(Platform::Ec2, ec2Usd);
  d.meanRequestsPerSecond = 2;
  return d;
}

void miss(std::optional<PlatformResult>& result) {
  result->meetsObjective = false;
  result->missed = {"p99 612 ms > 500 ms", "failed 1 % > 0.1 %"};
}

std::string reason(const Decision& d, const std::string& code) {
  for (const auto& r : d.reasons)
    if (r.code == code) return r.message;
  return {};
}

std::vector<std::string> codes(const std::vector<Warning>& list) {
  std::vector<std::string> out;
  for (const auto& w : list) out.push_back(w.code);
  return out;
}

// The only warning of a decision.
std::string onlyWarning(const Decision& d, const std::string& code) {
  const auto list = warnings(d, catalogue());
  REQUIRE(codes(list) == std::vector<std::string>{code});
  CHECK_FALSE(list.front().advice.empty());
  return list.front().message;
}

using Strings = std::vector<std::string>;
Strings limitsOf(const tests::Settings& settings) {
  Strings messages;
  for (const auto& r : lambdaHardLimits(shortScenario(settings))) {
    CHECK(r.code == "hard_limit");
    messages.push_back(r.message);
  }
  return messages;
}

} // namespace

// ---- hard limits ----

TEST_CASE("a limit rules Lambda out just above it", "[findings]") {
  CHECK(limitsOf({}).empty());
  CHECK(limitsOf({"workload.memory=10240MB"}).empty());
  CHECK(limitsOf({"workload.memory=10241MB"}) ==
        Strings{"A request needs 10241 MB; a Lambda function has 10240 MB at most."});
  CHECK(limitsOf({"workload.response_size=6MB"}).empty());
  CHECK(limitsOf({"workload.request_size=7MB"}) ==
        Strings{"A payload of 7MB exceeds Lambda's 6MB for synchronous calls."});
  // An event is limited by what comes in; what goes out is stored elsewhere.
  CHECK(limitsOf({"workload.trigger=async", "workload.response_size=7MB"}).empty());
  CHECK(limitsOf({"workload.trigger=async", "workload.request_size=1MB"}).empty());
  CHECK(limitsOf({"workload.trigger=queue", "workload.request_size=2MB"}) ==
        Strings{"A payload of 2MB exceeds Lambda's 1MB for asynchronous calls."});
}

TEST_CASE("work is too long only when the largest function is too slow as well", "[findings]") {
  const auto lasting = [](const std::string& time, const std::string& more) {
    return limitsOf({R"(workload.work={"kind": "constant", "value": ")" + time + "\"" + more + "}"});
  };
  CHECK(lasting("15min", "").empty());
  CHECK(lasting("16min", "") ==
        Strings{"The 99th percentile of the work takes 16 min; a Lambda invocation ends after 15 minutes."});
  // Measured on half a vCPU: twice as fast on a whole one; 28 min become 14.
  CHECK(lasting("28min", R"(, "measured_at": {"memory": "884MB"})").empty());
  // Four threads on one vCPU: 10,240 MB give 4, 40 min become 10.
  CHECK(lasting("40min", R"(, "threads": 4)").empty());
  CHECK(lasting("40min", R"(, "threads": 4, "cpu_fraction": 0)").size() == 1);
}

// ---- verdict and reasons ----

TEST_CASE("the cheaper one wins and the reasons quote the figures", "[findings]") {
  auto d = decision(100, 150);
  d.lambda->coldStarts = 10;
  d.lambda->coldFraction.value = 0.01;
  const std::vector<double> saving{49, 50, 51};
  decide(d, saving);
  CHECK(d.verdict == Verdict::Lambda);
  CHECK(d.monthlySavingUsd.value == 50);
  // Standard deviation 1 of three: t(2) x 1 / sqrt(3).
  CHECK(d.monthlySavingUsd.halfWidth == Approx(4.302653 / std::sqrt(3.0)));
  Strings messages;
  for (const auto& r : d.reasons) messages.push_back(r.message);
  CHECK(messages == Strings{"Lambda costs $100.00 a month, EC2 $150.00: Lambda is $50.00 (33.3 %) cheaper.",
                            "Lambda (1769 MB x86_64) meets the objective: p99 200 ms, failed 0 %.",
                            "EC2 (c7g.large x 2 to 20) meets the objective: p99 200 ms, failed 0 %.",
                            "1 % of Lambda's started requests meet a cold start (10 of 1,000).",
                            "The EC2 fleet runs 2.0 instances on average at 25 % of their CPU."});

  auto dear = decision(150, 100);
  dear.lambda->monthlyCostUsd.halfWidth = 3;
  decide(dear, std::vector<double>{-49, -50, -51});
  CHECK(dear.verdict == Verdict::Ec2);
  CHECK(dear.monthlySavingUsd.value == 50);
  CHECK(reason(dear, "cost_gap") ==
        "Lambda costs $150.00 ± $3.00 a month, EC2 $100.00: EC2 is $50.00 (33.3 %) cheaper.");
  CHECK(headline(dear) ==
        "Run this on EC2 (c7g.large x 2 to 20): it saves $50.00 a month over Lambda (1769 MB x86_64).");
}

TEST_CASE("a gap within 2 % or within its interval is none", "[findings]") {
  auto close = decision(100, 101.9);
  decide(close, std::vector<double>{1.9, 1.9});
  CHECK(close.verdict == Verdict::TooCloseToCall);
  CHECK(reason(close, "too_close") ==
        "The difference of $1.90 a month is within 2 % of the bill or within its interval of ± $0.00.");
  CHECK(headline(close) == "Too close to call: Lambda (1769 MB x86_64) at $100.00 and EC2 (c7g.large x 2 to 20) at "
                           "$101.90 a month differ by $1.90; choose by what your team runs best.");
  auto clear = decision(100, 102.1);
  decide(clear, std::vector<double>{2.1, 2.1});
  CHECK(clear.verdict == Verdict::Lambda);
  auto vague = decision(100, 110);
  decide(vague, std::vector<double>{-10, 30}); // half width 12.7 x 20
  CHECK(vague.verdict == Verdict::TooCloseToCall);
}

TEST_CASE("the objective comes before the cost", "[findings]") {
  auto onlyEc2 = decision(100, 150);
  miss(onlyEc2.lambda);
  decide(onlyEc2, std::vector<double>{50, 50});
  CHECK(onlyEc2.verdict == Verdict::Ec2);
  CHECK(onlyEc2.monthlySavingUsd.value == -50);
  CHECK(reason(onlyEc2, "objective_missed") ==
        "Lambda (1769 MB x86_64) misses the objective: p99 612 ms > 500 ms; failed 1 % > 0.1 %.");
  CHECK(headline(onlyEc2) == "Run this on EC2 (c7g.large x 2 to 20): it costs $50.00 a month more than Lambda (1769 MB "
                             "x86_64), but only it meets the objective.");

  auto onlyLambda = decision(100, 150);
  miss(onlyLambda.ec2);
  decide(onlyLambda, std::vector<double>{50, 50});
  CHECK(onlyLambda.verdict == Verdict::Lambda);
  CHECK(headline(onlyLambda) == "Run this on Lambda (1769 MB x86_64): only it meets the objective, and it saves $50.00 "
                                "a month over EC2 (c7g.large x 2 to 20).");

  auto neither = decision(100, 150);
  miss(neither.lambda);
  miss(neither.ec2);
  decide(neither, std::vector<double>{50, 50});
  CHECK(neither.verdict == Verdict::NeitherMeetsObjective);
}

TEST_CASE("one platform alone is judged by its objective", "[findings]") {
  auto d = decision(100, 0);
  d.ec2.reset();
  decide(d, {});
  CHECK(d.verdict == Verdict::Lambda);
  CHECK(reason(d, "cost_gap").empty());
  CHECK(headline(d) == "Run this on Lambda (1769 MB x86_64): it meets the objective at $100.00 a month.");
  miss(d.lambda);
  decide(d, {});
  CHECK(d.verdict == Verdict::NeitherMeetsObjective);
  Decision nothing;
  decide(nothing, {});
  CHECK(nothing.verdict == Verdict::NeitherMeetsObjective);
}

// ---- warnings ----

TEST_CASE("a quiet decision has no warning", "[findings]") { CHECK(warnings(decision(100, 150), catalogue()).empty()); }

TEST_CASE("warnings about Lambda quote what they rest on", "[findings]") {
  auto little = decision(100, 150, {"lambda.account_concurrency=5"});
  little.meanRequestsPerSecond = 80; // x 100 ms
  CHECK(onlyWarning(little, "little_law") ==
        "By Little's law 80/s x the mean duration needs 8.0 environments at once, the limit is 5.");
  auto peak = decision(100, 150);
  peak.lambda->peakEnvironments = 801;
  CHECK(onlyWarning(peak, "concurrency_near_limit") == "801 environments were busy at the peak, the limit is 1000.");
  peak.lambda->peakEnvironments = 800;
  CHECK(warnings(peak, catalogue()).empty());
  auto throttled = decision(100, 150);
  throttled.lambda->throttled = 12;
  CHECK(onlyWarning(throttled, "throttled") == "12 of 1,000 requests to Lambda were throttled.");
  auto slow = decision(100, 150, {"lambda.timeout=1s"});
  slow.lambda->latency.max.value = 900;
  slow.lambda->timedOut = 3;
  CHECK(onlyWarning(slow, "near_timeout") == "The slowest Lambda request took 900 ms, init included; the timeout is 1s "
                                             "without the init before the call; 3 timed "
                                             "out.");
  auto reset = decision(100, 150);
  reset.lambda->resetInits = 4;
  CHECK(onlyWarning(reset, "resets") ==
        "4 Lambda requests ran init inside their duration: the timeout had cut the call before them.");
  auto restarted = decision(100, 150);
  restarted.lambda->initRestarts = 2;
  CHECK(onlyWarning(restarted, "init_over_limit") ==
        "2 cold starts did not finish init within 10s and began it anew inside the call.");
}

TEST_CASE("a backlog that grows and provisioned environments that only wait are said", "[findings]") {
  auto d = decision(100, 150, {R"(lambda.provisioned_plan={"kind": "target_tracking", "min": 2, "max": 8})"});
  d.lambda->moneyParts = {{"idle_provisioned", "", 30}, {"busy_provisioned", "", 10}};
  d.lambda->deliveries.emplace();
  d.lambda->deliveries->backlogGrowthShare = 0.8;
  const auto list = warnings(d, catalogue());
  REQUIRE(codes(list) == std::vector<std::string>{"backlog_grows", "provisioned_stays"});
  CHECK(list[0].message ==
        "The source's backlog grew by 80 % of what arrived: the function does not keep up, or a burst "
        "came at the very end.");
  CHECK(list[1].message ==
        "75 % of the money for provisioned environments keeps them ready, 25 % is for those that serve.");
}

TEST_CASE("SC-06 provisioned environments for a peak of 200 are 220", "[findings]") {
  auto d = decision(100, 150, {"lambda.provisioned_concurrency=150"});
  d.lambda->peakEnvironments = 200;
  auto& function = d.lambda->usage.lambda.emplace_back();
  function.requests = 30;
  function.provisioned = {150, 730, 970, 0};
  const auto list = warnings(d, catalogue());
  REQUIRE(codes(list) == std::vector<std::string>{"provisioned_spill"});
  CHECK(list[0].message ==
        "3 % of the calls found no provisioned environment and ran on demand, 200 environments at the peak.");
  CHECK(list[0].advice.find("a tenth more: 220 provisioned environments") != std::string::npos);
  function.requests = 5; // a call in two hundred is no reason to buy
  CHECK(warnings(d, catalogue()).empty());
}

TEST_CASE("SC-03 the request-rate cap names the limit that it needs", "[findings]") {
  struct Row {
    double perSecond;
    const char *duration, *message, *advice;
  };
  for (const Row& row : {Row{20'000, "50ms",
                             "A concurrency limit of 1000 serves 10,000/s, 10 for each unit of it; "
                             "20,000/s arrive on average.",
                             "The rate needs a concurrency limit of 2000, however short the requests are."},
                         Row{30'000, "20ms",
                             "A concurrency limit of 1000 serves 10,000/s, 10 for each unit of it; "
                             "30,000/s arrive on average.",
                             "The rate needs a concurrency limit of 3000, however short the requests are."}}) {
    auto fast =
        decision(100, 150, {"workload.work={\"kind\":\"constant\",\"value\":\"" + std::string(row.duration) + "\"}"});
    fast.meanRequestsPerSecond = row.perSecond;
    fast.ec2.reset();
    CHECK(onlyWarning(fast, "request_rate_cap") == row.message);
    CHECK(warnings(fast, catalogue()).front().advice == row.advice);
    fast.meanRequestsPerSecond = 10'000;
    CHECK(warnings(fast, catalogue()).empty());
  }
}

TEST_CASE("warnings about EC2 quote what they rest on", "[findings]") {
  auto overload = decision(100, 150, {"ec2.max=3"});
  overload.meanRequestsPerSecond = 70; // x 100 ms of CPU on 3 x 2 vCPUs
  CHECK(onlyWarning(overload, "cpu_overload") ==
        "The work needs 7.0 vCPUs on average, the largest fleet has 6: above 100 % CPU.");
  auto busy = decision(100, 150);
  busy.ec2->utilisation.value = 0.9;
  CHECK(onlyWarning(busy, "cpu_high") == "The fleet runs at 90 % CPU on average.");
  auto full = decision(100, 150);
  full.ec2->peakInstances = 20;
  CHECK(onlyWarning(full, "fleet_at_max") == "The fleet reached its maximum of 20 instances.");
  auto burst = decision(100, 150, {"ec2.instance_type=t2.medium"});
  CHECK(onlyWarning(burst, "burst_credits") ==
        "t2.medium in standard mode uses 25 % of its CPU on average, near its baseline of 20 %: it spends the CPU "
        "credits it earns and slows down to the baseline.");
  burst.ec2->utilisation.value = 0.15;
  CHECK(warnings(burst, catalogue()).empty());
  auto unlimited = decision(100, 150, {"ec2.instance_type=t4g.medium"});
  CHECK(warnings(unlimited, catalogue()).empty()); // it earns what it uses
  unlimited.ec2->usage.ec2.push_back({"t4g.medium", 1460, pricing::Purchase::OnDemand, 73});
  CHECK(onlyWarning(unlimited, "surplus_credits") ==
        "t4g.medium uses more CPU than its baseline of 20 % of a vCPU earns, 25 % on average: 73 vCPU-hours of surplus "
        "credits a month are on the bill.");
}

TEST_CASE("warnings about scaling quote what they rest on", "[findings]") {
  CHECK(onlyWarning(decision(100, 150, {"ec2.detailed_monitoring=false"}), "coarse_metrics") ==
        "The fleet scales on CPU points that come every 300s, because ec2.detailed_monitoring is off.");
  CHECK(
      warnings(decision(100, 150, {"ec2.detailed_monitoring=false", "ec2.scaling.period=5min"}), catalogue()).empty());
  CHECK(onlyWarning(decision(100, 150, {"ec2.predictive.target=0.5", "run.horizon=1d"}), "no_forecast") ==
        "Predictive scaling makes its first forecast after 1d, the run ends at 1d.");
  const auto alone = decision(
      100, 150, {"ec2.predictive.target=0.5", R"(ec2.scaling={"kind": "none"})", "run.horizon=7d", "ec2.initial=2"});
  CHECK(onlyWarning(alone, "only_grows") ==
        "Predictive scaling never removes an instance, and no policy does: the fleet only grows.");
  auto scheduled = decision(100, 150, {R"(ec2.scheduled_actions.actions=[{"at": "8h", "max": 30}])"});
  scheduled.ec2->peakInstances = 20;
  CHECK(warnings(scheduled, catalogue()).empty()); // 30 are allowed at eight
}

TEST_CASE("warnings about what is not known well enough", "[findings]") {
  auto wide = decision(100, 150);
  wide.ec2->monthlyCostUsd.halfWidth = 30;
  CHECK(onlyWarning(wide, "wide_interval") == "EC2's monthly cost is known only to ± 20 %.");
  auto straddling = decision(100, 150, {"objective.p99=210ms"});
  straddling.lambda->latency.p99.halfWidth = 15;
  CHECK(onlyWarning(straddling, "objective_uncertain") ==
        "Lambda's p99 of 200 ms ± 15 ms straddles the objective of 210 ms.");
  auto estimated = decision(100, 150);
  pricing::BillLine line;
  line.service = "ec2";
  line.item = "instance_hours (c7g.large, spot)";
  line.amount = pricing::Money::dollars(50);
  line.estimated = true;
  estimated.ec2->bill.lines.push_back(line);
  line.item = "a trifle";
  line.amount = pricing::Money::dollars(1);
  estimated.ec2->bill.lines.push_back(line);
  CHECK(onlyWarning(estimated, "estimated_price") ==
        "EC2's bill rests on estimated prices: ec2 instance_hours (c7g.large, spot).");
}

TEST_CASE("warnings about the trace", "[findings]") {
  std::string log = "timestamp,duration,function\n";
  for (int i = 0; i < 120; ++i)
    log += "2026-11-01T00:0" + std::to_string(i / 60) + ":" + (i % 60 < 10 ? "0" : "") + std::to_string(i % 60) +
           "Z,0.2," + (i % 2 == 0 ? "a" : "b") + "\n";
  log += "not a time,0.2,a\n";
  const trace_test::FileWith file(log, "two.csv");
  auto d = decision(100, 150);
  workloads::TraceArrivals arrivals;
  arrivals.files = {file.path()};
  arrivals.trace = trace_test::open(file.path());
  d.scenario.workload.arrivals = arrivals;
  const auto list = warnings(d, catalogue());
  REQUIRE(list.size() >= 2);
  CHECK(list.front().code == "short_trace");
  CHECK(list.front().message.starts_with("The log covers "));
  CHECK(list.front().message.ends_with("; a month is made of repetitions of it."));
  CHECK(list.back().code == "rows_skipped");
  CHECK(list.back().message.starts_with("1 of 121 rows were skipped, most of them: "));
  CHECK(list.back().message.ends_with("(first in line 122)."));
}

// ---- drivers ----

TEST_CASE("drivers are sorted, start from one base and say truly what flips", "[findings]") {
  const auto scenario = shortScenario({"workload.arrivals.rate=12/s", "run.horizon=600s"});
  const auto outcome = drivers(scenario, catalogue(), threads(1), {});
  REQUIRE(std::holds_alternative<std::vector<Driver>>(outcome));
  const auto& found = std::get<std::vector<Driver>>(outcome);
  const auto base = std::get<CostPoint>(costAt(scenario, catalogue(), 1, threads(1)));
  const double saving = *base.ec2Usd - *base.lambdaUsd;
  std::set<std::string> paths;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& d = found[i];
    CAPTURE(d.path, d.from, d.to);
    paths.insert(d.path);
    CHECK(d.from != d.to);
    CHECK(d.baseSavingUsd == saving);
    CHECK(d.flips == ((d.savingUsd < 0) != (saving < 0)));
    if (i == 0) continue;
    const auto& before = found[i - 1];
    CHECK((before.flips || !d.flips));
    if (before.flips == d.flips) CHECK(std::fabs(before.savingUsd - saving) >= std::fabs(d.savingUsd - saving));
  }
  CHECK(paths == std::set<std::string>{"workload.arrivals", "workload.work", "lambda.idle_lifetime",
                                       "lambda.architecture", "lambda.front_door", "ec2.min", "ec2.purchase",
                                       "ec2.scaling.target"});
  // Twice the traffic is the point at factor 2.
  const auto twice = std::get<CostPoint>(costAt(scenario, catalogue(), 2, threads(1)));
  const auto it = std::find_if(found.begin(), found.end(),
                               [](const auto& d) { return d.path == "workload.arrivals" && d.to == "2 x"; });
  REQUIRE(it != found.end());
  CHECK(it->savingUsd == *twice.ec2Usd - *twice.lambdaUsd);
}

// ---- shared lines, payback, commitments ----

namespace {

pricing::BillLine line(const char* item, double quantity, double usd) {
  pricing::BillLine l;
  l.service = "service";
  l.item = item;
  l.quantity = quantity;
  l.unitPrice = pricing::UnitPrice::dollarsPerUnit(usd);
  l.amount = l.unitPrice * quantity;
  return l;
}

// Bills of one line each and one option that saves that much a month.
Decision committed(double lambdaUsd, double lambdaSaving, double ec2Usd, double ec2Saving) {
  auto d = decision(lambdaUsd, ec2Usd);
  const auto commit = [](PlatformResult& result, double usd, double saving) {
    result.bill.lines = {line("all", 1, usd)};
    result.commitments = CommitmentPlan{{{"on_demand", "", usd, 0, usd * 0.7, false},
                                         {"compute_sp_1y", "$1/h", usd - saving, saving, usd * 0.8, false}},
                                        0.3,
                                        usd * 0.7};
  };
  commit(*d.lambda, lambdaUsd, lambdaSaving);
  commit(*d.ec2, ec2Usd, ec2Saving);
  return d;
}

} // namespace

TEST_CASE("lines are shared when item, price and quantity agree to 1e-9", "[findings]") {
  pricing::Bill one{{line("a", 100, 2), line("b", 100, 2), line("c", 100, 2), line("only here", 1, 1)}};
  pricing::Bill other{{line("c", 100, 3), line("b", 100 * (1 + 1e-8), 2), line("a", 100 * (1 + 1e-10), 2)}};
  markShared(one, other);
  CHECK(one.lines[0].shared);
  CHECK(other.lines[2].shared);
  for (const auto& l : {one.lines[1], one.lines[2], one.lines[3], other.lines[0], other.lines[1]})
    CHECK_FALSE(l.shared);
}

TEST_CASE("payback is the migration over the monthly saving", "[findings]") {
  const auto paid = [](double lambdaUsd, double ec2Usd, const tests::Settings& settings) {
    auto d = decision(lambdaUsd, ec2Usd, settings);
    decide(d, {});
    return d;
  };
  const auto lambda = paid(400, 700, {"costs.lambda.migration=4500", "costs.ec2.migration=1"});
  CHECK(lambda.payback->migrationUsd == 4500);
  CHECK(*lambda.payback->months == Approx(15));
  CHECK(reason(lambda, "payback") == "Moving to Lambda costs $4,500.00 once and is paid back in 15.0 months at $300.00 "
                                     "a month.");
  const auto late = paid(700, 400, {"costs.ec2.migration=18000"});
  CHECK(reason(late, "payback") == "Moving to EC2 costs $18,000.00 once and is paid back in 5.0 years at $300.00 a "
                                   "month.");
  CHECK_FALSE(paid(400, 700, {}).payback);
  CHECK_FALSE(paid(400, 401, {"costs.lambda.migration=4500"}).payback); // too close to call
  auto dearer = decision(700, 400, {"costs.lambda.migration=4500"});
  miss(dearer.ec2);
  decide(dearer, {});
  CHECK_FALSE(dearer.payback->months);
  CHECK(reason(dearer, "payback") ==
        "Moving to Lambda costs $4,500.00 once and saves nothing a month: money does not pay it back.");
}

TEST_CASE("commitments on both sides are weighed against each other", "[findings]") {
  auto stays = committed(400, 40, 700, 200);
  weighCommitments(stays);
  CHECK(reason(stays, "commitments_agree") == "If both sides committed at their cheapest, Lambda would cost $360.00 a "
                                              "month and EC2 $500.00: Lambda would stay the cheaper side.");
  auto flips = committed(400, 40, 700, 400);
  weighCommitments(flips);
  CHECK(
      reason(flips, "commitments_flip") ==
      "If both sides committed at their cheapest, Lambda would cost $360.00 a month and EC2 $300.00: EC2 would be the "
      "cheaper side then, not as now.");
  auto dearer = committed(400, -10, 700, -20); // every commitment costs more than on demand
  weighCommitments(dearer);
  CHECK(dearer.reasons.empty());
  auto none = decision(400, 700);
  weighCommitments(none);
  CHECK(none.reasons.empty());
}

TEST_CASE("the third lane is named where it is cheaper than the side of the verdict", "[findings]") {
  auto d = decision(1000, 1200);
  d.managed = result(Platform::ManagedInstances, 800);
  d.managed->configuration = "m8g.large, at least 3";
  d.scenario.managed->instanceType = "m8g.large";
  decide(d, std::vector<double>{190, 200, 210});
  REQUIRE(d.verdict == Verdict::Lambda);
  weighManaged(d, {{990, 1000, 1010}, {1200, 1200, 1200}, {800, 800, 800}});
  REQUIRE(d.managedSavingUsd.has_value());
  CHECK(d.managedSavingUsd->value == Approx(200));
  CHECK(d.managedSavingUsd->halfWidth == Approx(24.84).epsilon(1e-3)); // t(2) x 10 / sqrt(3)
  CHECK(reason(d, "managed_instances_cheaper") ==
        "Lambda Managed Instances (m8g.large, at least 3) would cost $800.00 a month, $200.00 ± $24.84 less than "
        "Lambda at $1,000.00.");
  CHECK(headline(d) == "Run this on Lambda (1769 MB x86_64): it saves $200.00 a month over EC2 (c7g.large x 2 to 20); "
                       "Lambda Managed Instances on m8g.large would cost $200.00 less.");
}

TEST_CASE("the third lane is not named where it is dearer, too close, or misses the objective", "[findings]") {
  const auto weighed = [](double managedUsd, bool meets) {
    auto d = decision(1000, 1200);
    d.managed = result(Platform::ManagedInstances, managedUsd);
    if (!meets) miss(d.managed);
    decide(d, std::vector<double>{190, 200, 210});
    weighManaged(d, {{990, 1000, 1010}, {1200, 1200, 1200}, {managedUsd, managedUsd, managedUsd}});
    return d;
  };
  for (const auto& d : {weighed(1100, true), weighed(985, true), weighed(500, false)}) {
    CHECK_FALSE(d.managedSavingUsd.has_value());
    CHECK(reason(d, "managed_instances_cheaper").empty());
    CHECK(headline(d).find("Managed") == std::string::npos);
  }
}

TEST_CASE("the third lane may be alone in meeting the objective", "[findings]") {
  auto d = decision(1000, 1200);
  miss(d.lambda);
  miss(d.ec2);
  d.managed = result(Platform::ManagedInstances, 1500);
  decide(d, std::vector<double>{200, 200});
  weighManaged(d, {{1000, 1000}, {1200, 1200}, {1500, 1500}});
  CHECK(d.verdict == Verdict::NeitherMeetsObjective);
  CHECK(reason(d, "managed_instances_meets_objective").find("would meet the objective at $1,500.00 a month") !=
        std::string::npos);
}
