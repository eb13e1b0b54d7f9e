#pragma once
// The few physical quantities a bill and a simulation are made of. Units live in these types inside and in names at
// the door; mixing them does not compile (tests/pricing/quantities_test.cpp asserts that).
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace pricing {

// A time span and the simulation clock: integer nanoseconds, so that sums, ties and billing round-ups are exact.
using Duration = std::chrono::nanoseconds;
inline constexpr double kSecondsPerHour = 3600.0;

constexpr double inSeconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr double inMilliseconds(Duration d) { return static_cast<double>(d.count()) * 1e-6; }
// Nearest nanosecond. Precondition: |seconds| <= 9.2e9 (292 years).
Duration fromSeconds(double seconds);
// Billed time: whole milliseconds, rounded up (Lambda since 1 Dec 2020). 300 ms of 0.1 s + 0.2 s, never 301.
constexpr std::int64_t ceilMilliseconds(Duration d) {
  return d.count() / 1'000'000 + (d.count() % 1'000'000 > 0 ? 1 : 0);
}

// Memory as AWS counts it: 1 MB = 1,024 KB, whole MiB, >= 0.
class Memory {
 public:
  constexpr Memory() = default;
  static constexpr Memory mebibytes(std::int64_t mib) { return Memory(mib); }
  constexpr std::int64_t inMebibytes() const { return m_mib; }
  constexpr double inGibibytes() const { return static_cast<double>(m_mib) / 1024.0; }
  friend constexpr auto operator<=>(Memory, Memory) = default;

 private:
  constexpr explicit Memory(std::int64_t mib) : m_mib(mib) {}
  std::int64_t m_mib = 0;
};

// A payload or a volume moved: whole bytes, 1 KB = 1,024 B as in AWS bills, >= 0.
class ByteCount {
 public:
  constexpr ByteCount() = default;
  static constexpr ByteCount bytes(std::int64_t n) { return ByteCount(n); }
  constexpr std::int64_t inBytes() const { return m_bytes; }
  constexpr double inGibibytes() const { return static_cast<double>(m_bytes) / (1024.0 * 1024.0 * 1024.0); }
  friend constexpr auto operator<=>(ByteCount, ByteCount) = default;

 private:
  constexpr explicit ByteCount(std::int64_t n) : m_bytes(n) {}
  std::int64_t m_bytes = 0;
};

// Requests (or events, connections) per second; finite, >= 0.
class RequestRate {
 public:
  constexpr RequestRate() = default;
  static constexpr RequestRate perSecond(double rate) { return RequestRate(rate); }
  constexpr double inPerSecond() const { return m_perSecond; }
  friend constexpr auto operator<=>(RequestRate, RequestRate) = default;

 private:
  constexpr explicit RequestRate(double rate) : m_perSecond(rate) {}
  double m_perSecond = 0.0;
};

// Why a text is no quantity: what would have been one, as a noun phrase ("a time such as 250ms, 1.5s or 7d").
struct Malformed {
  std::string expected;
};
template <class T> using Parsed = std::variant<T, Malformed>;

// A number with its unit, blanks allowed between; case matters only where two units would collide (m, M).
//   time    ns us ms s min h d w           "none" is not a time; callers that allow it test first
//   memory  MB GB MiB GiB (1,024 steps)    whole MiB only
//   bytes   B KB MB GB TB, KiB ... (1,024 steps); rounded to whole bytes, as times are to whole nanoseconds
//   rate    N/s N/min N/h N/day N/week N/month (730 h), N may end in k, M or G (1,000 steps)
// A bare number is taken in the base unit: s, MB, bytes, requests/s. Negative, NaN, infinite or too large: Malformed.
Parsed<Duration> parseDuration(std::string_view text);
Parsed<Memory> parseMemory(std::string_view text);
Parsed<ByteCount> parseByteCount(std::string_view text);
Parsed<RequestRate> parseRequestRate(std::string_view text);

// Exact and short: parse(toText(x)) == x for every x of 0 or more.
std::string toText(Duration d);    // "250ms", "1.5s", "600s", "7d"; days only when they are whole
std::string toText(Memory m);      // "1769MB", "2GB"
std::string toText(ByteCount b);   // "20KB"
std::string toText(RequestRate r); // "0.9/s"

// For people: three significant digits with a fitting unit and a blank: "1.23 ms", "4.57 s", "1.2 M"; counts below a
// million in full: "1,234". Infinite or not a number: "not finite".
std::string displaySeconds(double seconds);
std::string displayCount(double count);
std::string displayRate(double perSecond);
std::string displayPercent(double fraction); // "0.134 %"

} // namespace pricing
