#include "model/scenario_settings_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "model/scenario_fields.hpp"
#include "pricing/json_reader.hpp"

namespace model {

namespace {

using nlohmann::json;

// Collects the keys of a kind by walking its fields.
class KeyList {
 public:
  std::vector<std::string> keys{"kind"};
  template <class T> void field(std::string_view key, T&&) { keys.emplace_back(key); }
  template <class T> void required(std::string_view key, T&) { keys.emplace_back(key); }
  template <class T> void orNull(std::string_view key, T&) { keys.emplace_back(key); }
  template <class T> void list(std::string_view key, std::vector<T>&) { keys.emplace_back(key); }
  template <class T> void orWord(std::string_view key, std::string_view, T&) { keys.emplace_back(key); }
  template <class Fields> void nested(std::string_view key, Fields&&) { keys.emplace_back(key); }
  void cvOrP99(workloads::Lognormal&) { keys.insert(keys.end(), {"cv", "p99"}); }
  void fileOrFiles(std::vector<std::string>&) { keys.insert(keys.end(), {"file", "files"}); }
};

template <class Variant> void addKeys(KeyList& list, std::string_view kind) {
  const auto kinds = schema::kindsOf(Variant{});
  const auto match = std::ranges::find(kinds, kind);
  if (match == kinds.end()) return;
  auto value = schema::alternative<Variant>(static_cast<std::size_t>(match - kinds.begin()));
  std::visit([&](auto& chosen) { schema::fields(list, chosen); }, value);
}

// The objects whose "kind" decides about their keys.
enum class Kinded { Arrivals, Work, Distribution, Scaling, Source, Overflow };
struct KindedPlace {
  std::string_view pointer;
  Kinded what;
};
constexpr std::array kKindedPlaces{KindedPlace{"/workload/arrivals", Kinded::Arrivals},
                                   KindedPlace{"/workload/work", Kinded::Work},
                                   KindedPlace{"/workload/source", Kinded::Source},
                                   KindedPlace{"/lambda/init", Kinded::Distribution},
                                   KindedPlace{"/lambda/idle_lifetime", Kinded::Distribution},
                                   KindedPlace{"/lambda/max_lifetime", Kinded::Distribution},
                                   KindedPlace{"/lambda/extensions/init", Kinded::Distribution},
                                   KindedPlace{"/lambda/snap_start/restore", Kinded::Distribution},
                                   KindedPlace{"/ec2/boot", Kinded::Distribution},
                                   KindedPlace{"/ec2/scaling", Kinded::Scaling},
                                   KindedPlace{"/hybrid/overflow", Kinded::Overflow},
                                   KindedPlace{"/hybrid/scaling", Kinded::Scaling},
                                   KindedPlace{"/ec2/warm_pool/boot", Kinded::Distribution},
                                   KindedPlace{"/managed_instances/boot", Kinded::Distribution},
                                   KindedPlace{"/managed_instances/init", Kinded::Distribution}};

const KindedPlace* kindedPlace(std::string_view pointer) {
  const auto* match = std::ranges::find(kKindedPlaces, pointer, &KindedPlace::pointer);
  return match == kKindedPlaces.end() ? nullptr : match;
}

std::vector<std::string> keysOf(Kinded what, std::string_view kind) {
  KeyList list;
  if (what == Kinded::Arrivals) addKeys<workloads::Arrivals>(list, kind);
  if (what == Kinded::Scaling) addKeys<Scaling>(list, kind);
  if (what == Kinded::Overflow) addKeys<OverflowRule>(list, kind);
  if (what == Kinded::Source) addKeys<RequestSource>(list, kind);
  if (what == Kinded::Work || what == Kinded::Distribution) addKeys<workloads::DurationDistribution>(list, kind);
  if (what == Kinded::Work) {
    workloads::Work work;
    schema::commonFields(list, work);
  }
  return list.keys;
}

std::vector<std::string> stepsOf(std::string_view path) {
  std::vector<std::string> steps;
  for (;;) {
    const auto dot = path.find('.');
    steps.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return steps;
    path = path.substr(dot + 1);
  }
}

// Text that is no UTF-8 could not be written into a scenario again; its bad bytes are replaced.
json valueOf(std::string_view text) {
  auto value = json::parse(text, nullptr, false);
  if (!value.is_discarded()) return value;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace));
}

class Merge {
 public:
  Merge(json& document, pricing::ProblemList& problems) : m_document(document), m_problems(problems) {}

