#include "pricing/json_reader.hpp"

#include <array>
#include <string>

#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

// Parses `text` as "file.json", lets `read` walk over the root object and returns every sentence, one per line.
template <class Read> std::string sentencesOf(std::string_view text, Read read) {
  ProblemList problems;
  const JsonSource source{"file.json", problems};
  try {
    const auto root = parseJson(text, source);
    if (auto object = JsonValue(root, "", source).object("file.json")) {
      read(*object);
      object->finish();
    }
    problems.throwIfAny();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string syntaxSentence(std::string_view text) {
  return sentencesOf(text, [](JsonObject& object) {
    for (const char* key : {"a", "b"}) object.allow(key);
  });
}

} // namespace

TEST_CASE("syntax errors name line, column, what stands there and what should", "[json_reader]") {
  CHECK(syntaxSentence("") == "file.json: found an empty text, expected a JSON object");
  CHECK(syntaxSentence(" \n\t") == "file.json: found an empty text, expected a JSON object");
  CHECK(syntaxSentence("{\"a\": 1,\n \"b\": nan}") == "file.json:2:7: found \"nan\", expected valid JSON");
  CHECK(syntaxSentence("{\"a\": 1,}") == "file.json:1:9: found \"}\", expected a key in double quotes");
  CHECK(syntaxSentence("{\"a\" 1}") == "file.json:1:6: found \"1\", expected ':'");
  CHECK(syntaxSentence("{\"a\" \"b\"}") == "file.json:1:6: found \"b\", expected ':'");
  CHECK(syntaxSentence("{\"a\": 1") == "file.json:1:8: found the end of the text, expected '}'");
  CHECK(syntaxSentence("{} {}") == "file.json:1:4: found \"{\", expected nothing after the JSON value");
  CHECK(syntaxSentence("{\"a\":\n  1e400}") == "file.json:2:3: found \"1e400\", expected a number below 1.8e308");
  CHECK(syntaxSentence("{\"a\": \"\xff\"}") ==
        "file.json:1:8: found text that is not valid UTF-8, expected valid JSON");
  CHECK(syntaxSentence("[1]") == "file.json: found a list, expected an object");
  CHECK(syntaxSentence("{\"a\": 1, \"b\": [{}, \"x\"]}").empty());
}

TEST_CASE("a key that stands twice is refused where it stands", "[json_reader]") {
  CHECK(syntaxSentence(R"({"a": 1, "a": 2})") == "file.json: /a: found the key \"a\" twice, expected each key once");
  CHECK(syntaxSentence(R"({"a": [0, {"x/y": 1, "x/y": 2}]})") ==
        "file.json: /a/1/x~1y: found the key \"x/y\" twice, expected each key once");
}

TEST_CASE("deep nesting neither crashes nor passes for something else", "[json_reader]") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(syntaxSentence(deep) == "file.json: found a list, expected an object");
}

TEST_CASE("unknown keys are refused with the nearest known one, or with all of them", "[json_reader]") {
  const auto read = [](JsonObject& object) {
    if (const auto lambda = object.find("lambda"))
      for (const auto& element : lambda->array()) {
        auto one = *element.object();
        one.allow("memory");
        one.allow("requests");
        one.finish();
      }
  };
  CHECK(
      sentencesOf(R"({"lambda": [{"memory": 1}, {"memroy": 1}], "lambada": 2, "zzz": 3})", read) ==
      "file.json: /lambda/1/memroy: found an unknown key \"memroy\", expected one of the keys of lambda; did you mean "
      "\"memory\"?\n"
      "file.json: /lambada: found an unknown key \"lambada\", expected one of the keys of file.json; did you mean "
      "\"lambda\"?\n"
      "file.json: /zzz: found an unknown key \"zzz\", expected one of the keys of file.json (lambda)");
}

