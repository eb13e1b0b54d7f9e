#include "model/statistics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "workloads/widest.hpp"

namespace model {

namespace {

constexpr int kSubBits = 7; // 128 buckets an octave: half of 2^-7 is the relative error, 0.4 %
constexpr std::int64_t kLinear = std::int64_t{1} << kSubBits;

// Values below 128 have a bucket each; above, the top 8 bits of the value choose.
std::size_t bucketOf(std::int64_t value) {
  if (value < kLinear) return static_cast<std::size_t>(value);
  const int octave = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))) - 1 - kSubBits;
  return static_cast<std::size_t>(octave) * kLinear + static_cast<std::size_t>(value >> octave);
}

// The same for many: above 128, exponent and first bits of the value as a double are the bucket but for a constant.
// Returns the largest and the sum.
struct Extent {
  std::int64_t largest = 0, sum = 0;
};
BREAKEVEN_WIDEST Extent bucketsOf(const std::int64_t* values, std::size_t count, std::int64_t* buckets) {
  using workloads::widest::toDouble;
  constexpr int kLessDouble = 52 - kSubBits;
  constexpr std::int64_t kBias = std::int64_t{1023 + kSubBits - 1} << kSubBits;
  std::int64_t largest = 0, sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t value = values[i];
    const auto bits = std::bit_cast<std::uint64_t>(toDouble(value));
    buckets[i] = value < kLinear ? value : static_cast<std::int64_t>(bits >> kLessDouble) - kBias;
    largest = value > largest ? value : largest;
    sum += value;
  }
  return {largest, sum};
}

double bucketMiddle(std::size_t bucket) {
  if (bucket < static_cast<std::size_t>(kLinear)) return static_cast<double>(bucket);
  const auto octave = static_cast<int>(bucket / kLinear) - 1;
  const auto mantissa = static_cast<double>(bucket - static_cast<std::size_t>(octave) * kLinear);
  return std::ldexp(mantissa + 0.5, octave) - 0.5;
}

constexpr std::size_t kBuckets = (62 - kSubBits + 2) * static_cast<std::size_t>(kLinear);

double sumOf(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum;
}

} // namespace

double studentT975(std::size_t degreesOfFreedom) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(degreesOfFreedom)), 0.975);
}

Estimate estimate(std::span<const double> observations) {
  const auto n = static_cast<double>(observations.size());
  const double mean = sumOf(observations) / n;
  if (observations.size() < 2) return {mean, 0.0};
  double squares = 0;
  for (const double v : observations) squares += (v - mean) * (v - mean);
  return {mean, studentT975(observations.size() - 1) * std::sqrt(squares / (n - 1) / n)};
}

Estimate ratioEstimate(std::span<const double> numerators, std::span<const double> denominators) {
  const double below = sumOf(denominators);
  if (below == 0) return {};
  const double ratio = sumOf(numerators) / below;
  const auto n = static_cast<double>(numerators.size());
  if (numerators.size() < 2) return {ratio, 0.0};
  double squares = 0;
  for (std::size_t i = 0; i < numerators.size(); ++i) {
    const double residual = numerators[i] - ratio * denominators[i];
    squares += residual * residual;
  }
  const double standardError = std::sqrt(squares / (n - 1) / n) / (below / n);
  return {ratio, studentT975(numerators.size() - 1) * standardError};
}

Estimate pairedDifference(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
  return estimate(differences);
}

void LatencyHistogram::record(std::int64_t nanoseconds) { record(std::span<const std::int64_t>(&nanoseconds, 1)); }

void LatencyHistogram::record(std::span<const std::int64_t> nanoseconds) {
  m_count += nanoseconds.size();
  const bool exact = m_buckets.empty();
  if (exact) {
    m_exact.insert(m_exact.end(), nanoseconds.begin(), nanoseconds.end());
    if (m_exact.size() > kExact) fold();
  }
  std::array<std::int64_t, 512> buckets;
  for (; !nanoseconds.empty(); nanoseconds = nanoseconds.subspan(std::min(buckets.size(), nanoseconds.size()))) {
    const auto block = nanoseconds.first(std::min(buckets.size(), nanoseconds.size()));
    std::uint64_t bits = 0;
    for (const auto v : block) bits |= static_cast<std::uint64_t>(v);
    if (bits >= static_cast<std::uint64_t>(workloads::widest::kSmall)) {
      for (const auto v : block) {
        m_sum += v;
        m_max = std::max(m_max, v);
        if (!exact) ++m_buckets[bucketOf(v)];
      }
      continue;
    }
    const Extent extent = bucketsOf(block.data(), block.size(), buckets.data());
    m_sum += extent.sum;
    m_max = std::max(m_max, extent.largest);
    if (exact) continue;
    std::uint64_t* const counts = m_buckets.data();
    for (std::size_t i = 0; i < block.size(); ++i) ++counts[buckets[i]];
  }
}

