#pragma once
// The finishes of a stretch of time, dealt into cells by counting (a distribution sort, Knuth vol. 3, 5.2): what lies
// in an earlier cell finishes earlier, and inside a cell only what is asked about is put in order. Exact order of
// events, as everywhere: what finishes together is in the order of the requests.
// Pinned by tests/model/counting_engine_test.cpp.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

#include "model/lambda/finish_slices.hpp"

namespace model::lambda {

// When in the stretch something comes, and behind whom when several come together: a finish of a call from before the
// stretch comes first (order 0), that of the stretch's request r has order r + 1, its arrival order r, after finishes
// of the same order. So a finish comes before an arrival when its key is not greater.
struct StretchKey {
  static constexpr int kOrderBits = 13, kTagBits = kOrderBits + 1;
  static constexpr std::size_t kMostRequests = (1U << kOrderBits) - 1;
  static constexpr std::int64_t kLongestNs = std::int64_t{1} << 46; // of a stretch
  static std::uint64_t of(std::uint64_t offsetNs, std::uint64_t order) { return offsetNs << kTagBits | order << 1; }
  static std::int64_t offsetNs(std::uint64_t key) { return static_cast<std::int64_t>(key >> kTagBits); }
  static std::size_t order(std::uint64_t key) { return key >> 1 & kMostRequests; }
};

// [fromNs, toNs): its arrivals, how long each of them would keep an environment busy, and what else finishes in it.
template <class End> struct StretchContent {
  std::int64_t fromNs = 0, toNs = 0;
  std::span<const std::int64_t> arrival, call; // `call` empty: nothing is known of their finishes
  std::span<const End> due;
  std::int64_t lengthNs() const { return toNs - fromNs; }
};

// Finish: made of the due End and its place, or of a request of the stretch; isBefore() is its order in time.
template <class Finish, class End> class FinishCells {
 public:
  using Content = StretchContent<End>;

  std::size_t cells() const { return m_cells; }
  // In order.
  std::span<const Finish> finishes(std::size_t cell) {
    order(m_finishes.data() + first(cell), m_finishes.data() + first(cell + 1));
    return {m_finishes.data() + first(cell), m_finishes.data() + first(cell + 1)};
  }
  // All of them in order; behind them there is room for one more.
  std::span<Finish> allInOrder() {
    for (std::size_t cell = 0; cell < m_cells; ++cell)
      if (m_ends[cell] > kFew) [[unlikely]]
        order(m_finishes.data() + first(cell), m_finishes.data() + first(cell + 1));
    insertInOrder(m_finishes.data(), m_finishes.data() + first(m_cells));
    return {m_finishes.data(), first(m_cells)};
  }
  // Requests whose calls end after the stretch, in order.
  std::span<const std::uint32_t> after() const { return std::span(m_after).first(m_afterCount); }

  // Cells such that each has about `perCell` arrivals, or half of that.
  void deal(const Content& content, std::size_t perCell) {
    divide(content, perCell);
    count();
    std::uint32_t finish = 0;
    for (std::size_t cell = 0; cell < m_cells; ++cell) {
      m_firstOfNext[cell] = finish;
      finish += m_ends[cell];
    }
    readyToPlace(finish);
  }

 protected:
  void divide(const Content& content, std::size_t perCell);
  void count();
  // When m_firstOfNext holds the first finish of each cell, and `finishes` lie in all of them together.
  void readyToPlace(std::uint32_t finishes) {
    for (std::size_t i = 0; i < kNowhere; ++i) m_firstOfNext[m_cells + i] = finishes;
    place();
  }
  std::uint32_t first(std::size_t cell) const { return cell == 0 ? 0 : m_firstOfNext[cell - 1]; }

  // Calls that end later count nowhere, in several places by turns: increments of one place would wait for each other.
  static constexpr std::size_t kNowhere = 8;
  Content m_content;
  int m_shift = 0;
  std::size_t m_cells = 0;
  std::vector<std::uint32_t> m_ends;        // by cell
  std::vector<std::uint32_t> m_firstOfNext; // of the finishes, the first of the next cell
  std::vector<Finish> m_finishes;

 private:
  static constexpr std::uint32_t kFew = 24;
  // Without a branch, which nobody could predict.
  static std::size_t choose(bool first, std::size_t a, std::size_t b) {
    const std::size_t mask = std::size_t{0} - first;
    return (a & mask) | (b & ~mask);
  }
  void place();
  static void order(Finish* begin, Finish* end);
  static void insertInOrder(Finish* begin, Finish* end);

  std::vector<std::uint32_t> m_after;
  std::size_t m_afterCount = 0;
};

template <class Finish, class End>
inline void FinishCells<Finish, End>::divide(const Content& content, std::size_t perCell) {
  assert(content.arrival.size() <= StretchKey::kMostRequests);
  m_content = content;
  const auto length = static_cast<std::uint64_t>(content.lengthNs());
  const std::size_t wanted = std::max<std::size_t>(content.arrival.size() / perCell, 1);
  m_shift = std::max(static_cast<int>(std::bit_width(length - 1)) - static_cast<int>(std::bit_width(wanted)), 0);
  m_cells = ((length - 1) >> m_shift) + 1;
  m_ends.assign(m_cells + kNowhere, 0);
  m_firstOfNext.resize(m_cells + kNowhere);
  const std::size_t most = content.arrival.size() + content.due.size() + 2;
  if (m_finishes.size() < most) m_finishes.resize(most);
  if (m_after.size() <= content.arrival.size()) m_after.resize(content.arrival.size() + 1);
}

template <class Finish, class End> inline void FinishCells<Finish, End>::count() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const ends = m_ends.data();
  for (const End& end : m_content.due) ++ends[static_cast<std::uint64_t>(end.ns() - from) >> shift];
  const auto toNs = static_cast<std::uint64_t>(m_content.lengthNs());
  const std::size_t nowhere = m_cells;
  for (std::size_t i = 0; i < m_content.call.size(); ++i) {
    const auto offset = static_cast<std::uint64_t>(m_content.arrival[i] - from + m_content.call[i]);
    ++ends[choose(offset < toNs, offset >> shift, nowhere + i % kNowhere)];
  }
}

