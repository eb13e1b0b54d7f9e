// The short ways of the request engine against its plain one, and its quotients against integers of 128 bits.
#include "model/ec2/request_engine.hpp"

#include <algorithm>
#include <set>

#include "model/ec2/worker_turns.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ec2_scenarios.hpp"

using model::Discipline;
using model::Int128;
using model::ec2::Demand;
using model::ec2::EngineLimits;
using model::ec2::kCore;
using model::ec2::RequestEngine;
using model::ec2::RequestsInWork;
using model::ec2::SharedPace;
using model::ec2::TallyRecorder;
using scenarios::Draw;

namespace {

constexpr std::int64_t kHorizon = 1'000'000'000'000'000;

model::ObservationPlan plan() {
  model::ObservationPlan all;
  all.horizon = model::Duration(kHorizon);
  all.hour = all.horizon;
  return all;
}

// An instance, what is recorded of it, and what was rejected.
struct Served {
  explicit Served(const EngineLimits& instance)
      : limits(instance), recorder(plan(), model::Duration(instance.timeout), model::Duration(3)) {}
  template <Discipline D> void oneByOne(const std::vector<Demand>& demands, std::int64_t until) {
    for (const Demand& demand : demands) {
      engine.advance<D>(demand.arrival, limits, recorder);
      rejected += engine.admit<D>(demand, limits, recorder) == RequestEngine::Admission::Rejected ? 1 : 0;
    }
    engine.advance<D>(until, limits, recorder);
  }
  // Every second place of the share is another instance's.
  template <Discipline D> void together(const std::vector<Demand>& demands, std::int64_t until) {
    std::vector<Demand> spread;
    for (const Demand& demand : demands) spread.insert(spread.end(), {demand, {until, 1, kCore}});
    rejected += engine.serve<D>({spread.data(), 2, demands.size()}, until, limits, recorder, line);
  }
  std::vector<std::int64_t> arrivals() const {
    std::vector<std::int64_t> all;
    engine.forEachArrival([&](std::int64_t arrival) { all.push_back(arrival); });
    std::ranges::sort(all);
    return all;
  }
  model::Ec2Tally tally() {
    recorder.closeWindow(0, 0);
    return recorder.takeWindows().at(0);
  }

  EngineLimits limits;
  RequestEngine engine;
  TallyRecorder recorder;
  std::uint64_t rejected = 0;
  std::vector<std::int64_t> line;
};

template <Discipline D> void requireSame(const Served& a, const Served& b, std::int64_t t) {
  REQUIRE(a.rejected == b.rejected);
  REQUIRE(a.engine.inFlight() == b.engine.inFlight());
  REQUIRE(a.engine.coresWanted() == b.engine.coresWanted());
  REQUIRE(a.engine.nextEvent<D>(a.limits) == b.engine.nextEvent<D>(b.limits));
  REQUIRE((a.engine.cpuBusyAt(t, a.limits) == b.engine.cpuBusyAt(t, b.limits)));
  REQUIRE(a.arrivals() == b.arrivals());
}

void requireSame(const model::Ec2Tally& a, const model::Ec2Tally& b) {
  REQUIRE(a.outcomes == b.outcomes);
  REQUIRE((a.inFlightNs == b.inFlightNs));
}

EngineLimits drawLimits(Draw& draw, bool sharing) {
  EngineLimits limits;
  limits.workers = draw.once(3) ? draw.between(1, 40) : draw.between(1, 4);
  // Odd ones too, so that quotients have long fractions.
  limits.cores = draw.once(2) ? draw.between(1, 4) * kCore : draw.between(1, 3 * kCore);
  limits.shared = limits.cores;
  limits.queueLimit = draw.once(3) ? 1000 : draw.between(0, 5);
  limits.timeout = draw.once(3) ? std::int64_t{1} << 50 : draw.between(1, 60);
  if (!sharing) limits.coresForAll = limits.workers <= limits.cores / kCore;
  if (draw.once(6)) limits.link = draw.between(1, 4);
  return limits;
}

struct Loads {
  std::int64_t gap, work;
};
std::vector<Demand> drawStretch(Draw& draw, const Loads& loads, std::int64_t& t) {
  std::vector<Demand> demands;
  for (std::int64_t i = draw.between(0, 60); i > 0; --i) {
    t += draw.once(30) ? draw.upTo(39) : draw.between(0, loads.gap);
    const std::int64_t lasts = draw.once(200) ? draw.upTo(45) : draw.between(0, loads.work);
    demands.push_back({t, lasts, lasts == 0 ? 0 : draw.once(2) ? kCore : draw.between(0, kCore)});
  }
  return demands;
}

struct Ways {
  std::uint64_t shorter = 0;                 // stretches that begin on the shorter way
  std::uint64_t fullAfter = 0, rejected = 0; // of these, where requests wait at their end, and rejected ones
};

template <Discipline D> std::uint64_t compareWays(std::uint64_t number, Ways& ways) {
  workloads::RandomStream random(number, "test.engine", 0);
  Draw draw(random);
  const EngineLimits limits = drawLimits(draw, D == Discipline::ProcessorSharing);
  const std::int64_t scale = draw.once(2) ? 1 : draw.upTo(20) + 1;
  const Loads loads{draw.between(0, 12) * scale, draw.between(0, 20) * scale};
  Served plain(limits), quick(limits);
  if (draw.once(8)) {
    const double perNs = 1 / 6e10;
    const pricing::CreditPlan credits{1, 12, 50 * perNs, pricing::CreditMode::Standard, 40 * perNs};
    for (auto* served : {&plain, &quick}) served->engine.slowDownWith(model::ec2::CreditBalance(credits, 0));
  }
  std::int64_t t = 0;
  for (int stretch = 0; stretch < 8; ++stretch) {
    const auto demands = drawStretch(draw, loads, t);
    t += draw.once(2) ? 0 : draw.between(0, 30 * scale);
    const bool shorter = demands.size() > 1 && quick.engine.takesShorterWay<D>(t, limits);
    const std::uint64_t rejected = quick.rejected;
    plain.oneByOne<D>(demands, t);
    quick.together<D>(demands, t);
    ways.shorter += shorter ? 1 : 0;
    ways.fullAfter += shorter && quick.engine.inFlight() > limits.workers ? 1 : 0;
    ways.rejected += shorter ? quick.rejected - rejected : 0;
    requireSame<D>(plain, quick, t);
  }
  const auto tally = quick.tally();
  requireSame(plain.tally(), tally);
  return tally.outcomes.completed + (tally.outcomes.timedOut << 32);
}

} // namespace

