// Azure Functions trace 2019 (Shahrad et al., USENIX ATC 2020): invocations per function and minute, with the
// percentiles of durations and of allocated memory in files of their own. Excerpts in circulation rename, cut and
// reorder columns, so columns are found by their names. Pinned by tests/workloads/azure_test.cpp.
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <unordered_map>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/counted_trace.hpp"
#include "workloads/import/csv_columns.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

namespace {

enum class Role { None, Invocations, Durations, Memory };

// "7", "minute_7", "7_minute": 7.
std::optional<std::uint32_t> minuteOf(std::string_view name) {
  constexpr std::string_view kWord = "minute";
  if (name.starts_with(kWord)) name.remove_prefix(kWord.size());
  if (name.ends_with(kWord)) name.remove_suffix(kWord.size());
  std::uint32_t minute = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), minute);
  if (error != std::errc{} || end != name.data() + name.size() || minute > 1'000'000) return std::nullopt;
  return minute;
}

struct IdColumns {
  std::optional<std::size_t> owner, app, function;
  explicit IdColumns(const CsvHeader& header)
      : owner(header.find({"hashowner"})), app(header.find({"hashapp"})), function(header.find({"hashfunction"})) {}
  std::string appKey(const std::vector<std::string_view>& row) const {
    return fmt::format("{},{}", cellOf(row, owner), cellOf(row, app));
  }
  // HashFunction alone is not unique.
  std::string functionKey(const std::vector<std::string_view>& row) const {
    return fmt::format("{},{}", appKey(row), cellOf(row, function));
  }
};

struct MinuteColumns {
  std::vector<std::pair<std::size_t, std::uint32_t>> columns; // position, minute from the first
  std::uint32_t minutes = 0;
  explicit MinuteColumns(const CsvHeader& header) {
    std::uint32_t first = ~0U, last = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
      const auto minute = minuteOf(header[i].plain);
      if (!minute) continue;
      columns.emplace_back(i, *minute);
      first = std::min(first, *minute);
      last = std::max(last, *minute);
    }
    for (auto& column : columns) column.second -= first;
    if (!columns.empty()) minutes = last - first + 1;
  }
};

Role roleOf(std::string_view prefix) {
  const CsvHeader header = CsvHeader::ofFirstLine(prefix, separatorOf(prefix));
  if (!header.find({"hashfunction", "hashapp"})) return Role::None;
  if (header.find({"percentileaverage50"})) return Role::Durations;
  if (header.find({"averageallocatedmb"})) return Role::Memory;
  return MinuteColumns(header).columns.empty() ? Role::None : Role::Invocations;
}

CsvHeader headerOf(const std::string& path) {
  const std::string prefix = firstBytes(path, kRecognisedBytes);
  return CsvHeader::ofFirstLine(prefix, separatorOf(prefix));
}

struct Function {
  std::string key, app;
  std::uint64_t requests = 0;
};

class AzureCounts {
 public:
  explicit AzureCounts(const ImportJob& job) : m_job(job) {}
  std::shared_ptr<const Trace> read();

 private:
  template <class Use> void forEachRow(const std::string& path, ProgressMeter* meter, const Use& use);
  void sortFilesByRole();
  void chooseFunction();
  void readInvocations(const std::string& path);
  bool parseCounts(const MinuteColumns& minutes, const std::vector<std::string_view>& row, std::uint64_t line);
  void addRow(const IdColumns& ids, const MinuteColumns& minutes, const std::vector<std::string_view>& row);
  void addMinutes(const std::vector<std::uint64_t>& totals);
  void readDurations(const std::string& path);
  void readMemory(const std::string& path);
  void joinDurations(CountedTrace::Parts& parts);
  void joinMemory();
  void describe();

  const ImportJob& m_job;
  std::vector<std::string> m_invocationFiles, m_durationFiles, m_memoryFiles;
  RowLog m_rows;
  TraceSummary m_summary;
  std::string m_only;
  std::unordered_map<std::string, std::uint32_t> m_indexOf;
  std::vector<Function> m_functions;
  std::unordered_map<std::string, DurationTable> m_tables;
  std::unordered_map<std::string, double> m_memory;
  SortedRecords m_records;
  std::int64_t m_begin = 0; // of the file that is being read
  std::uint64_t m_usableRows = 0, m_requests = 0;
  std::vector<std::int64_t> m_counts;  // of the row, by minute column
  std::vector<std::uint64_t> m_totals; // by minute of the file, when functions need not be told apart
};

