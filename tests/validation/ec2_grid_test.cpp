// The EC2 simulator against closed forms over grids, and the order of its routings. Every point has a seed of its own
// and 32 independent replications, so that what hundreds of points may deviate by chance is known and tested too
// (tests/support/standard_errors.hpp). Formulas and what they hold for: model/queueing.hpp.
#include <functional>

#include <fmt/format.h>

#include "model/queueing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ec2_stations.hpp"
#include "tests/support/standard_errors.hpp"

using errors::Deviations;
using model::Ec2Run;
using model::Routing;
using stations::Discipline;
using stations::kService;
using stations::kServiceS;
using stations::Station;
using workloads::DurationDistribution;

namespace {

constexpr std::uint64_t kReplications = 32;
constexpr double kLoads[] = {0.3, 0.5, 0.7, 0.8, 0.9};

struct Law {
  DurationDistribution work;
  double scv = workloads::squaredCv(work); // variance / mean^2
  std::string name() const { return fmt::format("{} scv {:.1f}", workloads::kind(work), scv); }
};
const Law kConstant{stations::kConstant}, kGamma{workloads::Gamma{kService, std::sqrt(0.5)}},
    kExponential{stations::kExponential}, kLognormal{workloads::Lognormal{kService, std::sqrt(2.0)}},
    kWeibull{workloads::Weibull{kService, 2}}, kSpread{workloads::Lognormal{kService, 2}};

const char* name(Discipline discipline) { return discipline == Discipline::Fcfs ? "fcfs" : "ps"; }

// Counted over: responses in seconds over requests, say. Replications differ in both, and a mean of their quotients
// would be biased by a tenth of its standard error.
struct Ratio {
  double counted, over;
};
using Figure = std::function<Ratio(const Ec2Run&)>;

Ratio response(const Ec2Run& run) {
  const auto latency = stations::observed(run).latency;
  const auto count = static_cast<double>(latency.count());
  return {latency.meanSeconds() * count, count};
}
Ratio rejected(const Ec2Run& run) {
  const auto& outcomes = run.windows.at(0).outcomes;
  return {static_cast<double>(outcomes.rejected), static_cast<double>(outcomes.attempts)};
}
Figure answeredWithin(double seconds) {
  return [=](const Ec2Run& run) {
    const auto latency = stations::observed(run).latency;
    const auto count = static_cast<double>(latency.count());
    return Ratio{latency.fractionAtMost(seconds) * count, count};
  };
}

// One figure of a run and what it should be.
struct Claim {
  Deviations& deviations;
  Figure figure;
  double expected;
};

// Figures of the same run are not independent of each other, so each set of deviations takes one figure a run at most.
class Grid {
 public:
  explicit Grid(std::uint64_t seed) : m_seed(seed) {}
  void observe(const std::string& place, Station station, const std::vector<Claim>& claims) {
    station.seed = ++m_seed;
    std::vector<std::vector<double>> counted(claims.size()), over(claims.size());
    for (std::uint64_t i = 0; i < kReplications; ++i) {
      const Ec2Run run = stations::replication(station, i);
      for (std::size_t k = 0; k < claims.size(); ++k) {
        const Ratio ratio = claims[k].figure(run);
        counted[k].push_back(ratio.counted);
        over[k].push_back(ratio.over);
      }
    }
    for (std::size_t k = 0; k < claims.size(); ++k)
      claims[k].deviations.add(place, counted[k], over[k], claims[k].expected);
  }

