#pragma once
// A result file that is there completely or not at all: opened (as a temporary beside its place) before the run, so
// that a bad path fails early, and renamed into place when complete. Pinned by tests/app/output_file_test.cpp.
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
  void commit(std::string_view content); // std::system_error when the disk says no; the old file stays

 private:
  std::string m_path, m_temporary;
  int m_descriptor = -1;
};

} // namespace app
