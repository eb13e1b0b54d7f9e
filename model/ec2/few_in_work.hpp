#pragma once
// The requests in work on one instance while they are few, in the order in which they leave: the first is known at
// once, and one that comes is moved past those that leave before it. For more of them the engine has a heap.
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace model::ec2 {

class FewInWork {
 public:
  static constexpr std::int64_t kMost = 32;
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  struct Request {
    std::int64_t finish; // < kNone
    std::int64_t arrival, cores, duration;
  };

  std::int64_t size() const { return static_cast<std::int64_t>(m_size); }
  const Request& first() const { return m_requests[m_size]; } // when empty, its finish is kNone
  // The place-th to leave, 0 .. size() - 1.
  const Request& at(std::int64_t place) const { return m_requests[m_size - static_cast<std::size_t>(place)]; }
  // Precondition: size() < kMost.
  void push(const Request& request) {
    std::size_t i = ++m_size;
    for (; m_requests[i - 1].finish < request.finish; --i) m_requests[i] = m_requests[i - 1];
    m_requests[i] = request;
  }
  void pop() { --m_size; } // Precondition: not empty

 private:
  std::array<Request, kMost + 1> m_requests{{{kNone, 0, 0, 0}}}; // the last to leave first, behind one that never does
  std::size_t m_size = 0;
};

} // namespace model::ec2
