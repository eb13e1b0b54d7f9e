#include "pricing/import/json_stream.hpp"

#include <fmt/format.h>

#include "pricing/problem.hpp"

namespace pricing::importing {

namespace {

bool isBlank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool endsScalar(char c) { return isBlank(c) || c == ',' || c == '}' || c == ']' || c == ':'; }

} // namespace

std::string JsonStream::here() const { return fmt::format("{}: byte {}", m_origin, m_offset); }

void JsonStream::more() {
  if (!m_window.more())
    throw InputError({fmt::format("{}: byte {}", m_origin, m_offset + m_window.size()), "the end of the file",
                      "a complete JSON file"});
}

void JsonStream::consume(std::size_t bytes) {
  m_window.consume(bytes);
  m_offset += bytes;
}

std::string_view JsonStream::take(std::size_t bytes) {
  const std::string_view text(m_window.begin(), bytes);
  consume(bytes);
  return text;
}

void JsonStream::refuse(std::string_view expected) {
  constexpr std::size_t kShown = 24;
  while (m_window.size() < kShown && m_window.more()) {
  } // the sentence must not depend on where a block ends
  const std::string_view text(m_window.begin(), std::min(kShown, m_window.size()));
  throw InputError({here(), quoted(text), std::string(expected)});
}

char JsonStream::next() {
  for (;;) {
    const char* at = m_window.begin();
    while (at != m_window.end() && isBlank(*at)) ++at;
    consume(static_cast<std::size_t>(at - m_window.begin()));
    if (m_window.size() > 0) return *m_window.begin();
    more();
  }
}

void JsonStream::enter() {
  if (next() != '{') refuse("an object, which starts with {");
  consume(1);
  m_afterValue = false;
}

std::optional<std::string_view> JsonStream::nextKey() {
  char c = next();
  if (c == '}') {
    consume(1);
    m_afterValue = true;
    return std::nullopt;
  }
  if (m_afterValue) {
    if (c != ',') refuse("a comma or a closing brace");
    consume(1);
    c = next();
  }
  if (c != '"') refuse("a key in quotes");
  const auto key = takeString();
  m_key.assign(key.substr(1, key.size() - 2)); // the window may move
  if (next() != ':') refuse("a colon behind the key");
  consume(1);
  m_afterValue = true;
  return m_key;
}

std::string_view JsonStream::takeString() {
  bool escaped = false;
  for (std::size_t at = 1;; ++at) {
    if (at == m_window.size()) more();
    const char c = m_window.begin()[at];
    if (at > kLargestValue) refuse("a text of at most 16 MiB");
    if (c == '"' && !escaped) return take(at + 1);
    escaped = c == '\\' && !escaped;
  }
}

std::string_view JsonStream::takeNested() {
  std::size_t scanned = 0;
  for (;;) {
    const auto end = m_scanner.end({m_window.begin() + scanned, m_window.size() - scanned});
    const bool ended = end != StructureScanner::kNotYet;
    scanned = ended ? scanned + end : m_window.size();
    if (scanned > kLargestValue) refuse("an object or list of at most 16 MiB");
    if (ended) return take(scanned);
    more();
  }
}

std::string_view JsonStream::value() {
  const char first = next();
  if (first == '{' || first == '[') return takeNested();
  if (first == '"') return takeString();
  if (endsScalar(first)) refuse("a value");
  for (std::size_t at = 1;; ++at) {
    if (at > kLargestValue) refuse("a value");
    if (at == m_window.size()) more();
    if (endsScalar(m_window.begin()[at])) return take(at);
  }
}

void JsonStream::skip() {
  const char first = next();
  if (first != '{' && first != '[') {
    value();
    return;
  }
  for (;;) {
    const auto end = m_scanner.end({m_window.begin(), m_window.size()});
    if (end != StructureScanner::kNotYet) return consume(end);
    consume(m_window.size());
    more();
  }
}

void JsonStream::finish() {
  do {
    while (m_window.size() > 0 && isBlank(*m_window.begin())) consume(1);
    if (m_window.size() > 0) refuse("the end of the file");
  } while (m_window.more());
}

} // namespace pricing::importing
