#pragma once
// The instances of a capacity provider and the environments on them through their lives: booting, starting, ready,
// draining, gone or lost; zones and instances kept balanced. Knows neither load nor policy. Pinned by
// tests/model/managed_simulator_test.cpp and the reference loop.
#include <cstdint>
#include <memory>
#include <vector>

#include "model/ec2/request_engine.hpp"
#include "model/managed/managed_simulator.hpp"

namespace model::managed {

using ec2::kNever;

struct Instance;
struct Environment {
  ec2::RequestEngine engine;
  Instance* instance = nullptr;
  std::int64_t readyAt = 0;
};
struct Instance {
  std::uint64_t number = 0; // in launch order
  int zone = 0;
  std::int64_t environments = 0; // starting and ready
  std::int64_t launchedAt = 0, inServiceAt = 0;
  std::int64_t drainsSince = kNever, drainDeadline = kNever;
};

class EnvironmentFleet {
 public:
  EnvironmentFleet(const ManagedFleet& fleet, ec2::TallyRecorder& recorder, std::uint64_t seed,
                   std::uint64_t replication);

  // Routes a request, precondition: everything before it has been routed. False: no environment has room.
  bool route(const ec2::Demand& demand);

  // Environments up to `count`, on instances with room first, the emptiest of them first; else on new ones.
  void growTo(std::int64_t count, std::int64_t t);
  // Instances down to `count`; requests in them run on, at most as long as somebody waits for them.
  void shrinkTo(std::int64_t count, std::int64_t t);
  void advance(std::int64_t t); // all requests up to t, and the end of drained instances
  void makeReady(std::int64_t t);
  // Machines that die at t (lost_instances.cpp). Precondition: advanced to t.
  void lose(std::int64_t count, std::int64_t t);     // the oldest in service
  void loseZone(std::int64_t t, std::int64_t until); // the first, which takes no launches before `until`
  // As many instances and environments as were lost, once a zone is up.
  void replaceLost(std::int64_t t);
  std::int64_t nextReady() const;
  std::int64_t nextDrainDeadline() const;

  std::int64_t instances() const { return static_cast<std::int64_t>(m_instances.size()); } // draining too
  std::int64_t stayingInstances() const;                                                   // not draining
  std::int64_t environments() const;                                                       // starting and ready
  std::int64_t ready() const { return static_cast<std::int64_t>(m_ready.size()); }
  bool starting() const { return !m_starting.empty(); }
  std::int64_t requestsInFlight() const;
  // Since the start; precondition: advanced to t.
  Int128 cpuBusyAt(std::int64_t t) const;      // kCore x ns
  Int128 inFlightAt(std::int64_t t) const;     // request-ns
  Int128 environmentsAt(std::int64_t t) const; // environment-ns

  // The horizon is reached: lives are closed there, then requests in flight run to their end.
  void close(std::int64_t horizon);

 private:
  using Environments = std::vector<std::unique_ptr<Environment>>;

  Instance& launch(std::int64_t t, std::int64_t inServiceAt); // precondition: a zone is up
  Instance* emptiestWithRoom() const;
  int emptiestZone(std::int64_t t) const;
  bool anyZoneUp(std::int64_t t) const { return m_zones > 1 || t >= m_zoneBackAt; }
  std::vector<std::int64_t> stayingByZone() const;
  Instance& nextToDrain() const;
  void drain(Instance& instance, std::int64_t t);
  void takeFromRouter(const Instance& instance);
  void reap(std::int64_t t);
  bool reap(const Instance& instance, std::int64_t t);
  void end(const Instance& instance, std::int64_t at);
  void die(const Instance& instance, std::int64_t t);

  ec2::EngineLimits m_limits;
  std::int64_t m_hotCores; // an environment refuses while so much is wanted
  std::int64_t m_perInstance, m_maxInstances, m_timeout;
  int m_zones;
  ec2::TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot, m_init;
  std::vector<std::unique_ptr<Instance>> m_instances; // in launch order
  Environments m_starting, m_ready, m_draining;       // m_ready: in the order they became so
  std::vector<std::int64_t> m_fullUntil;              // of m_ready: refuses everything that comes before
  std::size_t m_turn = 0;
  std::uint64_t m_launched = 0;
  std::int64_t m_zoneBackAt = 0;                            // until then the first zone is down
  std::int64_t m_lostInstances = 0, m_lostEnvironments = 0; // not yet replaced
  Int128 m_goneBusy = 0, m_goneEnvironmentNs = 0;
};

} // namespace model::managed
