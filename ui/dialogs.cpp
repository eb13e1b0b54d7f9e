#include "ui/dialogs.hpp"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "ui/qt_text.hpp"

namespace ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Dialogs", text); }

SaveAnswer askToSave(QWidget* parent, const QString& name) {
  const auto answer =
      QMessageBox::question(parent, tr("Unsaved changes"), tr("Save the changes to “%1”?").arg(name),
                            QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
  if (answer == QMessageBox::Save) return SaveAnswer::Save;
  return answer == QMessageBox::Discard ? SaveAnswer::Discard : SaveAnswer::Cancel;
}

// All of them at once, and text that can be selected and copied.
void showProblems(QWidget* parent, const QString& title, const QList<pricing::Problem>& problems) {
  QDialog dialog(parent);
  dialog.setWindowTitle(title);
  dialog.resize(640, 260);
  auto* layout = new QVBoxLayout(&dialog);
  auto* count = new QLabel(problems.size() == 1 ? tr("There is one problem:")
                                                : tr("There are %1 problems:").arg(problems.size()));
  QStringList lines;
  for (const auto& problem : problems) lines.append(QStringLiteral("• ") + toQt(pricing::sentence(problem)));
  auto* list = new QPlainTextEdit(lines.join(u'\n'));
  list->setReadOnly(true);
  list->setTabChangesFocus(true);
  list->setAccessibleName(title);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
  layout->addWidget(count);
  layout->addWidget(list);
  layout->addWidget(buttons);
  dialog.exec();
}

} // namespace

Dialogs standardDialogs() {
  return {askToSave,
          [](QWidget* parent, const QString& title, const QString& filter) {
            return QFileDialog::getOpenFileNames(parent, title, {}, filter);
          },
          [](QWidget* parent, const QString& title, const QString& proposal, const QString& filter) {
            return QFileDialog::getSaveFileName(parent, title, proposal, filter);
          },
          showProblems,
          [](QWidget* parent, const QString& title, const QString& html) { QMessageBox::about(parent, title, html); }};
}

} // namespace ui
