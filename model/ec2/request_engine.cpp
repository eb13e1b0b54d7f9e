#include "model/ec2/request_engine.hpp"

namespace model::ec2 {

namespace {

constexpr double kNsPerMinute = 6e10;

Int128 coreNs(double credits) { return static_cast<Int128>(credits * kNsPerMinute * static_cast<double>(kCore)); }

} // namespace

CreditBalance::CreditBalance(const pricing::CreditPlan& plan, std::int64_t from)
    : m_earned(std::llround(plan.earnedPerHour / 60 * static_cast<double>(kCore))), m_most(coreNs(plan.maxAccrued)),
      m_level(coreNs(plan.atLaunch)), m_at(from) {}

std::int64_t CreditBalance::emptyAt(std::int64_t used) const {
  if (m_level == 0 || used <= m_earned) return kNever;
  const Int128 rate = used - m_earned, lasts = (m_level + rate - 1) / rate;
  return lasts < kNever - m_at ? m_at + static_cast<std::int64_t>(lasts) : kNever;
}

double CreditBalance::credits() const {
  return static_cast<double>(m_level) / static_cast<double>(kCore) / kNsPerMinute;
}

// From one change of pace or of the set of requests to the next, since between them the use is constant.
void RequestEngine::settleOnCredits(std::int64_t t, const EngineLimits& limits, const SharedPace& shared,
                                    TallyRecorder& recorder) {
  constexpr auto kSharing = Discipline::ProcessorSharing;
  for (std::int64_t at = m_credits->at(); at < t;) {
    const EngineLimits now = pace(limits, shared);
    const std::int64_t empty = paceChange(now);
    const std::int64_t departure = std::min(departureTime<kSharing>(now), kNever);
    at = std::min({t, empty, departure});
    m_credits->run(at, std::min(m_cores, now.cores));
    if (at == empty && at < departure) progressTo<kSharing>(at, now);
    dueAnew<kSharing>(now);
    settle<kSharing>(at, now, recorder);
  }
  // At t itself: what came at t and takes no time.
  const EngineLimits now = pace(limits, shared);
  dueAnew<kSharing>(now);
  settle<kSharing>(t, now, recorder);
}

} // namespace model::ec2