template <class Use> void AzureCounts::forEachRow(const std::string& path, ProgressMeter* meter, const Use& use) {
  ByteSource source(path, meter);
  CsvReader csv(source, separatorOf(firstBytes(path, kRecognisedBytes)));
  std::vector<std::string_view> row;
  if (csv.next(row) == Got::End) return; // the header
  for (Got got; (got = csv.next(row)) != Got::End;) {
    if (got == Got::TooLong) row.resize(1);
    use(row, csv.lineNumber());
  }
}

void AzureCounts::sortFilesByRole() {
  for (const auto& path : m_job.files) {
    const Role role = roleOf(firstBytes(path, kRecognisedBytes));
    if (role == Role::None)
      throw pricing::InputError(pricing::Problem{
          path, {}, "a header with HashOwner, HashApp, HashFunction and minutes, percentiles or memory"});
    (role == Role::Invocations ? m_invocationFiles
     : role == Role::Durations ? m_durationFiles
                               : m_memoryFiles)
        .push_back(path);
  }
  if (m_invocationFiles.empty())
    throw pricing::InputError(pricing::Problem{m_job.files.front(), "no invocation counts",
                                               "the file with counts per minute beside durations and memory"});
}

void AzureCounts::chooseFunction() {
  FunctionChoice choice;
  for (const auto& path : m_invocationFiles) {
    const CsvHeader header = headerOf(path);
    const IdColumns ids(header);
    const MinuteColumns minutes(header);
    forEachRow(path, nullptr, [&](const auto& row, std::uint64_t) {
      std::uint64_t requests = 0;
      for (const auto& [column, minute] : minutes.columns)
        requests +=
            static_cast<std::uint64_t>(std::max<std::int64_t>(parseDecimal(cellOf(row, column), 1).value_or(0), 0));
      choice.add(ids.functionKey(row), cellOf(row, ids.function), requests);
    });
  }
  m_only = choice.choose(m_job.options.function);
}

bool AzureCounts::parseCounts(const MinuteColumns& minutes, const std::vector<std::string_view>& row,
                              std::uint64_t line) {
  m_counts.clear();
  for (const auto& [column, minute] : minutes.columns) {
    if (column >= row.size()) return m_rows.skip("too few cells", line, row[0]), false;
    const std::string_view text = cellOf(row, column);
    if (text == "0") { // nine cells of ten
      m_counts.push_back(0);
      continue;
    }
    const auto count = text.empty() ? std::optional<std::int64_t>(0) : parseDecimal(text, 1);
    if (!count || *count < 0 || *count > kLargestCount) return m_rows.skip("unreadable count", line, text), false;
    m_counts.push_back(*count);
  }
  return true;
}

void AzureCounts::addRow(const IdColumns& ids, const MinuteColumns& minutes, const std::vector<std::string_view>& row) {
  ++m_usableRows;
  const auto [entry, isNew] =
      m_indexOf.try_emplace(ids.functionKey(row), static_cast<std::uint32_t>(m_functions.size()));
  if (isNew) m_functions.push_back({entry->first, ids.appKey(row), 0});
  for (std::size_t i = 0; i < m_counts.size(); ++i) {
    if (m_counts[i] == 0) continue;
    const std::uint32_t minute = minutes.columns[i].second;
    m_functions[entry->second].requests += static_cast<std::uint64_t>(m_counts[i]);
    if (m_durationFiles.empty())
      m_totals[minute] += static_cast<std::uint64_t>(m_counts[i]);
    else
      m_records.add({m_begin + minute * kMinute, CountedTrace::pack(entry->second, m_counts[i])});
  }
}

void AzureCounts::addMinutes(const std::vector<std::uint64_t>& totals) {
  for (std::size_t minute = 0; minute < totals.size(); ++minute) {
    const std::int64_t key = m_begin + static_cast<std::int64_t>(minute) * kMinute;
    // A sum over very many functions may exceed one record's count.
    for (auto left = static_cast<std::int64_t>(totals[minute]); left > 0; left -= kLargestCount)
      m_records.add({key, CountedTrace::pack(0, std::min(left, kLargestCount))});
  }
}

void AzureCounts::readInvocations(const std::string& path) {
  m_rows.beginFile(path);
  const CsvHeader header = headerOf(path);
  const IdColumns ids(header);
  const MinuteColumns minutes(header);
  m_totals.assign(minutes.minutes, 0);
  forEachRow(path, &m_job.meter, [&](const auto& row, std::uint64_t line) {
    m_rows.countRow();
    if (!parseCounts(minutes, row, line)) return;
    if (m_only.empty() || ids.functionKey(row) == m_only) addRow(ids, minutes, row);
  });
  if (m_durationFiles.empty()) addMinutes(m_totals);
  m_begin += minutes.minutes * kMinute;
}

