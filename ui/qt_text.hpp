#pragma once
// The door between the core's UTF-8 text and Qt's.
#include <QString>
#include <string>
#include <string_view>

namespace ui {

inline QString toQt(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
inline std::string fromQt(const QString& text) { return text.toStdString(); }

} // namespace ui
