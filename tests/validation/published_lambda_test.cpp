// Published simulations and measurements of Lambda against the simulator. Tolerances are k standard errors over
// independent replications (k = 4, seeds fixed) unless the source prints a range.
#include <cmath>

#include "model/lambda/lambda_simulator.hpp"
#include "model/queueing.hpp"
#include "model/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lambda_runs.hpp"

using namespace lambda_runs;

namespace {

LambdaTally replicationOf(const LambdaFunction& function, double ratePerSecond,
                          const workloads::DurationDistribution& work, const ObservationPlan& plan,
                          std::uint64_t replication) {
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{workloads::RequestRate::perSecond(ratePerSecond)};
  workload.work.duration = work;
  model::LambdaSimulator simulator(function, plan, 1, replication);
  workloads::RequestStream stream(workload, 1, replication, plan.horizon);
  for (workloads::RequestBatch batch; stream.next(batch);) simulator.feed(batch);
  return simulator.finish().windows.at(0);
}

struct Sample {
  double sum = 0, squares = 0;
  int n = 0;
  void add(double x) { sum += x, squares += x * x, ++n; }
  double mean() const { return sum / n; }
  double standardError() const { return std::sqrt((squares / n - mean() * mean()) / (n - 1)); }
};

double secondsOf(model::Int128 ns) { return static_cast<double>(ns) * 1e-9; }

} // namespace

// A published scenario of a platform with a ceiling. Only the ceiling may bind: the growth limit and the request-rate
// cap of today were not part of it, and both would refuse more. Environments never expire in the run (600 s idle), so
// init is met at the start only, a warm-up of nothing is right for the published range, and blocking is that of
// M/M/1000/1000 with a start from empty.
TEST_CASE("A ceiling of 1,000 under 1,000 requests/s of 2.016 s rejects as published and as Erlang B says",
          "[lambda][validation]") {
  LambdaFunction f = plain(147ms);
  f.concurrencyLimit = 1000;
  f.growth = std::nullopt;
  f.requestRateCap = false;
  const workloads::Exponential work{2016ms};
  const LambdaTally whole = replicationOf(f, 1000, work, plan(1000s), 0);
  const double rejected =
      static_cast<double>(whole.throttledConcurrency) / static_cast<double>(whole.outcomes.attempts);
  CHECK(rejected >= 0.500);
  CHECK(rejected <= 0.508);
  Sample settled; // the start left out: Erlang B
  for (std::uint64_t r = 0; r < 4; ++r) {
    ObservationPlan observed = plan(300s);
    observed.warmup = 50s;
    const auto t = replicationOf(f, 1000, work, observed, r);
    settled.add(static_cast<double>(t.throttledConcurrency) / static_cast<double>(t.outcomes.attempts));
  }
  CHECK(model::erlangB(1000, 2016) == Approx(0.504).margin(0.0005));
  CHECK(std::abs(settled.mean() - model::erlangB(1000, 2016)) <= 4 * settled.standardError() + 1e-4);
  CHECK(settled.standardError() < 0.002);
}

// From empty for 300 s at 0.9/s with 2.016 s of work: near 2.68 % cold and 6.36 environments on average (published).
TEST_CASE("The transient from empty has the published cold fraction and mean environments", "[lambda][validation]") {
  const LambdaFunction f = plain(0ms);
  Sample cold, environments;
  for (std::uint64_t r = 0; r < 2000; ++r) {
    const auto t = replicationOf(f, 0.9, workloads::Exponential{2016ms}, plan(300s), r);
    cold.add(static_cast<double>(t.cold) / static_cast<double>(t.started));
    environments.add(secondsOf(t.busyNs + t.idleNs) / 300);
  }
  INFO("cold " << cold.mean() << " +- " << cold.standardError() << ", environments " << environments.mean() << " +- "
               << environments.standardError());
  CHECK(std::abs(cold.mean() - 0.0268) <= 4 * cold.standardError());
  CHECK(std::abs(environments.mean() - 6.36) <= 4 * environments.standardError());
}

// Keep-alive probes of 2025, 100 a point: call once, wait, call again. Each probe is a function of its own; the share
// found cold must be the recorded one within the binomial errors of both samples.
TEST_CASE("The probe experiment, simulated, finds the recorded shares cold", "[lambda][validation]") {
  struct Row {
    int idleS, coldOf100;
  };
  constexpr int kProbes = 2000;
  LambdaFunction f = plain(100ms);
  f.idleLifetime = model::defaultIdleLifetime().distribution;
  for (const Row& row : {Row{60, 0}, Row{120, 2}, Row{180, 0}, Row{240, 1}, Row{270, 3}, Row{300, 8}, Row{315, 43},
                         Row{330, 68}, Row{345, 94}, Row{360, 100}, Row{420, 100}}) {
    // The first call ends 110 ms after it came; the second comes that idle time later.
    const std::int64_t firstNs = 110 * kMs;
    int cold = 0;
    for (int i = 0; i < kProbes; ++i) {
      const std::vector<Request> probes{{0, 10 * kMs, 0}, {firstNs + row.idleS * kSecond, 10 * kMs, 0}};
      cold += run(f, plan(1000s), probes, 7, static_cast<std::uint64_t>(i)).windows.at(0).cold == 2;
    }
    const double found = static_cast<double>(cold) / kProbes, recorded = row.coldOf100 / 100.0;
    // Three binomial standard errors of the recorded hundred; nothing seen in a hundred may still be 3 in a hundred.
    const double error = std::sqrt(std::max(recorded * (1 - recorded), 0.01 * 0.99) * (1.0 / 100 + 1.0 / kProbes));
    INFO(row.idleS << " s: recorded " << recorded << ", simulated " << found);
    CHECK(std::abs(found - recorded) <= 3 * error);
  }
}

// AWS: concurrency = rate x duration, and 10 requests/s for each unit of it (developer guide, lambda-concurrency).
TEST_CASE("SC-03 The request-rate cap asks for a limit above the concurrency", "[lambda][validation]") {
  const auto served = [](std::int64_t limit, std::int64_t perSecond, std::int64_t ms) {
    LambdaFunction f = plain();
    f.concurrencyLimit = limit;
    f.growth = std::nullopt;
    const auto requests = regular(static_cast<int>(3 * perSecond), kSecond / perSecond, ms * kMs);
    return run(f, plan(3s, 3), requests).windows.at(2).outcomes; // the full bucket of the start is used up by then
  };
  CHECK(served(1000, 20'000, 50).completed == 10'000);
  CHECK(served(2000, 20'000, 50).throttled == 0);
  CHECK(served(1000, 30'000, 20).completed == 10'000); // 600 at once only
  CHECK(served(1500, 30'000, 20).completed == 15'000);
  CHECK(served(3000, 30'000, 20).throttled == 0);
}
