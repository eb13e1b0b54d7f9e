#pragma once
// Scenarios of many shapes for the search and its bounds, each from one number, with fewer candidates than a decision
// has, so that every one of them can be simulated.
#include <cmath>
#include <fmt/format.h>
#include <iterator>

#include "model/evaluation/search.hpp"
#include "tests/support/decisions.hpp"
#include "workloads/random.hpp"

namespace tests {

class Dice {
 public:
  Dice(std::uint64_t number, const char* stream) : m_random(number, stream, 0) {}
  double between(double low, double high) { return low * std::pow(high / low, m_random.uniform()); }
  double uniform() { return m_random.uniform(); }
  bool once(std::uint64_t in) { return m_random.below(in) == 0; }
  template <class T> T oneOf(std::initializer_list<T> values) {
    return *std::next(values.begin(), static_cast<std::ptrdiff_t>(m_random.below(values.size())));
  }

 private:
  workloads::RandomStream m_random;
};

inline std::string arrivalsOf(Dice& dice, double rate, double horizonS) {
  const std::string kinds[] = {
      fmt::format(R"({{"kind": "poisson", "rate": "{:.3f}/s"}})", rate),
      fmt::format(R"({{"kind": "constant", "rate": "{:.3f}/s"}})", rate),
      fmt::format(R"({{"kind": "renewal", "rate": "{:.3f}/s", "cv": 3}})", rate),
      fmt::format(R"({{"kind": "bursty", "rate_on": "{:.3f}/s", "rate_off": "{:.3f}/s", "on": "60s", "off": "180s"}})",
                  3 * rate, rate / 3),
      fmt::format(R"({{"kind": "profile", "mean": "{:.3f}/s", "dispersion": 2,
                      "hour_of_day": [1,3,0.2,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}})",
                  rate),
      fmt::format(R"({{"kind": "batch", "rate": "{:.4f}/s", "size": 5}})", rate / 5),
      fmt::format(R"({{"kind": "flash", "base": "{:.3f}/s", "peak": "{:.3f}/s", "at": "{:.0f}s", "hold": "{:.0f}s"}})",
                  rate / 2, 4 * rate, horizonS / 3, horizonS / 8)};
  return "workload.arrivals=" + kinds[static_cast<std::size_t>(dice.uniform() * 7)];
}

inline void addObjective(Dice& dice, double meanMs, Settings& settings) {
  const auto at = [&](double low, double high) { return fmt::format("{:.3f}ms", meanMs * dice.between(low, high)); };
  switch (static_cast<int>(dice.uniform() * 6)) {
  case 0: settings.push_back("objective.p99=" + at(2, 6)); break;    // tight
  case 1: settings.push_back("objective.p99=" + at(6, 40)); break;   // loose
  case 2: settings.push_back("objective.p99=" + at(0.05, 2)); break; // hardly or not to be reached
  case 3: settings.push_back("objective.mean=" + at(0.6, 4)); break;
  case 4: settings.push_back("objective.p50=" + at(0.5, 3)); break;
  default: break;
  }
  settings.push_back("objective.max_failed=" + dice.oneOf<std::string>({"0.001", "0.001", "0.02", "0.3", "1"}));
}

inline void addLambda(Dice& dice, Settings& settings) {
  if (dice.once(8)) settings.push_back("lambda.provisioned_concurrency=3");
  if (dice.once(6)) settings.push_back("lambda.front_door=" + dice.oneOf<std::string>({"alb", "http_api", "rest_api"}));
  if (dice.once(8)) settings.push_back("lambda.account_concurrency=20");
  if (dice.once(8)) settings.push_back("lambda.overhead=15ms");
  if (dice.once(6)) settings.push_back("lambda.init.value=0ms");
  if (dice.once(8)) settings.push_back("lambda.timeout=1s");
}

