// The report as one self-contained page: no script, no font, no address outside; charts are inline SVG that follow the
// reader's light or dark setting.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "model/report/report.hpp"

namespace model {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out += c;
    }
  return out;
}

// Drawing area inside the SVG; the rest is for titles and labels.
constexpr double kWidth = 860, kHeight = 380, kLeft = 82, kRight = 24, kTop = 44, kBottom = 62;

struct Axis {
  double low = 0, high = 1;
  bool log = false;

  double position(double value) const { // 0..1 along the axis
    if (!log) return (value - low) / (high - low);
    return std::log(std::max(value, low) / low) / std::log(high / low);
  }
  std::vector<double> ticks() const { return log ? logTicks() : linearTicks(); }

 private:
  std::vector<double> linearTicks() const {
    const double raw = (high - low) / 6;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    double step = power;
    for (const double nice : {1.0, 2.0, 5.0, 10.0})
      if (nice * power >= raw) {
        step = nice * power;
        break;
      }
    std::vector<double> out;
    for (double v = std::ceil(low / step - 1e-9) * step; v <= high * (1 + 1e-9); v += step)
      out.push_back(std::fabs(v) < step * 1e-9 ? 0 : v);
    return out;
  }
  std::vector<double> logTicks() const {
    std::vector<double> out;
    const bool few = std::log10(high / low) < 2.2;
    for (int e = static_cast<int>(std::floor(std::log10(low))); std::pow(10.0, e) <= high; ++e)
      for (const double m : {1.0, 2.0, 5.0}) {
        const double v = m * std::pow(10.0, e);
        if ((m == 1.0 || few) && v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9)) out.push_back(v);
      }
    return out;
  }
};

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double v) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
};

Axis axisFor(Range range, bool log, bool isHeight) {
  if (range.low > range.high) range = {0, 1};
  if (log) {
    range.low = std::max(range.low, range.high * 1e-9);
    if (range.low <= 0) range = {0.1, 10};
    if (range.high / range.low < 1.5) range = {range.low / 2, range.high * 2};
    return {range.low / 1.05, range.high * 1.05, true};
  }
  if (isHeight) range.low = std::min(range.low, 0.0);
  if (range.high - range.low <= 0) range.high = range.low + 1;
  return {range.low, range.high + (isHeight ? 0.04 : 0.0) * (range.high - range.low), false};
}

