// Common and Combined access logs of Apache and NGINX, with whatever stands behind the user agent, and the EPA's 1995
// variant without month and year. Formats: Apache mod_log_config (%t is the time of receipt, %D microseconds, %T
// seconds), NGINX ngx_http_log_module ($time_local is the time of writing = the end, $request_time seconds); read
// 2026-11. Pinned by tests/workloads/access_log_test.cpp.
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <map>

#include "pricing/import/line_reader.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/format_reader.hpp"
#include "workloads/import/request_trace.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

namespace {

constexpr std::string_view kRow = "access log lines (Common or Combined format)";

struct AccessLine {
  std::int64_t stamp = 0;
  bool dayOnly = false;   // EPA: day of the month, no date
  std::string_view extra; // behind status and size: referrer, agent and what the administrator added
  std::string_view bytes;
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// "30:00:00:02" as day, hour, minute, second.
std::optional<std::int64_t> parseDayTime(std::string_view text) {
  if (text.size() != 11 || text[2] != ':' || text[5] != ':' || text[8] != ':') return std::nullopt;
  std::int64_t value[4] = {};
  for (std::size_t i = 0; i < 4; ++i) {
    if (!isDigit(text[3 * i]) || !isDigit(text[3 * i + 1])) return std::nullopt;
    value[i] = (text[3 * i] - '0') * 10 + (text[3 * i + 1] - '0');
  }
  if (value[0] > 31 || value[1] > 23 || value[2] > 59 || value[3] > 60) return std::nullopt;
  return ((value[0] * 24 + value[1]) * 60 + value[2]) * 60 * kSecond + value[3] * kSecond;
}

// Where the status begins: three digits between blanks behind a quote. A request may hold quotes itself.
std::size_t statusAt(std::string_view text) {
  for (std::size_t quote = text.find('"', 1); quote != std::string_view::npos; quote = text.find('"', quote + 1)) {
    const std::size_t i = quote + 2;
    if (i + 3 > text.size() || text[i - 1] != ' ') continue;
    const bool digits = isDigit(text[i]) && isDigit(text[i + 1]) && isDigit(text[i + 2]);
    if (digits && (i + 3 == text.size() || text[i + 3] == ' ')) return i;
  }
  return std::string_view::npos;
}

const char* parseAccessLine(std::string_view line, AccessLine& out) {
  const std::size_t open = line.find('[');
  const std::size_t close = open == std::string_view::npos ? open : line.find(']', open);
  if (close == std::string_view::npos) return "no time stamp in brackets";
  const std::string_view time = line.substr(open + 1, close - open - 1);
  auto stamp = parseClf(time);
  if (!stamp) {
    stamp = parseDayTime(time);
    out.dayOnly = stamp.has_value();
  } else {
    out.dayOnly = false;
  }
  if (!stamp) {
    const auto iso = parseIso(time);
    if (iso) stamp = iso->nanoseconds;
  }
  if (!stamp) return "unreadable time stamp";
  const std::size_t quote = line.find('"', close);
  if (quote == std::string_view::npos) return "no quoted request";
  // A host or two may stand between; more is another kind of log (S3's has five fields there).
  if (std::count(line.begin() + static_cast<std::ptrdiff_t>(close), line.begin() + static_cast<std::ptrdiff_t>(quote),
                 ' ') > 3)
    return "no quoted request behind the time stamp";
  const std::string_view request = line.substr(quote);
  const std::size_t status = statusAt(request);
  if (status == std::string_view::npos) return "no status behind the request";
  const std::string_view behind = request.substr(std::min(status + 4, request.size()));
  const std::size_t blank = std::min(behind.find(' '), behind.size());
  out.stamp = *stamp;
  out.bytes = behind.substr(0, blank);
  out.extra = behind.substr(blank);
  return nullptr;
}

// Words between blanks; quoted ones are one word without the quotes (a backslash keeps a quote inside).
void splitWords(std::string_view text, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t i = 0;
  while ((i = text.find_first_not_of(' ', i)) != std::string_view::npos) {
    const bool quoted = text[i] == '"';
    const std::size_t begin = quoted ? i + 1 : i;
    std::size_t end = begin;
    while (end < text.size() && text[end] != (quoted ? '"' : ' ')) end += quoted && text[end] == '\\' ? 2 : 1;
    end = std::min(end, text.size());
    words.push_back(text.substr(begin, end - begin));
    i = end + (quoted ? 1 : 0);
    if (i >= text.size()) break;
  }
}

// Where the duration stands behind referrer and agent, and in which unit.
struct RequestTime {
  bool present = false;
  std::size_t word = 0;
  std::string key; // "rt=": the word begins with it; position does not matter
  std::int64_t nanosecondsPerUnit = kSecond;
  bool timeIsEnd = false;
  std::string note;
};

enum class Number { None, Missing, Whole, Decimal };

// A list ("0.1, 0.2": one time per upstream server) counts by its first member.
Number numberKind(std::string_view word) {
  word = word.substr(0, word.find(','));
  if (word == "-") return Number::Missing;
  if (word.empty() || !isDigit(word[0]) || word.find_first_not_of("0123456789.") != std::string_view::npos)
    return Number::None;
  return word.find('.') == std::string_view::npos ? Number::Whole : Number::Decimal;
}

// Columns behind the agent as the first lines show them.
class Survey {
 public:
  static constexpr std::size_t kLines = 2'000;
  void add(const AccessLine& line) {
    splitWords(line.extra, m_words);
    if (m_columns.size() < std::min<std::size_t>(m_words.size(), 64))
      m_columns.resize(std::min<std::size_t>(m_words.size(), 64));
    ++m_lines;
    for (std::size_t i = 0; i < m_columns.size() && i < m_words.size(); ++i) m_columns[i].add(m_words[i], line.bytes);
    for (const auto word : m_words) noteKey(word);
  }
  RequestTime decide() {
    for (const std::string_view key : {"rt=", "request_time=", "urt=", "uct=", "upstream_response_time="})
      if (2 * m_keys[std::string(key)] > m_lines) return keyed(key);
    for (std::size_t i = 0; i < m_columns.size(); ++i)
      if (2 * m_columns[i].decimals > m_lines) return seconds(i);
    return wholeNumbers();
  }

