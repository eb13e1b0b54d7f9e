// The scenario file: every key read and written, origins, settings of the command line. Bad files:
// scenario_broken_test.cpp.
#include <limits>
#include <map>

#include "model/sha256.hpp"
#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"
#include "workloads/random.hpp"

namespace {

using namespace model;
using pricing::Memory;
using pricing::RequestRate;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using tests::complaints;
using tests::kContractExample;
using tests::Sentences;
using tests::Settings;
template <class T> T arrivalsOf(const Scenario& scenario) { return std::get<T>(scenario.workload.arrivals); }

} // namespace

TEST_CASE("the contract's example is read field by field", "[scenario]") {
  const auto scenario = readScenario(kContractExample, "contract");
  Scenario expected;
  expected.name = "contract";
  expected.workload.arrivals = workloads::PoissonArrivals{RequestRate::perSecond(100)};
  expected.workload.work.duration = workloads::Exponential{milliseconds(100)};
  expected.lambda->init = workloads::Constant{milliseconds(500)};
  expected.lambda->idleLifetime = workloads::Constant{seconds(600)};
  expected.lambda->maxLifetime.reset();
  expected.lambda->speed = 1.0;
  expected.ec2->instanceType = "c7g.large";
  expected.ec2->workers = 16;
  expected.ec2->initial = 2;
  expected.ec2->speed = 1.0;
  expected.objective.p99 = milliseconds(500);
  expected.run.horizon = hours(24 * 7);
  CHECK(scenario == expected);
  CHECK(complaints(std::string(kContractExample)).empty());
}

TEST_CASE("an empty object is the default scenario", "[scenario]") {
  const auto scenario = readScenario("{}", "s");
  CHECK(scenario == Scenario{});
  CHECK(scenario.origins.empty());
}

TEST_CASE("every arrival kind is read", "[scenario]") {
  const auto arrivals = [](const std::string& text) {
    return readScenario(R"({"workload": {"arrivals": )" + text + "}}", "s").workload.arrivals;
  };
  using namespace workloads;
  CHECK(arrivals(R"({"kind": "constant", "rate": 2.5})") == Arrivals(ConstantArrivals{RequestRate::perSecond(2.5)}));
  CHECK(arrivals(R"({"kind": "poisson", "rate": "30/min"})") == Arrivals(PoissonArrivals{RequestRate::perSecond(0.5)}));
  CHECK(arrivals(R"({"kind": "renewal", "rate": 1, "cv": 3})") ==
        Arrivals(RenewalArrivals{RequestRate::perSecond(1), 3}));
  CHECK(arrivals(R"({"kind": "bursty", "rate_on": 9, "rate_off": 0, "on": "1min", "off": 300})") ==
        Arrivals(BurstyArrivals{RequestRate::perSecond(9), {}, minutes(1), minutes(5)}));

  ProfileArrivals profile{RequestRate::perSecond(10), {}, {}};
  profile.hourOfDay.fill(1.0);
  profile.dayOfWeek = {1, 1, 1, 1, 1, 0.5, 0.25};
  profile.growthPerMonth = 0.05;
  profile.dispersion = 4;
  CHECK(arrivals(R"({"kind": "profile", "mean": 10, "day_of_week": [1, 1, 1, 1, 1, 0.5, 0.25],
                     "growth_per_month": 0.05, "dispersion": 4})") == Arrivals(profile));

  CHECK(arrivals(R"({"kind": "batch", "rate": "3/s", "size": 20})") ==
        Arrivals(BatchArrivals{RequestRate::perSecond(3), 20}));
  CHECK(
      arrivals(R"({"kind": "flash", "base": "10/s", "peak": "500/s", "at": "1h", "hold": "10min", "fall": "5min"})") ==
      Arrivals(FlashArrivals{
          RequestRate::perSecond(10), RequestRate::perSecond(500), hours(1), {}, minutes(10), minutes(5)}));
  CHECK(arrivals(R"~({"kind": "cron", "expression": "cron(0 2 * * ? *)", "requests": 3})~") ==
        Arrivals(CronArrivals{"cron(0 2 * * ? *)", 3}));

  TraceArrivals trace{{"a.log"}, "combined", "3", "took", "thumbnail", 2.0};
  CHECK(arrivals(R"({"kind": "trace", "file": "a.log", "format": "combined", "time_column": 3,
                     "duration_column": "took", "function": "thumbnail", "scale": 2})") == Arrivals(trace));
}

