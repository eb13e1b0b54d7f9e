#include "workloads/workload.hpp"

#include <cmath>
#include <map>
#include <ostream>

#include "tests/support/catch.hpp"
#include "workloads/import/trace.hpp"

using namespace workloads;
using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

struct Request {
  std::int64_t arrival, cpu, io;
  friend bool operator==(const Request&, const Request&) = default;
};
using Requests = std::vector<Request>;

std::ostream& operator<<(std::ostream& out, const Request& r) {
  return out << '{' << r.arrival << ", " << r.cpu << ", " << r.io << '}';
}

Requests requestsOf(const Workload& w, Duration horizon, std::uint64_t seed = 1, std::uint64_t replication = 0) {
  RequestStream stream(w, seed, replication, horizon);
  Requests all;
  RequestBatch batch;
  while (stream.next(batch)) {
    REQUIRE(batch.size() <= RequestStream::kBatch);
    REQUIRE((batch.cpu.size() == batch.size() && batch.io.size() == batch.size()));
    for (std::size_t i = 0; i < batch.size(); ++i) all.push_back({batch.arrival[i], batch.cpu[i], batch.io[i]});
  }
  CHECK(batch.size() == 0);
  return all;
}

std::vector<std::int64_t> arrivalsOf(const Requests& requests) {
  std::vector<std::int64_t> times;
  for (const auto& r : requests) times.push_back(r.arrival);
  return times;
}

bool isSorted(const Requests& requests) {
  return std::is_sorted(requests.begin(), requests.end(),
                        [](const Request& a, const Request& b) { return a.arrival < b.arrival; });
}

struct Record {
  std::int64_t arrival, duration;
};

// A trace in memory. `jittered`: arrivals are drawn inside their millisecond, as importers of minute counts do.
class RecordedTrace : public Trace {
 public:
  RecordedTrace(std::vector<Record> records, Duration span, bool durations = true, bool jittered = false)
      : m_records(std::move(records)), m_jittered(jittered) {
    m_summary.requests = m_records.size();
    m_summary.span = span;
    m_summary.meanRatePerSecond = static_cast<double>(m_records.size()) / pricing::inSeconds(span);
    m_summary.peakRatePerSecond = 3 * m_summary.meanRatePerSecond;
    if (durations) m_summary.durations = TraceSummary::Durations{};
  }
  bool isDeterministic() const override { return !m_jittered; }
  std::unique_ptr<TraceCursor> cursor(std::uint64_t seed, std::uint64_t replication) const override {
    return std::make_unique<Cursor>(*this, RandomStream(seed, "jitter", replication));
  }

 private:
  class Cursor : public TraceCursor {
   public:
    Cursor(const RecordedTrace& trace, RandomStream random) : m_trace(&trace), m_random(random) {}
    std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) override {
      std::size_t n = 0;
      for (; n < arrivals.size() && m_next < m_trace->m_records.size(); ++n, ++m_next) {
        const auto& record = m_trace->m_records[m_next];
        const auto jitter = m_trace->m_jittered ? m_random.below(1'000'000) : 0;
        arrivals[n] = record.arrival + static_cast<std::int64_t>(jitter);
        if (m_trace->hasDurations()) durations[n] = record.duration;
      }
      return n;
    }

   private:
    const RecordedTrace* m_trace;
    RandomStream m_random;
    std::size_t m_next = 0;
  };
  std::vector<Record> m_records;
  bool m_jittered;
};

// Every 2 ms a request; each duration is its own, so that requests can be told apart.
std::vector<Record> regular(std::int64_t n) {
  std::vector<Record> records;
  for (std::int64_t i = 0; i < n; ++i) records.push_back({i * 2'000'000, 1'000'000 + i});
  return records;
}

Workload replaying(std::shared_ptr<const Trace> trace, double scale = 1) {
  Workload w;
  w.arrivals = TraceArrivals{{"a.csv"}, "", "", "", "", scale, std::move(trace)};
  return w;
}