 private:
  struct Column {
    std::uint64_t decimals = 0, wholes = 0, aboveBytes = 0;
    std::vector<std::int64_t> values;
    void add(std::string_view word, std::string_view bytes) {
      const Number kind = numberKind(word);
      decimals += kind == Number::Decimal ? 1 : 0;
      if (kind != Number::Whole) return;
      ++wholes;
      const auto value = parseDecimal(word, 1).value_or(0);
      aboveBytes += value >= parseDecimal(bytes, 1).value_or(0) ? 1 : 0;
      values.push_back(value);
    }
  };
  void noteKey(std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals > 30) return;
    if (numberKind(unquoted(word.substr(equals + 1))) == Number::Decimal)
      ++m_keys[std::string(word.substr(0, equals + 1))];
  }
  static std::string_view unquoted(std::string_view word) {
    if (word.starts_with('"')) word.remove_prefix(1);
    if (word.ends_with('"')) word.remove_suffix(1);
    return word;
  }
  static RequestTime keyed(std::string_view key) {
    return {true,
            0,
            std::string(key),
            kSecond,
            true,
            fmt::format("durations are {} in seconds (NGINX); time stamps are the end of a request",
                        key.substr(0, key.size() - 1))};
  }
  static RequestTime seconds(std::size_t i) {
    return {
        true,
        i,
        {},
        kSecond,
        true,
        fmt::format("durations are field {} behind the size, in seconds (NGINX request time); time stamps are the end "
                    "of a request, start = end - duration",
                    i + 1)};
  }
  // Only whole numbers: %D has microseconds, %T seconds; %I %O (mod_logio) are sizes, the second at least the body's.
  RequestTime wholeNumbers() {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < m_columns.size(); ++i)
      if (2 * m_columns[i].wholes > m_lines) found.push_back(i);
    if (found.size() == 2 && found[1] == found[0] + 1 && 2 * m_columns[found[1]].aboveBytes > m_lines) return {};
    if (found.empty()) return {};
    auto& values = m_columns[found.front()].values;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    const bool micros = *middle >= 500;
    return {
        true,
        found.front(),
        {},
        micros ? 1'000 : kSecond,
        false,
        fmt::format("durations are field {} behind the size, whole {} (Apache {}); time stamps are the receipt of a "
                    "request",
                    found.front() + 1, micros ? "microseconds" : "seconds", micros ? "%D" : "%T")};
  }
  std::uint64_t m_lines = 0;
  std::vector<Column> m_columns;
  std::map<std::string, std::uint64_t> m_keys;
  std::vector<std::string_view> m_words;
};

class AccessLog {
 public:
  explicit AccessLog(const ImportJob& job) : m_job(job), m_collector(job) { survey(); }
  void readFile(const std::string& path);
  std::shared_ptr<const Trace> finish();

 private:
  void survey();
  void userColumn();
  void addLine(std::string_view line, std::uint64_t number);
  std::int64_t durationOf(const AccessLine& line);
  std::int64_t monotoneDay(std::int64_t stamp);

  const ImportJob& m_job;
  RequestCollector m_collector;
  RequestTime m_time;
  bool m_stampIsEnd = false;
  std::optional<bool> m_dayOnly;
  std::int64_t m_latestDay = 0, m_monthShift = 0;
  std::vector<std::string_view> m_words;
};

// The options' field number (behind the size, 1-based, as the note counts) and unit.
void AccessLog::userColumn() {
  const std::string& text = m_job.options.durationColumn;
  unsigned field = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), field);
  if (error != std::errc{} || end != text.data() + text.size() || field == 0)
    throw pricing::InputError(pricing::Problem{"workload.arrivals.duration_column", pricing::quoted(text),
                                               "the number of a field behind the size (1 is the referrer)"});
  m_time = {true,
            field - 1,
            {},
            m_time.nanosecondsPerUnit,
            m_time.timeIsEnd,
            fmt::format("durations are field {} behind the size, as asked", field)};
}

