#include "ui/run_controller.hpp"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <atomic>
#include <semaphore>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"

namespace {

constexpr int kPatienceMs = 20'000; // only a hang takes that long

model::Scenario named(const std::string& name) {
  model::Scenario scenario;
  scenario.name = name;
  return scenario;
}

// Runs until it is told to stop, as an evaluation does; counts the jobs that are inside.
struct Endless {
  std::shared_ptr<std::atomic<int>> inside = std::make_shared<std::atomic<int>>(0);
  model::EvaluationOutcome operator()(const model::Scenario&, const model::RunControl& control) const {
    ++*inside;
    while (!control.stop.stop_requested()) std::this_thread::yield();
    --*inside;
    return model::Cancelled{};
  }
};

void waitUntilInside(const Endless& endless) {
  while (*endless.inside == 0) std::this_thread::yield();
}

struct Spies {
  explicit Spies(ui::RunController& controller)
      : finished(&controller, &ui::RunController::finished), cancelled(&controller, &ui::RunController::cancelled),
        failed(&controller, &ui::RunController::failed), progress(&controller, &ui::RunController::progressChanged) {}
  QSignalSpy finished, cancelled, failed, progress;
};

} // namespace

TEST_CASE("A run ends with a decision", "[ui][controller]") {
  ui::RunController controller(tests::answeringEngine());
  Spies spies(controller);
  CHECK(controller.start(named("asked")) == 1);
  CHECK(controller.isRunning());
  REQUIRE(spies.finished.wait(kPatienceMs));
  CHECK_FALSE(controller.isRunning());
  const auto decision = spies.finished.front().front().value<std::shared_ptr<const model::Decision>>();
  CHECK(decision->scenario.name == "asked");
  CHECK(spies.finished.size() == 1);
  CHECK(spies.failed.empty());
  CHECK(spies.cancelled.empty());
}

TEST_CASE("A run can be cancelled", "[ui][controller]") {
  const Endless endless;
  ui::RunController controller({endless, {}});
  Spies spies(controller);
  controller.start({});
  waitUntilInside(endless);
  controller.cancel();
  REQUIRE(spies.cancelled.wait(kPatienceMs));
  CHECK_FALSE(controller.isRunning());
  CHECK(*endless.inside == 0);
  CHECK(spies.finished.empty());
}

TEST_CASE("A late answer to an old question is dropped", "[ui][controller]") {
  // The first run ignores the request to stop and answers only after the second was asked.
  auto gate = std::make_shared<std::binary_semaphore>(0);
  auto engine = tests::answeringEngine();
  engine.evaluate = [gate, answer = engine.evaluate](const model::Scenario& scenario,
                                                     const model::RunControl& control) {
    if (scenario.name == "old") gate->acquire();
    return answer(scenario, control);
  };
  ui::RunController controller(engine);
  Spies spies(controller);
  const int old = controller.start(named("old"));
  CHECK(controller.start(named("new")) == old + 1);
  gate->release();
  REQUIRE(spies.finished.wait(kPatienceMs));
  QCoreApplication::processEvents();
  REQUIRE(spies.finished.size() == 1);
  CHECK(spies.finished.front().front().value<std::shared_ptr<const model::Decision>>()->scenario.name == "new");
  CHECK(spies.cancelled.empty());
}

TEST_CASE("Bad input arrives with all its problems", "[ui][controller]") {
  ui::RunController controller({[](const model::Scenario&, const model::RunControl&) -> model::EvaluationOutcome {
                                  throw pricing::InputError({{"trace.csv", "no such file", "a trace", {}},
                                                             {"/ec2/min", "21", "at most max", {}}});
                                },
                                {}});
  Spies spies(controller);
  controller.start({});
  REQUIRE(spies.failed.wait(kPatienceMs));
  const auto problems = spies.failed.front().front().value<QList<pricing::Problem>>();
  REQUIRE(problems.size() == 2);
  CHECK(pricing::sentence(problems[0]) == "trace.csv: found no such file, expected a trace");
  CHECK_FALSE(controller.isRunning());
}

TEST_CASE("An exception of the program becomes a sentence, not a crash", "[ui][controller]") {
  ui::RunController controller({[](const model::Scenario&, const model::RunControl&) -> model::EvaluationOutcome {
                                  throw std::logic_error("index out of range");
                                },
                                {}});
  Spies spies(controller);
  controller.start({});
  REQUIRE(spies.failed.wait(kPatienceMs));
  CHECK(pricing::sentence(spies.failed.front().front().value<QList<pricing::Problem>>().front()) ==
        "internal failure: found \"index out of range\", expected a run that ends with a decision; please report this "
        "together with the scenario");
}

TEST_CASE("A controller can be destroyed while it runs", "[ui][controller]") {
  const Endless endless;
  {
    ui::RunController controller({endless, {}});
    controller.start({});
    waitUntilInside(endless);
    controller.start({}); // one inside, one waiting
  }
  CHECK(*endless.inside == 0);
}

TEST_CASE("Progress is reported, but not more often than it can be seen", "[ui][controller]") {
  constexpr int kReports = 5000;
  auto engine = tests::answeringEngine();
  engine.evaluate = [answer = engine.evaluate](const model::Scenario& scenario, const model::RunControl& control) {
    for (int i = 0; i < kReports; ++i) control.progress({"simulating", i / double(kReports), 1e6});
    control.progress({"break-even", 1.0, 1e6});
    return answer(scenario, control);
  };
  ui::RunController controller(engine);
  Spies spies(controller);
  controller.start({});
  REQUIRE(spies.finished.wait(kPatienceMs));
  REQUIRE(spies.progress.size() >= 2); // the first of each stage at least
  CHECK(spies.progress.size() < kReports / 2);
  CHECK(spies.progress.front().at(0).toString() == "simulating");
  CHECK(spies.progress.back().at(0).toString() == "break-even");
  CHECK(spies.progress.back().at(2).toDouble() == 1e6);
}

TEST_CASE("A trace is inspected off the window's thread", "[ui][controller]") {
  auto engine = tests::answeringEngine();
  std::thread::id worker;
  engine.inspectTrace = [&worker, inspect = engine.inspectTrace](const std::vector<std::string>& files,
                                                                 const workloads::ImportProgress& progress) {
    worker = std::this_thread::get_id();
    progress.report(50, 100);
    return inspect(files, progress);
  };
  ui::RunController controller(engine);
  QSignalSpy inspected(&controller, &ui::RunController::traceInspected);
  controller.inspectTrace({"a.csv"});
  REQUIRE(inspected.wait(kPatienceMs));
  CHECK(inspected.front().front().value<workloads::TraceSummary>().files == std::vector<std::string>{"a.csv"});
  CHECK(worker != std::this_thread::get_id());
}
