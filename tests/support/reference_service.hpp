#pragma once
// What the instances of the plain event loop were good for, slot by slot: the rules of docs/ec2.md, "Where instance
// time goes", as written there. Shares scalingTarget and targetTrackingDesired with the simulator.
#include <algorithm>
#include <cmath>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "tests/support/reference_host.hpp"

namespace reference {

struct Service { // of one slot
  std::int64_t end = 0, length = 0;
  int window = -1;                                                     // -1: warm-up
  Int128 serving = 0, draining = 0, servingBusy = 0, drainingBusy = 0; // busy since the start, instance-ns
  Int128 zones = 0, least = 0, forecast = 0;                           // what was asked for, instance-ns
  std::int64_t routed = 0;
};

inline std::int64_t edge(const model::ObservationPlan& plan, int i) { // i = 0: warm-up ends
  return plan.warmup.count() +
         static_cast<std::int64_t>(static_cast<Int128>((plan.horizon - plan.warmup).count()) * i / plan.windows);
}

// Slots of equal length in each window, as near to the plan's as whole numbers allow; one for the warm-up.
inline std::vector<Service> layOutSlots(const model::ObservationPlan& plan) {
  std::vector<Service> slots;
  if (plan.warmup.count() > 0) slots.push_back({plan.warmup.count(), plan.warmup.count(), -1});
  for (int w = 0; w < plan.windows; ++w) {
    const std::int64_t from = edge(plan, w), length = edge(plan, w + 1) - from;
    const auto count =
        std::max<std::int64_t>(1, std::llround(static_cast<double>(length) / static_cast<double>(plan.slot.count())));
    const auto upTo = [&](std::int64_t k) { return static_cast<std::int64_t>(Int128{length} * k / count); };
    for (std::int64_t k = 1; k <= count; ++k) slots.push_back({from + upTo(k), upTo(k) - upTo(k - 1), w});
  }
  return slots;
}

// The share of serving time between two numbers of instances, or what there is of it.
inline Int128 between(const Service& slot, Int128 from, Int128 to) {
  return std::max<Int128>(0, std::min(slot.serving, to) - std::min(slot.serving, from));
}

inline void splitByTarget(const Service& slot, const model::ScalingTarget& target, model::InServiceTime& time) {
  if (slot.length == 0) return;
  const auto length = static_cast<double>(slot.length);
  const double load = target.metric == model::ScalingMetric::Cpu
                          ? static_cast<double>(slot.servingBusy) / length
                          : static_cast<double>(slot.routed) * static_cast<double>(target.period.count()) / length;
  const Int128 busy = slot.servingBusy;
  const Int128 needed = std::max(busy, Int128{slot.length} * model::targetTrackingDesired(1, load, target.value));
  const Int128 zones = std::max(needed, slot.zones);
  const Int128 least = std::max(zones, slot.least);
  const Int128 forecast = std::max(least, slot.forecast);
  time.headroomNs += between(slot, busy, needed);
  time.zoneFloorNs += between(slot, needed, zones);
  time.idleNightNs += between(slot, zones, least);
  time.forecastNs += between(slot, least, forecast);
  time.scaleInLagNs += between(slot, forecast, slot.serving);
}

inline void splitService(std::vector<Service> slots, const model::Ec2Fleet& fleet,
                         std::vector<model::Ec2Tally>& windows) {
  auto target = model::scalingTarget(fleet.scaling);
  if (!target && fleet.predictive) target = {model::ScalingMetric::Cpu, fleet.predictive->target, {}};
  Int128 peakBusy = 0, peakLength = 1, servingBusy = 0, drainingBusy = 0;
  for (Service& slot : slots) {
    const Int128 serving = slot.servingBusy, draining = slot.drainingBusy;
    slot.servingBusy = serving - servingBusy;
    slot.drainingBusy = draining - drainingBusy;
    servingBusy = serving;
    drainingBusy = draining;
    if (slot.window < 0 || slot.servingBusy * peakLength <= peakBusy * slot.length) continue;
    peakBusy = slot.servingBusy;
    peakLength = slot.length;
  }
  std::vector<Service> whole(windows.size());
  for (const Service& slot : slots) {
    if (slot.window < 0) continue;
    const auto w = static_cast<std::size_t>(slot.window);
    auto& time = windows[w].inService;
    time.busyNs += slot.servingBusy + slot.drainingBusy;
    time.drainingNs += slot.draining - slot.drainingBusy;
    whole[w].serving += slot.serving;
    whole[w].servingBusy += slot.servingBusy;
    whole[w].length += slot.length;
    if (target) splitByTarget(slot, *target, time);
  }
  if (target) return;
  for (std::size_t w = 0; w < whole.size(); ++w) {
    const Int128 busy = whole[w].servingBusy;
    const Int128 peak = std::max(busy, whole[w].length * peakBusy / peakLength);
    windows[w].inService.idleNightNs = between(whole[w], busy, peak);
    windows[w].inService.headroomNs = between(whole[w], peak, whole[w].serving);
  }
}

} // namespace reference
