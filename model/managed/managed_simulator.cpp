// One provider run: requests are routed in a tight loop between control events; control events are rare.
#include "model/managed/managed_simulator.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "model/ec2/demand_rule.hpp"
#include "model/ec2/loss_schedule.hpp"
#include "model/managed/environment_fleet.hpp"

namespace model {

namespace {

using managed::EnvironmentFleet;
using managed::kNever;

ManagedTally tallyOf(const Ec2Tally& counted) {
  ManagedTally tally;
  tally.outcomes = counted.outcomes;
  tally.instanceNs = counted.instanceNs;
  tally.inServiceNs = counted.inServiceNs;
  tally.minimumTopUpNs = counted.minimumTopUpNs;
  tally.cpuBusyNs = counted.cpuBusyNs;
  tally.inFlightNs = counted.inFlightNs;
  tally.launches = counted.launches;
  tally.terminations = counted.terminations;
  tally.peakInstances = counted.peakInstances;
  return tally;
}

// The most environments that all need of late: capacity goes when nothing has needed it for so many periods.
class RecentNeed {
 public:
  explicit RecentNeed(int points) : m_points(static_cast<std::size_t>(std::max(1, points))) {}
  void add(std::int64_t environments) {
    m_recent.push_back(environments);
    if (m_recent.size() > m_points) m_recent.pop_front();
  }
  std::optional<std::int64_t> most() const {
    if (m_recent.size() < m_points) return std::nullopt;
    return *std::max_element(m_recent.begin(), m_recent.end());
  }

 private:
  std::size_t m_points;
  std::deque<std::int64_t> m_recent;
};

} // namespace

// A hair below, so that a load of exactly n environments asks for n in spite of rounding.
std::int64_t environmentsWanted(const ManagedFleet& fleet, double vcpus, double inFlight) {
  const ManagedScaling policy = fleet.scaling.value_or(ManagedScaling{});
  const double byCpu = vcpus / fleet.environmentVcpus, bySlots = inFlight / static_cast<double>(fleet.slotCount);
  const double wanted = std::ceil(std::max(byCpu, bySlots) * policy.headroom / policy.packing - 1e-9);
  const std::int64_t most = fleet.maxInstances * fleet.environmentsPerInstance;
  const double bounded = std::clamp(wanted, static_cast<double>(std::min(fleet.min, most)), static_cast<double>(most));
  return static_cast<std::int64_t>(bounded);
}

std::int64_t instancesFor(const ManagedFleet& fleet, std::int64_t environments) {
  const std::int64_t each = fleet.environmentsPerInstance;
  return std::clamp((environments + each - 1) / each, std::min(fleet.minInstances, fleet.maxInstances),
                    fleet.maxInstances);
}

struct ManagedSimulator::State {
  State(const ManagedFleet& configured, const ObservationPlan& observation, std::uint64_t seed,
        std::uint64_t replication)
      : fleet(configured), plan(observation), policy(configured.scaling.value_or(ManagedScaling{})),
        demand(configured.environmentVcpus, configured.speed, configured.threads),
        recorder(observation, configured.timeout, configured.overhead, configured.badDeployments),
        environments(configured, recorder, seed, replication), losses(configured), need(policy.inPoints),
        periodEnd(policy.period.count()) {
    if (plan.warmup.count() == 0) openWindow(0);
    controlDone();
  }

  void feed(const workloads::RequestBatch& batch);
  ManagedRun finish();

  void control(std::int64_t t);
  void controlDone();
  void sampleTimeline(std::int64_t t);
  void closeSpans(std::int64_t t);
  void openWindow(std::int64_t t);
  void notePeak();
  void strike(std::int64_t t);
  void closePeriod(std::int64_t t);
  void follow(std::int64_t wanted, std::int64_t t);
  std::int64_t tick() const;

  ManagedFleet fleet;
  ObservationPlan plan;
  ManagedScaling policy;
  ec2::DemandRule demand;
  ec2::TallyRecorder recorder;
  EnvironmentFleet environments;
  ec2::LossSchedule losses;
  RecentNeed need;
  std::int64_t periodEnd;
  Int128 busyAtPeriodStart = 0, inFlightAtPeriodStart = 0;
  double cpu = 0; // of the last period, 0..1 of the environments' vCPUs

