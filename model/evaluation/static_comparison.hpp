#pragma once
// AWS's static sizing beside the simulated lane: the sample calculator for Managed Instances
// (aws-samples/sample-aws-lambda-managed-instances, 19 Mar 2026) on the same instance type, given the run's mean number
// of requests at once. Pinned by tests/model/static_comparison_test.cpp: the calculator's own vectors to the cent.
#include "model/decision.hpp"

namespace model {

// The calculator's profile: requests per vCPU that an environment bears, by how much of the work is computing.
double sustainableConcurrency(double cpuFraction); // 8 below a third, 2 above two thirds, else 4

// What the calculator says about that concurrency: instances, and instance hours, fee and requests of a month.
struct StaticAnswer {
  double instances = 0; // 0: no environment of its fits on the type
  double monthlyUsd = 0;
};
StaticAnswer staticAnswer(const Scenario& scenario, double concurrency, double requestsPerMonth,
                          const pricing::PriceCatalogue& catalogue);

StaticComparison compareStatic(const Scenario& scenario, const PlatformResult& managed,
                               const pricing::PriceCatalogue& catalogue);

// One paragraph: what each says and why they differ.
std::string explain(const StaticComparison& comparison, const Scenario& scenario);

} // namespace model
