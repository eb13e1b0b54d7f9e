#include "pricing/billing_rules.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace pricing {

namespace {

// One day's view of the rules.
class RuleBook {
 public:
  RuleBook(const PriceCatalogue& catalogue, std::string_view isoDay) : m_catalogue(catalogue), m_day(isoDay) {}

  std::optional<double> find(std::string_view name) const {
    if (const auto value = m_catalogue.rule(name, m_day)) return value;
    return PriceCatalogue::embedded()->rule(name, m_day);
  }
  double operator()(std::string_view name) const { return find(name).value_or(0); }

 private:
  const PriceCatalogue& m_catalogue;
  std::string_view m_day;
};

GrowthLimit growthLimit(const RuleBook& rule, std::string_view region) {
  constexpr double kTenSecondsPerMinute = 6;
  const auto regional = rule.find(fmt::format("lambda.growth_burst.{}", region));
  return {regional ? *regional : rule("lambda.growth_burst"), rule("lambda.growth") / kTenSecondsPerMinute,
          rule("lambda.growth_per_function") == 1};
}

void readLambda(const RuleBook& rule, BillingRules& rules) {
  rules.durationStepMs = static_cast<std::int64_t>(rule("lambda.billing_step"));
  rules.initAlwaysBilled = rule("lambda.init_billed_fraction") == 1;
  rules.provisionedStepMinutes = rule("lambda.provisioned_minimum");
  rules.snapStartCacheHours = rule("lambda.snapstart_cache_minimum");
  rules.streamingFreeMib = rule("lambda.streaming_free");
  rules.streamingLimitMib = rule("lambda.streaming_limit");
  rules.sqsGrowthPerMinute = rule("lambda.sqs_growth");
  rules.sqsConcurrency = rule("lambda.sqs_concurrency");
  rules.asyncLimitKb = rule("lambda.async_payload_limit");
  rules.asyncFirstRequestKb = rule("lambda.async_first_request");
  rules.asyncStepKb = rule("lambda.async_request_step");
  rules.managedInstancesMinimum = rule("lambda.managed_instances_minimum");
  rules.managedEnvironmentMib = rule("lambda.managed_instances_memory_minimum");
}

void readBalancers(const RuleBook& rule, BillingRules& rules) {
  rules.alb = {rule("alb.lcu.new_connections"), rule("alb.lcu.active_connections"),
               rule("alb.lcu.processed_bytes_ec2_ip_targets")};
  rules.albLambdaGibibytes = rule("alb.lcu.processed_bytes_lambda_targets");
  rules.albRuleEvaluationsPerSecond = rule("alb.lcu.rule_evaluations");
  rules.albFreeRules = rule("alb.lcu.free_rules");
  constexpr std::array<std::string_view, 3> kProtocols{"tcp", "udp", "tls"};
  for (std::size_t i = 0; i < kProtocols.size(); ++i) {
    const auto of = [&](std::string_view dimension) {
      return rule(fmt::format("nlb.lcu.{}.{}", kProtocols[i], dimension));
    };
    rules.nlb[i] = {of("new_connections"), of("active_connections"), of("processed_bytes")};
  }
}

double largestShare(const CapacityUnit& unit, double newConnections, double activeConnections, double gibibytes) {
  return std::max({newConnections / unit.newConnectionsPerSecond, activeConnections / unit.activeConnections,
                   gibibytes / unit.gibibytes});
}

} // namespace

BillingRules billingRules(const PriceCatalogue& catalogue, std::string_view isoDay, std::string_view region) {
  const RuleBook rule(catalogue, isoDay);
  BillingRules rules;
  readLambda(rule, rules);
  rules.growth = growthLimit(rule, region);
  readBalancers(rule, rules);
  rules.kinesisUnitsPerMegabyte = rule("kinesis.units_per_megabyte");
  rules.kinesisUnitKb = rule("kinesis.payload_unit");
  rules.kinesisRecordStepKb = rule("kinesis.record_step");
  rules.metricsPerMonitoredInstance = rule("cloudwatch.detailed_monitoring_metrics");
  rules.sqsRequestKb = rule("sqs.request_step");
  rules.httpApiRequestKb = rule("apigateway.http_request_step");
  rules.launchCreditsPerVcpu = rule("ec2.launch_credits");
  return rules;
}

const BillingRules& todaysRules() {
  static const BillingRules rules = billingRules(*PriceCatalogue::embedded());
  return rules;
}

double lcuOfHour(const AlbHour& hour, const BillingRules& rules) {
  auto unit = rules.alb;
  if (hour.targets == TargetKind::Lambda) unit.gibibytes = rules.albLambdaGibibytes;
  const double evaluations = std::max(0.0, hour.rules - rules.albFreeRules) * hour.requestsPerSecond;
  const double gibibytes = hour.gibibytes + hour.lambdaGibibytes * (unit.gibibytes / rules.albLambdaGibibytes);
  return std::max(largestShare(unit, hour.newConnectionsPerSecond, hour.activeConnections, gibibytes),
                  evaluations / rules.albRuleEvaluationsPerSecond);
}
double lcuOfHour(const AlbHour& hour) { return lcuOfHour(hour, todaysRules()); }

double nlcuOfHour(const NlbHour& hour, const BillingRules& rules) {
  return largestShare(rules.nlb[static_cast<std::size_t>(hour.protocol)], hour.newConnectionsPerSecond,
                      hour.activeConnections, hour.gibibytes);
}
double nlcuOfHour(const NlbHour& hour) { return nlcuOfHour(hour, todaysRules()); }

double asyncRequests(ByteCount event, const BillingRules& rules) {
  const double kilobytes = static_cast<double>(event.inBytes()) / 1024;
  return 1 + std::ceil(std::max(0.0, kilobytes - rules.asyncFirstRequestKb) / rules.asyncStepKb);
}

} // namespace pricing
