#pragma once
// A result file that is there completely or not at all: opened (as a temporary beside its place) before the run, so
// that a bad path fails early, and renamed into place when complete. A link is followed. What is no regular file
// (/dev/null, a pipe, a shell's >(...)) cannot be replaced and is written directly.
// Pinned by tests/app/output_file_test.cpp.
#include <string>
#include <string_view>

namespace app {

class OutputFile {
 public:
  explicit OutputFile(std::string path); // InputError when it cannot be written
  ~OutputFile();                         // removes what was not committed
  OutputFile(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  OutputFile& operator=(OutputFile&&) = delete;
  const std::string& path() const { return m_path; }
  // std::system_error when the disk says no; the old file stays.
  void write(std::string_view content); // one piece of it
  void commit();                        // after the last
  void commit(std::string_view content);

 private:
  [[noreturn]] void fail() const;
  std::string m_path, m_target, m_temporary; // m_target: behind links; m_temporary: empty when written directly
  int m_descriptor = -1;
};

// A device, a pipe, a socket: nothing that could be replaced, and its name need not tell a format.
bool isSpecialFile(const std::string& path);

} // namespace app
