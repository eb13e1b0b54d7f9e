// Reading a scenario. Writing: scenario_writer_json.cpp; both walk through scenario_fields.hpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

#include "model/scenario_fields.hpp"
#include "model/scenario_settings_json.hpp"
#include "pricing/json_reader.hpp"
#include "workloads/import/power_tuning_json.hpp"

namespace model {

namespace {

using nlohmann::json;
using pricing::JsonObject;
using pricing::JsonSource;
using pricing::JsonValue;
using workloads::DurationDistribution;

constexpr pricing::NumberRange kAnyNumber{std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max(),
                                          "a number"};
std::string_view expectedOf(const Duration&) { return "a time such as 250ms, 1.5s, 10min or 7d"; }
std::string_view expectedOf(const pricing::RequestRate&) { return "a rate such as 100/s, 30/min or 1.5M/day"; }
std::string_view expectedOf(const double&) { return "a number"; }
std::string_view expectedOf(const std::int64_t&) { return "a whole number"; }
std::string_view expectedOf(const std::string&) { return "a schedule such as cron(0 2 * * ? *) or rate(5 minutes)"; }
std::string_view expectedOf(const std::vector<workloads::Tabulated::Point>&) {
  return "a list of [duration, probability]";
}
std::string_view expectedOf(const std::shared_ptr<const std::vector<Duration>>&) { return "a list of times"; }

// What one reading shares: where values came from, and what to do with file names.
struct Reading {
  Provenance provenance;
  std::map<std::string, Origin>& origins;
  std::string directory;

  void note(const JsonValue& value) const { note(value, {}); }
  // For a key that is written out although the file spells it otherwise.
  void note(const JsonValue& value, std::string_view below) const {
    origins[dotted(value.pointer()) + std::string(below)] = provenance.of(value.pointer());
  }
};

// The door for one object of the file.
class Reader {
 public:
  Reader(JsonObject& object, const Reading& reading) : m_object(object), m_reading(reading) {}

  template <class T> void field(std::string_view key, T&& target) {
    if (const auto value = noted(key)) read(*value, target);
  }
  template <class T> void required(std::string_view key, T& target) {
    if (m_object.require(key, expectedOf(target))) field(key, target);
  }
  template <class T> void orWord(std::string_view key, std::string_view word, std::optional<T>& target) {
    if (const auto value = noted(key)) readOr(*value, target, word, fmt::format("\"{}\"", word));
  }
  template <class T> void orNull(std::string_view key, std::optional<T>& target) {
    if (const auto value = noted(key)) readOr(*value, target, {}, "null");
  }
  // Text that may be absent; a column of a file may be given by number.
  void orNull(std::string_view key, std::string& target) {
    const auto value = noted(key);
    if (!value) return;
    if (value->isNull())
      target.clear();
    else if (value->raw().is_number_unsigned())
      target = value->raw().dump();
    else
      target = value->text("a text, a number or null").value_or(target);
  }
  // A name, or a file: those that look like one lie beside the scenario.
  void place(std::string_view key, std::string& target) {
    const auto value = noted(key);
    if (!value) return;
    target.clear();
    if (!value->isNull()) readPlace(*value, "a text or null", target);
  }
  void placeOrObject(std::string_view key, std::string& target) {
    const auto value = noted(key);
    if (!value) return;
    target.clear();
    if (value->isObject())
      target = value->raw().dump(-1, ' ', false, json::error_handler_t::replace);
    else if (!value->isNull())
      readPlace(*value, "a file, an object or null", target);
  }
  // A file, read at once, an address that holds the curve, or an object that stands there itself.
  void memoryCurve(std::string_view key, std::optional<workloads::MemoryCurve>& target) {
    const auto value = noted(key);
    if (!value) return;
    target.reset();
    if (value->isNull()) return;
    if (value->isObject()) {
      if (auto tuned = workloads::powerTuningOf(*value)) target = std::move(tuned->curve);
    } else if (const auto text = value->text("a Power Tuning result: a file, an address, an object or null")) {
      target = measured(*value, *text);
    }
  }
  template <class Fields> void nested(std::string_view key, Fields&& fieldsOf) {
    const auto value = m_object.find(key);
    if (!value) return;
    if (auto object = value->object()) {
      Reader inner(*object, m_reading);
      fieldsOf(inner);
      object->finish();
    }
  }
  template <class T> void platform(std::string_view key, std::optional<T>& target) {
    const auto value = m_object.find(key);
    if (!value) return;
    if (value->isNull()) {
      m_reading.note(*value);
      target.reset();
      return;
    }
    target = T{};
    nested(key, [&](auto& inner) { schema::fields(inner, *target); });
  }
  template <class T> void list(std::string_view key, std::vector<T>& target) {
    const auto value = noted(key);
    if (!value) return;
    target.clear();
    for (const auto& element : value->array("a list of objects")) {
      auto object = element.object();
      if (!object) continue;
      Reader inner(*object, m_reading);
      schema::fields(inner, target.emplace_back());
      object->finish();
    }
  }
  template <class Variant> void kinded(std::string_view key, Variant& target) {
    const auto value = m_object.find(key);
    if (!value) return;
    if (value->isObject())
      readKinded(*value, target, [](Reader&) {});
    else
      value->refuse("an object with a kind");
  }

