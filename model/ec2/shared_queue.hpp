#pragma once
// The one queue of a fleet whose workers take from it, such as messages of SQS: oldest first; what an instance had when
// it was lost comes back after the visibility timeout. A message whose time is over is dropped. Amazon SQS is not
// bounded, neither is this. Pinned by the reference loop (tests/support/reference_ec2.hpp) and tests/model/losses_test.cpp.
#include <cstdint>
#include <set>
#include <tuple>

#include "model/ec2/request_engine.hpp"

namespace model::ec2 {

class SharedQueue {
 public:
  SharedQueue(std::int64_t timeout, std::int64_t visibility) : m_timeout(timeout), m_visibility(visibility) {}

  bool empty() const { return m_again.empty() && m_new.empty(); }
  std::int64_t size() const { return static_cast<std::int64_t>(m_again.size()) + m_new.size(); } // to be taken
  std::int64_t hidden() const { return static_cast<std::int64_t>(m_hidden.size()); }
  void push(const Demand& message) { m_new.push(message); }
  // What comes back was taken once and so is older than all that is new.
  const Demand& front() const { return m_again.empty() ? m_new.front() : *m_again.begin(); }
  void pop() {
    if (m_again.empty())
      m_new.pop();
    else
      m_again.erase(m_again.begin());
  }
  // Hands what is over before t to `late` with the instant at which it was.
  template <class Late> void dropLate(std::int64_t t, Late late) {
    for (; !empty() && front().arrival + m_timeout < t; pop()) late(front(), front().arrival + m_timeout);
  }

  // An instance that was lost at t had this.
  void hide(const Demand& message, std::int64_t t) { m_hidden.insert({t + m_visibility, message}); }
  std::int64_t nextVisible() const { return m_hidden.empty() ? kNever : m_hidden.begin()->at; }
  template <class Late> void reveal(std::int64_t t, Late late) {
    for (; nextVisible() <= t; m_hidden.erase(m_hidden.begin())) {
      const Demand& message = m_hidden.begin()->message;
      if (message.arrival + m_timeout < t)
        late(message, t);
      else
        m_again.insert(message);
    }
  }

 private:
  static auto order(const Demand& m) { return std::tuple(m.arrival, m.duration, m.cores); }
  struct Older {
    bool operator()(const Demand& a, const Demand& b) const { return order(a) < order(b); }
  };
  struct Hidden {
    std::int64_t at;
    Demand message;
    bool operator<(const Hidden& other) const {
      return std::tuple(at, order(message)) < std::tuple(other.at, order(other.message));
    }
  };
  std::int64_t m_timeout, m_visibility;
  WaitingLine m_new;
  std::multiset<Demand, Older> m_again;
  std::multiset<Hidden> m_hidden;
};

} // namespace model::ec2
