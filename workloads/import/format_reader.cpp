#include "workloads/import/format_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "pricing/problem.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

using pricing::InputError;
using pricing::Problem;

void RowLog::skip(std::string_view reason, std::uint64_t line, std::string_view example, std::uint64_t count) {
  m_skipped += count;
  const auto known =
      std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& e) { return e.row.reason == reason; });
  if (known != m_entries.end()) {
    known->row.count += count;
    return;
  }
  m_entries.push_back({{std::string(reason), count, line}, m_path, pricing::quoted(example)});
}

std::vector<SkippedRows> RowLog::reasons() const {
  std::vector<SkippedRows> rows;
  for (const auto& entry : m_entries) rows.push_back(entry.row);
  return rows;
}

void RowLog::throwIfUnusable(std::uint64_t usable, std::string_view expected) const {
  const double all = static_cast<double>(usable + m_skipped);
  if (usable > 0 && static_cast<double>(m_skipped) <= kLargestSkippedShare * all) return;
  if (m_entries.empty())
    throw InputError(Problem{m_path, fmt::format("none in {} rows", m_rows), std::string(expected)});
  std::string found = fmt::format("{} usable rows and {} unusable ones", usable, m_skipped);
  std::string separator = " (";
  for (const auto& entry : m_entries) {
    found +=
        fmt::format("{}{}: {}, first in line {}", separator, entry.row.reason, entry.row.count, entry.row.firstLine);
    if (&entry == &m_entries.front()) found += fmt::format(", {}", entry.example);
    separator = "; ";
  }
  throw InputError(Problem{m_entries.front().path, found + ")", fmt::format("mostly {}", expected)});
}

void refuseFunctionOption(const ImportJob& job) {
  if (job.options.function.empty()) return;
  throw InputError(Problem{"workload.arrivals.function", pricing::quoted(job.options.function),
                           fmt::format("no function, because the format {} records none", job.format.name)});
}

bool timeIsEnd(const TraceOptions& options, bool fallback) {
  if (options.timeIs.empty()) return fallback;
  if (options.timeIs == "end" || options.timeIs == "start") return options.timeIs == "end";
  throw InputError(Problem{"workload.arrivals.time_is", pricing::quoted(options.timeIs), "start or end"});
}

std::string_view unitOption(std::string_view value, std::string_view option) {
  const auto unit = timeUnitNamed(value);
  const bool isTime = option.ends_with("time_unit");
  if (value.empty() || (unit && (isTime || *unit != TimeUnit::Iso))) return value;
  throw InputError(
      Problem{std::string(option), pricing::quoted(value), isTime ? "s, ms, us, ns or iso" : "s, ms, us or ns"});
}

} // namespace workloads::importing
