#include "workloads/import/request_trace.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <queue>

#include "workloads/import/duration_statistics.hpp"
#include "workloads/import/time_stamps.hpp"
#include "workloads/random.hpp"

namespace workloads::importing {

namespace {

bool isClock(TimeBase base) { return base == TimeBase::WallClock || base == TimeBase::DayClock; }

// The requests in order, as recorded.
class RecordedCursor : public TraceCursor {
 public:
  RecordedCursor(SortedRecords::Reader reader, std::int64_t zero, bool durations)
      : m_reader(std::move(reader)), m_zero(zero), m_durations(durations) {}
  std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) override {
    std::size_t n = 0;
    for (Record record; n < arrivals.size() && next(record); ++n) {
      arrivals[n] = record.key;
      if (m_durations) durations[n] = record.value;
    }
    return n;
  }
  // The key is counted from the trace's zero; requests without a duration are left out of a trace that has them.
  bool next(Record& record) {
    while (m_reader.next(record)) {
      if (m_durations && record.value < 0) continue;
      record.key -= m_zero;
      return true;
    }
    return false;
  }

 private:
  SortedRecords::Reader m_reader;
  std::int64_t m_zero;
  bool m_durations;
};

// Stamps of whole seconds: each request uniformly at random inside its second. Requests wait in a heap until no later
// record can overtake them, so memory is that of one second's requests.
class SpreadCursor : public TraceCursor {
 public:
  SpreadCursor(RecordedCursor recorded, bool durations, std::uint64_t seed, std::uint64_t replication)
      : m_recorded(std::move(recorded)), m_durations(durations), m_random(seed, "trace_seconds", replication) {
    m_more = m_recorded.next(m_next);
  }
  std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) override {
    std::size_t n = 0;
    for (; n < arrivals.size(); ++n) {
      while (m_more && (m_waiting.empty() || m_waiting.top().record.key >= m_next.key)) take();
      if (m_waiting.empty()) break;
      arrivals[n] = m_waiting.top().record.key;
      if (m_durations) durations[n] = m_waiting.top().record.value;
      m_waiting.pop();
    }
    return n;
  }

 private:
  struct Waiting {
    Record record;
    std::uint64_t index;
    bool operator>(const Waiting& other) const {
      return record.key != other.record.key ? record.key > other.record.key : index > other.index;
    }
  };
  void take() {
    const auto offset = static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(kSecond)));
    m_waiting.push({{m_next.key + offset, m_next.value}, m_taken++});
    m_more = m_recorded.next(m_next);
  }
  RecordedCursor m_recorded;
  bool m_durations;
  RandomStream m_random;
  Record m_next;
  bool m_more = false;
  std::uint64_t m_taken = 0;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> m_waiting;
};

class RequestTrace : public Trace {
 public:
  RequestTrace(SortedRecords records, TraceSummary summary, std::int64_t zero, bool spread)
      : m_records(std::move(records)), m_zero(zero), m_spread(spread) {
    m_summary = std::move(summary);
  }
  bool isDeterministic() const override { return !m_spread; }
  std::unique_ptr<TraceCursor> cursor(std::uint64_t seed, std::uint64_t replication) const override {
    RecordedCursor recorded(m_records.reader(), m_zero, hasDurations());
    if (!m_spread) return std::make_unique<RecordedCursor>(std::move(recorded));
    return std::make_unique<SpreadCursor>(std::move(recorded), hasDurations(), seed, replication);
  }

 private:
  SortedRecords m_records;
  std::int64_t m_zero;
  bool m_spread;
};

} // namespace

// One walk over the sorted records. Keys count from zero.
struct RequestCollector::Walk {
  std::uint64_t requests = 0, inSecond = 0, busiestSecond = 0;
  std::int64_t second = -1, lastStart = 0, lastEnd = 0;
  DurationStatistics durations;

  void add(const Record& record, bool withDuration) {
    ++requests;
    if (record.key / kSecond != second) second = record.key / kSecond, inSecond = 0;
    busiestSecond = std::max(busiestSecond, ++inSecond);
    lastStart = record.key;
    lastEnd = std::max(lastEnd, record.key + (withDuration ? record.value : 0));
    if (withDuration) durations.add(record.value);
  }
};

namespace {

std::int64_t zeroFor(TimeBase base, std::int64_t first, std::int64_t last) {
  if (isClock(base) || first < 0) return first;
  return base == TimeBase::Relative && first > last - first ? first : 0;
}

} // namespace

