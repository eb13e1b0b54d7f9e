#pragma once
// Lines and CSV records out of a byte source, without copies where nothing has to be unquoted. Both count lines from 1
// and give up on one line - never on the file - when it is longer than kLongestLine.
// Pinned by tests/pricing/line_reader_test.cpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/import/byte_source.hpp"

namespace pricing::importing {

inline constexpr std::size_t kLongestLine = 1024 * 1024;

enum class Got { Item, TooLong, End };

class LineReader {
 public:
  explicit LineReader(ByteSource& source) : m_window(source) {}
  // LF or CRLF taken off; the last line needs none. The text lives until the next call; after TooLong it is the start
  // of the line.
  Got next(std::string_view& line);
  std::uint64_t lineNumber() const { return m_line; } // of the line read last

 private:
  Got skipLongLine(std::string_view& line);
  TextWindow m_window;
  std::uint64_t m_line = 0;
  std::string m_excerpt;
};

// RFC 4180: fields in quotes may hold the separator, line ends and doubled quotes. More tolerant than it: a quote
// inside an unquoted field is a letter, and a record whose closing quote is missing within kLongestLine costs its first
// line only (TooLong).
class CsvReader {
 public:
  CsvReader(ByteSource& source, char separator) : m_window(source), m_separator(separator) {}
  Got next(std::vector<std::string_view>& fields);    // empty lines are passed over
  std::uint64_t lineNumber() const { return m_line; } // where the record read last begins

 private:
  Got skipLongLine(std::vector<std::string_view>& fields);
  bool lineFeedAt(std::size_t at);
  bool takeLine(const char*& lineEnd, std::size_t from);
  bool parseQuoted(std::vector<std::string_view>& fields);
  void split(std::string_view line, std::vector<std::string_view>& fields) const;
  TextWindow m_window;
  char m_separator;
  std::uint64_t m_line = 0, m_nextLine = 1;
  std::string m_text; // unquoted fields of the record, one behind the other
  std::vector<std::size_t> m_ends;
};

// The separator of , ; tab | that stands most often in the first line outside quotes; ',' when none does.
char separatorOf(std::string_view prefix);
std::string_view firstLineOf(std::string_view prefix);
std::string_view trimmed(std::string_view text);

} // namespace pricing::importing
