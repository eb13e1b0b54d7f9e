#include "ui/form/kind_editor.hpp"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/qt_text.hpp"

namespace ui {

namespace {

std::string textOf(const QWidget* editor) {
  if (const auto* combo = qobject_cast<const QComboBox*>(editor)) return fromQt(combo->currentText());
  return fromQt(qobject_cast<const QLineEdit*>(editor)->text());
}

void setTextOf(QWidget* editor, const std::string& text) {
  const QSignalBlocker quiet(editor);
  if (auto* combo = qobject_cast<QComboBox*>(editor)) {
    combo->setCurrentText(toQt(text));
  } else if (auto* line = qobject_cast<QLineEdit*>(editor)) {
    line->setText(toQt(text));
    line->setCursorPosition(0);
  }
}

} // namespace

KindEditor::KindEditor(std::span<const KindSpec> kinds, const QString& name, const QString& nothing, QWidget* parent)
    : QWidget(parent), m_kinds(kinds), m_name(name), m_kind(new CalmComboBox), m_form(new QFormLayout) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addWidget(m_kind);
  layout->addLayout(m_form);
  m_form->setContentsMargins(12, 0, 0, 0);
  m_form->setVerticalSpacing(4);
  m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  if (!nothing.isEmpty()) m_kind->addItem(nothing, QString());
  for (const auto& kind : m_kinds)
    if (kind.offered) m_kind->addItem(toQt(kind.title), toQt(kind.name));
  m_kind->setAccessibleName(tr("%1: kind").arg(name));
  m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_kind->setMinimumContentsLength(8);
  setFocusProxy(m_kind);
  connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
    remember();
    choose(fromQt(m_kind->currentData().toString()));
    emit edited();
  });
  choose(fromQt(m_kind->currentData().toString()));
}

void KindEditor::remember() {
  for (const auto& row : m_rows) m_typed[row.key] = textOf(row.editor);
}

void KindEditor::choose(const std::string& kind) {
  while (m_form->rowCount() > 0) m_form->removeRow(0);
  m_rows.clear();
  const KindSpec* spec = findKind(m_kinds, kind);
  if (!spec) return;
  for (const auto& parameter : spec->parameters) addRow(parameter);
}

// The line and a button that fills it.
QWidget* KindEditor::filesRow(QLineEdit* line) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  auto* browse = new QToolButton;
  browse->setText(tr("Browse…"));
  browse->setAccessibleName(tr("Choose trace files"));
  layout->addWidget(line);
  layout->addWidget(browse);
  row->setFocusProxy(line);
  connect(browse, &QToolButton::clicked, this, [this, line] {
    std::vector<std::string> files;
    for (const auto& file : QFileDialog::getOpenFileNames(this, tr("Choose trace files")))
      files.push_back(fromQt(file));
    if (files.empty()) return;
    line->setText(toQt(joinFiles(files)));
    emit edited();
  });
  return row;
}

QWidget* KindEditor::parameterEditor(const Parameter& parameter) {
  if (parameter.input == Parameter::Input::Choice) {
    auto* combo = new CalmComboBox;
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(8);
    for (const auto& choice : parameter.choices) combo->addItem(toQt(choice));
    connect(combo, &QComboBox::currentIndexChanged, this, &KindEditor::edited);
    return combo;
  }
  auto* line = new QLineEdit;
  connect(line, &QLineEdit::textEdited, this, &KindEditor::edited);
  return line;
}

void KindEditor::addRow(const Parameter& parameter) {
  QWidget* editor = parameterEditor(parameter);
  auto* line = qobject_cast<QLineEdit*>(editor);
  QWidget* shown = parameter.input == Parameter::Input::Files ? filesRow(line) : editor;
  const QString name = QStringLiteral("%1: %2").arg(m_name, toQt(parameter.label));
  auto* field = new Field(shown, name, toQt(parameter.tip));
  editor->setObjectName(toQt(parameter.key));
  editor->setAccessibleName(name);
  m_rows.push_back({parameter.key, field, editor});
  const auto typed = m_typed.find(parameter.key);
  setTextOf(editor, typed == m_typed.end() ? parameter.fallback : typed->second);
  auto* label = new QLabel(toQt(parameter.label));
  label->setBuddy(editor);
  m_form->addRow(label, field);
}

void KindEditor::show(const KindTexts& texts) {
  const QSignalBlocker quiet(m_kind);
  const QString kind = toQt(texts.kind);
  if (const KindSpec* spec = findKind(m_kinds, texts.kind); spec && !spec->offered && m_kind->findData(kind) < 0)
    m_kind->addItem(toQt(spec->title), kind);
  m_kind->setCurrentIndex(std::max(0, m_kind->findData(kind)));
  m_typed.clear();
  choose(texts.kind);
  for (std::size_t i = 0; i < m_rows.size() && i < texts.values.size(); ++i)
    setTextOf(m_rows[i].editor, texts.values[i]);
}

KindTexts KindEditor::texts() const {
  KindTexts result{fromQt(m_kind->currentData().toString()), {}};
  for (const auto& row : m_rows) result.values.push_back(textOf(row.editor));
  return result;
}

bool KindEditor::setProblem(const std::string& key, const QString& sentence) {
  const auto row = std::ranges::find(m_rows, key, &Row::key);
  if (row == m_rows.end()) return false;
  row->field->setProblem(sentence);
  return true;
}

void KindEditor::clearProblems() {
  for (const auto& row : m_rows) row.field->setProblem({});
}

QWidget* KindEditor::parameterEditor(const std::string& key) const {
  const auto row = std::ranges::find(m_rows, key, &Row::key);
  return row == m_rows.end() ? nullptr : row->editor;
}

} // namespace ui
