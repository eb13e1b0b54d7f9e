#pragma once
// Finish times of calls in flight, dealt into slices of time: a calendar (Brown 1988) whose days are opened whole. A
// slice keeps its entries in the order in which they came, on pages, so that adding one is a store to a line that is
// likely in the cache, however many calls are in flight. What lies beyond the coming slices waits in a list that is
// gone through each time that half of them have passed.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace model::lambda {

// Finish time of a call, and whether the timeout cut it.
struct CallEnd {
  std::int64_t value = 0;
  CallEnd() = default;
  CallEnd(std::int64_t finishNs, bool cut) : value(finishNs * 2 + cut) {}
  std::int64_t ns() const { return value >> 1; }
  bool cut() const { return value & 1; }
};

// The same with the number of its environment.
struct NumberedEnd {
  std::int64_t finishNs = 0;
  std::uint32_t number = 0;
  std::int64_t ns() const { return finishNs; }
};

template <class End> class FinishSlices {
 public:
  FinishSlices() : m_end(kSlices, nullptr), m_first(kSlices, nullptr) {}

  // Slices are 2^shift ns long; nothing finishes before `nowNs` any more.
  void resize(int shift, std::int64_t nowNs) {
    std::vector<End> all;
    forEachSlice([&](std::vector<End>& entries) { all.insert(all.end(), entries.begin(), entries.end()); });
    all.insert(all.end(), m_far.begin(), m_far.end());
    m_far.clear();
    m_shift = shift;
    m_base = roundDown(sliceOf(nowNs));
    for (const End& end : all) push(end);
  }
  std::int64_t sliceOf(std::int64_t ns) const { return ns >> m_shift; }
  std::int64_t startNs(std::int64_t slice) const { return slice << m_shift; }
  int shift() const { return m_shift; }

  void push(const End& end) {
    const std::int64_t slice = sliceOf(end.ns());
    if (slice - m_base >= kSlices) [[unlikely]]
      return m_far.push_back(end);
    End*& place = m_end[static_cast<std::size_t>(slice & (kSlices - 1))];
    if (isFull(place)) [[unlikely]]
      place = newPage(static_cast<std::size_t>(slice & (kSlices - 1)));
    *place++ = end;
  }

  // endOf(0), endOf(1), ... in that order. What does not change meanwhile is not asked for again at each of them.
  template <class EndOf> void pushAll(std::size_t count, EndOf endOf) {
    End** const places = m_end.data();
    const std::int64_t base = m_base;
    const int shift = m_shift;
    for (std::size_t i = 0; i < count; ++i) {
      const End end = endOf(i);
      const std::int64_t slice = end.ns() >> shift;
      End*& place = places[slice & (kSlices - 1)];
      if (slice - base >= kSlices || isFull(place)) [[unlikely]]
        push(end);
      else
        *place++ = end;
    }
  }

  // Appends the slice's entries to `out` in the order in which they came. Slices before it are empty.
  void take(std::int64_t slice, std::vector<End>& out) {
    advance(slice);
    if (slice - m_base < kSlices) takeFrom(static_cast<std::size_t>(slice & (kSlices - 1)), out);
  }
  // The first from `slice` on that has entries; INT64_MAX when none has.
  std::int64_t firstOccupied(std::int64_t slice) {
    advance(slice);
    for (; slice - m_base < kSlices; ++slice)
      if (m_first[static_cast<std::size_t>(slice & (kSlices - 1))]) return slice;
    std::int64_t first = INT64_MAX;
    for (const End& end : m_far) first = std::min(first, sliceOf(end.ns()));
    return first;
  }
  template <class Visit> void forEach(Visit visit) const {
    for (std::size_t slot = 0; slot < kSlices; ++slot) forEachIn(slot, visit);
    for (const End& end : m_far) visit(end);
  }

 private:
  static constexpr std::int64_t kSlices = 2048; // a power of two
  static constexpr std::size_t kPageBytes = 1024, kPagesPerBlock = 64;
  struct alignas(kPageBytes) Page {
    Page* next = nullptr;
    alignas(sizeof(End)) std::array<End, kPageBytes / sizeof(End) - 1> entries;
  };
  static_assert(sizeof(Page) == kPageBytes && kPageBytes % sizeof(End) == 0);

  static std::int64_t roundDown(std::int64_t slice) { return slice & ~(kSlices / 2 - 1); }
  // A full page's end is where the next page would begin, so an aligned end means that there is no room.
  static bool isFull(const End* end) { return (reinterpret_cast<std::uintptr_t>(end) & (kPageBytes - 1)) == 0; }
  static Page* pageBefore(End* end) {
    return reinterpret_cast<Page*>((reinterpret_cast<std::uintptr_t>(end) - 1) & ~(kPageBytes - 1));
  }

  // What was too far away moves in before anything is added to the new slices, so that entries keep their order.
  void advance(std::int64_t slice) {
    if (slice - m_base < kSlices / 2) [[likely]]
      return;
    m_base = roundDown(slice);
    std::vector<End> far;
    far.swap(m_far);
    for (const End& end : far) push(end);
  }
  End* newPage(std::size_t slot) {
    if (!m_free) addBlock();
    Page* const page = m_free;
    m_free = page->next;
    page->next = nullptr;
    (m_end[slot] ? pageBefore(m_end[slot])->next : m_first[slot]) = page;
    return page->entries.data();
  }
  void addBlock() {
    m_blocks.push_back(std::make_unique<Page[]>(kPagesPerBlock));
    for (std::size_t i = 0; i < kPagesPerBlock; ++i) {
      m_blocks.back()[i].next = m_free;
      m_free = &m_blocks.back()[i];
    }
  }
  void takeFrom(std::size_t slot, std::vector<End>& out) {
    for (Page* page = m_first[slot]; page;) {
      Page* const next = page->next;
      if (next)
        for (std::size_t line = 0; line < kPageBytes; line += 64)
          __builtin_prefetch(reinterpret_cast<const char*>(next) + line);
      const End* const end = next ? page->entries.data() + page->entries.size() : m_end[slot];
      // Copied as memory, which an insertion of Ends would not be.
      const auto count = static_cast<std::size_t>(end - page->entries.data());
      out.resize(out.size() + count);
      std::copy_n(page->entries.data(), count, out.end() - static_cast<std::ptrdiff_t>(count));
      page->next = m_free;
      m_free = page;
      page = next;
    }
    m_first[slot] = nullptr;
    m_end[slot] = nullptr;
  }
  template <class Visit> void forEachIn(std::size_t slot, Visit visit) const {
    for (const Page* page = m_first[slot]; page; page = page->next) {
      const End* const end = page->next ? page->entries.data() + page->entries.size() : m_end[slot];
      for (const End* entry = page->entries.data(); entry != end; ++entry) visit(*entry);
    }
  }
  template <class Visit> void forEachSlice(Visit visit) {
    std::vector<End> entries;
    for (std::int64_t slice = m_base; slice < m_base + kSlices; ++slice) {
      entries.clear();
      takeFrom(static_cast<std::size_t>(slice & (kSlices - 1)), entries);
      visit(entries);
    }
  }

  int m_shift = 20;
  std::int64_t m_base = 0; // slices from here to kSlices further have places of their own
  std::vector<End*> m_end;
  std::vector<Page*> m_first;
  std::vector<End> m_far;
  std::vector<std::unique_ptr<Page[]>> m_blocks;
  Page* m_free = nullptr;
};

} // namespace model::lambda
