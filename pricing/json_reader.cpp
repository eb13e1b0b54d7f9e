#include "pricing/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <fast_float/fast_float.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace pricing {

namespace {

using nlohmann::json;

std::string placeOf(const JsonSource& source, const std::string& pointer) {
  if (source.place) return source.place(pointer);
  return pointer.empty() ? source.origin : fmt::format("{}: {}", source.origin, pointer);
}

struct LineAndColumn {
  std::size_t line = 1, column = 1;
};

LineAndColumn locate(std::string_view text, std::size_t offset) {
  LineAndColumn at;
  for (const char c : text.substr(0, offset)) {
    at.column = c == '\n' ? 1 : at.column + 1;
    if (c == '\n') ++at.line;
  }
  return at;
}

// What the parser wanted, from the tail of its message ("...; expected ':'"); its wording for end of input is bent to
// ours. Without such a tail (a bad escape, a bad number) the message holds no noun phrase to quote.
std::string expectation(std::string_view message) {
  if (message.find("missing closing quote") != std::string_view::npos) return "a closing double quote";
  constexpr std::string_view kMark = "; expected ";
  const auto mark = message.rfind(kMark);
  if (mark == std::string_view::npos) return "valid JSON";
  const auto wanted = message.substr(mark + kMark.size());
  if (wanted == "end of input") return "nothing after the JSON value";
  if (wanted == "string literal") return "a key in double quotes";
  if (wanted == "'[', '{', or a literal") return "a JSON value";
  return std::string(wanted);
}

bool isWordByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
         c == '.' || c == '_';
}

struct Offender {
  std::size_t offset;
  std::string found;
};

// What the parser stumbled over, given how many bytes it had read: the string that just ended, the word around the last
// byte, or that byte. (The library's own token may begin long before.)
Offender offenderAt(std::string_view text, std::size_t bytesRead, std::string_view token, bool illFormed) {
  if (bytesRead == 0 || bytesRead > text.size()) return {text.size(), "the end of the text"};
  std::size_t start = bytesRead - 1;
  const auto beyondAscii = [&](std::size_t at) { return static_cast<unsigned char>(text[at]) >= 0x80; };
  if (illFormed) { // noticed at the byte that should have continued a character
    while (start > 0 && beyondAscii(start - 1)) --start;
    return {start, "text that is not valid UTF-8"};
  }
  if (token.size() > 1 && token.size() <= bytesRead && token.front() == '"' && token.back() == '"')
    return {bytesRead - token.size(), pricing::quoted(token.substr(1, token.size() - 2))};
  std::size_t end = bytesRead;
  while (isWordByte(text[start]) && start > 0 && isWordByte(text[start - 1])) --start;
  while (isWordByte(text[end - 1]) && end < text.size() && isWordByte(text[end])) ++end;
  return {start, pricing::quoted(text.substr(start, end - start))};
}

// Builds the value and watches for keys that stand twice, which the library's own builder lets pass.
class TreeBuilder : public nlohmann::json_sax<json> {
 public:
  TreeBuilder(std::string_view text, const JsonSource& source) : m_text(text), m_source(source) {}
  json take() { return std::move(m_root); }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; } // text holds none
  bool start_object(std::size_t) override { return open(json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& object = *m_open.back().value;
    if (object.contains(name))
      m_source.problems.add({placeOf(m_source, pointerTo(m_open.back().pointer, name)),
                             fmt::format("the key {} twice", pricing::quoted(name)), "each key once"});
    m_key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const json::exception& error) override {
    constexpr int kNumberOverflow = 406;
    const bool overflow = error.id == kNumberOverflow;
    const bool illFormed = std::string_view(error.what()).find("ill-formed UTF-8") != std::string_view::npos;
    auto [offset, found] = offenderAt(m_text, position, token, illFormed);
    const auto at = locate(m_text, offset);
    m_source.problems.add({fmt::format("{}:{}:{}", m_source.origin, at.line, at.column), std::move(found),
                           overflow ? "a number below 1.8e308" : expectation(error.what())});
    return false;
  }

 private:
  struct Open {
    json* value;
    std::string pointer;
  };

  template <class T> bool put(T&& value) {
    *slot() = std::forward<T>(value);
    return true;
  }
  bool open(json container) {
    std::string pointer;
    if (!m_open.empty()) {
      const auto& parent = m_open.back();
      pointer =
          parent.value->is_array() ? pointerTo(parent.pointer, parent.value->size()) : pointerTo(parent.pointer, m_key);
    }
    json* place = slot();
    *place = std::move(container);
    m_open.push_back({place, std::move(pointer)});
    return true;
  }
  bool close() {
    m_open.pop_back();
    return true;
  }
  // Where the next value goes. A pointer into a growing array stays good: the array grows only after it was closed.
  json* slot() {
    if (m_open.empty()) return &m_root;
    auto& parent = *m_open.back().value;
    if (!parent.is_array()) return &parent[m_key];
    parent.push_back(nullptr);
    return &parent.back();
  }

  std::string_view m_text;
  const JsonSource& m_source;
  json m_root;
  std::vector<Open> m_open;
  std::string m_key;
};

