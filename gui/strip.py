"""The message strip above the page: what the person should know, without stopping what they do.

A notice goes by itself, a failure when it is closed, the end of the engine when another one is started.
What comes is shown at once; what it covers comes up again when it has gone.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QFontDatabase, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import WARNING

NOTICE_SECS = 8.0
_LONGEST = 300
_STRIPE_PX = 4
_TRACE_ROWS = 10


class Strip(QFrame):
    """Hidden while there is nothing to say."""

    restart_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice = self._file = ""
        self._failure: tuple[str, str] | None = None
        self._death = ""
        self._told: Callable[[str], None] | None = None
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPushButton("Details", self)
        self._details.setCheckable(True)
        self._copy = QPushButton("Copy", self)
        self._folder = QPushButton("Show the folder", self)
        self._restart = QPushButton("Restart the engine", self)
        self._close = QToolButton(self)
        self._close.setText("✕")
        self._close.setAutoRaise(True)
        self._close.setProperty("role", "quiet")
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("Close this message")
        self._trace = QPlainTextEdit(self)
        self._trace.setReadOnly(True)
        self._trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._going = QTimer(self)
        self._going.setSingleShot(True)
        self._lay_out()
        self._going.timeout.connect(self.on_notice_over)
        self._details.toggled.connect(self.on_details_toggled)
        self._copy.clicked.connect(self.on_copy_asked)
        self._folder.clicked.connect(self.on_folder_asked)
        self._restart.clicked.connect(self.restart_asked)
        self._close.clicked.connect(self.on_closed)
        self._show_first()

    def tell_instead(self, told: Callable[[str], None]) -> None:
        """From now on notices are told and not shown: in a film nobody can act on them. Trouble is shown."""
        self._told = told

    def show_notice(self, text: str, file: str = "", *, is_trouble: bool = False) -> None:
        """A sentence that goes by itself after NOTICE_SECS; a newer one takes its place.

        file: one that the sentence is about; a button shows its folder.  is_trouble: the experiment cannot go on so.
        """
        if self._told is not None and not is_trouble:
            self._told(text)
            return
        self._notice, self._file = text, file
        self._going.start(round(NOTICE_SECS * 1000))
        self._show_first()

    def show_failed(self, headline: str, trace: str) -> None:
        """A bug: its headline, and its trace behind Details, until closed."""
        self._forget_notice()
        self._failure = headline, trace
        self._details.setChecked(False)
        self._trace.setPlainText(trace)
        self._show_first()

    def show_engine_died(self, reason: str) -> None:
        """The engine is gone: says so, with Restart, until `hide_died`."""
        self._forget_notice()
        self._failure = None
        self._death = f"The engine has stopped: {reason.rstrip('. ')}. Your sketch and knobs are kept."
        self._show_first()

    def hide_died(self) -> None:
        """Another engine has been started."""
        self._death = ""
        self._show_first()

    def on_notice_over(self) -> None:
        self._notice = ""
        self._show_first()

    def on_closed(self) -> None:
        """Close what is shown; what stands behind it comes up."""
        if self._notice:
            self._forget_notice()
        else:
            self._failure = None
        self._show_first()

    def on_details_toggled(self, is_on: bool) -> None:
        self._trace.setVisible(is_on)
        self._copy.setVisible(is_on)

    def on_copy_asked(self) -> None:
        if self._failure:
            QApplication.clipboard().setText("\n".join(self._failure))

    def on_folder_asked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._file).absolute().parent)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        is_notice = bool(self._notice)
        mark = self.palette().color(QPalette.ColorRole.Highlight) if is_notice else QColor(WARNING)
        ground = QColor(mark)
        ground.setAlphaF(0.16)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.fillRect(self.rect(), ground)
        painter.fillRect(QRect(0, 0, _STRIPE_PX, self.height()), mark)

    def _forget_notice(self) -> None:
        self._notice = ""
        self._going.stop()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._text, 1)
        for button in (self._copy, self._details, self._folder, self._restart, self._close):
            # A click must not take the keys away from the canvas.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            line.addWidget(button)
        self._trace.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._trace.setFixedHeight(_TRACE_ROWS * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_STRIPE_PX + 10, 4, 8, 4)
        layout.addLayout(line)
        layout.addWidget(self._trace)

    def _show_first(self) -> None:
        text = self._notice or (self._failure[0] if self._failure else "") or self._death
        is_failure = bool(self._failure) and not self._notice
        self._text.setText(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")
        self._text.setToolTip("" if len(text) <= _LONGEST else text)
        self._details.setVisible(is_failure)
        self.on_details_toggled(is_failure and self._details.isChecked())
        self._folder.setVisible(bool(self._notice and self._file))
        self._restart.setVisible(bool(self._death))
        self._close.setVisible(bool(self._notice) or is_failure)
        self.setVisible(bool(text))
        self.update()
