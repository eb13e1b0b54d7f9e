#pragma once
// A candidate on its way through a search: what it was priced at, what the contest knows of it, what the list says in
// the end; and the order of such candidates. Pinned by tests/model/search_test.cpp.
#include <vector>

#include "model/evaluation/assessment.hpp"
#include "model/evaluation/contest.hpp"
#include "model/evaluation/screening.hpp"

namespace model {

struct Priced {
  Scenario scenario;
  Screened screened;
  Entrant entrant;
  std::size_t run = 0;       // which of the distinct configurations it is
  int survived = 0, met = 0; // rounds on longer streams
  bool byKin = false;        // what it costs at least rests on one that differs in workers alone
  Candidate candidate;
};

Priced priced(Platform platform, const Scenario& scenario, const Screened& screened, std::string label);

// What a run showed, for the list alone. One whose capacity is below its mean load, or whose work alone takes too long,
// meets the objective by the luck of a short run: `hopeful` says whether it may.
void show(const PlatformResult& result, bool hopeful, Priced& priced);
// The same, of the stream that all who might win meet, for the contest too.
void record(const PlatformResult& result, bool hopeful, Priced& priced);
inline constexpr double kNearlyMet = 1.1; // of a limit: as far as a short stream may be off

// Simulated ones that meet the objective, who met longer streams first, then in order of worth; then simulated ones
// that miss it, fewest failures and then fastest and cheapest first; then those that were only screened, hopeful ones
// in order of worth. Costs are compared in bands above the cheapest of those that are sorted and meet the objective.
void sortByWorth(std::vector<Priced>& all);
void sortByWorth(std::vector<std::size_t>& some, const std::vector<Priced>& all); // indices
// The cheapest few, and always the fastest one: an objective on the tail may be met by nothing else.
std::vector<std::size_t> mostPromising(const std::vector<Priced>& all, std::size_t most);

} // namespace model
