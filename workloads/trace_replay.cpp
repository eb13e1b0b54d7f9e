#include "workloads/trace_replay.hpp"

#include <algorithm>
#include <cmath>

namespace workloads {

namespace {

// Requests that were recorded together may come up to a minute apart in another copy; patterns above that are kept.
constexpr Duration kLargestShift = std::chrono::minutes(1);

// The recording itself keeps its seed, so that the first pass of an unscaled replay is what the cursor alone gives.
std::uint64_t cursorSeed(ReplaySeed seed, std::uint64_t copy, std::uint64_t pass) {
  if (copy == 0 && pass == 0) return seed.seed;
  return RandomStream(RandomStream(seed.seed, "arrivals.copy", copy).next(), "arrivals.pass", pass).next();
}

} // namespace

TraceCopy::TraceCopy(const Trace& trace, ReplaySeed seed, const Plan& plan)
    : m_trace(&trace), m_seed(seed), m_plan(plan), m_begin(-plan.shift.count()),
      m_thin(cursorSeed(seed, plan.copy, 0), "arrivals.thin", seed.replication),
      m_cursor(trace.cursor(cursorSeed(seed, plan.copy, 0), seed.replication)), m_arrivals(kBuffer),
      m_durations(kBuffer) {}

// The next requests of this pass, or the first ones of the next.
bool TraceCopy::refill() {
  m_next = 0;
  m_filled = m_cursor->fill(m_arrivals, m_durations);
  if (m_filled > 0) return true;
  m_begin += m_trace->summary().span.count();
  m_cursor = m_trace->cursor(cursorSeed(m_seed, m_plan.copy, ++m_pass), m_seed.replication);
  m_filled = m_cursor->fill(m_arrivals, m_durations);
  return m_filled > 0;
}

bool TraceCopy::next(Recorded& out) {
  for (;;) {
    if (m_next == m_filled && !refill()) return false;
    out = {m_begin + m_arrivals[m_next], m_durations[m_next]};
    if (out.arrival >= m_plan.horizon.count()) return false;
    ++m_next;
    if (out.arrival >= 0 && (m_plan.keep >= 1 || m_thin.uniform() < m_plan.keep)) return true;
  }
}

TraceReplay::TraceReplay(const TraceArrivals& arrivals, ReplaySeed seed, Duration horizon) : m_trace(arrivals.trace) {
  if (!m_trace || m_trace->summary().span <= Duration{}) return;
  const double whole = std::floor(arrivals.scale), fraction = arrivals.scale - whole;
  const auto copies = static_cast<std::uint64_t>(whole) + (fraction > 0 ? 1 : 0);
  const auto largest = static_cast<std::uint64_t>(std::min(kLargestShift, m_trace->summary().span).count());
  RandomStream shifts(seed.seed, "arrivals.shift", seed.replication);
  for (std::uint64_t copy = 0; copy < copies; ++copy) {
    const auto shift = static_cast<std::int64_t>(copy == 0 ? 0 : shifts.below(largest));
    const double keep = static_cast<double>(copy) < whole ? 1 : fraction;
    m_copies.emplace_back(*m_trace, seed, TraceCopy::Plan{copy, Duration(shift), keep, horizon});
  }
  for (std::size_t copy = 0; copy < m_copies.size(); ++copy) push(copy);
}

bool TraceReplay::later(const Head& a, const Head& b) {
  return a.request.arrival != b.request.arrival ? a.request.arrival > b.request.arrival : a.copy > b.copy;
}

void TraceReplay::push(std::size_t copy) {
  Head head{{}, copy};
  if (!m_copies[copy].next(head.request)) return;
  m_heads.push_back(head);
  std::push_heap(m_heads.begin(), m_heads.end(), later);
}

std::size_t TraceReplay::fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) {
  std::size_t n = 0;
  for (; n < arrivals.size() && !m_heads.empty(); ++n) {
    std::pop_heap(m_heads.begin(), m_heads.end(), later);
    const Head head = m_heads.back();
    m_heads.pop_back();
    arrivals[n] = head.request.arrival;
    durations[n] = head.request.duration;
    push(head.copy);
  }
  return n;
}

} // namespace workloads
