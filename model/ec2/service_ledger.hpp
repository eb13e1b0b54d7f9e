#pragma once
// What the time in service was good for: slot by slot, a fleet's serving time is laid against the load of the slot, and
// what is above the load gets the name of the reason that kept it. Definitions: docs/ec2.md, "Where instance time
// goes". Exact: the parts of a window add up to its inServiceNs. Pinned by tests/model/service_ledger_test.cpp and the
// reference loop.
#include <cstdint>
#include <optional>
#include <vector>

#include "model/ec2/ec2_simulator.hpp"
#include "model/ec2/tally_recorder.hpp"

namespace model::ec2 {

// Instance time that lower bounds of the fleet asked for, as they were in force: an instance in each zone as far as the
// minimum asks for it, the minimum, the larger of minimum and forecast. Since the start of the run.
struct FloorTotals {
  Int128 zoneNs = 0, minNs = 0, forecastNs = 0;
};

// Since the start of the run.
struct ServiceTotals {
  Int128 servingNs = 0, drainingNs = 0;         // instance time; draining ends with the last request
  Int128 servingBusyNs = 0, drainingBusyNs = 0; // of these the vCPU time used / vCPUs, whole ns by type
  std::uint64_t routed = 0;                     // requests sent to an instance
  FloorTotals floors;
};

class ServiceLedger {
 public:
  ServiceLedger(const Ec2Fleet& fleet, const ObservationPlan& plan);
  std::int64_t nextSlot() const; // end of the open slot; kNever when the horizon is behind
  void closeSlot(const ServiceTotals& totals);
  // Once, after the last slot: the parts of each window.
  void fill(std::vector<Ec2Tally>& windows);

 private:
  struct Slot {
    std::int64_t length = 0;
    Int128 serving = 0, busy = 0; // instance-ns
    std::uint64_t routed = 0;
    FloorTotals floors;
  };
  void split(const Slot& slot, InServiceTime& time) const;
  void splitFixed(std::size_t window, InServiceTime& time) const;
  std::int64_t neededInstances(const Slot& slot) const;
  std::int64_t slotsOfWindow() const;

  std::optional<ScalingTarget> m_target; // nothing: a fleet that no load changes
  std::int64_t m_slotNs;
  std::vector<std::int64_t> m_edges; // of the warm-up and the windows
  std::size_t m_window = 0;          // 0: the warm-up
  std::int64_t m_slot = 0;           // of the window
  std::int64_t m_from = 0;
  ServiceTotals m_totals;             // at m_from
  std::vector<InServiceTime> m_times; // by window
  std::vector<Slot> m_serving;        // by window, of a fleet that no load changes
  Slot m_busiest;                     // of the same; length 0: none yet
};

} // namespace model::ec2
