// AWS's worked hours of reservations and Savings Plans, through the usage file as `breakeven bill` reads it; then the
// cheapest commitment against a fine grid. "A" marks answers printed by AWS.
#include "pricing/commitments.hpp"

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "pricing/billing.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

const PriceCatalogue& today() { return *PriceCatalogue::embedded(); }
constexpr std::string_view kRegion = "us-east-1";
constexpr std::int64_t kHour = 3'600'000; // instance milliseconds

Bill billOf(std::string_view json) {
  const auto file = readUsage(json, "usage.json", &today());
  return price(file.usage, *today().with(file.prices));
}

struct Line {
  double quantity = 0, usd = 0;
};

// Every line of the bill, with its quantity and amount, and no other.
void checkHour(const std::string& file, const std::map<std::string, Line>& expected, double total) {
  std::ostringstream text;
  text << std::ifstream(fmt::format("{}/tests/golden/bill/{}.json", BREAKEVEN_SOURCE_DIR, file)).rdbuf();
  const auto bill = billOf(text.str());
  INFO(file << "\ninputs:\n" << text.str() << "\ngot:\n" << billText(bill));
  std::map<std::string, Line> got;
  for (const auto& line : bill.lines) got[line.item] = {line.quantity, line.amount.inDollars()};
  CHECK(got.size() == expected.size());
  for (const auto& [item, line] : expected) {
    INFO("expected " << item << ": " << line.quantity << ", $" << line.usd << "; got " << got[item].quantity << ", $"
                     << got[item].usd);
    CHECK(std::fabs(got[item].quantity - line.quantity) <= 1e-9 * line.quantity);
    CHECK(std::fabs(got[item].usd - line.usd) <= 1e-9);
  }
  INFO("expected total $" << total << ", got $" << bill.total().inDollars());
  CHECK(std::fabs(bill.total().inDollars() - total) <= 1e-9);
}

HourlyUse instances(std::string type, std::vector<double> running) {
  HourlyUse use{UseKind::Instance, std::move(type), Architecture::X86_64, {}};
  for (const double count : running) use.hours.push_back(std::llround(count * static_cast<double>(kHour)));
  return use;
}
HourlyUse functions(std::vector<double> gigabyteSeconds, Architecture architecture = Architecture::X86_64) {
  HourlyUse use{UseKind::LambdaDuration, "", architecture, {}};
  for (const double gbs : gigabyteSeconds) use.hours.push_back(std::llround(gbs * 1'024'000));
  return use;
}

double costOf(const HourlyUsage& usage, const Commitments& commitments, std::string_view region = kRegion) {
  return settle(usage, commitments, ratesFor(usage, commitments, today(), region)).totalUsd();
}
Commitments cheapest(const HourlyUsage& usage, const CommitmentKind& kind) {
  const auto found = cheapestCommitment(usage, kind, today(), kRegion);
  REQUIRE(found);
  return *found;
}

constexpr auto kNone = std::nullopt;
const std::vector<CommitmentKind> kEveryKind{{Purchase::Standard1y, kNone},
                                             {Purchase::Standard3y, kNone},
                                             {Purchase::Convertible3y, kNone},
                                             {Purchase::Ec2Sp1y, kNone},
                                             {Purchase::Ec2Sp3y, kNone},
                                             {kNone, Purchase::ComputeSp1y},
                                             {kNone, Purchase::ComputeSp3y},
                                             {Purchase::Standard1y, Purchase::ComputeSp1y},
                                             {Purchase::Ec2Sp3y, Purchase::ComputeSp3y}};

