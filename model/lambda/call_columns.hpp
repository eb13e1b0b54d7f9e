#pragma once
// The arithmetic of many calls at once, of requests that start in a warm environment and are not cut: what
// environment_births.hpp says of one, in loops that a compiler turns into vector instructions. Integers and doubles are
// the same as there, to the last bit, so nobody can tell how many were taken together.
// Pinned by tests/model/counting_engine_test.cpp.
#include <cstdint>
#include <span>

#include "model/lambda/lambda_simulator.hpp"

namespace model::lambda {

class CallColumns {
 public:
  explicit CallColumns(const LambdaFunction& function);
  // Duration and the waiting in it, of each request; returns the longest duration.
  std::int64_t durations(std::span<const std::int64_t> cpu, std::span<const std::int64_t> io,
                         std::span<std::int64_t> work, std::span<std::int64_t> waiting) const;
  // Sum of the billed milliseconds of calls, of which none is longer than `longestNs`.
  std::int64_t billedMs(std::span<const std::int64_t> call, std::int64_t longestNs) const;

 private:
  double m_perIo, m_perCpuNs;
  std::int64_t m_stepMs;
};

Int128 sumOf(std::span<const std::int64_t> ns);

} // namespace model::lambda
