#include "model/lambda/busy_queue.hpp"

#include <cmath>
#include <set>

#include "tests/support/catch.hpp"
#include "workloads/random.hpp"

using model::lambda::BusyEntry;
using model::lambda::BusyQueue;

namespace {

// Pushes with the given gaps and durations; the queue must give back what an ordered set gives back.
template <class Gap, class Lasts> void compare(int pushes, Gap gap, Lasts lasts) {
  BusyQueue queue;
  std::set<std::pair<std::int64_t, std::uint64_t>> expected;
  std::int64_t now = 0;
  bool same = true;
  for (int i = 0; i < pushes && same; ++i) {
    now += gap(i);
    queue.popUntil(now, [&](const BusyEntry& entry) {
      same = same && !expected.empty() && *expected.begin() == std::pair(entry.finishNs, entry.tag);
      if (same) expected.erase(expected.begin());
    });
    same = same && (expected.empty() || expected.begin()->first > now) && queue.size() == expected.size();
    const BusyEntry entry(now + lasts(i), static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(i % 1000));
    expected.emplace(entry.finishNs, entry.tag);
    queue.push(entry);
  }
  REQUIRE(same);
  std::size_t seen = 0;
  queue.forEach([&](const BusyEntry& entry) { seen += expected.count({entry.finishNs, entry.tag}); });
  REQUIRE(seen == expected.size());
  queue.popUntil(INT64_MAX / 2, [&](const BusyEntry& entry) {
    same = same && *expected.begin() == std::pair(entry.finishNs, entry.tag);
    expected.erase(expected.begin());
  });
  REQUIRE(same);
  REQUIRE(expected.empty());
}

std::int64_t whole(double value) { return static_cast<std::int64_t>(value); }

} // namespace

TEST_CASE("A busy entry carries the environment under the number of the request", "[lambda][busy_queue]") {
  const BusyEntry entry(5, (std::uint64_t{1} << 40) - 1, BusyEntry::kEnvironmentMask);
  CHECK(entry.environment() == BusyEntry::kEnvironmentMask);
  CHECK(BusyEntry(5, 7, 900) < BusyEntry(5, 8, 3));
  CHECK(BusyEntry(4, 9, 0) < BusyEntry(5, 8, 0));
}

TEST_CASE("The busy queue gives entries back in order of finish, then of arrival", "[lambda][busy_queue]") {
  workloads::RandomStream r(1, "test.busy_queue", 0);
  SECTION("few and many at once") {
    for (double mean : {1e3, 1e7, 1e9})
      compare(
          20'000, [&](int) { return whole(1e6 * r.exponential()); },
          [&](int) { return whole(mean * r.exponential()); });
  }
  SECTION("ties, zero spans and everything at one instant") {
    compare(
        5000, [&](int) { return whole(3 * r.uniform()); }, [&](int) { return whole(6 * r.uniform()); });
    compare(
        5000, [](int) { return 0; }, [&](int) { return whole(2 * r.uniform()); });
    compare(
        5000, [](int i) { return i % 1000 == 999 ? 1'000'000'000 : 0; }, [](int) { return 1'000'000; });
  }
  SECTION("heavy tails beyond the calendar's year") {
    compare(
        20'000, [&](int) { return whole(1e6 * r.exponential()); },
        [&](int) { return whole(1e5 * std::pow(r.uniform(), -2.0)); });
  }
  SECTION("rates that jump by a factor of a million, and long silences") {
    compare(
        40'000, [&](int i) { return whole((i / 5000 % 2 ? 1e3 : 1e9) * r.exponential()); },
        [&](int) { return whole(1e7 * r.exponential()); });
    compare(
        2000, [&](int i) { return i % 100 == 0 ? 3'600'000'000'000 : 1000; },
        [&](int) { return whole(1e6 * r.uniform()); });
  }
}