// A cell's place begins at its first finish and ends at the next cell's.
template <class Finish, class End> inline void FinishCells<Finish, End>::place() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const places = m_firstOfNext.data();
  Finish* const finishes = m_finishes.data();
  for (std::size_t i = 0; i < m_content.due.size(); ++i) {
    const End& end = m_content.due[i];
    const auto offset = static_cast<std::uint64_t>(end.ns() - from);
    finishes[places[offset >> shift]++] = Finish(offset, end, i + m_content.arrival.size());
  }
  const auto toNs = static_cast<std::uint64_t>(m_content.lengthNs());
  const std::size_t nowhere = m_cells;
  std::uint32_t* const later = m_after.data();
  std::size_t after = 0;
  for (std::size_t i = 0; i < m_content.call.size(); ++i) {
    const auto offset = static_cast<std::uint64_t>(m_content.arrival[i] - from + m_content.call[i]);
    const bool inside = offset < toNs;
    std::uint32_t& at = places[choose(inside, offset >> shift, nowhere + i % kNowhere)];
    finishes[at] = Finish(offset, i);
    at += inside;
    later[after] = static_cast<std::uint32_t>(i);
    after += !inside;
  }
  m_afterCount = after;
}

template <class Finish, class End> inline void FinishCells<Finish, End>::order(Finish* begin, Finish* end) {
  if (end - begin > std::ptrdiff_t{kFew})
    std::stable_sort(begin, end, [](const Finish& a, const Finish& b) { return a.isBefore(b); });
  else
    insertInOrder(begin, end);
}

// Dealing keeps the order of the requests, and so does insertion: finishes at one instant stay in it.
template <class Finish, class End> inline void FinishCells<Finish, End>::insertInOrder(Finish* begin, Finish* end) {
  for (Finish* next = begin + (begin != end); next < end; ++next) {
    const Finish finish = *next;
    Finish* to = next;
    for (; to > begin && finish.isBefore(to[-1]); --to) *to = to[-1];
    *to = finish;
  }
}

} // namespace model::lambda
