// The result JSON of contract section 4. Keys never change type; what does not apply is absent. Doubles are printed
// with as many digits as it takes to read them back exactly, so equal decisions give equal bytes.
#include <array>
#include <nlohmann/json.hpp>

#include "model/decision.hpp"
#include "model/evaluation/metering.hpp"
#include "model/evaluation/static_comparison.hpp"

namespace model {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const Estimate& e) { return {{"value", e.value}, {"half_width", e.halfWidth}}; }

Json toJson(const LatencySummary& l) {
  return {{"mean", toJson(l.mean)}, {"p50", toJson(l.p50)},   {"p90", toJson(l.p90)}, {"p95", toJson(l.p95)},
          {"p99", toJson(l.p99)},   {"p999", toJson(l.p999)}, {"max", toJson(l.max)}};
}

Json toJson(const pricing::BillLine& line) {
  Json out{{"service", line.service},
           {"item", line.item},
           {"quantity", line.quantity},
           {"unit", line.unit},
           {"unit_price_usd", line.unitPrice.inDollarsPerUnit()},
           {"amount_usd", line.amount.inDollars()},
           {"source", line.source}};
  if (line.estimated) out["estimated"] = true;
  if (line.shared) out["shared"] = true;
  if (line.ownPrice) out["own_price"] = true;
  return out;
}

Json lambdaUsageJson(const pricing::MonthlyUsage& usage) {
  Json out = Json::object();
  if (usage.lambda.empty()) return out;
  const auto& function = usage.lambda.front();
  out["requests"] = function.requests;
  out["billed_ms"] = function.billedMilliseconds;
  out["gb_seconds"] = function.billedMilliseconds / 1e3 * function.memory.inGibibytes();
  if (function.snapStart) {
    out["snap_start_version_hours"] = function.snapStart->versions * function.snapStart->hours;
    out["snap_start_restores"] = function.snapStart->restores;
  }
  if (function.provisioned) {
    out["provisioned_requests"] = function.provisioned->requests;
    out["provisioned_billed_ms"] = function.provisioned->billedMilliseconds;
  }
  return out;
}

template <class Usage> double hoursOf(const std::vector<Usage>& instances) {
  double hours = 0;
  for (const auto& each : instances) hours += each.hours;
  return hours;
}

Json managedUsageJson(const pricing::MonthlyUsage& usage) {
  double requests = 0;
  for (const auto& instances : usage.managedInstances) requests += instances.requests;
  return {{"instance_hours", hoursOf(usage.managedInstances)}, {"requests", requests}};
}

Json ec2UsageJson(const pricing::MonthlyUsage& usage) {
  Json out{{"instance_hours", hoursOf(usage.ec2)}};
  if (const double surplus = surplusVcpuHours(usage); surplus > 0) out["surplus_vcpu_hours"] = surplus;
  return out;
}

Json hybridUsageJson(const pricing::MonthlyUsage& usage) {
  Json out = lambdaUsageJson(usage);
  out.update(ec2UsageJson(usage));
  return out;
}

Json computeUsageJson(const PlatformResult& result) {
  switch (result.platform) {
  case Platform::Lambda: return lambdaUsageJson(result.usage);
  case Platform::Ec2: return ec2UsageJson(result.usage);
  case Platform::Hybrid: return hybridUsageJson(result.usage);
  case Platform::ManagedInstances: break;
  }
  return managedUsageJson(result.usage);
}

// What is around compute, where it is used.
void addServices(const pricing::MonthlyUsage& usage, Json& out) {
  for (const auto& balancer : usage.alb) out["lcu_hours"] = balancer.lcuHours;
  for (const auto& balancer : usage.nlb) out["nlcu_hours"] = balancer.nlcuHours;
  for (const auto& gateways : usage.nat) {
    out["nat_gateway_hours"] = gateways.hours;
    out["nat_gb"] = gateways.gb;
  }
  for (const auto& stream : usage.kinesis) out["kinesis_records_per_s"] = stream.recordsPerSecond;
  const auto add = [&](const char* key, double quantity) {
    if (quantity > 0) out[key] = quantity;
  };
  add("cross_zone_gb", usage.crossZoneGb);
  add("s3_put_requests", usage.s3.putRequests);
  add("s3_get_requests", usage.s3.getRequests);
  add("sqs_requests", usage.sqs.standardRequests + usage.sqs.fifoRequests);
  add("alarms", usage.alarms);
}

