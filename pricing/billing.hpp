#pragma once
// Usage of one month -> an itemised bill. Pure arithmetic: no traffic, no simulation. Simulated usage and the usage
// file of `breakeven bill` take the same road. Rules and their sources stand beside each function in billing.cpp;
// AWS's own worked examples pin them (tests/pricing/billing_test.cpp).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalogue.hpp"
#include "pricing/commitments.hpp"
#include "pricing/private_prices.hpp"

namespace pricing {

// Counts are doubles because a month is scaled from a simulated horizon; metered simulation usage itself is integer.

struct ProvisionedUsage {
  double count = 0;              // environments kept ready
  double hours = 0;              // each; rounded up to 5 minutes
  double requests = 0;           // on top of LambdaUsage::requests
  double billedMilliseconds = 0; // sum over those requests, at the provisioned duration rate
};
struct SnapStartUsage {
  double versions = 0, hours = 0, restores = 0;
};
struct StreamingUsage {
  double responses = 0;
  ByteCount size;
};
struct PollerUsage {
  enum class Source { Kafka, Sqs } source = Source::Sqs;
  double unitHours = 0;
};
struct DurableUsage {
  double operations = 0, writtenGb = 0, storedGbMonths = 0;
};

struct LambdaUsage {
  std::string label;             // function name, for the bill; may be empty
  double requests = 0;           // on demand
  double billedMilliseconds = 0; // on demand, sum of ceil(init + duration) over invocations
  Memory memory = Memory::mebibytes(128);
  Architecture architecture = Architecture::X86_64;
  Memory ephemeralStorage = Memory::mebibytes(512);
  bool edge = false; // Lambda@Edge rates
  std::optional<ProvisionedUsage> provisioned;
  std::optional<SnapStartUsage> snapStart;
  std::optional<StreamingUsage> streaming;
  std::optional<PollerUsage> pollers;
  double tenantEnvironments = 0;
  std::optional<DurableUsage> durable;
};

struct ManagedInstancesUsage {
  std::string instanceType;
  double hours = 0, requests = 0;
  Purchase purchase = Purchase::OnDemand;
};

struct Ec2Usage {
  std::string instanceType;
  double hours = 0; // instance hours in total, already with the 60 s minimum per start
  Purchase purchase = Purchase::OnDemand;
  double surplusVcpuHours = 0; // burstable types in unlimited mode
};

enum class TargetKind { Ec2, Lambda };
struct AlbUsage {
  double hours = 0;
  double lcuHours = 0; // sum over hours of the largest dimension, see lcuOfHour
};
// One hour of traffic through an Application Load Balancer -> LCU: the largest of new connections (25/s), active
// connections (3,000), bytes (1 GB/h; 0.4 GB/h to Lambda) and rule evaluations (1,000/s beyond 10 free rules).
struct AlbHour {
  double newConnectionsPerSecond = 0, activeConnections = 0, gibibytes = 0, requestsPerSecond = 0;
  int rules = 0;
  TargetKind targets = TargetKind::Ec2;
  double lambdaGibibytes = 0; // of a balancer with targets of both kinds, beside `gibibytes` to instances
};
double lcuOfHour(const AlbHour& hour);

enum class NlbProtocol { Tcp, Udp, Tls };
struct NlbUsage {
  double hours = 0;
  double nlcuHours = 0; // sum over hours of the largest dimension, see nlcuOfHour
};
// One hour of traffic through a Network Load Balancer -> NLCU: the largest of new connections or flows a second, active
// connections and bytes; what one NLCU holds of each depends on the protocol.
struct NlbHour {
  double newConnectionsPerSecond = 0, activeConnections = 0, gibibytes = 0;
  NlbProtocol protocol = NlbProtocol::Tcp;
};
double nlcuOfHour(const NlbHour& hour);

struct ApiGatewayUsage {
  enum class Kind { Http, Rest } kind = Kind::Http;
  double requests = 0;   // already in metered units (HTTP APIs: 512 KB each)
  double responseGb = 0; // leaves AWS with the responses: part of the data transfer
};
struct KinesisUsage {
  enum class Mode { Provisioned, OnDemand } mode = Mode::Provisioned;
  double hours = 730, shards = 1, recordsPerSecond = 0;
  ByteCount recordSize;
  double consumers = 0; // each reads all data once; metered in on-demand mode only
};
// gp3; gib, IOPS and MiB/s summed over volumes, hours each. 3,000 IOPS and 125 MiB/s come with every volume.
struct EbsUsage {
  double gib = 0, hours = 0;
  double iopsAbove3000 = 0, mibPerSecondAbove125 = 0;
};
struct PublicIpv4Usage {
  double hours = 0;
}; // address hours in total
struct NatUsage {
  double hours = 0, gb = 0;
};

struct S3Usage {
  double putRequests = 0; // PUT, COPY, POST, LIST
  double getRequests = 0; // GET and all other
  double storageGbMonths = 0;
};
struct SqsUsage {
  double standardRequests = 0, fifoRequests = 0; // in metered units: 64 KB each
};
struct FargateUsage {
  double vcpuHours = 0, gbHours = 0;
  Architecture architecture = Architecture::X86_64;
};
// What the user adds: engineering hours, non-production copies, support. Stands on the bill as given.
struct OwnLine {
  std::string service, item;
  double quantity = 0;
  std::string unit;
  UnitPrice usd;
  std::string source; // empty: "own entry"
};

struct MonthlyUsage {
  std::string region = "us-east-1";
  std::string date; // ISO day whose rules hold; empty: today's rules
  bool freeTier = false;
  double hoursPerMonth = 730;
  std::vector<LambdaUsage> lambda;
  std::vector<ManagedInstancesUsage> managedInstances;
  std::vector<Ec2Usage> ec2;
  std::optional<CommittedUsage> committed; // on top of everything else here, by the hour
  std::vector<AlbUsage> alb;
  std::vector<NlbUsage> nlb;
  std::vector<ApiGatewayUsage> apiGateway;
  std::vector<KinesisUsage> kinesis;
  std::vector<EbsUsage> ebs;
  std::vector<PublicIpv4Usage> publicIpv4;
  std::vector<NatUsage> nat;
  S3Usage s3;
  SqsUsage sqs;
  std::vector<FargateUsage> fargate;
  std::vector<OwnLine> own;
  double egressGb = 0, crossZoneGb = 0;   // cross-zone GB counted once; both directions are billed
  double logsGb = 0;                      // Lambda function logs (vended tiers)
  double detailedMonitoringInstances = 0; // instance-months
  double alarms = 0;                      // alarm-metric-months at standard resolution

