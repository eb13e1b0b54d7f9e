#pragma once
// A choice of kind and the parameters of the chosen one, each with its own sentence when it is wrong. Texts that were
// typed are kept by name while the kind changes: a mean stays a mean.
#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QWidget>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ui/form/field.hpp"
#include "ui/form/kind_texts.hpp"

namespace ui {

class KindEditor : public QWidget {
  Q_OBJECT
 public:
  // `nothing` is the title of the entry for "no value" (kind ""); empty: there is none.
  KindEditor(std::span<const KindSpec> kinds, const QString& name, const QString& nothing, QWidget* parent = nullptr);

  void show(const KindTexts& texts); // emits nothing
  KindTexts texts() const;
  // False when no parameter of the shown kind has this name; an empty sentence clears.
  bool setProblem(const std::string& key, const QString& sentence);
  void clearProblems();
  QWidget* parameterEditor(const std::string& key) const; // nullptr when not shown

 signals:
  void edited();

 private:
  void choose(const std::string& kind);
  void addRow(const Parameter& parameter);
  QWidget* parameterEditor(const Parameter& parameter);
  QWidget* filesRow(QLineEdit* line);
  void remember();
  struct Row {
    std::string key;
    Field* field;
    QWidget* editor;
  };
  std::span<const KindSpec> m_kinds;
  QString m_name;
  QComboBox* m_kind;
  QFormLayout* m_form;
  std::vector<Row> m_rows;
  std::map<std::string, std::string> m_typed; // by parameter
};

} // namespace ui