  void apply(const std::string& setting) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      m_problems.add({"--set", pricing::quoted(setting), "PATH=VALUE such as lambda.memory=1024MB"});
      return;
    }
    const auto path = setting.substr(0, equals);
    json* node = &m_document;
    std::string pointer;
    for (const auto& step : stepsOf(path)) {
      node = child(*node, pointer, step);
      if (!node) return m_problems.add({"--set " + path, m_found, m_expected});
    }
    *node = valueOf(std::string_view(setting).substr(equals + 1));
    m_provenance.mark(pointer, Origin::CommandLine);
  }

  // After all settings: they may come in any order.
  void dropKeysOfOldKinds(bool builtIn) {
    for (const auto& place : kKindedPlaces) {
      const json::json_pointer at{std::string(place.pointer)};
      if (!m_document.contains(at) || !m_document[at].is_object()) continue;
      auto& object = m_document[at];
      const bool named = object.contains("kind") && object["kind"].is_string();
      if (named && m_provenance.of(fmt::format("{}/kind", place.pointer)) == Origin::CommandLine)
        dropKeys(object, place, builtIn);
    }
  }

  Provenance provenance() && { return std::move(m_provenance); }

 private:
  void dropKeys(json& object, const KindedPlace& place, bool builtIn) {
    const auto known = keysOf(place.what, object["kind"].get<std::string>());
    std::vector<std::string> left;
    for (const auto& [key, unused] : object.items()) {
      const auto origin = m_provenance.of(fmt::format("{}/{}", place.pointer, key));
      const bool written = origin == Origin::CommandLine || (origin == Origin::Scenario && !builtIn);
      if (!written && std::ranges::find(known, key) == known.end()) left.push_back(key);
    }
    for (const auto& key : left) object.erase(key);
  }

  // The member of that name, made if need be; moves `pointer` there. Nothing: no such element in a list.
  json* child(json& parent, std::string& pointer, const std::string& step) {
    if (parent.is_array()) return element(parent, pointer, step);
    prepare(parent, pointer);
    pointer = pricing::pointerTo(pointer, step);
    if (!parent.contains(step)) {
      parent[step] = nullptr;
      m_provenance.mark(pointer, Origin::CommandLine);
    }
    return &parent[step];
  }

  json* element(json& list, std::string& pointer, const std::string& step) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == step.data() + step.size();
    if (!whole || index >= list.size()) {
      m_found = pricing::quoted(step);
      m_expected =
          list.empty() ? "no index, because the list is empty" : fmt::format("an index from 0 to {}", list.size() - 1);
      return nullptr;
    }
    pointer = pricing::pointerTo(pointer, index);
    return &list[index];
  }

  // Makes an object of whatever stands at `pointer`, because a setting goes below it: a shorthand is written out, an
  // absent kinded object starts as its default.
  void prepare(json& node, const std::string& pointer) {
    if (node.is_object()) return;
    const auto* place = kindedPlace(pointer);
    const bool words = node.is_null() || node == "auto" || node == "none";
    if (place && !words) {
      node = json{{"kind", "constant"}, {"value", node}};
    } else if (place && defaults().contains(json::json_pointer(pointer)) &&
               defaults()[json::json_pointer(pointer)].is_object()) {
      node = defaults()[json::json_pointer(pointer)];
      m_provenance.mark(pointer, Origin::Default);
    } else {
      node = json::object();
    }
  }

  const json& defaults() {
    if (m_defaults.is_null()) m_defaults = json::parse(writeScenario(Scenario{}));
    return m_defaults;
  }

  json& m_document;
  pricing::ProblemList& m_problems;
  Provenance m_provenance;
  json m_defaults;
  std::string m_found, m_expected;
};

} // namespace

Origin Provenance::of(std::string pointer) const {
  for (;;) {
    if (const auto mark = m_marks.find(pointer); mark != m_marks.end()) return mark->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string::npos) return Origin::Scenario;
    pointer.resize(slash);
  }
}

std::string dotted(std::string_view pointer) {
  std::string path(pointer.substr(pointer.empty() ? 0 : 1));
  std::ranges::replace(path, '/', '.');
  return path;
}

Provenance applySettings(json& document, std::span<const std::string> settings, bool builtIn,
                         pricing::ProblemList& problems) {
  Merge merge(document, problems);
  // A document that is no object is refused by the reader; settings cannot mend it.
  if (!document.is_object()) return {};
  for (const auto& setting : settings) merge.apply(setting);
  merge.dropKeysOfOldKinds(builtIn);
  return std::move(merge).provenance();
}

} // namespace model
