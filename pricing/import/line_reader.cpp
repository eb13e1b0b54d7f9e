#include "pricing/import/line_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace pricing::importing {

namespace {

const char* find(const char* from, const char* end, char c) {
  return from == end ? nullptr : static_cast<const char*>(std::memchr(from, c, static_cast<std::size_t>(end - from)));
}

std::string_view withoutCarriageReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

} // namespace

Got LineReader::next(std::string_view& line) {
  std::size_t scanned = 0;
  for (;;) {
    const char* feed = find(m_window.begin() + scanned, m_window.end(), '\n');
    if (feed != nullptr) {
      const std::string_view text(m_window.begin(), static_cast<std::size_t>(feed - m_window.begin()));
      line = withoutCarriageReturn(text);
      m_window.consume(text.size() + 1);
      ++m_line;
      return text.size() > kLongestLine ? Got::TooLong : Got::Item;
    }
    scanned = m_window.size();
    if (scanned > kLongestLine) return skipLongLine(line);
    if (m_window.more()) continue;
    if (m_window.size() == 0) return Got::End;
    line = withoutCarriageReturn({m_window.begin(), m_window.size()});
    m_window.consume(m_window.size());
    ++m_line;
    return Got::Item;
  }
}

Got LineReader::skipLongLine(std::string_view& line) {
  m_excerpt.assign(m_window.begin(), 100);
  line = m_excerpt;
  ++m_line;
  for (;;) {
    const char* feed = find(m_window.begin(), m_window.end(), '\n');
    m_window.consume(feed != nullptr ? static_cast<std::size_t>(feed - m_window.begin()) + 1 : m_window.size());
    if (feed != nullptr || !m_window.more()) return Got::TooLong;
  }
}

// Makes the line that begins `from` bytes into the window whole; false when it is longer than allowed.
bool CsvReader::takeLine(const char*& lineEnd, std::size_t from) {
  std::size_t scanned = from;
  for (;;) {
    lineEnd = find(m_window.begin() + scanned, m_window.end(), '\n');
    if (lineEnd != nullptr) return static_cast<std::size_t>(lineEnd - m_window.begin()) - from <= kLongestLine;
    scanned = m_window.size();
    if (scanned - from > kLongestLine) return false;
    if (m_window.more()) continue;
    lineEnd = m_window.end();
    return true;
  }
}

void CsvReader::split(std::string_view line, std::vector<std::string_view>& fields) const {
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = line.find(m_separator, begin);
    fields.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) return;
    begin = end + 1;
  }
}

Got CsvReader::skipLongLine(std::vector<std::string_view>& fields) {
  m_text.assign(m_window.begin(), 100);
  fields.emplace_back(m_text);
  ++m_nextLine;
  for (;;) {
    const char* feed = find(m_window.begin(), m_window.end(), '\n');
    m_window.consume(feed != nullptr ? static_cast<std::size_t>(feed - m_window.begin()) + 1 : m_window.size());
    if (feed != nullptr || !m_window.more()) return Got::TooLong;
  }
}

Got CsvReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const char* lineEnd = nullptr;
    m_line = m_nextLine;
    if (!takeLine(lineEnd, 0)) return skipLongLine(fields);
    if (m_window.size() == 0) return Got::End;
    const std::string_view whole(m_window.begin(), static_cast<std::size_t>(lineEnd - m_window.begin()));
    const std::string_view line = withoutCarriageReturn(whole);
    const bool quotes = line.find('"') != std::string_view::npos;
    if (quotes && parseQuoted(fields)) return Got::Item;
    // Without its closing quote the line is given up, not what follows it. The window may have moved.
    const char* end = nullptr;
    takeLine(end, 0);
    const std::string_view text(m_window.begin(), static_cast<std::size_t>(end - m_window.begin()));
    if (!withoutCarriageReturn(text).empty()) split(withoutCarriageReturn(text), fields);
    m_window.consume(std::min(text.size() + 1, m_window.size()));
    ++m_nextLine;
    if (quotes) return Got::TooLong;
    if (!fields.empty()) return Got::Item;
  }
}

bool CsvReader::lineFeedAt(std::size_t at) {
  return (at < m_window.size() || m_window.more()) && m_window.begin()[at] == '\n';
}

// A record from the window's begin, across lines if need be. False, and nothing consumed: no end within kLongestLine.
bool CsvReader::parseQuoted(std::vector<std::string_view>& fields) {
  enum class In { FieldStart, Plain, Quoted, QuoteInQuoted } in = In::FieldStart;
  m_text.clear();
  m_ends.clear();
  std::uint64_t lines = 1;
  std::size_t at = 0;
  for (;; ++at) {
    if (at == m_window.size() && (at > kLongestLine || !m_window.more())) break;
    if (at > kLongestLine) return false;
    const char c = m_window.begin()[at];
    if (in == In::Quoted) {
      if (c == '"') {
        in = In::QuoteInQuoted;
        continue;
      }
      lines += c == '\n' ? 1 : 0;
      m_text += c;
      continue;
    }
    if (c == '\n') break;
    if (c == m_separator) {
      m_ends.push_back(m_text.size());
      in = In::FieldStart;
    } else if (c == '"' && in != In::Plain) {
      if (in == In::QuoteInQuoted) m_text += '"';
      in = In::Quoted;
    } else if (c != '\r' || !lineFeedAt(at + 1)) {
      m_text += c;
      in = In::Plain;
    }
  }
  if (in == In::Quoted) return false;
  m_ends.push_back(m_text.size());
  m_window.consume(std::min(at + 1, m_window.size()));
  m_nextLine = m_line + lines;
  std::size_t begin = 0;
  for (const std::size_t end : m_ends) {
    fields.push_back(std::string_view(m_text).substr(begin, end - begin));
    begin = end;
  }
  return true;
}

char separatorOf(std::string_view prefix) {
  const std::string_view line = firstLineOf(prefix);
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', '\t', ';', '|'}) {
    std::ptrdiff_t count = 0;
    bool quoted = false;
    for (const char c : line) {
      quoted ^= c == '"';
      count += !quoted && c == candidate ? 1 : 0;
    }
    if (count > most) best = candidate, most = count;
  }
  return best;
}

std::string_view firstLineOf(std::string_view prefix) {
  return withoutCarriageReturn(prefix.substr(0, prefix.find('\n')));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

} // namespace pricing::importing
