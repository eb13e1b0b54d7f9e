#pragma once
// When the workers of one instance come free, earliest first: what first come, first served needs to know. The next
// request starts with the worker that is free first, so its start and its finish are known when it arrives, and no
// event in between has to be waited for (Kiefer & Wolfowitz 1955, the workload vector of GI/G/c).
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace model::ec2 {

class WorkerTurns {
 public:
  static constexpr std::size_t kMost = 16; // more workers are better kept in a heap
  // Free from `since` on. Precondition: 1 <= workers <= kMost.
  WorkerTurns(std::size_t workers, std::int64_t since) : m_last(workers - 1) { m_free.fill(since); }

  std::int64_t next() const { return m_free[0]; }
  // The worker that is free first works to `finish`. In place, without a branch on what is compared.
  void take(std::int64_t finish) {
    for (std::size_t i = 0; i < m_last; ++i) {
      const std::int64_t later = m_free[i + 1];
      m_free[i] = std::min(finish, later);
      finish = std::max(finish, later);
    }
    m_free[m_last] = finish;
  }

 private:
  std::array<std::int64_t, kMost> m_free;
  std::size_t m_last;
};

} // namespace model::ec2