  template <class Variant> void kindedOrNull(std::string_view key, std::optional<Variant>& target) {
    const auto value = m_object.find(key);
    if (!value) return;
    target.reset();
    if (value->isNull()) return m_reading.note(*value);
    target.emplace();
    if (value->isObject())
      readKinded(*value, *target, [](Reader&) {});
    else
      value->refuse("an object with a kind, or null");
  }

  void work(std::string_view key, workloads::Work& target) {
    const auto value = m_object.find(key);
    if (!value) return;
    if (!value->isObject()) {
      DurationDistribution duration;
      if (readShorthand(*value, duration)) target.duration = duration;
      return;
    }
    const bool fromTrace = value->raw().contains("kind") && value->raw()["kind"] == "trace";
    if (!fromTrace) {
      DurationDistribution duration;
      readKinded(
          *value, duration, [&](Reader& inner) { schema::commonFields(inner, target); }, ", trace");
      target.duration = duration;
      return;
    }
    target.duration.reset();
    JsonObject object(*value, "trace work");
    Reader inner(object, m_reading);
    inner.noted("kind");
    schema::commonFields(inner, target);
    object.finish();
  }
  void cvOrP99(workloads::Lognormal& target) {
    const bool hasP99 = m_object.has("p99");
    if (!hasP99) return required("cv", target.cv);
    const auto value = m_object.find("p99");
    m_reading.origins[dotted(m_object.value().pointer()) + ".cv"] = m_reading.provenance.of(value->pointer());
    if (const auto cv = m_object.find("cv")) cv->refuse("either cv or p99, not both");
    const auto p99 = value->duration();
    if (!p99 || target.mean <= Duration{}) return;
    if (const auto solved = workloads::lognormalFromP99(target.mean, *p99))
      target = *solved;
    else
      value->refuse(fmt::format("a 99 % quantile that a lognormal of mean {} can have (at most {} times the mean)",
                                pricing::toText(target.mean), kLargestLognormalP99));
  }
  void fileOrFiles(std::vector<std::string>& target) {
    target.clear();
    if (m_object.has("files")) {
      const auto value = noted("files");
      if (const auto file = m_object.find("file")) file->refuse("either file or files, not both");
      for (const auto& element : value->array("a list of file names"))
        if (const auto name = element.text("a file name")) target.push_back(located(*name, element.pointer()));
    } else if (m_object.require("file", "the name of a trace file")) {
      const auto value = noted("file");
      if (const auto name = value->text("a file name")) target.push_back(located(*name, value->pointer()));
    }
  }
  // Kept as a number of KB because it is averaged; written and read as bytes.
  void kilobytes(std::string_view key, double& target) {
    const auto value = noted(key);
    if (!value) return;
    if (const auto bytes = value->byteCount()) target = static_cast<double>(bytes->inBytes()) / 1024.0;
  }
  void schemaVersion(std::string_view key) {
    const auto value = m_object.find(key);
    if (value && value->raw() != 1) value->refuse("1, the version of the scenario file that this program reads");
  }

 private:
  // exp(z^2 / 2) with z the 99 % normal quantile: beyond it no sigma solves mean and p99.
  static constexpr double kLargestLognormalP99 = 14.97;

  std::optional<JsonValue> noted(std::string_view key) {
    auto value = m_object.find(key);
    if (value) m_reading.note(*value);
    return value;
  }

