#pragma once
// Results -> plain series that a chart can draw: no Qt, no drawing, only the arithmetic of axes. Numbers come from the
// decision as they are; nothing is computed about platforms or prices. Pinned by tests/ui/chart_data_test.cpp.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/decision.hpp"

namespace ui {

// What the numbers along an axis are, and so how they are written.
enum class Quantity { Count, RequestsPerSecond, Dollars, Seconds, Fraction, TimeOfRun, Megabytes };
std::string display(Quantity quantity, double value);

// Nines stretches a cumulative fraction towards 1 (0, 90 %, 99 %, 99.9 % are equally far apart), so that the tail can
// be read: position = -log10(1 - fraction).
enum class Scale { Linear, Logarithmic, Nines };
struct Axis {
  std::string title; // with its unit
  Quantity quantity = Quantity::Count;
  Scale scale = Scale::Linear;
  double from = 0, to = 1; // from < to; > 0 when logarithmic; < 1 when nines
};
double position(const Axis& axis, double value); // along the drawn axis; values out of range are moved to its ends
double valueAtPosition(const Axis& axis, double position);

struct Tick {
  double value = 0;
  std::string label;
};
std::vector<Tick> ticks(const Axis& axis, int atMost); // round values inside the axis, ascending

// Colours by meaning; the drawing side picks one that can be read on the palette's background.
enum class Ink { Lambda, LambdaSoft, Ec2, Ec2Soft, Managed, Hybrid, BreakEven, Here, Objective };

struct Point {
  double x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
struct Series {
  std::string name;
  Ink ink = Ink::Lambda;
  std::vector<Point> points; // x ascending
  bool steps = false;        // y holds until the next x
  bool dashed = false;
  bool onRight = false; // belongs to the right axis
};
struct Marker { // a vertical line, with a dot where `y` is given
  std::string text;
  Ink ink = Ink::Here;
  double x = 0;
  std::optional<double> y{};
};
struct Chart {
  std::string title;
  std::string summary; // what a reader who cannot see the chart should know
  Axis x, y;
  std::optional<Axis> right;
  std::vector<Series> series; // empty: nothing to draw, `summary` says why
  std::vector<Marker> markers;
};

// Monthly cost of both platforms against the request rate, with the break-even and the present rate.
Chart costChart(const model::Decision& decision);
// Share of completed requests that were answered within a time, both platforms, with the objectives.
Chart latencyChart(const model::Decision& decision);
// Environments and concurrency, instances and requests in flight, over the first replication (timeline_charts.cpp).
Chart lambdaTimelineChart(const model::Decision& decision);
Chart ec2TimelineChart(const model::Decision& decision);
// Why there were so many instances: the metric and when its alarms rang (left), desired capacity, instances that boot,
// drain or wait in the warm pool (right).
Chart ec2ScalingChart(const model::Decision& decision);
Chart managedTimelineChart(const model::Decision& decision); // instances, environments, requests in flight
Chart hybridTimelineChart(const model::Decision& decision);  // instances, requests on them and on the function

// Lambda's monthly cost (left) and its mean and p99 (right) over the function's memory, with the marks of the choice.
Chart memoryChart(const model::Decision& decision);

void spanFromZero(Axis& axis, double highest); // with a little air above the highest value
double highest(const Chart& chart, bool onRight);
inline constexpr std::size_t kPoints = 1200; // more than any screen has pixels for one curve
// At most `limit` points (>= 4) that keep the first, the last and every local extreme a pixel could show: the smallest
// and the largest y of each of limit/2 slices.
std::vector<Point> thinned(std::vector<Point> points, std::size_t limit);
// y at x: the step that holds, else linear between the neighbours along the axes as drawn; nothing outside the series.
std::optional<double> valueAt(const Chart& chart, const Series& series, double x);
// "Lambda: $12.30", one line per series that has a value at x; the first line is x itself.
std::vector<std::string> readout(const Chart& chart, double x);
// series,x,y with the axis titles as header, for a spreadsheet.
std::string toCsv(const Chart& chart);

} // namespace ui
