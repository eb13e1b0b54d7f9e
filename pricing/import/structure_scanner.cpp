#include "pricing/import/structure_scanner.hpp"

#include <bit>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace pricing::importing {

namespace {

constexpr std::size_t kBlock = 64;

// '{' is '[' with this bit, '}' is ']' with it.
constexpr char kBracketBit = 0x20;

std::uint64_t bit(int at) { return std::uint64_t{1} << at; }

// Bit i is the exclusive or of the bits up to i: set from an opening quote to before its closing one.
std::uint64_t prefixXor(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

} // namespace

#ifdef __SSE2__
StructureScanner::Masks StructureScanner::masksOf(const char* block) {
  Masks masks;
  const auto bracketBit = _mm_set1_epi8(kBracketBit);
  for (int part = 0; part < 4; ++part) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * part));
    const auto folded = _mm_or_si128(bytes, bracketBit);
    const auto maskOf = [part](__m128i these, char c) {
      const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(these, _mm_set1_epi8(c))));
      return static_cast<std::uint64_t>(found) << (16 * part);
    };
    masks.quotes |= maskOf(bytes, '"');
    masks.backslashes |= maskOf(bytes, '\\');
    masks.opening |= maskOf(folded, '{');
    masks.closing |= maskOf(folded, '}');
  }
  return masks;
}
#else
StructureScanner::Masks StructureScanner::masksOf(const char* block) {
  Masks masks;
  for (int i = 0; i < static_cast<int>(kBlock); ++i) {
    const char c = block[i];
    if (c == '"') masks.quotes |= bit(i);
    if (c == '\\') masks.backslashes |= bit(i);
    if ((c | kBracketBit) == '{') masks.opening |= bit(i);
    if ((c | kBracketBit) == '}') masks.closing |= bit(i);
  }
  return masks;
}
#endif

std::uint64_t StructureScanner::escapedBy(std::uint64_t backslashes) {
  std::uint64_t escaped = m_escaped ? 1 : 0;
  m_escaped = false;
  backslashes &= ~escaped;
  while (backslashes != 0) {
    const int at = std::countr_zero(backslashes);
    backslashes &= backslashes - 1;
    if (at == 63) {
      m_escaped = true;
    } else {
      escaped |= bit(at + 1);
      backslashes &= ~bit(at + 1);
    }
  }
  return escaped;
}

std::size_t StructureScanner::endInBlock(const Masks& masks) {
  const auto quotes = masks.quotes & ~escapedBy(masks.backslashes);
  const auto inString = prefixXor(quotes) ^ (m_inString ? ~std::uint64_t{0} : 0);
  m_inString = (inString >> 63) != 0;
  const auto opening = masks.opening & ~inString;
  const auto closing = masks.closing & ~inString;
  const auto closed = static_cast<std::uint64_t>(std::popcount(closing));
  if (closed < m_depth) {
    m_depth += static_cast<std::uint64_t>(std::popcount(opening)) - closed;
    return kNotYet;
  }
  for (auto brackets = opening | closing; brackets != 0; brackets &= brackets - 1) {
    const int at = std::countr_zero(brackets);
    m_depth += (opening & bit(at)) != 0 ? 1 : -1;
    if (m_depth == 0) return static_cast<std::size_t>(at) + 1;
  }
  return kNotYet;
}

std::size_t StructureScanner::endByteByByte(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    const bool escaped = m_escaped;
    m_escaped = c == '\\' && !escaped;
    if (c == '"') {
      m_inString = m_inString != !escaped;
    } else if (!m_inString && (c | kBracketBit) == '{') {
      ++m_depth;
    } else if (!m_inString && (c | kBracketBit) == '}' && --m_depth == 0) {
      return i + 1;
    }
  }
  return kNotYet;
}

std::size_t StructureScanner::end(std::string_view piece) {
  std::size_t at = 0, found = kNotYet;
  for (; found == kNotYet && at + kBlock <= piece.size(); at += kBlock) {
    found = endInBlock(masksOf(piece.data() + at));
    if (found != kNotYet) found += at;
  }
  if (found == kNotYet) {
    found = endByteByByte(piece.substr(at));
    if (found != kNotYet) found += at;
  }
  if (found != kNotYet) *this = {};
  return found;
}

} // namespace pricing::importing
