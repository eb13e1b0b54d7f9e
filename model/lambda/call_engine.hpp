#pragma once
// One function, every call followed by itself from its arrival to its finish in an environment that has a number: every
// order of reuse, drawn lives, provisioned environments. Needs that every request is tried once as it comes.
// Pinned by tests/model/lambda_reference_test.cpp against the plain event loop.
#include <memory>

#include "model/lambda/event_engine.hpp"

namespace model::lambda {

// Streams of EnvironmentBirths, and "lambda.reuse".
std::unique_ptr<AnyEngine> callEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                                      std::uint64_t replication);

} // namespace model::lambda
