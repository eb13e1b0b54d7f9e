#pragma once
// Light and dark: palettes for systems that have none of their own, and the few colours we choose ourselves, each for
// the background it stands on (contrast of at least 4.5 : 1 for text, WCAG 2.1 section 1.4.3).
#include <QColor>
#include <QPalette>
#include <QString>

namespace ui {

enum class Appearance { System, Light, Dark };
QPalette paletteFor(Appearance appearance); // System: what the platform gave the application at its start
void apply(Appearance appearance);          // to the whole application

bool isDark(const QPalette& palette);
QColor problemColour(const QPalette& palette); // "this is wrong"
QColor goodColour(const QPalette& palette);    // "this meets the objective"
QColor mutedText(const QPalette& palette);     // captions
// Orange and blue keep apart for every common colour blindness (Okabe & Ito 2008); the darker of each on white.
QColor lambdaColour(const QPalette& palette);
QColor ec2Colour(const QPalette& palette);
QColor managedColour(const QPalette& palette); // the third lane
QColor hybridColour(const QPalette& palette);

} // namespace ui
