#include "model/evaluation/stream_sample.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace model {

namespace {

constexpr int kSubBits = 7; // 128 classes an octave, as in LatencyHistogram
constexpr std::int64_t kLinear = std::int64_t{1} << kSubBits;
constexpr std::size_t kClasses = (64 - kSubBits + 1) * static_cast<std::size_t>(kLinear);

std::size_t classOf(std::int64_t ns) {
  if (ns < kLinear) return static_cast<std::size_t>(ns);
  const int octave = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(ns))) - 1 - kSubBits;
  return static_cast<std::size_t>(octave) * static_cast<std::size_t>(kLinear) + static_cast<std::size_t>(ns >> octave);
}

void add(std::int64_t cpuNs, std::int64_t ioNs, std::vector<WorkClass>& classes) {
  auto& each = classes[classOf(cpuNs + ioNs)];
  ++each.requests;
  each.cpuNs += cpuNs;
  each.ioNs += ioNs;
  each.leastCpuNs = std::min(each.leastCpuNs, cpuNs);
  each.leastIoNs = std::min(each.leastIoNs, ioNs);
}

} // namespace

std::variant<StreamSample, Cancelled> StreamSample::drawn(const workloads::Workload& workload, const RunShape& shape,
                                                          Duration late, const std::stop_token& stop) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  StreamSample sample;
  sample.m_horizon = shape.horizon;
  sample.m_observedSeconds = shape.observedSeconds();
  sample.m_hourlyRequests.assign(static_cast<std::size_t>(shape.horizon / std::chrono::hours(1)) + 1, 0);
  std::vector<WorkClass> classes(kClasses, {0, kMost, kMost, 0, 0});
  const std::int64_t from = shape.warmup.count(), lateFrom = (shape.horizon - std::min(late, shape.horizon)).count();
  workloads::RequestStream stream(workload, shape.seed, 0, shape.horizon);
  for (workloads::RequestBatch batch; stream.next(batch);) {
    if (stop.stop_requested()) return Cancelled{};
    countHours(batch.arrival, sample.m_hourlyRequests);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (batch.arrival[i] < from) continue;
      ++sample.m_requests;
      add(batch.cpu[i], batch.io[i], classes);
      if (batch.arrival[i] >= lateFrom) sample.m_lateCpuNs += batch.cpu[i];
    }
  }
  std::ranges::copy_if(classes, std::back_inserter(sample.m_work), [](const auto& each) { return each.requests > 0; });
  return sample;
}

StreamSample StreamSample::withoutSlowest(std::uint64_t dropped) const {
  StreamSample rest = *this;
  while (dropped > 0 && !rest.m_work.empty()) {
    auto& slowest = rest.m_work.back();
    const auto cut = std::min(dropped, slowest.requests);
    dropped -= cut;
    rest.m_requests -= cut;
    slowest.requests -= cut;
    slowest.cpuNs = static_cast<Int128>(slowest.requests) * slowest.leastCpuNs;
    slowest.ioNs = static_cast<Int128>(slowest.requests) * slowest.leastIoNs;
    if (slowest.requests == 0) rest.m_work.pop_back();
  }
  return rest;
}

const StreamSample* SharedSample::drawn(const workloads::Workload& workload, const RunShape& shape, Duration late,
                                        const std::stop_token& stop) {
  const std::lock_guard lock(m_mutex);
  if (!m_sample) {
    auto drawn = StreamSample::drawn(workload, shape, late, stop);
    if (std::holds_alternative<Cancelled>(drawn)) return nullptr;
    m_sample = std::get<StreamSample>(std::move(drawn));
  }
  return &*m_sample;
}

} // namespace model
