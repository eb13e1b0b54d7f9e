#pragma once
// The requests in work on one instance, who leaves first at the top: a binary heap. The first few lie in the object
// itself, behind what its owner touches anyway: of a thousand instances hardly one has more.
// Pinned by tests/model/request_engine_test.cpp against a sorted list.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace model::ec2 {

class RequestsInWork {
 public:
  struct Request {
    std::int64_t finish; // in virtual time
    std::int64_t arrival, cores, duration;
  };

  bool empty() const { return m_size == 0; }
  std::int64_t size() const { return m_size; }
  const Request& first() const { return data()[0]; } // Precondition: not empty, and for pop()
  const Request* begin() const { return data(); }
  const Request* end() const { return data() + m_size; }
  void push(const Request& request) {
    if (m_size == m_room) [[unlikely]]
      grow();
    Request* const heap = data();
    std::uint32_t i = m_size++;
    while (i > 0) {
      const std::uint32_t parent = (i - 1) / 2;
      if (heap[parent].finish <= request.finish) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = request;
  }
  void pop() {
    Request* const heap = data();
    const std::uint32_t n = --m_size;
    const Request last = heap[n];
    std::uint32_t i = 0;
    for (std::uint32_t child = 1; child < n; child = 2 * i + 1) {
      if (child + 1 < n) child += heap[child + 1].finish < heap[child].finish ? 1U : 0U;
      if (last.finish <= heap[child].finish) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
  }
  void clear() { m_size = 0; }
  void moveFinishesBack(std::int64_t by) {
    for (Request* request = data(); request != end(); ++request) request->finish -= by;
  }

 private:
  static constexpr std::uint32_t kFew = 4;
  const Request* data() const { return m_room == kFew ? m_few.data() : m_many.data(); }
  Request* data() { return m_room == kFew ? m_few.data() : m_many.data(); }
  void grow() {
    std::vector<Request> larger(2 * std::size_t{m_room});
    std::copy(begin(), end(), larger.begin());
    m_many.swap(larger);
    m_room *= 2;
  }

  std::uint32_t m_size = 0, m_room = kFew;
  std::array<Request, kFew> m_few{};
  std::vector<Request> m_many; // instead of these, once there were more
};

} // namespace model::ec2
