// Any table with a time in it: one row a request (time and, if there is one, duration), or one row an interval (time
// and count). Columns are found by name, or by looking when the file has no header; what was taken is in the notes.
// Pinned by tests/workloads/generic_csv_test.cpp.
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <variant>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/counted_trace.hpp"
#include "workloads/import/csv_columns.hpp"
#include "workloads/import/request_trace.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

namespace {

constexpr std::string_view kRow = "rows with a time stamp";
using Rows = std::vector<std::vector<std::string>>;

bool isMissing(std::string_view text) {
  return text.empty() || text == "-" || text == "N/A" || text == "NaN" || text == "nan";
}

// A decimal comma is possible where the comma does not separate.
std::optional<std::int64_t> parseNumber(std::string_view text, std::int64_t scale) {
  if (const auto value = parseDecimal(text, scale)) return value;
  std::string point(text);
  std::replace(point.begin(), point.end(), ',', '.');
  return point == text ? std::nullopt : parseDecimal(point, scale);
}

std::optional<WallTime> parseDate(std::string_view text) {
  // All of the cell: a line of a log that begins with its time is not a table.
  if (const auto iso = parseIso(text); iso && iso->length == text.size()) return iso;
  if (text.starts_with('[')) text.remove_prefix(1);
  const auto clf = parseClf(text);
  return clf ? std::optional(WallTime{*clf, true, text.size()}) : std::nullopt;
}

bool isTime(std::string_view text) { return parseDate(text).has_value() || parseNumber(text, 1).has_value(); }

// Up to 1,000 rows from the start of the text, split without regard to quoted line ends: enough to look at.
Rows firstRows(std::string_view prefix, char separator) {
  Rows rows;
  while (!prefix.empty() && rows.size() < 1'000) {
    const std::size_t end = prefix.find('\n');
    if (end == std::string_view::npos && !rows.empty() && prefix.size() > 4'096) break; // cut off by the look
    const std::string_view line = firstLineOf(prefix);
    prefix.remove_prefix(end == std::string_view::npos ? prefix.size() : end + 1);
    if (line.empty()) continue;
    rows.emplace_back();
    const CsvHeader cells = CsvHeader::ofFirstLine(line, separator);
    for (std::size_t i = 0; i < cells.size(); ++i) rows.back().push_back(cells[i].text);
  }
  return rows;
}

// What the columns of a file are.
struct Layout {
  char separator = ',';
  CsvHeader header; // empty: the first line is a row already
  std::size_t time = 0;
  std::optional<std::size_t> duration, count;
  TimeUnit timeUnit = TimeUnit::Seconds;
  std::int64_t durationScale = 1'000'000;
  TimeBase base = TimeBase::Relative;
  bool stampIsEnd = false, naive = false;
  std::vector<std::string> notes;

  std::string nameOf(std::size_t column) const {
    return header.size() > column ? pricing::quoted(header[column].text) : fmt::format("{}", column + 1);
  }
};

class LayoutFinder {
 public:
  LayoutFinder(std::string_view prefix, const TraceOptions& options)
      : m_options(options), m_rows(firstRows(prefix, separatorOf(prefix))) {
    m_layout.separator = separatorOf(prefix);
  }
  // Nothing: no column is a time.
  std::optional<Layout> find() {
    if (m_rows.empty()) return std::nullopt;
    readHeader();
    const auto time = timeColumn();
    if (!time) return std::nullopt;
    m_layout.time = *time;
    m_layout.duration = durationColumn();
    if (!m_layout.duration) m_layout.count = countColumn();
    decideTimeUnit();
    if (m_layout.duration) decideDurationUnit();
    return m_layout;
  }

 private:
  void readHeader();
  std::optional<std::size_t> timeColumn() const;
  std::optional<std::size_t> durationColumn() const;
  std::optional<std::size_t> countColumn() const;
  void decideTimeUnit();
  void decideDurationUnit();
  std::size_t asked(const std::string& wanted, std::string_view option) const;
  bool mostAre(std::size_t column, bool (*test)(std::string_view)) const;
  double median(std::size_t column) const;
  std::optional<TimeUnit> headerUnit(std::size_t column) const {
    return m_layout.header.size() > column ? m_layout.header[column].unit : std::nullopt;
  }

  const TraceOptions& m_options;
  Rows m_rows; // without the header
  Layout m_layout;
};

void LayoutFinder::readHeader() {
  const auto& first = m_rows.front();
  if (std::any_of(first.begin(), first.end(), [](const auto& cell) { return isTime(cell); })) return;
  m_layout.header = CsvHeader(std::vector<std::string_view>(first.begin(), first.end()));
  m_rows.erase(m_rows.begin());
}

std::size_t LayoutFinder::asked(const std::string& wanted, std::string_view option) const {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  const std::size_t columns = m_layout.header.size() > 0 ? m_layout.header.size() : m_rows.front().size();
  const bool isNumber = error == std::errc{} && end == wanted.data() + wanted.size();
  if (isNumber && number >= 1 && number <= columns) return number - 1;
  const std::string plain = columnName(wanted).plain;
  for (std::size_t i = 0; i < m_layout.header.size(); ++i)
    if (m_layout.header[i].text == wanted || m_layout.header[i].plain == plain) return i;
  const auto names = m_layout.header.texts();
  throw pricing::InputError(
      pricing::Problem{std::string(option), pricing::quoted(wanted),
                       names.empty() ? fmt::format("a column number from 1 to {} (the file has no header)", columns)
                                     : fmt::format("one of the columns {}", fmt::join(names, ", ")),
                       pricing::nearestName(wanted, names)});
}

bool LayoutFinder::mostAre(std::size_t column, bool (*test)(std::string_view)) const {
  std::size_t good = 0, all = 0;
  for (const auto& row : m_rows) {
    if (column >= row.size() || isMissing(row[column])) continue;
    ++all;
    good += test(row[column]) ? 1 : 0;
  }
  return good > 0 && 2 * good >= all;
}

std::optional<std::size_t> LayoutFinder::timeColumn() const {
  if (!m_options.timeColumn.empty()) return asked(m_options.timeColumn, "workload.arrivals.time_column");
  const auto named = m_layout.header.find({"arrival",
                                           "arrivals",
                                           "arrivaltime",
                                           "start",
                                           "starttime",
                                           "startedat",
                                           "starttimestamp",
                                           "requesttimeepoch",
                                           "requestcreationtime",
                                           "timestamp",
                                           "datetime",
                                           "time",
                                           "date",
                                           "ts",
                                           "epoch",
                                           "utc",
                                           "eventtime",
                                           "createdat",
                                           "requesttime",
                                           "period",
                                           "minute",
                                           "end",
                                           "endtime",
                                           "endtimestamp",
                                           "finishedat",
                                           "offset"});
  if (named && mostAre(*named, isTime)) return named;
  if (m_layout.header.size() > 0) return std::nullopt;
  for (std::size_t i = 0; i < m_rows.front().size(); ++i)
    if (mostAre(i, isTime)) return i;
  return std::nullopt;
}

std::optional<std::size_t> LayoutFinder::durationColumn() const {
  if (!m_options.durationColumn.empty()) return asked(m_options.durationColumn, "workload.arrivals.duration_column");
  const auto isNumber = [](std::string_view text) { return parseNumber(text, 1).has_value(); };
  const auto isDuration = [](std::string_view text) {
    return parseNumber(text, 1) || std::holds_alternative<pricing::Duration>(pricing::parseDuration(text));
  };
  if (m_layout.header.size() == 0) {
    const bool second = m_layout.time == 0 && m_rows.front().size() == 2 && mostAre(1, isNumber);
    return second ? std::optional<std::size_t>(1) : std::nullopt;
  }
  const auto named = m_layout.header.find({"duration", "durations", "elapsed", "elapsedtime", "latency", "responsetime",
                                           "responselatency", "requestduration", "requesttime", "timetaken",
                                           "totaltime", "processingtime", "targetprocessingtime", "servicetime",
                                           "executiontime", "exectime", "runtime", "took"});
  return named && *named != m_layout.time && mostAre(*named, isDuration) ? named : std::nullopt;
}

std::optional<std::size_t> LayoutFinder::countColumn() const {
  const auto named =
      m_layout.header.find({"count", "counts", "requests", "requestcount", "invocations", "invocationcount", "hits",
                            "views", "view", "calls", "sum", "samplecount", "value", "n"});
  return named && *named != m_layout.time ? named : std::nullopt;
}

double LayoutFinder::median(std::size_t column) const {
  std::vector<std::int64_t> values;
  for (const auto& row : m_rows)
    if (column < row.size())
      if (const auto value = parseNumber(row[column], 1)) values.push_back(*value);
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

void LayoutFinder::decideTimeUnit() {
  const auto isDate = [](std::string_view text) { return parseDate(text).has_value(); };
  const std::string name = m_layout.nameOf(m_layout.time);
  const auto asked = timeUnitNamed(unitOption(m_options.timeUnit, "workload.arrivals.time_unit"));
  m_layout.stampIsEnd =
      timeIsEnd(m_options, m_layout.header.size() > 0 && m_layout.header[m_layout.time].plain.starts_with("end"));
  if (asked ? *asked == TimeUnit::Iso : mostAre(m_layout.time, isDate)) {
    m_layout.timeUnit = TimeUnit::Iso;
    m_layout.base = TimeBase::WallClock;
    m_layout.notes.push_back(fmt::format("time is column {}, a date and time", name));
    return;
  }
  const double middle = median(m_layout.time);
  const auto bySize = epochUnit(middle);
  m_layout.timeUnit = asked ? *asked : headerUnit(m_layout.time).value_or(bySize.value_or(TimeUnit::Seconds));
  const bool epoch =
      epochUnit(middle * static_cast<double>(nanosecondsPer(m_layout.timeUnit)) / 1e9) == TimeUnit::Seconds;
  const bool ours = m_layout.header.size() > 0 && m_layout.header[m_layout.time].text == "arrival_s";
  m_layout.base = epoch ? TimeBase::WallClock : ours ? TimeBase::Exact : TimeBase::Relative;
  m_layout.notes.push_back(fmt::format("time is column {} in {}{}", name, workloads::importing::name(m_layout.timeUnit),
                                       epoch ? " since 1970" : " from the recording's zero"));
}

// No unit named anywhere: milliseconds when the numbers are whole or the median is 20 or more, else seconds. The note
// says so.
void LayoutFinder::decideDurationUnit() {
  const std::size_t column = *m_layout.duration;
  const auto asked = timeUnitNamed(unitOption(m_options.durationUnit, "workload.arrivals.duration_unit"));
  const auto named = asked ? asked : headerUnit(column);
  const bool decimals =
      mostAre(column, [](std::string_view t) { return t.find_first_of(".,eE") != std::string_view::npos; });
  const TimeUnit guess = !decimals || median(column) >= 20 ? TimeUnit::Milliseconds : TimeUnit::Seconds;
  const TimeUnit unit = named.value_or(guess);
  m_layout.durationScale = nanosecondsPer(unit);
  m_layout.notes.push_back(fmt::format("duration is column {} in {}{}", m_layout.nameOf(column), name(unit),
                                       named ? "" : " (guessed from the size of the numbers)"));
}

class GenericCsv {
 public:
  explicit GenericCsv(const ImportJob& job) : m_job(job), m_collector(job) {}
  std::shared_ptr<const Trace> read();

 private:
  void readFile(const std::string& path);
  void addRow(const std::vector<std::string_view>& row, std::uint64_t line);
  std::optional<std::int64_t> stampOf(std::string_view text);
  void addCount(const std::vector<std::string_view>& row, std::int64_t stamp, std::uint64_t line);
  std::shared_ptr<const Trace> finishCounts();
  RowLog& rows() { return m_collector.rows(); }

  const ImportJob& m_job;
  RequestCollector m_collector;
  Layout m_layout;
  SortedRecords m_counts;
  std::uint64_t m_requests = 0;
  bool m_naive = false;
};

std::optional<std::int64_t> GenericCsv::stampOf(std::string_view text) {
  if (m_layout.timeUnit == TimeUnit::Iso) {
    const auto date = parseDate(text);
    if (!date) return std::nullopt;
    m_naive = m_naive || !date->zoned;
    return date->nanoseconds;
  }
  const auto stamp = parseNumber(text, nanosecondsPer(m_layout.timeUnit));
  const bool dateLike = stamp && *stamp >= 100'000'000 * kSecond; // 1973, as epochUnit
  return stamp && dateLike == (m_layout.base == TimeBase::WallClock) ? stamp : std::nullopt;
}

void GenericCsv::addCount(const std::vector<std::string_view>& row, std::int64_t stamp, std::uint64_t line) {
  const std::string_view text = cellOf(row, m_layout.count);
  const auto thousandths = parseNumber(text, 1'000);
  if (!thousandths || *thousandths < 0 || *thousandths % 1'000 != 0 || *thousandths / 1'000 > kLargestCount)
    return rows().skip("no whole count", line, text);
  m_requests += static_cast<std::uint64_t>(*thousandths / 1'000);
  m_counts.add({stamp, CountedTrace::pack(0, *thousandths / 1'000)});
}

void GenericCsv::addRow(const std::vector<std::string_view>& row, std::uint64_t line) {
  const std::string_view time = cellOf(row, m_layout.time);
  const auto stamp = stampOf(time);
  if (!stamp) return rows().skip("unreadable time stamp", line, time);
  if (m_layout.count) return addCount(row, *stamp, line);
  std::int64_t duration = kNoDuration;
  if (const std::string_view text = cellOf(row, m_layout.duration); m_layout.duration && !isMissing(text)) {
    const auto number = parseNumber(text, m_layout.durationScale);
    const auto parsed = number ? pricing::Parsed<Duration>(Duration(*number)) : pricing::parseDuration(text);
    const auto* value = std::get_if<Duration>(&parsed);
    if (value == nullptr) return rows().skip("unreadable duration", line, text);
    if (value->count() < 0) return rows().skip("negative duration", line, text);
    duration = value->count();
  }
  m_layout.stampIsEnd ? m_collector.addEnd(*stamp, duration, line) : m_collector.addStart(*stamp, duration, line);
}

void GenericCsv::readFile(const std::string& path) {
  rows().beginFile(path);
  const std::string prefix = firstBytes(path, kRecognisedBytes);
  const auto layout = LayoutFinder(prefix, m_job.options).find();
  if (!layout)
    throw pricing::InputError(
        pricing::Problem{path, fmt::format("no column of times (first line {})", pricing::quoted(firstLineOf(prefix))),
                         "a table with a column of times; --set workload.arrivals.time_column=NAME names it"});
  if (path == m_job.files.front())
    m_layout = *layout;
  else if (layout->base != m_layout.base || layout->duration.has_value() != m_layout.duration.has_value())
    throw pricing::InputError(
        pricing::Problem{path, "other columns", fmt::format("columns as in {}", m_job.files.front())});
  m_layout.time = layout->time, m_layout.duration = layout->duration, m_layout.count = layout->count;
  ByteSource source(path, &m_job.meter);
  CsvReader csv(source, layout->separator);
  std::vector<std::string_view> row;
  if (layout->header.size() > 0) csv.next(row);
  for (Got got; (got = csv.next(row)) != Got::End;) {
    rows().countRow();
    if (got == Got::TooLong)
      rows().skip("unfinished quotes or a line longer than 1 MiB", csv.lineNumber(), row.empty() ? "" : row[0]);
    else
      addRow(row, csv.lineNumber());
  }
}

// The interval is the smallest gap between rows; missing rows are intervals without requests.
std::shared_ptr<const Trace> GenericCsv::finishCounts() {
  rows().throwIfUnusable(m_counts.size(), "rows with a time stamp and a whole count");
  m_counts.finish();
  std::int64_t first = 0, last = 0, gap = 0;
  bool any = false;
  Record record;
  for (auto reader = m_counts.reader(); reader.next(record); last = record.key) {
    if (!any) first = last = record.key, any = true;
    if (record.key > last && (gap == 0 || record.key - last < gap)) gap = record.key - last;
  }
  if (gap == 0 || m_requests == 0)
    throw pricing::InputError(pricing::Problem{m_job.files.front(), gap == 0 ? "counts of a single time" : "only zeros",
                                               "counts of requests at two times or more"});
  auto summary = std::move(m_collector.summary());
  summary.rows = rows().rows();
  summary.skipped = rows().reasons();
  if (m_layout.base == TimeBase::WallClock)
    summary.firstEpochMs = first / 1'000'000, summary.lastEpochMs = last / 1'000'000;
  summary.notes.push_back(fmt::format("column {} counts requests per {}; they are spread uniformly at random inside it "
                                      "(seeded)",
                                      m_layout.nameOf(*m_layout.count), pricing::toText(Duration(gap))));
  CountedTrace::Parts parts{std::move(m_counts), gap, last - first + gap, first, {}, {}};
  return std::make_shared<CountedTrace>(std::move(parts), std::move(summary));
}

std::shared_ptr<const Trace> GenericCsv::read() {
  for (const auto& path : m_job.files) readFile(path);
  auto& notes = m_collector.summary().notes;
  notes = m_layout.notes;
  if (m_naive) notes.emplace_back("time stamps without a zone are taken as UTC");
  if (m_layout.count) return finishCounts();
  notes.push_back(fmt::format("time stamps are the {} of a request", m_layout.stampIsEnd ? "end" : "start"));
  return m_collector.finish(m_layout.base, kRow);
}

} // namespace

int recogniseGenericCsv(std::string_view prefix) {
  const bool json = trimmed(prefix).starts_with('{') || trimmed(prefix).starts_with("[{");
  if (json || prefix.find('\0') != std::string_view::npos) return 0;
  const TraceOptions noOptions;
  const auto layout = LayoutFinder(prefix, noOptions).find();
  return !layout ? 0 : layout->header.size() > 0 ? 50 : 30;
}

std::shared_ptr<const Trace> readGenericCsv(const ImportJob& job) {
  refuseFunctionOption(job);
  return GenericCsv(job).read();
}

} // namespace workloads::importing
