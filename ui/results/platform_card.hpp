#pragma once
// The key figures of one platform, to stand beside those of the other.
#include <QFrame>
#include <QGridLayout>
#include <QLabel>

#include "model/decision.hpp"

namespace ui {

class PlatformCard : public QFrame {
  Q_OBJECT
 public:
  explicit PlatformCard(model::Platform platform, QWidget* parent = nullptr);
  void show(const model::Decision& decision);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void showFigures(const model::PlatformResult& result);
  void showBadge(const model::Decision& decision, const model::PlatformResult& result);
  void colour();
  model::Platform m_platform;
  QLabel *m_title, *m_cost, *m_badge;
  QGridLayout* m_figures;
  bool m_badgeGood = true;
};

} // namespace ui
