#include "model/evaluation/contest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "model/evaluation/findings.hpp"

namespace model {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

bool isOpen(const Entrant& entrant) { return entrant.hopeful && !entrant.simulated; }
bool isMet(const Entrant& entrant) { return entrant.simulated && entrant.meets; }
std::pair<double, double> found(const Entrant& entrant) { return {entrant.p99Ms, entrant.usd}; }
std::pair<double, double> atLeast(const Entrant& entrant) { return {entrant.leastP99Ms, entrant.leastUsd}; }

// Indices of those that `counts`, in ascending order of `key`.
std::vector<std::size_t> ordered(std::span<const Entrant> all, auto&& counts, auto&& key) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (counts(all[i])) chosen.push_back(i);
  std::ranges::stable_sort(chosen, {}, [&](std::size_t i) { return key(all[i]); });
  return chosen;
}

// Nobody meets the objective: the fastest first, until one without failures is faster than any other can be.
std::vector<std::size_t> nextHopeless(std::span<const Entrant> all) {
  const bool someFeasible = std::ranges::any_of(all, &Entrant::feasible);
  double fastest = kNever;
  std::size_t tried = 0;
  for (const auto& each : all) {
    if (!each.simulated) continue;
    if (!each.hopeful) ++tried;
    if (each.failedFraction == 0) fastest = std::min(fastest, each.p99Ms);
  }
  if (tried >= kMostHopeless) return {};
  return ordered(
      all,
      [&](const Entrant& each) {
        return !each.simulated && each.feasible == someFeasible && each.leastP99Ms <= fastest;
      },
      atLeast);
}

} // namespace

int costBand(double usd, double cheapestUsd) {
  return static_cast<int>(std::floor(
      std::min(std::log(std::max(usd / std::max(cheapestUsd, 1e-9), 1.0)) / std::log1p(kTooCloseShare), 1e6)));
}

Standing standingOf(std::span<const Entrant> all) {
  Standing standing{kNever, kNever, std::nullopt, false};
  for (const auto& each : all) {
    if (isMet(each)) standing.cheapestUsd = std::min(standing.cheapestUsd, each.usd);
    if (isOpen(each)) standing.floorUsd = std::min(standing.floorUsd, each.leastUsd);
  }
  if (standing.cheapestUsd == kNever) return standing;
  standing.floorUsd = std::min(standing.floorUsd, standing.cheapestUsd);
  std::optional<std::size_t> fastest; // perhaps in the first band
  const auto takeFaster = [&](std::optional<std::size_t>& best, std::size_t i) {
    if (!best || found(all[i]) < found(all[*best])) best = i;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!isMet(all[i]) || costBand(all[i].usd, standing.cheapestUsd) > 0) continue;
    takeFaster(fastest, i);
    if (costBand(all[i].usd, standing.floorUsd) == 0) takeFaster(standing.leader, i);
  }
  standing.doubt = fastest != standing.leader;
  return standing;
}

std::vector<std::size_t> nextToSimulate(std::span<const Entrant> all) {
  const auto standing = standingOf(all);
  const bool unmet = standing.cheapestUsd == kNever;
  const auto byCost = [](const Entrant& each) { return std::pair(each.leastUsd, each.leastP99Ms); };
  if (unmet) {
    auto open = ordered(all, isOpen, byCost);
    return open.empty() ? nextHopeless(all) : open;
  }
  const auto mayBeInFirstBand = [&](const Entrant& each) {
    return isOpen(each) && costBand(each.leastUsd, standing.cheapestUsd) == 0;
  };
  if (standing.doubt) return ordered(all, mayBeInFirstBand, byCost);
  const auto& leader = all[*standing.leader];
  return ordered(
      all, [&](const Entrant& each) { return mayBeInFirstBand(each) && atLeast(each) <= found(leader); }, atLeast);
}

std::vector<std::size_t> contenders(std::span<const Entrant> all, std::span<const std::size_t> order) {
  const double cheapest = standingOf(all).cheapestUsd;
  if (cheapest == kNever)
    return {order.begin(), order.begin() + std::min(std::ssize(order), static_cast<std::ptrdiff_t>(kMostMeeting))};
  std::vector<std::size_t> meeting;
  for (const auto i : order)
    if (isMet(all[i]) && costBand(all[i].usd, cheapest) <= 1 && meeting.size() < kMostMeeting) meeting.push_back(i);
  const auto near = ordered(
      all, [&](const Entrant& each) { return each.nearlyMeets && costBand(each.usd, cheapest) == 0; },
      [](const Entrant& each) { return each.usd; });
  const auto last = near.begin() + std::min(std::ssize(near), static_cast<std::ptrdiff_t>(kMostNearlyMeeting));
  meeting.insert(meeting.end(), near.begin(), last);
  return meeting;
}

} // namespace model