std::string tickLabel(double value) {
  if (value == 0) return "0";
  if (std::fabs(value) >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (std::fabs(value) >= 1e4) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", value);
}

class Plot {
 public:
  explicit Plot(const Chart& chart) : m_chart(chart) {
    Range x, y;
    for (const auto& series : chart.series)
      for (const auto& [px, py] : series.points) {
        x.take(px);
        y.take(py);
      }
    for (const auto& mark : chart.marks)
      if (mark.x > 0 || !chart.logX) x.take(mark.x);
    if (chart.yIsFraction) y = {0, 1};
    m_x = axisFor(x, chart.logX, false);
    m_y = axisFor(y, chart.logY, true);
  }

  std::string svg() const {
    std::string out = fmt::format("<figure><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
                                  kHeight, escaped(m_chart.title));
    out += fmt::format("<text class=\"t\" x=\"{}\" y=\"18\">{}</text>\n", kLeft, escaped(m_chart.title));
    out += grid() + lines() + marks() + legend();
    return out + "</svg></figure>\n";
  }

 private:
  double px(double x) const { return kLeft + m_x.position(x) * (kWidth - kLeft - kRight); }
  double py(double y) const { return kHeight - kBottom - m_y.position(y) * (kHeight - kTop - kBottom); }

  std::string grid() const {
    std::string out;
    for (const double v : m_x.ticks())
      out += fmt::format("<path class=\"g\" d=\"M{0:.1f} {1}V{2}\"/><text class=\"n\" x=\"{0:.1f}\" y=\"{3}\" "
                         "text-anchor=\"middle\">{4}</text>\n",
                         px(v), kTop, kHeight - kBottom, kHeight - kBottom + 17, tickLabel(v));
    for (const double v : m_y.ticks())
      out += fmt::format("<path class=\"g\" d=\"M{0} {1:.1f}H{2}\"/><text class=\"n\" x=\"{3}\" y=\"{4:.1f}\" "
                         "text-anchor=\"end\">{5}</text>\n",
                         kLeft, py(v), kWidth - kRight, kLeft - 7, py(v) + 4, tickLabel(v));
    out += fmt::format("<text class=\"n\" x=\"{:.0f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                       (kLeft + kWidth - kRight) / 2, kHeight - kBottom + 36, escaped(m_chart.xTitle));
    out += fmt::format(
        "<text class=\"n\" transform=\"translate(16 {:.0f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
        (kTop + kHeight - kBottom) / 2, escaped(m_chart.yTitle));
    return out;
  }

  std::string lines() const {
    std::string out;
    for (const auto& series : m_chart.series) {
      std::string path;
      for (const auto& [x, y] : series.points) {
        if (path.empty())
          path = fmt::format("M{:.1f} {:.1f}", px(x), py(y));
        else if (series.stepped)
          path += fmt::format("H{:.1f}V{:.1f}", px(x), py(y));
        else
          path += fmt::format("L{:.1f} {:.1f}", px(x), py(y));
      }
      // A distribution that has ended stays at one to the edge.
      if (m_chart.yIsFraction && !path.empty()) path += fmt::format("H{:.1f}", kWidth - kRight);
      out += fmt::format("<path class=\"s {}{}\" d=\"{}\"/>\n", name(series.platform), series.dashed ? " d" : "", path);
    }
    return out;
  }

  // Labels of marks that stand close together go on two rows.
  std::string marks() const {
    auto sorted = m_chart.marks;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    std::string out;
    double lastX = -1e9;
    int row = 0;
    for (const auto& mark : sorted) {
      if (mark.x <= 0 && m_chart.logX) continue;
      const double x = px(mark.x);
      row = x - lastX < 110 ? 1 - row : 0;
      lastX = x;
      const bool rightHalf = m_x.position(mark.x) > 0.8;
      out += fmt::format("<path class=\"m\" d=\"M{0:.1f} {1}V{2}\"/><text class=\"n\" x=\"{3:.1f}\" y=\"{4}\" "
                         "text-anchor=\"{5}\">{6}</text>\n",
                         x, kTop, kHeight - kBottom, x + (rightHalf ? -5 : 5), kTop + 12 + 15 * row,
                         rightHalf ? "end" : "start", escaped(mark.text));
    }
    return out;
  }

  std::string legend() const {
    std::string out;
    double x = kLeft;
    for (const auto& series : m_chart.series) {
      out += fmt::format(
          "<path class=\"s {}{}\" d=\"M{:.0f} {}h22\"/><text class=\"n\" x=\"{:.0f}\" y=\"{}\">{}</text>\n",
          name(series.platform), series.dashed ? " d" : "", x, kHeight - 10, x + 28, kHeight - 6, escaped(series.name));
      x += 44 + 6.6 * static_cast<double>(series.name.size());
    }
    return out;
  }

  const Chart& m_chart;
  Axis m_x, m_y;
};

// Bars to one scale, each above the names of its parts; later parts are paler.
class Stack {
 public:
  explicit Stack(const Bars& bars) : m_bars(bars) {
    for (const auto& bar : bars.bars) m_longest = std::max(m_longest, sum(bar));
  }

  std::string svg() {
    std::string body;
    for (const auto& bar : m_bars.bars) body += row(bar);
    return fmt::format("<figure><svg viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\">\n"
                       "<text class=\"t\" x=\"0\" y=\"18\">{2}</text>\n{3}</svg></figure>\n",
                       kWidth, m_y, escaped(m_bars.title), body);
  }

 private:
  static constexpr double kThick = 26, kLine = 19, kPerLetter = 6.6, kBox = 11;

  static double sum(const Bars::Bar& bar) {
    double total = 0;
    for (const auto& part : bar.parts) total += std::max(part.value, 0.0);
    return total;
  }
  static std::string box(const Bars::Bar& bar, std::size_t part, double x, double y, double width, double height) {
    const double shade =
        1 - 0.8 * static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(1, bar.parts.size() - 1));
    return fmt::format("<rect class=\"p {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                       "fill-opacity=\"{:.2f}\"/>",
                       name(bar.platform), x, y, width, height, shade);
  }

  std::string row(const Bars::Bar& bar) {
    std::string out = fmt::format("<text class=\"n\" x=\"0\" y=\"{}\">{}</text>\n", m_y + 14, escaped(bar.title));
    m_y += 21;
    double x = 0;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const double width = m_longest > 0 ? kWidth * std::max(bar.parts[i].value, 0.0) / m_longest : 0;
      if (width >= 0.05) out += box(bar, i, x, m_y, width, kThick) + "\n";
      x += width;
    }
    m_y += kThick;
    return out + legend(bar);
  }

  std::string legend(const Bars::Bar& bar) {
    std::string out;
    double x = 0;
    m_y += kLine;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const auto& text = bar.parts[i].text;
      const double width = 2.6 * kBox + kPerLetter * static_cast<double>(text.size());
      if (x > 0 && x + width > kWidth) {
        x = 0;
        m_y += kLine;
      }
      out += box(bar, i, x, m_y - kBox + 1, kBox, kBox) +
             fmt::format("<text class=\"n\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 1.4 * kBox, m_y, escaped(text));
      x += width;
    }
    m_y += kLine;
    return out;
  }

  const Bars& m_bars;
  double m_longest = 0, m_y = 30;
};

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#5c6370;--line:#dfe2e7;--paper:#fff;--lambda:#c2570c;--ec2:#1d63b8;--managed:#0f766e;--hybrid:#7c3aed}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a2a9b4;--line:#3a3f47;--paper:#17191c;--lambda:#f59a55;--ec2:#6fb0ff;--managed:#5bd0c4;--hybrid:#b79cff}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.2rem;color:var(--soft);margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.verdict{font-size:1.45rem;line-height:1.35;margin:.3rem 0 1.2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.2rem .9rem .2rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}.r{text-align:right}
figure{margin:1.2rem 0}svg{width:100%;height:auto}
.t{font:600 15px system-ui,sans-serif;fill:var(--ink)}.n{font:12px system-ui,sans-serif;fill:var(--soft)}
.g{stroke:var(--line);fill:none}.m{stroke:var(--ink);stroke-dasharray:2 4;fill:none}
.s{fill:none;stroke-width:2;stroke-linejoin:round}.s.lambda{stroke:var(--lambda)}.s.ec2{stroke:var(--ec2)}.s.managed_instances{stroke:var(--managed)}.s.hybrid{stroke:var(--hybrid)}.p{stroke:var(--line)}.p.lambda{fill:var(--lambda)}.p.ec2{fill:var(--ec2)}.p.managed_instances{fill:var(--managed)}.p.hybrid{fill:var(--hybrid)}.s.d{stroke-dasharray:5 4;stroke-width:1.4}
)";

