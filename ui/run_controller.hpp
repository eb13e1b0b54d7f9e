#pragma once
// The only class that knows threads. A run is started with a copy of the scenario and ends in exactly one signal:
// finished, cancelled or failed. Each run has a number; starting another one cancels it, and whatever it still says is
// dropped. Destruction cancels and waits. Pinned by tests/ui/run_controller_test.cpp.
#include <QFutureWatcher>
#include <QList>
#include <QObject>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "model/decision.hpp"
#include "pricing/problem.hpp"
#include "workloads/import/trace.hpp"

namespace ui {

// What the window asks of the core; replaced in tests.
struct Engine {
  std::function<model::EvaluationOutcome(const model::Scenario&, const model::RunControl&)> evaluate;
  std::function<workloads::TraceSummary(const std::vector<std::string>& files, const workloads::ImportProgress&)>
      inspectTrace;
};
Engine coreEngine(std::shared_ptr<const pricing::PriceCatalogue> catalogue); // the real one

class RunController : public QObject {
  Q_OBJECT
 public:
  explicit RunController(Engine engine, QObject* parent = nullptr);
  ~RunController() override;

  int start(model::Scenario scenario);              // returns the number of the run
  int inspectTrace(std::vector<std::string> files); // counts as a run; ends in traceInspected, cancelled or failed
  void cancel();                                    // `cancelled` follows when the job has ended
  bool isRunning() const { return m_running; }

 signals:
  void started();
  void progressChanged(const QString& stage, double done, double requestsPerSecond);
  void finished(std::shared_ptr<const model::Decision> decision);
  void traceInspected(const workloads::TraceSummary& summary);
  void cancelled();
  void failed(const QList<pricing::Problem>& problems);

 private:
  struct Failure {
    std::vector<pricing::Problem> problems;
  };
  using Outcome = std::variant<std::shared_ptr<const model::Decision>, std::shared_ptr<const workloads::TraceSummary>,
                               model::Cancelled, Failure>;
  using Report = std::function<void(const QString& stage, double done, double requestsPerSecond)>;
  using Job = std::function<Outcome(std::stop_token, const Report&)>;

  int launch(Job job);
  Report reportOf(int run);
  void deliver();
  static Outcome guarded(const Job& job, const std::stop_token& stop, const Report& report);

  Engine m_engine;
  QThreadPool m_pool; // one thread: a cancelled run ends before the next one begins
  QFutureWatcher<Outcome> m_watcher;
  std::stop_source m_stop;
  int m_run = 0;
  bool m_running = false;
};

} // namespace ui

Q_DECLARE_METATYPE(pricing::Problem)
Q_DECLARE_METATYPE(std::shared_ptr<const model::Decision>)
Q_DECLARE_METATYPE(workloads::TraceSummary)
