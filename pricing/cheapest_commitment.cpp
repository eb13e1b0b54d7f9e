// The cheapest commitment of each kind, found at the kinks of a convex cost.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pricing/commitments.hpp"

namespace pricing {

namespace {

constexpr double kNoise = 1e-12; // relative: costs closer than this are equal, and the smaller commitment is taken

// A commitment of `at` dollars an hour covers one more use of one more hour completely; from there on each further
// dollar saves `less` dollars less.
struct Kink {
  double at = 0, less = 0;
};

// Each hour still costs a dollar per dollar committed, and saves on demand what the dollar covers.
double cheapestAmong(std::vector<Kink> kinks, double slopeAtZero, double totalWeight) {
  std::ranges::sort(kinks, {}, &Kink::at);
  double slope = slopeAtZero, at = 0;
  for (const auto& kink : kinks) {
    if (slope >= -kNoise * totalWeight) break;
    slope += kink.less;
    at = kink.at;
  }
  return at;
}

class Optimum {
 public:
  Optimum(const HourlyUsage& usage, const CommitmentKind& kind, const PriceCatalogue& catalogue,
          std::string_view region)
      : m_usage(usage), m_kind(kind) {
    for (const auto& use : usage.uses)
      if (isInstance(use)) m_type = use.instanceType;
    if (kind.base && isReservation(*kind.base)) m_empty.reservations.push_back({m_type, 0, *kind.base});
    if (kind.base && isEc2Plan(*kind.base)) m_empty.plans.push_back({*kind.base, 0, std::string(familyOf(m_type))});
    if (kind.compute) m_empty.plans.push_back({*kind.compute, 0});
    if (!kind.base || !m_type.empty()) m_rates = ratesFor(usage, m_empty, catalogue, region);
  }

  std::optional<Commitments> found() const {
    if (!isSold()) return std::nullopt;
    if (m_usage.uses.empty() || m_usage.hours() == 0) return Commitments{};
    if (!m_kind.base) return trimmed(topped(m_empty));
    return trimmed(m_kind.compute ? mixed() : based());
  }

 private:
  bool isSold() const {
    if (m_kind.base && (m_type.empty() || baseRate() <= 0)) return false;
    return !m_kind.compute || std::ranges::any_of(m_rates.byPlan.back(), [](const auto& rate) { return rate > 0; });
  }
  bool isReserved() const { return isReservation(*m_kind.base); }
  // USD per instance hour.
  double baseRate() const {
    if (isReserved()) return m_rates.reserved.empty() ? 0 : m_rates.reserved.front();
    if (!m_rates.byPlan.empty())
      for (const auto& rate : m_rates.byPlan.front())
        if (rate) return *rate;
    return 0;
  }

  double hoursOf(std::size_t use, std::size_t hour) const {
    return static_cast<double>(m_usage.uses[use].hours[hour]) / unitsPerPriced(m_usage.uses[use].kind);
  }
  double instances(std::size_t hour) const {
    double sum = 0;
    for (std::size_t use = 0; use < m_usage.uses.size(); ++use)
      if (isInstance(m_usage.uses[use])) sum += hoursOf(use, hour);
    return sum;
  }

  // `dollars` an hour of the base: whole reservations, or the plan.
  Commitments withBase(double dollars) const {
    auto commitments = m_empty;
    if (isReserved())
      commitments.reservations.front().count = static_cast<std::int64_t>(std::llround(dollars / baseRate()));
    else
      commitments.plans.front().usdPerHour = dollars;
    return commitments;
  }
  double costOf(const Commitments& commitments) const { return settle(m_usage, commitments, m_rates).totalUsd(); }
  bool isCheaper(const Commitments& a, const Commitments& b) const {
    const double cost = costOf(b);
    return costOf(a) < cost - kNoise * cost;
  }

  // Instances that the base leaves uncovered.
  double uncoveredInstances(const Commitments& commitments, std::size_t hour) const {
    if (!m_kind.base) return instances(hour);
    const double covered = isReserved() ? static_cast<double>(commitments.reservations.front().count)
                                        : commitments.plans.front().usdPerHour / baseRate();
    return std::max(0.0, instances(hour) - covered);
  }

  // The best Compute Savings Plan on top of what is there.
  Commitments topped(Commitments commitments) const {
    const auto& planRates = m_rates.byPlan.back();
    const auto order = coverOrder(planRates, m_rates.onDemand);
    std::vector<Kink> kinks;
    double slope = m_usage.totalWeight();
    for (std::size_t hour = 0; hour < m_usage.hours(); ++hour) slope -= addKinks(commitments, hour, order, kinks);
    commitments.plans.back().usdPerHour = cheapestAmong(std::move(kinks), slope, m_usage.totalWeight());
    return commitments;
  }

