#pragma once
// Which instance has the fewest requests outstanding, at every arrival, without looking at all of them: sets of
// instances by count, and a tournament over the instances' next events so that counts are true at the arrival.
// Application Load Balancer, "least outstanding requests"; ties go round robin (design section 5).
// Pinned by tests/model/ec2_simulator_test.cpp against a scan of all instances.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "model/ec2/tally_recorder.hpp"

namespace model::ec2 {

// Smallest of a fixed number of times, one of which changes at a time: a tree of sixteen to a node, whose smallest is
// found without a branch that could be mispredicted.
class EarliestEvent {
 public:
  void reset(std::size_t size) {
    m_levels.clear();
    do {
      size = (size + kChildren - 1) / kChildren;
      m_levels.emplace_back(std::max<std::size_t>(size, 1));
    } while (size > 1);
    m_earliest = kNever;
  }
  std::int64_t time() const { return m_earliest; }
  std::size_t index() const {
    std::size_t index = 0;
    for (std::size_t level = m_levels.size(); level-- > 0;)
      index = kChildren * index + m_levels[level][index].placeOf(m_earliest);
    return index;
  }
  void set(std::size_t index, std::int64_t time) {
    for (auto& level : m_levels) {
      Node& node = level[index / kChildren];
      node.times[index % kChildren] = time;
      time = node.earliest();
      index /= kChildren;
    }
    m_earliest = time;
  }

 private:
  static constexpr std::size_t kChildren = 16;
  struct Node {
    std::array<std::int64_t, kChildren> times;
    Node() { times.fill(kNever); }
    std::int64_t earliest() const {
      std::array<std::int64_t, kChildren / 2> best;
      for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::min(times[i], times[i + best.size()]);
      for (std::size_t n = best.size() / 2; n > 0; n /= 2)
        for (std::size_t i = 0; i < n; ++i) best[i] = std::min(best[i], best[i + n]);
      return best[0];
    }
    std::size_t placeOf(std::int64_t time) const {
      unsigned places = 0;
      for (std::size_t i = 0; i < kChildren; ++i) places |= static_cast<unsigned>(times[i] == time) << i;
      return static_cast<std::size_t>(std::countr_zero(places));
    }
  };
  std::vector<std::vector<Node>> m_levels; // the leaves first
  std::int64_t m_earliest = kNever;
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
