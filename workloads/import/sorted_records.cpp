#include "workloads/import/sorted_records.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <queue>
#include <unistd.h>

#include "pricing/problem.hpp"

namespace workloads::importing {

// Without a name from the start: nothing is left behind, however the program ends.
class TemporaryFile {
 public:
  TemporaryFile() : m_directory(std::filesystem::temp_directory_path().string()) {
    m_fd = ::open(m_directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (m_fd < 0) openNamed();
  }
  ~TemporaryFile() { ::close(m_fd); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void append(std::span<const Record> records) {
    const char* bytes = reinterpret_cast<const char*>(records.data());
    std::size_t left = records.size_bytes();
    while (left > 0) {
      const ssize_t put = ::write(m_fd, bytes, left);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) fail();
      bytes += put;
      left -= static_cast<std::size_t>(put);
    }
  }
  void read(std::uint64_t first, std::span<Record> records) const {
    char* bytes = reinterpret_cast<char*>(records.data());
    std::size_t left = records.size_bytes();
    auto offset = static_cast<off_t>(first * sizeof(Record));
    while (left > 0) {
      const ssize_t got = ::pread(m_fd, bytes, left, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail();
      bytes += got;
      offset += got;
      left -= static_cast<std::size_t>(got);
    }
  }

 private:
  void openNamed() { // file systems without O_TMPFILE
    std::string name = m_directory + "/breakeven-XXXXXX";
    m_fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (m_fd < 0) fail();
    ::unlink(name.c_str());
  }
  [[noreturn]] void fail() const {
    throw pricing::InputError(pricing::Problem{m_directory, std::strerror(errno),
                                               "room for sorting a large trace; TMPDIR names another directory"});
  }
  std::string m_directory;
  int m_fd = -1;
};

SortedRecords::SortedRecords(std::size_t limit) : m_limit(std::max<std::size_t>(limit, 1)) {}
SortedRecords::~SortedRecords() = default;
SortedRecords::SortedRecords(SortedRecords&&) noexcept = default;
SortedRecords& SortedRecords::operator=(SortedRecords&&) noexcept = default;

void SortedRecords::add(Record record) {
  if (m_memory.size() == m_limit) spill();
  m_ascending = m_ascending && (m_memory.empty() || m_memory.back().key <= record.key);
  m_memory.push_back(record);
  ++m_size;
}

void SortedRecords::sortMemory() {
  if (!m_ascending)
    std::stable_sort(m_memory.begin(), m_memory.end(), [](const Record& a, const Record& b) { return a.key < b.key; });
  m_ascending = true;
}

void SortedRecords::spill() {
  if (!m_file) m_file = std::make_unique<TemporaryFile>();
  sortMemory();
  m_file->append(m_memory);
  m_runEnds.push_back(m_size);
  m_memory.clear();
}

void SortedRecords::finish() {
  if (m_file) {
    spill();
    merge();
    m_memory = {};
  } else {
    sortMemory();
    m_memory.shrink_to_fit();
  }
}

namespace {

// The blocks of all runs together stay below 64 MB; a block has 16 records at least.
std::size_t blockFor(std::size_t runs) { return std::clamp<std::size_t>(4'000'000 / runs, 16, 65'536); }

class Run {
 public:
  Run(const TemporaryFile& file, std::uint64_t begin, std::uint64_t end, std::size_t block)
      : m_file(file), m_next(begin), m_end(end), m_block(block) {}
  bool advance(Record& record) {
    if (m_at == m_loaded.size() && !load()) return false;
    record = m_loaded[m_at++];
    return true;
  }

 private:
  bool load() {
    m_loaded.resize(static_cast<std::size_t>(std::min<std::uint64_t>(m_block, m_end - m_next)));
    m_file.read(m_next, m_loaded);
    m_next += m_loaded.size();
    m_at = 0;
    return !m_loaded.empty();
  }
  const TemporaryFile& m_file;
  std::uint64_t m_next, m_end;
  std::size_t m_block, m_at = 0;
  std::vector<Record> m_loaded;
};

struct Head {
  Record record;
  std::size_t run;
  bool operator>(const Head& other) const {
    return record.key != other.record.key ? record.key > other.record.key : run > other.run;
  }
};

} // namespace

void SortedRecords::merge() {
  std::vector<Run> runs;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  std::uint64_t begin = 0;
  for (const std::uint64_t end : m_runEnds) {
    runs.emplace_back(*m_file, begin, end, blockFor(m_runEnds.size()));
    begin = end;
    Record first;
    if (runs.back().advance(first)) heads.push({first, runs.size() - 1});
  }
  auto merged = std::make_unique<TemporaryFile>();
  m_memory.clear();
  while (!heads.empty()) {
    Head head = heads.top();
    heads.pop();
    m_memory.push_back(head.record);
    if (m_memory.size() == m_limit) {
      merged->append(m_memory);
      m_memory.clear();
    }
    if (runs[head.run].advance(head.record)) heads.push(head);
  }
  merged->append(m_memory);
  m_file = std::move(merged);
}

bool SortedRecords::Reader::next(Record& record) {
  if (m_rest.empty() && !refill()) return false;
  record = m_rest.front();
  m_rest = m_rest.subspan(1);
  return true;
}

bool SortedRecords::Reader::refill() {
  const std::uint64_t left = m_records->m_size - m_read;
  if (left == 0) return false;
  if (m_records->m_file) {
    m_block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, 8'192)));
    m_records->m_file->read(m_read, m_block);
    m_rest = m_block;
  } else {
    m_rest = m_records->m_memory;
  }
  m_read += m_rest.size();
  return true;
}

} // namespace workloads::importing
