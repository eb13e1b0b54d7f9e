// The engines that serve a stretch at a time give the counts of the one that follows every call, on thousands of random
// scenarios that are long enough for stretches to be counted or merged, at grains that make them change their mind all
// the time.
#include <sstream>

#include "model/lambda/call_engine.hpp"
#include "model/lambda/counting_engine.hpp"
#include "model/lambda/numbered_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lambda_runs.hpp"
#include "tests/support/shrink.hpp"

using namespace lambda_runs;

namespace {

struct Scenario {
  std::uint64_t number = 0;
  LambdaFunction function;
  ObservationPlan observed;
  std::vector<Request> requests;
  model::lambda::CountingGrain grain;
  std::size_t batch = 1;
};

// Ties are the rule in units of many ns and the exception in units of one.
class ScenarioMaker {
 public:
  ScenarioMaker(std::uint64_t number, std::int64_t mostRequests, bool drawsLives = false)
      : m_random(2027, "test.counting", number), m_number(number), m_most(mostRequests), m_drawsLives(drawsLives) {
    constexpr std::int64_t kUnits[] = {1, 1, 1000, kMs, 100 * kMs, kSecond};
    m_unit = kUnits[m_random.below(6)];
  }
  Scenario make() {
    Scenario s;
    s.number = m_number;
    m_gap = oneIn(5) ? 1 : 1 + small(m_unit == 1 ? 200'000'000 : 40);
    m_inFlight = 1 << small(8);
    function(s.function);
    if (m_drawsLives) lives(s.function);
    requests(s.requests);
    observe(s.observed, s.requests.back().arrival + 1);
    s.grain = {static_cast<std::size_t>(1 + small(100)), static_cast<std::size_t>(1 + small(3)),
               static_cast<std::size_t>(1 + small(20))};
    s.batch = static_cast<std::size_t>(1 + small(oneIn(2) ? 40 : 6000));
    return s;
  }

