#include "pricing/usage_schema.hpp"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "pricing/problem.hpp"

namespace pricing {

namespace {

constexpr std::array kFile{
    UsageKey{"schema_version", "1", "1", "version of this layout"},
    UsageKey{"region", "text", "us-east-1", "region of everything in the file"},
    UsageKey{"date", "day", "today", "whose rules hold, such as 2026-11-01; rates are the catalogue's"},
    UsageKey{"free_tier", "true | false", "false", "deduct what is free each month"},
    UsageKey{"hours_per_month", "hours", "730", "1 to 744"},
    UsageKey{"prices", "object", "none",
             "own rates in USD by name (prices list); a number, or tiers [{from, to, usd}]"},
    UsageKey{"discounts", "object", "none", "own discounts by service or rate, such as \"ec2\": \"12%\""},
    UsageKey{"lambda", "list", "none", "functions"},
    UsageKey{"lambda_managed_instances", "list", "none", "functions on instances of their own"},
    UsageKey{"ec2", "list", "none", "instances"},
    UsageKey{"fargate", "list", "none", "container tasks; their rates must stand in prices"},
    UsageKey{"alb", "list", "none", "Application Load Balancers"},
    UsageKey{"nlb", "list", "none", "Network Load Balancers"},
    UsageKey{"api_gateway", "list", "none", "APIs"},
    UsageKey{"kinesis", "list", "none", "data streams"},
    UsageKey{"s3", "object", "none", "buckets"},
    UsageKey{"sqs", "object", "none", "queues"},
    UsageKey{"ebs", "list", "none", "gp3 volumes"},
    UsageKey{"public_ipv4", "list", "none", "public addresses in use"},
    UsageKey{"nat_gateway", "list", "none", "NAT gateways"},
    UsageKey{"egress", "object", "none", "traffic to the internet"},
    UsageKey{"cross_zone", "object", "none", "traffic between zones"},
    UsageKey{"logs", "object", "none", "CloudWatch Logs of functions"},
    UsageKey{"detailed_monitoring", "object", "none", "one-minute metrics of instances"},
    UsageKey{"alarms", "object", "none", "CloudWatch alarms"},
    UsageKey{"own", "list", "none", "lines of your own: engineering, support, copies"},
    UsageKey{"commitments", "object", "none", "reservations and Savings Plans over use stated by the hour"},
    UsageKey{"accounts", "list", "none", "other accounts: objects with name and any of these services"},
    UsageKey{"pooled", "true | false", "true", "tiers and free tier run over all accounts, as on one bill"}};

constexpr std::array kLambda{
    UsageKey{"name", "text", "none", "stands behind each item"},
    UsageKey{"requests", "count", "0", "on demand; failed calls are among them"},
    UsageKey{"duration", "time (s)", "required", "of one request, up to 900s; required with requests"},
    UsageKey{"init", "time (s)", "none", "of one cold start; billed by the rule of the date"},
    UsageKey{"cold_starts", "count", "requests", "how many of the requests start cold; needs init"},
    UsageKey{"runtime", "text", "managed", "provided... or custom: INIT was billed before 2025-08-01 too"},
    UsageKey{"package", "zip | image", "zip", "image: INIT was billed before 2025-08-01 too"},
    UsageKey{"async_event_size", "bytes", "small", "asynchronous events: above 256 KB each counts as several requests"},
    UsageKey{"memory", "memory (MB)", "required", "128 MB to 10240 MB; required where GB-s are billed"},
    UsageKey{"architecture", "x86_64 | arm64", "x86_64", ""},
    UsageKey{"ephemeral_storage", "memory (MB)", "512MB", "512 MB to 10240 MB"},
    UsageKey{"edge", "true | false", "false", "Lambda@Edge"},
    UsageKey{"provisioned", "object", "none", "provisioned concurrency"},
    UsageKey{"snap_start", "object", "none", "SnapStart of Python and .NET; Java pays neither"},
    UsageKey{"streaming", "object", "none", "streamed responses"},
    UsageKey{"pollers", "object", "none", "event pollers in provisioned mode"},
    UsageKey{"tenant_isolation", "object", "none", "environments of one tenant each"},
    UsageKey{"durable", "object", "none", "durable functions"}};
constexpr std::array kProvisioned{
    UsageKey{"count", "count", "required", "environments kept ready"},
    UsageKey{"hours", "hours", "the month", "each; rounded up to 5 minutes"},
    UsageKey{"requests", "count", "0", "served by them, on top of the function's requests"},
    UsageKey{"duration", "time (s)", "required", "of one of those requests; required with requests"}};
constexpr std::array kSnapStart{UsageKey{"versions", "count", "0", "published versions"},
                                UsageKey{"hours", "hours", "the month", "each is cached, 3 at least"},
                                UsageKey{"restores", "count", "0", "environments restored"}};
constexpr std::array kStreaming{UsageKey{"responses", "count", "0", ""},
                                UsageKey{"size", "bytes", "0", "of each, up to 200 MB; 6 MB are free"}};
constexpr std::array kPollers{UsageKey{"source", "kafka | sqs", "required", ""},
                              UsageKey{"unit_hours", "hours", "0", "event poller units times hours"}};
constexpr std::array kTenants{UsageKey{"environments", "count", "0", "created in the month"}};
constexpr std::array kDurable{UsageKey{"operations", "count", "0", ""}, UsageKey{"written_gb", "GB", "0", ""},
                              UsageKey{"stored_gb_months", "GB-months", "0", ""}};

constexpr std::array kManaged{
    UsageKey{"instance_type", "text", "required", "such as m7g.xlarge"},
    UsageKey{"count", "count", "1", "instances"},
    UsageKey{"hours", "hours", "the month", "of each; without count those of all together"},
    UsageKey{"requests", "count", "0", "of the functions on them"},
    UsageKey{"purchase", "purchase option", "on_demand", "of the instances; the fee is always on demand"},
    UsageKey{"sizing", "object", "none", "instead of count"}};
constexpr std::array kSizing{
    UsageKey{"concurrency", "count", "required", "requests in flight"},
    UsageKey{"concurrency_per_vcpu", "number", "4", "8 mostly waiting, 4 balanced, 2 mostly computing"},
    UsageKey{"memory_per_execution", "memory (MB)", "512MB", ""},
    UsageKey{"resident_executions", "number", "4", "executions that the memory of an environment holds"},
    UsageKey{"environment_vcpus", "number", "1", "vCPUs of an environment"},
    UsageKey{"reserved_vcpus", "number", "1", "of each instance, for the system"},
    UsageKey{"reserved_memory", "memory (MB)", "1024MB", "of each instance, for the system"},
    UsageKey{"buffer", "number", "1.5", "factor on the instances needed"},
    UsageKey{"packing", "fraction", "0.6", "how full EC2 instances are packed"},
    UsageKey{"managed_packing", "fraction", "0.8", "how full Lambda packs the same instances"}};

constexpr std::array kEc2{
    UsageKey{"instance_type", "text", "required", "such as c7g.large"},
    UsageKey{"count", "count", "1", "instances"},
    UsageKey{"hours", "hours", "the month", "of each, with the 60 s minimum per start"},
    UsageKey{"purchase", "purchase option", "on_demand",
             "spot, standard_1y, standard_3y, convertible_..., compute_sp_..., ec2_sp_..."},
    UsageKey{"surplus_vcpu_hours", "vCPU-hours", "0", "of burstable types in unlimited mode, all instances together"},
    UsageKey{"surplus_credits", "credits", "0", "the same in credits: 60 are a vCPU-hour"},
    UsageKey{"cpu", "list", "none", "use over time of each instance; gives hours and surplus of burstable types"},
    UsageKey{"credit_mode", "standard | unlimited", "the type's", "with cpu"},
    UsageKey{"start_credits", "credits", "0", "with cpu; T2 in standard mode: 30 per vCPU"},
    UsageKey{"end", "running | terminated", "running", "with cpu; at termination surplus is charged"},
    UsageKey{"sizing", "object", "none", "instead of count"}};
constexpr std::array kCpu{UsageKey{"hours", "hours", "required", "how long it lasts"},
                          UsageKey{"utilisation", "fraction", "required", "mean over all vCPUs, 0 to 1"}};

constexpr std::array kFargate{UsageKey{"vcpu_hours", "vCPU-hours", "0", "rate fargate.vcpu.x86_64 or .arm64"},
                              UsageKey{"gb_hours", "GB-hours", "0", "rate fargate.memory.x86_64 or .arm64"},
                              UsageKey{"architecture", "x86_64 | arm64", "x86_64", ""}};
constexpr std::array kAlb{
    UsageKey{"hours", "hours", "the month", "a begun hour counts in full"},
    UsageKey{"new_connections_per_s", "count", "0", "25 are an LCU"},
    UsageKey{"active_connections", "count", "0", "3,000 are an LCU"},
    UsageKey{"bytes_per_hour", "bytes", "0", "1 GB is an LCU; 0.4 GB to Lambda"},
    UsageKey{"requests_per_s", "count", "0", "times rules beyond 10: 1,000 evaluations are an LCU"},
    UsageKey{"rules", "whole number", "0", ""},
    UsageKey{"targets", "ec2 | lambda", "ec2", ""}};
constexpr std::array kNlb{UsageKey{"hours", "hours", "the month", "a begun hour counts in full"},
                          UsageKey{"protocol", "tcp | udp | tls", "tcp", ""},
                          UsageKey{"new_connections_per_s", "count", "0", "an NLCU: 800 TCP, 400 UDP, 50 TLS"},
                          UsageKey{"active_connections", "count", "0", "an NLCU: 100,000 TCP, 50,000 UDP, 3,000 TLS"},
                          UsageKey{"bytes_per_hour", "bytes", "0", "1 GB is an NLCU"}};
constexpr std::array kApi{
    UsageKey{"kind", "http | rest", "required", ""},
    UsageKey{"requests", "count", "0", "HTTP APIs count each 512 KB begun, REST APIs calls"},
    UsageKey{"request_size", "bytes", "small", "of one request; counts for HTTP APIs"},
    UsageKey{"response_size", "bytes", "small", "of one response; also billed as traffic to the internet"}};
constexpr std::array kKinesis{UsageKey{"mode", "provisioned | on_demand", "required", ""},
                              UsageKey{"hours", "hours", "the month", ""},
                              UsageKey{"shards", "count", "1", "provisioned mode"},
                              UsageKey{"records_per_s", "count", "0", ""},
                              UsageKey{"record_size", "bytes", "0", "provisioned: units of 25 KB; on demand: whole KB"},
                              UsageKey{"consumers", "count", "0", "on demand: each reads all data once"}};
constexpr std::array kS3{UsageKey{"put_requests", "count", "0", "PUT, COPY, POST, LIST"},
                         UsageKey{"get_requests", "count", "0", "GET and all other"},
                         UsageKey{"storage_gb_months", "GB-months", "0", "S3 Standard"}};
constexpr std::array kSqs{UsageKey{"standard_requests", "count", "0", "API calls: send, receive, delete"},
                          UsageKey{"fifo_requests", "count", "0", ""},
                          UsageKey{"message_size", "bytes", "small", "each 64 KB begun is a request"}};
constexpr std::array kEbs{UsageKey{"gib", "GB", "0", "of each gp3 volume"}, UsageKey{"count", "count", "1", "volumes"},
                          UsageKey{"hours", "hours", "the month", "of each"},
                          UsageKey{"iops", "number", "3000", "of each; 3,000 come with it"},
                          UsageKey{"mib_per_s", "number", "125", "of each; 125 come with it"}};
constexpr std::array kIpv4{UsageKey{"count", "count", "1", "addresses"},
                           UsageKey{"hours", "hours", "the month", "of each"}};
constexpr std::array kNat{UsageKey{"zones", "whole number", "1", "zones with gateways of their own"},
                          UsageKey{"count", "count", "1", "gateways in each zone"},
                          UsageKey{"hours", "hours", "the month", "of each; a begun hour counts in full"},
                          UsageKey{"gb", "GB", "0", "processed by all of them"}};
constexpr std::array kGb{UsageKey{"gb", "GB", "0", "of 1,024 MB, in the month"}};
constexpr std::array kCrossZone{UsageKey{"gb", "GB", "0", "counted once; both directions are billed"}};
constexpr std::array kMonitoring{UsageKey{"instances", "count", "0", "for the whole month; seven metrics each"}};
constexpr std::array kAlarms{UsageKey{"count", "count", "0", "metrics watched at standard resolution for the month"}};
constexpr std::array kOwn{UsageKey{"service", "text", "required", "groups the lines, such as engineering"},
                          UsageKey{"item", "text", "required", "such as on_call"},
                          UsageKey{"quantity", "count", "1", ""},
                          UsageKey{"unit", "text", "month", ""},
                          UsageKey{"usd", "USD", "required", "for one unit"},
                          UsageKey{"source", "text", "own entry", "where the figure comes from"}};

constexpr std::array kCommitments{
    UsageKey{"hours", "whole number", "the month", "clock hours that are stated, 1 to 8784"},
    UsageKey{"ec2", "list", "none", "instances"},
    UsageKey{"lambda", "list", "none", "functions"},
    UsageKey{"fargate", "list", "none", "container tasks; their rates must stand in prices"},
    UsageKey{"capacity_reservations", "list", "none", "paid on demand, used or not; keys as of ec2"},
    UsageKey{"reservations", "list", "none", "paid every hour"},
    UsageKey{"savings_plans", "list", "none", "dollars an hour, paid used or not"}};
constexpr std::array kCommittedEc2{
    UsageKey{"instance_type", "text", "required", ""},
    UsageKey{"count", "count or list", "1", "instances; a list gives instance hours of each clock hour, repeated"},
    UsageKey{"start", "time (s)", "0s", "from the start of the first hour"},
    UsageKey{"duration", "time (s)", "to the end", "how long they run"}};
constexpr std::array kCommittedLambda{
    UsageKey{"memory", "memory (MB)", "required", "128 MB to 10240 MB"},
    UsageKey{"architecture", "x86_64 | arm64", "x86_64", ""},
    UsageKey{"requests", "count or list", "0", "of each hour"},
    UsageKey{"duration", "time (s)", "required", "billed time of one request; required with requests"},
    UsageKey{"provisioned", "object", "none", "environments kept ready"}};
constexpr std::array kCommittedProvisioned{
    UsageKey{"count", "count or list", "required", "environments of each hour"},
    UsageKey{"requests", "count or list", "0", "of each hour, on top"},
    UsageKey{"duration", "time (s)", "required", "billed time of one request; required with requests"}};
constexpr std::array kCommittedFargate{UsageKey{"vcpus", "number or list", "0", "at work in each hour"},
                                       UsageKey{"gb", "number or list", "0", "of memory in each hour"},
                                       UsageKey{"architecture", "x86_64 | arm64", "x86_64", ""}};
constexpr std::array kReservations{
    UsageKey{"instance_type", "text", "required", ""}, UsageKey{"count", "whole number", "1", ""},
    UsageKey{"purchase", "text", "required", "standard_1y, standard_3y, convertible_1y, ..."},
    UsageKey{"size_flexible", "true | false", "true", "covers other sizes of the family by their factor"}};
constexpr std::array kSavingsPlans{
    UsageKey{"purchase", "text", "required", "compute_sp_1y, compute_sp_3y, ec2_sp_1y, ec2_sp_3y"},
    UsageKey{"usd_per_hour", "USD", "required", "the commitment"},
    UsageKey{"family", "text", "none", "of an EC2 Instance Savings Plan, such as m5; required there"}};

constexpr std::array kSections{
    UsageSection{"", "object", "the file", kFile, ""},
    UsageSection{"lambda", "list", "functions", kLambda,
                 R"({"free_tier": true, "date": "2026-11-01",
 "lambda": [{"requests": "3M", "duration": "120ms", "memory": "1536MB", "init": "350ms", "cold_starts": 9000,
             "architecture": "arm64", "provisioned": {"count": 10, "hours": 8, "requests": 5e5, "duration": "100ms"}}]})"},
    UsageSection{"lambda/provisioned", "object", "provisioned concurrency", kProvisioned, ""},
    UsageSection{"lambda/snap_start", "object", "SnapStart", kSnapStart, ""},
    UsageSection{"lambda/streaming", "object", "streamed responses", kStreaming, ""},
    UsageSection{"lambda/pollers", "object", "event pollers", kPollers, ""},
    UsageSection{"lambda/tenant_isolation", "object", "tenant isolation", kTenants, ""},
    UsageSection{"lambda/durable", "object", "durable functions", kDurable, ""},
    UsageSection{"lambda_managed_instances", "list", "Lambda Managed Instances", kManaged,
                 R"({"lambda_managed_instances": [{"instance_type": "m7g.xlarge", "hours": 2000, "requests": "100M",
                               "purchase": "compute_sp_3y"}]})"},
    UsageSection{"lambda_managed_instances/sizing", "object", "static sizing, as AWS's sample calculator does it",
                 kSizing, ""},
    UsageSection{"ec2", "list", "EC2 instances", kEc2,
                 R"({"ec2": [{"instance_type": "c7g.large", "count": 3},
         {"instance_type": "t3.micro", "end": "terminated",
          "cpu": [{"hours": 200, "utilisation": 0.05}, {"hours": 10, "utilisation": 0.9}]}]})"},
    UsageSection{"ec2/cpu", "list", "stretches of constant use", kCpu, ""},
    UsageSection{"ec2/sizing", "object", "static sizing, as AWS's sample calculator does it", kSizing, ""},
    UsageSection{"fargate", "list", "Fargate tasks", kFargate,
                 R"({"prices": {"fargate.vcpu.x86_64": 0.04, "fargate.memory.x86_64": 0.004},
 "fargate": [{"vcpu_hours": 400, "gb_hours": 1600}]})"},
    UsageSection{
        "alb", "list", "Application Load Balancers", kAlb,
        R"({"alb": [{"new_connections_per_s": 1, "active_connections": 120, "bytes_per_hour": "1.08GB", "requests_per_s": 5,
          "rules": 60}]})"},
    UsageSection{"nlb", "list", "Network Load Balancers", kNlb,
                 R"({"nlb": [{"protocol": "tls", "new_connections_per_s": 100, "active_connections": 3000,
          "bytes_per_hour": "1GB"}]})"},
    UsageSection{"api_gateway", "list", "APIs of API Gateway", kApi,
                 R"({"api_gateway": [{"kind": "rest", "requests": 5e6, "response_size": "3KB"}]})"},
    UsageSection{"kinesis", "list", "Kinesis data streams", kKinesis,
                 R"({"kinesis": [{"mode": "provisioned", "shards": 4, "records_per_s": 100, "record_size": "35KB"}]})"},
    UsageSection{"s3", "object", "S3 Standard", kS3,
                 R"({"s3": {"put_requests": 1e6, "get_requests": "10M", "storage_gb_months": 500}})"},
    UsageSection{
        "sqs", "object", "SQS queues", kSqs,
        R"({"free_tier": true, "sqs": {"standard_requests": "30M", "fifo_requests": "1M", "message_size": "100KB"}})"},
    UsageSection{"ebs", "list", "gp3 volumes", kEbs,
                 R"({"ebs": [{"gib": 100, "count": 3, "iops": 6000, "mib_per_s": 250}]})"},
    UsageSection{"public_ipv4", "list", "public addresses in use", kIpv4, R"({"public_ipv4": [{"count": 2}]})"},
    UsageSection{"nat_gateway", "list", "NAT gateways", kNat, R"({"nat_gateway": [{"zones": 2, "gb": 100}]})"},
    UsageSection{"egress", "object", "traffic to the internet", kGb,
                 R"({"egress": {"gb": 20000}, "discounts": {"data_transfer": "15%"}})"},
    UsageSection{"cross_zone", "object", "traffic between zones", kCrossZone, R"({"cross_zone": {"gb": 100}})"},
    UsageSection{"logs", "object", "CloudWatch Logs of functions", kGb, R"({"logs": {"gb": 10}})"},
    UsageSection{"detailed_monitoring", "object", "one-minute metrics", kMonitoring,
                 R"({"detailed_monitoring": {"instances": 3}})"},
    UsageSection{"alarms", "object", "CloudWatch alarms", kAlarms, R"({"alarms": {"count": 10}})"},
    UsageSection{
        "own", "list", "lines of your own", kOwn,
        R"({"own": [{"service": "engineering", "item": "on_call", "quantity": 8, "unit": "hour", "usd": 95}]})"},
    UsageSection{"commitments", "object", "use by the hour and what is committed to", kCommitments,
                 R"({"commitments": {"hours": 24, "ec2": [{"instance_type": "c7g.large", "count": [2, 3, 5, 3]}],
   "lambda": [{"memory": "1024MB", "requests": "100k", "duration": "120ms"}],
   "reservations": [{"instance_type": "c7g.large", "count": 2, "purchase": "standard_1y"}],
   "savings_plans": [{"purchase": "compute_sp_1y", "usd_per_hour": 0.1}]}})"},
    UsageSection{"commitments/ec2", "list", "instances by the hour", kCommittedEc2, ""},
    UsageSection{"commitments/lambda", "list", "functions by the hour", kCommittedLambda, ""},
    UsageSection{"commitments/lambda/provisioned", "object", "environments kept ready", kCommittedProvisioned, ""},
    UsageSection{"commitments/fargate", "list", "Fargate tasks by the hour", kCommittedFargate, ""},
    UsageSection{"commitments/reservations", "list", "reserved instances", kReservations, ""},
    UsageSection{"commitments/savings_plans", "list", "Savings Plans", kSavingsPlans, ""},
    UsageSection{"accounts", "list", "other accounts of the organisation", std::span<const UsageKey>(),
                 R"({"pooled": true, "egress": {"gb": 30000},
 "accounts": [{"name": "staging", "egress": {"gb": 35000}}, {"name": "data", "egress": {"gb": 30000}}]})"}};

