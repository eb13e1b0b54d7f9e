// The hybrid through the door: its result, the verdict beside the other two, reasons sentence by sentence, reports.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "model/evaluation/findings.hpp"
#include "model/evaluation/overflow_summary.hpp"
#include "model/report/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using nlohmann::json;
using tests::catalogue;
using tests::evaluated;
using tests::hasReason;
using tests::shortScenario;
using tests::simulated;

Scenario hybridScenario(const tests::Settings& settings = {}) {
  tests::Settings all{"hybrid.overflow.kind=in_flight", "hybrid.overflow.limit=2", "hybrid.min=1",
                      "workload.arrivals.rate=15/s", "ec2.routing=least_outstanding"};
  all.insert(all.end(), settings.begin(), settings.end());
  return shortScenario(all);
}

PlatformResult result(Platform platform, double usd) {
  PlatformResult r;
  r.platform = platform;
  r.configuration = platform == Platform::Lambda ? "1769 MB x86_64"
                    : platform == Platform::Ec2  ? "c7g.large x 4"
                                                 : "c7g.large x 1, over 2 in flight to 1769 MB x86_64";
  r.requests = r.completed = 1000;
  r.latency.p99.value = 200;
  r.monthlyCostUsd.value = usd;
  if (platform == Platform::Hybrid) {
    r.overflow.emplace();
    r.overflow->count = 50;
    r.overflow->fraction.value = 0.05;
    r.overflow->baseP99Ms = 150;
    r.overflow->functionP99Ms = 700;
    r.overflow->hours = 168;
    r.overflow->hoursOfMost = 14;
    r.overflow->busiestHourOfDay = 9;
    r.overflow->busiestShare = 0.6;
  }
  return r;
}

Decision decided(double lambdaUsd, double ec2Usd, double hybridUsd, auto&& change) {
  Decision d;
  d.scenario = hybridScenario();
  d.lambda = result(Platform::Lambda, lambdaUsd);
  d.ec2 = result(Platform::Ec2, ec2Usd);
  d.hybrid = result(Platform::Hybrid, hybridUsd);
  change(d);
  decide(d, {});
  return d;
}
Decision decided(double lambdaUsd, double ec2Usd, double hybridUsd) {
  return decided(lambdaUsd, ec2Usd, hybridUsd, [](Decision&) {});
}

std::string reason(const Decision& d, const std::string& code) {
  for (const auto& r : d.reasons)
    if (r.code == code) return r.message;
  return {};
}

void miss(std::optional<PlatformResult>& result) {
  result->meetsObjective = false;
  result->missed = {"p99 612 ms > 500 ms"};
}

} // namespace

TEST_CASE("A hybrid cheaper than both is the verdict", "[hybrid]") {
  const auto d = decided(200, 150, 100);
  CHECK(d.verdict == Verdict::Hybrid);
  CHECK(d.monthlySavingUsd.value == 50);
  CHECK(reason(d, "hybrid_cheaper") == "The hybrid (c7g.large x 1, over 2 in flight to 1769 MB x86_64) costs $100.00 a "
                                       "month, $50.00 less than EC2 (c7g.large x 4).");
  CHECK(reason(d, "overflow") ==
        "Of the hybrid's requests 5 % go to Lambda (50 of 1,000), nine tenths of these in 14 of the 168 hours of all "
        "runs; most in the hour from 09:00 (60 % of them). p99 is 150 ms on its instances and 700 ms on Lambda.");
  CHECK(headline(d) ==
        "Run this on both, c7g.large x 1, over 2 in flight to 1769 MB x86_64 with 5 % of the requests on "
        "Lambda: it saves $50.00 a month over the cheaper of them alone.");
}

TEST_CASE("A hybrid that is dearer or too close leaves the verdict as it is", "[hybrid]") {
  const auto dearer = decided(200, 150, 180);
  CHECK(dearer.verdict == Verdict::Ec2);
  CHECK(hasReason(dearer, "hybrid_dearer"));
  const auto close = decided(200, 150, 149);
  CHECK(close.verdict == Verdict::Ec2);
  CHECK(reason(close, "hybrid_close") ==
        "The hybrid (c7g.large x 1, over 2 in flight to 1769 MB x86_64) costs $149.00 a month, too close to EC2 "
        "(c7g.large x 4): they differ by $1.00.");
  // Two that are close to each other may both be far above it.
  CHECK(decided(150, 150, 100).verdict == Verdict::Hybrid);
  CHECK(decided(150, 150, 149).verdict == Verdict::TooCloseToCall);
}

TEST_CASE("An interval of the paired costs can make a hybrid too close", "[hybrid]") {
  Decision d;
  d.scenario = hybridScenario();
  d.lambda = result(Platform::Lambda, 200);
  d.ec2 = result(Platform::Ec2, 150);
  d.hybrid = result(Platform::Hybrid, 130);
  const ObservedCosts costs{{200, 200, 200}, {150, 190, 110}, {}, {130, 130, 130}};
  decide(d, std::vector<double>{-50, -10, -90}, costs);
  CHECK(d.verdict != Verdict::Hybrid);
  CHECK(hasReason(d, "hybrid_close"));
}

