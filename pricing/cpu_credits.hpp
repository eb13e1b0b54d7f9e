#pragma once
// CPU credits of one burstable instance over time, exact in continuous time: within a stretch of constant use every
// account moves on a straight line, so that its corners (empty, full, paid back) are computed, not stepped to.
// EC2 user guide, burstable performance instances, Apr 2026; its worked example and a small-step simulation pin it
// (tests/pricing/cpu_credits_test.cpp). One credit is one vCPU at 100 % for a minute.
#include <optional>

#include "pricing/catalogue.hpp"

namespace pricing {

enum class CreditMode { Standard, Unlimited };

struct CreditPlan {
  int vcpus = 1;
  double earnedPerHour = 0; // by the whole instance: baseline x vCPUs x 60
  double maxAccrued = 0;    // 24 hours of earnings; also what surplus may run up before it is charged
  CreditMode mode = CreditMode::Unlimited;
  double atLaunch = 0; // what an instance begins with: launch credits, where the caller knows of them
};
// Nothing for types without credits. `mode` absent: the type's own default.
std::optional<CreditPlan> creditPlan(const InstanceType& type, std::optional<CreditMode> mode = {});

// What has happened so far; credits, except where a name says otherwise.
struct CreditTally {
  double earned = 0;             // without what a full balance turned away
  double spent = 0;              // by the work that was done
  double charged = 0;            // surplus beyond the cap, and at the end all of it
  double throttledVcpuHours = 0; // asked for, but not run: standard mode with an empty balance
  double chargedVcpuHours() const { return charged / 60; }
};

class CpuCreditAccount {
 public:
  // Launch credits may exceed the cap; nothing is earned until the balance is below it.
  explicit CpuCreditAccount(const CreditPlan& plan, double startBalance = 0);

  // `hours` at a mean `utilisation` of all vCPUs, 0 to 1.
  void run(double hours, double utilisation);
  // Stopped or terminated, or switched to standard: what surplus is left is charged. The balance stays.
  void settle();

  double balance() const { return m_level > 0 ? m_level : 0; }
  double surplus() const { return m_level < 0 ? -m_level : 0; } // used ahead of earning, not yet charged
  const CreditTally& tally() const { return m_tally; }
  // The share of its vCPUs that `utilisation` would get right now: less than asked only in standard mode.
  double attainable(double utilisation) const;

 private:
  double step(double hours, double utilisation);

  CreditPlan m_plan;
  double m_level = 0; // the balance; below zero what was borrowed: never both at once
  CreditTally m_tally;
};

} // namespace pricing