bool operator==(const LatencyHistogram& a, const LatencyHistogram& b) {
  if (a.m_count != b.m_count || a.m_max != b.m_max || a.m_sum != b.m_sum || a.m_buckets != b.m_buckets) return false;
  auto ours = a.m_exact, theirs = b.m_exact;
  std::ranges::sort(ours);
  std::ranges::sort(theirs);
  return ours == theirs;
}

void LatencyHistogram::fold() {
  m_buckets.assign(kBuckets, 0);
  for (const auto v : m_exact) ++m_buckets[bucketOf(v)];
  m_exact.clear();
  m_exact.shrink_to_fit();
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  if (other.m_buckets.empty()) {
    record(std::span<const std::int64_t>(other.m_exact));
    return;
  }
  if (m_buckets.empty()) fold();
  for (std::size_t i = 0; i < kBuckets; ++i) m_buckets[i] += other.m_buckets[i];
  m_count += other.m_count;
  m_sum += other.m_sum;
  m_max = std::max(m_max, other.m_max);
}

double LatencyHistogram::meanSeconds() const {
  return m_count == 0 ? 0.0 : static_cast<double>(m_sum) / static_cast<double>(m_count) * 1e-9;
}

double LatencyHistogram::maxSeconds() const { return static_cast<double>(m_max) * 1e-9; }

double LatencyHistogram::quantileSeconds(double p) const {
  if (m_count == 0) return 0.0;
  // p * count may land a rounding error above a whole number; 0.99 of 200 is the 198th value, not the 199th.
  const double exactRank = std::ceil(p * static_cast<double>(m_count) * (1 - 1e-15));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(exactRank, 1.0)), 1, m_count);
  if (rank == m_count) return maxSeconds();
  if (m_buckets.empty()) {
    auto sorted = m_exact;
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(sorted.begin(), nth, sorted.end());
    return static_cast<double>(*nth) * 1e-9;
  }
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (seen + m_buckets[bucket] < rank) seen += m_buckets[bucket++];
  return std::min(bucketMiddle(bucket), static_cast<double>(m_max)) * 1e-9;
}

double LatencyHistogram::fractionAtMost(double seconds) const {
  if (m_count == 0) return 0.0;
  std::uint64_t within = 0;
  if (m_buckets.empty()) {
    for (const auto v : m_exact) within += static_cast<double>(v) * 1e-9 <= seconds ? 1 : 0;
  } else {
    for (std::size_t i = 0; i < kBuckets; ++i)
      if (m_buckets[i] != 0 && bucketMiddle(i) * 1e-9 <= seconds) within += m_buckets[i];
  }
  return static_cast<double>(within) / static_cast<double>(m_count);
}

std::vector<LatencyHistogram::Step> LatencyHistogram::cumulative(std::size_t points) const {
  std::vector<Step> steps;
  if (m_count == 0 || points == 0) return steps;
  const auto total = static_cast<double>(m_count);
  if (m_buckets.empty()) {
    auto sorted = m_exact;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t stride = std::max<std::size_t>(1, sorted.size() / points);
    for (std::size_t i = stride - 1; i < sorted.size(); i += stride)
      steps.push_back({static_cast<double>(sorted[i]) * 1e-9, static_cast<double>(i + 1) / total});
  } else {
    const double stride = total / static_cast<double>(points);
    double due = 0;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      seen += m_buckets[i];
      if (m_buckets[i] == 0 || static_cast<double>(seen) < due) continue;
      steps.push_back({bucketMiddle(i) * 1e-9, static_cast<double>(seen) / total});
      due = static_cast<double>(seen) + stride;
    }
  }
  if (steps.empty() || steps.back().cumulative < 1.0) steps.push_back({maxSeconds(), 1.0});
  return steps;
}

} // namespace model
