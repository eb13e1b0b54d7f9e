#include "model/managed/managed_setup.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tuple>

#include "model/hybrid/hybrid_setup.hpp"

namespace model {

namespace {

using pricing::Memory;
using pricing::PriceCatalogue;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Limits of AWS: Lambda developer guide, Lambda quotas (copy of Sep-Oct 2026); Elastic Load Balancing user guide,
// target group attributes. The others are ours and only keep a slip of the keyboard from running for a year.
constexpr auto kSmallestLambda = Memory::mebibytes(128), kLargestLambda = Memory::mebibytes(10'240);
constexpr auto kSmallestStorage = Memory::mebibytes(512), kLargestStorage = Memory::mebibytes(10'240);
constexpr std::int64_t kAlwaysUnreserved = 100;                   // of an account's concurrency, whatever is reserved
constexpr std::int64_t kFreeIops = 3000, kFreeMibPerSecond = 125; // EBS price feed, Jul 2024
constexpr double kLargestRatePerSecond = 1e7;
constexpr Duration kLongestHorizon = hours(24 * 3650);

// ---- workload ----

// Where the rate stands that decides about all traffic of this kind.
std::string_view rateKey(const workloads::Arrivals& arrivals) {
  if (std::holds_alternative<workloads::BurstyArrivals>(arrivals)) return "rate_on";
  if (std::holds_alternative<workloads::FlashArrivals>(arrivals)) return "peak";
  if (std::holds_alternative<workloads::CronArrivals>(arrivals)) return "requests";
  return std::holds_alternative<workloads::ProfileArrivals>(arrivals) ? "mean" : "rate";
}

void reviewArrivals(Review& review, const workloads::Arrivals& arrivals) {
  const auto own = workloads::problems(arrivals, "/workload/arrivals");
  review.adopt(own);
  if (!own.empty() || std::holds_alternative<workloads::TraceArrivals>(arrivals)) return;
  // A week shows every hour of a profile; growth beyond it is the horizon's affair.
  const double peak =
      workloads::peakRatePerSecond(arrivals, std::max<Duration>(hours(168), workloads::naturalSpan(arrivals)));
  if (peak > 0 && peak <= kLargestRatePerSecond) return;
  review.add(fmt::format("/workload/arrivals/{}", rateKey(arrivals)), fmt::format("{}/s at the peak", peak),
             "a rate above 0, at most 10M/s at the peak");
}

void reviewWork(Review& review, const workloads::Workload& workload) {
  const auto& work = workload.work;
  if (work.duration)
    review.adopt(workloads::problems(*work.duration, "/workload/work"));
  else if (!std::holds_alternative<workloads::TraceArrivals>(workload.arrivals))
    review.add("/workload/work", {}, "a distribution of durations, because these arrivals bring none");
  review.within("/workload/work/cpu_fraction", work.cpuFraction, 0.0, 1.0, "a fraction");
  review.within("/workload/work/threads", work.threads, 1.0, 448.0, "a number of vCPUs");
  review.within("/workload/work/measured_at/memory", work.measuredAt, kSmallestLambda, kLargestLambda, "a memory size");
}

constexpr std::int64_t kLargestSqsBatch =
    10; // messages that a call of SQS takes (Lambda developer guide, SQS: FIFO 10)

void reviewRecords(Review& review, const RecordSource& source) {
  review.within("/workload/source/records_per_request", source.recordsPerRequest, 0.001, 1e6, "a number of records");
  if (source.recordSize)
    review.within("/workload/source/record_size", *source.recordSize, {}, pricing::ByteCount::bytes(1 << 20), "a size");
}

struct SourceReview {
  Review& review;

  void operator()(const S3Source& source) const {
    review.within("/workload/source/puts_per_request", source.putsPerRequest, 0.0, 1e6, "a number of requests");
    review.within("/workload/source/gets_per_request", source.getsPerRequest, 0.0, 1e6, "a number of requests");
  }
  void operator()(const QueueSource& source) const {
    reviewRecords(review, source);
    review.within("/workload/source/batch_size", source.batchSize, std::int64_t{1}, kLargestSqsBatch, "a whole number");
    review.within("/workload/source/send_batch_size", source.sendBatchSize, std::int64_t{1}, kLargestSqsBatch,
                  "a whole number");
  }
  void operator()(const KinesisSource& source) const {
    reviewRecords(review, source);
    review.within("/workload/source/shards", source.shards, std::int64_t{1}, std::int64_t{100'000}, "a whole number");
  }
  void operator()(const KinesisOnDemandSource& source) const {
    reviewRecords(review, source);
    review.within("/workload/source/consumers", source.consumers, std::int64_t{1}, std::int64_t{100}, "a whole number");
  }
};

void reviewNetwork(Review& review, const Network& network) {
  constexpr auto kLargest = pricing::ByteCount::bytes(std::int64_t{1} << 40);
  review.within("/network/nat_gateways", network.natGateways, std::int64_t{0}, std::int64_t{100}, "a whole number");
  const bool bytes =
      review.within("/network/nat_bytes_per_request", network.natBytesPerRequest, {}, kLargest, "a size");
  if (bytes && network.natGateways == 0 && network.natBytesPerRequest.inBytes() > 0)
    review.add("/network/nat_bytes_per_request", shown(network.natBytesPerRequest),
               "0B, because there are no NAT gateways (network.nat_gateways)");
  review.within("/network/cross_zone_bytes_per_request", network.crossZoneBytesPerRequest, {}, kLargest, "a size");
  review.within("/network/requests_per_connection", network.requestsPerConnection, 1.0, 1e6, "a number of requests");
  review.within<Duration>("/network/connection_idle", network.connectionIdle, {}, hours(24), "a time");
  review.within("/network/listener_rules", network.listenerRules, std::int64_t{0}, std::int64_t{1000},
                "a whole number");
}

void reviewWorkload(Review& review, const Scenario& scenario) {
  const auto& workload = scenario.workload;
  reviewArrivals(review, workload.arrivals);
  reviewWork(review, workload);
  constexpr auto kLargestPayload = pricing::ByteCount::bytes(std::int64_t{1} << 40);
  review.within("/workload/memory", workload.memory, Memory::mebibytes(1), Memory::mebibytes(24 * 1024 * 1024),
                "a memory size");
  review.within("/workload/request_size", workload.requestSize, {}, kLargestPayload, "a size");
  review.within("/workload/response_size", workload.responseSize, {}, kLargestPayload, "a size");
  if (!(scenario.perRequestLogKb >= 0 && scenario.perRequestLogKb <= 1024 * 1024))
    review.add("/workload/log_size", fmt::format("{}KB", scenario.perRequestLogKb), "a size from 0KB to 1GB");
  if (scenario.source) std::visit(SourceReview{review}, *scenario.source);
}

// ---- Lambda ----

void reviewConcurrency(Review& review, const LambdaSetup& lambda) {
  constexpr std::int64_t kMost = 1'000'000;
  review.within("/lambda/growth_per_10s", lambda.growthPer10s, std::int64_t{1}, kMost, "a whole number");
  if (!review.within("/lambda/account_concurrency", lambda.accountConcurrency, std::int64_t{1}, kMost,
                     "a whole number"))
    return;
  // Both reserved and provisioned concurrency must leave 100 to the account's other functions.
  const auto most = lambda.accountConcurrency - kAlwaysUnreserved;
  const auto rule = fmt::format("100 of the account's {} stay unreserved", lambda.accountConcurrency);
  const auto reserved = lambda.reservedConcurrency;
  if (reserved && most < 1)
    review.add("/lambda/reserved_concurrency", shown(*reserved), fmt::format("null, because {}", rule));
  else if (reserved && (*reserved < 1 || *reserved > most))
    review.add("/lambda/reserved_concurrency", shown(*reserved),
               fmt::format("a whole number from 1 to {}, because {}", most, rule));
  const auto provisionable = reserved ? *reserved : std::max<std::int64_t>(0, most);
  if (lambda.provisionedConcurrency >= 0 && lambda.provisionedConcurrency <= provisionable) return;
  review.add("/lambda/provisioned_concurrency", shown(lambda.provisionedConcurrency),
             fmt::format("a whole number from 0 to {}, because {}", provisionable,
                         reserved ? "provisioned concurrency is part of the reserved" : rule));
}

void reviewRuntime(Review& review, const LambdaSetup& lambda) {
  const auto runtimes = knownRuntimes();
  if (std::ranges::find(runtimes, lambda.runtime) != runtimes.end()) return;
  review.add("/lambda/runtime", pricing::quoted(lambda.runtime), fmt::format("one of {}", fmt::join(runtimes, ", ")),
             pricing::nearestName(lambda.runtime, runtimes));
}

// AWS Lambda developer guide, SnapStart (copy of early 2026). That page excludes container images; AWS's own toolkit
// of Nov 2026 allows them, and the newer word is taken.
void reviewSnapStart(Review& review, const LambdaSetup& lambda) {
  const auto& snapStart = *lambda.snapStart;
  if (snapStart.restore) review.adopt(workloads::problems(*snapStart.restore, "/lambda/snap_start/restore"));
  review.within("/lambda/snap_start/billed_share", snapStart.billedShare, 0.0, 1.0, "a fraction");
  review.within("/lambda/snap_start/versions", snapStart.versions, std::int64_t{1}, std::int64_t{10'000},
                "a whole number");
  const auto refuse = [&](std::string found, std::string_view instead) {
    review.add("/lambda/snap_start", std::move(found), fmt::format("null, or {}", instead));
  };
  if (!hasSnapStart(lambda.runtime))
    refuse(fmt::format("SnapStart with {}", lambda.runtime),
           "a lambda.runtime of Java 11, Python 3.12, .NET 8 or later, on its managed runtime");
  if (lambda.provisionedConcurrency > 0)
    refuse(fmt::format("SnapStart with {} provisioned environments", lambda.provisionedConcurrency),
           "lambda.provisioned_concurrency 0, because a function has one or the other");
  if (!std::holds_alternative<std::monostate>(lambda.provisionedPlan))
    refuse("SnapStart with a plan of provisioned environments",
           "lambda.provisioned_plan null, because a function has one or the other");
  if (lambda.ephemeralStorage > kSmallestStorage)
    refuse(fmt::format("SnapStart with {} of ephemeral storage", shown(lambda.ephemeralStorage)),
           "lambda.ephemeral_storage 512MB, the most that a snapshot keeps");
}

void reviewSpeed(Review& review, const std::string& pointer, std::optional<double> speed) {
  if (speed) review.within(pointer, *speed, 0.01, 100.0, "a speed relative to a Lambda x86 vCPU");
}

void reviewAlarms(Review& review, const std::string& pointer, std::int64_t alarms) {
  review.within(pointer, alarms, std::int64_t{0}, std::int64_t{10'000}, "a whole number");
}

void reviewLambda(Review& review, const LambdaSetup& lambda, const workloads::Workload& workload) {
  const bool sized = lambda.memory &&
                     review.within("/lambda/memory", *lambda.memory, kSmallestLambda, kLargestLambda, "a memory size");
  // Work that no function can hold rules Lambda out (a reason of the verdict); work that only this one cannot hold is a
  // slip.
  if (sized && *lambda.memory < workload.memory && workload.memory <= kLargestLambda)
    review.add("/lambda/memory", shown(*lambda.memory),
               fmt::format("at least workload.memory ({})", shown(workload.memory)));
  reviewRuntime(review, lambda);
  if (lambda.init) review.adopt(workloads::problems(*lambda.init, "/lambda/init"));
  if (lambda.idleLifetime) review.adopt(workloads::problems(*lambda.idleLifetime, "/lambda/idle_lifetime"));
  if (lambda.maxLifetime) review.adopt(workloads::problems(*lambda.maxLifetime, "/lambda/max_lifetime"));
  review.within("/lambda/init_ahead", lambda.initAhead, 0.0, 1.0, "a fraction");
  review.adopt(workloads::problems(lambda.extensions.init, "/lambda/extensions/init"));
  review.within<Duration>("/lambda/extensions/after", lambda.extensions.after, {}, seconds(900), "a time");
  if (lambda.snapStart) reviewSnapStart(review, lambda);
  reviewConcurrency(review, lambda);
  review.within<Duration>("/lambda/timeout", lambda.timeout, seconds(1), seconds(900), "a time");
  review.within("/lambda/ephemeral_storage", lambda.ephemeralStorage, kSmallestStorage, kLargestStorage,
                "a memory size");
  review.within<Duration>("/lambda/overhead", lambda.overhead, {}, minutes(1), "a time");
  reviewSpeed(review, "/lambda/speed", lambda.speed);
  reviewAlarms(review, "/lambda/alarms", lambda.alarms);
  if (lambda.powerTuning) review.adopt(workloads::problems(*lambda.powerTuning, "/lambda/power_tuning"));
}

// ---- EC2 ----

} // namespace

const pricing::InstanceType* reviewType(Review& review, const std::string& pointer, const std::string& typeName,
                                        pricing::Purchase purchase, const Scenario& scenario,
                                        const PriceCatalogue& catalogue) {
  const auto* type = catalogue.findType(typeName);
  if (!type) {
    std::vector<std::string_view> names;
    for (const auto& known : catalogue.types()) names.push_back(known.name);
    review.add(pointer, pricing::quoted(typeName), "an EC2 instance type such as c7g.large",
               pricing::nearestName(typeName, std::span<const std::string_view>(names)));
    return nullptr;
  }
  if (type->memory < scenario.workload.memory)
    review.add(pointer, pricing::quoted(type->name),
               fmt::format("an instance type with at least workload.memory ({})", shown(scenario.workload.memory)));
  const bool sold = catalogue.instanceHour(scenario.region, type->name, purchase).has_value();
  if (!sold && catalogue.hasRegion(scenario.region))
    review.add(pointer, pricing::quoted(type->name),
               fmt::format("an instance type with a price for {} in {}", pricing::name(purchase), scenario.region));
  return type;
}

namespace {

void reviewInstance(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& ec2 = *scenario.ec2;
  if (ec2.instanceType) reviewType(review, "/ec2/instance_type", *ec2.instanceType, ec2.purchase, scenario, catalogue);
}

// What comes with a gp3 volume is the least it has; the most are ours.
void reviewVolume(Review& review, const Ec2Setup& ec2) {
  review.within("/ec2/ebs_gib", ec2.ebsGib, std::int64_t{0}, std::int64_t{65'536}, "a whole number");
  const bool iops = review.within("/ec2/ebs_iops", ec2.ebsIops, kFreeIops, std::int64_t{100'000}, "a whole number");
  const bool throughput = review.within("/ec2/ebs_throughput", ec2.ebsThroughput, kFreeMibPerSecond,
                                        std::int64_t{10'000}, "a number of MiB/s");
  if (ec2.ebsGib != 0) return;
  if (iops && ec2.ebsIops > kFreeIops)
    review.add("/ec2/ebs_iops", shown(ec2.ebsIops), "3000, because there is no volume (ec2.ebs_gib)");
  if (throughput && ec2.ebsThroughput > kFreeMibPerSecond)
    review.add("/ec2/ebs_throughput", shown(ec2.ebsThroughput), "125, because there is no volume (ec2.ebs_gib)");
}

void reviewWorkerChecks(Review& review, const Ec2Setup& ec2) {
  const auto& check = ec2.healthCheck;
  review.within("/ec2/health_check/healthy", check.healthy, 2, 10, "a whole number");
  review.within<Duration>("/ec2/health_check/grace", check.grace, {}, hours(2), "a time");
  if (check.timeout < seconds(1) || check.timeout > check.interval)
    review.add("/ec2/health_check/timeout", shown(check.timeout),
               fmt::format("a time from 1s to the interval of {}", shown(check.interval)));
  if (check.byWorker && ec2.loadBalancer == LoadBalancer::None)
    review.add("/ec2/health_check/by_worker", "true", "false, because no load balancer checks (ec2.load_balancer)");
  if (check.replaces && !check.byWorker)
    review.add("/ec2/health_check/replace", "true",
               "false: without by_worker only lost instances fail their checks, and these are always replaced");
}

// Elastic Load Balancing user guide, target group attributes: slow start 30 to 900 s, health checks every 5 to 300 s
// and 2 to 10 of them.
void reviewTargets(Review& review, const Ec2Setup& ec2) {
  if (ec2.slowStart != Duration{}) {
    review.within<Duration>("/ec2/slow_start", ec2.slowStart, seconds(30), seconds(900), "0s or a time");
    if (ec2.routing != Routing::RoundRobin)
      review.add("/ec2/slow_start", shown(ec2.slowStart), "0s: only round_robin routing knows a slow start");
  }
  review.within<Duration>("/ec2/health_check/interval", ec2.healthCheck.interval, seconds(5), seconds(300), "a time");
  review.within("/ec2/health_check/unhealthy", ec2.healthCheck.unhealthy, 2, 10, "a whole number");
  reviewWorkerChecks(review, ec2);
  review.within<Duration>("/ec2/visibility_timeout", ec2.visibilityTimeout, {}, hours(12), "a time");
  if (ec2.routing == Routing::Queue && ec2.loadBalancer != LoadBalancer::None)
    review.add("/ec2/load_balancer", ec2.loadBalancer == LoadBalancer::Alb ? "\"alb\"" : "\"nlb\"",
               "\"none\", because workers take from a queue (ec2.routing)");
}

void reviewCredits(Review& review, const Ec2Setup& ec2, const PriceCatalogue& catalogue) {
  if (!ec2.creditMode) return;
  const auto* type = ec2.instanceType ? catalogue.findType(*ec2.instanceType) : nullptr;
  if (type != nullptr && !type->credits)
    review.add("/ec2/credit_mode", *ec2.creditMode == pricing::CreditMode::Standard ? "\"standard\"" : "\"unlimited\"",
               fmt::format("\"auto\", because {} has no CPU credits", type->name));
}

} // namespace

void reviewEc2(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& ec2 = *scenario.ec2;
  reviewInstance(review, scenario, catalogue);
  reviewFleetPurchase(review, scenario, catalogue);
  if (ec2.workers)
    review.within("/ec2/workers", *ec2.workers, std::int64_t{1}, std::int64_t{100'000}, "a whole number");
  review.within("/ec2/queue_limit", ec2.queueLimit, std::int64_t{0}, std::int64_t{1'000'000}, "a whole number");
  review.within<Duration>("/ec2/request_timeout", ec2.requestTimeout, milliseconds(1), hours(24), "a time");
  review.within("/ec2/availability_zones", ec2.availabilityZones, 1, 6, "a whole number");
  reviewFleet(review, ec2);
  reviewTargets(review, ec2);
  reviewCredits(review, ec2, catalogue);
  reviewVolume(review, ec2);
  reviewAlarms(review, "/ec2/alarms", ec2.alarms);
  review.within<Duration>("/ec2/overhead", ec2.overhead, {}, minutes(1), "a time");
  reviewSpeed(review, "/ec2/speed", ec2.speed);
}

namespace {

// ---- Lambda Managed Instances ----

constexpr std::array kMemoriesPerVcpu{2048, 4096, 8192}; // AWS Lambda developer guide, Managed Instances

void reviewEnvironments(Review& review, const ManagedSetup& managed) {
  const auto ratio = managed.memoryPerVcpu;
  if (ratio && std::ranges::find(kMemoriesPerVcpu, ratio->inMebibytes()) == kMemoriesPerVcpu.end())
    review.add("/managed_instances/memory_per_vcpu", shown(*ratio), "2GB, 4GB or 8GB");
  if (managed.memory)
    review.within("/managed_instances/memory", *managed.memory, ratio.value_or(Memory::mebibytes(2048)),
                  Memory::mebibytes(1024 * 1024), "a memory size");
  if (managed.concurrencyPerVcpu)
    review.within("/managed_instances/concurrency_per_vcpu", *managed.concurrencyPerVcpu, std::int64_t{1},
                  std::int64_t{64}, "a whole number");
  if (managed.cpuSaturation)
    review.within("/managed_instances/cpu_saturation", *managed.cpuSaturation, 0.1, 64.0, "a number of vCPUs");
}

void reviewManagedInstance(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& managed = *scenario.managed;
  const auto* type = reviewType(review, "/managed_instances/instance_type", *managed.instanceType, managed.purchase,
                                scenario, catalogue);
  if (!type) return;
  const auto room = environmentRoom(scenario, *type);
  if (room.perInstance < 1)
    review.add("/managed_instances/instance_type", pricing::quoted(type->name),
               fmt::format("an instance type that holds an environment of {} and {} vCPUs beside the system's 1GB and "
                           "1 vCPU",
                           shown(room.memory), room.vcpus));
  const auto floor = managedFloor(managed) * type->vcpus;
  if (managed.maxVcpus < floor)
    review.add("/managed_instances/max_vcpus", shown(managed.maxVcpus),
               fmt::format("at least {}, the vCPUs of the first {} instances", floor, managedFloor(managed)));
}

void reviewManaged(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& managed = *scenario.managed;
  constexpr std::int64_t kMost = 15'000; // AWS Lambda developer guide, Managed Instances scaling and quotas
  reviewEnvironments(review, managed);
  const bool min = review.within("/managed_instances/min", managed.min, std::int64_t{1}, kMost, "a whole number");
  const bool max =
      review.within("/managed_instances/max_vcpus", managed.maxVcpus, std::int64_t{1}, kMost, "a whole number");
  if (managed.initial && min)
    review.within("/managed_instances/initial", *managed.initial, managed.min, kMost, "a whole number");
  if (managed.instanceType && min && max) reviewManagedInstance(review, scenario, catalogue);
  review.within("/managed_instances/headroom", managed.scaling.headroom, 1.0, 100.0, "a factor");
  review.within("/managed_instances/packing", managed.scaling.packing, 0.1, 1.0, "a fraction");
  review.within<Duration>("/managed_instances/period", managed.scaling.period, seconds(1), hours(1), "a time");
  review.within("/managed_instances/in_points", managed.scaling.inPoints, 1, 1000, "a whole number");
  review.adopt(workloads::problems(managed.boot, "/managed_instances/boot"));
  if (managed.init) review.adopt(workloads::problems(*managed.init, "/managed_instances/init"));
  review.within<Duration>("/managed_instances/timeout", managed.timeout, seconds(1), seconds(900), "a time");
  review.within<Duration>("/managed_instances/overhead", managed.overhead, {}, minutes(1), "a time");
  reviewSpeed(review, "/managed_instances/speed", managed.speed);
}

// ---- money ----

// "2025-07-01", a day of the calendar since Lambda began.
bool isDay(std::string_view text) {
  const auto digits = [&](std::size_t from, std::size_t to) {
    int value = 0;
    for (auto i = from; i < to; ++i) value = text[i] >= '0' && text[i] <= '9' ? 10 * value + (text[i] - '0') : -100'000;
    return value;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = digits(0, 4), month = digits(5, 7), day = digits(8, 10);
  if (year < 2014 || month < 1 || day < 1) return false;
  return (std::chrono::year(year) / month / day).ok();
}

void reviewPlatformCosts(Review& review, const std::string& pointer, const PlatformCosts& costs) {
  constexpr double kMostUsd = 1e12;
  review.within(pointer + "/engineering_hours", costs.engineeringHours, 0.0, 1e6, "a number of hours a month");
  review.within(pointer + "/non_production_copies", costs.nonProductionCopies, std::int64_t{0}, std::int64_t{1000},
                "a whole number");
  review.within(pointer + "/non_production_share", costs.nonProductionShare, 0.0, 1.0, "a fraction");
  review.within(pointer + "/migration", costs.migrationUsd, 0.0, kMostUsd, "USD");
}

void reviewMoney(Review& review, const Scenario& scenario) {
  const auto& date = scenario.prices.date;
  if (!date.empty() && !isDay(date)) review.add("/prices/date", pricing::quoted(date), "a day such as 2025-07-01");
  review.within("/costs/engineering_rate", scenario.costs.engineeringRateUsd, 0.0, 1e6, "USD per hour");
  reviewPlatformCosts(review, "/costs/lambda", scenario.costs.lambda);
  reviewPlatformCosts(review, "/costs/ec2", scenario.costs.ec2);
  review.within("/assumptions/hours_per_month", scenario.hoursPerMonth, 1.0, 744.0, "a number of hours");
  review.within("/assumptions/traffic_drop", scenario.trafficDrop, 0.0, 1.0, "a fraction");
}

// ---- the rest ----

void reviewObjective(Review& review, const Objective& objective) {
  struct Goal {
    std::string_view key;
    std::optional<Duration> value;
  };
  const std::array goals{Goal{"mean", objective.mean}, Goal{"p50", objective.p50}, Goal{"p90", objective.p90},
                         Goal{"p95", objective.p95},   Goal{"p99", objective.p99}, Goal{"p999", objective.p999}};
  const Goal* lower = nullptr;
  for (const auto& goal : goals) {
    if (!goal.value) continue;
    const auto pointer = fmt::format("/objective/{}", goal.key);
    if (*goal.value <= Duration{})
      review.add(pointer, shown(*goal.value), "a time above 0");
    else if (lower && *goal.value < *lower->value)
      review.add(pointer, shown(*goal.value), fmt::format("at least {} ({})", lower->key, shown(*lower->value)));
    if (goal.key != "mean") lower = &goal; // a mean may lie above or below any quantile
  }
  review.within("/objective/max_failed", objective.maxFailed, 0.0, 1.0, "a fraction");
}

void reviewRun(Review& review, const RunPlan& run) {
  const bool horizon =
      !run.horizon || review.within<Duration>("/run/horizon", *run.horizon, seconds(1), kLongestHorizon, "a time");
  if (run.horizon && horizon && (run.warmup < Duration{} || run.warmup >= *run.horizon))
    review.add("/run/warmup", shown(run.warmup), fmt::format("a time below the horizon ({})", shown(*run.horizon)));
  else if (!run.horizon)
    review.within<Duration>("/run/warmup", run.warmup, {}, kLongestHorizon, "a time");
  review.within("/run/replications", run.replications, 1, 1000, "a whole number");
}

} // namespace

std::string_view name(Origin origin) {
  static constexpr std::array<std::string_view, 5> names{"default", "scenario", "trace", "command line",
                                                         "power tuning"};
  return names[static_cast<std::size_t>(origin)];
}

bool operator==(const Scenario& a, const Scenario& b) {
  const auto settings = [](const Scenario& s) {
    return std::tie(s.name, s.region, s.prices, s.workload, s.source, s.failures, s.network, s.lambda, s.ec2, s.managed,
                    s.hybrid, s.objective, s.run, s.costs, s.hoursPerMonth, s.freeTier, s.trafficDrop,
                    s.perRequestLogKb);
  };
  return settings(a) == settings(b);
}

std::vector<Problem> problems(const Scenario& scenario, const PriceCatalogue& catalogue, std::string_view origin) {
  Review review(scenario, origin);
  if (!catalogue.hasRegion(scenario.region))
    review.add("/region", pricing::quoted(scenario.region), "a region of the price catalogue such as us-east-1",
               pricing::nearestName(scenario.region, catalogue.regions()));
  reviewWorkload(review, scenario);
  reviewFailures(review, scenario.failures);
  reviewNetwork(review, scenario.network);
  if (scenario.lambda) reviewLambda(review, *scenario.lambda, scenario.workload);
  if (scenario.lambda) reviewEvents(review, scenario);
  if (scenario.ec2) reviewEc2(review, scenario, catalogue);
  if (!scenario.lambda && !scenario.ec2) review.add("/ec2", "null beside lambda null", "at least one of the platforms");
  if (scenario.managed) reviewManaged(review, scenario, catalogue);
  if (scenario.hybrid) reviewHybrid(review, scenario, catalogue);
  reviewObjective(review, scenario.objective);
  reviewRun(review, scenario.run);
  reviewMoney(review, scenario);
  return review.take();
}

} // namespace model