TEST_CASE("Only those that meet the objective are rivals of a hybrid, and one that misses it is none", "[hybrid]") {
  // EC2 is cheaper but misses the objective.
  const auto beats = decided(200, 80, 100, [](Decision& d) { miss(d.ec2); });
  CHECK(beats.verdict == Verdict::Hybrid);
  CHECK(beats.monthlySavingUsd.value == 100);
  CHECK(headline(beats).ends_with(": it saves $100.00 a month over Lambda alone, and EC2 alone misses the objective."));
  const auto alone = decided(90, 80, 100, [](Decision& d) {
    miss(d.lambda);
    miss(d.ec2);
  });
  CHECK(alone.verdict == Verdict::Hybrid);
  CHECK(hasReason(alone, "hybrid_meets_objective"));
  CHECK(headline(alone) ==
        "Run this on both, c7g.large x 1, over 2 in flight to 1769 MB x86_64 with 5 % of the requests "
        "on Lambda: only that meets the objective, at $100.00 a month.");
  const auto missed = decided(200, 150, 100, [](Decision& d) { miss(d.hybrid); });
  CHECK(missed.verdict == Verdict::Ec2);
}

TEST_CASE("Moving to a hybrid costs what moving to both costs", "[hybrid]") {
  const auto d = decided(200, 150, 100, [](Decision& each) {
    each.scenario.costs.lambda.migrationUsd = 300;
    each.scenario.costs.ec2.migrationUsd = 100;
  });
  REQUIRE(d.payback);
  CHECK(d.payback->migrationUsd == 400);
  CHECK(*d.payback->months == Approx(8));
  CHECK(reason(d, "payback") ==
        "Moving to Hybrid costs $400.00 once and is paid back in 8.0 months at $50.00 a month.");
}

TEST_CASE("The hybrid sees the requests of the other two and its parts add up", "[hybrid]") {
  const auto d = simulated(hybridScenario());
  REQUIRE(d->hybrid);
  const auto& hybrid = *d->hybrid;
  CHECK(hybrid.requests == d->lambda->requests);
  CHECK(hybrid.requests == d->ec2->requests);
  CHECK(hybrid.requests == hybrid.completed + hybrid.throttled + hybrid.timedOut + hybrid.rejected);
  CHECK(hybrid.histogram.count() == hybrid.completed);
  CHECK(hybrid.overflow->count > 0);
  CHECK(hybrid.overflow->fraction.value ==
        Approx(static_cast<double>(hybrid.overflow->count) / static_cast<double>(hybrid.requests)));
  CHECK(hybrid.instancesMean.value == Approx(1));
  CHECK(hybrid.environmentsMean.value > 0);
  double parts = 0, lines = 0;
  for (const auto& part : hybrid.moneyParts) parts += part.usd;
  for (const auto& line : hybrid.bill.lines) lines += line.amount.inDollars();
  CHECK(parts == Approx(hybrid.monthlyCostUsd.value).epsilon(1e-9));
  CHECK(lines == Approx(hybrid.monthlyCostUsd.value).epsilon(1e-9));
  // Erlang B beside it: two vCPUs, two in flight.
  const auto figure = std::ranges::find_if(d->analytic, [](const auto& f) { return f.quantity == "overflow"; });
  REQUIRE(figure != d->analytic.end());
  CHECK(std::fabs(figure->closedForm - figure->simulated.value) < 3 * figure->simulated.halfWidth);
}

TEST_CASE("Without a hybrid results are what they were, with one the other two are", "[hybrid]") {
  const auto with = simulated(hybridScenario()), without = simulated(hybridScenario({"hybrid=null"}));
  CHECK_FALSE(without->hybrid);
  for (auto platform : {&Decision::lambda, &Decision::ec2}) {
    const auto &a = *(*with.*platform), &b = *(*without.*platform);
    CHECK(a.monthlyCostUsd.value == b.monthlyCostUsd.value);
    CHECK(a.latency.p99.value == b.latency.p99.value);
    CHECK(a.timedOut == b.timedOut);
  }
  CHECK(tests::timelessJson(*without).find("hybrid\"") == tests::timelessJson(*without).rfind("hybrid\""));
}

TEST_CASE("The result of a hybrid does not depend on the number of threads", "[hybrid]") {
  const auto scenario = hybridScenario();
  const auto one = tests::decisionOf(model::simulate(scenario, catalogue(), tests::threads(1)));
  const auto four = tests::decisionOf(model::simulate(scenario, catalogue(), tests::threads(4)));
  CHECK(tests::timelessJson(*one) == tests::timelessJson(*four));
}

