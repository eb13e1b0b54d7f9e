#pragma once
// One page of the form: fields bound to places in a Scenario. A binding is a path, a label, a hint and an accessor that
// works on a const and on a mutable scenario; showing and reading follow from the type of what it refers to.
#include <QCheckBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStringList>
#include <QWidget>
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/scenario.hpp"
#include "ui/form/field.hpp"
#include "ui/form/field_text.hpp"
#include "ui/form/kind_editor.hpp"
#include "ui/qt_text.hpp"

namespace ui {

struct FieldSpec {
  std::string path;      // "/lambda/memory", as problems name it
  QString label, tip;    // the tip says the unit; default and source are added from the assumptions
  std::string nothing{}; // the word for "not set", of optional values
};
template <class Value> struct Choice {
  QString title;
  Value value;
};

class FieldSet : public QWidget {
  Q_OBJECT
 public:
  explicit FieldSet(QWidget* parent = nullptr);

  void startGroup(const QString& title);
  template <class Access> void addText(const FieldSpec& spec, Access access);
  template <class Access, class Value>
  void addChoice(const FieldSpec& spec, std::vector<Choice<Value>> choices, Access access);
  template <class Access> void addFlag(const FieldSpec& spec, Access access);
  // Lists and objects, written as in the scenario file.
  template <class Access> void addJson(const FieldSpec& spec, Access access);
  // A searchable list in which other names can be typed, too.
  template <class Access> void addSearch(const FieldSpec& spec, const QStringList& names, Access access);
  // `nothing` in the spec is the title of "not set"; only for optional distributions.
  template <class Access> void addDistribution(const FieldSpec& spec, Access access);
  void addArrivals(const FieldSpec& spec);
  void addScaling(const FieldSpec& spec);
  void addOverflow(const FieldSpec& spec);
  void addSource(const FieldSpec& spec);    // `nothing` in the spec is the title of "no source"
  void addSnapStart(const FieldSpec& spec); // `nothing` in the spec is the title of "off"

  void show(const model::Scenario& scenario);
  void read(model::Scenario& scenario, std::vector<pricing::Problem>& problems) const;
  // Puts each problem beside its field and takes it out of the list; returns how many.
  int placeProblems(std::vector<pricing::Problem>& problems);
  void explain(const std::vector<model::Assumption>& defaults); // default and source into the tips
  QWidget* editorAt(const std::string& path) const;             // nullptr when there is no such field
  bool focusFirstProblem();

 signals:
  void edited(const QString& path);

 private:
  struct Binding {
    std::string path;
    QString tip;
    Field* field;
    KindEditor* kinds; // of kinds only
    std::function<void(const model::Scenario&)> show;
    std::function<void(model::Scenario&, std::vector<pricing::Problem>&)> read;
  };
  Field* addRow(const FieldSpec& spec, QWidget* editor);
  void bind(const FieldSpec& spec, Field* field, std::function<void(const model::Scenario&)> show,
            std::function<void(model::Scenario&, std::vector<pricing::Problem>&)> read, KindEditor* kinds = nullptr);
  std::function<void()> announce(const FieldSpec& spec);
  QComboBox* newSearch(const QStringList& names);
  static pricing::Problem refused(const std::string& path, const std::string& text, std::string expected);
  static bool place(const Binding& binding, const pricing::Problem& problem);

