#include "ui/appearance.hpp"

#include <QApplication>
#include <QStyle>

namespace ui {

namespace {

struct Shades {
  QRgb window, base, alternate, button, text, disabled, highlight, link;
};
constexpr Shades kLight{0xfff3f4f6, 0xffffffff, 0xfff0f2f5, 0xffe9ebee, 0xff1b1f24, 0xff8a9099, 0xff1f6feb, 0xff0b57d0};
constexpr Shades kDark{0xff22262b, 0xff1a1d21, 0xff23282e, 0xff2e343b, 0xffe6e9ed, 0xff7d858f, 0xff2f6fd0, 0xff7ab7ff};

QPalette from(const Shades& shades) {
  QPalette palette(QColor::fromRgb(shades.button), QColor::fromRgb(shades.window));
  const auto set = [&palette](QPalette::ColorRole role, QRgb colour) {
    palette.setColor(role, QColor::fromRgb(colour));
  };
  set(QPalette::Base, shades.base);
  set(QPalette::AlternateBase, shades.alternate);
  set(QPalette::ToolTipBase, shades.base);
  set(QPalette::Highlight, shades.highlight);
  set(QPalette::HighlightedText, 0xffffffff);
  set(QPalette::Link, shades.link);
  for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText, QPalette::ToolTipText}) {
    set(role, shades.text);
    palette.setColor(QPalette::Disabled, role, QColor::fromRgb(shades.disabled));
  }
  set(QPalette::PlaceholderText, shades.disabled);
  return palette;
}

// Asked for before anything was applied, so it is what the platform chose.
const QPalette& platformPalette() {
  static const QPalette palette = QApplication::palette();
  return palette;
}

} // namespace

QPalette paletteFor(Appearance appearance) {
  const QPalette& platform = platformPalette();
  if (appearance == Appearance::System) return platform;
  return from(appearance == Appearance::Dark ? kDark : kLight);
}

void apply(Appearance appearance) { QApplication::setPalette(paletteFor(appearance)); }

bool isDark(const QPalette& palette) {
  return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QColor problemColour(const QPalette& palette) {
  return isDark(palette) ? QColor(0xff, 0x8f, 0x88) : QColor(0xb3, 0x1d, 0x1d);
}

QColor goodColour(const QPalette& palette) {
  return isDark(palette) ? QColor(0x6f, 0xd0, 0x8c) : QColor(0x17, 0x6f, 0x35);
}

QColor lambdaColour(const QPalette& palette) {
  return isDark(palette) ? QColor(0xff, 0xa9, 0x4d) : QColor(0xc7, 0x5b, 0x00);
}

QColor ec2Colour(const QPalette& palette) {
  return isDark(palette) ? QColor(0x6c, 0xb6, 0xff) : QColor(0x0b, 0x62, 0xb8);
}

QColor managedColour(const QPalette& palette) {
  return isDark(palette) ? QColor(0x5b, 0xd0, 0xc4) : QColor(0x0f, 0x76, 0x6e);
}

QColor hybridColour(const QPalette& palette) {
  return isDark(palette) ? QColor(0xe0, 0x8f, 0xc4) : QColor(0x9c, 0x2a, 0x74);
}

QColor mutedText(const QPalette& palette) {
  return isDark(palette) ? QColor(0xa9, 0xb1, 0xbb) : QColor(0x57, 0x5f, 0x69);
}

} // namespace ui
