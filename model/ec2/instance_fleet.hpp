#pragma once
// The instances of one fleet through their lives: booting, in service, draining, gone; zones kept balanced. Knows
// neither metrics nor policies. Pinned by tests/model/scaling_test.cpp and the reference loop.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/ec2/request_engine.hpp"
#include "model/ec2/service_ledger.hpp"

namespace model::ec2 {

struct Instance {
  RequestEngine engine;
  std::uint64_t received = 0; // requests routed here
  std::uint64_t number = 0;   // in launch order
  int zone = 0;
  std::int64_t launchedAt = 0, inServiceAt = 0; // inServiceAt lies ahead while it boots
  std::int64_t warmAt = 0;                      // in the metrics from here on
  std::int64_t drainsSince = kNever, drainDeadline = kNever;
  Int128 busyAtDrain = 0; // kCore x ns
  // Burstable: its account up to an instant and the vCPU time used by then, kCore x ns.
  std::optional<pricing::CpuCreditAccount> credits;
  std::int64_t creditsAt = 0;
  Int128 busyAtCredits = 0;
  // For the metric period and the window under way.
  Int128 busyAtPeriodStart = 0;
  std::uint64_t receivedAtPeriodStart = 0;
};

class InstanceFleet {
 public:
  using Instances = std::vector<std::unique_ptr<Instance>>;

  InstanceFleet(const Ec2Fleet& fleet, Duration warmup, TallyRecorder& recorder, std::uint64_t seed,
                std::uint64_t replication);

  const EngineLimits& limits() const { return m_limits; }
  Instances& serving() { return m_serving; } // in the order they came into service
  std::size_t nextInTurn = 0;                // round robin: index into serving()

  void launch(std::int64_t count, std::int64_t t);
  void drain(std::int64_t count, std::int64_t t);
  // All requests up to t, and the end of drained instances. What drains ends at its last request, or at its deadline
  // with the requests left failing (Elastic Load Balancing, deregistration delay).
  void advance(std::int64_t t);
  void enterService(std::int64_t t); // booting instances whose time has come
  std::int64_t nextBoot() const;
  std::int64_t nextDrainDeadline() const;

  std::int64_t booting() const { return static_cast<std::int64_t>(m_booting.size()); }
  std::int64_t inService() const { return static_cast<std::int64_t>(m_serving.size()); }
  std::int64_t alive() const { return booting() + inService() + static_cast<std::int64_t>(m_draining.size()); }
  bool warming(std::int64_t t) const;
  std::int64_t requestsInFlight() const;
  Int128 cpuBusyAt(std::int64_t t) const;            // all instances since the start, kCore x ns
  ServiceTotals serviceTotals(std::int64_t t) const; // all but `routed`. Precondition: advanced to t

  // Burstable instances earn and spend up to t, at the mean use since the last time. Precondition: advanced to t.
  void spendCredits(std::int64_t t);
  double surplusCredits() const; // of all instances since the start: charged and owed

  // The horizon is reached: lives are closed there, then requests in flight run to their end.
  void close(std::int64_t horizon);

 private:
  std::unique_ptr<Instance> create();
  void advance(Instance& instance, std::int64_t t);
  void reapDrained(std::int64_t t);
  void spendCredits(Instance& instance, std::int64_t t) const;
  int emptiestZone() const;
  std::size_t oldestOfFullestZone() const;
  std::vector<std::int64_t> servingByZone() const;

  Discipline m_discipline;
  EngineLimits m_limits;
  int m_zones;
  std::int64_t m_warmup, m_deregistrationDelay;
  TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot;
  Instances m_booting, m_serving, m_draining;
  std::uint64_t m_launched = 0;
  ServiceTotals m_gone; // of terminated instances
  std::optional<pricing::CreditPlan> m_credits;
  double m_goneSurplus = 0; // of terminated instances, charged at their end
};

} // namespace model::ec2
