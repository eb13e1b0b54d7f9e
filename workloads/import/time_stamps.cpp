#include "workloads/import/time_stamps.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <fast_float/fast_float.h>
#include <fmt/format.h>

namespace workloads::importing {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// `count` digits at `at`, or nothing.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!isDigit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct Civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

// A leap second (60) counts as the first of the next minute.
std::optional<std::int64_t> secondsSinceEpoch(const Civil& c) {
  using namespace std::chrono;
  const year_month_day date{year{c.year}, month{static_cast<unsigned>(c.month)}, day{static_cast<unsigned>(c.day)}};
  if (!date.ok() || c.year < 1970 || c.year >= 2200) return std::nullopt;
  if (c.hour > 23 || c.minute > 59 || c.second > 60) return std::nullopt;
  return sys_days{date}.time_since_epoch().count() * std::int64_t{86'400} + c.hour * 3'600 + c.minute * 60 + c.second;
}

// ".123456" or ",123": nanoseconds and bytes used; digits beyond the ninth are dropped.
std::int64_t fraction(std::string_view text, std::size_t& at) {
  if (at + 1 >= text.size() || (text[at] != '.' && text[at] != ',') || !isDigit(text[at + 1])) return 0;
  std::int64_t value = 0, scale = kSecond;
  for (++at; at < text.size() && isDigit(text[at]); ++at) {
    if (scale == 1) continue;
    value = value * 10 + (text[at] - '0');
    scale /= 10;
  }
  return value * scale;
}

// "Z", " UTC", "+01:00", "+0100", "+01": seconds east of Greenwich.
std::optional<int> zone(std::string_view text, std::size_t& at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with('Z') || rest.starts_with('z')) return ++at, 0;
  for (const std::string_view utc : {" UTC", " GMT", "UTC", "GMT"})
    if (rest.starts_with(utc)) return at += utc.size(), 0;
  const std::size_t blank = rest.starts_with(' ') ? 1 : 0;
  if (rest.size() < blank + 3 || (rest[blank] != '+' && rest[blank] != '-')) return std::nullopt;
  const auto hours = digits(rest, blank + 1, 2);
  if (!hours) return std::nullopt;
  std::size_t next = blank + 3;
  const std::size_t colon = next < rest.size() && rest[next] == ':' ? 1 : 0;
  const auto minutes = digits(rest, next + colon, 2);
  if (minutes) next += colon + 2;
  at += next;
  const int seconds = *hours * 3'600 + minutes.value_or(0) * 60;
  return rest[blank] == '-' ? -seconds : seconds;
}

std::optional<std::int64_t> inRange(double nanoseconds) {
  if (!(std::abs(nanoseconds) <= static_cast<double>(kLatestStamp))) return std::nullopt;
  return std::llround(nanoseconds);
}

std::optional<std::int64_t> parseFloating(std::string_view text, std::int64_t nanosecondsPerUnit) {
  double value = 0;
  const auto [end, error] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return inRange(value * static_cast<double>(nanosecondsPerUnit));
}

int monthNamed(std::string_view name) {
  static constexpr std::string_view kNames = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto at = kNames.find(name);
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

} // namespace

std::optional<TimeUnit> timeUnitNamed(std::string_view name) {
  if (name == "s") return TimeUnit::Seconds;
  if (name == "ms") return TimeUnit::Milliseconds;
  if (name == "us") return TimeUnit::Microseconds;
  if (name == "ns") return TimeUnit::Nanoseconds;
  if (name == "iso") return TimeUnit::Iso;
  return std::nullopt;
}

std::string_view name(TimeUnit unit) {
  static constexpr std::array<std::string_view, 5> kNames = {"s", "ms", "us", "ns", "iso"};
  return kNames[static_cast<std::size_t>(unit)];
}

std::int64_t nanosecondsPer(TimeUnit unit) {
  static constexpr std::array<std::int64_t, 5> kPer = {kSecond, 1'000'000, 1'000, 1, kSecond};
  return kPer[static_cast<std::size_t>(unit)];
}

std::optional<std::int64_t> parseDecimal(std::string_view text, std::int64_t nanosecondsPerUnit) {
  std::size_t i = 0;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) ++i;
  const std::size_t first = i;
  std::int64_t whole = 0, part = 0, scale = 1;
  for (; i < text.size() && isDigit(text[i]); ++i) {
    if (whole > kLatestStamp / 10) return std::nullopt;
    whole = whole * 10 + (text[i] - '0');
  }
  std::size_t digitCount = i - first;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && isDigit(text[i]); ++i, ++digitCount) {
      if (scale == kSecond) continue;
      part = part * 10 + (text[i] - '0');
      scale *= 10;
    }
  }
  if (digitCount == 0) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    return parseFloating(text.substr(text.starts_with('+') ? 1 : 0), nanosecondsPerUnit);
  }
  if (whole > kLatestStamp / nanosecondsPerUnit) return std::nullopt;
  const std::int64_t value = whole * nanosecondsPerUnit + (part * nanosecondsPerUnit + scale / 2) / scale;
  return negative ? -value : value;
}

