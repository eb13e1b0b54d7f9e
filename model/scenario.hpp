#pragma once
// Everything the user can set, its default and its origin. Names, units and defaults: contract section 3; the reader is
// scenario_json. Pinned by tests/model/scenario_test.cpp.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "model/hybrid/hybrid_simulator.hpp"
#include "model/lambda/lambda_simulator.hpp"
#include "model/managed/managed_simulator.hpp"
#include "model/scenario_costs.hpp"
#include "pricing/catalogue.hpp"
#include "workloads/memory_curve.hpp"
#include "workloads/workload.hpp"

namespace model {

enum class Package { Zip, Image };
enum class FrontDoor { None, FunctionUrl, HttpApi, RestApi, Alb };
enum class LoadBalancer { None, Alb, Nlb };

// Processes that run beside the function in its environment.
struct Extensions {
  workloads::DurationDistribution init = workloads::Constant{}; // on top of every init
  Duration after{}; // after each response the environment stays busy that long and is billed; is in no latency
  friend bool operator==(const Extensions&, const Extensions&) = default;
};

// New environments are restored from the snapshot of an initialised one. Java's managed runtimes pay neither cache nor
// restores; the billed part of a restore is billed as duration to all.
struct SnapStart {
  std::optional<workloads::DurationDistribution> restore; // nothing: measured, by memory
  double billedShare = 0.18;                              // of the restore
  std::int64_t versions = 1;                              // published, each with a snapshot in the cache
  friend bool operator==(const SnapStart&, const SnapStart&) = default;
};

struct LambdaSetup {
  std::optional<pricing::Memory> memory = pricing::Memory::mebibytes(1769);          // nothing: "auto"
  std::optional<pricing::Architecture> architecture = pricing::Architecture::X86_64; // nothing: "auto"
  std::string runtime = "python3.13";
  Package package = Package::Zip;
  std::optional<workloads::DurationDistribution> init;         // nothing: table by runtime, architecture, package
  std::optional<workloads::DurationDistribution> idleLifetime; // nothing: the 2025 probes (facts section 2)
  // Nothing: "none". Recycled at any age from 2 to 8 h.
  std::optional<workloads::DurationDistribution> maxLifetime =
      workloads::Tabulated{{{std::chrono::hours(2), 0.0}, {std::chrono::hours(8), 1.0}}};
  Reuse reuse = Reuse::Lifo;
  std::int64_t provisionedConcurrency = 0;
  std::optional<std::int64_t> reservedConcurrency;
  std::int64_t accountConcurrency = 1000;
  std::int64_t growthPer10s = 1000;
  Duration timeout = std::chrono::seconds(900);
  pricing::Memory ephemeralStorage = pricing::Memory::mebibytes(512);
  FrontDoor frontDoor = FrontDoor::FunctionUrl;
  Duration overhead{};
  std::optional<double> speed; // nothing: table by architecture
  bool vpc = false;            // pays the network's NAT gateways and cross-zone bytes too
  std::int64_t alarms = 0;     // CloudWatch alarms
  std::optional<workloads::MemoryCurve> powerTuning{}; // measured time over memory; nothing: the law of cpu and io
  double initAhead = 0;        // share of new environments that are ready before their request comes, 0..1
  Extensions extensions{};
  std::optional<SnapStart> snapStart{}; // nothing: off
  ProvisionedPlan provisionedPlan{};  // what becomes of provisionedConcurrency over time
  std::vector<LambdaNeighbour> neighbours{}; // other functions of the account
  ClientRetries client{};                    // trigger http
  AsyncRetries async{};                      // trigger async and schedule
  QueueMapping queue{};                      // trigger queue
  StreamMapping stream{};                    // trigger stream
  friend bool operator==(const LambdaSetup&, const LambdaSetup&) = default;
};

enum class SpotAllocation { Spread, LowestPrice };

// A fleet of several types, bought on demand and on the spot market. On demand launches take ec2.instance_type.
struct MixedFleet {
  std::int64_t baseOnDemand = 0;
  double onDemandPercent = 0;     // above the base, 0..100
  std::vector<std::string> types; // beside ec2.instance_type, for spot launches
  SpotAllocation allocation = SpotAllocation::Spread;
  friend bool operator==(const MixedFleet&, const MixedFleet&) = default;
};
struct SpotSetup : SpotTerms {
  std::optional<double> interruptions; // probability in a month, 0..1; nothing: middle of the type's band
  friend bool operator==(const SpotSetup&, const SpotSetup&) = default;
};

struct Ec2Setup {
  std::optional<std::string> instanceType; // nothing: "auto"
  Discipline discipline = Discipline::ProcessorSharing;
  std::optional<std::int64_t> workers; // nothing: from memory and CPU
  std::int64_t queueLimit = 1000;
  Duration requestTimeout = std::chrono::seconds(30);
  Routing routing = Routing::RoundRobin;
  Duration slowStart{};                                  // of a new target; round robin
  HealthCheck healthCheck{};                             // how fast a lost instance is noticed
  Duration visibilityTimeout = std::chrono::seconds(30); // routing queue
  int availabilityZones = 2;
  std::int64_t min = 2, max = 20;
  std::optional<std::int64_t> initial; // nothing: what the mean load needs, within min..max
  Scaling scaling = TargetTracking{};
  ScheduledActions scheduledActions{};
  std::optional<PredictiveScaling> predictive{}; // nothing: off
  std::optional<WarmPool> warmPool{};            // nothing: off
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::minutes(1)};
  Duration lifecycleHook{}; // on top of boot
  Duration deregistrationDelay = std::chrono::minutes(5);
  pricing::Purchase purchase = pricing::Purchase::OnDemand;
  std::optional<MixedFleet> mixed; // nothing: one type, bought as `purchase` says
  SpotSetup spot;
  LoadBalancer loadBalancer = LoadBalancer::Alb;
  std::optional<pricing::CreditMode> creditMode{}; // burstable types; nothing: the type's own
  pricing::ByteCount diskPerRequest{};             // read from or written to the volume
  std::int64_t ebsGib = 8;
  std::int64_t ebsIops = 3000, ebsThroughput = 125; // gp3; MiB/s
  bool publicIpv4 = true;
  bool detailedMonitoring = true;
  std::int64_t alarms = 0; // CloudWatch alarms beside those of the scaling policy
  Duration overhead{};
  std::optional<double> speed; // nothing: table by processor family
  friend bool operator==(const Ec2Setup&, const Ec2Setup&) = default;
};

