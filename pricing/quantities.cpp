#include "pricing/quantities.hpp"

#include <array>
#include <cmath>
#include <fast_float/fast_float.h>
#include <fmt/format.h>
#include <optional>
#include <span>

#include "pricing/money.hpp"

namespace pricing {

namespace {

struct Unit {
  std::string_view name;
  double inBase;
};

constexpr std::array kTimeUnits{Unit{"ns", 1},          Unit{"us", 1e3},   Unit{"ms", 1e6},   Unit{"s", 1e9},
                                Unit{"", 1e9},          Unit{"min", 60e9}, Unit{"h", 3600e9}, Unit{"d", 86400e9},
                                Unit{"w", 7 * 86400e9}, Unit{"µs", 1e3}};
constexpr double kKi = 1024.0;
constexpr std::array kMemoryUnits{Unit{"", 1}, Unit{"MB", 1}, Unit{"MiB", 1}, Unit{"GB", kKi}, Unit{"GiB", kKi}};
constexpr std::array kByteUnits{Unit{"", 1},
                                Unit{"B", 1},
                                Unit{"KB", kKi},
                                Unit{"KiB", kKi},
                                Unit{"kB", kKi},
                                Unit{"MB", kKi* kKi},
                                Unit{"MiB", kKi* kKi},
                                Unit{"GB", kKi* kKi* kKi},
                                Unit{"GiB", kKi* kKi* kKi},
                                Unit{"TB", kKi* kKi* kKi* kKi},
                                Unit{"TiB", kKi* kKi* kKi* kKi}};
// A month is 730 h throughout (design section 7).
constexpr std::array kPeriods{Unit{"s", 1},
                              Unit{"sec", 1},
                              Unit{"second", 1},
                              Unit{"min", 60},
                              Unit{"minute", 60},
                              Unit{"h", 3600},
                              Unit{"hour", 3600},
                              Unit{"d", 86400},
                              Unit{"day", 86400},
                              Unit{"w", 604800},
                              Unit{"week", 604800},
                              Unit{"month", 730 * 3600.0},
                              Unit{"mo", 730 * 3600.0}};
constexpr std::array kMultipliers{Unit{"", 1}, Unit{"k", 1e3}, Unit{"K", 1e3}, Unit{"M", 1e6}, Unit{"G", 1e9}};

constexpr double kLargestInteger = 9.2e18;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct NumberAndRest {
  double number;
  std::string_view rest;
};

std::optional<NumberAndRest> leadingNumber(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = fast_float::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc{} || !std::isfinite(number) || std::signbit(number)) return std::nullopt;
  return NumberAndRest{number, trimmed({parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)})};
}

std::optional<double> unitNamed(std::string_view name, std::span<const Unit> units) {
  for (const auto& unit : units)
    if (unit.name == name) return unit.inBase;
  return std::nullopt;
}

// The value in the base unit, or nothing when the text is no number, has a strange unit or would not fit in 64 bits.
std::optional<double> inBaseUnit(std::string_view text, std::span<const Unit> units) {
  const auto split = leadingNumber(text);
  if (!split) return std::nullopt;
  const auto factor = unitNamed(split->rest, units);
  if (!factor || split->number * *factor > kLargestInteger) return std::nullopt;
  return split->number * *factor;
}

struct IntegerUnit {
  std::string_view name;
  std::int64_t inBase;
};

// The largest unit that divides the count; seconds and up only in units people write.
std::string inLargestUnit(std::int64_t count, std::span<const IntegerUnit> largestFirst) {
  for (const auto& unit : largestFirst)
    if (count % unit.inBase == 0 && count != 0) return fmt::format("{}{}", count / unit.inBase, unit.name);
  return fmt::format("{}{}", count, largestFirst.back().name);
}

std::string threeDigits(double value) {
  const double magnitude = std::fabs(value);
  const int decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string withThousands(std::string digits) {
  const auto point = digits.find('.');
  auto position = static_cast<std::ptrdiff_t>(point == std::string::npos ? digits.size() : point) - 3;
  for (; position > 0; position -= 3) digits.insert(static_cast<std::size_t>(position), ",");
  return digits;
}

} // namespace

Duration fromSeconds(double seconds) { return Duration(static_cast<std::int64_t>(std::llround(seconds * 1e9))); }

Parsed<Duration> parseDuration(std::string_view text) {
  const auto nanoseconds = inBaseUnit(text, kTimeUnits);
  if (!nanoseconds) return Malformed{"a time such as 250ms, 1.5s, 10min or 7d"};
  return Duration(std::llround(*nanoseconds));
}

Parsed<Memory> parseMemory(std::string_view text) {
  const auto mib = inBaseUnit(text, kMemoryUnits);
  if (!mib || *mib != std::floor(*mib)) return Malformed{"a memory size in whole megabytes such as 512MB or 2GB"};
  return Memory::mebibytes(std::llround(*mib));
}

