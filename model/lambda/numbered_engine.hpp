#pragma once
// The fast engine of a function whose environments differ: newest first, none provisioned; drawn idle lifetimes, drawn
// lives, or both. Every call is followed by its environment's number, but a stretch at a time: its finishes are put in
// order at once and merged with its arrivals without a branch that nobody could predict. Only what is out of the
// ordinary (a new environment, one that lapsed, was recycled or awaits init, a refusal, a cut call) is looked at by
// itself. The counts are those of call_engine.hpp and of the plain event loop (tests/model/counting_engine_test.cpp);
// docs/lambda.md, "Merging what is in order".
#include <memory>

#include "model/lambda/counting_engine.hpp"

namespace model::lambda {

bool canNumber(const LambdaFunction& function);
// Streams of EnvironmentBirths. Precondition: canNumber.
std::unique_ptr<AnyEngine> numberedEngine(const LambdaFunction& function, const ObservationPlan& plan,
                                          std::uint64_t seed, std::uint64_t replication,
                                          CountingGrain grain = {1024, 1});

} // namespace model::lambda
