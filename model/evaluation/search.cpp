#include "model/evaluation/search.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "model/evaluation/candidate_bounds.hpp"
#include "model/evaluation/contest.hpp"
#include "model/evaluation/priced_candidate.hpp"
#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::size_t kAtOnce = 4; // runs at a time: a few threads' worth, the same whatever the threads
constexpr double kAboutAsMuch = 1.1;
constexpr std::size_t kRankedAtLeast = 3; // the winner, and two to fall back on should its full run disappoint

// What the search asks about a platform.
struct Lane {
  Screened (*screen)(const Scenario&, const pricing::PriceCatalogue&);
  std::string (*label)(const Scenario&);
  Configuration (*configuration)(const Scenario&, const pricing::PriceCatalogue&);
  decltype(&assessLambda) assess;
  CandidateBounds (StreamBounds::*bound)(const Scenario&, const pricing::PriceCatalogue&) const = nullptr; // if known
  std::size_t simulated = 0; // without bounds
};

Lane laneOf(Platform platform) {
  using pricing::PriceCatalogue;
  switch (platform) {
  case Platform::Lambda:
    return {screenLambda, lambdaLabel,
            [](const Scenario& s, const PriceCatalogue&) { return Configuration(lambdaFunction(s)); }, assessLambda,
            &StreamBounds::ofLambda};
  case Platform::Ec2:
    return {screenEc2, ec2Label,
            [](const Scenario& s, const PriceCatalogue& c) { return Configuration(ec2Fleet(s, c)); }, assessEc2,
            &StreamBounds::ofEc2};
  case Platform::Hybrid:
    return {screenHybrid,
            hybridLabel,
            [](const Scenario& s, const PriceCatalogue& c) { return Configuration(hybridFleet(s, c)); },
            assessHybrid,
            nullptr,
            kSimulatedHybrid};
  case Platform::ManagedInstances: break;
  }
  return {screenManaged,
          managedLabel,
          [](const Scenario& s, const PriceCatalogue& c) { return Configuration(managedFleet(s, c)); },
          assessManaged,
          nullptr,
          kSimulatedManaged};
}

std::vector<Scenario> candidatesOf(Platform platform, const Scenario& scenario,
                                   const pricing::PriceCatalogue& catalogue) {
  switch (platform) {
  case Platform::Lambda: return lambdaCandidates(scenario);
  case Platform::Ec2: return ec2Candidates(scenario, catalogue);
  case Platform::Hybrid: return hybridCandidates(scenario, catalogue);
  case Platform::ManagedInstances: break;
  }
  return managedCandidates(scenario, catalogue);
}

class Search {
 public:
  Search(Platform platform, const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
         const RunControl& control, const ProgressSpan& progress, SharedSample& sample, const SearchStreams& streams)
      : m_platform(platform), m_lane(laneOf(platform)), m_scenario(scenario), m_catalogue(catalogue),
        m_control(control), m_progress(progress), m_streams(streams), m_whole(runShape(scenario)),
        m_shape(shortened(m_whole, scenario.workload, streams.first)), m_sample(sample) {}

  bool price(const std::vector<Scenario>& candidates);
  bool simulate() {
    return (m_lane.bound == nullptr ? simulatePromising() : bound() && contest() && simulateRunnersUp()) && halve();
  }
  SearchResult result() &&;

 private:
  bool stopped() const { return m_control.stop.stop_requested(); }
  bool bound();
  bool contest();
  bool simulatePromising() { return simulate(mostPromising(m_all, m_lane.simulated)); }
  bool simulateRunnersUp();
  bool halve();
  bool meetAgain(const std::vector<std::size_t>& field, const RunShape& shape);
  double expectedRequests(const RunShape& shape) const {
    return static_cast<double>(m_requests) * shape.replications * static_cast<double>(shape.horizon.count()) /
           static_cast<double>(m_shape.horizon.count());
  }
  bool mayShow(const Priced& priced) const { return priced.entrant.hopeful || m_lane.bound == nullptr; }
  bool simulate(const std::vector<std::size_t>& which);
  std::variant<Replications, Cancelled> replicated(const std::vector<std::size_t>& runs, const RunShape& shape);
  bool run(const std::vector<std::size_t>& runs);
  std::size_t runOf(const Configuration& configuration);
  std::optional<std::size_t> knownRunOf(std::size_t run) const;
  bool runUnknown(const std::vector<std::size_t>& which);
  void learnFromKin();
  std::vector<Entrant> entrants() const;
  std::vector<std::size_t> urgent(const std::vector<std::size_t>& order) const;
  ProgressSpan nextProgress();
  void explain();
  void explain(Priced& priced, const Standing& standing) const;

