#include "model/evaluation/metering.hpp"

#include <algorithm>
#include <cmath>

#include "model/hybrid/hybrid_setup.hpp"
#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

double asDouble(Int128 nanoseconds) { return static_cast<double>(nanoseconds); }

pricing::MonthlyUsage emptyMonth(const Scenario& scenario) {
  pricing::MonthlyUsage usage;
  usage.region = scenario.region;
  usage.date = scenario.prices.date;
  usage.freeTier = scenario.freeTier;
  usage.hoursPerMonth = scenario.hoursPerMonth;
  return usage;
}

// Responses leave AWS only where a client outside asked for them.
double egressGib(const Scenario& scenario, double completed) {
  if (scenario.workload.trigger != workloads::Trigger::Http) return 0;
  return completed * static_cast<double>(scenario.workload.responseSize.inBytes()) / kGib;
}

double logGib(const Scenario& scenario, double requests) { return requests * scenario.perRequestLogKb * 1024 / kGib; }

pricing::AlbUsage albMonth(const Scenario& scenario, const Metered& metered, pricing::TargetKind targets,
                           double meanLatencyS) {
  const double hours = scenario.hoursPerMonth;
  return {hours, hours * meanLcu(scenario, metered, targets, meanLatencyS)};
}

// Hours of the run weighed by their length; `unitsOf` gets the requests per second of the hour, and which it is.
double meanOverHours(const Metered& metered, auto&& unitsOf) {
  const double horizonHours = pricing::inSeconds(metered.horizon) / pricing::kSecondsPerHour;
  double unitHours = 0;
  for (std::size_t h = 0; h < metered.hourlyRequests.size(); ++h) {
    // The last hour may be cut by the horizon: its rate holds for the part that was simulated.
    const double length = std::min(1.0, horizonHours - static_cast<double>(h));
    if (length <= 0) break;
    unitHours +=
        length * unitsOf(static_cast<double>(metered.hourlyRequests[h]) / (length * pricing::kSecondsPerHour), h);
  }
  return horizonHours > 0 ? unitHours / horizonHours : 0;
}

struct Connections {
  double newPerSecond = 0, active = 0, gibibytes = 0; // of an hour
};
Connections connectionsAt(const Scenario& scenario, double rate, double meanLatencyS) {
  const auto& workload = scenario.workload;
  const double bytes = static_cast<double>(workload.requestSize.inBytes() + workload.responseSize.inBytes());
  const auto& network = scenario.network;
  return {rate / network.requestsPerConnection, rate * (meanLatencyS + pricing::inSeconds(network.connectionIdle)),
          rate * pricing::kSecondsPerHour * bytes / kGib};
}

// NAT gateways and bytes across zones, for `requests` that were worked on inside the VPC.
void addNetwork(const Scenario& scenario, double requests, pricing::MonthlyUsage& usage) {
  const auto& network = scenario.network;
  const auto gib = [&](pricing::ByteCount each) { return requests * static_cast<double>(each.inBytes()) / kGib; };
  if (network.natGateways > 0)
    usage.nat.push_back(
        {static_cast<double>(network.natGateways) * scenario.hoursPerMonth, gib(network.natBytesPerRequest)});
  usage.crossZoneGb = gib(network.crossZoneBytesPerRequest);
}

// ---- sources ----

pricing::ByteCount recordSize(const RecordSource& source, const Scenario& scenario) {
  if (source.recordSize) return *source.recordSize;
  const double whole = static_cast<double>(scenario.workload.requestSize.inBytes());
  return pricing::ByteCount::bytes(static_cast<std::int64_t>(std::ceil(whole / source.recordsPerRequest)));
}

// Calls of SQS with batches of that many messages, in the 64 KB that are metered; a call without payload is one.
double sqsRequests(double messages, double batch, double messageBytes) {
  constexpr double kChunk = 64 * 1024;
  return messages / batch * std::max(1.0, std::ceil(batch * messageBytes / kChunk));
}