// A day with nights, bursts and empty hours, of instances, functions or both.
HourlyUsage randomUsage(std::mt19937_64& random, bool withInstances, bool withFunctions) {
  std::uniform_real_distribution<double> unit(0, 1);
  const auto hours = 1 + random() % 30;
  std::vector<double> running, gigabyteSeconds;
  const double peak = 1 + 8 * unit(random), floor = unit(random) < 0.5 ? 0 : peak / 3;
  for (std::size_t h = 0; h < hours; ++h) {
    running.push_back(std::max(floor, peak * (unit(random) - 0.2)));
    gigabyteSeconds.push_back(unit(random) < 0.2 ? 0 : 40'000 * unit(random));
  }
  HourlyUsage usage;
  if (withInstances) usage.uses.push_back(instances("c7g.large", running));
  if (withFunctions) usage.uses.push_back(functions(gigabyteSeconds));
  if (unit(random) < 0.5)
    for (std::size_t h = 0; h < hours; ++h) usage.weights.push_back(0.5 + unit(random));
  return usage;
}

// The cheapest of a grid of commitments of the kind, each part from nothing to the dearest hour.
double cheapestOnGrid(const HourlyUsage& usage, const CommitmentKind& kind) {
  constexpr int kSteps = 60;
  double most = 0;
  const auto rates = ratesFor(usage, {}, today(), kRegion);
  for (std::size_t h = 0; h < usage.hours(); ++h) {
    double hour = 0;
    for (std::size_t u = 0; u < usage.uses.size(); ++u)
      hour += static_cast<double>(usage.uses[u].hours[h]) / unitsPerPriced(usage.uses[u].kind) * rates.onDemand[u];
    most = std::max(most, hour);
  }
  const int baseSteps = kind.base ? (isReservation(*kind.base) ? 12 : kSteps) : 0;
  double best = costOf(usage, {});
  for (int base = 0; base <= baseSteps; ++base)
    for (int top = 0; top <= (kind.compute ? kSteps : 0); ++top) {
      Commitments commitments;
      if (kind.base && isReservation(*kind.base)) commitments.reservations.push_back({"c7g.large", base, *kind.base});
      if (kind.base && !isReservation(*kind.base))
        commitments.plans.push_back({*kind.base, most * base / kSteps, "c7g"});
      if (kind.compute) commitments.plans.push_back({*kind.compute, most * top / kSteps});
      best = std::min(best, costOf(usage, commitments));
    }
  return best;
}

} // namespace

TEST_CASE("reservations: AWS's worked hours", "[commitments]") {
  // EC2 user guide, how reserved instances are applied, Apr 2026 (A): four m4.xlarge for an hour against one
  // reservation
  checkHour(
      "ri-01",
      {{"reserved_hours (m4.xlarge, standard_1y)", {1, 0.12}}, {"instance_hours (m4.xlarge, on_demand)", {3, 0.60}}},
      0.72);
  // four for 15 minutes in one clock hour, one behind the other or all at once (A)
  checkHour("ri-02", {{"reserved_hours (m4.xlarge, standard_1y)", {1, 0.12}}}, 0.12);
  checkHour("ri-02-concurrent", {{"reserved_hours (m4.xlarge, standard_1y)", {1, 0.12}}}, 0.12);
  // a t2.medium covers two t2.small, or half a t2.large (A)
  checkHour("ri-04-small",
            {{"reserved_hours (t2.medium, standard_1y)", {1, 0.03}},
             {"covered_hours (t2.small by t2.medium standard_1y)", {2, 0}}},
            0.03);
  checkHour("ri-04-large",
            {{"reserved_hours (t2.medium, standard_1y)", {1, 0.03}},
             {"covered_hours (t2.large by t2.medium standard_1y)", {0.5, 0}},
             {"instance_hours (t2.large, on_demand)", {0.5, 0.0464}}},
            0.0764);
}

TEST_CASE("capacity reservations: on demand whether used or not, never twice", "[commitments]") {
  // EC2 user guide, capacity reservation billing, Apr 2026 (A): 24 h 15 min
  checkHour("cr-01", {{"capacity_unused (m5.large, on_demand)", {24.25, 2.425}}}, 2.425);
  const auto bill = billOf(R"({"prices": {"ec2.on_demand.m5.large": 0.1}, "commitments": {"hours": 2,
      "ec2": [{"instance_type": "m5.large", "count": [1, 3]}],
      "capacity_reservations": [{"instance_type": "m5.large", "count": 2}]}})");
  INFO(billText(bill)); // the first hour: one runs, one is idle; the second: three run, two of them in the reservation
  CHECK(bill.total().inDollars() == Approx(0.5).epsilon(1e-12));
}

