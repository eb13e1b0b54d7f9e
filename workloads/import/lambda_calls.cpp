// One row a call of a Lambda function, written by the client that made it, with what the function told about its
// environment: is_cold, aws_duration and aws_billed_duration (ms), client_start_time (Unix seconds), exist_id (the
// environment). Layout of pacslab/serverless-performance-modeling (2020). Pinned by
// tests/workloads/lambda_calls_test.cpp.
#include <algorithm>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/csv_columns.hpp"
#include "workloads/import/environment_ledger.hpp"
#include "workloads/import/format_reader.hpp"
#include "workloads/import/request_trace.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

struct Columns {
  std::optional<std::size_t> cold, duration, billed, start, environment, memoryUsed;
  explicit Columns(const CsvHeader& header)
      : cold(header.find({"iscold"})), duration(header.find({"awsduration"})),
        billed(header.find({"awsbilledduration"})), start(header.find({"clientstarttime"})),
        environment(header.find({"existid"})), memoryUsed(header.find({"awsmaxmem"})) {}
  bool complete() const { return cold && duration && start; }
};

std::optional<bool> parseFlag(std::string_view text) {
  if (text == "True" || text == "true" || text == "1") return true;
  if (text == "False" || text == "false" || text == "0") return false;
  return std::nullopt;
}

class LambdaCalls {
 public:
  explicit LambdaCalls(const ImportJob& job) : m_job(job), m_collector(job) {}
  void readFile(const std::string& path);
  std::shared_ptr<const Trace> finish();

 private:
  void addRow(const Columns& columns, const std::vector<std::string_view>& row, std::uint64_t line);
  const ImportJob& m_job;
  RequestCollector m_collector;
  EnvironmentLedger m_environments;
  std::uint64_t m_cold = 0;
  std::int64_t m_billedUs = 0, m_memoryUsedMb = 0;
  bool m_billedSeen = false;
};

void LambdaCalls::addRow(const Columns& columns, const std::vector<std::string_view>& row, std::uint64_t line) {
  const auto start = parseDecimal(cellOf(row, columns.start), kSecond);
  const auto duration = parseDecimal(cellOf(row, columns.duration), kMillisecond);
  const auto cold = parseFlag(cellOf(row, columns.cold));
  auto& rows = m_collector.rows();
  if (!start) return rows.skip("unreadable client_start_time", line, cellOf(row, columns.start));
  if (!duration) return rows.skip("unreadable aws_duration", line, cellOf(row, columns.duration));
  if (*duration < 0) return rows.skip("negative duration", line, cellOf(row, columns.duration));
  if (!cold) return rows.skip("is_cold is neither True nor False", line, cellOf(row, columns.cold));
  m_cold += *cold;
  const std::string_view environment = cellOf(row, columns.environment);
  if (!environment.empty()) m_environments.add(environment, *start, *start + *duration, *cold);
  if (const auto billed = parseDecimal(cellOf(row, columns.billed), 1'000); billed && *billed >= 0) {
    m_billedUs += *billed;
    m_billedSeen = true;
  }
  m_memoryUsedMb = std::max(m_memoryUsedMb, parseDecimal(cellOf(row, columns.memoryUsed), 1).value_or(0));
  m_collector.addStart(*start, *duration, line);
}

void LambdaCalls::readFile(const std::string& path) {
  m_collector.rows().beginFile(path);
  ByteSource source(path, &m_job.meter);
  CsvReader csv(source, ',');
  std::vector<std::string_view> row;
  if (csv.next(row) == Got::End) return;
  const Columns columns{CsvHeader(row)};
  if (!columns.complete())
    throw pricing::InputError(pricing::Problem{path + ":1", pricing::quoted(row[0]),
                                               "a header with is_cold, aws_duration and client_start_time"});
  for (Got got; (got = csv.next(row)) != Got::End;) {
    m_collector.rows().countRow();
    if (got == Got::Item)
      addRow(columns, row, csv.lineNumber());
    else
      m_collector.rows().skip("unfinished quotes or a line longer than 1 MiB", csv.lineNumber(),
                              row.empty() ? std::string_view{} : row[0]);
  }
}

std::shared_ptr<const Trace> LambdaCalls::finish() {
  auto& summary = m_collector.summary();
  summary.coldStarts = m_cold;
  m_environments.describe(summary);
  if (m_billedSeen) summary.billedMs = static_cast<double>(m_billedUs) / 1e3;
  if (m_memoryUsedMb > 0) summary.maxMemoryUsedMb = static_cast<double>(m_memoryUsedMb);
  summary.notes.emplace_back("a call starts when its client sent it; durations are the function's, without init");
  return m_collector.finish(TimeBase::WallClock, "rows of is_cold, aws_duration, client_start_time");
}

} // namespace

int recogniseLambdaCalls(std::string_view prefix) {
  return Columns(CsvHeader::ofFirstLine(prefix, ',')).complete() ? 97 : 0;
}

std::shared_ptr<const Trace> readLambdaCalls(const ImportJob& job) {
  refuseFunctionOption(job);
  LambdaCalls calls(job);
  for (const auto& path : job.files) calls.readFile(path);
  return calls.finish();
}

} // namespace workloads::importing
