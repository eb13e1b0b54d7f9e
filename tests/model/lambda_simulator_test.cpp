#include "model/lambda/lambda_simulator.hpp"

#include <numeric>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/reference_lambda.hpp"

using namespace std::chrono_literals;
using model::LambdaFunction;
using model::LambdaRun;
using model::LambdaTally;
using model::ObservationPlan;
using pricing::Duration;
using support::Request;
using workloads::Constant;

namespace {

constexpr std::int64_t kMs = 1'000'000, kSecond = 1'000'000'000;

ObservationPlan plan(Duration horizon, int windows = 1, int points = 0) {
  ObservationPlan p;
  p.horizon = horizon;
  p.windows = windows;
  p.timelinePoints = points;
  return p;
}

LambdaFunction plain(Duration init = 0ns, Duration idleLifetime = 600s) {
  LambdaFunction f;
  f.init = Constant{init};
  f.idleLifetime = Constant{idleLifetime};
  return f;
}

LambdaRun run(const LambdaFunction& function, const ObservationPlan& observed, const std::vector<Request>& requests,
              std::size_t batch = 7, std::uint64_t seed = 1) {
  const support::RequestColumns columns(requests);
  model::LambdaSimulator simulator(function, observed, seed, 0);
  for (std::size_t from = 0; from < columns.size(); from += batch)
    simulator.feed(columns.batch(from, std::min(batch, columns.size() - from)));
  return simulator.finish();
}

LambdaTally tally(const LambdaFunction& function, Duration horizon, const std::vector<Request>& requests) {
  return run(function, plan(horizon), requests).windows.at(0);
}

std::int64_t whole(model::Int128 value) { return static_cast<std::int64_t>(value); }

std::vector<Request> regular(int count, std::int64_t gapNs, std::int64_t cpuNs) {
  std::vector<Request> requests;
  for (int i = 0; i < count; ++i) requests.push_back({i * gapNs, cpuNs, 0});
  return requests;
}

} // namespace

