#include "ui/run_controller.hpp"

#include <QtConcurrent>
#include <chrono>
#include <optional>

#include "ui/qt_text.hpp"

namespace ui {

namespace {

constexpr auto kBetweenReports = std::chrono::milliseconds(40); // 25 a second, as Qt's own promises

// Lets a report through when some time has passed since the last one, or the stage is new.
class Throttle {
 public:
  bool passes(std::string_view stage) {
    const auto now = std::chrono::steady_clock::now();
    if (m_last && stage == m_stage && now - *m_last < kBetweenReports) return false;
    m_last = now;
    m_stage = stage;
    return true;
  }

 private:
  std::optional<std::chrono::steady_clock::time_point> m_last;
  std::string m_stage;
};

pricing::Problem internalFailure(std::string_view what) {
  return {"internal failure",
          pricing::quoted(what),
          "a run that ends with a decision; please report this together with the scenario",
          {}};
}

} // namespace

Engine coreEngine(std::shared_ptr<const pricing::PriceCatalogue> catalogue) {
  return {[catalogue](const model::Scenario& scenario, const model::RunControl& control) {
            const auto chosen = model::catalogueOf(scenario, catalogue);
            return model::evaluate(scenario, *chosen, control);
          },
          [](const std::vector<std::string>& files, const workloads::ImportProgress& progress) {
            return workloads::openTrace(files, {}, progress)->summary();
          }};
}

RunController::RunController(Engine engine, QObject* parent) : QObject(parent), m_engine(std::move(engine)) {
  m_pool.setMaxThreadCount(1);
  connect(&m_watcher, &QFutureWatcherBase::finished, this, &RunController::deliver);
}

RunController::~RunController() {
  m_stop.request_stop();
  m_watcher.disconnect(this);
  m_pool.waitForDone();
}

int RunController::start(model::Scenario scenario) {
  return launch([evaluate = m_engine.evaluate, scenario = std::move(scenario)](std::stop_token stop,
                                                                               const Report& report) -> Outcome {
    model::RunControl control;
    control.stop = std::move(stop);
    control.progress = [&report](const model::Progress& progress) {
      report(toQt(progress.stage), progress.done, progress.requestsPerSecond);
    };
    auto outcome = evaluate(scenario, control);
    if (auto* decision = std::get_if<std::shared_ptr<const model::Decision>>(&outcome)) return std::move(*decision);
    return model::Cancelled{};
  });
}

int RunController::inspectTrace(std::vector<std::string> files) {
  return launch([inspect = m_engine.inspectTrace, files = std::move(files)](std::stop_token stop,
                                                                            const Report& report) -> Outcome {
    workloads::ImportProgress progress;
    progress.stop = std::move(stop);
    progress.report = [&report](std::uint64_t done, std::uint64_t total) {
      report(tr("reading the trace"), total ? static_cast<double>(done) / static_cast<double>(total) : 0, 0);
    };
    return std::make_shared<const workloads::TraceSummary>(inspect(files, progress));
  });
}

void RunController::cancel() { m_stop.request_stop(); }

int RunController::launch(Job job) {
  m_stop.request_stop();
  m_stop = std::stop_source();
  const int run = ++m_run;
  m_running = true;
  // A new future disconnects the watcher from the old one: a late answer to an old question is never delivered.
  m_watcher.setFuture(QtConcurrent::run(&m_pool, [job = std::move(job), stop = m_stop.get_token(),
                                                  report = reportOf(run)] { return guarded(job, stop, report); }));
  emit started();
  return run;
}

// Called on the worker's thread; what it posts is handled on ours, while the run is still the current one.
RunController::Report RunController::reportOf(int run) {
  return [this, run, throttle = std::make_shared<Throttle>()](const QString& stage, double done, double rate) {
    if (!throttle->passes(fromQt(stage))) return;
    QMetaObject::invokeMethod(
        this,
        [=, this] {
          if (run == m_run && m_running) emit progressChanged(stage, done, rate);
        },
        Qt::QueuedConnection);
  };
}

// Exceptions do not cross QtConcurrent::run as themselves, so each becomes a value here.
RunController::Outcome RunController::guarded(const Job& job, const std::stop_token& stop, const Report& report) {
  try {
    if (stop.stop_requested()) return model::Cancelled{};
    return job(stop, report);
  } catch (const pricing::InputError& error) {
    return Failure{error.problems()};
  } catch (const workloads::ImportCancelled&) {
    return model::Cancelled{};
  } catch (const std::exception& error) {
    return Failure{{internalFailure(error.what())}};
  }
}

void RunController::deliver() {
  m_running = false;
  const Outcome outcome = m_watcher.result();
  if (const auto* decision = std::get_if<std::shared_ptr<const model::Decision>>(&outcome)) {
    emit finished(*decision);
  } else if (const auto* summary = std::get_if<std::shared_ptr<const workloads::TraceSummary>>(&outcome)) {
    emit traceInspected(**summary);
  } else if (const auto* failure = std::get_if<Failure>(&outcome)) {
    emit failed(QList<pricing::Problem>(failure->problems.begin(), failure->problems.end()));
  } else {
    emit cancelled();
  }
}

} // namespace ui
