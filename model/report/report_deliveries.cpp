// The report's section about deliveries: what a source handed over, again or in vain, and what waited at it.
#include <fmt/format.h>

#include "model/report/report.hpp"

namespace model {

namespace {

std::string count(std::uint64_t n) { return pricing::displayCount(static_cast<double>(n)); }

std::string_view sourceTitle(const Scenario& scenario) {
  switch (scenario.workload.trigger) {
  case workloads::Trigger::Http: return scenario.lambda->client.attempts > 1 ? "Clients that try again" : "Clients";
  case workloads::Trigger::Async: return "Lambda's asynchronous queue";
  case workloads::Trigger::Schedule: return "Lambda's asynchronous queue, filled by a schedule";
  case workloads::Trigger::Queue: return "The SQS queue";
  case workloads::Trigger::Stream: break;
  }
  return "The Kinesis stream";
}

// firsts + again = refused + succeeded + failed: every delivery is in one of these rows.
Table deliveryTable(const DeliverySummary& summary) {
  const auto& c = summary.counts;
  Table table{{{"deliveries to the function", false}, {"requests", true}}, {}};
  const auto row = [&](const char* title, std::uint64_t n) { table.rows.push_back({title, count(n)}); };
  row("first", c.firstDeliveries);
  row("again", c.redeliveries);
  row("refused (429)", c.throttled);
  row("succeeded", c.succeeded);
  row("failed: error", c.errored);
  row("failed: crash", c.crashed);
  row("failed: timeout", c.timedOut);
  if (c.abandoned > 0) row("of these, nobody waited any more", c.abandoned);
  row("invocations", summary.invocations);
  return table;
}

std::string waitSentence(const DeliverySummary& summary) {
  const auto& c = summary.counts;
  return fmt::format("A request waited {} on average until the function took it or it was given up, {} at most; {} waited "
                     "at a time on average, {} at most.",
                     pricing::displaySeconds(summary.meanWaitS),
                     pricing::displaySeconds(static_cast<double>(c.longestWaitNs) * 1e-9),
                     fmt::format("{:.3g}", summary.backlogMean.value), count(static_cast<std::uint64_t>(c.peakBacklog)));
}

Chart backlogChart(const PlatformResult& lambda) {
  Chart chart{"At the source over time", "hours", "requests waiting; age of the oldest in s", false, false, false, {}, {}};
  ChartSeries backlog{"requests waiting", Platform::Lambda, false, true, {}};
  ChartSeries oldest{"age of the oldest, s", Platform::Lambda, true, true, {}};
  for (const auto& point : lambda.timeline) {
    const double hours = pricing::inSeconds(point.at) / pricing::kSecondsPerHour;
    backlog.points.emplace_back(hours, point.backlog);
    oldest.points.emplace_back(hours, point.oldestS);
  }
  chart.series = {std::move(backlog), std::move(oldest)};
  return chart;
}

void addNeighbours(const PlatformResult& lambda, std::vector<Block>& blocks) {
  if (lambda.neighbours.empty()) return;
  Table table{{{"other function", false}, {"requests", true}, {"throttled", true}, {"timed out", true}}, {}};
  for (const auto& n : lambda.neighbours)
    table.rows.push_back({n.name, count(n.requests), count(n.throttled), count(n.timedOut)});
  blocks.push_back(Paragraph{"The account's other functions, in the first replication:"});
  blocks.push_back(std::move(table));
}

} // namespace

void addDeliveries(const Decision& decision, std::vector<Block>& blocks) {
  if (!decision.lambda || !decision.lambda->deliveries) return;
  const auto& lambda = *decision.lambda;
  blocks.push_back(Heading{std::string(sourceTitle(decision.scenario))});
  blocks.push_back(deliveryTable(*lambda.deliveries));
  if (lambda.deliveries->counts.peakBacklog > 0) {
    blocks.push_back(Paragraph{waitSentence(*lambda.deliveries)});
    if (!lambda.timeline.empty()) blocks.push_back(backlogChart(lambda));
  }
  addNeighbours(lambda, blocks);
}

} // namespace model