void AzureCounts::readDurations(const std::string& path) {
  m_rows.beginFile(path);
  const CsvHeader header = headerOf(path);
  const IdColumns ids(header);
  std::array<std::optional<std::size_t>, 7> columns;
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i] = header.find({fmt::format("percentileaverage{:.0f}", 100 * DurationTable::kProbabilities[i])});
  forEachRow(path, &m_job.meter, [&](const auto& row, std::uint64_t line) {
    DurationTable table;
    std::int64_t below = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto value = parseDecimal(cellOf(row, columns[i]), 1'000'000);
      if (!value || *value < 0) return m_rows.skip("unreadable percentiles of durations", line, row[0]);
      below = table.nanoseconds[i] = std::max(below, *value);
    }
    m_tables.try_emplace(ids.functionKey(row), table);
  });
}

void AzureCounts::readMemory(const std::string& path) {
  m_rows.beginFile(path);
  const CsvHeader header = headerOf(path);
  const IdColumns ids(header);
  const auto column = header.find({"averageallocatedmb"});
  forEachRow(path, &m_job.meter, [&](const auto& row, std::uint64_t line) {
    const auto megabytes = parseDecimal(cellOf(row, column), 1'000);
    if (!megabytes || *megabytes < 0) return m_rows.skip("unreadable memory", line, row[0]);
    m_memory.try_emplace(ids.appKey(row), static_cast<double>(*megabytes) / 1e3);
  });
}

void AzureCounts::joinDurations(CountedTrace::Parts& parts) {
  std::uint64_t without = 0, requestsWithout = 0;
  for (const auto& function : m_functions) {
    const auto table = m_tables.find(function.key);
    if (table == m_tables.end()) {
      parts.tableOf.push_back(CountedTrace::kNoTable);
      ++without;
      requestsWithout += function.requests;
      continue;
    }
    parts.tableOf.push_back(static_cast<std::uint32_t>(parts.tables.size()));
    parts.tables.push_back(table->second);
  }
  auto& notes = m_summary.notes;
  notes.emplace_back("durations are drawn per function, linear between percentiles of 30-second averages, which "
                     "understate the spread; cold starts are not in them");
  if (without > 0)
    notes.push_back(fmt::format("{} of {} functions ({} requests) have no row of durations; theirs are drawn from the "
                                "others",
                                without, m_functions.size(), requestsWithout));
}

void AzureCounts::joinMemory() {
  double sum = 0, requests = 0;
  std::uint64_t without = 0;
  for (const auto& function : m_functions) {
    const auto memory = m_memory.find(function.app);
    without += memory == m_memory.end() ? 1 : 0;
    if (memory == m_memory.end()) continue;
    sum += memory->second * static_cast<double>(function.requests);
    requests += static_cast<double>(function.requests);
  }
  if (requests > 0) m_summary.memoryMb = sum / requests;
  if (without > 0)
    m_summary.notes.push_back(fmt::format("{} of {} functions have no row of memory", without, m_functions.size()));
}

void AzureCounts::describe() {
  m_summary.format = m_job.format.name;
  m_summary.formatTitle = m_job.format.title;
  m_summary.files.assign(m_job.files.begin(), m_job.files.end());
  m_summary.rows = m_rows.rows();
  m_summary.skipped = m_rows.reasons();
  m_summary.functions = m_functions.size();
  m_summary.notes.emplace_back("counts per minute are spread uniformly at random inside each minute (seeded)");
  if (m_invocationFiles.size() > 1)
    m_summary.notes.push_back(
        fmt::format("{} files of counts follow one another in the order given", m_invocationFiles.size()));
}

std::shared_ptr<const Trace> AzureCounts::read() {
  sortFilesByRole();
  if (!m_job.options.function.empty()) chooseFunction();
  for (const auto& path : m_invocationFiles) readInvocations(path);
  for (const auto& function : m_functions) m_requests += function.requests;
  m_rows.throwIfUnusable(m_usableRows, "rows of a function's counts per minute");
  if (m_requests == 0)
    throw pricing::InputError(pricing::Problem{m_invocationFiles.front(), "only zeros", "counts of requests"});
  for (const auto& path : m_durationFiles) readDurations(path);
  for (const auto& path : m_memoryFiles) readMemory(path);
  m_records.finish();
  describe();
  CountedTrace::Parts parts{std::move(m_records), kMinute, m_begin, 0, {}, {}};
  if (!m_durationFiles.empty()) joinDurations(parts);
  if (!m_memoryFiles.empty()) joinMemory();
  return std::make_shared<CountedTrace>(std::move(parts), std::move(m_summary));
}

} // namespace

int recogniseAzureCounts(std::string_view prefix) { return roleOf(prefix) == Role::None ? 0 : 97; }

std::shared_ptr<const Trace> readAzureCounts(const ImportJob& job) { return AzureCounts(job).read(); }

} // namespace workloads::importing
