#include "ui/form/scenario_form.hpp"

#include <QScrollArea>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/form/scenario_pages.hpp"
#include "ui/qt_text.hpp"

namespace ui {

namespace {

// "/lambda/memory" -> "lambda.memory", as origins are kept.
std::string dotted(const QString& path) {
  std::string text = fromQt(path.mid(1));
  std::ranges::replace(text, '/', '.');
  return text;
}

} // namespace

ScenarioForm::ScenarioForm(std::shared_ptr<const pricing::PriceCatalogue> catalogue, QWidget* parent)
    : QWidget(parent), m_catalogue(std::move(catalogue)), m_tabs(new QTabWidget), m_summary(new QPushButton),
      m_lambdaCompared(new QCheckBox(tr("Compare Lambda"))), m_ec2Compared(new QCheckBox(tr("Compare EC2"))),
      m_managedCompared(new QCheckBox(tr("Compare Lambda Managed Instances"))),
      m_hybridCompared(new QCheckBox(tr("Compare a base on EC2 with overflow to Lambda"))) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_tabs);
  layout->addWidget(m_summary);
  m_tabs->setAccessibleName(tr("Scenario"));
  m_tabs->setDocumentMode(true);
  m_tabs->setUsesScrollButtons(true);
  m_summary->setIcon(style()->standardIcon(QStyle::SP_MessageBoxWarning));
  m_summary->setFlat(true);
  connect(m_summary, &QPushButton::clicked, this, &ScenarioForm::showFirstProblem);

  addPage(newWorkloadPage(*m_catalogue), tr("Workload"));
  m_lambdaFields = addPage(newLambdaPage(), tr("Lambda"), m_lambdaCompared, "/lambda");
  m_eventFields = addPage(newEventsPage(), tr("Events"));
  connect(m_lambdaCompared, &QCheckBox::toggled, m_eventFields, &QWidget::setEnabled);
  m_ec2Fields = addPage(newEc2Page(*m_catalogue), tr("EC2"), m_ec2Compared, "/ec2");
  m_managedFields = addPage(newManagedPage(*m_catalogue), tr("Managed"), m_managedCompared, "/managed_instances");
  m_hybridFields = addPage(newHybridPage(*m_catalogue), tr("Hybrid"), m_hybridCompared, "/hybrid");
  addPage(newObjectivePage(), tr("Objective"));
  addPage(newPricesPage(), tr("Prices"));
  addPage(newRunPage(), tr("Run"));
  const auto defaults = model::assumptions(model::Scenario{});
  for (const auto& page : m_pages) page.fields->explain(defaults);
  setScenario({});
}

FieldSet* ScenarioForm::addPage(FieldSet* fields, const QString& title, QCheckBox* compared, const char* path) {
  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(0, compared ? 8 : 0, 0, 0);
  layout->setSpacing(0);
  if (compared) {
    compared->setContentsMargins(8, 0, 8, 0);
    compared->setToolTip(tr("Unchecked, this platform is left out of the comparison."));
    layout->addWidget(compared, 0, Qt::AlignLeft);
    connect(compared, &QCheckBox::toggled, fields, &QWidget::setEnabled);
    connect(compared, &QCheckBox::toggled, this, [this, path] { noteEdit(QString::fromLatin1(path)); });
  }
  layout->addWidget(fields, 1);
  auto* scroll = new QScrollArea;
  scroll->setWidget(content);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  // Beside a vertical scroll bar nothing may be cut off.
  scroll->setMinimumWidth(content->minimumSizeHint().width() + style()->pixelMetric(QStyle::PM_ScrollBarExtent) + 4);
  m_pages.push_back({fields, m_tabs->addTab(scroll, title)});
  connect(fields, &FieldSet::edited, this, &ScenarioForm::noteEdit);
  return fields;
}

void ScenarioForm::setScenario(const model::Scenario& scenario) {
  m_edited = scenario;
  if (!m_edited.lambda) m_edited.lambda.emplace();
  if (!m_edited.ec2) m_edited.ec2.emplace();
  if (!m_edited.managed) m_edited.managed.emplace();
  if (!m_edited.hybrid) m_edited.hybrid.emplace();
  const QSignalBlocker quietLambda(m_lambdaCompared), quietEc2(m_ec2Compared), quietManaged(m_managedCompared),
      quietHybrid(m_hybridCompared);
  m_lambdaCompared->setChecked(scenario.lambda.has_value());
  m_ec2Compared->setChecked(scenario.ec2.has_value());
  m_managedCompared->setChecked(scenario.managed.has_value());
  m_hybridCompared->setChecked(scenario.hybrid.has_value());
  m_lambdaFields->setEnabled(scenario.lambda.has_value());
  m_eventFields->setEnabled(scenario.lambda.has_value());
  m_ec2Fields->setEnabled(scenario.ec2.has_value());
  m_managedFields->setEnabled(scenario.managed.has_value());
  m_hybridFields->setEnabled(scenario.hybrid.has_value());
  for (const auto& page : m_pages) page.fields->show(m_edited);
  readFields();
}

void ScenarioForm::noteEdit(const QString& path) {
  m_edited.origins[dotted(path)] = model::Origin::Scenario;
  readFields();
  emit edited();
}

void ScenarioForm::readFields() {
  m_problems.clear();
  for (const auto& page : m_pages)
    if (page.fields->isEnabledTo(this)) page.fields->read(m_edited, m_problems);
  m_scenario = m_edited;
  if (!m_lambdaCompared->isChecked()) m_scenario.lambda.reset();
  if (!m_ec2Compared->isChecked()) m_scenario.ec2.reset();
  if (!m_managedCompared->isChecked()) m_scenario.managed.reset();
  if (!m_hybridCompared->isChecked()) m_scenario.hybrid.reset();
  validate();
}

// Texts that cannot be read come first; the scenario's own limits are checked on what could be read.
void ScenarioForm::validate() {
  const auto unreadable = m_problems;
  for (auto& problem : model::problems(m_scenario, *m_catalogue, m_scenario.name)) {
    const bool known =
        std::ranges::any_of(unreadable, [&](const auto& other) { return problem.where.ends_with(other.where); });
    if (!known) m_problems.push_back(std::move(problem));
  }
  showProblemCounts(m_problems);
}

void ScenarioForm::showProblemCounts(std::vector<pricing::Problem> problems) {
  for (const auto& page : m_pages) {
    const int count = page.fields->placeProblems(problems);
    m_tabs->setTabIcon(page.tab, count ? style()->standardIcon(QStyle::SP_MessageBoxWarning) : QIcon());
    m_tabs->setTabToolTip(page.tab, count ? tr("%n field(s) to correct", nullptr, count) : QString());
  }
  m_summary->setVisible(!m_problems.empty());
  if (m_problems.empty()) return;
  const auto count = m_problems.size();
  // What belongs to no field is said in full here.
  m_summary->setText(!problems.empty() ? toQt(pricing::sentence(problems.front()))
                     : count == 1      ? tr("One field to correct: show it")
                                       : tr("%1 fields to correct: show the first").arg(count));
  m_summary->setToolTip(toQt(pricing::sentence(m_problems.front())));
}

void ScenarioForm::showFirstProblem() {
  for (const auto& page : m_pages) {
    m_tabs->setCurrentIndex(page.tab);
    if (page.fields->focusFirstProblem()) return;
  }
}

QWidget* ScenarioForm::editorAt(const std::string& path) const {
  for (const auto& page : m_pages)
    if (auto* editor = page.fields->editorAt(path)) return editor;
  return nullptr;
}

} // namespace ui
