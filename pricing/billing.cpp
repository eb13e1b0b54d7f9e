// Everything but Lambda on a bill. Rules come from the AWS page named at each; the worked bills of
// tests/pricing/billing_test.cpp pin them.
#include "pricing/billing.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pricing/bill_draft.hpp"

namespace pricing {

namespace {

// Load balancers and NAT gateways bill a partial hour as a full one. The slack forgives rounding in a scaled month.
double fullHours(double hours) { return std::ceil(hours - 1e-6); }

// Per second, the 60 s minimum is already in the hours (EC2 user guide, instance lifecycle, Apr 2026). Surplus credits
// of burstable types in unlimited mode are charged per vCPU hour (same guide, unlimited mode).
void billEc2(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.ec2.size(); ++i) {
    const auto& instances = usage.ec2[i];
    const auto place = fmt::format("/ec2/{}", i);
    const auto hours = fmt::format("instance_hours ({}, {})", instances.instanceType, name(instances.purchase));
    draft.chargeInstanceHours({"ec2", hours, place}, instances.hours, instances.instanceType, instances.purchase);
    if (instances.surplusVcpuHours == 0) continue;
    const auto* type = draft.catalogue().findType(instances.instanceType);
    if (type && type->burstable)
      draft.charge({"ec2", fmt::format("surplus_credits ({})", instances.instanceType), place},
                   instances.surplusVcpuHours, "ec2.surplus_credit." + instances.instanceType);
  }
}

void billAlb(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.alb.size(); ++i) {
    const auto place = fmt::format("/alb/{}", i);
    draft.charge({"alb", "load_balancer", place}, fullHours(usage.alb[i].hours), "alb.load_balancer");
    draft.charge({"alb", "lcu", place}, usage.alb[i].lcuHours, "alb.lcu");
  }
}

void billNlb(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.nlb.size(); ++i) {
    const auto place = fmt::format("/nlb/{}", i);
    draft.charge({"nlb", "load_balancer", place}, fullHours(usage.nlb[i].hours), "nlb.load_balancer");
    draft.charge({"nlb", "nlcu", place}, usage.nlb[i].nlcuHours, "nlb.nlcu");
  }
}

// Volume tiers run over all APIs of a kind in the account and region. The free calls of an account's first year are
// not deducted.
void billApiGateway(const MonthlyUsage& usage, BillDraft& draft) {
  double http = 0, rest = 0;
  for (const auto& api : usage.apiGateway) (api.kind == ApiGatewayUsage::Kind::Http ? http : rest) += api.requests;
  draft.charge({"api_gateway", "http_requests", "/api_gateway"}, http, "apigateway.http_request");
  draft.charge({"api_gateway", "rest_requests", "/api_gateway"}, rest, "apigateway.rest_request");
}

// Kinesis Data Streams pricing page. Provisioned: a record is put in units of 25 KB, each begun unit counts; AWS counts
// 40 units in 1 MB, so a megabyte has 1,000 KB here. On demand: every record is metered in whole KB.
constexpr std::int64_t kMegabyte = 1024 * 1024;

double begun(std::int64_t bytes, double unitKb) { return std::ceil(static_cast<double>(bytes) / (unitKb * 1024)); }

double putPayloadUnits(ByteCount size, const BillingRules& rules) {
  const std::int64_t megabytes = size.inBytes() / kMegabyte, rest = size.inBytes() % kMegabyte;
  return static_cast<double>(megabytes) * rules.kinesisUnitsPerMegabyte +
         std::min(begun(rest, rules.kinesisUnitKb), rules.kinesisUnitsPerMegabyte);
}

void billProvisionedStream(const KinesisUsage& stream, const std::string& place, BillDraft& draft) {
  const double records = stream.recordsPerSecond * kSecondsPerHour * stream.hours;
  draft.charge({"kinesis", "shard_hours", place}, stream.shards * stream.hours,
               "kinesis_data_streams.provisioned_shard");
  draft.charge({"kinesis", "put_payload_units", place}, records * putPayloadUnits(stream.recordSize, draft.rules()),
               "kinesis_data_streams.put_payload_unit");
}

