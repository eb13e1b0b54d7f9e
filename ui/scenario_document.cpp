#include "ui/scenario_document.hpp"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <cmath>
#include <string_view>

#include "ui/qt_text.hpp"

namespace ui {

namespace {

constexpr qint64 kLargestScenario = 16 << 20;
constexpr qint64 kPeek = 64 << 10;

[[noreturn]] void refuse(const std::string& path, std::string found, std::string expected) {
  throw pricing::InputError(pricing::Problem{path, std::move(found), std::move(expected), {}});
}

std::string directoryOf(const std::string& path) { return fromQt(QFileInfo(toQt(path)).absolutePath()); }

} // namespace

std::string readTextFile(const std::string& path) {
  const QFileInfo info(toQt(path));
  if (!info.exists()) refuse(path, "no such file", "a scenario file");
  if (info.isDir()) refuse(path, "a folder", "a scenario file");
  if (info.size() > kLargestScenario)
    refuse(path, std::to_string(info.size()) + " bytes", "a scenario of at most 16 MB");
  QFile file(toQt(path));
  if (!file.open(QIODevice::ReadOnly)) refuse(path, fromQt(file.errorString()), "a file that can be read");
  return file.readAll().toStdString();
}

void writeTextFile(const std::string& path, const std::string& text) {
  QSaveFile file(toQt(path));
  const bool written = file.open(QIODevice::WriteOnly) &&
                       file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size()) &&
                       file.commit();
  if (!written) refuse(path, fromQt(file.errorString()), "a file that can be written");
}

model::Scenario ScenarioDocument::open(const std::string& path) {
  auto scenario = model::readScenario(readTextFile(path), path, {}, directoryOf(path));
  m_path = path;
  m_saved = model::writeScenario(scenario);
  return scenario;
}

void ScenarioDocument::save(const std::string& path, const model::Scenario& scenario) {
  const std::string text = model::writeScenario(scenario);
  writeTextFile(path, text);
  m_path = path;
  m_saved = text;
}

model::Scenario ScenarioDocument::openExample(const model::Example& example) {
  auto scenario = model::readScenario(example.json, example.name);
  m_path.clear();
  m_saved = model::writeScenario(scenario);
  return scenario;
}

bool ScenarioDocument::isModified(const model::Scenario& now) const { return model::writeScenario(now) != m_saved; }

std::string ScenarioDocument::fileName() const { return fromQt(QFileInfo(toQt(m_path)).fileName()); }

bool looksLikeScenario(const std::string& path) {
  QFile file(toQt(path));
  if (!file.open(QIODevice::ReadOnly)) return toQt(path).endsWith(QStringLiteral(".json"), Qt::CaseInsensitive);
  const std::string start = file.read(kPeek).toStdString();
  const auto first = start.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || start[first] != '{') return false;
  return start.find("\"workload\"") != std::string::npos || start.find("\"schema_version\"") != std::string::npos;
}

model::Scenario withTrace(model::Scenario scenario, const workloads::TraceSummary& summary) {
  workloads::TraceArrivals trace;
  trace.files = summary.files;
  trace.format = summary.format;
  scenario.workload.arrivals = trace;
  scenario.origins["workload.arrivals"] = model::Origin::Trace;
  scenario.run.horizon.reset(); // the span of the trace
  if (summary.durations) {
    scenario.workload.work.duration.reset();
    scenario.origins["workload.work"] = model::Origin::Trace;
  }
  if (summary.memoryMb && *summary.memoryMb >= 128) {
    // Durations were measured at the memory that was configured.
    scenario.workload.work.measuredAt = pricing::Memory::mebibytes(std::llround(*summary.memoryMb));
    scenario.origins["workload.work.measured_at"] = model::Origin::Trace;
  }
  return scenario;
}

} // namespace ui
