#include "model/evaluation/replication.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "workloads/import/trace.hpp"

namespace model {

namespace {

constexpr double kDay = 86400.0;
constexpr double kAutoRequests = 2e6; // per replication when the horizon is "auto"
constexpr double kShortestAutoHorizon = 4 * 3600.0;
constexpr double kLongestAutoHorizon = 30 * kDay;
constexpr double kShortestSearch = 600; // seconds; ten minutes of alarms and idle environments

double naturalSeconds(const workloads::Workload& workload) {
  return pricing::inSeconds(workloads::naturalSpan(workload.arrivals));
}

double traceSpanSeconds(const workloads::TraceArrivals& arrivals) {
  return arrivals.trace ? pricing::inSeconds(arrivals.trace->summary().span) : kDay;
}

// A trace runs once over its span; below a day it is repeated (a whole number of times) to fill about one day, or about
// as much of it as kAutoRequests covers, so that scaling and idle expiry have time to show.
double traceHorizonSeconds(const workloads::TraceArrivals& arrivals) {
  const double span = traceSpanSeconds(arrivals);
  if (span >= kDay || !arrivals.trace) return span;
  const double rate = std::max(arrivals.trace->summary().meanRatePerSecond * arrivals.scale, 1e-9);
  const double wanted = std::clamp(kAutoRequests / rate, std::min(kShortestAutoHorizon, kDay), kDay);
  return span * std::max(1.0, std::round(wanted / span));
}

double autoHorizonSeconds(const workloads::Workload& workload) {
  if (const auto* trace = std::get_if<workloads::TraceArrivals>(&workload.arrivals)) return traceHorizonSeconds(*trace);
  if (const double span = naturalSeconds(workload); span > 0) return std::max(7 * kDay, span);
  const double rate = workloads::meanRatePerSecond(workload.arrivals, std::chrono::hours(24));
  if (rate <= 0) return kLongestAutoHorizon;
  return std::clamp(kAutoRequests / rate, kShortestAutoHorizon, kLongestAutoHorizon);
}

// Reports at most once per percent, whatever the number of threads.
class ProgressMeter {
 public:
  ProgressMeter(const RunControl& control, const ProgressSpan& span, double expected)
      : m_control(control), m_span(span), m_expected(std::max(expected, 1.0)),
        m_start(std::chrono::steady_clock::now()) {}

  void add(std::size_t requests) {
    const auto done = m_done.fetch_add(requests, std::memory_order_relaxed) + requests;
    if (!m_control.progress) return;
    const double share = std::min(1.0, static_cast<double>(done) / m_expected);
    const int percent = static_cast<int>(100 * (m_span.from + share * (m_span.to - m_span.from)));
    if (percent <= m_percent.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(m_mutex);
    if (percent <= m_percent.load(std::memory_order_relaxed)) return;
    m_percent.store(percent, std::memory_order_relaxed);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - m_start;
    m_control.progress({m_span.stage, percent / 100.0, static_cast<double>(done) / std::max(spent.count(), 1e-9)});
  }

 private:
  const RunControl& m_control;
  ProgressSpan m_span;
  double m_expected;
  std::chrono::steady_clock::time_point m_start;
  std::atomic<std::uint64_t> m_done{0};
  std::atomic<int> m_percent{-1};
  std::mutex m_mutex;
};

using Simulator = std::variant<LambdaSimulator, Ec2Simulator, ManagedSimulator, HybridSimulator>;

Simulator makeSimulator(const Configuration& configuration, const ObservationPlan& plan, std::uint64_t seed,
                        std::uint64_t replication) {
  if (const auto* function = std::get_if<LambdaFunction>(&configuration))
    return LambdaSimulator(*function, plan, seed, replication);
  if (const auto* managed = std::get_if<ManagedFleet>(&configuration))
    return ManagedSimulator(*managed, plan, seed, replication);
  if (const auto* hybrid = std::get_if<HybridFleet>(&configuration))
    return HybridSimulator(*hybrid, plan, seed, replication);
  return Ec2Simulator(std::get<Ec2Fleet>(configuration), plan, seed, replication);
}

// Lambda's engine knows of a slow downstream; `slowed` are the same requests for those that do not.
void feed(Simulator& simulator, const workloads::RequestBatch& batch, const workloads::RequestBatch& slowed) {
  if (auto* lambda = std::get_if<LambdaSimulator>(&simulator)) return lambda->feed(batch);
  if (auto* managed = std::get_if<ManagedSimulator>(&simulator)) return managed->feed(slowed);
  if (auto* hybrid = std::get_if<HybridSimulator>(&simulator)) return hybrid->feed(batch, slowed);
  std::get<Ec2Simulator>(simulator).feed(slowed);
}

// The same requests, with waiting as slow as it is when they arrive.
class SlowedRequests {
 public:
  workloads::RequestBatch of(const workloads::RequestBatch& batch, const std::vector<Slowdown>& slowdowns) {
    if (slowdowns.empty()) return batch;
    m_io.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i)
      m_io[i] =
          static_cast<std::int64_t>(static_cast<double>(batch.io[i]) * ioFactorAt(slowdowns, batch.arrival[i]) + 0.5);
    return {batch.arrival, batch.cpu, m_io};
  }