  // Other accounts of the organisation. Pooled: volume tiers and free tier run over all of them, as on a consolidated
  // bill; apart: each has its own. Of an account only its name and its usage count.
  std::vector<MonthlyUsage> accounts;
  bool pooled = true;
  std::string account;
};

struct BillLine {
  // "lambda", "duration"; as in the result JSON. What is billed apart has its name behind the item: "duration
  // (resize)", "instance_hours (t3.micro, on_demand)". Free quantities are lines of their own at price 0:
  // "requests_free_tier".
  std::string service, item;
  double quantity = 0;
  std::string unit;
  UnitPrice unitPrice; // of a tiered line: amount / quantity
  Money amount;
  std::string source; // "AWS pricing page feed (L1), 2025-10-30"
  bool estimated = false;
  bool shared = false;   // both platforms have this line; reports show it once
  bool ownPrice = false; // the user's own price, discount or entry made it
};

struct Bill {
  std::vector<BillLine> lines;
  Money total() const; // computed from the lines, never stored
};

// The amount for `quantity` a month: each step's price for the part within that step.
Money tieredAmount(const Tariff& tariff, double quantity);

// InputError (all problems at once) for negative or non-finite quantities, unknown regions or types, missing rates.
// `origin` and the JSON pointers of the usage file name the places: "usage: /ec2/0/instance_type".
Bill price(const MonthlyUsage& usage, const PriceCatalogue& catalogue, std::string_view origin = "usage");

// The usage file of `breakeven bill` (docs/bill.md): text -> usage plus the user's own prices; all problems at once.
struct UsageFile {
  MonthlyUsage usage;
  PrivatePrices prices; // "prices" and "discounts"
};
// With a catalogue, what only price() can see (unknown regions, types, rates) is among the problems too.
UsageFile readUsage(std::string_view json, std::string_view origin, const PriceCatalogue* catalogue = nullptr);
// {"total_usd": ..., "lines": [...]}
std::string billJson(const Bill& bill);
std::string billCsv(const Bill& bill);
std::string billText(const Bill& bill); // aligned table for a terminal
std::string billMarkdown(const Bill& bill);
std::string billHtml(const Bill& bill); // a page that needs no other file

} // namespace pricing