TEST_CASE("every distribution is read wherever one is allowed", "[scenario]") {
  const auto boot = [](const std::string& text) {
    return readScenario(R"({"ec2": {"boot": )" + text + "}}", "s").ec2->boot;
  };
  using namespace workloads;
  using D = DurationDistribution;
  CHECK(boot(R"("60s")") == D(Constant{seconds(60)}));
  CHECK(boot("1.5") == D(Constant{milliseconds(1500)}));
  CHECK(boot(R"({"kind": "constant", "value": "2min"})") == D(Constant{minutes(2)}));
  CHECK(boot(R"({"kind": "exponential", "mean": "40s"})") == D(Exponential{seconds(40)}));
  CHECK(boot(R"({"kind": "lognormal", "mean": "40s", "cv": 0.3})") == D(Lognormal{seconds(40), 0.3}));
  CHECK(boot(R"({"kind": "gamma", "mean": "40s", "cv": 0.3})") == D(Gamma{seconds(40), 0.3}));
  CHECK(boot(R"({"kind": "weibull", "mean": "40s", "cv": 0.3})") == D(Weibull{seconds(40), 0.3}));
  CHECK(boot(R"({"kind": "quantiles", "p50": 1, "p90": 2, "p95": 3, "p99": 4, "max": 5})") ==
        D(Quantiles{seconds(1), seconds(2), seconds(3), seconds(4), seconds(5)}));
  CHECK(boot(R"({"kind": "tabulated", "points": [["30s", 0], ["60s", 1]]})") ==
        D(Tabulated{{{seconds(30), 0}, {seconds(60), 1}}}));
  CHECK(*std::get<Empirical>(boot(R"({"kind": "empirical", "values": ["30s", 45]})")).values ==
        std::vector<Duration>{seconds(30), seconds(45)});

  // The 99 % quantile of the lognormal that was solved for is the one that was asked for.
  const auto solved = std::get<Lognormal>(boot(R"({"kind": "lognormal", "mean": "40s", "p99": "100s"})"));
  CHECK(solved.mean == seconds(40));
  CHECK(quantileSeconds(D(solved), 0.99) == Approx(100).epsilon(1e-6));
}

TEST_CASE("words and null stand for nothing", "[scenario]") {
  const auto scenario = readScenario(
      R"({"lambda": {"memory": "auto", "architecture": "auto", "init": "auto", "idle_lifetime": "auto",
           "max_lifetime": "none", "speed": null, "reserved_concurrency": null},
          "ec2": {"instance_type": "auto", "workers": "auto", "initial": null, "speed": "auto"},
          "objective": {"p99": null}, "run": {"horizon": "auto"}})",
      "s");
  CHECK_FALSE(scenario.lambda->memory);
  CHECK_FALSE(scenario.lambda->architecture);
  CHECK_FALSE(scenario.lambda->init);
  CHECK_FALSE(scenario.lambda->idleLifetime);
  CHECK_FALSE(scenario.lambda->maxLifetime);
  CHECK_FALSE(scenario.ec2->instanceType);
  CHECK_FALSE(scenario.ec2->workers);
  CHECK_FALSE(scenario.objective.p99);
  CHECK_FALSE(scenario.run.horizon);
  CHECK_FALSE(readScenario(R"({"lambda": null})", "s").lambda);
  CHECK_FALSE(readScenario(R"({"ec2": null})", "s").ec2);
}

TEST_CASE("work may be a time, a distribution or the trace's own", "[scenario]") {
  const auto work = [](const std::string& text) {
    return readScenario(R"({"workload": {"work": )" + text + "}}", "s").workload.work;
  };
  CHECK(work(R"("200ms")").duration == workloads::DurationDistribution(workloads::Constant{milliseconds(200)}));
  const auto traced = work(R"({"kind": "trace", "cpu_fraction": 0.25, "measured_at": {"memory": "512MB"}})");
  CHECK_FALSE(traced.duration);
  CHECK(traced.cpuFraction == 0.25);
  CHECK(traced.measuredAt == Memory::mebibytes(512));
}

