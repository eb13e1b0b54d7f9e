#pragma once
// Which configurations are worth simulating, and which of them wins. Bounds that hold on the very stream of the search
// (candidate_bounds) rule out most; those that might win are simulated together, so that they meet identical requests,
// until nobody else can (contest). The winner there is the one that simulating every candidate would name, but for the
// risks that docs/methods.md lists. The best few then meet longer streams, fewer of them each time. Candidates that are
// left out stay in the list with the reason. Pinned by tests/model/search_test.cpp.
#include "model/evaluation/assessment.hpp"
#include "model/evaluation/candidates.hpp"
#include "model/evaluation/screening.hpp"
#include "model/evaluation/stream_sample.hpp"

namespace model {

// What a search simulated, on the one stream that all of it met.
struct KnownRuns {
  workloads::Workload workload;
  RunShape shape;
  std::vector<std::uint64_t> hourlyRequests;
  std::uint64_t requests = 0;
  std::vector<Configuration> configurations;
  std::vector<Observations> observations; // of each
  // Whether these are the requests of that run.
  bool meet(const workloads::Workload& its, const RunShape& ofRun) const { return shape == ofRun && workload == its; }
  // Of one that runs alike; nullptr: none did. It is a candidate of the search, or could have been.
  const Observations* of(const Configuration& configuration) const;
};
// As replicate(), without simulating again what is known on these very requests.
std::variant<Replications, Cancelled> replicateUnknown(const workloads::Workload& workload,
                                                       std::span<const Configuration> configurations,
                                                       const RunShape& shape, const KnownRuns* known,
                                                       const RunControl& control, const ProgressSpan& progress);

struct SearchResult {
  Scenario chosen;                   // every "auto" replaced
  std::vector<Candidate> candidates; // all that were priced, cheapest first, frontier marked
  std::vector<Scenario> ranked;      // runners-up: chosen first, then what to take should its full run disappoint
  KnownRuns runs;
};

// Where there are no bounds so many of the most promising are simulated: the third lane, which is no verdict, and what
// is made of two lanes that have been searched.
inline constexpr std::size_t kSimulatedManaged = 3, kSimulatedHybrid = 8;

// What a platform's search may spend on simulated requests, many at least.
inline constexpr double kMostSearched = 2e8;
inline constexpr std::size_t kLeastRuns = 16;

// Requests of the stream that all who might win meet, whole days where the rate has a daily shape; and of the one from
// which on a longer stream tells no more: two million show a cost to a fraction of a band.
struct SearchStreams {
  double first = 3e5, last = 2e6;
};

// Of one platform, which is present in the scenario; for a hybrid Lambda and EC2 are configured. What is drawn of the
// stream for its bounds stays in `sample`, for other searches of the same scenario, at the same time or later.
std::variant<SearchResult, Cancelled> search(Platform platform, const Scenario& scenario,
                                             const pricing::PriceCatalogue& catalogue, const RunControl& control,
                                             const ProgressSpan& progress, SharedSample* sample = nullptr);
// Among these only; not empty.
std::variant<SearchResult, Cancelled> searchAmong(std::vector<Scenario> candidates, Platform platform,
                                                  const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                                  const RunControl& control, const ProgressSpan& progress,
                                                  SharedSample* sample = nullptr, const SearchStreams& streams = {});

// Marks those that no other beats on both cost and p99; where some were simulated, among these.
void markFrontier(std::vector<Candidate>& candidates);

} // namespace model
