#pragma once
// Progress and waiting of requests that share the vCPUs of an instance, to the integer, without a division of 128 bits:
// the quotient of doubles is made a little too large, so that it is right or one too high after it is cut off, and the
// rest that it leaves says which. The rest is smaller than the divisor, so its low 64 bits are all of it.
// Every rounding is at most 2^-53 of the value and there are at most six of them: with 2^-50 on top the estimate lies
// between the quotient and 1 + 2^-49 times that, which is less than one above it below 2^48.
// Pinned against integers of 128 bits by tests/model/request_engine_test.cpp.
#include <algorithm>
#include <cstdint>
#include <limits>

namespace model::ec2 {

class SharedPace {
 public:
  static constexpr int kTickBits = 10;                            // virtual time is in ticks of 2^-10 ns
  static constexpr std::int64_t kLongest = std::int64_t{1} << 38; // ns, 275 s: times are below this

  // Of requests in work that want this many vCPUs, kCore units; all that is there when they fit.
  struct Rate {
    std::int64_t cores;
    double wanted, ticksPerNs; // a little too many
  };

  // vCPUs that are shared, kCore units, > 0; a number where limits are written.
  SharedPace(std::int64_t shared)
      : m_shared(shared), m_perNs(static_cast<std::int64_t>(static_cast<std::uint64_t>(shared) << kTickBits)),
        m_numerator(static_cast<double>(shared) * (1 << kTickBits) * kAbove),
        m_inverse(kAbove / (static_cast<double>(shared) * (1 << kTickBits))) {}

  // A branch where they fit costs less than the division: they mostly do or mostly do not.
  Rate rateOf(std::int64_t cores) const {
    if (cores <= m_shared) return {m_shared, 0, 0};
    const auto wanted = static_cast<double>(cores);
    return {cores, wanted, m_numerator / wanted};
  }
  // Ticks that pass in 0 <= elapsed < kLongest ns, cut off.
  std::int64_t progress(std::int64_t elapsed, const Rate& rate) const {
    if (rate.cores == m_shared) return elapsed << kTickBits;
    const auto estimate = static_cast<std::int64_t>(static_cast<double>(elapsed) * rate.ticksPerNs);
    return estimate - (rest(elapsed, m_perNs, estimate, rate.cores) < 0 ? 1 : 0);
  }
  // Whole ns until needed >= 0 ticks have passed. Precondition: less than kLongest of them.
  std::int64_t wait(std::int64_t needed, const Rate& rate) const {
    if (rate.cores == m_shared) return (needed + (1 << kTickBits) - 1) >> kTickBits;
    const auto estimate = static_cast<std::int64_t>(static_cast<double>(needed) * (rate.wanted * m_inverse));
    return estimate + (rest(needed, rate.cores, estimate, m_perNs) > 0 ? 1 : 0);
  }
  // The same of any length >= 0, of requests that want `cores`; a wait of 2^63 ns or more is one less than that.
  std::int64_t progress(std::int64_t elapsed, std::int64_t cores) const {
    if (cores <= m_shared) return elapsed << kTickBits;
    if (elapsed < kLongest) [[likely]]
      return progress(elapsed, rateOf(cores));
    const auto ticks = (static_cast<Unsigned128>(elapsed) << kTickBits) * static_cast<Unsigned128>(m_shared);
    return static_cast<std::int64_t>(ticks / static_cast<Unsigned128>(cores));
  }
  std::int64_t wait(std::int64_t needed, std::int64_t cores) const {
    if (cores <= m_shared) return (needed + (1 << kTickBits) - 1) >> kTickBits;
    const auto wanted = static_cast<double>(cores);
    if (static_cast<double>(needed) * (wanted * m_inverse) < static_cast<double>(kLongest)) [[likely]]
      return wait(needed, Rate{cores, wanted, 0});
    const auto perNs = static_cast<Unsigned128>(m_shared) << kTickBits;
    const auto work = static_cast<Unsigned128>(needed) * static_cast<Unsigned128>(cores);
    const auto most = static_cast<Unsigned128>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min((work + perNs - 1) / perNs, most));
  }

 private:
  __extension__ using Unsigned128 = unsigned __int128;
  static constexpr double kAbove = 1 + 0x1p-50;
  // a b - c d, where that fits.
  static std::int64_t rest(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b) -
                                     static_cast<std::uint64_t>(c) * static_cast<std::uint64_t>(d));
  }

  std::int64_t m_shared, m_perNs; // m_perNs: not where more is shared than anybody wants
  double m_numerator, m_inverse;
};

} // namespace model::ec2
