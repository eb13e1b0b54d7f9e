#include "model/evaluation/metering.hpp"

#include <cmath>

namespace model {

namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

double asDouble(Int128 nanoseconds) { return static_cast<double>(nanoseconds); }

pricing::MonthlyUsage emptyMonth(const Scenario& scenario) {
  pricing::MonthlyUsage usage;
  usage.region = scenario.region;
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
  return {hours, hours * meanLcu(scenario.workload, metered, targets, meanLatencyS)};
}

// HTTP APIs meter 512 KB steps (API Gateway pricing page); REST APIs whole calls.
void addFrontDoor(const Scenario& scenario, const Metered& metered, double attempts, double meanLatencyS,
                  pricing::MonthlyUsage& usage) {
  const auto& workload = scenario.workload;
  const auto larger = std::max(workload.requestSize, workload.responseSize).inBytes();
  const double steps = std::max(1.0, std::ceil(static_cast<double>(larger) / (512.0 * 1024)));
  switch (scenario.lambda->frontDoor) {
  case FrontDoor::HttpApi: usage.apiGateway.push_back({pricing::ApiGatewayUsage::Kind::Http, attempts * steps}); break;
  case FrontDoor::RestApi: usage.apiGateway.push_back({pricing::ApiGatewayUsage::Kind::Rest, attempts}); break;
  case FrontDoor::Alb:
    usage.alb.push_back(albMonth(scenario, metered, pricing::TargetKind::Lambda, meanLatencyS));
    break;
  case FrontDoor::FunctionUrl:
  case FrontDoor::None: break;
  }
}

bool isCommitment(pricing::Purchase purchase) {
  return purchase != pricing::Purchase::OnDemand && purchase != pricing::Purchase::Spot;
}

} // namespace

double monthFactor(const Scenario& scenario, const Metered& metered) {
  return scenario.hoursPerMonth * pricing::kSecondsPerHour / metered.observedSeconds;
}

double meanLcu(const workloads::Workload& workload, const Metered& metered, pricing::TargetKind targets,
               double meanLatencyS) {
  const double horizonHours = pricing::inSeconds(metered.horizon) / pricing::kSecondsPerHour;
  const double bytes = static_cast<double>((workload.requestSize.inBytes() + workload.responseSize.inBytes()));
  double lcuHours = 0;
  for (std::size_t h = 0; h < metered.hourlyRequests.size(); ++h) {
    // The last hour may be cut by the horizon: its rate holds for the part that was simulated.
    const double length = std::min(1.0, horizonHours - static_cast<double>(h));
    if (length <= 0) break;
    const double rate = static_cast<double>(metered.hourlyRequests[h]) / (length * pricing::kSecondsPerHour);
    pricing::AlbHour hour;
    hour.newConnectionsPerSecond = rate;
    hour.activeConnections = rate * meanLatencyS;
    hour.gibibytes = rate * pricing::kSecondsPerHour * bytes / kGib;
    hour.requestsPerSecond = rate;
    hour.targets = targets;
    lcuHours += length * pricing::lcuOfHour(hour);
  }
  return horizonHours > 0 ? lcuHours / horizonHours : 0;
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
  if (setup.provisionedConcurrency > 0)
    function.provisioned = {static_cast<double>(setup.provisionedConcurrency), scenario.hoursPerMonth,
                            static_cast<double>(tally.provisionedStarted) * factor,
                            static_cast<double>(tally.provisionedBilledMs) * factor};
  usage.lambda.push_back(function);

  const double completed = static_cast<double>(tally.outcomes.completed) * factor;
  const double started = static_cast<double>(tally.started) * factor;
  if (scenario.workload.trigger == workloads::Trigger::Http)
    addFrontDoor(scenario, metered, static_cast<double>(tally.outcomes.attempts) * factor,
                 tally.outcomes.latency.meanSeconds(), usage);
  usage.egressGb = egressGib(scenario, completed);
  usage.logsGb = logGib(scenario, started);
  return usage;
}

pricing::MonthlyUsage ec2Usage(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered) {
  const auto& setup = *scenario.ec2;
  const double factor = monthFactor(scenario, metered);
  auto usage = emptyMonth(scenario);

  const double usedHours = asDouble(tally.instanceNs + tally.minimumTopUpNs) * 1e-9 / pricing::kSecondsPerHour * factor;
  const double ranHours = asDouble(tally.instanceNs) * 1e-9 / pricing::kSecondsPerHour * factor;
  if (isCommitment(setup.purchase)) {
    const double committed = static_cast<double>(setup.min) * scenario.hoursPerMonth;
    usage.ec2.push_back({*setup.instanceType, committed, setup.purchase, 0});
    if (usedHours > committed)
      usage.ec2.push_back({*setup.instanceType, usedHours - committed, pricing::Purchase::OnDemand, 0});
  } else {
    usage.ec2.push_back({*setup.instanceType, usedHours, setup.purchase, 0});
  }
  if (setup.ebsGib > 0) usage.ebs.push_back({static_cast<double>(setup.ebsGib), ranHours});
  double addressHours = setup.publicIpv4 ? ranHours : 0;
  if (setup.loadBalancer == LoadBalancer::Alb) {
    usage.alb.push_back(albMonth(scenario, metered, pricing::TargetKind::Ec2, tally.outcomes.latency.meanSeconds()));
    // An internet-facing ALB holds one public address in each zone (facts section 7).
    addressHours += setup.availabilityZones * scenario.hoursPerMonth;
  }
  if (addressHours > 0) usage.publicIpv4.push_back({addressHours});
  if (setup.detailedMonitoring) usage.detailedMonitoringInstances = ranHours / scenario.hoursPerMonth;
  usage.egressGb = egressGib(scenario, static_cast<double>(tally.outcomes.completed) * factor);
  usage.logsGb = logGib(scenario, static_cast<double>(tally.outcomes.attempts) * factor);
  return usage;
}

pricing::MonthlyUsage extrapolated(pricing::MonthlyUsage usage, double requestRatio, double instanceRatio) {
  for (auto& function : usage.lambda) {
    function.requests *= requestRatio;
    function.billedMilliseconds *= requestRatio;
    if (!function.provisioned) continue;
    function.provisioned->requests *= requestRatio;
    function.provisioned->billedMilliseconds *= requestRatio;
  }
  for (auto& api : usage.apiGateway) api.requests *= requestRatio;
  for (auto& balancer : usage.alb) balancer.lcuHours *= requestRatio;
  usage.egressGb *= requestRatio;
  usage.crossZoneGb *= requestRatio;
  usage.logsGb *= requestRatio;
  for (auto& instances : usage.ec2)
    if (!isCommitment(instances.purchase)) instances.hours *= instanceRatio;
  for (auto& volumes : usage.ebs) volumes.hours *= instanceRatio;
  for (auto& addresses : usage.publicIpv4) addresses.hours *= instanceRatio;
  usage.detailedMonitoringInstances *= instanceRatio;
  return usage;
}

} // namespace model
