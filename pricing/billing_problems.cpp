#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

#include "pricing/bill_draft.hpp"

namespace pricing {

namespace {

// Notes quantities that are negative, infinite or no number, each under its pointer in the usage file.
class QuantityCheck {
 public:
  QuantityCheck(BillDraft& draft, std::string parent) : m_draft(draft), m_parent(std::move(parent)) {}

  void operator()(std::string_view key, double quantity) const {
    if (std::isfinite(quantity) && quantity >= 0) return;
    m_draft.note(fmt::format("{}/{}", m_parent, key), fmt::format("{}", quantity), "a number, 0 or more");
  }
  void megabytes(std::string_view key, Memory memory, std::int64_t min, std::int64_t max) const {
    if (memory.inMebibytes() >= min && memory.inMebibytes() <= max) return;
    m_draft.note(fmt::format("{}/{}", m_parent, key), toText(memory), fmt::format("{} to {} MB", min, max));
  }
  // Noted here once, whatever else fails because of it.
  const InstanceType* type(const std::string& name) const {
    const auto* type = m_draft.catalogue().findType(name);
    if (type) return type;
    std::vector<std::string_view> names;
    for (const auto& known : m_draft.catalogue().types()) names.push_back(known.name);
    m_draft.note(m_parent + "/instance_type", pricing::quoted(name), "an instance type",
                 nearestName(name, std::span<const std::string_view>(names)));
    return nullptr;
  }
  const std::string& parent() const { return m_parent; }

