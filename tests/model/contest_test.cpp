// The contest against asking everybody, on thousands of random fields; its rules by hand.
#include <algorithm>
#include <cmath>

#include "model/evaluation/contest.hpp"
#include "model/evaluation/findings.hpp"
#include "tests/support/catch.hpp"
#include "workloads/random.hpp"

namespace {

using namespace model;

// What simulating each would show.
struct Truth {
  double usd = 0, p99Ms = 0;
  bool meets = true;
  double failed = 0;
};
struct Field {
  std::vector<Truth> truth;
  std::vector<Entrant> entrants;
};

// Costs close to one another and far apart, bounds tight and useless.
Field randomField(std::uint64_t number) {
  workloads::RandomStream random(number, "test.contest", 0);
  Field field;
  const std::size_t count = 1 + random.below(60);
  const double spread = std::pow(10, -3 + 3 * random.uniform()), slackUsd = random.uniform() * random.uniform();
  const double slackP99 = random.uniform() * random.uniform(), meeting = random.uniform();
  for (std::size_t i = 0; i < count; ++i) {
    Truth truth{100 * (1 + spread * random.uniform()), 50 + std::floor(200 * random.uniform()),
                random.uniform() < meeting, 0};
    Entrant entrant;
    entrant.leastUsd = truth.usd * (1 - slackUsd * random.uniform());
    entrant.leastP99Ms = truth.p99Ms * (1 - slackP99 * random.uniform());
    entrant.hopeful = truth.meets || random.uniform() < 0.5;
    field.truth.push_back(truth);
    field.entrants.push_back(entrant);
  }
  return field;
}

// By the rule of the documentation.
std::size_t winnerOf(const std::vector<Truth>& all) {
  double cheapest = 1e300;
  for (const auto& each : all)
    if (each.meets) cheapest = std::min(cheapest, each.usd);
  const auto key = [&](const Truth& each) {
    const double band = std::floor(std::log(std::max(each.usd / cheapest, 1.0)) / std::log(1 + kTooCloseShare));
    return std::tuple(!each.meets, each.meets ? band : 0.0, each.failed, each.p99Ms, each.usd);
  };
  return static_cast<std::size_t>(std::ranges::min_element(all, {}, key) - all.begin());
}

void reveal(Field& field, std::size_t i) {
  auto& entrant = field.entrants[i];
  const auto& truth = field.truth[i];
  entrant.simulated = true;
  entrant.meets = truth.meets;
  entrant.usd = truth.usd;
  entrant.p99Ms = truth.p99Ms;
  entrant.failedFraction = truth.failed;
}

// How many were asked, `atOnce` at a time.
std::size_t play(Field& field, std::size_t atOnce) {
  std::size_t asked = 0;
  for (auto next = nextToSimulate(field.entrants); !next.empty(); next = nextToSimulate(field.entrants)) {
    next.resize(std::min(next.size(), atOnce));
    for (const auto i : next) {
      REQUIRE_FALSE(field.entrants[i].simulated);
      reveal(field, i);
    }
    asked += next.size();
  }
  return asked;
}

} // namespace

TEST_CASE("the contest names whom asking everybody names", "[search]") {
  std::size_t asked = 0, all = 0, met = 0;
  for (std::uint64_t number = 1; number <= 3000; ++number) {
    auto field = randomField(number);
    const auto winner = winnerOf(field.truth);
    if (!field.truth[winner].meets) continue; // its own case below
    asked += play(field, 1 + number % 4);
    all += field.truth.size();
    ++met;
    CAPTURE(number, winner);
    REQUIRE(field.entrants[winner].simulated);
    // Sorted by what is known, the winner stands first.
    auto known = field.truth;
    for (std::size_t i = 0; i < known.size(); ++i)
      if (!field.entrants[i].simulated) known[i].meets = false;
    const auto first = winnerOf(known);
    REQUIRE(std::tuple(known[first].usd, known[first].p99Ms) ==
            std::tuple(field.truth[winner].usd, field.truth[winner].p99Ms));
  }
  CHECK(met > 2500);
  CHECK(asked < all * 6 / 10); // and though many fields are close, many are not asked
}

