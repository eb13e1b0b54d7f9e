#pragma once
// Reading a JSON file that a person wrote: typed values by key, every problem at once, each with its JSON pointer and
// the nearest valid name. For *_json.cpp files only; the one header of the house that shows nlohmann/json.
// Pinned by tests/pricing/json_reader_test.cpp.
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/problem.hpp"
#include "pricing/quantities.hpp"

namespace pricing {

// What all cursors into one text share. Outlives them, and so does the parsed text.
struct JsonSource {
  std::string origin; // "usage.json"
  ProblemList& problems;
  // How a place is named in a sentence; nothing: "ORIGIN: POINTER", and ORIGIN alone for the whole text.
  std::function<std::string(const std::string& pointer)> place{};
};

// Text -> value. InputError "ORIGIN:LINE:COLUMN" when it is no JSON or holds a number beyond double; a key that stands
// twice in one object is a problem, the later value counts. Columns count bytes from 1.
nlohmann::json parseJson(std::string_view text, const JsonSource& source);

// "/a~1b/0" from "" + "a/b" + 0 (RFC 6901).
std::string pointerTo(const std::string& parent, std::string_view key);
std::string pointerTo(const std::string& parent, std::size_t index);

// Inclusive bounds. `expected` is how both read in a sentence; empty: "a number, 0 or more" and "a number up to 1e+18",
// whichever bound was passed.
struct NumberRange {
  double min = 0;
  double max = 1e18;
  std::string_view expected{};
};

class JsonObject;

// One value at its place. The typed readers return nothing after noting the problem.
class JsonValue {
 public:
  JsonValue(const nlohmann::json& value, std::string pointer, const JsonSource& source)
      : m_value(&value), m_pointer(std::move(pointer)), m_source(&source) {}

  const nlohmann::json& raw() const { return *m_value; }
  const std::string& pointer() const { return m_pointer; }
  const JsonSource& source() const { return *m_source; }
  std::string where() const;
  bool isNull() const { return m_value->is_null(); }
  bool isObject() const { return m_value->is_object(); }
  bool isText() const { return m_value->is_string(); }
  bool isText(std::string_view text) const;

  std::optional<double> number(const NumberRange& range = {}) const;
  // A JSON number or text with a 1,000-step suffix: 3e6, "3M", "1.5k".
  std::optional<double> count(const NumberRange& range = {}) const;
  // A whole number, also written 3e6.
  std::optional<std::int64_t> integer(std::int64_t min, std::int64_t max) const;
  std::optional<std::uint64_t> unsignedInteger() const; // 0 to 2^64 - 1: seeds
  std::optional<bool> boolean() const;
  std::optional<std::string> text(std::string_view expected = "a text") const;
  // Text through pricing::parseX, or a number in the base unit (s, MB, bytes, 1/s).
  std::optional<Duration> duration() const;
  std::optional<Memory> memory() const;
  std::optional<ByteCount> byteCount() const;
  std::optional<RequestRate> rate() const;
  // Position in `names`; refused with the list and the nearest.
  std::optional<std::size_t> oneOf(std::span<const std::string_view> names) const;
  std::optional<JsonObject> object(std::string_view title = {}) const;
  // Its elements; none after noting that it is no list.
  std::vector<JsonValue> array(std::string_view expected = "a list") const;

  // Notes that this value is not what it should be. `expected` is a noun phrase.
  void refuse(std::string expected, std::optional<std::string> suggestion = std::nullopt) const;
  // The value as it stands in a sentence: "\"12 parsecs\"", "1e+300", "an object".
  std::string found() const;

 private:
  template <class T> std::optional<T> quantity(Parsed<T> (*parse)(std::string_view)) const;

  const nlohmann::json* m_value;
  std::string m_pointer;
  const JsonSource* m_source;
};

// An object whose keys are asked for one by one; finish() refuses those nobody asked for.
class JsonObject {
 public:
  // `title` names the object in sentences ("lambda"); empty: the last named step of its pointer.
  JsonObject(const JsonValue& value, std::string_view title);

  const JsonValue& value() const { return m_value; }
  bool has(std::string_view key) const;
  // Both mark the key as known. A null is a value: the caller decides what it means.
  std::optional<JsonValue> find(std::string_view key);
  std::optional<JsonValue> require(std::string_view key, std::string_view expected);

  // Absent: the target keeps its value. Wrong: noted, the target keeps its value.
  void read(std::string_view key, double& target, const NumberRange& range = {});
  void readCount(std::string_view key, double& target, const NumberRange& range = {});
  void read(std::string_view key, bool& target);
  void read(std::string_view key, std::string& target, std::string_view expected = "a text");
  void read(std::string_view key, Duration& target);
  void read(std::string_view key, Memory& target);
  void read(std::string_view key, ByteCount& target);
  void read(std::string_view key, RequestRate& target);
  // Enumerations whose enumerators number 0, 1, 2 ... in the order of `names`.
  template <class Enum> void readOneOf(std::string_view key, Enum& target, std::span<const std::string_view> names) {
    const auto value = find(key);
    if (!value) return;
    if (const auto index = value->oneOf(names)) target = static_cast<Enum>(*index);
  }
  // Marks a key as known without reading it.
  void allow(std::string_view key);

  void finish() const;

 private:
  JsonValue m_value;
  std::string m_title;
  std::vector<std::string> m_known;
};

} // namespace pricing
