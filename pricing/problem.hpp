#pragma once
// How the house says "your input is wrong": every problem at once, each with place, found, expected and nearest name.
// The sentences are code and are tested word for word (tests/pricing/problem_test.cpp).
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pricing {

struct Problem {
  std::string where;                       // "scenario.json: /lambda/memory", "access.log:17", "--seed"
  std::string found;                       // what stands there, quoted by whoever fills it; empty when nothing does
  std::string expected;                    // what would have been accepted, as a noun phrase
  std::optional<std::string> suggestion{}; // the nearest valid name

  friend bool operator==(const Problem&, const Problem&) = default;
};

// "scenario.json: /lambda/memroy: found an unknown key "memroy", expected one of the keys of lambda; did you mean
// "memory"?" Without `found` it reads "PLACE: expected ...".
std::string sentence(const Problem& problem);

// Bad input of any kind. Caught in two places only: the command line (exit code 2) and the job of the run controller.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  explicit InputError(Problem problem);
  const std::vector<Problem>& problems() const { return m_problems; }

 private:
  std::vector<Problem> m_problems;
};

// Collects while reading goes on; `throwIfAny` ends the reading.
class ProblemList {
 public:
  void add(Problem problem) { m_problems.push_back(std::move(problem)); }
  bool empty() const { return m_problems.empty(); }
  const std::vector<Problem>& all() const { return m_problems; }
  void throwIfAny() const;

 private:
  std::vector<Problem> m_problems;
};

// The candidate with the smallest edit distance (Levenshtein, adjacent swaps count one), if it is at most a third of
// the longer name, case ignored; the first of equals.
std::optional<std::string> nearestName(std::string_view name, std::span<const std::string_view> candidates);
std::optional<std::string> nearestName(std::string_view name, std::span<const std::string> candidates);

// Text from outside as it may appear in a sentence: double quotes around it, control bytes and what is not UTF-8 as
// \xNN, cut at 60 bytes.
std::string quoted(std::string_view text);

} // namespace pricing
