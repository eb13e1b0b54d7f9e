#include "ui/results/data_table.hpp"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>

namespace ui {

namespace {

constexpr int kWidestColumn = 260;  // of those that are not the wide one; the rest is in the tooltip
constexpr int kNarrowestWide = 120; // narrower than kWidestColumn the wide one is cut to a line, not wrapped

} // namespace

DataTable::DataTable(DecisionTableModel* model, int wide, const QString& name, Filter filter, QWidget* parent)
    : QWidget(parent), m_model(model), m_proxy(new QSortFilterProxyModel(this)), m_view(new QTableView),
      m_filter(new QLineEdit), m_empty(new QLabel), m_wide(wide) {
  m_model->setParent(this);
  m_proxy->setSourceModel(m_model);
  m_proxy->setSortRole(SortRole);
  m_proxy->setFilterKeyColumn(-1);
  m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
  m_view->setModel(m_proxy);
  m_view->setSortingEnabled(true);
  m_view->sortByColumn(-1, Qt::AscendingOrder); // as the decision lists them, until a header is clicked
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setAlternatingRowColors(true);
  m_view->setShowGrid(false);
  m_view->setWordWrap(true);
  m_view->setTextElideMode(Qt::ElideRight);
  m_view->setTabKeyNavigation(false); // Tab leaves the table; arrows move in it
  m_view->setAccessibleName(name);
  m_view->verticalHeader()->hide();
  m_view->horizontalHeader()->setHighlightSections(false);
  m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);

  m_filter->setPlaceholderText(tr("Filter…"));
  m_filter->setAccessibleName(tr("Filter: %1").arg(name));
  m_filter->setClearButtonEnabled(true);
  m_filter->setVisible(filter == Filter::Shown);
  connect(m_filter, &QLineEdit::textChanged, m_proxy, &QSortFilterProxyModel::setFilterFixedString);
  connect(m_proxy, &QAbstractItemModel::modelReset, this, &DataTable::fit);
  connect(m_proxy, &QAbstractItemModel::layoutChanged, m_view, &QTableView::resizeRowsToContents);

  auto* copy = new QAction(tr("&Copy"), this);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  connect(copy, &QAction::triggered, this, &DataTable::copySelection);
  m_view->addAction(copy);
  m_view->setContextMenuPolicy(Qt::ActionsContextMenu);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_filter);
  layout->addWidget(m_view);
  m_empty->setAlignment(Qt::AlignCenter);
  m_empty->setWordWrap(true);
  m_empty->hide();
  layout->addWidget(m_empty, 1);
  setFocusProxy(m_view);
}

void DataTable::setEmptyText(const QString& text) {
  m_empty->setText(text);
  fit();
}

void DataTable::setFilter(const QString& text) { m_filter->setText(text); }

void DataTable::fit() {
  auto* header = m_view->horizontalHeader();
  header->setStretchLastSection(false);
  m_view->resizeColumnsToContents();
  int others = 0;
  for (int column = 0; column < m_proxy->columnCount(); ++column) {
    if (column == m_wide) continue;
    header->resizeSection(column, std::min(header->sectionSize(column) + 6, kWidestColumn));
    others += header->sectionSize(column);
  }
  const int room = m_view->viewport()->width() - others;
  m_view->setWordWrap(room >= kWidestColumn);
  header->resizeSection(m_wide, std::max(room, kNarrowestWide));
  m_view->resizeRowsToContents();
  const bool empty = m_model->rowCount() == 0 && !m_empty->text().isEmpty();
  m_view->setVisible(!empty);
  m_empty->setVisible(empty);
}

void DataTable::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fit();
}

void DataTable::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  fit();
}

void DataTable::copySelection() const {
  QStringList lines;
  const auto cells = [this](auto cellAt) {
    QStringList row;
    for (int column = 0; column < m_proxy->columnCount(); ++column) row.append(cellAt(column));
    return row.join(u'\t');
  };
  lines.append(cells([this](int column) { return m_proxy->headerData(column, Qt::Horizontal).toString(); }));
  auto rows = m_view->selectionModel()->selectedRows();
  std::ranges::sort(rows, {}, &QModelIndex::row);
  for (const auto& row : rows)
    lines.append(cells([&](int column) { return row.siblingAtColumn(column).data().toString(); }));
  QApplication::clipboard()->setText(lines.join(u'\n') + u'\n');
}

} // namespace ui
