#pragma once
// Log events out of the JSON that CloudWatch Logs is exported as: filter-log-events and get-log-events (an object with
// "events", or only the array), subscription and Firehose files (objects with "logEvents", one behind the other).
// A dump has gigabytes, so this is no JSON document but one walk over strings and braces: an event is any object
// with a "message"; its "timestamp" and "logStreamName" ("logStream" of an outer object) go with it. Broken JSON yields
// the events before and behind the damage. Pinned by tests/workloads/json_scanner_test.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/import/byte_source.hpp"

namespace workloads::importing {

struct LogEvent {
  std::string message; // still escaped as in the file: unescapeJson
  std::string stream;  // empty: not named
  std::optional<std::int64_t> epochMilliseconds;
  std::uint64_t line = 0; // where the message stands
};

class LogEventScanner {
 public:
  explicit LogEventScanner(pricing::importing::ByteSource& source) : m_window(source) {}
  bool next(LogEvent& event); // false at the end
  bool endedInside() const { return m_depth > 0; }
  std::uint64_t lineNumber() const { return m_line; }
  std::uint64_t tooLong() const { return m_tooLong; } // strings above kLongestString

  static constexpr std::size_t kLongestString = 4 * 1024 * 1024;

 private:
  enum class Key { None, Message, Timestamp, StreamName, OuterStream };
  bool available() { return m_window.size() > 0 || m_window.more(); }
  bool readString(); // from the opening quote into m_string; false: cut off or too long
  void skipBlanks();
  void takeString();
  void takeNumber();
  void belongsHere();
  bool closeObject(LogEvent& event);

  pricing::importing::TextWindow m_window;
  LogEvent m_current;
  bool m_hasMessage = false;
  std::string m_string, m_outerStream;
  Key m_key = Key::None;
  int m_depth = 0, m_eventDepth = 0;
  std::uint64_t m_line = 1, m_tooLong = 0;
};

// Replaces the escapes \n \t \" \\ \/ \b \f \r \uXXXX (outside ASCII: "?"); stray backslashes stay.
void unescapeJson(std::string_view escaped, std::string& out);

} // namespace workloads::importing
