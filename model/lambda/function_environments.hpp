#pragma once
// One function's environments under its limits, for the event engine: begins and ends invocations, accounts for
// environment time, keeps no queue. The same rules as the fast engines (call_engine.cpp, counting_engine.cpp,
// numbered_engine.cpp) from the same parts (idle pools, token buckets, births); tests/model/event_engine_test.cpp holds
// the two to the same counts.
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "model/lambda/environment_births.hpp"
#include "model/lambda/environment_losses.hpp"
#include "model/lambda/idle_pool.hpp"
#include "model/lambda/lambda_simulator.hpp"
#include "model/lambda/token_bucket.hpp"

namespace model::lambda {

enum class Fate : std::uint8_t { Success, Error, Crash, Timeout };
enum class Refusal : std::uint8_t { Concurrency, Growth, Rate };

// Concurrency that one or several functions draw from. Where it `moves`, for other functions or a plan take from it, a
// function may have idle environments and yet no room to use them.
struct Ceiling {
  std::int64_t room = 0, busy = 0;
  bool moves = false;
};

// An invocation in progress.
struct Call {
  std::int64_t arrivedNs = 0; // at the source: whose window and hour count the call
  std::int64_t startNs = 0, initEndNs = 0;
  std::int64_t respondedNs = 0, finishNs = 0; // extensions run in between
  std::int64_t bookedNs = 0;                  // busy time is accounted up to here
  std::uint32_t environment = 0;
  std::uint32_t payload = 0; // the source's own subject
  Fate fate = Fate::Success;
  bool provisioned = false, live = false;
  bool cut = false;  // by the timeout, if only its extensions: the environment is reset
  bool lost = false; // its machine died at finishNs
};

// What an invocation has to do, ns.
struct InvocationWork {
  std::int64_t cpuNs = 0, ioNs = 0;
};

class FunctionEnvironments {
 public:
  // `windows` observation windows, a tally before and one after them; `ceiling` outlives this.
  FunctionEnvironments(const LambdaFunction& function, Ceiling& ceiling, const ObservationPlan& plan,
                       std::uint64_t seed, std::uint64_t replication);

  // Begins an invocation at `ns`, not before the latest instant seen, of what arrived at `arrivedNs`. `rateCap`: the
  // caller is synchronous.
  // The call's fate is Success or Timeout; the caller may turn Success into Error or Crash before it ends.
  std::variant<std::uint32_t, Refusal> begin(std::int64_t ns, std::int64_t arrivedNs, const InvocationWork& work,
                                             bool rateCap);
  Call& call(std::uint32_t slot) { return m_calls[slot]; }
  // At the call's finish; the slot is free afterwards.
  void end(std::uint32_t slot);
  std::int64_t nextGrowthNs(std::int64_t ns) { return m_growth.nextTokenNs(ns); }

  // ---- provisioned concurrency ----
  void setProvisioned(std::int64_t usable, std::int64_t ns);
  // Mean utilisation of the usable ones since the last call; nothing when none of them served anything.
  std::optional<double> takeProvisionedUtilisation(std::int64_t ns);

  // ---- observation ----
  LambdaTally& tally() { return m_tallies[m_window]; }
  LambdaTally& tallyOfArrival(std::int64_t arrivedNs);
  std::vector<LambdaTally> takeWindows(); // without what is before and beyond
  LambdaHours& hours() { return m_hours; }
  void openWindow(std::int64_t edgeNs);       // settles what lies before, at each edge in turn
  void notePeaks();                           // of a window just opened, once what ends at its edge has ended
  TimelinePoint pointBefore(std::int64_t ns); // environments and busy just before

 private:
  using Pool = std::variant<LifoPool, FifoPool, RandomPool>;

  // What a call's environment makes it wait for and pay.
  struct Start {
    std::int64_t waitNs = 0, innerInitNs = 0; // init before the call, and inside it
    std::int64_t billedInitNs = 0;            // of the former, in one with the call
  };
  std::optional<Refusal> seat(Call& call, Start& start);
  bool takeIdle(std::int64_t ns, IdleEntry& taken);
  void create(Call& call, Start& start);
  void initAfterReset(const Call& call, Start& start);
  void run(Call& call, const Start& start, const InvocationWork& work);
  void bill(const Call& call, const Start& start, const Invocation& lasts);
  void bookBusy(Call& call, std::int64_t untilNs);
  void bookHour(std::vector<std::int64_t>& series, std::int64_t ns, std::int64_t amount) const;
  void bookProvisioned(std::int64_t ns);
  std::uint32_t slotFor(const Call& call);
  std::int64_t machineLostNs(const Call& call);
  std::int64_t busy() const { return m_busyOnDemand + m_provisionedBusy; }
  template <class Visit> void forEachIdle(Visit visit) {
    std::visit([&](auto& pool) { pool.forEach(visit); }, m_idle);
  }

  LambdaFunction m_function;
  Ceiling& m_ceiling;
  double m_perCpuNs;
  EnvironmentBirths m_births;
  EnvironmentLosses m_losses;
  std::uint32_t m_nextProvisioned = 0; // has no number: calls take turns in the zones
  Pool m_idle;
  TokenBucket m_growth, m_rate;
  std::vector<Environment> m_environments;
  std::vector<std::uint32_t> m_freeNumbers;
  std::vector<Call> m_calls;
  std::vector<std::uint32_t> m_freeSlots;
  std::int64_t m_busyOnDemand = 0, m_provisionedBusy = 0, m_provisioned = 0;
  std::int64_t m_provisionedResets = 0; // free ones that await init

  std::vector<LambdaTally> m_tallies;
  std::size_t m_window = 0;
  std::vector<std::int64_t> m_edges; // where the windows opened so far begin
  LambdaHours m_hours;
  std::int64_t m_hourNs;
  // Since the last metric point of provisioned concurrency.
  std::int64_t m_metricBookedNs = 0;
  Int128 m_metricBusyNs = 0, m_metricReadyNs = 0;
  bool m_metricInvoked = false;
};

} // namespace model::lambda
