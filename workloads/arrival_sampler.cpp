#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <variant>

#include "workloads/arrivals.hpp"
#include "workloads/profile_rate.hpp"
#include "workloads/schedule.hpp"
#include "workloads/widest.hpp"

namespace workloads {

namespace {

__extension__ using Uint128 = unsigned __int128;

// Every process draws by blocks of this size whatever the caller's batches are, so that the rounding of sums inside a
// block, and with it every time, is the same for every way of asking.
constexpr std::size_t kBlock = 1024;
constexpr double kNanosecondsPerSecond = 1e9;

// An instant finer than a nanosecond that stays so over any horizon.
struct Instant {
  std::int64_t whole = 0;
  double fraction = 0; // 0 <= fraction < 1

  void advance(double nanoseconds) {
    fraction += nanoseconds;
    const double full = std::floor(fraction);
    whole += static_cast<std::int64_t>(full);
    fraction -= full;
  }
};

// The largest double up to which offsets from `whole` stay inside the horizon (above 2^53 the conversion may round up).
double offsetLimit(std::int64_t horizon, std::int64_t whole) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const auto limit = static_cast<double>(horizon - whole);
  return horizon - whole > kExact ? std::nextafter(limit, 0) : limit;
}

// Requests at (k + 1/2) periods. The sum of periods in 64.64 fixed point is exact, and the period is right to 2^-64 ns,
// so the last request of a year is as well placed as the first.
class ConstantProcess {
 public:
  ConstantProcess(const ConstantArrivals& a, std::int64_t horizon) : m_horizon(horizon) {
    constexpr double kOne = 18446744073709551616.0; // 2^64
    const double rate = a.rate.inPerSecond(), period = kNanosecondsPerSecond / rate;
    if (!(period < kOne / 2)) return; // none within 292 years
    const double missing = std::fma(-period, rate, kNanosecondsPerSecond) / rate;
    const double whole = std::floor(period);
    m_period = (static_cast<Uint128>(whole) << 64) + static_cast<Uint128>((period - whole) * kOne);
    const double correction = std::nearbyint(missing * kOne);
    m_period =
        correction < 0 ? m_period - static_cast<Uint128>(-correction) : m_period + static_cast<Uint128>(correction);
    // A hair (2^-20 ns) later, so that instants that are whole nanoseconds are not cut to the one before.
    m_next = m_period / 2 + (std::uint64_t{1} << 44);
  }
  std::size_t produce(std::span<std::int64_t> out) {
    if (m_period == 0) return 0;
    for (std::size_t n = 0; n < out.size(); ++n) {
      const auto time = static_cast<std::int64_t>(m_next >> 64);
      if (time >= m_horizon) return n;
      out[n] = time;
      m_next += m_period;
    }
    return out.size();
  }

