#include "model/evaluation/static_comparison.hpp"

#include <fmt/format.h>

#include "model/report/report.hpp"
#include "pricing/static_sizing.hpp"

namespace model {

namespace {

double managedLinesUsd(const pricing::Bill& bill) {
  double usd = 0;
  for (const auto& line : bill.lines)
    if (line.service == "lambda_managed_instances") usd += line.amount.inDollars();
  return usd;
}

std::string whyTheyDiffer(const StaticComparison& comparison) {
  constexpr double kSame = 0.05;
  const double ratio = comparison.simulatedInstances / comparison.instances;
  if (ratio > 1 + kSame)
    return "because capacity follows the load minute by minute and keeps room for it to double, peaks included, while "
           "the calculator adds half as much again to the mean";
  if (ratio < 1 - kSame)
    return "because the calculator allows a fixed number of requests per vCPU and adds half as much again, while the "
           "simulation knows how much CPU and how many slots these requests take and lets instances go when the load "
           "falls";
  return "which here comes to the same";
}

} // namespace

double sustainableConcurrency(double cpuFraction) {
  if (cpuFraction < 1.0 / 3) return 8;
  return cpuFraction > 2.0 / 3 ? 2 : 4;
}

StaticAnswer staticAnswer(const Scenario& scenario, double concurrency, double requestsPerMonth,
                          const pricing::PriceCatalogue& catalogue) {
  const auto& setup = *scenario.managed;
  pricing::StaticSizing sizing;
  sizing.concurrency = concurrency;
  sizing.concurrencyPerVcpu = sustainableConcurrency(scenario.workload.work.cpuFraction);
  sizing.memoryPerExecution = scenario.workload.memory;
  StaticAnswer answer;
  answer.instances =
      pricing::managedInstances(sizing, *catalogue.findType(*setup.instanceType), pricing::todaysRules());
  if (answer.instances == 0) return answer;
  pricing::MonthlyUsage usage;
  usage.region = scenario.region;
  usage.date = scenario.prices.date;
  usage.hoursPerMonth = scenario.hoursPerMonth;
  usage.managedInstances.push_back(
      {*setup.instanceType, answer.instances * scenario.hoursPerMonth, requestsPerMonth, setup.purchase});
  answer.monthlyUsd = pricing::price(usage, catalogue).total().inDollars();
  return answer;
}

StaticComparison compareStatic(const Scenario& scenario, const PlatformResult& managed,
                               const pricing::PriceCatalogue& catalogue) {
  double requests = 0;
  for (const auto& instances : managed.usage.managedInstances) requests += instances.requests;
  const auto answer = staticAnswer(scenario, managed.inFlightMean.value, requests, catalogue);
  StaticComparison comparison;
  comparison.concurrency = managed.inFlightMean.value;
  comparison.concurrencyPerVcpu = sustainableConcurrency(scenario.workload.work.cpuFraction);
  comparison.instances = answer.instances;
  comparison.monthlyUsd = answer.monthlyUsd;
  comparison.simulatedInstances = managed.instancesMean.value;
  comparison.simulatedPeak = managed.peakInstances;
  comparison.simulatedUsd = managedLinesUsd(managed.bill);
  comparison.throttledFraction =
      managed.requests > 0 ? static_cast<double>(managed.throttled) / static_cast<double>(managed.requests) : 0;
  comparison.p99Ms = managed.latency.p99.value;
  return comparison;
}

std::string explain(const StaticComparison& comparison, const Scenario& scenario) {
  const auto& type = *scenario.managed->instanceType;
  const auto simulated = fmt::format(
      "the simulation finds {:.1f} on average and {} at the peak for {}, {} throttled, p99 {}",
      comparison.simulatedInstances, comparison.simulatedPeak, dollars(comparison.simulatedUsd),
      pricing::displayPercent(comparison.throttledFraction), pricing::displaySeconds(comparison.p99Ms / 1e3));
  if (comparison.instances == 0)
    return fmt::format("AWS's static sizing finds no room for an environment on {}; {}.", type, simulated);
  return fmt::format(
      "AWS's static sizing says {:.0f} x {} and {} a month for {:.3g} requests at once at {:.0f} per vCPU; "
      "{}, {}. It knows no arrivals: throttles and latency are not among its answers.",
      comparison.instances, type, dollars(comparison.monthlyUsd), comparison.concurrency, comparison.concurrencyPerVcpu,
      simulated, whyTheyDiffer(comparison));
}

} // namespace model
