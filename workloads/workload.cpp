#include "workloads/workload.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "workloads/trace_replay.hpp"
#include "workloads/widest.hpp"

namespace workloads {

namespace {

bool isConstant(const std::optional<DurationDistribution>& d) { return d && std::holds_alternative<Constant>(*d); }

bool hasDurations(const Arrivals& arrivals) {
  const auto* trace = std::get_if<TraceArrivals>(&arrivals);
  return trace && trace->trace && trace->trace->hasDurations();
}

// Where the requests come from: drawn, or played from a trace, which brings durations along.
class Source {
 public:
  Source(const Arrivals& arrivals, ReplaySeed seed, Duration horizon) : m_any(make(arrivals, seed, horizon)) {}

  std::size_t fill(std::span<std::int64_t> arrivals, std::span<std::int64_t> durations) {
    if (auto* replay = std::get_if<TraceReplay>(&m_any)) return replay->fill(arrivals, durations);
    return std::get<ArrivalSampler>(m_any).fill(arrivals);
  }

 private:
  using Any = std::variant<ArrivalSampler, TraceReplay>;
  static Any make(const Arrivals& arrivals, ReplaySeed seed, Duration horizon) {
    if (const auto* trace = std::get_if<TraceArrivals>(&arrivals)) return TraceReplay(*trace, seed, horizon);
    return ArrivalSampler(arrivals, RandomStream(seed.seed, "arrivals", seed.replication), horizon);
  }
  Any m_any;
};

// Whole nanoseconds: the two parts of a duration add up to it exactly. As split() says of one, where all are small.
BREAKEVEN_WIDEST void splitSmall(const std::int64_t* duration, std::size_t count, double cpuPerDuration,
                                 double cpuFraction, std::int64_t* cpu, std::int64_t* io) {
  for (std::size_t i = 0; i < count; ++i) {
    const double d = widest::toDouble(duration[i]);
    cpu[i] = widest::cutOff(d * cpuPerDuration + 0.5);
    io[i] = duration[i] - widest::cutOff(d * cpuFraction + 0.5);
  }
}

} // namespace

std::string_view name(Trigger trigger) {
  static constexpr std::array<std::string_view, 5> kNames{"http", "async", "queue", "stream", "schedule"};
  return kNames[static_cast<std::size_t>(trigger)];
}

// 1,769 MB buy one vCPU: AWS Lambda Developer Guide, "Configure Lambda function memory".
double lambdaVcpuShare(pricing::Memory memory, double threads) {
  constexpr double kMebibytesPerVcpu = 1769;
  return std::min(threads, static_cast<double>(memory.inMebibytes()) / kMebibytesPerVcpu);
}

struct RequestStream::State {
  Source source;
  std::optional<DurationSampler> work; // nothing: the source's durations
  double cpuFraction, share;
  std::array<std::int64_t, kBatch> arrival{}, duration{}, cpu{}, io{};

  State(const Workload& w, ReplaySeed seed, Duration horizon)
      : source(w.arrivals, seed, horizon), cpuFraction(w.work.cpuFraction),
        share(lambdaVcpuShare(w.work.measuredAt, w.work.threads)) {
    if (w.work.duration) work.emplace(*w.work.duration, RandomStream(seed.seed, "work", seed.replication));
  }

  // Whole nanoseconds: the two parts of a duration add up to it exactly.
  void split(std::size_t n) {
    const double cpuPerDuration = cpuFraction * share;
    constexpr double kMostShare = 1024;
    std::int64_t bits = 0;
    for (std::size_t i = 0; i < n; ++i) bits |= duration[i];
    if (bits < widest::kSmall / 1024 && share <= kMostShare)
      return splitSmall(duration.data(), n, cpuPerDuration, cpuFraction, cpu.data(), io.data());
    for (std::size_t i = 0; i < n; ++i) {
      const auto d = static_cast<double>(duration[i]);
      cpu[i] = static_cast<std::int64_t>(d * cpuPerDuration + 0.5);
      io[i] = duration[i] - static_cast<std::int64_t>(d * cpuFraction + 0.5);
    }
  }
};

RequestStream::RequestStream(const Workload& workload, std::uint64_t seed, std::uint64_t replication,
                             Duration horizon) {
  if (!workload.work.duration && !hasDurations(workload.arrivals))
    throw pricing::InputError(
        {"/workload/work", "the kind \"trace\" without a trace that has durations", "a work kind with its parameters"});
  m_state = std::make_unique<State>(workload, ReplaySeed{seed, replication}, horizon);
}

RequestStream::~RequestStream() = default;
RequestStream::RequestStream(RequestStream&&) noexcept = default;
RequestStream& RequestStream::operator=(RequestStream&&) noexcept = default;

bool RequestStream::next(RequestBatch& batch) {
  auto& s = *m_state;
  const std::size_t n = s.source.fill(s.arrival, s.duration);
  if (s.work) s.work->fill(std::span(s.duration).first(n));
  s.split(n);
  batch = {std::span(s.arrival).first(n), std::span(s.cpu).first(n), std::span(s.io).first(n)};
  return n > 0;
}

bool isDeterministic(const Workload& workload) {
  const bool constantWork = isConstant(workload.work.duration);
  if (std::holds_alternative<ConstantArrivals>(workload.arrivals)) return constantWork;
  if (const auto* cron = std::get_if<CronArrivals>(&workload.arrivals))
    return constantWork && cron->requests == std::floor(cron->requests);
  const auto* arrivals = std::get_if<TraceArrivals>(&workload.arrivals);
  if (!arrivals || !arrivals->trace || arrivals->scale != 1) return false;
  return arrivals->trace->isDeterministic() && (constantWork || !workload.work.duration);
}

} // namespace workloads
