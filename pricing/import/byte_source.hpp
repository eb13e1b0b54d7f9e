#pragma once
// A file to import, a request log or a price list, as a stream of UTF-8 text: gzip (found by its first bytes, several
// members in a row) is unpacked, UTF-16 with a byte order mark (what PowerShell's > writes) is converted, a UTF-8 mark
// is dropped, everything else passes unchanged - Latin-1 bytes reach the parsers, which look at ASCII only. What is no
// readable file is an InputError naming the file, and for broken gzip the byte offset in it. Pinned by
// tests/pricing/byte_source_test.cpp.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pricing::importing {

struct ImportProgress {
  std::function<void(std::uint64_t bytesDone, std::uint64_t bytesTotal)> report; // at most once per percent
  std::stop_token stop;
};
struct ImportCancelled {}; // thrown when stop was requested; nothing is left behind

// Progress and cancellation for one import; bytes are those of the files as they lie on disk.
class ProgressMeter {
 public:
  ProgressMeter(const ImportProgress& progress, std::uint64_t bytesTotal);
  ProgressMeter(ImportProgress&&, std::uint64_t) = delete; // it is kept by reference
  void advance(std::uint64_t bytes);                       // throws ImportCancelled when asked to stop
  void throwIfStopped() const;

 private:
  const ImportProgress& m_progress;
  std::uint64_t m_total, m_done = 0, m_lastPercent = 0;
};

// What the files are called in sentences: "a trace is read more than once", "a file with requests".
struct FilesOf {
  std::string_view whole, content;
};
// Every path that is no readable, non-empty regular file, all at once; the sum of the sizes otherwise.
std::uint64_t totalSizeOf(std::span<const std::string> files, const FilesOf& kind);

class ByteSource {
 public:
  // `meter` may be null (a first look); it must outlive the source.
  ByteSource(const std::string& path, ProgressMeter* meter);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  std::size_t read(std::span<char> out); // 0 at the end

  class Stage;

 private:
  std::unique_ptr<Stage> m_last;
};

// A window on a source that grows while a token needs it: the base of the line, CSV and JSON readers.
class TextWindow {
 public:
  // Bytes behind end() that may be read, whatever they hold: parsers work in blocks.
  static constexpr std::size_t kPadding = 64;

  explicit TextWindow(ByteSource& source) : m_source(source), m_bytes(kStep) {}
  const char* begin() const { return m_bytes.data() + m_begin; }
  const char* end() const { return m_bytes.data() + m_end; }
  std::size_t size() const { return m_end - m_begin; }
  void consume(std::size_t bytes) { m_begin += bytes; }
  bool more(); // appends at least one byte behind end(); false at the end of the source. Moves begin().

 private:
  static constexpr std::size_t kStep = 256 * 1024;
  ByteSource& m_source;
  std::vector<char> m_bytes;
  std::size_t m_begin = 0, m_end = 0;
};

// All of the text; InputError when it is longer than `most` bytes.
std::string wholeText(const std::string& path, std::size_t most, ProgressMeter* meter = nullptr);
// The first bytes of the text, for recognising its format.
std::string firstBytes(const std::string& path, std::size_t count);

} // namespace pricing::importing
