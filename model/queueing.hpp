#pragma once
// Closed forms that stand beside the simulation wherever their assumptions hold. Spans in seconds, rates per second,
// offered load a = rate * service time in erlangs. Pinned by tests/model/queueing_test.cpp: the reference table to
// 1e-6, the 55-agent walk-through, and identities over grids; the chain against the simulator in tests/validation.
#include <cstdint>
#include <optional>

namespace model {

// Blocking probability of M/M/c/c = M/G/c/c (Erlang 1917), B(k) = aB/(k + aB). c >= 0, a >= 0.
double erlangB(std::int64_t servers, double offeredLoad);
// Probability of waiting in M/M/c (Erlang 1917), C = B / (1 - rho (1 - B)); 1 when a >= c.
double erlangC(std::int64_t servers, double offeredLoad);

struct QueueFigures {
  double utilisation = 0; // rho
  double probabilityWait = 0;
  double meanWaitS = 0, meanResponseS = 0;
  double meanWaiting = 0;                    // Lq, by Little's law
  double p95ResponseS = 0, p99ResponseS = 0; // 0 where no closed form is known
};
// Nothing when rate * service >= servers (no steady state).
std::optional<QueueFigures> mmc(std::int64_t servers, double rate, double serviceS);
std::optional<QueueFigures> mg1(double rate, double serviceS, double squaredCv); // Pollaczek 1930, Khinchine 1932
// Gaps of Erlang's law with so many stages (>= 1), one server: each of n instances behind round robin, n stages
// (GI/M/1, Kendall 1953). The response is exponential. One stage is M/M/1, ever more of them D/M/1.
std::optional<QueueFigures> erlangM1(std::int64_t stages, double rate, double serviceS);
std::optional<QueueFigures> mgcAllenCunneen(std::int64_t servers, double rate, double serviceS, double arrivalScv,
                                            double serviceScv);
std::optional<QueueFigures> mg1ProcessorSharing(double rate, double serviceS); // S / (1 - rho), any service law
// Processor sharing on c cores with at most one core per request (Cohen 1979: insensitive): mean response = M/M/c's.
std::optional<QueueFigures> mgcProcessorSharing(double cores, double rate, double coreSecondsPerRequest,
                                                double serviceS);
// Loss of processor sharing on `cores` with room for `places` requests, each wanting at most one core: M/M/c/K, and by
// insensitivity (Cohen 1979) M/G/c/K sharing. With as many cores as places it is Erlang B. cores > 0, may be a
// fraction.
double sharingLoss(double cores, std::int64_t places, double offeredLoad);
// P(wait <= t) in M/M/c.
double mmcWaitWithin(std::int64_t servers, double rate, double serviceS, double t);

// Lambda without limits is M/G/infinity: busy environments are Poisson with mean rate * service.
double busyEnvironmentsMean(double rate, double serviceS);
// Smallest n with P(Poisson(mean) <= n) >= p.
std::int64_t poissonQuantile(double mean, double p);

// The pool of environments of one function: Poisson arrivals, service with this mean (init added to cold ones), idle
// expiry, concurrency limit. Two chains; nothing when one needs more than `maxStates` states (the first: one per busy
// environment; the second: one per pair of busy and existing ones).
//   idleIsConstant  newest-first reuse: the pool is the maximum of the busy count over the last idle lifetime, found
//                   from first passages of M/M/c/c. Exact for exponential service and no init; a lifetime that varies
//                   little (the probes of 2025: cv 0.07) may stand in with its mean.
//   otherwise       idle lifetime exponential and drawn anew at each idle instant, any reuse order: the Markov chain
//                   over (busy, environments), solved with Eigen. Exact for exponential service and no init: the
//                   world of LambdaFunction::idleDrawnAnew. Where a drawn lifetime belongs to the environment, a bound.
// Oldest-first and random reuse with a constant lifetime have no closed form here (they keep a third more
// environments). Init enters as a longer mean service of the share that is cold. Measured errors: docs/lambda.md.
struct PoolQuestion {
  double rate = 0, serviceS = 0, initS = 0, idleLifetimeS = 600;
  std::int64_t limit = 1000;
  bool idleIsConstant = true;
  std::int64_t maxStates = 20'000;
};
struct PoolFigures {
  double environmentsMean = 0, busyMean = 0, idleMean = 0;
  double coldFraction = 0;     // of started
  double rejectedFraction = 0; // of arrivals
};
std::optional<PoolFigures> environmentPool(const PoolQuestion& question);

} // namespace model