// AWS Lambda developer guide, lambda-concurrency (Oct 2026): ten requests on environments A to F.
TEST_CASE("Ten requests of the documentation make six environments, six cold starts and four warm ones", "[lambda]") {
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
TEST_CASE("Regular arrivals keep rate times duration environments busy", "[lambda]") {
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

TEST_CASE("The request-rate cap serves ten requests a second per unit of concurrency", "[lambda]") {
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
    CHECK(whole(t.endedLifetimeNs) == 110 + 101);
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
  CHECK(whole(lifo.endedLifetimeNs) == (120 - 0) + (263 - 10)); // the first is never used again, the second always
  f.reuse = model::Reuse::Fifo;
  const LambdaTally fifo = tally(f, 1000ns, requests);
  CHECK(fifo.cold == 2);
  CHECK(whole(fifo.endedLifetimeNs) == (251 - 0) + (263 - 10)); // in turn: at 60, 150 and at 119, 162
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

TEST_CASE("The timeout cuts the duration, not the init, and leaves the environment usable", "[lambda]") {
  LambdaFunction f = plain(50ms);
  f.timeout = 100ms;
  const LambdaTally t = tally(f, 10s, {{0, 100 * kMs, 0}, {kSecond, 100 * kMs + 1, 0}, {2 * kSecond, 10 * kMs, 0}});
  CHECK(t.outcomes.completed == 2);
  CHECK(t.outcomes.timedOut == 1);
  CHECK(t.cold == 1);
  CHECK(t.started == 3);
  CHECK(t.billedMs == 150 + 100 + 10);
  CHECK(t.outcomes.latency.count() == 2);
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
  CHECK(whole(r.windows[1].endedLifetimeNs) == 68);
  REQUIRE(r.timeline.size() == 4); // just before 0, 25, 50, 75
  CHECK(r.timeline[0].capacity == 0);
  CHECK(r.timeline[1].inFlight == 1);
  CHECK(r.timeline[2].capacity == 1);
  CHECK(r.timeline[2].inFlight == 0);
  CHECK(r.timeline[3].capacity == 0);
  CHECK(r.timeline[3].at == 75ns);
}

// ---- against the reference event loop ----

namespace {

struct Scenario {
  std::uint64_t number = 0;
  LambdaFunction function;
  ObservationPlan observed;
  std::vector<Request> requests;
};

class ScenarioMaker {
 public:
  explicit ScenarioMaker(std::uint64_t number) : m_random(2026, "test.scenario", number), m_number(number) {
    constexpr std::int64_t kUnits[] = {1, 400'000, 50'000'000, kSecond};
    m_unit = kUnits[m_random.below(4)];
  }
  Scenario make() {
    Scenario s;
    s.number = m_number;
    LambdaFunction& f = s.function;
    f.memory = pricing::Memory::mebibytes(m_random.below(4) == 0 ? 1024 : 1769);
    f.init = law(4);
    f.idleLifetime = law(8);
    if (m_random.below(3) == 0) f.maxLifetime = law(20);
    f.reuse = static_cast<model::Reuse>(m_random.below(3));
    f.provisioned = m_random.below(2) == 0 ? 0 : small(4);
    f.concurrencyLimit = f.provisioned + small(m_random.below(2) == 0 ? 3 : 9);
    const bool unlimited = m_random.below(3) == 0;
    const std::int64_t growth = unlimited ? 0 : small(7);
    f.growth = unlimited ? std::nullopt : std::optional(model::GrowthLimit{growth, growth});
    f.requestRateCap = m_random.below(2) == 0;
    f.timeout = m_random.below(3) == 0 ? Duration(small(5) * m_unit) : 900s;
    f.overhead = Duration(small(3));
    f.initBilled = m_random.below(2) == 0;
    const std::int64_t longest = 1 + small(6), burst = 1 + small(4);
    std::int64_t now = small(3) * m_unit;
    for (std::int64_t i = 0, n = small(50); i < n; ++i) {
      s.requests.push_back({now, small(longest) * m_unit, small(2) * m_unit});
      now += small(burst) * m_unit;
      if (m_random.below(20) == 0) now += small(20) * m_unit;
    }
    s.observed.horizon = Duration(now + small(10) * m_unit + (m_random.below(2) == 0 ? 1 : -(now / 4)));
    s.observed.warmup = m_random.below(2) == 0 ? Duration{} : s.observed.horizon / (2 + small(3));
    s.observed.windows = 1 + static_cast<int>(small(4));
    s.observed.timelinePoints = static_cast<int>(small(9));
    if (f.growth && m_random.below(2) == 0) *f.growth = {small(7), small(3), Duration((1 + small(30)) * m_unit)};
    if (m_random.below(3) == 0) f.billingStepMs = 1 + small(120);
    s.observed.hour = Duration((1 + small(40)) * m_unit - small(2));
    if (s.observed.hour.count() == 0) s.observed.hour = 1ns;
    return s;
  }

 private:
  std::int64_t small(std::int64_t below) {
    return static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(below)));
  }
  workloads::DurationDistribution law(std::int64_t longest) {
    if (m_random.below(2) == 0) return Constant{Duration(small(longest) * m_unit)};
    auto values = std::make_shared<std::vector<Duration>>();
    for (int i = 0; i < 4; ++i) values->push_back(Duration(small(longest) * m_unit));
    return workloads::Empirical{values};
  }
  workloads::RandomStream m_random;
  std::uint64_t m_number;
  std::int64_t m_unit = 1;
};

bool same(const LambdaRun& a, const LambdaRun& b) {
  const auto samePoint = [](const model::TimelinePoint& x, const model::TimelinePoint& y) {
    return x.at == y.at && x.capacity == y.capacity && x.inService == y.inService && x.inFlight == y.inFlight;
  };
  return a.windows == b.windows && a.hours == b.hours &&
         std::equal(a.timeline.begin(), a.timeline.end(), b.timeline.begin(), b.timeline.end(), samePoint);
}

LambdaRun reference(const Scenario& s) {
  return support::ReferenceLambda(s.function, s.observed, 1, 0).simulate(s.requests);
}
bool agrees(const Scenario& s) { return same(run(s.function, s.observed, s.requests), reference(s)); }

// Leaves out requests one at a time while the two still differ.
Scenario shrunk(Scenario s) {
  for (std::size_t i = s.requests.size(); i-- > 0;) {
    Scenario without = s;
    without.requests.erase(without.requests.begin() + static_cast<std::ptrdiff_t>(i));
    if (!agrees(without)) s = without;
  }
  return s;
}

void print(std::ostream& out, const LambdaRun& r) {
  for (const LambdaTally& t : r.windows)
    out << "  attempts " << t.outcomes.attempts << " completed " << t.outcomes.completed << " timed out "
        << t.outcomes.timedOut << " throttled " << t.throttledConcurrency << '/' << t.throttledGrowth << '/'
        << t.throttledRate << " cold " << t.cold << " provisioned " << t.provisionedStarted << " billed " << t.billedMs
        << '/' << t.provisionedBilledMs << " busy " << whole(t.busyNs) << " idle " << whole(t.idleNs) << " init "
        << whole(t.initNs) << " provisioned busy " << whole(t.provisionedBusyNs) << " ended " << t.environmentsEnded
        << " cpu " << whole(t.cpuNs) << '/' << whole(t.provisionedCpuNs) << " io " << whole(t.ioNs) << '/'
        << whole(t.provisionedIoNs) << " billed init " << whole(t.billedInitNs) << " lifetime "
        << whole(t.endedLifetimeNs) << " peak " << t.peakEnvironments << '/' << t.peakBusy << '\n';
  for (const model::TimelinePoint& p : r.timeline)
    out << "  at " << p.at.count() << ": " << p.capacity << " environments, " << p.inFlight << " busy\n";
}

std::string text(const Scenario& s) {
  std::ostringstream out;
  const LambdaFunction& f = s.function;
  out << "scenario " << s.number << ": init " << describe(f.init) << "; idle " << describe(f.idleLifetime) << "; max "
      << (f.maxLifetime ? describe(*f.maxLifetime) : "none") << "; reuse " << static_cast<int>(f.reuse)
      << "; provisioned " << f.provisioned << "; limit " << f.concurrencyLimit << "; growth "
      << (f.growth ? f.growth->burst : -1) << '+' << (f.growth ? f.growth->refill : -1) << " per "
      << (f.growth ? f.growth->every.count() : 0) << "; step " << f.billingStepMs << "; rate cap " << f.requestRateCap
      << "; timeout " << f.timeout.count() << "; warm-up " << s.observed.warmup.count() << ", horizon "
      << s.observed.horizon.count() << ", " << s.observed.windows << " windows, " << s.observed.timelinePoints
      << " points\n";
  for (const Request& r : s.requests) out << "  {" << r.arrival << ", " << r.cpu << ", " << r.io << "},\n";
  out << "simulator:\n";
  print(out, run(s.function, s.observed, s.requests));
  out << "reference:\n";
  print(out, reference(s));
  return out.str();
}

LambdaTally sum(const std::vector<LambdaTally>& windows) {
  LambdaTally total;
  for (const LambdaTally& w : windows) {
    total.outcomes.attempts += w.outcomes.attempts;
    total.outcomes.completed += w.outcomes.completed;
    total.outcomes.throttled += w.outcomes.throttled;
    total.outcomes.timedOut += w.outcomes.timedOut;
    total.outcomes.latency.merge(w.outcomes.latency);
    total.started += w.started;
    total.cold += w.cold;
    total.provisionedStarted += w.provisionedStarted;
    total.throttledConcurrency += w.throttledConcurrency;
    total.throttledGrowth += w.throttledGrowth;
    total.throttledRate += w.throttledRate;
    total.billedMs += w.billedMs;
    total.provisionedBilledMs += w.provisionedBilledMs;
    total.busyNs += w.busyNs;
    total.idleNs += w.idleNs;
    total.initNs += w.initNs;
    total.provisionedBusyNs += w.provisionedBusyNs;
    total.cpuNs += w.cpuNs;
    total.ioNs += w.ioNs;
    total.billedInitNs += w.billedInitNs;
    total.provisionedCpuNs += w.provisionedCpuNs;
    total.provisionedIoNs += w.provisionedIoNs;
    total.environmentsEnded += w.environmentsEnded;
    total.endedLifetimeNs += w.endedLifetimeNs;
    total.peakEnvironments = std::max(total.peakEnvironments, w.peakEnvironments);
    total.peakBusy = std::max(total.peakBusy, w.peakBusy);
  }
  return total;
}

} // namespace

TEST_CASE("Simulator and reference event loop agree to the last count on 3,000 random scenarios", "[lambda]") {
  std::uint64_t cold = 0, warm = 0, throttled = 0, timedOut = 0, ended = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const Scenario s = ScenarioMaker(number).make();
    if (!agrees(s)) FAIL(text(shrunk(s)));
    const LambdaTally total = sum(run(s.function, s.observed, s.requests).windows);
    cold += total.cold;
    warm += total.started - total.cold;
    throttled += total.outcomes.throttled;
    timedOut += total.outcomes.timedOut;
    ended += total.environmentsEnded;
  }
  // The scenarios are worth something: every kind of thing happens often.
  CHECK(std::min({cold, warm, throttled, timedOut, ended}) > 1000);
}

TEST_CASE("Attempts are the sum of outcomes, and starts of completions and timeouts", "[lambda]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Scenario s = ScenarioMaker(number).make();
    for (const LambdaTally& t : run(s.function, s.observed, s.requests).windows) {
      const model::Outcomes& o = t.outcomes;
      REQUIRE(o.attempts == o.completed + o.throttled + o.rejected + o.timedOut);
      REQUIRE(o.throttled == t.throttledConcurrency + t.throttledGrowth + t.throttledRate);
      REQUIRE(t.started == o.completed + o.timedOut);
      REQUIRE(o.latency.count() == o.completed);
      const auto roundUp = [](std::int64_t ms, model::Int128 partsNs) { return whole(ms * kMs - partsNs); };
      const std::int64_t onDemand = roundUp(t.billedMs, t.cpuNs + t.ioNs + t.billedInitNs);
      const std::int64_t provisioned = roundUp(t.provisionedBilledMs, t.provisionedCpuNs + t.provisionedIoNs);
      const auto calls = static_cast<std::int64_t>(t.started - t.provisionedStarted);
      REQUIRE(onDemand >= 0);
      REQUIRE(onDemand <= calls * (s.function.billingStepMs * kMs - 1));
      REQUIRE(provisioned >= 0);
    }
  }
}

