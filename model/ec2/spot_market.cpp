#include "model/ec2/spot_market.hpp"

#include <cmath>
#include <numeric>

#include "model/ec2/tally_recorder.hpp"

namespace model {

std::vector<InstanceKind> kindsOf(const Ec2Fleet& fleet) {
  std::vector<InstanceKind> kinds{fleet};
  kinds.insert(kinds.end(), fleet.furtherKinds.begin(), fleet.furtherKinds.end());
  return kinds;
}

} // namespace model

namespace model::ec2 {

SpotMarket::SpotMarket(const Ec2Fleet& fleet, std::uint64_t seed, std::uint64_t replication)
    : m_order(fleet.mix.spotOrder), m_spread(fleet.mix.spread), m_unavailable(fleet.spot.unavailable),
      m_random(seed, "ec2.spot", replication) {
  for (const auto& kind : kindsOf(fleet)) m_perHour.push_back(kind.interruptionsPerHour);
  if (!m_order.empty()) return;
  m_order.resize(m_perHour.size());
  std::iota(m_order.begin(), m_order.end(), std::size_t{0});
}

std::optional<std::size_t> SpotMarket::launchKind() {
  for (std::size_t asked = 0; asked < m_order.size(); ++asked)
    if (m_unavailable <= 0 || m_random.uniform() >= m_unavailable) return take(asked);
  return std::nullopt;
}

std::size_t SpotMarket::take(std::size_t asked) {
  const std::size_t place = (m_first + asked) % m_order.size();
  if (m_spread) m_first = (place + 1) % m_order.size();
  return m_order[place];
}

std::int64_t SpotMarket::untilNotice(std::size_t kind) {
  constexpr double kNsPerHour = 3.6e12;
  if (m_perHour[kind] <= 0) return kNever;
  const double ns = std::ceil(m_random.exponential() / m_perHour[kind] * kNsPerHour);
  return ns < static_cast<double>(kNever) ? static_cast<std::int64_t>(ns) : kNever;
}

} // namespace model::ec2