// Neither the load nor the clock changes how many instances there are.
inline bool isFixedFleet(const Ec2Setup& setup) {
  return std::holds_alternative<NoScaling>(setup.scaling) && setup.scheduledActions.actions.empty() && !setup.predictive;
}

// Lambda Managed Instances; what the words stand for: model/managed/managed_setup.hpp.
struct ManagedSetup {
  std::optional<std::string> instanceType;        // nothing: "auto"
  std::optional<pricing::Memory> memory;          // of an environment; nothing: the smallest that holds its requests
  std::optional<pricing::Memory> memoryPerVcpu;   // 2, 4 or 8 GB; nothing: as the instance has it
  std::optional<std::int64_t> concurrencyPerVcpu; // nothing: by runtime, as far as memory reaches
  std::optional<double> cpuSaturation;            // wanted vCPUs per vCPU; nothing: "none"
  std::int64_t min = 3;                           // environments
  std::int64_t maxVcpus = 400;
  std::optional<std::int64_t> initial; // environments; nothing: what the mean load asks for
  ManagedScaling scaling;
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::minutes(1)};
  std::optional<workloads::DurationDistribution> init; // nothing: the table of Lambda's init times
  Duration timeout = std::chrono::seconds(900);
  pricing::Purchase purchase = pricing::Purchase::OnDemand;
  FrontDoor frontDoor = FrontDoor::FunctionUrl;
  Duration overhead{};
  std::optional<double> speed; // nothing: table by processor family
  friend bool operator==(const ManagedSetup&, const ManagedSetup&) = default;
};

// A base on EC2 with overflow to Lambda: the scenario's own ec2 and lambda, the fleet with what is set here instead.
struct HybridSetup {
  OverflowRule overflow;
  std::optional<std::string> instanceType;    // nothing: that of ec2
  std::optional<std::int64_t> min;            // base instances; nothing: "auto"
  std::optional<std::int64_t> max;            // nothing: min, the base is fixed
  std::optional<std::int64_t> initial;        // nothing: min
  std::optional<Scaling> scaling;             // between min and max; nothing: that of ec2
  std::optional<pricing::Purchase> purchase;  // nothing: that of ec2
  friend bool operator==(const HybridSetup&, const HybridSetup&) = default;
};

struct Objective {
  std::optional<Duration> mean, p50, p90, p95, p99, p999;
  double maxFailed = 0.001; // failed / attempts
  friend bool operator==(const Objective&, const Objective&) = default;
};

struct RunPlan {
  std::optional<Duration> horizon; // nothing: 7 d; a trace: its span, repeated up to one day when shorter
  Duration warmup{};
  int replications = 5;
  std::uint64_t seed = 1;
  friend bool operator==(const RunPlan&, const RunPlan&) = default;
};

enum class Origin { Default, Scenario, Trace, CommandLine, PowerTuning };
std::string_view name(Origin origin); // "default", "scenario", "trace", "command line", "power tuning"

