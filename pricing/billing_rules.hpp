#pragma once
// The rules of billing and growth in force on a day, from the catalogue: what AWS rounds to, what comes free with a
// unit, how fast functions may grow. Rates are in the catalogue too; these are no prices. A catalogue that states none
// (an imported price list) takes the embedded one's. docs/bill.md lists the versions; pinned by
// tests/pricing/billing_rules_test.cpp.
#include <array>
#include <cstdint>
#include <string_view>

#include "pricing/billing.hpp"

namespace pricing {

// How many environments may be added: a bucket of `burst`, refilled continuously. Before November 2023 AWS refilled
// once a minute.
struct GrowthLimit {
  double burst = 0;
  double refillPer10s = 0;
  bool perFunction = true; // false: all functions of a region share it
};

// What one capacity unit of a load balancer holds in an hour.
struct CapacityUnit {
  double newConnectionsPerSecond = 0, activeConnections = 0, gibibytes = 0;
};

struct BillingRules {
  // Lambda
  std::int64_t durationStepMs = 1; // billed time is rounded up to it, once over init + duration
  bool initAlwaysBilled = true;    // false: INIT is free for zip packages on managed runtimes on demand
  double provisionedStepMinutes = 0, snapStartCacheHours = 0, streamingFreeMib = 0, streamingLimitMib = 0;
  GrowthLimit growth;
  double sqsGrowthPerMinute = 0, sqsConcurrency = 0;
  double asyncLimitKb = 0, asyncFirstRequestKb = 0, asyncStepKb = 0;
  double managedInstancesMinimum = 0, managedEnvironmentMib = 0;
  // Load balancers
  CapacityUnit alb;
  double albLambdaGibibytes = 0, albRuleEvaluationsPerSecond = 0, albFreeRules = 0;
  std::array<CapacityUnit, 3> nlb; // by NlbProtocol
  // Others
  double kinesisUnitsPerMegabyte = 0, kinesisUnitKb = 0, kinesisRecordStepKb = 0;
  double metricsPerMonitoredInstance = 0, sqsRequestKb = 0, httpApiRequestKb = 0, launchCreditsPerVcpu = 0;
};

// `isoDay` empty: the latest. The region decides about the growth limit before November 2023 only.
BillingRules billingRules(const PriceCatalogue& catalogue, std::string_view isoDay = {},
                          std::string_view region = "us-east-1");
// Of the embedded catalogue, latest.
const BillingRules& todaysRules();

double lcuOfHour(const AlbHour& hour, const BillingRules& rules);
double nlcuOfHour(const NlbHour& hour, const BillingRules& rules);
// Requests that one asynchronous event of this size is billed as.
double asyncRequests(ByteCount event, const BillingRules& rules);

} // namespace pricing
