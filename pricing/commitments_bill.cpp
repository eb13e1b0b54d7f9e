// Commitments on a bill: what was paid for and used, what was paid for in vain, what was covered, what is left on
// demand.
#include <algorithm>
#include <fmt/format.h>

#include "pricing/bill_draft.hpp"

namespace pricing {

namespace {

struct ItemNames {
  std::string_view service, onDemand, covered;
};

ItemNames namesOf(UseKind kind) {
  switch (kind) {
  case UseKind::Instance: return {"ec2", "instance_hours", "covered_hours"};
  case UseKind::IdleCapacity: return {"ec2", "capacity_unused", "covered_capacity"};
  case UseKind::LambdaDuration: return {"lambda", "duration", "covered_duration"};
  case UseKind::LambdaProvisionedDuration: return {"lambda", "provisioned_duration", "covered_provisioned_duration"};
  case UseKind::LambdaProvisionedConcurrency:
    return {"lambda", "provisioned_concurrency", "covered_provisioned_concurrency"};
  case UseKind::LambdaRequests: return {"lambda", "requests", "covered_requests"};
  case UseKind::FargateVcpu: return {"fargate", "vcpu", "covered_vcpu"};
  case UseKind::FargateMemory: return {"fargate", "memory", "covered_memory"};
  }
  return {};
}

std::string_view subject(const HourlyUse& use) {
  return isInstance(use) ? std::string_view(use.instanceType) : name(use.architecture);
}

void noteUnknownNames(const CommittedUsage& committed, BillDraft& draft) {
  std::vector<std::string_view> types, families;
  for (const auto& type : draft.catalogue().types()) {
    types.push_back(type.name);
    families.push_back(type.family);
  }
  const auto checkType = [&](const std::string& type, const std::string& place) {
    if (!draft.catalogue().findType(type))
      draft.note(place + "/instance_type", quoted(type), "an instance type",
                 nearestName(type, std::span<const std::string_view>(types)));
  };
  for (const auto& use : committed.usage.uses)
    if (isInstance(use)) checkType(use.instanceType, use.place);
  const auto& [reservations, plans] = committed.commitments;
  for (std::size_t i = 0; i < reservations.size(); ++i)
    checkType(reservations[i].instanceType, fmt::format("/commitments/reservations/{}", i));
  for (std::size_t i = 0; i < plans.size(); ++i)
    if (isEc2Plan(plans[i].purchase) && std::ranges::find(families, plans[i].family) == families.end())
      draft.note(fmt::format("/commitments/savings_plans/{}/family", i), quoted(plans[i].family), "an instance family",
                 nearestName(plans[i].family, std::span<const std::string_view>(families)));
}

void noteMissing(const std::vector<MissingRate>& missing, BillDraft& draft) {
  for (const auto& [rate, place] : missing) {
    const bool instance = rate.starts_with("ec2.");
    if (instance && !draft.catalogue().findType(rate.substr(rate.find('.', 4) + 1))) continue; // an unknown type
    draft.note(place, fmt::format("no price {} for {}", quoted(rate), draft.region()),
               "something sold there, or its price under \"prices\"");
  }
}

// What is left of two amounts that should cancel, without the last bits.
double difference(double paid, double used) { return paid - used > 1e-9 * paid ? paid - used : 0; }

// "94.3 % used, covers 100 % of what it could"
std::string usedAndCovered(const CommitmentUse& use) {
  return fmt::format("{} used, covers {} of what it could", displayPercent(use.utilisation()),
                     displayPercent(use.coverage()));
}

// An override has no date.
std::string dated(const Tariff& tariff) {
  return tariff.own ? tariff.source : fmt::format("{}, {}", tariff.source, tariff.asOf);
}

class CommitmentLines {
 public:
  CommitmentLines(const CommittedUsage& committed, const Settlement& settled, BillDraft& draft)
      : m_committed(committed), m_settled(settled), m_draft(draft) {}

  void write() {
    for (std::size_t i = 0; i < m_settled.reservations.size(); ++i) writeReservation(i);
    for (std::size_t i = 0; i < m_settled.plans.size(); ++i) writePlan(i);
    for (std::size_t use = 0; use < uses().size(); ++use) writeOnDemand(use);
  }

 private:
  const std::vector<HourlyUse>& uses() const { return m_committed.usage.uses; }

