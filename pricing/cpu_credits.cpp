#include "pricing/cpu_credits.hpp"

#include <algorithm>

namespace pricing {

namespace {

constexpr double kCreditsPerVcpuHour = 60;

} // namespace

std::optional<CreditPlan> creditPlan(const InstanceType& type, std::optional<CreditMode> mode) {
  if (!type.credits) return std::nullopt;
  const auto byDefault = type.credits->unlimitedByDefault ? CreditMode::Unlimited : CreditMode::Standard;
  return CreditPlan{type.vcpus, type.credits->earnedPerHour, type.credits->maxAccrued, mode.value_or(byDefault)};
}

CpuCreditAccount::CpuCreditAccount(const CreditPlan& plan, double startBalance) : m_plan(plan), m_level(startBalance) {}

double CpuCreditAccount::attainable(double utilisation) const {
  const double baseline = m_plan.earnedPerHour / (m_plan.vcpus * kCreditsPerVcpuHour);
  return m_plan.mode == CreditMode::Standard && m_level <= 0 ? std::min(utilisation, baseline) : utilisation;
}

void CpuCreditAccount::run(double hours, double utilisation) {
  while (hours > 0) hours -= step(hours, utilisation);
}

// Runs on a straight line to the next corner, at most `hours`; returns the time it took. Corners are the cap, above
// which nothing is earned, and the floor: an empty balance in standard mode, a full surplus in unlimited mode.
double CpuCreditAccount::step(double hours, double utilisation) {
  const double cap = m_plan.maxAccrued, floor = m_plan.mode == CreditMode::Unlimited ? -cap : 0;
  const double got = attainable(utilisation);
  const double spending = got * m_plan.vcpus * kCreditsPerVcpuHour;
  // A full balance takes in what is spent at the same time, one above the cap (launch credits) nothing.
  const double earning = m_level < cap   ? m_plan.earnedPerHour
                         : m_level > cap ? 0
                                         : std::min(m_plan.earnedPerHour, spending);
  const double net = earning - spending;
  const double corner = net > 0 || m_level > cap ? cap : floor;
  const double distance = corner - m_level;
  const bool charging = net < 0 && distance >= 0; // on the floor
  const bool reaches = !charging && net != 0 && distance / net < hours;
  const double length = reaches ? distance / net : hours;

  if (charging)
    m_tally.charged -= net * length;
  else
    m_level = reaches ? corner : m_level + net * length;
  m_tally.earned += earning * length;
  m_tally.spent += spending * length;
  m_tally.throttledVcpuHours += (utilisation - got) * m_plan.vcpus * length;
  return length;
}

void CpuCreditAccount::settle() {
  m_tally.charged += surplus();
  m_level = balance();
}

} // namespace pricing
