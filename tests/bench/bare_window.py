"""The least that a window of PySide6 and pyqtgraph can be: an empty plot."""

import pyqtgraph
from PySide6.QtWidgets import QApplication

app = QApplication([])
plot = pyqtgraph.PlotWidget()
plot.resize(1280, 720)
plot.show()
app.exec()
