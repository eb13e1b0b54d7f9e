#include "ui/charts/chart_panel.hpp"

#include <QAction>
#include <QApplication>
#include <QCategoryAxis>
#include <QChart>
#include <QChartView>
#include <QClipboard>
#include <QFileDialog>
#include <QGraphicsLayout>
#include <QKeyEvent>
#include <QLegendMarker>
#include <QLineSeries>
#include <QMessageBox>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/appearance.hpp"
#include "ui/qt_text.hpp"

namespace ui {

namespace {

constexpr int kPixelsPerTick = 84, kPixelsPerRow = 36;
constexpr qreal kCursorSteps = 100; // key presses from one end of the axis to the other

QColor colourOf(Ink ink, const QPalette& palette) {
  const bool dark = isDark(palette);
  switch (ink) {
  case Ink::Lambda: return lambdaColour(palette);
  case Ink::LambdaSoft: return dark ? QColor(0xf5, 0xd7, 0xa8) : QColor(0x7a, 0x4a, 0x12);
  case Ink::Ec2: return ec2Colour(palette);
  case Ink::Ec2Soft: return dark ? QColor(0x5f, 0xcf, 0xbf) : QColor(0x0f, 0x7f, 0x72);
  case Ink::Managed: return managedColour(palette);
  case Ink::Hybrid: return hybridColour(palette);
  case Ink::BreakEven: return dark ? QColor(0xd7, 0x9b, 0xff) : QColor(0x7a, 0x2f, 0xb5);
  case Ink::Objective: return problemColour(palette);
  case Ink::Here: break;
  }
  return goodColour(palette);
}

QColor mixed(const QColor& a, const QColor& b, qreal share) {
  return QColor::fromRgbF(static_cast<float>(a.redF() * (1 - share) + b.redF() * share),
                          static_cast<float>(a.greenF() * (1 - share) + b.greenF() * share),
                          static_cast<float>(a.blueF() * (1 - share) + b.blueF() * share));
}

// Series points along the drawn axes; a step becomes two points.
QList<QPointF> drawn(const Series& series, const Axis& x, const Axis& y) {
  QList<QPointF> points;
  points.reserve(static_cast<qsizetype>(series.points.size() * (series.steps ? 2 : 1)));
  for (const auto& point : series.points) {
    const QPointF next(position(x, point.x), position(y, point.y));
    if (series.steps && !points.isEmpty()) points.append({next.x(), points.last().y()});
    points.append(next);
  }
  return points;
}

} // namespace

class ChartPanel::View : public QChartView {
 public:
  explicit View(QWidget* parent) : QChartView(new QChart, parent) {
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(260, 150);
    chart()->setMargins(QMargins(2, 2, 30, 2));
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->setBackgroundRoundness(0);
    chart()->legend()->setAlignment(Qt::AlignTop);
    chart()->legend()->setMarkerShape(QLegend::MarkerShapeFromSeries);
  }

  void show(Chart data) {
    m_data = std::move(data);
    m_cursor.reset();
    rebuild();
  }
  const Chart& data() const { return m_data; }
  std::optional<double> cursor() const { return m_cursor; }
  void setCursorAt(std::optional<double> x) {
    if (x) x = std::clamp(*x, m_data.x.from, m_data.x.to);
    m_cursor = m_data.series.empty() ? std::nullopt : x;
    viewport()->update();
  }
  void rebuild();

 protected:
  void drawForeground(QPainter* painter, const QRectF& rect) override;
  void resizeEvent(QResizeEvent* event) override {
    QChartView::resizeEvent(event);
    layTicks();
  }
  void mouseMoveEvent(QMouseEvent* event) override {
    const QPointF place = mapToScene(event->position().toPoint());
    const bool inside = chart()->plotArea().contains(place);
    setCursorAt(inside ? std::optional(valueAtScene(place.x())) : std::nullopt);
    QChartView::mouseMoveEvent(event);
  }
  void leaveEvent(QEvent* event) override {
    setCursorAt(std::nullopt);
    QChartView::leaveEvent(event);
  }
  void keyPressEvent(QKeyEvent* event) override;
  // Its own palette, not the panel's: when the application's palette changes, the panel hears of it before its children
  // do.
  void changeEvent(QEvent* event) override {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) rebuild();
  }

 private:
  void addSeries(const Series& series, QAbstractAxis* x, QAbstractAxis* y);
  QCategoryAxis* addAxis(const Axis& axis, Qt::Alignment side);
  void layTicks();
  static void layTicks(QCategoryAxis* drawnAxis, const Axis& axis, int atMost);
  double sceneX(double value) const;
  double valueAtScene(double x) const;
  double sceneY(double value) const;
  void drawMarkers(QPainter* painter) const;
  void drawCursor(QPainter* painter) const;
  void drawBox(QPainter* painter, const QPointF& anchor, const QStringList& lines) const;

  Chart m_data;
  std::optional<double> m_cursor;
  QCategoryAxis *m_x = nullptr, *m_y = nullptr, *m_right = nullptr;
};