  struct Window {
    Int128 environmentNsAtStart = 0, environmentNs = 0;
    std::int64_t peak = 0;
  };
  std::vector<Window> windows; // of those that are open or behind; the warm-up is none
  std::int64_t nextControl = 0;
  std::vector<TimelinePoint> timeline;
};

// -- requests -------------------------------------------------------------------------------------------------------

void ManagedSimulator::State::feed(const workloads::RequestBatch& batch) {
  const auto arrivals = batch.arrival;
  const auto end = static_cast<std::size_t>(std::lower_bound(arrivals.begin(), arrivals.end(), recorder.horizon()) -
                                            arrivals.begin());
  for (std::size_t i = 0; i < end;) {
    while (nextControl <= arrivals[i]) control(nextControl);
    const std::size_t first = i;
    std::uint64_t throttled = 0;
    for (; i < end && arrivals[i] < nextControl; ++i)
      throttled += environments.route(demand(arrivals[i], batch.cpu[i], batch.io[i])) ? 0U : 1U;
    recorder.attempted(i - first);
    recorder.throttled(throttled);
  }
}

// -- control --------------------------------------------------------------------------------------------------------

std::int64_t ManagedSimulator::State::tick() const {
  if (timeline.size() >= static_cast<std::size_t>(std::max(0, plan.timelinePoints))) return kNever;
  return static_cast<std::int64_t>(static_cast<Int128>(plan.horizon.count()) *
                                   static_cast<std::int64_t>(timeline.size()) / plan.timelinePoints);
}

void ManagedSimulator::State::controlDone() {
  nextControl = std::min({tick(), recorder.nextEdge(), recorder.nextHour(), environments.nextReady(),
                          environments.nextDrainDeadline(), losses.next(), periodEnd});
}

// Everything at t, after the finishes and before the arrivals of that instant.
void ManagedSimulator::State::control(std::int64_t t) {
  while (tick() == t) sampleTimeline(t);
  environments.advance(t);
  closeSpans(t);
  if (losses.next() <= t) strike(t);
  environments.makeReady(t);
  if (periodEnd == t) closePeriod(t);
  notePeak();
  controlDone();
}

void ManagedSimulator::State::sampleTimeline(std::int64_t t) {
  environments.advance(t - 1);
  timeline.push_back({Duration(t), static_cast<double>(environments.instances()),
                      static_cast<double>(environments.ready()), static_cast<double>(environments.requestsInFlight()),
                      cpu});
}

// Hours and windows that end at t.
void ManagedSimulator::State::closeSpans(std::int64_t t) {
  if (recorder.nextHour() == t) recorder.closeHour();
  while (recorder.nextEdge() == t) {
    if (!windows.empty())
      windows.back().environmentNs = environments.environmentsAt(t) - windows.back().environmentNsAtStart;
    recorder.closeWindow(environments.cpuBusyAt(t), environments.instances());
    openWindow(t);
  }
}

void ManagedSimulator::State::openWindow(std::int64_t t) {
  windows.push_back({environments.environmentsAt(t), 0, 0});
  notePeak();
}

void ManagedSimulator::State::notePeak() {
  if (!windows.empty()) windows.back().peak = std::max(windows.back().peak, environments.ready());
}

// With a policy what is lost is missed when it next looks.
void ManagedSimulator::State::strike(std::int64_t t) {
  losses.strike(t, environments);
  if (!fleet.scaling) environments.replaceLost(t);
}

void ManagedSimulator::State::closePeriod(std::int64_t t) {
  const Int128 busy = environments.cpuBusyAt(t), inFlight = environments.inFlightAt(t);
  const auto period = static_cast<double>(policy.period.count());
  const double vcpus = static_cast<double>(busy - busyAtPeriodStart) / (static_cast<double>(ec2::kCore) * period);
  const double requests = static_cast<double>(inFlight - inFlightAtPeriodStart) / period;
  busyAtPeriodStart = busy;
  inFlightAtPeriodStart = inFlight;
  periodEnd += policy.period.count();
  const double offered = static_cast<double>(environments.ready()) * fleet.environmentVcpus;
  cpu = offered > 0 ? vcpus / offered : 0;
  if (fleet.scaling) follow(environmentsWanted(fleet, vcpus, requests), t);
}

// What was lost and what the load asks for in addition start at once; instances go only when nothing starts and every
// recent period could do without them.
void ManagedSimulator::State::follow(std::int64_t wanted, std::int64_t t) {
  need.add(wanted);
  environments.replaceLost(t);
  environments.growTo(wanted, t);
  const auto enough = need.most();
  if (!enough || environments.starting()) return;
  environments.shrinkTo(instancesFor(fleet, *enough), t);
  environments.growTo(*enough, t); // what went with them and is still needed
}

ManagedRun ManagedSimulator::State::finish() {
  const std::int64_t horizon = recorder.horizon();
  while (nextControl < horizon) control(nextControl);
  environments.advance(horizon - 1);
  closeSpans(horizon);
  environments.close(horizon);
  ManagedRun run;
  for (const auto& counted : recorder.takeWindows()) {
    run.windows.push_back(tallyOf(counted));
    const Window& window = windows[run.windows.size() - 1];
    run.windows.back().environmentNs = window.environmentNs;
    run.windows.back().peakEnvironments = window.peak;
  }
  run.timeline = std::move(timeline);
  run.hours = recorder.takeHours();
  return run;
}

// -- the door -------------------------------------------------------------------------------------------------------

ManagedSimulator::ManagedSimulator(const ManagedFleet& fleet, const ObservationPlan& plan, std::uint64_t seed,
                                   std::uint64_t replication)
    : m_state(std::make_unique<State>(fleet, plan, seed, replication)) {}
ManagedSimulator::~ManagedSimulator() = default;
ManagedSimulator::ManagedSimulator(ManagedSimulator&&) noexcept = default;
void ManagedSimulator::feed(const workloads::RequestBatch& batch) { m_state->feed(batch); }
ManagedRun ManagedSimulator::finish() { return m_state->finish(); }

} // namespace model
