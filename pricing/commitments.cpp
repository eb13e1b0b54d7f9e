// Commitments applied hour by hour, in AWS's order.
#include "pricing/commitments.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pricing {

namespace {

constexpr std::int64_t kMillisecondsPerHour = 3'600'000;

// What does not change from hour to hour.
struct Plan {
  std::size_t index = 0;          // in Commitments::plans
  std::vector<std::size_t> order; // uses it covers, highest saving first
};

class Hours {
 public:
  Hours(const HourlyUsage& usage, const Commitments& commitments, const CommitmentRates& rates)
      : m_usage(usage), m_commitments(commitments), m_rates(rates) {
    for (const auto& use : usage.uses) {
      const auto factor = isInstance(use) ? normalisedQuarters(sizeOf(use.instanceType)) : 0;
      m_factors.push_back(std::max<std::int64_t>(1, factor));
      m_flexible.push_back(factor > 0);
      m_perPriced.push_back(unitsPerPriced(use.kind) * static_cast<double>(m_factors.back()));
    }
    m_smallestFirst.resize(usage.uses.size());
    std::iota(m_smallestFirst.begin(), m_smallestFirst.end(), std::size_t{0});
    std::stable_sort(m_smallestFirst.begin(), m_smallestFirst.end(),
                     [&](std::size_t a, std::size_t b) { return m_factors[a] < m_factors[b]; });
    for (const auto kind : {isEc2Plan, isComputePlan})
      for (std::size_t i = 0; i < commitments.plans.size(); ++i)
        if (kind(commitments.plans[i].purchase)) m_plans.push_back({i, coverOrder(rates.byPlan[i], rates.onDemand)});
    prepareResult();
  }

  Settlement settled() && {
    for (std::size_t hour = 0; hour < m_usage.hours(); ++hour) settleHour(hour);
    for (std::size_t r = 0; r < m_result.reservations.size(); ++r) finishReservation(r);
    for (std::size_t p = 0; p < m_result.plans.size(); ++p) finishPlan(p);
    for (std::size_t use = 0; use < m_usage.uses.size(); ++use)
      m_result.onDemandUsd += m_result.onDemand[use] * m_rates.onDemand[use];
    return std::move(m_result);
  }

 private:
  void prepareResult() {
    const auto uses = m_usage.uses.size();
    m_result.reservations.resize(m_commitments.reservations.size());
    m_result.plans.resize(m_commitments.plans.size());
    m_result.coveredByReservation.assign(m_commitments.reservations.size(), std::vector<double>(uses));
    m_result.coveredByPlan.assign(m_commitments.plans.size(), std::vector<double>(uses));
    m_result.onDemand.assign(uses, 0);
    m_left.resize(uses);
    m_rest.resize(uses);
  }

  void settleHour(std::size_t hour) {
    const double weight = m_usage.weight(hour);
    for (std::size_t use = 0; use < m_left.size(); ++use) m_left[use] = m_usage.uses[use].hours[hour] * m_factors[use];
    applyReservations(weight);
    for (std::size_t use = 0; use < m_left.size(); ++use)
      m_rest[use] = static_cast<double>(m_left[use]) / m_perPriced[use];
    for (const auto& plan : m_plans) applyPlan(plan, weight);
    for (std::size_t use = 0; use < m_rest.size(); ++use) m_result.onDemand[use] += weight * m_rest[use];
  }

  // All reservations find their own type before any of them lends to its family.
  void applyReservations(double weight) {
    const auto& reservations = m_commitments.reservations;
    m_capacity.clear();
    for (const auto& reservation : reservations) {
      const auto factor = std::max<std::int64_t>(1, normalisedQuarters(sizeOf(reservation.instanceType)));
      m_capacity.push_back(reservation.count * kMillisecondsPerHour * factor);
    }
    for (std::size_t r = 0; r < reservations.size(); ++r)
      for (std::size_t use = 0; use < m_left.size(); ++use)
        if (isInstance(m_usage.uses[use]) && m_usage.uses[use].instanceType == reservations[r].instanceType)
          cover(r, use, weight);
    for (std::size_t r = 0; r < reservations.size(); ++r) lend(r, weight);
  }

  void lend(std::size_t r, double weight) {
    const auto& reservation = m_commitments.reservations[r];
    if (!reservation.sizeFlexible || normalisedQuarters(sizeOf(reservation.instanceType)) == 0) return;
    for (const auto use : m_smallestFirst)
      if (m_flexible[use] && familyOf(m_usage.uses[use].instanceType) == familyOf(reservation.instanceType))
        cover(r, use, weight);
  }

  void cover(std::size_t r, std::size_t use, double weight) {
    const auto taken = std::min(m_left[use], m_capacity[r]);
    m_left[use] -= taken;
    m_capacity[r] -= taken;
    m_result.coveredByReservation[r][use] += weight * static_cast<double>(taken) / m_perPriced[use];
  }

  void applyPlan(const Plan& plan, double weight) {
    double budget = m_commitments.plans[plan.index].usdPerHour;
    const auto& planRates = m_rates.byPlan[plan.index];
    for (const auto use : plan.order) {
      const double cost = m_rest[use] * *planRates[use];
      const double taken = cost <= budget ? m_rest[use] : budget / *planRates[use];
      m_rest[use] -= taken;
      m_result.coveredByPlan[plan.index][use] += weight * taken;
      if (cost > budget) return;
      budget -= cost;
    }
  }

