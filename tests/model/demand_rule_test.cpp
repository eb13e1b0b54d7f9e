// Work to duration and cores, for many requests at once and for one.
#include "model/ec2/demand_rule.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::ec2::Demand;
using scenarios::Draw;

TEST_CASE("The demands of a batch are those of its requests", "[ec2]") {
  for (std::uint64_t number = 0; number < 400; ++number) {
    workloads::RandomStream random(number, "test.demands", 0);
    Draw draw(random);
    const int bits = draw.once(4) ? 61 : 40; // of what does not fit into a double without loss, too
    const double speed =
        std::ldexp(1 + 0.01 * static_cast<double>(draw.between(0, 99)), static_cast<int>(draw.between(-6, 2)));
    const model::ec2::DemandRule rule(0.25 * static_cast<double>(draw.between(1, 40)), speed,
                                      0.5 + 0.25 * static_cast<double>(draw.between(0, 6)));
    std::vector<std::int64_t> arrival, cpu, io;
    for (std::int64_t i = draw.between(1, 700); i > 0; --i) {
      arrival.push_back(draw.upTo(50));
      cpu.push_back(draw.once(5) ? 0 : draw.upTo(bits));
      io.push_back(draw.once(2) ? 0 : draw.upTo(bits));
    }
    std::vector<Demand> demands(arrival.size());
    rule({arrival, cpu, io}, demands.data());
    for (std::size_t i = 0; i < demands.size(); ++i) {
      const Demand single = rule(arrival[i], cpu[i], io[i]);
      REQUIRE(demands[i].arrival == single.arrival);
      REQUIRE(demands[i].duration == single.duration);
      REQUIRE(demands[i].cores == single.cores);
    }
  }
}
