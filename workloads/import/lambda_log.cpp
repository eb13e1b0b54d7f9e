// AWS Lambda's START and REPORT lines in everything they come in: plain text (aws logs tail, export to S3, forwarders),
// JSON events, the console's and Logs Insights' CSV, and tables of parsed REPORT fields.
#include <fmt/format.h>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/csv_columns.hpp"
#include "workloads/import/format_reader.hpp"
#include "workloads/import/json_scanner.hpp"
#include "workloads/import/lambda_invocations.hpp"
#include "workloads/import/request_trace.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

namespace {

constexpr std::string_view kRow = "AWS Lambda REPORT lines with a time stamp";

class LambdaLog {
 public:
  explicit LambdaLog(const ImportJob& job) : m_job(job), m_collector(job), m_invocations(m_collector) {}
  void readFile(const std::string& path);
  std::shared_ptr<const Trace> finish() {
    m_invocations.finish();
    return m_collector.finish(TimeBase::WallClock, kRow);
  }

 private:
  void readText(ByteSource& source);
  void readJson(ByteSource& source);
  void readCsv(ByteSource& source, char separator);
  void readParsedTable(CsvReader& csv, const CsvHeader& header);
  void tooLong(std::uint64_t line, std::string_view text) {
    m_collector.rows().skip("line longer than 1 MiB", line, text);
  }
  // `stamp` < 0: none was found.
  void add(const LambdaEvent& event, std::int64_t stamp, std::string_view stream, std::uint64_t line,
           std::string_view text);

