#pragma once
// A priority queue that hands out the smallest entry by operator<. 4-ary: half the levels of a binary heap, and four
// children share a cache line or two. Pinned by tests/model/busy_queue_test.cpp.
#include <algorithm>
#include <cstddef>
#include <vector>

namespace model::lambda {

template <class Entry> class EarliestFirst {
 public:
  bool empty() const { return m_entries.empty(); }
  std::size_t size() const { return m_entries.size(); }
  const Entry& top() const { return m_entries.front(); }

  void push(const Entry& entry) {
    std::size_t place = m_entries.size();
    m_entries.push_back(entry);
    for (; place > 0 && entry < m_entries[(place - 1) / 4]; place = (place - 1) / 4)
      m_entries[place] = m_entries[(place - 1) / 4];
    m_entries[place] = entry;
  }

  void pop() {
    const Entry last = m_entries.back();
    m_entries.pop_back();
    if (m_entries.empty()) return;
    std::size_t place = 0;
    for (std::size_t first = 1; first < m_entries.size(); first = 4 * place + 1) {
      const std::size_t end = std::min(first + 4, m_entries.size());
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child)
        least = m_entries[child] < m_entries[least] ? child : least;
      if (!(m_entries[least] < last)) break;
      m_entries[place] = m_entries[least];
      place = least;
    }
    m_entries[place] = last;
  }

  template <class Visit> void forEach(Visit visit) const {
    for (const Entry& entry : m_entries) visit(entry);
  }

 private:
  std::vector<Entry> m_entries;
};

} // namespace model::lambda
