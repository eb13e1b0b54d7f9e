#pragma once
// A table people work with: sorted by a click on the header, filtered while typing, copied with Ctrl+C.
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QWidget>

#include "ui/results/table_models.hpp"

namespace ui {

class DataTable : public QWidget {
  Q_OBJECT
 public:
  enum class Filter { Shown, Hidden };
  // Takes the model. `wide` is the column that gets the room left over and wraps its lines.
  DataTable(DecisionTableModel* model, int wide, const QString& name, Filter filter, QWidget* parent = nullptr);
  DecisionTableModel* model() const { return m_model; }
  QTableView* view() const { return m_view; }
  // What stands there instead of an empty table.
  void setEmptyText(const QString& text);
  void setFilter(const QString& text);

 public slots:
  void copySelection() const; // tab-separated, with the header

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void fit();
  DecisionTableModel* m_model;
  QSortFilterProxyModel* m_proxy;
  QTableView* m_view;
  QLineEdit* m_filter;
  QLabel* m_empty;
  int m_wide;
};

} // namespace ui
