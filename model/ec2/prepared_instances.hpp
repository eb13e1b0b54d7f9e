#pragma once
// The warm pool of a fleet: instances that booted once and wait to be taken. While one is prepared it runs and pays as
// any instance; ready, it pays its volume only (stopped; hibernated, with the memory on it) or goes on paying
// (running). Auto Scaling user guide, warm pools (Apr 2023, Sep-Oct 2026). Which instance is taken, and that the newest
// go first when the pool is too large, is ours. Pinned by tests/model/warm_pool_test.cpp and the reference loop.
#include <cstdint>
#include <optional>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "model/ec2/tally_recorder.hpp"

namespace model::ec2 {

struct PreparedInstance {
  std::uint64_t number = 0; // in launch order of the fleet
  int zone = 0;
  std::int64_t enteredAt = 0, readyAt = 0;
  std::int64_t runsSince = 0; // start of the run that is billed; a stopped one that was never prepared here has none
  bool wasRun = false;
};

class PreparedInstances {
 public:
  PreparedInstances(const WarmPool& settings, TallyRecorder& recorder, std::uint64_t seed, std::uint64_t replication);

  bool keepsRunning() const { return m_settings.state == WarmPool::State::Running; }
  bool takesBack() const { return m_settings.reuseOnScaleIn; }
  std::int64_t sizeFor(std::int64_t max, std::int64_t desired) const { return warmPoolSize(m_settings, max, desired); }
  std::int64_t size() const { return static_cast<std::int64_t>(m_instances.size()); }
  void countZones(std::vector<std::int64_t>& counts) const;

  void prepare(std::uint64_t number, int zone, std::int64_t t, std::int64_t readyAt); // launched for the pool at t
  void hold(const PreparedInstance& ready) { m_instances.push_back(ready); }          // comes as it is
  // The oldest ready one of the zone that has the fewest in `inGroup`; nothing: none is ready.
  std::optional<PreparedInstance> take(std::int64_t t, const std::vector<std::int64_t>& inGroup);
  std::int64_t bootNs() { return m_boot.next(); } // of one that was taken
  void endNewest(std::int64_t t);                 // Precondition: size() > 0
  void endZone(int zone, std::int64_t t);         // all of it there is lost
  void close(std::int64_t horizon);

 private:
  enum class Leaves { Taken, Ended, AtHorizon };
  void book(const PreparedInstance& instance, std::int64_t t, Leaves how);

  WarmPool m_settings;
  TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot;
  std::vector<PreparedInstance> m_instances;
};

} // namespace model::ec2
