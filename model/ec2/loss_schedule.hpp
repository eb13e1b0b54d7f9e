#pragma once
// When machines of a fleet are lost, in order of time (failures.hpp). Pinned by tests/model/losses_test.cpp and the
// reference loop.
#include <cstdint>
#include <vector>

#include "model/ec2/instance_fleet.hpp"

namespace model::ec2 {

class LossSchedule {
 public:
  explicit LossSchedule(const Ec2Fleet& fleet);
  std::int64_t next() const { return m_done < m_losses.size() ? m_losses[m_done].at : kNever; }
  // What is due at t. Precondition: the fleet is advanced to t.
  void strike(std::int64_t t, InstanceFleet& fleet);

 private:
  enum class Kind { Instances, Zone, ZoneBack };
  struct Loss {
    std::int64_t at;
    Kind kind;
    std::int64_t amount; // instances, or until when the zone is down
  };
  std::vector<Loss> m_losses; // instances before zones at the same instant
  std::size_t m_done = 0;
};

} // namespace model::ec2