void billOnDemandStream(const KinesisUsage& stream, const std::string& place, BillDraft& draft) {
  const double records = stream.recordsPerSecond * kSecondsPerHour * stream.hours;
  const double stepKb = draft.rules().kinesisRecordStepKb;
  const double gigabytes = records * begun(stream.recordSize.inBytes(), stepKb) * stepKb / kMegabyte;
  draft.charge({"kinesis", "stream_hours", place}, stream.hours, "kinesis_data_streams.on_demand_stream");
  draft.charge({"kinesis", "ingest", place}, gigabytes, "kinesis_data_streams.on_demand_ingest");
  draft.charge({"kinesis", "retrieval", place}, gigabytes * stream.consumers,
               "kinesis_data_streams.on_demand_retrieval");
}

void billKinesis(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.kinesis.size(); ++i) {
    const auto& stream = usage.kinesis[i];
    const auto place = fmt::format("/kinesis/{}", i);
    if (stream.mode == KinesisUsage::Mode::Provisioned)
      billProvisionedStream(stream, place, draft);
    else
      billOnDemandStream(stream, place, draft);
  }
}

// gp3 volumes, by the share of the month they exist.
void billEbs(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.ebs.size(); ++i) {
    const auto& volumes = usage.ebs[i];
    const auto place = fmt::format("/ebs/{}", i);
    const double share = volumes.hours / usage.hoursPerMonth;
    draft.charge({"ebs", "gp3_storage", place}, volumes.gib * share, "ebs.gp3_storage");
    draft.charge({"ebs", "gp3_iops", place}, volumes.iopsAbove3000 * share, "ebs.gp3_iops_above_3000");
    draft.charge({"ebs", "gp3_throughput", place}, volumes.mibPerSecondAbove125 * share,
                 "ebs.gp3_throughput_above_125");
  }
}

// The free requests are pooled over both kinds of queue.
void billQueues(const MonthlyUsage& usage, BillDraft& draft) {
  auto free = draft.allowance("sqs.free_requests", usage.freeTier);
  free.used = usage.sqs.standardRequests + usage.sqs.fifoRequests;
  draft.showFree("sqs", "requests_free_tier", free, "request of 64 KB");
  draft.charge({"sqs", "standard_requests", "/sqs"}, free.billable(usage.sqs.standardRequests), "sqs.standard_request");
  draft.charge({"sqs", "fifo_requests", "/sqs"}, free.billable(usage.sqs.fifoRequests), "sqs.fifo_request");
}

void billBuckets(const MonthlyUsage& usage, BillDraft& draft) {
  draft.charge({"s3", "put_requests", "/s3"}, usage.s3.putRequests, "s3.put_copy_post_list");
  draft.charge({"s3", "get_requests", "/s3"}, usage.s3.getRequests, "s3.get_and_other");
  draft.charge({"s3", "storage", "/s3"}, usage.s3.storageGbMonths, "s3.standard_storage");
}

void billFargate(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.fargate.size(); ++i) {
    const auto& tasks = usage.fargate[i];
    const auto place = fmt::format("/fargate/{}", i);
    const auto architecture = name(tasks.architecture);
    draft.charge({"fargate", fmt::format("vcpu ({})", architecture), place}, tasks.vcpuHours,
                 fmt::format("fargate.vcpu.{}", architecture));
    draft.charge({"fargate", fmt::format("memory ({})", architecture), place}, tasks.gbHours,
                 fmt::format("fargate.memory.{}", architecture));
  }
}

void billOwnLines(const MonthlyUsage& usage, BillDraft& draft) {
  for (const auto& own : usage.own) draft.add(own);
}

void billAddressesAndNat(const MonthlyUsage& usage, BillDraft& draft) {
  for (std::size_t i = 0; i < usage.publicIpv4.size(); ++i)
    draft.charge({"vpc", "public_ipv4", fmt::format("/public_ipv4/{}", i)}, usage.publicIpv4[i].hours,
                 "vpc.public_ipv4_in_use");
  for (std::size_t i = 0; i < usage.nat.size(); ++i) {
    const auto place = fmt::format("/nat_gateway/{}", i);
    draft.charge({"nat_gateway", "gateway", place}, fullHours(usage.nat[i].hours), "nat_gateway.gateway");
    draft.charge({"nat_gateway", "data_processed", place}, usage.nat[i].gb, "nat_gateway.data_processed");
  }
}

// The free 100 GB a month to the internet (all regions together) are part of the free-tier switch; the volume tiers
// start behind them. Traffic between zones is charged on the way out and on the way in.
void billTransfer(const MonthlyUsage& usage, BillDraft& draft) {
  auto egress = draft.allowance("data_transfer.free_internet_out", usage.freeTier);
  double gigabytes = usage.egressGb;
  for (const auto& api : usage.apiGateway) gigabytes += api.responseGb;
  egress.used = gigabytes;
  draft.showFree("data_transfer", "internet_out_free_tier", egress, "GB");
  draft.charge({"data_transfer", "internet_out", "/egress"}, egress.billable(gigabytes), "data_transfer.internet_out");
  constexpr double kDirections = 2;
  draft.charge({"data_transfer", "cross_zone", "/cross_zone"}, usage.crossZoneGb * kDirections,
               "data_transfer.cross_zone_each_direction");
}

