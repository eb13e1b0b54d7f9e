#include "workloads/import/csv_columns.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <utility>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"

namespace workloads::importing {

using pricing::importing::firstLineOf;
using pricing::importing::trimmed;

namespace {

bool isWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Parts between punctuation and at lower-to-upper steps, in lower case.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  char previous = ' ';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool upper = std::isupper(byte) != 0;
    const bool step = upper && std::islower(static_cast<unsigned char>(previous)) != 0;
    if (isWordCharacter(c)) {
      if (!isWordCharacter(previous) || step) out.emplace_back();
      out.back() += static_cast<char>(std::tolower(byte));
    }
    previous = c;
  }
  return out;
}

std::optional<TimeUnit> unitWord(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, TimeUnit>, 18> kWords = {{{"s", TimeUnit::Seconds},
                                                                             {"sec", TimeUnit::Seconds},
                                                                             {"secs", TimeUnit::Seconds},
                                                                             {"second", TimeUnit::Seconds},
                                                                             {"seconds", TimeUnit::Seconds},
                                                                             {"ms", TimeUnit::Milliseconds},
                                                                             {"msec", TimeUnit::Milliseconds},
                                                                             {"msecs", TimeUnit::Milliseconds},
                                                                             {"millis", TimeUnit::Milliseconds},
                                                                             {"millisecond", TimeUnit::Milliseconds},
                                                                             {"milliseconds", TimeUnit::Milliseconds},
                                                                             {"us", TimeUnit::Microseconds},
                                                                             {"usec", TimeUnit::Microseconds},
                                                                             {"micros", TimeUnit::Microseconds},
                                                                             {"microseconds", TimeUnit::Microseconds},
                                                                             {"ns", TimeUnit::Nanoseconds},
                                                                             {"nanos", TimeUnit::Nanoseconds},
                                                                             {"nanoseconds", TimeUnit::Nanoseconds}}};
  const auto found = std::find_if(kWords.begin(), kWords.end(), [&](const auto& w) { return w.first == word; });
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

ColumnName columnName(std::string_view text) {
  ColumnName name{std::string(text), {}, {}};
  std::vector<std::string> parts = words(text);
  if (parts.size() > 1) name.unit = unitWord(parts.back());
  if (name.unit) parts.pop_back();
  for (const auto& part : parts) name.plain += part;
  return name;
}

CsvHeader::CsvHeader(const std::vector<std::string_view>& cells) {
  for (const auto cell : cells) m_names.push_back(columnName(trimmed(cell)));
}

CsvHeader CsvHeader::ofFirstLine(std::string_view prefix, char separator) {
  std::vector<std::string_view> cells;
  const std::string_view line = firstLineOf(prefix);
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find(separator, begin);
    std::string_view cell = trimmed(line.substr(begin, end - begin));
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    cells.push_back(cell);
    if (end == std::string_view::npos) return CsvHeader(cells);
    begin = end + 1;
  }
}

std::optional<std::size_t> CsvHeader::find(std::initializer_list<std::string_view> plainNames) const {
  for (const auto name : plainNames)
    for (std::size_t i = 0; i < m_names.size(); ++i)
      if (m_names[i].plain == name) return i;
  return std::nullopt;
}

std::vector<std::string> CsvHeader::texts() const {
  std::vector<std::string> out;
  for (const auto& name : m_names) out.push_back(name.text);
  return out;
}

std::string_view cellOf(const std::vector<std::string_view>& row, std::optional<std::size_t> at) {
  return at && *at < row.size() ? trimmed(row[*at]) : std::string_view{};
}

void FunctionChoice::add(const std::string& key, std::string_view functionName, std::uint64_t requests) {
  const auto [entry, isNew] = m_functions.try_emplace(key);
  if (isNew) entry->second = {std::string(functionName), 0, m_functions.size()};
  entry->second.requests += requests;
}

std::string FunctionChoice::choose(const std::string& wanted) const {
  const std::string* chosen = nullptr;
  std::uint64_t most = 0, order = 0;
  std::size_t matches = 0;
  for (const auto& [key, function] : m_functions) {
    const bool busiest = wanted == "busiest";
    if (!busiest && !function.name.starts_with(wanted)) continue;
    ++matches;
    const bool better = function.requests > most || (function.requests == most && function.order < order);
    if (chosen == nullptr || better) chosen = &key, most = function.requests, order = function.order;
  }
  const pricing::Problem problem{"workload.arrivals.function", pricing::quoted(wanted),
                                 "busiest, or the start of the name of one function"};
  if (chosen == nullptr) throw pricing::InputError(problem);
  if (wanted != "busiest" && matches > 1) {
    auto several = problem;
    several.found += fmt::format(", which begins the names of {} functions", matches);
    throw pricing::InputError(several);
  }
  return *chosen;
}

} // namespace workloads::importing
