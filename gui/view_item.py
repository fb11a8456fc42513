"""What is painted over the whole of a plot's view, in screen pixels or in the plot's units.

Not covered: what is painted; each layer says that.
"""

import pyqtgraph as pg
from PySide6.QtCore import QRectF


class ViewItem(pg.GraphicsObject):  # type: ignore[misc]
    """As large as what is seen of the plot, whichever part that is."""

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()