TEST_CASE("Windows add up to the run with one window, and neither windows nor batches change what happens",
          "[lambda]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    Scenario s = ScenarioMaker(number).make();
    s.observed.windows = 1;
    s.observed.timelinePoints = 0;
    const LambdaTally whole1 = sum(run(s.function, s.observed, s.requests).windows);
    s.observed.windows = 5;
    s.observed.timelinePoints = 11;
    const LambdaTally whole5 = sum(run(s.function, s.observed, s.requests, 1).windows);
    INFO(text(s));
    REQUIRE(whole1 == whole5);
  }
}

TEST_CASE("Clock hours add up to the windows without warm-up and change nothing", "[lambda]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    Scenario s = ScenarioMaker(number).make();
    INFO(text(s));
    s.observed.warmup = {};
    const LambdaRun r = run(s.function, s.observed, s.requests);
    const LambdaTally total = sum(r.windows);
    const auto all = [](const std::vector<std::int64_t>& series) {
      return std::accumulate(series.begin(), series.end(), std::int64_t{0});
    };
    REQUIRE(all(r.hours.billedMs) == total.billedMs);
    REQUIRE(all(r.hours.provisionedBilledMs) == total.provisionedBilledMs);
    s.observed.hour = s.observed.horizon + 1ns;
    const LambdaRun one = run(s.function, s.observed, s.requests);
    REQUIRE(one.windows == r.windows);
    REQUIRE(one.hours.busyNs == std::vector<std::int64_t>{all(r.hours.busyNs)});
  }
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

TEST_CASE("Environment time is busy plus idle time: ended lifetimes when all have ended before the horizon",
          "[lambda]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    Scenario s = ScenarioMaker(number).make();
    s.observed.warmup = {};
    s.observed.horizon = s.observed.hour = 3600s;
    const LambdaTally t = sum(run(s.function, s.observed, s.requests).windows);
    REQUIRE(t.environmentsEnded == t.cold);
    REQUIRE(whole(t.busyNs + t.idleNs) == whole(t.endedLifetimeNs));
  }
}

TEST_CASE("The same seed gives the same run, another seed another", "[lambda]") {
  LambdaFunction f;
  f.init = workloads::Exponential{5ms};
  f.idleLifetime = workloads::Exponential{50ms};
  f.reuse = model::Reuse::Random;
  const auto requests = regular(5000, 3 * kMs, 20 * kMs);
  const LambdaRun first = run(f, plan(15s, 3, 20), requests, 4096, 1);
  CHECK(same(first, run(f, plan(15s, 3, 20), requests, 100, 1)));
  CHECK_FALSE(same(first, run(f, plan(15s, 3, 20), requests, 4096, 2)));
}
