#pragma once
// The arrivals and finishes of a stretch of time, dealt into cells of about one arrival each by counting (a
// distribution sort, Knuth vol. 3, 5.2): how many calls are in flight is exact at every cell's edge, and inside a cell
// never more than at its beginning plus its arrivals. Only a cell that is asked about is put in order. Exact order of
// events, as everywhere: what finishes at t comes before an arrival at t, unless it began with or after that arrival;
// what finishes together is in the order of the requests.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

#include "model/lambda/finish_slices.hpp"
#include "model/statistics.hpp"

namespace model::lambda {

// A finish: ns since the stretch began, and whose: 0 for calls from before, else the number of the stretch's request
// + 1.
struct StretchFinish {
  static constexpr int kOrderBits = 13, kTagBits = kOrderBits + 1;
  std::uint64_t bits = 0;
  StretchFinish() = default;
  StretchFinish(std::uint64_t offsetNs, std::uint64_t order, std::uint64_t cut)
      : bits(offsetNs << kTagBits | order << 1 | cut) {}
  std::int64_t offsetNs() const { return static_cast<std::int64_t>(bits >> kTagBits); }
  std::size_t order() const { return bits >> 1 & ((1U << kOrderBits) - 1); }
  bool cut() const { return bits & 1; }
};

class StretchCells {
 public:
  static constexpr std::size_t kMostRequests = (1U << StretchFinish::kOrderBits) - 1;
  static constexpr std::int64_t kLongestNs = std::int64_t{1} << 46;

  // [fromNs, toNs): its arrivals, how long each of them would keep an environment busy, and what else finishes in it.
  struct Content {
    std::int64_t fromNs = 0, toNs = 0;
    std::span<const std::int64_t> arrival, call; // `call` empty: nothing is known of their finishes
    std::span<const CallEnd> due;
  };
  // `busy` calls are in flight at the beginning; a cell for each `perCell` arrivals or half of that.
  void deal(const Content& content, std::int64_t busy, std::size_t perCell);

  std::size_t cells() const { return m_cells; }
  std::int64_t busyAt(std::size_t cell) const { return m_busy[cell]; } // at its beginning; cells(): at the end
  std::int64_t bound(std::size_t cell) const {
    return m_busy[cell] + static_cast<std::int32_t>(m_firstArrival[cell + 1] - m_firstArrival[cell]);
  }
  std::int64_t highestBound(std::size_t cell) const { return m_highest[cell]; } // of all cells up to this one
  std::size_t firstArrival(std::size_t cell) const { return m_firstArrival[cell]; }
  std::int64_t endOffsetNs(std::size_t cell) const {
    return std::min(static_cast<std::int64_t>(cell + 1) << m_shift, m_content.toNs - m_content.fromNs);
  }
  std::int64_t arrivalOffsetNs(std::size_t request) const { return m_content.arrival[request] - m_content.fromNs; }
  // In order.
  std::span<const StretchFinish> finishes(std::size_t cell) {
    order(cell);
    return {m_finishes.data() + first(cell), m_finishes.data() + first(cell + 1)};
  }
  // Requests whose calls end after the stretch, in order.
  std::span<const std::uint32_t> after() const { return std::span(m_after).first(m_afterCount); }
  // Exact peak inside a cell, taken after each arrival.
  std::int64_t peakIn(std::size_t cell);
  // Walks a cell backwards from its end and hands `fell` the offset of each finish with which the number in flight fell
  // below what it never reached again, `reached` so far; returns what it never exceeded from the cell's beginning on.
  template <class Fell> std::int64_t backwards(std::size_t cell, std::int64_t reached, Fell fell);
  // Of cells [from, to): the sum of the arrivals' offsets less that of the finishes'.
  Int128 arrivalsLessFinishesNs(std::size_t from, std::size_t to) const;