 private:
  std::int64_t m_horizon;
  Uint128 m_period = 0, m_next = 0;
};

// Gaps, in units of their mean, become offsets from the last instant; none is below the one before.
void addUp(std::span<const double> gaps, double mean, double offset, double* offsets) {
  for (const double gap : gaps) *offsets++ = offset += gap * mean;
}

// Of ascending offsets, how many lie below the limit; mostly all.
std::size_t countBelow(std::span<const double> offsets, double limit) {
  if (offsets.empty() || offsets.back() < limit) return offsets.size();
  return static_cast<std::size_t>(std::ranges::lower_bound(offsets, limit) - offsets.begin());
}

BREAKEVEN_WIDEST void addCutOff(const double* offsets, std::size_t count, std::int64_t whole, double fraction,
                                std::int64_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = whole + widest::cutOff(fraction + offsets[i]);
}

// Whole nanoseconds of offsets >= 0 from whole + fraction.
void instants(std::span<const double> offsets, std::int64_t whole, double fraction, std::int64_t* out) {
  if (offsets.empty()) return;
  if (offsets.back() < static_cast<double>(widest::kSmall))
    return addCutOff(offsets.data(), offsets.size(), whole, fraction, out);
  for (std::size_t i = 0; i < offsets.size(); ++i) out[i] = whole + static_cast<std::int64_t>(fraction + offsets[i]);
}

// Independent gaps of mean 1, drawn by the block, and the offsets they lead to.
struct ExponentialGaps {
  RandomStream random;
  void fill(std::span<double> gaps, double mean, double offset, double* offsets) {
    random.fillExponential(gaps, offset, mean, offsets);
  }
};

// The first gap of an equilibrium renewal process is a uniform share of a length-biased gap (Cox 1962, section 2.5),
// and a length-biased gamma variate of shape a is a gamma variate of shape a + 1.
struct GammaGaps {
  RandomStream random;
  double shape;
  bool first = true;
  void fill(std::span<double> gaps, double mean, double offset, double* offsets) {
    for (double& gap : gaps) {
      gap = (first ? random.uniform() * random.gamma(shape + 1) : random.gamma(shape)) / shape;
      first = false;
    }
    addUp(gaps, mean, offset, offsets);
  }
};

template <class Gaps> class RenewalProcess {
 public:
  RenewalProcess(Gaps gaps, RequestRate rate, std::int64_t horizon)
      : m_gaps(std::move(gaps)), m_meanGap(kNanosecondsPerSecond / rate.inPerSecond()), m_horizon(horizon) {}

  std::size_t produce(std::span<std::int64_t> out) {
    const auto offsets = std::span(m_offsets).first(out.size());
    m_gaps.fill(std::span(m_buffer).first(out.size()), m_meanGap, m_now.fraction, offsets.data());
    const std::size_t n = countBelow(offsets, offsetLimit(m_horizon, m_now.whole));
    instants(offsets.first(n), m_now.whole, 0, out.data());
    if (n < out.size()) return n;
    const double offset = offsets.back();
    m_now.fraction = 0;
    m_now.advance(offset);
    return n;
  }

 private:
  Gaps m_gaps;
  double m_meanGap; // infinite at rate 0: the first gap ends the process
  std::int64_t m_horizon;
  Instant m_now;
  std::array<double, kBlock> m_buffer, m_offsets;
};

struct Segment {
  double length, rate; // ns, per ns
  double slope = 0;    // per ns of ns; of processes whose rate ramps
};

// On and off by turns; one random stream for the stays alone, so that other rates meet the same stays.
class BurstySegments {
 public:
  BurstySegments(const BurstyArrivals& a, RandomStream stays)
      : m_process(a), m_stays(stays), m_on(m_stays.uniform() * static_cast<double>(a.on.count() + a.off.count()) <
                                           static_cast<double>(a.on.count())) {}
  Segment next() {
    const Duration mean = m_on ? m_process.on : m_process.off;
    const RequestRate rate = m_on ? m_process.rateOn : m_process.rateOff;
    m_on = !m_on;
    return {m_stays.exponential() * static_cast<double>(mean.count()), rate.inPerSecond() / kNanosecondsPerSecond};
  }

 private:
  BurstyArrivals m_process;
  RandomStream m_stays;
  bool m_on;
};

// Hours; with extra dispersion minutes. Counts of a minute with expectation m and gamma multiplier of variance v have
// the index of dispersion 1 + m v, so v = (dispersion - 1) / m at the mean rate.
class ProfileSegments {
 public:
  ProfileSegments(const ProfileArrivals& a, RandomStream multipliers)
      : m_rate(a), m_multipliers(multipliers), m_dispersed(a.dispersion > 1 && a.mean.inPerSecond() > 0),
        m_shape(m_dispersed ? a.mean.inPerSecond() * 60 / (a.dispersion - 1) : 0) {}
  Segment next() {
    if (m_minute % 60 == 0) m_hourRate = m_rate.perSecond(m_minute / 60) / kNanosecondsPerSecond;
    if (!m_dispersed) {
      m_minute += 60;
      return {3600 * kNanosecondsPerSecond, m_hourRate};
    }
    ++m_minute;
    return {60 * kNanosecondsPerSecond, m_hourRate * m_multipliers.gamma(m_shape) / m_shape};
  }

