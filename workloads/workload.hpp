#pragma once
// A workload is a recipe, never a list: arrivals, work, sizes. A RequestStream deals the requests out in batches, so
// that memory does not grow with the horizon. Pinned by tests/workloads/workload_test.cpp.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "workloads/arrivals.hpp"
#include "workloads/distribution.hpp"

namespace workloads {

enum class Trigger { Http, Async, Queue, Stream, Schedule };
std::string_view name(Trigger trigger);

// What a request does. A duration d measured on Lambda at `measuredAt` splits into cpu = cpuFraction * d * share and
// io = (1 - cpuFraction) * d, share = min(threads, measuredAt / 1769 MB) vCPU (design section 2).
struct Work {
  std::optional<DurationDistribution> duration; // nothing: the trace's own durations
  double cpuFraction = 1.0;                     // 0..1
  double threads = 1.0;                         // vCPUs one request can use, >= 1
  pricing::Memory measuredAt = pricing::Memory::mebibytes(1769);
  friend bool operator==(const Work&, const Work&) = default;
};
// vCPUs that a Lambda function of this memory gives a request that can use `threads`: min(threads, MB / 1769).
double lambdaVcpuShare(pricing::Memory memory, double threads);

struct Workload {
  Arrivals arrivals = PoissonArrivals{RequestRate::perSecond(1)};
  Work work;
  pricing::Memory memory = pricing::Memory::mebibytes(128); // resident while a request runs
  pricing::ByteCount requestSize = pricing::ByteCount::bytes(2 * 1024);
  pricing::ByteCount responseSize = pricing::ByteCount::bytes(20 * 1024);
  Trigger trigger = Trigger::Http;
  friend bool operator==(const Workload&, const Workload&) = default;
};

// Structure of arrays; spans of equal length, valid until the next call of the stream.
struct RequestBatch {
  std::span<const std::int64_t> arrival; // ns since the start, nondecreasing over the whole stream
  std::span<const std::int64_t> cpu;     // ns of one reference vCPU
  std::span<const std::int64_t> io;      // ns of waiting no CPU shortens
  std::size_t size() const { return arrival.size(); }
};

// The requests in [0, horizon) of one replication. Arrivals and work have separate random streams ("arrivals", "work"),
// so the same arrivals meet another work law unchanged. A trace shorter than the horizon is repeated end to end.
// A trace's scale of n + f plays n copies, the first as recorded, each other started a random moment within a minute
// later into the recording and wrapped around at its end (rate and patterns above a minute are kept, requests that came
// together are not multiplied at one instant), and one more such copy thinned to the fraction f (a scale below 1 is the
// recording itself thinned). Precondition: problems() of arrivals and work are empty and a trace is open.
// InputError when the work is to come from a trace that has no durations.
class RequestStream {
 public:
  static constexpr std::size_t kBatch = 16384;
  RequestStream(const Workload& workload, std::uint64_t seed, std::uint64_t replication, Duration horizon);
  ~RequestStream();
  RequestStream(RequestStream&&) noexcept;
  RequestStream& operator=(RequestStream&&) noexcept;
  bool next(RequestBatch& batch); // false: no request left, batch is empty

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

// True when a second replication would be identical request for request: a trace as recorded with its own or constant
// durations, or constant arrivals or a schedule with constant work.
bool isDeterministic(const Workload& workload);

} // namespace workloads
