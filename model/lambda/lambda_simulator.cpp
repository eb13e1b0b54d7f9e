#include "model/lambda/lambda_simulator.hpp"

#include "model/lambda/call_engine.hpp"
#include "model/lambda/counting_engine.hpp"
#include "model/lambda/environment_births.hpp"
#include "model/lambda/event_engine.hpp"
#include "model/lambda/numbered_engine.hpp"

namespace model {

std::int64_t lambdaWaitingNs(const LambdaFunction& function, std::int64_t ioNs) {
  return lambda::waitingNs(ioNs, function.perIo);
}
std::int64_t lambdaDurationNs(const LambdaFunction& function, std::int64_t cpuNs, std::int64_t ioNs) {
  return lambda::durationNs(cpuNs, lambdaWaitingNs(function, ioNs), lambda::nsPerCpuNs(function));
}

struct LambdaSimulator::State {
  std::unique_ptr<lambda::AnyEngine> engine;
};

// The four engines give the same counts wherever more than one of them can run; the fastest that can is taken.
LambdaSimulator::LambdaSimulator(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                                 std::uint64_t replication)
    : m_state(std::make_unique<State>()) {
  if (function.needsEvents())
    m_state->engine = lambda::eventEngine(function, plan, seed, replication);
  else if (lambda::canCount(function))
    m_state->engine = lambda::countingEngine(function, plan, seed, replication);
  else if (lambda::canNumber(function))
    m_state->engine = lambda::numberedEngine(function, plan, seed, replication);
  else
    m_state->engine = lambda::callEngine(function, plan, seed, replication);
}
LambdaSimulator::~LambdaSimulator() = default;
LambdaSimulator::LambdaSimulator(LambdaSimulator&&) noexcept = default;
void LambdaSimulator::feed(const workloads::RequestBatch& batch) { m_state->engine->feed(batch); }
LambdaRun LambdaSimulator::finish() { return m_state->engine->finish(); }

} // namespace model
