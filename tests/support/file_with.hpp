#pragma once
// Files that live as long as a test.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace test_files {

// A file with this content until the end of the scope.
class FileWith {
 public:
  explicit FileWith(std::string_view content, const std::string& name = "file") {
    static std::atomic<int> serial{0};
    m_path = (std::filesystem::temp_directory_path() /
              ("breakeven-" + std::to_string(::getpid()) + "-" + std::to_string(serial++) + "-" + name))
                 .string();
    std::ofstream(m_path, std::ios::binary) << content;
  }
  ~FileWith() {
    std::error_code ignored;
    std::filesystem::remove(m_path, ignored);
  }
  FileWith(const FileWith&) = delete;
  FileWith& operator=(const FileWith&) = delete;
  const std::string& path() const { return m_path; }

 private:
  std::string m_path;
};

} // namespace test_files
