#pragma once
// Joins START and REPORT lines to invocations. The start is the START line's time, or the REPORT's minus the duration
// when the START is not in the file. The same RequestId may come back (retries of asynchronous calls): each START and
// each REPORT is used once, in ascending or descending files alike. What waits for its other half is bounded.
// Pinned by tests/workloads/lambda_log_test.cpp.
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "workloads/import/environment_ledger.hpp"
#include "workloads/import/lambda_report.hpp"
#include "workloads/import/request_trace.hpp"

namespace workloads::importing {

class LambdaInvocations {
 public:
  static constexpr std::size_t kWaiting = 500'000; // STARTs, and REPORTs, that wait for their other half

  explicit LambdaInvocations(RequestCollector& collector, std::size_t waiting = kWaiting)
      : m_collector(collector), m_limit(waiting) {}
  void addStart(const RequestId& id, std::int64_t stamp, std::uint64_t line);
  void addReport(const RequestId& id, std::int64_t stamp, const LambdaReport& report, std::string_view stream,
                 std::uint64_t line);
  void finish(); // resolves what still waits and writes the summary

 private:
  struct Half {
    std::int64_t stamp = 0, duration = 0; // duration: REPORT only
    std::uint64_t line = 0, serial = 0;
  };
  // Halves by request id, with the order of their coming for dropping the oldest.
  struct Waiting {
    std::unordered_map<RequestId, Half, RequestId::Hash> halves;
    std::deque<std::pair<RequestId, std::uint64_t>> order;
  };
  template <class Resolve> void hold(Waiting& waiting, const RequestId& id, Half half, Resolve resolve);
  void withoutReport(const Half& start);
  void withoutStart(const Half& report);
  void count(const LambdaReport& report, std::int64_t stamp, std::string_view stream);

  RequestCollector& m_collector;
  std::size_t m_limit;
  Waiting m_starts, m_reports;
  std::uint64_t m_serial = 0, m_joined = 0, m_alone = 0;
  std::uint64_t m_coldStarts = 0, m_memorySeen = 0, m_billedSeen = 0;
  double m_initMs = 0, m_billedMs = 0, m_memoryMb = 0, m_maxMemoryMb = 0;
  bool m_severalSizes = false;
  double m_firstSize = 0;
  EnvironmentLedger m_environments; // log streams
};

} // namespace workloads::importing
