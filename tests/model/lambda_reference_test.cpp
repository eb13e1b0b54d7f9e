// The Lambda simulator on thousands of random scenarios: against the plain event loop, and what must hold in every run.
#include <limits>
#include <numeric>
#include <sstream>

#include "model/lambda/event_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lambda_runs.hpp"

using namespace lambda_runs;

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
    if (m_random.below(2) == 0) f.initLimit = Duration(small(4) * m_unit);
    if (m_random.below(4) == 0) f.initInside = law(6);
    if (m_random.below(2) == 0) f.initAhead = 0.5 * static_cast<double>(small(3));
    if (m_random.below(3) == 0) f.extensionInit = law(3);
    if (m_random.below(3) == 0) f.extensionAfter = Duration(small(3) * m_unit);
    if (m_random.below(4) == 0) f.initBilledShare = 0.3;
    s.observed.hour = Duration((1 + small(40)) * m_unit - small(2));
    if (s.observed.hour.count() == 0) s.observed.hour = 1ns;
    if (m_random.below(4) == 0) f.perIo = static_cast<double>(small(30)) / 10;
    if (m_random.below(8) == 0) f.speed = std::numeric_limits<double>::infinity();
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
        << " ahead " << t.initAhead << " restarts " << t.initRestarts << " resets " << t.resetInits << " extensions "
        << whole(t.extensionNs) << '/' << whole(t.provisionedExtensionNs) << " provisioned init "
        << whole(t.provisionedInitNs) << " cpu " << whole(t.cpuNs) << '/' << whole(t.provisionedCpuNs) << " io "
        << whole(t.ioNs) << '/' << whole(t.provisionedIoNs) << " billed init " << whole(t.billedInitNs) << " peak "
        << t.peakEnvironments << '/' << t.peakBusy << '\n';
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
      << "; timeout " << f.timeout.count() << "; init limit " << f.initLimit.count() << ", inside "
      << (f.initInside ? describe(*f.initInside) : "the same") << ", ahead " << f.initAhead << ", billed "
      << f.initBilled * f.initBilledShare << "; extensions " << describe(f.extensionInit) << ", after "
      << f.extensionAfter.count() << "; warm-up " << s.observed.warmup.count() << ", horizon "
      << s.observed.horizon.count() << ", " << s.observed.windows << " windows, " << s.observed.timelinePoints
      << " points\n";
  for (const Request& r : s.requests) out << "  {" << r.arrival << ", " << r.cpu << ", " << r.io << "},\n";
  out << "simulator:\n";
  print(out, run(s.function, s.observed, s.requests));
  out << "reference:\n";
  print(out, reference(s));
  return out.str();
}

// The same scenario through the event engine, which says more about deliveries than the fast one.
LambdaRun throughEvents(const Scenario& s) {
  const support::RequestColumns columns(s.requests);
  const auto engine = model::lambda::eventEngine(s.function, s.observed, 1, 0);
  for (std::size_t from = 0; from < columns.size(); from += 7)
    engine->feed(columns.batch(from, std::min<std::size_t>(7, columns.size() - from)));
  LambdaRun r = engine->finish();
  for (LambdaTally& t : r.windows) {
    REQUIRE(t.source.firstDeliveries == t.outcomes.attempts);
    REQUIRE(t.source.throttled == t.outcomes.throttled);
    REQUIRE(t.source.redeliveries == 0);
    t.source = {};
  }
  return r;
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
    total.initAhead += w.initAhead;
    total.initRestarts += w.initRestarts;
    total.resetInits += w.resetInits;
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
    total.extensionNs += w.extensionNs;
    total.provisionedInitNs += w.provisionedInitNs;
    total.provisionedExtensionNs += w.provisionedExtensionNs;
    total.provisionedCpuNs += w.provisionedCpuNs;
    total.provisionedIoNs += w.provisionedIoNs;
    total.environmentsEnded += w.environmentsEnded;
    total.peakEnvironments = std::max(total.peakEnvironments, w.peakEnvironments);
    total.peakBusy = std::max(total.peakBusy, w.peakBusy);
  }
  return total;
}

} // namespace

TEST_CASE("Simulator and reference event loop agree to the last count on 3,000 random scenarios", "[lambda]") {
  std::uint64_t cold = 0, warm = 0, throttled = 0, timedOut = 0, ended = 0, ahead = 0, restarts = 0, resets = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const Scenario s = ScenarioMaker(number).make();
    if (!agrees(s)) FAIL(text(shrunk(s)));
    const LambdaTally total = sum(run(s.function, s.observed, s.requests).windows);
    cold += total.cold;
    warm += total.started - total.cold;
    throttled += total.outcomes.throttled;
    timedOut += total.outcomes.timedOut;
    ended += total.environmentsEnded;
    ahead += total.initAhead;
    restarts += total.initRestarts;
    resets += total.resetInits;
  }
  // The scenarios are worth something: every kind of thing happens often.
  CHECK(std::min({cold, warm, throttled, timedOut, ended, ahead, restarts, resets}) > 1000);
}

TEST_CASE("The event engine gives the counts of the fast engine where every request is tried once as it comes",
          "[lambda]") {
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const Scenario s = ScenarioMaker(number).make();
    const LambdaRun fast = run(s.function, s.observed, s.requests), events = throughEvents(s);
    if (same(fast, events)) continue;
    std::ostringstream out;
    out << text(s) << "event engine:\n";
    print(out, events);
    FAIL(out.str());
  }
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
      const std::int64_t onDemand = roundUp(t.billedMs, t.cpuNs + t.ioNs + t.billedInitNs + t.extensionNs);
      const std::int64_t provisioned =
          roundUp(t.provisionedBilledMs,
                  t.provisionedCpuNs + t.provisionedIoNs + t.provisionedInitNs + t.provisionedExtensionNs);
      const auto spans = static_cast<std::int64_t>(t.started - t.provisionedStarted + t.cold); // rounded up, at most
      REQUIRE(onDemand >= 0);
      REQUIRE(onDemand <= spans * (s.function.billingStepMs * kMs - 1));
      REQUIRE(provisioned >= 0);
      REQUIRE(t.initAhead + t.initRestarts <= t.cold);
      REQUIRE(t.cold + t.resetInits <= t.started);
      REQUIRE(t.initNs <= t.busyNs);
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

TEST_CASE("Every environment ends when the horizon is far enough", "[lambda]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    Scenario s = ScenarioMaker(number).make();
    s.observed.warmup = {};
    s.observed.horizon = s.observed.hour = 3600s;
    const LambdaTally t = sum(run(s.function, s.observed, s.requests).windows);
    REQUIRE(t.environmentsEnded == t.cold);
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
