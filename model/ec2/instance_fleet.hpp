#pragma once
// The instances of one fleet through their lives: prepared in a warm pool, booting, in service, draining, gone; zones
// kept balanced. Knows neither metrics nor policies. Pinned by tests/model/scaling_test.cpp and the reference loop.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/ec2/prepared_instances.hpp"
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
  std::int64_t runsSince = 0;                   // launchedAt, or earlier: it ran in the warm pool
  bool returnsToPool = false;                   // once it is drained
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
  // Those that still boot first, the last launched of them; then those in service by the termination policy.
  void drain(std::int64_t count, std::int64_t t);
  // All requests up to t, and the end of drained instances. What drains ends at its last request, or at its deadline
  // with the requests left failing (Elastic Load Balancing, deregistration delay).
  void advance(std::int64_t t);
  void enterService(std::int64_t t); // booting instances whose time has come
  std::int64_t nextBoot() const;
  std::int64_t nextDrainDeadline() const;

  std::int64_t booting() const { return static_cast<std::int64_t>(m_booting.size()); }
  std::int64_t inService() const { return static_cast<std::int64_t>(m_serving.size()); }
  std::int64_t draining() const { return static_cast<std::int64_t>(m_draining.size()); }
  std::int64_t alive() const { return booting() + inService() + draining(); }
  bool warming(std::int64_t t) const;
  std::int64_t warm(std::int64_t t) const;               // in service and past the warm-up
  std::int64_t settledAt() const { return m_settledAt; } // when the last one came into service or ended
  std::int64_t requestsInFlight() const;
  Int128 cpuBusyAt(std::int64_t t) const;            // all instances since the start, kCore x ns
  ServiceTotals serviceTotals(std::int64_t t) const; // all but `routed`. Precondition: advanced to t

  // Burstable instances earn and spend up to t, at the mean use since the last time. Precondition: advanced to t.
  void spendCredits(std::int64_t t);
  double surplusCredits() const; // of all instances since the start: charged and owed

  // Warm pool; without one these do nothing. wantPool sets the size that belongs to a desired capacity; keepPool
  // launches and ends what is missing and too many; fillPool is the pool of a fleet that has been running.
  void wantPool(std::int64_t max, std::int64_t desired);
  void keepPool(std::int64_t t);
  void fillPool();
  std::int64_t pooled() const { return m_pool ? m_pool->size() : 0; }

  // The horizon is reached: lives are closed there, then requests in flight run to their end.
  void close(std::int64_t horizon);

 private:
  std::unique_ptr<Instance> create(std::uint64_t number, int zone) const;
  std::unique_ptr<Instance> newcomer(std::int64_t t); // from the warm pool, or booting from cold
  std::int64_t coldBootNs() { return m_boot.next() + m_lifecycleHook; }
  void endBooting(std::int64_t t);
  std::int64_t expectedInPool() const { return m_pool->size() + m_returning; }
  void intoPool(const Instance& instance, std::int64_t t);
  int emptiestZoneWithPool() const;
  void advance(Instance& instance, std::int64_t t);
  void reapDrained(std::int64_t t);
  void spendCredits(Instance& instance, std::int64_t t) const;
  int emptiestZone() const;
  std::size_t oldestOfFullestZone() const;
  std::vector<std::int64_t> servingByZone() const;
  std::vector<std::int64_t> groupByZone() const; // booting ones too

  Discipline m_discipline;
  EngineLimits m_limits;
  int m_zones;
  std::int64_t m_warmup, m_deregistrationDelay, m_lifecycleHook;
  TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot;
  Instances m_booting, m_serving, m_draining;
  std::uint64_t m_launched = 0;
  ServiceTotals m_gone; // of terminated instances
  std::optional<pricing::CreditPlan> m_credits;
  double m_goneSurplus = 0; // of terminated instances, charged at their end
  std::int64_t m_settledAt = 0;
  std::optional<PreparedInstances> m_pool;
  std::int64_t m_poolSize = 0;  // wanted
  std::int64_t m_returning = 0; // drain and will come into the pool
};

} // namespace model::ec2
