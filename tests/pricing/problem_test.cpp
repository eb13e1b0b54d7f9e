#include "pricing/problem.hpp"

#include <array>

#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

std::optional<std::string> nearest(std::string_view name, std::initializer_list<std::string_view> candidates) {
  return nearestName(name, std::span(candidates.begin(), candidates.size()));
}

} // namespace

TEST_CASE("A problem reads as one sentence", "[problem]") {
  CHECK(
      sentence({"scenario.json: /lambda/memroy", "an unknown key \"memroy\"", "one of the keys of lambda", "memory"}) ==
      "scenario.json: /lambda/memroy: found an unknown key \"memroy\", expected one of the keys of lambda; did you "
      "mean \"memory\"?");
  CHECK(sentence({"access.log:17", "", "a timestamp"}) == "access.log:17: expected a timestamp");
  CHECK(sentence({"--seed", "\"x\"", "a whole number"}) == "--seed: found \"x\", expected a whole number");
  CHECK(sentence({"", "nothing", "a file"}) == "found nothing, expected a file");
}

TEST_CASE("An input error holds all problems, one sentence a line", "[problem]") {
  ProblemList problems;
  CHECK(problems.empty());
  CHECK_NOTHROW(problems.throwIfAny());
  problems.add({"a", "1", "2"});
  problems.add({"b", "", "3", "c"});
  try {
    problems.throwIfAny();
    FAIL("did not throw");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()) == "a: found 1, expected 2\nb: expected 3; did you mean \"c\"?");
    CHECK(error.problems() == problems.all());
  }
  CHECK(InputError(Problem{"a", "1", "2"}).problems().size() == 1);
}

TEST_CASE("The nearest name is at most a third away", "[problem]") {
  CHECK(nearest("memroy", {"timeout", "memory"}) == "memory"); // one swap
  CHECK(nearest("memry", {"memory"}) == "memory");             // one missing
  CHECK(nearest("MEMORY", {"memory"}) == "memory");            // case
  CHECK(nearest("memoryy", {"memory"}) == "memory");           // one too many
  CHECK(nearest("abc", {"abd"}) == "abd");                     // 1 of 3: just near
  CHECK_FALSE(nearest("ab", {"ac"}));                          // 1 of 2: too far
  CHECK_FALSE(nearest("colour", {"memory", "timeout"}));
  CHECK(nearest("m5.larg", {"m6.large", "m5.large"}) == "m5.large");
  CHECK(nearest("m4.large", {"m5.large", "m6.large"}) == "m5.large"); // first of equals
  CHECK_FALSE(nearest("x", {}));
  CHECK_FALSE(nearest("", {"x"}));
  const std::array<std::string, 2> owned{"us-east-1", "us-west-1"};
  CHECK(nearestName("us-esat-1", std::span<const std::string>(owned)) == "us-east-1");
}

TEST_CASE("Text from outside is quoted, cut and made printable", "[problem]") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("12 parsecs") == "\"12 parsecs\"");
  CHECK(quoted("a\tb\x7f\x01") == "\"a\\x09b\\x7f\\x01\"");
  CHECK(quoted("5 µs") == "\"5 µs\"");
  CHECK(quoted("\xff\xc3(") == "\"\\xff\\xc3(\""); // no UTF-8
  CHECK(quoted("\xe2\x82") == "\"\\xe2\\x82\"");   // cut short
  CHECK(quoted(std::string_view("\0", 1)) == "\"\\x00\"");
  CHECK(quoted(std::string(60, 'a')) == "\"" + std::string(60, 'a') + "\"");
  CHECK(quoted(std::string(61, 'a')) == "\"" + std::string(60, 'a') + "...\"");
  // A two-byte letter across the cut is left out whole.
  CHECK(quoted(std::string(59, 'a') + "éa") == "\"" + std::string(59, 'a') + "...\"");
  CHECK(quoted(std::string(58, 'a') + "éa") == "\"" + std::string(58, 'a') + "é...\"");
}
