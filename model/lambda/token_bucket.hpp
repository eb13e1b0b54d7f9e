#pragma once
// Lambda's two rate limits are token buckets that refill continuously. Whole tokens do not arrive at whole nanoseconds,
// so the level is kept in parts of a token (one period's worth of parts each) and nothing is ever rounded.
#include <algorithm>
#include <cstdint>

namespace model::lambda {

// Starts full with `capacity` tokens, gains `capacity` tokens per period, never holds more. Times are nondecreasing.
class TokenBucket {
 public:
  // capacity * period * 2 must fit 63 bits: larger capacities are cut to what fits (4.6e8 tokens per 10 s).
  TokenBucket(std::int64_t capacity, std::int64_t periodNs)
      : m_periodNs(periodNs), m_capacity(std::clamp<std::int64_t>(capacity, 0, (INT64_MAX / 2) / periodNs)),
        m_full(m_capacity * periodNs), m_level(m_full) {}

  bool hasTokenAt(std::int64_t ns) {
    const std::int64_t elapsed = ns - m_lastNs;
    m_lastNs = ns;
    m_level = elapsed >= m_periodNs ? m_full : std::min(m_full, m_level + elapsed * m_capacity);
    return m_level >= m_periodNs;
  }
  void take() { m_level -= m_periodNs; } // after hasTokenAt said yes

 private:
  std::int64_t m_periodNs, m_capacity, m_full, m_level, m_lastNs = 0;
};

} // namespace model::lambda
