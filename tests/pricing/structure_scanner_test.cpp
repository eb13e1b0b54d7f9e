// The block scanner against a walk byte by byte, for thousands of small random texts cut at every place.
#include <random>
#include <string>

#include "pricing/import/structure_scanner.hpp"
#include "tests/support/catch.hpp"

using pricing::importing::StructureScanner;

namespace {

std::size_t endByWalk(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\'))
      ++i;
    else if (text[i] == '"')
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
    else if (text[i] == '{' || text[i] == '[')
      ++depth;
    else if ((text[i] == '}' || text[i] == ']') && --depth == 0)
      return i + 1;
  }
  return StructureScanner::kNotYet;
}

// Mostly what scanners stumble over.
std::string randomText(std::mt19937& random) {
  constexpr std::string_view kLetters = "\"\"\\\\{}[]{}:, ab";
  std::string text = "{";
  const auto size = 1 + random() % 300;
  while (text.size() < size) text += kLetters[random() % kLetters.size()];
  return text;
}

} // namespace

TEST_CASE("An object ends where a walk over it ends, escapes and braces in strings included", "[prices]") {
  std::mt19937 random(1);
  int ended = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto text = randomText(random);
    StructureScanner scanner;
    INFO(text);
    const auto wanted = endByWalk(text);
    REQUIRE(scanner.end(text) == wanted);
    ended += wanted != StructureScanner::kNotYet ? 1 : 0;
  }
  CHECK(ended > 10'000);
}

TEST_CASE("The end is the same wherever the text is cut in two or three", "[prices]") {
  std::mt19937 random(2);
  for (int round = 0; round < 400; ++round) {
    const auto text = randomText(random);
    const auto wanted = endByWalk(text);
    if (wanted == StructureScanner::kNotYet) continue;
    for (std::size_t cut = 0; cut < wanted; ++cut) {
      const std::string_view first(text.data(), cut / 2), second(text.data() + cut / 2, cut - cut / 2),
          third(text.data() + cut, text.size() - cut);
      StructureScanner scanner;
      INFO(text << " cut at " << cut);
      REQUIRE(scanner.end(first) == StructureScanner::kNotYet);
      REQUIRE(scanner.end(second) == StructureScanner::kNotYet);
      REQUIRE(cut + scanner.end(third) == wanted);
    }
  }
}

TEST_CASE("A scanner that found an end starts afresh", "[prices]") {
  StructureScanner scanner;
  CHECK(scanner.end(R"({"a\"}":[1,2]} rest)") == 14);
  CHECK(scanner.end("[]") == 2);
}