struct SourceMeter {
  const Scenario& scenario;
  const SourceTraffic& traffic;
  pricing::MonthlyUsage& usage;

  void operator()(const S3Source& source) const {
    usage.s3.putRequests = traffic.requests * source.putsPerRequest;
    usage.s3.getRequests = traffic.runs * source.getsPerRequest;
  }
  void operator()(const SqsSource& source) const { usage.sqs.standardRequests = calls(source); }
  void operator()(const SqsFifoSource& source) const { usage.sqs.fifoRequests = calls(source); }
  void operator()(const KinesisSource& source) const {
    auto stream = streamOf(source);
    stream.shards = static_cast<double>(source.shards);
    usage.kinesis.push_back(stream);
  }
  void operator()(const KinesisOnDemandSource& source) const {
    auto stream = streamOf(source);
    stream.mode = pricing::KinesisUsage::Mode::OnDemand;
    stream.consumers = static_cast<double>(source.consumers);
    usage.kinesis.push_back(stream);
  }

 private:
  double calls(const QueueSource& source) const {
    const double records = source.recordsPerRequest, sent = traffic.requests * records;
    const double bytes = static_cast<double>(recordSize(source, scenario).inBytes());
    const auto own = SourceTraffic::Polls{traffic.requests, traffic.requests, static_cast<double>(source.batchSize)};
    const auto polls = traffic.polls.value_or(own);
    return sqsRequests(sent, static_cast<double>(source.sendBatchSize), bytes) +
           sqsRequests(polls.received * records, polls.batch, bytes) +
           sqsRequests(polls.deleted * records, polls.batch, 0);
  }
  pricing::KinesisUsage streamOf(const RecordSource& source) const {
    pricing::KinesisUsage stream;
    stream.hours = scenario.hoursPerMonth;
    stream.recordsPerSecond = traffic.requests * source.recordsPerRequest / (stream.hours * pricing::kSecondsPerHour);
    stream.recordSize = recordSize(source, scenario);
    return stream;
  }
};

// A call to SQS takes ten messages at most (SQS quotas); a batch of Lambda's beyond that takes several.
SourceTraffic lambdaTraffic(const Scenario& scenario, const LambdaTally& tally, double factor) {
  constexpr double kMessagesPerCall = 10;
  const double started = static_cast<double>(tally.started) * factor;
  SourceTraffic traffic{static_cast<double>(tally.outcomes.attempts) * factor, started, std::nullopt};
  if (scenario.workload.trigger != workloads::Trigger::Queue || tally.started == 0) return traffic;
  const double received = static_cast<double>(tally.source.deliveries() - tally.source.throttled) * factor;
  traffic.polls = {received, static_cast<double>(tally.outcomes.completed) * factor,
                   std::clamp(received / started, 1.0, kMessagesPerCall)};
  return traffic;
}

// HTTP APIs meter 512 KB steps (API Gateway pricing page); REST APIs whole calls.
void addFrontDoor(const Scenario& scenario, FrontDoor door, const Metered& metered, double attempts,
                  double meanLatencyS, pricing::MonthlyUsage& usage) {
  const auto& workload = scenario.workload;
  const auto larger = std::max(workload.requestSize, workload.responseSize).inBytes();
  const double steps = std::max(1.0, std::ceil(static_cast<double>(larger) / (512.0 * 1024)));
  switch (door) {
  case FrontDoor::HttpApi: usage.apiGateway.push_back({pricing::ApiGatewayUsage::Kind::Http, attempts * steps}); break;
  case FrontDoor::RestApi: usage.apiGateway.push_back({pricing::ApiGatewayUsage::Kind::Rest, attempts}); break;
  case FrontDoor::Alb:
    usage.alb.push_back(albMonth(scenario, metered, pricing::TargetKind::Lambda, meanLatencyS));
    break;
  case FrontDoor::FunctionUrl:
  case FrontDoor::None: break;
  }
}

