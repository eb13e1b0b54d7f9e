#pragma once
// Where the money of a bill went: every line, whole, into parts that say what it was paid for, in proportion to what
// the simulators counted. The parts add up to the bill's total. Definitions: docs/lambda.md and docs/ec2.md. Pinned by
// tests/model/attribution_test.cpp.
#include "model/decision.hpp"
#include "model/evaluation/metering.hpp"

namespace model {

// `bill` is of the usage that `tally` gave with the same scenario and metering; largest part first, no part of $0.
std::vector<MoneyPart> moneyParts(const Scenario& scenario, const LambdaTally& tally, const Metered& metered,
                                  const pricing::Bill& bill);
std::vector<MoneyPart> moneyParts(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered,
                                  const pricing::Bill& bill);
// The lines of both, each divided as its own platform divides it.
std::vector<MoneyPart> moneyParts(const Scenario& scenario, const HybridTally& tally, const Metered& metered,
                                  const pricing::Bill& bill);
// Instance hours and the fee on them by what the instances were good for.
std::vector<MoneyPart> moneyParts(const ManagedFleet& fleet, const ManagedTally& tally, const pricing::Bill& bill);

} // namespace model
