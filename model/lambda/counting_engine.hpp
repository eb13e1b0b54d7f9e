#pragma once
// The fast engine of a function whose environments are all alike: newest first, one idle lifetime for all, none
// provisioned, none recycled. Stretches of time in which no new environment can be needed are only counted; the rest is
// followed event by event. The counts are those of call_engine.hpp and of the plain event loop
// (tests/model/counting_engine_test.cpp); why counting is enough is in docs/lambda.md, "Counting what cannot matter".
#include <cstddef>
#include <memory>

#include "model/lambda/event_engine.hpp"

namespace model::lambda {

// How finely time is cut. Nothing that happens depends on it, only the speed.
struct CountingGrain {
  std::size_t requests = 1024;   // in a slice of finish times, about
  std::size_t perCell = 2;       // arrivals
  std::size_t leastToCount = 16; // fewer arrivals at a time are followed one by one
};

bool canCount(const LambdaFunction& function);
// Streams of EnvironmentBirths. Precondition: canCount.
std::unique_ptr<AnyEngine> countingEngine(const LambdaFunction& function, const ObservationPlan& plan,
                                          std::uint64_t seed, std::uint64_t replication, CountingGrain grain = {});

} // namespace model::lambda
