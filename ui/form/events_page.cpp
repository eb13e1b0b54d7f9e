#include "ui/form/scenario_pages.hpp"
#include "ui/form/scenario_places.hpp"

namespace ui {

namespace {

using model::AsyncRetries;
using model::ClientRetries;
using model::Failures;
using model::LambdaSetup;
using model::QueueMapping;
using model::StreamMapping;

void addFailures(FieldSet& page) {
  page.startGroup(tr("What fails"));
  page.addText(
      {"/workload/failures/error_rate", tr("Errors"), ratioTip("Probability that an attempt ends with an error.")},
      at(&Failures::errorRate));
  page.addText({"/workload/failures/crash_rate", tr("Crashes"),
                ratioTip("Probability that an attempt fails and its environment has to init again.")},
               at(&Failures::crashRate));
  page.addText(
      {"/workload/failures/poison_rate", tr("Poison"), ratioTip("Probability that an event fails in every attempt.")},
      at(&Failures::poisonRate));
  page.addJson(
      {"/workload/failures/slow_downstream", tr("Slow downstream"),
       tr("Spans in which waiting takes longer, such as [{\"at\": \"2h\", \"lasts\": \"20min\", \"io_factor\": 10}].")},
      at(&Failures::slowdowns));
  page.addJson({"/workload/failures/lost_instances", tr("Lost instances"),
                tr("When machines die on every platform: [{\"at\": \"10h\", \"count\": 1}].")},
               at(&Failures::lostInstances));
  page.addJson({"/workload/failures/lost_zones", tr("Lost zones"),
                tr("When a zone is down on every platform: [{\"at\": \"10h\", \"lasts\": \"1h\"}].")},
               at(&Failures::lostZones));
  page.addJson({"/workload/failures/bad_deployments", tr("Bad deployments"),
                tr("When a bad version serves: [{\"at\": \"10h\", \"lasts\": \"20min\", \"error_rate\": 0.1}].")},
               at(&Failures::badDeployments));
}

void addClientRetries(FieldSet& page) {
  page.startGroup(tr("Clients (trigger http)"));
  page.addText({"/lambda/client/attempts", tr("Attempts"), countTip("The first included.")},
               at(&ClientRetries::attempts));
  page.addText({"/lambda/client/backoff", tr("Backoff"), timeTip("Before the second attempt, doubled each time.")},
               at(&ClientRetries::backoff));
  page.addText({"/lambda/client/longest_backoff", tr("Longest backoff"), timeTip("Most that it grows to.")},
               at(&ClientRetries::longestBackoff));
  page.addChoice<>({"/lambda/client/jitter", tr("Jitter"), tr("Share of the backoff that is drawn.")},
                   std::vector<Choice<model::Jitter>>{{tr("none"), model::Jitter::None},
                                                      {tr("half"), model::Jitter::Equal},
                                                      {tr("all"), model::Jitter::Full}},
                   at(&ClientRetries::jitter));
  page.addText(
      {"/lambda/client/patience", tr("Patience"), timeTip("Leaves an attempt after this; it runs on."), "none"},
      at(&ClientRetries::patience));
}

void addAsyncRetries(FieldSet& page) {
  page.startGroup(tr("Asynchronous queue (trigger async, schedule)"));
  page.addText({"/lambda/async/error_retries", tr("Error retries"), countTip("0 to 2.")},
               at(&AsyncRetries::errorRetries));
  page.addText({"/lambda/async/max_age", tr("Oldest event"), timeTip("Older ones are given up.")},
               at(&AsyncRetries::maxAge));
  page.addText({"/lambda/async/backoff", tr("Backoff"), timeTip("After a throttle, doubled each time.")},
               at(&AsyncRetries::backoff));
  page.addText({"/lambda/async/longest_backoff", tr("Longest backoff"), timeTip("Most that it grows to.")},
               at(&AsyncRetries::longestBackoff));
  page.addText(
      {"/lambda/async/error_delay", tr("Error delay"), timeTip("Before the first retry of an error; then twice that.")},
      at(&AsyncRetries::errorDelay));
}

void addQueue(FieldSet& page) {
  page.startGroup(tr("SQS (trigger queue)"));
  page.addText({"/lambda/queue/batch_size", tr("Batch size"), countTip("Messages of a batch at most.")},
               at(&QueueMapping::batchSize));
  page.addText({"/lambda/queue/window", tr("Window"), timeTip("How long a batch is gathered.")},
               at(&QueueMapping::window));
  page.addText({"/lambda/queue/max_concurrency", tr("Max concurrency"), countTip("Batches at once."), "none"},
               at(&QueueMapping::maxConcurrency));
  page.addText(
      {"/lambda/queue/visibility_timeout", tr("Visibility"), timeTip("A received message stays hidden."), "auto"},
      at(&QueueMapping::visibilityTimeout));
  page.addText({"/lambda/queue/max_receives", tr("Receives"), countTip("Before the dead-letter queue.")},
               at(&QueueMapping::maxReceives));
  page.addFlag(
      {"/lambda/queue/partial_failures", tr("Partial failures"), tr("Only failed messages of a batch return.")},
      at(&QueueMapping::partialFailures));
  page.addText({"/lambda/queue/groups", tr("FIFO groups"), countTip("0: a standard queue.")},
               at(&QueueMapping::groups));
  page.addJson(
      {"/lambda/queue/pollers", tr("Pollers"), tr("Provisioned mode, such as {\"min\": 2, \"max\": 200}; null: off.")},
      at(&QueueMapping::provisioned));
}

void addStream(FieldSet& page) {
  page.startGroup(tr("Kinesis (trigger stream)"));
  page.addText({"/lambda/stream/shards", tr("Shards"), countTip("1 to 10,000.")}, at(&StreamMapping::shards));
  page.addText({"/lambda/stream/parallelisation_factor", tr("Parallelisation"), countTip("Lanes of a shard, 1 to 10.")},
               at(&StreamMapping::factor));
  page.addText({"/lambda/stream/batch_size", tr("Batch size"), countTip("Records of a batch at most.")},
               at(&StreamMapping::batchSize));
  page.addText({"/lambda/stream/window", tr("Window"), timeTip("How long a batch is gathered.")},
               at(&StreamMapping::window));
  page.addText({"/lambda/stream/retries", tr("Retries"), countTip("Of a failed batch."), "unlimited"},
               at(&StreamMapping::retries));
  page.addText({"/lambda/stream/max_age", tr("Oldest record"), timeTip("Older ones are given up."), "none"},
               at(&StreamMapping::maxAge));
  page.addFlag({"/lambda/stream/bisect", tr("Bisect"), tr("Halves a failed batch.")}, at(&StreamMapping::bisect));
  page.addFlag(
      {"/lambda/stream/partial_failures", tr("Partial failures"), tr("Records before the failed one are done.")},
      at(&StreamMapping::partialFailures));
}

void addConcurrencyOverTime(FieldSet& page) {
  page.startGroup(tr("Concurrency over time"));
  page.addJson(
      {"/lambda/provisioned_plan", tr("Provisioned plan"),
       tr("{\"kind\": \"fixed\"}, \"scheduled\" with steps, or \"target_tracking\" with min, max and target.")},
      at(&LambdaSetup::provisionedPlan));
  page.addJson({"/lambda/neighbours", tr("Neighbours"),
                tr("Other functions that share the account's concurrency, as in the scenario file.")},
               at(&LambdaSetup::neighbours));
}

} // namespace

FieldSet* newEventsPage() {
  auto* page = new FieldSet;
  addFailures(*page);
  addClientRetries(*page);
  addAsyncRetries(*page);
  addQueue(*page);
  addStream(*page);
  addConcurrencyOverTime(*page);
  return page;
}

} // namespace ui
