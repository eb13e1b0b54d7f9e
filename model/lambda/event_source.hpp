#pragma once
// How events reach a function, and what may go wrong on the way: plain values, no behaviour. Sources: AWS Lambda
// developer guide, pages on asynchronous invocation, SQS and Kinesis mappings and their scaling (copies of Dec 2022 and
// Sep-Oct 2026), each figure named where it stands. What the guide leaves open is called a convention here and in
// docs/lambda.md. Behaviour: invoke_service and the *_source files beside this one; pinned by
// tests/model/event_sources_test.cpp.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/failures.hpp"
#include "pricing/quantities.hpp"
#include "workloads/workload.hpp"

namespace model {

using pricing::Duration;

enum class Jitter { None, Equal, Full }; // share of a backoff that is drawn: 0, half, all

// A caller that waits for the answer (HTTP). Conventions throughout: retrying is the client's, not Lambda's.
struct ClientRetries {
  std::int64_t attempts = 1; // in all, >= 1
  Duration backoff = std::chrono::milliseconds(100), longestBackoff = std::chrono::seconds(20); // doubled each time
  Jitter jitter = Jitter::Full;
  std::optional<Duration> patience; // gives up on an attempt after that and tries again; the attempt runs on, billed
  friend bool operator==(const ClientRetries&, const ClientRetries&) = default;
};

// Asynchronous invocation: events wait in Lambda's own queue. Guide, "Error handling for asynchronous invocation":
// throttles and system errors for up to 6 h, 1 s doubling to 5 min; function errors twice, after 1 and 2 minutes.
struct AsyncRetries {
  std::int64_t errorRetries = 2; // 0..2
  Duration maxAge = std::chrono::hours(6);
  Duration backoff = std::chrono::seconds(1), longestBackoff = std::chrono::minutes(5);
  Duration errorDelay = std::chrono::minutes(1); // before the first retry of an error, twice that before the second
  friend bool operator==(const AsyncRetries&, const AsyncRetries&) = default;
};

// Event pollers that a mapping keeps for itself: each 10 concurrent invokes, 10 polls/s and 1 MB/s; grows by 1,000
// concurrent invokes a minute (guide, SQS scaling and parameters, Sep-Oct 2026).
struct ProvisionedPollers {
  std::int64_t min = 2, max = 200; // 2..200, 2..2,000
  friend bool operator==(const ProvisionedPollers&, const ProvisionedPollers&) = default;
};

// SQS. Concurrent batches start at `firstConcurrency`, grow by `growthPerMinute` while messages wait and every poller
// is busy, end at `mostConcurrency`; after a minute with fewer in use they fall back to what was used (convention).
// FIFO: messages belong to one of `groups`, each worked on in order, one batch at a time.
struct QueueMapping {
  std::int64_t batchSize = 10;
  Duration window{};
  std::optional<std::int64_t> maxConcurrency; // 2..1,000; nothing: the mapping's own ceiling
  std::optional<Duration> visibilityTimeout;  // nothing: 6 x function timeout + window, the guide's advice
  std::int64_t maxReceives = 5;               // then the message goes to the dead-letter queue
  bool partialFailures = false;               // only failed messages of a batch return to the queue
  std::int64_t groups = 0;                    // 0: a standard queue
  std::optional<ProvisionedPollers> provisioned;
  double firstConcurrency = 5, growthPerMinute = 300, mostConcurrency = 1250;
  pricing::ByteCount messageSize; // for the pollers' 1 MB/s
  friend bool operator==(const QueueMapping&, const QueueMapping&) = default;
};

// Kinesis: shards x factor lanes, records in order within a lane, one batch of a lane at a time; each shard is polled
// once a second. A failing batch blocks its lane and is tried again after a second (convention: the next poll).
struct StreamMapping {
  std::int64_t shards = 1, factor = 1;
  std::int64_t batchSize = 100;
  Duration window{};
  std::optional<std::int64_t> retries; // nothing: until maxAge
  std::optional<Duration> maxAge;      // nothing: none
  bool bisect = false;                 // halves a failing batch
  bool partialFailures = false;        // records before the failing one count as done
  Duration pollEvery = std::chrono::seconds(1);
  pricing::ByteCount recordSize; // an invocation carries 6 MB at most (guide, Kinesis parameters, Sep-Oct 2026)
  friend bool operator==(const StreamMapping&, const StreamMapping&) = default;
};

using EventSource = std::variant<ClientRetries, AsyncRetries, QueueMapping, StreamMapping>;

// ---- provisioned concurrency over time ----

// Steps within a period, repeated: from `at` on `count` are wanted.
struct ProvisionedSchedule {
  struct Step {
    Duration at{};
    std::int64_t count = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };
  std::vector<Step> steps; // ascending, within [0, period)
  Duration period = std::chrono::hours(24);
  friend bool operator==(const ProvisionedSchedule&, const ProvisionedSchedule&) = default;
};

// Application Auto Scaling on ProvisionedConcurrencyUtilization (guide, provisioned concurrency, Sep-Oct 2026; alarms:
// facts observed in public lab notes): three one-minute points above the target, fifteen below 0.9 of it; no point in a
// minute without a provisioned invocation, which leaves both alarms without data.
struct ProvisionedTracking {
  std::int64_t min = 1, max = 100;
  double target = 0.7; // 0.1..0.9
  int outPoints = 3, inPoints = 15;
  double inFraction = 0.9;
  friend bool operator==(const ProvisionedTracking&, const ProvisionedTracking&) = default;
};

// Nothing: LambdaFunction::provisioned all the time. Otherwise that many at the start.
using ProvisionedPlan = std::variant<std::monostate, ProvisionedSchedule, ProvisionedTracking>;

// How allocation goes (guide, lambda-concurrency 2026): begins after 1 to 2 minutes, then 6,000 environments a minute,
// usable when the whole request is there.
struct ProvisionedPace {
  Duration delay = std::chrono::seconds(90);
  double perMinute = 6000;
};

} // namespace model