TEST_CASE("Savings Plans: AWS's worked hour", "[commitments]") {
  // Savings Plans guide, Sep-Oct 2026, illustrative rates (A)
  checkHour("sp-00-hour",
            {{"instance_hours (r5.4xlarge, on_demand)", {4, 4}},
             {"instance_hours (m5.24xlarge, on_demand)", {1, 10}},
             {"vcpu (x86_64)", {400, 16}},
             {"memory (x86_64)", {1600, 6.4}},
             {"duration (x86_64)", {1.5e6, 22.5}},
             {"requests (x86_64)", {1e6, 0.2}}},
            59.10);
  // $50 an hour: all of it is covered at $47.125 (AWS prints $47.13), and the commitment is what is paid
  checkHour("sp-01-hour",
            {{"commitment_used (compute_sp_1y)", {47.125, 47.125}},
             {"commitment_unused (compute_sp_1y)", {2.875, 2.875}},
             {"covered_hours (r5.4xlarge by compute_sp_1y)", {4, 0}},
             {"covered_hours (m5.24xlarge by compute_sp_1y)", {1, 0}},
             {"covered_vcpu (x86_64 by compute_sp_1y)", {400, 0}},
             {"covered_memory (x86_64 by compute_sp_1y)", {1600, 0}},
             {"covered_duration (x86_64 by compute_sp_1y)", {1.5e6, 0}},
             {"covered_requests (x86_64 by compute_sp_1y)", {1e6, 0}}},
            50);
  // $19.60: r5 at 30 % (2.80), then Fargate at 25 % (16.80), used up; m5 and Lambda on demand, $32.70
  checkHour("sp-03",
            {{"commitment_used (compute_sp_1y)", {19.6, 19.6}},
             {"covered_hours (r5.4xlarge by compute_sp_1y)", {4, 0}},
             {"covered_vcpu (x86_64 by compute_sp_1y)", {400, 0}},
             {"covered_memory (x86_64 by compute_sp_1y)", {1600, 0}},
             {"instance_hours (m5.24xlarge, on_demand)", {1, 10}},
             {"duration (x86_64)", {1.5e6, 22.5}},
             {"requests (x86_64)", {1e6, 0.2}}},
            19.6 + 32.7);
}

TEST_CASE("of equal savings the lowest rate is covered first", "[commitments]") {
  // SP-03 with $10 an hour: behind r5 there are $7.20, of which Fargate memory takes its $4.80 before the vCPUs
  const std::vector<std::optional<double>> plan{0.70, 8.20, 0.03, 0.003};
  CHECK(coverOrder(plan, {1.00, 10.00, 0.04, 0.004}) == std::vector<std::size_t>{0, 3, 2, 1});
}

TEST_CASE("normalisation factors of sizes", "[commitments]") {
  // EC2 user guide, instance size flexibility, Apr 2026 (A): factors times four
  for (const auto& [size, factor] : std::map<std::string, double>{
           {"nano", .25},     {"micro", .5},     {"small", 1},      {"medium", 2},     {"large", 4},
           {"xlarge", 8},     {"2xlarge", 16},   {"3xlarge", 24},   {"4xlarge", 32},   {"6xlarge", 48},
           {"8xlarge", 64},   {"9xlarge", 72},   {"10xlarge", 80},  {"12xlarge", 96},  {"16xlarge", 128},
           {"18xlarge", 144}, {"24xlarge", 192}, {"32xlarge", 256}, {"48xlarge", 384}, {"56xlarge", 448},
           {"112xlarge", 896}}) {
    INFO(size);
    CHECK(static_cast<double>(normalisedQuarters(size)) == 4 * factor);
  }
  CHECK(normalisedQuarters("metal-24xl") == normalisedQuarters("24xlarge"));
  CHECK(normalisedQuarters("metal") == 0);
  CHECK(normalisedQuarters("") == 0);
}

