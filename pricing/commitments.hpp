#pragma once
// Reservations and Savings Plans against usage by the clock hour, in AWS's order: reservations, EC2 Instance Savings
// Plans, Compute Savings Plans, and what is left on demand. An hour stands alone: nothing carries over, and a
// commitment is paid whether used or not. Pure arithmetic: no traffic, no simulation.
// Sources: EC2 user guide, Apr 2026 (apply-ri, concepts-reserved-instances-application, capacity reservations); Savings
// Plans guide, Sep-Oct 2026 (sp-applying). Pinned by AWS's worked hours in tests/pricing/commitments_test.cpp.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalogue.hpp"

namespace pricing {

// What is paid by the hour and can be committed to. IdleCapacity is a capacity reservation that nothing runs in.
// Requests are eligible for a Compute Savings Plan, but at the price on demand.
enum class UseKind {
  Instance,
  IdleCapacity,
  LambdaDuration,
  LambdaProvisionedDuration,
  LambdaProvisionedConcurrency,
  LambdaRequests,
  FargateVcpu,
  FargateMemory
};

// One thing that is used, counted in whole units by clock hour: milliseconds of instances and of vCPUs, MiB times
// milliseconds of memory (Lambda durations, Fargate), requests.
struct HourlyUse {
  UseKind kind = UseKind::Instance;
  std::string instanceType; // of instances and idle capacity
  Architecture architecture = Architecture::X86_64;
  std::vector<std::int64_t> hours; // one entry for each hour of the usage, 0 or more
  std::string place{};             // JSON pointer in the usage file, for sentences
};
bool isInstance(const HourlyUse& use);
std::string describe(const HourlyUse& use); // "m4.xlarge", "Fargate memory x86_64"
// Whole units in the unit a price is for: 3,600,000 instance milliseconds in the hour, 1,024,000 MiB ms in the GB-s.
double unitsPerPriced(UseKind kind);

struct HourlyUsage {
  std::vector<HourlyUse> uses; // all of one length
  std::vector<double> weights; // how often each hour counts; empty: once
  std::size_t hours() const { return uses.empty() ? weights.size() : uses.front().hours.size(); }
  double weight(std::size_t hour) const { return weights.empty() ? 1.0 : weights[hour]; }
  double totalWeight() const;
};

struct Reservation {
  std::string instanceType;
  std::int64_t count = 1;
  Purchase purchase = Purchase::Standard1y; // standard or convertible, 1 or 3 years
  bool sizeFlexible = true;                 // false: zonal, its own type only
};
struct SavingsPlan {
  Purchase purchase = Purchase::ComputeSp1y; // an EC2 Instance or Compute Savings Plan
  double usdPerHour = 0;
  std::string family{}; // of an EC2 Instance Savings Plan: "m5"
};
struct Commitments {
  std::vector<Reservation> reservations;
  std::vector<SavingsPlan> plans;
};
// A month of `breakeven bill`: hours as they were, none of them scaled.
struct CommittedUsage {
  HourlyUsage usage;
  Commitments commitments;
};
// What a capacity reservation costs where nothing runs in it: the price on demand, used or not, never twice. Adds the
// idle part of `reserved` (uses of kind Instance) to the usage.
void addIdleCapacity(std::span<const HourlyUse> reserved, HourlyUsage& usage);
// Adds to the use of the same kind, type and architecture, or as a new one.
void add(HourlyUse use, HourlyUsage& usage);

bool isReservation(Purchase purchase);
bool isEc2Plan(Purchase purchase);
bool isComputePlan(Purchase purchase);

// Quarters of AWS's normalisation factor: nano 1, small 4, large 16, xlarge 32, 24xlarge 768; a bare-metal size with a
// number counts as that size. 0: the size has no factor known, so that only its own type can be reserved.
std::int64_t normalisedQuarters(std::string_view size);
std::string_view familyOf(std::string_view instanceType); // "m5" of "m5.24xlarge"
std::string_view sizeOf(std::string_view instanceType);

// --- rates

std::string rateName(const HourlyUse& use, Purchase purchase); // "fargate.memory_compute_sp_1y.x86_64"
// The rate of a use on demand, reserved or under a plan; nothing when it is not sold so. Savings Plan rates of Lambda
// are known for us-east-1 only: elsewhere the region's price on demand times the ratio there (of x86_64 where arm64 has
// none), marked estimated.
std::optional<Tariff> rateOf(const PriceCatalogue& catalogue, std::string_view region, const HourlyUse& use,
                             Purchase purchase);

// USD per priced unit (hour, GB-s, request): what settle() computes with.
struct CommitmentRates {
  std::vector<double> onDemand;                           // by use
  std::vector<double> reserved;                           // by reservation
  std::vector<std::vector<std::optional<double>>> byPlan; // by plan, then by use; nothing: not eligible
  bool estimated = false;                                 // one of them is a proxy
};
// What is missing is left at 0 or out, and named: "fargate.memory_compute_sp_1y.x86_64" with the place that needs it.
struct MissingRate {
  std::string rate, place;
};
CommitmentRates ratesFor(const HourlyUsage& usage, const Commitments& commitments, const PriceCatalogue& catalogue,
                         std::string_view region, std::vector<MissingRate>* missing = nullptr);

// --- settling

// One commitment over the whole usage, USD.
struct CommitmentUse {
  double paidUsd = 0;     // used or not
  double usedUsd = 0;     // of that, what covered something
  double replacedUsd = 0; // what the covered part would have cost on demand
  double eligibleUsd = 0; // what everything it could cover would have cost on demand
  double utilisation() const { return paidUsd > 0 ? usedUsd / paidUsd : 0; }
  double coverage() const { return eligibleUsd > 0 ? replacedUsd / eligibleUsd : 0; }
};
struct Settlement {
  std::vector<CommitmentUse> reservations, plans; // as in Commitments
  // Quantities in priced units: [commitment][use]; and what is left on demand, by use.
  std::vector<std::vector<double>> coveredByReservation, coveredByPlan;
  std::vector<double> onDemand;
  double committedUsd = 0, onDemandUsd = 0;
  double totalUsd() const { return committedUsd + onDemandUsd; }
};

// AWS's order within each hour. A reservation covers 3,600 s an hour, shared by whatever runs at the same time: its own
// type first, then its family from the smallest size up, weighed by the normalisation factor. Plans of a kind in the
// order given; each takes the use with the highest saving percentage first, of equals the one with the lowest rate.
// Preconditions: uses of one length, counts and commitments 0 or more, rates finite.
Settlement settle(const HourlyUsage& usage, const Commitments& commitments, const CommitmentRates& rates);
// The uses that a plan covers, in its order. `planRates` as in CommitmentRates::byPlan.
std::vector<std::size_t> coverOrder(const std::vector<std::optional<double>>& planRates,
                                    const std::vector<double>& onDemand);

// --- the cheapest commitment

// Which kinds are bought: reservations or an EC2 Instance Savings Plan as the base, a Compute Savings Plan on top; one
// of them at least.
struct CommitmentKind {
  std::optional<Purchase> base, compute;
};
std::string name(const CommitmentKind& kind); // "standard_1y + compute_sp_1y"

// The commitment of that kind with the lowest expected cost when the hours of the usage repeat forever: empty when on
// demand is cheapest, nothing when the kind is not sold for this usage. The cost is convex and piecewise linear in
// every commitment with kinks where a use of an hour becomes fully covered, so the optimum is found exactly, at a kink
// (docs/commitments.md). Precondition: at most one instance type in the usage.
std::optional<Commitments> cheapestCommitment(const HourlyUsage& usage, const CommitmentKind& kind,
                                              const PriceCatalogue& catalogue, std::string_view region);

} // namespace pricing