  Platform m_platform;
  Lane m_lane;
  const Scenario& m_scenario;
  const pricing::PriceCatalogue& m_catalogue;
  const RunControl& m_control;
  ProgressSpan m_progress;
  SearchStreams m_streams;
  RunShape m_whole, m_shape; // the scenario's run; the first stream
  SharedSample& m_sample;
  std::optional<StreamBounds> m_bounds;
  std::vector<Priced> m_all;
  std::vector<Configuration> m_configurations; // distinct ones
  std::vector<Observations> m_observations;    // of each, once it ran
  std::vector<bool> m_ran;
  std::vector<std::uint64_t> m_hourlyRequests;
  std::uint64_t m_requests = 0; // of the stream
  double m_spent = 0;           // requests
  std::size_t m_runs = 0;
};

bool Search::price(const std::vector<Scenario>& candidates) {
  for (const auto& candidate : candidates) {
    if (stopped()) return false;
    m_all.push_back(priced(m_platform, candidate, m_lane.screen(candidate, m_catalogue), m_lane.label(candidate)));
    m_all.back().run = runOf(m_lane.configuration(candidate, m_catalogue));
  }
  m_observations.resize(m_configurations.size());
  m_ran.resize(m_configurations.size());
  sortByWorth(m_all);
  return true;
}

std::size_t Search::runOf(const Configuration& configuration) {
  const auto same =
      std::ranges::find_if(m_configurations, [&](const auto& other) { return runAlike(configuration, other); });
  if (same != m_configurations.end()) return static_cast<std::size_t>(same - m_configurations.begin());
  m_configurations.push_back(configuration);
  return m_configurations.size() - 1;
}

bool Search::bound() {
  const Duration late = m_scenario.ec2 ? m_scenario.ec2->requestTimeout : Duration{};
  const StreamSample* const sample = m_sample.drawn(m_scenario.workload, m_shape, late, m_control.stop);
  if (sample == nullptr) return false;
  m_bounds.emplace(*sample, m_scenario);
  for (auto& priced : m_all) {
    if (stopped()) return false;
    const auto least = (*m_bounds.*m_lane.bound)(priced.scenario, m_catalogue);
    priced.entrant.leastUsd = least.monthlyCostUsd;
    priced.entrant.leastP99Ms = least.p99Ms;
    auto miss = outOfReach(m_scenario.objective, least);
    if (miss.empty() || !priced.entrant.hopeful) continue;
    priced.entrant.hopeful = priced.candidate.meetsObjective = false;
    priced.candidate.leftOut = LeftOut::Objective;
    priced.candidate.why = std::move(miss);
  }
  return true;
}

std::vector<Entrant> Search::entrants() const {
  std::vector<Entrant> entrants;
  for (const auto& priced : m_all) entrants.push_back(priced.entrant);
  return entrants;
}

// The first of them, and where its run is not known yet a few new runs of others that cost about as much: what the
// first turns out to be may settle the rest.
std::vector<std::size_t> Search::urgent(const std::vector<std::size_t>& order) const {
  std::vector<std::size_t> chosen{order.front()}, runs{m_all[order.front()].run};
  if (knownRunOf(runs.front())) return chosen;
  const double most = kAboutAsMuch * m_all[order.front()].entrant.leastUsd;
  for (const auto i : order) {
    const auto& priced = m_all[i];
    if (runs.size() == kAtOnce) break;
    if (priced.entrant.leastUsd > most || std::ranges::count(runs, priced.run) || knownRunOf(priced.run)) continue;
    runs.push_back(priced.run);
    chosen.push_back(i);
  }
  return chosen;
}

