#pragma once
// Lambda's two rate limits are token buckets that refill continuously. Whole tokens do not arrive at whole nanoseconds,
// so the level is kept in parts of a token (one period's worth of parts each) and nothing is ever rounded.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace model::lambda {

// Starts full with `capacity` tokens, gains `refill` tokens per period, never holds more than `capacity`. Times are
// nondecreasing.
class TokenBucket {
 public:
  // capacity * period * 2 must fit 63 bits: larger capacities are cut to what fits (4.6e8 tokens per 10 s).
  TokenBucket(std::int64_t capacity, std::int64_t refill, std::int64_t periodNs)
      : m_periodNs(periodNs), m_refill(whatFits(refill, periodNs)), m_full(whatFits(capacity, periodNs) * periodNs),
        m_fillNs(m_refill == 0 ? INT64_MAX : m_full / m_refill + 1), m_level(m_full) {}

  bool hasTokenAt(std::int64_t ns) {
    const std::int64_t elapsed = ns - m_lastNs;
    m_lastNs = ns;
    m_level = elapsed >= m_fillNs ? m_full : std::min(m_full, m_level + elapsed * m_refill);
    return m_level >= m_periodNs;
  }
  void take() { m_level -= m_periodNs; } // after hasTokenAt said yes
  // Whether each of `count` requests will find a token, the first of them at `ns`, the others whenever they come.
  bool hasForAll(std::size_t count, std::int64_t ns) {
    hasTokenAt(ns);
    return static_cast<std::uint64_t>(m_level / m_periodNs) >= count;
  }
  // One for each of these instants, which is known to find it.
  void takeAll(std::span<const std::int64_t> ns) {
    // The level after the last is the least of what each instant leaves of a full bucket and of what there was: a
    // recursion level = min(full, level + gain) - period, unrolled (Lindley 1952). One term for each instant,
    // never above its gain; the latest come first, so what gained less than a term there has been cannot matter.
    constexpr std::int64_t kFit = std::int64_t{1} << 62;
    if (ns.empty()) return;
    const std::int64_t first = ns.front(), length = ns.back() - first, count = static_cast<std::int64_t>(ns.size());
    hasTokenAt(first);
    if (length > kFit / std::max<std::int64_t>(m_refill, 1) || count > kFit / m_periodNs) {
      for (const std::int64_t at : ns) {
        hasTokenAt(at);
        take();
      }
      return;
    }
    std::int64_t highest = 0;
    for (std::size_t i = ns.size(); i-- > 0;) {
      const std::int64_t gained = (ns[i] - first) * m_refill;
      if (gained <= highest) break;
      highest = std::max(highest, gained - static_cast<std::int64_t>(i) * m_periodNs);
    }
    m_level = length * m_refill - count * m_periodNs + std::min(m_level, m_full - highest);
    m_lastNs = ns.back();
  }
  // The first instant, not before `ns`, at which there is a token; INT64_MAX when there will be none.
  std::int64_t nextTokenNs(std::int64_t ns) {
    if (hasTokenAt(ns)) return ns;
    return m_refill == 0 ? INT64_MAX : ns + (m_periodNs - m_level + m_refill - 1) / m_refill;
  }

 private:
  static std::int64_t whatFits(std::int64_t tokens, std::int64_t periodNs) {
    return std::clamp<std::int64_t>(tokens, 0, (INT64_MAX / 2) / periodNs);
  }
  std::int64_t m_periodNs, m_refill, m_full, m_fillNs, m_level, m_lastNs = 0;
};

} // namespace model::lambda
