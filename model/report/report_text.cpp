// The report for a terminal, as Markdown and as CSV: three plain printings of the same blocks.
#include <algorithm>
#include <fmt/format.h>

#include "model/report/report.hpp"

namespace model {

namespace {

// Columns a terminal needs for a UTF-8 text: bytes that do not continue a character.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string blanks(to - std::min(to, width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::vector<std::size_t> columnWidths(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& column : table.columns) widths.push_back(width(column.title));
  for (const auto& row : table.rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  return widths;
}

std::string tableLine(const Table& table, const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) {
  std::string line = " ";
  for (std::size_t c = 0; c < cells.size(); ++c)
    line += " " + padded(cells[c], widths[c], table.columns[c].number) + " ";
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

struct TextPrinter {
  std::string out;
  bool first = true;

  void operator()(const Heading& heading) {
    out +=
        fmt::format("{}{}\n{}\n", first ? "" : "\n", heading.text, std::string(width(heading.text), first ? '=' : '-'));
    first = false;
  }
  void operator()(const Paragraph& paragraph) { out += paragraph.text + "\n"; }
  void operator()(const Table& table) {
    const auto widths = columnWidths(table);
    std::vector<std::string> titles;
    for (const auto& column : table.columns) titles.push_back(column.title);
    out += "\n" + tableLine(table, titles, widths);
    for (const auto& row : table.rows) out += tableLine(table, row, widths);
  }
  void operator()(const BulletList& list) {
    for (const auto& item : list.items) out += "  - " + item + "\n";
  }
  void operator()(const Chart&) {} // a terminal has the tables
  void operator()(const Bars&) {}
};

std::string escapedCell(std::string_view cell) {
  std::string out;
  for (const char c : cell) {
    if (c == '|' || c == '*' || c == '_' || c == '<' || c == '&' || c == '`' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

// Running text: names come from outside and must neither open a tag or an entity nor end the line they stand in.
std::string escapedProse(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<' || c == '&' || c == '`' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

struct MarkdownPrinter {
  std::string out;
  bool first = true;

  void operator()(const Heading& heading) {
    out += fmt::format("{}{} {}\n\n", first ? "" : "\n", first ? "#" : "##", escapedProse(heading.text));
    first = false;
  }
  void operator()(const Paragraph& paragraph) { out += escapedProse(paragraph.text) + "\n\n"; }
  void operator()(const Table& table) {
    for (const auto& column : table.columns) out += "| " + escapedCell(column.title) + " ";
    out += "|\n";
    for (const auto& column : table.columns) out += column.number ? "|---:" : "|---";
    out += "|\n";
    for (const auto& row : table.rows) {
      for (const auto& cell : row) out += "| " + escapedCell(cell) + " ";
      out += "|\n";
    }
    out += "\n";
  }
  void operator()(const BulletList& list) {
    for (const auto& item : list.items) out += "- " + escapedProse(item) + "\n";
    out += "\n";
  }
  void operator()(const Chart&) {}
  void operator()(const Bars&) {}
};

std::string csvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void csvRow(std::string& out, const PlatformResult& r, std::string_view figure, const Estimate& e,
            std::string_view unit) {
  out += fmt::format("{},{},{},{},{}\n", name(r.platform), csvField(figure), e.value, e.halfWidth, unit);
}

void csvSpot(std::string& out, const PlatformResult& r) {
  csvRow(out, r, "spot_instances_mean", r.spot->instancesMean, "instances");
  csvRow(out, r, "spot_interruptions", {r.spot->interruptionsPerMonth, 0}, "a month");
  csvRow(out, r, "spot_lost_requests", {static_cast<double>(r.spot->lostRequests), 0}, "requests");
  csvRow(out, r, "spot_launches_without_capacity", {static_cast<double>(r.spot->launchesWithoutCapacity), 0},
         "launches");
}

double throttledFraction(const PlatformResult& r) {
  return r.requests > 0 ? static_cast<double>(r.throttled) / static_cast<double>(r.requests) : 0;
}

void csvRows(std::string& out, const PlatformResult& r) {
  csvRow(out, r, "monthly_cost", r.monthlyCostUsd, "USD");
  csvRow(out, r, "latency_mean", r.latency.mean, "ms");
  csvRow(out, r, "latency_p50", r.latency.p50, "ms");
  csvRow(out, r, "latency_p90", r.latency.p90, "ms");
  csvRow(out, r, "latency_p95", r.latency.p95, "ms");
  csvRow(out, r, "latency_p99", r.latency.p99, "ms");
  csvRow(out, r, "latency_p999", r.latency.p999, "ms");
  csvRow(out, r, "latency_max", r.latency.max, "ms");
  csvRow(out, r, "failed_fraction", r.failedFraction, "of attempts");
  if (r.overflow) {
    csvRow(out, r, "overflow_fraction", r.overflow->fraction, "of attempts");
    csvRow(out, r, "overflow_count", {static_cast<double>(r.overflow->count), 0}, "requests");
    if (r.overflow->baseP99Ms) csvRow(out, r, "base_latency_p99", {*r.overflow->baseP99Ms, 0}, "ms");
    if (r.overflow->functionP99Ms) csvRow(out, r, "function_latency_p99", {*r.overflow->functionP99Ms, 0}, "ms");
  }
  if (r.platform == Platform::Lambda || r.overflow) {
    csvRow(out, r, "cold_fraction", r.coldFraction, "of started");
    csvRow(out, r, "environments_mean", r.environmentsMean, "environments");
    csvRow(out, r, "environments_busy", r.environmentsBusy, "environments");
    csvRow(out, r, "environments_peak", {static_cast<double>(r.peakEnvironments), 0}, "environments");
  }
  if (r.platform != Platform::Lambda) {
    if (r.platform == Platform::ManagedInstances) {
      csvRow(out, r, "throttled_fraction", {throttledFraction(r), 0}, "of attempts");
      csvRow(out, r, "environments_mean", r.environmentsMean, "environments");
      csvRow(out, r, "environments_peak", {static_cast<double>(r.peakEnvironments), 0}, "environments");
      csvRow(out, r, "in_flight_mean", r.inFlightMean, "requests");
    }
    csvRow(out, r, "instances_mean", r.instancesMean, "instances");
    csvRow(out, r, "instances_peak", {static_cast<double>(r.peakInstances), 0}, "instances");
    csvRow(out, r, "utilisation", r.utilisation, "of vCPU time");
    if (r.spot) csvSpot(out, r);
  }
  for (const auto& line : r.bill.lines)
    csvRow(out, r, "bill: " + line.service + " " + line.item, {line.amount.inDollars(), 0}, "USD");
  for (const auto& part : r.moneyParts) csvRow(out, r, "money: " + part.code, {part.usd, 0}, "USD");
  if (!r.commitments) return;
  for (const auto& option : r.commitments->options) {
    csvRow(out, r, "commitment: " + option.name, {option.monthlyUsd, 0}, "USD");
    csvRow(out, r, "commitment after drop: " + option.name, {option.monthlyUsdAfterDrop, 0}, "USD");
  }
}

void csvRows(std::string& out, const MemoryChoice& choice) {
  for (const auto& point : choice.points) {
    const auto row = [&](std::string_view figure, double value, std::string_view unit) {
      out += fmt::format("lambda,memory {} MB: {},{},0,{}\n", point.memory.inMebibytes(), figure, value, unit);
    };
    row("monthly_cost", point.monthlyCostUsd, "USD");
    row("latency_mean", point.meanMs, "ms");
    row("latency_p50", point.p50Ms, "ms");
    row("latency_p99", point.p99Ms, "ms");
    row("cold_fraction", point.coldFraction, "of started");
    row("failed_fraction", point.failedFraction, "of attempts");
  }
}

template <class Printer> std::string printed(const Decision& decision, Detail detail) {
  Printer printer;
  for (const auto& block : reportBlocks(decision, detail)) std::visit(printer, block);
  return printer.out;
}

} // namespace

std::string reportText(const Decision& decision, Detail detail) { return printed<TextPrinter>(decision, detail); }
std::string reportMarkdown(const Decision& decision) { return printed<MarkdownPrinter>(decision, Detail::Everything); }

std::string reportCsv(const Decision& decision) {
  std::string out = "platform,figure,value,half_width,unit\n";
  if (decision.lambda) csvRows(out, *decision.lambda);
  if (decision.ec2) csvRows(out, *decision.ec2);
  if (decision.memoryCurve) csvRows(out, *decision.memoryCurve);
  if (decision.managed) csvRows(out, *decision.managed);
  if (decision.hybrid) csvRows(out, *decision.hybrid);
  return out;
}

} // namespace model
