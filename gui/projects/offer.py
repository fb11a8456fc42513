"""The bar that offers to restore what a window held that did not end well."""

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.language import own
from gui.projects.project import Project
from gui.theme import set_role

_PICTURE_PX = 72
_DAY_SECS = 86_400.0


class Offer(QFrame):
    """Hidden until `show_project`. Each of its signals says that it was answered, and it is hidden again."""

    restore_chosen = Signal()
    discard_chosen = Signal()
    later_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._text = QLabel(self), QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(12)
        row.addWidget(self._picture)
        row.addWidget(self._text, 1)
        for text, help_text, chosen in (
            ("Restore", "Open it as it was; it can then be saved.", self.restore_chosen),
            ("Discard", "Delete it for good.", self.discard_chosen),
            ("Later", "Ask again at the next start.", self.later_chosen),
        ):
            button = QPushButton(text, self)
            # In the colour of what is meant to be done.
            button.setDefault(text == "Restore")
            button.setToolTip(help_text)
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _=False, chosen=chosen: chosen.emit())
            row.addWidget(button)
        self.hide()

    def show_project(self, project: Project, saved_at: float) -> None:
        """saved_at: of time.time()."""
        when = "%H:%M" if time.time() - saved_at < _DAY_SECS else "%d %B %Y, %H:%M"
        name = own(Path(project.origin).stem) if project.origin else "A project that was never saved"
        count = f"{project.sketch.num_points:,} points" if project.sketch.num_points else "no points"
        told = time.strftime(when, time.localtime(saved_at))
        self._text.setText(f"Energyscape did not end well. {name} can be restored as it was at {told}, with {count}.")
        image = QImage.fromData(project.thumbnail) if project.thumbnail else QImage()
        self._picture.setVisible(not image.isNull())
        if not image.isNull():
            ratio = self.devicePixelRatioF()
            size = image.size().scaled(
                round(_PICTURE_PX * ratio * 2), round(_PICTURE_PX * ratio), Qt.AspectRatioMode.KeepAspectRatio
            )
            pixmap = QPixmap.fromImage(
                image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            )
            pixmap.setDevicePixelRatio(ratio)
            self._picture.setPixmap(pixmap)
        set_role(self, "panel")
        self.show()
