#include "model/queueing.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

namespace {

using model::PoolFigures;
using model::PoolQuestion;

PoolQuestion pool(double rate, double serviceS, double idleLifetimeS, bool constant = true) {
  PoolQuestion q;
  q.rate = rate;
  q.serviceS = serviceS;
  q.idleLifetimeS = idleLifetimeS;
  q.idleIsConstant = constant;
  return q;
}

auto within(double expected, double absolute) { return Approx(expected).margin(absolute).epsilon(0); }

} // namespace

// Values computed from B(k) = aB / (k + aB) and C = B / (1 - rho (1 - B)) in exact arithmetic, to six decimals.
TEST_CASE("Erlang B and C, wait and queue length match the reference table", "[queueing]") {
  struct Row {
    std::int64_t servers;
    double load, b, c, waitOverService, waiting;
  };
  const Row rows[] = {
      {1, 0.5, 0.333333, 0.500000, 1.000000, 0.500000}, {2, 1, 0.200000, 0.333333, 0.333333, 0.333333},
      {5, 4, 0.199067, 0.554113, 0.554113, 2.216450},   {10, 8, 0.121661, 0.409180, 0.204590, 1.636721},
      {20, 18, 0.109213, 0.550769, 0.275385, 4.956921}, {100, 90, 0.026957, 0.216940, 0.021694, 1.952464},
  };
  for (const Row& row : rows) {
    CHECK(model::erlangB(row.servers, row.load) == within(row.b, 1e-6));
    CHECK(model::erlangC(row.servers, row.load) == within(row.c, 1e-6));
    const auto f = model::mmc(row.servers, row.load / 0.25, 0.25);
    REQUIRE(f);
    CHECK(f->probabilityWait == within(row.c, 1e-6));
    CHECK(f->meanWaitS / 0.25 == within(row.waitOverService, 1e-6));
    CHECK(f->meanWaiting == within(row.waiting, 1e-6));
    CHECK(f->utilisation == Approx(row.load / static_cast<double>(row.servers)));
    CHECK(f->meanResponseS == Approx(f->meanWaitS + 0.25));
  }
}

TEST_CASE("Erlang B and C at their ends", "[queueing]") {
  CHECK(model::erlangB(0, 3) == 1);
  CHECK(model::erlangB(4, 0) == 0);
  CHECK(model::erlangC(4, 0) == 0);
  CHECK(model::erlangC(4, 4) == 1);
  CHECK(model::erlangC(4, 9) == 1);
  CHECK_FALSE(model::mmc(4, 4, 1));
  CHECK_FALSE(model::mg1(1, 1, 1));
  CHECK_FALSE(model::mg1ProcessorSharing(2, 0.5));
  CHECK_FALSE(model::mgcAllenCunneen(2, 2, 1, 1, 1));
  CHECK_FALSE(model::mgcProcessorSharing(2, 2, 1, 1));
  CHECK(model::erlangB(100'000, 99'000) < 0.01); // large systems neither overflow nor underflow
  CHECK(model::erlangB(100'000, 99'000) > 0);
}

// Widely reproduced call-centre walk-through (after Mitan, "The Erlang-C formula"): 360 calls in 30 min of 240 s, 55
// agents.
TEST_CASE("The walk-through with 55 agents", "[queueing]") {
  const double rate = 360.0 / 1800, serviceS = 240;
  const auto f = model::mmc(55, rate, serviceS);
  REQUIRE(f);
  CHECK(rate * serviceS == within(48, 1e-9));
  CHECK(f->utilisation == within(0.873, 5e-4));
  CHECK(f->probabilityWait == within(0.239, 5e-4));
  CHECK(f->meanWaitS == within(8.18, 5e-3));
  CHECK(model::mmcWaitWithin(55, rate, serviceS, 15) == within(0.846, 5e-4));
}