std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

// "/lambda/0" -> "lambda"
std::string titleOf(std::string_view pointer) {
  while (!pointer.empty()) {
    const auto slash = pointer.rfind('/');
    const auto step = pointer.substr(slash + 1);
    if (step.find_first_not_of("0123456789") != std::string_view::npos) return std::string(step);
    pointer = pointer.substr(0, slash);
  }
  return "this object";
}

std::optional<double> numberWithSuffix(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = fast_float::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc{}) return std::nullopt;
  const std::string_view suffix(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  if (suffix.empty()) return number;
  if (suffix == "k" || suffix == "K") return number * 1e3;
  if (suffix == "M") return number * 1e6;
  if (suffix == "G") return number * 1e9;
  return std::nullopt;
}

bool inRange(double number, const NumberRange& range) { return number >= range.min && number <= range.max; }

std::string wanted(const NumberRange& range, std::optional<double> number) {
  if (!range.expected.empty()) return std::string(range.expected);
  if (number && *number > range.max) return fmt::format("a number up to {:g}", range.max);
  return fmt::format("a number, {:g} or more", range.min);
}

} // namespace

std::string pointerTo(const std::string& parent, std::string_view key) {
  return fmt::format("{}/{}", parent, escaped(key));
}

std::string pointerTo(const std::string& parent, std::size_t index) { return fmt::format("{}/{}", parent, index); }

nlohmann::json parseJson(std::string_view text, const JsonSource& source) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw InputError({source.origin, "an empty text", "a JSON object"});
  TreeBuilder builder(text, source);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) source.problems.throwIfAny();
  return builder.take();
}

std::string JsonValue::where() const { return placeOf(*m_source, m_pointer); }

bool JsonValue::isText(std::string_view text) const {
  return m_value->is_string() && m_value->get_ref<const std::string&>() == text;
}

std::string JsonValue::found() const {
  if (m_value->is_string()) return pricing::quoted(m_value->get_ref<const std::string&>());
  if (m_value->is_object()) return "an object";
  if (m_value->is_array()) return "a list";
  if (m_value->is_number_float()) return fmt::format("{}", m_value->get<double>());
  return m_value->dump();
}

void JsonValue::refuse(std::string expected, std::optional<std::string> suggestion) const {
  m_source->problems.add({where(), found(), std::move(expected), std::move(suggestion)});
}

std::optional<double> JsonValue::number(const NumberRange& range) const {
  const auto number = m_value->is_number() ? std::optional(m_value->get<double>()) : std::nullopt;
  if (number && inRange(*number, range)) return number;
  refuse(wanted(range, number));
  return std::nullopt;
}

