#pragma once
// The window: wires form, controller and results; files, menus and settings. No arithmetic, no threads.
#include <QAction>
#include <QActionGroup>
#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTimer>
#include <memory>
#include <string>
#include <vector>

#include "ui/appearance.hpp"
#include "ui/dialogs.hpp"
#include "ui/form/scenario_form.hpp"
#include "ui/results/results_page.hpp"
#include "ui/run_controller.hpp"
#include "ui/scenario_document.hpp"

namespace ui {

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  // Opens with the web API example and runs it, so that no part of the window is ever empty.
  MainWindow(std::shared_ptr<const pricing::PriceCatalogue> catalogue, Engine engine,
             Dialogs dialogs = standardDialogs(), QWidget* parent = nullptr);

  bool openPath(const QString& path); // a scenario or a trace; false when it was refused or the user kept what was open
  ScenarioForm* form() const { return m_form; }
  ResultsPage* results() const { return m_results; }
  RunController* controller() const { return m_controller; }

 public slots:
  void run();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void buildCentre();
  void buildStatusBar();
  void buildMenus();
  void buildFileMenu();
  void buildRunMenu();
  void buildViewMenu();
  void buildHelpMenu();
  QAction* addAction(QMenu* menu, const QString& text, const QKeySequence& shortcut, void (MainWindow::*slot)());
  void watchController();

  void openScenario();
  void openTrace();
  bool save();
  bool saveAs();
  void exportReport();
  void openExample(const model::Example& example);
  void showAbout();
  void showShortcuts();

  void showScenario(const model::Scenario& scenario);
  bool mayDiscard(); // asks about unsaved changes
  bool loadScenarioFile(const QString& path);
  void inspectTraces(const QStringList& paths);
  void takeTrace(const workloads::TraceSummary& summary);
  void noteEdit();
  void noteRunning(bool running);
  void noteProgress(const QString& stage, double done, double requestsPerSecond);
  void showProblems(const QString& title, const QList<pricing::Problem>& problems);
  void updateTitle();
  void remember(const QString& path);
  void showRecent();
  void choose(Appearance appearance);
  void loadSettings();
  void saveSettings() const;

  Dialogs m_dialogs;
  ScenarioDocument m_document;
  ScenarioForm* m_form;
  ResultsPage* m_results;
  RunController* m_controller;
  QSplitter* m_splitter;
  QPushButton* m_runButton;
  QTimer m_soon; // a run shortly after the last edit
  QAction *m_runAction = nullptr, *m_cancelAction = nullptr, *m_automatic = nullptr, *m_export = nullptr;
  QMenu* m_recent = nullptr;
  QList<QAction*> m_appearances;
  QLabel* m_stage;
  QProgressBar* m_progress;
  QStringList m_recentPaths;
  Appearance m_appearance = Appearance::System;
};

} // namespace ui
