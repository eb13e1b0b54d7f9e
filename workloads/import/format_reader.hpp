#pragma once
// How one trace format plugs in: a line in the table of trace.cpp, and one file with a `recognise` and a `read`.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pricing/import/byte_source.hpp"
#include "workloads/import/trace.hpp"

namespace workloads::importing {

struct ImportJob {
  std::span<const std::string> files; // checked: regular, readable, not empty
  const TraceOptions& options;
  const TraceFormat& format;
  ProgressMeter& meter;
};

struct FormatReader {
  TraceFormat format;
  // How sure, 0 (not this format) to 100, from the first kRecognisedBytes of the unpacked text.
  int (*recognise)(std::string_view prefix);
  std::shared_ptr<const Trace> (*read)(const ImportJob& job);
};
inline constexpr std::size_t kRecognisedBytes = 256 * 1024;

// The share of rows that may be unusable before a file counts as something else.
inline constexpr double kLargestSkippedShare = 0.5;

// What was read and what was passed over, by reason, with the first line and its text.
class RowLog {
 public:
  void beginFile(const std::string& path) { m_path = path; }
  void countRow() { ++m_rows; }
  void skip(std::string_view reason, std::uint64_t line, std::string_view example, std::uint64_t count = 1);
  std::uint64_t rows() const { return m_rows; }
  std::uint64_t skipped() const { return m_skipped; }
  std::vector<SkippedRows> reasons() const;
  // InputError when nothing is usable or too much is not; `expected` names a usable row.
  void throwIfUnusable(std::uint64_t usable, std::string_view expected) const;

 private:
  struct Entry {
    SkippedRows row;
    std::string path, example;
  };
  std::string m_path;
  std::uint64_t m_rows = 0, m_skipped = 0;
  std::vector<Entry> m_entries;
};

// Throws for options that the format gives no meaning.
void refuseFunctionOption(const ImportJob& job);
// true: the user's timeIs, or `fallback`; InputError when it is neither "start" nor "end".
bool timeIsEnd(const TraceOptions& options, bool fallback);
// The user's unit, or `fallback`; InputError naming the option when it is none.
std::string_view unitOption(std::string_view value, std::string_view option);

int recogniseLambdaLog(std::string_view prefix);
std::shared_ptr<const Trace> readLambdaLog(const ImportJob& job);
int recogniseLambdaCalls(std::string_view prefix);
std::shared_ptr<const Trace> readLambdaCalls(const ImportJob& job);
int recogniseAccessLog(std::string_view prefix);
std::shared_ptr<const Trace> readAccessLog(const ImportJob& job);
int recogniseAzureCounts(std::string_view prefix);
std::shared_ptr<const Trace> readAzureCounts(const ImportJob& job);
int recogniseAzureInvocations(std::string_view prefix);
std::shared_ptr<const Trace> readAzureInvocations(const ImportJob& job);
int recogniseGenericCsv(std::string_view prefix);
std::shared_ptr<const Trace> readGenericCsv(const ImportJob& job);

} // namespace workloads::importing
