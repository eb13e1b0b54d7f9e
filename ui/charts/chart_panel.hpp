#pragma once
// Draws one Chart. The only file that includes Qt Charts (deprecated since Qt 6.10) is chart_panel.cpp; whoever
// replaces the library rewrites that file and nothing else.
#include <QImage>
#include <QWidget>
#include <optional>

#include "ui/charts/chart_data.hpp"

namespace ui {

// Follows the palette; shows the values under the mouse, or under a cursor moved with the arrow keys; its context menu
// (and Ctrl+C) copies the picture and the numbers.
class ChartPanel : public QWidget {
  Q_OBJECT
 public:
  explicit ChartPanel(QWidget* parent = nullptr);
  ~ChartPanel() override;

  void setChart(Chart chart);
  const Chart& chart() const;

  void setCursorAt(std::optional<double> x);
  std::optional<double> cursor() const;
  QString cursorText() const; // what the box at the cursor says; empty without a cursor

  QImage image() const; // twice the pixels of the screen, for documents

 public slots:
  void copyImage() const;
  void copyNumbers() const; // CSV
  void saveImage();

 protected:
 private:
  class View;
  void offerActions();
  View* m_view;
};

} // namespace ui
