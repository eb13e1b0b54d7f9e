#pragma once
// Splits what happens on a fleet into observation windows and clock hours, exactly: outcomes by the window of their
// arrival, times cut at the edges. Pinned by tests/model/ec2_simulator_test.cpp (windows add up to the single-window
// run; reference loop).
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"

namespace model::ec2 {

inline constexpr std::int64_t kNever = std::int64_t{1} << 62;    // ns; later than anything
inline constexpr std::int64_t kCore = std::int64_t{1} << 32;     // one vCPU in the engine's integer units
inline constexpr std::int64_t kMinimumBilledNs = 60'000'000'000; // per start; EC2 user guide, instance life cycle

inline std::int64_t coresOf(const InstanceKind& kind) { return std::llround(kind.vcpus * static_cast<double>(kCore)); }
// 0, warm-up's end, each window's end; the last is the horizon.
std::vector<std::int64_t> windowEdges(const ObservationPlan& plan);

class TallyRecorder {
 public:
  // `timeout` ends a request's chance of success; `overhead` is added to the latency of completed ones.
  TallyRecorder(const ObservationPlan& plan, Duration timeout, Duration overhead,
                std::vector<BadDeployment> deployments = {});
  TallyRecorder(const TallyRecorder&) = delete;
  TallyRecorder& operator=(const TallyRecorder&) = delete;

  // Arrivals of the window that is open.
  void attempted(std::uint64_t n) { m_open->outcomes.attempts += n; }
  void rejected(std::uint64_t n) { m_open->outcomes.rejected += n; }
  void throttled(std::uint64_t n) { m_open->outcomes.throttled += n; }
  // A request left its instance at `at`, served to the end: completed, or timed out when it took too long.
  void served(std::int64_t arrival, std::int64_t at);
  // A request left unserved: it waited too long or its instance went away.
  void gaveUp(std::int64_t arrival, std::int64_t at);
  // Its machine died at `at`.
  void lost(std::int64_t arrival, std::int64_t at);
  void errored(std::uint64_t n) { m_open->outcomes.errored += n; }
  // Somebody who came found all workers of an instance busy.
  void foundFull() { m_foundFull = true; }
  bool someFoundFull() const { return m_foundFull; }

  Int128 departedNs() const { return m_departed + m_inFlight; } // time here of all that left, since the start

  // Of all instances since the start, before a window is closed; of those on the spot market by kind.
  void surplusCredits(double sinceStart, const std::vector<double>& spot = {});

  // Instances launched and not yet terminated, whenever the number may have grown.
  void alive(std::int64_t instances);
  void launched(std::int64_t n) { m_open->launches += static_cast<std::uint64_t>(n); }
  // Life of an instance that ended at `end` or was cut by the horizon; ended ones are topped up to the minimum.
  struct Life {
    std::int64_t launched, inService, end;
    bool terminated;
    bool runsOn = false;                                // it left for a warm pool in which it goes on running
    std::optional<std::int64_t> runsSince{};            // start of the run; nothing: its launch
    std::optional<std::size_t> spotKind = std::nullopt; // bought on the spot market
    bool interrupted = false;                           // ended by AWS: no minimum
    bool free = false;                                  // ... in its first hour
  };
  void lived(const Life& life);
  // Stay of an instance in the warm pool, running from `entered` to `runsUntil`; where its run ended, the minimum.
  struct Stay {
    std::int64_t entered, runsUntil, left, runsSince;
    bool runEnded;
  };
  void pooled(const Stay& stay);

  void expectSpot(std::size_t kinds); // once, before anything lives
  void wentUnhealthy() { ++m_open->wentUnhealthy; }
  void failedOpen() { ++m_open->failedOpen; }
  void withoutCapacity() { ++m_open->launchesWithoutCapacity; }
  // A request in flight when AWS takes its instance at `at`, if its time was not over by then. It is given up besides.
  void lostToInterruption(std::int64_t arrival, std::int64_t at);

  std::int64_t nextEdge() const { return m_windowTo; } // kNever once the horizon is behind
  std::int64_t horizon() const { return m_edges.back(); }
  // The window that ends now; `cpuBusy` is the fleet's total since the start in kCore x ns.
  void closeWindow(Int128 cpuBusy, std::int64_t instancesAlive);
  std::int64_t nextHour() const; // that begins before the horizon; kNever when there is none
  void closeHour();              // the one that ends now
  std::vector<Ec2Tally> takeWindows();
  Ec2Hours takeHours() { return std::move(m_hours); }

 private:
  std::size_t windowAt(std::int64_t t) const;
  void addSpan(Int128 Ec2Tally::*member, std::int64_t from, std::int64_t to);
  template <class Add> void forEachPart(std::int64_t from, std::int64_t to, const Add& add);
  void livedOnSpot(const Life& life);
  void topUp(Int128 Ec2Tally::*member, std::int64_t from, std::int64_t end,
             std::optional<std::size_t> spotKind = std::nullopt);
  void addHours(std::vector<std::int64_t>& series, std::int64_t from, std::int64_t to);
  void addInFlight(std::int64_t arrival, std::int64_t at);
  void bookInFlight();
  void openSpan();
  void servedAcrossEdge(std::int64_t arrival, std::int64_t at);
  void recordOutcome(Ec2Tally& tally, std::int64_t arrival, std::int64_t latency);
  std::uint64_t deploymentErrors(std::int64_t arrival) const;
  void flush();

  std::int64_t m_timeout, m_overhead;
  std::vector<BadDeployment> m_deployments;
  std::vector<std::int64_t> m_edges; // window i covers [i, i + 1); window 0 is thrown away
  std::vector<Ec2Tally> m_windows;
  std::size_t m_index = 0;
  Ec2Tally* m_open = nullptr;
  std::int64_t m_windowTo = 0;
  Ec2Hours m_hours;
  std::int64_t m_hourNs;
  std::size_t m_hour = 0;
  std::int64_t m_from = 0, m_to = 0; // the part of the open hour that lies in the open window
  Int128 m_inFlight = 0;             // requests that came and left in it
  Int128 m_departed = 0;             // of all others that left
  Int128 m_cpuBusyNs = 0;
  double m_surplusCredits = 0;
  std::vector<double> m_spotSurplus; // by kind
  std::uint64_t m_timedOut = 0;
  bool m_foundFull = false;
  std::size_t m_buffered = 0;
  std::array<std::int64_t, 1024> m_latencies{};
};

inline void TallyRecorder::served(std::int64_t arrival, std::int64_t at) {
  if (arrival < m_from || at > m_to) return servedAcrossEdge(arrival, at);
  const std::int64_t latency = at - arrival;
  m_inFlight += latency;
  if (latency > m_timeout) {
    ++m_timedOut;
    return;
  }
  if (!m_deployments.empty()) [[unlikely]]
    m_open->outcomes.deploymentErrorsPpb += deploymentErrors(arrival);
  m_latencies[m_buffered++] = latency + m_overhead;
  if (m_buffered == m_latencies.size()) flush();
}

} // namespace model::ec2
