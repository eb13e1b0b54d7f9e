#include "ui/results/results_page.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>
#include <span>

#include "ui/appearance.hpp"
#include "ui/qt_text.hpp"
#include "ui/results/figures.hpp"

namespace ui {

namespace {

QLabel* newTextLabel() {
  auto* label = new QLabel;
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  label->setFocusPolicy(Qt::ClickFocus);
  return label;
}

constexpr int kLowestTimeline = 215; // pixels; on less Qt Charts writes dots for the numbers of the axes

QScrollArea* newScrollArea(QWidget* content) {
  auto* scroll = new QScrollArea;
  scroll->setWidget(content);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  return scroll;
}

QLabel* newRichLabel(const QString& name) {
  auto* label = newTextLabel();
  label->setTextFormat(Qt::RichText);
  label->setAlignment(Qt::AlignTop);
  label->setAccessibleName(name);
  return label;
}

QString bulletList(std::span<const std::string> sentences) {
  if (sentences.empty()) return {};
  QString html = QStringLiteral("<ul style='margin-left:-22px'>");
  for (const auto& sentence : sentences) html += QStringLiteral("<li>%1</li>").arg(toQt(sentence).toHtmlEscaped());
  return html + QStringLiteral("</ul>");
}

} // namespace

ResultsPage::ResultsPage(QWidget* parent)
    : QWidget(parent), m_headline(newTextLabel()), m_run(newTextLabel()), m_notice(newTextLabel()),
      m_reasons(newRichLabel(tr("Reasons"))), m_idleLifetime(newRichLabel(tr("What the idle lifetime does"))),
      m_replay(newRichLabel(tr("What the replay tells"))), m_lambda(new PlatformCard(model::Platform::Lambda)),
      m_ec2(new PlatformCard(model::Platform::Ec2)), m_managed(new PlatformCard(model::Platform::ManagedInstances)),
      m_hybrid(new PlatformCard(model::Platform::Hybrid)), m_tabs(new QTabWidget), m_cost(new ChartPanel),
      m_latency(new ChartPanel), m_memory(new ChartPanel), m_lambdaTimeline(new ChartPanel),
      m_ec2Timeline(new ChartPanel), m_ec2Scaling(new ChartPanel), m_managedTimeline(new ChartPanel), m_hybridTimeline(new ChartPanel),
      m_money(new MoneyBars) {
  QFont large = m_headline->font();
  large.setPointSizeF(large.pointSizeF() * 1.3);
  large.setBold(true);
  m_headline->setFont(large);
  m_headline->setAccessibleName(tr("Verdict"));
  m_headline->setText(tr("The first run is on its way…"));
  m_notice->setAccessibleName(tr("State of these figures"));
  m_notice->hide();

  auto* cards = new QHBoxLayout;
  cards->setSpacing(8);
  cards->addWidget(m_lambda, 1);
  cards->addWidget(m_ec2, 1);
  m_lambda->hide();
  m_ec2->hide();
  m_managed->hide();
  m_hybrid->hide();

  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(10, 8, 10, 8);
  layout->setSpacing(6);
  layout->addWidget(m_headline);
  layout->addWidget(m_notice);
  layout->addLayout(cards);
  layout->addWidget(m_managed);
  layout->addWidget(m_hybrid);
  layout->addWidget(m_tabs, 1);
  layout->addWidget(m_run);
  auto* page = new QVBoxLayout(this);
  page->setContentsMargins(0, 0, 0, 0);
  page->addWidget(newScrollArea(content));

  m_tabs->setMinimumHeight(260);
  m_tabs->setDocumentMode(true);
  m_tabs->setAccessibleName(tr("Results"));
  addCharts();
  addTables();
  colour();
}

void ResultsPage::addCharts() {
  m_tabs->addTab(m_cost, tr("&Cost"));
  m_tabs->addTab(m_latency, tr("&Latency"));
  auto* overTime = new QWidget;
  auto* layout = new QVBoxLayout(overTime);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  for (auto* chart : {m_lambdaTimeline, m_ec2Timeline, m_ec2Scaling, m_managedTimeline, m_hybridTimeline}) {
    chart->setMinimumHeight(kLowestTimeline);
    layout->addWidget(chart, 1);
  }
  m_tabs->addTab(newScrollArea(overTime), tr("Over &time"));
  m_tabs->addTab(m_memory, tr("M&emory"));
}

void ResultsPage::addTables() {
  addTable(tr("&Bill"), new BillTableModel, BillTableModel::Source, DataTable::Filter::Hidden);
  addTableBelow(m_money, tr("&Money"), tr("Where the money goes"), new MoneyTableModel, MoneyTableModel::Part);
  addTable(tr("Co&mmitments"), new CommitmentTableModel, CommitmentTableModel::Commitment, DataTable::Filter::Hidden)
      ->setEmptyText(tr("Nothing here can be committed to."));
  addTable(tr("Ca&ndidates"), new CandidateTableModel, CandidateTableModel::Objective, DataTable::Filter::Shown);
  m_candidatesTab = m_tabs->count() - 1;
  m_tabs->addTab(newReasonsPage(), tr("&Why"));
  m_idleLifetimeTab = addTableBelow(m_idleLifetime, tr("&Idle lifetime"), tr("If environments were kept idle for"),
                                    new IdleLifetimeTableModel, IdleLifetimeTableModel::Kept);
  m_replayTab = addTableBelow(m_replay, tr("Re&play"), tr("The recorded run, replayed"), new ReplayTableModel,
                              ReplayTableModel::Figure);
  addTable(tr("W&arnings"), new WarningTableModel, WarningTableModel::Advice, DataTable::Filter::Hidden)
      ->setEmptyText(tr("No warnings: nothing in this run asks for care."));
  m_warningsTab = m_tabs->count() - 1;
  addTable(tr("Ass&umptions"), new AssumptionTableModel, AssumptionTableModel::Source, DataTable::Filter::Shown);
  addTable(tr("C&ross-check"), new AnalyticTableModel, AnalyticTableModel::Method, DataTable::Filter::Hidden)
      ->setEmptyText(tr("No closed form holds for this scenario; the simulation stands alone."));
  // Neither may be the last: Qt 6.4 scrolls its tab bar by the place of the last tab, hidden or not.
  for (const int tab : {m_idleLifetimeTab, m_replayTab}) m_tabs->setTabVisible(tab, false);
}

DataTable* ResultsPage::addTable(const QString& title, DecisionTableModel* model, int wide, DataTable::Filter filter) {
  auto* table = new DataTable(model, wide, QString(title).remove(u'&'), filter);
  m_models.push_back(model);
  m_tabs->addTab(table, title);
  return table;
}

int ResultsPage::addTableBelow(QWidget* above, const QString& title, const QString& name, DecisionTableModel* model,
                               int wide) {
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(8, 4, 8, 4);
  auto* table = new DataTable(model, wide, name, DataTable::Filter::Hidden);
  m_models.push_back(model);
  layout->addWidget(above);
  layout->addWidget(table, 1);
  return m_tabs->addTab(page, title);
}

QWidget* ResultsPage::newReasonsPage() {
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(8, 4, 8, 4);
  auto* drivers = new DataTable(new DriverTableModel, DriverTableModel::Path, tr("What would change the answer"),
                                DataTable::Filter::Hidden);
  drivers->setEmptyText(tr("Inputs are varied when both platforms are compared."));
  m_models.push_back(drivers->model());
  auto* title = new QLabel(tr("<b>What would change the answer</b> (one input varied at a time)"));
  layout->addWidget(m_reasons);
  layout->addWidget(title);
  layout->addWidget(drivers, 1);
  return page;
}

void ResultsPage::setDecision(std::shared_ptr<const model::Decision> decision) {
  m_decision = std::move(decision);
  m_headline->setText(toQt(model::headline(*m_decision)));
  m_run->setText(runLine(m_decision->run));
  m_lambda->show(*m_decision);
  m_ec2->show(*m_decision);
  m_managed->show(*m_decision);
  m_hybrid->show(*m_decision);
  m_money->show(*m_decision);
  m_cost->setChart(costChart(*m_decision));
  m_latency->setChart(latencyChart(*m_decision));
  m_memory->setChart(memoryChart(*m_decision));
  m_lambdaTimeline->setChart(lambdaTimelineChart(*m_decision));
  m_ec2Timeline->setChart(ec2TimelineChart(*m_decision));
  m_ec2Scaling->setChart(ec2ScalingChart(*m_decision));
  m_managedTimeline->setChart(managedTimelineChart(*m_decision));
  m_managedTimeline->setVisible(m_decision->managed.has_value());
  m_hybridTimeline->setChart(hybridTimelineChart(*m_decision));
  m_hybridTimeline->setVisible(m_decision->hybrid.has_value());
  m_lambdaTimeline->setVisible(m_decision->lambda.has_value());
  m_ec2Timeline->setVisible(m_decision->ec2.has_value());
  m_ec2Scaling->setVisible(m_decision->ec2 && m_decision->scenario.ec2 && !isFixedFleet(*m_decision->scenario.ec2));
  for (auto* model : m_models) model->setDecision(m_decision);
  showReasons();
  showIdleLifetimeAndReplay();
  showTabTitles();
  setNotice({});
}

void ResultsPage::showReasons() {
  std::vector<std::string> sentences;
  for (const auto& reason : m_decision->reasons) sentences.push_back(reason.message);
  m_reasons->setText(sentences.empty() ? tr("The figures speak for themselves.") : bulletList(sentences));
}

void ResultsPage::showIdleLifetimeAndReplay() {
  const auto& idle = m_decision->idleSensitivity;
  m_tabs->setTabVisible(m_idleLifetimeTab, idle.has_value());
  if (idle)
    m_idleLifetime->setText(toQt(model::idleLifetimeSummary(*m_decision)).toHtmlEscaped() + bulletList(idle->why));
  m_tabs->setTabVisible(m_replayTab, m_decision->replay.has_value());
  if (m_decision->replay) m_replay->setText(bulletList(model::replaySentences(*m_decision)));
}

void ResultsPage::showTabTitles() {
  const auto counted = [](const QString& title, std::size_t count) {
    return count ? QStringLiteral("%1 (%2)").arg(title).arg(count) : title;
  };
  m_tabs->setTabText(m_warningsTab, counted(tr("W&arnings"), m_decision->warnings.size()));
  m_tabs->setTabText(m_candidatesTab, counted(tr("Ca&ndidates"), m_decision->candidates.size()));
}

void ResultsPage::setNotice(const QString& notice) {
  m_notice->setText(notice);
  m_notice->setVisible(!notice.isEmpty());
}

void ResultsPage::colour() {
  for (auto* label : {m_run, m_notice}) {
    QPalette muted;
    muted.setColor(QPalette::WindowText, mutedText(palette()));
    label->setPalette(muted);
  }
}

void ResultsPage::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) colour();
}

} // namespace ui
