"""Characters as pen strokes, and how a hand bends and draws them."""