  const ImportJob& m_job;
  RequestCollector m_collector;
  LambdaInvocations m_invocations;
};

std::int64_t stampOf(std::string_view text) {
  if (const auto iso = parseIso(text)) return iso->nanoseconds;
  const auto ms = parseDecimal(text, 1'000'000);
  return ms && epochUnit(static_cast<double>(*ms) / 1e6) == TimeUnit::Milliseconds ? *ms : -1;
}

// Lines of the JSON log format hold platform events unescaped, and the application's own have a "message" too: those
// are read line by line.
bool looksLikeJsonEvents(std::string_view prefix) {
  for (const std::string_view sign : {R"("type":"platform.)", R"("type": "platform.)"})
    if (prefix.find(sign) != std::string_view::npos) return false;
  const std::string_view text = trimmed(prefix);
  if (!text.starts_with('{') && !text.starts_with('[')) return false;
  for (std::size_t at = text.find("\"message\""); at != std::string_view::npos; at = text.find("\"message\"", at + 1)) {
    const std::size_t next = text.find_first_not_of(" \t", at + 9);
    if (next != std::string_view::npos && text[next] == ':') return true;
  }
  return false;
}

CsvHeader headerOf(std::string_view prefix) { return CsvHeader::ofFirstLine(prefix, separatorOf(prefix)); }

bool isParsedTable(const CsvHeader& header) {
  return header.find({"billedduration"}) && header.find({"duration"}) && header.find({"timestamp", "time"});
}

bool isMessageTable(const CsvHeader& header) { return header.find({"message"}) && header.find({"timestamp", "time"}); }

void LambdaLog::add(const LambdaEvent& event, std::int64_t stamp, std::string_view stream, std::uint64_t line,
                    std::string_view text) {
  if (event.kind == LambdaLine::Other) return;
  const std::string_view example = text.substr(event.at);
  if (event.kind == LambdaLine::MalformedReport) return m_collector.rows().skip("unreadable REPORT", line, example);
  if (stamp < 0) stamp = event.stamp;
  if (stamp < 0) return m_collector.rows().skip("no time stamp", line, example);
  if (event.kind == LambdaLine::Start)
    m_invocations.addStart(event.id, stamp, line);
  else
    m_invocations.addReport(event.id, stamp, event.report, stream, line);
}

void LambdaLog::readText(ByteSource& source) {
  LineReader lines(source);
  std::string_view line;
  for (Got got; (got = lines.next(line)) != Got::End;) {
    m_collector.rows().countRow();
    if (got == Got::TooLong) {
      tooLong(lines.lineNumber(), line);
      continue;
    }
    const LambdaEvent event = parseLambdaLine(line);
    if (event.kind == LambdaLine::Other) continue;
    const std::string_view before = line.substr(0, event.at);
    const auto time = findWallTime(before);
    add(event, time ? time->nanoseconds : -1, findLogStream(before), lines.lineNumber(), line);
  }
}

void LambdaLog::readJson(ByteSource& source) {
  LogEventScanner events(source);
  LogEvent log;
  std::string message;
  while (events.next(log)) {
    m_collector.rows().countRow();
    // Most messages are the application's own: not worth unescaping.
    if (log.message.find("RequestId: ") == std::string::npos && log.message.find("platform.") == std::string::npos)
      continue;
    unescapeJson(log.message, message);
    add(parseLambdaLine(message), log.epochMilliseconds ? *log.epochMilliseconds * 1'000'000 : -1, log.stream, log.line,
        message);
  }
  if (events.tooLong() > 0)
    m_collector.rows().skip("text longer than 4 MiB", events.lineNumber(), {}, events.tooLong());
  if (events.endedInside())
    m_collector.summary().notes.push_back(fmt::format("the JSON ends in the middle, in line {}", events.lineNumber()));
}

void LambdaLog::readCsv(ByteSource& source, char separator) {
  CsvReader csv(source, separator);
  std::vector<std::string_view> row;
  if (csv.next(row) != Got::Item) return;
  const CsvHeader header(row);
  if (!isMessageTable(header)) return readParsedTable(csv, header);
  const auto time = header.find({"timestamp", "time"}), message = header.find({"message"});
  const auto stream = header.find({"logstream", "logstreamname"});
  for (Got got; (got = csv.next(row)) != Got::End;) {
    m_collector.rows().countRow();
    if (got == Got::TooLong) {
      m_collector.rows().skip("unfinished quotes or a line longer than 1 MiB", csv.lineNumber(),
                              row.empty() ? "" : row[0]);
      continue;
    }
    const std::string_view text = cellOf(row, message);
    const LambdaEvent event = parseLambdaLine(text);
    if (event.kind != LambdaLine::Other)
      add(event, stampOf(cellOf(row, time)), cellOf(row, stream), csv.lineNumber(), text);
  }
}

// One row a REPORT, fields parsed by Logs Insights or by a script. Insights gives memory in bytes.
void LambdaLog::readParsedTable(CsvReader& csv, const CsvHeader& header) {
  const auto time = header.find({"timestamp", "time"}), id = header.find({"requestid"});
  const auto duration = header.find({"duration"}), billed = header.find({"billedduration"});
  const auto init = header.find({"initduration"}), stream = header.find({"logstream", "logstreamname"});
  const auto memory = header.find({"memorysize", "memorysizemb"});
  const auto used = header.find({"maxmemoryused", "maxmemoryusedmb"});
  const auto megabytes = [](std::string_view text) -> std::optional<double> {
    const auto value = parseDecimal(text, 1);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<double>(*value) / (*value >= 1'000'000 ? 1e6 : 1.0);
  };
  std::vector<std::string_view> row;
  for (Got got; (got = csv.next(row)) != Got::End;) {
    m_collector.rows().countRow();
    LambdaEvent event;
    event.kind = LambdaLine::Report;
    event.id = requestId(cellOf(row, id));
    const auto length = parseDecimal(cellOf(row, duration), 1'000'000);
    if (got == Got::TooLong || !length || *length < 0) event.kind = LambdaLine::MalformedReport;
    event.report = {length.value_or(-1), parseDecimal(cellOf(row, billed), 1),
                    parseDecimal(cellOf(row, init), 1'000'000), megabytes(cellOf(row, memory)),
                    megabytes(cellOf(row, used))};
    add(event, stampOf(cellOf(row, time)), cellOf(row, stream), csv.lineNumber(),
        row.empty() ? std::string_view{} : row[0]);
  }
}

void LambdaLog::readFile(const std::string& path) {
  m_collector.rows().beginFile(path);
  const std::string prefix = firstBytes(path, kRecognisedBytes);
  ByteSource source(path, &m_job.meter);
  const auto header = headerOf(prefix);
  if (looksLikeJsonEvents(prefix)) return readJson(source);
  if (isMessageTable(header) || isParsedTable(header)) return readCsv(source, separatorOf(prefix));
  readText(source);
}

} // namespace

int recogniseLambdaLog(std::string_view prefix) {
  for (const std::string_view sign : {"REPORT RequestId: ", "START RequestId: ", "platform.report", "platform.start"})
    if (prefix.find(sign) != std::string_view::npos) return 95;
  if (prefix.find("\"logStreamName\"") != std::string_view::npos && looksLikeJsonEvents(prefix)) return 80;
  const auto header = headerOf(prefix);
  return isParsedTable(header) ? 90 : isMessageTable(header) ? 60 : 0;
}

std::shared_ptr<const Trace> readLambdaLog(const ImportJob& job) {
  refuseFunctionOption(job);
  LambdaLog log(job);
  for (const auto& path : job.files) log.readFile(path);
  return log.finish();
}

} // namespace workloads::importing