// A plan pays for environments as long as it keeps them; otherwise they are there all month.
std::optional<pricing::ProvisionedUsage> provisionedMonth(const Scenario& scenario, const LambdaTally& tally,
                                                          double factor) {
  const auto& setup = *scenario.lambda;
  const double requests = static_cast<double>(tally.provisionedStarted) * factor;
  const double billedMs = static_cast<double>(tally.provisionedBilledMs) * factor;
  if (!std::holds_alternative<std::monostate>(setup.provisionedPlan)) {
    const double hours = asDouble(tally.provisionedAllocatedNs) * 1e-9 / pricing::kSecondsPerHour * factor;
    return pricing::ProvisionedUsage{1, hours, requests, billedMs};
  }
  if (setup.provisionedConcurrency == 0) return std::nullopt;
  return pricing::ProvisionedUsage{static_cast<double>(setup.provisionedConcurrency), scenario.hoursPerMonth, requests,
                                   billedMs};
}

std::optional<pricing::PollerUsage> pollersMonth(const LambdaTally& tally, double factor) {
  if (tally.source.pollerNs == 0) return std::nullopt;
  const double hours = asDouble(tally.source.pollerNs) * 1e-9 / pricing::kSecondsPerHour * factor;
  return pricing::PollerUsage{pricing::PollerUsage::Source::Sqs, hours};
}

// Times that a request knocked: retries too.
double attemptsOf(const LambdaTally& tally) {
  return static_cast<double>(std::max(tally.outcomes.attempts, tally.source.deliveries()));
}

bool isCommitment(pricing::Purchase purchase) {
  return purchase != pricing::Purchase::OnDemand && purchase != pricing::Purchase::Spot;
}

// ---- EC2 ----

struct PaidHours {
  double hours = 0;
  pricing::Purchase purchase = pricing::Purchase::OnDemand;
};
// A commitment is to `floor` instances all month, used or not; hours above them are on demand.
std::vector<PaidHours> paidHours(pricing::Purchase purchase, double floor, double hoursPerMonth, double usedHours) {
  if (!isCommitment(purchase)) return {{usedHours, purchase}};
  const double committed = floor * hoursPerMonth;
  std::vector<PaidHours> hours{{committed, purchase}};
  if (usedHours > committed) hours.push_back({usedHours - committed, pricing::Purchase::OnDemand});
  return hours;
}

double hoursOf(Int128 ns, double factor) { return asDouble(ns) * 1e-9 / pricing::kSecondsPerHour * factor; }

template <class Tally> double usedInstanceHours(const Tally& tally, double factor) {
  Int128 billed = tally.instanceNs + tally.minimumTopUpNs;
  if constexpr (requires { tally.warmPoolNs; }) billed += tally.warmPoolRunningNs + tally.warmPoolTopUpNs;
  return hoursOf(billed, factor);
}

double surplusHours(double credits, double factor) {
  // A window in which more is paid back than borrowed owes nothing.
  pricing::CreditTally owed;
  owed.charged = std::max(0.0, credits);
  return owed.chargedVcpuHours() * factor;
}

