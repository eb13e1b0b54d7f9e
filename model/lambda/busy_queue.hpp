#pragma once
// The environments that are serving a request, by finish time. A 4-ary heap (LaMarca & Ladner 1996): half the levels of
// a binary one, and the four children of a node share a cache line.
#include <cstdint>
#include <vector>

namespace model::lambda {

// Environments are numbered below 2^24; the number of the request goes above it, so that one unsigned comparison of the
// tag puts those that finish together into the order of arrival. Room for 2^40 requests.
struct BusyEntry {
  static constexpr int kEnvironmentBits = 24;
  static constexpr std::uint32_t kEnvironmentMask = (1U << kEnvironmentBits) - 1;
  std::int64_t finishNs = 0;
  std::uint64_t tag = 0;

  BusyEntry() = default;
  BusyEntry(std::int64_t finish, std::uint64_t request, std::uint32_t environment)
      : finishNs(finish), tag(request << kEnvironmentBits | environment) {}
  std::uint32_t environment() const { return static_cast<std::uint32_t>(tag) & kEnvironmentMask; }
  friend bool operator<(const BusyEntry& a, const BusyEntry& b) {
    return a.finishNs < b.finishNs || (a.finishNs == b.finishNs && a.tag < b.tag);
  }
};

class BusyQueue {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  std::size_t size() const { return m_size; }
  std::int64_t nextFinishNs() const { return m_size == 0 ? kNever : m_heap[0].finishNs; }
  const BusyEntry& top() const { return m_heap[0]; }

  void push(const BusyEntry& entry) {
    if (m_size == m_heap.size()) m_heap.resize(m_size == 0 ? 64 : 2 * m_size);
    std::size_t place = m_size++;
    while (place > 0 && entry < m_heap[(place - 1) / 4]) {
      m_heap[place] = m_heap[(place - 1) / 4];
      place = (place - 1) / 4;
    }
    m_heap[place] = entry;
  }

  void pop() {
    const BusyEntry last = m_heap[--m_size];
    std::size_t place = 0;
    for (std::size_t child = 1; child < m_size; child = 4 * place + 1) {
      const std::size_t least = leastChild(child);
      if (!(m_heap[least] < last)) break;
      m_heap[place] = m_heap[least];
      place = least;
    }
    m_heap[place] = last;
  }

  template <class Visit> void forEach(Visit visit) const {
    for (std::size_t i = 0; i < m_size; ++i) visit(m_heap[i]);
  }

 private:
  std::size_t leastChild(std::size_t first) const {
    std::size_t least = first;
    const std::size_t end = first + 4 < m_size ? first + 4 : m_size;
    for (std::size_t child = first + 1; child < end; ++child) least = m_heap[child] < m_heap[least] ? child : least;
    return least;
  }

  std::vector<BusyEntry> m_heap; // its size is the room; m_size entries are in use
  std::size_t m_size = 0;
};

} // namespace model::lambda
