#include "workloads/import/power_tuning_json.hpp"

#include <algorithm>

namespace workloads {

namespace {

using importing::MeasuredSizes;
using pricing::JsonObject;
using pricing::JsonSource;
using pricing::JsonValue;

constexpr pricing::NumberRange kMilliseconds{.expected = "a mean duration in ms"};
constexpr pricing::NumberRange kUsd{.expected = "a mean cost in USD"};

// The elements of a list as a curve; what reads an element adds to each array it has a value for.
template <class ReadElement>
std::optional<PowerTuning> curveFrom(const JsonValue& list, std::string_view expected, ReadElement read) {
  auto& problems = list.source().problems;
  const auto before = problems.all().size();
  MeasuredSizes measured;
  for (const auto& element : list.array(expected)) read(element, measured);
  if (problems.all().size() != before) return std::nullopt;
  return importing::checkedCurve(measured, list.where(), problems);
}

void addMemory(const std::optional<JsonValue>& value, MeasuredSizes& measured) {
  const auto memory = value ? value->memory() : std::nullopt;
  if (memory) measured.memoryMb.push_back(static_cast<double>(memory->inMebibytes()));
}

void readPoint(const JsonValue& element, MeasuredSizes& measured) {
  auto object = element.object("a point");
  if (!object) return;
  addMemory(object->require("memory", "a memory size such as 512MB"), measured);
  const auto value = object->require("duration", "a time such as 250ms");
  const auto duration = value ? value->duration() : std::nullopt;
  if (duration) measured.milliseconds.push_back(pricing::inMilliseconds(*duration));
  object->finish();
}

// {"value": 128, "averageDuration": 472.4, "averagePrice": 9.9e-7, ...} of a run with includeOutputResults.
void readStatistics(const JsonValue& element, MeasuredSizes& measured) {
  auto object = element.object("statistics");
  if (!object) return;
  addMemory(object->require("value", "a memory size in MB"), measured);
  const auto value = object->require("averageDuration", "a mean duration in ms");
  const auto duration = value ? value->number(kMilliseconds) : std::nullopt;
  if (duration) measured.milliseconds.push_back(*duration);
  const auto price = object->find("averagePrice");
  const auto usd = price ? price->number(kUsd) : std::nullopt;
  if (usd) measured.usd.push_back(*usd);
}

std::optional<PowerTuning> handWritten(JsonObject& object, const JsonValue& points) {
  auto result = curveFrom(points, "a list of memory sizes with their durations", readPoint);
  if (const auto source = object.find("source"); result && source && !source->isNull())
    result->curve.source = source->text("a text or null").value_or("");
  object.finish();
  return result;
}

// Other keys (power, cost, duration of the best size, executionCost ...) are the tool's own and may grow.
std::optional<PowerTuning> measuredByTool(JsonObject& object) {
  if (const auto stats = object.find("stats")) return curveFrom(*stats, "a list of statistics", readStatistics);
  if (const auto machine = object.find("stateMachine"); machine && machine->isObject()) {
    auto inner = machine->object("stateMachine");
    const auto address = inner->find("visualization");
    const auto text = address ? address->text("the address of a visualization") : std::nullopt;
    if (text) return importing::visualizedCurve(*text, address->where(), address->source().problems);
    if (address) return std::nullopt;
  }
  object.value().refuse("a result of AWS Lambda Power Tuning with stateMachine.visualization or stats, or "
                        "{\"points\": [{\"memory\": \"128MB\", \"duration\": \"472ms\"}, ...]}");
  return std::nullopt;
}

} // namespace

std::optional<PowerTuning> powerTuningOf(const JsonValue& value) {
  auto object = value.object("power_tuning");
  if (!object) return std::nullopt;
  if (const auto results = object->find("results")) {
    auto inner = results->object("results");
    return inner ? measuredByTool(*inner) : std::nullopt;
  }
  if (const auto points = object->find("points")) return handWritten(*object, *points);
  return measuredByTool(*object);
}

PowerTuning parsePowerTuning(std::string_view text, std::string_view origin) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  text = first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
  pricing::ProblemList problems;
  std::optional<PowerTuning> result;
  if (text.starts_with('{') || text.starts_with('[') || text.starts_with('"')) {
    const JsonSource source{std::string(origin), problems};
    const auto document = pricing::parseJson(text, source);
    const JsonValue value(document, "", source);
    result = value.isText()
                 ? importing::visualizedCurve(document.get_ref<const std::string&>(), std::string(origin), problems)
                 : powerTuningOf(value);
  } else {
    result = importing::visualizedCurve(text, std::string(origin), problems);
  }
  problems.throwIfAny();
  return std::move(*result);
}

} // namespace workloads
