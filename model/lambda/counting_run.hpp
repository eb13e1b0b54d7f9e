#pragma once
// The counting engine (counting_engine.hpp). counting_engine.cpp serves many requests at a time; counting_run.cpp
// follows single ones.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/lambda/earliest_first.hpp"
#include "model/lambda/idle_stack.hpp"
#include "model/lambda/stretch_cells.hpp"
#include "model/lambda/stretch_run.hpp"

namespace model::lambda {

// The finish, inside the stretch under way, of a call that was followed by itself.
struct OwnFinish {
  std::int64_t offsetNs = 0;
  std::size_t request = 0;
  bool cut = false;
  friend bool operator<(const OwnFinish& a, const OwnFinish& b) {
    return a.offsetNs < b.offsetNs || (a.offsetNs == b.offsetNs && a.request < b.request);
  }
};

class CountingEngine final : public StretchRun<CallEnd> {
 public:
  CountingEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                 std::uint64_t replication, CountingGrain grain);

 private:
  void serveStretch() override;
  void release(std::span<const CallEnd> ends) override {
    for (const CallEnd end : ends) becomeIdle(end.ns(), end.cut());
  }
  std::int64_t idleFrom(std::int64_t ns) const override { return m_idle.lapsingFrom(ns); }
  void settleIdle(std::int64_t edgeNs, Int128& idleNs, std::uint64_t& ended) override {
    m_idle.settle(edgeNs, idleNs, ended);
  }

  // ---- many requests ----
  bool mayCount() const;
  void countAll();
  void countUpTo(std::size_t from, std::size_t to);
  void keepFinishes();

  // ---- one request ----
  void follow(std::size_t cell);
  void releaseUpTo(std::int64_t offsetNs, std::size_t started);
  void serveOne(std::size_t request);
  void becomeIdle(std::int64_t ns, bool cut) {
    m_idle.push(ns, cut);
    m_cutInFlight -= cut;
  }
  void startByItself(std::size_t request, CallStart start);
  // From here on the stretch is not as it was counted.
  void notAsCounted(std::size_t request) { m_followed = std::min(m_followed, request); }

  IdleStack m_idle;
  std::int64_t m_cutInFlight = 0; // calls that end at the timeout
  StretchCells m_cells;
  std::size_t m_followed = 0; // from this request on finishes are known one by one
  std::size_t m_nextFinish = 0;
  std::span<const StretchFinish> m_cellFinishes;
  EarliestFirst<OwnFinish> m_own;
  std::vector<CallEnd> m_later;
  std::vector<std::int64_t> m_fell;
};

} // namespace model::lambda
