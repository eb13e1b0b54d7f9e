#include "model/ec2/loss_schedule.hpp"

#include <algorithm>
#include <tuple>

namespace model::ec2 {

LossSchedule::LossSchedule(const Ec2Fleet& fleet) {
  for (const auto& loss : fleet.lostInstances) m_losses.push_back({loss.at.count(), Kind::Instances, loss.count});
  for (const auto& loss : fleet.lostZones) {
    const std::int64_t at = loss.at.count(), until = at + loss.lasts.count();
    m_losses.push_back({at, Kind::Zone, until});
    m_losses.push_back({until, Kind::ZoneBack, 0});
  }
  std::ranges::stable_sort(m_losses, {}, [](const Loss& loss) { return std::tuple(loss.at, loss.kind); });
}

void LossSchedule::strike(std::int64_t t, InstanceFleet& fleet) {
  for (; next() <= t; ++m_done) {
    const Loss& loss = m_losses[m_done];
    switch (loss.kind) {
    case Kind::Instances: fleet.lose(loss.amount, t); break;
    case Kind::Zone: fleet.loseZone(t, loss.amount); break;
    case Kind::ZoneBack: fleet.rebalance(t); break;
    }
  }
}

} // namespace model::ec2
