// What happened over the simulated time, of the first replication.
#include <algorithm>
#include <fmt/format.h>

#include "pricing/money.hpp"
#include "pricing/quantities.hpp"
#include "ui/charts/chart_data.hpp"

namespace ui {

namespace {

using Timeline = std::vector<model::TimelinePoint>;

template <class Figure> Series seriesOf(const Timeline& timeline, std::string name, Ink ink, const Figure& figure) {
  Series series{std::move(name), ink, {}};
  series.points.reserve(timeline.size());
  for (const auto& point : timeline) series.points.push_back({pricing::inSeconds(point.at), figure(point)});
  series.points = thinned(std::move(series.points), kPoints);
  return series;
}

Series timelineSeries(const Timeline& timeline, std::string name, Ink ink, double model::TimelinePoint::*field) {
  return seriesOf(timeline, std::move(name), ink, [field](const auto& point) { return point.*field; });
}

Axis timeAxis(const Timeline& timeline, const model::RunRecord& run) {
  const double last = timeline.empty() ? 1.0 : pricing::inSeconds(timeline.back().at);
  return {"simulated time", Quantity::TimeOfRun, Scale::Linear, 0.0, std::max({run.horizonS, last, 1e-3})};
}

struct FleetWords {
  const char *platform, *launched, *serving, *unit;
};

Chart fleetTimelineChart(const model::Decision& decision, const std::optional<model::PlatformResult>& result, Ink ink,
                         const FleetWords& words) {
  Chart chart;
  chart.title = fmt::format("{}: {} and requests in flight", words.platform, words.unit);
  if (!result || result->timeline.empty()) {
    chart.summary = fmt::format("{} was not simulated over time.", words.platform);
    return chart;
  }
  const auto& timeline = result->timeline;
  chart.x = timeAxis(timeline, decision.run);
  auto launched = timelineSeries(timeline, words.launched, ink, &model::TimelinePoint::capacity);
  auto serving = timelineSeries(timeline, words.serving, ink, &model::TimelinePoint::inService);
  auto requests = timelineSeries(timeline, "requests in flight (right)", Ink::Ec2Soft, &model::TimelinePoint::inFlight);
  launched.steps = serving.steps = true;
  serving.dashed = true;
  requests.onRight = true;
  chart.series = {std::move(requests), std::move(launched), std::move(serving)};
  chart.y = {words.unit, Quantity::Count};
  spanFromZero(chart.y, highest(chart, false));
  chart.right = Axis{"requests", Quantity::Count};
  spanFromZero(*chart.right, highest(chart, true));
  chart.summary = fmt::format("{} over the simulated time: on average {} instances, at most {}.", words.platform,
                              pricing::displayCount(result->instancesMean.value), result->peakInstances);
  return chart;
}

// ---- why there are so many instances ----

bool showsCpu(const model::Scenario& scenario) {
  return !scenario.ec2 || model::metricPlan(scenario.ec2->scaling).metric == model::ScalingMetric::Cpu;
}

// The metric where an alarm rings, zero elsewhere.
Series alarmSeries(const Timeline& timeline, std::string name, Ink ink, model::AlarmState alarm) {
  auto series = seriesOf(timeline, std::move(name), ink,
                         [alarm](const auto& point) { return point.alarm == alarm ? point.metric : 0.0; });
  series.steps = true;
  return series;
}

void addInstances(const Timeline& timeline, Chart& chart) {
  const auto add = [&](std::string name, Ink ink, double model::TimelinePoint::*field, bool dashed) {
    const bool ever = std::ranges::any_of(timeline, [&](const auto& point) { return point.*field > 0; });
    if (!ever) return;
    auto series = timelineSeries(timeline, std::move(name), ink, field);
    series.steps = series.onRight = true;
    series.dashed = dashed;
    chart.series.push_back(std::move(series));
  };
  add("desired (right)", Ink::Ec2, &model::TimelinePoint::desired, false);
  add("booting (right)", Ink::Managed, &model::TimelinePoint::booting, false);
  add("draining (right)", Ink::Ec2Soft, &model::TimelinePoint::draining, true);
  add("out of rotation (right)", Ink::Objective, &model::TimelinePoint::unhealthy, true);
  add("warm pool (right)", Ink::LambdaSoft, &model::TimelinePoint::warmPool, true);
}

std::string scalingSummary(const Timeline& timeline) {
  const auto rings = [&](model::AlarmState alarm) {
    const auto count = std::ranges::count(timeline, alarm, &model::TimelinePoint::alarm);
    return pricing::displayPercent(static_cast<double>(count) / static_cast<double>(timeline.size()));
  };
  return fmt::format("Scaling of the EC2 fleet: the alarm to scale out rang {} of the time, the one to scale in {}.",
                     rings(model::AlarmState::Out), rings(model::AlarmState::In));
}

} // namespace

Chart lambdaTimelineChart(const model::Decision& decision) {
  Chart chart;
  chart.title = "Lambda: environments and concurrency";
  if (!decision.lambda || decision.lambda->timeline.empty()) {
    chart.summary = "Lambda was not simulated over time.";
    return chart;
  }
  const auto& timeline = decision.lambda->timeline;
  chart.x = timeAxis(timeline, decision.run);
  chart.series = {timelineSeries(timeline, "environments", Ink::Lambda, &model::TimelinePoint::capacity),
                  timelineSeries(timeline, "requests in flight", Ink::LambdaSoft, &model::TimelinePoint::inFlight)};
  if (decision.lambda->deliveries && decision.lambda->deliveries->counts.peakBacklog > 0) {
    chart.series.push_back(
        timelineSeries(timeline, "waiting at the source", Ink::Objective, &model::TimelinePoint::backlog));
    chart.series.back().dashed = true;
  }
  chart.y = {"environments, requests", Quantity::Count};
  spanFromZero(chart.y, highest(chart, false));
  chart.summary =
      fmt::format("Lambda over the simulated time: on average {} environments, at most {}.",
                  pricing::displayCount(decision.lambda->environmentsMean.value), decision.lambda->peakEnvironments);
  return chart;
}

Chart ec2TimelineChart(const model::Decision& decision) {
  return fleetTimelineChart(decision, decision.ec2, Ink::Ec2, {"EC2", "instances launched", "in service", "instances"});
}

Chart managedTimelineChart(const model::Decision& decision) {
  return fleetTimelineChart(decision, decision.managed, Ink::Managed,
                            {"Managed Instances", "instances", "environments ready", "instances, environments"});
}

Chart hybridTimelineChart(const model::Decision& decision) {
  auto chart = fleetTimelineChart(decision, decision.hybrid, Ink::Hybrid,
                                  {"Hybrid", "instances launched", "in service", "instances"});
  if (chart.series.empty()) return chart;
  auto overflow = timelineSeries(decision.hybrid->timeline, "requests on Lambda (right)", Ink::LambdaSoft,
                                 &model::TimelinePoint::overflow);
  overflow.onRight = true;
  chart.series.push_back(std::move(overflow));
  spanFromZero(*chart.right, highest(chart, true));
  if (decision.hybrid->overflow)
    chart.summary += fmt::format(" {} of the requests went to Lambda.",
                                 pricing::displayPercent(decision.hybrid->overflow->fraction.value));
  return chart;
}

Chart ec2ScalingChart(const model::Decision& decision) {
  Chart chart;
  chart.title = "EC2: what scaling saw and did";
  if (!decision.ec2 || decision.ec2->timeline.empty()) {
    chart.summary = "EC2 was not simulated over time.";
    return chart;
  }
  const auto& timeline = decision.ec2->timeline;
  const bool cpu = showsCpu(decision.scenario);
  chart.x = timeAxis(timeline, decision.run);
  // The alarms lie on the metric, so that it changes colour where they ring.
  chart.series = {timelineSeries(timeline, cpu ? "CPU" : "metric", Ink::Lambda, &model::TimelinePoint::metric),
                  alarmSeries(timeline, "asked for more", Ink::Objective, model::AlarmState::Out),
                  alarmSeries(timeline, "asked for less", Ink::BreakEven, model::AlarmState::In)};
  addInstances(timeline, chart);
  chart.y = {cpu ? "CPU" : "metric", cpu ? Quantity::Fraction : Quantity::Count};
  spanFromZero(chart.y, highest(chart, false));
  chart.right = Axis{"instances", Quantity::Count};
  spanFromZero(*chart.right, highest(chart, true));
  chart.summary = scalingSummary(timeline);
  return chart;
}

} // namespace ui
