#pragma once
// Which instance has the fewest requests outstanding, at every arrival, without looking at all of them: sets of
// instances by count, and a tournament over the instances' next events so that counts are true at the arrival.
// Application Load Balancer, "least outstanding requests"; ties go round robin (design section 5).
// Pinned by tests/model/ec2_simulator_test.cpp against a scan of all instances.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "model/ec2/tally_recorder.hpp"

namespace model::ec2 {

// Smallest of a fixed number of times, one of which changes at a time.
class EarliestEvent {
 public:
  void reset(std::size_t size) {
    m_leaves = std::bit_ceil(std::max<std::size_t>(size, 1));
    m_times.assign(2 * m_leaves, kNever);
  }
  std::int64_t time() const { return m_times[1]; }
  std::size_t index() const {
    std::size_t node = 1;
    while (node < m_leaves) node = 2 * node + (m_times[2 * node] == m_times[node] ? 0 : 1);
    return node - m_leaves;
  }
  void set(std::size_t index, std::int64_t time) {
    std::size_t node = m_leaves + index;
    m_times[node] = time;
    for (node /= 2; node > 0; node /= 2) {
      const std::int64_t earliest = std::min(m_times[2 * node], m_times[2 * node + 1]);
      if (m_times[node] == earliest) return;
      m_times[node] = earliest;
    }
  }

 private:
  std::size_t m_leaves = 1;
  std::vector<std::int64_t> m_times; // a heap-shaped tree; [1] is the root
};

// Instances 0 .. size-1 by their count.
class CountLevels {
 public:
  void reset(std::size_t size) {
    m_words = (size + 63) / 64;
    m_bits.clear();
    m_population.clear();
    m_counts.assign(size, 0);
    m_lowest = 0;
    for (std::size_t i = 0; i < size; ++i) insert(i, 0);
  }
  void set(std::size_t index, std::int64_t count) {
    const auto level = static_cast<std::size_t>(count);
    const std::size_t old = m_counts[index];
    if (old == level) return;
    m_bits[old * m_words + index / 64] &= ~(std::uint64_t{1} << (index % 64));
    --m_population[old];
    insert(index, level);
    m_lowest = std::min(m_lowest, level);
    while (m_population[m_lowest] == 0) ++m_lowest;
  }
  std::size_t size() const { return m_counts.size(); }
  std::size_t lowest() const { return m_lowest; }
  // The first instance of the lowest count at or after `from`, going round. Precondition: size > 0.
  std::size_t pick(std::size_t from) const {
    const std::uint64_t* bits = &m_bits[m_lowest * m_words];
    std::size_t word = from / 64;
    std::uint64_t candidates = bits[word] & (~std::uint64_t{0} << (from % 64));
    while (candidates == 0) {
      word = word + 1 == m_words ? 0 : word + 1;
      candidates = bits[word];
    }
    return word * 64 + static_cast<std::size_t>(std::countr_zero(candidates));
  }

 private:
  void insert(std::size_t index, std::size_t level) {
    if (level >= m_population.size()) {
      m_population.resize(level + 1, 0);
      m_bits.resize((level + 1) * m_words, 0);
    }
    m_bits[level * m_words + index / 64] |= std::uint64_t{1} << (index % 64);
    ++m_population[level];
    m_counts[index] = level;
  }

  std::size_t m_words = 0, m_lowest = 0;
  std::vector<std::uint64_t> m_bits; // m_words for each level
  std::vector<std::size_t> m_population, m_counts;
};

} // namespace model::ec2