 private:
  void function(LambdaFunction& f) {
    f.memory = pricing::Memory::mebibytes(oneIn(3) ? 1024 : 1769);
    f.init = oneIn(3) ? law(5 * m_inFlight * m_gap) : Constant{Duration(small(3) * m_gap * m_unit)};
    constexpr double kLives[] = {0, 1, 3, 20, 200, 3000, 1e9};
    const double life =
        kLives[m_random.below(7)] * static_cast<double>((1 + small(5)) * m_gap * (oneIn(4) ? 1 : m_unit));
    f.idleLifetime = Constant{Duration(static_cast<std::int64_t>(std::min(life, 1e15)))};
    f.concurrencyLimit = oneIn(3) ? 1 + small(2 * m_inFlight) : 1'000'000;
    if (oneIn(2))
      f.growth.reset();
    else if (oneIn(2))
      f.growth = model::GrowthLimit{small(2 * m_inFlight), small(9), Duration((1 + small(30)) * m_gap * m_unit)};
    f.requestRateCap = oneIn(2);
    if (oneIn(6)) f.timeout = Duration((1 + small(4 * m_inFlight)) * m_gap * m_unit);
    f.overhead = Duration(small(3));
    f.initBilled = oneIn(2);
    if (oneIn(4)) f.billingStepMs = 1 + small(120);
    if (oneIn(4)) f.initLimit = Duration(small(4) * m_gap * m_unit);
    if (oneIn(4)) f.initInside = law(6 * m_gap);
    if (oneIn(3)) f.initAhead = 0.5;
    if (oneIn(4)) f.extensionAfter = Duration(small(3) * m_gap * m_unit);
    if (oneIn(6)) f.perIo = static_cast<double>(small(30)) / 10;
  }
  void lives(LambdaFunction& f) {
    const std::int64_t some = std::max<std::int64_t>(m_inFlight * m_gap, 2);
    if (!oneIn(4)) f.idleLifetime = law((oneIn(2) ? 4 : 400) * some);
    if (oneIn(6)) f.idleLifetime = workloads::Exponential{Duration(20 * some * m_unit)};
    if (oneIn(2)) f.maxLifetime = law((oneIn(2) ? 30 : 3000) * some);
  }
  // Arrivals: regular, Poisson, together, or in bursts with long gaps; work: constant, none, exponential, heavy-tailed.
  void requests(std::vector<Request>& all) {
    const std::int64_t arrivals = small(5), works = small(6), n = 1 + small(m_most);
    std::int64_t now = small(3) * m_unit;
    for (std::int64_t i = 0; i < n; ++i) {
      double work = m_random.exponential();
      if (works == 0) work = 1;
      if (works == 1) work = oneIn(3) ? 0 : work;
      if (works == 2) work = 0.2 * work / (m_random.uniform() + 1e-4);
      if (works == 3) work = static_cast<double>(small(3));
      const double span = work * static_cast<double>(m_inFlight * m_gap);
      const std::int64_t ns = static_cast<std::int64_t>(span) * m_unit;
      const std::int64_t io = oneIn(3) ? ns / 3 : 0;
      all.push_back({now, ns - io, io});
      std::int64_t gap = m_gap;
      if (arrivals == 1 || arrivals == 4)
        gap = static_cast<std::int64_t>(m_random.exponential() * static_cast<double>(m_gap));
      if (arrivals == 2) gap = oneIn(8) ? 8 * m_gap : 0;
      if (arrivals == 3) gap = oneIn(100) ? small(3000) * m_gap : small(2) * m_gap / 4;
      now += gap * m_unit;
      if (arrivals == 4 && oneIn(300)) m_gap = 1 + m_gap * small(30) / 10;
    }
  }
  void observe(ObservationPlan& plan, std::int64_t lastNs) {
    plan.horizon = Duration(oneIn(2) ? lastNs + small(20) * m_gap * m_unit : 1 + lastNs * 3 / 4);
    plan.warmup = oneIn(2) ? Duration{} : plan.horizon / (2 + small(3));
    plan.windows = 1 + static_cast<int>(small(6));
    plan.timelinePoints = static_cast<int>(small(40));
    plan.hour = Duration(1 + plan.horizon.count() / (1 + small(10)));
  }
  bool oneIn(std::uint64_t n) { return m_random.below(n) == 0; }
  std::int64_t small(std::int64_t below) {
    return static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(below)));
  }
  workloads::DurationDistribution law(std::int64_t longest) {
    auto values = std::make_shared<std::vector<Duration>>();
    for (int i = 0; i < 4; ++i) values->push_back(Duration(small(longest + 1) * m_unit));
    return workloads::Empirical{values};
  }
  workloads::RandomStream m_random;
  std::uint64_t m_number;
  std::int64_t m_most;
  bool m_drawsLives;
  std::int64_t m_unit = 1, m_gap = 1, m_inFlight = 1;
};

bool same(const LambdaRun& a, const LambdaRun& b) {
  const auto samePoint = [](const model::TimelinePoint& x, const model::TimelinePoint& y) {
    return x.at == y.at && x.capacity == y.capacity && x.inService == y.inService && x.inFlight == y.inFlight;
  };
  return a.windows == b.windows && a.hours == b.hours &&
         std::equal(a.timeline.begin(), a.timeline.end(), b.timeline.begin(), b.timeline.end(), samePoint);
}

LambdaRun through(model::lambda::AnyEngine& engine, const Scenario& s) {
  const support::RequestColumns columns(s.requests);
  for (std::size_t from = 0; from < columns.size(); from += s.batch)
    engine.feed(columns.batch(from, std::min(s.batch, columns.size() - from)));
  return engine.finish();
}
LambdaRun counted(const Scenario& s) {
  return through(*model::lambda::countingEngine(s.function, s.observed, 1, 0, s.grain), s);
}
LambdaRun numbered(const Scenario& s) {
  return through(*model::lambda::numberedEngine(s.function, s.observed, 1, 0, s.grain), s);
}
LambdaRun followed(const Scenario& s) { return through(*model::lambda::callEngine(s.function, s.observed, 1, 0), s); }

using Run = LambdaRun (*)(const Scenario&);
bool agrees(Run run, const Scenario& s) { return same(run(s), followed(s)); }

Scenario shrunk(Run run, const Scenario& s) {
  return support::shrunk(s, [run](const Scenario& fewer) { return !agrees(run, fewer); });
}