TEST_CASE("simulate asks for a size and a limit, decide searches them", "[hybrid]") {
  const auto open = hybridScenario({"hybrid.min=auto", "hybrid.overflow.limit=auto", "workload.arrivals.rate=45/s",
                                    "managed_instances=null", "run.horizon=600s", "run.replications=1"});
  CHECK_THROWS_WITH(simulated(open), Catch::Contains("/hybrid/min") && Catch::Contains("/hybrid/overflow/limit"));
  const auto d = evaluated(open);
  REQUIRE(d->hybrid);
  CHECK(d->scenario.hybrid->min);
  std::size_t tried = 0, ran = 0;
  for (const auto& candidate : d->candidates)
    if (candidate.platform == Platform::Hybrid) {
      ++tried;
      ran += candidate.simulated ? 1 : 0;
    }
  CHECK(tried == 9); // one to three instances, three limits
  CHECK(ran == 8);
}

TEST_CASE("Every report shows the hybrid", "[hybrid]") {
  const auto d = simulated(hybridScenario());
  const auto out = json::parse(reportJson(*d));
  const auto& lane = out.at("platforms").at("hybrid");
  CHECK(lane.at("overflow").at("count") == d->hybrid->overflow->count);
  CHECK(lane.at("overflow").at("fraction").at("value") == d->hybrid->overflow->fraction.value);
  for (const char* key : {"instances", "utilisation", "environments", "cold_starts", "latency_ms", "monthly_cost_usd"})
    CHECK(lane.contains(key));
  CHECK(lane.at("usage").at("instance_hours") == Approx(730));
  CHECK(lane.at("usage").contains("billed_ms"));
  CHECK(reportCsv(*d).find("hybrid,overflow_fraction,") != std::string::npos);
  CHECK(reportCsv(*d).find("hybrid,instances_mean,") != std::string::npos);
  CHECK(reportText(*d).find("handed over to Lambda") != std::string::npos);
  CHECK(reportText(*d).find("Hybrid's bill for a month") != std::string::npos);
  CHECK(reportHtml(*d).find("s hybrid") != std::string::npos);
  CHECK(reportMarkdown(*d).find("Hybrid requests") == std::string::npos); // charts are the HTML's
}

TEST_CASE("When a hybrid overflows is said by the clock hours", "[hybrid]") {
  Observations observations;
  observations.hybrid.resize(1);
  observations.hybrid[0].base.outcomes.attempts = 900;
  observations.hybrid[0].overflow.outcomes.attempts = 100;
  HybridHours hours;
  hours.handedOver.assign(48, 0);
  hours.handedOver[9] = 50;
  hours.handedOver[33] = 40; // the same hour of the next day
  hours.handedOver[12] = 10;
  observations.hybridHours.push_back(hours);
  const auto summary = overflowSummary(observations);
  CHECK(summary.count == 100);
  CHECK(summary.fraction.value == Approx(0.1));
  CHECK(summary.hours == 48);
  CHECK(summary.hoursOfMost == 2);
  CHECK(*summary.busiestHourOfDay == 9);
  CHECK(summary.busiestShare == Approx(0.9));
  CHECK(hourlyOverflow(observations)[9] == 50);
  observations.hybridHours[0].handedOver.resize(5); // no day
  CHECK_FALSE(overflowSummary(observations).busiestHourOfDay);
}

TEST_CASE("A hybrid that never overflows says so", "[hybrid]") {
  const auto d = simulated(hybridScenario({"hybrid.min=20", "hybrid.overflow.limit=1000"}));
  CHECK(d->hybrid->overflow->count == 0);
  CHECK(std::ranges::any_of(d->warnings, [](const auto& w) { return w.code == "hybrid_never_overflows"; }));
}

// A day's profile with two sharp peaks, here at half its traffic: the fleet that follows its CPU is late, and Lambda is
// dear all day.
TEST_CASE("The ticket office runs on both", "[hybrid][evaluation]") {
  const auto& all = examples();
  const auto example = std::ranges::find(all, "ticket-office", &Example::name);
  REQUIRE(example != all.end());
  const tests::Settings settings{"workload.arrivals.mean=30/s", "run.replications=1"};
  const auto d = simulated(readScenario(example->json, example->name, settings));
  CHECK(d->verdict == Verdict::Hybrid);
  CHECK(d->hybrid->meetsObjective);
  CHECK(d->lambda->meetsObjective);
  CHECK_FALSE(d->ec2->meetsObjective);
  CHECK(d->monthlySavingUsd.value > 0.1 * d->lambda->monthlyCostUsd.value);
  const int peak = *d->hybrid->overflow->busiestHourOfDay;
  CHECK((peak == 10 || peak == 20));
}

TEST_CASE("Failures of the code count on both parts of a hybrid", "[hybrid]") {
  const auto d = simulated(hybridScenario({"workload.failures.error_rate=0.1"}));
  CHECK(d->hybrid->failedFraction.value == Approx(0.1).margin(0.01));
  CHECK(static_cast<double>(d->hybrid->errored) == Approx(0.1 * static_cast<double>(d->hybrid->requests)).epsilon(0.1));
}
