#include "ui/form/field_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <variant>

#include "workloads/import/power_tuning.hpp"

namespace ui {

namespace {

template <class T> Refusal taken(const pricing::Parsed<T>& parsed, T& value) {
  if (const auto* malformed = std::get_if<pricing::Malformed>(&parsed)) return malformed->expected;
  value = std::get<T>(parsed);
  return std::nullopt;
}

template <class Integer> Refusal readInteger(std::string_view text, Integer& value) {
  text = withoutBlanks(text);
  Integer read{};
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, read);
  if (result.ec != std::errc{} || result.ptr != end || read < 0)
    return fmt::format("a whole number from 0 to {}", std::numeric_limits<Integer>::max());
  value = read;
  return std::nullopt;
}

// "128MB 472ms, 512MB 159ms" in any order; what is wrong with the values is for the scenario's own review to say.
std::optional<workloads::MemoryCurve> writtenCurve(std::string_view text) {
  workloads::MemoryCurve curve;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto pair = withoutBlanks(text.substr(0, comma));
    const auto blank = pair.find_first_of(" \t");
    if (blank == std::string_view::npos) return std::nullopt;
    workloads::MemoryCurve::Point point;
    if (readField(pair.substr(0, blank), point.memory) || readField(pair.substr(blank), point.meanDuration))
      return std::nullopt;
    curve.points.push_back(point);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  std::ranges::sort(curve.points, {}, &workloads::MemoryCurve::Point::memory);
  return curve;
}

} // namespace

std::string_view withoutBlanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

std::string fieldText(pricing::Duration value) { return pricing::toText(value); }
std::string fieldText(pricing::Memory value) { return pricing::toText(value); }
std::string fieldText(pricing::ByteCount value) { return pricing::toText(value); }
std::string fieldText(pricing::RequestRate value) { return pricing::toText(value); }
std::string fieldText(double value) { return fmt::format("{}", value); }
std::string fieldText(std::int64_t value) { return fmt::format("{}", value); }
std::string fieldText(std::uint64_t value) { return fmt::format("{}", value); }
std::string fieldText(int value) { return fmt::format("{}", value); }
std::string fieldText(const std::string& value) { return value; }
std::string fieldText(const workloads::MemoryCurve& value) {
  std::string text;
  for (const auto& point : value.points)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", pricing::toText(point.memory),
                        pricing::toText(point.meanDuration));
  return text;
}

Refusal readField(std::string_view text, pricing::Duration& value) {
  return taken(pricing::parseDuration(text), value);
}
Refusal readField(std::string_view text, pricing::Memory& value) { return taken(pricing::parseMemory(text), value); }
Refusal readField(std::string_view text, pricing::ByteCount& value) {
  return taken(pricing::parseByteCount(text), value);
}
Refusal readField(std::string_view text, pricing::RequestRate& value) {
  return taken(pricing::parseRequestRate(text), value);
}

Refusal readField(std::string_view text, double& value) {
  text = withoutBlanks(text);
  const bool percent = text.ends_with('%');
  if (percent) text = withoutBlanks(text.substr(0, text.size() - 1));
  double read = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, read);
  if (result.ec != std::errc{} || result.ptr != end || !std::isfinite(read)) return "a number such as 0.5 or 50%";
  value = percent ? read / 100 : read;
  return std::nullopt;
}

Refusal readField(std::string_view text, std::int64_t& value) { return readInteger(text, value); }
Refusal readField(std::string_view text, std::uint64_t& value) { return readInteger(text, value); }
Refusal readField(std::string_view text, int& value) { return readInteger(text, value); }

Refusal readField(std::string_view text, std::string& value) {
  value = std::string(withoutBlanks(text));
  return std::nullopt;
}

Refusal readField(std::string_view text, workloads::MemoryCurve& value) {
  text = withoutBlanks(text);
  if (text == fieldText(value)) return std::nullopt;
  if (const auto written = writtenCurve(text)) {
    value = *written;
    return std::nullopt;
  }
  try {
    value = workloads::readPowerTuning(std::string(text)).curve;
  } catch (const pricing::InputError& error) {
    const auto& problem = error.problems().front();
    return fmt::format("sizes with their times, a result file or an address ({}: {}, expected {})", problem.where,
                       problem.found, problem.expected);
  }
  return std::nullopt;
}

} // namespace ui
