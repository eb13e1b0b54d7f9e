#pragma once
// A fleet of instances behind a load balancer, with Auto Scaling. Rules: design section 5; sources: EC2, Auto
// Scaling and Elastic Load Balancing user guides (copies of Apr and Sep-Oct 2026), named in ec2_simulator.cpp.
// Pinned by tests/model/ec2_simulator_test.cpp against a plain reference event loop, M/M/1, M/M/c, M/D/1, M/G/1,
// processor sharing, and scaling traces worked by hand.
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "model/ec2/purchase_mix.hpp"
#include "model/observation.hpp"
#include "workloads/distribution.hpp"
#include "workloads/workload.hpp"

namespace model {

enum class Discipline { Fcfs, ProcessorSharing };
enum class Routing { RoundRobin, LeastOutstanding, Random };

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

// One fleet in one configuration, ready to run. As a kind it is its first type: the one on demand launches take.
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
  workloads::DurationDistribution boot = workloads::Constant{std::chrono::minutes(1)}; // launch to in service; billed
  Duration deregistrationDelay = std::chrono::minutes(5); // draining at most this long, then requests left fail
  Duration overhead{};                                    // load balancer, added to latency
};
std::vector<InstanceKind> kindsOf(const Ec2Fleet& fleet); // the first and the further ones

// Feed every request in order, then finish once. Memory is O(instances + requests in flight).
class Ec2Simulator {
 public:
  // Streams "ec2.boot", "ec2.routing" and "ec2.spot" of this seed and replication.
  Ec2Simulator(const Ec2Fleet& fleet, const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication);
  ~Ec2Simulator();
  Ec2Simulator(Ec2Simulator&&) noexcept;
  void feed(const workloads::RequestBatch& batch);
  Ec2Run finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

// Duration on an uncontended instance of the first type: io + cpu / (speed * min(threads, vcpus)), nearest ns.
std::int64_t ec2DurationNs(const Ec2Fleet& fleet, std::int64_t cpuNs, std::int64_t ioNs);

// Desired instances of a target-tracking policy for a metric at `value` (AWS: rounds up when adding, refuses to remove
// when that would overshoot): the integer n' such that n * value / target needs it; SC-12: +1.5 -> +2, -0.5 -> 0.
std::int64_t targetTrackingDesired(std::int64_t inService, double value, double target);

} // namespace model
