#pragma once
// Lambda Managed Instances: environments that serve many requests at once on EC2 instances of their own. A router looks
// for an environment with room and refuses (429) when there is none: nothing queues in front. Capacity follows the load
// asynchronously and keeps room for it to grow. Rules, equations and sources: docs/managed.md (AWS Lambda developer
// guide, Managed Instances: scaling, execution environment, quotas; copies of Sep-Oct 2026).
// Pinned by tests/model/managed_simulator_test.cpp against a plain reference event loop, Erlang B, M/G/infinity, and by
// the published promise: a load that doubles within five minutes is served, one that triples is throttled.
#include <cstdint>
#include <memory>
#include <optional>

#include "model/failures.hpp"
#include "model/observation.hpp"
#include "workloads/distribution.hpp"
#include "workloads/workload.hpp"

namespace model {

// When capacity follows the load. AWS publishes what it watches (CPU use, and how full the environments are) and how
// much growth it leaves room for; period and patience are conventions.
struct ManagedScaling {
  double headroom = 2;  // the load may grow by this factor before environments are full; >= 1
  double packing = 0.8; // an environment is as good as full at this share of its vCPUs or its slots, 0..1
  Duration period = std::chrono::minutes(1); // the load is looked at this often, as a mean over it
  int inPoints = 15;                         // periods that all need fewer instances before one goes
  friend bool operator==(const ManagedScaling&, const ManagedScaling&) = default;
};

// One capacity provider in one configuration, ready to run.
struct ManagedFleet {
  double vcpus = 4;                            // of an instance
  double environmentVcpus = 1;                 // shared by the requests in an environment
  std::int64_t environmentsPerInstance = 3;    // that fit beside what the system keeps
  std::int64_t slotCount = 16;                 // requests at once in one environment
  std::optional<double> cpuSaturation;         // an environment refuses while this many of its vCPUs' worth is wanted
  double speed = 1, threads = 1;               // as for EC2
  Duration timeout = std::chrono::minutes(15); // the caller's wait ends; the handler keeps its slot until it is done
  int zones = 3;
  std::int64_t min = 3, initial = 3; // environments; initial ones are ready at time 0
  std::int64_t minInstances = 3, maxInstances = 100;
  std::optional<ManagedScaling> scaling = ManagedScaling{}; // nothing: the initial environments are all there is
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::minutes(1)}; // launch to in service; billed
  workloads::DurationDistribution init = workloads::Constant{}; // of an environment on an instance in service
  Duration overhead{};                                          // added to latency
  // Machines that die under it; what becomes of them: docs/managed.md, "Lost machines".
  std::vector<LostInstances> lostInstances;
  std::vector<LostZone> lostZones;
  std::vector<BadDeployment> badDeployments;
};

// Instance times as for EC2. attempts = completed + throttled + timedOut + errored; errored: lost with their machine.
struct ManagedTally {
  Outcomes outcomes;
  Int128 instanceNs = 0;                        // billed: launch to termination, in the window
  Int128 inServiceNs = 0;                       // of these, behind the boot
  Int128 minimumTopUpNs = 0;                    // 60 s minimum per start
  Int128 cpuBusyNs = 0;                         // vCPU-ns used; utilisation = cpuBusyNs / (vcpus x inServiceNs)
  Int128 inFlightNs = 0;                        // requests in environments (Little's law check)
  Int128 environmentNs = 0;                     // ready, until their instance is gone
  std::uint64_t launches = 0, terminations = 0; // of instances
  std::int64_t peakInstances = 0, peakEnvironments = 0;
  friend bool operator==(const ManagedTally&, const ManagedTally&) = default;
};

struct ManagedRun {
  std::vector<ManagedTally> windows;
  std::vector<TimelinePoint> timeline; // instances, environments that are ready, requests in flight, CPU of a period
  Ec2Hours hours;
};

// Feed every request in order, then finish once. Memory is O(environments + requests in flight).
class ManagedSimulator {
 public:
  // Streams "managed.boot", "managed.init" of this seed and replication.
  ManagedSimulator(const ManagedFleet& fleet, const ObservationPlan& plan, std::uint64_t seed,
                   std::uint64_t replication);
  ~ManagedSimulator();
  ManagedSimulator(ManagedSimulator&&) noexcept;
  void feed(const workloads::RequestBatch& batch);
  ManagedRun finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

// Environments for a mean load of `vcpus` busy and `inFlight` requests: so many that the load can grow by the headroom
// before they are full. At least the fleet's minimum, at most what its instances hold.
std::int64_t environmentsWanted(const ManagedFleet& fleet, double vcpus, double inFlight);
// Instances that hold so many, within the fleet's bounds.
std::int64_t instancesFor(const ManagedFleet& fleet, std::int64_t environments);

} // namespace model