TEST_CASE("Response quantiles of M/M/c: exponential for one server, and they invert the distribution", "[queueing]") {
  for (double rho : {0.1, 0.5, 0.9, 0.999, 0.99999}) { // M/M/1: response is exponential with mean S / (1 - rho)
    const auto f = model::mmc(1, rho, 1);
    REQUIRE(f);
    CHECK(f->p95ResponseS == Approx(std::log(20.0) / (1 - rho)).epsilon(1e-9));
    CHECK(f->p99ResponseS == Approx(std::log(100.0) / (1 - rho)).epsilon(1e-9));
  }
  // Drain rate c - a equal to the service rate (c = 3, a = 2): P(T > t) = (1 - C + C (1 + t)) e^-t.
  const auto equal = model::mmc(3, 2, 1);
  const double c = model::erlangC(3, 2), t = equal->p99ResponseS;
  CHECK((1 + c * t) * std::exp(-t) == Approx(0.01).epsilon(1e-9));
  // A wait is hardly seen with many servers: the service time's own quantile.
  CHECK(model::mmc(200, 10, 1)->p99ResponseS == Approx(std::log(100.0)).epsilon(1e-9));
  CHECK(model::mg1(0.5, 1, 2)->p99ResponseS == 0); // no closed form is known
}

// One stage is M/M/1. With two, sigma (1 + 2 rho - sigma)^2 = 4 rho^2 has the roots 1 and ((1 + 4 rho) -+ sqrt(1 + 8
// rho)) / 2. Ever more stages: sigma = e^(-(1 - sigma) / rho), D/M/1.
TEST_CASE("Erlang gaps lead from M/M/1 to D/M/1", "[queueing]") {
  for (double rho : {1e-6, 0.05, 0.5, 0.9, 0.999}) {
    const double serviceS = 0.25, rate = rho / serviceS;
    const auto one = model::erlangM1(1, rate, serviceS), mm1 = model::mmc(1, rate, serviceS);
    CHECK(one->probabilityWait == Approx(rho).epsilon(1e-12));
    CHECK(one->meanWaitS == Approx(mm1->meanWaitS).epsilon(1e-10));
    CHECK(one->meanWaiting == Approx(mm1->meanWaiting).epsilon(1e-10));
    CHECK(one->p95ResponseS == Approx(mm1->p95ResponseS).epsilon(1e-9));
    CHECK(one->p99ResponseS == Approx(mm1->p99ResponseS).epsilon(1e-9));
    const double two = 4 * rho * rho * 2 / (1 + 4 * rho + std::sqrt(1 + 8 * rho)); // the product of both is 4 rho^2
    CHECK(model::erlangM1(2, rate, serviceS)->probabilityWait == Approx(two).epsilon(1e-10));
    CHECK(model::erlangM1(2, rate, serviceS)->meanResponseS == Approx(serviceS / (1 - two)).epsilon(1e-10));
    double before = one->meanWaitS;
    for (std::int64_t stages : {2, 5, 50, 1000}) {
      const auto f = model::erlangM1(stages, rate, serviceS);
      CHECK(f->meanWaitS <= before); // more regular gaps wait less
      before = f->meanWaitS;
    }
    const double sigma = model::erlangM1(1'000'000'000, rate, serviceS)->probabilityWait;
    CHECK(sigma == Approx(std::exp(-(1 - sigma) / rho)).epsilon(1e-6).margin(1e-12));
  }
  CHECK(model::erlangM1(1'000'000'000, 0.5, 1)->probabilityWait == within(0.203188, 1e-6)); // D/M/1 at a half
  CHECK(model::erlangM1(3, 0, 1)->meanWaitS == 0);
  CHECK_FALSE(model::erlangM1(3, 1, 1));
}

TEST_CASE("Identities between the formulas hold over a grid", "[queueing]") {
  for (double rho : {0.05, 0.3, 0.5, 0.8, 0.95})
    for (double serviceS : {0.002, 1.0, 37.0}) {
      const double rate = rho / serviceS;
      const auto mm1 = model::mmc(1, rate, serviceS);
      // M/G/1 with squared cv 1 is M/M/1; M/D/1 waits exactly half as long; PS answers in S / (1 - rho) for any law.
      CHECK(model::mg1(rate, serviceS, 1)->meanWaitS == Approx(mm1->meanWaitS));
      CHECK(model::mg1(rate, serviceS, 0)->meanWaitS == Approx(mm1->meanWaitS / 2));
      CHECK(model::mg1(rate, serviceS, 3.5)->meanWaitS == Approx(rho * serviceS * 4.5 / (2 * (1 - rho))));
      CHECK(model::mg1ProcessorSharing(rate, serviceS)->meanResponseS == Approx(serviceS / (1 - rho)));
      CHECK(model::mg1ProcessorSharing(rate, serviceS)->meanResponseS == Approx(mm1->meanResponseS));
      CHECK(model::mgcProcessorSharing(1, rate, serviceS, serviceS)->meanResponseS == Approx(serviceS / (1 - rho)));
      for (std::int64_t servers : {1, 2, 7, 64}) {
        const double scaled = rate * static_cast<double>(servers);
        const auto mmc = model::mmc(servers, scaled, serviceS);
        CHECK(model::mgcAllenCunneen(servers, scaled, serviceS, 1, 1)->meanWaitS == Approx(mmc->meanWaitS));
        CHECK(model::mgcAllenCunneen(servers, scaled, serviceS, 0.5, 2)->meanWaitS == Approx(1.25 * mmc->meanWaitS));
        CHECK(mmc->meanWaiting == Approx(scaled * mmc->meanWaitS)); // Little
        CHECK(model::mmcWaitWithin(servers, scaled, serviceS, 0) == Approx(1 - mmc->probabilityWait));
        // Processor sharing on whole cores has the mean response of M/M/c (Cohen 1979).
        const auto ps = model::mgcProcessorSharing(static_cast<double>(servers), scaled, serviceS, serviceS);
        CHECK(ps->meanResponseS == Approx(mmc->meanResponseS));
        CHECK(ps->probabilityWait == Approx(mmc->probabilityWait));
      }
    }
}

TEST_CASE("Processor sharing between whole numbers of requests matches its birth-death chain", "[queueing]") {
  struct Row {
    double cores, coreSeconds, serviceS, rate;
  };
  // 2 cores, requests using 0.7 of a core: 2.857 run unhindered. 0.5: four. A request wanting more than there is: none.
  for (const Row& row : {Row{2, 0.7, 1, 2.5}, Row{2, 0.5, 1, 3.9}, Row{1, 1.5, 1, 0.6}, Row{16, 0.03, 0.1, 500}}) {
    const double fit = row.cores * row.serviceS / row.coreSeconds;
    double weight = 1, total = 1, inService = 0;
    for (int n = 1; n < 4000; ++n) {
      weight *= row.rate * row.serviceS / std::min<double>(n, fit);
      total += weight;
      inService += n * weight;
    }
    const auto f = model::mgcProcessorSharing(row.cores, row.rate, row.coreSeconds, row.serviceS);
    REQUIRE(f);
    CHECK(f->meanResponseS == Approx(inService / total / row.rate).epsilon(1e-9));
    CHECK(f->utilisation == Approx(row.rate * row.coreSeconds / row.cores));
  }
  CHECK(model::mgcProcessorSharing(2, 10, 0, 0.3)->meanResponseS == Approx(0.3)); // waiting only: M/G/infinity
}

TEST_CASE("Poisson quantiles: by summation, at the ends, and by the normal law for large means", "[queueing]") {
  for (double mean : {0.1, 1.0, 7.3, 48.0})
    for (double p : {0.01, 0.5, 0.9, 0.999}) {
      double term = std::exp(-mean), reached = term;
      std::int64_t n = 0;
      while (reached < p) reached += term *= mean / static_cast<double>(++n);
      CHECK(model::poissonQuantile(mean, p) == n);
    }
  CHECK(model::poissonQuantile(0, 0.999) == 0);
  // Normal quantile z with the skewness correction (z^2 - 1) / 6 (Cornish & Fisher 1938), good to one count.
  CHECK(std::abs(static_cast<double>(model::poissonQuantile(1e6, 0.99)) - (1e6 + 2326.348 + 0.735)) <= 1.0);
  CHECK(model::busyEnvironmentsMean(0.9, 1.991) == Approx(1.7919));
}

// ---- the pool of environments ----

TEST_CASE("A pool limited to one environment is a renewal process", "[queueing][pool]") {
  // Idle gaps are exponential with the arrival rate; a start is cold when the gap outlasts the idle lifetime. The
  // environment is missing while busy-free time beyond the lifetime lasts: 1 - P(idle) P(gap > lifetime).
  for (double rate : {0.01, 0.5, 20.0})
    for (double lifetimeS : {0.01, 1.0, 60.0}) {
      PoolQuestion q = pool(rate, 0.8, lifetimeS);
      q.limit = 1;
      const double idle = 1 / (1 + rate * 0.8), gone = std::exp(-rate * lifetimeS);
      const auto f = model::environmentPool(q);
      REQUIRE(f);
      CHECK(f->coldFraction == within(gone, 1e-10));
      CHECK(f->environmentsMean == within(1 - idle * gone, 1e-10));
      CHECK(f->rejectedFraction == Approx(1 - idle));
      // Exponential lifetime: gap against lifetime, lifetime's rate / (rate + lifetime's rate).
      q.idleIsConstant = false;
      const double lost = 1 / lifetimeS / (rate + 1 / lifetimeS);
      CHECK(model::environmentPool(q)->coldFraction == within(lost, 1e-10));
      CHECK(model::environmentPool(q)->environmentsMean == within(1 - idle * lost, 1e-10));
    }
}

TEST_CASE("Cold starts per second are the slope of the pool over the idle lifetime", "[queueing][pool]") {
  // Each cold start adds one environment for exactly as long as the lifetime is longer: d E[N] / d lifetime.
  for (double load : {0.3, 3.0, 40.0})
    for (double lifetimeS : {0.5, 5.0, 600.0}) {
      const double serviceS = 1.5, rate = load / serviceS, step = 1e-3 * lifetimeS;
      const double slope = (model::environmentPool(pool(rate, serviceS, lifetimeS + step))->environmentsMean -
                            model::environmentPool(pool(rate, serviceS, lifetimeS - step))->environmentsMean) /
                           (2 * step);
      const auto f = model::environmentPool(pool(rate, serviceS, lifetimeS));
      // Central difference: relative error of order step^2 (1e-6) times a curvature of order one, and rounding.
      CHECK(f->coldFraction * rate == Approx(slope).epsilon(1e-5).margin(1e-9 / step));
    }
}

TEST_CASE("The pool between its ends: no idle life at all, idle life for ever, a limit", "[queueing][pool]") {
  for (bool constant : {true, false}) {
    const auto none = model::environmentPool(pool(2, 1.5, 0, constant));
    CHECK(none->coldFraction == 1);
    CHECK(none->environmentsMean == Approx(3));
    const auto brief = model::environmentPool(pool(2, 1.5, 1e-6, constant));
    CHECK(brief->coldFraction == Approx(1).epsilon(1e-4));
    CHECK(brief->environmentsMean == Approx(3).epsilon(1e-4));
    PoolQuestion limited = pool(2, 1.5, 1e7, constant);
    limited.limit = 4;
    const auto full = model::environmentPool(limited);
    CHECK(full->environmentsMean == Approx(4).epsilon(1e-3));
    CHECK(full->rejectedFraction == Approx(model::erlangB(4, 3)).epsilon(1e-9));
    CHECK(full->busyMean == Approx(3 * (1 - model::erlangB(4, 3))).epsilon(1e-9));
    CHECK(full->idleMean == Approx(full->environmentsMean - full->busyMean));
    CHECK(full->coldFraction < 1e-5);
  }
  CHECK(model::environmentPool(pool(0, 1, 600))->environmentsMean == 0);
  PoolQuestion closed = pool(1, 1, 600);
  closed.limit = 0;
  CHECK(model::environmentPool(closed)->rejectedFraction == 1);
  PoolQuestion tooLarge = pool(1000, 1, 600, false);
  CHECK_FALSE(model::environmentPool(tooLarge));
  CHECK(model::environmentPool(pool(10'000, 1, 600)));
}

TEST_CASE("Init lengthens cold requests only", "[queueing][pool]") {
  PoolQuestion q = pool(0.9, 1.991, 5);
  q.initS = 0.253;
  const auto f = model::environmentPool(q);
  CHECK(f->busyMean == Approx(0.9 * (1.991 + f->coldFraction * 0.253)).epsilon(1e-6));
}

// Mahmoudi & Khazaei, SimFaaS (CLOSER 2021), its example case: 7.66 to 7.69 environments, 1.79 busy, 0.0013
// to 0.0014 cold.
TEST_CASE("The published scenario in closed form", "[queueing][pool]") {
  PoolQuestion q = pool(0.9, 1.991, 600);
  q.initS = 0.253;
  const auto f = model::environmentPool(q);
  CHECK(f->environmentsMean == within(7.69, 0.01));
  CHECK(f->busyMean == within(1.792, 0.001));
  CHECK(f->coldFraction == within(0.00133, 0.00001));
}