bool Search::contest() {
  for (auto next = nextToSimulate(entrants()); !next.empty(); next = nextToSimulate(entrants())) {
    const bool spent = m_spent > kMostSearched && m_runs >= kLeastRuns;
    if (spent && !knownRunOf(m_all[next.front()].run)) break; // what has run already costs nothing
    if (!simulate(urgent(next))) return false;
    learnFromKin();
  }
  return true;
}

bool Search::simulateRunnersUp() {
  const auto meeting = std::ranges::count_if(m_all, [](const auto& p) { return p.entrant.meets; });
  std::vector<std::size_t> more;
  for (std::size_t i = 0; i < m_all.size() && more.size() + static_cast<std::size_t>(meeting) < kRankedAtLeast; ++i)
    if (m_all[i].entrant.hopeful && !m_all[i].entrant.simulated) more.push_back(i);
  return meeting == 0 || simulate(more);
}

// Longer streams for fewer, until one is left or a longer one would tell no more.
bool Search::halve() {
  sortByWorth(m_all);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < m_all.size(); ++i)
    if (m_all[i].entrant.simulated) order.push_back(i);
  auto field = contenders(entrants(), order);
  for (auto shape = m_shape; field.size() > 1 && expectedRequests(shape) < m_streams.last;) {
    const auto longer = lengthened(shape, m_whole);
    if (!longer) break;
    shape = *longer;
    if (!meetAgain(field, shape)) return false;
    sortByWorth(field, m_all);
    field.resize((field.size() + 1) / 2);
    for (const auto i : field) ++m_all[i].survived;
  }
  return true;
}

// All of them on the same requests.
bool Search::meetAgain(const std::vector<std::size_t>& field, const RunShape& shape) {
  std::vector<std::size_t> runs;
  for (const auto i : field)
    if (!std::ranges::count(runs, m_all[i].run)) runs.push_back(m_all[i].run);
  const auto outcome = replicated(runs, shape);
  if (std::holds_alternative<Cancelled>(outcome)) return false;
  const auto& replications = std::get<Replications>(outcome);
  for (const auto i : field) {
    if (stopped()) return false;
    const auto run = static_cast<std::size_t>(std::ranges::find(runs, m_all[i].run) - runs.begin());
    show(m_lane.assess(m_all[i].scenario, m_catalogue, replications.configurations[run], shape,
                       replications.hourlyRequests),
         mayShow(m_all[i]), m_all[i]);
    ++m_all[i].met;
  }
  return true;
}

bool Search::simulate(const std::vector<std::size_t>& which) {
  if (!runUnknown(which)) return false;
  for (const auto i : which) {
    if (stopped()) return false;
    auto& priced = m_all[i];
    const auto& observed = m_observations[*knownRunOf(priced.run)];
    const auto result = m_lane.assess(priced.scenario, m_catalogue, observed, m_shape, m_hourlyRequests);
    record(result, mayShow(priced), priced);
  }
  return true;
}

// Its own, or that of one with fewer workers which were never all busy.
std::optional<std::size_t> Search::knownRunOf(std::size_t run) const {
  if (m_ran[run]) return run;
  for (std::size_t other = 0; other < m_configurations.size(); ++other)
    if (m_ran[other] && !m_observations[other].foundFull &&
        hasFewerWorkersOnly(m_configurations[other], m_configurations[run]))
      return other;
  return std::nullopt;
}

// Those with the fewest workers first: they may speak for the others.
bool Search::runUnknown(const std::vector<std::size_t>& which) {
  std::vector<std::size_t> unknown, runs;
  for (const auto i : which)
    if (const auto r = m_all[i].run; !knownRunOf(r) && !std::ranges::count(unknown, r)) unknown.push_back(r);
  for (const auto r : unknown)
    if (std::ranges::none_of(
            unknown, [&](std::size_t o) { return hasFewerWorkersOnly(m_configurations[o], m_configurations[r]); }))
      runs.push_back(r);
  return runs.empty() || (run(runs) && runUnknown(which));
}

