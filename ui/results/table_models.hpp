#pragma once
// Tables over one decision: each takes a shared, constant decision and is reset as a whole. DisplayRole is text for
// people, SortRole the raw number behind it. Pinned by tests/ui/table_models_test.cpp.
#include <QAbstractTableModel>
#include <QString>
#include <QVariant>
#include <memory>
#include <vector>

#include "model/decision.hpp"

namespace ui {

inline constexpr int SortRole = Qt::UserRole;

// What one table cell says. Subclasses turn a decision into rows of these.
struct Cell {
  QString text;
  QVariant sortKey{}; // null: the text
  QString tip{};
  enum class Tone { Plain, Strong, Good, Bad, Muted } tone = Tone::Plain;
};
struct Column {
  QString title, tip{};
  bool number = false; // right-aligned
};

class DecisionTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  void setDecision(std::shared_ptr<const model::Decision> decision);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 protected:
  using Row = std::vector<Cell>;
  explicit DecisionTableModel(std::vector<Column> columns, QObject* parent);
  virtual std::vector<Row> rowsOf(const model::Decision& decision) const = 0; // each as long as the columns

 private:
  std::vector<Column> m_columns;
  std::shared_ptr<const model::Decision> m_decision;
  std::vector<Row> m_rows;
};

// Both bills, line by line, and their totals; estimated and own prices are marked, shared lines stand once.
class BillTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Platform, Line, Quantity, Unit, UnitPrice, Amount, Source };
  explicit BillTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

// What each dollar of both bills was paid for; the parts of a platform add up to its bill.
class MoneyTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Platform, Part, Amount, Share };
  explicit MoneyTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

// Ways to commit to the simulated usage, and what each would cost when traffic falls.
class CommitmentTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Platform, Option, Commitment, Cost, Saving, AfterDrop, SavingAfterDrop };
  explicit CommitmentTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

class CandidateTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Platform, Configuration, Cost, P99, Failed, Objective, Frontier, Method };
  explicit CandidateTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

class AssumptionTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Path, Value, Origin, Source };
  explicit AssumptionTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

class WarningTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Message, Advice };
  explicit WarningTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

// Inputs that were varied one by one, and what became of the verdict.
class DriverTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Path, From, To, Saving, Change, Verdict };
  explicit DriverTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

// Lambda with idle environments kept as assumed, shorter and longer; no rows without Lambda.
class IdleLifetimeTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Kept, Cost, Cold, P99, Objective, Cheaper };
  explicit IdleLifetimeTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

// What a log recorded beside its replay; no rows where the log recorded neither cold starts nor environments.
class ReplayTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Figure, Recorded, Replayed, Difference };
  explicit ReplayTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

// Closed forms beside the simulation.
class AnalyticTableModel : public DecisionTableModel {
  Q_OBJECT
 public:
  enum ColumnIndex { Platform, Figure, Method, ClosedForm, Simulated, Difference, Unit };
  explicit AnalyticTableModel(QObject* parent = nullptr);

 protected:
  std::vector<Row> rowsOf(const model::Decision& decision) const override;
};

} // namespace ui