  template <class T> static void take(const std::optional<T>& read, T& target) {
    if (read) target = *read;
  }
  void read(const JsonValue& value, bool& target) const { take(value.boolean(), target); }
  void read(const JsonValue& value, double& target) const { take(value.number(kAnyNumber), target); }
  void read(const JsonValue& value, std::string& target) const { take(value.text(), target); }
  void read(const JsonValue& value, std::uint64_t& target) const { take(value.unsignedInteger(), target); }
  void read(const JsonValue& value, Duration& target) const { take(value.duration(), target); }
  void read(const JsonValue& value, pricing::Memory& target) const { take(value.memory(), target); }
  void read(const JsonValue& value, pricing::ByteCount& target) const { take(value.byteCount(), target); }
  void read(const JsonValue& value, pricing::RequestRate& target) const { take(value.rate(), target); }
  void read(const JsonValue& value, std::int64_t& target) const {
    // Whole numbers that a double holds exactly, also written 1e3; the ranges are those of problems().
    constexpr double kExact = 9007199254740992.0;
    const auto& raw = value.raw();
    const double number = raw.is_number() ? raw.get<double>() : 0.5;
    if (std::floor(number) == number && std::fabs(number) <= kExact)
      target = static_cast<std::int64_t>(number);
    else
      value.refuse("a whole number");
  }
  void read(const JsonValue& value, int& target) const {
    std::int64_t wide = target;
    read(value, wide);
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    target = static_cast<int>(std::clamp(wide, -kMost, kMost));
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void read(const JsonValue& value, Enum& target) const {
    if (const auto index = value.oneOf(schema::namesOf(target))) target = static_cast<Enum>(*index);
  }
  static void refuseLength(const JsonValue& list, std::string expected) {
    list.source().problems.add({list.where(), fmt::format("a list of {}", list.raw().size()), std::move(expected)});
  }
  void read(const JsonValue& value, std::vector<std::string>& target) const {
    target.clear();
    for (const auto& element : value.array("a list of names"))
      if (const auto name = element.text("a name")) target.push_back(*name);
  }
  void read(const JsonValue& value, std::span<double> target) const {
    const auto expected = fmt::format("a list of {} numbers", target.size());
    const auto elements = value.array(expected);
    if (value.raw().is_array() && elements.size() != target.size()) refuseLength(value, expected);
    for (std::size_t i = 0; i < std::min(elements.size(), target.size()); ++i) read(elements[i], target[i]);
  }
  void read(const JsonValue& value, std::vector<workloads::Tabulated::Point>& target) const {
    target.clear();
    for (const auto& element : value.array("a list of [duration, probability]")) {
      const auto pair = element.array("a list of a time and a probability");
      if (element.raw().is_array() && pair.size() != 2) refuseLength(element, "a time and a probability");
      if (pair.size() != 2) continue;
      workloads::Tabulated::Point point;
      read(pair[0], point.duration);
      read(pair[1], point.probability);
      target.push_back(point);
    }
  }
  void read(const JsonValue& value, std::shared_ptr<const std::vector<Duration>>& target) const {
    std::vector<Duration> values;
    for (const auto& element : value.array("a list of times")) {
      Duration duration{};
      read(element, duration);
      values.push_back(duration);
    }
    target = std::make_shared<const std::vector<Duration>>(std::move(values));
  }
  void read(const JsonValue& value, DurationDistribution& target) const {
    if (value.isObject())
      readKinded(value, target, [](Reader&) {});
    else
      readShorthand(value, target);
  }
  // "60s" or 60 for a constant.
  bool readShorthand(const JsonValue& value, DurationDistribution& target) const {
    const bool usable = value.isText() || value.raw().is_number();
    const auto text = value.isText() ? value.raw().get<std::string>() : value.raw().dump();
    const auto parsed = pricing::parseDuration(usable ? text : std::string());
    if (const auto* duration = std::get_if<Duration>(&parsed)) {
      target = workloads::Constant{*duration};
      m_reading.note(value, ".kind");
      m_reading.note(value, ".value");
      return true;
    }
    value.refuse("a time such as 250ms or an object with a kind");
    return false;
  }

  // A value, or the word or null that stands for none. What refuses the value learns of the word.
  template <class T>
  void readOr(const JsonValue& value, std::optional<T>& target, std::string_view word, const std::string& shown) const {
    if (value.isNull() || (!word.empty() && value.isText(word))) return target.reset();
    pricing::ProblemList local;
    const JsonSource source{value.source().origin, local, value.source().place};
    T read{};
    this->read(JsonValue(value.raw(), value.pointer(), source), read);
    if (local.empty()) target = read;
    for (auto problem : local.all()) {
      if (problem.where == value.where()) {
        problem.expected += fmt::format(", or {}", shown);
        if (!problem.suggestion && value.isText() && !word.empty())
          problem.suggestion = pricing::nearestName(value.raw().get<std::string>(), std::span(&word, 1));
      }
      value.source().problems.add(std::move(problem));
    }
  }

  // `more` reads the keys that the object has beside those of its kind; `otherKinds` ends the list of kinds.
  template <class Variant, class More>
  void readKinded(const JsonValue& value, Variant& target, const More& more, std::string_view otherKinds = {}) const {
    const auto expected = fmt::format("one of {}{}", fmt::join(schema::kindsOf(target), ", "), otherKinds);
    const auto& raw = value.raw();
    const bool named = raw.contains("kind") && raw["kind"].is_string();
    JsonObject object(value, named ? fmt::format("{} {}", raw["kind"].get<std::string>(), lastStep(value)) : "");
    Reader inner(object, m_reading);
    const auto kind = object.require("kind", expected);
    const auto index = kind ? kindIndex(*kind, target, expected) : std::nullopt;
    if (!index) return; // which keys belong here is unknown: no second complaint about them
    m_reading.note(*kind);
    target = schema::alternative<Variant>(*index);
    std::visit([&](auto& chosen) { schema::fields(inner, chosen); }, target);
    more(inner);
    object.finish();
  }
  template <class Variant>
  std::optional<std::size_t> kindIndex(const JsonValue& kind, const Variant& target,
                                       const std::string& expected) const {
    const auto kinds = schema::kindsOf(target);
    const auto text = kind.isText() ? kind.raw().get<std::string>() : std::string();
    const auto match = std::ranges::find(kinds, text);
    if (match != kinds.end()) return static_cast<std::size_t>(match - kinds.begin());
    kind.refuse(expected, pricing::nearestName(text, kinds));
    return std::nullopt;
  }
  static std::string lastStep(const JsonValue& value) {
    const auto& pointer = value.pointer();
    return pointer.substr(pointer.rfind('/') + 1);
  }

  void readPlace(const JsonValue& value, std::string_view expected, std::string& target) const {
    const auto text = value.text(expected);
    if (!text) return;
    const bool isFile = text->find('/') != std::string::npos || text->ends_with(".json");
    target = isFile ? located(*text, value.pointer()) : *text;
  }

  std::optional<workloads::MemoryCurve> measured(const JsonValue& value, const std::string& name) const {
    try {
      return workloads::readPowerTuning(workloads::isAddress(name) ? name : located(name, value.pointer())).curve;
    } catch (const pricing::InputError& error) {
      for (const auto& problem : error.problems()) value.source().problems.add(problem);
      return std::nullopt;
    }
  }

  // A file named in a scenario lies beside it; one named on the command line is where the user stands.
  std::string located(const std::string& name, const std::string& pointer) const {
    const bool typed = m_reading.provenance.of(pointer) == Origin::CommandLine;
    const std::filesystem::path path(name);
    if (typed || path.is_absolute() || m_reading.directory.empty() || m_reading.directory == ".") return name;
    return (std::filesystem::path(m_reading.directory) / path).lexically_normal().string();
  }

  JsonObject& m_object;
  const Reading& m_reading;
};

bool isBuiltIn(std::string_view text) {
  return std::ranges::any_of(examples(), [&](const Example& example) { return example.json == text; });
}

} // namespace

Scenario readScenario(std::string_view text, std::string_view origin, std::span<const std::string> settings,
                      const std::string& directory) {
  pricing::ProblemList problems;
  Scenario scenario;
  const JsonSource textSource{std::string(origin), problems};
  json document = pricing::parseJson(text, textSource);
  const auto provenance = applySettings(document, settings, isBuiltIn(text), problems);
  const JsonSource source{std::string(origin), problems, [&](const std::string& pointer) {
                            if (provenance.of(pointer) == Origin::CommandLine) return "--set " + dotted(pointer);
                            return pointer.empty() ? std::string(origin) : fmt::format("{}: {}", origin, pointer);
                          }};
  const Reading reading{provenance, scenario.origins, directory};
  if (auto object = JsonValue(document, "", source).object("a scenario")) {
    Reader reader(*object, reading);
    schema::fields(reader, scenario);
    object->finish();
  }
  problems.throwIfAny();
  return scenario;
}

} // namespace model
