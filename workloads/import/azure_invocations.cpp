// Azure Functions invocation trace 2021 (Zhang et al., SOSP 2021): app, func, end_timestamp, duration, in seconds since
// the trace's begin; start = end - duration. Pinned by tests/workloads/azure_test.cpp.
#include <fmt/format.h>
#include <unordered_set>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/csv_columns.hpp"
#include "workloads/import/format_reader.hpp"
#include "workloads/import/request_trace.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

namespace {

struct Columns {
  std::optional<std::size_t> app, function, end, duration;
  explicit Columns(const CsvHeader& header)
      : app(header.find({"app", "hashapp"})), function(header.find({"func", "function", "hashfunction"})),
        end(header.find({"endtimestamp"})), duration(header.find({"duration"})) {}
  bool complete() const { return app && function && end && duration; }
  std::string key(const std::vector<std::string_view>& row) const {
    return fmt::format("{},{}", cellOf(row, app), cellOf(row, function));
  }
};

// Calls `use(columns, row, line)` for the rows behind the header; rows that are no CSV go to `skip(line, text)`.
template <class Use, class Skip>
void forEachRow(const std::string& path, ProgressMeter* meter, const Use& use, const Skip& skip) {
  ByteSource source(path, meter);
  CsvReader csv(source, ',');
  std::vector<std::string_view> row;
  if (csv.next(row) == Got::End) return;
  const Columns columns{CsvHeader(row)};
  if (!columns.complete())
    throw pricing::InputError(
        pricing::Problem{path + ":1", pricing::quoted(row[0]), "a header with app, func, end_timestamp and duration"});
  for (Got got; (got = csv.next(row)) != Got::End;) {
    if (got == Got::Item)
      use(columns, row, csv.lineNumber());
    else
      skip(csv.lineNumber(), row.empty() ? std::string_view{} : row[0]);
  }
}

std::string chosenFunction(const ImportJob& job) {
  FunctionChoice choice;
  const auto count = [&](const Columns& columns, const auto& row, std::uint64_t) {
    choice.add(columns.key(row), cellOf(row, columns.function), 1);
  };
  for (const auto& path : job.files) forEachRow(path, nullptr, count, [](std::uint64_t, std::string_view) {});
  return choice.choose(job.options.function);
}

} // namespace

int recogniseAzureInvocations(std::string_view prefix) {
  return Columns(CsvHeader::ofFirstLine(prefix, ',')).complete() ? 96 : 0;
}

std::shared_ptr<const Trace> readAzureInvocations(const ImportJob& job) {
  const std::string only = job.options.function.empty() ? std::string{} : chosenFunction(job);
  const bool stampIsEnd = timeIsEnd(job.options, true);
  RequestCollector collector(job);
  std::unordered_set<std::string> functions;
  const auto skip = [&](std::uint64_t line, std::string_view text) {
    collector.rows().countRow();
    collector.rows().skip("unfinished quotes or a line longer than 1 MiB", line, text);
  };
  const auto use = [&](const Columns& columns, const std::vector<std::string_view>& row, std::uint64_t line) {
    collector.rows().countRow();
    const auto stamp = parseDecimal(cellOf(row, columns.end), kSecond);
    const auto duration = parseDecimal(cellOf(row, columns.duration), kSecond);
    if (!stamp) return collector.rows().skip("unreadable end_timestamp", line, cellOf(row, columns.end));
    if (!duration) return collector.rows().skip("unreadable duration", line, cellOf(row, columns.duration));
    if (*duration < 0) return collector.rows().skip("negative duration", line, cellOf(row, columns.duration));
    const std::string key = columns.key(row);
    if (!only.empty() && key != only) return collector.leaveOut();
    functions.insert(key);
    stampIsEnd ? collector.addEnd(*stamp, *duration, line) : collector.addStart(*stamp, *duration, line);
  };
  for (const auto& path : job.files) {
    collector.rows().beginFile(path);
    forEachRow(path, &job.meter, use, skip);
  }
  auto& summary = collector.summary();
  summary.functions = functions.size();
  summary.notes.emplace_back(stampIsEnd ? "time stamps are the end of an invocation; start = end - duration"
                                        : "time stamps are the start of an invocation, as asked");
  return collector.finish(TimeBase::Relative, "rows of app, func, end_timestamp, duration");
}

} // namespace workloads::importing
