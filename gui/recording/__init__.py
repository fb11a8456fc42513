"""Films: live recordings of the window (recorder.py) and renders off the wall clock (render.py)."""
