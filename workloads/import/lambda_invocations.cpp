#include "workloads/import/lambda_invocations.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace workloads::importing {

// A START belongs to a REPORT when it is not later; the lines' stamps have milliseconds or (logs tail --format short)
// seconds, hence the tolerance.
static bool precedes(std::int64_t start, std::int64_t report) { return start <= report + 1'000'000'000; }

template <class Resolve>
void LambdaInvocations::hold(Waiting& waiting, const RequestId& id, Half half, Resolve resolve) {
  half.serial = m_serial++;
  const auto [known, isNew] = waiting.halves.try_emplace(id, half);
  if (!isNew) {
    (this->*resolve)(known->second);
    known->second = half;
  }
  waiting.order.emplace_back(id, half.serial);
  const auto isStale = [&](const std::pair<RequestId, std::uint64_t>& entry) {
    const auto found = waiting.halves.find(entry.first);
    return found == waiting.halves.end() || found->second.serial != entry.second;
  };
  if (waiting.order.size() > 4 * m_limit) std::erase_if(waiting.order, isStale);
  while (waiting.halves.size() > m_limit) {
    if (!isStale(waiting.order.front())) {
      const auto oldest = waiting.halves.find(waiting.order.front().first);
      (this->*resolve)(oldest->second);
      waiting.halves.erase(oldest);
    }
    waiting.order.pop_front();
  }
}

void LambdaInvocations::withoutReport(const Half& start) {
  m_collector.rows().skip("START without REPORT", start.line, {});
}

void LambdaInvocations::withoutStart(const Half& report) {
  ++m_alone;
  m_collector.addEnd(report.stamp, report.duration, report.line);
}

void LambdaInvocations::addStart(const RequestId& id, std::int64_t stamp, std::uint64_t line) {
  const auto report = m_reports.halves.find(id);
  if (report != m_reports.halves.end() && precedes(stamp, report->second.stamp)) {
    ++m_joined;
    m_collector.addStart(stamp, report->second.duration, line);
    m_reports.halves.erase(report);
    return;
  }
  hold(m_starts, id, {stamp, 0, line, 0}, &LambdaInvocations::withoutReport);
}

void LambdaInvocations::addReport(const RequestId& id, std::int64_t stamp, const LambdaReport& report,
                                  std::string_view stream, std::uint64_t line) {
  count(report, stamp, stream);
  const auto start = m_starts.halves.find(id);
  if (start != m_starts.halves.end() && precedes(start->second.stamp, stamp)) {
    ++m_joined;
    m_collector.addStart(start->second.stamp, report.duration, line);
    m_starts.halves.erase(start);
    return;
  }
  hold(m_reports, id, {stamp, report.duration, line, 0}, &LambdaInvocations::withoutStart);
}

void LambdaInvocations::count(const LambdaReport& report, std::int64_t stamp, std::string_view stream) {
  if (report.init) {
    ++m_coldStarts;
    m_initMs += static_cast<double>(*report.init) * 1e-6;
  }
  if (report.billedMs) {
    ++m_billedSeen;
    m_billedMs += static_cast<double>(*report.billedMs);
  }
  if (report.memoryMb) {
    if (m_memorySeen++ == 0) m_firstSize = *report.memoryMb;
    m_severalSizes = m_severalSizes || *report.memoryMb != m_firstSize;
    m_memoryMb += *report.memoryMb;
  }
  m_maxMemoryMb = std::max(m_maxMemoryMb, report.maxMemoryUsedMb.value_or(0));
  if (!stream.empty()) m_environments.add(stream, stamp - report.duration, stamp, report.init.has_value());
}

void LambdaInvocations::finish() {
  // By order of coming, so that the same file gives the same records.
  for (const auto& [id, serial] : m_reports.order)
    if (const auto found = m_reports.halves.find(id); found != m_reports.halves.end() && found->second.serial == serial)
      withoutStart(found->second);
  for (const auto& [id, serial] : m_starts.order)
    if (const auto found = m_starts.halves.find(id); found != m_starts.halves.end() && found->second.serial == serial)
      withoutReport(found->second);
  TraceSummary& summary = m_collector.summary();
  summary.coldStarts = m_coldStarts;
  if (m_coldStarts > 0) summary.meanInitMs = m_initMs / static_cast<double>(m_coldStarts);
  if (m_billedSeen > 0) summary.billedMs = m_billedMs;
  if (m_memorySeen > 0) summary.memoryMb = m_memoryMb / static_cast<double>(m_memorySeen);
  if (m_maxMemoryMb > 0) summary.maxMemoryUsedMb = m_maxMemoryMb;
  m_environments.describe(summary);
  if (m_severalSizes) summary.notes.emplace_back("several memory sizes; the one shown is their mean over invocations");
  if (m_alone > 0)
    summary.notes.push_back(fmt::format(
        "{} of {} invocations have no START line; their start is REPORT time - duration", m_alone, m_alone + m_joined));
  else
    summary.notes.emplace_back("an invocation starts with its START line");
}

} // namespace workloads::importing