 private:
  void order(std::size_t cell);
  // Without a branch, which nobody could predict.
  static std::size_t choose(bool first, std::size_t a, std::size_t b) {
    const std::size_t mask = std::size_t{0} - first;
    return (a & mask) | (b & ~mask);
  }
  void count();
  void addUp(std::int64_t busy);
  void place();
  std::uint32_t first(std::size_t cell) const { return cell == 0 ? 0 : m_firstOfNext[cell - 1]; }
  // Whether the finish is after the arrival of a request.
  bool isAfter(StretchFinish finish, std::size_t request) const {
    const std::int64_t at = finish.offsetNs(), arrival = arrivalOffsetNs(request);
    return at > arrival || (at == arrival && finish.order() > request);
  }

  Content m_content;
  int m_shift = 0;
  std::size_t m_cells = 0;
  // Calls that end later count nowhere, in several places by turns: increments of one place would wait for each other.
  static constexpr std::size_t kNowhere = 8;
  std::vector<std::uint32_t> m_ends;         // by cell
  std::vector<std::uint32_t> m_firstOfNext;  // of the finishes, the first of the next cell
  std::vector<std::uint32_t> m_firstArrival; // by cell
  std::vector<std::uint32_t> m_after;
  std::size_t m_afterCount = 0;
  std::vector<std::int32_t> m_busy, m_highest;
  std::vector<StretchFinish> m_finishes;
};

inline void StretchCells::deal(const Content& content, std::int64_t busy, std::size_t perCell) {
  assert(content.arrival.size() <= kMostRequests);
  m_content = content;
  const auto length = static_cast<std::uint64_t>(content.toNs - content.fromNs);
  const std::size_t wanted = std::max<std::size_t>(content.arrival.size() / perCell, 1);
  m_shift = std::max(static_cast<int>(std::bit_width(length - 1)) - static_cast<int>(std::bit_width(wanted)), 0);
  m_cells = ((length - 1) >> m_shift) + 1;
  m_ends.assign(m_cells + kNowhere, 0);
  m_firstArrival.assign(m_cells + 2, 0);
  m_firstOfNext.resize(m_cells + kNowhere);
  for (auto* column : {&m_busy, &m_highest}) column->resize(m_cells + 1);
  const std::size_t most = content.arrival.size() + content.due.size() + 1;
  if (m_finishes.size() < most) m_finishes.resize(most);
  if (m_after.size() <= content.arrival.size()) m_after.resize(content.arrival.size() + 1);
  count();
  addUp(busy);
  place();
}

inline void StretchCells::count() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const ends = m_ends.data();
  for (const CallEnd end : m_content.due) ++ends[static_cast<std::uint64_t>(end.ns() - from) >> shift];
  // The last arrival of a cell says how many have come when the next one begins.
  std::uint32_t* const came = m_firstArrival.data() + 1;
  for (std::size_t i = 0; i < m_content.arrival.size(); ++i)
    came[static_cast<std::uint64_t>(m_content.arrival[i] - from) >> shift] = static_cast<std::uint32_t>(i + 1);
  const auto toNs = static_cast<std::uint64_t>(m_content.toNs - from);
  const std::size_t nowhere = m_cells;
  for (std::size_t i = 0; i < m_content.call.size(); ++i) {
    const auto offset = static_cast<std::uint64_t>(m_content.arrival[i] - from + m_content.call[i]);
    ++ends[choose(offset < toNs, offset >> shift, nowhere + i % kNowhere)];
  }
}

inline void StretchCells::addUp(std::int64_t busy) {
  std::uint32_t finish = 0;
  auto now = static_cast<std::int32_t>(busy), highest = std::int32_t{0}, arrival = std::int32_t{0};
  // Without a branch: which of the two is larger is a coin toss for each cell. Below 2^24 + 2^13, so no sign overflows.
  const auto whatIsMore = [](std::int32_t a, std::int32_t b) { return (a - b) & ~((a - b) >> 31); };
  for (std::size_t cell = 0, cells = m_cells; cell < cells; ++cell) {
    m_busy[cell] = now;
    const std::int32_t came = whatIsMore(static_cast<std::int32_t>(m_firstArrival[cell + 1]), arrival);
    arrival += came;
    m_firstArrival[cell + 1] = static_cast<std::uint32_t>(arrival);
    now += came;
    highest += whatIsMore(now, highest);
    m_highest[cell] = highest;
    m_firstOfNext[cell] = finish;
    finish += m_ends[cell];
    now -= static_cast<std::int32_t>(m_ends[cell]);
  }
  m_busy[m_cells] = now;
  for (std::size_t i = 0; i < kNowhere; ++i) m_firstOfNext[m_cells + i] = finish;
}

