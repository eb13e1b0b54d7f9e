#pragma once
// Reading a large JSON file with simdjson: megabytes in milliseconds, yet every problem at once with its pointer, in
// the sentences of json_reader.hpp, which serves the small files that people write. For *_json.cpp files only. Pinned
// by tests/pricing/catalogue_json_test.cpp.
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <simdjson.h>
#include <span>
#include <string>
#include <string_view>

#include "pricing/problem.hpp"

namespace pricing {

// A value and the way to it. The pointer is spelt out only when a problem needs it. Points at its parent and into the
// parsed text: outlives neither.
struct JsonNode {
  static constexpr std::size_t kNoIndex = std::numeric_limits<std::size_t>::max();

  simdjson::dom::element value;
  const JsonNode* parent = nullptr;
  std::string_view key{};       // in an object
  std::size_t index = kNoIndex; // in a list
};

// Problems of one file. Readers of sections pass it down, extended by what they collect.
struct JsonReading {
  std::string origin;
  ProblemList problems;

  void note(const JsonNode& node, std::string found, std::string expected, std::optional<std::string> nearest = {});
  // Notes that the value itself is not what it should be.
  void refuse(const JsonNode& node, std::string expected, std::optional<std::string> nearest = {});
  void noteTwice(const JsonNode& member);
  void noteUnknownKey(const JsonNode& member, std::span<const std::string_view> known, std::string_view title);

  static constexpr int kLargestWhole = 1 << 30;

  // Each notes what is wrong and returns nothing then.
  std::optional<double> number(const JsonNode& node, double min, double max, std::string_view expected);
  std::optional<int> whole(const JsonNode& node, int min, int max = kLargestWhole);
  std::optional<bool> boolean(const JsonNode& node);
  std::optional<std::string_view> text(const JsonNode& node, std::string_view expected = "a text"); // not empty
};

// One key of an object that is read into a T by way of a Context, which extends JsonReading.
template <class Context, class T> struct JsonField {
  std::string_view key;
  void (*read)(Context&, const JsonNode&, T&);
  bool required = false;
};

// The position of the key, or the size. Files mostly keep the order of the table, so the search starts at `start`.
template <class Context, class T>
std::size_t fieldNamed(std::string_view key, std::span<const JsonField<Context, T>> fields, std::size_t start) {
  for (std::size_t step = 0; step < fields.size(); ++step) {
    const std::size_t i = (start + step) % fields.size();
    if (fields[i].key == key) return i;
  }
  return fields.size();
}

template <class Context, class T>
void readMember(Context& reading, const JsonNode& member, T& target, std::span<const JsonField<Context, T>> fields,
                std::string_view title, std::uint64_t& seen, std::size_t& next) {
  const std::size_t i = fieldNamed(member.key, fields, next);
  if (i == fields.size()) {
    std::vector<std::string_view> known;
    for (const auto& field : fields) known.push_back(field.key);
    return reading.noteUnknownKey(member, known, title);
  }
  if (seen >> i & 1) reading.noteTwice(member);
  seen |= std::uint64_t{1} << i;
  next = i + 1;
  fields[i].read(reading, member, target);
}

// Every key through its field; unknown, repeated and missing ones are noted. At most 64 fields.
template <class Context, class T>
void readObject(Context& reading, const JsonNode& node, T& target, std::span<const JsonField<Context, T>> fields,
                std::string_view title) {
  if (!node.value.is_object()) return reading.refuse(node, "an object");
  std::uint64_t seen = 0;
  std::size_t next = 0;
  for (const auto member : simdjson::dom::object(node.value))
    readMember(reading, JsonNode{member.value, &node, member.key}, target, fields, title, seen, next);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].required && !(seen >> i & 1))
      reading.note(JsonNode{{}, &node, fields[i].key}, "nothing", fmt::format("a value, which {} needs", title));
}

template <class F> void forEachElement(JsonReading& reading, const JsonNode& node, F read) {
  if (!node.value.is_array()) return reading.refuse(node, "a list");
  std::size_t index = 0;
  for (const auto element : simdjson::dom::array(node.value)) read(JsonNode{element, &node, {}, index++});
}

// Each key with its value, whatever the keys are.
template <class F> void forEachMember(JsonReading& reading, const JsonNode& node, F read) {
  if (!node.value.is_object()) return reading.refuse(node, "an object");
  for (const auto member : simdjson::dom::object(node.value)) read(JsonNode{member.value, &node, member.key});
}

// How many keys or elements follow; 0 for plain values.
inline std::size_t countOf(const JsonNode& node) {
  if (node.value.is_object()) return simdjson::dom::object(node.value).size();
  return node.value.is_array() ? simdjson::dom::array(node.value).size() : 0;
}

} // namespace pricing
