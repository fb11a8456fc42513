"""Choice boxes whose items are known by their own English texts, whatever language they are shown in."""

from collections.abc import Iterable

from PySide6.QtWidgets import QComboBox


def add(box: QComboBox, texts: Iterable[str]) -> None:
    """Items that `chosen` and `choose` know by these texts."""
    for text in texts:
        box.addItem(text, text)


def chosen(box: QComboBox) -> str:
    """The text that the chosen item was added with; empty where there is none."""
    data = box.currentData()
    return data if isinstance(data, str) else ""


def choose(box: QComboBox, text: str) -> None:
    """Choose the item that was added with this text; where there is none, the choice stays."""
    index = box.findData(text)
    if index >= 0:
        box.setCurrentIndex(index)