// A cell's place begins at its first finish and ends at the next cell's.
inline void StretchCells::place() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const places = m_firstOfNext.data();
  StretchFinish* const finishes = m_finishes.data();
  for (const CallEnd end : m_content.due) {
    const auto offset = static_cast<std::uint64_t>(end.ns() - from);
    finishes[places[offset >> shift]++] = {offset, 0, end.cut()};
  }
  const auto toNs = static_cast<std::uint64_t>(m_content.toNs - from);
  const std::size_t nowhere = m_cells;
  std::uint32_t* const later = m_after.data();
  std::size_t after = 0;
  for (std::size_t i = 0; i < m_content.call.size(); ++i) {
    const auto offset = static_cast<std::uint64_t>(m_content.arrival[i] - from + m_content.call[i]);
    const bool inside = offset < toNs;
    std::uint32_t& at = places[choose(inside, offset >> shift, nowhere + i % kNowhere)];
    finishes[at] = {offset, i + 1, 0};
    at += inside;
    later[after] = static_cast<std::uint32_t>(i);
    after += !inside;
  }
  m_afterCount = after;
}

// Dealing keeps the order of the requests, and so does insertion: finishes at one instant stay in it.
inline void StretchCells::order(std::size_t cell) {
  StretchFinish* const begin = m_finishes.data() + first(cell);
  StretchFinish* const end = m_finishes.data() + first(cell + 1);
  constexpr std::ptrdiff_t kFew = 24;
  if (end - begin > kFew) {
    std::stable_sort(begin, end, [](StretchFinish a, StretchFinish b) { return a.offsetNs() < b.offsetNs(); });
    return;
  }
  for (StretchFinish* next = begin + (begin != end); next < end; ++next) {
    const StretchFinish finish = *next;
    StretchFinish* to = next;
    for (; to > begin && finish.offsetNs() < to[-1].offsetNs(); --to) *to = to[-1];
    *to = finish;
  }
}

inline std::int64_t StretchCells::peakIn(std::size_t cell) {
  const auto ends = finishes(cell);
  std::int64_t now = m_busy[cell], peak = now;
  std::size_t end = 0;
  for (std::size_t request = m_firstArrival[cell]; request < m_firstArrival[cell + 1]; ++request) {
    for (; end < ends.size() && !isAfter(ends[end], request); ++end) --now;
    peak = std::max(peak, ++now);
  }
  return peak;
}

template <class Fell> std::int64_t StretchCells::backwards(std::size_t cell, std::int64_t reached, Fell fell) {
  const auto ends = finishes(cell);
  std::int64_t now = m_busy[cell + 1];
  std::size_t end = ends.size(), request = m_firstArrival[cell + 1];
  const std::size_t firstRequest = m_firstArrival[cell];
  while (end > 0 || request > firstRequest) {
    if (end > 0 && (request == firstRequest || isAfter(ends[end - 1], request - 1))) {
      if (++now > reached) {
        reached = now;
        fell(ends[end - 1].offsetNs());
      }
      --end;
    } else {
      --now;
      --request;
    }
  }
  return reached;
}

inline Int128 StretchCells::arrivalsLessFinishesNs(std::size_t from, std::size_t to) const {
  // A batch of offsets adds up to less than 2^13 x 2^46.
  std::int64_t arrived = 0, base = m_content.fromNs;
  for (std::size_t i = m_firstArrival[from]; i < m_firstArrival[to]; ++i) arrived += m_content.arrival[i] - base;
  Int128 finished = 0;
  constexpr std::uint32_t kBlock = 4096;
  for (std::uint32_t block = first(from), end = first(to); block < end; block += kBlock) {
    std::int64_t sum = 0;
    for (std::uint32_t i = block; i < std::min(block + kBlock, end); ++i) sum += m_finishes[i].offsetNs();
    finished += sum;
  }
  return Int128{arrived} - finished;
}

} // namespace model::lambda