Json usageJson(const PlatformResult& result) {
  Json out = computeUsageJson(result);
  out["egress_gb"] = result.usage.egressGb;
  out["logs_gb"] = result.usage.logsGb;
  addServices(result.usage, out);
  return out;
}

Json moneyPartsJson(const PlatformResult& result) {
  const double total = result.bill.total().inDollars();
  Json out = Json::array();
  for (const auto& part : result.moneyParts)
    out.push_back({{"code", part.code},
                   {"meaning", part.meaning},
                   {"usd", part.usd},
                   {"share", total > 0 ? part.usd / total : 0.0}});
  return out;
}

Json toJson(const CommitmentPlan& plan) {
  Json options = Json::array();
  for (const auto& option : plan.options) {
    Json one{{"name", option.name},
             {"commitment", option.commitment},
             {"monthly_usd", option.monthlyUsd},
             {"saving_usd", option.savingUsd},
             {"monthly_usd_after_drop", option.monthlyUsdAfterDrop}};
    if (option.estimated) one["estimated"] = true;
    options.push_back(std::move(one));
  }
  return {{"traffic_drop", plan.trafficDrop},
          {"on_demand_usd_after_drop", plan.onDemandUsdAfterDrop},
          {"options", std::move(options)}};
}

Json toJson(const DeliverySummary& summary) {
  const auto& c = summary.counts;
  return {{"first", c.firstDeliveries},
          {"again", c.redeliveries},
          {"throttled", c.throttled},
          {"succeeded", c.succeeded},
          {"errored", c.errored},
          {"crashed", c.crashed},
          {"timed_out", c.timedOut},
          {"abandoned", c.abandoned},
          {"invocations", summary.invocations},
          {"wait_s", {{"mean", summary.meanWaitS}, {"max", static_cast<double>(c.longestWaitNs) * 1e-9}}},
          {"backlog", {{"mean", toJson(summary.backlogMean)}, {"peak", c.peakBacklog}}}};
}

void addSource(const PlatformResult& result, Json& out) {
  if (result.deliveries) {
    out["deliveries"] = toJson(*result.deliveries);
    Json points = Json::array();
    for (const auto& point : result.timeline)
      points.push_back(
          {{"at_s", pricing::inSeconds(point.at)}, {"backlog", point.backlog}, {"oldest_s", point.oldestS}});
    if (result.deliveries->counts.peakBacklog > 0) out["deliveries"]["timeline"] = std::move(points);
  }
  for (const auto& n : result.neighbours)
    out["neighbours"].push_back(
        {{"name", n.name}, {"requests", n.requests}, {"throttled", n.throttled}, {"timed_out", n.timedOut}});
}

void addLambda(const PlatformResult& result, Json& out) {
  addSource(result, out);
  out["cold_starts"] = {{"count", result.coldStarts},
                        {"fraction", toJson(result.coldFraction)},
                        {"waited", result.coldStarts - result.initAhead},
                        {"init_ahead", result.initAhead},
                        {"init_restarts", result.initRestarts},
                        {"reset_inits", result.resetInits}};
  Json environments{{"mean", result.environmentsMean.value},
                    {"mean_half_width", result.environmentsMean.halfWidth},
                    {"busy_mean", result.environmentsBusy.value},
                    {"busy_mean_half_width", result.environmentsBusy.halfWidth},
                    {"idle_mean", result.environmentsIdle.value},
                    {"idle_mean_half_width", result.environmentsIdle.halfWidth},
                    {"peak", result.peakEnvironments}};
  if (result.meanLifetimeS) environments["mean_lifetime_s"] = *result.meanLifetimeS;
  out["environments"] = std::move(environments);
}

Json toJson(const SpotSummary& spot) {
  return {{"instances_mean", toJson(spot.instancesMean)},
          {"free_share", spot.freeShare},
          {"interruptions", spot.interruptions},
          {"interruptions_per_month", spot.interruptionsPerMonth},
          {"expected_per_month", spot.expectedPerMonth},
          {"lost_requests", spot.lostRequests},
          {"launches_without_capacity", spot.launchesWithoutCapacity}};
}

void addInstances(const PlatformResult& result, Json& out) {
  out["instances"] = {{"mean", result.instancesMean.value},
                      {"mean_half_width", result.instancesMean.halfWidth},
                      {"peak", result.peakInstances}};
  out["utilisation"] = toJson(result.utilisation);
  if (result.spot) out["spot"] = toJson(*result.spot);
  if (result.wentUnhealthy > 0)
    out["health_checks"] = {{"went_unhealthy", result.wentUnhealthy}, {"failed_open", result.failedOpen}};
}

