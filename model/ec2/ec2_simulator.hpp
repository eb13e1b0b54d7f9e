#pragma once
// A fleet of equal instances behind a load balancer, with Auto Scaling. Rules: design section 5; sources: EC2, Auto
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
#include "model/observation.hpp"
#include "pricing/cpu_credits.hpp"
#include "workloads/distribution.hpp"
#include "workloads/workload.hpp"

namespace model {

enum class Discipline { Fcfs, ProcessorSharing };
// Queue: nobody routes; free workers take from one queue of the fleet (messages of SQS), the emptiest instance first.
enum class Routing { RoundRobin, LeastOutstanding, Random, Queue };

// When an instance that died is noticed: after this many failed checks in a row.
struct HealthCheck {
  Duration interval = std::chrono::seconds(30);
  int unhealthy = 2;
  Duration detection() const { return unhealthy * interval; }
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

struct NoScaling {
  friend bool operator==(const NoScaling&, const NoScaling&) = default;
};
// CloudWatch alarms of a target-tracking policy: out after `outPoints` points in a row above target, in after
// `inPoints` below inFraction * target (EC2 Auto Scaling on CPU: 3, 15, 0.7). Points are averages over `period` and
// arrive `metricDelay` after the period's end.
struct TargetTracking {
  enum class Metric { Cpu, RequestsPerTarget } metric = Metric::Cpu;
  double target = 0.5; // CPU 0..1, or requests per target and period
  Duration period = std::chrono::minutes(1);
  Duration metricDelay = std::chrono::minutes(1);
  int outPoints = 3, inPoints = 15;
  double inFraction = 0.7;
  Duration warmup = std::chrono::minutes(5); // after InService: not in the metric, and no scale-in while any warms up
  friend bool operator==(const TargetTracking&, const TargetTracking&) = default;
};
using Scaling = std::variant<NoScaling, TargetTracking>;

// One fleet in one configuration, ready to run.
struct Ec2Fleet {
  double vcpus = 2.0;
  double speed = 1.0;   // of one vCPU, relative to a Lambda x86 vCPU
  double threads = 1.0; // vCPUs one request can use
  Discipline discipline = Discipline::ProcessorSharing;
  std::int64_t workers = 16;      // requests in flight per instance
  std::int64_t queueLimit = 1000; // waiting per instance beyond the workers
  Duration requestTimeout =
      std::chrono::seconds(30); // from arrival; a waiting request leaves, a running one fails but finishes
  Routing routing = Routing::RoundRobin;
  int zones = 2;
  std::int64_t min = 2, max = 20, initial = 2; // initial instances are in service at time 0
  Scaling scaling = NoScaling{};
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::minutes(1)}; // launch to in service; billed
  Duration deregistrationDelay = std::chrono::minutes(5); // draining at most this long, then requests left fail
  Duration overhead{};                                    // load balancer, added to latency
  // Burstable types. Unlimited mode: what they use beyond what they earn is counted; they never slow down. Standard mode:
  // they fall to their baseline while they have none. Every instance begins with what a launch gives, the initial ones
  // too. EC2 user guide, burstable performance instances (Apr 2026).
  std::optional<pricing::CreditPlan> credits;
  // Round robin: an instance new in service gets a share of the requests that grows evenly to a full one.
  Duration slowStart{};
  // Network, or the volume: how long a request's bytes keep it busy, where it can bind at all; responses queue for it.
  Duration linkPerRequest{};
  HealthCheck healthCheck;
  Duration visibilityTimeout = std::chrono::seconds(30); // Queue: until what a lost instance had taken comes back
  std::vector<LostInstances> lostInstances;
  std::vector<LostZone> lostZones;
  std::vector<BadDeployment> badDeployments;
  // A gateway in front hands a request over instead: when the instance that routing chose has this many in work or
  // waiting, or no room, and when no instance is in service. What is handed over is no attempt here and in no metric.
  std::optional<std::int64_t> overflowLimit; // >= 1
};

// Feed every request in order, then finish once. Memory is O(instances + requests in flight).
class Ec2Simulator {
 public:
  // Streams "ec2.boot", "ec2.routing" of this seed and replication.
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

// Duration on an uncontended instance: io + cpu / (speed * min(threads, vcpus)), nearest ns.
std::int64_t ec2DurationNs(const Ec2Fleet& fleet, std::int64_t cpuNs, std::int64_t ioNs);

// Desired instances of a target-tracking policy for a metric at `value` (AWS: rounds up when adding, refuses to remove
// when that would overshoot): the integer n' such that n * value / target needs it; SC-12: +1.5 -> +2, -0.5 -> 0.
std::int64_t targetTrackingDesired(std::int64_t inService, double value, double target);

} // namespace model
