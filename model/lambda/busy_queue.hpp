#pragma once
// The environments that are serving a request, by finish time: a calendar queue (Brown 1988) whose days are about as
// long as the mean gap between requests, so that a request costs a few steps however many are busy; what lies beyond
// the calendar's year waits in a 4-ary heap. The order it yields is that of the entries alone; how it is stored is not
// seen. Pinned by tests/model/busy_queue_test.cpp.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "model/lambda/earliest_first.hpp"

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
  BusyQueue() { resize(kLeastDays); }

  std::size_t size() const { return m_size; }

  // Finish times are not before the latest `ns` that popUntil was asked for.
  void push(const BusyEntry& entry) {
    if (++m_size >= m_sizeToWiden || ++m_pushes >= kPushesPerTuning) tune();
    place(entry);
  }

  // Takes out those that finish by `ns` >= 0, in order, and hands each to `visit`. `ns` never goes back.
  template <class Visit> void popUntil(std::int64_t ns, Visit visit) {
    const std::uint64_t today = dayOf(ns);
    for (;;) {
      while (m_todayCount > 0 && m_today[m_todayCount - 1].finishNs <= ns) {
        const BusyEntry entry = m_today[m_todayCount - 1];
        if (!m_far.empty() && m_far.top() < entry) [[unlikely]] {
          takeFar(visit);
          continue;
        }
        --m_todayCount;
        --m_size;
        visit(entry);
      }
      if (m_todayCount > 0 || !turnPage(today)) break;
    }
    while (!m_far.empty() && m_far.top().finishNs <= ns) takeFar(visit);
    m_nowNs = ns;
  }

  template <class Visit> void forEach(Visit visit) const {
    for (std::size_t i = 0; i < m_todayCount; ++i) visit(m_today[i]);
    for (std::size_t word = 0; word < m_occupied.size(); ++word)
      for (std::uint64_t bits = m_occupied[word]; bits != 0; bits &= bits - 1)
        for (std::uint32_t n = m_days[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))]; n != kNone;
             n = m_nodes[n].next)
          visit(m_nodes[n].entry);
    m_far.forEach(visit);
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kLeastDays = 256;     // a power of two, whole words of 64
  static constexpr std::size_t kMostDays = 1U << 22; // beyond, the heap takes what does not fit
  static constexpr std::size_t kDaysPerEntry = 8;    // a year of eight mean service times
  static constexpr std::size_t kPushesPerTuning = 4096, kLeastPushesToJudge = 64;
  static constexpr std::size_t kLongDay = 64; // entries sorted in one by one; more go to the heap
  struct Node {
    BusyEntry entry;
    std::uint32_t next = kNone;
  };

  std::uint64_t dayOf(std::int64_t ns) const { return static_cast<std::uint64_t>(ns) >> m_shift; }
  void place(const BusyEntry& entry);
  void placeToday(const BusyEntry& entry);
  bool turnPage(std::uint64_t lastDay);
  void open(std::uint64_t day);
  template <class Visit> void takeFar(Visit visit) {
    const BusyEntry entry = m_far.top();
    m_far.pop();
    --m_size;
    visit(entry);
  }
  void tune();
  void resize(std::size_t days);

  std::size_t m_size = 0, m_pushes = 0, m_sizeToWiden = 0;
  std::int64_t m_nowNs = 0, m_tunedAtNs = 0;
  int m_shift = 20;                        // a day is 2^m_shift ns
  std::uint64_t m_day = 0;                 // days up to this one have been opened
  std::array<BusyEntry, kLongDay> m_today; // of opened days, the next to finish last
  std::size_t m_todayCount = 0;
  std::vector<std::uint32_t> m_days;     // first node of each day of the coming year
  std::vector<std::uint64_t> m_occupied; // a bit for each day
  std::vector<Node> m_nodes;
  std::uint32_t m_freeNode = kNone;
  EarliestFirst<BusyEntry> m_far;
};

// ---- calendar ----

inline void BusyQueue::place(const BusyEntry& entry) {
  const std::uint64_t day = dayOf(entry.finishNs);
  if (day <= m_day) return placeToday(entry);
  if (day - m_day >= m_days.size()) return m_far.push(entry);
  std::uint32_t node = m_freeNode;
  if (node == kNone) [[unlikely]] {
    node = static_cast<std::uint32_t>(m_nodes.size());
    m_nodes.emplace_back();
  } else {
    m_freeNode = m_nodes[node].next;
  }
  const std::size_t slot = day & (m_days.size() - 1);
  m_nodes[node] = {entry, m_days[slot]};
  m_days[slot] = node;
  m_occupied[slot / 64] |= std::uint64_t{1} << (slot % 64);
}

inline void BusyQueue::placeToday(const BusyEntry& entry) {
  if (m_todayCount >= kLongDay) [[unlikely]]
    return m_far.push(entry);
  std::size_t i = m_todayCount++;
  for (; i > 0 && m_today[i - 1] < entry; --i) m_today[i] = m_today[i - 1];
  m_today[i] = entry;
}

// Opens the next day that has entries, not beyond lastDay; false when there is none.
inline bool BusyQueue::turnPage(std::uint64_t lastDay) {
  const std::uint64_t end = std::min<std::uint64_t>(lastDay, m_day + m_days.size() - 1);
  for (std::uint64_t day = m_day + 1; day <= end;) {
    const std::size_t slot = day & (m_days.size() - 1);
    const std::uint64_t bits = m_occupied[slot / 64] >> (slot % 64);
    if (bits == 0) {
      day += 64 - slot % 64;
      continue;
    }
    day += static_cast<std::uint64_t>(std::countr_zero(bits));
    if (day > end) break;
    open(day);
    return true;
  }
  m_day = std::max(m_day, lastDay);
  return false;
}

inline void BusyQueue::open(std::uint64_t day) {
  m_day = day;
  const std::size_t slot = day & (m_days.size() - 1);
  m_occupied[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  const std::uint32_t first = m_days[slot];
  m_days[slot] = kNone;
  std::uint32_t last = first;
  for (std::uint32_t node = first; node != kNone; node = m_nodes[node].next) {
    placeToday(m_nodes[node].entry);
    last = node;
  }
  m_nodes[last].next = m_freeNode;
  m_freeNode = first;
}

// A day of half to once the mean gap between the latest requests, a year of eight times as many days as entries. Moves
// the entries only when that is far from what is there.
inline void BusyQueue::tune() {
  const std::int64_t gapNs = (m_nowNs - m_tunedAtNs) / static_cast<std::int64_t>(m_pushes);
  int shift = m_shift;
  if (m_pushes >= kLeastPushesToJudge)
    shift = std::max(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(gapNs))) - 1, 0);
  std::size_t days = m_days.size();
  while (days < kMostDays && days < kDaysPerEntry * m_size) days *= 2;
  m_pushes = 0;
  m_tunedAtNs = m_nowNs;
  if (days == m_days.size() && std::abs(shift - m_shift) <= 1) return;
  std::vector<BusyEntry> entries;
  entries.reserve(m_size);
  forEach([&](const BusyEntry& entry) { entries.push_back(entry); });
  m_shift = shift;
  resize(days);
  for (const BusyEntry& entry : entries) place(entry);
}

inline void BusyQueue::resize(std::size_t days) {
  m_days.assign(days, kNone);
  m_occupied.assign(days / 64, 0);
  m_sizeToWiden = days < kMostDays ? days / kDaysPerEntry + 1 : SIZE_MAX;
  m_nodes.clear();
  m_freeNode = kNone;
  m_todayCount = 0;
  m_far = {};
  m_day = dayOf(m_nowNs);
}

} // namespace model::lambda
