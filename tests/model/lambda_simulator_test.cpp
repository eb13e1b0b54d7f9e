#include "model/lambda/lambda_simulator.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/lambda_runs.hpp"

using namespace lambda_runs;

// AWS Lambda developer guide, lambda-concurrency (Oct 2026): ten requests on environments A to F.
TEST_CASE("SC-01 Ten requests of the documentation make six environments, six cold starts and four warm ones",
          "[lambda]") {
  const std::vector<Request> requests = {
      {0, 50, 0},   {10, 60, 0}, {20, 70, 0}, {30, 90, 0}, {40, 100, 0}, // A to E, all busy when the next one comes
      {52, 40, 0},                                                       // A finished at 50
      {75, 40, 0},                                                       // B finished at 70
      {91, 60, 0},                                                       // C finished at 90 (A is busy until 92)
      {91, 20, 0},                                                       // A to E busy: F
      {121, 10, 0},                                                      // D finished at 120
  };
  const LambdaTally t = tally(plain(), 1000ns, requests);
  CHECK(t.outcomes.attempts == 10);
  CHECK(t.outcomes.completed == 10);
  CHECK(t.started == 10);
  CHECK(t.cold == 6);
  CHECK(t.peakEnvironments == 6);
}

// AWS Lambda developer guide, lambda-concurrency: concurrency = rate x mean duration.
TEST_CASE("SC-02 Regular arrivals keep rate times duration environments busy", "[lambda]") {
  struct Row {
    std::int64_t perSecond, durationMs, concurrency;
  };
  for (const Row& row : {Row{100, 1000, 100}, Row{100, 500, 50}, Row{200, 250, 50}, Row{5000, 200, 1000}}) {
    const std::int64_t gap = kSecond / row.perSecond;
    const auto requests = regular(static_cast<int>(3 * row.perSecond), gap, row.durationMs * kMs);
    const LambdaTally t = tally(plain(), 3s, requests);
    CHECK(t.peakBusy == row.concurrency);
    CHECK(t.cold == static_cast<std::uint64_t>(row.concurrency));
    CHECK(t.outcomes.throttled == 0);
  }
}