 private:
  std::vector<std::int64_t> m_io;
};

// One replication of some of the configurations.
struct Item {
  std::uint64_t replication = 0;
  std::size_t firstConfiguration = 0, configurations = 0;
};
struct ItemResult {
  std::vector<Observations> observations;
  std::vector<std::uint64_t> hours;
  std::uint64_t requests = 0;
  bool cancelled = false;
};

Observations observationsOf(Simulator&& simulator) {
  Observations out;
  if (auto* lambda = std::get_if<LambdaSimulator>(&simulator)) {
    auto run = lambda->finish();
    out.lambda = std::move(run.windows);
    out.lambdaHours.push_back(std::move(run.hours));
    out.neighbours = std::move(run.neighbours);
    out.timeline = std::move(run.timeline);
  } else if (auto* managed = std::get_if<ManagedSimulator>(&simulator)) {
    auto run = managed->finish();
    out.managed = std::move(run.windows);
    out.timeline = std::move(run.timeline);
  } else if (auto* hybrid = std::get_if<HybridSimulator>(&simulator)) {
    auto run = hybrid->finish();
    out.hybrid = std::move(run.windows);
    out.hybridHours.push_back(std::move(run.hours));
    out.timeline = std::move(run.timeline);
  } else {
    auto run = std::get<Ec2Simulator>(simulator).finish();
    out.ec2 = std::move(run.windows);
    out.ec2Hours.push_back(std::move(run.hours));
    out.foundFull = run.foundFull;
    out.timeline = std::move(run.timeline);
  }
  return out;
}

ItemResult runItem(const workloads::Workload& workload, std::span<const Configuration> configurations, const Item& item,
                   const RunShape& shape, const std::stop_token& stop, ProgressMeter& meter) {
  ItemResult result;
  const ObservationPlan plan{shape.warmup, shape.horizon, shape.windows,
                             item.replication == 0 ? shape.timelinePoints : 0};
  std::vector<Simulator> simulators;
  for (const auto& configuration : configurations.subspan(item.firstConfiguration, item.configurations))
    simulators.push_back(makeSimulator(configuration, plan, shape.seed, item.replication));
  result.hours.assign(static_cast<std::size_t>(shape.horizon / std::chrono::hours(1)) + 1, 0);

  workloads::RequestStream stream(workload, shape.seed, item.replication, shape.horizon);
  workloads::RequestBatch batch;
  SlowedRequests slowedRequests;
  while (stream.next(batch)) {
    if (stop.stop_requested()) {
      result.cancelled = true;
      return result;
    }
    const auto slowed = slowedRequests.of(batch, shape.slowdowns);
    for (auto& simulator : simulators) feed(simulator, batch, slowed);
    countHours(batch.arrival, result.hours);
    result.requests += batch.size();
    meter.add(batch.size() * simulators.size());
  }
  for (auto& simulator : simulators) result.observations.push_back(observationsOf(std::move(simulator)));
  return result;
}

// A whole replication for each thread, as often as that goes up evenly; those that are left over are split between the
// threads by configuration. (To draw a stream once and hand it from core to core costs as much as drawing it twice.)
// The split cannot change a result: every configuration sees the whole stream of its replication.
std::vector<Item> itemsFor(std::size_t replications, std::size_t configurations, std::size_t threads) {
  std::vector<Item> items;
  const std::size_t whole = replications / threads * threads;
  for (std::size_t r = 0; r < replications; ++r) {
    const std::size_t share = r < whole ? 1 : (threads + replications - whole - 1) / (replications - whole);
    const std::size_t groups = std::clamp<std::size_t>(share, 1, std::max<std::size_t>(configurations, 1));
    for (std::size_t g = 0; g < groups; ++g) {
      const std::size_t first = configurations * g / groups, last = configurations * (g + 1) / groups;
      items.push_back({r, first, last - first});
    }
  }
  return items;
}

int threadsOf(const RunControl& control) {
  return control.threads > 0 ? control.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

template <class Value> void append(std::vector<Value>& all, std::vector<Value>&& part) {
  all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
}

void append(Observations& all, Observations&& part) {
  append(all.lambda, std::move(part.lambda));
  append(all.ec2, std::move(part.ec2));
  append(all.managed, std::move(part.managed));
  append(all.hybrid, std::move(part.hybrid));
  append(all.lambdaHours, std::move(part.lambdaHours));
  append(all.ec2Hours, std::move(part.ec2Hours));
  append(all.hybridHours, std::move(part.hybridHours));
  all.foundFull = all.foundFull || part.foundFull;
  if (all.neighbours.empty()) all.neighbours = std::move(part.neighbours);
  if (all.timeline.empty()) all.timeline = std::move(part.timeline);
}

// Actions need a round; forecasts the history that they wait for, and a day to follow it.
Duration clockSpan(const Ec2Setup& setup) {
  constexpr Duration kDayLong = std::chrono::hours(24);
  Duration span{};
  if (!setup.scheduledActions.actions.empty()) span = setup.scheduledActions.period;
  if (setup.predictive) span = std::max(span, setup.predictive->history + kDayLong);
  return span;
}

} // namespace

double RunShape::observedSeconds() const { return pricing::inSeconds(horizon - warmup) / windows; }

RunShape runShape(const Scenario& scenario) {
  RunShape shape;
  if (scenario.ec2) shape.clock = clockSpan(*scenario.ec2);
  auto automatic = pricing::fromSeconds(autoHorizonSeconds(scenario.workload));
  if (!std::holds_alternative<workloads::TraceArrivals>(scenario.workload.arrivals))
    automatic = std::max(automatic, shape.clock);
  shape.horizon = scenario.run.horizon.value_or(automatic);
  shape.warmup = std::min(scenario.run.warmup, shape.horizon / 2);
  shape.replications = workloads::isDeterministic(scenario.workload) ? 1 : scenario.run.replications;
  shape.windows = shape.replications == 1 ? kTraceWindows : 1;
  shape.seed = scenario.run.seed;
  shape.timelinePoints = 600;
  shape.slowdowns = scenario.failures.slowdowns;
  return shape;
}

RunShape shortened(const RunShape& shape, const workloads::Workload& workload, double requests) {
  RunShape shorter = shape;
  shorter.replications = 1;
  shorter.windows = 1;
  shorter.timelinePoints = 0;
  const double rate = std::max(workloads::meanRatePerSecond(workload.arrivals, shape.horizon), 1e-12);
  const double longest = pricing::inSeconds(shape.horizon);
  double seconds = std::clamp(requests / rate, std::min(kShortestSearch, longest), longest);
  const double natural = std::max(naturalSeconds(workload), pricing::inSeconds(shape.clock));
  seconds = std::max(seconds, std::min(natural, longest));
  if (const auto* trace = std::get_if<workloads::TraceArrivals>(&workload.arrivals)) {
    // Whole passes, at most a day: half a log would be another log.
    const double span = traceSpanSeconds(*trace);
    seconds = std::min(longest, std::max(1.0, std::round(seconds / span)) * span);
  }
  shorter.horizon = std::min(shape.horizon, pricing::fromSeconds(seconds));
  shorter.warmup = std::min(shape.warmup, shorter.horizon / 2);
  return shorter;
}

std::optional<RunShape> lengthened(const RunShape& shorter, const RunShape& whole) {
  RunShape longer = shorter;
  if (shorter.horizon < whole.horizon)
    longer.horizon = std::min(2 * shorter.horizon, whole.horizon);
  else if (shorter.replications < whole.replications)
    longer.replications = std::min(2 * shorter.replications, whole.replications);
  else
    return std::nullopt;
  longer.warmup = std::min(whole.warmup, longer.horizon / 2);
  return longer;
}

void countHours(std::span<const std::int64_t> arrivals, std::vector<std::uint64_t>& hours) {
  constexpr std::int64_t kHourNs = 3'600'000'000'000;
  for (auto first = arrivals.begin(); first != arrivals.end();) {
    const std::int64_t hour = *first / kHourNs;
    const auto last = std::upper_bound(first, arrivals.end(), (hour + 1) * kHourNs - 1);
    hours[static_cast<std::size_t>(hour)] += static_cast<std::uint64_t>(last - first);
    first = last;
  }
}

void inParallel(std::size_t count, const RunControl& control, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t failed = count; // whoever came before it has begun, so it is the same on every number of threads
  std::exception_ptr failure;
  const auto work = [&] {
    std::size_t i = 0;
    try {
      for (i = next++; i < count; i = next++) task(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (i < failed) failure = std::current_exception();
      failed = std::min(failed, i);
      next = count;
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int t = 1; t < std::min<int>(threadsOf(control), static_cast<int>(count)); ++t) helpers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

RunControl byItself(const RunControl& control) {
  RunControl single = control;
  single.threads = 1;
  single.progress = nullptr;
  return single;
}

std::variant<Replications, Cancelled> replicate(const workloads::Workload& workload,
                                                std::span<const Configuration> configurations, const RunShape& shape,
                                                const RunControl& control, const ProgressSpan& progress) {
  const auto items = itemsFor(static_cast<std::size_t>(shape.replications), configurations.size(),
                              static_cast<std::size_t>(threadsOf(control)));
  const double expected = workloads::meanRatePerSecond(workload.arrivals, shape.horizon) *
                          pricing::inSeconds(shape.horizon) * shape.replications *
                          static_cast<double>(configurations.size());
  ProgressMeter meter(control, progress, expected);
  std::vector<ItemResult> results(items.size());
  inParallel(items.size(), control, [&](std::size_t i) {
    results[i] = runItem(workload, configurations, items[i], shape, control.stop, meter);
  });

  Replications out;
  out.configurations.resize(configurations.size());
  out.hourlyRequests.assign(results.front().hours.size(), 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (results[i].cancelled || control.stop.stop_requested()) return Cancelled{};
    for (std::size_t c = 0; c < items[i].configurations; ++c)
      append(out.configurations[items[i].firstConfiguration + c], std::move(results[i].observations[c]));
    if (items[i].firstConfiguration != 0) continue;
    out.requests += results[i].requests;
    for (std::size_t h = 0; h < out.hourlyRequests.size(); ++h) out.hourlyRequests[h] += results[i].hours[h];
  }
  for (auto& hour : out.hourlyRequests)
    hour = (hour + static_cast<std::uint64_t>(shape.replications) / 2) / static_cast<std::uint64_t>(shape.replications);
  return out;
}

} // namespace model
