"""Find any command by a few letters: a list over the window that runs what is chosen.

It reads the menus each time it opens, so presets and recent files are found too.
"""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFontMetrics, QHideEvent, QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QMenu,
    QMenuBar,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.language import tr

_WIDTH_PX, _ROWS = 620, 11
_MARGIN_PX = 10
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_PATH, _KEYS, _ACTION = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
_SEPARATOR = " › "


def match(query: str, text: str) -> float | None:
    """How well each word of a query is found in a text, its letters in order; None if one is not. Higher is better."""
    total = 0.0
    for word in query.casefold().split():
        scores = [_match_from(word, text.casefold(), start) for start in range(len(text))]
        found = [score for score in scores if score is not None]
        if not found:
            return None
        total += max(found)
    return total


def actions_in(bar: QMenuBar) -> list[tuple[str, QAction]]:
    """Every action of the menus that can run now, with the menus that lead to it, such as "File › Samples"."""
    return [pair for title in bar.actions() for pair in _actions_under(title, "")]


class CommandPalette(QFrame):
    """Hidden until `open`; Enter runs, Esc and a click elsewhere close."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._focus_before: QWidget | None = None
        self._found: list[tuple[str, QAction]] = []
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setForegroundRole(QPalette.ColorRole.Mid)
        self.setAutoFillBackground(True)
        self._query = QLineEdit(self)
        self._query.setPlaceholderText("Type a few letters of a command")
        self._query.setClearButtonEnabled(True)
        self._query.setAccessibleName("Command palette")
        self._query.textChanged.connect(self.on_query_changed)
        self._query.installEventFilter(self)
        self._list = QListWidget(self)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The theme frames lists; this one has the palette's own frame around it.
        self._list.setStyleSheet("QListWidget { border: none; padding: 0; background: transparent; }")
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setItemDelegate(_Row(self._list))
        self._list.itemClicked.connect(self.on_item_clicked)
        layout = QVBoxLayout(self)
        layout.addWidget(self._query)
        layout.addWidget(self._list)
        window.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Open, or close if it is open: what its key does."""
        if self.isVisible():
            self.close()
        else:
            self._open()

    def on_query_changed(self, query: str) -> None:
        ranked: Iterable[tuple[str, QAction]] = self._found
        if query.strip():
            scored = [(_score(query, path, action), path, action) for path, action in self._found]
            kept = [(score, path, action) for score, path, action in scored if score is not None]
            ranked = [(path, action) for _, path, action in sorted(kept, key=lambda each: -each[0])]
        self._list.clear()
        for path, action in ranked:
            item = QListWidgetItem(_plain(action), self._list)
            item.setData(_PATH, path)
            item.setData(_KEYS, action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
            item.setData(_ACTION, action)
            item.setToolTip(action.statusTip())
        if not self._list.count():
            nothing = QListWidgetItem(tr("No command has these letters"), self._list)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        self._list.setCurrentRow(0)
        self._place()

    def on_item_clicked(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self._run(item)

    def hideEvent(self, event: QHideEvent) -> None:
        # The actions of a submenu may be gone by the next time.
        self._list.clear()
        self._found = []
        if self._focus_before is not None and isValid(self._focus_before) and self._query.hasFocus():
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus_before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self._query and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The window has an Esc of its own.
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        if watched is self._query and event.type() == QEvent.Type.FocusOut and QApplication.focusWidget() is not None:
            self.close()
        if watched is self._query and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._use_key(event)
        return False

    def _use_key(self, event: QKeyEvent) -> bool:
        """Whether the key was for the palette rather than for its text."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.on_item_clicked(self._list.currentItem())
        elif event.key() in _MOVES:
            QApplication.sendEvent(self._list, event)
        else:
            return False
        return True

    def _open(self) -> None:
        self._focus_before = QApplication.focusWidget()
        self._found = actions_in(self._window.menuBar())
        self._query.clear()
        self.on_query_changed("")
        self.show()
        self.raise_()
        self._query.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _run(self, item: QListWidgetItem) -> None:
        action: QAction = item.data(_ACTION)
        self.close()
        action.trigger()

    def _place(self) -> None:
        width = min(_WIDTH_PX, self._window.width() - 4 * _MARGIN_PX)
        rows = min(self._list.count(), _ROWS)
        wanted = self.sizeHint().height() - self._list.sizeHint().height() + rows * self._list.sizeHintForRow(0)
        top = self._window.menuBar().geometry().bottom() + 2 * _MARGIN_PX
        height = min(wanted, self._window.height() - top - 2 * _MARGIN_PX)
        self.setGeometry((self._window.width() - width) // 2, top, width, height)


class _Row(QStyledItemDelegate):
    """A tick where it is on, the command, the menu it is in (dimmed), and its key at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, round(option.fontMetrics.height() * 1.7))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        action: QAction | None = index.data(_ACTION)
        if action is None:
            super().paint(painter, option, index)
            return
        name, option.text = option.text, ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = option.palette.color(QPalette.ColorRole.HighlightedText if is_chosen else QPalette.ColorRole.Text)
        dim = QColor(ink)
        # On the colour of what is chosen, paler words could not be read.
        dim.setAlphaF(1.0 if is_chosen else 0.65)
        metrics = QFontMetrics(option.font)
        tick = metrics.height()
        box = option.rect.adjusted(_MARGIN_PX // 2 + tick, 0, -_MARGIN_PX, 0)
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        painter.setFont(option.font)
        painter.setPen(ink)
        if action.isChecked():
            painter.drawText(QRect(box.left() - tick, box.top(), tick, box.height()), middle, "✓")
        painter.drawText(box, middle, name)
        painter.setPen(dim)
        painter.drawText(box, middle | right, index.data(_KEYS))
        box.setLeft(box.left() + metrics.horizontalAdvance(name) + 2 * _MARGIN_PX)
        box.setRight(box.right() - metrics.horizontalAdvance(index.data(_KEYS)) - _MARGIN_PX)
        painter.drawText(box, middle, metrics.elidedText(index.data(_PATH), Qt.TextElideMode.ElideRight, box.width()))


def _actions_under(action: QAction, path: str) -> list[tuple[str, QAction]]:
    if action.isSeparator() or not action.isEnabled():
        return []
    menu = action.menu()
    if not isinstance(menu, QMenu):
        return [(path, action)]
    inner = f"{path}{_SEPARATOR}{_plain(action)}" if path else _plain(action)
    return [pair for each in menu.actions() for pair in _actions_under(each, inner)]


def _plain(action: QAction) -> str:
    """The text without its mnemonic."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def _score(query: str, path: str, action: QAction) -> float | None:
    """The name counts more than the menu it is in, or than the words that explain it."""
    name = _plain(action)
    own = match(query, name)
    if own is not None:
        # Of two names that match alike, the shorter one is meant.
        return 100 + own - 0.1 * len(name)
    return match(query, f"{path} {name}")


def _match_from(word: str, text: str, start: int) -> float | None:
    """The score of a word's letters in order from `start`, each at its next place; None if they are not all there."""
    at, score = start - 1, 0.0
    for count, letter in enumerate(word):
        found = text.find(letter, at + 1)
        if found < 0 or (count == 0 and found != start):
            return None
        begins_word = found == 0 or not text[found - 1].isalnum()
        follows = count > 0 and found == at + 1
        score += 1 + 3 * begins_word + 2 * follows - 0.1 * (found - at - 1) * (count > 0)
        at = found
    return score / len(word)
