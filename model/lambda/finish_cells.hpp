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

// Where the calls of a stretch end: for each the cell (offset >> shift), or `nowhere` where it ends after `lengthNs`,
// and the key of its finish.
void dealCalls(std::span<const std::int64_t> arrival, std::span<const std::int64_t> call, std::int64_t fromNs,
               std::int64_t lengthNs, int shift, std::uint32_t nowhere, std::uint32_t* cells, std::uint64_t* keys);

// Finish: made of the due End and its place, or of the key of a request's finish; isBefore() is its order in time.
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
      m_places[cell + 1] = finish;
      finish += m_ends[cell];
    }
    place();
  }

 protected:
  void divide(const Content& content, std::size_t perCell);
  void count();
  // When m_places[cell + 1] is the first finish of the cell; afterwards that of the next one.
  void place();
  std::uint32_t first(std::size_t cell) const { return m_places[cell]; }

  Content m_content;
  int m_shift = 0;
  std::size_t m_cells = 0;
  std::vector<std::uint32_t> m_ends; // by cell
  std::vector<std::uint32_t> m_places;
  std::vector<Finish> m_finishes;

 private:
  static constexpr std::uint32_t kFew = 24;
  void keepInside();
  static void order(Finish* begin, Finish* end);
  static void insertInOrder(Finish* begin, Finish* end);

  std::vector<std::uint32_t> m_cellOf; // of calls that end inside
  std::vector<std::uint64_t> m_keyOf;
  std::vector<std::uint32_t> m_after;
  std::size_t m_insideCount = 0, m_afterCount = 0;
};

template <class Finish, class End>
inline void FinishCells<Finish, End>::divide(const Content& content, std::size_t perCell) {
  assert(content.arrival.size() <= StretchKey::kMostRequests);
  m_content = content;
  const auto length = static_cast<std::uint64_t>(content.lengthNs());
  const std::size_t wanted = std::max<std::size_t>(content.arrival.size() / perCell, 1);
  m_shift = std::max(static_cast<int>(std::bit_width(length - 1)) - static_cast<int>(std::bit_width(wanted)), 0);
  m_cells = ((length - 1) >> m_shift) + 1;
  m_ends.assign(m_cells, 0);
  m_places.resize(m_cells + 1);
  const std::size_t most = content.arrival.size() + content.due.size() + 2;
  if (m_finishes.size() < most) m_finishes.resize(most);
  for (auto* column : {&m_after, &m_cellOf})
    if (column->size() <= content.arrival.size()) column->resize(content.arrival.size() + 1);
  m_keyOf.resize(m_after.size());
}

template <class Finish, class End> inline void FinishCells<Finish, End>::count() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const ends = m_ends.data();
  for (const End& end : m_content.due) ++ends[static_cast<std::uint64_t>(end.ns() - from) >> shift];
  const std::size_t calls = m_content.call.size();
  dealCalls(m_content.arrival.first(calls), m_content.call, from, m_content.lengthNs(), shift,
            static_cast<std::uint32_t>(m_cells), m_cellOf.data(), m_keyOf.data());
  keepInside();
  for (std::size_t i = 0; i < m_insideCount; ++i) ++ends[m_cellOf[i]];
}

// Those that end inside close ranks. Without a branch: at some loads it is a coin toss who does.
template <class Finish, class End> inline void FinishCells<Finish, End>::keepInside() {
  std::uint32_t* const cellOf = m_cellOf.data();
  std::uint64_t* const keyOf = m_keyOf.data();
  std::uint32_t* const after = m_after.data();
  const std::size_t calls = m_content.call.size(), cells = m_cells;
  std::size_t inside = 0;
  for (std::size_t i = 0; i < calls; ++i) {
    const std::uint32_t cell = cellOf[i];
    cellOf[inside] = cell;
    keyOf[inside] = keyOf[i];
    after[i - inside] = static_cast<std::uint32_t>(i);
    inside += cell < cells;
  }
  m_insideCount = inside;
  m_afterCount = calls - inside;
}

template <class Finish, class End> inline void FinishCells<Finish, End>::place() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const places = m_places.data() + 1;
  Finish* const finishes = m_finishes.data();
  for (std::size_t i = 0; i < m_content.due.size(); ++i) {
    const End& end = m_content.due[i];
    const auto offset = static_cast<std::uint64_t>(end.ns() - from);
    finishes[places[offset >> shift]++] = Finish(offset, end, i + m_content.arrival.size());
  }
  const std::size_t inside = m_insideCount;
  for (std::size_t i = 0; i < inside; ++i) finishes[places[m_cellOf[i]]++] = Finish(m_keyOf[i]);
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
