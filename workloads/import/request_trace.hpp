#pragma once
// A trace with one record a request. The collector takes the rows of a reader, in any order; what it makes is sorted by
// start and knows its summary. Pinned by tests/workloads/import_test.cpp.
#include <cstdint>
#include <memory>
#include <string_view>

#include "workloads/import/format_reader.hpp"
#include "workloads/import/sorted_records.hpp"

namespace workloads::importing {

inline constexpr std::int64_t kNoDuration = -1;
inline constexpr std::int64_t kLongestDuration = 3'600'000'000'000'000; // 1,000 h, the longest draw of this house

enum class TimeBase {
  WallClock, // stamps are of the Unix epoch; the trace begins with its first request
  DayClock,  // the same without a date
  Relative,  // stamps count from the recording's zero, which is kept unless the silence is longer than the rest
  Exact      // as Relative, but zero is always kept (our own files)
};

class RequestCollector {
 public:
  explicit RequestCollector(const ImportJob& job, std::size_t recordsInMemory = kRecordsInMemory);
  RowLog& rows() { return m_rows; }
  TraceSummary& summary() { return m_summary; } // what only the reader knows: notes, memory, cold starts

  // Nanoseconds; duration kNoDuration: not recorded. Out of range: skipped with its reason.
  void addStart(std::int64_t start, std::int64_t duration, std::uint64_t line);
  // The stamp is the end of the request; without a duration it is taken as its start.
  void addEnd(std::int64_t end, std::int64_t duration, std::uint64_t line);
  void leaveOut() { ++m_leftOut; } // a usable row that the user did not ask for

  // `expectedRow` names a usable row in the sentence that a file without them gets.
  std::shared_ptr<const Trace> finish(TimeBase base, std::string_view expectedRow);

 private:
  struct Walk;
  void store(std::int64_t start, std::int64_t duration, std::uint64_t line);
  bool decideDurations();
  void summarise(const Walk& walk, TimeBase base, std::int64_t zero, bool spread);
  void describeTime(TimeBase base, std::int64_t zero, bool spread);
  const ImportJob& m_job;
  RowLog m_rows;
  TraceSummary m_summary;
  SortedRecords m_records;
  bool m_wholeSeconds = true;
  std::uint64_t m_withDuration = 0, m_withoutDuration = 0, m_firstWithout = 0, m_leftOut = 0;
};

} // namespace workloads::importing
