#include "tests/ui/support/decision_builder.hpp"

#include <cmath>
#include <string_view>

#include "model/evaluation/idle_sensitivity.hpp"

namespace tests {

namespace {

using pricing::Money;
using pricing::UnitPrice;

pricing::BillLine line(std::string_view service, std::string_view item, double quantity, std::string_view unit,
                       double usdPerUnit, bool estimated = false) {
  return {std::string(service),
          std::string(item),
          quantity,
          std::string(unit),
          UnitPrice::dollarsPerUnit(usdPerUnit),
          UnitPrice::dollarsPerUnit(usdPerUnit) * quantity,
          "AWS pricing page feed (L1), 2025-10-30",
          estimated};
}

// A long-tailed sample: quantiles of an exponential above a floor.
model::LatencyHistogram sample(double floorMs, double meanMs) {
  model::LatencyHistogram histogram;
  for (int i = 0; i < 5000; ++i) {
    const double p = (i + 0.5) / 5000;
    histogram.record(static_cast<std::int64_t>((floorMs - meanMs * std::log(1 - p)) * 1e6));
  }
  return histogram;
}

model::LatencySummary summaryOf(const model::LatencyHistogram& histogram) {
  const auto at = [&](double p) { return model::Estimate{histogram.quantileSeconds(p) * 1000, 2.5}; };
  return {{histogram.meanSeconds() * 1000, 0.8}, at(0.5), at(0.9), at(0.95), at(0.99), at(0.999),
          {histogram.maxSeconds() * 1000, 0}};
}

std::vector<model::TimelinePoint> timeline(double capacity, double inFlight) {
  std::vector<model::TimelinePoint> points;
  for (int hour = 0; hour < 168; ++hour) {
    const double day = 1 + 0.5 * std::sin(hour * 3.14159265 / 12);
    points.push_back(
        {std::chrono::hours(hour), std::ceil(capacity * day), std::ceil(capacity * day), inFlight * day, 0.4});
    points.back().desired = std::ceil(capacity * day);
    points.back().booting = day > 1.45 ? 1 : 0;
    points.back().alarm = day > 1.4   ? model::AlarmState::Out
                          : day < 0.6 ? model::AlarmState::In
                                      : model::AlarmState::None;
  }
  return points;
}

model::PlatformResult lambdaResult() {
  model::PlatformResult result;
  result.platform = model::Platform::Lambda;
  result.configuration = "1769 MB x86_64";
  result.requests = 60'480'000;
  result.completed = 60'479'000;
  result.throttled = 1000;
  result.histogram = sample(60, 45);
  result.latency = summaryOf(result.histogram);
  result.failedFraction = {1.65e-5, 2e-6};
  result.coldStarts = 4020;
  result.coldFraction = {6.6e-5, 3e-6};
  result.environmentsMean = {21.4, 0.3};
  result.environmentsBusy = {10.5, 0.1};
  result.environmentsIdle = {10.9, 0.2};
  result.peakEnvironments = 48;
  result.meanLifetimeS = 5400;
  result.bill.lines = {line("lambda", "requests", 262'800'000, "request", 2e-7),
                       line("lambda", "duration", 47'700'000, "GB-s", 1.66667e-5)};
  result.monthlyCostUsd = {result.bill.total().inDollars(), 3.1};
  result.moneyParts = {{"cpu", "CPU", 600}, {"io_wait", "waiting on i/o", 195}, {"requests", "requests", 52.56}};
  result.commitments = model::CommitmentPlan{
      {{"on_demand", "", 795, 0, 556.5, false}, {"compute_sp_1y", "$0.9/h", 720, 75, 660, true}}, 0.3, 556.5};
  result.timeline = timeline(21, 10);
  return result;
}

model::PlatformResult ec2Result() {
  model::PlatformResult result;
  result.platform = model::Platform::Ec2;
  result.configuration = "c7g.large x 2..20";
  result.requests = 60'480'000;
  result.completed = 60'480'000;
  result.histogram = sample(70, 110);
  result.latency = summaryOf(result.histogram);
  result.utilisation = {0.47, 0.01};
  result.instancesMean = {11.2, 0.1};
  result.peakInstances = 17;
  result.bill.lines = {
      line("ec2", "c7g.large on demand", 8176, "hour", 0.0725), line("alb", "load balancer", 730, "hour", 0.0225),
      line("alb", "capacity units", 2920, "LCU-hour", 0.008), line("ebs", "gp3", 89.6, "GiB-month", 0.08),
      line("ipv4", "public addresses", 8176, "hour", 0.005, true)};
  result.monthlyCostUsd = {result.bill.total().inDollars(), 4.4};
  result.moneyParts = {{"busy", "busy", 280}, {"headroom", "headroom", 250}, {"alb", "load balancer", 39.79}};
  result.timeline = timeline(11, 14);
  result.meetsObjective = false;
  result.missed = {"p99 577 ms > 500 ms"};
  return result;
}

model::PlatformResult managedResult(double instances) {
  model::PlatformResult result;
  result.platform = model::Platform::ManagedInstances;
  result.configuration = "m8g.large, at least 3";
  result.requests = 60'480'000;
  result.completed = 60'470'000;
  result.throttled = 10'000;
  result.histogram = sample(62, 60);
  result.latency = summaryOf(result.histogram);
  result.failedFraction = {1.65e-4, 1e-5};
  result.utilisation = {0.38, 0.01};
  result.instancesMean = {instances, 0.1};
  result.peakInstances = 15;
  result.environmentsMean = {2 * instances, 0.2};
  result.peakEnvironments = 30;
  result.inFlightMean = {12.5, 0.1};
  const double hours = 730 * instances;
  result.bill.lines = {
      line("lambda_managed_instances", "requests", 262'800'000, "request", 2e-7),
      line("lambda_managed_instances", "instance_hours (m8g.large, on_demand)", hours, "hour", 0.08976),
      line("lambda_managed_instances", "management_fee (m8g.large)", hours, "hour", 0.15 * 0.08976)};
  result.monthlyCostUsd = {result.bill.total().inDollars(), 2.5};
  const double instanceUsd = result.bill.lines[1].amount.inDollars();
  result.moneyParts = {{"busy", "vCPUs at work", 0.4 * instanceUsd},
                       {"headroom", "free capacity kept above the load", 0.6 * instanceUsd},
                       {"fee", "management fee on the instances", result.bill.lines[2].amount.inDollars()},
                       {"requests", "price of each request", 52.56}};
  result.timeline = timeline(instances, 12.5);
  return result;
}

model::IdleSensitivity idleSensitivity() {
  model::IdleSensitivity found;
  found.cases = {{"as assumed", 847.56, 6.6e-5, 267.2, true, false},
                 {"5 min", 861.2, 0.0021, 512, false, false},
                 {"45 min", 845.1, 2e-5, 262, true, false}};
  found.spanS = 40'000;
  found.why = model::whatChanges(found.cases);
  return found;
}

model::Replay replayedRun() {
  model::Replay replay;
  replay.recordedColdStarts = 1'187;
  replay.recordedEnvironments = 1'200;
  replay.recordedWarmAtFirst = 13;
  replay.recordedBilledMs = 5'412'300;
  replay.requests = 20'000;
  replay.coldStarts = 1'212;
  replay.peakBusy = 96;
  replay.billedMs = 5'412'300;
  replay.idleLifetime = "constant, 10 min";
  replay.idleLifetimeSource = "scenario";
  replay.calibration = model::Replay::Calibration{612, 640, false};
  replay.differences = {{"there_before", "13 environments were there before the log begins."}};
  return replay;
}

void addCostCurve(model::Decision& decision) {
  for (int i = -8; i <= 8; ++i) {
    const double rate = 100 * std::pow(10.0, i / 4.0);
    decision.costCurve.push_back({rate, rate * 8.475, 90 + rate * 6.4});
  }
  decision.meanRequestsPerSecond = 100;
  decision.breakEven = model::BreakEven{43.4, 43.4 * 2'628'000, model::Platform::Lambda};
}

} // namespace

model::Decision plausibleDecision() {
  model::Decision decision;
  decision.scenario.name = "web API";
  decision.scenario.objective.p99 = std::chrono::milliseconds(500);
  decision.lambda = lambdaResult();
  decision.ec2 = ec2Result();
  decision.managed = managedResult(11);
  decision.scenario.managed.emplace().instanceType = "m8g.large";
  decision.verdict = model::Verdict::Lambda;
  decision.monthlySavingUsd = {decision.lambda->monthlyCostUsd.value - decision.ec2->monthlyCostUsd.value, 5.2};
  addCostCurve(decision);
  decision.reasons = {{"objective_missed", "EC2 misses the objective: p99 577 ms > 500 ms."},
                      {"cost_gap", "Lambda costs $164 a month more than EC2 <as configured>."}};
  decision.drivers = {{"lambda.memory", "1769MB", "1024MB", 120, -164, true},
                      {"ec2.purchase", "on_demand", "compute_sp_3y", -420, -164, false}};
  decision.candidates = {
      {model::Platform::Lambda, "1024 MB arm64", 611.5, 480.0, 1.6e-5, true, true, "", true},
      {model::Platform::Lambda, "1769 MB x86_64", 847.6, 267.2, 1.6e-5, true, true, "", true},
      {model::Platform::Ec2, "c7g.large x 2..20", 683.4, 577.0, 0.0, false, true, "p99 577 ms > 500 ms", false},
      {model::Platform::Ec2, "m5.24xlarge x 2..20", 6900, {}, {}, false, false, "screened out by cost", false}};
  decision.analytic = {
      {model::Platform::Lambda, "busy environments", "M/G/infinity", 10.5, {10.52, 0.1}, "environments"}};
  decision.idleSensitivity = idleSensitivity();
  decision.replay = replayedRun();
  decision.assumptions = {{"lambda.memory", "1769MB", model::Origin::Scenario, ""},
                          {"lambda.idle_lifetime", "600s", model::Origin::Default, "probes of 2025"},
                          {"ec2.purchase", "on_demand", model::Origin::Default, "convention"}};
  decision.warnings = {{"near_limit", "Peak concurrency of 948 is 95 % of the account's 1,000.",
                        "Ask for a higher limit before the peak grows."}};
  decision.run = {1, 5, 1, 604800, 302'400'000, 3.1, 1.9e7, "aws-2026-11-23", "2026-11-23", "00ff", "", "", "0.1.0"};
  return decision;
}

model::Decision cheaperManagedDecision() {
  auto decision = plausibleDecision();
  decision.managed = managedResult(8);
  decision.managedSavingUsd = {decision.lambda->monthlyCostUsd.value - decision.managed->monthlyCostUsd.value, 4.4};
  return decision;
}

model::Decision hybridDecision() {
  auto decision = plausibleDecision();
  auto hybrid = ec2Result();
  hybrid.platform = model::Platform::Hybrid;
  hybrid.configuration = "c7g.large x 4, over 8 in flight to 1769 MB x86_64";
  hybrid.meetsObjective = true;
  hybrid.missed.clear();
  hybrid.instancesMean = {4, 0};
  hybrid.peakInstances = 4;
  hybrid.environmentsMean = {6.5, 0.2};
  hybrid.peakEnvironments = 31;
  hybrid.coldFraction = {0.002, 1e-4};
  hybrid.overflow.emplace();
  hybrid.overflow->count = 2'721'600;
  hybrid.overflow->fraction = {0.045, 0.001};
  for (auto& point : hybrid.timeline) point.overflow = 20;
  decision.hybrid = std::move(hybrid);
  decision.verdict = model::Verdict::Hybrid;
  decision.monthlySavingUsd = {164, 5.2};
  return decision;
}

std::shared_ptr<const model::Decision> sharedDecision() {
  return std::make_shared<const model::Decision>(plausibleDecision());
}

ui::Engine answeringEngine() {
  return {[](const model::Scenario& scenario, const model::RunControl&) -> model::EvaluationOutcome {
            auto decision = plausibleDecision();
            decision.scenario = scenario;
            if (!scenario.managed) decision.managed.reset();
            return std::make_shared<const model::Decision>(std::move(decision));
          },
          [](const std::vector<std::string>& files, const workloads::ImportProgress&) {
            workloads::TraceSummary summary;
            summary.format = "csv";
            summary.formatTitle = "generic CSV";
            summary.files = files;
            summary.rows = summary.requests = 1200;
            summary.span = std::chrono::hours(1);
            summary.durations = workloads::TraceSummary::Durations{90, 80, 150, 180, 240, 900};
            summary.memoryMb = 512;
            return summary;
          }};
}

} // namespace tests
