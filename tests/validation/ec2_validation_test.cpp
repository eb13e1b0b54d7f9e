// The EC2 simulator against closed forms. Every figure is a mean over independent replications; it must lie within
// four standard errors of the formula (a correct program fails one check in 480 with twelve replications, t
// distribution), and the standard error must be small enough for that to mean something. Seeds are fixed.
#include <cmath>
#include <functional>

#include "model/ec2/ec2_simulator.hpp"
#include "model/queueing.hpp"
#include "tests/support/catch.hpp"

using model::Discipline;
using model::Ec2Fleet;
using model::Ec2Tally;
using model::Routing;
using workloads::DurationDistribution;

namespace {

constexpr std::uint64_t kReplications = 12;
constexpr double kServiceS = 0.1;
constexpr std::chrono::milliseconds kService{100};

const DurationDistribution kExponential = workloads::Exponential{kService};
const DurationDistribution kConstant = workloads::Constant{kService};
const DurationDistribution kSpread = workloads::Lognormal{kService, 1.5};

struct Case {
  Ec2Fleet fleet;
  DurationDistribution work = kExponential;
  double ratePerS = 1;
  double requests = 40'000; // a replication, after a warm-up of a quarter as many
  double cpuFraction = 1;
};

// One instance of `cores` vCPUs that never rejects and never times out.
Case station(Discipline discipline, std::int64_t cores, double rho, DurationDistribution work = kExponential) {
  Case c;
  c.fleet.vcpus = static_cast<double>(cores);
  c.fleet.discipline = discipline;
  c.fleet.workers = discipline == Discipline::Fcfs ? cores : 1'000'000;
  c.fleet.queueLimit = 1'000'000;
  c.fleet.requestTimeout = std::chrono::hours(10'000);
  c.fleet.initial = c.fleet.min = c.fleet.max = 1;
  c.work = std::move(work);
  c.ratePerS = rho * static_cast<double>(cores) / kServiceS;
  return c;
}

Ec2Tally replication(const Case& c, std::uint64_t number) {
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(c.ratePerS)};
  workload.work.duration = c.work;
  workload.work.cpuFraction = c.cpuFraction;
  model::ObservationPlan plan;
  plan.warmup = pricing::fromSeconds(0.25 * c.requests / c.ratePerS);
  plan.horizon = plan.warmup + pricing::fromSeconds(c.requests / c.ratePerS);
  plan.timelinePoints = 0;
  model::Ec2Simulator simulator(c.fleet, plan, 2026, number);
  workloads::RequestStream stream(workload, 2026, number, plan.horizon);
  workloads::RequestBatch batch;
  while (stream.next(batch)) simulator.feed(batch);
  return simulator.finish().windows.at(0);
}

using Figure = std::function<double(const Ec2Tally&)>;

std::vector<double> observe(const Case& c, const Figure& figure) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < kReplications; ++i) values.push_back(figure(replication(c, i)));
  return values;
}

double meanResponse(const Ec2Tally& tally) { return tally.outcomes.latency.meanSeconds(); }

// |mean - expected| <= 4 standard errors, and a standard error below 3 % of what is expected.
void checkAgainst(const std::vector<double>& values, double expected) {
  const auto found = model::estimate(values);
  const double standardError = found.halfWidth / model::studentT975(values.size() - 1);
  INFO("found " << found.value << " expected " << expected << " standard error " << standardError);
  CHECK(std::abs(found.value - expected) <= 4 * standardError);
  CHECK(standardError < 0.03 * expected);
}

} // namespace

TEST_CASE("First come first served gives the M/M/c response", "[ec2][validation]") {
  for (const std::int64_t servers : {1, 4})
    for (const double rho : {0.5, 0.8}) {
      const auto c = station(Discipline::Fcfs, servers, rho);
      // S + C(c, a) S / (c - a), Erlang 1917
      checkAgainst(observe(c, meanResponse), model::mmc(servers, c.ratePerS, kServiceS)->meanResponseS);
    }
}

TEST_CASE("The M/M/1 response is exponential", "[ec2][validation]") {
  const double rho = 0.5;
  const auto c = station(Discipline::Fcfs, 1, rho);
  const double mean = kServiceS / (1 - rho);
  for (const double t : {0.1, 0.5})
    checkAgainst(observe(c, [&](const Ec2Tally& tally) { return tally.outcomes.latency.fractionAtMost(t); }),
                 1 - std::exp(-t / mean));
}

TEST_CASE("One worker gives the M/D/1 and M/G/1 response", "[ec2][validation]") {
  for (const double rho : {0.5, 0.8}) {
    // S + rho S (1 + cv^2) / (2 (1 - rho)), Pollaczek 1930 and Khinchine 1932
    auto c = station(Discipline::Fcfs, 1, rho, kConstant);
    checkAgainst(observe(c, meanResponse), kServiceS + rho * kServiceS / (2 * (1 - rho)));
    c = station(Discipline::Fcfs, 1, rho, kSpread);
    c.requests = 100'000;
    checkAgainst(observe(c, meanResponse), kServiceS + rho * kServiceS * (1 + 1.5 * 1.5) / (2 * (1 - rho)));
  }
}

