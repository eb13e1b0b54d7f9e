#pragma once
// An editor with the sentence about what is wrong beside it: red text and an icon under the editor, the same sentence
// in its tooltip and for screen readers.
#include <QComboBox>
#include <QLabel>
#include <QString>
#include <QWheelEvent>
#include <QWidget>

namespace ui {

// Scrolling the form must not change what it says: the wheel turns a choice only while it has the focus.
class CalmComboBox : public QComboBox {
  Q_OBJECT
 public:
  using QComboBox::QComboBox;

 protected:
  void wheelEvent(QWheelEvent* event) override {
    if (hasFocus())
      QComboBox::wheelEvent(event);
    else
      event->ignore();
  }
};

class Field : public QWidget {
  Q_OBJECT
 public:
  // Takes the editor; `name` and `tip` become its accessible name and tooltip.
  Field(QWidget* editor, const QString& name, const QString& tip, QWidget* parent = nullptr);
  QWidget* editor() const { return m_editor; }

  void setTip(const QString& tip);
  void setProblem(const QString& sentence); // empty: nothing is wrong
  QString problem() const { return m_problem; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void colour();
  QWidget* m_editor;
  QLabel* m_line;
  QString m_tip, m_problem;
};

} // namespace ui
