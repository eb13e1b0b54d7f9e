#include "ui/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QKeySequence>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QStatusBar>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "pricing/quantities.hpp"
#include "ui/qt_text.hpp"

namespace ui {

namespace {

constexpr int kRunAfterMs = 700; // long enough to finish a number, short enough to feel live
constexpr int kMostRecent = 8;
constexpr int kProgressSteps = 1000;

QString scenarioFilter() { return MainWindow::tr("Scenarios (*.json);;All files (*)"); }

struct ReportFormat {
  const char* extension;
  const char* filter;
  std::string (*text)(const model::Decision&);
};
constexpr std::array kReportFormats{ReportFormat{"html", "Web page (*.html)", &model::reportHtml},
                                    ReportFormat{"md", "Markdown (*.md)", &model::reportMarkdown},
                                    ReportFormat{"json", "JSON (*.json)", &model::reportJson},
                                    ReportFormat{"csv", "Figures as CSV (*.csv)", &model::reportCsv},
                                    ReportFormat{"txt", "Text (*.txt)", +[](const model::Decision& d) {
                                                   return model::reportText(d, model::Detail::Everything);
                                                 }}};

// By the extension; a name without a known one becomes a web page.
const ReportFormat& formatOf(const QString& path) {
  const QString extension = QFileInfo(path).suffix().toLower();
  const auto found = std::ranges::find_if(
      kReportFormats, [&](const ReportFormat& format) { return extension == QLatin1String(format.extension); });
  return found == kReportFormats.end() ? kReportFormats.front() : *found;
}

const model::Example& firstExample() {
  const auto all = model::examples();
  const auto found = std::ranges::find(all, std::string_view("web-api"), &model::Example::name);
  return found == all.end() ? all.front() : *found;
}

QStringList localFiles(const QMimeData* data) {
  QStringList paths;
  for (const auto& url : data->urls())
    if (url.isLocalFile()) paths.append(url.toLocalFile());
  return paths;
}

QList<pricing::Problem> listOf(const pricing::InputError& error) {
  return {error.problems().begin(), error.problems().end()};
}

} // namespace

MainWindow::MainWindow(std::shared_ptr<const pricing::PriceCatalogue> catalogue, Engine engine, Dialogs dialogs,
                       QWidget* parent)
    : QMainWindow(parent), m_dialogs(std::move(dialogs)), m_form(new ScenarioForm(std::move(catalogue))),
      m_results(new ResultsPage), m_controller(new RunController(std::move(engine), this)), m_splitter(new QSplitter),
      m_runButton(new QPushButton), m_stage(new QLabel), m_progress(new QProgressBar) {
  setAcceptDrops(true);
  resize(1280, 800);
  buildCentre();
  buildStatusBar();
  buildMenus();
  watchController();
  connect(m_form, &ScenarioForm::edited, this, &MainWindow::noteEdit);
  m_soon.setSingleShot(true);
  m_soon.setInterval(kRunAfterMs);
  connect(&m_soon, &QTimer::timeout, this, [this] {
    if (m_form->problems().empty()) m_controller->start(m_form->scenario());
  });
  loadSettings();
  noteRunning(false);
  openExample(firstExample());
}

void MainWindow::buildCentre() {
  auto* left = new QWidget;
  auto* layout = new QVBoxLayout(left);
  layout->setContentsMargins(0, 0, 0, 6);
  layout->addWidget(m_form, 1);
  auto* button = new QHBoxLayout;
  button->setContentsMargins(8, 0, 8, 0);
  button->addWidget(m_runButton);
  layout->addLayout(button);
  m_splitter->addWidget(left);
  m_splitter->addWidget(m_results);
  m_splitter->setStretchFactor(1, 1);
  m_splitter->setChildrenCollapsible(false);
  m_splitter->setSizes({380, 900});
  setCentralWidget(m_splitter);
}

void MainWindow::buildStatusBar() {
  m_stage->setAccessibleName(tr("What is being done"));
  m_progress->setRange(0, kProgressSteps);
  m_progress->setMaximumWidth(220);
  m_progress->setAccessibleName(tr("Progress of the run"));
  statusBar()->addWidget(m_stage, 1);
  statusBar()->addPermanentWidget(m_progress);
}

QAction* MainWindow::addAction(QMenu* menu, const QString& text, const QKeySequence& shortcut,
                               void (MainWindow::*slot)()) {
  auto* action = menu->addAction(text);
  action->setShortcut(shortcut);
  connect(action, &QAction::triggered, this, slot);
  return action;
}

void MainWindow::buildMenus() {
  buildFileMenu();
  buildRunMenu();
  buildViewMenu();
  buildHelpMenu();
}

void MainWindow::buildFileMenu() {
  auto* file = menuBar()->addMenu(tr("&File"));
  addAction(file, tr("&Open scenario…"), QKeySequence::Open, &MainWindow::openScenario);
  addAction(file, tr("Open &trace…"), QKeySequence(Qt::CTRL | Qt::Key_T), &MainWindow::openTrace);
  m_recent = file->addMenu(tr("Open &recent"));
  auto* examples = file->addMenu(tr("&Examples"));
  for (const auto& example : model::examples()) {
    auto* action = examples->addAction(toQt(example.title));
    connect(action, &QAction::triggered, this, [this, example] {
      if (mayDiscard()) openExample(example);
    });
  }
  file->addSeparator();
  auto* saving = file->addAction(tr("&Save scenario"));
  saving->setShortcut(QKeySequence::Save);
  connect(saving, &QAction::triggered, this, &MainWindow::save);
  auto* savingAs = file->addAction(tr("Save scenario &as…"));
  savingAs->setShortcut(QKeySequence::SaveAs);
  connect(savingAs, &QAction::triggered, this, &MainWindow::saveAs);
  m_export = addAction(file, tr("&Export report…"), QKeySequence(Qt::CTRL | Qt::Key_E), &MainWindow::exportReport);
  m_export->setEnabled(false);
  file->addSeparator();
  auto* quit = file->addAction(tr("&Quit"));
  quit->setShortcut(QKeySequence::Quit);
  connect(quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::buildRunMenu() {
  auto* menu = menuBar()->addMenu(tr("&Run"));
  m_runAction = addAction(menu, tr("&Run"), QKeySequence(Qt::Key_F5), &MainWindow::run);
  m_runAction->setShortcuts({QKeySequence(Qt::Key_F5), QKeySequence(Qt::CTRL | Qt::Key_Return)});
  m_cancelAction = menu->addAction(tr("&Cancel"));
  m_cancelAction->setShortcut(QKeySequence(Qt::Key_Escape));
  connect(m_cancelAction, &QAction::triggered, m_controller, &RunController::cancel);
  menu->addSeparator();
  m_automatic = menu->addAction(tr("Run &automatically after a change"));
  m_automatic->setCheckable(true);
  m_automatic->setChecked(true);
  connect(m_runButton, &QPushButton::clicked, this, [this] {
    if (m_controller->isRunning())
      m_controller->cancel();
    else
      run();
  });
}

void MainWindow::buildViewMenu() {
  auto* menu = menuBar()->addMenu(tr("&View"));
  auto* group = new QActionGroup(this);
  for (const auto& [title, appearance] :
       {std::pair{tr("Colours of the &system"), Appearance::System}, std::pair{tr("&Light"), Appearance::Light},
        std::pair{tr("&Dark"), Appearance::Dark}}) {
    auto* action = group->addAction(title);
    action->setCheckable(true);
    connect(action, &QAction::triggered, this, [this, chosen = appearance] { choose(chosen); });
    menu->addAction(action);
    m_appearances.append(action);
  }
}

void MainWindow::buildHelpMenu() {
  auto* menu = menuBar()->addMenu(tr("&Help"));
  addAction(menu, tr("&Keyboard"), QKeySequence(QKeySequence::HelpContents), &MainWindow::showShortcuts);
  addAction(menu, tr("&About Breakeven"), {}, &MainWindow::showAbout);
}

void MainWindow::watchController() {
  connect(m_controller, &RunController::started, this, [this] { noteRunning(true); });
  connect(m_controller, &RunController::progressChanged, this, &MainWindow::noteProgress);
  connect(m_controller, &RunController::finished, this, [this](std::shared_ptr<const model::Decision> decision) {
    noteRunning(false);
    m_results->setDecision(std::move(decision));
    m_export->setEnabled(true);
    m_stage->setText(tr("Done."));
  });
  connect(m_controller, &RunController::traceInspected, this, &MainWindow::takeTrace);
  connect(m_controller, &RunController::cancelled, this, [this] {
    noteRunning(false);
    m_stage->setText(tr("Cancelled."));
    m_results->setNotice(tr("The run was cancelled; these are the figures of the last one that ended."));
  });
  connect(m_controller, &RunController::failed, this, [this](const QList<pricing::Problem>& problems) {
    noteRunning(false);
    m_stage->setText(tr("The run could not be done."));
    m_results->setNotice(problems.isEmpty() ? QString() : toQt(pricing::sentence(problems.front())));
    showProblems(tr("The run could not be done"), problems);
  });
}

void MainWindow::run() {
  m_soon.stop();
  if (!m_form->problems().empty()) return m_form->showFirstProblem();
  m_controller->start(m_form->scenario());
}

void MainWindow::noteEdit() {
  updateTitle();
  const bool runnable = m_form->problems().empty();
  m_runAction->setEnabled(runnable);
  m_runButton->setEnabled(runnable || m_controller->isRunning());
  if (!runnable) {
    m_soon.stop();
    m_results->setNotice(tr("The fields marked in the form have to be corrected; these figures are older."));
  } else if (m_automatic->isChecked()) {
    m_results->setNotice(tr("The scenario has changed; new figures follow."));
    m_soon.start();
  } else {
    m_results->setNotice(tr("The scenario has changed since this run; press F5 for new figures."));
  }
}

void MainWindow::noteRunning(bool running) {
  m_cancelAction->setEnabled(running);
  m_progress->setVisible(running);
  m_progress->setValue(0);
  m_runButton->setText(running ? tr("Cancel (Esc)") : tr("Run (F5)"));
  m_runButton->setEnabled(running || m_form->problems().empty());
  if (running) m_stage->setText(tr("Starting…"));
}

void MainWindow::noteProgress(const QString& stage, double done, double requestsPerSecond) {
  m_progress->setValue(static_cast<int>(done * kProgressSteps));
  const QString rate = requestsPerSecond > 0
                           ? tr(", %1 requests simulated").arg(toQt(pricing::displayRate(requestsPerSecond)))
                           : QString();
  m_stage->setText(stage + rate);
}

void MainWindow::openScenario() {
  const auto paths = m_dialogs.openFiles(this, tr("Open scenario"), scenarioFilter());
  if (!paths.isEmpty() && mayDiscard()) loadScenarioFile(paths.front());
}

void MainWindow::openTrace() {
  inspectTraces(m_dialogs.openFiles(this, tr("Open trace (several files of one trace together)"), tr("All files (*)")));
}

bool MainWindow::openPath(const QString& path) {
  if (!looksLikeScenario(fromQt(path))) {
    inspectTraces({path});
    return true;
  }
  return mayDiscard() && loadScenarioFile(path);
}

bool MainWindow::loadScenarioFile(const QString& path) {
  try {
    showScenario(m_document.open(fromQt(path)));
    remember(path);
    return true;
  } catch (const pricing::InputError& error) {
    showProblems(tr("%1 could not be opened").arg(QFileInfo(path).fileName()), listOf(error));
    return false;
  }
}

void MainWindow::openExample(const model::Example& example) { showScenario(m_document.openExample(example)); }

void MainWindow::showScenario(const model::Scenario& scenario) {
  m_form->setScenario(scenario);
  noteEdit();
  if (m_form->problems().empty()) run();
}

void MainWindow::inspectTraces(const QStringList& paths) {
  if (paths.isEmpty()) return;
  std::vector<std::string> files;
  for (const auto& path : paths) files.push_back(fromQt(path));
  m_soon.stop();
  m_controller->inspectTrace(std::move(files));
}

void MainWindow::takeTrace(const workloads::TraceSummary& summary) {
  noteRunning(false);
  for (const auto& file : summary.files) remember(toQt(file));
  showScenario(withTrace(m_form->scenario(), summary));
  statusBar()->showMessage(
      tr("%1: %2 requests over %3, %4 rows skipped")
          .arg(toQt(summary.formatTitle), toQt(pricing::displayCount(static_cast<double>(summary.requests))),
               toQt(pricing::displaySeconds(pricing::inSeconds(summary.span))))
          .arg(std::transform_reduce(summary.skipped.begin(), summary.skipped.end(), std::uint64_t{0}, std::plus<>(),
                                     [](const auto& rows) { return rows.count; })),
      10'000);
}

bool MainWindow::save() {
  if (m_document.path().empty()) return saveAs();
  try {
    m_document.save(m_document.path(), m_form->scenario());
  } catch (const pricing::InputError& error) {
    showProblems(tr("The scenario could not be saved"), listOf(error));
    return false;
  }
  remember(toQt(m_document.path()));
  updateTitle();
  return true;
}

bool MainWindow::saveAs() {
  const QString proposal = toQt(m_document.path().empty() ? m_form->scenario().name + ".json" : m_document.path());
  QString path = m_dialogs.saveFile(this, tr("Save scenario"), proposal, scenarioFilter());
  if (path.isEmpty()) return false;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".json");
  try {
    m_document.save(fromQt(path), m_form->scenario());
  } catch (const pricing::InputError& error) {
    showProblems(tr("The scenario could not be saved"), listOf(error));
    return false;
  }
  remember(path);
  updateTitle();
  return true;
}

void MainWindow::exportReport() {
  if (!m_results->decision()) return;
  QStringList filters;
  for (const auto& format : kReportFormats) filters.append(tr(format.filter));
  QString path =
      m_dialogs.saveFile(this, tr("Export report"), QStringLiteral("report.html"), filters.join(QStringLiteral(";;")));
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".html");
  try {
    writeTextFile(fromQt(path), formatOf(path).text(*m_results->decision()));
    statusBar()->showMessage(tr("Report written to %1").arg(path), 10'000);
  } catch (const pricing::InputError& error) {
    showProblems(tr("The report could not be written"), listOf(error));
  }
}

bool MainWindow::mayDiscard() {
  if (!m_document.isModified(m_form->scenario())) return true;
  switch (m_dialogs.askToSave(this, toQt(m_form->scenario().name))) {
  case SaveAnswer::Save: return save();
  case SaveAnswer::Discard: return true;
  case SaveAnswer::Cancel: break;
  }
  return false;
}

void MainWindow::showProblems(const QString& title, const QList<pricing::Problem>& problems) {
  m_dialogs.showProblems(this, title, problems);
}

void MainWindow::updateTitle() {
  const QString file = m_document.path().empty() ? QString() : QStringLiteral(" – ") + toQt(m_document.fileName());
  setWindowTitle(toQt(m_form->scenario().name) + file + QStringLiteral("[*] – Breakeven"));
  setWindowModified(m_document.isModified(m_form->scenario()));
}

void MainWindow::remember(const QString& path) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  m_recentPaths.removeAll(absolute);
  m_recentPaths.prepend(absolute);
  while (m_recentPaths.size() > kMostRecent) m_recentPaths.removeLast();
  showRecent();
}

void MainWindow::showRecent() {
  m_recent->clear();
  m_recent->setEnabled(!m_recentPaths.isEmpty());
  for (const auto& path : m_recentPaths) {
    auto* action = m_recent->addAction(QFileInfo(path).fileName());
    action->setToolTip(path);
    connect(action, &QAction::triggered, this, [this, path] { openPath(path); });
  }
}

void MainWindow::choose(Appearance appearance) {
  m_appearance = appearance;
  apply(appearance);
  m_appearances.at(static_cast<int>(appearance))->setChecked(true);
}

void MainWindow::showShortcuts() {
  m_dialogs.showText(
      this, tr("Keyboard"),
      tr("<p><b>F5</b> or <b>Ctrl+Enter</b> run · <b>Esc</b> cancel<br><b>Ctrl+O</b> open a scenario · <b>Ctrl+T</b> "
         "open a trace · <b>Ctrl+S</b> save · <b>Ctrl+E</b> export the report</p><p>In a chart, <b>←</b> and <b>→</b> "
         "move the cursor that reads values, <b>Ctrl+C</b> copies the picture. In a table, <b>Ctrl+C</b> copies the "
         "selected rows.</p><p>A scenario or a trace can be dropped anywhere on the window.</p>"));
}

void MainWindow::showAbout() {
  const auto& decision = m_results->decision();
  const QString prices =
      decision ? tr("<p>Prices: %1 of %2</p>").arg(toQt(decision->run.catalogueId), toQt(decision->run.catalogueAsOf))
               : QString();
  m_dialogs.showText(
      this, tr("About Breakeven"),
      tr("<h3>Breakeven %1</h3><p>AWS Lambda or EC2: which, in which configuration, how sure, and what "
         "would change the answer?</p><p>Everything is computed on this machine; nothing leaves it.</p>%2")
          .arg(QStringLiteral(BREAKEVEN_VERSION), prices));
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!mayDiscard()) return event->ignore();
  saveSettings();
  m_soon.stop();
  m_controller->cancel();
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!localFiles(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QStringList paths = localFiles(event->mimeData());
  if (paths.isEmpty()) return;
  event->acceptProposedAction();
  if (paths.size() == 1)
    openPath(paths.front());
  else
    inspectTraces(paths);
}

void MainWindow::loadSettings() {
  const QSettings settings(QStringLiteral("breakeven"), QStringLiteral("breakeven-gui"));
  restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
  m_splitter->restoreState(settings.value(QStringLiteral("splitter")).toByteArray());
  m_automatic->setChecked(settings.value(QStringLiteral("runAutomatically"), true).toBool());
  m_recentPaths = settings.value(QStringLiteral("recent")).toStringList();
  showRecent();
  choose(static_cast<Appearance>(std::clamp(settings.value(QStringLiteral("appearance"), 0).toInt(), 0, 2)));
}

void MainWindow::saveSettings() const {
  QSettings settings(QStringLiteral("breakeven"), QStringLiteral("breakeven-gui"));
  settings.setValue(QStringLiteral("geometry"), saveGeometry());
  settings.setValue(QStringLiteral("splitter"), m_splitter->saveState());
  settings.setValue(QStringLiteral("runAutomatically"), m_automatic->isChecked());
  settings.setValue(QStringLiteral("recent"), m_recentPaths);
  settings.setValue(QStringLiteral("appearance"), static_cast<int>(m_appearance));
}

} // namespace ui