// On demand or committed, a warm pool's instances among it while they run; and without a record of the market all of it
// as the scenario says. Where the market keeps its own record, the rest of a fleet on spot was launched on demand.
void addBoughtAsSaid(const Scenario& scenario, const Ec2Tally& tally, double factor, pricing::MonthlyUsage& usage) {
  const auto& setup = *scenario.ec2;
  const auto spot = tally.spotTotal();
  Ec2Tally rest;
  rest.instanceNs = tally.instanceNs - spot.instanceNs;
  rest.minimumTopUpNs = tally.minimumTopUpNs - spot.minimumTopUpNs;
  rest.warmPoolRunningNs = tally.warmPoolRunningNs;
  rest.warmPoolTopUpNs = tally.warmPoolTopUpNs;
  const bool fellBack = setup.purchase == pricing::Purchase::Spot && !tally.spot.empty();
  const auto purchase = fellBack ? pricing::Purchase::OnDemand : setup.purchase;
  const double floor = static_cast<double>(onDemandOf(setup, setup.min));
  const auto before = usage.ec2.size();
  for (const auto& paid : paidHours(purchase, floor, scenario.hoursPerMonth, usedInstanceHours(rest, factor)))
    if (paid.hours > 0 || tally.spot.empty()) usage.ec2.push_back({*setup.instanceType, paid.hours, paid.purchase, 0});
  if (usage.ec2.size() > before)
    usage.ec2[before].surplusVcpuHours = surplusHours(tally.surplusCredits - spot.surplusCredits, factor);
}

// EC2 user guide, billing for interrupted Spot Instances: free in the first hour, then the seconds used.
void addSpot(const Ec2Setup& setup, const Ec2Tally& tally, double factor, pricing::MonthlyUsage& usage) {
  const auto types = instanceTypesOf(setup);
  for (std::size_t kind = 0; kind < tally.spot.size(); ++kind) {
    const auto& time = tally.spot[kind];
    const double hours = hoursOf(time.instanceNs + time.minimumTopUpNs - time.freeNs, factor);
    if (time.instanceNs > 0)
      usage.ec2.push_back({types[kind], hours, pricing::Purchase::Spot, surplusHours(time.surplusCredits, factor)});
  }
}

// What hibernates keeps its memory on the root volume, which has room for it from the launch on.
void addVolumes(const Ec2Setup& setup, double hours, double instanceGib, pricing::MonthlyUsage& usage) {
  if (setup.ebsGib == 0) return;
  constexpr std::int64_t kFreeIops = 3000, kFreeMibPerSecond = 125; // of each gp3 volume
  const bool hibernates = setup.warmPool && setup.warmPool->state == WarmPool::State::Hibernated;
  const double gib = static_cast<double>(setup.ebsGib) + (hibernates ? instanceGib : 0);
  usage.ebs.push_back({gib, hours, static_cast<double>(setup.ebsIops - kFreeIops),
                       static_cast<double>(setup.ebsThroughput - kFreeMibPerSecond)});
}

// Returns the public addresses that the balancer holds: an internet-facing one has one in each zone (facts section 7).
double addLoadBalancer(const Scenario& scenario, const Metered& metered, double meanLatencyS,
                       pricing::MonthlyUsage& usage) {
  const auto& setup = *scenario.ec2;
  const double hours = scenario.hoursPerMonth;
  switch (setup.loadBalancer) {
  case LoadBalancer::None: return 0;
  case LoadBalancer::Alb:
    usage.alb.push_back(albMonth(scenario, metered, pricing::TargetKind::Ec2, meanLatencyS));
    break;
  case LoadBalancer::Nlb: usage.nlb.push_back({hours, hours * meanNlcu(scenario, metered, meanLatencyS)}); break;
  }
  return setup.availabilityZones;
}

// A policy has an alarm for scaling out and one for scaling in (EC2 Auto Scaling user guide).
double alarmsOf(const Ec2Setup& setup) {
  constexpr double kOfPolicy = 2;
  const bool none = std::holds_alternative<NoScaling>(setup.scaling);
  return static_cast<double>(setup.alarms) + (none ? 0 : kOfPolicy);
}

// Managed Instances are a way to run functions: they are kept with the same hours and copies. A hybrid is kept with the
// hours of both.
PlatformCosts ownCosts(const Scenario& scenario, Platform platform) {
  const auto &ec2 = scenario.costs.ec2, &lambda = scenario.costs.lambda;
  if (platform != Platform::Hybrid) return platform == Platform::Ec2 ? ec2 : lambda;
  return {ec2.engineeringHours + lambda.engineeringHours, std::max(ec2.nonProductionCopies, lambda.nonProductionCopies),
          std::max(ec2.nonProductionShare, lambda.nonProductionShare), ec2.migrationUsd + lambda.migrationUsd};
}