TEST_CASE("trace files lie beside the scenario, unless they are named on the command line", "[scenario]") {
  const auto text = R"({"workload": {"arrivals": {"kind": "trace", "files": ["a.log", "/var/b.log"]}}})";
  const auto files = [&](const Settings& settings, const std::string& directory) {
    return arrivalsOf<workloads::TraceArrivals>(readScenario(text, "s", settings, directory)).files;
  };
  CHECK(files({}, ".") == Sentences{"a.log", "/var/b.log"});
  CHECK(files({}, "cases/one") == Sentences{"cases/one/a.log", "/var/b.log"});
  CHECK(files({R"(workload.arrivals.files=["c.log"])"}, "cases/one") == Sentences{"c.log"});
}

// ---- origins and settings ----

TEST_CASE("each leaf knows where it came from", "[scenario]") {
  const auto scenario = readScenario(
      R"({"lambda": {"memory": "512MB", "init": "1s"}, "ec2": {"boot": {"kind": "exponential", "mean": 9}}})", "s",
      Settings{"lambda.timeout=5s", "ec2.boot.mean=8"});
  const std::map<std::string, Origin> expected{
      {"lambda.memory", Origin::Scenario},     {"lambda.init", Origin::Scenario},
      {"lambda.init.kind", Origin::Scenario},  {"lambda.init.value", Origin::Scenario},
      {"lambda.timeout", Origin::CommandLine}, {"ec2.boot", Origin::Scenario},
      {"ec2.boot.kind", Origin::Scenario},     {"ec2.boot.mean", Origin::CommandLine}};
  CHECK(scenario.origins == expected);
}

TEST_CASE("settings are merged before reading", "[scenario]") {
  const auto with = [](const Settings& settings, const std::string& text = "{}") {
    return readScenario(text, "s", settings);
  };
  CHECK(with({"lambda.memory=1024MB"}).lambda->memory == Memory::mebibytes(1024));
  CHECK(with({"lambda.memory=1024"}).lambda->memory == Memory::mebibytes(1024));
  CHECK_FALSE(with({"lambda=null"}).lambda);
  CHECK(with({"ec2.min=3"}, R"({"ec2": null})").ec2->min == 3);
  CHECK(with({"run.seed=1", "run.seed=18446744073709551615"}).run.seed == std::numeric_limits<std::uint64_t>::max());
  CHECK(with({"name=a=b"}).name == "a=b");
  CHECK(with({"assumptions.free_tier=true"}).freeTier);

  SECTION("an absent object with a kind starts as its default") {
    const auto scenario = with({"ec2.scaling.target=0.4", "workload.arrivals.rate=7/s"});
    CHECK(std::get<TargetTracking>(scenario.ec2->scaling).target == 0.4);
    CHECK(arrivalsOf<workloads::PoissonArrivals>(scenario).rate == RequestRate::perSecond(7));
    CHECK(scenario.origins.at("ec2.scaling.target") == Origin::CommandLine);
    CHECK(scenario.origins.at("ec2.scaling.metric") == Origin::Default);
  }
  SECTION("a shorthand is written out") {
    const auto scenario = with({"workload.work.cpu_fraction=0.5"}, R"({"workload": {"work": "200ms"}})");
    CHECK(scenario.workload.work.duration == workloads::DurationDistribution(workloads::Constant{milliseconds(200)}));
    CHECK(scenario.workload.work.cpuFraction == 0.5);
  }
  SECTION("an element of a list") {
    const auto flat = R"({"workload": {"arrivals": {"kind": "profile", "mean": 5,
      "hour_of_day": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}})";
    const auto scenario = with({"workload.arrivals.hour_of_day.3=2.5"}, flat);
    CHECK(arrivalsOf<workloads::ProfileArrivals>(scenario).hourOfDay[3] == 2.5);
    CHECK(complaints(flat, {"workload.arrivals.hour_of_day.24=2"}) ==
          Sentences{R"(--set workload.arrivals.hour_of_day.24: found "24", expected an index from 0 to 23)"});
  }
}

