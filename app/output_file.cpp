#include "app/output_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pricing/problem.hpp"

namespace app {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw pricing::InputError({"--out " + path, why, "a file that can be written"});
}

// mkstemp makes files private; a result gets the permissions any new file would.
void useDefaultPermissions(int descriptor) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, static_cast<mode_t>(0666 & ~mask));
}

} // namespace

bool isSpecialFile(const std::string& path) {
  struct stat existing {};
  if (::stat(path.c_str(), &existing) != 0 || S_ISDIR(existing.st_mode)) return false;
  // /dev/stderr may lead to a regular file, which another program holds open.
  return !S_ISREG(existing.st_mode) || path.starts_with("/dev/");
}

OutputFile::OutputFile(std::string path) : m_path(std::move(path)), m_target(m_path) {
  if (isSpecialFile(m_path)) {
    m_descriptor = ::open(m_path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (m_descriptor < 0) refuse(m_path, std::strerror(errno));
    return;
  }
  std::error_code missing; // a new file has no real name yet
  if (const auto real = std::filesystem::canonical(m_path, missing); !missing) m_target = real.string();
  if (std::filesystem::is_directory(m_target, missing)) refuse(m_path, "a directory");
  m_temporary = m_target + ".XXXXXX";
  m_descriptor = ::mkostemp(m_temporary.data(), O_CLOEXEC);
  if (m_descriptor < 0) refuse(m_path, std::strerror(errno));
  useDefaultPermissions(m_descriptor);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_target(std::move(other.m_target)), m_temporary(std::move(other.m_temporary)),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {}

OutputFile::~OutputFile() {
  if (m_descriptor < 0) return;
  ::close(m_descriptor);
  if (!m_temporary.empty()) ::unlink(m_temporary.c_str());
}

void OutputFile::fail() const { throw std::system_error(errno, std::generic_category(), "writing " + m_path); }

void OutputFile::write(std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(m_descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::commit() {
  if (!m_temporary.empty()) {
    if (::fsync(m_descriptor) != 0 && errno != EINVAL) fail();
    if (std::rename(m_temporary.c_str(), m_target.c_str()) != 0) fail();
  }
  ::close(std::exchange(m_descriptor, -1));
}

void OutputFile::commit(std::string_view content) {
  write(content);
  commit();
}

} // namespace app