TEST_CASE("SC-03 The request-rate cap serves ten requests a second per unit of concurrency", "[lambda]") {
  LambdaFunction f = plain();
  f.concurrencyLimit = 1000;
  f.growth = std::nullopt;
  const auto requests = regular(60'000, 50'000, 50 * kMs); // 20,000/s for 3 s, 50 ms each: 1,000 at once
  const auto windows = run(f, plan(3s, 3), requests).windows;
  // The bucket starts full: 10,000 at once on top of 10,000/s, so the first second is served whole. From then on every
  // second arrival finds a token.
  CHECK(windows[0].outcomes.throttled == 1);
  CHECK(windows[1].outcomes.completed == 10'000);
  CHECK(windows[2].outcomes.completed == 10'000);
  CHECK(windows[2].throttledRate == 10'000);
  CHECK(windows[2].throttledConcurrency == 0);
  f.concurrencyLimit = 2000;
  CHECK(tally(f, 3s, requests).outcomes.throttled == 0);
  f.concurrencyLimit = 1000;
  f.requestRateCap = false;
  CHECK(tally(f, 3s, requests).outcomes.throttled == 0);
}

TEST_CASE("The growth bucket starts full, refills continuously and never banks more", "[lambda]") {
  LambdaFunction f = plain();
  f.growth = model::GrowthLimit{3, 3}; // one token per 3,333,333,333 1/3 ns
  f.requestRateCap = false;
  const std::int64_t forever = 3600 * kSecond;
  const std::int64_t token = 3'333'333'333;
  std::vector<Request> requests = {{0, forever, 0},
                                   {0, forever, 0},
                                   {0, forever, 0},             // the full bucket
                                   {0, forever, 0},             // refused
                                   {token, forever, 0},         // 1/3 ns too early
                                   {token + 1, forever, 0},     // granted
                                   {2 * token, forever, 0},     // 2/3 ns too early
                                   {2 * token + 1, forever, 0}, // granted
                                   {10 * kSecond, forever, 0},  // granted to the ns
                                   {10 * kSecond, forever, 0}}; // refused
  LambdaTally t = tally(f, 100s, requests);
  CHECK(t.cold == 6);
  CHECK(t.throttledGrowth == 4);
  // After an hour the bucket holds three again, not a thousand.
  for (int i = 0; i < 5; ++i) requests.push_back({forever - 1, 1, 0});
  t = tally(f, 3600s, requests);
  CHECK(t.cold == 9);
  CHECK(t.throttledGrowth == 6);
}

TEST_CASE("An idle environment expires at its nanosecond, before an arrival at the same instant", "[lambda]") {
  for (const auto reuse : {model::Reuse::Lifo, model::Reuse::Fifo, model::Reuse::Random}) {
    LambdaFunction f = plain(0ns, 100ns);
    f.reuse = reuse;
    CHECK(tally(f, 1000ns, {{0, 10, 0}, {109, 1, 0}}).cold == 1);
    const LambdaTally t = tally(f, 1000ns, {{0, 10, 0}, {110, 1, 0}});
    CHECK(t.cold == 2);
    CHECK(whole(t.idleNs) == 200);
    CHECK(t.environmentsEnded == 2);
    CHECK(t.peakEnvironments == 1);
  }
}

TEST_CASE("An environment that finishes at an instant serves an arrival at that instant", "[lambda]") {
  CHECK(tally(plain(), 100ns, {{0, 10, 0}, {10, 10, 0}}).cold == 1);
  CHECK(tally(plain(), 100ns, {{0, 10, 0}, {9, 10, 0}}).cold == 2);
  const LambdaTally zero = tally(plain(), 100ns, {{5, 0, 0}, {5, 0, 0}, {5, 0, 0}});
  CHECK(zero.cold == 1);
  CHECK(zero.peakBusy == 1);
  CHECK(zero.outcomes.completed == 3);
}

TEST_CASE("Reuse takes the newest or the oldest idle environment; together finished ones keep the order of arrival",
          "[lambda]") {
  // Both finish at 20; the second request's environment counts as the newer.
  const std::vector<Request> requests = {{0, 20, 0}, {10, 10, 0}, {60, 1, 0}, {119, 1, 0}, {150, 1, 0}, {162, 1, 0}};
  LambdaFunction f = plain(0ns, 100ns);
  const LambdaTally lifo = tally(f, 1000ns, requests);
  CHECK(lifo.cold == 2);
  CHECK(whole(lifo.busyNs + lifo.idleNs) == (120 - 0) + (263 - 10)); // the first is never used again, the second always
  f.reuse = model::Reuse::Fifo;
  const LambdaTally fifo = tally(f, 1000ns, requests);
  CHECK(fifo.cold == 2);
  CHECK(whole(fifo.busyNs + fifo.idleNs) == (251 - 0) + (263 - 10)); // in turn: at 60, 150 and at 119, 162
}

TEST_CASE("Init counts in latency and, since August 2025, in the bill", "[lambda]") {
  // AWS Compute Blog, Apr 2025: duration 250.06 ms, init 100.77 ms: billed 251 before, 351 after.
  LambdaFunction f = plain(100'770us);
  f.overhead = 7ms;
  const std::vector<Request> cold = {{0, 250'060'000, 0}};
  CHECK(tally(f, 10s, cold).billedMs == 351);
  CHECK(whole(tally(f, 10s, cold).initNs) == 100'770'000);
  CHECK(whole(tally(f, 10s, cold).busyNs) == 350'830'000);
  CHECK(tally(f, 10s, cold).outcomes.latency.maxSeconds() == Approx(0.35783).epsilon(1e-12));
  f.initBilled = false;
  CHECK(tally(f, 10s, cold).billedMs == 251);
  // Same post: duration 933.59 ms, warm: billed 934.
  const LambdaTally warm = tally(f, 10s, {{0, 1, 0}, {5 * kSecond, 933'590'000, 0}});
  CHECK(warm.billedMs == 1 + 934);
}

// AWS Lambda developer guide, execution environment (Sep-Oct 2026): after a timeout the environment is reset; the next
// call on it runs init again, inside its duration.
TEST_CASE("The timeout cuts the duration, not the init before it, and resets the environment", "[lambda]") {
  LambdaFunction f = plain(50ms);
  f.timeout = 100ms;
  const std::vector<Request> requests = {
      {0, 100 * kMs, 0}, {kSecond, 100 * kMs + 1, 0}, {2 * kSecond, 10 * kMs, 0}, {3 * kSecond, 10 * kMs, 0}};
  const LambdaTally t = tally(f, 10s, requests);
  CHECK(t.outcomes.completed == 3);
  CHECK(t.outcomes.timedOut == 1);
  CHECK(t.cold == 1);
  CHECK(t.resetInits == 1);
  CHECK(t.started == 4);
  CHECK(t.billedMs == 150 + 100 + 60 + 10);
  CHECK(t.outcomes.latency.count() == 3);
  CHECK(whole(t.initNs) == 100 * kMs);
  CHECK(whole(t.billedInitNs) == 100 * kMs);
  CHECK(whole(t.cpuNs) == 220 * kMs);
  f.initBilled = false; // init inside a call is duration: billed before August 2025 too
  CHECK(tally(f, 10s, requests).billedMs == 100 + 100 + 60 + 10);
}

TEST_CASE("Init after a reset and work share the timeout; a call cut again resets the environment again", "[lambda]") {
  LambdaFunction f = plain(70ms);
  f.timeout = 100ms;
  // Cut at 100; 70 init + 30 of 60 wanted, half of which is waiting; 70 + 10; warm.
  const std::vector<Request> requests = {
      {0, 200 * kMs, 0}, {kSecond, 30 * kMs, 30 * kMs}, {2 * kSecond, 10 * kMs, 0}, {3 * kSecond, 10 * kMs, 0}};
  const LambdaTally t = tally(f, 10s, requests);
  CHECK(t.outcomes.timedOut == 2);
  CHECK(t.resetInits == 2);
  CHECK(t.billedMs == 170 + 100 + 80 + 10);
  CHECK(whole(t.ioNs) == 15 * kMs);
  CHECK(whole(t.cpuNs) == (100 + 15 + 10 + 10) * kMs);
  CHECK(whole(t.billedInitNs) == 3 * 70 * kMs);
  CHECK(t.outcomes.latency.maxSeconds() == Approx(0.08).epsilon(1e-12));
  f.timeout = 60ms; // init alone is longer: the environment never serves again
  const LambdaTally stuck = tally(f, 10s, requests);
  CHECK(stuck.outcomes.timedOut == 4);
  CHECK(stuck.resetInits == 3);
  CHECK(whole(stuck.billedInitNs) == (70 + 60 + 60 + 60) * kMs);
}

TEST_CASE("A reset environment that expired is gone with its reset", "[lambda]") {
  LambdaFunction f = plain(50ms, 1s);
  f.timeout = 100ms;
  const LambdaTally t = tally(f, 10s, {{0, 200 * kMs, 0}, {5 * kSecond, kMs, 0}, {5 * kSecond + 60 * kMs, kMs, 0}});
  CHECK(t.cold == 2);
  CHECK(t.resetInits == 0);
  CHECK(t.billedMs == 150 + 51 + 1);
}

TEST_CASE("A provisioned environment is reset too, and the next request on one pays the init", "[lambda]") {
  LambdaFunction f = plain(50ms);
  f.provisioned = 2;
  f.timeout = 100ms;
  const LambdaTally t = tally(f, 10s, {{0, 200 * kMs, 0}, {kSecond, 10 * kMs, 0}, {2 * kSecond, 10 * kMs, 0}});
  CHECK(t.provisionedStarted == 3);
  CHECK(t.cold == 0);
  CHECK(t.resetInits == 1);
  CHECK(t.provisionedBilledMs == 100 + 60 + 10);
  CHECK(whole(t.provisionedInitNs) == 50 * kMs);
  CHECK(whole(t.provisionedCpuNs) == 120 * kMs);
}

// AWS Lambda developer guide, execution environment (Sep-Oct 2026): init that is not over after 10 s is tried again
// with the first call, under the function's timeout.
TEST_CASE("Init over its limit is cut there and begins anew inside the first call", "[lambda]") {
  LambdaFunction f = plain(12s);
  f.timeout = 60s;
  const std::vector<Request> requests = {{0, kSecond, 0}, {60 * kSecond, kSecond, 0}};
  const LambdaTally t = tally(f, 120s, requests);
  CHECK(t.cold == 1);
  CHECK(t.initRestarts == 1);
  CHECK(t.resetInits == 0);
  CHECK(t.billedMs == 10'000 + 12'000 + 1000 + 1000);
  CHECK(whole(t.initNs) == 22 * kSecond);
  CHECK(t.outcomes.latency.maxSeconds() == Approx(23).epsilon(1e-12));
  f.initBilled = false; // the part inside the call is billed all the same
  CHECK(tally(f, 120s, requests).billedMs == 13'000 + 1000);
  f.timeout = 12s; // no time left for work: fails and begins with init again, for ever
  const LambdaTally never = tally(f, 120s, requests);
  CHECK(never.outcomes.timedOut == 2);
  CHECK(never.resetInits == 1);
  f.timeout = 60s;
  f.initLimit = 130s;
  CHECK(tally(f, 120s, requests).outcomes.latency.maxSeconds() == Approx(13).epsilon(1e-12));
  f.init = Constant{10s}; // at the limit is not over it
  f.initLimit = 10s;
  CHECK(tally(f, 120s, requests).initRestarts == 0);
}

TEST_CASE("An environment initialised ahead makes nobody wait; its init is billed by itself", "[lambda]") {
  LambdaFunction f = plain(50'500us);
  f.initAhead = 1;
  const LambdaTally t = tally(f, 10s, {{0, 10'400'000, 0}, {kSecond, kMs, 0}});
  CHECK(t.cold == 1);
  CHECK(t.initAhead == 1);
  CHECK(t.billedMs == 51 + 11 + 1); // together they would be 61
  CHECK(t.outcomes.latency.maxSeconds() == Approx(0.0104).epsilon(1e-12));
  CHECK(whole(t.initNs) == 0);
  CHECK(whole(t.billedInitNs) == 50'500'000);
  CHECK(whole(t.busyNs) == 11'400'000);
  f.initBilled = false;
  CHECK(tally(f, 10s, {{0, 10'400'000, 0}}).billedMs == 11);
  f.initBilled = true;
  f.init = Constant{12s}; // cut at 10 s, and the rest waits for the request
  const LambdaTally restarted = tally(f, 100s, {{0, kMs, 0}});
  CHECK(restarted.initAhead == 0);
  CHECK(restarted.initRestarts == 1);
  CHECK(restarted.billedMs == 10'000 + 12'001);
}

TEST_CASE("The share of environments initialised ahead is the share asked for", "[lambda]") {
  LambdaFunction f = plain(1ms, 1ns);
  f.initAhead = 0.3;
  const LambdaTally t = tally(f, 20'000s, regular(20'000, kSecond, kMs));
  CHECK(t.cold == 20'000);
  // Binomial: standard deviation sqrt(n p (1 - p)) = 65.
  CHECK(std::abs(static_cast<double>(t.initAhead) - 6000) < 4 * 65);
}

TEST_CASE("Extensions lengthen init, and after the response keep the environment busy and are billed", "[lambda]") {
  LambdaFunction f = plain(50ms);
  f.extensionInit = Constant{20ms};
  f.extensionAfter = 30ms;
  const LambdaTally t = tally(f, 10s, {{0, 10 * kMs, 0}, {kSecond, 10 * kMs, 0}, {kSecond + 20 * kMs, kMs, 0}});
  CHECK(t.cold == 2); // the response of the second came at 10 ms, its environment is free at 40
  CHECK(t.billedMs == 110 + 40 + 101);
  CHECK(whole(t.extensionNs) == 90 * kMs);
  CHECK(whole(t.cpuNs) == 21 * kMs);
  CHECK(whole(t.initNs) == 140 * kMs);
  CHECK(t.outcomes.latency.maxSeconds() == Approx(0.08).epsilon(1e-12));
}

TEST_CASE("The timeout cuts extensions after the response: the request completed, the environment is reset",
          "[lambda]") {
  LambdaFunction f = plain(50ms);
  f.extensionAfter = 30ms;
  f.timeout = 100ms;
  const LambdaTally t = tally(f, 10s, {{0, 80 * kMs, 0}, {kSecond, kMs, 0}, {2 * kSecond, kMs, 0}});
  CHECK(t.outcomes.completed == 3);
  CHECK(t.resetInits == 1);
  CHECK(t.billedMs == 150 + 81 + 31);
  CHECK(whole(t.extensionNs) == (20 + 30 + 30) * kMs);
}

// A console export of 2023 (java17, SnapStart, 512 MB): duration 2,019.16 ms, restore 244.38 ms of which 167 ms are
// billed: 2,187 ms.
TEST_CASE("SnapStart bills a share of the restore", "[lambda]") {
  LambdaFunction f = plain(244'380us);
  f.initBilledShare = 167.0 / 244.38;
  const LambdaTally t = tally(f, 10s, {{0, 2'019'160'000, 0}});
  CHECK(t.billedMs == 2187);
  CHECK(t.outcomes.latency.maxSeconds() == Approx(2.26354).epsilon(1e-12));
  CHECK(whole(t.billedInitNs) == 167'000'000);
}

TEST_CASE("Billed time splits into computing, waiting and init; a call cut by the timeout in proportion", "[lambda]") {
  LambdaFunction f = plain(10ms + 1ns);
  f.timeout = 100ms;
  // Cold 20 + 30 ms; warm 1 ns; cut at half of 50 + 150 ms: 25 and 75.
  const std::vector<Request> requests = {{0, 20 * kMs, 30 * kMs}, {kSecond, 1, 0}, {2 * kSecond, 50 * kMs, 150 * kMs}};
  const LambdaTally t = tally(f, 10s, requests);
  CHECK(whole(t.cpuNs) == 45 * kMs + 1);
  CHECK(whole(t.ioNs) == 105 * kMs);
  CHECK(whole(t.billedInitNs) == 10 * kMs + 1);
  CHECK(t.billedMs == 61 + 1 + 100); // 2 x (1 ms - 1 ns) of it round-up
  f.initBilled = false;
  CHECK(tally(f, 10s, requests).billedMs == 50 + 1 + 100);
  CHECK(whole(tally(f, 10s, requests).billedInitNs) == 0);
  f.provisioned = 1;
  const LambdaTally ready = tally(f, 10s, requests);
  CHECK(whole(ready.provisionedCpuNs) == 45 * kMs + 1);
  CHECK(whole(ready.provisionedIoNs) == 105 * kMs);
  CHECK(whole(ready.cpuNs + ready.ioNs) == 0);
}

// AWS News blog, 1 Dec 2020: 27.40 ms were billed 100 ms before, 27.55 ms are billed 28 ms after.
TEST_CASE("Before December 2020 a call was billed in steps of 100 ms", "[lambda]") {
  LambdaFunction f = plain();
  f.billingStepMs = 100;
  CHECK(tally(f, 10s, {{0, 27'400'000, 0}}).billedMs == 100);
  CHECK(tally(f, 10s, {{0, 100'000'000, 0}}).billedMs == 100);
  CHECK(tally(f, 10s, {{0, 100'000'001, 0}}).billedMs == 200);
  f.billingStepMs = 1;
  CHECK(tally(f, 10s, {{0, 27'550'000, 0}}).billedMs == 28);
}

// AWS Lambda developer guide of 2022, invocation-scaling: a burst by region, then 500 a minute, one each 120 ms.
TEST_CASE("Before November 2023 a function grew by a burst and then 500 a minute", "[lambda]") {
  LambdaFunction f = plain();
  f.concurrencyLimit = 10'000;
  f.requestRateCap = false;
  f.growth = model::GrowthLimit{1000, 500, 60s};
  const std::int64_t forever = 3600 * kSecond;
  std::vector<Request> requests(3000, Request{0, forever, 0});
  for (int i = 1; i <= 600'000; ++i) requests.push_back({i * kMs / 5, forever, 0}); // 5,000/s for two minutes
  const auto windows = run(f, plan(120s, 2), requests, 4096).windows;
  CHECK(windows[0].cold == 1499); // the 500th of the minute comes with its last instant
  CHECK(windows[1].cold == 500);
  CHECK(windows[0].throttledConcurrency == 0);
  f.growth = model::GrowthLimit{}; // today's rule
  CHECK(tally(f, 60s, requests).cold == 1000 + 5999);
}

TEST_CASE("A request lasts its waiting plus its computing on the share of memory", "[lambda]") {
  LambdaFunction f;
  f.memory = pricing::Memory::mebibytes(1769);
  CHECK(model::lambdaDurationNs(f, 1000, 5) == 1005);
  f.memory = pricing::Memory::mebibytes(3538);
  CHECK(model::lambdaDurationNs(f, 1000, 5) == 1005); // one thread cannot use the second vCPU
  f.threads = 2;
  CHECK(model::lambdaDurationNs(f, 1000, 5) == 505);
  f.speed = 0.8;
  CHECK(model::lambdaDurationNs(f, 1000, 5) == 630);
  f = {};
  f.memory = pricing::Memory::mebibytes(128);
  CHECK(model::lambdaDurationNs(f, 128'000, 0) == 1'769'000);
}

TEST_CASE("Provisioned environments serve first, are always warm and keep their own books", "[lambda]") {
  LambdaFunction f = plain(10ms, 50ms);
  f.provisioned = 1;
  f.concurrencyLimit = 2;
  f.requestRateCap = false;
  const std::vector<Request> requests = {{0, 30 * kMs, 0},           // provisioned
                                         {kMs, 20 * kMs, 0},         // on demand, cold, until 31
                                         {2 * kMs, kMs, 0},          // no room
                                         {30 * kMs, 5 * kMs, 0},     // provisioned again at its very finish
                                         {31 * kMs, 4 * kMs, 0},     // the on-demand one, warm
                                         {2 * kSecond, 3 * kMs, 0}}; // provisioned, still warm
  const LambdaTally t = tally(f, 10s, requests);
  CHECK(t.started == 5);
  CHECK(t.provisionedStarted == 3);
  CHECK(t.cold == 1);
  CHECK(t.throttledConcurrency == 1);
  CHECK(t.billedMs == 30 + 4);
  CHECK(t.provisionedBilledMs == 30 + 5 + 3);
  CHECK(whole(t.provisionedBusyNs) == 38 * kMs);
  CHECK(whole(t.busyNs) == 34 * kMs);
  CHECK(whole(t.idleNs) == 50 * kMs);
  CHECK(t.environmentsEnded == 1);
  CHECK(t.peakEnvironments == 2);
  CHECK(t.peakBusy == 2);
}

TEST_CASE("An environment older than its maximum is retired when it next finishes", "[lambda]") {
  LambdaFunction f = plain();
  f.maxLifetime = Constant{100ns};
  // Age 100 at its finish is not older; 101 is. An idle one is used again however old it is.
  CHECK(tally(f, 1000ns, {{0, 100, 0}, {500, 1, 0}, {600, 1, 0}}).cold == 2);
  CHECK(tally(f, 1000ns, {{0, 101, 0}, {500, 1, 0}}).cold == 2);
  CHECK(tally(f, 1000ns, {{0, 101, 0}, {500, 1, 0}}).environmentsEnded == 1);
}

TEST_CASE("Warm-up is not observed, the horizon cuts time and requests run to their end", "[lambda]") {
  ObservationPlan observed = plan(100ns, 2, 4);
  observed.warmup = 20ns;
  const LambdaRun r = run(plain(10ns, 30ns), observed, {{0, 5, 0}, {18, 20, 0}, {90, 500, 0}, {100, 1, 0}});
  // First environment: 0..15 (init to 10), again 18..38, idle to 68. Second: 90..600, init to 100.
  REQUIRE(r.windows.size() == 2); // 20..60 and 60..100
  CHECK(r.windows[0].outcomes.attempts == 0);
  CHECK(whole(r.windows[0].busyNs) == 18);
  CHECK(whole(r.windows[0].idleNs) == 22);
  CHECK(r.windows[0].peakBusy == 1);
  CHECK(r.windows[1].outcomes.attempts == 1);
  CHECK(r.windows[1].outcomes.completed == 1);
  CHECK(whole(r.windows[1].idleNs) == 8);
  CHECK(whole(r.windows[1].busyNs) == 10);
  CHECK(whole(r.windows[1].initNs) == 10);
  CHECK(r.windows[1].billedMs == 1);
  CHECK(r.windows[1].environmentsEnded == 1);
  REQUIRE(r.timeline.size() == 4); // just before 0, 25, 50, 75
  CHECK(r.timeline[0].capacity == 0);
  CHECK(r.timeline[1].inFlight == 1);
  CHECK(r.timeline[2].capacity == 1);
  CHECK(r.timeline[2].inFlight == 0);
  CHECK(r.timeline[3].capacity == 0);
  CHECK(r.timeline[3].at == 75ns);
}

TEST_CASE("A request is billed in the clock hour of its arrival; the last hour is cut by the horizon", "[lambda]") {
  LambdaFunction f = plain(100ms);
  f.provisioned = 1;
  const std::int64_t hour = 3600 * kSecond;
  const auto requests = std::vector<Request>{{hour - 1, 5 * kMs, 0},       // provisioned
                                             {hour - 1, 7 * kMs, 0},       // cold
                                             {hour, 20 * kMs, 0},          // cold
                                             {2 * hour + 1, 30 * kMs, 0}}; // provisioned
  const LambdaRun r = run(f, plan(9000s), requests);
  CHECK(r.hours.billedMs == std::vector<std::int64_t>{107, 120, 0});
  CHECK(r.hours.provisionedBilledMs == std::vector<std::int64_t>{5, 0, 30});
  CHECK(r.hours.busyNs == std::vector<std::int64_t>{112 * kMs, 120 * kMs, 30 * kMs});
}