 private:
  ProfileRate m_rate;
  RandomStream m_multipliers;
  bool m_dispersed;
  double m_shape;
  std::int64_t m_minute = 0;
  double m_hourRate = 0;
};

// Base, rise, hold, fall, base without end.
class FlashSegments {
 public:
  static constexpr bool kRamps = true;
  explicit FlashSegments(const FlashArrivals& a) {
    const double base = a.base.inPerSecond() / kNanosecondsPerSecond,
                 peak = a.peak.inPerSecond() / kNanosecondsPerSecond;
    const auto length = [](Duration d) { return static_cast<double>(d.count()); };
    const auto ramp = [&](Duration d, double from, double to) {
      return Segment{length(d), from, d > Duration{} ? (to - from) / length(d) : 0};
    };
    m_segments = {Segment{length(a.at), base}, ramp(a.rise, base, peak), Segment{length(a.hold), peak},
                  ramp(a.fall, peak, base), Segment{1e30, base}};
  }
  Segment next() { return m_segments[m_next++]; }

 private:
  std::array<Segment, 5> m_segments;
  std::size_t m_next = 0;
};

// Poisson process with a piecewise constant or linear rate by change of time (Cinlar 1975, section 4.7): the integrated
// rate between requests is exponential with mean 1; what a segment leaves of it is carried over the boundary.
template <class Segments> class PiecewiseProcess {
 public:
  PiecewiseProcess(Segments segments, RandomStream random, std::int64_t horizon)
      : m_segments(std::move(segments)), m_random(random), m_horizon(horizon) {
    m_random.fillExponential(m_units);
    enter();
  }

  std::size_t produce(std::span<std::int64_t> out) {
    std::size_t n = inSegment(out);
    while (n < out.size() && !m_last) {
      leave();
      enter();
      n += inSegment(out.subspan(n));
    }
    return n;
  }

 private:
  static constexpr std::size_t kUnits = 256;
  static constexpr bool kRamps = requires { Segments::kRamps; };
  // x with rate x + slope x^2 / 2 = pending, in the form that loses no digits; nothing (NaN) where a falling rate ends
  // before that.
  double rampedGap(double offset, double pending) const {
    const double rate = m_segment.rate + m_segment.slope * offset;
    return 2 * pending / (rate + std::sqrt(rate * rate + 2 * m_segment.slope * pending));
  }
  void enter() {
    m_segment = m_segments.next();
    const double limit = offsetLimit(m_horizon, m_start.whole) - m_start.fraction;
    m_last = m_segment.length >= limit;
    if (m_last) m_segment.length = limit;
    m_offset = 0;
    lookAhead();
  }
  void leave() {
    double rate = m_segment.rate;
    if constexpr (kRamps) rate += 0.5 * m_segment.slope * (m_offset + m_segment.length);
    m_units[m_next] = std::max(0.0, m_units[m_next] - (m_segment.length - m_offset) * rate);
    m_start.advance(m_segment.length);
  }
  // Where the requests of the units at hand are, up to the first that is behind the segment or a few further.
  void lookAhead() {
    constexpr std::size_t kPiece = 8;
    double offset = m_offset;
    m_known = m_next;
    do {
      const std::size_t count = std::min(kPiece, kUnits - m_known);
      const auto units = std::span(m_units).subspan(m_known, count);
      double* const offsets = &m_ahead[m_known];
      if constexpr (kRamps) { // behind its segment a ramp means nothing
        for (std::size_t i = 0; i < count; ++i)
          offsets[i] = offset = offset < m_segment.length ? offset + rampedGap(offset, units[i]) : offset;
      } else {
        addUp(units, 1 / m_segment.rate, offset, offsets);
        offset = offsets[count - 1];
      }
      m_known += count;
    } while (offset < m_segment.length && m_known < kUnits);
  }
  void drawNext() {
    m_next = 0;
    m_known = kUnits;
    if constexpr (!kRamps) return m_random.fillExponential(m_units, m_offset, 1 / m_segment.rate, m_ahead.data());
    m_random.fillExponential(m_units);
    lookAhead();
  }
  // Requests up to the end of the segment or of the room.
  std::size_t inSegment(std::span<std::int64_t> out) {
    for (std::size_t n = 0;;) {
      const auto offsets = std::span(m_ahead).subspan(m_next, std::min(m_known - m_next, out.size() - n));
      const std::size_t taken = countBelow(offsets, m_segment.length);
      instants(offsets.first(taken), m_start.whole, m_start.fraction, out.data() + n);
      if (taken > 0) m_offset = offsets[taken - 1];
      n += taken;
      m_next += taken;
      if (m_next == kUnits) drawNext();
      if (taken < offsets.size() || n == out.size()) return n;
    }
  }

  Segments m_segments;
  RandomStream m_random;
  std::int64_t m_horizon;
  // Integrated rate from request to request, the next one's from m_offset on; and where that leads to in the segment.
  std::array<double, kUnits> m_units{}, m_ahead{};
  std::size_t m_next = 0, m_known = 0; // m_ahead is known up to there
  Instant m_start;                     // of the segment
  Segment m_segment{};
  double m_offset = 0; // of the last request from the segment's start
  bool m_last = false; // the horizon lies in this segment
};

// Every instant of another process, `size` times.
class BatchProcess {
 public:
  BatchProcess(const BatchArrivals& a, RandomStream random, std::int64_t horizon)
      : m_instants({random}, a.rate, horizon), m_size(a.size) {}

