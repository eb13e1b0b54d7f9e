// Limits of the settings in lambda/event_source.hpp. AWS Lambda developer guide: Lambda quotas, SQS and Kinesis
// parameters, SQS scaling, provisioned concurrency (copies of Dec 2022 and Sep-Oct 2026).
#include "model/scenario_review.hpp"

namespace model {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kAlwaysUnreserved = 100; // of an account's concurrency, whatever is reserved
constexpr std::int64_t kLargestBatch = 10'000, kLargestFifoBatch = 10, kBatchWithoutWindow = 10;
constexpr Duration kLongestWindow = seconds(300);

void reviewClient(Review& review, const ClientRetries& client) {
  const std::string at = "/lambda/client";
  review.within<std::int64_t>(at + "/attempts", client.attempts, 1, 100, "a whole number");
  review.within<Duration>(at + "/backoff", client.backoff, {}, hours(1), "a time");
  review.within<Duration>(at + "/longest_backoff", client.longestBackoff, client.backoff, hours(24), "a time");
  if (client.patience) review.within<Duration>(at + "/patience", *client.patience, milliseconds(1), hours(1), "a time");
}

void reviewAsync(Review& review, const AsyncRetries& async) {
  const std::string at = "/lambda/async";
  review.within<std::int64_t>(at + "/error_retries", async.errorRetries, 0, 2, "a whole number");
  review.within<Duration>(at + "/max_age", async.maxAge, minutes(1), hours(6), "a time");
  review.within<Duration>(at + "/backoff", async.backoff, milliseconds(1), hours(1), "a time");
  review.within<Duration>(at + "/longest_backoff", async.longestBackoff, async.backoff, hours(6), "a time");
  review.within<Duration>(at + "/error_delay", async.errorDelay, {}, hours(1), "a time");
}

void reviewPollers(Review& review, const QueueMapping& queue) {
  const std::string at = "/lambda/queue/pollers";
  review.within<std::int64_t>(at + "/min", queue.provisioned->min, 2, 200, "a whole number");
  review.within<std::int64_t>(at + "/max", queue.provisioned->max, std::max<std::int64_t>(2, queue.provisioned->min),
                              2000, "a whole number");
  if (queue.maxConcurrency)
    review.add("/lambda/queue/max_concurrency", shown(*queue.maxConcurrency),
               "\"none\", because provisioned pollers have no maximum concurrency; set pollers.max");
}

void reviewFifo(Review& review, const QueueMapping& queue) {
  if (queue.batchSize > kLargestFifoBatch)
    review.add("/lambda/queue/batch_size", shown(queue.batchSize),
               fmt::format("at most {} for a FIFO queue (groups above 0)", kLargestFifoBatch));
  if (queue.window > Duration{})
    review.add("/lambda/queue/window", shown(queue.window), "0s for a FIFO queue (groups above 0)");
}

void reviewQueue(Review& review, const LambdaSetup& lambda) {
  const auto& queue = lambda.queue;
  const std::string at = "/lambda/queue";
  review.within<std::int64_t>(at + "/batch_size", queue.batchSize, 1, kLargestBatch, "a whole number");
  review.within<Duration>(at + "/window", queue.window, {}, kLongestWindow, "a time");
  if (queue.batchSize > kBatchWithoutWindow && queue.batchSize <= kLargestBatch && queue.window < seconds(1) &&
      queue.groups == 0)
    review.add(at + "/window", shown(queue.window),
               fmt::format("at least 1s for batches of more than {}", kBatchWithoutWindow));
  if (queue.maxConcurrency)
    review.within<std::int64_t>(at + "/max_concurrency", *queue.maxConcurrency, 2, 1000, "a whole number");
  if (queue.visibilityTimeout)
    review.within<Duration>(at + "/visibility_timeout", *queue.visibilityTimeout, lambda.timeout, hours(12),
                            "a time not below lambda.timeout,");
  review.within<std::int64_t>(at + "/max_receives", queue.maxReceives, 1, 1000, "a whole number");
  review.within<std::int64_t>(at + "/groups", queue.groups, 0, 1'000'000, "a whole number");
  if (queue.groups > 0) reviewFifo(review, queue);
  if (queue.provisioned) reviewPollers(review, queue);
}

void reviewStream(Review& review, const StreamMapping& stream) {
  const std::string at = "/lambda/stream";
  review.within<std::int64_t>(at + "/shards", stream.shards, 1, 10'000, "a whole number");
  review.within<std::int64_t>(at + "/parallelisation_factor", stream.factor, 1, 10, "a whole number");
  review.within<std::int64_t>(at + "/batch_size", stream.batchSize, 1, kLargestBatch, "a whole number");
  review.within<Duration>(at + "/window", stream.window, {}, kLongestWindow, "a time");
  if (stream.retries) review.within<std::int64_t>(at + "/retries", *stream.retries, 0, 10'000, "a whole number");
  if (stream.maxAge) review.within<Duration>(at + "/max_age", *stream.maxAge, minutes(1), seconds(604'800), "a time");
}

// ---- provisioned concurrency over time ----

struct PlanReview {
  Review& review;
  std::int64_t most;

  void operator()(std::monostate) const {}
  void operator()(const ProvisionedSchedule& plan) const {
    const std::string at = "/lambda/provisioned_plan";
    review.within<Duration>(at + "/period", plan.period, minutes(1), hours(24 * 366), "a time");
    if (plan.steps.empty())
      review.add(at + "/steps", "an empty list", "at least one step such as {\"at\": \"8h\", \"count\": 50}");
    Duration last{-1};
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      const auto& step = plan.steps[i];
      const auto place = fmt::format("{}/steps/{}", at, i);
      if (step.at <= last || step.at >= plan.period)
        review.add(place + "/at", shown(step.at), "a time after the step before and within the period");
      count(place + "/count", step.count, 0);
      last = std::max(last, step.at);
    }
  }
  void operator()(const ProvisionedTracking& plan) const {
    const std::string at = "/lambda/provisioned_plan";
    count(at + "/min", plan.min, 1);
    count(at + "/max", plan.max, std::max<std::int64_t>(1, plan.min));
    review.within(at + "/target", plan.target, 0.1, 0.9, "a share");
    review.within(at + "/out_points", plan.outPoints, 1, 60, "a whole number");
    review.within(at + "/in_points", plan.inPoints, 1, 60, "a whole number");
    review.within(at + "/in_fraction", plan.inFraction, 0.01, 1.0, "a share");
  }

 private:
  void count(const std::string& place, std::int64_t value, std::int64_t least) const {
    if (value >= least && value <= most) return;
    review.add(place, shown(value), fmt::format("a whole number from {} to {}, what can be provisioned", least, most));
  }
};

// ---- other functions ----

void reviewNeighbour(Review& review, const LambdaNeighbour& neighbour, const std::string& at) {
  review.adopt(workloads::problems(neighbour.workload.arrivals, at + "/arrivals"));
  if (std::holds_alternative<workloads::TraceArrivals>(neighbour.workload.arrivals))
    review.add(at + "/arrivals/kind", "\"trace\"", "arrivals that are drawn: a neighbour has no trace");
  if (neighbour.workload.work.duration)
    review.adopt(workloads::problems(*neighbour.workload.work.duration, at + "/work"));
  else
    review.add(at + "/work", "no duration", "a work distribution: a neighbour has no trace");
  review.within<Duration>(at + "/timeout", neighbour.timeout, seconds(1), seconds(900), "a time");
}

std::int64_t mostProvisioned(const LambdaSetup& lambda) {
  std::int64_t most = lambda.provisionedConcurrency;
  if (const auto* tracking = std::get_if<ProvisionedTracking>(&lambda.provisionedPlan)) most = tracking->max;
  if (const auto* schedule = std::get_if<ProvisionedSchedule>(&lambda.provisionedPlan))
    for (const auto& step : schedule->steps) most = std::max(most, step.count);
  return most;
}

// What all functions reserve leaves 100 of the account to whoever reserves nothing.
void reviewNeighbours(Review& review, const LambdaSetup& lambda) {
  std::int64_t reserved = lambda.reservedConcurrency.value_or(mostProvisioned(lambda));
  for (std::size_t i = 0; i < lambda.neighbours.size(); ++i) {
    const auto at = fmt::format("/lambda/neighbours/{}", i);
    reviewNeighbour(review, lambda.neighbours[i], at);
    const auto own = lambda.neighbours[i].reserved.value_or(0);
    reserved += own;
    const std::int64_t most = lambda.accountConcurrency - kAlwaysUnreserved;
    if (own < 0 || (own > 0 && reserved > most))
      review.add(at + "/reserved_concurrency", shown(own),
                 fmt::format("what the others leave of {}, because 100 of the account's {} stay unreserved",
                             std::max<std::int64_t>(most, 0), lambda.accountConcurrency));
  }
}

void reviewLosses(Review& review, const Failures& failures) {
  const auto at = [](std::string_view list, std::size_t i, std::string_view key) {
    return fmt::format("/workload/failures/{}/{}/{}", list, i, key);
  };
  constexpr Duration kLongest = hours(24 * 3650);
  for (std::size_t i = 0; i < failures.lostInstances.size(); ++i) {
    const auto& loss = failures.lostInstances[i];
    review.within<Duration>(at("lost_instances", i, "at"), loss.at, {}, kLongest, "a time");
    review.within<std::int64_t>(at("lost_instances", i, "count"), loss.count, 1, 5000, "a whole number");
  }
  for (std::size_t i = 0; i < failures.lostZones.size(); ++i) {
    const auto& loss = failures.lostZones[i];
    review.within<Duration>(at("lost_zones", i, "at"), loss.at, {}, kLongest, "a time");
    review.within<Duration>(at("lost_zones", i, "lasts"), loss.lasts, milliseconds(1), kLongest, "a time");
  }
  for (std::size_t i = 0; i < failures.badDeployments.size(); ++i) {
    const auto& deployment = failures.badDeployments[i];
    review.within<Duration>(at("bad_deployments", i, "at"), deployment.at, {}, kLongest, "a time");
    review.within<Duration>(at("bad_deployments", i, "lasts"), deployment.lasts, {}, kLongest, "a time");
    review.within(at("bad_deployments", i, "error_rate"), deployment.errorRate, 0.0, 1.0, "a probability");
  }
}

} // namespace

void reviewFailures(Review& review, const Failures& failures) {
  const std::string at = "/workload/failures";
  review.within(at + "/error_rate", failures.errorRate, 0.0, 1.0, "a probability");
  review.within(at + "/crash_rate", failures.crashRate, 0.0, 1.0, "a probability");
  review.within(at + "/poison_rate", failures.poisonRate, 0.0, 1.0, "a probability");
  for (std::size_t i = 0; i < failures.slowdowns.size(); ++i) {
    const auto& slow = failures.slowdowns[i];
    const auto place = fmt::format("{}/slow_downstream/{}", at, i);
    review.within<Duration>(place + "/at", slow.at, {}, hours(24 * 3650), "a time");
    review.within<Duration>(place + "/lasts", slow.lasts, {}, hours(24 * 3650), "a time");
    review.within(place + "/io_factor", slow.ioFactor, 0.01, 1000.0, "a factor");
  }
  reviewLosses(review, failures);
}

void reviewEvents(Review& review, const Scenario& scenario) {
  const auto& lambda = *scenario.lambda;
  reviewClient(review, lambda.client);
  reviewAsync(review, lambda.async);
  reviewQueue(review, lambda);
  reviewStream(review, lambda.stream);
  const bool fifo = scenario.source && std::holds_alternative<SqsFifoSource>(*scenario.source);
  if (fifo && scenario.workload.trigger == workloads::Trigger::Queue && lambda.queue.groups == 0)
    review.add("/lambda/queue/groups", "0", "the number of message groups, because workload.source is a FIFO queue");
  const auto most =
      lambda.reservedConcurrency.value_or(std::max<std::int64_t>(0, lambda.accountConcurrency - kAlwaysUnreserved));
  std::visit(PlanReview{review, most}, lambda.provisionedPlan);
  reviewNeighbours(review, lambda);
}

} // namespace model