 private:
  BillDraft& m_draft;
  std::string m_parent;
};

// Limits of a function: 128 to 10,240 MB of memory, 512 to 10,240 MB of ephemeral storage (Lambda developer guide,
// quotas, Sep 2026).
void checkFunction(const LambdaUsage& function, const QuantityCheck& check, BillDraft& draft) {
  check("requests", function.requests);
  check("duration", function.billedMilliseconds);
  check.megabytes("memory", function.memory, 128, 10'240);
  check.megabytes("ephemeral_storage", function.ephemeralStorage, 512, 10'240);
  check("tenant_isolation/environments", function.tenantEnvironments);
  if (const auto& provisioned = function.provisioned) {
    const QuantityCheck inside(draft, check.parent() + "/provisioned");
    inside("count", provisioned->count);
    inside("hours", provisioned->hours);
    inside("requests", provisioned->requests);
    inside("duration", provisioned->billedMilliseconds);
  }
  if (const auto& snapStart = function.snapStart) {
    const QuantityCheck inside(draft, check.parent() + "/snap_start");
    inside("versions", snapStart->versions);
    inside("hours", snapStart->hours);
    inside("restores", snapStart->restores);
  }
  if (function.streaming) check("streaming/responses", function.streaming->responses);
  if (function.pollers) check("pollers/unit_hours", function.pollers->unitHours);
  if (const auto& durable = function.durable) {
    const QuantityCheck inside(draft, check.parent() + "/durable");
    inside("operations", durable->operations);
    inside("written_gb", durable->writtenGb);
    inside("stored_gb_months", durable->storedGbMonths);
  }
}

void checkInstances(const Ec2Usage& instances, const QuantityCheck& check, BillDraft& draft) {
  check("hours", instances.hours);
  check("surplus_vcpu_hours", instances.surplusVcpuHours);
  const auto* type = check.type(instances.instanceType);
  if (type && !type->burstable && instances.surplusVcpuHours > 0)
    draft.note(check.parent() + "/surplus_vcpu_hours", fmt::format("{}", instances.surplusVcpuHours),
               fmt::format("0, because {} is not a burstable type", type->name));
}

void checkManagedInstances(const ManagedInstancesUsage& instances, const QuantityCheck& check) {
  check("hours", instances.hours);
  check("requests", instances.requests);
  check.type(instances.instanceType);
}

void checkRegion(const std::string& region, BillDraft& draft) {
  if (!draft.catalogue().hasRegion(region))
    draft.note("/region", pricing::quoted(region), "an AWS region", nearestName(region, draft.catalogue().regions()));
}

// Quantities that stand once.
void checkTotals(const MonthlyUsage& usage, const QuantityCheck& check) {
  check("egress/gb", usage.egressGb);
  check("cross_zone/gb", usage.crossZoneGb);
  check("logs/gb", usage.logsGb);
  check("s3/put_requests", usage.s3.putRequests);
  check("s3/get_requests", usage.s3.getRequests);
  check("s3/storage_gb_months", usage.s3.storageGbMonths);
  check("sqs/standard_requests", usage.sqs.standardRequests);
  check("sqs/fifo_requests", usage.sqs.fifoRequests);
  check("alarms/count", usage.alarms);
  check("detailed_monitoring/instances", usage.detailedMonitoringInstances);
}

// Everything that is neither a function nor an instance.
void checkServices(const MonthlyUsage& usage, BillDraft& draft) {
  const auto each = [&](std::string_view key, const auto& entries, auto check) {
    for (std::size_t i = 0; i < entries.size(); ++i)
      check(entries[i], QuantityCheck(draft, fmt::format("/{}/{}", key, i)));
  };
  each("alb", usage.alb, [](const AlbUsage& alb, const QuantityCheck& check) {
    check("hours", alb.hours);
    check("lcu_hours", alb.lcuHours);
  });
  each("nlb", usage.nlb, [](const NlbUsage& nlb, const QuantityCheck& check) {
    check("hours", nlb.hours);
    check("nlcu_hours", nlb.nlcuHours);
  });
  each("api_gateway", usage.apiGateway, [](const ApiGatewayUsage& api, const QuantityCheck& check) {
    check("requests", api.requests);
    check("response_size", api.responseGb);
  });
  each("kinesis", usage.kinesis, [](const KinesisUsage& stream, const QuantityCheck& check) {
    check("hours", stream.hours);
    check("shards", stream.shards);
    check("records_per_s", stream.recordsPerSecond);
    check("consumers", stream.consumers);
  });
  each("ebs", usage.ebs, [](const EbsUsage& volumes, const QuantityCheck& check) {
    check("gib", volumes.gib);
    check("hours", volumes.hours);
    check("iops", volumes.iopsAbove3000);
    check("mib_per_s", volumes.mibPerSecondAbove125);
  });
  each("public_ipv4", usage.publicIpv4,
       [](const PublicIpv4Usage& addresses, const QuantityCheck& check) { check("hours", addresses.hours); });
  each("nat_gateway", usage.nat, [](const NatUsage& gateways, const QuantityCheck& check) {
    check("hours", gateways.hours);
    check("gb", gateways.gb);
  });
  each("fargate", usage.fargate, [](const FargateUsage& tasks, const QuantityCheck& check) {
    check("vcpu_hours", tasks.vcpuHours);
    check("gb_hours", tasks.gbHours);
  });
  each("own", usage.own, [](const OwnLine& own, const QuantityCheck& check) {
    check("quantity", own.quantity);
    check("usd", own.usd.inDollarsPerUnit());
  });
  checkTotals(usage, QuantityCheck(draft, ""));
}

} // namespace

void checkMonth(const MonthlyUsage& usage, BillDraft& draft) {
  checkRegion(usage.region, draft);
  if (!std::isfinite(usage.hoursPerMonth) || usage.hoursPerMonth <= 0)
    draft.note("/hours_per_month", fmt::format("{}", usage.hoursPerMonth), "a number above 0");
}

void checkUsage(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.lambda.size(); ++i)
    checkFunction(usage.lambda[i], QuantityCheck(draft, fmt::format("/lambda/{}", i)), draft);
  for (std::size_t i = 0; i < usage.managedInstances.size(); ++i)
    checkManagedInstances(usage.managedInstances[i],
                          QuantityCheck(draft, fmt::format("/lambda_managed_instances/{}", i)));
  for (std::size_t i = 0; i < usage.ec2.size(); ++i)
    checkInstances(usage.ec2[i], QuantityCheck(draft, fmt::format("/ec2/{}", i)), draft);
  checkServices(usage, draft);
}

} // namespace pricing