 private:
  std::uint64_t m_seed;
};

// A queue forgets its past in about 4 rho v / (1 - rho)^2 arrivals, v the mean of the squared cvs of gaps and service
// (the relaxation time of reflected Brownian motion), and its mean is known in proportion. The warm-up is four such
// times and ten service times.
void lengthen(Station& s, double rho, double v) {
  const double free = (1 - rho) * (1 - rho), instances = static_cast<double>(s.fleet.initial);
  s.requests = std::max(std::max(4'000 * v / free, 30'000.0) / static_cast<double>(kReplications), 60 * instances);
  s.warmup = instances * (16 * rho * v / free + 10 * s.fleet.vcpus);
  s.goesOn = s.fleet.discipline == Discipline::ProcessorSharing;
}
Station queue(Discipline discipline, std::int64_t cores, double rho, const Law& law) {
  Station s = stations::station(discipline, cores, rho, law.work);
  lengthen(s, rho, (1 + law.scv) / 2);
  return s;
}
Station behind(Routing routing, std::int64_t instances, Discipline discipline, double rho, const Law& law) {
  Station s = stations::station(discipline, 1, rho, law.work, instances);
  s.fleet.routing = routing;
  const double gaps = routing == Routing::RoundRobin ? 1 / static_cast<double>(instances) : 1;
  lengthen(s, rho, (gaps + law.scv) / 2);
  return s;
}

// Share of the time in which `cores` requests or more are there: who arrives then waits (Poisson arrivals see time
// averages, Wolff 1982). A run does not say of a request whether it waited, so the timeline is asked, one point for
// every four requests.
Figure allBusy(std::int64_t cores, const Station& s) {
  const auto warm = pricing::fromSeconds(s.warmup / s.ratePerS);
  return [=](const Ec2Run& run) {
    double points = 0, busy = 0;
    for (const auto& point : run.timeline) {
      if (point.at < warm) continue;
      points += 1;
      busy += point.inFlight >= static_cast<double>(cores) ? 1 : 0;
    }
    return Ratio{busy, points};
  };
}
void watch(Station& s) { s.timelinePoints = static_cast<int>((s.requests + s.warmup) / 4); }

// Whether somebody waits cannot be counted where hardly anybody does.
constexpr double kSeldom = 0.1;

struct Found {
  Deviations responses{kReplications}; // mean response times: one of each run
  Deviations shares{kReplications};    // of those that wait, or answer in time: of some of these runs
  Deviations losses{kReplications};    // rejected shares, of runs of their own
};

void observeWait(Grid& grid, Found& found, const std::string& place, Station s, std::int64_t cores) {
  const auto exact = *model::mmc(cores, s.ratePerS, kServiceS);
  watch(s);
  std::vector<Claim> claims{{found.responses, response, exact.meanResponseS}};
  if (exact.probabilityWait > kSeldom) claims.push_back({found.shares, allBusy(cores, s), exact.probabilityWait});
  grid.observe(place, s, claims);
}

// ---- the families ----

// S + C S / (c - a), and C (Erlang 1917).
void severalServers(Grid& grid, Found& found) {
  for (const std::int64_t servers : {1, 2, 4, 8, 16, 64})
    for (const double rho : kLoads)
      observeWait(grid, found, fmt::format("M/M/{} rho {}", servers, rho),
                  queue(Discipline::Fcfs, servers, rho, kExponential), servers);
}

// S + rho S (1 + scv) / (2 (1 - rho)), Pollaczek 1930 and Khinchine 1932.
void oneServer(Grid& grid, Found& found) {
  for (const auto* law : {&kConstant, &kGamma, &kExponential, &kLognormal, &kWeibull})
    for (const double rho : kLoads) {
      const Station s = queue(Discipline::Fcfs, 1, rho, *law);
      grid.observe(fmt::format("M/G/1 {} rho {}", law->name(), rho), s,
                   {{found.responses, response, model::mg1(s.ratePerS, kServiceS, law->scv)->meanResponseS}});
    }
}

// Requests on c cores, none on more than one, are as many as in M/M/c whatever the service law (Cohen 1979); for one
// core S / (1 - rho) (Kleinrock 1976, 4.17).
void sharing(Grid& grid, Found& found) {
  for (const std::int64_t cores : {1, 2, 4, 8})
    for (const auto* law : {&kConstant, &kExponential, &kSpread})
      for (const double rho : {0.3, 0.5, 0.7, 0.9})
        observeWait(grid, found, fmt::format("M/G/{}-PS {} rho {}", cores, law->name(), rho),
                    queue(Discipline::ProcessorSharing, cores, rho, *law), cores);
}

// Random routing splits a Poisson stream into Poisson streams: each instance is M/G/1, or M/G/1-PS, which knows of the
// service law only its mean.
void randomRouting(Grid& grid, Found& found) {
  for (const std::int64_t instances : {2, 10})
    for (const double rho : {0.5, 0.7, 0.9})
      for (const auto* law : {&kConstant, &kExponential, &kLognormal})
        for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
          const Station s = behind(Routing::Random, instances, discipline, rho, *law);
          const double rate = rho / kServiceS, scv = discipline == Discipline::Fcfs ? law->scv : 1;
          grid.observe(fmt::format("{} of random routing, {} {} rho {}", instances, name(discipline), law->name(), rho),
                       s, {{found.responses, response, model::mg1(rate, kServiceS, scv)->meanResponseS}});
        }
}

