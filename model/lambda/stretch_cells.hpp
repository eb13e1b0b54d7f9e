#pragma once
// The arrivals and finishes of a stretch of time in cells of about one arrival each: how many calls are in flight is
// exact at every cell's edge, and inside a cell never more than at its beginning plus its arrivals. Only a cell that is
// asked about is put in order (finish_cells.hpp).
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "model/lambda/finish_cells.hpp"
#include "model/statistics.hpp"

namespace model::lambda {

// A finish: its StretchKey, and whether the call was cut.
struct StretchFinish {
  std::uint64_t bits = 0;
  StretchFinish() = default;
  StretchFinish(std::uint64_t offsetNs, CallEnd end, std::size_t) : bits(StretchKey::of(offsetNs, 0) | end.cut()) {}
  explicit StretchFinish(std::uint64_t key) : bits(key) {}
  std::int64_t offsetNs() const { return StretchKey::offsetNs(bits); }
  std::size_t order() const { return StretchKey::order(bits); }
  bool cut() const { return bits & 1; }
  bool isBefore(StretchFinish other) const { return offsetNs() < other.offsetNs(); }
};

class StretchCells : private FinishCells<StretchFinish, CallEnd> {
  using Cells = FinishCells<StretchFinish, CallEnd>;

 public:
  using Cells::after, Cells::cells, Cells::finishes;
  using Content = Cells::Content;

  // `busy` calls are in flight at the beginning; a cell for each `perCell` arrivals or half of that.
  void deal(const Content& content, std::int64_t busy, std::size_t perCell);

  // At its beginning; cells(): at the end.
  std::int64_t busyAt(std::size_t cell) const { return m_busy + m_firstArrival[cell] - first(cell); }
  std::int64_t bound(std::size_t cell) const { return m_busy + m_firstArrival[cell + 1] - first(cell); }
  std::int64_t highestBound(std::size_t cell) const { return m_busy + m_highest[cell]; } // of all cells up to this one
  std::size_t firstArrival(std::size_t cell) const { return m_firstArrival[cell]; }
  std::int64_t endOffsetNs(std::size_t cell) const {
    return std::min(static_cast<std::int64_t>(cell + 1) << m_shift, m_content.lengthNs());
  }
  std::int64_t arrivalOffsetNs(std::size_t request) const { return m_content.arrival[request] - m_content.fromNs; }
  // Exact peak inside a cell, taken after each arrival.
  std::int64_t peakIn(std::size_t cell);
  // Walks a cell backwards from its end and hands `fell` the offset of each finish with which the number in flight fell
  // below what it never reached again, `reached` so far; returns what it never exceeded from the cell's beginning on.
  template <class Fell> std::int64_t backwards(std::size_t cell, std::int64_t reached, Fell fell);
  // Of cells [from, to): the sum of the arrivals' offsets less that of the finishes'.
  Int128 arrivalsLessFinishesNs(std::size_t from, std::size_t to) const;

 private:
  void countArrivals();
  void addUp(std::int64_t busy);
  // Whether the finish is after the arrival of a request.
  bool isAfter(StretchFinish finish, std::size_t request) const {
    return finish.bits > (StretchKey::of(static_cast<std::uint64_t>(arrivalOffsetNs(request)), request) | 1);
  }

  std::int64_t m_busy = 0;                   // at the beginning
  std::vector<std::uint32_t> m_firstArrival; // by cell
  std::vector<std::int32_t> m_highest;       // bound, beyond m_busy
};

inline void StretchCells::deal(const Content& content, std::int64_t busy, std::size_t perCell) {
  divide(content, perCell);
  m_firstArrival.assign(m_cells + 2, 0);
  m_highest.resize(m_cells);
  countArrivals();
  count();
  addUp(busy);
}

// The last arrival of a cell says how many have come when the next one begins.
inline void StretchCells::countArrivals() {
  const auto from = m_content.fromNs;
  const int shift = m_shift;
  std::uint32_t* const came = m_firstArrival.data() + 1;
  for (std::size_t i = 0; i < m_content.arrival.size(); ++i)
    came[static_cast<std::uint64_t>(m_content.arrival[i] - from) >> shift] = static_cast<std::uint32_t>(i + 1);
}

inline void StretchCells::addUp(std::int64_t busy) {
  m_busy = busy;
  std::uint32_t* const arrivals = m_firstArrival.data() + 1;
  std::uint32_t* const places = m_places.data() + 1;
  std::uint32_t arrival = 0, finish = 0;
  std::int32_t highest = 0;
  for (std::size_t cell = 0, cells = m_cells; cell < cells; ++cell) {
    arrival = std::max(arrival, arrivals[cell]);
    arrivals[cell] = arrival;
    highest = std::max(highest, static_cast<std::int32_t>(arrival - finish));
    m_highest[cell] = highest;
    places[cell] = finish;
    finish += m_ends[cell];
  }
  place();
}

inline std::int64_t StretchCells::peakIn(std::size_t cell) {
  const auto ends = finishes(cell);
  std::int64_t now = busyAt(cell), peak = now;
  std::size_t end = 0;
  for (std::size_t request = m_firstArrival[cell]; request < m_firstArrival[cell + 1]; ++request) {
    for (; end < ends.size() && !isAfter(ends[end], request); ++end) --now;
    peak = std::max(peak, ++now);
  }
  return peak;
}

template <class Fell> std::int64_t StretchCells::backwards(std::size_t cell, std::int64_t reached, Fell fell) {
  const auto ends = finishes(cell);
  std::int64_t now = busyAt(cell + 1);
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
