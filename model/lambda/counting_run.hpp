#pragma once
// The state of a run of the counting engine (counting_engine.hpp). counting_engine.cpp serves many requests at a time;
// counting_run.cpp follows single ones and looks at the run.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/lambda/call_columns.hpp"
#include "model/lambda/call_sums.hpp"
#include "model/lambda/counting_engine.hpp"
#include "model/lambda/earliest_first.hpp"
#include "model/lambda/environment_births.hpp"
#include "model/lambda/finish_slices.hpp"
#include "model/lambda/idle_stack.hpp"
#include "model/lambda/observation_marks.hpp"
#include "model/lambda/stretch_cells.hpp"

namespace model::lambda {

inline constexpr std::size_t kMostAtOnce = 4096;
static_assert(kMostAtOnce <= StretchCells::kMostRequests);

// The finish, inside the stretch under way, of a call that was followed by itself.
struct OwnFinish {
  std::int64_t offsetNs = 0;
  std::size_t request = 0;
  bool cut = false;
  friend bool operator<(const OwnFinish& a, const OwnFinish& b) {
    return a.offsetNs < b.offsetNs || (a.offsetNs == b.offsetNs && a.request < b.request);
  }
};

class CountingEngine final : public AnyEngine {
 public:
  CountingEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                 std::uint64_t replication, CountingGrain grain);
  void feed(const workloads::RequestBatch& batch) override;
  LambdaRun finish() override;

 private:
  // ---- many requests ----
  void serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to);
  void chooseSlices();
  void pass(std::size_t from, std::size_t to, std::int64_t untilNs);
  bool mayCount() const;
  void countAll();
  void countUpTo(std::size_t from, std::size_t to);
  void keepFinishes();
  void payForRequests();
  void releaseBefore(std::int64_t ns);
  void takeDue(std::int64_t slice, std::int64_t untilNs);

  // ---- one request ----
  void follow(std::size_t cell);
  void releaseUpTo(std::int64_t offsetNs, std::size_t started);
  void serveOne(std::size_t request);
  CallStart create(std::int64_t ns);
  void startOtherwise(std::size_t request, CallStart start);
  void refuse(std::size_t request, std::uint64_t& reason);
  void leaveOut(std::size_t request);
  void notePeak() { m_sums.peakBusy = std::max(m_sums.peakBusy, m_busy); }

  // ---- looking at the run ----
  void book();
  void passMark();
  void samplePoint(std::int64_t ns);
  void settle(std::int64_t edgeNs);
  void openWindow(std::int64_t edgeNs);
  LambdaTally& tally() { return m_tallies[m_window]; }

  LambdaFunction m_function;
  CountingGrain m_grain;
  ObservationMarks m_marks;
  EnvironmentBirths m_births;
  CallColumns m_columns;
  std::int64_t m_room, m_idleLifetimeNs, m_timeoutNs, m_afterNs;
  TokenBucket m_growth, m_rate;

  IdleStack m_idle;
  std::int64_t m_busy = 0;
  FinishSlices m_slices;     // of the busy ones
  std::int64_t m_slice = 0;  // under way
  std::int64_t m_fromNs = 0; // what finishes before it has been released
  std::size_t m_sinceChoice = 0;
  std::int64_t m_chosenNs = 0;
  bool m_chosen = false;

  // The requests being served: their columns, and those whose sums were made one by one.
  std::span<const std::int64_t> m_arrival, m_call;
  std::vector<std::int64_t> m_work, m_waiting, m_calls, m_latency;
  std::vector<std::size_t> m_leftOut;
  std::int64_t m_longestNs = 0;
  CallSums m_sums;

  // The stretch under way; requests are numbered from its first one.
  StretchCells m_cells;
  StretchCells::Content m_stretch;
  std::size_t m_first = 0;    // of the requests being served, the stretch's first
  std::size_t m_followed = 0; // from this request on finishes are known one by one
  std::size_t m_nextFinish = 0;
  std::span<const StretchFinish> m_cellFinishes;
  EarliestFirst<OwnFinish> m_own;
  std::vector<CallEnd> m_due, m_later;
  std::vector<std::size_t> m_refused;
  bool m_askRate = false; // each request has to ask for its token
  std::vector<std::int64_t> m_fell;

  std::vector<std::int64_t> m_initEnds; // of inits that may outlast a window
  std::size_t m_initEndsToPrune = kMostAtOnce;
  std::vector<LambdaTally> m_tallies; // the warm-up, the windows, and what is beyond the horizon
  std::size_t m_window = 0;
  std::vector<TimelinePoint> m_timeline;
  LambdaHours m_hours;
  std::size_t m_hour = 0;
};

} // namespace model::lambda
