#include "ui/form/field.hpp"

#include <QEvent>
#include <QVBoxLayout>

#include "ui/appearance.hpp"

namespace ui {

Field::Field(QWidget* editor, const QString& name, const QString& tip, QWidget* parent)
    : QWidget(parent), m_editor(editor), m_line(new QLabel) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(1);
  layout->addWidget(m_editor);
  layout->addWidget(m_line);
  m_line->setWordWrap(true);
  m_line->setTextFormat(Qt::PlainText);
  m_line->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_line->hide();
  m_editor->setAccessibleName(name);
  setFocusProxy(m_editor);
  setTip(tip);
  colour();
}

void Field::setTip(const QString& tip) {
  m_tip = tip;
  setProblem(m_problem);
}

void Field::setProblem(const QString& sentence) {
  m_problem = sentence;
  m_line->setText(sentence.isEmpty() ? QString() : QStringLiteral("⚠ ") + sentence);
  m_line->setVisible(!sentence.isEmpty());
  m_editor->setToolTip(sentence.isEmpty() ? m_tip : sentence + QStringLiteral("\n\n") + m_tip);
  m_editor->setAccessibleDescription(m_editor->toolTip());
}

void Field::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) colour();
}

void Field::colour() {
  QPalette palette; // only what is set here; the rest keeps following the application
  palette.setColor(QPalette::WindowText, problemColour(this->palette()));
  m_line->setPalette(palette);
}

} // namespace ui