  QFormLayout* m_form = nullptr;
  std::vector<Binding> m_bindings;
};

template <class Access> void FieldSet::addText(const FieldSpec& spec, Access access) {
  auto* line = new QLineEdit;
  connect(line, &QLineEdit::textEdited, this, announce(spec));
  bind(
      spec, addRow(spec, line),
      [=](const model::Scenario& scenario) {
        line->setText(toQt(fieldText(access(scenario), spec.nothing)));
        line->setCursorPosition(0);
      },
      [=](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        const std::string text = fromQt(line->text());
        if (const auto refusal = readField(text, access(scenario), spec.nothing))
          problems.push_back(refused(spec.path, text, *refusal));
      });
}

template <class Access, class Value>
void FieldSet::addChoice(const FieldSpec& spec, std::vector<Choice<Value>> choices, Access access) {
  auto* combo = new CalmComboBox;
  for (const auto& choice : choices) combo->addItem(choice.title);
  connect(combo, &QComboBox::currentIndexChanged, this, announce(spec));
  bind(
      spec, addRow(spec, combo),
      [=](const model::Scenario& scenario) {
        for (std::size_t i = 0; i < choices.size(); ++i)
          if (Value(choices[i].value) == Value(access(scenario))) combo->setCurrentIndex(static_cast<int>(i));
      },
      [=](model::Scenario& scenario, std::vector<pricing::Problem>&) {
        access(scenario) = choices.at(static_cast<std::size_t>(std::max(0, combo->currentIndex()))).value;
      });
}

template <class Access> void FieldSet::addFlag(const FieldSpec& spec, Access access) {
  auto* box = new QCheckBox(spec.label);
  connect(box, &QCheckBox::toggled, this, announce(spec));
  bind(
      spec, addRow({spec.path, {}, spec.tip}, box),
      [=](const model::Scenario& scenario) { box->setChecked(access(scenario)); },
      [=](model::Scenario& scenario, std::vector<pricing::Problem>&) { access(scenario) = box->isChecked(); });
}

template <class Access> void FieldSet::addJson(const FieldSpec& spec, Access access) {
  auto* line = new QLineEdit;
  connect(line, &QLineEdit::textEdited, this, announce(spec));
  std::string path = spec.path.substr(1);
  std::ranges::replace(path, '/', '.');
  // The text of the value that the scenario has: while the line says so, an edit elsewhere writes and reads nothing.
  const auto taken = std::make_shared<std::string>();
  bind(
      spec, addRow(spec, line),
      [=](const model::Scenario& scenario) {
        *taken = model::settingText(scenario, path);
        line->setText(toQt(*taken));
        line->setCursorPosition(0);
      },
      [=](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        const std::string text = fromQt(line->text());
        if (text == *taken) return;
        try {
          const auto changed = model::withSetting(scenario, path, text);
          access(scenario) = access(changed);
          *taken = text;
        } catch (const pricing::InputError& error) {
          for (const auto& problem : error.problems()) problems.push_back(refused(spec.path, text, problem.expected));
        }
      });
}

template <class Access> void FieldSet::addSearch(const FieldSpec& spec, const QStringList& names, Access access) {
  auto* combo = newSearch(names);
  connect(combo, &QComboBox::currentTextChanged, this, announce(spec));
  bind(
      spec, addRow(spec, combo),
      [=](const model::Scenario& scenario) {
        combo->setCurrentText(toQt(fieldText(access(scenario), spec.nothing)));
        combo->lineEdit()->setCursorPosition(0);
      },
      [=](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        const std::string text = fromQt(combo->currentText());
        if (const auto refusal = readField(text, access(scenario), spec.nothing))
          problems.push_back(refused(spec.path, text, *refusal));
      });
}

template <class Access> void FieldSet::addDistribution(const FieldSpec& spec, Access access) {
  auto* editor = new KindEditor(distributionKinds(), spec.label, toQt(spec.nothing));
  connect(editor, &KindEditor::edited, this, announce(spec));
  using Optional = std::optional<workloads::DurationDistribution>;
  bind(
      spec, addRow(spec, editor),
      [=](const model::Scenario& scenario) {
        const Optional value = access(scenario);
        editor->show(value ? kindTexts(*value) : KindTexts{});
      },
      [=](model::Scenario& scenario, std::vector<pricing::Problem>& problems) {
        const KindTexts texts = editor->texts();
        const KindSpec* kind = findKind(distributionKinds(), texts.kind);
        if (kind && !kind->offered) return; // measured data stays as it was
        if constexpr (requires { access(scenario).reset(); }) {
          if (!kind) return access(scenario).reset();
        }
        if (auto read = readDistribution(texts, spec.path, problems)) access(scenario) = std::move(*read);
      },
      editor);
}

} // namespace ui
