#pragma once
// The instances of one fleet through their lives: booting, in service, draining, gone; zones and purchase options kept
// balanced. Knows neither metrics nor policies. What AWS does to those on the spot market: spot_lives.cpp. Pinned by
// tests/model/scaling_test.cpp, tests/model/spot_test.cpp and the reference loop.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "model/ec2/demand_rule.hpp"
#include "model/ec2/request_engine.hpp"
#include "model/ec2/service_ledger.hpp"
#include "model/ec2/spot_market.hpp"

namespace model::ec2 {

// What all instances of a type have in common.
struct KindRules {
  std::size_t index = 0; // of kindsOf(fleet)
  EngineLimits limits;
  DemandRule demand;
  std::optional<pricing::CreditPlan> credits;
};

struct Instance {
  RequestEngine engine;
  const KindRules* kind = nullptr;
  std::uint64_t received = 0; // requests routed here
  std::uint64_t number = 0;   // in launch order
  int zone = 0;
  std::int64_t launchedAt = 0, inServiceAt = 0; // inServiceAt lies ahead while it boots
  std::int64_t warmAt = 0;                      // in the metrics from here on
  std::int64_t drainsSince = kNever, drainDeadline = kNever;
  Int128 busyAtDrain = 0; // kCore x ns
  struct Spot {
    std::int64_t noticeAt = kNever; // comes; kNever once it has come
    std::int64_t takenAt = kNever;  // by AWS, once the notice has come
    bool held = false;              // noticed in service: stays until AWS takes it, requests or not
    bool pastFirstHour = false;     // from the start: a fleet that has been running
    bool replaceWhenGone = false;
  };
  std::optional<Spot> spot; // nothing: on demand
  // Burstable: its account up to an instant and the vCPU time used by then, kCore x ns.
  std::optional<pricing::CpuCreditAccount> credits;
  std::int64_t creditsAt = 0;
  Int128 busyAtCredits = 0;
  // For the metric period and the window under way.
  Int128 busyAtPeriodStart = 0;
  std::uint64_t receivedAtPeriodStart = 0;

  // kCore x ns. Precondition: advanced to t.
  Int128 cpuBusyAt(std::int64_t t) const { return engine.cpuBusyAt(t, kind->limits); }
  bool takenAtDeadline() const { return spot && spot->takenAt == drainDeadline; } // by AWS, if it drains until then
};

TallyRecorder::Life lifeTakenByAws(const Instance& instance);

class InstanceFleet {
 public:
  using Instances = std::vector<std::unique_ptr<Instance>>;

  InstanceFleet(const Ec2Fleet& fleet, Duration warmup, TallyRecorder& recorder, std::uint64_t seed,
                std::uint64_t replication);

  const std::vector<KindRules>& kinds() const { return m_kinds; }
  Instances& serving() { return m_serving; } // in the order they came into service
  std::size_t nextInTurn = 0;                // round robin: index into serving()

  void launch(std::int64_t count, std::int64_t t);
  void drain(std::int64_t count, std::int64_t t);
  // All requests up to t, and the end of drained instances. What drains ends at its last request, or at its deadline
  // with the requests left failing (Elastic Load Balancing, deregistration delay).
  void advance(std::int64_t t);
  void enterService(std::int64_t t); // booting instances whose time has come
  std::int64_t nextBoot() const;
  std::int64_t nextDrainDeadline() const;

  std::int64_t booting() const { return static_cast<std::int64_t>(m_booting.size()); }
  std::int64_t inService() const { return static_cast<std::int64_t>(m_serving.size()); }
  std::int64_t alive() const {
    return booting() + inService() + static_cast<std::int64_t>(m_draining.size() + m_stillborn.size());
  }
  // Capacity on its way: booting, looking for capacity, or to come when AWS has taken another.
  std::int64_t onOrder() const;
  bool warming(std::int64_t t) const;
  std::int64_t requestsInFlight() const;
  Int128 cpuBusyAt(std::int64_t t) const;            // all instances since the start, kCore x ns
  ServiceTotals serviceTotals(std::int64_t t) const; // all but `routed`. Precondition: advanced to t

  // The spot market at t: replacements for what it took, notices, launches that ask again; after enterService(t).
  void followMarket(std::int64_t t);
  std::int64_t nextMarketEvent() const;

  // Burstable instances earn and spend up to t, at the mean use since the last time. Precondition: advanced to t.
  void spendCredits(std::int64_t t);
  double surplusCredits() const;                  // of all instances since the start: charged and owed
  std::vector<double> spotSurplusCredits() const; // of those on the spot market, by kind; empty: it has none

  // The horizon is reached: lives are closed there, then requests in flight run to their end.
  void close(std::int64_t horizon);

 private:
  struct KindBusy {
    Int128 serving = 0, draining = 0; // kCore x ns
  };
  struct Totals { // since the start
    Int128 servingNs = 0, drainingNs = 0;
    std::vector<KindBusy> busy; // by kind
  };

  std::unique_ptr<Instance> create(std::size_t kind, bool spot);
  void createInitial();
  void boot(std::unique_ptr<Instance> instance, std::int64_t t);
  void advance(Instance& instance, std::int64_t t);
  void retire(std::size_t index, std::int64_t t, std::int64_t deadline);
  void reapDrained(std::int64_t t);
  bool ended(Instance& instance, std::int64_t t);
  void bury(Instance& instance, std::int64_t end, bool taken);
  void abandonAtDeadline(Instance& instance);
  void spendCredits(Instance& instance, std::int64_t t) const;
  Totals totals(std::int64_t t) const;
  int emptiestZone() const;
  std::size_t nextToLeave() const;
  std::vector<std::int64_t> servingByZone() const;
  bool nextIsOnDemand() const;
  bool shedsSpot() const;

  // spot_lives.cpp
  void launchOne(std::int64_t t);
  void launchSpot(std::int64_t t);
  void launchAgain(std::int64_t t);
  void dropOrders();
  Instance* nextNoticed(std::int64_t t) const;
  void giveNotice(Instance& instance, std::int64_t t);
  void reapStillborn(std::int64_t t);

  Discipline m_discipline;
  std::vector<KindRules> m_kinds;
  PurchaseMix m_mix;
  SpotTerms m_terms;
  int m_zones;
  std::int64_t m_warmup, m_deregistrationDelay;
  TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot;
  std::optional<SpotMarket> m_market;
  Instances m_booting, m_serving, m_draining;
  Instances m_stillborn;              // asked back before they came into service
  std::deque<std::int64_t> m_retries; // when launches that found no capacity ask again, ascending
  std::int64_t m_replacements = 0;    // due at this instant
  std::uint64_t m_launched = 0;
  Totals m_gone; // of terminated instances
  bool m_credits = false;
  double m_goneSurplus = 0;              // of terminated instances, charged at their end
  std::vector<double> m_goneSpotSurplus; // of these on the spot market, by kind
};

} // namespace model::ec2
