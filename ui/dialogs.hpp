#pragma once
// What the window asks people, as functions, so that tests answer without a screen.
#include <QList>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <functional>

#include "pricing/problem.hpp"

namespace ui {

enum class SaveAnswer { Save, Discard, Cancel };

struct Dialogs {
  std::function<SaveAnswer(QWidget*, const QString& name)> askToSave;
  std::function<QStringList(QWidget*, const QString& title, const QString& filter)> openFiles; // empty: cancelled
  std::function<QString(QWidget*, const QString& title, const QString& proposal, const QString& filter)> saveFile;
  std::function<void(QWidget*, const QString& title, const QList<pricing::Problem>&)> showProblems;
  std::function<void(QWidget*, const QString& title, const QString& html)> showText;
};
Dialogs standardDialogs();

} // namespace ui
