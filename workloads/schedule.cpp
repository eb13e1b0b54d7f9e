#include "workloads/schedule.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <fmt/format.h>
#include <span>

namespace workloads {

using pricing::Problem;
using namespace std::chrono;

namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
constexpr unsigned kFirstYear = 1970, kLastYear = 2199;

struct Field {
  std::string_view name;
  unsigned low, high;
  std::span<const std::string_view> names{}; // of low, low + 1, ...
};
constexpr std::array<Field, 6> kFields{Field{"minutes", 0, 59},
                                       Field{"hours", 0, 23},
                                       Field{"day-of-month", 1, 31},
                                       Field{"month", 1, 12, kMonths},
                                       Field{"day-of-week", 1, 7, kWeekdays},
                                       Field{"year", kFirstYear, kLastYear}};
enum Place : std::size_t { Minutes, Hours, DayOfMonth, Month, DayOfWeek, Year };

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; (from = text.find_first_not_of(separators, from)) != std::string_view::npos;) {
    const auto to = std::min(text.find_first_of(separators, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to;
  }
  return parts;
}

std::optional<unsigned> numberOf(std::string_view text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && last == end && !text.empty() ? std::optional(value) : std::nullopt;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

bool isWeekend(weekday day) { return day == Saturday || day == Sunday; }

// "cron(...)" -> "cron", "..."; nothing: not of that form.
struct Call {
  std::string_view name, inside;
};
std::optional<Call> callOf(std::string_view text) {
  const auto first = text.find_first_not_of(" \t"), open = text.find('(');
  const auto last = text.find_last_not_of(" \t");
  if (open == std::string_view::npos || last == std::string_view::npos || text[last] != ')' || last < open)
    return std::nullopt;
  return Call{text.substr(first, open - first), text.substr(open + 1, last - open - 1)};
}

} // namespace

// Fills a schedule and notes what it could not take.
class ScheduleParser {
 public:
  ScheduleParser(Schedule& schedule, std::string_view where) : m_schedule(schedule), m_where(where) {}

  void parse(std::string_view text) {
    const auto call = callOf(text);
    if (call && call->name == "rate") return parseRate(call->inside);
    if (call && call->name == "cron") return parseCron(call->inside);
    static constexpr std::array<std::string_view, 2> kCalls{"cron", "rate"};
    add(text, "cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) or rate(VALUE UNIT)",
        call ? pricing::nearestName(call->name, kCalls) : std::nullopt);
  }
  std::vector<Problem> take() { return std::move(m_problems); }

 private:
  void add(std::string_view found, std::string expected, std::optional<std::string> nearest = std::nullopt) {
    m_problems.push_back({m_where, pricing::quoted(found), std::move(expected), std::move(nearest)});
  }

  void parseRate(std::string_view inside) {
    struct Unit {
      std::string_view one, many;
      Duration length;
    };
    static constexpr std::array<Unit, 3> kUnits{Unit{"minute", "minutes", minutes(1)}, Unit{"hour", "hours", hours(1)},
                                                Unit{"day", "days", hours(24)}};
    constexpr unsigned kMost = 100'000;
    const auto words = split(inside, " \t");
    const auto value = words.size() == 2 ? numberOf(words[0]) : std::nullopt;
    if (!value || *value < 1 || *value > kMost) return add(inside, "a rate such as 5 minutes, 1 hour or 7 days");
    for (const auto& unit : kUnits)
      if (words[1] == (*value == 1 ? unit.one : unit.many)) {
        m_schedule.m_every = unit.length * *value;
        return;
      }
    static constexpr std::array<std::string_view, 6> kNames{"minutes", "hours", "days", "minute", "hour", "day"};
    const auto names = std::span(kNames).subspan(*value == 1 ? 3 : 0, 3);
    add(words[1], fmt::format("one of {}, {}, {}, because the value is {}", names[0], names[1], names[2], *value),
        pricing::nearestName(words[1], names));
  }

  void parseCron(std::string_view inside) {
    const auto words = split(inside, " \t");
    if (words.size() != kFields.size())
      return add(inside,
                 fmt::format("six fields: minutes, hours, day-of-month, month, day-of-week, year (there are {})",
                             words.size()));
    for (std::size_t i = 0; i < words.size(); ++i) parseField(static_cast<Place>(i), words[i]);
    const bool monthDay = words[DayOfMonth] != "?", weekDay = words[DayOfWeek] != "?";
    if (monthDay == weekDay)
      add(inside, "? in exactly one of day-of-month and day-of-week, the two that exclude each other");
    m_schedule.m_byMonth = (monthDay && words[DayOfMonth] != "*") || words[Month] != "*" || words[Year] != "*" ||
                           !m_schedule.m_rules.empty();
    if (m_problems.empty() && !m_schedule.nextAtOrAfter({}))
      add(inside, "a schedule that fires after time 0, Monday, 1 January 2024");
  }

  void parseField(Place place, std::string_view text) {
    if (text == "?" && (place == DayOfMonth || place == DayOfWeek)) return;
    const auto parts = split(text, ",");
    if (parts.empty() || text.front() == ',' || text.back() == ',' || text.find(",,") != std::string_view::npos)
      return refuse(place, text);
    for (const auto part : parts)
      if (!takeRule(place, part)) takeRange(place, part);
  }

  // L, 15W, 6L, 3#2. False: something else.
  bool takeRule(Place place, std::string_view part) {
    using Kind = Schedule::DayRule::Kind;
    const auto text = upper(part);
    if (place == DayOfMonth && text == "L") return rule({Kind::LastDay});
    if (place == DayOfWeek && text == "L") return mark(DayOfWeek, 7, 7, 1); // the last day of the week, Saturday
    if (place == DayOfMonth && text.ends_with('W')) {
      const auto day = numberOf(std::string_view(text).substr(0, text.size() - 1));
      return day && *day >= 1 && *day <= 31 && rule({Kind::NearestWeekday, *day});
    }
    if (place != DayOfWeek) return false;
    if (text.ends_with('L')) {
      const auto day = valueOf(place, std::string_view(text).substr(0, text.size() - 1));
      return day && rule({Kind::LastWeekday, *day - 1});
    }
    const auto hash = text.find('#');
    if (hash == std::string::npos) return false;
    const auto day = valueOf(place, std::string_view(text).substr(0, hash));
    const auto ordinal = numberOf(std::string_view(text).substr(hash + 1));
    return day && ordinal && *ordinal >= 1 && *ordinal <= 5 && rule({Kind::NthWeekday, *day - 1, *ordinal});
  }
  bool rule(Schedule::DayRule taken) {
    m_schedule.m_rules.push_back(taken);
    return true;
  }

  // *, 5, MON, 5-10, */15, 5/15, 5-20/5
  void takeRange(Place place, std::string_view part) {
    const auto& field = kFields[place];
    const auto slash = part.find('/');
    const auto range = part.substr(0, slash);
    const auto step = slash == std::string_view::npos ? std::optional(1u) : numberOf(part.substr(slash + 1));
    const auto dash = range.find('-');
    auto low = std::optional(field.low), high = std::optional(field.high);
    if (range != "*") {
      low = valueOf(place, range.substr(0, dash));
      if (dash != std::string_view::npos)
        high = valueOf(place, range.substr(dash + 1));
      else if (slash == std::string_view::npos)
        high = low;
    }
    if (!low || !high || !step || *step < 1 || *step > field.high || *low > *high) return refuse(place, part);
    mark(place, *low, *high, *step);
  }

  std::optional<unsigned> valueOf(Place place, std::string_view text) const {
    const auto& field = kFields[place];
    const auto value = numberOf(text);
    if (value) return *value >= field.low && *value <= field.high ? value : std::nullopt;
    const auto named = std::ranges::find(field.names, std::string_view(upper(text)));
    if (named == field.names.end()) return std::nullopt;
    return field.low + static_cast<unsigned>(named - field.names.begin());
  }

  bool mark(Place place, unsigned low, unsigned high, unsigned step) {
    for (unsigned v = low; v <= high; v += step) switch (place) {
      case Minutes: m_schedule.m_minutes.set(v); break;
      case Hours: m_schedule.m_hours.set(v); break;
      case DayOfMonth: m_schedule.m_days.set(v); break;
      case Month: m_schedule.m_months.set(v); break;
      case DayOfWeek: m_schedule.m_weekdays.set(v - 1); break;
      case Year: m_schedule.m_years.set(v - kFirstYear); break;
      }
    return true;
  }

  void refuse(Place place, std::string_view part) {
    const auto& field = kFields[place];
    const auto names =
        field.names.empty() ? std::string() : fmt::format(" or {} to {}", field.names.front(), field.names.back());
    const auto more = place == DayOfMonth ? ", ?, L, 15W" : place == DayOfWeek ? ", ?, L, 6L, 3#2" : "";
    const auto word = upper(part);
    add(part,
        fmt::format("{} from {} to {}{}, lists, ascending ranges and steps of them, *{}", field.name, field.low,
                    field.high, names, more),
        field.names.empty() || numberOf(part) ? std::nullopt : pricing::nearestName(word, field.names));
  }

  Schedule& m_schedule;
  std::string m_where;
  std::vector<Problem> m_problems;
};

std::vector<Problem> Schedule::problems(std::string_view expression, std::string_view where) {
  Schedule schedule;
  ScheduleParser parser(schedule, where);
  parser.parse(expression);
  return parser.take();
}

Schedule::Schedule(std::string_view expression) {
  ScheduleParser parser(*this, {});
  parser.parse(expression);
  assert(parser.take().empty());
}

// ---- days ----

bool Schedule::matches(const DayRule& rule, year_month_day date) const {
  const auto lastDay = year_month_day_last(date.year(), month_day_last(date.month())).day();
  const weekday today{sys_days(date)};
  switch (rule.kind) {
  case DayRule::Kind::LastDay: return date.day() == lastDay;
  case DayRule::Kind::LastWeekday:
    return today == weekday(rule.day) && static_cast<unsigned>(date.day()) + 7 > static_cast<unsigned>(lastDay);
  case DayRule::Kind::NthWeekday:
    return today == weekday(rule.day) && (static_cast<unsigned>(date.day()) - 1) / 7 + 1 == rule.ordinal;
  case DayRule::Kind::NearestWeekday: break;
  }
  // The weekday nearest to that day inside the month: Saturday's is Friday, Sunday's Monday, never across its edge.
  if (day(rule.day) > lastDay) return false;
  auto target = sys_days(date.year() / date.month() / day(rule.day));
  if (weekday(target) == Saturday) target += rule.day == 1 ? days(2) : days(-1);
  if (weekday(target) == Sunday) target += day(rule.day) == lastDay ? days(-2) : days(1);
  return target == sys_days(date) && !isWeekend(today);
}

bool Schedule::firesOn(sys_days at) const {
  const year_month_day date(at);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  if (year > kLastYear || !m_years.test(year - kFirstYear) || !m_months.test(static_cast<unsigned>(date.month())))
    return false;
  if (m_days.test(static_cast<unsigned>(date.day())) || m_weekdays.test(weekday(at).c_encoding())) return true;
  return std::ranges::any_of(m_rules, [&](const DayRule& rule) { return matches(rule, date); });
}

// ---- firings ----

std::int64_t Schedule::firingsADay() const { return static_cast<std::int64_t>(m_minutes.count() * m_hours.count()); }

std::optional<Duration> Schedule::firstOfDay(Duration from) const {
  auto minute = (from + minutes(1) - Duration(1)) / minutes(1); // the first whole one
  for (; minute < 24 * 60; ++minute) {
    if (!m_hours.test(static_cast<std::size_t>(minute / 60)))
      minute += 59 - minute % 60;
    else if (m_minutes.test(static_cast<std::size_t>(minute % 60)))
      return minutes(minute);
  }
  return std::nullopt;
}

std::optional<Duration> Schedule::nextAtOrAfter(Duration from) const {
  if (m_every > Duration{}) return m_every * ((from + m_every - Duration(1)) / m_every);
  constexpr Duration kDay = days(1);
  const auto end = sys_days(year(kLastYear + 1) / 1 / 1);
  auto today = from / kDay;
  Duration since = from % kDay;
  for (; kDayZero + days(today) < end; ++today, since = {}) {
    if (!firesOn(kDayZero + days(today))) continue;
    if (const auto found = firstOfDay(since)) return today * kDay + *found;
  }
  return std::nullopt;
}

std::uint64_t Schedule::firingsBefore(Duration horizon) const {
  if (horizon <= Duration{}) return 0;
  if (m_every > Duration{}) return static_cast<std::uint64_t>((horizon + m_every - Duration(1)) / m_every);
  constexpr Duration kDay = days(1);
  const auto whole = horizon / kDay;
  std::int64_t firings = 0;
  for (std::int64_t today = 0; today < whole; ++today)
    if (firesOn(kDayZero + days(today))) firings += firingsADay();
  for (auto next = nextAtOrAfter(whole * kDay); next && *next < horizon; next = nextAtOrAfter(*next + minutes(1)))
    ++firings;
  return static_cast<std::uint64_t>(firings);
}

Duration Schedule::period() const {
  constexpr Duration kWeek = days(7), kYear = days(365);
  if (m_every > Duration{}) return m_every <= kWeek ? kWeek : std::max(kYear, m_every);
  return m_byMonth ? kYear : kWeek;
}

} // namespace workloads
