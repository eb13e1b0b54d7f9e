#pragma once
// The scenario file's schema, once: every key with the field behind it, in file order. Reader, writer and the list of
// keys are three doors that walk through the same list, so no name can differ between them (contract section 3; the
// reference for people is docs/scenario.md). Private to model/*_json.cpp.
//
// What a door offers:
//   field(key, x)            x keeps its default when the key is absent
//   required(key, x)         absent is a problem
//   orWord(key, word, x)     std::optional: `word` ("auto", "none") or null stand for nothing
//   orNull(key, x)           std::optional or text: null stands for nothing
//   nested(key, fields)      an object without a kind
//   platform(key, x)         an object, or null for what is left out
//   kinded(key, x)           an object whose "kind" decides about its other keys
//   kindedOrNull(key, x)     std::optional: the same, or null for nothing
//   place(key, x)            text: a name or a file beside the scenario; null stands for nothing
//   placeOrObject(key, x)    text: the same, or an object that stands there itself
//   list(key, x)             a vector: a list of objects
// and, where one field has two spellings, one door function for it.
#include <array>
#include <span>
#include <string_view>
#include <variant>

#include "model/scaling_fields.hpp"
#include "model/scenario.hpp"

namespace model::schema {

// ---- names of enumerators, in their order ----

inline std::span<const std::string_view> namesOf(pricing::Architecture) {
  static constexpr std::array<std::string_view, 2> names{"x86_64", "arm64"};
  return names;
}
inline std::span<const std::string_view> namesOf(pricing::Purchase) { return pricing::purchaseNames(); }
inline std::span<const std::string_view> namesOf(workloads::Trigger) {
  static constexpr std::array<std::string_view, 5> names{"http", "async", "queue", "stream", "schedule"};
  return names;
}
inline std::span<const std::string_view> namesOf(Package) {
  static constexpr std::array<std::string_view, 2> names{"zip", "image"};
  return names;
}
inline std::span<const std::string_view> namesOf(Reuse) {
  static constexpr std::array<std::string_view, 3> names{"lifo", "fifo", "random"};
  return names;
}
inline std::span<const std::string_view> namesOf(FrontDoor) {
  static constexpr std::array<std::string_view, 5> names{"none", "function_url", "http_api", "rest_api", "alb"};
  return names;
}
inline std::span<const std::string_view> namesOf(LoadBalancer) {
  static constexpr std::array<std::string_view, 3> names{"none", "alb", "nlb"};
  return names;
}
inline std::span<const std::string_view> namesOf(Discipline) {
  static constexpr std::array<std::string_view, 2> names{"fcfs", "ps"};
  return names;
}
inline std::span<const std::string_view> namesOf(Routing) {
  static constexpr std::array<std::string_view, 4> names{"round_robin", "least_outstanding", "random", "queue"};
  return names;
}
inline std::span<const std::string_view> namesOf(pricing::CreditMode) {
  static constexpr std::array<std::string_view, 2> names{"standard", "unlimited"};
  return names;
}
inline std::span<const std::string_view> namesOf(SpotAllocation) {
  static constexpr std::array<std::string_view, 2> names{"spread", "lowest_price"};
  return names;
}
inline std::span<const std::string_view> namesOf(Jitter) {
  static constexpr std::array<std::string_view, 3> names{"none", "equal", "full"};
  return names;
}

// ---- kinds of the variants, in the order of their alternatives ----

inline std::span<const std::string_view> kindsOf(const workloads::Arrivals&) {
  static constexpr std::array<std::string_view, 9> kinds{"constant", "poisson", "renewal", "bursty", "profile",
                                                         "trace",    "batch",   "flash",   "cron"};
  static_assert(kinds.size() == std::variant_size_v<workloads::Arrivals>);
  return kinds;
}
inline std::span<const std::string_view> kindsOf(const workloads::DurationDistribution&) {
  static constexpr std::array<std::string_view, 8> kinds{"constant", "exponential", "lognormal", "gamma",
                                                         "weibull",  "quantiles",   "tabulated", "empirical"};
  static_assert(kinds.size() == std::variant_size_v<workloads::DurationDistribution>);
  return kinds;
}
inline std::span<const std::string_view> kindsOf(const OverflowRule&) {
  static constexpr std::array<std::string_view, 2> kinds{"in_flight", "weight"};
  static_assert(kinds.size() == std::variant_size_v<OverflowRule>);
  return kinds;
}

inline std::span<const std::string_view> kindsOf(const RequestSource&) {
  static constexpr std::array<std::string_view, 5> kinds{"s3", "sqs", "sqs_fifo", "kinesis", "kinesis_on_demand"};
  static_assert(kinds.size() == std::variant_size_v<RequestSource>);
  return kinds;
}

inline std::span<const std::string_view> kindsOf(const ProvisionedPlan&) {
  static constexpr std::array<std::string_view, 3> kinds{"fixed", "scheduled", "target_tracking"};
  static_assert(kinds.size() == std::variant_size_v<ProvisionedPlan>);
  return kinds;
}

// The alternative of that index with its defaults.
template <class Variant> Variant alternative(std::size_t index) {
  Variant result;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((I == index ? static_cast<void>(result.template emplace<I>()) : static_cast<void>(0)), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
  if constexpr (std::is_same_v<Variant, workloads::Arrivals>) {
    if (auto* profile = std::get_if<workloads::ProfileArrivals>(&result)) {
      profile->hourOfDay.fill(1.0); // a flat day and a flat week unless the file says otherwise
      profile->dayOfWeek.fill(1.0);
    }
  }
  return result;
}

// ---- distributions ----

template <class Door> void fields(Door& door, workloads::Constant& d) { door.required("value", d.value); }
template <class Door> void fields(Door& door, workloads::Exponential& d) { door.required("mean", d.mean); }
template <class Door> void fields(Door& door, workloads::Lognormal& d) {
  door.required("mean", d.mean);
  door.cvOrP99(d);
}
template <class Door> void fields(Door& door, workloads::Gamma& d) {
  door.required("mean", d.mean);
  door.required("cv", d.cv);
}
template <class Door> void fields(Door& door, workloads::Weibull& d) {
  door.required("mean", d.mean);
  door.required("cv", d.cv);
}
template <class Door> void fields(Door& door, workloads::Quantiles& d) {
  door.required("p50", d.p50);
  door.required("p90", d.p90);
  door.required("p95", d.p95);
  door.required("p99", d.p99);
  door.required("max", d.max);
}
template <class Door> void fields(Door& door, workloads::Tabulated& d) { door.required("points", d.points); }
template <class Door> void fields(Door& door, workloads::Empirical& d) { door.required("values", d.values); }

// ---- arrivals ----

template <class Door> void fields(Door& door, workloads::ConstantArrivals& a) { door.required("rate", a.rate); }
template <class Door> void fields(Door& door, workloads::PoissonArrivals& a) { door.required("rate", a.rate); }
template <class Door> void fields(Door& door, workloads::RenewalArrivals& a) {
  door.required("rate", a.rate);
  door.required("cv", a.cv);
}
template <class Door> void fields(Door& door, workloads::BurstyArrivals& a) {
  door.required("rate_on", a.rateOn);
  door.required("rate_off", a.rateOff);
  door.required("on", a.on);
  door.required("off", a.off);
}
template <class Door> void fields(Door& door, workloads::ProfileArrivals& a) {
  door.required("mean", a.mean);
  door.field("hour_of_day", std::span<double>(a.hourOfDay));
  door.field("day_of_week", std::span<double>(a.dayOfWeek));
  door.field("growth_per_month", a.growthPerMonth);
  door.field("dispersion", a.dispersion);
}
template <class Door> void fields(Door& door, workloads::TraceArrivals& a) {
  door.fileOrFiles(a.files);
  door.orNull("format", a.format);
  door.orNull("time_column", a.timeColumn);
  door.orNull("duration_column", a.durationColumn);
  door.orNull("function", a.function);
  door.field("scale", a.scale);
}

template <class Door> void fields(Door& door, workloads::BatchArrivals& a) {
  door.required("rate", a.rate);
  door.required("size", a.size);
}
template <class Door> void fields(Door& door, workloads::FlashArrivals& a) {
  door.required("base", a.base);
  door.required("peak", a.peak);
  door.required("at", a.at);
  door.field("rise", a.rise);
  door.required("hold", a.hold);
  door.field("fall", a.fall);
}
template <class Door> void fields(Door& door, workloads::CronArrivals& a) {
  door.required("expression", a.expression);
  door.field("requests", a.requests);
}

// ---- workload ----

// The keys of "work" beside those of its kind.
template <class Door> void commonFields(Door& door, workloads::Work& work) {
  door.field("cpu_fraction", work.cpuFraction);
  door.field("threads", work.threads);
  door.nested("measured_at", [&](auto& inner) { inner.field("memory", work.measuredAt); });
}
template <class Door> void fields(Door& door, S3Source& source) {
  door.field("puts_per_request", source.putsPerRequest);
  door.field("gets_per_request", source.getsPerRequest);
}
template <class Door> void recordFields(Door& door, RecordSource& source) {
  door.field("records_per_request", source.recordsPerRequest);
  door.orWord("record_size", "auto", source.recordSize);
}
template <class Door> void queueFields(Door& door, QueueSource& source) {
  recordFields(door, source);
  door.field("batch_size", source.batchSize);
  door.field("send_batch_size", source.sendBatchSize);
}
template <class Door> void fields(Door& door, SqsSource& s) { queueFields(door, s); }
template <class Door> void fields(Door& door, SqsFifoSource& s) { queueFields(door, s); }
template <class Door> void fields(Door& door, KinesisSource& source) {
  recordFields(door, source);
  door.field("shards", source.shards);
}
template <class Door> void fields(Door& door, KinesisOnDemandSource& source) {
  recordFields(door, source);
  door.field("consumers", source.consumers);
}
template <class Door> void fields(Door& door, Slowdown& slow) {
  door.required("at", slow.at);
  door.required("lasts", slow.lasts);
  door.required("io_factor", slow.ioFactor);
}
template <class Door> void fields(Door& door, LostInstances& loss) {
  door.required("at", loss.at);
  door.required("count", loss.count);
}
template <class Door> void fields(Door& door, LostZone& loss) {
  door.required("at", loss.at);
  door.required("lasts", loss.lasts);
}
template <class Door> void fields(Door& door, BadDeployment& deployment) {
  door.required("at", deployment.at);
  door.required("lasts", deployment.lasts);
  door.required("error_rate", deployment.errorRate);
}
template <class Door> void fields(Door& door, Failures& failures) {
  door.field("error_rate", failures.errorRate);
  door.field("crash_rate", failures.crashRate);
  door.field("poison_rate", failures.poisonRate);
  door.list("slow_downstream", failures.slowdowns);
  door.list("lost_instances", failures.lostInstances);
  door.list("lost_zones", failures.lostZones);
  door.list("bad_deployments", failures.badDeployments);
}
template <class Door> void fields(Door& door, workloads::Workload& workload, Scenario& scenario) {
  door.kinded("arrivals", workload.arrivals);
  door.work("work", workload.work);
  door.field("memory", workload.memory);
  door.field("request_size", workload.requestSize);
  door.field("response_size", workload.responseSize);
  door.field("trigger", workload.trigger);
  door.kilobytes("log_size", scenario.perRequestLogKb);
  door.kindedOrNull("source", scenario.source);
  door.nested("failures", [&](auto& inner) { fields(inner, scenario.failures); });
}

// ---- platforms ----

template <class Door> void fields(Door& door, ClientRetries& client) {
  door.field("attempts", client.attempts);
  door.field("backoff", client.backoff);
  door.field("longest_backoff", client.longestBackoff);
  door.field("jitter", client.jitter);
  door.orWord("patience", "none", client.patience);
}
template <class Door> void fields(Door& door, AsyncRetries& async) {
  door.field("error_retries", async.errorRetries);
  door.field("max_age", async.maxAge);
  door.field("backoff", async.backoff);
  door.field("longest_backoff", async.longestBackoff);
  door.field("error_delay", async.errorDelay);
}
template <class Door> void fields(Door& door, ProvisionedPollers& pollers) {
  door.field("min", pollers.min);
  door.field("max", pollers.max);
}
template <class Door> void fields(Door& door, QueueMapping& queue) {
  door.field("batch_size", queue.batchSize);
  door.field("window", queue.window);
  door.orWord("max_concurrency", "none", queue.maxConcurrency);
  door.orWord("visibility_timeout", "auto", queue.visibilityTimeout);
  door.field("max_receives", queue.maxReceives);
  door.field("partial_failures", queue.partialFailures);
  door.field("groups", queue.groups);
  door.platform("pollers", queue.provisioned);
}
template <class Door> void fields(Door& door, StreamMapping& stream) {
  door.field("shards", stream.shards);
  door.field("parallelisation_factor", stream.factor);
  door.field("batch_size", stream.batchSize);
  door.field("window", stream.window);
  door.orWord("retries", "unlimited", stream.retries);
  door.orWord("max_age", "none", stream.maxAge);
  door.field("bisect", stream.bisect);
  door.field("partial_failures", stream.partialFailures);
}
template <class Door> void fields(Door&, std::monostate&) {}
template <class Door> void fields(Door& door, ProvisionedSchedule::Step& step) {
  door.required("at", step.at);
  door.required("count", step.count);
}
template <class Door> void fields(Door& door, ProvisionedSchedule& plan) {
  door.field("period", plan.period);
  door.list("steps", plan.steps);
}
template <class Door> void fields(Door& door, ProvisionedTracking& plan) {
  door.field("min", plan.min);
  door.field("max", plan.max);
  door.field("target", plan.target);
  door.field("out_points", plan.outPoints);
  door.field("in_points", plan.inPoints);
  door.field("in_fraction", plan.inFraction);
}
template <class Door> void fields(Door& door, LambdaNeighbour& neighbour) {
  door.field("name", neighbour.name);
  door.kinded("arrivals", neighbour.workload.arrivals);
  door.work("work", neighbour.workload.work);
  door.orNull("reserved_concurrency", neighbour.reserved);
  door.field("timeout", neighbour.timeout);
}
template <class Door> void fields(Door& door, Extensions& extensions) {
  door.field("init", extensions.init);
  door.field("after", extensions.after);
}
template <class Door> void fields(Door& door, SnapStart& snapStart) {
  door.orWord("restore", "auto", snapStart.restore);
  door.field("billed_share", snapStart.billedShare);
  door.field("versions", snapStart.versions);
}
template <class Door> void fields(Door& door, LambdaSetup& lambda) {
  door.orWord("memory", "auto", lambda.memory);
  door.orWord("architecture", "auto", lambda.architecture);
  door.field("runtime", lambda.runtime);
  door.field("package", lambda.package);
  door.orWord("init", "auto", lambda.init);
  door.orWord("idle_lifetime", "auto", lambda.idleLifetime);
  door.orWord("max_lifetime", "none", lambda.maxLifetime);
  door.field("init_ahead", lambda.initAhead);
  door.nested("extensions", [&](auto& inner) { fields(inner, lambda.extensions); });
  door.platform("snap_start", lambda.snapStart);
  door.field("reuse", lambda.reuse);
  door.field("provisioned_concurrency", lambda.provisionedConcurrency);
  door.kinded("provisioned_plan", lambda.provisionedPlan);
  door.orNull("reserved_concurrency", lambda.reservedConcurrency);
  door.field("account_concurrency", lambda.accountConcurrency);
  door.field("growth_per_10s", lambda.growthPer10s);
  door.list("neighbours", lambda.neighbours);
  door.field("timeout", lambda.timeout);
  door.nested("client", [&](auto& inner) { fields(inner, lambda.client); });
  door.nested("async", [&](auto& inner) { fields(inner, lambda.async); });
  door.nested("queue", [&](auto& inner) { fields(inner, lambda.queue); });
  door.nested("stream", [&](auto& inner) { fields(inner, lambda.stream); });
  door.field("ephemeral_storage", lambda.ephemeralStorage);
  door.field("front_door", lambda.frontDoor);
  door.field("overhead", lambda.overhead);
  door.orWord("speed", "auto", lambda.speed);
  door.field("vpc", lambda.vpc);
  door.field("alarms", lambda.alarms);
  door.memoryCurve("power_tuning", lambda.powerTuning);
}

template <class Door> void fields(Door& door, MixedFleet& mixed) {
  door.field("base_on_demand", mixed.baseOnDemand);
  door.field("on_demand_percent_above_base", mixed.onDemandPercent);
  door.field("types", mixed.types);
  door.field("allocation", mixed.allocation);
}
template <class Door> void fields(Door& door, SpotSetup& spot) {
  door.orWord("interruptions", "auto", spot.interruptions);
  door.field("notice", spot.notice);
  door.field("rebalance", spot.rebalance);
  door.field("unavailable", spot.unavailable);
  door.field("retry", spot.retry);
  door.field("fallback_on_demand", spot.fallbackOnDemand);
}

template <class Door> void fields(Door& door, Ec2Setup& ec2) {
  door.orWord("instance_type", "auto", ec2.instanceType);
  door.field("discipline", ec2.discipline);
  door.orWord("workers", "auto", ec2.workers);
  door.field("queue_limit", ec2.queueLimit);
  door.field("request_timeout", ec2.requestTimeout);
  door.field("routing", ec2.routing);
  door.field("slow_start", ec2.slowStart);
  door.nested("health_check", [&](auto& inner) {
    inner.field("interval", ec2.healthCheck.interval);
    inner.field("unhealthy", ec2.healthCheck.unhealthy);
    inner.field("by_worker", ec2.healthCheck.byWorker);
    inner.field("timeout", ec2.healthCheck.timeout);
    inner.field("healthy", ec2.healthCheck.healthy);
    inner.field("replace", ec2.healthCheck.replaces);
    inner.field("grace", ec2.healthCheck.grace);
  });
  door.field("visibility_timeout", ec2.visibilityTimeout);
  door.field("availability_zones", ec2.availabilityZones);
  door.field("min", ec2.min);
  door.field("max", ec2.max);
  door.orWord("initial", "auto", ec2.initial);
  door.kinded("scaling", ec2.scaling);
  door.nested("scheduled_actions", [&](auto& inner) { fields(inner, ec2.scheduledActions); });
  door.platform("predictive", ec2.predictive);
  door.platform("warm_pool", ec2.warmPool);
  door.field("boot", ec2.boot);
  door.field("lifecycle_hook", ec2.lifecycleHook);
  door.field("deregistration_delay", ec2.deregistrationDelay);
  door.field("purchase", ec2.purchase);
  door.platform("mixed", ec2.mixed);
  door.nested("spot", [&](auto& inner) { fields(inner, ec2.spot); });
  door.field("load_balancer", ec2.loadBalancer);
  door.orWord("credit_mode", "auto", ec2.creditMode);
  door.field("disk_per_request", ec2.diskPerRequest);
  door.field("ebs_gib", ec2.ebsGib);
  door.field("ebs_iops", ec2.ebsIops);
  door.field("ebs_throughput", ec2.ebsThroughput);
  door.field("public_ipv4", ec2.publicIpv4);
  door.field("detailed_monitoring", ec2.detailedMonitoring);
  door.field("alarms", ec2.alarms);
  door.field("overhead", ec2.overhead);
  door.orWord("speed", "auto", ec2.speed);
}

template <class Door> void fields(Door& door, ManagedSetup& managed) {
  door.orWord("instance_type", "auto", managed.instanceType);
  door.orWord("memory", "auto", managed.memory);
  door.orWord("memory_per_vcpu", "auto", managed.memoryPerVcpu);
  door.orWord("concurrency_per_vcpu", "auto", managed.concurrencyPerVcpu);
  door.orWord("cpu_saturation", "none", managed.cpuSaturation);
  door.field("min", managed.min);
  door.field("max_vcpus", managed.maxVcpus);
  door.orWord("initial", "auto", managed.initial);
  door.field("headroom", managed.scaling.headroom);
  door.field("packing", managed.scaling.packing);
  door.field("period", managed.scaling.period);
  door.field("in_points", managed.scaling.inPoints);
  door.field("boot", managed.boot);
  door.orWord("init", "auto", managed.init);
  door.field("timeout", managed.timeout);
  door.field("purchase", managed.purchase);
  door.field("front_door", managed.frontDoor);
  door.field("overhead", managed.overhead);
  door.orWord("speed", "auto", managed.speed);
}

template <class Door> void fields(Door& door, InFlightOverflow& rule) { door.orWord("limit", "auto", rule.limit); }
template <class Door> void fields(Door& door, WeightedOverflow& rule) { door.required("share", rule.share); }
template <class Door> void fields(Door& door, HybridSetup& hybrid) {
  door.kinded("overflow", hybrid.overflow);
  door.orNull("instance_type", hybrid.instanceType);
  door.orWord("min", "auto", hybrid.min);
  door.orNull("max", hybrid.max);
  door.orNull("initial", hybrid.initial);
  door.kindedOrNull("scaling", hybrid.scaling);
  door.orNull("purchase", hybrid.purchase);
}

// ---- the rest ----

template <class Door> void fields(Door& door, Objective& objective) {
  door.orNull("mean", objective.mean);
  door.orNull("p50", objective.p50);
  door.orNull("p90", objective.p90);
  door.orNull("p95", objective.p95);
  door.orNull("p99", objective.p99);
  door.orNull("p999", objective.p999);
  door.field("max_failed", objective.maxFailed);
}

template <class Door> void fields(Door& door, RunPlan& run) {
  door.orWord("horizon", "auto", run.horizon);
  door.field("warmup", run.warmup);
  door.field("replications", run.replications);
  door.field("seed", run.seed);
}

template <class Door> void fields(Door& door, PriceChoice& prices) {
  door.place("catalogue", prices.catalogue);
  door.orNull("date", prices.date);
  door.placeOrObject("private", prices.privatePrices);
}

template <class Door> void fields(Door& door, Network& network) {
  door.field("nat_gateways", network.natGateways);
  door.field("nat_bytes_per_request", network.natBytesPerRequest);
  door.field("cross_zone_bytes_per_request", network.crossZoneBytesPerRequest);
  door.field("requests_per_connection", network.requestsPerConnection);
  door.field("connection_idle", network.connectionIdle);
  door.field("listener_rules", network.listenerRules);
}

template <class Door> void fields(Door& door, PlatformCosts& costs) {
  door.field("engineering_hours", costs.engineeringHours);
  door.field("non_production_copies", costs.nonProductionCopies);
  door.field("non_production_share", costs.nonProductionShare);
  door.field("migration", costs.migrationUsd);
}
template <class Door> void fields(Door& door, OwnCosts& costs) {
  door.field("engineering_rate", costs.engineeringRateUsd);
  door.nested("lambda", [&](auto& inner) { fields(inner, costs.lambda); });
  door.nested("ec2", [&](auto& inner) { fields(inner, costs.ec2); });
}

template <class Door> void fields(Door& door, Scenario& scenario) {
  door.schemaVersion("schema_version");
  door.field("name", scenario.name);
  door.field("region", scenario.region);
  door.nested("prices", [&](auto& inner) { fields(inner, scenario.prices); });
  door.nested("workload", [&](auto& inner) { fields(inner, scenario.workload, scenario); });
  door.nested("network", [&](auto& inner) { fields(inner, scenario.network); });
  door.platform("lambda", scenario.lambda);
  door.platform("ec2", scenario.ec2);
  door.platform("managed_instances", scenario.managed);
  door.platform("hybrid", scenario.hybrid);
  door.nested("objective", [&](auto& inner) { fields(inner, scenario.objective); });
  door.nested("costs", [&](auto& inner) { fields(inner, scenario.costs); });
  door.nested("run", [&](auto& inner) { fields(inner, scenario.run); });
  door.nested("assumptions", [&](auto& inner) {
    inner.field("hours_per_month", scenario.hoursPerMonth);
    inner.field("free_tier", scenario.freeTier);
    inner.field("traffic_drop", scenario.trafficDrop);
  });
}

} // namespace model::schema
