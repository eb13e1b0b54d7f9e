#pragma once
// What a scenario says about the bill beside the two platforms: which prices hold, what the network carries, what the
// requests come out of, what the owner's people and copies cost. Everything is off by default. Names, units, ranges and
// sources: docs/scenario.md. Pinned by tests/model/scenario_costs_test.cpp and metering_test.cpp.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "pricing/catalogue.hpp"
#include "pricing/quantities.hpp"

namespace model {

struct Scenario;

struct PriceChoice {
  std::string catalogue;     // id or file; empty: the caller's
  std::string date;          // ISO day whose rules bill and limit growth; empty: today's
  std::string privatePrices; // a file, or a JSON object as text; empty: list prices
  bool isInline() const { return !privatePrices.empty() && privatePrices.front() == '{'; }
  friend bool operator==(const PriceChoice&, const PriceChoice&) = default;
};

// Holds for EC2, and for Lambda where it is behind the balancer (connections, rules) or in a VPC (NAT, zones).
struct Network {
  std::int64_t natGateways = 0; // all month
  pricing::ByteCount natBytesPerRequest;
  pricing::ByteCount crossZoneBytesPerRequest; // counted once; AWS bills both directions
  double requestsPerConnection = 1;            // >= 1; 1: no keep-alive
  pricing::Duration connectionIdle{};          // a connection stays open that long after each response
  std::int64_t listenerRules = 0;              // that a request is held against
  friend bool operator==(const Network&, const Network&) = default;
};

// ---- what the requests come out of, when that is billed by use ----

struct S3Source {
  double putsPerRequest = 1, getsPerRequest = 1;
  friend bool operator==(const S3Source&, const S3Source&) = default;
};
struct RecordSource {
  double recordsPerRequest = 1;                 // records or messages that one request works on
  std::optional<pricing::ByteCount> recordSize; // nothing: the request's size shared among them
  friend bool operator==(const RecordSource&, const RecordSource&) = default;
};
struct QueueSource : RecordSource {
  std::int64_t batchSize = 10;    // messages of a receive and of a delete, 1..10
  std::int64_t sendBatchSize = 1; // of a send
  friend bool operator==(const QueueSource&, const QueueSource&) = default;
};
struct SqsSource : QueueSource {
  friend bool operator==(const SqsSource&, const SqsSource&) = default;
};
struct SqsFifoSource : QueueSource {
  friend bool operator==(const SqsFifoSource&, const SqsFifoSource&) = default;
};
struct KinesisSource : RecordSource {
  std::int64_t shards = 1;
  friend bool operator==(const KinesisSource&, const KinesisSource&) = default;
};
struct KinesisOnDemandSource : RecordSource {
  std::int64_t consumers = 1; // each reads all data once
  friend bool operator==(const KinesisOnDemandSource&, const KinesisOnDemandSource&) = default;
};
using RequestSource = std::variant<S3Source, SqsSource, SqsFifoSource, KinesisSource, KinesisOnDemandSource>;

// ---- what the owner adds ----

struct PlatformCosts {
  double engineeringHours = 0;          // a month
  std::int64_t nonProductionCopies = 0; // staging, test, ...
  double nonProductionShare = 0.1;      // a copy's traffic as a share of production's, 0..1
  double migrationUsd = 0;              // once, to move to this platform
  friend bool operator==(const PlatformCosts&, const PlatformCosts&) = default;
};
struct OwnCosts {
  double engineeringRateUsd = 0; // per hour
  PlatformCosts lambda, ec2;
  friend bool operator==(const OwnCosts&, const OwnCosts&) = default;
};

// The catalogue that the scenario's prices ask for: the named one, else `fallback`, with the private prices applied.
// InputError when a file cannot be read or is no catalogue, or no catalogue has that id. Everybody who evaluates a
// scenario asks here first.
std::shared_ptr<const pricing::PriceCatalogue> catalogueOf(const Scenario& scenario,
                                                           std::shared_ptr<const pricing::PriceCatalogue> fallback);

} // namespace model
