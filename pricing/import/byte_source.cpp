#include "pricing/import/byte_source.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "pricing/problem.hpp"

namespace pricing::importing {

ProgressMeter::ProgressMeter(const ImportProgress& progress, std::uint64_t bytesTotal)
    : m_progress(progress), m_total(bytesTotal) {}

void ProgressMeter::throwIfStopped() const {
  if (m_progress.stop.stop_requested()) throw ImportCancelled{};
}

void ProgressMeter::advance(std::uint64_t bytes) {
  throwIfStopped();
  m_done = std::min(m_done + bytes, m_total);
  const std::uint64_t percent = m_total == 0 ? 100 : m_done * 100 / m_total;
  if (percent == m_lastPercent || !m_progress.report) return;
  m_lastPercent = percent;
  m_progress.report(m_done, m_total);
}

// One step of the conversion: bytes in, bytes out, with a look ahead for the next step's magic bytes.
class ByteSource::Stage {
 public:
  virtual ~Stage() = default;
  std::string_view peek(std::size_t count);
  std::size_t read(std::span<char> out);
  void drop(std::size_t count) { m_ahead.erase(0, count); }

 protected:
  virtual std::size_t produce(std::span<char> out) = 0;

 private:
  std::string m_ahead;
};

std::string_view ByteSource::Stage::peek(std::size_t count) {
  while (m_ahead.size() < count) {
    const std::size_t before = m_ahead.size();
    m_ahead.resize(count);
    const std::size_t got = produce({m_ahead.data() + before, count - before});
    m_ahead.resize(before + got);
    if (got == 0) break;
  }
  return m_ahead;
}

std::size_t ByteSource::Stage::read(std::span<char> out) {
  if (m_ahead.empty()) return produce(out);
  const std::size_t n = std::min(out.size(), m_ahead.size());
  std::memcpy(out.data(), m_ahead.data(), n);
  m_ahead.erase(0, n);
  return n;
}

namespace {

constexpr std::size_t kBlock = 256 * 1024;

class RawFile : public ByteSource::Stage {
 public:
  RawFile(std::string path, ProgressMeter* meter)
      : m_path(std::move(path)), m_meter(meter), m_fd(::open(m_path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (m_fd < 0) throw InputError(Problem{m_path, std::strerror(errno), "a file that can be read"});
  }
  ~RawFile() override { ::close(m_fd); }
  const std::string& path() const { return m_path; }

 protected:
  std::size_t produce(std::span<char> out) override {
    ssize_t got = 0;
    do got = ::read(m_fd, out.data(), out.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) throw InputError(Problem{m_path, std::strerror(errno), "a file that can be read to its end"});
    if (m_meter != nullptr) m_meter->advance(static_cast<std::uint64_t>(got));
    return static_cast<std::size_t>(got);
  }

 private:
  std::string m_path;
  ProgressMeter* m_meter;
  int m_fd;
};

class Gunzip : public ByteSource::Stage {
 public:
  explicit Gunzip(std::unique_ptr<RawFile> file) : m_file(std::move(file)), m_in(kBlock) {
    // 15 bits of window; 16 more: a gzip header and trailer with its checksum.
    if (inflateInit2(&m_stream, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzip() override { inflateEnd(&m_stream); }

 protected:
  std::size_t produce(std::span<char> out) override {
    m_stream.next_out = reinterpret_cast<Bytef*>(out.data());
    m_stream.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30U));
    const uInt room = m_stream.avail_out;
    while (!m_finished && m_stream.avail_out == room) step();
    return room - m_stream.avail_out;
  }

 private:
  void step() {
    if (m_stream.avail_in == 0 && !refill()) return endOfFile();
    if (m_betweenMembers && !beginMember()) return;
    const int status = inflate(&m_stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      m_betweenMembers = true;
      inflateReset(&m_stream);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      fail(fmt::format("damaged gzip data ({}) at byte {}", m_stream.msg != nullptr ? m_stream.msg : "no detail",
                       offset()));
    }
  }
  // After a member: another one, or padding with zero bytes (tape blocks), which gzip ignores too.
  bool beginMember() {
    while (m_stream.avail_in > 0 && *m_stream.next_in == 0) {
      ++m_stream.next_in;
      --m_stream.avail_in;
    }
    if (m_stream.avail_in == 0) return false;
    if (*m_stream.next_in != 0x1f) fail(fmt::format("bytes behind the gzip data at byte {}", offset()));
    m_betweenMembers = false;
    return true;
  }
  void endOfFile() {
    if (!m_betweenMembers) fail(fmt::format("the end of the file at byte {} inside gzip data", m_read));
    m_finished = true;
  }
  bool refill() {
    const std::size_t got = m_file->read(m_in);
    m_read += got;
    m_stream.next_in = reinterpret_cast<Bytef*>(m_in.data());
    m_stream.avail_in = static_cast<uInt>(got);
    return got > 0;
  }
  std::uint64_t offset() const { return m_read - m_stream.avail_in; }
  [[noreturn]] void fail(std::string found) const {
    throw InputError(Problem{m_file->path(), std::move(found), "a complete gzip file"});
  }

  std::unique_ptr<RawFile> m_file;
  std::vector<char> m_in;
  z_stream m_stream{};
  std::uint64_t m_read = 0;
  bool m_betweenMembers = false, m_finished = false;
};

void appendUtf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  if (c < 0x10000) return put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
}

// Lone surrogates become U+FFFD; an odd last byte is dropped.
class FromUtf16 : public ByteSource::Stage {
 public:
  FromUtf16(std::unique_ptr<Stage> in, bool bigEndian) : m_in(std::move(in)), m_bigEndian(bigEndian) {}