// Instances that a copy keeps.
std::int64_t keptInstances(const Scenario& scenario, Platform platform) {
  if (platform == Platform::ManagedInstances) return managedFloor(*scenario.managed);
  return platform == Platform::Hybrid ? withBase(scenario).ec2->min : scenario.ec2->min;
}

double overflowOf(const Metered& metered, std::size_t hour) {
  if (hour >= metered.hourlyOverflow.size() || metered.hourlyRequests[hour] == 0) return 0;
  return std::min(1.0, static_cast<double>(metered.hourlyOverflow[hour]) /
                           static_cast<double>(metered.hourlyRequests[hour]));
}

template <class Usage> double totalHours(const std::vector<Usage>& instances) {
  double hours = 0;
  for (const auto& each : instances) hours += each.hours;
  return hours;
}

} // namespace

double surplusVcpuHours(const pricing::MonthlyUsage& usage) {
  double hours = 0;
  for (const auto& each : usage.ec2) hours += each.surplusVcpuHours;
  return hours;
}

double monthFactor(const Scenario& scenario, const Metered& metered) {
  return scenario.hoursPerMonth * pricing::kSecondsPerHour / metered.observedSeconds;
}

double meanLcu(const Scenario& scenario, const Metered& metered, pricing::TargetKind targets, double meanLatencyS) {
  return meanOverHours(metered, [&](double rate, std::size_t h) {
    const auto traffic = connectionsAt(scenario, rate, meanLatencyS);
    pricing::AlbHour hour;
    hour.newConnectionsPerSecond = traffic.newPerSecond;
    hour.activeConnections = traffic.active;
    hour.lambdaGibibytes = traffic.gibibytes * overflowOf(metered, h);
    hour.gibibytes = traffic.gibibytes - hour.lambdaGibibytes;
    hour.requestsPerSecond = rate;
    hour.rules = static_cast<int>(scenario.network.listenerRules);
    hour.targets = targets;
    return pricing::lcuOfHour(hour);
  });
}

double meanNlcu(const Scenario& scenario, const Metered& metered, double meanLatencyS) {
  return meanOverHours(metered, [&](double rate, std::size_t) {
    const auto traffic = connectionsAt(scenario, rate, meanLatencyS);
    return pricing::nlcuOfHour({traffic.newPerSecond, traffic.active, traffic.gibibytes, pricing::NlbProtocol::Tcp});
  });
}

void addSource(const Scenario& scenario, const SourceTraffic& traffic, pricing::MonthlyUsage& usage) {
  if (scenario.source) std::visit(SourceMeter{scenario, traffic, usage}, *scenario.source);
}

pricing::MonthlyUsage lambdaUsage(const Scenario& scenario, const LambdaTally& tally, const Metered& metered) {
  const auto& setup = *scenario.lambda;
  const double factor = monthFactor(scenario, metered);
  auto usage = emptyMonth(scenario);

  pricing::LambdaUsage function;
  function.requests = static_cast<double>(tally.started - tally.provisionedStarted) * factor;
  function.billedMilliseconds = static_cast<double>(tally.billedMs) * factor;
  function.memory = *setup.memory;
  function.architecture = *setup.architecture;
  function.ephemeralStorage = setup.ephemeralStorage;
  function.provisioned = provisionedMonth(scenario, tally, factor);
  function.pollers = pollersMonth(tally, factor);
  // Java's managed runtimes pay neither (AWS Lambda pricing page, mid-2026).
  if (setup.snapStart && !isJavaRuntime(setup.runtime))
    function.snapStart = {static_cast<double>(setup.snapStart->versions), scenario.hoursPerMonth,
                          static_cast<double>(tally.cold) * factor};
  usage.lambda.push_back(function);

  const double completed = static_cast<double>(tally.outcomes.completed) * factor;
  const double started = static_cast<double>(tally.started) * factor;
  const double attempts = attemptsOf(tally) * factor;
  if (scenario.workload.trigger == workloads::Trigger::Http)
    addFrontDoor(scenario, setup.frontDoor, metered, attempts, tally.outcomes.latency.meanSeconds(), usage);
  usage.egressGb = egressGib(scenario, completed);
  usage.logsGb = logGib(scenario, started);
  if (setup.vpc) addNetwork(scenario, started, usage);
  addSource(scenario, lambdaTraffic(scenario, tally, factor), usage);
  usage.alarms = static_cast<double>(setup.alarms);
  return usage;
}

