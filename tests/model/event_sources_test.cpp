// The four ways of events to a function, each against runs that can be followed by hand, and what must hold in every
// run: no request and no delivery is ever lost from the counts.
#include <map>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/lambda_runs.hpp"

using namespace lambda_runs;

namespace {

constexpr std::int64_t kMinute = 60 * kSecond;

// One whole vCPU, so that cpu time is duration.
LambdaFunction function(const model::EventSource& source, std::int64_t limit = 1000) {
  LambdaFunction f = plain();
  f.source = source;
  f.concurrencyLimit = limit;
  f.requestRateCap = false;
  return f;
}

double latencyS(const LambdaTally& t, double p) { return t.outcomes.latency.quantileSeconds(p); }

} // namespace

// ---- a client that waits ----

TEST_CASE("a throttled client comes back after its backoff, doubled each time", "[events]") {
  model::ClientRetries client;
  client.attempts = 3;
  client.backoff = 400ms;
  client.jitter = model::Jitter::None;
  // The second request is refused at 0.5 s and at 0.9 s, starts at 1.7 s and ends at 2.7 s.
  const auto t = tally(function(client, 1), 10s, {{0, kSecond, 0}, {kSecond / 2, kSecond, 0}});
  CHECK(t.outcomes.completed == 2);
  CHECK(t.source.firstDeliveries == 2);
  CHECK(t.source.redeliveries == 2);
  CHECK(t.source.throttled == 2);
  CHECK(t.source.succeeded == 2);
  CHECK(t.throttledConcurrency == 2);
  CHECK(latencyS(t, 1) == Approx(2.2));
  CHECK(static_cast<double>(t.source.backlogNs) * 1e-9 == Approx(1.2));
  CHECK(t.source.peakBacklog == 1);
}

TEST_CASE("a client that has no attempt left counts as what its last attempt met", "[events]") {
  model::ClientRetries client;
  client.attempts = 2;
  client.jitter = model::Jitter::None;
  CHECK(tally(function(client, 1), 10s, {{0, 5 * kSecond, 0}, {kSecond, kSecond, 0}}).outcomes.throttled == 1);

  auto failing = function(client);
  failing.failures.errorRate = 1;
  const auto errors = tally(failing, 10s, {{0, kSecond / 10, 0}});
  CHECK(errors.outcomes.errored == 1);
  CHECK(errors.started == 2);
  CHECK(errors.billedMs == 200); // attempts are billed
  CHECK(errors.source.errored == 2);

  auto slow = function(client);
  slow.timeout = 1s;
  const auto timeouts = tally(slow, 10s, {{0, 3 * kSecond, 0}});
  CHECK(timeouts.outcomes.timedOut == 1);
  CHECK(timeouts.source.timedOut == 2);
}

TEST_CASE("a client that loses patience leaves an attempt that runs on and is billed", "[events]") {
  model::ClientRetries client;
  client.attempts = 2;
  client.backoff = 100ms;
  client.jitter = model::Jitter::None;
  client.patience = 300ms;
  const auto t = tally(function(client), 10s, {{0, kSecond, 0}});
  CHECK(t.outcomes.timedOut == 1);
  CHECK(t.source.abandoned == 2);
  CHECK(t.source.succeeded == 2);
  CHECK(t.cold == 2); // the first environment was still at it
  CHECK(t.billedMs == 2000);
}

TEST_CASE("jitter draws all, half or nothing of a backoff", "[events]") {
  for (const auto jitter : {model::Jitter::None, model::Jitter::Equal, model::Jitter::Full}) {
    model::ClientRetries client;
    client.attempts = 2;
    client.backoff = client.longestBackoff = 10s;
    client.jitter = jitter;
    auto f = function(client, 1000);
    f.failures.errorRate = 1;
    const auto requests = regular(2000, kMinute, kMs);
    const auto t = tally(f, 2001min, requests);
    // Mean wait for the second attempt.
    const double waitS = static_cast<double>(t.source.backlogNs) * 1e-9 / 2000;
    const double expected = jitter == model::Jitter::None ? 10 : jitter == model::Jitter::Equal ? 7.5 : 5;
    CHECK(waitS == Approx(expected).margin(4 * 10 / std::sqrt(12.0 * 2000)));
  }
}

