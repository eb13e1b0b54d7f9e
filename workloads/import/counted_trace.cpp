#include "workloads/import/counted_trace.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "workloads/import/duration_statistics.hpp"
#include "workloads/random.hpp"

namespace workloads::importing {

namespace {

constexpr int kCountBits = 34; // 2^34 > kLargestCount

// Counts by position with fast "which position holds the k-th item" and removal (Fenwick 1994).
class CountTree {
 public:
  void assign(const std::vector<std::int64_t>& counts) {
    m_sums.assign(counts.size() + 1, 0);
    for (std::size_t i = 1; i < m_sums.size(); ++i) {
      m_sums[i] += counts[i - 1];
      const std::size_t parent = i + (i & (~i + 1));
      if (parent < m_sums.size()) m_sums[parent] += m_sums[i];
    }
  }
  // Removes the k-th remaining item (0-based) and returns its position.
  std::size_t take(std::int64_t k) {
    std::size_t at = 0;
    for (std::size_t step = std::bit_floor(m_sums.size() - 1); step > 0; step /= 2) {
      if (at + step >= m_sums.size()) continue;
      if (m_sums[at + step] <= k) {
        at += step;
        k -= m_sums[at];
      } else {
        --m_sums[at + step];
      }
    }
    return at;
  }

 private:
  std::vector<std::int64_t> m_sums;
};

} // namespace

double DurationTable::quantile(double p) const {
  std::size_t i = 1;
  while (i + 1 < kProbabilities.size() && p > kProbabilities[i]) ++i;
  const double below = static_cast<double>(nanoseconds[i - 1]), above = static_cast<double>(nanoseconds[i]);
  return below + (above - below) * (p - kProbabilities[i - 1]) / (kProbabilities[i] - kProbabilities[i - 1]);
}

double DurationTable::mean() const {
  double sum = 0;
  for (std::size_t i = 1; i < kProbabilities.size(); ++i)
    sum += (kProbabilities[i] - kProbabilities[i - 1]) *
           (static_cast<double>(nanoseconds[i - 1]) + static_cast<double>(nanoseconds[i])) / 2;
  return sum;
}

std::int64_t CountedTrace::pack(std::uint32_t function, std::int64_t count) {
  return static_cast<std::int64_t>(function) << kCountBits | count;
}
std::uint32_t CountedTrace::functionOf(std::int64_t value) { return static_cast<std::uint32_t>(value >> kCountBits); }
std::int64_t CountedTrace::countOf(std::int64_t value) { return value & ((std::int64_t{1} << kCountBits) - 1); }

class CountedTrace::Cursor : public TraceCursor {
 public:
  Cursor(const CountedTrace& trace, std::uint64_t seed, std::uint64_t replication)
      : m_trace(trace), m_reader(trace.m_parts.counts.reader()), m_times(seed, "trace_times", replication),
        m_work(seed, "trace_durations", replication), m_more(m_reader.next(m_ahead)) {}

  std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) override {
    const bool withDurations = m_trace.hasDurations();
    std::size_t n = 0;
    for (; n < arrivals.size(); ++n) {
      while (m_left == 0) // intervals without requests
        if (!loadInterval()) return n;
      arrivals[n] = nextArrival();
      if (withDurations) durations[n] = drawDuration();
      --m_left;
    }
    return n;
  }

