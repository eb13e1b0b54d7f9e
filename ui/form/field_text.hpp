#pragma once
// One value <-> the text of one field, with units. Reading answers what would have been expected, or nothing when the
// text was read. fieldText(x) is read back as x. Pinned by tests/ui/field_text_test.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/quantities.hpp"
#include "workloads/memory_curve.hpp"

namespace ui {

using Refusal = std::optional<std::string>;

std::string fieldText(pricing::Duration value);
std::string fieldText(pricing::Memory value);
std::string fieldText(pricing::ByteCount value);
std::string fieldText(pricing::RequestRate value);
std::string fieldText(double value);
std::string fieldText(std::int64_t value);
std::string fieldText(std::uint64_t value);
std::string fieldText(int value);
std::string fieldText(const std::string& value);
std::string fieldText(const workloads::MemoryCurve& value); // "128MB 472ms, 512MB 159ms"

Refusal readField(std::string_view text, pricing::Duration& value);
Refusal readField(std::string_view text, pricing::Memory& value);
Refusal readField(std::string_view text, pricing::ByteCount& value);
Refusal readField(std::string_view text, pricing::RequestRate& value);
Refusal readField(std::string_view text, double& value); // "0.5" or "50%"
Refusal readField(std::string_view text, std::int64_t& value);
Refusal readField(std::string_view text, std::uint64_t& value);
Refusal readField(std::string_view text, int& value);
Refusal readField(std::string_view text, std::string& value);

// Sizes with their times, the name of a Power Tuning result or its address. Text that stands for the value already there
// keeps it, with its source.
Refusal readField(std::string_view text, workloads::MemoryCurve& value);

// The word a field shows for "nothing is set" ("auto", "none"); reading accepts it, and an empty field.
template <class T> std::string fieldText(const std::optional<T>& value, std::string_view nothing) {
  return value ? fieldText(*value) : std::string(nothing);
}
template <class T> std::string fieldText(const T& value, std::string_view) { return fieldText(value); }
inline std::string fieldText(const std::string& value, std::string_view nothing) {
  return value.empty() ? std::string(nothing) : value;
}

std::string_view withoutBlanks(std::string_view text); // at both ends

template <class T> Refusal readField(std::string_view text, std::optional<T>& value, std::string_view nothing) {
  const auto word = withoutBlanks(text);
  if (word.empty() || word == nothing) {
    value.reset();
    return std::nullopt;
  }
  T read = value.value_or(T{});
  auto refusal = readField(text, read);
  if (!refusal) value = read;
  if (refusal && !nothing.empty()) *refusal += ", or " + std::string(nothing);
  return refusal;
}
template <class T> Refusal readField(std::string_view text, T& value, std::string_view) {
  return readField(text, value);
}
inline Refusal readField(std::string_view text, std::string& value, std::string_view nothing) {
  return readField(withoutBlanks(text) == nothing ? std::string_view() : text, value);
}

} // namespace ui
