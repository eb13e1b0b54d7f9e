// ui_screenshots FOLDER: pictures of the window with an evaluated example, light and dark, one for each tab. For people
// who look, and for the README; no test.
#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QtTest/QTest>
#include <cstdio>

#include "ui/appearance.hpp"
#include "ui/main_window.hpp"

namespace {

constexpr int kLongestRunMs = 600'000;

class Album {
 public:
  Album(ui::MainWindow& window, QString folder) : m_window(window), m_folder(std::move(folder)) {}

  void takeAll(const QString& look) {
    auto* results = m_window.results()->tabs();
    for (int tab = 0; tab < results->count(); ++tab) {
      if (!results->isTabVisible(tab)) continue;
      results->setCurrentIndex(tab);
      take(QStringLiteral("%1-result-%2").arg(look, plain(results->tabText(tab))));
    }
    results->setCurrentIndex(0);
    auto* pages = m_window.form()->findChild<QTabWidget*>();
    for (int page = 0; page < pages->count(); ++page) {
      pages->setCurrentIndex(page);
      take(QStringLiteral("%1-form-%2").arg(look, plain(pages->tabText(page))));
    }
    pages->setCurrentIndex(0);
  }

  void takeProblem(const QString& look) {
    auto* line = qobject_cast<QLineEdit*>(m_window.form()->editorAt("/workload/memory"));
    const QString before = line->text();
    line->setText(QStringLiteral("a lot"));
    emit line->textEdited(line->text());
    take(look + QStringLiteral("-problem"));
    line->setText(before);
    emit line->textEdited(before);
  }

 private:
  static QString plain(const QString& title) {
    return title.section(u'(', 0, 0).remove(u'&').trimmed().toLower().replace(u' ', u'-');
  }
  void take(const QString& name) {
    QTest::qWait(50);
    m_window.grab().save(QDir(m_folder).filePath(name + QStringLiteral(".png")));
  }
  ui::MainWindow& m_window;
  QString m_folder;
};

} // namespace

int main(int argc, char* argv[]) {
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  const QTemporaryDir settings;
  QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
  QApplication application(argc, argv);
  const QStringList arguments = QApplication::arguments();
  if (arguments.size() < 2 || !QDir().mkpath(arguments.at(1))) {
    std::fputs("usage: ui_screenshots FOLDER [SCENARIO]\n", stderr);
    return 2;
  }
  const auto catalogue = pricing::PriceCatalogue::embedded();
  ui::MainWindow window(catalogue, ui::coreEngine(catalogue));
  window.resize(1280, 800);
  window.show();
  if (arguments.size() > 2) window.openPath(arguments.at(2));
  if (!QTest::qWaitFor([&] { return !window.controller()->isRunning(); }, kLongestRunMs)) return 1;
  Album album(window, arguments.at(1));
  for (const auto& [look, appearance] : {std::pair{QStringLiteral("light"), ui::Appearance::Light},
                                         std::pair{QStringLiteral("dark"), ui::Appearance::Dark}}) {
    ui::apply(appearance);
    album.takeAll(look);
    album.takeProblem(look);
  }
  return 0;
}
