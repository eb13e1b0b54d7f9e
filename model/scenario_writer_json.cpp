// Writing a scenario. Reading: scenario_json.cpp; both walk through scenario_fields.hpp.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "model/scenario_fields.hpp"
#include "model/sha256.hpp"

namespace model {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using workloads::DurationDistribution;

class Writer {
 public:
  ordered_json take() { return std::move(m_object); }

  template <class T> void field(std::string_view key, const T& value) { put(key, toJson(value)); }
  template <class T> void required(std::string_view key, const T& value) { put(key, toJson(value)); }
  template <class T> void orWord(std::string_view key, std::string_view word, const std::optional<T>& value) {
    put(key, value ? toJson(*value) : ordered_json(word));
  }
  template <class T> void orNull(std::string_view key, const std::optional<T>& value) {
    put(key, value ? toJson(*value) : ordered_json(nullptr));
  }
  void orNull(std::string_view key, const std::string& value) {
    put(key, value.empty() ? ordered_json(nullptr) : ordered_json(value));
  }
  void place(std::string_view key, const std::string& value) { orNull(key, value); }
  void placeOrObject(std::string_view key, const std::string& value) {
    put(key, value.starts_with('{') ? ordered_json::parse(value)
             : value.empty()        ? ordered_json(nullptr)
                                    : ordered_json(value));
  }
  void memoryCurve(std::string_view key, const std::optional<workloads::MemoryCurve>& curve) {
    if (!curve) return put(key, nullptr);
    auto points = ordered_json::array();
    for (const auto& point : curve->points)
      points.push_back({{"memory", toJson(point.memory)}, {"duration", toJson(point.meanDuration)}});
    Writer inner;
    inner.put("points", std::move(points));
    inner.orNull("source", curve->source);
    put(key, inner.take());
  }
  template <class Fields> void nested(std::string_view key, Fields&& fieldsOf) {
    Writer inner;
    fieldsOf(inner);
    put(key, inner.take());
  }
  template <class T> void platform(std::string_view key, std::optional<T>& value) {
    if (value)
      nested(key, [&](auto& inner) { schema::fields(inner, *value); });
    else
      put(key, nullptr);
  }
  template <class T> void list(std::string_view key, std::vector<T>& values) {
    auto elements = ordered_json::array();
    for (auto& value : values) {
      Writer inner;
      schema::fields(inner, value);
      elements.push_back(inner.take());
    }
    put(key, std::move(elements));
  }
  template <class Variant> void kinded(std::string_view key, Variant& value) { put(key, kindedJson(value)); }
  template <class Variant> void kindedOrNull(std::string_view key, std::optional<Variant>& value) {
    put(key, value ? kindedJson(*value) : ordered_json(nullptr));
  }
  void work(std::string_view key, workloads::Work& work) {
    Writer inner;
    if (work.duration)
      inner.m_object = kindedJson(*work.duration);
    else
      inner.put("kind", "trace");
    schema::commonFields(inner, work);
    put(key, inner.take());
  }
  void cvOrP99(const workloads::Lognormal& value) { put("cv", value.cv); }
  void fileOrFiles(const std::vector<std::string>& files) {
    if (files.size() == 1)
      put("file", files.front());
    else
      put("files", files);
  }
  void kilobytes(std::string_view key, double value) {
    put(key, toJson(pricing::ByteCount::bytes(std::llround(value * 1024.0))));
  }
  void schemaVersion(std::string_view key) { put(key, 1); }

 private:
  void put(std::string_view key, ordered_json value) { m_object[std::string(key)] = std::move(value); }

  template <class T>
  requires std::is_arithmetic_v<T>
  static ordered_json toJson(const T& value) { return value; }
  static ordered_json toJson(const std::string& value) { return value; }
  template <class T>
  requires requires(const T& value) { pricing::toText(value); }
  static ordered_json toJson(const T& value) { return pricing::toText(value); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  static ordered_json toJson(const Enum& value) { return schema::namesOf(value)[static_cast<std::size_t>(value)]; }
  static ordered_json toJson(const std::vector<std::string>& names) { return names; }
  static ordered_json toJson(const std::span<double>& values) {
    return std::vector<double>(values.begin(), values.end());
  }
  static ordered_json toJson(const std::vector<workloads::Tabulated::Point>& points) {
    auto list = ordered_json::array();
    for (const auto& point : points) list.push_back({pricing::toText(point.duration), point.probability});
    return list;
  }
  static ordered_json toJson(const std::shared_ptr<const std::vector<Duration>>& values) {
    auto list = ordered_json::array();
    if (values)
      for (const auto value : *values) list.push_back(pricing::toText(value));
    return list;
  }
  static ordered_json toJson(const DurationDistribution& value) {
    auto copy = value;
    return kindedJson(copy);
  }
  template <class Variant> static ordered_json kindedJson(Variant& value) {
    Writer inner;
    inner.put("kind", schema::kindsOf(value)[value.index()]);
    std::visit([&](auto& chosen) { schema::fields(inner, chosen); }, value);
    return inner.take();
  }

  ordered_json m_object = ordered_json::object();
};

bool isScalar(const ordered_json& value) { return !value.is_structured(); }

// "[1, 2]", "{"kind": "constant", "value": "60s"}"
std::string onOneLine(const ordered_json& value) {
  if (isScalar(value)) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, member] : value.items())
    parts.push_back(value.is_array() ? onOneLine(member) : fmt::format("{}: {}", json(key).dump(), onOneLine(member)));
  const auto inside = fmt::format("{}", fmt::join(parts, ", "));
  return value.is_array() ? "[" + inside + "]" : "{" + inside + "}";
}

// Lists, and objects without objects inside while they fit, stand on one line; people read and edit these files.
void print(std::string& out, const ordered_json& value, std::size_t indent) {
  constexpr std::size_t kWidth = 100;
  const bool flat = !value.is_object() || std::ranges::all_of(value, isScalar);
  if (flat) {
    auto line = onOneLine(value);
    if (!value.is_object() || indent + line.size() <= kWidth) {
      out += line;
      return;
    }
  }
  out += "{\n";
  std::size_t left = value.size();
  for (const auto& [key, member] : value.items()) {
    out += fmt::format("{:{}}{}: ", "", indent + 2, json(key).dump());
    print(out, member, indent + 2);
    out += --left > 0 ? ",\n" : "\n";
  }
  out += fmt::format("{:{}}}}", "", indent);
}

} // namespace

std::string writeScenario(const Scenario& scenario) {
  Scenario copy = scenario; // the doors take fields they could change
  Writer writer;
  schema::fields(writer, copy);
  std::string text;
  print(text, writer.take(), 0);
  return text + "\n";
}

std::string settingText(const Scenario& scenario, std::string_view path) {
  std::string pointer = "/" + std::string(path);
  std::ranges::replace(pointer, '.', '/');
  return onOneLine(ordered_json::parse(writeScenario(scenario)).at(ordered_json::json_pointer(pointer)));
}

Scenario withSetting(const Scenario& scenario, std::string_view path, std::string_view value) {
  const std::vector<std::string> settings{fmt::format("{}={}", path, value)};
  return readScenario(writeScenario(scenario), "scenario", settings);
}

std::string scenarioSha256(const Scenario& scenario) { return sha256Hex(writeScenario(scenario)); }

} // namespace model
