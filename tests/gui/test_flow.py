"""Rows that become columns, and tabs that stand in several rows."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.elided import ElidedLabel
from gui.flow import Flow
from gui.wrapped_tabs import WrappedTabs


@pytest.fixture
def page(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    flow = Flow()
    parts = [QPushButton(f"button {number}") for number in range(4)]
    for part in parts:
        flow.add(part, stretch=int(part is parts[0]))
    column.addLayout(flow)
    column.addStretch(1)
    yield page, flow, parts
    page.close()


def test_what_fits_stands_in_one_row_and_the_rest_goes_to_what_stretches(page):
    page, flow, parts = page
    page.resize(900, 300)
    page.show()
    assert len({part.y() for part in parts}) == 1
    assert parts[0].width() > parts[1].width() == parts[1].sizeHint().width()
    assert parts[3].geometry().right() == flow.geometry().right()


def test_a_narrow_page_has_several_rows_and_nothing_is_cut(page):
    page, flow, parts = page
    page.show()
    page.resize(page.minimumSizeHint().width(), 300)
    QTest.qWait(10)
    assert len({part.y() for part in parts}) == 4
    assert all(part.width() >= part.minimumSizeHint().width() for part in parts)
    assert flow.heightForWidth(page.width()) > flow.heightForWidth(2000)


def test_a_name_stays_with_what_it_names(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = Flow(holder)
    first, name, named = QPushButton("the first of three"), QLabel("name"), QPushButton("named")
    flow.add(first)
    flow.add(name, is_with_next=True)
    flow.add(named)
    holder.show()
    holder.resize(first.sizeHint().width() + name.sizeHint().width() + 20, 200)
    QTest.qWait(10)
    assert name.y() == named.y() > first.y()


def test_tabs_without_room_stand_in_rows_and_can_all_be_clicked(qtbot):
    tabs = WrappedTabs()
    qtbot.addWidget(tabs)
    for number in range(8):
        tabs.addTab(QLabel(f"page {number}"), f"Tab {number}")
    tabs.resize(1500, 200)
    tabs.show()
    bar = tabs.tabBar()
    assert not bar.is_wrapped
    tabs.resize(220, 300)
    QTest.qWait(20)
    assert bar.is_wrapped
    places = [bar.place_of(index) for index in range(8)]
    assert all(bar.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one in places for other in places if one is not other)
    for index, place in enumerate(places):
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place.center())
        assert tabs.currentIndex() == index
    QTest.keyClick(bar, Qt.Key.Key_Left)
    assert tabs.currentIndex() == 6
    bar.grab()


def test_a_shortened_label_says_the_whole_in_its_tool_tip(qtbot):
    label = ElidedLabel("a text of some length")
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.show()
    assert label.text() != label.whole == label.toolTip()
    label.resize(900, 20)
    assert label.text() == label.whole
    assert label.toolTip() == ""
