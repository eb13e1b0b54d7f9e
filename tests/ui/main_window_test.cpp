#include "ui/main_window.hpp"

#include <QApplication>
#include <QDropEvent>
#include <QFile>
#include <QLineEdit>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QUrl>
#include <QtTest/QTest>

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"
#include "ui/qt_text.hpp"

namespace {

constexpr int kPatienceMs = 20'000;

// Answers of a person, and what the window said.
struct Person {
  ui::SaveAnswer saveAnswer = ui::SaveAnswer::Discard;
  QStringList openPaths;
  QString savePath;
  QStringList said;
  int asked = 0;
  ui::Dialogs dialogs() {
    return {[this](QWidget*, const QString&) {
              ++asked;
              return saveAnswer;
            },
            [this](QWidget*, const QString&, const QString&) { return openPaths; },
            [this](QWidget*, const QString&, const QString&, const QString&) { return savePath; },
            [this](QWidget*, const QString& title, const QList<pricing::Problem>& problems) {
              said.append(title);
              for (const auto& problem : problems) said.append(ui::toQt(pricing::sentence(problem)));
            },
            [this](QWidget*, const QString& title, const QString&) { said.append(title); }};
  }
};

struct Opened {
  explicit Opened(ui::Engine engine = tests::answeringEngine())
      : window(pricing::PriceCatalogue::embedded(), std::move(engine), person.dialogs()) {
    window.show();
    REQUIRE(QTest::qWaitFor([this] { return !window.controller()->isRunning(); }, kPatienceMs));
  }
  QAction* action(const QString& text) {
    for (auto* candidate : window.findChildren<QAction*>())
      if (!candidate->menu() && candidate->text().remove(u'&').startsWith(text)) return candidate;
    return nullptr;
  }
  void edit(const std::string& path, const QString& text) {
    auto* line = qobject_cast<QLineEdit*>(window.form()->editorAt(path));
    REQUIRE(line != nullptr);
    line->setText(text);
    emit line->textEdited(text);
  }
  Person person;
  ui::MainWindow window;
};

void drop(ui::MainWindow& window, const QStringList& paths) {
  QMimeData data;
  QList<QUrl> urls;
  for (const auto& path : paths) urls.append(QUrl::fromLocalFile(path));
  data.setUrls(urls);
  QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window, &enter); // Qt delivers a drop only where a drag was accepted
  QDropEvent event(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window, &event);
}

} // namespace

TEST_CASE("The window opens on an example that has been run", "[ui][window]") {
  Opened opened;
  CHECK(opened.window.windowTitle().contains("Breakeven"));
  REQUIRE(opened.window.results()->decision() != nullptr);
  CHECK(opened.window.results()->decision()->scenario.name == opened.window.form()->scenario().name);
  CHECK_FALSE(opened.window.results()->verdictText().isEmpty());
  CHECK_FALSE(opened.window.isWindowModified());
  for (int tab = 0; tab < opened.window.results()->tabs()->count(); ++tab) {
    opened.window.results()->tabs()->setCurrentIndex(tab);
    CHECK_FALSE(opened.window.grab().isNull());
  }
}

TEST_CASE("A change runs by itself, unless that is switched off", "[ui][window]") {
  Opened opened;
  opened.edit("/lambda/memory", "3GB");
  CHECK(opened.window.isWindowModified());
  REQUIRE(QTest::qWaitFor(
      [&] { return opened.window.results()->decision()->scenario.lambda->memory == pricing::Memory::mebibytes(3072); },
      kPatienceMs));
  opened.action("Run automatically")->setChecked(false);
  QSignalSpy started(opened.window.controller(), &ui::RunController::started);
  opened.edit("/lambda/memory", "1GB");
  QTest::qWait(1000);
  CHECK(started.empty());
  opened.window.run();
  CHECK(started.size() == 1);
}

TEST_CASE("A scenario with a problem cannot be run", "[ui][window]") {
  Opened opened;
  QSignalSpy started(opened.window.controller(), &ui::RunController::started);
  opened.edit("/lambda/memory", "a lot");
  CHECK_FALSE(opened.action("Run")->isEnabled());
  opened.window.run();
  CHECK(started.empty());
  opened.edit("/lambda/memory", "512MB");
  CHECK(opened.action("Run")->isEnabled());
}

TEST_CASE("A scenario file dropped on the window is opened", "[ui][window]") {
  Opened opened;
  const QTemporaryDir folder;
  auto scenario = opened.window.form()->scenario();
  scenario.name = "dropped";
  ui::writeTextFile(ui::fromQt(folder.filePath("d.json")), model::writeScenario(scenario));
  drop(opened.window, {folder.filePath("d.json")});
  CHECK(opened.window.form()->scenario().name == "dropped");
  CHECK(opened.window.windowTitle().contains("d.json"));
  CHECK(opened.person.asked == 0);
}