constexpr std::int64_t kTraceLength = 100'000; // 200 s
std::shared_ptr<const Trace> regularTrace(bool durations = true, bool jittered = false) {
  return std::make_shared<RecordedTrace>(regular(kTraceLength), 200s, durations, jittered);
}

Workload poisson(double rate, DurationDistribution work = Exponential{100ms}) {
  Workload w;
  w.arrivals = PoissonArrivals{RequestRate::perSecond(rate)};
  w.work.duration = std::move(work);
  return w;
}

} // namespace

TEST_CASE("a stream deals sorted batches of arrivals and work", "[workload]") {
  const auto requests = requestsOf(poisson(100), 1000s);
  CHECK(isSorted(requests));
  CHECK(requests.back().arrival < Duration(1000s).count());
  const double n = static_cast<double>(requests.size());
  CHECK(std::fabs(n - 100'000) < 4 * std::sqrt(100'000.0));
  double cpu = 0;
  for (const auto& r : requests) {
    cpu += static_cast<double>(r.cpu) * 1e-9;
    REQUIRE(r.io == 0); // cpu_fraction 1
  }
  CHECK(std::fabs(cpu / n - 0.1) < 4 * 0.1 / std::sqrt(n)); // exponential: deviation = mean
}

TEST_CASE("first requests are pinned", "[workload]") {
  auto requests = requestsOf(poisson(100), 1s);
  requests.resize(3);
  CHECK(requests == Requests{{7'108'000, 25'455'662, 0}, {24'122'765, 81'646'259, 0}, {45'216'555, 57'335'234, 0}});
}

