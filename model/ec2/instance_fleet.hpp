#pragma once
// The instances of one fleet through their lives: booting, in service, draining, gone; zones kept balanced. Knows
// neither metrics nor policies. Pinned by tests/model/scaling_test.cpp and the reference loop.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/ec2/request_engine.hpp"
#include "model/ec2/service_ledger.hpp"
#include "model/ec2/shared_queue.hpp"

namespace model::ec2 {

struct Instance {
  RequestEngine engine;
  std::uint64_t received = 0; // requests routed here
  std::uint64_t number = 0;   // in launch order
  int zone = 0;
  std::int64_t launchedAt = 0, inServiceAt = 0; // inServiceAt lies ahead while it boots
  std::int64_t warmAt = 0;                      // in the metrics from here on
  std::int64_t drainsSince = kNever, drainDeadline = kNever;
  std::int64_t missedAt = kNever; // its machine was lost; a target until that is noticed
  bool takesOver = false; // another ends when this one is in service: zones are brought back into balance
  std::int64_t slowUntil = 0;     // slow start
  double turns = 0;               // shares of a turn saved up meanwhile
  bool dead() const { return missedAt != kNever; }
  Int128 busyAtDrain = 0; // kCore x ns
  // Burstable in unlimited mode: its account up to an instant and the vCPU time used by then, kCore x ns.
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

  // Machines are lost at t: what they work on fails, or comes back to the fleet's queue. Each is noticed after the
  // detection time, ended and replaced; a zone that is down takes no launches. Precondition: advanced to t.
  void lose(std::int64_t count, std::int64_t t);
  void loseZone(std::int64_t t, std::int64_t until);
  void replaceLost(std::int64_t t); // those that are noticed at t
  void rebalance(std::int64_t t);   // a zone is back
  std::int64_t nextReplacement() const;
  void returnTo(SharedQueue& queue) { m_queue = &queue; }
  std::int64_t nextBoot() const;
  std::int64_t nextDrainDeadline() const;

  std::int64_t booting() const { return static_cast<std::int64_t>(m_booting.size()) + m_unlaunched; }
  std::int64_t inService() const { return static_cast<std::int64_t>(m_serving.size()); }
  std::int64_t alive() const { return static_cast<std::int64_t>(m_booting.size()) + inService() + static_cast<std::int64_t>(m_draining.size()); }
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
  std::unique_ptr<Instance> create(int zone, std::int64_t t);
  void advance(Instance& instance, std::int64_t t);
  void reapDrained(std::int64_t t);
  void retire(Instance& instance, std::int64_t end);
  void die(Instance& instance, std::int64_t t);
  void leaveRotation(std::size_t index);
  void spendCredits(Instance& instance, std::int64_t t) const;
  std::optional<int> emptiestZone(std::int64_t t) const; // nothing: none is up
  std::size_t oldestOfFullestZone() const;
  std::vector<std::int64_t> servingByZone() const;
  std::vector<std::int64_t> comingByZone() const;

  Discipline m_discipline;
  EngineLimits m_limits;
  int m_zones;
  std::int64_t m_warmup, m_deregistrationDelay;
  TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot;
  Instances m_booting, m_serving, m_draining;
  std::uint64_t m_launched = 0;
  std::int64_t m_unlaunched = 0; // wanted while no zone was up
  ServiceTotals m_gone; // of terminated instances
  std::optional<pricing::CreditPlan> m_credits;
  double m_goneSurplus = 0; // of terminated instances, charged at their end
  std::int64_t m_detection, m_slowStart;
  std::vector<std::int64_t> m_zoneBackAt;
  std::vector<std::int64_t> m_missedBoots; // when those are missed that were lost while booting, ascending
  SharedQueue* m_queue = nullptr;
};

} // namespace model::ec2
