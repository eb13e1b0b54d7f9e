#pragma once
// CPU credits of one burstable instance in standard mode, in continuous time and whole numbers: kCore x ns of vCPU
// time. Full speed while there is a balance; with none, what is earned is all that can be used. EC2 user guide,
// burstable performance instances, standard mode (Apr 2026): earned at the baseline, at most 24 h of it kept; AWS lowers
// the speed gradually, within 15 minutes, here it falls at once (ours). Pinned by tests/model/ec2_simulator_test.cpp
// and by pricing::CpuCreditAccount, which keeps the same account in doubles.
#include <algorithm>
#include <cstdint>

#include "model/observation.hpp"
#include "pricing/cpu_credits.hpp"

namespace model::ec2 {

class CreditBalance {
 public:
  // Opened at `from`, ns, with what a launch gives.
  CreditBalance(const pricing::CreditPlan& plan, std::int64_t from);

  std::int64_t earned() const { return m_earned; } // vCPUs at the baseline, kCore units
  // `used` vCPUs, kCore units, since the last time.
  void run(std::int64_t t, std::int64_t used) {
    m_level = std::clamp<Int128>(m_level + static_cast<Int128>(m_earned - used) * (t - m_at), 0, m_most);
    m_at = t;
  }
  // Whether requests that want `cores` get less: nothing is saved, and they want more than is earned.
  bool slows(std::int64_t cores) const { return m_level == 0 && cores > m_earned; }
  // When nothing is left at this use; never when that is how it is already, or when as much is earned as used.
  std::int64_t emptyAt(std::int64_t used) const;
  std::int64_t at() const { return m_at; } // ns: known up to here
  double credits() const; // vCPU-minutes

 private:
  std::int64_t m_earned;
  Int128 m_most, m_level;
  std::int64_t m_at;
};

} // namespace model::ec2
