// Provisioned concurrency that changes over time, and the account's other functions.
#include "model/lambda/provisioned_allocation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lambda_runs.hpp"

using namespace lambda_runs;
using model::ProvisionedSchedule;
using model::ProvisionedTracking;

namespace {

constexpr std::int64_t kMinute = 60 * kSecond;

double environmentMinutes(const LambdaTally& t) {
  return static_cast<double>(t.provisionedAllocatedNs) / static_cast<double>(kMinute);
}

LambdaFunction tracked(std::int64_t min, std::int64_t max, double target) {
  LambdaFunction f = plain(1s);
  f.provisionedPlan = ProvisionedTracking{min, max, target};
  return f;
}

// `busy` requests of a minute and a half each that always overlap into `busy` in flight.
std::vector<Request> steadyLoad(int busy, std::int64_t fromNs, std::int64_t toNs) {
  std::vector<Request> requests;
  for (std::int64_t ns = fromNs; ns < toNs; ns += 10 * kSecond)
    for (int i = 0; i < busy; ++i) requests.push_back({ns, 10 * kSecond, 0});
  return requests;
}

} // namespace

TEST_CASE("A schedule is usable after delay and pace, and paid from the request on", "[provisioned]") {
  LambdaFunction f = plain(1s);
  f.provisionedPlan = ProvisionedSchedule{{{0s, 2}, {10min, 602}, {12min, 2}}, 24h};
  const auto r = run(f, plan(30min, 1, 30), {{0, kMs, 0}});
  const auto at = [&](std::size_t minute) { return r.timeline.at(minute).capacity; };
  CHECK(at(1) == 2);
  CHECK(at(11) == 2); // 90 s and 600 / 6,000 min = 6 s after 10 min
  CHECK(at(12) == 602);
  CHECK(at(13) == 2);
  // Two all the time; six hundred for two minutes, which are paid as five.
  CHECK(environmentMinutes(r.windows[0]) == Approx(2 * 30 + 600 * 5));
}

TEST_CASE("A schedule repeats, and begins with what the last step of the period before left", "[provisioned]") {
  LambdaFunction f = plain(1s);
  f.provisionedPlan = ProvisionedSchedule{{{1h, 10}, {2h, 3}}, 4h};
  const auto r = run(f, plan(8h, 1, 16), {{0, kMs, 0}});
  CHECK(r.timeline.at(1).capacity == 3);
  CHECK(r.timeline.at(3).capacity == 10);  // 1.5 h
  CHECK(r.timeline.at(5).capacity == 3);   // 2.5 h
  CHECK(r.timeline.at(11).capacity == 10); // 5.5 h
  CHECK(environmentMinutes(r.windows[0]) == Approx(3 * 8 * 60 + 7 * 2 * 60));
}

TEST_CASE("Requests beyond the provisioned ones spill over to new environments", "[provisioned]") {
  LambdaFunction f = plain();
  f.provisionedPlan = ProvisionedSchedule{{{0s, 3}}, 24h};
  const auto t = tally(f, 1h, steadyLoad(5, 0, kMinute));
  CHECK(t.provisionedStarted == 3 * 6);
  CHECK(t.started == 5 * 6);
  CHECK(t.cold == 2);
}

TEST_CASE("Target tracking scales out after three points above the target", "[provisioned]") {
  // 9 of 10 busy, target 0.5: 18 wanted at the third point, usable 90.08 s later.
  const auto r = run(tracked(10, 100, 0.5), plan(8min, 1, 48), steadyLoad(9, 0, 8 * kMinute));
  const auto at = [&](int seconds) { return r.timeline.at(static_cast<std::size_t>(seconds / 10)).capacity; };
  CHECK(at(180 + 90) == 10);
  CHECK(at(180 + 100) == 18);
}

TEST_CASE("Target tracking scales in after fifteen points below 0.9 of the target, never without data",
          "[provisioned]") {
  // A minute's peak brings 10; then 2 of 10 stay busy: 63 % of a target of 70 % is not reached for fifteen minutes.
  auto f = tracked(2, 10, 0.7);
  f.provisioned = 10; // to begin with
  const auto busy = run(f, plan(20min, 1, 20), steadyLoad(2, 0, 20 * kMinute));
  CHECK(busy.timeline.at(15).capacity == 10);
  CHECK(busy.timeline.at(16).capacity == 3); // 2 / 0.7, rounded up
  const auto idle = run(f, plan(60min, 1, 60), {{0, kMs, 0}});
  CHECK(idle.timeline.at(59).capacity == 10); // no point, no alarm: it stays, and is paid for
}

TEST_CASE("SC-06: the scale-in alarm of a target of 70 % is at 63 %", "[provisioned]") {
  const ProvisionedTracking policy;
  CHECK(policy.target == 0.7);
  CHECK(policy.inFraction * policy.target == Approx(0.63));
  // 12 of 20 busy is 60 %: in. 13 of 20 is 65 %: stays.
  for (const int load : {12, 13}) {
    auto f = tracked(1, 20, 0.7);
    f.provisioned = 20;
    const auto r = run(f, plan(20min, 1, 20), steadyLoad(load, 0, 20 * kMinute));
    CHECK(r.timeline.at(19).capacity == (load == 12 ? 18 : 20));
  }
}

TEST_CASE("Other functions take concurrency from the account, reserved concurrency keeps them out", "[provisioned]") {
  LambdaFunction f = plain(0s);
  f.concurrencyLimit = 10;
  f.requestRateCap = false;
  const auto requests = regular(2000, kSecond / 4, kSecond * 9 / 10); // 3 or 4 busy
  CHECK(tally(f, 600s, requests).outcomes.throttled == 0);

  model::LambdaNeighbour neighbour;
  neighbour.name = "report";
  neighbour.workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(8)};
  neighbour.workload.work.duration = Constant{1s};
  f.neighbours = {neighbour};
  const auto crowded = run(f, plan(600s), requests);
  CHECK(crowded.windows[0].outcomes.throttled > 100);
  CHECK(crowded.neighbours.at(0).throttled > 100);
  CHECK(crowded.neighbours[0].attempts ==
        crowded.neighbours[0].completed + crowded.neighbours[0].failed());

  f.concurrencyLimit = 5; // reserved
  f.neighboursRoom = 5;
  const auto apart = run(f, plan(600s), requests);
  CHECK(apart.windows[0].outcomes.throttled == 0);
  // Erlang B of 8 erlangs on 5 servers, the rate cap aside: 10 a second for each.
  CHECK(static_cast<double>(apart.neighbours[0].throttled) / static_cast<double>(apart.neighbours[0].attempts) ==
        Approx(0.4790).margin(0.03));
}
