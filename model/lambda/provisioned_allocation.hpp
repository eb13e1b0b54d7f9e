#pragma once
// Provisioned concurrency of a plan that changes over time: how many environments are paid for, how many are usable.
// Allocation begins after ProvisionedPace::delay and goes on at its pace; a request for more is usable when all of it is
// there. Paid from the request to the release, each environment's stay rounded up to the catalogue's step (5 minutes,
// AWS Lambda pricing page). Sources of the rules: event_source.hpp. Pinned by tests/model/provisioned_test.cpp.
#include <cstdint>
#include <optional>
#include <vector>

#include "model/lambda/lambda_simulator.hpp"

namespace model::lambda {

class ProvisionedAllocation {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  // At time 0 what the plan wants then is already usable.
  explicit ProvisionedAllocation(const LambdaFunction& function);

  std::int64_t usable() const { return m_usable; }
  std::int64_t paid() const { return static_cast<std::int64_t>(m_paidSince.size()); }
  // When something changes or a metric point is due.
  std::int64_t nextNs() const;
  bool isMetricDue(std::int64_t ns) const { return ns == m_nextMetricNs; }
  // What is due at `ns` == nextNs(); `utilisation` of the minute before, when a metric point is due and there is one.
  void act(std::int64_t ns, std::optional<double> utilisation);
  // Paid environment time since the last call, round-up of those released included.
  Int128 takePaidNs(std::int64_t ns);

 private:
  struct Pending {
    std::int64_t readyNs = 0, count = 0;
  };
  void want(std::int64_t ns, std::int64_t count);
  void release(std::int64_t ns);
  void takeStep(std::int64_t ns);
  void react(std::int64_t ns, std::optional<double> utilisation);

  ProvisionedPlan m_plan;
  ProvisionedPace m_pace;
  std::vector<std::int64_t> m_paidSince; // of each, the latest last
  std::vector<Pending> m_pending;        // the soonest first
  std::int64_t m_usable = 0;
  std::int64_t m_bookedNs = 0;
  Int128 m_paidNs = 0;
  // Schedule: the next step and when it comes.
  std::size_t m_step = 0;
  std::int64_t m_nextStepNs = kNever;
  // Tracking.
  std::int64_t m_nextMetricNs = kNever;
  int m_above = 0, m_below = 0; // points in a row
};

} // namespace model::lambda