// Why there were as many instances as there were, of the first replication.
void addScalingTimeline(const PlatformResult& result, Json& out) {
  static constexpr std::array<std::string_view, 3> kAlarms{"none", "out", "in"};
  Json points = Json::array();
  for (const auto& p : result.timeline)
    points.push_back({{"at_s", pricing::inSeconds(p.at)},
                      {"metric", p.metric},
                      {"alarm", kAlarms[static_cast<std::size_t>(p.alarm)]},
                      {"desired", p.desired},
                      {"booting", p.booting},
                      {"in_service", p.inService},
                      {"draining", p.draining},
                      {"unhealthy", p.unhealthy},
                      {"warm_pool", p.warmPool},
                      {"in_flight", p.inFlight}});
  out["timeline"] = std::move(points);
}

Json toJson(const OverflowSummary& overflow) {
  Json out{{"count", overflow.count},
           {"fraction", toJson(overflow.fraction)},
           {"hours", overflow.hours},
           {"hours_of_nine_tenths", overflow.hoursOfMost}};
  if (overflow.baseP99Ms) out["base_p99_ms"] = *overflow.baseP99Ms;
  if (overflow.functionP99Ms) out["function_p99_ms"] = *overflow.functionP99Ms;
  if (overflow.busiestHourOfDay) {
    out["busiest_hour_of_day"] = *overflow.busiestHourOfDay;
    out["busiest_hour_share"] = overflow.busiestShare;
  }
  return out;
}

Json toJson(const PlatformResult& result) {
  Json out{{"configuration", result.configuration},
           {"requests", result.requests},
           {"completed", result.completed},
           {"failed",
            {{"throttled", result.throttled},
             {"timed_out", result.timedOut},
             {"rejected", result.rejected},
             {"errored", result.errored},
             {"expired", result.expired},
             {"unfinished", result.unfinished}}},
           {"failed_fraction", toJson(result.failedFraction)}};
  if (result.completed > 0) out["latency_ms"] = toJson(result.latency);
  if (result.platform == Platform::Lambda || result.overflow) addLambda(result, out);
  if (result.overflow) out["overflow"] = toJson(*result.overflow);
  if (result.platform != Platform::Lambda) addInstances(result, out);
  if (result.platform == Platform::Ec2) addScalingTimeline(result, out);
  if (result.platform == Platform::ManagedInstances) {
    out["environments"] = {{"mean", result.environmentsMean.value}, {"peak", result.peakEnvironments}};
    out["in_flight_mean"] = toJson(result.inFlightMean);
  }
  out["usage"] = usageJson(result);
  Json lines = Json::array();
  for (const auto& line : result.bill.lines) lines.push_back(toJson(line));
  out["monthly_cost_usd"] = {{"total", toJson(result.monthlyCostUsd)}, {"lines", std::move(lines)}};
  if (!result.moneyParts.empty()) out["money_parts"] = moneyPartsJson(result);
  if (result.commitments) out["commitments"] = toJson(*result.commitments);
  out["meets_objective"] = result.meetsObjective;
  out["missed"] = result.missed;
  return out;
}

Json managedJson(const Decision& decision) {
  auto out = toJson(*decision.managed);
  if (!decision.staticSizing) return out;
  const auto& sizing = *decision.staticSizing;
  out["static_sizing"] = {{"concurrency", sizing.concurrency},
                          {"concurrency_per_vcpu", sizing.concurrencyPerVcpu},
                          {"instances", sizing.instances},
                          {"monthly_usd", sizing.monthlyUsd},
                          {"simulated_instances", sizing.simulatedInstances},
                          {"simulated_peak", sizing.simulatedPeak},
                          {"simulated_usd", sizing.simulatedUsd},
                          {"throttled_fraction", sizing.throttledFraction},
                          {"explanation", explain(sizing, decision.scenario)}};
  return out;
}

Json toJson(const Driver& driver) {
  return {{"path", driver.path},
          {"from", driver.from},
          {"to", driver.to},
          {"lambda_saving_usd", driver.savingUsd},
          {"base_lambda_saving_usd", driver.baseSavingUsd},
          {"flips", driver.flips}};
}

