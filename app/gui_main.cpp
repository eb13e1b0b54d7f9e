#include <QApplication>

#include "ui/main_window.hpp"

int main(int argc, char* argv[]) {
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("breakeven-gui"));
  QApplication::setApplicationDisplayName(QStringLiteral("Breakeven"));
  const auto catalogue = pricing::PriceCatalogue::embedded();
  ui::MainWindow window(catalogue, ui::coreEngine(catalogue));
  window.show();
  const auto arguments = QApplication::arguments();
  if (arguments.size() > 1) window.openPath(arguments.at(1));
  return QApplication::exec();
}
