#include "model/lambda/event_engine.hpp"

#include <algorithm>

#include "model/lambda/event_sources.hpp"

namespace model {

bool LambdaFunction::needsEvents() const {
  const auto* client = std::get_if<ClientRetries>(&source);
  const bool triedOnce = client && client->attempts == 1 && !client->patience;
  return !triedOnce || failures.any() || !std::holds_alternative<std::monostate>(provisionedPlan) ||
         !neighbours.empty() || idleDrawnAnew;
}

} // namespace model

namespace model::lambda {
namespace {

template <class Source> class EventEngine final : public AnyEngine {
 public:
  template <class Settings>
  EventEngine(const LambdaFunction& function, const Settings& settings, const ObservationPlan& plan, std::uint64_t seed,
              std::uint64_t replication)
      : m_service(function, plan, seed, replication), m_source(m_service, settings, seed, replication),
        m_horizonNs(plan.horizon.count()) {}

  void feed(const workloads::RequestBatch& batch) override {
    for (std::size_t i = 0; i < batch.size() && batch.arrival[i] < m_horizonNs; ++i) {
      runUntil(batch.arrival[i]);
      m_source.arrived(m_service.arrive(batch.arrival[i], batch.cpu[i], batch.io[i]));
    }
  }

  LambdaRun finish() override {
    runUntil(m_horizonNs);
    const std::int64_t lastNs = m_horizonNs + kLongestDrain.count();
    while (m_service.hasRequests() && m_service.nextEventNs() <= lastNs) dispatch(m_service.takeEvent());
    return m_service.finish();
  }

 private:
  // Marks look at what is just before them, so they come before events of the same instant.
  void runUntil(std::int64_t ns) {
    for (;;) {
      const std::int64_t eventNs = m_service.nextEventNs(), markNs = m_service.nextMarkNs();
      if (std::min(eventNs, markNs) > ns) return;
      if (markNs <= eventNs)
        passMark(markNs);
      else
        dispatch(m_service.takeEvent());
    }
  }

  void passMark(std::int64_t ns) {
    if (!m_service.passMark()) return;
    while (m_service.nextEventNs() <= ns && m_service.nextIsFinish()) dispatch(m_service.takeEvent());
    m_service.notePeaks();
  }

  void dispatch(const TimedEvent& event) {
    switch (event.kind()) {
    case EventKind::Timer: return m_source.timerRang(event.who);
    case EventKind::Neighbour: return m_service.neighbourArrives(event.who);
    case EventKind::Allocation: m_service.allocate(); break;
    case EventKind::Finish:
      if (const auto call = m_service.end(event.who)) m_source.ended(*call);
      break;
    }
    m_source.capacityFreed();
  }

  InvokeService m_service;
  Source m_source;
  std::int64_t m_horizonNs;
};

template <class Settings> struct SourceOf;
template <> struct SourceOf<ClientRetries> { using type = ClientSource; };
template <> struct SourceOf<AsyncRetries> { using type = AsyncSource; };
template <> struct SourceOf<QueueMapping> { using type = QueueSource; };
template <> struct SourceOf<StreamMapping> { using type = StreamSource; };

} // namespace

std::unique_ptr<AnyEngine> eventEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                                       std::uint64_t replication) {
  return std::visit(
      [&]<class Settings>(const Settings& settings) -> std::unique_ptr<AnyEngine> {
        using Source = typename SourceOf<Settings>::type;
        return std::make_unique<EventEngine<Source>>(function, settings, plan, seed, replication);
      },
      function.source);
}

} // namespace model::lambda
