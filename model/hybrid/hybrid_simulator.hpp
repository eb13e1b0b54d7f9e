#pragma once
// A base fleet on EC2 and a function that takes what the fleet does not: both simulators meet the same arrivals, each
// its part of them, in one run. Rules, equations and evidence: docs/hybrid.md. Pinned by
// tests/model/hybrid_simulator_test.cpp against the plain reference loops in a row, and by
// tests/validation/hybrid_validation_test.cpp (Erlang B, Poisson splitting).
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "model/lambda/lambda_simulator.hpp"
#include "workloads/random.hpp"

namespace model {

// A request goes to the function when the instance that routing chose has `limit` requests in work or waiting, or has
// no room, or when no instance is in service. With least outstanding requests the chosen instance has the fewest, so
// that the limit is exactly one on the fleet: limit x instances in service.
struct InFlightOverflow {
  std::optional<std::int64_t> limit; // per instance, >= 1; nothing: "auto"
  friend bool operator==(const InFlightOverflow&, const InFlightOverflow&) = default;
};
// An independent draw for each request, as the weights of an Application Load Balancer's target groups have it; what
// the instances then refuse has failed.
struct WeightedOverflow {
  double share = 0.1; // of the requests, to the function, 0..1
  friend bool operator==(const WeightedOverflow&, const WeightedOverflow&) = default;
};
using OverflowRule = std::variant<InFlightOverflow, WeightedOverflow>;

// Ready to run: the rule has a limit where it needs one. The fleet's own overflow limit is set by the rule.
struct HybridFleet {
  Ec2Fleet base;
  LambdaFunction function;
  OverflowRule overflow;
};

// Each request is in exactly one of the two.
struct HybridTally {
  Ec2Tally base;
  LambdaTally overflow;
  Outcomes outcomes() const {
    Outcomes all = base.outcomes;
    return all += overflow.outcomes;
  }
  friend bool operator==(const HybridTally&, const HybridTally&) = default;
};
struct HybridHours {
  Ec2Hours base;
  LambdaHours overflow;
  std::vector<std::uint64_t> handedOver; // requests to the function, by the hour of arrival
  friend bool operator==(const HybridHours&, const HybridHours&) = default;
};
struct HybridRun {
  std::vector<HybridTally> windows;
  std::vector<TimelinePoint> timeline;
  HybridHours hours;
};

// Some requests of a batch, as a batch.
class RequestSelection {
 public:
  workloads::RequestBatch of(const workloads::RequestBatch& batch, std::span<const std::size_t> positions);

 private:
  std::vector<std::int64_t> m_arrival, m_cpu, m_io;
};

// Feed every request in order, then finish once. Memory is that of the two simulators.
class HybridSimulator {
 public:
  // Streams of both simulators, and "hybrid.weight", of this seed and replication.
  HybridSimulator(const HybridFleet& fleet, const ObservationPlan& plan, std::uint64_t seed, std::uint64_t replication);
  // `atInstances`: the same requests as they are on the instances, where a slow downstream is already in their waiting;
  // the function is given them as they are in `batch`.
  void feed(const workloads::RequestBatch& batch, const workloads::RequestBatch& atInstances);
  void feed(const workloads::RequestBatch& batch) { feed(batch, batch); }
  HybridRun finish();

 private:
  std::span<const std::size_t> split(const workloads::RequestBatch& atInstances);
  void countHours(std::span<const std::int64_t> arrivals);

  std::optional<double> m_share; // nothing: by the base's limit
  Ec2Simulator m_base;
  LambdaSimulator m_function;
  workloads::RandomStream m_weight;
  std::int64_t m_horizonNs, m_hourNs;
  RequestSelection m_kept, m_handedOver;
  std::vector<std::size_t> m_keptAt, m_handedOverAt; // positions in the batch, by weight only
  std::vector<std::uint64_t> m_hours;
};

} // namespace model
