#pragma once
// Idle environments in the order in which they are offered to the next request. Lapsed ones stay inside until they are
// met: a new environment is only made when the pool is empty, so it never holds more than the peak concurrency, and
// no event is needed for an expiry. What is settled at a window's edge must not change the order: a run with more
// windows is the same run.
#include <cstdint>
#include <utility>
#include <vector>

#include "workloads/random.hpp"

namespace model::lambda {

struct IdleEntry {
  static constexpr std::int64_t kSettled = INT64_MAX;
  std::int64_t sinceNs = 0; // idle time is accounted up to here; kSettled: its end is accounted too
  std::int64_t expiryNs = 0;
  std::uint32_t environment = 0;
};

// Most recently used first.
class LifoPool {
 public:
  explicit LifoPool(workloads::RandomStream) {}
  bool empty() const { return m_entries.empty(); }
  void push(const IdleEntry& entry) { m_entries.push_back(entry); }
  IdleEntry take() {
    const IdleEntry entry = m_entries.back();
    m_entries.pop_back();
    return entry;
  }
  template <class Visit> void forEach(Visit visit) {
    for (IdleEntry& entry : m_entries) visit(entry);
  }

 private:
  std::vector<IdleEntry> m_entries;
};

// Longest idle first: a ring whose room is a power of two.
class FifoPool {
 public:
  explicit FifoPool(workloads::RandomStream) : m_ring(64) {}
  bool empty() const { return m_first == m_end; }
  void push(const IdleEntry& entry) {
    if (m_end - m_first == m_ring.size()) grow();
    m_ring[m_end++ & (m_ring.size() - 1)] = entry;
  }
  IdleEntry take() { return m_ring[m_first++ & (m_ring.size() - 1)]; }
  template <class Visit> void forEach(Visit visit) {
    for (std::size_t i = m_first; i != m_end; ++i) visit(m_ring[i & (m_ring.size() - 1)]);
  }

 private:
  void grow() {
    std::vector<IdleEntry> wider;
    wider.reserve(2 * m_ring.size());
    forEach([&](const IdleEntry& entry) { wider.push_back(entry); });
    m_first = 0;
    m_end = wider.size();
    wider.resize(2 * m_ring.size());
    m_ring = std::move(wider);
  }
  std::vector<IdleEntry> m_ring;
  std::size_t m_first = 0, m_end = 0; // positions counted without end
};

// Any live one, equally likely: draw a place; a lapsed one met there is dropped and the draw repeated, which leaves the
// live ones equally likely. The last entry moves into the place that was taken.
class RandomPool {
 public:
  explicit RandomPool(workloads::RandomStream random) : m_random(random) {}
  bool empty() const { return m_entries.empty(); }
  void push(const IdleEntry& entry) { m_entries.push_back(entry); }
  IdleEntry take() {
    IdleEntry& place = m_entries[m_random.below(m_entries.size())];
    const IdleEntry entry = place;
    place = m_entries.back();
    m_entries.pop_back();
    return entry;
  }
  template <class Visit> void forEach(Visit visit) {
    for (IdleEntry& entry : m_entries) visit(entry);
  }

 private:
  std::vector<IdleEntry> m_entries;
  workloads::RandomStream m_random;
};

} // namespace model::lambda
