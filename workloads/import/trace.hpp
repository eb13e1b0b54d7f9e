#pragma once
// One door for every trace format. Files are read as streams with bounded memory, records are sorted by start (spilled
// to an unlinked temporary file beyond kRecordsInMemory and merged), and every skipped row is counted by reason with
// its first line. A malformed file never crashes and never half-imports: InputError when nothing usable is found or
// when more than the stated share of rows (kLargestSkippedShare) is unusable.
// Pinned by tests/workloads/import_test.cpp; reference counts of real files in tests that run when they are present.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/import/byte_source.hpp"
#include "pricing/quantities.hpp"

namespace workloads {

using pricing::Duration;

// What a column or a time stamp means; everything empty means: look and decide, and say so in the summary.
struct TraceOptions {
  std::string format{};         // one of traceFormats(); empty: detected
  std::string timeColumn{};     // generic CSV: name or 1-based number
  std::string durationColumn{}; // likewise
  std::string timeUnit{};       // "s", "ms", "us", "ns", "iso"; empty: detected
  std::string durationUnit{};   // "s", "ms", "us", "ns"
  std::string timeIs{};         // "start" or "end" of the request; empty: the format's meaning
  std::string function{};       // keep this function only; "busiest" picks the one with most requests
};

struct SkippedRows {
  std::string reason;                     // "no REPORT line", "unreadable time stamp"
  std::uint64_t count = 0, firstLine = 0; // line 1-based, in the file where it occurred first
};

struct TraceSummary {
  std::string format, formatTitle; // "lambda_report", "AWS Lambda REPORT lines"
  std::vector<std::string> files;
  std::uint64_t rows = 0, requests = 0; // rows read; requests imported (counts expanded)
  std::vector<SkippedRows> skipped;
  std::optional<std::int64_t> firstEpochMs, lastEpochMs; // absent for relative time bases
  Duration span{};                                       // from 0 to the end of the last interval or request, > 0
  double meanRatePerSecond = 0, peakRatePerSecond = 0;   // peak over the busiest second (counts: their interval)
  Duration peakInterval{};
  struct Durations {
    double meanMs = 0, p50Ms = 0, p90Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0;
  };
  std::optional<Durations> durations;
  std::optional<double> memoryMb; // configured (Lambda logs) or mean allocated
  std::optional<double> maxMemoryUsedMb;
  std::optional<std::uint64_t> coldStarts, environments; // recorded in Lambda logs
  std::optional<std::uint64_t> environmentsWarmAtFirst;  // of those: first seen without a cold start
  std::optional<Duration> oldestEnvironment;             // longest from a first request's start to the last one's end
  std::optional<Duration> longestIdle;                   // between two requests of one environment; rows in time order
  std::optional<double> meanInitMs, billedMs;            // billedMs: sum as read
  std::uint64_t functions = 1;
  std::vector<std::string> notes; // "time stamps are the end of a request; start = end - duration", "minute counts
                                  // are spread uniformly at random inside each minute (seeded)"
};

// Reads one replication of the trace from its start, in order of start time.
class TraceCursor {
 public:
  virtual ~TraceCursor() = default;
  // Fills both spans (equal length) and returns how many; 0 at the end. Arrival ns since the trace's start.
  // Durations are filled only when the trace has them.
  virtual std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) = 0;
};

class Trace {
 public:
  virtual ~Trace() = default;
  const TraceSummary& summary() const { return m_summary; }
  bool hasDurations() const { return m_summary.durations.has_value(); }
  virtual bool isDeterministic() const = 0; // false: counts spread at random, durations drawn
  // Seed and replication matter only where something is drawn.
  virtual std::unique_ptr<TraceCursor> cursor(std::uint64_t seed, std::uint64_t replication) const = 0;

 protected:
  TraceSummary m_summary;
};

using pricing::importing::ImportCancelled;
using pricing::importing::ImportProgress;
namespace importing {
using namespace pricing::importing; // the streams under every format
}

struct TraceFormat {
  std::string_view name, title;
};
std::span<const TraceFormat> traceFormats();

// Several files of one trace (parts, or Azure's invocations + durations + memory) are given together; a directory or
// "-" is not a trace (InputError says so).
std::shared_ptr<const Trace> openTrace(std::span<const std::string> files, const TraceOptions& options,
                                       const ImportProgress& progress = {});

// The JSON of `breakeven trace inspect` (contract section 4), and the same as text for a terminal.
std::string traceSummaryJson(const TraceSummary& summary);
std::string traceSummaryText(const TraceSummary& summary);
// `trace convert`: our generic CSV (arrival_s,duration_ms), which openTrace reads back to the same requests. `write`
// takes the text piece by piece, so that memory does not grow with the trace; ImportCancelled when asked to stop.
void writeTraceCsv(const Trace& trace, std::uint64_t seed, const std::function<void(std::string_view)>& write,
                   const std::stop_token& stop = {});

} // namespace workloads
