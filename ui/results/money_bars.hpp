#pragma once
// Both bills as bars on one dollar scale, each part a segment: where the money goes at a glance. The table below it has
// the same figures. Pinned by tests/ui/money_bars_test.cpp.
#include <QWidget>
#include <vector>

#include "model/decision.hpp"

namespace ui {

class MoneyBars : public QWidget {
  Q_OBJECT
 public:
  explicit MoneyBars(QWidget* parent = nullptr);
  void show(const model::Decision& decision);
  QSize sizeHint() const override;
  QString textAt(const QPoint& place) const; // of the segment there; empty beside all of them

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Bar {
    model::Platform platform = model::Platform::Lambda;
    double usd = 0; // the whole bill
    std::vector<model::MoneyPart> parts;
  };
  struct Segment {
    QRectF place;
    QString label, amount, share;
    model::Platform platform;
    std::size_t number; // within its bar
  };
  std::vector<Segment> segments() const;
  QRectF barPlace(std::size_t bar) const;
  qreal captionWidth() const;

  std::vector<Bar> m_bars;
};

} // namespace ui
