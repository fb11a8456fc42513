"""What stands beside the picture in a lecture has room there, however large its type."""

from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea

from gui.lecture.board import Board


def test_buttons_that_are_wider_than_the_board_stand_in_rows(qtbot):
    board = Board()
    qtbot.addWidget(board)
    board.setFixedSize(300, 700)
    buttons = [QPushButton(f"button {number}") for number in range(3)]
    for each in buttons:
        each.setMinimumWidth(150)
    board.set_controls([QLabel("a knob")], buttons)
    board.show()
    scroll = board.findChild(QScrollArea)
    qtbot.waitUntil(lambda: scroll.widget().width() <= scroll.viewport().width())
    assert len({each.y() for each in buttons}) == 3
