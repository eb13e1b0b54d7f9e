#include "ui/results/platform_card.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/appearance.hpp"
#include "ui/qt_text.hpp"
#include "ui/results/figures.hpp"

namespace ui {

namespace {

constexpr int kFigureColumns = 3;

void tint(QLabel* label, const QColor& colour) {
  QPalette palette; // only what is set here; the rest keeps following the application
  palette.setColor(QPalette::WindowText, colour);
  label->setPalette(palette);
}

QLabel* newLabel(const QString& text, qreal size, bool bold) {
  auto* label = new QLabel(text);
  QFont font = label->font();
  font.setPointSizeF(font.pointSizeF() * size);
  font.setBold(bold);
  label->setFont(font);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

} // namespace

PlatformCard::PlatformCard(model::Platform platform, QWidget* parent)
    : QFrame(parent), m_platform(platform), m_title(newLabel({}, 1.0, true)), m_cost(newLabel({}, 1.35, true)),
      m_badge(newLabel({}, 1.0, false)), m_figures(new QGridLayout) {
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
  setAccessibleName(platformTitle(platform));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(10, 8, 10, 8);
  layout->setSpacing(4);
  auto* head = new QHBoxLayout;
  m_title->setWordWrap(true);
  head->addWidget(m_title, 1);
  head->addWidget(m_badge, 0, Qt::AlignTop);
  layout->addLayout(head);
  layout->addWidget(m_cost);
  layout->addLayout(m_figures);
  layout->addStretch();
  m_figures->setHorizontalSpacing(14);
  m_figures->setVerticalSpacing(0);
}

void PlatformCard::show(const model::Decision& decision) {
  const auto* result = resultOf(decision, m_platform);
  setVisible(result != nullptr);
  if (!result) return;
  m_title->setText(QStringLiteral("%1 · %2").arg(platformTitle(m_platform), toQt(result->configuration)));
  showFigures(*result);
  showBadge(decision, *result);
  colour();
}

void PlatformCard::showFigures(const model::PlatformResult& result) {
  while (auto* item = m_figures->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  const auto figures = keyFigures(result);
  // The two sides stand beside each other, the others have a row of their own.
  const bool side = m_platform == model::Platform::Lambda || m_platform == model::Platform::Ec2;
  const int columns = side ? kFigureColumns : static_cast<int>(figures.size());
  m_cost->setText(QStringLiteral("%1 %2").arg(figures.front().value, figures.front().caption));
  m_cost->setToolTip(figures.front().tip);
  QStringList spoken{m_title->text(), m_cost->text()};
  for (std::size_t i = 1; i < figures.size(); ++i) {
    const auto& figure = figures[i];
    const int row = static_cast<int>(i - 1) / columns * 2, column = static_cast<int>(i - 1) % columns;
    auto* caption = newLabel(figure.caption, 0.85, false);
    caption->setProperty("caption", true);
    auto* value = newLabel(figure.missed ? figure.value + QStringLiteral(" ✗") : figure.value, 1.0, false);
    value->setProperty("missed", figure.missed);
    caption->setToolTip(figure.tip);
    value->setToolTip(figure.tip);
    m_figures->addWidget(caption, row, column);
    m_figures->addWidget(value, row + 1, column);
    spoken.append(QStringLiteral("%1 %2").arg(figure.caption, figure.value));
  }
  setAccessibleDescription(spoken.join(QStringLiteral("; ")));
}

void PlatformCard::showBadge(const model::Decision& decision, const model::PlatformResult& result) {
  const bool won = (m_platform == model::Platform::Lambda && decision.verdict == model::Verdict::Lambda) ||
                   (m_platform == model::Platform::Ec2 && decision.verdict == model::Verdict::Ec2) ||
                   (m_platform == model::Platform::Hybrid && decision.verdict == model::Verdict::Hybrid);
  const bool cheaper = m_platform == model::Platform::ManagedInstances && decision.managedSavingUsd;
  m_badgeGood = result.meetsObjective;
  QStringList misses;
  for (const auto& miss : result.missed) misses.append(toQt(miss));
  if (!result.meetsObjective)
    m_badge->setText(tr("✗ objective missed"));
  else
    m_badge->setText(won ? tr("✓ recommended") : cheaper ? tr("✓ cheaper still") : tr("✓ meets objective"));
  m_badge->setToolTip(misses.join(u'\n'));
}

void PlatformCard::colour() {
  tint(m_badge, m_badgeGood ? goodColour(palette()) : problemColour(palette()));
  for (auto* label : findChildren<QLabel*>()) {
    if (label->property("caption").toBool()) tint(label, mutedText(palette()));
    if (label->property("missed").toBool()) tint(label, problemColour(palette()));
  }
}

void PlatformCard::changeEvent(QEvent* event) {
  QFrame::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) colour();
}

} // namespace ui
