#include <algorithm>

#include "pricing/import/line_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_with.hpp"

using namespace pricing::importing;
using test_files::FileWith;

namespace {

using Strings = std::vector<std::string>;

Strings linesOf(std::string_view content) {
  const FileWith file(content);
  ByteSource source(file.path(), nullptr);
  LineReader reader(source);
  Strings lines;
  std::string_view line;
  for (Got got; (got = reader.next(line)) != Got::End;)
    lines.push_back(std::to_string(reader.lineNumber()) + (got == Got::TooLong ? " long" : ":" + std::string(line)));
  return lines;
}

std::vector<Strings> recordsOf(std::string_view content, char separator = ',') {
  const FileWith file(content);
  ByteSource source(file.path(), nullptr);
  CsvReader reader(source, separator);
  std::vector<Strings> records;
  std::vector<std::string_view> fields;
  for (Got got; (got = reader.next(fields)) != Got::End;) {
    records.push_back({std::to_string(reader.lineNumber()) + (got == Got::TooLong ? " long" : "")});
    if (got == Got::Item) records.back().insert(records.back().end(), fields.begin(), fields.end());
  }
  return records;
}

} // namespace

TEST_CASE("Lines end with LF, CRLF or the file") {
  CHECK(linesOf("a\r\nb\n\nc") == Strings{"1:a", "2:b", "3:", "4:c"});
  CHECK(linesOf("a\n") == Strings{"1:a"});
}

TEST_CASE("A line above 1 MiB is given up, the next one is not") {
  const std::string longLine(kLongestLine + 100, 'x');
  CHECK(linesOf("a\n" + longLine + "\nb\n") == Strings{"1:a", "2 long", "3:b"});
  CHECK(linesOf(longLine + longLine) == Strings{"1 long"});
  CHECK(linesOf(std::string(kLongestLine - 1, 'x') + "\nb").size() == 2);
}

TEST_CASE("CSV fields may hold separators, quotes and line ends") {
  CHECK(recordsOf("a,b\r\n1,\"x,\"\"y\"\"\nz\"\n2,plain\n") ==
        std::vector<Strings>{{"1", "a", "b"}, {"2", "1", "x,\"y\"\nz"}, {"4", "2", "plain"}});
  CHECK(recordsOf("a;b\n\n,;\"\"", ';') == std::vector<Strings>{{"1", "a", "b"}, {"3", ",", ""}});
  CHECK(recordsOf("say \"hi\",2\n") == std::vector<Strings>{{"1", "say \"hi\"", "2"}});
  CHECK(recordsOf("a\tb\tc", '\t') == std::vector<Strings>{{"1", "a", "b", "c"}});
}

TEST_CASE("A quote that never closes costs its own line only") {
  CHECK(recordsOf("1,\"open\n2,ok\n3,ok\n") == std::vector<Strings>{{"1 long"}, {"2", "2", "ok"}, {"3", "3", "ok"}});
  const auto records = recordsOf("1," + std::string(kLongestLine + 10, 'y') + "\n2,ok");
  REQUIRE(records.size() == 2);
  CHECK(records[0] == Strings{"1 long"});
  CHECK(records[1] == Strings{"2", "2", "ok"});
}

TEST_CASE("CSV records are the same wherever a block of the file ends") {
  // Blocks are 256 KiB: records of changing length put quotes, CR and LF on every side of the border.
  for (std::size_t shift = 0; shift < 12; ++shift) {
    std::string content(shift, 'a');
    content += '\n';
    std::size_t records = 1;
    for (; content.size() < 600'000; ++records) content += "12,\"q\"\"\n\",x\r\n";
    const auto read = recordsOf(content);
    REQUIRE(read.size() == (shift == 0 ? records - 1 : records));
    REQUIRE(std::all_of(read.begin() + 1, read.end(),
                        [](const Strings& r) { return r.size() == 4 && r[2] == "q\"\n" && r[3] == "x"; }));
  }
}

TEST_CASE("Separators are found in the first line, outside quotes") {
  CHECK(separatorOf("a;b;\"c,d,e,f\"\n1,2,3,4,5") == ';');
  CHECK(separatorOf("a\tb\n") == '\t');
  CHECK(separatorOf("1747082264652\n") == ',');
}