constexpr std::string_view kPreamble = "A usage file is a JSON object. Counts are numbers or texts such as \"3M\"; "
                                       "times, memory and bytes are texts with a\n"
                                       "unit (\"120ms\", \"2GB\", \"35KB\") or numbers in the unit named; 1 GB is "
                                       "1,024 MB. Whatever is left out is not billed.\n";

std::string keyLine(const UsageKey& key) {
  auto line = fmt::format("  {:<24} {:<24} {:<12} {}", key.key, key.value, key.fallback, key.meaning);
  return line.erase(line.find_last_not_of(' ') + 1) + "\n";
}

std::string indented(std::string_view text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

// A bar inside a cell would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string markdownRow(const UsageKey& key) {
  return fmt::format("| `{}` | {} | {} | {} |\n", key.key, cell(key.value), cell(key.fallback), cell(key.meaning));
}

} // namespace

std::span<const UsageSection> usageSchema() { return kSections; }

std::string usageSchemaText() {
  std::string text(kPreamble);
  for (const auto& section : kSections) {
    text += fmt::format("\n{}: {}, {}\n", section.path.empty() ? "USAGE" : section.path, section.title, section.shape);
    if (!section.keys.empty()) text += keyLine({"KEY", "VALUE", "DEFAULT", "MEANING"});
    for (const auto& key : section.keys) text += keyLine(key);
    if (!section.example.empty()) text += fmt::format("  example:\n{}\n", indented(section.example));
  }
  return text;
}

std::string usageSchemaMarkdown() {
  std::string text;
  for (const auto& section : kSections) {
    text += fmt::format("### {}\n\n{}, {}.\n\n", section.path.empty() ? "The file" : fmt::format("`{}`", section.path),
                        section.title, section.shape);
    if (!section.keys.empty()) text += "| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
    for (const auto& key : section.keys) text += markdownRow(key);
    if (!section.keys.empty()) text += '\n';
    if (!section.example.empty()) text += fmt::format("```json\n{}\n```\n\n", section.example);
  }
  return text;
}

std::string usageExample(std::string_view service) {
  std::vector<std::string_view> names;
  for (const auto& section : kSections) {
    if (section.example.empty()) continue;
    if (section.path == service) return std::string(section.example) + "\n";
    names.push_back(section.path);
  }
  throw InputError({"--example", quoted(service), fmt::format("one of {}", fmt::join(names, ", ")),
                    nearestName(service, std::span<const std::string_view>(names))});
}

} // namespace pricing