TEST_CASE("a setting of a kind keeps what both kinds know", "[scenario]") {
  const Settings constant{"workload.arrivals.kind=constant"};
  const auto poisson = R"({"workload": {"arrivals": {"kind": "poisson", "rate": "40/s"}}})";
  CHECK(readScenario(poisson, "s", constant).workload.arrivals ==
        workloads::Arrivals(workloads::ConstantArrivals{RequestRate::perSecond(40)}));

  // What the user wrote is not thrown away in silence ...
  const auto renewal = R"({"workload": {"arrivals": {"kind": "renewal", "rate": "40/s", "cv": 2}}})";
  CHECK(complaints(renewal, constant) ==
        Sentences{R"(scenario.json: /workload/arrivals/cv: found an unknown key "cv", expected one of the keys of )"
                  R"(constant arrivals (kind, rate))"});
  // ... what a built-in example or a default brought along is.
  const auto& bursty = examples()[2];
  REQUIRE(bursty.name == "hashtags");
  const auto changed =
      readScenario(bursty.json, "hashtags", Settings{"workload.arrivals.kind=poisson", "workload.arrivals.rate=9/s"});
  CHECK(changed.workload.arrivals == workloads::Arrivals(workloads::PoissonArrivals{RequestRate::perSecond(9)}));
  const auto unscaled = readScenario("{}", "s", Settings{"ec2.scaling.kind=none"});
  CHECK(std::holds_alternative<NoScaling>(unscaled.ec2->scaling));
}

TEST_CASE("bad settings are refused in the words of the command line", "[scenario]") {
  const std::string base = R"({"workload": {"work": "100ms"}})";
  CHECK(complaints(base, {"lambda.memroy=1GB"}) ==
        Sentences{R"(--set lambda.memroy: found an unknown key "memroy", expected one of the keys of lambda; )"
                  R"(did you mean "memory"?)"});
  CHECK(complaints(base, {"lamda.memory=1GB"}) ==
        Sentences{R"(--set lamda: found an unknown key "lamda", expected one of the keys of a scenario; )"
                  R"(did you mean "lambda"?)"});
  CHECK(complaints(base, {"lambda.memory"}) ==
        Sentences{R"(--set: found "lambda.memory", expected PATH=VALUE such as lambda.memory=1024MB)"});
  CHECK(
      complaints(base, {"lambda.memory=NaN", "run.horizon=1e400"}) ==
      Sentences{R"(--set lambda.memory: found "NaN", expected a memory size in whole megabytes such as 512MB or 2GB, )"
                R"(or "auto")",
                R"(--set run.horizon: found "1e400", expected a time such as 250ms, 1.5s, 10min or 7d, or "auto")"});
  CHECK(complaints(base, {"lambda.memory=64MB"}) ==
        Sentences{"--set lambda.memory: found 64MB, expected a memory size from 128MB to 10GB"});
  // Bytes that are no UTF-8 can come from a shell; they must not break the writing of the result.
  CHECK(writeScenario(readScenario(base, "s", Settings{"name=caf\xe9"})).find("caf\xef\xbf\xbd") != std::string::npos);
}

// ---- writing ----

namespace {

using workloads::RandomStream;

// Random but valid settings; every field of the file can differ from its default.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : m_random(seed, "scenario_test", 0) {}

  Scenario scenario() {
    Scenario s;
    s.name = "Zufall \"" + std::to_string(m_random.next()) + "\" \n é";
    s.region = coin() ? "eu-central-1" : "us-east-1";
    s.workload.arrivals = arrivals();
    if (coin()) s.workload.work.duration = distribution();
    s.workload.work.cpuFraction = m_random.uniform();
    s.workload.work.threads = 1 + m_random.exponential();
    s.workload.work.measuredAt = memory();
    s.workload.memory = memory();
    s.workload.requestSize = bytes();
    s.workload.responseSize = bytes();
    s.workload.trigger = static_cast<workloads::Trigger>(m_random.below(5));
    s.perRequestLogKb = static_cast<double>(bytes().inBytes()) / 1024;
    s.lambda = lambda();
    s.ec2 = ec2();
    for (auto* goal :
         {&s.objective.mean, &s.objective.p50, &s.objective.p90, &s.objective.p95, &s.objective.p99, &s.objective.p999})
      *goal = maybe(span());
    s.objective.maxFailed = m_random.uniform();
    s.run = {maybe(span()), span(), static_cast<int>(1 + m_random.below(1000)), m_random.next()};
    s.hoursPerMonth = 700 + 40 * m_random.uniform();
    s.freeTier = coin();
    return s;
  }