TEST_CASE("typed readers leave the default alone and say what they wanted", "[json_reader]") {
  double number = 7, count = 7;
  bool flag = false;
  std::string text = "kept";
  Duration duration{1};
  Memory memory = Memory::mebibytes(3);
  ByteCount bytes;
  RequestRate rate;
  enum class Kind { First, Second } kind = Kind::First;
  constexpr std::array<std::string_view, 2> names{"first", "second"};
  const auto read = [&](JsonObject& object) {
    object.read("number", number);
    object.readCount("count", count);
    object.read("flag", flag);
    object.read("text", text);
    object.read("duration", duration);
    object.read("memory", memory);
    object.read("bytes", bytes);
    object.read("rate", rate);
    object.readOneOf("kind", kind, names);
  };
  CHECK(sentencesOf("{}", read).empty());
  CHECK(number == 7);
  CHECK(sentencesOf(R"({"number": 2.5, "count": "3M", "flag": true, "text": "x", "duration": "120ms", "memory": 1536,
                        "bytes": "2KB", "rate": "60/min", "kind": "second"})",
                    read)
            .empty());
  CHECK(number == 2.5);
  CHECK(count == 3e6);
  CHECK(flag);
  CHECK(text == "x");
  CHECK(duration == std::chrono::milliseconds(120));
  CHECK(memory == Memory::mebibytes(1536));
  CHECK(bytes == ByteCount::bytes(2048));
  CHECK(rate == RequestRate::perSecond(1));
  CHECK(kind == Kind::Second);

  CHECK(sentencesOf(R"({"number": "2.5", "count": -1, "flag": 1, "text": 5, "duration": -1, "memory": "1.5MB",
                        "bytes": [], "rate": {}, "kind": "secnod"})",
                    read) ==
        "file.json: /number: found \"2.5\", expected a number, 0 or more\n"
        "file.json: /count: found -1, expected a number, 0 or more\n"
        "file.json: /flag: found 1, expected true or false\n"
        "file.json: /text: found 5, expected a text\n"
        "file.json: /duration: found -1, expected a time such as 250ms, 1.5s, 10min or 7d\n"
        "file.json: /memory: found \"1.5MB\", expected a memory size in whole megabytes such as 512MB or 2GB\n"
        "file.json: /bytes: found a list, expected a number of bytes such as 20KB or 1.5MB\n"
        "file.json: /rate: found an object, expected a rate such as 100/s, 30/min or 1.5M/day\n"
        "file.json: /kind: found \"secnod\", expected one of first, second; did you mean \"second\"?");
  CHECK(number == 2.5); // untouched
}

TEST_CASE("integers: whole, in range, also in exponent form", "[json_reader]") {
  std::vector<std::optional<std::int64_t>> got;
  std::optional<std::uint64_t> seed;
  const auto read = [&](JsonObject& object) {
    for (const auto& element : object.require("n", "a list")->array()) got.push_back(element.integer(1, 4'000'000));
    seed = object.require("seed", "a seed")->unsignedInteger();
  };
  CHECK(sentencesOf(R"({"n": [1, 3e6, 2.0], "seed": 18446744073709551615})", read).empty());
  CHECK(got == std::vector<std::optional<std::int64_t>>{1, 3'000'000, 2});
  CHECK(seed == 18446744073709551615u);
  CHECK(sentencesOf(R"({"n": [0, 1.5, 18446744073709551615, 1e300, "1"], "seed": -1})", read) ==
        "file.json: /n/0: found 0, expected a whole number from 1 to 4000000\n"
        "file.json: /n/1: found 1.5, expected a whole number from 1 to 4000000\n"
        "file.json: /n/2: found 18446744073709551615, expected a whole number from 1 to 4000000\n"
        "file.json: /n/3: found 1e+300, expected a whole number from 1 to 4000000\n"
        "file.json: /n/4: found \"1\", expected a whole number from 1 to 4000000\n"
        "file.json: /seed: found -1, expected a whole number from 0 to 18446744073709551615");
}

TEST_CASE("a missing required key is a problem at its own place", "[json_reader]") {
  CHECK(sentencesOf("{}", [](JsonObject& object) { CHECK_FALSE(object.require("rate", "a rate")); }) ==
        "file.json: /rate: found nothing, expected a rate");
}

TEST_CASE("places can be named by their owner", "[json_reader]") {
  ProblemList problems;
  const JsonSource source{"file.json", problems, [](const std::string& pointer) { return "--set " + pointer; }};
  const auto root = parseJson("{\"a\": 1}", source);
  JsonValue(root, "", source).object()->find("a")->boolean();
  CHECK(problems.all().front().where == "--set /a");
}