// Every n-th arrival: Erlang's gaps of n stages, so each instance is E_n/M/1 and round robin is random routing for n =
// 1 only. Sharing does not change how many are there (exponential service has no memory), so the mean holds for it as
// well.
void roundRobin(Grid& grid, Found& found) {
  for (const std::int64_t instances : {1, 2, 5, 10, 50})
    for (const double rho : {0.5, 0.7, 0.9})
      for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
        const Station s = behind(Routing::RoundRobin, instances, discipline, rho, kExponential);
        const double mean = model::erlangM1(instances, rho / kServiceS, kServiceS)->meanResponseS;
        std::vector<Claim> claims{{found.responses, response, mean}};
        if (discipline == Discipline::Fcfs) // the response is exponential: 1 - 1/e within its mean
          claims.push_back({found.shares, answeredWithin(mean), 1 - std::exp(-1.0)});
        grid.observe(fmt::format("{} of round robin, {} rho {}", instances, name(discipline), rho), s, claims);
      }
}

Station bounded(Discipline discipline, std::int64_t cores, double rho, const Law& law) {
  Station s = stations::station(discipline, cores, rho, law.work);
  s.requests = 150'000.0 / static_cast<double>(kReplications);
  s.warmup = 20 * static_cast<double>(cores) + 200;
  return s;
}

// Without a queue: Erlang B whatever the service law (Erlang 1917, Sevastyanov 1957).
void noQueue(Grid& grid, Found& found) {
  for (const std::int64_t servers : {1, 2, 5, 10, 50})
    for (const double rho : {0.8, 1.0, 1.5})
      for (const auto* law : {&kConstant, &kExponential, &kWeibull}) {
        Station s = bounded(Discipline::Fcfs, servers, rho, *law);
        s.fleet.queueLimit = 0;
        grid.observe(fmt::format("M/G/{0}/{0} {1} rho {2}", servers, law->name(), rho), s,
                     {{found.losses, rejected, model::erlangB(servers, s.ratePerS * kServiceS)}});
      }
}

// Room for K in all: M/M/c/K when first come is first served, M/G/c/K when shared (Cohen 1979).
void boundedQueue(Grid& grid, Found& found) {
  for (const std::int64_t cores : {1, 4})
    for (const std::int64_t places : {5, 10})
      for (const double rho : {0.8, 1.2})
        for (const auto* law : {&kConstant, &kExponential, &kWeibull})
          for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
            if (discipline == Discipline::Fcfs && law != &kExponential) continue;
            Station s = bounded(discipline, cores, rho, *law);
            s.fleet.workers = discipline == Discipline::Fcfs ? cores : places;
            s.fleet.queueLimit = places - s.fleet.workers;
            grid.observe(
                fmt::format("{} cores, {} places, {} {} rho {}", cores, places, name(discipline), law->name(), rho), s,
                {{found.losses, rejected,
                  model::sharingLoss(static_cast<double>(cores), places, s.ratePerS * kServiceS)}});
          }
}

} // namespace