 protected:
  std::size_t produce(std::span<char> out) override {
    while (m_text.empty())
      if (!convert()) return 0;
    const std::size_t n = std::min(out.size(), m_text.size());
    std::memcpy(out.data(), m_text.data(), n);
    m_text.erase(0, n);
    return n;
  }

 private:
  bool convert() {
    std::array<char, 16384> block{};
    const std::size_t got = m_in->read(block);
    for (std::size_t i = 0; i < got; ++i) {
      const auto byte = static_cast<unsigned char>(block[i]);
      if (m_half) unit(m_bigEndian ? *m_half << 8U | byte : static_cast<std::uint32_t>(byte) << 8U | *m_half);
      m_half = m_half ? std::nullopt : std::optional<std::uint32_t>(byte);
    }
    return got > 0;
  }
  void unit(std::uint32_t u) {
    const bool low = u >= 0xdc00 && u < 0xe000;
    if (m_high && low) {
      appendUtf8(m_text, 0x10000 + ((*m_high - 0xd800) << 10U) + (u - 0xdc00));
      m_high.reset();
      return;
    }
    if (m_high) appendUtf8(m_text, 0xfffd);
    m_high.reset();
    if (u >= 0xd800 && u < 0xdc00)
      m_high = u;
    else
      appendUtf8(m_text, low ? 0xfffd : u);
  }

  std::unique_ptr<Stage> m_in;
  bool m_bigEndian;
  std::optional<std::uint32_t> m_half, m_high;
  std::string m_text;
};

// Other packings that users have: said by name, because "no known format" would send them looking for the wrong thing.
std::string_view packingOf(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("PK\3\4"sv)) return "a zip archive";
  if (head.starts_with("BZh"sv)) return "bzip2 data";
  if (head.starts_with("\xfd\x37zXZ"sv)) return "xz data";
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstd data";
  if (head.starts_with("7z\xbc\xaf\x27\x1c"sv)) return "a 7-Zip archive";
  if (head.starts_with("Rar!"sv)) return "a RAR archive";
  if (head.starts_with("PAR1"sv)) return "a Parquet file";
  return {};
}

void checkPath(const std::string& path, const FilesOf& kind, ProblemList& problems, std::uint64_t& total) {
  struct stat status {};
  const auto readTwice = fmt::format("(a {} is read more than once)", kind.whole);
  if (path == "-") {
    problems.add({path, "standard input", "the name of a file " + readTwice});
  } else if (path.empty()) {
    problems.add({std::string(kind.whole), "an empty name", "the name of a file"});
  } else if (::stat(path.c_str(), &status) != 0) {
    problems.add({path, std::strerror(errno), "a file that can be read"});
  } else if (S_ISDIR(status.st_mode)) {
    problems.add({path, "a directory", fmt::format("a file; give the files of a {} one by one", kind.whole)});
  } else if (!S_ISREG(status.st_mode)) {
    problems.add({path, "a pipe or device", "a regular file " + readTwice});
  } else if (::access(path.c_str(), R_OK) != 0) {
    problems.add({path, std::strerror(errno), "a file that can be read"});
  } else if (status.st_size == 0) {
    problems.add({path, "an empty file", fmt::format("a file with {}", kind.content)});
  } else {
    total += static_cast<std::uint64_t>(status.st_size);
  }
}

} // namespace

std::uint64_t totalSizeOf(std::span<const std::string> files, const FilesOf& kind) {
  ProblemList problems;
  std::uint64_t total = 0;
  for (const auto& path : files) checkPath(path, kind, problems, total);
  problems.throwIfAny();
  return total;
}

ByteSource::ByteSource(const std::string& path, ProgressMeter* meter) {
  auto file = std::make_unique<RawFile>(path, meter);
  if (const auto packing = packingOf(file->peek(6)); !packing.empty())
    throw InputError(Problem{path, std::string(packing), "plain text or gzip; unpack it first"});
  if (file->peek(2).starts_with("\x1f\x8b"))
    m_last = std::make_unique<Gunzip>(std::move(file));
  else
    m_last = std::move(file);
  const std::string mark(m_last->peek(3));
  const bool little = mark.starts_with("\xff\xfe"), big = mark.starts_with("\xfe\xff");
  if (mark.starts_with("\xef\xbb\xbf")) m_last->drop(3);
  if (!little && !big) return;
  m_last->drop(2);
  m_last = std::make_unique<FromUtf16>(std::move(m_last), big);
}

ByteSource::~ByteSource() = default;

std::size_t ByteSource::read(std::span<char> out) { return m_last->read(out); }

bool TextWindow::more() {
  if (m_begin > 0) {
    std::memmove(m_bytes.data(), m_bytes.data() + m_begin, size());
    m_end -= m_begin;
    m_begin = 0;
  }
  if (m_bytes.size() - m_end < kStep / 2) m_bytes.resize(m_bytes.size() * 2);
  const std::size_t got = m_source.read({m_bytes.data() + m_end, m_bytes.size() - kPadding - m_end});
  m_end += got;
  return got > 0;
}

std::string wholeText(const std::string& path, std::size_t most, ProgressMeter* meter) {
  ByteSource source(path, meter);
  std::string text;
  for (std::size_t got = 1; got > 0;) {
    const auto size = text.size();
    if (size > most) throw InputError({path, fmt::format("more than {} bytes", most), "a smaller file"});
    text.resize(size + kBlock);
    got = source.read({text.data() + size, kBlock});
    text.resize(size + got);
  }
  return text;
}

std::string firstBytes(const std::string& path, std::size_t count) {
  ByteSource source(path, nullptr);
  std::string text(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const std::size_t got = source.read({text.data() + filled, count - filled});
    if (got == 0) break;
    filled += got;
  }
  text.resize(filled);
  return text;
}

} // namespace pricing::importing