  std::size_t produce(std::span<std::int64_t> out) {
    std::size_t n = 0;
    while (n < out.size() && (m_left > 0 || nextBatch())) {
      const auto taken = std::min<std::size_t>(out.size() - n, static_cast<std::size_t>(m_left));
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(n), taken, m_block[m_begin - 1]);
      m_left -= static_cast<std::int64_t>(taken);
      n += taken;
    }
    return n;
  }

 private:
  bool nextBatch() {
    if (m_begin == m_end) {
      if (m_ended) return false;
      m_begin = 0;
      m_end = m_instants.produce(m_block);
      m_ended = m_end < m_block.size();
      if (m_end == 0) return false;
    }
    ++m_begin;
    m_left = m_size;
    return true;
  }
  RenewalProcess<ExponentialGaps> m_instants;
  std::int64_t m_size, m_left = 0; // of the batch that ends before m_begin
  std::array<std::int64_t, kBlock> m_block{};
  std::size_t m_begin = 0, m_end = 0;
  bool m_ended = false;
};

// Each firing brings the whole part of `requests`, and one more with the probability of what is left.
class CronProcess {
 public:
  CronProcess(const CronArrivals& a, RandomStream random, std::int64_t horizon)
      : m_schedule(a.expression), m_random(random), m_requests(a.requests), m_horizon(horizon) {}

  std::size_t produce(std::span<std::int64_t> out) {
    std::size_t n = 0;
    while (n < out.size() && (m_left > 0 || fire())) {
      const auto taken = std::min<std::size_t>(out.size() - n, static_cast<std::size_t>(m_left));
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(n), taken, m_at);
      m_left -= static_cast<std::int64_t>(taken);
      n += taken;
    }
    return n;
  }

 private:
  bool fire() {
    while (m_left == 0) {
      const auto next = m_schedule.nextAtOrAfter(Duration(m_at + 1));
      if (!next || next->count() >= m_horizon) return false;
      m_at = next->count();
      const double whole = std::floor(m_requests), part = m_requests - whole;
      m_left = static_cast<std::int64_t>(whole) + (part > 0 && m_random.uniform() < part ? 1 : 0);
    }
    return true;
  }
  Schedule m_schedule;
  RandomStream m_random;
  double m_requests;
  std::int64_t m_horizon, m_at = -1, m_left = 0;
};

struct NoProcess {
  std::size_t produce(std::span<std::int64_t>) { return 0; }
};

