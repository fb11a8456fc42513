"""What's this: a sentence for controls and tabs whose name alone does not say what they do.

Knobs explain themselves (controls.py), and so do commands (commands/); these are the rest, by the names they have for
a screen reader, or by what stands on them.
"""

from PySide6.QtWidgets import QAbstractButton, QTabBar, QWidget

_CONTROLS = {
    "Sample": "Data from a known distribution; what the model should find is then known as well.",
    "Measures": "How good each model is, one row for each pane; a click on a title sorts by it.",
    "Copy as Markdown": "The whole table to the clipboard, as text for a document.",
    "Copy as CSV": "The whole table to the clipboard, as numbers for a spreadsheet.",
    "Where chains start": "From a wide normal, at the data, at a click, or along a stroke.",
    "Random": "A code drawn from the prior, and the picture it makes.",
    "Reset": "All sliders back to the middle.",
    "Keep (K)": "Put the picture that is seen on the shelf below.",
    "Class": "Which class a model that is told classes should draw.",
    "How codes are laid out": "By principal axes, by t-SNE, by two latents, or as a grid of what the decoder makes.",
    "Axis across": "Which axis of the latent space goes from left to right.",
    "Axis up": "Which axis of the latent space goes upwards.",
    "Keep the selected group": "Put the pictures in the box on the shelf, as one group.",
    "Way through the latent space": "A straight line, an arc on a sphere, or a way along the data.",
    "Play as a loop": "From A to B and back, again and again.",
    "Place between A and B": "Where on the way the large picture is.",
    "Weight": "How often this picture counts in the sum; negative is taken away.",
    "Keep D": "Put the result on the shelf below.",
    "Amount": "How much of the direction is added to the picture, or with negative numbers taken away.",
    "Attribute": "What the direction should change, such as a smile.",
    "How the direction is found": "From the difference of two class means, or by a linear probe.",
    "Find": "Find the direction of this attribute, and how far it can be trusted.",
    "Prior": "What codes are drawn from: N(0, I), or a distribution that is fitted to the codes of the data.",
    "Truncation": "Codes further out than this are drawn again: fewer odd pictures, and less variety.",
    "New samples": "Other codes from the same prior.",
    "Clear": "An empty pad.",
    "Paste": "The picture on the clipboard, onto the pad.",
    "Width of the pen": "How thick the strokes are, in pixels of the picture.",
    "Edit with sliders": "Take the code of the drawing to the page Slide.",
    "Speed": "From one step a second to as fast as the engine goes.",
    "Energy of": "Whose energy is shown: which prior over codes.",
    "Plane": "Which plane of the latent space is shown.",
    "How the plane is seen": "A cut through the space, or the mass of all other latents summed onto the plane.",
    "Chain that is followed": "Whose picture is shown large while the chains walk.",
    "Pictures": "What to learn from: a source that is built in, or files of your own.",
    "Model": "Which family of models is trained.",
    "How long": "When the training ends by itself.",
    "Train": "Start the training; what is trained already is ended.",
}
_TABS = {
    "Model": "The knobs of the model in the active pane.",
    "Data": "Where the points came from, and its knobs.",
    "Brush": "How the tools draw.",
    "View": "How the landscape is looked at.",
    "Sampler": "The knobs of the sampler in the active pane.",
    "Target": "What the chains walk on.",
    "Chains": "How many chains, and where they start.",
    "Hand": "Raise and dig the landscape under the chains.",
    "Traces": "Where the first chains were at each step.",
    "Autocorrelation": "How long a chain remembers where it was.",
    "Measures": "Each sampler's numbers against the exact answer.",
    "Basins": "How often each valley was visited, beside its exact mass.",
    "Trap": "How the time in one valley grows as the landscape sharpens.",
    "Slide": "Move along the axes of the latent space.",
    "Map": "All codes in two dimensions, each as its picture.",
    "Interpolate": "From one picture to another, in pixels and in codes.",
    "Algebra": "Sums and differences of pictures, as codes.",
    "Directions": "What changes one attribute, and whether it can be trusted.",
    "Generate": "New pictures from a prior.",
    "Memorised?": "The nearest training pictures of what is seen.",
    "Draw": "Draw a picture, and see what the model makes of it.",
    "Landscape": "A prior as an energy, with chains that walk on it.",
    "Train": "Train a model on pictures.",
}


def explain(page: QWidget) -> None:
    """Give every control and tab of a page its sentence, where it has none of its own."""
    for widget in page.findChildren(QWidget):
        if isinstance(widget, QTabBar):
            _explain_tabs(widget)
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        sentence = _CONTROLS.get(widget.accessibleName()) or _CONTROLS.get(text, "")
        if sentence and not widget.toolTip():
            widget.setToolTip(sentence)
        if sentence and not widget.whatsThis():
            widget.setWhatsThis(sentence)


def _explain_tabs(bar: QTabBar) -> None:
    for index in range(bar.count()):
        if not bar.tabToolTip(index):
            bar.setTabToolTip(index, _TABS.get(bar.tabText(index), ""))
        bar.setTabWhatsThis(index, bar.tabToolTip(index))
