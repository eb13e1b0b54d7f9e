#pragma once
// When machines of a fleet are lost, in order of time (failures.hpp): of EC2, and of a capacity provider's instances.
// Pinned by tests/model/losses_test.cpp, managed_losses_test.cpp and the reference loops.
#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "model/ec2/tally_recorder.hpp"
#include "model/failures.hpp"

namespace model::ec2 {

class LossSchedule {
 public:
  template <class Setup> explicit LossSchedule(const Setup& setup) {
    for (const auto& loss : setup.lostInstances) m_losses.push_back({loss.at.count(), Kind::Instances, loss.count});
    for (const auto& loss : setup.lostZones) {
      const std::int64_t at = loss.at.count(), until = at + loss.lasts.count();
      m_losses.push_back({at, Kind::Zone, until});
      m_losses.push_back({until, Kind::ZoneBack, 0});
    }
    std::ranges::stable_sort(m_losses, {}, [](const Loss& loss) { return std::tuple(loss.at, loss.kind); });
  }
  std::int64_t next() const { return m_done < m_losses.size() ? m_losses[m_done].at : kNever; }
  // What is due at t. Precondition: the fleet is advanced to t. One that does not move anything when a zone is back may
  // use the instant to replace what it could not.
  template <class Fleet> void strike(std::int64_t t, Fleet& fleet) {
    for (; next() <= t; ++m_done) {
      const Loss& loss = m_losses[m_done];
      if (loss.kind == Kind::Instances) fleet.lose(loss.amount, t);
      if (loss.kind == Kind::Zone) fleet.loseZone(t, loss.amount);
      if constexpr (requires { fleet.rebalance(t); })
        if (loss.kind == Kind::ZoneBack) fleet.rebalance(t);
    }
  }

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
