#include "model/lambda/environment_births.hpp"

#include <variant>

namespace model::lambda {

namespace {

using workloads::RandomStream;

// Requests per second for one unit of concurrency, synchronous calls (AWS Lambda quotas, read Oct 2026).
constexpr std::int64_t kRequestsPerSecondPerConcurrency = 10;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::int64_t constantNs(const workloads::DurationDistribution& d) {
  const auto* constant = std::get_if<workloads::Constant>(&d);
  return constant ? std::min(constant->value.count(), kForeverNs) : 0;
}

} // namespace

EnvironmentBirths::EnvironmentBirths(const LambdaFunction& function, std::uint64_t seed, std::uint64_t replication)
    : m_init(function.init, RandomStream(seed, "lambda.init", replication)),
      m_idleLifetime(function.idleLifetime, RandomStream(seed, "lambda.idle_lifetime", replication)),
      m_maxLifetime(function.maxLifetime.value_or(workloads::Constant{Duration(kForeverNs)}),
                    RandomStream(seed, "lambda.max_lifetime", replication)),
      m_idleLifetimeNs(constantNs(function.idleLifetime)),
      m_constantIdle(std::holds_alternative<workloads::Constant>(function.idleLifetime)),
      m_mortal(function.maxLifetime.has_value()) {}

Environment EnvironmentBirths::next(std::int64_t ns) {
  Environment fresh;
  fresh.createdNs = ns;
  fresh.initEndNs = ns + m_init.next();
  fresh.idleLifetimeNs = m_constantIdle ? m_idleLifetimeNs : m_idleLifetime.next();
  fresh.maxLifetimeNs = m_mortal ? m_maxLifetime.next() : kForeverNs;
  return fresh;
}

double nsPerCpuNs(const LambdaFunction& function) {
  return 1.0 / (function.speed * workloads::lambdaVcpuShare(function.memory, function.threads));
}

TokenBucket growthBucket(const LambdaFunction& function) {
  const GrowthLimit limit = function.growth.value_or(GrowthLimit{0, 0});
  return {limit.burst, limit.refill, limit.every.count()};
}

TokenBucket rateBucket(const LambdaFunction& function) {
  const std::int64_t perSecond = kRequestsPerSecondPerConcurrency * concurrencyLimit(function);
  return {perSecond, perSecond, kNsPerSecond};
}

} // namespace model::lambda