void AccessLog::survey() {
  Survey survey;
  ByteSource source(m_job.files.front(), nullptr);
  LineReader lines(source);
  std::string_view line;
  AccessLine parsed;
  for (std::size_t i = 0; i < Survey::kLines && lines.next(line) != Got::End; ++i)
    if (parseAccessLine(line, parsed) == nullptr) survey.add(parsed);
  m_time = survey.decide();
  if (!m_job.options.durationColumn.empty()) userColumn();
  const auto unit = unitOption(m_job.options.durationUnit, "workload.arrivals.duration_unit");
  if (!unit.empty()) m_time.nanosecondsPerUnit = nanosecondsPer(*timeUnitNamed(unit));
  m_stampIsEnd = timeIsEnd(m_job.options, m_time.timeIsEnd);
}

std::int64_t AccessLog::durationOf(const AccessLine& line) {
  if (!m_time.present) return kNoDuration;
  splitWords(line.extra, m_words);
  std::string_view word = m_time.word < m_words.size() ? m_words[m_time.word] : std::string_view{};
  if (!m_time.key.empty()) {
    const auto found = std::find_if(m_words.begin(), m_words.end(), [&](auto w) { return w.starts_with(m_time.key); });
    if (found == m_words.end()) return kNoDuration;
    word = found->substr(m_time.key.size());
    if (word.starts_with('"')) word = word.substr(1, word.size() - (word.ends_with('"') && word.size() > 1 ? 2 : 1));
  }
  const auto duration = parseDecimal(word.substr(0, word.find(',')), m_time.nanosecondsPerUnit);
  return duration && *duration >= 0 ? *duration : kNoDuration;
}

// A day of the month that falls back by more than half a month is in the next month, 31 days on.
std::int64_t AccessLog::monotoneDay(std::int64_t stamp) {
  constexpr std::int64_t kDay = 86'400 * kSecond;
  if (stamp + m_monthShift < m_latestDay - 15 * kDay) m_monthShift += 31 * kDay;
  m_latestDay = std::max(m_latestDay, stamp + m_monthShift);
  return stamp + m_monthShift;
}

void AccessLog::addLine(std::string_view line, std::uint64_t number) {
  AccessLine parsed;
  if (const char* reason = parseAccessLine(line, parsed)) return m_collector.rows().skip(reason, number, line);
  if (!m_dayOnly) m_dayOnly = parsed.dayOnly;
  if (*m_dayOnly != parsed.dayOnly) return m_collector.rows().skip("another kind of time stamp", number, line);
  if (parsed.dayOnly) parsed.stamp = monotoneDay(parsed.stamp);
  const std::int64_t duration = durationOf(parsed);
  if (m_stampIsEnd)
    m_collector.addEnd(parsed.stamp, duration, number);
  else
    m_collector.addStart(parsed.stamp, duration, number);
}

void AccessLog::readFile(const std::string& path) {
  m_collector.rows().beginFile(path);
  ByteSource source(path, &m_job.meter);
  LineReader lines(source);
  std::string_view line;
  for (Got got; (got = lines.next(line)) != Got::End;) {
    if (line.empty()) continue;
    m_collector.rows().countRow();
    if (got == Got::TooLong)
      m_collector.rows().skip("line longer than 1 MiB", lines.lineNumber(), line);
    else
      addLine(line, lines.lineNumber());
  }
}

std::shared_ptr<const Trace> AccessLog::finish() {
  auto& notes = m_collector.summary().notes;
  if (m_time.present)
    notes.push_back(m_time.note);
  else
    notes.emplace_back("the log has no request times; time stamps are taken as the start of a request");
  if (!m_job.options.timeIs.empty())
    notes.push_back(fmt::format("time stamps are the {} of a request, as asked", m_job.options.timeIs));
  const bool dayOnly = m_dayOnly.value_or(false);
  if (dayOnly) notes.emplace_back("time stamps have a day of the month and no date");
  return m_collector.finish(dayOnly ? TimeBase::DayClock : TimeBase::WallClock, kRow);
}

} // namespace

int recogniseAccessLog(std::string_view prefix) {
  constexpr int kEnough = 50;
  int lines = 0, good = 0;
  AccessLine parsed;
  while (!prefix.empty() && lines < kEnough) {
    const std::string_view line = firstLineOf(prefix);
    const std::size_t end = prefix.find('\n');
    prefix.remove_prefix(end == std::string_view::npos ? prefix.size() : end + 1);
    if (line.empty()) continue;
    ++lines;
    good += parseAccessLine(line, parsed) == nullptr ? 1 : 0;
  }
  return lines == 0 ? 0 : 92 * good / lines;
}

std::shared_ptr<const Trace> readAccessLog(const ImportJob& job) {
  refuseFunctionOption(job);
  AccessLog log(job);
  for (const auto& path : job.files) log.readFile(path);
  return log.finish();
}

} // namespace workloads::importing
