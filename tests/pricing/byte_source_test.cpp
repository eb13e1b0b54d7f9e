// Files in all their wrappings: the same text must come out of each, and a broken wrapping must be named.
#include <array>
#include <fmt/format.h>
#include <zlib.h>

#include "pricing/import/byte_source.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_with.hpp"

using namespace pricing::importing;
using test_files::FileWith;

namespace {

std::string gzipped(std::string_view text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string utf16(std::string_view ascii, bool bigEndian) {
  std::string out = bigEndian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) {
    if (bigEndian) out += '\0';
    out += c;
    if (!bigEndian) out += '\0';
  }
  return out;
}

std::string textOf(std::string_view content) {
  const FileWith file(content);
  return firstBytes(file.path(), 10'000'000);
}

// The sentence an unusable file gets; empty when it can be read to its end.
std::string sentenceFor(const std::string& path) {
  try {
    totalSizeOf(std::array{path}, {"trace", "requests"});
    firstBytes(path, 1'000'000);
  } catch (const pricing::InputError& error) {
    return error.what();
  }
  return {};
}

void readAll(const std::string& path, const ImportProgress& progress) {
  ProgressMeter meter(progress, totalSizeOf(std::array{path}, {"trace", "requests"}));
  ByteSource source(path, &meter);
  std::array<char, 1024> block{};
  while (source.read(block) > 0) {
  }
}

const std::string kText = "START\r\nline two\n\xe9t\xe9 in Latin-1\n";

} // namespace

TEST_CASE("Plain, packed, marked and UTF-16 files hold the same text") {
  CHECK(textOf(kText) == kText);
  CHECK(textOf("\xef\xbb\xbf" + kText) == kText);
  CHECK(textOf(gzipped(kText)) == kText);
  CHECK(textOf(gzipped(kText) + gzipped("second member\n")) == kText + "second member\n");
  CHECK(textOf(gzipped(kText) + std::string(512, '\0')) == kText);
  CHECK(textOf(utf16("plain", false)) == "plain");
  CHECK(textOf(utf16("plain", true)) == "plain");
  CHECK(textOf(gzipped(utf16("plain", false))) == "plain");
}

TEST_CASE("UTF-16 beyond ASCII becomes UTF-8, lone surrogates U+FFFD, half a unit nothing") {
  using namespace std::string_literals;
  CHECK(textOf("\xff\xfe\xe9\x00\x3d\xd8\x00\xde"s) == "\xc3\xa9\xf0\x9f\x98\x80"); // e acute, U+1F600
  CHECK(textOf("\xff\xfe\x00\xde\x41\x00"s) == "\xef\xbf\xbd\x41");
  CHECK(textOf("\xff\xfe\x41\x00\x42"s) == "A");
}

TEST_CASE("A cut or damaged gzip file is named with the byte") {
  const std::string whole = gzipped(std::string(5'000, 'x') + kText);
  const FileWith cut(whole.substr(0, whole.size() - 9), "cut.gz");
  CHECK_THROWS_WITH(
      firstBytes(cut.path(), 1'000'000),
      fmt::format("{}: found the end of the file at byte {} inside gzip data, expected a complete gzip file",
                  cut.path(), whole.size() - 9));
  const FileWith trailing(whole + "rubbish", "trailing.gz");
  CHECK_THROWS_WITH(firstBytes(trailing.path(), 1'000'000),
                    fmt::format("{}: found bytes behind the gzip data at byte {}, expected a complete gzip file",
                                trailing.path(), whole.size()));
  std::string damaged = whole;
  damaged[12] = static_cast<char>(damaged[12] ^ 0x55);
  const FileWith broken(damaged, "broken.gz");
  CHECK_THROWS_WITH(firstBytes(broken.path(), 1'000'000),
                    Catch::Contains("damaged gzip data (") && Catch::Contains("at byte"));
}

TEST_CASE("What is no readable file is refused with a sentence, all files at once") {
  CHECK(sentenceFor("-") == "-: found standard input, expected the name of a file (a trace is read more than once)");
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK(sentenceFor(folder) == folder + ": found a directory, expected a file; give the files of a trace one by one");
  const FileWith empty("", "empty");
  CHECK(sentenceFor(empty.path()) == empty.path() + ": found an empty file, expected a file with requests");
  const std::vector<std::string> files = {"/no/such/a", "/no/such/b"};
  CHECK_THROWS_WITH(totalSizeOf(files, {"trace", "requests"}),
                    "/no/such/a: found No such file or directory, expected a file that can be read\n"
                    "/no/such/b: found No such file or directory, expected a file that can be read");
  CHECK(sentenceFor("") == "trace: found an empty name, expected the name of a file");
  CHECK(sentenceFor("/dev/null") ==
        "/dev/null: found a pipe or device, expected a regular file (a trace is read more than once)");
}

TEST_CASE("Other packings are called by their names") {
  using namespace std::string_literals;
  const FileWith zip("PK\3\4rest of it", "a.zip");
  CHECK(sentenceFor(zip.path()) == zip.path() + ": found a zip archive, expected plain text or gzip; unpack it first");
  const FileWith bzip("BZh91AY&SY", "a.bz2");
  CHECK(sentenceFor(bzip.path()) == bzip.path() + ": found bzip2 data, expected plain text or gzip; unpack it first");
}

TEST_CASE("Progress counts the bytes on disk, at most once a percent, and a stop leaves the import") {
  std::string log;
  for (int i = 0; i < 20'000; ++i) log += "10.0.0.1 - - [01/Jul/2026:00:00:01 +0000] \"GET / HTTP/1.1\" 200 12\n";
  const FileWith file(log);
  std::vector<std::uint64_t> done;
  std::uint64_t total = 0;
  readAll(file.path(), {[&](std::uint64_t d, std::uint64_t t) { done.push_back(d), total = t; }, {}});
  CHECK(total == log.size());
  REQUIRE_FALSE(done.empty());
  CHECK(done.back() == total);
  CHECK(done.size() <= 100);
  std::stop_source stop;
  const auto stopAtOnce = [&](std::uint64_t, std::uint64_t) { stop.request_stop(); };
  CHECK_THROWS_AS(readAll(file.path(), {stopAtOnce, stop.get_token()}), ImportCancelled);
}
