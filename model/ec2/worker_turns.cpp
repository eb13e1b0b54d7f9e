// First come, first served without events: a stretch of requests at one instance, each from its arrival straight to its
// finish. The same integers as advance() and admit() give; pinned against them by tests/model/request_engine_test.cpp.
#include "model/ec2/worker_turns.hpp"

#include "model/ec2/request_engine.hpp"

namespace model::ec2 {

// Not where responses wait for each other, where credits run out, or where not all workers can compute at once: what
// one request does there depends on what the others do meanwhile.
bool RequestEngine::servesInTurns(const EngineLimits& limits) const {
  return limits.coresForAll && limits.link == 0 && !m_credits &&
         limits.workers <= static_cast<std::int64_t>(WorkerTurns::kMost);
}

// Who is in work goes on to `until`, as if nobody came.
void RequestEngine::bringForward(std::int64_t until, TallyRecorder& recorder) {
  m_busy += static_cast<Int128>(m_cores) * (until - m_time);
  while (!m_running.empty() && m_running.first().finish <= until) {
    const auto done = m_running.first();
    m_running.pop();
    m_busy -= static_cast<Int128>(done.cores) * (until - done.finish);
    m_cores -= done.cores;
    recorder.served(done.arrival, done.finish);
  }
  m_time = until;
}

// Returns when it leaves the line: to a worker, or for good.
inline std::int64_t RequestEngine::serveInTurn(const Demand& demand, WorkerTurns& turns, std::int64_t until,
                                               const EngineLimits& limits, TallyRecorder& recorder) {
  const std::int64_t start = std::max(demand.arrival, turns.next()), patience = demand.arrival + limits.timeout;
  if (start > patience) [[unlikely]] {
    if (patience <= until)
      recorder.gaveUp(demand.arrival, patience);
    else
      m_waiting.push(demand);
    return patience;
  }
  const std::int64_t finish = start + demand.duration;
  turns.take(finish);
  if (finish <= until) [[likely]] {
    m_busy += static_cast<Int128>(demand.cores) * demand.duration;
    recorder.served(demand.arrival, finish);
  } else if (start <= until) {
    m_busy += static_cast<Int128>(demand.cores) * (until - start);
    m_cores += demand.cores;
    m_running.push({finish, demand.arrival, demand.cores, demand.duration});
  } else {
    m_waiting.push(demand);
  }
  return start;
}

// When each of those that came leaves the line never decreases, so the line is full when the one that came
// `queueLimit` places earlier is still in it. Who waits at the beginning came first.
std::uint64_t RequestEngine::serveInTurns(const Share& share, std::int64_t until, const EngineLimits& limits,
                                          TallyRecorder& recorder, std::vector<std::int64_t>& line) {
  WorkerTurns turns(static_cast<std::size_t>(limits.workers), m_time);
  for (const auto& request : m_running) turns.take(request.finish);
  bringForward(until, recorder);
  const auto waiting = static_cast<std::size_t>(m_waiting.size()), places = static_cast<std::size_t>(limits.queueLimit);
  const bool canFill = waiting + share.count > places;
  if (canFill && line.size() < waiting + share.count) line.resize(waiting + share.count);
  std::size_t came = 0;
  for (; came < waiting; ++came) {
    const Demand demand = m_waiting.take();
    const std::int64_t leaves = serveInTurn(demand, turns, until, limits, recorder);
    if (canFill) line[came] = leaves;
  }
  if (!canFill) {
    for (std::size_t i = 0; i < share.count; ++i) serveInTurn(share[i], turns, until, limits, recorder);
    return 0;
  }
  for (std::size_t i = 0; i < share.count; ++i) {
    line[came] = turns.next(); // without a place to wait: whether a worker is free
    if (came < places || line[came - places] <= share[i].arrival)
      line[came++] = serveInTurn(share[i], turns, until, limits, recorder);
  }
  return waiting + share.count - came;
}

template <>
std::uint64_t RequestEngine::serve<Discipline::Fcfs>(const Share& share, std::int64_t until, const EngineLimits& limits,
                                                     TallyRecorder& recorder, std::vector<std::int64_t>& line) {
  std::uint64_t rejected = 0;
  if (servesInTurns(limits)) {
    rejected = serveInTurns(share, until, limits, recorder, line);
    dueAnew<Discipline::Fcfs>(limits);
    return rejected;
  }
  for (std::size_t i = 0; i < share.count; ++i)
    rejected += serveOne<Discipline::Fcfs>(share[i], limits, recorder) ? 0 : 1;
  advance<Discipline::Fcfs>(until, limits, recorder);
  return rejected;
}

} // namespace model::ec2
