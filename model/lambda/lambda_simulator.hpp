#pragma once
// Classic Lambda: one request per execution environment at a time. Rules in order for a request at time t are those of
// design section 4; sources are the AWS Lambda developer guide pages named at each field (copies of Sep-Oct 2026) and
// docs/lambda.md.
// Exact in integer nanoseconds. Pinned by tests/model/lambda_simulator_test.cpp against a plain reference event loop,
// Erlang B, M/G/infinity, the environment-pool Markov chain and the documentation's ten-request example.
#include <cstdint>
#include <memory>
#include <optional>

#include "model/failures.hpp"
#include "model/lambda/event_source.hpp"
#include "model/observation.hpp"
#include "workloads/distribution.hpp"
#include "workloads/workload.hpp"

namespace model {

enum class Reuse { Lifo, Fifo, Random };

// New environments a function may get: a bucket of `burst`, refilled continuously with `refill` in every period and
// never banked above it. AWS Lambda developer guide, scaling behavior: 1,000 and 1,000 per 10 s for each function since
// Nov 2023; before that (edition of 2022) 3,000, 1,000 or 500 by region and 500 a minute, here all for the one
// function.
struct GrowthLimit {
  std::int64_t burst = 1000, refill = 1000; // refill 0: what the burst gave is all
  Duration every = std::chrono::seconds(10);
  friend bool operator==(const GrowthLimit&, const GrowthLimit&) = default;
};

// Another function of the account: synchronous, tried once, here for the concurrency that it takes.
struct LambdaNeighbour {
  std::string name;
  workloads::Workload workload;
  std::optional<std::int64_t> reserved; // nothing: shares the account's unreserved concurrency
  Duration timeout = std::chrono::seconds(900);
  friend bool operator==(const LambdaNeighbour&, const LambdaNeighbour&) = default;
};

// One function in one configuration, ready to run: every default resolved, every unit converted.
struct LambdaFunction {
  static constexpr std::int64_t kMaxConcurrency = (std::int64_t{1} << 24) - 2; // a higher limit counts as this
  pricing::Memory memory = pricing::Memory::mebibytes(1769);
  double threads = 1.0; // a request can use this many vCPUs
  double speed = 1.0;   // relative to a Lambda x86 vCPU; infinite: a measured curve leaves no time for computing
  double perIo = 1.0;   // ns here for a ns of waiting; other than 1 only where a measured curve contradicts the waiting
  workloads::DurationDistribution init = workloads::Constant{};
  Duration initLimit = std::chrono::seconds(10); // an init over it is cut there and begins anew in the first call
  std::optional<workloads::DurationDistribution> initInside; // of init inside a call, where it differs: after SnapStart
  double initAhead = 0; // share of new environments whose init was over before the request
  workloads::DurationDistribution extensionInit = workloads::Constant{}; // on top of every init
  Duration extensionAfter{}; // after each response: keeps the environment busy and is billed, is in no latency
  workloads::DurationDistribution idleLifetime = workloads::Constant{std::chrono::minutes(10)};
  bool idleDrawnAnew = false; // whenever it becomes idle, not once for each environment: the Markov chain's world
  std::optional<workloads::DurationDistribution> maxLifetime; // retired when it next finishes, older than this
  Reuse reuse = Reuse::Lifo;
  std::int64_t provisioned = 0;
  std::int64_t concurrencyLimit = 1000; // reserved concurrency, else the account's; >= provisioned
  std::optional<GrowthLimit> growth = GrowthLimit{};
  bool requestRateCap = true; // 10 x concurrencyLimit requests/s, synchronous only: a bucket of one second's worth,
                              // asked by every request and charged by those that start
  // Over the whole call: init inside it, work, extensions; init before it is not counted. What is cut is billed to
  // here, and the environment's next call begins with init.
  Duration timeout = std::chrono::seconds(900);
  Duration overhead{};            // front door, added to latency, not billed
  bool initBilled = true;         // since 1 Aug 2025; init inside a call is duration, always billed
  double initBilledShare = 1;     // of the init before a call; SnapStart bills a part of the restore
  std::int64_t billingStepMs = 1; // billed time is a multiple of it; 100 before 1 Dec 2020
  // What follows needs the event engine, unless it says that every request is tried once as it comes.
  EventSource source = ClientRetries{};
  Failures failures;
  int zones = 2; // over which lost zones are counted
  ProvisionedPlan provisionedPlan;
  std::vector<LambdaNeighbour> neighbours;
  std::optional<std::int64_t> neighboursRoom; // of those without a reservation; nothing: they share concurrencyLimit
  bool needsEvents() const;
};

// Feed every request in order, then finish once. Memory is O(peak concurrency). Ties: environments that finish or
// expire at t do so before an arrival at t; environments finishing together become idle in the order their requests
// arrived.
class LambdaSimulator {
 public:
  // Random streams of this seed and replication: those of EnvironmentBirths, and "lambda.reuse".
  LambdaSimulator(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                  std::uint64_t replication);
  ~LambdaSimulator();
  LambdaSimulator(LambdaSimulator&&) noexcept;
  void feed(const workloads::RequestBatch& batch);
  LambdaRun finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

// Duration of a request on this function, before the timeout: io * perIo + cpu / (speed * min(threads, MB/1769)), each
// part to the nearest ns. The first part by itself: the waiting.
std::int64_t lambdaDurationNs(const LambdaFunction& function, std::int64_t cpuNs, std::int64_t ioNs);
std::int64_t lambdaWaitingNs(const LambdaFunction& function, std::int64_t ioNs);

} // namespace model