TEST_CASE("A stretch of requests served at once gives what one after the other gives", "[ec2]") {
  std::uint64_t fcfs = 0, sharing = 0;
  Ways inTurns, few;
  for (std::uint64_t number = 0; number < 4000; ++number) {
    INFO("stretch " << number);
    fcfs += compareWays<Discipline::Fcfs>(number, inTurns);
    sharing += compareWays<Discipline::ProcessorSharing>(number, few);
  }
  // Of 32,000 stretches; the others compare the long way with itself.
  for (const auto& ways : {inTurns, few}) {
    CHECK(ways.shorter > 3'000);
    CHECK(ways.fullAfter > 500);
    CHECK(ways.rejected > 5'000);
  }
  for (const auto sum : {fcfs, sharing}) {
    CHECK((sum & 0xffffffff) > 200'000); // completed
    CHECK(sum >> 32 > 50'000);           // timed out
  }
}

TEST_CASE("Progress and waiting are the quotients of integers of 128 bits", "[ec2]") {
  workloads::RandomStream random(1, "test.quotients", 0);
  Draw draw(random);
  std::uint64_t exact = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    const std::int64_t shared = draw.once(2) ? draw.between(1, 448) * kCore : draw.upTo(41) + 1;
    const std::int64_t cores = draw.once(2) ? draw.between(1, 1000) * kCore : draw.upTo(46);
    const SharedPace pace(shared);
    const auto rate = pace.rateOf(cores);
    const Int128 wanted = std::max(cores, shared), perNs = Int128{shared} << SharedPace::kTickBits;
    const std::int64_t elapsed = draw.upTo(38), ticks = pace.progress(elapsed, rate);
    REQUIRE((ticks == elapsed * perNs / wanted));
    exact += elapsed * perNs % wanted == 0 ? 1 : 0;
    // A departure that is due, or one tick beside that.
    const std::int64_t needed = std::max<std::int64_t>(0, draw.once(2) ? ticks - draw.between(0, 1) : draw.upTo(48));
    const Int128 wait = (needed * wanted + perNs - 1) / perNs;
    if (wait < SharedPace::kLongest) REQUIRE((pace.wait(needed, rate) == wait));
    // Any lengths there are: on both sides of what the estimate can do.
    const std::int64_t longer = draw.upTo(52), most = std::numeric_limits<std::int64_t>::max();
    REQUIRE((pace.progress(longer, cores) == longer * perNs / wanted));
    const std::int64_t more = draw.once(2) ? needed : draw.upTo(62);
    REQUIRE((pace.wait(more, cores) == std::min<Int128>(most, (more * wanted + perNs - 1) / perNs)));
  }
  CHECK(exact > 10'000);
}

TEST_CASE("Requests leave in order of their finish, however many there are", "[ec2]") {
  for (std::uint64_t number = 0; number < 500; ++number) {
    workloads::RandomStream random(number, "test.heap", 0);
    Draw draw(random);
    RequestsInWork work;
    std::multiset<std::pair<std::int64_t, std::int64_t>> left; // finish, arrival
    const std::int64_t most = draw.once(2) ? 5 : 100;
    for (std::int64_t step = 0; step < 400; ++step) {
      if (draw.once(100)) {
        work.moveFinishesBack(7);
        std::multiset<std::pair<std::int64_t, std::int64_t>> moved;
        for (const auto& [finish, arrival] : left) moved.insert({finish - 7, arrival});
        left.swap(moved);
      }
      if (draw.once(2) && work.size() < most) {
        const std::int64_t finish = draw.between(0, 50);
        work.push({finish, step, 1, finish});
        left.insert({finish, step});
      } else if (!work.empty()) {
        REQUIRE(work.first().finish == left.begin()->first);
        REQUIRE(left.erase({work.first().finish, work.first().arrival}) == 1);
        work.pop();
      }
      REQUIRE(work.size() == static_cast<std::int64_t>(left.size()));
      REQUIRE(std::ranges::all_of(work, [&](const auto& each) { return left.contains({each.finish, each.arrival}); }));
    }
    work.clear();
    REQUIRE(work.empty());
  }
}

TEST_CASE("Workers come free in order of their finish", "[ec2]") {
  model::ec2::WorkerTurns turns(3, 5);
  for (const std::int64_t finish : {9, 7, 8}) {
    CHECK(turns.next() == 5);
    turns.take(finish);
  }
  for (const std::int64_t free : {7, 8, 9}) {
    CHECK(turns.next() == free);
    turns.take(20);
  }
}
