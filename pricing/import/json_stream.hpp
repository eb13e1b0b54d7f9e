#pragma once
// A JSON file too large for memory, as a walk over the members of its outer objects. Values are taken as text, whole,
// or passed over at the speed of StructureScanner; nothing is kept. The grammar between members is checked everywhere,
// the one inside a value by whoever parses it. Pinned by tests/pricing/json_stream_test.cpp.
#include <optional>
#include <string>
#include <string_view>

#include "pricing/import/byte_source.hpp"
#include "pricing/import/structure_scanner.hpp"

namespace pricing::importing {

class JsonStream {
 public:
  JsonStream(ByteSource& source, std::string origin) : m_window(source), m_origin(std::move(origin)) {}

  // Steps into the object that comes next. Like all below: InputError "ORIGIN: byte N" where it is no JSON.
  void enter();
  // The next key of the object stepped into, escapes left as they are; nothing when it ends, and then the walk is in
  // the one around it. The text lives until the next call.
  std::optional<std::string_view> nextKey();
  // The value behind the key, at most kLargestValue bytes, followed by TextWindow::kPadding readable ones. It lives
  // until the next call.
  std::string_view value();
  void skip();
  // Only blanks may follow.
  void finish();

  std::uint64_t offset() const { return m_offset; }
  std::string here() const; // "ORIGIN: byte N"

  static constexpr std::size_t kLargestValue = 16 << 20;

 private:
  char next(); // the next byte that is no blank, not consumed
  void more();
  void consume(std::size_t bytes);
  std::string_view take(std::size_t bytes);
  std::string_view takeString();
  std::string_view takeNested();
  [[noreturn]] void refuse(std::string_view expected);

  TextWindow m_window;
  std::string m_origin, m_key;
  StructureScanner m_scanner;
  std::uint64_t m_offset = 0;
  bool m_afterValue = false; // in the object the walk is in
};

} // namespace pricing::importing
