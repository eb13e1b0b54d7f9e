#pragma once
// What a fleet is made of and how it is bought: several types, on demand or on the spot market. Sources: EC2 Auto
// Scaling user guide, mixed instances groups and Capacity Rebalancing; EC2 user guide, Spot interruptions (copies of
// Sep-Oct 2026). Rules and what is ours: docs/ec2.md, "Mixed fleets and spot". Pinned by tests/model/spot_test.cpp and
// the reference loop.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "pricing/cpu_credits.hpp"
#include "pricing/quantities.hpp"

namespace model {

// One type of instance as a fleet uses it.
struct InstanceKind {
  double vcpus = 2.0;
  double speed = 1.0;              // of one vCPU, relative to a Lambda x86 vCPU
  std::int64_t workers = 16;       // requests in flight per instance
  double interruptionsPerHour = 0; // of an instance on the spot market: hazard of a notice
  // Burstable types. Unlimited mode: what they use beyond what they earn is counted; they never slow down. Standard mode:
  // they fall to their baseline while they have none. Every instance begins with what a launch gives, the initial ones
  // too. EC2 user guide, burstable performance instances (Apr 2026).
  std::optional<pricing::CreditPlan> credits = std::nullopt;
  // Network, or the volume: how long a request's bytes keep it busy, where it can bind at all; responses queue for it.
  pricing::Duration linkPerRequest{};
};

// Of `instances` so many are on demand: the base first, above it the percentage, rounded up in favour of on demand.
struct PurchaseMix {
  std::int64_t baseOnDemand = 0;
  double onDemandPercent = 100; // above the base
  // Kinds (indices) in the order in which spot launches ask for capacity; empty: as the fleet lists them.
  std::vector<std::size_t> spotOrder{};
  bool spread = true; // each spot launch begins with the kind behind the one that served last; false: always the first
  bool usesSpot() const { return onDemandPercent < 100; }
};

inline std::int64_t onDemandOf(const PurchaseMix& mix, std::int64_t instances) {
  const std::int64_t base = std::min(mix.baseOnDemand, instances);
  const double above = static_cast<double>(instances - base) * mix.onDemandPercent / 100;
  // A hair below, so that a whole number stays that in spite of rounding.
  return base + static_cast<std::int64_t>(std::ceil(above - 1e-9));
}

struct SpotTerms {
  pricing::Duration notice = std::chrono::seconds(120); // from the notice to the end of the instance
  bool rebalance = false; // replaced at the notice (Capacity Rebalancing); otherwise when it is gone
  double unavailable = 0; // probability that a type has no capacity for a launch, 0..1
  pricing::Duration retry = std::chrono::seconds(60); // a launch that found none asks again
  bool fallbackOnDemand = false;                      // it goes on demand instead; AWS does not do that by itself
  friend bool operator==(const SpotTerms&, const SpotTerms&) = default;
};

} // namespace model
