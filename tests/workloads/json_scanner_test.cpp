#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/import/json_scanner.hpp"

using namespace trace_test;
using namespace workloads::importing;

using Strings = std::vector<std::string>;

TEST_CASE("Log events are found in every JSON layout, in any order of members") {
  const auto events = [](std::string_view json) {
    const FileWith file(json);
    ByteSource source(file.path(), nullptr);
    LogEventScanner scanner(source);
    Strings out;
    LogEvent event;
    while (scanner.next(event))
      out.push_back(std::to_string(event.line) + ' ' + event.stream + ' ' +
                    (event.epochMilliseconds ? std::to_string(*event.epochMilliseconds) : "?") + ' ' + event.message);
    if (scanner.endedInside()) out.emplace_back("cut");
    return out;
  };
  CHECK(
      events(
          R"({"events":[{"logStreamName":"s","timestamp":12,"message":"a\n","ingestionTime":99}],"nextToken":"x"})") ==
      Strings{R"(1 s 12 a\n)"});
  CHECK(events("[{\"message\":\n \"say \\\"hi\\\" {\",\n\"timestamp\" : 7},\n{\"timestamp\":8,\"message\":\"b\"}]") ==
        Strings{R"(2  7 say \"hi\" {)", "4  8 b"});
  CHECK(
      events(
          R"({"logStream":"outer","logEvents":[{"id":"1","timestamp":1,"message":"a"}]}{"logStream":"two","logEvents":[{"timestamp":2,"message":"b"}]})") ==
      Strings{"1 outer 1 a", "1 two 2 b"});
  CHECK(events(R"([{"timestamp":"2026-11-24T02:50:09Z","message":"a"},{"message":"no time"}])") ==
        Strings{"1  1795488609000 a", "1  ? no time"});
  CHECK(events(R"([{"timestamp":5,"message":"a"},{"timestamp":6,"mess)") == Strings{"1  5 a", "cut"});
  CHECK(events(R"(}}]]{"timestamp":5,"message":"a"})") == Strings{"1  5 a"});
}

TEST_CASE("JSON escapes are undone, stray backslashes stay") {
  std::string out;
  unescapeJson(R"(a\tb\n\"c\"\\ A\u00e9 \q \)", out);
  CHECK(out == "a\tb\n\"c\"\\ A? \\q \\");
}