// One test, because what may lie off by chance is a property of the whole grid.
TEST_CASE("Over the grid every closed form holds, and no more of them deviate than chance allows",
          "[ec2][validation]") {
  Grid grid(0);
  Found all;
  const struct {
    const char* name;
    void (*observe)(Grid&, Found&);
  } families[] = {{"several servers", severalServers}, {"one server", oneServer},   {"sharing", sharing},
                  {"random routing", randomRouting},   {"round robin", roundRobin}, {"no queue", noQueue},
                  {"bounded queue", boundedQueue}};
  for (const auto& family : families) {
    Found found;
    family.observe(grid, found);
    for (const auto& [what, part, whole] :
         {std::tuple{"responses", &found.responses, &all.responses}, std::tuple{"shares", &found.shares, &all.shares},
          std::tuple{"losses", &found.losses, &all.losses}}) {
      if (part->size() > 0) part->check(fmt::format("{}, {}", family.name, what));
      whole->add(*part);
    }
  }
  all.responses.check("all responses");
  all.shares.check("all shares");
  all.losses.check("all losses");
}

// ---- the order of the routings ----

namespace {

constexpr std::int64_t kFleets[] = {2, 5, 10, 50};

Station cell(Discipline discipline, double rho, const Law& law, std::int64_t instances, std::uint64_t seed) {
  Station s = stations::station(discipline, 1, rho, law.work, instances);
  s.requests = 2'000 + 40'000 / static_cast<double>(instances);
  s.warmup = s.requests / 4;
  s.seed = seed;
  return s;
}
std::vector<double> responses(Station s, Routing routing) {
  s.fleet.routing = routing;
  return stations::observe(s, stations::meanResponse);
}
// The mean of a - b in its standard errors: the same requests everywhere, so the differences are paired.
double lead(const std::vector<double>& a, const std::vector<double>& b) {
  const auto difference = model::pairedDifference(a, b);
  return difference.value / errors::standardError(difference, a.size());
}

} // namespace

// Mean waits differ as mean responses do: the work is the same. A difference of nothing is beyond five standard errors
// of twelve replications once in 5,000 cells, beyond 2.2 (clear at 95 %) once in 40. Requests in turn come at more
// regular intervals than at random; to know besides who is busy is worth more, unless all requests are as long.
TEST_CASE("Least outstanding waits less than random in every cell of the grid, and round robin too",
          "[ec2][validation]") {
  std::uint64_t seed = 1'000;
  for (const std::int64_t instances : kFleets)
    for (const double rho : {0.5, 0.7, 0.9})
      for (const auto* law : {&kConstant, &kExponential, &kLognormal})
        for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing}) {
          const Station s = cell(discipline, rho, *law, instances, ++seed);
          const auto random = responses(s, Routing::Random), inTurn = responses(s, Routing::RoundRobin),
                     fewest = responses(s, Routing::LeastOutstanding);
          INFO(instances << " instances, " << name(discipline) << ", " << law->name() << ", rho " << rho);
          CHECK(lead(random, fewest) > 5);
          CHECK(lead(random, inTurn) > 2.2);
          if (law != &kConstant)
            CHECK(lead(inTurn, fewest) > 5);
          else // of shared requests of one length the counts hide which is nearly done
            CHECK(model::estimate(inTurn).value <= model::estimate(fewest).value);
        }
}

// Requests of one length leave in the order in which they came, so the next in turn is the one that is free first, and
// it has the fewest: M/D/n, to the nanosecond.
TEST_CASE("Requests of one length find one queue for all behind round robin and least outstanding",
          "[ec2][validation]") {
  std::uint64_t seed = 2'000;
  for (const std::int64_t instances : kFleets)
    for (const double rho : {0.5, 0.7, 0.9}) {
      const Station apart = cell(Discipline::Fcfs, rho, kConstant, instances, ++seed);
      Station together = stations::station(Discipline::Fcfs, instances, rho, kConstant.work);
      together.requests = apart.requests;
      together.warmup = apart.warmup;
      together.seed = seed;
      const auto latencies = [](Station s, Routing routing) {
        s.fleet.routing = routing;
        return stations::replication(s, 0).windows.at(0).outcomes.latency;
      };
      const auto one = latencies(together, Routing::RoundRobin);
      INFO(instances << " instances, rho " << rho);
      CHECK(one.count() > 2'500);
      CHECK(latencies(apart, Routing::RoundRobin) == one);
      CHECK(latencies(apart, Routing::LeastOutstanding) == one);
      CHECK(latencies(apart, Routing::Random).meanSeconds() > one.meanSeconds());
    }
}
