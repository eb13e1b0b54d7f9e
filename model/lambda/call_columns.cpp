#include "model/lambda/call_columns.hpp"

#include <algorithm>

#include "model/lambda/environment_births.hpp"
#include "workloads/widest.hpp"

namespace model::lambda {

namespace {

constexpr std::int64_t kSmall = workloads::widest::kSmall;
using workloads::widest::cutOff;
using workloads::widest::toDouble;

inline std::int64_t scaled(std::int64_t ns, double factor) { return cutOff(toDouble(ns) * factor + 0.5); }

BREAKEVEN_WIDEST std::int64_t largest(const std::int64_t* ns, std::size_t count) {
  std::int64_t most = 0;
  for (std::size_t i = 0; i < count; ++i) most = ns[i] > most ? ns[i] : most;
  return most;
}

// The highest bit of all.
BREAKEVEN_WIDEST std::int64_t bitsOf(const std::int64_t* a, const std::int64_t* b, std::size_t count) {
  std::int64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits |= a[i] | b[i];
  return bits;
}

BREAKEVEN_WIDEST void addUp(const std::int64_t* a, const std::int64_t* b, std::int64_t* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sum[i] = a[i] + b[i];
}

BREAKEVEN_WIDEST void scale(const std::int64_t* ns, double factor, std::int64_t* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = scaled(ns[i], factor);
}

BREAKEVEN_WIDEST std::int64_t total(const std::int64_t* ns, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += ns[i];
  return sum;
}

// Whole milliseconds, rounded up, of spans below kSmall: the quotient of doubles is off by one at most, and 32 bits
// hold it.
BREAKEVEN_WIDEST std::int64_t totalMilliseconds(const std::int64_t* ns, std::size_t count) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t ms = cutOff(toDouble(ns[i]) * 1e-6);
    const std::int64_t left =
        ns[i] -
        static_cast<std::int64_t>(static_cast<std::uint64_t>(static_cast<std::uint32_t>(ms)) * std::uint64_t{kNsPerMs});
    ms += left > 0 ? 1 : 0;
    ms += left > kNsPerMs ? 1 : 0;
    ms -= left <= -kNsPerMs ? 1 : 0;
    sum += ms;
  }
  return sum;
}

} // namespace

CallColumns::CallColumns(const LambdaFunction& function)
    : m_perIo(function.perIo), m_perCpuNs(nsPerCpuNs(function)), m_stepMs(function.billingStepMs) {}

std::int64_t CallColumns::durations(std::span<const std::int64_t> cpu, std::span<const std::int64_t> io,
                                    std::span<std::int64_t> work, std::span<std::int64_t> waiting) const {
  const std::size_t count = cpu.size();
  constexpr double kMostPerNs = 1024; // what is scaled up by more may leave the doubles that are whole numbers
  const bool small =
      bitsOf(cpu.data(), io.data(), count) < kSmall / 1024 && m_perCpuNs <= kMostPerNs && m_perIo <= kMostPerNs;
  if (small) {
    // A factor of 1 leaves a whole number what it is.
    if (m_perIo == 1)
      std::ranges::copy(io, waiting.begin());
    else
      scale(io.data(), m_perIo, waiting.data(), count);
    const bool same = m_perCpuNs == 1;
    if (!same) scale(cpu.data(), m_perCpuNs, work.data(), count);
    addUp(same ? cpu.data() : work.data(), waiting.data(), work.data(), count);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      waiting[i] = waitingNs(io[i], m_perIo);
      work[i] = durationNs(cpu[i], waiting[i], m_perCpuNs);
    }
  }
  return largest(work.data(), count);
}

std::int64_t CallColumns::billedMs(std::span<const std::int64_t> call, std::int64_t longestNs) const {
  if (m_stepMs == 1 && longestNs < kSmall) return totalMilliseconds(call.data(), call.size());
  std::int64_t sum = 0;
  for (const std::int64_t ns : call) sum += billedMilliseconds(ns, m_stepMs);
  return sum;
}

// Draws are below 2^52 ns, so a thousand fit 63 bits.
Int128 sumOf(std::span<const std::int64_t> ns) {
  constexpr std::size_t kBlock = 1024;
  Int128 sum = 0;
  for (; !ns.empty(); ns = ns.subspan(std::min(kBlock, ns.size())))
    sum += total(ns.data(), std::min(kBlock, ns.size()));
  return sum;
}

} // namespace model::lambda
