#pragma once
// Hand-made requests through the Lambda simulator, and what tests of it say often.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/lambda/lambda_simulator.hpp"
#include "tests/support/reference_lambda.hpp"

namespace lambda_runs {

using namespace std::chrono_literals;
using model::LambdaFunction;
using model::LambdaRun;
using model::LambdaTally;
using model::ObservationPlan;
using pricing::Duration;
using support::Request;
using workloads::Constant;

inline constexpr std::int64_t kMs = 1'000'000, kSecond = 1'000'000'000;

inline ObservationPlan plan(Duration horizon, int windows = 1, int points = 0) {
  ObservationPlan p;
  p.horizon = horizon;
  p.windows = windows;
  p.timelinePoints = points;
  return p;
}

inline LambdaFunction plain(Duration init = 0ns, Duration idleLifetime = 600s) {
  LambdaFunction f;
  f.init = Constant{init};
  f.idleLifetime = Constant{idleLifetime};
  return f;
}

inline LambdaRun run(const LambdaFunction& function, const ObservationPlan& observed,
                     const std::vector<Request>& requests, std::size_t batch = 7, std::uint64_t seed = 1) {
  const support::RequestColumns columns(requests);
  model::LambdaSimulator simulator(function, observed, seed, 0);
  for (std::size_t from = 0; from < columns.size(); from += batch)
    simulator.feed(columns.batch(from, std::min(batch, columns.size() - from)));
  return simulator.finish();
}

inline LambdaTally tally(const LambdaFunction& function, Duration horizon, const std::vector<Request>& requests) {
  return run(function, plan(horizon), requests).windows.at(0);
}

inline std::int64_t whole(model::Int128 value) { return static_cast<std::int64_t>(value); }

inline std::vector<Request> regular(int count, std::int64_t gapNs, std::int64_t cpuNs) {
  std::vector<Request> requests;
  for (int i = 0; i < count; ++i) requests.push_back({i * gapNs, cpuNs, 0});
  return requests;
}

} // namespace lambda_runs
