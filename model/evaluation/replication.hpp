#pragma once
// One stream, many configurations: every replication draws its requests once and hands each batch to all simulators
// that are compared, so that all see identical requests (common random numbers). Replications and groups of
// configurations run on several threads; each is a function of seed and replication alone, so the result does not
// depend on how many. Pinned by tests/model/replication_test.cpp.
#include <cstdint>
#include <functional>
#include <span>
#include <variant>
#include <vector>

#include "model/decision.hpp"
#include "model/ec2/ec2_simulator.hpp"
#include "model/hybrid/hybrid_simulator.hpp"
#include "model/lambda/lambda_simulator.hpp"
#include "model/managed/managed_simulator.hpp"

namespace model {

using Configuration = std::variant<LambdaFunction, Ec2Fleet, ManagedFleet, HybridFleet>;

// How long and how often. Observations = replications x windows.
struct RunShape {
  Duration horizon{}, warmup{};
  int replications = 1, windows = 1;
  std::uint64_t seed = 1;
  int timelinePoints = 0;
  std::vector<Slowdown> slowdowns; // of waiting, by arrival, where it is not Lambda's engine that knows them
  double observedSeconds() const;  // of one observation
  Duration clock{}; // after which a fleet that follows the clock has shown what it does: no shorter run would do
  friend bool operator==(const RunShape&, const RunShape&) = default;
};
// The scenario's plan with "auto" resolved. A workload that is the same in every replication runs once, observed in
// kTraceWindows batches; otherwise each replication is one observation.
inline constexpr int kTraceWindows = 10;
RunShape runShape(const Scenario& scenario);
// A shorter run for searches: about `requests` requests in one replication, whole days where the rate has a daily
// shape.
RunShape shortened(const RunShape& shape, const workloads::Workload& workload, double requests);
// The next longer run on the way from a shortened one to `whole`: twice as long, then twice as many replications.
// Nothing: it is the whole.
std::optional<RunShape> lengthened(const RunShape& shorter, const RunShape& whole);

// What one configuration did; one platform's vectors are filled: a tally per observation, hours per replication.
struct Observations {
  std::vector<LambdaTally> lambda;
  std::vector<Ec2Tally> ec2;
  std::vector<ManagedTally> managed;
  std::vector<HybridTally> hybrid;
  std::vector<LambdaHours> lambdaHours;
  std::vector<Ec2Hours> ec2Hours;
  std::vector<HybridHours> hybridHours;
  std::vector<Outcomes> neighbours;    // of the first replication
  std::vector<TimelinePoint> timeline; // of the first replication
  bool foundFull = false;              // EC2, processor sharing: some request found all workers of its instance busy
};
struct Replications {
  std::vector<Observations> configurations;  // in the order given
  std::vector<std::uint64_t> hourlyRequests; // arrivals per clock hour, mean over replications, rounded
  std::uint64_t requests = 0;                // drawn, each counted once however many configurations saw it
};

// Adds a batch's arrivals to their clock hours.
void countHours(std::span<const std::int64_t> arrivals, std::vector<std::uint64_t>& hours);

// Part of an evaluation's progress bar: [from, to] of the whole under one name.
struct ProgressSpan {
  std::string_view stage = "simulating";
  double from = 0, to = 1;
};

// Does what is asked for 0 .. count - 1, on as many threads as the control says; of exceptions the lowest is rethrown.
void inParallel(std::size_t count, const RunControl& control, const std::function<void(std::size_t)>& task);
// One thread, no progress: for a task of several.
RunControl byItself(const RunControl& control);

std::variant<Replications, Cancelled> replicate(const workloads::Workload& workload,
                                                std::span<const Configuration> configurations, const RunShape& shape,
                                                const RunControl& control, const ProgressSpan& progress);

} // namespace model
