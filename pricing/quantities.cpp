#include "pricing/quantities.hpp"

#include <array>
#include <cmath>
#include <fast_float/fast_float.h>
#include <fmt/format.h>
#include <limits>
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

// What still fits: whole units in 64 bits, and a memory size whose bytes do.
constexpr std::int64_t kMostUnits = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMostMebibytes = kMostUnits >> 20;

__extension__ using Int128 = __int128;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct NumberAndRest {
  double number;
  std::string_view digits; // the number as written
  std::string_view rest;
};

std::optional<NumberAndRest> leadingNumber(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = fast_float::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc{} || !std::isfinite(number) || std::signbit(number)) return std::nullopt;
  const auto length = static_cast<std::size_t>(parsed.ptr - text.data());
  return NumberAndRest{number, text.substr(0, length), trimmed(text.substr(length))};
}

std::optional<double> unitNamed(std::string_view name, std::span<const Unit> units) {
  for (const auto& unit : units)
    if (unit.name == name) return unit.inBase;
  return std::nullopt;
}

// "1.25" is 125 / 10^2. Nothing for exponents and for more digits than 64 bits ever hold.
struct Decimal {
  Int128 mantissa = 0, scale = 1;
};
std::optional<Decimal> exactly(std::string_view digits) {
  constexpr std::size_t kMostDigits = 19;
  if (digits.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  if (digits.size() > kMostDigits + 1) return std::nullopt;
  Decimal decimal;
  bool behindPoint = false;
  for (const char c : digits) {
    if (c == '.') {
      behindPoint = true;
      continue;
    }
    decimal.mantissa = decimal.mantissa * 10 + (c - '0');
    if (behindPoint) decimal.scale *= 10;
  }
  return decimal;
}

struct BaseUnits {
  std::int64_t count = 0;
  bool whole = true; // nothing was rounded away
};

// Decimals are scaled in integers: a double would lose the last digits of "104.249991999999999d" or of 2^53 + 1 bytes.
std::optional<BaseUnits> scaled(const NumberAndRest& text, double factor, std::int64_t most) {
  if (text.number * factor > static_cast<double>(most)) return std::nullopt;
  const auto decimal = exactly(text.digits);
  if (!decimal) {
    const double units = text.number * factor;
    if (units >= static_cast<double>(kMostUnits)) return std::nullopt; // it would round up to 2^63
    return BaseUnits{std::llround(units), units == std::floor(units)};
  }
  const Int128 units = decimal->mantissa * static_cast<std::int64_t>(factor);
  const Int128 rounded = (units + decimal->scale / 2) / decimal->scale;
  if (rounded > most) return std::nullopt;
  return BaseUnits{static_cast<std::int64_t>(rounded), units % decimal->scale == 0};
}

// The value in the base unit, or nothing when the text is no number, has a strange unit or would not fit.
std::optional<BaseUnits> inBaseUnit(std::string_view text, std::span<const Unit> units,
                                    std::int64_t most = kMostUnits) {
  const auto split = leadingNumber(text);
  if (!split) return std::nullopt;
  const auto factor = unitNamed(split->rest, units);
  return factor ? scaled(*split, *factor, most) : std::nullopt;
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

// Digits behind the point that leave `significant` digits in all.
int decimalsFor(double value, int significant) {
  if (value == 0) return 0;
  return std::max(0, significant - 1 - static_cast<int>(std::floor(std::log10(std::fabs(value)))));
}

std::string withoutTrailingZeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string threeDigits(double value) {
  return withoutTrailingZeros(fmt::format("{:.{}f}", value, decimalsFor(value, 3)));
}

// The smallest value that three digits round up to `step`.
constexpr double kRoundsUp = 0.9995;
constexpr std::string_view kNotFinite = "not finite";

std::string withThousands(std::string digits) {
  const auto point = digits.find('.');
  auto position = static_cast<std::ptrdiff_t>(point == std::string::npos ? digits.size() : point) - 3;
  const std::ptrdiff_t first = digits.front() == '-' ? 1 : 0;
  for (; position > first; position -= 3) digits.insert(static_cast<std::size_t>(position), ",");
  return digits;
}

} // namespace

Duration fromSeconds(double seconds) { return Duration(static_cast<std::int64_t>(std::llround(seconds * 1e9))); }

Parsed<Duration> parseDuration(std::string_view text) {
  const auto nanoseconds = inBaseUnit(text, kTimeUnits);
  if (!nanoseconds) return Malformed{"a time such as 250ms, 1.5s, 10min or 7d"};
  return Duration(nanoseconds->count);
}

Parsed<Memory> parseMemory(std::string_view text) {
  const auto mib = inBaseUnit(text, kMemoryUnits, kMostMebibytes);
  if (!mib || !mib->whole) return Malformed{"a memory size in whole megabytes such as 512MB or 2GB"};
  return Memory::mebibytes(mib->count);
}

Parsed<ByteCount> parseByteCount(std::string_view text) {
  const auto bytes = inBaseUnit(text, kByteUnits);
  if (!bytes) return Malformed{"a number of bytes such as 20KB or 1.5MB"};
  return ByteCount::bytes(bytes->count);
}

Parsed<RequestRate> parseRequestRate(std::string_view text) {
  const Malformed malformed{"a rate such as 100/s, 30/min or 1.5M/day"};
  const auto split = leadingNumber(text);
  if (!split) return malformed;
  const auto slash = split->rest.find('/');
  const bool bare = slash == std::string_view::npos;
  const auto multiplier = unitNamed(trimmed(split->rest.substr(0, slash)), kMultipliers);
  const auto period = unitNamed(bare ? "s" : trimmed(split->rest.substr(slash + 1)), kPeriods);
  if (!multiplier || !period) return malformed;
  const double perSecond = split->number * *multiplier / *period;
  if (!std::isfinite(perSecond)) return malformed;
  return RequestRate::perSecond(perSecond);
}

namespace {

// "1.5" of 1,500,000,000 with 9 decimals: integers throughout, so that every nanosecond survives.
std::string withDecimals(std::int64_t count, std::int64_t unit, int decimals) {
  if (count % unit == 0) return fmt::format("{}", count / unit);
  return withoutTrailingZeros(fmt::format("{}.{:0{}}", count / unit, count % unit, decimals));
}

} // namespace

std::string toText(Duration d) {
  constexpr std::int64_t kDay = 86'400'000'000'000, kSecond = 1'000'000'000;
  const auto count = d.count();
  if (count == 0) return "0s";
  // Sentences about bad input show negative times. The one without a positive twin stays in nanoseconds.
  if (count < 0 && count > std::numeric_limits<std::int64_t>::min()) return "-" + toText(-d);
  if (count % kDay == 0) return fmt::format("{}d", count / kDay);
  if (count >= kSecond) return withDecimals(count, kSecond, 9) + "s";
  if (count >= 1'000'000) return withDecimals(count, 1'000'000, 6) + "ms";
  if (count >= 1'000) return withDecimals(count, 1'000, 3) + "us";
  return fmt::format("{}ns", count);
}

std::string toText(Memory m) {
  static constexpr std::array units{IntegerUnit{"GB", 1024}, IntegerUnit{"MB", 1}};
  return inLargestUnit(m.inMebibytes(), units);
}

std::string toText(ByteCount b) {
  static constexpr std::array units{IntegerUnit{"TB", std::int64_t{1} << 40}, IntegerUnit{"GB", 1 << 30},
                                    IntegerUnit{"MB", 1 << 20}, IntegerUnit{"KB", 1 << 10}, IntegerUnit{"B", 1}};
  return inLargestUnit(b.inBytes(), units);
}

std::string toText(RequestRate r) { return fmt::format("{}/s", r.inPerSecond()); }

std::string displaySeconds(double seconds) {
  static constexpr std::array units{Unit{"d", 86400}, Unit{"h", 3600},  Unit{"min", 60}, Unit{"s", 1},
                                    Unit{"ms", 1e-3}, Unit{"µs", 1e-6}, Unit{"ns", 1e-9}};
  if (!std::isfinite(seconds)) return std::string(kNotFinite);
  if (seconds == 0) return "0 s";
  for (const auto& unit : units) {
    // From two of them on: 90 s and 90 min read better than 1.5 min and 1.5 h.
    const double threshold = unit.inBase > 1 ? 2 * unit.inBase : unit.inBase;
    if (std::fabs(seconds) >= threshold * kRoundsUp)
      return fmt::format("{} {}", threeDigits(seconds / unit.inBase), unit.name);
  }
  return fmt::format("{:.3g} ns", seconds * 1e9);
}

std::string displayCount(double count) {
  if (!std::isfinite(count)) return std::string(kNotFinite);
  const double magnitude = std::fabs(count);
  if (magnitude >= 1e12 * kRoundsUp) return fmt::format("{:.3g}", count);
  if (magnitude >= 1e9 * kRoundsUp) return threeDigits(count / 1e9) + " G";
  if (magnitude >= 999'999.5) return threeDigits(count / 1e6) + " M";
  if (magnitude >= 999.5) return withThousands(fmt::format("{:.0f}", count));
  if (magnitude >= 1e-4 || magnitude == 0) return threeDigits(magnitude == 0 ? 0 : count);
  return fmt::format("{:.3g}", count);
}

std::string displayRate(double perSecond) {
  if (!std::isfinite(perSecond)) return std::string(kNotFinite);
  if (perSecond >= 0.1 || perSecond == 0) return displayCount(perSecond) + "/s";
  if (perSecond * 3600 >= 1) return displayCount(perSecond * 3600) + "/h";
  return displayCount(perSecond * 86400) + "/day";
}

std::string displayPercent(double fraction) {
  if (!std::isfinite(fraction)) return std::string(kNotFinite);
  const double percent = fraction * 100;
  const bool plain = percent == 0 || std::fabs(percent) >= 1e-4;
  return (plain ? threeDigits(percent == 0 ? 0 : percent) : fmt::format("{:.3g}", percent)) + " %";
}

std::string display(Money amount) {
  const double usd = amount.inDollars();
  if (!std::isfinite(usd)) return "not a finite amount";
  const double magnitude = std::fabs(usd);
  const char* sign = usd < 0 ? "-" : "";
  if (magnitude != 0 && magnitude < 0.005) {
    if (magnitude < 1e-12) return fmt::format("{}${:.3g}", sign, magnitude);
    return fmt::format("{}${:.{}f}", sign, magnitude, decimalsFor(magnitude, 3));
  }
  // A hair above the half, so that 1.005, which a double holds as 1.00499..., still rounds away from zero. Billions
  // have no such half: their last digits are the double's own.
  const double hair = magnitude < 1e9 ? 4 * std::numeric_limits<double>::epsilon() : 0;
  const double cents = std::round(magnitude * 100 * (1 + hair));
  return fmt::format("{}${}", cents == 0 ? "" : sign, withThousands(fmt::format("{:.2f}", cents / 100)));
}

std::string display(UnitPrice price) {
  const double usd = price.inDollarsPerUnit();
  if (!std::isfinite(usd)) return "not a finite price";
  const double magnitude = std::fabs(usd);
  return fmt::format("{}${}", usd < 0 ? "-" : "",
                     withoutTrailingZeros(fmt::format("{:.{}f}", magnitude, decimalsFor(magnitude, 12))));
}

} // namespace pricing
