#pragma once
// One decision on one page: verdict, key figures side by side, charts, bill, candidates, assumptions, warnings,
// and a recorded run beside its replay.
#include <QLabel>
#include <QTabWidget>
#include <QWidget>
#include <memory>
#include <vector>

#include "model/decision.hpp"
#include "ui/charts/chart_panel.hpp"
#include "ui/results/data_table.hpp"
#include "ui/results/money_bars.hpp"
#include "ui/results/platform_card.hpp"

namespace ui {

class ResultsPage : public QWidget {
  Q_OBJECT
 public:
  explicit ResultsPage(QWidget* parent = nullptr);
  void setDecision(std::shared_ptr<const model::Decision> decision); // not null
  const std::shared_ptr<const model::Decision>& decision() const { return m_decision; }
  // Says that the figures are not (yet) those of the scenario in the form; empty: they are.
  void setNotice(const QString& notice);
  QString verdictText() const { return m_headline->text(); }
  QTabWidget* tabs() const { return m_tabs; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void addCharts();
  void addTables();
  DataTable* addTable(const QString& title, DecisionTableModel* model, int wide, DataTable::Filter filter);
  // A tab of what explains a table and, below it, the table; its index.
  int addTableBelow(QWidget* above, const QString& title, const QString& name, DecisionTableModel* model, int wide);
  QWidget* newReasonsPage();
  void showReasons();
  void showIdleLifetimeAndReplay();
  void showTabTitles();
  void colour();

  std::shared_ptr<const model::Decision> m_decision;
  QLabel *m_headline, *m_run, *m_notice, *m_reasons, *m_idleLifetime, *m_replay;
  PlatformCard *m_lambda, *m_ec2, *m_managed, *m_hybrid;
  QTabWidget* m_tabs;
  ChartPanel *m_cost, *m_latency, *m_memory, *m_lambdaTimeline, *m_ec2Timeline, *m_ec2Scaling, *m_managedTimeline, *m_hybridTimeline;
  MoneyBars* m_money;
  std::vector<DecisionTableModel*> m_models;
  int m_warningsTab = 0, m_candidatesTab = 0, m_idleLifetimeTab = 0, m_replayTab = 0;
};

} // namespace ui