TEST_CASE("reservations find their own type first, then the smallest of the family", "[commitments]") {
  HourlyUsage usage;
  usage.uses = {instances("m5.2xlarge", {1}), instances("m5.large", {1}), instances("m5.xlarge", {1}),
                instances("c5.large", {1})};
  const auto covered = [&](const Reservation& reservation) {
    const Commitments commitments{{reservation}, {}};
    return settle(usage, commitments, ratesFor(usage, commitments, today(), kRegion)).coveredByReservation.front();
  };
  // Two xlarge: its own, then the large (half of what is left), then a quarter of the 2xlarge.
  CHECK(covered({"m5.xlarge", 2}) == std::vector<double>{0.25, 1, 1, 0});
  CHECK(covered({"m5.xlarge", 2, Purchase::Standard1y, false}) == std::vector<double>{0, 0, 1, 0});
}

TEST_CASE("every hour is settled once and nothing is lost", "[commitments]") {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 200; ++round) {
    auto usage = randomUsage(random, true, true);
    const Commitments commitments{{{"c7g.large", static_cast<std::int64_t>(random() % 4)},
                                   {"c7g.xlarge", static_cast<std::int64_t>(random() % 2), Purchase::Standard3y}},
                                  {{Purchase::ComputeSp3y, 0.4 * unit(random)},
                                   {Purchase::Ec2Sp1y, 0.2 * unit(random), "c7g"},
                                   {Purchase::Ec2Sp1y, 0.2 * unit(random), "m7g"}}};
    const auto settled = settle(usage, commitments, ratesFor(usage, commitments, today(), kRegion));
    for (std::size_t use = 0; use < usage.uses.size(); ++use) {
      double sum = settled.onDemand[use], used = 0;
      for (const auto& each : settled.coveredByReservation) sum += each[use];
      for (const auto& each : settled.coveredByPlan) sum += each[use];
      for (std::size_t h = 0; h < usage.hours(); ++h)
        used += usage.weight(h) * static_cast<double>(usage.uses[use].hours[h]) / unitsPerPriced(usage.uses[use].kind);
      CHECK(sum == Approx(used).epsilon(1e-12));
    }
    for (const auto& each : {settled.reservations[0], settled.plans[0], settled.plans[1]}) {
      CHECK(each.utilisation() <= 1 + 1e-12);
      CHECK(each.coverage() <= 1 + 1e-12);
    }
    CHECK(settled.plans[2].usedUsd == 0); // another family
  }
}

TEST_CASE("Savings Plan rates of Lambda outside us-east-1 keep the ratio there", "[commitments]") {
  const auto use = functions({1});
  const auto here = rateOf(today(), kRegion, use, Purchase::ComputeSp1y);
  REQUIRE(here);
  CHECK_FALSE(here->estimated);
  const auto rate = [](std::string_view region, const HourlyUse& each, Purchase purchase) {
    const auto tariff = rateOf(today(), region, each, purchase);
    REQUIRE(tariff);
    return tariff->firstPrice().inDollarsPerUnit();
  };
  for (const auto region : {"eu-central-1", "ap-east-1"}) {
    CHECK(rateOf(today(), region, use, Purchase::ComputeSp1y)->estimated);
    CHECK(rate(region, use, Purchase::ComputeSp1y) / rate(region, use, Purchase::OnDemand) ==
          Approx(rate(kRegion, use, Purchase::ComputeSp1y) / rate(kRegion, use, Purchase::OnDemand)).epsilon(1e-12));
  }
  HourlyUse provisioned{UseKind::LambdaProvisionedDuration, "", Architecture::Arm64, {1}};
  CHECK(rateOf(today(), kRegion, provisioned, Purchase::ComputeSp3y)->estimated); // the ratio of x86_64
  HourlyUse requests{UseKind::LambdaRequests, "", Architecture::Arm64, {1}};
  CHECK(rate(kRegion, requests, Purchase::ComputeSp3y) == rate(kRegion, requests, Purchase::OnDemand));
}