double instanceGib(const Scenario& scenario, const pricing::PriceCatalogue& catalogue) {
  const auto* type = catalogue.findType(*scenario.ec2->instanceType);
  return type ? static_cast<double>(type->memory.inMebibytes()) / 1024 : 0;
}

// A warm pool's instances pay as any other while they run; stopped or hibernated they pay their volumes.
pricing::MonthlyUsage ec2Usage(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered,
                               double instanceGib) {
  const auto& setup = *scenario.ec2;
  const double factor = monthFactor(scenario, metered);
  auto usage = emptyMonth(scenario);

  const double ranHours = hoursOf(tally.instanceNs + tally.warmPoolRunningNs, factor);
  addBoughtAsSaid(scenario, tally, factor, usage);
  addSpot(setup, tally, factor, usage);
  addVolumes(setup, hoursOf(tally.instanceNs + tally.warmPoolNs, factor), instanceGib, usage);
  const double balancerAddresses =
      addLoadBalancer(scenario, metered, tally.outcomes.latency.meanSeconds(), usage) * scenario.hoursPerMonth;
  const double addressHours = (setup.publicIpv4 ? ranHours : 0) + balancerAddresses;
  if (addressHours > 0) usage.publicIpv4.push_back({addressHours});
  if (setup.detailedMonitoring) usage.detailedMonitoringInstances = ranHours / scenario.hoursPerMonth;
  usage.alarms = alarmsOf(setup);
  const double attempts = static_cast<double>(tally.outcomes.attempts) * factor;
  usage.egressGb = egressGib(scenario, static_cast<double>(tally.outcomes.completed) * factor);
  usage.logsGb = logGib(scenario, attempts);
  addNetwork(scenario, attempts - static_cast<double>(tally.outcomes.rejected) * factor, usage);
  addSource(scenario, {attempts, attempts, std::nullopt}, usage);
  return usage;
}

pricing::MonthlyUsage managedUsage(const Scenario& scenario, const ManagedTally& tally, const Metered& metered) {
  const auto& setup = *scenario.managed;
  const double factor = monthFactor(scenario, metered);
  auto usage = emptyMonth(scenario);
  const double attempts = static_cast<double>(tally.outcomes.attempts) * factor;
  double started = attempts - static_cast<double>(tally.outcomes.throttled) * factor;
  const double taken = started;
  for (const auto& paid : paidHours(setup.purchase, static_cast<double>(managedFloor(setup)), scenario.hoursPerMonth,
                                    usedInstanceHours(tally, factor))) {
    usage.managedInstances.push_back({*setup.instanceType, paid.hours, started, paid.purchase});
    started = 0; // requests stand on one line
  }
  if (scenario.workload.trigger == workloads::Trigger::Http)
    addFrontDoor(scenario, setup.frontDoor, metered, attempts, tally.outcomes.latency.meanSeconds(), usage);
  usage.egressGb = egressGib(scenario, static_cast<double>(tally.outcomes.completed) * factor);
  usage.logsGb = logGib(scenario, taken);
  addNetwork(scenario, taken, usage);
  addSource(scenario, {attempts, attempts, std::nullopt}, usage);
  return usage;
}

