#pragma once
// The one queue of a fleet whose workers take from it, such as messages of SQS: oldest first; what an instance had when
// it was lost comes back after the visibility timeout. A message whose time is over is dropped. Amazon SQS is not
// bounded, neither is this. Pinned by the reference loop (tests/support/reference_ec2.hpp) and
// tests/model/losses_test.cpp.
#include <cstdint>
#include <set>
#include <tuple>

#include "model/ec2/demand_rule.hpp"

namespace model::ec2 {

class SharedQueue {
 public:
  struct Message {
    Demand demand;                // by the first rule
    std::int64_t cpu = 0, io = 0; // ns
  };
  // `first` outlives the queue, as do the other rules.
  SharedQueue(std::int64_t timeout, std::int64_t visibility, const DemandRule& first)
      : m_timeout(timeout), m_visibility(visibility), m_first(&first) {}

  bool empty() const { return m_again.empty() && m_new.empty(); }
  std::int64_t size() const { return static_cast<std::int64_t>(m_again.size()) + m_new.size(); } // to be taken
  std::int64_t hidden() const { return static_cast<std::int64_t>(m_hidden.size()); }
  void push(const Message& message) { m_new.push(message); }
  // The oldest, as the instance that takes it has to do it. What comes back was taken once and so is older than all
  // that is new.
  Demand take(const DemandRule& rule) {
    if (m_again.empty()) {
      const Message message = m_new.take();
      return &rule == m_first ? message.demand : rule(message.demand.arrival, message.cpu, message.io);
    }
    const auto taken = m_again.extract(m_again.begin()).value();
    return rule.restated(taken.demand, *taken.by);
  }
  // Hands the arrival of what is over before t to `late`, with the instant at which it was.
  template <class Late> void dropLate(std::int64_t t, Late late) {
    for (; !empty() && oldest() + m_timeout < t; drop()) late(oldest(), oldest() + m_timeout);
  }

  // An instance that was lost at t had this, which `rule` had made of a message.
  void hide(const Demand& demand, const DemandRule& rule, std::int64_t t) {
    m_hidden.insert({t + m_visibility, {demand, &rule}});
  }
  std::int64_t nextVisible() const { return m_hidden.empty() ? kNever : m_hidden.begin()->at; }
  template <class Late> void reveal(std::int64_t t, Late late) {
    for (; nextVisible() <= t; m_hidden.erase(m_hidden.begin())) {
      const Taken& taken = m_hidden.begin()->taken;
      if (taken.demand.arrival + m_timeout < t)
        late(taken.demand.arrival, t);
      else
        m_again.insert(taken);
    }
  }

 private:
  struct Taken {
    Demand demand;
    const DemandRule* by;
    auto order() const { return std::tuple(demand.arrival, demand.duration, demand.cores); }
    bool operator<(const Taken& other) const { return order() < other.order(); }
  };
  struct Hidden {
    std::int64_t at;
    Taken taken;
    bool operator<(const Hidden& other) const { return at < other.at || (at == other.at && taken < other.taken); }
  };
  std::int64_t oldest() const {
    return m_again.empty() ? m_new.front().demand.arrival : m_again.begin()->demand.arrival;
  }
  void drop() {
    if (m_again.empty())
      m_new.pop();
    else
      m_again.erase(m_again.begin());
  }

  std::int64_t m_timeout, m_visibility;
  const DemandRule* m_first;
  WaitingLine<Message> m_new;
  std::multiset<Taken> m_again;
  std::multiset<Hidden> m_hidden;
};

} // namespace model::ec2