RequestCollector::RequestCollector(const ImportJob& job, std::size_t recordsInMemory)
    : m_job(job), m_records(recordsInMemory) {
  m_summary.format = job.format.name;
  m_summary.formatTitle = job.format.title;
  m_summary.files.assign(job.files.begin(), job.files.end());
  if (!job.files.empty()) m_rows.beginFile(job.files.front());
}

void RequestCollector::addStart(std::int64_t start, std::int64_t duration, std::uint64_t line) {
  m_wholeSeconds = m_wholeSeconds && start % kSecond == 0;
  store(start, duration, line);
}

void RequestCollector::store(std::int64_t start, std::int64_t duration, std::uint64_t line) {
  if (duration < kNoDuration) return m_rows.skip("negative duration", line, {});
  if (duration > kLongestDuration) return m_rows.skip("duration above 1,000 h", line, {});
  if (duration != kNoDuration)
    ++m_withDuration;
  else if (m_withoutDuration++ == 0)
    m_firstWithout = line;
  m_records.add({start, duration});
}

void RequestCollector::addEnd(std::int64_t end, std::int64_t duration, std::uint64_t line) {
  m_wholeSeconds = m_wholeSeconds && end % kSecond == 0;
  store(duration > 0 && duration <= kLongestDuration ? end - duration : end, duration, line);
}

// Durations count when at least half of the requests have one; the others are then left out, so that every figure is
// a measured one.
bool RequestCollector::decideDurations() {
  if (m_withDuration == 0) return false;
  if (m_withDuration < m_withoutDuration) {
    m_summary.notes.push_back(fmt::format("only {} of {} requests have a duration; durations are left out",
                                          m_withDuration, m_records.size()));
    return false;
  }
  if (m_withoutDuration > 0) m_rows.skip("no duration", m_firstWithout, {}, m_withoutDuration);
  return true;
}

void RequestCollector::describeTime(TimeBase base, std::int64_t zero, bool spread) {
  if (!isClock(base) && zero != 0)
    m_summary.notes.push_back(
        fmt::format("the trace begins {:.3f} s after the recording's zero", static_cast<double>(zero) * 1e-9));
  if (spread)
    m_summary.notes.emplace_back("time stamps are whole seconds; requests are spread uniformly at random inside each "
                                 "second (seeded)");
}

void RequestCollector::summarise(const Walk& walk, TimeBase base, std::int64_t zero, bool spread) {
  m_summary.rows = m_rows.rows();
  m_summary.requests = walk.requests;
  m_summary.skipped = m_rows.reasons();
  if (base == TimeBase::WallClock) {
    m_summary.firstEpochMs = zero / 1'000'000;
    m_summary.lastEpochMs = (zero + walk.lastStart) / 1'000'000;
  }
  // A stamp stands for the second or millisecond that follows it.
  const std::int64_t resolution = m_wholeSeconds && isClock(base) ? kSecond : 1'000'000;
  m_summary.span = Duration(std::max(walk.lastStart + resolution, walk.lastEnd + (spread ? kSecond : 0)));
  m_summary.peakInterval = std::min(Duration(kSecond), m_summary.span);
  m_summary.meanRatePerSecond = static_cast<double>(walk.requests) / pricing::inSeconds(m_summary.span);
  m_summary.peakRatePerSecond = static_cast<double>(walk.busiestSecond) / pricing::inSeconds(m_summary.peakInterval);
}

std::shared_ptr<const Trace> RequestCollector::finish(TimeBase base, std::string_view expectedRow) {
  m_rows.throwIfUnusable(m_records.size() == 0 ? 0 : m_records.size() + m_leftOut, expectedRow);
  const bool durations = decideDurations();
  m_records.finish();
  Record first, record;
  auto reader = m_records.reader();
  while (reader.next(first) && durations && first.value < 0) {
  }
  std::int64_t last = first.key;
  // The last key decides about zero, and everything else is counted from zero: hence a first, cheap walk.
  for (auto all = m_records.reader(); all.next(record);) last = record.key;
  const std::int64_t zero = zeroFor(base, first.key, last);
  Walk walk;
  RecordedCursor cursor(m_records.reader(), zero, durations);
  while (cursor.next(record)) {
    walk.add(record, durations);
    if (walk.requests % 65'536 == 0) m_job.meter.throwIfStopped();
  }
  const bool spread = isClock(base) && m_wholeSeconds && walk.busiestSecond > 1;
  summarise(walk, base, zero, spread);
  if (durations) m_summary.durations = walk.durations.summary();
  describeTime(base, zero, spread);
  return std::make_shared<RequestTrace>(std::move(m_records), std::move(m_summary), zero, spread);
}

} // namespace workloads::importing
