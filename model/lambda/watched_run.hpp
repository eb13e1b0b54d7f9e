#pragma once
// A run as it is looked at, whatever engine makes it: requests up to the next mark at a time, points of the time
// series, windows that are settled and opened, hours. Ends before a mark are released first; what ends at a window's
// edge itself belongs to the next window.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/lambda/call_sums.hpp"
#include "model/lambda/event_engine.hpp"
#include "model/lambda/observation_marks.hpp"

namespace model::lambda {

inline constexpr std::size_t kMostAtOnce = 4096; // requests that an engine is given

class WatchedRun : public AnyEngine {
 public:
  void feed(const workloads::RequestBatch& batch) final;
  LambdaRun finish() final;

 protected:
  explicit WatchedRun(const ObservationPlan& plan);

  // ---- what an engine does ----
  // Requests [from, to) of the batch, at most kMostAtOnce; no mark lies between them.
  virtual void serve(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) = 0;
  // Where to stop better than at `to`, when more requests come before the next mark: in (from, to].
  virtual std::size_t endOfService(const workloads::RequestBatch& batch, std::size_t from, std::size_t to) const;
  // Without arrivals, up to everything that ends before `ns`.
  virtual void releaseBefore(std::int64_t ns) = 0;
  virtual std::int64_t inFlight() const = 0;
  // Environments but for the idle ones that have lapsed before `ns`.
  virtual std::int64_t environmentsAt(std::int64_t ns) = 0;
  // A request's whole time was booked when it started, idle time is booked when it ends: at an edge move what lies
  // beyond it into the next window, and book what lies before it.
  virtual void settle(std::int64_t edgeNs, LambdaTally& now, LambdaTally& next) = 0;

  LambdaTally& tally() { return m_tallies[m_window]; }
  // All but latencies, into the window and the hour; `extensionNs` is what each call has before cuts.
  void book(const CallSums& sums, std::int64_t extensionNs);

 private:
  void passMark();
  void samplePoint(std::int64_t ns);
  void passEdge(std::int64_t ns);

  ObservationMarks m_marks;
  std::vector<LambdaTally> m_tallies; // the warm-up, the windows, and what is beyond the horizon
  std::size_t m_window = 0;
  std::vector<TimelinePoint> m_timeline;
  LambdaHours m_hours;
  std::size_t m_hour = 0;
};

} // namespace model::lambda