TEST_CASE("the streams are those of the arrivals and of the work", "[workload]") {
  const auto w = poisson(100);
  const auto requests = requestsOf(w, 100s, 9, 4);
  std::vector<std::int64_t> arrivals(20'000), work(requests.size());
  arrivals.resize(ArrivalSampler(w.arrivals, RandomStream(9, "arrivals", 4), 100s).fill(arrivals));
  DurationSampler(*w.work.duration, RandomStream(9, "work", 4)).fill(work);
  REQUIRE(arrivals == arrivalsOf(requests));
  for (std::size_t i = 0; i < work.size(); ++i) REQUIRE(requests[i].cpu == work[i]);
}

TEST_CASE("another work law meets the same arrivals, another rate the same work", "[workload]") {
  const auto requests = requestsOf(poisson(100), 100s);
  for (const DurationDistribution& work : {DurationDistribution(Constant{5ms}), DurationDistribution(Gamma{1s, 3})})
    CHECK(arrivalsOf(requestsOf(poisson(100, work), 100s)) == arrivalsOf(requests));
  const auto faster = requestsOf(poisson(200), 100s);
  for (std::size_t i = 0; i < requests.size(); ++i) REQUIRE(faster[i].cpu == requests[i].cpu);
}

TEST_CASE("same seed and replication give the same requests, others do not", "[workload]") {
  const auto w = poisson(100);
  CHECK(requestsOf(w, 100s, 5, 1) == requestsOf(w, 100s, 5, 1));
  CHECK(requestsOf(w, 100s, 5, 1) != requestsOf(w, 100s, 5, 2));
  CHECK(requestsOf(w, 100s, 5, 1) != requestsOf(w, 100s, 6, 1));
}

TEST_CASE("a duration splits into cpu and io as measured", "[workload]") {
  auto w = poisson(10, Constant{100ms});
  w.work.cpuFraction = 0.25;
  w.work.measuredAt = pricing::Memory::mebibytes(884); // 884 / 1769 vCPU, a little less than a half
  CHECK(requestsOf(w, 10s).at(0) == Request{requestsOf(w, 10s).at(0).arrival, 12'492'934, 75'000'000});
  // Four threads at 10,240 MB of 5.79 vCPU: four vCPUs for the cpu part.
  w.work.threads = 4;
  w.work.measuredAt = pricing::Memory::mebibytes(10240);
  CHECK(requestsOf(w, 10s).at(0).cpu == 100'000'000);
  w.work.cpuFraction = 0;
  CHECK(requestsOf(w, 10s).at(0).cpu == 0);
  CHECK(requestsOf(w, 10s).at(0).io == 100'000'000);
}

TEST_CASE("Lambda's vCPU share grows with memory up to the threads", "[workload]") {
  const auto mb = [](std::int64_t n) { return pricing::Memory::mebibytes(n); };
  CHECK(lambdaVcpuShare(mb(1769), 1) == 1);
  CHECK(lambdaVcpuShare(mb(128), 1) == Approx(128 / 1769.0));
  CHECK(lambdaVcpuShare(mb(3538), 1) == 1);
  CHECK(lambdaVcpuShare(mb(3538), 2.5) == 2);
  CHECK(name(Trigger::Http) == "http");
  CHECK(name(Trigger::Schedule) == "schedule");
}

TEST_CASE("no request comes at rate 0, in no time or from an empty trace", "[workload]") {
  CHECK(requestsOf(poisson(0), hours(1)).empty());
  CHECK(requestsOf(poisson(100), 0s).empty());
  CHECK(requestsOf(poisson(100), 1ns).empty());
  CHECK(requestsOf(replaying(std::make_shared<RecordedTrace>(std::vector<Record>{}, 1s)), hours(1)).empty());
}

TEST_CASE("a trace is played as recorded and repeated end to end", "[workload]") {
  const auto w = replaying(regularTrace());
  const auto requests = requestsOf(w, 500s);
  REQUIRE(requests.size() == 250'000); // two passes and a half
  for (std::int64_t i = 0; i < 250'000; ++i) {
    const auto& r = requests[static_cast<std::size_t>(i)];
    REQUIRE((r.arrival == i * 2'000'000 && r.cpu == 1'000'000 + i % kTraceLength && r.io == 0));
  }
  CHECK(requestsOf(w, 500s, 2, 3) == requests);
  CHECK(isDeterministic(w));
  CHECK(meanRatePerSecond(w.arrivals, 500s) == Approx(500));
  CHECK(peakRatePerSecond(w.arrivals, 500s) == Approx(1500));
  CHECK(describe(w.arrivals) == "trace a.csv, 500/s");
}

TEST_CASE("a trace may meet a drawn work law", "[workload]") {
  auto w = replaying(regularTrace(false));
  w.work.duration = Exponential{100ms};
  const auto requests = requestsOf(w, 200s);
  CHECK(arrivalsOf(requests) == arrivalsOf(requestsOf(replaying(regularTrace()), 200s)));
  std::vector<std::int64_t> work(requests.size());
  DurationSampler(*w.work.duration, RandomStream(1, "work", 0)).fill(work);
  for (std::size_t i = 0; i < work.size(); ++i) REQUIRE(requests[i].cpu == work[i]);
  CHECK_FALSE(isDeterministic(w));
}

TEST_CASE("what a trace draws differs between passes and replications", "[workload]") {
  const auto trace = regularTrace(true, true);
  const auto w = replaying(trace);
  const auto requests = requestsOf(w, 400s, 7, 2);
  REQUIRE(requests.size() == 200'000);
  // The first pass is the cursor's own.
  std::vector<std::int64_t> arrivals(kTraceLength), durations(kTraceLength);
  trace->cursor(7, 2)->fill(arrivals, durations);
  std::size_t same = 0;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    REQUIRE(requests[i].arrival == arrivals[i]);
    same += requests[i + arrivals.size()].arrival - Duration(200s).count() == arrivals[i];
  }
  CHECK(same < 10);
  CHECK(requestsOf(w, 400s, 7, 2) == requests);
  CHECK(requestsOf(w, 400s, 7, 3) != requests);
  CHECK_FALSE(isDeterministic(w));
}

TEST_CASE("a scale below 1 thins the recording", "[workload]") {
  const auto all = requestsOf(replaying(regularTrace()), 400s);
  const auto w = replaying(regularTrace(), 0.3);
  const auto kept = requestsOf(w, 400s);
  const double n = static_cast<double>(all.size());
  CHECK(std::fabs(static_cast<double>(kept.size()) - 0.3 * n) < 4 * std::sqrt(n * 0.3 * 0.7));
  for (const auto& r : kept) REQUIRE(all[static_cast<std::size_t>(r.arrival / 2'000'000)] == r);
  // Independent decisions: a kept request follows a kept one with the same probability, also a pass later.
  double neighbours = 0;
  for (std::size_t i = 1; i < kept.size(); ++i) neighbours += kept[i].arrival - kept[i - 1].arrival == 2'000'000;
  CHECK(std::fabs(neighbours - n * 0.09) < 4 * std::sqrt(n * 0.09));
  CHECK(requestsOf(w, 400s, 1, 1) != kept);
  CHECK_FALSE(isDeterministic(w));
  CHECK(meanRatePerSecond(w.arrivals, 400s) == Approx(150));
}

TEST_CASE("a scale above 1 superposes shifted copies", "[workload]") {
  const auto w = replaying(regularTrace(), 3);
  const auto requests = requestsOf(w, 200s);
  CHECK(requests.size() == 3 * kTraceLength); // over one pass exactly
  CHECK(isSorted(requests));
  // Every request comes three times: as recorded, and twice at most a minute earlier (around the end of the trace).
  std::map<std::int64_t, std::vector<std::int64_t>> byDuration;
  for (const auto& r : requests) byDuration[r.cpu].push_back(r.arrival);
  REQUIRE(byDuration.size() == kTraceLength);
  const auto span = Duration(200s).count();
  std::map<std::int64_t, int> shifts;
  for (const auto& [duration, times] : byDuration) {
    REQUIRE(times.size() == 3);
    for (const auto t : times) shifts[((duration - 1'000'000) * 2'000'000 - t + span) % span] += 1;
  }
  REQUIRE(shifts.size() == 3); // three copies, each shifted as a whole
  CHECK(shifts.begin()->first == 0);
  for (const auto& [shift, count] : shifts) {
    CHECK(shift < Duration(1min).count());
    CHECK(count == kTraceLength);
  }
}

TEST_CASE("a broken scale adds one thinned copy", "[workload]") {
  const double n = 2 * kTraceLength;
  const auto requests = requestsOf(replaying(regularTrace(), 2.25), 400s);
  CHECK(std::fabs(static_cast<double>(requests.size()) - 2.25 * n) < 4 * std::sqrt(n * 0.25 * 0.75));
  CHECK(isSorted(requests));
  CHECK(requests.back().arrival < Duration(400s).count());
}

TEST_CASE("scales at the ends of the range come to an end", "[workload]") {
  const auto tiny = std::make_shared<RecordedTrace>(regular(3), 6ms);
  CHECK(requestsOf(replaying(tiny, 1e-9), 10s).size() <= 1); // 5,000 candidates
  CHECK(requestsOf(replaying(tiny, kLargestTraceScale), 6ms).size() == 30'000);
}

TEST_CASE("work from a trace without durations is refused", "[workload]") {
  auto w = replaying(regularTrace(false));
  CHECK_THROWS_WITH(RequestStream(w, 1, 0, 1s), "/workload/work: found the kind \"trace\" without a trace that has "
                                                "durations, expected a work kind with its parameters");
  w = poisson(1);
  w.work.duration.reset();
  CHECK_THROWS_AS(RequestStream(w, 1, 0, 1s), pricing::InputError);
}

TEST_CASE("only workloads without a draw are deterministic", "[workload]") {
  CHECK_FALSE(isDeterministic(poisson(1, Constant{1s})));
  auto constant = poisson(1, Constant{1s});
  constant.arrivals = ConstantArrivals{RequestRate::perSecond(1)};
  CHECK(isDeterministic(constant));
  CHECK(requestsOf(constant, 100s, 1, 0) == requestsOf(constant, 100s, 1, 1));
  constant.work.duration = Exponential{1s};
  CHECK_FALSE(isDeterministic(constant));
  CHECK_FALSE(isDeterministic(replaying(nullptr)));
  CHECK_FALSE(isDeterministic(replaying(regularTrace(), 2)));
  auto w = replaying(regularTrace());
  w.work.duration = Constant{1s};
  CHECK(isDeterministic(w));
}
