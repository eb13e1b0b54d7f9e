// AWS Lambda's part of a bill. Rules: aws.amazon.com/lambda/pricing (copy of mid-2026) where nothing else is said;
// pinned by AWS's own examples in tests/pricing/billing_test.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "pricing/bill_draft.hpp"

namespace pricing {

namespace {

constexpr std::string_view kService = "lambda";

// 1 GB = 1,024 MB.
double gigabyteSeconds(Memory memory, double milliseconds) { return memory.inGibibytes() * milliseconds / 1000.0; }

// Provisioned concurrency is charged from switching on to switching off, rounded up to 5 minutes. The slack forgives
// hours written with few digits (0.4167 for 25 min).
double roundedUpHours(double hours, double stepMinutes) {
  constexpr double kMinutesPerHour = 60, kSlackSteps = 1e-3;
  return std::ceil(hours * kMinutesPerHour / stepMinutes - kSlackSteps) * stepMinutes / kMinutesPerHour;
}

double onDemandGbSeconds(const LambdaUsage& function) {
  return gigabyteSeconds(function.memory, function.billedMilliseconds);
}

// The first 6 MB of each streamed response are free.
double streamedGibibytes(const LambdaUsage& function, BillDraft& draft) {
  if (!function.streaming) return 0;
  const double freeGibibytes = draft.rules().streamingFreeMib / 1024;
  return function.streaming->responses * std::max(0.0, function.streaming->size.inGibibytes() - freeGibibytes);
}

// The bill of all functions of an account in one region. Volume tiers of duration are pooled over the functions of one
// architecture; the free tier is pooled over everything on demand, and each function's line shows what is left of it.
// Provisioned concurrency and Lambda@Edge take no part in the free tier.
class LambdaBill {
 public:
  LambdaBill(const MonthlyUsage& usage, BillDraft& draft) : m_usage(usage), m_draft(draft) {}

  void write() {
    addUpPools();
    showFreeTier();
    for (std::size_t i = 0; i < m_usage.lambda.size(); ++i) {
      const auto& function = m_usage.lambda[i];
      m_place = fmt::format("/lambda/{}", i);
      m_suffix = suffixOf(i);
      if (function.edge)
        chargeEdge(function);
      else
        chargeOnDemand(function);
      chargeOptions(function);
    }
  }

 private:
  // Names the function when there is more than one or it has a name.
  std::string suffixOf(std::size_t index) const {
    const auto& label = m_usage.lambda[index].label;
    if (!label.empty()) return fmt::format(" ({})", label);
    return m_usage.lambda.size() > 1 ? fmt::format(" (function {})", index + 1) : std::string();
  }

  static std::size_t indexOf(Architecture architecture) { return architecture == Architecture::X86_64 ? 0 : 1; }
  static std::string rateOf(std::string_view item, Architecture architecture) {
    return fmt::format("lambda.{}.{}", item, name(architecture));
  }
  BillDraft::Position at(std::string_view item, std::string_view place = {}) const {
    return {kService, fmt::format("{}{}", item, m_suffix), fmt::format("{}{}", m_place, place)};
  }

  void addUpPools() {
    m_requests = m_draft.allowance("lambda.free_requests", m_usage.freeTier);
    m_duration = m_draft.allowance("lambda.free_duration", m_usage.freeTier);
    m_streaming = m_draft.allowance("lambda.free_streaming", m_usage.freeTier);
    for (const auto& function : m_usage.lambda) {
      if (function.edge) continue;
      m_requests.used += function.requests;
      m_duration.used += onDemandGbSeconds(function);
      m_streaming.used += streamedGibibytes(function, m_draft);
    }
    for (const auto& function : m_usage.lambda) {
      if (function.edge) continue;
      const auto index = indexOf(function.architecture);
      m_durationPool[index] += m_duration.billable(onDemandGbSeconds(function));
      m_streamingPool[index] += m_streaming.billable(streamedGibibytes(function, m_draft));
    }
  }

  void showFreeTier() {
    m_draft.showFree(kService, "requests_free_tier", m_requests, "request");
    m_draft.showFree(kService, "duration_free_tier", m_duration, "GB-s");
    m_draft.showFree(kService, "streaming_free_tier", m_streaming, "GB");
  }

  void chargeOnDemand(const LambdaUsage& function) {
    const auto architecture = function.architecture;
    double requests = m_requests.billable(function.requests);
    double milliseconds = function.billedMilliseconds;
    if (const auto& provisioned = function.provisioned) {
      requests += provisioned->requests;
      milliseconds += provisioned->billedMilliseconds;
    }
    m_draft.charge(at("requests"), requests, rateOf("requests", architecture));
    m_draft.charge(at("duration"), m_duration.billable(onDemandGbSeconds(function)), rateOf("duration", architecture),
                   m_durationPool[indexOf(architecture)]);
    if (function.provisioned) chargeProvisioned(function, *function.provisioned);
    // Above the 512 MB that come with a function, for as long as it runs.
    const auto extra = Memory::mebibytes(function.ephemeralStorage.inMebibytes() - 512);
    m_draft.charge(at("ephemeral_storage", "/ephemeral_storage"), gigabyteSeconds(extra, milliseconds),
                   rateOf("ephemeral_storage", architecture));
  }

