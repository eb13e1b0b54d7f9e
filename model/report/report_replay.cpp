// The report's section about a recorded run and its replay.
#include <fmt/format.h>

#include "model/evaluation/replay.hpp"
#include "model/report/report.hpp"
#include "workloads/import/trace.hpp"

namespace model {

namespace {

std::string countOrUnknown(const std::optional<std::uint64_t>& count) {
  return count ? fmt::format("{}", *count) : "not recorded";
}

std::string outcome(const Replay& r) {
  return fmt::format("The log recorded {} environments and {} cold starts; replaying its own {} arrivals and durations "
                     "with an idle lifetime of {} ({}) gives {} and {}.",
                     countOrUnknown(r.recordedEnvironments), countOrUnknown(r.recordedColdStarts), r.requests,
                     r.idleLifetime, r.idleLifetimeSource, r.coldStarts, r.coldStarts);
}

std::optional<Duration> longestIdle(const Decision& decision) {
  const auto* arrivals = std::get_if<workloads::TraceArrivals>(&decision.scenario.workload.arrivals);
  return arrivals && arrivals->trace ? arrivals->trace->summary().longestIdle : std::nullopt;
}

// A lifetime shorter than an idle time that an environment survived fits the count for another reason.
std::string calibrationText(const Decision& decision, const Replay& replay) {
  if (replay.requests > kMostCalibrated) return "The log is too long to look for an idle lifetime that fits it.";
  if (!replay.calibration) return "No constant idle lifetime makes the replay count as many environments as the log.";
  const auto& fit = *replay.calibration;
  if (fit.open)
    return fmt::format("Every idle lifetime of {} s or more makes as many environments as were recorded: this log is too "
                       "short or too busy to tell the idle lifetime.",
                       fit.fromS);
  const auto range = fit.fromS == fit.toS ? fmt::format("of {} s", fit.fromS)
                                          : fmt::format("between {} and {} s", fit.fromS, fit.toS);
  if (const auto idle = longestIdle(decision); idle && pricing::inSeconds(*idle) > static_cast<double>(fit.toS))
    return fmt::format("A constant idle lifetime {} makes as many environments as were recorded, but one was used again "
                       "after {} without a request: something else than idleness ended them. Do not calibrate by it.",
                       range, pricing::displaySeconds(pricing::inSeconds(*idle)));
  return fmt::format("A constant idle lifetime {} makes as many environments as were recorded: --set "
                     "lambda.idle_lifetime.kind=constant --set lambda.idle_lifetime.value={}s calibrates the simulation "
                     "by this log.",
                     range, (fit.fromS + fit.toS) / 2);
}

} // namespace

std::vector<std::string> replaySentences(const Decision& decision) {
  if (!decision.replay) return {};
  std::vector<std::string> sentences{outcome(*decision.replay)};
  for (const auto& reason : decision.replay->differences) sentences.push_back(reason.message);
  sentences.push_back(calibrationText(decision, *decision.replay));
  return sentences;
}

void addReplay(const Decision& decision, std::vector<Block>& blocks) {
  if (!decision.replay) return;
  const auto& r = *decision.replay;
  blocks.push_back(Heading{"The recorded run, replayed"});
  auto sentences = replaySentences(decision);
  blocks.push_back(Paragraph{sentences.front()});
  Table table{{{"figure", false}, {"recorded", true}, {"replayed", true}}, {}};
  table.rows.push_back({"environments", countOrUnknown(r.recordedEnvironments), fmt::format("{}", r.coldStarts)});
  if (r.recordedWarmAtFirst)
    table.rows.push_back({"of them there before", fmt::format("{}", *r.recordedWarmAtFirst), "0"});
  table.rows.push_back({"cold starts", countOrUnknown(r.recordedColdStarts), fmt::format("{}", r.coldStarts)});
  if (r.recordedBilledMs)
    table.rows.push_back({"billed ms", fmt::format("{:.0f}", *r.recordedBilledMs), fmt::format("{}", r.billedMs)});
  blocks.push_back(std::move(table));
  sentences.erase(sentences.begin());
  blocks.push_back(BulletList{std::move(sentences)});
}

} // namespace model
