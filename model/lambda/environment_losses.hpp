#pragma once
// When one function's environments are lost: to machines and zones that die, and to a new version of the code, which
// begins with new ones. All known in advance, so that a call or an idle spell is cut when it begins (failures.hpp).
// Which ones: of lost instances the lowest numbers in use, of a zone those whose number falls into it. Pinned by
// tests/model/event_sources_test.cpp.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/failures.hpp"

namespace model::lambda {

class EnvironmentLosses {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  EnvironmentLosses(const Failures& failures, int zones) : m_zones(static_cast<std::uint32_t>(std::max(1, zones))) {
    for (const auto& loss : failures.lostInstances) m_losses.push_back({loss.at.count(), loss.count});
    for (const auto& loss : failures.lostZones) m_losses.push_back({loss.at.count(), kZone});
    for (const auto& deployment : failures.badDeployments)
      m_versions.insert(m_versions.end(), {deployment.at.count(), (deployment.at + deployment.lasts).count()});
    std::ranges::sort(m_losses, {}, &Loss::ns);
    std::ranges::sort(m_versions);
  }

  // The first time after `ns` at which this environment dies with its machine.
  std::int64_t machineLostAfter(std::uint32_t environment, std::int64_t ns) const {
    for (const Loss& loss : m_losses)
      if (loss.ns > ns && (loss.count == kZone ? environment % m_zones == 0 : environment < loss.count)) return loss.ns;
    return kNever;
  }
  // The first time after `ns` at which another version is deployed.
  std::int64_t replacedAfter(std::int64_t ns) const {
    const auto next = std::ranges::upper_bound(m_versions, ns);
    return next == m_versions.end() ? kNever : *next;
  }

 private:
  static constexpr std::int64_t kZone = -1;
  struct Loss {
    std::int64_t ns, count;
  };
  std::uint32_t m_zones;
  std::vector<Loss> m_losses;
  std::vector<std::int64_t> m_versions;
};

} // namespace model::lambda