TEST_CASE("the cheapest commitment is never worse than on demand, and no grid beats it", "[commitments]") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 12; ++round)
    for (const auto& kind : kEveryKind) {
      const bool functionsToo = round % 3 == 0 || !kind.base;
      const auto usage = randomUsage(random, round % 2 == 0 || kind.base, functionsToo);
      const double found = costOf(usage, cheapest(usage, kind));
      INFO(name(kind) << ", round " << round << ", " << usage.hours() << " h");
      CHECK(found <= costOf(usage, {}) * (1 + 1e-12));
      const double grid = cheapestOnGrid(usage, kind);
      INFO("found $" << found << ", best of the grid $" << grid);
      CHECK(found <= grid * (1 + 1e-9));
    }
}

TEST_CASE("constant usage is committed to in full, none to nothing", "[commitments]") {
  HourlyUsage steady;
  steady.uses = {instances("c7g.large", std::vector<double>(24, 3))};
  CHECK(cheapest(steady, {Purchase::Standard1y, kNone}).reservations.at(0).count == 3);
  const auto plan = cheapest(steady, {kNone, Purchase::ComputeSp1y});
  const auto rate = rateOf(today(), kRegion, steady.uses[0], Purchase::ComputeSp1y)->firstPrice().inDollarsPerUnit();
  CHECK(plan.plans.at(0).usdPerHour == Approx(3 * rate).epsilon(1e-12));
  CHECK(cheapest(steady, {Purchase::Ec2Sp3y, kNone}).plans.at(0).family == "c7g");
  HourlyUsage none;
  none.uses = {instances("c7g.large", std::vector<double>(24, 0)), functions(std::vector<double>(24, 0))};
  HourlyUsage rare;
  rare.uses = {instances("c7g.large", std::vector<double>(24, 0))};
  rare.uses[0].hours[5] = 4 * kHour;
  for (const auto& kind : kEveryKind)
    for (const auto& usage : {none, rare}) {
      INFO(name(kind));
      const auto found = cheapest(usage, kind);
      CHECK(found.reservations.empty());
      CHECK(found.plans.empty());
    }
}

TEST_CASE("more usage never means a smaller commitment or a smaller bill", "[commitments]") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    const auto usage = randomUsage(random, true, false);
    auto more = usage;
    for (auto& hour : more.uses[0].hours) hour += static_cast<std::int64_t>(random() % kHour);
    for (const CommitmentKind kind :
         {CommitmentKind{kNone, Purchase::ComputeSp1y}, CommitmentKind{Purchase::Ec2Sp3y, kNone}}) {
      const auto less = cheapest(usage, kind), greater = cheapest(more, kind);
      const auto dollars = [](const Commitments& each) { return each.plans.empty() ? 0 : each.plans[0].usdPerHour; };
      CHECK(dollars(greater) >= dollars(less) * (1 - 1e-12));
      CHECK(costOf(more, greater) >= costOf(usage, less));
    }
  }
}

TEST_CASE("an hour that counts twice is two hours", "[commitments]") {
  HourlyUsage weighted, plain;
  weighted.uses = {instances("c7g.large", {1, 4})};
  weighted.weights = {2, 1};
  plain.uses = {instances("c7g.large", {1, 1, 4})};
  for (const auto& kind : kEveryKind) {
    INFO(name(kind));
    CHECK(costOf(weighted, cheapest(weighted, kind)) == Approx(costOf(plain, cheapest(plain, kind))).epsilon(1e-12));
  }
}

TEST_CASE("a kind that is not sold for the usage is no commitment", "[commitments]") {
  HourlyUsage usage;
  usage.uses = {functions({1, 2})};
  CHECK_FALSE(cheapestCommitment(usage, {Purchase::Standard1y, kNone}, today(), kRegion));
  CHECK(cheapestCommitment(usage, {kNone, Purchase::ComputeSp1y}, today(), kRegion));
}