std::optional<double> JsonValue::count(const NumberRange& range) const {
  if (!m_value->is_string()) return number(range);
  const auto number = numberWithSuffix(m_value->get_ref<const std::string&>());
  if (number && inRange(*number, range)) return number;
  refuse(wanted(range, number));
  return std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer(std::int64_t min, std::int64_t max) const {
  if (m_value->is_number()) {
    const double number = m_value->get<double>();
    // Integers pass as they are; 3e6 is one too, as long as a double holds it exactly.
    constexpr double kExact = 9007199254740992.0;
    const bool whole = m_value->is_number_integer() || (std::floor(number) == number && std::fabs(number) <= kExact);
    const bool fits = !m_value->is_number_unsigned() ||
                      m_value->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    if (whole && fits) {
      const auto integer =
          m_value->is_number_float() ? static_cast<std::int64_t>(number) : m_value->get<std::int64_t>();
      if (integer >= min && integer <= max) return integer;
    }
  }
  if (min == max)
    refuse(fmt::format("{}", min));
  else if (max == std::numeric_limits<std::int64_t>::max())
    refuse(fmt::format("a whole number, {} or more", min));
  else
    refuse(fmt::format("a whole number from {} to {}", min, max));
  return std::nullopt;
}

std::optional<std::uint64_t> JsonValue::unsignedInteger() const {
  if (m_value->is_number_unsigned()) return m_value->get<std::uint64_t>();
  refuse("a whole number from 0 to 18446744073709551615");
  return std::nullopt;
}

std::optional<bool> JsonValue::boolean() const {
  if (m_value->is_boolean()) return m_value->get<bool>();
  refuse("true or false");
  return std::nullopt;
}

std::optional<std::string> JsonValue::text(std::string_view expected) const {
  if (m_value->is_string()) return m_value->get<std::string>();
  refuse(std::string(expected));
  return std::nullopt;
}

template <class T> std::optional<T> JsonValue::quantity(Parsed<T> (*parse)(std::string_view)) const {
  // A number goes through its shortest text, so that both spellings obey one rule.
  const bool usable = m_value->is_string() || m_value->is_number();
  const auto parsed = parse(!usable                ? std::string()
                            : m_value->is_string() ? m_value->get_ref<const std::string&>()
                                                   : m_value->dump());
  if (const auto* quantity = std::get_if<T>(&parsed)) return *quantity;
  refuse(std::get<Malformed>(parsed).expected);
  return std::nullopt;
}

std::optional<Duration> JsonValue::duration() const { return quantity(parseDuration); }
std::optional<Memory> JsonValue::memory() const { return quantity(parseMemory); }
std::optional<ByteCount> JsonValue::byteCount() const { return quantity(parseByteCount); }
std::optional<RequestRate> JsonValue::rate() const { return quantity(parseRequestRate); }

std::optional<std::size_t> JsonValue::oneOf(std::span<const std::string_view> names) const {
  std::optional<std::string> nearest;
  if (m_value->is_string()) {
    const auto& name = m_value->get_ref<const std::string&>();
    const auto match = std::ranges::find(names, name);
    if (match != names.end()) return static_cast<std::size_t>(match - names.begin());
    nearest = nearestName(name, names);
  }
  refuse(fmt::format("one of {}", fmt::join(names, ", ")), nearest);
  return std::nullopt;
}

std::optional<JsonObject> JsonValue::object(std::string_view title) const {
  if (m_value->is_object()) return JsonObject(*this, title);
  refuse("an object");
  return std::nullopt;
}

std::vector<JsonValue> JsonValue::array(std::string_view expected) const {
  if (!m_value->is_array()) {
    refuse(std::string(expected));
    return {};
  }
  std::vector<JsonValue> elements;
  elements.reserve(m_value->size());
  for (const auto& element : *m_value) elements.emplace_back(element, pointerTo(m_pointer, elements.size()), *m_source);
  return elements;
}

JsonObject::JsonObject(const JsonValue& value, std::string_view title)
    : m_value(value), m_title(title.empty() ? titleOf(value.pointer()) : std::string(title)) {}

bool JsonObject::has(std::string_view key) const { return m_value.raw().contains(key); }

void JsonObject::allow(std::string_view key) {
  if (std::ranges::find(m_known, key) == m_known.end()) m_known.emplace_back(key);
}

std::optional<JsonValue> JsonObject::find(std::string_view key) {
  allow(key);
  const auto& object = m_value.raw();
  const auto member = object.find(key);
  if (member == object.end()) return std::nullopt;
  return JsonValue(*member, pointerTo(m_value.pointer(), key), m_value.source());
}

std::optional<JsonValue> JsonObject::require(std::string_view key, std::string_view expected) {
  auto member = find(key);
  if (!member)
    m_value.source().problems.add(
        {placeOf(m_value.source(), pointerTo(m_value.pointer(), key)), "nothing", std::string(expected)});
  return member;
}

void JsonObject::read(std::string_view key, double& target, const NumberRange& range) {
  if (const auto value = find(key)) target = value->number(range).value_or(target);
}
void JsonObject::readCount(std::string_view key, double& target, const NumberRange& range) {
  if (const auto value = find(key)) target = value->count(range).value_or(target);
}
void JsonObject::read(std::string_view key, bool& target) {
  if (const auto value = find(key)) target = value->boolean().value_or(target);
}
void JsonObject::read(std::string_view key, std::string& target, std::string_view expected) {
  if (const auto value = find(key)) target = value->text(expected).value_or(target);
}
void JsonObject::read(std::string_view key, Duration& target) {
  if (const auto value = find(key)) target = value->duration().value_or(target);
}
void JsonObject::read(std::string_view key, Memory& target) {
  if (const auto value = find(key)) target = value->memory().value_or(target);
}
void JsonObject::read(std::string_view key, ByteCount& target) {
  if (const auto value = find(key)) target = value->byteCount().value_or(target);
}
void JsonObject::read(std::string_view key, RequestRate& target) {
  if (const auto value = find(key)) target = value->rate().value_or(target);
}

void JsonObject::finish() const {
  for (const auto& [key, unused] : m_value.raw().items()) {
    if (std::ranges::find(m_known, key) != m_known.end()) continue;
    const auto nearest = nearestName(key, std::span<const std::string>(m_known));
    std::string expected = fmt::format("one of the keys of {}", m_title);
    if (!nearest) expected += fmt::format(" ({})", fmt::join(m_known, ", "));
    m_value.source().problems.add({placeOf(m_value.source(), pointerTo(m_value.pointer(), key)),
                                   fmt::format("an unknown key {}", pricing::quoted(key)), std::move(expected),
                                   nearest});
  }
}

} // namespace pricing
