#pragma once
// Where a JSON object or list ends, at gigabytes a second: only quotes, escapes and brackets are looked at, 64 bytes at
// a time. Works in pieces: what a string or an escape began in one piece goes on in the next. A backslash outside a
// string is no JSON; here it escapes a quote as well. The masks are those of Langdale and Lemire, "Parsing Gigabytes of
// JSON per Second" (2019), section 3.1. Pinned by tests/pricing/structure_scanner_test.cpp against a byte-by-byte walk.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pricing::importing {

class StructureScanner {
 public:
  static constexpr std::size_t kNotYet = std::string_view::npos;
  // Goes on where the piece before ended. The first byte of the first piece is { or [; the result is the number of
  // bytes of this piece up to and with the bracket that closes it. Then the scanner is as new.
  std::size_t end(std::string_view piece);

 private:
  struct Masks {
    std::uint64_t quotes = 0, backslashes = 0, opening = 0, closing = 0;
  };
  static Masks masksOf(const char* block);
  std::uint64_t escapedBy(std::uint64_t backslashes);
  std::size_t endInBlock(const Masks& masks);
  std::size_t endByteByByte(std::string_view piece);

  std::uint64_t m_depth = 0;
  bool m_inString = false, m_escaped = false; // of the next byte
};

} // namespace pricing::importing