 private:
  bool coin() { return m_random.below(2) == 0; }
  template <class T> std::optional<T> maybe(T value) { return coin() ? std::optional<T>(value) : std::nullopt; }
  std::int64_t count() { return static_cast<std::int64_t>(m_random.below(1'000'000)); }
  Duration span() { return Duration(static_cast<std::int64_t>(m_random.below(3'600'000'000'000))); }
  Memory memory() { return Memory::mebibytes(static_cast<std::int64_t>(1 + m_random.below(20'000))); }
  workloads::MemoryCurve curve() {
    const auto size = [&](int from) {
      return Memory::mebibytes(from + static_cast<std::int64_t>(m_random.below(900)));
    };
    const auto time = [&] { return Duration(1 + static_cast<std::int64_t>(m_random.below(900'000'000'000))); };
    return {{{size(128), time()}, {size(1100), time()}, {size(9000), time()}}, coin() ? "tuned.json" : ""};
  }
  pricing::ByteCount bytes() { return pricing::ByteCount::bytes(count()); }
  RequestRate rate() { return RequestRate::perSecond(m_random.exponential() * 1e3); }
  double number() { return m_random.exponential(); }

  workloads::DurationDistribution distribution() {
    using namespace workloads;
    switch (m_random.below(7)) {
    case 0: return Constant{span()};
    case 1: return Exponential{span()};
    case 2: return Lognormal{span(), number()};
    case 3: return Gamma{span(), number()};
    case 4: return Weibull{span(), number()};
    case 5: return Quantiles{span(), span(), span(), span(), span()};
    default: return Tabulated{{{span(), number()}, {span(), number()}, {span(), 1}}};
    }
  }
  workloads::Arrivals arrivals() {
    using namespace workloads;
    switch (m_random.below(9)) {
    case 0: return ConstantArrivals{rate()};
    case 1: return PoissonArrivals{rate()};
    case 2: return RenewalArrivals{rate(), number()};
    case 3: return BurstyArrivals{rate(), rate(), span(), span()};
    case 4: {
      ProfileArrivals profile{rate(), {}, {}, number(), 1 + number()};
      for (auto& weight : profile.hourOfDay) weight = number();
      for (auto& weight : profile.dayOfWeek) weight = number();
      return profile;
    }
    case 5: return BatchArrivals{rate(), count()};
    case 6: return FlashArrivals{rate(), rate(), span(), span(), span(), span()};
    case 7: return CronArrivals{coin() ? "cron(0/15 8-18 ? * MON-FRI *)" : "rate(5 minutes)", 1 + number()};
    default:
      return coin() ? TraceArrivals{{"a.log"}, "combined", "", "2", "", number()}
                    : TraceArrivals{{"a.log", "b \\ c.csv"}, "", "time", "", "busiest", 1.0};
    }
  }
  std::optional<LambdaSetup> lambda() {
    if (m_random.below(5) == 0) return std::nullopt;
    LambdaSetup l;
    l.memory = maybe(memory());
    l.architecture = maybe(coin() ? pricing::Architecture::Arm64 : pricing::Architecture::X86_64);
    l.runtime = coin() ? "java21" : "go";
    l.package = coin() ? Package::Zip : Package::Image;
    l.init = maybe(distribution());
    l.idleLifetime = maybe(distribution());
    l.maxLifetime = maybe(distribution());
    l.reuse = static_cast<Reuse>(m_random.below(3));
    l.provisionedConcurrency = count();
    l.reservedConcurrency = maybe(count());
    l.accountConcurrency = count();
    l.growthPer10s = count();
    l.timeout = span();
    if (coin()) l.powerTuning = curve();
    l.ephemeralStorage = memory();
    l.frontDoor = static_cast<FrontDoor>(m_random.below(5));
    l.overhead = span();
    l.speed = maybe(number());
    l.initAhead = number();
    l.extensions = {distribution(), span()};
    if (coin()) l.snapStart = SnapStart{maybe(distribution()), number(), count()};
    return l;
  }
  std::optional<Ec2Setup> ec2() {
    if (m_random.below(5) == 0) return std::nullopt;
    Ec2Setup e;
    e.instanceType = maybe(std::string("m7i.xlarge"));
    e.discipline = static_cast<Discipline>(m_random.below(2));
    e.workers = maybe(count());
    e.queueLimit = count();
    e.requestTimeout = span();
    e.routing = static_cast<Routing>(m_random.below(3));
    e.availabilityZones = static_cast<int>(m_random.below(7));
    e.min = count();
    e.max = count();
    e.initial = maybe(count());
    e.scaling = scaling();
    for (auto i = m_random.below(3); i > 0; --i)
      e.scheduledActions.actions.push_back({span(), maybe(count()), maybe(count()), maybe(count())});
    e.scheduledActions.period = span();
    if (coin()) e.predictive = model::PredictiveScaling{number(), span(), span()};
    if (coin())
      e.warmPool = model::WarmPool{static_cast<model::WarmPool::State>(m_random.below(3)), count(), maybe(count()),
                                   coin(), distribution()};
    e.boot = distribution();
    e.lifecycleHook = span();
    e.deregistrationDelay = span();
    e.purchase = static_cast<pricing::Purchase>(m_random.below(pricing::purchaseNames().size()));
    e.loadBalancer = static_cast<LoadBalancer>(m_random.below(2));
    e.ebsGib = count();
    e.publicIpv4 = coin();
    e.detailedMonitoring = coin();
    e.overhead = span();
    e.speed = maybe(number());
    return e;
  }
  Scaling scaling() {
    switch (m_random.below(4)) {
    case 0: return NoScaling{};
    case 1: return policy();
    case 2: {
      auto step = alarms<model::StepScaling>();
      step.out = {{0, number(), number()}, {number(), std::nullopt, number()}};
      step.in = {{std::nullopt, -number(), -number()}};
      step.warmup = span();
      return step;
    }
    default: {
      auto simple = alarms<model::SimpleScaling>();
      simple.outChange = number();
      simple.inChange = -number();
      simple.cooldown = span();
      return simple;
    }
    }
  }
  template <class Policy> Policy alarms() {
    Policy p;
    p.metric = static_cast<model::ScalingMetric>(m_random.below(3));
    p.outThreshold = number();
    p.inThreshold = number();
    p.adjustment = static_cast<model::AdjustmentType>(m_random.below(3));
    p.minAdjustmentMagnitude = count();
    p.period = span();
    p.metricDelay = span();
    p.outPoints = static_cast<int>(m_random.below(100));
    p.inPoints = static_cast<int>(m_random.below(100));
    return p;
  }
  TargetTracking policy() {
    TargetTracking p;
    p.metric = static_cast<TargetTracking::Metric>(m_random.below(2));
    p.target = number();
    p.period = span();
    p.metricDelay = span();
    p.outPoints = static_cast<int>(m_random.below(100));
    p.inPoints = static_cast<int>(m_random.below(100));
    p.inFraction = m_random.uniform();
    p.warmup = span();
    return p;
  }

  RandomStream m_random;
};

} // namespace

TEST_CASE("what is written is read back, whatever the settings", "[scenario]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto scenario = Generator(seed).scenario();
    const auto text = writeScenario(scenario);
    INFO("seed " << seed << "\n" << text);
    const auto again = readScenario(text, "written");
    REQUIRE(again == scenario);
    REQUIRE(writeScenario(again) == text);
    REQUIRE(scenarioSha256(again) == scenarioSha256(scenario));
  }
}

TEST_CASE("an empirical distribution is written with its values", "[scenario]") {
  Scenario scenario;
  scenario.lambda->init = workloads::Empirical{
      std::make_shared<const std::vector<Duration>>(std::vector<Duration>{milliseconds(90), milliseconds(250)})};
  const auto again = readScenario(writeScenario(scenario), "written");
  CHECK(*std::get<workloads::Empirical>(*again.lambda->init).values ==
        std::vector<Duration>{milliseconds(90), milliseconds(250)});
}

TEST_CASE("any setting that differs changes the fingerprint", "[scenario]") {
  Scenario scenario;
  const auto before = scenarioSha256(scenario);
  CHECK(before.size() == 64);
  scenario.ec2->detailedMonitoring = false;
  CHECK(scenarioSha256(scenario) != before);
  scenario.ec2->detailedMonitoring = true;
  scenario.origins["lambda.memory"] = Origin::CommandLine; // where a value came from is not part of it
  CHECK(scenarioSha256(scenario) == before);
}

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[scenario]") {
  CHECK(sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256Hex(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("kinds are called as the workloads call them", "[scenario]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto scenario = Generator(seed).scenario();
    const auto text = writeScenario(scenario);
    const auto named = "\"kind\": \"" + std::string(workloads::kind(scenario.workload.arrivals)) + "\"";
    const auto compact = "\"kind\":\"" + std::string(workloads::kind(scenario.workload.arrivals)) + "\"";
    CHECK((text.find(named) != std::string::npos || text.find(compact) != std::string::npos));
  }
}
