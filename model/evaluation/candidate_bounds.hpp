#pragma once
// What no simulation of a candidate can undercut on the stream of a search, if the candidate meets the objective there:
// its month's cost and its latency. Not estimates: whatever queues, cold starts, retries and scaling do comes on top.
// Only the share of the instance time that is free on the spot market is taken to be small (kMostFreeOfSpot), which is
// no certainty. Where a part of a bill is not sure to be at least something it counts as nothing. Derivations:
// docs/methods.md, "The search". Pinned by tests/model/search_test.cpp.
#include "model/evaluation/assessment.hpp"
#include "model/evaluation/stream_sample.hpp"

namespace model {

struct CandidateBounds {
  double monthlyCostUsd = 0;
  double meanMs = 0, p50Ms = 0, p90Ms = 0, p95Ms = 0, p99Ms = 0, p999Ms = 0;
};
// "p99 at least 612 ms" for the first part of the objective that is out of reach; empty: none is.
std::string outOfReach(const Objective& objective, const CandidateBounds& bounds);

// Instances that AWS takes back in their first hour are free. At less than 0.05 % an hour for the worst band of the
// Spot Advisor, a tenth of all instance time is far more than a month will see.
inline constexpr double kMostFreeOfSpot = 0.1;

// Of the instance time of a fleet, what another one needs at the least that lets requests in sooner and is the same in
// all else. No theorem: scaling follows what minutes of CPU look like, and who waits shifts CPU from one to the next.
inline constexpr double kLeastOfKin = 0.85;

// What becomes of work on a platform: ns for a ns of CPU, and for one of waiting.
struct WorkStretch {
  double perCpu = 1, perIo = 1;
  friend bool operator==(const WorkStretch&, const WorkStretch&) = default;
};

// The requests of a stream, and those of them that complete at the least where the objective on failures is met.
class StreamBounds {
 public:
  StreamBounds(const StreamSample& sample, const Scenario& scenario);
  CandidateBounds ofLambda(const Scenario& candidate, const pricing::PriceCatalogue& catalogue) const;
  CandidateBounds ofEc2(const Scenario& candidate, const pricing::PriceCatalogue& catalogue) const {
    return ofEc2(candidate, catalogue, 0);
  }
  // The same, and at least kLeastOfKin of what a fleet needed that differs in having fewer workers.
  CandidateBounds ofEc2AsKin(const Scenario& candidate, const pricing::PriceCatalogue& catalogue,
                             std::span<const Ec2Tally> fewerWorkers) const;

 private:
  CandidateBounds ofEc2(const Scenario& candidate, const pricing::PriceCatalogue& catalogue,
                        double leastInstanceNs) const;
  Metered metered() const;
  const CandidateBounds& latency(const WorkStretch& stretch, Duration overhead) const;

  StreamSample m_all, m_completed;
  double m_ioFactor = 1; // the least that slow or fast downstreams make of waiting
  double m_cpuNs = 0;    // that completed requests took before the end, at speed 1
  struct Latency {
    WorkStretch stretch;
    Duration overhead;
    CandidateBounds bounds;
  };
  mutable std::optional<Latency> m_latency; // asked for last: types differ in price more often than in speed
};

// The same requests meet the same fate on both: they differ in what they cost, if at all. Both are candidates of one
// scenario, so only what an instance type, a memory size or an architecture changes is compared.
bool runAlike(const Configuration& one, const Configuration& other);
// They differ in that alone, and a worker more is a worker idle wherever nobody found all of `one` busy: there the same
// requests meet the same fate. Of candidates of one scenario too.
bool hasFewerWorkersOnly(const Configuration& one, const Configuration& other);

} // namespace model
