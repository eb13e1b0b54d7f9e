#include <fmt/ranges.h>

#include "pricing/json_cursor.hpp"
#include "pricing/json_reader.hpp"

namespace pricing {

namespace {

std::string pointerOf(const JsonNode& node) {
  if (!node.parent) return {};
  const auto parent = pointerOf(*node.parent);
  return node.index == JsonNode::kNoIndex ? pointerTo(parent, node.key) : pointerTo(parent, node.index);
}

std::string inWords(const simdjson::dom::element& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return quoted(std::string_view(value));
  return simdjson::minify(value);
}

} // namespace

void JsonReading::note(const JsonNode& node, std::string found, std::string expected,
                       std::optional<std::string> nearest) {
  const auto pointer = pointerOf(node);
  problems.add({pointer.empty() ? origin : fmt::format("{}: {}", origin, pointer), std::move(found),
                std::move(expected), std::move(nearest)});
}

void JsonReading::refuse(const JsonNode& node, std::string expected, std::optional<std::string> nearest) {
  note(node, inWords(node.value), std::move(expected), std::move(nearest));
}

void JsonReading::noteTwice(const JsonNode& member) {
  note(member, fmt::format("the key {} twice", quoted(member.key)), "each key once");
}

void JsonReading::noteUnknownKey(const JsonNode& member, std::span<const std::string_view> known,
                                 std::string_view title) {
  const auto nearest = nearestName(member.key, known);
  std::string expected = fmt::format("one of the keys of {}", title);
  if (!nearest) expected += fmt::format(" ({})", fmt::join(known, ", "));
  note(member, fmt::format("an unknown key {}", quoted(member.key)), std::move(expected), nearest);
}

std::optional<double> JsonReading::number(const JsonNode& node, double min, double max, std::string_view expected) {
  double number = 0;
  if (node.value.is_number() && !node.value.get(number) && number >= min && number <= max) return number;
  refuse(node, std::string(expected));
  return std::nullopt;
}

std::optional<int> JsonReading::whole(const JsonNode& node, int min, int max) {
  std::int64_t count = 0;
  if (node.value.is_int64() && !node.value.get(count) && count >= min && count <= max) return static_cast<int>(count);
  refuse(node, max == kLargestWhole ? fmt::format("a whole number, {} or more", min)
                                    : fmt::format("a whole number from {} to {}", min, max));
  return std::nullopt;
}

std::optional<bool> JsonReading::boolean(const JsonNode& node) {
  if (node.value.is_bool()) return bool(node.value);
  refuse(node, "true or false");
  return std::nullopt;
}

std::optional<std::string_view> JsonReading::text(const JsonNode& node, std::string_view expected) {
  if (node.value.is_string())
    if (const std::string_view text = node.value; !text.empty()) return text;
  refuse(node, std::string(expected));
  return std::nullopt;
}

} // namespace pricing
