// From a scenario's mixed fleet to a bill: bands, hazards, lines for each type and market, and what a report says.
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "model/evaluation/assessment.hpp"
#include "model/evaluation/attribution.hpp"
#include "model/evaluation/metering.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"

namespace {

using namespace model;
using tests::catalogue;
using tests::shortScenario;

constexpr Int128 kHour = 3'600'000'000'000;

Scenario mixedScenario(const tests::Settings& more = {}) {
  tests::Settings all{"lambda=null", "managed_instances=null", "ec2.instance_type=c7g.large",
                      R"(ec2.mixed={"base_on_demand": 1, "on_demand_percent_above_base": 50, "types": ["m7g.large"]})"};
  all.insert(all.end(), more.begin(), more.end());
  return shortScenario(all);
}

double sum(const std::vector<MoneyPart>& parts) {
  double usd = 0;
  for (const auto& part : parts) usd += part.usd;
  return usd;
}

std::set<std::string> linesOf(const pricing::Bill& bill) {
  std::set<std::string> items;
  for (const auto& line : bill.lines)
    if (line.service == "ec2") items.insert(line.item);
  return items;
}

const Warning* warningOf(const Decision& decision, std::string_view code) {
  for (const auto& warning : decision.warnings)
    if (warning.code == code) return &warning;
  return nullptr;
}

} // namespace

TEST_CASE("The band of a type becomes the hazard of an hour", "[purchase]") {
  // 5 % a month is about 7E-5 an hour.
  SpotSetup setup;
  setup.interruptions = 0.05;
  CHECK(interruptionsPerHour(setup, std::nullopt) == Approx(7.03e-5).epsilon(0.002));
  setup.interruptions.reset();
  const auto monthly = [&](int band) {
    return 1 - std::exp(-730 * interruptionsPerHour(setup, pricing::Spot{0.5, band}));
  };
  CHECK(monthly(0) == Approx(0.025));
  CHECK(monthly(1) == Approx(0.075));
  CHECK(monthly(2) == Approx(0.125));
  CHECK(monthly(3) == Approx(0.175));
  CHECK(monthly(4) == Approx(0.30));
  const auto fleet = ec2Fleet(mixedScenario(), catalogue());
  REQUIRE(fleet.furtherKinds.size() == 1);
  CHECK(fleet.interruptionsPerHour == interruptionsPerHour(setup, catalogue().spot("us-east-1", "c7g.large")));
  CHECK(fleet.furtherKinds[0].interruptionsPerHour ==
        interruptionsPerHour(setup, catalogue().spot("us-east-1", "m7g.large")));
  CHECK(fleet.furtherKinds[0].workers ==
        defaultWorkers(*catalogue().findType("m7g.large"), mixedScenario().workload, Discipline::ProcessorSharing));
}

TEST_CASE("A fleet that buys no spot is what it was", "[purchase]") {
  const auto fleet = ec2Fleet(shortScenario({"ec2.spot.interruptions=0.5", "ec2.spot.unavailable=0.5"}), catalogue());
  CHECK(fleet.furtherKinds.empty());
  CHECK_FALSE(fleet.mix.usesSpot());
  CHECK(fleet.interruptionsPerHour == 0);
  const auto all = ec2Fleet(shortScenario({"ec2.purchase=spot"}), catalogue());
  CHECK(onDemandOf(all.mix, 100) == 0);
}

TEST_CASE("Lowest price asks the cheaper type first", "[purchase]") {
  const auto usd = [](const char* type) {
    return catalogue().instanceHour("us-east-1", type, pricing::Purchase::Spot)->firstPrice().inDollarsPerUnit();
  };
  const auto fleet = ec2Fleet(mixedScenario({"ec2.mixed.allocation=lowest_price"}), catalogue());
  const std::size_t cheaper = usd("m7g.large") < usd("c7g.large") ? 1 : 0;
  CHECK_FALSE(fleet.mix.spread);
  CHECK(fleet.mix.spotOrder == std::vector<std::size_t>{cheaper, 1 - cheaper});
}

