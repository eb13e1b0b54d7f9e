#include "ui/form/kinds.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/ec2/ec2_simulator.hpp"
#include "model/scenario.hpp"
#include "ui/form/field_text.hpp"
#include "workloads/import/trace.hpp"

namespace ui {

namespace {

constexpr std::string_view kTimeTip = "A time with its unit: ns, us, ms, s, min, h, d or w; a bare number is seconds.";
constexpr std::string_view kRateTip = "A rate: 100/s, 30/min, 1.5M/day; a bare number is requests per second.";
constexpr std::string_view kCvTip = "Standard deviation divided by the mean; 1 for an exponential.";

Parameter time(std::string key, std::string label, std::string fallback, std::string tip = {}) {
  return {std::move(key), std::move(label), std::move(fallback),
          tip.empty() ? std::string(kTimeTip) : fmt::format("{} {}", tip, kTimeTip)};
}
Parameter rate(std::string key, std::string label, std::string fallback) {
  return {std::move(key), std::move(label), std::move(fallback), std::string(kRateTip)};
}
Parameter number(std::string key, std::string label, std::string fallback, std::string_view tip) {
  return {std::move(key), std::move(label), std::move(fallback), std::string(tip)};
}

std::vector<KindSpec> makeDistributionKinds() {
  const auto meanAndCv = [] {
    return std::vector{time("mean", "Mean", "100ms"), number("cv", "Variation", "1", kCvTip)};
  };
  return {{"constant", "constant", {time("value", "Value", "100ms")}},
          {"exponential", "exponential", {time("mean", "Mean", "100ms")}},
          {"lognormal", "lognormal", meanAndCv()},
          {"gamma", "gamma", meanAndCv()},
          {"weibull", "Weibull", meanAndCv()},
          {"quantiles",
           "published quantiles",
           {time("p50", "Median", "80ms"), time("p90", "p90", "200ms"), time("p95", "p95", "280ms"),
            time("p99", "p99", "500ms"), time("max", "Maximum", "2s")}},
          {"tabulated", "measured curve", {}, false},
          {"empirical", "measured values", {}, false}};
}

std::vector<std::string> formatNames() {
  std::vector<std::string> names{"detect"};
  for (const auto& format : workloads::traceFormats()) names.emplace_back(format.name);
  return names;
}

std::vector<KindSpec> makeArrivalKinds() {
  const std::string flatDay = fmt::format("{}", fmt::join(std::vector<int>(24, 1), " "));
  return {
      {"constant", "evenly spaced", {rate("rate", "Rate", "100/s")}},
      {"poisson", "Poisson", {rate("rate", "Rate", "100/s")}},
      {"renewal",
       "renewal (gamma gaps)",
       {rate("rate", "Rate", "100/s"),
        number("cv", "Variation of gaps", "1", "Standard deviation of the gaps divided by their mean; 1 is Poisson.")}},
      {"bursty",
       "bursty (on and off)",
       {rate("rate_on", "Rate when on", "200/s"), rate("rate_off", "Rate when off", "10/s"),
        time("on", "Mean time on", "60s"), time("off", "Mean time off", "300s")}},
      {"profile",
       "hour of day, day of week",
       {rate("mean", "Mean rate", "100/s"),
        number("hour_of_day", "Hours", flatDay, "24 weights, from midnight; only their proportions count."),
        number("day_of_week", "Days", "1 1 1 1 1 1 1", "7 weights, Monday first; only their proportions count."),
        number("growth_per_month", "Growth a month", "0", "0.05 or 5% is five per cent more every 730 hours."),
        number("dispersion", "Dispersion a minute", "1",
               "Variance divided by mean of the counts per minute; 1 is Poisson, above is burstier.")}},
      {"trace",
       "recorded trace",
       {Parameter{"file", "File", "", "A log or trace; several files that belong together are separated by ;",
                  Parameter::Input::Files},
        Parameter{"format", "Format", "detect", "How the file is written; detect looks at its first rows.",
                  Parameter::Input::Choice, formatNames()},
        number("time_column", "Time column", "", "Generic CSV: name or number of the column; empty: detected."),
        number("duration_column", "Duration column", "", "Generic CSV: name or number of the column; empty: detected."),
        number("function", "Function", "", "Keep this function only; busiest picks the one with most requests."),
        number("scale", "Scale", "1", "Thins (below 1) or multiplies (above 1) the recorded arrivals.")}},
      {"batch",
       "batches",
       {rate("rate", "Rate of batches", "1/s"),
        number("size", "Requests each", "10", "They come at the same instant.")}},
      {"flash",
       "flash crowd",
       {rate("base", "Rate before and after", "10/s"), rate("peak", "Rate of the crowd", "500/s"),
        time("at", "Begins at", "1h"), time("rise", "Rising", "1min"), time("hold", "Held", "10min"),
        time("fall", "Falling", "10min")}},
      {"cron",
       "schedule (cron)",
       {number(
            "expression", "Schedule", "cron(0 2 * * ? *)",
            "cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) or rate(5 minutes); time 0 is a Monday, 00:00."),
        number("requests", "Requests each", "1", "Requests that each firing brings at once.")}}};
}

Parameter metricChoice() {
  return {"metric",
          "Metric",
          "cpu",
          "What CloudWatch watches: mean CPU, requests per target, or a queue's backlog per instance.",
          Parameter::Input::Choice,
          {"cpu", "requests_per_target", "backlog_per_instance"}};
}

// The points of a policy's alarms.
template <class Policy>
std::vector<Parameter> pointParameters(const Policy& usual, std::string above, std::string below) {
  return {time("period", "Period of a point", fieldText(usual.period), "60s with detailed monitoring, else 300s."),
          time("metric_delay", "Delay of a point", fieldText(usual.metricDelay)),
          number("out_points", "Points to add", fieldText(usual.outPoints), above),
          number("in_points", "Points to remove", fieldText(usual.inPoints), below)};
}

// Metric, thresholds, points and the adjustment of step and simple scaling.
template <class Policy> std::vector<Parameter> alarmParameters(const Policy& usual) {
  std::vector<Parameter> all{metricChoice(),
                             number("out_threshold", "Add from", fieldText(usual.outThreshold),
                                    "CPU as a fraction or in per cent; or the metric."),
                             number("in_threshold", "Remove up to", fieldText(usual.inThreshold), "In the same unit.")};
  for (auto& parameter : pointParameters(usual, "Points in a row at or above the upper threshold.",
                                         "Points in a row at or below the lower threshold."))
    all.push_back(std::move(parameter));
  all.push_back({"adjustment",
                 "Counted in",
                 "change_in_capacity",
                 "Instances, per cent of the capacity, or a capacity.",
                 Parameter::Input::Choice,
                 {"change_in_capacity", "percent_change_in_capacity", "exact_capacity"}});
  all.push_back(number("min_adjustment_magnitude", "Least change", fieldText(usual.minAdjustmentMagnitude),
                       "Instances that a change in per cent makes at least."));
  return all;
}

KindSpec stepKind() {
  const model::StepScaling usual;
  KindSpec kind{"step", "step scaling", alarmParameters(usual)};
  const std::string_view how = "FROM..TO CHANGE, ... relative to the threshold, ascending; no number is without end.";
  kind.parameters.push_back(number("out", "Steps to add", "0.. 1", how));
  kind.parameters.push_back(number("in", "Steps to remove", "..0 -1", how));
  kind.parameters.push_back(time("warmup", "Instance warm-up", fieldText(usual.warmup),
                                 "After in service: not in the metric, and nothing is removed meanwhile."));
  return kind;
}

KindSpec simpleKind() {
  const model::SimpleScaling usual;
  KindSpec kind{"simple", "simple scaling", alarmParameters(usual)};
  kind.parameters.push_back(number("out_change", "Add", fieldText(usual.outChange), "In the unit above."));
  kind.parameters.push_back(number("in_change", "Remove", fieldText(usual.inChange), "In the unit above, negative."));
  kind.parameters.push_back(
      time("cooldown", "Cooldown", fieldText(usual.cooldown), "From the end of an activity to the next."));
  return kind;
}

std::vector<KindSpec> makeScalingKinds() {
  const model::TargetTracking usual;
  KindSpec tracking{"target_tracking",
                    "target tracking",
                    {metricChoice(), number("target", "Target", fieldText(usual.target),
                                            "CPU as a fraction or in per cent; or requests a period.")}};
  for (auto& parameter :
       pointParameters(usual, "Points in a row above the target.", "Points in a row below the lower edge."))
    tracking.parameters.push_back(std::move(parameter));
  tracking.parameters.push_back(
      number("in_fraction", "Lower edge", fieldText(usual.inFraction), "As a share of the target."));
  tracking.parameters.push_back(time("warmup", "Instance warm-up", fieldText(usual.warmup),
                                     "After in service: not in the metric, and nothing is removed meanwhile."));
  return {{"none", "none: a fixed number", {}}, std::move(tracking), stepKind(), simpleKind()};
}

std::vector<Parameter> recordParameters() {
  return {
      number("records_per_request", "Records a request", "1", "Records or messages that one request works on."),
      number("record_size", "Record size", "auto", "Bytes, such as 2KB; auto: the request's size shared among them.")};
}

std::vector<Parameter> queueParameters() {
  auto parameters = recordParameters();
  parameters.push_back(
      number("batch_size", "Receive batch", "10", "Messages of one receive and of one delete, 1 to 10."));
  parameters.push_back(number("send_batch_size", "Send batch", "1", "Messages of one send, 1 to 10."));
  return parameters;
}

std::vector<KindSpec> makeSourceKinds() {
  auto stream = recordParameters();
  stream.push_back(number("shards", "Shards", "1", "Paid by the hour, all month."));
  auto onDemand = recordParameters();
  onDemand.push_back(number("consumers", "Consumers", "1", "Each reads all data once."));
  return {{"s3",
           "S3 objects",
           {number("puts_per_request", "Writes a request", "1", "PUT, COPY, POST or LIST requests."),
            number("gets_per_request", "Reads a request", "1", "GET and all other requests.")}},
          {"sqs", "SQS queue", queueParameters()},
          {"sqs_fifo", "SQS FIFO queue", queueParameters()},
          {"kinesis", "Kinesis stream, provisioned", std::move(stream)},
          {"kinesis_on_demand", "Kinesis stream, on demand", std::move(onDemand)}};
}

std::vector<KindSpec> makeOverflowKinds() {
  return {{"in_flight",
           "what finds its instance full",
           {number("limit", "Limit", "auto", "Requests in work or waiting on an instance; auto searches.")}},
          {"weight", "a share at random", {number("share", "Share", "0.1", "Of the requests; a fraction or %.")}}};
}

std::vector<KindSpec> makeSnapStartKinds() {
  const model::SnapStart usual;
  return {
      {"on",
       "on",
       {number("restore", "Restore", "auto", "A time such as 600ms; auto: as measured, by memory."),
        number("billed_share", "Billed share", fieldText(usual.billedShare), "Of the restore; a fraction or %."),
        number("versions", "Versions", fieldText(usual.versions), "Published, each with a snapshot in the cache.")}}};
}

} // namespace

const KindSpec* findKind(std::span<const KindSpec> kinds, std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &KindSpec::name);
  return found == kinds.end() ? nullptr : &*found;
}

std::span<const KindSpec> distributionKinds() {
  static const auto kinds = makeDistributionKinds();
  return kinds;
}

std::span<const KindSpec> arrivalKinds() {
  static const auto kinds = makeArrivalKinds();
  return kinds;
}

std::span<const KindSpec> scalingKinds() {
  static const auto kinds = makeScalingKinds();
  return kinds;
}

std::span<const KindSpec> sourceKinds() {
  static const auto kinds = makeSourceKinds();
  return kinds;
}

std::span<const KindSpec> overflowKinds() {
  static const auto kinds = makeOverflowKinds();
  return kinds;
}

std::span<const KindSpec> snapStartKinds() {
  static const auto kinds = makeSnapStartKinds();
  return kinds;
}

} // namespace ui
