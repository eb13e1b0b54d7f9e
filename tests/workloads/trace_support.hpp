#pragma once
// Small files and whole traces for the importer tests.
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "pricing/problem.hpp"
#include "workloads/import/trace.hpp"

namespace trace_test {

// A file with this content until the end of the scope.
class FileWith {
 public:
  explicit FileWith(std::string_view content, const std::string& name = "trace") {
    static std::atomic<int> serial{0};
    m_path = (std::filesystem::temp_directory_path() /
              ("breakeven-" + std::to_string(::getpid()) + "-" + std::to_string(serial++) + "-" + name))
                 .string();
    std::ofstream(m_path, std::ios::binary) << content;
  }
  ~FileWith() {
    std::error_code ignored;
    std::filesystem::remove(m_path, ignored);
  }
  FileWith(const FileWith&) = delete;
  FileWith& operator=(const FileWith&) = delete;
  const std::string& path() const { return m_path; }

 private:
  std::string m_path;
};

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
