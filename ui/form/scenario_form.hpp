#pragma once
// Edits one Scenario value: shows it, reads it back, and says beside each field what is wrong with it. What has no
// field here is carried through unchanged.
#include <QCheckBox>
#include <QPushButton>
#include <QTabWidget>
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "model/scenario.hpp"
#include "ui/form/field_set.hpp"

namespace ui {

class ScenarioForm : public QWidget {
  Q_OBJECT
 public:
  explicit ScenarioForm(std::shared_ptr<const pricing::PriceCatalogue> catalogue, QWidget* parent = nullptr);

  void setScenario(const model::Scenario& scenario); // emits nothing
  // As the fields say; where a text cannot be read, the last value that could.
  const model::Scenario& scenario() const { return m_scenario; }
  // Empty: the scenario can be run.
  const std::vector<pricing::Problem>& problems() const { return m_problems; }
  QWidget* editorAt(const std::string& path) const; // of "/lambda/memory"; nullptr when there is no such field
  void showFirstProblem();

 signals:
  void edited();

 private:
  struct Page {
    FieldSet* fields;
    int tab;
  };
  FieldSet* addPage(FieldSet* fields, const QString& title, QCheckBox* compared = nullptr,
                    const char* path = "");
  void noteEdit(const QString& path);
  void readFields();
  void validate();
  void showProblemCounts(std::vector<pricing::Problem> problems);

  std::shared_ptr<const pricing::PriceCatalogue> m_catalogue;
  QTabWidget* m_tabs;
  QPushButton* m_summary;
  QCheckBox *m_lambdaCompared, *m_ec2Compared, *m_managedCompared, *m_hybridCompared;
  FieldSet *m_lambdaFields, *m_eventFields, *m_ec2Fields, *m_managedFields, *m_hybridFields;
  std::vector<Page> m_pages;
  // Both platforms are always present in what the fields edit, so that unchecking one forgets nothing.
  model::Scenario m_edited, m_scenario;
  std::vector<pricing::Problem> m_problems;
};

} // namespace ui
