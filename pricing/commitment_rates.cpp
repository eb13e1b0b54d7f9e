// Which rate of the catalogue a use pays on demand, reserved or under a plan.
#include <charconv>
#include <fmt/format.h>

#include "pricing/commitments.hpp"

namespace pricing {

namespace {

constexpr std::string_view kPlanRegion = "us-east-1"; // the one region whose Savings Plan rates of Lambda are known

std::string_view dimension(UseKind kind) {
  switch (kind) {
  case UseKind::LambdaDuration: return "lambda.duration";
  case UseKind::LambdaProvisionedDuration: return "lambda.provisioned_duration";
  case UseKind::LambdaProvisionedConcurrency: return "lambda.provisioned_concurrency";
  case UseKind::LambdaRequests: return "lambda.requests";
  case UseKind::FargateVcpu: return "fargate.vcpu";
  case UseKind::FargateMemory: return "fargate.memory";
  case UseKind::Instance:
  case UseKind::IdleCapacity: return "ec2";
  }
  return "";
}

// The catalogue has one Savings Plan rate for provisioned environments, whatever the term.
bool hasTerms(UseKind kind) {
  return kind != UseKind::LambdaProvisionedDuration && kind != UseKind::LambdaProvisionedConcurrency;
}

std::optional<double> planRatio(const PriceCatalogue& catalogue, HourlyUse use, Purchase purchase) {
  for (const auto architecture : {use.architecture, Architecture::X86_64}) {
    use.architecture = architecture;
    const auto plan = catalogue.find(kPlanRegion, rateName(use, purchase));
    const auto onDemand = catalogue.find(kPlanRegion, rateName(use, Purchase::OnDemand));
    if (plan && onDemand && onDemand->firstPrice().inDollarsPerUnit() > 0)
      return plan->firstPrice().inDollarsPerUnit() / onDemand->firstPrice().inDollarsPerUnit();
  }
  return std::nullopt;
}

std::optional<Tariff> lambdaPlanProxy(const PriceCatalogue& catalogue, std::string_view region, const HourlyUse& use,
                                      Purchase purchase) {
  auto tariff = catalogue.find(region, rateName(use, Purchase::OnDemand));
  const auto ratio = planRatio(catalogue, use, purchase);
  if (!tariff || !ratio) return std::nullopt;
  tariff->name = rateName(use, purchase);
  tariff->tiers = {{0, UnitPrice::dollarsPerUnit(tariff->firstPrice().inDollarsPerUnit() * *ratio)}};
  tariff->source =
      fmt::format("on demand times {:.3f}, the Savings Plan ratio of {}; {}", *ratio, kPlanRegion, tariff->source);
  tariff->estimated = true;
  return tariff;
}

} // namespace

bool isInstance(const HourlyUse& use) { return use.kind == UseKind::Instance || use.kind == UseKind::IdleCapacity; }

std::string describe(const HourlyUse& use) {
  switch (use.kind) {
  case UseKind::Instance: return use.instanceType;
  case UseKind::IdleCapacity: return "idle " + use.instanceType;
  case UseKind::FargateVcpu: return fmt::format("Fargate vCPU {}", name(use.architecture));
  case UseKind::FargateMemory: return fmt::format("Fargate memory {}", name(use.architecture));
  case UseKind::LambdaRequests: return fmt::format("Lambda requests {}", name(use.architecture));
  case UseKind::LambdaDuration: return fmt::format("Lambda duration {}", name(use.architecture));
  case UseKind::LambdaProvisionedDuration: return fmt::format("Lambda provisioned duration {}", name(use.architecture));
  case UseKind::LambdaProvisionedConcurrency:
    return fmt::format("Lambda provisioned concurrency {}", name(use.architecture));
  }
  return "";
}

double unitsPerPriced(UseKind kind) {
  constexpr double kMillisecondsPerHour = 3.6e6, kMebibytes = 1024, kMillisecondsPerSecond = 1e3;
  switch (kind) {
  case UseKind::Instance:
  case UseKind::IdleCapacity:
  case UseKind::FargateVcpu: return kMillisecondsPerHour;
  case UseKind::FargateMemory: return kMebibytes * kMillisecondsPerHour;
  case UseKind::LambdaRequests: return 1;
  default: return kMebibytes * kMillisecondsPerSecond;
  }
}

bool isReservation(Purchase purchase) {
  return purchase == Purchase::Standard1y || purchase == Purchase::Standard3y || purchase == Purchase::Convertible1y ||
         purchase == Purchase::Convertible3y || purchase == Purchase::Standard1yAllUpfront;
}
bool isEc2Plan(Purchase purchase) { return purchase == Purchase::Ec2Sp1y || purchase == Purchase::Ec2Sp3y; }
bool isComputePlan(Purchase purchase) { return purchase == Purchase::ComputeSp1y || purchase == Purchase::ComputeSp3y; }

std::string_view familyOf(std::string_view instanceType) { return instanceType.substr(0, instanceType.find('.')); }
std::string_view sizeOf(std::string_view instanceType) {
  const auto dot = instanceType.find('.');
  return dot == std::string_view::npos ? std::string_view{} : instanceType.substr(dot + 1);
}

std::int64_t normalisedQuarters(std::string_view size) {
  constexpr std::int64_t kXlarge = 32;
  if (size == "nano") return 1;
  if (size == "micro") return 2;
  if (size == "small") return 4;
  if (size == "medium") return 8;
  if (size == "large") return 16;
  if (size == "xlarge") return kXlarge;
  constexpr std::string_view kMetal = "metal-";
  if (size.starts_with(kMetal)) size.remove_prefix(kMetal.size());
  std::int64_t times = 0;
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), times);
  const std::string_view rest(end, static_cast<std::size_t>(size.data() + size.size() - end));
  return error == std::errc{} && times > 0 && (rest == "xlarge" || rest == "xl") ? kXlarge * times : 0;
}

