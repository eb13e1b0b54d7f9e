// Processor sharing while few requests are in work: a stretch of them at one instance, its state in registers. The same
// integers as advance() and admit() give; pinned against them by tests/model/request_engine_test.cpp.
#include "model/ec2/few_in_work.hpp"

#include "model/ec2/request_engine.hpp"

namespace model::ec2 {

namespace {

constexpr auto kSharing = Discipline::ProcessorSharing;

} // namespace

// Where it may end for want of room some is left, since to begin and to end costs as much as a few requests.
bool RequestEngine::servesFew(std::int64_t until, const EngineLimits& limits) const {
  const bool hasRoom = limits.workers <= FewInWork::kMost || 4 * m_running.size() <= 3 * FewInWork::kMost;
  return hasRoom && !m_credits && limits.link == 0 && until - m_time < SharedPace::kLongest;
}

// From request `from` on; ends at `until` and returns the number of requests, or at the one that finds no room here
// while a worker is free. Counts those that were rejected.
// A departure is due when virtual time passes it before the next arrival: that is progress the arrival needs anyway.
std::size_t RequestEngine::serveFew(const Share& share, std::size_t from, std::int64_t until,
                                    const EngineLimits& limits, TallyRecorder& recorder, std::uint64_t& rejected) {
  FewInWork few; // virtual time from its beginning on
  for (const auto& each : m_running) few.push({each.finish - m_virtual, each.arrival, each.cores, each.duration});
  const std::int64_t most = std::min(limits.workers, FewInWork::kMost), all = limits.cores;
  const SharedPace pace = limits.shared;
  std::int64_t now = m_time, passed = 0, cores = m_cores; // not members, so that they are kept in registers
  Int128 busy = m_busy;
  auto rate = pace.rateOf(cores);
  std::int64_t first = few.first().finish;
  const Demand end{until, 0, 0};
  const auto start = [&](const Demand& demand) {
    const std::int64_t finish = passed + (demand.duration << kTickBits);
    first = std::min(first, finish);
    few.push({finish, demand.arrival, demand.cores, demand.duration});
    cores += demand.cores;
  };
  for (;; ++from) {
    const Demand& demand = from < share.count ? share[from] : end;
    std::int64_t atArrival = passed + pace.progress(demand.arrival - now, rate);
    while (first <= atArrival) {
      const std::int64_t wait = pace.wait(std::max<std::int64_t>(0, first - passed), rate);
      busy += static_cast<Int128>(std::min(cores, all)) * wait;
      now += wait;
      passed += pace.progress(wait, rate);
      recorder.served(few.first().arrival, now);
      cores -= few.first().cores;
      const bool full = few.size() == most;
      few.pop();
      first = few.first().finish;
      if (full && !m_waiting.empty()) [[unlikely]] {
        dropLate(now, limits, recorder);
        if (!m_waiting.empty()) start(m_waiting.take());
      }
      rate = pace.rateOf(cores);
      atArrival = passed + pace.progress(demand.arrival - now, rate);
    }
    if (from == share.count) [[unlikely]]
      break;
    if (few.size() == most) [[unlikely]] {
      if (most < limits.workers) break;
      dropLate(demand.arrival + 1, limits, recorder);
      rejected += waitsInLine(demand, limits, recorder) ? 0 : 1;
      continue;
    }
    busy += static_cast<Int128>(std::min(cores, all)) * (demand.arrival - now);
    now = demand.arrival;
    passed = atArrival;
    start(demand);
    rate = pace.rateOf(cores);
  }
  m_running.clear();
  for (std::int64_t k = 0; k < few.size(); ++k) {
    const auto& each = few.at(k);
    m_running.push({each.finish, each.arrival, each.cores, each.duration});
  }
  m_time = now;
  m_virtual = passed;
  m_cores = cores;
  m_busy = busy;
  dueAnew<kSharing>(limits);
  return from;
}

template <>
std::uint64_t RequestEngine::serve<kSharing>(const Share& share, std::int64_t until, const EngineLimits& limits,
                                             TallyRecorder& recorder, std::vector<std::int64_t>&) {
  std::uint64_t rejected = 0;
  for (std::size_t i = 0; i < share.count; ++i) {
    if (servesFew(until, limits)) i = serveFew(share, i, until, limits, recorder, rejected);
    if (i < share.count) rejected += serveOne<kSharing>(share[i], limits, recorder) ? 0 : 1;
  }
  advance<kSharing>(until, limits, recorder);
  return rejected;
}

} // namespace model::ec2