pricing::MonthlyUsage extrapolated(pricing::MonthlyUsage usage, double requestRatio, double instanceRatio) {
  for (auto& function : usage.lambda) {
    function.requests *= requestRatio;
    function.billedMilliseconds *= requestRatio;
    if (function.snapStart) function.snapStart->restores *= requestRatio;
    if (!function.provisioned) continue;
    function.provisioned->requests *= requestRatio;
    function.provisioned->billedMilliseconds *= requestRatio;
  }
  for (auto& api : usage.apiGateway) api.requests *= requestRatio;
  for (auto& balancer : usage.alb) balancer.lcuHours *= requestRatio;
  for (auto& balancer : usage.nlb) balancer.nlcuHours *= requestRatio;
  for (auto& gateways : usage.nat) gateways.gb *= requestRatio;
  for (auto& stream : usage.kinesis) stream.recordsPerSecond *= requestRatio;
  usage.s3.putRequests *= requestRatio;
  usage.s3.getRequests *= requestRatio;
  usage.sqs.standardRequests *= requestRatio;
  usage.sqs.fifoRequests *= requestRatio;
  usage.egressGb *= requestRatio;
  usage.crossZoneGb *= requestRatio;
  usage.logsGb *= requestRatio;
  for (auto& instances : usage.managedInstances) {
    instances.requests *= requestRatio;
    if (!isCommitment(instances.purchase)) instances.hours *= instanceRatio;
  }
  for (auto& instances : usage.ec2) {
    if (!isCommitment(instances.purchase)) instances.hours *= instanceRatio;
    instances.surplusVcpuHours *= instanceRatio;
  }
  for (auto& volumes : usage.ebs) volumes.hours *= instanceRatio;
  for (auto& addresses : usage.publicIpv4) addresses.hours *= instanceRatio;
  usage.detailedMonitoringInstances *= instanceRatio;
  return usage;
}

pricing::MonthlyUsage copyOf(const Scenario& scenario, Platform platform, const pricing::MonthlyUsage& production) {
  const double share = ownCosts(scenario, platform).nonProductionShare;
  if (platform == Platform::Lambda) return extrapolated(production, share, 1);
  const bool managed = platform == Platform::ManagedInstances;
  const double used = managed ? totalHours(production.managedInstances) : totalHours(production.ec2);
  const double floor = static_cast<double>(keptInstances(scenario, platform)) * scenario.hoursPerMonth;
  return extrapolated(production, share, used > 0 ? std::max(share, std::min(1.0, floor / used)) : 1);
}

pricing::MonthlyUsage withOwnCosts(const Scenario& scenario, Platform platform, pricing::MonthlyUsage usage,
                                   const pricing::PriceCatalogue& catalogue) {
  const auto costs = ownCosts(scenario, platform);
  const auto add = [&](const char* item, double quantity, const char* unit, double usd, std::string source) {
    if (quantity > 0 && usd > 0)
      usage.own.push_back({"own", item, quantity, unit, pricing::UnitPrice::dollarsPerUnit(usd), std::move(source)});
  };
  if (costs.nonProductionCopies > 0) {
    const double each = pricing::price(copyOf(scenario, platform, usage), catalogue).total().inDollars();
    add("non_production", static_cast<double>(costs.nonProductionCopies), "copy", each,
        "scenario: production's bill at non_production_share");
  }
  add("engineering", costs.engineeringHours, "hour", scenario.costs.engineeringRateUsd,
      "scenario: costs.engineering_rate");
  return usage;
}

double monthlyUsd(const Scenario& scenario, Platform platform, pricing::MonthlyUsage usage,
                  const pricing::PriceCatalogue& catalogue) {
  return pricing::price(withOwnCosts(scenario, platform, std::move(usage), catalogue), catalogue).total().inDollars();
}

} // namespace model
