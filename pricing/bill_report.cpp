// The bill for people and spreadsheets. Pinned by tests/pricing/bill_report_test.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <vector>

#include "pricing/billing.hpp"

namespace pricing {

namespace {

constexpr std::string_view kEstimatedNote =
    "~ estimated: derived from other prices, or taken from another region; not a list price";

// Shortest decimal with at most `decimals` places; never an exponent.
std::string decimal(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string withThousands(std::string text) {
  const auto point = std::min(text.find('.'), text.size());
  for (std::size_t at = point; at > 3; at -= 3)
    if (text[at - 4] != '-') text.insert(at - 3, ",");
  return text;
}

// Two places from a hundred on, four significant digits below.
std::string quantityText(double quantity) {
  if (std::fabs(quantity) >= 100) return withThousands(decimal(quantity, 2));
  if (std::fabs(quantity) >= 1e-3 || quantity == 0) return decimal(quantity, std::fabs(quantity) >= 1 ? 4 : 6);
  return fmt::format("{:.3g}", quantity);
}

std::string marked(bool estimated, std::string text) { return estimated ? "~" + text : text; }

// Names come from a user's file: control bytes would move the cursor of a terminal or break a table.
std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

// Columns in code points, which is what a terminal shows of the scripts a function name is written in.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

constexpr std::size_t kColumns = 7;
using Row = std::array<std::string, kColumns>;
constexpr std::array<std::string_view, kColumns> kHeader{"service",    "item",   "quantity", "unit",
                                                         "unit price", "amount", "source"};
constexpr std::array<bool, kColumns> kRightAligned{false, false, true, false, true, true, false};

// The rows with sources numbered in order of appearance.
struct Table {
  std::vector<Row> rows;
  std::vector<std::string> sources;
  bool anyEstimated = false;
};

Table tableOf(const Bill& bill) {
  Table table;
  for (const auto& line : bill.lines) {
    const auto known = std::ranges::find(table.sources, line.source);
    const auto number = known - table.sources.begin() + 1;
    if (known == table.sources.end()) table.sources.push_back(line.source);
    table.rows.push_back({line.service, printable(line.item), quantityText(line.quantity), line.unit,
                          marked(line.estimated, display(line.unitPrice)), marked(line.estimated, display(line.amount)),
                          fmt::format("[{}]", number)});
    table.anyEstimated = table.anyEstimated || line.estimated;
  }
  return table;
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string blanks(to - std::min(to, width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::string csvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quotedText = "\"";
  for (const char c : text) {
    if (c == '"') quotedText += '"';
    quotedText += c;
  }
  return quotedText + '"';
}

std::string markdownCell(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '<' || c == '`') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string htmlText(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

std::string htmlRow(std::string_view tag, const Row& row) {
  std::string text = "<tr>";
  for (std::size_t i = 0; i < kColumns; ++i)
    text += fmt::format("<{}{}>{}</{}>", tag, kRightAligned[i] ? " class=\"n\"" : "", htmlText(row[i]), tag);
  return text + "</tr>\n";
}

constexpr std::string_view kHtmlHead =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Monthly bill</title>\n<style>\n"
    ":root { color-scheme: light dark; font: 15px/1.5 sans-serif }\nbody { max-width: 70rem; margin: 2rem auto; "
    "padding: 0 1rem }\ntable { border-collapse: collapse }\nth, td { padding: .2rem .8rem .2rem 0; text-align: left; "
    "border-bottom: 1px solid #8884 }\n.n { text-align: right; font-variant-numeric: tabular-nums "
    "}\n</style>\n</head>\n"
    "<body>\n";

} // namespace

std::string billText(const Bill& bill) {
  auto table = tableOf(bill);
  Row header, total;
  std::ranges::copy(kHeader, header.begin());
  total = {"total", "", "", "", "", marked(table.anyEstimated, display(bill.total())), ""};
  table.rows.insert(table.rows.begin(), header);
  table.rows.push_back(total);

  std::array<std::size_t, kColumns> widths{};
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string text;
  for (const auto& row : table.rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) line += (i ? "  " : "") + padded(row[i], widths[i], kRightAligned[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  if (table.anyEstimated) text += fmt::format("\n{}\n", kEstimatedNote);
  if (!table.sources.empty()) text += "\nprices:\n";
  for (std::size_t i = 0; i < table.sources.size(); ++i) text += fmt::format("[{}] {}\n", i + 1, table.sources[i]);
  return text;
}

std::string billMarkdown(const Bill& bill) {
  const auto table = tableOf(bill);
  std::string text = "| service | item | quantity | unit | unit price | amount | source |\n"
                     "| --- | --- | ---: | --- | ---: | ---: | --- |\n";
  for (const auto& row : table.rows) {
    for (const auto& cell : row) text += "| " + markdownCell(cell) + ' ';
    text += "|\n";
  }
  text += fmt::format("| **total** |  |  |  |  | **{}** |  |\n", marked(table.anyEstimated, display(bill.total())));
  if (table.anyEstimated) text += fmt::format("\n\\{}\n", kEstimatedNote);
  if (!table.sources.empty()) text += '\n';
  for (std::size_t i = 0; i < table.sources.size(); ++i)
    text += fmt::format("{}[{}] {}", i ? "  \n" : "", i + 1, markdownCell(table.sources[i]));
  return table.sources.empty() ? text : text + '\n';
}

std::string billHtml(const Bill& bill) {
  const auto table = tableOf(bill);
  const auto total = marked(table.anyEstimated, display(bill.total()));
  Row header;
  std::ranges::copy(kHeader, header.begin());
  std::string text = std::string(kHtmlHead) + "<h1>Monthly bill: " + total + "</h1>\n<table>\n<thead>\n" +
                     htmlRow("th", header) + "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) text += htmlRow("td", row);
  text += "</tbody>\n<tfoot>\n" + htmlRow("th", {"total", "", "", "", "", total, ""}) + "</tfoot>\n</table>\n";
  if (table.anyEstimated) text += fmt::format("<p>{}</p>\n", kEstimatedNote);
  if (!table.sources.empty()) text += "<h2>Prices</h2>\n<ol>\n";
  for (const auto& source : table.sources) text += "<li>" + htmlText(source) + "</li>\n";
  return text + (table.sources.empty() ? "" : "</ol>\n") + "</body>\n</html>\n";
}

// RFC 4180 with LF line ends. Twelve decimals: a sum over the lines is off the total by far less than 1e-9.
std::string billCsv(const Bill& bill) {
  constexpr int kDecimals = 12;
  std::string text = "service,item,quantity,unit,unit_price_usd,amount_usd,estimated,source\n";
  for (const auto& line : bill.lines)
    text += fmt::format("{},{},{},{},{},{},{},{}\n", csvField(line.service), csvField(line.item),
                        decimal(line.quantity, kDecimals), csvField(line.unit),
                        decimal(line.unitPrice.inDollarsPerUnit(), kDecimals),
                        decimal(line.amount.inDollars(), kDecimals), line.estimated, csvField(line.source));
  return text;
}

} // namespace pricing