void ChartPanel::View::rebuild() {
  chart()->removeAllSeries();
  for (auto* axis : chart()->axes()) {
    chart()->removeAxis(axis);
    delete axis;
  }
  m_x = m_y = m_right = nullptr;
  chart()->setBackgroundBrush(palette().color(QPalette::Base));
  setBackgroundBrush(palette().color(QPalette::Base));
  chart()->setTitle(toQt(m_data.title));
  chart()->setTitleBrush(palette().color(QPalette::Text));
  QFont bold = font();
  bold.setBold(true);
  chart()->setTitleFont(bold);
  chart()->legend()->setLabelColor(palette().color(QPalette::Text));
  chart()->legend()->setFont(font());
  chart()->legend()->setVisible(!m_data.series.empty());
  setAccessibleName(toQt(m_data.title));
  setAccessibleDescription(toQt(m_data.summary));
  if (m_data.series.empty()) return;
  m_x = addAxis(m_data.x, Qt::AlignBottom);
  m_y = addAxis(m_data.y, Qt::AlignLeft);
  if (m_data.right) m_right = addAxis(*m_data.right, Qt::AlignRight);
  for (const auto& series : m_data.series) addSeries(series, m_x, series.onRight && m_right ? m_right : m_y);
  layTicks();
}

void ChartPanel::View::addSeries(const Series& series, QAbstractAxis* x, QAbstractAxis* y) {
  auto* line = new QLineSeries;
  line->setName(toQt(series.name));
  line->replace(drawn(series, m_data.x, y == m_right ? *m_data.right : m_data.y));
  QPen pen(colourOf(series.ink, palette()), series.onRight ? 1.2 : 2.0);
  pen.setCosmetic(true);
  if (series.dashed) pen.setStyle(Qt::DashLine);
  line->setPen(pen);
  chart()->addSeries(line);
  line->attachAxis(x);
  line->attachAxis(y);
}

QCategoryAxis* ChartPanel::View::addAxis(const Axis& axis, Qt::Alignment side) {
  auto* added = new QCategoryAxis;
  const QColor text = palette().color(QPalette::Text);
  added->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
  added->setTitleText(toQt(axis.title));
  added->setTitleBrush(text);
  added->setTitleFont(font());
  added->setLabelsBrush(text);
  added->setLabelsFont(font());
  added->setLinePenColor(mixed(palette().color(QPalette::Base), text, 0.5));
  added->setGridLinePen(QPen(mixed(palette().color(QPalette::Base), text, 0.13), 1));
  added->setGridLineVisible(side != Qt::AlignRight);
  added->setRange(position(axis, axis.from), position(axis, axis.to));
  chart()->addAxis(added, side);
  return added;
}

void ChartPanel::View::layTicks(QCategoryAxis* drawnAxis, const Axis& axis, int atMost) {
  for (const auto& label : drawnAxis->categoriesLabels()) drawnAxis->remove(label);
  drawnAxis->setStartValue(position(axis, axis.from));
  for (const auto& tick : ticks(axis, std::max(2, atMost)))
    drawnAxis->append(toQt(tick.label), position(axis, tick.value));
  drawnAxis->setRange(position(axis, axis.from), position(axis, axis.to));
}

void ChartPanel::View::layTicks() {
  if (!m_x) return;
  layTicks(m_x, m_data.x, width() / kPixelsPerTick);
  layTicks(m_y, m_data.y, height() / kPixelsPerRow);
  if (m_right) layTicks(m_right, *m_data.right, height() / kPixelsPerRow);
}

double ChartPanel::View::sceneX(double value) const {
  const QRectF area = chart()->plotArea();
  const double from = position(m_data.x, m_data.x.from), to = position(m_data.x, m_data.x.to);
  return area.left() + area.width() * (position(m_data.x, value) - from) / (to - from);
}

double ChartPanel::View::valueAtScene(double x) const {
  const QRectF area = chart()->plotArea();
  const double from = position(m_data.x, m_data.x.from), to = position(m_data.x, m_data.x.to);
  return valueAtPosition(m_data.x, from + (to - from) * (x - area.left()) / std::max(1.0, area.width()));
}

double ChartPanel::View::sceneY(double value) const {
  const QRectF area = chart()->plotArea();
  const double from = position(m_data.y, m_data.y.from), to = position(m_data.y, m_data.y.to);
  return area.bottom() - area.height() * (position(m_data.y, value) - from) / (to - from);
}

void ChartPanel::View::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Cancel)) return setCursorAt(std::nullopt);
  const int direction = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
  if (direction == 0 || m_data.series.empty()) return QChartView::keyPressEvent(event);
  const double from = position(m_data.x, m_data.x.from), to = position(m_data.x, m_data.x.to);
  const double now = m_cursor ? position(m_data.x, *m_cursor) : (from + to) / 2;
  setCursorAt(valueAtPosition(m_data.x, std::clamp(now + direction * (to - from) / kCursorSteps, from, to)));
}

