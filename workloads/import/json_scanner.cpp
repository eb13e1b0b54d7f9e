#include "workloads/import/json_scanner.hpp"

#include <cstring>

#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

bool LogEventScanner::next(LogEvent& event) {
  while (available()) {
    const char c = *m_window.begin();
    if (c == '"') {
      takeString();
    } else if ((c >= '0' && c <= '9') && m_key == Key::Timestamp) {
      takeNumber();
    } else {
      m_window.consume(1);
      m_line += c == '\n' ? 1 : 0;
      if (c == '{') ++m_depth;
      if (c == ',' || c == '{' || c == '[') m_key = Key::None;
      if (c == '}' && closeObject(event)) return true;
    }
  }
  return false;
}

bool LogEventScanner::closeObject(LogEvent& event) {
  const bool complete = m_hasMessage && m_depth == m_eventDepth;
  if (m_depth > 0) --m_depth;
  if (!complete) return false;
  if (m_current.stream.empty()) m_current.stream = m_outerStream;
  std::swap(event, m_current);
  m_current.stream.clear();
  m_current.epochMilliseconds.reset();
  m_hasMessage = false;
  return true;
}

// The members of an event belong to the innermost object that has one of them.
void LogEventScanner::belongsHere() {
  if (m_eventDepth == m_depth) return;
  m_eventDepth = m_depth;
  m_hasMessage = false;
  m_current.stream.clear();
  m_current.epochMilliseconds.reset();
}

bool LogEventScanner::readString() {
  m_string.clear();
  m_window.consume(1);
  std::size_t scanned = 0;
  for (;;) {
    const char* from = m_window.begin() + scanned;
    const auto* quote =
        static_cast<const char*>(from == m_window.end() ? nullptr : std::memchr(from, '"', m_window.size() - scanned));
    if (quote == nullptr) {
      scanned = m_window.size();
      if (scanned <= kLongestString && m_window.more()) continue;
      m_tooLong += scanned > kLongestString ? 1 : 0;
      m_window.consume(scanned);
      return false;
    }
    std::size_t backslashes = 0;
    for (const char* p = quote; p > m_window.begin() && p[-1] == '\\'; --p) ++backslashes;
    scanned = static_cast<std::size_t>(quote - m_window.begin()) + 1;
    if (backslashes % 2 != 0) continue;
    m_string.assign(m_window.begin(), scanned - 1);
    m_window.consume(scanned);
    return true;
  }
}

void LogEventScanner::skipBlanks() {
  while (available() && (*m_window.begin() == ' ' || *m_window.begin() == '\t' || *m_window.begin() == '\r'))
    m_window.consume(1);
}

void LogEventScanner::takeString() {
  const Key key = m_key;
  m_key = Key::None;
  if (!readString()) return;
  if (key == Key::None) {
    skipBlanks();
    if (!available() || *m_window.begin() != ':') return;
    m_window.consume(1);
    if (m_string == "message") m_key = Key::Message;
    if (m_string == "timestamp") m_key = Key::Timestamp;
    if (m_string == "logStreamName") m_key = Key::StreamName;
    if (m_string == "logStream") m_key = Key::OuterStream;
    return;
  }
  if (key == Key::OuterStream) {
    m_outerStream = m_string;
    return;
  }
  belongsHere();
  if (key == Key::Message) {
    m_current.message.swap(m_string);
    m_current.line = m_line;
    m_hasMessage = true;
  } else if (key == Key::StreamName) {
    m_current.stream.swap(m_string);
  } else if (const auto time = findWallTime(m_string)) {
    m_current.epochMilliseconds = time->nanoseconds / 1'000'000;
  }
}

void LogEventScanner::takeNumber() {
  m_key = Key::None;
  std::size_t length = 0;
  std::int64_t value = 0;
  while (length < m_window.size() || m_window.more()) {
    const char c = m_window.begin()[length];
    if (c < '0' || c > '9') break;
    if (++length <= 15) value = value * 10 + (c - '0');
    if (length > 64) break;
  }
  m_window.consume(length);
  belongsHere();
  if (length <= 15 && value < kLatestStamp / 1'000'000) m_current.epochMilliseconds = value;
}

void unescapeJson(std::string_view escaped, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\' || i + 1 == escaped.size()) {
      out += escaped[i];
      continue;
    }
    const char c = escaped[++i];
    constexpr std::string_view kLetters = "ntrbf\"\\/", kMeaning = "\n\t\r\b\f\"\\/";
    if (const std::size_t at = kLetters.find(c); at != std::string_view::npos) {
      out += kMeaning[at];
    } else if (c == 'u' && i + 4 < escaped.size()) {
      const std::string hex(escaped.substr(i + 1, 4));
      const auto code = std::strtoul(hex.c_str(), nullptr, 16);
      out += code > 0 && code < 0x80 ? static_cast<char>(code) : '?';
      i += 4;
    } else {
      out += '\\';
      out += c;
    }
  }
}

} // namespace workloads::importing
