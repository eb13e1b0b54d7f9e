#include "pricing/problem.hpp"

#include <algorithm>
#include <cctype>
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

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

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

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  // A cut in the middle of a UTF-8 sequence would print a broken character.
  if (text.size() > kLongest) {
    while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
    out += "...";
  }
  return out + '"';
}

} // namespace pricing