void print(std::ostream& out, const LambdaRun& r) {
  for (const LambdaTally& t : r.windows)
    out << "  attempts " << t.outcomes.attempts << " completed " << t.outcomes.completed << " timed out "
        << t.outcomes.timedOut << " throttled " << t.throttledConcurrency << '/' << t.throttledGrowth << '/'
        << t.throttledRate << " cold " << t.cold << " billed " << t.billedMs << " busy " << whole(t.busyNs) << " idle "
        << whole(t.idleNs) << " init " << whole(t.initNs) << " ended " << t.environmentsEnded << " resets "
        << t.resetInits << " extensions " << whole(t.extensionNs) << " cpu " << whole(t.cpuNs) << " io "
        << whole(t.ioNs) << " billed init " << whole(t.billedInitNs) << " peak " << t.peakEnvironments << '/'
        << t.peakBusy << " mean latency " << t.outcomes.latency.meanSeconds() << '\n';
  for (const model::TimelinePoint& p : r.timeline)
    out << "  at " << p.at.count() << ": " << p.capacity << " environments, " << p.inFlight << " busy\n";
}

std::string text(Run run, const Scenario& s) {
  std::ostringstream out;
  const LambdaFunction& f = s.function;
  out << "scenario " << s.number << ", " << s.requests.size() << " requests: init " << describe(f.init) << "; idle "
      << describe(f.idleLifetime) << "; life " << (f.maxLifetime ? describe(*f.maxLifetime) : "") << "; limit "
      << f.concurrencyLimit << "; growth " << (f.growth ? f.growth->burst : -1) << '+'
      << (f.growth ? f.growth->refill : -1) << "; rate cap " << f.requestRateCap << "; timeout " << f.timeout.count()
      << "; after " << f.extensionAfter.count() << "; warm-up " << s.observed.warmup.count() << ", horizon "
      << s.observed.horizon.count() << ", " << s.observed.windows << " windows; grain " << s.grain.requests << ", "
      << s.grain.perCell << ", " << s.grain.leastToCount << "; batch " << s.batch << '\n';
  for (std::size_t i = 0; i < std::min<std::size_t>(s.requests.size(), 60); ++i)
    out << "  {" << s.requests[i].arrival << ", " << s.requests[i].cpu << ", " << s.requests[i].io << "},\n";
  out << "a stretch at a time:\n";
  print(out, run(s));
  out << "followed:\n";
  print(out, followed(s));
  return out.str();
}

struct Events {
  std::uint64_t cold = 0, warm = 0, throttled = 0, timedOut = 0, ended = 0, resets = 0;
  void add(const LambdaRun& run) {
    for (const LambdaTally& t : run.windows) {
      cold += t.cold;
      warm += t.started - t.cold;
      throttled += t.outcomes.throttled;
      timedOut += t.outcomes.timedOut;
      ended += t.environmentsEnded;
      resets += t.resetInits;
    }
  }
  std::uint64_t fewest() const { return std::min({cold, warm, throttled, timedOut, ended, resets}); }
};

Events compare(Run run, bool drawsLives) {
  Events events;
  for (std::uint64_t number = 0; number < 4000; ++number) {
    const Scenario s = ScenarioMaker(number, number % 8 == 0 ? 4000 : 300, drawsLives).make();
    if (!agrees(run, s)) FAIL(text(run, shrunk(run, s)));
    events.add(run(s));
  }
  return events;
}