TEST_CASE("Processor sharing gives S / (1 - rho) whatever the service law", "[ec2][validation]") {
  for (const auto& work : {kConstant, kExponential, kSpread})
    for (const double rho : {0.5, 0.8}) {
      const auto c = station(Discipline::ProcessorSharing, 1, rho, work);
      checkAgainst(observe(c, meanResponse), kServiceS / (1 - rho)); // Kleinrock 1976, 4.17
    }
}

TEST_CASE("Sharing several cores gives the M/M/c response whatever the service law", "[ec2][validation]") {
  for (const auto& work : {kConstant, kExponential, kSpread}) {
    const auto c = station(Discipline::ProcessorSharing, 3, 0.8, work); // Cohen 1979
    checkAgainst(observe(c, meanResponse), model::mmc(3, c.ratePerS, kServiceS)->meanResponseS);
  }
}

TEST_CASE("Waiting for i/o takes no share of the processor", "[ec2][validation]") {
  // Half of each request is i/o, so each wants half a core: two of them fill one core, and it is the two-server
  // birth-death chain with rate 2 mu = 2 / S: M/M/2.
  auto c = station(Discipline::ProcessorSharing, 1, 0.7);
  c.cpuFraction = 0.5;
  c.ratePerS *= 2;
  checkAgainst(observe(c, meanResponse), model::mmc(2, c.ratePerS, kServiceS)->meanResponseS);
  checkAgainst(observe(c,
                       [](const Ec2Tally& tally) {
                         return static_cast<double>(tally.cpuBusyNs) / static_cast<double>(tally.inServiceNs);
                       }),
               0.7);
}

TEST_CASE("Without a queue the Erlang B fraction is rejected whatever the service law", "[ec2][validation]") {
  for (const auto& work : {kConstant, kExponential, kSpread}) {
    auto c = station(Discipline::Fcfs, 5, 0.9, work);
    c.fleet.queueLimit = 0;
    checkAgainst(observe(c,
                         [](const Ec2Tally& tally) {
                           return static_cast<double>(tally.outcomes.rejected) /
                                  static_cast<double>(tally.outcomes.attempts);
                         }),
                 model::erlangB(5, c.ratePerS * kServiceS)); // B(k) = a B / (k + a B)
  }
}

TEST_CASE("A bounded queue is the M/M/1/K loss", "[ec2][validation]") {
  auto c = station(Discipline::Fcfs, 1, 0.9);
  c.fleet.queueLimit = 4; // K = 5 in all: (1 - rho) rho^K / (1 - rho^(K + 1))
  const double expected = 0.1 * std::pow(0.9, 5) / (1 - std::pow(0.9, 6));
  checkAgainst(observe(c,
                       [](const Ec2Tally& tally) {
                         return static_cast<double>(tally.outcomes.rejected) /
                                static_cast<double>(tally.outcomes.attempts);
                       }),
               expected);
}

TEST_CASE("Random routing splits a Poisson stream into independent stations", "[ec2][validation]") {
  for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
    auto c = station(discipline, 1, 0.7);
    c.fleet.initial = c.fleet.max = 8;
    c.fleet.routing = Routing::Random;
    c.ratePerS *= 8;
    checkAgainst(observe(c, meanResponse), kServiceS / (1 - 0.7));
  }
}

TEST_CASE("Least outstanding waits less than round robin, and that less than random", "[ec2][validation]") {
  for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
    auto c = station(discipline, 1, 0.8);
    c.fleet.initial = c.fleet.max = 10;
    c.ratePerS *= 10;
    const auto response = [&](Routing routing) {
      c.fleet.routing = routing;
      return observe(c, meanResponse);
    };
    const auto random = response(Routing::Random), inTurn = response(Routing::RoundRobin),
               fewest = response(Routing::LeastOutstanding);
    // Same requests everywhere: the differences are paired, and clear at 95 %.
    const auto gain = model::pairedDifference(random, inTurn), more = model::pairedDifference(inTurn, fewest);
    CHECK(gain.value - gain.halfWidth > 0);
    CHECK(more.value - more.halfWidth > 0);
    // One queue for all is the bound no routing passes: M/M/10.
    CHECK(model::estimate(fewest).value > model::mmc(10, c.ratePerS, kServiceS)->meanResponseS);
  }
}

TEST_CASE("Requests at the fleet follow Little's law and its processors the offered load", "[ec2][validation]") {
  for (const auto routing : {Routing::RoundRobin, Routing::LeastOutstanding, Routing::Random}) {
    auto c = station(Discipline::ProcessorSharing, 2, 0.75);
    c.fleet.initial = c.fleet.max = 4;
    c.fleet.routing = routing;
    c.ratePerS *= 4;
    const double observedS = c.requests / c.ratePerS;
    const auto excess = observe(c, [&](const Ec2Tally& tally) {
      const double present = static_cast<double>(tally.inFlightNs) * 1e-9 / observedS;
      const double arriving = static_cast<double>(tally.outcomes.attempts) / observedS;
      return present / (arriving * meanResponse(tally));
    });
    // Equal but for requests that cross the edges: some ten of 40,000.
    for (const double ratio : excess) CHECK(ratio == Approx(1).epsilon(0.005));
    checkAgainst(observe(c,
                         [&](const Ec2Tally& tally) {
                           return static_cast<double>(tally.cpuBusyNs) /
                                  (c.fleet.vcpus * static_cast<double>(tally.inServiceNs));
                         }),
                 0.75);
  }
}
