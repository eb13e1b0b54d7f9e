#pragma once
// A fleet of instances behind a load balancer, with Auto Scaling. Rules: design section 5; sources: EC2, Auto
// Scaling and Elastic Load Balancing user guides (copies of Apr and Sep-Oct 2026), named in ec2_simulator.cpp.
// Pinned by tests/model/ec2_simulator_test.cpp against a plain reference event loop, M/M/1, M/M/c, M/D/1, M/G/1,
// processor sharing, and scaling traces worked by hand.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "model/failures.hpp"

#include "model/ec2/purchase_mix.hpp"
#include "model/ec2/scaling.hpp"
#include "model/observation.hpp"
#include "workloads/distribution.hpp"
#include "workloads/workload.hpp"

namespace model {

enum class Discipline { Fcfs, ProcessorSharing };
// Queue: nobody routes; free workers take from one queue of the fleet (messages of SQS), the emptiest instance first.
enum class Routing { RoundRobin, LeastOutstanding, Random, Queue };

// When an instance that died is noticed: after this many failed checks in a row. And, where a worker has to answer the
// check, when an overloaded one goes out of rotation (health_checks.hpp).
struct HealthCheck {
  Duration interval = std::chrono::seconds(30);
  int unhealthy = 2;
  bool byWorker = false; // the check waits for a worker, behind the requests that wait; it takes no time itself
  Duration timeout = std::chrono::seconds(5); // for the answer; at most `interval`
  int healthy = 5;                            // answered checks in a row until it is back in rotation
  bool replaces = false;                    // the group ends an instance that is out of rotation, and launches another
  Duration grace = std::chrono::minutes(5); // from in service on, in which the group does not
  Duration detection() const { return unhealthy * interval; }
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

// One fleet in one configuration, ready to run. As a kind it is its first type: the one on demand launches take. A warm
// pool is for fleets that are all on demand.
struct Ec2Fleet : InstanceKind {
  std::vector<InstanceKind> furtherKinds; // other types that spot launches may get
  PurchaseMix mix;
  SpotTerms spot;
  double threads = 1.0; // vCPUs one request can use
  Discipline discipline = Discipline::ProcessorSharing;
  std::int64_t queueLimit = 1000; // waiting per instance beyond the workers
  Duration requestTimeout =
      std::chrono::seconds(30); // from arrival; a waiting request leaves, a running one fails but finishes
  Routing routing = Routing::RoundRobin;
  int zones = 2;
  std::int64_t min = 2, max = 20, initial = 2; // initial instances are in service at time 0
  Scaling scaling = NoScaling{};
  ScheduledActions scheduled{};
  std::optional<PredictiveScaling> predictive{};
  std::optional<WarmPool> warmPool{};
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::minutes(1)}; // launch to in service; billed
  Duration lifecycleHook{};                               // between boot and in service; billed
  Duration deregistrationDelay = std::chrono::minutes(5); // draining at most this long, then requests left fail
  Duration overhead{};                                    // load balancer, added to latency
  // Round robin: an instance new in service gets a share of the requests that grows evenly to a full one.
  Duration slowStart{};
  HealthCheck healthCheck;
  Duration visibilityTimeout = std::chrono::seconds(30); // Queue: until what a lost instance had taken comes back
  std::vector<LostInstances> lostInstances;
  std::vector<LostZone> lostZones;
  std::vector<BadDeployment> badDeployments;
  // A gateway in front hands a request over instead: when the instance that routing chose has this many in work or
  // waiting, or no room, and when no instance is in service. What is handed over is no attempt here and in no metric.
  std::optional<std::int64_t> overflowLimit; // >= 1
};
std::vector<InstanceKind> kindsOf(const Ec2Fleet& fleet); // the first and the further ones

// Feed every request in order, then finish once. Memory is O(instances + requests in flight).
class Ec2Simulator {
 public:
  // Streams "ec2.boot", "ec2.routing", "ec2.spot" and "ec2.warm_pool" of this seed and replication.
  Ec2Simulator(const Ec2Fleet& fleet, const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication);
  ~Ec2Simulator();
  Ec2Simulator(Ec2Simulator&&) noexcept;
  // Positions in the batch of the requests that are handed over, ascending; valid until the next call. None without
  // an overflow limit.
  std::span<const std::size_t> feed(const workloads::RequestBatch& batch);
  Ec2Run finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

// Neither the load nor the clock changes how many instances there are.
inline bool isFixedFleet(const Ec2Fleet& fleet) {
  return std::holds_alternative<NoScaling>(fleet.scaling) && fleet.scheduled.actions.empty() && !fleet.predictive;
}

// Duration on an uncontended instance of the first type: io + cpu / (speed * min(threads, vcpus)), nearest ns.
std::int64_t ec2DurationNs(const Ec2Fleet& fleet, std::int64_t cpuNs, std::int64_t ioNs);

} // namespace model
