#include "workloads/import/environment_ledger.hpp"

#include <algorithm>

#include "workloads/import/lambda_report.hpp"

namespace workloads::importing {

void EnvironmentLedger::add(std::string_view environment, std::int64_t start, std::int64_t end, bool cold) {
  const auto [found, isNew] = m_environments.try_emplace(requestId(environment).low, Environment{start, end, cold});
  if (isNew) return;
  Environment& seen = found->second;
  const bool before = start < seen.firstStart, after = end > seen.lastEnd;
  // Stamps of a log are cut to milliseconds, so neighbours may overlap by one: no idle time then.
  if (before) m_longestIdle = std::max(m_longestIdle, seen.firstStart - end);
  if (after) m_longestIdle = std::max(m_longestIdle, start - seen.lastEnd);
  m_inOrder = m_inOrder && (before || after);
  if (before) seen.coldAtFirst = cold;
  seen.firstStart = std::min(seen.firstStart, start);
  seen.lastEnd = std::max(seen.lastEnd, end);
}

void EnvironmentLedger::describe(TraceSummary& summary) const {
  if (m_environments.empty()) return;
  summary.environments = m_environments.size();
  std::uint64_t warm = 0;
  std::int64_t oldest = 0;
  for (const auto& [name, seen] : m_environments) {
    warm += !seen.coldAtFirst;
    oldest = std::max(oldest, seen.lastEnd - seen.firstStart);
  }
  summary.environmentsWarmAtFirst = warm;
  summary.oldestEnvironment = Duration(oldest);
  if (m_inOrder) summary.longestIdle = Duration(m_longestIdle);
}

} // namespace workloads::importing
