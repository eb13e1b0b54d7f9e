#pragma once
// Pairs (key, value) in ascending order of key, equal keys in the order of adding. Up to a limit they stay in memory;
// beyond it sorted runs go to an unlinked temporary file (directory: TMPDIR) and are merged once, so that memory
// does not grow with the trace. Pinned by tests/workloads/sorted_records_test.cpp: spilled equals in-memory.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace workloads::importing {

// Two million: 32 MB, a month of a request every 1.3 s.
inline constexpr std::size_t kRecordsInMemory = 2'000'000;

struct Record {
  std::int64_t key = 0;   // start of a request, or of an interval
  std::int64_t value = 0; // duration (negative: none), or what the reader packs
  friend bool operator==(const Record&, const Record&) = default;
};

class TemporaryFile; // sorted_records.cpp

class SortedRecords {
 public:
  explicit SortedRecords(std::size_t limit = kRecordsInMemory);
  ~SortedRecords();
  SortedRecords(SortedRecords&&) noexcept;
  SortedRecords& operator=(SortedRecords&&) noexcept;

  void add(Record record);
  void finish(); // sorts or merges; nothing can be added afterwards
  std::uint64_t size() const { return m_size; }
  bool spilled() const { return m_file != nullptr; }

  // Reads from the start; any number at once, from any thread, while the records live.
  class Reader {
   public:
    explicit Reader(const SortedRecords& records) : m_records(&records) {}
    bool next(Record& record);

   private:
    bool refill();
    const SortedRecords* m_records;
    std::vector<Record> m_block;
    std::span<const Record> m_rest;
    std::uint64_t m_read = 0;
  };
  Reader reader() const { return Reader(*this); }

 private:
  void sortMemory();
  void spill();
  void merge();

  std::size_t m_limit;
  std::uint64_t m_size = 0;
  bool m_ascending = true;
  std::vector<Record> m_memory;
  std::vector<std::uint64_t> m_runEnds; // in records
  std::unique_ptr<TemporaryFile> m_file;
};

} // namespace workloads::importing
