#include "workloads/import/lambda_report.hpp"

#include <fast_float/fast_float.h>

#include "pricing/import/line_reader.hpp"
#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

using pricing::importing::trimmed;

namespace {

constexpr std::string_view kRequestId = "RequestId: ";

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::uint64_t hashed(std::string_view text, std::uint64_t hash) { // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 1e12)) return std::nullopt;
  return value;
}

std::string_view token(std::string_view text) { return text.substr(0, text.find_first_of(" \t\r\n")); }

bool isUnit(std::string_view word) {
  return word == "ms" || word == "MB" || word == "s" || word == "KB" || word == "GB" || word == "bytes";
}

// False: a value that every report has is unreadable.
bool takeField(std::string_view name, std::string_view value, LambdaReport& report) {
  constexpr std::int64_t kMs = 1'000'000;
  if (name == "Duration") {
    const auto duration = parseDecimal(value, kMs);
    report.duration = duration.value_or(-1);
    return duration && *duration >= 0;
  }
  if (name == "Billed Duration") {
    if (const auto billed = parseDecimal(value, 1); billed && *billed >= 0) report.billedMs = billed;
  } else if (name == "Init Duration") {
    if (const auto init = parseDecimal(value, kMs); init && *init >= 0) report.init = init;
  } else if (name == "Restore Duration" && !report.init) {
    if (const auto restore = parseDecimal(value, kMs); restore && *restore >= 0) report.init = restore;
  } else if (name == "Memory Size") {
    report.memoryMb = number(value);
  } else if (name == "Max Memory Used") {
    report.maxMemoryUsedMb = number(value);
  }
  return true;
}

// What stands behind the request id, up to the end of the line (an XRAY line may follow in the same message).
bool parseFields(std::string_view text, LambdaReport& report) {
  text = text.substr(0, text.find('\n'));
  while (true) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return report.duration >= 0;
    const std::string_view fieldName = trimmed(text.substr(0, colon));
    text.remove_prefix(colon + 1);
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const std::string_view value = token(text);
    text.remove_prefix(value.size());
    if (!takeField(fieldName, value, report)) return false;
    const std::size_t next = text.find_first_not_of(" \t");
    if (next == std::string_view::npos) continue;
    if (const auto unit = token(text.substr(next)); isUnit(unit)) text.remove_prefix(next + unit.size());
  }
}

// The value of "name": in a flat piece of JSON; empty: not there. Quotes of text values are taken off.
std::string_view jsonValue(std::string_view json, std::string_view quotedName) {
  const std::size_t at = json.find(quotedName);
  if (at == std::string_view::npos) return {};
  std::size_t i = at + quotedName.size();
  while (i < json.size() && (json[i] == ' ' || json[i] == ':')) ++i;
  if (i < json.size() && json[i] == '"') {
    ++i;
    return json.substr(i, json.find('"', i) - i);
  }
  return json.substr(i, json.find_first_of(",} \t\r\n", i) - i);
}

bool parseMetrics(std::string_view json, LambdaReport& report) {
  const std::size_t at = json.find("\"metrics\"");
  if (at == std::string_view::npos) return false;
  const std::string_view metrics = json.substr(at, json.find('}', at) - at);
  if (!takeField("Duration", jsonValue(metrics, "\"durationMs\""), report)) return false;
  takeField("Billed Duration", jsonValue(metrics, "\"billedDurationMs\""), report);
  takeField("Init Duration", jsonValue(metrics, "\"initDurationMs\""), report);
  takeField("Restore Duration", jsonValue(metrics, "\"restoreDurationMs\""), report);
  takeField("Memory Size", jsonValue(metrics, "\"memorySizeMB\""), report);
  takeField("Max Memory Used", jsonValue(metrics, "\"maxMemoryUsedMB\""), report);
  return true;
}

LambdaEvent parsePlatformEvent(std::string_view line, std::size_t at) {
  LambdaEvent event;
  const std::string_view type = jsonValue(line.substr(at), "\"type\"");
  if (type != "platform.report" && type != "platform.start") return event;
  const std::size_t brace = line.find('{');
  const std::string_view json = line.substr(std::min(brace, at));
  event.at = std::min(brace, at);
  event.id = requestId(jsonValue(json, "\"requestId\""));
  if (const auto time = parseIso(jsonValue(json, "\"time\""))) event.stamp = time->nanoseconds;
  event.kind = type == "platform.start"           ? LambdaLine::Start
               : parseMetrics(json, event.report) ? LambdaLine::Report
                                                  : LambdaLine::MalformedReport;
  return event;
}

} // namespace

RequestId requestId(std::string_view text) {
  RequestId id;
  int count = 0;
  for (const char c : text) {
    const int digit = hexValue(c);
    if (digit < 0 && c != '-') count = 100;
    if (digit < 0) continue;
    id.high = id.high << 4U | id.low >> 60U;
    id.low = id.low << 4U | static_cast<std::uint64_t>(digit);
    ++count;
  }
  if (count == 32) return id;
  return {hashed(text, 0xcbf29ce484222325U), hashed(text, 0x9e3779b97f4a7c15U)};
}

LambdaEvent parseLambdaLine(std::string_view line) {
  LambdaEvent event;
  for (std::size_t at = line.find(kRequestId); at != std::string_view::npos; at = line.find(kRequestId, at + 1)) {
    const std::string_view before = line.substr(0, at);
    const bool start = before.ends_with("START "), report = before.ends_with("REPORT ");
    if (!start && !report) continue;
    const std::string_view rest = line.substr(at + kRequestId.size());
    const std::string_view id = token(rest);
    event.at = at - (start ? 6 : 7);
    event.id = requestId(id);
    event.kind = start                                               ? LambdaLine::Start
                 : parseFields(rest.substr(id.size()), event.report) ? LambdaLine::Report
                                                                     : LambdaLine::MalformedReport;
    return event;
  }
  const std::size_t platform = line.find("\"platform.");
  if (platform == std::string_view::npos) return event;
  const std::size_t type = line.rfind("\"type\"", platform);
  return type == std::string_view::npos ? event : parsePlatformEvent(line, type);
}

std::string_view findLogStream(std::string_view text) {
  for (std::size_t at = text.find("/["); at != std::string_view::npos; at = text.find("/[", at + 1)) {
    if (at < 10 || text[at - 3] != '/' || text[at - 6] != '/') continue;
    const std::string_view stream = token(text.substr(at - 10));
    if (const std::size_t close = stream.find(']'); close != std::string_view::npos && stream.size() >= close + 33)
      return stream.substr(0, close + 33);
  }
  return {};
}

} // namespace workloads::importing
