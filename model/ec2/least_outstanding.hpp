#pragma once
// Which instance has the fewest requests outstanding, at every arrival, without looking at all of them: sets of
// instances by count, and a calendar of the instances' next events so that counts are true at the arrival.
// Application Load Balancer, "least outstanding requests"; ties go round robin (design section 5).
// Pinned against a scan of all instances by tests/model/least_outstanding_test.cpp and ec2_simulator_test.cpp.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "model/ec2/tally_recorder.hpp"

namespace model::ec2 {

// The next event of each instance: a calendar queue (Brown 1988, Communications of the ACM 31(10)). A day is a list of
// what lies on it in this year or a later one; an event that changes goes from list to list, and a search goes on at
// the day at which the last one ended. Times are 0 .. kNever, in ns; kNever is none.
class NextEvents {
 public:
  // All of them none.
  void reset(std::size_t size) {
    m_days = std::bit_ceil(kDaysEach * std::max<std::size_t>(size, kFewest));
    m_size = size;
    m_times.assign(size, kNever);
    m_links.clear();
    for (std::size_t i = 0; i < size + m_days + 1; ++i) m_links.push_back({place(i), place(i)});
    for (std::size_t i = 0; i < size; ++i) link(i, listOf(kNever));
    m_today = kNever >> m_shift;
  }
  // What lies between one event and the next, about: a day is half to four times that. Only the speed depends on it.
  void expectGap(std::int64_t gap) {
    const int shift = std::min(kLongestShift, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(gap))));
    if (std::abs(shift - m_shift) < 2) return;
    m_shift = shift;
    const auto times = m_times;
    reset(times.size());
    for (std::size_t i = 0; i < times.size(); ++i) set(i, times[i]);
  }
  void set(std::size_t index, std::int64_t time) {
    const std::size_t old = listOf(m_times[index]), list = listOf(time);
    m_times[index] = time;
    m_today = std::min(m_today, time >> m_shift);
    if (old == list) return;
    const Link from = m_links[index];
    m_links[from.before].after = from.after;
    m_links[from.after].before = from.before;
    link(index, list);
  }
  std::int64_t time(std::size_t index) const { return m_times[index]; }
  // Whose event is the first one up to t < kNever; the number of instances when there is none.
  std::size_t firstUntil(std::int64_t t) {
    const std::int64_t last = t >> m_shift;
    for (std::size_t passed = 0; m_today < last; ++m_today, ++passed) {
      const std::size_t first = firstOfDay(((m_today + 1) << m_shift) - 1);
      if (first != m_size) return first;
      if (passed == m_days) skipYears(last);
    }
    return m_today == last ? firstOfDay(t) : m_size;
  }
  // Those that have an event up to t < kNever, each once and in any order; `use(index)` sets a later one.
  template <class Use> void eachUntil(std::int64_t t, const Use& use) {
    const std::int64_t last = t >> m_shift;
    for (std::size_t passed = 0; m_today <= last; ++m_today, ++passed) {
      const std::size_t list = listOf(m_today << m_shift);
      for (std::size_t i = m_links[list].after; i != list;) {
        const std::size_t index = i;
        i = m_links[i].after;
        if (m_times[index] <= t) use(index);
      }
      if (m_today == last) break;
      if (passed == m_days) skipYears(last);
    }
  }

 private:
  static constexpr std::size_t kDaysEach = 4, kFewest = 4;
  static constexpr int kLongestShift = 40;
  struct Link {
    std::uint32_t before, after;
  };
  static std::uint32_t place(std::size_t index) { return static_cast<std::uint32_t>(index); }
  // After a whole year without an event, to the day before that of the first one, or before `last`.
  void skipYears(std::int64_t last) { m_today = std::min(last, std::ranges::min(m_times) >> m_shift) - 1; }
  std::size_t firstOfDay(std::int64_t until) const {
    std::size_t first = m_size;
    const std::size_t list = listOf(until);
    for (std::size_t i = m_links[list].after; i != list; i = m_links[i].after)
      if (m_times[i] <= until) {
        until = m_times[i];
        first = i;
      }
    return first;
  }
  std::size_t listOf(std::int64_t time) const {
    const auto day = static_cast<std::size_t>(time >> m_shift) & (m_days - 1);
    return m_size + (time == kNever ? m_days : day);
  }
  void link(std::size_t index, std::size_t list) {
    const std::uint32_t after = m_links[list].after;
    m_links[index] = {place(list), after};
    m_links[list].after = m_links[after].before = place(index);
  }

  std::size_t m_size = 0;   // instances
  std::size_t m_days = 0;   // in a year, a power of two
  int m_shift = 10;         // a day has 2^m_shift ns
  std::int64_t m_today = 0; // no event lies on an earlier day
  std::vector<std::int64_t> m_times;
  std::vector<Link> m_links; // rings, each through the head of its list: instances, heads of the days, head of none
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
    m_counts[index] = static_cast<std::uint32_t>(level);
  }

  std::size_t m_words = 0, m_lowest = 0;
  std::vector<std::uint64_t> m_bits; // m_words for each level
  std::vector<std::uint32_t> m_population, m_counts;
};

} // namespace model::ec2