TEST_CASE("Each type and market has its line, less what is free", "[purchase]") {
  // One hour observed: 2 h on demand, 3 h of c7g and 4 h of m7g on spot, half an hour of these free, 36 s of top-up.
  Ec2Tally tally;
  tally.outcomes.attempts = tally.outcomes.completed = 1000;
  tally.instanceNs = 9 * kHour;
  tally.inServiceNs = 9 * kHour;
  tally.inService.busyNs = 5 * kHour;
  tally.inService.headroomNs = 4 * kHour;
  tally.spot = {{3 * kHour, 3 * kHour, kHour / 100, 0, 0}, {4 * kHour, 4 * kHour, 0, kHour / 2, 0}};
  tally.minimumTopUpNs = kHour / 100;
  const Metered metered{3600, {}, std::chrono::hours(1)};
  auto scenario = mixedScenario();
  auto usage = ec2Usage(scenario, tally, metered);
  REQUIRE(usage.ec2.size() == 3);
  CHECK(usage.ec2[0].purchase == pricing::Purchase::OnDemand);
  CHECK(usage.ec2[0].hours == Approx(2 * 730));
  CHECK(usage.ec2[1].instanceType == "c7g.large");
  CHECK(usage.ec2[1].purchase == pricing::Purchase::Spot);
  CHECK(usage.ec2[1].hours == Approx(3.01 * 730));
  CHECK(usage.ec2[2].instanceType == "m7g.large");
  CHECK(usage.ec2[2].hours == Approx(3.5 * 730));
  CHECK(usage.detailedMonitoringInstances == Approx(9)); // volumes and metrics of free instances are not free
  // A commitment is to what of `min` is on demand: of 2 the base of 1 and half of the other, rounded up.
  scenario.ec2->purchase = pricing::Purchase::ComputeSp3y;
  scenario.ec2->min = 2;
  usage = ec2Usage(scenario, tally, metered);
  CHECK(usage.ec2[0].purchase == pricing::Purchase::ComputeSp3y);
  CHECK(usage.ec2[0].hours == Approx(2 * 730));
  CHECK(usage.ec2[1].purchase == pricing::Purchase::Spot);

  const auto bill = pricing::price(usage, catalogue());
  const auto parts = moneyParts(scenario, tally, metered, bill);
  CHECK(sum(parts) == Approx(bill.total().inDollars()).epsilon(1e-12));
  for (const auto& part : parts) CHECK(part.code != "unused_commitment");
}

TEST_CASE("Billed spot hours are the timeline's seconds less the free ones", "[purchase]") {
  // An interruption every two hours, so that some are free and some are not.
  const auto scenario = mixedScenario({"run.horizon=3d", "ec2.spot.rebalance=true", "ec2.min=8", "ec2.initial=8"});
  auto fleet = ec2Fleet(scenario, catalogue());
  fleet.interruptionsPerHour = fleet.furtherKinds[0].interruptionsPerHour = 0.5;
  ObservationPlan plan;
  plan.horizon = *scenario.run.horizon;
  plan.timelinePoints = 0;
  Ec2Simulator simulator(fleet, plan, 1, 0);
  const auto run = simulator.finish();
  const auto& tally = run.windows.at(0);
  CHECK(tally.spotTotal().freeNs > 0);
  CHECK(tally.spotTotal().freeNs < tally.spotTotal().instanceNs / 2);
  const double observed = pricing::inSeconds(plan.horizon);
  const auto usage = ec2Usage(scenario, tally, {observed, {}, plan.horizon});
  double hours = 0;
  for (const auto& line : usage.ec2) hours += line.hours;
  const Int128 billed = tally.instanceNs + tally.minimumTopUpNs - tally.spotTotal().freeNs;
  CHECK(hours * observed / (730 * 3600) == Approx(static_cast<double>(billed) / 3.6e12).epsilon(1e-12));
}

TEST_CASE("A mixed fleet is simulated, billed and reported with its market", "[purchase]") {
  // Eleven or so on spot for 20 h, three times: 660 h at 0.0095/h.
  const auto decision = tests::simulated(mixedScenario({"ec2.spot.interruptions=0.999", "run.horizon=20h", "ec2.min=12",
                                                        "ec2.initial=12", "ec2.mixed.on_demand_percent_above_base=0"}));
  REQUIRE(decision->ec2);
  REQUIRE(decision->ec2->spot);
  const auto& result = *decision->ec2;
  CHECK(result.spot->interruptions > 0);
  CHECK(result.spot->instancesMean.value > 0);
  // Two roads to their number: counted, and by the hazards, within four standard errors of a Poisson count.
  const double months = 3 * 20 / 730.0, expected = result.spot->expectedPerMonth * months;
  CHECK(std::fabs(static_cast<double>(result.spot->interruptions) - expected) < 4 * std::sqrt(expected));
  CHECK(result.spot->instancesMean.value < result.instancesMean.value);
  const auto lines = linesOf(result.bill);
  CHECK(lines.count("instance_hours (c7g.large, on_demand)") == 1);
  CHECK(lines.count("instance_hours (m7g.large, spot)") + lines.count("instance_hours (c7g.large, spot)") >= 1);
  CHECK(sum(result.moneyParts) == Approx(result.bill.total().inDollars()).epsilon(1e-9));
  const auto json = nlohmann::json::parse(reportJson(*decision));
  CHECK(json["platforms"]["ec2"]["spot"]["interruptions"] == result.spot->interruptions);
  CHECK(reportText(*decision).find("spot interruptions a month") != std::string::npos);
  CHECK(reportHtml(*decision).find("spot interruptions a month") != std::string::npos);
  CHECK(reportCsv(*decision).find("spot_lost_requests") != std::string::npos);
  CHECK(result.configuration.find("c7g.large + 1 type x") != std::string::npos);
}