void ChartPanel::View::drawForeground(QPainter* painter, const QRectF& rect) {
  QChartView::drawForeground(painter, rect);
  painter->save();
  painter->setFont(font());
  if (m_data.series.empty()) {
    painter->setPen(mutedText(palette()));
    painter->drawText(sceneRect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, toQt(m_data.summary));
  } else {
    drawMarkers(painter);
    if (m_cursor) drawCursor(painter);
  }
  painter->restore();
}

// Labels of neighbouring markers are set on rows of their own, so that they never overlap.
void ChartPanel::View::drawMarkers(QPainter* painter) const {
  const QRectF area = chart()->plotArea();
  const QFontMetricsF metrics(font());
  const qreal rowHeight = metrics.height() + 4;
  int row = 0;
  for (const auto& marker : m_data.markers) {
    const QColor colour = colourOf(marker.ink, palette());
    const qreal x = sceneX(marker.x);
    painter->setPen(QPen(colour, 1.5, Qt::DashLine));
    painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    if (marker.y) {
      painter->setBrush(colour);
      painter->drawEllipse(QPointF(x, sceneY(*marker.y)), 4, 4);
    }
    const QString text = toQt(marker.text);
    const qreal width = metrics.horizontalAdvance(text) + 8;
    const bool leftOfLine = x + width > area.right();
    const QRectF label(leftOfLine ? x - width - 3 : x + 3, area.top() + 3 + row++ * rowHeight, width, rowHeight - 2);
    QColor paper = palette().color(QPalette::Base);
    paper.setAlpha(225);
    painter->fillRect(label, paper);
    painter->setPen(colour);
    painter->drawText(label, Qt::AlignCenter, text);
  }
}

void ChartPanel::View::drawCursor(QPainter* painter) const {
  const QRectF area = chart()->plotArea();
  const qreal x = sceneX(*m_cursor);
  painter->setPen(QPen(mutedText(palette()), 1));
  painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
  QStringList lines;
  for (const auto& line : readout(m_data, *m_cursor)) lines.append(toQt(line));
  drawBox(painter, {x, area.center().y()}, lines);
}

void ChartPanel::View::drawBox(QPainter* painter, const QPointF& anchor, const QStringList& lines) const {
  const QFontMetricsF metrics(font());
  qreal width = 0;
  for (const auto& line : lines) width = std::max(width, metrics.horizontalAdvance(line));
  QRectF box(anchor, QSizeF(width + 16, metrics.height() * static_cast<qreal>(lines.size()) + 10));
  box.translate(box.right() + 10 > chart()->plotArea().right() ? -box.width() - 10 : 10, -box.height() / 2);
  painter->setPen(mutedText(palette()));
  painter->setBrush(palette().color(QPalette::ToolTipBase));
  painter->drawRoundedRect(box, 3, 3);
  painter->setPen(palette().color(QPalette::ToolTipText));
  painter->drawText(box.adjusted(8, 5, -8, -5), Qt::AlignLeft | Qt::AlignVCenter, lines.join(u'\n'));
}

ChartPanel::ChartPanel(QWidget* parent) : QWidget(parent), m_view(new View(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_view);
  setFocusProxy(m_view);
  offerActions();
}

ChartPanel::~ChartPanel() = default;

void ChartPanel::offerActions() {
  const auto offer = [this](const QString& text, auto slot) {
    auto* action = new QAction(text, this);
    connect(action, &QAction::triggered, this, slot);
    m_view->addAction(action);
    return action;
  };
  auto* copy = offer(tr("&Copy picture"), &ChartPanel::copyImage);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  offer(tr("Copy &numbers (CSV)"), &ChartPanel::copyNumbers);
  offer(tr("&Save picture…"), &ChartPanel::saveImage);
  m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
  m_view->setToolTip(tr("Move the mouse or press ← → to read values; right-click to copy or save."));
}

void ChartPanel::setChart(Chart chart) { m_view->show(std::move(chart)); }
const Chart& ChartPanel::chart() const { return m_view->data(); }
void ChartPanel::setCursorAt(std::optional<double> x) { m_view->setCursorAt(x); }
std::optional<double> ChartPanel::cursor() const { return m_view->cursor(); }

QString ChartPanel::cursorText() const {
  QStringList lines;
  if (const auto x = m_view->cursor())
    for (const auto& line : readout(m_view->data(), *x)) lines.append(toQt(line));
  return lines.join(u'\n');
}

QImage ChartPanel::image() const {
  constexpr int kScale = 2;
  QImage picture(m_view->size() * kScale, QImage::Format_ARGB32);
  picture.setDevicePixelRatio(kScale);
  picture.fill(palette().color(QPalette::Base));
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  m_view->render(&painter, QRectF(QPointF(), m_view->size()));
  return picture;
}

void ChartPanel::copyImage() const { QApplication::clipboard()->setImage(image()); }
void ChartPanel::copyNumbers() const { QApplication::clipboard()->setText(toQt(toCsv(chart()))); }

void ChartPanel::saveImage() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save picture"), tr("chart.png"), tr("Pictures (*.png *.jpg)"));
  if (path.isEmpty() || image().save(path)) return;
  QMessageBox::warning(this, tr("Save picture"), tr("The picture could not be written to %1.").arg(path));
}

} // namespace ui
