#pragma once
// Small files and whole traces for the importer tests.
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "pricing/problem.hpp"
#include "tests/support/file_with.hpp"
#include "workloads/import/trace.hpp"

namespace trace_test {

using test_files::FileWith;

inline std::shared_ptr<const workloads::Trace> open(const std::string& path,
                                                    const workloads::TraceOptions& options = {}) {
  return workloads::openTrace(std::array{path}, options);
}

// The sentence an unusable file gets; empty when it imports.
inline std::string sentenceFor(const std::string& path, const workloads::TraceOptions& options = {}) {
  try {
    open(path, options);
  } catch (const pricing::InputError& error) {
    return error.what();
  }
  return {};
}

struct Requests {
  std::vector<std::int64_t> arrivals, durations; // ns
  friend bool operator==(const Requests&, const Requests&) = default;
};

inline Requests requestsOf(const workloads::Trace& trace, std::uint64_t seed = 1, std::uint64_t replication = 0,
                           std::size_t batch = 1'000) {
  Requests all;
  std::vector<std::int64_t> arrivals(batch), durations(batch);
  const auto cursor = trace.cursor(seed, replication);
  while (const std::size_t n = cursor->fill(arrivals, durations)) {
    all.arrivals.insert(all.arrivals.end(), arrivals.begin(), arrivals.begin() + static_cast<std::ptrdiff_t>(n));
    if (trace.hasDurations())
      all.durations.insert(all.durations.end(), durations.begin(), durations.begin() + static_cast<std::ptrdiff_t>(n));
  }
  return all;
}

inline std::uint64_t skippedFor(const workloads::TraceSummary& summary, std::string_view reason) {
  for (const auto& row : summary.skipped)
    if (row.reason == reason) return row.count;
  return 0;
}

inline std::string sharedTrace(const std::string& name) {
  return std::string(BREAKEVEN_SHARED_DIR) + "/traces/" + name;
}
inline bool haveSharedTraces() { return std::filesystem::exists(sharedTrace("EXPECTED.tsv")); }

} // namespace trace_test
