#pragma once
// What AWS does with a fleet's spot launches: which type has capacity, and when it asks an instance back. Draws on a
// stream of its own, so a fleet that buys nothing here draws as before. Pinned by tests/model/spot_test.cpp.
#include <cstdint>
#include <optional>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"

namespace model::ec2 {

class SpotMarket {
 public:
  SpotMarket(const Ec2Fleet& fleet, std::uint64_t seed, std::uint64_t replication); // stream "ec2.spot"
  // The kind that a launch gets: kinds are asked in the order of the allocation. Nothing: none has capacity.
  std::optional<std::size_t> launchKind();
  std::size_t initialKind() { return take(0); } // a fleet that has been running found its capacity
  // Time from a launch of that kind to its notice, ns; kNever: AWS never asks for it.
  std::int64_t untilNotice(std::size_t kind);

 private:
  std::size_t take(std::size_t asked);

  std::vector<double> m_perHour; // notices, by kind
  std::vector<std::size_t> m_order;
  bool m_spread;
  double m_unavailable;
  std::size_t m_first = 0; // of m_order: asked first
  workloads::RandomStream m_random;
};

} // namespace model::ec2
