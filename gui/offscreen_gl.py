"""OpenGL without a window: whether it is there, and the one context that all surfaces share.

Not covered: what is drawn with it (surface_scene.py).
"""

import importlib.util

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat

_OLDEST = (2, 1)  # of OpenGL, that pyqtgraph can draw with
_NO_OPENGL = (
    "The 3-D surface needs OpenGL 2.1, which this screen does not offer; on Linux, the package libgl1-mesa-dri draws it"
    " without a graphics card."
)


class OffscreenGl(QObject):
    """A context and something to make it current on; both live as long as the app."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.context = QOpenGLContext(self)
        self.is_there = self.context.create()
        self._surface = QOffscreenSurface(None, self)
        if self.is_there:
            self._surface.setFormat(self.context.format())
            self._surface.create()

    def make_current(self) -> bool:
        return self.is_there and self._surface.isValid() and self.context.makeCurrent(self._surface)


def shared() -> OffscreenGl:
    """The context of this app, made at the first call."""
    app = QGuiApplication.instance()
    assert app is not None
    found = app.findChild(OffscreenGl)
    return found if isinstance(found, OffscreenGl) else OffscreenGl(app)


def why_missing() -> str:
    """Empty if OpenGL can be used here, otherwise one sentence that says why not."""
    if importlib.util.find_spec("OpenGL") is None:
        return "The 3-D surface needs the package PyOpenGL: pip install PyOpenGL."
    gl = shared()
    if not gl.make_current():
        return _NO_OPENGL
    form = gl.context.format()
    is_enough = form.renderableType() != QSurfaceFormat.RenderableType.OpenGLES and form.version() >= _OLDEST
    gl.context.doneCurrent()
    return "" if is_enough else _NO_OPENGL