TEST_CASE("a slow downstream and retrying clients make a storm, and it ends with them", "[events]") {
  model::ClientRetries client;
  client.attempts = 4;
  client.patience = 1s;
  auto f = function(client, 50);
  f.failures.slowdowns = {{60s, 60s, 20.0}};
  std::vector<Request> requests;
  for (int i = 0; i < 3600; ++i) requests.push_back({i * kSecond / 20, 0, kSecond / 10});
  const auto r = run(f, plan(180s, 3), requests);
  CHECK(r.windows[0].source.redeliveries == 0);
  CHECK(r.windows[1].source.redeliveries > 1000); // 1,200 requests
  CHECK(r.windows[1].source.throttled > 0);
  CHECK(r.windows[2].outcomes.completed > 1100);
}

// ---- lost machines ----

TEST_CASE("an environment whose machine is lost fails its call there and is not used again", "[events][losses]") {
  auto f = function(model::ClientRetries{});
  f.failures.lostInstances = {{4s, 1}};
  // Two environments; number 0 dies at 4 s inside its first call, number 1 goes on and serves the third request.
  const auto t = tally(f, 60s, {{0, 10 * kSecond, 0}, {kSecond, kSecond, 0}, {5 * kSecond, kSecond, 0}});
  CHECK(t.outcomes.errored == 1);
  CHECK(t.outcomes.completed == 2);
  CHECK(t.source.crashed == 1);
  CHECK(t.cold == 2);
  CHECK(t.billedMs == 4000 + 1000 + 1000);
  CHECK(t.environmentsEnded == 1);
  // Idle when it dies: the next one is new.
  CHECK(tally(f, 60s, {{0, kSecond, 0}, {5 * kSecond, kSecond, 0}}).cold == 2);
  CHECK(tally(f, 60s, {{0, kSecond, 0}, {3 * kSecond, kSecond / 2, 0}}).cold == 1);
}

TEST_CASE("a lost zone takes its share of the environments, and what is retried is done", "[events][losses]") {
  model::AsyncRetries async;
  auto f = function(async);
  f.zones = 2;
  f.failures.lostZones = {{4s, 1h}};
  std::vector<Request> requests;
  for (int i = 0; i < 4; ++i) requests.push_back({i * kMs, 10 * kSecond, 0});
  const auto t = tally(f, 10min, requests);
  CHECK(t.source.crashed == 2); // numbers 0 and 2
  CHECK(t.outcomes.completed == 4);
  CHECK(t.source.redeliveries == 2);
}

TEST_CASE("a deployment begins with new environments, and a bad one fails its share", "[events][losses]") {
  auto f = function(model::ClientRetries{});
  f.failures.badDeployments = {{5s, 10s, 1.0}};
  const auto t = tally(
      f, 60s, {{0, kSecond, 0}, {2 * kSecond, kSecond, 0}, {6 * kSecond, kSecond, 0}, {20 * kSecond, kSecond, 0}});
  CHECK(t.cold == 3); // at 0, for the bad version, for the old one again
  CHECK(t.outcomes.errored == 1);
  CHECK(t.outcomes.completed == 3);
  CHECK(t.billedMs == 4000);
}

// ---- Lambda's own queue ----

TEST_CASE("a throttled event waits in Lambda's queue, 1 s doubling", "[events]") {
  // Refused at 1 s and after a half to the whole of 1, 2, 4 s more, perhaps of 8 s; free from 10 s on.
  const auto t = tally(function(model::AsyncRetries{}, 1), 60s, {{0, 10 * kSecond, 0}, {kSecond, 10 * kSecond, 0}});
  CHECK(t.outcomes.completed == 2);
  CHECK((t.source.throttled == 4 || t.source.throttled == 5));
  CHECK(latencyS(t, 1) >= 19);
  CHECK(latencyS(t, 1) <= 25 + 8);
}