struct Scenario {
  std::string name = "untitled";
  std::string region = "us-east-1";
  PriceChoice prices;
  workloads::Workload workload;
  std::optional<RequestSource> source; // nothing: nothing that is billed
  Failures failures;
  Network network;
  std::optional<LambdaSetup> lambda = LambdaSetup{}; // nothing: platform left out (null)
  std::optional<Ec2Setup> ec2 = Ec2Setup{};
  std::optional<ManagedSetup> managed = ManagedSetup{};
  std::optional<HybridSetup> hybrid; // nothing: not looked at
  Objective objective;
  RunPlan run;
  OwnCosts costs;
  double hoursPerMonth = 730;
  bool freeTier = false;
  double trafficDrop = 0.3;              // a commitment is also priced after traffic fell by this, 0..1
  double perRequestLogKb = 0;            // log volume per request, both platforms
  std::map<std::string, Origin> origins; // by path ("lambda.memory"); absent: default
  friend bool operator==(const Scenario& a, const Scenario& b); // the same settings, wherever they came from
};
bool operator==(const Scenario& a, const Scenario& b);

// Limits and contradictions (memory 128..10,240 MB, min <= max, p50 <= p90, unknown region or type with nearest
// name...). Paths as in the file: "/lambda/memory" behind `origin`. Empty: the scenario can be evaluated.
std::vector<pricing::Problem> problems(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                       std::string_view origin = "scenario");

// JSON text -> Scenario; unknown keys refused with the nearest valid one; all problems at once as InputError.
// `settings` are "path=value" (--set), applied after the file and recorded with Origin::CommandLine.
// Relative trace files are taken relative to `directory`, and so is a Power Tuning result, which is read here and now:
// a scenario holds its points.
Scenario readScenario(std::string_view json, std::string_view origin, std::span<const std::string> settings = {},
                      const std::string& directory = ".");
// Complete effective scenario, every default written out, stable key order; readScenario(writeScenario(s)) == s.
std::string writeScenario(const Scenario& scenario);
std::string scenarioSha256(const Scenario& scenario); // of writeScenario, hex
// One value of it on one line of JSON, for fields that are edited as such: path "lambda.neighbours". And the scenario
// with that value replaced; InputError when it is none.
std::string settingText(const Scenario& scenario, std::string_view path);
Scenario withSetting(const Scenario& scenario, std::string_view path, std::string_view json);

// Every leaf of the effective scenario with where it came from, in file order; `source` for defaults is the paper or
// AWS page with date, or "convention".
struct Assumption {
  std::string path, value;
  Origin origin = Origin::Default;
  std::string source;
};
std::vector<Assumption> assumptions(const Scenario& scenario);

// Built-in examples: name, one line, complete scenario text.
struct Example {
  std::string_view name, title, json;
};
std::span<const Example> examples();

// Defaults that come from tables (docs/methods.md says from where): init by runtime, architecture and package; speed by
// processor; workers from memory and CPU.
struct Sourced {
  std::string source;
};
struct DefaultInit : Sourced {
  workloads::DurationDistribution distribution;
};
DefaultInit defaultInit(std::string_view runtime, pricing::Architecture architecture, Package package,
                        pricing::Memory memory);
DefaultInit defaultIdleLifetime();
DefaultInit defaultRestore(pricing::Memory memory); // of a SnapStart snapshot
bool isJavaRuntime(std::string_view runtime);       // managed
bool hasSnapStart(std::string_view runtime);        // Java 11, Python 3.12, .NET 8 and later
std::span<const std::string_view> knownRuntimes();
struct DefaultSpeed : Sourced {
  double speed = 1;
};
DefaultSpeed defaultLambdaSpeed(pricing::Architecture architecture);
DefaultSpeed defaultEc2Speed(const pricing::InstanceType& type);
std::int64_t defaultWorkers(const pricing::InstanceType& type, const workloads::Workload& workload,
                            Discipline discipline);

// Scenario -> what the simulators run. Preconditions: problems() empty, "auto" already replaced.
LambdaFunction lambdaFunction(const Scenario& scenario);
Ec2Fleet ec2Fleet(const Scenario& scenario, const pricing::PriceCatalogue& catalogue);

// How a fleet buys its instances (model/fleet_purchase.cpp).
std::vector<std::string> instanceTypesOf(const Ec2Setup& setup); // of kindsOf(ec2Fleet), the first one first
std::int64_t onDemandOf(const Ec2Setup& setup, std::int64_t instances); // on demand or committed, of so many
bool usesSpot(const Ec2Setup& setup);
// Notices per instance-hour on the spot market: -ln(1 - p) / 730 for p a month.
double interruptionsPerHour(const SpotSetup& setup, const std::optional<pricing::Spot>& advisor);
void buyAsAsked(const Scenario& scenario, const pricing::PriceCatalogue& catalogue, Ec2Fleet& fleet);

} // namespace model
