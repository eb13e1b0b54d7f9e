#pragma once
// What a platform simulator hands out: exact counts per observation window, no money, no estimates. A run is split into
// windows so that a single trace still yields independent-looking observations (batch means); replications of a
// synthetic workload use one window each.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/statistics.hpp"
#include "pricing/quantities.hpp"

namespace model {

using pricing::Duration;

// Observation starts at `warmup` and ends at `horizon`; windows are equal parts of that. Requests that arrive before
// the horizon run to their end and count in the window of their arrival; environment and instance time stops at the
// horizon.
struct ObservationPlan {
  Duration warmup{}, horizon{};
  int windows = 1;                         // >= 1
  int timelinePoints = 600;                // samples over [0, horizon); 0: no timeline
  Duration hour = std::chrono::hours(1);   // one entry of the hourly series; tests shorten it
  Duration slot = std::chrono::minutes(5); // about; what idle instances were kept for is asked once in each
  // Clock hours over [0, horizon), the last one cut by the horizon.
  std::size_t hours() const { return static_cast<std::size_t>((horizon.count() + hour.count() - 1) / hour.count()); }
};

// How requests ended, in the window of their arrival; each is in exactly one of these: attempts = completed + failed().
struct Outcomes {
  std::uint64_t attempts = 0; // requests that arrived; deliveries of one again are in SourceTally
  std::uint64_t completed = 0;
  std::uint64_t throttled = 0;  // Lambda 429: concurrency, growth or request-rate limit, nobody tried again
  std::uint64_t rejected = 0;   // EC2 503: no instance in service or queue full
  std::uint64_t timedOut = 0;   // Lambda function timeout or a client that gave up; EC2 504
  std::uint64_t errored = 0;    // error or crash in the last attempt: answered so, dead letter or discarded
  std::uint64_t expired = 0;    // too old in the source's queue
  std::uint64_t unfinished = 0; // still at the source when the run ended
  // Instances: of the completed ones, those that a bad deployment is expected to have answered with an error, x 1e9.
  std::uint64_t deploymentErrorsPpb = 0;
  LatencyHistogram latency; // completed requests, arrival to response, front-door overhead included
  std::uint64_t failed() const { return throttled + rejected + timedOut + errored + expired + unfinished; }
  Outcomes& operator+=(const Outcomes& other);
  friend bool operator==(const Outcomes&, const Outcomes&) = default;
};

inline Outcomes& Outcomes::operator+=(const Outcomes& other) {
  attempts += other.attempts;
  completed += other.completed;
  throttled += other.throttled;
  rejected += other.rejected;
  timedOut += other.timedOut;
  errored += other.errored;
  expired += other.expired;
  unfinished += other.unfinished;
  deploymentErrorsPpb += other.deploymentErrorsPpb;
  latency.merge(other.latency);
  return *this;
}

// What happened between a source and its function. Counts are booked where their request arrived, however late they
// come; what is held over time, where it happened. A delivery hands one request to the function: firstDeliveries +
// redeliveries = throttled + succeeded + errored + crashed + timedOut.
// All zero when the run needed no event engine: every request was delivered once, as it came.
struct SourceTally {
  std::uint64_t firstDeliveries = 0, redeliveries = 0;
  std::uint64_t throttled = 0;    // refused, not billed
  std::uint64_t succeeded = 0;    // in the function's eyes; a client may have gone
  std::uint64_t errored = 0;      // the function failed, or another message of its batch did
  std::uint64_t crashed = 0;      // the environment went down
  std::uint64_t timedOut = 0;     // cut at the function's timeout
  std::uint64_t abandoned = 0;    // of these, the client had stopped waiting for
  Int128 waitedNs = 0;            // of all requests: arrival until the function took it, or it was given up
  std::int64_t longestWaitNs = 0; // of these
  Int128 backlogNs = 0;           // requests at the source, not in the function, over the window's time
  std::int64_t peakBacklog = 0;   // held for longer than an instant
  std::int64_t backlogGrowth = 0; // requests at the source at the window's end less those at its beginning
  Int128 pollerNs = 0;            // provisioned pollers
  SourceTally& operator+=(const SourceTally& other);
  std::uint64_t deliveries() const { return firstDeliveries + redeliveries; }
  friend bool operator==(const SourceTally&, const SourceTally&) = default;
};

inline SourceTally& SourceTally::operator+=(const SourceTally& other) {
  firstDeliveries += other.firstDeliveries;
  redeliveries += other.redeliveries;
  throttled += other.throttled;
  succeeded += other.succeeded;
  errored += other.errored;
  crashed += other.crashed;
  timedOut += other.timedOut;
  abandoned += other.abandoned;
  waitedNs += other.waitedNs;
  longestWaitNs = std::max(longestWaitNs, other.longestWaitNs);
  backlogNs += other.backlogNs;
  peakBacklog = std::max(peakBacklog, other.peakBacklog);
  backlogGrowth += other.backlogGrowth;
  pollerNs += other.pollerNs;
  return *this;
}

// What a call counts and bills belongs to the window in which its request arrived (of a batch: its first request), so
// that what waits at a source is paid for however late it runs; environments' time to the window in which it passes.
struct LambdaTally {
  Outcomes outcomes;
  std::uint64_t started = 0, cold = 0;  // cold: in a new environment; cold fraction = cold / started
  std::uint64_t initAhead = 0;          // of cold: init was over before the request came, so it did not wait
  std::uint64_t initRestarts = 0;       // of cold: init over its limit, begun anew inside the call
  std::uint64_t resetInits = 0;         // not cold: calls that began with init, because the one before was cut
  std::uint64_t provisionedStarted = 0; // of started
  std::uint64_t throttledConcurrency = 0, throttledGrowth = 0, throttledRate = 0;
  std::int64_t billedMs = 0, provisionedBilledMs = 0; // sums of ceil(init + duration), on demand and provisioned
  Int128 busyNs = 0, idleNs = 0;                      // environment time in the window, on demand; busy includes init
  Int128 initNs = 0;                                  // of busyNs: all init that a request waited for
  Int128 provisionedBusyNs = 0;
  // What billedMs and provisionedBilledMs (x 1e6 ns) are made of, by arrival as they are; what is left is round-up. A
  // request cut by the timeout is cut in proportion: waiting x timeout / duration, rounded down, and computing the
  // rest. Init: what ran before the call where that is billed, and what ran inside it.
  Int128 cpuNs = 0, ioNs = 0, billedInitNs = 0, extensionNs = 0;
  Int128 provisionedCpuNs = 0, provisionedIoNs = 0, provisionedInitNs = 0, provisionedExtensionNs = 0;
  std::uint64_t environmentsEnded = 0;             // expired or retired in the window
  std::int64_t peakEnvironments = 0, peakBusy = 0; // provisioned included
  SourceTally source;
  Int128 provisionedAllocatedNs = 0; // of a plan that changes over time, each environment's stay up to whole 5 min
  friend bool operator==(const LambdaTally&, const LambdaTally&) = default;
};

// What instances in service were good for, in instance-ns; exact definitions in docs/ec2.md, "Where instance time
// goes".
struct InServiceTime {
  Int128 busyNs = 0;       // vCPU time used / vCPUs, draining instances included
  Int128 headroomNs = 0;   // free on the instances that the load needs at the scaling target
  Int128 zoneFloorNs = 0;  // kept because every zone has one
  Int128 idleNightNs = 0;  // kept by the `min` in force beyond that; fixed fleet: free in all but the busiest slot
  Int128 forecastNs = 0;   // kept by the forecast of predictive scaling beyond that
  Int128 scaleInLagNs = 0; // above all of these
  Int128 drainingNs = 0;   // waiting for the last requests
  InServiceTime& operator+=(const InServiceTime& other);
  Int128 sum() const {
    return busyNs + headroomNs + zoneFloorNs + idleNightNs + forecastNs + scaleInLagNs + drainingNs;
  }
  friend bool operator==(const InServiceTime&, const InServiceTime&) = default;
};

inline InServiceTime& InServiceTime::operator+=(const InServiceTime& other) {
  busyNs += other.busyNs;
  headroomNs += other.headroomNs;
  zoneFloorNs += other.zoneFloorNs;
  idleNightNs += other.idleNightNs;
  forecastNs += other.forecastNs;
  scaleInLagNs += other.scaleInLagNs;
  drainingNs += other.drainingNs;
  return *this;
}

// Instances of one type on the spot market; parts of the sums of Ec2Tally. Billed: instanceNs + minimumTopUpNs -
// freeNs.
struct SpotTime {
  Int128 instanceNs = 0, inServiceNs = 0, minimumTopUpNs = 0;
  Int128 freeNs =
      0; // of instanceNs: interrupted by AWS in the first hour (EC2 user guide, billing for interrupted Spot)
  double surplusCredits = 0;
  SpotTime& operator+=(const SpotTime& other);
  friend bool operator==(const SpotTime&, const SpotTime&) = default;
};

inline SpotTime& SpotTime::operator+=(const SpotTime& other) {
  instanceNs += other.instanceNs;
  inServiceNs += other.inServiceNs;
  minimumTopUpNs += other.minimumTopUpNs;
  freeNs += other.freeNs;
  surplusCredits += other.surplusCredits;
  return *this;
}

struct Ec2Tally {
  Outcomes outcomes;
  Int128 instanceNs = 0;     // launch (running) to termination, in the window; billed but for what is free of spot
  Int128 inServiceNs = 0;    // taking requests or draining; instanceNs - inServiceNs is boot
  InServiceTime inService;   // its parts add up to inServiceNs
  Int128 minimumTopUpNs = 0; // 60 s minimum per start: what is billed beyond instanceNs for instances that ended early
  // Warm pool, none of it in instanceNs: instance time in it, the part of that which runs and pays the instance's
  // price, and the 60 s minimum of runs that ended in it.
  Int128 warmPoolNs = 0, warmPoolRunningNs = 0, warmPoolTopUpNs = 0;
  Int128 cpuBusyNs = 0;  // vCPU-ns used; utilisation = cpuBusyNs / (vcpus x inServiceNs)
  Int128 inFlightNs = 0; // requests at instances, waiting or running (Little's law check)
  // CPU credits that burstable instances used ahead of earning them, charged or still owed, less what was paid back.
  double surplusCredits = 0;
  std::uint64_t launches = 0, terminations = 0;
  std::int64_t peakInstances = 0;
  std::uint64_t wentUnhealthy = 0;           // instances out of rotation, each time one went
  std::uint64_t failedOpen = 0;              // times that the last healthy one did
  std::vector<SpotTime> spot;                // by type of the fleet; empty: all on demand
  std::uint64_t interruptions = 0;           // of terminations: by AWS
  std::uint64_t lostToInterruptions = 0;     // of outcomes.timedOut: in flight when AWS took the instance
  std::uint64_t launchesWithoutCapacity = 0; // attempts on the spot market that no type had capacity for
  SpotTime spotTotal() const;
  friend bool operator==(const Ec2Tally&, const Ec2Tally&) = default;
};

inline SpotTime Ec2Tally::spotTotal() const {
  SpotTime sum;
  for (const auto& kind : spot) sum += kind;
  return sum;
}

// What the alarms of a scaling policy say: enough points in a row asked for more, or for fewer instances.
enum class AlarmState { None, Out, In };

// State just before `at`. Lambda: environments and busy; EC2: instances launched (booting included) and requests in
// flight.
struct TimelinePoint {
  Duration at{};
  double capacity = 0;  // environments or instances
  double inService = 0; // EC2: serving instances; Lambda: = capacity
  double inFlight = 0;  // requests being served or waiting
  double metric = 0;    // EC2: last CloudWatch point of the policy's metric, CPU 0..1 without one; Lambda: 0
  double backlog = 0;   // Lambda: requests at the source that are not in the function
  double oldestS = 0;   // Lambda: age of the oldest of these, s (a stream's iterator age)
  // EC2: why there are so many. capacity = booting + inService + draining.
  double desired = 0, booting = 0, draining = 0;
  double unhealthy = 0; // of inService: out of rotation
  double warmPool = 0;  // beside the group, whether ready or still being prepared
  AlarmState alarm = AlarmState::None;
  double overflow = 0; // hybrid: requests being served by the function; capacity to metric are of its instances
};

// What a commitment or a load balancer is billed by: whole clock hours from time 0, warm-up included, ObservationPlan::
// hours() entries. Without a warm-up they add up to the windows.
struct LambdaHours {
  std::vector<std::int64_t> billedMs, provisionedBilledMs; // by the hour of arrival
  std::vector<std::int64_t> busyNs;                        // init and duration, all requests, by the hour of arrival
  friend bool operator==(const LambdaHours&, const LambdaHours&) = default;
};
struct Ec2Hours {
  // Billed at the price of on demand: instance time, that of a warm pool which runs included, and the 60 s top-up in
  // the hour a run ends. None of it is on the spot market.
  std::vector<std::int64_t> instanceNs;
  std::vector<std::int64_t> inFlightNs; // requests at instances; over an hour's length: mean connections
  friend bool operator==(const Ec2Hours&, const Ec2Hours&) = default;
};

struct LambdaRun {
  std::vector<LambdaTally> windows;
  std::vector<Outcomes> neighbours; // other functions of the account, whole run
  std::vector<TimelinePoint> timeline;
  LambdaHours hours;
};
struct Ec2Run {
  std::vector<Ec2Tally> windows;
  std::vector<TimelinePoint> timeline;
  Ec2Hours hours;
  bool foundFull = false; // processor sharing: some request found all workers of its instance busy
};

} // namespace model
