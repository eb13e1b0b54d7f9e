#pragma once
// A trace of counts per interval. Arrivals are drawn uniformly at random inside their interval, in order and one at a
// time (the order statistics of n uniforms), so memory does not grow with the counts; durations come from the table of
// the function that each request belongs to. Counts are kept exactly: per interval and per function.
// Pinned by tests/workloads/import_test.cpp.
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "workloads/import/format_reader.hpp"
#include "workloads/import/sorted_records.hpp"

namespace workloads::importing {

inline constexpr std::int64_t kLargestCount = 10'000'000'000; // in one cell: 166 million a second in a minute

// Quantiles of one function's durations, linear between them.
struct DurationTable {
  static constexpr std::array<double, 7> kProbabilities = {0, 0.01, 0.25, 0.50, 0.75, 0.99, 1};
  std::array<std::int64_t, 7> nanoseconds{}; // ascending
  double quantile(double p) const;
  double mean() const;
};

class CountedTrace : public Trace {
 public:
  struct Parts {
    SortedRecords counts;                  // key: start of the interval; value: pack(function, count); finished
    std::int64_t interval = 0, length = 0; // ns; of one interval, and from 0 to the end of the last
    std::int64_t zero = 0;                 // key that is time 0
    std::vector<DurationTable> tables;     // empty: no durations
    std::vector<std::uint32_t> tableOf;    // by function; kNoTable: drawn from all tables, by their requests
  };
  static constexpr std::uint32_t kNoTable = 0xffff'ffff;
  static std::int64_t pack(std::uint32_t function, std::int64_t count);
  static std::uint32_t functionOf(std::int64_t value);
  static std::int64_t countOf(std::int64_t value);

  // Fills requests, span, rates, intervals and durations of the summary.
  CountedTrace(Parts parts, TraceSummary summary);
  bool isDeterministic() const override { return false; }
  std::unique_ptr<TraceCursor> cursor(std::uint64_t seed, std::uint64_t replication) const override;

 private:
  class Cursor;
  void summariseCounts();
  void summariseDurations();
  Parts m_parts;
  std::vector<std::uint64_t> m_tableRequests, m_tableRequestsBelow; // by table; running sums
};

} // namespace workloads::importing
