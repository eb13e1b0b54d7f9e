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

std::int64_t constantIdleLifetimeNs(const LambdaFunction& function) { return constantNs(function.idleLifetime); }

EnvironmentBirths::EnvironmentBirths(const LambdaFunction& function, std::uint64_t seed, std::uint64_t replication)
    : m_init(function.init, RandomStream(seed, "lambda.init", replication)),
      m_initInside(function.initInside.value_or(function.init), RandomStream(seed, "lambda.init_inside", replication)),
      m_extensionInit(function.extensionInit, RandomStream(seed, "lambda.extension_init", replication)),
      m_idleLifetime(function.idleLifetime, RandomStream(seed, "lambda.idle_lifetime", replication)),
      m_maxLifetime(function.maxLifetime.value_or(workloads::Constant{Duration(kForeverNs)}),
                    RandomStream(seed, "lambda.max_lifetime", replication)),
      m_ahead(seed, "lambda.init_ahead", replication), m_initLimitNs(function.initLimit.count()),
      m_idleLifetimeNs(lambda::constantIdleLifetimeNs(function)), m_aheadShare(function.initAhead),
      m_billedShare(function.initBilled ? function.initBilledShare : 0),
      m_insideDiffers(function.initInside.has_value()),
      m_constantIdle(std::holds_alternative<workloads::Constant>(function.idleLifetime)),
      m_mortal(function.maxLifetime.has_value()) {}

Birth EnvironmentBirths::next(std::int64_t ns) {
  Birth birth;
  const std::int64_t drawnNs = m_init.next() + m_extensionInit.next();
  birth.initNs = std::min(drawnNs, m_initLimitNs);
  if (drawnNs > m_initLimitNs) birth.restartNs = initInsideNs();
  birth.ahead = m_aheadShare > 0 && m_ahead.uniform() < m_aheadShare;
  Environment& fresh = birth.environment;
  fresh.createdNs = ns;
  fresh.initEndNs = ns + birth.waitNs() + birth.restartNs;
  fresh.idleLifetimeNs = idleLifetimeNs();
  fresh.maxLifetimeNs = m_mortal ? m_maxLifetime.next() : kForeverNs;
  return birth;
}

std::int64_t EnvironmentBirths::initInsideNs() {
  return (m_insideDiffers ? m_initInside : m_init).next() + m_extensionInit.next();
}

std::int64_t EnvironmentBirths::billedNs(std::int64_t initNs) const {
  if (m_billedShare == 1) return initNs;
  return static_cast<std::int64_t>(static_cast<double>(initNs) * m_billedShare + 0.5);
}

Invocation cutAt(std::int64_t timeoutNs, const Invocation& wanted) {
  Invocation left;
  left.initNs = std::min(wanted.initNs, timeoutNs);
  left.workNs = std::min(wanted.workNs, timeoutNs - left.initNs);
  left.ioNs = wanted.ioNs;
  if (left.workNs < wanted.workNs)
    left.ioNs = static_cast<std::int64_t>(static_cast<Int128>(wanted.ioNs) * left.workNs / wanted.workNs);
  left.extensionNs = timeoutNs - left.initNs - left.workNs;
  return left;
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
