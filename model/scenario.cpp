#include "model/scenario.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tuple>

namespace model {

namespace {

using pricing::Memory;
using pricing::PriceCatalogue;
using pricing::Problem;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Limits of AWS: Lambda developer guide, Lambda quotas (copy of Sep-Oct 2026); Elastic Load Balancing user guide,
// target group attributes. The others are ours and only keep a slip of the keyboard from running for a year.
constexpr auto kSmallestLambda = Memory::mebibytes(128), kLargestLambda = Memory::mebibytes(10'240);
constexpr auto kSmallestStorage = Memory::mebibytes(512), kLargestStorage = Memory::mebibytes(10'240);
constexpr std::int64_t kAlwaysUnreserved = 100; // of an account's concurrency, whatever is reserved
constexpr double kLargestRatePerSecond = 1e7;
constexpr Duration kLongestHorizon = hours(24 * 3650);

std::string shown(std::int64_t value) { return fmt::format("{}", value); }
std::string shown(int value) { return fmt::format("{}", value); }
std::string shown(double value) { return fmt::format("{}", value); }
template <class Quantity> std::string shown(Quantity value) { return pricing::toText(value); }

// Collects problems; each place is a pointer behind the name of the file, or the setting that put the value there.
class Review {
 public:
  Review(const Scenario& scenario, std::string_view origin) : m_scenario(scenario), m_origin(origin) {}

  void add(const std::string& pointer, std::string found, std::string expected,
           std::optional<std::string> nearest = std::nullopt) {
    m_problems.push_back({place(pointer), std::move(found), std::move(expected), std::move(nearest)});
  }
  // "... expected `noun` from LOW to HIGH".
  template <class T> bool within(const std::string& pointer, T value, T low, T high, std::string_view noun) {
    if (value >= low && value <= high) return true; // false for NaN
    add(pointer, shown(value), fmt::format("{} from {} to {}", noun, shown(low), shown(high)));
    return false;
  }
  void adopt(const std::vector<Problem>& problems) {
    for (const auto& problem : problems)
      m_problems.push_back({place(problem.where), problem.found, problem.expected, problem.suggestion});
  }
  std::vector<Problem> take() { return std::move(m_problems); }

 private:
  std::string place(const std::string& pointer) const {
    std::string path = pointer.substr(1);
    std::ranges::replace(path, '/', '.');
    const auto origin = m_scenario.origins.find(path);
    if (origin != m_scenario.origins.end() && origin->second == Origin::CommandLine) return "--set " + path;
    return fmt::format("{}: {}", m_origin, pointer);
  }

  const Scenario& m_scenario;
  std::string_view m_origin;
  std::vector<Problem> m_problems;
};

// ---- workload ----

// Where the rate stands that decides about all traffic of this kind.
std::string_view rateKey(const workloads::Arrivals& arrivals) {
  if (std::holds_alternative<workloads::BurstyArrivals>(arrivals)) return "rate_on";
  return std::holds_alternative<workloads::ProfileArrivals>(arrivals) ? "mean" : "rate";
}

void reviewArrivals(Review& review, const workloads::Arrivals& arrivals) {
  const auto own = workloads::problems(arrivals, "/workload/arrivals");
  review.adopt(own);
  if (!own.empty() || std::holds_alternative<workloads::TraceArrivals>(arrivals)) return;
  // A week shows every hour of a profile; growth beyond it is the horizon's affair.
  const double peak = workloads::peakRatePerSecond(arrivals, hours(168));
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

void reviewSpeed(Review& review, const std::string& pointer, std::optional<double> speed) {
  if (speed) review.within(pointer, *speed, 0.01, 100.0, "a speed relative to a Lambda x86 vCPU");
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
  reviewConcurrency(review, lambda);
  review.within<Duration>("/lambda/timeout", lambda.timeout, seconds(1), seconds(900), "a time");
  review.within("/lambda/ephemeral_storage", lambda.ephemeralStorage, kSmallestStorage, kLargestStorage,
                "a memory size");
  review.within<Duration>("/lambda/overhead", lambda.overhead, {}, minutes(1), "a time");
  reviewSpeed(review, "/lambda/speed", lambda.speed);
}

// ---- EC2 ----

void reviewInstance(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& ec2 = *scenario.ec2;
  if (!ec2.instanceType) return;
  const auto* type = catalogue.findType(*ec2.instanceType);
  if (!type) {
    std::vector<std::string_view> names;
    for (const auto& known : catalogue.types()) names.push_back(known.name);
    review.add("/ec2/instance_type", pricing::quoted(*ec2.instanceType), "an EC2 instance type such as c7g.large",
               pricing::nearestName(*ec2.instanceType, std::span<const std::string_view>(names)));
    return;
  }
  if (type->memory < scenario.workload.memory)
    review.add("/ec2/instance_type", pricing::quoted(type->name),
               fmt::format("an instance type with at least workload.memory ({})", shown(scenario.workload.memory)));
  const bool sold = catalogue.instanceHour(scenario.region, type->name, ec2.purchase).has_value();
  if (!sold && catalogue.hasRegion(scenario.region))
    review.add("/ec2/instance_type", pricing::quoted(type->name),
               fmt::format("an instance type with a price for {} in {}", pricing::name(ec2.purchase), scenario.region));
}

void reviewFleetSize(Review& review, const Ec2Setup& ec2) {
  constexpr std::int64_t kMost = 10'000;
  const bool min = review.within("/ec2/min", ec2.min, std::int64_t{1}, kMost, "a whole number");
  const bool max = review.within("/ec2/max", ec2.max, std::int64_t{1}, kMost, "a whole number");
  if (!min || !max) return;
  if (ec2.min > ec2.max)
    review.add("/ec2/max", shown(ec2.max), fmt::format("at least min ({})", ec2.min));
  else if (ec2.initial)
    review.within("/ec2/initial", *ec2.initial, ec2.min, ec2.max, "a whole number");
}

void reviewScaling(Review& review, const TargetTracking& policy) {
  if (policy.metric == TargetTracking::Metric::Cpu)
    review.within("/ec2/scaling/target", policy.target, 0.1, 1.0, "a CPU utilisation");
  else
    review.within("/ec2/scaling/target", policy.target, 0.001, 1e9, "a number of requests per target and period");
  review.within<Duration>("/ec2/scaling/period", policy.period, seconds(10), hours(1), "a time");
  review.within<Duration>("/ec2/scaling/metric_delay", policy.metricDelay, {}, hours(1), "a time");
  review.within("/ec2/scaling/out_points", policy.outPoints, 1, 100, "a whole number");
  review.within("/ec2/scaling/in_points", policy.inPoints, 1, 100, "a whole number");
  review.within("/ec2/scaling/in_fraction", policy.inFraction, 0.0, 1.0, "a fraction");
  review.within<Duration>("/ec2/scaling/warmup", policy.warmup, {}, hours(24), "a time");
}

void reviewEc2(Review& review, const Scenario& scenario, const PriceCatalogue& catalogue) {
  const auto& ec2 = *scenario.ec2;
  reviewInstance(review, scenario, catalogue);
  if (ec2.workers)
    review.within("/ec2/workers", *ec2.workers, std::int64_t{1}, std::int64_t{100'000}, "a whole number");
  review.within("/ec2/queue_limit", ec2.queueLimit, std::int64_t{0}, std::int64_t{1'000'000}, "a whole number");
  review.within<Duration>("/ec2/request_timeout", ec2.requestTimeout, milliseconds(1), hours(24), "a time");
  review.within("/ec2/availability_zones", ec2.availabilityZones, 1, 6, "a whole number");
  reviewFleetSize(review, ec2);
  if (const auto* policy = std::get_if<TargetTracking>(&ec2.scaling)) reviewScaling(review, *policy);
  review.adopt(workloads::problems(ec2.boot, "/ec2/boot"));
  review.within<Duration>("/ec2/deregistration_delay", ec2.deregistrationDelay, {}, hours(1), "a time");
  review.within("/ec2/ebs_gib", ec2.ebsGib, std::int64_t{0}, std::int64_t{65'536}, "a whole number");
  review.within<Duration>("/ec2/overhead", ec2.overhead, {}, minutes(1), "a time");
  reviewSpeed(review, "/ec2/speed", ec2.speed);
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
  static constexpr std::array<std::string_view, 4> names{"default", "scenario", "trace", "command line"};
  return names[static_cast<std::size_t>(origin)];
}

bool operator==(const Scenario& a, const Scenario& b) {
  const auto settings = [](const Scenario& s) {
    return std::tie(s.name, s.region, s.workload, s.lambda, s.ec2, s.objective, s.run, s.hoursPerMonth, s.freeTier,
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
  if (scenario.lambda) reviewLambda(review, *scenario.lambda, scenario.workload);
  if (scenario.ec2) reviewEc2(review, scenario, catalogue);
  if (!scenario.lambda && !scenario.ec2) review.add("/ec2", "null beside lambda null", "at least one of the platforms");
  reviewObjective(review, scenario.objective);
  reviewRun(review, scenario.run);
  review.within("/assumptions/hours_per_month", scenario.hoursPerMonth, 1.0, 744.0, "a number of hours");
  return review.take();
}

} // namespace model
