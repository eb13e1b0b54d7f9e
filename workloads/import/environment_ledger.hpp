#pragma once
// What a recording says about the environments behind it: how many, how many were there before it began, how long one
// was seen and how long one stayed idle and was used again. Memory: one entry an environment.
// Pinned by tests/workloads/lambda_calls_test.cpp.
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "workloads/import/trace.hpp"

namespace workloads::importing {

class EnvironmentLedger {
 public:
  // One request, ns. The requests of one environment do not overlap; in ascending or descending order of time.
  void add(std::string_view environment, std::int64_t start, std::int64_t end, bool cold);
  void describe(TraceSummary& summary) const; // leaves it alone when no environment was seen

 private:
  struct Environment {
    std::int64_t firstStart = 0, lastEnd = 0;
    bool coldAtFirst = false;
  };
  std::unordered_map<std::uint64_t, Environment> m_environments; // by hash of the name
  std::int64_t m_longestIdle = 0;
  bool m_inOrder = true; // without order the idle times are not known
};

} // namespace workloads::importing