// What fleets with fewer workers needed says what those with more will: the same requests, sooner let in.
void Search::learnFromKin() {
  if (m_platform != Platform::Ec2) return;
  for (auto& priced : m_all) {
    auto& entrant = priced.entrant;
    if (entrant.simulated || !entrant.hopeful || knownRunOf(priced.run)) continue;
    for (std::size_t r = 0; r < m_configurations.size(); ++r) {
      if (!m_ran[r] || !hasFewerWorkersOnly(m_configurations[r], m_configurations[priced.run])) continue;
      const double usd = m_bounds->ofEc2AsKin(priced.scenario, m_catalogue, m_observations[r].ec2).monthlyCostUsd;
      if (usd <= entrant.leastUsd) continue;
      entrant.leastUsd = usd;
      priced.byKin = true;
    }
  }
}

std::variant<Replications, Cancelled> Search::replicated(const std::vector<std::size_t>& runs, const RunShape& shape) {
  std::vector<Configuration> configurations;
  for (const auto r : runs) configurations.push_back(m_configurations[r]);
  return replicate(m_scenario.workload, configurations, shape, m_control, nextProgress());
}

bool Search::run(const std::vector<std::size_t>& runs) {
  auto outcome = replicated(runs, m_shape);
  if (std::holds_alternative<Cancelled>(outcome)) return false;
  auto& replications = std::get<Replications>(outcome);
  for (std::size_t k = 0; k < runs.size(); ++k) {
    m_observations[runs[k]] = std::move(replications.configurations[k]);
    m_ran[runs[k]] = true;
  }
  m_hourlyRequests = std::move(replications.hourlyRequests);
  m_requests = replications.requests;
  m_spent += static_cast<double>(replications.requests * runs.size());
  m_runs += runs.size();
  return true;
}

// Nobody knows how many rounds it takes: each gets a third of what is left of the bar.
ProgressSpan Search::nextProgress() {
  auto span = m_progress;
  span.to = span.from + (span.to - span.from) / 3;
  if (m_lane.bound == nullptr) span.to = m_progress.to;
  m_progress.from = span.to;
  return span;
}

void Search::explain(Priced& priced, const Standing& standing) const {
  auto& candidate = priced.candidate;
  const auto& entrant = priced.entrant;
  if (candidate.simulated || !entrant.hopeful) return;
  const auto usd = [](double dollars) { return pricing::display(pricing::Money::dollars(dollars)); };
  candidate.leftOut = LeftOut::NotNeeded;
  candidate.why = "less promising by its closed forms";
  if (m_lane.bound == nullptr) return;
  candidate.why = "the search ended before its turn";
  if (!standing.leader) return;
  const auto& leader = m_all[*standing.leader];
  if (costBand(entrant.leastUsd, standing.cheapestUsd) > 0) {
    candidate.leftOut = LeftOut::Cost;
    candidate.why = fmt::format("costs at least {}{}, the cheapest that meets the objective {}", usd(entrant.leastUsd),
                                priced.byKin ? " by the instances that the same vCPUs with fewer workers needed" : "",
                                usd(standing.cheapestUsd));
  } else if (entrant.leastP99Ms >= leader.entrant.p99Ms) {
    candidate.leftOut = LeftOut::Latency;
    candidate.why =
        fmt::format("p99 at least {}, {} has {} for as much", pricing::displaySeconds(entrant.leastP99Ms / 1e3),
                    leader.candidate.configuration, pricing::displaySeconds(leader.entrant.p99Ms / 1e3));
  }
}

void Search::explain() {
  const auto standing = standingOf(entrants());
  for (auto& priced : m_all) explain(priced, standing);
}