std::optional<TimeUnit> epochUnit(double number) {
  constexpr double kOldest = 1e8, kNewest = 7.258e9; // 1973-03-03 and 2199-12-31 in seconds
  double scale = 1;
  for (const TimeUnit unit :
       {TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds}) {
    if (number >= kOldest * scale && number < kNewest * scale) return unit;
    scale *= 1e3;
  }
  return std::nullopt;
}

std::optional<WallTime> parseIso(std::string_view text) {
  if (text.size() < 16 || (text[4] != '-' && text[4] != '/') || text[7] != text[4]) return std::nullopt;
  if ((text[10] != 'T' && text[10] != ' ' && text[10] != 't') || text[13] != ':') return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  if (!year || !month || !day || !hour || !minute) return std::nullopt;
  Civil civil{*year, *month, *day, *hour, *minute, 0};
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    const auto second = digits(text, 17, 2);
    if (!second) return std::nullopt;
    civil.second = *second;
    at = 19;
  }
  const auto seconds = secondsSinceEpoch(civil);
  if (!seconds) return std::nullopt;
  const std::int64_t part = fraction(text, at);
  const auto offset = zone(text, at);
  return WallTime{(*seconds - offset.value_or(0)) * kSecond + part, offset.has_value(), at};
}

std::optional<WallTime> findWallTime(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!isDigit(text[i]) || (i > 0 && isDigit(text[i - 1]))) continue;
    if (const auto iso = parseIso(text.substr(i))) return iso;
    std::size_t end = i;
    while (end < text.size() && isDigit(text[end])) ++end;
    if (end - i != 13) continue;
    if (const auto ms = parseDecimal(text.substr(i, 13), 1'000'000)) return WallTime{*ms, true, 13};
  }
  return std::nullopt;
}

std::optional<std::int64_t> parseClf(std::string_view text) {
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':') return std::nullopt;
  const int month = monthNamed(text.substr(3, 3));
  const auto day = digits(text, 0, 2), year = digits(text, 7, 4);
  const auto hour = digits(text, 12, 2), minute = digits(text, 15, 2), second = digits(text, 18, 2);
  if (month == 0 || !day || !year || !hour || !minute || !second) return std::nullopt;
  const auto seconds = secondsSinceEpoch({*year, month, *day, *hour, *minute, *second});
  if (!seconds) return std::nullopt;
  std::size_t at = 20;
  const std::int64_t part = fraction(text, at);
  return (*seconds - zone(text, at).value_or(0)) * kSecond + part;
}

std::string isoText(std::int64_t epochMilliseconds) {
  using namespace std::chrono;
  const sys_time<milliseconds> when{milliseconds{epochMilliseconds}};
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss time{when - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

} // namespace workloads::importing
