// What is read off a chart that is there: fewer points, values under a cursor, a table.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "ui/charts/chart_data.hpp"

namespace ui {

namespace {

const Axis& axisOf(const Chart& chart, const Series& series) {
  return series.onRight && chart.right ? *chart.right : chart.y;
}

} // namespace

std::vector<Point> thinned(std::vector<Point> points, std::size_t limit) {
  if (points.size() <= limit || limit < 4) return points;
  const std::size_t slices = limit / 2 - 1;
  std::vector<Point> kept{points.front()};
  const std::size_t inner = points.size() - 2;
  for (std::size_t slice = 0; slice < slices; ++slice) {
    const auto first = points.begin() + 1 + static_cast<std::ptrdiff_t>(slice * inner / slices);
    const auto last = points.begin() + 1 + static_cast<std::ptrdiff_t>((slice + 1) * inner / slices);
    const auto [lowest, top] =
        std::minmax_element(first, last, [](const Point& a, const Point& b) { return a.y < b.y; });
    kept.push_back(std::min(lowest, top)[0]);
    if (lowest != top) kept.push_back(std::max(lowest, top)[0]);
  }
  kept.push_back(points.back());
  return kept;
}

std::optional<double> valueAt(const Chart& chart, const Series& series, double x) {
  const auto& points = series.points;
  if (points.empty() || x < points.front().x || x > points.back().x) return std::nullopt;
  const auto after = std::ranges::upper_bound(points, x, {}, &Point::x);
  const auto before = std::prev(after);
  if (series.steps || after == points.end()) return before->y;
  const Axis& axis = axisOf(chart, series);
  const double share = (position(chart.x, x) - position(chart.x, before->x)) /
                       std::max(1e-300, position(chart.x, after->x) - position(chart.x, before->x));
  const double from = position(axis, before->y), to = position(axis, after->y);
  return valueAtPosition(axis, from + share * (to - from));
}

std::vector<std::string> readout(const Chart& chart, double x) {
  std::vector<std::string> lines{display(chart.x.quantity, x)};
  for (const auto& series : chart.series)
    if (const auto y = valueAt(chart, series, x))
      lines.push_back(fmt::format("{}: {}", series.name, display(axisOf(chart, series).quantity, *y)));
  return lines;
}

std::string toCsv(const Chart& chart) {
  std::string text = fmt::format("series,\"{}\",\"{}\"\n", chart.x.title, chart.y.title);
  for (const auto& series : chart.series)
    for (const auto& point : series.points) text += fmt::format("\"{}\",{},{}\n", series.name, point.x, point.y);
  return text;
}

} // namespace ui