TEST_CASE("out of reach of the objective the fastest without failures is found", "[search]") {
  for (std::uint64_t number = 1; number <= 500; ++number) {
    auto field = randomField(number);
    workloads::RandomStream random(number, "test.contest.hopeless", 0);
    for (std::size_t i = 0; i < field.truth.size(); ++i) {
      field.truth[i].meets = false;
      field.entrants[i].hopeful = random.uniform() < 0.1;
      field.entrants[i].leastP99Ms = field.truth[i].p99Ms - random.uniform(); // p99s are whole: at most ties are open
    }
    const auto winner = winnerOf(field.truth);
    const auto asked = play(field, 1);
    const auto hopeful = std::ranges::count(field.entrants, true, &Entrant::hopeful);
    CAPTURE(number, asked, hopeful);
    CHECK(asked <= static_cast<std::size_t>(hopeful) + kMostHopeless);
    double fastest = 1e300;
    for (const auto& each : field.entrants)
      if (each.simulated) fastest = std::min(fastest, each.p99Ms);
    CHECK(fastest == field.truth[winner].p99Ms);
  }
}

TEST_CASE("costs in one band count as equal", "[search]") {
  CHECK(costBand(100, 100) == 0);
  CHECK(costBand(101.9, 100) == 0);
  CHECK(costBand(102.1, 100) == 1);
  CHECK(costBand(90, 100) == 0);
  CHECK(costBand(100 * 1.02 * 1.02 * 1.01, 100) == 2);
}

// Two have been simulated: $100 and 90 ms, $101 and 60 ms.
TEST_CASE("only who may be in the first band and faster is asked, and who may move the band", "[search]") {
  const auto simulated = [](double usd, double p99) { return Entrant{usd, p99, true, true, true, true, usd, p99, 0}; };
  const auto open = [](double usd, double p99) { return Entrant{usd, p99, true, true, false, false, 0, 0, 0}; };
  const std::vector<Entrant> two{simulated(100, 90), simulated(101, 60)};
  const auto with = [&](const Entrant& third) {
    auto all = two;
    all.push_back(third);
    return nextToSimulate(all);
  };
  CHECK(nextToSimulate(two).empty());
  CHECK(with(open(103, 10)).empty());                        // too dear
  CHECK(with(open(101, 61)).empty());                        // too slow, and too dear to move the band
  CHECK(with(open(99.5, 61)).empty());                       // the leader would stay in its band
  CHECK(with(open(101, 59)) == std::vector<std::size_t>{2}); // faster
  CHECK(with(open(98, 61)) == std::vector<std::size_t>{2});  // from $98 on, $101 is another band
  CHECK(standingOf(two).leader == std::optional<std::size_t>(1));
  CHECK_FALSE(standingOf(two).doubt);
}

// $100 meets the objective, so do $101 to $103.5; $99 and $101.5 nearly do, $97 does not at all.
TEST_CASE("who might win on a longer stream goes on", "[search]") {
  const auto meeting = [](double usd) { return Entrant{usd, 50, true, true, true, true, usd, 50, 0}; };
  const auto missing = [](double usd, bool nearly) {
    return Entrant{usd, 50, true, true, true, false, usd, 50, 0, nearly};
  };
  const std::vector<Entrant> all{meeting(101),       meeting(100),         meeting(103.5),     meeting(110),
                                 meeting(102),       missing(99, true),    missing(97, false), missing(101.5, true),
                                 missing(103, true), missing(100.5, true), meeting(100.7)};
  const std::vector<std::size_t> order{10, 1, 0, 4, 2, 3, 6, 5, 9, 7, 8};
  CHECK(contenders(all, order) == std::vector<std::size_t>{10, 1, 0, 4, 5, 9}); // four, and the two cheapest near it
  const std::vector<Entrant> nobody{missing(99, true), missing(97, false), missing(98, false), missing(1, true),
                                    missing(2, true)};
  CHECK(contenders(nobody, std::vector<std::size_t>{4, 0, 3, 1, 2}) == std::vector<std::size_t>{4, 0, 3, 1});
  const std::vector<Entrant> one{meeting(100), meeting(110)};
  CHECK(contenders(one, std::vector<std::size_t>{0, 1}) == std::vector<std::size_t>{0});
}
