#pragma once
// Who of many has to be simulated until the winner is known, given what each costs and takes at the least. The winner
// is the one that simulating all of them would name (docs/methods.md, "The search"). No clock, no randomness. Pinned by
// tests/model/contest_test.cpp against asking everybody.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace model {

// Costs and speeds are not known to better than kTooCloseShare: costs are compared in bands of that width above the
// cheapest that meets the objective, and within a band the faster is worth more. 128 MB that saves 85 cents a month and
// takes 2 s instead of 0.2 s is nobody's choice.
int costBand(double usd, double cheapestUsd);

struct Entrant {
  double leastUsd = 0, leastP99Ms = 0; // of one that meets the objective
  bool hopeful = true;                 // nothing says yet that it misses the objective
  bool feasible = true;                // its capacity holds the mean load
  // Once it is simulated:
  bool simulated = false, meets = false;
  double usd = 0, p99Ms = 0, failedFraction = 0;
  bool nearlyMeets = false; // it does not, by so little that a longer stream may tell otherwise
};

// Where no one meets the objective the fewest failures and then the fastest win; nothing bounds failures. So many are
// simulated then beside the hopeful ones.
inline constexpr std::size_t kMostHopeless = 6;

struct Standing {
  double cheapestUsd = 0;            // of those that meet the objective; infinite: nobody yet
  double floorUsd = 0;               // nobody that meets it can be cheaper
  std::optional<std::size_t> leader; // surely in the first band, and no one known there is faster
  bool doubt = true;                 // somebody faster may or may not be in the first band
};
Standing standingOf(std::span<const Entrant> all);

// Whom to simulate next, most urgent first. Empty: the winner is among those that are simulated.
std::vector<std::size_t> nextToSimulate(std::span<const Entrant> all);

// Who might win on a longer stream: the best four that meet the objective and cost no more than the second band, and
// the cheapest two that nearly meet it and cost no more than the first; where no one meets it, the best four there are.
// `order`: all that are simulated, best first. They go on as long as that tells something: the worse half falls out
// each time the stream doubles (successive halving; Karnin, Koren & Somekh 2013, "Almost optimal exploration in
// multi-armed bandits").
inline constexpr std::size_t kMostMeeting = 4, kMostNearlyMeeting = 2;
std::vector<std::size_t> contenders(std::span<const Entrant> all, std::span<const std::size_t> order);

} // namespace model
