#include "pricing/problem.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace pricing {

namespace {

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    text += sentence(problem);
  }
  return text;
}

// ASCII only: std::tolower would ask the locale.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment distance: Levenshtein plus adjacent transposition.
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

template <class Text> std::optional<std::string> nearest(std::string_view name, std::span<const Text> candidates) {
  std::optional<std::string> best;
  std::size_t bestDistance = 0;
  for (const auto& candidate : candidates) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t distance = editDistance(name, candidate);
    if (distance * 3 > longer || (best && distance >= bestDistance)) continue;
    best = std::string(candidate);
    bestDistance = distance;
  }
  return best;
}

} // namespace

std::string sentence(const Problem& problem) {
  std::string text = problem.where;
  if (!text.empty()) text += ": ";
  if (!problem.found.empty()) text += fmt::format("found {}, ", problem.found);
  text += fmt::format("expected {}", problem.expected);
  if (problem.suggestion) text += fmt::format("; did you mean {}?", quoted(*problem.suggestion));
  return text;
}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(joined(problems)), m_problems(std::move(problems)) {}

InputError::InputError(Problem problem) : InputError(std::vector<Problem>{std::move(problem)}) {}

void ProblemList::throwIfAny() const {
  if (!m_problems.empty()) throw InputError(m_problems);
}

std::optional<std::string> nearestName(std::string_view name, std::span<const std::string_view> candidates) {
  return nearest(name, candidates);
}

std::optional<std::string> nearestName(std::string_view name, std::span<const std::string> candidates) {
  return nearest(name, candidates);
}

namespace {

// Length of the UTF-8 sequence at the front, 0 when the bytes are none. Overlong forms are caught where it is cheap:
// c0, c1 and f5 upwards never start one.
std::size_t sequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  return length;
}

bool isPrintable(std::string_view sequence) {
  const auto byte = static_cast<unsigned char>(sequence.front());
  return byte >= 0x20 && byte != 0x7f;
}

} // namespace

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  std::size_t at = 0;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    const auto length = sequenceLength(rest);
    if (at + std::max<std::size_t>(length, 1) > kLongest) break; // never in the middle of a character
    if (length > 0 && isPrintable(rest))
      out += rest.substr(0, length);
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(rest.front()));
    at += std::max<std::size_t>(length, 1);
  }
  if (at < text.size()) out += "...";
  return out + '"';
}

} // namespace pricing