TEST_CASE("A trace dropped on the window becomes the arrivals", "[ui][window]") {
  Opened opened;
  const QTemporaryDir folder;
  ui::writeTextFile(ui::fromQt(folder.filePath("log.csv")), "timestamp,duration\n0,0.1\n1,0.2\n");
  QSignalSpy inspected(opened.window.controller(), &ui::RunController::traceInspected);
  drop(opened.window, {folder.filePath("log.csv")});
  REQUIRE(inspected.wait(kPatienceMs));
  const auto* trace = std::get_if<workloads::TraceArrivals>(&opened.window.form()->scenario().workload.arrivals);
  REQUIRE(trace != nullptr);
  CHECK(trace->files == std::vector<std::string>{ui::fromQt(folder.filePath("log.csv"))});
  CHECK(opened.window.isWindowModified());
}

TEST_CASE("An unreadable file is refused with every problem and changes nothing", "[ui][window]") {
  Opened opened;
  const auto before = opened.window.form()->scenario().name;
  const QTemporaryDir folder;
  ui::writeTextFile(ui::fromQt(folder.filePath("bad.json")),
                    R"({"schema_version": 1, "regoin": "us-east-1", "lambda": {"memory": "many"}})");
  CHECK_FALSE(opened.window.openPath(folder.filePath("bad.json")));
  CHECK(opened.window.form()->scenario().name == before);
  REQUIRE(opened.person.said.size() == 3);
  CHECK(opened.person.said[0] == "bad.json could not be opened");
}

TEST_CASE("Unsaved changes are asked about", "[ui][window]") {
  Opened opened;
  const QTemporaryDir folder;
  ui::writeTextFile(ui::fromQt(folder.filePath("other.json")), model::writeScenario(opened.window.form()->scenario()));
  opened.edit("/name", "mine");
  opened.person.saveAnswer = ui::SaveAnswer::Cancel;
  CHECK_FALSE(opened.window.openPath(folder.filePath("other.json")));
  CHECK(opened.window.form()->scenario().name == "mine");
  CHECK_FALSE(opened.window.close());
  opened.person.saveAnswer = ui::SaveAnswer::Save;
  opened.person.savePath = folder.filePath("mine.json");
  CHECK(opened.window.openPath(folder.filePath("other.json")));
  CHECK(opened.person.asked == 3);
  CHECK(QFile::exists(folder.filePath("mine.json")));
}

TEST_CASE("The report is written in the format of its name", "[ui][window]") {
  Opened opened;
  const QTemporaryDir folder;
  auto* exporting = opened.action("Export report");
  REQUIRE(exporting != nullptr);
  REQUIRE(exporting->isEnabled());
  const auto exportTo = [&](const char* name) {
    opened.person.savePath = folder.filePath(name);
    exporting->trigger();
    const auto path =
        QFileInfo(folder.filePath(name)).suffix().isEmpty() ? folder.filePath(name) + ".html" : folder.filePath(name);
    return ui::readTextFile(ui::fromQt(path));
  };
  CHECK(exportTo("r.html").find("<html") != std::string::npos);
  CHECK(exportTo("r.json").front() == '{');
  CHECK(exportTo("r.csv").starts_with("platform,"));
  CHECK(exportTo("r.md").find('#') != std::string::npos);
  CHECK(exportTo("plain").find("<html") != std::string::npos);
  opened.person.savePath = "/nowhere/at/all.html";
  exporting->trigger();
  REQUIRE(opened.person.said.size() == 2);
  CHECK(opened.person.said[0] == "The report could not be written");
}

TEST_CASE("A failed run says so and keeps the last figures", "[ui][window]") {
  auto engine = tests::answeringEngine();
  engine.evaluate = [answer = engine.evaluate](const model::Scenario& scenario, const model::RunControl& control) {
    if (scenario.name == "fails") throw pricing::InputError({"trace.csv", "no such file", "a trace", {}});
    return answer(scenario, control);
  };
  Opened opened(engine);
  const auto before = opened.window.results()->decision();
  QSignalSpy failed(opened.window.controller(), &ui::RunController::failed);
  opened.edit("/name", "fails");
  opened.window.run();
  REQUIRE(failed.wait(kPatienceMs));
  CHECK(opened.window.results()->decision() == before);
  CHECK(opened.person.said.contains("trace.csv: found no such file, expected a trace"));
}

TEST_CASE("The window comes back where it was", "[ui][window]") {
  QSize size;
  {
    Opened opened;
    opened.window.resize(1111, 777);
    size = opened.window.size();
    opened.window.close();
  }
  Opened again;
  CHECK(again.window.size() == size);
}
