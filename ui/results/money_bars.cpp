#include "ui/results/money_bars.hpp"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <array>

#include "pricing/quantities.hpp"
#include "ui/appearance.hpp"
#include "ui/qt_text.hpp"
#include "ui/results/figures.hpp"

namespace ui {

namespace {

constexpr int kMargin = 6;

// Neighbours must differ; the order of shades repeats after four.
QColor shade(model::Platform platform, std::size_t number, const QPalette& palette) {
  constexpr std::array kLightness{100, 135, 115, 155};
  const QColor base = platform == model::Platform::Lambda   ? lambdaColour(palette)
                      : platform == model::Platform::Ec2    ? ec2Colour(palette)
                      : platform == model::Platform::Hybrid ? hybridColour(palette)
                                                            : managedColour(palette);
  const int factor = kLightness[number % kLightness.size()];
  return isDark(palette) ? base.darker(factor) : base.lighter(factor);
}

QColor textOn(const QColor& background) { return background.lightnessF() > 0.55F ? Qt::black : Qt::white; }

} // namespace

MoneyBars::MoneyBars(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Where the money goes"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MoneyBars::show(const model::Decision& decision) {
  m_bars.clear();
  QStringList spoken;
  for (const auto platform : kPlatforms) {
    const auto* result = resultOf(decision, platform);
    if (!result || result->moneyParts.empty()) continue;
    m_bars.push_back({result->platform, result->bill.total().inDollars(), result->moneyParts});
    QStringList parts;
    for (const auto& part : result->moneyParts)
      parts.append(QStringLiteral("%1 %2").arg(toQt(part.meaning), dollars(part.usd)));
    spoken.append(QStringLiteral("%1: %2").arg(platformTitle(result->platform), parts.join(QStringLiteral(", "))));
  }
  setAccessibleDescription(spoken.join(QStringLiteral("; ")));
  setVisible(!m_bars.empty());
  updateGeometry();
  update();
}

QSize MoneyBars::sizeHint() const {
  const int bars = std::max<int>(1, static_cast<int>(m_bars.size()));
  return {400, bars * (fontMetrics().height() * 2 + kMargin) + kMargin};
}

qreal MoneyBars::captionWidth() const {
  qreal width = 0;
  for (const auto& bar : m_bars)
    width = std::max<qreal>(
        width, fontMetrics().horizontalAdvance(platformTitle(bar.platform) + QStringLiteral("  ") + dollars(bar.usd)));
  return width + 2 * kMargin;
}

QRectF MoneyBars::barPlace(std::size_t bar) const {
  const qreal height = fontMetrics().height() * 2.0;
  const qreal left = captionWidth();
  return {left, kMargin + static_cast<qreal>(bar) * (height + kMargin), std::max<qreal>(10, width() - left - kMargin),
          height};
}

std::vector<MoneyBars::Segment> MoneyBars::segments() const {
  std::vector<Segment> segments;
  double dearest = 0;
  for (const auto& bar : m_bars) dearest = std::max(dearest, bar.usd);
  for (std::size_t b = 0; b < m_bars.size() && dearest > 0; ++b) {
    const QRectF place = barPlace(b);
    qreal left = place.left();
    for (std::size_t i = 0; i < m_bars[b].parts.size(); ++i) {
      const auto& part = m_bars[b].parts[i];
      const qreal width = place.width() * std::max(0.0, part.usd) / dearest;
      segments.push_back({QRectF(left, place.top(), width, place.height()), toQt(part.meaning), dollars(part.usd),
                          toQt(pricing::displayPercent(m_bars[b].usd > 0 ? part.usd / m_bars[b].usd : 0)),
                          m_bars[b].platform, i});
      left += width;
    }
  }
  return segments;
}

QString MoneyBars::textAt(const QPoint& place) const {
  for (const auto& segment : segments())
    if (segment.place.contains(place))
      return tr("%1: %2 (%3 of %4)").arg(segment.label, segment.amount, segment.share, platformTitle(segment.platform));
  return {};
}

void MoneyBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  for (std::size_t b = 0; b < m_bars.size(); ++b) {
    const QRectF bar = barPlace(b);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRectF(kMargin, bar.top(), captionWidth(), bar.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     platformTitle(m_bars[b].platform) + QStringLiteral("  ") + dollars(m_bars[b].usd));
  }
  for (const auto& segment : segments()) {
    const QColor colour = shade(segment.platform, segment.number, palette());
    painter.fillRect(segment.place, colour);
    painter.setPen(textOn(colour));
    const QRectF inner = segment.place.adjusted(4, 0, -4, 0);
    const int needed =
        std::max(fontMetrics().horizontalAdvance(segment.label), fontMetrics().horizontalAdvance(segment.amount));
    if (needed <= inner.width())
      painter.drawText(inner, Qt::AlignLeft | Qt::AlignVCenter, segment.label + u'\n' + segment.amount);
  }
}

bool MoneyBars::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const QString text = textAt(help->pos());
  if (text.isEmpty())
    QToolTip::hideText();
  else
    QToolTip::showText(help->globalPos(), text, this);
  return true;
}

} // namespace ui