TEST_CASE("Interruptions that cost the objective are a warning, and so is capacity that is not there", "[purchase]") {
  // Requests of 300 s on average outlive the notice; some are lost with each instance.
  const auto decision = tests::simulated(mixedScenario(
      {"ec2.spot.interruptions=0.999", "run.horizon=20h", "workload.work.mean=300s", "workload.work.cpu_fraction=0.05",
       "workload.arrivals.rate=0.5/s", "ec2.request_timeout=10h", "ec2.workers=1000", "ec2.mixed.base_on_demand=0",
       "ec2.mixed.on_demand_percent_above_base=0", "ec2.spot.unavailable=0.9", R"(ec2.scaling={"kind": "none"})",
       "ec2.initial=10", "objective.max_failed=0.0001"}));
  REQUIRE(decision->ec2->spot);
  CHECK(decision->ec2->spot->lostRequests > 0);
  CHECK(decision->ec2->failedFraction.value > 0.0001);
  const auto* lost = warningOf(*decision, "spot_interruptions");
  REQUIRE(lost);
  CHECK(lost->message.find("were lost when AWS took back") != std::string::npos);
  CHECK(warningOf(*decision, "spot_capacity"));
}

// None of ten hours has spot capacity: what is launched falls back, and is not sold at the price of spot.
TEST_CASE("What falls back from the spot market is billed on demand", "[purchase]") {
  const auto decision = tests::simulated(shortScenario(
      {"lambda=null", "managed_instances=null", "ec2.instance_type=c7g.large", "ec2.purchase=spot", "ec2.min=2",
       "ec2.max=8", "ec2.initial=2", "ec2.spot.unavailable=1", "ec2.spot.fallback_on_demand=true",
       "ec2.spot.interruptions=0.999", "workload.arrivals.rate=30/s", "run.horizon=10h"}));
  double onDemandHours = 0, spotHours = 0;
  for (const auto& instances : decision->ec2->usage.ec2)
    (instances.purchase == pricing::Purchase::Spot ? spotHours : onDemandHours) += instances.hours;
  CHECK(onDemandHours > 0);
  CHECK(spotHours > 0); // the first two, until AWS takes them
  const double onSpot = decision->ec2->spot->instancesMean.value / decision->ec2->instancesMean.value;
  CHECK(spotHours / (spotHours + onDemandHours) == Approx(onSpot).epsilon(0.01));
  CHECK(linesOf(decision->ec2->bill).count("instance_hours (c7g.large, on_demand)") == 1);
  const auto* capacity = warningOf(*decision, "spot_capacity");
  REQUIRE(capacity);
  CHECK(capacity->advice.starts_with("These went on demand"));
}

TEST_CASE("A commitment plan is about the instances on demand", "[purchase]") {
  const auto all = tests::simulated(mixedScenario({"ec2.mixed.on_demand_percent_above_base=100", "run.horizon=3h"}));
  const auto part = tests::simulated(mixedScenario({"ec2.mixed.on_demand_percent_above_base=0", "run.horizon=3h"}));
  const auto none = tests::simulated(
      mixedScenario({"ec2.mixed.on_demand_percent_above_base=0", "ec2.mixed.base_on_demand=0", "run.horizon=3h"}));
  REQUIRE(all->ec2->commitments);
  REQUIRE(part->ec2->commitments);
  CHECK_FALSE(none->ec2->commitments);
  const auto onDemandUsd = [](const Decision& decision) {
    double usd = 0;
    for (const auto& line : decision.ec2->bill.lines)
      if (line.item.starts_with("instance_hours") && line.item.find("on_demand") != std::string::npos)
        usd += line.amount.inDollars();
    return usd;
  };
  CHECK(part->ec2->commitments->options.front().monthlyUsd == Approx(onDemandUsd(*part)).epsilon(1e-6));
  CHECK(all->ec2->commitments->options.front().monthlyUsd == Approx(onDemandUsd(*all)).epsilon(1e-6));
}

TEST_CASE("A mixed fleet needs a type of its own", "[purchase]") {
  const auto found = problems(mixedScenario({"ec2.instance_type=auto"}), catalogue());
  REQUIRE(found.size() == 1);
  CHECK(found[0].expected == "an instance type such as c7g.large, because ec2.mixed names others beside it");
}
