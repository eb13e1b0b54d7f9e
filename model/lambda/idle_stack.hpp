#pragma once
// Idle environments that all live equally long, newest first, for the counting engine: since none is like another only
// in when it became idle, that instant is all that is kept. Lapsed ones lie at the bottom until a new environment is
// made; that happens only when all have lapsed. What an observation window has already been given of an idle time is
// known from where the window begins.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/statistics.hpp"

namespace model::lambda {

class IdleStack {
 public:
  explicit IdleStack(std::int64_t lifetimeNs) : m_lifetimeNs(lifetimeNs) {}
  std::int64_t lifetimeNs() const { return m_lifetimeNs; }

  // `sinceNs` is not before that of the one below; `reset`: its last call was cut, the next one begins with init.
  void push(std::int64_t sinceNs, bool reset) {
    if (reset) [[unlikely]]
      m_resets.push_back(m_since.size());
    m_since.push_back(sinceNs);
  }
  // The topmost is there for an arrival at `ns`.
  bool offers(std::int64_t ns) const { return !m_since.empty() && m_since.back() + m_lifetimeNs > ns; }
  // Takes it; true when it awaits init.
  bool take(std::int64_t ns, Int128& idleNs) {
    idleNs += ns - bookedTo(m_since.back());
    m_since.pop_back();
    m_lapsed = std::min(m_lapsed, m_since.size());
    if (m_resets.empty() || m_resets.back() != m_since.size()) [[likely]]
      return false;
    m_resets.pop_back();
    return true;
  }
  // All have lapsed and a new one is about to be made.
  void dropAll(Int128& idleNs, std::uint64_t& ended) {
    for (const std::int64_t since : m_since) bookWhole(since, idleNs, ended);
    m_since.clear();
    m_resets.clear();
    m_lapsed = 0;
  }

  // ---- for many requests at once ----

  // How many can be taken off the top, whoever comes up to `ns`, with none of them lapsed or awaiting init. Instants
  // are nondecreasing.
  std::size_t certainTo(std::int64_t ns) {
    while (m_lapsed < m_since.size() && m_since[m_lapsed] <= ns - m_lifetimeNs) ++m_lapsed;
    return m_since.size() - (m_resets.empty() ? m_lapsed : std::max(m_lapsed, m_resets.back() + 1));
  }
  // Takes `count` such ones off; the sum of how long before `ns` their unbooked idle times began.
  Int128 takeOff(std::size_t count, std::int64_t ns) {
    Int128 sum = 0;
    for (; count > 0; --count) {
      sum += ns - bookedTo(m_since.back());
      m_since.pop_back();
    }
    return sum;
  }

  // ---- observation ----

  // Those that lapse at `ns` or later.
  std::int64_t lapsingFrom(std::int64_t ns) const {
    return m_since.end() - std::lower_bound(m_since.begin(), m_since.end(), ns - m_lifetimeNs);
  }
  // A window ends at `edgeNs`; what ends at the edge itself belongs to the next one.
  void settle(std::int64_t edgeNs, Int128& idleNs, std::uint64_t& ended) {
    for (const std::int64_t since : m_since)
      if (since + m_lifetimeNs < edgeNs)
        bookWhole(since, idleNs, ended);
      else
        idleNs += edgeNs - bookedTo(since);
    m_windowNs = edgeNs;
  }

 private:
  std::int64_t bookedTo(std::int64_t sinceNs) const { return std::max(sinceNs, m_windowNs); }
  void bookWhole(std::int64_t sinceNs, Int128& idleNs, std::uint64_t& ended) const {
    if (sinceNs + m_lifetimeNs < m_windowNs) return; // in an earlier window
    idleNs += sinceNs + m_lifetimeNs - bookedTo(sinceNs);
    ++ended;
  }

  std::int64_t m_lifetimeNs, m_windowNs = 0;
  std::vector<std::int64_t> m_since; // the newest last
  std::size_t m_lapsed = 0;          // at the bottom, at the last instant asked for
  std::vector<std::size_t> m_resets; // places of those that await init, ascending
};

} // namespace model::lambda
