#include "app/output_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
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

OutputFile::OutputFile(std::string path) : m_path(std::move(path)), m_temporary(m_path + ".XXXXXX") {
  struct stat existing {};
  if (::stat(m_path.c_str(), &existing) == 0 && S_ISDIR(existing.st_mode)) refuse(m_path, "a directory");
  m_descriptor = ::mkstemp(m_temporary.data());
  if (m_descriptor < 0) refuse(m_path, std::strerror(errno));
  useDefaultPermissions(m_descriptor);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_temporary(std::move(other.m_temporary)),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {}

OutputFile::~OutputFile() {
  if (m_descriptor < 0) return;
  ::close(m_descriptor);
  ::unlink(m_temporary.c_str());
}

void OutputFile::commit(std::string_view content) {
  const auto fail = [&] { throw std::system_error(errno, std::generic_category(), "writing " + m_path); };
  while (!content.empty()) {
    const auto written = ::write(m_descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(m_descriptor) != 0 && errno != EINVAL) fail();
  if (std::rename(m_temporary.c_str(), m_path.c_str()) != 0) fail();
  ::close(m_descriptor);
  m_descriptor = -1;
}

} // namespace app
