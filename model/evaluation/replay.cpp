#include "model/evaluation/replay.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>

#include "workloads/import/trace.hpp"

namespace model {

namespace {

using workloads::Constant;
using workloads::TraceArrivals;
using workloads::TraceSummary;

// "2020-05-26" of Unix milliseconds.
std::string isoDayOf(std::int64_t epochMs) {
  const std::chrono::sys_days day{std::chrono::floor<std::chrono::days>(std::chrono::milliseconds(epochMs))};
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

const workloads::Trace* recordedTrace(const Scenario& scenario) {
  const auto* arrivals = std::get_if<TraceArrivals>(&scenario.workload.arrivals);
  if (!scenario.lambda || arrivals == nullptr || !arrivals->trace || !arrivals->trace->hasDurations()) return nullptr;
  const auto& summary = arrivals->trace->summary();
  return summary.coldStarts || summary.environments ? arrivals->trace.get() : nullptr;
}

workloads::Workload recordedWorkload(const Scenario& scenario) {
  workloads::Workload workload = scenario.workload;
  std::get<TraceArrivals>(workload.arrivals).scale = 1;
  workload.work.duration.reset();
  workload.work.cpuFraction = 0; // durations as they were measured, to the nanosecond
  return workload;
}

// The function as it was on that day, with nothing that could refuse or cut a request.
LambdaFunction recordedFunction(Scenario scenario, const std::string& day) {
  scenario.prices.date = day;
  scenario.lambda->memory = scenario.workload.work.measuredAt;
  if (!scenario.lambda->architecture) scenario.lambda->architecture = pricing::Architecture::X86_64;
  scenario.lambda->provisionedConcurrency = 0;
  LambdaFunction function = lambdaFunction(scenario);
  function.concurrencyLimit = LambdaFunction::kMaxConcurrency;
  function.growth = std::nullopt;
  function.requestRateCap = false;
  function.timeout = std::chrono::hours(1000);
  return function;
}

class Player {
 public:
  Player(const Scenario& scenario, const RunControl& control) : m_workload(recordedWorkload(scenario)), m_control(control) {
    m_control.progress = nullptr; // of the single passes
    m_shape.horizon = std::get<TraceArrivals>(m_workload.arrivals).trace->summary().span;
    m_shape.seed = scenario.run.seed;
  }
  // Nothing: cancelled.
  std::optional<LambdaTally> play(const LambdaFunction& function) const {
    const std::array<Configuration, 1> one{function};
    auto outcome = replicate(m_workload, one, m_shape, m_control, {});
    if (std::holds_alternative<Cancelled>(outcome)) return std::nullopt;
    return std::get<Replications>(outcome).configurations.front().lambda.front();
  }

 private:
  workloads::Workload m_workload;
  RunControl m_control;
  RunShape m_shape;
};

// Longer idle lifetimes make no more environments (newest first; nearly so in other orders), so two bisections over
// whole seconds find the lifetimes that make exactly `wanted`.
class Calibrator {
 public:
  Calibrator(const Player& player, LambdaFunction function, std::int64_t longestS, std::function<void()> passed)
      : m_player(player), m_function(std::move(function)), m_longestS(longestS), m_passed(std::move(passed)) {}

  std::optional<Replay::Calibration> calibrate(std::uint64_t wanted) {
    const std::int64_t from = shortestMaking(wanted, 1);
    if (m_cancelled || from > m_longestS || made(from) != wanted) return std::nullopt;
    const std::int64_t beyond = wanted == 1 ? m_longestS + 1 : shortestMaking(wanted - 1, from);
    return Replay::Calibration{from, beyond - 1, beyond > m_longestS};
  }
  bool cancelled() const { return m_cancelled; }

 private:
  std::uint64_t made(std::int64_t lifetimeS) {
    m_function.idleLifetime = Constant{std::chrono::seconds(lifetimeS)};
    const auto tally = m_player.play(m_function);
    m_cancelled = m_cancelled || !tally;
    m_passed();
    return tally ? tally->cold : 0;
  }
  // Shortest lifetime in [from, longest] that makes at most this many; longest + 1: none does.
  std::int64_t shortestMaking(std::uint64_t atMost, std::int64_t from) {
    std::int64_t to = m_longestS + 1;
    while (from < to && !m_cancelled) {
      const std::int64_t middle = from + (to - from) / 2;
      if (made(middle) <= atMost)
        to = middle;
      else
        from = middle + 1;
    }
    return to;
  }

  const Player& m_player;
  LambdaFunction m_function;
  std::int64_t m_longestS;
  std::function<void()> m_passed;
  bool m_cancelled = false;
};

std::uint64_t environmentsToMake(const TraceSummary& summary) {
  if (summary.environments) return *summary.environments;
  return summary.coldStarts.value_or(0);
}

std::string secondsText(Duration d) { return pricing::displaySeconds(pricing::inSeconds(d)); }

// Why the two differ, as far as the trace tells.
class Differences {
 public:
  // `withoutInit`: environments of the same replay when a new one is ready at once.
  Differences(const TraceSummary& summary, const LambdaFunction& function, const Replay& replay,
              std::optional<std::uint64_t> withoutInit)
      : m_summary(summary), m_function(function), m_replay(replay), m_withoutInit(withoutInit) {}

  std::vector<Reason> take() {
    if (m_replay.coldStarts == environmentsToMake(m_summary) && m_replay.coldStarts == m_summary.coldStarts) return {};
    thereBefore();
    initOccupies();
    severalFunctions();
    longerIdle();
    recycled();
    moreThanBusy();
    return std::move(m_reasons);
  }

 private:
  void thereBefore() {
    const auto warm = m_summary.environmentsWarmAtFirst.value_or(0);
    if (warm > 0)
      add("there_before", fmt::format("{} of {} recorded environments answered their first request of the log "
                                      "without an init: they were there before the log began, or made ahead of demand. "
                                      "The replay begins with none and has to make them.",
                                      warm, *m_summary.environments));
  }
  void initOccupies() {
    if (m_withoutInit && *m_withoutInit < m_replay.coldStarts)
      add("init_occupies", fmt::format("While an environment of the replay initialises, further requests arrive and need "
                                       "others; were each ready at once, {} would do.",
                                       *m_withoutInit));
  }
  void severalFunctions() {
    if (m_summary.functions > 1)
      add("functions_merged", fmt::format("The log holds {} functions, each with environments of its own; the replay "
                                          "runs them as one.",
                                          m_summary.functions));
  }
  void longerIdle() {
    const double assumedS = workloads::meanSeconds(m_function.idleLifetime);
    if (m_summary.longestIdle && pricing::inSeconds(*m_summary.longestIdle) > assumedS)
      add("idle_longer", fmt::format("An environment was used again after {} without a request; the replay keeps idle "
                                     "ones for {}.",
                                     secondsText(*m_summary.longestIdle), pricing::displaySeconds(assumedS)));
  }
  void recycled() {
    const auto& oldest = m_summary.oldestEnvironment;
    if (!oldest || *oldest < std::chrono::minutes(30) || m_summary.span < 3 * *oldest) return;
    constexpr double kMuchLonger = 1.5;
    const auto& kept = m_function.maxLifetime;
    if (kept && workloads::meanSeconds(*kept) < kMuchLonger * pricing::inSeconds(*oldest)) return;
    add("recycled",
        fmt::format("No environment was seen for longer than {} in a log of {}: Lambda replaces environments after hours, "
                    "even busy ones; the replay {}. Set lambda.max_lifetime.",
                    secondsText(*oldest), secondsText(m_summary.span),
                    kept ? "does so at an age of " + pricing::displaySeconds(workloads::meanSeconds(*kept)) + " on average"
                         : std::string("replaces none")));
  }
  void moreThanBusy() {
    const auto seen = m_summary.environments.value_or(0);
    if (seen > static_cast<std::uint64_t>(m_replay.peakBusy))
      add("more_than_busy",
          fmt::format("At most {} requests ran at the same time, and {} environments were seen: {}.", m_replay.peakBusy,
                      seen,
                      m_replay.coldStarts < seen ? "Lambda made more than the requests needed at once, or replaced some"
                                                 : "environments ended and were made again"));
  }
  void add(const char* code, std::string message) { m_reasons.push_back({code, std::move(message)}); }

  const TraceSummary& m_summary;
  const LambdaFunction& m_function;
  const Replay& m_replay;
  std::optional<std::uint64_t> m_withoutInit;
  std::vector<Reason> m_reasons;
};

Replay recordedOf(const TraceSummary& summary) {
  Replay replay;
  replay.recordedColdStarts = summary.coldStarts;
  replay.recordedEnvironments = summary.environments;
  replay.recordedWarmAtFirst = summary.environmentsWarmAtFirst;
  replay.recordedBilledMs = summary.billedMs;
  return replay;
}

} // namespace

DefaultInit idleLifetimeOfDay(std::string_view isoDay) {
  using std::chrono::minutes;
  if (isoDay.empty() || isoDay >= "2025") return defaultIdleLifetime();
  if (isoDay >= "2021") return {{"measured 2021, 5 to 7 min (mikhail.io)"}, Constant{minutes(6)}};
  if (isoDay >= "2019-07") return {{"measured Aug 2019, 10 min since July 2019 (mikhail.io)"}, Constant{minutes(10)}};
  return {{"measured 2018, at most 27 min (Wang et al., USENIX ATC)"}, Constant{minutes(27)}};
}

std::variant<std::optional<Replay>, Cancelled> replayTrace(const Scenario& scenario, const RunControl& control,
                                                           const ProgressSpan& progress) {
  const auto* trace = recordedTrace(scenario);
  if (trace == nullptr) return std::nullopt;
  const auto& summary = trace->summary();
  const std::string day = summary.firstEpochMs ? isoDayOf(*summary.firstEpochMs) : scenario.prices.date;
  LambdaFunction function = recordedFunction(scenario, day);
  Replay replay = recordedOf(summary);
  if (scenario.lambda->idleLifetime) {
    replay.idleLifetimeSource = "scenario";
  } else {
    const auto ofDay = idleLifetimeOfDay(day);
    function.idleLifetime = ofDay.distribution;
    replay.idleLifetimeSource = ofDay.source;
  }
  replay.idleLifetime = workloads::describe(function.idleLifetime);

  const Player player(scenario, control);
  const auto tally = player.play(function);
  if (!tally) return Cancelled{};
  replay.requests = tally->outcomes.attempts;
  replay.coldStarts = tally->cold;
  replay.peakBusy = tally->peakBusy;
  replay.billedMs = tally->billedMs;
  const auto wanted = environmentsToMake(summary);
  std::optional<std::uint64_t> withoutInit;
  if (replay.coldStarts > wanted && replay.recordedWarmAtFirst.value_or(0) > 0) {
    LambdaFunction ready = function;
    ready.init = Constant{};
    const auto played = player.play(ready);
    if (!played) return Cancelled{};
    withoutInit = played->cold;
  }
  replay.differences = Differences(summary, function, replay, withoutInit).take();
  if (wanted == 0 || summary.requests > kMostCalibrated) return replay;

  const auto longestS = static_cast<std::int64_t>(std::ceil(pricing::inSeconds(summary.span)));
  const double passes = 2 * std::log2(static_cast<double>(longestS) + 1) + 1;
  int done = 0;
  Calibrator calibrator(player, function, longestS, [&] {
    const double share = std::min(1.0, ++done / passes);
    if (control.progress) control.progress({progress.stage, std::lerp(progress.from, progress.to, share), 0});
  });
  replay.calibration = calibrator.calibrate(wanted);
  if (calibrator.cancelled()) return Cancelled{};
  return replay;
}

} // namespace model
