#include "model/lambda/neighbours.hpp"

namespace model::lambda {

namespace {

// Runs on the memory its work was measured at, so that its durations are as measured; starts, stays and grows like the
// main function.
LambdaFunction functionOf(const LambdaNeighbour& neighbour, const LambdaFunction& main) {
  LambdaFunction function;
  function.memory = neighbour.workload.work.measuredAt;
  function.threads = neighbour.workload.work.threads;
  function.init = main.init;
  function.idleLifetime = main.idleLifetime;
  function.growth = main.growth;
  function.concurrencyLimit = neighbour.reserved.value_or(main.neighboursRoom.value_or(main.concurrencyLimit));
  function.timeout = neighbour.timeout;
  return function;
}

std::uint64_t seedOf(std::uint64_t seed, std::size_t k) { return seed ^ 0x9E3779B97F4A7C15U * (k + 1); }

} // namespace

Neighbours::Neighbours(const LambdaFunction& main, Ceiling& shared, const ObservationPlan& plan, std::uint64_t seed,
                       std::uint64_t replication)
    : m_apart{main.neighboursRoom.value_or(0), 0, true} {
  ObservationPlan whole;
  whole.horizon = plan.horizon;
  m_functions.reserve(main.neighbours.size());
  for (const auto& neighbour : main.neighbours) {
    auto& added = m_functions.emplace_back();
    const auto ownSeed = seedOf(seed, m_functions.size());
    added.function = functionOf(neighbour, main);
    if (neighbour.reserved) added.reserved = std::make_unique<Ceiling>(Ceiling{*neighbour.reserved, 0});
    Ceiling& ceiling = added.reserved ? *added.reserved : main.neighboursRoom ? m_apart : shared;
    added.environments =
        std::make_unique<FunctionEnvironments>(added.function, ceiling, whole, ownSeed, replication);
    added.stream =
        std::make_unique<workloads::RequestStream>(neighbour.workload, ownSeed, replication, plan.horizon);
  }
}

std::int64_t Neighbours::nextArrivalNs(std::uint32_t k) {
  auto& f = m_functions[k];
  if (f.next == f.batch.size()) {
    f.next = 0;
    if (!f.stream->next(f.batch)) return kNever;
  }
  return f.batch.arrival[f.next];
}

std::optional<std::uint32_t> Neighbours::serve(std::uint32_t k) {
  auto& f = m_functions[k];
  const std::size_t i = f.next++;
  ++f.outcomes.attempts;
  const auto begun = f.environments->begin(f.batch.arrival[i], f.batch.arrival[i], {f.batch.cpu[i], f.batch.io[i]}, true);
  if (std::holds_alternative<Refusal>(begun)) {
    ++f.outcomes.throttled;
    return std::nullopt;
  }
  const auto slot = std::get<std::uint32_t>(begun);
  const Call& call = f.environments->call(slot);
  ++(call.fate == Fate::Timeout ? f.outcomes.timedOut : f.outcomes.completed);
  if (call.fate != Fate::Timeout) f.outcomes.latency.record(call.respondedNs - call.startNs);
  return slot;
}

std::vector<Outcomes> Neighbours::outcomes() const {
  std::vector<Outcomes> all;
  for (const auto& f : m_functions) all.push_back(f.outcomes);
  return all;
}

} // namespace model::lambda