struct HtmlPrinter {
  std::string out;
  int blocks = 0;

  void operator()(const Heading& heading) {
    out += fmt::format("<{0}>{1}</{0}>\n", blocks == 0 ? "h1" : "h2", escaped(heading.text));
    ++blocks;
  }
  void operator()(const Paragraph& paragraph) {
    out += fmt::format("<p{}>{}</p>\n", blocks == 1 ? " class=\"verdict\"" : "", escaped(paragraph.text));
    ++blocks;
  }
  void operator()(const Table& table) {
    out += "<div class=\"scroll\"><table><thead><tr>";
    for (const auto& column : table.columns)
      out += fmt::format("<th{}>{}</th>", column.number ? " class=\"r\"" : "", escaped(column.title));
    out += "</tr></thead><tbody>\n";
    for (const auto& row : table.rows) {
      out += "<tr>";
      for (std::size_t c = 0; c < row.size(); ++c)
        out += fmt::format("<td{}>{}</td>", table.columns[c].number ? " class=\"r\"" : "", escaped(row[c]));
      out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
    ++blocks;
  }
  void operator()(const BulletList& list) {
    out += "<ul>\n";
    for (const auto& item : list.items) out += "<li>" + escaped(item) + "</li>\n";
    out += "</ul>\n";
    ++blocks;
  }
  void operator()(const Chart& chart) {
    out += Plot(chart).svg();
    ++blocks;
  }
  void operator()(const Bars& bars) {
    out += Stack(bars).svg();
    ++blocks;
  }
};

} // namespace

std::string reportHtml(const Decision& decision) {
  HtmlPrinter printer;
  for (const auto& block : reportBlocks(decision, Detail::Everything)) std::visit(printer, block);
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                     "content=\"width=device-width\">"
                     "<title>Breakeven: {}</title><style>{}</style></head><body>\n{}</body></html>\n",
                     escaped(decision.scenario.name), kStyle, printer.out);
}

} // namespace model