// Function logs have had volume tiers of their own since May 2025. Detailed monitoring of an instance is seven metrics
// at the price of custom ones (CloudWatch pricing page).
void billCloudWatch(const MonthlyUsage& usage, BillDraft& draft) {
  draft.charge({"cloudwatch", "logs_ingest", "/logs"}, usage.logsGb, "cloudwatch.logs_ingest_vended_lambda");
  if (usage.detailedMonitoringInstances > 0)
    draft.charge({"cloudwatch", "detailed_monitoring", "/detailed_monitoring"},
                 usage.detailedMonitoringInstances * draft.rules().metricsPerMonitoredInstance,
                 "cloudwatch.custom_or_detailed_metric");
  draft.charge({"cloudwatch", "alarms", "/alarms"}, usage.alarms, "cloudwatch.alarm_standard");
}

void billServices(const MonthlyUsage& usage, BillDraft& draft) {
  billLambda(usage, draft);
  billManagedInstances(usage, draft);
  billEc2(usage, draft);
  billFargate(usage, draft);
  billCommitments(usage, draft);
  billAlb(usage, draft);
  billNlb(usage, draft);
  billApiGateway(usage, draft);
  billKinesis(usage, draft);
  billQueues(usage, draft);
  billBuckets(usage, draft);
  billEbs(usage, draft);
  billAddressesAndNat(usage, draft);
  billTransfer(usage, draft);
  billCloudWatch(usage, draft);
  billOwnLines(usage, draft);
}

template <class Entry> void append(std::vector<Entry>& to, const std::vector<Entry>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

void addServices(MonthlyUsage& to, const MonthlyUsage& more) {
  append(to.lambda, more.lambda);
  append(to.managedInstances, more.managedInstances);
  append(to.ec2, more.ec2);
  append(to.fargate, more.fargate);
  append(to.alb, more.alb);
  append(to.nlb, more.nlb);
  append(to.apiGateway, more.apiGateway);
  append(to.kinesis, more.kinesis);
  append(to.ebs, more.ebs);
  append(to.publicIpv4, more.publicIpv4);
  append(to.nat, more.nat);
  append(to.own, more.own);
  to.s3.putRequests += more.s3.putRequests;
  to.s3.getRequests += more.s3.getRequests;
  to.s3.storageGbMonths += more.s3.storageGbMonths;
  to.sqs.standardRequests += more.sqs.standardRequests;
  to.sqs.fifoRequests += more.sqs.fifoRequests;
  to.egressGb += more.egressGb;
  to.crossZoneGb += more.crossZoneGb;
  to.logsGb += more.logsGb;
  to.detailedMonitoringInstances += more.detailedMonitoringInstances;
  to.alarms += more.alarms;
}

// One account after the other, so that what cannot be priced is noted at its place.
void billApart(const MonthlyUsage& usage, BillDraft& draft) {
  billServices(usage, draft);
  for (std::size_t i = 0; i < usage.accounts.size(); ++i) {
    auto account = usage.accounts[i];
    account.freeTier = usage.freeTier;
    account.hoursPerMonth = usage.hoursPerMonth;
    draft.startAccount(account.account, fmt::format("/accounts/{}", i));
    checkUsage(account, draft);
    billServices(account, draft);
  }
  draft.startAccount({}, {});
}

void billPooled(MonthlyUsage usage, BillDraft& draft) {
  for (const auto& account : usage.accounts) addServices(usage, account);
  draft.dropLines();
  billServices(usage, draft);
}

} // namespace

Bill price(const MonthlyUsage& usage, const PriceCatalogue& catalogue, std::string_view origin) {
  BillDraft draft(catalogue, usage, origin);
  checkMonth(usage, draft);
  checkUsage(usage, draft);
  if (!catalogue.hasRegion(usage.region)) return std::move(draft).finish(); // throws: the region was noted
  billApart(usage, draft);
  if (usage.pooled && !usage.accounts.empty() && !draft.anythingNoted()) billPooled(usage, draft);
  return std::move(draft).finish();
}

} // namespace pricing
