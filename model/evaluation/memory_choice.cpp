#include "model/evaluation/memory_choice.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace model {

namespace {

using pricing::Memory;
using workloads::MemoryCurve;

constexpr double kContradiction = 0.25; // of the duration, between a stated and a fitted cpu_fraction

class CurveWarnings {
 public:
  CurveWarnings(const Decision& decision, const MemoryCurve& curve)
      : m_decision(decision), m_curve(curve),
        m_range(fmt::format("{} to {}", pricing::toText(curve.smallest()), pricing::toText(curve.largest()))) {}

  void aboutPlace(const char* what, Memory memory) {
    if (m_curve.covers(memory)) return;
    add("memory_outside_curve",
        fmt::format("{} {} lies outside the measured {}; the duration of the nearest size is taken.", what,
                    pricing::toText(memory), m_range),
        "Measure that size too, or set a memory inside.");
  }
  // A search that ends where the curve does might have gone on.
  void aboutEnd(Memory chosen) {
    const auto tried = std::ranges::count(m_decision.candidates, Platform::Lambda, &Candidate::platform);
    const bool low = chosen == m_curve.smallest() && chosen > workloads::kSmallestLambdaMemory &&
                     chosen > m_decision.scenario.workload.memory;
    const bool high = chosen == m_curve.largest() && chosen < workloads::kLargestLambdaMemory;
    if (tried <= 2 || !(low || high)) return; // two architectures are no search for memory
    add("memory_at_curve_end",
        fmt::format("The chosen {} is the {} of the measured {}.", pricing::toText(chosen),
                    low ? "smallest" : "largest", m_range),
        fmt::format("A {} size may be better: run Power Tuning with one.", low ? "smaller" : "larger"));
  }
  void aboutFit(const workloads::Work& work) {
    const auto fit = workloads::fitCpu(m_curve, work.threads);
    if (!fit) return;
    const auto origin = m_decision.scenario.origins.find("workload.work.cpu_fraction");
    const bool fitted = origin != m_decision.scenario.origins.end() && origin->second == Origin::PowerTuning;
    const bool poor = fit->deviation > workloads::kPoorDeviation;
    const double share = fit->cpuFractionAt(work.measuredAt, work.threads);
    if (fitted && poor)
      add("poor_cpu_fit",
          fmt::format("No split into CPU and waiting fits the measured curve well: {}.", workloads::describe(*fit)),
          "Lambda follows the curve itself; EC2's durations rest on the split. Measure workload.work.cpu_fraction.");
    if (!fitted && !poor && std::fabs(share - work.cpuFraction) > kContradiction)
      add("cpu_fraction_contradicted",
          fmt::format("workload.work.cpu_fraction is {}, the measured curve says {:.2f} ({}).", work.cpuFraction, share,
                      workloads::describe(*fit)),
          "Leave cpu_fraction out to take it from the curve, or check at which memory the work was measured.");
  }
  std::vector<Warning> take() { return std::move(m_list); }

 private:
  void add(const char* code, std::string message, std::string advice) {
    m_list.push_back({code, std::move(message), std::move(advice)});
  }
  const Decision& m_decision;
  const MemoryCurve& m_curve;
  std::string m_range;
  std::vector<Warning> m_list;
};

} // namespace

std::vector<Warning> powerTuningWarnings(const Decision& decision) {
  const auto& setup = decision.scenario.lambda;
  if (!setup || !setup->powerTuning || !setup->memory) return {};
  const auto& work = decision.scenario.workload.work;
  CurveWarnings warnings(decision, *setup->powerTuning);
  warnings.aboutPlace("The function's memory of", *setup->memory);
  warnings.aboutPlace("The work's place of measurement,", work.measuredAt);
  warnings.aboutEnd(*setup->memory);
  warnings.aboutFit(work);
  return warnings.take();
}

} // namespace model