using AnyProcess = std::variant<NoProcess, ConstantProcess, RenewalProcess<ExponentialGaps>, RenewalProcess<GammaGaps>,
                                PiecewiseProcess<BurstySegments>, PiecewiseProcess<ProfileSegments>,
                                PiecewiseProcess<FlashSegments>, BatchProcess, CronProcess>;

AnyProcess processOf(const ConstantArrivals& a, RandomStream, std::int64_t horizon) {
  return ConstantProcess(a, horizon);
}
AnyProcess processOf(const PoissonArrivals& a, RandomStream random, std::int64_t horizon) {
  return RenewalProcess<ExponentialGaps>({random}, a.rate, horizon);
}
AnyProcess processOf(const RenewalArrivals& a, RandomStream random, std::int64_t horizon) {
  return RenewalProcess<GammaGaps>({random, 1 / (a.cv * a.cv)}, a.rate, horizon);
}
AnyProcess processOf(const BurstyArrivals& a, RandomStream random, std::int64_t horizon) {
  const RandomStream stays(random.next(), "stays", 0);
  return PiecewiseProcess<BurstySegments>(BurstySegments(a, stays), random, horizon);
}
AnyProcess processOf(const ProfileArrivals& a, RandomStream random, std::int64_t horizon) {
  const RandomStream multipliers(random.next(), "multipliers", 0);
  return PiecewiseProcess<ProfileSegments>(ProfileSegments(a, multipliers), random, horizon);
}
AnyProcess processOf(const BatchArrivals& a, RandomStream random, std::int64_t horizon) {
  return BatchProcess(a, random, horizon);
}
AnyProcess processOf(const FlashArrivals& a, RandomStream random, std::int64_t horizon) {
  return PiecewiseProcess<FlashSegments>(FlashSegments(a), random, horizon);
}
AnyProcess processOf(const CronArrivals& a, RandomStream random, std::int64_t horizon) {
  return CronProcess(a, random, horizon);
}
AnyProcess processOf(const TraceArrivals&, RandomStream, std::int64_t) {
  assert(!"a trace is read, not drawn: RequestStream");
  return NoProcess{};
}

} // namespace

struct ArrivalSampler::State {
  AnyProcess process;
  std::array<std::int64_t, kBlock> block{};
  std::size_t begin = 0, end = 0; // what of the block was not handed out yet
  bool finished = false;

  std::size_t produce(std::span<std::int64_t> out) {
    const auto n = std::visit([out](auto& p) { return p.produce(out); }, process);
    finished = n < out.size();
    return n;
  }
  std::size_t takeFromBlock(std::span<std::int64_t> out) {
    const std::size_t n = std::min(out.size(), end - begin);
    std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(begin), n, out.begin());
    begin += n;
    return n;
  }
};

ArrivalSampler::ArrivalSampler(const Arrivals& arrivals, RandomStream random, Duration horizon)
    : m_state(new State{horizon > Duration{}
                            ? std::visit([&](const auto& a) { return processOf(a, random, horizon.count()); }, arrivals)
                            : AnyProcess{NoProcess{}}}) {}

ArrivalSampler::~ArrivalSampler() = default;
ArrivalSampler::ArrivalSampler(ArrivalSampler&&) noexcept = default;
ArrivalSampler& ArrivalSampler::operator=(ArrivalSampler&&) noexcept = default;

std::size_t ArrivalSampler::fill(std::span<std::int64_t> nanoseconds) {
  std::size_t n = m_state->takeFromBlock(nanoseconds);
  // Whole blocks go straight to the caller.
  while (nanoseconds.size() - n >= kBlock && !m_state->finished) n += m_state->produce(nanoseconds.subspan(n, kBlock));
  while (n < nanoseconds.size() && !m_state->finished) {
    m_state->begin = 0;
    m_state->end = m_state->produce(m_state->block);
    n += m_state->takeFromBlock(nanoseconds.subspan(n));
  }
  return n;
}

} // namespace workloads