std::string rateName(const HourlyUse& use, Purchase purchase) {
  if (isInstance(use)) return fmt::format("ec2.{}.{}", name(purchase), use.instanceType);
  std::string plan;
  if (purchase != Purchase::OnDemand && use.kind != UseKind::LambdaRequests)
    plan = hasTerms(use.kind) ? fmt::format("_{}", name(purchase)) : "_compute_sp";
  return fmt::format("{}{}.{}", dimension(use.kind), plan, name(use.architecture));
}

std::optional<Tariff> rateOf(const PriceCatalogue& catalogue, std::string_view region, const HourlyUse& use,
                             Purchase purchase) {
  if (isInstance(use)) return catalogue.instanceHour(region, use.instanceType, purchase);
  if (purchase != Purchase::OnDemand && !isComputePlan(purchase)) return std::nullopt;
  if (auto listed = catalogue.find(region, rateName(use, purchase))) return listed;
  const bool lambda = dimension(use.kind).starts_with("lambda.");
  return lambda && purchase != Purchase::OnDemand ? lambdaPlanProxy(catalogue, region, use, purchase) : std::nullopt;
}

namespace {

bool isEligible(const HourlyUse& use, const SavingsPlan& plan) {
  return isComputePlan(plan.purchase) || (isInstance(use) && familyOf(use.instanceType) == plan.family);
}

class RateReader {
 public:
  RateReader(const PriceCatalogue& catalogue, std::string_view region, std::vector<MissingRate>* missing)
      : m_catalogue(catalogue), m_region(region), m_missing(missing) {}

  std::optional<double> read(const HourlyUse& use, Purchase purchase, CommitmentRates& rates) const {
    const auto tariff = rateOf(m_catalogue, m_region, use, purchase);
    if (!tariff) {
      if (m_missing) m_missing->push_back({rateName(use, purchase), use.place});
      return std::nullopt;
    }
    rates.estimated |= tariff->estimated;
    return tariff->firstPrice().inDollarsPerUnit();
  }

 private:
  const PriceCatalogue& m_catalogue;
  std::string_view m_region;
  std::vector<MissingRate>* m_missing;
};

} // namespace

CommitmentRates ratesFor(const HourlyUsage& usage, const Commitments& commitments, const PriceCatalogue& catalogue,
                         std::string_view region, std::vector<MissingRate>* missing) {
  CommitmentRates rates;
  const RateReader reader(catalogue, region, missing);
  for (const auto& use : usage.uses) rates.onDemand.push_back(reader.read(use, Purchase::OnDemand, rates).value_or(0));
  for (std::size_t i = 0; i < commitments.reservations.size(); ++i) {
    const auto& reservation = commitments.reservations[i];
    const HourlyUse reserved{UseKind::Instance,
                             reservation.instanceType,
                             Architecture::X86_64,
                             {},
                             fmt::format("/commitments/reservations/{}", i)};
    rates.reserved.push_back(reader.read(reserved, reservation.purchase, rates).value_or(0));
  }
  for (const auto& plan : commitments.plans) {
    auto& byUse = rates.byPlan.emplace_back();
    for (const auto& use : usage.uses)
      byUse.push_back(isEligible(use, plan) ? reader.read(use, plan.purchase, rates) : std::nullopt);
  }
  return rates;
}

} // namespace pricing
