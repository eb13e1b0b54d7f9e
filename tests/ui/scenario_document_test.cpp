#include "ui/scenario_document.hpp"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"
#include "ui/qt_text.hpp"

namespace {

void write(const QString& path, const QByteArray& bytes) {
  QFile file(path);
  REQUIRE(file.open(QIODevice::WriteOnly));
  file.write(bytes);
}

std::string refusalOf(const std::string& path) {
  try {
    ui::ScenarioDocument().open(path);
  } catch (const pricing::InputError& error) {
    return error.what();
  }
  return "opened";
}

} // namespace

TEST_CASE("A scenario is saved, opened again and known to be unchanged", "[ui][document]") {
  const QTemporaryDir folder;
  const auto path = ui::fromQt(folder.filePath("s.json"));
  ui::ScenarioDocument document;
  auto scenario = document.openExample(model::examples().front());
  CHECK_FALSE(document.isModified(scenario));
  CHECK(document.path().empty());
  scenario.region = "eu-west-1";
  CHECK(document.isModified(scenario));
  document.save(path, scenario);
  CHECK_FALSE(document.isModified(scenario));
  CHECK(document.fileName() == "s.json");
  ui::ScenarioDocument other;
  CHECK(model::writeScenario(other.open(path)) == model::writeScenario(scenario));
}

TEST_CASE("Files that cannot be opened say why", "[ui][document]") {
  const QTemporaryDir folder;
  const auto at = [&](const char* name) { return ui::fromQt(folder.filePath(name)); };
  CHECK(refusalOf(at("none.json")) == at("none.json") + ": found no such file, expected a scenario file");
  CHECK(refusalOf(ui::fromQt(folder.path())) ==
        ui::fromQt(folder.path()) + ": found a folder, expected a scenario file");
  write(folder.filePath("broken.json"), "{\"schema_version\": 1, \"lambda\": {\"memroy\": \"1GB\"}}");
  CHECK(refusalOf(at("broken.json")).find("did you mean \"memory\"?") != std::string::npos);
  CHECK_THROWS_AS(ui::writeTextFile("/nowhere/at/all.json", "x"), pricing::InputError);
}

TEST_CASE("A failed save leaves the old file as it was", "[ui][document]") {
  const QTemporaryDir folder;
  const QString path = folder.filePath("kept.txt");
  ui::writeTextFile(ui::fromQt(path), "old");
  ui::writeTextFile(ui::fromQt(path), "new");
  CHECK(ui::readTextFile(ui::fromQt(path)) == "new");
  CHECK(QDir(folder.path()).entryList(QDir::Files) == QStringList{"kept.txt"}); // no temporary left behind
}

TEST_CASE("Scenarios are told from traces by what is in them", "[ui][document]") {
  const QTemporaryDir folder;
  const auto looks = [&](const char* name, const QByteArray& bytes) {
    write(folder.filePath(name), bytes);
    return ui::looksLikeScenario(ui::fromQt(folder.filePath(name)));
  };
  CHECK(looks("a.json", "\n{\"schema_version\": 1}"));
  CHECK(looks("b.txt", "{\"workload\": {}}"));
  CHECK_FALSE(looks("c.json", "{\"events\": [{\"message\": \"REPORT RequestId: 1\"}]}"));
  CHECK_FALSE(looks("d.csv", "timestamp,duration\n1,2\n"));
  CHECK_FALSE(looks("e.json", ""));
}

TEST_CASE("A trace brings its arrivals, its durations and the memory they were measured at", "[ui][document]") {
  model::Scenario scenario;
  scenario.workload.work.duration = workloads::Exponential{std::chrono::milliseconds(100)};
  scenario.run.horizon = std::chrono::hours(3);
  auto summary = tests::answeringEngine().inspectTrace({"log.csv"}, {});
  const auto taken = ui::withTrace(scenario, summary);
  const auto& trace = std::get<workloads::TraceArrivals>(taken.workload.arrivals);
  CHECK(trace.files == std::vector<std::string>{"log.csv"});
  CHECK(trace.format == "csv");
  CHECK_FALSE(taken.workload.work.duration.has_value());
  CHECK(taken.workload.work.measuredAt == pricing::Memory::mebibytes(512));
  CHECK_FALSE(taken.run.horizon.has_value());
  CHECK(taken.lambda == scenario.lambda);

  summary.durations.reset();
  CHECK(ui::withTrace(scenario, summary).workload.work.duration == scenario.workload.work.duration);
}