Parsed<ByteCount> parseByteCount(std::string_view text) {
  const auto bytes = inBaseUnit(text, kByteUnits);
  if (!bytes) return Malformed{"a number of bytes such as 20KB or 1.5MB"};
  return ByteCount::bytes(std::llround(*bytes));
}

Parsed<RequestRate> parseRequestRate(std::string_view text) {
  const Malformed malformed{"a rate such as 100/s, 30/min or 1.5M/day"};
  const auto split = leadingNumber(text);
  if (!split) return malformed;
  const auto slash = split->rest.find('/');
  const auto multiplier = unitNamed(trimmed(split->rest.substr(0, slash)), kMultipliers);
  if (!multiplier) return malformed;
  if (slash == std::string_view::npos) return RequestRate::perSecond(split->number * *multiplier);
  const auto period = unitNamed(trimmed(split->rest.substr(slash + 1)), kPeriods);
  if (!period) return malformed;
  return RequestRate::perSecond(split->number * *multiplier / *period);
}

std::string toText(Duration d) {
  static constexpr std::array units{IntegerUnit{"d", 86'400'000'000'000}, IntegerUnit{"s", 1'000'000'000},
                                    IntegerUnit{"ms", 1'000'000}, IntegerUnit{"us", 1'000}, IntegerUnit{"ns", 1}};
  return d.count() == 0 ? "0s" : inLargestUnit(d.count(), units);
}

std::string toText(Memory m) {
  static constexpr std::array units{IntegerUnit{"GB", 1024}, IntegerUnit{"MB", 1}};
  return inLargestUnit(m.inMebibytes(), units);
}

std::string toText(ByteCount b) {
  static constexpr std::array units{IntegerUnit{"GB", 1 << 30}, IntegerUnit{"MB", 1 << 20}, IntegerUnit{"KB", 1 << 10},
                                    IntegerUnit{"B", 1}};
  return inLargestUnit(b.inBytes(), units);
}

std::string toText(RequestRate r) { return fmt::format("{}/s", r.inPerSecond()); }

std::string displaySeconds(double seconds) {
  static constexpr std::array units{Unit{"d", 86400}, Unit{"h", 3600},  Unit{"min", 60}, Unit{"s", 1},
                                    Unit{"ms", 1e-3}, Unit{"µs", 1e-6}, Unit{"ns", 1e-9}};
  if (seconds == 0) return "0 s";
  for (const auto& unit : units) {
    // Two minutes read better as 120 s; from two hours on, hours.
    const double threshold = unit.inBase > 1 ? 2 * unit.inBase : unit.inBase;
    if (std::fabs(seconds) >= threshold * 0.9995)
      return fmt::format("{} {}", threeDigits(seconds / unit.inBase), unit.name);
  }
  return fmt::format("{:.3g} ns", seconds * 1e9);
}

std::string displayCount(double count) {
  const double magnitude = std::fabs(count);
  if (magnitude >= 1e12) return fmt::format("{:.3g}", count);
  if (magnitude >= 1e9) return threeDigits(count / 1e9) + " G";
  if (magnitude >= 1e6) return threeDigits(count / 1e6) + " M";
  if (magnitude >= 1e3) return withThousands(fmt::format("{:.0f}", count));
  if (magnitude >= 0.01 || magnitude == 0) return threeDigits(count);
  return fmt::format("{:.3g}", count);
}

std::string displayRate(double perSecond) {
  if (perSecond >= 0.1 || perSecond == 0) return displayCount(perSecond) + "/s";
  if (perSecond * 3600 >= 1) return displayCount(perSecond * 3600) + "/h";
  return displayCount(perSecond * 86400) + "/day";
}

std::string displayPercent(double fraction) {
  const double percent = fraction * 100;
  if (percent != 0 && std::fabs(percent) < 0.01) return fmt::format("{:.2g} %", percent);
  return threeDigits(percent) + " %";
}

std::string display(Money amount) {
  const double usd = amount.inDollars();
  if (!std::isfinite(usd)) return "not a finite amount";
  const double magnitude = std::fabs(usd);
  const char* sign = usd < 0 ? "-" : "";
  if (magnitude != 0 && magnitude < 0.005) {
    const int decimals = std::min(15, 2 - static_cast<int>(std::floor(std::log10(magnitude))));
    return fmt::format("{}${:.{}f}", sign, magnitude, decimals);
  }
  // A hair above the half, so that 2.675, which a double holds as 2.67499..., still rounds away from zero.
  const double cents = std::round(magnitude * 100 * (1 + 1e-12));
  return fmt::format("{}${}", cents == 0 ? "" : sign, withThousands(fmt::format("{:.2f}", cents / 100)));
}

std::string display(UnitPrice price) {
  std::string text = fmt::format("{:.12f}", price.inDollarsPerUnit());
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return "$" + text;
}

} // namespace pricing
