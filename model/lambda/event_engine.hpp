#pragma once
// A run of one function behind one source, event by event: exact where requests come back, wait or go in batches, and
// slower than the fast ones, which LambdaSimulator takes whenever every request is tried once as it comes. Requests
// that are still in the system at the horizon are followed for kLongestDrain; what is left then is unfinished.
// Pinned by tests/model/event_engine_test.cpp: the same counts as the fast engines where both can run.
#include <cstdint>
#include <memory>

#include "model/lambda/lambda_simulator.hpp"

namespace model::lambda {

// One virtual call per batch of requests, none per request.
class AnyEngine {
 public:
  virtual ~AnyEngine() = default;
  virtual void feed(const workloads::RequestBatch& batch) = 0;
  virtual LambdaRun finish() = 0;
  // Requests that were counted or merged many at a time; the others were followed one by one. For tests.
  virtual std::uint64_t servedTogether() const { return 0; }
};

inline constexpr Duration kLongestDrain = std::chrono::hours(6); // the longest that an asynchronous event may wait

// Streams of FunctionEnvironments, InvokeService and the source.
std::unique_ptr<AnyEngine> eventEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                                       std::uint64_t replication);

} // namespace model::lambda
