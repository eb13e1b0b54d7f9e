#include "pricing/import/csv_offer.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "pricing/import/offer_formats.hpp"

namespace pricing::importing {

namespace {

// The cell behind the name of one head line; quotes are the only escapes there.
std::string_view headCell(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) continue;
    const auto unquoted = [](std::string_view cell) {
      cell = trimmed(cell);
      return cell.size() >= 2 && cell.front() == '"' && cell.back() == '"' ? cell.substr(1, cell.size() - 2) : cell;
    };
    if (unquoted(line.substr(0, comma)) == name) return unquoted(line.substr(comma + 1));
  }
  return {};
}

} // namespace

bool isCsvOffer(std::string_view text) { return !headCell(text.substr(0, text.find('\n')), "FormatVersion").empty(); }

OfferHead csvHead(std::string_view text) {
  return {std::string(headCell(text, "OfferCode")), std::string(headCell(text, "Version")),
          std::string(headCell(text, "Publication Date"))};
}

CsvOffer::CsvOffer(const std::string& path, ProgressMeter& meter)
    : m_path(path), m_source(path, &meter), m_reader(m_source, ',') {
  constexpr int kHeadLines = 5;
  Got got = Got::Item;
  for (int line = 0; line <= kHeadLines && got == Got::Item; ++line) got = m_reader.next(m_cells);
  if (got != Got::Item)
    throw InputError({m_path, "the end of the file in its head", "five lines of head and a line of column names"});
  m_names.assign(m_cells.begin(), m_cells.end());
}

CsvOffer::Column CsvOffer::column(std::string_view name) const {
  const auto place = std::ranges::find(m_names, name);
  if (place == m_names.end()) return std::nullopt;
  return static_cast<std::size_t>(place - m_names.begin());
}

CsvOffer::Column CsvOffer::required(std::string_view name, ImportProblems& problems) {
  const auto place = column(name);
  if (!place)
    problems.add({line(), fmt::format("no column {}", quoted(name)), "the columns of an AWS price list",
                  nearestName(name, std::span<const std::string>(m_names))});
  return place;
}

bool CsvOffer::next(ImportProblems& problems) {
  for (;;) {
    const auto got = m_reader.next(m_cells);
    if (got == Got::End) return false;
    if (got == Got::Item && m_cells.size() == m_names.size()) return true;
    problems.add({line(), got == Got::TooLong ? "a quote that does not close" : fmt::format("{} cells", m_cells.size()),
                  fmt::format("{}, one for each column", m_names.size())});
  }
}

std::string CsvOffer::line() const { return fmt::format("{}: line {}", m_path, m_reader.lineNumber()); }

} // namespace pricing::importing
