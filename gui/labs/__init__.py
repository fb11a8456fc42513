"""The labs, one page each; their order here is their order in the window."""

from gui.labs.landscape import LandscapeLab

LABS = (LandscapeLab,)
