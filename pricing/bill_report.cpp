// The bill for people and spreadsheets. Pinned by tests/pricing/bill_report_test.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

#include "pricing/billing.hpp"

namespace pricing {

namespace {

constexpr std::string_view kEstimatedNote =
    "~ estimated: derived from other prices, or taken from another region; not a list price";
constexpr std::string_view kOwnNote = "* own price: a private price, a discount, an override or an entry of the user's";

// Shortest decimal with at most `decimals` places; never an exponent.
std::string decimal(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// The shortest text that reads back as the same double, without exponent: 0.000000021.
std::string plainDecimal(double value) {
  std::string text = fmt::format("{}", value);
  const auto mark = text.find('e');
  if (mark == std::string::npos) return text;
  const int exponent = std::atoi(text.c_str() + mark + 1);
  const auto point = text.find('.');
  const int places = point < mark ? static_cast<int>(mark - point) - 1 : 0;
  return fmt::format("{:.{}f}", value, std::max(0, places - exponent));
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

struct Marks {
  bool estimated = false, own = false;
};
std::string marked(const Marks& marks, const std::string& text) {
  return fmt::format("{}{}{}", marks.estimated ? "~" : "", marks.own ? "*" : "", text);
}

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
  std::vector<std::array<std::string, 2>> services; // name, subtotal; none when there is but one
  Marks marks;                                      // of any line, so of the total
  std::string total;
};

struct Subtotal {
  std::string service;
  Money amount;
  Marks marks;
};

void addTo(Marks& marks, const BillLine& line) {
  marks.estimated = marks.estimated || line.estimated;
  marks.own = marks.own || line.ownPrice;
}

std::vector<std::array<std::string, 2>> subtotalsOf(const Bill& bill) {
  std::vector<Subtotal> subtotals;
  for (const auto& line : bill.lines) {
    auto known = std::ranges::find(subtotals, line.service, &Subtotal::service);
    if (known == subtotals.end()) known = subtotals.insert(subtotals.end(), {line.service, {}, {}});
    known->amount += line.amount;
    addTo(known->marks, line);
  }
  std::vector<std::array<std::string, 2>> rows;
  for (const auto& each : subtotals)
    if (subtotals.size() > 1) rows.push_back({printable(each.service), marked(each.marks, display(each.amount))});
  return rows;
}

std::vector<std::string_view> notesOf(const Table& table) {
  std::vector<std::string_view> notes;
  if (table.marks.estimated) notes.push_back(kEstimatedNote);
  if (table.marks.own) notes.push_back(kOwnNote);
  return notes;
}

Table tableOf(const Bill& bill) {
  Table table;
  for (const auto& line : bill.lines) {
    const auto known = std::ranges::find(table.sources, line.source);
    const auto number = known - table.sources.begin() + 1;
    if (known == table.sources.end()) table.sources.push_back(line.source);
    const Marks marks{line.estimated, line.ownPrice};
    table.rows.push_back({printable(line.service), printable(line.item), quantityText(line.quantity),
                          printable(line.unit), marked(marks, display(line.unitPrice)),
                          marked(marks, display(line.amount)), fmt::format("[{}]", number)});
    addTo(table.marks, line);
  }
  table.services = subtotalsOf(bill);
  table.total = marked(table.marks, display(bill.total()));
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
  for (const auto& [service, amount] : table.services)
    table.rows.push_back({"all " + service, "", "", "", "", amount, ""});
  total = {"total", "", "", "", "", table.total, ""};
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
  for (const auto note : notesOf(table))
    text += fmt::format("{}{}\n", note == notesOf(table).front() ? "\n" : "", note);
  if (!table.sources.empty()) text += "\nprices:\n";
  for (std::size_t i = 0; i < table.sources.size(); ++i)
    text += fmt::format("[{}] {}\n", i + 1, printable(table.sources[i]));
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
  for (const auto& [service, amount] : table.services)
    text += fmt::format("| *all {}* |  |  |  |  | {} |  |\n", markdownCell(service), markdownCell(amount));
  text += fmt::format("| **total** |  |  |  |  | **{}** |  |\n", markdownCell(table.total));
  for (const auto note : notesOf(table)) text += fmt::format("\n\\{}\n", note);
  if (!table.sources.empty()) text += '\n';
  for (std::size_t i = 0; i < table.sources.size(); ++i)
    text += fmt::format("{}[{}] {}", i ? "  \n" : "", i + 1, markdownCell(table.sources[i]));
  return table.sources.empty() ? text : text + '\n';
}

std::string billHtml(const Bill& bill) {
  const auto table = tableOf(bill);
  Row header;
  std::ranges::copy(kHeader, header.begin());
  std::string text = std::string(kHtmlHead) + "<h1>Monthly bill: " + table.total + "</h1>\n<table>\n<thead>\n" +
                     htmlRow("th", header) + "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) text += htmlRow("td", row);
  text += "</tbody>\n<tfoot>\n";
  for (const auto& [service, amount] : table.services)
    text += htmlRow("td", {"all " + service, "", "", "", "", amount, ""});
  text += htmlRow("th", {"total", "", "", "", "", table.total, ""}) + "</tfoot>\n</table>\n";
  for (const auto note : notesOf(table)) text += fmt::format("<p>{}</p>\n", note);
  if (!table.sources.empty()) text += "<h2>Prices</h2>\n<ol>\n";
  for (const auto& source : table.sources) text += "<li>" + htmlText(source) + "</li>\n";
  return text + (table.sources.empty() ? "" : "</ol>\n") + "</body>\n</html>\n";
}

// RFC 4180 with LF line ends. Amounts have all digits that a double holds and no exponent, so that adding up the column
// gives the total of the bill to the last bit.
std::string billCsv(const Bill& bill) {
  std::string text = "service,item,quantity,unit,unit_price_usd,amount_usd,estimated,own_price,source\n";
  for (const auto& line : bill.lines)
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{}\n", csvField(line.service), csvField(line.item),
                    plainDecimal(line.quantity), csvField(line.unit), plainDecimal(line.unitPrice.inDollarsPerUnit()),
                    plainDecimal(line.amount.inDollars()), line.estimated, line.ownPrice, csvField(line.source));
  return text;
}

} // namespace pricing
