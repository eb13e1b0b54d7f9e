#include "ui/charts/chart_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <iterator>

#include "pricing/money.hpp"
#include "pricing/quantities.hpp"

namespace ui {

namespace {

constexpr double kMostNines = 0.99999;
constexpr double kFewest = 1e-3; // the fastest thousandth would stretch the axis over empty decades

// A decade on a log axis needs values above zero.
std::vector<Point> positive(std::vector<Point> points) {
  std::erase_if(points, [](const Point& p) { return !(p.x > 0) || !(p.y > 0); });
  return points;
}

struct Range {
  double from = 0, to = 0;
  bool empty = true;
  void add(double value) {
    from = empty ? value : std::min(from, value);
    to = empty ? value : std::max(to, value);
    empty = false;
  }
};

// The 1-2-5 number at or below (above) a positive value.
double roundDown125(double value) {
  const double decade = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
  const double lead = value / decade * (1 + 1e-9);
  return decade * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}
double roundUp125(double value) {
  const double below = roundDown125(value);
  if (value <= below * (1 + 1e-9)) return below;
  const double decade = std::pow(10.0, std::floor(std::log10(below) + 1e-9));
  const double lead = std::round(below / decade);
  return decade * (lead >= 5 ? 10 : lead >= 2 ? 5 : 2);
}

void spanLogarithmic(Axis& axis, const Range& range) {
  axis.scale = Scale::Logarithmic;
  axis.from = roundDown125(range.from);
  axis.to = roundUp125(range.to);
  if (axis.to <= axis.from * 1.5) axis.from /= 2, axis.to *= 2;
}

std::vector<Tick> logarithmicTicks(const Axis& axis, int atMost) {
  const int firstInside = static_cast<int>(std::ceil(std::log10(axis.from) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(axis.to) + 1e-9));
  const int decades = std::max(1, last - firstInside + 1);
  const std::vector<double> leads = 3 * decades <= atMost   ? std::vector<double>{1, 2, 5}
                                    : 2 * decades <= atMost ? std::vector<double>{1, 3}
                                                            : std::vector<double>{1};
  const int stride = std::max(1, (decades + atMost - 1) / std::max(1, atMost));
  const int first = stride > 1 ? firstInside : firstInside - 1; // 2 and 5 of the decade that is cut by the edge
  std::vector<Tick> result;
  for (int decade = first; decade <= last; decade += stride)
    for (const double lead : leads) {
      const double value = lead * std::pow(10.0, decade);
      if (value >= axis.from * (1 - 1e-9) && value <= axis.to * (1 + 1e-9))
        result.push_back({value, display(axis.quantity, value)});
    }
  return result;
}

std::vector<Tick> ninesTicks(const Axis& axis, int atMost) {
  static constexpr std::array kFractions{0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999};
  std::vector<Tick> result;
  for (const double fraction : kFractions) {
    if (fraction < axis.from || fraction > axis.to + 1e-12) continue;
    if (static_cast<int>(result.size()) >= atMost) break;
    result.push_back({fraction, fmt::format("{:g} %", fraction * 100)});
  }
  return result;
}

// Steps people read time in; the label's unit is that of the step, so that an axis has one unit.
struct TimeUnit {
  std::string_view name;
  double seconds;
};
TimeUnit timeUnitOf(double stepS) {
  static constexpr std::array kUnits{TimeUnit{"d", 86400}, TimeUnit{"h", 3600}, TimeUnit{"min", 60}, TimeUnit{"s", 1}};
  for (const auto& unit : kUnits)
    if (stepS >= unit.seconds * (1 - 1e-9)) return unit;
  return {"ms", 1e-3};
}
double timeStep(double span, int atMost) {
  static constexpr std::array kSteps{1.0,    2.0,     5.0,     10.0,    15.0,     30.0,    60.0,
                                     120.0,  300.0,   600.0,   900.0,   1800.,    3600.0,  7200.0,
                                     10800., 21600.0, 43200.0, 86400.0, 172800.0, 604800.0};
  for (const double step : kSteps)
    if (span / step <= atMost) return step;
  return roundUp125(span / atMost / 86400) * 86400;
}

std::vector<Tick> linearTicks(const Axis& axis, int atMost) {
  const double span = axis.to - axis.from;
  const bool time = axis.quantity == Quantity::TimeOfRun && span > 2;
  const double step = time ? timeStep(span, atMost) : roundUp125(span / std::max(1, atMost));
  const TimeUnit unit = timeUnitOf(step);
  std::vector<Tick> result;
  for (double i = std::ceil(axis.from / step - 1e-9); i * step <= axis.to + step * 1e-9; ++i) {
    const double value = i * step + 0.0; // no minus zero
    result.push_back(
        {value, time ? fmt::format("{:g} {}", value / unit.seconds, unit.name) : display(axis.quantity, value)});
  }
  return result;
}

std::string described(const model::PlatformResult& result, std::string_view platform) {
  return fmt::format("{} ({})", platform, result.configuration);
}

Range rateRange(const model::Decision& decision) {
  Range range;
  for (const auto& point : decision.costCurve)
    if (point.requestsPerSecond > 0) range.add(point.requestsPerSecond);
  if (decision.meanRequestsPerSecond > 0) range.add(decision.meanRequestsPerSecond);
  return range;
}

Series costSeries(const model::Decision& decision, model::Platform platform) {
  const bool lambda = platform == model::Platform::Lambda;
  Series series{lambda ? "Lambda" : "EC2", lambda ? Ink::Lambda : Ink::Ec2, {}};
  for (const auto& point : decision.costCurve)
    if (const auto usd = lambda ? point.lambdaUsd : point.ec2Usd)
      series.points.push_back({point.requestsPerSecond, *usd});
  series.points = positive(std::move(series.points));
  return series;
}

void markRates(const model::Decision& decision, Chart& chart) {
  if (decision.breakEven && decision.breakEven->requestsPerSecond > 0) {
    const double rate = decision.breakEven->requestsPerSecond;
    chart.markers.push_back({"break-even " + pricing::displayRate(rate), Ink::BreakEven, rate});
  }
  if (decision.meanRequestsPerSecond > 0)
    chart.markers.push_back({"you are here " + pricing::displayRate(decision.meanRequestsPerSecond), Ink::Here,
                             decision.meanRequestsPerSecond});
  if (!decision.hybrid || decision.meanRequestsPerSecond <= 0) return;
  const auto usd = pricing::Money::dollars(decision.hybrid->monthlyCostUsd.value);
  chart.markers.push_back(
      {"hybrid " + pricing::display(usd), Ink::Hybrid, decision.meanRequestsPerSecond, usd.inDollars()});
}

std::string costSummary(const model::Decision& decision) {
  std::string text = "Monthly cost against request rate. ";
  if (decision.breakEven)
    text += fmt::format("Break-even at {}; {} is cheaper below. ",
                        pricing::displayRate(decision.breakEven->requestsPerSecond),
                        decision.breakEven->cheaperBelow == model::Platform::Lambda ? "Lambda" : "EC2");
  else
    text += "No break-even inside the rates shown. ";
  return text + fmt::format("Present rate {}.", pricing::displayRate(decision.meanRequestsPerSecond));
}

// Fractions on an even grid of nines: as many points for the last per cent as for the first half.
Series latencySeries(const model::PlatformResult& result, std::string_view platform, Ink ink) {
  Series series{described(result, platform), ink, {}};
  for (const auto& step : result.histogram.cumulative(kPoints))
    if (step.seconds > 0 && step.cumulative >= kFewest)
      series.points.push_back({step.seconds, std::min(step.cumulative, kMostNines)});
  static constexpr std::array kTail{0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, kMostNines};
  if (result.histogram.count() == 0) return series;
  for (const double fraction : kTail)
    if (const double seconds = result.histogram.quantileSeconds(fraction); seconds > 0)
      series.points.push_back({seconds, fraction});
  std::ranges::sort(series.points, [](const Point& a, const Point& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  // The tail quantiles are exact steps, the curve is thinned: never let it fall.
  for (std::size_t i = 1; i < series.points.size(); ++i)
    series.points[i].y = std::max(series.points[i].y, series.points[i - 1].y);
  return series;
}

void markObjectives(const model::Objective& objective, Chart& chart) {
  const auto mark = [&chart](const std::optional<pricing::Duration>& limit, std::string_view name, double fraction) {
    if (!limit || limit->count() <= 0) return;
    const double seconds = pricing::inSeconds(*limit);
    chart.markers.push_back(
        {fmt::format("{} objective {}", name, pricing::displaySeconds(seconds)), Ink::Objective, seconds, fraction});
  };
  mark(objective.p50, "p50", 0.5);
  mark(objective.p90, "p90", 0.9);
  mark(objective.p95, "p95", 0.95);
  mark(objective.p99, "p99", 0.99);
  mark(objective.p999, "p99.9", 0.999);
}

Series memorySeries(const model::MemoryChoice& choice, std::string name, Ink ink, double model::MemoryPoint::*figure,
                    double factor) {
  Series series{std::move(name), ink, {}};
  for (const auto& point : choice.points)
    series.points.push_back({static_cast<double>(point.memory.inMebibytes()), point.*figure * factor});
  series.points = positive(std::move(series.points));
  return series;
}

// One line for each marked size; the chosen one is where you are.
void markSizes(const model::MemoryChoice& choice, Chart& chart) {
  for (const auto& point : choice.points) {
    std::string text;
    for (const auto& [is, word] : {std::pair{point.chosen, "chosen"},
                                   {point.cheapest, "cheapest"},
                                   {point.fastest, "fastest"},
                                   {point.knee, "knee"}})
      if (is) text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
    const auto memory = static_cast<double>(point.memory.inMebibytes());
    if (!text.empty())
      chart.markers.push_back({fmt::format("{} {}", text, display(Quantity::Megabytes, memory)),
                               point.chosen ? Ink::Here : Ink::BreakEven, memory});
  }
}

} // namespace

void spanFromZero(Axis& axis, double highest) {
  axis.scale = Scale::Linear;
  axis.from = 0;
  axis.to = highest > 0 ? highest * 1.08 : 1.0;
}

double highest(const Chart& chart, bool onRight) {
  double value = 0;
  for (const auto& series : chart.series)
    if (series.onRight == onRight)
      for (const auto& point : series.points) value = std::max(value, point.y);
  return value;
}

std::string display(Quantity quantity, double value) {
  switch (quantity) {
  case Quantity::RequestsPerSecond: return pricing::displayRate(value);
  case Quantity::Dollars: {
    // Ticks are round numbers: cents only where they say something.
    std::string text = pricing::display(pricing::Money::dollars(value));
    if (value >= 1 && text.ends_with(".00")) text.resize(text.size() - 3);
    return text;
  }
  case Quantity::Seconds:
  case Quantity::TimeOfRun: return pricing::displaySeconds(value);
  case Quantity::Fraction: return fmt::format("{:.5g} %", value * 100);
  case Quantity::Megabytes: return pricing::displayCount(value) + " MB";
  case Quantity::Count: break;
  }
  return pricing::displayCount(value);
}

double position(const Axis& axis, double value) {
  const double inside = std::clamp(value, axis.from, axis.to);
  switch (axis.scale) {
  case Scale::Logarithmic: return std::log10(inside);
  case Scale::Nines: return -std::log10(1 - inside);
  case Scale::Linear: break;
  }
  return inside;
}

double valueAtPosition(const Axis& axis, double position) {
  switch (axis.scale) {
  case Scale::Logarithmic: return std::pow(10.0, position);
  case Scale::Nines: return 1 - std::pow(10.0, -position);
  case Scale::Linear: break;
  }
  return position;
}

std::vector<Tick> ticks(const Axis& axis, int atMost) {
  switch (axis.scale) {
  case Scale::Logarithmic: return logarithmicTicks(axis, atMost);
  case Scale::Nines: return ninesTicks(axis, atMost);
  case Scale::Linear: break;
  }
  return linearTicks(axis, atMost);
}

Chart costChart(const model::Decision& decision) {
  Chart chart;
  chart.title = "Monthly cost against request rate";
  chart.summary = costSummary(decision);
  chart.x = {"mean request rate (requests/s)", Quantity::RequestsPerSecond};
  chart.y = {"cost a month (USD)", Quantity::Dollars};
  for (const auto platform : {model::Platform::Lambda, model::Platform::Ec2})
    if (auto series = costSeries(decision, platform); !series.points.empty()) chart.series.push_back(std::move(series));
  Range usd;
  for (const auto& series : chart.series)
    for (const auto& point : series.points) usd.add(point.y);
  if (decision.hybrid && !usd.empty) usd.add(decision.hybrid->monthlyCostUsd.value);
  if (usd.empty) {
    chart.summary = "No cost curve: neither platform was priced at other request rates.";
    return chart;
  }
  spanLogarithmic(chart.x, rateRange(decision));
  // Dollars over many decades would press the cheap end onto the axis.
  if (usd.to > 20 * usd.from)
    spanLogarithmic(chart.y, usd);
  else
    spanFromZero(chart.y, usd.to);
  markRates(decision, chart);
  return chart;
}

Chart memoryChart(const model::Decision& decision) {
  Chart chart;
  chart.title = "Lambda's cost and latency over memory";
  chart.summary = "No curve over memory: Lambda was not simulated at other sizes.";
  chart.x = {"memory (MB)", Quantity::Megabytes};
  chart.y = {"cost a month (USD)", Quantity::Dollars};
  if (!decision.memoryCurve || decision.memoryCurve->points.empty()) return chart;
  const auto& choice = *decision.memoryCurve;
  chart.summary = choice.why;
  chart.right = Axis{"latency (s)", Quantity::Seconds};
  chart.series = {memorySeries(choice, "cost", Ink::Lambda, &model::MemoryPoint::monthlyCostUsd, 1),
                  memorySeries(choice, "mean latency", Ink::LambdaSoft, &model::MemoryPoint::meanMs, 1e-3),
                  memorySeries(choice, "p99", Ink::LambdaSoft, &model::MemoryPoint::p99Ms, 1e-3)};
  chart.series[1].onRight = chart.series[2].onRight = true;
  chart.series[2].dashed = true;
  spanFromZero(chart.y, highest(chart, false));
  spanFromZero(*chart.right, highest(chart, true));
  spanLogarithmic(chart.x, {static_cast<double>(choice.points.front().memory.inMebibytes()),
                            static_cast<double>(choice.points.back().memory.inMebibytes()), false});
  markSizes(choice, chart);
  return chart;
}

Chart latencyChart(const model::Decision& decision) {
  Chart chart;
  chart.title = "Latency of completed requests";
  chart.x = {"latency, arrival to response", Quantity::Seconds};
  chart.y = {"requests answered within", Quantity::Fraction, Scale::Nines, 0, 0.9999};
  if (decision.lambda) chart.series.push_back(latencySeries(*decision.lambda, "Lambda", Ink::Lambda));
  if (decision.ec2) chart.series.push_back(latencySeries(*decision.ec2, "EC2", Ink::Ec2));
  if (decision.managed) chart.series.push_back(latencySeries(*decision.managed, "Managed Instances", Ink::Managed));
  if (decision.hybrid) chart.series.push_back(latencySeries(*decision.hybrid, "Hybrid", Ink::Hybrid));
  std::erase_if(chart.series, [](const Series& series) { return series.points.empty(); });
  if (chart.series.empty()) {
    chart.summary = "No latency distribution: no request was completed.";
    return chart;
  }
  markObjectives(decision.scenario.objective, chart);
  Range seconds;
  for (const auto& series : chart.series) {
    seconds.add(series.points.front().x);
    seconds.add(series.points.back().x);
  }
  for (const auto& marker : chart.markers) seconds.add(marker.x);
  spanLogarithmic(chart.x, seconds);
  chart.summary = "Share of completed requests answered within a time. ";
  const auto summarise = [&](const char* platform, const std::optional<model::PlatformResult>& result) {
    if (result)
      chart.summary += fmt::format("{}: median {}, 99 % within {}. ", platform,
                                   pricing::displaySeconds(result->latency.p50.value / 1000),
                                   pricing::displaySeconds(result->latency.p99.value / 1000));
  };
  summarise("Lambda", decision.lambda);
  summarise("EC2", decision.ec2);
  summarise("Managed Instances", decision.managed);
  summarise("Hybrid", decision.hybrid);
  return chart;
}

} // namespace ui
