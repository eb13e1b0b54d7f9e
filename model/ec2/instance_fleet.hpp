#pragma once
// The instances of one fleet through their lives: prepared in a warm pool, booting, in service, draining, gone; zones
// and purchase options kept balanced. Knows neither metrics nor policies. What AWS does to those on the spot market:
// spot_lives.cpp. Pinned by tests/model/scaling_test.cpp, warm_pool_test.cpp, spot_test.cpp and the reference loop.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "model/ec2/demand_rule.hpp"
#include "model/ec2/prepared_instances.hpp"
#include "model/ec2/request_engine.hpp"
#include "model/ec2/service_ledger.hpp"
#include "model/ec2/shared_queue.hpp"
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
  const KindRules* kind = nullptr;
  std::uint64_t received = 0;     // requests routed here
  std::int64_t missedAt = kNever; // its machine was lost; a target until that is noticed
  std::uint64_t number = 0;       // in launch order
  int zone = 0;
  std::int64_t launchedAt = 0, inServiceAt = 0; // inServiceAt lies ahead while it boots
  RequestEngine engine;                         // right behind what each request touches too
  std::int64_t warmAt = 0;                      // in the metrics from here on
  std::int64_t runsSince = 0;                   // launchedAt, or earlier: it ran in the warm pool
  bool returnsToPool = false;                   // once it is drained
  std::int64_t drainsSince = kNever, drainDeadline = kNever;
  Int128 busyAtDrain = 0;    // kCore x ns
  bool takesOver = false;    // another ends when this one is in service: zones are brought back into balance
  std::uint64_t entered = 0; // how many came into service before it
  struct Health {
    bool fails = false; // out of rotation
    bool asked = false; // a check waits for its answer
    int inARow = 0;     // results that speak against `fails`
  } health;
  std::int64_t slowUntil = 0; // slow start
  double turns = 0;           // shares of a turn saved up meanwhile
  struct Spot {
    std::int64_t noticeAt = kNever; // comes; kNever once it has come
    std::int64_t takenAt = kNever;  // by AWS, once the notice has come
    bool held = false;              // noticed in service: stays until AWS takes it, requests or not
    bool pastFirstHour = false;     // from the start: a fleet that has been running
    bool replaceWhenGone = false;
  };
  std::optional<Spot> spot; // nothing: on demand
  // Burstable in unlimited mode: its account up to an instant and the vCPU time used by then, kCore x ns.
  std::optional<pricing::CpuCreditAccount> credits;
  std::int64_t creditsAt = 0;
  Int128 busyAtCredits = 0;
  // For the metric period and the window under way.
  Int128 busyAtPeriodStart = 0;
  std::uint64_t receivedAtPeriodStart = 0;

  // kCore x ns. Precondition: advanced to t.
  Int128 cpuBusyAt(std::int64_t t) const { return engine.cpuBusyAt(t, kind->limits); }
  bool dead() const { return missedAt != kNever; }
  bool takenAtDeadline() const { return spot && spot->takenAt == drainDeadline; } // by AWS, if it drains until then
};

TallyRecorder::Life lifeOf(const Instance& instance, std::int64_t end, bool terminated);
TallyRecorder::Life lifeTakenByAws(const Instance& instance);

class InstanceFleet {
 public:
  using Instances = std::vector<std::unique_ptr<Instance>>;

  InstanceFleet(const Ec2Fleet& fleet, Duration warmup, TallyRecorder& recorder, std::uint64_t seed,
                std::uint64_t replication);

  const std::vector<KindRules>& kinds() const { return m_kinds; }
  Instances& serving() { return m_serving; } // in the order they came into service
  // Of these, the ones that requests go to: those that pass their health checks; all of them when none does.
  const std::vector<Instance*>& targets() const { return m_targets; }
  void retarget();            // after a change of who passes
  std::size_t nextInTurn = 0; // round robin: index into targets()
  std::int64_t unhealthy() const;
  // Those that fail their checks and are longer than `grace` in service are drained; how many.
  std::int64_t endFailing(std::int64_t t, std::int64_t grace);

  void launch(std::int64_t count, std::int64_t t);
  // What the market is still asked for first, then those that boot, the last launched of them; then those in service by
  // the termination policy. Of both the purchase option of which there would be too many.
  void drain(std::int64_t count, std::int64_t t);
  // All requests up to t, and the end of drained instances. What drains ends at its last request, or at its deadline
  // with the requests left failing (Elastic Load Balancing, deregistration delay).
  void advance(std::int64_t t);
  void enterService(std::int64_t t); // booting instances whose time has come

  // Machines are lost at t (lost_machines.cpp): what they work on fails, or comes back to the fleet's queue. Each is
  // noticed after the detection time and ended; a zone that is down takes no launches. Precondition: advanced to t.
  void lose(std::int64_t count, std::int64_t t);
  void loseZone(std::int64_t t, std::int64_t until);
  std::int64_t endLost(std::int64_t t); // those that are noticed at t; how many
  void rebalance(std::int64_t t);       // a zone is back
  std::int64_t nextReplacement() const;
  void returnTo(SharedQueue& queue) { m_queue = &queue; }

  std::int64_t nextBoot() const;
  std::int64_t nextDrainDeadline() const;