  // Of one hour; returns what the first dollar saves.
  double addKinks(const Commitments& commitments, std::size_t hour, const std::vector<std::size_t>& order,
                  std::vector<Kink>& kinks) const {
    const auto& planRates = m_rates.byPlan.back();
    const double weight = m_usage.weight(hour);
    double at = 0, saves = 0, first = 0, instancesLeft = uncoveredInstances(commitments, hour);
    for (const auto use : order) {
      double quantity = hoursOf(use, hour);
      if (isInstance(m_usage.uses[use])) {
        quantity = std::min(quantity, instancesLeft);
        instancesLeft -= quantity;
      }
      if (quantity <= 0 || *planRates[use] <= 0) continue;
      const double next = weight * m_rates.onDemand[use] / *planRates[use];
      if (at > 0)
        kinks.push_back({at, saves - next});
      else
        first = next;
      at += quantity * *planRates[use];
      saves = next;
    }
    if (at > 0) kinks.push_back({at, saves});
    return first;
  }

  std::vector<Kink> baseKinks(double& slope) const {
    std::vector<Kink> kinks;
    slope = m_usage.totalWeight();
    for (std::size_t hour = 0; hour < m_usage.hours(); ++hour) {
      const double running = instances(hour);
      if (running <= 0) continue;
      const double saves = m_usage.weight(hour) * instancePrice() / baseRate();
      kinks.push_back({running * baseRate(), saves});
      slope -= saves;
    }
    return kinks;
  }
  double instancePrice() const {
    for (std::size_t use = 0; use < m_usage.uses.size(); ++use)
      if (isInstance(m_usage.uses[use])) return m_rates.onDemand[use];
    return 0;
  }

  Commitments based() const {
    double slope = 0;
    auto kinks = baseKinks(slope);
    const double dollars = cheapestAmong(std::move(kinks), slope, m_usage.totalWeight());
    if (!isReserved()) return withBase(dollars);
    const auto fewer = withBase(std::floor(dollars / baseRate() + kNoise) * baseRate());
    const auto more = withBase(std::ceil(dollars / baseRate() - kNoise) * baseRate());
    return isCheaper(more, fewer) ? more : fewer;
  }

  // Where the base may have its kinks: every number of reservations, or the plan that covers all instances of an hour.
  std::vector<double> baseSteps() const {
    std::vector<double> steps{0};
    for (std::size_t hour = 0; hour < m_usage.hours(); ++hour) steps.push_back(instances(hour) * baseRate());
    if (isReserved()) {
      const double most = std::ceil(*std::ranges::max_element(steps) / baseRate() - kNoise);
      steps.clear();
      for (double count = 0; count <= most; ++count) steps.push_back(count * baseRate());
    }
    std::ranges::sort(steps);
    steps.erase(std::ranges::unique(steps).begin(), steps.end());
    return steps;
  }

  // With the best plan on top, the cost is convex in the base: halve the steps, then look between the two neighbours,
  // where another use of the plan may have its kink.
  Commitments mixed() const {
    const auto steps = baseSteps();
    std::size_t low = 0, high = steps.size() - 1;
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      if (isCheaper(topped(withBase(steps[middle + 1])), topped(withBase(steps[middle]))))
        low = middle + 1;
      else
        high = middle;
    }
    const auto best = topped(withBase(steps[low]));
    if (isReserved()) return best;
    const auto between = narrowed(steps[low > 0 ? low - 1 : 0], steps[std::min(low + 1, steps.size() - 1)]);
    return isCheaper(between, best) ? between : best;
  }

  Commitments narrowed(double low, double high) const {
    constexpr int kThirds = 70; // (2/3)^70 of the bracket is below the last bit
    for (int i = 0; i < kThirds && low < high; ++i) {
      const double third = (high - low) / 3;
      if (costOf(topped(withBase(high - third))) < costOf(topped(withBase(low + third))))
        low += third;
      else
        high -= third;
    }
    return topped(withBase((low + high) / 2));
  }

  static Commitments trimmed(Commitments commitments) {
    std::erase_if(commitments.reservations, [](const auto& each) { return each.count == 0; });
    std::erase_if(commitments.plans, [](const auto& each) { return each.usdPerHour <= 0; });
    return commitments;
  }

  const HourlyUsage& m_usage;
  CommitmentKind m_kind;
  std::string m_type;
  Commitments m_empty; // of the kind, nothing committed yet
  CommitmentRates m_rates;
};

} // namespace

std::string name(const CommitmentKind& kind) {
  if (!kind.base) return std::string(kind.compute ? name(*kind.compute) : name(Purchase::OnDemand));
  if (!kind.compute) return std::string(name(*kind.base));
  return fmt::format("{} + {}", name(*kind.base), name(*kind.compute));
}

std::optional<Commitments> cheapestCommitment(const HourlyUsage& usage, const CommitmentKind& kind,
                                              const PriceCatalogue& catalogue, std::string_view region) {
  return Optimum(usage, kind, catalogue, region).found();
}

} // namespace pricing