Json toJson(const CostPoint& point) {
  Json out{{"requests_per_s", point.requestsPerSecond}};
  if (point.lambdaUsd) out["lambda_usd"] = *point.lambdaUsd;
  if (point.ec2Usd) out["ec2_usd"] = *point.ec2Usd;
  return out;
}

Json toJson(const IdleSensitivity& sensitivity) {
  Json cases = Json::array();
  for (const auto& c : sensitivity.cases)
    cases.push_back({{"idle_lifetime", c.idleLifetime},
                     {"monthly_cost_usd", c.monthlyUsd},
                     {"cold_fraction", c.coldFraction},
                     {"p99_ms", c.p99Ms},
                     {"meets_objective", c.meetsObjective},
                     {"cheaper", c.cheaper}});
  return {{"matters", sensitivity.matters()},
          {"why", sensitivity.why},
          {"span_s", sensitivity.spanS},
          {"cases", std::move(cases)}};
}

Json toJson(const StressEffect::Figures& figures) {
  Json out{{"failed_fraction", figures.failedFraction},
           {"monthly_cost_usd", figures.monthlyUsd},
           {"meets_objective", figures.meetsObjective}};
  if (figures.p99Ms) out["p99_ms"] = *figures.p99Ms;
  return out;
}

Json decisionJson(const Decision& decision) {
  Json out{{"verdict", name(decision.verdict)}, {"headline", headline(decision)}};
  out["monthly_saving_usd"] = toJson(decision.monthlySavingUsd);
  if (decision.managedSavingUsd) out["managed_instances_saving_usd"] = toJson(*decision.managedSavingUsd);
  if (decision.breakEven)
    out["break_even"] = {{"requests_per_month", decision.breakEven->requestsPerMonth},
                         {"requests_per_s", decision.breakEven->requestsPerSecond},
                         {"cheaper_below", name(decision.breakEven->cheaperBelow)}};
  if (decision.payback) {
    out["payback"] = {{"migration_usd", decision.payback->migrationUsd}};
    if (decision.payback->months) out["payback"]["months"] = *decision.payback->months;
  }
  Json reasons = Json::array();
  for (const auto& reason : decision.reasons) reasons.push_back({{"code", reason.code}, {"message", reason.message}});
  out["reasons"] = std::move(reasons);
  Json drivers = Json::array();
  for (const auto& driver : decision.drivers) drivers.push_back(toJson(driver));
  out["drivers"] = std::move(drivers);
  if (decision.idleSensitivity) out["idle_lifetime"] = toJson(*decision.idleSensitivity);
  for (const auto& effect : decision.stress)
    out["stress"].push_back(
        {{"platform", name(effect.platform)}, {"without", toJson(effect.calm)}, {"with", toJson(effect.struck)}});
  return out;
}

Json toJson(const Candidate& candidate) {
  Json out{{"platform", name(candidate.platform)},
           {"configuration", candidate.configuration},
           {"monthly_cost_usd", candidate.monthlyCostUsd}};
  if (candidate.p99Ms) out["p99_ms"] = *candidate.p99Ms;
  if (candidate.failedFraction) out["failed_fraction"] = *candidate.failedFraction;
  out["meets_objective"] = candidate.meetsObjective;
  out["why"] = candidate.why;
  out["simulated"] = candidate.simulated;
  if (candidate.simulated) out["requests"] = candidate.requests;
  if (candidate.leftOut != LeftOut::No) out["left_out"] = name(candidate.leftOut);
  return out;
}

Json candidatesJson(const std::vector<Candidate>& candidates, bool frontierOnly) {
  Json out = Json::array();
  for (const auto& candidate : candidates)
    if (!frontierOnly || candidate.onFrontier) out.push_back(toJson(candidate));
  return out;
}

Json memoryJson(const MemoryChoice& choice) {
  Json points = Json::array();
  for (const auto& point : choice.points)
    points.push_back({{"memory_mb", point.memory.inMebibytes()},
                      {"monthly_cost_usd", point.monthlyCostUsd},
                      {"mean_ms", point.meanMs},
                      {"p50_ms", point.p50Ms},
                      {"p99_ms", point.p99Ms},
                      {"cold_fraction", point.coldFraction},
                      {"failed_fraction", point.failedFraction},
                      {"meets_objective", point.meetsObjective},
                      {"chosen", point.chosen},
                      {"cheapest", point.cheapest},
                      {"fastest", point.fastest},
                      {"knee", point.knee}});
  return {{"architecture", pricing::name(choice.architecture)},
          {"why", choice.why},
          {"requests", choice.requests},
          {"horizon_s", choice.horizonS},
          {"points", std::move(points)}};
}

