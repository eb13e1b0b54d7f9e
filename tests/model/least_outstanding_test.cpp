// The calendar of next events and the sets of instances by count, each against a plain scan.
#include "model/ec2/least_outstanding.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::ec2::CountLevels;
using model::ec2::kNever;
using model::ec2::NextEvents;
using scenarios::Draw;

namespace {

// Some at once, some years later, some never.
std::int64_t drawTime(Draw& draw, std::int64_t t, std::int64_t gap) {
  if (draw.once(12)) return kNever;
  if (draw.once(8)) return t;
  if (draw.once(40)) return kNever - draw.between(1, 3);
  return t + draw.between(0, (draw.once(10) ? 1000 : 10) * gap);
}

// Returns how many events came.
int followEvents(std::uint64_t number) {
  workloads::RandomStream random(number, "test.calendar", 0);
  Draw draw(random);
  const auto size = static_cast<std::size_t>(draw.once(2) ? draw.between(1, 5) : draw.between(1, 300));
  const auto any = [&] { return static_cast<std::size_t>(draw.between(0, static_cast<std::int64_t>(size) - 1)); };
  const std::int64_t gap = draw.upTo(30) + 1;
  std::vector<std::int64_t> times(size, kNever);
  NextEvents events;
  events.reset(size);
  const auto set = [&](std::size_t index, std::int64_t time) { events.set(index, times[index] = time); };
  int came = 0;
  for (std::int64_t t = 0, step = 0; step < 300; ++step) {
    if (draw.once(30)) events.expectGap(draw.once(5) ? draw.upTo(50) : draw.between(0, 2 * gap));
    for (std::int64_t changes = draw.between(0, 3); changes > 0; --changes) set(any(), drawTime(draw, t, gap));
    t += draw.once(50) ? draw.upTo(48) : draw.between(0, 2 * gap);
    if (draw.once(2)) {
      std::vector<std::size_t> due, used;
      for (std::size_t i = 0; i < size; ++i)
        if (times[i] <= t) due.push_back(i);
      events.eachUntil(t, [&](std::size_t index) {
        used.push_back(index);
        set(index, std::min(kNever, drawTime(draw, t + 1, gap)));
      });
      std::ranges::sort(used);
      REQUIRE(used == due);
      came += static_cast<int>(used.size());
    }
    for (std::size_t first; (first = events.firstUntil(t)) != size; ++came) {
      REQUIRE(events.time(first) <= t);
      REQUIRE(events.time(first) == std::ranges::min(times));
      set(first, drawTime(draw, draw.once(2) ? t : times[first], gap));
    }
    REQUIRE(std::ranges::min(times) > t);
  }
  return came;
}

} // namespace

TEST_CASE("The calendar gives the events in order, whatever the length of its days", "[ec2]") {
  int came = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    INFO("calendar " << number);
    came += followEvents(number);
  }
  CHECK(came > 100'000);
}

TEST_CASE("The lowest count goes round the instances that have it", "[ec2]") {
  for (std::uint64_t number = 0; number < 200; ++number) {
    workloads::RandomStream random(number, "test.levels", 0);
    Draw draw(random);
    const auto size = static_cast<std::size_t>(draw.between(1, 200));
    const auto any = [&] { return static_cast<std::size_t>(draw.between(0, static_cast<std::int64_t>(size) - 1)); };
    std::vector<std::int64_t> counts(size, 0);
    CountLevels levels;
    levels.reset(size);
    for (int step = 0; step < 500; ++step) {
      const std::size_t changed = any(), from = any();
      levels.set(changed, counts[changed] = draw.once(20) ? draw.between(0, 50) : draw.between(1, 3));
      const std::int64_t lowest = std::ranges::min(counts);
      std::size_t next = from;
      while (counts[next] != lowest) next = next + 1 == size ? 0 : next + 1;
      REQUIRE(static_cast<std::int64_t>(levels.lowest()) == lowest);
      REQUIRE(levels.pick(from) == next);
    }
  }
}