inline void addEc2(Dice& dice, bool queue, Settings& settings) {
  settings.push_back("ec2.purchase=" +
                     dice.oneOf<std::string>({"on_demand", "on_demand", "on_demand", "spot", "compute_sp_1y"}));
  settings.push_back("ec2.routing=" +
                     (queue ? "queue" : dice.oneOf<std::string>({"round_robin", "least_outstanding", "random"})));
  settings.push_back("ec2.load_balancer=" + (queue ? "none" : dice.oneOf<std::string>({"alb", "alb", "nlb"})));
  settings.push_back("ec2.min=" + dice.oneOf<std::string>({"1", "2", "2", "6"}));
  settings.push_back("ec2.initial=auto");
  if (dice.once(5)) settings.push_back(R"(ec2.scaling={"kind": "none"})");
  if (dice.once(4)) settings.push_back("ec2.workers=auto");
  if (dice.once(5)) settings.push_back("ec2.discipline=fcfs");
}

inline void addTroubles(Dice& dice, Settings& settings) {
  if (dice.once(8)) settings.push_back("workload.failures.error_rate=0.01");
  if (dice.once(10))
    settings.push_back(R"(workload.failures.slow_downstream=[{"at": "60s", "lasts": "120s", "io_factor": 0.5}])");
  if (dice.once(10)) settings.push_back(R"(workload.failures.lost_instances=[{"at": "100s", "count": 1}])");
  if (dice.once(5)) settings.push_back("assumptions.free_tier=true");
  if (dice.once(6)) settings.push_back("run.warmup=50s");
  if (dice.once(8)) settings.push_back("costs.ec2.non_production_copies=2");
  if (dice.once(8)) settings.push_back("costs.lambda.non_production_copies=2");
  if (dice.once(8)) settings.push_back("lambda.client.attempts=3");
}

// About 1,500 requests at 0.1 to 1,000/s.
inline model::Scenario fieldScenario(std::uint64_t number) {
  Dice dice(number, "test.search");
  const double rate = dice.between(0.1, number % 10 == 0 ? 1000 : 60), meanMs = dice.between(2, 900);
  const double horizonS = std::clamp(1500 / rate, number % 10 == 0 ? 20.0 : 300.0, 10'000.0);
  Settings settings{"lambda.memory=auto",
                    "lambda.architecture=auto",
                    "ec2.instance_type=auto",
                    "run.replications=1",
                    "ec2.max=40",
                    fmt::format("run.horizon={:.0f}s", horizonS),
                    fmt::format("run.seed={}", number)};
  settings.push_back(arrivalsOf(dice, rate, horizonS));
  settings.push_back(fmt::format("workload.work.mean={:.3f}ms", meanMs));
  settings.push_back(fmt::format("workload.work.cpu_fraction={:.2f}", dice.once(4) ? 1.0 : dice.uniform()));
  if (dice.once(5)) settings.push_back("workload.work.threads=2");
  settings.push_back(fmt::format("workload.memory={}MB", static_cast<int>(dice.between(64, 3000))));
  const auto trigger = dice.oneOf<std::string>({"http", "http", "http", "async", "queue", "stream"});
  settings.push_back("workload.trigger=" + trigger);
  addObjective(dice, meanMs, settings);
  addLambda(dice, settings);
  addEc2(dice, trigger != "http", settings);
  addTroubles(dice, settings);
  return shortScenario(settings);
}

// Every so manieth of the platform's candidates.
inline std::vector<model::Scenario> fieldCandidates(model::Platform platform, const model::Scenario& scenario,
                                                    std::size_t every) {
  auto all = platform == model::Platform::Lambda ? model::lambdaCandidates(scenario)
                                                 : model::ec2Candidates(scenario, catalogue());
  std::vector<model::Scenario> some;
  for (std::size_t i = scenario.run.seed % every; i < all.size(); i += every) some.push_back(std::move(all[i]));
  if (some.empty()) some.push_back(all.front());
  return some;
}

} // namespace tests
