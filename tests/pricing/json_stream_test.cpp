#include "pricing/import/json_stream.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_with.hpp"

using namespace pricing::importing;
using test_files::FileWith;

namespace {

// What a walk over the outermost object sees: key=value each.
std::string walked(std::string_view json) {
  const FileWith file(json);
  ByteSource source(file.path(), nullptr);
  JsonStream stream(source, "a.json");
  std::string seen;
  stream.enter();
  while (const auto key = stream.nextKey()) {
    seen += *key;
    seen += '=';
    seen += stream.value();
    seen += ' ';
  }
  stream.finish();
  return seen;
}

void skipped(std::string_view json) {
  const FileWith file(json);
  ByteSource source(file.path(), nullptr);
  JsonStream stream(source, "a.json");
  stream.enter();
  while (stream.nextKey()) stream.skip();
  stream.finish();
}

} // namespace

TEST_CASE("A walk gives every key with the text of its value", "[prices]") {
  CHECK(walked("{}") == "");
  CHECK(walked(" { \"a\" : 1 , \"b\\\"c\":\"}\\\\\",\n\"d\":[{},\"]\"],\"e\":{\"f\":true}, \"g\" : null } \n") ==
        "a=1 b\\\"c=\"}\\\\\" d=[{},\"]\"] e={\"f\":true} g=null ");
}

TEST_CASE("A value may be longer than any block, and a longer one is refused", "[prices]") {
  const std::string text(600'000, 'x');
  CHECK(walked("{\"a\":[\"" + text + "\"]}") == "a=[\"" + text + "\"] ");
  const std::string endless = "{\"a\":[\"" + std::string(JsonStream::kLargestValue + 1'000'000, 'x') + "\"]}";
  CHECK_THROWS_WITH(
      walked(endless),
      "a.json: byte 5: found \"[\"xxxxxxxxxxxxxxxxxxxxxx\", expected an object or list of at most 16 MiB");
  CHECK_NOTHROW(skipped(endless));
}

TEST_CASE("What is no JSON is said with its byte", "[prices]") {
  CHECK_THROWS_WITH(walked("[]"), "a.json: byte 0: found \"[]\", expected an object, which starts with {");
  CHECK_THROWS_WITH(walked("{\"a\":1 \"b\":2}"),
                    "a.json: byte 7: found \"\"b\":2}\", expected a comma or a closing brace");
  CHECK_THROWS_WITH(walked("{\"a\":1,}"), "a.json: byte 7: found \"}\", expected a key in quotes");
  CHECK_THROWS_WITH(walked("{\"a\" 1}"), "a.json: byte 5: found \"1}\", expected a colon behind the key");
  CHECK_THROWS_WITH(walked("{\"a\":}"), "a.json: byte 5: found \"}\", expected a value");
  CHECK_THROWS_WITH(walked("{\"a\":1}{"), "a.json: byte 7: found \"{\", expected the end of the file");
  CHECK_THROWS_WITH(walked("{\"a\":{\"b\":1}"),
                    "a.json: byte 12: found the end of the file, expected a complete JSON file");
  CHECK_THROWS_WITH(skipped("{\"a\":{\"b\":1"),
                    "a.json: byte 11: found the end of the file, expected a complete JSON file");
}
