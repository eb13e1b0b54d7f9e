#pragma once
// The work of a run's requests as they are drawn, before any platform sees them. All configurations of a search meet
// these very requests, so what follows from them bounds every one of them without sampling error. Pinned by
// tests/model/search_test.cpp.
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "model/evaluation/replication.hpp"

namespace model {

// Requests of about the same work, fastest first. CPU and waiting both grow with the duration that was drawn, so the
// order of the requests is the same on every configuration, however it stretches the two.
struct WorkClass {
  std::uint64_t requests = 0;
  std::int64_t leastCpuNs = 0, leastIoNs = 0; // of any of them
  Int128 cpuNs = 0, ioNs = 0;                 // of all, or less
};

class StreamSample {
 public:
  // The one replication of `shape`. Of the last `late` before its end the work may lie beyond it.
  static std::variant<StreamSample, Cancelled> drawn(const workloads::Workload& workload, const RunShape& shape,
                                                     Duration late, const std::stop_token& stop);

  std::uint64_t requests() const { return m_requests; } // that arrive while it is observed
  Int128 lateCpuNs() const { return m_lateCpuNs; }
  double observedSeconds() const { return m_observedSeconds; }
  Duration horizon() const { return m_horizon; }
  std::span<const std::uint64_t> hourlyRequests() const { return m_hourlyRequests; }
  std::span<const WorkClass> work() const { return m_work; }
  // All but that many of the slowest: whichever requests fail, those that complete do at least this work.
  StreamSample withoutSlowest(std::uint64_t dropped) const;

 private:
  std::vector<WorkClass> m_work;
  std::vector<std::uint64_t> m_hourlyRequests;
  std::uint64_t m_requests = 0;
  Int128 m_lateCpuNs = 0;
  double m_observedSeconds = 0;
  Duration m_horizon{};
};

// One sample for several searches of the same stream, drawn when the first of them asks.
class SharedSample {
 public:
  // As StreamSample::drawn; nullptr when it was stopped. Whoever comes meanwhile waits.
  const StreamSample* drawn(const workloads::Workload& workload, const RunShape& shape, Duration late,
                            const std::stop_token& stop);

 private:
  std::mutex m_mutex;
  std::optional<StreamSample> m_sample;
};

} // namespace model