SearchResult Search::result() && {
  explain();
  sortByWorth(m_all);
  SearchResult result;
  for (auto& priced : m_all) {
    if (priced.candidate.simulated || m_all.size() == 1) result.ranked.push_back(std::move(priced.scenario));
    result.candidates.push_back(std::move(priced.candidate));
  }
  result.chosen = result.ranked.front();
  result.runs = {m_scenario.workload, m_shape, std::move(m_hourlyRequests), m_requests, {}, {}};
  for (std::size_t i = 0; i < m_configurations.size(); ++i) {
    if (!m_ran[i]) continue;
    result.runs.configurations.push_back(std::move(m_configurations[i]));
    result.runs.observations.push_back(std::move(m_observations[i]));
  }
  return result;
}

} // namespace

const Observations* KnownRuns::of(const Configuration& configuration) const {
  const auto alike =
      std::ranges::find_if(configurations, [&](const auto& each) { return runAlike(configuration, each); });
  return alike == configurations.end() ? nullptr
                                       : &observations[static_cast<std::size_t>(alike - configurations.begin())];
}

std::variant<Replications, Cancelled> replicateUnknown(const workloads::Workload& workload,
                                                       std::span<const Configuration> configurations,
                                                       const RunShape& shape, const KnownRuns* known,
                                                       const RunControl& control, const ProgressSpan& progress) {
  if (known == nullptr || known->configurations.empty() || !known->meet(workload, shape))
    return replicate(workload, configurations, shape, control, progress);
  std::vector<Configuration> unknown;
  for (const auto& each : configurations)
    if (known->of(each) == nullptr) unknown.push_back(each);
  Replications all{{}, known->hourlyRequests, known->requests};
  std::vector<Observations> found;
  if (!unknown.empty()) {
    auto outcome = replicate(workload, unknown, shape, control, progress);
    if (std::holds_alternative<Cancelled>(outcome)) return Cancelled{};
    found = std::move(std::get<Replications>(outcome).configurations);
  }
  auto next = found.begin();
  for (const auto& each : configurations) {
    const auto* observed = known->of(each);
    all.configurations.push_back(observed != nullptr ? *observed : std::move(*next++));
  }
  return all;
}

void markFrontier(std::vector<Candidate>& candidates) {
  const bool simulated = std::ranges::any_of(candidates, &Candidate::simulated);
  const auto counts = [&](const Candidate& c) { return c.p99Ms.has_value() && c.simulated == simulated; };
  for (auto& candidate : candidates) {
    candidate.onFrontier =
        counts(candidate) && std::ranges::none_of(candidates, [&](const auto& other) {
          return counts(other) && other.monthlyCostUsd <= candidate.monthlyCostUsd &&
                 *other.p99Ms <= *candidate.p99Ms &&
                 (other.monthlyCostUsd < candidate.monthlyCostUsd || *other.p99Ms < *candidate.p99Ms);
        });
  }
}

std::variant<SearchResult, Cancelled> searchAmong(std::vector<Scenario> candidates, Platform platform,
                                                  const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                                  const RunControl& control, const ProgressSpan& progress,
                                                  SharedSample* sample, const SearchStreams& streams) {
  SharedSample own;
  Search search(platform, scenario, catalogue, control, progress, sample != nullptr ? *sample : own, streams);
  if (!search.price(candidates)) return Cancelled{};
  if (candidates.size() > 1 && !search.simulate()) return Cancelled{};
  return std::move(search).result();
}

std::variant<SearchResult, Cancelled> search(Platform platform, const Scenario& scenario,
                                             const pricing::PriceCatalogue& catalogue, const RunControl& control,
                                             const ProgressSpan& progress, SharedSample* sample) {
  auto candidates = candidatesOf(platform, scenario, catalogue);
  if (candidates.empty())
    throw pricing::InputError({fmt::format("scenario: /workload/memory"),
                               pricing::quoted(pricing::toText(scenario.workload.memory)),
                               "a size that some configuration of " + std::string(name(platform)) + " can hold"});
  return searchAmong(std::move(candidates), platform, scenario, catalogue, control, progress, sample);
}

} // namespace model