TEST_CASE("a failed event is tried again after one and two minutes, then given up", "[events]") {
  auto f = function(model::AsyncRetries{});
  f.failures.errorRate = 1;
  const auto r = run(f, plan(10min, 1), {{0, kSecond, 0}});
  CHECK(r.windows[0].started == 3);
  CHECK(r.windows[0].outcomes.errored == 1);
  CHECK(static_cast<double>(r.windows[0].source.backlogNs) * 1e-9 == Approx(180));

  model::AsyncRetries young;
  young.maxAge = 1min; // the second try would come at 61 s
  f.source = young;
  const auto expired = tally(f, 10min, {{0, kSecond, 0}});
  CHECK(expired.started == 1);
  CHECK(expired.outcomes.expired == 1);
}

TEST_CASE("a poisonous event fails in every attempt, others do not", "[events]") {
  auto f = function(model::AsyncRetries{});
  f.failures.poisonRate = 0.1;
  const auto t = tally(f, 2000s, regular(10'000, kSecond / 10, kMs));
  CHECK(t.outcomes.errored == t.source.errored / 3);
  CHECK(static_cast<double>(t.outcomes.errored + t.outcomes.expired) == Approx(1000).margin(4 * std::sqrt(900.0)));
}

// ---- SQS ----

TEST_CASE("batches form while all pollers are busy", "[events]") {
  // Five go alone at once, ten each when the first two of these end.
  const auto t = tally(function(model::QueueMapping{}), 60s, regular(25, 0, kSecond / 10));
  CHECK(t.started == 7);
  CHECK(t.outcomes.completed == 25);
  CHECK(latencyS(t, 0.2) == Approx(0.1));
  CHECK(latencyS(t, 1) == Approx(1.1));
  CHECK(t.source.peakBacklog == 20);
  CHECK(t.source.longestWaitNs == kSecond / 10);
}

TEST_CASE("a window holds a batch until it is full or over", "[events]") {
  model::QueueMapping queue;
  queue.window = 1s;
  auto requests = regular(10, 0, kSecond / 10);
  for (int i = 0; i < 3; ++i) requests.push_back({kSecond / 2, kSecond / 10, 0});
  const auto t = tally(function(queue), 60s, requests);
  CHECK(t.started == 2);
  CHECK(latencyS(t, 0.5) == Approx(1.0)); // ten messages of 100 ms, at once
  CHECK(latencyS(t, 1) == Approx(1.3));   // until 1.5 s, then three
}

TEST_CASE("a failed message comes back after its visibility timeout, then goes to the dead letters", "[events]") {
  model::QueueMapping queue;
  queue.visibilityTimeout = 10s;
  queue.maxReceives = 3;
  auto f = function(queue);
  f.timeout = 10s;
  f.failures.errorRate = 1;
  const auto t = tally(f, 5min, {{0, kSecond, 0}});
  CHECK(t.started == 3); // at 0, 10 and 20 s
  CHECK(t.outcomes.errored == 1);
  CHECK(static_cast<double>(t.source.backlogNs) * 1e-9 == Approx(18));
}

TEST_CASE("with partial failures only failed messages of a batch return", "[events]") {
  model::QueueMapping queue;
  queue.visibilityTimeout = 10s;
  auto f = function(queue);
  f.timeout = 10s;
  f.failures.errorRate = 0.2;
  const auto whole = tally(f, 1h, regular(2000, 0, kMs));
  queue.partialFailures = true;
  f.source = queue;
  const auto partial = tally(f, 1h, regular(2000, 0, kMs));
  CHECK(whole.source.deliveries() > 2 * partial.source.deliveries());
  CHECK(partial.outcomes.completed > whole.outcomes.completed);
  // A message is delivered 1 / (1 - 0.2) times on average while receives last.
  CHECK(static_cast<double>(partial.source.deliveries()) / 2000 == Approx(1.25).margin(0.05));
}

TEST_CASE("a queue holds back at the function's limit and loses nothing", "[events]") {
  model::QueueMapping queue;
  queue.batchSize = 1;
  const auto t = tally(function(queue, 2), 60s, regular(20, 0, kSecond));
  CHECK(t.peakBusy == 2);
  CHECK(t.outcomes.completed == 20);
  CHECK(t.source.redeliveries == 0);
  CHECK(t.source.throttled == 0);
  CHECK(latencyS(t, 1) == Approx(10));
}

TEST_CASE("pollers start with 5 and grow by 300 a minute to 1,250", "[events]") {
  model::QueueMapping queue;
  queue.batchSize = 1;
  auto f = function(queue, 5000);
  f.growth.reset();
  const auto r = run(f, plan(400s, 1, 40), regular(4000, 0, 1000 * kSecond));
  const auto at = [&](std::size_t tenSeconds) { return r.timeline.at(tenSeconds).inFlight; };
  CHECK(at(1) == 5 + 49); // just before 10 s: one every 200 ms
  CHECK(at(6) == 5 + 299);
  CHECK(at(30) == 1250);
}

TEST_CASE("provisioned pollers keep ten invokes each and are paid for as long as they are there", "[events]") {
  model::QueueMapping queue;
  queue.batchSize = 1;
  queue.provisioned = model::ProvisionedPollers{2, 2};
  const auto t = tally(function(queue), 100s, regular(100, 0, 2 * kSecond));
  CHECK(t.peakBusy == 20);
  CHECK(t.source.pollerNs == model::Int128{2} * 100 * kSecond);
  CHECK(t.outcomes.completed == 100);
}

TEST_CASE("SC-08: a FIFO queue runs as many batches as it has groups, a stream as many as it has lanes", "[events]") {
  model::QueueMapping fifo;
  fifo.groups = 6;
  fifo.maxConcurrency = 10;
  fifo.firstConcurrency = 10;
  CHECK(tally(function(fifo), 1h, regular(600, kMs, kSecond)).peakBusy == 6);

  model::StreamMapping stream;
  stream.shards = 100;
  stream.factor = 2;
  stream.batchSize = 1;
  CHECK(tally(function(stream), 1h, regular(4000, kMs, kSecond)).peakBusy == 200);
}

TEST_CASE("a FIFO group keeps its order: a failed message blocks those behind it", "[events]") {
  model::QueueMapping fifo;
  fifo.groups = 1;
  fifo.batchSize = 1;
  fifo.visibilityTimeout = 10s;
  fifo.maxReceives = 2;
  auto f = function(fifo);
  f.timeout = 10s;
  f.failures.errorRate = 1;
  // Each takes two receives 10 s apart: the k-th is given up at (k - 1) 10 s + 10 s + 1 s.
  const auto t = tally(f, 5min, regular(3, 0, kSecond));
  CHECK(t.outcomes.errored == 3);
  CHECK(t.started == 6);
  CHECK(t.peakBusy == 1);
}

TEST_CASE("what waits at the horizon is counted and billed where it arrived, in runs and windows alike", "[events]") {
  model::QueueMapping queue;
  queue.batchSize = 1;
  const auto f = function(queue, 1);
  // Each takes a second, four arrive a second for 20 s: the queue is emptied a minute after the horizon.
  const auto requests = regular(80, kSecond / 4, kSecond);
  const auto whole = tally(f, 20s, requests);
  CHECK(whole.outcomes.completed == 80);
  CHECK(whole.started == 80);
  CHECK(whole.billedMs == 80'000);
  CHECK(whole.source.firstDeliveries == 80);
  CHECK(whole.source.backlogGrowth == 60); // those of 20 s to come, the one at the end of the 20th included
  CHECK(static_cast<double>(whole.busyNs) * 1e-9 == Approx(20)); // environments' time where it passes
  CHECK(whole.source.longestWaitNs > 59 * kSecond);

  std::int64_t growth = 0;
  for (const auto& window : run(f, plan(20s, 4), requests).windows) {
    CHECK(window.started == 20);
    CHECK(window.source.deliveries() == 20);
    CHECK(window.billedMs == 20'000);
    growth += window.source.backlogGrowth;
  }
  CHECK(growth == whole.source.backlogGrowth);
}

TEST_CASE("events that were refused together do not come back together", "[events]") {
  model::AsyncRetries async;
  // 100 at once for ten places, a second each: no less than ten seconds; in lockstep it would be minutes.
  std::vector<Request> burst(100, {0, kSecond, 0});
  const auto t = tally(function(async, 10), 10min, burst);
  CHECK(t.outcomes.completed == 100);
  CHECK(latencyS(t, 1) > 10);
  CHECK(latencyS(t, 1) < 40);
}

// ---- Kinesis ----

TEST_CASE("a batch of records is 6 MB at most", "[events]") {
  model::StreamMapping stream;
  stream.batchSize = 1000;
  stream.window = 10s;
  stream.recordSize = pricing::ByteCount::bytes(1024 * 1024);
  const auto t = tally(function(stream), 1000s, regular(60, 0, kMs));
  CHECK(t.outcomes.completed == 60);
  CHECK(t.started == 10);
}

TEST_CASE("a record waits for its shard's next poll, at most a second", "[events]") {
  model::StreamMapping stream;
  const auto t = tally(function(stream), 1000s, regular(100, 10 * kSecond, kMs));
  CHECK(t.outcomes.completed == 100);
  CHECK(t.source.longestWaitNs <= kSecond);
  CHECK(latencyS(t, 0) == latencyS(t, 1)); // ten seconds apart: always the same phase
}

TEST_CASE("a failing batch blocks its lane until it is given up", "[events]") {
  model::StreamMapping stream;
  stream.retries = 2;
  stream.batchSize = 1;
  auto f = function(stream);
  f.failures.errorRate = 1;
  const auto t = tally(f, 1000s, regular(2, 0, kMs));
  CHECK(t.outcomes.errored == 2);
  CHECK(t.started == 6);
  // Two polls of a second for each record, and the second begins when the first is given up.
  CHECK(t.source.longestWaitNs >= 2 * kSecond);

  stream.retries.reset();
  stream.maxAge = 30s;
  f.source = stream;
  const auto aged = tally(f, 1000s, regular(2, 0, kMs));
  CHECK(aged.outcomes.expired == 2);

  stream.maxAge.reset();
  f.source = stream;
  CHECK(tally(f, 1000s, regular(2, 0, kMs)).outcomes.unfinished == 2); // for ever, unless somebody limits it
}

TEST_CASE("bisecting loses the poisonous record alone", "[events]") {
  model::StreamMapping stream;
  stream.retries = 1;
  stream.batchSize = 64;
  auto f = function(stream);
  f.failures.poisonRate = 0.02;
  const auto requests = regular(640, kMs, kMs);
  const auto whole = tally(f, 1000s, requests);
  stream.bisect = true;
  f.source = stream;
  const auto halved = tally(f, 1000s, requests);
  CHECK(whole.outcomes.errored > 64);
  CHECK(halved.outcomes.errored < 30);
  CHECK(halved.outcomes.errored + halved.outcomes.completed == 640);
}

// ---- what must hold in every run ----

namespace {

class Maker {
 public:
  explicit Maker(std::uint64_t number) : m_random(2027, "test.events", number) {}

  LambdaFunction make() {
    LambdaFunction f = plain(Duration(small(3) * kSecond / 10), Duration((1 + small(20)) * kSecond));
    f.concurrencyLimit = 1 + small(6);
    if (m_random.below(2) == 0) f.growth = model::GrowthLimit{1 + small(3), 1 + small(3), 10s};
    f.requestRateCap = false;
    f.timeout = m_random.below(2) == 0 ? 900s : 1s;
    if (m_random.below(2) == 0) f.failures.errorRate = 0.3;
    if (m_random.below(3) == 0) f.failures.crashRate = 0.2;
    if (m_random.below(3) == 0) f.failures.poisonRate = 0.1;
    if (m_random.below(3) == 0) f.failures.slowdowns = {{5s, 20s, 5.0}};
    f.source = source();
    return f;
  }
  std::vector<Request> requests() {
    std::vector<Request> list;
    std::int64_t now = 0;
    for (std::int64_t i = 0, n = 20 + small(200); i < n; ++i) {
      list.push_back({now, small(15) * kSecond / 10, small(3) * kSecond / 10});
      now += small(4) * kSecond / 10;
    }
    return list;
  }

 private:
  std::int64_t small(std::int64_t below) {
    return static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(below)));
  }
  model::EventSource source() {
    switch (m_random.below(4)) {
    case 0: {
      model::ClientRetries client;
      client.attempts = 2 + small(3);
      if (m_random.below(2) == 0) client.patience = 700ms;
      return client;
    }
    case 1: {
      model::AsyncRetries async;
      async.errorRetries = small(3);
      if (m_random.below(2) == 0) async.maxAge = 2min;
      return async;
    }
    case 2: {
      model::QueueMapping queue;
      queue.batchSize = 1 + small(5);
      queue.groups = m_random.below(2) == 0 ? 0 : 1 + small(4);
      if (queue.groups == 0 && m_random.below(2) == 0) queue.window = 2s;
      queue.visibilityTimeout = 30s;
      queue.maxReceives = 1 + small(3);
      queue.partialFailures = m_random.below(2) == 0;
      if (m_random.below(4) == 0) queue.provisioned = model::ProvisionedPollers{2, 4};
      return queue;
    }
    default: break;
    }
    model::StreamMapping stream;
    stream.shards = 1 + small(3);
    stream.factor = 1 + small(2);
    stream.batchSize = 1 + small(8);
    if (m_random.below(2) == 0) stream.window = 2s;
    if (m_random.below(2) == 0) stream.retries = small(4);
    if (m_random.below(2) == 0) stream.maxAge = 60s;
    stream.bisect = m_random.below(2) == 0;
    stream.partialFailures = m_random.below(2) == 0;
    return stream;
  }

  workloads::RandomStream m_random;
};

} // namespace

TEST_CASE("for every source, requests are the sum of their outcomes and deliveries the sum of theirs", "[events]") {
  std::map<std::size_t, std::uint64_t> redelivered, lost;
  for (std::uint64_t number = 0; number < 1200; ++number) {
    Maker maker(number);
    const LambdaFunction f = maker.make();
    const auto requests = maker.requests();
    const auto horizon = Duration(requests.back().arrival + 1) + 5h;
    const auto r = run(f, plan(horizon, 3, 20), requests);
    INFO("scenario " << number << ", source " << f.source.index());
    std::uint64_t attempts = 0, first = 0, unfinished = 0;
    for (const auto& t : r.windows) {
      const auto& o = t.outcomes;
      const auto& s = t.source;
      REQUIRE(o.attempts == o.completed + o.failed());
      REQUIRE(o.latency.count() == o.completed);
      REQUIRE(s.deliveries() == s.throttled + s.succeeded + s.errored + s.crashed + s.timedOut);
      if (f.source.index() < 2) REQUIRE(t.started == s.deliveries() - s.throttled);
      attempts += o.attempts;
      first += s.firstDeliveries;
      unfinished += o.unfinished;
      redelivered[f.source.index()] += s.redeliveries;
      lost[f.source.index()] += o.failed();
    }
    REQUIRE(attempts == requests.size());
    REQUIRE(first <= attempts);
    if (unfinished == 0 && f.source.index() != 3) REQUIRE(first == attempts);
    // The run is the same whatever the batches in which requests are fed.
    const auto again = run(f, plan(horizon, 3, 20), requests, 1);
    REQUIRE(again.windows == r.windows);
  }
  for (const std::size_t source : {0, 1, 2, 3}) {
    CHECK(redelivered[source] > 1000);
    CHECK(lost[source] > 100);
  }
}

TEST_CASE("windows of an event run add up to the run with one window", "[events]") {
  for (std::uint64_t number = 0; number < 100; ++number) {
    Maker maker(number);
    const LambdaFunction f = maker.make();
    const auto requests = maker.requests();
    const auto horizon = Duration(requests.back().arrival + 1) + 30min;
    const auto one = run(f, plan(horizon), requests).windows.front();
    model::SourceTally all;
    model::Int128 busy = 0, idle = 0;
    std::uint64_t completed = 0;
    for (const auto& t : run(f, plan(horizon, 4), requests).windows) {
      all += t.source;
      busy += t.busyNs;
      idle += t.idleNs;
      completed += t.outcomes.completed;
    }
    REQUIRE(all == one.source);
    REQUIRE(busy == one.busyNs);
    REQUIRE(idle == one.idleNs);
    REQUIRE(completed == one.outcomes.completed);
  }
}
