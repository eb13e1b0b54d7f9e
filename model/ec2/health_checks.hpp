#pragma once
// The load balancer's checks of instances whose own workers answer them: an overloaded instance answers late, fails and
// is out of rotation until it answers again; when all fail, requests go to all of them (fail-open). Elastic Load
// Balancing user guide, health checks (May 2023, Sep-Oct 2026): 30 s, 5 s timeout, 5 healthy, 2 unhealthy by default.
// The check takes a place in the line and no time. That all instances are checked at once, and when an answer counts,
// is ours (docs/ec2.md). Pinned by tests/model/health_check_test.cpp and the reference loop.
#include <algorithm>
#include <cstdint>

#include "model/ec2/instance_fleet.hpp"

namespace model::ec2 {

class HealthChecks {
 public:
  HealthChecks(const HealthCheck& check, TallyRecorder& recorder);
  // When the next check is sent or judged; kNever where no worker has to answer.
  std::int64_t next() const { return std::min(m_sent, m_due); }
  // At t; returns how many instances the group ended. Precondition: the fleet is advanced to t.
  std::int64_t follow(std::int64_t t, InstanceFleet& fleet);

 private:
  void judge(InstanceFleet& fleet, std::int64_t t);
  void send(InstanceFleet& fleet, std::int64_t t);
  void settle(Instance& instance, bool answered) const;

  HealthCheck m_check;
  TallyRecorder& m_recorder;
  std::int64_t m_sent = kNever; // the next ones
  std::int64_t m_due = kNever;  // those that were sent
};

} // namespace model::ec2
