// Everything in a usage file that is neither a function nor an instance.
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "pricing/usage_entries_json.hpp"

namespace pricing {

namespace {

constexpr std::array<std::string_view, 2> kArchitectures{"x86_64", "arm64"};
constexpr std::array<std::string_view, 2> kTargets{"ec2", "lambda"};
constexpr std::array<std::string_view, 3> kProtocols{"tcp", "udp", "tls"};
constexpr std::array<std::string_view, 2> kApiKinds{"http", "rest"};
constexpr std::array<std::string_view, 2> kStreamModes{"provisioned", "on_demand"};
constexpr NumberRange kPerSecond{.max = 1e9};

// Blocks begun, at least one.
double blocks(ByteCount size, double kilobytes) {
  return std::max(1.0, std::ceil(static_cast<double>(size.inBytes()) / (kilobytes * 1024)));
}

// Rates hold for every hour, so the hours share one LCU figure.
void readEntry(JsonObject& object, AlbUsage& alb, const UsageMonth& month) {
  alb.hours = month.hours;
  object.read("hours", alb.hours, kHoursEach);
  AlbHour hour;
  ByteCount bytes;
  object.readCount("new_connections_per_s", hour.newConnectionsPerSecond, kPerSecond);
  object.readCount("active_connections", hour.activeConnections, kCounts);
  object.read("bytes_per_hour", bytes);
  object.readCount("requests_per_s", hour.requestsPerSecond, kPerSecond);
  if (const auto rules = object.find("rules")) hour.rules = static_cast<int>(rules->integer(0, 100'000).value_or(0));
  object.readOneOf("targets", hour.targets, kTargets);
  hour.gibibytes = bytes.inGibibytes();
  alb.lcuHours = alb.hours * lcuOfHour(hour, month.rules);
}

void readEntry(JsonObject& object, NlbUsage& nlb, const UsageMonth& month) {
  nlb.hours = month.hours;
  object.read("hours", nlb.hours, kHoursEach);
  NlbHour hour;
  ByteCount bytes;
  object.readOneOf("protocol", hour.protocol, kProtocols);
  object.readCount("new_connections_per_s", hour.newConnectionsPerSecond, kPerSecond);
  object.readCount("active_connections", hour.activeConnections, kCounts);
  object.read("bytes_per_hour", bytes);
  hour.gibibytes = bytes.inGibibytes();
  nlb.nlcuHours = nlb.hours * nlcuOfHour(hour, month.rules);
}

// HTTP APIs count each request once per 512 KB begun of the larger payload; REST APIs count calls.
void readEntry(JsonObject& object, ApiGatewayUsage& api, const UsageMonth& month) {
  object.require("kind", "one of http, rest");
  object.readOneOf("kind", api.kind, kApiKinds);
  object.readCount("requests", api.requests, kCounts);
  ByteCount request, response;
  object.read("request_size", request);
  object.read("response_size", response);
  api.responseGb = api.requests * response.inGibibytes();
  if (api.kind == ApiGatewayUsage::Kind::Http)
    api.requests *= blocks(std::max(request, response), month.rules.httpApiRequestKb);
}

void readEntry(JsonObject& object, KinesisUsage& stream, const UsageMonth& month) {
  stream.hours = month.hours;
  object.require("mode", "one of provisioned, on_demand");
  object.readOneOf("mode", stream.mode, kStreamModes);
  object.read("hours", stream.hours, kHoursEach);
  object.readCount("shards", stream.shards, kCounts);
  object.readCount("records_per_s", stream.recordsPerSecond, kPerSecond);
  object.read("record_size", stream.recordSize);
  object.readCount("consumers", stream.consumers, kCounts);
}

// IOPS and MiB/s of each volume; 3,000 and 125 come with it.
void readEntry(JsonObject& object, EbsUsage& volumes, const UsageMonth& month) {
  constexpr double kFreeIops = 3000, kFreeMibPerSecond = 125;
  double count = 1, iops = kFreeIops, mibPerSecond = kFreeMibPerSecond;
  volumes.hours = month.hours;
  object.readCount("count", count, kCounts);
  object.read("gib", volumes.gib, kGigabytes);
  object.read("hours", volumes.hours, kHoursEach);
  object.read("iops", iops, {.max = 1e6});
  object.read("mib_per_s", mibPerSecond, {.max = 1e5});
  volumes.gib *= count;
  volumes.iopsAbove3000 = count * std::max(0.0, iops - kFreeIops);
  volumes.mibPerSecondAbove125 = count * std::max(0.0, mibPerSecond - kFreeMibPerSecond);
}

void readEntry(JsonObject& object, PublicIpv4Usage& addresses, const UsageMonth& month) {
  addresses.hours = readTotalHours(object, month);
}

// One in each zone is the usual way, so that a lost zone takes no other along.
void readEntry(JsonObject& object, NatUsage& gateways, const UsageMonth& month) {
  double zones = 1;
  object.readCount("zones", zones, {.min = 1, .max = 10, .expected = "a number of zones, 1 to 10"});
  gateways.hours = zones * readTotalHours(object, month);
  object.read("gb", gateways.gb, kGigabytes);
}

void readEntry(JsonObject& object, FargateUsage& tasks, const UsageMonth&) {
  object.read("vcpu_hours", tasks.vcpuHours, kGigabytes);
  object.read("gb_hours", tasks.gbHours, kGigabytes);
  readArchitecture(object, tasks.architecture);
}

void readEntry(JsonObject& object, OwnLine& line, const UsageMonth&) {
  const auto text = [&](std::string_view key, std::string& target, std::string_view expected) {
    if (const auto value = object.require(key, expected)) target = value->text(expected).value_or("");
  };
  double usd = 0;
  line.quantity = 1;
  line.unit = "month";
  text("service", line.service, "what it belongs to, such as engineering");
  text("item", line.item, "what it is, such as on_call");
  object.readCount("quantity", line.quantity, kCounts);
  object.read("unit", line.unit);
  object.require("usd", "a price in USD for one unit");
  object.read("usd", usd, {.max = 1e9, .expected = "a price in USD, 0 or more"});
  object.read("source", line.source);
  line.usd = UnitPrice::dollarsPerUnit(usd);
}

template <class Entry>
void readEntries(JsonObject& root, std::string_view key, std::vector<Entry>& entries, const UsageMonth& month) {
  const auto list = root.find(key);
  if (!list) return;
  for (const auto& element : list->array()) {
    auto& entry = entries.emplace_back(); // also for a wrong one: later pointers count on its index
    auto object = element.object(key);
    if (!object) continue;
    readEntry(*object, entry, month);
    object->finish();
  }
}

void readQueuesAndBuckets(JsonObject& object, MonthlyUsage& usage, const UsageMonth& month) {
  readSection(object, "s3", [&](JsonObject& section) {
    section.readCount("put_requests", usage.s3.putRequests, kCounts);
    section.readCount("get_requests", usage.s3.getRequests, kCounts);
    section.read("storage_gb_months", usage.s3.storageGbMonths, kGigabytes);
  });
  readSection(object, "sqs", [&](JsonObject& section) {
    ByteCount message;
    section.readCount("standard_requests", usage.sqs.standardRequests, kCounts);
    section.readCount("fifo_requests", usage.sqs.fifoRequests, kCounts);
    section.read("message_size", message);
    const double each = blocks(message, month.rules.sqsRequestKb);
    usage.sqs.standardRequests *= each;
    usage.sqs.fifoRequests *= each;
  });
}

} // namespace

double readTotalHours(JsonObject& object, const UsageMonth& month) {
  double count = 1, hours = month.hours;
  object.readCount("count", count, kCounts);
  object.read("hours", hours, kHoursEach);
  return count * hours;
}

void readArchitecture(JsonObject& object, Architecture& architecture) {
  object.readOneOf("architecture", architecture, kArchitectures);
}

void readServices(JsonObject& object, MonthlyUsage& usage, const UsageMonth& month) {
  readEntries(object, "lambda", usage.lambda, month);
  readEntries(object, "lambda_managed_instances", usage.managedInstances, month);
  readEntries(object, "ec2", usage.ec2, month);
  readEntries(object, "fargate", usage.fargate, month);
  readEntries(object, "alb", usage.alb, month);
  readEntries(object, "nlb", usage.nlb, month);
  readEntries(object, "api_gateway", usage.apiGateway, month);
  readEntries(object, "kinesis", usage.kinesis, month);
  readQueuesAndBuckets(object, usage, month);
  readEntries(object, "ebs", usage.ebs, month);
  readEntries(object, "public_ipv4", usage.publicIpv4, month);
  readEntries(object, "nat_gateway", usage.nat, month);
  readSection(object, "egress", [&](JsonObject& section) { section.read("gb", usage.egressGb, kGigabytes); });
  readSection(object, "cross_zone", [&](JsonObject& section) { section.read("gb", usage.crossZoneGb, kGigabytes); });
  readSection(object, "logs", [&](JsonObject& section) { section.read("gb", usage.logsGb, kGigabytes); });
  readSection(object, "detailed_monitoring",
              [&](JsonObject& section) { section.readCount("instances", usage.detailedMonitoringInstances, kCounts); });
  readSection(object, "alarms", [&](JsonObject& section) { section.readCount("count", usage.alarms, kCounts); });
  readEntries(object, "own", usage.own, month);
}

} // namespace pricing