  void writeReservation(std::size_t i) {
    const auto& reservation = m_committed.commitments.reservations[i];
    const auto place = fmt::format("/commitments/reservations/{}", i);
    const HourlyUse own{UseKind::Instance, reservation.instanceType, Architecture::X86_64, {}, place};
    auto tariff = rateOf(m_draft.catalogue(), m_draft.region(), own, reservation.purchase);
    if (!tariff) return;
    tariff->source = fmt::format("{}; {}", dated(*tariff), usedAndCovered(m_settled.reservations[i]));
    tariff->asOf.clear();
    const double usd = tariff->firstPrice().inDollarsPerUnit();
    const double paid = static_cast<double>(reservation.count) * m_committed.usage.totalWeight();
    const double unused = usd > 0 ? difference(paid, m_settled.reservations[i].usedUsd / usd) : 0;
    const auto label = fmt::format("({}, {})", reservation.instanceType, name(reservation.purchase));
    m_draft.charge({"ec2", "reserved_hours " + label, place}, paid - unused, *tariff, paid - unused);
    m_draft.charge({"ec2", "reserved_unused " + label, place}, unused, *tariff, unused);
    for (std::size_t use = 0; use < uses().size(); ++use)
      if (uses()[use].instanceType != reservation.instanceType || uses()[use].kind != UseKind::Instance)
        showCovered(use, m_settled.coveredByReservation[i][use],
                    fmt::format("{} {}", reservation.instanceType, name(reservation.purchase)), tariff->source);
  }

  void writePlan(std::size_t i) {
    const auto& plan = m_committed.commitments.plans[i];
    const auto& result = m_settled.plans[i];
    const auto place = fmt::format("/commitments/savings_plans/{}", i);
    const auto label = fmt::format("{}{}{}", name(plan.purchase), plan.family.empty() ? "" : ", ", plan.family);
    Tariff dollar{"", m_draft.region(), "USD", {{0, UnitPrice::dollarsPerUnit(1)}}, {}, {}, false};
    dollar.source =
        fmt::format("a commitment of {} an hour, {:.12g} h; {}", display(UnitPrice::dollarsPerUnit(plan.usdPerHour)),
                    m_committed.usage.totalWeight(), usedAndCovered(result));
    for (std::size_t use = 0; use < uses().size(); ++use)
      if (m_settled.coveredByPlan[i][use] > 0) dollar.estimated |= planRate(use, plan).estimated;
    const double unused = difference(result.paidUsd, result.usedUsd);
    m_draft.charge({"savings_plans", fmt::format("commitment_used ({})", label), place}, result.paidUsd - unused,
                   dollar, result.paidUsd - unused);
    m_draft.charge({"savings_plans", fmt::format("commitment_unused ({})", label), place}, unused, dollar, unused);
    for (std::size_t use = 0; use < uses().size(); ++use) {
      if (m_settled.coveredByPlan[i][use] <= 0) continue;
      const auto rate = planRate(use, plan);
      showCovered(use, m_settled.coveredByPlan[i][use], label,
                  fmt::format("at {} of the commitment each; {}", display(rate.firstPrice()), dated(rate)));
    }
  }

  Tariff planRate(std::size_t use, const SavingsPlan& plan) const {
    return rateOf(m_draft.catalogue(), m_draft.region(), uses()[use], plan.purchase).value_or(Tariff{});
  }

  // At price 0: the commitment paid for it.
  void showCovered(std::size_t use, double quantity, const std::string& by, const std::string& source) {
    const auto names = namesOf(uses()[use].kind);
    const auto unit = rateOf(m_draft.catalogue(), m_draft.region(), uses()[use], Purchase::OnDemand);
    m_draft.showFree(names.service, fmt::format("{} ({} by {})", names.covered, subject(uses()[use]), by),
                     {quantity, quantity, source}, unit ? unit->unit : "");
  }

  void writeOnDemand(std::size_t use) {
    const auto& each = uses()[use];
    const auto names = namesOf(each.kind);
    const auto suffix = isInstance(each) ? ", on_demand" : "";
    const auto tariff = rateOf(m_draft.catalogue(), m_draft.region(), each, Purchase::OnDemand);
    const double quantity = m_settled.onDemand[use];
    if (tariff)
      m_draft.charge({names.service, fmt::format("{} ({}{})", names.onDemand, subject(each), suffix), each.place},
                     quantity, *tariff, quantity);
  }

  const CommittedUsage& m_committed;
  const Settlement& m_settled;
  BillDraft& m_draft;
};

} // namespace

void billCommitments(const MonthlyUsage& usage, BillDraft& draft) {
  if (!usage.committed) return;
  const auto& committed = *usage.committed;
  noteUnknownNames(committed, draft);
  std::vector<MissingRate> missing;
  const auto rates = ratesFor(committed.usage, committed.commitments, draft.catalogue(), draft.region(), &missing);
  noteMissing(missing, draft);
  CommitmentLines(committed, settle(committed.usage, committed.commitments, rates), draft).write();
}

} // namespace pricing
