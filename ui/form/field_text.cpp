#include "ui/form/field_text.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <variant>

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

} // namespace ui
