#pragma once
// The answer, as values: both front ends and every report print from here and compute nothing. Produced by evaluation.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/observation.hpp"
#include "model/scenario.hpp"
#include "model/statistics.hpp"
#include "pricing/billing.hpp"

namespace model {

enum class Platform { Lambda, Ec2, ManagedInstances, Hybrid };
std::string_view name(Platform platform); // "lambda", "ec2", "managed_instances", "hybrid"

struct LatencySummary { // milliseconds, completed requests
  Estimate mean, p50, p90, p95, p99, p999, max;
};

// What a part of a bill was paid for. The parts of a platform add up to its bill's total.
struct MoneyPart {
  std::string code;    // "cpu", "io_wait", "round_up", "init", ...; "busy", "headroom", "zone_floor", ...
  std::string meaning; // "waiting on i/o"
  double usd = 0;      // a month
};

// One way to commit to the simulated hourly usage for a year or three.
struct CommitmentOption {
  std::string name;               // "on_demand", "compute_sp_1y", "standard_3y", "standard_1y + compute_sp_1y"
  std::string commitment;         // "$0.412/h", "3 x c7g.large"; empty on demand
  double monthlyUsd = 0;          // of what can be committed to, whole bill unchanged otherwise
  double savingUsd = 0;           // against on demand, a month; below 0: it costs more
  double monthlyUsdAfterDrop = 0; // the same commitment when traffic falls by `trafficDrop`
  bool estimated = false;         // some rate is a proxy
};
struct CommitmentPlan {
  std::vector<CommitmentOption> options; // on demand first, then cheapest first
  double trafficDrop = 0.3;              // 0..1
  double onDemandUsdAfterDrop = 0;       // a month
};

// A backlog that grows by more than this share of the arrivals has no steady state to speak of.
inline constexpr double kGrowingBacklogShare = 0.1;

// Between a source and its function: summed over observations, so that counts add up (SourceTally).
struct DeliverySummary {
  SourceTally counts;
  std::uint64_t invocations = 0; // batches count once
  double meanWaitS = 0;          // arrival until the function took a request, or it was given up
  double backlogGrowthShare =
      0;                // of the requests that arrived: added to the backlog from the window's start to its end
  Estimate backlogMean; // requests at the source, over time
};
// Another function of the account, in the first replication.
struct NeighbourResult {
  std::string name;
  std::uint64_t requests = 0, throttled = 0, timedOut = 0;
};

// What a hybrid's instances hand over to its function, how much and when.
struct OverflowSummary {
  std::uint64_t count = 0;                        // requests to the function, summed over replications
  Estimate fraction;                              // of all requests
  std::optional<double> baseP99Ms, functionP99Ms; // of the completed requests of each; nothing: it completed none
  std::int64_t hours = 0, hoursOfMost = 0;        // clock hours of all replications; the fewest that hold 9 tenths
  std::optional<int> busiestHourOfDay;            // 0..23 from the run's start; nothing: shorter than a day, or none
  double busiestShare = 0;                        // of the overflow, in that hour of the day
};

// What the spot market did to a fleet; counts are summed over replications.
struct SpotSummary {
  Estimate instancesMean; // on the spot market
  double freeShare = 0;   // of their time: interrupted in the first hour
  std::uint64_t interruptions = 0;
  double interruptionsPerMonth = 0;
  double expectedPerMonth = 0;               // notices that the hazards of the types ask for in so many instance-hours
  std::uint64_t lostRequests = 0;            // in flight when AWS took the instance
  std::uint64_t launchesWithoutCapacity = 0; // attempts
};

// Everything that was found out about one platform in one configuration.
struct PlatformResult {
  Platform platform = Platform::Lambda;
  std::string configuration; // "1769 MB x86_64", "c7g.large x 2..20"
  std::uint64_t requests = 0, completed = 0, throttled = 0, timedOut = 0, rejected = 0; // summed over replications
  std::uint64_t errored = 0, expired = 0, unfinished = 0; // likewise; meanings in Outcomes
  LatencySummary latency;
  Estimate failedFraction;    // all that are not completed / requests
  LatencyHistogram histogram; // merged, for the charts
  // Lambda
  std::uint64_t coldStarts = 0;   // requests that started in a new environment
  std::uint64_t initAhead = 0;    // of those, init was over before the request came
  std::uint64_t initRestarts = 0; // of those, init over its limit began anew in the call
  std::uint64_t resetInits = 0;   // others that began with init: the call before was cut
  Estimate coldFraction;          // coldStarts / started
  Estimate environmentsMean, environmentsBusy, environmentsIdle;
  std::int64_t peakEnvironments = 0;
  std::optional<double> meanLifetimeS;       // on demand: environment time over environments ended
  std::optional<DeliverySummary> deliveries; // nothing: every request was tried once as it came
  std::vector<NeighbourResult> neighbours;
  // EC2 and Managed Instances; the latter's environments (ready ones) stand with Lambda's
  Estimate instancesMean, utilisation;
  Estimate inFlightMean; // Managed Instances: requests at once
  std::int64_t peakInstances = 0;
  std::optional<OverflowSummary> overflow; // hybrid: instances are its base, environments its function's
  std::optional<SpotSummary> spot;         // EC2 fleets that buy there
  // EC2 with health checks by worker, summed over replications: instances that went out of rotation, and times that the
  // last healthy one did.
  std::uint64_t wentUnhealthy = 0, failedOpen = 0;

