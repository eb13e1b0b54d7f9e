// The EC2 simulator against closed forms that are no grid (those are in ec2_grid_test.cpp): distributions, i/o, the
// single queue that no routing passes, Little's law. Every figure is a mean over twelve independent replications of
// 40,000 requests with a mean service of 0.1 s. Seeds are fixed.
#include <cmath>

#include "model/queueing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ec2_stations.hpp"
#include "tests/support/standard_errors.hpp"

using errors::checkAgainst;
using model::Ec2Run;
using model::Routing;
using stations::Discipline;
using stations::kServiceS;
using stations::meanResponse;
using stations::observe;
using stations::station;

TEST_CASE("The M/M/1 response is exponential", "[ec2][validation]") {
  const double rho = 0.5;
  const auto c = station(Discipline::Fcfs, 1, rho);
  const double mean = kServiceS / (1 - rho);
  for (const double t : {0.1, 0.5})
    checkAgainst(observe(c, [&](const Ec2Run& run) { return run.windows.at(0).outcomes.latency.fractionAtMost(t); }),
                 1 - std::exp(-t / mean));
}

TEST_CASE("Waiting for i/o takes no share of the processor", "[ec2][validation]") {
  // Half of each request is i/o, so each wants half a core: two of them fill one core, and it is the two-server
  // birth-death chain with rate 2 mu = 2 / S: M/M/2.
  auto c = station(Discipline::ProcessorSharing, 1, 0.7);
  c.cpuFraction = 0.5;
  c.ratePerS *= 2;
  checkAgainst(observe(c, meanResponse), model::mmc(2, c.ratePerS, kServiceS)->meanResponseS);
  checkAgainst(observe(c,
                       [](const Ec2Run& run) {
                         const auto& tally = run.windows.at(0);
                         return static_cast<double>(tally.cpuBusyNs) / static_cast<double>(tally.inServiceNs);
                       }),
               0.7);
}

TEST_CASE("No routing passes one queue for all", "[ec2][validation]") {
  for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
    auto c = station(discipline, 1, 0.8, stations::kExponential, 10);
    for (const auto routing : {Routing::LeastOutstanding, Routing::RoundRobin, Routing::Random}) {
      c.fleet.routing = routing;
      CHECK(model::estimate(observe(c, meanResponse)).value > model::mmc(10, c.ratePerS, kServiceS)->meanResponseS);
    }
  }
}

TEST_CASE("Requests at the fleet follow Little's law and its processors the offered load", "[ec2][validation]") {
  for (const auto routing : {Routing::RoundRobin, Routing::LeastOutstanding, Routing::Random}) {
    auto c = station(Discipline::ProcessorSharing, 2, 0.75, stations::kExponential, 4);
    c.fleet.routing = routing;
    const double observedS = c.requests / c.ratePerS;
    const auto excess = observe(c, [&](const Ec2Run& run) {
      const auto& tally = run.windows.at(0);
      const double present = static_cast<double>(tally.inFlightNs) * 1e-9 / observedS;
      const double arriving = static_cast<double>(tally.outcomes.attempts) / observedS;
      return present / (arriving * meanResponse(run));
    });
    // Equal but for requests that cross the edges: some ten of 40,000.
    for (const double ratio : excess) CHECK(ratio == Approx(1).epsilon(0.005));
    checkAgainst(observe(c,
                         [&](const Ec2Run& run) {
                           const auto& tally = run.windows.at(0);
                           return static_cast<double>(tally.cpuBusyNs) /
                                  (c.fleet.vcpus * static_cast<double>(tally.inServiceNs));
                         }),
                 0.75);
  }
}