 private:
  bool loadInterval() {
    if (!m_more) return false;
    m_begin = m_ahead.key - m_trace.m_parts.zero;
    m_functions.clear();
    m_counts.clear();
    const std::int64_t key = m_ahead.key;
    for (; m_more && m_ahead.key == key; m_more = m_reader.next(m_ahead)) {
      m_left += countOf(m_ahead.value);
      m_functions.push_back(functionOf(m_ahead.value));
      m_counts.push_back(countOf(m_ahead.value));
    }
    m_above = 1;
    if (m_trace.hasDurations()) m_tree.assign(m_counts);
    return true;
  }
  // The least of n uniforms above u lies at 1 - (1 - u) V^(1/n), V uniform; -log V is exponential (Devroye 1986, V.3).
  std::int64_t nextArrival() {
    m_above *= std::exp(-m_times.exponential() / static_cast<double>(m_left));
    const auto interval = m_trace.m_parts.interval;
    const auto offset = static_cast<std::int64_t>((1 - m_above) * static_cast<double>(interval));
    return m_begin + std::min(offset, interval - 1);
  }
  std::int64_t drawDuration() {
    const auto& parts = m_trace.m_parts;
    const std::size_t at = m_tree.take(static_cast<std::int64_t>(m_work.below(static_cast<std::uint64_t>(m_left))));
    std::uint32_t table = parts.tableOf[m_functions[at]];
    if (table == kNoTable) table = anyTable();
    return std::llround(parts.tables[table].quantile(m_work.uniform()));
  }
  std::uint32_t anyTable() {
    const auto& sums = m_trace.m_tableRequestsBelow;
    const std::uint64_t k = m_work.below(sums.back());
    return static_cast<std::uint32_t>(std::upper_bound(sums.begin(), sums.end(), k) - sums.begin());
  }

  const CountedTrace& m_trace;
  SortedRecords::Reader m_reader;
  RandomStream m_times, m_work;
  Record m_ahead;
  bool m_more;
  std::int64_t m_begin = 0, m_left = 0;
  double m_above = 1; // 1 - position of the last arrival in its interval
  std::vector<std::uint32_t> m_functions;
  std::vector<std::int64_t> m_counts;
  CountTree m_tree;
};

CountedTrace::CountedTrace(Parts parts, TraceSummary summary) : m_parts(std::move(parts)) {
  m_summary = std::move(summary);
  m_tableRequests.assign(m_parts.tables.size(), 0);
  summariseCounts();
  if (!m_parts.tables.empty()) summariseDurations();
}

void CountedTrace::summariseCounts() {
  Record record;
  std::int64_t key = -1, inInterval = 0, busiest = 0;
  for (auto reader = m_parts.counts.reader(); reader.next(record);) {
    if (record.key != key) key = record.key, inInterval = 0;
    const std::int64_t count = countOf(record.value);
    inInterval += count;
    busiest = std::max(busiest, inInterval);
    m_summary.requests += static_cast<std::uint64_t>(count);
    if (m_parts.tables.empty()) continue;
    const std::uint32_t table = m_parts.tableOf[functionOf(record.value)];
    if (table != kNoTable) m_tableRequests[table] += static_cast<std::uint64_t>(count);
  }
  m_summary.span = Duration(m_parts.length);
  m_summary.peakInterval = Duration(m_parts.interval);
  m_summary.meanRatePerSecond = static_cast<double>(m_summary.requests) / pricing::inSeconds(m_summary.span);
  m_summary.peakRatePerSecond = static_cast<double>(busiest) / pricing::inSeconds(m_summary.peakInterval);
}

// The law the cursor draws from, not one draw: the exact mean, and quantiles of 200 equal slices of each table. The
// requests without a table follow the mixture of the others and change neither.
void CountedTrace::summariseDurations() {
  constexpr int kSlices = 200;
  std::uint64_t total = 0;
  double meanMs = 0;
  std::int64_t longest = 0;
  DurationStatistics statistics;
  for (std::size_t i = 0; i < m_parts.tables.size(); ++i) {
    m_tableRequestsBelow.push_back(total += m_tableRequests[i]);
    if (m_tableRequests[i] == 0) continue;
    const auto& table = m_parts.tables[i];
    meanMs += static_cast<double>(m_tableRequests[i]) * table.mean() * 1e-6;
    longest = std::max(longest, table.nanoseconds.back());
    for (int slice = 0; slice < kSlices; ++slice)
      statistics.add(std::llround(table.quantile((slice + 0.5) / kSlices)), m_tableRequests[i]);
  }
  if (total == 0) {
    m_parts.tables.clear();
    return;
  }
  m_summary.durations = statistics.summary();
  m_summary.durations->meanMs = meanMs / static_cast<double>(total);
  m_summary.durations->maxMs = static_cast<double>(longest) * 1e-6;
}

std::unique_ptr<TraceCursor> CountedTrace::cursor(std::uint64_t seed, std::uint64_t replication) const {
  return std::make_unique<Cursor>(*this, seed, replication);
}

} // namespace workloads::importing