  pricing::MonthlyUsage usage; // mean over replications, scaled to a month
  pricing::Bill bill;          // of `usage`
  Estimate monthlyCostUsd;
  std::vector<MoneyPart> moneyParts;         // largest first; empty: nothing was spent
  std::optional<CommitmentPlan> commitments; // what committing to this usage would cost
  std::vector<TimelinePoint> timeline;       // first replication
  bool meetsObjective = true;
  std::vector<std::string> missed; // "p99 612 ms > 500 ms"
};

enum class Verdict { Lambda, Ec2, Hybrid, TooCloseToCall, NeitherMeetsObjective };
std::string_view name(Verdict verdict); // "lambda", "ec2", "hybrid", "too_close_to_call", "neither_meets_objective"

struct Reason {
  std::string code, message;
}; // "cost_gap", "objective_missed", "hard_limit", ...
struct Warning {
  std::string code, message, advice;
};

struct BreakEven {
  double requestsPerSecond = 0, requestsPerMonth = 0;
  Platform cheaperBelow = Platform::Lambda; // the other one above
};
// Cost of both platforms at scaled arrival rates, for the chart and the break-even search.
struct CostPoint {
  double requestsPerSecond = 0;
  std::optional<double> lambdaUsd, ec2Usd; // a month
};

// An input that was varied by itself, and what became of the verdict.
struct Driver {
  std::string path, from, to;              // "lambda.idle_lifetime", "600s", "300s"
  double savingUsd = 0, baseSavingUsd = 0; // EC2 cost - Lambda cost a month, at `to` and in the base case
  bool flips = false;
};

// Lambda at one memory size. All sizes met the same requests in one shortened run, so their differences are sharper
// than the figures, which carry no interval.
struct MemoryPoint {
  pricing::Memory memory;
  double monthlyCostUsd = 0, meanMs = 0, p50Ms = 0, p99Ms = 0;
  double coldFraction = 0, failedFraction = 0; // of started, of attempts
  bool meetsObjective = true;
  bool chosen = false;
  // Of the sizes that meet the objective, of all where none does. Fastest: by the mean, of equals (0.1 %) the cheapest.
  bool cheapest = false, fastest = false;
  bool knee = false; // from here on memory buys little: farthest below the chord of the latency, both axes logarithmic
};
struct MemoryChoice {
  pricing::Architecture architecture = pricing::Architecture::X86_64;
  std::vector<MemoryPoint> points; // ascending memory
  std::uint64_t requests = 0;      // that each size met
  double horizonS = 0;
  std::string why; // one sentence
};

// Why a candidate was not simulated; its `why` says it in words.
enum class LeftOut { No, Capacity, Objective, Cost, Latency, NotNeeded };
std::string_view name(LeftOut leftOut); // "no", "capacity", "objective", "cost", "latency", "not_needed"

struct Candidate {
  Platform platform = Platform::Lambda;
  std::string configuration;
  double monthlyCostUsd = 0;
  std::optional<double> p99Ms, failedFraction;
  bool meetsObjective = false, simulated = false;
  std::string why;               // what of the objective it misses, or why it was not simulated
  bool onFrontier = false;       // of those that were simulated no other is both cheaper and faster
  LeftOut leftOut = LeftOut::No; // not simulated: its figures are closed forms without queue and cold start
  std::uint64_t requests = 0;    // that these figures rest on; those that might win met longer streams than others
};

// What the idle lifetime, which AWS does not document, does to Lambda: the run again with each environment kept that
// long, on the same requests.
struct IdleCase {
  std::string idleLifetime; // "as assumed", "5 min", "45 min"
  double monthlyUsd = 0, coldFraction = 0, p99Ms = 0;
  bool meetsObjective = true;
  bool cheaper = true; // than EC2, where that is there
};
struct IdleSensitivity {
  std::vector<IdleCase> cases;  // the assumption first
  double spanS = 0;             // simulated
  std::vector<std::string> why; // what it changes; empty: it does not matter
  bool matters() const { return !why.empty(); }
};

// Closed form beside simulation; absent where assumptions do not hold.
struct AnalyticFigure {
  Platform platform = Platform::Lambda;
  std::string quantity, method; // "busy environments", "M/G/infinity"
  double closedForm = 0;
  Estimate simulated;
  std::string unit;
};

// The log's own arrivals and durations once through the simulator, beside what the log recorded. The replay begins
// without environments, so each of its environments is one cold start.
struct Replay {
  std::optional<std::uint64_t> recordedColdStarts, recordedEnvironments, recordedWarmAtFirst;
  std::optional<double> recordedBilledMs;
  std::uint64_t requests = 0, coldStarts = 0; // replayed; environments = cold starts
  std::int64_t peakBusy = 0, billedMs = 0;
  std::string idleLifetime, idleLifetimeSource; // that of the replay; the source says whose
  // Constant idle lifetimes, whole seconds, with which the replay makes as many environments as the log shows.
  struct Calibration {
    std::int64_t fromS = 0, toS = 0; // toS: the longest that was tried when no longer one makes fewer
    bool open = false;               // longer ones than toS do as well
  };
  std::optional<Calibration> calibration; // nothing: no constant idle lifetime does
  std::vector<Reason> differences;        // why recorded and replayed differ, computed from the trace
};

// Moving to the winner: what it costs once against what it saves.
struct Payback {
  double migrationUsd = 0;
  std::optional<double> months; // nothing: it saves nothing
};

// AWS's own sample calculator for Managed Instances on the same instance type, beside the simulation: what it is given,
// what it says, and what it cannot see.
struct StaticComparison {
  double concurrency = 0;        // mean requests at once, from the run: the calculator's input
  double concurrencyPerVcpu = 4; // its profile: 8 mostly waiting, 4 balanced, 2 mostly computing
  double instances = 0;          // 0: no environment of its fits on the type
  double monthlyUsd = 0;         // instances, fee and requests
  double simulatedInstances = 0; // mean
  std::int64_t simulatedPeak = 0;
  double simulatedUsd = 0; // of the same lines
  double throttledFraction = 0;
  double p99Ms = 0;
};

// A platform under workload.failures and, on the same requests, without.
struct StressEffect {
  struct Figures {
    std::optional<double> p99Ms; // nothing: no request was completed
    double failedFraction = 0, monthlyUsd = 0;
    bool meetsObjective = false;
  };
  Platform platform = Platform::Lambda;
  Figures calm, struck;
};

struct RunRecord {
  std::uint64_t seed = 1;
  int replications = 1, windows = 1;
  double horizonS = 0;
  std::uint64_t requests = 0;   // simulated, summed over platforms' shared stream once
  double wallS = 0;             // of the whole evaluation
  double requestsPerSecond = 0; // requests x platforms per second of the main run, all statistics on
  std::string catalogueId, catalogueAsOf, scenarioSha256;
  std::string rulesDay;      // whose rules bill; empty: today's
  std::string privatePrices; // where the user's own prices came from; empty: list prices
  std::string version;
};

struct Decision {
  Scenario scenario;    // effective, "auto" replaced by what was chosen
  bool compared = true; // false: `simulate` of the given configurations, no search
  std::optional<PlatformResult> lambda, ec2;
  std::optional<PlatformResult> managed;    // a third lane; the verdict is about the other two
  std::optional<PlatformResult> hybrid;     // where the scenario asks for it; the verdict when it beats the other two
  std::optional<Estimate> managedSavingUsd; // a month, paired, where it is worth naming; what over: the winner
  std::optional<StaticComparison> staticSizing;
  Verdict verdict = Verdict::TooCloseToCall;
  Estimate monthlySavingUsd;      // of the winner over the other, paired; >= 0 unless too close
  std::optional<Payback> payback; // of a winner that costs something to move to
  std::optional<BreakEven> breakEven;
  std::vector<CostPoint> costCurve; // ascending rate
  double meanRequestsPerSecond = 0; // "you are here"
  std::vector<Reason> reasons;
  std::vector<Driver> drivers;
  std::optional<IdleSensitivity> idleSensitivity; // where Lambda is
  std::vector<StressEffect> stress;               // empty: nothing fails
  std::vector<Candidate> candidates;
  std::optional<MemoryChoice> memoryCurve; // nothing: no Lambda, or too many requests for what it would tell
  std::vector<AnalyticFigure> analytic;
  std::optional<Replay> replay; // of a trace that recorded cold starts or environments
  std::vector<Assumption> assumptions;
  std::vector<Warning> warnings;
  RunRecord run;
};

struct Cancelled {};
using EvaluationOutcome = std::variant<std::shared_ptr<const Decision>, Cancelled>;

struct Progress {
  std::string_view stage;       // "searching", "simulating", "break-even"
  double done = 0;              // 0..1 over the whole evaluation
  double requestsPerSecond = 0; // simulated so far
};
struct RunControl {
  std::stop_token stop;
  std::function<void(const Progress&)> progress; // at most once per percent; called from a worker thread
  // Of each part of an evaluation; 0: all cores. Up to three searches, and later four questions, go on side by side,
  // each with as many, so that none is idle when one ends. The result does not depend on it.
  int threads = 0;
};

// The one door. `evaluate` searches where the scenario says auto and compares; `simulate` runs the one Lambda and the
// one EC2 configuration given (auto is an InputError). Opens traces. InputError for problems().
EvaluationOutcome evaluate(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                           const RunControl& control);
EvaluationOutcome simulate(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                           const RunControl& control);

// Report text; each is a pure function of the decision.
std::string headline(const Decision& decision); // one sentence in plain words
// What the cases of the idle lifetime are, or that they do not matter, in one or two sentences; empty without them.
std::string idleLifetimeSummary(const Decision& decision);
// What recorded and replayed run have in common, why they differ, and the idle lifetime that fits; empty without them.
std::vector<std::string> replaySentences(const Decision& decision);
// A terminal shows the assumptions that somebody or the trace set; the defaults only with Detail::Everything.
enum class Detail { Short, Everything };
std::string reportText(const Decision& decision, Detail detail = Detail::Short);
std::string reportMarkdown(const Decision& decision);
std::string reportJson(const Decision& decision); // contract section 4
std::string reportHtml(const Decision& decision); // self-contained, inline SVG charts
std::string reportCsv(const Decision& decision);  // one row per figure: platform,figure,value,half_width,unit

} // namespace model
