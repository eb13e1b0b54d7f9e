#pragma once
// What a user reads about a scenario, as sentences, and the scenario of the contract.
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.hpp"

namespace tests {

using Sentences = std::vector<std::string>;
using Settings = std::vector<std::string>;

inline Sentences sentencesOf(const std::vector<pricing::Problem>& problems) {
  Sentences sentences;
  for (const auto& problem : problems) sentences.push_back(sentence(problem));
  return sentences;
}

// What the user reads; empty when the text can be read and evaluated.
inline Sentences complaints(const std::string& text, const Settings& settings = {}) {
  try {
    const auto scenario = model::readScenario(text, "scenario.json", settings);
    return sentencesOf(model::problems(scenario, *pricing::PriceCatalogue::embedded(), "scenario.json"));
  } catch (const pricing::InputError& error) {
    return sentencesOf(error.problems());
  }
}

// Contract section 3, word for word but for the name.
inline constexpr std::string_view kContractExample = R"({
  "schema_version": 1, "name": "contract", "region": "us-east-1",
  "workload": {
    "arrivals": {"kind": "poisson", "rate": "100/s"},
    "work": {"kind": "exponential", "mean": "100ms", "cpu_fraction": 1.0, "threads": 1, "measured_at": {"memory": "1769MB"}},
    "memory": "128MB", "request_size": "2KB", "response_size": "20KB", "trigger": "http"
  },
  "lambda": {"memory": "1769MB", "architecture": "x86_64", "runtime": "python3.13", "package": "zip",
    "init": {"kind": "constant", "value": "500ms"}, "idle_lifetime": "600s", "max_lifetime": "none", "reuse": "lifo",
    "provisioned_concurrency": 0, "reserved_concurrency": null, "account_concurrency": 1000, "growth_per_10s": 1000,
    "timeout": "900s", "front_door": "function_url", "overhead": "0ms", "speed": 1.0},
  "ec2": {"instance_type": "c7g.large", "discipline": "ps", "workers": 16, "queue_limit": 1000, "request_timeout": "30s",
    "routing": "round_robin", "availability_zones": 2, "min": 2, "max": 20, "initial": 2,
    "scaling": {"kind": "target_tracking", "metric": "cpu", "target": 0.5},
    "boot": {"kind": "constant", "value": "60s"}, "purchase": "on_demand", "load_balancer": "alb", "ebs_gib": 8,
    "overhead": "0ms", "speed": 1.0},
  "objective": {"p99": "500ms", "max_failed": 0.001},
  "run": {"horizon": "7d", "warmup": "0s", "replications": 5, "seed": 1},
  "assumptions": {"hours_per_month": 730, "free_tier": false}
})";

} // namespace tests