  double eligible(std::size_t use) const {
    double units = 0;
    const auto& hours = m_usage.uses[use].hours;
    for (std::size_t h = 0; h < hours.size(); ++h) units += m_usage.weight(h) * static_cast<double>(hours[h]);
    return units / unitsPerPriced(m_usage.uses[use].kind) * m_rates.onDemand[use];
  }

  void finishReservation(std::size_t r) {
    const auto& reservation = m_commitments.reservations[r];
    auto& result = m_result.reservations[r];
    const double rate = m_rates.reserved[r];
    result.paidUsd = static_cast<double>(reservation.count) * rate * m_usage.totalWeight();
    const double own =
        static_cast<double>(std::max<std::int64_t>(1, normalisedQuarters(sizeOf(reservation.instanceType))));
    for (std::size_t use = 0; use < m_usage.uses.size(); ++use) {
      const double covered = m_result.coveredByReservation[r][use];
      result.usedUsd += covered * rate * static_cast<double>(m_factors[use]) / own;
      result.replacedUsd += covered * m_rates.onDemand[use];
      if (isCoverable(reservation, use)) result.eligibleUsd += eligible(use);
    }
    m_result.committedUsd += result.paidUsd;
  }

  bool isCoverable(const Reservation& reservation, std::size_t use) const {
    const auto& type = m_usage.uses[use].instanceType;
    if (!isInstance(m_usage.uses[use])) return false;
    if (type == reservation.instanceType) return true;
    return reservation.sizeFlexible && m_flexible[use] && familyOf(type) == familyOf(reservation.instanceType) &&
           normalisedQuarters(sizeOf(reservation.instanceType)) > 0;
  }

  void finishPlan(std::size_t p) {
    auto& result = m_result.plans[p];
    result.paidUsd = m_commitments.plans[p].usdPerHour * m_usage.totalWeight();
    for (std::size_t use = 0; use < m_usage.uses.size(); ++use) {
      if (!m_rates.byPlan[p][use]) continue;
      result.usedUsd += m_result.coveredByPlan[p][use] * *m_rates.byPlan[p][use];
      result.replacedUsd += m_result.coveredByPlan[p][use] * m_rates.onDemand[use];
      result.eligibleUsd += eligible(use);
    }
    m_result.committedUsd += result.paidUsd;
  }

  const HourlyUsage& m_usage;
  const Commitments& m_commitments;
  const CommitmentRates& m_rates;
  std::vector<std::int64_t> m_factors; // by use, quarters; 1 where sizes do not matter
  std::vector<bool> m_flexible;        // by use
  std::vector<double> m_perPriced;     // normalised units in one priced unit
  std::vector<std::size_t> m_smallestFirst;
  std::vector<Plan> m_plans;
  // Of the hour at hand: normalised units before plans, priced units behind reservations, capacity by reservation.
  std::vector<std::int64_t> m_left, m_capacity;
  std::vector<double> m_rest;
  Settlement m_result;
};

} // namespace

double HourlyUsage::totalWeight() const {
  return weights.empty() ? static_cast<double>(hours()) : std::accumulate(weights.begin(), weights.end(), 0.0);
}

// Savings are compared in steps of 1e-9, so that rates that differ only in their last bit are equal.
std::vector<std::size_t> coverOrder(const std::vector<std::optional<double>>& planRates,
                                    const std::vector<double>& onDemand) {
  std::vector<std::size_t> order;
  for (std::size_t use = 0; use < planRates.size(); ++use)
    if (planRates[use]) order.push_back(use);
  const auto saving = [&](std::size_t use) {
    return onDemand[use] > 0 ? std::llround(1e9 * (1 - *planRates[use] / onDemand[use])) : 0;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (saving(a) != saving(b)) return saving(a) > saving(b);
    return *planRates[a] < *planRates[b];
  });
  return order;
}

void add(HourlyUse use, HourlyUsage& usage) {
  for (auto& known : usage.uses) {
    if (known.kind != use.kind || known.instanceType != use.instanceType || known.architecture != use.architecture)
      continue;
    for (std::size_t hour = 0; hour < known.hours.size(); ++hour) known.hours[hour] += use.hours[hour];
    return;
  }
  usage.uses.push_back(std::move(use));
}

void addIdleCapacity(std::span<const HourlyUse> reserved, HourlyUsage& usage) {
  HourlyUsage capacity;
  for (const auto& each : reserved) add(each, capacity);
  for (auto& idle : capacity.uses) {
    for (const auto& running : usage.uses)
      if (running.kind == UseKind::Instance && running.instanceType == idle.instanceType)
        for (std::size_t hour = 0; hour < idle.hours.size(); ++hour)
          idle.hours[hour] = std::max<std::int64_t>(0, idle.hours[hour] - running.hours[hour]);
    idle.kind = UseKind::IdleCapacity;
    usage.uses.push_back(std::move(idle));
  }
}

Settlement settle(const HourlyUsage& usage, const Commitments& commitments, const CommitmentRates& rates) {
  return Hours(usage, commitments, rates).settled();
}

} // namespace pricing
