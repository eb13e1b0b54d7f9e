#pragma once
// The scenario as a file: where it is, whether it has changed since, and what a file that was dropped on the window is.
// Pinned by tests/ui/scenario_document_test.cpp.
#include <string>

#include "model/scenario.hpp"
#include "workloads/import/trace.hpp"

namespace ui {

class ScenarioDocument {
 public:
  // Each throws InputError with every problem of the file.
  model::Scenario open(const std::string& path);
  void save(const std::string& path, const model::Scenario& scenario); // replaces the file when it is complete
  model::Scenario openExample(const model::Example& example);

  bool isModified(const model::Scenario& now) const;
  const std::string& path() const { return m_path; } // empty: never saved
  std::string fileName() const;                      // without its folder

 private:
  std::string m_path;
  std::string m_saved; // the scenario as text when it was read or written
};

// The whole file; InputError when it is missing, a folder, unreadable or larger than any scenario (16 MB).
std::string readTextFile(const std::string& path);
// Replaced atomically; InputError when it cannot be written.
void writeTextFile(const std::string& path, const std::string& text);

// A JSON object that speaks of a workload or carries our schema version is a scenario; everything else is a trace.
bool looksLikeScenario(const std::string& path);

// The scenario with arrivals (and durations and the configured memory, when the trace has them) from a trace.
model::Scenario withTrace(model::Scenario scenario, const workloads::TraceSummary& summary);

} // namespace ui