Json analyticJson(const Decision& decision) {
  Json out{{"lambda", Json::object()}, {"ec2", Json::object()}};
  for (const auto& figure : decision.analytic)
    out[std::string(name(figure.platform))][figure.quantity] = {{"method", figure.method},
                                                                {"closed_form", figure.closedForm},
                                                                {"simulated", toJson(figure.simulated)},
                                                                {"unit", figure.unit}};
  return out;
}

template <class T> void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

Json toJson(const Replay& replay) {
  Json recorded = Json::object();
  put(recorded, "environments", replay.recordedEnvironments);
  put(recorded, "environments_warm_at_first", replay.recordedWarmAtFirst);
  put(recorded, "cold_starts", replay.recordedColdStarts);
  put(recorded, "billed_ms", replay.recordedBilledMs);
  Json out{{"requests", replay.requests},
           {"idle_lifetime", replay.idleLifetime},
           {"idle_lifetime_source", replay.idleLifetimeSource},
           {"recorded", std::move(recorded)},
           {"replayed",
            {{"environments", replay.coldStarts},
             {"cold_starts", replay.coldStarts},
             {"peak_busy", replay.peakBusy},
             {"billed_ms", replay.billedMs}}}};
  if (const auto& fit = replay.calibration) {
    out["calibration"] = {{"idle_lifetime_from_s", fit->fromS}};
    if (!fit->open) out["calibration"]["idle_lifetime_to_s"] = fit->toS;
  }
  Json differences = Json::array();
  for (const auto& why : replay.differences) differences.push_back({{"code", why.code}, {"message", why.message}});
  out["differences"] = std::move(differences);
  return out;
}

Json catalogueJson(const RunRecord& run) {
  Json out{{"id", run.catalogueId}, {"as_of", run.catalogueAsOf}};
  if (!run.rulesDay.empty()) out["rules_of"] = run.rulesDay;
  if (!run.privatePrices.empty()) out["own_prices"] = run.privatePrices;
  return out;
}

Json runJson(const RunRecord& run) {
  return {{"seed", run.seed},
          {"replications", run.replications},
          {"windows", run.windows},
          {"horizon_s", run.horizonS},
          {"requests", run.requests},
          {"wall_s", run.wallS},
          {"requests_per_s", run.requestsPerSecond},
          {"catalogue", catalogueJson(run)},
          {"scenario_sha256", run.scenarioSha256}};
}

} // namespace

std::string reportJson(const Decision& decision) {
  Json out{{"schema_version", 1},
           {"program", {{"name", "breakeven"}, {"version", decision.run.version}}},
           {"name", decision.scenario.name},
           {"run", runJson(decision.run)}};
  Json platforms = Json::object();
  if (decision.lambda) platforms["lambda"] = toJson(*decision.lambda);
  if (decision.ec2) platforms["ec2"] = toJson(*decision.ec2);
  if (decision.managed) platforms["managed_instances"] = managedJson(decision);
  if (decision.hybrid) platforms["hybrid"] = toJson(*decision.hybrid);
  out["platforms"] = std::move(platforms);
  out["decision"] = decisionJson(decision);
  if (decision.compared) {
    out["candidates"] = candidatesJson(decision.candidates, false);
    out["frontier"] = candidatesJson(decision.candidates, true);
    Json curve = Json::array();
    for (const auto& point : decision.costCurve) curve.push_back(toJson(point));
    out["cost_curve"] = std::move(curve);
  }
  if (decision.memoryCurve) out["memory_curve"] = memoryJson(*decision.memoryCurve);
  out["analytic"] = analyticJson(decision);
  if (decision.replay) out["replay"] = toJson(*decision.replay);
  Json assumptions = Json::array();
  for (const auto& a : decision.assumptions)
    assumptions.push_back({{"path", a.path}, {"value", a.value}, {"origin", name(a.origin)}, {"source", a.source}});
  out["assumptions"] = std::move(assumptions);
  Json warnings = Json::array();
  for (const auto& w : decision.warnings)
    warnings.push_back({{"code", w.code}, {"message", w.message}, {"advice", w.advice}});
  out["warnings"] = std::move(warnings);
  // Text from a trace or a scenario may hold bytes that are no UTF-8; they are replaced, never fatal.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace model
