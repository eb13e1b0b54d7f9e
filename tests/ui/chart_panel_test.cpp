#include "ui/charts/chart_panel.hpp"

#include <QApplication>
#include <QClipboard>
#include <QtTest/QTest>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"
#include "ui/appearance.hpp"

namespace {

std::set<QRgb> coloursOf(const QImage& image) {
  std::set<QRgb> colours;
  for (int y = 0; y < image.height(); y += 2)
    for (int x = 0; x < image.width(); x += 2) colours.insert(image.pixel(x, y));
  return colours;
}

} // namespace

TEST_CASE("A chart is drawn, and read with the arrow keys", "[ui][chart_panel]") {
  ui::ChartPanel panel;
  panel.resize(700, 400);
  panel.setChart(ui::costChart(tests::plausibleDecision()));
  panel.show();
  CHECK(coloursOf(panel.image()).size() > 20);
  CHECK(panel.image().width() == 2 * panel.width());
  CHECK_FALSE(panel.cursor().has_value());

  panel.setCursorAt(100);
  CHECK(panel.cursorText() == "100/s\nLambda: $847.50\nEC2: $730");
  const double before = *panel.cursor();
  QTest::keyClick(panel.focusProxy(), Qt::Key_Right);
  CHECK(*panel.cursor() > before);
  QTest::keyClick(panel.focusProxy(), Qt::Key_Escape);
  CHECK_FALSE(panel.cursor().has_value());
  CHECK(panel.focusProxy()->accessibleName() == "Monthly cost against request rate");
  CHECK(panel.focusProxy()->accessibleDescription().contains("Break-even at 43.4/s"));
}

TEST_CASE("A chart without series says why", "[ui][chart_panel]") {
  ui::ChartPanel panel;
  panel.resize(400, 300);
  panel.setChart(ui::ec2TimelineChart(model::Decision{}));
  panel.setCursorAt(3);
  CHECK(panel.cursorText().isEmpty());
  CHECK(panel.focusProxy()->accessibleDescription() == "EC2 was not simulated over time.");
  CHECK(coloursOf(panel.image()).size() > 1); // the sentence is painted
}

TEST_CASE("A chart follows the palette", "[ui][chart_panel]") {
  ui::ChartPanel panel;
  panel.resize(500, 300);
  panel.setChart(ui::latencyChart(tests::plausibleDecision()));
  panel.setPalette(ui::paletteFor(ui::Appearance::Light));
  const auto light = panel.image().pixelColor(4, 4);
  panel.setPalette(ui::paletteFor(ui::Appearance::Dark));
  const auto dark = panel.image().pixelColor(4, 4);
  CHECK(light.lightness() > 200);
  CHECK(dark.lightness() < 60);
}

TEST_CASE("Picture and numbers go to the clipboard", "[ui][chart_panel]") {
  ui::ChartPanel panel;
  panel.resize(500, 300);
  panel.setChart(ui::costChart(tests::plausibleDecision()));
  panel.show();
  panel.copyNumbers();
  CHECK(QApplication::clipboard()->text().startsWith("series,\"mean request rate (requests/s)\""));
  panel.copyImage();
  CHECK(QApplication::clipboard()->image().width() == 1000);
}