void compareWithPlainLoop(Run run, bool drawsLives) {
  for (std::uint64_t number = 10'000; number < 10'400; ++number) {
    Scenario s = ScenarioMaker(number, 150, drawsLives).make();
    const LambdaRun plainLoop = support::ReferenceLambda(s.function, s.observed, 1, 0).simulate(s.requests);
    for (const auto grain : {model::lambda::CountingGrain{}, {1, 1, 1}, {4, 1, 1}, {30, 2, 3}, {100'000, 1, 1}})
      for (const std::size_t batch : {1, 7, 4096}) {
        s.grain = grain;
        s.batch = batch;
        if (!same(run(s), plainLoop)) FAIL(text(run, s));
      }
  }
}

} // namespace

TEST_CASE("Counting gives the counts of following every call on 4,000 random scenarios", "[lambda][counting]") {
  CHECK(compare(counted, false).fewest() > 10'000);
}

TEST_CASE("Merging gives the counts of following every call on 4,000 random scenarios with drawn lives",
          "[lambda][counting]") {
  CHECK(compare(numbered, true).fewest() > 10'000);
}

TEST_CASE("Merging gives the counts of counting where all environments live equally long", "[lambda][counting]") {
  for (std::uint64_t number = 20'000; number < 20'500; ++number) {
    const Scenario s = ScenarioMaker(number, 1000).make();
    if (!same(numbered(s), counted(s))) FAIL(text(numbered, s));
  }
}

TEST_CASE("Counting gives the counts of the plain event loop, however requests are cut into batches and slices",
          "[lambda][counting]") {
  compareWithPlainLoop(counted, false);
}

TEST_CASE("Merging gives the counts of the plain event loop, however requests are cut into batches and slices",
          "[lambda][counting]") {
  compareWithPlainLoop(numbered, true);
}

// ---- what the speed comes from ----

namespace {

workloads::Workload poisson(double atOnce) {
  workloads::Workload w;
  w.arrivals = workloads::PoissonArrivals{workloads::RequestRate::perSecond(atOnce / 0.1)};
  w.work.duration = workloads::Exponential{100ms};
  return w;
}

// Of the requests in `horizon`, the share that the engine counts or merges rather than follows.
double shareTogether(const LambdaFunction& function, const workloads::Workload& workload, Duration horizon) {
  const auto engine = model::lambda::canCount(function)
                          ? model::lambda::countingEngine(function, plan(horizon, 3, 60), 1, 0)
                          : model::lambda::numberedEngine(function, plan(horizon, 3, 60), 1, 0);
  workloads::RequestStream stream(workload, 1, 0, horizon);
  workloads::RequestBatch batch;
  std::uint64_t requests = 0;
  for (; stream.next(batch); requests += batch.size()) engine->feed(batch);
  engine->finish();
  return static_cast<double>(engine->servedTogether()) / static_cast<double>(requests);
}

} // namespace

TEST_CASE("What makes a scenario fail is all that is left of it", "[support]") {
  struct Numbers {
    std::vector<int> requests;
  } numbers;
  for (int i = 0; i < 1000; ++i) numbers.requests.push_back(i);
  const auto fails = [](const Numbers& n) {
    return std::ranges::count(n.requests, 17) + std::ranges::count(n.requests, 640) == 2;
  };
  CHECK(support::shrunk(numbers, fails).requests == std::vector<int>{17, 640});
}

TEST_CASE("Nearly all requests of a steady or bursty load are counted or merged together", "[lambda][counting]") {
  LambdaFunction alike = plain(500ms);
  alike.concurrencyLimit = 1'000'000;
  alike.growth.reset();
  LambdaFunction drawn = alike;
  drawn.idleLifetime = workloads::Lognormal{300s, 0.07};
  drawn.maxLifetime = workloads::Lognormal{5h, 0.3};
  struct Load {
    double atOnce;
    Duration horizon; // 200,000 requests
    double least;     // the fleet is made one by one: half a second of requests
  };
  for (const Load& load : {Load{1, 20'000s, 0.9}, {10, 2'000s, 0.98}, {100, 200s, 0.98}, {1'000, 20s, 0.95}}) {
    INFO(load.atOnce << " at once");
    CHECK(shareTogether(alike, poisson(load.atOnce), load.horizon) > load.least);
    CHECK(shareTogether(drawn, poisson(load.atOnce), load.horizon) > load.least);
  }
  auto bursts = poisson(10);
  bursts.arrivals = workloads::BurstyArrivals{workloads::RequestRate::perSecond(5000),
                                              workloads::RequestRate::perSecond(100), 5s, 30s};
  CHECK(shareTogether(alike, bursts, 300s) > 0.95);
  alike.idleLifetime = Constant{20s}; // each burst makes its environments anew
  CHECK(shareTogether(alike, bursts, 300s) > 0.9);
}

TEST_CASE("Requests at a limit, cut by the timeout or in a new fleet are followed one by one", "[lambda][counting]") {
  const auto load = poisson(100);
  CHECK(shareTogether(plain(500ms), load, 400ms) == 0);
  LambdaFunction f = plain();
  f.timeout = 200ms;
  CHECK(shareTogether(f, load, 50s) == 0);
  f = plain();
  f.concurrencyLimit = 50;
  CHECK(shareTogether(f, load, 50s) < 0.01);
}
