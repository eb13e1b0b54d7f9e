#include "ui/form/field_set.hpp"

#include <QCompleter>
#include <QGroupBox>
#include <QVBoxLayout>
#include <algorithm>

namespace ui {

namespace {

// "Found "x", expected y." without the place, which the field itself shows.
QString sentenceWithoutPlace(const pricing::Problem& problem) {
  QString text = toQt(pricing::sentence({{}, problem.found, problem.expected, problem.suggestion}));
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

// "/lambda/memory" of "scenario: /lambda/memory".
std::string_view pathOf(const pricing::Problem& problem) {
  const std::string_view where = problem.where;
  const auto slash = where.find('/');
  return slash == std::string_view::npos ? std::string_view() : where.substr(slash);
}

} // namespace

FieldSet::FieldSet(QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addStretch();
}

void FieldSet::startGroup(const QString& title) {
  auto* box = new QGroupBox(title);
  m_form = new QFormLayout(box);
  m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  m_form->setVerticalSpacing(5);
  auto* page = static_cast<QVBoxLayout*>(layout());
  page->insertWidget(page->count() - 1, box); // the stretch stays last
}

Field* FieldSet::addRow(const FieldSpec& spec, QWidget* editor) {
  const QString name = spec.label.isEmpty() ? qobject_cast<QCheckBox*>(editor)->text() : spec.label;
  auto* field = new Field(editor, name, spec.tip);
  auto* label = new QLabel(spec.label);
  label->setBuddy(editor);
  label->setToolTip(spec.tip);
  label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  label->setContentsMargins(0, 4, 0, 0);
  m_form->addRow(label, field);
  return field;
}

void FieldSet::bind(const FieldSpec& spec, Field* field, std::function<void(const model::Scenario&)> show,
                    std::function<void(model::Scenario&, std::vector<pricing::Problem>&)> read, KindEditor* kinds) {
  m_bindings.push_back({spec.path, spec.tip, field, kinds, std::move(show), std::move(read)});
}

std::function<void()> FieldSet::announce(const FieldSpec& spec) {
  return [this, path = toQt(spec.path)] { emit edited(path); };
}

QComboBox* FieldSet::newSearch(const QStringList& names) {
  auto* combo = new CalmComboBox;
  combo->setEditable(true);
  combo->setInsertPolicy(QComboBox::NoInsert);
  combo->addItems(names);
  combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  combo->setMinimumContentsLength(10);
  combo->completer()->setCompletionMode(QCompleter::PopupCompletion);
  combo->completer()->setFilterMode(Qt::MatchContains);
  return combo;
}

void FieldSet::addArrivals(const FieldSpec& spec) {
  auto* editor = new KindEditor(arrivalKinds(), spec.label, {});
  connect(editor, &KindEditor::edited, this, announce(spec));
  bind(
      spec, addRow(spec, editor),
      [editor](const model::Scenario& scenario) { editor->show(kindTexts(scenario.workload.arrivals)); },
      [editor, spec](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        if (auto read = readArrivals(editor->texts(), spec.path, problems))
          scenario.workload.arrivals = std::move(*read);
      },
      editor);
}

void FieldSet::addScaling(const FieldSpec& spec) {
  auto* editor = new KindEditor(scalingKinds(), spec.label, {});
  connect(editor, &KindEditor::edited, this, announce(spec));
  bind(
      spec, addRow(spec, editor),
      [editor](const model::Scenario& scenario) { editor->show(kindTexts(scenario.ec2->scaling)); },
      [editor, spec](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        if (auto read = readScaling(editor->texts(), spec.path, problems)) scenario.ec2->scaling = *read;
      },
      editor);
}

void FieldSet::addOverflow(const FieldSpec& spec) {
  auto* editor = new KindEditor(overflowKinds(), spec.label, {});
  connect(editor, &KindEditor::edited, this, announce(spec));
  bind(
      spec, addRow(spec, editor),
      [editor](const model::Scenario& scenario) { editor->show(kindTexts(scenario.hybrid->overflow)); },
      [editor, spec](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        if (auto read = readOverflow(editor->texts(), spec.path, problems)) scenario.hybrid->overflow = *read;
      },
      editor);
}

void FieldSet::addSource(const FieldSpec& spec) {
  auto* editor = new KindEditor(sourceKinds(), spec.label, toQt(spec.nothing));
  connect(editor, &KindEditor::edited, this, announce(spec));
  bind(
      spec, addRow(spec, editor),
      [editor](const model::Scenario& scenario) {
        editor->show(scenario.source ? kindTexts(*scenario.source) : KindTexts{});
      },
      [editor, spec](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        const KindTexts texts = editor->texts();
        if (!findKind(sourceKinds(), texts.kind)) return scenario.source.reset();
        if (auto read = readSource(texts, spec.path, problems)) scenario.source = std::move(*read);
      },
      editor);
}

void FieldSet::addSnapStart(const FieldSpec& spec) {
  auto* editor = new KindEditor(snapStartKinds(), spec.label, toQt(spec.nothing));
  connect(editor, &KindEditor::edited, this, announce(spec));
  bind(
      spec, addRow(spec, editor),
      [editor](const model::Scenario& scenario) {
        editor->show(scenario.lambda->snapStart ? kindTexts(*scenario.lambda->snapStart) : KindTexts{});
      },
      [editor, spec](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        auto& snapStart = scenario.lambda->snapStart;
        const KindTexts texts = editor->texts();
        if (!findKind(snapStartKinds(), texts.kind)) return snapStart.reset();
        const auto measured = snapStart ? snapStart->restore : std::nullopt;
        if (auto read = readSnapStart(texts, measured, spec.path, problems)) snapStart = std::move(*read);
      },
      editor);
}

void FieldSet::show(const model::Scenario& scenario) {
  const QSignalBlocker quiet(this);
  for (const auto& binding : m_bindings) binding.show(scenario);
}

void FieldSet::read(model::Scenario& scenario, std::vector<pricing::Problem>& problems) const {
  for (const auto& binding : m_bindings) binding.read(scenario, problems);
}

bool FieldSet::place(const Binding& binding, const pricing::Problem& problem) {
  const std::string_view path = pathOf(problem);
  const QString sentence = sentenceWithoutPlace(problem);
  if (path.starts_with(binding.path + "/") && binding.kinds) {
    const auto parameter = path.substr(binding.path.size() + 1);
    if (binding.kinds->setProblem(std::string(parameter.substr(0, parameter.find('/'))), sentence)) return true;
  } else if (path != binding.path) {
    return false;
  }
  binding.field->setProblem(sentence);
  return true;
}

int FieldSet::placeProblems(std::vector<pricing::Problem>& problems) {
  for (const auto& binding : m_bindings) {
    binding.field->setProblem({});
    if (binding.kinds) binding.kinds->clearProblems();
  }
  return static_cast<int>(std::erase_if(problems, [this](const pricing::Problem& problem) {
    return std::ranges::any_of(m_bindings, [&](const Binding& binding) { return place(binding, problem); });
  }));
}

void FieldSet::explain(const std::vector<model::Assumption>& defaults) {
  for (const auto& binding : m_bindings) {
    std::string dotted = binding.path.substr(1);
    std::ranges::replace(dotted, '/', '.');
    const auto found = std::ranges::find(defaults, dotted, &model::Assumption::path);
    if (found == defaults.end()) continue;
    QString tip = binding.tip + tr("\nDefault: %1").arg(toQt(found->value));
    if (!found->source.empty()) tip += tr(" (%1)").arg(toQt(found->source));
    binding.field->setTip(tip);
  }
}

QWidget* FieldSet::editorAt(const std::string& path) const {
  for (const auto& binding : m_bindings) {
    if (binding.path == path) return binding.field->editor();
    if (binding.kinds && path.starts_with(binding.path + "/"))
      if (auto* editor = binding.kinds->parameterEditor(path.substr(binding.path.size() + 1))) return editor;
  }
  return nullptr;
}

bool FieldSet::focusFirstProblem() {
  for (auto* field : findChildren<Field*>())
    if (!field->problem().isEmpty()) {
      field->setFocus(Qt::OtherFocusReason);
      return true;
    }
  return false;
}

pricing::Problem FieldSet::refused(const std::string& path, const std::string& text, std::string expected) {
  return {path, text.empty() ? "nothing" : pricing::quoted(text), std::move(expected), {}};
}

} // namespace ui