  void chargeProvisioned(const LambdaUsage& function, const ProvisionedUsage& provisioned) {
    const double hours = provisioned.count * roundedUpHours(provisioned.hours, m_draft.rules().provisionedStepMinutes);
    m_draft.charge(at("provisioned_concurrency", "/provisioned"),
                   function.memory.inGibibytes() * hours * kSecondsPerHour,
                   rateOf("provisioned_concurrency", function.architecture));
    m_draft.charge(at("provisioned_duration", "/provisioned"),
                   gigabyteSeconds(function.memory, provisioned.billedMilliseconds),
                   rateOf("provisioned_duration", function.architecture));
  }

  // Lambda@Edge: rates of its own, no free tier, no volume tiers. Its coarser steps before 2020 are not modelled.
  void chargeEdge(const LambdaUsage& function) {
    m_draft.charge(at("edge_requests"), function.requests, "lambda.edge_requests");
    m_draft.charge(at("edge_duration"), onDemandGbSeconds(function), "lambda.edge_duration");
  }

  void chargeOptions(const LambdaUsage& function) {
    const auto architecture = function.architecture;
    if (function.snapStart) chargeSnapStart(function, *function.snapStart);
    if (!function.edge)
      m_draft.charge(at("streaming", "/streaming"), m_streaming.billable(streamedGibibytes(function, m_draft)),
                     rateOf("streaming", architecture), m_streamingPool[indexOf(architecture)]);
    if (const auto& pollers = function.pollers)
      m_draft.charge(at("event_pollers", "/pollers"), pollers->unitHours,
                     pollers->source == PollerUsage::Source::Kafka ? "lambda.event_poller.kafka"
                                                                   : "lambda.event_poller.sqs");
    // Per gigabyte of each environment created for a tenant.
    m_draft.charge(at("tenant_isolation", "/tenant_isolation"),
                   function.tenantEnvironments * function.memory.inGibibytes(),
                   rateOf("tenant_isolation", architecture));
    if (const auto& durable = function.durable) {
      m_draft.charge(at("durable_operations", "/durable"), durable->operations, "lambda.durable_operations");
      m_draft.charge(at("durable_written", "/durable"), durable->writtenGb, "lambda.durable_written");
      m_draft.charge(at("durable_stored", "/durable"), durable->storedGbMonths, "lambda.durable_stored");
    }
  }

  // A published version is cached for three hours at least. Java's managed runtimes pay neither; usage of theirs does
  // not belong here.
  void chargeSnapStart(const LambdaUsage& function, const SnapStartUsage& snapStart) {
    const double hours = snapStart.versions * std::max(m_draft.rules().snapStartCacheHours, snapStart.hours);
    m_draft.charge(at("snapstart_cache", "/snap_start"), function.memory.inGibibytes() * hours * kSecondsPerHour,
                   "lambda.snapstart_cache");
    m_draft.charge(at("snapstart_restore", "/snap_start"), function.memory.inGibibytes() * snapStart.restores,
                   "lambda.snapstart_restore");
  }

  const MonthlyUsage& m_usage;
  BillDraft& m_draft;
  Allowance m_requests, m_duration, m_streaming;
  std::array<double, 2> m_durationPool{}, m_streamingPool{}; // what is left after the free tier, by architecture
  std::string m_place, m_suffix;
};

// The fee is a fraction of the on-demand price, whichever way the instance itself is paid; a discount on EC2 leaves it
// alone, one on lambda_managed_instances does not.
void chargeManagementFee(const ManagedInstancesUsage& instances, const std::string& place, BillDraft& draft) {
  if (instances.hours == 0) return;
  const auto fraction = draft.rate("lambda.managed_instances_fee", place);
  auto fee =
      draft.catalogue().withoutDiscounts()->instanceHour(draft.region(), instances.instanceType, Purchase::OnDemand);
  if (fraction && !fee) draft.instanceHour(instances.instanceType, Purchase::OnDemand, place); // says why
  if (!fraction || !fee) return;
  const double share = fraction->firstPrice().inDollarsPerUnit();
  fee->tiers = {{0.0, UnitPrice::dollarsPerUnit(share * fee->firstPrice().inDollarsPerUnit())}};
  fee->source = fmt::format("{:g} % ({}) of on demand: {}", share * 100, fraction->source, fee->source);
  fee->estimated = fee->estimated || fraction->estimated;
  fee->own = fee->own || fraction->own;
  draft.charge({"lambda_managed_instances", fmt::format("management_fee ({})", instances.instanceType), place},
               instances.hours, *fee, instances.hours);
}

} // namespace

void billLambda(const MonthlyUsage& usage, BillDraft& draft) { LambdaBill(usage, draft).write(); }

// Requests, the instances at any purchase option, the fee; no charge for duration.
void billManagedInstances(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.managedInstances.size(); ++i) {
    const auto& instances = usage.managedInstances[i];
    const auto place = fmt::format("/lambda_managed_instances/{}", i);
    const auto hours = fmt::format("instance_hours ({}, {})", instances.instanceType, name(instances.purchase));
    draft.charge({"lambda_managed_instances", "requests", place}, instances.requests,
                 "lambda.managed_instances_requests");
    draft.chargeInstanceHours({"lambda_managed_instances", hours, place}, instances.hours, instances.instanceType,
                              instances.purchase);
    chargeManagementFee(instances, place, draft);
  }
}

} // namespace pricing
