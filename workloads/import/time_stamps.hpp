#pragma once
// The time stamps that logs hold, as nanoseconds: of the Unix epoch for wall clocks, of the trace's own zero otherwise.
// Nothing here looks at the machine's zone; a stamp without a zone is UTC and the reader says so. A stamp outside
// 1970-2199 is unreadable. Pinned by tests/workloads/time_stamps_test.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace workloads::importing {

enum class TimeUnit { Seconds, Milliseconds, Microseconds, Nanoseconds, Iso };
std::optional<TimeUnit> timeUnitNamed(std::string_view name); // "s", "ms", "us", "ns", "iso"
std::string_view name(TimeUnit unit);
std::int64_t nanosecondsPer(TimeUnit unit); // Iso counts as seconds

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kLatestStamp = 7'258'118'400 * kSecond; // 2200-01-01T00:00:00Z

// "12.5", "-3", "1e3" times the unit, exact to the nanosecond for plain decimals; nothing for anything else (nan, inf,
// blanks) and for results beyond +-kLatestStamp.
std::optional<std::int64_t> parseDecimal(std::string_view text, std::int64_t nanosecondsPerUnit);
// The unit in which this number is a date between 1973 and 2200: s, ms, us or ns; nothing: it is relative.
std::optional<TimeUnit> epochUnit(double number);

struct WallTime {
  std::int64_t nanoseconds = 0;
  bool zoned = false;     // the text named its zone
  std::size_t length = 0; // bytes used
};
// "2026-11-24T02:50:09.123Z", with blank for T, comma for the point, "/" in the date, "+01:00", "+0100" or " UTC".
std::optional<WallTime> parseIso(std::string_view text);
// The first such stamp, or 13 digits of epoch milliseconds, anywhere in the text.
std::optional<WallTime> findWallTime(std::string_view text);
// "24/Nov/2026:02:50:09 +0100" as Apache and NGINX write it; fractions of a second after it are read too.
std::optional<std::int64_t> parseClf(std::string_view text);

std::string isoText(std::int64_t epochMilliseconds); // "2026-11-24T02:50:09.123Z"

} // namespace workloads::importing