  std::int64_t booting() const { return static_cast<std::int64_t>(m_booting.size()); }
  std::int64_t inService() const { return static_cast<std::int64_t>(m_serving.size()); }
  // On its way out: draining, or asked back by AWS before it served.
  std::int64_t draining() const { return static_cast<std::int64_t>(m_draining.size() + m_stillborn.size()); }
  std::int64_t alive() const { return booting() + inService() + draining(); }
  // Capacity on its way: booting, looking for capacity, or to come when AWS has taken another.
  std::int64_t onOrder() const;
  bool warming(std::int64_t t) const;
  std::int64_t warm(std::int64_t t) const;               // in service and past the warm-up
  std::int64_t settledAt() const { return m_settledAt; } // when the last one came into service or ended
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

  // Warm pool; without one these do nothing. wantPool sets the size that belongs to a desired capacity; keepPool
  // launches and ends what is missing and too many; fillPool is the pool of a fleet that has been running.
  void wantPool(std::int64_t max, std::int64_t desired);
  void keepPool(std::int64_t t);
  void fillPool();
  std::int64_t pooled() const { return m_pool ? m_pool->size() : 0; }

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

  std::unique_ptr<Instance> create(std::size_t kind, bool spot, std::uint64_t number, int zone);
  std::unique_ptr<Instance> create(std::size_t kind, bool spot) {
    return create(kind, spot, m_launched++, emptiestZone());
  }
  void createInitial();
  void saveCreditsFrom(Instance& instance, std::int64_t t) const;
  bool launchPrepared(std::int64_t t);
  void bootCold(std::unique_ptr<Instance> instance, std::int64_t t);
  void boot(std::unique_ptr<Instance> instance, std::int64_t t, std::int64_t bootNs);
  std::int64_t coldBootNs() { return m_boot.next() + m_lifecycleHook; }
  bool endBooting(std::int64_t t); // false: none that counts boots
  std::int64_t expectedInPool() const { return m_pool->size() + m_returning; }
  void intoPool(const Instance& instance, std::int64_t t);
  int emptiestZoneWithPool() const;
  void advance(Instance& instance, std::int64_t t);
  void retire(std::size_t index, std::int64_t t, std::int64_t deadline);
  void reapDrained(std::int64_t t);
  bool ended(Instance& instance, std::int64_t t);
  void bury(Instance& instance, std::int64_t end, bool taken);
  void abandonAtDeadline(Instance& instance);
  void spendCredits(Instance& instance, std::int64_t t) const;
  Totals totals(std::int64_t t) const;
  // Of the zones that are up. Precondition: one is.
  int emptiestZone() const;
  int firstOfFewest(const std::vector<std::int64_t>& counts) const;
  bool anyZoneUp() const;
  void drainServing(std::int64_t t);
  void die(Instance& instance, std::int64_t t);
  std::size_t nextToLeave() const;
  std::vector<std::int64_t> servingByZone() const;
  std::vector<std::int64_t> groupByZone() const; // booting ones too
  bool nextIsOnDemand() const;
  bool shedsSpot(const Instances& among) const;

  // spot_lives.cpp
  void launchOne(std::int64_t t);
  void launchSpot(std::int64_t t);
  void launchAgain(std::int64_t t);
  void launchToTakeOver(std::int64_t t); // lost_machines.cpp
  std::int64_t dropOrders(std::int64_t most);
  Instance* lastToReplace();
  Instance* nextNoticed(std::int64_t t) const;
  void giveNotice(Instance& instance, std::int64_t t);
  void reapStillborn(std::int64_t t);

  Discipline m_discipline;
  std::vector<KindRules> m_kinds;
  PurchaseMix m_mix;
  SpotTerms m_terms;
  int m_zones;
  std::int64_t m_warmup, m_deregistrationDelay, m_lifecycleHook;
  TallyRecorder& m_recorder;
  workloads::DurationSampler m_boot;
  std::optional<SpotMarket> m_market;
  Instances m_booting, m_serving, m_draining;
  std::vector<Instance*> m_targets;
  bool m_failsOpen = false;
  std::uint64_t m_entered = 0;
  Instances m_stillborn;              // asked back before they came into service
  std::deque<std::int64_t> m_retries; // when launches that found no capacity ask again, ascending
  std::int64_t m_replacements = 0;    // due at this instant
  std::uint64_t m_launched = 0;
  Totals m_gone; // of terminated instances
  bool m_credits = false;
  double m_goneSurplus = 0;              // of terminated instances, charged at their end
  std::vector<double> m_goneSpotSurplus; // of these on the spot market, by kind
  std::int64_t m_settledAt = 0;
  std::optional<PreparedInstances> m_pool;
  std::int64_t m_poolSize = 0;  // wanted
  std::int64_t m_returning = 0; // drain and will come into the pool
  std::int64_t m_detection, m_slowStart;
  std::int64_t m_unlaunched = 0; // wanted while no zone was up
  std::vector<bool> m_zoneUp;
  std::int64_t m_zoneBackAt = 0;           // the first one, when it was down
  std::vector<std::int64_t> m_missedBoots; // when those are missed that were lost while booting, ascending
  SharedQueue* m_queue = nullptr;
};

} // namespace model::ec2
